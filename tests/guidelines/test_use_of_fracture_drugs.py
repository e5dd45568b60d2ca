"""What is said of the use of a fracture drug in records as a GP system sends them.

The five records in the shape of Medicatieproces 9 stand in examples/patients: running, stopped by agreement (twice, with
two codes for a stop), interrupted and begun again, and lapsed without an agreement. The generated patients (Synthea)
stand beside the checkout: their alendronate is never ended, so that nobody of them may be called stopped.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cdss
from cdss.engine.engine import EXECUTORS

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "patients"
GENERATED = sorted((ROOT.parent / "shared" / "data" / "fhir").glob("synthea-*/*.json"))
ON = date(2026, 3, 1)

needs_generated = pytest.mark.skipif(
    not GENERATED, reason="the generated patients are not beside the checkout"
)


@cache
def engine(executor: str = "compiled") -> cdss.Engine:
    return cdss.Engine(cdss.load(ROOT / "guidelines"), executor=executor)


@cache
def advise(path: Path, on: date, delivered: str | None = None, executor: str = "compiled") -> dict[str, Any]:
    """The answer of the edition of 2024, also on days on which another one is the default."""
    patient = cdss.read(path.read_bytes(), delivered)
    edition = {"fracture-prevention": "nhg-m69-2024"}
    advice = engine(executor).advise(patient, on, topics=["fracture-prevention"], editions=edition)
    return advice.to_dict()


def mp9(name: str) -> Path:
    return EXAMPLES / f"mp9-alendronate-{name}.json"


def actions(answer: dict[str, Any]) -> set[str]:
    return {one["action"] for one in answer["recommendations"]}


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize(
    ("name", "on", "delivered", "status"),
    [
        ("active", "2025-10-01", None, "on_treatment"),
        ("active", "2025-10-01", "all", "on_treatment"),
        ("stop-agreement", "2024-06-01", None, "planned_end"),
        ("stop-agreement", "2024-06-01", "all", "planned_end"),
        ("stop-agreement-other-code", "2024-06-01", None, "planned_end"),
        ("stop-agreement-other-code", "2024-06-01", "all", "planned_end"),
        ("temporary-interruption", "2024-06-15", None, "interrupted"),
        ("temporary-interruption", "2024-06-15", "all", "interrupted"),
        # Begun again on 2024-08-01: the gap counts from there, and 61 days later nothing was collected.
        ("temporary-interruption", "2024-09-30", "all", "on_treatment"),
        ("temporary-interruption", "2024-10-01", "all", "possible_stop"),
        ("temporary-interruption", "2024-10-15", None, "possible_stop"),
        ("temporary-interruption", "2024-10-15", "all", "possible_stop"),
        # The last tablets were for up to 2023-11-08.
        ("lapsed-no-stop", "2024-01-07", None, "on_treatment"),
        ("lapsed-no-stop", "2024-01-08", None, "possible_stop"),
        ("lapsed-no-stop", "2024-01-07", "all", "on_treatment"),
        ("lapsed-no-stop", "2024-01-08", "all", "possible_stop"),
        ("lapsed-no-stop", "2024-05-09", "all", "possible_stop"),
        ("lapsed-no-stop", "2024-05-10", "all", "stopped"),
        ("lapsed-no-stop", "2024-05-10", "own", "possible_stop"),
        ("lapsed-no-stop", "2024-05-10", None, "possible_stop"),
    ],
)
def test_the_five_medication_records_have_the_status_that_they_were_made_for(
    name: str, on: str, delivered: str | None, status: str, executor: str
) -> None:
    answer = advise(mp9(name), date.fromisoformat(on), delivered, executor)

    assert answer["findings"]["bone_drug_use.status"] == status


@pytest.mark.parametrize(
    ("name", "on", "delivered", "wanted"),
    [
        ("active", "2025-10-01", "all", set()),
        ("stop-agreement", "2024-06-01", "all", {"confirm-planned-end"}),
        ("stop-agreement-other-code", "2024-06-01", "all", {"confirm-planned-end"}),
        ("temporary-interruption", "2024-06-15", "all", set()),
        ("temporary-interruption", "2024-10-15", None, {"check-possible-stop"}),
        ("lapsed-no-stop", "2024-01-07", "all", set()),
        ("lapsed-no-stop", "2024-01-08", None, {"check-possible-stop"}),
        ("lapsed-no-stop", "2024-05-10", "all", {"discuss-stopped-treatment"}),
        ("lapsed-no-stop", "2024-05-10", None, {"check-possible-stop"}),
    ],
)
def test_what_is_advised_about_use_follows_from_the_status(
    name: str, on: str, delivered: str | None, wanted: set[str]
) -> None:
    about_use = {
        *("check-possible-stop", "discuss-stopped-treatment", "discuss-adherence", "confirm-planned-end"),
        *("ask-why-not-collected", "arrange-denosumab", "avoid-combination"),
    }

    answer = advise(mp9(name), date.fromisoformat(on), delivered)

    assert actions(answer) & about_use == wanted


def test_an_agreed_interruption_is_no_irregular_use() -> None:
    # Three months without tablets, as was agreed; begun again a week ago. The share of days with supply says 79 %.
    answer = advise(mp9("temporary-interruption"), date(2024, 8, 8), "all")

    assert "discuss-adherence" not in actions(answer)


def test_the_answer_about_the_running_patient_holds_no_longer_than_the_supply_and_the_gap() -> None:
    # Supply until 2025-12-03; 61 days later it may have stopped.
    before, after = (advise(mp9("active"), date(2026, 2, day), "all") for day in (1, 2))

    assert "check-possible-stop" not in actions(before) and "check-possible-stop" in actions(after)
    assert before["holds_until"] == "2026-02-02"
    assert advise(mp9("active"), date(2025, 10, 1), "all")["holds_until"] <= "2026-02-02"


@needs_generated
@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.stem)
def test_no_generated_patient_is_called_stopped(path: Path) -> None:
    status = advise(path, ON)["findings"]["bone_drug_use.status"]

    words = status["one_of"] if isinstance(status, dict) else [status]
    if len(words) < 5:  # of somebody with no list of medication at all, anything is possible
        assert not {"stopped", "switched", "planned_end"} & set(words)


@needs_generated
def test_of_alendronate_without_an_amount_the_amount_is_asked_and_nothing_is_assumed() -> None:
    told = {path.stem: advise(path, ON) for path in GENERATED}
    open_use = {
        name: answer
        for name, answer in told.items()
        if answer["findings"]["bone_drug_use.status"]
        == {"one_of": ["on_treatment", "planned_end_possible", "possible_stop"]}
    }

    # Nine of the trimmed patients have alendronate; one of them died. The whole bundle has it too.
    assert len(open_use) == 9
    assert all("quantity" in [one["fact"] for one in answer["questions"]] for answer in open_use.values())


@needs_generated
def test_the_generated_patients_without_a_fracture_drug_have_never_used_one() -> None:
    back_pain = [
        path for path in GENERATED if path.parent.name == "synthea-py" and "fracture" not in path.stem
    ]

    answers = [advise(path, ON) for path in back_pain]

    assert {answer["findings"]["bone_drug_use.status"] for answer in answers} == {"never"}
    assert all(not answer["recommendations"] for answer in answers)
    assumed = [[one["fact"] for one in answer["assumed"]] for answer in answers]
    assert len(answers) == 5 and all("bone_drug_use.status" in facts for facts in assumed)


@needs_generated
def test_prednisone_that_is_breathed_in_or_put_on_the_skin_is_no_systemic_use() -> None:
    inhaled = [path for path in GENERATED if "inhaled-or-topical" in path.stem or "copd" in path.stem]

    answers = [advise(path, ON) for path in inhaled]

    assert len(answers) == 4
    assert all(answer["findings"]["risk_groups"] == {"has": [], "may_have": []} for answer in answers)


@needs_generated
def test_who_died_gets_no_advice_on_stopping() -> None:
    dead = [
        answer for path in GENERATED if (answer := advise(path, ON))["topics"][0]["outcome"] == "deceased"
    ]

    assert len(dead) > 5
    assert all(not answer["recommendations"] for answer in dead)


def of_one_pharmacy_and_practice(**lists: Any) -> dict[str, Any]:
    patient = cdss.read({"id": "p", "sex": "female", "birth_date": "1950-01-01", **lists}, "all")
    return engine().advise(patient, date(2025, 3, 1), topics=["fracture-prevention"]).to_dict()


def test_the_pharmacist_is_told_to_ask_the_gp_first_and_then_the_patient() -> None:
    answer = advise(mp9("lapsed-no-stop"), date(2024, 1, 8))

    [told] = [one for one in answer["recommendations"] if one["action"] == "check-possible-stop"]
    said = told["messages"]["pharmacist"]["nl"]
    assert told["owner"] == "pharmacist"
    assert 0 <= said.index("Vraag eerst de huisarts") < said.index("bel daarna de patiënt")


def test_how_long_a_pack_lasts_that_nobody_can_tell_is_asked_of_that_dispensing() -> None:
    pack = {"on": "2024-11-01", "code": "atc:M05BB02", "quantity": 12}

    answer = of_one_pharmacy_and_practice(dispensings=[pack])

    assert ("dispensings/0", "days_supply") in [(one["record"], one["field"]) for one in answer["questions"]]


def test_a_first_supply_without_a_second_is_no_reassurance_beyond_the_gap() -> None:
    # 15 daily tablets: supply until 2025-01-16; 61 days later is 2025-03-18.
    first = {"on": "2025-01-01", "code": "atc:M05BA04", "strength": "10 mg", "quantity": 15}

    answer = of_one_pharmacy_and_practice(dispensings=[first])

    assert answer["findings"]["bone_drug_use.gap"] == {"value": 44, "unit": "days"}
    assert answer["holds_until"] <= "2025-03-18"
