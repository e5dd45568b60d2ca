"""Text to nodes: what is written, as text, and where every word stands (language §1).

The YAML is read with the events of the C parser. Nothing is interpreted: `no`, `12:30`, `1.10` and `00012345`
stay the text they are. Refused is what a YAML 1.1 and a 1.2 parser might read differently, and what could
make a small file large: anchors, aliases, merge keys, tags, directives, tabs, duplicate keys, two documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeAlias

import msgspec
import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from cdss.errors import Note, Problem, Span, Text
from cdss.rules.yaml_errors import directive_problem, explain_yaml_error, lone_dash_problem, tag_problem

MAX_BYTES: Final = 2_000_000
MAX_DEPTH: Final = 40

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml: slower, and its messages differ in words only
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]


class Scalar(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """One value as written. `quoted` tells `"1"` from `1`; `block` is a text under `|` or `>`."""

    text: str
    span: Span
    quoted: bool = False
    block: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing was written: `key:` with nothing behind it."""
        return not self.text and not self.quoted and not self.block


class Sequence(msgspec.Struct, frozen=True, array_like=True, tag=True):
    items: tuple[Node, ...]
    span: Span


class Entry(msgspec.Struct, frozen=True, array_like=True, tag=True):
    key: Scalar
    value: Node


class Mapping(msgspec.Struct, frozen=True, array_like=True, tag=True):
    entries: tuple[Entry, ...]
    span: Span

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(entry.key.text for entry in self.entries)

    def entry(self, key: str) -> Entry | None:
        """The key and the value behind it; None when the key is not there."""
        for entry in self.entries:
            if entry.key.text == key:
                return entry
        return None

    def get(self, key: str) -> Node | None:
        """The value behind a key; None when the key is not there."""
        for entry in self.entries:
            if entry.key.text == key:
                return entry.value
        return None


Node: TypeAlias = Scalar | Sequence | Mapping


def load_file(path: Path, shown: str | None = None) -> Node | list[Problem]:
    """What stands in a file, or everything that is wrong with its text. Too large a file is not read."""
    name = path.as_posix() if shown is None else shown
    if path.stat().st_size > MAX_BYTES:
        return [_too_large(name)]
    return load_text(path.read_bytes(), name)


def load_text(source: str | bytes, path: str) -> Node | list[Problem]:
    """What stands in this text, or everything that is wrong with it, sorted by place."""
    if len(source) > MAX_BYTES:
        return [_too_large(path)]
    if isinstance(source, bytes):
        try:
            decoded = source.decode("utf-8")
        except UnicodeDecodeError as error:
            return [_not_utf8(source, error, path)]
    else:
        decoded = source
    text = decoded.removeprefix("\ufeff").replace("\r\n", "\n")
    problems = [*_tabs(text, path), *_odd_characters(text, path)]
    if problems:
        return sorted(problems, key=Problem.sort_key)
    reader = _Reader(path)
    try:
        node = reader.read(iter(_Loader(text).get_event, None))
    except _TooDeep:
        return reader.problems
    except yaml.YAMLError as error:
        if _parser_ran_too_deep(error):
            return load_text(_up_to(error, text), path)
        return [*reader.problems, explain_yaml_error(error, text, path)][:1]
    if reader.problems:
        return sorted(reader.problems, key=Problem.sort_key)
    if node is None or (isinstance(node, Scalar) and node.is_empty):
        here = Span(path, 1, 1, 1, 1)
        return [Problem("empty-file", here, {"nl": "Dit bestand is leeg", "en": "this file is empty"})]
    return node


# What is wrong with the characters


def _too_large(path: str) -> Problem:
    return Problem(
        "file-too-large",
        Span(path, 1, 1, 1, 1),
        {
            "nl": f"dit bestand is groter dan {MAX_BYTES // 1_000_000} MB en wordt niet gelezen",
            "en": f"this file is larger than {MAX_BYTES // 1_000_000} MB and is not read",
        },
        help={
            "nl": "Verdeel de richtlijn over meer bestanden: één klinische vraag per bestand.",
            "en": "Divide the guideline over more files: one clinical question per file.",
        },
    )


def _not_utf8(source: bytes, error: UnicodeDecodeError, path: str) -> Problem:
    before = source[: error.start]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", errors="replace")) + 1
    return Problem(
        "not-utf8",
        Span(path, line, column, line, column + 1),
        {"nl": "dit teken is geen UTF-8", "en": "this character is not UTF-8"},
        help={
            "nl": "Sla het bestand op als UTF-8 (in de meeste editors: Opslaan als, codering UTF-8).",
            "en": "Save the file as UTF-8 (in most editors: Save as, encoding UTF-8).",
        },
    )


def _place(text: str, index: int, path: str, length: int = 1) -> Span:
    line = text.count("\n", 0, index) + 1
    column = index - (text.rfind("\n", 0, index) + 1) + 1
    return Span(path, line, column, line, column + length)


def _tabs(text: str, path: str) -> Iterator[Problem]:
    """One problem for all tabs of a file: who indents with tabs does so everywhere."""
    first = text.find("\t")
    if first < 0:
        return
    lines = sum("\t" in line for line in text.split("\n"))
    more_nl = f" (op {lines} regels)" if lines > 1 else ""
    more_en = f" (on {lines} lines)" if lines > 1 else ""
    yield Problem(
        "tab",
        _place(text, first, path),
        {"nl": f"hier staat een tab{more_nl}", "en": f"there is a tab here{more_en}"},
        help={
            "nl": "Gebruik spaties: twee per niveau.",
            "en": "Use spaces: two for each level.",
        },
    )


# What YAML 1.1 and 1.2 both take for printable, without the line ends that only 1.1 knows (NEL, LS, PS).
_ODD = re.compile("[^\n\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def _odd_characters(text: str, path: str) -> Iterator[Problem]:
    found = _ODD.search(text)
    if found is None:
        return
    name = f"U+{ord(found[0]):04X}"
    yield Problem(
        "unreadable-character",
        _place(text, found.start(), path),
        {
            "nl": f"hier staat een onzichtbaar teken ({name}) dat niet elke editor hetzelfde leest",
            "en": f"there is an invisible character ({name}) here that not every editor reads alike",
        },
        help={
            "nl": "Verwijder het teken, of typ deze regel opnieuw.",
            "en": "Delete the character, or type this line again.",
        },
    )


# From events to nodes


class _TooDeep(Exception):
    """The lists stand deeper in one another than anybody can read; the problem was noted."""


class _Mark(Protocol):
    line: int
    column: int


def _parser_ran_too_deep(error: yaml.YAMLError) -> bool:
    """libyaml looks ahead, and since 0.2.6 has a limit of its own, far over ours: the reader came too late."""
    return "nesting depth" in str(getattr(error, "problem", ""))


def _up_to(error: yaml.YAMLError, text: str) -> str:
    """The text before the place where the parser gave up, in which the reader finds our own limit."""
    mark: _Mark = getattr(error, "problem_mark")  # noqa: B009 - only some of its children have one
    lines = text.split("\n")[: mark.line + 1]
    return "\n".join([*lines[:-1], lines[-1][: mark.column]])


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read."""

    event: NodeEvent
    is_mapping: bool
    nodes: list[Node]


class _Reader:
    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._anchored: set[str] = set()

    def read(self, events: Iterator[Event]) -> Node | None:
        """The node of the only document; None when there is none."""
        stack: list[_Open] = []
        root: Node | None = None
        for event in events:
            node: Node
            match event:
                case ScalarEvent():
                    if event.anchor is not None or event.tag is not None:
                        self._check_extras(event)
                    style = event.style
                    node = Scalar(
                        event.value,
                        self._span(event.start_mark, event.end_mark),
                        quoted=style in ("'", '"'),
                        block=style in ("|", ">"),
                    )
                    if event.value == "-" and not node.quoted:
                        self.problems.append(lone_dash_problem(node.span))
                case MappingStartEvent() | SequenceStartEvent():
                    self._check_extras(event)
                    if len(stack) >= MAX_DEPTH:
                        self._refuse_depth(event)
                    stack.append(_Open(event, isinstance(event, MappingStartEvent), []))
                    continue
                case MappingEndEvent() | SequenceEndEvent():
                    node = self._close(stack.pop(), event.end_mark)
                case AliasEvent():
                    node = self._alias(event)
                case DocumentStartEvent():
                    if root is not None:
                        self._refuse_second_document(event)
                        return root
                    self._check_directives(event)
                    continue
                case StreamEndEvent():
                    break
                case _:
                    continue
            if stack:
                stack[-1].nodes.append(node)
            else:
                root = node
        return root

    def _span(self, start: _Mark | None, end: _Mark | None) -> Span:
        assert start is not None and end is not None  # the parser marks every event
        return Span(self.path, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def _start(self, event: NodeEvent, length: int) -> Span:
        span = self._span(event.start_mark, event.start_mark)
        return Span(self.path, span.line, span.column, span.line, span.column + length)

    def _close(self, opened: _Open, end_mark: _Mark | None) -> Node:
        nodes = opened.nodes
        start = opened.event.start_mark
        if nodes and start is not None and not getattr(opened.event, "flow_style", False):
            # A block ends where its last line ends, not where the next one starts.
            last = nodes[-1].span
            span = Span(self.path, start.line + 1, start.column + 1, last.end_line, last.end_column)
        else:
            span = self._span(start, end_mark)
        if not opened.is_mapping:
            return Sequence(tuple(nodes), span)
        entries: list[Entry] = []
        first: dict[str, Scalar] = {}
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            if not isinstance(key, Scalar):
                self._refuse_key(key)
            elif key.text == "<<" and not key.quoted:
                self._refuse_merge(key)
            elif key.text in first:
                self._refuse_duplicate(key, first[key.text])
            else:
                first[key.text] = key
                entries.append(Entry(key, value))
        return Mapping(tuple(entries), span)

    def _add(self, kind: str, span: Span, text: Text, help: Text, *notes: Note) -> None:
        self.problems.append(Problem(kind, span, text, help, notes))

    def _check_extras(self, event: ScalarEvent | MappingStartEvent | SequenceStartEvent) -> None:
        if event.anchor is not None:
            self._refuse_anchor(event, f"&{event.anchor}")
            self._anchored.add(event.anchor)
        if event.tag is not None:
            self.problems.append(tag_problem(self._start(event, 1)))

    def _refuse_anchor(self, event: NodeEvent, seen: str) -> None:
        self._add(
            "anchor",
            self._start(event, len(seen)),
            {
                "nl": f"verwijzingen binnen YAML ({seen}) worden niet gelezen",
                "en": f"references inside YAML ({seen}) are not read",
            },
            {
                "nl": "Schrijf uit wat hier moet staan, of geef het een naam: een gegeven of een parameter.",
                "en": "Write out what should stand here, or give it a name: a fact or a parameter.",
            },
        )

    def _alias(self, event: AliasEvent) -> Node:
        # An alias of an anchor that was reported already is the same mistake.
        if event.anchor not in self._anchored:
            self._refuse_anchor(event, f"*{event.anchor}")
        return Scalar("", self._span(event.start_mark, event.end_mark))

    def _refuse_depth(self, event: NodeEvent) -> None:
        self._add(
            "too-deep",
            self._start(event, 1),
            {
                "nl": f"hier staan meer dan {MAX_DEPTH} lijsten in elkaar",
                "en": f"there are more than {MAX_DEPTH} lists inside one another here",
            },
            {
                "nl": "Geef een deel van de voorwaarde een eigen naam (een gegeven met `when:`).",
                "en": "Give a part of the condition a name of its own (a fact with `when:`).",
            },
        )
        raise _TooDeep

    def _refuse_second_document(self, event: DocumentStartEvent) -> None:
        self._add(
            "several-documents",
            self._span(event.start_mark, event.end_mark),
            {"nl": "hier begint een tweede document", "en": "a second document starts here"},
            {
                "nl": "Eén richtlijn is één bestand: haal de regel met --- weg, of maak twee bestanden.",
                "en": "One guideline is one file: remove the line with ---, or make two files of it.",
            },
        )

    def _check_directives(self, event: DocumentStartEvent) -> None:
        if event.version or event.tags:
            self.problems.append(directive_problem(Span(self.path, 1, 1, 1, 2)))

    def _refuse_key(self, key: Node) -> None:
        self._add(
            "key-not-a-word",
            key.span,
            {"nl": "hier hoort een woord te staan, geen lijst", "en": "a word should stand here, not a list"},
            {
                "nl": "Een tekst die met { of [ begint hoort tussen aanhalingstekens.",
                "en": "A text that starts with { or [ belongs between quotes.",
            },
        )

    def _refuse_merge(self, key: Scalar) -> None:
        self._add(
            "merge-key",
            key.span,
            {"nl": "<< (samenvoegen) wordt niet gelezen", "en": "<< (merging) is not read"},
            {"nl": "Schrijf de sleutels uit.", "en": "Write the keys out."},
        )

    def _refuse_duplicate(self, key: Scalar, first: Scalar) -> None:
        self._add(
            "duplicate-key",
            key.span,
            {"nl": f"`{key.text}` staat er twee keer", "en": f"`{key.text}` stands here twice"},
            {
                "nl": "Voeg de twee samen, of geef een van beide een andere naam.",
                "en": "Join the two, or give one of them another name.",
            },
            Note(first.span, {"nl": "de eerste staat hier", "en": "the first one is here"}),
        )
