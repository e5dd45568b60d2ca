"""Where everything of a timeline stands in the picture: one lane per product, rows of events, an axis, a legend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Final, Literal

from cdss.engine.timeline import words
from cdss.engine.timeline.axis import Axis, axis_of
from cdss.engine.timeline.model import Bar, Course, Gap, Lane, Mark, Timeline
from cdss.engine.timeline.paper import (
    Drawing,
    Label,
    Shape,
    Shelf,
    flowed,
    line,
    path,
    rectangle,
    shortened,
    text_width,
    wrapped,
)
from cdss.errors import Text
from cdss.models.wording import in_language

WIDTH: Final = 960.0
EDGE: Final = 16.0
LEFT: Final = 224.0  # where the days begin; the names of the lanes stand before it
RIGHT: Final = WIDTH - 20.0
ROW: Final = 15.0
BAR: Final = 20.0
SMALL: Final = 11.0
NAME: Final = 12.0
TELLS: Final = 17.0
ENDS: Final = ("died", "left")
"""Events after which nobody can be followed: a line through everything instead of a sign in a row."""
SHORT_GAP: Final = 8
"""Of gaps of fewer days the number is not written where it does not fit inside."""
Anchor = Literal["start", "middle", "end"]


def layout(timeline: Timeline, lang: str) -> Drawing:
    """The drawing of a timeline, in a language."""
    return _Layout(timeline, lang).drawing


@dataclass(frozen=True, slots=True)
class _Flag:
    """A line down from a text that stands at its left."""

    x: float
    text_at: float
    row: int
    kind: str
    text: str
    says: str


class _Layout:
    def __init__(self, timeline: Timeline, lang: str) -> None:
        self.timeline = timeline
        self.lang = lang
        self.axis: Axis = axis_of(timeline.first, timeline.last, LEFT, RIGHT)
        self.drawing = Drawing(WIDTH)
        self.used: dict[str, None] = {}  # what the legend explains, in the order in which it was drawn
        self.over: list[Shape] = []  # lines that go over the bars
        self.y = EDGE
        self.top = 1e9  # where the lanes begin
        self.breaks: list[float] = []  # where lines go through the lanes
        self.quiet = False
        self.places: list[float] = []  # of the bars of the lanes of one treatment
        self._head()
        for course in timeline.courses:
            self._course(course)
        self._marks("events", [mark for mark in timeline.events if mark.kind not in ENDS])
        self._stays()
        self._axis()
        self._legend()
        self._notes(timeline.notes)
        self.drawing.height = self.y + EDGE - 4
        self.drawing.shapes += self.over

    # Parts, from top to bottom

    def _head(self) -> None:
        text = words.say("title", self.lang, words.long_day(self.timeline.on, self.lang))
        self._write(text, EDGE, self.y + 9, SMALL, "soft")
        self.y += ROW + 3

    def _course(self, course: Course) -> None:
        self._paragraph(in_language(course.title, self.lang), SMALL, "soft")
        self._paragraph(words.conclusion(course, self.timeline, self.lang), TELLS, "tells")
        self._notes(course.notes)
        self.y += 4
        flags = list(self._flags(course))
        top = self.y
        self.y += max(flag.row for flag in flags) * ROW + ROW + 4
        self.top = min(self.top, self.y)
        self.breaks = [self.axis.x(limit.day) for limit in course.limits]
        self.quiet = (
            course.standing.due is not None
        )  # then the days that count are those since the dose was due
        self.places = []
        for lane in course.lanes:
            self._lane(lane)
        for flag in flags:
            y = top + (flag.row + 1) * ROW - 4
            css = "strong" if flag.kind in ("now", "died", "left") else "ink"
            anchor: Anchor = "start" if flag.text_at > flag.x else "end"
            self._write(flag.text, flag.text_at, y, SMALL, css, anchor)
            self.over.append(line(flag.x, y - 9, flag.x, self.y - 6, f"rule {flag.kind}", flag.says))
        self._marks("agreements", course.agreements)
        self.y += 6

    def _flags(self, course: Course) -> Iterator[_Flag]:
        """The reference date and the limits, each with its text to the left of its line.

        From right to left they go down, so that no line runs through a text that stands left of its own.
        """
        reference = words.say("reference", self.lang, words.short_day(self.timeline.on, self.lang))
        lines = [(self.timeline.on, "now", reference, reference)]
        lines += [
            (one.day, one.kind, words.limit_text(one, self.lang), words.limit_why(one, self.lang))
            for one in course.limits
        ]
        lines += [
            (max(mark.on.first, self.timeline.first), mark.kind, text, text)
            for mark in self.timeline.events
            if mark.kind in ENDS and (text := words.mark_text(mark, self.lang))
        ]
        shelf, row = Shelf(EDGE, RIGHT + 12), 0
        for day, kind, text, says in sorted(lines, key=lambda one: (one[0], one[1] == "now"), reverse=True):
            x, width = self.axis.x(day), text_width(text, SMALL, "strong")
            left, at = x - 5 - width, x - 5
            if left < EDGE:  # no room at its left
                left = at = x + 5
                row = len(shelf.rows)
            while not shelf.is_free(left, width, row):
                row += 1
            shelf.take(left, width, row)
            yield _Flag(x, at, row, kind, text, says)

    def _lane(self, lane: Lane) -> None:
        middle = self.y + ROW + 6
        names = wrapped(words.lane_name(lane, self.lang), LEFT - EDGE - 14, NAME, "strong")
        if len(names) > 3:
            names = [*names[:2], shortened(" ".join(names[2:]), LEFT - EDGE - 14, NAME, "strong")]
        for number, name in enumerate(names):
            self._write(name, EDGE, self.y + 12 + number * ROW, NAME, "strong")
        told = wrapped(words.lane_sum(lane, self.lang), LEFT - EDGE - 14, SMALL)[:2]
        for number, text in enumerate(told):
            self._write(text, EDGE, self.y + 12 + (len(names) + number) * ROW, SMALL, "soft")
        self._add(line(LEFT, middle + BAR / 2, RIGHT, middle + BAR / 2, "thread"))
        for bar in lane.bars:
            self._bar(bar, middle)
        below = Shelf(LEFT - 4, RIGHT + 12)
        for gap in lane.gaps:
            self._gap(gap, middle, below)
        self._supplies(lane, middle)
        self._switch(lane, middle)
        self.places.append(middle)
        drawn = ROW + 6 + BAR + (ROW if below.rows else 0)
        self.y += max(ROW * (len(names) + len(told)) + 8, drawn + 12)

    def _bar(self, bar: Bar, y: float) -> None:
        end = bar.end if bar.end is not None else self.timeline.last + timedelta(days=1)
        if bar.start > self.timeline.last:
            return
        self.used[bar.kind] = None
        x, until = self.axis.x(bar.start), self.axis.x(min(end, self.timeline.last))
        text = in_language(words.LEGEND[bar.kind], self.lang)
        days = f"{words.short_day(bar.start, self.lang)} – "
        days += words.short_day(bar.end, self.lang) if bar.end is not None else "?"
        if bar.kind == "covered":
            self._add(rectangle(x, y, max(1.0, until - x), BAR, "bar covered", f"{text}: {days}"))
            self._add(line(x, y, x, y + BAR, "edge"))
            return
        until, low, high = max(until, x + 1), y + 4, y + BAR - 4
        closed = "z" if bar.end is not None and bar.end <= self.timeline.last else ""
        box = f"M{until:.1f} {low:.1f}H{x:.1f}V{high:.1f}H{until:.1f}{closed}"
        self._add(path(box, "bar unknown", f"{text}: {days}"))
        self._inside("?", x, until, y)

    def _gap(self, gap: Gap, y: float, below: Shelf) -> None:
        self.used["gap"] = None
        x, until = self.axis.x(gap.period.start), self.axis.x(gap.period.end)
        self._add(
            rectangle(x, y + 1, max(1.0, until - x), BAR - 2, "bar gap", words.gap_text(gap, self.lang))
        )
        if gap.running and self.quiet:
            return
        text = words.count_days(gap.days, self.lang)
        if self._inside(text, x, until, y) or gap.days < SHORT_GAP:
            return
        width = text_width(text, SMALL, "strong")
        left = max(below.left, until - 5 - width)
        if below.is_free(left, width):
            below.take(left, width)
            self._write(text, left + width / 2, y + BAR + 12, SMALL, "strong", "middle")

    def _inside(self, text: str, x: float, until: float, y: float) -> bool:
        """Writes a text in the middle of a bar, on a patch of paper, where it fits."""
        width = text_width(text, SMALL, "strong")
        edges = [x, *sorted(at for at in self.breaks if x < at < until), until]
        room, start, end = max((end - start, start, end) for start, end in pairwise(edges))
        if width + 8 > room:
            return False
        middle = (start + end) / 2
        self._add(rectangle(middle - width / 2 - 2, y + 3, width + 4, BAR - 6, "patch"))
        self._write(text, middle, y + BAR / 2 + 4, SMALL, "strong", "middle")
        return True

    def _supplies(self, lane: Lane, y: float) -> None:
        shelf = Shelf(LEFT - 4, RIGHT + 12)
        for at in (*self.breaks, self.axis.x(self.timeline.on)):
            shelf.take(at, 0)  # no text over a line
        for supply in lane.supplies:
            x = self.axis.x(max(supply.on.first, self.timeline.first))
            says = f"{words.when(supply.on, self.lang)}: {words.supply_text(supply, self.lang)}"
            self.used[supply.list if supply.counted else "uncounted"] = None
            css = "tick" if supply.counted and supply.sure else "tick hollow"
            self._add(path(_pointer(supply.list, x, y), css, says))
            if supply.counted and supply.begins is not None and supply.begins > supply.on.last:
                begins = self.axis.x(supply.begins)
                if begins - x > 2:
                    self.used["carried"] = None
                    self._add(path(f"M{x:.1f} {y - 3:.1f}H{begins:.1f}V{y + 5:.1f}", "carried", says))
        for x, text in self._told(lane, shelf):
            self._write(text, x, y - 10, SMALL, "soft", "middle")

    def _told(self, lane: Lane, shelf: Shelf) -> Iterator[tuple[float, str]]:
        """The texts of the supplies that fit above their ticks: the first and the last before those between, and what
        does not fit with its day is told without it."""
        drawn = [supply for supply in lane.supplies if supply.on.first >= self.timeline.first]
        counted = [supply for supply in drawn if supply.counted]
        order = [*counted[:1], *counted[1:][-1:], *counted[1:-1], *(one for one in drawn if not one.counted)]
        for supply in order:
            told = words.quantity(supply, self.lang)
            day = words.when(supply.on, self.lang, year=False)
            x = self.axis.x(supply.on.first)
            for text in filter(None, (f"{day}: {told}" if told else day, told)):
                width = text_width(text, SMALL)
                start = max(shelf.left, min(x - width / 2, shelf.right - width))
                if shelf.is_free(start, width):
                    shelf.take(start, width)
                    yield start + width / 2, text
                    break

    def _switch(self, lane: Lane, y: float) -> None:
        """A line from the drug before it to this one, on the day of the switch."""
        if lane.switched_on is None or lane.switched_from is None or lane.switched_from >= len(self.places):
            return
        self.used["switch"] = None
        x, above = self.axis.x(lane.switched_on), self.places[lane.switched_from]
        says = words.say("switched", self.lang, words.short_day(lane.switched_on, self.lang))
        self._add(path(f"M{x:.1f} {above + BAR:.1f}V{y - 22:.1f}m-3 -5l3 5l3 -5", "carried", says))

    def _marks(self, name: str, marks: Sequence[Mark]) -> None:
        if not marks:
            return
        shelf = Shelf(LEFT, RIGHT + 12)
        self._write(in_language(words.ROW[name], self.lang), EDGE, self.y + 12, NAME, "strong")
        taken: list[tuple[Mark, float, float, str, int]] = []
        for mark in marks:
            x = self.axis.x(max(mark.on.first, self.timeline.first))
            text = shortened(words.mark_text(mark, self.lang), RIGHT - LEFT - 40, SMALL)
            width = text_width(text, SMALL)
            left = x + 9 if x + 9 + width <= RIGHT + 12 else x - 9 - width
            row = 0
            while not shelf.is_free(min(left, x - 8), width + 17, row):
                row += 1
                if row > 200:
                    break
            shelf.take(min(left, x - 8), width + 17, row)
            taken.append((mark, x, left, text, row))
        for mark, x, left, text, row in taken:
            y = self.y + row * ROW + 8
            self._add(path(_sign(mark.kind, x, y), f"sign {mark.kind}", words.mark_text(mark, self.lang)))
            right = left < x
            self._write(
                text,
                left + text_width(text, SMALL) if right else left,
                y + 4,
                SMALL,
                "ink",
                "end" if right else "start",
            )
        self.y += len(shelf.rows) * ROW + 8

    def _stays(self) -> None:
        if not self.timeline.stays:
            return
        self.used["stay"] = None
        self._write(in_language(words.ROW["stays"], self.lang), EDGE, self.y + 12, NAME, "strong")
        shelf = Shelf(LEFT, RIGHT + 12)
        boxes = []
        for stay in self.timeline.stays:
            x = self.axis.x(max(stay.start, self.timeline.first))
            until = self.axis.x(min(stay.end or self.timeline.on, self.timeline.last))
            until = max(until, x + 2)
            text = words.stay_text(stay, self.lang)
            width = text_width(text, SMALL)
            left = until + 6 if until + 6 + width <= RIGHT + 12 else x - 6 - width
            inside = width + 8 <= until - x
            start, room = (
                (x, until - x) if inside else (min(x, left), max(until, left + width) - min(x, left))
            )
            if not inside and left < LEFT:  # no room beside it: the days are told on hovering
                text, start, room = "", x, until - x
            row = 0
            while not shelf.is_free(start, room, row) and row < 200:
                row += 1
            shelf.take(start, room, row)
            boxes.append((stay, x, until, text, (x + until - width) / 2 if inside else left, inside, row))
        for stay, x, until, text, left, inside, row in boxes:
            y = self.y + row * ROW + 2
            says = words.stay_text(stay, self.lang)
            self._add(rectangle(x, y, until - x, 12, "stay", says))
            if stay.pauses:
                self.drawing.shapes.insert(
                    0, rectangle(x, min(self.top, self.y), until - x, y - min(self.top, y), "band", says)
                )
            if text:
                if inside:
                    self._add(rectangle(left - 3, y + 0.5, text_width(text, SMALL) + 6, 11, "patch"))
                self._write(text, left, y + 10, SMALL, "ink")
        self.y += len(shelf.rows) * ROW + 6

    def _axis(self) -> None:
        self._add(line(LEFT, self.y, RIGHT, self.y, "axis"))
        for tick in self.axis.ticks:
            self._add(line(tick.x, self.y, tick.x, self.y + (7 if tick.year else 4), "axis"))
            if tick.year:
                self.drawing.shapes.insert(0, line(tick.x, min(self.top, self.y), tick.x, self.y, "grid"))
        for x, text in self.axis.months(self.lang):
            self._write(text, x, self.y + 16, SMALL, "soft")
        has_months = any(True for _ in self.axis.months(self.lang))
        self.y += ROW if has_months else 0
        for x, text in self.axis.years():
            self._write(text, x, self.y + 17, SMALL, "ink")
        self.y += ROW + 12

    def _legend(self) -> None:
        names = [name for name in words.LEGEND if name in self.used]
        told = {name: in_language(words.LEGEND[name], self.lang) for name in names}
        items = [(name, 26 + text_width(told[name], SMALL)) for name in names]
        row = -1
        for row, x, name in flowed(items, WIDTH - 2 * EDGE, 16):
            y = self.y + row * 18
            for shape in _swatch(name, EDGE + x, y):
                self._add(shape)
            self._write(told[name], EDGE + x + 24, y + 10, SMALL, "soft")
        self.y += (row + 1) * 18 + (4 if names else 0)

    def _notes(self, notes: Iterable[Text]) -> None:
        for note in notes:
            self._paragraph(in_language(note, self.lang), SMALL, "soft")

    # What they share

    def _paragraph(self, text: str, size: float, css: str) -> None:
        for part in wrapped(text, WIDTH - 2 * EDGE, size, css):
            self._write(part, EDGE, self.y + size * 0.95, size, css)
            self.y += size * 1.4

    def _write(self, text: str, x: float, y: float, size: float, css: str, anchor: Anchor = "start") -> None:
        self.drawing.labels.append(Label(text, x, y, size, css, anchor))

    def _add(self, shape: Shape) -> None:
        self.drawing.shapes.append(shape)


def _pointer(name: str, x: float, y: float) -> str:
    """The sign of a supply above the lane: a triangle, round for an administration, square for a prescription."""
    if name == "administrations":
        return f"M{x:.1f} {y - 1:.1f}m-3.5 -3.5a3.5 3.5 0 1 1 7 0a3.5 3.5 0 1 1 -7 0z"
    if name == "prescriptions":
        return f"M{x - 3:.1f} {y - 7:.1f}h6v6h-6z"
    return f"M{x - 4:.1f} {y - 7:.1f}h8l-4 7z"


def _sign(kind: str, x: float, y: float) -> str:
    match kind:
        case "dxa":
            return f"M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z"
        case "fracture":
            return f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"
        case "stop":
            return f"M{x - 5:.1f} {y - 5:.1f}h10v10h-10z"
        case "start":
            return f"M{x - 4:.1f} {y - 6:.1f}l9 6l-9 6z"
        case _:
            return f"M{x:.1f} {y:.1f}m-5 0a5 5 0 1 1 10 0a5 5 0 1 1 -10 0z"


def _swatch(name: str, x: float, y: float) -> Iterator[Shape]:
    match name:
        case "covered" | "gap":
            yield rectangle(x, y + 1, 18, 10, f"bar {name}")
        case "unknown":
            yield rectangle(x, y + 2, 18, 8, "bar unknown")
        case "stay":
            yield rectangle(x, y + 1, 18, 10, "stay")
        case "switch":
            yield path(f"M{x + 9:.1f} {y:.1f}v11m-3 -5l3 5l3 -5", "carried")
        case "carried":
            yield path(f"M{x:.1f} {y + 3:.1f}H{x + 16:.1f}V{y + 11:.1f}", "carried")
        case "uncounted":
            yield path(_pointer("dispensings", x + 9, y + 10), "tick hollow")
        case _:
            yield path(_pointer(name, x + 9, y + 10), "tick")
