"""What is asked: the unknown facts on an open path to something undecided, and nothing else."""

from __future__ import annotations

import pytest

from cdss.models.patient import Patient
from tests.unit.engine.small import advise, answer, fracture, guideline, patient, readings, rule


def yes_no(name: str, more: str = "") -> str:
    return f"{name}: {{from: answer, type: yes_no, valid_for: contact, if_missing: ask, {more}text: {{nl: {name}, en: {name}}}}}"


ABC = "\n".join(yes_no(name) for name in "abc")


def text_of(when: str, facts: str = ABC, more: str = "", extra: str = "") -> str:
    return guideline(facts, extra + "rules:\n" + rule("r", when, "recommend: order-dxa", more))


def asked(text: str, *entries: object, setting: str = "contact") -> list[str]:
    one: Patient = patient(*entries)  # type: ignore[arg-type]
    return [question.key for question in advise(text, one, setting=setting).questions]


# Open paths


@pytest.mark.parametrize(
    ("when", "known", "questions"),
    [
        ("{all: [a, b]}", {}, ["a", "b"]),
        ("{all: [a, b]}", {"a": True}, ["b"]),
        ("{all: [a, b]}", {"a": False}, []),
        ("{any: [a, b]}", {"a": True}, []),
        ("{any: [a, b]}", {"a": False}, ["b"]),
        ("{none: [a, b]}", {"a": True}, []),
        ("{none: [a, b]}", {"a": False}, ["b"]),
        ("{all: [a, {any: [b, c]}]}", {"b": True}, ["a"]),
        ("{all: [a, {any: [b, c]}]}", {"a": False}, []),
        ("a is known", {}, ["a"]),
        ("{any: [a is known, b]}", {"b": True}, []),
    ],
)
def test_only_what_can_still_change_something_is_asked(
    when: str, known: dict[str, bool], questions: list[str]
) -> None:
    entries = [answer(name, value) for name, value in known.items()]

    assert asked(text_of(when), *entries) == questions


def test_a_score_asks_until_no_item_can_bring_it_over_the_threshold() -> None:
    """Three items of 1, 1 and 2 points; the threshold is 2."""
    score = """\
scores:
  risk:
    title: {nl: Risico, en: Risk}
    unit: points
    items:
      - {id: a, points: 1, when: a}
      - {id: b, points: 1, when: b}
      - {id: c, points: 2, when: c}
"""
    text = text_of("risk >= 2 points", extra=score)

    assert asked(text) == ["a", "b", "c"]
    assert asked(text, answer("c", True)) == []
    assert asked(text, answer("c", False)) == ["a", "b"]
    assert asked(text, answer("c", False), answer("a", False)) == []


def test_an_exception_is_asked_only_once_the_condition_holds() -> None:
    text = text_of("a", more="except: [{id: b, when: b, text: {nl: B, en: B}}]\n")

    assert asked(text) == ["a"]
    assert asked(text, answer("a", True)) == ["b"]
    assert asked(text, answer("a", False)) == []


def test_a_table_asks_nothing_behind_the_first_row_that_is_surely_met() -> None:
    table = """\
tables:
  way:
    title: {nl: Weg, en: Way}
    hit: first
    inputs: [a, b, c]
    outcomes: {one: {text: {nl: Een, en: One}}, two: {text: {nl: Twee, en: Two}}}
    rows:
      - {id: first, when: a, then: one}
      - {id: second, when: b, then: two}
      - {id: third, when: c, then: one}
      - {id: rest, then: two}
"""
    text = text_of("setting is population", extra=table)

    assert asked(text) == ["a", "b", "c"]
    assert asked(text, answer("b", True)) == ["a"]
    assert asked(text, answer("a", True)) == []


def test_of_one_first_known_only_the_first_is_asked() -> None:
    text = text_of("d", facts=ABC + "\nd: {first_known: [a, b, no], text: {nl: D, en: D}}")

    assert asked(text) == ["a"]
    assert asked(text, answer("b", True)) == []
    assert asked(text, answer("a", None)) == ["b"]


def test_the_constant_at_the_end_is_a_leap_that_an_answer_may_take_back() -> None:
    text = text_of("d", facts=ABC + "\nd: {first_known: [a, yes], text: {nl: D, en: D}}")
    (one,) = advise(text, patient()).recommendations

    assert (one.state, asked(text)) == ("provisional", ["a"])
    assert advise(text, patient(answer("a", False))).recommendations == ()


# Whether it may be asked


def test_ask_when_stops_a_question_and_changes_no_conclusion() -> None:
    facts = yes_no("a") + "\n" + yes_no("b", "ask_when: a, ")
    text = text_of("b", facts=facts)

    assert asked(text) == ["b"]
    assert asked(text, answer("a", True)) == ["b"]
    assert asked(text, answer("a", False)) == []
    assert [one.rule for one in advise(text, patient(answer("a", False))).undecided] == ["test/r"]


@pytest.mark.parametrize(
    ("how", "questions", "undecided"), [("ask", ["a"], True), ("mention", [], True), ("silent", [], False)]
)
def test_if_unknown_says_what_becomes_of_an_open_rule(
    how: str, questions: list[str], undecided: bool
) -> None:
    text = text_of("a", more=f"if_unknown: {how}\n")

    assert asked(text) == questions
    assert bool(advise(text, patient()).undecided) is undecided


@pytest.mark.parametrize(
    ("setting", "questions"), [("contact", ["broken"]), ("record", []), ("population", [])]
)
def test_a_list_that_was_not_delivered_is_asked_fact_by_fact_in_a_contact_only(
    setting: str, questions: list[str]
) -> None:
    facts = "broken: {from: condition, in: fracture, valid_for: always, if_missing: ask, text: {nl: Breuk, en: Fracture}}"
    text = text_of("broken", facts=facts)

    assert asked(text, setting=setting) == questions


def test_a_field_of_a_record_is_asked_where_it_matters() -> None:
    facts = "broken: {from: condition, in: fracture, where: [site is hip], if_missing: assume no, say: none, text: {nl: Breuk, en: Fracture}}"
    text = text_of("broken", facts=facts)

    assert asked(text, fracture("2025-01-01")) == ["conditions/0/site"]
    assert asked(text, fracture("2025-01-01"), fracture("2025-01-01", site="hip")) == []
    assert asked(text, fracture("2025-01-01", site="rib")) == []


def test_a_field_of_a_record_is_not_asked_where_another_line_decides() -> None:
    facts = "broken: {from: condition, in: fracture, where: [{any: [site is hip, {all: [active, cause is tumour]}]}], if_missing: assume no, say: none, text: {nl: Breuk, en: Fracture}}"
    text = text_of("broken", facts=facts)

    assert asked(text, fracture("2025-01-01", active=True)) == ["conditions/0/cause", "conditions/0/site"]
    assert asked(text, fracture("2025-01-01", active=False)) == ["conditions/0/site"]
    assert asked(text, fracture("2025-01-01", active=True, site="rib")) == ["conditions/0/cause"]


def test_of_two_lines_of_which_one_is_enough_the_other_is_not_asked() -> None:
    facts = "broken: {from: condition, in: fracture, where: [{any: [site is hip, active]}, cause is low_energy], if_missing: assume no, say: none, text: {nl: Breuk, en: Fracture}}"
    text = text_of("broken", facts=facts)

    assert asked(text, fracture("2025-01-01", active=True)) == ["conditions/0/cause"]
    assert asked(text, fracture("2025-01-01", active=False)) == ["conditions/0/cause", "conditions/0/site"]


# Required lists


def test_a_required_list_asks_what_it_misses_whatever_else_is_decided() -> None:
    facts = ABC + "\nsafe: {answered: [a, {fact: b, when: a}], text: {nl: Veilig, en: Safe}}"
    text = text_of("{all: [c, safe]}", facts=facts)

    assert asked(text, answer("c", False)) == ["a", "b"]
    assert asked(text, answer("c", False), answer("a", True)) == ["b"]
    assert asked(text, answer("c", False), answer("a", False)) == []


def test_what_is_required_only_after_a_yes_is_not_missing_after_a_no() -> None:
    facts = ABC + "\nsafe: {answered: [a, {fact: b, when: a}], text: {nl: Veilig, en: Safe}}"
    text = text_of("safe", facts=facts)

    assert readings(text, patient(), "safe") == (0, 1)
    assert readings(text, patient(answer("a", True)), "safe") == (0, 1)
    assert readings(text, patient(answer("a", False)), "safe") == (2, 2)
    assert readings(text, patient(answer("a", True), answer("b", False)), "safe") == (2, 2)


# Order


def test_the_most_urgent_question_comes_first_then_the_one_that_decides_most() -> None:
    text = guideline(
        ABC,
        "rules:\n"
        + rule("one", "a", "recommend: order-dxa")
        + rule("two", "c", "recommend: phone-now, urgency: U3")
        + rule("three", "{any: [b, a]}", "recommend: start-drug"),
    )

    assert asked(text) == ["c", "a", "b"]
