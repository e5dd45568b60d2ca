"""What cases show about rules is found by running them; what no case shows is told at the rule or its exception."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cdss.author import remembered
from cdss.author.cases import Case, case_files, read_cases
from cdss.author.checking import check_paths, load_here
from cdss.author.shown import HOLDS, SILENT, missing_from_cases, rules_without_cases, what_cases_show
from cdss.author.testing import Rulesets
from cdss.models.guideline import Rule

TRACED = Path(__file__).with_name("traced")
BY_SCORE = "bones.new.dxa/order-dxa"
BY_FALLS = "bones.new.dxa/order-after-falls"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small guideline, to change."""
    shutil.copytree(TRACED / "guidelines", tmp_path / "guidelines")
    return tmp_path / "guidelines"


def without(folder: Path, *ids: str) -> None:
    """Takes cases away."""
    path = folder / "bones" / "new" / "dxa.test.yaml"
    head, *cases = path.read_text(encoding="utf-8").split("  - id: ")
    path.write_text(
        "  - id: ".join([head, *(case for case in cases if case.split("\n")[0] not in ids)]), encoding="utf-8"
    )


def cases_of(folder: Path) -> list[Case]:
    return [case for place in case_files([folder]) for case in read_cases(place)[0]]


def rules_of(folder: Path) -> dict[str, Rule]:
    return dict(load_here(folder).rules)


def missing(folder: Path, executor: str = "compiled") -> dict[str, set[str]]:
    return dict(missing_from_cases(rules_of(folder), cases_of(folder), Rulesets(executor)))


@pytest.mark.parametrize("executor", ["compiled", "reference"])
def test_a_case_shows_where_a_rule_holds_where_not_and_what_held_it_back(executor: str) -> None:
    shown = what_cases_show(cases_of(TRACED), Rulesets(executor))

    ids = {what: [case.id for case in cases] for what, cases in shown[BY_SCORE].cases.items()}
    assert ids == {
        HOLDS: ["enough-points"],
        SILENT: ["too-few-points", "many-falls"],
        "measured": ["measured"],
    }


def test_a_case_shows_the_rows_that_it_meets_and_the_scores_that_it_compares() -> None:
    shown = what_cases_show(cases_of(TRACED), Rulesets("compiled"))

    assert [case.id for case in shown["new/group/falls"].of(HOLDS)] == ["many-falls"]
    assert [case.id for case in shown["new/group/other"].of(HOLDS)] == [
        "enough-points",
        "too-few-points",
        "measured",
    ]
    assert [case.id for case in shown["new/risk"].of(HOLDS)] == ["enough-points", "too-few-points"]


def test_nothing_is_missing_when_each_has_its_case(folder: Path) -> None:
    assert missing(folder) == {BY_SCORE: set(), BY_FALLS: set()}


@pytest.mark.parametrize(
    ("gone", "rule", "what"),
    [
        (["enough-points"], BY_SCORE, {HOLDS}),
        (["too-few-points", "many-falls"], BY_SCORE, {SILENT}),
        (["measured"], BY_SCORE, {"measured"}),
        (["many-falls"], BY_FALLS, {HOLDS}),
        (["enough-points", "too-few-points", "measured"], BY_FALLS, {SILENT}),
    ],
)
def test_what_no_case_shows_is_missing(folder: Path, gone: list[str], rule: str, what: set[str]) -> None:
    without(folder, *gone)

    assert missing(folder)[rule] == what


def test_a_case_that_is_pending_shows_nothing(folder: Path) -> None:
    path = folder / "bones" / "new" / "dxa.test.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "    pending: a known gap\n", encoding="utf-8")

    assert missing(folder)[BY_FALLS] == {HOLDS}


def test_a_case_of_another_guideline_shows_nothing_of_this_one(folder: Path) -> None:
    shutil.copy(folder / "bones" / "new" / "dxa.yaml", folder / "other.yaml")
    path = folder / "bones" / "new" / "dxa.test.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("dxa.yaml", "../../other.yaml"), encoding="utf-8"
    )
    cases = cases_of(folder)
    (folder / "other.yaml").unlink()

    assert missing_from_cases(rules_of(folder), cases, Rulesets("compiled"))[BY_FALLS] == {HOLDS, SILENT}


def test_an_answer_that_is_open_shows_neither(folder: Path) -> None:
    path = folder / "bones" / "new" / "dxa.test.yaml"
    text = path.read_text(encoding="utf-8").replace("given: {age: 60, falls: 2,", "given: {age: 60,")
    path.write_text(text.replace("expect: {recommend: [order-dxa]}\n", "expect: {recommend: []}\n"))

    assert missing(folder)[BY_FALLS] == {HOLDS}


# What the check says of it


def test_the_check_tells_it_at_the_rule_and_at_the_exception(folder: Path) -> None:
    without(folder, "enough-points", "measured", "too-few-points", "many-falls")
    rules = rules_of(folder)

    found = rules_without_cases(rules, missing(folder))

    places = [(one.span.line, one.text["en"]) for one in found]
    assert places == [
        (62, "there is no case in which this rule holds, and none in which it does not"),
        (73, "there is no case in which this exception holds the rule back"),
        (78, "there is no case in which this rule holds, and none in which it does not"),
    ]
    assert found[0].help == {
        "nl": "Voeg een geval toe aan dxa.test.yaml.",
        "en": "Add a case to dxa.test.yaml.",
    }


def test_the_check_of_a_folder_runs_the_cases_and_that_of_a_file_does_not(folder: Path) -> None:
    without(folder, "measured")
    guideline = folder / "bones" / "new" / "dxa.yaml"

    assert [one.kind for one in check_paths([folder]).problems] == ["rule-without-case"]
    assert [one.kind for one in check_paths([folder / "bones"]).problems] == ["rule-without-case"]
    assert check_paths([guideline]).problems == ()


# Remembered


def test_what_was_found_is_remembered_until_a_case_changes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(folder, "measured")
    kept = tmp_path / "kept"
    first = remembered.what_is_missing(rules_of(folder), cases_of(folder), Rulesets("reference"), kept)

    def run(*_: object) -> None:
        raise AssertionError("cases were run again")

    with monkeypatch.context() as patch:
        patch.setattr(remembered, "missing_from_cases", run)
        assert (
            remembered.what_is_missing(rules_of(folder), cases_of(folder), Rulesets("reference"), kept)
            == first
        )
    assert first[BY_SCORE] == {"measured"}
    without(folder, "enough-points")
    assert remembered.what_is_missing(rules_of(folder), cases_of(folder), Rulesets("reference"), kept)[
        BY_SCORE
    ] == {
        HOLDS,
        "measured",
    }


def test_a_change_of_the_guideline_is_another_key(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    remembered.what_is_missing(rules_of(folder), cases_of(folder), Rulesets("reference"), kept)
    path = folder / "bones" / "new" / "dxa.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("value: 2 points", "value: 3 points"))

    found = remembered.what_is_missing(rules_of(folder), cases_of(folder), Rulesets("reference"), kept)

    assert found[BY_SCORE] == {HOLDS, "measured"}


@pytest.mark.parametrize(
    "content", ["", "[]", '{"other/rule": []}', f'{{"{BY_SCORE}": ["x"], "{BY_FALLS}": []}}']
)
def test_what_cannot_be_what_was_remembered_is_worked_out_again(
    folder: Path, tmp_path: Path, content: str
) -> None:
    kept = tmp_path / "kept"
    first = remembered.what_is_missing(rules_of(folder), cases_of(folder), Rulesets("reference"), kept)
    [place] = kept.glob("*.cases")
    place.write_text(content, encoding="utf-8")

    assert (
        remembered.what_is_missing(rules_of(folder), cases_of(folder), Rulesets("reference"), kept) == first
    )
    assert first[BY_SCORE] == set()


def test_a_folder_that_cannot_be_written_to_costs_only_time(folder: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file", encoding="utf-8")

    assert (
        remembered.what_is_missing(rules_of(folder), cases_of(folder), Rulesets("reference"), blocked)[
            BY_SCORE
        ]
        == set()
    )
