"""What is wrong when the text is no YAML, in the author's words and at the author's line.

The parser says where it got stuck, which is often below the line that is wrong, and says it in its own words.
Each reader below looks at the lines around that place, for the mistakes that people make.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import yaml

from cdss.errors import Note, Problem, Span, Text


@dataclass(frozen=True, slots=True)
class _Stuck:
    """Where the parser got stuck (lines and columns from 0), and what it was reading."""

    path: str
    lines: tuple[str, ...]
    line: int
    column: int
    start_line: int
    start_column: int

    @property
    def here(self) -> str:
        return self.lines[self.line] if self.line < len(self.lines) else ""

    def at(self, line: int, column: int, end: int) -> Span:
        return Span(self.path, line + 1, column + 1, line + 1, max(end, column + 1) + 1)

    def whole_line(self, line: int) -> Span:
        text = self.lines[line] if line < len(self.lines) else ""
        return self.at(line, len(text) - len(text.lstrip()), len(text.rstrip()))

    def line_before(self, line: int) -> int | None:
        """The nearest line above that is not empty and not a comment."""
        for above in range(min(line, len(self.lines)) - 1, -1, -1):
            stripped = self.lines[above].strip()
            if stripped and not stripped.startswith("#"):
                return above
        return None


def explain_yaml_error(error: yaml.YAMLError, text: str, path: str) -> Problem:
    """One problem that says what to change."""
    lines = tuple(text.split("\n"))
    mark = getattr(error, "problem_mark", None)
    context = getattr(error, "context_mark", None) or mark
    if mark is None or context is None:
        return Problem("yaml-syntax", Span(path, 1, 1, 1, 2), _CANNOT_READ)
    stuck = _Stuck(path, lines, mark.line, mark.column, context.line, context.column)
    words = f"{getattr(error, 'context', '') or ''}; {getattr(error, 'problem', '') or ''}"
    for part, explain in _READERS:
        if part in words:
            return explain(stuck)
    return _cannot_read(stuck)


_CANNOT_READ: Final[Text] = {"nl": "hier is de YAML niet te lezen", "en": "the YAML cannot be read here"}
_KEY: Final = re.compile(
    r"(?P<lead>\s*(?:- +)*)(?P<key>[\w.\-]+|\"[^\"]*\"|'[^']*')(?P<colon>\s*:)(?P<space>\s+|$)(?P<value>.*)"
)
_KEYS_OF_A_TEXT = ("nl", "en")


def _cannot_read(stuck: _Stuck) -> Problem:
    return Problem(
        "yaml-syntax",
        stuck.at(stuck.line, stuck.column, stuck.column + 1),
        _CANNOT_READ,
        {
            "nl": "Kijk of hier of een regel hoger een aanhalingsteken, haakje of komma ontbreekt.",
            "en": "See whether a quote, bracket or comma is missing here or one line up.",
        },
    )


def _quote(value: str) -> str:
    """The text as it may be written: in quotes that do not occur in it."""
    return f"'{value}'" if '"' in value else f'"{value}"'


def _needs_quotes(stuck: _Stuck, line: int, column: int, end: int) -> Problem:
    value = stuck.lines[line][column:end].rstrip()
    inner = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
    return Problem(
        "text-needs-quotes",
        stuck.at(line, column, column + len(value)),
        {
            "nl": "in deze tekst staat een teken dat in YAML iets betekent",
            "en": "this text has a character that means something in YAML",
        },
        {
            "nl": f"Zet de tekst tussen aanhalingstekens: {_quote(inner)}",
            "en": f"Put the text between quotes: {_quote(inner)}",
        },
    )


def _end_of_value(line: str) -> int:
    comment = line.find(" #")
    return len(line[:comment].rstrip() if comment >= 0 else line.rstrip())


def _indentation(stuck: _Stuck, line: int, other: int | None) -> Problem:
    notes = (
        (Note(stuck.whole_line(other), {"nl": "hierbij hoort het", "en": "it belongs with this"}),)
        if other is not None
        else ()
    )
    return Problem(
        "indentation",
        stuck.whole_line(line),
        {
            "nl": "deze regel springt anders in dan verwacht",
            "en": "this line is not indented as expected",
        },
        {
            "nl": "Wat bij elkaar hoort begint in dezelfde kolom; wat eronder valt twee spaties verder.",
            "en": "What belongs together starts in the same column; what falls under it two spaces further.",
        },
        notes,
    )


def _second_colon(stuck: _Stuck) -> Problem:
    """`title: Let op: gevaar`, or a key where no key can stand."""
    match = _KEY.match(stuck.here)
    if match and match.start("colon") < stuck.column and match["value"]:
        return _needs_quotes(stuck, stuck.line, match.start("value"), _end_of_value(stuck.here))
    above = stuck.line_before(stuck.line)
    if above is not None:
        glued = re.match(r"\s*(?:- +)*[\w-]+:(?=[^\s:/])", stuck.lines[above])
        if glued:
            return _no_space_after_colon(stuck, above, glued.end())
    return _indentation(stuck, stuck.line, above)


def _no_space_after_colon(stuck: _Stuck, line: int, column: int) -> Problem:
    return Problem(
        "missing-colon",
        stuck.at(line, column - 1, column),
        {"nl": "achter de dubbelepunt hoort een spatie", "en": "a space belongs after the colon"},
        {"nl": "Schrijf `sleutel: waarde`.", "en": "Write `key: value`."},
    )


def _no_colon(stuck: _Stuck) -> Problem:
    text = stuck.lines[stuck.start_line].strip() if stuck.start_line < len(stuck.lines) else ""
    if re.match(r"-[^\s-]", text):
        help: Text = {
            "nl": "Achter het streepje van een lijst hoort een spatie.",
            "en": "A space belongs after the dash of a list.",
        }
    elif re.match(r"[\w-]+:\S", text):
        return _no_space_after_colon(stuck, stuck.start_line, stuck.lines[stuck.start_line].index(":") + 1)
    else:
        help = {
            "nl": "Schrijf `sleutel: waarde`, of spring de regel in als hij bij de tekst erboven hoort.",
            "en": "Write `key: value`, or indent the line when it belongs to the text above.",
        }
    return Problem(
        "missing-colon",
        stuck.whole_line(stuck.start_line),
        {
            "nl": "op deze regel staat geen sleutel met een dubbelepunt",
            "en": "this line has no key with a colon",
        },
        help,
    )


_RUN_ON: Final = re.compile(r"([\"'])(?:(?!\1).)*,\s*[\w-]+:\s*\1$")
"""A text that runs on into the next one because its quote was not closed: `"Bel nu, en: "`."""


def _not_closed(stuck: _Stuck, line: int, column: int) -> Problem:
    mark = stuck.lines[line][column : column + 1]
    comment = stuck.lines[line].find(" #", column) + 1
    if mark in "[{" and comment and {"[": "]", "{": "}"}[mark] in stuck.lines[line][comment:]:
        return Problem(
            "text-needs-quotes",
            stuck.at(line, comment, comment + 1),
            {
                "nl": "achter een # leest YAML niet verder: de rest van deze regel is een opmerking",
                "en": "YAML does not read on after a #: the rest of this line is a comment",
            },
            {
                "nl": "Zet de tekst met het # tussen aanhalingstekens.",
                "en": "Put the text with the # between quotes.",
            },
        )
    closing = {"[": "]", "{": "}"}.get(mark, mark)
    return Problem(
        "not-closed",
        stuck.at(line, column, column + 1),
        {
            "nl": f"dit wordt geopend met {mark} en niet gesloten",
            "en": f"this is opened with {mark} and not closed",
        },
        {"nl": f"Zet {closing} aan het eind.", "en": f"Put {closing} at the end."},
    )


def _open_quote(stuck: _Stuck) -> Problem:
    return _not_closed(stuck, stuck.start_line, stuck.start_column)


def _no_key(stuck: _Stuck) -> Problem:
    """Stuck in a mapping: at the start of a line by its indentation, in its middle by what stands before."""
    before = stuck.here[: stuck.column]
    if not before.strip(" -"):
        return _indentation(stuck, stuck.line, stuck.line_before(stuck.line))
    seen = stuck.here[stuck.column : stuck.column + 1]
    if seen and seen in "]}":
        return _too_many(stuck, stuck.column)
    extra = _bracket_too_many(before)
    if extra is not None:
        return _too_many(stuck, extra)
    quote = before.rstrip()[-1]
    if quote in "\"'":
        opened = _line_with_open_quote(stuck, quote)
        if opened is not None:
            return _not_closed(stuck, *opened)
    match = _KEY.match(stuck.here)
    start = match.start("value") if match else len(stuck.here) - len(stuck.here.lstrip())
    return _needs_quotes(stuck, stuck.line, start, _end_of_value(stuck.here))


def _too_many(stuck: _Stuck, column: int) -> Problem:
    seen = stuck.here[column]
    return Problem(
        "not-closed",
        stuck.at(stuck.line, column, column + 1),
        {"nl": f"hier staat een {seen} te veel", "en": f"there is a {seen} too many here"},
        {"nl": "Haal het haakje weg.", "en": "Remove the bracket."},
    )


def _bracket_too_many(before: str) -> int | None:
    """`a: {b: {c: 1}}, d: 2}`: where the outermost bracket was closed while the line goes on with a comma."""
    match = _KEY.match(before)
    if match is None or match["value"][:1] not in ("[", "{") or not match["value"]:
        return None
    depth, quote, last = 0, "", None
    for column in range(match.start("value"), len(before)):
        sign = before[column]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and before[column - 1] in " [{,":
            quote = sign
        elif sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
            last = column
    return last if last is not None and depth == 0 and before[last - 1] in "]}" else None


def _line_with_open_quote(stuck: _Stuck, quote: str) -> tuple[int, int] | None:
    """The nearest line above whose value opens with this quote and does not close."""
    for line in range(stuck.line - 1, -1, -1):
        match = _KEY.match(stuck.lines[line])
        if match and match["value"].startswith(quote):
            return (line, match.start("value")) if match["value"].count(quote) % 2 else None
    return None


def _in_brackets(stuck: _Stuck) -> Problem:
    """Inside [ ] or { }: a comma forgotten, a text with a colon, or no closing bracket."""
    opening = stuck.lines[stuck.start_line][stuck.start_column : stuck.start_column + 1]
    rest = stuck.here[stuck.column :]
    if stuck.line != stuck.start_line and not stuck.here[: stuck.column].strip().startswith(("[", "{", ",")):
        key = _KEY.match(stuck.here)
        if key or not rest:
            return _not_closed(stuck, stuck.start_line, stuck.start_column)
    if rest[:1] in ("]", "}"):
        if stuck.here[: stuck.column].rstrip().endswith(rest[0]):
            return _too_many(stuck, stuck.column)
        wanted = "]" if opening == "[" else "}"
        opened = stuck.at(stuck.start_line, stuck.start_column, stuck.start_column + 1)
        return Problem(
            "not-closed",
            stuck.at(stuck.line, stuck.column, stuck.column + 1),
            {
                "nl": f"dit is geopend met {opening} en wordt gesloten met {rest[0]}",
                "en": f"this was opened with {opening} and is closed with {rest[0]}",
            },
            {"nl": f"Sluit met {wanted}.", "en": f"Close with {wanted}."},
            (Note(opened, {"nl": "hier geopend", "en": "opened here"}),),
        )
    before = stuck.here[: stuck.column]
    run_on = _RUN_ON.search(before)
    if run_on:
        return _not_closed(stuck, stuck.line, run_on.start())
    word = re.search(r"(?:^|[\s{\[,])([\w-]+)\s*$", before) if rest.startswith(":") else None
    glued = re.match(r"[\w-]+\s*:", rest)
    if glued or (word and word[1] in _KEYS_OF_A_TEXT):
        column = stuck.column if glued else stuck.column - len(word[1] if word else "")
        return Problem(
            "missing-comma",
            stuck.at(stuck.line, column, column + 1),
            {"nl": "hiervoor ontbreekt een komma", "en": "a comma is missing before this"},
            {"nl": "Schrijf {nl: tekst, en: tekst}.", "en": "Write {nl: text, en: text}."},
        )
    found = list(re.finditer(r"[{,]\s*[\w-]+:\s+", before))
    start = found[-1].end() if found else stuck.column
    closing = re.search(r",\s*[\w-]+:\s|[}\]]", stuck.here[stuck.column :])
    end = stuck.column + closing.start() if closing else len(stuck.here.rstrip())
    return _needs_quotes(stuck, stuck.line, start, end)


_IN_WORDS: Final = {">": "above", ">=": "at least", "<": "below", "<=": "at most"}


def symbol_problem(span: Span, symbol: str, rest: str) -> Problem:
    """A cell or value that starts with > or <: the same in words."""
    words = f"{_IN_WORDS[symbol]} {rest}".strip()
    return Problem(
        "symbol-cell",
        span,
        {"nl": f"hier kan geen {symbol} staan", "en": f"{symbol} cannot stand here"},
        {"nl": f"Schrijf het in woorden: {words}", "en": f"Write it in words: {words}"},
    )


def _cannot_start(stuck: _Stuck) -> Problem:
    rest = stuck.here[stuck.column :]
    if rest.startswith(">"):
        return _symbol(stuck, stuck.column)
    match = _KEY.match(stuck.here)
    end = _end_of_value(stuck.here)
    inside = re.search(r"[,\]}]", rest) if re.search(r"[\[{]", stuck.here[: stuck.column]) else None
    if inside:
        end = stuck.column + inside.start()
    start = match.start("value") if match and not inside else stuck.column
    return _needs_quotes(stuck, stuck.line, start, end)


def _is_criterion(stuck: _Stuck) -> bool:
    """Whether a line of a list stands under `all:`, `any:`, `none:` or `where:`."""
    if not stuck.here.lstrip().startswith("- "):
        return False
    indent = len(stuck.here) - len(stuck.here.lstrip())
    for above in reversed(stuck.lines[: stuck.line]):
        if (
            above.strip()
            and not above.lstrip().startswith(("- ", "#"))
            and len(above) - len(above.lstrip()) <= indent
        ):
            return above.strip().removeprefix("- ").split(":")[0] in ("all", "any", "none", "where")
    return False


def _symbol(stuck: _Stuck, column: int) -> Problem:
    found = re.match(r"(>=?)\s*([^,\]}#]*)", stuck.here[column:])
    if found is None:
        return _cannot_read(stuck)
    length = len(found[0].rstrip())
    if _is_criterion(stuck):
        return Problem(
            "not-a-criterion",
            stuck.at(stuck.line, column, column + length),
            {
                "nl": "er staat niet wat hier vergeleken wordt",
                "en": "it is not said what is compared here",
            },
            {
                "nl": f"Zet er de naam van een gegeven voor, zoals: age {found[0].rstrip()}",
                "en": f"Put the name of a fact before it, such as: age {found[0].rstrip()}",
            },
        )
    return symbol_problem(stuck.at(stuck.line, column, column + length), found[1], found[2].strip())


def _block_text(stuck: _Stuck) -> Problem:
    if stuck.lines[stuck.start_line][stuck.start_column : stuck.start_column + 1] == ">":
        return _symbol(stuck, stuck.start_column)
    return _needs_quotes(stuck, stuck.start_line, stuck.start_column, _end_of_value(stuck.here))


def lone_dash_problem(span: Span) -> Problem:
    return Problem(
        "lone-dash",
        span,
        {"nl": "een los streepje is geen waarde", "en": "a dash by itself is no value"},
        {
            "nl": "Schrijf `any` als het niet uitmaakt, of `none` als er geen is.",
            "en": "Write `any` when it does not matter, or `none` when there is none.",
        },
    )


def _dash(stuck: _Stuck) -> Problem:
    if not stuck.here[stuck.column + 1 :].strip():
        return lone_dash_problem(stuck.at(stuck.line, stuck.column, stuck.column + 1))
    return Problem(
        "indentation",
        stuck.at(stuck.line, stuck.column, _end_of_value(stuck.here)),
        {"nl": "een lijst begint op een eigen regel", "en": "a list starts on a line of its own"},
        {
            "nl": "Zet het streepje op de volgende regel, twee spaties ingesprongen, of schrijf [a, b].",
            "en": "Put the dash on the next line, two spaces in, or write [a, b].",
        },
    )


def _list_and_keys(stuck: _Stuck) -> Problem:
    return _indentation(stuck, stuck.line, stuck.line_before(stuck.line))


def _reserved_start(stuck: _Stuck) -> Problem:
    found = _KEY.match(stuck.here)
    start = (
        found.start("value") if found and found.start("value") <= stuck.start_column else stuck.start_column
    )
    return _needs_quotes(stuck, stuck.start_line, start, _end_of_value(stuck.here))


def _tag(stuck: _Stuck) -> Problem:
    return tag_problem(stuck.at(stuck.start_line, stuck.start_column, stuck.start_column + 1))


def tag_problem(span: Span) -> Problem:
    return Problem(
        "tag",
        span,
        {
            "nl": "een waarde kan niet met een uitroepteken beginnen",
            "en": "a value cannot start with an exclamation mark",
        },
        {
            "nl": "Zet de tekst tussen aanhalingstekens als het uitroepteken erbij hoort.",
            "en": "Put the text between quotes when the exclamation mark belongs to it.",
        },
    )


def _escape(stuck: _Stuck) -> Problem:
    return Problem(
        "yaml-syntax",
        stuck.at(stuck.line, max(stuck.column - 1, 0), stuck.column + 1),
        {
            "nl": "een \\ betekent tussen dubbele aanhalingstekens iets anders",
            "en": "a \\ means something else between double quotes",
        },
        {"nl": "Gebruik enkele aanhalingstekens: 'tekst'.", "en": "Use single quotes: 'text'."},
    )


def _document(stuck: _Stuck) -> Problem:
    above = stuck.line_before(stuck.line)
    if above is not None and stuck.lines[above].startswith("..."):
        return Problem(
            "several-documents",
            stuck.whole_line(above),
            {
                "nl": "achter deze regel begint een tweede document",
                "en": "a second document starts after this line",
            },
            {"nl": "Haal de regel met ... weg.", "en": "Remove the line with ..."},
        )
    return _indentation(stuck, stuck.line, above)


def directive_problem(span: Span) -> Problem:
    return Problem(
        "directive",
        span,
        {
            "nl": "een regel die met % begint wordt niet gelezen",
            "en": "a line that starts with % is not read",
        },
        {"nl": "Haal de regel weg.", "en": "Remove the line."},
    )


def _directive(stuck: _Stuck) -> Problem:
    return directive_problem(stuck.whole_line(stuck.start_line))


def _no_content(stuck: _Stuck) -> Problem:
    seen = stuck.here[stuck.column : stuck.column + 1]
    return Problem(
        "yaml-syntax",
        stuck.at(stuck.line, stuck.column, stuck.column + 1),
        {"nl": f"voor deze {seen} ontbreekt iets", "en": f"something is missing before this {seen}"},
        {
            "nl": "Haal het teken weg, of vul in wat ervoor hoort.",
            "en": "Remove the character, or fill in what belongs before it.",
        },
    )


_READERS: Final[tuple[tuple[str, Callable[[_Stuck], Problem]], ...]] = (
    ("mapping values are not allowed", _second_colon),
    ("could not find expected ':'", _no_colon),
    ("scanning a quoted scalar", _open_quote),
    ("found unknown escape character", _escape),
    ("parsing a quoted scalar", _escape),
    ("did not find expected ',' or", _in_brackets),
    ("did not find expected '-' indicator", _list_and_keys),
    ("did not find expected key", _no_key),
    ("cannot start any token", _cannot_start),
    ("scanning a block scalar", _block_text),
    ("scanning an alias", _reserved_start),
    ("scanning an anchor", _reserved_start),
    ("mapping keys are not allowed", _reserved_start),
    ("scanning a tag", _tag),
    ("tag handle", _tag),
    ("directive", _directive),
    ("block sequence entries are not allowed", _dash),
    ("<document start>", _document),
    ("expected node content", _no_content),
    # The same mistakes in the words of PyYAML without libyaml.
    ("parsing a flow node", _no_content),
    ("parsing a flow", _in_brackets),
    ("parsing a block mapping", _no_key),
    ("parsing a block collection", _list_and_keys),
)
