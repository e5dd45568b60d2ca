"""A column of a table in pieces: within one piece every cell says the same, so one value stands for all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, combinations, pairwise

from cdss.models.condition import (
    Condition,
    Criterion,
    HasWord,
    IsKnown,
    IsWord,
    Name,
)
from cdss.models.guideline import Definition, Fact, FromExpression, FromRecords
from cdss.models.quantity import MILLION, show
from cdss.models.value import INF, ValueType
from cdss.rules.reckoning import Known, Reckoning, criteria_of


@dataclass(frozen=True, slots=True)
class Piece:
    """One value that stands for all between two limits, how it is written, and the rows whose cell it fits
    (bits)."""

    shown: str
    rows: int


@dataclass(frozen=True, slots=True)
class Column:
    name: Name
    kind: ValueType
    whole: bool
    cells: tuple[Condition | None, ...]  # for each row; None: any


def pieces_of(
    column: Column, on: date, definitions: Mapping[str, Definition], *, with_unknown: bool
) -> Iterator[Piece]:
    reckon = Reckoning(column.kind, on, definitions)
    for value in _values(column, reckon):
        rows = 0
        for number, cell in enumerate(column.cells):
            if cell is None or reckon.holds(cell, value):
                rows |= 1 << number
        yield Piece(as_given(column.kind, value), rows)
    if with_unknown:
        rows = 0
        for number, cell in enumerate(column.cells):
            if cell is None or _asks_unknown(cell):
                rows |= 1 << number
        yield Piece("unknown", rows)


def _asks_unknown(cell: Condition) -> bool:
    return isinstance(cell, Criterion) and isinstance(cell.test, IsKnown) and not cell.test.known


def _values(column: Column, reckon: Reckoning) -> Iterable[Known]:
    kind = column.kind
    match kind.kind:
        case "yes_no":
            return (True, False)
        case "choice":
            return kind.words
        case "code":
            return (*_words_of(column.cells), "something-else")
        case "collection":
            words = _words_of(column.cells)
            return (frozenset(some) for some in _subsets(words))
        case "number" | "duration":
            return _between(reckon.limits(column.cells), kind.low, kind.high, whole=column.whole)
        case "date":
            days = _between(reckon.limits(column.cells), -INF, INF, whole=True, step=1)
            return chain(days, (None,))


def _subsets(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for size in range(len(words) + 1):
        yield from combinations(words, size)


def _words_of(cells: Iterable[Condition | None]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for criterion in criteria_of(cells):
        match criterion.test:
            case IsWord(words=words):
                for word in words:
                    found.setdefault(word.word)
            case HasWord(word=word):
                found.setdefault(word.word)
    return tuple(found)


def _between(
    limits: Iterable[float], low: float, high: float, *, whole: bool, step: int = MILLION
) -> Iterator[float]:
    """Each limit, and one value in every stretch between two of them, inside the domain."""
    inside = sorted({limit for limit in limits if low <= limit <= high})
    ends = [low - 1 if low > -INF else -INF, *inside, high + 1 if high < INF else INF]
    for before, after in pairwise(ends):
        if before in inside:
            yield before
        value = _inside(before, after, whole=whole, step=step)
        if value is not None:
            yield value


def _inside(before: float, after: float, *, whole: bool, step: int) -> float | None:
    """A plain value strictly between two others; None when none lies there."""
    if before == -INF and after == INF:
        return 0
    if before == -INF:
        return after - step
    if after == INF:
        return before + step
    first = before + step if before % step == 0 else before + step - before % step
    if first < after:
        return first
    if whole:
        return None
    for size in (step // 10, step // 100, 1):
        if before + size < after:
            return before + size
    return None


def as_given(kind: ValueType, value: Known) -> str:
    """A value as a case would give it."""
    match value:
        case True:
            return "yes"
        case False:
            return "no"
        case None:
            return "none"
        case str():
            return value
        case frozenset():
            return " and ".join(sorted(value)) or "nothing"
    if kind.kind == "date":
        return date.fromordinal(int(value)).isoformat()
    unit = {"": "", "1": ""}.get(kind.unit, f" {kind.unit}")
    return f"{show(int(value))}{unit}"


def is_whole(name: Name, definitions: Mapping[str, Definition]) -> bool:
    """Whether a number or amount of time can only be whole: a count, points, or days that are counted."""
    assert name.ref is not None and name.ref.type is not None
    definition = definitions.get(name.ref.id)
    if name.ref.type.kind == "duration":
        return not (isinstance(definition, Fact) and isinstance(definition.source, FromExpression))
    if isinstance(definition, Fact) and isinstance(definition.source, FromRecords):
        return definition.source.pick == "count"
    if definition is not None and hasattr(definition, "items"):  # a score
        points = [row.points for item in definition.items for row in item.first_of]
        return all(one % MILLION == 0 for one in points)
    return False
