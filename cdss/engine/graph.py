"""The nodes of a program while it is built: equal nodes once, each after what it reads, with its two flags."""

from __future__ import annotations

from dataclasses import fields, replace

from cdss.models.program import (
    Constant,
    Extreme,
    FirstKnown,
    Form,
    Known,
    Lookup,
    Missing,
    Node,
    NodeId,
    Parameter,
    Rule,
    Table,
    reads,
)


class Graph:
    """Adds nodes and hands out their numbers."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._numbers: dict[tuple[object, ...], NodeId] = {}
        self._contradicting: dict[NodeId, bool] = {}

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(self._nodes)

    @property
    def nodes_so_far(self) -> list[Node]:
        return self._nodes

    def add(self, node: Node, *, fresh: bool = False) -> NodeId:
        """The number of this node. An equal one is used again unless it must be `fresh`: what has a name of its own
        can be given a value of its own."""
        key = _key(node)
        if not fresh and key in self._numbers:
            return self._numbers[key]
        below = [self._nodes[number] for number in reads(node)]
        opens = node.open and (not below or _opens(node) or any(other.open for other in below))
        leaps = any(other.leaps for other in below) or _leaps(node, below)
        number = len(self._nodes)
        self._nodes.append(replace(node, open=opens or leaps, leaps=leaps))
        if not fresh:
            self._numbers[key] = number
        return number

    def may_contradict(self, number: NodeId) -> bool:
        """Whether a record and an answer may contradict each other somewhere below this node."""
        if number not in self._contradicting:
            node = self._nodes[number]
            own = isinstance(node, Missing) and node.pick is not None and node.answers
            self._contradicting[number] = own or any(self.may_contradict(other) for other in reads(node))
        return self._contradicting[number]

    def strata(self) -> tuple[int, ...]:
        """For each node the round of forward chaining in which it is known: a rule comes after what it reads."""
        strata: list[int] = []
        for node in self._nodes:
            before = max((strata[number] for number in reads(node)), default=0)
            strata.append(before + 1 if isinstance(node, Rule) else before)
        return tuple(strata)


def _key(node: Node) -> tuple[object, ...]:
    """What makes two nodes equal: all but the place where they were written."""
    parts: list[object] = [type(node)]
    for part in fields(node):
        if part.name in ("span", "open", "leaps"):
            continue
        value = getattr(node, part.name)
        parts.append(tuple(sorted(value.items())) if isinstance(value, dict) else _hashable(value))
    return tuple(parts)


def _hashable(value: object) -> object:
    try:
        hash(value)
    except TypeError:
        return repr(value)
    return value


def _opens(node: Node) -> bool:
    """Kinds that may be open although all they read is known: what comes from a record."""
    return not isinstance(node, Constant | Parameter) and type(node).__name__ in (
        "Field", "Missing", "Output", "Pick", "Select", "Form", "Treatment", "Joined", "Distinct", "Table", "Combined",
        "Shift", "Between", "Arithmetic",
    )  # fmt: skip


def _leaps(node: Node, below: list[Node]) -> bool:
    """Whether the node itself is a leap: the closed list of language §2."""
    match node:
        case Known():
            return below[0].open
        case FirstKnown():
            return node.constant is not None and any(other.open for other in below)
        case Extreme():
            return node.of_known and any(other.open for other in below)
        case Table():
            return node.first_sure and any(other.open for other in below)
        case Lookup():
            return below[0].open
        case Rule():
            mentions = any(not blocks for _, _, blocks in node.exceptions)
            return bool(node.overridden_by) or (mentions and any(other.open for other in below[1:]))
        case Form():
            return node.instrument.missing.then == "prorate"
        case _:
            return False
