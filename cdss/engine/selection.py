"""Which records a fact reads: each surely, possibly or not; and whether their lists are complete (language §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, assert_never

from cdss.engine.supply import alike, days_supply, product_of
from cdss.models.codes import ProductLine, levels, line_of
from cdss.models.patient import Days, Patient, Record
from cdss.models.program import (
    SAID_BY_ABSENCE,
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
)
from cdss.models.quantity import MILLION, QuantityError, convert, millionths
from cdss.models.truth import NO, UNKNOWN, YES, Truth, every, opposite, some, truth_of
from cdss.models.value import INF, DateRange, Range, Value

Read = Callable[[NodeId], Value]
"""The value of a node in one reading: now, or later."""


@dataclass(frozen=True, slots=True)
class Match:
    """A record that matches surely (yes) or possibly (unknown); its dates as ordinals; what its set says of it."""

    record: Record
    truth: Truth
    first: float
    last: float
    group: str | None = None
    line: ProductLine | None = None
    missing: tuple[str, ...] = ()  # fields that were not recorded and mattered
    values: Mapping[str, Range | frozenset[str]] | None = None  # of a filled-in form


@dataclass(frozen=True, slots=True)
class Selection:
    """What matched, oldest first, and how much was delivered.

    `complete`: every list over the whole window. `delivered`: every list at least in part. `own`: some list with
    reach own only. `assumable`: a fact may assume that what is not there is absent, since every list is complete over
    the window, or of reach own up to the reference date.
    """

    matches: tuple[Match, ...]
    complete: bool
    delivered: bool
    own: bool
    undelivered: tuple[str, ...] = ()
    assumable: bool = False

    @property
    def sure(self) -> tuple[Match, ...]:
        return tuple(match for match in self.matches if match.truth == YES)

    def complete_for(self, *, assume: bool) -> bool:
        """Whether absence may be concluded, by a fact that assumes it or by one that does not."""
        return self.assumable if assume else self.complete


def select(node: Select, patient: Patient, on: date, read: Read) -> Selection:
    """The records of this selection on a reference date."""
    window = window_of(node, patient, on, read)
    found = []
    for name in node.lists:
        for record in existing(patient, name, on):
            match = _match(node, record, window, read, on)
            if match is not None:
                found.append(match)
    found.sort(key=lambda match: (match.first, match.last, match.record.list, match.record.index))
    return with_delivery(node.lists, tuple(found), patient, on, window)


def with_delivery(
    lists: Iterable[str], matches: tuple[Match, ...], patient: Patient, on: date, window: Window
) -> Selection:
    """The matches with what the lists can say about absence. Letters are named and never read: they are left out."""
    counted = [name for name in lists if name != "documents"]
    start = (
        window.start
        if patient.birth_date is None
        else max(window.start, patient.birth_date.first.toordinal())
    )
    complete = delivered = assumable = True
    own = False
    undelivered = []
    for name in counted:
        period = patient.delivered.get(name)
        if period is None:
            complete = delivered = assumable = False
            undelivered.append(name)
            continue
        only_own = period.reach == "own"
        own = own or only_own
        covers_start = period.first is None or period.first.toordinal() <= start
        covers_end = period.last is None or period.last >= on
        whole = period.reach == "all" and covers_start and covers_end
        complete = complete and whole
        assumable = assumable and (whole or (only_own and covers_end))
    return Selection(matches, complete, delivered, own, tuple(undelivered), assumable)


def existing(patient: Patient, name: str, on: date) -> Iterable[Record]:
    """The records of a list that exist on this date: those dated after it do not, nor what was returned."""
    found = [record for record in patient.records(name) if record.on is None or record.on.first <= on]
    return received(found) if name in SUPPLIED and any(map(leaves_nothing, found)) else found


SUPPLIED: Final = ("dispensings", "administrations")
"""The lists of what a patient got: a quantity of zero is none, and what was returned was not kept."""


def received(records: Iterable[Record]) -> list[Record]:
    """What the patient got and kept of these dispensings or administrations."""
    return without_returns(record for record in records if _units(record) != 0)


def leaves_nothing(record: Record) -> bool:
    return is_return(record) or _units(record) == 0


def is_return(record: Record) -> bool:
    quantity = record.fields.get("quantity")
    negative = isinstance(quantity, int | Decimal) and not isinstance(quantity, bool) and quantity < 0
    return negative or record.fields.get("kind") == "return"


def without_returns(dispensings: Iterable[Record]) -> list[Record]:
    """The dispensings that were kept: a return cancels the newest one of the same product before it.

    A return of fewer units than were dispensed takes those off, as a treatment counts it (language §6).
    """
    kept: list[Record] = []
    for record in sorted(
        dispensings, key=lambda one: (ordinals(one.on, date.min)[0], is_return(one), one.index)
    ):
        if is_return(record):
            _take_back(kept, record)
        else:
            kept.append(record)
    return kept


def _take_back(kept: list[Record], returned: Record) -> None:
    """Cancel the newest dispensing of as many units (or of an unknown number), else take them off a larger one."""
    units = _units(returned)
    same = [place for place in reversed(range(len(kept))) if _same_product(kept[place], returned)]
    for place in same:
        own = _units(kept[place])
        if units is None or own is None or own == units:
            del kept[place]
            return
    for place in same:
        own = _units(kept[place])
        if units is not None and own is not None and own > units:
            kept[place] = _with_fewer(kept[place], own - units, own)
            return


def _units(record: Record) -> Decimal | None:
    quantity = record.fields.get("quantity")
    known = isinstance(quantity, int | Decimal) and not isinstance(quantity, bool)
    return abs(Decimal(quantity)) if known and isinstance(quantity, int | Decimal) else None


def _same_product(one: Record, other: Record) -> bool:
    strengths = [
        strength if isinstance(strength := record.fields.get("strength"), str) else None
        for record in (one, other)
    ]
    return any(
        alike(product_of(code, strengths[0]), product_of(code, strengths[1]))
        for code in one.codes
        if code in other.codes
    )


def _with_fewer(record: Record, left: Decimal, units: Decimal) -> Record:
    fields = {**record.fields, "quantity": left}
    days = fields.get("days_supply")
    if isinstance(days, int | Decimal) and not isinstance(days, bool):
        fields["days_supply"] = Decimal(days) * left / units
    return replace(record, fields=fields)


@dataclass(frozen=True, slots=True)
class Window:
    """The ends of a window as ordinals: from `start` on; and the open limits after and before."""

    start: float  # first day inside
    after: DateRange | None
    before: DateRange | None
    born: DateRange | None  # the day from which the patient has the age that `after_age` names
    in_episode: bool = False  # only records of the episode below; of which nothing may be known (None)
    episode: Value = None


def window_of(node: Select, patient: Patient, on: date, read: Read) -> Window:
    start: float = -INF
    if node.within is not None:
        low, high = _range(read(node.within))
        assert low == high, "a window is a constant or a parameter"
        start = on.toordinal() - high / MILLION + 1
    after = _date(read(node.after)) if node.after is not None else None
    before = _date(read(node.before)) if node.before is not None else None
    born = _date(read(node.after_age)) if node.after_age is not None else None
    if after is not None and not after[2] and abs(after[0]) != INF:
        start = max(start, after[0] + 1)
    episode = read(node.episode) if node.episode is not None else None
    return Window(start, after, before, born, node.episode is not None, episode)


def _match(node: Select, record: Record, window: Window, read: Read, on: date) -> Match | None:
    group: str | None = None
    line: ProductLine | None = None
    belongs: Truth = YES
    missing: list[str] = []
    if node.products:
        strength = record.fields.get("strength")
        belongs, line = line_of(record.codes, strength if isinstance(strength, str) else None, node.products)
        if belongs == UNKNOWN:
            missing.append("strength")
    elif node.patterns:
        group = _group(record, node.patterns, node.groups)
        belongs = YES if group is not None else NO
    if belongs == NO and record.list != "documents":
        return None
    if record.list == "documents":
        belongs = UNKNOWN  # a letter may hold it; nobody has read it
    first, last = ordinals(record.on, on)
    last = min(last, on.toordinal())  # of a month that is not over: what stands in the record has been
    in_window = _in_window(first, last, window, record)
    if in_window == NO:
        return None
    about = RecordView(record, group or None, line, on, read)
    holds = about.test(node.where) if node.where is not None and record.list != "documents" else YES
    truth = every((belongs, in_window, holds))
    if truth == NO:
        return None
    if in_window == UNKNOWN and record.list != "documents" and first != last:
        missing.append("on")
    if holds == UNKNOWN:
        missing.extend(about.missing)
    return Match(record, truth, first, last, group or None, line, tuple(dict.fromkeys(missing)))


def ordinals(days: Days | None, on: date) -> Range:
    """The first and last day a record may be of. Not recorded: any day up to the reference date."""
    if days is None:
        return (-INF, on.toordinal())
    return (days.first.toordinal(), days.last.toordinal())


def _in_window(first: float, last: float, window: Window, record: Record) -> Truth:
    truths = [
        compare_ranges((first, last), ">=", (window.start, window.start)) if window.start > -INF else YES,
    ]
    if window.after is not None:
        truths.append(_beyond((first, last), ">", window.after))
    if window.before is not None:
        truths.append(_beyond((first, last), "<", window.before))
    if window.born is not None:
        truths.append(compare_ranges((first, last), ">=", (window.born[0], window.born[1])))
    if window.in_episode:
        truths.append(_same_episode(record, window.episode))
    return every(truths)


def _same_episode(record: Record, episode: Value) -> Truth:
    own = record.fields.get("episode")
    if episode is None or own is None:
        return UNKNOWN
    assert isinstance(episode, frozenset)
    if own not in episode:
        return NO
    return YES if len(episode) == 1 else UNKNOWN


def _beyond(days: Range, operator: str, limit: DateRange) -> Truth:
    """Against a limit that may be no date: then it is no limit."""
    low, high, may_be_none = limit
    if low > high:
        return YES
    truth = compare_ranges(days, operator, (low, high))
    return truth if not may_be_none or truth == YES else UNKNOWN


def _group(record: Record, patterns: tuple[str, ...], groups: Mapping[str, str]) -> str | None:
    """The group of a record ("" when its set has no groups), None when it does not fit.

    What somebody called it (the label of a contact) counts before its codes.
    """
    label = record.fields.get("label")
    if isinstance(label, str) and label in groups:
        return groups[label]
    for code in record.codes:
        for level in levels(code):
            if level in patterns:
                return groups.get(level, "")
    return None


def compare_ranges(left: Range, operator: str, right: Range) -> Truth:
    """Yes when it holds for all they may be, no when for none."""
    low, high = left
    other_low, other_high = right
    match operator:
        case "<":
            return YES if high < other_low else NO if low >= other_high else UNKNOWN
        case "<=":
            return YES if high <= other_low else NO if low > other_high else UNKNOWN
        case ">":
            return YES if low > other_high else NO if high <= other_low else UNKNOWN
        case ">=":
            return YES if low >= other_high else NO if high < other_low else UNKNOWN
        case "==":
            if low > other_high or high < other_low:
                return NO
            return YES if low == high == other_low == other_high else UNKNOWN
        case _:
            return opposite(compare_ranges(left, "==", right))


class RecordView:
    """One record as a `where` looks at it; `missing` gathers the fields that were not recorded."""

    __slots__ = ("group", "line", "missing", "on", "read", "record")

    def __init__(
        self, record: Record, group: str | None, line: ProductLine | None, on: date, read: Read
    ) -> None:
        self.record = record
        self.group = group
        self.line = line
        self.on = on
        self.read = read
        self.missing: list[str] = []

    def test(self, test: RecordTest) -> Truth:
        """Whether the test holds for this record."""
        match test:
            case FieldIs():
                return self._is(test)
            case FieldCompare():
                return self._compare(test)
            case FieldKnown():
                known = self._field(test.field) is not None
                if not known and test.field not in SAID_BY_ABSENCE:
                    self.missing.append(test.field)
                return truth_of(known)
            case NodeHolds():
                truth = self.read(test.node)
                assert isinstance(truth, int)
                return truth
            case RecordAll():
                return self._together(test.items, NO, every)
            case RecordAny():
                return self._together(test.items, YES, some)
            case RecordNot():
                return opposite(self.test(test.item))
            case _:
                assert_never(test)

    def _together(
        self, items: Sequence[RecordTest], decides: Truth, combine: Callable[[Iterable[Truth]], Truth]
    ) -> Truth:
        """Where one line decides by what was recorded, what the others miss does not matter."""
        before = len(self.missing)
        truths: list[Truth] = []
        for item in items:
            missed = len(self.missing)
            truths.append(self.test(item))
            if truths[-1] == decides and len(self.missing) == missed:
                del self.missing[before:]
                return decides
        return combine(truths)

    def _is(self, test: FieldIs) -> Truth:
        if test.patterns:
            return YES if _group(self.record, test.patterns, {}) is not None else NO
        value = self._field(test.field)
        if value is None:
            self.missing.append(test.field)
            return UNKNOWN
        word = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        return YES if word in test.words else NO

    def _compare(self, test: FieldCompare) -> Truth:
        other = self.read(test.node)
        if test.kind == "date":
            days = self.record.on if test.field == "on" else self._field(test.field)
            if not isinstance(days, Days):
                self.missing.append(test.field)
                return UNKNOWN
            limit = _date(other)
            if limit[0] > limit[1]:
                return NO
            truth = compare_ranges(
                (days.first.toordinal(), days.last.toordinal()), test.operator, (limit[0], limit[1])
            )
            return UNKNOWN if limit[2] and truth == YES else truth
        value = self._number(test)
        if value is None:
            self.missing.append(test.field)
            return UNKNOWN
        return compare_ranges(value, test.operator, _range(other))

    def _number(self, test: FieldCompare) -> Range | None:
        if test.field == "days_supply":
            return supply_range(self.record, self.line)
        value = self._field(test.field)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return None
        try:
            whole = millionths(number_in(self.record, test.field, value, test.unit))
        except QuantityError:
            return None
        return (whole, whole)

    def _field(self, name: str) -> object:
        if name == "group":
            return self.group
        if name == "class":
            return self.line.product_class if self.line is not None else None
        return self.record.fields.get(name)


def number_in(
    record: Record, name: str, value: int | Decimal, unit: str, substance: Mapping[str, Decimal] | None = None
) -> Decimal:
    """A number of a record in this unit. QuantityError when its own unit does not convert."""
    own = record.fields.get("unit") if name == "value" else None
    if not unit or own is None:
        return Decimal(value)
    return convert(Decimal(value), str(own), unit, substance or {})


def supply_range(record: Record, line: ProductLine | None) -> Range | None:
    """The days of supply of a dispensing, in millionths: by the ladder recorded, usage, product; None: unknown."""
    days = days_supply(record, line, ("recorded", "usage", "product"))
    return None if days is None else (days[0] * MILLION, days[1] * MILLION)


def _range(value: Value) -> Range:
    assert isinstance(value, tuple) and len(value) == 2
    return value


def _date(value: Value) -> DateRange:
    assert isinstance(value, tuple) and len(value) == 3
    return value
