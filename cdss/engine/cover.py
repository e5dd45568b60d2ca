"""Which days are covered: doses of known length laid out in time (language §6, clinical §4.6).

Everything here is definite: one day and one number of days for each dose. What is open was split before into
courses of the least and of the most supply (`treatment.py`). Days are ordinals; periods are half-open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from cdss.engine.supply import FAR, Product
from cdss.models.dates import DateError, Duration, shift
from cdss.models.truth import Truth, truth_of

Stretch = tuple[int, int]
"""Days from the first up to, not including, the second."""


@dataclass(frozen=True, slots=True)
class Dose:
    """What was supplied of one product on one day, and how many days of use it holds."""

    day: int
    days: Fraction | int
    product: Product
    drug: str
    list: str
    paths: tuple[str, ...]
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """The days on which one dose is used: from `start` up to, not including, `end`."""

    start: int
    end: int
    dose: Dose


@dataclass(frozen=True, slots=True)
class Course:
    """A history of use laid out, oldest first. `run_out` is the first day without supply."""

    covers: tuple[Cover, ...]
    periods: tuple[Stretch, ...]
    run_out: int
    longest_gap: int  # between two covers; the gap that is still running is not among them
    covered: int  # days before the reference date
    drug: str
    switched_from: str | None
    concurrent: Truth
    list: str  # of the record that the run-out rests on

    @property
    def first_started(self) -> int:
        return self.periods[0][0]

    @property
    def started(self) -> int:
        return self.periods[-1][0]

    @property
    def last_dispensed(self) -> int:
        return max(cover.dose.day for cover in self.covers)

    def covered_from(self, start: int, end: int) -> int:
        """How many of these days are covered; the last day does not count."""
        days = united((max(cover.start, start), min(cover.end, end)) for cover in self.covers)
        return sum(last - first for first, last in days)


def course_of(
    doses: Iterable[Dose], stays: Sequence[Stretch], carry_over: Duration | None, stopped: Duration, on: int
) -> Course | None:
    """The course of these doses up to the reference date; None when there are none.

    A gap longer than `stopped` starts a new period. The order of the doses changes nothing.
    """
    covers = lay_out(doses, united(stays), carry_over)
    if not covers:
        return None
    periods: list[Stretch] = []
    longest = 0
    for cover in covers:
        if not periods or over(periods[-1][1], cover.start, stopped):
            if periods:
                longest = max(longest, cover.start - periods[-1][1])
            periods.append((cover.start, cover.end))
        else:
            start, end = periods[-1]
            longest = max(longest, cover.start - end)
            periods[-1] = (start, max(end, cover.end))
    last = max(
        covers, key=lambda cover: (cover.end, cover.dose.day, cover.dose.list, cover.dose.product.code)
    )
    newest = max(covers, key=lambda cover: (cover.dose.day, cover.end, cover.dose.product.code))
    recent = [cover for cover in covers if cover.start >= periods[-1][0]]
    concurrent = _concurrent(recent, on)
    return Course(
        covers=covers,
        periods=tuple(periods),
        run_out=last.end,
        longest_gap=longest,
        covered=sum(
            min(end, on) - start
            for start, end in united([(cover.start, cover.end) for cover in covers])
            if start < on
        ),
        drug=newest.dose.drug,
        switched_from=None if concurrent else _switched_from(recent, newest),
        concurrent=truth_of(concurrent),
        list=last.dose.list,
    )


def lay_out(
    doses: Iterable[Dose], stays: Sequence[Stretch], carry_over: Duration | None
) -> tuple[Cover, ...]:
    """The cover of each dose, oldest first.

    A cover starts on the day of supply, or when what was left of the same product is used up, but at most the
    carry-over later. What is left is that of all doses before it, not only of the last one: so one more
    dispensing never makes a gap longer. Nothing is used on the days of a stay.
    """
    left: dict[tuple[bool, Product], int] = {}
    covers = []
    for dose in sorted(_by_day(doses), key=lambda dose: (dose.day, dose.product.code, dose.list, dose.paths)):
        chain = (dose.list == "prescriptions", dose.product)  # what was prescribed is not what was collected
        latest = plus(dose.day, carry_over) if carry_over is not None else dose.day
        start = max(dose.day, min(left.get(chain, dose.day), latest))
        end = _used_up(start, int(dose.days), stays)  # a day that is only partly supplied does not count
        if dose.limit is not None:
            end = min(end, max(start, dose.limit))
        left[chain] = max(left.get(chain, end), end)
        covers.append(Cover(start, end, dose))
    return tuple(sorted(covers, key=lambda cover: (cover.start, cover.end)))


def united(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same days as separate stretches, oldest first."""
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def over(start: int, end: int, limit: Duration) -> bool:
    """Whether there are more days from start to end than the limit: 61 is over 60 days, 60 is not."""
    return end > plus(start, limit)


def plus(day: int, duration: Duration, sign: int = 1) -> int:
    """The day that lies this long after it (or before it), clamped to the calendar; beyond it, FAR."""
    if not duration.months:
        return min(FAR, day + sign * duration.days)
    if day >= FAR:
        return FAR
    try:
        return shift(date.fromordinal(day), duration, sign).toordinal()
    except (DateError, ValueError):
        return FAR if sign > 0 else date.min.toordinal()


def _by_day(doses: Iterable[Dose]) -> list[Dose]:
    """The doses with those of one product and day joined into one."""
    joined: dict[tuple[int, Product, bool, int | None], Dose] = {}
    for dose in doses:
        key = (dose.day, dose.product, dose.list == "prescriptions", dose.limit)
        same = joined.get(key)
        if same is None:
            joined[key] = dose
        else:
            joined[key] = Dose(
                day=dose.day,
                days=same.days + dose.days,
                product=dose.product,
                drug=min(same.drug, dose.drug),
                list=min(same.list, dose.list),  # what was given says more than what was dispensed for it
                paths=tuple(sorted((*same.paths, *dose.paths))),
                limit=dose.limit,
            )
    return list(joined.values())


def _used_up(start: int, days: int, stays: Sequence[Stretch]) -> int:
    """The first day without supply, when use starts on this day and stops during stays."""
    if days >= FAR:
        return FAR
    day, left = start, days
    for admitted, discharged in stays:
        if discharged <= day:
            continue
        before = max(0, admitted - day)
        if left <= before:
            break
        left -= before
        day = discharged
    return min(FAR, day + left)


def _concurrent(covers: Sequence[Cover], on: int) -> bool:
    """Whether two drugs are used side by side on the reference date.

    After a switch the old supply is still there: that is not use side by side. It is when each of the two was
    supplied on or after the day the other began.
    """
    begun: dict[str, int] = {}
    newest: dict[str, int] = {}
    for cover in covers:
        code = cover.dose.product.code
        begun[code] = min(begun.get(code, cover.dose.day), cover.dose.day)
        newest[code] = max(newest.get(code, cover.dose.day), cover.dose.day)
    now = sorted({cover.dose.product.code for cover in covers if cover.start <= on < cover.end})
    return any(
        newest[one] >= begun[other] and newest[other] >= begun[one]
        for place, one in enumerate(now)
        for other in now[place + 1 :]
    )


def _switched_from(covers: Sequence[Cover], newest: Cover) -> str | None:
    """The drug that was supplied last before the one that is used now, in the same period."""
    before = [cover for cover in covers if cover.dose.product.code != newest.dose.product.code]
    if not before:
        return None
    return max(before, key=lambda cover: (cover.dose.day, cover.end, cover.dose.product.code)).dose.drug
