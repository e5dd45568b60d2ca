"""Days, durations and half-open periods. Calendar durations stay calendar: three years is not 1,095 days.

Nothing here asks what day it is today: the date is always an argument.
"""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from types import MappingProxyType
from typing import Final

from cdss.errors import ReadingError, shown
from cdss.models.patient import Days


class DateError(ReadingError):
    """This is not a date or a duration that we can use."""


@dataclass(frozen=True, slots=True)
class Duration:
    """Months by the calendar (a year is twelve) and exact days (a week is seven)."""

    months: int = 0
    days: int = 0


DURATION_UNITS: Final[Mapping[str, Duration]] = MappingProxyType(
    {
        **dict.fromkeys(("year", "years", "a"), Duration(months=12)),
        **dict.fromkeys(("month", "months", "mo"), Duration(months=1)),
        **dict.fromkeys(("week", "weeks", "wk"), Duration(days=7)),
        **dict.fromkeys(("day", "days", "d"), Duration(days=1)),
    }
)
"""How long one of each lasts, by every spelling that an author may use."""

_DUTCH: Final[Mapping[str, str]] = {
    **{"jaar": "years", "jaren": "years", "maand": "months", "maanden": "months"},
    **{"weken": "weeks", "dag": "days", "dagen": "days"},
}
_MOST_MONTHS: Final = 12 * MAXYEAR
_MOST_DAYS: Final = (date.max - date.min).days

_AMOUNT: Final = re.compile(r"([0-9]{1,7})\s*([A-Za-z]+)")
_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_PARTIAL: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ][0-9]{2}(?::.*)?)?)?)?")
_DUTCH_DAY: Final = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
_LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def parse_duration(text: str) -> Duration:
    """How long `3 months`, `42 days` or `1 year` is. Whole numbers only: half a year is `6 months`."""
    match = _AMOUNT.fullmatch(text.strip())
    one = DURATION_UNITS.get(match[2]) if match else None
    if match is None or one is None:
        word = _DUTCH.get(match[2].casefold()) if match else None
        example = f"{match[1]} {word}" if match and word else "90 days"
        raise DateError(
            {
                "nl": f"{shown(text)} is geen duur: schrijf een geheel aantal years, months, weeks of days, "
                f"zoals {example}.",
                "en": f"{shown(text)} is not a duration: write a whole number of years, months, weeks or "
                f"days, as in {example}.",
            }
        )
    count = int(match[1])
    duration = Duration(one.months * count, one.days * count)
    if duration.months > _MOST_MONTHS or duration.days > _MOST_DAYS:
        raise DateError(
            {
                "nl": f"'{text}' is langer dan de kalender.",
                "en": f"'{text}' is longer than the calendar.",
            }
        )
    return duration


def parse_day(text: str) -> date:
    """The day, written year first: `2026-03-01`."""
    match = _DAY.fullmatch(text)
    if match is None:
        raise _not_a_date(text, "2026-03-01")
    return _day(text, int(match[1]), int(match[2]), int(match[3]))


def parse_days(text: str) -> Days:
    """The days a partial date may be: `1954` and `1954-03` are intervals, `1954-03-02` is one day.

    Of a date-time the date counts as it is written, on the sender's own clock.
    """
    match = _PARTIAL.fullmatch(text.strip())
    if match is None:
        raise _not_a_date(text, "1954, 1954-03, 1954-03-02")
    year, month, day = match.groups()
    first = _day(text, int(year), int(month or 1), int(day or 1))
    if day:
        return Days(first, first)
    last_month = int(month or 12)
    return Days(first, date(first.year, last_month, _length_of(first.year, last_month)))


def shift(day: date, duration: Duration, sign: int = 1) -> date:
    """The day that lies this long after it, or before it with sign -1.

    First the months, where 31 January plus one month clamps to the end of February, then the days.

    >>> shift(date(2024, 2, 29), Duration(months=12))
    datetime.date(2025, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + sign * duration.months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise _off_the_calendar(day, duration)
    month += 1
    moved = date(year, month, min(day.day, _length_of(year, month)))
    if not duration.days:
        return moved
    try:
        return moved + timedelta(days=sign * duration.days)
    except OverflowError as error:
        raise _off_the_calendar(day, duration) from error


def days_back(duration: Duration, on: date) -> int:
    """How many days the duration is, counted back from this day: so that amounts can be compared."""
    return (on - shift(on, duration, -1)).days


def completed_years(birth: date, on: date) -> int:
    """The age in completed years. Born on 29 February, it goes up on 1 March when there is no such day."""
    if birth > on:
        raise DateError(
            {"nl": f"Geboren op {birth}, na {on}.", "en": f"Born on {birth}, which is after {on}."},
        )
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def age_range(birth: Days, on: date) -> tuple[int, int]:
    """The youngest and the oldest someone may be, when only the year or the month of birth is known."""
    oldest = completed_years(birth.first, on)
    return completed_years(min(birth.last, on), on), oldest


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `start` up to, not including, `end`: the first day it no longer holds."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise DateError(
                {
                    "nl": f"De periode eindigt ({self.end}) voor zij begint ({self.start}).",
                    "en": f"The period ends ({self.end}) before it starts ({self.start}).",
                }
            )

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def overlaps(self, other: Period) -> bool:
        """Whether they share a day; neighbours do not."""
        return max(self.start, other.start) < min(self.end, other.end)


def join_periods(periods: Iterable[Period]) -> list[Period]:
    """The same days as separate periods, oldest first: what overlaps or touches is one."""
    joined: list[Period] = []
    for period in sorted(periods):
        if not period.days:
            continue
        if joined and period.start <= joined[-1].end:
            joined[-1] = Period(joined[-1].start, max(joined[-1].end, period.end))
        else:
            joined.append(period)
    return joined


def _length_of(year: int, month: int) -> int:
    return 29 if month == 2 and isleap(year) else _LENGTHS[month - 1]


def _day(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise DateError(
            {
                "nl": f"{shown(text)} staat niet op de kalender.",
                "en": f"{shown(text)} is not on the calendar.",
            }
        ) from error


def _not_a_date(text: str, form: str) -> DateError:
    dutch = _DUTCH_DAY.fullmatch(text.strip())
    better = f"{dutch[3]}-{int(dutch[2]):02d}-{int(dutch[1]):02d}" if dutch else form
    return DateError(
        {
            "nl": f"{shown(text)} is geen datum: schrijf het jaar eerst, zoals {better}.",
            "en": f"{shown(text)} is not a date: write the year first, as in {better}.",
        }
    )


def _off_the_calendar(day: date, duration: Duration) -> DateError:
    length = f"{duration.months} months and {duration.days} days"
    return DateError(
        {
            "nl": f"{day} met {length} erbij of eraf valt buiten de kalender.",
            "en": f"{day} moved by {length} falls off the calendar.",
        }
    )
