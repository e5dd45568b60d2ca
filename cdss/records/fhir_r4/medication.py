"""Prescriptions, dispensings, administrations and statements of use of FHIR R4 as records.

What is special to the Dutch Medicatieproces 9 stands in `cdss.records.mp9`; here it is asked which of its
building blocks a resource is, if any.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from cdss.models.patient import Days, FieldValue
from cdss.records import mp9
from cdss.records.fhir_r4 import structs as fhir
from cdss.records.fhir_r4.bundle import Item
from cdss.records.fhir_r4.dosage import strength, usage_words
from cdss.records.fhir_r4.reading import Drug, Reading, decode
from cdss.records.fhir_r4.values import (
    Place,
    codes,
    day,
    day_after,
    display_of,
    end_of,
    first_day,
    is_pieces,
    number,
    pieces,
    recorded,
    start_of,
    supply_days,
)
from cdss.records.fhir_r4.words import stop_reason_of

PROPOSED: Final = frozenset({"proposal", "plan", "option"})
NEVER_HANDED_OVER: Final = frozenset({"cancelled", "declined"})
NOT_YET_HANDED_OVER: Final = frozenset({"preparation", "in-progress", "on-hold", "stopped"})

_MEDICATION: Final = msgspec.json.Decoder(fhir.Medication)
_PARTS: Final = msgspec.json.Decoder(tuple[msgspec.Raw, ...])
_HEAD: Final = msgspec.json.Decoder(fhir.Head)


def drug_of(reading: Reading, resource: fhir.Drug, place: Place) -> Drug | None:
    """The drug of a prescription or dispensing; None, and told, when it has no code."""
    if resource.medication_reference is not None and resource.medication_reference.reference:
        found = _referred_drug(reading, resource, resource.medication_reference, place)
    else:
        concept = resource.medication_codeable_concept
        found = Drug(codes([concept], place), None, display_of(concept))
    if found is not None and not found.codes:
        place.skip("no-code")
        return None
    return found


def _referred_drug(
    reading: Reading, resource: fhir.Drug, reference: fhir.Reference, place: Place
) -> Drug | None:
    text = reference.reference or ""
    is_inside = text.startswith("#")
    item = _inside(resource, text[1:], place) if is_inside else reading.find(reference)
    if item is None or item.type != "Medication":
        place.skip("no-reference")
        return None
    if not is_inside and item.key in reading.drugs:
        return reading.drugs[item.key]
    medication = decode(_MEDICATION, item, reading.report)
    found: Drug | None = None
    if medication is not None and medication.modifier_extension:
        place.skip("modifier", medication.modifier_extension[0].url or "")
    elif medication is not None:
        found = Drug(
            codes([medication.code], place),
            strength(medication.ingredient, place),
            display_of(medication.code),
        )
    if not is_inside:
        reading.drugs[item.key] = found
    return found


def _inside(resource: fhir.Drug, own_id: str, place: Place) -> Item | None:
    """The medication that was packed inside the resource."""
    if bytes(resource.contained)[:1] != b"[":
        return None
    for raw in _PARTS.decode(resource.contained):
        try:
            head = _HEAD.decode(raw)
        except msgspec.ValidationError as error:
            place.skip("unreadable", str(error))
            continue
        if head.id == own_id:
            return Item(raw, head, head.resource_type or "", None, place.path, partial=False)
    return None


def count_dispense_requests(reading: Reading, found: Iterable[tuple[Item, fhir.Drug]]) -> None:
    """Remember for which treatments the pharmacy was asked to dispense: that is the prescription."""
    for _, drug in found:
        if isinstance(drug, fhir.MedicationRequest):
            treatment = mp9.treatment_of(drug)
            asked = mp9.block_of(drug.category, drug) == mp9.DISPENSE_REQUEST and drug.status != "cancelled"
            if treatment and asked:
                reading.dispense_requests.add(treatment)


def read_request(reading: Reading, request: fhir.MedicationRequest, place: Place) -> None:
    """A prescription. A medication agreement is an agreement too; a stop is an agreement only."""
    block = mp9.block_of(request.category, request)
    if block == mp9.SCHEDULE:
        place.skip("schedule")
        return
    if request.status == "cancelled" and not mp9.is_stop(request):
        place.skip("status", "cancelled")
        return
    drug = drug_of(reading, request, place)
    if drug is None:
        return
    proposed = request.status == "draft" or request.intent in PROPOSED
    on = first_day(place, (request.authored_on, "authoredOn"), (mp9.registered_on(request), "extension"))
    used = mp9.time_of_use(request, place)
    fields = recorded(
        display=drug.display,
        strength=drug.strength,
        usage=usage_words(request.dosage_instruction, place, cyclic=mp9.is_cyclic(request)),
        days_supply=_expected_supply(request, place),
        quantity=_requested(request, place),
        repeats=_repeats(request, place),
        until=used.until or _end_of_dosage(request.dosage_instruction, place),
        prescriber="other" if request.reported_boolean or mp9.is_copy(request) else None,
        proposed=True if proposed else None,
        episode=reading.episode([request.encounter]),
    )
    if block == mp9.AGREEMENT:
        fields |= recorded(indication=_indication(reading, (), request.reason_reference, place))
        if not proposed:
            stop = mp9.add_agreement(reading, request, drug, on, stop_reason_of(request.reason_code), place)
            if stop or mp9.treatment_of(request) in reading.dispense_requests:
                return  # what the pharmacy was asked to dispense stands in requests of its own
    else:
        fields |= recorded(
            indication=_indication(reading, request.reason_code, request.reason_reference, place),
            active={"active": True, "completed": False, "stopped": False}.get(request.status or ""),
            stop_reason=stop_reason_of([request.status_reason]) if request.status == "stopped" else None,
        )
    reading.add("prescriptions", place, on, drug.codes, fields)


def _expected_supply(request: fhir.MedicationRequest, place: Place) -> FieldValue:
    wanted = request.dispense_request
    return supply_days(wanted.expected_supply_duration, "expectedSupplyDuration", place) if wanted else None


def _requested(request: fhir.MedicationRequest, place: Place) -> FieldValue:
    wanted = request.dispense_request
    return pieces(wanted.quantity, "dispenseRequest.quantity", place) if wanted else None


def _repeats(request: fhir.MedicationRequest, place: Place) -> FieldValue:
    wanted = request.dispense_request
    return number(wanted.number_of_repeats_allowed, "numberOfRepeatsAllowed", place) if wanted else None


def _end_of_dosage(dosages: Iterable[fhir.Dosage], place: Place) -> Days | None:
    """The first day after the last of the dosages, when each of them says its end."""
    ends = []
    for dosage in dosages:
        repeat = dosage.timing.repeat if dosage.timing else None
        end = day(end_of(repeat.bounds_period), "boundsPeriod", place) if repeat else None
        if end is None:
            return None
        ends.append(end)
    return day_after(max(ends, key=lambda days: days.last)) if ends else None


def _indication(
    reading: Reading, concepts: Iterable[fhir.Concept], references: Iterable[fhir.Reference], place: Place
) -> str | None:
    """What the drug is for: a code of the GP's own list when there is one."""
    found = list(codes(concepts, place))
    for reference in references:
        found += reading.codes_of_problem(reference, place)
    return next((code for code in found if code.startswith("icpc-1:")), found[0] if found else None)


def read_dispense(reading: Reading, dispense: fhir.MedicationDispense, place: Place) -> None:
    """A dispensing, when something was handed over; an administration agreement of the pharmacy is none."""
    block = mp9.block_of((dispense.category,), dispense)
    if block not in (None, mp9.DISPENSED, mp9.PHARMACY_AGREEMENT):
        place.skip("not-handed-over")
        return
    if dispense.status in NEVER_HANDED_OVER:
        place.skip("status", dispense.status)
        return
    is_agreement = block == mp9.PHARMACY_AGREEMENT
    if not is_agreement and dispense.when_handed_over is None:
        if dispense.status in NOT_YET_HANDED_OVER:
            place.skip("not-handed-over")
            return
        place.skip("handed-over-date")
    drug = drug_of(reading, dispense, place)
    if drug is None:
        return
    if is_agreement:
        on = day(mp9.agreed_on(dispense), "extension", place)
        mp9.add_agreement(reading, dispense, drug, on, mp9.pharmacy_reason(dispense), place)
        return
    fields = recorded(
        display=drug.display,
        strength=drug.strength,
        quantity=pieces(dispense.quantity, "quantity", place),
        usage=usage_words(dispense.dosage_instruction, place, cyclic=mp9.is_cyclic(dispense)),
        days_supply=supply_days(dispense.days_supply, "daysSupply", place),
    )
    reading.add(
        "dispensings", place, day(dispense.when_handed_over, "whenHandedOver", place), drug.codes, fields
    )


def read_statement(reading: Reading, statement: fhir.MedicationStatement, place: Place) -> None:
    """The statement that a drug is not, or no longer, used. That it is used says nothing about supply."""
    stop = mp9.stop_of(statement, place)
    if stop is None and statement.status not in ("not-taken", "stopped", "completed", "on-hold"):
        if statement.status in ("active", "unknown", None):
            place.once("use", "")
        else:
            place.skip("status", statement.status)
        return
    drug = drug_of(reading, statement, place)
    if drug is None:
        return
    on = day(statement.date_asserted, "dateAsserted", place)
    period = statement.effective_period
    start = first_day(
        place, (start_of(period), "effectivePeriod"), (statement.effective_date_time, "effectiveDateTime")
    )
    end = mp9.first_day_without(end_of(period), place)
    never_taken = statement.status == "not-taken"
    fields = recorded(
        kind="not_used",
        from_=(start if never_taken else end) or on,
        until=end if never_taken else None,
        stop_type=stop.type if stop else "temporary" if statement.status == "on-hold" else None,
        reason=stop_reason_of((*statement.status_reason, *statement.reason_code)),
        treatment=mp9.treatment_of(statement),
        strength=drug.strength,
    )
    reading.add("agreements", place, on, drug.codes, fields)


def read_administration(reading: Reading, given: fhir.MedicationAdministration, place: Place) -> None:
    """A drug that was given."""
    drug = drug_of(reading, given, place)
    if drug is None:
        return
    on = first_day(
        place,
        (given.effective_date_time, "effectiveDateTime"),
        (start_of(given.effective_period) or end_of(given.effective_period), "effectivePeriod"),
    )
    dose = given.dosage.dose if given.dosage and is_pieces(given.dosage.dose) else None
    fields = recorded(
        display=drug.display, strength=drug.strength, quantity=pieces(dose, "dosage.dose", place)
    )
    reading.add("administrations", place, on, drug.codes, fields)
