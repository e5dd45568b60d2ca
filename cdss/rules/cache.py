"""Rulesets on disk, by what was read: a second load of the same files need not read them again (design §9).

The key is a digest of every file and of the code that reads them, so another version of either is another
ruleset. A stored ruleset carries its key and the digest of its bytes; one that does not agree with them is
not used, and made again. Files are written whole and moved into place, so two processes can use one folder.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

from cdss.models.guideline import Ruleset
from cdss.rules.files import Found
from cdss.rules.stored import Unreadable, pack, unpack

FORM: Final = b"cdss ruleset 1\n"
MOST_STORED: Final = 24
"""More than this are not kept: the oldest go."""

_PACKAGE: Final = Path(__file__).resolve().parent.parent


def key_of(found: Found) -> str:
    """One digest of all that decides what the ruleset is."""
    digest = hashlib.sha256(FORM)
    digest.update(code_digest().encode())
    for file in found.every():
        digest.update(f"{file.role}\0{file.path}\0{file.sha256}\n".encode())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def code_digest() -> str:
    """One digest of the code that turns text into a ruleset."""
    digest = hashlib.sha256()
    for place in sorted([_PACKAGE / "errors.py", *_sources("models"), *_sources("rules")]):
        digest.update(f"{place.name}\0".encode())
        digest.update(place.read_bytes())
    return digest.hexdigest()


def _sources(name: str) -> Iterable[Path]:
    return (_PACKAGE / name).glob("*.py")


def read_stored(folder: Path, key: str) -> Ruleset | None:
    """The ruleset stored under this key; None when there is none, or when it is not what was stored."""
    payload = read_whole(_place(folder, key), FORM, key)
    if payload is None:
        return None
    try:
        return unpack(payload)
    except Unreadable:
        return None  # it says itself that it is whole, and is not: made by something else, so made again


def store(folder: Path, key: str, ruleset: Ruleset) -> None:
    """Keep a ruleset for the next load. A folder that cannot be written to costs only time: no error."""
    try:
        write_whole(_place(folder, key), FORM, key, pack(ruleset))
        forget_oldest(folder, "*.ruleset", MOST_STORED)
    except OSError:
        return


def read_whole(place: Path, form: bytes, key: str) -> bytes | None:
    """What was kept here in this form under this key; None when there is nothing, or it is not what was kept."""
    try:
        content = place.read_bytes()
    except OSError:
        return None
    start = form + key.encode() + b"\n"
    if not content.startswith(start):
        return None
    digest, _, payload = content[len(start) :].partition(b"\n")
    return payload if digest == _digest(key, payload) else None


def write_whole(place: Path, form: bytes, key: str, payload: bytes) -> None:
    """Keep these bytes, written whole and moved into place. OSError when the folder cannot be written to."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".writing-", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(b"".join((form, key.encode(), b"\n", _digest(key, payload), b"\n", payload)))
        os.replace(name, place)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def forget_oldest(folder: Path, named: str, most: int) -> None:
    """Of the files with such a name only so many stay. OSError when one cannot be removed."""
    stored = sorted(folder.glob(named), key=lambda place: place.stat().st_mtime, reverse=True)
    for place in stored[most:]:
        place.unlink(missing_ok=True)


def _place(folder: Path, key: str) -> Path:
    return folder / f"{key}.ruleset"


def _digest(key: str, payload: bytes) -> bytes:
    return hashlib.sha256(key.encode() + payload).hexdigest().encode()


def user_folder() -> Path | None:
    """The user's own cache folder: the one look at the environment. None when the system does not tell."""
    try:
        if sys.platform == "win32":
            base = os.environ.get("LOCALAPPDATA")
            return (
                Path(base) / "cdss" / "Cache"
                if base
                else Path.home() / "AppData" / "Local" / "cdss" / "Cache"
            )
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / "cdss"
        base = os.environ.get("XDG_CACHE_HOME")
        return Path(base) / "cdss" if base and Path(base).is_absolute() else Path.home() / ".cache" / "cdss"
    except RuntimeError:
        return None  # no home folder: a container without users
