"""Other people's records as one `Patient`: FHIR R4 (Medicatieproces 9 included) and our own JSON.

What reads them is imported with the first record: a third of what it would cost to `import cdss`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdss.models.patient import Patient
    from cdss.records.delivered import DeliveredArgument
    from cdss.records.source import Source

__all__ = ["read", "to_json", "to_record"]


def read(source: Source, delivered: DeliveredArgument = None) -> Patient:
    """The patient behind a record: a FHIR R4 Bundle or resource, a list of those, or our own JSON.

    `delivered` says which lists are complete: `{"conditions": {}, "dispensings": {"from": "2021-01-01", "reach":
    "own"}}`, "all" or "own". Without it our own form says so itself, and in FHIR a type of resource that is there
    counts as complete since its oldest entry, within this practice or pharmacy only.

    Whoever says so, a list of which a next page was not sent is not complete, and of one with an entry that could
    not be read absence is an assumption at most.

    PatientError when the record as a whole is impossible. What could not be used of it stands in `.skipped`.
    """
    from cdss.records import source as reading

    return reading.read(source, delivered)


def to_record(patient: Patient) -> dict[str, object]:
    """The record as plain values; keys without a value are left out."""
    from cdss.records import write

    return write.to_record(patient)


def to_json(patient: Patient) -> bytes:
    """The record as JSON text in UTF-8; the same patient gives the same bytes."""
    from cdss.records import write

    return write.to_json(patient)
