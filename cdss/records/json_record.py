"""A patient record in our own JSON (design §6) as a Patient.

An unknown key, or something wrong at the top, refuses the record with its path. A field of one entry that
cannot be read counts as not recorded, and an entry of which we cannot tell what it says is skipped; both are
reported. So one bad date among three hundred measurements does not cost the patient the advice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from cdss.errors import PatientError, ReadingError
from cdss.models.codes import CodeError, parse_code
from cdss.models.impossible import impossible
from cdss.models.patient import LISTS, Answer, Days, FieldValue, Patient, Record
from cdss.models.patient_record import (
    ENTRIES,
    Coded,
    Entry,
    MayBeCoded,
    PatientRecord,
    Questionnaire,
    fields_of,
)
from cdss.models.record_form import form_problem, known_keys, near_to
from cdss.models.usage import NOT_READ
from cdss.records.delivered import DeliveredArgument, as_far_as_read, periods_of, read_delivered
from cdss.records.fields import fields_are_usable
from cdss.records.report import Report

OWN_KEYS: Final = frozenset(info.alias or name for name, info in PatientRecord.model_fields.items())
"""The keys that may stand at the top of a record: by these we know our own form."""


def load_text(text: str) -> object:
    """The JSON in a text, with no key twice in one place and no number that JSON does not have."""
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_float=Decimal, parse_constant=_no_constant)
    except ValueError as error:
        raise impossible("not-json", why=str(error)) from error
    except RecursionError as error:
        raise impossible("not-json", why="nested too deeply") from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise impossible("duplicate-key", seen=key[:60])
        found[key] = value
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a number of JSON")


def read_record(data: Mapping[str, object], delivered: DeliveredArgument = None) -> Patient:
    """The patient behind a record in our own form."""
    report = Report()
    record, kept = _validated(data, report)
    _refuse_others(record)
    birth, death = record.birth_date, record.deceased_on
    if birth and death and birth.first > death.last:
        raise impossible("birth-after-death", "deceased_on")
    lists = {name: tuple(_records(name, getattr(record, name), kept[name], report)) for name in LISTS}
    lost = {name for name in LISTS if len(lists[name]) < _how_many(data.get(name))}
    return Patient(
        id=record.id,
        birth_date=birth,
        age=record.age,
        sex=None if record.sex == "unknown" else record.sex,
        deceased_on=death,
        deregistered_on=record.deregistered_on,
        coordinator=record.coordinator,
        delivered=as_far_as_read(
            read_delivered(delivered, periods_of(record.delivered)), cut_short=(), with_gaps=lost
        ),
        lists={name: records for name, records in lists.items() if records},
        answers=tuple(Answer(fact, given.value, given.on) for fact, given in record.answers.items()),
        skipped=report.all(),
    )


def _how_many(entries: object) -> int:
    return len(entries) if isinstance(entries, list | tuple) else 0


Kept = dict[str, list[int]]
"""For each list, which of its entries are left: their places in the record as it was given."""


def _validated(data: Mapping[str, object], report: Report) -> tuple[PatientRecord, Kept]:
    """The record with what could not be read taken out, and the places of the entries that are left."""
    data = dict(data)
    kept: Kept = {name: [] for name in LISTS}
    for name in LISTS:
        entries = data.get(name)
        if isinstance(entries, list | tuple):
            data[name] = list(entries)
            kept[name] = list(range(len(entries)))
    try:
        return PatientRecord.model_validate(data), kept
    except ValidationError as error:
        problems = error.errors()
    _refuse_form(problems)
    skipped = _mend(data, problems, kept, report)
    for name, places in skipped.items():
        entries = data[name]
        assert isinstance(entries, list)
        left = [place for place in range(len(entries)) if place not in places]
        data[name] = [entries[place] for place in left]
        kept[name] = [kept[name][place] for place in left]
    try:
        return PatientRecord.model_validate(data), kept
    except ValidationError as error:
        raise _refused(error.errors()[0]) from error


def _refuse_form(problems: list[ErrorDetails]) -> None:
    """Refuse the record for an unknown key anywhere, or for anything that is not inside one entry."""
    for problem in problems:
        place = problem["loc"]
        in_entry = len(place) > 1 and place[0] in LISTS and isinstance(place[1], int)
        if problem["type"] == "extra_forbidden" or not in_entry:
            raise _refused(problem)


def _refused(problem: ErrorDetails) -> PatientError:
    path, text = form_problem(problem)
    if problem["type"] == "extra_forbidden":
        seen = str(problem["loc"][-1])
        near = near_to(seen, known_keys(problem["loc"][:-1]))
        return impossible(
            "unknown-key",
            path,
            seen=seen[:60],
            near_nl=f"; bedoelt u '{near}'?" if near else ".",
            near_en=f"; did you mean '{near}'?" if near else ".",
        )
    return impossible("wrong-form", path, why_nl=text["nl"], why_en=text["en"])


def _mend(
    data: dict[str, object], problems: list[ErrorDetails], kept: Kept, report: Report
) -> dict[str, set[int]]:
    """Take out the fields that could not be read; gives the entries that mean nothing without them."""
    skipped: dict[str, set[int]] = {}
    for problem in problems:
        name, place = str(problem["loc"][0]), int(problem["loc"][1])
        field = str(problem["loc"][2]) if len(problem["loc"]) > 2 else ""
        entries = data[name]
        assert isinstance(entries, list)
        entry = entries[place]
        path, text = form_problem(problem)
        report.tell(path, ReadingError(text))
        matters = not field or field in ENTRIES[name].meaning or problem["type"] == "missing"
        if matters or not isinstance(entry, dict):
            skipped.setdefault(name, set()).add(place)
        else:
            # A number of which the unit cannot be read is not a number in the unit that we expect.
            out = {field, "value", "bound"} if field == "unit" else {field}
            entries[place] = {key: value for key, value in entry.items() if key not in out}
            if field == "usage":
                entries[place]["usage"] = NOT_READ
    return skipped


def _refuse_others(record: PatientRecord) -> None:
    """Refuse the record when an entry says that it is about somebody else."""
    owner = record.id
    for name in LISTS:
        for place, entry in enumerate(getattr(record, name)):
            if entry.patient is None:
                continue
            if owner is None:
                owner = entry.patient
            if entry.patient != owner:
                raise impossible("another-patient", f"{name}/{place}")


def _records(name: str, entries: list[Entry], places: list[int], report: Report) -> list[Record]:
    records = []
    for entry, place in zip(entries, places, strict=True):
        path = f"{name}/{place}"
        codes = _codes(entry, path, report)
        if codes is None:
            continue
        fields = _fields(name, entry)
        if not fields_are_usable(name, path, entry.on, fields, report):
            continue
        on = fields["from"] if name == "stays" and entry.on is None else entry.on
        assert on is None or isinstance(on, Days)
        if name == "conditions" and fields.get("date_kind") is None and _is_episode(codes, fields):
            fields["date_kind"] = "reported"
        items, totals = (entry.items, entry.totals) if isinstance(entry, Questionnaire) else ({}, {})
        records.append(Record(name, place, on, codes, fields, items, totals))
    return records


def _is_episode(codes: tuple[str, ...], fields: Mapping[str, FieldValue]) -> bool:
    return "episode" in fields or any(code.startswith("icpc-1:") for code in codes)


def _codes(entry: Entry, path: str, report: Report) -> tuple[str, ...] | None:
    """The codes of an entry; None when it needs one and has none that we can read."""
    if not isinstance(entry, Coded | MayBeCoded):
        return ()
    codes = []
    for written in entry.codes or ([entry.code] if entry.code else []):
        try:
            codes.append(
                written if "|" in written else parse_code(written)
            )  # address|code: not a system of ours
        except CodeError as error:
            report.tell(f"{path}/codes", error)
    if not codes and isinstance(entry, Coded):
        return None
    return tuple(dict.fromkeys(codes))


def _fields(name: str, entry: Entry) -> dict[str, FieldValue]:
    return {
        field: getattr(entry, own)
        for field, own in fields_of(name).items()
        if getattr(entry, own) is not None
    }
