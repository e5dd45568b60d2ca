"""What cases do not show, remembered: a second check of the same guidelines and cases need not run them again.

The key is a digest of all that decides it: every guideline that the cases may run, the case files, and the code. What
is remembered under another key is never looked at, and what cannot be read is worked out again (decision 6).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from cdss.author.cases import Case
from cdss.author.shown import asked_of_cases, missing_from_cases
from cdss.author.testing import Rulesets, root_of
from cdss.models.guideline import Rule
from cdss.rules.cache import forget_oldest, read_whole, user_folder, write_whole
from cdss.rules.files import find_all

FORM: Final = b"cdss cases 2\n"
MOST_REMEMBERED: Final = 24
_PACKAGE: Final = Path(__file__).resolve().parent.parent


def what_is_missing(
    rules: Mapping[str, Rule], cases: Sequence[Case], rulesets: Rulesets, folder: Path | None = None
) -> Mapping[str, set[str]]:
    """What no case shows of each rule. `folder`: where it is remembered; by default the user's cache folder."""
    folder = folder or user_folder()
    if folder is None:
        return missing_from_cases(rules, cases, rulesets)
    key = _key(rules, cases)
    place = folder / f"{key}.cases"
    found = _recall(place, key, rules)
    if found is None:
        found = missing_from_cases(rules, cases, rulesets)
        _remember(place, key, found)
    return found


def _key(rules: Iterable[str], cases: Iterable[Case]) -> str:
    digest = hashlib.sha256(f"{code_digest()}\n".encode())
    roots = {(root_of(case.guideline), case.site, case.bindings) for case in cases}
    for root, *chosen in sorted(roots, key=str):
        site, bindings = (one if one is None or one.is_file() else None for one in chosen)
        for file in find_all(root, site=site, bindings=bindings).every():
            digest.update(f"{file.role}\0{file.place}\0{file.sha256}\n".encode())
    for place in sorted({case.file.resolve() for case in cases}):
        digest.update(f"{place}\0{hashlib.sha256(place.read_bytes()).hexdigest()}\n".encode())
    digest.update("\n".join(rules).encode())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def code_digest() -> str:
    """One digest of all code: what a case comes to may hang on any of it."""
    digest = hashlib.sha256()
    for place in sorted(_PACKAGE.rglob("*.py")):
        digest.update(f"{place.relative_to(_PACKAGE).as_posix()}\0".encode())
        digest.update(place.read_bytes())
    return digest.hexdigest()


def _recall(place: Path, key: str, rules: Mapping[str, Rule]) -> Mapping[str, set[str]] | None:
    """What was remembered; None when it is not there, or is not about these rules."""
    payload = read_whole(place, FORM, key)
    if payload is None:
        return None
    try:
        found = json.loads(payload)
    except (
        ValueError
    ):  # it says itself that it is whole, and is not: made by something else, so worked out again
        return None
    if not isinstance(found, dict) or set(found) != set(rules):
        return None
    if not all(isinstance(one, list) and set(one) <= asked_of_cases(rules[id]) for id, one in found.items()):
        return None
    return {id: set(one) for id, one in found.items()}


def _remember(place: Path, key: str, missing: Mapping[str, set[str]]) -> None:
    """A folder that cannot be written to costs only time."""
    try:
        write_whole(place, FORM, key, json.dumps({id: sorted(one) for id, one in missing.items()}).encode())
        forget_oldest(place.parent, "*.cases", MOST_REMEMBERED)
    except OSError:
        return
