"""The two faces of this package: `load` gives a Ruleset or all problems at once, `check` the problems."""

from __future__ import annotations

from pathlib import Path

from cdss.errors import GuidelineError, Problem
from cdss.models.guideline import Ruleset
from cdss.rules.cache import key_of, read_stored, store, user_folder
from cdss.rules.files import Found, Paths, find_all
from cdss.shipped import folder as shipped_folder


def load(
    path: Paths | None = None,
    *,
    bindings: Path | str | None = None,
    site: Path | str | None = None,
    cache: Path | str | bool | None = None,
) -> Ruleset:
    """The guidelines of a folder, of one file with its topic, or of a list of files; else those shipped.

    Raises GuidelineError with all problems of the first stage that found any, and FileNotFoundError when a
    path is not there. `cache` is a folder, None for the user's cache folder, False for none.
    """
    found = _found(path, site, bindings)
    folder = _cache_folder(cache)
    if folder is None:
        return _made(found)
    key = key_of(found)
    ruleset = read_stored(folder, key)
    if ruleset is None:
        ruleset = _made(found)
        store(folder, key, ruleset)
    return ruleset


def _made(found: Found) -> Ruleset:
    """The ruleset of these files. What reads text is imported only when text must be read."""
    from cdss.rules.checks import doubts_about, errors_in
    from cdss.rules.resolve import finish
    from cdss.rules.stages import read

    draft = read(found)
    if isinstance(draft, list):
        raise GuidelineError(draft)
    errors = errors_in(doubts_about(draft))
    if errors:
        raise GuidelineError(errors)
    return finish(draft)


def _cache_folder(cache: Path | str | bool | None) -> Path | None:
    if cache is None or cache is True:
        return user_folder()
    return None if cache is False else Path(cache)


def check(
    path: Paths | None = None, *, bindings: Path | str | None = None, site: Path | str | None = None
) -> list[Problem]:
    """Everything that is wrong or doubtful, sorted by place: errors and warnings."""
    from cdss.rules.checks import problems_of

    return problems_of(_found(path, site, bindings), user_folder())


def check_and_load(found: Found) -> tuple[list[Problem], Ruleset | None]:
    """What `check` gives of these files, and the ruleset when nothing refuses it: the files are read once. That of a
    folder is kept as `load` keeps it, for who loads the same next.
    """
    from cdss.rules.checks import examined
    from cdss.rules.resolve import finish

    _need_a_guideline(found, "these files")
    folder = user_folder()
    problems, draft = examined(found, folder)
    if draft is None:
        return problems, None
    ruleset = finish(draft)
    if folder is not None and found.whole:
        store(folder, key_of(found), ruleset)
    return problems, ruleset


def _found(path: Paths | None, site: Path | str | None, bindings: Path | str | None) -> Found:
    """The files to read together."""
    found = find_all(shipped_folder("guidelines") if path is None else path, site=site, bindings=bindings)
    _need_a_guideline(found, path)
    return found


def _need_a_guideline(found: Found, path: object) -> None:
    if not any(file.role == "guideline" for file in found.files):
        # A ruleset of nothing would answer every patient with silence.
        raise FileNotFoundError(f"there is no guideline in {path}")
