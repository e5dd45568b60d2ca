"""From requirements to rules, as pages: what they say, and that nothing is left out."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from cdss.author.traceability import main, pages, traced
from cdss.author.unconfirmed import stated_here

ROOT = Path(__file__).parents[3]
TRACED = Path(__file__).with_name("traced") / "guidelines"
GOLDEN = ROOT / "tests" / "golden" / "author"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(TRACED, tmp_path / "guidelines")
    return tmp_path / "guidelines"


@pytest.mark.parametrize("name", ["bones.md", "unconfirmed.md"])
def test_the_page_is_the_one_we_want(name: str, update: bool) -> None:
    text = pages(TRACED, GOLDEN)[name]
    place = GOLDEN / f"traceability-{name}"
    if update:
        place.write_text(text, encoding="utf-8", newline="\n")

    assert text == place.read_text(encoding="utf-8")


def test_every_requirement_is_on_the_page_also_what_nothing_implements(folder: Path) -> None:
    page = pages(folder, folder)["bones.md"]

    assert [line for line in page.split("\n") if line.startswith("## B-")] == [
        f"## B-0{n}" for n in range(1, 5)
    ]
    assert "**Niet uitgewerkt.** De tekst hierover is niet gelezen." in page


def test_a_requirement_names_the_rules_rows_and_scores_that_implement_it() -> None:
    found = {
        one.requirement.id: [s.name for s in one.statements] for one in traced(stated_here(TRACED), "bones")
    }

    assert found == {
        "B-01": ["order-dxa"],
        "B-02": ["risk", "order-dxa"],
        "B-03": ["group/falls"],
        "B-04": [],
    }


def test_an_edition_that_does_not_implement_it_is_told_unless_it_takes_the_rule_in(folder: Path) -> None:
    bones = folder / "bones"
    (bones / "old").mkdir()
    head = (bones / "new" / "dxa.yaml").read_text(encoding="utf-8")
    head = (
        head[: head.index("applies:")]
        .replace("bones.new.dxa", "bones.old.a")
        .replace("edition: new", "edition: old")
    )
    (bones / "old" / "a.yaml").write_text(head, encoding="utf-8")
    listed = bones / "requirements.yaml"
    listed.write_text(listed.read_text(encoding="utf-8").replace("[new]", "[old, new]"), encoding="utf-8")

    assert traced(stated_here(folder), "bones")[0].missing_editions == ("old",)
    assert "| 1 (niet in old) |" in pages(folder, folder)["bones.md"]

    editions = bones / "editions.yaml"
    editions.write_text(
        editions.read_text(encoding="utf-8") + "editions: {old: {with: [new/dxa.yaml]}}\n", encoding="utf-8"
    )
    assert traced(stated_here(folder), "bones")[0].missing_editions == ()


def test_every_link_leads_to_a_file(folder: Path) -> None:
    page = pages(folder, folder.parent / "docs")["bones.md"]

    assert "](../guidelines/bones/new/dxa.yaml)" in page


def test_the_command_writes_the_pages(folder: Path, tmp_path: Path) -> None:
    made = tmp_path / "docs" / "traceability"

    assert main([str(folder), str(made)]) == 0
    assert sorted(os.listdir(made)) == ["bones.md", "unconfirmed.md"]
    assert main([str(folder)]) == 2
    assert main([str(folder / "nowhere"), str(made)]) == 1
