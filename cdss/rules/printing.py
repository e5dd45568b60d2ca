"""Conditions, cells and calculations back to text, in the form in which the formatter writes them.

What is printed reads back as the same thing: a property test holds us to it.
"""

from __future__ import annotations

from typing import Final, assert_never

from cdss.models.condition import (
    Ago,
    AllOf,
    Amount,
    AnyOf,
    Bound,
    Calculation,
    Comparison,
    Condition,
    Criterion,
    Day,
    Expression,
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
from cdss.rules.cells import Cell, CellAny, CellRange, CellUnknown, CellValues


def print_criterion(criterion: Criterion) -> str:
    """The line of this criterion: `age >= 60 years`."""
    return f"{'not ' if criterion.negated else ''}{_test(criterion.test)}"


def print_condition(condition: Condition) -> str:
    """The lines of this condition, as they stand under `when:`."""
    return "\n".join(_lines(condition))


def _lines(condition: Condition) -> list[str]:
    match condition:
        case Criterion():
            return [print_criterion(condition)]
        case AllOf(items=items):
            key = "all:"
        case AnyOf(items=items):
            key = "any:"
        case NoneOf(items=items):
            key = "none:"
        case _:
            assert_never(condition)
    lines = [key]
    for item in items:
        first, *rest = _lines(item)
        lines += [f"  - {first}", *(f"    {line}" for line in rest)]
    return lines


def _test(test: Test) -> str:
    match test:
        case IsTrue(name=name):
            return name.text
        case WithinLast(name=name, amount=amount):
            return f"{name.text} within last {_operand(amount)}"
        case IsKnown(name=name, known=known):
            return f"{name.text} is {'known' if known else 'unknown'}"
        case IsWord(name=name, words=words, negated=negated):
            return f"{name.text} is {'not ' if negated else ''}{' or '.join(word.word for word in words)}"
        case HasWord(name=name, word=word):
            return f"{name.text} has {word.word}"
        case InRange(name=name, low=low, high=high, negated=negated):
            return f"{name.text} {'not ' if negated else ''}in {print_range(low, high)}"
        case InSet(name=name, set=members, negated=negated):
            return f"{name.text} {'not ' if negated else ''}in {members.text}"
        case Comparison(left=left, operator=operator, right=right):
            return f"{_operand(left)} {operator} {_operand(right)}"
        case _:
            assert_never(test)


def _operand(operand: Operand) -> str:
    match operand:
        case Name(text=text):
            return text
        case Amount(quantity=quantity):
            return str(quantity)
        case Day(date=day):
            return day.isoformat()
        case Ago(amount=amount):
            return f"{_operand(amount)} ago"
        case Word(word=word):
            return word
        case _:
            assert_never(operand)


def print_range(low: Bound | None, high: Bound | None) -> str:
    """A range in signs: `6..11 points`, `-2.5<..-2.0`. One unit is written, at the end."""
    ends = [_operand(bound.value) if bound else "" for bound in (low, high)]
    units = [
        bound.value.quantity.unit if bound and isinstance(bound.value, Amount) else ""
        for bound in (low, high)
    ]
    unit = units[1] or units[0]
    for place, own in enumerate(units):
        if own == unit:
            ends[place] = ends[place].removesuffix(f" {unit}")
    signs = f"{'<' if low and not low.included else ''}..{'<' if high and not high.included else ''}"
    return f"{ends[0]}{signs}{ends[1]}{f' {unit}' if unit else ''}"


_LOW: Final = {True: "at least", False: "above"}
_HIGH: Final = {True: "at most", False: "below"}
_JOINED: Final = {True: "up to", False: "below"}


def print_cell(cell: Cell) -> str:
    """A cell in words: `at least 4`, `above -2.5 up to -2.0`, `grade_2 or grade_3`."""
    match cell:
        case CellAny():
            return "any"
        case CellUnknown():
            return "unknown"
        case CellValues(values=values):
            return " or ".join(_operand(value) for value in values)
        case CellRange(low=low, high=high):
            parts = [f"{_LOW[low.included]} {_operand(low.value)}"] if low else []
            if high:
                joiner = _JOINED if low else _HIGH
                parts.append(f"{joiner[high.included]} {_operand(high.value)}")
            return " ".join(parts)
        case _:
            assert_never(cell)


_BINDS: Final = {"+": 1, "-": 1, "*": 2, "/": 2}


def print_expression(expression: Expression) -> str:
    """A calculation with no more brackets than it needs."""
    match expression:
        case Calculation(operator=operator, left=left, right=right):
            return f"{_inside(left, _BINDS[operator])} {operator} {_inside(right, _BINDS[operator] + 1)}"
        case Name() | Amount() | Day():
            return _operand(expression)
        case _:
            assert_never(expression)


def _inside(expression: Expression, binds: int) -> str:
    text = print_expression(expression)
    loose = isinstance(expression, Calculation) and _BINDS[expression.operator] < binds
    return f"({text})" if loose else text
