"""One value out of records and answers: which of them counts, how long, and what is said of the rest."""

from __future__ import annotations

from datetime import date

import pytest

from cdss.models.patient import Delivered
from tests.unit.engine.small import ON, advise, answer, guideline, now, patient, record, rule

BMI = "bmi: {from: [observation, answer], in: bmi_codes, unit: kg/m2, plausible: 8..80, pick: latest, valid_for: 2 years, if_missing: ask, text: {nl: BMI, en: BMI}}"
BMI_TEXT = guideline(BMI)
FEVER = "fever: {from: [condition, answer], in: fever_codes, valid_for: contact, if_missing: ask, text: {nl: Koorts, en: Fever}}"
FEVER_TEXT = guideline(FEVER)
PAIN_TEXT = guideline(
    "pain: {from: answer, type: choice, choices: [none, mild, severe], valid_for: contact, if_missing: ask, text: {nl: Pijn, en: Pain}}"
)
UNKNOWN = {"unknown": "not_recorded"}
ANY_BMI = {"low": 8, "high": 80, "unit": "kg/m2"}


def kg(value: float) -> dict[str, object]:
    return {"value": value, "unit": "kg/m2"}


def bmi(on: str | None, value: int, unit: str = "kg/m2") -> object:
    from cdss.models.patient import Record

    found: Record = record("observations", on, "loinc:39156-5", value=value, unit=unit)
    return found


# Answer against record: the latest counts, on one day the answer


@pytest.mark.parametrize(
    ("answered_on", "expected"),
    [("2025-06-09", 19), ("2025-06-10", 25), ("2025-06-11", 25)],
)
def test_the_latest_of_answer_and_record_counts_and_on_one_day_the_answer(
    answered_on: str, expected: int
) -> None:
    one = patient(bmi("2025-06-10", 19), answer("bmi", 25, answered_on))

    assert now(BMI_TEXT, one, "bmi") == kg(expected)


def test_an_answer_in_a_month_that_holds_the_day_of_the_record_leaves_both_possible() -> None:
    one = patient(bmi("2025-06-10", 19), answer("bmi", 25, "2025-06"))

    assert now(BMI_TEXT, one, "bmi") == {"low": 19, "high": 25, "unit": "kg/m2"}


def test_a_newer_record_that_only_possibly_belongs_does_not_push_an_answer_aside() -> None:
    """Which drug strength it is of, nobody recorded: it may be the latest dose, or not belong at all."""
    text = guideline(
        "dose: {from: [observation, answer], in: bmi_codes, where: [site is hip], unit: points, pick: latest, valid_for: always, if_missing: ask, text: {nl: Maat, en: Size}}"
    )
    sure = record("observations", "2025-01-01", "loinc:39156-5", value=1, site="hip")
    possible = record("observations", "2025-03-01", "loinc:39156-5", value=1)
    one = patient(sure, possible, answer("dose", 5, "2025-02-01"))

    assert now(text, one, "dose") == {"low": 1, "high": 5, "unit": "points"}


def test_an_answer_no_is_not_sure_when_a_record_after_it_possibly_says_yes() -> None:
    text = guideline(
        "hip: {from: [condition, answer], in: fracture, where: [site is hip], valid_for: always, if_missing: ask, text: {nl: Heup, en: Hip}}"
    )
    old = record("conditions", "2020-01-01", "icpc-1:L75", site="hip")
    unclear = record("conditions", "2025-01-01", "icpc-1:L75")

    assert now(text, patient(old, answer("hip", False, "2023-01-01")), "hip") is False
    assert now(text, patient(old, unclear, answer("hip", False, "2023-01-01")), "hip") == UNKNOWN
    assert now(text, patient(old, unclear, answer("hip", False, "2025-01-01")), "hip") is False


# How long a value counts


@pytest.mark.parametrize(
    ("measured", "expected"),
    [("2024-02-29", ANY_BMI), ("2024-03-01", ANY_BMI), ("2024-03-02", kg(19))],
)
def test_a_value_valid_for_two_years_no_longer_counts_on_the_same_day_two_years_on(
    measured: str, expected: object
) -> None:
    assert now(BMI_TEXT, patient(bmi(measured, 19)), "bmi") == expected


def test_a_measurement_without_a_date_does_not_count_for_a_limited_time() -> None:
    assert now(BMI_TEXT, patient(bmi(None, 19)), "bmi") == ANY_BMI


def test_an_old_value_does_not_become_valid_by_a_newer_record_that_may_not_belong() -> None:
    text = guideline(
        "size: {from: observation, in: bmi_codes, where: [site is hip], unit: points, pick: latest, valid_for: 2 years, if_missing: ask, text: {nl: Maat, en: Size}}"
    )
    old = record("observations", "2020-01-01", "loinc:39156-5", value=19, site="hip")
    unclear = record("observations", "2025-12-01", "loinc:39156-5", value=19)

    assert now(text, patient(old, unclear), "size") == UNKNOWN


@pytest.mark.parametrize(
    ("value", "on", "expected"),
    [
        ("severe", "2026-03-01", "severe"),
        ("none", "2026-03-01", "none"),
        ("severe", "2026-02-28", "severe"),
        ("none", "2026-02-28", UNKNOWN),
        ("mild or severe", "2026-02-28", UNKNOWN),
    ],
)
def test_of_an_earlier_contact_only_what_alarms_still_counts(value: str, on: str, expected: object) -> None:
    assert now(PAIN_TEXT, patient(answer("pain", value, on)), "pain") == expected


@pytest.mark.parametrize(
    ("value", "on", "expected"),
    [
        ("mild", "2026-03-01", "mild"),
        ("mild", "2026-02-28", UNKNOWN),
        ("none", "2026-02-28", UNKNOWN),
        ("severe", "2026-02-28", "severe"),
    ],
)
def test_an_older_word_that_only_reassures_says_nothing_of_this_contact(
    value: str, on: str, expected: object
) -> None:
    text = PAIN_TEXT.replace("valid_for: contact", "valid_for: contact, reassuring: [mild]")
    one = patient(answer("pain", value, on))

    assert now(text, one, "pain") == expected


@pytest.mark.parametrize(
    ("value", "on", "expected"),
    [(True, "2026-02-28", True), (False, "2026-02-28", UNKNOWN), (False, "2026-03-01", False)],
)
def test_an_older_no_says_nothing_of_this_contact(value: bool, on: str, expected: object) -> None:
    assert now(FEVER_TEXT, patient(answer("fever", value, on)), "fever") == expected


# What cannot be used


@pytest.mark.parametrize(("value", "expected"), [(7, ANY_BMI), (8, kg(8)), (80, kg(80)), (81, ANY_BMI)])
def test_an_answer_outside_what_is_plausible_is_unknown_and_reported(value: int, expected: object) -> None:
    one = patient(answer("bmi", value))

    assert now(BMI_TEXT, one, "bmi") == expected
    text = guideline(BMI, "rules:\n" + rule("r", "bmi < 20 kg/m2", "recommend: order-dxa"))
    assert bool(advise(text, one).skipped) == (expected == ANY_BMI)


def test_a_latest_answer_that_cannot_be_used_does_not_let_an_older_value_through() -> None:
    assert now(BMI_TEXT, patient(bmi("2025-06-10", 19), answer("bmi", 200, "2025-07-01")), "bmi") == ANY_BMI
    assert now(BMI_TEXT, patient(bmi("2025-06-10", 19), answer("bmi", 200, "2025-05-01")), "bmi") == kg(19)
    older = (answer("bmi", 22, "2025-06-01"), answer("bmi", "abc", "2025-06-02"))
    assert now(BMI_TEXT, patient(*older), "bmi") == ANY_BMI


def test_a_measurement_that_cannot_be_used_makes_the_latest_unknown() -> None:
    older = bmi("2025-06-10", 19)

    assert now(BMI_TEXT, patient(older, bmi("2025-06-11", 200)), "bmi") == ANY_BMI
    assert now(BMI_TEXT, patient(older, bmi("2025-06-11", 20, "mg")), "bmi") == ANY_BMI
    assert now(BMI_TEXT, patient(older, bmi("2025-06-09", 200)), "bmi") == kg(19)


def test_two_measurements_on_one_day_are_a_range() -> None:
    one = patient(bmi("2025-06-10", 19), bmi("2025-06-10", 21), bmi("2025-06-09", 40))

    assert now(BMI_TEXT, one, "bmi") == {"low": 19, "high": 21, "unit": "kg/m2"}


def test_an_amount_of_time_may_be_answered_in_months() -> None:
    """Three months back from 1 March 2026 is 1 December 2025: 31 + 31 + 28 days."""
    text = guideline(
        "lasted: {from: answer, type: duration, valid_for: contact, if_missing: ask, text: {nl: Duur, en: Duration}}"
    )

    assert now(text, patient(answer("lasted", "3 months")), "lasted") == {"value": 90, "unit": "days"}


# Contradictions

ALARM = guideline(FEVER, "rules:\n" + rule("r", "fever", "recommend: phone-now, urgency: U2"))
CALM = guideline(FEVER, "rules:\n" + rule("r", "fever", "recommend: phone-now, urgency: D7"))
RECORDED = record("conditions", "2026-03-01", "icpc-1:A03")


def test_where_record_and_answer_contradict_the_more_dangerous_counts_for_an_alarm() -> None:
    one = patient(RECORDED, answer("fever", False))

    assert [found.action for found in advise(ALARM, one).recommendations] == ["phone-now"]
    assert advise(CALM, one).recommendations == ()


def test_behind_none_of_the_more_dangerous_is_that_it_does_not_hold() -> None:
    """Whoever is treated need not be phoned. Record: treated. Answer: not. The alarm stands."""
    treated = "treated: {from: [condition, answer], in: fracture, valid_for: always, if_missing: ask, text: {nl: Behandeld, en: Treated}}"
    pain = (
        "pain: {from: answer, type: yes_no, valid_for: contact, if_missing: ask, text: {nl: Pijn, en: Pain}}"
    )
    one = patient(
        record("conditions", "2026-02-01", "icpc-1:L72"),
        answer("treated", False, "2026-01-01"),
        answer("pain", True),
    )
    for when in (
        "{all: [pain, {none: [treated]}]}",
        "{all: [pain, not treated]}",
        "{none: [{any: [not pain, treated]}]}",
    ):
        text = guideline(
            f"{treated}\n{pain}", "rules:\n" + rule("r", when, "recommend: phone-now, urgency: U2")
        )
        assert [found.action for found in advise(text, one).recommendations] == ["phone-now"], when


def test_an_exception_of_an_alarm_holds_only_when_record_and_answer_say_so() -> None:
    treated = "treated: {from: [condition, answer], in: fracture, valid_for: always, if_missing: ask, text: {nl: Behandeld, en: Treated}}"
    pain = (
        "pain: {from: answer, type: yes_no, valid_for: contact, if_missing: ask, text: {nl: Pijn, en: Pain}}"
    )
    excepted = "except: [{id: treated, when: treated, text: {nl: Behandeld, en: Treated}}]\n"
    text = guideline(
        f"{treated}\n{pain}", "rules:\n" + rule("r", "pain", "recommend: phone-now, urgency: U2", excepted)
    )
    on_record = record("conditions", "2026-02-01", "icpc-1:L72")

    both = patient(on_record, answer("treated", False, "2026-01-01"), answer("pain", True))
    assert [found.action for found in advise(text, both).recommendations] == ["phone-now"]
    assert advise(text, patient(on_record, answer("pain", True))).recommendations == ()


def test_a_record_that_no_longer_counts_contradicts_nothing() -> None:
    text = guideline(
        "fever: {from: [condition, answer], in: fever_codes, valid_for: 2 years, if_missing: ask, text: {nl: Koorts, en: Fever}}",
        "rules:\n" + rule("r", "fever", "recommend: phone-now, urgency: U2"),
    )

    of_long_ago = patient(record("conditions", "2015-01-01", "icpc-1:A03"), answer("fever", False))
    assert advise(text, of_long_ago).recommendations == ()
    recent = patient(record("conditions", "2025-01-01", "icpc-1:A03"), answer("fever", False))
    assert [found.action for found in advise(text, recent).recommendations] == ["phone-now"]


# Answers from after a day

SINCE = """
last_course: {from: dispensing, in: steroid, pick: date, if_missing: assume none, say: none, text: {nl: Laatste kuur, en: Latest course}}
settled: {from: answer, type: yes_no, after: last_course, valid_for: always, if_missing: ask, text: {nl: Geregeld, en: Settled}}
"""
SINCE_TEXT = guideline(SINCE, "rules:\n" + rule("r", "not settled", "recommend: order-dxa"))


@pytest.mark.parametrize(
    ("on", "expected"), [("2025-05-31", UNKNOWN), ("2025-06-01", UNKNOWN), ("2025-06-02", True)]
)
def test_an_answer_from_before_the_day_that_it_is_about_does_not_count(on: str, expected: object) -> None:
    one = patient(record("dispensings", "2025-06-01", "atc:H02AB07"), answer("settled", True, on))

    assert now(SINCE_TEXT, one, "settled") == expected


def test_an_answer_that_came_too_early_is_asked_again() -> None:
    one = patient(record("dispensings", "2025-06-01", "atc:H02AB07"), answer("settled", True, "2025-05-31"))

    assert [question.fact for question in advise(SINCE_TEXT, one).questions] == ["settled"]


def test_without_such_a_day_every_answer_counts() -> None:
    one = patient(answer("settled", True, "2020-01-01"), delivered={"dispensings": Delivered()})

    assert now(SINCE_TEXT, one, "settled") is True


@pytest.mark.parametrize(
    ("on", "expected"), [("2025-06-30", UNKNOWN), ("2025-12-31", UNKNOWN), ("2026-01-01", True)]
)
def test_an_answer_counts_only_when_it_surely_lies_after_the_day(on: str, expected: object) -> None:
    """The course was on some day of 2025."""
    one = patient(record("dispensings", "2025", "atc:H02AB07"), answer("settled", True, on))

    assert now(SINCE_TEXT, one, "settled") == expected


# Asked, and not known


@pytest.mark.parametrize(
    ("valid_for", "on", "asked"),
    [
        ("contact", "2026-03-01", False),
        ("contact", "2026-02-28", True),
        ("2 years", "2024-03-02", False),
        ("2 years", "2024-03-01", True),
        ("always", "2001-01-01", False),
    ],
)
def test_what_somebody_did_not_know_is_not_asked_again_while_that_counts(
    valid_for: str, on: str, asked: bool
) -> None:
    text = guideline(
        f"parent: {{from: answer, type: yes_no, valid_for: {valid_for}, if_missing: ask, text: {{nl: Ouder, en: Parent}}}}",
        "rules:\n" + rule("r", "parent", "recommend: order-dxa"),
    )
    advice = advise(text, patient(answer("parent", None, on)))

    assert [question.fact for question in advice.questions] == (["parent"] if asked else [])
    assert [one.rule for one in advice.undecided] == ["test/r"]


# Counting

COURSES = "courses: {from: dispensing, in: steroid, within: 1 year, together_within: 14 days, pick: count, if_missing: unknown, text: {nl: Kuren, en: Courses}}"
COURSES_TEXT = guideline(COURSES)


def course(on: str) -> object:
    return record("dispensings", on, "atc:H02AB07")


@pytest.mark.parametrize(("second", "expected"), [("2025-06-14", 1), ("2025-06-15", 2), ("2025-06-16", 2)])
def test_less_than_fourteen_days_apart_is_one_course(second: str, expected: int) -> None:
    assert now(COURSES_TEXT, patient(course("2025-06-01"), course(second)), "courses") == expected


def test_a_chain_of_near_days_is_one_course() -> None:
    days = ("2025-06-01", "2025-06-10", "2025-06-19", "2025-07-03")

    assert now(COURSES_TEXT, patient(*(course(one) for one in days)), "courses") == 2


def test_a_course_of_some_day_in_a_year_may_lie_far_from_one_in_january() -> None:
    """Within two years: both surely count. 5 January and some day of 2025 are one course or two."""
    text = guideline(COURSES.replace("1 year", "2 years"))

    assert now(text, patient(course("2025"), course("2025-01-05")), "courses") == {"low": 1, "high": 2}


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        (Delivered(), 1),
        (Delivered(date(2025, 3, 2)), 1),
        (Delivered(date(2025, 3, 3)), {"low": 1}),
        (Delivered(None, date(2026, 3, 1)), 1),
        (Delivered(None, date(2026, 2, 28)), {"low": 1}),
        (Delivered(reach="own"), {"low": 1}),
        (None, {"low": 1}),
    ],
)
def test_a_count_has_no_upper_end_when_the_list_does_not_hold_the_whole_window(
    delivered: Delivered | None, expected: object
) -> None:
    one = patient(course("2025-06-01"), delivered={} if delivered is None else {"dispensings": delivered})

    assert now(COURSES_TEXT, one, "courses", ON) == expected


# The first, on lists that are not complete


def test_on_an_incomplete_list_the_first_may_have_been_earlier() -> None:
    text = guideline(
        "began: {from: condition, in: fracture, pick: first_date, if_missing: unknown, text: {nl: Eerste, en: First}}"
    )
    one = record("conditions", "2020-05-01", "icpc-1:L72")

    assert now(text, patient(one), "began") == "2020-05-01"
    own = {"conditions": Delivered(reach="own")}
    assert now(text, patient(one, delivered=own), "began") == {"high": "2020-05-01"}


# Results of which only one end is known


@pytest.mark.parametrize(
    ("comparator", "bound", "below_30"),
    [
        ("<", 30, True),
        ("<=", 30, None),
        (">", 30, False),
        (">=", 30, False),
        ("<", 31, None),
        (">", 29, None),
    ],
)
def test_a_result_with_one_end_decides_what_lies_wholly_on_its_side(
    comparator: str, bound: int, below_30: bool | None
) -> None:
    text = guideline(BMI + "\nlow: {when: bmi < 30 kg/m2, text: {nl: Laag, en: Low}}")
    measured = record(
        "observations", "2025-06-10", "loinc:39156-5", comparator=comparator, bound=bound, unit="kg/m2"
    )

    found = now(text, patient(measured), "low")
    assert found is below_30 if below_30 is not None else isinstance(found, dict)


def test_a_result_above_all_that_is_plausible_is_reported_and_unknown() -> None:
    measured = record("observations", "2025-06-10", "loinc:39156-5", comparator=">", bound=90, unit="kg/m2")

    assert now(BMI_TEXT, patient(measured), "bmi") == ANY_BMI
