"""What the shape of a file is made of: keys, and the kinds of value that may stand behind them.

The tables in `shape.py` use these. `validate.py` checks files against them, `schema.py` turns them into JSON Schema for
editors, and a test holds the pages of the language to them.
"""

# ruff: noqa: E501  (one key on one line: it is a table)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeAlias

from cdss.errors import Text


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value on one line. `name` is one of LEAVES."""

    name: str


@dataclass(frozen=True, slots=True)
class Closed:
    """One of these words; `kind` is the problem when it is another."""

    words: tuple[str, ...]
    kind: str = "unknown-word"


@dataclass(frozen=True, slots=True)
class Words:
    """A text in each language: {nl, en}. Dutch is always there."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A criterion, or a list of them under `all:`, `any:` or `none:`."""


@dataclass(frozen=True, slots=True)
class Where:
    """Lines that must all hold; `any:` and `none:` may stand among them."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list. `single`: one value may stand without brackets. `empty`: there may be nothing in it."""

    item: Kind
    single: bool = False
    empty: bool = False


@dataclass(frozen=True, slots=True)
class NamesTo:
    """A mapping from names of our own choice to one kind of value; `key` is a leaf or a closed list."""

    key: Leaf | Closed
    value: Kind


@dataclass(frozen=True, slots=True)
class Of:
    """A mapping with the keys of this shape."""

    shape: str


@dataclass(frozen=True, slots=True)
class Either:
    """One of these: they differ in whether they are a value, a list or a mapping."""

    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Anything:
    """Read by somebody else: a patient record."""


Kind: TypeAlias = Leaf | Closed | Words | Tree | Where | ListOf | NamesTo | Of | Either | Anything


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a mapping. `about` is what a reader of the language needs to know, shown as hover text."""

    name: str
    kind: Kind
    about: Text
    required: bool = False


@dataclass(frozen=True, slots=True)
class Exactly:
    """One of these keys, and no more than one."""

    keys: tuple[str, ...]
    kind: str = "missing-key"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """One of these keys, or several; `kind` is the problem when there is none, `text` what is wrong then."""

    keys: tuple[str, ...]
    kind: str = "missing-key"
    text: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AtMost:
    """None of these keys, or one."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Needs:
    """With this key (and, where a pattern is given, a value that fits it) one of the others must stand too.

    `kind` is the problem when it does not, `why` its reason.
    """

    key: str
    others: tuple[str, ...]
    pattern: str = ""
    kind: str = "missing-key"
    why: Text = field(default_factory=dict)


Constraint: TypeAlias = Exactly | AtLeast | AtMost | Needs


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys that may stand together in one mapping."""

    name: str
    about: Text
    keys: tuple[Key, ...]
    constraints: tuple[Constraint, ...] = ()

    def key(self, name: str) -> Key | None:
        """The key with this name; None when it may not stand here."""
        return next((key for key in self.keys if key.name == name), None)


def key(name: str, kind: Kind, nl: str, en: str) -> Key:
    """A key that may be left out."""
    return Key(name, kind, {"nl": nl, "en": en})


def must(name: str, kind: Kind, nl: str, en: str) -> Key:
    """A key that must be there."""
    return Key(name, kind, {"nl": nl, "en": en}, required=True)


# One value on one line


@dataclass(frozen=True, slots=True)
class LeafKind:
    """What one kind of value is called, an example, and how it looks.

    `pattern` says how its text looks (both here and in the JSON Schema); `types` which JSON types an editor may
    take it for, since YAML readers see a number in `5` and a truth in `yes`; `problem` what is wrong when it looks
    otherwise.
    """

    noun: Text
    example: str
    pattern: str = r"\S"
    types: tuple[str, ...] = ("string",)
    problem: str = "wrong-kind"


_ANY = ("string", "number", "boolean")
_NUMBER = ("string", "number")


def _leaf(
    nl: str,
    en: str,
    example: str,
    pattern: str = r"\S",
    types: tuple[str, ...] = ("string",),
    problem: str = "wrong-kind",
) -> LeafKind:
    return LeafKind({"nl": nl, "en": en}, example, pattern, types, problem)


NAME: Final = r"[a-z][A-Za-z0-9_]*"
_DECIMAL: Final = r"-?[0-9]+(\.[0-9]+)?"

LEAVES: Final[Mapping[str, LeafKind]] = MappingProxyType(
    {
        "line": _leaf("een tekst", "a text", "Geen haast", types=_ANY),
        "file_id": _leaf("een naam met punten", "a name with dots", "back-pain.safety", r"^[a-z0-9][a-z0-9._-]*$"),
        "id": _leaf("een korte naam", "a short name", "order-dxa", r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", _NUMBER),
        "name": _leaf("een naam", "a name", "fracture_risk", rf"^{NAME}$"),
        "action": _leaf("de naam van een actie", "the name of an action", "order-dxa", r"^[a-z][a-z0-9-]*$"),
        "reference": _leaf("een naam", "a name", "bone_drug_use.status", rf"^{NAME}(\.{NAME})*$"),
        "question": _leaf("een vraag", "a question", "smoking", rf"^{NAME}(\.{NAME})*(/[0-9]+/{NAME})?$"),
        "field": _leaf("een veld van het record", "a field of the record", "site", rf"^{NAME}$", ("string", "boolean")),  # `on`
        "source_list": _leaf("waar het vandaan komt", "where it comes from", "observation", rf"^{NAME}(\.{NAME})?$"),
        "word": _leaf("een woord", "a word", "femoral-neck", r"^[A-Za-z0-9][A-Za-z0-9_-]*$", _ANY),
        "group_member": _leaf("een code of een woord", "a code or a word", "icpc-1:L03", r"^\S+$", _NUMBER),
        "yes_no": _leaf("yes of no", "yes or no", "yes", r"^(yes|no|true|false)$", ("string", "boolean")),
        "whole": _leaf("een geheel getal", "a whole number", "1", r"^[0-9]+$", ("string", "integer")),
        "number": _leaf("een getal", "a number", "2.5", rf"^{_DECIMAL}$", _NUMBER),
        "amount": _leaf("een getal met eenheid", "a number with a unit", "60 kg", rf"^{_DECIMAL}( \S.*)?$", _NUMBER),
        "percentage": _leaf("een percentage", "a percentage", "30 %", r"^[0-9]+(\.[0-9]+)? %$"),
        "limit": _leaf("een duur, datum of naam", "a duration, date or name", "90 days", types=_NUMBER),
        "date": _leaf("een datum", "a date", "2026-03-01", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
        "value": _leaf("een waarde", "a value", "4 points", types=_ANY),
        "unit": _leaf("een eenheid", "a unit", "kg/m2", types=_NUMBER),
        "code": _leaf("een code met zijn stelsel", "a code with its system", "icpc-1:L95", r"^[A-Za-z0-9.:-]+:\S.*$"),
        "url": _leaf("een adres op internet", "an address", "https://www.thuisarts.nl", r"^https?://\S+$"),
        "path": _leaf("een bestand", "a file", "../shared/record.yaml", r"^[^\\]+\.yaml$"),
        "version": _leaf("een versie", "a version", "0.1.0", r"^[0-9]+\.[0-9]+\.[0-9]+$"),
        "range": _leaf("een bereik", "a range", "6..11", types=_NUMBER),
        "cell": _leaf("een cel", "a cell", "at least 4", types=_ANY),
        "outcome": _leaf("een uitkomst", "an outcome", "treat or refer", types=_ANY),
        "calculation": _leaf("een berekening", "a calculation", "weight / (height * height)", types=_NUMBER),
        "formula": _leaf("een berekening over items", "a calculation over items", "sum of 5..9", types=_NUMBER),
        "item": _leaf("een item of reeks", "an item or range of items", "1..8", r"^([0-9]+(\.\.[0-9]+)?|[a-z]\w*)$", _NUMBER),
        "if_missing": _leaf("ask, unknown of assume met een waarde", "ask, unknown, or assume with a value", "ask", r"^(ask|unknown|assume \S.*)$", problem="bad-if-missing"),
        "valid_for": _leaf("contact, always of een duur", "contact, always or a duration", "2 years", r"^(contact|always|[0-9]+ [a-z]+|[a-z]\w*)$"),
        "strength": _leaf("een sterkte", "a strength", "70 mg", types=_NUMBER),
        "rule": _leaf("de naam van een regel", "the name of a rule", "order-dxa-vfa", r"^[A-Za-z0-9][A-Za-z0-9_./-]*$"),
    }
)  # fmt: skip
