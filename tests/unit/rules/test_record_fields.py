"""A `where` may speak of what a record holds: the fields and words are those of the patient record."""

from __future__ import annotations

import types
from typing import Any, Literal, Union, get_args, get_origin

import pytest

from cdss.models.patient import LIST_OF
from cdss.models.patient_record import Entry, PatientRecord
from cdss.models.record_types import YesNo
from cdss.rules.record_fields import EVERYWHERE, FIELDS, fields_of

NOT_FOR_AUTHORS = {"x", "patient", "code", "value", "items", "totals", "comparator", "bound", "display"}
"""`value` is in the unit of the fact; the rest is for who reads the record. No rule rests on what a sender calls a drug."""


def model_of(name: str) -> type[Entry]:
    (model,) = get_args(PatientRecord.model_fields[name].annotation)
    assert issubclass(model, Entry)
    return model


def words_in(annotation: Any) -> set[str]:
    """The closed words of a field."""
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    if hasattr(annotation, "__value__"):  # a named type
        return words_in(annotation.__value__)
    if get_origin(annotation) in (Union, types.UnionType):
        return set().union(*(words_in(part) for part in get_args(annotation)))
    return set()


LISTS = {**LIST_OF, "questionnaire": "questionnaires"}


@pytest.mark.parametrize("word", LISTS)
def test_the_fields_of_a_list_are_those_of_its_records(word: str) -> None:
    fields = model_of(LISTS[word]).model_fields
    names = {field.alias or name for name, field in fields.items()} - NOT_FOR_AUTHORS

    assert set(FIELDS[word]) == names - set(EVERYWHERE)


@pytest.mark.parametrize("word", LISTS)
def test_closed_words_are_those_of_the_record(word: str) -> None:
    fields = {field.alias or name: field for name, field in model_of(LISTS[word]).model_fields.items()}

    for name, kind in FIELDS[word].items():
        words = words_in(fields[name].annotation)
        if words:
            assert (name, kind.kind, set(kind.words)) == (name, "choice", words)


def test_a_yes_or_no_of_a_record_is_a_yes_or_no_here() -> None:
    for word, name in LISTS.items():
        for key, field in model_of(name).model_fields.items():
            if YesNo in get_args(field.annotation) or field.annotation == YesNo:
                assert FIELDS[word][field.alias or key].kind == "yes_no"


def test_two_lists_read_as_one_history_have_the_fields_of_both() -> None:
    fields = fields_of(("dispensing", "agreement"))

    assert {"quantity", "stop_type", "on", "codes"} <= set(fields)
    assert set(fields["kind"].words) == {"normal", "return", "start", "stop", "not_used"}
