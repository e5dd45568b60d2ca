"""Which rules are about danger, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from cdss.models.condition import Name
from cdss.models.guideline import (
    Fact,
    Finding,
    FromCondition,
    FromExpression,
    FromRecords,
    Parameter,
    Rule,
    Score,
    Table,
    TreatmentDefinition,
)
from cdss.rules.draft import Draft
from cdss.rules.strata import (
    criteria_in,
    dependencies,
    names_in_expression,
    names_in_test,
    names_of,
    names_of_rule,
)

ALARMS: Final = frozenset({"U1", "U2", "U3", "U4", "D1"})
"""Urgencies of which a rule may be neither silenced nor moved."""
DENOSUMAB: Final = "atc:M05BX04"


def is_safety_rule(draft: Draft, rule: Rule) -> bool:
    """Whether a rule recommends or sets an urgency of U1-U4 or D1."""
    if rule.recommend is not None and rule.recommend.urgency in ALARMS:
        return True
    return any(setting.value in ALARMS and _has_urgencies(draft, setting.finding) for setting in rule.sets)


def _has_urgencies(draft: Draft, finding: str) -> bool:
    found = draft.definitions.get(finding)
    return isinstance(found, Finding) and bool(ALARMS & set(found.type.words))


def protected_parameters(draft: Draft) -> frozenset[str]:
    """The parameters that decide on a red flag, an urgency or a denosumab alarm: no site may move them.

    That is all that a rule of U1-U4 or D1 rests on; what a fact about denosumab reads; and what stands in one
    line or calculation with such a fact. The limits of a treatment of other drugs are its own: an alarm may
    ask whether somebody was censored, and that does not depend on them.
    """
    graph = everything_read(draft)
    own_clock = {
        id for id, definition in draft.definitions.items() if isinstance(definition, TreatmentDefinition)
    }
    shallow = {id: [] if id in own_clock else below for id, below in graph.items()}
    found: set[str] = set()
    for id, rule in draft.rules.items():
        if is_safety_rule(draft, rule):
            found |= reach(shallow, id)
    denosumab = {id for id in draft.definitions if _is_about_denosumab(draft, id)}
    for id in draft.definitions:
        if id in denosumab:
            found |= set(graph[id])
    for names in _together(draft):
        ids = {name.ref.id for name in names if name.ref is not None}
        if any(denosumab & reach(graph, id) for id in ids):
            found |= ids
    return frozenset(id for id in found if isinstance(draft.definitions.get(id), Parameter))


def _together(draft: Draft) -> Iterator[list[Name]]:
    """The names of each criterion, and of each calculation."""
    conditions = [rule.when for rule in draft.rules.values()]
    conditions += [exception.when for rule in draft.rules.values() for exception in rule.exceptions]
    for definition in draft.definitions.values():
        match definition:
            case Fact(source=FromCondition(when=when)):
                conditions.append(when)
            case Fact(source=FromExpression(value=value)):
                yield list(names_in_expression(value))
            case Table(rows=rows):
                conditions += [row.when for row in rows if row.when is not None]
            case Score(items=items):
                conditions += [row.when for item in items for row in item.first_of if row.when is not None]
    for condition in conditions:
        for criterion in criteria_in(condition):
            yield list(names_in_test(criterion.test))


def everything_read(draft: Draft) -> dict[str, list[str]]:
    """For each definition and rule what it reads, parameters included."""
    graph = {id: [one.on for one in rests] for id, rests in dependencies(draft).items()}
    for id, definition in draft.definitions.items():
        graph[id] += _parameters(names_of(definition))
    for id, rule in draft.rules.items():
        graph[id] += _parameters(names_of_rule(rule))
    return graph


def _parameters(names: Iterable[Name]) -> list[str]:
    return [name.ref.id for name in names if name.ref is not None and name.ref.kind == "parameter"]


def reach(graph: Mapping[str, list[str]], start: str) -> set[str]:
    """Everything that this rests on, directly or not, and itself."""
    seen, waiting = {start}, [start]
    while waiting:
        for one in graph.get(waiting.pop(), ()):
            if one not in seen:
                seen.add(one)
                waiting.append(one)
    return seen


def _is_about_denosumab(draft: Draft, id: str) -> bool:
    """Whether a fact or treatment reads denosumab and nothing else."""
    match draft.definitions.get(id):
        case Fact(source=FromRecords(members=members)) | TreatmentDefinition(members=members):
            if members in draft.product_sets:
                codes = [line.code for line in draft.product_sets[members].lines]
            elif members in draft.value_sets:
                codes = list(draft.value_sets[members].codes)
            else:
                return False
            return bool(codes) and all(code == DENOSUMAB for code in codes)
        case _:
            return False
