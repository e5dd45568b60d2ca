"""What is retired no longer answers: a rule, or a file that holds for every edition."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import cdss

TEXT = """
cdss: 1
id: tried.file
version: 0.1.0
status: FILE
title: {nl: Proef, en: Trial}
topic: tried
source: {title: Voorbeeld}
evidence: design
actions:
  old-way: {label: {nl: Oud, en: Old}, owner: gp}
  new-way: {label: {nl: Nieuw, en: New}, owner: gp}
facts:
  reason: {from: answer, type: yes_no, valid_for: always, if_missing: ask, text: {nl: Reden, en: Reason}}
rules:
  - id: old
    status: RULE
    title: {nl: Oud, en: Old}
    when: reason
    then: {recommend: old-way, messages: {gp: {nl: Doe het zo., en: Do it so.}}}
  - id: new
    title: {nl: Nieuw, en: New}
    when: reason
    then: {recommend: new-way, messages: {gp: {nl: Doe het anders., en: Do it otherwise.}}}
"""


@pytest.mark.parametrize(
    ("file", "rule", "advised"),
    [
        ("draft", "draft", {"old-way", "new-way"}),
        ("draft", "retired", {"new-way"}),
        ("retired", "draft", set()),
    ],
)
def test_only_what_is_not_retired_answers(tmp_path: Path, file: str, rule: str, advised: set[str]) -> None:
    (tmp_path / "tried.yaml").write_text(TEXT.replace("FILE", file).replace("RULE", rule), encoding="utf-8")
    engine = cdss.Engine(cdss.load(tmp_path, cache=False))

    advice = engine.advise(cdss.Patient.from_facts({"reason": True}), date(2026, 3, 1), topics=["tried"])

    assert {one.action for one in advice.recommendations} == advised
