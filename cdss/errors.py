"""Everything that can go wrong, and where.

    CdssError
    ├── GuidelineError      the file is wrong; carries .problems, all of them, sorted by place
    ├── PatientError        the record as a whole is impossible: two patients, born after the date
    └── EngineError         we are wrong: no fixed point, a broken invariant. A bug report, please

    ReadingError            one word, number, code or date cannot be read; it never leaves the library as such

Few classes, many problem kinds: a `Problem` names its kind, its place, and the way out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Text = Mapping[str, str]
"""A text in each language: {"nl": "...", "en": "..."}."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file: from line and column up to (not including) the end. Both count from 1."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Span("", 0, 0, 0, 0)
"""The place of what no author wrote."""


@dataclass(frozen=True, slots=True)
class Note:
    """A second place that a problem points to, with what is there in both languages."""

    span: Span
    text: Text


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong at a place: what we saw, what we expected, and the way out.

    `kind` has a page in `docs/problems/` and an example in `tests/golden/problems/`.
    `text` says in both languages what is wrong at `span`; `help` says what to write instead.
    """

    kind: str
    span: Span
    text: Text
    help: Text | None = None
    notes: tuple[Note, ...] = field(default=())

    def sort_key(self) -> tuple[Span, str]:
        return (self.span, self.kind)

    def __str__(self) -> str:
        return f"{self.span}: {self.kind}: {self.text.get('en', '')}"


class CdssError(Exception):
    """Any error of this library. It goes whole from one process to another."""

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[CdssError], arguments: tuple[object, ...], fields: dict[str, object]) -> CdssError:
    error = kind.__new__(kind)
    error.args = arguments
    error.__dict__.update(fields)
    return error


class GuidelineError(CdssError):
    """The files are wrong; `.problems` holds all of them, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=Problem.sort_key))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class PatientError(CdssError):
    """The record as a whole is impossible. One bad entry is skipped and reported instead."""

    def __init__(self, kind: str, text: Text, path: str = "") -> None:
        self.kind = kind
        self.text = text
        self.path = path
        super().__init__(f"{path}: {text['en']}" if path else text["en"])


class EngineError(CdssError):
    """We are wrong: a broken invariant. A bug report, please."""


class ReadingError(ValueError):
    """A word, number, code or date that cannot be read as such; `.text` says why, and what to write instead.

    It knows no place: who reads a file makes it a `Problem`, who reads a record skips the entry and says so.
    """

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text)

    def __str__(self) -> str:
        return self.text["en"]


def shown(text: str) -> str:
    """The words as they were written, in quotes; a long text is cut, so that a message stays one line."""
    return f"'{text}'" if len(text) <= 40 else f"'{text[:37]}...'"
