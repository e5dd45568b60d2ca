"""A problem as text: the words underlined are the words that are wrong, whatever stands before them."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from cdss.errors import NOWHERE, Note, Problem, Span
from cdss.rules.render import WIDTH, render, render_all

TEXT = {"nl": "er is geen gegeven met deze naam", "en": "there is no fact with this name"}


def at(line: int, column: int, end: int, file: str = "case-finding.yaml") -> Span:
    return Span(file, line, column, line, end)


def test_the_form_is_that_of_the_house_style() -> None:
    source = "\n" * 58 + "  fracture_risk:\n" + "\n" * 32 + "        - fractur_risk >= dxa_threshold\n"
    note = Note(at(59, 3, 16), {"nl": "bedoelt u deze score?", "en": "did you mean this score?"})
    problem = Problem("unknown-name", at(92, 11, 23), TEXT, notes=(note,))

    assert render(problem, {"case-finding.yaml": source}, "en") == (
        "problem: unknown-name\n"
        "  case-finding.yaml:92:11\n"
        "\n"
        "   92 │         - fractur_risk >= dxa_threshold\n"
        "      │           ━━━━━━━━━━━━ there is no fact with this name\n"
        "\n"
        "   59 │   fracture_risk:\n"
        "      │   ─────────────  did you mean this score?\n"
        "\n"
        "   more: cdss help unknown-name\n"
    )


def test_dutch_is_what_a_reader_gets_unless_asked_otherwise() -> None:
    shown = render(Problem("unknown-name", at(1, 1, 4), TEXT), {"case-finding.yaml": "abc"})

    assert shown.startswith("probleem: unknown-name\n")
    assert "er is geen gegeven met deze naam" in shown
    assert "meer: cdss help unknown-name" in shown


def test_the_help_stands_below_with_its_own_lines() -> None:
    problem = Problem(
        "and-in-criterion", at(1, 1, 2), TEXT, {"nl": "Schrijf:\n  all:\n    - a", "en": "Write:"}
    )

    assert "\n   Schrijf:\n     all:\n       - a\n" in render(problem, {"case-finding.yaml": "a"})


def underlined(source: str, span: Span) -> str:
    """What stands above the line, counted in columns of a terminal."""
    lines = render(Problem("x", span, {"nl": "fout", "en": "x"}), {span.file: source}).split("\n")
    shown, marks = lines[3], lines[4]
    start, end = marks.index("━"), marks.rindex("━") + 1
    column, seen = 0, ""
    for letter in shown:
        width = (
            2 if unicodedata.east_asian_width(letter) in "WF" else 0 if unicodedata.combining(letter) else 1
        )
        if start <= column < end:
            seen += letter
        column += width
    return seen


def test_letters_with_accents_and_emoji_before_the_words_do_not_move_the_line() -> None:
    source = "nl: ë 😀 één naam"

    assert underlined(source, at(1, source.index("naam") + 1, len(source) + 1)) == "naam"


def test_an_emoji_is_underlined_whole() -> None:
    assert underlined("a: 😀", at(1, 4, 5)) == "😀"


def test_an_accent_written_on_its_own_takes_no_column() -> None:
    source = "e\u0301e\u0301n naam"

    assert underlined(source, at(1, source.index("naam") + 1, len(source) + 1)) == "naam"


def test_of_a_long_line_the_words_are_in_sight() -> None:
    source = "x: " + "woord " * 60 + "FOUT" + " na" * 60
    span = at(1, source.index("FOUT") + 1, source.index("FOUT") + 5)

    shown = render(Problem("x", span, TEXT), {"case-finding.yaml": source})

    assert underlined(source, span) == "FOUT"
    assert max(len(line) for line in shown.split("\n")) <= WIDTH + 20


def test_words_longer_than_the_screen_are_cut() -> None:
    shown = render(Problem("x", at(1, 1, 500), TEXT), {"case-finding.yaml": "a" * 500})

    assert max(len(line) for line in shown.split("\n")) <= WIDTH + 20


def test_of_several_lines_the_first_is_shown() -> None:
    span = Span("case-finding.yaml", 1, 1, 3, 5)

    assert underlined("all:\n  - a\n  - b", span) == "all:"


def test_a_place_in_another_file_names_that_file() -> None:
    note = Note(at(1, 1, 2, "other.yaml"), {"nl": "de andere staat hier", "en": "x"})
    problem = Problem("name-clash", at(1, 1, 2), TEXT, notes=(note,))

    shown = render(problem, {"case-finding.yaml": "a", "other.yaml": "b"})

    assert "   other.yaml:1:1\n   1 │ b\n     │ ─  de andere staat hier" in shown


def test_a_file_that_is_not_at_hand_still_gives_the_place_and_the_text() -> None:
    shown = render(Problem("not-utf8", at(3, 7, 8), TEXT), {})

    assert "case-finding.yaml:3:7" in shown
    assert "er is geen gegeven met deze naam" in shown


def test_a_problem_without_a_place_shows_none() -> None:
    shown = render(Problem("no-files", NOWHERE, TEXT), {})

    assert shown.startswith("probleem: no-files\n\n")


def test_several_problems_stand_one_below_another() -> None:
    one = Problem("x", at(1, 1, 2), TEXT)

    assert render_all([one, one], {}).count("probleem: x") == 2


@given(st.text(max_size=200), st.integers(0, 5), st.integers(0, 300), st.integers(0, 300))
@settings(max_examples=200, deadline=None)
def test_no_source_and_no_place_gives_a_traceback(source: str, line: int, column: int, end: int) -> None:
    problem = Problem("x", Span("f", line, column, line, end), TEXT)

    assert "cdss help x" in render(problem, {"f": source})
