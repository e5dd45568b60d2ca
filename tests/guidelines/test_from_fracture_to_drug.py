"""From a broken wrist to a drug under the edition of 2024: each step is one answer, and no cell of the grid is silence."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

import cdss

ON = date(2025, 3, 10)
LISTS = ("prescriptions", "dispensings", "administrations", "agreements", "stays", "allergies", "procedures")
WRIST = {"on": "2025-01-12", "code": "icpc-1:L72", "cause": "low_energy", "date_kind": "event"}
T_SCORES = [
    {"on": "2025-02-20", "code": "loinc:38265-5", "value": value, "unit": "1", "site": site}
    for value, site in ((-1.7, "femoral-neck"), (-2.1, "lumbar-spine"))
]
LABORATORY = [
    {"on": "2025-02-25", "code": "loinc:62238-1", "value": 72, "unit": "mL/min"},
    {"on": "2025-02-25", "code": "loinc:68438-1", "value": 55, "unit": "nmol/L"},
]
BEFORE_A_START = {
    "calcium_corrected": "normal",
    "oesophageal_disease": False,
    "able_to_stay_upright": True,
    "treated_elsewhere": False,
    "vitamin_d_daily_dose": 0,
}
ASKED_AT_A_START = {*BEFORE_A_START, "egfr", "vitamin_d_25oh"}

# Dossier §3.1: T-score, then the result of the VFA from none to grade 3. N no drug, T treat, R refer, ? not read, / either.
GRID = {
    1: {-0.9: "NNNNN", -1.2: "NNTTT", -1.7: "NNTRR", -2.2: "NNTRR", -2.7: "TTT//"},
    2: {-0.9: "NNNNN", -1.2: "NNTTT", -1.7: "NNTRR", -2.2: "TTTRR", -2.7: "TTT//"},
    3: {-0.9: "NNNNN", -1.2: "NNTTT", -1.7: "NNTRR", -2.2: "NN???", -2.7: "TTT//"},
    None: {-0.9: "?????", -1.2: "?????", -1.7: "?????", -2.2: "?????", -2.7: "TTT//"},
}
VFA = ("none", "grade_1", "grade_2", "two_grade_2", "grade_3")
ACTIONS = {
    "N": {"no-bone-medication", "give-lifestyle-advice"},
    "T": {"start-oral-bisphosphonate"},
    "R": {"refer-for-treatment"},
    "/": {"refer-for-treatment", "start-oral-bisphosphonate"},
    "?": set(),
}
OF_THE_GRID = set().union(*ACTIONS.values())


@cache
def engine() -> cdss.Engine:
    return cdss.Engine(cdss.load())


def advise(observations: list[dict[str, object]], answers: dict[str, object]) -> cdss.Advice:
    record: dict[str, object] = {
        "id": "p",
        "sex": "female",
        "birth_date": "1955-05-01",
        "conditions": [WRIST],
        "observations": observations,
        "answers": {
            name: {"value": value, "on": "2025-03-01"}
            for name, value in {"evaluated_elsewhere": False, **answers}.items()
        },
    }
    record.update({name: [] for name in LISTS})
    return engine().advise(cdss.read(record, delivered="all"), on=ON, setting="record")


def actions(advice: cdss.Advice) -> set[str]:
    return {one.action for one in advice.recommendations}


def asked(advice: cdss.Advice) -> set[str]:
    return {question.fact for question in advice.questions}


def test_before_the_dxa_nothing_of_a_treatment_is_advised_or_asked() -> None:
    advice = advise([], {})

    assert actions(advice) == {"order-dxa-vfa", "assess-fall-risk"}
    assert asked(advice) & {*ASKED_AT_A_START, "t_score_neck", "t_score_spine", "vfa"} == set()


def test_after_the_dxa_the_picture_of_the_spine_is_asked_and_nothing_of_a_start() -> None:
    advice = advise(T_SCORES, {})

    assert actions(advice) & {*OF_THE_GRID, "start-vitamin-d"} == set()
    assert "vfa" in asked(advice)
    assert asked(advice) & ASKED_AT_A_START == set()


def test_with_a_vertebral_fracture_the_start_is_provisional_and_what_it_needs_is_asked() -> None:
    advice = advise(T_SCORES, {"vfa": "grade_2"})
    start = next(one for one in advice.recommendations if one.action == "start-oral-bisphosphonate")

    assert start.state == "provisional"
    assert asked(advice) >= ASKED_AT_A_START


def test_with_all_known_the_start_and_vitamin_d_are_settled_and_nothing_conflicts() -> None:
    advice = advise([*T_SCORES, *LABORATORY], {"vfa": "grade_2", **BEFORE_A_START})
    settled = {one.action for one in advice.recommendations if one.state == "settled"}

    assert {"start-oral-bisphosphonate", "start-vitamin-d"} <= settled
    assert actions(advice) & {"no-bone-medication", "avoid-alendronate", "refer-for-treatment"} == set()
    assert advice.conflicts == ()


@pytest.mark.parametrize("group", GRID)
@pytest.mark.parametrize("t_score", GRID[1])
@pytest.mark.parametrize("column", range(len(VFA)))
def test_each_cell_of_the_grid_gives_what_the_dossier_prints(
    group: int | None, t_score: float, column: int
) -> None:
    """A cell that was not read, and a patient in no group, end in "not assessable", never in "nothing to do"."""
    cell = GRID[group][t_score][column]
    facts: dict[str, object] = {
        "grid_group": f"group_{group}" if group else "no_group",
        "bone_density_seen": True,
        "t_score": t_score,
        "vfa": VFA[column],
        "treated_before": False,
        "dxa_before_fracture": False,
        "hip_fracture_from_75": False,
        "bone_drug_use.status": "never",
    }
    patient = cdss.Patient.from_facts(facts)
    advice = engine().advise(patient, on=ON, setting="record", topics=["fracture-prevention"])
    outcome = next(topic.outcome for topic in advice.topics if topic.topic == "fracture-prevention")

    assert actions(advice) & OF_THE_GRID == ACTIONS[cell]
    assert (outcome == "not_assessable") == (cell == "?")
