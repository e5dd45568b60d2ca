"""What a second measurement says of the first: recovered, improved, worsened, not improved (language §7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cdss.engine.instrument import compare_total, in_band
from cdss.models.instrument import RESPONSES, Change
from cdss.models.quantity import MILLION
from cdss.models.truth import NO, UNKNOWN, YES, Truth, every, some
from cdss.models.value import ANY_RANGE, INF, Range


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement with the days it may have been taken, as ordinals. `sure`: it surely counts."""

    first: float
    last: float
    value: Range
    episode: str | None = None
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Trend:
    """The first and the latest measurement that are compared, and what the second says of the first."""

    first: Range
    latest: Range
    response: frozenset[str] = field(default=frozenset(RESPONSES))


YEAR: Final = 365


def trend(change: Change, measured: Sequence[Measured], on: int, anything: Range = ANY_RANGE) -> Trend:
    """The latest measurement against the first in the same episode; without an episode, in the last 365 days.

    Open when there are no two that were surely taken on different days, or when what is open matters.
    `anything` is what a measurement may be when there is none.
    """
    compared = _compared(measured, on)
    if not compared:
        return Trend(anything, anything)
    first = _value([one for one in compared if not any(o.sure and o.last < one.first for o in compared)])
    latest = _value([one for one in compared if not any(o.sure and o.first > one.last for o in compared)])
    sure = [one for one in compared if one.sure]
    apart = any(one.last < other.first for one in sure for other in sure)
    return Trend(first, latest, response_of(change, first, latest)) if apart else Trend(first, latest)


def response_of(change: Change, first: Range, latest: Range) -> frozenset[str]:
    """The words that a second measurement may earn: recovered, improved, worsened, not improved."""
    if any(abs(end) == INF for end in (*first, *latest)):
        return frozenset(RESPONSES)
    worse: Truth
    if change.better == "lower":
        better, worse = _moved(change, first, latest, -1), _moved(change, first, latest, 1)
    else:
        better, worse = _moved(change, first, latest, 1), _moved(change, first, latest, -1)
    recovered = NO if change.recovered is None else in_band(change.recovered, latest)
    found = []
    for word, truth in zip(RESPONSES, (recovered, better, worse, YES), strict=True):
        if truth != NO:
            found.append(word)
        if truth == YES:
            break
    return frozenset(found)


def _compared(measured: Sequence[Measured], on: int) -> list[Measured]:
    """The measurements that are compared: those of the episode of the latest, or of the last year.

    The latest is of the last year itself: what somebody filled in before that says nothing of how things go today.
    """
    latest = [one for one in measured if not any(other.sure and other.first > one.last for other in measured)]
    episodes = {one.episode for one in latest if one.last > on - YEAR}
    found = []
    for one in measured:
        recent = None in episodes and one.last > on - YEAR
        if recent or (one.episode is not None and one.episode in episodes):
            found.append(one)
    return found


def _moved(change: Change, first: Range, latest: Range, sign: int) -> Truth:
    """Whether it moved far enough in this direction (1 up, -1 down): by the part of the first, or absolutely.

    Parts are taken by multiplying, so a first of zero is no exception. Without any movement nothing changed.
    """
    changed = _all_or_some([sign * (new - old) > 0 for old in first for new in latest])
    enough: list[Truth] = []
    if change.part is not None:
        # Both ends of both ranges are enough: the difference rises or falls along each of them.
        part = change.part
        enough.append(
            _all_or_some([sign * (new - old) * MILLION >= part * abs(old) for old in first for new in latest])
        )
    if change.absolute is not None:
        absolute = change.absolute
        far = _all_or_some([sign * (new - old) >= absolute for old in first for new in latest])
        enough.append(every([far, compare_total(first, ">=", absolute)]))
    return every([changed, some(enough)])


def _all_or_some(holds: Sequence[bool]) -> Truth:
    return YES if all(holds) else UNKNOWN if any(holds) else NO


def _value(measured: Sequence[Measured]) -> Range:
    return (min(one.value[0] for one in measured), max(one.value[1] for one in measured))
