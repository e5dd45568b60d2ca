"""What the checks refuse or doubt although every name means something (language §9)."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdss.errors import GuidelineError
from cdss.rules import check, load
from tests.unit.rules.guideline_text import ACTIONS, FACTS, HEAD, errors, problems, rule, warnings

URGENCY = """\
findings:
  urgency: {type: choice, choices: [routine, D7, D1, U4, U3, U2, U1], ordered: yes, combine: highest, otherwise: routine, text: {nl: Urgentie, en: Urgency}}
  alarm: {type: yes_no, otherwise: no, text: {nl: Alarm, en: Alarm}}
"""


def rules(*lines: str) -> str:
    return HEAD + ACTIONS + FACTS + URGENCY + "rules:\n" + "".join(f"  - {{{line}}}\n" for line in lines)


def message(text: str, role: str = "gp", language: str = "nl") -> str:
    other = "en" if language == "nl" else "nl"
    then = f'recommend: order-dxa, messages: {{{role}: {{{language}: "{text}", {other}: "Goed."}}}}'
    return HEAD + ACTIONS + FACTS + rule("smoking", then)


# Messages


@pytest.mark.parametrize(
    "text",
    [
        "De huisarts is geïnformeerd over de breuk.",
        "De patiënt is al geadviseerd om te stoppen.",
        "U zal worden gebeld.",
        "De DXA zal door de polikliniek aangevraagd worden.",
        "De apotheker neemt contact met u op.",
        "U wordt gebeld door de assistente.",
        "De apotheek belt de patiënt.",
        "De specialist zal de patiënt opnieuw oproepen.",
        "De huisarts krijgt bericht.",
        "De fysiotherapeut licht de huisarts in.",
        "De huisarts is al gebeld.",
        "Patiënt geïnformeerd over de breuk.",
        "De apotheker werd gei\u0308nformeerd.",
        "Als dit klopt, is de apotheker geïnformeerd.",
        "Als de pijn erger wordt, neemt de huisarts contact op.",
        "Het fractuurteam regelt de DXA.",
        "Uw arts belt u.",
        "De behandelaar zal dit regelen.",
        "DE HUISARTS IS GEÏNFORMEERD.",
        "Fractuurteam Regelt de DXA.",
    ],
)
def test_a_text_that_claims_that_another_was_told_or_will_act_is_refused(text: str) -> None:
    assert [kind for kind, _ in errors(message(text))] == ["claim-about-others"]


@pytest.mark.parametrize(
    "text",
    [
        "The GP has been informed.",
        "You will be called.",
        "The pharmacist was told about it.",
        "If this is so, the GP has been informed.",
        "The specialist will see you.",
        "The fracture team will arrange the scan.",
        "Your doctor will phone you.",
    ],
)
def test_an_english_claim_is_refused_too(text: str) -> None:
    assert [kind for kind, _ in errors(message(text, language="en"))] == ["claim-about-others"]


@pytest.mark.parametrize(
    "text",
    [
        "Overleg met de huisarts: er is geen DXA bekend.",
        "Vraag of de patiënt is geïnformeerd.",
        "Als de huisarts al is ingelicht, is niets meer nodig.",
        "Vertel de patiënt wat u afspreekt.",
        "Ga na of huisarts, apotheker en patiënt zijn geïnformeerd.",
        "Vraag of de apotheek de patiënt belt.",
        "Bel zelf als de huisarts niet belt.",
        "De injecties worden in het ziekenhuis gegeven.",
        "Bel uw huisarts of apotheek.",
        "Tegelijk gebruiken wordt afgeraden.",
    ],
)
def test_a_text_that_says_what_to_do_or_asks_is_fine(text: str) -> None:
    assert errors(message(text)) == []


def test_a_claim_is_underlined_where_it_stands() -> None:
    ((_, seen),) = errors(message("Vraag dit na. De huisarts is geïnformeerd."))

    assert seen == "is geïnformeerd"


@pytest.mark.parametrize(("text", "seen"), [("Dit is U1.", "U1"), ("Uw score is {risk} punten.", "{risk}")])
def test_a_patient_reads_no_urgency_code_and_no_score(text: str, seen: str) -> None:
    score = "scores:\n  risk: {title: {nl: Score, en: Score}, items: [{id: a, points: 1, when: smoking}]}\n"

    assert errors(message(text, "patient") + score) == [("not-for-patients", seen)]
    assert errors(message(text, "gp") + score) == []


@pytest.mark.parametrize("code", ["L95", "L95.01", "M05BA04", "M05BA", "FP-07", "BP-61"])
def test_a_patient_reads_no_code_of_a_diagnosis_a_drug_or_a_requirement(code: str) -> None:
    text = f"Dit gaat om {code}."

    assert errors(message(text, "patient")) == [("not-for-patients", code)]
    assert errors(message(text, "gp")) == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Uw risicoscore is 4.", "risicoscore"),
        ("U heeft een hoge score.", "score"),
        ("Vul de ODI opnieuw in.", "ODI"),
        ("Uw valrisico-index is hoog.", "valrisico-index"),
    ],
)
def test_a_patient_reads_no_name_of_a_score_or_a_questionnaire(text: str, seen: str) -> None:
    more = (
        "scores:\n  risk: {title: {nl: Valrisico-index, en: Fall index}, items: [{id: a, points: 1, when: smoking}]}\n"
        "instruments:\n  odi: {title: {nl: Vragenlijst over de rug, en: Back list}, items: {1..10: 0..5}, total: sum, missing_items: {then: unknown}, evidence: verified}\n"
    )

    assert errors(message(text, "patient") + more) == [("not-for-patients", seen)]
    assert errors(message(text, "gp") + more) == []


@pytest.mark.parametrize("text", ["Neem {age door.", "Neem age} door.", "Neem {{age}} door."])
def test_a_brace_without_its_other_half_does_not_reach_a_reader(text: str) -> None:
    assert [kind for kind, _ in errors(message(text))] == ["bad-name"]
    assert errors(message("Neem {age} door.")) == []


def test_a_label_or_an_outcome_claims_nothing_either() -> None:
    label = message("Goed.").replace("nl: DXA aanvragen", "nl: De huisarts is geïnformeerd")
    outcome = HEAD + FACTS + rule("smoking", "outcome: out_of_scope, text: {nl: U wordt gebeld., en: Fine.}")

    assert errors(label) == [("claim-about-others", "is geïnformeerd")]
    assert errors(outcome) == [("claim-about-others", "wordt gebeld")]


# Evidence and sources


def test_a_rule_has_a_source_and_an_evidence_mark_or_its_file_has() -> None:
    text = HEAD + ACTIONS + FACTS + rule("smoking")

    assert errors(text) == []
    assert errors(text.replace("evidence: secondary\n", "")) == [("missing-evidence", "r")]
    assert errors(text.replace("source: {title: Een richtlijn}\n", "")) == [("missing-source", "r")]


def test_a_score_that_says_nowhere_how_it_is_known_is_told_once() -> None:
    items = "[{id: a, points: 1, when: smoking}, {id: b, points: 1, when: fractures >= 1}]"
    score = f"scores:\n  risk: {{title: {{nl: S, en: S}}, items: {items}}}\n"
    text = HEAD.replace("evidence: secondary\n", "") + FACTS + score

    assert errors(text) == [("missing-evidence", "risk")]
    assert errors(text.replace("when: smoking}", "when: smoking, evidence: design}")) == [
        ("missing-evidence", "b")
    ]


def test_each_value_of_a_parameter_rests_on_something() -> None:
    text = (
        HEAD.replace("evidence: secondary\n", "")
        + "parameters:\n  p: {text: {nl: P, en: P}, values: [{value: 4}]}\n"
    )

    assert errors(text) == [("missing-evidence", "value")]
    assert errors(text.replace("{value: 4}", "{value: 4, evidence: design}")) == []


def test_a_grade_stands_only_with_the_source_that_prints_it() -> None:
    text = rules("id: r, title: {nl: R, en: R}, grade: sterk, when: smoking, then: {recommend: order-dxa}")

    assert errors(text) == [("grade-without-source", "grade")]
    assert errors(text.replace("grade: sterk", "grade: sterk, graded_in: {title: Bron}")) == []


# active


ACTIVE = "id: r, title: {nl: R, en: R}, status: active, evidence: verified, when: fractures >= limit, then: {recommend: order-dxa}"
LIMIT = "parameters:\n  limit: {text: {nl: Grens, en: Limit}, values: [{value: 2, evidence: verified}]}\n"


def test_an_active_rule_was_read_in_the_guideline_or_confirmed() -> None:
    good = rules(ACTIVE) + LIMIT

    assert errors(good) == []
    weak = rules(ACTIVE.replace("evidence: verified, when", "evidence: secondary, when")) + LIMIT
    assert errors(weak) == [("active-not-confirmed", "secondary")]
    confirmed = ACTIVE.replace(
        "evidence: verified, when",
        'evidence: secondary, confirmed: {on: 2026-02-01, by: gp, against: "tabel h1"}, when',
    )
    assert errors(rules(confirmed) + LIMIT) == []


def test_each_number_of_an_active_rule_is_verified_or_confirmed() -> None:
    weak = LIMIT.replace("evidence: verified", "evidence: design")

    assert errors(rules(ACTIVE) + weak) == [("active-not-confirmed", "limit")]
    confirmed = weak.replace(
        "evidence: design", 'evidence: design, confirmed: {on: 2026-02-01, by: gp, against: "h1"}'
    )
    assert errors(rules(ACTIVE) + confirmed) == []


INDIRECT = {
    "a fact": ("often", "  often: {when: fractures >= limit, text: {nl: Vaak, en: Often}}\n"),
    "a fact of a fact": (
        "often_now",
        "  often: {when: fractures >= limit, text: {nl: Vaak, en: Often}}\n"
        "  often_now: {first_known: [often, no], text: {nl: Vaak, en: Often}}\n",
    ),
    "a window": (
        "lately",
        "  lately: {from: condition, in: fracture, within: limit, if_missing: assume no, say: none, text: {nl: Pas, en: Lately}}\n",
    ),
}


@pytest.mark.parametrize("way", INDIRECT)
def test_a_number_does_not_become_active_unconfirmed_by_way_of_a_fact(way: str) -> None:
    when, fact = INDIRECT[way]
    text = rules(ACTIVE.replace("fractures >= limit", when)).replace("value_sets:", fact + "value_sets:")
    limit = LIMIT.replace("value: 2", "value: 2 years") if way == "a window" else LIMIT

    assert errors(text + limit) == []
    assert errors(text + limit.replace("verified", "secondary")) == [("active-not-confirmed", "r")]
    (told,) = (
        one
        for one in problems(text + limit.replace("verified", "secondary"))
        if one.kind == "active-not-confirmed"
    )
    assert "`limit`" in told.text["nl"] and told.notes[0].span.line == text.count("\n") + 2


SCORE = "scores:\n  risk: {title: {nl: Score, en: Score}, evidence: verified, items: [{id: a, points: 1, when: smoking}]}\n"


@pytest.mark.parametrize(
    "weak", ["evidence: secondary, items", "evidence: verified, items: [{evidence: design, "]
)
def test_an_active_rule_does_not_rest_on_a_score_that_is_not_confirmed(weak: str) -> None:
    text = rules(ACTIVE.replace("fractures >= limit", "risk >= 1"))
    score = SCORE.replace(
        "evidence: verified, items: [{" if "[{" in weak else "evidence: verified, items", weak
    )

    assert errors(text + SCORE) == []
    assert errors(text + score) == [("active-not-confirmed", "r")]


def test_an_active_rule_does_not_rest_on_a_finding_that_a_doubtful_rule_sets() -> None:
    first = "id: first, title: {nl: R, en: R}, evidence: design, when: smoking, then: {set: {alarm: yes}}"
    text = rules(first, ACTIVE.replace("fractures >= limit", "alarm"))

    assert errors(text.replace("design", "verified")) == []
    assert errors(text) == [("active-not-confirmed", "r")]


def test_what_is_active_and_unconfirmed_is_told_once_where_it_stands() -> None:
    text = rules(ACTIVE.replace("fractures >= limit", "risk >= 1"))
    score = SCORE.replace("evidence: verified", "evidence: secondary, status: active")

    assert errors(text + score) == [("active-not-confirmed", "secondary")]


def test_a_draft_may_rest_on_a_choice() -> None:
    assert (
        errors(rules(ACTIVE.replace("active", "draft").replace("verified, when", "design, when")) + LIMIT)
        == []
    )


# Danger


@pytest.mark.parametrize("urgency", ["U1", "U2", "U3", "U4", "D1"])
def test_an_alarm_is_not_silent(urgency: str) -> None:
    line = f"id: r, title: {{nl: R, en: R}}, when: smoking, if_unknown: silent, then: {{set: {{urgency: {urgency}}}}}"

    assert errors(rules(line)) == [("silent-alarm", "if_unknown")]
    assert errors(rules(line.replace("silent", "mention"))) == []


@pytest.mark.parametrize("urgency", ["D7", "routine"])
def test_what_is_no_alarm_may_be_silent(urgency: str) -> None:
    line = f"id: r, title: {{nl: R, en: R}}, when: smoking, if_unknown: silent, then: {{recommend: order-dxa, urgency: {urgency}}}"

    assert errors(rules(line)) == []


FIRST = "id: first, title: {nl: A, en: A}, when: smoking, then: {set: {alarm: yes, urgency: U2}}"


@pytest.mark.parametrize(
    "when",
    [
        "not alarm",
        "{none: [alarm]}",
        "{all: [leg_pain is severe, {none: [{any: [alarm]}]}]}",
        "no_alarm",
    ],
)
def test_an_alarm_does_not_wait_for_the_absence_of_another(when: str) -> None:
    second = f"id: second, title: {{nl: B, en: B}}, when: {when}, then: {{recommend: order-dxa, urgency: U3}}"
    text = rules(FIRST, second).replace(
        "facts:\n", "facts:\n  no_alarm: {when: not alarm, text: {nl: Geen, en: None}}\n"
    )

    assert [kind for kind, _ in errors(text)] == ["alarm-waits-for-absence"]


@pytest.mark.parametrize("when", ["urgency < U2", "urgency is routine", "urgency is not U1"])
def test_an_alarm_does_not_wait_for_a_low_urgency(when: str) -> None:
    second = f"id: second, title: {{nl: B, en: B}}, when: {when}, then: {{recommend: order-dxa, urgency: U3}}"

    assert [kind for kind, _ in errors(rules(FIRST, second))] == ["alarm-waits-for-absence"]


@pytest.mark.parametrize(
    "when",
    ["{all: [leg_pain is severe, not smoking]}", "{none: [smoking]}", "{all: [leg_pain is severe, calm]}"],
)
@pytest.mark.parametrize("first", ["smoking", "{any: [smoking, age > 80 years]}", "worried"])
def test_an_alarm_does_not_wait_for_what_alone_raises_another(first: str, when: str) -> None:
    alarm = FIRST.replace("when: smoking", f"when: {first}")
    second = f"id: second, title: {{nl: B, en: B}}, when: {when}, then: {{recommend: order-dxa, urgency: U3}}"
    facts = "  calm: {when: not smoking, text: {nl: Rustig, en: Calm}}\n  worried: {when: smoking, text: {nl: Zorg, en: Worry}}\n"

    text = rules(alarm, second).replace("facts:\n", "facts:\n" + facts)

    assert [kind for kind, _ in errors(text)] == ["alarm-waits-for-absence"]


def test_an_alarm_may_ask_for_the_absence_of_what_raises_none_by_itself() -> None:
    alarm = FIRST.replace("when: smoking", "when: {all: [smoking, leg_pain is severe]}")
    second = "id: second, title: {nl: B, en: B}, when: {all: [fractures >= 1, not smoking]}, then: {recommend: order-dxa, urgency: U3}"

    assert errors(rules(alarm, second)) == []


def test_alarms_that_set_one_finding_are_combined_by_the_highest() -> None:
    one = rules(FIRST).replace("combine: highest, ", "")
    upside_down = rules(FIRST).replace(
        "[routine, D7, D1, U4, U3, U2, U1]", "[U1, U2, U3, U4, D1, D7, routine]"
    )

    assert errors(rules(FIRST)) == []
    assert errors(one) == [("silent-alarm", "urgency")]
    assert errors(upside_down) == [("not-in-order", "choices")]


@pytest.mark.parametrize(("lower", "fine"), [("D7", False), ("U3", False), ("U2", True), ("U1", True)])
def test_an_alarm_does_not_give_way_to_a_rule_that_is_less_urgent(lower: str, fine: bool) -> None:
    second = f"id: second, title: {{nl: B, en: B}}, when: leg_pain is severe, overrides: [{{rule: first, source: {{title: Bron}}}}], then: {{recommend: order-dxa, urgency: {lower}}}"

    found = errors(rules(FIRST, second))

    assert found == ([] if fine else [("silent-alarm", "first")])


def test_an_exception_of_an_alarm_is_not_another_alarm() -> None:
    second = "id: second, title: {nl: B, en: B}, when: leg_pain is severe, except: [{id: x, when: alarm, text: {nl: Al, en: Yet}}], then: {recommend: order-dxa, urgency: U3}"

    assert [kind for kind, _ in errors(rules(FIRST, second))] == ["alarm-waits-for-absence"]


@pytest.mark.parametrize(
    "when", ["alarm", "urgency >= U3", "urgency is U1 or U2", "{none: [{none: [alarm]}]}"]
)
def test_an_alarm_may_rest_on_the_presence_of_another(when: str) -> None:
    second = f"id: second, title: {{nl: B, en: B}}, when: {when}, then: {{recommend: order-dxa, urgency: U3}}"

    assert errors(rules(FIRST, second)) == []


def test_what_is_no_alarm_may_wait_until_there_is_none() -> None:
    second = "id: second, title: {nl: B, en: B}, when: urgency is routine, then: {recommend: order-dxa}"

    assert errors(rules(FIRST, second)) == []


def test_a_topic_does_not_open_on_age_alone() -> None:
    text = HEAD + "applies: {all: [age >= 60 years, sex is female]}\n" + ACTIONS + FACTS + rule("smoking")

    assert errors(text) == [("applies-on-age", "age")]
    assert errors(text.replace("sex is female]", "fractures >= 1]")) == []


@pytest.mark.parametrize(
    ("applies", "seen"),
    [
        ("{any: [fractures >= 1, age >= 60 years]}", "age"),
        ("{any: [fractures >= 1, {all: [age >= 60 years, sex is female]}]}", "age"),
        ("{any: [old, smoking]}", "old"),
        ("{all: [age >= 60 years, not smoking]}", "age"),
        ("{all: [age >= 60 years, {none: [smoking]}]}", "age"),
        ("smoking is unknown", "smoking is unknown"),
        ("{all: [age >= 60 years, setting is contact]}", "age"),
    ],
)
def test_no_way_to_open_a_topic_is_age_alone_or_that_something_is_not_there(applies: str, seen: str) -> None:
    facts = FACTS.replace("facts:\n", "facts:\n  old: {when: age >= 60 years, text: {nl: Oud, en: Old}}\n")

    assert errors(HEAD + f"applies: {applies}\n" + ACTIONS + facts + rule("smoking")) == [
        ("applies-on-age", seen)
    ]


@pytest.mark.parametrize(
    "applies",
    [
        "{any: [fractures >= 1, {all: [age >= 60 years, smoking]}]}",
        "{all: [{any: [age >= 60 years, sex is female]}, {any: [smoking, fractures >= 1]}]}",
        "{all: [smoking, {none: [leg_pain is severe]}]}",
        "{any: [risky, bmi is known]}",
    ],
)
def test_a_topic_opens_when_each_way_has_something_in_the_record(applies: str) -> None:
    facts = FACTS.replace(
        "facts:\n",
        "facts:\n  risky: {when: {all: [age >= 60 years, smoking]}, text: {nl: Risico, en: Risk}}\n",
    )

    assert errors(HEAD + f"applies: {applies}\n" + ACTIONS + facts + rule("smoking")) == []


# Actions that do not go together


def pair(one: str, other: str, more: str = "") -> str:
    return rules(
        f"id: start, title: {{nl: A, en: A}}, when: {one}, then: {{recommend: start-drug}}",
        f"id: stop, title: {{nl: B, en: B}}, when: {other}{more}, then: {{recommend: stop-drug}}",
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("leg_pain is none or mild", "leg_pain is severe"),
        ("leg_pain < severe", "leg_pain >= severe"),
        ("bmi < 20 kg/m2", "bmi >= 20 kg/m2"),
        ("fractures in 0..1", "fractures > 1"),
        ("{all: [smoking, bmi < 20 kg/m2]}", "{all: [bmi > 25 kg/m2, leg_pain is mild]}"),
        ("smoking", "not smoking"),
        ("smoking", "{none: [smoking]}"),
        ("pain_duration < 6 weeks", "pain_duration >= 42 days"),
    ],
)
def test_actions_go_together_when_no_patient_can_meet_both(one: str, other: str) -> None:
    assert errors(pair(one, other)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("smoking", "leg_pain is severe"),
        ("bmi <= 20 kg/m2", "bmi >= 20 kg/m2"),
        ("{any: [bmi < 20 kg/m2, smoking]}", "bmi >= 20 kg/m2"),
        ("pain_duration < 3 months", "pain_duration >= 90 days"),
    ],
)
def test_actions_that_do_not_go_together_are_told_when_both_may_hold(one: str, other: str) -> None:
    found = problems(pair(one, other))

    assert [problem.kind for problem in found if problem.kind == "conflicting-actions"] == [
        "conflicting-actions"
    ]


def test_a_rule_that_overrides_the_other_with_a_source_settles_it() -> None:
    override = ", overrides: [{rule: start, source: {title: Bron}}]"

    assert errors(pair("smoking", "leg_pain is severe", override)) == []


def test_an_action_takes_in_what_does_not_go_together() -> None:
    text = pair("smoking", "leg_pain is severe").replace("recommend: start-drug", "recommend: order-dxa")
    text = text.replace(
        "{nl: DXA aanvragen, en: Order DXA}, owner: gp",
        "{nl: DXA, en: DXA}, owner: gp, includes: [start-drug]",
    )

    assert [kind for kind, _ in errors(text)] == ["conflicting-actions"]


def test_two_editions_never_answer_together() -> None:
    def edition(name: str, action: str) -> str:
        head = HEAD.replace("id: test", f"id: {name}").replace("topic: test", f"topic: test\nedition: {name}")
        return head + rule("fractures >= 1", f"recommend: {action}")

    files = {
        "shared.yaml": HEAD + ACTIONS + FACTS,
        "old/a.yaml": edition("old", "start-drug"),
        "new/b.yaml": edition("new", "stop-drug"),
        "editions.yaml": "topic: test\ndefault: [{from: 2012-01-01, edition: old}, {from: 2024-01-01, edition: new}]\n",
    }

    assert errors(files) == []
    taken_in = files | {"editions.yaml": files["editions.yaml"] + "editions: {new: {with: [old/a.yaml]}}\n"}
    assert [kind for kind, _ in errors(taken_in)] == ["conflicting-actions"]


# Warnings


def test_a_name_that_nothing_reads_is_a_warning() -> None:
    found = warnings(HEAD + ACTIONS + FACTS + rule("smoking"))

    assert ("unused", "bmi") in found and ("unused", "smoking") not in found
    assert ("unused", "bmi_codes") not in found  # the fact reads it


def test_a_file_without_rules_is_there_for_others() -> None:
    assert warnings(HEAD + FACTS, whole=False) == []
    assert ("unused", "bmi") in warnings(HEAD + FACTS)


def test_a_finding_that_no_rule_sets_is_a_warning() -> None:
    assert ("never-set", "alarm") in warnings(
        rules("id: r, title: {nl: R, en: R}, when: smoking, then: {set: {urgency: D7}}")
    )


def test_texts_without_english_are_one_warning_a_file() -> None:
    text = (HEAD + ACTIONS + FACTS + rule("smoking")).replace(", en: Smoking", "").replace(", en: BMI", "")

    found = [one for one in problems(text) if one.kind == "missing-english"]

    assert len(found) == 1
    assert "1 more" in found[0].text["en"]


# The faces


def test_load_refuses_errors_and_lets_warnings_pass(tmp_path: Path) -> None:
    place = tmp_path / "test.yaml"
    place.write_text(HEAD + ACTIONS + FACTS + rule("smoking"))

    assert load(tmp_path, cache=False).rules
    assert {one.kind for one in check(tmp_path)} == {"unused"}
    place.write_text(
        HEAD
        + ACTIONS
        + FACTS
        + rule("smokin")
        + "  - {id: s, title: {nl: S, en: S}, when: bmj, then: {recommend: order-dxa}}\n"
    )
    with pytest.raises(GuidelineError) as raised:
        load(tmp_path, cache=False)
    assert [one.kind for one in raised.value.problems] == ["unknown-name", "unknown-name"]


def test_warnings_are_about_the_files_that_were_asked_for(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "bones").mkdir()
    (tmp_path / "shared" / "a.yaml").write_text(HEAD.replace("test", "shared") + ACTIONS + FACTS)
    own = (
        HEAD
        + "use: [../shared/a.yaml]\nfacts:\n  loose: {when: smoking, text: {nl: Los, en: Loose}}\n"
        + rule("smoking")
    )
    (tmp_path / "bones" / "b.yaml").write_text(own)

    found = check(tmp_path / "bones" / "b.yaml")

    assert [(one.kind, one.span.file) for one in found] == [("unused", "bones/b.yaml")]


def test_a_file_that_cannot_be_read_gets_no_problems_about_names(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HEAD + "facts:\n\tx: 1\n")
    (tmp_path / "b.yaml").write_text(HEAD.replace("id: test", "id: b") + rule("nothing_here"))

    assert {one.kind for one in check(tmp_path)} == {"tab"}
