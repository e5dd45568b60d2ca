"""What a patient has for each selection: by covering code, label, word of a field, date and return."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cdss.engine.index import COMPLETE, DELIVERED, OWN, PatientIndex, Rows, outlook
from cdss.models.codes import ProductLine
from cdss.models.patient import LISTS, Answer, Days, Delivered, FieldValue, Patient, Record
from cdss.models.program import FieldIs, Program, RecordAll, RecordAny, RecordTest, Select
from cdss.models.value import INF, YES_NO

ON = date(2026, 3, 1)
TODAY = ON.toordinal()


def select(
    *lists: str,
    codes: tuple[str, ...] = (),
    where: RecordTest | None = None,
    groups: dict[str, str] | None = None,
) -> Select:
    return Select(type=YES_NO, lists=lists, patterns=codes, where=where, groups=groups or {})


def record(
    list_name: str, index: int = 0, *codes: str, on: date | None = date(2025, 6, 1), **fields: FieldValue
) -> Record:
    return Record(list_name, index, None if on is None else Days(on, on), codes, fields)


def found(patient: Patient, *selections: Select) -> Rows:
    program = Program(selections, (), {}, {}, ())
    return PatientIndex(program, range(len(selections)), ()).rows(patient, TODAY)[0]


def indexes(rows: Rows, number: int = 0) -> list[int]:
    return sorted(row[3] for row in rows.get(number, []))


def patient(*records: Record) -> Patient:
    lists: dict[str, tuple[Record, ...]] = {}
    for one in records:
        lists[one.list] = (*lists.get(one.list, ()), one)
    return Patient(lists=lists)


@pytest.mark.parametrize(
    ("code", "looks"), [("icpc-1:L95.01", True), ("icpc-1:L95", True), ("icpc-1:L9", False)]
)
def test_a_selection_looks_at_the_codes_under_its_own(code: str, looks: bool) -> None:
    rows = found(patient(record("conditions", 0, "icpc-1:L95.01")), select("conditions", codes=(code,)))

    assert indexes(rows) == ([0] if looks else [])


def test_a_selection_without_a_record_is_not_in_the_answer() -> None:
    rows = found(patient(record("conditions", 0, "icpc-1:L72")), select("conditions", codes=("icpc-1:L95",)))

    assert rows == {}


def test_a_record_of_another_list_is_not_looked_at() -> None:
    rows = found(patient(record("procedures", 0, "icpc-1:L95")), select("conditions", codes=("icpc-1:L95",)))

    assert rows == {}


def test_the_first_code_that_fits_tells_the_group() -> None:
    groups = {"icpc-1:L02": "low", "icpc-1:L86": "disc"}
    rows = found(
        patient(record("contacts", 0, "icpc-1:L86.01", "icpc-1:L02")),
        select("contacts", codes=tuple(groups), groups=groups),
    )

    assert rows[0][0][5] == "disc"


def test_what_somebody_called_it_counts_before_its_codes() -> None:
    groups = {"icpc-1:L02": "low", "disc_radicular": "disc"}
    rows = found(
        patient(record("contacts", 0, "icpc-1:L02", label="disc_radicular")),
        select("contacts", codes=("icpc-1:L02",), groups=groups),
    )

    assert [row[5] for row in rows[0]] == ["disc"]


@pytest.mark.parametrize(
    ("where", "looks"),
    [
        (FieldIs("name", frozenset({"odi"})), [0, 2]),
        (
            RecordAll((FieldIs("name", frozenset({"odi", "sb"})), FieldIs("episode", frozenset({"e1"})))),
            [0, 1, 2],
        ),
        (RecordAny((FieldIs("name", frozenset({"odi"})),)), [0, 1, 2]),
    ],
)
def test_without_codes_a_word_that_must_be_there_narrows_the_look(
    where: RecordTest, looks: list[int]
) -> None:
    """Record 2 does not say its name: it may be any."""
    forms = patient(
        record("questionnaires", 0, name="odi"),
        record("questionnaires", 1, name="sb"),
        record("questionnaires", 2),
    )

    assert indexes(found(forms, select("questionnaires", where=where))) == looks


@pytest.mark.parametrize(("day", "there"), [(date(2026, 2, 28), True), (ON, True), (date(2026, 3, 2), False)])
def test_records_after_the_reference_date_do_not_exist(day: date, there: bool) -> None:
    rows = found(
        patient(record("conditions", 0, "icpc-1:L95", on=day)), select("conditions", codes=("icpc-1:L95",))
    )

    assert bool(rows) == there


def test_a_record_without_a_date_is_of_any_day_up_to_the_reference_date() -> None:
    rows = found(
        patient(record("conditions", 0, "icpc-1:L95", on=None)), select("conditions", codes=("icpc-1:L95",))
    )

    assert rows[0][0][:2] == (-INF, TODAY)


def test_every_letter_is_looked_at() -> None:
    rows = found(patient(record("documents", 0)), select("documents", codes=("icpc-1:L95",)))

    assert indexes(rows) == [0]


def test_what_was_returned_was_never_supplied() -> None:
    code = "atc:M05BA04"
    products = Select(type=YES_NO, lists=("dispensings",), products=(ProductLine(code),))
    dispensed = [
        record("dispensings", place, code, on=date(2025, 1 + place, 1), quantity=4) for place in range(2)
    ]
    returned = record("dispensings", 2, code, on=date(2025, 4, 1), quantity=-4)

    assert indexes(found(patient(*dispensed, returned), products)) == [0]
    assert indexes(found(patient(*dispensed), products)) == [0, 1]


@pytest.mark.parametrize("name", ["dispensings", "administrations"])
def test_a_quantity_of_zero_was_never_supplied(name: str) -> None:
    code = "atc:M05BX04"
    products = Select(type=YES_NO, lists=(name,), products=(ProductLine(code),))
    there = [
        record(name, place, code, on=date(2025, 1 + place, 1), quantity=quantity)
        for place, quantity in enumerate((1, 0))
    ]

    assert indexes(found(patient(*there), products)) == [0]


def test_codes_that_were_met_before_are_found_the_same_again() -> None:
    one = PatientIndex(Program((select("conditions", codes=("icpc-1:L95",)),), (), {}, {}, ()), [0], ())
    both = patient(record("conditions", 0, "icpc-1:L95.01"), record("conditions", 1, "icpc-1:L72"))

    assert one.rows(both, TODAY) == one.rows(both, TODAY)


# Delivery


@pytest.mark.parametrize(
    ("period", "flags", "whole"),
    [
        (None, 0, INF),
        (Delivered(), DELIVERED, -INF),
        (Delivered(date(2021, 1, 1), None), DELIVERED, date(2021, 1, 1).toordinal()),
        (Delivered(None, ON), DELIVERED, -INF),
        (Delivered(None, date(2026, 2, 28)), DELIVERED, INF),
    ],
)
def test_a_list_is_whole_from_the_first_day_that_was_delivered(
    period: Delivered | None, flags: int, whole: float
) -> None:
    index = PatientIndex(Program((select("conditions"),), (), {}, {}, ()), [0], ())
    delivered = {} if period is None else {"conditions": period}

    assert index.delivery(Patient(delivered=delivered), ON) == [flags, whole]


def test_a_list_of_one_practice_is_never_whole() -> None:
    index = PatientIndex(Program((select("conditions"),), (), {}, {}, ()), [0], ())

    flags, whole = index.delivery(Patient(delivered={"conditions": Delivered(reach="own")}), ON)

    assert (int(flags) & (DELIVERED | OWN | COMPLETE), whole) == (DELIVERED | OWN, INF)


@pytest.mark.parametrize(
    ("period", "reach"),
    [
        (None, None),
        (Delivered(), "all"),
        (Delivered(reach="own"), "own"),
        (Delivered(first=ON), "all"),
        (Delivered(first=date(2026, 3, 2)), None),
        (Delivered(last=ON), "all"),
        (Delivered(last=date(2026, 2, 28)), None),
    ],
)
def test_the_outlook_tells_the_reach_of_what_was_delivered_for_the_day(
    period: Delivered | None, reach: str | None
) -> None:
    delivered = {} if period is None else {"dispensings": period}

    assert outlook(Patient(delivered=delivered), ON)[LISTS.index("dispensings")] == reach


def test_the_outlook_is_the_same_for_two_histories_that_began_on_different_days() -> None:
    earlier, later = (
        Patient(delivered={"dispensings": Delivered(date(year, 1, 1))}) for year in (2019, 2023)
    )

    assert outlook(earlier, ON) == outlook(later, ON)


# Answers


@pytest.mark.parametrize(("day", "there"), [(ON, True), (date(2026, 3, 2), False), (None, True)])
def test_answers_of_a_later_day_do_not_exist(day: date | None, there: bool) -> None:
    index = PatientIndex(Program((), (), {}, {}, ()), (), ["pain"])
    answer = Answer("pain", Decimal(3), None if day is None else Days(day, day))

    assert bool(index.said(Patient(answers=(answer,)), ON)) == there


def test_answers_to_what_nobody_reads_are_left_out() -> None:
    index = PatientIndex(Program((), (), {}, {}, ()), (), ["pain", "sleep"])
    answers = (Answer("sleep", 1, None), Answer("weather", 2, None), Answer("sleep", 3, None))

    assert index.said(Patient(answers=answers), ON) == {1: [answers[0], answers[2]]}
