"""What has to be generated for a program: which nodes, which of them twice, which once per date, which in place.

The flags of the nodes say what the lowering knows. Here they are worked out again from the kinds alone, and a little
wider: a parameter has no value outside its period, and what is given may be open where the program is not. So a node
that is read once here may have two readings that agree, never the other way round.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from typing import Final

from cdss.models.program import (
    SELECTIONS,
    All,
    Among,
    Any,
    Arithmetic,
    Between,
    Combined,
    Compare,
    Constant,
    Extreme,
    Field,
    FirstKnown,
    Form,
    Has,
    Known,
    Logic,
    Lookup,
    Missing,
    Node,
    NodeId,
    Not,
    Output,
    Parameter,
    Pick,
    Points,
    Program,
    Rule,
    Shift,
    Table,
    reads,
)
from cdss.models.value import is_known

INLINED: Final = (All, Any, Not, Compare, Among, Has, Known)
"""Truths that may stand as an expression where they are read."""

_READERS_OF_TRUTHS: Final = (All, Any, Not, Rule, Table, Points)
_OPENS: Final = (Missing, Output, Arithmetic, Shift, Between, Table, Combined, *SELECTIONS)
_DEEPEST: Final = 12
_LARGEST: Final = 24


@dataclass(frozen=True, slots=True)
class Plan:
    """What the generator knows of each node, by its number."""

    program: Program
    givable: frozenset[NodeId]
    """Nodes for which a value may be given to the generated function."""
    needed: tuple[NodeId, ...]
    """What the named nodes read, in reading order."""
    leaps: tuple[bool, ...]
    """Its two readings may differ."""
    bound: tuple[bool, ...]
    """It depends on the reference date and the setting alone."""
    inlined: frozenset[NodeId]
    """It stands where it is read, and has no name."""
    read: frozenset[NodeId]
    """Something reads it."""
    inverted: frozenset[NodeId]
    """A range of which the low end may lie above the high end."""
    dated: frozenset[NodeId]
    """A date that is never "no such date"."""
    wordless: frozenset[NodeId]
    """A choice that may be none of its words: a table in which no row can be met."""

    def node(self, number: NodeId) -> Node:
        return self.program.nodes[number]

    def needs(self, number: NodeId) -> bool:
        """Whether a named node reads it, or it is named itself."""
        place = bisect_left(self.needed, number)
        return place < len(self.needed) and self.needed[place] == number

    def static(self, number: NodeId) -> bool:
        """Whether it is one value for all calls on a date."""
        return self.bound[number] and number not in self.givable


def plan(program: Program, givable: frozenset[NodeId]) -> Plan:
    """What to generate for this program when values may be given for these nodes."""
    nodes = program.nodes
    named = {one.node for one in program.named}
    needed = _below(program, named)
    uses: Counter[NodeId] = Counter()
    readers: dict[NodeId, NodeId] = {}
    for number in needed:
        for other in reads(nodes[number]):
            uses[other] += 1
            readers[other] = number
    opens: list[bool] = []
    leaps: list[bool] = []
    bound: list[bool] = []
    inverted: set[NodeId] = set()
    dated: set[NodeId] = set()
    wordless: set[NodeId] = set()
    for number, node in enumerate(nodes):
        below = tuple(reads(node))
        leaps.append(any(leaps[other] for other in below) or _is_leap(node, opens))
        opens.append(number in givable or _may_be_open(node, opens, below) or leaps[number])
        fixed = all(bound[other] and other not in givable for other in below)
        bound.append(_is_bound(node) and fixed and not leaps[number])
        if _may_be_inverted(node, nodes, inverted):
            inverted.add(number)
        if number not in givable and _is_dated(node, nodes, dated):
            dated.add(number)
        if _may_be_wordless(node, wordless):
            wordless.add(number)
    inlined: set[NodeId] = set()
    sizes: dict[NodeId, tuple[int, int]] = {}
    for number in needed:
        node = nodes[number]
        if not isinstance(node, INLINED):
            continue
        inner = [sizes[other] for other in reads(node) if other in inlined]
        size = max(1, sum(size for size, _ in inner)), 1 + max((depth for _, depth in inner), default=0)
        sizes[number] = size
        if number in named or number in givable or bound[number] or uses[number] != 1:
            continue
        reader = readers[number]
        once = size[0] == 1 or leaps[number] == leaps[reader]  # else it would be worked out twice
        small = size[0] <= _LARGEST and size[1] <= _DEEPEST
        if once and small and isinstance(nodes[reader], _READERS_OF_TRUTHS):
            inlined.add(number)
    return Plan(
        program,
        givable,
        needed,
        tuple(leaps),
        tuple(bound),
        frozenset(inlined),
        frozenset(uses),
        frozenset(inverted),
        frozenset(dated),
        frozenset(wordless),
    )


def _below(program: Program, roots: set[NodeId]) -> tuple[NodeId, ...]:
    seen = set(roots)
    stack = list(roots)
    while stack:
        for other in reads(program.nodes[stack.pop()]):
            if other not in seen:
                seen.add(other)
                stack.append(other)
    return tuple(sorted(seen))


def _is_bound(node: Node) -> bool:
    if isinstance(node, Field):
        return node.field in ("on", "setting")
    return isinstance(node, Logic)


def _may_be_open(node: Node, opens: list[bool], below: tuple[NodeId, ...]) -> bool:
    match node:
        case Constant():
            return node.duration is None and not is_known(node.type, node.value)
        case Parameter():
            return True
        case Field():
            return node.field not in ("on", "setting")
        case _:
            return isinstance(node, _OPENS) or any(opens[other] for other in below)


def _is_leap(node: Node, opens: list[bool]) -> bool:
    """The closed list of language §2."""
    match node:
        case Known():
            return opens[node.item]
        case FirstKnown():
            return node.constant is not None
        case Extreme():
            return node.of_known
        case Table():
            return node.first_sure
        case Lookup():
            return opens[node.of]
        case Rule():
            return bool(node.overridden_by) or any(
                opens[condition] for _, condition, blocks in node.exceptions if not blocks
            )
        case Form():
            return node.instrument.missing.then == "prorate"
        case _:
            return False


def _may_be_inverted(node: Node, nodes: tuple[Node, ...], inverted: set[NodeId]) -> bool:
    """A lowest or highest against the bounds of its type, and what is reckoned with it."""
    match node:
        case Missing():
            if node.pick is None:
                return False
            picking = nodes[node.pick]
            assert isinstance(picking, Pick)
            return picking.how in ("lowest", "highest") or isinstance(nodes[picking.select], Form)
        case Output():
            return True
        case Arithmetic() | Extreme() | FirstKnown() | Combined():
            return node.type.kind in ("number", "duration") and any(
                other in inverted for other in reads(node)
            )
        case _:
            return False


def _is_dated(node: Node, nodes: tuple[Node, ...], dated: set[NodeId]) -> bool:
    match node:
        case Constant():
            return node.type.kind == "date" and isinstance(node.value, tuple) and node.value[2:] == (False,)
        case Field():
            return node.field in ("on", "birth_date")
        case Shift():
            return node.date in dated and isinstance(nodes[node.amount], Constant | Parameter)
        case _:
            return False


def _may_be_wordless(node: Node, wordless: set[NodeId]) -> bool:
    match node:
        case Table():
            return node.nothing == 0
        case FirstKnown():
            return any(item in wordless for item in node.items)
        case _:
            return False
