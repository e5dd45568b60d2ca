"""Files as they were read, kept on disk: a check after a change says what a check of everything anew would say."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdss.errors import Problem
from cdss.rules import trees as trees_module
from cdss.rules.checks import problems_of
from cdss.rules.files import find_all
from cdss.rules.load import Node
from cdss.rules.trees import MOST_TREES, read_trees
from tests.unit.rules.guideline_text import ACTIONS, FACTS, HEAD, rule

GUIDELINE = HEAD + ACTIONS + FACTS + rule("bmi < 20 kg/m2")
SHIPPED = Path(__file__).resolve().parents[3] / "guidelines"


@pytest.fixture
def guidelines(tmp_path: Path) -> Path:
    place = tmp_path / "guidelines"
    place.mkdir()
    (place / "test.yaml").write_text(GUIDELINE)
    (place / "other.yaml").write_text(HEAD.replace("id: test", "id: other"))
    return place


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files of which the text was read, in that order."""
    seen: list[str] = []
    load_text = trees_module.load_text

    def noted(source: str | bytes, path: str) -> Node | list[Problem]:
        seen.append(path)
        return load_text(source, path)

    monkeypatch.setattr(trees_module, "load_text", noted)
    return seen


def trees_of(folder: Path, kept: Path | None) -> list[Node]:
    found, problems = read_trees(find_all(folder).files, kept)
    assert not problems
    return list(found.values())


def test_every_shipped_file_comes_back_as_it_was_read(kept: Path) -> None:
    fresh = trees_of(SHIPPED, None)

    first, second = trees_of(SHIPPED, kept), trees_of(SHIPPED, kept)

    assert first == fresh
    assert second == fresh


def test_only_the_file_that_changed_is_read_again(guidelines: Path, kept: Path, read: list[str]) -> None:
    trees_of(guidelines, kept)
    (guidelines / "test.yaml").write_text(GUIDELINE.replace("20 kg/m2", "21 kg/m2"))
    read.clear()

    trees_of(guidelines, kept)

    assert read == ["test.yaml"]


def test_a_file_that_changed_back_is_read_as_it_stands(guidelines: Path, kept: Path) -> None:
    for text in (GUIDELINE, GUIDELINE.replace("20 kg/m2", "21 kg/m2"), GUIDELINE):
        (guidelines / "test.yaml").write_text(text)

        assert trees_of(guidelines, kept) == trees_of(guidelines, None)


def test_a_file_under_another_path_is_read_again(guidelines: Path, kept: Path, read: list[str]) -> None:
    trees_of(guidelines, kept)
    read.clear()

    found = trees_of(guidelines.parent, kept)

    assert read == ["guidelines/other.yaml", "guidelines/test.yaml"]
    assert [one.span.file for one in found] == read


def test_other_code_reads_every_file_again(
    guidelines: Path, kept: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    trees_of(guidelines, kept)
    read.clear()
    monkeypatch.setattr(trees_module, "_reader", lambda: "another version")

    trees_of(guidelines, kept)

    assert sorted(read) == ["other.yaml", "test.yaml"]


@pytest.mark.parametrize("at", [0, 20, 120, -1])
def test_a_damaged_file_is_not_used_and_made_again(
    guidelines: Path, kept: Path, read: list[str], at: int
) -> None:
    trees_of(guidelines, kept)
    whole = {place.name: place.read_bytes() for place in kept.iterdir()}
    for place in kept.iterdir():
        damaged = bytearray(place.read_bytes())
        damaged[at] ^= 1
        place.write_bytes(damaged)
    read.clear()

    found = trees_of(guidelines, kept)

    assert sorted(read) == ["other.yaml", "test.yaml"]
    assert found == trees_of(guidelines, None)
    assert {place.name: place.read_bytes() for place in kept.iterdir()} == whole


def test_a_file_that_was_cut_off_is_not_used(guidelines: Path, kept: Path) -> None:
    trees_of(guidelines, kept)
    for place in kept.iterdir():
        place.write_bytes(place.read_bytes()[:-10])

    assert trees_of(guidelines, kept) == trees_of(guidelines, None)


def test_the_tree_of_one_file_is_not_taken_for_that_of_another(guidelines: Path, kept: Path) -> None:
    trees_of(guidelines, kept)
    one, other = sorted(kept.iterdir())
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)

    assert trees_of(guidelines, kept) == trees_of(guidelines, None)


@pytest.mark.parametrize("wrong", ["rulez: []\n", "  - {\n", "status: final\n"])
def test_what_is_wrong_in_a_file_is_said_each_time(guidelines: Path, kept: Path, wrong: str) -> None:
    (guidelines / "test.yaml").write_text(GUIDELINE + wrong)

    said = [problems_of(find_all(guidelines), trees) for trees in (None, kept, kept)]

    assert said[0]
    assert said[1] == said[0]
    assert said[2] == said[0]


def test_what_is_wrong_with_a_name_of_another_file_is_said_each_time(guidelines: Path, kept: Path) -> None:
    (guidelines / "other.yaml").write_text(HEAD.replace("id: test", "id: other") + FACTS)
    (guidelines / "test.yaml").write_text(HEAD + ACTIONS + rule("bmi < 20 kg/m2"))
    problems_of(find_all(guidelines), kept)
    (guidelines / "other.yaml").write_text(HEAD.replace("id: test", "id: other"))

    said = problems_of(find_all(guidelines), kept)

    assert "unknown-name" in {one.kind for one in said}
    assert said == problems_of(find_all(guidelines))


def test_a_folder_that_cannot_be_written_to_is_no_error(guidelines: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")

    assert trees_of(guidelines, tmp_path / "file") == trees_of(guidelines, None)


def test_the_oldest_trees_go(guidelines: Path, kept: Path) -> None:
    kept.mkdir()
    for number in range(MOST_TREES + 5):
        (kept / f"{number}.tree").write_bytes(b"")

    trees_of(guidelines, kept)

    assert len(list(kept.glob("*.tree"))) == MOST_TREES
    assert {place.stat().st_size > 0 for place in kept.glob("*.tree")} == {True, False}
