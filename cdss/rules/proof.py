"""Proof that a `unique` table is complete and without overlap, or a patient who shows that it is not
(language §8).

Each column is cut at the limits that its cells name; within a piece every cell says the same, so one value
stands for all of it. The pieces of the columns are combined row set by row set: two combinations that leave
the same rows open are one, so the work grows with what differs and not with the product of the columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from cdss.models.condition import (
    AllOf,
    Condition,
    Name,
)
from cdss.models.dates import DateError
from cdss.models.guideline import Definition, Table
from cdss.rules.pieces import Column, is_whole, pieces_of
from cdss.rules.reckoning import SOME_DAY, CannotReckon, days_of, with_values

MOST_COMBINATIONS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Example:
    """A patient, as `given:` of a case would say it, on a day; and the rows that match."""

    given: Mapping[str, str]
    on: date
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong with a table: patients who match no row, or two; and rows that nobody can be the first to
    match."""

    holes: tuple[Example, ...] = ()
    overlaps: tuple[Example, ...] = ()
    never_reached: tuple[int, ...] = ()
    too_large: bool = False


def prove(table: Table, definitions: Mapping[str, Definition]) -> Findings:
    """What is wrong with a table whose rows are cells; nothing when it is a proof."""
    columns = _columns(table, definitions)
    if columns is None:
        return Findings()
    found = Findings()
    reached = 0
    cells = [cell for column in columns for cell in column.cells]
    for on in with_values(_days(table, definitions), cells, definitions):
        combined = _combine(columns, len(table.rows), on, definitions, with_unknown=table.hit == "first")
        if combined is None:
            return Findings(too_large=True)
        if table.hit == "first":
            for rows in combined:
                reached |= rows & -rows
            continue
        found = _judge(columns, combined, on)
        if found.holes or found.overlaps:
            return found
    if table.hit == "first":
        never = tuple(number for number in range(len(table.rows)) if not reached >> number & 1)
        return Findings(never_reached=never)
    return found


def _judge(columns: Sequence[Column], combined: Mapping[int, tuple[str, ...]], on: date) -> Findings:
    holes: list[Example] = []
    overlaps: dict[tuple[int, int], Example] = {}
    for rows, shown in combined.items():
        given = {column.name.text: value for column, value in zip(columns, shown, strict=True)}
        matching = tuple(number for number in range(rows.bit_length()) if rows >> number & 1)
        if not matching:
            holes.append(Example(given, on, ()))
        elif len(matching) > 1:
            overlaps.setdefault((matching[0], matching[1]), Example(given, on, matching))
    return Findings(tuple(holes), tuple(overlaps.values()))


def _combine(
    columns: Sequence[Column],
    rows: int,
    on: date,
    definitions: Mapping[str, Definition],
    *,
    with_unknown: bool,
) -> dict[int, tuple[str, ...]] | None:
    """For each set of rows that can match together a way of getting there. None when there are too many."""
    found: dict[int, tuple[str, ...]] = {(1 << rows) - 1: ()}
    for column in columns:
        pieces: dict[int, str] = {}
        for piece in pieces_of(column, on, definitions, with_unknown=with_unknown):
            pieces.setdefault(piece.rows, piece.shown)
        following: dict[int, tuple[str, ...]] = {}
        for open_rows, shown in found.items():
            for fitting, value in pieces.items():
                following.setdefault(open_rows & fitting, (*shown, value))
        if len(following) > MOST_COMBINATIONS:
            return None
        found = following
    return found


def _columns(table: Table, definitions: Mapping[str, Definition]) -> list[Column] | None:
    """The columns of a table of cells; None when a row has a tree instead."""
    if any(row.when is not None and not row.cells for row in table.rows):
        return None
    columns = []
    for number, name in enumerate(table.inputs):
        assert name.ref is not None and name.ref.type is not None
        cells = tuple(_cell(table, row, number) for row in range(len(table.rows)))
        columns.append(Column(name, name.ref.type, is_whole(name, definitions), cells))
    return columns


def _cell(table: Table, row: int, column: int) -> Condition | None:
    """What the row says of one column: the cells that are not `any` stand in its condition in order."""
    cells, when = table.rows[row].cells, table.rows[row].when
    if not cells or when is None or cells[column].strip() == "any":
        return None
    assert isinstance(when, AllOf)
    return when.items[sum(cell.strip() != "any" for cell in cells[:column])]


def _days(table: Table, definitions: Mapping[str, Definition]) -> list[date]:
    """The days on which a table may differ."""
    found: set[date] = set()
    for number in range(len(table.inputs)):
        found |= set(days_of([_cell(table, row, number) for row in range(len(table.rows))], definitions))
    return sorted(found or {SOME_DAY})


def can_prove(table: Table, definitions: Mapping[str, Definition]) -> Findings | None:
    """As `prove`; None when a cell compares with something that differs by patient."""
    try:
        return prove(table, definitions)
    except (CannotReckon, DateError):
        return None


def can_both_hold(name: Name, conditions: Sequence[Condition], definitions: Mapping[str, Definition]) -> bool:
    """Whether one known value can meet all of these conditions about it; yes when that cannot be told."""
    if name.ref is None or name.ref.type is None:
        return True
    column = Column(name, name.ref.type, is_whole(name, definitions), tuple(conditions))
    wanted = (1 << len(conditions)) - 1
    try:
        days = with_values(days_of(conditions, definitions), conditions, definitions)
        return any(
            piece.rows == wanted
            for on in days
            for piece in pieces_of(column, on, definitions, with_unknown=False)
        )
    except (CannotReckon, DateError):
        return True
