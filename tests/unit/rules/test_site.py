"""What a region or practice may choose, and local codes (language §9): within the room that the guideline gives."""

from __future__ import annotations

import pytest

from cdss.models.dates import Duration
from cdss.models.guideline import Parameter, Ruleset
from tests.unit.rules.guideline_text import ACTIONS, FACTS, HEAD, errors, problems, ruleset

DENOSUMAB = """\
facts:
  denosumab_last: {from: administration, in: denosumab, pick: date, if_missing: unknown, text: {nl: D, en: D}}
  denosumab_due: {value: denosumab_last + denosumab_interval, text: {nl: D, en: D}}
"""
GUIDELINE = HEAD + ACTIONS + FACTS.replace("facts:\n", DENOSUMAB) + """\
products:
  denosumab: [{code: atc:M05BX04, strength: 60 mg}]
parameters:
  talk_from:
    text: {nl: Keuzegesprek, en: Talk}
    values: [{value: 42 days}]
    site: {from: 28 days, to: 56 days}
  threshold: {text: {nl: Drempel, en: Threshold}, values: [{value: 4}]}
  danger_age: {text: {nl: Leeftijd, en: Age}, values: [{value: 40 years}]}
  denosumab_interval: {text: {nl: Interval, en: Interval}, values: [{value: 6 months}]}
findings:
  urgency: {type: choice, choices: [routine, D7, D1, U4, U3, U2, U1], ordered: yes, combine: highest, otherwise: routine}
rules:
  - {id: talk, title: {nl: A, en: A}, when: pain_duration >= talk_from, then: {recommend: order-dxa}}
  - {id: count, title: {nl: B, en: B}, when: fractures >= threshold, then: {recommend: order-dxa}}
  - {id: red-flag, title: {nl: C, en: C}, when: age > danger_age, then: {set: {urgency: U2}}}
  - {id: due, title: {nl: D, en: D}, when: denosumab_due < reference_date, then: {recommend: start-drug}}
"""  # fmt: skip


def with_site(body: str) -> Ruleset:
    return ruleset(GUIDELINE, site=f"id: region\n{body}\n")


def site_errors(body: str) -> list[tuple[str, str]]:
    return errors(GUIDELINE, site=f"id: region\n{body}\n")


# Parameters


@pytest.mark.parametrize(
    ("chosen", "days"), [("28 days", 28), ("42 days", 42), ("56 days", 56), ("4 weeks", 28)]
)
def test_a_parameter_moves_within_its_limits_both_included(chosen: str, days: int) -> None:
    moved = with_site(f"parameters: {{talk_from: {chosen}}}").definitions["talk_from"]

    assert isinstance(moved, Parameter)
    assert moved.values[0].value == Duration(days=days)
    assert moved.moved_by_site


@pytest.mark.parametrize("chosen", ["27 days", "57 days", "1 year"])
def test_a_parameter_does_not_move_beyond_its_limits(chosen: str) -> None:
    assert site_errors(f"parameters: {{talk_from: {chosen}}}") == [("site-outside-limits", chosen)]


def test_a_parameter_without_room_does_not_move() -> None:
    assert site_errors("parameters: {threshold: 5}") == [("site-not-allowed", "threshold")]


def test_a_parameter_that_is_not_moved_stays_as_it_was() -> None:
    found = with_site("parameters: {talk_from: 30 days}")

    assert not found.definitions["threshold"].moved_by_site  # type: ignore[union-attr]
    assert found.site is not None and set(found.site.parameters) == {"talk_from"}


@pytest.mark.parametrize("name", ["danger_age", "denosumab_interval"])
def test_what_decides_on_danger_or_denosumab_leaves_no_room(name: str) -> None:
    text = GUIDELINE.replace(f"{name}: {{text", f"{name}: {{site: {{from: 1 month, to: 50 years}}, text")

    assert errors(text) == [("site-not-allowed", "site")]
    found = problems(text, site=f"id: region\nparameters: {{{name}: 5 months}}\n")
    assert {one.kind for one in found if one.kind != "unused"} == {"site-not-allowed"}


def test_a_misspelt_parameter_is_told_with_the_one_that_was_meant() -> None:
    found = problems(GUIDELINE, site="id: region\nparameters: {talk_form: 30 days}\n")

    assert [(one.kind, one.help) for one in found if one.span.file == "site.yaml"] == [
        ("unknown-name", {"nl": "Bedoelt u `talk_from`?", "en": "Did you mean `talk_from`?"})
    ]


# The rest of a site file


def test_owners_coordinator_topics_and_links_are_kept() -> None:
    site = with_site(
        'owners: {order-dxa: fracture_team}\ncoordinator: practice_nurse\ntopics_off: [test]\nlinks: {order-dxa: "https://praktijk.example/dxa"}'
    ).site

    assert site is not None
    assert site.owners == {"order-dxa": "fracture_team"}
    assert (site.coordinator, site.topics_off) == ("practice_nurse", frozenset({"test"}))
    assert site.links == {"order-dxa": "https://praktijk.example/dxa"}
    assert len(site.sha256) == 64


@pytest.mark.parametrize(
    ("body", "kind", "seen"),
    [
        ("owners: {order-dexa: gp}", "unknown-action", "order-dexa"),
        ("topics_off: [tests]", "unknown-topic", "tests"),
        ('links: {order-dexa: "https://praktijk.example"}', "unknown-action", "order-dexa"),
    ],
)
def test_what_is_wrong_with_a_site_file_is_told_once(body: str, kind: str, seen: str) -> None:
    assert site_errors(body) == [(kind, seen)]


def test_the_digest_of_a_ruleset_holds_its_site() -> None:
    assert (
        with_site("coordinator: gp").sha256
        != with_site("coordinator: pharmacist").sha256
        != ruleset(GUIDELINE).sha256
    )


# Bindings


def bound(line: str) -> str:
    return f"bindings:\n  - {line}\n"


def test_a_local_code_is_tied_to_a_fact_or_to_a_standard_code() -> None:
    found = ruleset(
        GUIDELINE,
        bindings='bindings:\n  - {fact: bmi, code: "nhg-45:0001272", unit: kg/m2}\n'
        '  - {code: "hpk:0012345", as: "atc:M05BA04", strength: 70 mg}\n',
    )

    fact, product = found.bindings
    assert (fact.fact, fact.code, fact.unit) == ("bmi", "nhg-45:1272", "kg/m2")
    assert (product.as_code, product.code, product.strength) == ("atc:M05BA04", "hpk:12345", "70 mg")
    assert len(found.bindings_sha256) == 64


@pytest.mark.parametrize(
    ("line", "kind", "seen"),
    [
        ('{fact: bmj, code: "nhg-45:1272"}', "unknown-name", "bmj"),
        ('{fact: age, code: "nhg-45:1272"}', "not-read-from-records", "age"),
        ('{fact: smoking, code: "nhg-45:1272"}', "not-read-from-records", "smoking"),
        ('{fact: bmi, code: "nhg-45:1272", unit: kg}', "wrong-unit", "kg"),
    ],
)
def test_what_is_wrong_with_a_binding_is_told_once(line: str, kind: str, seen: str) -> None:
    assert errors(GUIDELINE, bindings=bound(line)) == [(kind, seen)]


def test_one_code_is_tied_to_a_fact_once() -> None:
    lines = '{fact: bmi, code: "nhg-45:1272"}\n  - {fact: bmi, code: "nhg-45:01272"}'

    assert errors(GUIDELINE, bindings=bound(lines)) == [("id-clash", '"nhg-45:01272"')]


def test_facts_that_nothing_can_fill_are_listed_with_the_bindings() -> None:
    visits = "  home_visit: {from: contact, in: home, if_missing: unknown, text: {nl: Visite, en: Visit}}\n"
    text = GUIDELINE.replace("facts:\n", f"facts:\n{visits}").replace(
        "value_sets:\n", "value_sets:\n  home: {words: [home], evidence: design}\n"
    )

    other = problems(text, bindings=bound('{code: "hpk:12345", as: "atc:M05BA04"}'))
    own = problems(text, bindings=bound('{fact: home_visit, code: "nhg-14:2"}'))

    assert [one.span.line for one in other if one.kind == "never-filled"] == [
        1 + text.split("\n").index(visits.rstrip("\n"))
    ]
    assert "never-filled" not in [one.kind for one in own]
