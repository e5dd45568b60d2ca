"""The days on which a treatment turns: supply that runs out, a limit that is passed, a planned end that is
reached.

They follow from the days that are covered, in every way in which the record may be read, and in every way
in which what it leaves open may be settled: what is asked hangs on those. Only when nobody knows on which
day something was supplied are the days tried one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from cdss.engine.cover import Course, plus
from cdss.engine.sight import look
from cdss.engine.situation import Case, Way, settlings, ways
from cdss.engine.status import gap_starts
from cdss.engine.supply import FAR, day_of
from cdss.engine.treatment import TreatmentPolicy, case_of, read_treatment
from cdss.models.dates import Duration
from cdss.models.patient import LISTS, Days, Patient
from cdss.models.truth import Truth

TURNS = ("status", "basis", "drug", "switched_from", "concurrent")
"""What turns on a day; the other outputs are dates and amounts, which drift."""


def turning_days(
    patient: Patient, policy: TreatmentPolicy, on: date, *, follow_up: Truth, limit: int
) -> Iterator[int]:
    """Days after this one, and before the limit, on which the treatment may turn; with the record as it is
    today."""
    case, _ = case_of(patient, policy, look(patient, policy.sources, policy.or_sources, on), follow_up, on)
    if _is_paused_today(patient, policy, on):
        yield case.on + 1
        return
    supplied = (record for name in LISTS if name != "stays" for record in patient.records(name))
    if any(is_unsettled(record.on, on) for record in supplied):
        yield from _tried(patient, policy, on, follow_up, limit)
        return
    for one in (case, *(settled for _, settled in settlings(case))):
        for way in ways(one):
            yield from _of_way(one, policy, way)


def is_unsettled(days: Days | None, on: date) -> bool:
    """Whether the last day that a record may be of is the reference date, for as long as that is possible."""
    return days is None or days.first <= on < days.last


def _is_paused_today(patient: Patient, policy: TreatmentPolicy, on: date) -> bool:
    """Whether a stay that pauses the use goes on today: each day of it moves the day on which supply runs
    out."""
    for record in patient.records("stays"):
        admitted, until = day_of(record, "from") or record.on, day_of(record, "until")
        if record.fields.get("kind") not in policy.pause_during or admitted is None or admitted.first > on:
            continue
        if until is None or until.last > on:
            return True
    return False


def _tried(
    patient: Patient, policy: TreatmentPolicy, on: date, follow_up: Truth, limit: int
) -> Iterator[int]:
    def came_out(day: date) -> object:
        read = read_treatment(patient, policy, day, follow_up=follow_up)
        return [read.outputs[name] for name in TURNS], read.questions

    before = came_out(on)
    for day in range(on.toordinal() + 1, limit):
        if came_out(date.fromordinal(day)) != before:
            yield day
            return


def _of_way(case: Case, policy: TreatmentPolicy, way: Way) -> Iterator[int]:
    if way.history is None:
        if policy.prescribed_limit is not None:
            for use in case.prescribed:
                yield from _past(use.first, policy.prescribed_limit)
        return
    for course in (way.history.low, way.history.high):
        yield from _of_course(course)
    for start in gap_starts(way.history, way.said, case.on):
        yield from (start, start + 1)
        yield from _past(start, policy.possible_stop)
        yield from _past(start, policy.stopped)
    if policy.planned_end_after is not None:
        for started in way.history.started:
            day = plus(started, policy.planned_end_after)
            yield from (day, plus(day, policy.planned_end_tolerance or Duration(), -1))


def _of_course(course: Course) -> Iterator[int]:
    for cover in course.covers:
        yield from (cover.start, cover.end)
    yield course.run_out


def _past(day: int, limit: Duration) -> Iterator[int]:
    """The day on which the limit is reached, and the day after, when it is passed."""
    reached = plus(day, limit)
    if reached < FAR:
        yield from (reached, reached + 1)
