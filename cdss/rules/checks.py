"""What is wrong or doubtful although every name means something: the checks of language §9 and house style
§9.

Each check is a function from a resolved draft to problems. Errors refuse the ruleset, warnings do not: which
is which stands with the problem kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from cdss.errors import Problem
from cdss.rules.bindings import list_unfilled
from cdss.rules.check_actions import actions_go_together
from cdss.rules.check_danger import applies_has_a_reason, danger_is_heard
from cdss.rules.check_evidence import active_is_confirmed, everything_has_evidence, grades_have_a_source
from cdss.rules.check_messages import (
    english_stands_beside,
    nobody_is_claimed_to_act,
    patients_read_plain_words,
)
from cdss.rules.check_requirements import implements_is_known, requirements_are_implemented
from cdss.rules.check_unused import everything_is_used
from cdss.rules.draft import Draft
from cdss.rules.files import Found
from cdss.rules.problem_kinds import PROBLEM_KINDS
from cdss.rules.stages import in_order, read

CHECKS: Final[tuple[Callable[[Draft], None], ...]] = (
    everything_has_evidence,
    grades_have_a_source,
    active_is_confirmed,
    implements_is_known,
    requirements_are_implemented,
    danger_is_heard,
    applies_has_a_reason,
    actions_go_together,
    nobody_is_claimed_to_act,
    patients_read_plain_words,
    english_stands_beside,
    everything_is_used,
)

WARNINGS: Final = frozenset(kind.name for kind in PROBLEM_KINDS.values() if kind.warning)
"""Kinds that do not refuse a ruleset."""


def problems_of(found: Found, trees: Path | None = None) -> list[Problem]:
    """Everything that is wrong, and what is doubtful in the files that were asked for; sorted by place. `trees`: as in
    `read`."""
    return examined(found, trees)[0]


def examined(found: Found, trees: Path | None = None) -> tuple[list[Problem], Draft | None]:
    """The same, and the draft when a ruleset can be made of it."""
    draft = read(found, trees)
    if isinstance(draft, list):
        return draft, None
    if found.bindings is not None:
        list_unfilled(draft)
    asked = {file.path for file in found.every() if file.asked}
    doubts = doubts_about(draft)
    problems = [one for one in doubts if one.kind not in WARNINGS or one.span.file in asked]
    return problems, None if errors_in(doubts) else draft


def doubts_about(draft: Draft) -> list[Problem]:
    """What the checks say of a draft that resolved."""
    for check in CHECKS:
        check(draft)
    return in_order(draft.problems)


def errors_in(problems: Iterable[Problem]) -> list[Problem]:
    """The problems that refuse a ruleset."""
    return [problem for problem in problems if problem.kind not in WARNINGS]
