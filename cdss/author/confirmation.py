"""A confirmation written into an author's file: one line, or one key in a mapping on one line, and nothing else.

Comments and layout stay as they are. The file is read again before it is written: it must say what it said, with the
confirmation added, and the guidelines around it must still be right.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from cdss.author.cases import plain
from cdss.author.checking import near, relocated
from cdss.errors import CdssError, GuidelineError
from cdss.models.guideline import Confirmation
from cdss.rules.checks import doubts_about, errors_in
from cdss.rules.files import Found
from cdss.rules.load import Entry, Mapping, Node, load_text
from cdss.rules.load import Sequence as SequenceNode
from cdss.rules.stages import read
from cdss.rules.statements import Statement

_PACKAGE: Final = Path(__file__).resolve().parent.parent
_AFTER: Final = ("evidence", "graded_in", "grade", "source", "value", "then", "when", "title", "id")
"""The confirmation stands behind the first of these keys that is there."""


def as_line(confirmed: Confirmation) -> str:
    """The confirmation as it is written in a file."""
    against = json.dumps(confirmed.against, ensure_ascii=False)
    return f"confirmed: {{on: {confirmed.on.isoformat()}, by: {confirmed.by}, against: {against}}}"


def add_confirmation(found: Found, statement: Statement, confirmed: Confirmation) -> int:
    """Writes the confirmation to the file of a statement; gives the line on which it stands.

    CdssError when it stands there already or cannot be put there; GuidelineError when the guidelines would be wrong
    with it. Then nothing was written.
    """
    if statement.place.is_relative_to(_PACKAGE):
        raise CdssError("these guidelines came with cdss; name the folder of your own with --guidelines")
    if statement.node.get("confirmed") is not None:
        raise CdssError(
            f"'{statement.name}' is confirmed already ({near(statement.place)}:{statement.span.line}); "
            "take that line away first"
        )
    [file] = [one for one in found.files if one.place == statement.place]
    old = file.content.decode("utf-8")
    new, line = inserted(old, statement.node, as_line(confirmed))
    if not _means_the_same(old, new, statement.node, confirmed):
        raise CdssError(
            f"the line cannot be put at {near(statement.place)}:{statement.span.line} without changing what stands "
            f"there; write it yourself: {as_line(confirmed)}"
        )
    changed = replace(file, content=new.encode("utf-8"))
    _must_be_right(replace(found, files=[changed if one is file else one for one in found.files]))
    if statement.place.read_bytes() != file.content:
        raise CdssError(
            f"{near(statement.place)} was changed by somebody else meanwhile; nothing was written"
        )
    _write_whole(statement.place, changed.content)
    return line


def _write_whole(place: Path, content: bytes) -> None:
    """The file as a whole or not at all: a full disk leaves what stood there. CdssError when it cannot be written."""
    written = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        if not os.access(place, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        written.write_bytes(content)
        shutil.copymode(place, written)
        os.replace(written, place)
    except OSError as error:
        written.unlink(missing_ok=True)
        raise CdssError(f"{near(place)} cannot be written: {error.strerror or error}") from error


def inserted(text: str, node: Mapping, addition: str) -> tuple[str, int]:
    """The text with the addition in this mapping, and the line on which it stands."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1].removesuffix("\n")
    entry = next(found for key in _AFTER if (found := node.entry(key)) is not None)
    if lines[node.span.line - 1][node.span.column - 1] == "{":
        row, column = _end(entry.value)
        lines[row - 1] = f"{lines[row - 1][:column]}, {addition}{lines[row - 1][column:]}"
        return "".join(lines), row
    row = _last_line(node, entry, lines)
    ending = "\r\n" if lines[0].endswith("\r\n") else "\n"
    if not lines[row - 1].endswith("\n"):
        lines[row - 1] += ending
    lines.insert(row, f"{' ' * (entry.key.span.column - 1)}{addition}{ending}")
    return "".join(lines), row + 1


def _end(value: Node) -> tuple[int, int]:
    """The line on which a value ends, and how many characters of that line belong to it."""
    return value.span.end_line, value.span.end_column - 1


def _last_line(node: Mapping, entry: Entry, lines: Sequence[str]) -> int:
    """The last line of what stands behind a key: the one before the next key, without the comments and empty lines
    that belong to that key."""
    following = [one.key.span.line for one in node.entries if one.key.span.line > entry.key.span.line]
    last = min(following, default=_end(entry.value)[0] + 1) - 1
    while last > entry.key.span.line and lines[last - 1].strip().partition("#")[0] == "":
        last -= 1
    return max(last, entry.key.span.line)


# What must hold before anything is written


def _means_the_same(old: str, new: str, node: Mapping, confirmed: Confirmation) -> bool:
    """Whether the new text says what the old one said, with the confirmation in this mapping."""
    before, after = load_text(old, "before"), load_text(new, "after")
    if isinstance(before, list) or isinstance(after, list):
        return False
    return _with(before, node, confirmed) == plain(after)


def _with(tree: Node, node: Mapping, confirmed: Confirmation) -> object:
    """What a file says, with the confirmation in the mapping that stands at the same place."""
    match tree:
        case Mapping():
            said = {entry.key.text: _with(entry.value, node, confirmed) for entry in tree.entries}
            if (tree.span.line, tree.span.column) == (
                node.span.line,
                node.span.column,
            ) and tree.keys == node.keys:
                said["confirmed"] = {
                    "on": confirmed.on.isoformat(),
                    "by": confirmed.by,
                    "against": confirmed.against,
                }
            return said
        case SequenceNode():
            return [_with(item, node, confirmed) for item in tree.items]
        case _:
            return plain(tree)


def _must_be_right(found: Found) -> None:
    draft = read(found)
    problems = draft if isinstance(draft, list) else errors_in(doubts_about(draft))
    if problems:
        raise GuidelineError(relocated(problems, found.files))
