"""The generated patients hold what the page beside them counts, also by the value sets that the guidelines use."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import cdss
from cdss.models.codes import levels
from cdss.models.patient import Patient

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT.parent / "shared" / "data" / "fhir"

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="the generated patients are not beside the checkout"
)


@cache
def patients(folder: str) -> tuple[Patient, ...]:
    return tuple(cdss.read(path.read_bytes()) for path in sorted((FOLDER / folder).glob("*.json")))


@cache
def members(name: str) -> frozenset[str]:
    sets = cdss.load(ROOT / "guidelines").value_sets.values()
    [found] = [one for one in sets if one.name == name]
    return frozenset((*found.codes, *found.groups))


def counted(folder: str, listed: str, codes: frozenset[str]) -> tuple[int, int]:
    """How many patients have such a record, and how many records there are."""
    own = [
        sum(any(codes & set(levels(code)) for code in record.codes) for record in patient.records(listed))
        for patient in patients(folder)
    ]
    return sum(count > 0 for count in own), sum(own)


@pytest.mark.parametrize(
    ("value_set", "listed", "trimmed", "in_python"),
    [
        ("fracture", "conditions", (14, 24), (5, 14)),
        ("osteoporosis", "conditions", (13, 13), (0, 0)),
        ("dxa", "procedures", (9, 10), (1, 1)),
        ("dxa_t_score", "observations", (9, 10), (1, 1)),
        ("bmi_codes", "observations", (30, 88), (10, 30)),
        ("fracture_drug_code", "prescriptions", (9, 9), (0, 0)),
        ("denosumab_code", "prescriptions", (0, 0), (0, 0)),
    ],
)
def test_the_value_sets_find_what_the_page_counts(
    value_set: str, listed: str, trimmed: tuple[int, int], in_python: tuple[int, int]
) -> None:
    found = [counted(folder, listed, members(value_set)) for folder in ("synthea-trimmed", "synthea-py")]

    assert found == [trimmed, in_python]


@pytest.mark.parametrize(
    ("code", "listed", "trimmed", "in_python"),
    [
        ("sct:443165006", "conditions", (5, 7), (0, 0)),
        ("sct:278860009", "conditions", (0, 0), (7, 18)),
        ("sct:69896004", "conditions", (1, 1), (0, 0)),
        ("rxnorm:312617", "prescriptions", (3, 3), (0, 0)),
        ("loinc:33914-3", "observations", (9, 18), (3, 9)),
    ],
)
def test_every_record_that_the_page_counts_is_read(
    code: str, listed: str, trimmed: tuple[int, int], in_python: tuple[int, int]
) -> None:
    found = [counted(folder, listed, frozenset({code})) for folder in ("synthea-trimmed", "synthea-py")]

    assert found == [trimmed, in_python]
