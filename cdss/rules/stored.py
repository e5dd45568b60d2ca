"""A ruleset as bytes, and back: JSON over a closed list of classes.

Reading it can build nothing but the nouns of a ruleset, so a file that somebody tampered with runs no code
(docs/decisions/0006-ruleset-cache.md). Places are written compactly, since every criterion has a few of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

import msgspec

from cdss.errors import Span
from cdss.models import codes, condition, dates, guideline, instrument, quantity, value
from cdss.models.guideline import Ruleset
from cdss.models.value import INF


class Unreadable(ValueError):
    """These bytes are no stored ruleset."""


CLASSES: Final[tuple[type, ...]] = (
    # The models, in a fixed order. A change here or in any of them changes the key of every stored ruleset.
    guideline.Ruleset,
    guideline.GuidelineFile,
    guideline.Effective,
    guideline.Source,
    guideline.Confirmation,
    guideline.DatedValue,
    guideline.Parameter,
    guideline.IfMissing,
    guideline.FromPatient,
    guideline.FromRecords,
    guideline.FromCondition,
    guideline.FromExpression,
    guideline.FromFirstKnown,
    guideline.FromExtreme,
    guideline.FromAnswered,
    guideline.Required,
    guideline.ValidFor,
    guideline.Fact,
    guideline.Finding,
    guideline.TreatmentDefinition,
    guideline.InstrumentFile,
    guideline.Points,
    guideline.ScoreItem,
    guideline.Score,
    guideline.Row,
    guideline.Table,
    guideline.Exception_,
    guideline.Recommend,
    guideline.SetFinding,
    guideline.Override,
    guideline.Rule,
    guideline.Action,
    guideline.ValueSet,
    guideline.ProductSet,
    guideline.LineUp,
    guideline.RequirementPart,
    guideline.Requirement,
    guideline.Binding,
    guideline.Site,
    instrument.Instrument,
    instrument.Scale,
    instrument.Number,
    instrument.Sum,
    instrument.Mean,
    instrument.Answered,
    instrument.Item,
    instrument.Operation,
    instrument.Band,
    instrument.TotalCompare,
    instrument.TotalTree,
    instrument.ClassRow,
    instrument.Change,
    instrument.Lookup,
    instrument.MissingItems,
    condition.Ref,
    condition.Name,
    condition.Amount,
    condition.Day,
    condition.Ago,
    condition.Word,
    condition.IsTrue,
    condition.WithinLast,
    condition.IsKnown,
    condition.IsWord,
    condition.HasWord,
    condition.Bound,
    condition.InRange,
    condition.InSet,
    condition.Comparison,
    condition.Criterion,
    condition.AllOf,
    condition.AnyOf,
    condition.NoneOf,
    condition.Calculation,
    quantity.Quantity,
    dates.Duration,
    codes.ProductLine,
    value.ValueType,
)
SHARED: Final = (value.ValueType, guideline.Source, guideline.Effective, condition.Ref)
"""Classes of which equal ones occur over and over: each is stored once."""

_NUMBERS: Final = {one: number for number, one in enumerate(CLASSES)}
_FIELDS: Final = {one: tuple(field.name for field in fields(one)) for one in CLASSES}


def pack(ruleset: Ruleset) -> bytes:
    """The ruleset as bytes; the same ruleset gives the same bytes."""
    writer = _Writer()
    body = writer.write(ruleset)
    return msgspec.json.encode({"files": list(writer.files), "shared": writer.shared, "ruleset": body})


def unpack(data: bytes) -> Ruleset:
    """The ruleset that was packed. Raises Unreadable when these bytes are anything else."""
    try:
        stored = msgspec.json.decode(data)
        reader = _Reader(stored["files"])
        for one in stored["shared"]:
            reader.shared.append(reader.read(one))
        found = reader.read(stored["ruleset"])
    except (msgspec.DecodeError, KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(str(error)) from error
    if not isinstance(found, Ruleset):
        raise Unreadable("not a ruleset")
    return found


class _Writer:
    def __init__(self) -> None:
        self.files: dict[str, int] = {}
        self.shared: list[object] = []
        self._known: dict[object, int] = {}

    def write(self, one: object) -> object:
        match one:
            case None | bool() | str() | int():
                return one
            case float():
                return ["+"] if one == INF else ["-"] if one == -INF else ["n", repr(one)]
            case Span():
                file = self.files.setdefault(one.file, len(self.files))
                return ["p", file, one.line, one.column, one.end_line, one.end_column]
            case tuple():
                return ["t", *(self.write(item) for item in one)]
            case dict() | MappingProxyType():
                return ["m", *(self.write(part) for item in one.items() for part in item)]
            case frozenset():
                return ["s", *sorted(one)]
            case Decimal():
                return ["c", str(one)]
            case date():
                return ["d", one.isoformat()]
        if isinstance(one, SHARED):
            return self._shared(one)
        return self._object(one)

    def _object(self, one: object) -> object:
        kind = type(one)
        return [_NUMBERS[kind], *(self.write(getattr(one, name)) for name in _FIELDS[kind])]

    def _shared(self, one: object) -> object:
        if one not in self._known:
            written = self._object(one)  # what it holds comes before it
            self._known[one] = len(self.shared)
            self.shared.append(written)
        return ["r", self._known[one]]


class _Reader:
    def __init__(self, files: list[str]) -> None:
        self.files = files
        self.shared: list[object] = []
        self._tags: Mapping[object, Callable[[list[object]], object]] = {
            "t": lambda raw: tuple([self.read(item) for item in raw[1:]]),
            "m": self._mapping,
            "s": lambda raw: frozenset(raw[1:]),
            "c": lambda raw: Decimal(str(raw[1])),
            "d": lambda raw: date.fromisoformat(str(raw[1])),
            "n": lambda raw: float(str(raw[1])),
            "+": lambda raw: INF,
            "-": lambda raw: -INF,
        }

    def read(self, raw: object) -> object:
        if type(raw) is not list:
            return raw
        tag = raw[0]
        if tag == "p":
            return Span(self.files[raw[1]], raw[2], raw[3], raw[4], raw[5])
        if tag == "r":
            return self.shared[raw[1]]
        if type(tag) is int:
            return CLASSES[tag](*[self.read(item) for item in raw[1:]])
        return self._tags[tag](raw)

    def _mapping(self, raw: list[object]) -> dict[object, object]:
        read = self.read
        return {read(raw[place]): read(raw[place + 1]) for place in range(1, len(raw), 2)}
