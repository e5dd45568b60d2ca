"""The stages of a load: text, shape, meaning. Problems are collected within a stage, and the next one does
not start."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cdss.errors import Problem
from cdss.rules.draft import Draft
from cdss.rules.files import Found
from cdss.rules.load import Mapping
from cdss.rules.resolve import Written, resolve
from cdss.rules.trees import read_trees


def read(found: Found, trees: Path | None = None) -> Draft | list[Problem]:
    """The resolved draft; or all problems of the first stage that found any, sorted by place.

    `trees`: the folder in which files that were read before are kept; None for none.
    """
    nodes, problems = read_trees(tuple(found.every()), trees)
    if problems:
        return in_order(problems)
    written = {file: Written(file, node) for file, node in nodes.items() if isinstance(node, Mapping)}
    draft = resolve(
        [written[file] for file in found.files],
        site=written[found.site] if found.site is not None else None,
        bindings=written[found.bindings] if found.bindings is not None else None,
    )
    draft.whole = found.whole
    return in_order(draft.problems) if draft.problems else draft


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sorted by place; the same problem at the same place once."""
    unique = {(one.kind, one.span): one for one in problems}
    return sorted(unique.values(), key=Problem.sort_key)
