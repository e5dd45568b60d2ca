"""Tables: cells become conditions, and a `unique` table is proved or shows a patient who fits no row, or two."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdss.models.condition import AllOf, Criterion, InRange, IsKnown, IsTrue, IsWord
from cdss.models.guideline import Table
from cdss.rules.proof import can_prove
from tests.unit.rules.guideline_text import FACTS, HEAD, errors, problems, ruleset

GRID = """\
facts:
  t_score: {from: answer, type: number, unit: "1", min: -8, max: 6, valid_for: always, if_missing: ask, text: {nl: T-score, en: T-score}}
  vfa: {from: answer, type: choice, choices: [none, grade_1, grade_2], valid_for: always, if_missing: ask, text: {nl: VFA, en: VFA}}
"""
NUMBERED = "facts:\n  n: {from: condition, in: f, pick: count, if_missing: assume 0, say: none, text: {nl: N, en: N}}\nvalue_sets:\n  f: {codes: [icpc-1:L72], evidence: verified}\n"


def table(
    rows: str, *, inputs: str = "[t_score, vfa]", hit: str = "unique", facts: str = GRID, more: str = ""
) -> str:
    outcomes = "{treat: {text: {nl: Behandelen, en: Treat}}, wait: {text: {nl: Wachten, en: Wait}}}"
    return (
        HEAD
        + facts
        + f"tables:\n  medication:\n    title: {{nl: T, en: T}}\n    hit: {hit}\n    inputs: {inputs}\n"
        + f"    outcomes: {outcomes}\n{more}    rows:\n"
        + "".join(f"      - {{id: r{number}, {row}}}\n" for number, row in enumerate(rows.strip().split("\n")))
    )  # fmt: skip


def built(text: str) -> Table:
    found = ruleset(text).definitions["medication"]
    assert isinstance(found, Table)
    return found


COMPLETE = """\
if: [above -1.0, any], then: wait
if: [above -2.5 up to -1.0, none or grade_1], then: wait
if: [above -2.5 up to -1.0, grade_2], then: treat
if: [-2.5 or lower, any], then: treat"""


# Cells


def test_each_cell_becomes_a_criterion_on_its_column() -> None:
    rows = built(table(COMPLETE)).rows

    assert isinstance(rows[1].when, AllOf)
    first, second = rows[1].when.items
    assert isinstance(first, Criterion) and isinstance(first.test, InRange)
    assert first.test.low is not None and not first.test.low.included
    assert first.test.low.value.quantity.value == Decimal("-2.5")  # type: ignore[union-attr]
    assert isinstance(second, Criterion) and isinstance(second.test, IsWord)
    assert [word.word for word in second.test.words] == ["none", "grade_1"]


def test_a_cell_that_says_any_gives_no_criterion() -> None:
    rows = built(table(COMPLETE)).rows

    assert isinstance(rows[0].when, AllOf) and len(rows[0].when.items) == 1


def test_a_cell_that_says_unknown_asks_whether_it_is_known() -> None:
    text = table("if: [unknown, any], then: wait\nthen: treat", hit="first")

    when = built(text).rows[0].when

    assert isinstance(when, AllOf) and isinstance(when.items[0], Criterion)
    assert when.items[0].test == IsKnown(when.items[0].test.name, known=False)  # type: ignore[union-attr]


def test_a_yes_or_no_column_takes_yes_and_no() -> None:
    text = table("if: [yes], then: treat\nif: [no], then: wait", inputs="[smoking]", facts=FACTS)

    rows = built(text).rows

    conditions = [row.when.items[0] for row in rows if isinstance(row.when, AllOf)]
    assert [type(one.test) for one in conditions if isinstance(one, Criterion)] == [IsTrue, IsTrue]
    assert [one.negated for one in conditions if isinstance(one, Criterion)] == [False, True]


def test_then_unknown_holds_every_outcome() -> None:
    text = table(COMPLETE.replace("then: treat", "then: unknown, text: {nl: Niet gelezen, en: Not read}", 1))

    assert built(text).rows[2].outcomes == ("treat", "wait")


def test_whole_numbers_are_ordered_and_none_stands_beside_them() -> None:
    text = table("then: none", hit="first").replace(
        "{treat: {text: {nl: Behandelen, en: Treat}}, wait: {text: {nl: Wachten, en: Wait}}}",
        "{none: {text: {nl: Geen, en: None}}, 2: {text: {nl: Twee, en: Two}}, 1: {text: {nl: Een, en: One}}}",
    )

    kind = built(text).type

    assert (kind.words, kind.ordered) == (("1", "2", "none"), True)


@pytest.mark.parametrize(
    ("rows", "kind", "seen"),
    [
        ("if: [above -1.0], then: wait", "wrong-number-of-cells", "if"),
        ("if: [any, grade_3], then: wait", "unknown-word", "grade_3"),
        ("if: [low, any], then: wait", "wrong-type", "low"),
        ("if: [above 20 kg, any], then: wait", "wrong-unit", "20 kg"),
        ("if: [any, any], then: stop", "unknown-word", "stop"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_once(rows: str, kind: str, seen: str) -> None:
    assert errors(table(rows)) == [(kind, seen)]


# first


def test_a_first_table_ends_with_a_row_without_condition_or_with_otherwise() -> None:
    rows = "if: [above -1.0, any], then: wait"

    assert errors(table(rows, hit="first")) == [("no-last-row", "medication")]
    assert errors(table(rows, hit="first", more="    otherwise: unknown\n")) == []
    assert errors(table(rows + "\nthen: treat", hit="first")) == []


def test_what_follows_a_row_without_condition_is_never_reached() -> None:
    rows = "then: treat\nif: [above -1.0, any], then: wait"

    assert ("row-never-reached", "r0") in errors(table(rows, hit="first", more="    otherwise: unknown\n"))


def test_a_row_that_only_repeats_the_rows_above_it_is_never_reached() -> None:
    rows = "if: [above -1.0, any], then: wait\nif: [above 0, none], then: treat\nthen: treat"

    assert errors(table(rows, hit="first")) == [("row-never-reached", "r1")]


# unique


def test_a_complete_table_without_overlap_is_proved() -> None:
    assert errors(table(COMPLETE)) == []


@pytest.mark.parametrize(
    ("cell", "kind", "patient"),
    [
        ("above -2.5 below -1.0", "table-gap", "t_score: -1"),  # just under: the limit itself is left out
        (
            "above -2.5 up to -0.9",
            "table-overlap",
            "t_score: -0.9",
        ),  # just over: the stretch above it is in two rows
        ("above -2.4 up to -1.0", "table-gap", "t_score: -2.4"),
        ("at least -2.5 up to -1.0", "table-overlap", "t_score: -2.5"),
    ],
)
def test_a_limit_that_is_off_by_a_hair_is_shown_with_a_patient(cell: str, kind: str, patient: str) -> None:
    found = problems(table(COMPLETE.replace("above -2.5 up to -1.0", cell)))

    assert found and all(one.kind == kind for one in found)
    assert patient in (found[0].help or {})["en"]


def test_a_word_that_no_row_holds_is_a_gap() -> None:
    found = problems(table(COMPLETE.replace("none or grade_1", "none")))

    assert [one.kind for one in found] == ["table-gap"]
    assert found[0].help is not None and "vfa: grade_1" in found[0].help["nl"]


def test_the_two_rows_that_overlap_are_both_shown() -> None:
    found = problems(table(COMPLETE + "\nif: [-3.0 or lower, grade_2], then: treat"))

    assert [one.kind for one in found] == ["table-overlap"]
    assert found[0].notes[0].text["en"] == "row `r3`"


def test_between_two_whole_numbers_lies_no_patient() -> None:
    rows = "if: [..1], then: wait\nif: [2..], then: treat"

    assert errors(table(rows, inputs="[n]", facts=NUMBERED)) == []
    assert [kind for kind, _ in errors(table(rows, inputs="[t_score]"))] == ["table-gap"]


def test_outside_the_domain_lies_no_patient() -> None:
    rows = "if: [-8..0], then: wait\nif: [above 0 up to 6], then: treat"

    assert errors(table(rows, inputs="[t_score]")) == []
    assert [kind for kind, _ in errors(table(rows.replace("-8..0", "-7..0"), inputs="[t_score]"))] == [
        "table-gap"
    ]


def test_a_limit_that_is_a_parameter_is_proved_on_each_day_that_it_changes() -> None:
    values = "[{from: 2012-10-01, value: -2.5}, {from: 2024-11-01, value: -2.0}]"
    parameters = f"parameters:\n  limit: {{text: {{nl: Grens, en: Limit}}, values: {values}}}\n"
    rows = "if: [above limit], then: wait\nif: [limit or lower], then: treat"

    assert errors(table(rows, inputs="[t_score]", facts=GRID + parameters)) == []
    fixed = rows.replace("limit or lower", "-2.5 or lower")
    found = problems(table(fixed, inputs="[t_score]", facts=GRID + parameters))
    assert [one.kind for one in found] == ["table-gap"]
    assert found[0].help is not None and "t_score: -2" in found[0].help["en"]


def test_months_and_days_in_one_column_are_ordered_by_the_calendar() -> None:
    # Three months are 89 to 92 days: on some day 91 days reaches into a row, on another it leaves a gap.
    facts = "facts:\n  d: {from: answer, type: duration, valid_for: always, if_missing: ask, text: {nl: D, en: D}}\n"
    rows = "if: [below 91 days], then: wait\nif: [at least 3 months], then: treat"

    found = {kind for kind, _ in errors(table(rows, inputs="[d]", facts=facts))}

    assert found & {"table-gap", "table-overlap"}
    assert errors(table(rows.replace("91 days", "3 months"), inputs="[d]", facts=facts)) == []


def test_a_date_may_be_no_date_and_then_fits_no_range() -> None:
    rows = "if: [at most 2020-01-01], then: wait\nif: [above 2020-01-01], then: treat"

    found = problems(table(rows, inputs="[last_dxa]", facts=FACTS))

    assert [one.kind for one in found] == ["table-gap"]
    assert found[0].help is not None and "last_dxa: none" in found[0].help["en"]


CELLS = ["any", "yes", "no"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(CELLS), st.sampled_from(["any", "none", "grade_1", "none or grade_2"])),
        min_size=1,
        max_size=5,
    )
)
def test_the_patient_who_is_shown_really_fits_no_row_or_two(cells: list[tuple[str, str]]) -> None:
    facts = FACTS.replace("facts:\n", GRID)
    rows = "\n".join(f"if: [{one}, {other}], then: treat" for one, other in cells)
    text = table(rows, inputs="[smoking, vfa]", facts=facts)

    def fitting(smoking: str, vfa: str) -> int:
        return sum(
            one in ("any", smoking) and (other == "any" or vfa in other.split(" or ")) for one, other in cells
        )

    everybody = {pair: fitting(*pair) for pair in product(["yes", "no"], ["none", "grade_1", "grade_2"])}
    from cdss.rules.stages import read
    from tests.unit.rules.guideline_text import found as as_files

    draft = read(as_files(text))
    shown = [one.help["en"] for one in draft] if isinstance(draft, list) else []  # type: ignore[index]
    assert bool(shown) == any(count != 1 for count in everybody.values())
    for help in shown:
        smoking, vfa = help.split("{smoking: ")[1].rstrip("}.").split(", vfa: ")
        assert everybody[smoking, vfa] != 1


def test_a_table_of_trees_is_not_proved_and_not_refused() -> None:
    text = table("when: t_score > -1.0, then: wait\nthen: treat", hit="first")
    found = ruleset(text)
    medication = found.definitions["medication"]
    assert isinstance(medication, Table)

    assert can_prove(medication, found.definitions) is not None
    assert errors(text) == []


def test_a_row_with_a_tree_does_not_go_into_a_unique_table_unproved() -> None:
    rows = COMPLETE.replace("if: [above -1.0, any]", "when: t_score > -1.0")

    assert errors(table(rows)) == [("table-not-proved", "when")]
