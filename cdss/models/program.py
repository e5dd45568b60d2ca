"""A Program: what a Ruleset compiles into, and what every executor runs (design §2).

Nodes stand in an order in which each comes after all it reads. A node is read by its number. Features turn records
into values and know dates, codes and lists; logic turns values into values and knows nothing of records.

Every value node has two readings, now and later (language §2). They are held as `value.py` says. `open` tells
whether a node may be anything but one thing, `leaps` whether its two readings may differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from datetime import date
from typing import Final, Literal, TypeAlias

from cdss.errors import NOWHERE, Span
from cdss.models.codes import ProductLine
from cdss.models.condition import Operator
from cdss.models.dates import Duration
from cdss.models.guideline import ValidFor
from cdss.models.instrument import Instrument
from cdss.models.value import Bits, Value, ValueType

NodeId: TypeAlias = int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """What every node has: its type (None for what is not a value), its place in the source, and two flags."""

    type: ValueType
    span: Span = NOWHERE
    open: bool = True
    leaps: bool = False


# Tests of one record, in a `where`. Each is yes, no or unknown for a record; a field that was not recorded is unknown.


@dataclass(frozen=True, slots=True)
class FieldIs:
    """The field is one of these words (or codes of a value set: patterns). True and false are `yes` and `no`."""

    field: str
    words: frozenset[str] = frozenset()
    patterns: tuple[str, ...] = ()  # with the field `codes`


@dataclass(frozen=True, slots=True)
class FieldCompare:
    """The field against a value node. Numbers are brought to `unit` first; `days_supply` is in days."""

    field: str
    operator: Operator
    node: NodeId
    kind: Literal["number", "duration", "date"]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class FieldKnown:
    """Whether a field was recorded. Lowering puts the leap beside it (language §2)."""

    field: str


SAID_BY_ABSENCE: Final = frozenset(
    {"accepted_on", "confirmed", "first_seen_on", "proposed", "stop_on", "together", "until"}
)
"""Fields that are left out when it is not so, or not so yet: no end, no visit, no proposal. Nobody waits for them, and
nobody is asked."""


@dataclass(frozen=True, slots=True)
class NodeHolds:
    """A criterion that does not speak of the record."""

    node: NodeId


@dataclass(frozen=True, slots=True)
class RecordAll:
    items: tuple[RecordTest, ...]


@dataclass(frozen=True, slots=True)
class RecordAny:
    items: tuple[RecordTest, ...]


@dataclass(frozen=True, slots=True)
class RecordNot:
    item: RecordTest


RecordTest: TypeAlias = FieldIs | FieldCompare | FieldKnown | NodeHolds | RecordAll | RecordAny | RecordNot


# Features


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(_Node):
    """A field of the patient, or of the call: age, sex, birth_date, deceased_on, deregistered_on, coordinator,
    on (the reference date), setting."""

    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(_Node):
    """The records of some lists that match: surely, possibly or not; and whether the lists are complete.

    `after_age` is a date: the day from which the patient has that age (included).

    `patterns` of codes (a record matches when one of its codes does; empty: every record), or `products`.
    `groups` gives the field `group` by pattern. The window: on - within < date <= on; after and before are exclusive.
    """

    lists: tuple[str, ...]
    patterns: tuple[str, ...] = ()
    products: tuple[ProductLine, ...] = ()
    groups: Mapping[str, str] = made(default_factory=dict)
    where: RecordTest | None = None
    within: NodeId | None = None
    after: NodeId | None = None
    before: NodeId | None = None
    after_age: NodeId | None = None
    episode: NodeId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(_Node):
    """The filled-in forms of one instrument, and records that hold only its total, as dated values (language §7)."""

    select: NodeId
    instrument: Instrument
    totals: NodeId | None = None  # records that hold only the total


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined(_Node):
    """The records of a selection, those less than `gap` apart counted as one."""

    select: NodeId
    gap: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinct(_Node):
    """The records of a selection, counted once for each different value of a field."""

    select: NodeId
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick(_Node):
    """One value out of a selection (or form, joined, distinct), and what there may be when nothing matches.

    `how`: exists count latest first date first_date days_supplied daily_dose
    lowest highest. `field` is what latest, first,
    lowest and highest give; `unit` what numbers are brought to; `substance` the conversion of one substance.
    """

    select: NodeId
    how: str
    field: str = "value"
    unit: str = ""
    plausible: tuple[int, int] | None = None
    substance: Mapping[str, str] = made(default_factory=dict)
    assume: bool = False  # the fact assumes its absence: a list with reach own counts as complete


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing(_Node):
    """The value of a fact: the pick, an answer, or what its absence means (language §4).

    `default` is the assumed value of `assume`. `pick` is None for a fact that is only answered. Only answers from
    after the day of `after` count. With `contradicting`
    the other of record and answer is given where the two contradict each other: a rule of U1-U4 counts the more
    dangerous of the two.
    """

    pick: NodeId | None
    fact: str  # its id
    how: Literal["ask", "unknown", "assume"]
    default: Value = 0
    valid_for: ValidFor | None = None
    answers: bool = True
    after: NodeId | None = None
    contradicting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment(_Node):
    """One treatment (language §6). Limits are nodes: they may be parameters."""

    name: str
    sources: tuple[str, ...]
    or_sources: tuple[str, ...]
    products: tuple[ProductLine, ...]
    switch_products: tuple[ProductLine, ...]
    days_supply: tuple[str, ...]
    pause_during: tuple[str, ...]
    ended_by: tuple[str, ...]
    planned_end_class: str
    # carry_over possible_stop stopped planned_end_after planned_end_tolerance prescribed_limit pdc_window
    limits: Mapping[str, NodeId]
    follow_up: NodeId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(_Node):
    """One output of a treatment or a form: `status`, `gap`, `class`, `response`, ..."""

    of: NodeId
    name: str


# Logic: values


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(_Node):
    """A value; or a calendar duration, which the reference date turns into days."""

    value: Value = 0
    duration: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(_Node):
    """The value of a parameter on the reference date: (first day, end day, value or duration), oldest first."""

    parameter: str  # id
    values: tuple[tuple[date | None, date | None, Value | Duration], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic(_Node):
    """left + - * / right of numbers and durations, end by end. Dividing by what may be zero is unknown."""

    operator: Literal["+", "-", "*", "/"]
    left: NodeId
    right: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift(_Node):
    """A date plus (sign 1) or minus (-1) an amount. A Constant or Parameter amount that is calendar stays calendar."""

    date: NodeId
    amount: NodeId
    sign: Literal[1, -1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(_Node):
    """Days from the second date to the first: left - right. Unknown when either may be no date."""

    left: NodeId
    right: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme(_Node):
    """The lowest or highest of some values. With `of_known` now is taken of those that are known: a leap."""

    how: Literal["lowest", "highest"]
    items: tuple[NodeId, ...]
    of_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstKnown(_Node):
    """The first of these that is known now. A constant at the end is a leap."""

    items: tuple[NodeId, ...]
    constant: Value | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Points(_Node):
    """A score: for each item the points of its first row that holds (None: always)."""

    items: tuple[tuple[tuple[int, NodeId | None], ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup(_Node):
    """Whether a table or score is settled, provisional or unknown (`of` a finding), by its two readings."""

    of: NodeId


# Logic: truths


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(_Node):
    left: NodeId
    operator: Operator
    right: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Among(_Node):
    """Whether a choice is one of some words, or a code one of some patterns."""

    item: NodeId
    bits: Bits = 0
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Has(_Node):
    collection: NodeId
    bit: Bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Known(_Node):
    """Whether the value is known: a leap, since later it may be."""

    item: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class All(_Node):
    items: tuple[NodeId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Any(_Node):
    items: tuple[NodeId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(_Node):
    item: NodeId


# Logic: findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(_Node):
    """Rows from top to bottom: (condition or None, outcomes as bits).

    Now and later are the outcomes of the rows that are not surely missed, up to the first surely met. With
    `first_sure` now is the first row surely met, when there is one. `nothing` is what holds when no row can be met.
    `rows_of` makes the node give the row instead: its outcomes are then one bit each.
    """

    rows: tuple[tuple[NodeId | None, Bits], ...]
    first_sure: bool
    nothing: Bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined(_Node):
    """A finding that rules set: (rule node, value as bits, or a whole value with `one`).

    `one`: what is surely set, else `otherwise`, and beside it all that may be set. `highest`: the highest surely set,
    else `otherwise`, and all higher that may be set. `collect`: each word by itself.
    """

    how: Literal["one", "highest", "collect"]
    setters: tuple[tuple[NodeId, Value], ...]
    otherwise: Value | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(_Node):
    """Whether a rule stands: its condition holds, no exception does, and no overriding rule stands.

    An exception that is unknown is passed over now unless it blocks; later it may hold.
    """

    rule: str  # id
    when: NodeId
    exceptions: tuple[tuple[str, NodeId, bool], ...]  # (id, condition, blocks)
    overridden_by: tuple[NodeId, ...]


Feature: TypeAlias = Field | Select | Pick | Joined | Distinct | Form | Treatment | Output | Missing
Logic: TypeAlias = (
    Constant | Parameter | Arithmetic | Shift | Between | Extreme | FirstKnown | Points | Lookup
    | Compare | Among | Has | Known | All | Any | Not | Table | Combined | Rule
)  # fmt: skip
Node: TypeAlias = Feature | Logic
SELECTIONS: Final = (Select, Form, Joined, Distinct, Pick, Treatment)
"""Kinds that are read by other nodes only, and have no value of their own."""


NamedKind = Literal[
    "fact", "finding", "score", "table", "treatment", "instrument", "parameter", "rule", "condition"
]


@dataclass(frozen=True, slots=True)
class Named:
    """A node that executors are compared on, and that answers and given values may name.

    `key` is how advice and cases call it: `fracture_risk`, `bone_drug_use.status`, `medication.row`,
    `rule:<id>`, `rule:<id>/when`, `rule:<id>/except:<id>`.
    """

    key: str
    node: NodeId
    kind: NamedKind
    definition: str = ""  # id in the ruleset
    output: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """Nodes in reading order, the named ones, and the conditions that open each topic."""

    nodes: tuple[Node, ...]
    named: tuple[Named, ...]
    applies: Mapping[str, NodeId]  # topic -> yes when it concerns this patient
    topics: Mapping[str, str]  # topic -> edition
    files: tuple[str, ...]  # paths that were compiled
    strata: tuple[int, ...] = ()  # for each node, the round in which it is known
    criteria: Mapping[Span, NodeId] = made(default_factory=dict)  # where a criterion stands -> its node
    rules: Mapping[str, NodeId] = made(default_factory=dict)
    rule_topics: Mapping[str, str] = made(default_factory=dict)  # rule id -> the topic of its file
    ask_when: Mapping[str, NodeId] = made(default_factory=dict)  # fact id -> ask only while this is not no
    due: Mapping[str, NodeId] = made(
        default_factory=dict
    )  # rule id -> the date before which it should be done
    danger: Mapping[NodeId, NodeId] = made(
        default_factory=dict
    )  # the contradicting reading of a node -> the node

    def named_as(self, key: str) -> Named:
        """The named node with this key. KeyError when there is none."""
        for named in self.named:
            if named.key == key:
                return named
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class Valuation:
    """What an executor concludes: the two readings of each named node, in the order of `Program.named`."""

    now: tuple[Value, ...]
    later: tuple[Value, ...]


def reads(node: Node) -> Iterator[NodeId]:
    """The nodes that a node reads, in order."""
    match node:
        case Field() | Constant() | Parameter():
            return
        case Select():
            for end in (node.within, node.after, node.before, node.after_age, node.episode):
                if end is not None:
                    yield end
            if node.where is not None:
                yield from _reads_of_test(node.where)
        case Form():
            yield node.select
            if node.totals is not None:
                yield node.totals
        case Distinct() | Pick():
            yield node.select
        case Joined():
            yield node.select
            yield node.gap
        case Missing():
            if node.pick is not None:
                yield node.pick
            if node.after is not None:
                yield node.after
        case Treatment():
            yield from node.limits.values()
            if node.follow_up is not None:
                yield node.follow_up
        case Output() | Lookup():
            yield node.of
        case Arithmetic() | Between() | Compare():
            yield node.left
            yield node.right
        case Shift():
            yield node.date
            yield node.amount
        case Extreme() | FirstKnown() | All() | Any():
            yield from node.items
        case Points():
            for item in node.items:
                for _, when in item:
                    if when is not None:
                        yield when
        case Among() | Known() | Not():
            yield node.item
        case Has():
            yield node.collection
        case Table():
            for when, _ in node.rows:
                if when is not None:
                    yield when
        case Combined():
            for rule, _ in node.setters:
                yield rule
        case Rule():
            yield node.when
            for _, condition, _ in node.exceptions:
                yield condition
            yield from node.overridden_by


def _reads_of_test(test: RecordTest) -> Iterator[NodeId]:
    match test:
        case FieldCompare() | NodeHolds():
            yield test.node
        case RecordAll() | RecordAny():
            for item in test.items:
                yield from _reads_of_test(item)
        case RecordNot():
            yield from _reads_of_test(test.item)
        case FieldIs() | FieldKnown():
            return


def field_compares(test: RecordTest | None) -> Iterator[FieldCompare]:
    """The lines of a `where` that hold a field of a record against a limit."""
    match test:
        case FieldCompare():
            yield test
        case RecordAll() | RecordAny():
            for item in test.items:
                yield from field_compares(item)
        case RecordNot():
            yield from field_compares(test.item)
        case _:
            return


def evaluation_order_holds(program: Program) -> bool:
    """Whether each node comes after all it reads. Executors rely on it."""
    return all(read < number for number, node in enumerate(program.nodes) for read in reads(node))
