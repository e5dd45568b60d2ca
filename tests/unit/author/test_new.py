"""A new guideline is clean, its cases pass, and nothing that is there is written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdss.author.checking import check_paths
from cdss.author.new import write_first
from cdss.author.testing import run_files
from cdss.errors import CdssError


@pytest.mark.parametrize("id", ["falls", "falls.first", "back-pain.red-flags-2026"])
def test_a_new_guideline_is_clean_and_its_cases_pass(tmp_path: Path, id: str) -> None:
    guideline, cases = write_first(tmp_path / "deep" / "folder", id)

    assert [str(problem) for problem in check_paths([tmp_path]).problems] == []
    report = run_files([cases], "reference")
    assert report.fine, report.failed
    assert guideline.stem == id.rpartition(".")[2]
    assert f"id: {id}\n" in guideline.read_text(encoding="utf-8")
    assert f"topic: {id.partition('.')[0]}\n" in guideline.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "id", ["", "Falls", "falls.", ".falls", "fall risk", "1falls", "falls/first", "../falls", "vallën"]
)
def test_an_id_that_cannot_be_one_is_refused(tmp_path: Path, id: str) -> None:
    with pytest.raises(CdssError, match="cannot be the id"):
        write_first(tmp_path, id)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["first.yaml", "first.test.yaml"])
def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")

    with pytest.raises(CdssError, match="is there already"):
        write_first(tmp_path, "falls.first")

    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"
