"""A dose a day counted from what was supplied: amounts worked out by hand, and what is not known of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from cdss.models.patient import Record
from tests.unit.engine.small import ON, advise, answer, day, guideline, now, patient, record, rule

PRODUCTS = """\
products:
  drugs:
    - {code: atc:H02AB01}
    - {code: atc:H02AB02, equivalent: 6.25}
    - {code: atc:H02AB04, equivalent: 1.25}
    - {code: atc:H02AB06, equivalent: 1}
  vitamin_d:
    - {code: atc:A11CC05, strength: 20 ug, contains: 800 IU}
    - {code: atc:A11CC05, equivalent: 1}
    - {code: atc:M05BB02, contains: 0 IU}
    - {code: atc:M05BB03, days_per_unit: 7, equivalent: 1}
    - {code: atc:M05BB}
  named:
    - {code: atc:M05BB03, strength: 70 mg/5600 IU, days_per_unit: 7, equivalent: 1}
    - {code: atc:M05BB03, strength: 70 mg/2800 IU, days_per_unit: 7, equivalent: 1}
"""


def text(fact: str, missing: str = "if_missing: ask, valid_for: contact") -> str:
    body = guideline(
        f"dose: {{{fact}, pick: daily_dose, {missing}, text: {{nl: Dagdosis, en: Daily dose}}}}",
        "rules:\n"
        + rule("r", "dose > 7.5 mg/d" if "mg" in fact else "dose < 800 IU/d", "recommend: order-dxa"),
    )
    return body.replace("products:\n", PRODUCTS, 1)


STEROID = text("from: dispensing, in: drugs, unit: mg/d")
VITAMIN = text("from: dispensing, in: vitamin_d, unit: IU/d")
UNKNOWN = {"low": 0, "unit": "mg/d"}


def given(
    code: str, strength: str | None, usage: str | None, *, on: str | None = "2026-02-20", **more: int | str
) -> Record:
    own = {"strength": strength, "usage": usage, "quantity": 30, **more}
    return record("dispensings", on, f"atc:{code}", **own)  # type: ignore[arg-type]


def dose(content: str, *records: Record, on: date = ON) -> object:
    """The dose a day as a number; a range as its two ends."""
    found = now(content, patient(*records), "dose", on)
    assert isinstance(found, dict)
    return found.get("value", found)


@pytest.mark.parametrize(
    ("code", "strength", "usage", "expected"),
    [
        ("H02AB06", "2.5 mg", "1D3T", 7.5),
        ("H02AB06", "5 mg", "nhg-25:1D1T", 5),
        ("H02AB04", "6 mg", "1D1T", 7.5),
        ("H02AB02", "0.8 mg", "1D1T", 5),
        ("H02AB02", "800 ug", "1 tablet per 2 dagen", 2.5),
    ],
)
def test_a_dose_is_strength_times_equivalent_times_use(
    code: str, strength: str, usage: str, expected: float
) -> None:
    assert dose(STEROID, given(code, strength, usage)) == expected


@pytest.mark.parametrize(
    ("code", "strength", "usage", "expected"),
    [
        ("M05BB03", "70 mg/5600 IU", None, 800),
        ("M05BB03", "70 mg/2800 IU", "1W1T", 400),
        ("A11CC05", "800 IU", "1D1T", 800),
        ("A11CC05", "20 ug", "1D1T", 800),
        ("A11CC05", "5600 IU", "1W1T", 800),
        ("M05BB02", "35 mg/500 mg", "1D1T", 0),
    ],
)
def test_vitamin_d_is_counted_in_each_product(
    code: str, strength: str, usage: str | None, expected: int
) -> None:
    assert dose(VITAMIN, given(code, strength, usage)) == expected


def test_products_side_by_side_are_added() -> None:
    """800 IU a day and 5600 IU a week."""
    assert dose(VITAMIN, given("A11CC05", "800 IU", "1D1T"), given("A11CC05", "5600 IU", "1W1T")) == 1600


def test_one_content_in_two_spellings_is_one_product() -> None:
    one, other = given("A11CC05", "800 IU", "1D1T"), given("A11CC05", "20 ug", "1D1T", on="2026-02-25")

    assert dose(VITAMIN, one, other) == 800


@pytest.mark.parametrize(
    ("record", "asked"),
    [
        (given("H02AB06", "5 mg", None), ["dose", "usage"]),
        (given("H02AB06", None, "1D1T"), ["dose", "strength"]),
        (given("H02AB01", "0.5 mg", "1D2T"), ["dose"]),
        (given("H02AB06", "5 mg", "1-2D1T"), ["dose", "usage"]),
    ],
)
def test_what_is_not_known_of_a_dose_is_asked(record: Record, asked: list[str]) -> None:
    """Recorded for 30 days, so in use; the directions, the strength or the ratio is not there."""
    known = {**record.fields, "days_supply": 30, "quantity": None}
    found = advise(STEROID, patient(replace(record, fields=known))).questions

    assert sorted(one.field or one.fact for one in found) == asked


def test_a_range_of_use_is_a_range_of_dose() -> None:
    assert dose(STEROID, given("H02AB06", "5 mg", "1-2D1T")) == {"low": 5, "high": 10, "unit": "mg/d"}


def test_a_recorded_supply_tells_the_use_when_no_directions_do() -> None:
    assert dose(STEROID, given("H02AB06", "5 mg", None, quantity=60, days_supply=30)) == 10


# While it lasts


@pytest.mark.parametrize(("days", "expected"), [(1, 5), (29, 5), (30, None)])
def test_a_dose_counts_while_its_supply_lasts(days: int, expected: int | None) -> None:
    """30 tablets, one a day: the thirtieth day is day 29, and the next day has no supply."""
    found = now(
        STEROID, patient(given("H02AB06", "5 mg", "1D1T")), "dose", date(2026, 2, 20) + timedelta(days)
    )

    assert found == (UNKNOWN if expected is None else {"value": expected, "unit": "mg/d"})


def test_what_is_left_of_earlier_records_is_used_up_too() -> None:
    """Two of 30 days, the second after 10: together they last until day 60."""
    one = given("H02AB06", "5 mg", "1D1T", on="2026-01-01")
    other = given("H02AB06", "5 mg", "1D1T", on="2026-01-11")

    assert dose(STEROID, one, other, on=date(2026, 3, 1)) == 5
    assert now(STEROID, patient(one, other), "dose", date(2026, 3, 2)) == UNKNOWN


def test_the_latest_record_of_a_product_tells_its_use() -> None:
    one = given("H02AB06", "5 mg", "1D4T", on="2026-02-01", quantity=120)

    assert dose(STEROID, one, given("H02AB06", "5 mg", "1D1T")) == 5


def test_two_different_uses_of_one_day_may_be_taken_side_by_side() -> None:
    one, other = given("H02AB06", "5 mg", "1D1T"), given("H02AB06", "5 mg", "1D2T")

    assert dose(STEROID, one, other) == {"low": 5, "high": 15, "unit": "mg/d"}
    assert dose(STEROID, one, one) == 5


def test_a_record_of_which_the_supply_is_not_known_is_perhaps_in_use() -> None:
    found = patient(given("H02AB06", "5 mg", "1D2T", on="2025-06-01", quantity=None))  # type: ignore[arg-type]

    assert now(STEROID, found, "dose") == UNKNOWN
    assert [one.field for one in advise(STEROID, found).questions if one.field] == ["quantity"]


def test_without_a_strength_it_may_be_the_same_product() -> None:
    """5 mg a day, and later something of the same code: it may have taken its place, or come on top."""
    assert dose(
        STEROID, given("H02AB06", "5 mg", "1D1T"), given("H02AB06", None, "1D1T", on="2026-02-25")
    ) == {
        "low": 0,
        "unit": "mg/d",
    }


def test_a_product_of_which_every_line_names_a_strength_is_unknown_without_one() -> None:
    found = text("from: dispensing, in: named, unit: IU/d")

    assert dose(found, given("M05BB03", None, None)) == {"low": 0, "unit": "IU/d"}


@pytest.mark.parametrize(
    ("stopped", "expected"), [("2026-02-28", None), ("2026-03-01", None), ("2026-03-02", 5)]
)
def test_a_prescription_counts_until_it_was_stopped(stopped: str, expected: int | None) -> None:
    content = text("from: prescription, in: drugs, unit: mg/d", "if_missing: assume 0 mg/d, say: none")
    one = record(
        "prescriptions",
        "2026-02-20",
        "atc:H02AB06",
        strength="5 mg",
        usage="1D1T",
        quantity=30,
        stop_on=day(stopped),
    )

    assert dose(content, one) == (expected or 0)


def test_a_proposal_is_not_in_use() -> None:
    content = text("from: prescription, in: drugs, unit: mg/d", "if_missing: assume 0 mg/d, say: none")
    one = record(
        "prescriptions",
        "2026-02-20",
        "atc:H02AB06",
        strength="5 mg",
        usage="1D1T",
        quantity=30,
        proposed=True,
    )

    assert dose(content, one) == 0


# Answers, lists, days ahead


def test_an_answer_of_today_goes_before_the_records() -> None:
    one = patient(given("H02AB06", "5 mg", "1D1T"), answer("dose", "10 mg/d", "2026-03-01"))

    assert now(STEROID, one, "dose") == {"value": 10, "unit": "mg/d"}


def test_an_answer_from_before_the_last_record_does_not_count() -> None:
    content = text("from: dispensing, in: drugs, unit: mg/d", "if_missing: ask, valid_for: 1 year")
    one = patient(given("H02AB06", "5 mg", "1D1T"), answer("dose", "10 mg/d", "2026-02-19"))
    other = patient(given("H02AB06", "5 mg", "1D1T"), answer("dose", "10 mg/d", "2026-02-20"))

    assert now(content, one, "dose") == {"value": 5, "unit": "mg/d"}
    assert now(content, other, "dose") == {"value": 10, "unit": "mg/d"}


def test_a_list_that_is_not_whole_gives_no_upper_end() -> None:
    one = patient(given("H02AB06", "5 mg", "1D1T"), delivered={})

    assert dose(STEROID, one.lists["dispensings"][0]) == 5
    assert now(STEROID, one, "dose") == {"low": 5, "unit": "mg/d"}


def test_an_answer_holds_until_the_supply_runs_out() -> None:
    """30 tablets of 10 mg from 20 February: 22 March is the first day without."""
    content = text("from: dispensing, in: drugs, unit: mg/d", "if_missing: assume 0 mg/d, say: none")
    one = patient(given("H02AB06", "10 mg", "1D1T"))

    assert advise(content, one).holds_until == date(2026, 3, 22)
