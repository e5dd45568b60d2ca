"""Many cases side by side give the report that they give one after the other."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from cdss.author import side_by_side
from cdss.author.testing import Report, run_files
from cdss.engine import engine
from cdss.engine.durable_host import DurableUnavailable
from cdss.errors import NOWHERE, CdssError, EngineError, GuidelineError, PatientError, Problem

ROOT = Path(__file__).resolve().parents[3]
HEAD = "guideline: {guideline}\non: 2025-03-10\ncases:\n"
PASSES = "  - id: passes\n    given: {glucocorticoid_courses: 3}\n    expect: {not_ask: [bmi]}\n"
FAILS = "  - id: fails\n    given: {age: 75 years}\n    expect: {recommend: [order-dxa]}\n"
UNKNOWN_KEY = "  - id: unknown\n    givn: {age: 75 years}\n    expect: {recommend: []}\n"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr(side_by_side, "MUCH", 0)
    monkeypatch.setattr(side_by_side, "_cores", lambda: 2)
    guideline = ROOT / "guidelines" / "fracture-prevention" / "nhg-m69-2024" / "case-finding.yaml"
    head = HEAD.format(guideline=guideline)
    written = {"small": PASSES, "large": FAILS + PASSES, "broken": UNKNOWN_KEY}
    for name, cases in written.items():
        (tmp_path / f"{name}.test.yaml").write_text(head + cases, encoding="utf-8")
    return [tmp_path / f"{name}.test.yaml" for name in written]


def told(report: Report) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(result.case.id, result.outcome, tuple(map(str, result.failures))) for result in report.results]


def test_side_by_side_gives_the_same_report_in_the_order_of_the_files(files: list[Path]) -> None:
    alone = run_files(files, "reference")

    together = side_by_side.run_all(files, "reference", lambda done, total: None)

    assert told(together) == told(alone)
    assert [outcome for _, outcome, _ in told(together)[:3]] == ["passed", "failed", "passed"]
    assert [problem.kind for problem in together.problems] == [problem.kind for problem in alone.problems]
    assert together.problems and not together.fine


def test_side_by_side_tells_how_many_are_done(files: list[Path]) -> None:
    heard: list[int] = []

    report = side_by_side.run_all(files[:2], "reference", lambda done, total: heard.append(done))

    assert len(heard) == 2 and heard[-1] == len(report.results) == 3


def test_one_core_runs_one_after_the_other(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "_cores", lambda: 1)
    heard: list[tuple[int, int]] = []

    side_by_side.run_all(files[:2], "reference", lambda done, total: heard.append((done, total)))

    assert heard == [(1, 3), (2, 3), (3, 3)]


ERRORS = (
    CdssError("it"),
    EngineError("it"),
    GuidelineError([Problem("unknown-name", NOWHERE, {"nl": "geen", "en": "none"})]),
    PatientError("two-patients", {"nl": "twee", "en": "two"}, "conditions/0"),
    DurableUnavailable({"nl": "niet hier", "en": "not here"}),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_goes_whole_from_one_process_to_another(error: CdssError) -> None:
    sent = pickle.loads(pickle.dumps(error))

    assert type(sent) is type(error)
    assert (str(sent), sent.args, vars(sent)) == (str(error), error.args, vars(error))


def test_what_stops_all_cases_is_told_as_it_is(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise DurableUnavailable({"nl": "niet hier", "en": "not here"})

    monkeypatch.setattr(engine.Engine, "__init__", refuse)

    with pytest.raises(DurableUnavailable, match="not here"):
        side_by_side.run_all(files, "durable", lambda done, total: None)
