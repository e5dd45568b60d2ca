"""Directions for use: what they say of the units used in a day, and what they do not say."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cdss.models.usage import usage_per_day, usage_range

WEEKLY = Fraction(1, 7)


@pytest.mark.parametrize("text", ["1W1T", "nhg-25:1W1T", "NHG-25:1W1T", " 1W1T "])
def test_one_tablet_a_week_in_table_25_is_a_seventh_of_a_tablet_a_day(text: str) -> None:
    assert usage_per_day(text) == WEEKLY


@pytest.mark.parametrize(
    ("code", "expected"),
    [("1D1T", Fraction(1)), ("3D2T", Fraction(6)), ("2W1T", Fraction(2, 7)), ("1D0.5T", Fraction(1, 2))],
)
def test_a_code_is_frequency_times_units_per_day(code: str, expected: Fraction) -> None:
    assert usage_per_day(code) == expected


@pytest.mark.parametrize(
    "code", ["1-2D1T", "1D1-2T", "1-2 per day", "1 à 2 tabletten per dag", "1 to 2 per day"]
)
def test_a_range_has_a_lowest_and_a_highest_use_and_no_single_one(code: str) -> None:
    assert usage_range(code) == (Fraction(1), Fraction(2))
    assert usage_per_day(code) is None


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("3D2T ZN", "as needed: an added code"),
        ("1D1T 3W1WS", "three weeks on, one week off: not daily"),
        ("2D10EH", "international units are not what a package is counted in"),
        ("4D1DR", "drops are not what a package is counted in"),
        ("1M1T", "the letter for month was not verified"),
        ("1D1C", "the letter for capsule was not verified"),
        ("D1T", "the frequency is empty"),
        ("1DT", "the amount is empty"),
        ("1D1", "the unit is empty"),
        ("1D1T 1W2T", "two directions"),
        ("0D1T", "nothing is used"),
        ("2-1D1T", "a range upside down"),
        ("nhg-25:1 per week", "words in the place of a code"),
        ("1d1t", "not how the table writes it"),
    ],
)
def test_a_code_that_is_not_surely_understood_is_unknown(code: str, why: str) -> None:
    assert usage_range(code) is None, why


@pytest.mark.parametrize(
    "text",
    [
        "1 per week",
        "1 tablet per week",
        "1 tablet per week, op een nuchtere maag.",
        "1x per week 1 tablet",
        "1 keer per week 1 tablet",
        "eenmaal per week 1 tablet",
        "wekelijks 1 tablet",
        "1 tablet once weekly",
        "1 tablet once a week",
        "één tablet per week",
        "1 per 7 dagen",
        "per week 1 tablet",
        "elke week 1 tablet",
    ],
)
def test_once_a_week_is_read_in_ordinary_words(text: str) -> None:
    assert usage_per_day(text) == WEEKLY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 per day", Fraction(2)),
        ("1 per 2 weeks", Fraction(1, 14)),
        ("1dd1", Fraction(1)),
        ("2 d.d. 1 tablet", Fraction(2)),
        ("1x daags 1 tablet", Fraction(1)),
        ("0,5 tablet per dag", Fraction(1, 2)),
        ("een halve tablet per dag", Fraction(1, 2)),
        ("1 tablet per maand", Fraction(1, 30)),
        ("1 injectie per 6 maanden", Fraction(1, 183)),
        ("1 infuus per jaar", Fraction(1, 365)),
    ],
)
def test_words_give_units_per_day(text: str, expected: Fraction) -> None:
    assert usage_per_day(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "volgens schema",
        "zo nodig 1 tablet per dag",
        "2x per dag",
        "70 mg per week",
        "10 eenheden per dag",
        "1 tablet per week gedurende 3 weken",
        "1 per 5 months",
        "1 per 0 weeks",
        "1 tablet",
        "1 dosis per dag",
        "1 injectie per dag",
        "1 injectie per maand",
    ],
)
def test_words_that_are_not_surely_understood_are_unknown(text: str) -> None:
    assert usage_range(text) is None
