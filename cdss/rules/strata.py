"""In which order things become known: nothing may rest on itself (language §9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cdss.errors import Note, Problem, Span, Text
from cdss.models.condition import (
    Ago,
    AllOf,
    AnyOf,
    Bound,
    Calculation,
    Comparison,
    Condition,
    Criterion,
    Expression,
    HasWord,
    InRange,
    InSet,
    IsKnown,
    IsTrue,
    IsWord,
    Name,
    NoneOf,
    Operand,
    Test,
    WithinLast,
)
from cdss.models.guideline import (
    Definition,
    Fact,
    FromAnswered,
    FromCondition,
    FromExpression,
    FromExtreme,
    FromFirstKnown,
    FromPatient,
    FromRecords,
    Rule,
    Score,
    Table,
    TreatmentDefinition,
)
from cdss.rules.comparison import parse_expression
from cdss.rules.declare import Declared
from cdss.rules.draft import Draft
from cdss.rules.load import Scalar
from cdss.rules.written import scalars


@dataclass(frozen=True, slots=True)
class Rests:
    """Something that rests on something else, and the place where it says so."""

    on: str
    span: Span


def order_strata(draft: Draft) -> None:
    """Report every cycle once, with all that lies on it."""
    graph = dependencies(draft)
    for cycle in cycles(graph):
        _report(draft, graph, cycle)


def dependencies(draft: Draft) -> dict[str, list[Rests]]:
    """What each definition and rule rests on. A finding rests on the rules that set it."""
    graph: dict[str, list[Rests]] = {}
    for id, definition in draft.definitions.items():
        graph[id] = list(_rests(names_of(definition)))
    for id, declared in draft.declared.items():
        if declared.kind == "fact" and id not in graph:
            graph[id] = list(_as_written(draft, declared))
    for id, rule in draft.rules.items():
        graph[id] = list(_rests(names_of_rule(rule)))
        for setting in rule.sets:
            graph.setdefault(setting.finding, []).append(Rests(id, rule.span))
    for id, rule in draft.rules.items():
        for override in rule.overrides:
            if override.rule in graph:
                graph[override.rule].append(Rests(id, override.span))
    return graph


def _as_written(draft: Draft, declared: Declared) -> Iterator[Rests]:
    """What a fact rests on by its text alone: of one that rests on itself not even the type can be told."""
    scope = draft.scopes[declared.head.path]
    names = [one for key in ("first_known", "lowest", "highest") for one in scalars(declared.body.get(key))]
    found = [Name(one.text, one.span) for one in names]
    value = declared.body.get("value")
    if isinstance(value, Scalar):
        parsed = parse_expression(value)
        if not isinstance(parsed, Problem):
            found += names_in_expression(parsed)
    for name in found:
        other = scope.names.get(name.text.partition(".")[0])
        if other is not None:
            yield Rests(other.id, name.span)


def _rests(names: Iterable[Name]) -> Iterator[Rests]:
    for name in names:
        if name.ref is not None and name.ref.kind == "definition":
            yield Rests(name.ref.id, name.span)


def cycles(graph: Mapping[str, list[Rests]]) -> Iterator[list[str]]:
    """One cycle for each group of names that rest on each other, in the order in which they do.

    Tarjan's strongly connected components, without recursion.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    for start in graph:
        if start in index:
            continue
        work = [(start, iter(graph[start]))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on_stack.add(start)
        while work:
            node, rest = work[-1]
            for one in rest:
                if one.on not in graph:
                    continue
                if one.on not in index:
                    index[one.on] = low[one.on] = len(index)
                    stack.append(one.on)
                    on_stack.add(one.on)
                    work.append((one.on, iter(graph[one.on])))
                    break
                if one.on in on_stack:
                    low[node] = min(low[node], index[one.on])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        group.append(member)
                        if member == node:
                            break
                    if len(group) > 1 or any(one.on == node for one in graph[node]):
                        yield _shortest(graph, set(group))


def _shortest(graph: Mapping[str, list[Rests]], group: set[str]) -> list[str]:
    """A shortest way from one member of the group back to itself."""
    start = min(group)
    came: dict[str, str] = {}
    queue = [start]
    for node in queue:
        for one in graph[node]:
            if one.on == start:
                path = [node]
                while path[-1] != start:
                    path.append(came[path[-1]])
                return path[::-1]
            if one.on in group and one.on not in came:
                came[one.on] = node
                queue.append(one.on)
    return sorted(group)


def _report(draft: Draft, graph: Mapping[str, list[Rests]], cycle: list[str]) -> None:
    steps = list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    spans = [next(one.span for one in graph[node] if one.on == other) for node, other in steps]
    shown = " → ".join(f"`{_short(one)}`" for one in [*cycle, cycle[0]])
    draft.report(
        "cycle",
        spans[0],
        f"dit hangt van zichzelf af: {shown}",
        f"this rests on itself: {shown}",
        help={
            "nl": "Haal een van deze stappen weg, of laat een stap iets anders lezen.",
            "en": "Remove one of these steps, or let a step read something else.",
        },
        notes=tuple(
            Note(span, _step(node, other)) for (node, other), span in zip(steps[1:], spans[1:], strict=True)
        ),
    )


def _step(node: str, other: str) -> Text:
    return {
        "nl": f"`{_short(node)}` hangt af van `{_short(other)}`",
        "en": f"`{_short(node)}` rests on `{_short(other)}`",
    }


def _short(id: str) -> str:
    return id.rpartition("/")[2]


# Which names a definition, rule or condition reads


def names_of(definition: Definition) -> Iterator[Name]:
    """The names whose values a definition rests on. `ask_when` is none of them: it never changes a
    conclusion."""
    match definition:
        case Fact():
            yield from _names_of_fact(definition)
        case Score():
            for item in definition.items:
                for points in item.first_of:
                    if points.when is not None:
                        yield from names_in(points.when)
        case Table():
            for row in definition.rows:
                if row.when is not None:
                    yield from names_in(row.when)
        case TreatmentDefinition():
            limits = (
                definition.carry_over,
                definition.possible_stop,
                definition.stopped,
                definition.planned_end_after,
                definition.planned_end_tolerance,
                definition.prescribed_limit,
                definition.pdc_window,
                definition.follow_up,
            )
            yield from (limit for limit in limits if isinstance(limit, Name))


def _names_of_fact(fact: Fact) -> Iterator[Name]:
    match fact.source:
        case FromPatient():
            return
        case FromRecords() as records:
            for condition in records.where:
                yield from names_in(condition)
            ends = (
                records.within,
                records.after,
                records.before,
                records.after_age,
                records.episode,
                records.together_within,
            )
            yield from (end for end in ends if isinstance(end, Name))
        case FromCondition(when):
            yield from names_in(when)
        case FromExpression(value):
            yield from names_in_expression(value)
        case FromFirstKnown(items):
            yield from items
        case FromExtreme(_, items):
            yield from items
        case FromAnswered(required):
            for one in required:
                yield one.name
                if one.when is not None:
                    yield from names_in(one.when)


def names_of_rule(rule: Rule) -> Iterator[Name]:
    """The names that a rule and its exceptions test."""
    yield from names_in(rule.when)
    for exception in rule.exceptions:
        yield from names_in(exception.when)


def names_in(condition: Condition) -> Iterator[Name]:
    """Every name in a condition, from top to bottom."""
    for criterion in criteria_in(condition):
        yield from names_in_test(criterion.test)


def criteria_in(condition: Condition) -> Iterator[Criterion]:
    match condition:
        case Criterion():
            yield condition
        case AllOf() | AnyOf() | NoneOf():
            for item in condition.items:
                yield from criteria_in(item)


def names_in_test(test: Test) -> Iterator[Name]:
    match test:
        case Comparison():
            yield from _names_in_operands((test.left, test.right))
        case WithinLast():
            yield test.name
            if isinstance(test.amount, Name):
                yield test.amount
        case InRange():
            yield test.name
            for bound in (test.low, test.high):
                if isinstance(bound, Bound) and isinstance(bound.value, Name):
                    yield bound.value
        case InSet():
            yield test.name
            yield test.set
        case IsTrue() | IsKnown() | IsWord() | HasWord():
            yield test.name


def _names_in_operands(operands: Iterable[Operand]) -> Iterator[Name]:
    for operand in operands:
        if isinstance(operand, Name):
            yield operand
        elif isinstance(operand, Ago) and isinstance(operand.amount, Name):
            yield operand.amount


def names_in_expression(expression: Expression) -> Iterator[Name]:
    match expression:
        case Name():
            yield expression
        case Calculation():
            yield from names_in_expression(expression.left)
            yield from names_in_expression(expression.right)
