"""The committed schema is current, and says the same as the models about every golden record."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from cdss.models.patient import LIST_OF
from cdss.models.patient_record import PatientRecord, fields_of
from cdss.records.schema import FILE, schema_text
from cdss.rules.record_fields import FIELDS

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "records"
GOOD = sorted((GOLDEN / "good").glob("*.json"))
BAD = sorted((GOLDEN / "bad").glob("*.json"))


@pytest.fixture(scope="module")
def validator():
    schema = json.loads((ROOT / "schema" / FILE).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_committed_schema_is_current():
    assert (ROOT / "schema" / FILE).read_text(encoding="utf-8") == schema_text()


def test_there_are_records_of_both_kinds():
    assert len(GOOD) >= 5 and len(BAD) >= 20


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_schema_and_models_accept_a_good_record(path, validator):
    record = json.loads(path.read_text(encoding="utf-8"))

    assert list(validator.iter_errors(record)) == []
    PatientRecord.model_validate(record)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_schema_and_models_refuse_a_bad_record(path, validator):
    record = json.loads(path.read_text(encoding="utf-8"))

    assert list(validator.iter_errors(record)) != []
    with pytest.raises(ValidationError):
        PatientRecord.model_validate(record)


def test_every_field_that_a_guideline_may_read_can_stand_in_a_record():
    missing = {
        f"{word}.{field}"
        for word, fields in FIELDS.items()
        for field in fields
        if word in LIST_OF and field not in fields_of(LIST_OF[word])
    }

    assert missing == set()
