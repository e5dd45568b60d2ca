"""The days on which what a program concludes may turn: found without trying every day.

Between two turning days nothing turns but amounts that drift with the reference date itself: days since
something, months counted in days, the edge of a window. So there are two kinds of days:

- *fixed days* follow from the record and the program by themselves: a record that begins to exist, a birthday,
  a date that leaves a window, an answer that gets too old, a list that ends, a parameter that changes;
- *crossings* (`drift.py`) are the days on which something that drifts passes what it is held against.

Both may name a day on which nothing turns. They never miss one: a property test holds us to it, day by day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from cdss.engine.ahead import Ahead
from cdss.engine.dose import daily_dose
from cdss.engine.drift import CALENDAR, Crossings
from cdss.engine.reference import Evaluation
from cdss.engine.selection import Selection
from cdss.engine.treatment_days import turning_days
from cdss.models.dates import DateError, Duration, shift
from cdss.models.patient import LISTS, Days, Record
from cdss.models.program import Constant, Form, Missing, NodeId, Parameter, Select, Treatment
from cdss.models.quantity import MILLION
from cdss.models.value import INF

YEAR: Final = Duration(days=365)
"""How far back questionnaires are compared when they have no episode (language §7)."""


class Turning:
    """The turning days of one patient under one program, after a day, up to and including a last day."""

    def __init__(self, ahead: Ahead) -> None:
        self.ahead = ahead
        first, end = ahead.on.toordinal(), ahead.last.toordinal()
        self._fixed = sorted({day for day in self._fixed_days() if first < day <= end})

    def after(self, values: Evaluation) -> date | None:
        """The first day after the one that these values are of on which something may turn; None: none
        does."""
        day = values.call.on.toordinal()
        place = bisect_right(self._fixed, day)
        limit = self._fixed[place] if place < len(self._fixed) else self.ahead.last.toordinal() + 1
        turns = (*self._of_treatments(values, limit), *self._of_doses(values))
        limit = min([limit, *(turn for turn in turns if turn > day)])
        limit = Crossings(self.ahead, values).first(limit)
        return date.fromordinal(limit) if limit <= self.ahead.last.toordinal() else None

    # Fixed days

    def _fixed_days(self) -> Iterator[int]:
        yield from (day.toordinal() for day in self.ahead.plan.days)
        yield from self._of_patient()
        for name in LISTS:
            for record in self.ahead.patient.records(name):
                yield from _ahead_in(record, self.ahead.on)
        for answer in self.ahead.patient.answers:
            if answer.on is not None:
                yield from _around(answer.on)
        for number, node in enumerate(self.ahead.program.nodes):
            match node:
                case Select():
                    yield from self._of_select(number, node)
                case Missing():
                    yield from self._of_fact(number, node)
                case Form():
                    for days in self.ahead.dates_below(number):
                        yield from _turns(days, YEAR)
                case _:
                    continue

    def _of_patient(self) -> Iterator[int]:
        patient = self.ahead.patient
        if patient.birth_date is not None:
            for born in {patient.birth_date.first, patient.birth_date.last}:
                yield from _birthdays(born, self.ahead.on, self.ahead.last)
        for day in (patient.deceased_on, patient.deregistered_on):
            if day is not None:
                yield from _around(day)
        for period in patient.delivered.values():
            if period.first is not None:
                yield period.first.toordinal()
            if period.last is not None:
                yield period.last.toordinal() + 1

    def _of_select(self, number: NodeId, node: Select) -> Iterator[int]:
        """The days on which a record leaves the window, or on which the window is delivered from its first
        day."""
        if node.within is None:
            return
        dates = [row[4].on for row in self.ahead.rows.get(number, ())]
        for name in node.lists:
            period = self.ahead.patient.delivered.get(name)
            if period is not None and period.first is not None and period.first > date.min:
                dates.append(Days(period.first - timedelta(days=1), period.first))
        for within in self._durations(node.within):
            for days in dates:
                yield from _turns(days, within)

    def _of_fact(self, number: NodeId, node: Missing) -> Iterator[int]:
        """The days on which a measurement or answer gets too old to count."""
        valid = node.valid_for
        if valid is None or valid.how == "always":
            return
        name = node.fact.rpartition("/")[2]
        dates = [
            *self.ahead.dates_below(number),
            *(one.on for one in self.ahead.patient.answers if one.fact == name),
        ]
        for days in dates:
            if valid.duration is not None:
                yield from _turns(days, valid.duration)
            elif days is not None:
                yield from (days.first.toordinal(), days.first.toordinal() + 1)

    def _durations(self, number: NodeId) -> Iterator[Duration]:
        """Every length that an amount of time has had or will have."""
        node = self.ahead.program.nodes[number]
        if isinstance(node, Constant):
            if node.duration is not None:
                yield node.duration
            elif isinstance(node.value, tuple):
                yield Duration(days=int(node.value[0]) // MILLION)
        elif isinstance(node, Parameter):
            for _, _, value in node.values:
                if isinstance(value, Duration):
                    yield value
                elif isinstance(value, tuple) and abs(value[0]) != INF:
                    yield Duration(days=int(value[0]) // MILLION)

    # Treatments

    def _of_treatments(self, values: Evaluation, limit: int) -> Iterator[int]:
        """The days on which a treatment turns: supply that runs out, limits that are passed."""
        for number in self.ahead.supplied:
            node = self.ahead.program.nodes[number]
            assert isinstance(node, Treatment)
            patient = self.ahead.only_of(values.call.patient, number)
            truths = {0}
            if node.follow_up is not None:
                truths = {int(values.now(node.follow_up)), int(values.later(node.follow_up))}  # type: ignore[arg-type]
            for truth in truths:
                yield from turning_days(
                    patient, values.policy(node), values.call.on, follow_up=truth, limit=limit
                )

    def _of_doses(self, values: Evaluation) -> Iterator[int]:
        """The days on which a product that is counted in a daily dose runs out."""
        for node in self.ahead.plan.doses:
            if node.select not in self.ahead.rows:
                continue
            for later in (False, True):
                found = values.seen(node.select, later=later)
                assert isinstance(found, Selection)
                yield from daily_dose(found.matches, node.unit, values.call.on).ends


def _ahead_in(record: Record, on: date) -> Iterator[int]:
    """The days after this one that a record names."""
    for value in (record.on, *record.fields.values()):
        if isinstance(value, Days) and value.last > on:
            yield from _around(value)


def _around(days: Days) -> Iterator[int]:
    yield days.first.toordinal()
    yield days.last.toordinal()
    if days.last < date.max:
        yield days.last.toordinal() + 1


def _turns(days: Days | None, back: Duration) -> Iterator[int]:
    """The days on which the day that lies this long ago reaches each end of these days, and passes it."""
    if days is not None:
        for day in {days.first, days.last}:
            yield from crossing(day, back)


def crossing(day: date, back: Duration) -> Iterator[int]:
    """The first day on which the day that lies this long before it is `day` or later; and on which it is
    later."""
    try:
        near = shift(day, back).toordinal()
        later = [near + step for step in range(-CALENDAR, CALENDAR + 2)]
        behind = [shift(date.fromordinal(one), back, -1) for one in later]
    except (DateError, ValueError):
        return  # beyond the calendar
    yield next(one for one, ago in zip(later, behind, strict=True) if ago >= day)
    yield next(one for one, ago in zip(later, behind, strict=True) if ago > day)


def _birthdays(born: date, on: date, last: date) -> Iterator[int]:
    """The days on which the age in completed years goes up: 1 March when there is no 29 February."""
    for year in range(max(on.year, born.year), last.year + 1):
        try:
            day = born.replace(year=year)
        except ValueError:
            day = date(year, 3, 1)
        yield day.toordinal()


def drifting(turning: Turning, values: Evaluation) -> frozenset[NodeId]:
    """The amounts that may move from day to day without a turning day."""
    return frozenset(Crossings(turning.ahead, values).drifts)
