"""Where a treatment stands: the ladder of language §6, from the first rung that holds.

A rung is yes, no or unknown. The status is one of the rungs that are not no, up to the first that is yes: the
same sentence as for an open table. A rung whose evidence was not recorded is no, not unknown: it makes no
leap.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cdss.engine.agreements import Said, ended_on, restarted_on, stopped_on
from cdss.engine.cover import Course, over, plus
from cdss.models.dates import Duration
from cdss.models.treatment import BASIS_WORDS, STATUS_WORDS
from cdss.models.truth import NO, UNKNOWN, YES, Truth, every, some, truth_of

Rung = tuple[str, tuple[str, ...], Truth]
"""A status, what it may rest on, and whether it holds."""
Standing = tuple[str, str]
"""A status and what it rests on."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of one treatment policy that the ladder compares with."""

    possible_stop: Duration
    stopped: Duration
    planned_end_class: str | None = None
    planned_end_after: Duration | None = None
    planned_end_tolerance: Duration | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """How far we can see: whether anything was delivered, and whether others may have supplied it too.

    `capped`: the records are those of one practice or pharmacy, or prescriptions only; then nothing is said
    to have stopped for sure.
    """

    delivered: bool
    own: bool
    capped: bool


@dataclass(frozen=True, slots=True)
class History:
    """What was used, read in one way: the course with the least and the one with the most supply.

    `started` is the earliest and the latest start of the last period; `drugs` what may have been used last.
    `loose`: the days of use are not settled either, and of the two courses only the run-outs count.
    """

    low: Course
    high: Course
    started: tuple[int, int]
    drugs: frozenset[str]
    loose: bool = False


OPEN: Final[frozenset[Standing]] = frozenset(
    (status, basis)
    for status in STATUS_WORDS
    for basis in BASIS_WORDS
    if status != "censored" and basis != "registration"
)
"""Anything that may turn up in lists that we did not get. A death or a move would have been told."""


def standings(rungs: Iterable[Rung]) -> frozenset[Standing]:
    """What may hold: every rung that is not no, up to the first that surely holds."""
    found: set[Standing] = set()
    for status, bases, truth in rungs:
        if truth != NO:
            found.update((status, basis) for basis in bases)
        if truth == YES:
            break
    return frozenset(found)


def ladder(
    history: History,
    said: Sequence[Said],
    others: Sequence[tuple[int, str]],
    limits: Limits,
    seen: Seen,
    follow_up: Truth,
    on: int,
) -> list[Rung]:
    """The rungs for a treatment of which something was supplied.

    `others`: the days and lists of drugs outside the set. `follow_up`: whether a planned end may count, which
    for denosumab takes a confirmed follow-up drug.
    """
    starts = [one for one in said if one.kind == "start" and one.day <= on]
    stops = [one for one in said if one.kind == "stop" and one.day <= on]
    definitive = [stop for stop in stops if stop.stop_type == "definitive"]
    paused = [stop for stop in stops if stop.stop_type == "temporary" and stop.in_force(on)]
    unused = [one for one in said if one.kind == "not_used" and one.in_force(on)]
    courses = (history.low,) if history.low is history.high else (history.low, history.high)
    days = [day for day, _ in others]

    def holds(said_so: Sequence[Said], ends: Sequence[int | None]) -> Truth:
        if history.loose:
            return UNKNOWN if said_so else NO
        found = {end is not None for end in ends}
        return UNKNOWN if len(found) > 1 else truth_of(found.pop())

    def ends_it(said_so: Sequence[Said]) -> Truth:
        return holds(said_so, [stopped_on(course, said_so, starts, days) for course in courses])

    stopped = ends_it(definitive)
    pause = ends_it([*paused, *definitive])
    not_used = ends_it(unused)
    closed = [start for start in starts if start.until is not None and start.until <= on]
    ended = holds(closed or definitive, [ended_on(course, said, on) for course in courses])
    shortest, longest = gap_starts(history, said, on)

    def beyond(limit: Duration) -> Truth:
        if over(shortest, on, limit):
            return YES
        return UNKNOWN if over(longest, on, limit) else NO

    basis = _basis(history, seen.own)
    # A stop that is no planned end, as of denosumab without a follow-up drug, still ended the agreement.
    over_and_out = some([ended, stopped, not_used])
    why = ("ended_agreement",) if some([ended, stopped]) == over_and_out else ("not_used",)
    gap = beyond(limits.possible_stop)
    rungs = [
        ("planned_end", ("stop_agreement",), every([stopped, follow_up])),
        ("interrupted", ("stop_agreement",), pause if paused else NO),
        ("on_treatment", basis, _running(history, on)),
    ]
    if not seen.delivered:
        return [*rungs, *_unseen(limits, others, basis)]
    last = "possible_stop" if seen.capped else "stopped"
    return [
        *rungs,
        *(("switched", (counted(name, seen.own),), _switched(history, day, limits)) for day, name in others),
        ("planned_end_possible", basis, every([some([gap, over_and_out]), _planned(history, limits, on)])),
        (last, basis, beyond(limits.stopped)),
        ("possible_stop", why if over_and_out == YES else basis, some([gap, over_and_out])),
        ("on_treatment", basis, YES),
    ]


def gap_starts(history: History, said: Sequence[Said], on: int) -> tuple[int, int]:
    """The latest and the earliest day from which the gap is counted: the run-out, or a restart after it."""
    restart = restarted_on(said, on)
    latest, earliest = history.high.run_out, history.low.run_out
    return (latest, earliest) if restart is None else (max(latest, restart), max(earliest, restart))


def counted(name: str, own: bool) -> str:
    """The word for a status that rests on the records of this list."""
    return "own_dispensings" if own and name == "dispensings" else name


def _basis(history: History, own: bool) -> tuple[str, ...]:
    """The lists of which a record may be the last to run out."""
    lists = {history.low.list, history.high.list}
    if history.low is not history.high:
        lists |= {cover.dose.list for cover in history.high.covers if cover.end >= history.low.run_out}
    return tuple(sorted(counted(name, own) for name in lists))


def _running(history: History, on: int) -> Truth:
    if history.low.run_out > on:
        return YES
    return UNKNOWN if history.high.run_out > on else NO


def _switched(history: History, day: int, limits: Limits) -> Truth:
    """Whether another drug took over on this day: after the last of ours, and before ours had stopped."""
    if history.loose:
        return UNKNOWN
    if day < history.low.last_dispensed:
        return NO
    if day <= plus(history.low.run_out, limits.stopped):
        return YES
    return UNKNOWN if day <= plus(history.high.run_out, limits.stopped) else NO


def _planned(history: History, limits: Limits, on: int) -> Truth:
    """Whether the treatment had nearly reached its planned length when the supply ran out, before today."""
    if limits.planned_end_after is None or limits.planned_end_class is None:
        return NO
    earliest, latest = (_planned_day(day, limits) for day in history.started)
    reached = YES if history.low.run_out >= latest else NO
    if reached == NO and min(history.high.run_out, on) >= earliest:
        reached = UNKNOWN
    if limits.planned_end_class not in history.drugs:
        return NO
    return every([reached, UNKNOWN if len(history.drugs) > 1 else YES])


def _planned_day(started: int, limits: Limits) -> int:
    assert limits.planned_end_after is not None
    day = plus(started, limits.planned_end_after)
    return plus(day, limits.planned_end_tolerance, -1) if limits.planned_end_tolerance else day


def _unseen(limits: Limits, others: Sequence[tuple[int, str]], basis: tuple[str, ...]) -> Iterable[Rung]:
    """What it may be when other records exist that were not delivered."""
    words = ["on_treatment", "stopped", "possible_stop"]
    if others:
        words.append("switched")
    if limits.planned_end_after is not None:
        words.append("planned_end_possible")
    return [(word, basis, UNKNOWN) for word in words]


def no_use(
    prescribed: Truth, outside: Sequence[tuple[str, Truth]], seen: Seen, *, said_elsewhere: bool
) -> frozenset[Standing]:
    """The standings of somebody to whom nothing of the set was supplied.

    `prescribed`: longer ago than the limit and not collected. `outside`: the lists in which other products
    stand. `said_elsewhere`: something was prescribed before the days that we can see.
    """
    if not seen.delivered or said_elsewhere:
        return OPEN
    return standings(
        [
            *(("out_of_scope", (counted(name, seen.own),), truth) for name, truth in outside),
            ("primary_non_adherence", ("prescriptions",), prescribed),
            ("never", ("none",), YES),
        ]
    )
