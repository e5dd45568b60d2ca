"""The executor that runs the rules of a program in durable_rules: a Rete network, as an independent second
opinion.

`All Any Not Rule` are decided by positive rules over facts, two for each name: yes and no. Unknown is
neither. The rest is decided by the host, which carries results from one network to the next: see
`durable_plan`. Each reading, now and later, is a run of its own; where its facts are the same it is not run
again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType

from cdss.engine.durable_host import DurableUnavailable, Runner, library
from cdss.engine.durable_limits import LIMITS, Limits, problems
from cdss.engine.durable_plan import Fact, Name, Network, Plan, plan
from cdss.engine.reference import Call, Evaluation
from cdss.errors import EngineError, GuidelineError
from cdss.models.program import NodeId, Program, Valuation
from cdss.models.truth import NO, UNKNOWN, YES, Truth, opposite
from cdss.models.value import Value

__all__ = ["DurableUnavailable", "durable_executor"]


def durable_executor(program: Program, limits: Limits = LIMITS) -> Callable[[Call], Valuation]:
    """What runs a program in durable_rules; it may be called from any thread.

    GuidelineError when durable_rules cannot hold the rules, with a problem for each; DurableUnavailable where
    it is not installed or does not work.
    """
    durable = library()
    made = plan(program, limits)
    found = problems(program, made, limits)
    if found:
        raise GuidelineError(found)
    return _Executor(durable, program, made)


class _Executor:
    def __init__(self, durable: ModuleType, program: Program, made: Plan) -> None:
        self._durable = durable
        self._program = program
        self._plan = made
        self._own = threading.local()

    def __call__(self, call: Call) -> Valuation:
        host = _Host(self._program, call, self._plan)
        for place, network in enumerate(self._plan.networks):
            before: tuple[Fact, ...] | None = None
            concluded: frozenset[Fact] = frozenset()
            for later in (False, True):
                facts = tuple(host.facts(network, later=later))
                if facts != before:
                    concluded = self._run(place, facts, host.given)
                before = facts
                host.carry(network, concluded, later=later)
        return Valuation(
            tuple(host.now(named.node) for named in self._program.named),
            tuple(host.later(named.node) for named in self._program.named),
        )

    def _run(self, place: int, facts: Iterable[Fact], given: Mapping[NodeId, Value]) -> frozenset[Fact]:
        """The conclusions of one network, in the host that belongs to this thread."""
        runners: dict[int, Runner] = self._own.__dict__.setdefault("runners", {})
        runner = runners.pop(place, None) or Runner(self._durable, self._plan.networks[place])
        concluded = runner.run(facts, given)
        runners[place] = runner  # not after an error: then the next patient gets a new one
        return concluded


class _Host(Evaluation):
    """The values of one call: what the host decides is worked out, what networks decide is carried here."""

    def __init__(self, program: Program, call: Call, made: Plan) -> None:
        super().__init__(program, call)
        self._plan = made

    def _evaluate(self, number: NodeId, later: bool) -> Value:
        if number in self._plan.decided:
            raise EngineError(f"node {number} was read before its network ran")
        return super()._evaluate(number, later)

    def facts(self, network: Network, *, later: bool) -> Iterable[Fact]:
        """What is known of the names that a network is given, and of those it would decide itself."""
        for name in network.inputs:
            truth = self._brought(name, later=later)
            if truth != UNKNOWN:
                yield name, truth == YES
        for gate in network.gates:
            value = self.given.get(gate.name, UNKNOWN)
            if value != UNKNOWN:
                yield gate.name, value == YES

    def _brought(self, name: Name, *, later: bool) -> Truth:
        watched = self._plan.guards.get(name)
        if watched is None:
            return self._truth(name, later=later)
        holds = self._truth(watched, later=later)
        # Passed over now; later it may still hold (language §2).
        return YES if holds == UNKNOWN and not later else opposite(holds)

    def _truth(self, number: NodeId, *, later: bool) -> Truth:
        value = self.later(number) if later else self.now(number)
        assert isinstance(value, int)
        return value

    def carry(self, network: Network, concluded: frozenset[Fact], *, later: bool) -> None:
        """Takes over what a network concluded of the nodes it decides."""
        for gate in network.gates:
            if gate.name != gate.node or gate.name in self.given:
                continue  # a helper is no node
            yes, no = (gate.name, True) in concluded, (gate.name, False) in concluded
            if yes and no:
                raise EngineError(f"durable_rules concluded both yes and no of node {gate.name}")
            self._values[later][gate.name] = YES if yes else NO if no else UNKNOWN
