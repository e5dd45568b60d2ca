"""Every case of every guideline, and every proof of the language, on two executors: one test each, with its place."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from cdss.author.cases import Case, case_files, read_cases
from cdss.author.testing import Rulesets, run_case

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "guidelines", ROOT / "tests" / "language", ROOT / "examples" / "author")
EXECUTORS = ("compiled", "reference")


def place(case: Case) -> str:
    return f"{case.file.relative_to(ROOT).as_posix()}:{case.span.line}-{case.id}"


FILES = case_files(list(FOLDERS))
CASES = [case for path in FILES for case in read_cases(path)[0]]


@cache
def rulesets(executor: str) -> Rulesets:
    return Rulesets(executor)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_file_can_be_read_and_holds_cases(path: Path) -> None:
    cases, problems = read_cases(path)

    assert [str(problem) for problem in problems] == []
    assert cases


@pytest.mark.parametrize("path", sorted((ROOT / "guidelines").rglob("*.yaml")), ids=lambda path: path.name)
def test_a_file_with_rules_has_cases_beside_it(path: Path) -> None:
    has_rules = "\nrules:" in path.read_text(encoding="utf-8") and not path.name.endswith(".test.yaml")

    assert not has_rules or path.with_name(path.name.replace(".yaml", ".test.yaml")).is_file()


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("case", CASES, ids=place)
def test_the_case_comes_out(case: Case, executor: str) -> None:
    result = run_case(case, rulesets(executor))

    if result.outcome == "pending":
        pytest.xfail(case.pending)
    assert [str(failure) for failure in result.failures] == []
