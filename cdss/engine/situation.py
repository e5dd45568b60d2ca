"""Everything that a treatment may be, when the record leaves something open.

What is open is read in every way it may be read: a record that only possibly belongs is in or out, a date of
which only the month is known is each of its days, a stop of which the type was not recorded is either. A
supply of unknown length is a range: more of it never makes a gap longer, so its two ends bound everything.
When there are too many ways, only the run-out is bounded, and the rest is left open.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Final, TypeVar

from cdss.engine.agreements import Said, Spoken
from cdss.engine.cover import Course, Dose, Stretch, course_of, over, plus
from cdss.engine.status import OPEN, History, Limits, Seen, Standing, gap_starts, ladder, no_use, standings
from cdss.engine.supply import FAR, Product, Use, alike
from cdss.models.dates import Duration
from cdss.models.truth import NO, UNKNOWN, YES, Truth

MOST_WAYS: Final = 64
SAME_STRENGTH: Final = "the same"
"""A strength that several supplies turn out to share; which it is does not matter."""
FOLLOW_UP_FIRST: Final = frozenset({"denosumab", "atc:M05BX04"})
"""The drug, by the word for it, that is never simply ended (clinical §3.6)."""

T = TypeVar("T")
Question = tuple[str, str]
"""A record and the field of it that was not recorded and matters."""


@dataclass(frozen=True, slots=True)
class Case:
    """One treatment of one patient as the record has it, before anything open is decided.

    `others`: supplies of drugs outside the set that may take over. `prescribed`: what might not have been
    collected. `outside`: the lists in which other products of the same codes stand, and whether those surely
    happened. `begin`: the first day of which the lists are complete, when they are not complete for ever.
    `stays`: those that surely and those that possibly pause the use.
    """

    uses: tuple[Use, ...]
    others: tuple[Use, ...]
    spoken: tuple[Spoken, ...]
    prescribed: tuple[Use, ...]
    outside: tuple[tuple[str, Truth], ...]
    stays: tuple[tuple[Stretch, ...], tuple[Stretch, ...]]
    limits: Limits
    carry_over: Duration | None
    prescribed_limit: Duration | None
    needs_follow_up: bool
    follow_up: Truth
    seen: Seen
    begin: int | None
    on: int


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read it: what was used (None: nothing), what was agreed, and what status that allows."""

    history: History | None
    said: tuple[Said, ...]
    standings: frozenset[Standing]


def ways(case: Case) -> list[Way]:
    """Every way in which the treatment may be read, each with the standings it allows."""
    beside = [*(_readings(use, 2) for use in case.others), *(spoken.readings for spoken in case.spoken)]
    many = math.prod(len(readings) for readings in beside)
    if many > MOST_WAYS:
        return [Way(history, (), OPEN) for history in histories(case, 1)]
    found = []
    for history in histories(case, MOST_WAYS // many):
        for choice in product(*beside):
            others = [(one.first, one.list) for one in choice if isinstance(one, Use)]
            said = tuple(one for one in choice if isinstance(one, Said))
            found.append(Way(history, said, _standings(case, history, others, said)))
    return found


def histories(case: Case, most: int) -> list[History | None]:
    """What may have been used, in at most so many ways."""
    if math.prod(_count(use) for use in case.uses) <= most:
        choices = product(*(_readings(use) for use in case.uses))
        return [_history(case, [use for use in choice if use is not None]) for choice in choices]
    return _loosely(case)


def _loosely(case: Case) -> list[History | None]:
    """The histories when there are too many ways to read them.

    What is sure of its day bounds the run-out from below: one more supply never takes it back. From above, no
    supply starts later than the carry-over after its last possible day, nor lasts longer than everything that
    may have been supplied of it on that same day.
    """
    carry = case.carry_over or Duration()
    latest = [
        replace(
            use,
            first=plus(use.last, carry),
            product=Product(use.product.code, use.path),
            high=_together([other for other in case.uses if _may_share_a_day(use, other)]),
        )
        for use in case.uses
    ]
    high = _course(case, latest, 1)
    least = recorded(case) or min((_alone(case, use) for use in case.uses), key=lambda course: course.run_out)
    assert high is not None
    bounds = (min(use.first for use in case.uses), max(use.last for use in case.uses))
    history = History(least, high, bounds, frozenset(use.drug for use in case.uses), loose=True)
    return [history] if any(use.sure for use in case.uses) else [None, history]


def _may_share_a_day(use: Use, other: Use) -> bool:
    return use.product.code == other.product.code and other.first <= use.last and use.first <= other.last


def _together(uses: Sequence[Use]) -> Fraction | None:
    """The most days of all of these; None when one of them has no upper end."""
    total = Fraction(0)
    for use in uses:
        if use.high is None:
            return None
        total += use.high
    return total


def recorded(case: Case, end: int = 0) -> Course | None:
    """The course of what surely belongs, on days that are known, with the least supply (or the most, with 1): what
    can be drawn."""
    return _course(case, [use for use in case.uses if use.sure and use.first == use.last], end)


def questions(case: Case, statuses: frozenset[str]) -> Iterator[Question]:
    """The fields that were not recorded and that could change the status, once each.

    Where no record by itself could, only several together: then all that is open is asked.
    """
    if len(statuses) == 1:
        return
    found: set[Question] = set()
    together: dict[Question, None] = {}
    for asked, settled in settlings(case):
        together.update(dict.fromkeys(asked))
        if not found.issuperset(asked) and _statuses(settled) != statuses:
            found.update(asked)
            yield from asked
    if not found:
        yield from together


def settlings(case: Case) -> Iterator[tuple[tuple[Question, ...], Case]]:
    """Every way in which what one record leaves open may be settled, with the fields that would settle it."""
    for name in ("uses", "others", "prescribed"):
        uses: tuple[Use, ...] = getattr(case, name)
        for place, use in enumerate(uses):
            if use.missing:
                asked = tuple((use.path, field) for field in use.missing)
                yield from ((asked, _with(case, name, place, one)) for one in _settled(use))
    for place, spoken in enumerate(case.spoken):
        if spoken.missing:
            asked = tuple((spoken.path, field) for field in spoken.missing)
            for reading in spoken.readings:
                rest = (*case.spoken[:place], Spoken(spoken.path, (reading,)), *case.spoken[place + 1 :])
                yield asked, replace(case, spoken=rest)
    yield from _strengths(case)


def _statuses(case: Case) -> frozenset[str]:
    return frozenset(status for way in ways(case) for status, _ in way.standings)


def _with(case: Case, name: str, place: int, use: Use | None) -> Case:
    uses: tuple[Use, ...] = getattr(case, name)
    kept = (*uses[:place], *(() if use is None else (use,)), *uses[place + 1 :])
    match name:
        case "uses":
            return replace(case, uses=kept)
        case "others":
            return replace(case, others=kept)
        case _:
            return replace(case, prescribed=kept)


def _settled(use: Use) -> list[Use | None]:
    """The ways in which an answer may settle a use."""
    found: list[Use | None] = []
    for reading in _readings(use, MOST_WAYS):
        if reading is None:
            found.append(None)
        else:
            ends = {use.low, Fraction(FAR) if use.high is None else use.high}
            found.extend(replace(reading, low=end, high=end, missing=()) for end in sorted(ends))
    return found


def _strengths(case: Case) -> Iterator[tuple[tuple[Question, ...], Case]]:
    """Dispensings of which the missing strength decides whether supply was carried over."""
    codes = _mixed(case.uses)
    for use in case.uses:
        if use.product.code in codes and use.product.strength is None and "strength" not in use.missing:
            others = {other.product for other in case.uses if other.product.code == use.product.code}
            same = Product(use.product.code, SAME_STRENGTH)
            for known in sorted(others - {use.product}, key=repr) or [same]:
                settled = tuple(
                    replace(one, product=known) if one.product == use.product else one for one in case.uses
                )
                yield ((use.path, "strength"),), replace(case, uses=settled)


def _count(use: Use) -> int:
    """In how many ways a use may be read."""
    return use.last - use.first + (1 if use.sure else 2)


def _readings(use: Use, most: int | None = None) -> tuple[Use | None, ...]:
    """Every way in which a use may be read, or at most so many days of it, spread evenly."""
    if use.sure and use.first == use.last:
        return (use,)
    step = 1 if most is None else -(-(use.last - use.first) // most) or 1
    days = sorted({*range(use.first, use.last + 1, step), use.last})
    found: list[Use | None] = [replace(use, first=day, last=day, sure=True) for day in days]
    return tuple(found if use.sure else [*found, None])


def _history(case: Case, uses: Sequence[Use]) -> History | None:
    low = _course(case, uses, 0)
    if low is None:
        return None
    exact = all(use.low == use.high for use in uses) and case.stays[0] == case.stays[1] and not _mixed(uses)
    high = low if exact else _course(case, uses, 1)
    assert high is not None
    started = (min(low.started, high.started), max(low.started, high.started))
    return History(low, high, started, frozenset({low.drug, high.drug}))


def _alone(case: Case, use: Use) -> Course:
    course = _course(case, [replace(use, last=use.first)], 0)
    assert course is not None
    return course


def _course(case: Case, uses: Iterable[Use], end: int) -> Course | None:
    """The course with the least (0) or the most (1) supply. Least: each unknown strength is another product, so
    that nothing is carried over; most: they are all the same."""
    blurred = _mixed(case.uses)
    doses = [
        Dose(
            day=use.first,
            days=use.low if not end else FAR if use.high is None else use.high,
            product=_read_as(use, end) if use.product.code in blurred else use.product,
            drug=use.drug,
            list=use.list,
            paths=(use.path,),
            limit=use.limit,
        )
        for use in uses
    ]
    return course_of(doses, case.stays[end], case.carry_over, case.limits.stopped, case.on)


def _read_as(use: Use, end: int) -> Product:
    """The product of a supply beside others of its code of which a strength was not recorded."""
    if end:
        return Product(use.product.code, None)
    return use.product if use.product.strength is not None else Product(use.product.code, use.path)


def _mixed(uses: Iterable[Use]) -> frozenset[str]:
    """The codes that were supplied more than once, and once or more without a recorded strength."""
    supplied = Counter(use.product.code for use in uses)
    return frozenset(
        use.product.code for use in uses if use.product.strength is None and supplied[use.product.code] > 1
    )


def _standings(
    case: Case, history: History | None, others: Sequence[tuple[int, str]], said: Sequence[Said]
) -> frozenset[Standing]:
    if history is None:
        prescribed, before = _not_collected(case, said)
        # A record that would have belonged in another strength was outside the set, then.
        left_out = [
            (use.list, UNKNOWN if "on" in use.missing else YES)
            for use in case.uses
            if "strength" in use.missing
        ]
        outside = [*case.outside, *left_out, *((name, YES) for _, name in others)]
        return no_use(prescribed, outside, case.seen, said_elsewhere=before)
    follow_up = case.follow_up if case.needs_follow_up and history.drugs & FOLLOW_UP_FIRST else YES
    capped = case.seen.capped or gap_is_older(case, history, said)
    seen = replace(case.seen, capped=capped)
    return standings(ladder(history, said, others, case.limits, seen, follow_up, case.on))


def _not_collected(case: Case, said: Sequence[Said]) -> tuple[Truth, bool]:
    """Whether something was prescribed longer ago than the limit, and whether before the lists begin.

    A prescription that was stopped did not have to be collected.
    """
    found: Truth = NO
    if case.prescribed_limit is None:
        return found, False
    for use in case.prescribed:
        stopped = use.limit is not None or any(
            one.kind == "stop" and alike(one.product, use.product) and one.day >= use.first for one in said
        )
        if stopped or not over(use.first, case.on, case.prescribed_limit):
            continue
        if case.begin is not None and use.first < case.begin:
            return UNKNOWN, True
        sure = use.sure and over(use.last, case.on, case.prescribed_limit)
        found = max(found, YES if sure else UNKNOWN)
    return found, False


def gap_is_older(case: Case, history: History, said: Sequence[Said]) -> bool:
    """Whether the gap may have begun before the first day of which the lists are complete: something supplied in
    between would not be seen, so that nothing is said to have stopped for sure."""
    return case.begin is not None and gap_starts(history, said, case.on)[1] < case.begin


def begins_open(case: Case, started: int) -> bool:
    """Whether a period may have begun before the first day of which the lists are complete."""
    return case.begin is not None and started <= plus(case.begin, case.limits.stopped)
