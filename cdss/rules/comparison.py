"""One line to one criterion, and lists of lines to a condition (language §5).

    criterion  = [ "not" ] truth | comparison
    truth      = name [ "within" "last" amount ]
               | name "is" [ "not" ] ( "known" | "unknown" | word { "or" word } )
               | name "has" word
               | name [ "not" ] "in" ( name | range )
    comparison = operand ( "<" | "<=" | "==" | "!=" | ">=" | ">" ) operand
    operand    = name | amount | date | amount "ago" | word

Cells stand in `cells.py`, arithmetic in `calculation.py`, the way back to text in `printing.py`; their faces
are given here too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from cdss.errors import Problem, Text
from cdss.models.condition import (
    Ago,
    AllOf,
    Amount,
    AnyOf,
    Comparison,
    Condition,
    Criterion,
    HasWord,
    InRange,
    InSet,
    IsKnown,
    IsTrue,
    IsWord,
    Name,
    NoneOf,
    Operand,
    Test,
    WithinLast,
    Word,
)
from cdss.rules.calculation import parse_amount, parse_expression, parse_limit, parse_name
from cdss.rules.cells import Cell, CellAny, CellRange, CellUnknown, CellValues, parse_cell, parse_range
from cdss.rules.load import Mapping, Node, Scalar, Sequence
from cdss.rules.mistakes import (
    LISTS,
    OPERATORS,
    arithmetic,
    brackets,
    check_phrase,
    in_without_dots,
    is_with_amount,
    is_yes_in_dutch,
    left_over,
    list_without_name,
    negated_comparison,
    no_lines,
    no_operator,
    not_a_list,
    nothing_here,
    word_alone,
)
from cdss.rules.printing import print_cell, print_condition, print_criterion, print_expression
from cdss.rules.reading import PLAIN_WORDS, Reader
from cdss.rules.tokens import Wrong, and_problem, bad_name, tokenize

__all__ = [
    "Cell",
    "CellAny",
    "CellRange",
    "CellUnknown",
    "CellValues",
    "parse_amount",
    "parse_cell",
    "parse_condition",
    "parse_criterion",
    "parse_expression",
    "parse_limit",
    "parse_name",
    "parse_range",
    "parse_where",
    "print_cell",
    "print_condition",
    "print_criterion",
    "print_expression",
]

_MADE: Final[dict[str, Callable[..., AllOf | AnyOf | NoneOf]]] = {"all": AllOf, "any": AnyOf, "none": NoneOf}


@lru_cache(maxsize=10_000)  # every line is read twice: for the shape of its file, and for what it means
def parse_criterion(scalar: Scalar) -> Criterion | Problem:
    """The criterion on this line, or why it is none."""
    if scalar.is_empty:
        return nothing_here(scalar)
    if scalar.span.line != scalar.span.end_line:
        return Problem(
            "criterion-over-lines",
            scalar.span,
            {"nl": "een criterium staat op één regel", "en": "a criterion stands on one line"},
            {
                "nl": "Zet voor elk criterium een streepje, of maak de regel korter.",
                "en": "Put a dash before each criterion, or make the line shorter.",
            },
        )
    try:
        line, tokens = tokenize(scalar)
        reader = Reader(line, tokens)
        negated = reader.now.text == "not" and reader.takes("not")
        test = _test(reader)
        if negated and isinstance(test, Comparison):
            raise negated_comparison(reader, test)
        if reader.now.kind != "end":
            raise left_over(reader, test)
    except Wrong as wrong:
        return wrong.problem
    return Criterion(scalar.text, scalar.span, test, negated)


def parse_condition(node: Node) -> Condition | list[Problem]:
    """The condition of this line or list, or everything that is wrong with it."""
    problems: list[Problem] = []
    condition = _condition(node, problems)
    return problems if condition is None or problems else condition


def parse_where(node: Node) -> tuple[Condition, ...] | list[Problem]:
    """The lines of a `where:`, which must all hold; `any:` and `none:` may stand among them."""
    problems: list[Problem] = []
    items = node.items if isinstance(node, Sequence) else (node,)
    found = [_condition(item, problems) for item in items]
    return problems if problems else tuple(condition for condition in found if condition is not None)


def _condition(node: Node, problems: list[Problem]) -> Condition | None:
    match node:
        case Scalar():
            criterion = parse_criterion(node)
            if isinstance(criterion, Problem):
                problems.append(criterion)
                return None
            return criterion
        case Sequence():
            problems.append(list_without_name(node))
            return None
        case Mapping():
            return _list(node, problems)


def _list(node: Mapping, problems: list[Problem]) -> Condition | None:
    """`all:`, `any:` or `none:` with the lines under it."""
    if len(node.entries) != 1 or node.entries[0].key.text not in LISTS:
        problems.append(not_a_list(node))
        return None
    entry = node.entries[0]
    if not isinstance(entry.value, Sequence) or not entry.value.items:
        problems.append(no_lines(entry.key, entry.value))
        return None
    found = [_condition(item, problems) for item in entry.value.items]
    items = tuple(condition for condition in found if condition is not None)
    return _MADE[entry.key.text](items, node.span) if len(items) == len(found) else None


# One line


def _test(reader: Reader) -> Test:
    first = reader.now
    if first.text == "(":
        raise brackets(reader)
    if reader.is_name(first):
        name = reader.name()
        test = _truth(reader, name)
        if test is not None:
            return test
        left: Operand = _maybe_ago(reader, name)
    else:
        left = _operand(reader)
    sign = reader.now
    if sign.text not in OPERATORS:
        if isinstance(left, Word):
            if left.word in PLAIN_WORDS and sign.kind == "end":
                raise word_alone(reader, first)
            raise bad_name(reader.line, first)
        raise no_operator(reader, first)
    reader.take()
    right = _operand(reader)
    if not any(isinstance(side, Name | Ago) for side in (left, right)):
        word, token = (left, first) if isinstance(left, Word) else (right, reader.tokens[reader.place - 1])
        if isinstance(word, Word) and word.word not in PLAIN_WORDS:
            raise bad_name(reader.line, token)
        raise reader.wrong(
            "nothing-to-compare",
            first,
            {
                "nl": "hier wordt niets van de patiënt vergeleken",
                "en": "nothing of the patient is compared here",
            },
            {"nl": "Zet aan één kant de naam van een gegeven.", "en": "Put the name of a fact on one side."},
        )
    return Comparison(left, OPERATORS[sign.text], right)


def _truth(reader: Reader, name: Name) -> Test | None:
    """What may follow a name, other than an operator; None when something else stands there."""
    token = reader.now
    if token.kind == "end":
        return IsTrue(name)
    if token.kind != "word":
        return None
    check_phrase(reader)
    if reader.takes("within"):
        if not reader.takes("last"):
            rest = reader.line.text[reader.now.start :].strip()
            better = f"{name.text} within last {rest}"
            help: Text = {"nl": f"Schrijf: {better}", "en": f"Write: {better}"}
            raise reader.unexpected({"nl": "`last`", "en": "`last`"}, help)
        return WithinLast(name, _amount_or_name(reader))
    if reader.takes("is"):
        return _is(reader, name)
    if reader.takes("has"):
        return HasWord(name, reader.word())
    if reader.sees("not", "in") or reader.sees("in"):
        negated = reader.takes("not")
        reader.takes("in")
        if reader.starts_range():
            low, high = reader.bounds()
            return InRange(name, low, high, negated)
        if reader.now.kind in ("number", "date"):
            raise in_without_dots(reader)
        return InSet(name, reader.name(), negated)
    return None


def _is(reader: Reader, name: Name) -> Test:
    negated = reader.takes("not")
    if reader.takes("known"):
        return IsKnown(name, not negated)
    if reader.takes("unknown"):
        return IsKnown(name, negated)
    if reader.now.text in OPERATORS or (
        reader.now.kind in ("number", "date") and reader.ahead().kind == "unit"
    ):
        raise is_with_amount(reader, name, negated)
    if reader.now.text in ("ja", "nee") and reader.ahead().kind == "end":
        raise is_yes_in_dutch(reader, name, negated)
    words = [reader.word()]
    while reader.now.text in ("or", "of") and reader.now.kind == "word":
        joiner = reader.now
        following = reader.ahead(2)
        if following.text in OPERATORS or following.text in ("is", "has", "in", "not", "within"):
            raise Wrong(and_problem(reader.line, joiner))
        if joiner.text == "of":
            raise reader.dutch_word(joiner)
        reader.take()
        words.append(reader.word())
    return IsWord(name, tuple(words), negated)


def _operand(reader: Reader) -> Operand:
    token = reader.now
    if token.kind == "number":
        return _maybe_ago(reader, reader.amount())
    if token.kind == "date":
        return reader.day()
    if token.kind == "word":
        found = reader.name_or_word()
        return _maybe_ago(reader, found) if isinstance(found, Name) else found
    if token.text == "(":
        raise brackets(reader)
    if token.text in ("+", "-", "*", "/"):
        raise arithmetic(reader)
    raise reader.unexpected({"nl": "een naam of een getal", "en": "a name or a number"})


def _maybe_ago(reader: Reader, found: Amount | Name) -> Amount | Name | Ago:
    if not reader.takes("ago"):
        return found
    start, end = (
        found.span,
        reader.span(reader.tokens[reader.place - 1].start, reader.tokens[reader.place - 1].end),
    )
    span = type(start)(start.file, start.line, start.column, end.end_line, end.end_column)
    return Ago(found, span)


def _amount_or_name(reader: Reader) -> Amount | Name:
    if reader.now.kind == "number":
        return reader.amount()
    if reader.is_name(reader.now):
        return reader.name()
    raise reader.unexpected({"nl": "een duur zoals 2 years", "en": "a duration such as 2 years"})
