"""The small types of a patient record: days, numbers, yes and no, words, codes; each with its JSON Schema.

A number may come as text (`"12"`) and yes or no as a word, because YAML cases and converters of XML write
them so. Everything is turned into what the engine reads: `Days`, Decimal, bool, str.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final

from pydantic import PlainValidator, StringConstraints, WithJsonSchema
from typing_extensions import TypeAliasType

from cdss.errors import ReadingError, shown
from cdss.models.dates import parse_days
from cdss.models.patient import Days

_YEAR: Final = "[12][0-9]{3}"
_LEAP_YEAR: Final = (
    "(?:[12][0-9](?:0[48]|[2468][048]|[13579][26])|(?:1[26]|2[048])00)"  # 2000 is one, 1900 is not
)
_DAY: Final = (
    f"(?:{_YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    f"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
_PARTIAL: Final = f"(?:{_YEAR}(?:-(?:0[1-9]|1[0-2]))?|{_DAY})"
_TIME: Final = "T[0-9][0-9:.]*(?:Z|[+-][0-9:]+)?"
_INTERVAL: Final = f"{_PARTIAL}\\.\\.(?:{_PARTIAL})?|\\.\\.{_PARTIAL}"
WHEN_PATTERN: Final = f"^(?:{_PARTIAL}|{_DAY}{_TIME}|{_INTERVAL}|9999-12-31)$"
"""A day, month or year; a day with a time (the day counts); or an interval of them, as in `1954..1955-06`.

9999-12-31 is how many systems write that there is no end."""

CODE_PATTERN: Final = "^(?:[a-z0-9][a-z0-9.-]*:|[^|\\r\\n]+\\|)[^ \\t\\r\\n][^\\r\\n]*$"
"""`system:code`; or `address|code` for a system that we do not know, as in FHIR searches."""

NUMBER_PATTERN: Final = "^-?[0-9]+(?:\\.[0-9]+)?$"

_WHEN: Final = re.compile(WHEN_PATTERN.replace("$", r"\Z"))
_NUMBER: Final = re.compile(NUMBER_PATTERN.replace("$", r"\Z"))
_ONE_DAY: Final = re.compile(_DAY)


def parse_when(text: str) -> Days:
    """The days a date in a record may be: `1954`, `1954-03`, `1954-03-02`, or `1954..1955-06`."""
    if _WHEN.match(text):
        first, between, last = text.partition("..")
        if not between:
            return parse_days(text)
        start = parse_days(first).first if first else date.min
        end = parse_days(last).last if last else date.max
        if start <= end:
            return Days(start, end)
    raise _not_a_date(text)


def _not_a_date(text: str) -> ReadingError:
    return ReadingError(
        {
            "nl": f'{shown(text)} is geen datum: schrijf "2026-03-01", "2026-03" of "2026".',
            "en": f'{shown(text)} is not a date: write "2026-03-01", "2026-03" or "2026".',
        }
    )


def show_when(days: Days) -> str:
    """The shortest way of writing these days that reads back as the same."""
    first, last = days.first, days.last
    if first == last:
        return first.isoformat()
    start = "" if first == date.min else first.isoformat()
    end = "" if last == date.max else last.isoformat()
    for text in (start[:7], start[:4]):
        if text and parse_days(text) == days:
            return text
    return f"{start}..{end}"


def _when(given: object) -> Days:
    match given:
        case Days():
            return given
        case datetime():
            return Days(given.date(), given.date())
        case date():
            return Days(given, given)
        case str():
            return parse_when(given)
        case _:
            raise _not_a_date(str(given))


def read_number(given: object) -> Decimal:
    """The number, also when it was written as text. ReadingError when it is none."""
    match given:
        case bool():
            text = str(given).lower()
        case int() | Decimal():
            return Decimal(given)
        case float():
            return Decimal(repr(given))
        case str() if _NUMBER.match(given):
            return Decimal(given)
        case _:
            text = str(given)
    raise ReadingError(
        {
            "nl": f"{shown(text)} is geen getal: schrijf cijfers, met een punt voor de decimalen.",
            "en": f"{shown(text)} is not a number: write digits, with a point before the decimals.",
        }
    )


def _yes_no(given: object) -> bool:
    if isinstance(given, bool):
        return given
    if given in ("yes", "no"):
        return given == "yes"
    raise ReadingError(
        {
            "nl": f"{shown(str(given))} is geen ja of nee: schrijf true of false.",
            "en": f"{shown(str(given))} is neither yes nor no: write true or false.",
        }
    )


def _value(given: object) -> str | bool | Decimal | Days:
    """A measured value: a number, yes or no, a day, a word or a code."""
    if isinstance(given, str) and not _NUMBER.match(given):
        if _ONE_DAY.fullmatch(given):
            return parse_when(given)
        if given in ("yes", "no"):
            return given == "yes"
        if 0 < len(given) <= 200:
            return given
    return given if isinstance(given, bool) else read_number(given)


def _item(given: object) -> str | bool | Decimal:
    """The answer to one question of a questionnaire: a number, or a word as it was given."""
    if isinstance(given, bool):
        return given
    if isinstance(given, str) and 0 < len(given) <= 200 and not _NUMBER.match(given):
        return given
    return read_number(given)


def _age(given: object) -> int:
    age = read_number(given)
    if age == int(age) and 0 <= age <= 130:
        return int(age)
    raise ReadingError(
        {
            "nl": f"{shown(str(given))} is geen leeftijd: schrijf hele jaren, van 0 tot 130.",
            "en": f"{shown(str(given))} is not an age: write whole years, from 0 to 130.",
        }
    )


_SCALAR: Final = {
    "anyOf": [{"type": "number"}, {"type": "boolean"}, {"type": "string", "minLength": 1, "maxLength": 200}]
}

When = TypeAliasType(
    "When",
    Annotated[Days, PlainValidator(_when), WithJsonSchema({"type": "string", "pattern": WHEN_PATTERN})],
)
Number = TypeAliasType(
    "Number",
    Annotated[
        Decimal,
        PlainValidator(read_number),
        WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": NUMBER_PATTERN}]}),
    ],
)
YesNo = TypeAliasType(
    "YesNo",
    Annotated[
        bool,
        PlainValidator(_yes_no),
        WithJsonSchema({"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no"]}]}),
    ],
)
Age = Annotated[
    int,
    PlainValidator(_age),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 130},
                {"type": "string", "pattern": "^(?:[0-9]{1,2}|1[0-2][0-9]|130)$"},
            ]
        }
    ),
]
Value = Annotated[str | bool | Decimal | Days, PlainValidator(_value), WithJsonSchema(_SCALAR)]
Item = Annotated[str | bool | Decimal, PlainValidator(_item), WithJsonSchema(_SCALAR)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Word = Annotated[str, StringConstraints(pattern="^[a-z0-9][a-z0-9_-]*$", max_length=100)]
Code = TypeAliasType(
    "Code",
    Annotated[str, StringConstraints(pattern=CODE_PATTERN, max_length=200)],
)
FactName = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]*(?:\\.[a-z0-9_]+)*$", max_length=100)]
