"""What happened beside the supply: stays, fractures, bone density, agreements, a death or a move, and the clock of a
drug that has one of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from cdss.engine.agreements import Spoken
from cdss.engine.conclusions import Conclusions
from cdss.engine.named_words import value_on
from cdss.engine.supply import day_of, word
from cdss.engine.timeline.model import Mark, Stay
from cdss.models.codes import levels
from cdss.models.dates import DateError, Duration, shift
from cdss.models.guideline import Parameter, ValueSet
from cdss.models.patient import Days, Patient, Record
from cdss.models.truth import YES

FRACTURES: Final = "fracture"
BONE_DENSITY: Final = "dxa"
"""The value sets that say which codes are a fracture and a measurement of bone density."""


@dataclass(frozen=True, slots=True)
class ClockNames:
    """A drug of which the guidelines reckon the next dose themselves, and the names by which they do.

    `ended_by`: facts by which the clock stops. `unseen`: that it is given where we cannot see it. With that, or with
    one of `excused`, a late dose gives no alarm. `stops`: days on which stopping was agreed, each with the facts by
    which that gives no alarm; it does after a dose of `last`.
    """

    drug: str
    due: str
    grace: str
    late: str
    ended_by: tuple[str, ...]
    unseen: str
    excused: tuple[str, ...]
    last: str
    stops: tuple[tuple[str, tuple[str, ...]], ...]


CLOCKS: Final = (
    ClockNames(
        drug="denosumab",
        due="denosumab_due",
        grace="denosumab_grace",
        late="denosumab_overdue",
        ended_by=("follow_up_dispensed", "follow_up_by_orders", "follow_up_drug"),
        unseen="injections_in_hospital",
        excused=("denosumab_repeat_runs",),
        last="denosumab_last",
        stops=(
            ("denosumab_stop_on", ("denosumab_goes_on", "follow_up_prescribed", "follow_up_begun")),
            (
                "denosumab_order_stopped_on",
                ("denosumab_goes_on_by_order", "follow_up_prescribed", "follow_up_begun"),
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Clock:
    """When the next dose is due, from which day it counts as late, whether it does, and whether it is given unseen.

    `due` is None where that day is not certain and the dose is late by each day that it may be. `stopped`: the day on
    which stopping was agreed, where no follow-up drug was seen.
    """

    drug: str
    due: date | None
    overdue: date | None
    late: bool
    unseen: bool
    grace: Duration | None
    stopped: date | None


def clock_of(concluded: Conclusions, in_use: frozenset[str], followed: frozenset[str]) -> Clock | None:
    """The clock of a drug that may be in use, or that is late whatever came after it."""
    return next((clock for names in CLOCKS if (clock := _clock(concluded, names, in_use, followed))), None)


def _clock(
    concluded: Conclusions, names: ClockNames, in_use: frozenset[str], followed: frozenset[str]
) -> Clock | None:
    unseen = _is_yes(concluded, names.unseen)
    excused = unseen or any(_is_yes(concluded, name) for name in names.excused)
    late = names.drug in followed and _is_yes(concluded, names.late) and not excused
    stopped = _stopped(concluded, names) if names.drug in followed and not unseen else None
    if any(_is_yes(concluded, name) for name in names.ended_by) or not (
        late or stopped or names.drug in in_use
    ):
        return None
    due, grace = _date(concluded, names.due), _duration(concluded, names.grace)
    if due is None:
        return Clock(names.drug, None, None, late, unseen, grace, stopped) if late or stopped else None
    overdue = None if grace is None or excused else _after(due, grace)
    return Clock(names.drug, due, overdue, late, unseen, grace, stopped)


def _stopped(concluded: Conclusions, names: ClockNames) -> date | None:
    """The day on which stopping was agreed, when the drug was used and nothing that followed was seen."""
    on = concluded.call.on
    last = _date(concluded, names.last)
    if last is None or last > on:
        return None
    days = (
        _date(concluded, name)
        for name, ended_by in names.stops
        if not any(_is_yes(concluded, fact) for fact in ended_by)
    )
    return max((day for day in days if day is not None and day <= on), default=None)


def _after(day: date, grace: Duration) -> date | None:
    try:
        return shift(day, grace) + timedelta(days=1)
    except (DateError, OverflowError):
        return None


def _is_yes(concluded: Conclusions, name: str) -> bool:
    named = concluded.layout.by_key.get(name)
    return named is not None and concluded.now(named.node) == YES


def _date(concluded: Conclusions, name: str) -> date | None:
    named = concluded.layout.by_key.get(name)
    value = concluded.now(named.node) if named is not None else None
    if not isinstance(value, tuple) or len(value) != 3 or value[2] or value[0] != value[1]:
        return None
    return date.fromordinal(int(value[0]))


def _duration(concluded: Conclusions, name: str) -> Duration | None:
    named = concluded.layout.by_key.get(name)
    parameter = concluded.ruleset.definitions.get(named.definition) if named is not None else None
    dated = value_on(parameter, concluded.call.on) if isinstance(parameter, Parameter) else None
    return dated.value if dated is not None and isinstance(dated.value, Duration) else None


# Fractures and bone density


def events_of(concluded: Conclusions) -> list[Mark]:
    """The fractures and the measurements of bone density up to the reference date, oldest first."""
    patient, on = concluded.call.patient, concluded.call.on
    sets = {one.name: one for one in concluded.ruleset.value_sets.values()}
    found = [*_fractures(patient, sets.get(FRACTURES), on), *_measured(patient, sets.get(BONE_DENSITY), on)]
    return sorted(found, key=lambda mark: (mark.on.first, mark.on.last, mark.kind, mark.words))


def _fractures(patient: Patient, codes: ValueSet | None, on: date) -> Iterator[Mark]:
    """Each fracture once a day; where one code names the site, another that does not says nothing more."""
    days: dict[Days, set[str]] = {}
    for record in _in_set(patient, ("conditions",), codes, on):
        assert codes is not None and record.on is not None
        patterns = [pattern for code in record.codes for pattern in levels(code) if pattern in codes.groups]
        site = word(record, "site") or next((codes.groups[pattern] for pattern in patterns), "")
        days.setdefault(record.on, set()).add(site)
    for day, sites in days.items():
        told = sorted(sites - {"", "site_not_told", "other"}) or [""]
        yield from (Mark("fracture", day, (site,) if site else ()) for site in told)


def _measured(patient: Patient, codes: ValueSet | None, on: date) -> Iterator[Mark]:
    """Each day on which bone density was measured, with the lowest score."""
    days: dict[Days, list[Decimal]] = {}
    for record in _in_set(patient, ("observations", "procedures"), codes, on):
        assert record.on is not None
        scores = days.setdefault(record.on, [])
        value = record.fields.get("value")
        if isinstance(value, Decimal | int) and record.fields.get("comparator") is None:
            scores.append(Decimal(value))
    for day, scores in days.items():
        yield Mark("dxa", day, (), min(scores, default=None))


def _in_set(patient: Patient, lists: Iterable[str], codes: ValueSet | None, on: date) -> Iterator[Record]:
    if codes is None:
        return
    wanted = {*codes.codes, *codes.groups}
    for name in lists:
        for record in patient.records(name):
            if record.on is None or record.on.first > on:
                continue
            if any(level in wanted for code in record.codes for level in levels(code)):
                yield record


# Stays, agreements, and who is out of sight


def stays_of(patient: Patient, pauses: frozenset[str], on: date) -> tuple[Stay, ...]:
    """The stays up to the reference date. A day that is not known counts as the first it may be."""
    found = []
    for record in patient.records("stays"):
        admitted, until = day_of(record, "from") or record.on, day_of(record, "until")
        kind = word(record, "kind") or "hospital"
        if admitted is None or admitted.first > on or (until is not None and until.last <= admitted.first):
            continue
        found.append(Stay(admitted.first, until.last if until else None, kind, kind in pauses))
    return tuple(sorted(found, key=lambda one: (one.start, one.end or date.max, one.kind)))


def agreed(patient: Patient, spoken: Sequence[Spoken]) -> tuple[Mark, ...]:
    """What was agreed about a treatment, oldest first. What a prescription says stands in its lane."""
    records = {record.path: record for record in patient.records("agreements")}
    found = []
    for one in spoken:
        record = records.get(one.path)
        said = next((reading for reading in one.readings if reading is not None), None)
        if record is None or said is None:
            continue
        words = (word(record, "stop_type"), word(record, "reason"))
        days = day_of(record, "from") or record.on
        assert days is not None
        found.append(Mark(said.kind, days, tuple(text for text in words if text)))
    return tuple(
        sorted(dict.fromkeys(found), key=lambda mark: (mark.on.first, mark.on.last, mark.kind, mark.words))
    )


def left(patient: Patient, on: date) -> Mark | None:
    """The death or the move after which nobody can be followed, when it was before the reference date."""
    found = []
    if patient.deceased_on is not None and patient.deceased_on.first <= on:
        found.append(Mark("died", patient.deceased_on))
    if patient.deregistered_on is not None and patient.deregistered_on.first <= on:
        found.append(Mark("left", patient.deregistered_on))
    return min(found, key=lambda mark: mark.on.first, default=None)
