"""How much of something a day is in use on a date, reckoned from what was supplied (docs/decisions/0008).

Of each product (code and strength) the latest record counts while its supply lasts. What is not known of it (no
strength, no directions for use, a line that does not say what it holds) leaves an amount without an upper end, and
is named, so that it can be asked. Ends only move inwards when something becomes known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Final

from cdss.engine.selection import Match
from cdss.engine.supply import Amount, Product, day_of, number, product_of, supply_of, what_to_ask, word
from cdss.models.codes import ProductLine, levels, parse_strength
from cdss.models.quantity import A_DAY, UNITS, QuantityError
from cdss.models.truth import NO, UNKNOWN, YES, Truth, some
from cdss.models.usage import usage_range
from cdss.models.value import INF

LADDER: Final = ("recorded", "usage", "product")

NOTHING: Final[Amount] = (Fraction(0), Fraction(0))
ANYTHING: Final[Amount] = (Fraction(0), None)


@dataclass(frozen=True, slots=True)
class DailyDose:
    """The least and the most a day (None: no upper end), in the unit that was asked for.

    `in_use`: whether anything is. `used`: the records it rests on, each with the fields that would settle it. `ends`:
    the days on which the supply of a product runs out, at the earliest and at the latest.
    """

    amount: Amount
    in_use: Truth
    used: tuple[Match, ...]
    ends: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Use:
    match: Match
    product: Product
    dose: Amount
    supply: Amount
    sure: bool

    def may_be(self, product: Product) -> bool:
        """Whether it may be of this product: the same, or one of the same code without a strength."""
        if self.product == product:
            return True
        line = self.match.line
        own = (
            [line.code]
            if line is not None
            else [one for code in self.match.record.codes for one in levels(code)]
        )
        return self.product.strength is None and product.code in own


@dataclass(frozen=True, slots=True)
class _Course:
    """The uses of one product in one list: when they run out, and of which uses the latest may be."""

    uses: tuple[_Use, ...]
    first_end: float  # the first day without supply, at the earliest and at the latest
    last_end: float

    @property
    def newest_sure(self) -> float:
        return max((use.match.first for use in self.uses if use.sure), default=-INF)


def daily_dose(matches: Sequence[Match], unit: str, on: date) -> DailyDose:
    """The dose a day of all products together on the reference date, of complete lists."""
    uses = [use for match in matches if (use := _use(match, unit, on)) is not None]
    low: Fraction = Fraction(0)
    high: Fraction | None = Fraction(0)
    used: dict[str, Match] = {}
    ends: set[int] = set()
    in_use: Truth = NO
    for product in sorted({use.product for use in uses}, key=lambda one: (one.code, one.strength or "")):
        courses = list(_courses(product, uses))
        ends.update(int(end) for one in courses for end in (one.first_end, one.last_end) if abs(end) != INF)
        now = _latest(courses, on.toordinal())
        in_use = some((in_use, now.in_use))
        low += now.low
        high = None if high is None or now.high is None else high + now.high
        for match in _behind(courses, now, on.toordinal()):
            known = used.get(match.record.path, match)
            missing = tuple(dict.fromkeys((*known.missing, *match.missing)))
            used[match.record.path] = replace(match, missing=missing)
    factor = UNITS[unit].factor
    found = tuple(sorted(used.values(), key=lambda match: (match.first, match.last, match.record.path)))
    amount = (low / factor, None if high is None else high / factor)
    return DailyDose(amount, in_use, found, frozenset(ends))


# One record


def _use(match: Match, unit: str, on: date) -> _Use | None:
    """A record as a dose and a supply; None for one of which surely nothing is in use."""
    record, line = match.record, match.line
    stopped = day_of(record, "stop_on") if record.list == "prescriptions" else None
    if record.fields.get("proposed") is True or number(record, "quantity") == 0:
        return None
    if stopped is not None and stopped.last <= on:
        return None
    perhaps_stopped = stopped is not None and stopped.first <= on
    content = _content(match, A_DAY[UNITS[unit].dimension])
    per_day = _per_day(match)
    dose = ANYTHING
    if content == 0:
        dose = NOTHING
    elif content is not None and per_day is not None:
        dose = (content * per_day[0], content * per_day[1])
    code = line.code if line is not None else "".join(record.codes[:1])
    return _Use(
        match,
        product_of(code, _strength(match)),
        dose,
        supply_of(record, () if line is None else (line,), LADDER) or ANYTHING,
        match.truth == YES and not perhaps_stopped,
    )


def _strength(match: Match) -> str | None:
    """What tells two products of one code apart: what one piece contains, where its line says so."""
    line = match.line
    if line is not None and line.contains is not None:
        return f"{line.contains.value:f} {line.contains.unit}" if line.contains.value else "0"
    return word(match.record, "strength") or (line.strength if line is not None else None)


def _content(match: Match, dimension: str) -> Fraction | None:
    """What one piece holds of what the set counts, in base units of the dimension; None when that is not known."""
    line = match.line
    if line is None:
        return None
    if line.contains is not None:
        unit = UNITS[line.contains.unit]
        same = unit.dimension == dimension or not line.contains.value
        return Fraction(line.contains.value) * unit.factor if same else None
    if not line.equivalent:
        return None if line.equivalent is None else Fraction(0)
    try:
        strength = parse_strength(_strength(match) or "")
    except QuantityError:
        return None
    parts = [amount for name, amount in strength.amounts if name == dimension]
    return parts[0] * Fraction(line.equivalent) if len(parts) == 1 and not strength.per else None


def _per_day(match: Match) -> tuple[Fraction, Fraction] | None:
    """How many pieces are used a day; None when no rung tells."""
    record, line = match.record, match.line
    written = word(record, "usage")
    found = usage_range(written) if written is not None else None
    if found is not None:
        return found
    pieces, days = number(record, "quantity"), number(record, "days_supply")
    if pieces is not None and days is not None and pieces > 0 and days > 0:
        return pieces / days, pieces / days
    if written is None and line is not None and line.days_per_unit:
        return 1 / Fraction(line.days_per_unit), 1 / Fraction(line.days_per_unit)
    return None


def _asked_of_dose(use: _Use) -> Iterator[str]:
    """The fields that would settle how much a day it is."""
    record, line = use.match.record, use.match.line
    if use.dose[0] == use.dose[1]:
        return
    if word(record, "strength") is None and (
        line is None or (line.equivalent is not None and not line.strength)
    ):
        yield "strength"
    per_day = _per_day(use.match)
    if per_day is None or per_day[0] != per_day[1]:
        readable = word(record, "usage") is None or per_day is not None
        known = number(record, "days_supply") is not None
        yield "usage" if readable else "quantity" if known else "days_supply"


def _asked_of_supply(use: _Use) -> Iterator[str]:
    """The fields that would settle until when it lasts."""
    record, line = use.match.record, use.match.line
    if use.supply[0] != use.supply[1]:
        lines: tuple[ProductLine, ...] = () if line is None else (line,)
        yield from what_to_ask(record, lines, LADDER, known=use.supply != ANYTHING)
    if use.match.first != use.match.last:
        yield "on"


# One product


def _courses(product: Product, uses: Iterable[_Use]) -> Iterator[_Course]:
    """The uses of one product by list: a prescription and the dispensing on it are one supply, told twice."""
    by_list: dict[str, list[_Use]] = {}
    for use in uses:
        if use.product == product:
            by_list.setdefault(use.match.record.list, []).append(use)
        elif use.may_be(product):
            doubtful = replace(use, dose=ANYTHING, sure=False)
            by_list.setdefault(use.match.record.list, []).append(doubtful)
    for own in by_list.values():
        sure = [(use.match.first, use.supply[0]) for use in own if use.sure]
        every = [(use.match.last, use.supply[1]) for use in own]
        yield _Course(tuple(own), _run_out(sure), _run_out(every))


def _run_out(supplies: Sequence[tuple[float, Fraction | None]]) -> float:
    """The first day without supply: each begins on its day, or when what came before it is used up."""
    end: Fraction | None = None
    for day, supply in sorted(supplies, key=lambda one: one[0]):
        if supply is None:
            return INF
        if day > -INF:  # of an unknown day: at the earliest it was used up long ago
            end = max(Fraction(int(day)), end or Fraction(0)) + supply
    return -INF if end is None else int(end // 1)  # a day that is only partly supplied does not count


@dataclass(frozen=True, slots=True)
class _Now:
    """Whether one product is in use, how much a day, and by list the uses that may be the latest of those in use."""

    in_use: Truth
    low: Fraction
    high: Fraction | None
    latest: tuple[tuple[_Use, ...], ...]


def _latest(courses: Sequence[_Course], on: int) -> _Now:
    possible = [one for one in courses if one.last_end > on]
    sure = [one for one in possible if one.first_end > on]
    limit = max((one.newest_sure for one in sure), default=-INF)
    found = [
        tuple(use for use in one.uses if use.match.last >= max(limit, one.newest_sure)) for one in possible
    ]
    latest = tuple(uses for uses in found if uses)
    if not latest:
        return _Now(NO, Fraction(0), Fraction(0), ())
    low = min(use.dose[0] for uses in latest for use in uses) if sure else Fraction(0)
    highs = [_together(uses) for uses in latest]
    known = [high for high in highs if high is not None]
    return _Now(YES if sure else UNKNOWN, low, max(known) if len(known) == len(highs) else None, latest)


def _together(uses: Sequence[_Use]) -> Fraction | None:
    """The most a day of records of which each may be the latest: the same dose twice is one dose, and doses that
    differ may be taken side by side."""
    most = list({use.dose for use in uses if use.dose[0] == use.dose[1]})
    most += [use.dose for use in uses if use.dose[0] != use.dose[1]]
    ends = [one for _, one in most]
    return None if None in ends else sum((one for one in ends if one is not None), Fraction(0))


def _behind(courses: Sequence[_Course], now: _Now, on: int) -> Iterator[Match]:
    """The records behind the dose of one product, each with the fields that would settle it."""
    for uses in now.latest:
        for use in uses:
            yield replace(use.match, missing=(*use.match.missing, *_asked_of_dose(use)))
    for one in courses:
        if one.first_end <= on < one.last_end:
            for use in one.uses:
                yield replace(use.match, missing=(*use.match.missing, *_asked_of_supply(use)))
