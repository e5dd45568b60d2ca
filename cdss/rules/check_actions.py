"""Actions that do not go together are never advised to one patient without a source that says which goes
first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from cdss.errors import Note
from cdss.models.condition import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Criterion,
    HasWord,
    InRange,
    IsTrue,
    IsWord,
    Name,
    NoneOf,
)
from cdss.models.guideline import Rule
from cdss.rules.draft import Draft, advice
from cdss.rules.proof import can_both_hold


def actions_go_together(draft: Draft) -> None:
    """For each two rules with incompatible actions: one overrides the other, or no patient can meet both."""
    rules = [rule for rule in draft.rules.values() if rule.recommend is not None]
    tested = {rule.id: dict(_tests(rule)) for rule in rules}
    for one, other in combinations(rules, 2):
        pair = _incompatible(draft, one, other)
        if pair is None or not _meet_in_one_answer(draft, one, other):
            continue
        if _overrides(one, other) or _never_both(draft, tested[one.id], tested[other.id]):
            continue
        first, second = pair
        draft.report(
            "conflicting-actions",
            other.span,
            f"`{second}` gaat niet samen met `{first}`, en beide regels kunnen tegelijk gelden",
            f"`{second}` does not go with `{first}`, and both rules can hold at once",
            help=advice(
                "Zet bij een van de twee `overrides: [{rule: ..., source: {...}}]`, of laat beide dezelfde "
                "keuze, "
                "tabel of hetzelfde getal toetsen met waarden die elkaar niet raken.",
                "Put `overrides: [{rule: ..., source: {...}}]` with one of the two, or let both test the "
                "same "
                "choice, table or number for values that do not meet.",
            ),
            notes=(Note(one.span, {"nl": f"de regel met `{first}`", "en": f"the rule with `{first}`"}),),
        )


def _incompatible(draft: Draft, one: Rule, other: Rule) -> tuple[str, str] | None:
    """The two actions that do not go together, with all that each takes in; None when all do."""
    assert one.recommend is not None and other.recommend is not None
    for first in _with_included(draft, one.recommend.action):
        for second in _with_included(draft, other.recommend.action):
            if second in draft.actions[first].not_with or first in draft.actions[second].not_with:
                return first, second
    return None


def _with_included(draft: Draft, action: str) -> Iterator[str]:
    seen, waiting = {action}, [action]
    while waiting:
        one = waiting.pop()
        if one not in draft.actions:
            continue
        yield one
        for included in draft.actions[one].includes:
            if included not in seen:
                seen.add(included)
                waiting.append(included)


def _meet_in_one_answer(draft: Draft, one: Rule, other: Rule) -> bool:
    """Whether both files can answer together: two editions do not, unless a line-up takes one in."""
    heads = {head.path: head for head in draft.heads}
    first, second = heads[one.file], heads[other.file]
    if (
        first.topic != second.topic
        or not first.edition
        or not second.edition
        or first.edition == second.edition
    ):
        return True
    line_up = draft.line_ups.get(first.topic)
    if line_up is None:
        return False
    for edition, paths in line_up.takes_in.items():
        answering = [head.path for head in (first, second) if head.edition == edition or head.path in paths]
        if len(answering) == 2:
            return True
    return False


def _overrides(one: Rule, other: Rule) -> bool:
    return any(override.rule == other.id for override in one.overrides) or any(
        override.rule == one.id for override in other.overrides
    )


def _never_both(
    draft: Draft, one: dict[str, tuple[Name, list[Condition]]], other: dict[str, tuple[Name, list[Condition]]]
) -> bool:
    """Whether both test the same value for outcomes that do not meet."""
    for key in one.keys() & other.keys():
        name, first = one[key]
        _, second = other[key]
        if not can_both_hold(name, [*first, *second], draft.definitions):
            return True
    return False


def _tests(rule: Rule) -> Iterator[tuple[str, tuple[Name, list[Condition]]]]:
    """What must hold of each value for the rule to hold: the lines of its `all:` list that speak of one
    value."""
    found: dict[str, tuple[Name, list[Condition]]] = {}
    for line in _lines(rule.when):
        name = _subject(line)
        if name is not None and name.ref is not None:
            key = f"{name.ref.kind} {name.ref.id} {name.ref.output}"
            found.setdefault(key, (name, []))[1].append(line)
    yield from found.items()


def _lines(condition: Condition) -> Iterator[Condition]:
    match condition:
        case AllOf():
            for item in condition.items:
                yield from _lines(item)
        case NoneOf():
            for item in condition.items:
                yield NoneOf((item,), condition.span)
        case _:
            yield condition


def _subject(condition: Condition) -> Name | None:
    """The one value that a line speaks of; None when it speaks of several."""
    match condition:
        case Criterion(test=IsTrue(name=name) | IsWord(name=name) | HasWord(name=name) | InRange(name=name)):
            return name
        case Criterion(test=Comparison(left=Name() as name, right=right)):
            is_value = isinstance(right, Name) and right.ref is not None and right.ref.kind == "definition"
            return None if is_value else name
        case AllOf() | AnyOf() | NoneOf():
            subjects = [_subject(item) for item in condition.items]
            first = subjects[0] if subjects else None
            same = first is not None and all(one is not None and one.ref == first.ref for one in subjects)
            return first if same else None
        case _:
            return None
