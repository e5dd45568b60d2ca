"""Patients from files, as they come: one a file, or one a line. A record that is wrong stops nobody else.

A file with one patient a line (NDJSON) is read line by line, so that it may be as long as it likes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from cdss.errors import CdssError, PatientError
from cdss.models.patient import Patient
from cdss.records.delivered import DeliveredArgument
from cdss.records.source import read

STDIN: Final = "-"
_BY_NAME: Final = (".ndjson", ".jsonl")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Input:
    """One record: where it came from (`file`, or `file:line`), and the patient or what is wrong with it."""

    place: str
    patient: Patient | PatientError
    one_of_many: bool = False


class InputError(CdssError):
    """A file that cannot be opened at all."""


def read_inputs(names: Sequence[str], delivered: DeliveredArgument, stdin: BinaryIO) -> Iterator[Input]:
    """The patients in these files, in order; `-` is what comes in.

    InputError when a file cannot be opened.
    """
    for name in names:
        with _opened(name, stdin) as source:
            for place, data, one_a_line in _records(name, source):
                many = one_a_line or len(names) > 1
                yield Input(place, _patient(data, delivered), many)


def only_one(inputs: Iterable[Input], answers: Mapping[str, object] | None, on: date) -> Input:
    """The one patient in these inputs, with these answers. InputError when there are more, or none."""
    found = list(islice(inputs, 2))
    if len(found) != 1:
        raise InputError(
            "there is no patient in it" if not found else "this goes with one patient, and there are more"
        )
    [given] = found
    if answers is None or isinstance(given.patient, PatientError):
        return given
    try:
        return replace(given, patient=given.patient.with_answers(answers, on=on))
    except PatientError as error:
        return replace(given, patient=error)


def is_one_a_line(name: str, first: bytes, second: bytes) -> bool:
    """Whether a file holds one patient a line: by its name, or because its first line is a whole record and goes on,
    or because its second line begins a record again."""
    if name.lower().endswith(_BY_NAME):
        return True
    if not second.strip():
        return False
    return _is_whole(first) or (second.lstrip().startswith(b"{") and not first.lstrip().startswith(b"["))


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line.removeprefix(_BYTE_ORDER_MARK), type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return True


def _opened(name: str, stdin: BinaryIO) -> AbstractContextManager[BinaryIO]:
    if name == STDIN:
        return nullcontext(stdin)
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise InputError(f"{name}: {error.strerror or error}") from error


def _records(name: str, source: BinaryIO) -> Iterator[tuple[str, bytes, bool]]:
    """Each record with its place, and whether it was one line. Empty lines are no patients."""
    shown = "stdin" if name == STDIN else name
    taken: list[bytes] = []
    said: list[bytes] = []
    for line in source:
        taken.append(line)
        if line.strip():
            said.append(line)
        if len(said) == 2:
            break
    first, second = (*said, b"", b"")[:2]
    if not is_one_a_line(name, first, second):
        yield shown, b"".join(taken) + source.read(), False
        return
    for number, line in enumerate(chain(taken, source), start=1):
        if line.strip():
            yield f"{shown}:{number}", line, True


def _patient(data: bytes, delivered: DeliveredArgument) -> Patient | PatientError:
    try:
        return read(data, delivered)
    except PatientError as error:
        return error
