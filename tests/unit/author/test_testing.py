"""The tester is tested: what must fail, fails, at its place; and nothing passes because it was never compared."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cdss.author.cases import EXPECTATIONS
from cdss.author.tested import report_lines
from cdss.author.testing import COMPARISONS, Failure, Report, as_written, root_of, run_files
from cdss.models.value import JsonValue

SMALL = Path(__file__).with_name("tester.yaml")

# Of 82, fallen twice and dizzy: 4 points, so refer; not younger than 80, so no waiting; not unwell.
GIVEN = "{age: 82 years, falls: 2, dizzy: yes, seen: no, unwell: no}"
HEAD = "guideline: tester.yaml\non: 2026-03-01\ncases:\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(SMALL, tmp_path / "tester.yaml")
    return tmp_path


def run(folder: Path, cases: str, executor: str = "reference", head: str = HEAD) -> Report:
    path = folder / "tester.test.yaml"
    path.write_text(head + cases, encoding="utf-8")
    return run_files([path], executor)


def one(folder: Path, expect: str, given: str = GIVEN, **more: str) -> Report:
    extra = "".join(f"    {key}: {value}\n" for key, value in more.items())
    return run(folder, f"  - id: it\n    given: {given}\n{extra}    expect: {expect}\n")


def failures(report: Report) -> list[Failure]:
    assert [str(problem) for problem in report.problems] == []
    return [failure for result in report.results for failure in result.failures]


def told(report: Report) -> list[tuple[str, str, str]]:
    return [(failure.what, failure.expected, failure.found) for failure in failures(report)]


# What is true passes


@pytest.mark.parametrize("executor", ["reference", "compiled"])
def test_a_case_that_says_what_comes_out_passes(folder: Path, executor: str) -> None:
    case = """\
  - id: refer
    given: {age: 82 years, falls: 2, dizzy: yes, unwell: no}
    expect:
      recommend: [refer]
      not_recommend: [wait, call]
      ask: [seen]
      not_ask: [dizzy]
      excepted: []
      undecided: []
      conflicts: []
      caveats: [al gezien]
      findings: {course: good, fallen: yes}
      scores: {risk: 4}
      urgency: D7
      settled: [risk]
      provisional: [refer]
      outcome: advice
"""

    report = run(folder, case, executor)

    assert told(report) == []
    assert report.fine
    assert [result.outcome for result in report.results] == ["passed"]


# What is not true fails, and says what was expected and what came out


@pytest.mark.parametrize(
    ("expect", "expected", "found"),
    [
        ("{recommend: []}", "nothing", "refer"),
        ("{recommend: [refer, wait]}", "refer, wait", "refer"),
        ("{recommend: [wait]}", "wait", "refer"),
        ("{not_recommend: [refer]}", "not this", "refer"),
        ("{ask: [dizzy]}", "dizzy", "nothing"),
        ("{excepted: [already-seen]}", "already-seen", "nothing"),
        ("{undecided: [refer-at-risk]}", "refer-at-risk", "nothing"),
        ("{conflicts: [course]}", "course", "nothing"),
        ("{scores: {risk: 3}}", "3 points", "4 points"),
        ("{scores: {risk: 2..3}}", "2..3 points", "4 points"),
        ("{findings: {course: bad}}", "bad", "good"),
        ("{findings: {fallen: no}}", "no", "yes"),
        ("{urgency: D1}", "D1", "D7"),
        ("{urgency: {refer: D1}}", "D1", "D7"),
        ("{urgency: {wait: D7}}", "D7", "not advised"),
        ("{settled: [wait]}", "settled", "not advised, and no finding"),
        ("{provisional: [refer]}", "provisional", "settled"),
        ("{provisional: [risk]}", "provisional", "settled"),
        ("{outcome: nothing_to_do}", "nothing_to_do", "advice"),
    ],
)
def test_a_case_that_expects_something_else_fails(
    folder: Path, expect: str, expected: str, found: str
) -> None:
    report = one(folder, expect)

    [failure] = failures(report)
    assert (failure.expected, failure.found) == (expected, found)
    assert not report.fine


def test_a_missing_question_fails(folder: Path) -> None:
    report = one(folder, "{ask: []}", given="{age: 82 years, falls: 2, unwell: no, seen: no}")

    # 1 point of age and 2 of falls: 3 to 4 points, so the advice is certain and nothing is asked ...
    assert told(report) == []

    report = one(folder, "{ask: []}", given="{age: 70 years, falls: 2, unwell: no, seen: no}")

    # ... but without the point of age dizziness decides.
    assert told(report) == [("ask", "nothing", "dizzy")]


def test_a_question_that_was_not_to_be_asked_fails(folder: Path) -> None:
    report = one(folder, "{not_ask: [dizzy]}", given="{age: 70 years, falls: 2, unwell: no, seen: no}")

    assert told(report) == [("not_ask", "not this", "dizzy")]


def test_a_missing_exception_fails_under_its_name(folder: Path) -> None:
    seen = GIVEN.replace("seen: no", "seen: yes")

    assert told(one(folder, "{excepted: []}", given=seen)) == [("excepted", "nothing", "already-seen")]
    assert told(one(folder, "{excepted: [refer-at-risk/already-seen]}", given=seen)) == []
    assert told(one(folder, "{excepted: [wait-when-young/already-seen]}", given=seen)) == [
        ("excepted", "wait-when-young/already-seen", "refer-at-risk/already-seen")
    ]


def test_two_findings_that_clash_are_a_conflict(folder: Path) -> None:
    clash = "{age: 70 years, falls: 1, dizzy: no, seen: no, unwell: yes}"

    assert told(one(folder, "{conflicts: [course]}", given=clash)) == []
    assert told(one(folder, "{conflicts: []}", given=clash)) == [("conflicts", "nothing", "course")]


def test_a_caveat_that_is_not_told_fails(folder: Path) -> None:
    [failure] = failures(one(folder, "{caveats: [woont alleen]}"))

    assert (failure.what, failure.expected) == ("caveats", "woont alleen")


def test_every_expectation_that_is_not_met_is_told(folder: Path) -> None:
    report = one(folder, "{recommend: [], urgency: U1, outcome: questions}")

    assert [failure.what for failure in failures(report)] == ["recommend", "urgency", "outcome"]


def test_a_failure_says_on_which_line_the_expectation_stands(folder: Path) -> None:
    report = run(
        folder, f"  - id: it\n    given: {GIVEN}\n    expect:\n      outcome: advice\n      recommend: []\n"
    )

    [failure] = failures(report)
    assert (failure.span.line, failure.span.column) == (8, 7)
    assert report.results[0].case.span.line == 4


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "yes"),
        (False, "no"),
        ("bad", "bad"),
        (3, "3"),
        ({"value": 61, "unit": "days"}, "61 days"),
        ({"low": 3, "high": 6, "unit": "points"}, "3..6 points"),
        ({"low": 3}, "3.."),
        ({"high": "2026-03-01", "or": "none"}, "..2026-03-01 or none"),
        ({"one_of": ["treat", "refer"]}, "treat or refer"),
        ({"has": [1, 2], "may_have": [3]}, "1, 2 (perhaps 3)"),
        ({"has": [], "may_have": []}, "nothing"),
        ({"unknown": "not_recorded"}, "unknown"),
    ],
)
def test_a_value_is_shown_as_a_case_writes_it(value: JsonValue, written: str) -> None:
    assert as_written(value) == written


# What does not exist is never expected in silence


@pytest.mark.parametrize(
    ("expect", "what"),
    [
        ("{findings: {cours: bad}}", "cours"),
        ("{scores: {fracture_risk: 4}}", "fracture_risk"),
        ("{not_recommend: [refre]}", "not_recommend"),
        ("{not_ask: [dizy]}", "not_ask"),
    ],
)
def test_a_name_that_does_not_exist_fails(folder: Path, expect: str, what: str) -> None:
    [failure] = failures(one(folder, expect))

    assert (failure.what, failure.found) == (what, "no such name")


@pytest.mark.parametrize("value", ["4 kg", "many", "3...5"])
def test_an_expected_value_that_cannot_be_read_fails(folder: Path, value: str) -> None:
    [failure] = failures(one(folder, f"{{scores: {{risk: {value}}}}}"))

    assert (failure.what, failure.expected) == ("risk", value)


def test_an_expectation_that_does_not_exist_is_a_problem(folder: Path) -> None:
    report = one(folder, "{recomend: [refer]}")

    assert [problem.kind for problem in report.problems] == ["unknown-key"]
    assert not report.fine


def test_each_expectation_of_the_language_is_compared_by_something() -> None:
    assert set(COMPARISONS) == set(EXPECTATIONS)


# A case that compares nothing is an error


@pytest.mark.parametrize(
    "expect",
    [
        "{}",
        "{findings: {}}",
        "{scores: {}}",
        "{not_recommend: []}",
        "{not_ask: []}",
        "{caveats: []}",
        "{settled: []}",
        "{provisional: []}",
        "{recommend: [refer], not_ask: []}",
    ],
)
def test_an_expectation_that_compares_nothing_is_a_problem(folder: Path, expect: str) -> None:
    report = one(folder, expect)

    assert [problem.kind for problem in report.problems] in (["empty-case"], ["empty-list"])
    assert report.results == []
    assert not report.fine


def test_a_case_without_expectations_is_a_problem(folder: Path) -> None:
    report = run(folder, f"  - id: it\n    given: {GIVEN}\n")

    assert report.problems
    assert not report.fine


def test_a_file_without_cases_is_not_fine(folder: Path) -> None:
    assert not run(folder, "  []\n").fine


def test_no_files_are_not_fine() -> None:
    assert not run_files([], "reference").fine


# Patients that cannot be


@pytest.mark.parametrize(
    "given",
    ["{fals: 2}", "{falls: often}", "{falls: 2 kg}", "{dizzy: perhaps}", "{age: 82 points}"],
)
def test_a_fact_that_is_unknown_or_cannot_be_read_fails(folder: Path, given: str) -> None:
    report = one(folder, "{recommend: []}", given=given)

    [failure] = failures(report)
    assert failure.what == "record"
    assert next(iter(given[1:].split(":"))) in failure.found


def test_a_patient_who_is_born_later_fails(folder: Path) -> None:
    report = run(folder, "  - id: it\n    record: {birth_date: 2030-01-01}\n    expect: {recommend: []}\n")

    [failure] = failures(report)
    assert failure.what == "record"


def test_a_record_with_a_key_that_does_not_exist_fails(folder: Path) -> None:
    report = run(folder, "  - id: it\n    record: {conditons: []}\n    expect: {recommend: []}\n")

    [failure] = failures(report)
    assert "conditons" in failure.found


def test_what_is_wrong_with_a_patient_is_told_in_both_languages_at_the_word_that_is_wrong(
    folder: Path,
) -> None:
    report = run(
        folder, "  - id: it\n    given:\n      falls: 2\n      bmj: 19\n    expect: {recommend: []}\n"
    )

    [failure] = failures(report)
    [shown] = [line for line in report_lines(report, "reference", 0.1) if "bmj" in line.text]
    assert failure.told == {
        "nl": "given/bmj: Er is geen gegeven 'bmj'.",
        "en": "given/bmj: There is no fact 'bmj'.",
    }
    assert shown.text == failure.told["nl"]
    assert (failure.span.line, failure.span.column) == (len(HEAD.splitlines()) + 4, 7)


def test_what_is_wrong_in_a_record_is_told_at_its_place_in_the_case(folder: Path) -> None:
    case = "  - id: it\n    record:\n      conditions: [{code: icpc-1:L72, sit: hip}]\n    expect: {recommend: []}\n"

    [failure] = failures(run(folder, case))

    assert failure.span.line == len(HEAD.splitlines()) + 3
    assert failure.span.column == len("      conditions: [{code: icpc-1:L72, ") + 1


def test_what_goes_wrong_with_one_case_does_not_stop_the_next(folder: Path) -> None:
    cases = (
        "  - id: wrong\n    given: {falls: often}\n    expect: {recommend: []}\n"
        f"  - id: right\n    given: {GIVEN}\n    expect: {{recommend: [refer]}}\n"
    )

    assert [result.outcome for result in run(folder, cases).results] == ["failed", "passed"]


# Known gaps


def test_a_pending_case_that_fails_is_a_known_gap(folder: Path) -> None:
    report = one(folder, "{recommend: [wait]}", pending="the limit is not sure")

    assert [result.outcome for result in report.results] == ["pending"]
    assert report.fine


def test_a_pending_case_that_passes_has_failed(folder: Path) -> None:
    report = one(folder, "{recommend: [refer]}", pending="the limit is not sure")

    assert [result.outcome for result in report.results] == ["failed"]
    assert told(report)[0][0] == "pending"
    assert not report.fine


# Files


def test_a_guideline_that_is_not_there_fails(folder: Path) -> None:
    report = run(
        folder,
        f"  - id: it\n    given: {GIVEN}\n    expect: {{recommend: []}}\n",
        head=HEAD.replace("tester.y", "other.y"),
    )

    [failure] = failures(report)
    assert (failure.what, failure.expected) == ("guideline", "other.yaml")


def test_the_problems_of_a_guideline_are_told_once(folder: Path) -> None:
    path = folder / "tester.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("when: unwell", "when: unwel"), encoding="utf-8")
    case = f"  - id: it\n    given: {GIVEN}\n    expect: {{recommend: []}}\n"

    report = run(folder, case + case.replace("id: it", "id: other"))

    assert [problem.kind for problem in report.problems] == ["unknown-name"]
    assert Path(report.problems[0].span.file).name == "tester.yaml"
    assert not report.fine


def test_two_cases_of_one_name_are_a_problem(folder: Path) -> None:
    case = f"  - id: it\n    given: {GIVEN}\n    expect: {{recommend: [refer]}}\n"

    assert [problem.kind for problem in run(folder, case + case).problems] == ["duplicate-case"]


def test_after_each_case_somebody_hears_how_far_it_is(folder: Path) -> None:
    path = folder / "tester.test.yaml"
    case = f"  - id: it\n    given: {GIVEN}\n    expect: {{recommend: [refer]}}\n"
    path.write_text(HEAD + case + case.replace("id: it", "id: other"), encoding="utf-8")
    heard: list[tuple[int, int]] = []

    run_files([path, path], "reference", lambda done, total: heard.append((done, total)))

    assert heard == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(
    ("guideline", "root"),
    [
        ("/a/guidelines/topic/x.yaml", "/a/guidelines"),
        ("/a/guidelines/topic/edition/x.yaml", "/a/guidelines"),
        ("/a/mine/x.yaml", "/a/mine"),
    ],
)
def test_a_guideline_is_loaded_with_the_folder_it_stands_in(guideline: str, root: str) -> None:
    assert root_of(Path(guideline)) == Path(root)
