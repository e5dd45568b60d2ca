"""The requirements of a topic: the numbered rules of its clinical dossier, as `requirements.yaml` lists them."""

from __future__ import annotations

from cdss.models.guideline import Requirement, RequirementPart
from cdss.rules.declare import read_evidence
from cdss.rules.draft import Draft
from cdss.rules.files import SourceFile
from cdss.rules.line_ups import check_edition
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.sources import check_ref
from cdss.rules.unique import report_doubles
from cdss.rules.written import id_span, mapping, mappings, scalar, scalars, text, texts, words

EVERY_EDITION = "all"


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
