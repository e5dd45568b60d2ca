"""What each file says about itself, and which names it declares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal, cast

from cdss.errors import Span, Text
from cdss.models.dates import DateError, parse_day
from cdss.models.guideline import Confirmation, Effective, Evidence, Source, Status
from cdss.rules.files import SourceFile
from cdss.rules.load import Mapping, Node, Scalar
from cdss.rules.written import entries, mapping, scalars, text, texts

Kind = Literal[
    "parameter",
    "fact",
    "finding",
    "treatment",
    "instrument",
    "score",
    "table",
    "value_set",
    "product_set",
    "action",
]

SECTIONS: Final[dict[str, Kind]] = {
    "actions": "action",
    "value_sets": "value_set",
    "products": "product_set",
    "instruments": "instrument",
    "parameters": "parameter",
    "facts": "fact",
    "findings": "finding",
    "treatments": "treatment",
    "scores": "score",
    "tables": "table",
}
"""Each key of a file that declares names, and what they are names of."""

NOUNS: Final[dict[Kind, Text]] = {
    "parameter": {"nl": "parameter", "en": "parameter"},
    "fact": {"nl": "gegeven", "en": "fact"},
    "finding": {"nl": "bevinding", "en": "finding"},
    "treatment": {"nl": "behandeling", "en": "treatment"},
    "instrument": {"nl": "meetinstrument", "en": "instrument"},
    "score": {"nl": "score", "en": "score"},
    "table": {"nl": "tabel", "en": "table"},
    "value_set": {"nl": "waardelijst", "en": "value set"},
    "product_set": {"nl": "productlijst", "en": "product set"},
    "action": {"nl": "actie", "en": "action"},
}


@dataclass(frozen=True, slots=True)
class Head:
    """One guideline file: what it says about itself, and the tree of what stands in it."""

    path: str
    place: Path
    node: Mapping
    sha256: str
    id: str
    version: str
    status: Status
    title: Text
    topic: str
    edition: str
    effective: Effective
    source: Source | None
    evidence: Evidence | None
    uses: tuple[Scalar, ...]

    @property
    def span(self) -> Span:
        entry = self.node.entry("id")
        return entry.value.span if entry else self.node.span


@dataclass(frozen=True, slots=True)
class Declared:
    """One name: what it is a name of, where it stands, and what stands behind it."""

    name: str
    id: str
    kind: Kind
    head: Head
    key: Scalar
    node: Node

    @property
    def span(self) -> Span:
        return self.key.span

    @property
    def body(self) -> Mapping:
        """What stands behind the name; of a name with nothing behind it, nothing."""
        return self.node if isinstance(self.node, Mapping) else Mapping((), self.node.span)

    @property
    def spoken(self) -> Text:
        """The words a reader knows it by."""
        for key in ("text", "title", "label"):
            if found := texts(self.body.get(key)):
                return found
        return {}


def read_head(file: SourceFile, node: Mapping) -> Head:
    """What a file says about itself."""
    status = text(node.get("status"), "draft")
    return Head(
        path=file.path,
        place=file.place,
        node=node,
        sha256=file.sha256,
        id=text(node.get("id")),
        version=text(node.get("version"), "0"),
        status=cast(Status, status if status in ("draft", "active", "retired") else "draft"),
        title=texts(node.get("title")),
        topic=text(node.get("topic")),
        edition=text(node.get("edition")),
        effective=read_effective(node.get("effective")),
        source=read_source(node.get("source")),
        evidence=read_evidence(node),
        uses=scalars(node.get("use")),
    )


def declared_in(head: Head) -> Iterator[Declared]:
    """The names that a file declares, in the order in which they stand."""
    for section, kind in SECTIONS.items():
        for entry in entries(head.node.get(section)):
            name = entry.key.text
            own_id = f"{head.edition}/{name}" if head.edition and kind != "action" else name
            yield Declared(name, own_id, kind, head, entry.key, entry.value)


def read_effective(node: Node | None) -> Effective:
    """From its first day until the first day that it no longer holds."""
    period = mapping(node)
    if period is None:
        return Effective()
    return Effective(read_day(period.get("from")), read_day(period.get("until")))


def read_day(node: Node | None) -> date | None:
    """The day, or None where none (or none that can be read: `validate` has said so) is written."""
    if not isinstance(node, Scalar):
        return None
    try:
        return parse_day(node.text)
    except DateError:
        return None


def read_source(node: Node | None) -> Source | None:
    if isinstance(node, Scalar):
        return Source(ref=node.text)
    if not isinstance(node, Mapping):
        return None
    return Source(
        ref=text(node.get("ref")),
        section=text(node.get("section")),
        title=text(node.get("title")),
        url=text(node.get("url")),
    )


def read_evidence(node: Mapping) -> Evidence | None:
    word = text(node.get("evidence"))
    return cast(Evidence, word) if word in ("verified", "secondary", "design", "unverified") else None


def read_status(node: Mapping) -> Status | None:
    word = text(node.get("status"))
    return cast(Status, word) if word in ("draft", "active", "retired") else None


def read_confirmed(node: Node | None) -> Confirmation | None:
    found = mapping(node)
    if found is None:
        return None
    on = read_day(found.get("on"))
    return Confirmation(on, text(found.get("by")), text(found.get("against"))) if on else None
