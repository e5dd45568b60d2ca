"""A Patient as a record in our own JSON (design §6): what `read` reads back as the same patient.

Given values (`Patient.from_facts`) and what was skipped are not part of a record and are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from cdss.models.patient import Answer, Days, Delivered, Patient, Record
from cdss.models.record_types import show_when

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def to_json(patient: Patient) -> bytes:
    """The record as JSON text in UTF-8; the same patient gives the same bytes."""
    return _ENCODER.encode(to_record(patient))


def to_record(patient: Patient) -> dict[str, object]:
    """The record as plain values; keys without a value are left out."""
    record: dict[str, object] = {
        "id": patient.id,
        "birth_date": _plain(patient.birth_date),
        "age": patient.age,
        "sex": patient.sex,
        "deceased_on": _plain(patient.deceased_on),
        "deregistered_on": _plain(patient.deregistered_on),
        "coordinator": patient.coordinator,
        "delivered": {name: _period(period) for name, period in patient.delivered.items()},
    }
    for name, records in patient.lists.items():
        record[name] = [_entry(one) for one in records]
    record["answers"] = {
        answer.fact: _without_none({"on": _plain(answer.on)}) | {"value": _plain(answer.value)}
        for answer in sorted(patient.answers, key=_when_answered)  # of each fact the latest stays
        if "/" not in answer.fact
    }
    return _without_none({key: value for key, value in record.items() if value not in ({}, [])})


def _when_answered(answer: Answer) -> date:
    return answer.on.last if answer.on else date.min


def _entry(record: Record) -> dict[str, object]:
    entry: dict[str, object] = {"on": _plain(record.on), "codes": list(record.codes) or None}
    entry |= {name: _plain(value) for name, value in record.fields.items()}
    if record.items or record.totals:
        entry |= {"items": _each(record.items), "totals": _each(record.totals)}
    return _without_none(entry)


def _period(period: Delivered) -> dict[str, object]:
    return _without_none(
        {
            "from": period.first.isoformat() if period.first else None,
            "until": (period.last + timedelta(days=1)).isoformat()
            if period.last and period.last < date.max
            else None,
            "reach": "own" if period.reach == "own" else None,
        }
    )


def _each(values: Mapping[str, object]) -> dict[str, object]:
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: object) -> object:
    if isinstance(value, Days):
        return show_when(value)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value


def _without_none(values: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in values.items() if value is not None}
