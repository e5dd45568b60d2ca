"""Which edition of fracture prevention answers on which day, and what the default answer takes from the one of 2022.

No edition is named in these calls, unless the test is about that: they are the calls of a GP information system.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest

import cdss

ON = date(2025, 3, 10)
TOPIC = "fracture-prevention"
FOLLOW_UP = "fracture-prevention.fms-niv-2022.follow-up"
LABORATORY = "fracture-prevention.fms-niv-2022.laboratory"
SPINE = {"code": "loinc:38265-5", "unit": "1", "site": "lumbar-spine"}
AFTER_A_WRIST = {
    "conditions": [{"on": "2025-01-12", "code": "icpc-1:L72", "cause": "low_energy", "date_kind": "event"}],
    "observations": [{"on": "2025-02-20", "value": -1.8, **SPINE}],
}


@cache
def engine() -> cdss.Engine:
    return cdss.Engine(cdss.load())


def advise(record: dict[str, Any], on: date = ON, **how: Any) -> cdss.Advice:
    patient = {"id": "p", "sex": "female", "birth_date": "1950-01-01", **record}
    return engine().advise(cdss.read(patient, delivered="all"), on=on, topics=[TOPIC], **how)


def tablets(first: str, quantity: int = 262) -> dict[str, Any]:
    return {
        "dispensings": [{"on": first, "code": "atc:M05BA04", "strength": "70 mg", "quantity": quantity}],
        "answers": {"treatment_evaluation": {"value": "2025-01-10", "on": "2025-01-10"}},
    }


def advised(advice: cdss.Advice, action: str) -> dict[str, Any] | None:
    return next((one for one in advice.to_dict()["recommendations"] if one["action"] == action), None)


@pytest.mark.parametrize(
    ("on", "edition"),
    [
        (date(2011, 5, 1), "cbo-2011"),
        (date(2011, 6, 1), "cbo-2011"),
        (date(2012, 9, 30), "cbo-2011"),
        (date(2012, 10, 1), "nhg-m69-2012"),
        (date(2013, 6, 1), "nhg-m69-2012"),
        (date(2024, 10, 31), "nhg-m69-2012"),
        (date(2024, 11, 1), "nhg-m69-2024"),
        (date(2026, 3, 1), "nhg-m69-2024"),
    ],
)
def test_each_day_has_its_edition(on: date, edition: str) -> None:
    topic = advise({}, on).to_dict()["topics"][0]

    assert (topic["edition"], topic["in_force"]) == (edition, True)


def test_before_the_first_edition_nothing_answers() -> None:
    advice = advise({}, date(2011, 4, 30)).to_dict()

    assert advice["topics"][0]["outcome"] == "no_edition"
    assert advice["recommendations"] == []


@pytest.mark.parametrize(
    ("edition", "on", "in_force"),
    [
        ("cbo-2011", date(2012, 9, 30), True),
        ("cbo-2011", ON, False),
        ("nhg-m69-2012", ON, False),
        ("nhg-m69-2024", date(2013, 6, 1), False),
        ("fms-niv-2022", ON, False),
    ],
)
def test_an_edition_asked_for_by_name_says_whether_it_is_in_force(
    edition: str, on: date, in_force: bool
) -> None:
    topic = advise(AFTER_A_WRIST, on, editions={TOPIC: edition}).to_dict()["topics"][0]

    assert (topic["edition"], topic["in_force"]) == (edition, in_force)


@pytest.mark.parametrize(
    ("first", "re_evaluated"), [("2020-03-11", False), ("2020-03-10", True), ("2020-03-09", True)]
)
def test_five_years_of_tablets_ask_for_the_re_evaluation_of_2022_by_default(
    first: str, re_evaluated: bool
) -> None:
    found = advised(advise(tablets(first)), "re-evaluate-treatment")

    assert (found is not None) == re_evaluated
    if found is not None:
        assert found["rules"] == [f"{FOLLOW_UP}/re-evaluate-tablets"]
        assert found["editions"] == ["fms-niv-2022"]
        assert found["because"][0]["source"]["ref"] == "S11"
        assert found["implements"] == ["FP-31"]


def test_the_files_of_2022_stand_in_the_default_answer_by_name() -> None:
    advice = advise(tablets("2020-03-09")).to_dict()
    files = {one["id"] for one in advice["guidelines"]}

    assert advice["topics"][0]["edition"] == "nhg-m69-2024"
    assert {FOLLOW_UP, LABORATORY} < files
    assert "fracture-prevention.fms-niv-2022.case-finding" not in files
    assert "fracture-prevention.fms-niv-2022.treatment" not in files


def test_a_low_t_score_after_a_fracture_asks_for_the_laboratory_of_2022_by_default() -> None:
    found = advised(advise(AFTER_A_WRIST), "order-basic-laboratory")

    assert found is not None
    assert found["rules"] == [f"{LABORATORY}/basic-laboratory"]
    assert found["editions"] == ["fms-niv-2022"]


@pytest.mark.parametrize("edition", ["cbo-2011", "nhg-m69-2012"])
def test_an_older_edition_takes_nothing_of_2022(edition: str) -> None:
    for record in (AFTER_A_WRIST, tablets("2020-03-09")):
        advice = advise(record, editions={TOPIC: edition}).to_dict()

        assert not any(
            one["id"].startswith("fracture-prevention.fms-niv-2022") for one in advice["guidelines"]
        )
        assert all("fms-niv-2022" not in one["editions"] for one in advice["recommendations"])
        assert advised(advise(record, editions={TOPIC: edition}), "order-basic-laboratory") is None


def test_somebody_without_a_fracture_drug_is_not_asked_about_one() -> None:
    asked = {one["fact"] for one in advise(AFTER_A_WRIST, setting="contact").to_dict()["questions"]}

    assert not asked & {"treatment_evaluation", "re_evaluation"}


def test_that_no_fracture_drug_was_ever_used_is_assumed_once_and_not_for_each_kind() -> None:
    record = {"id": "p", "sex": "female", "birth_date": "1950-01-01", "dispensings": [], **AFTER_A_WRIST}
    advice = engine().advise(cdss.read(record, delivered="own"), on=ON, topics=[TOPIC])

    assumed = [one["fact"] for one in advice.to_dict()["assumed"] if one["fact"].endswith("_use.status")]
    assert assumed == ["bone_drug_use.status"]


@pytest.mark.parametrize(("edition", "unread"), [("nhg-m69-2024", ["given/low_weight"]), ("cbo-2011", [])])
def test_a_given_fact_of_another_edition_is_told(edition: str, unread: list[str]) -> None:
    """Only the list of 2011 knows a low weight by this name."""
    patient = cdss.Patient.from_facts({"age": "71 years", "low_weight": "yes"})

    advice = engine().advise(patient, on=ON, topics=[TOPIC], editions={TOPIC: edition})

    assert [one["path"] for one in advice.skipped] == unread


def test_a_given_output_that_a_treatment_does_not_have_is_told() -> None:
    patient = cdss.Patient.from_facts({"bone_drug_use.statsu": "stopped", "bone_drug_use.status": "stopped"})

    advice = engine().advise(patient, on=ON, topics=[TOPIC])

    assert [one["path"] for one in advice.skipped] == ["given/bone_drug_use.statsu"]


@pytest.mark.parametrize(
    ("until", "last"), [("2025-03-09", "08-03-2025"), ("2025-03-10", "09-03-2025"), ("2025-03-11", None)]
)
def test_a_list_that_ended_before_the_reference_date_is_named(until: str, last: str | None) -> None:
    """`until` is the first day on which the list is not complete any more."""
    record = {"id": "p", "birth_date": "1950-01-01", "sex": "female", **tablets("2025-01-01", 12)}
    delivered = {"dispensings": {"until": until}, "administrations": {}}

    advice = engine().advise(cdss.read(record, delivered=delivered), on=ON, topics=[TOPIC])

    told = {one.what: one.text["nl"] for one in advice.topics[0].not_checked}
    expected = f"Verstrekkingen aangeleverd tot en met {last}; wat later is, is niet te zien."
    assert told.get("dispensings") == (expected if last else None)
