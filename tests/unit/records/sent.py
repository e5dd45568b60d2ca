"""Small FHIR resources for tests, all about the patient `p1` unless a test says otherwise."""

from __future__ import annotations

from typing import Any

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ATC = "http://www.whocc.no/atc"
ICPC = "http://hl7.org/fhir/sid/icpc-1-nl"
NICTIZ = "http://nictiz.nl/fhir/StructureDefinition/"

Json = dict[str, Any]


def concept(system: str, *codes: str) -> Json:
    return {"coding": [{"system": system, "code": code} for code in codes]}


def patient(**elements: Any) -> Json:
    return {"resourceType": "Patient", "id": "p1", "birthDate": "1954-03-02", "gender": "female"} | elements


def about(kind: str, **elements: Any) -> Json:
    """A resource of this type about the patient; `None` leaves an element out."""
    subject = "patient" if kind in ("AllergyIntolerance", "EpisodeOfCare") else "subject"
    resource = {"resourceType": kind, subject: {"reference": "Patient/p1"}} | elements
    return {name: value for name, value in resource.items() if value is not None}


def bundle(*resources: Json, **elements: Any) -> Json:
    """A Bundle of the patient and these resources."""
    entries = [{"resource": resource} for resource in (patient(), *resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries} | elements


def observation(code: str = "38265-5", value: object = -2.6, **elements: Any) -> Json:
    """A T-score of the day 2025-02-20."""
    quantity = {
        "value": value,
        "unit": "{T-score}",
        "system": "http://unitsofmeasure.org",
        "code": "{T-score}",
    }
    own = {
        "status": "final",
        "code": concept(LOINC, code),
        "effectiveDateTime": "2025-02-20",
        "valueQuantity": quantity,
    }
    return about("Observation", **(own | elements))


ALENDRONATE = {"medicationCodeableConcept": concept(ATC, "M05BA04")}


def weekly(**elements: Any) -> Json:
    """The dosage: one tablet a week."""
    return {
        "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}},
        "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "stuk", "code": "1"}}],
    } | elements


def dispense(**elements: Any) -> Json:
    own = {
        "status": "completed",
        "quantity": {"value": 12},
        "whenHandedOver": "2025-01-06",
        **ALENDRONATE,
    }
    return about("MedicationDispense", **(own | elements))


def request(**elements: Any) -> Json:
    own = {"status": "active", "intent": "order", "authoredOn": "2025-01-05", **ALENDRONATE}
    return about("MedicationRequest", **(own | elements))


def period(start: str | None = None, end: str | None = None) -> Json:
    """The extension for the period of use in Medicatieproces 9."""
    own = {"start": start, "end": end}
    return {
        "url": NICTIZ + "ext-TimeInterval.Period",
        "valuePeriod": {name: value for name, value in own.items() if value},
    }


def stop_type(code: str) -> Json:
    return {"url": NICTIZ + "ext-StopType", "valueCodeableConcept": concept(SNOMED, code)}


def treatment(name: str = "mbh-1") -> Json:
    return {
        "url": NICTIZ + "ext-PharmaceuticalTreatment.Identifier",
        "valueIdentifier": {"system": "urn:oid:2.16.840.1.113883.2.4.3.11.999.77.1.1", "value": name},
    }
