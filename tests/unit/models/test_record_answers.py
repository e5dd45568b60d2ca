"""Facts given to a patient, and answers put into a patient or one of the records."""

from datetime import date
from decimal import Decimal

import pytest

from cdss.errors import PatientError
from cdss.models.patient import Answer, Days, Patient, Record

ON = date(2026, 3, 1)
TODAY = Days(ON, ON)
FRACTURE = Record("conditions", 2, None, ("icpc-1:L76",), {"active": True})
PATIENT = Patient(lists={"conditions": (FRACTURE,)}, answers=(Answer("smoking", False, None),))


def refusal(patient, **answers):
    with pytest.raises(PatientError) as error:
        patient.with_answers(answers, on=ON)
    return error.value.kind


def test_facts_are_given_as_they_are():
    facts = {"age": "71 years", "bmi": "19 kg/m2", "leg_pain": "radicular", "bone_drug_use.status": "never"}

    assert Patient.from_facts(facts).given == facts


@pytest.mark.parametrize("name", ["Age", "age years", "", "1age", "conditions/0/site"])
def test_what_cannot_be_a_fact_is_refused(name):
    with pytest.raises(PatientError) as error:
        Patient.from_facts({name: 1})
    assert error.value.kind == "unknown-place"


def test_an_answer_is_added_and_the_patient_itself_does_not_change():
    answered = PATIENT.with_answers({"leg_pain": "radicular"}, on=ON)

    assert answered.answers == (Answer("smoking", False, None), Answer("leg_pain", "radicular", TODAY))
    assert len(PATIENT.answers) == 1


def test_an_answer_about_a_record_sets_its_field():
    answered = PATIENT.with_answers({"conditions/2/site": "toe", "conditions/2/on": "2025-12"}, on=ON)

    (record,) = answered.records("conditions")
    assert record.fields == {"active": True, "site": "toe"}
    assert record.on == Days(date(2025, 12, 1), date(2025, 12, 31))
    assert PATIENT.records("conditions") == (FRACTURE,)
    assert answered.answers == PATIENT.answers


def test_a_field_gets_the_type_that_it_has_in_a_record():
    drug = Patient(lists={"dispensings": (Record("dispensings", 0, TODAY, ("atc:M05BA04",)),)})

    answered = drug.with_answers(
        {"dispensings/0/quantity": "12", "dispensings/0/strength": "70 mg", "dispensings/0/kind": "normal"},
        on=ON,
    )

    assert answered.records("dispensings")[0].fields == {
        "quantity": Decimal(12),
        "strength": "70 mg",
        "kind": "normal",
    }


def test_asked_and_not_known_is_an_answer_without_a_value():
    answered = PATIENT.with_answers({"leg_pain": None, "conditions/2/site": None}, on=ON)

    assert answered.answers[1:] == (Answer("leg_pain", None, TODAY), Answer("conditions/2/site", None, TODAY))
    assert answered.records("conditions") == (FRACTURE,)


@pytest.mark.parametrize(
    "place",
    [
        "conditions/0/site",
        "conditions/2/colour",
        "conditions/2",
        "conditions//site",
        "problems/2/site",
        "a/b/c/d",
    ],
)
def test_a_place_that_the_record_does_not_have_is_refused(place):
    assert refusal(PATIENT, **{place: "toe"}) == "unknown-place"
    assert refusal(PATIENT, **{place: None}) == "unknown-place"


@pytest.mark.parametrize(
    ("field", "value"), [("site", "tooe"), ("until", "gisteren"), ("active", "misschien"), ("site", 5)]
)
def test_a_value_that_the_field_cannot_have_is_refused(field, value):
    with pytest.raises(PatientError) as error:
        PATIENT.with_answers({f"conditions/2/{field}": value}, on=ON)
    assert error.value.kind == "wrong-value" and error.value.path == f"conditions/2/{field}"
    assert error.value.text["nl"] and error.value.text["en"]
