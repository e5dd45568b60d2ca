"""Values in words: Dutch commas and dates, ranges, and unknown that says so."""

from __future__ import annotations

from datetime import date

import pytest

from cdss.engine.telling import tell, tell_duration, tell_number, tell_written_duration
from cdss.models.dates import Duration
from cdss.models.value import (
    DATE,
    DURATION,
    INF,
    NO_DATE,
    YES_NO,
    DateRange,
    Value,
    ValueType,
    on_day,
    unknown,
)
from cdss.models.wording import both

MILLION = 1_000_000
POINTS = ValueType("number", unit="points", low=0, high=8 * MILLION)
COUNT = ValueType("number", low=0)
SHARE = ValueType("number", unit="%", low=0, high=100 * MILLION)
AGE = ValueType("number", unit="years", low=0)
EGFR = ValueType("number", unit="mL/min")
PAIN = ValueType("choice", ("none", "mild", "severe"), ordered=True)
GROUPS = ValueType("collection", ("1", "2", "3"))
CODE = ValueType("code")


def days(first: str, last: str) -> DateRange:
    return (date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal(), False)


# Numbers


@pytest.mark.parametrize(
    ("millionths", "dutch", "english"),
    [
        (61_000_000, "61", "61"),
        (-2_500_000, "-2,5", "-2.5"),
        (24_221_453, "24,22", "24.22"),
        (24_226_000, "24,23", "24.23"),
        (500_000, "0,5", "0.5"),
        (0, "0", "0"),
        (1, "0,000001", "0.000001"),
    ],
)
def test_a_number_is_rounded_to_two_decimals_with_the_point_of_the_language(
    millionths: int, dutch: str, english: str
) -> None:
    assert (tell_number(millionths, "nl"), tell_number(millionths, "en")) == (dutch, english)


@pytest.mark.parametrize(
    ("millionths", "told"),
    [(49_990_000, "49,99"), (49_996_000, "49,996"), (50_000_000, "50"), (50_004_000, "50,004")],
)
def test_rounding_never_makes_a_number_look_as_if_it_stood_on_a_limit(millionths: int, told: str) -> None:
    # 49.996 is under 50: told as 50 it would seem to be met or missed wrongly.
    assert tell_number(millionths, "nl") == told


@pytest.mark.parametrize(
    ("value", "dutch", "english"),
    [
        ((MILLION, MILLION), "1 punt", "1 point"),
        ((4 * MILLION, 4 * MILLION), "4 punten", "4 points"),
        ((4 * MILLION, 8 * MILLION), "4 tot 8 punten", "4 to 8 points"),
        ((4 * MILLION, 5 * MILLION), "4 of 5 punten", "4 or 5 points"),
        ((0, 8 * MILLION), "onbekend", "unknown"),
    ],
)
def test_points_are_told_with_their_unit_and_a_range_by_its_ends(
    value: Value, dutch: str, english: str
) -> None:
    assert (tell(POINTS, value, "nl"), tell(POINTS, value, "en")) == (dutch, english)


def test_an_open_end_is_told_as_or_more() -> None:
    assert tell(COUNT, (3 * MILLION, INF), "nl") == "3 of meer"
    assert tell(COUNT, (3 * MILLION, INF), "en") == "3 or more"


def test_percent_stands_against_the_number_and_other_units_do_not() -> None:
    assert tell(SHARE, (15 * MILLION, 15 * MILLION), "nl") == "15%"
    assert tell(EGFR, (29_900_000, 29_900_000), "nl") == "29,9 ml/min"


def test_an_unknown_count_reads_well_before_a_noun_and_alone() -> None:
    anything = unknown(COUNT)

    assert tell(COUNT, anything, "nl", after=" keer gevallen") == "een onbekend aantal"
    assert tell(COUNT, anything, "nl", after=". Vraag na") == "onbekend"


def test_the_age_of_someone_of_whom_only_the_birth_year_is_known_is_one_of_two() -> None:
    assert tell(AGE, (71 * MILLION, 72 * MILLION), "nl") == "71 of 72 jaar"


# Time


def test_days_are_told_as_days_and_many_also_in_years() -> None:
    assert tell(DURATION, (61 * MILLION, 61 * MILLION), "nl") == "61 dagen"
    assert tell(DURATION, (MILLION, MILLION), "nl") == "1 dag"
    assert tell(DURATION, (1830 * MILLION, 1830 * MILLION), "nl") == "1830 dagen (ongeveer 5 jaar)"
    assert tell(DURATION, (914 * MILLION, 914 * MILLION), "nl") == "914 dagen (ongeveer 2,5 jaar)"


@pytest.mark.parametrize(
    ("duration", "dutch", "english"),
    [
        (Duration(months=24), "2 jaar", "2 years"),
        (Duration(months=12), "1 jaar", "1 year"),
        (Duration(months=18), "18 maanden", "18 months"),
        (Duration(months=1), "1 maand", "1 month"),
        (Duration(days=42), "42 dagen", "42 days"),
        (Duration(), "0 dagen", "0 days"),
    ],
)
def test_a_calendar_duration_stays_calendar(duration: Duration, dutch: str, english: str) -> None:
    assert (tell_duration(duration, "nl"), tell_duration(duration, "en")) == (dutch, english)


def test_weeks_stay_weeks_when_the_author_wrote_weeks() -> None:
    assert tell_written_duration(Duration(days=42), "6 weeks", "nl") == "6 weken"
    assert tell_written_duration(Duration(days=42), "42 days", "nl") == "42 dagen"


# Dates


def test_a_day_is_written_as_in_the_country_of_the_reader() -> None:
    assert tell(DATE, on_day(date(2025, 1, 20)), "nl") == "20-01-2025"
    assert tell(DATE, on_day(date(2025, 1, 20)), "en") == "2025-01-20"


def test_a_month_and_a_year_are_told_as_such_and_after_op_as_a_day_in_it() -> None:
    january = days("2025-01-01", "2025-01-31")

    assert tell(DATE, january, "nl", before="de DXA van ") == "januari 2025"
    assert tell(DATE, january, "nl", before="brak op ") == "een dag in januari 2025"
    assert tell(DATE, days("2024-01-01", "2024-12-31"), "nl") == "2024"


def test_days_that_are_no_whole_month_are_told_by_their_ends() -> None:
    assert tell(DATE, days("2025-01-01", "2025-01-30"), "nl") == "een dag tussen 01-01-2025 en 30-01-2025"


def test_a_date_that_is_not_there_or_not_known_says_so() -> None:
    assert tell(DATE, NO_DATE, "nl") == "geen"
    assert tell(DATE, unknown(DATE), "nl") == "een onbekende datum"
    assert tell(DATE, (-INF, date(2025, 1, 20).toordinal(), False), "nl") == "20-01-2025 of eerder"
    assert tell(DATE, (*days("2025-01-20", "2025-01-20")[:2], True), "nl") == "20-01-2025 (of geen)"


# Words


def test_yes_no_and_unknown_are_words() -> None:
    assert [tell(YES_NO, truth, "nl") for truth in (0, 1, 2)] == ["nee", "onbekend", "ja"]


def test_a_choice_is_told_in_the_words_of_its_author_else_in_ours() -> None:
    words = {"severe": both("hevig", "severe")}

    assert tell(PAIN, PAIN.bit("severe"), "nl", words) == "hevig"
    assert tell(PAIN, PAIN.bit("none"), "nl", words) == "geen"
    assert tell(PAIN, PAIN.bits(("mild", "severe")), "nl", words) == "mild of hevig"
    assert tell(PAIN, PAIN.all_bits, "nl", words) == "onbekend"


def test_a_collection_tells_what_it_surely_has_and_what_it_may_have() -> None:
    assert tell(GROUPS, (0b001, 0b001), "nl") == "1"
    assert tell(GROUPS, (0b101, 0b111), "nl") == "1 en 3 (mogelijk ook 2)"
    assert tell(GROUPS, (0, 0b010), "nl") == "mogelijk 2"
    assert tell(GROUPS, (0, 0), "nl") == "geen"


def test_a_code_is_told_without_its_system() -> None:
    assert tell(CODE, frozenset({"atc:M05BA04"}), "nl") == "M05BA04"
    assert tell(CODE, None, "nl") == "onbekend"
