"""The made-up practice is what it says, and the engine keeps quiet about ordinary patients in it."""

from __future__ import annotations

from collections import Counter

import pytest

import cdss
from benchmarks.people import ON, people
from benchmarks.practice import MOST, Practice, look, report


@pytest.fixture(scope="module")
def seen() -> Practice:
    """What is said in the first 600 patients of the practice."""
    return look(cdss.Engine(cdss.load()), people(600))


def test_at_most_one_patient_in_ten_gets_advice_or_a_question(seen: Practice) -> None:
    assert seen.part <= MOST, report(seen, ids=True)


def test_those_who_stopped_or_broke_a_bone_are_not_passed_over(seen: Practice) -> None:
    spoken = Counter(seen.spoken.values())

    for about in ("lapsed bisphosphonate", "fracture without site", "long glucocorticoid", "back pain"):
        assert spoken[about] == seen.about[about] > 0


def test_one_in_twenty_is_about_what_the_topics_are_about() -> None:
    about = Counter(person.about for person in people(2_000))

    assert about.total() - about[""] == 100
    assert about["bisphosphonate"] == about["lapsed bisphosphonate"] == 10


def test_the_same_seed_gives_the_same_practice() -> None:
    assert [person.record() for person in people(50)] == [person.record() for person in people(50)]


def test_an_episode_that_was_left_open_changes_nothing_else() -> None:
    closed, left_open = people(300), people(300, left_open=1.0)

    changed = [
        (one, other)
        for before, after in zip(closed, left_open, strict=True)
        for one, other in zip(
            before.lists.get("conditions", []), after.lists.get("conditions", []), strict=True
        )
        if one != other
    ]

    assert {tuple(one["codes"]) for one, _ in changed} == {("icpc-1:L03",), ("icpc-1:L86",)}
    assert all({**one, "active": True} == other for one, other in changed)


def test_every_record_can_be_read_whole() -> None:
    for person in people(200):
        assert cdss.read(person.record()).skipped == ()
        assert all(entry["on"] <= ON.isoformat() for entries in person.lists.values() for entry in entries)


def test_the_report_names_rules_questions_topics_and_outcomes(seen: Practice) -> None:
    text = report(seen)

    for word in ("600 patients", "By rule that advises", "By question", "not_started", "within the 10%"):
        assert word in text
