"""Every engine on one workload, side by side: checked against the reference before it is timed."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.workload import Workload
from cdss.engine.compiled import compile_program
from cdss.engine.durable import DurableUnavailable, durable_executor
from cdss.engine.reference import Call, evaluate
from cdss.models.program import Valuation

ROUNDS: Final = 5


@dataclass(slots=True)
class Contender:
    """An engine with what it is fed, one item for each patient; and the nanoseconds that each decision took.

    They are processor time of the whole process: an engine with threads of its own pays for those too.
    """

    name: str
    decide: Callable[[Any], object]
    inputs: Sequence[Any]
    compared: str
    build: float
    seconds: float = 2.0
    taken: list[int] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return 1e9 * len(self.taken) / sum(self.taken)

    def percentile(self, part: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.taken)
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] / 1e6


class Wrong(Exception):
    """A contender that does not agree with the reference is not timed."""


def contenders(work: Workload) -> tuple[list[Contender], list[str]]:
    """Those that can run here, checked; and why the others cannot."""
    expected = [evaluate(work.program, call) for call in work.calls]
    absent: list[str] = []
    found = [
        _ours("compiled", compile_program, work, expected, 1.5),
        _ours("reference", lambda program: lambda call: evaluate(program, call), work, expected, 2.5),
    ]
    try:
        found.append(_ours("durable", durable_executor, work, expected, 4.0))
    except DurableUnavailable as error:
        absent.append(str(error))
    try:
        found.append(_zen(work, expected))
    except ImportError:
        absent.append("zen-engine is not installed: pip install zen-engine")
    return found, absent


def _ours(
    name: str,
    make: Callable[[Any], Callable[[Call], Valuation]],
    work: Workload,
    expected: Sequence[Valuation],
    seconds: float,
) -> Contender:
    started = time.perf_counter()
    decide = make(work.program)
    decide(work.calls[0])  # with what is built at the first call
    build = time.perf_counter() - started
    for call, one in zip(work.calls, expected, strict=True):
        if decide(call) != one:
            raise Wrong(f"{name} differs from the reference on patient {call.patient.id}")
    nodes = len(work.program.named)
    return Contender(
        name, decide, work.calls, f"{nodes} named nodes, now and later, from records", build, seconds
    )


def _zen(work: Workload, expected: Sequence[Valuation]) -> Contender:
    from benchmarks import zen

    started = time.perf_counter()
    decide, _ = zen.contender(work.program)
    facts = [zen.facts_of(work.program, call) for call in work.calls]
    build = time.perf_counter() - started
    for call, one, own in zip(work.calls, expected, facts, strict=True):
        if zen.found(work.program, decide(own)) != zen.expected(work.program, one):
            raise Wrong(f"zen-engine differs from the reference on patient {call.patient.id}")
    nodes = len(zen.compared(work.program))
    return Contender(
        "zen-engine", decide, facts, f"{nodes} named nodes, now only, from ready facts", build, 2.0
    )


def race(found: Sequence[Contender], rounds: int = ROUNDS) -> None:
    """Times all of them in turns, so that what the machine does meanwhile strikes each alike."""
    for _ in range(rounds):
        for one in found:
            gc.collect()
            deadline = time.perf_counter() + one.seconds / rounds
            place = len(one.taken)
            while time.perf_counter() < deadline:
                item = one.inputs[place % len(one.inputs)]
                started = time.process_time_ns()
                one.decide(item)
                one.taken.append(time.process_time_ns() - started)
                place += 1


def report(work: Workload, found: Sequence[Contender], absent: Sequence[str]) -> str:
    """The table that is printed."""
    compiled = found[0]
    lines = [
        f"One workload: {work.rules} rules, {work.facts} facts a patient, {len(work.calls)} patients; one core, "
        f"Python {sys.version.split()[0]}",
        f"{'':12}{'patients/s':>12}{'p50 ms':>10}{'p99 ms':>10}{'compiled is':>14}{'built in':>10}   compared",
    ]
    for one in found:
        ratio = compiled.per_second / one.per_second
        lines.append(
            f"{one.name:12}{one.per_second:>12,.0f}{one.percentile(0.5):>10.3f}{one.percentile(0.99):>10.3f}"
            f"{f'{ratio:.1f} times' if one is not compiled else '':>14}{one.build * 1000:>7.0f} ms   {one.compared}"
        )
    return "\n".join([*lines, *(f"not run: {why}" for why in absent)])
