"""From the requirements of a dossier to rules, cases, sources, evidence and confirmation, as pages.

    python -m cdss.author.traceability guidelines docs/traceability

writes a page for each topic that has a `requirements.yaml`, and `unconfirmed.md` with what a clinician must still
confirm. A test proves that the pages are current.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cdss.author.cases import case_files, read_cases
from cdss.author.confirming import confirmed_words
from cdss.author.shown import HOLDS, Shown, what_cases_show
from cdss.author.testing import Rulesets
from cdss.author.unconfirmed import (
    KINDS,
    evidence_words,
    of_these,
    source_words,
    stated_here,
    title_of,
    topic_title,
    weakest,
)
from cdss.errors import CdssError
from cdss.models.guideline import Requirement, RequirementPart, Ruleset
from cdss.models.wording import EVIDENCE_WORDS
from cdss.rules.requirements import EVERY_EDITION, editions_without
from cdss.rules.statements import Stated, Statement

MOST_CASES: Final = 6
"""Of more cases only these are named."""
MADE: Final = "<!-- Made by `python -m cdss.author.traceability guidelines docs/traceability`. -->"


@dataclass(frozen=True, slots=True)
class Traced:
    """One requirement, with all that implements it."""

    requirement: Requirement
    statements: tuple[Statement, ...]
    missing_editions: tuple[str, ...]  # it belongs to these, and nothing of theirs implements it


@dataclass(frozen=True, slots=True)
class Page:
    """All that a page needs: what is stated, what the cases show, and the folder in which the page stands."""

    stated: Stated
    shown: Mapping[str, Shown]
    folder: Path

    @property
    def ruleset(self) -> Ruleset:
        return self.stated.ruleset

    def shown_of(self, one: Statement) -> Shown:
        part = one.name.partition("/")[2]
        return self.shown.get(f"{one.id}/{part}" if one.kind == "row" else one.id, Shown())

    def link(self, one: Statement) -> str:
        """The name of a statement, leading to its file."""
        return f"[`{one.name}`]({Path(os.path.relpath(one.place, self.folder.resolve())).as_posix()})"


def traced(stated: Stated, topic: str) -> tuple[Traced, ...]:
    """Each requirement of a topic with what implements it, in the order of the list."""
    own = [one for one in stated.statements if one.head.topic == topic]
    line_up = stated.ruleset.line_ups.get(topic)
    takes_in = line_up.takes_in if line_up is not None else {}
    return tuple(
        Traced(
            one,
            found := tuple(statement for statement in own if one.id in statement.implements),
            tuple(editions_without(one, [statement.head for statement in found], takes_in)) if found else (),
        )
        for one in stated.ruleset.requirements[topic].values()
    )


# The page of a topic


def topic_page(page: Page, topic: str) -> str:
    """All requirements in one table, then each with its rules, and at the end what was read."""
    found = traced(page.stated, topic)
    title = topic_title(page.ruleset, topic, "nl")
    done = [one for one in found if one.statements]
    own = [one for one in page.stated.statements if one.head.topic == topic]
    confirmed = [one for one in _distinct(done) if one.confirmed is not None]
    lines = [
        MADE,
        "",
        f"# {title}: van dossier naar regels",
        "",
        "Wat het klinisch dossier vraagt, welke regels dat uitwerken, met welke gevallen dat is nagegaan, waar het op "
        "rust en wie het heeft bevestigd. Gemaakt uit de regels zelf: een regel die verandert, verandert hier mee.",
        "",
        f"- {len(found)} eisen; {len(done)} uitgewerkt, {len(found) - len(done)} niet.",
        f"- {len(_distinct(done))} regels, rijen en scores werken ze uit; daarvan heeft een clinicus er "
        f"{len(confirmed)} bevestigd.",
        "- Bij elke regel is er ook een geval waarin hij niet geldt, en een voor elke uitzondering: `cdss check` zegt "
        "het als er een ontbreekt.",
        "- Wat nog bevestigd moet worden staat in [een eigen lijst](unconfirmed.md).",
        "",
        "| Eis | Wat | Uitgaven | Regels | Gevallen | Zwakste bewijs | Bevestigd |",
        "|---|---|---|---|---|---|---|",
        *(_overview_row(page, one) for one in found),
    ]
    for one in found:
        lines += ["", *_section(page, one)]
    without = [one for one in own if one.kind == "rule" and not one.implements]
    if without:
        lines += ["", "## Regels zonder eis", "", "Deze regels werken geen genummerde eis uit.", ""]
        lines += [f"- {page.link(one)}: {_cell(title_of(one, page.ruleset, 'nl'))}" for one in without]
    return "\n".join([*lines, "", *_sources(page, topic, found)]) + "\n"


def _distinct(found: Iterable[Traced]) -> list[Statement]:
    return list({(one.head.path, one.span): one for traced in found for one in traced.statements}.values())


def _overview_row(page: Page, one: Traced) -> str:
    anchor = one.requirement.id.lower()
    confirmed = sum(statement.confirmed is not None for statement in one.statements)
    cases = {
        (case.file, case.id) for statement in one.statements for case in page.shown_of(statement).of(HOLDS)
    }
    cells = [
        f"[{one.requirement.id}](#{anchor})",
        one.requirement.title.get("nl", ""),
        _printed(one.requirement),
        f"{len(one.statements)}{_not_in(one)}" if one.statements else "niet uitgewerkt",
        str(len(cases)) if one.statements else "",
        EVIDENCE_WORDS[weakest(one.statements)]["nl"] if one.statements else "",
        f"{confirmed} van {len(one.statements)}" if one.statements else "",
    ]
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _printed(requirement: Requirement) -> str:
    return "alle" if requirement.printed == EVERY_EDITION else requirement.printed


def _not_in(one: Traced) -> str:
    return f" (niet in {', '.join(one.missing_editions)})" if one.missing_editions else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _section(page: Page, one: Traced) -> Iterator[str]:
    requirement = one.requirement
    yield f"## {requirement.id}"
    yield ""
    yield f"**{requirement.title.get('nl', '')}**"
    yield ""
    sections = ", ".join(f"§{section}" for section in requirement.sections)
    editions = f"; uitgaven: {_printed(requirement)}" if requirement.printed else ""
    yield f"Dossier {sections}{editions}. Hoe wij dit weten: {'; '.join(_part(part) for part in requirement.status)}."
    yield ""
    reason = requirement.not_implemented.get("nl", "") if requirement.not_implemented is not None else ""
    if not one.statements:
        yield f"**Niet uitgewerkt.** {reason}" if reason else "**Nog niet uitgewerkt.**"
        return
    if one.missing_editions:
        yield f"Nog niet uitgewerkt in: {', '.join(one.missing_editions)}. {reason}".rstrip()
        yield ""
    yield "| Uitgewerkt in | Wat | Gevallen | Bron | Bewijs | Bevestigd |"
    yield "|---|---|---|---|---|---|"
    for statement in one.statements:
        yield _row(page, statement)
    named = [
        line for statement in one.statements for line in _named(page, statement, _called(statement, one))
    ]
    if named:
        yield ""
        yield from named


def _part(part: RequirementPart) -> str:
    said = EVIDENCE_WORDS[part.evidence]["nl"]
    if part.sources:
        said += f" ({', '.join(part.sources)})"
    return f"{part.text.get('nl', '')}: {said}" if part.text else said


def _row(page: Page, one: Statement) -> str:
    edition = f", {one.head.edition}" if one.head.edition else ""
    cells = [
        f"{page.link(one)} ({KINDS[one.kind]['nl']}{edition})",
        title_of(one, page.ruleset, "nl"),
        _counted(page, one),
        source_words(one.source, "nl"),
        evidence_words(one, "nl"),
        confirmed_words(one, "nl"),
    ]
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _counted(page: Page, one: Statement) -> str:
    """How many cases show that it holds, and each exception. Where it does not hold would change with every case."""
    shown = page.shown_of(one)
    if one.kind != "rule":
        return str(len(shown.of(HOLDS)))
    said = f"geldt {len(shown.of(HOLDS))}"
    exceptions = page.ruleset.rules[one.id].exceptions
    if exceptions:
        counts = ", ".join(f"{exception.id} {len(shown.of(exception.id))}" for exception in exceptions)
        said += f"; uitzonderingen: {counts}"
    return said


def _called(one: Statement, traced: Traced) -> str:
    """Its name; with its edition where another edition has the same name."""
    same = [other for other in traced.statements if other.name == one.name]
    return f"`{one.name}` ({one.head.edition})" if len(same) > 1 and one.head.edition else f"`{one.name}`"


def _named(page: Page, one: Statement, called: str) -> Iterator[str]:
    """The cases by name: where it holds, and where an exception holds it back."""
    shown = page.shown_of(one)
    names = shown.of(HOLDS)
    if names:
        yield f"- {called}{' geldt bij' if one.kind == 'rule' else ''}: {_names(case.id for case in names)}"
    if one.kind == "rule":
        for exception in page.ruleset.rules[one.id].exceptions:
            if held := shown.of(exception.id):
                yield f"  - tegengehouden door {exception.id}: {_names(case.id for case in held)}"


def _names(ids: Iterable[str]) -> str:
    names = list(ids)
    more = len(names) - MOST_CASES
    return ", ".join(names[:MOST_CASES]) + (f" en nog {more}" if more > 0 else "")


def _sources(page: Page, topic: str, found: Sequence[Traced]) -> Iterator[str]:
    used = {one.source.ref for one in _distinct(found) if one.source is not None and one.source.ref}
    used |= {ref for one in found for part in one.requirement.status for ref in part.sources}
    yield "## Bronnen"
    yield ""
    yield "Hoeveel van elke bron gelezen is, telt: wat niet gelezen is, staat hier niet als gelezen."
    yield ""
    yield "| Bron | Titel | Gelezen |"
    yield "|---|---|---|"
    for ref, source in page.ruleset.sources.get(topic, {}).items():
        if ref in used:
            titled = f"[{_cell(source.title)}]({source.url})" if source.url else _cell(source.title)
            yield f"| {ref} | {titled} | {_cell(source.read)} |"


# The page of what must be confirmed


def unconfirmed_page(page: Page) -> str:
    """What a clinician must still confirm: first what only waits for a confirmation."""
    first, rest = of_these(page.stated.statements)
    lines = [
        MADE,
        "",
        "# Wat een clinicus nog moet bevestigen",
        "",
        "Elke regel, elk getal, elke score, rij en codelijst waar nog niemand de volledige tekst van de richtlijn "
        "naast heeft gelegd. Zolang dat zo is, staat bij elk advies dat het een concept is. Op de opdrachtregel: "
        "`cdss check --unconfirmed`; een bevestiging vastleggen: `cdss confirm NAAM`.",
    ]
    only = "Wij lazen dit in de genoemde bron zelf. Er ontbreekt alleen een bevestiging."
    parts = (
        ("Eerst: gelezen in de bron zelf", only, first),
        ("Daarna: niet in de bron zelf gelezen", "Zoek dit op in de volledige tekst van de richtlijn.", rest),
    )
    for title, why, statements in parts:
        lines += ["", f"## {title} ({len(statements)})", "", why]
        for path in dict.fromkeys(one.head.path for one in statements):
            own = [one for one in statements if one.head.path == path]
            lines += [
                "",
                f"### {path}",
                "",
                "| Naam | Wat | Eis | Bron | Bewijs |",
                "|---|---|---|---|---|",
                *(_unconfirmed_row(page, one) for one in own),
            ]
    return "\n".join(lines) + "\n"


def _unconfirmed_row(page: Page, one: Statement) -> str:
    cells = [
        f"{page.link(one)} ({KINDS[one.kind]['nl']})",
        title_of(one, page.ruleset, "nl"),
        ", ".join(one.implements),
        source_words(one.source, "nl"),
        evidence_words(one, "nl"),
    ]
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


# The command


def pages(guidelines: Path, folder: Path) -> Mapping[str, str]:
    """Every page by its name."""
    stated = stated_here(guidelines)
    cases = [case for place in case_files([guidelines]) for case in read_cases(place)[0]]
    page = Page(stated, what_cases_show(cases, Rulesets("reference")), folder)
    return {
        **{f"{topic}.md": topic_page(page, topic) for topic in stated.ruleset.requirements},
        "unconfirmed.md": unconfirmed_page(page),
    }


def main(arguments: Sequence[str]) -> int:
    """0 when the pages were written to the given folder."""
    if len(arguments) != 2:
        print("python -m cdss.author.traceability guidelines docs/traceability", file=sys.stderr)
        return 2
    guidelines, folder = map(Path, arguments)
    try:
        made = pages(guidelines, folder)
        folder.mkdir(parents=True, exist_ok=True)
    except (CdssError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
