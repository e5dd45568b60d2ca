"""The reference: a plain interpreter of a Program, as short and obvious as possible. The oracle of every test.

Each node is evaluated twice, once for each reading: now, and later (language §2). Leaps stand where the two part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias, assert_never

from cdss.engine.forms import Forms, form_output, read_forms
from cdss.engine.operations import (
    age_of,
    among,
    birth_date_of,
    calculate,
    combine,
    compare,
    days_between,
    output_value,
    parameter_on,
    shift_range,
)
from cdss.engine.pick import (
    Picked,
    Reading,
    answers_after,
    count_distinct,
    count_joined,
    pick,
    resolve_missing,
)
from cdss.engine.selection import Selection, ordinals, select
from cdss.engine.treatment import Treatment as TreatmentRead
from cdss.engine.treatment import TreatmentPolicy, read_treatment
from cdss.models.dates import Duration, days_back
from cdss.models.patient import Answer, Patient
from cdss.models.program import (
    All,
    Among,
    Any,
    Arithmetic,
    Between,
    Combined,
    Compare,
    Constant,
    Distinct,
    Extreme,
    Field,
    FirstKnown,
    Form,
    Has,
    Joined,
    Known,
    Lookup,
    Missing,
    Node,
    NodeId,
    Not,
    Output,
    Parameter,
    Pick,
    Points,
    Program,
    Rule,
    Select,
    Shift,
    Table,
    Treatment,
    Valuation,
)
from cdss.models.quantity import MILLION
from cdss.models.truth import NO, UNKNOWN, YES, Truth, every, opposite, some
from cdss.models.value import (
    ANY_DATE,
    INF,
    NO_DATE,
    DateRange,
    Range,
    Value,
    either,
    highest,
    is_known,
    lowest,
    unknown,
    within,
)


@dataclass(frozen=True, slots=True)
class Call:
    """What an executor is called with: a patient, a date, a setting, and the values given for named nodes."""

    patient: Patient
    on: date
    setting: str = "record"
    given: Mapping[NodeId, Value] | None = None


Seen: TypeAlias = Selection | Forms | Picked | TreatmentRead


def evaluate(program: Program, call: Call) -> Valuation:
    """The two readings of every named node."""
    values = Evaluation(program, call)
    return Valuation(
        tuple(values.now(named.node) for named in program.named),
        tuple(values.later(named.node) for named in program.named),
    )


class Evaluation:
    """The values of a program for one call, each computed when first asked for.

    `known` gives the two readings of nodes that somebody else computed, and raises KeyError for all others.
    """

    def __init__(
        self, program: Program, call: Call, known: Callable[[NodeId, bool], Value] | None = None
    ) -> None:
        self.program = program
        self.call = call
        self.given = given_nodes(program, call)
        self._known = known
        self._values: tuple[dict[NodeId, Value], dict[NodeId, Value]] = ({}, {})
        self._seen: tuple[dict[NodeId, Seen], dict[NodeId, Seen]] = ({}, {})
        self._treatments: dict[tuple[NodeId, Truth], TreatmentRead] = {}
        self.readings: dict[NodeId, Reading] = {}

    def now(self, node: NodeId) -> Value:
        """What we conclude today."""
        return self._value(node, later=False)

    def later(self, node: NodeId) -> Value:
        """Everything it may still become when what is unknown becomes known."""
        return self._value(node, later=True)

    def _value(self, number: NodeId, *, later: bool) -> Value:
        values = self._values[later]
        if number in values:
            return values[number]
        if self._known is not None:
            try:
                found = values[number] = self._known(number, later)
            except KeyError:
                pass
            else:
                return found
        found = values[number] = self.given[number] if number in self.given else self._evaluate(number, later)
        return found

    def seen(self, number: NodeId, *, later: bool = False) -> Seen:
        """The selection, forms, pick or treatment behind a feature node."""
        seen = self._seen[later]
        if number not in seen:
            seen[number] = self._look(number, later)
        return seen[number]

    # Features

    def _look(self, number: NodeId, later: bool) -> Seen:
        node = self.program.nodes[number]
        patient, on = self.call.patient, self.call.on
        read = self.later if later else self.now
        match node:
            case Select():
                return select(node, patient, on, read)
            case Form():
                selection = self.seen(node.select, later=later)
                assert isinstance(selection, Selection)
                totals = self.seen(node.totals, later=later) if node.totals is not None else None
                assert totals is None or isinstance(totals, Selection)
                given = existing_answers(patient, node.instrument.name, on)
                return read_forms(node.instrument, selection, totals, given, on, later=later)
            case Pick():
                return self._pick(node, later)
            case Treatment():
                follow_up = read(node.follow_up) if node.follow_up is not None else NO
                assert isinstance(follow_up, int)
                return self._treatment(number, node, follow_up)
            case _:
                raise AssertionError(f"{type(node).__name__} is not a selection")

    def _treatment(self, number: NodeId, node: Treatment, follow_up: Truth) -> TreatmentRead:
        """Of the two readings only the follow-up drug can differ: where it does not, one is enough."""
        key = (number, follow_up)
        if key not in self._treatments:
            self._treatments[key] = read_treatment(
                self.call.patient, self.policy(node), self.call.on, follow_up=follow_up
            )
        return self._treatments[key]

    def _pick(self, node: Pick, later: bool) -> Picked:
        below = self.program.nodes[node.select]
        assume = node.assume
        if isinstance(below, Joined | Distinct):
            selection = self.seen(below.select, later=later)
            assert isinstance(selection, Selection)
            found = pick(node, selection, assume, self.call.on)
            if found.value is None:
                return found
            complete = selection.complete_for(assume=assume)
            if isinstance(below, Joined):
                gap = _range(self._value(below.gap, later=later))
                counted = count_joined(selection, int(gap[0]) // MILLION, complete)
            else:
                counted = count_distinct(selection, below.field, complete)
            return replace(found, value=counted)
        selection = self.seen(node.select, later=later)
        if isinstance(selection, Forms):
            return selection.pick(node, assume, self.call.on)
        assert isinstance(selection, Selection)
        return pick(node, selection, assume, self.call.on)

    def policy(self, node: Treatment) -> TreatmentPolicy:
        """The limits of a treatment as they are on the reference date."""

        def limit(name: str) -> Duration | None:
            return self._duration(node.limits[name]) if name in node.limits else None

        possible_stop, stopped = limit("possible_stop"), limit("stopped")
        assert possible_stop is not None and stopped is not None
        return TreatmentPolicy(
            name=node.name,
            sources=node.sources,
            or_sources=node.or_sources,
            products=node.products,
            switch_products=node.switch_products,
            days_supply=node.days_supply,
            carry_over=limit("carry_over"),
            possible_stop=possible_stop,
            stopped=stopped,
            pause_during=node.pause_during,
            planned_end_class=node.planned_end_class or None,
            planned_end_after=limit("planned_end_after"),
            planned_end_tolerance=limit("planned_end_tolerance"),
            prescribed_limit=limit("prescribed_limit"),
            pdc_window=limit("pdc_window"),
            ended_by=node.ended_by,
            needs_follow_up=node.follow_up is not None,
        )

    def _duration(self, number: NodeId) -> Duration:
        """An amount of time that is calendar where it was written so; else exact days."""
        node = self.program.nodes[number]
        if isinstance(node, Constant) and node.duration is not None:
            return node.duration
        if isinstance(node, Parameter):
            value = parameter_on(node, self.call.on)
            if isinstance(value, Duration):
                return value
        return Duration(days=int(_range(self.now(number))[0]) // MILLION)

    def reading(self, number: NodeId, *, later: bool = False) -> Reading:
        """How a fact came by its value."""
        node = self.program.nodes[number]
        assert isinstance(node, Missing)
        if number not in self.readings or later:
            picked = self.seen(node.pick, later=later) if node.pick is not None else None
            assert picked is None or isinstance(picked, Picked)
            answers = answers_to(self.call, node)
            if node.after is not None and answers:
                answers = answers_after(answers, self._value(node.after, later=later))
            found = resolve_missing(node, picked, answers, self.call.on, self.call.setting)
            if later:
                return found
            self.readings[number] = found
        return self.readings[number]

    def _field(self, node: Field) -> Value:
        patient, on = self.call.patient, self.call.on
        match node.field:
            case "on":
                return (on.toordinal(), on.toordinal(), False)
            case "setting":
                return node.type.bit(self.call.setting)
            case "age":
                return age_of(patient, on)
            case "birth_date":
                return birth_date_of(patient, on)
            case "sex":
                known = patient.sex in node.type.words
                return node.type.bit(patient.sex) if patient.sex is not None and known else unknown(node.type)
            case "coordinator":
                return None if patient.coordinator is None else frozenset({patient.coordinator})
            case "deceased_on" | "deregistered_on":
                days = patient.deceased_on if node.field == "deceased_on" else patient.deregistered_on
                if days is None or days.first > on:
                    return NO_DATE
                return (*ordinals(days, on), False)
            case _:
                raise AssertionError(node.field)

    # Logic

    def _evaluate(self, number: NodeId, later: bool) -> Value:
        node: Node = self.program.nodes[number]

        def value(other: NodeId) -> Value:
            return self._value(other, later=later)

        def truth(other: NodeId) -> Truth:
            found = self._value(other, later=later)
            assert isinstance(found, int)
            return found

        match node:
            case Field():
                return self._field(node)
            case Missing():
                reading = self.reading(number, later=later)
                return reading.other if node.contradicting and reading.other is not None else reading.value
            case Output():
                seen = self.seen(node.of, later=later)
                if isinstance(seen, TreatmentRead):
                    return output_value(node, seen.outputs[node.name])
                assert isinstance(seen, Forms)
                return form_output(node, seen, self.call.on)
            case Constant():
                if node.duration is not None:
                    days = days_back(node.duration, self.call.on) * MILLION
                    return (days, days)
                return node.value
            case Parameter():
                found = parameter_on(node, self.call.on)
                if isinstance(found, Duration):
                    days = days_back(found, self.call.on) * MILLION
                    return (days, days)
                return found
            case Arithmetic():
                return calculate(node.operator, _range(value(node.left)), _range(value(node.right)))
            case Shift():
                return self._shift(node, _date(value(node.date)), value)
            case Between():
                return days_between(_date(value(node.left)), _date(value(node.right)))
            case Extreme():
                return self._extreme(node, later)
            case FirstKnown():
                return self._first_known(node, later)
            case Points():
                return self._points(node, truth)
            case Lookup():
                return self._status(node, later)
            case Compare():
                return compare(value(node.left), node.operator, value(node.right))
            case Among():
                return among(node, value(node.item))
            case Has():
                collection = _range(value(node.collection))
                if int(collection[0]) & node.bit:
                    return YES
                return UNKNOWN if int(collection[1]) & node.bit else NO
            case Known():
                known = is_known(self.program.nodes[node.item].type, value(node.item))
                return YES if known else UNKNOWN if later else NO
            case All():
                return every([truth(item) for item in node.items])
            case Any():
                return some([truth(item) for item in node.items])
            case Not():
                return opposite(truth(node.item))
            case Table():
                return self._table(node, later, truth)
            case Combined():
                return combine(node, [(truth(rule), setting) for rule, setting in node.setters])
            case Rule():
                return self._rule(node, later, truth)
            case Select() | Form() | Joined() | Distinct() | Pick() | Treatment():
                raise AssertionError(f"{type(node).__name__} has no value of its own")
            case _:
                assert_never(node)

    def _shift(self, node: Shift, day: DateRange, value: object) -> Value:
        amount = self.program.nodes[node.amount]
        if isinstance(amount, Constant | Parameter):
            step = self._duration(node.amount)
            return shift_range(day, step, step, node.sign)
        low, high = _range(
            self._value(node.amount, later=False) if not callable(value) else value(node.amount)
        )
        if low == -INF or high == INF:
            return ANY_DATE if day != NO_DATE else NO_DATE
        return shift_range(
            day, Duration(days=int(low) // MILLION), Duration(days=int(high) // MILLION), node.sign
        )

    def _extreme(self, node: Extreme, later: bool) -> Value:
        values = [self._value(item, later=later) for item in node.items]
        best = lowest if node.how == "lowest" else highest
        whole = best(node.type, values)
        if node.of_known and not later:
            known = [value for value in values if is_known(node.type, value)]
            leapt = best(node.type, known) if known else whole
            return leapt if within(node.type, leapt, whole) else whole  # what surely lies beyond is no leap
        return whole

    def _first_known(self, node: FirstKnown, later: bool) -> Value:
        """Later never leaps: what is known now but may change is all it may become."""
        for item in node.items:
            now = self._value(item, later=False)
            if is_known(node.type, now):
                return self._value(item, later=later)
        if node.constant is not None:
            return unknown(node.type) if later else node.constant
        found = self._value(node.items[0], later=later)
        for item in node.items[1:]:
            found = either(node.type, found, self._value(item, later=later))
        return found

    def _points(self, node: Points, truth: object) -> Value:
        assert callable(truth)
        low = high = 0
        for rows in node.items:
            possible = []
            for points, when in rows:
                met = YES if when is None else truth(when)
                if met != NO:
                    possible.append(points)
                if met == YES:
                    break
            else:
                possible.append(0)
            low += min(possible)
            high += max(possible)
        return (low, high)

    def _status(self, node: Lookup, later: bool) -> Value:
        """settled, provisional or unknown: by the two readings of the node itself."""
        of = self.program.nodes[node.of]
        now, then = self._value(node.of, later=False), self._value(node.of, later=True)
        if is_known(of.type, now) and now == then:
            return node.type.bit("settled")
        if later:
            return node.type.all_bits
        return node.type.bit("provisional" if is_known(of.type, now) else "unknown")

    def _table(self, node: Table, later: bool, truth: object) -> Value:
        assert callable(truth)
        rows = [(YES if when is None else truth(when), outcomes) for when, outcomes in node.rows]
        if node.first_sure and not later:
            for met, outcomes in rows:
                if met == YES:
                    return outcomes
        possible = 0
        for met, outcomes in rows:
            if met != NO:
                possible |= outcomes
            if met == YES:
                return possible
        return possible | node.nothing

    def _rule(self, node: Rule, later: bool, truth: object) -> Value:
        assert callable(truth)
        stands: Truth = truth(node.when)
        for _, condition, blocks in node.exceptions:
            holds = truth(condition)
            if holds == UNKNOWN and not blocks and not later:
                continue
            stands = min(stands, opposite(holds))
        for other in node.overridden_by:
            holds = truth(other)
            if holds == UNKNOWN and not later:
                continue
            stands = min(stands, opposite(holds))
        return stands


def given_nodes(program: Program, call: Call) -> Mapping[NodeId, Value]:
    """The given values, for the contradicting readings of the same names too."""
    if not call.given:
        return {}
    given = dict(call.given)
    for other, node in program.danger.items():
        if node in call.given:
            given[other] = call.given[node]
    return given


def answers_to(call: Call, node: Missing) -> Sequence[Answer]:
    """The answers to this fact that exist on the reference date."""
    if not node.answers:
        return ()
    return existing_answers(call.patient, node.fact.rpartition("/")[2], call.on)


def existing_answers(patient: Patient, fact: str, on: date) -> Sequence[Answer]:
    """The answers under this name that exist on the reference date."""
    return [
        answer
        for answer in patient.answers
        if answer.fact == fact and (answer.on is None or answer.on.first <= on)
    ]


def _range(value: Value) -> Range:
    assert isinstance(value, tuple) and len(value) == 2
    return value


def _date(value: Value) -> DateRange:
    assert isinstance(value, tuple) and len(value) == 3
    return value
