"""An instrument (meetinstrument) as a definition: items, totals, bands, classes, change (language §7).

Numbers are whole millionths. No wording of a questionnaire stands here or anywhere else: only item numbers
and scores. How a filled-in form becomes values is in `engine/instrument.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

VALUE: Final = "value"
"""The name of the total of an instrument that has only one."""

RESPONSES: Final = ("recovered", "improved", "worsened", "not_improved")
"""What a second measurement says of the first; the first that holds."""


@dataclass(frozen=True, slots=True)
class Scale:
    """What an item may be answered with: numbers from low to high, or words and numbers with a score each."""

    low: int | None = None
    high: int | None = None
    words: Mapping[str, int] = field(default_factory=dict)

    @property
    def scores(self) -> tuple[int, int]:
        """The lowest and the highest score that an answer can give."""
        if self.words:
            return min(self.words.values()), max(self.words.values())
        assert self.low is not None and self.high is not None
        return self.low, self.high


# Formulas: the closed list of what may stand in a total


@dataclass(frozen=True, slots=True)
class Number:
    value: int


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of the scores of these items; of all items when none are named."""

    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean score of these items; of all items when none are named."""

    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """How many items were answered."""


@dataclass(frozen=True, slots=True)
class Item:
    """The score of one item."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    operator: Literal["+", "-", "*", "/"]
    left: Formula
    right: Formula


Formula: TypeAlias = Number | Sum | Mean | Answered | Item | Operation


# Bands, classes, change


@dataclass(frozen=True, slots=True)
class Band:
    """A word for a range of the total; None is an open end."""

    word: str
    low: int | None = None
    low_inclusive: bool = True
    high: int | None = None
    high_inclusive: bool = True


@dataclass(frozen=True, slots=True)
class TotalCompare:
    """One total compared with one number: `total <= 3`."""

    total: str
    operator: Literal["<", "<=", "==", "!=", ">=", ">"]
    value: int


@dataclass(frozen=True, slots=True)
class TotalTree:
    """Several tests together: all, any or none of them must hold."""

    how: Literal["all", "any", "none"]
    tests: tuple[TotalCompare | TotalTree, ...]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One row of a class table, read from top to bottom; without a test it is the last."""

    id: str
    then: str
    when: TotalCompare | TotalTree | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """How large a difference counts. `part` is a share of the first measurement: 30 % is 300,000."""

    better: Literal["lower", "higher"]
    absolute: int | None = None
    part: int | None = None
    recovered: Band | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table from a raw total to a value: `start` and each whole number after it."""

    start: int  # a whole number, not millionths
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MissingItems:
    """What a form with open items gives. More open items than `at_most` (None: no limit) give unknown."""

    then: Literal["prorate", "range", "unknown"] = "unknown"
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument. `totals` in the order of the file; a single total is called `value`.

    `bands` and `change` are about the first total. A `lookups` entry turns a raw total into the value given.
    """

    name: str
    items: Mapping[str, Scale]
    totals: Mapping[str, Formula]
    missing: MissingItems = field(default_factory=MissingItems)
    bands: tuple[Band, ...] = ()
    classes: tuple[ClassRow, ...] = ()
    change: Change | None = None
    lookups: Mapping[str, Lookup] = field(default_factory=dict)

    @property
    def main(self) -> str:
        """The total that bands, change and the instrument's own name are about."""
        return next(iter(self.totals))

    @property
    def band_words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(band.word for band in self.bands))

    @property
    def class_words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.then for row in self.classes))
