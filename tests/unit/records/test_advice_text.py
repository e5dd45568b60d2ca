"""What a professional reads: danger first, every topic its outcome, and no two kinds of silence alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cdss.author.terminal import layout
from cdss.models.advice import (
    OUTCOMES,
    Advice,
    Assumed,
    Because,
    Conflict,
    Decided,
    Excepted,
    NotChecked,
    Question,
    Recommendation,
    RecommendationTexts,
    TopicAnswer,
    Undecided,
)
from cdss.models.guideline import Ruleset
from cdss.models.line import Line
from cdss.models.patient import Days, Patient
from cdss.records.advice_text import advice_lines, is_silent, silent_line
from cdss.rules import load

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "golden" / "cli"
ON = date(2026, 3, 1)
BORN = Days(date(1954, 6, 15), date(1954, 6, 15))


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return load(ROOT / "tests" / "unit" / "author" / "tester.yaml", cache=False)


def both(dutch: str, english: str) -> Mapping[str, str]:
    return {"nl": dutch, "en": english}


def recommendation(
    action: str, label: Mapping[str, str], topic: str = "tester", **more: object
) -> Recommendation:
    texts = RecommendationTexts(
        messages={
            "gp": both(
                "Concept: Verwijs naar de geriater, want de kans om weer te vallen is groot.",
                "Draft: Refer to the geriatrician: another fall is likely.",
            )
        },
        because=(
            Because(
                "risk >= 3 points",
                "yes",
                {},
                (),
                {"title": "Verzonnen"},
                both("Risico is 3 punten of meer: 4 punten", "Risk is 3 points or more: 4 points"),
            ),
        ),
        caveats=(),
    )
    made = Recommendation(
        action=action,
        label=label,
        rules=("tester.small/refer-at-risk",),
        implements=(),
        urgency="routine",
        priority="middle",
        due=None,
        owner="gp",
        inform=(),
        state="settled",
        status="draft",
        grade=None,
        editions=(),
        topic=topic,
        conflicts_with=(),
        make_evidence=lambda: "design",
        make_texts=lambda: texts,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def advice(*topics: TopicAnswer, **more: object) -> Advice:
    made = Advice(
        engine="0.1.0",
        on=ON,
        patient="p1",
        setting="record",
        guidelines=(),
        site=None,
        bindings=None,
        recommendations=(),
        excepted=(),
        undecided=(),
        conflicts=(),
        decided=(),
        make_topics=lambda: topics,
        make_questions=tuple,
        make_provisional=tuple,
        make_findings=dict,
        make_assumed=tuple,
        make_skipped=tuple,
        make_holds_until=lambda: None,
        make_explanation=lambda rule, lang, rounds: "",
    )
    if "questions" in more:
        asked = more.pop("questions")
        more["make_questions"] = lambda: asked
    return replace(made, **more)  # type: ignore[arg-type]


def topic(outcome: str, name: str = "tester", **more: object) -> TopicAnswer:
    made = TopicAnswer(name, "", True, "draft", outcome, title=both(name.capitalize(), name.capitalize()))
    return replace(made, **more)  # type: ignore[arg-type]


def question(fact: str, text: Mapping[str, str], **more: object) -> Question:
    made = Question(fact, text, "yes_no", None, None, "gp", None, None, (), ("tester",))
    return replace(made, **more)  # type: ignore[arg-type]


def shown(lines: list[Line], width: int = 80) -> str:
    return "\n".join(layout(lines, width)) + "\n"


def told(made: Advice, ruleset: Ruleset, lang: str = "nl", **more: object) -> str:
    return shown(advice_lines(made, ruleset, lang, **more))  # type: ignore[arg-type]


def compare(text: str, name: str, update: bool) -> None:
    path = GOLDEN / name
    if update:
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


# Everything at once


def everything() -> Advice:
    """One of each thing that an advice can hold."""
    refer = recommendation(
        "refer",
        both("Verwijzen", "Refer"),
        urgency="D7",
        state="provisional",
        inform=("pharmacist", "physiotherapist"),
        due=date(2026, 3, 8),
        grade="sterk",
        conflicts_with=("wait",),
    )
    call = recommendation(
        "call", both("Bel direct", "Call at once"), topic="danger", urgency="U2", priority="high", owner="gp"
    )
    wait = recommendation("wait", both("Afwachten", "Wait and see"), owner="practice_nurse")
    steps = ("none", "non_radicular", "radicular")
    return advice(
        topic("advice", edition="nhg-2024", status="active"),
        topic("advice", "danger", in_force=False, edition="cbo-2011"),
        topic("questions", "asking"),
        topic("not_assessable", "blind", text=both("De metingen spreken elkaar tegen.", "Readings disagree.")),
        topic("out_of_scope", "outside", text=both("Nekpijn hoort hier niet bij.", "Neck pain is not part of it.")),
        topic("nothing_to_do", "fine", not_checked=(
            NotChecked("observations", "not_delivered", both("Meetwaarden niet aangeleverd.", "Measurements not delivered.")),
            NotChecked("referrals", "not_delivered", both("Verwijzingen niet aangeleverd.", "Referrals not delivered.")),
            NotChecked("stop-nsaid", "other_role", both("NSAID stoppen", "Stop the NSAID")),
        )),
        topic("switched_off", "off"),
        topic("no_edition", "past"),
        topic("not_started", "sleeping"),
        topic("not_started", "dreaming"),
        site={"id": "regio-noord", "sha256": "0"},
        recommendations=(call, refer, wait),
        questions=(
            question("unwell", both("Bent u ziek", "Are you unwell"), asked_of="patient", topics=("asking",)),
            question(
                "leg_pain",
                both("Straalt de pijn uit, en tot waar, in een of in beide benen?", "Does the pain spread to the legs?"),
                type="choice",
                choices=steps,
                asked_of="patient",
                choices_text={"non_radicular": both("tot de knie", "to the knee"), "radicular": both("tot de voet", "to the foot")},
            ),
            question("egfr", both("Nierfunctie", "Kidney function"), type="number", unit="mL/min"),
            question(
                "site",
                both("Welk bot betreft dit? (diagnose L76 van 12-01-2025)", "Which bone? (diagnosis L76 of 2025-01-12)"),
                type="choice",
                record="conditions/0",
                field="site",
            ),
        ),
        excepted=(Excepted("tester.small/wait-when-young", "seen", both("Al gezien", "Already seen")),),
        undecided=(Undecided("tester.small/call-when-unwell", lambda: ("unwell",)),),
        conflicts=(Conflict((), ("refer", "wait")), Conflict(("tester.small/wait-when-young",), (), "course")),
        decided=(Decided("call", "declined", "2026-01-10", "2027-01-10"),),
        make_assumed=lambda: (Assumed("fallen", False, both("Geen val in dit dossier.", "No fall in this record.")),),
        make_skipped=lambda: ({"path": "observations/3", "why": "Wrong unit.", "text": both("De eenheid klopt niet.", "Wrong unit.")},),
        make_holds_until=lambda: date(2026, 4, 12),
    )  # fmt: skip


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_everything_that_an_advice_holds_is_told(ruleset: Ruleset, update: bool, lang: str) -> None:
    text = told(everything(), ruleset, lang, patient=Patient(id="p1", birth_date=BORN, sex="female"))

    compare(text, f"advice-everything.{lang}.txt", update)


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_no_line_is_wider_than_the_terminal(ruleset: Ruleset, width: int) -> None:
    lines = shown(advice_lines(everything(), ruleset), width).splitlines()

    assert [line for line in lines if len(line) > width and " " in line.strip()] == []
    assert [line for line in lines if line != line.rstrip()] == []


# Danger


def test_danger_stands_above_everything(ruleset: Ruleset) -> None:
    lines = told(everything(), ruleset).splitlines()

    assert lines[3] == "▲ Spoed: binnen 1 uur · Bel direct"
    assert next(line for line in lines if line.startswith(("Danger", "Tester"))).startswith("Danger")


@pytest.mark.parametrize(
    ("urgency", "alarm"), [("U1", True), ("U4", True), ("D1", False), ("routine", False)]
)
def test_only_what_cannot_wait_is_an_alarm(ruleset: Ruleset, urgency: str, alarm: bool) -> None:
    made = advice(
        topic("advice"),
        recommendations=(recommendation("call", both("Bel direct", "Call"), urgency=urgency),),
    )

    assert ("▲" in told(made, ruleset)) == alarm


# Silence


def test_no_two_outcomes_without_advice_look_alike(ruleset: Ruleset) -> None:
    quiet = [outcome for outcome in OUTCOMES if outcome != "advice"]

    texts = {outcome: told(advice(topic(outcome)), ruleset) for outcome in quiet}

    assert len(set(texts.values())) == len(quiet)


@pytest.mark.parametrize("outcome", [outcome for outcome in OUTCOMES if outcome != "nothing_to_do"])
def test_only_what_was_looked_at_says_that_nothing_is_needed(ruleset: Ruleset, outcome: str) -> None:
    assert "niets nodig" not in told(advice(topic(outcome)), ruleset)
    assert "✓" not in told(advice(topic(outcome)), ruleset)


def test_what_did_not_start_says_so_and_why(ruleset: Ruleset) -> None:
    text = told(advice(topic("nothing_to_do"), topic("not_started", "sleeping")), ruleset)

    assert "Niet begonnen, want geen aanleiding gevonden: sleeping." in text


def test_a_record_that_starts_nothing_is_told_as_that(ruleset: Ruleset) -> None:
    made = advice(topic("not_started"), topic("not_started", "sleeping"))

    assert is_silent(made)
    assert "staat geen aanleiding voor sleeping of tester." in " ".join(told(made, ruleset).split())
    assert silent_line(made, ruleset).aside == "geen onderwerp begonnen"


def test_advice_that_is_all_for_another_reader_does_not_look_like_nothing_to_do(ruleset: Ruleset) -> None:
    text = told(advice(topic("advice")), ruleset, audience="pharmacist")

    assert "– Er is advies, maar niet voor deze lezer" in text


@pytest.mark.parametrize(
    ("role", "words"), [("gp", "Voor de huisarts"), ("social_team", "Voor het sociaal wijkteam")]
)
def test_whom_to_ask_is_named_with_the_right_article(ruleset: Ruleset, role: str, words: str) -> None:
    made = advice(
        topic("questions"), make_questions=lambda: (question("x", both("Vraag", "Question"), asked_of=role),)
    )

    assert words in told(made, ruleset)


def test_a_topic_that_waits_for_somebody_elses_answer_does_not_point_at_questions_that_are_not_there(
    ruleset: Ruleset,
) -> None:
    text = told(advice(topic("questions")), ruleset)

    assert "hieronder" not in text
    assert "wat een ander kan beantwoorden" in text


def test_nothing_needed_is_limited_to_what_was_delivered(ruleset: Ruleset) -> None:
    missed = NotChecked(
        "observations", "not_delivered", both("Meetwaarden niet aangeleverd.", "Not delivered.")
    )

    assert "✓ Nagekeken: er is nu niets nodig." in told(advice(topic("nothing_to_do")), ruleset)
    assert "✓ Nagekeken voor zover aangeleverd: er is nu niets nodig." in told(
        advice(topic("nothing_to_do", not_checked=(missed,))), ruleset
    )


@pytest.mark.parametrize(
    ("missing", "told_as"),
    [
        (("unwell",), "(onbekend: ziek)"),
        (("unwell", "dizzy", "falls"), "(onbekend: ziek; duizelig; aantal keren gevallen)"),
        (
            ("unwell", "dizzy", "falls", "seen"),
            "(onbekend: ziek; duizelig; aantal keren gevallen; en 1 meer)",
        ),
    ],
)
def test_what_cannot_be_decided_says_what_is_not_known(
    ruleset: Ruleset, missing: tuple[str, ...], told_as: str
) -> None:
    undecided = Undecided("tester.small/call-when-unwell", lambda: missing)

    text = " ".join(told(advice(topic("not_assessable"), undecided=(undecided,)), ruleset).split())

    assert f"– Bellen bij wie ziek is {told_as}" in text


def test_what_the_questions_ask_is_not_listed_as_undecided_too(ruleset: Ruleset) -> None:
    undecided = Undecided("tester.small/call-when-unwell", lambda: ("unwell",))
    asked = question("unwell", both("Bent u ziek", "Are you unwell"))

    text = told(advice(topic("not_assessable"), undecided=(undecided,), questions=(asked,)), ruleset)

    assert "Nog niet te zeggen" not in text
    assert "Bent u ziek" in text


def test_a_long_id_is_cut_where_it_says_nothing(ruleset: Ruleset) -> None:
    path = "MedicationRequest/562ed324-c53c-480c-b712-952510246c1f/usage"
    made = advice(topic("nothing_to_do"), make_skipped=lambda: ({"path": path, "why": "unit", "text": {}},))

    assert "– MedicationRequest/562ed324…/usage: " in told(made, ruleset)


# Readers


def test_the_owner_is_named_when_there_is_no_text_for_the_reader(ruleset: Ruleset) -> None:
    one = recommendation("refer", both("Verwijzen", "Refer"), owner="gp")
    made = advice(topic("advice"), recommendations=(one,))

    assert "Voor de huisarts: Concept" in told(made, ruleset, audience="pharmacist")
    assert "Voor de huisarts" not in told(made, ruleset)


@pytest.mark.parametrize(
    ("patient", "line"),
    [
        (Patient(birth_date=BORN, sex="female"), "vrouw, 71 jaar, geboren 15-06-1954"),
        (Patient(birth_date=Days(date(1954, 1, 1), date(1954, 12, 31)), sex="male"), "man, 71 of 72 jaar"),
        (Patient(age=71), "71 jaar"),
        (Patient(), "Patiënt p1"),
    ],
)
def test_the_patient_is_told_by_sex_and_age(ruleset: Ruleset, patient: Patient, line: str) -> None:
    assert told(advice(topic("nothing_to_do")), ruleset, patient=patient).splitlines()[0].endswith(line)


def test_a_draft_is_called_a_draft_and_a_confirmed_guideline_is_not(ruleset: Ruleset) -> None:
    assert "concept" in told(advice(topic("nothing_to_do")), ruleset)
    assert "oncept" not in told(advice(topic("nothing_to_do", status="active")), ruleset)


def test_a_language_that_a_text_lacks_falls_back_on_dutch(ruleset: Ruleset) -> None:
    made = advice(topic("not_assessable", text={"nl": "De metingen spreken elkaar tegen."}))

    assert "De metingen spreken elkaar tegen." in told(made, ruleset, "en")


def test_a_reason_that_two_rules_share_is_told_once(ruleset: Ruleset) -> None:
    one = recommendation("refer", both("Verwijzen", "Refer"))
    doubled = replace(one.texts, because=one.texts.because * 2)
    made = advice(topic("advice"), recommendations=(replace(one, make_texts=lambda: doubled),))

    assert told(made, ruleset).count("Risico is 3 punten of meer") == 1
