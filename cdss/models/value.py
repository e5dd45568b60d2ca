"""A value is one thing, or one of several (language §2).

How each kind is held while the engine runs, in every executor:

    yes_no      NO, UNKNOWN or YES (0, 1, 2)
    choice      bits of the words it may be: one bit is known, several are open
    number      (low, high) in whole millionths of the unit; equal ends are known
    duration    (low, high) in whole millionths of a day, counted back from the reference date
    date        (low, high, none): ordinal days, and whether it may be "no such date"; surely none is NO_DATE
    collection  (sure, possible): bits of the words it surely has, and may have
    code        the set of words it may be, or None for anything
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

from cdss.models.truth import NO, TRUTH_WORDS, UNKNOWN, YES, Truth

Kind = Literal["yes_no", "choice", "number", "duration", "date", "collection", "code"]

Bits: TypeAlias = int
Range: TypeAlias = tuple[float, float]
"""Low and high, both included. Whole numbers, or an infinity where the end is open."""
DateRange: TypeAlias = tuple[float, float, bool]
Collection: TypeAlias = tuple[Bits, Bits]
Words: TypeAlias = frozenset[str] | None
Value: TypeAlias = int | Range | DateRange | Words

INF: Final = math.inf
NO_DATE: Final[DateRange] = (INF, -INF, True)
"""Surely no such date: every comparison with it is no."""
ANY_RANGE: Final[Range] = (-INF, INF)
ANY_DATE: Final[DateRange] = (-INF, INF, True)


@dataclass(frozen=True, slots=True)
class ValueType:
    """What a value may be: its kind, and the words, unit or bounds that go with it.

    `low` and `high` bound a number or duration in millionths. A word `none` of an ordered choice has no rank.
    """

    kind: Kind
    words: tuple[str, ...] = ()
    ordered: bool = False
    unit: str = ""
    low: float = -INF
    high: float = INF

    def bit(self, word: str) -> Bits:
        """The bit of one word. ValueError when it is not one of them."""
        return 1 << self.words.index(word)

    def bits(self, words: Iterable[str]) -> Bits:
        found = 0
        for word in words:
            found |= self.bit(word)
        return found

    @property
    def all_bits(self) -> Bits:
        return (1 << len(self.words)) - 1

    def words_of(self, bits: Bits) -> tuple[str, ...]:
        """The words of these bits, in the order of the type."""
        return tuple(word for place, word in enumerate(self.words) if bits >> place & 1)


YES_NO: Final = ValueType("yes_no")
DATE: Final = ValueType("date")
DURATION: Final = ValueType("duration", unit="days", low=0)
CODE: Final = ValueType("code")


def unknown(type_: ValueType) -> Value:
    """Anything in the domain: what an unknown value may still be."""
    match type_.kind:
        case "yes_no":
            return UNKNOWN
        case "choice":
            return type_.all_bits
        case "number" | "duration":
            return (type_.low, type_.high)
        case "date":
            return ANY_DATE
        case "collection":
            return (0, type_.all_bits)
        case "code":
            return None


def is_known(type_: ValueType, value: Value) -> bool:
    """Whether the value is one thing."""
    match type_.kind:
        case "yes_no":
            return value != UNKNOWN
        case "choice":
            assert isinstance(value, int)
            return value & (value - 1) == 0
        case "number" | "duration" | "collection":
            assert isinstance(value, tuple)
            return value[0] == value[1]
        case "date":
            assert isinstance(value, tuple) and len(value) == 3
            low, high, may_be_none = value
            return (low == high and not may_be_none) or low > high
        case "code":
            assert value is None or isinstance(value, frozenset)
            return value is not None and len(value) == 1


def either(type_: ValueType, one: Value, other: Value) -> Value:
    """What it may be when it is one of these two: the smallest value that holds both."""
    match type_.kind:
        case "yes_no":
            return one if one == other else UNKNOWN
        case "choice":
            assert isinstance(one, int) and isinstance(other, int)
            return one | other
        case "number" | "duration":
            assert isinstance(one, tuple) and isinstance(other, tuple)
            return (min(one[0], other[0]), max(one[1], other[1]))
        case "date":
            assert isinstance(one, tuple) and isinstance(other, tuple) and len(one) == 3 and len(other) == 3
            return (min(one[0], other[0]), max(one[1], other[1]), one[2] or other[2])
        case "collection":
            assert isinstance(one, tuple) and isinstance(other, tuple)
            return (int(one[0]) & int(other[0]), int(one[1]) | int(other[1]))
        case "code":
            assert not isinstance(one, (int, tuple)) and not isinstance(other, (int, tuple))
            return None if one is None or other is None else one | other


def any_of(type_: ValueType, values: Sequence[Value]) -> Value:
    """What it may be when it is one of these."""
    found = values[0]
    for value in values[1:]:
        found = either(type_, found, value)
    return found


def highest(type_: ValueType, values: Sequence[Value]) -> Value:
    """The highest of these. Of choices that is the one that stands last. No such date is passed over."""
    match type_.kind:
        case "choice" | "yes_no":
            bits = [_bits(type_, value) for value in values]
            floor = max(one & -one for one in bits)  # of each the lowest that it may be
            return _from_bits(type_, _together(bits) & -floor)
        case "date":
            return _of_dates(values, max)
        case _:
            ranges = [value for value in values if isinstance(value, tuple)]
            return (max(value[0] for value in ranges), max(value[1] for value in ranges))


def lowest(type_: ValueType, values: Sequence[Value]) -> Value:
    """The lowest of these. Of choices that is the one that stands first. No such date is passed over."""
    match type_.kind:
        case "choice" | "yes_no":
            bits = [_bits(type_, value) for value in values]
            ceiling = min(one.bit_length() for one in bits)  # of each the highest that it may be
            return _from_bits(type_, _together(bits) & ((1 << ceiling) - 1))
        case "date":
            return _of_dates(values, min)
        case _:
            ranges = [value for value in values if isinstance(value, tuple)]
            return (min(value[0] for value in ranges), min(value[1] for value in ranges))


def _of_dates(values: Sequence[Value], best: Callable[[Iterable[float]], float]) -> DateRange:
    days = [value for value in values if isinstance(value, tuple) and len(value) == 3]
    sure = [day for day in days if not day[2]]
    low, high = min(day[0] for day in days), max(day[1] for day in days)
    if not sure:  # perhaps none of them is there
        return (low, high, True)
    if best is max:
        return (max(day[0] for day in sure), high, False)
    return (low, min(day[1] for day in sure), False)


def _together(bits: Iterable[Bits]) -> Bits:
    found = 0
    for one in bits:
        found |= one
    return found


def _bits(type_: ValueType, value: Value) -> Bits:
    """What a choice, or a yes or no, may be: a bit for each, from low to high."""
    assert isinstance(value, int)
    return value if type_.kind == "choice" else (1, 3, 2)[value]


def _from_bits(type_: ValueType, bits: Bits) -> Value:
    return bits if type_.kind == "choice" else (NO, NO, YES, UNKNOWN)[bits]


def within(type_: ValueType, inner: Value, outer: Value) -> bool:
    """Whether everything that `inner` may be, `outer` may be too."""
    return either(type_, inner, outer) == outer


def on_day(day: date) -> DateRange:
    ordinal = day.toordinal()
    return (ordinal, ordinal, False)


JsonValue: TypeAlias = "str | int | float | bool | Mapping[str, object]"


def to_json(type_: ValueType, value: Value, why: str = "not_recorded") -> JsonValue:
    """The one way in which a value is written (design §7)."""
    match type_.kind:
        case "yes_no":
            assert isinstance(value, int)
            return {"unknown": why} if value == UNKNOWN else value == YES
        case "choice":
            assert isinstance(value, int)
            words = type_.words_of(value)
            if len(words) == 1:
                return _word(words[0])
            if value == type_.all_bits:
                return {"unknown": why}
            if type_.ordered and "none" not in words:
                return {"low": _word(words[0]), "high": _word(words[-1])}
            return {"one_of": [_word(word) for word in words]}
        case "number" | "duration":
            assert isinstance(value, tuple)
            unit = {"unit": type_.unit} if type_.unit not in ("", "1") else {}
            if value[0] == value[1]:
                return {"value": plain(value[0]), **unit} if unit else plain(value[0])
            ends = {
                name: plain(end) for name, end in (("low", value[0]), ("high", value[1])) if abs(end) != INF
            }
            return {**ends, **unit} if ends else {"unknown": why}
        case "date":
            assert isinstance(value, tuple) and len(value) == 3
            return _date_to_json(value, why)
        case "collection":
            assert isinstance(value, tuple)
            sure, possible = int(value[0]), int(value[1])
            return {
                "has": [_word(word) for word in type_.words_of(sure)],
                "may_have": [_word(word) for word in type_.words_of(possible & ~sure)],
            }
        case "code":
            assert value is None or isinstance(value, frozenset)
            if value is None:
                return {"unknown": why}
            return next(iter(value)) if len(value) == 1 else {"one_of": sorted(value)}


def plain(millionths: float) -> int | float:
    """A number as a reader writes it: whole where it is whole."""
    whole, rest = divmod(int(millionths), 1_000_000)
    return whole if rest == 0 else int(millionths) / 1_000_000


def _word(word: str) -> str | int:
    """Outcomes may be whole numbers; they are written as numbers."""
    return int(word) if word.isdecimal() else word


def _date_to_json(value: DateRange, why: str) -> JsonValue:
    low, high, may_be_none = value
    if low > high:
        return "none"
    if low == high and not may_be_none:
        return date.fromordinal(int(low)).isoformat()
    ends = {
        name: date.fromordinal(int(end)).isoformat()
        for name, end in (("low", low), ("high", high))
        if abs(end) != INF
    }
    if not ends:
        return {"unknown": why}
    return {**ends, "or": "none"} if may_be_none else ends


def truth_word(truth: Truth) -> str:
    return TRUTH_WORDS[truth]
