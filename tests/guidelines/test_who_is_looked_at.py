"""Whom fracture prevention looks at: never on age alone, and from the age that the guideline names (dossier §2.1)."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

import cdss

ON = date(2025, 3, 10)
FRACTURE = {"conditions": [{"on": "2025-01-12", "code": "icpc-1:L72", "cause": "low_energy"}]}
UNCLEAR = {"conditions": [{"on": "2023", "code": "icpc-1:L72", "cause": "low_energy"}]}
PREDNISONE = {
    "conditions": [],
    "dispensings": [{"on": "2025-02-01", "code": "atc:H02AB07", "strength": "5 mg", "quantity": 30}],
}
THIN = {"observations": [{"on": "2025-02-01", "code": "loinc:39156-5", "value": 19, "unit": "kg/m2"}]}


@cache
def engine() -> cdss.Engine:
    return cdss.Engine(cdss.load())


def outcome(record: dict[str, object], birth_date: str) -> str:
    patient = cdss.read({"id": "p", "sex": "female", "birth_date": birth_date, **record}, delivered="all")
    advice = engine().advise(patient, on=ON)
    return next(topic.outcome for topic in advice.topics if topic.topic == "fracture-prevention")


@pytest.mark.parametrize(
    ("record", "age"),
    [(FRACTURE, 50), (UNCLEAR, 50), (PREDNISONE, 40), (THIN, 60)],
    ids=["recent-fracture", "fracture-of-some-day", "prednisone", "risk-factor"],
)
def test_the_topic_starts_at_the_age_of_its_group(record: dict[str, object], age: int) -> None:
    born = f"{ON.year - age}-03"

    assert outcome(record, f"{born}-11") == "not_started"
    assert outcome(record, f"{born}-10") != "not_started"
    assert outcome(record, f"{born}-09") != "not_started"


def test_age_alone_is_no_reason_to_start() -> None:
    assert outcome({}, "1940-01-01") == "not_started"


def answered(**answers: object) -> dict[str, object]:
    return {"answers": {name: {"value": value, "on": "2025-02-01"} for name, value in answers.items()}}


@pytest.mark.parametrize(
    "record",
    [answered(falls_past_year=1), answered(fear_of_falling=True), answered(trouble_moving=True)],
    ids=["fell-once", "worried", "trouble-moving"],
)
def test_one_yes_to_the_questions_about_falling_is_a_reason_from_65_on(record: dict[str, object]) -> None:
    assert outcome(record, "1960-03-11") == "not_started"
    assert outcome(record, "1960-03-10") == "advice"
    assert outcome(record, "1960-03-09") == "advice"


@pytest.mark.parametrize(("falls", "seen"), [(1, "not_started"), (2, "advice"), (3, "advice")])
def test_two_falls_are_a_reason_at_any_age(falls: int, seen: str) -> None:
    assert outcome(answered(falls_past_year=falls), "1980-03-10") == seen


@pytest.mark.parametrize(("result", "seen"), [("moderate", "not_started"), ("high", "advice")])
def test_a_high_fall_risk_on_record_is_a_reason_at_any_age(result: str, seen: str) -> None:
    assert outcome(answered(fall_risk_test=result), "1980-03-10") == seen
