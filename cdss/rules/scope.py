"""Which names a file sees (language §3, Scope).

A file sees what it names under `use`, the files of its topic that carry no `edition`, and the files of its
own topic and edition. Within that, names are unique. Two editions of one topic may use the same name; two
topics may not.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from cdss.errors import Note, Problem
from cdss.rules.closest import did_you_mean
from cdss.rules.declare import NOUNS, Declared, Head


@dataclass(frozen=True, slots=True)
class Scope:
    """What one file sees: names and, in a space of their own, actions. `elsewhere` holds what it does not
    see."""

    head: Head
    names: Mapping[str, Declared]
    actions: Mapping[str, Declared]
    elsewhere: Mapping[str, Declared]


def used_files(heads: Sequence[Head]) -> tuple[dict[str, frozenset[str]], list[Problem]]:
    """For each file the paths of the files it names under `use`, and what is wrong with those."""
    by_place = {head.place: head for head in heads}
    found: dict[str, frozenset[str]] = {}
    problems: list[Problem] = []
    for head in heads:
        used = set()
        for written in head.uses:
            place = place_of(head, written.text)
            if place in by_place:
                used.add(by_place[place].path)
            else:
                near = [_from(head, other) for other in heads if other is not head]
                problems.append(
                    Problem(
                        "missing-file",
                        written.span,
                        {"nl": "dit bestand is er niet", "en": "this file is not there"},
                        help=did_you_mean(written.text, near)
                        or {
                            "nl": "Een pad onder `use` telt vanaf de map van dit bestand.",
                            "en": "A path under `use` counts from the folder of this file.",
                        },
                    )
                )
        found[head.path] = frozenset(used)
    return found, problems


def place_of(head: Head, written: str) -> Path:
    """Where a path that is written in a file points to."""
    return (head.place.parent / written).resolve()


def sees(head: Head, other: Head, used: Mapping[str, frozenset[str]]) -> bool:
    """Whether the names of the other file are in scope."""
    if head.path == other.path or other.path in used[head.path]:
        return True
    return head.topic == other.topic and other.edition in ("", head.edition)


def scopes(
    heads: Sequence[Head], declared: Sequence[Declared], used: Mapping[str, frozenset[str]]
) -> tuple[dict[str, Scope], list[Problem]]:
    """The scope of each file, and a problem for every two declarations that clash."""
    of_file: dict[str, list[Declared]] = {head.path: [] for head in heads}
    for one in declared:
        of_file[one.head.path].append(one)
    found: dict[str, Scope] = {}
    for head in heads:
        names: dict[str, Declared] = {}
        actions: dict[str, Declared] = {}
        elsewhere: dict[str, Declared] = {}
        for other in heads:
            visible = sees(head, other, used)
            for one in of_file[other.path]:
                space = elsewhere if not visible else actions if one.kind == "action" else names
                space.setdefault(one.name, one)
        found[head.path] = Scope(head, names, actions, elsewhere)
    return found, list(_clashes(heads, declared, used))


def _clashes(
    heads: Sequence[Head], declared: Sequence[Declared], used: Mapping[str, frozenset[str]]
) -> Iterator[Problem]:
    by_name: dict[tuple[bool, str], list[Declared]] = {}
    for one in declared:
        by_name.setdefault((one.kind == "action", one.name), []).append(one)
    for same in by_name.values():
        reported: set[int] = set()
        for first, second in combinations(same, 2):
            if id(second) in reported or not _may_not_share(heads, first, second, used):
                continue
            reported.add(id(second))
            yield Problem(
                "name-clash",
                second.span,
                {
                    "nl": f"`{second.name}` is al een {NOUNS[first.kind]['nl']}",
                    "en": f"`{second.name}` is already a {NOUNS[first.kind]['en']}",
                },
                help={
                    "nl": "Geef een van de twee een andere naam. Alleen twee edities van één onderwerp "
                    "mogen dezelfde naam gebruiken.",
                    "en": "Give one of the two another name. Only two editions of one topic may use the "
                    "same name.",
                },
                notes=(Note(first.span, {"nl": "de andere staat hier", "en": "the other one is here"}),),
            )


def _may_not_share(
    heads: Iterable[Head], first: Declared, second: Declared, used: Mapping[str, frozenset[str]]
) -> bool:
    if first.kind == "action":
        return True
    one, other = first.head, second.head
    two_editions = one.topic == other.topic and one.edition and other.edition and one.edition != other.edition
    if not two_editions:
        return True
    return any(sees(head, one, used) and sees(head, other, used) for head in heads)


def _from(head: Head, other: Head) -> str:
    """The path of the other file as it would be written under `use`."""
    return Path(os.path.relpath(other.place, head.place.parent)).as_posix()
