"""The last step of every way in: the fields of a record made ready, so that all formats say it alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from cdss.models.patient import Days, FieldValue
from cdss.models.quantity import LIMIT, QuantityError, canonical_unit
from cdss.models.usage import NOT_READ, usage_range
from cdss.records.report import Report

END_MATTERS: Final = frozenset({"stays", "agreements", "decisions"})
"""Lists in which an entry without its end would say more than it did: it is skipped when its end is wrong."""


def fields_are_usable(
    name: str, path: str, on: Days | None, fields: dict[str, FieldValue], report: Report
) -> bool:
    """Whether the entry can be used. Units are tidied in place, and impossible numbers and ends taken out."""
    for value in fields.values():
        if type(value) is Decimal and not _in_reach(value):
            _drop_numbers(path, fields, report)
            break
    if "comparator" in fields or "bound" in fields:
        _tell_bound(path, fields, report)
    unit = fields.get("unit")
    if isinstance(unit, str):
        fields["unit"] = tidy_unit(unit)
    if name == "dispensings":
        quantity = fields.get("quantity")
        if isinstance(quantity, Decimal) and quantity < 0:
            fields["kind"] = "return"
    usage = fields.get("usage")
    if isinstance(usage, str) and usage != NOT_READ and not _is_understood(usage):
        report.once(f"{path}/usage", "usage", usage)
    end = fields.get("until")
    if isinstance(end, Days):
        start = fields.get("from", on)
        if end.last == date.max:
            del fields["until"]  # 9999-12-31 is how many systems write that there is no end
        elif isinstance(start, Days) and end.last < start.first:
            report.skip(f"{path}/until", "end-before-start")
            if name in END_MATTERS:
                return False
            del fields["until"]
    return True


def _tell_bound(path: str, fields: dict[str, FieldValue], report: Report) -> None:
    """Make `< 30` a result with one known end, however it was written: never the value 30."""
    comparator, bound, value = fields.get("comparator"), fields.get("bound"), fields.get("value")
    if comparator is not None and bound is None and isinstance(value, Decimal):
        fields["bound"] = fields.pop("value")
    elif comparator is None or bound is None or value is not None:
        for field in ("comparator", "bound", "value"):
            fields.pop(field, None)
        report.skip(f"{path}/comparator", "comparator")


def _drop_numbers(path: str, fields: dict[str, FieldValue], report: Report) -> None:
    for field, value in list(fields.items()):
        if isinstance(value, Decimal) and not _in_reach(value):
            del fields[field]
            report.skip(path, "too-big", field)


@lru_cache(maxsize=1024)
def tidy_unit(text: str) -> str:
    """The unit as we write it; one that we do not know stays as it is, and does not convert."""
    try:
        return canonical_unit(text)
    except QuantityError:
        return text


@lru_cache(maxsize=1024)
def _is_understood(usage: str) -> bool:
    return usage_range(usage) is not None


def _in_reach(number: Decimal) -> bool:
    if -30 < number.adjusted() < 6:  # nearly always, and quick to see
        return True
    # An exponent such as 1e-999999 is as useless as one that is too large, and slow to reckon with.
    return -LIMIT <= number <= LIMIT and (not number or number.adjusted() > -30)
