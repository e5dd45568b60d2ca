"""The axis of days: where a day stands, and which months and years are named, from some weeks to many years."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from cdss.engine.timeline.paper import text_width
from cdss.engine.timeline.words import SHORT_MONTHS

SIZE: Final = 11.0
STEPS: Final = (1, 2, 3, 6)
"""Of how many months a tick may stand for; beyond these only years are named."""
YEAR_STEPS: Final = (1, 2, 5, 10, 20, 50, 100)
MARGIN: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Tick:
    day: date
    x: float
    year: bool


@dataclass(frozen=True, slots=True)
class Axis:
    first: date
    days: int
    left: float
    right: float
    ticks: tuple[Tick, ...]
    month_step: int  # 0: only years are named
    year_step: int

    def x(self, day: date) -> float:
        """Where a day begins; one outside the axis stands at its end."""
        days = max(0, min(self.days, (day - self.first).days))
        return self.left + days * (self.right - self.left) / self.days

    def months(self, lang: str) -> Iterator[tuple[float, str]]:
        """The names of the months that are named, and where each begins."""
        if not self.month_step:
            return
        names = SHORT_MONTHS.get(lang) or SHORT_MONTHS["nl"]
        for tick in self.ticks:
            text = names[tick.day.month - 1]
            if tick.x + 2 + text_width(text, SIZE) <= self.right + 12:
                yield tick.x + 2, text

    def years(self) -> Iterator[tuple[float, str]]:
        """The years that are named, and where: at their first day, or where the axis begins."""
        taken = self.left - 40
        starts = [tick.day for tick in self.ticks if tick.year]
        first = [self.first] if self.month_step else []
        width = text_width("0000", SIZE)
        for day in (*first, *starts):
            x = self.x(day) + 2
            following = next((self.x(start) for start in starts if start > day), self.right + 12)
            if x >= taken and x + width <= following:
                yield x, f"{day.year}"
                taken = x + width + 4


def axis_of(first: date, last: date, left: float, right: float) -> Axis:
    """An axis that holds these days with some room beside them."""
    room = max(MARGIN, (last - first) / 40)
    start = first - min(room, first - date.min)
    days = (last - start).days + room.days
    scale = (right - left) / days
    width = text_width("mmm", SIZE) + 4
    month_step = next((step for step in STEPS if 30.4 * step * scale >= width), 0)
    year_step = next(
        (step for step in YEAR_STEPS if 365 * step * scale >= text_width("0000", SIZE) + 8), YEAR_STEPS[-1]
    )
    axis = Axis(start, days, left, right, (), month_step, year_step)
    return Axis(start, days, left, right, tuple(_ticks(axis, month_step, year_step)), month_step, year_step)


def _ticks(axis: Axis, month_step: int, year_step: int) -> Iterator[Tick]:
    step = month_step or 12 * year_step
    end = axis.first.toordinal() + axis.days
    month = axis.first.year * 12 + axis.first.month - 1
    month += -month % step
    while month < 12 * date.max.year:
        year, number = divmod(month, 12)
        day = date(year, number + 1, 1)
        if day.toordinal() > end:
            return
        if day >= axis.first:
            yield Tick(day, axis.x(day), number == 0)
        month += step
