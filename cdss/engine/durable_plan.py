"""What durable_rules decides of a program, and in which order the host carries results to it.

`All Any Not Rule` become gates: names that are yes or no when other names are. Everything else (known,
tables, points, combined findings, features) is decided by the host. A gate that reads what the host decides
from other gates stands in a later stratum; each topic and stratum is a network of its own, and a large one is
cut into several.

An exception that is unknown is passed over now, unless it blocks: a leap, so the host decides it. It becomes
a guard: a name that is yes when the exception does not stand in the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Literal, TypeAlias

from cdss.engine.durable_limits import LIMITS, Limits
from cdss.models.program import All, Any, Node, NodeId, Not, Program, Rule, reads

Name: TypeAlias = int
"""What a fact is about: a node by its number, or, from the number of nodes upwards, a guard or a helper."""
Fact: TypeAlias = tuple[Name, bool]
"""That a name is yes (True), or that it is no (False). Of what is unknown there is no fact."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A name that is yes when all of these facts hold, or any; and no when it cannot be yes any more."""

    name: Name
    how: Literal["all", "any"]
    items: tuple[Fact, ...]
    node: NodeId  # the node it stands for, or helps to decide

    def rules(self) -> Iterator[tuple[tuple[Fact, ...], Fact]]:
        """Its positive rules: the facts that must hold together, and the fact that follows."""
        joined = self.how == "all"
        yield tuple((name, sign == joined) for name, sign in self.items), (self.name, joined)
        for name, sign in self.items:
            yield ((name, sign != joined),), (self.name, not joined)


@dataclass(frozen=True, slots=True)
class Network:
    """The gates that run together, in reading order, and the names that the host brings."""

    gates: tuple[Gate, ...]
    inputs: tuple[Name, ...]
    topics: tuple[str, ...] = ()
    stratum: int = 0

    def heard(self) -> frozenset[Fact]:
        """The facts that some rule listens to: no other may be asserted."""
        return frozenset(fact for gate in self.gates for facts, _ in gate.rules() for fact in facts)


@dataclass(frozen=True, slots=True)
class Plan:
    """The networks in the order in which they run, and what the host must know of the names in them."""

    networks: tuple[Network, ...]
    decided: frozenset[NodeId]
    """The nodes that the networks decide, and nobody else."""
    guards: Mapping[Name, NodeId]
    """For each guard the exception, or the overriding rule, that it watches."""


def plan(program: Program, limits: Limits = LIMITS) -> Plan:
    """The networks of a program."""
    return _Planning(program, limits).plan()


class _Planning:
    def __init__(self, program: Program, limits: Limits) -> None:
        self.program = program
        self.limits = limits
        self.numbers = count(len(program.nodes))
        self.guards: dict[NodeId, Name] = {}  # by what they watch
        self.needed = _below(program, (named.node for named in program.named))
        self.decided = frozenset(number for number in self.needed if _is_gate(program.nodes[number]))

    def plan(self) -> Plan:
        strata = self._strata()
        topics = self._topics()
        groups: dict[tuple[int, int, tuple[str, ...]], list[NodeId]] = {}
        for number in sorted(self.decided):
            # What several topics share comes before what each has of its own.
            key = (strata[number], -len(topics[number]), topics[number])
            groups.setdefault(key, []).append(number)
        networks: list[Network] = []
        for (stratum, _, own), numbers in sorted(groups.items()):
            networks += self._networks([self._gates(number) for number in numbers], own, stratum)
        return Plan(tuple(networks), self.decided, {guard: watched for watched, guard in self.guards.items()})

    def _strata(self) -> list[int]:
        """For each node after how many rounds of networks it can be decided."""
        strata: list[int] = []
        for number, node in enumerate(self.program.nodes):
            guarded = set(_guarded(node)) if number in self.decided else set()
            own = 0
            for other in reads(node):
                carried = other in self.decided and (number not in self.decided or other in guarded)
                own = max(own, strata[other] + carried)
            strata.append(own)
        return strata

    def _topics(self) -> Mapping[NodeId, tuple[str, ...]]:
        """For each node the topics of which some rule reads it."""
        found: dict[NodeId, set[str]] = {number: set() for number in range(len(self.program.nodes))}
        for topic in sorted(set(self.program.rule_topics.values())):
            roots = [
                node
                for rule, node in self.program.rules.items()
                if self.program.rule_topics.get(rule) == topic
            ]
            for number in _below(self.program, roots):
                found[number].add(topic)
        return {number: tuple(sorted(topics)) for number, topics in found.items()}

    def _gates(self, number: NodeId) -> list[Gate]:
        """The gates of one node: itself last, after helpers that split a join which would be too long."""
        node = self.program.nodes[number]
        how: Literal["all", "any"] = "any" if isinstance(node, Any) else "all"
        items: Sequence[Fact] = tuple(dict.fromkeys(self._items(node)))
        helpers: list[Gate] = []
        while len(items) > self.limits.joined:
            shorter: list[Fact] = []
            for start in range(0, len(items), self.limits.joined):
                helper = Gate(
                    next(self.numbers), how, tuple(items[start : start + self.limits.joined]), number
                )
                helpers.append(helper)
                shorter.append((helper.name, True))
            items = shorter
        return [*helpers, Gate(number, how, tuple(items), number)]

    def _items(self, node: Node) -> Iterator[Fact]:
        match node:
            case All() | Any():
                for item in node.items:
                    yield item, True
            case Not():
                yield node.item, False
            case Rule():
                yield node.when, True
                for _, condition, blocks in node.exceptions:
                    yield (condition, False) if blocks else (self._guard(condition), True)
                for other in node.overridden_by:
                    yield self._guard(other), True
            case _:
                raise AssertionError(f"{type(node).__name__} is not a gate")

    def _guard(self, watched: NodeId) -> Name:
        if watched not in self.guards:
            self.guards[watched] = next(self.numbers)
        return self.guards[watched]

    def _networks(
        self, nodes: Sequence[Sequence[Gate]], topics: tuple[str, ...], stratum: int
    ) -> Iterator[Network]:
        """Cut in reading order where a network would become too large; so each reads only earlier ones."""
        gates: list[Gate] = []
        names: set[Name] = set()
        heard: set[Name] = set()
        for own in nodes:
            read = {name for gate in own for name, _ in gate.items}
            all_names = read | {gate.name for gate in own}
            full = len(names | all_names) > self.limits.names or 2 * len(heard | read) > self.limits.tests
            if gates and full:
                yield _network(gates, topics, stratum)
                gates, names, heard = [], set(), set()
            gates += own
            names |= all_names
            heard |= read
        if gates:
            yield _network(gates, topics, stratum)


def _network(gates: Sequence[Gate], topics: tuple[str, ...], stratum: int) -> Network:
    made = {gate.name for gate in gates}
    read = dict.fromkeys(name for gate in gates for name, _ in gate.items)
    return Network(tuple(gates), tuple(name for name in read if name not in made), topics, stratum)


def _is_gate(node: Node) -> bool:
    """An empty list is yes or no for everybody: there is nothing to join, and the host decides it."""
    return isinstance(node, Not | Rule) or (isinstance(node, All | Any) and bool(node.items))


def _guarded(node: Node) -> Iterator[NodeId]:
    """What a rule reads through a guard."""
    if isinstance(node, Rule):
        yield from (condition for _, condition, blocks in node.exceptions if not blocks)
        yield from node.overridden_by


def _below(program: Program, roots: Iterable[NodeId]) -> frozenset[NodeId]:
    """These nodes and all that they read."""
    seen = set(roots)
    stack = list(seen)
    while stack:
        for other in reads(program.nodes[stack.pop()]):
            if other not in seen:
                seen.add(other)
                stack.append(other)
    return frozenset(seen)
