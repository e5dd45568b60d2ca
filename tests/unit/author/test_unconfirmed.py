"""What a clinician must still confirm is made from the files, first what only waits for a confirmation."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cdss.author.terminal import layout
from cdss.author.unconfirmed import unconfirmed, unconfirmed_json, unconfirmed_lines
from cdss.errors import CdssError, GuidelineError
from cdss.rules.render import Language

TRACED = Path(__file__).with_name("traced") / "guidelines"
ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "author"
CONFIRMED = 'confirmed: {on: 2026-02-01, by: gp, against: "Richtlijn, tabel 1"}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(TRACED, tmp_path / "guidelines")
    return tmp_path / "guidelines"


def change(folder: Path, old: str, new: str) -> None:
    path = folder / "bones" / "new" / "dxa.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def names(path: Path) -> tuple[list[str], list[str]]:
    found = unconfirmed(path)
    return [one.name for one in found.first], [one.name for one in found.rest]


def test_first_comes_what_was_read_in_the_guideline() -> None:
    first, rest = names(TRACED)

    assert first == ["threshold", "order-dxa"]
    assert rest == [
        "bmi_codes",
        "many_falls",
        "risk",
        "risk/age",
        "risk/thin",
        "group",
        "group/falls",
        "group/other",
        "order-after-falls",
    ]


def test_what_is_confirmed_is_not_in_the_list(folder: Path) -> None:
    change(folder, "evidence: verified}     # read twice", f"evidence: verified, {CONFIRMED}}}")

    assert names(folder)[0] == ["order-dxa"]


def test_a_score_is_confirmed_with_its_items_but_for_those_with_evidence_of_their_own(folder: Path) -> None:
    change(folder, "    implements: [B-02]\n    items", f"    {CONFIRMED}\n    implements: [B-02]\n    items")

    assert [name for name in names(folder)[1] if name.startswith("risk")] == ["risk/thin"]


def test_of_one_file_only_what_it_states_itself_is_listed(folder: Path) -> None:
    other = (folder / "bones" / "new" / "dxa.yaml").read_text(encoding="utf-8")
    rules = other[other.index("rules:") :].replace("id: order-", "id: send-")
    head = other[: other.index("applies:")].replace("bones.new.dxa", "bones.new.other")
    (folder / "bones" / "new" / "other.yaml").write_text(head + rules, encoding="utf-8")

    assert names(folder / "bones" / "new" / "other.yaml") == (["send-dxa"], ["send-after-falls"])


def test_nothing_waits_when_all_is_confirmed(folder: Path) -> None:
    path = folder / "bones" / "new" / "dxa.yaml"
    text = path.read_text(encoding="utf-8")
    head = text[: text.index("value_sets:")]
    rule = f"rules:\n  - id: a\n    title: {{nl: A, en: A}}\n    {CONFIRMED}\n    when: age >= 50 years\n    then: {{recommend: order-dxa}}\n"
    facts = "facts:\n  age: {from: patient.age, text: {nl: Leeftijd, en: Age}}\n"
    path.write_text(head.replace("applies: fallen\n", "") + facts + rule, encoding="utf-8")
    (folder / "bones" / "requirements.yaml").unlink()

    assert [line.text for line in unconfirmed_lines(unconfirmed(folder))] == ["Alles is bevestigd."]


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_list_for_people_is_the_one_we_want(
    lang: Language, update: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    shown = "\n".join(layout(unconfirmed_lines(unconfirmed(TRACED), lang), 80)) + "\n"
    place = GOLDEN / f"unconfirmed.{lang}.txt"
    if update:
        place.parent.mkdir(exist_ok=True)
        place.write_text(shown, encoding="utf-8", newline="\n")

    assert shown == place.read_text(encoding="utf-8")


def test_machines_get_the_same_with_source_and_place() -> None:
    found = unconfirmed_json(unconfirmed(TRACED))

    assert [one["name"] for one in found["first"]] == ["threshold", "order-dxa"]
    [number, _] = found["first"]
    assert number["title"] == {
        "nl": "Aantal punten voor een DXA: 2 punten",
        "en": "Points for a DXA: 2 points",
    }
    assert number["source"] == {"ref": "S02", "section": "tabel 1", "title": "Richtlijn", "read": "geheel"}
    assert (number["topic"], number["edition"], number["line"]) == ("bones", "new", 23)
    assert not found["rest"][0]["can_be_confirmed"]


def test_a_folder_that_is_not_there_and_a_guideline_that_is_wrong_are_told(folder: Path) -> None:
    with pytest.raises(CdssError, match="there is no file or folder"):
        unconfirmed(folder / "nowhere")
    change(folder, "risk >= threshold", "risk >= treshold")
    with pytest.raises(GuidelineError, match="unknown-name"):
        unconfirmed(folder)
