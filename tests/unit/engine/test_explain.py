"""Why: what stands behind an advice, what could not be checked, and what would change it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cdss.engine.engine import Engine
from cdss.engine.tree import without_echo
from cdss.models.advice import Advice, Because, Recommendation
from cdss.models.patient import LISTS, Delivered, Patient, Skipped
from cdss.models.wording import ENTRY
from tests.unit.engine.small_guideline import (
    COMPLETE,
    ON,
    Record,
    advise,
    advised,
    broken_hip,
    day,
    woman,
)
from tests.unit.rules.guideline_text import ruleset

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "texts"
NOT_ELSEWHERE = {"evaluated_elsewhere": False}


def because(found: Recommendation, criterion: str) -> Because:
    return next(one for one in found.because if one.criterion == criterion)


def caveats(found: Recommendation, lang: str = "nl") -> list[str]:
    return [text[lang] for text in found.caveats]


# Because


def test_the_reasons_go_down_from_the_rule_to_what_set_its_finding() -> None:
    found = advised(woman(broken_hip(), **NOT_ELSEWHERE), "order-dxa")

    assert [one.criterion for one in found.because] == [
        "groups has 1",
        "age >= 50 years",
        "fracture_date within last recent",
    ]
    assert {one.truth for one in found.because} == {"yes"}


def test_a_reason_holds_values_records_the_nearest_source_and_its_reading() -> None:
    found = because(
        advised(woman(broken_hip(), **NOT_ELSEWHERE), "order-dxa"), "fracture_date within last recent"
    )

    assert found.values == {"fracture_date": "2025-01-20", "recent": {"value": 730, "unit": "days"}}
    assert found.records == ("conditions/0",)
    assert found.source == {
        "ref": "S2",
        "section": "Begrippen",
        "title": "Een andere richtlijn",
        "url": "https://example.org/s2",
    }
    assert found.text["nl"] == (
        "Datum van de laatste breuk valt in de laatste 2 jaar (zo lang geldt een breuk als recent): 20-01-2025"
    )
    assert found.text["en"] == (
        "Date of the latest fracture is within the last 2 years (how long a fracture counts as recent): 2025-01-20"
    )


def test_the_source_of_a_rule_without_one_is_that_of_its_file() -> None:
    found = because(advised(woman(broken_hip(), **NOT_ELSEWHERE), "order-dxa"), "groups has 1")

    assert found.source == {"ref": "S1", "title": "Een richtlijn", "url": "https://example.org/s1"}


def test_a_reason_has_the_records_of_all_that_it_rests_on() -> None:
    found = because(advised(woman(broken_hip(), **NOT_ELSEWHERE), "order-dxa"), "groups has 1")

    assert found.records == ("conditions/0",)


def test_the_items_that_gave_points_stand_behind_a_score_and_the_others_do_not() -> None:
    # 71 years: the first row of the item, not the second. Smoking gives a point, BMI is not known.
    found = advised(woman(smoking=True, falls=2), "order-dxa")

    assert [one.criterion for one in found.because] == [
        "age >= 60 years",
        "risk >= threshold",
        "age >= 70 years",
        "low_weight",
        "smoking",
        "falls >= 2",
    ]
    assert because(found, "risk >= threshold").values == {
        "risk": {"value": 4, "unit": "points"},
        "threshold": {"value": 4, "unit": "points"},
    }
    assert because(found, "smoking").records == ("answers/smoking",)


def test_of_any_only_the_lines_that_hold_are_reasons() -> None:
    found = advised(woman(t_score_neck=-1.5, t_score_spine=-1.2), "see-row")

    assert [one.criterion for one in found.because] == ["t_score < -1.0"]


def test_a_criterion_behind_two_rules_is_told_once() -> None:
    found = advised(woman(broken_hip(), smoking=True, falls=2, **NOT_ELSEWHERE), "order-dxa")

    criteria = [(one.criterion, one.text["nl"]) for one in found.because]
    assert len(criteria) == len(set(criteria))


# Caveats


def test_an_exception_that_is_not_known_is_told_with_what_it_would_do() -> None:
    assert "Niet bekend is: al elders onderzocht. Is dat zo, dan vervalt dit advies." in caveats(
        advised(woman(broken_hip()), "order-dxa")
    )


def test_all_that_would_end_an_advice_is_one_sentence() -> None:
    letter = Record("documents", 0, day("2025-02-01"), (), {"from": "trauma-surgery"})
    found = [text for text in caveats(advised(woman(broken_hip(), letter), "order-dxa")) if "vervalt" in text]

    assert found == [
        "Niet bekend is: al elders onderzocht; al een DXA sinds de breuk. Is een van deze zo, dan vervalt dit advies."
    ]


def test_with_two_reasons_only_the_one_with_the_open_exception_would_lapse() -> None:
    found = advised(woman(broken_hip(), smoking=True, falls=2), "order-dxa")

    assert (
        "Niet bekend is: al elders onderzocht. Is dat zo, dan vervalt de reden 'DXA na een recente breuk'."
        in caveats(found)
    )


def test_a_letter_that_may_hold_it_is_named_and_never_read() -> None:
    letter = Record("documents", 0, day("2025-02-01"), (), {"from": "trauma-surgery", "kind": "letter"})
    found = advised(woman(broken_hip(), letter, **NOT_ELSEWHERE), "order-dxa")

    assert (
        "Er is een brief van de traumachirurgie van 01-02-2025; kijk of daar 'DXA sinds de breuk' in staat."
        in caveats(found)
    )


def test_a_letter_of_before_the_fracture_is_not_named() -> None:
    letter = Record("documents", 0, day("2025-01-19"), (), {"from": "trauma-surgery"})

    assert not any(
        "brief" in text
        for text in caveats(advised(woman(broken_hip(), letter, **NOT_ELSEWHERE), "order-dxa"))
    )


@pytest.mark.parametrize(
    ("points", "told"),
    [({"smoking": True, "falls": 2}, True), ({"smoking": True, "falls": 1}, None)],
)
def test_a_value_that_stands_exactly_on_a_limit_is_told(points: dict[str, object], told: bool | None) -> None:
    # With one fall the score is 3: no advice at all.
    found = advise(woman(**points)).recommendation("order-dxa")

    assert (found is not None) == bool(told)
    if found is not None:
        assert "Precies op de drempel." in caveats(found)


@pytest.mark.parametrize(
    ("on", "advice", "told"),
    [("2027-01-19", True, False), ("2027-01-20", False, True), ("2027-01-21", False, False)],
)
def test_a_rule_that_just_misses_its_limit_says_so_when_it_is_explained(
    on: str, advice: bool, told: bool
) -> None:
    # Less than two years: on 20 January 2027 the fracture of 20 January 2025 no longer counts.
    found = advise(woman(broken_hip()), date.fromisoformat(on))

    assert (found.recommendation("order-dxa") is not None) == advice
    assert ("De breuk is precies twee jaar geleden." in found.explain("recent-fracture")) == told


@pytest.mark.parametrize(
    ("on", "advice", "told"),
    [("2026-01-27", False, False), ("2026-01-28", False, True), ("2026-01-29", True, False)],
)
def test_a_gap_on_the_limit_is_no_possible_stop_and_above_it_is(on: str, advice: bool, told: bool) -> None:
    # Run out on 29 November: on 28 January there have been 60 days without supply.
    dispensed = Record(
        "dispensings", 0, day("2025-11-01"), ("atc:M05BA04",), {"strength": "70 mg", "quantity": 4}
    )
    found = advise(woman(dispensed), date.fromisoformat(on))

    assert (found.recommendation("check-use") is not None) == advice
    assert ("Precies 60 dagen zonder voorraad." in found.explain("ask-about-use")) == told


def test_the_lowest_of_what_is_known_says_what_is_missing() -> None:
    found = advised(woman(t_score_neck=-3), "see-row")

    assert (
        "Niet bekend: T-score lage rug. Voor 'laagste T-score' is alleen gerekend met wat bekend is."
        in caveats(found)
    )


def test_the_lowest_of_all_known_says_nothing() -> None:
    found = advised(woman(t_score_neck=-3, t_score_spine=-1), "see-row")

    assert not any("alleen gerekend" in text for text in caveats(found))


def test_an_older_yes_that_still_counts_is_told_with_its_date() -> None:
    aneurysm = Record("conditions", 0, day("2025-06-01"), ("sct:312681000",))
    found = advised(woman(aneurysm), "see-row")

    assert "'Bekend aneurysma' (ja) is van 01-06-2025, niet van vandaag; vraag het opnieuw." in caveats(found)


def test_record_and_answer_that_contradict_are_both_told_with_their_dates() -> None:
    measured = Record(
        "observations", 0, day("2026-02-01"), ("loinc:39156-5",), {"value": 24, "unit": "kg/m2"}
    )
    # The answer of today is the latest, and counts: under 20 gives the fourth point.
    found = advised(woman(measured, bmi="19 kg/m2", falls=2), "order-dxa")

    assert (
        "'BMI': het dossier zegt 24 kg/m² (01-02-2026), het antwoord 19 kg/m² (01-03-2026); "
        "gerekend is met het antwoord." in caveats(found)
    )


def test_the_row_that_leaves_the_outcome_open_is_told() -> None:
    # -1.5 lies in the row that was not read; the rule stands by its other line.
    found = advise(woman(t_score_neck=-1.5, t_score_spine=-1.2))
    text = found.explain("look-at-outcome")

    assert "Deze cel is niet gelezen" in text


@pytest.mark.parametrize(
    ("fracture", "told"), [("2024-05-29", True), ("2024-05-30", True), ("2024-05-31", False)]
)
def test_a_date_of_reporting_near_the_edge_of_the_window_is_told(fracture: str, told: bool) -> None:
    # On 1 March 2026 the window of two years begins on 1 March 2024; 30 May 2024 is 90 days later.
    found = advised(woman(broken_hip(fracture, date_kind="reported"), **NOT_ELSEWHERE), "order-dxa")
    shown = "-".join(reversed(fracture.split("-")))

    assert (f"{shown} is de meldingsdatum, niet de datum van de breuk." in caveats(found)) == told


def test_the_date_of_the_event_itself_is_no_caveat() -> None:
    found = advised(woman(broken_hip("2024-05-01", date_kind="event"), **NOT_ELSEWHERE), "order-dxa")

    assert not any("meldingsdatum" in text for text in caveats(found))


def test_what_was_assumed_on_own_records_alone_is_told() -> None:
    own = {"conditions": COMPLETE, "procedures": Delivered(reach="own"), "documents": COMPLETE}
    found = advised(woman(broken_hip(), delivered=own, **NOT_ELSEWHERE), "order-dxa")

    assert (
        "Geen DXA sinds de breuk in dit dossier. Alleen gegevens van deze praktijk of apotheek zijn gezien."
        in caveats(found)
    )


def test_a_limit_that_a_site_moved_is_told() -> None:
    # Run out on 29 November: on 30 December there have been 31 days without supply.
    dispensed = Record(
        "dispensings", 0, day("2025-11-01"), ("atc:M05BA04",), {"strength": "70 mg", "quantity": 4}
    )
    site = "id: region\nparameters: {possible_stop: 30 days}\n"
    found = advised(woman(dispensed), "check-use", date(2025, 12, 30), site=site)

    assert "Deze praktijk of regio koos zelf de grens voor 'mogelijk gestopt na': 30 dagen." in caveats(found)


def test_what_a_treatment_was_read_from_is_told_when_it_is_not_all() -> None:
    dispensed = Record(
        "dispensings", 0, day("2025-11-01"), ("atc:M05BA04",), {"strength": "70 mg", "quantity": 4}
    )
    own = {"dispensings": Delivered(reach="own")}
    found = advised(woman(dispensed, delivered=own), "check-use", date(2026, 1, 29))

    assert "Gebruik van een botsparend middel: gebaseerd op de verstrekkingen van deze apotheek." in caveats(
        found
    )


def test_every_caveat_stands_in_both_languages() -> None:
    letter = Record("documents", 0, day("2025-02-01"), (), {"from": "trauma-surgery"})
    found = advised(woman(broken_hip(), letter, smoking=True, falls=2), "order-dxa")

    assert found.caveats
    assert all(text["nl"] != text["en"] and text["nl"].endswith(".") for text in found.caveats)


# Findings, assumptions, what was skipped


def test_findings_scores_tables_treatments_and_derived_facts_are_shown_sorted() -> None:
    found = advise(woman(smoking=True, falls=2)).findings

    assert list(found) == sorted(found)
    assert found["risk"] == {"value": 4, "unit": "points"}
    assert found["groups"] == {"has": [], "may_have": []}
    assert found["advice.row"] == {"unknown": "not_known"}
    assert found["bone_drug_use.status"] == "never"
    assert found["low_weight"] is True


def test_facts_that_were_simply_read_are_no_findings() -> None:
    found = advise(woman(smoking=True)).findings

    assert not {"smoking", "age", "bmi", "fracture_date"} & set(found)


def test_what_is_not_known_says_why() -> None:
    old = Record("observations", 0, day("2023-02-01"), ("loinc:39156-5",), {"value": 24, "unit": "kg/m2"})
    advice = advise(woman(old, smoking=True, falls=2))

    found = advice.recommendation("order-dxa")
    assert found is not None
    assert advise(woman(old)).findings["low_weight"] == {"unknown": "not_known"}


def test_assumptions_are_listed_with_their_words_and_harmless_ones_are_not() -> None:
    found = {one.fact: one for one in advise(woman()).assumed}

    assert found["fracture_date"].value == "none"
    assert found["fracture_date"].text["nl"] == "Geen breuk in de episodelijst."
    assert "bone_drug_use.status" not in found  # the dispensings are complete for ever


def test_a_treatment_that_is_taken_never_to_have_begun_is_an_assumption() -> None:
    patient = woman(delivered={"dispensings": Delivered(first=date(2025, 1, 1))})
    found = {one.fact: one.text["nl"] for one in advise(patient).assumed}

    assert found["bone_drug_use.status"] == (
        "Gebruik van een botsparend middel: niets gezien in wat is aangeleverd; "
        "aangenomen dat het nooit is begonnen."
    )


def test_entries_that_could_not_be_read_come_first_and_then_what_facts_could_not_use() -> None:
    wrong = Record("observations", 0, day("2026-02-01"), ("loinc:39156-5",), {"value": 240, "unit": "kg/m2"})
    patient = woman(wrong)
    unread = Patient(
        **{name: getattr(patient, name) for name in ("birth_date", "sex", "delivered", "lists")},
        skipped=(Skipped("procedures/3", {"nl": "geen code", "en": "no code"}),),
    )

    assert [dict(one) for one in advise(unread).skipped] == [
        {"path": "procedures/3", "why": "no code", "text": {"nl": "geen code", "en": "no code"}},
        {
            "path": "observations/0",
            "why": "implausible value",
            "text": {"nl": "onwaarschijnlijke waarde", "en": "implausible value"},
        },
    ]


# Explanations


def golden(name: str, text: str, *, update: bool) -> None:
    path = GOLDEN / f"{name}.txt"
    if update:
        path.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == path.read_text(encoding="utf-8")


def test_an_advice_that_stands_is_explained(update: bool) -> None:
    letter = Record("documents", 0, day("2025-02-01"), (), {"from": "trauma-surgery"})
    advice = advise(woman(broken_hip(), letter))

    golden("explained-advice.nl", advice.explain("dxa-after-fracture", "nl", rounds=True), update=update)
    golden("explained-advice.en", advice.explain("dxa-after-fracture", "en", rounds=True), update=update)


def test_an_advice_that_is_not_given_is_explained(update: bool) -> None:
    advice = advise(woman(smoking=True, falls=1))

    golden("explained-silence.nl", advice.explain("dxa-by-score"), update=update)


def changes(advice: Advice, rule: str) -> list[str]:
    """What an explanation says would change it."""
    lines = advice.explain(rule, "nl").splitlines()
    start = lines.index("Wat dit zou veranderen") + 1
    return [line.strip().removeprefix("- ") for line in lines[start : lines.index("", start)]]


def test_what_would_make_it_hold_is_said_only_when_that_is_enough() -> None:
    enough = advise(woman(leg_pain="mild", pain_duration="10 days"))
    still_open = advise(woman(leg_pain="mild"))
    both_fail = advise(woman(leg_pain="mild", pain_duration="60 days"))

    assert changes(enough, "severe-pain") == ["Dit gaat gelden als ook dit zo is: uitstraling is hevig"]
    alone = "Dit telt mee, maar is alleen niet genoeg: "
    assert changes(still_open, "severe-pain") == [f"{alone}uitstraling is hevig"]
    assert changes(both_fail, "severe-pain") == [
        f"{alone}uitstraling is hevig",
        f"{alone}duur van de pijn is korter dan 42 dagen (dag waarop het gesprek begint)",
    ]


def test_of_two_exceptions_that_hold_neither_is_all_that_stands_in_the_way() -> None:
    scan = Record("procedures", 0, day("2025-03-01"), ("sct:312681000",), {})
    advice = advise(woman(broken_hip(), scan, evaluated_elsewhere=True))

    assert changes(advice, "dxa-after-fracture") == [
        "Dit telt mee als het niet meer zo is, maar is alleen niet genoeg: al elders onderzocht",
        "Dit telt mee als het niet meer zo is, maar is alleen niet genoeg: al een DXA sinds de breuk",
    ]


def test_a_condition_is_not_enough_where_an_exception_holds_too() -> None:
    advice = advise(woman(broken_hip("2023-01-20"), evaluated_elsewhere=True))

    assert changes(advice, "dxa-after-fracture") == [
        "Dit telt mee, maar is alleen niet genoeg: 1 is een van de groepen"
    ]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["✓ a", "   ✓ a", "      ✓ b", "   ✓ c"], ["✓ a", "   ✓ b", "   ✓ c"]),
        (["✓ a", "   ✓ a", "      ✓ a", "         ✓ b", "✓ d"], ["✓ a", "   ✓ b", "✓ d"]),
        (["✗ a", "   ? a", "      ? b"], ["✗ a", "   ? a", "      ? b"]),  # another truth says something
        (["✓ a", "✓ a"], ["✓ a", "✓ a"]),
    ],
)
def test_a_line_that_only_repeats_the_one_above_it_is_left_out(lines: list[str], told: list[str]) -> None:
    assert list(without_echo(lines)) == told


def test_an_advice_that_cannot_be_decided_is_explained(update: bool) -> None:
    advice = advise(woman(smoking=True))

    golden("explained-open.nl", advice.explain("dxa-by-score"), update=update)


def test_a_rule_behind_an_exception_is_explained(update: bool) -> None:
    advice = advise(woman(broken_hip(), evaluated_elsewhere=True))

    golden("explained-exception.nl", advice.explain("dxa-after-fracture"), update=update)


def test_a_treatment_is_explained_down_to_its_records(update: bool) -> None:
    dispensed = Record(
        "dispensings", 0, day("2025-11-01"), ("atc:M05BA04",), {"strength": "70 mg", "quantity": 4}
    )
    advice = advise(woman(dispensed), date(2026, 1, 29))

    golden("explained-treatment.nl", advice.explain("ask-about-use"), update=update)


def test_a_recorded_decision_is_told_in_the_explanation() -> None:
    decided = Record("decisions", 0, day("2026-02-01"), (), {"action": "order-dxa", "choice": "declined"})
    text = advise(woman(broken_hip(), decided)).explain("dxa-after-fracture")

    assert "✗ Geldt, maar er is een besluit: de patiënt wil dit niet (01-02-2026)." in text


def test_a_rule_may_be_named_in_full_or_by_its_last_part() -> None:
    advice = advise(woman(broken_hip()))

    assert advice.explain("small/dxa-after-fracture") == advice.explain("dxa-after-fracture")


def test_a_rule_that_was_not_looked_at_is_a_key_error_with_the_nearest() -> None:
    with pytest.raises(KeyError, match="did you mean 'dxa-after-fracture'"):
        advise(woman()).explain("dxa-after-fractur")


def test_a_language_that_we_do_not_write_is_refused() -> None:
    with pytest.raises(ValueError, match="choose from nl, en"):
        advise(woman()).explain("dxa-after-fracture", "de")


def test_the_reference_date_is_the_one_that_was_asked() -> None:
    assert f"op {ON:%d-%m-%Y}" in advise(woman()).explain("dxa-after-fracture")


# Lines that do not hold, and danger


UNDER_NONE = """\
cdss: 1
id: test
version: 0.1.0
status: draft
title: {nl: Proef, en: Test}
topic: test
source: {title: Een richtlijn}
evidence: secondary
actions:
  see: {label: {nl: Bekijk, en: Look}, owner: gp}
  phone: {label: {nl: Bel, en: Phone}, owner: gp}
value_sets:
  aneurysm: {codes: [icpc-1:K99.01], evidence: verified}
facts:
  falls: {from: answer, type: number, min: 0, max: 365, valid_for: 1 year, if_missing: ask, text: {nl: Aantal keer gevallen, en: Number of falls}}
  smoking: {from: answer, type: yes_no, valid_for: contact, if_missing: ask, text: {nl: Roken, en: Smoking}}
  aaa: {from: condition, in: aneurysm, valid_for: contact, if_missing: ask, text: {nl: Bekend aneurysma, en: Known aneurysm}}
  sign: {when: {any: [aaa]}, text: {nl: Teken, en: Sign}}
findings:
  urgency: {type: choice, choices: [routine, D7, D1, U4, U3, U2, U1], ordered: yes, combine: highest, otherwise: routine}
rules:
  - {id: none-of, title: {nl: Geen, en: None}, when: {none: [smoking, falls >= 2]}, then: {recommend: see}}
  - {id: danger, title: {nl: Gevaar, en: Danger}, when: sign, then: {set: {urgency: U2}, recommend: phone, urgency: U2, priority: high}}
"""


def advise_under_none(patient: Patient) -> Advice:
    return Engine(ruleset(UNDER_NONE), executor="reference").advise(patient, ON, setting="contact")


def test_under_none_the_reason_says_what_is_so_instead() -> None:
    found = advise_under_none(woman(smoking=False, falls=1)).recommendation("see")

    assert found is not None
    assert [(one.criterion, one.truth, one.text["nl"]) for one in found.because] == [
        ("smoking", "no", "Roken: nee"),
        ("falls >= 2", "no", "Aantal keer gevallen is minder dan 2: 1"),
    ]


def test_in_danger_the_worse_of_record_and_answer_counts_and_is_told() -> None:
    aneurysm = Record("conditions", 0, day("2025-06-01"), ("icpc-1:K99.01",))
    found = advise_under_none(woman(aneurysm, aaa=False)).recommendation("phone")

    assert found is not None
    assert (
        "'Bekend aneurysma': het dossier zegt ja (01-06-2025), het antwoord nee (01-03-2026); "
        "gerekend is met het gevaarlijkste van de twee." in caveats(found)
    )


def test_every_list_of_a_record_has_a_word_for_its_entries() -> None:
    assert set(ENTRY) == set(LISTS)
