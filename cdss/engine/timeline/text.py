"""A timeline as text: a strip of one column a week, or a month, or more, and under it every day that counts.

No symbol stands for something by its colour alone, and each has a form in plain ASCII where a terminal has no others.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from cdss.engine.timeline import words
from cdss.engine.timeline.axis import Axis, axis_of
from cdss.engine.timeline.model import Course, Lane, Mark, Supply, Timeline
from cdss.errors import Text
from cdss.models.line import BLANK, Line, Tone
from cdss.models.wording import in_language

INDENT: Final = 2
COVERED, UNKNOWN, GAP, STAY, NOTHING = "█", "▒", "░", "▓", " "
SUPPLY, LIMIT, EVENT, NOW = "▼", "▲", "●", "│"
NARROWEST: Final = 40
MOST_SUPPLIES: Final = 6
"""Of one product so many days of supply are listed; of more only the first and the last few."""
SHORT_GAP: Final = 8
"""Of many gaps those of fewer days are not listed; they show in the strip."""

_TONES: Final[dict[str, Tone]] = {
    "stopped": "danger",
    "possible_stop": "soon",
    "planned_end_possible": "soon",
    "primary_non_adherence": "soon",
    "on_treatment": "good",
    "planned_end": "good",
    "interrupted": "open",
}
_SIGNS: Final[dict[str, Text]] = {
    COVERED: words.LEGEND["covered"],
    UNKNOWN: words.LEGEND["unknown"],
    GAP: words.LEGEND["gap"],
    STAY: words.LEGEND["stay"],
    LIMIT: words.LEGEND["limit"],
    EVENT: words.LEGEND["event"],
}


def plain(timeline: Timeline, lang: str, width: int) -> str:
    """The timeline as text, no line wider than this."""
    return "\n".join(_flat(lines(timeline, lang, width), width)) + "\n"


def _flat(found: Iterator[Line], width: int) -> Iterator[str]:
    for one in found:
        margin = " " * one.indent
        head = one.label.ljust(one.label_width)
        if one.as_is:
            yield f"{margin}{one.text}".rstrip()
            continue
        room = max(10, width - one.indent - len(head))
        for number, part in enumerate(textwrap.wrap(one.text, room) or [""]):
            yield f"{margin}{head if not number else ' ' * len(head)}{part}".rstrip()


def lines(timeline: Timeline, lang: str, width: int) -> Iterator[Line]:
    """The timeline as lines for people."""
    strip = _Strip(timeline, max(NARROWEST, width) - INDENT)
    yield Line(words.say("title", lang, words.long_day(timeline.on, lang)), "title")
    for course in timeline.courses:
        yield BLANK
        yield from _head(course, timeline, lang)
        yield BLANK
        yield from strip.axis_lines(lang)
        for lane in course.lanes:
            yield Line(f"{words.lane_name(lane, lang)} ({words.lane_sum(lane, lang)})", "strong", INDENT)
            yield from strip.lane_lines(lane)
        yield from strip.stay_lines()
        yield from strip.mark_lines([limit.day for limit in course.limits], LIMIT)
        marks = (*course.agreements, *timeline.events)
        yield from strip.mark_lines([mark.on.first for mark in marks], EVENT)
        yield from strip.now_lines(lang)
        yield BLANK
        yield from _legend(course, strip, lang)
        yield BLANK
        yield from _days(course, timeline, lang)
    if not timeline.courses:
        yield BLANK
        yield from _day_lines(sorted(_events(timeline, lang), key=lambda one: one.day), lang)
    yield from (Line(in_language(note, lang), "faint") for note in timeline.notes)


def _head(course: Course, timeline: Timeline, lang: str) -> Iterator[Line]:
    stands = course.standing
    tone: Tone = "open"
    if stands.late or stands.no_follow_up is not None:
        tone = "danger"
    elif stands.due is not None and stands.due <= timeline.on:
        tone = "soon"
    elif len(stands.statuses) == 1:
        tone = _TONES.get(stands.statuses[0], "plain")
    yield Line(in_language(course.title, lang), "faint")
    yield Line(words.conclusion(course, timeline, lang), tone)
    yield from (Line(in_language(note, lang), "faint") for note in course.notes)


class _Strip:
    """Columns of days, each the same number of them."""

    def __init__(self, timeline: Timeline, columns: int) -> None:
        self.timeline = timeline
        self.columns = columns
        self.axis: Axis = axis_of(timeline.first, timeline.last, 0, columns * 10)
        self.used: dict[str, None] = {}

    def column(self, day: date) -> int:
        return max(0, min(self.columns - 1, int(self.axis.x(day) / 10)))

    def axis_lines(self, lang: str) -> Iterator[Line]:
        """The years, and the months where there is room for them."""
        years, months = [" "] * self.columns, [" "] * self.columns
        free = 0
        for tick in self.axis.ticks:
            _put(months, self.column(tick.day), words.month(tick.day, lang))
        days = [self.axis.first, *(tick.day for tick in self.axis.ticks if tick.year)]
        starts = [self.column(day) for day in days]
        for place, (day, at) in enumerate(zip(days, starts, strict=True)):
            following = starts[place + 1] if place + 1 < len(starts) else self.columns
            if at >= free and at + 4 <= following:
                free = at + 5 if _put(years, at, str(day.year)) else free
        yield from _as_is(years, "faint")
        if self.axis.month_step:
            yield from _as_is(months, "faint")

    def lane_lines(self, lane: Lane) -> Iterator[Line]:
        """The days of supply, and below them the days that are covered."""
        marks, bars = [" "] * self.columns, [NOTHING] * self.columns
        for supply in lane.supplies:
            marks[self.column(max(supply.on.first, self.timeline.first))] = SUPPLY
        if lane.supplies:
            self.used[SUPPLY] = None
        after = self.timeline.last + timedelta(days=1)
        for kind, found in (
            (GAP, [(gap.period.start, gap.period.end) for gap in lane.gaps]),
            (UNKNOWN, [(bar.start, bar.end or after) for bar in lane.bars if bar.kind == "unknown"]),
            (COVERED, [(bar.start, bar.end or after) for bar in lane.bars if bar.kind == "covered"]),
        ):
            for start, end in found:
                self._fill(bars, start, end, kind)
        yield from _as_is(marks, "plain")
        yield from _as_is(bars, "plain")

    def _fill(self, row: list[str], start: date, end: date, symbol: str) -> None:
        """The columns from the one that holds the first day; of a few days the one that they are in, if it is still
        empty."""
        first, after = self.column(start), self.column(end)
        for number in range(first, after) if first < after else [first] if row[first] == NOTHING else []:
            row[number] = symbol
            self.used[symbol] = None

    def stay_lines(self) -> Iterator[Line]:
        if not self.timeline.stays:
            return
        row = [" "] * self.columns
        for stay in self.timeline.stays:
            start, end = max(stay.start, self.timeline.first), stay.end or self.timeline.on
            self._fill(row, start, max(end, start), STAY)
        yield from _as_is(row, "plain")

    def mark_lines(self, days: Sequence[date], symbol: str) -> Iterator[Line]:
        """A row with a symbol on each of these days."""
        row = [" "] * self.columns
        for day in days:
            row[self.column(max(day, self.timeline.first))] = symbol
            self.used[symbol] = None
        if days:
            yield from _as_is(row, "plain")

    def now_lines(self, lang: str) -> Iterator[Line]:
        """A line at the reference date, with its name at the side where there is room."""
        row = [" "] * self.columns
        at = self.column(self.timeline.on)
        text = words.say("reference", lang, words.short_day(self.timeline.on, lang))
        row[at] = NOW
        _put(row, at + 2 if at + 2 + len(text) <= self.columns else at - 1 - len(text), text)
        yield from _as_is(row, "plain")


def _put(row: list[str], at: int, text: str) -> bool:
    """Writes a text in a row, where it fits and nothing stands yet."""
    if (
        at < 0
        or at + len(text) > len(row)
        or any(letter != " " for letter in row[max(0, at - 1) : at + len(text)])
    ):
        return False
    row[at : at + len(text)] = text
    return True


def _as_is(row: Sequence[str], tone: Tone) -> Iterator[Line]:
    yield Line("".join(row).rstrip(), tone, INDENT, as_is=True)


def _legend(course: Course, strip: _Strip, lang: str) -> Iterator[Line]:
    """What the symbols stand for, as many on a line as fit."""
    kinds = dict.fromkeys(supply.list for lane in course.lanes for supply in lane.supplies)
    told = [f"{SUPPLY} {', '.join(in_language(words.LEGEND[kind], lang) for kind in kinds)}"] if kinds else []
    told += [f"{symbol} {in_language(text, lang)}" for symbol, text in _SIGNS.items() if symbol in strip.used]
    rows: list[str] = []
    for one in told:
        longer = f"{rows[-1]}   {one}" if rows else one
        if rows and len(longer) <= strip.columns:
            rows[-1] = longer
        else:
            rows.append(one)
    yield from (Line(row, "faint", INDENT, as_is=True) for row in rows)


# Every day that counts


@dataclass(frozen=True, slots=True)
class _Told:
    day: date
    symbol: str
    text: str
    tone: Tone = "plain"
    when: str = ""


def _days(course: Course, timeline: Timeline, lang: str) -> Iterator[Line]:
    found: list[_Told] = []
    for lane in course.lanes:
        name = f"{words.lane_name(lane, lang)}: " if len(course.lanes) > 1 else ""
        found += _supplies(lane, name, lang)
        for gap in lane.gaps:
            if gap.days < SHORT_GAP and not gap.running and len(lane.gaps) > MOST_SUPPLIES:
                continue
            found.append(
                _Told(
                    gap.period.start,
                    GAP,
                    words.say("without", lang, words.count_days(gap.days, lang)),
                    "soon",
                )
            )
    found += [_Told(limit.day, LIMIT, words.limit_reason(limit, lang), "soon") for limit in course.limits]
    found += [
        _Told(mark.on.first, EVENT, words.what(mark, lang), when=words.when(mark.on, lang))
        for mark in course.agreements
    ]
    found += _events(timeline, lang)
    yield from _day_lines(sorted(found, key=lambda one: one.day), lang)


def _marks(marks: Sequence[Mark], lang: str) -> Iterator[_Told]:
    for mark in marks:
        yield _Told(mark.on.first, EVENT, words.what(mark, lang), when=words.when(mark.on, lang))


def _events(timeline: Timeline, lang: str) -> Iterator[_Told]:
    yield from _marks(timeline.events, lang)
    for stay in timeline.stays:
        yield _Told(stay.start, STAY, words.stay_text(stay, lang))


def _supplies(lane: Lane, name: str, lang: str) -> Iterator[_Told]:
    """The days of supply of one product; of many the first and the last few."""
    many = lane.supplies
    left_out = len(many) - MOST_SUPPLIES if len(many) > MOST_SUPPLIES + 1 else 0
    for place, supply in enumerate(many):
        if left_out and 2 <= place < 2 + left_out:
            if place == 2:
                last = words.short_day(many[1 + left_out].on.first, lang)
                text = f"{name}{words.say('between', lang, left_out, last)}"
                yield _Told(supply.on.first, SUPPLY, text, "faint")
            continue
        yield _told(supply, name, lang)


def _told(supply: Supply, name: str, lang: str) -> _Told:
    text = f"{name}{words.supply_text(supply, lang)}"
    return _Told(supply.on.first, SUPPLY, text, when=words.when(supply.on, lang))


def _day_lines(found: Sequence[_Told], lang: str) -> Iterator[Line]:
    for one in found:
        label = f"{one.when or words.short_day(one.day, lang):>11}  {one.symbol} "
        yield Line(one.text, one.tone, INDENT, label=label, label_width=len(label), label_tone="faint")
