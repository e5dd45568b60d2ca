"""Features as source text: the calls that read a patient, each only when there is something to read."""

from __future__ import annotations

from collections.abc import Mapping

from cdss.engine.codegen_names import Names
from cdss.engine.codegen_values import Lines
from cdss.engine.index import DOCUMENTS
from cdss.models.program import (
    Constant,
    Field,
    Form,
    Joined,
    Missing,
    Node,
    NodeId,
    Output,
    Pick,
    Select,
    Treatment,
    reads,
)

_EVERYTHING = 13  # delivered, complete and assumable: what is said of letters, which are named and never read


class Features:
    """Writes the statements of feature nodes: once per date (`bound`), and once per call."""

    def __init__(self, names: Names, lists: tuple[str, ...], slots: Mapping[str, int]) -> None:
        self.names = names
        self.plan = names.plan
        self._lists = {name: place for place, name in enumerate(lists)}
        self._slots = slots
        self._deliveries: dict[tuple[object, ...], str] = {}

    def bound(self, number: NodeId) -> Lines:
        """The functions that a node needs, made once per date."""
        node = self.plan.node(number)
        match node:
            case Select():
                lines = [f"select{number} = select({number})"]
                if (node.within is not None or node.after is not None) and self._starts_alike(node):
                    lines.append(f"start{number} = {self._window_start(node, False)}")
                if all(self.plan.static(other) for other in reads(node)):
                    lines.append(f"arguments{number} = {self._arguments(node, False)}")
                return lines
            case Missing():
                return self._bound_fact(number, node)
            case Field():
                return [f"field{number} = field({number})"]
            case Form():
                return [
                    line
                    for later in self._readings(number)
                    for line in (
                        f"form{_mark(later)}{number} = form({number}, {later})",
                        f"noform{_mark(later)}{number} = no_form({number}, {later})",
                    )
                ]
            case Output() if isinstance(self.plan.node(node.of), Form):
                return [f"output{number} = output({number})"] + [
                    f"none{_mark(later)}{number} = no_output({number}, {later})"
                    for later in self._readings(number)
                ]
            case Treatment():
                outputs = ", ".join(str(output) for output in self._outputs(number))
                return [f"treatment{number} = treatment({number}, ({outputs},))"]
            case _:
                return []

    def _bound_fact(self, number: NodeId, node: Missing) -> Lines:
        if not isinstance(self._source(node), Form):
            if node.pick is None:
                return [f"fact{number} = answered({number})", f"none{number} = fact{number}(())"]
            return [f"fact{number} = fact({number})", f"none{number} = nothing({number})"]
        return [f"fact{number} = form_fact({number})"] + [
            f"none{_mark(later)}{number} = no_form_fact({number}, {later})"
            for later in self._readings(number)
        ]

    def _readings(self, number: NodeId) -> list[bool]:
        return [False, True] if self.plan.leaps[number] else [False]

    def _source(self, node: Missing) -> Node | None:
        """What the pick of a fact looks at."""
        if node.pick is None:
            return None
        picking = self.plan.node(node.pick)
        assert isinstance(picking, Pick)
        return self.plan.node(picking.select)

    def of(self, number: NodeId, later: bool) -> Lines:
        """The statements of one reading."""
        node = self.plan.node(number)
        match node:
            case Select():
                return self._select(number, node, later)
            case Missing():
                return self._missing(number, node, later)
            case Field():
                return self.take(number, False, f"field{number}(patient)")
            case Form():
                return self._form(number, node, later)
            case Output():
                return self._output(number, node, later)
            case Treatment():
                return self._treatment(number, node, later)
            case _:
                return []  # Pick, Joined and Distinct are part of the facts that read them

    def take(self, number: NodeId, later: bool, expression: str) -> Lines:
        """Give the names of a reading their parts, and keep the whole value for who wants it whole."""
        targets = self.names.targets(number, later)
        if len(targets) == 1:
            return [f"{targets[0]} = {expression}"]
        whole = f"{self.names.prefix(number, later)}_value"
        if number not in self.plan.read:
            return [f"{whole} = {expression}"]
        return [f"{', '.join(targets)} = {whole} = {expression}"]

    # Selections

    def _mark(self, number: NodeId, later: bool) -> str:
        return _mark(later and self.plan.leaps[number])

    def _found(self, number: NodeId, later: bool) -> str:
        return f"s{self._mark(number, later)}{number}"

    def _arguments(self, node: Select, later: bool) -> str:
        values = [self.names.value(other, later) for other in reads(node)]
        return f"({', '.join(values)}{',' if len(values) == 1 else ''})"

    def _select(self, number: NodeId, node: Select, later: bool) -> Lines:
        static = all(self.plan.static(other) for other in reads(node))
        arguments = f"arguments{number}" if static else self._arguments(node, later)
        found = self._found(number, later)
        start = "-INF" if node.within is None and node.after is None else self._start(number, node, later)
        return [
            *(
                []
                if start == "-INF" or self._starts_alike(node)
                else [f"{start} = {self._window_start(node, later)}"]
            ),
            *self._delivery(number, node, later),
            f"{found} = select{number}(rows[{number}], today, {start}, {arguments}) if {number} in rows else ()",
        ]

    def _delivery(self, number: NodeId, node: Select, later: bool) -> Lines:
        """What was delivered of the lists of a selection, worked out once for all that look at the same days."""
        counted = tuple(self._lists[name] for name in node.lists if name != DOCUMENTS)
        ends = (node.within, node.after)
        leaps = later and any(end is not None and self.plan.leaps[end] for end in ends)
        key = (counted, *ends, leaps)
        known = self._deliveries.get(key)
        if known is not None:
            self._deliveries[("of", number, later)] = known
            return []
        name = f"d{_mark(leaps)}{number}"
        self._deliveries[key] = self._deliveries[("of", number, later)] = name
        if not counted:
            return [f"{name} = {_EVERYTHING}"]
        lines: Lines = []
        start = "born"
        if ends != (None, None):
            first = self._start(number, node, later)
            lines = [f"start = {first} if {first} > born else born"]
            start = "start"
        complete = " and ".join(f"whole{place} <= {start}" for place in counted)
        every = " & ".join(f"reach{place}" for place in counted)
        some = " | ".join(f"reach{place}" for place in counted)
        reach = every if len(counted) == 1 else f"{every} & 9 | ({some}) & 2"
        lines += [f"{name} = {reach}", f"if {complete}:", f"    {name} |= 12"]
        if len(counted) > 1:
            each = " and ".join(f"(whole{place} <= {start} or reach{place} & 8)" for place in counted)
            lines += [f"elif {each}:", f"    {name} |= 8"]
        return lines

    def _starts_alike(self, node: Select) -> bool:
        """Whether the first day of its window is the same for all calls on a date."""
        return all(end is None or self.plan.static(end) for end in (node.within, node.after))

    def _start(self, number: NodeId, node: Select, later: bool) -> str:
        return f"start{number}" if self._starts_alike(node) else f"w{_mark(later)}{number}"

    def _window_start(self, node: Select, later: bool) -> str:
        ends = (node.within, node.after)
        values = ", ".join("None" if end is None else self.names.value(end, later) for end in ends)
        return f"window_start({values}, today)"

    def _delivered(self, number: NodeId, later: bool) -> str:
        return self._deliveries[("of", number, later and self.plan.leaps[number])]

    # Facts

    def _said(self, node: Missing) -> int | None:
        return self._slots[node.fact.rpartition("/")[2]] if node.answers else None

    def _missing(self, number: NodeId, node: Missing, later: bool) -> Lines:
        slot = self._said(node)
        answers = "None" if slot is None else f"said.get({slot})"
        if node.after is not None and slot is not None:
            answers = f"answers_after(said.get({slot}, ()), {self.names.value(node.after, later)})"
        if node.pick is None:
            answered = f"said[{slot}]" if node.after is None else answers
            call = f"fact{number}({answered}) if {slot} in said else none{number}"
            return self.take(number, later, call if slot is not None else f"none{number}")
        picking = self.plan.node(node.pick)
        assert isinstance(picking, Pick)
        source, below = picking.select, self.plan.node(picking.select)
        if isinstance(below, Form):
            return self._of_form(number, source, below, later, slot)
        extra = "0"
        if isinstance(below, Joined):
            extra = self.names.parts(below.gap, later)[0]
        if not isinstance(below, Select):
            (source, *_) = reads(below)
        found, delivered = self._found(source, later), self._delivered(source, later)
        call = f"fact{number}({found}, {delivered}, {answers}, {extra})"
        if node.contradicting and slot is not None:
            twin = self._twin(number, node)
            if twin is not None:
                whole = "" if len(self.names.targets(twin, later)) == 1 else "_value"
                otherwise = self.names.prefix(twin, later) + whole
                return self.take(number, later, f"{call} if {found} and {slot} in said else {otherwise}")
        anything = found if slot is None else f"{found} or {slot} in said"
        return self.take(number, later, f"{call} if {anything} else none{number}[{delivered}]")

    def _twin(self, number: NodeId, node: Missing) -> NodeId | None:
        """The same fact without its contradicting reading: they part only where a record and an answer meet."""
        plain = self.plan.program.danger.get(number)
        if plain is None or plain >= number:
            return None
        other = self.plan.node(plain)
        same = isinstance(other, Missing) and (
            (other.pick, other.fact, other.how, other.default, other.valid_for, other.answers, other.after)
            == (node.pick, node.fact, node.how, node.default, node.valid_for, node.answers, node.after)
        )
        return plain if same and self.plan.needs(plain) else None

    # Forms

    def _form(self, number: NodeId, node: Form, later: bool) -> Lines:
        mark = self._mark(number, later)
        slot = self._slots[node.instrument.name]
        sources = [node.select] if node.totals is None else [node.select, node.totals]
        found = [self._found(source, later) for source in sources]
        pairs = ", ".join(f"{self._found(one, later)}, {self._delivered(one, later)}" for one in sources)
        return [
            f"a{mark}{number} = {' or '.join(found)} or {slot} in said",
            f"f{mark}{number} = form{mark}{number}(said.get({slot}), {pairs}) "
            f"if a{mark}{number} else noform{mark}{number}[{self._key(number, node, later)}]",
        ]

    def _key(self, number: NodeId, node: Form, later: bool) -> str:
        """What was delivered of the forms, and of the records that hold only a total."""
        forms = self._delivered(node.select, later)
        return forms if node.totals is None else f"{forms} | {self._delivered(node.totals, later)} << 4"

    def _of_form(self, number: NodeId, source: NodeId, form: Form, later: bool, slot: int | None) -> Lines:
        mark = self._mark(source, later)
        said = "None" if slot is None else f"said.get({slot})"
        anything = f"a{mark}{source}" if slot is None else f"a{mark}{source} or {slot} in said"
        return self.take(
            number,
            later,
            f"fact{number}(f{mark}{source}, {said}) if {anything} "
            f"else none{mark}{number}[{self._key(source, form, later)}]",
        )

    # Outputs

    def _outputs(self, number: NodeId) -> list[NodeId]:
        return [
            output
            for output in self.plan.needed
            if isinstance(node := self.plan.node(output), Output) and node.of == number
        ]

    def _output(self, number: NodeId, node: Output, later: bool) -> Lines:
        source = self.plan.node(node.of)
        mark = self._mark(node.of, later)
        if isinstance(source, Form):
            key = self._key(node.of, source, later)
            expression = (
                f"output{number}(f{mark}{node.of}) if a{mark}{node.of} else none{mark}{number}[{key}]"
            )
        else:
            expression = f"o{mark}{number}"
        return self.take(number, later, expression)

    def _treatment(self, number: NodeId, node: Treatment, later: bool) -> Lines:
        mark = self._mark(number, later)
        outputs = ", ".join(f"o{mark}{output}" for output in self._outputs(number))
        follow_up = "0" if node.follow_up is None else self.names.value(node.follow_up, later)
        lows = "".join(f", {low}" for low in self.limits(node))
        return [
            f"{outputs}, = treatment{number}(patient, supplied.get({number}), outlook, uses, {follow_up}{lows})"
        ]

    def limits(self, node: Treatment) -> list[str]:
        """The limits of a treatment in millionths of a day, for those that are not an amount by the calendar."""
        return [
            self.names.parts(limit, False)[0] for limit in node.limits.values() if not self._calendar(limit)
        ]

    def _calendar(self, number: NodeId) -> bool:
        node = self.plan.node(number)
        return isinstance(node, Constant) and node.duration is not None


def _mark(later: bool) -> str:
    return "later" if later else ""
