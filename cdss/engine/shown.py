"""What the answer lists beside its recommendations: findings, what was assumed, and what could not be
used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cdss.engine.conclusions import Conclusions
from cdss.engine.forms import Forms
from cdss.engine.treatment import Treatment as TreatmentRead
from cdss.errors import EngineError, Text
from cdss.models.advice import Assumed
from cdss.models.guideline import (
    Fact,
    IfMissing,
    InstrumentFile,
    TreatmentDefinition,
)
from cdss.models.patient import Skipped
from cdss.models.program import Form, Missing, Named, NodeId, Output, Treatment
from cdss.models.value import JsonValue, is_known, to_json


def findings(concluded: Conclusions) -> Mapping[str, JsonValue]:
    """What was concluded for the open topics, by name. Of a questionnaire only what is known."""
    found: dict[str, JsonValue] = {}
    for named, topic in concluded.layout.findings:
        if is_open(concluded, named.node, topic):
            kind, now = concluded.type_of(named.node), concluded.now(named.node)
            if named.kind != "instrument" or is_known(kind, now):
                found[named.key] = to_json(kind, now, why_unknown(concluded, named.node))
    return found


def is_open(concluded: Conclusions, node: NodeId, topic: str | None) -> bool:
    """Whether a name belongs to an open topic: defined by one, or shared and read by one."""
    return topic in concluded.open_topics if topic is not None else node in concluded.looked_at.nodes


def why_unknown(concluded: Conclusions, node: NodeId) -> str:
    """Why a value is open: what a reader could do about it."""
    if not isinstance(concluded.program.nodes[node], Missing) or node in concluded.values.given:
        return "not_known"
    reading = concluded.values.reading(node)
    if reading.skipped:
        return "not_usable"
    if reading.stale:
        return "too_old"
    if reading.asked:
        return "asked_not_known"
    if reading.undelivered:
        return "not_delivered"
    return "not_recorded"


# What was assumed


def assumed(concluded: Conclusions) -> tuple[Assumed, ...]:
    """What was taken to be absent although nobody said so: facts that tell what they assumed, and
    treatments that were taken never to have begun."""
    found: dict[str, Assumed] = {}
    for number in concluded.looked_at.facts:
        fact = concluded.fact_of(number) if number not in concluded.values.given else None
        one = _assumed_fact(concluded, fact, number) if fact is not None else None
        if one is not None:
            found[one.fact] = one
    followed = list(treatments(concluded))
    codes = {named.key: _codes_of(concluded, named) for named, _ in followed}
    for named, read in followed:
        wider = any(codes[named.key] < other for other in codes.values())  # that one says it for both
        if read.assumed and concluded.is_known(named.node) and not wider:
            found[named.key] = _assumed_never(concluded, named)
    return tuple(found[name] for name in sorted(found))


def _codes_of(concluded: Conclusions, named: Named) -> frozenset[str]:
    """The product codes that a treatment follows."""
    output = concluded.program.nodes[named.node]
    assert isinstance(output, Output)
    node = concluded.program.nodes[output.of]
    assert isinstance(node, Treatment)
    return frozenset(line.code for line in node.products)


def _assumed_fact(concluded: Conclusions, fact: Fact, number: NodeId) -> Assumed | None:
    node = concluded.program.nodes[number]
    if not isinstance(node, Missing) or not node.answers or not concluded.values.reading(number).assumed:
        return None
    match fact.if_missing:
        case IfMissing(how="assume", say=say) if say:
            return Assumed(fact.name, to_json(node.type, node.default), say)
        case _:
            return None


def _assumed_never(concluded: Conclusions, named: Named) -> Assumed:
    treatment = concluded.ruleset.definitions[named.definition]
    if not isinstance(treatment, TreatmentDefinition):
        raise EngineError(f"{named.key} is not a treatment")
    name = treatment.text.get("nl", treatment.name)
    english = treatment.text.get("en", name)
    return Assumed(
        named.key,
        "never",
        {
            "nl": f"{name}: niets gezien in wat is aangeleverd; aangenomen dat het nooit is begonnen.",
            "en": f"{english}: nothing seen in what was delivered; taken as never begun.",
        },
    )


def treatments(concluded: Conclusions) -> Iterator[tuple[Named, TreatmentRead]]:
    """The status of each treatment that open topics read, with the treatment as it was read."""
    for named, topic in concluded.layout.findings:
        if named.kind != "treatment" or named.output != "status" or named.node in concluded.values.given:
            continue
        node = concluded.program.nodes[named.node]
        if isinstance(node, Output) and is_open(concluded, named.node, topic):
            read = concluded.values.seen(node.of)
            assert isinstance(read, TreatmentRead)
            yield named, read


# What could not be used


def skipped(concluded: Conclusions) -> tuple[Mapping[str, Any], ...]:
    """The entries that could not be used, and why: first those that could not be read at all."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    unread = concluded.call.patient.skipped
    for one in (*unread, *_given_unread(concluded), *sorted(_skipped_below(concluded), key=_place)):
        why = one.why.get("en") or next(iter(one.why.values()), "")
        found.setdefault((one.path, why), {"path": one.path, "why": why, "text": dict(one.why)})
    return tuple(found.values())


def _given_unread(concluded: Conclusions) -> Iterator[Skipped]:
    """The given values of a name that none of these guidelines has: they did nothing."""
    layout = concluded.layout
    for key in sorted(concluded.call.patient.given):
        form = isinstance(layout.ruleset.definitions.get(key.partition(".")[0]), InstrumentFile)
        if key not in layout.by_key and not form:  # the totals of a form were read as a form of today
            yield Skipped(f"given/{key}", _NOBODY_READS_IT)


_NOBODY_READS_IT: Final[Text] = {
    "nl": "De richtlijnen en edities van dit antwoord kennen dit gegeven niet.",
    "en": "The guidelines and editions of this answer have no such fact.",
}


def _skipped_below(concluded: Conclusions) -> Iterator[Skipped]:
    for number in concluded.looked_at.readers:
        match concluded.program.nodes[number]:
            case Missing() if number not in concluded.values.given:
                yield from concluded.values.reading(number).skipped
            case Form() | Treatment():
                seen = concluded.values.seen(number)
                assert isinstance(seen, Forms | TreatmentRead)
                yield from seen.skipped
            case _:
                continue


def _place(one: Skipped) -> tuple[str, int, str]:
    """Lists by name, entries by number, then the reason: the same every time."""
    name, _, index = one.path.partition("/")
    number = index.partition("/")[0]
    return (name, int(number) if number.isdecimal() else -1, one.why.get("en", ""))
