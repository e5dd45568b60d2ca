"""Two actions that do not go together, when both stand for a patient, are both shown and linked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import cdss

GUIDELINE = """
cdss: 1
id: combined.two-sides
version: 0.1.0
status: draft
title: {nl: Twee kanten, en: Two sides}
topic: combined
source: {title: Voorbeeld}
evidence: design
actions:
  start-it: {label: {nl: Start, en: Start}, owner: gp, not_with: [leave-it]}
  leave-it: {label: {nl: Laat staan, en: Leave}, owner: gp}
facts:
  reason_to_start: {from: answer, type: yes_no, valid_for: always, if_missing: unknown, text: {nl: Reden om te starten, en: Reason to start}}
  reason_to_leave: {from: answer, type: yes_no, valid_for: always, if_missing: unknown, text: {nl: Reden om het te laten, en: Reason to leave}}
rules:
  - id: start
    title: {nl: Start, en: Start}
    when: reason_to_start
    then: {recommend: start-it, messages: {gp: {nl: Start ermee., en: Start it.}}}
  - id: leave
    title: {nl: Laat, en: Leave}
    when: reason_to_leave
    %s
    then: {recommend: leave-it, messages: {gp: {nl: Laat het., en: Leave it.}}}
"""
OVERRIDES = "overrides: [{rule: start, source: {title: Voorbeeld}}]"
ON = date(2026, 3, 1)


def advise(folder: Path, overrides: str) -> cdss.Advice:
    """The advice for somebody with both reasons, by a guideline in this folder."""
    (folder / "two-sides.yaml").write_text(GUIDELINE % overrides, encoding="utf-8")
    ruleset = cdss.load(folder, cache=False)
    patient = cdss.Patient.from_facts({"reason_to_start": True, "reason_to_leave": True})
    return cdss.Engine(ruleset).advise(patient, ON, topics=["combined"])


def test_a_pair_that_may_stand_together_is_refused_when_it_is_checked(tmp_path: Path) -> None:
    with pytest.raises(cdss.GuidelineError) as refused:
        advise(tmp_path, "implements: [X]")

    assert "conflicting-actions" in {problem.kind for problem in refused.value.problems}


def test_an_overridden_rule_gives_way_and_is_reported(tmp_path: Path) -> None:
    advice = advise(tmp_path, OVERRIDES)

    assert [one.action for one in advice.recommendations] == ["leave-it"]
    assert [(one.rule, one.exception.partition(":")[0]) for one in advice.excepted] == [
        ("combined.two-sides/start", "overridden")
    ]


def test_two_that_stand_together_are_both_shown_and_linked(tmp_path: Path) -> None:
    (tmp_path / "two-sides.yaml").write_text(GUIDELINE % OVERRIDES, encoding="utf-8")
    ruleset = cdss.load(tmp_path, cache=False)
    free = {id: replace(rule, overrides=()) for id, rule in ruleset.rules.items()}  # as two topics might meet
    patient = cdss.Patient.from_facts({"reason_to_start": True, "reason_to_leave": True})

    advice = cdss.Engine(replace(ruleset, rules=free)).advise(patient, ON, topics=["combined"])

    assert {one.action: one.conflicts_with for one in advice.recommendations} == {
        "start-it": ("leave-it",),
        "leave-it": ("start-it",),
    }
    assert [one.actions for one in advice.conflicts] == [("leave-it", "start-it")]
