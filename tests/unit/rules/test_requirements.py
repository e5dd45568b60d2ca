"""The numbered requirements of a topic, and whether its rules implement them."""

from __future__ import annotations

from tests.unit.rules.guideline_text import ACTIONS, FACTS, HEAD, errors, ruleset, warnings

SOURCES = "topic: test\nsources: [{id: S1, title: Bron, read: whole}]\n"
ONE = """\
topic: test
title: {nl: Dossier}
requirements:
  - id: T-01
    title: {nl: Roken, en: Smoking}
    sections: ["8", "2.3"]
    printed: all
    editions: all
    status: [{evidence: verified, sources: S1}, {evidence: design, text: {nl: het getal, en: the number}}]
"""
TWO = """\
  - id: T-02
    title: {nl: Bewegen, en: Moving}
    sections: ["8"]
    editions: all
    status: [{evidence: design}]
"""
WHY = "    not_implemented: {reason: {nl: Geen tekst gelezen., en: No text was read.}}\n"
RULE = "  - {id: a, implements: [T-01], title: {nl: A, en: A}, when: smoking, then: {recommend: order-dxa}}\n"
RULES = HEAD + ACTIONS + FACTS + "rules:\n" + RULE


def of(kind: str, found: list[tuple[str, str]]) -> list[str]:
    return [words for one, words in found if one == kind]


def files(requirements: str, guideline: str = RULES) -> dict[str, str]:
    return {"test.yaml": guideline, "sources.yaml": SOURCES, "requirements.yaml": requirements}


def test_the_requirements_stand_in_the_ruleset_with_how_we_know_each_part() -> None:
    found = ruleset(files(ONE)).requirements["test"]["T-01"]

    assert found.title == {"nl": "Roken", "en": "Smoking"}
    assert (found.sections, found.printed, found.editions) == (("8", "2.3"), "all", ())
    assert [(part.evidence, part.sources) for part in found.status] == [("verified", ("S1",)), ("design", ())]
    assert found.not_implemented is None


def test_a_requirement_that_nothing_implements_is_a_warning_at_its_number() -> None:
    found = warnings(files(ONE + TWO))

    assert of("requirement-not-implemented", found) == ["T-02"]


def of_editions(requirement: str, line_up: str = "") -> list[tuple[str, str]]:
    """Two editions of one topic; T-01 is implemented in the old one."""
    two = {
        f"{edition}.yaml": (HEAD + ACTIONS * (edition == "old") + FACTS * (edition == "old"))
        .replace("id: test", f"id: test.{edition}")
        .replace("topic: test", f"topic: test\nedition: {edition}")
        for edition in ("old", "new")
    }
    two["old.yaml"] += f"rules:\n{RULE}"
    default = "default: [{from: 2020-01-01, edition: old}, {from: 2024-01-01, edition: new}]\n"
    editions = f"topic: test\ntitle: {{nl: Test, en: Test}}\n{default}{line_up}"
    return warnings(
        {**two, "editions.yaml": editions, "sources.yaml": SOURCES, "requirements.yaml": requirement}
    )


def test_a_requirement_of_two_editions_is_implemented_in_both() -> None:
    both = ONE.replace("editions: all", "editions: [old, new]")
    takes_in = "editions: {new: {with: [old.yaml]}}\n"

    assert of("requirement-not-implemented", of_editions(both)) == ["T-01"]
    assert of("requirement-not-implemented", of_editions(both, takes_in)) == []
    assert (
        of("requirement-not-implemented", of_editions(ONE.replace("editions: all", "editions: [old]"))) == []
    )
    assert of("requirement-not-implemented", of_editions(both + WHY)) == []
    assert of("reason-out-of-date", of_editions(both + WHY)) == []
    assert of("reason-out-of-date", of_editions(both + WHY, takes_in)) == ["T-01"]


def test_a_reason_is_enough() -> None:
    found = warnings(files(ONE + TWO + WHY))

    assert of("requirement-not-implemented", found) == [] == of("reason-out-of-date", found)


def test_a_reason_beside_a_rule_is_out_of_date() -> None:
    assert of("reason-out-of-date", warnings(files(ONE + WHY))) == ["T-01"]


def test_a_row_a_table_and_a_score_implement_too() -> None:
    score = "scores:\n  s: {title: {nl: S, en: S}, unit: points, implements: [T-01], items: [{id: a, points: 1, when: smoking}]}\n"
    row = "rows: [{id: a, when: smoking, then: x, implements: [T-02]}, {id: b, then: y}]"
    table = f"tables:\n  t: {{title: {{nl: T, en: T}}, hit: first, implements: [T-03], outcomes: {{x: {{text: {{nl: X}}}}, y: {{text: {{nl: Y}}}}}}, {row}}}\n"
    third = TWO.replace("T-02", "T-03")

    found = warnings(files(ONE + TWO + third, HEAD + FACTS + score + table))

    assert of("requirement-not-implemented", found) == []


def test_a_number_that_is_not_in_the_list_is_refused() -> None:
    assert errors(files(ONE, RULES.replace("[T-01]", "[T-01, T-10]"))) == [("unknown-requirement", "T-10")]


def test_a_topic_without_a_list_is_not_checked_for_it() -> None:
    listed = ONE.replace("topic: test", "topic: other").replace(", sources: S1", "")
    found = {"test.yaml": RULES, "other/requirements.yaml": listed}

    assert errors(found) == []
    assert of("requirement-not-implemented", warnings(found)) == ["T-01"]  # of the other topic


def test_its_editions_and_sources_must_be_there() -> None:
    wrong = ONE.replace("editions: all", "editions: [new]").replace("sources: S1", "sources: [S1, S2]")

    assert errors(files(wrong)) == [("unknown-edition", "new"), ("unknown-source", "S2")]


def test_a_number_stands_once() -> None:
    assert errors(files(ONE + TWO.replace("T-02", "T-01"))) == [("id-clash", "T-01")]


def test_a_status_says_how_we_know_it() -> None:
    assert [kind for kind, _ in errors(files(ONE.replace("evidence: verified, ", "")))] == ["missing-key"]
