"""Directions for use (gebruik) as units per day, or None for what we do not surely understand.

Two ways of writing are read: a code of NHG table 25 (`nhg-25:1W1T`, with or without the prefix), and plain
Dutch or English words (`1 per week`, `2x per dag 1 tablet`, `1 tablet every 2 weeks`). The texts of the table
are not shipped; the grammar is that of clinical/fracture-prevention §4.5.1.

What gives None, never a default (same paragraph):

- an added code (`ZN`, `3W1WS`), an empty component, several directions, a letter that was not verified (`M`
  for month, `C` for capsule);
- a unit that is not the unit in which a package is counted: drops, international units, milligrams. Dividing
  five pens by twenty units a day would be wrong by a factor of hundreds. For the same reason an injection
  counts only when it is given once in three months or less often: a pen holds many daily doses, and one
  monthly dose of romosozumab is two syringes;
- a frequency in words without an amount (`twice a day`), and every word that is not in the tables below.

A range (`1-2D1T`, `1 to 2 per day`) has a lowest and a highest use; `usage_range` gives both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Final

Range = tuple[Fraction, Fraction]

CODE_PERIODS: Final[Mapping[str, int]] = MappingProxyType({"D": 1, "W": 7})
"""Time units of table 25 that were read beside their text. `M` for month was not."""

MONTHS: Final[Mapping[int, int]] = MappingProxyType({1: 30, 3: 91, 6: 183, 12: 365})
"""Days in "per so many months". One month is 30 days in the Dutch drug database; 6 and 12 are what one
injection or infusion counts for in the product table; 3 is a quarter of a year. Others are not read."""

PERIODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("day", "days", "dag", "dagen", "d"), "day"),
        **dict.fromkeys(("week", "weeks", "weken", "wk"), "week"),
        **dict.fromkeys(("month", "months", "maand", "maanden"), "month"),
        **dict.fromkeys(("year", "years", "jaar", "jaren"), "year"),
    }
)

ADVERBS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("daily", "dagelijks", "daags"), "per 1 day"),
        **dict.fromkeys(("weekly", "wekelijks"), "per 1 week"),
        **dict.fromkeys(("monthly", "maandelijks"), "per 1 month"),
        **dict.fromkeys(("yearly", "jaarlijks"), "per 1 year"),
        **dict.fromkeys(("once", "eenmaal", "éénmaal"), "1 times"),
        **dict.fromkeys(("twice", "tweemaal"), "2 times"),
        **dict.fromkeys(("driemaal", "thrice"), "3 times"),
        **dict.fromkeys(("dd", "d.d."), "times per 1 day"),
        **dict.fromkeys(("x", "maal", "keer", "time"), "times"),
        **dict.fromkeys(("elke", "iedere", "elk", "ieder", "every", "each", "a"), "per"),
        **dict.fromkeys(("tot", "à", "of"), "to"),
    }
)

NUMBERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("een", "één", "one"), "1"),
        **dict.fromkeys(("twee", "two"), "2"),
        **dict.fromkeys(("drie", "three"), "3"),
        **dict.fromkeys(("vier", "four"), "4"),
        **dict.fromkeys(("half", "halve", "½"), "0.5"),
    }
)

PIECES: Final = frozenset(
    {"tablet", "tabletten", "tablets", "tabl", "tab", "tabs", "capsule", "capsules"}
    | {"stuk", "stuks", "ampul", "pen", "strip"}
)
"""Words for what a package is counted in."""

INJECTIONS: Final = frozenset(
    {"injectie", "injecties", "injection", "injections", "spuit", "syringe", "infuus", "infusion"}
)
NOT_READ: Final = "not read"
"""Directions that were sent but could not be read: never the same as no directions, which leave the product to tell."""

SELDOM: Final = 91
"""From this many days between two injections on, one injection is one package."""

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {**PERIODS, **dict.fromkeys(PIECES, "piece"), **dict.fromkeys(INJECTIONS, "shot")}
)

HARMLESS: Final = (
    "op een nuchtere maag",
    "op de nuchtere maag",
    "on an empty stomach",
    "met een glas water",
    "with a glass of water",
    "voor het ontbijt",
    "before breakfast",
    "'s ochtends",
    "'s morgens",
    "in the morning",
    "nuchter",
    "innemen",
)
"""Additions that say how, not how much."""

_AMOUNT: Final = r"\d{1,3}(?:[.,]\d{1,2})?"
_CODE: Final = re.compile(rf"(\d{{1,2}})(?:-(\d{{1,2}}))?([DW])({_AMOUNT})(?:-({_AMOUNT}))?T")
_OFTEN: Final = rf"(?P<often>{_AMOUNT})(?: to (?P<most_often>{_AMOUNT}))? times"
_UNITS: Final = rf"(?P<amount>{_AMOUNT})(?: to (?P<most>{_AMOUNT}))?(?: piece)?"
_PER: Final = r"per (?P<count>\d{1,3}) (?P<period>day|week|month|year)"
_FORMS: Final = tuple(
    re.compile(" ".join(parts))
    for parts in ((_UNITS, _PER), (_PER, _UNITS), (_OFTEN, _PER, _UNITS), (_UNITS, _OFTEN, _PER))
)


def usage_per_day(text: str) -> Fraction | None:
    """Units used per day: 1/7 for `1W1T`. None for a range and for what is not surely understood."""
    found = usage_range(text)
    return found[0] if found is not None and found[0] == found[1] else None


@lru_cache(maxsize=2048)
def usage_range(text: str) -> Range | None:
    """The lowest and the highest number of units used per day; None when the text is not surely understood.

    >>> usage_range("nhg-25:1W1T")
    (Fraction(1, 7), Fraction(1, 7))
    >>> usage_range("1-2D1T")
    (Fraction(1, 1), Fraction(2, 1))
    >>> usage_range("3D2T ZN") is None
    True
    """
    written = text.strip()
    coded = written[:7].lower() == "nhg-25:"
    code = _CODE.fullmatch(written[7:].strip() if coded else written)
    if code is not None:
        often, most_often, period, amount, most = code.groups()
        return _use((often, most_often), (amount, most), CODE_PERIODS[period])
    return None if coded else _words(written)


def _words(text: str) -> Range | None:
    plain = _plain(text)
    for form in _FORMS:
        match = form.fullmatch(plain.replace("shot", "piece"))
        if match is None:
            continue
        part = match.groupdict()
        days = _days(part["count"], part["period"])
        if days is None or ("shot" in plain and days < SELDOM):
            return None
        often = (part.get("often") or "1", part.get("most_often"))
        return _use(often, (part["amount"], part["most"]), days)
    return None


def _plain(text: str) -> str:
    """The text in the few words that the forms know: numbers, `times`, `per 2 week`, `piece`, `to`."""
    plain = text.casefold().replace("\u2019", "'").replace("d.d.", " dd ")
    for addition in HARMLESS:
        plain = plain.replace(addition, " ")
    plain = re.sub(r"(?<=\d)(?=[a-z])|(?<=dd)(?=\d)", " ", plain)  # 2x, 1dd1
    plain = re.sub(r"(?<=\d)\s*-\s*(?=\d)", " to ", plain)
    plain = re.sub(r"(?<!\d)[.,]|[.,](?!\d)", " ", plain)  # the end of a sentence; 0,5 stays
    plain = re.sub(r"\b(?:een|a|one) (?=halve|half)", "", plain)
    words = " ".join(ADVERBS.get(word, NUMBERS.get(word, word)) for word in plain.split()).split()
    plain = " ".join(WORDS.get(word, word) for word in words)
    return re.sub(r"per (?=day|week|month|year)", "per 1 ", plain)


def _days(count: str, period: str) -> int | None:
    number = int(count)
    match period:
        case "day":
            return number or None
        case "week":
            return 7 * number or None
        case "month":
            return MONTHS.get(number)
        case _:
            return 365 if number == 1 else None


def _use(often: tuple[str, str | None], amount: tuple[str, str | None], days: int) -> Range | None:
    low = _number(often[0]) * _number(amount[0]) / days
    high = _number(often[1] or often[0]) * _number(amount[1] or amount[0]) / days
    return (low, high) if 0 < low <= high else None


def _number(text: str) -> Fraction:
    return Fraction(text.replace(",", "."))
