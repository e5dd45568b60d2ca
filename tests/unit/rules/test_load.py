"""Text to nodes: all is text, every word has its place, and what parsers read differently is refused."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cdss.errors import Problem
from cdss.rules.load import MAX_BYTES, MAX_DEPTH, Mapping, Node, Scalar, Sequence, load_file, load_text


def read(text: str | bytes) -> Node:
    found = load_text(text, "a.yaml")
    assert not isinstance(found, list), [str(problem) for problem in found]
    return found


def refused(text: str | bytes) -> Problem:
    found = load_text(text, "a.yaml")
    assert isinstance(found, list)
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


def value(text: str, key: str = "a") -> Scalar:
    node = read(text)
    assert isinstance(node, Mapping)
    found = node.get(key)
    assert isinstance(found, Scalar)
    return found


# Values


@pytest.mark.parametrize(
    "written", ["00012345", "no", "12:30", "1.10", "1e-05", "~", "null", "0x1F", "2026-02-30"]
)
def test_a_value_stays_the_text_it_is(written: str) -> None:
    assert value(f"a: {written}\n").text == written


def test_quotes_are_remembered() -> None:
    assert value('a: "1"\n').quoted
    assert value("a: '1'\n").quoted
    assert not value("a: 1\n").quoted


def test_a_key_with_nothing_behind_it_is_empty_and_a_quoted_nothing_is_not() -> None:
    assert value("a:\nb: 1\n").is_empty
    assert not value('a: ""\n').is_empty


def test_keys_and_items_keep_their_order() -> None:
    node = read("b: [3, 1, 2]\na: 1\n")

    assert isinstance(node, Mapping)
    assert node.keys == ("b", "a")
    items = node.get("b")
    assert isinstance(items, Sequence)
    assert [item.text for item in items.items if isinstance(item, Scalar)] == ["3", "1", "2"]


def test_a_key_that_is_not_there_gives_none() -> None:
    node = read("a: 1\n")

    assert isinstance(node, Mapping)
    assert node.get("b") is None
    assert node.entry("b") is None


def test_names_with_accents_and_emoji_are_read() -> None:
    assert value("naam_ë: 😀 ja\n", "naam_ë").text == "😀 ja"


# Places


def test_every_key_and_value_knows_its_line_and_column() -> None:
    node = read("a: 1\nbc:\n  - x\n  - {d: yes}\n")

    assert isinstance(node, Mapping)
    items = node.get("bc")
    assert isinstance(items, Sequence)
    last = items.items[1]
    assert isinstance(last, Mapping)
    assert str(node.entries[1].key.span) == "a.yaml:2:1"
    assert str(items.items[0].span) == "a.yaml:3:5"
    assert str(last.entries[0].key.span) == "a.yaml:4:6"
    assert str(last.entries[0].value.span) == "a.yaml:4:9"
    assert last.entries[0].value.span.end_column == 12


def test_columns_count_letters_and_not_bytes() -> None:
    assert value("{ë: 1, 😀: 2, a: 3}\n").span.column == 17


def test_a_block_ends_where_its_last_line_ends() -> None:
    node = read("a:\n  b: 1\n\n\nc: 2\n")

    assert isinstance(node, Mapping)
    assert node.entries[0].value.span.end_line == 2


def test_a_byte_order_mark_moves_no_column() -> None:
    assert value("\ufeffa: 1\n").span.column == 4
    assert isinstance(read("\ufeffa: 1\n".encode()), Mapping)


def test_windows_line_ends_count_as_one() -> None:
    node = read("a: 1\r\nb: 2\r\n")

    assert isinstance(node, Mapping)
    assert node.entries[1].value.span.line == 2


# What is refused


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("a: 1\n\tb: 2\n", "tab", "2:1"),
        ("a: &x 1\n", "anchor", "1:4"),
        ("a: &x 1\nb: *x\n", "anchor", "1:4"),
        ("a: {b: 1}\nc: {<<: 2}\n", "merge-key", "2:5"),
        ("a: !foo 1\n", "tag", "1:4"),
        ("a: ! 1\n", "tag", "1:4"),
        ("%YAML 1.1\n---\na: 1\n", "directive", "1:1"),
        ("a: 1\nb: 2\na: 3\n", "duplicate-key", "3:1"),
        ("a: 1\n---\nb: 2\n", "several-documents", "2:1"),
        ("a: 1\n...\nb: 2\n", "several-documents", "2:1"),
        ("a: [-, any]\n", "lone-dash", "1:5"),
        ("a: -\n", "lone-dash", "1:4"),
        ("a: > 4\n", "symbol-cell", "1:4"),
        ("a: [>= 4, any]\n", "symbol-cell", "1:5"),
        ("? [a, b]\n: 1\n", "key-not-a-word", "1:3"),
        ("", "empty-file", "1:1"),
        ("# only a comment\n", "empty-file", "1:1"),
        ("a: 1\u2028b: 2\n", "unreadable-character", "1:5"),
        ("a: b\x07\n", "unreadable-character", "1:5"),
        ("title: {nl: Let op: gevaar}\n", "text-needs-quotes", "1:13"),
        ("title:\n  nl: Let op: gevaar\n", "text-needs-quotes", "2:7"),
        ("a: @huisarts\n", "text-needs-quotes", "1:4"),
        ("a: *ster*\n", "text-needs-quotes", "1:4"),
        ('a: "tekst" meer\n', "text-needs-quotes", "1:4"),
        ("a:\n  b: 1\n   c: 2\n", "indentation", "3:4"),
        ("a:\n    b: 1\n  c: 2\n", "indentation", "3:3"),
        ("a:\n  - 1\n  b: 2\n", "indentation", "3:3"),
        ("a: - 1\n", "indentation", "1:4"),
        ("a: 1\nb\nc: 2\n", "missing-colon", "2:1"),
        ("a:1\nb: 2\n", "missing-colon", "1:2"),
        ("a:\n  - 1\n  -2\n", "missing-colon", "3:3"),
        ("a: {nl: x en: y}\n", "missing-comma", "1:11"),
        ('a: "tekst\nb: 2\n', "not-closed", "1:4"),
        ('a: "tekst\nb: "2"\n', "not-closed", "1:4"),
        ("a: [1, 2\nb: 3\n", "not-closed", "1:4"),
        ("a: [1]]\n", "not-closed", "1:7"),
        ("a: {b: 1]\n", "not-closed", "1:9"),
        ("a: {b: {c: 1}}, d: 2}\n", "not-closed", "1:14"),
        ("a: {b: [x]], c: 1}\n", "not-closed", "1:11"),
        ('a: {nl: "tekst., en: "text."}\n', "not-closed", "1:9"),
        ("a: {nl: DXA #1 aanvragen}\n", "text-needs-quotes", "1:13"),
        ("when:\n  all:\n    - >= 60 years\n", "not-a-criterion", "3:7"),
        ("when:\n  all:\n    - x\n    # y\n    - > 60 years\n", "not-a-criterion", "5:7"),
        ("if:\n  - > 60 years\n", "symbol-cell", "2:5"),
        ("a: [, b]\n", "yaml-syntax", "1:5"),
        ('a: "C:\\dir"\n', "yaml-syntax", "1:6"),
    ],
)
def test_one_problem_at_the_place_of_the_mistake(text: str, kind: str, place: str) -> None:
    problem = refused(text)

    assert (problem.kind, f"{problem.span.line}:{problem.span.column}") == (kind, place)


def test_a_quoted_dash_or_angle_is_text() -> None:
    assert value('a: "-"\n').text == "-"
    assert value('a: "> 4"\n').text == "> 4"


def test_a_duplicate_key_shows_the_first_one_too() -> None:
    problem = refused("a: 1\nb: 2\na: 3\n")

    assert [str(note.span) for note in problem.notes] == ["a.yaml:1:1"]


def test_a_text_that_needs_quotes_is_shown_with_quotes() -> None:
    problem = refused("nl: Let op: gevaar\n")

    assert problem.help is not None
    assert problem.help["nl"] == 'Zet de tekst tussen aanhalingstekens: "Let op: gevaar"'


def test_all_tabs_of_a_file_are_one_problem() -> None:
    problem = refused("a:\n\tb: 1\n\tc: 2\n")

    assert "2 regels" in problem.text["nl"]


def test_every_repeated_key_is_told() -> None:
    found = load_text("a: 1\na: 2\nb: {c: 1, c: 2}\n", "a.yaml")

    assert isinstance(found, list)
    assert [str(problem.span) for problem in found] == ["a.yaml:2:1", "a.yaml:3:11"]


def test_a_file_that_is_not_utf8_says_where() -> None:
    problem = refused("a: 1\nb: caf\u00e9\n".encode("latin-1"))

    assert (problem.kind, str(problem.span)) == ("not-utf8", "a.yaml:2:7")


def test_lists_may_stand_as_deep_as_the_limit_and_no_deeper() -> None:
    def nested(depth: int) -> str:
        return "a: " + "[" * depth + "x" + "]" * depth

    assert isinstance(load_text(nested(MAX_DEPTH - 2), "a.yaml"), Mapping)
    assert isinstance(load_text(nested(MAX_DEPTH - 1), "a.yaml"), Mapping)
    assert refused(nested(MAX_DEPTH)).kind == "too-deep"


# Files made to break a reader


def test_a_large_file_is_refused_before_it_is_parsed() -> None:
    started = time.perf_counter()

    problem = refused(b"a: 1\n" * 10_000_000)

    assert problem.kind == "file-too-large"
    assert time.perf_counter() - started < 1


def test_the_limit_itself_is_read_and_one_more_is_not() -> None:
    head = "a: 1\n#"

    assert isinstance(load_text(head + "x" * (MAX_BYTES - len(head)), "a.yaml"), Mapping)
    assert refused(head + "x" * (MAX_BYTES - len(head) + 1)).kind == "file-too-large"


def test_a_large_file_is_not_read_from_disk(tmp_path: Path) -> None:
    place = tmp_path / "large.yaml"
    place.write_bytes(b" " * (MAX_BYTES + 1))

    found = load_file(place, "large.yaml")

    assert isinstance(found, list)
    assert found[0].kind == "file-too-large"


def test_a_file_is_shown_by_the_name_that_readers_know(tmp_path: Path) -> None:
    place = tmp_path / "some.yaml"
    place.write_text("a: 1\n", encoding="utf-8")

    node = load_file(place, "topic/some.yaml")

    assert isinstance(node, Mapping)
    assert node.span.file == "topic/some.yaml"


def test_a_billion_laughs_are_refused_at_the_first_anchor() -> None:
    lines = ["a0: &a0 [ha, ha, ha]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    started = time.perf_counter()

    found = load_text("\n".join(lines), "a.yaml")

    assert isinstance(found, list)
    assert found[0].kind == "anchor"
    assert time.perf_counter() - started < 0.5


def test_a_file_of_opening_brackets_is_refused_at_once() -> None:
    started = time.perf_counter()

    assert refused("[" * 1_000_000).kind == "too-deep"
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize("brackets", [41, 999, 1000, 1001, 100_000])
def test_the_bracket_that_is_one_too_deep_is_shown_whichever_parser_reads_it(
    brackets: int, loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[load_text.__module__], "_Loader", getattr(yaml, loader))

    problem = refused("a:\n  - ë: " + "[" * brackets)

    assert (problem.kind, problem.span.line, problem.span.column) == ("too-deep", 2, 8 + 37)


@pytest.mark.parametrize(
    "text", ["[]", "{}", "- a", "a", "'", "[", "{", ":", "-", "&", "*", "!", "%", "|", "\x00", "? "]
)
def test_nothing_that_is_written_gives_a_traceback(text: str) -> None:
    found = load_text(text, "a.yaml")

    assert isinstance(found, Mapping | Sequence | Scalar) or found


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("title: {nl: Let op: gevaar}\n", "text-needs-quotes"),
        ("a:\n  b: 1\n   c: 2\n", "indentation"),
        ("a: [1, 2\nb: 3\n", "not-closed"),
        ("a: {nl: x en: y}\n", "missing-comma"),
        ("a: @huisarts\n", "text-needs-quotes"),
        ("a: > 4\n", "symbol-cell"),
        ("a: {b: {c: 1}}, d: 2}\n", "not-closed"),
        ('a: {nl: "tekst., en: "text."}\n', "not-closed"),
        ("a: {nl: DXA #1 aanvragen}\n", "text-needs-quotes"),
        ("all:\n  - >= 60 years\n", "not-a-criterion"),
        ("a: 1\nb\nc: 2\n", "missing-colon"),
        ("a: &x 1\nb: *x\n", "anchor"),
    ],
)
def test_without_the_c_parser_the_messages_are_the_same(
    text: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # `cdss.rules.load` is also the name of the function that loads a folder.
    monkeypatch.setattr(sys.modules[load_text.__module__], "_Loader", yaml.SafeLoader)

    assert refused(text).kind == kind


_PIECES = st.sampled_from(
    [
        *"abc:-{}[],&*!|>'\"%@`#? \n\t\\",
        *(": ", "- ", "\n  ", "\n- ", "nl: x", "---\n", "<<: ", "ë", "😀", "\ufeff", "\x07"),
    ]
)


@given(st.lists(_PIECES, max_size=25).map("".join))
@settings(max_examples=400, deadline=None)
def test_whatever_is_written_is_read_or_refused_with_a_place(text: str) -> None:
    found = load_text(text, "a.yaml")

    for problem in found if isinstance(found, list) else []:
        assert 1 <= problem.span.line <= text.count("\n") + 2
        assert problem.span.column >= 1
        assert problem.text["nl"] and problem.text["en"]
