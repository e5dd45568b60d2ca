"""`cdss check --unconfirmed`: what a clinician must still hold against the text of the guideline.

First what was read in its source and only waits for somebody to confirm it; then what rests on something else. The
list is made from the files, so that it is never out of date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cdss.author.checking import near, relocated
from cdss.engine.named_words import parameter_value
from cdss.engine.reading import read_condition
from cdss.engine.telling import either, tell_millionths
from cdss.errors import CdssError, GuidelineError, Text
from cdss.models.guideline import EVIDENCE, Parameter, Ruleset, Score, Source, Table
from cdss.models.line import BLANK, Line
from cdss.models.wording import EVIDENCE_WORDS, word_text
from cdss.rules.files import find, find_all
from cdss.rules.render import Language
from cdss.rules.statements import Stated, Statement, stated

KINDS: Final[Mapping[str, Text]] = {
    "rule": {"nl": "regel", "en": "rule"},
    "number": {"nl": "getal", "en": "number"},
    "score": {"nl": "score", "en": "score"},
    "item": {"nl": "punten", "en": "points"},
    "table": {"nl": "tabel", "en": "table"},
    "row": {"nl": "rij", "en": "row"},
    "codes": {"nl": "codes", "en": "codes"},
}
OWN_CHOICE: Final = "design"
"""The source that stands for the dossier itself."""

_WORDS: Final[Mapping[str, Text]] = {
    "first": {
        "nl": "Eerst te bevestigen: gelezen in de bron zelf, nog door niemand ernaast gelegd",
        "en": "First to confirm: read in the source itself, and held against it by nobody yet",
    },
    "rest": {
        "nl": "Nog niet in de bron zelf gelezen: zoek het op in de volledige tekst van de richtlijn",
        "en": "Not read in the source itself yet: look it up in the full text of the guideline",
    },
    "read": {"nl": "gelezen", "en": "read"},
    "no_source": {"nl": "geen bron genoemd", "en": "no source named"},
    "otherwise": {"nl": "in alle andere gevallen", "en": "otherwise"},
    "dossier": {"nl": "dossier", "en": "dossier"},
    "none": {"nl": "Alles is bevestigd.", "en": "All is confirmed."},
    "how": {
        "nl": "`cdss confirm NAAM` laat zien waar het op rust en voegt de bevestiging toe.",
        "en": "`cdss confirm NAME` shows what it rests on and adds the confirmation.",
    },
}


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """What was not confirmed: what comes first, and the rest; and the ruleset that it is about."""

    ruleset: Ruleset
    first: tuple[Statement, ...]
    rest: tuple[Statement, ...]


def stated_here(path: Path) -> Stated:
    """What a folder or file states. GuidelineError with places as seen from here; CdssError when it is not there."""
    try:
        return stated(find_all(path))
    except FileNotFoundError as error:
        raise CdssError(f"there is no file or folder {path}") from error
    except GuidelineError as error:
        raise GuidelineError(relocated(error.problems, find(path))) from error


def unconfirmed(path: Path) -> Unconfirmed:
    """What these guidelines state and nobody confirmed. Of one file only what it states itself."""
    found = stated_here(path)
    asked = {file.place for file in find(path) if file.asked}
    first, rest = of_these(one for one in found.statements if one.place in asked)
    return Unconfirmed(found.ruleset, first, rest)


def of_these(statements: Iterable[Statement]) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """What is not confirmed: what was read in its source, and the rest; both by topic and file."""
    waiting = [one for one in statements if not one.is_sure]
    first = [one for one in waiting if one.evidence == "verified"]
    rest = [one for one in waiting if one.evidence != "verified"]
    return tuple(_sorted(first)), tuple(_sorted(rest))


def _sorted(statements: Iterable[Statement]) -> list[Statement]:
    """By topic and file, and in a file as they stand."""
    return sorted(statements, key=lambda one: (one.head.topic, one.head.path, one.span.line, one.span.column))


# In words


def title_of(one: Statement, ruleset: Ruleset, lang: str) -> str:
    """What it states: its own text, else the criterion that it stands for; of a row its criterion, outcome and text."""
    said = one.title.get(lang) or one.title.get("nl") or ""
    value = value_of(one, ruleset, lang)
    if one.kind == "row":
        row = f"{_as_read(one, ruleset, lang)} → {value}"
        return f"{row}. {said}" if said else row
    said = said or _as_read(one, ruleset, lang) or one.name
    return f"{said}: {value}" if value else said


def value_of(one: Statement, ruleset: Ruleset, lang: str) -> str:
    """Its number, outcome, points or codes in the words of a reader; nothing where it has none."""
    match ruleset.definitions.get(one.id):
        case Parameter() as parameter:
            dated = next(dated for dated in parameter.values if dated.span == one.span)
            return parameter_value(parameter, dated, lang)
        case Table() as table if one.kind == "row":
            return either([_outcome(table, word, lang) for word in one.value.split(" or ")], lang)
        case _:
            return one.value


def _outcome(table: Table, word: str, lang: str) -> str:
    return word_text(word, table.outcomes_text, lang)


def _as_read(one: Statement, ruleset: Ruleset, lang: str) -> str:
    definition = ruleset.definitions.get(one.id)
    part = one.name.partition("/")[2]
    if isinstance(definition, Score):
        for item in definition.items:
            rows = [(points.when, points.points) for points in item.first_of if points.when is not None]
            if item.id == part and len(rows) == 1:
                return read_condition(ruleset, rows[0][0], lang)
            if item.id == part:
                return "; ".join(
                    f"{read_condition(ruleset, when, lang)}: {tell_millionths(points, '', lang)}"
                    for when, points in rows
                )
    if isinstance(definition, Table):
        for row in definition.rows:
            if row.id == part and row.when is not None:
                return read_condition(ruleset, row.when, lang)
            if row.id == part:
                return _WORDS["otherwise"][lang]
    return ""


def source_words(source: Source | None, lang: str) -> str:
    """The source with its section and how much of it was read."""
    if source is None:
        return _WORDS["no_source"][lang]
    if source.ref == OWN_CHOICE:
        return " ".join(filter(None, (_WORDS["dossier"][lang], source.section)))
    named = " ".join(filter(None, (source.ref, source.section))) if source.ref else source.title
    return f"{named} ({_WORDS['read'][lang]}: {source.read})" if source.read else named


def evidence_words(one: Statement, lang: str) -> str:
    return EVIDENCE_WORDS[one.evidence or "unverified"][lang]


# As lines


def unconfirmed_lines(found: Unconfirmed, lang: Language = "nl") -> Iterator[Line]:
    """The list for people, by topic and file, and how many there are."""
    for key, listed in (("first", found.first), ("rest", found.rest)):
        if listed:
            yield Line(f"{_WORDS[key][lang]} ({len(listed)})", "title")
            yield from _listed(found.ruleset, listed, lang, with_evidence=key == "rest")
            yield BLANK
    if found.first or found.rest:
        yield Line(_WORDS["how"][lang], "faint")
    else:
        yield Line(_WORDS["none"][lang], "good")


def _listed(
    ruleset: Ruleset, listed: Sequence[Statement], lang: Language, *, with_evidence: bool
) -> Iterator[Line]:
    path = ""
    around: Statement | None = None
    for one in listed:
        if one.head.path != path:
            path = one.head.path
            yield BLANK
            yield Line(near(one.place), "strong", aside=topic_title(ruleset, one.head.topic, lang))
        part = around is not None and around.id == one.id and one.kind in ("item", "row")
        indent = 4 if part else 2
        aside = f"{KINDS[one.kind][lang]} {one.name}"
        yield Line(title_of(one, ruleset, lang), "plain", indent, aside=aside)
        same = around is not None and (around.source, around.evidence) == (one.source, one.evidence)
        if part and same and not one.implements:
            continue  # as the score or table that it is part of
        said = [", ".join(one.implements), evidence_words(one, lang) if with_evidence else ""]
        said.append(source_words(one.source, lang))
        yield Line("; ".join(filter(None, said)), "faint", indent + 2)
        around = around if part else one


def topic_title(ruleset: Ruleset, topic: str, lang: str) -> str:
    line_up = ruleset.line_ups.get(topic)
    title = line_up.title if line_up is not None else {}
    return title.get(lang) or title.get("nl") or ""


# For machines


def unconfirmed_json(found: Unconfirmed) -> dict[str, Any]:
    """The same for machines."""
    return {
        "first": [statement_json(one, found.ruleset) for one in found.first],
        "rest": [statement_json(one, found.ruleset) for one in found.rest],
    }


def statement_json(one: Statement, ruleset: Ruleset) -> dict[str, Any]:
    """A statement for machines."""
    source = one.source
    return {
        "topic": one.head.topic,
        "edition": one.head.edition or None,
        "file": near(one.place),
        "line": one.span.line,
        "kind": one.kind,
        "name": one.name,
        "title": {lang: title_of(one, ruleset, lang) for lang in ("nl", "en")},
        "value": one.value or None,
        "implements": list(one.implements),
        "evidence": one.evidence,
        "source": None
        if source is None
        else {
            "ref": source.ref or None,
            "section": source.section or None,
            "title": source.title or None,
            "read": source.read or None,
        },
        "status": one.status,
        "can_be_confirmed": one.can_be_confirmed,
    }


def weakest(statements: Iterable[Statement]) -> str:
    """The weakest evidence among these; what says none is unverified."""
    found = [one.evidence or "unverified" for one in statements]
    return max(found, key=EVIDENCE.index, default="unverified")
