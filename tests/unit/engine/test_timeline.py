"""A timeline: its days worked out by hand, its picture and text kept as files, and no text over another."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

import cdss
from cdss.engine.timeline.events import BONE_DENSITY, CLOCKS, FRACTURES
from cdss.engine.timeline.layout import layout
from cdss.engine.timeline.model import Bar, Lane, Timeline
from cdss.engine.timeline.text import lines
from cdss.engine.timeline.words import conclusion
from cdss.models.patient import Patient
from tests.unit.engine.drawn_patients import (
    FIGURES,
    LAPSED,
    ON,
    RALOXIFENE,
    SCAN,
    WRIST,
    dispensed,
    drawn,
    engine,
    every,
    injected,
    patient,
    risedronate,
)

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "timeline"
SVG = "{http://www.w3.org/2000/svg}"


def day(text: str) -> date:
    return date.fromisoformat(text)


def covered(lane: Lane) -> list[tuple[str, str]]:
    return [
        (bar.start.isoformat(), bar.end.isoformat()) for bar in lane.bars if bar.kind == "covered" and bar.end
    ]


def unknown(lane: Lane) -> list[tuple[str, str | None]]:
    return [
        (bar.start.isoformat(), bar.end.isoformat() if bar.end else None)
        for bar in lane.bars
        if bar.kind == "unknown"
    ]


def gaps(timeline: Timeline) -> list[tuple[str, int, bool]]:
    return [
        (gap.period.start.isoformat(), gap.days, gap.running)
        for course in timeline.courses
        for lane in course.lanes
        for gap in lane.gaps
    ]


def limits(timeline: Timeline) -> dict[str, str]:
    return {one.kind: one.day.isoformat() for course in timeline.courses for one in course.limits}


def syringe(on: str) -> dict[str, object]:
    return {**injected(on), "quantity": 1}


def raloxifene(on: str) -> dict[str, object]:
    return {"on": on, "codes": [RALOXIFENE], "strength": "60 mg", "quantity": 180}


def told(timeline: Timeline, lang: str = "nl") -> str:
    return timeline.to_text(lang)


# Days with and without supply


def test_each_dispensing_is_a_bar_of_the_days_that_it_lasts() -> None:
    [lane] = drawn(patient(dispensings=LAPSED)).courses[0].lanes

    assert covered(lane) == [
        ("2024-01-08", "2024-04-01"),
        ("2024-04-01", "2024-06-24"),
        ("2024-06-24", "2024-09-16"),
    ]
    assert [(one.on.first.isoformat(), one.quantity, one.days) for one in lane.supplies] == [
        (on, Decimal(12), (84, 84)) for on in ("2024-01-08", "2024-04-01", "2024-06-24")
    ]


@pytest.mark.parametrize(
    ("on", "status", "gap"),
    [
        ("2024-09-16", "on_treatment", []),
        ("2024-09-17", "on_treatment", [("2024-09-16", 1, True)]),
        ("2024-11-15", "on_treatment", [("2024-09-16", 60, True)]),
        ("2024-11-16", "possible_stop", [("2024-09-16", 61, True)]),
        ("2025-03-18", "possible_stop", [("2024-09-16", 183, True)]),
        ("2025-03-19", "stopped", [("2024-09-16", 184, True)]),
    ],
)
def test_the_gap_and_the_status_change_on_the_days_of_the_limits(
    on: str, status: str, gap: list[tuple[str, int, bool]]
) -> None:
    timeline = drawn(patient(dispensings=LAPSED), day(on))

    assert timeline.courses[0].standing.statuses == (status,)
    assert gaps(timeline) == gap
    if gap and on < "2024-12-01":  # the second limit lies too far ahead to be drawn before
        assert limits(timeline)["possible_stop"] == "2024-11-16"
    if on > "2025-01-01":
        assert limits(timeline) == {"possible_stop": "2024-11-16", "stopped": "2025-03-19"}


def test_without_a_gap_there_is_no_limit_of_one() -> None:
    assert limits(drawn(patient(dispensings=LAPSED), day("2024-08-01"))) == {}


def test_what_is_left_over_moves_the_next_bar() -> None:
    [lane] = drawn(patient(dispensings=[dispensed("2024-01-08"), dispensed("2024-03-18")])).courses[0].lanes

    assert covered(lane) == [("2024-01-08", "2024-04-01"), ("2024-04-01", "2024-06-24")]
    assert [one.begins for one in lane.supplies] == [day("2024-01-08"), day("2024-04-01")]


def test_a_gap_between_two_dispensings_is_drawn_with_its_days() -> None:
    timeline = drawn(patient(dispensings=[dispensed("2024-01-08"), dispensed("2024-10-01")]))

    assert gaps(timeline) == [("2024-04-01", 183, False)]


def test_on_days_in_hospital_no_supply_of_ones_own_is_used() -> None:
    timeline = drawn(*FIGURES["hospital-stay"])

    assert covered(timeline.courses[0].lanes[0]) == [
        ("2024-01-08", "2024-04-01"),
        ("2024-04-01", "2024-04-08"),  # 7 days of 84, then 28 days in hospital, then 77
        ("2024-05-06", "2024-07-22"),
        ("2024-09-02", "2024-11-25"),
    ]
    assert gaps(timeline) == [("2024-07-22", 42, False), ("2024-11-25", 6, True)]
    assert [(one.start, one.end, one.pauses) for one in timeline.stays] == [
        (day("2024-04-08"), day("2024-05-06"), True)
    ]


def test_a_return_and_what_it_returns_are_shown_and_not_counted() -> None:
    back = dispensed("2024-04-03", kind="return")
    [lane] = drawn(patient(dispensings=[*LAPSED[:2], back])).courses[0].lanes

    assert covered(lane) == [("2024-01-08", "2024-04-01")]
    assert [(one.on.first.isoformat(), one.quantity, one.counted) for one in lane.supplies] == [
        ("2024-01-08", 12, True),
        ("2024-04-01", 12, False),
        ("2024-04-03", -12, False),
    ]


def test_dispensings_of_one_day_are_one_supply() -> None:
    [lane] = drawn(patient(dispensings=[dispensed("2024-01-08", quantity=8), dispensed("2024-01-08", quantity=4)])).courses[0].lanes  # fmt: skip

    assert covered(lane) == [("2024-01-08", "2024-04-01")]
    assert [(one.quantity, one.days) for one in lane.supplies] == [(Decimal(12), (84, 84))]


def test_weekly_packs_of_one_tablet_are_one_bar_each_without_gaps() -> None:
    packs = [dispensed(on, quantity=1) for on in every("2024-01-08", 26, 7)]
    timeline = drawn(patient(dispensings=packs), day("2024-07-01"))

    assert len(timeline.courses[0].lanes[0].supplies) == len(timeline.courses[0].lanes[0].bars) == 26
    assert gaps(timeline) == []
    assert "26 verstrekkingen, samen 26 st" in told(timeline)


# Lanes


def test_each_product_has_a_lane_and_the_gap_stands_in_that_of_the_product_that_ran_out() -> None:
    timeline = drawn(*FIGURES["switched"])
    first, second = timeline.courses[0].lanes

    assert [gap.period.start for gap in first.gaps] == [day("2024-04-15")]
    assert gaps(timeline) == [("2024-04-15", 21, False)]
    assert (first.switched_on, second.switched_on, second.switched_from) == (None, day("2024-05-06"), 0)


def test_after_a_gap_of_a_stop_another_drug_is_a_new_beginning_and_no_switch() -> None:
    # 84 days from 8 January run out on 1 April; 183 days later is 1 October.
    for on, expected in (("2024-10-01", day("2024-10-01")), ("2024-10-02", None)):
        lanes = drawn(patient(dispensings=[dispensed("2024-01-08"), risedronate(on)])).courses[0].lanes

        assert lanes[1].switched_on == expected


def test_two_drugs_side_by_side_are_no_switch() -> None:
    both = [
        dispensed("2024-08-01"),
        risedronate("2024-08-15"),
        dispensed("2024-10-20"),
        risedronate("2024-11-01"),
    ]
    course = drawn(patient(dispensings=both)).courses[0]

    assert [lane.switched_on for lane in course.lanes] == [None, None]
    assert "Twee middelen naast elkaar." in [note["nl"] for note in course.notes]


def test_a_drug_outside_the_set_has_a_lane_of_its_own() -> None:
    other = dispensed("2024-08-01", RALOXIFENE, "60 mg", quantity=84, display="Raloxifeen tablet 60 mg")
    course = drawn(patient(dispensings=[dispensed("2024-05-01"), other])).courses[0]

    assert course.standing.statuses == ("switched",)
    assert [(lane.outside, lane.switched_on) for lane in course.lanes] == [
        (False, None),
        (True, day("2024-08-01")),
    ]
    assert gaps(drawn(patient(dispensings=[dispensed("2024-05-01"), other]))) == []


def test_a_drug_without_a_name_has_its_class_strength_and_code() -> None:
    timeline = drawn(patient(dispensings=[dispensed("2024-09-08", display=None)]))

    assert "Bisfosfonaat in tabletvorm 70 mg (M05BA04)" in told(timeline)


def test_a_treatment_of_a_part_of_the_products_is_not_drawn_again() -> None:
    assert [course.name for course in drawn(*FIGURES["denosumab-overdue"]).courses] == ["bone_drug_use"]


# What is not known


def test_supply_of_unknown_length_is_unknown_and_no_gap() -> None:
    timeline = drawn(*FIGURES["unknown-supply"])
    alendronate, denosumab = timeline.courses[0].lanes

    assert covered(alendronate) == [("2024-01-08", "2024-04-01")]
    assert unknown(alendronate) == [("2024-04-01", None)]
    assert covered(denosumab) == []
    assert [one.sure for one in denosumab.supplies] == [False]
    assert unknown(denosumab)[0][0] == "2024-08-12"
    assert gaps(timeline) == []
    assert limits(timeline) == {}


def test_where_no_list_was_delivered_nothing_is_a_gap_but_unknown() -> None:
    timeline = drawn(patient(None, dispensings=[dispensed("2024-01-08"), dispensed("2024-08-05")]))

    [lane] = timeline.courses[0].lanes
    assert covered(lane) == [("2024-01-08", "2024-04-01"), ("2024-08-05", "2024-10-28")]
    assert unknown(lane) == [("2024-04-01", "2024-08-05"), ("2024-10-28", None)]
    assert (gaps(timeline), limits(timeline)) == ([], {})
    assert (
        "Misschien niet volledig: verstrekkingen.\nNiet aangeleverd: diagnosen, voorschriften, toedieningen,"
        in told(timeline)
    )


def test_a_gap_begins_where_the_list_begins_to_be_complete() -> None:
    dispensings = [dispensed("2024-01-08"), dispensed("2024-08-05")]
    timeline = drawn(patient({"dispensings": {"from": "2024-07-01"}}, dispensings=dispensings))

    assert unknown(timeline.courses[0].lanes[0]) == [("2024-04-01", "2024-07-01")]
    assert gaps(timeline) == [("2024-07-01", 35, False), ("2024-10-28", 34, True)]


def test_what_would_settle_it_is_named() -> None:
    text = told(drawn(*FIGURES["unknown-supply"]))

    assert "Niet vast te stellen" in text
    assert "voorraad van de verstrekking van 1 apr 2024" in text


def test_a_day_of_which_only_the_month_is_known_makes_no_gap_in_that_month() -> None:
    timeline = drawn(patient(dispensings=[dispensed("2024-01-08"), dispensed("2024-04")]), day("2024-08-01"))

    [lane] = timeline.courses[0].lanes
    assert covered(lane) == [("2024-01-08", "2024-04-01")]
    assert unknown(lane)[0][0] == "2024-04-01"
    assert all(start >= "2024-07-22" for start, _, _ in gaps(timeline))  # 30 April and 84 days, at the latest


def test_one_supply_of_which_only_the_month_is_known_leaves_the_fewest_days_of_the_gap_as_a_gap() -> None:
    # On 29 February 2024 at the latest, for 84 days: until 23 May. On 1 December that is 192 days ago.
    who = patient(dispensings=[{**dispensed("2024-02-01"), "on": "2024-02"}])
    timeline = drawn(who)

    assert gaps(timeline) == [("2024-05-23", 192, True)]
    assert "hoort er misschien bij" not in told(timeline)


def test_a_product_of_which_only_a_return_is_left_has_no_empty_brackets() -> None:
    back = dispensed("2024-03-01", strength="10 mg", quantity=1, kind="return")
    text = told(drawn(patient(dispensings=[*LAPSED, back])))

    assert "()" not in text
    assert "(telt niet apart)" in text


def test_prescriptions_are_drawn_as_such_where_no_dispensings_were_delivered() -> None:
    timeline = drawn(*FIGURES["prescriptions-only"])

    assert timeline.courses[0].prescribed
    assert "Verstrekkingen niet aangeleverd; getekend naar voorschriften." in told(timeline)
    assert "Niet aangeleverd: verstrekkingen, toedieningen" in told(timeline)
    assert covered(timeline.courses[0].lanes[0]) == [
        ("2024-01-08", "2024-06-24"),
        ("2024-08-05", "2024-10-28"),
    ]


def test_of_one_pharmacy_the_limit_of_a_sure_stop_is_not_drawn() -> None:
    timeline = drawn(patient("own", dispensings=LAPSED), day("2025-06-01"))

    assert timeline.courses[0].standing.statuses == ("possible_stop",)
    assert limits(timeline) == {"possible_stop": "2024-11-16"}
    assert "Gebaseerd op de verstrekkingen van deze apotheek." in told(timeline)


def test_a_gap_from_before_the_list_is_complete_is_said_as_it_is_drawn() -> None:
    # 12 tablets of 8 January 2024 last until 1 April; complete from 1 November, and 30 days on 1 December.
    since = {"dispensings": {"from": "2024-11-01"}, "administrations": {}, "agreements": {}, "stays": {}}
    timeline = drawn(patient(since, dispensings=[dispensed("2024-01-08")]))

    [lane] = timeline.courses[0].lanes
    assert unknown(lane) == [("2024-04-01", "2024-11-01")]
    assert gaps(timeline) == [("2024-11-01", 30, True)]
    assert "Mogelijk gestopt: 244 dagen geen voorraad gezien sinds 1 april 2024" in told(timeline)
    assert "stopped" not in limits(timeline)
    assert told(timeline).count("Volledig vanaf 1 november 2024") == 1


def test_a_list_that_holds_something_is_not_called_not_delivered() -> None:
    text = " ".join(told(drawn(patient({}, dispensings=LAPSED))).split())

    assert "Misschien niet volledig: verstrekkingen." in text
    assert "verstrekkingen" not in text.partition("Niet aangeleverd:")[2]


def test_from_when_a_list_is_complete_is_told() -> None:
    text = told(drawn(patient({"dispensings": {"from": "2024-01-01"}}, dispensings=LAPSED)))

    assert "Volledig vanaf 1 januari 2024" in text


def test_a_list_that_was_complete_long_before_needs_no_telling() -> None:
    # 183 days before 8 January 2024 is 9 July 2023.
    for begin, expected in (("2023-07-08", False), ("2023-07-09", True)):
        text = told(drawn(patient({"dispensings": {"from": begin}}, dispensings=LAPSED)))

        assert ("Volledig vanaf" in text) is expected


def test_somebody_without_a_record_of_the_drugs_is_told_so_and_what_was_not_delivered_too() -> None:
    text = told(drawn(patient({"conditions": {}}, conditions=[WRIST])))

    assert "Geen verstrekkingen, toedieningen of voorschriften" in text
    assert "Niet aangeleverd: voorschriften" in text or "Niet aangeleverd: verstrekkingen" in text


def test_what_was_prescribed_and_not_collected_is_a_lane_without_bars() -> None:
    timeline = drawn(patient(prescriptions=[dispensed("2024-09-01")]))

    [lane] = timeline.courses[0].lanes
    assert timeline.courses[0].standing.statuses == ("primary_non_adherence",)
    assert [one.list for one in lane.supplies] == ["prescriptions"]
    assert (lane.bars, lane.gaps) == ((), ())


# Ends, agreements, events


def test_after_a_death_nothing_is_a_gap() -> None:
    timeline = drawn(patient(dispensings=LAPSED, deceased_on="2024-10-01"), day("2025-06-01"))

    assert gaps(timeline) == [("2024-09-16", 15, False)]
    assert limits(timeline) == {}
    assert "Niet meer te volgen: overleden 1 okt 2024" in told(timeline)


def test_a_death_after_the_reference_date_is_not_known_yet() -> None:
    timeline = drawn(patient(dispensings=LAPSED, deceased_on="2024-12-02"), ON)

    assert timeline.ended is None
    assert gaps(timeline) == [("2024-09-16", 76, True)]


def test_after_a_planned_end_there_is_no_gap() -> None:
    stop = {"on": "2024-09-01", "codes": ["atc:M05BA04"], "kind": "stop", "stop_type": "definitive", "reason": "planned_end"}  # fmt: skip
    timeline = drawn(patient(dispensings=LAPSED, agreements=[stop]))

    assert timeline.courses[0].standing.statuses == ("planned_end",)
    assert gaps(timeline) == []
    assert "Gepland einde" not in told(timeline)
    assert "stop afgesproken: definitief, volgens plan" in told(timeline)


def test_a_gap_after_a_restart_says_from_when_it_is_counted() -> None:
    pause = {"on": "2024-09-20", "codes": ["atc:M05BA04"], "kind": "stop", "stop_type": "temporary", "until": "2024-11-01"}  # fmt: skip
    timeline = drawn(patient(dispensings=LAPSED, agreements=[pause]))

    assert gaps(timeline) == [("2024-09-16", 76, True)]
    assert "30 dagen zonder voorraad, geteld vanaf de herstart op 1 november 2024" in " ".join(
        told(timeline).split()
    )


def test_the_planned_end_is_drawn_when_it_is_near_and_told_when_it_is_far() -> None:
    long = patient(dispensings=[dispensed(on) for on in every("2020-01-06", 21, 84)])  # until 4 November 2024

    assert limits(drawn(long, day("2024-10-28")))["planned_end"] == "2025-01-06"
    early = drawn(long, day("2020-06-01"))
    assert "planned_end" not in limits(early)
    assert "Gepland einde 6 jan 2025." in told(early)


def test_denosumab_has_its_own_days_and_no_limits_of_a_gap() -> None:
    # Injected on 13 May 2024: due on 13 November; more than 28 days later is from 12 December on.
    who, _ = FIGURES["denosumab-overdue"]

    for on, late in (("2024-12-11", False), ("2024-12-12", True)):
        timeline = drawn(who, day(on))
        assert limits(timeline) == {"due": "2024-11-13", "overdue": "2024-12-12"}
        assert timeline.courses[0].standing.late is late
    assert "Denosumab te laat: nodig op 13 november 2024, 29 dagen geleden" in told(
        drawn(who, day("2024-12-12"))
    )


def test_a_confirmed_follow_up_drug_ends_the_clock_of_denosumab() -> None:
    who, on = FIGURES["denosumab-overdue"]
    timeline = drawn(who.with_answers({"follow_up_drug": True}, on=on), on)

    assert "due" not in limits(timeline)
    assert not timeline.courses[0].standing.late


def test_injections_given_in_hospital_are_not_called_late() -> None:
    who, on = FIGURES["denosumab-overdue"]
    timeline = drawn(who.with_answers({"injections_in_hospital": True}, on=on), on)

    assert limits(timeline) == {"due": "2024-11-13"}
    assert not timeline.courses[0].standing.late
    assert "in het ziekenhuis gegeven en zijn hier niet te zien" in " ".join(told(timeline).split())


def test_a_syringe_dispensed_early_and_injected_later_counts_once() -> None:
    timeline = drawn(*FIGURES["denosumab-overdue"])
    lane = timeline.courses[0].lanes[1]

    assert [(one.on.first.isoformat(), one.list, one.counted) for one in lane.supplies] == [
        ("2023-11-06", "dispensings", False),
        ("2023-11-09", "administrations", True),
        ("2024-05-13", "administrations", True),
    ]


def test_a_scan_and_a_fracture_are_drawn_with_what_is_known_of_them() -> None:
    far = {"on": "1998-05-12", "codes": ["icpc-1:L75"]}
    timeline = drawn(patient(dispensings=LAPSED, observations=[SCAN], conditions=[WRIST, far]))

    assert [(mark.kind, mark.on.first, mark.words, mark.value) for mark in timeline.events] == [
        ("fracture", day("2023-11-20"), ("distal-radius",), None),
        ("dxa", day("2023-12-12"), (), Decimal("-2.8")),
    ]
    assert "Eerder: breuk 12 mei 1998: bovenbeen." in told(timeline)


def test_of_two_scores_of_one_day_the_lowest_is_shown() -> None:
    spine = {**SCAN, "value": -3.1, "site": "lumbar-spine"}
    timeline = drawn(patient(dispensings=LAPSED, observations=[SCAN, spine]))

    assert [mark.value for mark in timeline.events] == [Decimal("-3.1")]


def test_a_code_that_names_no_site_says_nothing_beside_one_that_does() -> None:
    parent = {"on": "2023-11-20", "codes": ["sct:125605004"]}
    timeline = drawn(patient(dispensings=LAPSED, conditions=[WRIST, parent]))

    assert [mark.words for mark in timeline.events] == [("distal-radius",)]


# Laws of the picture


@pytest.mark.parametrize("name", FIGURES)
def test_the_order_of_the_records_changes_nothing(name: str) -> None:
    who, on = FIGURES[name]
    turned = Patient(
        **{
            **{key: getattr(who, key) for key in ("id", "birth_date", "sex", "deceased_on", "delivered")},
            "lists": {key: tuple(reversed(records)) for key, records in who.lists.items()},
        }
    )

    assert drawn(turned, on).to_svg() == drawn(who, on).to_svg()


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("name", FIGURES)
def test_the_picture_and_the_text_are_as_they_were(name: str, lang: str, update: bool) -> None:
    who, on = FIGURES[name]
    timeline = drawn(who, on)
    for text, kind in ((timeline.to_svg(lang), "svg"), (timeline.to_text(lang), "txt")):
        place = GOLDEN / f"{name}.{lang}.{kind}"
        if update:
            place.write_text(text, encoding="utf-8", newline="\n")
        assert text == place.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FIGURES)
def test_no_line_of_the_text_is_wider_than_asked(name: str) -> None:
    timeline = drawn(*FIGURES[name])

    for width in (40, 80, 100):
        assert max(map(len, timeline.to_text("nl", width).splitlines())) <= width


@pytest.mark.parametrize("name", FIGURES)
def test_the_picture_needs_nothing_from_elsewhere_and_runs_nothing(name: str) -> None:
    text = drawn(*FIGURES[name]).to_svg()
    root = ElementTree.fromstring(text)

    assert root.get("role") == "img"
    named = (root.get("aria-labelledby") or "").split()
    assert [root.find(f"{SVG}{tag}").get("id") for tag in ("title", "desc")] == named  # type: ignore[union-attr]
    allowed = {"svg", "title", "desc", "style", "defs", "pattern", "rect", "line", "path", "text", "circle"}
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= allowed
    for element in root.iter():
        for key, value in element.attrib.items():
            assert not key.startswith("on") and "href" not in key
            assert "javascript" not in value
    style = root.find(f"{SVG}style")
    assert style is not None and style.text is not None
    assert "@import" not in style.text and "prefers-color-scheme" in style.text
    assert re.findall(r"url\((.)", text) == ["#"] * text.count("url(")
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_two_pictures_on_one_page_share_no_name() -> None:
    found = [re.findall(r' id="([^"]+)"', drawn(*figure).to_svg()) for figure in FIGURES.values()]

    names = [name for one in found for name in one]
    assert len(names) == len(set(names))


def test_what_stands_in_a_record_cannot_become_part_of_the_picture() -> None:
    evil = '</title><script>alert("1")</script>&\u202e\x1b[31m tablet'
    timeline = drawn(patient(dispensings=[dispensed("2024-09-08", display=evil)]))
    svg = timeline.to_svg()

    assert ElementTree.fromstring(svg).find(f".//{SVG}script") is None
    assert "<script" not in svg
    assert not {"\u202e", "\x1b"} & set(svg + timeline.to_text())


def test_every_symbol_of_the_text_has_a_form_in_plain_ascii() -> None:
    from cdss.author import terminal

    text = "".join(drawn(*figure).to_text() for figure in FIGURES.values())

    left = {
        letter for letter in text.translate(terminal._ASCII) if ord(letter) > 127 and not letter.isalpha()
    }
    assert left == set()


def test_the_data_can_be_written_as_json_and_holds_every_lane() -> None:
    timeline = drawn(*FIGURES["lapsed"])
    data = json.loads(json.dumps(timeline.to_dict()))

    assert data["courses"][0]["status"] == ["stopped"]
    assert data["courses"][0]["lanes"][0]["gaps"] == [
        {"from": "2024-09-16", "until": "2025-03-19", "days": 184, "running": True}
    ]
    assert Bar(day("2024-01-08"), day("2024-04-01"), "covered") in timeline.courses[0].lanes[0].bars


@pytest.mark.parametrize("name", FIGURES)
def test_no_label_stands_over_another_or_outside_the_picture(name: str) -> None:
    assert faults(drawn(*FIGURES[name])) == []


@cache
def shipped() -> cdss.Engine:
    return cdss.Engine(cdss.load())


def faults(timeline: Timeline) -> list[str]:
    """The labels that stand over another, or that leave the picture."""
    found = []
    for lang in ("nl", "en"):
        drawing = layout(timeline, lang)
        for place, label in enumerate(drawing.labels):
            left, top, right, bottom = label.box
            if left < 0 or top < 0 or right > drawing.width or bottom > drawing.height:
                found.append(f"outside: {label}")
            for other in drawing.labels[:place]:
                x, y, x2, y2 = other.box
                if left < x2 and x < right and top < y2 and y < bottom:
                    found.append(f"{label} over {other}")
    return found


# The shipped guidelines


def test_the_picture_in_the_pages_is_what_the_command_draws(update: bool) -> None:
    root = GOLDEN.parents[2]
    record = root / "examples" / "patients" / "mp9-alendronate-lapsed-no-stop.json"
    who = cdss.read(record.read_bytes(), delivered="all")
    text = shipped().timeline(who, day("2024-05-10"), {"fracture-prevention": "nhg-m69-2024"}).to_svg()

    place = root / "docs" / "images" / "timeline.svg"
    if update:
        place.write_text(text, encoding="utf-8", newline="\n")
    assert text == place.read_text(encoding="utf-8")


def test_the_names_that_are_drawn_are_those_of_the_shipped_guidelines() -> None:
    ruleset = cdss.load()
    facts = {one.name for one in ruleset.definitions.values()}
    sets = {one.name for one in ruleset.value_sets.values()}

    for clock in CLOCKS:
        assert {clock.due, clock.grace, clock.late, *clock.ended_by, clock.unseen, *clock.excused} <= facts
        assert {clock.last, *(fact for day, ended_by in clock.stops for fact in (day, *ended_by))} <= facts
    assert {FRACTURES, BONE_DENSITY} <= sets


def test_denosumab_of_the_shipped_guidelines_is_late_when_their_advice_says_so() -> None:
    who = patient(administrations=[injected("2024-11-15")], dispensings=[])

    for on, late in (("2025-06-12", False), ("2025-06-13", True)):  # due 15 May 2025, and 28 days
        timeline = shipped().timeline(who, day(on))
        advice = shipped().advise(who, day(on))
        assert timeline.courses[0].standing.late is late
        alarms = [one.action for one in advice.recommendations if one.urgency == "D1"]
        assert ("arrange-denosumab" in alarms) is late


@pytest.mark.parametrize(
    ("on", "late"), [("2025-06-12", False), ("2025-06-13", True)]
)  # due 15 May 2025, and 28 days
@pytest.mark.parametrize(
    "record",
    [
        {"dispensings": [syringe("2024-11-15")], "delivered": {}},
        {"administrations": [injected("2024-11-15")], "delivered": {}},
        {"dispensings": [syringe("2024-11-15"), raloxifene("2025-03-01")]},
        {"prescriptions": [syringe("2024-11-15")], "dispensings": [raloxifene("2025-03-01")]},
    ],
    ids=["lists not delivered", "injection in lists not delivered", "raloxifene since", "only prescribed"],
)
def test_a_late_denosumab_is_said_first_also_where_another_drug_may_be_in_use(
    record: Mapping[str, object], on: str, late: bool
) -> None:
    who = cdss.read({"birth_date": "1950-01-01", "sex": "female", **record})
    timeline, advice = shipped().timeline(who, day(on)), shipped().advise(who, day(on))

    alarms = [one.action for one in advice.recommendations if one.urgency == "D1"]
    assert ("arrange-denosumab" in alarms) is late
    assert timeline.courses[0].standing.late is late
    assert ("Denosumab te laat: nodig op 15 mei 2025" in told(timeline)) is late


@pytest.mark.parametrize(("on", "said"), [("2025-01-31", False), ("2025-02-01", True), ("2025-06-01", True)])
def test_a_denosumab_that_was_stopped_without_a_follow_up_drug_is_said_first(on: str, said: bool) -> None:
    stop = {"kind": "stop", "codes": ["atc:M05BX04"], "stop_type": "definitive", "reason": "own_choice"}
    who = patient(
        administrations=[injected("2024-12-10")],
        dispensings=[],
        agreements=[{"on": "2025-02-01", "from": "2025-02-01", **stop}],
    )
    timeline, advice = shipped().timeline(who, day(on)), shipped().advise(who, day(on))

    assert any(one.urgency == "D1" for one in advice.recommendations) is said
    first = "Stoppen met denosumab afgesproken op 1 februari 2025: geen vervolgmiddel gezien"
    assert (first in told(timeline)) is said
    assert ("geen vervolgmiddel gezien" in timeline.to_svg("nl")) is said


@pytest.mark.parametrize(
    ("on", "tone"), [("2025-05-14", "good"), ("2025-05-15", "soon"), ("2025-06-13", "danger")]
)  # due 15 May 2025, overdue from 13 June
def test_a_dose_that_is_due_is_not_told_in_the_colour_of_all_is_well(on: str, tone: str) -> None:
    timeline = shipped().timeline(patient(administrations=[injected("2024-11-15")], dispensings=[]), day(on))

    [head] = [
        one
        for one in lines(timeline, "nl", 80)
        if one.text == conclusion(timeline.courses[0], timeline, "nl")
    ]
    assert head.tone == tone


def test_a_follow_up_drug_after_a_stop_of_denosumab_ends_what_is_said_first() -> None:
    stop = {"kind": "stop", "codes": ["atc:M05BX04"], "stop_type": "definitive"}
    who = patient(
        administrations=[injected("2024-12-10")],
        dispensings=[dispensed("2025-05-20")],
        agreements=[{"on": "2025-02-01", "from": "2025-02-01", **stop}],
    )
    timeline, advice = shipped().timeline(who, day("2025-06-01")), shipped().advise(who, day("2025-06-01"))

    assert not any(one.urgency == "D1" for one in advice.recommendations)
    assert "geen vervolgmiddel gezien" not in told(timeline)


def test_a_denosumab_that_is_late_by_each_day_that_it_may_be_is_called_late() -> None:
    who = cdss.read(
        {
            "birth_date": "1950-01-01",
            "sex": "female",
            "dispensings": [{**syringe("2024-11-15"), "on": "2024-11"}],
            "delivered": {"dispensings": {}},
        }
    )  # on 1 November at the earliest and on 30 November at the latest: due on 30 May, and 28 days

    for on, late in (("2025-06-27", False), ("2025-06-28", True)):
        timeline = shipped().timeline(who, day(on))
        assert timeline.courses[0].standing.late is late
        assert ("Denosumab te laat, op welke dag de laatste ook was" in told(timeline)) is late


def test_who_moved_to_a_nursing_home_gets_no_clock_of_denosumab() -> None:
    stay = {"from": "2025-01-10", "kind": "nursing_home"}
    who = patient(administrations=[injected("2024-11-15")], dispensings=[], stays=[stay])
    timeline, advice = shipped().timeline(who, day("2025-07-01")), shipped().advise(who, day("2025-07-01"))

    assert not any(one.urgency == "D1" for one in advice.recommendations)
    assert not timeline.courses[0].standing.late
    assert "due" not in limits(timeline)


def test_on_a_date_without_a_guideline_nothing_is_said_about_the_patient() -> None:
    text = shipped().timeline(patient(dispensings=LAPSED), day("1999-01-01")).to_text()

    assert "geen richtlijn geladen" in text
    assert "Geen verstrekkingen" not in text


def test_another_edition_is_drawn_when_it_is_asked_for() -> None:
    assert engine().timeline(patient(dispensings=LAPSED), ON, {}).courses
    with pytest.raises(ValueError, match="no edition"):
        engine().timeline(patient(dispensings=LAPSED), ON, {"bone": "b-1999"})
