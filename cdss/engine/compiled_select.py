"""Selections as the compiled executor runs them: each `Select` becomes one function over the rows of the index.

The functions are made once per program (and per reference date); they hold no state that a call changes, but for
what they remember of product codes, which is the same whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias, assert_never

from cdss.engine.index import DOCUMENTS, Row, word_of
from cdss.engine.selection import number_in, supply_range
from cdss.errors import EngineError
from cdss.models.codes import ProductLine, Strength, levels, parse_strength
from cdss.models.patient import Days, Record
from cdss.models.program import (
    FieldCompare,
    FieldIs,
    FieldKnown,
    NodeHolds,
    NodeId,
    RecordAll,
    RecordAny,
    RecordNot,
    RecordTest,
    Select,
    reads,
)
from cdss.models.quantity import MILLION, QuantityError, millionths
from cdss.models.truth import NO, UNKNOWN, YES, Truth
from cdss.models.value import INF, DateRange, Range, Value


class Found(NamedTuple):
    """A record that matches surely (yes) or possibly (unknown), its days as ordinals, and what its set says of it."""

    first: float
    last: float
    name: str
    place: int
    truth: Truth
    record: Record
    group: str | None
    line: ProductLine | None


_found: Final[Callable[[tuple[object, ...]], Found]] = partial(tuple.__new__, Found)
"""Makes one without checking what is in it."""

Arguments: TypeAlias = tuple[Value, ...]
"""The values of the nodes that a selection reads, in the order of `reads`."""

Selecting: TypeAlias = Callable[[Sequence[Row], int, float, Arguments], list[Found]]
"""Of the records that may match, the reference date, the first day inside the window, and the arguments."""

_Test: TypeAlias = Callable[[Record, str | None, ProductLine | None, Arguments], Truth]

_AGE: Final = itemgetter(0, 1, 2, 3)
_MOST_PRODUCTS: Final = 4_096


def window_start(within: Value | None, after: Value | None, on: int) -> float:
    """The first day inside a window that ends on the reference date, as far as it is one day."""
    start: float = -INF
    if within is not None:
        low, high = _range(within)
        if low != high:
            raise EngineError("a window is a constant or a parameter that has a value on this date")
        start = on - high / MILLION + 1
    if after is not None:
        day, _, may_be_none = _date(after)
        if not may_be_none and abs(day) != INF:
            start = max(start, day + 1)
    return start


def selecting(node: Select) -> Selecting:
    """The function that gives the matches of a selection, oldest first."""
    places = {number: place for place, number in reversed(list(enumerate(reads(node))))}
    after, before, born, episode = (
        None if end is None else places[end]
        for end in (node.after, node.before, node.after_age, node.episode)
    )
    where = None if node.where is None else _testing(node.where, places)
    line_of = _Lines(node.products).of if node.products else None
    limited = not (after is None and before is None and born is None and episode is None)

    def limits(first: float, last: float, record: Record, arguments: Arguments) -> Truth:
        """What the open ends of the window and the episode say."""
        truth = YES
        if after is not None:
            low, high, may_be_none = _date(arguments[after])
            truth = min(truth, _beyond(first > high, last > low, low > high, may_be_none))
        if before is not None:
            low, high, may_be_none = _date(arguments[before])
            truth = min(truth, _beyond(last < low, first < high, low > high, may_be_none))
        if born is not None:
            low, high, _ = _date(arguments[born])
            truth = min(truth, YES if first >= high else UNKNOWN if last >= low else NO)
        if episode is not None:
            truth = min(truth, _same_episode(record.fields.get("episode"), arguments[episode]))
        return truth

    if where is None and line_of is None and not limited and DOCUMENTS not in node.lists:
        return _in_window

    def select(rows: Sequence[Row], on: int, start: float, arguments: Arguments) -> list[Found]:
        found: list[Found] = []
        for first, last, name, index, record, group in rows:
            if last > on:  # of a month that is not over: what stands in the record has been
                last = on
            if last < start:
                continue
            truth = YES if first >= start else UNKNOWN
            if limited:
                truth = min(truth, limits(first, last, record, arguments))
                if truth == NO:
                    continue
            line = None
            if name == DOCUMENTS:
                truth = UNKNOWN
                group = _group_in_letter(node, record)
                if line_of is not None:
                    line = line_of(record)[1]
            else:
                if line_of is not None:
                    belongs, line = line_of(record)
                    if belongs < truth:
                        truth = belongs
                if where is not None and truth != NO:
                    holds = where(record, group or None, line, arguments)
                    if holds < truth:
                        truth = holds
                if truth == NO:
                    continue
            found.append(Found(first, last, name, index, truth, record, group or None, line))
        if len(found) > 1:
            found.sort(key=_AGE)
        return found

    return select


def _in_window(rows: Sequence[Row], on: int, start: float, arguments: Arguments) -> list[Found]:
    """The matches of a selection that asks for codes and days alone, as most do."""
    found = [
        _found(
            (
                first,
                last if last < on else on,
                name,
                index,
                YES if first >= start else UNKNOWN,
                record,
                group or None,
                None,
            )
        )
        for first, last, name, index, record, group in rows
        if last >= start
    ]
    if len(found) > 1:
        found.sort(key=_AGE)
    return found


def _beyond(surely: bool, possibly: bool, none: bool, may_be_none: bool) -> Truth:
    """Against a limit that may be no date: then it is no limit."""
    if none or surely:
        return YES
    return UNKNOWN if possibly or may_be_none else NO


def _same_episode(own: object, episode: Value) -> Truth:
    if episode is None or own is None:
        return UNKNOWN
    assert isinstance(episode, frozenset)
    if own not in episode:
        return NO
    return YES if len(episode) == 1 else UNKNOWN


def _group_in_letter(node: Select, record: Record) -> str | None:
    if node.products or not node.patterns:
        return None
    label = record.fields.get("label")
    if isinstance(label, str) and label in node.groups:
        return node.groups[label]
    for code in record.codes:
        for level in levels(code):
            if level in node.patterns:
                return node.groups.get(level)
    return None


class _Lines:
    """The lines of a product set by code. What was found for a code and strength is remembered."""

    def __init__(self, lines: Sequence[ProductLine]) -> None:
        self._by_code: dict[str, list[tuple[int, ProductLine, Strength | None]]] = {}
        for place, line in enumerate(lines):
            strength = None if line.strength is None else parse_strength(line.strength)
            self._by_code.setdefault(line.code, []).append((place, line, strength))
        self._known: dict[tuple[tuple[str, ...], object], tuple[Truth, ProductLine | None]] = {}

    def of(self, record: Record) -> tuple[Truth, ProductLine | None]:
        """Whether the record belongs to the set, and by which line: the first that fits."""
        key = (record.codes, record.fields.get("strength"))
        found = self._known.get(key)
        if found is None:
            found = self._find(*key)
            if len(self._known) < _MOST_PRODUCTS:
                self._known[key] = found
        return found

    def _find(self, codes: tuple[str, ...], written: object) -> tuple[Truth, ProductLine | None]:
        covering = {level for code in codes for level in levels(code)}
        fitting = sorted(
            (entry for level in covering for entry in self._by_code.get(level, ())), key=itemgetter(0)
        )
        recorded = _readable(written) if isinstance(written, str) and written else None
        for _, line, strength in fitting:
            if strength is None or strength == recorded:
                return YES, line
        kinds = {strength.kind for _, _, strength in fitting if strength is not None}
        surely_not = not kinds or (recorded is not None and recorded.kind in kinds)
        return (NO if surely_not else UNKNOWN), None


def _readable(text: str) -> Strength | None:
    try:
        return parse_strength(text)
    except QuantityError:
        return None  # somebody wrote a strength that we cannot read: the record belongs possibly


# Tests of one record


def _testing(test: RecordTest, places: Mapping[NodeId, int]) -> _Test:
    """The function that tells whether a test holds for a record."""
    match test:
        case FieldIs():
            return _word_test(test)
        case FieldCompare():
            return _compare_test(test, places[test.node])
        case FieldKnown():
            known = _field(test.field)
            return lambda record, group, line, arguments: NO if known(record, group, line) is None else YES
        case NodeHolds():
            place = places[test.node]
            return lambda record, group, line, arguments: _truth(arguments[place])
        case RecordAll():
            return _every([_testing(item, places) for item in test.items])
        case RecordAny():
            return _some([_testing(item, places) for item in test.items])
        case RecordNot():
            inner = _testing(test.item, places)
            return lambda record, group, line, arguments: YES - inner(record, group, line, arguments)
        case _:
            assert_never(test)


def _every(tests: Sequence[_Test]) -> _Test:
    def every(record: Record, group: str | None, line: ProductLine | None, arguments: Arguments) -> Truth:
        truth = YES
        for test in tests:
            one = test(record, group, line, arguments)
            if one < truth:
                truth = one
                if truth == NO:
                    break
        return truth

    return every


def _some(tests: Sequence[_Test]) -> _Test:
    def some(record: Record, group: str | None, line: ProductLine | None, arguments: Arguments) -> Truth:
        truth = NO
        for test in tests:
            one = test(record, group, line, arguments)
            if one > truth:
                truth = one
                if truth == YES:
                    break
        return truth

    return some


def _field(name: str) -> Callable[[Record, str | None, ProductLine | None], object]:
    if name == "group":
        return lambda record, group, line: group
    if name == "class":
        return lambda record, group, line: None if line is None else line.product_class
    return lambda record, group, line: record.fields.get(name)


def _word_test(test: FieldIs) -> _Test:
    words = test.words
    if test.patterns:
        patterns = frozenset(test.patterns)

        def has_code(
            record: Record, group: str | None, line: ProductLine | None, arguments: Arguments
        ) -> Truth:
            return NO if all(patterns.isdisjoint(levels(code)) for code in record.codes) else YES

        return has_code
    field = _field(test.field)

    def is_word(record: Record, group: str | None, line: ProductLine | None, arguments: Arguments) -> Truth:
        value = field(record, group, line)
        if value is None:
            return UNKNOWN
        return YES if word_of(value) in words else NO

    return is_word


def _compare_test(test: FieldCompare, place: int) -> _Test:
    name, operator, unit = test.field, test.operator, test.unit
    field = _field(name)

    def dates(record: Record, group: str | None, line: ProductLine | None, arguments: Arguments) -> Truth:
        days = record.on if name == "on" else field(record, group, line)
        if not isinstance(days, Days):
            return UNKNOWN
        low, high, may_be_none = _date(arguments[place])
        if low > high:
            return NO
        truth = compared(days.first.toordinal(), days.last.toordinal(), operator, low, high)
        return UNKNOWN if may_be_none and truth == YES else truth

    def numbers(record: Record, group: str | None, line: ProductLine | None, arguments: Arguments) -> Truth:
        low, high = _range(arguments[place])
        if name == "days_supply":
            supply = supply_range(record, line)
            return UNKNOWN if supply is None else compared(*supply, operator, low, high)
        value = field(record, group, line)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return UNKNOWN
        try:
            whole = millionths(number_in(record, name, value, unit))
        except QuantityError:
            return UNKNOWN  # told by the pick that reads the record
        return compared(whole, whole, operator, low, high)

    return dates if test.kind == "date" else numbers


def compared(low: float, high: float, operator: str, other_low: float, other_high: float) -> Truth:
    """Yes when the comparison holds for all that both may be, no when for none."""
    surely, possibly = _COMPARISONS[operator](low, high, other_low, other_high)
    return YES if surely else UNKNOWN if possibly else NO


def _equal(low: float, high: float, other_low: float, other_high: float) -> tuple[bool, bool]:
    return low == high == other_low == other_high, low <= other_high and high >= other_low


def _different(low: float, high: float, other_low: float, other_high: float) -> tuple[bool, bool]:
    surely, possibly = _equal(low, high, other_low, other_high)
    return not possibly, not surely


_COMPARISONS: Final[Mapping[str, Callable[[float, float, float, float], tuple[bool, bool]]]] = {
    "<": lambda low, high, other_low, other_high: (high < other_low, low < other_high),
    "<=": lambda low, high, other_low, other_high: (high <= other_low, low <= other_high),
    ">": lambda low, high, other_low, other_high: (low > other_high, high > other_low),
    ">=": lambda low, high, other_low, other_high: (low >= other_high, high >= other_low),
    "==": _equal,
    "!=": _different,
}


def _truth(value: Value) -> Truth:
    assert isinstance(value, int)
    return value


def _range(value: Value) -> Range:
    assert isinstance(value, tuple) and len(value) == 2
    return value


def _date(value: Value) -> DateRange:
    assert isinstance(value, tuple) and len(value) == 3
    return value
