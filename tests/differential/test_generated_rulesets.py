"""Guidelines that nobody wrote: every executor agrees on them, order means nothing, and what is settled stays so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import ceil, floor

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdss.engine.compiled import compile_program
from cdss.engine.conclusions import Conclusions
from cdss.engine.editions import choose, topics_of
from cdss.engine.engine import Engine
from cdss.engine.questions import OpenPaths
from cdss.engine.reference import evaluate
from cdss.models.advice import Question
from cdss.models.guideline import Fact, FromAnswered
from cdss.models.patient import Answer, Days, Patient
from cdss.models.program import (
    SELECTIONS,
    Combined,
    FirstKnown,
    Has,
    Missing,
    Named,
    NodeId,
    Points,
    Table,
    reads,
)
from cdss.models.quantity import MILLION, show
from cdss.models.truth import NO, UNKNOWN, YES
from cdss.models.value import INF, Value, ValueType, is_known, within
from tests.properties.guideline_files import Body, Written, in_another_order, loaded
from tests.properties.rulesets import patients_for, rulesets
from tests.properties.strategies import ON

TODAY = Days(ON, ON)
SETTINGS = st.sampled_from(("contact", "record", "population"))
QUIET = list(HealthCheck)


def some(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=QUIET)


def engine_of(written: Written) -> Engine:
    return Engine(loaded(written), executor="reference")


def conclude(engine: Engine, patient: Patient, setting: str = "contact") -> Conclusions:
    topics = topics_of(engine.ruleset)
    return engine.conclude(patient, ON, setting, choose(engine.ruleset, ON, topics, None), frozenset(topics))


Readings = Mapping[str, tuple[ValueType, Value, Value]]


def readings(concluded: Conclusions) -> Readings:
    return {
        named.key: (concluded.type_of(named.node), concluded.now(named.node), concluded.later(named.node))
        for named in concluded.program.named
    }


# Executors


@some(50)
@given(rulesets(), st.data())
def test_generated_code_agrees_with_the_reference_on_any_ruleset(
    written: Written, data: st.DataObject
) -> None:
    engine = engine_of(written)
    layout, _ = engine.program(dict.fromkeys(topics_of(engine.ruleset), ""))
    compiled = compile_program(layout.program)

    for _ in range(3):
        call = engine.call(layout, data.draw(patients_for(engine.ruleset)), ON, data.draw(SETTINGS))
        assert compiled(call) == evaluate(layout.program, call)


@some(30)
@given(rulesets(), st.data())
def test_every_executor_gives_the_same_advice(written: Written, data: st.DataObject) -> None:
    ruleset = loaded(written)
    patient, setting = data.draw(patients_for(ruleset)), data.draw(SETTINGS)
    reference, compiled = (
        Engine(ruleset, executor=name).advise(patient, ON, setting, topics=topics_of(ruleset))
        for name in ("reference", "compiled")
    )

    assert reference == compiled
    assert (reference.findings, reference.assumed, reference.skipped) == (
        compiled.findings,
        compiled.assumed,
        compiled.skipped,
    )
    for rule in ruleset.rules:
        assert reference.explain(rule) == compiled.explain(rule)


# Order


@some(40)
@given(rulesets(), st.data())
def test_the_order_of_files_and_of_what_they_hold_changes_nothing(
    written: Written, data: st.DataObject
) -> None:
    other = in_another_order(written, lambda size: data.draw(st.permutations(range(size))))
    one, two = engine_of(written), engine_of(other)
    patient, setting = data.draw(patients_for(one.ruleset)), data.draw(SETTINGS)

    assert readings(conclude(two, patient, setting)) == readings(conclude(one, patient, setting))
    assert _told(two, patient, setting) == _told(one, patient, setting)


def _told(engine: Engine, patient: Patient, setting: str) -> object:
    advice = engine.advise(patient, ON, setting, topics=topics_of(engine.ruleset))
    return (
        [
            (one.action, one.urgency, one.priority, one.due, one.state, sorted(one.rules))
            for one in advice.recommendations
        ],
        [(one.fact, one.record, one.field, one.could_change, one.topics) for one in advice.questions],
        {(one.rule, one.exception) for one in advice.excepted},
        {(one.rule, one.missing) for one in advice.undecided},
        [(one.topic, one.outcome) for one in advice.topics],
        dict(advice.findings),
    )


KILOS = re.compile(r"(?<![\w.])(?:(\d+(?:\.\d+)?)(\.\.))?(\.\.<?|)(\d+(?:\.\d+)?)(<\.\.)? kg\b")


def in_grams(body: Body) -> Body:
    """The same with every amount in kilograms written in grams."""
    match body:
        case str():
            return KILOS.sub(_grams, body)
        case Mapping():
            return {key: in_grams(value) for key, value in body.items()}
        case _:
            return [in_grams(value) for value in body]


def _grams(found: re.Match[str]) -> str:
    numbers = [
        part and re.sub(r"^[\d.]*\d$", lambda one: f"{Decimal(one[0]) * 1000:f}", part)
        for part in found.groups()
    ]
    return f"{''.join(part or '' for part in numbers)} g"


@some(25)
@given(rulesets(), st.data())
def test_the_unit_in_which_an_amount_is_written_changes_nothing(
    written: Written, data: st.DataObject
) -> None:
    other = Written(
        {name: {key: in_grams(value) for key, value in body.items()} for name, body in written.files.items()}
    )
    one, two = engine_of(written), engine_of(other)
    patient, setting = data.draw(patients_for(one.ruleset)), data.draw(SETTINGS)

    found, expected = readings(conclude(two, patient, setting)), readings(conclude(one, patient, setting))

    assert {key: reading for key, reading in found.items() if not key.startswith("limit")} == {
        key: reading for key, reading in expected.items() if not key.startswith("limit")
    }


# Now and later


@some(50)
@given(rulesets(), st.data())
def test_what_holds_now_is_among_what_may_hold_later(written: Written, data: st.DataObject) -> None:
    engine = engine_of(written)
    for _ in range(3):
        concluded = conclude(engine, data.draw(patients_for(engine.ruleset)), data.draw(SETTINGS))

        for key, (kind, now, later) in readings(concluded).items():
            assert within(kind, now, later), key


# Questions


@some(70)
@given(rulesets(), st.data())
def test_a_question_answered_takes_back_nothing_that_was_settled(
    written: Written, data: st.DataObject
) -> None:
    engine = engine_of(written)
    patient = data.draw(patients_for(engine.ruleset))
    asked = questions_of(engine, patient)
    if not asked:
        return
    before = conclude(engine, patient)
    question = data.draw(st.sampled_from(asked))
    answered = patient_with(patient, before, question, data)

    after = readings(conclude(engine, answered))

    for key, (kind, now, later) in readings(before).items():
        if is_known(kind, now) and now == later and not _is_replaced(before, question.fact, key):
            assert after[key][1:] == (now, now), f"{key} after {question.fact} {question.record}"


def questions_of(engine: Engine, patient: Patient) -> list[Question]:
    advice = engine.advise(patient, ON, "contact", topics=topics_of(engine.ruleset))
    return [one for one in advice.questions if one.record is None]


def patient_with(patient: Patient, before: Conclusions, question: Question, data: st.DataObject) -> Patient:
    """The patient with an answer of today that the fact may still have."""
    node = before.program.named_as(question.fact).node
    value = data.draw(one_value(before.type_of(node), before.later(node)))
    return replace(patient, answers=(*patient.answers, Answer(question.fact, value, TODAY)))


def one_value(kind: ValueType, value: Value) -> st.SearchStrategy[object]:
    """One of the things that a value may be, as somebody would give it."""
    match kind.kind:
        case "yes_no":
            return st.sampled_from(
                [word for truth, word in ((NO, "no"), (YES, "yes")) if value in (truth, UNKNOWN)]
            )
        case "choice":
            assert isinstance(value, int)
            return st.sampled_from(kind.words_of(value))
        case "number" | "duration":
            assert isinstance(value, tuple)
            low = ceil(max(value[0], -1_000 * MILLION) / MILLION) * MILLION
            high = floor(min(value[1], 1_000 * MILLION) / MILLION) * MILLION
            ends = sorted({end for end in (low, high, low + MILLION) if value[0] <= end <= value[1]})
            shown = [show(int(end)) for end in ends or [int(value[0])]]
            return st.sampled_from([f"{one} days" for one in shown] if kind.kind == "duration" else shown)
        case "date":
            assert isinstance(value, tuple) and len(value) == 3
            days = [
                end
                for end in (value[0], value[1], ON.toordinal() - 30.0)
                if value[0] <= end <= value[1] and abs(end) != INF
            ]
            return st.sampled_from(
                [date.fromordinal(int(end)).isoformat() for end in days] + ["none"] * value[2]
            )
        case _:
            assert not isinstance(value, (int, tuple))
            return st.sampled_from(sorted(value or {"e1", "e9"}))


def _is_replaced(before: Conclusions, fact: str, key: str) -> bool:
    """Whether the answer is a better source under a `first_known`: facts under one such list count as one fact, and that
    one was known."""
    own = before.program.named_as(fact).node
    for number in below(before, [before.program.named_as(key).node]):
        node = before.program.nodes[number]
        if isinstance(node, FirstKnown):
            for item in node.items:
                if is_known(node.type, before.now(item)):
                    break
                if own in below(before, [item]):
                    return True
    return False


def below(
    concluded: Conclusions,
    roots: Iterable[NodeId],
    following: Callable[[NodeId], Iterable[NodeId]] | None = None,
) -> set[NodeId]:
    """These nodes and all that they read (or all that `following` gives)."""
    seen = set(roots)
    stack = list(seen)
    while stack:
        number = stack.pop()
        for other in following(number) if following else reads(concluded.program.nodes[number]):
            if other not in seen:
                seen.add(other)
                stack.append(other)
    return seen


def deciding(concluded: Conclusions) -> list[Named]:
    """The rules, tables and required lists: questions start there."""

    def is_required_list(one: Named) -> bool:
        fact = concluded.ruleset.definitions.get(one.definition)
        return isinstance(fact, Fact) and isinstance(fact.source, FromAnswered)

    return [
        one
        for one in concluded.program.named
        if not one.output and (one.kind in ("rule", "table") or is_required_list(one))
    ]


def undecided(concluded: Conclusions) -> list[NodeId]:
    """Those that are unknown or provisional."""
    return [one.node for one in deciding(concluded) if not concluded.is_settled(one.node)]


def open_paths(concluded: Conclusions, roots: Iterable[NodeId]) -> set[NodeId]:
    """What is open below some nodes: of a table the rows up to the first surely met, of a collection the rules that set
    the word that is looked at, of all else whatever is open."""
    given = concluded.values.given

    def is_open(number: NodeId) -> bool:
        node = concluded.program.nodes[number]
        return isinstance(node, SELECTIONS) or not is_known(node.type, concluded.later(number))

    def rows(whens: Iterable[NodeId | None]) -> Iterator[NodeId]:
        for when in whens:
            if when is None or concluded.later(when) == YES:
                return
            yield when

    def following(number: NodeId) -> list[NodeId]:
        if number in given:
            return []
        node = concluded.program.nodes[number]
        found: Iterable[NodeId] = reads(node)
        if isinstance(node, Table):
            found = rows(when for when, _ in node.rows)
        elif isinstance(node, Points):
            found = (when for item in node.items for when in rows(when for _, when in item))
        elif isinstance(node, Has) and node.collection not in given:
            words = concluded.program.nodes[node.collection]
            if isinstance(words, Combined):
                found = (rule for rule, bits in words.setters if isinstance(bits, int) and bits & node.bit)
        return [other for other in found if is_open(other)]

    return below(concluded, [root for root in roots if is_open(root)], following)


RECORDED = {
    "site": ("hip", "skull"),
    "cause": ("low_energy", "high_energy"),
    "active": (True, False),
    "strength": ("70 mg", "60 mg", "120 mg"),
    "quantity": (12, 1),
    "days_supply": (84, 7),
    "usage": ("nhg-25:1W1T", "nhg-25:1D1T"),
    "on": (),
    "label": ("non_specific", "disc_radicular"),
}
"""What may be answered to a question about a field of one record; its date is one of the days that it may be of."""


def a_day_of(patient: Patient, path: str) -> st.SearchStrategy[str]:
    record = next(one for one in patient.records(path.partition("/")[0]) if one.path == path)
    days = record.on or Days(date(2025, 1, 1), ON)
    return st.dates(days.first, days.last).map(date.isoformat)


@some(50)
@given(rulesets(), st.data())
def test_a_field_of_a_record_filled_in_takes_back_nothing_that_was_settled(
    written: Written, data: st.DataObject
) -> None:
    engine = engine_of(written)
    patient = data.draw(patients_for(engine.ruleset))
    advice = engine.advise(patient, ON, "contact", topics=topics_of(engine.ruleset))
    asked = [one for one in advice.questions if one.record is not None and one.field in RECORDED]
    if patient.records("administrations"):
        # An injection takes the place of what was dispensed for it: without strengths one code is one product.
        asked = [one for one in asked if one.field != "strength"]
    if not asked:
        return
    question = data.draw(st.sampled_from(asked))
    of_field: st.SearchStrategy[object] = st.sampled_from(RECORDED[str(question.field)] or ("",))
    value = data.draw(a_day_of(patient, str(question.record)) if question.field == "on" else of_field)

    answered = patient.with_answers({f"{question.record}/{question.field}": value}, on=ON)

    before, after = readings(conclude(engine, patient)), readings(conclude(engine, answered))
    for key, (kind, now, later) in before.items():
        if is_known(kind, now) and now == later:
            assert after[key][1:] == (now, now), f"{key} after {question.record}/{question.field}: {value}"


@some(40)
@given(rulesets(), st.data())
def test_every_question_lies_on_an_open_path(written: Written, data: st.DataObject) -> None:
    engine = engine_of(written)
    patient = data.draw(patients_for(engine.ruleset))
    concluded = conclude(engine, patient)

    paths = open_paths(concluded, undecided(concluded))

    on_path = {node.fact for number in paths if isinstance(node := concluded.program.nodes[number], Missing)}
    assert {one.fact for one in questions_of(engine, patient)} - {
        fact.rpartition("/")[2] for fact in on_path
    } == set()
    walked = below(concluded, undecided(concluded), OpenPaths(concluded).next)
    assert walked - paths - set(undecided(concluded)) == set()


@some(70)
@given(rulesets(), st.data())
def test_an_answer_to_a_fact_on_no_open_path_changes_nothing(written: Written, data: st.DataObject) -> None:
    engine = engine_of(written)
    patient = data.draw(patients_for(engine.ruleset))
    before = conclude(engine, patient)
    paths = open_paths(before, undecided(before))
    on_path = {node.fact for number in paths if isinstance(node := before.program.nodes[number], Missing)}
    rest = [
        named
        for named in before.program.named
        if isinstance(node := before.program.nodes[named.node], Missing)
        and node.answers
        and node.fact not in on_path
        and named.node not in before.values.given
        and not is_known(node.type, before.later(named.node))
    ]
    if not rest:
        return
    fact = data.draw(st.sampled_from(rest))
    value = data.draw(one_value(before.type_of(fact.node), before.later(fact.node)))
    answered = replace(patient, answers=(*patient.answers, Answer(fact.key, value, TODAY)))

    after = readings(conclude(engine, answered))

    for root in deciding(before):
        if not _is_replaced(before, fact.key, root.key):
            assert after[root.key][1:] == readings(before)[root.key][1:], (
                f"{root.key} after {fact.key}: {value}"
            )
