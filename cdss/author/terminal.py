"""Lines for people, on a terminal or in a pipe: wrapped, in colour where a person looks, else plain."""

from __future__ import annotations

import os
import shutil
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Final, TextIO

from cdss.models.line import Line, Tone

WIDEST: Final = 100
"""Longer lines are hard to read back to the next one."""
NARROWEST: Final = 40
PIPE: Final = 80

_COLOURS: Final[Mapping[Tone, str]] = {
    "title": "1",
    "strong": "1",
    "danger": "1;31",
    "soon": "1;33",
    "good": "32",
    "open": "36",
    "faint": "2",
}
_UNSEEN: Final = dict.fromkeys(
    (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\ufffd"
) | {ord("\t"): " ", ord("\n"): " "}
"""What stands in a record or a file must not steer the terminal: codes for colours and the cursor, and the marks that
turn the direction of reading."""
_ASCII: Final = str.maketrans(
    {"─": "-", "━": "=", "│": "|", "·": "-", "•": "*", "●": "*", "▲": "!", "✓": "+", "✗": "x", "…": "...",
     "→": ">", "–": "-", "’": "'", "≥": ">=", "≤": "<=", "█": "#", "░": ".",
     "▒": "?", "▓": "=", "▼": "v", "−": "-"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where lines go: how wide, with or without colours and symbols, and whether somebody looks."""

    out: TextIO
    width: int = PIPE
    colour: bool = False
    symbols: bool = True
    watched: bool = False

    def write(self, lines: Iterable[Line]) -> None:
        """Shows these lines."""
        for text in layout(lines, self.width, colour=self.colour):
            self.print(text)

    def print(self, text: str = "") -> None:
        """Shows a text as it stands, but for symbols that the other side cannot show."""
        self.out.write((text if self.symbols else text.translate(_ASCII)) + "\n")

    def paint(self, text: str, tone: Tone) -> str:
        """The text in the colour of its tone, where colours are shown."""
        return paint(text, tone) if self.colour else text


def terminal(out: TextIO, environment: Mapping[str, str] = os.environ) -> Terminal:
    """What this stream can show.

    NO_COLOR and TERM=dumb mean no colour, FORCE_COLOR means colour also in a pipe.
    """
    watched = out.isatty()
    width = shutil.get_terminal_size((PIPE, 24)).columns if watched else PIPE
    colour = (
        watched and environment.get("TERM") != "dumb" and (os.name != "nt" or _windows_colours(environment))
    )
    if environment.get("FORCE_COLOR"):
        colour = True
    if environment.get("NO_COLOR"):
        colour = False
    return Terminal(out, max(NARROWEST, min(width, WIDEST)), colour, _knows_symbols(out), watched)


def _windows_colours(environment: Mapping[str, str]) -> bool:
    return any(environment.get(name) for name in ("WT_SESSION", "ANSICON", "TERM", "ConEmuANSI"))


def _knows_symbols(out: TextIO) -> bool:
    try:
        "─●✓·…".encode(out.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def paint(text: str, tone: Tone) -> str:
    """The text between the codes of its colour; spaces at its start stay outside."""
    code = _COLOURS.get(tone)
    bare = text.lstrip(" ")
    if code is None or not bare:
        return text
    return f"{text[: len(text) - len(bare)]}\x1b[{code}m{bare}\x1b[0m"


def visible(text: str) -> str:
    """The text on one line, with a sign in place of each character that would steer the terminal."""
    return text.translate(_UNSEEN)


def layout(lines: Iterable[Line], width: int, *, colour: bool = False) -> Iterator[str]:
    """These lines, wrapped to the width. Colour never changes where a line breaks."""
    for line in lines:
        safe = replace(line, text=visible(line.text), label=visible(line.label), aside=visible(line.aside))
        yield from _one(safe, width, colour)


def _one(line: Line, width: int, colour: bool) -> Iterator[str]:
    def shown(text: str, tone: Tone) -> str:
        return paint(text, tone) if colour else text

    margin = " " * line.indent
    if line.fill:
        yield shown(margin + line.fill * (width - line.indent), line.tone)
        return
    if line.as_is:
        yield (margin + shown(line.text, line.tone)).rstrip()
        return
    head = line.label.ljust(line.label_width)
    if line.label and line.label_width and not head.endswith(" "):
        head += " "
    if line.mark:
        head += line.mark + " "
    # A column that leaves no room for words stands above them instead.
    if head.strip() and width - line.indent - len(head) < 20:
        yield margin + shown(line.label or line.mark, line.label_tone)
        head = "  "
    hang = " " * len(head)
    wrapped = textwrap.wrap(
        line.text,
        max(10, width - line.indent - len(head)),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]
    for number, part in enumerate(wrapped):
        before = head if number == 0 else hang
        label_tone = line.tone if line.mark and not line.label else line.label_tone
        text = margin + shown(before, label_tone) + shown(part, line.tone)
        if number == 0 and line.aside and len(wrapped) == 1:
            used = line.indent + len(before) + len(part)
            if used + 2 + len(line.aside) <= width:
                yield text + " " * (width - used - len(line.aside)) + shown(line.aside, line.aside_tone)
                return
        yield text.rstrip()
    if line.aside:
        yield from _one(Line(line.aside, line.aside_tone, line.indent + len(head)), width, colour)


def painted_problem(text: str, out: Terminal) -> str:
    """A rendered problem, with what is wrong in the colour of danger and the rest of the frame faint."""
    lines = [visible(line) for line in text.split("\n")]
    if not out.colour:
        return "\n".join(lines)
    painted = []
    for number, line in enumerate(lines):
        if number == 0:
            painted.append(paint(line, "danger"))
        elif "━" in line:
            start = line.index("━")
            painted.append(paint(line[:start], "faint") + paint(line[start:], "danger"))
        elif "─" in line:
            start = line.index("─")
            painted.append(paint(line[:start], "faint") + paint(line[start:], "open"))
        elif ": cdss help " in line:
            painted.append(paint(line, "faint"))
        else:
            painted.append(line)
    return "\n".join(painted)


class Progress:
    """A bar on a terminal for what takes longer than a second. In a pipe, or without a stream, it is silent."""

    def __init__(self, out: TextIO | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._now = clock
        self._out = out if out is not None and out.isatty() else None
        self._next = clock() + 1
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def step(self, done: int, total: int = 0) -> None:
        """So many are done; of how many, where that is known."""
        if self._out is None or self._now() <= self._next:
            return
        self._next = self._now() + 0.1
        bar = ("█" * (30 * done // total)).ljust(30, "░") if total else ""
        text = f"{bar} {done}/{total}" if total else f"{done} …"
        self._out.write(f"\r{text if _knows_symbols(self._out) else text.translate(_ASCII)}")
        self._out.flush()
        self._shown = True

    def wipe(self) -> None:
        """Takes the bar away."""
        if self._shown and self._out is not None:
            self._out.write("\r" + " " * 60 + "\r")
            self._out.flush()
            self._shown = False

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wipe()
