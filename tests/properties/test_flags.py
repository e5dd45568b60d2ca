"""The two flags of a node never promise too much: what may not leap has one reading, what may not be open is known."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from cdss.engine.reference import Call, Evaluation
from cdss.models.program import SELECTIONS, Program
from cdss.models.value import is_known
from tests.properties.programs import programs_and_calls


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs_and_calls())
def test_flags_never_promise_too_much(case: tuple[Program, Call]) -> None:
    """A given value stands above the flags: it may be open where the program never is."""
    program, call = case
    values = Evaluation(program, replace(call, given=None))

    for number, node in enumerate(program.nodes):
        if isinstance(node, SELECTIONS):
            continue
        if not node.leaps:
            assert values.now(number) == values.later(number), node
        if not node.open:
            assert is_known(node.type, values.now(number)), node
