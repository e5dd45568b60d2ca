"""From a record and a ruleset to a timeline: which treatments, which lanes, which days.

The days come from the same reading as the advice: `read_treatment` with the limits of the ruleset. Drawn are the
treatments about which the record holds anything, and of those whose products are a part of another's only the larger
one: a clock for one drug of a set is seen in the drawing of the set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from cdss.engine.conclusions import Conclusions
from cdss.engine.cover import plus
from cdss.engine.sight import Sight, look
from cdss.engine.situation import Case
from cdss.engine.supply import FAR
from cdss.engine.timeline import words
from cdss.engine.timeline.events import (
    BONE_DENSITY,
    FRACTURES,
    Clock,
    agreed,
    clock_of,
    events_of,
    left,
    stays_of,
)
from cdss.engine.timeline.lanes import lanes_of
from cdss.engine.timeline.model import Course, Limit, Mark, Standing, Timeline
from cdss.engine.treatment import PRESCRIPTIONS_ONLY, TreatmentPolicy, case_of, complete_from
from cdss.engine.treatment import Treatment as TreatmentRead
from cdss.errors import EngineError, Text
from cdss.models.codes import ProductLine, levels, same_strength
from cdss.models.guideline import TreatmentDefinition
from cdss.models.patient import LISTS, Record
from cdss.models.program import Named, Output, Treatment
from cdss.models.treatment import drug_words
from cdss.models.truth import NO, YES
from cdss.models.value import INF

FAR_BACK: Final = timedelta(days=183)
"""An event so long before the treatment is always drawn; of a long treatment a quarter of its length."""
FAR_AHEAD: Final = timedelta(days=92)
"""A limit so long after the reference date is always drawn; of a long treatment a quarter of its length."""
YEAR: Final = timedelta(days=365)

OVER: Final = frozenset({"planned_end", "switched", "censored"})
"""Standings after which days without supply are no gap."""
GOING_ON: Final = frozenset({"on_treatment", "interrupted", "planned_end_possible", "planned_end"})
"""Standings of which a planned end says something."""
RUNNING: Final = frozenset({"on_treatment", "possible_stop", "stopped", "planned_end_possible"})
"""Standings of which the limits of the gap say something."""


@dataclass(frozen=True, slots=True)
class _Found:
    """One treatment as it was read, with everything that its drawing needs."""

    definition: TreatmentDefinition
    policy: TreatmentPolicy
    sight: Sight
    case: Case
    read: TreatmentRead
    statuses: tuple[str, ...]

    @property
    def holds_anything(self) -> bool:
        case = self.case
        return bool(case.uses or case.others or case.prescribed or case.spoken)


def timeline_of(concluded: Conclusions) -> Timeline:
    """The timeline of the patient of this call, on its date."""
    patient, on = concluded.call.patient, concluded.call.on
    main = _without_parts(list(_read(concluded)))
    found = [one for one in main if one.holds_anything]
    gone = left(patient, on)
    ended = gone.on.last if gone is not None and gone.on.last <= on else None
    courses = [_course(concluded, one, ended) for one in found]
    first, last = _span(courses, on)
    near, far = _near(events_of(concluded), first if courses else None, last)
    until = on + max(FAR_AHEAD, (on - first) / 4)
    shown = tuple(_up_to(course, until) for course in courses)
    notes = [*_notes(concluded, main)]
    if not courses:
        notes.insert(0, words.NOTHING if main else words.NO_GUIDELINE)
    if far:
        notes.append(words.earlier(far))
    first = min([first, *(mark.on.first for mark in near)])
    pauses = frozenset(kind for one in main for kind in one.policy.pause_during)
    return Timeline(
        on=on,
        first=first,
        last=max([last, *(limit.day for course in shown for limit in course.limits)]),
        courses=shown,
        stays=tuple(one for one in stays_of(patient, pauses, on) if one.end is None or one.end > first),
        events=(*near, *((gone,) if gone is not None else ())),
        notes=tuple(notes),
        ended=ended,
    )


# Which treatments


def _read(concluded: Conclusions) -> Iterator[_Found]:
    """Every treatment of the program, as it stands on the date of the call."""
    program, values = concluded.program, concluded.values
    patient, on = concluded.call.patient, concluded.call.on
    for named in program.named:
        if named.kind != "treatment" or named.output != "status":
            continue
        output = program.nodes[named.node]
        definition = concluded.ruleset.definitions[named.definition]
        if not isinstance(output, Output) or not isinstance(definition, TreatmentDefinition):
            raise EngineError(f"{named.key} is not the status of a treatment")
        node, read = program.nodes[output.of], values.seen(output.of)
        assert isinstance(node, Treatment) and isinstance(read, TreatmentRead)
        policy = values.policy(node)
        follow_up = concluded.now(node.follow_up) if node.follow_up is not None else NO
        assert isinstance(follow_up, int)
        sight = look(patient, policy.sources, policy.or_sources, on)
        case, _ = case_of(patient, policy, sight, follow_up, on)
        yield _Found(definition, policy, sight, case, read, _statuses(concluded, named))


def _statuses(concluded: Conclusions, named: Named) -> tuple[str, ...]:
    bits = concluded.now(named.node)
    assert isinstance(bits, int)
    return concluded.type_of(named.node).words_of(bits)


def _without_parts(found: Sequence[_Found]) -> list[_Found]:
    """Without the treatments whose products are all among those of another.

    Of treatments with the same products the one with the most limits stays, and of those the first by name.
    """
    ordered = sorted(found, key=lambda one: (-_limits(one.policy), one.definition.id))
    kept: list[_Found] = []
    for one in ordered:
        others = [other for other in ordered if other is not one and _is_part(one.policy, other.policy)]
        if not any(other in kept or not _is_part(other.policy, one.policy) for other in others):
            kept.append(one)
    return sorted(kept, key=lambda one: one.definition.id)


def _limits(policy: TreatmentPolicy) -> int:
    return sum(
        limit is not None for limit in (policy.carry_over, policy.planned_end_after, policy.prescribed_limit)
    ) + len(policy.pause_during)


def _is_part(policy: TreatmentPolicy, other: TreatmentPolicy) -> bool:
    return all(any(_holds(line, one) for line in other.products) for one in policy.products)


def _holds(line: ProductLine, other: ProductLine) -> bool:
    if line.code not in levels(other.code):
        return False
    return line.strength is None or same_strength(line.strength, other.strength)


# One treatment


def _course(concluded: Conclusions, found: _Found, ended: date | None) -> Course:
    patient, on = concluded.call.patient, concluded.call.on
    policy, read, case = found.policy, found.read, found.case
    until = on if ended is None else min(on, ended)
    runs_on = not frozenset(found.statuses) <= OVER or ended is not None
    lanes = lanes_of(patient, policy, case, found.sight, until=until.toordinal(), runs_on=runs_on)
    drugs = read.outputs["drug"]
    assert isinstance(drugs, frozenset)
    followed = ended is None and found.statuses != ("censored",)
    clock = clock_of(concluded, drugs, frozenset(drug_words(policy.products))) if followed else None
    agreements = agreed(patient, case.spoken)
    return Course(
        name=found.definition.name,
        title=found.definition.text,
        lanes=lanes,
        limits=tuple(sorted(_limits_of(found, clock, on), key=lambda limit: (limit.day, limit.kind))),
        agreements=agreements,
        standing=_standing(found, clock, agreements, on),
        prescribed=found.sight.prescriptions and bool(case.uses),
        notes=tuple(_course_notes(concluded, found, clock)),
    )


def _standing(found: _Found, clock: Clock | None, agreements: Sequence[Mark], on: date) -> Standing:
    outputs = found.read.outputs
    gap = _one(outputs["gap"])
    days = None if gap is None else gap // 1_000_000
    run_out = _one(outputs["run_out"])
    basis = outputs["basis"]
    assert isinstance(basis, frozenset)
    stops = [mark.on.first for mark in agreements if mark.kind == "stop" and mark.on.first <= on]
    return Standing(
        statuses=found.statuses,
        basis=tuple(sorted(basis)),
        run_out=None if run_out is None else date.fromordinal(run_out),
        gap=days,
        gap_from=on - timedelta(days=days) if days else None,
        unseen=bool(days) and _is_older(found.case, on.toordinal() - (days or 0)),
        limit=found.policy.possible_stop,
        stopped_on=max(stops, default=None),
        drug=clock.drug if clock is not None else None,
        due=clock.due if clock is not None else None,
        late=clock is not None and clock.late,
        no_follow_up=clock.stopped if clock is not None else None,
    )


def _limits_of(found: _Found, clock: Clock | None, on: date) -> Iterator[Limit]:
    """The days on which something begins to hold. Where the last day of supply is not known, none of a gap."""
    policy, outputs = found.policy, found.read.outputs
    drugs = outputs["drug"]
    assert isinstance(drugs, frozenset)
    if clock is not None and clock.due is not None:
        yield Limit("due", clock.due)
        if clock.overdue is not None:
            yield Limit("overdue", clock.overdue, clock.grace)
    started = _one(outputs["started"])
    if (
        started is not None
        and policy.planned_end_after is not None
        and outputs["drug"] == frozenset({policy.planned_end_class})
        and frozenset(found.statuses) <= GOING_ON
    ):
        day = plus(started, policy.planned_end_after)
        if day < FAR and (
            day <= on.toordinal() or found.statuses != ("planned_end",)
        ):  # it ended before that day
            yield Limit("planned_end", date.fromordinal(day), policy.planned_end_after)
    gap = _one(outputs["gap"])
    if (clock is not None and clock.drug in drugs) or not gap or not frozenset(found.statuses) <= RUNNING:
        return
    start = on.toordinal() - gap // 1_000_000
    day = plus(start, policy.possible_stop) + 1
    if day < FAR:
        yield Limit("possible_stop", date.fromordinal(day), policy.possible_stop)
    day = plus(start, policy.stopped) + 1
    # Of one pharmacy, or before the lists are complete, nothing is said to have stopped for sure.
    if day < FAR and not found.sight.seen.capped and not _is_older(found.case, start):
        yield Limit("stopped", date.fromordinal(day), policy.stopped)


def _is_older(case: Case, start: int) -> bool:
    return case.begin is not None and start < case.begin


def _one(value: object) -> int | None:
    """The only value of a range; None when it is open or none."""
    if not isinstance(value, tuple) or value[0] != value[1] or value[0] in (INF, -INF) or any(value[2:]):
        return None
    return int(value[0])


# How far the picture reaches


def _span(courses: Sequence[Course], on: date) -> tuple[date, date]:
    """The first day of supply, and the reference date or the last day of supply after it; without any, a year."""
    starts = [supply.on.first for course in courses for lane in course.lanes for supply in lane.supplies]
    starts += [mark.on.first for course in courses for mark in course.agreements]
    starts = [day for day in starts if day.year > 1] or [on - YEAR]
    bars = [bar for course in courses for lane in course.lanes for bar in lane.bars]
    ends = [bar.end for bar in bars if bar.end is not None and bar.kind == "covered"]
    first = min(*starts, on)
    return first, min(max([on, *ends]), on + max(YEAR, (on - first) / 4))


def _near(events: Sequence[Mark], first: date | None, last: date) -> tuple[list[Mark], list[Mark]]:
    """The events that can be drawn in one picture with the treatment, and those that lie too far back."""
    if first is None:
        return list(events), []
    reach = first - max(FAR_BACK, (last - first) / 4)
    near = [mark for mark in events if mark.on.first >= reach]
    return near, [mark for mark in events if mark not in near]


def _up_to(course: Course, until: date) -> Course:
    """The course without the limits that lie after this day; those are told instead."""
    near = tuple(limit for limit in course.limits if limit.day <= until)
    told = [limit for limit in course.limits if limit.day > until and limit.kind in ("planned_end", "due")]
    notes = (*course.notes, words.later(told)) if told else course.notes
    return replace(course, limits=near, notes=notes)


# What must be told beside the picture


def _course_notes(concluded: Conclusions, found: _Found, clock: Clock | None) -> Iterator[Text]:
    patient, read, case = concluded.call.patient, found.read, found.case
    records = {record.path: record for records in patient.lists.values() for record in records}
    if found.sight.prescriptions and case.uses:
        yield words.PRESCRIBED
    begins = None if case.begin is None else complete_from(date.fromordinal(case.begin))
    told = (text for text in read.caveats if text is not PRESCRIPTIONS_ONLY and text != begins)
    yield from (words.as_sentence(text) for text in told)
    earliest = min((use.first for use in case.uses), default=FAR)
    if case.begin is not None and (
        begins in read.caveats or earliest <= plus(case.begin, found.policy.stopped)
    ):
        # Something supplied before that day could still belong to what is drawn.
        yield words.complete_from(date.fromordinal(case.begin))
    if clock is not None and clock.unseen:
        yield words.UNSEEN
    if read.outputs["concurrent"] == YES:
        yield words.CONCURRENT
    questions = sorted(read.questions, key=lambda one: (_day(records.get(one[0])), one))
    asked = [(records[path].list, field, records[path].on) for path, field in questions if path in records]
    if asked:
        yield words.missing(asked)
    for one in sorted(read.skipped, key=lambda one: (_day(records.get(one.path)), one.path)):
        record = records.get(one.path)
        yield words.left_out(
            record.list if record else one.path.partition("/")[0], record.on if record else None, one.why
        )


def _day(record: Record | None) -> date:
    return date.min if record is None or record.on is None else record.on.first


def _notes(concluded: Conclusions, found: Iterable[_Found]) -> Iterator[Text]:
    """The lists that were not delivered and of which something would have been drawn."""
    sets = {one.name for one in concluded.ruleset.value_sets.values()}
    wanted = {name for one in found for name in one.read.not_checked}
    if FRACTURES in sets:
        wanted.add("conditions")
    if BONE_DENSITY in sets:
        wanted |= {"observations", "procedures"}
    delivered = concluded.call.patient.delivered
    missing = [name for name in LISTS if name in wanted and name not in delivered]
    partly = [name for name in missing if concluded.call.patient.records(name)]
    if partly:
        yield words.maybe_more(partly)
    if len(partly) < len(missing):
        yield words.not_delivered(name for name in missing if name not in partly)
