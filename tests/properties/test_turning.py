"""Between two turning days nothing turns: held against every day, on programs and patients nobody thought of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings

from cdss.engine.ahead import Ahead, Plan
from cdss.engine.reference import Call, Evaluation
from cdss.engine.turning import Turning, drifting
from cdss.models.program import SELECTIONS, Program
from tests.properties.programs import programs_and_calls

DAYS = 100
EVERY_DAY = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@EVERY_DAY
@given(programs_and_calls())
def test_nothing_turns_on_a_day_that_is_no_turning_day(case: tuple[Program, Call]) -> None:
    program, call = case

    def call_on(day: date) -> Call:
        return replace(call, on=day)

    last = call.on + timedelta(days=DAYS)
    turning = Turning(Ahead(Plan.of(program), call_on, call.on, last))
    values = Evaluation(program, call)
    turn = turning.after(values)
    still = [
        number
        for number, node in enumerate(program.nodes)
        if not isinstance(node, SELECTIONS) and number not in drifting(turning, values)
    ]
    for step in range(1, DAYS + 1):
        day = call.on + timedelta(days=step)
        today = Evaluation(program, call_on(day))
        if day == turn:
            values, turn = today, turning.after(today)
            moved = drifting(turning, today)
            still = [
                number
                for number in range(len(program.nodes))
                if number not in moved and not isinstance(program.nodes[number], SELECTIONS)
            ]
            continue
        for number in still:
            assert today.now(number) == values.now(number), (
                number,
                program.nodes[number],
                values.call.on,
                day,
            )
            assert today.later(number) == values.later(number), (
                number,
                program.nodes[number],
                values.call.on,
                day,
            )
