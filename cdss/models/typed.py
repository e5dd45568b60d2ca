"""A value as somebody wrote or gave it, read as a type: `71 years`, `19 kg/m2`, `radicular`, True, 3..6, unknown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from cdss.errors import Text
from cdss.models.dates import DateError, days_back, parse_days, parse_duration
from cdss.models.patient import Days
from cdss.models.quantity import (
    MILLION,
    QuantityError,
    canonical_unit,
    convert,
    millionths,
    parse_quantity,
)
from cdss.models.value import INF, NO_DATE, Range, Value, ValueType, either, unknown


class ValueProblem(ValueError):
    """This cannot be a value of that type; `.text` says why and what to write."""

    def __init__(self, dutch: str, english: str) -> None:
        self.text: Text = {"nl": dutch, "en": english}
        super().__init__(english)


def read_value(kind: ValueType, raw: object, unit: str, on: date | None = None) -> Value:
    """What was written or given, as a value of this type.

    `unit` is the unit of a bare number when none is written ("": the type's own). Durations are in days exactly, or
    by the calendar back from `on`. ValueProblem when it does not fit.
    """
    if raw is None or raw == "unknown":
        return unknown(kind)
    if isinstance(raw, dict):
        return _read_json(kind, raw, on)
    text = raw.strip() if isinstance(raw, str) else raw
    if isinstance(text, str) and " or " in text:
        value: Value | None = None
        for part in text.split(" or "):
            one = read_value(kind, part, unit, on)
            value = one if value is None else either(kind, value, one)
        assert value is not None
        return value
    match kind.kind:
        case "yes_no":
            return _read_truth(text)
        case "choice":
            if kind.ordered and isinstance(text, str) and ".." in text:
                low, _, high = text.partition("..")
                first, last = _place(kind, low or kind.words[0]), _place(kind, high or kind.words[-1])
                return kind.bits(word for word in kind.words[first : last + 1] if word != "none")
            return 1 << _place(kind, _word(text))
        case "number":
            return _in_domain(kind, _read_range(text, lambda part: _read_number(kind, part, unit)))
        case "duration":
            return _in_domain(kind, _read_range(text, lambda part: _read_duration(part, on)))
        case "date":
            return _read_date(text)
        case "collection":
            items = text if isinstance(text, list | tuple | frozenset | set) else [text]
            bits = 0
            for item in items:
                bits |= 1 << _place(kind, _word(item))
            return (bits, bits)
        case "code":
            return frozenset({str(text)})


def _read_json(kind: ValueType, raw: dict[object, object], on: date | None) -> Value:
    """A value as Advice writes it: {value, unit}, {low, high, unit}, {one_of}, {has, may_have}, {unknown}."""
    unit = str(raw.get("unit", ""))
    if "unknown" in raw:
        return unknown(kind)
    if "one_of" in raw and isinstance(raw["one_of"], list):
        return read_value(kind, " or ".join(_word(word) for word in raw["one_of"]), unit, on)
    if "has" in raw and isinstance(raw["has"], list) and kind.kind == "collection":
        sure = read_value(kind, raw["has"], "", on)
        may = raw.get("may_have", [])
        more = read_value(kind, may, "", on) if isinstance(may, list) else (0, 0)
        assert isinstance(sure, tuple) and isinstance(more, tuple)
        return (int(sure[0]), int(sure[0]) | int(more[0]))
    if "value" in raw:
        return read_value(kind, f"{raw['value']} {unit}".strip() if unit else raw["value"], unit, on)
    if ("low" in raw or "high" in raw) and kind.kind in ("number", "duration"):
        ends = [
            read_value(kind, f"{raw[end]} {unit}".strip(), unit, on) if end in raw else unknown(kind)
            for end in ("low", "high")
        ]
        assert isinstance(ends[0], tuple) and isinstance(ends[1], tuple)
        return (ends[0][0], ends[1][1])
    raise ValueProblem(f"dit is geen waarde: {raw!r}", f"this is not a value: {raw!r}")


def _place(kind: ValueType, word: str) -> int:
    if word not in kind.words:
        listed = ", ".join(kind.words)
        raise ValueProblem(f"'{word}' is geen van: {listed}", f"'{word}' is none of: {listed}")
    return kind.words.index(word)


def _word(raw: object) -> str:
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    return str(raw).strip()


def _read_truth(raw: object) -> Value:
    if isinstance(raw, bool):
        return 2 if raw else 0
    match raw:
        case "yes" | "true":
            return 2
        case "no" | "false":
            return 0
        case _:
            raise ValueProblem(f"'{raw}' is geen yes of no", f"'{raw}' is neither yes nor no")


def _read_range(raw: object, read: object) -> Range:
    assert callable(read)
    if isinstance(raw, str) and ".." in raw:
        low, _, rest = raw.partition("..")
        high, _, unit = rest.partition(" ")
        unit = f" {unit}" if unit else ""
        return (
            read(low.strip() + unit) if low.strip() else -INF,
            read(high.strip() + unit) if high.strip() else INF,
        )
    value = read(raw)
    return (value, value)


def _in_domain(kind: ValueType, value: Range) -> Range:
    """Bound to the domain; refused when it lies outside."""
    low, high = max(value[0], kind.low), min(value[1], kind.high)
    if low > high:
        raise ValueProblem("de waarde ligt buiten de grenzen", "the value lies outside its bounds")
    return (low, high)


def _read_number(kind: ValueType, raw: object, unit: str) -> int:
    try:
        if isinstance(raw, int | Decimal) and not isinstance(raw, bool):
            number, own = Decimal(raw), unit
        elif isinstance(raw, float):
            number, own = Decimal(repr(raw)), unit
        else:
            quantity = parse_quantity(str(raw))
            number, own = quantity.value, quantity.unit or unit
        if own and kind.unit and canonical_unit(own) != canonical_unit(kind.unit):
            number = convert(number, own, kind.unit)
        return millionths(number)
    except QuantityError as error:
        raise ValueProblem(error.text["nl"], error.text["en"]) from error


def _read_duration(raw: object, on: date | None) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw * MILLION
    text = str(raw)
    try:
        duration = parse_duration(text)
        if duration.months and on is None:
            raise ValueProblem(f"schrijf '{text}' in dagen of weken", f"write '{text}' in days or weeks")
        return (days_back(duration, on) if on is not None else duration.days) * MILLION
    except DateError as error:
        raise ValueProblem(error.text["nl"], error.text["en"]) from error


def _read_date(raw: object) -> Value:
    if raw == "none":
        return NO_DATE
    if isinstance(raw, date):
        return (raw.toordinal(), raw.toordinal(), False)
    try:
        days = raw if isinstance(raw, Days) else parse_days(str(raw))
    except DateError as error:
        raise ValueProblem(error.text["nl"], error.text["en"]) from error
    return (days.first.toordinal(), days.last.toordinal(), False)
