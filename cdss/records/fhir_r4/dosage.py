"""A FHIR dosage as directions in words (`1 per week`), and the strength of a product.

The words are those that `cdss.models.usage` reads back. What is not a fixed number of pieces per day stays
unknown and is reported; nothing is filled in, not even that one means one tablet.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Final

from msgspec import Raw

from cdss.models.usage import MONTHS, NOT_READ
from cdss.records.fhir_r4.structs import Dosage, Ingredient, Quantity, Ratio, Repeat, Timing
from cdss.records.fhir_r4.values import Place, code_words, is_pieces, number, unit_of

Amounts = tuple[Fraction, Fraction]
"""The lowest and the highest."""

CODES: Final = {
    **{"QD": Fraction(1), "AM": Fraction(1), "PM": Fraction(1), "BED": Fraction(1)},
    **{"BID": Fraction(2), "TID": Fraction(3), "QID": Fraction(4), "QOD": Fraction(1, 2)},
    **{"WK": Fraction(1, 7), "MO": Fraction(1, 30)},
}
"""Times per day behind the codes of HL7 for common schedules."""


def usage_words(dosages: Sequence[Dosage], place: Place, *, cyclic: bool = False) -> str | None:
    """The directions in words; None when none were sent, NOT_READ when they are no fixed amount per day.

    `cyclic`: the resource says that the schedule stops and starts again, which changes every amount.
    """
    if not dosages:
        return None
    in_steps = len({dosage.sequence for dosage in dosages}) > 1
    amounts = [_per_day(dosage, place) for dosage in dosages]
    known = [amount for amount in amounts if amount is not None]
    if cyclic or in_steps or len(known) < len(amounts):
        if not (cyclic or in_steps or any(_says_amount(dosage) for dosage in dosages)):
            return None  # text only
        place.once("dosage", place.path)
        return NOT_READ
    low, high = (sum((amount[end] for amount in known), Fraction(0)) for end in (0, 1))
    words = _words(low, high)
    if any(dosage.as_needed_boolean or dosage.as_needed_codeable_concept for dosage in dosages):
        words += " as needed"
    if any(dosage.additional_instruction for dosage in dosages):
        words += " with instructions"  # one of them may be "three weeks on, one week off"
    return words


def _says_amount(dosage: Dosage) -> bool:
    return dosage.timing is not None or bool(dosage.dose_and_rate)


def _words(low: Fraction, high: Fraction) -> str:
    days = lcm(low.denominator, high.denominator)
    amounts = f"{low * days}" if low == high else f"{low * days} to {high * days}"
    if days % 7 == 0:
        return f"{amounts} per week" if days == 7 else f"{amounts} per {days // 7} weeks"
    return f"{amounts} per day" if days == 1 else f"{amounts} per {days} days"


def _per_day(dosage: Dosage, place: Place) -> Amounts | None:
    """How many pieces a day, lowest and highest."""
    if dosage.modifier_extension or dosage.timing is None or len(dosage.dose_and_rate) != 1:
        return None
    times = _times_per_day(dosage.timing, place)
    dose = dosage.dose_and_rate[0]
    if dose.dose_range is not None:
        ends = (dose.dose_range.low, dose.dose_range.high)
    else:
        ends = (dose.dose_quantity, dose.dose_quantity)
    low, high = (_amount(end, place) for end in ends)
    if times is None or low is None or high is None or not 0 < low <= high:
        return None
    return times[0] * low, times[1] * high


def _amount(quantity: Quantity | None, place: Place) -> Fraction | None:
    if quantity is None or quantity.comparator is not None or not is_pieces(quantity):
        return None
    return _fraction(quantity.value, "dose", place)


def _times_per_day(timing: Timing, place: Place) -> Amounts | None:
    if timing.modifier_extension or timing.event:
        return None
    if timing.repeat is None or _is_empty(timing.repeat):
        times = next((CODES[code] for code in code_words(timing.code) if code in CODES), None)
        return (times, times) if times else None
    repeat = timing.repeat
    if bytes(repeat.count):
        return None
    days = _period(repeat, place)
    moments = len(repeat.time_of_day) or len(repeat.when)
    often = _fraction(repeat.frequency, "frequency", place)
    if often is None and not bytes(repeat.frequency) and moments:
        often = Fraction(moments)
    if (bytes(repeat.frequency) and often is None) or (often is not None and often <= 0):
        return None
    if repeat.day_of_week:
        return _on_weekdays(repeat, often, days)
    if days is None:
        if not moments or bytes(repeat.period):
            return None
        days = Fraction(1)  # at eight o'clock: every day
    often = often or Fraction(1)  # FHIR: a period without a frequency is once a period
    most = _fraction(repeat.frequency_max, "frequencyMax", place) if bytes(repeat.frequency_max) else often
    if moments not in (0, often) or most is None or most < often:
        return None
    return often / days, most / days


def _is_empty(repeat: Repeat) -> bool:
    sent = (repeat.frequency, repeat.period)
    return not (any(map(bytes, sent)) or repeat.day_of_week or repeat.time_of_day or repeat.when)


def _period(repeat: Repeat, place: Place) -> Fraction | None:
    """The days of one period."""
    period = _fraction(repeat.period, "period", place)
    if period is None or period <= 0 or bytes(repeat.period_max):
        return None
    match repeat.period_unit:
        case "h":
            return period / 24
        case "d":
            return period
        case "wk":
            return period * 7
        case "mo" | "a":
            months = period * (12 if repeat.period_unit == "a" else 1)
            return Fraction(MONTHS[int(months)]) if months in MONTHS else None
        case _:
            return None


def _on_weekdays(repeat: Repeat, often: Fraction | None, days: Fraction | None) -> Amounts | None:
    """Times per day of what is taken on some days of the week only."""
    weekdays = len(set(repeat.day_of_week))
    if bytes(repeat.frequency_max):
        return None
    if days in (None, 1):  # so often on each of these days
        week = (often or Fraction(1)) * weekdays
    elif days == 7 and often in (None, weekdays):
        week = Fraction(weekdays)
    else:
        return None
    return week / 7, week / 7


def _fraction(raw: Raw, element: str, place: Place) -> Fraction | None:
    value = number(raw, element, place)
    return Fraction(value) if value is not None and abs(value.adjusted()) < 7 else None


def strength(ingredients: Sequence[Ingredient], place: Place) -> str | None:
    """The strength of one unit: `70 mg`, `70 mg/5600 IU`, `5 mg/100 mL`. Never from a name or text."""
    active = [one for one in ingredients if one.is_active is not False]
    parts = [_strength(one.strength, place) for one in active]
    known = [part for part in parts if part is not None]
    return "/".join(known) if known and len(known) == len(parts) else None


def _strength(ratio: Ratio | None, place: Place) -> str | None:
    if ratio is None or ratio.numerator is None:
        return None
    amount, unit = number(ratio.numerator.value, "strength", place), unit_of(ratio.numerator)
    if amount is None or unit is None or ratio.numerator.comparator is not None:
        return None
    per = ratio.denominator
    if per is None:
        return f"{_show(amount)} {unit}"
    of = number(per.value, "strength", place) if bytes(per.value) else Decimal(1)
    if of is None or of <= 0 or per.comparator is not None:
        return None
    if is_pieces(per):
        return f"{_show(amount / of)} {unit}"
    return f"{_show(amount)} {unit}/{_show(of)} {unit_of(per)}"


def _show(value: Decimal) -> str:
    return f"{value.normalize():f}"
