"""The shipped guidelines: how long advice, import, load, check and reading a FHIR bundle take, and how much memory."""

from __future__ import annotations

import gc
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest.mock import patch

import cdss
from benchmarks.people import ON, people

ROOT: Final = Path(__file__).resolve().parents[1]
SYNTHETIC: Final = ROOT.parent / "shared" / "data" / "fhir" / "synthea-py" / "02-lowbackpain-fracture.json"
MEGABYTE: Final = 1_000_000
GUIDELINE: Final = "guidelines/fracture-prevention/nhg-m69-2024/case-finding.yaml"

Line = tuple[str, str, str]
"""What was measured, the figure, and the budget."""


def lines() -> list[Line]:
    """All measurements of this module."""
    return [*advice(), *starting(), *checking(), *reading(), *memory()]


def _percentile(taken: Sequence[float], part: float) -> float:
    ordered = sorted(taken)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def _timed(action: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.process_time_ns()
    action()
    return (time.process_time_ns() - started) / 1e6


def advice() -> list[Line]:
    """`Engine.advise` on the patients of the made-up practice, and on those of them for whom a topic opens."""
    engine = cdss.Engine(cdss.load())
    patients = [cdss.read(person.record()) for person in people(1_000)]
    for patient in patients[:100]:
        engine.advise(patient, on=ON)
    everybody: list[float] = []
    concerned: list[float] = []
    answers: list[cdss.Advice] = []
    gc.collect()
    for _ in range(2):
        answers.clear()
        for patient in patients:
            started = time.process_time_ns()
            found = engine.advise(patient, on=ON)
            taken = (time.process_time_ns() - started) / 1e6
            everybody.append(taken)
            if any(topic.outcome != "not_started" for topic in found.topics):
                concerned.append(taken)
                answers.append(found)
    for one in answers[:3]:  # what is put into words once for all patients
        one.to_json()
    until = [_timed(lambda one=one: one.holds_until) for one in answers[3:63]]  # type: ignore[misc]
    written = [_timed(one.to_json) for one in answers[3:63]]
    return [
        ("advise, everybody in the practice: p50", f"{_percentile(everybody, 0.5):.2f} ms", ""),
        ("advise, everybody in the practice: p99", f"{_percentile(everybody, 0.99):.2f} ms", ""),
        (
            "advise, a topic concerns the patient: p50",
            f"{_percentile(concerned, 0.5):.2f} ms",
            "under 0.5 ms",
        ),
        ("advise, a topic concerns the patient: p99", f"{_percentile(concerned, 0.99):.2f} ms", "under 2 ms"),
        (
            "the same written out as JSON, with all texts: p50",
            f"{_percentile(written, 0.5):.2f} ms",
            "under 5 ms",
        ),
        (
            "the same written out as JSON, with all texts: p99",
            f"{_percentile(written, 0.99):.2f} ms",
            "under 5 ms",
        ),
        (
            "how long the advice holds, found when it is read: p50",
            f"{_percentile(until, 0.5):.0f} ms",
            "no budget",
        ),
        (
            "how long the advice holds, found when it is read: p99",
            f"{_percentile(until, 0.99):.0f} ms",
            "no budget",
        ),
    ]


def starting() -> list[Line]:
    """Import, and loading for the first and the second time, each in a process of its own; the middle one of five."""
    with TemporaryDirectory() as cache:
        load = f"cdss.load(cache={cache!r})"
        first = _in_a_process(load)
        return [
            ("import cdss", f"{_middle('None'):.0f} ms", "under 300 ms"),
            ("import and the first load of the shipped guidelines", f"{first:.0f} ms", ""),
            ("import and a second load (from the cache)", f"{_middle(load):.0f} ms", "under 500 ms"),
        ]


def _middle(action: str) -> float:
    return _percentile([_in_a_process(action) for _ in range(5)], 0.5)


def _in_a_process(action: str) -> float:
    code = f"import time; t = time.process_time(); import cdss; {action}; print((time.process_time() - t) * 1000)"
    return float(_run(code))


def _run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"could not be measured: {code}\n{done.stderr}")
    return done.stdout.strip().splitlines()[-1]


def checking() -> list[Line]:
    """`cdss check` of everything with its cases, first and once nothing has changed since; and of one file as an editor
    asks it: each time after a change of that file."""
    from cdss.author.checking import check_paths

    with (
        TemporaryDirectory() as folder,
        patch.dict(os.environ, {"XDG_CACHE_HOME": str(Path(folder, "cache"))}),
    ):
        shutil.copytree(ROOT / "guidelines", Path(folder, "guidelines"))
        first, again = (_timed(lambda: check_paths([Path(folder, "guidelines")])) for _ in range(2))
        edited = Path(folder, GUIDELINE)
        taken = []
        for turn in range(5):
            edited.write_text(f"{edited.read_text(encoding='utf-8')}# {turn}\n", encoding="utf-8")
            taken.append(_timed(lambda: check_paths([edited])))
        one = _percentile(taken, 0.5)
    return [
        ("cdss check of all shipped guidelines, all cases run", f"{first:.0f} ms", "under 2,000 ms"),
        ("the same, nothing changed since", f"{again:.0f} ms", "under 2,000 ms"),
        ("cdss check of one file, after a change", f"{one:.0f} ms", "under 200 ms"),
    ]


def reading() -> list[Line]:
    """A FHIR R4 bundle of 1 MB to a Patient, codes matched: one made here, and one grown from a synthetic patient."""
    bundles = {"made here": generated_bundle()}
    if SYNTHETIC.is_file():
        bundles["grown from Synthea"] = grown(json.loads(SYNTHETIC.read_bytes()))
    found: list[Line] = []
    for name, bundle in bundles.items():
        size, entries = len(bundle) / MEGABYTE, len(json.loads(bundle)["entry"])
        taken = [_timed(lambda data=bundle: cdss.read(data)) for _ in range(15)]  # type: ignore[misc]
        title = f"FHIR R4 bundle of {size:.2f} MB, {entries:,} resources, {name}"
        found.append((title, f"{_percentile(taken, 0.5):.1f} ms", "under 25 ms"))
    return found


def generated_bundle(size: int = MEGABYTE) -> bytes:
    """A bundle of one patient with so many measurements, problems and dispensings that it is this large."""
    dice = random.Random(size)
    patient = {"resourceType": "Patient", "id": "p1", "birthDate": "1949-05-02", "gender": "female"}
    entries: list[dict[str, Any]] = [{"fullUrl": "urn:uuid:p1", "resource": patient}]
    makers = (_observation, _observation, _observation, _condition, _dispense)
    length = 0
    while length < size * 0.985:
        resource = dice.choice(makers)(dice, len(entries))
        entries.append({"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource})
        length += len(json.dumps(entries[-1])) + 2
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def _day(dice: random.Random) -> str:
    return (date(2026, 2, 1) - timedelta(days=dice.randrange(4_000))).isoformat()


def _coding(system: str, code: str, display: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def _about(dice: random.Random, kind: str, number: int) -> dict[str, Any]:
    return {
        "resourceType": kind,
        "id": f"{kind.lower()}-{number}",
        "meta": {"versionId": "1", "lastUpdated": f"{_day(dice)}T09:30:00+02:00"},
        "subject": {"reference": "urn:uuid:p1"},
    }


def _observation(dice: random.Random, number: int) -> dict[str, Any]:
    code, name, unit, low, high = dice.choice(
        (
            ("39156-5", "Body mass index", "kg/m2", 19, 34),
            ("8480-6", "Systolic blood pressure", "mm[Hg]", 105, 180),
            ("33914-3", "Estimated GFR", "mL/min/{1.73_m2}", 30, 100),
            ("2947-0", "Sodium in blood", "mmol/L", 132, 146),
        )
    )
    return {
        **_about(dice, "Observation", number),
        "status": "final",
        "category": [
            _coding("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory", "Laboratory")
        ],
        "code": _coding("http://loinc.org", code, name),
        "effectiveDateTime": f"{_day(dice)}T08:00:00+01:00",
        "valueQuantity": {
            "value": dice.randrange(low, high),
            "unit": unit,
            "system": "http://unitsofmeasure.org",
            "code": unit,
        },
    }


def _condition(dice: random.Random, number: int) -> dict[str, Any]:
    problems = (
        ("K86", "Hypertensie"),
        ("L72", "Fractuur radius/ulna"),
        ("R74", "Verkoudheid"),
        ("L03", "Rugpijn"),
    )
    code, name = dice.choice(problems)
    return {
        **_about(dice, "Condition", number),
        "clinicalStatus": _coding(
            "http://terminology.hl7.org/CodeSystem/condition-clinical", "resolved", "Resolved"
        ),
        "code": _coding("http://hl7.org/fhir/sid/icpc-1-nl", code, name),
        "onsetDateTime": _day(dice),
    }


def _dispense(dice: random.Random, number: int) -> dict[str, Any]:
    code, name = dice.choice(
        (("M05BA04", "Alendroninezuur"), ("C10AA01", "Simvastatine"), ("C07AB02", "Metoprolol"))
    )
    return {
        **_about(dice, "MedicationDispense", number),
        "status": "completed",
        "medicationCodeableConcept": _coding("http://www.whocc.no/atc", code, name),
        "quantity": {"value": 84, "unit": "tablet"},
        "daysSupply": {"value": 84, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d"},
        "whenHandedOver": _day(dice),
    }


def grown(bundle: dict[str, Any], size: int = MEGABYTE) -> bytes:
    """A bundle with its clinical resources once more, and again, under new ids, up to this size."""
    entries: list[Any] = list(bundle["entry"])
    again = [entry for entry in entries if entry["resource"]["resourceType"] != "Patient"]
    length = len(json.dumps(bundle))
    for turn in count(1):
        for entry in again:
            resource = {**entry["resource"], "id": f"{entry['resource'].get('id', '')}-{turn}"}
            entries.append({"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource})
            length += len(json.dumps(entries[-1])) + 2
            if length > size:
                return json.dumps({**bundle, "entry": entries}).encode()
    raise AssertionError("count() never ends")


_MEMORY: Final = """
import gc, json
from benchmarks.people import ON, people
def megabytes():
    gc.collect()
    with open("/proc/self/statm") as pages:
        return int(pages.read().split()[1]) * 4096 / 1e6
import cdss
found = [megabytes()]
engine = cdss.Engine(cdss.load())
patients = [cdss.read(person.record()) for person in people(400)]
engine.advise(patients[0], on=ON)
found.append(megabytes())
for _ in range(2):
    for turn in range(5):
        for patient in patients:
            engine.advise(patient, on=ON).findings
    found.append(megabytes())
print(json.dumps(found))
"""


def memory() -> list[Line]:
    """What a process holds that imports, loads and advises; and what 2,000 more pieces of advice add."""
    if not Path("/proc/self/statm").exists():
        return []  # only Linux tells it so
    imported, ready, once, twice = json.loads(_run(_MEMORY))
    return [
        ("memory after import cdss", f"{imported:.0f} MB", ""),
        ("memory with the shipped guidelines compiled, and 400 patients", f"{ready:.0f} MB", ""),
        ("memory after 2,000 pieces of advice", f"{once:.0f} MB", ""),
        ("memory added by 2,000 more", f"{twice - once:.1f} MB", "no growth"),
    ]
