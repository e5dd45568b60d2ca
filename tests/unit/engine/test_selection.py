"""Which records a fact reads: windows to the day, dates that are not known, returns, and lists that are not whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from cdss.models.patient import Delivered, Patient, Record
from cdss.models.program import FieldIs, Select
from cdss.models.truth import NO, YES
from cdss.models.truth import UNKNOWN as UNKNOWN_YET
from cdss.models.value import YES_NO
from tests.unit.engine.small import (
    ON,
    advise,
    answer,
    day,
    fracture,
    guideline,
    now,
    patient,
    readings,
    record,
    rule,
)

UNKNOWN = {"unknown": "not_recorded"}
NOT_KNOWN = {"unknown": "not_known"}


def broken(more: str = "", missing: str = "assume no, say: none") -> str:
    """A guideline with one fact: a fracture, read as these lines say."""
    return guideline(
        f"broken: {{from: condition, in: fracture, {more}if_missing: {missing}, text: {{nl: Breuk, en: Fracture}}}}"
    )


# Windows


@pytest.mark.parametrize(
    ("window", "on", "inside"),
    [
        ("within: 2 years, ", "2024-03-01", False),
        ("within: 2 years, ", "2024-03-02", True),
        ("within: 2 years, ", "2026-03-01", True),
        ("within: 2 years, ", "2026-03-02", False),
        ("within: 1 day, ", "2026-02-28", False),
        ("within: 1 day, ", "2026-03-01", True),
        ("after: 2025-06-15, ", "2025-06-14", False),
        ("after: 2025-06-15, ", "2025-06-15", False),
        ("after: 2025-06-15, ", "2025-06-16", True),
        ("before: 2025-06-15, ", "2025-06-14", True),
        ("before: 2025-06-15, ", "2025-06-15", False),
        ("before: 2025-06-15, ", "2025-06-16", False),
        ("after_age: 50 years, ", "1999-12-31", False),
        ("after_age: 50 years, ", "2000-01-01", True),
        ("after_age: 50 years, ", "2000-01-02", True),
    ],
)
def test_a_window_holds_its_days_and_no_other(window: str, on: str, inside: bool) -> None:
    """Born on 1 January 1950, seen on 1 March 2026."""
    assert now(broken(window), patient(fracture(on)), "broken") is inside


def test_a_window_of_one_month_before_31_march_begins_after_28_february() -> None:
    """31 March less one month is 28 February, which is not inside."""
    text = broken("within: 1 month, ")

    assert now(text, patient(fracture("2026-02-28")), "broken", date(2026, 3, 31)) is False
    assert now(text, patient(fracture("2026-03-01")), "broken", date(2026, 3, 31)) is True


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2023", False),
        ("2024", UNKNOWN),
        ("2024-02", False),
        ("2024-03", UNKNOWN),
        ("2024-04", True),
        ("2026-02", True),
        ("2026-03", True),
        ("2026-04", False),
        (None, UNKNOWN),
    ],
)
def test_a_date_of_which_only_the_month_or_year_is_known_is_any_of_its_days(
    on: str | None, expected: object
) -> None:
    found = now(broken("within: 2 years, "), patient(fracture(on)), "broken")

    assert found == expected or (expected == UNKNOWN and found == NOT_KNOWN)


def test_an_undated_record_counts_where_no_date_is_asked_for() -> None:
    assert now(broken(), patient(fracture(None)), "broken") is True


def test_a_record_dated_after_the_reference_date_does_not_exist() -> None:
    text = guideline(
        "many: {from: condition, in: fracture, pick: count, if_missing: assume 0, say: none, text: {nl: Breuken, en: Fractures}}"
    )
    one = patient(fracture("2026-02-28"), fracture("2026-03-01"), fracture("2026-03-02"))

    assert [now(text, one, "many", on) for on in (date(2026, 2, 28), ON, date(2026, 3, 2))] == [1, 2, 3]


def test_a_date_that_matters_and_was_not_recorded_is_asked_of_that_record() -> None:
    text = (
        broken("within: 2 years, ").partition("rules:")[0]
        + "rules:\n"
        + rule("r", "broken", "recommend: order-dxa")
    )
    one = patient(fracture("2010-01-01"), fracture(None))

    asked = advise(text, one).questions
    assert [(question.record, question.field) for question in asked] == [("conditions/1", "on")]
    known = one.with_answers({"conditions/1/on": "2026-01-05"}, on=ON)
    assert [found.action for found in advise(text, known).recommendations] == ["order-dxa"]
    assert advise(text, patient(fracture(None), fracture("2026-01-05"))).questions == ()


def test_a_field_that_matters_and_was_not_recorded_is_asked_of_that_record() -> None:
    text = (
        broken("where: [site is hip], ").partition("rules:")[0]
        + "rules:\n"
        + rule("r", "broken", "recommend: order-dxa")
    )

    asked = advise(text, patient(fracture("2025-01-01", site="rib"), fracture("2025-01-02"))).questions
    assert [(question.record, question.field) for question in asked] == [("conditions/1", "site")]


# A limit that is another fact


@pytest.mark.parametrize(
    ("where", "site", "reading"),
    [
        ("site is unknown", None, (YES, UNKNOWN_YET)),
        ("site is unknown", "hip", (NO, NO)),
        ("site is known", None, (NO, UNKNOWN_YET)),
        ("site is known", "hip", (YES, YES)),
        ("until is unknown", None, (YES, YES)),
    ],
)
def test_what_was_settled_by_a_field_that_was_not_recorded_was_taken_back_by_its_answer(
    where: str, site: str | None, reading: tuple[int, int]
) -> None:
    """A leap, as for any name; but no end means that there is none yet, and is not waited for."""
    one = patient(fracture("2025-06-01", **({"site": site} if site else {})))

    assert readings(broken(f"where: [{where}], "), one, "broken") == reading


@pytest.mark.parametrize(("where", "asked"), [("site is unknown", ["site"]), ("until is unknown", [])])
def test_a_field_that_is_leapt_over_is_asked_of_that_record(where: str, asked: list[str]) -> None:
    text = guideline(
        f"broken: {{from: condition, in: fracture, where: [{where}], if_missing: assume no, say: none, text: {{nl: B}}}}",
        "rules:\n" + rule("r", "broken", "recommend: order-dxa"),
    )

    advice = advise(text, patient(fracture("2025-06-01")))

    assert [one.state for one in advice.recommendations] == ["provisional" if asked else "settled"]
    assert [one.field for one in advice.questions] == asked


def test_after_a_date_that_is_none_is_no_limit_and_after_an_unknown_one_is_unknown() -> None:
    text = guideline(
        "began: {from: answer, type: date, valid_for: always, if_missing: ask, text: {nl: Begin, en: Begin}}\n"
        "broken: {from: condition, in: fracture, after: began, if_missing: assume no, say: none, text: {nl: Breuk, en: Fracture}}"
    )
    one = fracture("2025-01-01")

    assert now(text, patient(one), "broken") in (UNKNOWN, NOT_KNOWN)
    assert now(text, patient(one, answer("began", "none")), "broken") is True
    assert now(text, patient(one, answer("began", "2024-12-31")), "broken") is True
    assert now(text, patient(one, answer("began", "2025-01-01")), "broken") is False


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2024-03-01", False), ("2024-03-02", True), ("2026-03-01", True), ("2026-03-02", False)],
)
def test_within_last_ends_on_the_reference_date(on: str, expected: bool) -> None:
    text = guideline(
        "review: {from: answer, type: date, valid_for: always, if_missing: ask, text: {nl: Herziening, en: Review}}\n"
        "lately: {when: review within last 2 years, text: {nl: Onlangs, en: Lately}}"
    )

    assert now(text, patient(answer("review", on, "2024-01-01")), "lately") is expected
    assert now(text, patient(answer("review", "none", "2024-01-01")), "lately") is False


# How much was delivered


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        (Delivered(), False),
        (Delivered(date(2024, 3, 1)), False),
        (Delivered(date(2024, 3, 2)), False),
        (Delivered(date(2024, 3, 3)), NOT_KNOWN),
        (Delivered(None, date(2026, 3, 1)), False),
        (Delivered(None, date(2026, 2, 28)), NOT_KNOWN),
        (Delivered(reach="own"), False),
        (Delivered(date(2025, 1, 1), reach="own"), False),
        (Delivered(None, date(2025, 1, 1), reach="own"), NOT_KNOWN),
        (None, NOT_KNOWN),
    ],
)
def test_absence_is_assumed_only_over_days_that_were_delivered(
    delivered: Delivered | None, expected: object
) -> None:
    """The window begins on 2 March 2024. Of reach own the assumption stands, and is told as one."""
    one = patient(delivered={} if delivered is None else {"conditions": delivered})
    found = now(broken("within: 2 years, "), one, "broken")

    assert found == expected or (expected == NOT_KNOWN and found == UNKNOWN)


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ({"conditions": Delivered(), "procedures": Delivered()}, False),
        ({"conditions": Delivered(), "procedures": Delivered(reach="own")}, False),
        ({"conditions": Delivered(reach="own"), "procedures": Delivered(date(2024, 3, 3))}, None),
        ({"conditions": Delivered()}, None),
    ],
)
def test_of_a_fact_of_two_lists_both_must_tell(lists: dict[str, Delivered], expected: object) -> None:
    text = broken("within: 2 years, ").replace("from: condition", "from: [condition, procedure]")
    found = now(text, patient(delivered=lists), "broken")

    assert found is False if expected is False else isinstance(found, dict)


def test_without_an_assumption_a_list_of_this_practice_alone_tells_no_absence() -> None:
    text = broken("valid_for: always, ", "ask")

    assert now(text, patient(delivered={"conditions": Delivered()}), "broken") in (UNKNOWN, NOT_KNOWN)
    own = {"conditions": Delivered(reach="own")}
    assert now(text, patient(delivered=own), "broken") in (UNKNOWN, NOT_KNOWN)
    assert now(text, patient(fracture("2025-01-01"), delivered=own), "broken") is True
    assert now(text, patient(fracture("2025-01-01"), delivered={}), "broken") is True


def test_nothing_is_expected_from_before_the_birth() -> None:
    born = "2001-05-05"
    for first, expected in ((date(2001, 5, 4), False), (date(2001, 5, 5), False), (date(2001, 5, 6), None)):
        one = patient(delivered={"conditions": Delivered(first)}, born=born)
        found = now(broken(), one, "broken")
        assert found is False if expected is False else isinstance(found, dict)


# Returns


STEROIDS = guideline(
    "many: {from: dispensing, in: steroid, pick: count, if_missing: assume 0, say: none, text: {nl: Kuren, en: Courses}}\n"
    "days: {from: dispensing, in: steroid, pick: days_supplied, unit: days, if_missing: assume 0 days, say: none, text: {nl: Dagen, en: Days}}"
)


def dispensed(
    on: str | None, quantity: int, *, days: int | None = None, kind: str = "normal", **more: str
) -> Record:
    return record(
        "dispensings",
        on,
        "atc:H02AB07",
        quantity=quantity,
        days_supply=days,
        kind=kind,
        strength=more.get("strength"),
    )


@pytest.mark.parametrize(
    ("returned", "left"),
    [
        (dispensed("2026-01-09", -30), 2),
        (dispensed("2026-01-10", -30), 1),
        (dispensed("2026-03-01", -30), 1),
        (dispensed("2026-03-02", -30), 2),
        (dispensed("2026-02-01", 30, kind="return"), 1),
        (dispensed("2026-02-01", -30, strength="5 mg"), 1),
        (dispensed("2026-02-01", -60), 2),
        (dispensed(None, -30), 2),
    ],
)
def test_a_return_cancels_a_dispensing_that_it_can_be_of(returned: Record, left: int) -> None:
    """Two of 30 units on 10 January 2026; a third is dated after the reference date."""
    one = patient(
        dispensed("2026-01-10", 30), dispensed("2027-01-01", 30), dispensed("2026-01-10", 30), returned
    )

    assert now(STEROIDS, one, "many") == left


DAYS = guideline(
    "on_days: {from: dispensing, in: steroid, distinct: on, pick: count, if_missing: assume 0, say: none, text: {nl: Dagen, en: Days}}"
)


@pytest.mark.parametrize(
    ("other", "days"),
    [
        ("2026-01-10", 1),
        ("2026-01-11", 2),
        ("2026-01", {"low": 1, "high": 2}),
        (None, {"low": 1, "high": 2}),
    ],
)
def test_records_of_one_day_are_one_day(other: str | None, days: object) -> None:
    """Beside one of 10 January 2026; of another in that month the day may be the same or another."""
    assert now(DAYS, patient(dispensed("2026-01-10", 30), dispensed(other, 30)), "on_days") == days


def test_a_dispensing_of_no_units_is_none() -> None:
    assert now(STEROIDS, patient(dispensed("2026-01-10", 30), dispensed("2026-02-01", 0)), "many") == 1


def test_a_return_of_some_units_leaves_the_rest_of_a_dispensing() -> None:
    """Of 90 units for 90 days 30 come back: one dispensing of 60 days is left."""
    one = patient(dispensed("2026-01-10", 90, days=90), dispensed("2026-01-20", -30))

    assert now(STEROIDS, one, "many") == 1
    assert now(STEROIDS, one, "days") == {"value": 60, "unit": "days"}


def test_a_return_of_another_strength_cancels_nothing() -> None:
    one = patient(
        dispensed("2026-01-10", 30, strength="5 mg"), dispensed("2026-01-20", -30, strength="20 mg")
    )

    assert now(STEROIDS, one, "many") == 1


# The same in any order


def test_the_order_of_records_changes_nothing() -> None:
    entries = [fracture("2025"), fracture("2025-01-05"), fracture(None), fracture("2024-03", site="hip")]
    text = guideline(
        "many: {from: condition, in: fracture, within: 2 years, together_within: 30 days, pick: count, if_missing: unknown, text: {nl: Breuken, en: Fractures}}\n"
        "newest: {from: condition, in: fracture, pick: date, if_missing: unknown, text: {nl: Laatste, en: Last}}"
    )
    for key in ("many", "newest"):
        one, other = (readings(text, patient(*order), key) for order in (entries, list(reversed(entries))))
        assert one == other


def test_a_selection_knows_what_it_was_made_of() -> None:
    """Hand-made, without a guideline: the words of one field, on a list that was not delivered."""
    from cdss.engine.selection import select

    node = Select(type=YES_NO, lists=("conditions",), where=FieldIs("site", frozenset({"hip"})))
    one: Patient = replace(patient(fracture("2025-01-01", site="hip"), fracture("2025-01-02")), delivered={})

    found = select(node, one, ON, lambda number: 0)

    assert [(match.record.index, match.truth, match.missing) for match in found.matches] == [
        (0, 2, ()),
        (1, 1, ("site",)),
    ]
    assert (found.complete, found.delivered, found.assumable, found.undelivered) == (
        False,
        False,
        False,
        ("conditions",),
    )
    assert day("2025-01-01") == found.matches[0].record.on


def test_a_field_that_a_record_cannot_have_is_not_asked() -> None:
    """A visit has no site: of a list of diagnoses and visits only the diagnosis is asked for it."""
    text = (
        guideline(
            "broken: {from: [condition, contact], in: fracture, where: [site is hip], if_missing: unknown, text: {nl: Breuk, en: Fracture}}"
        ).partition("rules:")[0]
        + "rules:\n"
        + rule("r", "broken", "recommend: order-dxa")
    )
    one = patient(fracture("2025-01-01"), record("contacts", "2025-01-01", "icpc-1:L72"))

    assert [question.record for question in advise(text, one).questions] == ["conditions/0"]
