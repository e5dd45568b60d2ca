"""The patients of ../shared/data/fhir: each gets an answer for every topic, the same from every executor."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cdss
from cdss.engine.editions import choose
from cdss.engine.reference import evaluate
from cdss.models.advice import OUTCOMES

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT.parent / "shared" / "data" / "fhir"
BUNDLES = sorted(FOLDER.glob("*/*.json"))
NICTIZ = FOLDER / "nictiz-zib2020" / "examples.ndjson"
ABOUT = "nl-core-Patient-01"
ON = date(2026, 3, 1)

pytestmark = pytest.mark.skipif(not BUNDLES, reason="the shared test data is not beside the checkout")


@cache
def engine(executor: str) -> cdss.Engine:
    return cdss.Engine(cdss.load(ROOT / "guidelines"), executor=executor)


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def gathered() -> list[dict[str, Any]]:
    """The resources of the Nictiz examples that are, or speak of, one patient; and what speaks of nobody."""
    found = []
    for line in NICTIZ.read_text(encoding="utf-8").splitlines():
        resource = json.loads(line)
        subject = resource.get("subject", resource.get("patient", {}))
        about = subject.get("reference", "") if isinstance(subject, dict) else ""
        if resource.get("id") == ABOUT or about.rpartition("/")[2] == ABOUT:
            found.append(resource)
    return found


@pytest.mark.parametrize("setting", ["contact", "record", "population"])
@pytest.mark.parametrize("bundle", BUNDLES, ids=name_of)
def test_every_topic_says_its_outcome(bundle: Path, setting: str) -> None:
    patient = cdss.read(bundle.read_bytes())

    advice = engine("compiled").advise(patient, ON, setting=setting)

    assert [topic.topic for topic in advice.topics] == ["back-pain", "fracture-prevention"]
    assert all(topic.outcome in OUTCOMES for topic in advice.topics)
    assert patient.id is not None


@pytest.mark.parametrize("bundle", BUNDLES, ids=name_of)
def test_executors_agree_on_every_named_node(bundle: Path) -> None:
    patient = cdss.read(bundle.read_bytes())
    dates = (ON, date(2025, 1, 1))

    for day in dates:
        for setting in ("contact", "record"):
            own = engine("compiled")
            chosen = choose(own.ruleset, day, None, None)
            concluded = own.conclude(patient, day, setting, chosen, frozenset())

            assert concluded.valuation == evaluate(concluded.program, concluded.call), (day, setting)


def test_a_dutch_patient_gathered_from_single_resources_gets_an_answer() -> None:
    resources = gathered()

    advice = engine("compiled").advise(cdss.read(resources), ON)

    assert len(resources) > 5
    assert advice.patient == ABOUT
    assert all(topic.outcome in OUTCOMES for topic in advice.topics)


MP9 = {
    "mp9-alendronate-active": [("2025-10-01", None, "on_treatment")],
    "mp9-alendronate-stop-agreement": [("2024-06-01", None, "planned_end")],
    "mp9-alendronate-stop-agreement-other-code": [("2024-06-01", None, "planned_end")],
    "mp9-alendronate-temporary-interruption": [
        ("2024-06-15", None, "interrupted"),
        ("2024-10-15", None, "possible_stop"),
    ],
    "mp9-alendronate-lapsed-no-stop": [
        ("2024-01-07", None, "on_treatment"),
        ("2024-01-08", None, "possible_stop"),
        ("2024-05-10", None, "possible_stop"),
        ("2024-05-10", "all", "stopped"),
    ],
}
"""What the READMEs of these bundles promise: date, what was delivered, status."""


@pytest.mark.parametrize("name", MP9)
def test_the_medication_process_bundles_give_the_status_they_were_made_for(name: str) -> None:
    source = (ROOT / "examples" / "patients" / f"{name}.json").read_bytes()

    for day, delivered, status in MP9[name]:
        patient = cdss.read(source, delivered=delivered)
        edition = {"fracture-prevention": "nhg-m69-2024"}  # the only one so far; asked for outside its period
        advice = engine("compiled").advise(
            patient, date.fromisoformat(day), topics=["fracture-prevention"], editions=edition
        )

        assert advice.findings["bone_drug_use.status"] == status, (day, delivered)
