"""Facts made of other facts: the date behind a count, the lowest of what is known, the status of a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cdss.models.truth import NO, UNKNOWN, YES
from tests.unit.engine.small import answer, fracture, guideline, now, patient, readings, rule

NUMBERS = """
one: {from: answer, type: number, unit: kg, valid_for: always, if_missing: ask, text: {nl: Een, en: One}}
two: {from: answer, type: number, unit: kg, valid_for: always, if_missing: ask, text: {nl: Twee, en: Two}}
low: {lowest: [one, two], of_known: yes, text: {nl: Laagste, en: Lowest}}
"""


def kg(low: int, high: int) -> tuple[int, int]:
    return (low * 1_000_000, high * 1_000_000)


@pytest.mark.parametrize(
    ("two", "today", "later"),
    [
        ("60..80 kg", kg(50, 50), kg(50, 50)),
        ("40..80 kg", kg(50, 50), kg(40, 50)),
        ("30..40 kg", kg(30, 40), kg(30, 40)),  # 50 is surely not the lowest
    ],
)
def test_the_lowest_of_what_is_known_is_no_leap_over_what_surely_lies_below(
    two: str, today: object, later: object
) -> None:
    one = patient(given={"one": "50 kg", "two": two})

    assert readings(guideline(NUMBERS), one, "low") == (today, later)


DATES = """
first: {from: answer, type: date, valid_for: always, if_missing: ask, text: {nl: Een, en: One}}
second: {from: answer, type: date, valid_for: always, if_missing: ask, text: {nl: Twee, en: Two}}
latest: {highest: [first, second], text: {nl: Laatste, en: Latest}}
earliest: {lowest: [first, second], text: {nl: Eerste, en: Earliest}}
"""


def test_of_two_dates_one_that_is_not_there_is_passed_over() -> None:
    one = patient(given={"first": "2026-01-01", "second": "none"})

    assert now(guideline(DATES), one, "latest") == "2026-01-01"
    assert now(guideline(DATES), one, "earliest") == "2026-01-01"


def test_of_dates_that_are_not_there_none_is_the_latest() -> None:
    assert now(guideline(DATES), patient(given={"first": "none", "second": "none"}), "latest") == "none"


ORDERED = """
left: {from: answer, type: choice, choices: [none, mild, severe], ordered: yes, valid_for: always, if_missing: ask, text: {nl: Links, en: Left}}
right: {from: answer, type: choice, choices: [none, mild, severe], ordered: yes, valid_for: always, if_missing: ask, text: {nl: Rechts, en: Right}}
worst: {highest: [left, right], text: {nl: Ergste, en: Worst}}
"""


def test_the_highest_of_ordered_choices_is_a_word() -> None:
    text = guideline(ORDERED)

    assert now(text, patient(answer("left", "mild"), answer("right", "none")), "worst") == "mild"
    assert now(text, patient(answer("left", "severe")), "worst") == "severe"
    assert now(text, patient(answer("left", "mild")), "worst") == {"low": "mild", "high": "severe"}


COUNTED = """
falls: {from: condition, in: fracture, pick: count, together_within: 60 days, if_missing: assume 0, say: none, text: {nl: Breuken, en: Fractures}}
recent: {when: falls within last 1 year, text: {nl: Kort geleden, en: Recent}}
"""


@pytest.mark.parametrize(("on", "holds"), [("2025-03-01", NO), ("2025-03-02", YES), ("2026-03-01", YES)])
def test_the_date_behind_a_count_is_that_of_its_latest_record(on: str, holds: int) -> None:
    one = patient(fracture("2020-01-01"), fracture("2020-01-02"), fracture(on))

    assert readings(guideline(COUNTED), one, "recent") == (holds, holds)


STATUS = """
smoking: {from: answer, type: yes_no, valid_for: always, if_missing: ask, text: {nl: Rookt, en: Smoking}}
open: {when: t.status is unknown, text: {nl: Open, en: Open}}
decided: {when: t.status is known, text: {nl: Beslist, en: Decided}}
"""
TABLE = """\
tables:
  t:
    title: {nl: T, en: T}
    hit: first
    outcomes: {a: {text: {nl: A, en: A}}, b: {text: {nl: B, en: B}}}
    rows: [{id: one, when: smoking, then: a}, {id: two, then: b}]
rules:
"""


def test_the_status_of_a_table_may_be_the_word_unknown() -> None:
    text = guideline(STATUS, TABLE + rule("never", "setting is population", "recommend: order-dxa"))

    assert readings(text, patient(), "open") == (YES, UNKNOWN)
    assert readings(text, patient(), "decided") == (NO, UNKNOWN)
    assert readings(text, patient(answer("smoking", "yes")), "open") == (NO, NO)


COORDINATOR = """
coordinator: {from: patient.coordinator, text: {nl: Regievoerder, en: Coordinator}}
named: {when: coordinator is known, text: {nl: Genoemd, en: Named}}
"""


def test_who_coordinates_is_a_word_and_unknown_when_nobody_said_it() -> None:
    text = guideline(COORDINATOR)
    one = replace(patient(), coordinator="practice_nurse")

    assert now(text, one, "coordinator") == "practice_nurse"
    assert readings(text, one, "named") == (YES, YES)
    assert readings(text, patient(), "named") == (NO, UNKNOWN)
