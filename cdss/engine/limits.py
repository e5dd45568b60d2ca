"""What stands exactly on a limit, and the days at which windows begin: where an advice hangs by a thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from cdss.engine.conclusions import Conclusions
from cdss.engine.named_words import value_on
from cdss.engine.selection import Match, RecordView, Selection
from cdss.engine.treatment import Treatment as TreatmentRead
from cdss.errors import Text
from cdss.models.condition import Ago, Amount, Comparison, Criterion, Name, WithinLast
from cdss.models.dates import DateError, Duration, shift
from cdss.models.guideline import Fact, Parameter
from cdss.models.program import (
    Arithmetic,
    Compare,
    FieldCompare,
    NodeId,
    Select,
    Shift,
    Treatment,
    field_compares,
)
from cdss.models.program import Parameter as ParameterNode
from cdss.models.truth import YES
from cdss.models.value import is_known
from cdss.models.wording import in_language


def boundaries_below(concluded: Conclusions, nodes: Sequence[NodeId]) -> Iterator[Text]:
    """The caveats of the limits on which something that these nodes read stands exactly, each once."""
    found: dict[str, Text] = {}
    for node in nodes:
        for number in concluded.below(node):
            if isinstance(concluded.program.nodes[number], Compare | Treatment | Select):
                found.update((in_language(text, "nl"), text) for text in boundaries_at(concluded, number))
    yield from found.values()


def boundaries_at(concluded: Conclusions, number: NodeId) -> Iterator[Text]:
    """The caveats of the parameters on which the value at this node stands exactly."""
    node = concluded.program.nodes[number]
    match node:
        case Compare(left=left, right=right):
            if _same_known(concluded, left, right):
                for id in (*parameters_in(concluded, left), *parameters_in(concluded, right)):
                    yield from _boundary(concluded, id)
        case Treatment(limits=limits):
            read = concluded.values.seen(number)
            assert isinstance(read, TreatmentRead)
            for name in ("possible_stop", "stopped"):
                if name in limits and read.outputs["gap"] == concluded.now(limits[name]):
                    for id in parameters_in(concluded, limits[name]):
                        yield from _boundary(concluded, id)
        case Select(where=where) if where is not None:
            selection = concluded.values.seen(number)
            assert isinstance(selection, Selection)
            for test in field_compares(where):
                for id in parameters_in(concluded, test.node):
                    if any(_stands_on(concluded, match, test) for match in selection.matches):
                        yield from _boundary(concluded, id)
        case _:
            return


def _stands_on(concluded: Conclusions, match: Match, test: FieldCompare) -> bool:
    view = RecordView(match.record, match.group, match.line, concluded.call.on, concluded.now)
    return view.test(replace(test, operator="==")) == YES


def _boundary(concluded: Conclusions, id: str) -> Iterator[Text]:
    parameter = concluded.ruleset.definitions[id]
    if isinstance(parameter, Parameter) and parameter.boundary:
        yield parameter.boundary


def _same_known(concluded: Conclusions, left: NodeId, right: NodeId) -> bool:
    one, other = concluded.now(left), concluded.now(right)
    known = is_known(concluded.type_of(left), one) and is_known(concluded.type_of(right), other)
    return known and isinstance(one, tuple) and one[0] <= one[1] and one == other


def parameters_in(concluded: Conclusions, number: NodeId) -> Iterator[str]:
    """The parameters in an operand: itself, or in `ago` and arithmetic."""
    node = concluded.program.nodes[number]
    match node:
        case ParameterNode(parameter=id):
            yield id
        case Shift(date=day, amount=amount):
            yield from parameters_in(concluded, day)
            yield from parameters_in(concluded, amount)
        case Arithmetic(left=left, right=right):
            yield from parameters_in(concluded, left)
            yield from parameters_in(concluded, right)
        case _:
            return


# Edges of windows


def edge_of(concluded: Conclusions, criterion: Criterion) -> tuple[NodeId, Fact, date] | None:
    """The fact whose date a criterion holds against a day in the past, and that day."""
    test = criterion.test
    match test:
        case WithinLast(name=name, amount=amount):
            pass
        case Comparison(left=Name() as name, right=Ago(amount=amount)):
            pass
        case Comparison(left=Ago(amount=amount), right=Name() as name):
            pass
        case _:
            return None
    node = concluded.node_of(name)
    fact = concluded.fact_of(node) if node is not None else None
    start = back_from(concluded, amount)
    return None if node is None or fact is None or start is None else (node, fact, start)


def back_from(concluded: Conclusions, amount: Amount | Name | Duration) -> date | None:
    """The day that lies so long ago."""
    match amount:
        case Duration():
            duration: Duration | None = amount
        case Amount():
            duration = amount.duration
        case Name(ref=ref):
            parameter = concluded.ruleset.definitions.get(ref.id) if ref is not None else None
            dated = value_on(parameter, concluded.call.on) if isinstance(parameter, Parameter) else None
            duration = dated.value if dated is not None and isinstance(dated.value, Duration) else None
    try:
        return None if duration is None else shift(concluded.call.on, duration, -1)
    except DateError:
        return None
