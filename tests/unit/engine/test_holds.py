"""Until when an answer holds: the first later day on which the same record gives another answer, and no other day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdss.engine.engine import Engine
from cdss.engine.holds import what_counts
from cdss.engine.turning import crossing
from cdss.models.dates import Duration
from cdss.models.patient import Days, Delivered, Patient
from tests.unit.engine.small_guideline import (
    COMPLETE,
    GUIDELINE,
    ON,
    SOURCES,
    WOMAN,
    Record,
    broken_hip,
    day,
    engine,
    woman,
)
from tests.unit.rules.guideline_text import ruleset


def holds(patient: Patient, on: date = ON, setting: str = "record") -> date | None:
    return engine().advise(patient, on, setting=setting).holds_until


# Days that can be worked out by hand


def test_a_recent_fracture_holds_until_the_day_on_which_it_is_two_years_ago() -> None:
    patient = woman(broken_hip("2025-01-20"), evaluated_elsewhere=False)
    always = replace(patient, answers=())

    # The answer "not elsewhere" counts for a year: from 1 March 2027 it would be a question. The fracture ends first.
    assert holds(always) == date(2027, 1, 20)


def test_an_answer_that_counts_for_a_year_holds_until_that_day_next_year() -> None:
    patient = woman(broken_hip("2025-12-20"), evaluated_elsewhere=False)

    assert holds(patient) == date(2027, 3, 1)


def test_an_answer_of_today_holds_until_tomorrow_when_it_counts_for_this_contact() -> None:
    # Tomorrow "none" is unknown again, and asked; an older "mild" would still count.
    assert holds(woman(leg_pain="none")) == date(2026, 3, 2)
    assert holds(woman(leg_pain="mild", smoking=True, falls=1)) != date(2026, 3, 2)


def test_supply_that_runs_out_holds_until_the_gap_is_over_its_limit() -> None:
    # Four tablets of a week from 1 November last until 29 November; on 29 January that is 61 days.
    dispensed = Record(
        "dispensings", 0, day("2025-11-01"), ("atc:M05BA04",), {"strength": "70 mg", "quantity": 4}
    )

    assert holds(woman(dispensed), date(2025, 12, 1)) == date(2026, 1, 29)


def test_a_decision_holds_until_its_end() -> None:
    decided = Record(
        "decisions",
        0,
        day("2026-02-01"),
        (),
        {"action": "order-dxa", "choice": "postponed", "until": day("2026-06-01")},
    )
    patient = woman(broken_hip("2025-12-20"), decided)

    assert holds(patient) == date(2026, 6, 1)


def test_a_record_of_a_later_date_counts_from_its_date() -> None:
    patient = woman(broken_hip("2026-05-04"))

    assert holds(patient) == date(2026, 5, 4)


def test_a_patient_of_whom_nothing_is_known_that_may_turn_holds_for_two_years() -> None:
    assert holds(Patient(sex="female", delivered={"conditions": COMPLETE})) is None


def test_beyond_two_years_nobody_looks() -> None:
    fracture = woman(broken_hip("2026-02-28"))

    # It leaves the window on 28 February 2028; from 1 March 2026 that is within two years, from 27 February it is not.
    assert holds(fracture) == date(2028, 2, 28)
    assert holds(woman(broken_hip("2026-02-28")), date(2026, 2, 28)) == date(2028, 2, 28)


def test_a_death_that_is_recorded_later_ends_the_answer() -> None:
    patient = replace(woman(broken_hip("2025-12-20")), deceased_on=Days(date(2026, 4, 1), date(2026, 4, 1)))

    assert holds(patient) == date(2026, 4, 1)


def test_an_answer_in_months_turns_when_the_calendar_makes_it_longer() -> None:
    text = GUIDELINE.replace("type: duration, valid_for: contact", "type: duration, valid_for: 2 years")
    text = text.replace("pain_duration < talk_from", "pain_duration < 61 days")
    own = Engine(ruleset({"small/a.yaml": text, "small/sources.yaml": SOURCES}), executor="reference")
    patient = woman(leg_pain="severe", smoking=True, falls=1, pain_duration="2 months")

    # Two months before 29 April is 28 February, 60 days; before 30 April too, and that is 61.
    assert own.advise(patient, ON).holds_until == date(2026, 4, 30)


# Editions


EDITIONS = {
    "small/editions.yaml": "topic: small\ndefault: [{from: 2020-01-01, edition: old}, {from: 2026-07-01, edition: new}]\n",
    "small/sources.yaml": SOURCES,
    "small/old/a.yaml": GUIDELINE.replace("topic: small\n", "topic: small\nedition: old\n").replace(
        "id: small\n", "id: small.old\n"
    ),
    "small/new/a.yaml": GUIDELINE.replace("topic: small\n", "topic: small\nedition: new\n")
    .replace("id: small\n", "id: small.new\n")
    .replace("age >= 50 years", "age >= 75 years"),
}


def test_another_edition_ends_the_answer_when_it_says_otherwise() -> None:
    actions = GUIDELINE[GUIDELINE.index("actions:") : GUIDELINE.index("parameters:")]
    head = "cdss: 1\nid: shared.actions\nversion: 0.1.0\nstatus: draft\ntopic: shared\n"
    files = {"shared/actions.yaml": f"{head}title: {{nl: Handelingen, en: Actions}}\n{actions}"}
    use = "evidence: secondary\nuse: [../../shared/actions.yaml]\n"
    for path, content in EDITIONS.items():
        files[path] = content.replace(actions, "").replace("evidence: secondary\n", use, 1)
    two = Engine(ruleset(files), executor="reference")

    # She is 72 on 1 July: the new edition looks from the age of 75 only.
    assert two.advise(woman(broken_hip("2025-12-20")), ON).holds_until == date(2026, 7, 1)


# Crossings


@pytest.mark.parametrize(
    ("start", "back", "reached", "passed"),
    [
        (date(2025, 1, 20), Duration(months=24), date(2027, 1, 20), date(2027, 1, 21)),
        (date(2024, 2, 29), Duration(months=12), date(2025, 3, 1), date(2025, 3, 1)),
        (date(2025, 2, 28), Duration(months=12), date(2026, 2, 28), date(2026, 3, 1)),
        (date(2025, 1, 31), Duration(months=1), date(2025, 3, 1), date(2025, 3, 1)),
        (date(2025, 1, 28), Duration(months=1), date(2025, 2, 28), date(2025, 3, 1)),
        (date(2025, 1, 20), Duration(days=60), date(2025, 3, 21), date(2025, 3, 22)),
    ],
)
def test_a_day_is_so_long_ago_from_the_first_day_that_reaches_it(
    start: date, back: Duration, reached: date, passed: date
) -> None:
    assert [date.fromordinal(one) for one in crossing(start, back)] == [reached, passed]


# Against every day


def by_every_day(patient: Patient, on: date, setting: str, days: int) -> date | None:
    """The slow way: every day until it differs."""
    today = what_counts(engine(), engine().look(patient, on, setting, None, None, None))
    for step in range(1, days + 1):
        later = on + timedelta(days=step)
        if what_counts(engine(), engine().look(patient, later, setting, None, None, None)) != today:
            return later
    return None


near = st.integers(-800, 60).map(lambda step: ON + timedelta(days=step))
one_day = near.map(lambda found: Days(found, found))
some_days = st.one_of(
    one_day,
    one_day,
    near.map(lambda found: Days(found.replace(day=1), found.replace(day=28))),
    st.none(),
)


@st.composite
def patients(draw: st.DrawFn) -> Patient:
    """Women with fractures, measurements, letters, dispensings, answers and decisions around the reference date."""
    lists: dict[str, tuple[Record, ...]] = {}

    def add(name: str, codes: tuple[str, ...], **fields: object) -> None:
        own = lists.get(name, ())
        on = draw(some_days)
        lists[name] = (*own, Record(name, len(own), on, codes, dict(fields)))  # type: ignore[arg-type]

    for _ in range(draw(st.integers(0, 2))):
        add("conditions", ("icpc-1:L75",), site=draw(st.sampled_from(("hip", "toe", None))))
    for _ in range(draw(st.integers(0, 2))):
        add("observations", ("loinc:39156-5",), value=draw(st.sampled_from((19, 24, 240))), unit="kg/m2")
    for _ in range(draw(st.integers(0, 3))):
        add(
            "dispensings",
            ("atc:M05BA04",),
            strength=draw(st.sampled_from(("70 mg", None))),
            quantity=draw(st.sampled_from((4, 12, None))),
        )
    for _ in range(draw(st.integers(0, 1))):
        add("documents", (), **{"from": "trauma-surgery"})
    for _ in range(draw(st.integers(0, 1))):
        add(
            "decisions",
            (),
            action="order-dxa",
            choice=draw(st.sampled_from(("declined", "done_elsewhere", "agreed"))),
            until=draw(st.one_of(st.none(), one_day)),
        )
    names = ("conditions", "procedures", "observations", "dispensings", "documents")
    periods = st.sampled_from(
        (COMPLETE, COMPLETE, Delivered(reach="own"), Delivered(date(2025, 6, 1), date(2026, 4, 1)), None)
    )
    delivered = {name: period for name in names if (period := draw(periods)) is not None}
    patient = Patient(**WOMAN, lists=lists, delivered=delivered)  # type: ignore[arg-type]
    answers: dict[str, object] = {
        "smoking": draw(st.sampled_from((None, True, False))),
        "falls": draw(st.sampled_from((None, 1, 2))),
        "evaluated_elsewhere": draw(st.sampled_from((None, True, False))),
        "t_score_neck": draw(st.sampled_from((None, -3, -1))),
        "leg_pain": draw(st.sampled_from((None, "severe", "none"))),
        "pain_duration": draw(st.sampled_from((None, "3 days", "2 months"))),
    }
    for name, value in answers.items():
        if value is not None:
            patient = patient.with_answers({name: value}, on=draw(near))
    return patient


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(patients(), st.sampled_from(("record", "contact")))
def test_it_is_the_first_day_that_differs_when_every_day_is_tried(patient: Patient, setting: str) -> None:
    days = 90
    found = holds(patient, ON, setting)
    tried = by_every_day(patient, ON, setting, days)

    assert tried == (None if found is None or found > ON + timedelta(days=days) else found)
