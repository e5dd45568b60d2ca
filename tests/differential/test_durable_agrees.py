"""durable_rules against the reference: on programs nobody thought of, on every case, and in eight threads at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from cdss.author.cases import Case, case_files, read_cases
from cdss.author.testing import Rulesets, file_of, patient_of
from cdss.engine.durable import durable_executor
from cdss.engine.editions import choose
from cdss.engine.engine import Engine
from cdss.engine.reference import Call, evaluate
from cdss.errors import PatientError
from cdss.models.program import Program, Valuation
from cdss.records import read
from cdss.rules import load
from tests.properties.programs import programs_and_calls

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="durable_rules cannot be imported on Python 3.13 and newer"
)

ROOT = Path(__file__).resolve().parents[2]
BUNDLES = ROOT.parent / "shared" / "data" / "fhir"
ON = date(2026, 3, 1)
AGREE = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
RULESETS = Rulesets("reference", loader=cache(load))


@AGREE
@given(programs_and_calls())
def test_durable_rules_agrees_with_the_reference_on_any_program(case: tuple[Program, Call]) -> None:
    program, call = case

    assert durable_executor(program)(call) == evaluate(program, call)


def _cases() -> Iterator[Case]:
    for path in case_files([ROOT / "guidelines", ROOT / "tests" / "language"]):
        yield from read_cases(path)[0]


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.file.name}:{case.id}") for case in _cases()])
def test_durable_rules_agrees_with_the_reference_on_every_case(case: Case) -> None:
    program, call = _called(case)

    found = _executor(program)(call)

    assert _differences(program, found, evaluate(program, call)) == {}


@pytest.mark.skipif(not BUNDLES.is_dir(), reason="the FHIR bundles stand in a folder beside the checkout")
@pytest.mark.parametrize(
    "path", [pytest.param(path, id=path.stem) for path in sorted(BUNDLES.rglob("*.json"))]
)
def test_durable_rules_agrees_with_the_reference_on_a_bundle(path: Path) -> None:
    program, call = _shipped_call(json.loads(path.read_bytes()))

    found = _executor(program)(call)

    assert _differences(program, found, evaluate(program, call)) == {}


def test_eight_threads_share_one_executor_and_no_facts() -> None:
    cases = [_called(case) for case in _cases() if "guidelines" in case.file.parts]
    program = max((program for program, _ in cases), key=lambda one: len(one.nodes))
    calls = [call for own, call in cases if own is program]
    executor = durable_executor(program)
    expected = [evaluate(program, call) for call in calls]

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(executor, calls * 8))

    assert found == expected * 8


def _called(case: Case) -> tuple[Program, Call]:
    """The program and the call that a case makes."""
    engine = RULESETS.engine(case)
    file = file_of(case, engine.ruleset)
    assert file is not None
    edition = case.edition or file.edition
    chosen = choose(engine.ruleset, case.on, [file.topic], {file.topic: edition} if edition else None)
    try:
        patient = patient_of(case)
        concluded = engine.conclude(patient, case.on, case.setting, chosen, frozenset({file.topic}))
    except PatientError as error:
        pytest.skip(f"this record is refused: {error}")
    return concluded.program, concluded.call


def _shipped_call(bundle: object) -> tuple[Program, Call]:
    engine = _shipped()
    chosen = choose(engine.ruleset, ON, None, None)
    concluded = engine.conclude(read(bundle), ON, "record", chosen, frozenset())  # type: ignore[arg-type]
    return concluded.program, concluded.call


@cache
def _shipped() -> Engine:
    return Engine(load(ROOT / "guidelines"), executor="reference")


_MADE: dict[int, tuple[Program, Callable[[Call], Valuation]]] = {}


def _executor(program: Program) -> Callable[[Call], Valuation]:
    """One executor for each program. The program is kept beside it, so that its number stays its own."""
    if id(program) not in _MADE:
        _MADE[id(program)] = (program, durable_executor(program))
    return _MADE[id(program)][1]


def _differences(program: Program, found: Valuation, expected: Valuation) -> dict[str, object]:
    """The named nodes on which two executors differ, with what each found."""
    different: dict[str, object] = {}
    for reading, one, other in (("now", found.now, expected.now), ("later", found.later, expected.later)):
        for named, mine, theirs in zip(program.named, one, other, strict=True):
            if mine != theirs:
                different[f"{named.key} {reading}"] = (mine, theirs)
    return different
