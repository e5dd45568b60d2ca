"""The small types of a record: days, and how they are written."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdss.errors import ReadingError
from cdss.models.patient import Days
from cdss.models.record_types import WHEN_PATTERN, parse_when, show_when

DATES = st.dates(date(1000, 1, 1), date(2999, 12, 31))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1954", date(1954, 1, 1), date(1954, 12, 31)),
        ("1954-02", date(1954, 2, 1), date(1954, 2, 28)),
        ("1954-03-02", date(1954, 3, 2), date(1954, 3, 2)),
        ("1954-03-02T10:00:00.000+01:00", date(1954, 3, 2), date(1954, 3, 2)),
        ("1954-03..1955", date(1954, 3, 1), date(1955, 12, 31)),
        ("1954-03-02..", date(1954, 3, 2), date.max),
        ("..1955", date.min, date(1955, 12, 31)),
    ],
)
def test_a_date_is_the_days_it_may_be(text, first, last):
    assert parse_when(text) == Days(first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "..",
        "54",
        "1954-3-2",
        "1954-00",
        "1954-13",
        "1954-02-29",
        "1900-02-29",
        "0001-01-01",
        "1955..1954",
        "1954\n",
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ReadingError):
        parse_when(text)


@given(DATES)
def test_the_pattern_of_the_schema_knows_every_day_there_is(day):
    assert re.match(WHEN_PATTERN, day.isoformat())


@given(st.integers(1000, 2999), st.integers(0, 13), st.integers(0, 32))
def test_the_pattern_of_the_schema_knows_no_other_day(year, month, day):
    text = f"{year:04d}-{month:02d}-{day:02d}"

    try:
        date(year, month, day)
        exists = True
    except ValueError:
        exists = False

    assert bool(re.match(WHEN_PATTERN, text)) is exists


@given(DATES, st.integers(0, 4000))
def test_days_are_written_so_that_they_read_back_the_same(first, length):
    days = Days(first, min(first + timedelta(days=length), date(2999, 12, 31)))

    assert parse_when(show_when(days)) == days


@pytest.mark.parametrize("text", ["1954", "1954-02", "1954-03-02", "1954-03-02..1955-03-01"])
def test_days_are_written_as_short_as_can_be(text):
    assert show_when(parse_when(text)) == text
