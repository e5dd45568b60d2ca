"""Laws that hold for the shipped guidelines and any answers: nothing settled is taken back, order changes nothing,
danger is never lowered by what is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdss.engine.conclusions import Conclusions
from cdss.engine.editions import choose
from cdss.engine.engine import Engine
from cdss.models.guideline import URGENCIES, Fact, FromRecords
from cdss.models.patient import Answer, Days, Delivered, Patient, Record
from cdss.models.value import Value, ValueType, is_known, within
from cdss.rules import load

ON = date(2026, 3, 1)
TODAY = Days(ON, ON)
GUIDELINES = Path(__file__).resolve().parents[2] / "guidelines"
TOPICS = ("back-pain", "fracture-prevention")
LAWS = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@cache
def engine() -> Engine:
    return Engine(load(GUIDELINES), executor="reference")


@cache
def askable() -> tuple[Fact, ...]:
    """The facts that a question may be about."""
    facts = [
        fact
        for fact in engine().ruleset.definitions.values()
        if isinstance(fact, Fact)
        and isinstance(fact.source, FromRecords)
        and fact.if_missing is not None
        and fact.if_missing.how == "ask"
    ]
    return tuple(sorted(facts, key=lambda fact: fact.name))


def written(kind: ValueType) -> st.SearchStrategy[object]:
    """Answers of a type, as somebody would give them."""
    match kind.kind:
        case "yes_no":
            return st.booleans()
        case "choice":
            return st.sampled_from(kind.words)
        case "number":
            low = 0 if kind.low == float("-inf") else int(kind.low) // 1_000_000
            high = 100 if kind.high == float("inf") else int(kind.high) // 1_000_000
            return st.integers(max(low, -8), max(min(high, 100), low))
        case "duration":
            return st.integers(0, 400).map(lambda days: f"{days} days")
        case _:
            return st.just("none")


@st.composite
def answered(draw: st.DrawFn) -> Patient:
    """A patient with a birth date, some answers of today, some fractures and dispensings."""
    facts = draw(st.lists(st.sampled_from(askable()), unique_by=lambda fact: fact.name, max_size=25))
    answers = tuple(Answer(fact.name, draw(written(fact.type)), TODAY) for fact in facts)
    conditions = draw(st.lists(a_condition(), max_size=3))
    dispensings = draw(st.lists(a_dispensing(), max_size=4))
    return Patient(
        id="p",
        birth_date=draw(
            st.none() | st.dates(date(1930, 1, 1), date(2012, 1, 1)).map(lambda day: Days(day, day))
        ),
        sex=draw(st.sampled_from(["female", "male", None])),
        delivered={
            name: Delivered()
            for name in draw(st.sets(st.sampled_from(["conditions", "dispensings", "observations"])))
        },
        lists={
            "conditions": tuple(replace(one, index=place) for place, one in enumerate(conditions)),
            "dispensings": tuple(replace(one, index=place) for place, one in enumerate(dispensings)),
        },
        answers=answers,
    )


@st.composite
def a_condition(draw: st.DrawFn) -> Record:
    day = draw(st.dates(date(2022, 1, 1), date(2026, 2, 28)))
    code = draw(
        st.sampled_from(
            [
                "icpc-1:L72",
                "icpc-1:L74",
                "icpc-1:L76",
                "icpc-1:L75",
                "icpc-1:L03",
                "icpc-1:L86",
                "icpc-1:K99.01",
            ]
        )
    )
    fields = {"active": draw(st.booleans()), "episode": "e1"}
    cause = draw(st.sampled_from([None, "low_energy", "high_energy", "tumour"]))
    return Record("conditions", 0, Days(day, day), (code,), {**fields, **({"cause": cause} if cause else {})})


@st.composite
def a_dispensing(draw: st.DrawFn) -> Record:
    day = draw(st.dates(date(2024, 1, 1), date(2026, 2, 28)))
    code = draw(st.sampled_from(["atc:M05BA04", "atc:M05BX04", "atc:H02AB07"]))
    strength = draw(st.sampled_from([None, "70 mg", "60 mg", "5 mg"]))
    fields = {"quantity": draw(st.integers(1, 12)), **({"strength": strength} if strength else {})}
    return Record("dispensings", 0, Days(day, day), (code,), fields)


def conclude(patient: Patient, setting: str = "contact") -> Conclusions:
    chosen = choose(engine().ruleset, ON, TOPICS, None)
    return engine().conclude(patient, ON, setting, chosen, frozenset(TOPICS))


def readings(concluded: Conclusions) -> dict[str, tuple[ValueType, Value, Value]]:
    return {
        named.key: (concluded.type_of(named.node), concluded.now(named.node), concluded.later(named.node))
        for named in concluded.program.named
    }


@LAWS
@given(answered())
def test_what_holds_today_is_among_what_may_hold_later(patient: Patient) -> None:
    concluded = conclude(patient)

    for key, (kind, now, later) in readings(concluded).items():
        assert within(kind, now, later) or not is_known(kind, now), key


@LAWS
@given(answered(), st.data())
def test_nothing_settled_is_taken_back_by_an_answer(patient: Patient, data: st.DataObject) -> None:
    before = readings(conclude(patient))
    asked = engine().advise(patient, ON, "contact", topics=TOPICS).questions
    facts = [question for question in asked if question.record is None]
    if not facts:
        return
    question = data.draw(st.sampled_from(facts))
    fact = next(one for one in askable() if one.name == question.fact)
    answer = Answer(fact.name, data.draw(written(fact.type)), TODAY)

    after = readings(conclude(replace(patient, answers=(*patient.answers, answer))))

    for key, (kind, now, later) in before.items():
        if is_known(kind, now) and now == later:
            assert after[key][1] == now, f"{key} after {answer}"


@LAWS
@given(answered(), st.data())
def test_an_answer_that_is_not_asked_for_and_not_open_changes_no_settled_recommendation(
    patient: Patient, data: st.DataObject
) -> None:
    advice = engine().advise(patient, ON, "contact", topics=TOPICS)
    settled = {one.action for one in advice.recommendations if one.state == "settled"}
    known = {answer.fact for answer in patient.answers} | {question.fact for question in advice.questions}
    rest = [fact for fact in askable() if fact.name not in known]
    if not rest:
        return
    fact = data.draw(st.sampled_from(rest))
    answer = Answer(fact.name, data.draw(written(fact.type)), TODAY)

    again = engine().advise(
        replace(patient, answers=(*patient.answers, answer)), ON, "contact", topics=TOPICS
    )

    assert settled <= {one.action for one in again.recommendations}, answer


@LAWS
@given(answered(), st.randoms(use_true_random=False))
def test_the_order_of_records_and_answers_changes_nothing(patient: Patient, chance: object) -> None:
    before = readings(conclude(patient))
    answers = list(patient.answers)
    chance.shuffle(answers)  # type: ignore[attr-defined]
    lists = {}
    for name, records in patient.lists.items():
        shuffled = list(records)
        chance.shuffle(shuffled)  # type: ignore[attr-defined]
        lists[name] = tuple(shuffled)

    after = readings(conclude(replace(patient, answers=tuple(answers), lists=lists)))

    assert after == before


RED_FLAGS = {
    "ces_saddle": True,
    "ces_bladder": True,
    "trauma": "high_energy",
    "fever_or_ill": True,
    "niet_pluis": True,
    "known_aaa": True,
}


def surely(concluded: Conclusions) -> int:
    """The rank of the urgency that surely holds."""
    named = concluded.program.named_as("urgency")
    words = concluded.type_of(named.node).words_of(int(concluded.now(named.node)))  # type: ignore[arg-type]
    return min(URGENCIES.index(word) for word in words)


@LAWS
@given(answered(), st.sampled_from(sorted(RED_FLAGS)))
def test_a_red_flag_never_lowers_the_urgency(patient: Patient, flag: str) -> None:
    without = replace(patient, answers=tuple(one for one in patient.answers if one.fact != flag))
    flagged = replace(without, answers=(*without.answers, Answer(flag, RED_FLAGS[flag], TODAY)))

    assert surely(conclude(flagged)) >= surely(conclude(without))


@LAWS
@given(answered(), st.data())
def test_no_step_while_blocked_or_urgent(patient: Patient, data: st.DataObject) -> None:
    concluded = conclude(patient)
    route, step = concluded.program.named_as("route"), concluded.program.named_as("step")
    words = concluded.type_of(route.node).words_of(int(concluded.now(route.node)))  # type: ignore[arg-type]

    if words and "step" not in words:
        assert concluded.type_of(step.node).words_of(int(concluded.now(step.node))) == ("none",)  # type: ignore[arg-type]
