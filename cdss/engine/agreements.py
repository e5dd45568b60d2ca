"""What was agreed about a treatment: starts, stops and statements of not using it.

The evidence ladder for a stop (language §6, interop §2.3): an agreement to stop, an agreement that ended
without a successor, a statement of not using. Whether a gap says so too is for `status.py`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product as combinations
from typing import Final, Literal

from cdss.engine.cover import Course
from cdss.engine.supply import Product, alike, candidates, day_of, product_of, word
from cdss.errors import Text
from cdss.models.codes import ProductLine, line_of
from cdss.models.patient import LIST_OF, Days, Patient, Record, Skipped
from cdss.models.truth import NO, UNKNOWN

Kind = Literal["start", "stop", "not_used"]


@dataclass(frozen=True, slots=True)
class Said:
    """One agreement, read in one way: when it was made, from when it works, and until when."""

    path: str
    kind: Kind
    made: int
    day: int
    until: int | None
    stop_type: str | None
    product: Product

    def in_force(self, on: int) -> bool:
        return self.day <= on and (self.until is None or self.until > on)


@dataclass(frozen=True, slots=True)
class Spoken:
    """One record and every way in which it may be read; None: then it says nothing about this treatment."""

    path: str
    readings: tuple[Said | None, ...]
    missing: tuple[str, ...] = ()


def read_agreements(
    patient: Patient, lists: Iterable[str], products: Sequence[ProductLine], in_use: Container[str], on: date
) -> tuple[tuple[Spoken, ...], tuple[Skipped, ...]]:
    """What was agreed about these products by the reference date, and what could not be read.

    Records count from the day they were made, also when they are about a later day. A prescription, where
    the author lets it end a treatment, is a start until its end and a stop on the day it was stopped. An
    agreement without a strength is about the drug in use (`in_use`: codes); about another only possibly.
    """
    spoken: list[Spoken] = []
    skipped: list[Skipped] = []
    for name in lists:
        for record in patient.records(LIST_OF.get(name, name)):
            truth, line = line_of(record.codes, word(record, "strength"), products)
            if truth == NO or record.fields.get("proposed") is True:
                continue
            made = record.on or day_of(record, "from")
            if made is None:
                skipped.append(Skipped(record.path, _NO_DAY))
            elif made.first <= on:
                code = (line or candidates(record.codes, products)[0]).code
                about = product_of(code, word(record, "strength") or (line.strength if line else None))
                found = _read(record, made, about, on)
                if truth == UNKNOWN and code not in in_use:
                    found = [replace(one, readings=(*one.readings, None)) for one in found]
                    found = [replace(one, missing=(*one.missing, "strength")) for one in found]
                spoken.extend(found)
    return tuple(spoken), tuple(skipped)


def stopped_on(
    course: Course, stops: Sequence[Said], starts: Sequence[Said], others: Iterable[int]
) -> int | None:
    """The day from which these stops ended the whole treatment; None when they did not.

    A stop is about its own product: another product of the set that was still in use goes on. It no longer
    stands when anything was supplied after it (`others`: days on which a drug outside the set was), or when a
    start was agreed on or after that day.
    """
    if not stops:
        return None
    newest: dict[Product, int] = {}
    ends: dict[Product, int] = {}
    for cover in course.covers:
        dose = cover.dose
        newest[dose.product] = max(newest.get(dose.product, dose.day), dose.day)
        ends[dose.product] = max(ends.get(dose.product, cover.end), cover.end)
    last: dict[Product, Said] = {}
    for used, day in newest.items():
        about = [stop for stop in stops if alike(stop.product, used) and stop.day >= day]
        if about:
            last[used] = max(about, key=lambda stop: (stop.day, stop.made, stop.path))
    if not last:
        return None
    stop = max(last.values(), key=lambda stop: (stop.day, stop.made, stop.path))
    goes_on = any(
        used not in last and (end > stop.day or newest[used] > stop.day) for used, end in ends.items()
    )
    again = any(takes_over(start, stop) for start in starts)
    supplied = any(day > stop.day for day in others)
    return None if goes_on or again or supplied else stop.day


def takes_over(start: Said, stop: Said) -> bool:
    """Whether a start goes on where a stop ended: agreed later, or agreed with it as a change of dose.

    The new agreement of a change may begin on the last day of the old one.
    """
    if start.made == stop.made:
        return start.day >= stop.day - 1
    return start.made > stop.made and (start.until is None or start.until > stop.day)


def restarted_on(said: Sequence[Said], on: int) -> int | None:
    """The latest day from which a stopped treatment was to go on: a new start, or the end of a pause."""
    stops = [one for one in said if one.kind == "stop" and one.stop_type != "cancelled" and one.day <= on]
    days = [stop.until for stop in stops if stop.stop_type == "temporary" and stop.until is not None]
    for start in said:
        if start.kind == "start" and any(takes_over(start, stop) for stop in stops):
            days.append(start.day)
    return max((day for day in days if day <= on), default=None)


def ended_on(course: Course, said: Sequence[Said], on: int) -> int | None:
    """The day on which the last agreement ended without a successor, with nothing supplied since."""
    ends = []
    for start in said:
        if start.kind == "start":
            stops = [
                stop.day
                for stop in said
                if stop.kind == "stop"
                and stop.stop_type in ("definitive", "cancelled")
                and alike(stop.product, start.product)
                and stop.day >= start.day
                and stop.made >= start.made
            ]
            if start.until is not None:
                stops.append(start.until)
            if not stops or min(stops) > on:
                return None
            ends.append(min(stops))
    if not ends or course.last_dispensed >= max(ends):
        return None
    return max(ends)


def _read(record: Record, made: Days, about: Product, on: date) -> list[Spoken]:
    if record.list == "prescriptions":
        until, stop = day_of(record, "until"), day_of(record, "stop_on")
        found = [_spoken(record, "start", made, made, until, (None,), about, on)]
        if stop is not None and stop.first <= on:
            found.append(_spoken(record, "stop", stop, stop, None, ("definitive",), about, on))
        return found
    kind = record.fields.get("kind")
    if kind not in ("start", "stop", "not_used"):
        return []
    stop_type = word(record, "stop_type")
    types: tuple[str | None, ...] = (stop_type,)
    if kind == "stop" and stop_type is None:
        types = ("definitive", "temporary")
    days = day_of(record, "from") or made
    return [_spoken(record, kind, made, days, day_of(record, "until"), types, about, on)]  # type: ignore[arg-type]


def _spoken(
    record: Record,
    kind: Kind,
    made: Days,
    days: Days,
    until: Days | None,
    types: Sequence[str | None],
    about: Product,
    on: date,
) -> Spoken:
    ends: tuple[int | None, ...] = (None,) if until is None else _ends(until)
    readings: list[Said | None] = [
        Said(record.path, kind, min(made.last, on).toordinal(), day, end, stop_type, about)
        for day, end, stop_type in combinations(_ends(days), ends, types)
    ]
    missing = []
    if len(types) > 1:
        missing.append("stop_type")
    if made.last > on:
        readings.append(None)
        missing.append("on")
    if days.first != days.last:
        missing.append("from" if day_of(record, "from") is not None else "on")
    if until is not None and until.first != until.last:
        missing.append("until")
    return Spoken(record.path, tuple(readings), tuple(dict.fromkeys(missing)))


def _ends(days: Days) -> tuple[int, ...]:
    first, last = days.first.toordinal(), days.last.toordinal()
    return (first,) if first == last else (first, last)


_NO_DAY: Final[Text] = {
    "nl": "Een afspraak zonder datum; we weten niet vanaf wanneer die geldt.",
    "en": "An agreement without a date; we do not know from when it holds.",
}
