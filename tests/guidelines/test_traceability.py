"""From the dossier to the rules: every requirement is there, and nothing claims more than was read."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from cdss.author.unconfirmed import of_these, stated_here
from cdss.models.guideline import EVIDENCE, Requirement
from cdss.rules.statements import Stated, Statement

ROOT = Path(__file__).resolve().parents[2]
TOPIC = "fracture-prevention"

FIRST_TO_CONFIRM = (2, 4, 5, 6, 8, 9, 11, 13, 14, 15, 16, 30, 31, 32, 33, 36, 39, 41)
"""The requirements that the dossier names as first candidates to confirm (its section 10)."""

# What the dossier says must be held against the full text before a release (its section 10), and where it must come out.
# Nothing rests on the dose limits of group 2 and on the subcodes of L95: no rule reads them.
TO_CONFIRM = {
    "risk table: items, points, threshold, who is scored": (
        "FP-04",
        "FP-07",
        "fracture_risk/parent",
        "dxa_threshold",
    ),
    "treatment table: last row and the row of group 3": ("FP-18", "FP-19", "FP-20"),
    "hip fracture at 75 and over": ("FP-21",),
    "drug paragraphs: kidney function, the way out when not tolerated": ("FP-22", "FP-23"),
    "supplement table of calcium": ("FP-29",),
    "schedule of follow-up": ("FP-30",),
    "stopping and re-evaluation, denosumab": ("FP-31", "FP-37", "FP-38"),
    "list of referrals": ("FP-16", "FP-19"),
    "laboratory set": ("FP-14", "FP-15"),
    "points of the 2012 algorithm": ("FP-10",),
    "codes of T-scores and other measurements": ("dxa_t_score", "bmi_codes"),
    "how the pharmacists' foundation counts adherence": ("FP-36", "adherence_limit"),
}


@cache
def stated() -> Stated:
    return stated_here(ROOT / "guidelines")


def requirements() -> Iterable[Requirement]:
    return stated().ruleset.requirements[TOPIC].values()


def implementing(name: str) -> list[Statement]:
    """What implements a requirement, or has this name."""
    return [
        one
        for one in stated().statements
        if one.head.topic in (TOPIC, "shared") and (name in one.implements or one.name == name)
    ]


def test_the_requirements_are_those_of_the_dossier_in_its_order() -> None:
    assert [one.id for one in requirements()] == [f"FP-{number:02}" for number in range(1, 46)]


@pytest.mark.parametrize("one", requirements(), ids=lambda one: one.id)
def test_a_requirement_is_implemented_or_says_why_not(one: Requirement) -> None:
    assert bool(implementing(one.id)) != (one.not_implemented is not None)


def test_no_rule_is_better_known_than_the_best_part_of_what_it_implements() -> None:
    listed = {one.id: one for one in requirements()}
    claiming = []
    for one in stated().statements:
        parts = [part.evidence for id in one.implements if id in listed for part in listed[id].status]
        if parts and EVIDENCE.index(one.evidence or "unverified") < min(map(EVIDENCE.index, parts)):
            claiming.append(f"{one.place.name}: {one.name} is {one.evidence}")

    assert claiming == []


@pytest.mark.parametrize("number", FIRST_TO_CONFIRM)
def test_the_first_candidates_of_the_dossier_come_first(number: int) -> None:
    first, _ = of_these(stated().statements)

    found = implementing(f"FP-{number:02}")

    assert [one for one in found if one in first or one.confirmed] or not found


@pytest.mark.parametrize("names", TO_CONFIRM.values(), ids=TO_CONFIRM)
def test_what_the_dossier_wants_confirmed_comes_out_of_the_list(names: tuple[str, ...]) -> None:
    first, rest = of_these(stated().statements)

    for name in names:
        found = implementing(name)
        assert found, name
        assert all(one in first or one in rest or one.is_sure for one in found)
