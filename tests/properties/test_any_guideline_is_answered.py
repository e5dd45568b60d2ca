"""Whatever an author writes, the answer is a ruleset or problems with a place: never a traceback."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from cdss.errors import Problem
from cdss.models.guideline import Ruleset
from cdss.rules.checks import doubts_about, errors_in
from cdss.rules.resolve import finish
from cdss.rules.stages import read
from cdss.rules.stored import pack, unpack
from tests.unit.rules.guideline_text import ACTIONS, FACTS, HEAD, found, rule
from tests.unit.rules.test_resolve import INSTRUMENT, PARAMETERS, TREATMENT
from tests.unit.rules.test_tables import COMPLETE

TABLE = """\
tables:
  medication:
    title: {nl: T, en: T}
    hit: unique
    inputs: [t_score, vfa]
    outcomes: {treat: {text: {nl: Behandelen, en: Treat}}, wait: {text: {nl: Wachten, en: Wait}}}
    rows:
""" + "".join(f"      - {{id: r{number}, {row}}}\n" for number, row in enumerate(COMPLETE.split("\n")))
GRID = """\
facts:
  t_score: {from: answer, type: number, min: -8, max: 6, valid_for: always, if_missing: ask, text: {nl: T, en: T}}
  vfa: {from: answer, type: choice, choices: [none, grade_1, grade_2], valid_for: always, if_missing: ask, text: {nl: V, en: V}}
  risk: {first_known: [smoking, no], text: {nl: R, en: R}}
  due: {value: last_dxa + 3 months, text: {nl: D, en: D}}
"""
WHEN = "{all: [bmi < 20 kg/m2, medication is treat, use.status is never, nrs >= 7, {none: [risk]}]}"
THEN = 'recommend: order-dxa, due: 14 days, messages: {gp: {nl: "Doe dit: {bmi}", en: "Do"}}'
GUIDELINE = (
    HEAD
    + ACTIONS
    + FACTS.replace("facts:\n", GRID)
    + TREATMENT
    + PARAMETERS
    + INSTRUMENT
    + TABLE
    + rule(WHEN, THEN)
)
PIECES = [
    match.span()
    for match in re.finditer(r"[A-Za-z_][\w.-]*|\d+(?:\.\d+)?|[<>=!]+|[\[\]{},:]|\n *", GUIDELINE)
]
WORDS = sorted(
    {GUIDELINE[start:end] for start, end in PIECES} | {"", "-1", "unknown", "é", "[]", "{}", '""', "a or b"}
)


@st.composite
def written(draw: st.DrawFn) -> str:
    """The guideline with a few of its words replaced by others."""
    places = draw(st.sets(st.integers(0, len(PIECES) - 1), min_size=1, max_size=3))
    text = GUIDELINE
    for place in sorted(places, reverse=True):
        start, end = PIECES[place]
        text = text[:start] + draw(st.sampled_from(WORDS)) + text[end:]
    return text


def answer(text: str) -> Ruleset | list[Problem]:
    draft = read(found(text))
    if isinstance(draft, list):
        return draft
    return errors_in(doubts_about(draft)) or finish(draft)


def test_the_guideline_that_is_changed_is_right() -> None:
    assert isinstance(answer(GUIDELINE), Ruleset)


@settings(max_examples=150, deadline=None)
@given(written())
def test_any_text_gives_a_ruleset_or_problems_that_point_into_it(text: str) -> None:
    found_ = answer(text)

    if isinstance(found_, Ruleset):
        assert unpack(pack(found_)) == found_
        return
    assert found_
    lines = text.split("\n")
    for problem in found_:
        assert problem.text.get("nl") and problem.text.get("en")
        assert 1 <= problem.span.line <= len(lines)
        assert 1 <= problem.span.column <= len(lines[problem.span.line - 1]) + 2
