"""Amounts in different units: brought to one unit before they meet. 40,000 g is 40 kg, and less than 50 kg."""

from __future__ import annotations

import pytest

from tests.unit.engine.small import guideline, now, patient, readings, rule

FACTS = """
weight: {from: answer, type: number, unit: kg, valid_for: always, if_missing: ask, text: {nl: Gewicht, en: Weight}}
dose: {from: answer, type: number, unit: g, valid_for: always, if_missing: ask, text: {nl: Dosis, en: Dose}}
share: {from: answer, type: number, unit: "1", valid_for: always, if_missing: ask, text: {nl: Deel, en: Share}}
"""
GIVEN = {"weight": "50 kg", "dose": "40000 g", "share": "0.5"}


def fact(body: str) -> object:
    """The value of a fact beside 50 kg and 40,000 g."""
    text = guideline(f"{FACTS}one: {{{body}, text: {{nl: Een, en: One}}}}\n", PARAMETER + rules())
    return now(text, patient(given=GIVEN), "one")


PARAMETER = """\
parameters:
  limit: {text: {nl: Grens, en: Limit}, values: [{value: 49999 g}]}
  half: {text: {nl: Helft, en: Half}, values: [{value: 50 %}]}
"""


def rules() -> str:
    return "rules:\n" + rule("never", "setting is population", "recommend: order-dxa")


def kg(value: float) -> dict[str, object]:
    return {"value": value, "unit": "kg"}


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ("weight > dose", True),
        ("dose < weight", True),
        ("weight == dose", False),
        ("weight > limit", True),
        ("weight <= limit", False),
        ("dose < limit", True),
        ("weight in 49999..50001 g", True),
        ("weight in 50001..60000 g", False),
        ("share == half", True),
        ("share > half", False),
        ("share >= 50 %", True),
    ],
)
def test_a_comparison_is_made_in_one_unit(when: str, holds: bool) -> None:
    assert fact(f"when: {when}") is holds


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("weight + dose", 90),
        ("weight - dose", 10),
        ("weight + 500 g", 50.5),
        ("weight - limit", 0.001),
        ("(weight + dose) / 2", 45),
    ],
)
def test_a_sum_is_in_the_unit_of_its_first_part(value: str, expected: float) -> None:
    assert fact(f"value: {value}") == kg(expected)


def test_a_quotient_of_amounts_is_a_plain_number() -> None:
    assert fact("value: weight / dose") == 1.25
    assert fact("value: dose / weight") == 0.8


def test_a_calculation_is_given_in_the_unit_that_its_fact_names() -> None:
    assert fact("value: dose, type: number, unit: kg") == kg(40)
    assert fact("value: dose * 2, type: number, unit: kg") == kg(80)
    assert fact('value: weight / dose, type: number, unit: "%"') == {"value": 125, "unit": "%"}


def test_the_lowest_and_highest_are_taken_of_one_unit() -> None:
    assert fact("lowest: [weight, dose]") == kg(40)
    assert fact("highest: [weight, dose]") == kg(50)
    assert fact("highest: [dose, weight]") == {"value": 50_000, "unit": "g"}


def test_the_first_known_is_told_in_the_unit_of_the_fact() -> None:
    assert fact("first_known: [dose, weight], type: number, unit: kg") == kg(40)


def test_a_record_is_compared_with_a_name_in_another_unit() -> None:
    from tests.unit.engine.small import record

    text = guideline(
        f"{FACTS}heavy: {{from: observation, in: bmi_codes, where: [value > dose], unit: kg, pick: count, if_missing: assume 0, say: none, text: {{nl: Zwaar, en: Heavy}}}}\n"
    )
    text = text.replace(", unit: kg, pick: count", ", type: number, unit: kg, pick: count")
    light = record("observations", "2026-01-01", "loinc:39156-5", value=39, unit="kg")
    heavy = record("observations", "2026-01-02", "loinc:39156-5", value=41, unit="kg")

    assert now(text, patient(light, heavy, given=GIVEN), "heavy") == 1


def test_what_is_open_stays_open_at_both_ends() -> None:
    text = guideline(f"{FACTS}one: {{lowest: [weight, dose], text: {{nl: Een, en: One}}}}\n")

    found, _ = readings(text, patient(given={"weight": "50 kg", "dose": "30000..60000 g"}), "one")

    assert found == (30_000_000, 50_000_000)
