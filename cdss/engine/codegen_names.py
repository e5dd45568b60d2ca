"""The names and literals of generated code. Nothing else ever stands in it: no text of an author gets in.

A value is held in as many local names as it has parts: `n12` for a truth, choice or code, `n12_low` and `n12_high`
for a range, with `n12_none` for a date, `n12_sure` and `n12_may` for a collection. `later12` is the later reading of a
node that leaps, `k12` what is the same for all calls on a date.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cdss.engine.codegen_plan import Plan
from cdss.models.program import Constant, NodeId
from cdss.models.value import INF, Kind, Value

PARTS: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {
        "yes_no": ("",),
        "choice": ("",),
        "code": ("",),
        "number": ("_low", "_high"),
        "duration": ("_low", "_high"),
        "date": ("_low", "_high", "_none"),
        "collection": ("_sure", "_may"),
    }
)


def literal(value: object) -> str:
    """A whole number, an infinity, true or false as source text. Anything else is refused: it has no place in code."""
    if type(value) is bool or type(value) is int:
        return repr(value)
    if type(value) is float and abs(value) == INF:
        return "INF" if value > 0 else "-INF"
    raise TypeError(f"a {type(value).__name__} cannot stand in generated code")


def literals(value: Value) -> tuple[str, ...]:
    """The parts of a value as source text."""
    return tuple(literal(part) for part in value) if isinstance(value, tuple) else (literal(value),)


class Names:
    """What the value of each node is called, in each reading."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.hoisting = False  # while the outer function is written: what is bound has its own name there

    def is_plain(self, number: NodeId) -> bool:
        """A constant that is written out where it is read."""
        node = self.plan.node(number)
        return isinstance(node, Constant) and node.duration is None and node.type.kind != "code"

    def prefix(self, number: NodeId, later: bool) -> str:
        """The name without its parts."""
        later = later and self.plan.leaps[number]
        if self.plan.static(number) or (self.hoisting and self.plan.bound[number]):
            return f"{'klater' if later else 'k'}{number}"
        return f"{'later' if later else 'n'}{number}"

    def targets(self, number: NodeId, later: bool) -> tuple[str, ...]:
        """The names that are given the parts of a value."""
        kind = self.plan.node(number).type.kind
        prefix = self.prefix(number, later)
        return tuple(prefix + part for part in PARTS[kind])

    def parts(self, number: NodeId, later: bool) -> tuple[str, ...]:
        """What to write where the parts of a value are read."""
        node = self.plan.node(number)
        if isinstance(node, Constant) and self.is_plain(number) and number not in self.plan.givable:
            return literals(node.value)
        return self.targets(number, later)

    def value(self, number: NodeId, later: bool) -> str:
        """What to write where a whole value is read."""
        parts = self.parts(number, later)
        return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"

    def known(self, number: NodeId, later: bool) -> str:
        """The expression for: the value is one thing."""
        parts = self.parts(number, later)
        match self.plan.node(number).type.kind:
            case "yes_no":
                return f"{parts[0]} != 1"
            case "choice":
                return f"not {parts[0]} & ({parts[0]} - 1)"
            case "code":
                return f"({parts[0]} is not None and len({parts[0]}) == 1)"
            case "date":
                low, high, none = parts
                return f"({low} == {high} and not {none} or {low} > {high})"
            case _:
                low, high = parts
                return f"{low} == {high}"

    def same(self, number: NodeId) -> str:
        """The expression for: its two readings are equal."""
        pairs = zip(self.parts(number, False), self.parts(number, True), strict=True)
        return " and ".join(f"{now} == {later}" for now, later in pairs)
