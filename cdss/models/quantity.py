"""Numbers with a unit, as clinicians write them, and the whole millionths that the engine reckons with.

Decimal at the border, whole numbers inside, never a binary float (house style §5). The table of units is
closed: what is not in it is refused, with the nearest that is, and units convert only within one dimension.
What depends on the substance (ng/mL of vitamin D in nmol/L) stands with the fact, not here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from difflib import get_close_matches
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from cdss.errors import ReadingError, shown

MILLION: Final = 1_000_000
LIMIT: Final = 1_000_000
"""Amounts beyond this, up or down, are refused."""


class QuantityError(ReadingError):
    """This is not an amount that we can read."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and its unit; the unit is empty when none was written."""

    value: Decimal
    unit: str

    def __str__(self) -> str:
        return f"{self.value:f} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit we know: `factor` turns an amount in it into the base unit of its dimension."""

    symbol: str
    dimension: str
    factor: Fraction


_DIMENSIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "number": {"1": "1", "%": "1/100"},
    "points": {"points": "1"},
    "portions": {"portions": "1"},
    "alcohol": {"units": "1"},
    "mass": {"kg": "1000", "g": "1", "mg": "1/1000", "ug": "1/1000000", "ng": "1/1000000000"},
    "length": {"m": "1", "cm": "1/100", "mm": "1/1000"},
    "volume": {"L": "1", "dL": "1/10", "mL": "1/1000", "uL": "1/1000000"},
    "time": {"weeks": "7", "days": "1", "hours": "1/24", "minutes": "1/1440"},
    "calendar time": {"years": "12", "months": "1"},
    "mass per area": {"kg/m2": "1", "g/cm2": "10"},
    "mass per volume": {
        "g/L": "1",
        "g/dL": "10",
        "mg/L": "1/1000",
        "mg/dL": "1/100",
        "mg/mL": "1",
        "ug/L": "1/1000000",
        "ug/dL": "1/100000",
        "ug/mL": "1/1000",
        "ng/L": "1/1000000000",
        "ng/dL": "1/100000000",
        "ng/mL": "1/1000000",
        "pg/mL": "1/1000000000",
    },
    "substance per volume": {
        "mol/L": "1000",
        "mmol/L": "1",
        "umol/L": "1/1000",
        "nmol/L": "1/1000000",
        "pmol/L": "1/1000000000",
    },
    "volume per time": {"mL/min": "1", "mL/s": "60", "L/min": "1000"},
    "activity": {"IU": "1"},
    "activity per time": {"IU/d": "1", "IU/wk": "1/7"},
    "activity per volume": {"IU/L": "1", "IU/mL": "1000"},
    "catalytic activity per volume": {"U/L": "1", "mU/L": "1/1000"},
    "mass per time": {"g/d": "1", "mg/d": "1/1000", "ug/d": "1/1000000", "mg/wk": "1/7000"},
    "mass ratio to substance": {"mg/mmol": "1", "g/mol": "1"},
    "length per time": {"mm/h": "1"},
    "rate": {"/min": "1", "/h": "1/60", "/d": "1/1440"},
    "pressure": {"mm[Hg]": "1"},
    "temperature": {"Cel": "1"},
}

UNITS: Final[Mapping[str, Unit]] = MappingProxyType(
    {
        symbol: Unit(symbol, dimension, Fraction(factor))
        for dimension, units in _DIMENSIONS.items()
        for symbol, factor in units.items()
    }
)
"""Every unit there is, by the symbol we write. Days do not convert to months: a month has no fixed length."""

A_DAY: Final[Mapping[str, str]] = MappingProxyType({"mass per time": "mass", "activity per time": "activity"})
"""What an amount per time is a day of: base units go together, since that of time is a day."""

COUNTED: Final = frozenset({"points", "portions", "units"})
"""What is counted. A plain number may stand for each of these, but never one of them for another."""

# Other spellings of one part of a unit: before, between or after the slashes.
_WORDS: Final[Mapping[str, str]] = {
    **{"mcg": "ug", "gram": "g", "kilo": "kg", "liter": "L", "litre": "L", "l": "L", "G": "g"},
    **{"iu": "IU", "ie": "IU", "i.e.": "IU", "i.u.": "IU", "[iu]": "IU"},
    **{"a": "years", "year": "years", "mo": "months", "month": "months"},
    **{"wk": "weeks", "week": "weeks", "d": "days", "day": "days"},
    **{"h": "hours", "hr": "hours", "hour": "hours", "min": "minutes", "minute": "minutes"},
    **{"point": "points", "portion": "portions", "unit": "units"},
    **{"mmhg": "mm[Hg]", "°c": "Cel", "percent": "%"},
}

_PER: Final[Mapping[str, str]] = {"days": "d", "hours": "h", "minutes": "min", "weeks": "wk"}

# What a Dutch author may write first, and is then told the word for.
_DUTCH: Final[Mapping[str, str]] = {
    **{"jaar": "years", "jaren": "years", "maand": "months", "maanden": "months", "weken": "weeks"},
    **{"dag": "days", "dagen": "days", "uur": "hours", "uren": "hours", "minuten": "minutes"},
    **{"punt": "points", "punten": "points", "portie": "portions", "porties": "portions"},
    **{"eenheden": "units", "glazen": "units", "procent": "%"},
}

_BY_LETTERS: Final = {symbol.casefold(): symbol for symbol in UNITS}
_PLAIN_LETTERS: Final = str.maketrans({"µ": "u", "μ": "u", "²": "2", "^": "", " ": "", "\u00a0": ""})
_ANNOTATION: Final = re.compile(r"\{[^{}]*\}")
# Every eGFR is per 1.73 m2, whether the sender says so or not.
_BODY_SURFACE: Final = re.compile(r"/1[.,]73_?m2$")

_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_AMOUNT: Final = re.compile(r"([-+\u2212]?[0-9.,]*(?:[eE][-+]?[0-9]+)?)\s*(.*)", re.DOTALL)
_MILLIONTH: Final = Decimal("0.000001")
_WIDE: Final = Context(prec=40)
_NO_SUBSTANCE: Final[Mapping[str, Decimal]] = MappingProxyType({})


def canonical_unit(text: str) -> str:
    """The unit as we write it: `mcg` gives `ug`, `mL/min/{1.73_m2}` gives `mL/min`, `{T-score}` gives `1`.

    Capitals do not count, for senders shout (`70 MG`). Annotations in braces count as nothing (design §6).
    """
    if text in UNITS:
        return text
    plain = _ANNOTATION.sub("", text).translate(_PLAIN_LETTERS)
    plain = _BODY_SURFACE.sub("", plain).rstrip("/")
    first, *rest = (_word(part) for part in plain.split("/"))
    joined = "/".join([first, *(_PER.get(part, part) for part in rest)]) or "1"
    if joined.startswith("1/"):
        joined = joined[1:]
    if joined in UNITS:
        return joined
    # One letter is too little to guess from: "M" may be metre, month or mega.
    symbol = _BY_LETTERS.get(joined.casefold()) if len(joined) > 1 else None
    if symbol is None:
        raise _unknown_unit(text)
    return symbol


def parse_number(text: str) -> Decimal:
    """The number as written in a guideline: digits, perhaps a minus before and a point between.

    No exponent and no comma (language §5): in Dutch 2,5 is two and a half, elsewhere it is a list.
    """
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    better = _as_number(text)
    if better is None:
        raise QuantityError({"nl": f"{shown(text)} is geen getal.", "en": f"{shown(text)} is not a number."})
    raise QuantityError(
        {
            "nl": f"{shown(text)} is niet hoe we een getal schrijven: schrijf {better}.",
            "en": f"{shown(text)} is not how we write a number: write {better}.",
        }
    )


def parse_quantity(text: str) -> Quantity:
    """The number and the unit behind it: `19 kg/m2`, `4 points`, `-2.5`."""
    match = _AMOUNT.fullmatch(text.strip())
    number, unit = match.groups() if match else (text, "")
    if not number:
        raise QuantityError(
            {
                "nl": f"{shown(text)} begint niet met een getal: schrijf bijvoorbeeld 60 kg.",
                "en": f"{shown(text)} does not begin with a number: write for instance 60 kg.",
            }
        )
    return Quantity(parse_number(number), canonical_unit(unit) if unit else "")


def millionths(value: Decimal | int) -> int:
    """The amount in whole millionths, half a millionth rounded away from zero.

    A float is refused with TypeError: who typed 0.1 did not mean 0.1000000000000000055.
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, int)):
        raise TypeError(f"an amount is a Decimal or an int, not {type(value).__name__}")
    exact = Decimal(value)
    if not exact.is_finite():
        raise QuantityError({"nl": "Dit is geen eindig getal.", "en": "This is not a finite number."})
    if exact > LIMIT or exact < -LIMIT:
        raise QuantityError(
            {
                "nl": f"{exact:.6g} ligt buiten -{LIMIT} tot {LIMIT}: kies een grotere eenheid.",
                "en": f"{exact:.6g} lies outside -{LIMIT} to {LIMIT}: choose a larger unit.",
            }
        )
    return int(exact.quantize(_MILLIONTH, rounding=ROUND_HALF_UP, context=_WIDE).scaleb(6, context=_WIDE))


def convert(
    value: Decimal, from_unit: str, to_unit: str, substance: Mapping[str, Decimal] = _NO_SUBSTANCE
) -> Decimal:
    """The same amount in another unit.

    `substance` holds factors straight into `to_unit`: {"ng/mL": 2.496} for vitamin D in nmol/L. An amount
    without a unit may stand for a plain number or for what is counted, and for nothing else.

    >>> convert(Decimal("0.07"), "g", "mg")
    Decimal('70.00')
    """
    source, target = UNITS[canonical_unit(from_unit)], UNITS[canonical_unit(to_unit)]
    if source == target or (source.symbol == "1" and target.symbol in COUNTED):
        return value
    if source.dimension == target.dimension and from_unit:
        return _scaled(value, source.factor / target.factor)
    for spelling, factor in substance.items():
        known = UNITS[canonical_unit(spelling)]
        if known.dimension == source.dimension:
            return _scaled(value, source.factor / known.factor * Fraction(factor))
    raise _not_convertible(source, target)


def ratio(from_unit: str, to_unit: str) -> Fraction | None:
    """How many of the one go in one of the other: 1/1000 from g to kg. None when they do not convert."""
    source, target = UNITS[canonical_unit(from_unit)], UNITS[canonical_unit(to_unit)]
    return source.factor / target.factor if source.dimension == target.dimension else None


def times(a: int, b: int) -> int:
    """The product of two amounts in millionths, half away from zero. The limit is the caller's to check."""
    return _nearest(a * b, MILLION)


def over(a: int, b: int) -> int:
    """The quotient of two amounts in millionths, half away from zero. By zero raises ZeroDivisionError."""
    return _nearest(a * MILLION, b)


def show(millionths: int) -> str:
    """The amount as a reader writes it: `2.5`, `61`, `-0.000001`; never an exponent."""
    whole, part = divmod(abs(millionths), MILLION)
    sign = "-" if millionths < 0 else ""
    return f"{sign}{whole}.{part:06d}".rstrip("0").rstrip(".")


def _nearest(numerator: int, denominator: int) -> int:
    size = (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))
    return size if (numerator < 0) == (denominator < 0) else -size


def _scaled(value: Decimal, factor: Fraction) -> Decimal:
    # Forty digits: exact for whatever is written by hand, and no growth for what is not.
    return _WIDE.divide(_WIDE.multiply(value, Decimal(factor.numerator)), Decimal(factor.denominator))


def _word(part: str) -> str:
    return _WORDS.get(part) or _WORDS.get(part.casefold() if len(part) > 1 else part, part)


def _as_number(text: str) -> str | None:
    """What the writer meant, in our form, when that can be told."""
    tidy = text.strip().replace("\u2212", "-").removeprefix("+")
    if re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{3})*,[0-9]+", tidy):
        tidy = tidy.replace(".", "")  # 1.250,5: points between thousands, as Dutch print does
    tidy = tidy.replace(",", ".")
    if not re.fullmatch(r"-?([0-9]{1,20}\.?[0-9]{0,20}|\.[0-9]{1,20})([eE][-+]?[0-9]{1,2})?", tidy):
        return None
    return f"{Decimal(tidy):f}"


def _unknown_unit(text: str) -> QuantityError:
    spellings = {**_BY_LETTERS, **_DUTCH}
    close = get_close_matches(text.strip().casefold()[:40], spellings, n=1)
    near = spellings[close[0]] if close else None
    return QuantityError(
        {
            "nl": f"De eenheid {shown(text)} kennen we niet." + (f" Bedoelt u {near}?" if near else ""),
            "en": f"There is no unit {shown(text)}." + (f" Did you mean {near}?" if near else ""),
        }
    )


def _not_convertible(source: Unit, target: Unit) -> QuantityError:
    *most, last = _DIMENSIONS[target.dimension]
    usual = ", ".join(most)
    return QuantityError(
        {
            "nl": f"{source.symbol} is niet om te rekenen naar {target.symbol}: schrijf "
            + (f"{usual} of {last}." if most else f"{last}."),
            "en": f"{source.symbol} cannot be converted to {target.symbol}: write "
            + (f"{usual} or {last}." if most else f"{last}."),
        }
    )
