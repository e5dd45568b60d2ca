"""How far a treatment can be seen: which lists were delivered, which stays pause it, who is out of sight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from cdss.engine.cover import Stretch
from cdss.engine.status import Seen
from cdss.engine.supply import day_of
from cdss.errors import Text
from cdss.models.patient import LIST_OF, Days, Patient, Record, Skipped
from cdss.models.truth import NO, UNKNOWN, YES, Truth


@dataclass(frozen=True, slots=True)
class Sight:
    """Which lists count, how far they reach, and from which day they are complete."""

    lists: tuple[str, ...]
    seen: Seen
    prescriptions: bool  # used because nothing better was delivered
    complete: bool
    begin: int | None


def look(patient: Patient, sources: Sequence[str], or_sources: Sequence[str], on: date) -> Sight:
    """Which lists count on this day: `sources`, or `or_sources` when none of those was delivered.

    When nothing was delivered, what is there still counts. A list that ended before the day hides what was supplied
    since: then nothing can be said of what is not there, whatever other lists were delivered.
    """
    wanted, instead = list_names(sources), list_names(or_sources)
    better = [name for name in wanted if is_delivered(patient, name, on)]
    prescriptions = not better and any(is_delivered(patient, name, on) for name in instead)
    counted = better or [name for name in instead if is_delivered(patient, name, on)]
    periods = [patient.delivered[name] for name in counted]
    birth = patient.birth_date.first if patient.birth_date is not None else date.min
    begins = [period.first for period in periods if period.first is not None and period.first > birth]
    own = any(period.reach == "own" for period in periods)
    return Sight(
        lists=wanted if better else tuple(dict.fromkeys((*wanted, *instead))),
        seen=Seen(
            delivered=bool(counted)
            and (prescriptions or not any(_ended(patient, name, on) for name in wanted)),
            own="dispensings" in counted and patient.delivered["dispensings"].reach == "own",
            capped=own or prescriptions,
        ),
        prescriptions=prescriptions,
        complete=len(counted) == len(instead if prescriptions else wanted) and not own and not begins,
        begin=max(begins).toordinal() if begins else None,
    )


def list_names(names: Iterable[str]) -> tuple[str, ...]:
    """The lists behind `dispensing` or `dispensings`."""
    return tuple(LIST_OF.get(name, name) for name in names)


def _ended(patient: Patient, name: str, on: date) -> bool:
    """Whether a list was delivered for a period that ended before this day."""
    period = patient.delivered.get(name)
    return period is not None and period.last is not None and period.last < on


def is_delivered(patient: Patient, name: str, on: date) -> bool:
    """Whether a list was delivered for a period that holds this day."""
    period = patient.delivered.get(name)
    return (
        period is not None
        and (period.first is None or period.first <= on)
        and (period.last is None or period.last >= on)
    )


def pausing_stays(
    patient: Patient, kinds: Sequence[str], on: date
) -> tuple[tuple[tuple[Stretch, ...], tuple[Stretch, ...]], tuple[Skipped, ...]]:
    """The days of stays that surely and possibly pause the use. An open stay lasts to the reference date."""
    sure: list[Stretch] = []
    possible: list[Stretch] = []
    skipped: list[Skipped] = []
    today = on.toordinal()
    for record in patient.records("stays"):
        if record.fields.get("kind") not in kinds:
            continue
        admitted = day_of(record, "from") or record.on
        if admitted is None:
            skipped.append(Skipped(record.path, _NO_ADMISSION))
            continue
        until = day_of(record, "until") or Days(on, on)
        sure.append((admitted.last.toordinal(), min(today, until.first.toordinal())))
        possible.append((admitted.first.toordinal(), min(today, until.last.toordinal())))
    return (_real(sure), _real(possible)), tuple(skipped)


def _real(stays: Iterable[Stretch]) -> tuple[Stretch, ...]:
    return tuple(sorted((start, end) for start, end in stays if start < end))


def is_censored(patient: Patient, on: date) -> Truth:
    """Whether the patient died, was deregistered, or lives in a nursing home on the reference date."""
    found: Truth = NO
    for day in (patient.deceased_on, patient.deregistered_on):
        if day is not None:
            found = max(found, YES if day.last <= on else UNKNOWN if day.first <= on else NO)
    for record in patient.records("stays"):
        if record.fields.get("kind") == "nursing_home":
            found = max(found, _in_force(record, on))
    return found


def _in_force(stay: Record, on: date) -> Truth:
    admitted = day_of(stay, "from") or stay.on
    until = day_of(stay, "until")
    if admitted is None:
        return UNKNOWN if until is None or until.last > on else NO
    if admitted.first > on or (until is not None and until.last <= on):
        return NO
    return YES if admitted.last <= on and (until is None or until.first > on) else UNKNOWN


_NO_ADMISSION: Final[Text] = {
    "nl": "Een opname zonder datum; de dagen zijn niet meegeteld.",
    "en": "A stay without a date; its days were not counted.",
}
