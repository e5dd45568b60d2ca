"""A line for people: words with a tone. Who shows it decides on width, colour and symbols."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "title", "strong", "danger", "soon", "good", "open", "faint"]
"""What a line wants to say by its looks: `danger` cannot wait, `soon` should not, `open` waits for an answer,
`good` needs nothing, `faint` may be skipped."""


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph. It is wrapped where it is shown, and goes on under its first word.

    `label` stands once in a column of its own to the left; `aside` at the right end of the first line, or
    below it when there is no room. `mark` is one symbol before the text. `fill` makes a whole line of that
    symbol. A line that stands `as_is` is never wrapped.
    """

    text: str = ""
    tone: Tone = "plain"
    indent: int = 0
    label: str = ""
    label_width: int = 0
    label_tone: Tone = "faint"
    mark: str = ""
    aside: str = ""
    aside_tone: Tone = "faint"
    fill: str = ""
    as_is: bool = False


BLANK = Line()
