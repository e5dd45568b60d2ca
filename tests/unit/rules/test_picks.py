"""What cannot be taken from records is told when a guideline is checked, and not when a patient is looked at."""

from __future__ import annotations

import pytest

from tests.unit.rules.guideline_text import FACTS, HEAD, errors

GROUPED = "  backs: {groups: {a: [icpc-1:L03], b: [icpc-1:L86]}, evidence: verified}\n"
MORE = """\
products:
  drugs: [{code: atc:M05BA04, days_per_unit: 7, class: tablet}]
instruments:
  odi: {title: {nl: Vragenlijst, en: Form}, items: {1..3: 0..5}, total: sum, bands: {low: ..5, high: 5<..}}
"""


def told(body: str) -> list[tuple[str, str]]:
    """The problems of one fact."""
    return errors(HEAD + with_fact(f"{body}, if_missing: ask, valid_for: always") + GROUPED + MORE)


def with_fact(body: str) -> str:
    """The facts of every kind, and one more."""
    return FACTS.replace("facts:\n", f"facts:\n  x: {{{body}, text: {{nl: X, en: X}}}}\n")


@pytest.mark.parametrize(
    ("body", "kind", "seen"),
    [
        ("from: condition, together_within: 60 days", "keys-exclude", "together_within"),
        ("from: condition, pick: date, distinct: site", "keys-exclude", "distinct"),
        (
            "from: condition, pick: count, distinct: site, together_within: 60 days",
            "keys-exclude",
            "distinct",
        ),
        ("from: condition, pick: exists, field: site", "keys-exclude", "field"),
        ("from: condition, pick: days_supplied", "keys-exclude", "pick"),
        ("from: condition, pick: latest, field: on", "keys-exclude", "field"),
        ("from: answer, type: yes_no, in: fracture", "keys-exclude", "in"),
        ("from: answer, type: number, unit: kg, within: 2 years", "keys-exclude", "within"),
    ],
)
def test_keys_that_say_two_things_are_refused(body: str, kind: str, seen: str) -> None:
    assert told(body) == [(kind, seen)]


@pytest.mark.parametrize(
    "body",
    [
        "from: condition, pick: latest",
        "from: contact, pick: first",
        "from: condition, type: choice, choices: [hip, rib]",
        "from: [condition, answer], type: number, unit: kg",
    ],
)
def test_it_is_said_which_field_of_a_record_is_taken(body: str) -> None:
    assert [kind for kind, _ in told(body)] == ["missing-key"]


def test_a_measurement_is_in_some_unit() -> None:
    assert told("from: observation, in: bmi_codes, pick: latest") == [("missing-unit", "pick")]


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("from: condition, pick: latest, field: until, type: number, unit: kg", "field"),
        ("from: condition, pick: latest, field: site, type: choice, choices: [hip, moon]", "field"),
        ("from: condition, pick: count, type: date", "type"),
        ("from: odi, type: date", "from"),
        ("from: odi, field: band, type: number", "field"),
        ("from: odi, field: band, type: choice, choices: [low]", "field"),
    ],
)
def test_a_fact_has_the_type_of_what_it_takes(body: str, seen: str) -> None:
    assert told(body) == [("wrong-type", seen)]


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("from: condition, pick: lowest, field: until", "pick"),
        ("from: condition, pick: highest, field: site", "pick"),
        ("lowest: [smoking, smoking]", "lowest"),
    ],
)
def test_only_what_has_an_order_has_a_lowest(body: str, seen: str) -> None:
    found = told(body) if body.startswith("from") else errors(HEAD + with_fact(body))

    assert found == [("not-in-order", seen)]


@pytest.mark.parametrize(
    "body",
    [
        "from: condition, pick: count, together_within: 60 days",
        "from: condition, pick: count, distinct: site",
        "from: condition, in: backs, field: group",
        "from: condition, pick: latest, field: site, type: choice, choices: [hip, rib]",
        "from: condition, pick: latest, field: episode",
        "from: dispensing, in: drugs, field: class",
        "from: dispensing, in: drugs, pick: highest, field: days_supply",
        "from: dispensing, in: drugs, pick: lowest, field: quantity",
        "from: dispensing, in: drugs, pick: days_supplied",
        "from: odi, pick: lowest",
        "from: odi, field: band",
        "from: [observation, answer], in: bmi_codes, unit: kg/m2",
    ],
)
def test_what_goes_together_is_not_refused(body: str) -> None:
    assert told(body) == []


# `within last`, and the word unknown


def criterion(line: str) -> list[tuple[str, str]]:
    table = """\
tables:
  t:
    title: {nl: T, en: T}
    hit: first
    outcomes: {a: {text: {nl: A, en: A}}, b: {text: {nl: B, en: B}}}
    rows: [{id: one, when: smoking, then: a}, {id: two, then: b}]
"""
    return errors(HEAD + with_fact(f"when: {line}") + table)


def test_an_answer_has_no_date_behind_it() -> None:
    assert criterion("smoking within last 2 years") == [("wrong-type", "smoking")]
    assert criterion("fractures within last 2 years") == []


def test_unknown_is_a_word_of_the_status_of_a_table() -> None:
    assert criterion("t.status is unknown") == []
