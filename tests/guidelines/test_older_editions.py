"""The editions of 2011 and 2012, asked for by name: when they stay silent, and how their limits differ from today's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

import pytest

import cdss

ON = date(2025, 3, 10)
HIGH_SCORE: dict[str, object] = {
    "conditions": [],
    "dispensings": [],
    "prescriptions": [],
    "administrations": [],
    "observations": [{"on": "2025-02-01", "code": "loinc:29463-7", "value": 52, "unit": "kg"}],
    "answers": {
        "parental_hip_fracture": {"value": True, "on": "2025-02-01"},
        "falls_past_year": {"value": 3, "on": "2025-02-01"},
    },
}


@cache
def engine() -> cdss.Engine:
    return cdss.Engine(cdss.load())


def advise(
    record: Mapping[str, object], birth_date: str, edition: str, setting: str = "record"
) -> cdss.Advice:
    patient = cdss.read({"id": "p", "sex": "female", "birth_date": birth_date, **record}, delivered="all")
    return engine().advise(patient, on=ON, setting=setting, editions={"fracture-prevention": edition})


def outcome(advice: cdss.Advice) -> str:
    return next(topic.outcome for topic in advice.topics if topic.topic == "fracture-prevention")


def fracture_of(day: str) -> dict[str, object]:
    return {"conditions": [{"on": day, "code": "icpc-1:L72", "cause": "low_energy", "date_kind": "event"}]}


@pytest.mark.parametrize("setting", ["record", "contact", "population"])
def test_the_edition_of_2012_does_not_screen(setting: str) -> None:
    """Five points, and nobody asked: no advice, and nothing is asked of anybody."""
    advice = advise(HIGH_SCORE, "1940-01-01", "nhg-m69-2012", setting)

    assert outcome(advice) == "not_started"
    assert [one.action for one in advice.recommendations if "nhg-m69-2012" in one.editions] == []
    assert [question.fact for question in advice.questions if "fracture-prevention" in question.topics] == []


def test_the_edition_of_2012_begins_when_the_patient_asks() -> None:
    answers = {**HIGH_SCORE["answers"], "patient_question": {"value": True, "on": "2025-03-10"}}  # type: ignore[dict-item]
    advice = advise({**HIGH_SCORE, "answers": answers}, "1940-01-01", "nhg-m69-2012", "contact")

    assert outcome(advice) == "advice"
    assert "arrange-further-tests" in {one.action for one in advice.recommendations}


@pytest.mark.parametrize(
    ("edition", "action", "age"),
    [
        ("cbo-2011", "order-dxa", 50),
        ("nhg-m69-2012", "arrange-further-tests", 51),
        ("nhg-m69-2024", "order-dxa-vfa", 50),
    ],
)
def test_each_edition_keeps_its_own_age_for_a_fracture(edition: str, action: str, age: int) -> None:
    """9.2: 'older than 50' is 51 and over, 'from 50' is 50."""
    fracture = fracture_of("2025-01-12")
    on_the_birthday = advise(fracture, f"{ON.year - age}-03-10", edition)
    the_day_before = advise(fracture, f"{ON.year - age}-03-11", edition)

    assert action in {one.action for one in on_the_birthday.recommendations}
    assert action not in {one.action for one in the_day_before.recommendations}


@pytest.mark.parametrize(
    ("edition", "last", "first_not"),
    [("cbo-2011", "2024-12-11", "2024-12-10"), ("nhg-m69-2012", "2023-03-11", "2023-03-10")],
)
def test_each_edition_keeps_its_own_window_for_a_fracture(edition: str, last: str, first_not: str) -> None:
    """9.6: three months in the list of 2011, two years in the edition of 2012."""
    recent = advise(fracture_of(last), "1960-01-01", edition)
    past = advise(fracture_of(first_not), "1960-01-01", edition)

    assert recent.to_dict()["findings"]["recent_fracture"] is True
    assert past.to_dict()["findings"]["recent_fracture"] is False


def test_an_edition_says_that_it_is_not_in_force() -> None:
    advice = advise(fracture_of("2025-01-12"), "1960-01-01", "cbo-2011")

    assert not next(topic.in_force for topic in advice.topics if topic.topic == "fracture-prevention")


def test_age_alone_starts_neither() -> None:
    for edition in ("cbo-2011", "nhg-m69-2012"):
        assert outcome(advise({}, "1940-01-01", edition)) == "not_started"


def test_a_child_on_prednisone_is_no_matter_for_the_list_of_2011() -> None:
    prednisone = {
        "dispensings": [{"on": "2025-02-01", "code": "atc:H02AB07", "strength": "5 mg", "quantity": 90}]
    }

    assert outcome(advise(prednisone, "2012-01-01", "cbo-2011")) == "not_started"
    assert outcome(advise(prednisone, "2007-03-11", "cbo-2011")) == "not_started"
    assert outcome(advise(prednisone, "2007-03-10", "cbo-2011")) != "not_started"


ANSWERS: dict[str, object] = {
    "patient_question": True,
    "evaluated_elsewhere": False,
    "parental_hip_fracture": False,
    "falls_past_year": 0,
    "walking_aid": False,
    "time_not_walking": "0 days",
    "severe_immobility": False,
    "mobility_limited": False,
    "rheumatoid_arthritis_told": False,
    "secondary_disease_told": False,
    "drug_or_uncontrolled_disease": False,
    "smoking": False,
    "alcohol_units_per_day": 0,
}
NO_RISK = {fact: {"value": value, "on": "2025-03-10"} for fact, value in ANSWERS.items()}
MEASURED = {
    "conditions": [],
    "dispensings": [],
    "prescriptions": [],
    "observations": [
        {"on": "2025-02-01", "code": "loinc:29463-7", "value": 58, "unit": "kg"},
        {"on": "2025-02-01", "code": "loinc:8302-2", "value": 165, "unit": "cm"},
        {"on": "2025-02-01", "code": "loinc:39156-5", "value": 21.3, "unit": "kg/m2"},
    ],
}


@pytest.mark.parametrize(
    ("age", "cbo", "nhg_2012", "nhg_2024"),
    [(59, 0, 1, 0), (60, 0, 2, 1), (61, 1, 2, 1), (69, 1, 2, 1), (70, 1, 3, 2), (71, 2, 3, 2)],
)
def test_one_patient_scores_by_the_list_of_the_edition(
    age: int, cbo: int, nhg_2012: int, nhg_2024: int
) -> None:
    """9.5 and 9.14: 58 kg at 1.65 m is a point in 2012 alone, and the ages of 60 and 70 count from another day in each."""
    record = {**MEASURED, "answers": NO_RISK}

    for edition, points in (("cbo-2011", cbo), ("nhg-m69-2012", nhg_2012), ("nhg-m69-2024", nhg_2024)):
        findings = advise(record, f"{ON.year - age}-03-10", edition, "contact").to_dict()["findings"]
        assert findings["fracture_risk"]["value"] == points, edition


def test_a_normal_t_score_with_a_severe_vertebral_fracture_is_treated_in_2012_and_not_in_2024() -> None:
    """9.9: both are shown when editions are compared; a clinician must confirm the grid of 2024."""
    record = {
        **MEASURED,
        "administrations": [],
        "observations": [
            {"on": "2025-02-01", "code": "loinc:38265-5", "value": -0.5, "unit": "1", "site": site}
            for site in ("femoral-neck", "lumbar-spine")
        ],
        "answers": {**NO_RISK, "vfa": {"value": "grade_3", "on": "2025-02-01"}},
    }
    older = advise(record, "1950-01-01", "nhg-m69-2012").to_dict()["findings"]
    current = advise(record, "1950-01-01", "nhg-m69-2024").to_dict()["findings"]

    assert older["medication"] == "treat"
    assert older["medication_indicated"] is True
    assert current["medication"] == "no_medication"
