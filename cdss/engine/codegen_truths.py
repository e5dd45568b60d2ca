"""Truths as source text: for each, one expression that tells whether it is yes, and one whether it is not no.

So a tree of criteria becomes two short conditions that stop at the first line which decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cdss.engine.codegen_names import Names, literal
from cdss.models.program import All, Among, Any, Compare, Has, Known, Node, NodeId, Not, Rule


@dataclass(frozen=True, slots=True)
class Pair:
    """The conditions under which a truth is yes, and under which it is yes or unknown; and their opposites."""

    yes: str
    may: str
    not_yes: str
    not_may: str

    @property
    def value(self) -> str:
        """The truth itself as an expression."""
        if self.yes == self.may:
            return _if("2", self.yes, "0")
        return _if("2", self.yes, _if("1", self.may, "0"))


def _if(then: str, condition: str, otherwise: str) -> str:
    if condition in ("True", "False"):
        return then if condition == "True" else otherwise
    return f"{then} if {condition} else {otherwise}"


def _joined(word: str, idle: str, parts: Iterable[str]) -> str:
    """Conditions with `and` or `or` between them, without those that make no difference."""
    final = "False" if idle == "True" else "True"
    different = [part for part in dict.fromkeys(parts) if part != idle]
    if final in different:
        return final
    if len(different) <= 1:
        return different[0] if different else idle
    return f"({f' {word} '.join(different)})"


def _and(parts: Iterable[str]) -> str:
    return _joined("and", "True", parts)


def _or(parts: Iterable[str]) -> str:
    return _joined("or", "False", parts)


def _not(part: str) -> str:
    return {"True": "False", "False": "True"}.get(part) or f"(not {part})"


def pair(yes: str, may: str) -> Pair:
    return Pair(yes, may, _not(yes), _not(may))


def held_in(name: str) -> Pair:
    """The conditions of a truth that has a name."""
    return Pair(f"{name} == 2", name, f"{name} != 2", f"not {name}")


class Truths:
    """The conditions of truth nodes, those that are read in one place written out there."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.plan = names.plan

    def pair(self, number: NodeId, later: bool) -> Pair:
        """The conditions of a truth where it is read."""
        if number in self.plan.inlined:
            return self.of(self.plan.node(number), later)
        (name,) = self.names.parts(number, later)
        return held_in(name)

    def of(self, node: Node, later: bool) -> Pair:
        """The conditions of a truth node, from what it reads."""
        match node:
            case All():
                pairs = [self.pair(item, later) for item in node.items]
                return _every(pairs)
            case Any():
                pairs = [self.pair(item, later) for item in node.items]
                return Pair(
                    _or(one.yes for one in pairs),
                    _or(one.may for one in pairs),
                    _and(one.not_yes for one in pairs),
                    _and(one.not_may for one in pairs),
                )
            case Not():
                inner = self.pair(node.item, later)
                return Pair(inner.not_may, inner.not_yes, inner.may, inner.yes)
            case Compare():
                return self._compare(node, later)
            case Among():
                return self._among(node, later)
            case Has():
                sure, may = self.names.parts(node.collection, later)
                bit = literal(node.bit)
                return pair(f"{sure} & {bit}", f"{may} & {bit}")
            case Known():
                known = self.names.known(node.item, later)
                return pair(f"({known})", "True" if later else f"({known})")
            case Rule():
                return self._rule(node, later)
            case _:
                raise AssertionError(f"{type(node).__name__} is not a truth")

    def _compare(self, node: Compare, later: bool) -> Pair:
        low, high = self.names.parts(node.left, later)[:2]
        other_low, other_high = self.names.parts(node.right, later)[:2]
        one = f"{low} == {high} == {other_low} == {other_high}"
        apart = f"({low} > {other_high} or {high} < {other_low})"
        yes, may = {
            "<": (f"{high} < {other_low}", f"{low} < {other_high}"),
            "<=": (f"{high} <= {other_low}", f"{low} <= {other_high}"),
            ">": (f"{low} > {other_high}", f"{high} > {other_low}"),
            ">=": (f"{low} >= {other_high}", f"{high} >= {other_low}"),
            "==": (one, _not(apart)),
            "!=": (apart, _not(f"({one})")),
        }[node.operator]
        surely, possibly = [yes], [may]
        for side in (node.left, node.right):
            parts = self.names.parts(side, later)
            real = f"{parts[0]} <= {parts[1]}"
            if self.plan.node(side).type.kind == "date":
                if side not in self.plan.dated:
                    surely.append(f"not {parts[2]}")
                    possibly.append(real)
            elif side in self.plan.inverted:
                surely.append(real)
                possibly.append(real)
        return pair(_and(surely), _and(possibly))

    def _among(self, node: Among, later: bool) -> Pair:
        (item,) = self.names.parts(node.item, later)
        if node.patterns:
            call = f"fits{self._number(node)}({item})"
            return pair(f"{call} == 2", call)
        outside, inside = literal(~node.bits), literal(node.bits)
        may = f"{item} & {inside}"
        if node.item in self.plan.wordless:
            may = f"({may} or not {item})"
        return Pair(f"not {item} & {outside}", may, f"{item} & {outside}", _not(may))

    def _number(self, node: Among) -> NodeId:
        """The number of a node: the function made for it carries it."""
        return next(one for one in self.plan.needed if self.plan.node(one) is node)

    def _rule(self, node: Rule, later: bool) -> Pair:
        """An exception that is unknown is passed over now unless it blocks; later it may hold."""
        leapt = [(condition, not blocks) for _, condition, blocks in node.exceptions]
        pairs = [self.pair(node.when, later)]
        for other, passed_over in (*leapt, *((rule, True) for rule in node.overridden_by)):
            holds = self.pair(other, later)
            if passed_over and not later:
                pairs.append(Pair(holds.not_yes, holds.not_yes, holds.yes, holds.yes))
            else:
                pairs.append(Pair(holds.not_may, holds.not_yes, holds.may, holds.yes))
        return _every(pairs)


def _every(pairs: list[Pair]) -> Pair:
    return Pair(
        _and(one.yes for one in pairs),
        _and(one.may for one in pairs),
        _or(one.not_yes for one in pairs),
        _or(one.not_may for one in pairs),
    )
