"""What each kind of logic node makes of its values, as short and obvious as possible (language §2, §5).

A range is taken end by end; a comparison is yes when it holds for all that both sides may be, no when for none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cdss.engine.selection import compare_ranges
from cdss.models.codes import matches
from cdss.models.dates import DateError, Duration, age_range, shift
from cdss.models.patient import Patient
from cdss.models.program import Among, Combined, Output, Parameter
from cdss.models.quantity import MILLION, over, times
from cdss.models.truth import NO, UNKNOWN, YES, Truth
from cdss.models.value import (
    ANY_RANGE,
    INF,
    DateRange,
    Range,
    Value,
    any_of,
    highest,
    unknown,
)


def age_of(patient: Patient, on: date) -> Range:
    """Completed years: a range of two when only a year or month of birth is known."""
    if patient.birth_date is not None:
        low, high = age_range(patient.birth_date, on)
        return (low * MILLION, high * MILLION)
    if patient.age is not None:
        return (patient.age * MILLION, patient.age * MILLION)
    return (0, INF)


def birth_date_of(patient: Patient, on: date) -> DateRange:
    """The birth date, or the days on which somebody of this age was born."""
    if patient.birth_date is not None:
        return (patient.birth_date.first.toordinal(), patient.birth_date.last.toordinal(), False)
    if patient.age is not None:
        oldest = shift(on, Duration(months=12 * (patient.age + 1)), -1).toordinal() + 1
        return (oldest, shift(on, Duration(months=12 * patient.age), -1).toordinal(), False)
    return (-INF, on.toordinal(), False)


def parameter_on(node: Parameter, on: date) -> Value | Duration:
    """The value on a date. An edition may be asked for outside its period: then the first or the last value holds."""
    found = node.values[0][2]
    for start, _, value in node.values:
        if start is None or start <= on:
            found = value
    return found


def output_value(node: Output, raw: object) -> Value:
    """An output of a treatment in our own form: words become bits."""
    if isinstance(raw, frozenset) and node.type.kind == "choice":
        return node.type.bits(raw)
    assert isinstance(raw, int | tuple)
    return raw


def calculate(operator: str, left: Range, right: Range) -> Range:
    """End by end. Dividing by what may be zero is unknown."""
    (low, high), (other_low, other_high) = left, right
    match operator:
        case "+":
            return (low + other_low, high + other_high)
        case "-":
            return (low - other_high, high - other_low)
        case "*":
            ends = [_times(one, other) for one in left for other in right]
            return (min(ends), max(ends))
        case _:
            if other_low <= 0 <= other_high:
                return ANY_RANGE
            ends = [_over(one, other) for one in left for other in right]
            return (min(ends), max(ends))


def _times(one: float, other: float) -> float:
    if one == 0 or other == 0:
        return 0
    if abs(one) == INF or abs(other) == INF:
        return INF if (one > 0) == (other > 0) else -INF
    return times(int(one), int(other))


def _over(one: float, other: float) -> float:
    if abs(other) == INF:
        return 0
    if abs(one) == INF:
        return INF if (one > 0) == (other > 0) else -INF
    return over(int(one), int(other))


def shift_range(day: DateRange, least: Duration, most: Duration, sign: int) -> DateRange:
    """The days that a date may be after adding (1) or subtracting (-1) an amount."""
    low, high, may_be_none = day
    if low > high:
        return day
    first, last = (least, most) if sign > 0 else (most, least)
    return (_shifted(low, first, sign), _shifted(high, last, sign), may_be_none)


def _shifted(ordinal: float, step: Duration, sign: int) -> float:
    if abs(ordinal) == INF:
        return ordinal
    try:
        return shift(date.fromordinal(int(ordinal)), step, sign).toordinal()
    except DateError:
        return INF if sign > 0 else -INF


def days_between(left: DateRange, right: DateRange) -> Range:
    """Days from the second date to the first, end by end; anything when one may be no date."""
    if left[2] or right[2]:
        return ANY_RANGE
    return ((left[0] - right[1]) * MILLION, (left[1] - right[0]) * MILLION)


def compare(left: Value, operator: str, right: Value) -> Truth:
    """Of numbers, durations or dates. With no date every comparison is no."""
    assert isinstance(left, tuple) and isinstance(right, tuple)
    may_be_none = (len(left) == 3 and left[2]) or (len(right) == 3 and right[2])
    if left[0] > left[1] or right[0] > right[1]:
        return NO
    truth = compare_ranges((left[0], left[1]), operator, (right[0], right[1]))
    return UNKNOWN if may_be_none and truth == YES else truth


def among(node: Among, value: Value) -> Truth:
    """Whether a choice is one of the words, or a code one that fits a pattern."""
    if not node.patterns:
        assert isinstance(value, int)
        return YES if not value & ~node.bits else NO if not value & node.bits else UNKNOWN
    if value is None:
        return UNKNOWN
    assert isinstance(value, frozenset)
    fits = {any(matches(pattern, word) for pattern in node.patterns) for word in value}
    return UNKNOWN if len(fits) > 1 else YES if True in fits else NO


def combine(node: Combined, setters: Sequence[tuple[Truth, Value]]) -> Value:
    """What rules set together: see `program.Combined`."""
    kind = node.type
    sure = [value for truth, value in setters if truth == YES]
    possible = [value for truth, value in setters if truth == UNKNOWN]
    match node.how:
        case "collect":
            has = may = 0
            for value in sure:
                assert isinstance(value, int)
                has |= value
            for value in possible:
                assert isinstance(value, int)
                may |= value
            return (has, has | may)
        case "highest":
            if not sure:  # whatever is set after all takes the place of `otherwise`, also when it is lower
                otherwise = node.otherwise if node.otherwise is not None else unknown(kind)
                return any_of(kind, [otherwise, *possible])
            floor = highest(kind, sure)
            return any_of(kind, [floor, *(highest(kind, [floor, value]) for value in possible)])
        case "one":
            values = sure + possible
            if not sure:
                values.append(node.otherwise if node.otherwise is not None else unknown(kind))
            return any_of(kind, values)
