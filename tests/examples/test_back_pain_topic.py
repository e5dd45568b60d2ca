"""When a record concerns back pain at all: an active episode, or back pain as the reason for today's contact."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import cdss

ON = date(2026, 3, 1)


@pytest.fixture(scope="module")
def engine() -> cdss.Engine:
    return cdss.Engine(cdss.load())


def outcome(engine: cdss.Engine, **lists: list[dict[str, Any]]) -> str:
    record = {
        "id": "p1",
        "birth_date": "1980-04-01",
        "delivered": {"conditions": {}, "contacts": {}},
        "conditions": [],
        "contacts": [],
        **lists,
    }
    advice = engine.advise(cdss.read(record), on=ON)
    return next(one.outcome for one in advice.topics if one.topic == "back-pain")


def episode(code: str, *, active: bool = True) -> dict[str, Any]:
    return {"codes": [code], "on": "2026-02-20", "active": active}


@pytest.mark.parametrize("code", ["icpc-1:L02", "icpc-1:L03", "icpc-1:L86"])
def test_an_active_episode_of_back_pain_opens_the_topic(engine: cdss.Engine, code: str) -> None:
    assert outcome(engine, conditions=[episode(code)]) == "not_assessable"
    assert outcome(engine, conditions=[episode(code, active=False)]) == "not_started"


@pytest.mark.parametrize(
    ("on", "expected"), [("2026-02-28", "not_started"), ("2026-03-01", "not_assessable")]
)
def test_a_contact_of_today_for_back_pain_opens_the_topic(
    engine: cdss.Engine, on: str, expected: str
) -> None:
    contact = {"on": on, "codes": ["icpc-1:L03"], "discipline": "gp", "organisation": "o1"}

    assert outcome(engine, contacts=[contact]) == expected


@pytest.mark.parametrize("code", ["icpc-1:L01", "icpc-1:L83"])
def test_neck_pain_opens_the_topic_only_to_say_that_it_is_out_of_scope(
    engine: cdss.Engine, code: str
) -> None:
    assert outcome(engine, conditions=[episode(code)]) == "out_of_scope"


def test_a_record_without_back_pain_does_not_open_the_topic(engine: cdss.Engine) -> None:
    assert outcome(engine, conditions=[episode("icpc-1:L90")]) == "not_started"


def test_of_neck_pain_it_is_not_said_that_alarms_were_looked_at(engine: cdss.Engine) -> None:
    record = {
        "id": "p1",
        "birth_date": "1980-04-01",
        "delivered": {"conditions": {}, "contacts": {}},
        "conditions": [episode("icpc-1:L83")],
        "contacts": [],
    }

    topics = engine.advise(cdss.read(record), on=ON).to_dict()["topics"]

    said = next(one["text"]["nl"] for one in topics if one["topic"] == "back-pain")
    assert "Er is niets beoordeeld" in said
    assert "rode vlaggen" not in said


KNOWN = {"route": "step", "track": "non_specific", "pain_duration": "100 days", "wpn_level": 1}


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"pain_duration": "unknown"}, "step-2-duration-unknown"),
        ({"wpn_level": 4}, "step-4-most-complex"),
        ({"current_step": 4, "response": "recovered"}, "step-1-after-recovery"),
        ({"current_step": 4, "response": "improved"}, "step-3-after-step-4"),
        ({"current_step": 4}, "step-4-continue"),
        ({"current_step": 3, "response": "improved"}, "step-2-finish"),
        (
            {"current_step": 3, "current_step_duration": "84 days", "response": "worsened", "impact": "high"},
            "step-4-after-step-3",
        ),
        ({"current_step": 3}, "step-3-continue"),
        ({"current_step": 2, "response": "improved"}, "step-2-finish"),
        (
            {"current_step": 2, "current_step_duration": "42 days", "response": "worsened", "risk": "high"},
            "step-3-after-step-2",
        ),
        ({"current_step": 2}, "step-2-continue"),
        ({"current_step": 0, "response": "recovered"}, "step-1-after-recovery"),
        ({"current_step": 0, "flipperkast": 2}, "step-3-at-once"),
        ({"current_step": 0, "risk": "medium"}, "step-2-raised-risk"),
        ({"current_step": 1, "response": "worsened"}, "step-2-no-improvement"),
        ({"current_step": 1, "response": "improved"}, "step-1-self-care"),
        ({"current_step": 0}, "step-2-long-or-frequent"),
        ({"current_step": 0, "pain_duration": "21 days"}, "step-2-no-improvement"),
        ({"current_step": 0, "pain_duration": "5 days"}, "step-1-self-care"),
    ],
)
def test_each_row_of_the_table_has_one_text_of_its_own(
    engine: cdss.Engine, given: dict[str, Any], rule: str
) -> None:
    """Two texts for one step would say "go on" and "change" at once."""
    facts = {name: value for name, value in {**KNOWN, **given}.items() if value != "unknown"}

    advice = engine.advise(cdss.Patient.from_facts(facts), on=ON, setting="contact", topics=["back-pain"])

    steps = [one for one in advice.recommendations if one.action.startswith("step-")]
    assert [list(one.rules) for one in steps] == [[f"back-pain.stepped-care/{rule}"]]
