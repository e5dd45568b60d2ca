"""A condition: a tree of lists with one criterion a line (language §1, §5).

The same types hold a condition before and after its names are resolved: `Name.ref` is None until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from cdss.errors import Span
from cdss.models.dates import Duration
from cdss.models.quantity import Quantity
from cdss.models.value import ValueType

RefKind = Literal["definition", "field", "set", "setting", "reference_date", "parameter"]
Operator = Literal["<", "<=", "==", "!=", ">=", ">"]


@dataclass(frozen=True, slots=True)
class Ref:
    """What a name means.

    `definition`: the id of a fact, finding, score, table, treatment or instrument, and the output behind its dot
    ("" for its own value). `parameter`: its id. `field`: a field of the record that a `where` speaks of (also
    `group`, `class`, `codes`, `on`). `set`: a value set or product set. `type` is the type of the value read.
    """

    kind: RefKind
    id: str = ""
    output: str = ""
    type: ValueType | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written, and what it means once resolved."""

    text: str
    span: Span
    ref: Ref | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit as written ("" when none): 60 kg, -2.5, 4 points, 70 years.

    `duration` is set when the unit is one of time.
    """

    quantity: Quantity
    span: Span
    duration: Duration | None = None


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    span: Span


@dataclass(frozen=True, slots=True)
class Ago:
    """`2 years ago`, or a parameter: `recent_window ago`."""

    amount: Amount | Name
    span: Span


@dataclass(frozen=True, slots=True)
class Word:
    word: str
    span: Span


Operand: TypeAlias = Name | Amount | Day | Ago | Word


@dataclass(frozen=True, slots=True)
class IsTrue:
    name: Name


@dataclass(frozen=True, slots=True)
class WithinLast:
    name: Name
    amount: Amount | Name


@dataclass(frozen=True, slots=True)
class IsKnown:
    """`x is known` (known=True) or `x is unknown`."""

    name: Name
    known: bool


@dataclass(frozen=True, slots=True)
class IsWord:
    """`x is a or b`; negated: neither."""

    name: Name
    words: tuple[Word, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class HasWord:
    name: Name
    word: Word


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a range; None is open."""

    value: Amount | Name | Day | Word
    included: bool


@dataclass(frozen=True, slots=True)
class InRange:
    name: Name
    low: Bound | None
    high: Bound | None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InSet:
    name: Name
    set: Name
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    left: Operand
    operator: Operator
    right: Operand


Test: TypeAlias = IsTrue | WithinLast | IsKnown | IsWord | HasWord | InRange | InSet | Comparison


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line: yes, no or unknown. `text` is the line as written; `negated` is a leading `not`."""

    text: str
    span: Span
    test: Test
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    items: tuple[Condition, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class AnyOf:
    items: tuple[Condition, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class NoneOf:
    """Yes when every line is no."""

    items: tuple[Condition, ...]
    span: Span


Condition: TypeAlias = AllOf | AnyOf | NoneOf | Criterion


# Arithmetic stands in facts (`value:`) and scores, never in a criterion.


@dataclass(frozen=True, slots=True)
class Calculation:
    """left + - * / right. On dates: date +- duration, date - date (days)."""

    operator: Literal["+", "-", "*", "/"]
    left: Expression
    right: Expression
    span: Span


Expression: TypeAlias = Calculation | Name | Amount | Day
