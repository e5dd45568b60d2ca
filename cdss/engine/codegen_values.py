"""Logic as source text: for each kind the statements that work out one reading of a node."""

from __future__ import annotations

from collections.abc import Sequence

from cdss.engine.codegen_names import Names, literal, literals
from cdss.engine.codegen_truths import Truths
from cdss.models.program import (
    All,
    Among,
    Any,
    Arithmetic,
    Between,
    Combined,
    Compare,
    Constant,
    Extreme,
    FirstKnown,
    Has,
    Known,
    Logic,
    Lookup,
    NodeId,
    Not,
    Parameter,
    Points,
    Rule,
    Shift,
    Table,
)
from cdss.models.value import Value, is_known, unknown

Lines = list[str]
_STEP = "    "


def indented(lines: Sequence[str]) -> Lines:
    return [_STEP + line for line in lines]


class Statements:
    """Writes the statements of logic nodes."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.truths = Truths(names)
        self.plan = names.plan

    def of(self, number: NodeId, later: bool) -> Lines:
        """The statements after which the names of this reading hold its value."""
        node = self.plan.node(number)
        assert isinstance(node, Logic)
        match node:
            case Constant():
                return self._constant(number, node)
            case Parameter():
                return [f"{self._targets(number, later)} = parameter({number})"]
            case All(items=(item,)) | Any(items=(item,)) if item not in self.plan.inlined:
                return self._copy(number, later, self.names.parts(item, later))
            case All() | Any() | Not() | Compare() | Among() | Has() | Known() | Rule():
                return [f"{self._targets(number, later)} = {self.truths.of(node, later).value}"]
            case Arithmetic():
                return self._arithmetic(number, node, later)
            case Between():
                return self._between(number, node, later)
            case Shift():
                return self._shift(number, node, later)
            case Extreme():
                return self._extreme(number, node, later)
            case FirstKnown():
                return self._first_known(number, node, later)
            case Points():
                return self._points(number, node, later)
            case Lookup():
                return self._lookup(number, node, later)
            case Table():
                return self._table(number, node, later)
            case Combined():
                return self._combined(number, node, later)

    def _targets(self, number: NodeId, later: bool) -> str:
        return ", ".join(self.names.targets(number, later))

    def _copy(self, number: NodeId, later: bool, parts: Sequence[str]) -> Lines:
        return [f"{self._targets(number, later)} = {', '.join(parts)}"]

    def _constant(self, number: NodeId, node: Constant) -> Lines:
        if node.duration is not None or node.type.kind == "code":
            return [f"{self._targets(number, False)} = constant({number})"]
        return self._copy(number, False, literals(node.value))

    # Numbers and dates

    def _arithmetic(self, number: NodeId, node: Arithmetic, later: bool) -> Lines:
        low, high = self.names.parts(node.left, later)
        other_low, other_high = self.names.parts(node.right, later)
        match node.operator:
            case "+":
                return self._copy(number, later, [f"{low} + {other_low}", f"{high} + {other_high}"])
            case "-":
                return self._copy(number, later, [f"{low} - {other_high}", f"{high} - {other_low}"])
            case "*":
                call = "multiplied"
            case "/":
                call = "divided"
        return [f"{self._targets(number, later)} = {call}({low}, {high}, {other_low}, {other_high})"]

    def _between(self, number: NodeId, node: Between, later: bool) -> Lines:
        low, high, none = self.names.parts(node.left, later)
        other_low, other_high, other_none = self.names.parts(node.right, later)
        days = self._copy(
            number, later, [f"({low} - {other_high}) * 1000000", f"({high} - {other_low}) * 1000000"]
        )
        nones = [
            part
            for side, part in ((node.left, none), (node.right, other_none))
            if side not in self.plan.dated
        ]
        if not nones:
            return days
        anything = self._copy(number, later, ["-INF", "INF"])
        return [f"if {' or '.join(nones)}:", *indented(anything), "else:", *indented(days)]

    def _shift(self, number: NodeId, node: Shift, later: bool) -> Lines:
        """A constant or parameter stays calendar, and is the same in both readings."""
        fixed = isinstance(self.plan.node(node.amount), Constant | Parameter)
        amount = self.names.parts(node.amount, later and not fixed)
        arguments = ", ".join((*self.names.parts(node.date, later), *amount))
        return [f"{self._targets(number, later)} = shift{number}({arguments})"]

    def _extreme(self, number: NodeId, node: Extreme, later: bool) -> Lines:
        leaps = node.of_known and not later
        if leaps or node.type.kind not in ("number", "duration"):
            values = ", ".join(self.names.value(item, later) for item in node.items)
            call = "extreme_known" if leaps else "extreme"
            return [f"{self._targets(number, later)} = {call}{number}(({values},))"]
        best = "min" if node.how == "lowest" else "max"
        columns = zip(*(self.names.parts(item, later) for item in node.items), strict=True)
        return self._copy(number, later, [_best(best, ends) for ends in columns])

    # What is first known

    def _first_known(self, number: NodeId, node: FirstKnown, later: bool) -> Lines:
        """Later never leaps: what is known now but may change is all that it may become."""
        if node.constant is None:
            rest = self._either(node, later)
        elif node.type.kind == "code":
            rest = ["None" if later else f"first_constant{number}"]
        else:
            rest = list(literals(unknown(node.type) if later else node.constant))
        ways = [
            (self.names.known(item, False), self.names.parts(item, later))
            for item in node.items
            # What is one yes or no cannot be told from what is known of it: unknown stands for itself.
            if not (
                node.type.kind == "yes_no"
                and rest == ["1"]
                and not self.plan.leaps[item]
                and len(node.items) == 1
            )
        ]
        if not ways:
            return self._copy(number, later, self.names.parts(node.items[0], later))
        if len(rest) == 1:
            chain = "".join(f"{parts[0]} if {known} else " for known, parts in ways)
            return [f"{self._targets(number, later)} = {chain}{rest[0]}"]
        lines: Lines = []
        for place, (known, parts) in enumerate(ways):
            lines.append(f"{'elif' if place else 'if'} {known}:")
            lines += indented(self._copy(number, later, parts))
        return [*lines, "else:", *indented(self._copy(number, later, rest))]

    def _either(self, node: FirstKnown, later: bool) -> list[str]:
        """All that one of the items may be."""
        rows = [self.names.parts(item, later) for item in node.items]
        if len(rows) == 1:
            return list(rows[0])
        columns = list(zip(*rows, strict=True))
        match node.type.kind:
            case "yes_no":
                alike = " == ".join(columns[0])
                return [f"{columns[0][0]} if {alike} else 1"]
            case "choice":
                return [" | ".join(columns[0])]
            case "code":
                return [f"together(({', '.join(columns[0])}))"]
            case "collection":
                return [" & ".join(columns[0]), " | ".join(columns[1])]
            case "date":
                return [_best("min", columns[0]), _best("max", columns[1]), " or ".join(columns[2])]
            case _:
                return [_best("min", columns[0]), _best("max", columns[1])]

    # Scores

    def _points(self, number: NodeId, node: Points, later: bool) -> Lines:
        low, high = self.names.targets(number, later)
        lines = [f"{low} = {high} = 0"]
        for rows in node.items:
            points, when = rows[0] if len(rows) == 1 else (0, None)
            if when is not None:
                lines += self._single(low, high, points, when, later)
            else:
                lines += self._first_of(low, high, rows, later)
        return lines

    def _single(self, low: str, high: str, points: int, when: NodeId, later: bool) -> Lines:
        pair = self.truths.pair(when, later)
        end = high if points > 0 else low
        amount = literal(points)
        return [
            f"if {pair.yes}:",
            f"{_STEP}{low} += {amount}",
            f"{_STEP}{high} += {amount}",
            f"elif {pair.may}:",
            f"{_STEP}{end} += {amount}",
        ]

    def _first_of(self, low: str, high: str, rows: Sequence[tuple[int, NodeId | None]], later: bool) -> Lines:
        """The points of the rows not surely missed, up to the first surely met; none when none needs to be met."""
        lines = ["least = INF", "most = -INF"]
        for points, when in rows:
            amount = literal(points)
            take = [f"if least > {amount}:", f"{_STEP}least = {amount}"]
            take += [f"if most < {amount}:", f"{_STEP}most = {amount}"]
            if when is None:
                lines += [*take, "break"]
                break
            pair = self.truths.pair(when, later)
            lines += [f"if {pair.may}:", *indented([*take, f"if {pair.yes}:", f"{_STEP}break"])]
        else:
            lines += ["least = min(least, 0)", "most = max(most, 0)", "break"]
        return ["while True:", *indented(lines), f"{low} += least", f"{high} += most"]

    # Findings

    def _lookup(self, number: NodeId, node: Lookup, later: bool) -> Lines:
        (target,) = self.names.targets(number, later)
        known = self.names.known(node.of, False)
        settled, provisional, unknown_ = (
            literal(node.type.bit(word)) for word in ("settled", "provisional", "unknown")
        )
        surely = f"{known} and {self.names.same(node.of)}" if self.plan.leaps[node.of] else known
        if later:
            return [f"{target} = {settled} if {surely} else {literal(node.type.all_bits)}"]
        return [f"{target} = {settled} if {surely} else {provisional} if {known} else {unknown_}"]

    def _table(self, number: NodeId, node: Table, later: bool) -> Lines:
        (target,) = self.names.targets(number, later)
        lines: Lines = []
        if node.first_sure and not later:
            for when, outcomes in node.rows:
                take = [f"{target} = {literal(outcomes)}", "break"]
                if when is None:
                    lines += take
                    return ["while True:", *indented(lines)]
                lines += [f"if {self.truths.pair(when, later).yes}:", *indented(take)]
        lines.append(f"{target} = 0")
        for when, outcomes in node.rows:
            add = f"{target} |= {literal(outcomes)}"
            if when is None:
                lines += [add, "break"]
                return ["while True:", *indented(lines)]
            pair = self.truths.pair(when, later)
            lines += [f"if {pair.may}:", _STEP + add]
            if not (node.first_sure and not later):
                lines += [f"{_STEP}if {pair.yes}:", f"{_STEP}{_STEP}break"]
        lines += [f"{target} |= {literal(node.nothing)}", "break"]
        return ["while True:", *indented(lines)]

    def _combined(self, number: NodeId, node: Combined, later: bool) -> Lines:
        if combined_by_call(node):
            rules = ", ".join(self.names.value(rule, later) for rule, _ in node.setters)
            return [f"{self._targets(number, later)} = combined{number}(({rules}{',' if rules else ''}))"]
        match node.how:
            case "collect":
                return self._collect(number, node, later)
            case "highest":
                return self._highest(number, node, later)
            case "one":
                return self._one(number, node, later)

    def _collect(self, number: NodeId, node: Combined, later: bool) -> Lines:
        sure, may = self.names.targets(number, later)
        lines = [f"{sure} = {may} = 0"]
        for rule, value in node.setters:
            pair = self.truths.pair(rule, later)
            lines += [
                f"if {pair.may}:",
                f"{_STEP}{may} |= {literal(value)}",
                f"{_STEP}if {pair.yes}:",
                f"{_STEP}{_STEP}{sure} |= {literal(value)}",
            ]
        return lines

    def _highest(self, number: NodeId, node: Combined, later: bool) -> Lines:
        """From high to low: all that may be set, down to the highest that surely is; else `otherwise` beside it."""
        (target,) = self.names.targets(number, later)
        otherwise = node.otherwise if node.otherwise is not None else unknown(node.type)
        by_value: dict[int, list[NodeId]] = {}
        for rule, value in node.setters:
            assert isinstance(value, int)
            by_value.setdefault(value, []).append(rule)
        lines = [f"{target} = 0"]
        for value in sorted(by_value, reverse=True):
            pairs = [self.truths.pair(rule, later) for rule in by_value[value]]
            lines += [
                f"if {' or '.join(pair.may for pair in pairs)}:",
                f"{_STEP}{target} |= {literal(value)}",
                f"{_STEP}if {' or '.join(pair.yes for pair in pairs)}:",
                f"{_STEP}{_STEP}break",
            ]
        return ["while True:", *indented([*lines, f"{target} |= {literal(otherwise)}", "break"])]

    def _one(self, number: NodeId, node: Combined, later: bool) -> Lines:
        otherwise = node.otherwise if node.otherwise is not None else unknown(node.type)
        if node.type.kind == "yes_no":
            return self._one_truth(number, node, otherwise, later)
        (target,) = self.names.targets(number, later)
        lines = [f"{target} = sure = 0"]
        for rule, value in node.setters:
            pair = self.truths.pair(rule, later)
            lines += [
                f"if {pair.may}:",
                f"{_STEP}{target} |= {literal(value)}",
                f"{_STEP}if {pair.yes}:",
                f"{_STEP}{_STEP}sure = 1",
            ]
        return [*lines, "if not sure:", f"{_STEP}{target} |= {literal(otherwise)}"]

    def _one_truth(self, number: NodeId, node: Combined, otherwise: Value, later: bool) -> Lines:
        """Yes or no when all that may set it say so; 3 stands for: nobody said anything yet."""
        (target,) = self.names.targets(number, later)
        lines = [f"{target} = 3", "sure = 0"]
        for rule, value in node.setters:
            truth = self.truths.pair(rule, later)
            lines += [
                f"if {truth.may}:",
                f"{_STEP}{target} = {literal(value)} if {target} == 3 or {target} == {literal(value)} else 1",
                f"{_STEP}if {truth.yes}:",
                f"{_STEP}{_STEP}sure = 1",
            ]
        rest = literal(otherwise)
        return [
            *lines,
            "if not sure:",
            f"{_STEP}{target} = {rest} if {target} == 3 or {target} == {rest} else 1",
        ]


def combined_by_call(node: Combined) -> bool:
    """Whether what rules set together is worked out by a function: statements are written for what is held as bits."""
    match node.how:
        case "collect":
            return False
        case "one":
            return node.type.kind not in ("choice", "yes_no")
        case "highest":
            return node.type.kind != "choice" or not all(
                is_known(node.type, value) for _, value in node.setters
            )


def _best(best: str, ends: Sequence[str]) -> str:
    """The lowest or highest of some names; of two without a call."""
    different = list(dict.fromkeys(ends))
    if len(different) == 1:
        return different[0]
    if len(different) == 2:
        one, other = different
        return f"{one} if {one} {'<' if best == 'min' else '>'} {other} else {other}"
    return f"{best}({', '.join(different)})"
