"""A patient in danger, from record to text: nothing in it is calmer than the danger."""

from __future__ import annotations

from datetime import date

import pytest

import cdss

ON = date(2026, 3, 1)
SAID = {
    "pain_region": "low_back",
    "acute_severe_pain": True,  # alone: see the patient within 24 hours
    "pain_position_independent": True,  # at 75 also: think of the aorta, within the hour
    "ces_bladder": True,
}


@pytest.fixture(scope="module")
def advice() -> cdss.Advice:
    record = {
        "id": "p1",
        "birth_date": "1950-05-05",
        "sex": "male",
        "conditions": [{"codes": ["icpc-1:L03"], "on": "2026-02-27", "active": True}],
        "answers": {name: {"value": value, "on": ON.isoformat()} for name, value in SAID.items()},
    }
    return cdss.Engine(cdss.load()).advise(cdss.read(record), on=ON, setting="contact")


@pytest.mark.parametrize("action", ["see-patient-today", "phone-neurologist"])
def test_the_text_of_a_calmer_rule_does_not_stand_in_an_urgent_advice(
    advice: cdss.Advice, action: str
) -> None:
    advised = advice.recommendation(action)

    assert advised is not None
    assert len(advised.rules) > 1
    assert advised.urgency == "U2"
    for role, language in (("gp", "nl"), ("gp", "en"), ("physiotherapist", "nl"), ("patient", "nl")):
        text = advised.message(role, language)
        assert "24" not in text
        assert "binnen enkele uren" not in text and "within a few hours" not in text


def test_the_reasons_of_all_rules_stand_with_it(advice: cdss.Advice) -> None:
    advised = advice.recommendation("see-patient-today")

    assert advised is not None
    criteria = {because.criterion for because in advised.because}
    assert {"acute_severe_pain", "pain_position_independent"} <= criteria
