"""Medicatieproces 9 (interop §2.3): the Dutch building blocks of medication, as FHIR R4 resources.

What breaks naive code: an administration agreement of the pharmacy is a MedicationDispense but nothing was
handed over; `status` is `unknown` in practice; a stop is a new agreement with the period of the old one and a
stop type; blocks of one treatment share an identifier (MBH); one block may come as original and as copy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from cdss.models.dates import DateError, Duration, shift
from cdss.models.patient import Days
from cdss.records.fhir_r4 import structs as fhir
from cdss.records.fhir_r4.bundle import Item
from cdss.records.fhir_r4.reading import Drug, Reading
from cdss.records.fhir_r4.values import (
    Place,
    day,
    day_after,
    end_of,
    number,
    recorded,
    start_of,
    unit_of,
)
from cdss.records.fhir_r4.words import STOP_TYPES, stop_reason_of
from cdss.records.report import Report

D = TypeVar("D", bound=fhir.Drug)

AGREEMENT: Final = "33633005"  # medicatieafspraak (MA)
DISPENSE_REQUEST: Final = "52711000146108"  # verstrekkingsverzoek (VV)
SCHEDULE: Final = "395067002"  # wisselend doseerschema (WDS)
PHARMACY_AGREEMENT: Final = "422037009"  # toedieningsafspraak (TA)
DISPENSED: Final = "373784005"  # verstrekking (MVE)
USE: Final = "422979000"  # medicatiegebruik (MGB)
OTHER_BLOCK: Final = "other"

BLOCKS: Final = (AGREEMENT, DISPENSE_REQUEST, SCHEDULE, PHARMACY_AGREEMENT, DISPENSED, USE)
"""In this order: of a resource with two of these categories the first counts."""
PROFILES: Final = {
    "mp-MedicationAgreement": AGREEMENT,
    "mp-DispenseRequest": DISPENSE_REQUEST,
    "mp-VariableDosingRegimen": SCHEDULE,
    "mp-AdministrationAgreement": PHARMACY_AGREEMENT,
    "mp-MedicationDispense": DISPENSED,
    "mp-MedicationUse2": USE,
}
"""What a resource claims to be, for senders that leave the category out."""

STOP_TYPE: Final = "ext-StopType"
_PERIOD: Final = "ext-TimeInterval.Period"
_DURATION: Final = "ext-TimeInterval.Duration"
_TREATMENT: Final = "ext-PharmaceuticalTreatment.Identifier"
_REGISTERED: Final = "ext-RegistrationDateTime"
_COPY: Final = "ext-CopyIndicator"
_CYCLE: Final = "ext-InstructionsForUse.RepeatPeriodCyclicalSchedule"
_AGREED: Final = "ext-AdministrationAgreement.AdministrationAgreementDateTime"
_PHARMACY_REASON: Final = "ext-AdministrationAgreement.ReasonModificationOrDiscontinuation"
_UNITS: Final = {
    "days": Duration(days=1),
    "weeks": Duration(days=7),
    "months": Duration(months=1),
    "years": Duration(months=12),
}


@dataclass(frozen=True, slots=True)
class Use:
    """From when to when a drug is to be used; `until` is the first day without."""

    start: Days | None
    until: Days | None


@dataclass(frozen=True, slots=True)
class Stop:
    """That something was stopped; the type is None when we could not read it."""

    type: str | None


def block_of(categories: Iterable[fhir.Concept | None], resource: fhir.Drug) -> str | None:
    """Which building block it is; None for FHIR that is not of this process."""
    told = [coding for own in categories if own is not None for coding in own.coding]
    if told:
        words = {coding.code for coding in told}
        for block in BLOCKS:
            if block in words:
                return block
        if any(coding.system == "http://snomed.info/sct" for coding in told):
            return OTHER_BLOCK
    for profile in resource.meta.profile if resource.meta else ():
        block = PROFILES.get(_tail(profile.partition("|")[0]), "")
        if block:
            return block
    return AGREEMENT if is_stop(resource) else None


def is_stop(resource: fhir.Drug) -> bool:
    """Whether it records that something was stopped, of whatever type."""
    return _stop_extension(resource) is not None


def is_known_modifier(extension: fhir.Extension) -> bool:
    """Whether this extension, which changes what a resource means, is one that we understand."""
    return _tail(extension.url or "") == STOP_TYPE


def add_agreement(
    reading: Reading,
    resource: fhir.Drug,
    drug: Drug,
    on: Days | None,
    reason: str | None,
    place: Place,
) -> bool:
    """Add the agreement that a block stands for; whether it is a stop.

    A stop works from the day after the period that it names; without one, from the day it was made.
    """
    used = time_of_use(resource, place)
    stop = stop_of(resource, place)
    if stop is None:
        fields = recorded(kind="start", from_=used.start, until=used.until)
    else:
        works = (used.start if stop.type == "cancelled" else used.until) or on
        fields = recorded(kind="stop", stop_type=stop.type, from_=works, reason=reason)
        on = on or works
    fields |= recorded(treatment=treatment_of(resource), strength=drug.strength)
    reading.add("agreements", place, on or used.start, drug.codes, fields)
    return stop is not None


def stop_of(resource: fhir.Drug, place: Place) -> Stop | None:
    """The stop that a resource records, if it is one."""
    extension = _stop_extension(resource)
    if extension is None:
        return None
    concept = extension.value_codeable_concept
    words = (STOP_TYPES.get(coding.code or "") for coding in concept.coding) if concept else ()
    word = next(filter(None, words), None)
    if word is None:
        place.skip("stop-type")
    return Stop(word)


def _stop_extension(resource: fhir.Drug) -> fhir.Extension | None:
    return next(filter(is_known_modifier, resource.modifier_extension), None)


def time_of_use(resource: fhir.Drug, place: Place) -> Use:
    """The period of use; its end may be told as a duration."""
    extension = _find(resource.extension, _PERIOD)
    period = extension.value_period if extension else None
    start = day(start_of(period), _PERIOD, place)
    until = first_day_without(end_of(period), place)
    if until is None and start is not None:
        inside = _find(period.extension, _DURATION) if period else None
        length = inside or _find(resource.extension, _DURATION)
        until = _after(start, length.value_duration if length else None, place)
    return Use(start, until)


def first_day_without(end: str | None, place: Place) -> Days | None:
    """The day after the last day of a FHIR period; when it ends at midnight sharp, that day itself."""
    last = day(end, "period.end", place)
    if last is None or end is None:
        return None
    return last if end[10:19] == "T00:00:00" else day_after(last)


def _after(start: Days, length: fhir.Quantity | None, place: Place) -> Days | None:
    if length is None:
        return None
    one, count = _UNITS.get(unit_of(length) or ""), number(length.value, _DURATION, place)
    if one is None or count is None or count != int(count) or not 0 < count < 40_000:
        place.skip("part", _DURATION)
        return None
    whole = Duration(one.months * int(count), one.days * int(count))
    try:
        return Days(shift(start.first, whole), shift(start.last, whole))
    except DateError:
        place.skip("part", _DURATION)
        return None


def treatment_of(resource: fhir.Drug) -> str | None:
    """The identifier that all blocks of one treatment share (MBH)."""
    extension = _find(resource.extension, _TREATMENT)
    identifier = extension.value_identifier if extension else None
    return (identifier.value or "").strip()[:200] or None if identifier else None


def registered_on(resource: fhir.Drug) -> str | None:
    extension = _find(resource.extension, _REGISTERED)
    return extension.value_date_time if extension else None


def agreed_on(resource: fhir.Drug) -> str | None:
    """The day on which the pharmacy made its agreement."""
    extension = _find(resource.extension, _AGREED)
    return (extension.value_date_time if extension else None) or registered_on(resource)


def pharmacy_reason(resource: fhir.Drug) -> str | None:
    extension = _find(resource.extension, _PHARMACY_REASON)
    return stop_reason_of([extension.value_codeable_concept]) if extension else None


def is_cyclic(resource: fhir.Drug) -> bool:
    """Whether the schedule stops and starts again, such as three weeks on and one week off."""
    return _find(resource.extension, _CYCLE) is not None


def is_copy(resource: fhir.Drug) -> bool:
    """Whether it is the copy of somebody else's block."""
    extension = _find(resource.extension, _COPY)
    return extension is not None and extension.value_boolean is True


def without_copies(found: list[tuple[Item, D]], report: Report) -> list[tuple[Item, D]]:
    """The blocks without the copies of which the original, or an earlier copy, was sent too."""
    originals = {name: item for item, block in found if not is_copy(block) for name in _names(block)}
    kept = []
    for item, block in found:
        if is_copy(block):
            names = _names(block)
            other = next((originals[name] for name in names if name in originals), None)
            if other is not None:
                report.skip(item.path, "double", other.path)
                continue
            originals |= dict.fromkeys(names, item)
        kept.append((item, block))
    return kept


def _names(block: fhir.Drug) -> list[tuple[str | None, str]]:
    """What a block is called by those who copy it."""
    return [(own.system, own.value) for own in block.identifier if own.value]


def _find(extensions: Iterable[fhir.Extension], name: str) -> fhir.Extension | None:
    return next((own for own in extensions if _tail(own.url or "") == name), None)


def _tail(url: str) -> str:
    return url.rpartition("/")[2]
