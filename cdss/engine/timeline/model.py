"""What a timeline shows, before anybody draws it: lanes of supply, gaps, stays, limits and events, all as days.

Periods are half-open. What is not known stays so here: a bar of kind `unknown` is supply of which nobody knows
whether it is still there, and it is never a gap.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from cdss.errors import Text
from cdss.models.dates import Duration, Period
from cdss.models.patient import Days

LimitKind = Literal["possible_stop", "stopped", "planned_end", "due", "overdue"]
MarkKind = Literal["fracture", "dxa", "start", "stop", "not_used", "died", "left"]


@dataclass(frozen=True, slots=True)
class Supply:
    """What was supplied of one product on one day.

    `days`: for how many days of use, the fewest and the most (None: no upper end). `begins`: the first day on which
    it is used, later than the day of supply when there was something left. `sure`: the day is known, and it surely
    belongs (`belongs` alone: whatever its day). One that is not `counted` was returned, is a return, or was given
    later as an injection.
    """

    on: Days
    list: str
    quantity: Decimal | None
    days: tuple[int, int | None]
    begins: date | None
    sure: bool
    records: tuple[str, ...]
    counted: bool = True
    belongs: bool = True


@dataclass(frozen=True, slots=True)
class Bar:
    """Days with supply; of an `unknown` one it is not known. `end` is None when it has no known end."""

    start: date
    end: date | None
    kind: Literal["covered", "unknown"]


@dataclass(frozen=True, slots=True)
class Gap:
    """Days on which there was surely no supply of any product of the treatment."""

    period: Period
    running: bool  # until the reference date

    @property
    def days(self) -> int:
        return self.period.days


@dataclass(frozen=True, slots=True)
class Lane:
    """One product. `gaps` are those that began when this product ran out.

    `switched_on`: the day on which it took over from another drug, which stands in the lane `switched_from`.
    """

    code: str
    strength: str | None
    drug: str
    display: str | None
    supplies: tuple[Supply, ...]
    bars: tuple[Bar, ...]
    gaps: tuple[Gap, ...] = ()
    outside: bool = False  # a drug outside the set, to which somebody may have switched
    switched_on: date | None = None
    switched_from: int | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """The day on which something begins to hold, or is due, and after how long that is."""

    kind: LimitKind
    day: date
    after: Duration | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day, or on one of some days. `words` say what, from closed lists."""

    kind: MarkKind
    on: Days
    words: tuple[str, ...] = ()
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay; `end` is None when it goes on. `pauses`: no supply of one's own is used on its days."""

    start: date
    end: date | None
    kind: str
    pauses: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a treatment stands on the reference date: the words of its `.status`, one when it is known.

    `gap` is counted from `gap_from`; `unseen`: that is before the lists are complete, so that it may have been
    shorter. `due` is the day on which the next dose is due of a drug that has a clock of its own, `late` whether that
    has an alarm, `no_follow_up` the day on which stopping it was agreed, where no follow-up drug was seen.
    """

    statuses: tuple[str, ...]
    basis: tuple[str, ...]
    run_out: date | None = None
    gap: int | None = None
    gap_from: date | None = None
    unseen: bool = False
    limit: Duration | None = None
    stopped_on: date | None = None
    drug: str | None = None
    due: date | None = None
    late: bool = False
    no_follow_up: date | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """One treatment: its lanes, what was agreed, the days on which something begins to hold, and where it stands."""

    name: str
    title: Text
    lanes: tuple[Lane, ...]
    limits: tuple[Limit, ...]
    agreements: tuple[Mark, ...]
    standing: Standing
    prescribed: bool  # drawn from prescriptions, because nothing better was delivered
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """One patient's treatments up to a date, ready to be drawn from `first` up to and including `last`.

    What lies too far from the treatment to be drawn in one picture is in the notes.
    """

    on: date
    first: date
    last: date
    courses: tuple[Course, ...]
    stays: tuple[Stay, ...] = ()
    events: tuple[Mark, ...] = ()
    notes: tuple[Text, ...] = ()
    ended: date | None = None  # died or left: after this day nobody knows

    def to_svg(self, lang: str = "nl") -> str:
        """The timeline as a picture for a page: an SVG without scripts, fonts or anything else from elsewhere."""
        from cdss.engine.timeline.svg import svg

        return svg(self, lang)

    def to_text(self, lang: str = "nl", width: int = 80) -> str:
        """The timeline as text, no line wider than this."""
        from cdss.engine.timeline.text import plain

        return plain(self, lang, width)

    def to_dict(self) -> dict[str, object]:
        """The timeline as plain values, for JSON."""
        return {
            "on": self.on.isoformat(),
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "ended": _day(self.ended),
            "courses": [_course(one) for one in self.courses],
            "stays": [
                {"from": _day(one.start), "until": _day(one.end), "kind": one.kind, "pauses": one.pauses}
                for one in self.stays
            ],
            "events": [_mark(one) for one in self.events],
            "notes": _texts(self.notes),
        }


def _course(course: Course) -> object:
    stands = course.standing
    return {
        "name": course.name,
        "title": dict(course.title),
        "status": list(stands.statuses),
        "basis": list(stands.basis),
        "run_out": _day(stands.run_out),
        "gap": stands.gap,
        "due": _day(stands.due),
        "late": stands.late,
        "no_follow_up": _day(stands.no_follow_up),
        "prescribed": course.prescribed,
        "lanes": [_lane(one) for one in course.lanes],
        "limits": [{"kind": one.kind, "on": _day(one.day)} for one in course.limits],
        "agreements": [_mark(one) for one in course.agreements],
        "notes": _texts(course.notes),
    }


def _lane(lane: Lane) -> object:
    return {
        "code": lane.code,
        "strength": lane.strength,
        "drug": lane.drug,
        "display": lane.display,
        "outside": lane.outside,
        "switched_on": _day(lane.switched_on),
        "switched_from": lane.switched_from,
        "supplies": [
            {
                **_when(one.on),
                "list": one.list,
                "quantity": _number(one.quantity),
                "days": list(one.days),
                "begins": _day(one.begins),
                "sure": one.sure,
                "counted": one.counted,
                "records": list(one.records),
            }
            for one in lane.supplies
        ],
        "bars": [{"from": _day(one.start), "until": _day(one.end), "kind": one.kind} for one in lane.bars],
        "gaps": [
            {
                "from": _day(one.period.start),
                "until": _day(one.period.end),
                "days": one.days,
                "running": one.running,
            }
            for one in lane.gaps
        ],
    }


def _mark(mark: Mark) -> object:
    return {"kind": mark.kind, **_when(mark.on), "words": list(mark.words), "value": _number(mark.value)}


def _when(days: Days) -> dict[str, object]:
    """The day; of a partial date its first and last day."""
    if days.first == days.last:
        return {"on": days.first.isoformat()}
    return {"on": None, "between": [days.first.isoformat(), days.last.isoformat()]}


def _day(day: date | None) -> object:
    return None if day is None else day.isoformat()


def _number(value: Decimal | None) -> object:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _texts(texts: Iterable[Text]) -> object:
    return [dict(one) for one in texts]
