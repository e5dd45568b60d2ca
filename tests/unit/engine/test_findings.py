"""What rules conclude together: the highest that was set, what may still be set, and what holds when nothing is."""

from __future__ import annotations

import pytest

from tests.unit.engine.small import answer, guideline, now, patient, rule

FACTS = """
first: {from: answer, type: yes_no, valid_for: always, if_missing: ask, text: {nl: Eerste, en: First}}
second: {from: answer, type: yes_no, valid_for: always, if_missing: ask, text: {nl: Tweede, en: Second}}
"""


def conclude(finding: str, low: str, high: str, **said: str) -> object:
    """What a finding holds when two rules may set it to these values."""
    rest = f"findings:\n  found: {{{finding}, combine: highest, text: {{nl: Gevonden, en: Found}}}}\nrules:\n"
    rest += rule("one", "first", f"set: {{found: {low}}}") + rule("two", "second", f"set: {{found: {high}}}")
    return now(guideline(FACTS, rest), patient(*(answer(name, word) for name, word in said.items())), "found")


PAIN = "type: choice, choices: [none, mild, severe], ordered: yes, otherwise: severe"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"first": "yes", "second": "yes"}, "mild"),
        ({"first": "yes", "second": "no"}, "none"),
        ({"first": "no", "second": "no"}, "severe"),
        ({"second": "no"}, {"one_of": ["none", "severe"]}),
        ({"first": "yes"}, {"one_of": ["none", "mild"]}),
        ({"second": "yes"}, "mild"),
    ],
)
def test_what_may_be_set_takes_the_place_of_otherwise_also_when_it_is_lower(
    said: dict[str, str], expected: object
) -> None:
    assert conclude(PAIN, "none", "mild", **said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"first": "yes", "second": "yes"}, {"value": 60, "unit": "kg"}),
        ({"first": "yes", "second": "no"}, {"value": 20, "unit": "kg"}),
        ({"first": "yes"}, {"low": 20, "high": 60, "unit": "kg"}),
        ({"second": "yes"}, {"value": 60, "unit": "kg"}),
        ({"first": "no", "second": "no"}, {"value": 40, "unit": "kg"}),
        ({"first": "no"}, {"low": 40, "high": 60, "unit": "kg"}),
    ],
)
def test_the_highest_amount_counts(said: dict[str, str], expected: object) -> None:
    assert conclude("type: number, unit: kg, otherwise: 40 kg", "20 kg", "60 kg", **said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"first": "yes", "second": "yes"}, "2026-04-01"),
        ({"first": "yes"}, {"low": "2026-03-01", "high": "2026-04-01"}),
        ({"first": "no"}, {"low": "2026-04-01", "high": "2026-04-01", "or": "none"}),
        ({"first": "no", "second": "no"}, "none"),
    ],
)
def test_the_latest_date_counts(said: dict[str, str], expected: object) -> None:
    assert conclude("type: date, otherwise: none", "2026-03-01", "2026-04-01", **said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"first": "yes", "second": "yes"}, True),
        ({"first": "yes", "second": "no"}, False),
        ({"first": "yes"}, {"unknown": "not_recorded"}),
        ({"second": "yes"}, True),
    ],
)
def test_yes_counts_above_no(said: dict[str, str], expected: object) -> None:
    assert conclude("type: yes_no", "no", "yes", **said) == expected
