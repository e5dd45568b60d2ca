"""The shape of a file: every mistake is told once, at its place, with the word that was meant."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdss.errors import Problem
from cdss.models.patient import LIST_OF
from cdss.rules.kinds import PATIENT_FIELDS
from cdss.rules.load import load_text
from cdss.rules.render import render
from cdss.rules.shape import FILE_KINDS, SHAPES
from cdss.rules.shape_parts import LEAVES, Either, Kind, Leaf, ListOf, NamesTo, Of
from cdss.rules.synonyms import MEANT, probably_meant
from cdss.rules.validate import validate

HEAD = """\
cdss: 1
id: test.file
version: 0.1.0
status: draft
title: {nl: Proef}
topic: test
"""
ACTION = "actions:\n  order-dxa: {label: {nl: DXA}, owner: gp}\n"
RULE = "rules:\n  - id: r\n    title: {nl: Regel}\n    when: a\n    then: {recommend: order-dxa}\n"


def problems(text: str, kind: str = "guideline") -> list[Problem]:
    node = load_text(text, "a.yaml")
    assert not isinstance(node, list), [str(problem) for problem in node]
    return validate(node, kind)


def found(text: str, kind: str = "guideline") -> list[tuple[str, str, str]]:
    """Each problem as its kind, its place and the text at that place."""
    lines = text.split("\n")
    return [
        (
            problem.kind,
            f"{problem.span.line}:{problem.span.column}",
            lines[problem.span.line - 1][problem.span.column - 1 : problem.span.end_column - 1],
        )
        for problem in problems(text, kind)
    ]


def help_of(text: str, kind: str = "guideline") -> str:
    only = problems(text, kind)
    assert len(only) == 1, [str(problem) for problem in only]
    assert only[0].help is not None
    return only[0].help["nl"]


def fact(body: str) -> str:
    return f"{HEAD}facts:\n  a: {body}\n"


# What is right


def test_a_file_with_every_kind_of_content_has_no_problems() -> None:
    assert problems(HEAD + ACTION + RULE) == []


@pytest.mark.parametrize(
    "body",
    [
        "{from: patient.age, text: {nl: x}}",
        "{from: [procedure, observation], in: dxa, pick: date, if_missing: assume none, say: none, text: {nl: x}}",
        "{from: answer, type: yes_no, valid_for: contact, if_missing: ask, text: {nl: x}}",
        '{from: observation, in: s, unit: "1", plausible: -8..6, valid_for: 2 years, if_missing: ask, text: {nl: x}}',
        "{when: {any: [b < 60 kg, c]}, text: {nl: x}}",
        "{value: b / (c * c), text: {nl: x}}",
        "{first_known: [b, c.class, no], text: {nl: x}}",
        "{lowest: [b, c], of_known: yes, text: {nl: x}}",
        "{answered: [b, {fact: c, when: b}], text: {nl: x}}",
    ],
)
def test_each_way_of_writing_a_fact_is_right(body: str) -> None:
    assert problems(fact(body)) == []


# Keys


def test_a_key_that_is_misspelt_is_told_once_and_not_as_missing_too() -> None:
    text = HEAD.replace("title:", "titel:")

    assert found(text) == [("unknown-key", "5:1", "titel")]
    assert help_of(text) == "Bedoelt u `title`?"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (RULE.replace("when:", "als:"), "when"),
        (RULE.replace("then:", "dan:"), "then"),
        (RULE.replace("rules:", "regels:"), "rules"),
        (RULE.replace("recommend:", "recomend:"), "recommend"),
        (RULE.replace("title:", "titel:"), "title"),
        (ACTION.replace("owner:", "eigenaar:"), "owner"),
    ],
)
def test_dutch_and_misspelt_keys_find_the_key_that_was_meant(text: str, meant: str) -> None:
    assert help_of(HEAD + text) == f"Bedoelt u `{meant}`?"


def test_a_key_one_level_too_high_is_told_where_it_belongs() -> None:
    text = HEAD + RULE.replace("    then:", "    messages: {gp: {nl: x}}\n    then:")

    assert found(text) == [("unknown-key", "11:5", "messages")]
    assert help_of(text) == "Dit hoort onder `then`."


def test_all_that_is_missing_in_one_place_is_one_problem() -> None:
    assert found("cdss: 1\nid: x\n") == [("missing-key", "1:1", "cdss")]
    assert "`version`, `status`, `title`, `topic`" in problems("cdss: 1\nid: x\n")[0].text["nl"]


def test_what_is_missing_in_something_named_is_told_at_its_name() -> None:
    assert found(fact("{from: patient.age}")) == [("missing-key", "8:3", "a")]


def test_a_fact_says_in_one_way_where_it_comes_from() -> None:
    text = fact("{from: patient.age, when: b, text: {nl: x}}")

    assert found(text) == [("keys-exclude", "8:26", "when")]
    assert [str(note.span) for note in problems(text)[0].notes] == ["a.yaml:8:7"]
    assert found(fact("{text: {nl: x}}")) == [("missing-key", "8:3", "a")]


@pytest.mark.parametrize(
    ("body", "kind", "seen"),
    [
        ("{from: condition, in: s, text: {nl: x}}", "missing-if-missing", "from"),
        ("{from: condition, in: s, if_missing: assume no, text: {nl: x}}", "missing-say", "if_missing"),
        ("{from: answer, type: yes_no, if_missing: ask, text: {nl: x}}", "missing-valid-for", "if_missing"),
        ("{from: patient.sex, type: choice, text: {nl: x}}", "missing-key", "type"),
        ("{when: b, ordered: yes, text: {nl: x}}", "missing-key", "ordered"),
    ],
)
def test_what_one_key_says_another_must_complete(body: str, kind: str, seen: str) -> None:
    assert [(one, text) for one, _, text in found(fact(body))] == [(kind, seen)]


def test_a_rule_without_consequence_is_told() -> None:
    text = HEAD + RULE.replace("{recommend: order-dxa}", "{urgency: routine}")

    assert "missing-key" in {kind for kind, _, _ in found(text)}


# Values


@pytest.mark.parametrize(
    ("text", "kind", "seen"),
    [
        (HEAD.replace("draft", "concept"), "unknown-word", "concept"),
        (HEAD.replace("cdss: 1", "cdss: 2"), "unknown-word", "2"),
        (HEAD.replace("0.1.0", "0.1"), "wrong-kind", "0.1"),
        (HEAD.replace("{nl: Proef}", "Proef"), "text-without-language", "Proef"),
        (HEAD.replace("{nl: Proef}", "{en: Test}"), "missing-dutch", "{en: Test}"),
        (HEAD.replace("{nl: Proef}", '{nl: ""}'), "empty-value", "nl"),
        (HEAD.replace("{nl: Proef}", ""), "empty-value", "title"),
        (HEAD.replace("{nl: Proef}", "{nl: Een, twee en drie}"), "text-needs-quotes", "twee en drie"),
        (HEAD.replace("{nl: Proef}", "{nl: Proef, fr: Essai}"), "unknown-key", "fr"),
        (HEAD + "effective: {from: 1-11-2024}\n", "bad-date", "1-11-2024"),
        (HEAD + "effective: {from: 2023-02-29}\n", "bad-date", "2023-02-29"),
        (HEAD + "rules: {id: x}\n", "wrong-kind", "id"),
        (HEAD + "rules: []\n", "empty-list", "[]"),
        (HEAD + "facts: [a]\n", "wrong-kind", "a"),
        (HEAD + "value_sets: {s: {codes: [L95]}}\n", "bad-code", "L95"),
        (HEAD + "value_sets: {s: {codes: [icpc-9:L95]}}\n", "bad-code", "icpc-9:L95"),
        (HEAD + "value_sets: {s: {words: [on, off]}}\n", "looks-like-truth", "on"),
        (HEAD + "value_sets: {Set: {words: [a]}}\n", "bad-name", "Set"),
        (HEAD + "value_sets: {is: {words: [a]}}\n", "reserved-name", "is"),
        (HEAD + "products: {p: [{code: atc:M05BA04, days_per_unit: 7 days}]}\n", "wrong-kind", "7 days"),
        (HEAD + "products: {p: [{code: atc:M05BA04, days_per_unit: 1,5}]}\n", "comma-in-number", "1,5"),
        (fact("{when: {all: [b]}, text: {nl: x}, plausible: 8..20,5}"), "comma-in-number", "20,5"),
        (HEAD + RULE.replace("{recommend: order-dxa}", "{set: {f: een, twee of drie}}"), "text-needs-quotes", "twee of drie"),
        (HEAD + ACTION.replace("gp", "huisarts"), "unknown-role", "huisarts"),
        (HEAD + ACTION.replace("order-dxa", "Order DXA"), "wrong-kind", "Order DXA"),
        (fact("{lowest: [b, c], of_known: ja, text: {nl: x}}"), "wrong-kind", "ja"),
        (fact("{lowest: b, text: {nl: x}}"), "wrong-kind", "b"),
        (fact("{value: b-c, text: {nl: x}}"), "missing-space", "b-c"),
        (fact("{when: b and c, text: {nl: x}}"), "and-in-criterion", "and"),
        (fact("{when: [b, c], text: {nl: x}}"), "list-without-name", "[b, c]"),
        (fact("{from: observation, unit: kg/m, valid_for: always, if_missing: ask, text: {nl: x}}"), "unknown-unit", "kg/m"),
        (fact("{from: observation, plausible: 8-80, valid_for: always, if_missing: ask, text: {nl: x}}"), "not-a-cell", "-80"),
        (fact("{from: observation, valid_for: 2 jaar, if_missing: ask, text: {nl: x}}"), "bad-duration", "2 jaar"),
        (fact("{from: observation, valid_for: always, if_missing: vraag, text: {nl: x}}"), "bad-if-missing", "vraag"),
        (HEAD + RULE.replace("{recommend: order-dxa}", "{recommend: order-dxa, urgency: U5}"), "unknown-word", "U5"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_told_at_its_place(text: str, kind: str, seen: str) -> None:
    assert (kind, seen) in [(one, at) for one, _, at in found(text)]
    if kind != "looks-like-truth":
        assert len(found(text)) == 1, found(text)


def test_a_word_that_was_right_as_text_or_as_reference_is_told_where_it_is_wrong() -> None:
    words = 'value_sets: {s: {words: [a, "on", on]}, t: {words: [on]}, a: {words: [a]}, is: {words: [is]}}\n'

    assert [(kind, seen) for kind, _, seen in found(HEAD + words)] == [
        ("looks-like-truth", "on"),
        ("looks-like-truth", "on"),
        ("reserved-name", "is"),
    ]


def test_the_same_mistake_is_told_at_each_place() -> None:
    codes = "value_sets: {s: {codes: [icpc-1:L95, L95, icpc-1:L95, L95]}}\n"

    assert [(kind, seen) for kind, _, seen in found(HEAD + codes)] == [("bad-code", "L95")] * 2


@pytest.mark.parametrize(
    ("text", "help"),
    [
        (HEAD.replace("draft", "concept"), "Bedoelt u `draft`?"),
        (HEAD + ACTION.replace("gp", "huisarts"), "Bedoelt u `gp`?"),
        (HEAD.replace("{nl: Proef}", "Proef"), "Schrijf {nl: Proef}."),
        (HEAD.replace("{nl: Proef}", "Proef [1]"), 'Schrijf {nl: "Proef [1]"}.'),
        (fact("{lowest: [b, c], of_known: ja, text: {nl: x}}"), "Schrijf bijvoorbeeld: yes"),
        (HEAD + "value_sets: {Mijn Lijst: {words: [a]}}\n", "Schrijf mijn_lijst."),
    ],
)
def test_the_help_says_what_to_write(text: str, help: str) -> None:
    assert help_of(text) == help


def test_yes_and_no_may_be_written_as_text_and_as_truth() -> None:
    for written in ("yes", "no", "true", "false", '"yes"'):
        assert problems(fact(f"{{lowest: [b, c], of_known: {written}, text: {{nl: x}}}}")) == []


def test_a_quoted_word_that_looks_like_a_truth_is_a_word() -> None:
    assert problems(HEAD + 'value_sets: {s: {words: ["on", "off"]}}\n') == []


def test_one_value_may_stand_for_a_list_where_that_is_plain() -> None:
    assert problems(HEAD + "use: ../other.yaml\n") == []
    assert problems(HEAD + "use: [../other.yaml]\n") == []


def test_all_problems_of_a_file_come_at_once_sorted_by_place() -> None:
    text = (
        HEAD.replace("draft", "concept") + "facts:\n  a: {form: patient.age}\n  b: {when: c = 1, text: x}\n"
    )

    places = [place for _, place, _ in found(text)]
    kinds = [kind for kind, _, _ in found(text)]

    assert kinds == ["unknown-word", "missing-key", "unknown-key", "wrong-operator", "text-without-language"]
    assert places == sorted(places)


def test_a_file_that_is_a_list_or_a_word_is_no_guideline() -> None:
    assert [problem.kind for problem in problems("- a\n")] == ["wrong-kind"]
    assert [problem.kind for problem in problems("a\n")] == ["wrong-kind"]


# Other files


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("editions", "topic: t\ndefault: [{from: 2024-11-01, edition: e}]\neditions: {e: {with: [x/a.yaml]}}\n"),
        ("sources", "topic: t\nsources: [{id: S01, title: Een bron, url: 'https://a.nl', read: whole}]\n"),
        ("site", "id: regio\nparameters: {talk_from: 35 days}\nowners: {order-dxa: fracture_team}\ntopics_off: [t]\n"),
        ("bindings", "bindings: [{fact: t_score, code: 'nhg-45:123', unit: '1'}]\n"),
        ("cases", "guideline: a.yaml\non: 2026-03-01\ncases: [{id: c, given: {age: 75}, expect: {recommend: []}}]\n"),
    ],
)  # fmt: skip
def test_the_files_around_a_guideline_have_shapes_too(kind: str, text: str) -> None:
    assert problems(text, kind) == []
    assert problems(text + "extra: 1\n", kind)[0].kind == "unknown-key"


def test_a_case_that_compares_nothing_is_told() -> None:
    text = "guideline: a.yaml\non: 2026-03-01\ncases: [{id: c, given: {age: 75}, expect: {}}]\n"

    assert [kind for kind, _, _ in found(text, "cases")] == ["empty-case"]


def test_a_binding_is_for_a_fact_or_for_a_code() -> None:
    assert found("bindings: [{code: 'nhg-45:123'}]\n", "bindings")[0][0] == "missing-key"
    both = "bindings: [{code: 'nhg-45:123', fact: a, as: 'loinc:1-8'}]\n"
    assert found(both, "bindings")[0][0] == "keys-exclude"


# The table itself


def kinds_in(kind: Kind) -> list[Kind]:
    match kind:
        case ListOf(item=item):
            return [kind, *kinds_in(item)]
        case NamesTo(key=key, value=value):
            return [kind, key, *kinds_in(value)]
        case Either(kinds=kinds):
            return [kind, *(inner for one in kinds for inner in kinds_in(one))]
        case _:
            return [kind]


def test_every_shape_and_leaf_that_is_named_is_there_and_used() -> None:
    used = [kind for shape in SHAPES.values() for key in shape.keys for kind in kinds_in(key.kind)]

    assert {kind.shape for kind in used if isinstance(kind, Of)} | set(FILE_KINDS) == set(SHAPES)
    assert {kind.name for kind in used if isinstance(kind, Leaf)} == set(LEAVES)


def test_constraints_speak_of_keys_that_are_there() -> None:
    for shape in SHAPES.values():
        names = {key.name for key in shape.keys}
        for constraint in shape.constraints:
            mentioned = getattr(constraint, "keys", None) or (constraint.key, *constraint.others)  # type: ignore[union-attr]
            assert set(mentioned) <= names, shape.name


def test_every_key_says_what_it_means_in_both_languages() -> None:
    for shape in SHAPES.values():
        for key in shape.keys:
            assert key.about["nl"].strip() and key.about["en"].strip(), (shape.name, key.name)


def test_every_key_is_on_the_page_of_the_language() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "language" / "index.md").read_text(
        encoding="utf-8"
    )
    prose = re.sub(r"(?ms)^```.*?^```$", "", page)
    told = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`\n]+)`", prose))))

    assert {key.name for shape in SHAPES.values() for key in shape.keys} - told == set()


def test_every_word_that_stands_for_another_stands_for_a_word_of_the_language() -> None:
    keys = {key.name for shape in SHAPES.values() for key in shape.keys}
    closed = {
        word
        for shape in SHAPES.values()
        for key in shape.keys
        for kind in kinds_in(key.kind)
        for word in getattr(kind, "words", ())
    }
    lists = {"all", "any", "none", "nl", "en", "yes", "no", "yes_no", "contact", "ask", "unknown", "always"}
    record = {*LIST_OF, *PATIENT_FIELDS, "answer"}

    assert {word for words in MEANT.values() for word in words} <= keys | closed | lists | record


def test_a_file_of_wrong_keys_is_told_in_seconds_and_every_key_of_it() -> None:
    started = time.perf_counter()

    told = problems(HEAD + "".join(f"rule{number}: 1\n" for number in range(20_000)))

    assert len(told) == 20_000
    assert time.perf_counter() - started < 3


def test_nothing_is_suggested_for_a_word_that_is_like_no_other() -> None:
    assert probably_meant("zzzzqqq", ["when", "then"]) is None
    assert probably_meant("als", ["then"]) is None


# Whatever is written


EXAMPLE = (Path(__file__).resolve().parents[2] / "golden" / "problems" / "unused.yaml").read_text(
    encoding="utf-8"
)
SLIPS = st.sampled_from(
    ["", " ", "  ", ":", "-", ",", "[", "]", "{", "}", '"', "'", "\n", "x", "1", "ë", "and", "#"]
)


@given(st.integers(0, len(EXAMPLE)), st.integers(0, 12), SLIPS)
@settings(max_examples=300, deadline=None)
def test_a_slip_anywhere_in_a_file_gives_problems_with_a_place_or_none(
    place: int, gone: int, slip: str
) -> None:
    text = EXAMPLE[:place] + slip + EXAMPLE[place + gone :]
    node = load_text(text, "a.yaml")

    for problem in node if isinstance(node, list) else validate(node, "guideline"):
        assert 1 <= problem.span.line <= text.count("\n") + 2
        assert problem.text["nl"] and problem.text["en"]
        assert "cdss help" in render(problem, {"a.yaml": text})
