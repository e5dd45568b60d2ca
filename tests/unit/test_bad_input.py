"""Bad input gets a clear error that names the place and the way out; nothing is lost, and no traceback reaches a user."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import cdss

ON = date(2026, 3, 1)
ROOT = Path(__file__).resolve().parents[2]
RULE = """cdss: 1
id: tried.file
version: 0.1.0
status: draft
title: {nl: Proef, en: Trial}
topic: tried
source: {title: Voorbeeld}
evidence: design
actions: {do-it: {label: {nl: Doe het, en: Do it}, owner: gp}}
facts:
  weight: {from: answer, type: number, unit: kg, valid_for: always, if_missing: ask, text: {nl: Gewicht, en: Weight}}
rules:
  - id: one
    title: {nl: Een, en: One}
    when: weight < 60 kg
    then: {recommend: do-it, messages: {gp: {nl: Doe het nu., en: Do it now.}}}
"""


def problems(folder: Path, text: str | bytes) -> list[str]:
    """The kinds of problems of a guideline with this text, in a folder of its own."""
    place = folder / "tried.yaml"
    place.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    try:
        cdss.load(folder, cache=False)
    except cdss.GuidelineError as refused:
        assert all(problem.text["nl"] and problem.text["en"] for problem in refused.problems)
        assert all(problem.span.line >= 1 for problem in refused.problems)
        return [problem.kind for problem in refused.problems]
    return []


def test_the_guideline_itself_is_fine(tmp_path: Path) -> None:
    assert problems(tmp_path, RULE) == []


@pytest.mark.parametrize(
    ("wrong", "kinds"),
    [
        (RULE.encode("utf-16"), 1),
        (RULE.replace("    title", "\ttitle"), 1),
        (RULE.replace("source: {title: Voorbeeld}", "source: &a {title: Voorbeeld}"), 1),
        (RULE + "facts: {}\n", 1),
        (RULE.replace("evidence: design", "evidense: design"), 1),
        (RULE.replace("60 kg", "60 mmol/L"), 1),
        (RULE.replace("60 kg", "1e-05 kg"), 1),
        (RULE.replace("60 kg", "60,5 kg"), 1),
        (RULE.replace("weight < 60 kg", "wieght < 60 kg"), 1),
        (RULE.replace("recommend: do-it", "recommend: do-that"), 1),
        (RULE.replace("weight < 60 kg", "__import__ < 60 kg"), 1),
        ("", 1),
        ("- just\n- a list\n", 1),
    ],
    ids=[
        "not UTF-8", "a tab", "an anchor", "a key twice", "a misspelt key", "a wrong unit", "an exponent", "a comma",
        "a misspelt name", "an unknown action", "a hostile name", "an empty file", "a list",
    ],
)  # fmt: skip
def test_one_mistake_is_one_problem(tmp_path: Path, wrong: str | bytes, kinds: int) -> None:
    assert len(problems(tmp_path, wrong)) == kinds


@pytest.mark.parametrize("name", ["class", "lambda", "import", "none_of_us", "print"])
def test_a_word_of_python_is_a_name_like_any_other(tmp_path: Path, name: str) -> None:
    text = RULE.replace("  weight:", f"  {name}:").replace("when: weight", f"when: {name}")

    assert problems(tmp_path, text) == []


def test_fifty_megabytes_are_refused_at_once(tmp_path: Path) -> None:
    assert problems(tmp_path, b"# " + b"x" * 50_000_000) == ["file-too-large"]


def test_a_billion_laughs_are_refused(tmp_path: Path) -> None:
    laughs = "a: &a [ha, ha]\n" + "".join(
        f"{chr(98 + place)}: &{chr(98 + place)} [*{chr(97 + place)}, *{chr(97 + place)}]\n"
        for place in range(20)
    )

    assert problems(tmp_path, laughs)


# Records


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": {"resourceType": "Patient", "id": "a", "birthDate": "1950-02-28"}}]
        + [{"resource": resource} for resource in resources],
    }


def condition(**more: Any) -> dict[str, Any]:
    coding = [{"system": "http://hl7.org/fhir/sid/icpc-1-nl", "code": "L72"}]
    return {
        "resourceType": "Condition",
        "subject": {"reference": "Patient/a"},
        "code": {"coding": coding},
        **more,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        b"\xff\xfe nonsense",
        "{",
        "[]",
        {"resourceType": "Bundle", "type": "collection", "entry": []},
        {"resourceType": "Practitioner", "id": "x"},
        {"birth_date": "1950-01-01", "conditons": []},
        {"birth_date": "1950-02-30"},
        {"birth_date": "1950-01-01", "deceased_on": "1940-01-01"},
    ],
    ids=[
        "bytes",
        "broken JSON",
        "an empty list",
        "an empty bundle",
        "another type",
        "an unknown key",
        "30 February",
        "died before",
    ],
)
def test_an_impossible_record_is_refused_with_its_place(wrong: Any) -> None:
    with pytest.raises(cdss.PatientError) as refused:
        cdss.read(wrong)

    assert refused.value.kind
    assert refused.value.text["nl"] and refused.value.text["en"]


def test_a_birth_date_after_the_reference_date_is_refused() -> None:
    with pytest.raises(cdss.PatientError):
        cdss.Engine(cdss.load()).advise(cdss.read({"birth_date": "2026-03-02"}), ON)


def test_one_bad_resource_costs_only_itself() -> None:
    good = condition(onsetDateTime="2025-12-01")
    bad = condition(onsetDateTime={"not": "a date"})

    patient = cdss.read(bundle(bad, good))

    assert any(
        record.codes == ("icpc-1:L72",) and record.on is not None for record in patient.records("conditions")
    )
    assert patient.skipped


def test_what_lies_after_the_reference_date_does_not_exist() -> None:
    future = {
        "birth_date": "1950-01-01",
        "delivered": {"conditions": {}},
        "conditions": [{"on": "2026-03-02", "codes": ["icpc-1:L72"]}],
    }

    advice = cdss.Engine(cdss.load()).advise(cdss.read(future), ON)

    assert advice.topic("fracture-prevention").outcome == "not_started"


def test_an_old_spelling_of_a_code_is_the_same_code() -> None:
    coding = [{"system": "http://hl7.org/fhir/sid/icpc-1-nl", "code": "L9501"}]

    patient = cdss.read(bundle(condition(code={"coding": coding}, onsetDateTime="2025-12-01")))

    assert patient.records("conditions")[0].codes == ("icpc-1:L95.01",)


def test_a_decimal_as_text_is_read_and_told() -> None:
    weight = {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": "Patient/a"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "39156-5"}]},
        "effectiveDateTime": "2026-01-01",
        "valueQuantity": {
            "value": "22.4",
            "unit": "kg/m2",
            "system": "http://unitsofmeasure.org",
            "code": "kg/m2",
        },
    }

    patient = cdss.read(bundle(weight))

    assert str(patient.records("observations")[0].fields["value"]) == "22.4"


def test_names_with_accents_and_emoji_are_only_names() -> None:
    named = bundle()
    named["entry"][0]["resource"] |= {"id": "zoë-😀", "name": [{"text": "Zoë 😀 d'Ångström"}]}

    patient = cdss.read(json.dumps(named, ensure_ascii=False))

    assert patient.id == "zoë-😀"
    assert cdss.Engine(cdss.load()).advise(patient, ON).patient == "zoë-😀"


def test_somebody_born_on_29_february_is_fifty_on_1_march() -> None:
    leap = cdss.read(
        {
            "birth_date": "1976-02-29",
            "delivered": {"conditions": {}},
            "conditions": [{"on": "2025-12-01", "codes": ["icpc-1:L72"], "cause": "low_energy"}],
        }
    )
    engine = cdss.Engine(cdss.load())

    before = engine.advise(leap, date(2026, 2, 28))
    after = engine.advise(leap, date(2026, 3, 1))

    assert before.topic("fracture-prevention").outcome == "not_started"
    assert after.recommendation("order-dxa-vfa") is not None


@pytest.mark.parametrize("usage", ["3D2T ZN", 5, "x" * 201])
def test_directions_that_cannot_be_read_are_not_replaced_by_what_the_product_mostly_lasts(usage: Any) -> None:
    twelve = {"on": "2026-01-20", "codes": ["atc:M05BA04"], "strength": "70 mg", "quantity": 12}

    def run_out(**more: Any) -> Any:
        record = {
            "birth_date": "1950-01-01",
            "delivered": {"dispensings": {}},
            "dispensings": [twelve | more],
        }
        advice = cdss.Engine(cdss.load()).advise(cdss.read(record), ON, topics=["fracture-prevention"])
        return advice.findings["bone_drug_use.run_out"]

    assert run_out() == "2026-04-14"  # 12 times 7 days
    assert run_out(usage=usage) == {"low": "2026-01-20"}


def test_a_returned_dispensing_is_normal() -> None:
    weekly = {"codes": ["atc:M05BA04"], "strength": "70 mg"}
    record = {
        "birth_date": "1950-01-01",
        "delivered": {"dispensings": {}},
        "dispensings": [
            {"on": "2026-02-01", "quantity": 12, **weekly},
            {"on": "2026-02-03", "quantity": -12, **weekly},
        ],
    }

    advice = cdss.Engine(cdss.load()).advise(cdss.read(record), ON, topics=["fracture-prevention"])

    assert advice.findings["bone_drug_use.status"] == "never"
    assert advice.skipped == ()
