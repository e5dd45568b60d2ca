"""Every hazard is held by a test that exists and runs, and the page says what the file says."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from cdss.author.safety import Hazard, main, read_hazards, render
from cdss.errors import CdssError

ROOT = Path(__file__).resolve().parents[2]
HAZARDS = ROOT / "docs" / "safety" / "hazards.yaml"

# The hazards that this project started with. One may be split or renamed, but not dropped unseen.
STARTED_WITH = {
    "patients-mixed-up",
    "another-patients-record",
    "unknown-read-as-no",
    "stale-no",
    "silence-read-as-safe",
    "draft-shown-as-guideline",
    "urgent-advice-lost",
    "wrong-edition",
    "stale-cache",
    "wrong-unit-or-sign",
    "wrong-code",
    "episode-date-as-fracture-date",
    "claim-that-another-acted",
    "false-urgency",
    "conflicting-advice",
}


@cache
def runs_in(path: Path) -> dict[str, bool]:
    """Whether each test of a file really runs, by name: `test_x`, `TestY::test_x`, or the id of a case."""
    if path.name.endswith(".test.yaml"):
        cases = yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]
        return {case["id"]: "pending" not in case for case in cases}
    module = ast.parse(path.read_text(encoding="utf-8"))
    found: dict[str, bool] = {}
    whole = " ".join(ast.unparse(node) for node in module.body if isinstance(node, ast.Assign))
    runs = not re.search(r"pytestmark = .*mark\.(skip\b|xfail\b)", whole)
    for outer in module.body:
        inside = outer.body if isinstance(outer, ast.ClassDef) else [outer]
        before = f"{outer.name}::" if isinstance(outer, ast.ClassDef) else ""
        for node in inside:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
                marks = " ".join(ast.unparse(mark) for mark in node.decorator_list)
                found[before + node.name] = runs and "mark.skip" not in marks and "mark.xfail" not in marks
    return found


def what_is_wrong(test: str, root: Path = ROOT) -> str | None:
    """Why this test cannot hold a hazard, or None."""
    file, _, name = test.partition("::")
    name = name.partition("[")[0]
    if not (root / file).is_file():
        return f"{test}: there is no such file"
    tests = runs_in(root / file)
    if name not in tests:
        return f"{test}: there is no such test in the file"
    return None if tests[name] else f"{test}: it is skipped, pending, or expected to fail"


@pytest.mark.parametrize("hazard", read_hazards(HAZARDS), ids=lambda hazard: hazard.id)
def test_the_hazard_is_held_by_tests_that_exist_and_run(hazard: Hazard) -> None:
    wrong = [problem for test in hazard.tests if (problem := what_is_wrong(test))]

    assert hazard.tests, f"{hazard.id} names no test"
    assert not wrong


def test_no_hazard_of_the_start_was_dropped() -> None:
    assert {hazard.id for hazard in read_hazards(HAZARDS)} >= STARTED_WITH


def test_the_page_says_what_the_file_says() -> None:
    page = HAZARDS.with_suffix(".md").read_text(encoding="utf-8")

    assert page == render(read_hazards(HAZARDS)), (
        "write: python -m cdss.author.safety docs/safety/hazards.yaml"
    )


# The checker itself: where it must say no.


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text(
        "import pytest\n"
        "def test_runs(): ...\n"
        "@pytest.mark.skipif(True, reason='')\ndef test_skipped(): ...\n"
        "@pytest.mark.xfail\ndef test_expected_to_fail(): ...\n"
        "class TestY:\n    def test_inside(self): ...\n",
        encoding="utf-8",
    )
    (tmp_path / "tests" / "test_skipped_whole.py").write_text(
        "import pytest\npytestmark = [pytest.mark.skip(reason='')]\ndef test_runs(): ...\n", encoding="utf-8"
    )
    (tmp_path / "guidelines").mkdir()
    (tmp_path / "guidelines" / "a.test.yaml").write_text(
        "cases: [{id: holds}, {id: waits, pending: not yet}]\n", encoding="utf-8"
    )
    return tmp_path


@pytest.mark.parametrize(
    "test",
    [
        "tests/test_x.py::test_runs",
        "tests/test_x.py::test_runs[one-two]",
        "tests/test_x.py::TestY::test_inside",
        "guidelines/a.test.yaml::holds",
    ],
)
def test_a_test_that_runs_is_accepted(test: str, checkout: Path) -> None:
    assert what_is_wrong(test, checkout) is None


@pytest.mark.parametrize(
    "test",
    [
        "tests/test_gone.py::test_runs",
        "tests/test_x.py::test_gone",
        "tests/test_x.py::test_inside",
        "tests/test_x.py::test_skipped",
        "tests/test_x.py::test_expected_to_fail",
        "tests/test_skipped_whole.py::test_runs",
        "guidelines/a.test.yaml::gone",
        "guidelines/a.test.yaml::waits",
    ],
)
def test_a_test_that_is_not_there_or_does_not_run_is_refused(test: str, checkout: Path) -> None:
    assert what_is_wrong(test, checkout) is not None


GOOD = """\
hazards:
  - id: one
    title: {nl: Een, en: One}
    cause: c
    effect: e
    barrier: b
    tests: ["tests/test_x.py::test_runs"]
"""


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("cause: c", "reason: c", "cause"),
        ("barrier: b", "barrier: ''", "barrier"),
        ("tests/test_x.py::test_runs", "test_runs", "tests"),
        ("{nl: Een, en: One}", "{en: One}", "nl"),
        ("hazards:", "hazards: [", "parsing"),
    ],
)
def test_a_hazard_file_that_is_wrong_is_refused_with_the_place(
    good: str, bad: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "hazards.yaml"
    file.write_text(GOOD.replace(good, bad), encoding="utf-8")

    with pytest.raises(CdssError, match=said):
        read_hazards(file)


def test_the_same_hazard_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "hazards.yaml"
    file.write_text(GOOD + GOOD.removeprefix("hazards:\n"), encoding="utf-8")

    with pytest.raises(CdssError, match="one"):
        read_hazards(file)


def test_the_command_writes_the_page_beside_the_file(tmp_path: Path) -> None:
    file = tmp_path / "hazards.yaml"
    file.write_text(GOOD, encoding="utf-8")

    assert main([str(file)]) == 0
    assert "- **Cause.** c" in (tmp_path / "hazards.md").read_text(encoding="utf-8")


def test_the_command_says_how_to_use_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "hazards.yaml" in capsys.readouterr().err
