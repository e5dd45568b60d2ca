"""Which files are read together, and what each of them is for.

A folder is read whole. One file is read with its topic: the files of the same topic under the nearest folder
upwards that holds `editions.yaml`, else under its own. What a file names under `use` is read too, with its
topic, because a file also sees its own topic.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final, Literal, TypeAlias

MAX_BYTES: Final = 2_000_000
"""A larger file is not a guideline."""

Role = Literal["guideline", "editions", "sources", "requirements", "site", "bindings"]
Paths: TypeAlias = Path | str | Sequence[Path | str]

_ROLES: Final[dict[str, Role]] = {
    "editions.yaml": "editions",
    "sources.yaml": "sources",
    "requirements.yaml": "requirements",
}
_OTHER_ENDS: Final = (".test.yaml", ".site.yaml", ".bindings.yaml")
_OTHER_NAMES: Final = frozenset({"site.yaml", "bindings.yaml"})
_TOPIC: Final = re.compile(rb"^topic:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)
_USE: Final = re.compile(rb"^use:[ \t]*(.*(?:\n[ \t]+.*|\n-.*)*)", re.MULTILINE)
_PATH: Final = re.compile(rb"[^\s,\[\]\"']+\.yaml")


@dataclass(frozen=True)
class SourceFile:
    """One file as it was found: `path` is how readers see it, `place` where it stands."""

    path: str
    place: Path
    role: Role
    content: bytes = field(repr=False)
    asked: bool = (
        False  # the caller named it, or the folder it stands in; else it is read for the sake of others
    )

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def topic(self) -> bytes:
        """The topic as a quick look finds it: which files to read is decided before they are read."""
        found = _TOPIC.search(self.content)
        return found[1] if found else b""

    @cached_property
    def uses(self) -> tuple[Path, ...]:
        """The files that a quick look finds under `use`."""
        found = _USE.search(self.content)
        names = _PATH.findall(found[1]) if found else []
        return tuple((self.place.parent / name.decode("utf-8", "replace")).resolve() for name in names)


@dataclass(frozen=True, slots=True)
class Found:
    """All files that are read together. `whole`: a folder was asked for, so nobody else reads its names."""

    files: Sequence[SourceFile]
    site: SourceFile | None = None
    bindings: SourceFile | None = None
    whole: bool = True

    def every(self) -> Iterator[SourceFile]:
        yield from self.files
        yield from (one for one in (self.site, self.bindings) if one is not None)


def find_all(path: Paths, *, site: Path | str | None = None, bindings: Path | str | None = None) -> Found:
    """The files to read together, with a site file and a bindings file. FileNotFoundError when one is not
    there."""
    return Found(
        find(path),
        read_one(site, "site") if site is not None else None,
        read_one(bindings, "bindings") if bindings is not None else None,
        whole=isinstance(path, (str, Path)) and Path(path).is_dir(),
    )


def role_of(name: str) -> Role | None:
    """What a file with this name is for; None when it is no part of a guideline (cases, site files,
    bindings)."""
    if (
        not name.endswith(".yaml")
        or name.startswith(".")
        or name in _OTHER_NAMES
        or name.endswith(_OTHER_ENDS)
    ):
        return None
    return _ROLES.get(name, "guideline")


def find(path: Paths) -> list[SourceFile]:
    """The files to read together, sorted by path. FileNotFoundError when a path is not there."""
    if isinstance(path, (str, Path)):
        place = Path(path)
        if place.is_dir():
            root = place.resolve()
            return _with_uses(_asked(_read_all(_under(root), root)), root)
        if not place.is_file():
            raise FileNotFoundError(place)
        root = topic_folder(place).parent
        return _with_uses(_with_topic(_asked([_read(place, root)]), root), root)
    places = sorted({Path(one).resolve() for one in path})
    for place in places:
        if not place.is_file():
            raise FileNotFoundError(place)
    root = Path(os.path.commonpath([place.parent for place in places])) if places else Path()
    return _with_uses(_asked(_read_all(places, root)), root)


def _asked(files: list[SourceFile]) -> list[SourceFile]:
    return [replace(file, asked=True) for file in files]


def read_one(path: Path | str, role: Role) -> SourceFile:
    """A site file or a bindings file: readers see the path as it was given. FileNotFoundError when it is not
    there."""
    place = Path(path)
    if not place.is_file():
        raise FileNotFoundError(place)
    return SourceFile(place.as_posix(), place.resolve(), role, _content(place), asked=True)


def topic_folder(place: Path) -> Path:
    """The folder of the topic that a file belongs to: the nearest one upwards with `editions.yaml`, else its
    own."""
    own = place.resolve().parent
    for folder in (own, *own.parents):
        if (folder / "editions.yaml").is_file():
            return folder
        if (folder / ".git").exists():
            break
    return own


def shown_path(place: Path, root: Path) -> str:
    """How readers see a file: from the folder that was loaded, with forward slashes on every system."""
    return Path(os.path.relpath(place, root)).as_posix()


def _with_topic(files: list[SourceFile], root: Path) -> list[SourceFile]:
    """These files, and the others of their topics."""
    found = {file.place: file for file in files}
    for folder in sorted({topic_folder(file.place) for file in files}):
        topics = {file.topic for file in files if topic_folder(file.place) == folder}
        others = [_read(place, root) for place in _under(folder) if place not in found]
        # What the folder is about, also when a file in it says that it is about something else.
        topics |= {one.topic for one in others if one.role != "guideline" and one.place.parent == folder}
        found.update((one.place, one) for one in others if one.topic in topics)
    return list(found.values())


def _with_uses(files: list[SourceFile], root: Path) -> list[SourceFile]:
    """These files, what they name under `use`, and the topics of those, until nothing is added."""
    found = {file.place: file for file in files}
    waiting = list(files)
    while waiting:
        named = {place for file in waiting for place in file.uses} - set(found)
        used = _read_all(sorted(place for place in named if place.is_file() and role_of(place.name)), root)
        waiting = [file for file in _with_topic(used, root) if file.place not in found]
        found.update((file.place, file) for file in waiting)
    return sorted(found.values(), key=lambda file: file.path)


def _under(folder: Path) -> list[Path]:
    return sorted(path.resolve() for path in folder.rglob("*.yaml") if role_of(path.name) and path.is_file())


def _read_all(places: Iterable[Path], root: Path) -> list[SourceFile]:
    return [_read(place, root) for place in places if role_of(place.name)]


def _read(place: Path, root: Path) -> SourceFile:
    role = role_of(place.name) or "guideline"
    return SourceFile(shown_path(place, root), place.resolve(), role, _content(place))


def _content(place: Path) -> bytes:
    with place.open("rb") as file:
        return file.read(MAX_BYTES + 1)  # what is larger is refused, and not read whole to be refused
