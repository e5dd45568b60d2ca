"""A patient in danger, from record to text: nothing in it is calmer than the danger."""

from __future__ import annotations

from datetime import date

import pytest

import cdss

ON = date(2026, 3, 1)
SAID = {
    "pain_region": "low_back",
    "niet_pluis": True,  # alone: see the patient within 24 hours
    "acute_severe_pain": True,  # so does this
    "pain_position_independent": True,  # at 75 and with it: think of the aorta, within the hour
    "ces_bladder": True,
}


@pytest.fixture(scope="module")
def shipped() -> cdss.Engine:
    return cdss.Engine(cdss.load())


@pytest.fixture(scope="module")
def advice(shipped: cdss.Engine) -> cdss.Advice:
    return advise(shipped, birth_date="1950-05-05", **SAID)


def advise(engine: cdss.Engine, birth_date: str = "1990-05-05", **said: object) -> cdss.Advice:
    """What is advised to somebody with low back pain who says this today."""
    record = {
        "id": "p1",
        "birth_date": birth_date,
        "sex": "male",
        "conditions": [{"codes": ["icpc-1:L03"], "on": "2026-02-27", "active": True}],
        "answers": {name: {"value": value, "on": ON.isoformat()} for name, value in said.items()},
    }
    return engine.advise(cdss.read(record), on=ON, setting="contact")


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


def test_next_to_112_stands_no_calmer_order(shipped: cdss.Engine) -> None:
    """At 60, sudden severe pain that no posture changes, and a known aneurysm: 112, and nothing that waits an hour or a day."""
    advice = advise(
        shipped,
        birth_date="1966-01-01",
        acute_severe_pain=True,
        pain_position_independent=True,
        known_aaa=True,
    )

    assert [one.action for one in advice.recommendations] == ["call-ambulance"]
    assert advice.to_dict()["findings"]["urgency"] == "U1"


def test_without_the_aneurysm_known_the_lower_alarm_stays(shipped: cdss.Engine) -> None:
    advice = advise(shipped, birth_date="1966-01-01", acute_severe_pain=True, pain_position_independent=True)

    assert [(one.action, one.urgency) for one in advice.recommendations] == [("see-patient-today", "U2")]


@pytest.mark.parametrize(("days", "changes"), [(41, False), (42, True), (43, True)])
def test_treatment_that_does_not_help_is_changed_and_not_continued(
    shipped: cdss.Engine, days: int, changes: bool
) -> None:
    advice = advise(
        shipped,
        ces_saddle=False,
        ces_bladder=False,
        ces_bowel=False,
        fever_or_ill=False,
        cancer_history=False,
        trauma="none",
        leg_pain="none",
        leg_weakness_symptom=False,
        pain_duration="60 days",
        current_step=2,
        current_step_duration=f"{days} days",
        response_result="not_improved",
        clinician_risk_profile="low",
    )

    step = advice.recommendation("step-2-primary-care")
    assert step is not None
    assert ("Verander de behandeling" in step.message("physiotherapist", "nl")) == changes
    assert ("Ga door met de behandeling" in step.message("physiotherapist", "nl")) != changes


def test_a_wording_for_recent_loss_does_not_claim_what_is_not_known(shipped: cdss.Engine) -> None:
    """Since when, and whether it gets worse, nobody said."""
    advice = advise(shipped, ces_saddle=True)

    (advised,) = advice.recommendations
    assert "of begin of beloop is niet bekend" in advised.message("gp", "nl")
    assert "of dat is niet bekend" in advised.message("physiotherapist", "nl")


def test_the_next_look_is_within_7_days_for_strength_and_14_for_a_history_of_cancer(
    shipped: cdss.Engine,
) -> None:
    weak = advise(shipped, leg_pain="radicular", mrc_min=4, paresis_progressive=False)
    cancer = advise(shipped, cancer_history=True, mrc_min=5)

    for advice, due, words in ((weak, date(2026, 3, 8), "7 dagen"), (cancer, date(2026, 3, 15), "14 dagen")):
        again = advice.recommendation("re-examine-back")
        assert again is not None
        assert again.due == due
        assert words in again.message("gp", "nl")
