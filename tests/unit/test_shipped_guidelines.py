"""The guidelines that come with cdss: clean to the checker, and right to an editor that follows their first line."""

from __future__ import annotations

import datetime
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

import cdss.cli
from cdss.author.cases import read_cases
from cdss.rules import check

ROOT = Path(__file__).resolve().parents[2]
GUIDELINES = ROOT / "guidelines"
WITHOUT_SCHEMA = ("editions.yaml", "sources.yaml", "requirements.yaml")
FILES = [
    path
    for folder in (GUIDELINES, ROOT / "examples" / "author")
    for path in sorted(folder.rglob("*.yaml"))
    if path.name not in WITHOUT_SCHEMA
]
MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_shipped_guidelines_have_no_problem_and_leave_no_doubt() -> None:
    assert [str(problem) for problem in check(GUIDELINES)] == []


@pytest.mark.parametrize("path", sorted(GUIDELINES.rglob("*.test.yaml")), ids=named)
def test_every_file_of_cases_can_be_read(path: Path) -> None:
    cases, problems = read_cases(path)

    assert [str(problem) for problem in problems] == []
    assert cases


def test_the_command_says_so_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert cdss.cli.main(["check", str(GUIDELINES)]) == 0
    assert capsys.readouterr().err == ""


# What an editor sees


@cache
def validator(schema: Path) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))


def schema_of(path: Path) -> Path:
    """The schema that the first line of a file names."""
    found = MODELINE.match(path.read_text(encoding="utf-8"))
    assert found, f"{named(path)} does not begin with `# yaml-language-server: $schema=...`"
    return (path.parent / found[1]).resolve()


def as_json(value: Any) -> Any:
    """What an editor holds against the schema: names are text, days are text."""
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


@pytest.mark.parametrize("path", FILES, ids=named)
def test_the_first_line_names_the_schema_of_this_kind_of_file(path: Path) -> None:
    kind = "cases" if path.name.endswith(".test.yaml") else "guideline"

    assert schema_of(path) == ROOT / "schema" / f"{kind}.schema.json"


@pytest.mark.parametrize("path", FILES, ids=named)
def test_an_editor_that_follows_the_first_line_sees_no_problem(path: Path) -> None:
    seen = as_json(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))

    assert [error.message for error in validator(schema_of(path)).iter_errors(seen)] == []


@pytest.mark.parametrize("path", FILES, ids=named)
def test_an_editor_sees_a_key_that_cannot_stand_there(path: Path) -> None:
    seen = as_json(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))

    assert not validator(schema_of(path)).is_valid({**seen, "regels": []})
