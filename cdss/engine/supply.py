"""What was supplied, for how many days: the records of a product set as uses (language §6).

A use is one dispensing, administration or prescription that belongs to the set, or possibly does. Returns
have cancelled what they return, and an administration has taken the place of what was dispensed for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from cdss.errors import Text
from cdss.models.codes import ProductLine, levels, line_of, parse_strength
from cdss.models.patient import Days, Patient, Record, Skipped
from cdss.models.quantity import QuantityError
from cdss.models.treatment import drug_word
from cdss.models.truth import NO, UNKNOWN, YES, Truth
from cdss.models.usage import usage_range

FAR: Final = 10_000_000
"""A day beyond every calendar: where a supply without a known end may reach."""

LADDER: Final = ("recorded", "usage", "product", "ask")
"""The rungs of `days_supply:` in the order in which an author would write them."""

Amount = tuple[Fraction, Fraction | None]
"""The fewest and the most days; None: no upper end."""


@dataclass(frozen=True, slots=True)
class Product:
    """One code in one strength: what carry-over and same-day dispensings are counted by."""

    code: str
    strength: str | None  # in one spelling


@dataclass(frozen=True, slots=True)
class Use:
    """One record as a supply: when it was, how many days it lasts, and what we do not know of it.

    `sure`: it surely belongs to the set and surely happened by the reference date. `missing`: the fields that
    would settle what is open. `limit`: a prescription that was stopped covers no day from there on.
    """

    path: str
    list: str
    first: int
    last: int
    product: Product
    drug: str
    low: Fraction
    high: Fraction | None
    units: Fraction | None
    sure: bool = True
    limit: int | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Supplies:
    """The uses in one product set, oldest first; the same codes outside the set; what was left out."""

    uses: tuple[Use, ...]
    outside: tuple[Record, ...]
    skipped: tuple[Skipped, ...]


MadeUses = dict[object, Use]
"""Uses that were made of the records of one patient on one day: several treatments read the same records."""


def read_supplies(
    patient: Patient,
    lists: Iterable[str],
    products: Sequence[ProductLine],
    ladder: Sequence[str],
    on: date,
    made: MadeUses | None = None,
) -> Supplies:
    """What was supplied of these products up to and including the reference date."""
    made = {} if made is None else made
    uses: list[Use] = []
    outside: list[Record] = []
    returns: list[tuple[Use, Record]] = []
    skipped: list[Skipped] = []
    if not products:
        return Supplies((), (), ())
    wanted = frozenset(line.code for line in products)
    for name in lists:
        for record in patient.records(name):
            if wanted.isdisjoint(level for code in record.codes for level in levels(code)):
                continue  # most of a medication list is about other drugs
            if (record.on is not None and record.on.first > on) or record.fields.get("proposed") is True:
                continue
            strength = word(record, "strength")
            truth, line = line_of(record.codes, strength, products)
            if truth == NO:
                if line_of(record.codes, None, products)[0] != NO:
                    outside.append(record)
                continue
            quantity = number(record, "quantity")
            if quantity == 0:
                skipped.append(Skipped(record.path, _NOTHING_GIVEN))
                continue
            use = _made(made, record, products, truth, line, ladder, on)
            if record.fields.get("kind") == "return" or (quantity is not None and quantity < 0):
                if record.on is None:
                    skipped.append(Skipped(record.path, _NO_DATE))
                else:
                    returns.append((use, record))
            else:
                uses.append(use)
    for returned, record in sorted(returns, key=lambda item: (item[0].first, item[0].path)):
        left = _return(uses, returned)
        if left is None:
            skipped.append(Skipped(record.path, _NOTHING_RETURNED))
        else:
            uses = left
    return Supplies(
        tuple(sorted(_inject(uses), key=lambda use: (use.first, use.last, use.path))),
        tuple(outside),
        tuple(skipped),
    )


def days_supply(record: Record, line: ProductLine | None, ladder: Sequence[str]) -> tuple[int, int] | None:
    """The fewest and the most whole days that one record lasts; None when no rung of the ladder tells.

    A day that is only partly supplied is not a day of supply.
    """
    found = supply_of(record, () if line is None else (line,), ladder)
    if found is None or found[1] is None:
        return None
    return int(found[0]), int(found[1])


def number(record: Record, name: str) -> Fraction | None:
    """A field that holds a number; None when it is not recorded."""
    value = record.fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return _exact(value)


@lru_cache(maxsize=1024)
def _exact(value: Decimal | int) -> Fraction:
    return Fraction(value)  # the same few quantities come back all the time


def day_of(record: Record, name: str) -> Days | None:
    """A field that holds a date; None when it is not recorded."""
    value = record.fields.get(name)
    return value if isinstance(value, Days) else None


@lru_cache(maxsize=1024)
def product_of(code: str, strength: str | None) -> Product:
    """The product by which supplies are compared: `70 mg` and `0.07 g` are one strength."""
    if not strength:
        return Product(code, None)
    try:
        read = parse_strength(strength)
    except QuantityError:
        return Product(code, " ".join(strength.casefold().split()))
    return Product(code, f"{' '.join(f'{amount} {name}' for name, amount in read.amounts)}/{read.per}")


def word(record: Record, name: str) -> str | None:
    """A field that holds a word or a text; None when it is not recorded."""
    value = record.fields.get(name)
    return value if isinstance(value, str) and value.strip() else None


def alike(one: Product, other: Product) -> bool:
    """Whether two products may be the same: one code, and no two strengths that differ."""
    return one.code == other.code and (
        one.strength == other.strength or one.strength is None or other.strength is None
    )


def candidates(codes: Sequence[str], products: Sequence[ProductLine]) -> list[ProductLine]:
    """The lines that a record without a strength would fit, if it had the right one."""
    return [line for line in products if line_of(codes, line.strength, (line,))[0] == YES]


def _made(
    made: MadeUses,
    record: Record,
    products: Sequence[ProductLine],
    truth: Truth,
    line: ProductLine | None,
    ladder: Sequence[str],
    on: date,
) -> Use:
    """The record as a supply, which is the same for every set in which it surely fits a line that says the same."""
    if line is None or truth != YES:
        return _use(record, products, truth, line, ladder, on)
    key = (record.path, line.code, line.strength, line.days_per_unit, line.product_class, tuple(ladder))
    found = made.get(key)
    if found is None:
        found = made[key] = _use(record, products, truth, line, ladder, on)
    return found


def _use(
    record: Record,
    products: Sequence[ProductLine],
    truth: Truth,
    line: ProductLine | None,
    ladder: Sequence[str],
    on: date,
) -> Use:
    """The record as a supply; whether it belongs to the set, and by which line, was found before."""
    strength = word(record, "strength")
    lines = [line] if line is not None else candidates(record.codes, products)
    missing = ["strength"] if truth == UNKNOWN else []
    amount = supply_of(record, lines, ladder)
    if amount is None or (amount[0] != amount[1] and not missing):
        asked = what_to_ask(record, lines, ladder, known=amount is not None)
        missing += [name for name in asked if name not in missing]
    if "ask" not in ladder:
        missing = [name for name in missing if name == "strength"]
    today = on.toordinal()
    happened = record.on or Days(date.min, on)
    first, last = happened.first.toordinal(), min(happened.last.toordinal(), today)
    if record.on is None or first != happened.last.toordinal():
        missing.append("on")
    stopped = day_of(record, "stop_on") if record.list == "prescriptions" else None
    low, high = amount or (Fraction(0), None)
    return Use(
        path=record.path,
        list=record.list,
        first=first,
        last=last,
        product=product_of(lines[0].code, strength or lines[0].strength),
        drug=drug_word(lines[0]),
        low=low,
        high=high,
        units=_units(record),
        sure=truth == YES and record.on is not None and happened.last <= on,
        limit=stopped.last.toordinal() if stopped is not None and stopped.last <= on else None,
        missing=tuple(missing),
    )


def _units(record: Record) -> Fraction | None:
    """How many units were supplied in all. An administration is one; repeats come on top of the first."""
    quantity = number(record, "quantity")
    if quantity is None:
        return Fraction(1) if record.list == "administrations" else None
    return _with_repeats(record, -quantity if quantity < 0 else quantity)


def _with_repeats(record: Record, once: Fraction) -> Fraction:
    if record.list != "prescriptions":
        return once
    repeats = number(record, "repeats")
    return once * (1 + repeats) if repeats is not None and repeats > 0 else once


def supply_of(record: Record, lines: Sequence[ProductLine], ladder: Sequence[str]) -> Amount | None:
    """The first rung that tells: what was recorded, the directions for use, the product.

    Directions that are there but are not surely understood end the ladder: the product's own days would be a
    default against what somebody wrote (clinical §4.5.1). A prescription without an amount lasts to its end.
    """
    units = _units(record)
    for rung in ladder:
        if rung == "recorded":
            recorded = number(record, "days_supply")
            if recorded is not None and recorded > 0:
                recorded = _with_repeats(record, recorded)
                return recorded, recorded
        elif rung == "usage" and (usage := word(record, "usage")) is not None:
            used = usage_range(usage)
            if used is None or units is None:
                break
            return units / used[1], units / used[0]
        elif rung == "product" and units is not None:
            each = [line.days_per_unit for line in lines]
            days = [units * _exact(one) for one in each if one is not None]
            if days and len(days) == len(each):
                return min(days), max(days)
    until = day_of(record, "until") if record.list == "prescriptions" else None
    if until is None or record.on is None:
        return None
    return (
        Fraction(max(0, (until.first - record.on.last).days)),
        Fraction(max(0, (until.last - record.on.first).days)),
    )


def what_to_ask(
    record: Record, lines: Sequence[ProductLine], ladder: Sequence[str], *, known: bool
) -> list[str]:
    """The field that would settle the supply: the quantity when everything else is there, else the days.

    An administration is one unit, of which only the strength may still tell how long it lasts.
    """
    if record.list == "administrations":
        day = record.on is not None and record.on.first == record.on.last
        return ["strength"] if day and word(record, "strength") is None else []
    usage = word(record, "usage") if "usage" in ladder else None
    if usage is not None:
        readable = usage_range(usage) is not None
    else:
        readable = "product" in ladder and all(line.days_per_unit is not None for line in lines)
    return ["quantity" if not known and readable and _units(record) is None else "days_supply"]


def _return(uses: list[Use], returned: Use) -> list[Use] | None:
    """What a return leaves: it cancels the newest matching dispensing, or takes units off a larger one."""
    earlier = [
        use
        for use in uses
        if use.list == returned.list and use.first <= returned.last and alike(use.product, returned.product)
    ]
    newest = sorted(earlier, key=lambda use: (use.first, use.path), reverse=True)
    units = returned.units
    for use in newest:
        if units is None or use.units is None or use.units == units:
            return [other for other in uses if other is not use]
    for use in newest:
        if units is not None and use.units is not None and use.units > units:
            return [_less(other, units) if other is use else other for other in uses]
    return None


def _inject(uses: list[Use]) -> list[Use]:
    """The uses in which each administration took the place of the unit that was dispensed for it.

    An injection is often dispensed early and given later; counted twice it would seem to last a year.
    """
    for given in sorted((use for use in uses if use.list == "administrations"), key=lambda use: use.first):
        for use in sorted(uses, key=lambda use: (use.first, use.path), reverse=True):
            same = use.list == "dispensings" and use.product == given.product and use.sure == given.sure
            waited = given.first - use.first
            if not same or waited < 0 or (use.high is not None and waited >= use.high):
                continue
            units = given.units or Fraction(1)
            kept = [] if use.units is None or use.units <= units else [_less(use, units)]
            uses = [other for other in uses if other is not use] + kept
            break
    return uses


def _less(use: Use, units: Fraction) -> Use:
    assert use.units is not None
    left = use.units - units
    part = left / use.units
    return replace(use, units=left, low=use.low * part, high=None if use.high is None else use.high * part)


_NOTHING_GIVEN: Final[Text] = {
    "nl": "De hoeveelheid is nul: er is niets verstrekt.",
    "en": "The quantity is zero: nothing was supplied.",
}
_NO_DATE: Final[Text] = {
    "nl": "Een retour zonder datum; we weten niet van welke verstrekking.",
    "en": "A return without a date; we do not know of which dispensing.",
}
_NOTHING_RETURNED: Final[Text] = {
    "nl": "Een retour zonder eerdere verstrekking van hetzelfde middel.",
    "en": "A return without an earlier dispensing of the same product.",
}
