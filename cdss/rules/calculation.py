"""Arithmetic, amounts and single names (language §4, §5).

    expression = term { ( "+" | "-" ) term }      term = factor { ( "*" | "/" ) factor }
    factor     = name | amount | date | "(" expression ")"

The four signs have spaces around them: `a-b` is a word, `-2` a number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, TypeVar

from cdss.errors import Problem, Span
from cdss.models.condition import Amount, Calculation, Day, Expression, Name
from cdss.rules.load import Scalar
from cdss.rules.reading import Reader
from cdss.rules.tokens import Wrong, tokenize

_MAX_BRACKETS: Final = 20
_MAX_SIGNS: Final = 100
T = TypeVar("T")


def parse_expression(scalar: Scalar) -> Expression | Problem:
    """The calculation that is written here, or why it cannot be read."""
    try:
        line, tokens = tokenize(scalar)
        reader = Reader(line, tokens)
        expression = _sum(reader, 0)
        if reader.now.kind != "end":
            raise _left_over(reader)
    except Wrong as wrong:
        return _renamed(wrong.problem, "not-a-calculation")
    return expression


def parse_amount(scalar: Scalar) -> Amount | Problem:
    """The number and unit that are written here."""
    return _single(scalar, _amount, "not-an-amount")


def parse_name(scalar: Scalar) -> Name | Problem:
    """The name that is written here."""
    return _single(scalar, lambda reader: reader.name(), "bad-name")


def parse_limit(scalar: Scalar) -> Amount | Name | Day | Problem:
    """An amount, a day, or a name that stands for one: the end of a window, a permissible gap, a due date."""
    return _single(scalar, _limit, "not-an-amount")


def _single(scalar: Scalar, read: Callable[[Reader], T], kind: str) -> T | Problem:
    try:
        line, tokens = tokenize(scalar)
        reader = Reader(line, tokens)
        found = read(reader)
        reader.expect_end()
    except Wrong as wrong:
        return _renamed(wrong.problem, kind)
    return found


def _amount(reader: Reader) -> Amount:
    if reader.now.kind != "number":
        raise reader.unexpected({"nl": "een getal", "en": "a number"})
    return reader.amount()


def _limit(reader: Reader) -> Amount | Name | Day:
    if reader.now.kind == "date":
        return reader.day()
    return reader.amount() if reader.now.kind == "number" else reader.name()


def _sum(reader: Reader, depth: int) -> Expression:
    left = _product(reader, depth)
    while reader.now.text in ("+", "-"):
        left = _calculated(reader, left, lambda: _product(reader, depth))
    return left


def _product(reader: Reader, depth: int) -> Expression:
    left = _factor(reader, depth)
    while reader.now.text in ("*", "/"):
        left = _calculated(reader, left, lambda: _factor(reader, depth))
    return left


def _calculated(reader: Reader, left: Expression, read_right: Callable[[], Expression]) -> Calculation:
    sign = reader.now
    if not (sign.before and sign.after):
        better = (
            f"{reader.line.text[: sign.start].rstrip()} {sign.text} {reader.line.text[sign.end :].lstrip()}"
        )
        raise reader.wrong(
            "missing-space",
            sign,
            {"nl": f"rond {sign.text} horen spaties", "en": f"spaces belong around {sign.text}"},
            {"nl": f"Schrijf: {better}", "en": f"Write: {better}"},
        )
    if reader.place > _MAX_SIGNS * 2:
        raise _too_long(reader)
    reader.take()
    right = read_right()
    operator: Literal["+", "-", "*", "/"]
    match sign.text:
        case "+" | "-" | "*" | "/":
            operator = sign.text
        case _:
            raise AssertionError(sign.text)
    return Calculation(operator, left, right, _joined(left.span, right.span))


def _factor(reader: Reader, depth: int) -> Expression:
    token = reader.now
    if token.text == "(":
        if depth == _MAX_BRACKETS:
            raise _too_long(reader)
        reader.take()
        inside = _sum(reader, depth + 1)
        if reader.now.text != ")":
            raise reader.unexpected({"nl": "een )", "en": "a )"})
        reader.take()
        return inside
    if token.kind == "number":
        return reader.amount()
    if token.kind == "date":
        return reader.day()
    if token.kind == "word" and "-" in token.text:
        raise _dash_in_word(reader)
    if token.kind == "word":
        return reader.name()
    raise reader.unexpected({"nl": "een naam of een getal", "en": "a name or a number"})


def _joined(left: Span, right: Span) -> Span:
    return Span(left.file, left.line, left.column, right.end_line, right.end_column)


def _too_long(reader: Reader) -> Wrong:
    return reader.wrong(
        "not-a-calculation",
        reader.now,
        {
            "nl": "deze berekening is te lang om na te lezen",
            "en": "this calculation is too long to be checked",
        },
        {"nl": "Verdeel haar over meer gegevens.", "en": "Divide it over more facts."},
    )


def _dash_in_word(reader: Reader) -> Wrong:
    token = reader.now
    better = reader.line.replaced(token, token.text.replace("-", " - "))
    return reader.wrong(
        "missing-space",
        token,
        {"nl": "rond - horen spaties", "en": "spaces belong around -"},
        {"nl": f"Schrijf: {better}", "en": f"Write: {better}"},
    )


def _left_over(reader: Reader) -> Wrong:
    """`a -2`: the minus was taken for the sign of a number."""
    token = reader.now
    if token.kind == "number" and token.text.startswith("-"):
        better = reader.line.replaced(token, f"- {token.text[1:]}")
        return reader.wrong(
            "missing-space",
            token,
            {"nl": "rond - horen spaties", "en": "spaces belong around -"},
            {"nl": f"Schrijf: {better}", "en": f"Write: {better}"},
        )
    return reader.unexpected({"nl": "+, -, * of /", "en": "+, -, * or /"})


def _renamed(problem: Problem, kind: str) -> Problem:
    """The same, by the name of what should have stood here."""
    if problem.kind != "not-a-criterion":
        return problem
    return Problem(kind, problem.span, problem.text, problem.help, problem.notes)
