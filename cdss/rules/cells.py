"""One cell of a table, and ranges in both notations (language §5, §8).

cell  = "any" | "unknown" | value { "or" value } | range
range = [ end [ "<" ] ] ".." [ "<" ] [ end ] [ unit ]
      | "above" end [ ( "up to" | "below" ) end ] | "at least" end [ ( "up to" | "below" ) end ]
      | "below" end | "at most" end | end "or lower" | end "or higher"
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from cdss.errors import Problem, Span
from cdss.models.condition import Amount, Bound, Day, Word
from cdss.rules.load import Scalar
from cdss.rules.mistakes import PHRASES
from cdss.rules.reading import Reader
from cdss.rules.tokens import Wrong, tokenize
from cdss.rules.yaml_errors import symbol_problem


@dataclass(frozen=True, slots=True)
class CellAny:
    """Whatever it is, also unknown."""

    span: Span


@dataclass(frozen=True, slots=True)
class CellUnknown:
    """Only when it is unknown: a leap."""

    span: Span


@dataclass(frozen=True, slots=True)
class CellValues:
    """One of these. A whole number of a choice comes as an amount without a unit."""

    values: tuple[Word | Amount | Day, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class CellRange:
    """Between two ends; None is open."""

    low: Bound | None
    high: Bound | None
    span: Span


Cell: TypeAlias = CellAny | CellUnknown | CellValues | CellRange

_LOW_WORDS: Final = ((("above",), False), (("at", "least"), True))
_HIGH_WORDS: Final = ((("below",), False), (("at", "most"), True), (("up", "to"), True))
_AFTER_LOW: Final = ((("up", "to"), True), (("below",), False), (("at", "most"), True))
_AFTER_END: Final = (
    (("or", "lower"), "low"),
    (("or", "less"), "low"),
    (("or", "fewer"), "low"),
    (("or", "higher"), "high"),
    (("or", "more"), "high"),
)


def parse_cell(scalar: Scalar) -> Cell | Problem:
    """What a cell says, or why it cannot be read."""
    try:
        _check_start(scalar)
        line, tokens = tokenize(scalar)
        reader = Reader(line, tokens)
        cell = _cell(reader, scalar)
        reader.expect_end()
    except Wrong as wrong:
        return _as_cell_problem(wrong.problem)
    return cell


def parse_range(scalar: Scalar) -> CellRange | Problem:
    """The range that is written here, in signs or in words."""
    cell = parse_cell(scalar)
    if isinstance(cell, CellRange | Problem):
        return cell
    return Problem(
        "not-a-cell",
        scalar.span,
        {"nl": "hier hoort een bereik", "en": "a range belongs here"},
        {
            "nl": "Schrijf bijvoorbeeld 6..11, ..5 of 20..<25.",
            "en": "Write for instance 6..11, ..5 or 20..<25.",
        },
    )


def _cell(reader: Reader, scalar: Scalar) -> Cell:
    first = reader.now
    if first.kind == "word" and reader.ahead().kind == "end":
        if reader.takes("any"):
            return CellAny(scalar.span)
        if reader.takes("unknown"):
            return CellUnknown(scalar.span)
    if reader.starts_range():
        low, high = reader.bounds()
        return CellRange(low, high, scalar.span)
    found = _in_words(reader)
    if found is not None:
        reader.check_ends(first, *found)
        return CellRange(*found, scalar.span)
    better = _phrase_in_words(reader, scalar.text) or _two_ends(scalar.text)
    if better:
        raise reader.wrong(
            "not-a-cell",
            first,
            {"nl": "zo staat een bereik niet in een cel", "en": "a range is not written like this in a cell"},
            {"nl": f"Schrijf: {better}", "en": f"Write: {better}"},
        )
    values = [_value(reader)]
    while reader.sees("or") or reader.sees("of"):
        if reader.sees("of"):
            raise reader.dutch_word(reader.now)
        for words, side in _AFTER_END:
            if len(values) == 1 and reader.takes(*words):
                bound = Bound(values[0], True)
                return CellRange(
                    None if side == "low" else bound, bound if side == "low" else None, scalar.span
                )
        reader.take()
        values.append(_value(reader))
    return CellValues(tuple(values), scalar.span)


_IN_WORDS: Final = {">": "above", ">=": "at least", "<": "below", "<=": "at most"}
_FROM_TO: Final = re.compile(
    r"(?:(?:from|van|vanaf|between|tussen)\s+)?(-?[\d.]+)\s+(?:up to|to|tot|t/m|and|en)\s+(.+)"
)


def _phrase_in_words(reader: Reader, text: str) -> str | None:
    """`higher than 5`, `hoger dan 5`: the same as a cell says it."""
    for phrase, operator in PHRASES:
        if " " in phrase and operator in _IN_WORDS and reader.sees(*phrase.split()):
            rest = text[reader.ahead(len(phrase.split()) - 1).end :].strip()
            return f"{_IN_WORDS[operator]} {rest}"
    return None


def _two_ends(text: str) -> str | None:
    """`8 up to 80`: a low end without the word that says whether it counts."""
    found = _FROM_TO.fullmatch(text.strip())
    return f"at least {found[1]} up to {found[2]}" if found else None


def _value(reader: Reader) -> Word | Amount | Day:
    token = reader.now
    if token.kind == "number":
        amount = reader.amount()
        if reader.now.kind == "number":
            raise _two_numbers(reader)
        return amount
    if token.kind == "date":
        return reader.day()
    if token.text in ("any", "unknown"):
        raise reader.wrong(
            "not-a-cell",
            token,
            {"nl": f"`{token.text}` staat alleen in een cel", "en": f"`{token.text}` stands alone in a cell"},
            {"nl": "Maak er een eigen rij van.", "en": "Make it a row of its own."},
        )
    return reader.word()


def _two_numbers(reader: Reader) -> Wrong:
    """`60-70` for a range."""
    previous, now = reader.tokens[reader.place - 1], reader.now
    better = f"{previous.text}..{now.text.lstrip('-')}"
    return reader.wrong(
        "not-a-cell",
        now,
        {"nl": "hier staan twee getallen", "en": "there are two numbers here"},
        {"nl": f"Bedoelt u een bereik? Schrijf {better}.", "en": f"Do you mean a range? Write {better}."},
    )


def _in_words(reader: Reader) -> tuple[Bound | None, Bound | None] | None:
    for words, included in _LOW_WORDS:
        if reader.takes(*words):
            low = reader.range_end()
            for more, high_included in _AFTER_LOW:
                if reader.takes(*more):
                    high = reader.range_end()
                    # `at least 20 below 25 kg/m2`: the unit at the end counts for both.
                    unit = high[1] if isinstance(high, tuple) else None
                    return reader.bound(low, unit, included), reader.bound(high, None, high_included)
            return reader.bound(low, None, included), None
    for words, included in _HIGH_WORDS:
        if reader.takes(*words):
            return None, reader.bound(reader.range_end(), None, included)
    return None


def _check_start(scalar: Scalar) -> None:
    """A cell that starts with > or < is read differently by every YAML reader, quoted or not."""
    text = scalar.text.strip()
    sign = text[: 2 if text[1:2] == "=" else 1]
    if sign in (">", "<", ">=", "<=") and not text.startswith("<.."):
        raise Wrong(symbol_problem(scalar.span, sign, text[len(sign) :].strip()))
    if text == "-":
        raise Wrong(
            Problem(
                "lone-dash",
                scalar.span,
                {"nl": "een los streepje is geen waarde", "en": "a dash by itself is no value"},
                {"nl": "Schrijf `any` als het niet uitmaakt.", "en": "Write `any` when it does not matter."},
            )
        )


def _as_cell_problem(problem: Problem) -> Problem:
    """In a cell, what is not a criterion is not a cell."""
    if problem.kind != "not-a-criterion":
        return problem
    return Problem("not-a-cell", problem.span, problem.text, problem.help, problem.notes)
