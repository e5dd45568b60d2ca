"""The JSON Schemas that editors use: current, and of one mind with `cdss check` about structure."""

from __future__ import annotations

import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from cdss.rules.load import Mapping, Node, Scalar, Sequence, load_text
from cdss.rules.problem_kinds import PROBLEM_KINDS
from cdss.rules.schema import SCHEMA_FILES, schema_of, schema_text, write_schemas
from cdss.rules.validate import validate

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "golden" / "problems"
GUIDELINES = sorted(
    path
    for path in (ROOT / "guidelines").rglob("*.yaml")
    if path.name not in ("editions.yaml", "sources.yaml", "requirements.yaml")
)


@lru_cache
def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(schema_of(kind))


def as_text(node: Node) -> Any:
    """What our reader sees: everything is text."""
    match node:
        case Scalar():
            return None if node.is_empty else node.text
        case Sequence(items=items):
            return [as_text(item) for item in items]
        case Mapping(entries=entries):
            return {entry.key.text: as_text(entry.value) for entry in entries}


def as_json(value: Any) -> Any:
    """What an editor sees after a YAML reader: keys are text, days are text."""
    if isinstance(value, dict):
        return {
            str(key).lower() if isinstance(key, bool) else str(key): as_json(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [as_json(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def readings(text: str) -> dict[str, Any]:
    """One text as our reader and a YAML 1.1 reader see it."""
    node = load_text(text, "a.yaml")
    assert not isinstance(node, list), [str(problem) for problem in node]
    return {
        "text": as_text(node),
        "1.1": as_json(yaml.load(text, Loader=yaml.CSafeLoader)),
    }


def kind_of(path: Path) -> str:
    return "cases" if path.name.endswith(".test.yaml") else "guideline"


@pytest.mark.parametrize("kind", SCHEMA_FILES)
def test_the_schema_is_a_schema(kind: str) -> None:
    Draft202012Validator.check_schema(schema_of(kind))


@pytest.mark.parametrize(("kind", "name"), SCHEMA_FILES.items())
def test_the_committed_schema_is_current(kind: str, name: str, update: bool) -> None:
    if update:
        write_schemas(ROOT / "schema")

    assert (ROOT / "schema" / name).read_text(encoding="utf-8") == schema_text(kind)


@pytest.mark.parametrize("path", GUIDELINES, ids=lambda path: path.name)
def test_every_shipped_file_is_right_to_the_schema_however_it_is_read(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    # A YAML 1.2 reader, which editors have, is slow in Python: here only.
    newer = as_json(YAML(typ="safe", pure=True).load(text))
    for reader, instance in {**readings(text), "1.2": newer}.items():
        errors = [error.message for error in validator(kind_of(path)).iter_errors(instance)]
        assert errors == [], reader


def golden_files() -> list[Path]:
    """The examples of problems that stand in one readable file."""
    kinds = [
        kind.name for kind in PROBLEM_KINDS.values() if kind.stage in ("shape", "line", "meaning", "check")
    ]
    places = [GOLDEN / f"{kind}.yaml" for kind in kinds]
    return [place for place in places if not place.read_text(encoding="utf-8").startswith("# file:")]


@pytest.mark.parametrize("path", golden_files(), ids=lambda path: path.stem)
def test_schema_and_check_agree_about_the_structure_of_every_golden_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    node = load_text(text, "a.yaml")
    assert not isinstance(node, list)
    seen = [problem for problem in validate(node, "guideline") if PROBLEM_KINDS[problem.kind].in_schema]

    for reader, instance in readings(text).items():
        assert validator("guideline").is_valid(instance) == (not seen), reader


def minimal(**more: Any) -> dict[str, Any]:
    return {
        "cdss": 1,
        "id": "a.b",
        "version": "0.1.0",
        "status": "draft",
        "title": {"nl": "Proef"},
        "topic": "t",
        **more,
    }


def test_numbers_and_truths_are_taken_for_what_the_author_wrote() -> None:
    rows = [{"id": 1, "if": [1, True, "any"], "then": 2}]
    table = {"title": {"nl": "x"}, "hit": "unique", "outcomes": {"2": {"text": {"nl": "x"}}}, "rows": rows}
    fact = {"lowest": ["b", "c"], "of_known": True, "text": {"nl": "x"}}

    assert validator("guideline").is_valid(minimal(tables={"a": table}, facts={"f": fact}))


def test_on_is_a_key_also_for_a_reader_that_takes_it_for_a_truth() -> None:
    case = {"id": "c", "given": {"age": 75}, "expect": {"recommend": []}}

    for key in ("on", "true"):
        assert validator("cases").is_valid({"guideline": "a.yaml", key: "2026-03-01", "cases": [case]})


@pytest.mark.parametrize(
    "change",
    [
        {"status": "concept"},
        {"cdss": 2},
        {"version": 0.1},
        {"title": "Proef"},
        {"title": {"en": "Test"}},
        {"title": None},
        {"regels": []},
        {"facts": {"Naam": {"when": "a", "text": {"nl": "x"}}}},
        {"facts": {"a": {"text": {"nl": "x"}}}},
        {"facts": {"a": {"from": "condition", "text": {"nl": "x"}}}},
        {"facts": {"a": {"when": {"and": ["b"]}, "text": {"nl": "x"}}}},
        {"facts": {"a": {"when": {"all": ["b"], "any": ["c"]}, "text": {"nl": "x"}}}},
        {"rules": [{"id": "r", "title": {"nl": "x"}, "when": "a", "then": {"urgency": "routine"}}]},
    ],
)
def test_what_is_wrong_in_structure_is_refused(change: dict[str, Any]) -> None:
    assert not validator("guideline").is_valid(minimal(**change))


def test_every_key_has_a_hover_text_in_both_languages() -> None:
    for kind in SCHEMA_FILES:
        definitions = schema_of(kind)["$defs"]
        assert isinstance(definitions, dict)
        for name, definition in definitions.items():
            for key, value in definition.get("properties", {}).items():
                if key not in ("true",):
                    assert "\n\n" in value["description"], (name, key)
