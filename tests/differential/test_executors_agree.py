"""Every executor against the reference, on programs and patients that nobody thought of (design §2)."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import composite

from cdss.engine.compiled import Compiled, compile_program
from cdss.engine.editions import choose, topics_of
from cdss.engine.lower import lower
from cdss.engine.reference import Call, evaluate
from cdss.models.guideline import Ruleset
from cdss.models.program import Program
from cdss.rules import load
from tests.properties.programs import draw_call, features_and_calls, logic_and_calls, programs_and_calls

GUIDELINES = Path(__file__).resolve().parents[2] / "guidelines"
DAYS = (date(2012, 1, 1), date(2020, 1, 1), date(2026, 3, 1))
"""One day on which each line-up of the shipped guidelines answers."""

AGREE = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@AGREE
@given(programs_and_calls())
def test_generated_code_agrees_with_the_reference_on_any_program(case: tuple[Program, Call]) -> None:
    program, call = case

    assert compile_program(program)(call) == evaluate(program, call)


@AGREE
@given(features_and_calls())
def test_generated_code_reads_records_as_the_reference_does(case: tuple[Program, Call]) -> None:
    program, call = case

    assert compile_program(program)(call) == evaluate(program, call)


@AGREE
@given(logic_and_calls())
def test_generated_code_concludes_as_the_reference_does(case: tuple[Program, Call]) -> None:
    program, call = case

    assert compile_program(program)(call) == evaluate(program, call)


@cache
def ruleset() -> Ruleset:
    return load(GUIDELINES)


@cache
def shipped(on: date) -> tuple[Program, Compiled]:
    """All shipped guidelines with the editions that answer on a day."""
    chosen = choose(ruleset(), on, topics_of(ruleset()), None)
    program = lower(ruleset(), {one.topic: one.edition for one in chosen if one.edition is not None})
    return program, compile_program(program)


@composite
def shipped_calls(draw: st.DrawFn) -> tuple[date, Call]:
    on = draw(st.sampled_from(DAYS))
    return on, draw_call(draw, shipped(on)[0], on, busy=draw(st.booleans()))


@settings(AGREE, max_examples=40)
@given(shipped_calls())
def test_generated_code_agrees_with_the_reference_on_the_shipped_guidelines(case: tuple[date, Call]) -> None:
    on, call = case
    program, run = shipped(on)

    assert run(call) == evaluate(program, call)
