"""A drawing before it is written down: shapes, and labels of which the box is known.

How wide a text comes out depends on the fonts of who looks. So a label takes the room of a wide font (DejaVu Sans), and
what is drawn in a narrower one only leaves more air.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

_ADVANCES: Final[Mapping[str, float]] = {
    letter: advance
    for advance, letters in (
        (0.29, "ijlI|'"),
        (0.33, " .,;:!\u00a0·"),
        (0.41, "frt()[]-/"),
        (0.55, "csz"),
        (0.65, "abdeghknopquvxyJF–0123456789"),
        (0.73, "ABEKLPRSTVXYZ"),
        (0.82, "CDGHNOQUw−×"),
        (1.02, "mMW%@—…"),
    )
    for letter in letters
}
"""How far each letter goes, by the size of the text: of DejaVu Sans, which is as wide as Verdana."""
_UNIT: Final = re.compile(r"(\d) (mg|g|ml|mL|IE|IU|st|pcs|µg|ug)\b")
CUT: Final = "…"
BOLD: Final = 1.14
"""How much wider a text is in bold."""


def text_width(text: str, size: float, css: str = "") -> float:
    """The room that a text takes in a wide font, in the same measure as its size."""
    advance = sum(_ADVANCES.get(letter) or (1.1 if ord(letter) > 0x24F else 0.82) for letter in text)
    return size * advance * (BOLD if css in ("strong", "tells") else 1)


def shortened(text: str, room: float, size: float, css: str = "") -> str:
    """As much of the text as fits."""
    if text_width(text, size, css) <= room:
        return text
    while text and text_width(text + CUT, size, css) > room:
        text = text[:-1]
    return text.rstrip() + CUT


def wrapped(text: str, room: float, size: float, css: str = "") -> list[str]:
    """The text in lines that fit; a word that is too long by itself is cut. A number stays with its unit."""
    lines: list[str] = []
    for word in _UNIT.sub("\\1\u00a0\\2", text).split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, css) <= room:
            lines[-1] = longer
        else:
            lines.append(shortened(word, room, size, css))
    return lines


@dataclass(frozen=True, slots=True)
class Label:
    """A text whose letters stand on the line `y`, and whose left end, middle or right end stands at `x`."""

    text: str
    x: float
    y: float
    size: float = 11
    css: str = "ink"
    anchor: Literal["start", "middle", "end"] = "start"

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        width = text_width(self.text, self.size, self.css)
        left = self.x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        return left, self.y - 0.8 * self.size, left + width, self.y + 0.25 * self.size


@dataclass(frozen=True, slots=True)
class Shape:
    """A rectangle, line or path: its SVG element with its numbers, how it looks, and what it says on hovering."""

    tag: str
    numbers: tuple[tuple[str, float | str], ...]
    css: str
    says: str = ""


def rectangle(x: float, y: float, width: float, height: float, css: str, says: str = "") -> Shape:
    return Shape("rect", (("x", x), ("y", y), ("width", width), ("height", height)), css, says)


def line(x1: float, y1: float, x2: float, y2: float, css: str, says: str = "") -> Shape:
    return Shape("line", (("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)), css, says)


def path(d: str, css: str, says: str = "") -> Shape:
    return Shape("path", (("d", d),), css, says)


@dataclass
class Drawing:
    """Shapes in the order in which they are painted, and labels on top of them."""

    width: float
    height: float = 0
    shapes: list[Shape] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)


class Shelf:
    """Rows in which labels stand beside each other, and which room in them is taken."""

    def __init__(self, left: float, right: float) -> None:
        self.left = left
        self.right = right
        self.rows: list[list[tuple[float, float]]] = []

    def is_free(self, start: float, width: float, row: int = 0) -> bool:
        """Whether there is room in a row at exactly this place."""
        if start < self.left or start + width > self.right:
            return False
        taken = self.rows[row] if row < len(self.rows) else []
        return all(start >= end + GAP or start + width + GAP <= other for other, end in taken)

    def take(self, start: float, width: float, row: int = 0) -> None:
        while len(self.rows) <= row:
            self.rows.append([])
        self.rows[row].append((start, start + width))


GAP: Final = 6.0
"""Between two labels in one row."""


def flowed(
    items: Iterable[tuple[str, float]], room: float, between: float
) -> Iterator[tuple[int, float, str]]:
    """Items of a width in rows, like words in a line: row, left end and name of each."""
    row, x = 0, 0.0
    for name, width in items:
        if x and x + width > room:
            row, x = row + 1, 0.0
        yield row, x, name
        x += width + between
