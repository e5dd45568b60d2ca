"""The workload as a decision model of zen-engine (JDM), as far as it can say it.

zen-engine has no third truth, so a truth becomes a number: 0 no, 1 unknown, 2 yes; `all` is the lowest, `any` the
highest. It gets the facts ready-made, each a value or null, and computes the first reading (now) of the score, the
findings, the rules, their conditions and exceptions. Dates, lists, codes and the second reading are not asked of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any as Anything
from typing import TypeAlias

from cdss.engine.reference import Call, Evaluation
from cdss.models.program import (
    All,
    Among,
    Any,
    Combined,
    Compare,
    Constant,
    Missing,
    NodeId,
    Not,
    Points,
    Program,
    Rule,
    Valuation,
    reads,
)
from cdss.models.quantity import MILLION
from cdss.models.value import Value, ValueType, is_known

Facts: TypeAlias = dict[str, Anything]


def contender(program: Program) -> tuple[Callable[[Facts], Mapping[str, int]], tuple[str, ...]]:
    """What decides about facts, and the keys of its answer in the order of the named nodes it computes."""
    import zen

    decision = zen.ZenEngine().create_decision(json.dumps(model(program)))

    def decide(facts: Facts) -> Mapping[str, int]:
        result: Mapping[str, int] = decision.evaluate(facts)["result"]
        return result

    return decide, tuple(_key(number) for number in compared(program))


def model(program: Program) -> Anything:
    """One node of expressions, each of which may read those above it."""
    writer = _Writer(program)
    expressions = [
        {"id": key, "key": key, "value": text}
        for number in sorted(compared(program))
        for key, text in writer.expressions(number)
    ]
    place = {"x": 0, "y": 0}
    return {
        "nodes": [
            {"id": "in", "name": "facts", "type": "inputNode", "position": place},
            {
                "id": "rules",
                "name": "rules",
                "type": "expressionNode",
                "position": place,
                "content": {"expressions": expressions},
            },
            {"id": "out", "name": "answer", "type": "outputNode", "position": place},
        ],
        "edges": [
            {"id": "e1", "type": "edge", "sourceId": "in", "targetId": "rules"},
            {"id": "e2", "type": "edge", "sourceId": "rules", "targetId": "out"},
        ],
    }


def facts_of(program: Program, call: Call) -> Facts:
    """The facts of one patient as zen-engine takes them: a truth as a number, a word, a number, or null."""
    values = Evaluation(program, call)
    facts: Facts = {}
    for number in _needed(program):
        node = program.nodes[number]
        if isinstance(node, Missing):
            facts[_fact(number)] = _plain(node.type, values.now(number))
    return facts


def expected(program: Program, valuation: Valuation) -> tuple[object, ...]:
    """What the reference found for the nodes that zen-engine computes, in its numbers."""
    by_node = {named.node: value for named, value in zip(program.named, valuation.now, strict=True)}
    return tuple(by_node[number] for number in compared(program))


def found(program: Program, result: Mapping[str, int]) -> tuple[object, ...]:
    """What zen-engine found, in the form of the reference."""
    return tuple(
        (result[_key(number)] * MILLION, result[f"{_key(number)}high"] * MILLION)
        if isinstance(program.nodes[number], Points)
        else result[_key(number)]
        for number in compared(program)
    )


def compared(program: Program) -> tuple[NodeId, ...]:
    """The named nodes that zen-engine computes: all but the facts themselves."""
    return tuple(
        named.node for named in program.named if not isinstance(program.nodes[named.node], Missing | Constant)
    )


def _needed(program: Program) -> list[NodeId]:
    seen = set(compared(program))
    stack = list(seen)
    while stack:
        node = program.nodes[stack.pop()]
        if not isinstance(node, Missing):
            fresh = set(reads(node)) - seen
            seen |= fresh
            stack += fresh
    return sorted(seen)


def _key(number: NodeId) -> str:
    return f"t{number}"


def _fact(number: NodeId) -> str:
    return f"f{number}"


def _plain(kind: ValueType, value: Value) -> object:
    if not is_known(kind, value):
        return None
    if kind.kind == "yes_no":
        return value
    if kind.kind == "choice":
        assert isinstance(value, int)
        return kind.words_of(value)[0]
    assert isinstance(value, tuple)
    return value[0] / MILLION


class _Writer:
    """Writes the nodes that have a name as expressions, and what lies between them where it is read.

    Every expression of its own costs zen-engine more than a longer one.
    """

    def __init__(self, program: Program) -> None:
        self.nodes = program.nodes
        self.own = frozenset(compared(program))

    def expressions(self, number: NodeId) -> list[tuple[str, str]]:
        key, node = _key(number), self.nodes[number]
        if not isinstance(node, Points):
            return [(key, self._written(number))]
        rows = [
            (points // MILLION, self._truth(when)) for ((points, when),) in node.items if when is not None
        ]
        low = " + ".join(f"({met} == 2 ? {points} : 0)" for points, met in rows)
        high = " + ".join(f"({met} > 0 ? {points} : 0)" for points, met in rows)
        return [(key, low), (f"{key}high", high)]

    def _truth(self, number: NodeId) -> str:
        if isinstance(self.nodes[number], Missing):
            return f"({_fact(number)} ?? 1)"
        return f"$.{_key(number)}" if number in self.own else f"({self._written(number)})"

    def _written(self, number: NodeId) -> str:
        node = self.nodes[number]
        match node:
            case All():
                return _of("min", [self._truth(item) for item in node.items])
            case Any():
                return _of("max", [self._truth(item) for item in node.items])
            case Not():
                return f"2 - {self._truth(node.item)}"
            case Compare():
                return self._compare(node)
            case Among():
                words = ", ".join(f"'{word}'" for word in self.nodes[node.item].type.words_of(node.bits))
                return f"{_fact(node.item)} == null ? 1 : {_fact(node.item)} in [{words}] ? 2 : 0"
            case Combined():
                return _of("max", [self._truth(rule) for rule, _ in node.setters])
            case Rule():
                # Now, an exception that is unknown is passed over: it stands in the way only when it is yes.
                aside = [f"({self._truth(other)} == 2 ? 0 : 2)" for _, other, _ in node.exceptions]
                return _of("min", [self._truth(node.when), *aside])
            case _:
                raise AssertionError(f"the workload has no {type(node).__name__}")

    def _compare(self, node: Compare) -> str:
        limit = self.nodes[node.right]
        assert isinstance(limit, Constant) and isinstance(limit.value, tuple)
        than = f"{limit.value[0] / MILLION:g}"
        if isinstance(self.nodes[node.left], Points):
            assert node.operator == ">="
            score = f"$.{_key(node.left)}"
            return f"{score} >= {than} ? 2 : {score}high >= {than} ? 1 : 0"
        return f"{_fact(node.left)} == null ? 1 : {_fact(node.left)} {node.operator} {than} ? 2 : 0"


def _of(function: str, parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{function}([{', '.join(parts)}])"
