"""`cdss confirm`: one statement of a guideline with all that it rests on, for who holds it against the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from cdss.author.cases import Case, case_files, read_cases
from cdss.author.checking import near
from cdss.author.confirmation import add_confirmation, as_line
from cdss.author.shown import HOLDS, SILENT, Shown, what_cases_show
from cdss.author.testing import Rulesets
from cdss.author.unconfirmed import (
    KINDS,
    evidence_words,
    source_words,
    stated_here,
    statement_json,
    title_of,
)
from cdss.engine.reading import read_criterion, read_rule
from cdss.errors import CdssError, Text
from cdss.models.condition import Ago, Amount, Comparison, InRange, Test, WithinLast
from cdss.models.guideline import Confirmation, Ruleset
from cdss.models.line import BLANK, Line
from cdss.models.wording import ROLE, in_language
from cdss.rules.closest import closest
from cdss.rules.files import find_all
from cdss.rules.render import Language
from cdss.rules.statements import Stated, Statement
from cdss.rules.strata import criteria_in

MOST_CASES: Final = 8
"""Of more cases only these are named."""

_WORDS: Final[Mapping[str, Text]] = {
    "source": {"nl": "Bron", "en": "Source"},
    "evidence": {"nl": "Bewijs", "en": "Evidence"},
    "confirmed": {"nl": "Bevestigd", "en": "Confirmed"},
    "not_yet": {"nl": "nog niet", "en": "not yet"},
    "implements": {"nl": "Eis", "en": "Requirement"},
    "numbers": {"nl": "Getallen waarop dit rust", "en": "Numbers that this rests on"},
    "own_numbers": {"nl": "Getallen in de regel zelf", "en": "Numbers in the rule itself"},
    "others": {"nl": "Scores en tabellen waarop dit rust", "en": "Scores and tables that this rests on"},
    "parts": {"nl": "Onderdelen", "en": "Parts"},
    "used_by": {"nl": "Regels die hierop rusten", "en": "Rules that rest on this"},
    "cases": {"nl": "Gevallen", "en": "Cases"},
    HOLDS: {"nl": "geldt", "en": "holds"},
    SILENT: {"nl": "geldt niet", "en": "does not hold"},
    "exception": {"nl": "uitzondering {x}", "en": "exception {x}"},
    "no_cases": {"nl": "geen", "en": "none"},
    "more": {"nl": "en nog {n}", "en": "and {n} more"},
    "how": {
        "nl": "Klopt dit met de volledige tekst? Leg dan vast wie het ernaast heeft gelegd, en waarnaast:",
        "en": "Does this agree with the full text? Then record who held it against which text:",
    },
    "example": {"nl": "NHG M69, tabel h1", "en": "NHG M69, table h1"},
    "added": {"nl": "Toegevoegd op regel {n} van {file}:", "en": "Added on line {n} of {file}:"},
    "stays": {
        "nl": "Het bewijs blijft zoals het was: een bevestiging zegt wie het heeft nagekeken, niet waar wij het lazen.",
        "en": "The evidence stays what it was: a confirmation says who checked it, not where we read it.",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """A statement to confirm, with all that a clinician needs to see."""

    found: Stated
    statement: Statement
    numbers: tuple[Statement, ...]
    others: tuple[Statement, ...]
    parts: tuple[Statement, ...]
    used_by: tuple[Statement, ...]
    cases: Shown | None


def full_name(one: Statement) -> str:
    """The name that no other statement has."""
    return f"{one.head.id}/{one.name}"


def find_statement(found: Stated, name: str, number: str = "") -> Statement:
    """The statement of this name, or the number of this name that it rests on.

    CdssError when there is none, or more than one.
    """
    one = _only(name, [one for one in found.statements if one.can_be_confirmed])
    if not number:
        return one
    below = [other for other in found.below(one.id) if other.kind == "number"]
    if not below:
        raise CdssError(f"'{one.name}' rests on no number with a name")
    return _only(number, below)


def _only(name: str, among: list[Statement]) -> Statement:
    same = [one for one in among if name in (one.name, full_name(one))]
    if not same:  # a number with several values has a name for each
        dated = [one for one in among if one.kind == "number" and "/" in one.name]
        same = [one for one in dated if name in (_undated(one.name), _undated(full_name(one)))]
    if len(same) == 1:
        return same[0]
    if same:
        listed = ", ".join(sorted(full_name(one) for one in same))
        raise CdssError(f"there is more than one '{name}'; choose one: {listed}")
    meant = closest(name, {one.name for one in among}) or closest(name, {full_name(one) for one in among})
    hint = f"did you mean '{meant}'?" if meant else "`cdss check --unconfirmed` lists the names"
    raise CdssError(f"there is nothing to confirm with the name '{name}'; {hint}")


def _undated(name: str) -> str:
    return name.rpartition("/")[0]


def to_confirm(path: Path, name: str, number: str = "") -> ToConfirm:
    """What a statement says, what it rests on, and what its cases show."""
    found = stated_here(path)
    one = find_statement(found, name, number)
    below = found.below(one.id) if one.kind in ("rule", "score", "table") else []
    rules = [rule for rule in found.statements if rule.kind == "rule" and rule.id != one.id]
    return ToConfirm(
        found=found,
        statement=one,
        numbers=tuple(other for other in below if other.kind == "number"),
        others=tuple(other for other in below if other.kind in ("score", "table")),
        parts=tuple(part for part in found.statements if _is_part(part, one)),
        used_by=tuple(rule for rule in rules if one.kind != "rule" and one.id in found.reached(rule.id)),
        cases=_cases(path, one) if one.kind == "rule" else None,
    )


def _is_part(part: Statement, one: Statement) -> bool:
    return part.id == one.id and one.kind in ("score", "table") and part.kind in ("item", "row")


def _cases(path: Path, one: Statement) -> Shown:
    """What the cases about the guideline of a rule show of it."""
    folder = path if path.is_dir() else path.parent
    cases: list[Case] = []
    for place in case_files([folder]):
        cases += [case for case in read_cases(place, near(place))[0] if case.guideline == one.place]
    return what_cases_show(cases, Rulesets("reference")).get(one.id, Shown())


def confirm(path: Path, shown: ToConfirm, confirmed: Confirmation) -> tuple[ToConfirm, int]:
    """Adds the confirmation; gives the statement with it, and the line on which it stands.

    CdssError when no text is named that it was held against.
    """
    if not confirmed.against.strip() or not confirmed.against.isprintable():
        raise CdssError('name the text that it was held against, as in --against "NHG M69, tabel h1"')
    line = add_confirmation(find_all(path), shown.statement, confirmed)
    return replace(shown, statement=replace(shown.statement, confirmed=confirmed)), line


# As lines


def shown_lines(shown: ToConfirm, lang: Language = "nl") -> Iterator[Line]:
    """The statement and all that it rests on, for people."""
    one, ruleset = shown.statement, shown.found.ruleset
    yield Line(title_of(one, ruleset, lang), "title", aside=f"{near(one.place)}:{one.span.line}")
    yield Line(f"{KINDS[one.kind][lang]} {full_name(one)}", "faint")
    if one.kind == "rule":
        yield BLANK
        yield Line(read_rule(ruleset, ruleset.rules[one.id], lang))
    yield BLANK
    yield from _labelled(
        (_WORDS["implements"][lang], ", ".join(one.implements)),
        (_WORDS["source"][lang], _source(one, lang)),
        (_WORDS["evidence"][lang], evidence_words(one, lang)),
        (_WORDS["confirmed"][lang], confirmed_words(one, lang)),
    )
    own = list(own_numbers(ruleset, one, lang))
    if own:
        yield from (BLANK, Line(_WORDS["own_numbers"][lang], "strong"))
        yield from (Line(said, "plain", 2) for said in own)
    for key, listed in (("parts", shown.parts), ("numbers", shown.numbers), ("others", shown.others)):
        if listed:
            yield from (BLANK, Line(_WORDS[key][lang], "strong"))
            for other in listed:
                yield from _with_its_source(other, ruleset, lang)
    if shown.used_by:
        yield from (BLANK, Line(_WORDS["used_by"][lang], "strong"))
        yield from (
            Line(title_of(rule, ruleset, lang), "plain", 2, aside=rule.name) for rule in shown.used_by
        )
    if shown.cases is not None:
        yield from (BLANK, Line(_WORDS["cases"][lang], "strong"))
        yield from _case_lines(shown, shown.cases, lang)


def _labelled(*pairs: tuple[str, str]) -> Iterator[Line]:
    width = max(len(label) for label, _ in pairs) + 2
    yield from (Line(said, label=label, label_width=width) for label, said in pairs if said)


def _source(one: Statement, lang: str) -> str:
    said = source_words(one.source, lang)
    title = one.source.title if one.source is not None and one.source.ref else ""
    return f"{said}: {title}" if title else said


def confirmed_words(one: Statement, lang: str) -> str:
    """Who confirmed it, when and against what; or that nobody did."""
    if one.confirmed is None:
        return _WORDS["not_yet"][lang]
    role = in_language(ROLE[one.confirmed.by], lang)
    by = {"nl": "door", "en": "by"}[lang]
    return f"{one.confirmed.on.isoformat()} {by} {role}: {one.confirmed.against}"


def _with_its_source(one: Statement, ruleset: Ruleset, lang: str) -> Iterator[Line]:
    yield Line(title_of(one, ruleset, lang), "plain", 2, aside=one.name)
    said = f"{evidence_words(one, lang)}; {source_words(one.source, lang)}"
    if one.confirmed is not None:
        said = f"{said}; {_WORDS['confirmed'][lang].lower()} {confirmed_words(one, lang)}"
    yield Line(said, "faint", 4)


def _case_lines(shown: ToConfirm, cases: Shown, lang: str) -> Iterator[Line]:
    rule = shown.found.ruleset.rules[shown.statement.id]
    listed = [(HOLDS, _WORDS[HOLDS][lang]), (SILENT, _WORDS[SILENT][lang])]
    listed += [(one.id, _WORDS["exception"][lang].format(x=one.id)) for one in rule.exceptions]
    for what, said in listed:
        found = cases.of(what)
        names = ", ".join(case.id for case in found[:MOST_CASES]) or _WORDS["no_cases"][lang]
        more = len(found) - MOST_CASES
        if more > 0:
            names += f", {_WORDS['more'][lang].format(n=more)}"
        yield Line(names, label=said, label_width=2 + max(len(one) for _, one in listed), indent=2,
                   label_tone="plain" if found else "danger")  # fmt: skip


def how_lines(shown: ToConfirm, lang: Language) -> Iterator[Line]:
    """How the confirmation is added."""
    if shown.statement.confirmed is None:
        yield BLANK
        yield Line(_WORDS["how"][lang])
        example = f'cdss confirm {full_name(shown.statement)} --by gp --against "{_WORDS["example"][lang]}"'
        yield Line(example, "plain", 2, as_is=True)


def added_lines(shown: ToConfirm, confirmed: Confirmation, line: int, lang: Language) -> Iterator[Line]:
    """Where the confirmation stands now."""
    yield BLANK
    yield Line(_WORDS["added"][lang].format(n=line, file=near(shown.statement.place)), "good")
    yield Line(as_line(confirmed), "plain", 2, as_is=True)
    yield Line(_WORDS["stays"][lang], "faint")


def own_numbers(ruleset: Ruleset, one: Statement, lang: str) -> Iterator[str]:
    """The criteria of a rule that hold a number without a name of its own: its source is that of the rule."""
    if one.kind != "rule":
        return
    rule = ruleset.rules[one.id]
    for condition in (rule.when, *(exception.when for exception in rule.exceptions)):
        for criterion in criteria_in(condition):
            if has_number(criterion.test):
                yield read_criterion(ruleset, criterion, lang)


def has_number(test: Test) -> bool:
    """Whether a number stands in it as written."""
    match test:
        case Comparison(left=left, right=right):
            operands: tuple[object, ...] = (left, right)
        case InRange(low=low, high=high):
            operands = tuple(bound.value for bound in (low, high) if bound is not None)
        case WithinLast(amount=amount):
            operands = (amount,)
        case _:
            return False
    return any(isinstance(one.amount if isinstance(one, Ago) else one, Amount) for one in operands)


# For machines


def shown_json(shown: ToConfirm, added: tuple[Confirmation, int] | None) -> dict[str, Any]:
    """The same for machines; `added` is the confirmation and its line, when one was written."""
    ruleset = shown.found.ruleset
    one = shown.statement
    return {
        **statement_json(one, ruleset),
        "id": full_name(one),
        "reading": {lang: read_rule(ruleset, ruleset.rules[one.id], lang) for lang in ("nl", "en")}
        if one.kind == "rule"
        else None,
        "confirmed": None if one.confirmed is None else _json(one.confirmed),
        "numbers": [statement_json(other, ruleset) for other in shown.numbers],
        "rests_on": [statement_json(other, ruleset) for other in shown.others],
        "parts": [statement_json(other, ruleset) for other in shown.parts],
        "used_by": [full_name(other) for other in shown.used_by],
        "cases": None
        if shown.cases is None
        else {what: [case.id for case in cases] for what, cases in shown.cases.cases.items()},
        "added": None if added is None else {**_json(added[0]), "line": added[1]},
    }


def _json(confirmed: Confirmation) -> dict[str, str]:
    return {"on": confirmed.on.isoformat(), "by": confirmed.by, "against": confirmed.against}
