"""The same patients under all four editions, worked out by hand from the dossier (§1.3, 2.5, 2.6, 3.1, 8 and 9).

Only what decides is compared: who is tested, who is treated, who is reviewed, and what is left to the reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Final

import pytest

import cdss

ON: Final = date(2025, 3, 10)
EDITIONS: Final = ("cbo-2011", "nhg-m69-2012", "fms-niv-2022", "nhg-m69-2024")

DXA: Final = "order-dxa"
TESTS: Final = "arrange-further-tests"
DXA_VFA: Final = "order-dxa-vfa"
LIMIT: Final = "decide-on-limit"
DETAILS: Final = "ask-fracture-details"
TREAT: Final = "start-oral-bisphosphonate"
NO_DRUG: Final = "no-bone-medication"
CONSULT: Final = "consult-zoledronic-acid"
REVIEW: Final = "re-evaluate-treatment"
LONG: Final = "review-long-use"
DECIDES: Final = frozenset({DXA, TESTS, DXA_VFA, LIMIT, DETAILS, TREAT, NO_DRUG, CONSULT, REVIEW, LONG})

NOTHING_SPECIAL: Final[Mapping[str, object]] = {
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


def seen(code: str, value: float, unit: str, site: str | None = None) -> dict[str, object]:
    return {
        "on": "2025-02-20",
        "code": f"loinc:{code}",
        "value": value,
        "unit": unit,
        **({"site": site} if site else {}),
    }


def body(weight: float, bmi: float) -> list[dict[str, object]]:
    """Everybody here is 1.65 m: shorter than 1.73 m, so that the BMI decides in 2011."""
    return [seen("29463-7", weight, "kg"), seen("8302-2", 165, "cm"), seen("39156-5", bmi, "kg/m2")]


def dxa(neck: float, spine: float) -> list[dict[str, object]]:
    return [
        seen("38265-5", neck, "1", "femoral-neck"),
        seen("38265-5", spine, "1", "lumbar-spine"),
        *body(70, 25.7),
    ]


def fracture(on: str, code: str = "L72", site: str | None = None) -> list[dict[str, object]]:
    one = {"on": on, "code": f"icpc-1:{code}", "cause": "low_energy", "date_kind": "event"}
    return [one if site is None else {**one, "site": site}]


def of_age(age: int, /, **record: Any) -> dict[str, Any]:
    """Somebody who turns this age today; answers that are not given are the usual ones."""
    answers = {**NOTHING_SPECIAL, **record.pop("answers", {})}
    return {
        "id": "p",
        "sex": "female",
        "birth_date": f"{ON.year - age}-03-10",
        "observations": body(70, 25.7),
        "answers": {fact: {"value": value, "on": "2025-03-01"} for fact, value in answers.items()},
        **record,
    }


@cache
def engine() -> cdss.Engine:
    return cdss.Engine(cdss.load())


def decided(record: Mapping[str, Any], edition: str) -> set[str]:
    advice = engine().advise(
        cdss.read(dict(record), delivered="all"),
        on=ON,
        setting="contact",
        topics=["fracture-prevention"],
        editions={"fracture-prevention": edition},
    )
    return {one.action for one in advice.recommendations} & DECIDES


def points(record: Mapping[str, Any], edition: str) -> int:
    patient = cdss.read(dict(record), delivered="all")
    advice = engine().advise(
        patient, on=ON, topics=["fracture-prevention"], editions={"fracture-prevention": edition}
    )
    score: int = advice.to_dict()["findings"]["fracture_risk"]["value"]
    return score


LIGHT = body(58, 21.3)
PREDNISONE = [
    {"on": "2024-11-01", "code": "atc:H02AB07", "strength": "5 mg", "quantity": 280, "usage": "2 per day"}
]
ALENDRONATE = [
    {"on": "2020-02-10", "code": "atc:M05BA04", "strength": "70 mg", "quantity": 290, "usage": "1 per week"}
]
WRIST = fracture("2025-01-12")
MOTHER: Final = {"parental_hip_fracture": True}

PATIENTS: Final[Mapping[str, tuple[dict[str, Any], tuple[set[str], set[str], set[str], set[str]]]]] = {
    # 9.2: from 50 on, and in 2012 older than 50.
    "a wrist at 50": (of_age(50, conditions=WRIST), ({DXA}, {LIMIT}, {DXA_VFA}, {DXA_VFA})),
    "a wrist at 49": (of_age(49, conditions=WRIST), (set(), set(), set(), set())),
    # 9.6: exactly three months ago is not recent in 2011.
    "a wrist of three months ago": (
        of_age(51, conditions=fracture("2024-12-10")),
        (set(), {TESTS}, {DXA_VFA}, {DXA_VFA}),
    ),
    # 9.1: exactly two years ago; some sources still include the day, and each edition that counts two years says so.
    "a wrist of two years ago": (
        of_age(58, conditions=fracture("2023-03-10")),
        (set(), {LIMIT}, {LIMIT}, {LIMIT}),
    ),
    # 9.17: a vertebra counts in 2012 however long ago, for tests and for treatment; later editions ask for a picture.
    "a vertebra of fifteen years ago": (
        of_age(66, conditions=fracture("2010-03-10", "L76", "spine-lumbar")),
        ({TREAT}, {TESTS, TREAT}, set(), set()),
    ),
    # 2011: 1 (70) + 1 (mother). 2012: 2 (70) + 1 (mother) + 1 (58 kg) + 1 (one fall). 2024: 2 (70) + 1 (mother).
    "somebody of 70 who asks": (
        of_age(70, observations=LIGHT, answers={**MOTHER, "falls_past_year": 1, "patient_question": True}),
        (set(), {TESTS}, set(), set()),
    ),
    # The same and two falls more, and nobody asked: 2012 stays silent at five points; 2024 has 2 + 1 + 1.
    "somebody of 70 whom nobody asked about": (
        of_age(70, observations=LIGHT, answers={**MOTHER, "falls_past_year": 3}),
        (set(), set(), set(), {DXA_VFA}),
    ),
    # Four points in 2011; no row in 2012; risk group 2 in 2024.
    "prednisone 10 mg for 140 days at 45": (
        of_age(45, conditions=[], dispensings=PREDNISONE),
        ({DXA}, set(), set(), {DXA_VFA}),
    ),
    # 9.13, in 2011: 1 (62) + 1 (mother) + 1 (walking aid) + 1 (type 2) = 4. In 2024, not on insulin: 1 + 1 + 1 = 3.
    "diabetes type 2 without insulin": (
        of_age(
            62,
            conditions=[{"on": "2010-01-01", "code": "icpc-1:T90.02"}],
            answers={**MOTHER, "walking_aid": True, "mobility_limited": True},
        ),
        ({DXA}, set(), set(), set()),
    ),
    "a finger": (
        of_age(68, conditions=fracture("2025-02-01", "L74", "finger")),
        (set(), set(), set(), set()),
    ),
    "a hand or foot": (
        of_age(68, conditions=fracture("2025-02-01", "L74")),
        ({DETAILS}, {DETAILS}, {DETAILS}, {DETAILS}),
    ),
    # FP-21 from 2022 on, as a consultation that waits for no DXA; the DXA of FP-01 stays.
    "a hip at 75": (
        of_age(75, conditions=fracture("2025-01-20", "L75", "hip")),
        ({DXA}, {TESTS}, {DXA_VFA, CONSULT}, {DXA_VFA, CONSULT}),
    ),
    # The grid of 2024 in group 1: no drug at -2.2 without a vertebra, a drug with one of grade 2. No grid in 2022.
    "-2.2 and no vertebra": (
        of_age(66, conditions=WRIST, observations=dxa(-2.2, -1.8), answers={"vfa": "none"}),
        (set(), set(), set(), {NO_DRUG}),
    ),
    "-2.2 and grade 2": (
        of_age(66, conditions=WRIST, observations=dxa(-2.2, -1.8), answers={"vfa": "grade_2"}),
        ({TREAT}, {TREAT}, set(), {TREAT}),
    ),
    # 9.15: the spine is the lower one, and on the limit, from which FP-23 gives a drug in every edition.
    "-2.5 in the spine": (
        of_age(66, conditions=WRIST, observations=dxa(-1.0, -2.5), answers={"vfa": "none"}),
        ({TREAT}, {TREAT}, {TREAT}, {TREAT}),
    ),
    # 9.9
    "a normal T-score and grade 3": (
        of_age(66, conditions=WRIST, observations=dxa(-0.9, -0.5), answers={"vfa": "grade_3"}),
        ({TREAT}, {TREAT}, set(), {NO_DRUG}),
    ),
    # Five years are over on 2025-02-10; today 1855 days of them are covered.
    "five years of alendronate": (
        of_age(75, dispensings=ALENDRONATE, answers={"treatment_evaluation": "2025-01-10"}),
        ({REVIEW, LONG}, {LONG}, {REVIEW}, {REVIEW}),
    ),
}


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("name", PATIENTS)
def test_each_edition_answers_the_same_patient_as_it_is_printed(name: str, edition: str) -> None:
    record, expected = PATIENTS[name]

    assert decided(record, edition) == expected[EDITIONS.index(edition)]


@pytest.mark.parametrize(
    ("name", "scores"),
    [
        ("somebody of 70 who asks", (2, 5, 3)),
        ("somebody of 70 whom nobody asked about", (2, 5, 4)),
        ("prednisone 10 mg for 140 days at 45", (4, 0, 0)),
        ("diabetes type 2 without insulin", (4, 2, 3)),
    ],
)
def test_each_list_gives_its_own_points_to_the_same_patient(name: str, scores: tuple[int, int, int]) -> None:
    record, _ = PATIENTS[name]
    lists = ("cbo-2011", "nhg-m69-2012", "nhg-m69-2024")

    assert tuple(points(record, edition) for edition in lists) == scores


@pytest.mark.parametrize("setting", ["record", "contact"])
@pytest.mark.parametrize(
    ("on", "expected"),
    [
        # Begun less than three months ago, also on its first day: recent in every edition.
        ("2025-03", ({DXA}, {TESTS}, {DXA_VFA}, {DXA_VFA})),
        ("2025", ({DXA}, {TESTS}, {DXA_VFA}, {DXA_VFA})),
        ("2025-04", (set(), set(), set(), set())),
    ],
)
def test_a_fracture_of_this_month_or_this_year_is_seen(
    on: str, expected: tuple[set[str], ...], setting: str
) -> None:
    """Of a month or year that is not over: what stands in the record has been."""
    patient = cdss.read(of_age(66, conditions=fracture(on)), delivered="all")

    for edition, actions in zip(EDITIONS, expected, strict=True):
        advice = engine().advise(patient, on=ON, setting=setting, editions={"fracture-prevention": edition})
        assert {one.action for one in advice.recommendations} & DECIDES == actions, edition
