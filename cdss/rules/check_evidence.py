"""Where everything comes from and how we know it: sources, evidence, grades, and what `active` asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cdss.errors import Note, Span
from cdss.models.condition import Name
from cdss.models.guideline import Parameter, Score, Table
from cdss.rules.danger import everything_read, reach
from cdss.rules.declare import Head, read_evidence, read_status
from cdss.rules.draft import Draft, advice
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Scalar
from cdss.rules.strata import names_of, names_of_rule
from cdss.rules.written import entries, id_span, key_span, mapping, mappings, scalar, text

MOST_SHOWN: Final = 5


def everything_has_evidence(draft: Draft) -> None:
    """Each rule, table, score and number has a source and an evidence mark: its own, or one above it."""
    for head in draft.heads:
        for span, inner, outer in _statements(head):
            above = [*outer, head.node]
            if inner.get("source") is None and not any(node.get("source") is not None for node in above):
                draft.report(
                    "missing-source",
                    span,
                    "hier staat niet waar dit vandaan komt",
                    "it is not said where this comes from",
                    help=advice(
                        "Voeg `source: {ref: ..., section: ...}` toe, hier of boven in het bestand.",
                        "Add `source: {ref: ..., section: ...}`, here or at the top of the file.",
                    ),
                )
            if read_evidence(inner) is None and all(read_evidence(node) is None for node in above):
                draft.report(
                    "missing-evidence",
                    span,
                    "hier staat niet hoe we dit weten",
                    "it is not said how we know this",
                    help=advice(
                        "Voeg `evidence: verified`, `secondary`, `design` of `unverified` toe.",
                        "Add `evidence: verified`, `secondary`, `design` or `unverified`.",
                    ),
                )


def _statements(head: Head) -> Iterator[tuple[Span, MappingNode, list[MappingNode]]]:
    """Everything that a guideline states: its place, what stands there, and what stands around it."""
    node = head.node
    for rule in mappings(node.get("rules")):
        yield id_span(rule), rule, []
    for entry in entries(node.get("parameters")):
        body = mapping(entry.value)
        for value in mappings(body.get("values")) if body is not None else ():
            yield key_span(value, "value"), value, [body] if body is not None else []
    for section, parts in (("tables", "rows"), ("scores", "items")):
        for entry in entries(node.get(section)):
            body = mapping(entry.value)
            if body is None:
                continue
            if read_evidence(body) is not None or read_evidence(node) is not None:
                yield entry.key.span, body, []
                continue
            found = list(mappings(body.get(parts)))
            if not any(read_evidence(part) or part.get("source") is not None for part in found):
                yield entry.key.span, body, []  # said nowhere: it is missing once, and not in each line
                continue
            for part in found:
                yield id_span(part), part, [body]


def grades_have_a_source(draft: Draft) -> None:
    """A grade stands only where a source prints one."""
    for head in draft.heads:
        for rule in mappings(head.node.get("rules")):
            if rule.get("grade") is not None and rule.get("graded_in") is None:
                draft.report(
                    "grade-without-source",
                    key_span(rule, "grade"),
                    "een sterkte van aanbeveling zonder de bron die haar afdrukt",
                    "a grade without the source that prints it",
                    help=advice(
                        "Voeg `graded_in: {ref: ...}` toe, of haal de sterkte weg: we geven er zelf geen.",
                        "Add `graded_in: {ref: ...}`, or remove the grade: we give none ourselves.",
                    ),
                )


# active


def active_is_confirmed(draft: Draft) -> None:
    """What is active was read in the guideline, or a clinician held each number against it; and so was all that
    it rests on, however far below."""
    statements = {one.id: one for one in _can_be_active(draft)}
    graph = everything_read(draft)
    for one in statements.values():
        if not one.is_active:
            continue
        if not _is_sure(one):
            _unconfirmed(draft, one.span, one.node)
        for part in _unsure_parts(one.node):
            _unconfirmed(draft, id_span(part), part)
        numbers = {id: name.span for name in one.names if (id := _parameter_of(name)) is not None}
        for id, span in numbers.items():
            _check_number(draft, id, span)
        _check_below(draft, one, reach(graph, one.id) - {one.id, *numbers}, statements)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A rule, table or score: what can be active."""

    id: str
    span: Span
    node: MappingNode
    head: Head
    names: tuple[Name, ...]

    @property
    def is_active(self) -> bool:
        return (read_status(self.node) or self.head.status) == "active"


def _can_be_active(draft: Draft) -> Iterator[_Statement]:
    for head in draft.heads:
        for rule in mappings(head.node.get("rules")):
            found = draft.rules.get(f"{head.id}/{text(rule.get('id'))}")
            if found is not None:
                yield _Statement(found.id, id_span(rule), rule, head, tuple(names_of_rule(found)))
        for section in ("tables", "scores"):
            for entry in entries(head.node.get(section)):
                declared = draft.scopes[head.path].names.get(entry.key.text)
                definition = draft.definitions.get(declared.id) if declared is not None else None
                if isinstance(definition, Table | Score) and isinstance(entry.value, MappingNode):
                    names = tuple(names_of(definition))
                    yield _Statement(definition.id, entry.key.span, entry.value, head, names)


def _check_below(
    draft: Draft, one: _Statement, below: Iterable[str], statements: Mapping[str, _Statement]
) -> None:
    """What something active rests on by way of facts and findings. What is active itself is told there."""
    unsure: dict[str, Span] = {}
    for id in sorted(below):
        other = statements.get(id)
        if other is not None and not other.is_active:
            if not _is_sure(other) or any(_unsure_parts(other.node)):
                unsure[id.rpartition("/")[2]] = other.span
        elif (found := _unsure_value(draft, id)) is not None:
            unsure[found[0]] = found[1]
    if not unsure:
        return
    listed = ", ".join(f"`{name}`" for name in unsure)
    draft.report(
        "active-not-confirmed",
        one.span,
        f"dit is actief, en rust op wat niet bevestigd is: {listed}",
        f"this is active, and rests on what is not confirmed: {listed}",
        help=_how(),
        notes=tuple(
            Note(span, {"nl": f"`{name}` staat hier", "en": f"`{name}` stands here"})
            for name, span in list(unsure.items())[:MOST_SHOWN]
        ),
    )


def _unsure_parts(node: MappingNode) -> Iterator[MappingNode]:
    """The rows or items that were not read in the guideline themselves, and are not confirmed."""
    for part in (*mappings(node.get("rows")), *mappings(node.get("items"))):
        if read_evidence(part) not in (None, "verified") and part.get("confirmed") is None:
            yield part


def _is_sure(one: _Statement) -> bool:
    return (read_evidence(one.node) or one.head.evidence) == "verified" or one.node.get(
        "confirmed"
    ) is not None


def _parameter_of(name: Name) -> str | None:
    return name.ref.id if name.ref is not None and name.ref.kind == "parameter" else None


def _check_number(draft: Draft, id: str, span: Span) -> None:
    """A parameter that something active tests: each of its values is verified or confirmed."""
    found = _unsure_value(draft, id)
    if found is not None:
        draft.report(
            "active-not-confirmed",
            span,
            f"dit is actief, en `{found[0]}` is niet bevestigd",
            f"this is active, and `{found[0]}` is not confirmed",
            help=_how(),
            notes=(Note(found[1], {"nl": "dit getal", "en": "this number"}),),
        )


def _unsure_value(draft: Draft, id: str) -> tuple[str, Span] | None:
    """The name of a parameter and its first value that is neither verified nor confirmed."""
    parameter = draft.definitions.get(id)
    declared = draft.declared.get(id)
    if not isinstance(parameter, Parameter) or declared is None:
        return None
    for value in parameter.values:
        evidence = value.evidence or read_evidence(declared.body) or declared.head.evidence
        if evidence != "verified" and value.confirmed is None:
            return parameter.name, value.span
    return None


def _unconfirmed(draft: Draft, span: Span, node: MappingNode) -> None:
    written = scalar(node.get("evidence"))
    draft.report(
        "active-not-confirmed",
        written.span if isinstance(written, Scalar) else span,
        "dit is actief, maar niet in de richtlijn gelezen en niet bevestigd",
        "this is active, but was not read in the guideline and is not confirmed",
        help=_how(),
    )


def _how() -> dict[str, str]:
    example = 'confirmed: {on: 2026-02-01, by: gp, against: "..."}'
    return {
        "nl": f"Laat een clinicus het naast de tekst leggen en schrijf `{example}`, of maak het `status: "
        "draft`.",
        "en": f"Let a clinician hold it against the text and write `{example}`, or make it `status: draft`.",
    }
