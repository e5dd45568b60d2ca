"""What a region or practice may choose with the shipped guidelines, and what it may never move (language §9, Site)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

import cdss
from cdss.models.guideline import Ruleset
from cdss.records.advice_text import advice_lines

ON = date(2025, 3, 10)
OWNERS = "id: regio\nowners: {order-dxa-vfa: fracture_team}\n"
FRACTURE = {
    "conditions": [{"on": "2025-01-12", "code": "icpc-1:L72", "cause": "low_energy", "date_kind": "event"}]
}
LETTER = {**FRACTURE, "documents": [{"on": "2025-02-20", "kind": "letter", "from": "fractuurpoli"}]}
DXA = {**FRACTURE, "procedures": [{"on": "2025-02-20", "codes": ["sct:312681000"]}]}
ALENDRONATE = {
    "dispensings": [{"on": "2025-01-01", "code": "atc:M05BA04", "strength": "70 mg", "quantity": 12}]
}


def ruleset(site: str, tmp_path: Path) -> Ruleset:
    path = tmp_path / "site.yaml"
    path.write_text(site, encoding="utf-8")
    return cdss.load(site=path)


def advise(
    site: str, tmp_path: Path, record: Mapping[str, object], on: date = ON, audience: str | None = None
) -> cdss.Advice:
    patient = cdss.read({"id": "p", "sex": "female", "birth_date": "1960-05-01", **record}, delivered="all")
    engine = cdss.Engine(ruleset(site, tmp_path))
    return engine.advise(patient, on=on, topics=["fracture-prevention"], audience=audience)


def dxa(advice: cdss.Advice) -> cdss.Recommendation | None:
    return next((one for one in advice.recommendations if one.action == "order-dxa-vfa"), None)


# Owners


def test_the_gp_is_told_to_see_whether_the_dxa_was_done_where_the_fracture_clinic_orders_it(
    tmp_path: Path,
) -> None:
    found = dxa(advise(OWNERS, tmp_path, FRACTURE, audience="gp"))

    assert found is not None
    assert (found.owner, found.inform[0]) == ("fracture_team", "gp")
    assert found.texts.messages["gp"]["nl"].startswith(
        "Concept: Kijk of de DXA met VFA is gedaan. In deze regio of praktijk is afgesproken dat de "
        "fractuurpoli dit regelt. Reden: DXA met VFA na een recente breuk."
    )
    assert found.texts.messages["gp"]["en"].startswith(
        "Draft: See whether the DXA with VFA was made. In this region or practice it was agreed that the "
        "fracture clinic arranges this."
    )
    assert found.texts.messages["fracture_team"]["nl"].startswith("Concept: DXA met VFA aanvragen.")


def test_what_the_site_moved_is_said_with_the_advice(tmp_path: Path) -> None:
    moved = dxa(advise(OWNERS, tmp_path, FRACTURE))
    as_it_was = dxa(advise("id: regio\n", tmp_path, FRACTURE))

    assert moved is not None and as_it_was is not None
    told = "Deze praktijk of regio koos zelf wie dit doet: de fractuurpoli in plaats van de huisarts."
    assert told in [text["nl"] for text in moved.caveats]
    assert told not in [text["nl"] for text in as_it_was.caveats]
    assert (as_it_was.owner, as_it_was.inform) == ("gp", ())


def test_an_action_that_the_site_leaves_with_its_owner_reads_as_always(tmp_path: Path) -> None:
    same = dxa(advise("id: regio\nowners: {order-dxa-vfa: gp}\n", tmp_path, FRACTURE))

    assert same is not None
    assert same.texts.messages["gp"]["nl"].startswith("Concept: Vraag een DXA aan")
    assert all("koos zelf" not in text["nl"] for text in same.caveats)


def test_the_check_stays_on_the_list_of_the_gp_until_a_dxa_is_there(tmp_path: Path) -> None:
    months_later = date(2026, 12, 1)

    assert dxa(advise(OWNERS, tmp_path, FRACTURE, months_later, audience="gp")) is not None
    assert dxa(advise(OWNERS, tmp_path, DXA, months_later, audience="gp")) is None


def test_a_letter_since_the_fracture_is_named_and_asked_about_and_ends_nothing_in_silence(
    tmp_path: Path,
) -> None:
    advice = advise(OWNERS, tmp_path, LETTER, audience="gp")
    found = dxa(advice)

    assert found is not None and found.state == "provisional"
    assert any("brief van fractuurpoli van 20-02-2025" in text["nl"] for text in found.caveats)
    assert "evaluated_elsewhere" in [question.fact for question in advice.questions]


def test_an_answer_about_the_letter_ends_the_check(tmp_path: Path) -> None:
    answered = {**LETTER, "answers": {"evaluated_elsewhere": {"value": True, "on": "2025-03-10"}}}

    assert dxa(advise(OWNERS, tmp_path, answered)) is None


# The coordinator and links


def test_the_coordinator_stands_in_every_answer(tmp_path: Path) -> None:
    named = advise("id: regio\ncoordinator: practice_nurse\n", tmp_path, {}).to_dict()["site"]
    not_named = advise("id: regio\n", tmp_path, {}).to_dict()["site"]

    assert (named["id"], named["coordinator"]) == ("regio", "practice_nurse")
    assert not_named["coordinator"] is None


def test_who_reads_the_advice_sees_the_name_of_the_site_and_its_coordinator(tmp_path: Path) -> None:
    site = "id: regio\ntitle: {nl: Regio Noord, en: Region North}\ncoordinator: practice_nurse\n"
    loaded = ruleset(site, tmp_path)
    patient = cdss.read({"id": "p", "birth_date": "1960-05-01", **FRACTURE}, delivered="all")

    advice = cdss.Engine(loaded).advise(patient, on=ON)

    said = [line.text for line in advice_lines(advice, loaded, patient=patient, lang="nl")]

    assert "Met de keuzes van Regio Noord. De regie ligt daar bij de praktijkondersteuner." in said


def test_patients_are_pointed_to_the_page_of_the_site(tmp_path: Path) -> None:
    link = "https://voorbeeld.example/botmeting"
    found = dxa(advise(f"id: regio\nlinks: {{order-dxa-vfa: '{link}'}}\n", tmp_path, FRACTURE))

    assert found is not None
    assert f"Lees meer op {link}." in found.texts.messages["patient"]["nl"]
    assert "thuisarts" not in found.texts.messages["patient"]["nl"]


# Gap limits


@pytest.mark.parametrize(
    ("limit", "on", "status"),
    [
        ("possible_stop_gap: 30 days", date(2025, 4, 25), "on_treatment"),  # run out on 26 March
        ("possible_stop_gap: 30 days", date(2025, 4, 26), "possible_stop"),
        ("possible_stop_gap: 90 days", date(2025, 6, 24), "on_treatment"),
        ("possible_stop_gap: 90 days", date(2025, 6, 25), "possible_stop"),
        ("stopped_gap: 91 days", date(2025, 6, 25), "possible_stop"),
        ("stopped_gap: 91 days", date(2025, 6, 26), "stopped"),
    ],
)
def test_a_gap_is_over_the_limit_of_the_site_and_not_on_it(
    limit: str, on: date, status: str, tmp_path: Path
) -> None:
    advice = advise(f"id: regio\nparameters: {{{limit}}}\n", tmp_path, ALENDRONATE, on)

    assert advice.findings["bone_drug_use.status"] == status


def test_a_limit_that_the_site_moved_is_said_with_the_advice(tmp_path: Path) -> None:
    site = "id: regio\nparameters: {possible_stop_gap: 30 days}\n"
    advice = advise(site, tmp_path, ALENDRONATE, date(2025, 4, 26))
    found = next(one for one in advice.recommendations if one.action == "check-possible-stop")

    assert any("koos zelf de grens" in text["nl"] and "30 dagen" in text["nl"] for text in found.caveats)


@pytest.mark.parametrize(
    ("parameter", "kind"),
    [
        ("possible_stop_gap: 29 days", "site-outside-limits"),
        ("possible_stop_gap: 91 days", "site-outside-limits"),
        ("stopped_gap: 90 days", "site-outside-limits"),
        ("stopped_gap: 184 days", "site-outside-limits"),
        ("denosumab_interval: 7 months", "site-not-allowed"),
        ("denosumab_grace: 60 days", "site-not-allowed"),
        ("denosumab_lead_time: 7 days", "site-not-allowed"),
        ("aneurysm_age: 65 years", "site-not-allowed"),
        ("leg_strength_severe: 2", "site-not-allowed"),
        ("recent_fracture_window: 1 year", "site-not-allowed"),
        ("falls_limit: 3", "site-not-allowed"),
    ],
)
def test_what_a_site_may_not_move_is_refused_at_its_place(parameter: str, kind: str, tmp_path: Path) -> None:
    with pytest.raises(cdss.GuidelineError) as refused:
        ruleset(f"id: regio\nparameters: {{{parameter}}}\n", tmp_path)

    (problem,) = refused.value.problems
    assert problem.kind == kind
    assert Path(problem.span.file).name == "site.yaml"
    assert problem.help is not None or problem.notes


@pytest.mark.parametrize("key", ["urgency: {arrange-denosumab: routine}", "red_flags: {}"])
def test_a_site_file_has_no_key_for_an_urgency_or_a_red_flag(key: str, tmp_path: Path) -> None:
    with pytest.raises(cdss.GuidelineError):
        ruleset(f"id: regio\n{key}\n", tmp_path)


def test_an_alarm_stays_an_alarm_when_the_site_gives_it_to_another_role(tmp_path: Path) -> None:
    overdue = {"administrations": [{"on": "2025-01-01", "code": "atc:M05BX04", "strength": "60 mg"}]}
    site = "id: regio\nowners: {arrange-denosumab: specialist}\n"
    advice = advise(site, tmp_path, overdue, date(2025, 7, 30))
    alarm = next(one for one in advice.recommendations if one.action == "arrange-denosumab")

    assert (alarm.urgency, alarm.priority, alarm.owner) == ("D1", "high", "specialist")
    assert "pharmacist" in alarm.inform
    assert alarm.texts.messages["pharmacist"]["nl"].startswith(
        "Concept: Vandaag of morgen. Kijk of dit is gedaan:"
    )
