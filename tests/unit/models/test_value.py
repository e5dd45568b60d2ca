"""The lowest and the highest of values of which some may be several things."""

from __future__ import annotations

from datetime import date

import pytest

from cdss.models.truth import NO, UNKNOWN, YES
from cdss.models.value import (
    ANY_DATE,
    DATE,
    INF,
    NO_DATE,
    YES_NO,
    Value,
    ValueType,
    any_of,
    highest,
    lowest,
    on_day,
)

KILOS = ValueType("number", unit="kg")
PAIN = ValueType("choice", ("none", "mild", "severe"), ordered=True)
NONE, MILD, SEVERE = 1, 2, 4
MARCH, APRIL = on_day(date(2026, 3, 1)), on_day(date(2026, 4, 1))


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([(3, 3), (5, 5)], (3, 3), (5, 5)),
        ([(3, 3), (1, 5)], (1, 3), (3, 5)),
        ([(3, 3), (4, 5)], (3, 3), (4, 5)),
        ([(3, 3), (-INF, INF)], (-INF, 3), (3, INF)),
    ],
)
def test_of_numbers_each_end_is_taken_by_itself(values: list[Value], low: Value, high: Value) -> None:
    assert lowest(KILOS, values) == low
    assert highest(KILOS, values) == high


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([MILD, SEVERE], MILD, SEVERE),
        ([MILD, NONE | SEVERE], NONE | MILD, MILD | SEVERE),
        ([NONE | MILD, MILD | SEVERE], NONE | MILD, MILD | SEVERE),
        ([SEVERE, NONE | MILD], NONE | MILD, SEVERE),
    ],
)
def test_of_choices_the_words_stand_from_low_to_high(values: list[Value], low: int, high: int) -> None:
    assert lowest(PAIN, values) == low
    assert highest(PAIN, values) == high


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([NO, YES], NO, YES),
        ([NO, UNKNOWN], NO, UNKNOWN),
        ([YES, UNKNOWN], UNKNOWN, YES),
        ([UNKNOWN, UNKNOWN], UNKNOWN, UNKNOWN),
    ],
)
def test_yes_stands_above_no(values: list[Value], low: Value, high: Value) -> None:
    assert lowest(YES_NO, values) == low
    assert highest(YES_NO, values) == high


def test_a_date_that_is_not_there_is_passed_over() -> None:
    assert lowest(DATE, [NO_DATE, APRIL, MARCH]) == MARCH
    assert highest(DATE, [MARCH, NO_DATE]) == MARCH


def test_of_no_dates_at_all_there_is_none() -> None:
    assert lowest(DATE, [NO_DATE, NO_DATE]) == NO_DATE
    assert highest(DATE, [NO_DATE]) == NO_DATE


def test_a_date_that_may_be_there_only_widens_one_side() -> None:
    perhaps_april = (APRIL[0], APRIL[1], True)

    assert highest(DATE, [MARCH, perhaps_april]) == (MARCH[0], APRIL[1], False)
    assert lowest(DATE, [MARCH, perhaps_april]) == MARCH


def test_of_dates_that_all_may_be_absent_there_may_be_none() -> None:
    perhaps_march, perhaps_april = (MARCH[0], MARCH[1], True), (APRIL[0], APRIL[1], True)

    assert highest(DATE, [perhaps_march, perhaps_april]) == (MARCH[0], APRIL[1], True)
    assert highest(DATE, [perhaps_march, ANY_DATE]) == ANY_DATE


def test_one_of_some_values_holds_them_all() -> None:
    assert any_of(PAIN, [NONE, SEVERE]) == NONE | SEVERE
    assert any_of(KILOS, [(1, 2), (5, 5)]) == (1, 5)
