"""Everything that guidelines state, one by one, with what it rests on and whether a clinician confirmed it.

A rule, a number with its day, a score with its items, a table with its rows, and codes that carry evidence.
What says no source or evidence of its own has that of what it stands in. A confirmation of a score or table is one of
its parts too, but for a part with evidence of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from cdss.errors import GuidelineError, Span, Text
from cdss.models.guideline import Confirmation, Evidence, Ruleset, Source, Status
from cdss.rules.checks import doubts_about, errors_in
from cdss.rules.danger import everything_read
from cdss.rules.declare import (
    Declared,
    Head,
    declared_in,
    read_confirmed,
    read_evidence,
    read_source,
    read_status,
)
from cdss.rules.draft import Draft
from cdss.rules.files import Found
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Node
from cdss.rules.resolve import finish
from cdss.rules.stages import read
from cdss.rules.written import entries, id_span, mappings, text, texts, words

MOST_CODES: Final = 6
"""Of a longer list of codes only these are shown."""

Kind = Literal["rule", "number", "score", "item", "table", "row", "codes"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a guideline states. `name` is how an author calls it; of a part, `whole/part`.

    `id` is that of the rule or definition it belongs to. `value` is what it says in short, as written: the number, the
    outcome of a row, the points of an item.
    """

    kind: Kind
    name: str
    id: str
    title: Text
    value: str
    implements: tuple[str, ...]
    source: Source | None
    evidence: Evidence | None
    confirmed: Confirmation | None
    status: Status
    head: Head
    span: Span
    node: MappingNode

    @property
    def can_be_confirmed(self) -> bool:
        """Codes have no place for a confirmation: their evidence is all there is."""
        return self.kind != "codes"

    @property
    def is_sure(self) -> bool:
        """Whether there is nothing left for a clinician to confirm."""
        return self.confirmed is not None or (not self.can_be_confirmed and self.evidence == "verified")

    @property
    def place(self) -> Path:
        return self.head.place


@dataclass(frozen=True, slots=True)
class Stated:
    """All statements of some guidelines, in the order of the files, and the ruleset that they make."""

    ruleset: Ruleset
    statements: tuple[Statement, ...]
    reads: Mapping[str, list[str]]  # what each rule and definition reads, by id

    def reached(self, id: str) -> list[str]:
        """The ids of all that a rule or definition rests on, nearest first; its own is the first.

        What another edition sets in a shared finding is passed by: the two never answer together.
        """
        found = {id: None}
        waiting = [id]
        apart = self._apart_from(id)
        while waiting:
            waiting = [
                one
                for before in waiting
                for one in self.reads.get(before, ())
                if one not in found and self._path(one) not in apart
            ]
            found |= dict.fromkeys(waiting)
        return list(found)

    def _apart_from(self, id: str) -> frozenset[str]:
        """The files that never answer together with something: of an edition in which it does not run."""
        own = next((file for file in self.ruleset.files if file.path == self._path(id)), None)
        if own is None or not own.edition:
            return frozenset()
        takes_in = self.ruleset.line_ups[own.topic].takes_in
        runs_in = {own.edition, *(edition for edition, paths in takes_in.items() if own.path in paths)}
        beside = {path for edition in runs_in for path in takes_in.get(edition, ())}
        return frozenset(
            file.path
            for file in self.ruleset.files
            if file.topic == own.topic
            and file.edition
            and file.edition not in runs_in
            and file.path not in beside
        )

    def _path(self, id: str) -> str:
        one = self.ruleset.rules.get(id) or self.ruleset.definitions.get(id)
        return one.file if one is not None else ""

    def below(self, id: str) -> list[Statement]:
        """The numbers, scores and tables that it rests on, nearest first."""
        near = {one: place for place, one in enumerate(self.reached(id)) if one != id}
        below = [
            one for one in self.statements if one.id in near and one.kind in ("number", "score", "table")
        ]
        return sorted(below, key=lambda one: near[one.id])


def stated(found: Found) -> Stated:
    """What these files state. GuidelineError when they are wrong."""
    draft = read(found)
    if isinstance(draft, list):
        raise GuidelineError(draft)
    errors = errors_in(doubts_about(draft))
    if errors:
        raise GuidelineError(errors)
    statements = tuple(one for head in draft.heads for one in _of_file(draft, head))
    return Stated(finish(draft), statements, everything_read(draft))


def _of_file(draft: Draft, head: Head) -> Iterator[Statement]:
    make = _Maker(draft, head)
    declared = list(declared_in(head))
    for section in _SECTIONS:
        yield from _SECTIONS[section](make, [one for one in declared if one.kind == section])
    for rule in mappings(head.node.get("rules")):
        name = text(rule.get("id"))
        yield make.statement("rule", name, f"{head.id}/{name}", rule, id_span(rule), texts(rule.get("title")))


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the statements of one file."""

    draft: Draft
    head: Head

    def statement(
        self,
        kind: Kind,
        name: str,
        id: str,
        node: MappingNode,
        span: Span,
        title: Text,
        value: str = "",
        inside: Statement | None = None,
    ) -> Statement:
        own = read_evidence(node)
        confirmed = read_confirmed(node.get("confirmed"))
        if confirmed is None and own is None and inside is not None:
            confirmed = inside.confirmed
        return Statement(
            kind=kind,
            name=name,
            id=id,
            title=title,
            value=value,
            implements=words(node.get("implements")),
            source=self._source(node.get("source")) or (inside.source if inside else self._source_of_file()),
            evidence=own or (inside.evidence if inside else self.head.evidence),
            confirmed=confirmed,
            status=read_status(node) or (inside.status if inside else self.head.status),
            head=self.head,
            span=span,
            node=node,
        )

    def _source_of_file(self) -> Source | None:
        return self._source(self.head.node.get("source"))

    def _source(self, node: Node | None) -> Source | None:
        """The source with its title and how much of it was read, where the topic lists it."""
        source = read_source(node)
        if source is None or not source.ref:
            return source
        listed = self.draft.sources.get(self.head.topic, {}).get(source.ref)
        return source if listed is None else replace(listed, section=source.section)


def _numbers(make: _Maker, declared: list[Declared]) -> Iterator[Statement]:
    for one in declared:
        values = list(mappings(one.body.get("values")))
        for value in values:
            name = one.name if len(values) == 1 else f"{one.name}/{text(value.get('from'))}"
            yield make.statement(
                "number", name, one.id, value, _span_of_value(value), one.spoken, text(value.get("value"))
            )


def _span_of_value(node: MappingNode) -> Span:
    """Where a dated value has its place, too (`DatedValue.span`)."""
    written = node.get("value")
    return written.span if written is not None else node.span


def _scores(make: _Maker, declared: list[Declared]) -> Iterator[Statement]:
    for one in declared:
        whole = make.statement("score", one.name, one.id, one.body, one.span, one.spoken)
        yield whole
        yield from _parts(make, "item", one, whole, "items", "points")


def _tables(make: _Maker, declared: list[Declared]) -> Iterator[Statement]:
    for one in declared:
        whole = make.statement("table", one.name, one.id, one.body, one.span, one.spoken)
        yield whole
        yield from _parts(make, "row", one, whole, "rows", "then")


def _parts(
    make: _Maker, kind: Kind, one: Declared, whole: Statement, key: str, value: str
) -> Iterator[Statement]:
    for part in mappings(one.body.get(key)):
        name = f"{one.name}/{text(part.get('id'))}"
        said = text(part.get(value))
        yield make.statement(
            kind, name, one.id, part, id_span(part), texts(part.get("text")), said, inside=whole
        )


def _codes(make: _Maker, declared: list[Declared]) -> Iterator[Statement]:
    for one in declared:
        if read_evidence(one.body) is not None:
            listed = [
                *words(one.body.get("codes")),
                *words(one.body.get("words")),
                *(entry.key.text for entry in entries(one.body.get("groups"))),
            ]
            said = ", ".join(listed[:MOST_CODES]) + (", ..." if len(listed) > MOST_CODES else "")
            yield make.statement("codes", one.name, one.id, one.body, one.span, one.spoken, said)


_SECTIONS: Final = {
    "value_set": _codes,
    "parameter": _numbers,
    "score": _scores,
    "table": _tables,
}
"""What each section of a file states, in the order in which they stand."""
