"""Every reason and every refusal that the code can give has its texts, and none is there for nothing."""

import re
from pathlib import Path

import pytest

from cdss.models.impossible import IMPOSSIBLE
from cdss.records.report import REASONS, Report

ROOT = Path(__file__).parents[3] / "cdss"
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("records", "models")
    for path in sorted((ROOT / folder).rglob("*.py"))
)


def test_every_refusal_has_texts_and_every_text_is_used():
    used = set(re.findall(r"impossible\(\s*\"([a-z0-9-]+)\"", CODE)) | {"no-patient", "two-patients"}

    assert used == set(IMPOSSIBLE)


def test_every_reason_has_texts_and_every_text_is_used():
    used = {reason for reason in REASONS if f'"{reason}"' in CODE.replace(f'"{reason}": {{', "")}
    named = set(re.findall(r"place\.(?:skip|once)\(\s*\"([a-z-]+)\"", CODE))
    named |= set(re.findall(r"report\.(?:skip|once)\(\s*[^,()]+(?:\([^()]*\))?,\s*\"([a-z-]+)\"", CODE))

    assert named <= set(REASONS)
    assert used == set(REASONS)


@pytest.mark.parametrize("text", [*REASONS.values(), *IMPOSSIBLE.values()])
def test_every_text_is_a_sentence_in_two_languages(text):
    assert set(text) == {"nl", "en"}
    for own in text.values():
        assert (own[0].isupper() or own[0] in "{'") and own[-1] in ".}"


def test_long_words_of_others_are_cut():
    report = Report()

    report.skip("entry/1", "unreadable", "x" * 500)

    assert len(report.all()[0].why["nl"]) < 120


def test_the_same_thing_is_told_once():
    report = Report()

    report.once("dispensings/0", "usage", "zo nodig")
    report.once("dispensings/1", "usage", "zo nodig")
    report.once("dispensings/2", "usage", "bij pijn")

    assert [one.path for one in report.all()] == ["dispensings/0", "dispensings/2"]
