"""A program as Python source text: straight-line code in reading order, both readings where they differ.

The text is the same for the same program, in every process. It holds whole numbers and names made here, and nothing
that an author wrote: facts, codes, words and products stay in the program and are reached by the number of their
node. What a feature looks at stands in a comment, in ASCII on one line, for who reads the text; `source()` in
`compiled.py` gives it with its hash.

There are two functions: one for calls without given values, one that looks for them at every name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from cdss.engine.codegen_features import Features
from cdss.engine.codegen_names import Names
from cdss.engine.codegen_parts import one_function
from cdss.engine.codegen_plan import Plan, plan
from cdss.engine.codegen_remarks import remark
from cdss.engine.codegen_values import Lines, Statements, combined_by_call, indented
from cdss.engine.index import PatientIndex
from cdss.models.program import (
    Among,
    Combined,
    Constant,
    Extreme,
    Feature,
    FirstKnown,
    Form,
    Missing,
    Node,
    NodeId,
    Parameter,
    Program,
    Select,
    Shift,
    Treatment,
)

ARGUMENTS: Final = ("rows", "supplied", "said", "patient", "outlook", "born", "delivery", "uses")
MADE_PER_DATE: Final = (
    "today", "parameter", "constant", "first_constant", "shift", "extreme", "extreme_known", "fits", "combined",
    "select", "fact", "answered", "nothing", "field", "form", "no_form", "form_fact", "no_form_fact",
    "output", "no_output", "treatment",
)  # fmt: skip
"""What the outer function finds on its argument: see `Bound` in `compiled_bound.py`."""

Variant = Literal["plain", "given", "any_given"]
"""For calls without given values; with values for facts, findings and what else has a name in a guideline; with values
for rules and conditions too, which only a test gives."""


def generate(program: Program, index: PatientIndex, variant: Variant) -> str:
    """The text of one variant: of a function that gives the function for one reference date."""
    return _Writer(plan(program, givable(program, variant)), index, OUTER[variant]).text()


OUTER: Final[Mapping[Variant, str]] = {"plain": "bind", "given": "bind_given", "any_given": "bind_any_given"}


def givable(program: Program, variant: Variant) -> frozenset[NodeId]:
    """The nodes for which a value may be given: named ones, and the contradicting readings of the same names."""
    if variant == "plain":
        return frozenset()
    everything = variant == "any_given"
    named = (one.node for one in program.named if everything or one.kind not in ("rule", "condition"))
    return frozenset((*named, *program.danger))


def wanted(program: Program) -> tuple[list[NodeId], list[str]]:
    """The selections and treatments that the named nodes read, and the names under which they may be answered."""
    needed = plan(program, frozenset()).needed
    looked_at: list[NodeId] = []
    names: list[str] = []
    for number in needed:
        match program.nodes[number]:
            case Select() | Treatment():
                looked_at.append(number)
            case Missing(answers=True, fact=fact):
                names.append(fact.rpartition("/")[2])
            case Form(instrument=instrument):
                names.append(instrument.name)
            case _:
                pass
    return looked_at, names


class _Writer:
    """Puts the statements of all nodes together."""

    def __init__(self, plan: Plan, index: PatientIndex, name: str) -> None:
        self.plan = plan
        self.name = name
        self.names = Names(plan)
        self.logic = Statements(self.names)
        self.features = Features(self.names, index.lists, index.slots)
        self.lists = index.lists
        self.named = {one.node: one.key for one in reversed(plan.program.named)}

    def text(self) -> str:
        bound: Lines = []
        segments: list[Lines] = [self._lists()] if self.lists else []
        for number in self.plan.needed:
            bound += [*self._hidden_remark(number), *self._bound(number)]
            if number in self.plan.inlined:
                continue
            segment = self._segment(number)
            if segment:
                segments.append([*self._named_remark(number), *segment])
        given = ["given"] if self.plan.givable else []
        body = [*bound, *one_function(segments, self._result(), [*ARGUMENTS, *given])]
        unpacked = [f"{name} = x.{name}" for name in MADE_PER_DATE]
        return "\n".join([f"def {self.name}(x):", *indented([*unpacked, *body]), ""])

    # What is the same for all calls on a date

    def _bound(self, number: NodeId) -> Lines:
        node = self.plan.node(number)
        if not isinstance(node, Feature):
            lines = [f"{name}{number} = {name}({number})" for name in _functions(node)]
        elif self.plan.bound[number]:
            lines = []
        else:
            return self.features.bound(number)
        if self.plan.bound[number] and not self.names.is_plain(number):
            self.names.hoisting = True
            for later in self._readings(number):
                if isinstance(node, Feature):
                    lines.append(f"{', '.join(self.names.targets(number, later))} = field({number})(None)")
                else:
                    lines += self.logic.of(number, later)
                lines += self._whole(number, later)
            self.names.hoisting = False
        return lines

    def _whole(self, number: NodeId, later: bool) -> Lines:
        """The value of a named node in one piece, as it is handed back."""
        targets = self.names.targets(number, later)
        if number not in self.named or len(targets) == 1:
            return []
        return [f"{self.names.prefix(number, later)}_value = ({', '.join(targets)})"]

    # What differs from call to call

    def _segment(self, number: NodeId) -> Lines:
        if self.plan.static(number):
            return []
        lines = [line for later in self._readings(number) for line in self._reading(number, later)]
        if number not in self.plan.givable:
            return lines
        take = [
            line
            for later in self._readings(number)
            for line in self.features.take(number, later, f"given[{number}]")
        ]
        return [f"if {number} in given:", *indented(take), "else:", *indented(lines)]

    def _reading(self, number: NodeId, later: bool) -> Lines:
        if self.plan.bound[number] and not self.names.is_plain(number):
            targets = self.names.targets(number, later)
            self.names.hoisting = True
            values = self.names.targets(number, later)
            self.names.hoisting = False
            return [f"{', '.join(targets)} = {', '.join(values)}", *self._whole(number, later)]
        if isinstance(self.plan.node(number), Feature):
            return self.features.of(number, later)
        return [*self.logic.of(number, later), *self._whole(number, later)]

    def _readings(self, number: NodeId) -> Sequence[bool]:
        return (False, True) if self.plan.leaps[number] else (False,)

    def _lists(self) -> Lines:
        names = ", ".join(f"reach{place}, whole{place}" for place in range(len(self.lists)))
        return [f"{names} = delivery"]

    # What comes out

    def _result(self) -> Lines:
        """The two readings of the named nodes."""
        order = [one.node for one in self.plan.program.named]
        now = [self._handed_back(number, False) for number in order]
        later = [self._handed_back(number, True) for number in order]
        if now == later:
            return [*_tuple("now", now), "return now, now"]
        return [*_tuple("now", now), *_tuple("then", later), "return now, then"]

    def _handed_back(self, number: NodeId, later: bool) -> str:
        if self.names.is_plain(number) and number not in self.plan.givable:
            return self.names.value(number, later)
        prefix = self.names.prefix(number, later)
        return prefix if len(self.names.targets(number, later)) == 1 else f"{prefix}_value"

    # What a reader is told

    def _named_remark(self, number: NodeId) -> Lines:
        key = self.named.get(number)
        return [] if key is None else [remark(number, key, self.plan.node(number).type)]

    def _hidden_remark(self, number: NodeId) -> Lines:
        """About a node of which the code itself does not show all."""
        node = self.plan.node(number)
        shown = not isinstance(node, Feature | Parameter) and not _functions(node)
        if shown and (not isinstance(node, Constant) or self.names.is_plain(number)):
            return []
        return [remark(number, "", node)]


def _functions(node: Node) -> tuple[str, ...]:
    """The functions made for a logic node once per date."""
    match node:
        case Shift():
            return ("shift",)
        case Extreme(of_known=of_known):
            return ("extreme", "extreme_known") if of_known else ("extreme",)
        case Among() if node.patterns:
            return ("fits",)
        case Combined() if combined_by_call(node):
            return ("combined",)
        case FirstKnown() if node.constant is not None and node.type.kind == "code":
            return ("first_constant",)
        case _:
            return ()


def _tuple(name: str, items: Sequence[str]) -> Lines:
    """A long tuple, in pieces: one of up to thirty things is built at once, a longer one thing by thing."""
    rows = [f"*({', '.join(items[start : start + 24])},)," for start in range(0, len(items), 24)]
    return [f"{name} = (", *indented(rows), ")"]
