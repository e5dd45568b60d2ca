"""The form of an answer (design §7): as the committed schema says, for every patient that we have."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import cdss
from cdss.models.advice_schema import FILE, advice_schema, schema_text, write_schema

ROOT = Path(__file__).resolve().parents[3]
PATIENTS = sorted((ROOT / "examples" / "patients").glob("*.json"))
DESIGNED = [
    "schema", "engine", "on", "patient", "setting", "holds_until", "topics", "guidelines", "site", "bindings",
    "recommendations", "findings", "provisional", "questions", "assumed", "excepted", "undecided", "conflicts",
    "decided", "skipped",
]  # fmt: skip
"""The keys that design §7 fixes from the start."""


@cache
def engine() -> cdss.Engine:
    return cdss.Engine(cdss.load(ROOT / "guidelines"))


@cache
def answer(path: Path, setting: str) -> dict[str, Any]:
    advice = engine().advise(cdss.read(path.read_bytes()), date(2026, 3, 1), setting)
    found: dict[str, Any] = json.loads(advice.to_json())
    return found


def test_the_committed_schema_is_current(update: bool) -> None:
    if update:
        write_schema(ROOT / "schema")

    assert (ROOT / "schema" / FILE).read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("setting", ["contact", "record"])
@pytest.mark.parametrize("path", PATIENTS, ids=lambda path: path.stem)
def test_an_answer_is_as_the_schema_says(path: Path, setting: str) -> None:
    jsonschema.Draft202012Validator(advice_schema()).validate(answer(path, setting))


@pytest.mark.parametrize("path", PATIENTS, ids=lambda path: path.stem)
def test_an_answer_has_the_keys_of_the_design(path: Path) -> None:
    assert [key for key in answer(path, "record") if key in DESIGNED] == DESIGNED


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        ("setting", "somewhere"),
        ("on", "1 maart 2026"),
        ("topics", None),
        ("findings", {"step": {"low": None}}),
    ],
)
def test_the_schema_refuses_what_is_no_answer(place: str, wrong: object) -> None:
    spoilt = {**answer(PATIENTS[0], "record"), place: wrong}

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(advice_schema()).validate(spoilt)
