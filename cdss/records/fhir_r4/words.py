"""Codes of others as the closed words of a record (design §6). Only codes of which the meaning was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from cdss.records.fhir_r4.structs import Concept

SITE_OF: Final[Mapping[str, str]] = {
    # body structures
    "sct:89546000": "skull",
    "sct:56873002": "sternum",
    "sct:113197003": "rib",
    "sct:122494005": "spine-cervical",
    "sct:122495006": "spine-thoracic",
    "sct:122496007": "spine-lumbar",
    "sct:51299004": "clavicle",
    "sct:79601000": "scapula",
    "sct:85050009": "humerus",
    "sct:62413002": "radius",
    "sct:75129005": "distal-radius",
    "sct:14975008": "forearm",
    "sct:12921003": "pelvis",
    "sct:118645006": "pelvis",
    "sct:29836001": "hip",
    "sct:29627003": "hip",
    "sct:71341001": "femur",
    "sct:12611008": "tibia",
    "sct:87342007": "fibula",
    "sct:344001": "ankle",
    # fractures that name their bone
    "sct:33737001": "rib",
    "sct:58150001": "clavicle",
    "sct:65966004": "forearm",
    "sct:263102004": "wrist",
    "sct:359817006": "hip",
    "sct:16114001": "ankle",
}
"""The bone behind a code: of a body structure, or of a fracture of it."""

SCAN_SITE_OF: Final[Mapping[str, str]] = {
    **SITE_OF,
    "sct:29627003": "femoral-neck",
    "sct:122496007": "lumbar-spine",
}
"""The same for a measurement: a T-score is of the femoral neck or of the lumbar spine."""

_AGB: Final[Mapping[str, str]] = {
    "0100": "gp",
    "0200": "pharmacist",
    "0303": "surgeon",
    "0305": "orthopaedic_surgeon",
    "0308": "neurosurgeon",
    "0313": "internist",
    "0324": "rheumatologist",
    "0327": "rehabilitation_physician",
    "0330": "neurologist",
    "0335": "geriatrician",
    "0362": "radiologist",
    "0389": "pain_specialist",
    "0400": "physiotherapist",
    "0700": "exercise_therapist",
    "0800": "midwife",
    "2400": "dietitian",
    "8800": "occupational_therapist",
    "9100": "nurse",
    "9400": "psychologist",
}
_UZI: Final[Mapping[str, str]] = {
    "01.015": "gp",
    "01.026": "neurologist",
    "01.032": "orthopaedic_surgeon",
    "04.000": "physiotherapist",
    "17.000": "pharmacist",
    "30.000": "nurse",
}
_DISCIPLINES: Final[Mapping[str, Mapping[str, str]]] = {
    "2.16.840.1.113883.2.4.6.7": _AGB,
    "2.16.840.1.113883.2.4.15.111": _UZI,
    "http://fhir.nl/fhir/NamingSystem/uzi-rolcode": _UZI,
}

REASONS: Final[Mapping[str, str]] = {
    "62014003": "side_effect",  # adverse reaction to drug
    "59037007": "side_effect",  # intolerance to drug
    "397745006": "contraindication",  # medical contraindication
    "105480006": "own_choice",  # refusal of treatment by patient
    "406149000": "own_choice",  # medication refused
}
"""Why a drug was stopped, by SNOMED CT code. A code that is not here is `other`."""

REFUTED: Final = frozenset({"entered-in-error", "refuted"})
"""Verification statuses of what is not, or no longer, held to be so."""

STOP_TYPES: Final[Mapping[str, str]] = {
    "385655000": "temporary",
    "113381000146106": "temporary",
    "410546004": "definitive",
    "113371000146109": "definitive",
    "89925002": "cancelled",
}
"""The stop types of Medicatieproces 9: its value set holds two codes for the first two."""

LETTERS: Final = frozenset({"loinc:18842-5", "loinc:11488-4", "loinc:57133-1", "loinc:34133-9"})
"""Discharge summary, consultation note, referral note, summary of an episode."""


def site_of(codes: Iterable[str], sites: Mapping[str, str]) -> str | None:
    """The bone that these codes name; nothing when they name two different ones."""
    found = {sites[code] for code in codes if code in sites}
    return found.pop() if len(found) == 1 else None


def discipline_of(concepts: Iterable[Concept | None]) -> str | None:
    """The discipline behind a specialty or role, by the Dutch lists (AGB, UZI)."""
    for concept in concepts:
        for coding in concept.coding if concept else ():
            table = _DISCIPLINES.get((coding.system or "").removeprefix("urn:oid:"), {})
            if (word := table.get(coding.code or "")) is not None:
                return word
    return None


def stop_reason_of(concepts: Iterable[Concept | None]) -> str | None:
    """Why a drug was stopped; nothing when no coded reason was given."""
    codes = [coding.code for concept in concepts if concept for coding in concept.coding if coding.code]
    if not codes:
        return None
    return next((REASONS[code] for code in codes if code in REASONS), "other")
