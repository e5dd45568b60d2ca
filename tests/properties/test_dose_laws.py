"""Laws of a daily dose: living each day gives the same, and what is open holds what it turns out to be."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cdss.engine.dose import DailyDose, daily_dose
from cdss.engine.selection import select
from cdss.models.codes import ProductLine
from cdss.models.patient import Days, Delivered, FieldValue, Patient, Record
from cdss.models.program import Select
from cdss.models.truth import NO, UNKNOWN, YES
from cdss.models.value import YES_NO

ORIGIN = date(2024, 1, 1)
LINES = (
    ProductLine("atc:H02AB06", None, None, None, Decimal(1)),
    ProductLine("atc:H02AB02", None, None, None, Decimal("6.25")),
)
KINDS = (
    ("atc:H02AB06", "5 mg", Fraction(5)),
    ("atc:H02AB06", "2.5 mg", Fraction(5, 2)),
    ("atc:H02AB02", "0.8 mg", Fraction(5)),
)
NODE = Select(type=YES_NO, lists=("dispensings", "prescriptions"), products=LINES)


@dataclass(frozen=True)
class Given:
    """So many days of so many tablets a day, from a day on."""

    day: int
    days: int
    kind: int
    a_day: int
    list: str = "dispensings"

    def record(self, index: int) -> Record:
        there = ORIGIN + timedelta(days=self.day)
        code, strength, _ = KINDS[self.kind]
        fields: dict[str, FieldValue] = {
            "strength": strength,
            "quantity": Decimal(self.days * self.a_day),
            "usage": f"1D{self.a_day}T",
            "days_supply": Decimal(self.days),
        }
        return Record(self.list, index, Days(there, there), (code,), fields)


def patient(given_: Sequence[Given]) -> Patient:
    lists = {
        name: tuple(one.record(index) for index, one in enumerate(one for one in given_ if one.list == name))
        for name in NODE.lists
    }
    return Patient(delivered={name: Delivered() for name in NODE.lists}, lists=lists)


def read(who: Patient, on: int) -> DailyDose:
    day = ORIGIN + timedelta(days=on)
    return daily_dose(select(NODE, who, day, lambda node: None).matches, "mg/d", day)


def given_lists(*lists: str, most: int = 6) -> st.SearchStrategy[list[Given]]:
    one = st.builds(
        Given,
        st.integers(0, 60),
        st.integers(1, 40),
        st.integers(0, 2),
        st.integers(1, 3),
        st.sampled_from(lists),
    )
    return st.lists(one, min_size=1, max_size=most, unique_by=lambda one: (one.day, one.kind, one.list))


few = settings(max_examples=200, deadline=None)
reference_days = st.integers(0, 120)


@few
@given(given_lists("dispensings"), reference_days)
def test_a_day_by_day_simulation_gives_the_same_dose(given_: list[Given], on: int) -> None:
    """Every day one day of supply is used of each product that is there; the newest label says how much."""
    expected = Fraction(0)
    in_use = False
    for kind, (_, _, milligrams) in enumerate(KINDS):
        left, a_day = 0, 0
        for day in range(on + 1):
            for one in given_:
                if one.kind == kind and one.day == day:
                    left, a_day = left + one.days, one.a_day
            if day == on and left:
                expected, in_use = expected + milligrams * a_day, True
            left = max(0, left - 1)

    found = read(patient(given_), on)
    assert found.amount == (expected, expected)
    assert found.in_use == (YES if in_use else NO)


@few
@given(given_lists(*NODE.lists), reference_days, st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_no_dose(given_: list[Given], on: int, random: Any) -> None:
    shuffled = list(given_)
    random.shuffle(shuffled)

    assert read(patient(shuffled), on).amount == read(patient(given_), on).amount


@few
@given(given_lists("dispensings"), reference_days, st.data())
def test_splitting_one_dispensing_over_one_day_changes_no_dose(
    given_: list[Given], on: int, data: st.DataObject
) -> None:
    whole = given_[0]
    part = data.draw(st.integers(0, whole.days))
    split = [replace(whole, days=days) for days in (part, whole.days - part) if days]

    assert read(patient([*split, *given_[1:]]), on).amount == read(patient(given_), on).amount


@few
@given(given_lists(*NODE.lists), reference_days)
def test_a_prescription_of_what_was_dispensed_that_day_changes_no_dose(given_: list[Given], on: int) -> None:
    dispensed = [replace(one, list="dispensings") for one in given_]
    own = {(one.day, one.kind): one for one in dispensed}.values()
    twice = [*own, *(replace(one, list="prescriptions") for one in own)]

    assert read(patient(twice), on).amount == read(patient(list(own)), on).amount


@few
@given(given_lists(*NODE.lists), given_lists(*NODE.lists, most=1), reference_days)
def test_between_two_ends_of_supply_no_dose_turns(given_: list[Given], more: list[Given], on: int) -> None:
    who = patient([*given_, *more])
    today = read(who, on)
    known = [ORIGIN.toordinal() + one.day for one in (*given_, *more)]
    day = ORIGIN.toordinal() + on
    turns = [turn for turn in (*today.ends, *known) if turn > day]

    for step in range(on + 1, min(turns, default=day + 30) - ORIGIN.toordinal()):
        assert read(who, step).amount == today.amount


# What is open holds what it turns out to be

HOLES = ("strength", "usage", "days_supply", "quantity", "month", "year", "undated")


def _is_later(record: Record, today: date) -> bool:
    return record.on is not None and record.on.first > today


def erased(record: Record, what: str) -> Record:
    on = record.on
    if what == "undated" or on is None:
        return replace(record, on=None) if what == "undated" else record
    if what in ("month", "year"):
        month = on.first.replace(day=1) if what == "month" else on.first.replace(month=1, day=1)
        last = on.last.replace(day=monthrange(on.last.year, on.last.month)[1])
        return replace(record, on=Days(month, last if what == "month" else on.last.replace(month=12, day=31)))
    usage = {"usage": "1-3D1T"} if what == "usage" and record.fields.get("usage") == "1D2T" else {}
    return replace(record, fields={**record.fields, what: None, **usage})


@settings(max_examples=400, deadline=None)
@given(
    given_lists(*NODE.lists),
    reference_days,
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(HOLES)), min_size=1, max_size=4),
)
def test_what_is_not_recorded_leaves_room_for_the_dose_that_it_turns_out_to_be(
    given_: list[Given], on: int, holes: list[tuple[int, str]]
) -> None:
    """A range of use stands for one of the uses in it. A record of the running month is not of a later day, so that
    of a later one the day stays known."""
    known = patient(given_)
    today = ORIGIN + timedelta(days=on)
    lists = {name: list(records) for name, records in known.lists.items()}
    for place, what in holes:
        for records in lists.values():
            if place < len(records) and not (what in ("month", "year") and _is_later(records[place], today)):
                records[place] = erased(records[place], what)
    open_ = read(replace(known, lists={name: tuple(found) for name, found in lists.items()}), on)
    found = read(known, on)

    assert open_.amount[0] <= found.amount[0]
    assert open_.amount[1] is None or (found.amount[1] is not None and found.amount[1] <= open_.amount[1])
    assert open_.in_use in (UNKNOWN, found.in_use)
