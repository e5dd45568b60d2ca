"""From rules that stand to recommendations: decisions, exceptions, one action once, conflicts, topics, readers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cdss.engine.engine import Engine
from cdss.models.advice import Advice
from cdss.models.patient import Delivered, Patient, Record
from tests.unit.engine.small import COMMON, ON, advise, answer, day, guideline, patient, record, rule
from tests.unit.rules.guideline_text import HEAD, ruleset

PAIN = "pain: {from: answer, type: yes_no, valid_for: always, if_missing: ask, text: {nl: Pijn, en: Pain}}"
FALLS = (
    "falls: {from: answer, type: yes_no, valid_for: always, if_missing: ask, text: {nl: Vallen, en: Falls}}"
)
SORE = answer("pain", True, "2020-01-01")


def one_rule(then: str, when: str = "pain", more: str = "") -> str:
    return guideline(f"{PAIN}\n{FALLS}", "rules:\n" + rule("r", when, then, more))


DXA = one_rule("recommend: order-dxa")


def decision(choice: str, on: str, action: str = "order-dxa", until: str | None = None) -> Record:
    return record("decisions", on, action=action, choice=choice, until=day(until))


def actions(advice: Advice) -> list[str]:
    return [one.action for one in advice.recommendations]


# Decisions


@pytest.mark.parametrize(
    ("on", "advised"), [("2025-02-28", True), ("2025-03-01", True), ("2025-03-02", False)]
)
def test_who_declined_is_not_told_again_for_365_days(on: str, advised: bool) -> None:
    """1 March 2025 plus 365 days is 1 March 2026: the first day on which it no longer holds."""
    assert actions(advise(DXA, patient(SORE, decision("declined", on)))) == (["order-dxa"] if advised else [])


@pytest.mark.parametrize(
    ("until", "advised"), [("2026-02-28", True), ("2026-03-01", True), ("2026-03-02", False)]
)
def test_a_decision_holds_until_its_end_date(until: str, advised: bool) -> None:
    one = patient(SORE, decision("postponed", "2024-01-01", until=until))

    assert actions(advise(DXA, one)) == (["order-dxa"] if advised else [])


@pytest.mark.parametrize("choice", ["done_elsewhere", "contraindicated", "not_applicable"])
def test_what_was_done_or_cannot_be_done_holds_until_the_facts_change(choice: str) -> None:
    decided = decision(choice, "2021-01-01")

    advice = advise(DXA, patient(SORE, decided))
    assert actions(advice) == []
    assert [one.exception for one in advice.excepted] == [f"decision:{choice}"]
    assert actions(advise(DXA, patient(answer("pain", True, "2021-01-02"), decided))) == ["order-dxa"]
    assert actions(advise(DXA, patient(answer("pain", True, "2021-01-01"), decided))) == []


@pytest.mark.parametrize(
    ("first", "then", "advised"),
    [("declined", "agreed", True), ("agreed", "declined", False), ("declined", "option-b", True)],
)
def test_the_latest_decision_about_an_action_counts(first: str, then: str, advised: bool) -> None:
    one = patient(SORE, decision(first, "2026-01-01"), decision(then, "2026-01-02"))

    assert actions(advise(DXA, one)) == (["order-dxa"] if advised else [])


def test_a_decision_about_another_action_changes_nothing() -> None:
    assert actions(advise(DXA, patient(SORE, decision("declined", "2026-01-01", "phone-now")))) == [
        "order-dxa"
    ]


@pytest.mark.parametrize("urgency", ["U1", "U2", "U3", "U4"])
def test_no_decision_covers_an_alarm(urgency: str) -> None:
    text = one_rule(f"recommend: order-dxa, urgency: {urgency}")

    assert actions(advise(text, patient(SORE, decision("declined", "2026-03-01")))) == ["order-dxa"]


@pytest.mark.parametrize(
    ("on", "advised"),
    [("2026-02-16", False), ("2026-02-15", True), ("2026-02-14", True), ("2026-03-01", False)],
)
@pytest.mark.parametrize("choice", ["declined", "not_applicable"])
def test_a_decision_covers_what_cannot_wait_for_fourteen_days(choice: str, on: str, advised: bool) -> None:
    text = one_rule("recommend: order-dxa, urgency: D1")

    assert actions(advise(text, patient(SORE, decision(choice, on)))) == (["order-dxa"] if advised else [])


TREATMENT = guideline(
    "",
    """\
treatments:
  use:
    text: {nl: Gebruik, en: Use}
    from: dispensing
    in: steroid
    days_supply: [recorded]
    gap_limits: {possible_stop: 60 days, stopped: 180 days}
rules:
"""
    + rule("r", "use.status is possible_stop", "recommend: order-dxa"),
)


def test_a_decision_ends_when_something_was_dispensed_after_it() -> None:
    """Thirty days from 1 November end on 1 December: on 1 March the gap is 90 days."""
    dispensed = record("dispensings", "2025-11-01", "atc:H02AB07", days_supply=30, quantity=30)

    before = patient(dispensed, decision("not_applicable", "2025-10-31"))
    assert actions(advise(TREATMENT, before)) == ["order-dxa"]
    after = patient(dispensed, decision("not_applicable", "2025-11-01"))
    assert actions(advise(TREATMENT, after)) == []


# Exceptions and overriding


def test_an_exception_that_is_unknown_does_not_silence_an_advice_unless_it_blocks() -> None:
    mention = "except: [{id: falls, when: falls, text: {nl: Valt, en: Falls}}]\n"
    block = "except: [{id: falls, when: falls, if_unknown: block, text: {nl: Valt, en: Falls}}]\n"
    mentioned, blocked = (one_rule("recommend: order-dxa", more=more) for more in (mention, block))

    advice = advise(mentioned, patient(SORE))
    assert [(one.action, one.state) for one in advice.recommendations] == [("order-dxa", "provisional")]
    advice = advise(blocked, patient(SORE))
    assert actions(advice) == []
    assert [one.rule for one in advice.undecided] == ["test/r"]
    for text in (mentioned, blocked):
        assert actions(advise(text, patient(SORE, answer("falls", True)))) == []
        found = advise(text, patient(SORE, answer("falls", False)))
        assert [(one.action, one.state) for one in found.recommendations] == [("order-dxa", "settled")]


# The same action once


def test_the_same_action_is_one_recommendation_with_the_highest_urgency_and_the_weakest_evidence() -> None:
    text = guideline(
        f"{PAIN}\n{FALLS}",
        "rules:\n"
        + rule("a", "pain", "recommend: order-dxa, urgency: routine, due: 10 days", "evidence: verified\n")
        + rule(
            "b",
            "falls",
            "recommend: order-dxa, urgency: D7, priority: high, due: 5 days",
            "evidence: unverified\n",
        ),
    )
    (one,) = advise(text, patient(SORE, answer("falls", True))).recommendations

    assert one.rules == ("test/a", "test/b")
    assert (one.urgency, one.priority, one.evidence) == ("D7", "high", "unverified")
    assert one.due == date(2026, 3, 6)


def test_an_action_takes_in_what_it_includes_and_clashes_for_it() -> None:
    """A DXA with VFA includes a DXA, which does not go together with the drug."""
    text = guideline(
        f"{PAIN}\n{FALLS}",
        "rules:\n"
        + rule("dxa", "pain", "recommend: order-dxa, urgency: D7")
        + rule("vfa", "pain", "recommend: order-dxa-vfa")
        + rule("drug", "falls", "recommend: start-drug"),
    )

    advice = advise(text, patient(SORE, answer("falls", True)))

    assert sorted(actions(advice)) == ["order-dxa-vfa", "start-drug"]
    assert {one.action: one.urgency for one in advice.recommendations}["order-dxa-vfa"] == "D7"
    assert [one.actions for one in advice.conflicts] == [("order-dxa-vfa", "start-drug")]
    assert [one.conflicts_with for one in advice.recommendations] == [("start-drug",), ("order-dxa-vfa",)]


def test_findings_that_two_rules_set_differently_are_a_conflict_and_keep_both_values() -> None:
    text = guideline(
        PAIN,
        "findings:\n  kind: {type: choice, choices: [a, b, c], otherwise: c}\nrules:\n"
        + rule("one", "pain", "set: {kind: a}")
        + rule("two", "pain", "set: {kind: b}"),
    )

    advice = advise(text, patient(SORE))

    assert [one.finding for one in advice.conflicts] == ["kind"]
    assert advice.findings["kind"] == {"one_of": ["a", "b"]}


# What comes of a topic


SAYS = """\
  - id: outside
    title: {nl: Buiten, en: Outside}
    when: falls
    then: {outcome: out_of_scope, text: {nl: Valt hierbuiten, en: Out of scope}}
"""


@pytest.mark.parametrize(
    ("urgency", "outcome"),
    [("U4", "advice"), ("D1", "advice"), ("D7", "advice"), ("routine", "out_of_scope")],
)
def test_out_of_scope_gives_way_to_what_cannot_wait(urgency: str, outcome: str) -> None:
    text = guideline(
        f"{PAIN}\n{FALLS}", "rules:\n" + rule("r", "pain", f"recommend: phone-now, urgency: {urgency}") + SAYS
    )

    advice = advise(text, patient(SORE, answer("falls", True)))

    assert advice.topic("test").outcome == outcome
    assert actions(advice) == ["phone-now"]


@pytest.mark.parametrize(
    ("entries", "outcome"),
    [
        ((answer("pain", True),), "advice"),
        ((answer("pain", False),), "nothing_to_do"),
        ((), "questions"),
        ((answer("pain", None),), "not_assessable"),
    ],
)
def test_silence_has_a_reason(entries: tuple[Record, ...], outcome: str) -> None:
    text = guideline(PAIN, "rules:\n" + rule("r", "pain", "recommend: order-dxa"))

    assert advise(text, patient(*entries)).topic("test").outcome == outcome


def test_who_died_gets_no_advice_and_no_questions() -> None:
    died = replace(patient(SORE), deceased_on=day("2026-03-01"))
    lives_on = replace(patient(SORE), deceased_on=day("2026-03-02"))

    advice = advise(DXA, died)
    assert (advice.topic("test").outcome, actions(advice), advice.questions) == ("deceased", [], ())
    assert actions(advise(DXA, lives_on)) == ["order-dxa"]


def test_an_action_that_two_topics_advise_is_advice_of_both() -> None:
    first = HEAD + COMMON + f"facts:\n  {PAIN}\nrules:\n" + rule("r", "pain", "recommend: order-dxa")
    second = (
        first.replace("id: test", "id: zother")
        .replace("topic: test", "topic: zother")
        .replace("pain", "ache")
    ).replace(COMMON, "use: [test.yaml]\n")
    found = ruleset({"test.yaml": first, "zother.yaml": second})

    advice = Engine(found).advise(
        patient(SORE, answer("ache", True, "2020-01-01")), ON, "contact", topics=("test", "zother")
    )

    assert [one.rules for one in advice.recommendations] == [("test/r", "zother/r")]
    assert [advice.topic(one).outcome for one in ("test", "zother")] == ["advice", "advice"]


# Readers


@pytest.mark.parametrize(
    ("then", "shown"),
    [
        ("recommend: order-dxa", False),
        ("recommend: order-dxa, urgency: D7", False),
        ("recommend: order-dxa, priority: high", True),
        ("recommend: order-dxa, urgency: U4", True),
        ("recommend: order-dxa, inform: [pharmacist]", True),
    ],
)
def test_a_reader_sees_its_own_advice_and_every_danger(then: str, shown: bool) -> None:
    advice = advise(one_rule(then), patient(SORE), audience="pharmacist")

    assert actions(advice) == (["order-dxa"] if shown else [])
    assert [one.what for one in advice.topic("test").not_checked if one.why == "other_role"] == (
        [] if shown else ["order-dxa"]
    )


# How far it holds


@pytest.mark.parametrize(
    ("falls", "advised"),
    [
        (None, ("order-dxa-vfa", "provisional")),
        (False, ("order-dxa-vfa", "settled")),
        (True, ("order-dxa", "settled")),
    ],
)
def test_a_part_that_is_settled_made_the_whole_action_settled_which_an_answer_took_back(
    falls: bool | None, advised: tuple[str, str]
) -> None:
    part = rule("part", "pain", "recommend: order-dxa")
    whole = rule(
        "whole", "pain", "recommend: order-dxa-vfa", "except: [{id: falls, when: falls, text: {nl: Valt}}]"
    )
    text = guideline(f"{PAIN}\n{FALLS}", "rules:\n" + part + "\n" + whole)

    found = advise(text, patient(SORE, answer("falls", falls)))

    assert [(one.action, one.state) for one in found.recommendations] == [advised]


def test_an_advice_is_settled_when_one_of_its_rules_is() -> None:
    text = guideline(
        f"{PAIN}\n{FALLS}",
        "rules:\n"
        + rule("a", "pain", "recommend: order-dxa")
        + rule("b", "pain is known", "recommend: order-dxa, urgency: D7"),
    )
    (one,) = advise(text, patient(SORE)).recommendations

    assert (one.state, one.urgency) == ("settled", "D7")


def test_an_open_rule_of_low_urgency_never_lowers_a_sure_one() -> None:
    text = guideline(
        f"{PAIN}\n{FALLS}",
        "findings:\n  urgency: {type: choice, choices: [routine, D7, D1, U4, U3, U2, U1], ordered: yes, combine: highest, otherwise: routine}\nrules:\n"
        + rule("sure", "pain", "set: {urgency: U3}")
        + rule("open", "falls", "set: {urgency: D7}"),
    )

    assert advise(text, patient(SORE)).findings["urgency"] == "U3"


def test_an_undelivered_list_is_told_and_leaves_an_assumption_unknown() -> None:
    text = guideline(
        "broken: {from: condition, in: fracture, if_missing: assume no, say: none, text: {nl: Breuk, en: Fracture}}",
        "rules:\n" + rule("r", "not broken", "recommend: order-dxa"),
    )

    none: Patient = patient()
    assert actions(advise(text, none)) == []
    assert advise(text, none).topic("test").outcome == "not_assessable"
    assert [one.what for one in advise(text, none).topic("test").not_checked] == ["conditions"]
    assert actions(advise(text, patient(delivered={"conditions": Delivered(reach="own")}))) == ["order-dxa"]


# Drafts


@pytest.mark.parametrize(
    ("accept", "outcome", "asked"), [("draft", "questions", ["pain"]), ("active", "not_assessable", [])]
)
def test_a_topic_of_which_the_drafts_were_left_out_said_there_was_nothing_to_do(
    accept: str, outcome: str, asked: list[str]
) -> None:
    table = (
        "tables:\n  kind: {title: {nl: Soort, en: Kind}, hit: first, inputs: [pain], outcomes: "
        "{a: {text: {nl: A}}, b: {text: {nl: B}}}, rows: [{id: one, if: [yes], then: a}, {id: two, if: [any], then: b}]}\n"
    )
    text = guideline(
        PAIN, table + "rules:\n" + rule("r", "{all: [setting is population, pain]}", "recommend: order-dxa")
    )

    advice = Engine(ruleset(text), accept=accept).advise(patient(), ON, "contact", topics=["test"])

    assert advice.recommendations == ()
    assert [one.outcome for one in advice.topics] == [outcome]
    assert [one.fact for one in advice.questions] == asked
    if accept == "active":
        assert advice.topics[0].text == {
            "nl": "Regels die nog concept zijn, zijn niet gebruikt.",
            "en": "Rules that are still drafts were not used.",
        }
