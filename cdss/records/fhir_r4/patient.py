"""A FHIR R4 record as a Patient: opened, checked to be about one person, and read resource by resource.

Only the types that rules can use are read, each resource for itself: what is wrong with one does not touch
the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import msgspec

from cdss.models.impossible import impossible
from cdss.models.patient import Days, Patient
from cdss.records import mp9
from cdss.records.delivered import DeliveredArgument, as_far_as_read, read_delivered
from cdss.records.fhir_r4 import care, clinical, medication
from cdss.records.fhir_r4 import structs as fhir
from cdss.records.fhir_r4.bundle import Item, open_sent
from cdss.records.fhir_r4.owner import Guard, Owner, find_owner
from cdss.records.fhir_r4.reading import Reading, decode
from cdss.records.fhir_r4.values import Place, day
from cdss.records.report import Report


@dataclass(frozen=True, slots=True)
class Kind:
    """How one type of resource is read, and the statuses that say it did not happen."""

    decoder: msgspec.json.Decoder[Any]
    read: Callable[[Reading, Any, Place], None]
    out: frozenset[str] = frozenset()


def _kind(struct: type[fhir.Resource], read: Callable[[Reading, Any, Place], None], *out: str) -> Kind:
    return Kind(msgspec.json.Decoder(struct), read, frozenset({"entered-in-error", *out}))


KINDS: Final[dict[str, Kind]] = {
    # Care episodes and encounters come first: others belong to them.
    "EpisodeOfCare": _kind(fhir.Episode, care.link_episode, "cancelled", "planned", "waitlist"),
    "Encounter": _kind(fhir.Encounter, care.read_encounter, "cancelled", "planned"),
    "Condition": _kind(fhir.Condition, clinical.read_condition),
    "Flag": _kind(fhir.Flag, clinical.read_flag),
    "Observation": _kind(fhir.Observation, clinical.read_observation, "cancelled", "registered"),
    "Procedure": _kind(
        fhir.Procedure, clinical.read_procedure, "not-done", "preparation", "stopped", "on-hold"
    ),
    "AllergyIntolerance": _kind(fhir.Allergy, clinical.read_allergy),
    "QuestionnaireResponse": _kind(fhir.Questionnaire, clinical.read_questionnaire, "in-progress"),
    "MedicationRequest": _kind(fhir.MedicationRequest, medication.read_request),
    "MedicationDispense": _kind(fhir.MedicationDispense, medication.read_dispense),
    "MedicationStatement": _kind(fhir.MedicationStatement, medication.read_statement),
    "MedicationAdministration": _kind(
        fhir.MedicationAdministration, medication.read_administration, "not-done", "on-hold"
    ),
    "ServiceRequest": _kind(fhir.ServiceRequest, care.read_service_request, "draft", "revoked"),
    "DocumentReference": _kind(fhir.Document, care.read_document, "superseded"),
    "DiagnosticReport": _kind(fhir.Diagnostics, care.read_diagnostics, "cancelled", "registered"),
}
"""Every type of resource that is read."""


def read_fhir(data: bytes, delivered: DeliveredArgument = None) -> Patient:
    """The patient behind a Bundle, a list of resources, or a single one."""
    report = Report()
    sent = open_sent(data, report)
    owner = find_owner(sent)
    guard = Guard(owner, sent, report)
    by_type: dict[str, list[Item]] = {name: [] for name in KINDS}
    for item in sent.items:
        is_read = item.type in KINDS
        if item.type != "Patient" and guard.admits(item, is_read=is_read) and is_read:
            item.is_ours = True
            by_type[item.type].append(item)
    for item in sent.set_aside:
        guard.admits(item, is_read=False)
    birth, death, sex = _person(owner, report)
    reading = Reading(sent, birth, report)
    for name, items in by_type.items():
        _read_all(KINDS[name], name, items, reading)
    lists = {name: tuple(records) for name, records in reading.lists.items() if records}
    return Patient(
        id=owner.id,
        birth_date=birth,
        sex=sex,
        deceased_on=death,
        delivered=as_far_as_read(
            read_delivered(delivered, reading.delivered()), reading.cut_short(), reading.with_gaps()
        ),
        lists=lists,
        skipped=report.all(),
    )


def _read_all(kind: Kind, name: str, items: list[Item], reading: Reading) -> None:
    """Read every resource of one type that can be used. A copy goes with its original, also when that was
    withdrawn."""
    report = reading.report
    decoded: Iterable[tuple[Item, Any]] = (
        (item, resource) for item in items if (resource := decode(kind.decoder, item, report)) is not None
    )
    if name.startswith("Medication"):
        decoded = mp9.without_copies(list(decoded), report)
    usable = [(item, resource) for item, resource in decoded if _is_usable(kind, resource, item, report)]
    if name.startswith("Medication"):
        medication.count_dispense_requests(reading, usable)
    for item, resource in usable:
        reading.item, reading.key = item, item.key
        kind.read(reading, resource, Place(report, item.path))


def _is_usable(kind: Kind, resource: fhir.Resource, item: Item, report: Report) -> bool:
    """Whether it happened, and nothing about it changes what it means."""
    if resource.status in kind.out:
        report.skip(item.path, "status", resource.status or "")
        return False
    if getattr(resource, "do_not_perform", None):
        report.skip(item.path, "negated")
        return False
    for extension in resource.modifier_extension:
        if not (isinstance(resource, fhir.Drug) and mp9.is_known_modifier(extension)):
            report.skip(item.path, "modifier", extension.url or "")
            return False
    return True


def _person(owner: Owner, report: Report) -> tuple[Days | None, Days | None, str | None]:
    """Birth, death and sex, as far as they are known."""
    person = owner.patient
    if person is None:
        return None, None, None
    place = Place(report, f"Patient/{owner.id}" if owner.id else "Patient")
    if person.modifier_extension:
        place.skip("modifier", person.modifier_extension[0].url or "")
        return None, None, None
    birth = day(person.birth_date, "birthDate", place)
    death = day(person.deceased_date_time, "deceasedDateTime", place)
    if death is None and (person.deceased_boolean or person.deceased_date_time is not None):
        place.skip("death-date")
        death = Days(birth.first if birth else date.min, date.max)
    if birth and death and birth.first > death.last:
        raise impossible("birth-after-death", f"{place.path}/deceasedDateTime")
    sex = person.gender if person.gender in ("female", "male", "other") else None
    if sex is None and person.gender not in (None, "unknown"):
        place.skip("part", "gender")
    return birth, death, sex
