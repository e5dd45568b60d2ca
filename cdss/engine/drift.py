"""When something that drifts with the reference date passes what it is held against.

No amount drifts faster than a day a day. So from the distance between two amounts follows for how long they
surely do not meet, and only the days on which they may meet are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from cdss.engine.ahead import Ahead
from cdss.engine.index import Row
from cdss.engine.operations import parameter_on
from cdss.engine.reference import Call, Evaluation, Seen, answers_to
from cdss.engine.treatment import Treatment as TreatmentRead
from cdss.engine.treatment import read_treatment
from cdss.engine.treatment_days import is_unsettled
from cdss.models.dates import Duration, days_back
from cdss.models.patient import Days
from cdss.models.program import (
    Arithmetic,
    Between,
    Compare,
    Constant,
    Extreme,
    Field,
    FieldCompare,
    FirstKnown,
    Form,
    Joined,
    Known,
    Missing,
    NodeId,
    Output,
    Parameter,
    Pick,
    Select,
    Shift,
    Treatment,
    field_compares,
    reads,
)
from cdss.models.quantity import MILLION
from cdss.models.value import INF, Value

CALENDAR: Final = 4
"""Days by which the length of an amount of months may differ from one day to the next."""


@dataclass(frozen=True, slots=True)
class Drift:
    """How a value moves: at most so much a day, and so much at once. In the unit of the value."""

    rate: float
    slack: float = 0


STILL: Final = Drift(0)


class Crossings:
    """What drifts after a day, and the first day on which some of it passes what it is held against."""

    def __init__(self, ahead: Ahead, values: Evaluation) -> None:
        self.ahead = ahead
        self.program = ahead.program
        self.values = values
        self.day = values.call.on.toordinal()
        self.drifts: dict[NodeId, Drift] = {}
        self._later: dict[int, Evaluation] = {}
        for number in ahead.plan.amounts:
            drift = self._drift(number)
            if drift != STILL:
                self.drifts[number] = drift

    def first(self, limit: int) -> int:
        """The first crossing before this day; the day itself when there is none."""
        for number in self.ahead.plan.compared:
            operands = list(reads(self.program.nodes[number]))
            if any(other in self.drifts for other in operands):
                limit = self._flip(number, operands, limit)
        for number, rows in self.ahead.rows.items():
            node = self.program.nodes[number]
            assert isinstance(node, Select)
            limit = self._of_select(node, rows, limit)
        return min(limit, self._of_groups(limit))

    # What a selection is held against

    def _of_select(self, node: Select, rows: list[Row], limit: int) -> int:
        """Limits of a window, or of a `where`, that drift themselves."""
        for end in (node.after, node.before, node.after_age):
            if end is not None and end in self.drifts:
                for row in rows:
                    limit = self._meets(end, row[4].on, limit)
        for test in field_compares(node.where):
            if test.node in self.drifts:
                for row in rows:
                    limit = min(limit, self._meets_field(test, row, limit))
        return limit

    def _meets_field(self, test: FieldCompare, row: Row, limit: int) -> int:
        record = row[4]
        value = record.on if test.field == "on" else record.fields.get(test.field)
        if test.kind == "date":
            return self._meets(test.node, value, limit) if isinstance(value, Days) else limit
        # An amount of a record against a limit of months: rare enough to look every day.
        return self.day + 1 if value is not None or test.field == "days_supply" else limit

    def _of_groups(self, limit: int) -> int:
        """Records that count as one when they are near each other, by a distance that drifts: looked at
        every day."""
        for number, below in self.ahead.plan.below.items():
            node = self.program.nodes[number]
            pick = (
                self.program.nodes[node.pick] if isinstance(node, Missing) and node.pick is not None else None
            )
            joined = self.program.nodes[pick.select] if isinstance(pick, Pick) else None
            if not isinstance(joined, Joined) or not any(
                select in self.ahead.rows for select in below.selects
            ):
                continue
            if joined.gap in self.drifts or self._has_unsettled(self.ahead.dates_below(number)):
                return self.day + 1
        return limit

    def _has_unsettled(self, dates: Iterable[Days | None]) -> bool:
        return any(is_unsettled(days, self.values.call.on) for days in dates)

    # How fast an amount drifts

    def _drift(self, number: NodeId) -> Drift:
        if number in self.values.given:
            return self._of_given(number)
        node = self.program.nodes[number]
        match node:
            case Field(field="on"):
                return Drift(1)
            case Field(field="birth_date"):
                return STILL if self.values.call.patient.birth_date is not None else Drift(1, CALENDAR)
            case Constant(duration=duration):
                return Drift(0, CALENDAR * MILLION) if duration is not None and duration.months else STILL
            case Parameter():
                value = parameter_on(node, self.values.call.on)
                months = isinstance(value, Duration) and value.months
                return Drift(0, CALENDAR * MILLION) if months else STILL
            case Output():
                return self._of_output(number, node)
            case Missing():
                return self._of_fact(number, node)
            case Shift(date=day, amount=amount):
                return self._of_shift(day, amount)
            case Between(left=left, right=right):
                one, other = self._of(left), self._of(right)
                return Drift((one.rate + other.rate) * MILLION, (one.slack + other.slack) * MILLION)
            case Arithmetic(operator=operator, left=left, right=right):
                one, other = self._of(left), self._of(right)
                if operator in "*/" and not one == other == STILL:
                    return Drift(INF)
                return Drift(one.rate + other.rate, one.slack + other.slack)
            case Extreme(items=items) | FirstKnown(items=items):
                drifts = [self._of(item) for item in items]
                return Drift(max(one.rate for one in drifts), max(one.slack for one in drifts))
            case _:
                return STILL

    def _of(self, number: NodeId) -> Drift:
        return self.drifts.get(number, STILL)

    def _of_fact(self, number: NodeId, node: Missing) -> Drift:
        """A date drifts while nobody knows its day; an answer in months is as long as the calendar makes
        it."""
        if node.type.kind == "duration":
            written = any(not isinstance(one.value, int) for one in answers_to(self.values.call, node))
            return Drift(0, CALENDAR * MILLION) if written else STILL
        dated = node.type.kind == "date" and node.pick is not None
        return Drift(1) if dated and self._has_unsettled(self.ahead.dates_below(number)) else STILL

    def _of_given(self, number: NodeId) -> Drift:
        """An amount of months that was given is as long as the calendar makes it."""
        if self.program.nodes[number].type.kind != "duration":
            return STILL
        given = self.values.call.patient.given
        keys = [named.key for named in self.program.named if named.node == number]
        return Drift(0, CALENDAR * MILLION) if any(isinstance(given.get(key), str) for key in keys) else STILL

    def _of_output(self, number: NodeId, node: Output) -> Drift:
        """What a treatment or questionnaire gives. Its dates drift only where they end today, or where
        nobody knows the day; a proportion of days moves by one day in all the days that are counted."""
        is_form = isinstance(self.program.nodes[node.of], Form)
        dates = self.ahead.dates_below(node.of) if is_form else self.ahead.dates_supplied(node.of)
        if node.type.kind == "date":
            return Drift(1) if self._ends_today(number) or self._has_unsettled(dates) else STILL
        if is_form or node.of not in self.ahead.supplied:
            return STILL
        if node.type.kind == "duration":
            return Drift(MILLION)
        treatment = self.program.nodes[node.of]
        seen = self._on(self.day).seen(node.of)
        assert isinstance(seen, TreatmentRead)
        begun = seen.outputs["first_started"]
        assert isinstance(begun, tuple)
        days = self.day - begun[1]
        window = self.values.policy(treatment).pdc_window if isinstance(treatment, Treatment) else None
        if window is not None:
            back = days_back(window, self.values.call.on)
            days = min(days, back - CALENDAR if window.months else back)
        # Of a window in months both ends move, by more than a day when the calendar does.
        moved = 2 * (1 + CALENDAR) if window is not None and window.months else 1
        return Drift(moved * MILLION / days if 0 < days < INF else INF, 1)

    def _ends_today(self, number: NodeId) -> bool:
        both = (self.values.now(number), self.values.later(number))
        return any(isinstance(value, tuple) and self.day in value[:2] for value in both)

    def _of_shift(self, day: NodeId, amount: NodeId) -> Drift:
        """A fixed amount of months after a fixed day is a fixed day: only the day may drift, or an amount
        of days."""
        one = self._of(day)
        fixed = isinstance(self.program.nodes[amount], Constant | Parameter)
        other = STILL if fixed else self._of(amount)
        if one == other == STILL:
            return STILL
        return Drift(one.rate + other.rate / MILLION, one.slack + other.slack / MILLION + CALENDAR)

    # When two amounts meet

    def _flip(self, number: NodeId, operands: list[NodeId], limit: int) -> int:
        """The first day before the limit on which a comparison comes out otherwise."""

        def came_out(values: Evaluation) -> object:
            return values.now(number), values.later(number)

        def gaps(values: Evaluation) -> Iterator[float]:
            for read in (values.now, values.later):
                ends = [_both(read(one)) for one in operands]
                if len(ends) == 1:  # `is known`: whether the two ends of one amount meet
                    ends = [(ends[0][0], -INF), (ends[0][1], INF)]
                yield from _distances(*ends)

        drifts = [self._of(one) for one in (operands * 2)[:2]]
        drift = Drift(sum(one.rate for one in drifts), sum(one.slack for one in drifts))
        return self._until(drift, came_out, gaps, limit)

    def _meets(self, number: NodeId, days: Days | None, limit: int) -> int:
        """The first day before the limit on which a date that drifts stands otherwise to fixed days."""
        if days is None:
            return limit
        ends = (float(days.first.toordinal()), float(days.last.toordinal()))

        def came_out(values: Evaluation) -> object:
            found: list[object] = []
            for value in (values.now(number), values.later(number)):
                found += [(one > other) - (one < other) for one in _both(value) for other in ends]
                found.append(isinstance(value, tuple) and value[2:])
            return found

        def gaps(values: Evaluation) -> Iterator[float]:
            for value in (values.now(number), values.later(number)):
                yield from _distances(_both(value), ends)

        return self._until(self._of(number), came_out, gaps, limit)

    def _until(
        self,
        drift: Drift,
        came_out: Callable[[Evaluation], object],
        gaps: Callable[[Evaluation], Iterator[float]],
        limit: int,
    ) -> int:
        """Steps that are surely too short to meet, until it comes out otherwise or the limit is reached."""
        before = came_out(self.values)
        day, values = self.day, self.values
        while True:
            steps = _safe(min(gaps(values), default=INF), drift)
            if day + steps >= limit:
                return limit
            day += int(steps)
            values = self._on(day)
            if came_out(values) != before:
                return day

    def _on(self, day: int) -> Evaluation:
        """The values of a later day: what drifts is reckoned anew, everything else stays."""
        if day not in self._later:
            call = self.ahead.call_on(date.fromordinal(day))
            self._later[day] = _Drifted(self.ahead, self.values, call, self.drifts)
        return self._later[day]


class _Drifted(Evaluation):
    """The values of a later day: of what drifts and the comparisons over it; the rest as it was."""

    def __init__(self, ahead: Ahead, before: Evaluation, call: Call, drifts: Mapping[NodeId, Drift]) -> None:
        super().__init__(before.program, call)
        self.ahead = ahead
        self.before = before
        self.drifts = drifts

    def _look(self, number: NodeId, later: bool) -> Seen:
        """A treatment looks at its own records only: of a long record those are few."""
        node = self.program.nodes[number]
        if not isinstance(node, Treatment):
            return super()._look(number, later)
        follow_up = (self.later if later else self.now)(node.follow_up) if node.follow_up is not None else 0
        assert isinstance(follow_up, int)
        patient = self.ahead.only_of(self.call.patient, number)
        return read_treatment(patient, self.policy(node), self.call.on, follow_up=follow_up)

    def _value(self, number: NodeId, *, later: bool) -> Value:
        if number in self.drifts or isinstance(self.program.nodes[number], Compare | Known):
            return super()._value(number, later=later)
        return self.before.later(number) if later else self.before.now(number)


def _safe(gap: float, drift: Drift) -> float:
    """In how many days two amounts so far apart may meet at the earliest."""
    if gap == INF:
        return INF
    if drift.rate == INF:
        return 1
    left = gap - drift.slack
    if drift.rate == 0:
        return INF if left > 0 else 1
    return max(1, math.ceil(left / drift.rate))


def _both(value: Value) -> tuple[float, float]:
    """The two ends of an amount; of no date, ends that meet nothing."""
    assert isinstance(value, tuple)
    return (value[0], value[1]) if value[0] <= value[1] else (-INF, INF)


def _distances(left: tuple[float, float], right: tuple[float, float]) -> Iterator[float]:
    for one in left:
        for other in right:
            if abs(one) != INF and abs(other) != INF:
                yield abs(one - other)
