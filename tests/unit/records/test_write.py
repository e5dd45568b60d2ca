"""A patient written as a record in our own form is read back as the same patient."""

import json
from datetime import date
from pathlib import Path

import pytest

from cdss.models.patient import Answer, Days, Patient
from cdss.records import read, to_json, to_record
from tests.unit.records.sent import bundle, concept, observation

HERE = Path(__file__).parents[3]
EXAMPLES = sorted((HERE / "examples" / "patients").glob("*.json"))
GOLDEN = sorted((HERE / "tests" / "golden" / "records" / "good").glob("*.json"))


@pytest.mark.parametrize("path", EXAMPLES + GOLDEN, ids=lambda path: path.stem)
def test_what_is_written_reads_back_the_same(path):
    patient = read(path.read_bytes())

    again = read(to_json(patient))

    assert again.lists == patient.lists
    assert (again.id, again.birth_date, again.sex, again.deceased_on, again.age) == (
        *(patient.id, patient.birth_date, patient.sex),
        *(patient.deceased_on, patient.age),
    )
    assert again.delivered == patient.delivered and again.answers == patient.answers


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_same_patient_gives_the_same_bytes(path):
    assert to_json(read(path.read_bytes())) == to_json(read(path.read_bytes()))


@pytest.mark.parametrize("text", ["1954", "1954-03", "1954-03-02", "1954-03-02..1955-03-01", "1954-03-02.."])
def test_a_date_is_written_as_it_was(text):
    assert to_record(read({"deceased_on": text, "id": "p1"}))["deceased_on"] == text


def test_a_number_is_written_digit_for_digit():
    written = to_json(read('{"observations": [{"code": "loinc:38265-5", "value": -2.60}]}'))

    assert b'"value":-2.60' in written


def test_of_two_answers_to_one_fact_the_latest_is_written():
    def answer(value, on):
        return Answer("smoking", value, Days(on, on))

    patient = Patient(answers=(answer(True, date(2025, 2, 1)), answer(False, date(2024, 1, 1))))

    assert json.loads(to_json(patient)) == {"answers": {"smoking": {"on": "2025-02-01", "value": True}}}


def test_an_empty_patient_is_an_empty_record():
    assert to_record(Patient()) == {}


def test_a_code_with_an_endless_address_reads_back():
    sent = bundle(observation() | {"code": concept("http://example.org/" + "x" * 300, "y" * 300)})

    patient = read(sent)

    assert len(patient.records("observations")) == 1
    assert read(to_json(patient)).lists == patient.lists
