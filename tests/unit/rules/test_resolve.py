"""Every name, word, unit and date means something, or one problem says what to write instead."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cdss.models.condition import AllOf, Comparison, Criterion, InRange, IsTrue, IsWord, Name, Ref, Test, Word
from cdss.models.dates import Duration
from cdss.models.guideline import (
    Fact,
    Finding,
    FromExpression,
    FromFirstKnown,
    FromPatient,
    FromRecords,
    InstrumentFile,
    Parameter,
    Score,
    TreatmentDefinition,
)
from cdss.models.value import CODE, DATE, YES_NO, ValueType
from tests.unit.rules.guideline_text import ACTIONS, FACTS, HEAD, errors, problems, rule, ruleset, whole

PARAMETERS = """\
parameters:
  dxa_threshold: {text: {nl: Drempel, en: Threshold}, values: [{value: 4 points}]}
  old_age: {text: {nl: Leeftijd, en: Age}, values: [{value: 70 years}]}
  window: {text: {nl: Termijn, en: Window}, values: [{value: 2 years}]}
"""


def criterion_of(when: str, more: str = "") -> Test:
    found = ruleset(whole(when, more)).rules["test/r"].when
    assert isinstance(found, Criterion)
    return found.test


def fact(body: str, more: str = "") -> Fact:
    """The fact `x`, with one fact of each kind beside it."""
    found = ruleset(HEAD + ACTIONS + FACTS.replace("facts:\n", f"facts:\n  x: {body}\n") + more)
    definition = found.definitions["x"]
    assert isinstance(definition, Fact)
    return definition


def fact_errors(body: str, more: str = "") -> list[tuple[str, str]]:
    return errors(HEAD + FACTS.replace("facts:\n", f"facts:\n  x: {body}\n") + more)


# Names


def test_a_name_is_resolved_to_its_definition_and_type() -> None:
    test = criterion_of("smoking")

    assert isinstance(test, IsTrue)
    assert test.name.ref == Ref("definition", "smoking", "", YES_NO)


def test_a_misspelt_name_gives_one_problem_with_the_name_that_was_meant() -> None:
    only = problems(whole("smokin"))

    assert [one.kind for one in only] == ["unknown-name"]
    assert only[0].help == {"nl": "Bedoelt u `smoking`?", "en": "Did you mean `smoking`?"}
    assert "smoking" in whole("smokin").split("\n")[only[0].notes[0].span.line - 1]


def test_a_dutch_text_finds_the_fact_that_it_names() -> None:
    only = problems(whole("leeftijd >= 70 years"))

    assert only[0].help is not None and "`age`" in only[0].help["nl"]


def test_the_name_of_a_value_set_has_no_value() -> None:
    assert errors(whole("dxa")) == [("wrong-kind-of-name", "dxa")]


def test_a_treatment_by_itself_has_no_value() -> None:
    more = "treatments:\n  use: {text: {nl: Gebruik, en: Use}, from: dispensing, in: drugs}\nproducts:\n  drugs: [{code: atc:M05BA04}]\n"

    assert errors(whole("use", more)) == [("needs-an-output", "use")]


def test_an_output_that_a_definition_does_not_give_is_told() -> None:
    more = "treatments:\n  use: {text: {nl: Gebruik, en: Use}, from: dispensing, in: drugs}\nproducts:\n  drugs: [{code: atc:M05BA04}]\n"

    assert errors(whole("use.statsu is never", more)) == [("unknown-output", "use.statsu")]


def test_setting_and_reference_date_are_names_in_every_file() -> None:
    setting = criterion_of("setting is contact")
    today = criterion_of("last_dxa < reference_date")

    assert isinstance(setting, IsWord) and setting.name.ref == Ref(
        "setting", type=ValueType("choice", ("contact", "record", "population"))
    )
    assert isinstance(today, Comparison) and isinstance(today.right, Name)
    assert today.right.ref == Ref("reference_date", type=DATE)


# Words


def test_a_word_that_is_no_choice_is_told_with_the_one_that_was_meant() -> None:
    only = problems(whole("leg_pain is sever"))

    assert [one.kind for one in only] == ["unknown-word"]
    assert only[0].help == {"nl": "Bedoelt u `severe`?", "en": "Did you mean `severe`?"}


def test_opposite_an_ordered_choice_a_word_is_a_word_before_it_is_a_name() -> None:
    more = "findings:\n  mild: {type: yes_no}\n"

    test = criterion_of("leg_pain >= mild", more)

    assert isinstance(test, Comparison)
    assert isinstance(test.right, Word) and test.right.word == "mild"


def test_none_has_no_place_in_an_order() -> None:
    assert errors(whole("leg_pain >= none")) == [("unknown-word", "none")]


def test_choices_without_an_order_cannot_be_compared() -> None:
    assert errors(whole("sex >= female")) == [("wrong-type", "sex")]


@pytest.mark.parametrize(
    ("line", "better"),
    [
        ("smoking is yes", "`smoking`"),
        ("smoking is no", "`not smoking`"),
        ("fractures is 2", "`fractures == 2`"),
    ],
)
def test_is_with_a_truth_or_a_number_says_what_to_write(line: str, better: str) -> None:
    only = problems(whole(line))

    assert [one.kind for one in only] == ["wrong-type"]
    assert only[0].help is not None and better in only[0].help["en"]


def test_a_number_alone_is_no_yes_or_no() -> None:
    assert errors(whole("bmi")) == [("wrong-type", "bmi")]


# Units


@pytest.mark.parametrize(
    "line", ["bmi < 20 kg/m2", "age >= 70 years", "fractures >= 2", "pain_duration > 42 days"]
)
def test_an_amount_in_the_unit_of_its_fact_is_fine(line: str) -> None:
    assert errors(whole(line)) == []


def test_a_number_without_its_unit_is_told_with_the_unit() -> None:
    only = problems(whole("bmi < 20"))

    assert [one.kind for one in only] == ["missing-unit"]
    assert only[0].help == {"nl": "Schrijf `20 kg/m2`.", "en": "Write `20 kg/m2`."}


@pytest.mark.parametrize(
    ("line", "seen"), [("bmi < 20 kg", "20 kg"), ("fractures >= 2 kg", "2 kg"), ("age >= 70 kg", "70 kg")]
)
def test_a_unit_that_does_not_convert_is_told(line: str, seen: str) -> None:
    assert errors(whole(line)) == [("wrong-unit", seen)]


def test_a_plain_number_may_stand_for_points() -> None:
    more = "scores:\n  risk: {title: {nl: Score, en: Score}, items: [{id: a, points: 2, when: smoking}]}\n"

    assert errors(whole("risk >= 2", more)) == []
    assert errors(whole("risk >= 2 points", more)) == []


def test_an_amount_stays_as_it_was_written() -> None:
    test = criterion_of("pain_duration > 6 weeks")

    assert isinstance(test, Comparison) and not isinstance(test.right, Word)
    assert test.right.quantity.value == Decimal(6)  # type: ignore[union-attr]
    assert test.right.duration == Duration(days=42)  # type: ignore[union-attr]


# Time


def test_a_parameter_of_years_opposite_an_age_is_a_number_of_years() -> None:
    found = ruleset(whole("age >= old_age", PARAMETERS))

    parameter = found.definitions["old_age"]
    assert isinstance(parameter, Parameter)
    assert (parameter.type.kind, parameter.type.unit) == ("number", "years")
    assert parameter.values[0].value == Duration(months=840)


def test_a_parameter_of_years_inside_a_window_stays_an_amount_of_time() -> None:
    found = ruleset(whole("last_dxa within last window", PARAMETERS))

    parameter = found.definitions["window"]
    assert isinstance(parameter, Parameter) and parameter.type.kind == "duration"


def test_one_parameter_cannot_be_an_age_and_an_amount_of_time() -> None:
    tree = "{all: [age >= old_age, pain_duration > old_age]}"

    assert errors(whole(tree, PARAMETERS)) == [("age-and-time", "old_age")]


def test_a_date_is_not_compared_with_an_amount_of_time() -> None:
    only = problems(whole("last_dxa < 2 years"))

    assert [one.kind for one in only] == ["wrong-type"]
    assert only[0].help is not None and "2 years ago" in only[0].help["en"]


@pytest.mark.parametrize(
    "line", ["last_dxa < 2 years ago", "last_dxa < 2020-01-01", "last_dxa within last 2 years"]
)
def test_a_date_is_compared_with_a_day(line: str) -> None:
    assert errors(whole(line)) == []


def test_within_last_needs_a_date() -> None:
    assert errors(whole("age within last 2 years")) == [("wrong-type", "age")]


# Types of facts


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{from: condition, in: fracture, if_missing: assume no, say: none, text: {nl: X}}", YES_NO),
        ("{from: condition, in: fracture, pick: date, if_missing: unknown, text: {nl: X}}", DATE),
        ("{when: smoking, text: {nl: X}}", YES_NO),
        ("{value: last_dxa + 3 months, text: {nl: X}}", DATE),
        ("{value: reference_date - last_dxa, text: {nl: X}}", ValueType("duration", unit="days")),
        ("{value: bmi * 2, text: {nl: X}}", ValueType("number", unit="kg/m2")),
        ("{value: bmi / bmi, text: {nl: X}}", ValueType("number", unit="1")),
        ("{first_known: [smoking, no], text: {nl: X}}", YES_NO),
        ("{from: condition, in: fracture, pick: latest, field: episode, if_missing: unknown, text: {nl: X}}", CODE),
        (
            "{from: condition, in: fracture, pick: count, if_missing: unknown, text: {nl: X}}",
            ValueType("number", unit="1", low=0),
        ),
    ],
)  # fmt: skip
def test_the_type_of_a_fact_follows_from_what_it_says(body: str, kind: ValueType) -> None:
    assert fact(body).type == kind


def test_what_is_plausible_bounds_the_type() -> None:
    bmi = ruleset(whole("bmi < 20 kg/m2")).definitions["bmi"]

    assert isinstance(bmi, Fact)
    assert (bmi.type.low, bmi.type.high) == (8_000_000, 80_000_000)
    assert bmi.plausible == (8_000_000, 80_000_000)


def test_a_fact_that_is_only_answered_reads_no_list() -> None:
    smoking = ruleset(whole("smoking")).definitions["smoking"]

    assert isinstance(smoking, Fact)
    assert smoking.source == FromRecords(lists=(), pick="latest")


def test_a_fact_of_the_patient_names_its_field() -> None:
    age = ruleset(whole("age >= 60 years")).definitions["age"]

    assert isinstance(age, Fact)
    assert age.source == FromPatient("age")
    assert age.type.unit == "years"


def test_a_constant_at_the_end_of_first_known_is_kept_as_it_was_written() -> None:
    source = fact("{first_known: [smoking, no], text: {nl: X}}").source

    assert isinstance(source, FromFirstKnown)
    assert ([name.text for name in source.items], source.constant) == (["smoking"], "no")


def test_values_of_two_kinds_are_not_one_fact() -> None:
    assert fact_errors("{first_known: [smoking, bmi], text: {nl: X}}")[0][0] == "wrong-type"
    assert fact_errors("{lowest: [bmi, last_dxa], text: {nl: X}}")[0][0] == "wrong-type"


def test_the_lowest_of_choices_needs_an_order() -> None:
    assert fact_errors("{lowest: [sex, sex], text: {nl: X}}") == [("not-in-order", "lowest")]


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("last_dxa + last_dxa", "last_dxa + last_dxa"),
        ("bmi + 3 months", "bmi + 3 months"),
        ("bmi + age", "bmi + age"),
    ],
)
def test_what_cannot_be_reckoned_with_is_told(value: str, seen: str) -> None:
    assert fact_errors(f"{{value: {value}, text: {{nl: X}}}}") == [("wrong-type", seen)]


def test_a_product_whose_unit_has_no_name_asks_for_one() -> None:
    assert fact_errors("{value: bmi * age, text: {nl: X}}") == [("missing-unit", "bmi * age")]


def test_a_calculation_keeps_its_names() -> None:
    source = fact("{value: last_dxa + 3 months, text: {nl: X}}").source

    assert isinstance(source, FromExpression)


# Facts of the record


def test_a_where_speaks_of_the_fields_of_a_record() -> None:
    found = fact(
        "{from: condition, in: fracture, where: [site is hip, cause is not tumour], if_missing: unknown, text: {nl: X}}"
    )

    assert isinstance(found.source, FromRecords)
    refs = [
        one.test.name.ref
        for one in found.source.where
        if isinstance(one, Criterion) and isinstance(one.test, IsWord)
    ]
    assert [(ref.kind, ref.id) for ref in refs if ref is not None] == [("field", "site"), ("field", "cause")]


def test_a_field_that_these_records_do_not_have_is_an_unknown_name() -> None:
    body = "{from: condition, in: fracture, where: [discipline is gp], if_missing: unknown, text: {nl: X}}"

    assert fact_errors(body) == [("unknown-name", "discipline")]


def test_the_group_of_a_value_set_is_a_field() -> None:
    more = "value_sets:\n  sites: {groups: {arm: [icpc-1:L72], leg: [icpc-1:L75]}, evidence: verified}\n"
    body = "{from: condition, in: sites, where: [group is arms], if_missing: unknown, text: {nl: X}}"
    text = HEAD + more + f"facts:\n  x: {body}\n"

    assert errors(text) == [("unknown-word", "arms")]
    assert errors(text.replace("arms", "arm")) == []


@pytest.mark.parametrize(
    ("body", "kind", "seen"),
    [
        ("{from: conditoin, if_missing: unknown, text: {nl: X}}", "unknown-list", "conditoin"),
        ("{from: patient.agee, text: {nl: X}}", "unknown-field", "patient.agee"),
        ("{from: condition, in: smoking, if_missing: unknown, text: {nl: X}}", "wrong-kind-of-name", "smoking"),
        ("{from: condition, in: fractuur, if_missing: unknown, text: {nl: X}}", "unknown-name", "fractuur"),
        ("{from: condition, distinct: organisation, if_missing: unknown, text: {nl: X}}", "unknown-field", "organisation"),
        ("{from: condition, episode: smoking, if_missing: unknown, text: {nl: X}}", "wrong-type", "smoking"),
        ("{from: condition, in: fracture, if_missing: unknown, valid_for: contactt, text: {nl: X}}", "bad-duration", "contactt"),
        ("{from: condition, within: bmi, if_missing: unknown, text: {nl: X}}", "wrong-type", "bmi"),
        ("{from: condition, in: fracture, within: 2024-01-01, if_missing: unknown, text: {nl: X}}", "wrong-type", "2024-01-01"),
        ("{from: condition, in: fracture, within: last_dxa, if_missing: unknown, text: {nl: X}}", "wrong-type", "last_dxa"),
        ("{from: condition, in: fracture, within: 0 days, if_missing: unknown, text: {nl: X}}", "empty-range", "0 days"),
        ("{from: condition, in: fracture, after_age: 2024-01-01, if_missing: unknown, text: {nl: X}}", "wrong-type", "2024-01-01"),
        ("{from: condition, in: fracture, after: 2 years, if_missing: unknown, text: {nl: X}}", "wrong-type", "2 years"),
        ("{from: condition, in: fracture, before: pain_duration, if_missing: unknown, text: {nl: X}}", "wrong-type", "pain_duration"),
        ("{from: condition, in: fracture, after: 2024-01-01, before: 2024-01-02, if_missing: unknown, text: {nl: X}}", "empty-range", "before"),
        ("{from: condition, in: fracture, where: [smoking], if_missing: unknown, text: {nl: X}}", "unknown-field", "smoking"),
        ("{from: condition, in: fracture, where: [{any: [site is hip, age >= 60 years]}], if_missing: unknown, text: {nl: X}}", "unknown-field", "age >= 60 years"),
        ("{from: answer, type: choice, choices: [none, mild, none], valid_for: always, if_missing: ask, text: {nl: X}}", "id-clash", "none"),
        ("{from: answer, type: choice, choices: [none, unknown], valid_for: always, if_missing: ask, text: {nl: X}}", "reserved-name", "unknown"),
        ("{from: condition, if_missing: assume maybe, say: none, text: {nl: X}}", "bad-value", "assume maybe"),
        ("{from: observation, in: dxa, unit: kg, pick: latest, if_missing: unknown, text: {nl: X}}", "missing-valid-for", "x"),
        ("{from: answer, type: choice, choices: [none, mild], valid_for: contact, reassuring: [milt], if_missing: ask, text: {nl: X}}", "unknown-word", "milt"),
        ("{from: answer, type: choice, choices: [none, mild], valid_for: always, reassuring: [mild], if_missing: ask, text: {nl: X}}", "missing-valid-for", "mild"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_fact_is_told_once(body: str, kind: str, seen: str) -> None:
    assert fact_errors(body) == [(kind, seen)]


@pytest.mark.parametrize(
    "window",
    [
        "within: 1 day",
        "within: 2 years, after_age: 50 years",
        "after: last_dxa",
        "after: 2024-01-01, before: 2024-01-03",
        "where: [on > last_dxa]",
    ],
)
def test_a_window_is_kept_as_it_was_written(window: str) -> None:
    body = f"{{from: condition, in: fracture, {window}, if_missing: unknown, text: {{nl: X, en: X}}}}"

    fact = ruleset(HEAD + FACTS.replace("facts:\n", f"facts:\n  x: {body}\n")).definitions["x"]

    assert isinstance(fact, Fact) and isinstance(fact.source, FromRecords)
    for key in ("within", "after", "before", "after_age", "where"):
        assert bool(getattr(fact.source, key)) == (f"{key}:" in window)


@pytest.mark.parametrize(
    ("body", "help"),
    [
        ("{from: meting, if_missing: unknown, text: {nl: X}}", "Bedoelt u `observation`?"),
        ("{from: voorschrift, if_missing: unknown, text: {nl: X}}", "Bedoelt u `prescription`?"),
        ("{from: patient.leeftijd, text: {nl: X}}", "Bedoelt u `patient.age`?"),
        ("{from: condition, in: fracture, where: [oorzaak is high_energy], if_missing: unknown, text: {nl: X}}", "Hier mag staan: `on`, `codes`, `date_kind`, `until`, `active`, `site`, `cause`, `episode`."),
    ],
)  # fmt: skip
def test_the_help_names_the_list_or_field_that_was_meant(body: str, help: str) -> None:
    text = HEAD + FACTS.replace("facts:\n", f"facts:\n  x: {body}\n")

    (problem,) = (one for one in problems(text) if one.kind.startswith("unknown-"))

    assert problem.help is not None and problem.help["nl"] == help


# Parameters and findings


def test_a_value_holds_until_the_next_one_begins() -> None:
    values = "[{from: 2012-10-01, value: 4 points}, {from: 2024-11-01, value: 5 points}]"
    text = whole("fractures >= 1", f"parameters:\n  p: {{text: {{nl: P}}, values: {values}}}\n")

    parameter = ruleset(text).definitions["p"]

    assert isinstance(parameter, Parameter)
    assert [value.value for value in parameter.values] == [4_000_000, 5_000_000]
    assert parameter.values[0].effective.end == parameter.values[1].effective.start


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ("[{from: 2012-10-01, until: 2020-01-01, value: 4 points}, {from: 2024-11-01, value: 5 points}]", "day-without-value"),
        ("[{from: 2012-10-01, until: 2024-11-02, value: 4 points}, {from: 2024-11-01, value: 5 points}]", "overlapping-values"),
        ("[{from: 2012-10-01, value: 4 points}, {from: 2012-10-01, value: 5 points}]", "overlapping-values"),
        ("[{from: 2012-10-01, until: 2020-01-01, value: 4 points}]", "day-without-value"),
        ("[{from: 2012-10-01, value: 4 points}, {from: 2024-11-01, value: 5 kg}]", "bad-value"),
    ],
)  # fmt: skip
def test_the_values_of_a_parameter_leave_no_day_out(values: str, kind: str) -> None:
    text = HEAD + f"parameters:\n  p: {{text: {{nl: P, en: P}}, values: {values}}}\n"

    assert [one for one, _ in errors(text)] == [kind]


def test_neighbouring_values_leave_no_day_out() -> None:
    values = "[{from: 2012-10-01, until: 2024-11-01, value: 4 points}, {from: 2024-11-01, value: 5 points}]"

    assert errors(HEAD + f"parameters:\n  p: {{text: {{nl: P, en: P}}, values: {values}}}\n") == []


@pytest.mark.parametrize(
    ("until", "wrong"), [("2024-10-31", True), ("2024-11-01", True), ("2024-11-02", False)]
)
def test_a_period_starts_before_it_ends(until: str, wrong: bool) -> None:
    expected = [("end-before-start", "until")] if wrong else []
    period = f"{{from: 2024-11-01, until: {until}"

    assert errors(HEAD + f"effective: {period}}}\n" + FACTS) == expected
    values = (
        f"[{period}, value: 4}}, {{from: 2024-11-02, value: 5}}]"
        if wrong
        else f"[{period}, value: 4}}, {{from: {until}, value: 5}}]"
    )
    assert errors(HEAD + f"parameters:\n  p: {{text: {{nl: P, en: P}}, values: {values}}}\n") == expected


def test_a_parameter_has_a_value_from_the_first_day_of_its_file() -> None:
    values = "[{from: 2024-11-02, value: 4 points}]"
    text = (
        HEAD
        + "effective: {from: 2024-11-01}\n"
        + f"parameters:\n  p: {{text: {{nl: P, en: P}}, values: {values}}}\n"
    )

    assert errors(text) == [("day-without-value", "4 points")]
    assert errors(text.replace("2024-11-02", "2024-11-01")) == []


def test_a_finding_is_set_to_one_of_its_words() -> None:
    findings = "findings:\n  urgency: {type: choice, choices: [routine, D7, U1], ordered: yes, combine: highest, otherwise: routine}\n"
    good = HEAD + findings + FACTS + rule("smoking", "set: {urgency: D7}")

    assert errors(good) == []
    assert errors(good.replace("urgency: D7", "urgency: D8")) == [("unknown-word", "D8")]
    assert errors(good.replace("otherwise: routine", "otherwise: never")) == [("unknown-word", "never")]
    finding = ruleset(good).definitions["urgency"]
    assert isinstance(finding, Finding) and finding.otherwise == "routine"


def test_the_highest_of_choices_without_an_order_is_told() -> None:
    findings = "findings:\n  f: {type: choice, choices: [a, b], combine: highest}\n"

    assert errors(HEAD + findings) == [("not-in-order", "combine")]


def test_only_a_finding_can_be_set() -> None:
    assert errors(HEAD + FACTS + rule("smoking", "set: {bmi: 20}")) == [("wrong-kind-of-name", "bmi")]


# Treatments, instruments, scores


TREATMENT = """\
products:
  drugs:
    - {code: atc:M05BA04, strength: 70 mg, days_per_unit: 7, class: weekly}
    - {code: atc:M05BX04, class: denosumab}
treatments:
  use:
    text: {nl: Gebruik, en: Use}
    from: [dispensing, administration]
    or_from: prescription
    in: drugs
    gap_limits: {possible_stop: 60 days, stopped: window}
    planned_end: {for: weekly, after: 5 years}
"""


def test_a_treatment_gives_typed_outputs() -> None:
    found = ruleset(whole("use.status is stopped or possible_stop", TREATMENT + PARAMETERS)).definitions[
        "use"
    ]

    assert isinstance(found, TreatmentDefinition)
    assert found.possible_stop == Duration(days=60)
    assert isinstance(found.stopped, Name) and found.stopped.ref == Ref(
        "parameter", "window", type=ValueType("duration", unit="days", low=0)
    )
    assert found.outputs["drug"].words == ("weekly", "denosumab", "none")


@pytest.mark.parametrize(
    ("line", "kind", "seen"),
    [
        ("use.status is finished", "unknown-word", "finished"),
        ("use.gap > 60", "missing-unit", "60"),
        ("use.started < 2 years", "wrong-type", "2 years"),
        ("use.drug is monthly", "unknown-word", "monthly"),
    ],
)
def test_an_output_is_tested_by_its_type(line: str, kind: str, seen: str) -> None:
    assert errors(whole(line, TREATMENT + PARAMETERS)) == [(kind, seen)]


def test_a_planned_end_is_for_a_class_of_the_products() -> None:
    text = whole("smoking", (TREATMENT + PARAMETERS).replace("for: weekly", "for: weekly_tablet"))

    assert ("unknown-word", "weekly_tablet") in errors(text)


INSTRUMENT = """\
instruments:
  nrs:
    title: {nl: Pijncijfer, en: Pain}
    items: {1: 0..10}
    total: sum
    missing_items: {then: unknown}
    bands: {low: ..5, moderate: 5<..<8, high: 8..}
    change: {absolute: 2, part: 30 %, better: lower, recovered: ..0}
  start_back:
    title: {nl: STarT Back, en: STarT Back}
    items: {1..8: 0..1, 9: {not_at_all: 0, very_much: 1}}
    totals: {total: sum of 1..9, psych: sum of 5..9}
    class: {hit: first, rows: [{id: low, when: total <= 3, then: low}, {id: high, when: psych >= 4, then: high}, {id: medium, then: medium}]}
"""


def test_an_instrument_gives_its_totals_bands_and_classes() -> None:
    found = ruleset(whole("nrs >= 7", INSTRUMENT))

    nrs, start_back = found.definitions["nrs"], found.definitions["start_back"]
    assert isinstance(nrs, InstrumentFile) and isinstance(start_back, InstrumentFile)
    assert set(nrs.outputs) == {"value", "band", "on", "first", "latest", "response"}
    assert nrs.outputs["value"] == ValueType("number", unit="1", low=0, high=10_000_000)
    assert nrs.outputs["band"] == ValueType("choice", ("low", "moderate", "high"), ordered=True)
    assert start_back.outputs["total"].high == 9_000_000
    assert start_back.outputs["psych"].high == 5_000_000
    assert start_back.outputs["class"].words == ("low", "high", "medium")
    assert start_back.definition.items["9"].words == {"not_at_all": 0, "very_much": 1_000_000}


@pytest.mark.parametrize(
    ("old", "new", "kind", "seen"),
    [
        ("total: sum\n", "total: summ\n", "bad-formula", "summ"),
        ("sum of 5..9", "sum of 5..10", "bad-formula", "sum of 5..10"),
        ("total <= 3", "totaal <= 3", "unknown-name", "totaal"),
        ("1..8: 0..1", "1..8: 0..x", "wrong-type", "x"),
        ("1..8: 0..1", "1..8: 0..", "bad-range", "0.."),
        ("1..8: 0..1", "8..1: 0..1", "bad-range", "8..1"),
        ("psych >= 4", "psych is high", "wrong-type", "psych is high"),
    ],
)
def test_what_is_wrong_with_an_instrument_is_told(old: str, new: str, kind: str, seen: str) -> None:
    assert errors(whole("nrs >= 7", INSTRUMENT.replace(old, new))) == [(kind, seen)]


def test_the_range_of_a_score_follows_from_its_items() -> None:
    more = (
        "scores:\n  risk:\n    title: {nl: Score, en: Score}\n    items:\n"
        "      - {id: a, first_of: [{points: 2, when: age >= 70 years}, {points: 1, when: age >= 60 years}]}\n"
        "      - {id: b, points: 1, when: smoking}\n"
    )

    found = ruleset(whole("risk >= 2", more)).definitions["risk"]

    assert isinstance(found, Score)
    assert (found.type.low, found.type.high, found.type.unit) == (0, 3_000_000, "points")


# Rules, messages, actions


def test_an_action_that_is_not_in_the_list_is_told_with_the_one_that_was_meant() -> None:
    only = problems(HEAD + ACTIONS + FACTS + rule("smoking", "recommend: order-dexa"))

    assert [one.kind for one in only if one.kind == "unknown-action"] == ["unknown-action"]
    assert only[-1].help is not None and "order-dxa" in only[-1].help["nl"]


def test_names_in_messages_are_resolved() -> None:
    then = 'recommend: order-dxa, messages: {gp: {nl: "BMI {bmi}, {bmj}", en: "BMI"}}'

    assert errors(HEAD + ACTIONS + FACTS + rule("smoking", then)) == [("unknown-name", "bmj")]
    good = ruleset(HEAD + ACTIONS + FACTS + rule("smoking", then.replace(", {bmj}", ""))).rules["test/r"]
    assert good.recommend is not None and set(good.recommend.message_names) == {"bmi"}


def test_braces_in_a_message_hold_a_name_and_nothing_else() -> None:
    then = 'recommend: order-dxa, messages: {gp: {nl: "BMI {bmi:.1f}", en: "BMI"}}'

    assert errors(HEAD + ACTIONS + FACTS + rule("smoking", then)) == [("bad-name", "bmi:.1f")]


def test_a_rule_is_overridden_by_its_id_in_the_same_file() -> None:
    text = (
        HEAD
        + ACTIONS
        + FACTS
        + "rules:\n"
        + "  - {id: a, title: {nl: A, en: A}, when: smoking, overrides: [{rule: b, source: {title: Bron}}], then: {recommend: start-drug}}\n"
        + "  - {id: b, title: {nl: B, en: B}, when: smoking, then: {recommend: stop-drug}}\n"
    )

    assert ruleset(text).rules["test/a"].overrides[0].rule == "test/b"
    assert errors(text.replace("rule: b,", "rule: c,"))[0] == ("unknown-rule", "c")


def test_two_rules_of_a_file_have_two_ids() -> None:
    text = HEAD + ACTIONS + FACTS + rule("smoking") + rule("smoking").removeprefix("rules:\n")

    assert errors(text) == [("id-clash", "r")]


# Sources


def test_a_ref_stands_in_the_sources_of_its_topic() -> None:
    sources = "topic: test\nsources: [{id: S24, title: Bron}]\n"
    text = whole("smoking").replace("source: {title: Een richtlijn}", "source: {ref: S25}")

    assert errors({"test.yaml": text, "sources.yaml": sources}) == [("unknown-source", "S25")]
    assert errors({"test.yaml": text.replace("S25", "S24"), "sources.yaml": sources}) == []


# Cycles


def test_a_cycle_is_printed_with_all_that_lies_on_it() -> None:
    text = (
        HEAD
        + "facts:\n  a: {when: b, text: {nl: A, en: A}}\n  b: {when: c, text: {nl: B, en: B}}\n  c: {when: a, text: {nl: C, en: C}}\n"
    )

    only = problems(text)

    assert [one.kind for one in only] == ["cycle"]
    assert only[0].text["en"] == "this rests on itself: `a` → `b` → `c` → `a`"
    assert [note.span.line for note in only[0].notes] == [11, 12]


def test_a_cycle_through_a_rule_and_its_finding_is_found() -> None:
    text = (
        HEAD
        + "findings:\n  f: {type: yes_no, otherwise: no}\nfacts:\n  a: {when: not f, text: {nl: A, en: A}}\n"
        + rule("a", "set: {f: yes}")
    )

    only = problems(text)

    assert [one.kind for one in only] == ["cycle"]
    assert "`a` → `f` → `r` → `a`" in only[0].text["nl"]


def test_facts_whose_type_cannot_be_told_because_they_rest_on_each_other_are_a_cycle() -> None:
    text = (
        HEAD
        + "facts:\n  a: {first_known: [b], text: {nl: A, en: A}}\n  b: {lowest: [a], text: {nl: B, en: B}}\n"
    )

    assert [one.kind for one in problems(text)] == ["cycle"]


def test_asking_only_when_something_holds_is_no_cycle() -> None:
    text = (
        HEAD + "facts:\n"
        "  a: {from: answer, type: yes_no, valid_for: contact, if_missing: ask, ask_when: b, text: {nl: A, en: A}}\n"
        "  b: {first_known: [a, no], text: {nl: B, en: B}}\n"
    )

    assert errors(text) == []


# Trees


def test_every_name_of_a_tree_is_resolved() -> None:
    tree = "{all: [smoking, {any: [bmi < 20 kg/m2, age in 60..70 years]}, {none: [leg_pain is severe]}]}"

    when = ruleset(whole(tree)).rules["test/r"].when

    assert isinstance(when, AllOf)
    inner = when.items[1].items[1]  # type: ignore[union-attr]
    assert isinstance(inner, Criterion) and isinstance(inner.test, InRange)
    assert inner.test.name.ref is not None and inner.test.name.ref.id == "age"
