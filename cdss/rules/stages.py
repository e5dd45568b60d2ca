"""The stages of a load: text, shape, meaning. Problems are collected within a stage, and the next one does
not start."""

from __future__ import annotations

from collections.abc import Iterable

from cdss.errors import Problem
from cdss.rules.draft import Draft
from cdss.rules.files import Found, SourceFile
from cdss.rules.load import Mapping, load_text
from cdss.rules.resolve import Written, resolve
from cdss.rules.validate import validate


def read(found: Found) -> Draft | list[Problem]:
    """The resolved draft; or all problems of the first stage that found any, sorted by place."""
    written: dict[SourceFile, Written] = {}
    problems: list[Problem] = []
    for file in found.every():
        node = load_text(file.content, file.path)
        if isinstance(node, list):
            problems += node
            continue
        problems += validate(node, file.role)
        if isinstance(node, Mapping):
            written[file] = Written(file, node)
    if problems:
        return in_order(problems)
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
