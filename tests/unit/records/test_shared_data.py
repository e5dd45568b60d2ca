"""The bundles of the shared data: every one is read, and the traps in it are not fallen into."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from cdss.records import read, to_json

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "fhir"
BUNDLES = sorted(FOLDER.glob("*/*.json"))
EXAMPLES = Path(__file__).parents[3] / "examples" / "patients"
NICTIZ = FOLDER / "nictiz-zib2020" / "examples.ndjson"

needs_data = pytest.mark.skipif(not BUNDLES, reason=f"the shared data is not there: {FOLDER}")


@needs_data
@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_bundle_is_read(path):
    data = json.loads(path.read_bytes())
    sent = Counter(entry["resource"]["resourceType"] for entry in data["entry"])

    patient = read(path.read_bytes())

    assert patient.id and patient.birth_date and patient.sex
    assert len(patient.records("conditions")) == sent["Condition"]
    assert len(patient.records("procedures")) == sent["Procedure"]
    assert len(patient.records("allergies")) == sent["AllergyIntolerance"]
    assert len(patient.records("contacts")) + len(patient.records("stays")) == sent["Encounter"]
    # Left out, if anything: directions without a fixed amount, a result in words, a code in the wrong system.
    assert len(patient.skipped) <= 3
    assert read(to_json(patient)).lists == patient.lists


@needs_data
def test_patients_who_died_are_known_as_such():
    died = {path.stem: read(path.read_bytes()).deceased_on for path in BUNDLES}

    assert sum(day is not None for day in died.values()) > 0


@needs_data
def test_a_fractured_dental_filling_is_no_site():
    sites = {
        record.fields["site"]
        for path in BUNDLES
        for record in read(path.read_bytes()).records("conditions")
        if "site" in record.fields and "sct:278588009" in record.codes
    }

    assert sites == set()


@pytest.mark.skipif(not NICTIZ.exists(), reason=f"the Nictiz examples are not there: {NICTIZ}")
def test_the_dutch_examples_about_one_patient_are_one_record():
    resources = [json.loads(line) for line in NICTIZ.read_text(encoding="utf-8").splitlines() if line.strip()]
    about = [one for one in resources if "nl-core-Patient-01" in json.dumps(one)]
    others = {"Patient", "Encounter", "CareTeam", "CarePlan"}
    sent = [one for one in about if one["resourceType"] not in others or one["id"] == "nl-core-Patient-01"]

    patient = read(sent)

    assert patient.id == "nl-core-Patient-01" and patient.sex == "female"
    assert len(patient.records("observations")) > 50 and len(patient.records("conditions")) > 20
    assert all(skipped.why["nl"] and skipped.why["en"] for skipped in patient.skipped)


def read_example(name):
    return read((EXAMPLES / f"mp9-alendronate-{name}.json").read_bytes())


@pytest.mark.parametrize(
    ("name", "handed_over", "agreed"),
    [
        ("active", 12, ["start", "start"]),
        ("lapsed-no-stop", 3, ["start", "start"]),
        ("stop-agreement", 5, ["start", "start", "stop"]),
        ("stop-agreement-other-code", 5, ["start", "stop"]),
        ("temporary-interruption", 5, ["start", "start", "stop"]),
    ],
)
def test_the_five_medication_records(name, handed_over, agreed):
    patient = read_example(name)

    dispensed = patient.records("dispensings")
    assert len(dispensed) == handed_over
    assert all(record.codes == ("zi:15702804", "atc:M05BA04") for record in dispensed)
    assert all(record.fields["quantity"] == 12 and record.fields["days_supply"] == 84 for record in dispensed)
    assert all("strength" not in record.fields for record in dispensed)  # it stands in a name only
    assert sorted(str(record.fields["kind"]) for record in patient.records("agreements")) == agreed
    assert {record.fields["treatment"] for record in patient.records("agreements")} == {"MBH-TEST-1"}
    assert patient.skipped == ()


@pytest.mark.parametrize(
    ("name", "stop_type"),
    [
        ("stop-agreement", "definitive"),
        ("stop-agreement-other-code", "definitive"),
        ("temporary-interruption", "temporary"),
    ],
)
def test_a_stop_works_from_the_day_after_the_period_that_it_ends(name, stop_type):
    (stop,) = [one for one in read_example(name).records("agreements") if one.fields["kind"] == "stop"]

    works = stop.fields["from"]
    assert stop.on is not None and stop.on.first == date(2024, 5, 14)
    assert getattr(works, "first", None) == date(2024, 5, 15)
    assert stop.fields["stop_type"] == stop_type


def test_the_measurements_of_the_examples_have_units_that_we_know():
    units = {one.codes[0]: one.fields["unit"] for one in read_example("active").records("observations")}

    assert units == {"loinc:38265-5": "1", "loinc:39156-5": "kg/m2", "loinc:33914-3": "mL/min"}
