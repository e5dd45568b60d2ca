"""What each reader is told: what to do first, then why; a draft says that it is one and what it rests on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cdss.engine.messages import RESTS_ON, joined
from cdss.models.guideline import EVIDENCE
from tests.unit.engine.small_guideline import ON, Record, advised, broken_hip, day, small, woman

SECONDARY = "Deze grens komt niet rechtstreeks uit de NHG-tekst."
DESIGN = "Deze grens is een keuze van dit project, geen richtlijn."


def told(patient: object, action: str, role: str, lang: str = "nl", **more: str) -> str:
    return advised(patient, action, **more).message(role, lang)  # type: ignore[arg-type]


def smoker_with_falls() -> object:
    """71 years (2 points), smokes (1 point), fell twice (1 point): 4 points, which is the threshold."""
    return woman(smoking=True, falls=2)


# The words of the author, with values


def test_a_text_holds_the_values_in_words() -> None:
    text = told(woman(broken_hip(), evaluated_elsewhere=False), "order-dxa", "gp")

    assert "breuk op 20-01-2025, korter dan 2 jaar geleden" in text


def test_the_english_text_holds_english_dates_and_amounts() -> None:
    text = told(woman(broken_hip(), evaluated_elsewhere=False), "order-dxa", "gp", "en")

    assert "fracture on 2025-01-20, less than 2 years ago" in text


def test_a_score_with_open_items_is_told_as_a_range() -> None:
    # 71 years: 2 points. Smokes: 1. Whether she fell is not known: 0 or 1. Low weight is met by smoking alone.
    patient = woman(smoking=True, falls=2)
    open_bmi = woman(broken_hip(), falls=2, evaluated_elsewhere=False)

    assert "risicoscore 4 punten (drempel 4 punten), 2 keer gevallen" in told(patient, "order-dxa", "gp")
    assert "risicoscore" not in told(open_bmi, "order-dxa", "gp")


def test_a_date_of_which_only_the_month_is_known_reads_as_a_day_in_it() -> None:
    partial = broken_hip()
    month = type(partial.on)(date(2025, 1, 1), date(2025, 1, 31))  # type: ignore[misc]
    patient = woman(Record("conditions", 0, month, partial.codes, partial.fields), evaluated_elsewhere=False)

    assert "breuk op een dag in januari 2025," in told(patient, "order-dxa", "gp")


# Several rules


def test_the_texts_of_two_rules_are_joined_and_no_sentence_is_said_twice() -> None:
    text = told(woman(broken_hip(), smoking=True, falls=2, evaluated_elsewhere=False), "order-dxa", "gp")

    assert "Vraag een DXA aan" in text
    assert "Overweeg een DXA" in text
    assert text.count("Kijk eerst in de brieven.") == 1
    assert text.count("Concept:") == 1


def test_sentences_that_differ_only_in_capitals_and_marks_are_one() -> None:
    assert joined(["Bel nu. Kijk eerst.", "kijk eerst! Bel 2 keer."]) == "Bel nu. Kijk eerst. Bel 2 keer."


def test_a_number_with_a_point_does_not_end_a_sentence() -> None:
    assert joined(["Meet 2.5 keer de T-score.", "Meet 2.5 keer de T-score."]) == "Meet 2.5 keer de T-score."


# Who has no text


def test_a_role_without_a_text_gets_a_hand_over_made_from_the_label() -> None:
    text = told(woman(broken_hip(), evaluated_elsewhere=False), "order-dxa", "pharmacist")

    assert text == f"Concept: Geef door aan de huisarts: DXA aanvragen. {SECONDARY}"


def test_an_owner_without_a_text_reads_what_to_do_and_why() -> None:
    patient = woman(t_score_neck=-3, t_score_spine=-2)

    assert told(patient, "see-row", "practice_nurse").startswith(
        "Concept: Bekijk de uitkomst. Reden: Uitkomst bekijken."
    )


def test_a_role_that_neither_owns_nor_is_informed_has_no_text() -> None:
    with pytest.raises(KeyError):
        told(woman(broken_hip(), evaluated_elsewhere=False), "order-dxa", "physiotherapist")


def test_who_acts_by_the_site_file_is_told_to_act() -> None:
    patient = woman(broken_hip(), evaluated_elsewhere=False)
    site = "id: region\nowners: {order-dxa: fracture_team}\n"

    assert told(patient, "order-dxa", "fracture_team", site=site).startswith(
        "Concept: DXA aanvragen. Reden: DXA na een recente breuk."
    )
    assert "Geef door aan de fractuurpoli: DXA aanvragen." in told(
        patient, "order-dxa", "pharmacist", site=site
    )


def test_no_hand_over_says_that_another_was_told_or_will_act() -> None:
    found = advised(woman(broken_hip(), evaluated_elsewhere=False), "order-dxa")

    for text in found.texts.messages.values():
        for words in ("is geadviseerd", "is geïnformeerd", "zal worden", "will be", "was told"):
            assert all(words not in one for one in text.values())


# Drafts


@pytest.mark.parametrize(
    ("facts", "action", "role", "last"),
    [
        ({"smoking": True, "falls": 2}, "order-dxa", "gp", DESIGN),
        ({"leg_pain": "severe", "pain_duration": "3 days"}, "call-now", "gp", RESTS_ON["unverified"]["nl"]),
        ({"t_score_neck": -3, "t_score_spine": -2}, "see-row", "practice_nurse", SECONDARY),
    ],
)
def test_every_text_of_a_draft_begins_with_concept_and_ends_with_what_it_rests_on(
    facts: dict[str, object], action: str, role: str, last: str
) -> None:
    text = told(woman(**facts), action, role)  # type: ignore[arg-type]

    assert text.startswith("Concept: ")
    assert text.endswith(f" {last}")


def test_each_kind_of_evidence_has_its_sentence_in_both_languages() -> None:
    assert set(RESTS_ON) == set(EVIDENCE)
    assert all(set(text) == {"nl", "en"} for text in RESTS_ON.values())


def test_the_weakest_evidence_of_all_joined_rules_counts() -> None:
    # The fracture alone is secondary; with the score, which is design, both together are design.
    alone = told(woman(broken_hip(), evaluated_elsewhere=False), "order-dxa", "gp")
    both = told(woman(broken_hip(), smoking=True, falls=2, evaluated_elsewhere=False), "order-dxa", "gp")

    assert alone.endswith(SECONDARY)
    assert both.endswith(DESIGN)


# How soon, and for patients


def test_professionals_read_how_soon_in_words_and_never_a_code() -> None:
    patient = woman(leg_pain="severe", pain_duration="3 days")
    gp, physiotherapist = (told(patient, "call-now", role) for role in ("gp", "physiotherapist"))

    assert gp.startswith("Concept: Spoed: binnen 1 uur. Bel de patiënt.")
    assert physiotherapist.startswith(
        "Concept: Spoed: binnen 1 uur. Geef door aan de huisarts: Bel de patiënt."
    )
    assert "U2" not in gp + physiotherapist


def test_routine_is_not_told() -> None:
    assert "Geen haast" not in told(smoker_with_falls(), "order-dxa", "gp")


def test_the_patient_reads_no_urgency_and_gets_a_link() -> None:
    text = told(woman(leg_pain="severe", pain_duration="3 days"), "call-now", "patient")

    assert text == (
        "Concept: Bel nu uw huisarts. Lees meer op https://www.thuisarts.nl. " + RESTS_ON["unverified"]["nl"]
    )


def test_the_link_of_the_site_file_goes_before_the_public_one() -> None:
    site = "id: region\nlinks: {order-dxa: 'https://example.org/dxa'}\n"
    text = told(woman(broken_hip(), evaluated_elsewhere=False), "order-dxa", "patient", site=site)

    assert "Lees meer op https://example.org/dxa." in text
    assert "thuisarts" not in text


def test_a_text_that_was_written_in_dutch_only_is_read_in_dutch() -> None:
    from cdss.engine.engine import Engine
    from tests.unit.engine.small_guideline import GUIDELINE, SOURCES
    from tests.unit.rules.guideline_text import ruleset

    text = GUIDELINE.replace(", en: Ask your GP for a bone scan.", "")
    engine = Engine(ruleset({"small/small.yaml": text, "small/sources.yaml": SOURCES}), executor="reference")
    advice = engine.advise(woman(broken_hip(), evaluated_elsewhere=False), ON)
    found = advice.recommendation("order-dxa")

    assert found is not None
    assert set(found.texts.messages["patient"]) == {"nl"}
    assert found.message("patient", "en") == found.message("patient", "nl")
    assert small().rules  # the guideline itself has both


def test_the_gap_of_a_treatment_is_told_in_days() -> None:
    # 4 tablets of a week from 1 November: run out on 29 November. On 29 January that is 61 days ago.
    dispensed = Record(
        "dispensings", 0, day("2025-11-01"), ("atc:M05BA04",), {"strength": "70 mg", "quantity": 4}
    )
    found = advised(woman(dispensed), "check-use", date(2026, 1, 29))

    assert "de voorraad was op 29-11-2025 op, 61 dagen geleden." in found.message("pharmacist")


def test_the_page_about_texts_holds_the_sentences_that_are_added() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "texts.md").read_text(encoding="utf-8")

    for evidence, text in RESTS_ON.items():
        assert f"| `{evidence}` | {text['nl']} |" in page
