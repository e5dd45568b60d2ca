"""Every example runs, and says what a reader of it would expect."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

import cdss

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
ON = date(2026, 3, 1)


def load_example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def run(*arguments: str) -> str:
    """What a program prints that is started as a reader would start it, with this checkout installed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def engine() -> cdss.Engine:
    return cdss.Engine(cdss.load())


def sample(name: str) -> cdss.Patient:
    return cdss.read((EXAMPLES / "patients" / name).read_bytes())


# Sample patients: the three functions of this project


def test_the_woman_with_a_wrist_fracture_needs_a_dxa(engine: cdss.Engine) -> None:
    advice = engine.advise(sample("fracture.json"), on=ON)

    assert "order-dxa-vfa" in [r.action for r in advice.recommendations]


def test_the_woman_who_does_not_collect_alendronate_any_more_is_seen(engine: cdss.Engine) -> None:
    advice = engine.advise(sample("mp9-alendronate-lapsed-no-stop.json"), on=ON)

    actions = {r.action for r in advice.recommendations}
    assert actions & {"check-possible-stop", "discuss-stopped-treatment"}


def test_the_man_whose_back_pain_does_not_get_better_goes_to_step_two(engine: cdss.Engine) -> None:
    # STarT Back items 2-6 and 9 positive: total 6, psychosocial 3, so medium. 48 days in step 1, not better.
    advice = engine.advise(sample("back-pain.json"), on=ON)

    found = advice.to_dict()["findings"]
    assert (found["route"], found["step"]) == ("step", 2)
    assert "step-2-primary-care" in [r.action for r in advice.recommendations]


@pytest.mark.parametrize("path", sorted((EXAMPLES / "patients").glob("*.json")), ids=lambda path: path.name)
def test_every_sample_patient_is_read_without_loss(path: Path, engine: cdss.Engine) -> None:
    advice = engine.advise(cdss.read(path.read_bytes()), on=ON)

    assert advice.to_dict()["skipped"] == []
    assert [topic["topic"] for topic in advice.to_dict()["topics"] if not topic["outcome"]] == []


# Programs


def test_the_gp_system_shows_advice_and_says_what_each_topic_did() -> None:
    said = run("examples/his.py", "examples/patients/fracture.json")

    assert "DXA" in said
    assert "fracture-prevention: advice" in said


def test_the_gp_system_goes_on_with_the_answer_to_what_was_asked() -> None:
    before, after = run("examples/his.py").split("Na het antwoord (evaluated_elsewhere):")

    assert "voorlopig] DXA met VFA aanvragen" in before
    assert "Onderzoek naar breukrisico elders al gedaan" in before
    assert "DXA met VFA aanvragen" not in after  # the fracture clinic has looked at it
    assert "Onderzoek naar breukrisico elders al gedaan" not in after


def test_the_pharmacy_lists_those_whom_a_pharmacist_lists_by_hand() -> None:
    pharmacy = load_example("pharmacy")

    lists = pharmacy.sort_out(pharmacy.DISPENSINGS.read_text(encoding="utf-8").splitlines(), ON)

    assert [name for name, _ in lists.late] == ["d06", "a02", "a04", "a08"]  # denosumab first
    assert [name for name, _ in lists.to_ask] == ["a11"]
    assert lists.not_judged == ["a12"]


def test_the_list_in_the_docstring_of_the_pharmacy_is_the_list_of_its_file() -> None:
    pharmacy = load_example("pharmacy")
    told = re.findall(r"^    ([ad]\d\d)  ", pharmacy.__doc__ or "", re.MULTILINE)
    lines = pharmacy.DISPENSINGS.read_text(encoding="utf-8").splitlines()

    assert told == [json.loads(line)["id"] for line in lines]


def test_the_pharmacy_program_prints_its_list() -> None:
    said = run("examples/pharmacy.py")

    assert said.index("d06") < said.index("a02") < said.index("a11") < said.index("a12")


# A guideline author's first rule


def test_the_first_rule_is_clean_and_its_cases_pass() -> None:
    run("-m", "cdss.cli", "check", "examples/author/fall-risk.yaml")
    run("-m", "cdss.cli", "test", "examples/author")


# Site and bindings


def test_the_site_file_moves_the_owner_of_the_dxa_and_says_so() -> None:
    ruleset = cdss.load(site=EXAMPLES / "site.yaml")

    advice = cdss.Engine(ruleset).advise(sample("fracture.json"), on=ON).to_dict()

    assert advice["site"]["id"] == "voorbeeldregio"
    assert [r["owner"] for r in advice["recommendations"] if r["action"] == "order-dxa-vfa"] == [
        "fracture_team"
    ]


@pytest.mark.parametrize("name", ["site", "bindings"])
def test_the_cases_of_the_site_file_and_of_the_bindings_pass(name: str) -> None:
    run("-m", "cdss.cli", "test", f"examples/{name}.test.yaml")


def test_a_t_score_under_a_local_code_counts_with_the_bindings() -> None:
    ruleset = cdss.load(bindings=EXAMPLES / "bindings.yaml")
    record = json.loads((EXAMPLES / "patients" / "fracture.json").read_text(encoding="utf-8"))
    record["observations"].append({"on": "2026-02-20", "codes": ["nhg-45:90001"], "value": -2.6, "unit": "1"})

    advice = cdss.Engine(ruleset).advise(cdss.read(record), on=ON, topics=["fracture-prevention"])

    assert advice.to_dict()["skipped"] == []
    assert advice.to_dict()["bindings"] is not None


def test_the_python_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)

    exec(
        compile(code, "README.md", "exec"), {"bundle": (EXAMPLES / "patients" / "fracture.json").read_bytes()}
    )

    assert "order-dxa-vfa" in capsys.readouterr().out
