"""Answers put into a patient: to a fact, or into a field of one record (`conditions/0/site`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from pydantic import ValidationError

from cdss.models.impossible import impossible
from cdss.models.patient import Answer, Days, Patient, Record, check_fact_name
from cdss.models.patient_record import fields_of, read_field
from cdss.models.record_form import form_problem


def answered(patient: Patient, answers: Mapping[str, object], on: date) -> Patient:
    """The same patient with these answers, given on this day.

    None ("asked, and not known") leaves a field as it is; the question that asked for it finds the answer
    under its path.
    """
    lists = dict(patient.lists)
    added = []
    for name, value in answers.items():
        if isinstance(name, str) and "/" in name:
            list_name, place, field = _find(lists, name)
            if value is not None:
                records = lists[list_name]
                changed = _with_field(records[place], field, value, name)
                lists[list_name] = (*records[:place], changed, *records[place + 1 :])
                continue
        else:
            check_fact_name(name)
        added.append(Answer(name, value, Days(on, on)))
    return replace(patient, lists=lists, answers=(*patient.answers, *added))


def _find(lists: Mapping[str, tuple[Record, ...]], path: str) -> tuple[str, int, str]:
    """The list, the place in it and the field behind `conditions/0/site`."""
    name, _, rest = path.partition("/")
    number, _, field = rest.partition("/")
    place = next((i for i, record in enumerate(lists.get(name, ())) if str(record.index) == number), None)
    if place is None or (field != "on" and field not in fields_of(name)):
        raise impossible("unknown-place", path[:60], seen=path[:60])
    return name, place, field


def _with_field(record: Record, field: str, value: object, path: str) -> Record:
    try:
        read = read_field(record.list, field, value)
    except ValidationError as error:
        _, text = form_problem(error.errors()[0])
        raise impossible("wrong-value", path, why_nl=text["nl"], why_en=text["en"]) from error
    if field == "on":
        assert isinstance(read, Days)
        return replace(record, on=read)
    return replace(record, fields={**record.fields, field: read})
