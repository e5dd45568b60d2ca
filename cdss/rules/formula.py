"""The total of an instrument: `sum of 1..9`, `sum / (5 * answered) * 100`, `mean * 25` (language §7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, cast

from cdss.errors import Text
from cdss.models.instrument import Answered, Formula, Item, Mean, Number, Operation, Scale, Sum
from cdss.models.quantity import QuantityError, millionths, over, parse_number, times

_TOKEN: Final = re.compile(r"\s*(\d+(?:\.\d+)?|\.\.|[A-Za-z]\w*|[-+*/(),])")


class BadFormula(ValueError):
    """This is no formula; `.word` is the word that does not fit."""

    def __init__(self, text: Text, word: str = "") -> None:
        self.text = text
        self.word = word
        super().__init__(text["en"])


def parse_formula(written: str, items: Mapping[str, Scale]) -> Formula:
    """The formula that is written here, over these items. Raises BadFormula."""
    tokens: list[str] = []
    place = 0
    while place < len(written.rstrip()):
        match = _TOKEN.match(written, place)
        if match is None:
            raise BadFormula(
                {
                    "nl": "dit teken hoort niet in een totaal",
                    "en": "this character does not belong in a total",
                }
            )
        tokens.append(match[1])
        place = match.end()
    parser = _Parser(tokens, items)
    formula = parser.sum()
    if parser.tokens:
        raise _unexpected(parser.tokens[0])
    return formula


def _unexpected(word: str) -> BadFormula:
    return BadFormula({"nl": f"`{word}` kan hier niet staan", "en": f"`{word}` cannot stand here"}, word)


class _Parser:
    def __init__(self, tokens: list[str], items: Mapping[str, Scale]) -> None:
        self.tokens = tokens
        self.items = items
        self.depth = 0

    def next(self) -> str:
        if not self.tokens:
            raise BadFormula(
                {"nl": "het totaal houdt hier te vroeg op", "en": "the total ends too early here"}
            )
        return self.tokens.pop(0)

    def sees(self, *words: str) -> bool:
        return bool(self.tokens) and self.tokens[0] in words

    def sum(self) -> Formula:
        left = self.product()
        while self.sees("+", "-"):
            operator = cast(Literal["+", "-"], self.next())
            left = Operation(operator, left, self.product())
        return left

    def product(self) -> Formula:
        left = self.factor()
        while self.sees("*", "/"):
            operator = cast(Literal["*", "/"], self.next())
            left = Operation(operator, left, self.factor())
        return left

    def factor(self) -> Formula:
        word = self.next()
        if word == "(":
            self.depth += 1
            if self.depth > 20:
                raise BadFormula({"nl": "te veel haakjes", "en": "too many brackets"})
            inner = self.sum()
            if self.next() != ")":
                raise BadFormula({"nl": "hier ontbreekt een haakje", "en": "a bracket is missing here"})
            return inner
        if word == "sum":
            return Sum(self.named())
        if word == "mean":
            return Mean(self.named())
        if word == "answered":
            return Answered()
        if word in self.items and not word[0].isdigit():
            return Item(word)
        if word[0].isdigit():
            try:
                return Number(millionths(parse_number(word)))
            except QuantityError as error:
                raise BadFormula(error.text) from error
        raise _unexpected(word)

    def named(self) -> tuple[str, ...]:
        """The items behind `of`: `1..9`, or names with commas between."""
        if not self.sees("of"):
            return ()
        self.next()
        found: list[str] = []
        while True:
            found += self.item_range()
            if not self.sees(","):
                return tuple(found)
            self.next()

    def item_range(self) -> list[str]:
        first = self.next()
        if not self.sees(".."):
            return [self.known(first)]
        self.next()
        last = self.next()
        if not (first.isdecimal() and last.isdecimal() and int(first) <= int(last)):
            raise _unexpected(last)
        return [self.known(str(number)) for number in range(int(first), int(last) + 1)]

    def known(self, word: str) -> str:
        if word not in self.items:
            raise BadFormula({"nl": f"er is geen item `{word}`", "en": f"there is no item `{word}`"}, word)
        return word


def ends_of(formula: Formula, items: Mapping[str, Scale]) -> tuple[int, int]:
    """The lowest and the highest that a total can be when every item is answered, in millionths."""
    match formula:
        case Number(value):
            return value, value
        case Answered():
            return len(items) * 1_000_000, len(items) * 1_000_000
        case Item(name):
            return items[name].scores
        case Sum(names) | Mean(names):
            scores = [items[name].scores for name in (names or items)]
            low, high = sum(score[0] for score in scores), sum(score[1] for score in scores)
            if isinstance(formula, Mean) and scores:
                return over(low, len(scores) * 1_000_000), over(high, len(scores) * 1_000_000)
            return low, high
        case Operation(operator, left, right):
            return _combined(operator, ends_of(left, items), ends_of(right, items))


def _combined(operator: str, left: tuple[int, int], right: tuple[int, int]) -> tuple[int, int]:
    match operator:
        case "+":
            return left[0] + right[0], left[1] + right[1]
        case "-":
            return left[0] - right[1], left[1] - right[0]
        case "*":
            found = [times(one, other) for one in left for other in right]
        case _:
            if right[0] <= 0 <= right[1]:
                return -(10**12), 10**12  # what it may divide by is not known: no bound
            found = [over(one, other) for one in left for other in right]
    return min(found), max(found)
