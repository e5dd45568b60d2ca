"""Case files are read with the place of every case, and what is wrong with them is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cdss.author.cases import case_files, read_cases
from cdss.errors import CdssError


def written(folder: Path, text: str, name: str = "fall-risk.test.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


CASE = "  - id: it\n    given: {falls: 2}\n    expect: {recommend: []}\n"


def test_a_case_is_about_the_guideline_beside_it(tmp_path: Path) -> None:
    path = written(tmp_path, f"on: 2026-03-01\ncases:\n{CASE}")

    [case], problems = read_cases(path)

    assert problems == []
    assert case.guideline == tmp_path / "fall-risk.yaml"


def test_a_case_has_the_setting_contact_unless_it_says_otherwise(tmp_path: Path) -> None:
    path = written(tmp_path, f"on: 2026-03-01\ncases:\n{CASE}")

    [case], _ = read_cases(path)

    assert (case.setting, case.on, case.edition, case.audience) == ("contact", date(2026, 3, 1), "", "")


def test_what_a_case_says_goes_before_what_its_file_says(tmp_path: Path) -> None:
    own = (
        "  - id: own\n    on: 2026-05-26\n    setting: record\n    guideline: ../other.yaml\n"
        + CASE.partition("\n")[2]
    )
    path = written(
        tmp_path, f"guideline: fall-risk.yaml\non: 2026-03-01\nsetting: population\ncases:\n{CASE}{own}"
    )

    [first, second], _ = read_cases(path)

    assert (first.on, first.setting, first.guideline.name) == (
        date(2026, 3, 1),
        "population",
        "fall-risk.yaml",
    )
    assert (second.on, second.setting) == (date(2026, 5, 26), "record")
    assert second.guideline == tmp_path.parent / "other.yaml"


def test_the_place_of_a_case_and_of_its_expectation_is_known(tmp_path: Path) -> None:
    path = written(tmp_path, f"on: 2026-03-01\ncases:\n{CASE}")

    [case], _ = read_cases(path, "shown.test.yaml")

    assert str(case.span) == "shown.test.yaml:3:5"
    assert [str(one.span) for one in case.expect] == ["shown.test.yaml:5:14"]


def test_null_is_nothing_and_a_quoted_null_is_a_word(tmp_path: Path) -> None:
    record = '{birth_date: null, sex: ~, coordinator: "null", conditions: []}'
    path = written(
        tmp_path, f"on: 2026-03-01\ncases:\n  - id: it\n    record: {record}\n    expect: {{recommend: []}}\n"
    )

    [case], problems = read_cases(path)

    assert problems == []
    assert case.record == {"birth_date": None, "sex": None, "coordinator": "null", "conditions": []}


def test_a_site_file_and_bindings_stand_where_the_case_file_says(tmp_path: Path) -> None:
    path = written(tmp_path, f"on: 2026-03-01\nsite: region.site.yaml\nbindings: ../b.yaml\ncases:\n{CASE}")

    [case], _ = read_cases(path)

    assert (case.site, case.bindings) == (tmp_path / "region.site.yaml", tmp_path.parent / "b.yaml")


@pytest.mark.parametrize("on", ["2026-02-30", "01-03-2026", "2026-03", "soon"])
def test_a_date_that_does_not_exist_is_a_problem(tmp_path: Path, on: str) -> None:
    path = written(tmp_path, f"on: {on}\ncases:\n{CASE}")

    cases, problems = read_cases(path)

    assert cases == []
    assert problems


def test_a_case_without_a_date_is_a_problem(tmp_path: Path) -> None:
    cases, problems = read_cases(written(tmp_path, f"cases:\n{CASE}"))

    assert cases == []
    assert [problem.kind for problem in problems] == ["wrong-date"]


def test_a_case_without_a_patient_is_a_problem(tmp_path: Path) -> None:
    cases, problems = read_cases(
        written(tmp_path, "on: 2026-03-01\ncases:\n  - id: it\n    expect: {recommend: []}\n")
    )

    assert cases == []
    assert problems


@pytest.mark.parametrize(
    "text", ["", "cases: [", "\ton: x", "on: 2026-03-01\ncases: {a: b}\n", "on: 2026-03-01\ncases:\n  - it\n"]
)
def test_a_file_that_is_no_case_file_gives_problems_and_no_cases(tmp_path: Path, text: str) -> None:
    cases, problems = read_cases(written(tmp_path, text))

    assert cases == []
    assert problems


def test_all_case_files_of_a_folder_are_found_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    names = ["b.test.yaml", "deep/a.test.yaml", "b.yaml", "notes.md"]
    for name in names:
        (tmp_path / name).write_text("", encoding="utf-8")

    found = case_files([tmp_path])

    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["b.test.yaml", "deep/a.test.yaml"]


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CdssError, match=r"nowhere\.test\.yaml"):
        case_files([tmp_path / "nowhere.test.yaml"])
