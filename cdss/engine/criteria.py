"""Conditions become truth nodes; a `where` becomes a test of one record."""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, assert_never

from cdss.engine.units import in_unit
from cdss.errors import EngineError, Span
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
    InSet,
    IsKnown,
    IsTrue,
    IsWord,
    Name,
    NoneOf,
    Operand,
    Operator,
    Test,
    WithinLast,
    Word,
)
from cdss.models.program import (
    SAID_BY_ABSENCE,
    All,
    Among,
    Any,
    Compare,
    Constant,
    FieldCompare,
    FieldIs,
    FieldKnown,
    Has,
    Known,
    Missing,
    NodeHolds,
    NodeId,
    Not,
    RecordAll,
    RecordAny,
    RecordNot,
    RecordTest,
)
from cdss.models.truth import UNKNOWN
from cdss.models.value import DATE, YES_NO, Bits, ValueType, on_day

if TYPE_CHECKING:
    from cdss.engine.lower import Lowering

COMPARED: Final[dict[Operator, Callable[[int, int], bool]]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
    "==": operators.eq,
    "!=": operators.ne,
}
MIRRORED: Final[dict[Operator, Operator]] = {
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
    "==": "==",
    "!=": "!=",
}


class Criteria:
    """Lowers conditions; remembers which node stands for the criterion at each place."""

    def __init__(self, lowering: Lowering) -> None:
        self.lowering = lowering
        self.places: dict[Span, NodeId] = {}

    @property
    def graph(self) -> object:
        return self.lowering.graph

    def condition(self, condition: Condition, *, dangerous: bool = False, denied: bool = False) -> NodeId:
        """The truth of a condition.

        `dangerous`: of a record and an answer that contradict each other the more dangerous counts. That is the one
        for which the line holds; and where the condition is `denied` (`none:`, an exception) the one for which not.
        """
        add = self.lowering.graph.add
        match condition:
            case AllOf():
                items = self._items(condition, dangerous, denied)
                return add(All(type=YES_NO, span=condition.span, items=items))
            case AnyOf():
                items = self._items(condition, dangerous, denied)
                return add(Any(type=YES_NO, span=condition.span, items=items))
            case NoneOf():
                items = self._items(condition, dangerous, not denied)
                any_of = add(Any(type=YES_NO, span=condition.span, items=items))
                return add(Not(type=YES_NO, span=condition.span, item=any_of))
            case Criterion():
                node = self._criterion(condition)
                if dangerous:
                    self.lowering.dangerous = True
                    other = self._criterion(condition)
                    self.lowering.dangerous = False
                    if other != node:
                        either = All if denied else Any
                        node = add(either(type=YES_NO, span=condition.span, items=(node, other)))
                if not self.lowering.dangerous:
                    self.places[condition.span] = node
                return node

    def _items(self, tree: AllOf | AnyOf | NoneOf, dangerous: bool, denied: bool) -> tuple[NodeId, ...]:
        return tuple(self.condition(item, dangerous=dangerous, denied=denied) for item in tree.items)

    def _criterion(self, criterion: Criterion) -> NodeId:
        node = self._test(criterion.test, criterion.span)
        return self._not(node) if criterion.negated else node

    def _not(self, node: NodeId) -> NodeId:
        return self.lowering.graph.add(Not(type=YES_NO, item=node))

    def _test(self, test: Test, span: Span) -> NodeId:
        add = self.lowering.graph.add
        match test:
            case IsTrue():
                return self.lowering.name(test.name)
            case IsKnown():
                known = add(Known(type=YES_NO, span=span, item=self.lowering.name(test.name)))
                return known if test.known else self._not(known)
            case IsWord():
                found = self._is_word(test, span)
                return self._not(found) if test.negated else found
            case HasWord():
                collection = self.lowering.name(test.name)
                bit = self.lowering.type_of(collection).bit(test.word.word)
                return add(Has(type=YES_NO, span=span, collection=collection, bit=bit))
            case InSet():
                found = self._in_set(test, span)
                return self._not(found) if test.negated else found
            case InRange():
                found = self._in_range(test, span)
                return self._not(found) if test.negated else found
            case WithinLast():
                behind = self.lowering.date_behind(test.name)
                return self._within_last(behind, test, span)
            case Comparison():
                return self._comparison(test, span)
            case _:
                assert_never(test)

    def _within_last(self, behind: NodeId, test: WithinLast, span: Span) -> NodeId:
        """After the same day that long ago, and not after the reference date. The date of a record never is."""
        limit = self.lowering.ago(Ago(test.amount, span))
        since = self.lowering.graph.add(
            Compare(type=YES_NO, span=span, left=behind, operator=">", right=limit)
        )
        node = self.lowering.graph.nodes_so_far[behind]
        if isinstance(node, Missing) and not node.answers:
            return since
        today = self.lowering.reference_date()
        begun = self.lowering.graph.add(
            Compare(type=YES_NO, span=span, left=behind, operator="<=", right=today)
        )
        return self.lowering.graph.add(All(type=YES_NO, span=span, items=(since, begun)))

    def _is_word(self, test: IsWord, span: Span) -> NodeId:
        node = self.lowering.name(test.name)
        kind = self.lowering.type_of(node)
        words = [word.word for word in test.words]
        if kind.kind == "yes_no" and {"yes", "no"} <= set(words):
            return self.lowering.graph.add(Any(type=YES_NO, span=span, items=(node, self._not(node))))
        if kind.kind == "yes_no":
            return node if words == ["yes"] else self._not(node)
        if kind.kind == "code":
            return self.lowering.graph.add(Among(type=YES_NO, span=span, item=node, patterns=tuple(words)))
        return self.lowering.graph.add(Among(type=YES_NO, span=span, item=node, bits=kind.bits(words)))

    def _in_set(self, test: InSet, span: Span) -> NodeId:
        node = self.lowering.name(test.name)
        kind = self.lowering.type_of(node)
        assert test.set.ref is not None
        members = self.lowering.ruleset.value_sets[test.set.ref.id]
        if kind.kind == "choice":
            bits = kind.bits(word for word in members.words if word in kind.words)
            return self.lowering.graph.add(Among(type=YES_NO, span=span, item=node, bits=bits))
        return self.lowering.graph.add(
            Among(type=YES_NO, span=span, item=node, patterns=(*members.codes, *members.groups))
        )

    def _in_range(self, test: InRange, span: Span) -> NodeId:
        ends: list[NodeId] = []
        for bound, inclusive, exclusive in ((test.low, ">=", ">"), (test.high, "<=", "<")):
            if bound is not None:
                operator: Operator = inclusive if bound.included else exclusive  # type: ignore[assignment]
                ends.append(self._comparison(Comparison(test.name, operator, bound.value), span))
        return self.lowering.graph.add(All(type=YES_NO, span=span, items=tuple(ends)))

    def _comparison(self, test: Comparison, span: Span) -> NodeId:
        left, operator, right = test.left, test.operator, test.right
        if isinstance(left, Word | Amount | Day | Ago) and isinstance(right, Name):
            left, operator, right = right, MIRRORED[operator], left
        if not isinstance(left, Name):
            raise EngineError(f"{span}: a comparison needs a name")
        node = self.lowering.name(left)
        kind = self.lowering.type_of(node)
        if kind.kind == "choice":
            return self._ordered(node, kind, operator, right, span)
        other = self._operand(right, kind)
        return self.lowering.graph.add(
            Compare(type=YES_NO, span=span, left=node, operator=operator, right=other)
        )

    def _ordered(
        self, node: NodeId, kind: ValueType, operator: Operator, right: Operand, span: Span
    ) -> NodeId:
        """An ordered choice against a word, a whole number, or a parameter that is a word."""
        match right:
            case Word():
                limit = right.word
            case Amount():
                limit = str(right.quantity.value)
            case Name():
                limit = right.text
            case _:
                raise EngineError(f"{span}: an ordered choice is compared with one of its words")
        return self.lowering.graph.add(
            Among(type=YES_NO, span=span, item=node, bits=ranked(kind, operator, limit))
        )

    def _operand(self, operand: Operand, kind: ValueType) -> NodeId:
        add = self.lowering.graph.add
        match operand:
            case Name():
                return in_unit(self.lowering.graph, self.lowering.name(operand), kind.unit)
            case Amount():
                return add(self.lowering.amount(operand, kind))
            case Day():
                return add(Constant(type=DATE, span=operand.span, value=on_day(operand.date), open=False))
            case Ago():
                return self.lowering.ago(operand)
            case Word():
                raise EngineError(f"{operand.span}: '{operand.word}' is not an amount")

    # Tests of one record

    def record_test(self, conditions: Sequence[Condition]) -> RecordTest:
        """All of these hold for a record."""
        items = tuple(self._record(item) for item in conditions)
        return items[0] if len(items) == 1 else RecordAll(items)

    def both(self, one: RecordTest, other: RecordTest) -> RecordTest:
        return RecordAll((one, other))

    def _record(self, condition: Condition) -> RecordTest:
        match condition:
            case AllOf():
                return RecordAll(tuple(self._record(item) for item in condition.items))
            case AnyOf():
                return RecordAny(tuple(self._record(item) for item in condition.items))
            case NoneOf():
                return RecordNot(RecordAny(tuple(self._record(item) for item in condition.items)))
            case Criterion():
                found = self._record_test(condition)
                return RecordNot(found) if condition.negated else found

    def _record_test(self, criterion: Criterion) -> RecordTest:
        test = criterion.test
        field = _field_of(test)
        if field is None:
            return NodeHolds(self._test(test, criterion.span))
        name = field.text
        match test:
            case IsTrue():
                return FieldIs(name, frozenset({"yes"}))
            case IsKnown():
                known = self._field_known(name)
                return known if test.known else RecordNot(known)
            case IsWord():
                found: RecordTest = FieldIs(name, frozenset(word.word for word in test.words))
                return RecordNot(found) if test.negated else found
            case InSet():
                assert test.set.ref is not None
                members = self.lowering.ruleset.value_sets[test.set.ref.id]
                if members.words:
                    found = FieldIs(name, frozenset(members.words))
                else:
                    found = FieldIs("codes", patterns=(*members.codes, *members.groups))
                return RecordNot(found) if test.negated else found
            case InRange():
                ends = tuple(
                    self._field_compare(
                        field,
                        ("<=" if bound.included else "<") if high else (">=" if bound.included else ">"),
                        bound,
                    )
                    for bound, high in ((test.low, False), (test.high, True))
                    if bound is not None
                )
                found = RecordAll(ends)
                return RecordNot(found) if test.negated else found
            case Comparison():
                if isinstance(test.left, Name) and test.left is field:
                    return self._field_compare(field, test.operator, Bound(test.right, True))  # type: ignore[arg-type]
                return self._field_compare(field, MIRRORED[test.operator], Bound(test.left, True))  # type: ignore[arg-type]
            case WithinLast():
                limit = self.lowering.ago(Ago(test.amount, criterion.span))
                today = self.lowering.reference_date()
                return RecordAll(
                    (FieldCompare(name, ">", limit, "date"), FieldCompare(name, "<=", today, "date"))
                )
            case HasWord():
                return FieldIs(name, frozenset({test.word.word}))
            case _:
                assert_never(test)

    def _field_known(self, name: str) -> RecordTest:
        """A leap, as for any name: a field that was not recorded may still be filled in (language §2)."""
        if name in SAID_BY_ABSENCE:
            return FieldKnown(name)
        nothing = self.lowering.graph.add(Constant(type=YES_NO, value=UNKNOWN))
        leap = self.lowering.graph.add(Known(type=YES_NO, item=nothing))
        return RecordAny((FieldKnown(name), NodeHolds(leap)))

    def _field_compare(self, field: Name, operator: Operator, bound: Bound) -> RecordTest:
        assert field.ref is not None and field.ref.type is not None
        kind = field.ref.type
        if kind.kind not in ("number", "duration", "date"):
            raise EngineError(f"{field.span}: '{field.text}' is not a number or a date")
        right = bound.value
        if kind.kind == "number" and isinstance(right, Amount) and not kind.unit:
            kind = ValueType("number", unit=right.quantity.unit)
        node = self._operand(right, kind)
        if kind.kind == "number" and not kind.unit:
            kind = self.lowering.type_of(node)
        return FieldCompare(field.text, operator, node, kind.kind, kind.unit)  # type: ignore[arg-type]


def _field_of(test: Test) -> Name | None:
    """The record field that a test speaks of, if it does."""
    names = [test.left, test.right] if isinstance(test, Comparison) else [test.name]
    for name in names:
        if isinstance(name, Name) and name.ref is not None and name.ref.kind == "field":
            return name
    return None


def ranked(kind: ValueType, operator: Operator, limit: str) -> Bits:
    """The words of an ordered choice for which a comparison holds. `none` has no rank: it is never one of them."""
    words = [word for word in kind.words if word != "none"]
    place = words.index(limit)
    holds = COMPARED[operator]
    return kind.bits(word for rank, word in enumerate(words) if holds(rank, place))
