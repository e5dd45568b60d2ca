"""Elements of FHIR as values of a record: days, numbers, codes, units. What cannot be read is reported."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Raw

from cdss.models.codes import CodeError, parse_code, short_system
from cdss.models.dates import DateError, Duration, parse_days, shift
from cdss.models.patient import Days, FieldValue
from cdss.records.fhir_r4.structs import Concept, Period, Quantity
from cdss.records.fields import tidy_unit
from cdss.records.report import Report

UCUM: Final = "http://unitsofmeasure.org"
_NUMBER: Final = re.compile(rb'"?\s*(-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,4})?)\s*"?')

PIECES: Final = frozenset(
    {"1", "stuk", "stuks", "st", "tablet", "tabletten", "tablets", "tab", "capsule", "capsules", "caps"}
    | {"ampul", "ampullen", "pen", "pennen", "spuit", "wegwerpspuit", "injectie", "injecties", "infuus"}
)
"""Units that count what a package is counted in. 245 is `stuk` in the units of the G-Standaard."""

EARLIEST: Final = date(1000, 1, 1)
LATEST: Final = date(2999, 12, 31)
"""Dates outside these are what systems write for no date; 9999-12-31 is read, as the end that never comes."""

DAYS_IN: Final = {
    **{"days": 1, "dag": 1, "dagen": 1, "weeks": 7, "weken": 7},
    **{"months": 30, "maand": 30, "maanden": 30},  # a month counts as 30 days in the Dutch drug database
}


class Place(msgspec.Struct, eq=False, gc=False):
    """Where in the bundle we are reading, and where to tell what cannot be used."""

    report: Report
    path: str

    def skip(self, reason: str, seen: str = "") -> None:
        self.report.skip(self.path, reason, seen)

    def once(self, reason: str, seen: str) -> None:
        self.report.once(self.path, reason, seen)


@lru_cache(maxsize=8192)
def _days(text: str) -> Days | None:
    try:
        days = parse_days(text)
    except DateError:
        return None
    return days if EARLIEST <= days.first <= LATEST or days.first == date.max else None


def day(text: str | None, element: str, place: Place) -> Days | None:
    """The days a FHIR date or date-time may be; of a time the date counts as it is written."""
    if text is None:
        return None
    found = _days(text[:10] if text[10:11] == "T" else text)
    if found is None:
        place.skip("date", element)
    return found


def first_day(place: Place, *choices: tuple[str | None, str]) -> Days | None:
    """The first of these elements that was sent."""
    for text, element in choices:
        if text is not None:
            return day(text, element, place)
    return None


def day_after(days: Days) -> Days:
    """The day after: in FHIR a period ends on its last day, with us on the first day without."""
    return Days(_next(days.first), _next(days.last))


def _next(one: date) -> date:
    return one + timedelta(days=1) if one < date.max else one


def start_of(period: Period | None) -> str | None:
    return period.start if period else None


def end_of(period: Period | None) -> str | None:
    return period.end if period else None


def at_age(age: Quantity | None, birth: Days | None, element: str, place: Place) -> Days | None:
    """The days on which somebody may have had this age."""
    if age is None:
        return None
    if birth is None:
        place.skip("date", element)
        return None
    years = number(age.value, element, place)
    unit = unit_of(age)
    if years is None or unit not in ("years", "months") or not 0 <= years <= 1800:
        place.skip("date", element)
        return None
    months = int(years * 12) if unit == "years" else int(years)
    try:
        last = shift(
            shift(birth.last, Duration(months=months + (12 if unit == "years" else 1))), Duration(days=-1)
        )
        return Days(shift(birth.first, Duration(months=months)), last)
    except DateError:
        return None


def number(raw: Raw, element: str, place: Place) -> Decimal | None:
    """The number as it was sent, digit for digit. Sent as text it is read all the same, and told."""
    sent = bytes(raw)
    if not sent or sent == b"null":
        return None
    value = _decimal(sent)
    if value is None:
        place.skip("number", element)
    elif sent[:1] == b'"':
        place.report.number_as_text()
    return value


@lru_cache(maxsize=8192)
def _decimal(sent: bytes) -> Decimal | None:
    match = _NUMBER.fullmatch(sent)
    return Decimal(match[1].decode()) if match else None


@lru_cache(maxsize=8192)
def _code(system: str, code: str) -> tuple[str, bool]:
    """The code as we write it, and whether it has the form of its system.

    A code of a system that we do not know keeps its address: `address|code`.
    """
    short = short_system(system)
    if short is not None:
        try:
            return parse_code(f"{short}:{code}"), True
        except CodeError:
            pass  # told by who asks
    return f"{' '.join(system.split())[:120]}|{' '.join(code.split())[:79]}", short is None


def codes(concepts: Iterable[Concept | None], place: Place) -> tuple[str, ...]:
    """Every code of these concepts, each once. Text is never read."""
    found = []
    for concept in concepts:
        if concept is None:
            continue
        for coding in concept.coding:
            if not coding.code or not coding.system:
                continue  # a code without its system may be anything
            code, has_form = _code(coding.system, coding.code)
            if not has_form:
                place.once("code", code)
            if code not in found:
                found.append(code)
    return tuple(found)


def display_of(concept: Concept | None) -> str | None:
    """What the sender calls it, to be shown to people: as much as a record may hold."""
    text = " ".join(concept.text.split())[:200].rstrip() if concept and concept.text else ""
    return text or None


def code_words(concept: Concept | None) -> list[str]:
    """The bare codes of a concept: for the closed lists of FHIR itself, such as a status."""
    return [coding.code for coding in concept.coding if coding.code] if concept else []


def unit_of(quantity: Quantity) -> str | None:
    """The unit: the UCUM code when there is one, else what the sender shows."""
    is_ucum = quantity.system in (None, UCUM)
    text = (quantity.code if is_ucum else quantity.unit) or quantity.unit or quantity.code
    return tidy_unit(text)[:60] if text is not None else None


def pieces(quantity: Quantity | None, element: str, place: Place) -> Decimal | None:
    """How many pieces: nothing when it was measured in something else, such as millilitres."""
    if quantity is None:
        return None
    if not _counts_pieces(quantity):
        place.skip("not-pieces", unit_of(quantity) or "")
        return None
    return number(quantity.value, element, place)


def _counts_pieces(quantity: Quantity) -> bool:
    unit = unit_of(quantity)
    return unit is None or unit.casefold() in PIECES or (quantity.system != UCUM and quantity.code == "245")


def is_pieces(quantity: Quantity | None) -> bool:
    return quantity is not None and _counts_pieces(quantity)


def supply_days(quantity: Quantity | None, element: str, place: Place) -> Decimal | None:
    """How many days a supply lasts."""
    if quantity is None:
        return None
    unit = unit_of(quantity)
    factor = DAYS_IN.get(unit.casefold()) if unit is not None else 1
    if factor is None:
        place.skip("days-unit", unit or "")
        return None
    value = number(quantity.value, element, place)
    return value * factor if value is not None else None


def recorded(**fields: FieldValue) -> dict[str, FieldValue]:
    """Only the fields that have a value. `from_` stands for `from`."""
    found: dict[str, FieldValue] = {name: value for name, value in fields.items() if value is not None}
    if "from_" in found:
        found["from"] = found.pop("from_")
    return found
