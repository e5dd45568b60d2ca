"""The requirements of a topic: the numbered rules of its clinical dossier, as `requirements.yaml` lists them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from cdss.models.guideline import Requirement, RequirementPart
from cdss.rules.declare import Head, read_evidence
from cdss.rules.draft import Draft
from cdss.rules.files import SourceFile
from cdss.rules.line_ups import check_edition
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.sources import check_ref
from cdss.rules.unique import report_doubles
from cdss.rules.written import id_span, mapping, mappings, scalar, scalars, text, texts, words

EVERY_EDITION = "all"


def editions_without(
    requirement: Requirement, heads: Collection[Head], takes_in: Mapping[str, Collection[str]]
) -> Iterator[str]:
    """The editions of a requirement that nothing implements: neither a file of their own, nor one that they take in,
    nor one of every edition. `heads`: the files that implement it."""
    if any(not head.edition for head in heads):
        return
    for one in requirement.editions:
        if not any(head.edition == one or head.path in takes_in.get(one, ()) for head in heads):
            yield one


def build_requirements(draft: Draft) -> None:
    """The requirements of each topic that has a file of them, by id."""
    for file, node in draft.requirements_files:
        topic = text(node.get("topic"))
        nodes = list(mappings(node.get("requirements")))
        report_doubles(draft, [written for one in nodes if (written := scalar(one.get("id")))])
        found = {one.id: one for one in (_requirement(draft, topic, file, node) for node in nodes)}
        draft.requirements = {**draft.requirements, topic: found}


def _requirement(draft: Draft, topic: str, file: SourceFile, node: MappingNode) -> Requirement:
    reason = mapping(node.get("not_implemented"))
    return Requirement(
        id=text(node.get("id")),
        title=texts(node.get("title")),
        sections=words(node.get("sections")),
        printed=text(node.get("printed")),
        editions=_editions(draft, topic, node),
        status=tuple(_part(draft, topic, one) for one in mappings(node.get("status"))),
        not_implemented=texts(reason.get("reason")) if reason is not None else None,
        file=file.path,
        span=id_span(node),
    )


def _editions(draft: Draft, topic: str, node: MappingNode) -> tuple[str, ...]:
    written = scalars(node.get("editions"))
    if [one.text for one in written] == [EVERY_EDITION]:
        return ()
    known = {head.edition for head in draft.heads if head.topic == topic and head.edition}
    for one in written:
        check_edition(draft, one, known)
    return tuple(one.text for one in written)


def _part(draft: Draft, topic: str, node: MappingNode) -> RequirementPart:
    evidence = read_evidence(node)
    assert evidence is not None  # `validate` asks for it
    for ref in scalars(node.get("sources")):
        check_ref(draft, topic, ref.text, ref.span)
    return RequirementPart(evidence, words(node.get("sources")), texts(node.get("text")))
