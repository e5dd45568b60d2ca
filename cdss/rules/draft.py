"""A ruleset in the making: what the passes of `resolve.py` read and fill.

Problems are collected here; a name that failed to resolve is reported once, and whatever rests on it stays
silent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from cdss.errors import Note, Problem, Span, Text
from cdss.models.guideline import (
    Action,
    Binding,
    Definition,
    GuidelineFile,
    LineUp,
    ProductSet,
    Requirement,
    Rule,
    Site,
    Source,
    ValueSet,
)
from cdss.models.value import ValueType
from cdss.rules.declare import Declared, Head
from cdss.rules.files import SourceFile
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.scope import Scope


@dataclass(frozen=True, slots=True)
class Kinds:
    """The types of a definition: of its own value (None: it has none, or it is not known), and behind its
    dot."""

    own: ValueType | None
    outputs: Mapping[str, ValueType] = field(default_factory=dict)
    whole: bool = False  # a number that is always whole: a count, a score in whole points


@dataclass(slots=True)
class Draft:
    """Files, names and scopes, and what the passes have made of them so far."""

    heads: Sequence[Head]
    declared: Mapping[str, Declared]  # by id; actions apart
    actions_declared: Mapping[str, Declared]
    scopes: Mapping[str, Scope]  # by path of the file
    used: Mapping[str, frozenset[str]]  # by path: the paths under its `use`
    editions_files: Sequence[tuple[SourceFile, MappingNode]] = ()
    requirements_files: Sequence[tuple[SourceFile, MappingNode]] = ()
    whole: bool = True  # a folder was read: what nothing reads here is read nowhere
    site_file: tuple[SourceFile, MappingNode] | None = None
    bindings_file: tuple[SourceFile, MappingNode] | None = None
    sources: Mapping[str, Mapping[str, Source]] = field(default_factory=dict)
    source_spans: Mapping[str, Span] = field(default_factory=dict)  # topic -> where its sources stand
    line_ups: Mapping[str, LineUp] = field(default_factory=dict)
    requirements: Mapping[str, Mapping[str, Requirement]] = field(default_factory=dict)  # topic -> id

    problems: list[Problem] = field(default_factory=list)
    kinds: dict[str, Kinds] = field(default_factory=dict)
    in_progress: list[str] = field(default_factory=list)
    time_uses: dict[str, Span] = field(
        default_factory=dict
    )  # parameter -> where it is read as an amount of time
    age_uses: dict[str, tuple[Span, str]] = field(
        default_factory=dict
    )  # parameter -> where it is read as an age

    files: list[GuidelineFile] = field(default_factory=list)
    definitions: dict[str, Definition] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    actions: dict[str, Action] = field(default_factory=dict)
    value_sets: dict[str, ValueSet] = field(default_factory=dict)
    product_sets: dict[str, ProductSet] = field(default_factory=dict)
    bindings: tuple[Binding, ...] = ()
    bindings_sha256: str = ""
    site: Site | None = None

    def report(
        self,
        kind: str,
        span: Span,
        dutch: str,
        english: str,
        *,
        help: Text | None = None,
        notes: tuple[Note, ...] = (),
    ) -> None:
        """Add one problem."""
        self.problems.append(Problem(kind, span, {"nl": dutch, "en": english}, help, notes))

    def first_day(self, head: Head) -> date | None:
        """The day from which a file holds."""
        return head.effective.start


def advice(dutch: str, english: str) -> Text:
    """Help in both languages."""
    return {"nl": dutch, "en": english}
