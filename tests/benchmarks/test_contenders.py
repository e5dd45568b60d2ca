"""No engine is timed that does not agree with the reference."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import cdss
from benchmarks import contenders, shipped
from benchmarks.workload import Workload, guideline, workload
from cdss.engine.reference import evaluate
from cdss.models.program import Program


@pytest.fixture(scope="module")
def work() -> Workload:
    return workload(patients=6)


def test_the_workload_has_eighty_rules_and_forty_facts(work: Workload) -> None:
    assert (work.rules, work.facts) == (80, 40)
    assert max(work.program.strata) >= 3  # findings feed rules that set findings


def test_the_workload_is_the_same_on_every_run(work: Workload) -> None:
    again = workload(patients=6)

    assert again.program == work.program
    assert again.calls == work.calls


def test_the_workload_leaves_some_rules_open_and_some_provisional(work: Workload) -> None:
    found = [evaluate(work.program, call) for call in workload(patients=30).calls]
    rules = [place for place, named in enumerate(work.program.named) if named.kind == "rule"]

    readings = {(one.now[place], one.later[place]) for one in found for place in rules}

    assert readings == {(0, 0), (1, 1), (2, 2), (2, 1)}


def test_every_contender_agrees_with_the_reference_and_is_timed(work: Workload) -> None:
    found, absent = contenders.contenders(work)
    for one in found:
        one.seconds = 0.02

    contenders.race(found, rounds=2)
    text = contenders.report(work, found, absent)

    assert {"compiled", "reference"} <= {one.name for one in found}
    assert all(one.taken for one in found)
    assert len(found) + len(absent) == 4
    assert "80 rules, 40 facts" in text and "times" in text


def test_a_contender_that_is_wrong_is_not_timed(work: Workload, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(program: Program):  # type: ignore[no-untyped-def]
        def decide(call):  # type: ignore[no-untyped-def]
            found = evaluate(program, call)
            return replace(found, now=(*found.now[:-1], 2 - found.now[-1]))  # type: ignore[operator]

        return decide

    monkeypatch.setattr(contenders, "compile_program", wrong)

    with pytest.raises(contenders.Wrong, match="compiled"):
        contenders.contenders(work)


def test_the_rules_of_the_workload_are_a_guideline_like_any_other(tmp_path: Path) -> None:
    import random

    (tmp_path / "workload.yaml").write_text(guideline(random.Random(7)), encoding="utf-8")

    assert len(cdss.load(tmp_path, cache=False).rules) == 80


def test_the_bundle_that_is_timed_is_one_megabyte_and_is_read_whole() -> None:
    bundle = shipped.generated_bundle()

    patient = cdss.read(bundle)

    assert 0.95 < len(bundle) / 1_000_000 < 1.05
    assert patient.skipped == ()
    assert len(patient.records("observations")) > 100


def test_a_small_bundle_grows_without_a_second_patient() -> None:
    small = json.loads(shipped.generated_bundle(20_000))

    grown = json.loads(shipped.grown(small, 60_000))

    kinds = [entry["resource"]["resourceType"] for entry in grown["entry"]]
    ids = [entry["resource"]["id"] for entry in grown["entry"]]
    assert kinds.count("Patient") == 1
    assert len(ids) == len(set(ids))
    assert len(json.dumps(grown)) > 60_000
