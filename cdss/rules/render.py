"""A problem as an author reads it: the kind, the place, the line with the words underlined, and the way out.

problem: unknown-name
  case-finding.yaml:92:11

   92 │         - fractur_risk >= dxa_threshold
      │           ━━━━━━━━━━━━ there is no fact, score or parameter with this name

   59 │   fracture_risk:
      │   ─────────────  did you mean this score?

   more: cdss help unknown-name
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from cdss.errors import Problem, Span, Text

Language = Literal["nl", "en"]

WIDTH: Final = 100
"""How much of a long line is shown, in columns of a terminal."""

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "problem": {"nl": "probleem", "en": "problem"},
    "more": {"nl": "meer", "en": "more"},
}
_WRAP: Final = 96


def render(problem: Problem, sources: Mapping[str, str], lang: Language = "nl") -> str:
    """The problem with the lines it is about. `sources` holds the text of each file by its path."""
    places = [(problem.span, problem.text, "━"), *((note.span, note.text, "─") for note in problem.notes)]
    gutter = max([len(str(span.end_line)) for span, _, _ in places], default=1)
    where = f"\n  {problem.span}" if problem.span.line else ""
    blocks = [f"{_WORDS['problem'][lang]}: {problem.kind}{where}"]
    for span, text, mark in places:
        other = span.file if span.file != problem.span.file else ""
        blocks.append(_excerpt(span, _said(text, lang), mark, sources.get(span.file), gutter, other))
    if problem.help is not None:
        blocks.append(_indented(_said(problem.help, lang)))
    blocks.append(f"   {_WORDS['more'][lang]}: cdss help {problem.kind}")
    return "\n\n".join(blocks) + "\n"


def render_all(problems: Iterable[Problem], sources: Mapping[str, str], lang: Language = "nl") -> str:
    """Several problems, one below another."""
    return "\n".join(render(problem, sources, lang) for problem in problems)


def _said(text: Text, lang: str) -> str:
    return text.get(lang) or text.get("nl") or text.get("en") or ""


def _indented(text: str) -> str:
    return "\n".join(
        f"   {line}" if line else "" for part in text.split("\n") for line in _wrapped(part, _WRAP)
    )


def _excerpt(span: Span, text: str, mark: str, source: str | None, gutter: int, file: str) -> str:
    """One line of a file with the words underlined, and what is said about them."""
    lines = source.removeprefix("\ufeff").split("\n") if source is not None else []
    head = [f"   {file}:{span.line}:{span.column}"] if file else []
    if not 0 < span.line <= len(lines):
        return "\n".join([*head, *(f"   {line}" for line in _wrapped(text, _WRAP))])
    line = lines[span.line - 1].rstrip("\r")
    start = min(max(span.column - 1, 0), len(line))
    end = (
        min(max(span.end_column - 1, start + 1), len(line))
        if span.end_line == span.line
        else len(line.rstrip())
    )
    before, seen, after = _cut(line[:start], line[start : max(end, start)], line[max(end, start) :])
    blank = " " * (gutter + 3)
    under = " " * _width(before) + mark * max(_width(seen), 1)
    shown = f"   {span.line:>{gutter}} │ {before}{seen}{after}".rstrip()
    return "\n".join([*head, shown, *_labelled(f"{blank} │ {under}", text, mark, f"{blank} │ ")])


def _labelled(underline: str, text: str, mark: str, blank: str) -> list[str]:
    """The text behind its underline, or below it where there is no room."""
    gap = " " if mark == "━" else "  "
    if len(underline) + len(gap) + len(text) <= _WRAP + 14:
        return [f"{underline}{gap}{text}".rstrip()]
    return [underline, *(f"{blank}{line}" for line in _wrapped(text, _WRAP))]


def _cut(before: str, seen: str, after: str) -> tuple[str, str, str]:
    """A long line, cut so that the words that matter are in sight."""
    if _width(before + seen + after) <= WIDTH:
        return _plain(before), _plain(seen), _plain(after)
    if _width(seen) > WIDTH - 20:
        seen, after = seen[: WIDTH - 21] + "…", ""
    if _width(before) + _width(seen) > WIDTH - 10:
        keep = max(WIDTH - 20 - _width(seen), 10)
        before = "…" + before[-keep:]
    room = max(WIDTH - _width(before) - _width(seen), 0)
    if _width(after) > room:
        after = after[: max(room - 1, 0)] + "…"
    return _plain(before), _plain(seen), _plain(after)


def _plain(text: str) -> str:
    """The text as a terminal shows it: a tab takes two places, and nothing moves the cursor."""
    return "".join(
        "  "
        if letter == "\t"
        else "�"
        if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp")
        else letter
        for letter in text
    )


def _width(text: str) -> int:
    """How many columns a terminal needs: an emoji takes two, an accent on its own none."""
    return sum(_columns(letter) for letter in text)


def _columns(letter: str) -> int:
    if letter == "\t":
        return 2
    if unicodedata.combining(letter) or letter in ("\u200d", "\ufe0f"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def _wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most this width; its own indentation is kept."""
    indent = text[: len(text) - len(text.lstrip())]
    lines: list[str] = []
    line = indent
    for word in text.split():
        if line.strip() and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = indent
        line = f"{line}{' ' if line.strip() else ''}{word}"
    return [*lines, line]
