"""What each reader of fracture prevention is told: a text of their own, in Dutch and English (language §9).

The check refuses claims about others, and scores and codes for patients. Here stands the rest."""

from __future__ import annotations

import re
from functools import cache

import pytest

import cdss
from cdss.models.guideline import Recommend, Rule, Ruleset

LONGEST = 24
"""Words in a sentence that a patient reads easily."""
JARGON = (
    *("DXA", "VFA", "T-score", "BMI", "eGFR", "fractuur", "osteoporose", "bisfosfonaat", "glucocortico"),
    *("indicatie", "contra-indicatie", "valanalyse", "Valrisicotest", "comorbiditeit", "multimorbiditeit"),
    *("therapietrouw", "persistentie", "medicatie", "adherentie", "symptomatisch", "collum"),
)
NOTHING_FOR_THE_PATIENT = "decide-on-limit"
"""What only the doctor can weigh: a value in between two readings of a limit."""


@cache
def ruleset() -> Ruleset:
    return cdss.load()


def topic_of(rule: Rule) -> str:
    return ruleset().file(rule.file).topic


def advising() -> list[tuple[str, Recommend]]:
    """The rules that advise about fractures, by their id."""
    return [
        (id, rule.recommend)
        for id, rule in sorted(ruleset().rules.items())
        if rule.recommend is not None
        and (topic_of(rule) == "fracture-prevention" or id.startswith("back-pain.fracture-link/"))
    ]


def each(rules: list[tuple[str, Recommend]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("advised", [one for _, one in rules], ids=[id for id, _ in rules])


def patient_text(advised: Recommend) -> str:
    """The words themselves, without the names of values."""
    return re.sub(r"\{[^{}]*\}", "...", advised.messages.get("patient", {}).get("nl", ""))


@each(advising())
def test_who_acts_and_who_is_informed_each_have_a_text_of_their_own(advised: Recommend) -> None:
    owner = ruleset().actions[advised.action].owner

    for role in dict.fromkeys((owner, *advised.inform)):
        for language in ("nl", "en"):
            text = advised.messages.get(role, {}).get(language, "").strip()
            assert text and text[-1] in ".!?}", f"{role} ({language}): {text[-30:]}"


def test_every_rule_that_advises_speaks_to_the_patient() -> None:
    silent = {advised.action for _, advised in advising() if not patient_text(advised)}

    assert silent <= {NOTHING_FOR_THE_PATIENT}


@each(advising())
def test_nobody_has_a_text_who_neither_acts_nor_is_informed(advised: Recommend) -> None:
    owner = ruleset().actions[advised.action].owner

    assert set(advised.messages) <= {owner, *advised.inform, "patient"}


@each(advising())
def test_dutch_and_english_tell_the_same_values(advised: Recommend) -> None:
    for role, text in advised.messages.items():
        values = [set(re.findall(r"\{([^{}]+)\}", text[language])) for language in ("nl", "en")]
        assert values[0] == values[1], role


@each(advising())
def test_a_patient_reads_short_sentences_without_jargon(advised: Recommend) -> None:
    text = patient_text(advised)

    for sentence in re.split(r"(?<=[.!?:;])\s+", text):
        assert len(sentence.split()) <= LONGEST, sentence
    for word in JARGON:
        assert not re.search(rf"(?i)(?<!\w){re.escape(word)}", text), word


@each(advising())
def test_a_text_begins_with_what_to_do_and_not_with_why(advised: Recommend) -> None:
    for role, text in advised.messages.items():
        assert not re.match(
            r"(?i)(omdat|doordat|vanwege|wegens|uit|volgens|er (is|zijn|was|waren))\b", text["nl"]
        ), role
