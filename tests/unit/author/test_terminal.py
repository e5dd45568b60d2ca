"""Lines on a terminal and in a pipe: wrapped, aligned, in colour only where a person looks."""

from __future__ import annotations

import io

import pytest

from cdss.author.terminal import Progress, Terminal, layout, painted_problem, terminal
from cdss.models.line import Line


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def __init__(self, encoding: str = "utf-8", *, watched: bool = True) -> None:
        super().__init__()
        self._encoding = encoding
        self._watched = watched

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding

    def isatty(self) -> bool:
        return self._watched


def shown(*lines: Line, width: int = 30, colour: bool = False) -> list[str]:
    return list(layout(lines, width, colour=colour))


# Layout


def test_a_long_line_goes_on_under_its_first_word() -> None:
    line = Line("one two three four five six seven", indent=2, mark="•")

    assert shown(line, width=24) == ["  • one two three four", "    five six seven"]


def test_a_column_that_leaves_no_room_for_words_stands_above_them() -> None:
    assert shown(Line("one two three", label="Why", label_width=12)) == ["Why", "  one two three"]


def test_a_label_stands_once_in_its_own_column() -> None:
    line = Line("one two three four five six", label="Why", label_width=8)

    assert shown(line) == ["Why     one two three four", "        five six"]


def test_a_label_that_is_too_long_keeps_a_space_behind_it() -> None:
    assert shown(Line("text", label="Conflicts", label_width=9)) == ["Conflicts text"]


def test_an_aside_stands_at_the_right_end() -> None:
    [line] = shown(Line("left", aside="right"))

    assert line == "left" + " " * 21 + "right"
    assert len(line) == 30


@pytest.mark.parametrize(("text", "beside"), [("x" * 23, True), ("x" * 24, False)])
def test_an_aside_without_room_stands_below(text: str, beside: bool) -> None:
    assert len(shown(Line(text, aside="right"))) == (1 if beside else 2)


def test_a_word_that_is_too_long_is_not_broken() -> None:
    assert shown(Line("see https://richtlijnen.nhg.org/standaarden/fractuurpreventie now")) == [
        "see",
        "https://richtlijnen.nhg.org/standaarden/fractuurpreventie",
        "now",
    ]


def test_a_word_with_a_hyphen_stays_whole() -> None:
    assert shown(Line("a test of bone density: DXA-VFA"), width=28) == ["a test of bone density:", "DXA-VFA"]


def test_a_rule_is_as_wide_as_the_terminal() -> None:
    assert shown(Line(fill="─")) == ["─" * 30]


def test_a_line_that_stands_as_it_is_is_not_wrapped() -> None:
    assert shown(Line("  key:   " + "value " * 10, as_is=True)) == [("  key:   " + "value " * 10).rstrip()]


@pytest.mark.parametrize("width", [40, 61, 80])
def test_colour_never_changes_where_a_line_breaks(width: int) -> None:
    lines = [
        Line("one two three four five six seven eight nine ten", "danger", 2, mark="▲", aside="aside"),
        Line("one two three four five six seven eight nine ten", "strong", label="Why", label_width=10),
    ]

    plain = shown(*lines, width=width)
    coloured = shown(*lines, width=width, colour=True)

    assert coloured != plain
    assert [_bare(line) for line in coloured] == plain


def _bare(text: str) -> str:
    import re

    return re.sub(r"\x1b\[[0-9;]*m", "", text)


# What a stream can show


def test_a_pipe_is_plain_and_eighty_wide() -> None:
    found = terminal(Screen(watched=False), {})

    assert (found.width, found.colour, found.watched) == (80, False, False)


def test_a_terminal_is_shown_colours() -> None:
    assert terminal(Screen(), {"TERM": "xterm"}).colour


@pytest.mark.parametrize(
    ("environment", "watched", "colour"),
    [
        ({"NO_COLOR": "1", "TERM": "xterm"}, True, False),
        ({"NO_COLOR": "", "TERM": "xterm"}, True, True),  # empty means: not set
        ({"TERM": "dumb"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_colour_follows_the_environment(environment: dict[str, str], watched: bool, colour: bool) -> None:
    assert terminal(Screen(watched=watched), environment).colour == colour


@pytest.mark.parametrize(("columns", "width"), [("20", 40), ("79", 79), ("100", 100), ("240", 100)])
def test_a_width_is_one_that_people_can_read(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    assert terminal(Screen(), {"TERM": "xterm"}).width == width


def test_symbols_that_the_other_side_does_not_know_become_plain_ones() -> None:
    out = Screen("ascii", watched=False)

    terminal(out, {}).write([Line("Spoed · bel", mark="▲"), Line(fill="─")])

    assert out.getvalue() == "! Spoed - bel\n" + "-" * 80 + "\n"


def test_a_problem_is_painted_only_where_colours_are_shown() -> None:
    from cdss.author.terminal import painted_problem

    text = "probleem: tab\n  a.yaml:1:1\n\n   1 │ x\n     │ ━ hier\n\n   meer: cdss help tab"

    assert painted_problem(text, Terminal(io.StringIO())) == text
    assert _bare(painted_problem(text, Terminal(io.StringIO(), colour=True))) == text
    assert "\x1b[" in painted_problem(text, Terminal(io.StringIO(), colour=True))


# What stands in a record does not steer the terminal


@pytest.mark.parametrize("sign", ["\x1b", "\x07", "\x08", "\r", "\x7f", "\x9b", "\u202e", "\u2066"])
@pytest.mark.parametrize("colour", [True, False])
def test_a_sign_that_steers_the_terminal_is_shown_as_a_sign_that_does_not(sign: str, colour: bool) -> None:
    plain = shown(Line("a�b", label="c�", label_width=4, aside="d�"), width=60, colour=colour)

    assert (
        shown(Line(f"a{sign}b", label=f"c{sign}", label_width=4, aside=f"d{sign}"), width=60, colour=colour)
        == plain
    )
    assert painted_problem(f"x{sign}y", Terminal(Screen(), colour=False)) == "x�y"


# Progress


def progress(out: Screen, seconds: list[float]) -> str:
    clock = iter(seconds)
    with Progress(out, lambda: next(clock)) as bar:
        bar.step(1, 2)
        bar.step(2, 2)
    return out.getvalue()


def test_what_takes_less_than_a_second_shows_no_bar() -> None:
    assert progress(Screen(), [0.0, 0.5, 1.0]) == ""


def test_a_bar_is_drawn_ten_times_a_second_and_no_more() -> None:
    clock = iter([0.0, 1.1, 1.1, 1.15, 1.25, 1.25])  # a step that draws looks at the clock twice
    out = Screen()

    with Progress(out, lambda: next(clock)) as bar:
        for done in (1, 2, 3):
            bar.step(done)

    assert out.getvalue().split("\r")[1:3] == ["1 …", "3 …"]


def test_a_bar_is_wiped_before_something_else_is_said() -> None:
    out = Screen()

    with Progress(out, iter([0.0, 5.0, 5.0]).__next__) as bar:
        bar.step(7)
        bar.wipe()
        before = out.getvalue()

    assert before.endswith("\r")
    assert out.getvalue() == before


def test_what_takes_longer_than_a_second_shows_a_bar_and_wipes_it() -> None:
    text = progress(Screen(), [0.0, 0.5, 1.1, 1.1])

    assert "2/2" in text
    assert text.endswith("\r")


def test_a_pipe_never_sees_a_bar() -> None:
    assert progress(Screen(watched=False), [0.0, 5.0, 9.0]) == ""
