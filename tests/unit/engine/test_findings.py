"""What rules conclude together: the highest that was set, what may still be set, and what holds when nothing is."""

from __future__ import annotations

import pytest

from tests.unit.engine.small import advise, answer, guideline, now, patient, record, rule

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


# Contradictions behind an alarm

FEVER = "fever: {from: condition, in: fever_codes, valid_for: contact, if_missing: ask, text: {nl: Koorts, en: Fever}}"
BETWEEN = """\
findings:
  found: {type: yes_no, otherwise: no, text: {nl: Gevonden, en: Found}}
scores:
  points: {title: {nl: Punten, en: Points}, unit: points, items: [{id: fever, points: 2, when: fever}]}
tables:
  kind: {title: {nl: Soort, en: Kind}, hit: first, inputs: [fever], outcomes: {a: {text: {nl: A}}, b: {text: {nl: B}}}, rows: [{id: one, if: [yes], then: a}, {id: two, if: [any], then: b}]}
rules:
"""
TOLD = (
    "'Koorts': het dossier zegt ja (01-03-2026), het antwoord nee (01-03-2026); gerekend is met het gevaarlijkste van "
    "de twee."
)


@pytest.mark.parametrize(
    "when",
    [
        "found",
        "not found",
        "{none: [found]}",
        "points >= 2 points",
        "points < 2 points",
        "kind is a",
        "kind is b",
    ],
)
def test_an_alarm_behind_a_finding_was_silenced_by_a_record_and_an_answer_that_contradict_each_other(
    when: str,
) -> None:
    """Record: fever. Answer of the same day: none. What reads it through something else is an alarm all the same."""
    setter = rule("setter", "fever", "set: {found: yes}")
    one = patient(record("conditions", "2026-03-01", "icpc-1:A03"), answer("fever", False))

    def advised(urgency: str) -> list[tuple[str, bool]]:
        reader = rule("reader", when, f"recommend: phone-now, urgency: {urgency}")
        found = advise(guideline(FEVER, BETWEEN + setter + "\n" + reader), one).recommendations
        return [(advice.action, TOLD in [text["nl"] for text in advice.caveats]) for advice in found]

    assert advised("U2") == [("phone-now", True)]
    assert len(advised("D7")) == (when in ("not found", "{none: [found]}", "points < 2 points", "kind is b"))
