"""Where everything comes from and how we know it: sources, evidence, grades, and what `active` asks for."""

from __future__ import annotations

from collections.abc import Iterator

from cdss.errors import Note, Span
from cdss.models.condition import Name
from cdss.models.guideline import Parameter, Score, Table
from cdss.rules.declare import Head, read_evidence, read_status
from cdss.rules.draft import Draft, advice
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Scalar
from cdss.rules.strata import names_of, names_of_rule
from cdss.rules.written import entries, id_span, key_span, mapping, mappings, scalar, text


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
            for part in mappings(body.get(parts)):
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
    """What is active was read in the guideline, or a clinician held each number against it."""
    for head in draft.heads:
        for span, node, names in _can_be_active(draft, head):
            status = read_status(node) or head.status
            if status != "active":
                continue
            if not _is_sure(node, head):
                _unconfirmed(draft, span, node)
            for part in (*mappings(node.get("rows")), *mappings(node.get("items"))):
                if read_evidence(part) not in (None, "verified") and part.get("confirmed") is None:
                    _unconfirmed(draft, id_span(part), part)
            for name in names:
                _check_number(draft, name)


def _can_be_active(draft: Draft, head: Head) -> Iterator[tuple[Span, MappingNode, list[Name]]]:
    for rule in mappings(head.node.get("rules")):
        found = draft.rules.get(f"{head.id}/{text(rule.get('id'))}")
        if found is not None:
            yield id_span(rule), rule, list(names_of_rule(found))
    for section in ("tables", "scores"):
        for entry in entries(head.node.get(section)):
            declared = draft.scopes[head.path].names.get(entry.key.text)
            definition = draft.definitions.get(declared.id) if declared is not None else None
            if isinstance(definition, Table | Score) and isinstance(entry.value, MappingNode):
                yield entry.key.span, entry.value, list(names_of(definition))


def _is_sure(node: MappingNode, head: Head) -> bool:
    return (read_evidence(node) or head.evidence) == "verified" or node.get("confirmed") is not None


def _check_number(draft: Draft, name: Name) -> None:
    """A parameter that something active tests: each of its values is verified or confirmed."""
    if name.ref is None or name.ref.kind != "parameter":
        return
    parameter = draft.definitions.get(name.ref.id)
    declared = draft.declared.get(name.ref.id)
    if not isinstance(parameter, Parameter) or declared is None:
        return
    for value in parameter.values:
        evidence = value.evidence or read_evidence(declared.body) or declared.head.evidence
        if evidence != "verified" and value.confirmed is None:
            draft.report(
                "active-not-confirmed",
                name.span,
                f"dit is actief, en `{parameter.name}` is niet bevestigd",
                f"this is active, and `{parameter.name}` is not confirmed",
                help=_how(),
                notes=(Note(value.span, {"nl": "dit getal", "en": "this number"}),),
            )
            return


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
