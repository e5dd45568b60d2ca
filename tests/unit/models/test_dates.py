"""Days, durations and periods: leap years, month ends, and birthdays of 29 February."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdss.models.dates import (
    DURATION_UNITS,
    DateError,
    Duration,
    Period,
    age_range,
    completed_years,
    days_back,
    join_periods,
    parse_day,
    parse_days,
    parse_duration,
    shift,
)
from cdss.models.patient import Days

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
durations = st.builds(Duration, months=st.integers(0, 600), days=st.integers(0, 5000))


@pytest.mark.parametrize(
    ("written", "duration"),
    [
        ("3 months", Duration(months=3)),
        ("1 month", Duration(months=1)),
        ("42 days", Duration(days=42)),
        ("1 day", Duration(days=1)),
        ("2 years", Duration(months=24)),
        ("1 year", Duration(months=12)),
        ("6 weeks", Duration(days=42)),
        ("0 days", Duration()),
        ("90days", Duration(days=90)),
        ("5 a", Duration(months=60)),
    ],
)
def test_years_and_months_are_calendar_and_weeks_and_days_are_exact(written: str, duration: Duration) -> None:
    assert parse_duration(written) == duration


@pytest.mark.parametrize(
    "written", ["", "months", "3", "1.5 years", "1,5 years", "-3 days", "3 fortnights", "3 months 2 days"]
)
def test_what_is_not_a_duration_is_refused(written: str) -> None:
    with pytest.raises(DateError, match="is not a duration"):
        parse_duration(written)


@pytest.mark.parametrize(
    ("written", "better"), [("3 jaar", "3 years"), ("6 weken", "6 weeks"), ("12 maanden", "12 months")]
)
def test_a_dutch_duration_gets_the_word_to_write(written: str, better: str) -> None:
    with pytest.raises(DateError) as refused:
        parse_duration(written)

    assert refused.value.text["nl"].endswith(f"zoals {better}.")


def test_a_duration_longer_than_the_calendar_is_refused() -> None:
    assert parse_duration("9999 years") == Duration(months=119_988)
    with pytest.raises(DateError, match="longer than the calendar"):
        parse_duration("10000 years")


def test_a_day_is_written_year_first() -> None:
    assert parse_day("2026-03-01") == date(2026, 3, 1)


@pytest.mark.parametrize(
    "written",
    ["20260301", "2026-3-1", "2026-W09-7", "2026-03", "2026", " 2026-03-01", "", "2026-03-01T10:00"],
)
def test_a_day_in_another_form_is_refused(written: str) -> None:
    with pytest.raises(DateError, match="write the year first"):
        parse_day(written)


@pytest.mark.parametrize("written", ["01-03-2026", "1-3-2026", "1/3/2026", "01.03.2026"])
def test_a_dutch_date_is_shown_as_it_should_be_written(written: str) -> None:
    with pytest.raises(DateError, match="as in 2026-03-01"):
        parse_day(written)


@pytest.mark.parametrize(
    ("written", "exists"),
    [
        ("2024-02-28", True),
        ("2024-02-29", True),
        ("2024-02-30", False),
        ("2023-02-28", True),
        ("2023-02-29", False),
        ("2000-02-29", True),
        ("1900-02-29", False),
        ("2025-04-30", True),
        ("2025-04-31", False),
        ("2025-00-10", False),
        ("2025-13-01", False),
        ("0000-01-01", False),
    ],
)
def test_only_days_on_the_calendar_exist(written: str, exists: bool) -> None:
    if exists:
        assert parse_day(written).isoformat() == written
    else:
        with pytest.raises(DateError, match="is not on the calendar"):
            parse_day(written)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("1954", date(1954, 1, 1), date(1954, 12, 31)),
        ("1954-03", date(1954, 3, 1), date(1954, 3, 31)),
        ("1954-04", date(1954, 4, 1), date(1954, 4, 30)),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("1954-12", date(1954, 12, 1), date(1954, 12, 31)),
        ("1954-03-02", date(1954, 3, 2), date(1954, 3, 2)),
        ("2025-01-12T23:30:00+01:00", date(2025, 1, 12), date(2025, 1, 12)),
        ("2025-01-12T10:30:00.123Z", date(2025, 1, 12), date(2025, 1, 12)),
        ("2025-01-12 10:30", date(2025, 1, 12), date(2025, 1, 12)),
        ("9999", date(9999, 1, 1), date(9999, 12, 31)),
    ],
)
def test_a_partial_date_is_the_interval_of_its_days(written: str, first: date, last: date) -> None:
    assert parse_days(written) == Days(first, last)


@pytest.mark.parametrize(
    "written",
    ["", "54", "1954-3", "1954-03-2", "1954-00", "1954-13", "2023-02-29", "maart 1954", "1954-03T10:00"],
)
def test_what_is_no_date_at_all_is_refused(written: str) -> None:
    with pytest.raises(DateError):
        parse_days(written)


@pytest.mark.parametrize(
    ("day", "duration", "sign", "result"),
    [
        (date(2025, 1, 30), Duration(months=1), 1, date(2025, 2, 28)),
        (date(2025, 1, 31), Duration(months=1), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), Duration(months=1), 1, date(2024, 2, 29)),
        (date(2025, 1, 28), Duration(months=1), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), Duration(months=12), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), Duration(months=48), 1, date(2028, 2, 29)),
        (date(2024, 2, 29), Duration(months=24), -1, date(2022, 2, 28)),
        (date(2025, 3, 31), Duration(months=1), -1, date(2025, 2, 28)),
        (date(2025, 12, 15), Duration(months=1), 1, date(2026, 1, 15)),
        (date(2025, 1, 15), Duration(months=1), -1, date(2024, 12, 15)),
        (date(2025, 1, 31), Duration(months=1, days=1), 1, date(2025, 3, 1)),
        (date(2024, 2, 28), Duration(days=1), 1, date(2024, 2, 29)),
        (date(2023, 2, 28), Duration(days=1), 1, date(2023, 3, 1)),
        (date(2025, 3, 1), Duration(), 1, date(2025, 3, 1)),
    ],
)
def test_months_clamp_at_the_month_end_and_days_come_after(
    day: date, duration: Duration, sign: int, result: date
) -> None:
    assert shift(day, duration, sign) == result


def test_three_years_are_not_1095_days() -> None:
    assert days_back(parse_duration("3 years"), date(2026, 3, 1)) == 1096
    assert days_back(parse_duration("1095 days"), date(2026, 3, 1)) == 1095
    assert days_back(parse_duration("3 years"), date(2024, 2, 29)) == 1096  # back to 28 February 2021
    assert days_back(parse_duration("3 years"), date(2024, 2, 28)) == 1095


@pytest.mark.parametrize(
    ("day", "duration", "sign"),
    [
        (date(9999, 12, 31), Duration(days=1), 1),
        (date(9999, 12, 1), Duration(months=1), 1),
        (date(1, 1, 1), Duration(days=1), -1),
        (date(1, 1, 31), Duration(months=1), -1),
        (date(2026, 3, 1), Duration(months=119_988), -1),
        (date(2026, 3, 1), Duration(days=10**12), 1),
    ],
)
def test_a_day_off_the_calendar_is_refused(day: date, duration: Duration, sign: int) -> None:
    with pytest.raises(DateError, match="falls off the calendar"):
        shift(day, duration, sign)


def test_the_first_and_the_last_day_of_the_calendar_can_be_reached() -> None:
    assert shift(date(9999, 11, 30), Duration(months=1, days=1)) == date(9999, 12, 31)
    assert shift(date(1, 2, 2), Duration(months=1, days=1), -1) == date(1, 1, 1)


@given(days, st.integers(0, 600), st.sampled_from([1, -1]))
@settings(max_examples=100)
def test_a_shift_by_months_lands_in_that_month_and_never_on_a_later_day_of_it(
    day: date, months: int, sign: int
) -> None:
    moved = shift(day, Duration(months=months), sign)

    assert moved.year * 12 + moved.month == day.year * 12 + day.month + sign * months
    assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(days=1)).day == 1)


@given(days, days, durations, st.sampled_from([1, -1]))
@settings(max_examples=100)
def test_a_later_day_is_never_shifted_before_an_earlier_one(
    a: date, b: date, duration: Duration, sign: int
) -> None:
    earlier, later = sorted((a, b))

    assert shift(earlier, duration, sign) <= shift(later, duration, sign)


@given(st.integers(0, 9999), st.sampled_from(sorted(DURATION_UNITS)))
@settings(max_examples=50)
def test_every_word_for_a_duration_counts(count: int, word: str) -> None:
    one = DURATION_UNITS[word]

    assert parse_duration(f"{count} {word}") == Duration(one.months * count, one.days * count)


@given(st.dates())
@settings(max_examples=50)
def test_a_day_that_is_printed_reads_back(day: date) -> None:
    assert parse_day(str(day)) == day
    assert parse_days(str(day)) == Days(day, day)


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (date(1954, 3, 2), date(2026, 3, 1), 71),
        (date(1954, 3, 2), date(2026, 3, 2), 72),
        (date(1954, 3, 2), date(2026, 3, 3), 72),
        (date(1952, 2, 29), date(2023, 2, 28), 70),
        (date(1952, 2, 29), date(2023, 3, 1), 71),
        (date(1952, 2, 29), date(2024, 2, 28), 71),
        (date(1952, 2, 29), date(2024, 2, 29), 72),
        (date(2026, 3, 1), date(2026, 3, 1), 0),
    ],
)
def test_an_age_goes_up_on_the_birthday(birth: date, on: date, age: int) -> None:
    assert completed_years(birth, on) == age


def test_nobody_is_born_after_today() -> None:
    with pytest.raises(DateError, match="Born on 2026-03-02"):
        completed_years(date(2026, 3, 2), date(2026, 3, 1))


@given(days, days, st.integers(0, 120))
@settings(max_examples=100)
def test_an_age_agrees_with_counting_years_back(a: date, b: date, years: int) -> None:
    birth, on = sorted((a, b))

    assert (completed_years(birth, on) >= years) == (shift(on, Duration(months=12 * years), -1) >= birth)


@pytest.mark.parametrize(
    ("birth", "on", "ages"),
    [
        ("1954", date(2026, 1, 1), (71, 72)),
        ("1954", date(2026, 3, 1), (71, 72)),
        ("1954", date(2026, 12, 31), (72, 72)),
        ("1954-03", date(2026, 2, 28), (71, 71)),
        ("1954-03", date(2026, 3, 1), (71, 72)),
        ("1954-03", date(2026, 3, 31), (72, 72)),
        ("1954-03-02", date(2026, 3, 1), (71, 71)),
        ("2026", date(2026, 3, 1), (0, 0)),
    ],
)
def test_a_birth_year_makes_an_age_a_range_of_two(birth: str, on: date, ages: tuple[int, int]) -> None:
    assert age_range(parse_days(birth), on) == ages


def test_a_birth_year_in_the_future_is_refused() -> None:
    with pytest.raises(DateError):
        age_range(parse_days("2027"), date(2026, 3, 1))


MAY, JUNE, JULY = (
    Period(date(2024, 5, 1), date(2024, 6, 1)),
    Period(date(2024, 6, 1), date(2024, 7, 1)),
    Period(date(2024, 7, 1), date(2024, 8, 1)),
)


def test_a_period_lasts_up_to_the_first_day_it_no_longer_holds() -> None:
    assert MAY.days == 31
    assert Period(date(2024, 5, 1), date(2024, 5, 1)).days == 0


def test_a_period_does_not_end_before_it_starts() -> None:
    with pytest.raises(DateError, match="before it starts"):
        Period(date(2024, 5, 2), date(2024, 5, 1))


@pytest.mark.parametrize(
    ("start", "shared"), [(date(2024, 5, 31), True), (date(2024, 6, 1), False), (date(2024, 6, 2), False)]
)
def test_neighbours_do_not_overlap(start: date, shared: bool) -> None:
    other = Period(start, date(2024, 6, 20))

    assert MAY.overlaps(other) is shared
    assert other.overlaps(MAY) is shared


def test_an_empty_period_overlaps_nothing() -> None:
    assert not MAY.overlaps(Period(date(2024, 5, 10), date(2024, 5, 10)))


def test_neighbours_join_and_a_day_between_keeps_periods_apart() -> None:
    late = Period(date(2024, 6, 2), date(2024, 7, 1))

    assert join_periods([JULY, MAY, JUNE]) == [Period(date(2024, 5, 1), date(2024, 8, 1))]
    assert join_periods([late, MAY]) == [MAY, late]


def test_a_period_inside_another_changes_nothing() -> None:
    assert join_periods([MAY, Period(date(2024, 5, 3), date(2024, 5, 9))]) == [MAY]


def test_nothing_joins_to_nothing() -> None:
    assert join_periods([]) == []
    assert join_periods([Period(date(2024, 5, 1), date(2024, 5, 1))]) == []


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)), max_size=8))
@settings(max_examples=100)
def test_joined_periods_hold_the_same_days_and_lie_apart(spans: list[tuple[int, int]]) -> None:
    first = date(2024, 1, 20)
    periods = [Period(first + timedelta(a), first + timedelta(a + length)) for a, length in spans]

    joined = join_periods(periods)

    held = {p.start + timedelta(n) for p in periods for n in range(p.days)}
    assert {p.start + timedelta(n) for p in joined for n in range(p.days)} == held
    assert sum(p.days for p in joined) == len(held)
    assert all(a.end < b.start for a, b in pairwise(joined))
