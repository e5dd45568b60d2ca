"""A confirmation is one line in the author's file, and changes nothing else."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from cdss.author.checking import check_paths
from cdss.author.confirming import (
    added_lines,
    confirm,
    find_statement,
    full_name,
    how_lines,
    shown_json,
    shown_lines,
    to_confirm,
)
from cdss.author.terminal import layout
from cdss.author.unconfirmed import stated_here
from cdss.errors import CdssError, GuidelineError
from cdss.models.guideline import Confirmation
from cdss.rules import load
from cdss.rules.render import Language

TRACED = Path(__file__).with_name("traced") / "guidelines"
ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "author"
BY_GP = Confirmation(date(2026, 2, 1), "gp", "Richtlijn, tabel 1")
LINE = 'confirmed: {on: 2026-02-01, by: gp, against: "Richtlijn, tabel 1"}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(TRACED, tmp_path / "guidelines")
    return tmp_path / "guidelines"


def written(folder: Path) -> str:
    return (folder / "bones" / "new" / "dxa.yaml").read_bytes().decode()


def added(folder: Path, name: str, number: str = "", how: Confirmation = BY_GP) -> tuple[str, int]:
    """The one line that differs after a confirmation, and its number."""
    before = written(folder).split("\n")
    _, line = confirm(folder, to_confirm(folder, name, number), how)
    after = written(folder).split("\n")
    if len(after) == len(before):
        assert [one for one in range(len(after)) if before[one] != after[one]] == [line - 1]
    else:
        assert before == after[: line - 1] + after[line:]
    return after[line - 1], line


# Where it goes


def test_a_rule_gets_a_line_behind_its_evidence_above_the_comment(folder: Path) -> None:
    assert added(folder, "order-dxa") == (f"    {LINE}", 67)
    assert "evidence: verified\n    confirmed:" in written(folder)
    assert load(folder, cache=False).rules["bones.new.dxa/order-dxa"].confirmed == BY_GP


def test_a_number_on_one_line_gets_it_between_its_brackets(folder: Path) -> None:
    line, _ = added(folder, "threshold")

    assert line == (
        "      - {from: 2024-01-01, value: 2 points, source: {ref: S02, section: tabel 1}, evidence: verified, "
        f"{LINE}}}     # read twice"
    )


def test_a_number_over_several_lines_gets_a_line_of_its_own(folder: Path) -> None:
    line, _ = added(folder, "many_falls")

    assert line == f"        {LINE}"
    assert f"evidence: design   # nobody prints a number\n        {LINE}\n" in written(folder)


@pytest.mark.parametrize(
    "name", ["risk", "risk/age", "risk/thin", "group", "group/falls", "order-after-falls"]
)
def test_scores_tables_and_their_parts_are_confirmed_the_same_way(folder: Path, name: str) -> None:
    added(folder, name)

    assert find_statement(stated_here(folder), name).confirmed == BY_GP


def test_all_can_be_confirmed_one_after_another(folder: Path) -> None:
    for one in [one for one in stated_here(folder).statements if one.can_be_confirmed]:
        added(folder, full_name(one))

    assert all(one.confirmed for one in stated_here(folder).statements if one.can_be_confirmed)


def test_the_number_of_a_rule_is_found_by_its_own_name(folder: Path) -> None:
    added(folder, "order-dxa", "threshold")

    assert find_statement(stated_here(folder), "threshold").confirmed == BY_GP
    assert find_statement(stated_here(folder), "order-dxa").confirmed is None


def test_line_endings_of_windows_stay(folder: Path) -> None:
    path = folder / "bones" / "new" / "dxa.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    confirm(folder, to_confirm(folder, "order-dxa"), BY_GP)

    assert f"evidence: verified\r\n    {LINE}\r\n" in written(folder)
    assert written(folder).count("\n") == written(folder).count("\r\n")


def test_quotes_and_letters_of_the_text_are_kept(folder: Path) -> None:
    how = Confirmation(date(2026, 2, 1), "specialist", 'Richtlijn "Botten", één \\ tabel: #1')

    added(folder, "order-dxa", how=how)

    assert load(folder, cache=False).rules["bones.new.dxa/order-dxa"].confirmed == how


def test_it_stands_above_the_empty_lines_too(folder: Path) -> None:
    path = folder / "bones" / "new" / "dxa.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("verified\n    # The", "verified   # why\n\n  \n    # The"), encoding="utf-8"
    )

    assert added(folder, "order-dxa") == (f"    {LINE}", 67)


@pytest.mark.parametrize("broken", ["replace", "access"])
def test_a_file_that_cannot_be_written_stays_as_it_was(
    folder: Path, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, or a file that may only be read."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = written(folder)
    shown = to_confirm(folder, "order-dxa")
    monkeypatch.setattr(
        f"cdss.author.confirmation.os.{broken}", full if broken == "replace" else lambda *_: False
    )

    with pytest.raises(CdssError, match=r"dxa\.yaml cannot be written"):
        confirm(folder, shown, BY_GP)

    assert written(folder) == before
    assert {one.name for one in (folder / "bones" / "new").iterdir()} == {"dxa.yaml", "dxa.test.yaml"}


def test_the_folder_may_have_any_name(folder: Path) -> None:
    """The cases of a rule find its topic, also when no folder around it is called guidelines."""
    elsewhere = folder.rename(folder.parent / "region")

    added(elsewhere, "order-dxa")

    assert check_paths([elsewhere]).problems == ()


def test_the_evidence_stays_what_it_was(folder: Path) -> None:
    added(folder, "many_falls")

    assert find_statement(stated_here(folder), "many_falls").evidence == "design"


# What is refused


def test_a_name_that_is_not_there_is_refused_with_the_nearest(folder: Path) -> None:
    with pytest.raises(CdssError, match="did you mean 'order-dxa'"):
        to_confirm(folder, "order-dxaa")
    with pytest.raises(CdssError, match="did you mean 'threshold'"):
        to_confirm(folder, "order-dxa", "treshold")
    for name in ("bmi_codes", "", "bones.new.dxa", "2024-01-01"):
        with pytest.raises(CdssError, match=f"nothing to confirm with the name '{name}'"):
            to_confirm(folder, name)


def test_a_number_of_another_rule_is_refused(folder: Path) -> None:
    with pytest.raises(CdssError, match="'many_falls'"):
        to_confirm(folder, "order-dxa", "many_falls")


def test_a_number_with_two_values_is_refused_with_both(folder: Path) -> None:
    path = folder / "bones" / "new" / "dxa.yaml"
    value = "      - {from: 2024-01-01, value: 2 points, source: {ref: S02, section: tabel 1}, evidence: verified}"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(value, f"{value}\n{value.replace('2024', '2025')}"), encoding="utf-8")

    for name in ("threshold", "bones.new.dxa/threshold"):
        with pytest.raises(CdssError, match=r"more than one.*threshold/2024-01-01, .*threshold/2025-01-01"):
            to_confirm(folder, name)
    assert to_confirm(folder, "threshold/2025-01-01").statement.name == "threshold/2025-01-01"


def test_a_name_of_two_rules_is_refused_with_both(folder: Path) -> None:
    shutil.copytree(folder / "bones" / "new", folder / "bones" / "old")
    path = folder / "bones" / "old" / "dxa.yaml"
    text = path.read_text(encoding="utf-8").replace("bones.new.dxa", "bones.old.dxa")
    text = text.replace("edition: new", "edition: old").replace("  order-dxa:", "  scan:")
    text = text.replace("recommend: order-dxa", "recommend: scan")
    path.write_text(text, encoding="utf-8")

    with pytest.raises(CdssError, match=r"choose one: bones\.new\.dxa/order-dxa, bones\.old\.dxa/order-dxa"):
        to_confirm(folder, "order-dxa")
    assert full_name(to_confirm(folder, "bones.old.dxa/order-dxa").statement) == "bones.old.dxa/order-dxa"


def test_what_is_confirmed_is_not_confirmed_again(folder: Path) -> None:
    added(folder, "order-dxa")
    before = written(folder)

    with pytest.raises(CdssError, match="confirmed already"):
        confirm(folder, to_confirm(folder, "order-dxa"), BY_GP)
    assert written(folder) == before


@pytest.mark.parametrize("against", ["", "  ", "tabel\n1"])
def test_a_confirmation_against_nothing_is_refused(folder: Path, against: str) -> None:
    with pytest.raises(CdssError, match="name the text"):
        confirm(folder, to_confirm(folder, "order-dxa"), Confirmation(date(2026, 2, 1), "gp", against))


def test_nothing_is_written_when_the_guideline_would_be_wrong_with_it(folder: Path) -> None:
    shown = to_confirm(folder, "order-dxa")
    before = written(folder)

    with pytest.raises(GuidelineError, match="unknown-role"):
        confirm(folder, shown, Confirmation(date(2026, 2, 1), "surgeon", "x"))
    assert written(folder) == before


# What is shown


@pytest.mark.parametrize("lang", ["nl", "en"])
@pytest.mark.parametrize("name", ["order-dxa", "threshold", "risk"])
def test_what_is_shown_is_what_we_want(
    name: str, lang: Language, update: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    shown = to_confirm(TRACED, name)
    lines = [*shown_lines(shown, lang), *how_lines(shown, lang), *added_lines(shown, BY_GP, 67, lang)]
    text = "\n".join(layout(lines, 80)) + "\n"
    place = GOLDEN / f"confirm-{name}.{lang}.txt"
    if update:
        place.parent.mkdir(exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="\n")

    assert text == place.read_text(encoding="utf-8")


def test_machines_get_the_reading_the_numbers_and_the_cases() -> None:
    found = shown_json(to_confirm(TRACED, "order-dxa"), (BY_GP, 67))

    assert found["id"] == "bones.new.dxa/order-dxa"
    assert found["reading"]["en"].startswith("When: age is 50 years or older")
    assert [one["name"] for one in found["numbers"]] == ["threshold"]
    assert [one["name"] for one in found["rests_on"]] == ["risk"]
    assert found["cases"]["measured"] == ["measured"]
    assert found["added"] == {"on": "2026-02-01", "by": "gp", "against": "Richtlijn, tabel 1", "line": 67}


def test_a_number_of_another_edition_is_not_among_those_that_a_rule_rests_on(folder: Path) -> None:
    bones = folder / "bones"
    shared = """\
cdss: 1
id: bones.shared
version: 0.1.0
status: draft
title: {nl: Gedeeld, en: Shared}
topic: bones
source: {ref: own}
evidence: design
findings:
  tall: {type: yes_no, otherwise: no, text: {nl: Lang, en: Tall}}
"""
    (bones / "shared.yaml").write_text(shared, encoding="utf-8")
    setter = """\
  - id: is-tall
    title: {nl: Lang, en: Tall}
    when: falls >= many_falls
    then: {set: {tall: yes}}
  - id: scan-when-tall
    title: {nl: DXA bij wie lang is, en: DXA when tall}
    when: tall
    then: {recommend: ACTION, messages: {gp: {nl: Vraag een DXA aan., en: Order a DXA.}}}
"""
    new = (bones / "new" / "dxa.yaml").read_text(encoding="utf-8")
    (bones / "new" / "dxa.yaml").write_text(new + setter.replace("ACTION", "order-dxa"), encoding="utf-8")
    old = new.replace("bones.new.dxa", "bones.old.dxa").replace("edition: new", "edition: old")
    old = old.replace("  order-dxa:", "  scan:").replace("recommend: order-dxa", "recommend: scan")
    (bones / "old").mkdir()
    (bones / "old" / "dxa.yaml").write_text(old + setter.replace("ACTION", "scan"), encoding="utf-8")

    numbers = to_confirm(folder, "bones.new.dxa/scan-when-tall").numbers

    assert [full_name(one) for one in numbers] == ["bones.new.dxa/many_falls"]
