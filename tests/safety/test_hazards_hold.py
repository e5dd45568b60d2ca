"""The barriers of docs/safety/hazards.yaml, each tried from outside as a system would call us, on every executor."""

from __future__ import annotations

import json
import threading
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cdss
from cdss.engine.durable_host import DurableUnavailable
from cdss.engine.engine import EXECUTORS
from cdss.models.guideline import ROLES, URGENCIES

GUIDELINES = Path(__file__).resolve().parents[2] / "guidelines"
ON = date(2026, 3, 1)
SAFE = {
    "ces_saddle": False,
    "ces_bladder": False,
    "ces_bowel": False,
    "fever_or_ill": False,
    "cancer_history": False,
    "trauma": "none",
    "leg_pain": "none",
    "leg_weakness_symptom": False,
    "acute_severe_pain": False,
}


@cache
def engine_on(executor: str) -> cdss.Engine:
    return cdss.Engine(cdss.load(GUIDELINES), executor=executor)


@pytest.fixture(params=EXECUTORS)
def engine(request: pytest.FixtureRequest) -> cdss.Engine:
    """A barrier that stands in one executor and not in another is no barrier."""
    try:
        return engine_on(request.param)
    except DurableUnavailable as why:
        pytest.skip(str(why))


def record(**more: Any) -> dict[str, Any]:
    lists = {name: {} for name in more if isinstance(more[name], list)}
    return {"id": "p1", "birth_date": "1958-05-01", "sex": "female", "delivered": lists, **more}


def back_pain(**answers: Any) -> cdss.Patient:
    episode = [{"on": "2026-02-01", "codes": ["icpc-1:L03"], "active": True, "episode": "e1"}]
    return cdss.read(record(conditions=episode)).with_answers(answers, on=ON)


def urgencies(advice: cdss.Advice) -> set[str]:
    return {one.urgency for one in advice.recommendations}


# Patients mixed up, and another patient's record


def test_eight_threads_on_one_engine_give_each_patient_their_own_advice(engine: cdss.Engine) -> None:
    patients = [
        cdss.read(record(conditions=[{"on": "2025-12-01", "codes": ["icpc-1:L72"], "cause": "low_energy"}])),
        back_pain(**{**SAFE, "ces_saddle": True}),
        cdss.read(
            record(
                dispensings=[
                    {"on": "2025-01-08", "codes": ["atc:M05BA04"], "strength": "70 mg", "quantity": 12}
                ]
            )
        ),
        cdss.read(record(conditions=[])),
    ]

    def told(patient: cdss.Patient) -> str:
        advice = engine.advise(patient, ON, "contact")
        return repr((advice.recommendations, advice.questions, dict(advice.findings), advice.topics))

    alone = [told(patient) for patient in patients]
    seen: list[tuple[int, str]] = []

    def run(start: int) -> None:
        for step in range(24):
            which = (start + step) % len(patients)
            seen.append((which, told(patients[which])))

    threads = [threading.Thread(target=run, args=(start,)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 8 * 24
    assert all(advice == alone[which] for which, advice in seen)
    assert len(set(alone)) == len(patients)


def test_a_resource_about_somebody_else_refuses_the_whole_record() -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": {"resourceType": "Patient", "id": "a", "birthDate": "1950-01-01"}},
            {
                "resource": {
                    "resourceType": "Condition",
                    "subject": {"reference": "Patient/b"},
                    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icpc-1-nl", "code": "L72"}]},
                }
            },
        ],
    }

    with pytest.raises(cdss.PatientError) as refused:
        cdss.read(bundle)

    assert (refused.value.kind, refused.value.path) == ("another-patient", "entry/1")


def test_a_bundle_with_two_patients_is_refused() -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": {"resourceType": "Patient", "id": "a", "birthDate": "1950-01-01"}},
            {"resource": {"resourceType": "Patient", "id": "b", "birthDate": "1950-01-01"}},
        ],
    }

    with pytest.raises(cdss.PatientError) as refused:
        cdss.read(bundle)

    assert refused.value.kind == "two-patients"


# Unknown read as no; an old no


def test_an_unanswered_safety_question_never_gives_a_step(engine: cdss.Engine) -> None:
    for question in SAFE:
        answers = {fact: value for fact, value in SAFE.items() if fact != question}
        advice = engine.advise(
            back_pain(**answers, pain_duration="10 days", pain_region="low_back"), ON, "contact"
        )

        assert advice.findings["step"] == "none", question
        assert advice.findings["routing_status"] == "blocked", question


def test_a_list_that_was_not_delivered_is_not_an_empty_list(engine: cdss.Engine) -> None:
    nothing = cdss.read({"id": "p", "birth_date": "1950-01-01", "sex": "female"})
    empty = cdss.read(
        {
            "id": "p",
            "birth_date": "1950-01-01",
            "sex": "female",
            "dispensings": [],
            "delivered": {"dispensings": {}},
        }
    )

    unknown = engine.advise(nothing, ON, topics=["fracture-prevention"])
    never = engine.advise(empty, ON, topics=["fracture-prevention"])

    assert isinstance(unknown.findings["bone_drug_use.status"], dict)  # unknown
    assert never.findings["bone_drug_use.status"] == "never"


def test_an_old_no_to_a_safety_question_does_not_count_today(engine: cdss.Engine) -> None:
    old = back_pain().with_answers({**SAFE, "pain_duration": "10 days"}, on=date(2026, 2, 1))

    advice = engine.advise(old, ON, "contact")

    assert advice.findings["routing_status"] == "blocked"
    assert {"ces_saddle", "ces_bladder", "ces_bowel"} <= {question.fact for question in advice.questions}


def test_an_old_yes_to_a_safety_question_still_counts(engine: cdss.Engine) -> None:
    old = back_pain().with_answers({"ces_saddle": True}, on=date(2026, 2, 27))

    assert "U2" in urgencies(engine.advise(old, ON, "contact"))


# Silence read as safe


def test_every_topic_says_its_outcome_and_silence_has_a_reason(engine: cdss.Engine) -> None:
    nothing = engine.advise(cdss.read({"id": "p", "birth_date": "1990-01-01"}), ON)
    looked_at = engine.advise(cdss.read(record(conditions=[])), ON)
    deceased = engine.advise(
        cdss.read({"id": "p", "birth_date": "1950-01-01", "deceased_on": "2025-01-01"}), ON
    )

    for advice in (nothing, looked_at, deceased):
        assert {topic.topic for topic in advice.topics} == {"back-pain", "fracture-prevention"}
        assert all(topic.outcome for topic in advice.topics)
    assert {topic.outcome for topic in nothing.topics} == {"not_started"}
    assert {topic.outcome for topic in deceased.topics} == {"deceased"}


def test_a_topic_that_did_not_start_names_the_lists_in_which_its_reason_may_stand(
    engine: cdss.Engine,
) -> None:
    nothing = engine.advise(cdss.read({"id": "p", "birth_date": "1954-03-02", "sex": "female"}), ON)
    looked_at = engine.advise(cdss.read(record(conditions=[], contacts=[])), ON)

    def not_delivered(advice: cdss.Advice, topic: str) -> set[str]:
        return {one.what for one in advice.topic(topic).not_checked if one.why == "not_delivered"}

    assert not_delivered(nothing, "back-pain") == {"conditions", "contacts"}
    assert {"conditions", "dispensings"} <= not_delivered(nothing, "fracture-prevention")
    assert not_delivered(looked_at, "back-pain") == set()


def test_open_safety_questions_in_a_record_are_not_assessable_and_not_nothing(engine: cdss.Engine) -> None:
    advice = engine.advise(back_pain(), ON, "record")

    assert advice.topic("back-pain").outcome == "not_assessable"
    assert advice.findings["route"] == "ask_now"


def test_open_safety_questions_in_a_record_interrupt_nobody(engine: cdss.Engine) -> None:
    in_record = engine.advise(back_pain(), ON, "record")
    in_contact = engine.advise(back_pain(), ON, "contact")

    assert urgencies(in_record) <= {"routine"}
    assert "complete-safety-questions" not in {one.action for one in in_record.recommendations}
    assert "complete-safety-questions" in {one.action for one in in_contact.recommendations}


# Draft shown as guideline


def test_every_text_of_a_draft_says_that_it_is_one(engine: cdss.Engine) -> None:
    advice = engine.advise(
        cdss.read(record(conditions=[{"on": "2025-12-01", "codes": ["icpc-1:L72"], "cause": "low_energy"}])),
        ON,
    )

    texts = [
        text
        for one in advice.recommendations
        for by_language in one.texts.messages.values()
        for text in by_language.values()
    ]
    assert texts
    assert all(text.startswith(("Concept:", "Draft:")) for text in texts), texts
    assert all(one.status == "draft" for one in advice.recommendations)


def test_drafts_are_left_out_when_only_active_content_is_accepted() -> None:
    careful = cdss.Engine(cdss.load(GUIDELINES), accept="active")

    advice = careful.advise(back_pain(**{**SAFE, "ces_saddle": True}), ON, "contact")

    assert advice.recommendations == ()


# Urgent advice lost


@pytest.mark.parametrize("role", ROLES)
def test_danger_reaches_every_audience(engine: cdss.Engine, role: str) -> None:
    advice = engine.advise(back_pain(**{**SAFE, "ces_bladder": True}), ON, "contact", audience=role)

    assert "U2" in urgencies(advice)


def test_a_lower_alarm_is_not_silenced_by_an_open_higher_one(engine: cdss.Engine) -> None:
    fever = engine.advise(back_pain(fever_or_ill=True), ON, "contact")

    assert any(URGENCIES.index(one.urgency) >= URGENCIES.index("U4") for one in fever.recommendations)


@pytest.mark.parametrize("choice", ["declined", "done_elsewhere", "not_applicable"])
def test_a_decision_never_covers_an_urgent_advice(engine: cdss.Engine, choice: str) -> None:
    patient = cdss.read(
        record(
            conditions=[{"on": "2026-02-01", "codes": ["icpc-1:L03"], "active": True}],
            decisions=[
                # Of the day of the answer: an older decision would have ended by the answer itself.
                {"on": "2026-03-01", "action": "phone-neurologist", "choice": choice, "until": "2027-01-01"}
            ],
        )
    ).with_answers({**SAFE, "ces_saddle": True}, on=ON)

    assert "phone-neurologist" in {
        one.action for one in engine.advise(patient, ON, "contact").recommendations
    }


# Wrong edition


def test_before_the_first_edition_nothing_is_advised_and_that_is_said(engine: cdss.Engine) -> None:
    patient = cdss.read(
        record(conditions=[{"on": "2009-12-01", "codes": ["icpc-1:L72"], "cause": "low_energy"}])
    )

    advice = engine.advise(patient, date(2010, 3, 1))

    assert advice.topic("fracture-prevention").outcome == "no_edition"
    assert not any(one.topic == "fracture-prevention" for one in advice.recommendations)


def test_an_edition_outside_its_period_says_so(engine: cdss.Engine) -> None:
    patient = cdss.read(
        record(conditions=[{"on": "2009-12-01", "codes": ["icpc-1:L72"], "cause": "low_energy"}])
    )

    advice = engine.advise(patient, date(2010, 3, 1), editions={"fracture-prevention": "nhg-m69-2024"})

    assert advice.topic("fracture-prevention").edition == "nhg-m69-2024"
    assert not advice.topic("fracture-prevention").in_force


def test_every_answer_names_the_guidelines_it_rests_on(engine: cdss.Engine) -> None:
    ruleset = cdss.load(GUIDELINES)
    behind = engine.advise(back_pain(**{**SAFE, "ces_saddle": True}), ON, "contact").to_dict()["guidelines"]

    named = {one["id"]: (one["version"], one["sha256"]) for one in behind}
    assert named
    assert all(named[one.id] == (one.version, one.sha256) for one in ruleset.files if one.id in named)
    assert {"back-pain.safety"} <= set(named)


# Wrong code


def test_xgeva_is_no_bone_protection(engine: cdss.Engine) -> None:
    doses = [
        {"on": f"2025-{month:02d}-01", "codes": ["atc:M05BX04"], "strength": "120 mg", "quantity": 1}
        for month in range(1, 13)
    ]

    advice = engine.advise(
        cdss.read(record(dispensings=doses, administrations=[])), ON, topics=["fracture-prevention"]
    )

    assert advice.findings["denosumab_overdue"] is False
    assert "arrange-denosumab" not in {one.action for one in advice.recommendations}


def test_denosumab_without_a_strength_is_asked_and_not_taken_for_cancer(engine: cdss.Engine) -> None:
    dose = [{"on": "2025-01-10", "codes": ["atc:M05BX04"], "quantity": 1}]

    advice = engine.advise(cdss.read(record(dispensings=dose, administrations=[])), ON)

    assert isinstance(advice.findings["denosumab_overdue"], dict)  # unknown
    assert ("dispensings/0", "strength") in {(one.record, one.field) for one in advice.questions}
    assert advice.topic("fracture-prevention").outcome == "questions"


@pytest.mark.parametrize("code", ["icpc-1:L74", "icpc-1:L76"])
def test_a_code_that_does_not_settle_the_site_is_asked_about(engine: cdss.Engine, code: str) -> None:
    patient = cdss.read(record(conditions=[{"on": "2025-12-01", "codes": [code], "cause": "low_energy"}]))

    advice = engine.advise(patient, ON)

    assert "order-dxa-vfa" not in {one.action for one in advice.recommendations if one.state == "settled"}
    assert ("conditions/0", "site") in {(question.record, question.field) for question in advice.questions}


# Episode date taken as fracture date


def test_a_reported_date_near_the_end_of_the_window_is_told(engine: cdss.Engine) -> None:
    near_end = [{"on": "2024-03-20", "codes": ["icpc-1:L72"], "cause": "low_energy", "date_kind": "reported"}]

    advice = engine.advise(cdss.read(record(conditions=near_end)), ON)

    told = [text["nl"] for one in advice.recommendations for text in one.caveats]
    assert any("meldingsdatum, niet de datum van de breuk" in text for text in told), told


# False urgency


def test_no_alarm_without_an_alarm_sign(engine: cdss.Engine) -> None:
    advice = engine.advise(back_pain(**SAFE, pain_duration="10 days", niet_pluis=False), ON, "contact")

    assert not urgencies(advice) & {"U1", "U2", "U3", "U4"}


def test_a_planned_end_is_no_alarm(engine: cdss.Engine) -> None:
    patient = cdss.read(
        record(
            dispensings=[{"on": "2020-01-06", "codes": ["atc:M05BA04"], "strength": "70 mg", "quantity": 12}],
            agreements=[
                {
                    "on": "2020-03-01",
                    "codes": ["atc:M05BA04"],
                    "kind": "stop",
                    "from": "2020-03-01",
                    "stop_type": "definitive",
                    "reason": "side_effect",
                }
            ],
        )
    )

    advice = engine.advise(patient, ON, topics=["fracture-prevention"])

    assert advice.findings["bone_drug_use.status"] == "planned_end"
    assert "discuss-stopped-treatment" not in {one.action for one in advice.recommendations}


# The answer itself


def test_the_same_input_gives_the_same_bytes() -> None:
    patient = back_pain(**{**SAFE, "ces_saddle": True})

    one = cdss.Engine(cdss.load(GUIDELINES)).advise(patient, ON, "contact").to_json()
    other = cdss.Engine(cdss.load(GUIDELINES), executor="reference").advise(patient, ON, "contact").to_json()

    assert one == other
    assert json.loads(one)["schema"] == "cdss.advice/1"
