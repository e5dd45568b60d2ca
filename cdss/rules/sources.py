"""Where statements come from: the sources of each topic, and every `ref:` that names one."""

from __future__ import annotations

from cdss.errors import Note, Span
from cdss.models.guideline import Source
from cdss.rules.closest import did_you_mean, one_of
from cdss.rules.declare import Head, read_source
from cdss.rules.draft import Draft, advice
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Node
from cdss.rules.written import entries, mapping, mappings, text


def read_sources(node: MappingNode) -> tuple[str, dict[str, Source]]:
    """The topic, and its sources by id. They stand as a list with `id`, or under their id."""
    listed = node.get("sources")
    found: dict[str, Source] = {}
    for one in mappings(listed) if not isinstance(listed, MappingNode) else ():
        found[text(one.get("id"))] = _source(text(one.get("id")), one)
    if isinstance(listed, MappingNode):
        for entry in entries(listed):
            body = mapping(entry.value)
            if body is not None:
                found[entry.key.text] = _source(entry.key.text, body)
    return text(node.get("topic")), found


def _source(id: str, node: MappingNode) -> Source:
    return Source(
        ref=id, title=text(node.get("title")), url=text(node.get("url")), read=text(node.get("read"))
    )


def check_source(draft: Draft, head: Head, node: Node | None) -> Source | None:
    """The source as written; a `ref` that the topic does not list is reported."""
    source = read_source(node)
    if source is None or not source.ref:
        return source
    written = node.get("ref") if isinstance(node, MappingNode) else node
    check_ref(draft, head.topic, source.ref, written.span if written is not None else head.span)
    return source


def check_ref(draft: Draft, topic: str, ref: str, span: Span) -> None:
    """Reports a source that the topic does not list."""
    known = draft.sources.get(topic, {})
    if ref in known:
        return
    listed = draft.source_spans.get(topic)
    draft.report(
        "unknown-source",
        span,
        "deze bron staat niet in sources.yaml van dit onderwerp",
        "this source is not in sources.yaml of this topic",
        help=did_you_mean(ref, known)
        or (
            one_of(known)
            if known
            else advice(
                f"Maak een sources.yaml voor het onderwerp {topic}.",
                f"Make a sources.yaml for the topic {topic}.",
            )
        ),
        notes=(Note(listed, {"nl": "hier staan de bronnen", "en": "the sources are here"}),)
        if listed
        else (),
    )
