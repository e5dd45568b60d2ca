"""Files as they were read, on disk: when one of them changed, a check need not read the others again (decision 6).

Kept is the tree of a file in which the text and the shape were right, one for each place; names and everything beyond
one file are looked at anew in each check. The key is a digest of the text, of the path that its places name, of what
the file is for, and of all code that reads it. What is not that, byte for byte, is read from the text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec
import yaml

from cdss.errors import Problem
from cdss.rules.cache import code_digest, forget_oldest, read_whole, write_whole
from cdss.rules.files import SourceFile
from cdss.rules.load import Mapping, Node, load_text
from cdss.rules.validate import validate

FORM: Final = b"cdss tree 1\n"
MOST_TREES: Final = 200
"""So many files are kept: the guidelines of a few folders."""

_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Mapping)


def read_trees(
    files: Sequence[SourceFile], folder: Path | None
) -> tuple[dict[SourceFile, Node], list[Problem]]:
    """The tree of each file of which the text can be read, and what is wrong with text and shape.

    `folder`: where trees are kept; None for nowhere.
    """
    trees: dict[SourceFile, Node] = {}
    problems: list[Problem] = []
    made: list[tuple[SourceFile, Mapping]] = []
    for file in files:
        kept = _kept(file, folder) if folder is not None else None
        if kept is not None:
            trees[file] = kept
            continue
        node = load_text(file.content, file.path)
        if isinstance(node, list):
            problems += node
            continue
        trees[file] = node
        wrong = validate(node, file.role)
        problems += wrong
        if isinstance(node, Mapping) and not wrong:
            made.append((file, node))
    if folder is not None and made:
        _keep(made, folder)
    return trees, problems


def _kept(file: SourceFile, folder: Path) -> Mapping | None:
    payload = read_whole(_place(file, folder), FORM, _key(file))
    if payload is None:
        return None
    try:
        return _DECODER.decode(payload)
    except msgspec.DecodeError:
        return None  # it says itself that it is whole, and is not: made by something else, so read again


def _keep(made: Sequence[tuple[SourceFile, Mapping]], folder: Path) -> None:
    """A folder that cannot be written to costs only time."""
    try:
        for file, node in made:
            write_whole(_place(file, folder), FORM, _key(file), _ENCODER.encode(node))
        forget_oldest(folder, "*.tree", MOST_TREES)
    except OSError:
        return


def _place(file: SourceFile, folder: Path) -> Path:
    """One for each place, so that versions of a file that is being written do not pile up."""
    named = f"{file.place}\0{file.path}".encode()
    return folder / f"{hashlib.sha256(named).hexdigest()}.tree"


def _key(file: SourceFile) -> str:
    return hashlib.sha256(f"{_reader()}\0{file.role}\0{file.path}\0{file.sha256}".encode()).hexdigest()


@lru_cache(maxsize=1)
def _reader() -> str:
    """All that reads a file: our code, and the parser."""
    return f"{code_digest()}\0{yaml.__version__}\0{yaml.__with_libyaml__}\0{msgspec.__version__}"
