"""Lanes of one treatment: the covered days of each product, what is not known of them, and the gaps between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from cdss.engine.cover import Cover, Stretch, plus, united
from cdss.engine.sight import Sight
from cdss.engine.situation import Case, recorded
from cdss.engine.supply import FAR, Product, Use, number, product_of, word
from cdss.engine.timeline.model import Bar, Gap, Lane, Supply
from cdss.engine.treatment import TreatmentPolicy
from cdss.models.codes import line_of
from cdss.models.dates import Duration, Period
from cdss.models.patient import Days, Patient, Record
from cdss.models.treatment import drug_word
from cdss.models.truth import NO

_LAST: Final = date.max.toordinal()


def lanes_of(
    patient: Patient, policy: TreatmentPolicy, case: Case, sight: Sight, *, until: int, runs_on: bool
) -> tuple[Lane, ...]:
    """The lanes of a treatment, in the order in which its products were first supplied.

    Gaps are looked for before the day `until`; the one that is still running then only when the treatment runs on.
    """
    records = {record.path: record for records in patient.lists.values() for record in records}
    own = _Laid(case)
    lanes = [_lane(own, records, product) for product in own.products]
    if not case.uses:
        lanes = [_collected_nothing(records, uses) for uses in _by_product(case.prescribed).values()]
    lanes = _with_uncounted(lanes, patient, policy, case, sight)
    lanes = _with_gaps(lanes, own.gaps(until, runs_on=runs_on), case)
    others = _Laid(replace(case, uses=case.others))
    lanes += [replace(_lane(others, records, product), outside=True) for product in others.products]
    lanes.sort(key=lambda lane: (lane.outside, _first_day(lane), lane.code, lane.strength or ""))
    return tuple(_with_switch(lanes, place, policy.stopped) for place in range(len(lanes)))


class _Laid:
    """The uses of a case laid out with the least and with the most supply."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.products: Mapping[Product, list[Use]] = _by_product(case.uses)
        least, most = recorded(case), recorded(case, 1)
        self.least = _by_path(least.covers if least else ())
        self.most = _by_path(most.covers if most else ())

    def surely(self, uses: Iterable[Use]) -> list[Stretch]:
        """The days that are surely covered, one stretch for each supply."""
        covers = {cover for use in uses if (cover := self.least.get(use.path)) is not None}
        return sorted((cover.start, cover.end) for cover in covers if cover.start < cover.end)

    def perhaps(self, uses: Iterable[Use]) -> list[Stretch]:
        """All days that may be covered, the sure ones too."""
        found = []
        for use in uses:
            cover = self.most.get(use.path)
            found.append((use.first, self._latest_end(use)) if cover is None else (cover.start, cover.end))
        return united([*found, *self.surely(uses)])

    def _latest_end(self, use: Use) -> int:
        """The last day on which a supply may still be there of which the day, or whether it belongs, is not known."""
        if use.high is None:
            return FAR
        stays = sum(end - start for start, end in self.case.stays[1])
        left = any(
            other is not use and other.product.code == use.product.code and other.first <= use.last
            for other in self.case.uses
        )  # of a supply without another before it nothing is left over
        start = plus(use.last, self.case.carry_over or Duration()) if left else use.last
        return min(FAR, start + int(use.high) + stays)

    def gaps(self, until: int, *, runs_on: bool) -> Iterator[Stretch]:
        """The days without any supply that was recorded, after the first."""
        there = self.perhaps(self.case.uses)
        starts = [start for start, _ in there[1:]] + ([until] if runs_on else [])
        for (_, end), following in zip(there, starts, strict=False):
            if end < min(following, until):
                yield end, min(following, until)


def _by_product(uses: Sequence[Use]) -> dict[Product, list[Use]]:
    found: dict[Product, list[Use]] = {}
    for use in uses:
        found.setdefault(use.product, []).append(use)
    return found


def _by_path(covers: Iterable[Cover]) -> dict[str, Cover]:
    return {path: cover for cover in covers for path in cover.dose.paths}


def _lane(laid: _Laid, records: Mapping[str, Record], product: Product) -> Lane:
    uses = laid.products[product]
    covered, pauses = laid.surely(uses), united(laid.case.stays[0])
    bars = [Bar(*_days(part), "covered") for one in covered for part in without([one], pauses)]
    for start, end in without(laid.perhaps(uses), united(covered)):
        bars.append(Bar(_day(start), None if end >= FAR else _day(end), "unknown"))
    return replace(
        _named(records, uses),
        supplies=tuple(_supplies(uses, records, laid.least)),
        bars=tuple(sorted(bars, key=lambda bar: (bar.start, bar.kind))),
    )


def _collected_nothing(records: Mapping[str, Record], uses: Sequence[Use]) -> Lane:
    """The lane of what was prescribed and not collected: the days of prescription, and no supply at all."""
    return replace(_named(records, uses), supplies=tuple(_supplies(uses, records, {})))


def _named(records: Mapping[str, Record], uses: Sequence[Use]) -> Lane:
    newest = max(uses, key=lambda use: (use.first, use.path))
    shown = [(use.first, use.path, text) for use in uses if (text := word(records[use.path], "display"))]
    strength = next((text for use in uses if (text := word(records[use.path], "strength"))), None)
    display = max(shown)[2] if shown else None
    return Lane(newest.product.code, strength, newest.drug, display, (), ())


def _supplies(
    uses: Sequence[Use], records: Mapping[str, Record], least: Mapping[str, Cover]
) -> Iterator[Supply]:
    """What was supplied on each day, oldest first."""
    days: dict[tuple[int, int, str], list[Use]] = {}
    for use in uses:
        days.setdefault((use.first, use.last, use.list), []).append(use)
    for (first, last, name), same in sorted(days.items()):
        units = [use.units for use in same]
        cover = least.get(same[0].path)
        quantities = [records[use.path].fields.get("quantity") for use in same]
        given = (
            None if None in units or None in quantities else sum(unit for unit in units if unit is not None)
        )
        yield Supply(
            on=Days(_day(first), _day(last)),
            list=name,
            quantity=None if given is None else _decimal(Fraction(given)),
            days=_how_many(same),
            begins=_day(cover.start) if cover is not None else None,
            sure=all(use.sure and use.first == use.last for use in same),
            records=tuple(use.path for use in same),
            belongs=all(use.sure for use in same),
        )


def _how_many(uses: Sequence[Use]) -> tuple[int, int | None]:
    most = [use.high for use in uses]
    low = sum(int(use.low) for use in uses)
    return low, None if None in most else sum(int(days) for days in most if days is not None)


def _with_uncounted(
    lanes: Sequence[Lane], patient: Patient, policy: TreatmentPolicy, case: Case, sight: Sight
) -> list[Lane]:
    """The lanes with what was supplied and does not count by itself: returned, or given later as an injection."""
    counted = {path for lane in lanes for supply in lane.supplies for path in supply.records}
    by_product: dict[tuple[str, str | None], list[Supply]] = {}
    for name in sight.lists:
        for record in sorted(patient.records(name), key=lambda record: record.index):
            strength = word(record, "strength")
            truth, line = line_of(record.codes, strength, policy.products)
            if truth == NO or line is None or record.path in counted or record.on is None:
                continue
            if record.on.first.toordinal() > case.on or record.fields.get("proposed") is True:
                continue
            quantity = number(record, "quantity")
            if quantity == 0:
                continue
            if quantity is not None and record.fields.get("kind") == "return":
                quantity = -abs(quantity)
            supply = Supply(
                record.on,
                name,
                None if quantity is None else _decimal(quantity),
                (0, 0),
                None,
                record.on.first == record.on.last,
                (record.path,),
                counted=False,
            )
            product = product_of(line.code, strength or line.strength)
            by_product.setdefault((product.code, product.strength), []).append(supply)
            if not any(_is(lane, product) for lane in lanes):
                lanes = [*lanes, Lane(line.code, strength, drug_word(line), word(record, "display"), (), ())]
    return [
        replace(lane, supplies=tuple(sorted((*lane.supplies, *more), key=_order)))
        if (more := [one for key, own in by_product.items() if _is(lane, Product(*key)) for one in own])
        else lane
        for lane in lanes
    ]


def _is(lane: Lane, product: Product) -> bool:
    return lane.code == product.code and product_of(lane.code, lane.strength) == product


def _order(supply: Supply) -> tuple[date, date, str, tuple[str, ...]]:
    return supply.on.first, supply.on.last, supply.list, supply.records


def _with_gaps(lanes: Sequence[Lane], gaps: Iterable[Stretch], case: Case) -> list[Lane]:
    """Each gap in the lane of the product that ran out when it began.

    On days for which no list was delivered, that nothing was recorded says nothing: there the supply is unknown.
    """
    found = list(lanes)
    known = FAR if not case.seen.delivered else case.begin or 0
    for start, end in gaps:
        day = _day(start)
        place = next(
            (n for n, lane in enumerate(found) if any(bar.end == day for bar in lane.bars)),
            next((n for n, lane in enumerate(found) if any(bar.start <= day for bar in lane.bars)), 0),
        )
        lane = found[place]
        if start < known:
            after = None if end == case.on and known > end else _day(min(end, known))
            lane = replace(lane, bars=(*lane.bars, Bar(day, after, "unknown")))
        if (since := max(start, known)) < end:
            gap = Gap(Period(_day(since), _day(end)), running=end == case.on)
            lane = replace(lane, gaps=(*lane.gaps, gap))
        found[place] = lane
    return found


def _with_switch(lanes: Sequence[Lane], place: int, limit: Duration) -> Lane:
    """The lane with the day on which it took over from the drug before it, when that was not supplied since.

    After a gap so long that the treatment had stopped it is no switch but a new beginning.
    """
    lane = lanes[place]
    day = min((one.on.first for one in lane.supplies if one.counted and one.begins is not None), default=None)
    if day is None:
        return lane
    before = []
    for row, other in enumerate(lanes):
        days = [one.on.first for one in other.supplies if one.counted]
        ends = [bar.end for bar in other.bars if bar.end is not None]
        if other.code == lane.code or not days or not ends or max(days) >= day or min(days) >= day:
            continue
        if day.toordinal() <= plus(max(ends).toordinal(), limit):
            before.append((max(days), row))
    if not before:
        return lane
    return replace(lane, switched_on=day, switched_from=max(before)[1])


def without(stretches: Iterable[Stretch], taken: Sequence[Stretch]) -> Iterator[Stretch]:
    """The days of these stretches that are not in any of the taken ones (which are separate, oldest first)."""
    for start, end in stretches:
        for other, until in taken:
            if until <= start or other >= end:
                continue
            if start < other:
                yield start, other
            start = until
        if start < end:
            yield start, end


def _first_day(lane: Lane) -> date:
    return min((supply.on.first for supply in lane.supplies), default=date.max)


def _days(stretch: Stretch) -> tuple[date, date]:
    return _day(stretch[0]), _day(stretch[1])


def _day(ordinal: int) -> date:
    return date.fromordinal(max(1, min(ordinal, _LAST)))


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
