"""Back pain and fracture prevention in one patient: each speaks for itself, and neither silences the other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cdss

ON = date(2026, 3, 1)
TODAY = ON.isoformat()
NOTHING_WRONG = {
    **dict.fromkeys(
        (
            *("ces_saddle", "ces_bladder", "ces_bowel", "ces_sexual", "ces_bilateral_leg_deficit"),
            *("fever_or_ill", "cancer_history", "leg_weakness_symptom", "acute_severe_pain", "niet_pluis"),
        ),
        False,
    ),
    **{"trauma": "none", "leg_pain": "none", "course": "stable", "pain_duration": "10 days"},
}
BACK_PAIN = {"on": "2026-02-25", "code": "icpc-1:L03", "active": True, "episode": "e1"}
WRIST = {"on": "2025-11-01", "code": "icpc-1:L72", "cause": "low_energy", "date_kind": "event"}
VERTEBRA = {
    **{"on": "2026-02-20", "code": "icpc-1:L76", "site": "spine-lumbar"},
    **{"cause": "low_energy", "date_kind": "event"},
}
PREDNISONE = {
    **{"on": "2025-11-01", "code": "atc:H02AB07", "strength": "5 mg", "quantity": 150},
    "usage": "nhg-25:1D1T",
}


@cache
def engine() -> cdss.Engine:
    return cdss.Engine(cdss.load())


def patient(
    *conditions: Mapping[str, object], dispensings: tuple[object, ...] = (), **answers: object
) -> cdss.Patient:
    said = {**NOTHING_WRONG, **answers}
    record: dict[str, Any] = {
        **{"id": "p", "sex": "female", "birth_date": "1956-03-01"},
        **{"conditions": list(conditions), "dispensings": list(dispensings)},
        "answers": {name: {"value": value, "on": TODAY} for name, value in said.items()},
    }
    return cdss.read(record, delivered="all")


def actions(patient: cdss.Patient, **options: Any) -> list[str]:
    advice = options.pop("engine", engine()).advise(patient, on=ON, setting="contact", **options)
    return [one.action for one in advice.recommendations]


def test_where_fracture_prevention_answers_itself_back_pain_does_not_point_to_it() -> None:
    found = actions(patient(BACK_PAIN, WRIST))

    assert "order-dxa-vfa" in found
    assert "no-imaging" in found
    assert "offer-fracture-prevention" not in found


def test_asked_about_back_pain_alone_it_points_to_fracture_prevention() -> None:
    found = actions(patient(BACK_PAIN, WRIST), topics=["back-pain"])

    assert "offer-fracture-prevention" in found
    assert "order-dxa-vfa" not in found


def test_where_a_site_leaves_fracture_prevention_out_back_pain_still_points_to_it(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("id: regio\ntopics_off: [fracture-prevention]\n", encoding="utf-8")

    assert "offer-fracture-prevention" in actions(
        patient(BACK_PAIN, WRIST), engine=cdss.Engine(cdss.load(site=site))
    )


def test_a_new_vertebral_fracture_goes_to_the_fracture_team_beside_the_dxa() -> None:
    found = actions(patient(BACK_PAIN, VERTEBRA, vertebral_fracture_acute=True))

    assert {"refer-fracture-team", "order-dxa-vfa", "assess-fall-risk"} <= set(found)
    assert not {"no-imaging", "offer-fracture-prevention"} & set(found)
    assert len(found) == len(set(found))


def test_an_alarm_of_back_pain_stands_first_and_takes_nothing_from_fracture_prevention() -> None:
    found = actions(patient(BACK_PAIN, dispensings=(PREDNISONE,), percussion_pain=True))

    assert found[0] == "assess-specific-cause"
    assert "order-dxa-vfa" in found


@pytest.mark.parametrize("topic", ["back-pain", "fracture-prevention"])
def test_what_one_topic_advises_alone_stands_in_the_answer_of_both(topic: str) -> None:
    for one in (
        patient(BACK_PAIN, WRIST),
        patient(BACK_PAIN, VERTEBRA, vertebral_fracture_acute=True),
        patient(BACK_PAIN, dispensings=(PREDNISONE,), percussion_pain=True),
    ):
        alone = set(actions(one, topics=[topic])) - {"offer-fracture-prevention"}

        assert alone <= set(actions(one))
