"""A timeline of any patient can be read: no text over another, no gap where there may be supply, and always the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdss.engine.timeline import Timeline
from cdss.engine.timeline.draw import RUNNING
from cdss.models.patient import Patient, Record
from tests.properties.strategies import ON, Looked, patients, shuffled
from tests.unit.engine.drawn_patients import drawn
from tests.unit.engine.test_timeline import faults

CODES = (
    "atc:M05BA04",
    "atc:M05BA04",
    "atc:M05BX04",
    "atc:M05BA07",
    "atc:G03XC01",
    "icpc-1:L72",
    "loinc:38265-5",
)
NAMES = (
    None,
    None,
    "Alendroninezuur tablet 70 mg",
    "W" * 90,
    "een <heel> lange naam & nog meer " * 4,
    "骨" * 30,
)
LOOKED = Looked({}, codes=CODES)
CHECKED = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None, max_examples=60
)


@st.composite
def drawable(draw: st.DrawFn) -> Patient:
    """A patient of whom most records are about the drugs that are drawn, some with a name, often of the same days."""
    patient = draw(patients({"follow_up_drug": "yes_no"}, looked=LOOKED, busy=draw(st.booleans())))

    def named(record: Record) -> Record:
        if record.list not in ("dispensings", "prescriptions", "administrations"):
            return record
        return replace(record, fields={**record.fields, "display": draw(st.sampled_from(NAMES))})

    lists = {name: tuple(map(named, records)) for name, records in patient.lists.items()}
    return replace(patient, lists=lists)


def days_with_supply(timeline: Timeline) -> list[tuple[date, date]]:
    return [
        (bar.start, bar.end or date.max)
        for course in timeline.courses
        for lane in course.lanes
        for bar in lane.bars
        if not lane.outside
    ]


@CHECKED
@given(drawable())
def test_no_label_of_any_patient_stands_over_another_or_outside_the_picture(patient: Patient) -> None:
    assert faults(drawn(patient, ON)) == []


@CHECKED
@given(drawable(), st.sampled_from(("nl", "en")))
def test_the_picture_of_any_patient_is_xml_and_its_text_fits(patient: Patient, lang: str) -> None:
    timeline = drawn(patient, ON)

    ElementTree.fromstring(timeline.to_svg(lang))
    assert all(len(line) <= 80 for line in timeline.to_text(lang).splitlines())


@CHECKED
@given(drawable())
def test_no_gap_lies_where_there_may_be_supply_and_no_supply_is_drawn_twice(patient: Patient) -> None:
    timeline = drawn(patient, ON)

    for course in timeline.courses:
        for lane in course.lanes:
            covered = sorted((bar.start, bar.end) for bar in lane.bars if bar.kind == "unknown" and bar.end)
            assert all(end <= start for (_, end), (start, _) in pairwise(covered))
            for gap in lane.gaps:
                assert gap.days > 0 and gap.period.end <= ON
                assert gap.running is (gap.period.end == ON)
                for start, end in days_with_supply(timeline):
                    assert end <= gap.period.start or gap.period.end <= start


@CHECKED
@given(drawable(), st.permutations(range(9)))
def test_the_order_of_the_records_of_any_patient_changes_nothing(patient: Patient, order: list[int]) -> None:
    assert drawn(shuffled(patient, order), ON).to_dict() == drawn(patient, ON).to_dict()


@CHECKED
@given(drawable())
def test_the_gap_of_any_patient_is_drawn_as_long_as_it_is_said(patient: Patient) -> None:
    timeline = drawn(patient, ON)

    for course in timeline.courses:
        stands = course.standing
        said = bool(stands.gap) and stands.gap_from == stands.run_out and not stands.unseen
        if said and len(stands.statuses) == 1 and stands.statuses[0] in RUNNING:
            assert [gap.days for lane in course.lanes for gap in lane.gaps if gap.running] == [stands.gap]
