"""`cdss explain`: which rule somebody means by a name, and its explanation as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cdss.errors import CdssError
from cdss.models.advice import Advice
from cdss.models.guideline import Ruleset
from cdss.models.line import BLANK, Line, Tone
from cdss.rules.closest import closest

_MARKS: Final[Mapping[str, Tone]] = {"✓": "good", "✗": "faint", "?": "open", "·": "faint", "-": "faint"}
_OTHERS: Final = {
    "nl": "Deze regels adviseren dit ook, maar nu niet:",
    "en": "These rules advise it too, but not now:",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """Why each of these rules advises or not, by its id; and rules of the same name that were left out."""

    texts: Mapping[str, str]
    left_out: tuple[str, ...] = ()


def find_rules(ruleset: Ruleset, name: str) -> tuple[str, ...]:
    """The ids of the rules that go by this name, sorted. CdssError when none do.

    A name is a full id, the rule's own name, the number of what it implements, or the action that it advises.
    """
    found = [
        rule.id
        for rule in ruleset.rules.values()
        if name in (rule.id, rule.id.rpartition("/")[2], *rule.implements)
        or (rule.recommend is not None and rule.recommend.action == name)
    ]
    if not found:
        raise CdssError(_nothing(ruleset, name))
    return tuple(sorted(found))


def explained(advice: Advice, ruleset: Ruleset, name: str, lang: str, *, rounds: bool = False) -> Explained:
    """Why the rules that go by this name advise or not; of several, those that advise now when any does.

    CdssError when none goes by it, or none of them was looked at.
    """
    found = find_rules(ruleset, name)
    advising = {rule for one in advice.recommendations for rule in one.rules}
    shown = [rule for rule in found if rule in advising] or list(found)
    told: dict[str, str] = {}
    for rule in shown:
        try:
            told[rule] = advice.explain(rule, lang, rounds=rounds)
        except KeyError:
            continue
    if not told:
        raise CdssError(f"{', '.join(found)}: not looked at, because another edition or topic answers here")
    return Explained(told, tuple(rule for rule in found if rule not in shown))


def explanation_lines(told: Explained, lang: str) -> Iterator[Line]:
    """The explanations with their marks in colour, wrapped under their own words."""
    for number, text in enumerate(told.texts.values()):
        if number:
            yield from (BLANK, Line(fill="─", tone="faint"))
        lines = text.splitlines()
        for place, line in enumerate(lines):
            yield _line(line, title=place == 0)
    if told.left_out:
        yield BLANK
        yield Line(_OTHERS.get(lang) or _OTHERS["nl"], "faint")
        yield from (Line(rule, "faint", 2) for rule in told.left_out)


def _line(text: str, *, title: bool) -> Line:
    bare = text.lstrip()
    indent = len(text) - len(bare)
    mark, space, rest = bare.partition(" ")
    if space and mark in _MARKS:
        return Line(rest, "plain", indent, label=mark, label_width=2, label_tone=_MARKS[mark])
    heading = title or (
        indent == 0 and bool(bare) and bare[-1] not in ".?!>]" and ":" not in bare and "/" not in bare
    )
    return Line(bare, "title" if heading else "plain", indent)


def _nothing(ruleset: Ruleset, name: str) -> str:
    known = {rule.rpartition("/")[2] for rule in ruleset.rules} | set(ruleset.actions)
    near = closest(name, known) or closest(name, ruleset.rules)
    hint = (
        f"did you mean '{near}'?"
        if near
        else "write its name, its number such as FP-07, or the action it advises"
    )
    return f"there is no rule '{name}'; {hint}"
