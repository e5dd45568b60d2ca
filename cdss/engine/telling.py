"""Values as readers say them: `4 tot 8 punten`, `61 dagen`, `20-01-2025`, `-2,5`; what is unknown says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from cdss.errors import Text
from cdss.models.dates import DURATION_UNITS, Duration
from cdss.models.quantity import COUNTED, MILLION
from cdss.models.truth import UNKNOWN, YES
from cdss.models.value import INF, DateRange, Range, Value, ValueType, is_known
from cdss.models.wording import MONTHS, UNIT, both, in_language, word_text

_UNKNOWN: Final = both("onbekend", "unknown")
_UNKNOWN_NUMBER: Final = both("een onbekend aantal", "an unknown number of")
_UNKNOWN_DATE: Final = both("een onbekende datum", "an unknown date")
_NO_DATE: Final = both("geen", "none")
_AND: Final = both("en", "and")
_OR: Final = both("of", "or")
_NO_WORDS: Final[Mapping[str, Text]] = {}
_YEAR_DAYS: Final = 365.25


def tell(
    kind: ValueType,
    value: Value,
    lang: str,
    words: Mapping[str, Text] = _NO_WORDS,
    *,
    before: str = "",
    after: str = "",
) -> str:
    """The value in words. `before` and `after` are the text around it: they choose `op een dag in januari
    2025` and `een onbekend aantal keer`. `words` is how a choice is read."""
    match kind.kind:
        case "yes_no":
            if value == UNKNOWN:
                return in_language(_UNKNOWN, lang)
            return word_text("yes" if value == YES else "no", words, lang)
        case "choice":
            assert isinstance(value, int)
            if value == kind.all_bits and not is_known(kind, value):
                return in_language(_UNKNOWN, lang)
            return either([word_text(word, words, lang) for word in kind.words_of(value)], lang)
        case "number" | "duration":
            assert isinstance(value, tuple)
            return _tell_amount(kind, (value[0], value[1]), lang, after)
        case "date":
            assert isinstance(value, tuple) and len(value) == 3
            return tell_date(value, lang, before=before)
        case "collection":
            assert isinstance(value, tuple)
            return _tell_collection(kind, int(value[0]), int(value[1]), lang, words)
        case "code":
            if value is None:
                return in_language(_UNKNOWN, lang)
            assert isinstance(value, frozenset)
            return either([code.partition(":")[2] or code for code in sorted(value)], lang)


def either(parts: Sequence[str], lang: str) -> str:
    """`a`, `a of b`, `a, b of c`."""
    return _listed(parts, in_language(_OR, lang))


def together(parts: Sequence[str], lang: str) -> str:
    """`a`, `a en b`, `a, b en c`."""
    return _listed(parts, in_language(_AND, lang))


def _listed(parts: Sequence[str], joiner: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {joiner} {parts[-1]}"


# Numbers and amounts


def tell_number(millionths: float, lang: str) -> str:
    """The number, rounded to two decimals, but never so that it looks rounder than it is: 49.96 does not
    become 50."""
    whole = int(millionths)
    for places in range(2, 7):
        step = 10 ** (6 - places)
        rounded = (abs(whole) + step // 2) // step
        exact = rounded * step == abs(whole)
        if exact or rounded % 10:
            break
    number, part = divmod(rounded, 10**places)
    sign = "-" if whole < 0 and rounded else ""
    decimals = f"{part:0{places}d}".rstrip("0")
    point = "," if lang == "nl" else "."
    return f"{sign}{number}{point}{decimals}" if decimals else f"{sign}{number}"


def tell_unit(unit: str, lang: str, *, one: bool) -> str:
    """The unit behind a number; nothing for a plain number."""
    if unit in ("", "1"):
        return ""
    words = UNIT.get(unit)
    if words is None:
        return unit
    return in_language(words[0] if one else words[1], lang)


def with_unit(number: str, unit: str, lang: str, *, one: bool) -> str:
    told = tell_unit(unit, lang, one=one)
    if not told:
        return number
    return f"{number}{told}" if told == "%" else f"{number} {told}"


def tell_millionths(millionths: float, unit: str, lang: str) -> str:
    """One amount: `4 punten`, `-2,5`, `15%`."""
    one = abs(millionths) == MILLION
    return with_unit(tell_number(millionths, lang), unit, lang, one=one)


def _tell_amount(kind: ValueType, value: Range, lang: str, after: str) -> str:
    low, high = value
    unit = kind.unit
    if low == high:
        told = tell_millionths(low, unit, lang)
        return told + _in_years(low, lang) if kind.kind == "duration" else told
    if low <= kind.low and high >= kind.high:
        counted = unit == "" and after[:1] == " " and after[1:2].islower()
        return in_language(_UNKNOWN_NUMBER if counted else _UNKNOWN, lang)
    if high == INF:
        told = tell_millionths(low, unit, lang)
        return f"{told} of meer" if lang == "nl" else f"{told} or more"
    if low == -INF:
        told = tell_millionths(high, unit, lang)
        return f"{told} of minder" if lang == "nl" else f"{told} or less"
    neighbours = high - low == MILLION and low % MILLION == 0 and unit in (*COUNTED, "years", "days", "")
    between = in_language(_OR, lang) if neighbours else ("tot" if lang == "nl" else "to")
    numbers = f"{tell_number(low, lang)} {between} {tell_number(high, lang)}"
    return with_unit(numbers, unit, lang, one=False)


def _in_years(millionths: float, lang: str) -> str:
    """Beside a number of days that nobody counts in: ` (ongeveer 5 jaar)`."""
    days = millionths / MILLION
    if days < 500:
        return ""
    halves = round(days / _YEAR_DAYS * 2) * MILLION // 2
    about = "ongeveer" if lang == "nl" else "about"
    return f" ({about} {tell_millionths(halves, 'years', lang)})"


# Durations as they were written


def tell_duration(duration: Duration, lang: str) -> str:
    """A duration by the calendar: `2 jaar`, `3 maanden`, `42 dagen`."""
    parts = []
    years, months = divmod(duration.months, 12)
    if months and years:
        years, months = 0, duration.months
    for count, unit in ((years, "years"), (months, "months"), (duration.days, "days")):
        if count:
            parts.append(tell_millionths(count * MILLION, unit, lang))
    return together(parts, lang) if parts else tell_millionths(0, "days", lang)


_WEEK: Final = DURATION_UNITS["week"]


def tell_written_duration(duration: Duration, written: str, lang: str) -> str:
    """The duration in the unit in which its author wrote it: `6 weeks` stays weeks."""
    count, _, unit = written.strip().partition(" ")
    if count.isdecimal() and DURATION_UNITS.get(unit) == _WEEK:
        return tell_millionths(int(count) * MILLION, "weeks", lang)
    return tell_duration(duration, lang)


# Dates


def tell_day(day: date, lang: str) -> str:
    """The day as it is written in the country of the reader: 20-01-2025 in Dutch, 2025-01-20 in English."""
    return f"{day:%d-%m-%Y}" if lang == "nl" else day.isoformat()


def tell_date(value: DateRange, lang: str, *, before: str = "") -> str:
    """A date, or the days it may be."""
    low, high, may_be_none = value
    if low > high:
        return in_language(_NO_DATE, lang)
    told = _tell_days(low, high, lang, before)
    if not told:
        return in_language(_UNKNOWN_DATE, lang)
    if may_be_none:
        return f"{told} (of geen)" if lang == "nl" else f"{told} (or none)"
    return told


def _tell_days(low: float, high: float, lang: str, before: str) -> str:
    """The day or days; nothing when any day is possible."""
    first = None if low == -INF else date.fromordinal(int(low))
    last = None if high == INF else date.fromordinal(int(high))
    if first is None or last is None:
        if last is not None:
            told = tell_day(last, lang)
            return f"{told} of eerder" if lang == "nl" else f"{told} or earlier"
        if first is not None:
            told = tell_day(first, lang)
            return f"{told} of later" if lang == "nl" else f"{told} or later"
        return ""
    if first == last:
        return tell_day(first, lang)
    whole = _whole_months(first, last, lang)
    if whole:
        on = before.rstrip().casefold().endswith((" op", "op") if lang == "nl" else (" on", "on"))
        a_day = "een dag in" if lang == "nl" else "a day in"
        return f"{a_day} {whole}" if on else whole
    if lang == "nl":
        return f"een dag tussen {tell_day(first, lang)} en {tell_day(last, lang)}"
    return f"a day between {tell_day(first, lang)} and {tell_day(last, lang)}"


def _whole_months(first: date, last: date, lang: str) -> str:
    """`januari 2025` or `2025` when the days are exactly that month or year."""
    if first.day != 1 or (last + timedelta(days=1)).day != 1 or first.year != last.year:
        return ""
    if first.month == last.month:
        return f"{MONTHS[lang][first.month - 1]} {first.year}"
    return str(first.year) if (first.month, last.month) == (1, 12) else ""


def _tell_collection(kind: ValueType, sure: int, possible: int, lang: str, words: Mapping[str, Text]) -> str:
    has = [word_text(word, words, lang) for word in kind.words_of(sure)]
    may = [word_text(word, words, lang) for word in kind.words_of(possible & ~sure)]
    if not has and not may:
        return word_text("none", _NO_WORDS, lang)
    perhaps = ""
    if may:
        also = "ook " if has and lang == "nl" else "also " if has else ""
        perhaps = f"{'mogelijk' if lang == 'nl' else 'possibly'} {also}{together(may, lang)}"
    if not has:
        return perhaps
    return f"{together(has, lang)} ({perhaps})" if perhaps else together(has, lang)
