"""One known value against a cell: whether it fits, and on which days that may differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations
from typing import Final, TypeAlias

from cdss.models.condition import (
    Ago,
    AllOf,
    Amount,
    AnyOf,
    Bound,
    Comparison,
    Condition,
    Criterion,
    Day,
    HasWord,
    InRange,
    IsKnown,
    IsTrue,
    IsWord,
    Name,
    NoneOf,
    Operand,
    Operator,
    Word,
)
from cdss.models.dates import Duration, days_back, shift
from cdss.models.guideline import Definition, Parameter
from cdss.models.quantity import MILLION, QuantityError, convert, millionths
from cdss.models.value import ValueType

Known: TypeAlias = bool | str | float | frozenset[str] | None
"""A known value of a column: a truth, a word, a number (millionths, or the ordinal of a day), a collection.
None: no date."""

SOME_DAY: Final = date(2026, 3, 1)
_CYCLE: Final = 1461  # days in which leap years come round


class Reckoning:
    """Tests of one column on one day."""

    def __init__(self, kind: ValueType, on: date, definitions: Mapping[str, Definition]) -> None:
        self.kind = kind
        self.on = on
        self.definitions = definitions

    def limits(self, cells: Iterable[Condition | None]) -> Iterator[float]:
        """The values at which a cell of this column turns."""
        for criterion in criteria_of(cells):
            match criterion.test:
                case InRange(low=low, high=high):
                    for bound in (low, high):
                        if bound is not None:
                            yield self.number(bound.value)
                case Comparison(right=right):
                    yield self.number(right)

    def number(self, operand: Operand) -> float:
        """An amount, day or parameter as a number that this column counts in."""
        match operand:
            case Amount() if self.kind.kind == "duration" and operand.duration is not None:
                return days_back(operand.duration, self.on) * MILLION
            case Amount():
                return self._amount(operand)
            case Day():
                return operand.date.toordinal()
            case Ago(amount=Amount() as amount) if amount.duration is not None:
                return shift(self.on, amount.duration, -1).toordinal()
            case Ago(amount=Name() as name):
                days = self._parameter(name)
                return self.on.toordinal() - days / MILLION
            case Name(ref=ref) if ref is not None and ref.kind == "reference_date":
                return self.on.toordinal()
            case Name():
                return self._parameter(operand)
        raise CannotReckon

    def _amount(self, amount: Amount) -> float:
        value, unit = amount.quantity.value, amount.quantity.unit
        try:
            return millionths(convert(value, unit, self.kind.unit) if unit and self.kind.unit else value)
        except QuantityError as error:
            raise CannotReckon from error

    def _parameter(self, name: Name) -> float:
        definition = self.definitions.get(name.ref.id) if name.ref is not None else None
        if not isinstance(definition, Parameter):
            raise CannotReckon
        for value in definition.values:
            if value.effective.holds_on(self.on):
                return self._value(value.value, definition.type)
        raise CannotReckon

    def _value(self, value: int | Duration | str | date, kind: ValueType) -> float:
        match value:
            case Duration():
                if self.kind.kind == "number":
                    return value.months * MILLION / (12 if self.kind.unit == "years" else 1)
                return days_back(value, self.on) * MILLION
            case int():
                if kind.unit and self.kind.unit and kind.unit != self.kind.unit:
                    from decimal import Decimal

                    return millionths(convert(Decimal(value) / MILLION, kind.unit, self.kind.unit))
                return value
            case date():
                return value.toordinal()
        raise CannotReckon

    def holds(self, condition: Condition, value: Known) -> bool:
        """Whether a cell fits a known value."""
        match condition:
            case AllOf(items=items):
                return all(self.holds(item, value) for item in items)
            case AnyOf(items=items):
                return any(self.holds(item, value) for item in items)
            case NoneOf(items=items):
                return not any(self.holds(item, value) for item in items)
            case Criterion():
                return self._test(condition, value) != condition.negated

    def _test(self, criterion: Criterion, value: Known) -> bool:
        match criterion.test:
            case IsTrue():
                return value is True
            case IsKnown(known=known):
                return known
            case IsWord(words=words, negated=negated):
                return (value in {word.word for word in words}) != negated
            case HasWord(word=word):
                return isinstance(value, frozenset) and word.word in value
            case InRange(low=low, high=high, negated=negated):
                inside = self._above(value, low) and self._under(value, high)
                return inside != negated
            case Comparison(operator=operator, right=right):
                return self._compare(value, operator, right)
            case _:
                raise CannotReckon

    def _above(self, value: Known, low: Bound | None) -> bool:
        return low is None or self._compare(value, ">=" if low.included else ">", low.value)

    def _under(self, value: Known, high: Bound | None) -> bool:
        return high is None or self._compare(value, "<=" if high.included else "<", high.value)

    def _compare(self, value: Known, operator: Operator, right: Operand) -> bool:
        if value is None or value == "none":
            return False  # no date, or a word without a rank: every comparison is no
        if self.kind.kind == "choice":
            ranks = [word for word in self.kind.words if word != "none"]
            assert isinstance(right, Word) and isinstance(value, str)
            return COMPARE[operator](ranks.index(value), ranks.index(right.word))
        assert isinstance(value, int | float)
        return COMPARE[operator](value, self.number(right))


class CannotReckon(Exception):
    """A cell compares with something that is not one number on one day."""


COMPARE: Final[Mapping[Operator, Callable[[float, float], bool]]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">=": lambda a, b: a >= b,
    ">": lambda a, b: a > b,
}


# What a column compares with, and when


def criteria_of(cells: Iterable[Condition | None]) -> Iterator[Criterion]:
    for cell in cells:
        match cell:
            case Criterion():
                yield cell
            case AllOf() | AnyOf() | NoneOf():
                yield from criteria_of(cell.items)


def days_of(cells: Sequence[Condition | None], definitions: Mapping[str, Definition]) -> list[date]:
    """The days on which one column may differ: where a parameter changes, and, where months and days meet in
    it, each
    way in which the calendar can order them."""
    days: set[date] = set()
    durations: list[Duration] = []
    for criterion in criteria_of(cells):
        for operand in _operands(criterion):
            if isinstance(operand, Amount) and operand.duration is not None:
                durations.append(operand.duration)
            parameter = _parameter_of(operand, definitions)
            for value in parameter.values if parameter is not None else ():
                days.add(value.effective.start or SOME_DAY)
                if isinstance(value.value, Duration):
                    durations.append(value.value)
    if any(one.months for one in durations) and any(one.days for one in durations):
        days |= set(_orderings(durations))
    return sorted(days or {SOME_DAY})


def with_values(
    days: Sequence[date], cells: Iterable[Condition | None], definitions: Mapping[str, Definition]
) -> list[date]:
    """Of these days those on which every parameter has a value: on the others the file does not hold yet."""
    parameters = [
        parameter
        for criterion in criteria_of(cells)
        for operand in _operands(criterion)
        if (parameter := _parameter_of(operand, definitions)) is not None
    ]
    found = [
        day for day in days if all(any(v.effective.holds_on(day) for v in one.values) for one in parameters)
    ]
    if not found:
        raise CannotReckon
    return found


def _operands(criterion: Criterion) -> Iterator[Operand]:
    match criterion.test:
        case InRange(low=low, high=high):
            for bound in (low, high):
                if bound is not None:
                    yield bound.value
        case Comparison(right=right):
            yield right


def _parameter_of(operand: Operand, definitions: Mapping[str, Definition]) -> Parameter | None:
    if not isinstance(operand, Name) or operand.ref is None:
        return None
    definition = definitions.get(operand.ref.id)
    return definition if isinstance(definition, Parameter) else None


def _orderings(durations: Sequence[Duration]) -> Iterator[date]:
    """A day for each way in which these amounts of time can be ordered."""
    seen: set[tuple[int, ...]] = set()
    for step in range(_CYCLE):
        on = SOME_DAY + timedelta(days=step)
        lengths = [days_back(one, on) for one in durations]
        order = tuple((one > other) - (one < other) for one, other in combinations(lengths, 2))
        if order not in seen:
            seen.add(order)
            yield on
