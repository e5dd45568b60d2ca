"""Values of one unit beside values of another: brought to one unit before they are compared or reckoned with."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Literal

from cdss.engine.graph import Graph
from cdss.engine.operations import calculate
from cdss.models.condition import Amount, Calculation, Day, Expression, Name
from cdss.models.program import Arithmetic, Constant, NodeId
from cdss.models.quantity import MILLION, canonical_unit, ratio
from cdss.models.value import ValueType

PLAIN = "1"


def in_unit(graph: Graph, node: NodeId, unit: str) -> NodeId:
    """The node with its number in this unit; itself when it is in it, or when there is nothing to convert."""
    kind = graph.nodes_so_far[node].type
    if kind.kind != "number" or kind.unit == unit or not kind.unit or not unit:
        return node
    factor = ratio(kind.unit, unit)
    if factor is None or factor == 1:
        return node
    own = replace(kind, unit=unit, low=kind.low * float(factor), high=kind.high * float(factor))
    for operator, by in _steps(factor):
        node = _scaled(graph, node, operator, by, own)
    return node


def _steps(factor: Fraction) -> list[tuple[Literal["*", "/"], int]]:
    """First times, then over: only what is surely more is rounded."""
    steps: list[tuple[Literal["*", "/"], int]] = []
    if factor.numerator != 1:
        steps.append(("*", factor.numerator))
    if factor.denominator != 1:
        steps.append(("/", factor.denominator))
    return steps


def _scaled(graph: Graph, node: NodeId, operator: Literal["*", "/"], by: int, kind: ValueType) -> NodeId:
    amount = (by * MILLION, by * MILLION)
    below = graph.nodes_so_far[node]
    if isinstance(below, Constant) and isinstance(below.value, tuple) and len(below.value) == 2:
        return graph.add(Constant(type=kind, value=calculate(operator, below.value, amount), open=False))
    other = graph.add(Constant(type=ValueType("number", unit=PLAIN), value=amount, open=False))
    return graph.add(Arithmetic(type=kind, operator=operator, left=node, right=other))


def unit_of(expression: Expression) -> str:
    """The unit in which a calculation gives its number; "" when that unit has no name among ours."""
    match expression:
        case Name(ref=ref):
            return ref.type.unit if ref is not None and ref.type is not None else ""
        case Amount():
            return canonical_unit(expression.quantity.unit) if expression.quantity.unit else PLAIN
        case Day():
            return ""
        case Calculation():
            left, right = unit_of(expression.left), unit_of(expression.right)
            if expression.operator in "+-" or right == PLAIN:
                return left
            if expression.operator == "*":
                return right if left == PLAIN else ""
            return PLAIN if left and right and ratio(left, right) is not None else ""
