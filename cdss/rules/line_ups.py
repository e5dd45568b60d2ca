"""The line-up of a topic: which edition answers from which day, and what it takes in (language §3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from cdss.errors import Note, Span
from cdss.models.guideline import LineUp
from cdss.rules.closest import did_you_mean, one_of
from cdss.rules.declare import Head, read_day
from cdss.rules.draft import Draft, advice
from cdss.rules.files import SourceFile
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Scalar
from cdss.rules.written import entries, mapping, mappings, scalar, scalars, text, texts


def build_line_ups(draft: Draft) -> None:
    """A line-up for every topic. One that has editions and no line-up cannot say which of them answers."""
    found: dict[str, LineUp] = {}
    for file, node in draft.editions_files:
        topic = text(node.get("topic"))
        heads = [head for head in draft.heads if head.topic == topic]
        found[topic] = LineUp(
            topic=topic,
            default=_default(draft, node, heads),
            takes_in=_takes_in(draft, file, node, heads),
            title=texts(node.get("title")),
        )
    for topic in {head.topic for head in draft.heads}:
        if topic not in found or not found[topic].default:
            found.setdefault(topic, LineUp(topic=topic))
            _check_has_line_up(draft, [head for head in draft.heads if head.topic == topic])
    draft.line_ups = dict(sorted(found.items()))


def _check_has_line_up(draft: Draft, heads: list[Head]) -> None:
    editions = [head for head in heads if head.edition]
    if editions:
        head = editions[0]
        written = head.node.get("edition")
        draft.report(
            "no-line-up",
            written.span if written is not None else head.span,
            f"het onderwerp {head.topic} heeft edities, en geen editions.yaml die zegt welke geldt",
            f"the topic {head.topic} has editions, and no editions.yaml that says which one holds",
            help=advice(
                "Maak een editions.yaml in de map van het onderwerp.",
                "Make an editions.yaml in the folder of the topic.",
            ),
        )


def _default(draft: Draft, node: MappingNode, heads: list[Head]) -> tuple[tuple[date, str], ...]:
    """From each day the edition that answers; on each day exactly one."""
    editions = {head.edition for head in heads if head.edition}
    found: list[tuple[date, str]] = []
    spans: list[Span] = []
    for one in mappings(node.get("default")):
        start = read_day(one.get("from"))
        edition = scalar(one.get("edition"))
        if start is None or edition is None:
            continue  # `validate` asks for them
        check_edition(draft, edition, editions)
        if found and start <= found[-1][0]:
            draft.report(
                "overlapping-editions",
                one.span,
                f"op {start} is er al een editie die geldt"
                if start == found[-1][0]
                else "deze editie begint voor de vorige",
                f"on {start} another edition holds already"
                if start == found[-1][0]
                else "this edition starts before the previous one",
                help=advice(
                    "Zet de edities van oud naar nieuw, elk met een eigen eerste dag.",
                    "List the editions from old to new, each with a first day of its own.",
                ),
                notes=(Note(spans[-1], {"nl": "de vorige", "en": "the previous one"}),),
            )
            continue
        found.append((start, edition.text))
        spans.append(one.span)
    return tuple(found)


def check_edition(draft: Draft, edition: Scalar, editions: set[str]) -> None:
    if edition.text not in editions:
        draft.report(
            "unknown-edition",
            edition.span,
            "geen bestand van dit onderwerp hoort bij deze editie",
            "no file of this topic belongs to this edition",
            help=did_you_mean(edition.text, editions) or (one_of(sorted(editions)) if editions else None),
        )


def _takes_in(
    draft: Draft, file: SourceFile, node: MappingNode, heads: list[Head]
) -> Mapping[str, tuple[str, ...]]:
    editions = {head.edition for head in heads if head.edition}
    by_place = {head.place: head for head in heads}
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries(node.get("editions")):
        check_edition(draft, entry.key, editions)
        body = mapping(entry.value)
        paths = []
        for written in scalars(body.get("with")) if body is not None else ():
            place = (file.place.parent / written.text).resolve()
            if place in by_place:
                paths.append(by_place[place].path)
                continue
            near = [
                path.relative_to(file.place.parent).as_posix()
                for path in by_place
                if path.is_relative_to(file.place.parent)
            ]
            draft.report(
                "missing-file",
                written.span,
                "dit bestand van het onderwerp is er niet",
                "this file of the topic is not there",
                help=did_you_mean(written.text, near),
            )
        found[entry.key.text] = tuple(paths)
    return found
