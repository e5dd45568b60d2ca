"""What generated code calls: the functions made for one program, one reference date and one setting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from operator import attrgetter
from types import MappingProxyType
from typing import Final, TypeVar

from cdss.engine.compiled_facts import Nothing, Reading, answered, form_reading, reading, selection_of
from cdss.engine.compiled_select import Found, Selecting, selecting, window_start
from cdss.engine.forms import Forms, form_output, read_forms
from cdss.engine.index import supply_lists
from cdss.engine.pick import answers_after
from cdss.engine.supply import MadeUses
from cdss.engine.treatment import TreatmentPolicy, read_treatment
from cdss.models.codes import levels
from cdss.models.dates import DateError, Duration, age_range, days_back, shift
from cdss.models.patient import Answer, Days, Patient, Record
from cdss.models.program import (
    Among,
    Combined,
    Constant,
    Extreme,
    Field,
    FirstKnown,
    Form,
    Missing,
    NodeId,
    Output,
    Parameter,
    Pick,
    Program,
    Select,
    Shift,
    Treatment,
)
from cdss.models.quantity import MILLION, over, times
from cdss.models.truth import NO, UNKNOWN, YES, Truth
from cdss.models.value import (
    ANY_DATE,
    ANY_RANGE,
    CODE,
    INF,
    NO_DATE,
    DateRange,
    Range,
    Value,
    ValueType,
    Words,
    either,
    highest,
    is_known,
    lowest,
    unknown,
    within,
)

_MOST_REMEMBERED: Final = 256
_N = TypeVar("_N")


class Bound:
    """The functions behind the nodes of a program on one reference date.

    `selections` holds what is the same on every date; it is filled as it is asked for.
    """

    def __init__(
        self, program: Program, on: date, setting: str, selections: dict[NodeId, Selecting] | None = None
    ) -> None:
        self._selecting = {} if selections is None else selections
        self._facts: dict[NodeId, Reading] = {}
        self.program = program
        self.on = on
        self.setting = setting
        self.today = on.toordinal()

    # Records

    def select(self, number: NodeId) -> Selecting:
        found = self._selecting.get(number)
        if found is None:
            found = self._selecting[number] = selecting(self._node(number, Select))
        return found

    def fact(self, number: NodeId) -> Reading:
        found = self._facts.get(number)
        if found is None:
            node = self._node(number, Missing)
            found = self._facts[number] = reading(self.program, node, self.on, self.setting)
        return found

    def answered(self, number: NodeId) -> Callable[[Sequence[Answer]], Value]:
        return answered(self.program, self._node(number, Missing), self.on, self.setting)

    def nothing(self, number: NodeId) -> Nothing[Value]:
        read = self.fact(number)
        return Nothing(lambda delivery: read((), delivery, None, 0))

    # Forms

    def form(self, number: NodeId, later: bool) -> Callable[..., Forms]:
        """The forms of an instrument: of the answers to its name, and the matches and delivery of forms and totals."""
        node = self._node(number, Form)

        def read(
            answers: Sequence[Answer] | None,
            found: Sequence[Found],
            delivery: int,
            totals: Sequence[Found] = (),
            totals_delivery: int = 0,
        ) -> Forms:
            beside = selection_of(totals, totals_delivery) if node.totals is not None else None
            forms = selection_of(found, delivery)
            return read_forms(node.instrument, forms, beside, answers or (), self.on, later=later)

        return read

    def no_form(self, number: NodeId, later: bool) -> Nothing[Forms]:
        read = self.form(number, later)
        return Nothing(lambda delivery: read(None, (), delivery & 15, (), delivery >> 4))

    def form_fact(self, number: NodeId) -> Callable[[Forms, Sequence[Answer] | None], Value]:
        return form_reading(self.program, self._node(number, Missing), self.on, self.setting)

    def no_form_fact(self, number: NodeId, later: bool) -> Nothing[Value]:
        node = self._node(number, Missing)
        assert node.pick is not None
        source = self._reads(node.pick)
        forms, read = self.no_form(source, later), self.form_fact(number)
        return Nothing(lambda delivery: read(forms[delivery], None))

    def output(self, number: NodeId) -> Callable[[Forms], Value]:
        node = self._node(number, Output)
        return lambda forms: form_output(node, forms, self.on)

    def no_output(self, number: NodeId, later: bool) -> Nothing[Value]:
        forms, read = self.no_form(self._node(number, Output).of, later), self.output(number)
        return Nothing(lambda delivery: read(forms[delivery]))

    # Treatments

    def treatment(self, number: NodeId, outputs: tuple[NodeId, ...]) -> Callable[..., tuple[Value, ...]]:
        """These outputs of a treatment: of the patient, what was supplied, what was delivered, the uses that other
        treatments already made of the records, whether a follow-up drug is confirmed, and the limits that are no
        amount by the calendar, in millionths of a day.

        Of somebody without any record of its products the same comes out each time: that is remembered.
        """
        node = self._node(number, Treatment)
        give = _Outputs([self._node(output, Output) for output in outputs])
        policy_of = lru_cache(maxsize=8)(partial(self._policy, node))
        known: dict[object, tuple[Value, ...]] = {}

        def read(
            patient: Patient,
            supplied: Mapping[str, Sequence[Record]] | None,
            outlook: tuple[str | None, ...],
            uses: MadeUses,
            follow_up: Truth,
            *lows: float,
        ) -> tuple[Value, ...]:
            plain = (
                supplied is None
                and patient.deceased_on is None
                and patient.deregistered_on is None
                and not patient.records("stays")
            )
            key = (outlook, follow_up, lows)
            found = known.get(key) if plain else None
            if found is None:
                own = _only(patient, node, supplied or {})
                seen = read_treatment(own, policy_of(*lows), self.on, follow_up=follow_up, made=uses)
                found = give.of(seen.outputs)
                if plain and len(known) < _MOST_REMEMBERED:
                    known[key] = found
            return found

        return read

    def _policy(self, node: Treatment, *lows: float) -> TreatmentPolicy:
        left = iter(lows)
        limits = {name: self._limit(limit, left) for name, limit in node.limits.items()}
        return TreatmentPolicy(
            name=node.name,
            sources=node.sources,
            or_sources=node.or_sources,
            products=node.products,
            switch_products=node.switch_products,
            days_supply=node.days_supply,
            carry_over=limits.get("carry_over"),
            possible_stop=limits["possible_stop"],
            stopped=limits["stopped"],
            pause_during=node.pause_during,
            planned_end_class=node.planned_end_class or None,
            planned_end_after=limits.get("planned_end_after"),
            planned_end_tolerance=limits.get("planned_end_tolerance"),
            prescribed_limit=limits.get("prescribed_limit"),
            pdc_window=limits.get("pdc_window"),
            ended_by=node.ended_by,
            needs_follow_up=node.follow_up is not None,
        )

    def _limit(self, number: NodeId, lows: Iterator[float]) -> Duration:
        """One limit; generated code hands over the low end of all but the constants that are calendar."""
        node = self.program.nodes[number]
        if isinstance(node, Constant) and node.duration is not None:
            return node.duration
        low = next(lows)
        return self._calendar(number) or Duration(days=int(low) // MILLION)

    # Fields of the patient and of the call

    def field(self, number: NodeId) -> Callable[[Patient], Value]:
        node = self._node(number, Field)
        kind, on, today = node.type, self.on, self.today
        match node.field:
            case "on":
                return lambda patient: (today, today, False)
            case "setting":
                setting = kind.bit(self.setting)
                return lambda patient: setting
            case "age":
                return lambda patient: _age(patient, on)
            case "birth_date":
                return lambda patient: _birth_date(patient, on)
            case "sex":
                words: dict[str | None, Value] = {word: kind.bit(word) for word in kind.words}
                either_ = unknown(kind)
                return lambda patient: words.get(patient.sex, either_)
            case "coordinator":
                return lambda patient: (
                    None if patient.coordinator is None else frozenset({patient.coordinator})
                )
            case "deceased_on" | "deregistered_on" as name:
                left: Callable[[Patient], Days | None] = attrgetter(name)
                return lambda patient: _happened(left(patient), on)
            case _:
                raise AssertionError(node.field)

    # Values that hang on the date

    def constant(self, number: NodeId) -> Value:
        node = self._node(number, Constant)
        return node.value if node.duration is None else _counted_back(node.duration, self.on)

    def parameter(self, number: NodeId) -> Value:
        node = self._node(number, Parameter)
        found = _in_force(node, self.on)
        return _counted_back(found, self.on) if isinstance(found, Duration) else found

    def _calendar(self, number: NodeId) -> Duration | None:
        """A constant or parameter that is an amount by the calendar."""
        node = self.program.nodes[number]
        if isinstance(node, Constant):
            return node.duration
        found = _in_force(node, self.on) if isinstance(node, Parameter) else None
        return found if isinstance(found, Duration) else None

    def first_constant(self, number: NodeId) -> Value:
        return self._node(number, FirstKnown).constant

    def shift(self, number: NodeId) -> Callable[[float, float, bool, float, float], DateRange]:
        """A date plus or minus an amount: of the parts of the date and of the amount."""
        node = self._node(number, Shift)
        sign, calendar = node.sign, self._calendar(node.amount)
        fixed = isinstance(self.program.nodes[node.amount], Constant | Parameter)

        def shifted(low: float, high: float, none: bool, least: float, most: float) -> DateRange:
            if low > high:  # there is no date
                return (low, high, none)
            if calendar is not None:
                first = last = calendar
            elif fixed:
                first = last = Duration(days=int(least) // MILLION)
            elif least == -INF or most == INF:
                return ANY_DATE
            else:
                first, last = Duration(days=int(least) // MILLION), Duration(days=int(most) // MILLION)
            if sign < 0:
                first, last = last, first
            return (_moved(low, first, sign), _moved(high, last, sign), none)

        return shifted

    def extreme(self, number: NodeId) -> Callable[[Sequence[Value]], Value]:
        """The lowest or highest of all; `extreme_known`: of those that are known, the rest beside it."""
        node = self._node(number, Extreme)
        return partial(lowest if node.how == "lowest" else highest, node.type)

    def extreme_known(self, number: NodeId) -> Callable[[Sequence[Value]], Value]:
        node = self._node(number, Extreme)
        kind, best = node.type, lowest if node.how == "lowest" else highest

        def extreme(values: Sequence[Value]) -> Value:
            whole = best(kind, values)
            known = [value for value in values if is_known(kind, value)]
            if not known:
                return whole
            found = best(kind, known)
            return found if within(kind, found, whole) else whole

        return extreme

    def fits(self, number: NodeId) -> Callable[[Words], Truth]:
        """Whether a code is one of the patterns of a node."""
        patterns = frozenset(self._node(number, Among).patterns)

        def fits(words: Words) -> Truth:
            if words is None:
                return UNKNOWN
            fitting = sum(not patterns.isdisjoint(levels(word)) for word in words)
            return NO if fitting == 0 else YES if fitting == len(words) else UNKNOWN

        return fits

    def combined(self, number: NodeId) -> Callable[[Sequence[Truth]], Value]:
        """What rules set together, for a finding that is not held as the bits of words: of the truths of its rules."""
        node = self._node(number, Combined)
        kind, values = node.type, [value for _, value in node.setters]
        otherwise = node.otherwise if node.otherwise is not None else unknown(kind)

        def combined(truths: Sequence[Truth]) -> Value:
            sure = [value for truth, value in zip(truths, values, strict=True) if truth == YES]
            may = [value for truth, value in zip(truths, values, strict=True) if truth == UNKNOWN]
            if not sure:
                return together([*may, otherwise], kind)
            if node.how == "one":
                return together([*sure, *may], kind)
            return together([highest(kind, sure), *(highest(kind, [*sure, value]) for value in may)], kind)

        return combined

    # The program

    def _node(self, number: NodeId, kind: type[_N]) -> _N:
        node = self.program.nodes[number]
        assert isinstance(node, kind)
        return node

    def _reads(self, pick: NodeId) -> NodeId:
        return self._node(pick, Pick).select


class _Outputs:
    """Turns the outputs of a treatment into values: words into bits, each set of words once."""

    def __init__(self, nodes: Sequence[Output]) -> None:
        self._nodes = nodes
        self._bits: dict[tuple[int, frozenset[str]], int] = {}

    def of(self, outputs: Mapping[str, object]) -> tuple[Value, ...]:
        return tuple(self._value(place, node, outputs[node.name]) for place, node in enumerate(self._nodes))

    def _value(self, place: int, node: Output, raw: object) -> Value:
        if isinstance(raw, frozenset) and node.type.kind == "choice":
            key = (place, raw)
            bits = self._bits.get(key)
            if bits is None:
                bits = node.type.bits(raw)
                if len(self._bits) < _MOST_REMEMBERED:
                    self._bits[key] = bits
            return bits
        assert isinstance(raw, int | tuple)
        return raw


def _only(patient: Patient, node: Treatment, supplied: Mapping[str, Sequence[Record]]) -> Patient:
    """The patient without the drugs that this treatment is not about: they would each be looked at and left."""
    lists = dict(patient.lists)
    for name in supply_lists(node):
        if name in lists:
            lists[name] = tuple(supplied.get(name, ()))
    return replace(patient, lists=lists)


def _age(patient: Patient, on: date) -> Range:
    """Completed years: a range of two when only a year or month of birth is known."""
    if patient.birth_date is not None:
        low, high = age_range(patient.birth_date, on)
    elif patient.age is not None:
        low = high = patient.age
    else:
        return (0, INF)
    return (low * MILLION, high * MILLION)


def _birth_date(patient: Patient, on: date) -> DateRange:
    """The birth date, or the days on which somebody of this age was born."""
    born = patient.birth_date
    if born is not None:
        return (born.first.toordinal(), born.last.toordinal(), False)
    if patient.age is None:
        return (-INF, on.toordinal(), False)
    youngest = shift(on, Duration(months=12 * patient.age), -1)
    oldest = shift(on, Duration(months=12 * patient.age + 12), -1)
    return (oldest.toordinal() + 1, youngest.toordinal(), False)


def _happened(days: Days | None, on: date) -> DateRange:
    if days is None or days.first > on:
        return NO_DATE
    return (days.first.toordinal(), days.last.toordinal(), False)


def _in_force(node: Parameter, on: date) -> Value | Duration:
    """The value on a date; outside its period the nearest one."""
    begun = [value for start, _, value in node.values if start is None or start <= on]
    return begun[-1] if begun else node.values[0][2]


def _counted_back(duration: Duration, on: date) -> Range:
    days = days_back(duration, on) * MILLION
    return (days, days)


@lru_cache(maxsize=1024)
def _moved(ordinal: float, step: Duration, sign: int) -> float:
    if abs(ordinal) == INF:
        return ordinal
    try:
        return shift(date.fromordinal(int(ordinal)), step, sign).toordinal()
    except DateError:
        return INF if sign > 0 else -INF  # beyond the calendar: there is no end on that side


# What stands in the generated code by name


def multiplied(low: float, high: float, other_low: float, other_high: float) -> Range:
    """The product of two ranges, end by end."""
    if low == high and other_low == other_high and abs(low) != INF and abs(other_low) != INF:
        product = times(int(low), int(other_low))
        return (product, product)
    ends = [_times(one, other) for one in (low, high) for other in (other_low, other_high)]
    return (min(ends), max(ends))


def divided(low: float, high: float, other_low: float, other_high: float) -> Range:
    """The quotient of two ranges, end by end. Dividing by what may be zero is unknown."""
    if other_low <= 0 <= other_high:
        return ANY_RANGE
    ends = [_over(one, other) for one in (low, high) for other in (other_low, other_high)]
    return (min(ends), max(ends))


def _times(one: float, other: float) -> float:
    if one == 0 or other == 0:
        return 0
    if abs(one) == INF or abs(other) == INF:
        return INF if (one > 0) == (other > 0) else -INF
    return times(int(one), int(other))


def _over(one: float, other: float) -> float:
    if abs(other) == INF:
        return 0
    if abs(one) == INF:
        return INF if (one > 0) == (other > 0) else -INF
    return over(int(one), int(other))


def together(values: Sequence[Value], kind: ValueType = CODE) -> Value:
    """All that one of these may be."""
    found = values[0]
    for value in values[1:]:
        found = either(kind, found, value)
    return found


NAMES: Final[Mapping[str, object]] = MappingProxyType(
    {
        "INF": INF,
        "window_start": window_start,
        "answers_after": answers_after,
        "multiplied": multiplied,
        "divided": divided,
        "together": together,
        "min": min,
        "max": max,
        "len": len,
    }
)
"""All that generated code can reach beside its arguments: there are no builtins."""
