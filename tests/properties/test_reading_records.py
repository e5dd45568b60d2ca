"""Whatever comes in: a patient or a PatientError, never another exception, and never somebody else's data."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdss.errors import PatientError
from cdss.models.patient import Patient
from cdss.records import read, to_json
from tests.unit.records.sent import (
    ATC,
    ICPC,
    SNOMED,
    about,
    bundle,
    concept,
    dispense,
    observation,
    period,
    request,
    stop_type,
    treatment,
    weekly,
)

ROOT = Path(__file__).parents[2]
FHIR = [
    bundle(
        observation(component=[{"code": concept(SNOMED, "1"), "valueInteger": 3}]),
        about("Condition", id="c1", code=concept(ICPC, "L72"), onsetAge={"value": 50, "code": "a"}),
        about("EpisodeOfCare", id="e1", diagnosis=[{"condition": {"reference": "Condition/c1"}}]),
        request(
            category=[concept(SNOMED, "33633005")],
            extension=[period("2023-03-01", "2024-05-14"), treatment()],
            modifierExtension=[stop_type("410546004")],
            dosageInstruction=[weekly()],
        ),
    ),
    bundle(
        {
            "resourceType": "Medication",
            "id": "m",
            "code": concept(ATC, "M05BA04"),
            "ingredient": [
                {"strength": {"numerator": {"value": 70, "unit": "mg"}, "denominator": {"value": 1}}}
            ],
        },
        dispense(
            medicationCodeableConcept=None,
            medicationReference={"reference": "Medication/m"},
            daysSupply={"value": 84, "unit": "dag"},
            dosageInstruction=[weekly()],
        ),
        about(
            "Encounter",
            status="finished",
            **{"class": {"code": "IMP"}},
            period={"start": "2024", "end": "2024"},
        ),
        about("MedicationStatement", status="stopped", effectivePeriod={"end": "2025-01-10"}),
        about(
            "QuestionnaireResponse",
            questionnaire="https://x/odi",
            item=[{"linkId": "1", "answer": [{"valueCoding": {"code": "2"}}]}],
        ),
        about("DocumentReference", status="current", date="2025", context={"period": {"start": "2025"}}),
    ),
]
OWN = [
    json.loads(path.read_bytes()) for path in (ROOT / "tests" / "golden" / "records" / "good").glob("*.json")
]

# fmt: off
WORDS = st.sampled_from([
    "", "Patient/p1", "Patient/p2", "#p", "urn:uuid:1", "2025-02-29", "9999-12-31", "0001", "1e-05", "-",
    "ë🙂\x00", "icpc-1:L9501", "loinc:38265-5", "entered-in-error", "Bundle", "Observation", "a|b", "..",
])
# fmt: on
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to everything in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, own in inner for place in places(own, (*path, key)))]


@st.composite
def broken(draw: st.DrawFn, records: list[Any]) -> Any:
    """One of these records, with something in it replaced, taken out, or put in."""
    record = copy.deepcopy(draw(st.sampled_from(records)))
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(places(record)[1:] or [("id",)]))
        target = record
        for key in place[:-1]:
            target = target[key]
        change = draw(st.sampled_from(["replace", "remove", "add"]))
        if change == "remove" and place[-1] in (target if isinstance(target, dict) else range(len(target))):
            del target[place[-1]]
        elif change == "add" and isinstance(target, list):
            target.insert(place[-1], copy.deepcopy(draw(st.sampled_from(target))))
        else:
            target[place[-1]] = draw(VALUES)
        if not record:
            break
    return record


def read_or_refuse(source: Any) -> Patient | None:
    try:
        return read(source)
    except PatientError as error:
        assert error.kind and error.text["nl"] and error.text["en"]
        return None


@pytest.mark.parametrize("records", [FHIR, OWN], ids=["fhir", "own"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_broken_record_gives_a_patient_or_a_patient_error(records, data):
    record = data.draw(broken(records))

    patient = read_or_refuse(record)

    if patient is not None:
        assert all(one.path and one.why["nl"] and one.why["en"] for one in patient.skipped)
        again = read(to_json(patient)) if to_json(patient) != b"{}" else patient
        assert again.lists.keys() == patient.lists.keys()


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_broken_bytes_give_a_patient_or_a_patient_error(data):
    whole = bytearray(json.dumps(data.draw(st.sampled_from(FHIR + OWN)), ensure_ascii=False).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(whole) - 1))
        match data.draw(st.sampled_from(["cut", "flip", "drop"])):
            case "cut":
                whole = whole[: place + 1]
            case "flip":
                whole[place] = data.draw(st.integers(0, 255))
            case _:
                whole = whole[:place] + whole[place + 1 :] or bytearray(b" ")

    read_or_refuse(bytes(whole))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | st.text(max_size=60) | VALUES)
def test_anything_at_all_gives_a_patient_or_a_patient_error(source):
    read_or_refuse(source)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_resource_of_another_patient_refuses_the_record_wherever_it_stands(data):
    sent = copy.deepcopy(data.draw(st.sampled_from(FHIR)))
    other = data.draw(
        st.sampled_from(
            [
                observation(subject={"reference": "Patient/p2"}),
                about("Claim", subject=None, patient={"reference": "https://x/fhir/Patient/p2"}),
                about("Condition", subject={"reference": "urn:uuid:0f6b", "type": "Patient"}),
                observation(contained=[about("Condition", subject={"reference": "Patient/p2"})]),
            ]
        )
    )
    sent["entry"].insert(data.draw(st.integers(0, len(sent["entry"]))), {"resource": other})

    with pytest.raises(PatientError) as error:
        read(sent)

    assert error.value.kind == "another-patient"


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(1, 5)))
def test_the_order_of_the_resources_changes_nothing_but_the_order_of_the_records(order):
    sent = FHIR[0]
    shuffled = sent | {"entry": [sent["entry"][0], *(sent["entry"][place] for place in order)]}

    one, other = read(sent), read(shuffled)

    def seen(patient: Patient) -> dict[str, list[str]]:
        return {
            name: sorted(repr((record.on, record.codes, record.fields)) for record in records)
            for name, records in patient.lists.items()
        }

    assert seen(one) == seen(other) and one.delivered == other.delivered
