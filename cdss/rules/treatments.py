"""Treatments: which records, in which product set, with which limits (language §6)."""

from __future__ import annotations

from typing import Final

from cdss.errors import Problem
from cdss.models.condition import Amount, Day, Name
from cdss.models.dates import Duration
from cdss.models.guideline import TreatmentDefinition
from cdss.models.patient import LIST_OF
from cdss.models.treatment import drug_words, output_types
from cdss.rules.closest import did_you_mean, one_of
from cdss.rules.comparison import parse_name
from cdss.rules.declare import Declared
from cdss.rules.draft import Draft
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Node
from cdss.rules.names import Place, resolve_value_name, set_named
from cdss.rules.operands import duration_operand, limit_operand
from cdss.rules.written import mapping, scalar, scalars, texts, words

SOURCES: Final = ("dispensing", "administration", "prescription")
LADDER: Final = ("recorded", "usage", "product", "ask")


def build_treatments(draft: Draft) -> None:
    """Every treatment whose product set is known."""
    for declared in draft.declared.values():
        if declared.kind == "treatment":
            built = _treatment(Place(draft, draft.scopes[declared.head.path]), declared)
            if built is not None:
                draft.definitions[declared.id] = built


def _treatment(place: Place, declared: Declared) -> TreatmentDefinition | None:
    draft, node = place.draft, declared.body
    members = _products(place, node.get("in"))
    switch_within = _products(place, node.get("switch_within"))
    limits = mapping(node.get("gap_limits")) or MappingNode((), node.span)
    planned = mapping(node.get("planned_end")) or MappingNode((), node.span)
    if members is None or switch_within is None:
        return None
    lines = [
        line
        for id in (members, switch_within)
        if id in draft.product_sets
        for line in draft.product_sets[id].lines
    ]
    return TreatmentDefinition(
        id=declared.id,
        name=declared.name,
        sources=_lists(place, node.get("from")),
        or_sources=_lists(place, node.get("or_from")),
        members=members,
        switch_within=switch_within,
        days_supply=words(node.get("days_supply")) or LADDER,
        carry_over=_limit(place, node.get("carry_over")),
        possible_stop=_limit(place, limits.get("possible_stop")),
        stopped=_limit(place, limits.get("stopped")),
        pause_during=words(node.get("pause_during")),
        planned_end_for=_class(place, members, planned.get("for")),
        planned_end_after=_limit(place, planned.get("after")),
        planned_end_tolerance=_limit(place, planned.get("tolerance")),
        prescribed_limit=_limit(place, node.get("prescribed_limit")),
        pdc_window=_limit(place, node.get("pdc_window")),
        ended_by=words(node.get("ended_by")),
        follow_up=_follow_up(place, node.get("follow_up")),
        outputs=output_types(drug_words(lines)),
        text=texts(node.get("text")),
        file=declared.head.path,
        span=declared.span,
    )


def _products(place: Place, node: Node | None) -> str | None:
    """The id of the product set; "" when none is named, None after a problem."""
    written = scalar(node)
    return "" if written is None else set_named(place, written, ("product_set",))


def _lists(place: Place, node: Node | None) -> tuple[str, ...]:
    """The lists of drugs that a treatment reads; another list is reported."""
    found = []
    for written in scalars(node):
        if written.text in SOURCES:
            found.append(LIST_OF[written.text])
            continue
        place.draft.report(
            "unknown-list",
            written.span,
            "uit deze lijst is geen gebruik van een middel te lezen",
            "the use of a drug cannot be read from this list",
            help=one_of(SOURCES),
        )
    return tuple(found)


def _limit(place: Place, node: Node | None) -> Duration | Name | None:
    """An amount of time, or a parameter that gives one."""
    parsed = limit_operand(place, node)
    if parsed is None:
        return None
    if isinstance(parsed, Day):
        place.draft.report(
            "wrong-type",
            parsed.span,
            "hier hoort een tijdsduur te staan",
            "an amount of time should stand here",
        )
        return None
    found = duration_operand(place, parsed)
    return found.duration if isinstance(found, Amount) else found


def _class(place: Place, members: str, node: Node | None) -> str:
    written = scalar(node)
    if written is None:
        return ""
    classes = [line.product_class for line in place.draft.product_sets[members].lines if line.product_class]
    if written.text not in classes:
        place.draft.report(
            "unknown-word",
            written.span,
            "geen product van de lijst heeft deze klasse",
            "no product of the set has this class",
            help=did_you_mean(written.text, classes) or one_of(dict.fromkeys(classes)),
        )
    return written.text


def _follow_up(place: Place, node: Node | None) -> Name | None:
    written = scalar(node)
    if written is None:
        return None
    parsed = parse_name(written)
    if isinstance(parsed, Problem):
        place.draft.problems.append(parsed)
        return None
    name = resolve_value_name(place, parsed)
    if name is None or name.ref is None or name.ref.type is None:
        return None
    if name.ref.type.kind != "yes_no":
        place.draft.report(
            "wrong-type",
            name.span,
            f"`{name.text}` is geen ja/nee-gegeven",
            f"`{name.text}` is not a yes/no fact",
        )
        return None
    return name
