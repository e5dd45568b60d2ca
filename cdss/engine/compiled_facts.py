"""Facts as the compiled executor reads them: each `Missing` becomes one function over the matches of its selection.

What most facts do (a record or none, the latest value, a date, a count, one answer) stands here, without making the
objects that an explanation needs. What is rare goes through the same functions as the reference: `pick` and
`resolve_missing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final, TypeAlias, TypeVar

from cdss.engine.compiled_select import Found
from cdss.engine.forms import Forms
from cdss.engine.index import ASSUMABLE, COMPLETE, DELIVERED, OWN
from cdss.engine.pick import Picked, count_distinct, count_joined, field_value, pick, resolve_missing
from cdss.engine.selection import Match, Selection, number_in
from cdss.models.dates import shift
from cdss.models.patient import Answer, Days, Skipped
from cdss.models.program import Distinct, Form, Joined, Missing, Pick, Program
from cdss.models.quantity import LIMIT, MILLION, QuantityError, millionths
from cdss.models.truth import NO, UNKNOWN, YES, Truth
from cdss.models.typed import ValueProblem, read_value
from cdss.models.value import INF, Value, ValueType, either, is_known, unknown

_FARTHEST: Final = LIMIT * MILLION

T = TypeVar("T")
Matches: TypeAlias = Sequence[Found]
Extra: TypeAlias = float
"""What else a pick reads: the gap of `together_within`, in millionths of a day."""

Reading: TypeAlias = Callable[[Matches, int, Sequence[Answer] | None, Extra], Value]
_Quick: TypeAlias = Callable[[Matches, bool], tuple[Value, Truth, float]]
"""Of matches, and whether the lists are complete: the value, whether there may be no such record, and from when on
the evidence is."""


class Nothing(dict[int, T]):
    """What comes out when no record matches and nobody answered, by what was delivered; made when first asked."""

    def __init__(self, make: Callable[[int], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, delivery: int) -> T:
        value = self[delivery] = self._make(delivery)
        return value


def reading(program: Program, node: Missing, on: date, setting: str) -> Reading:
    """The function that gives the value of a fact: of its matches, what was delivered, and the answers (or None)."""
    assert node.pick is not None
    shared = _shared(program, node, on, setting)
    picking = program.nodes[node.pick]
    assert isinstance(picking, Pick)
    quick, alone = _quick(program, picking), _alone(picking)
    said = _answered(node, on, shared)
    kind, default, anything = node.type, node.default, unknown(node.type)
    still_counts = _still_counts(node, on)
    always = node.valid_for is None or node.valid_for.how == "always"
    assumes, assumes_complete = node.how == "assume", picking.assume

    def read(found: Matches, delivery: int, answers: Sequence[Answer] | None, extra: Extra) -> Value:
        if not found:
            return said(delivery, answers) if answers else shared(found, delivery, (), extra)
        if answers or quick is None or still_counts is None:
            return shared(found, delivery, answers or (), extra)
        complete = bool(delivery & (ASSUMABLE if assumes_complete else COMPLETE))
        if len(found) == 1:
            (only,) = found
            if only.truth == YES:
                value = alone(only, complete)
                return value if always or still_counts(value, only.first) else anything
        value, absent, evidence = quick(found, complete)
        if absent != NO:
            value = either(kind, value, default if assumes and delivery & ASSUMABLE else anything)
        return value if still_counts(value, evidence) else anything

    return read


def answered(program: Program, node: Missing, on: date, setting: str) -> Callable[[Sequence[Answer]], Value]:
    """The function that gives the value of a fact that is not read from records: of its answers."""
    return partial(_answered(node, on, _shared(program, node, on, setting)), 0)


def form_reading(
    program: Program, node: Missing, on: date, setting: str
) -> Callable[[Forms, Sequence[Answer] | None], Value]:
    """The same for a fact that is read from filled-in forms."""
    assert node.pick is not None
    picking = program.nodes[node.pick]
    assert isinstance(picking, Pick)

    def read(forms: Forms, answers: Sequence[Answer] | None) -> Value:
        return _resolved(node, forms.pick(picking, picking.assume, on), answers or (), on, setting)

    return read


def selection_of(found: Matches, delivery: int) -> Selection:
    """Matches in the form in which picks, forms and explanations share them."""
    return Selection(
        tuple(Match(one.record, one.truth, one.first, one.last, one.group, one.line) for one in found),
        complete=bool(delivery & COMPLETE),
        delivered=bool(delivery & DELIVERED),
        own=bool(delivery & OWN),
        assumable=bool(delivery & ASSUMABLE),
    )


# The whole road, shared with the reference


def _shared(
    program: Program, node: Missing, on: date, setting: str
) -> Callable[[Matches, int, Sequence[Answer], Extra], Value]:
    def shared(found: Matches, delivery: int, answers: Sequence[Answer], extra: Extra) -> Value:
        picked = (
            None
            if node.pick is None
            else _picked(program, node.pick, selection_of(found, delivery), extra, on)
        )
        return _resolved(node, picked, answers, on, setting)

    return shared


def _picked(program: Program, number: int, selection: Selection, extra: Extra, on: date) -> Picked:
    node = program.nodes[number]
    assert isinstance(node, Pick)
    below = program.nodes[node.select]
    found = pick(node, selection, node.assume, on)
    if found.value is None or not isinstance(below, Joined | Distinct):
        return found
    complete = selection.complete_for(assume=node.assume)
    if isinstance(below, Joined):
        counted = count_joined(selection, int(extra) // MILLION, complete)
    else:
        counted = count_distinct(selection, below.field, complete)
    return replace(found, value=counted)


def _resolved(
    node: Missing, picked: Picked | None, answers: Sequence[Answer], on: date, setting: str
) -> Value:
    found = resolve_missing(node, picked, answers, on, setting)
    return found.other if node.contradicting and found.other is not None else found.value


# How long a value counts


def _still_counts(node: Missing, on: date) -> Callable[[Value, float], bool] | None:
    """Whether a value from records still counts on the reference date. None when that has to be asked each time."""
    valid = node.valid_for
    if valid is None or valid.how == "always":
        return lambda value, evidence: True
    if valid.how == "duration":
        assert valid.duration is not None
        if valid.duration.months >= 12 * on.year or valid.duration.days >= on.toordinal():
            return None  # falls off the calendar
        start = shift(on, valid.duration, -1).toordinal()
        return lambda value, evidence: evidence > start
    today = on.toordinal()
    alarming = _alarming(node.type, valid.reassuring)
    return lambda value, evidence: evidence == today or alarming(value)


def _alarming(kind: ValueType, reassuring: Sequence[str]) -> Callable[[Value], bool]:
    """Whether an older value still says something about this contact: yes, or a word that does not reassure."""
    match kind.kind:
        case "yes_no":
            return lambda value: value == YES
        case "choice":
            counting = kind.bits(word for word in kind.words if word != "none" and word not in reassuring)
            return lambda value: isinstance(value, int) and is_known(kind, value) and bool(value & counting)
        case _:
            return lambda value: False


# Answers


def _answered(
    node: Missing, on: date, shared: Callable[[Matches, int, Sequence[Answer], Extra], Value]
) -> Callable[[int, Sequence[Answer]], Value]:
    """The value of a fact that was answered and of which no record was found."""
    words, read = _plain_words(node.type), _plain_reading(node.type, on)
    still_counts = _still_counts(node, on)
    always = node.valid_for is None or node.valid_for.how == "always"
    only_answered = node.pick is None
    anything = unknown(node.type)

    def said(delivery: int, answers: Sequence[Answer]) -> Value:
        if len(answers) == 1 and still_counts is not None:
            (answer,) = answers
            raw = answer.value
            value = words.get(raw) if isinstance(raw, str | bool) else None
            if value is None:
                value = read(raw)
            if value is not None:
                if always:
                    return value
                day = -INF if answer.on is None else answer.on.first.toordinal()
                if still_counts(value, day):
                    return value
                if only_answered:
                    return anything
        return shared((), delivery, answers, 0)

    return said


def _plain_reading(kind: ValueType, on: date) -> Callable[[object], Value]:
    """Reads what somebody answered in few steps; None when there is nothing, or it has to be read with care."""
    counted = kind.kind == "number"

    def read(raw: object) -> Value:
        if raw is None:
            return None
        if counted and type(raw) is int and -LIMIT <= raw <= LIMIT and kind.low <= raw * MILLION <= kind.high:
            return (raw * MILLION, raw * MILLION)
        try:
            return read_value(kind, raw, "", on)
        except ValueProblem:
            return None  # told by the explanation

    return read


def _plain_words(kind: ValueType) -> Mapping[object, Value]:
    """The words that mean one thing as they stand."""
    if kind.kind == "yes_no":
        return {True: YES, False: NO, "yes": YES, "no": NO}
    if kind.kind != "choice":
        return {}
    return {
        word: kind.bit(word)
        for word in kind.words
        if word == word.strip() and word != "unknown" and " or " not in word
    }


# Picks


def _quick(program: Program, node: Pick) -> _Quick | None:
    """The pick as one short function; None when it is one of the rare ones."""
    if isinstance(program.nodes[node.select], Joined | Distinct | Form) or node.type.kind == "code":
        return None
    match node.how:
        case "exists" if node.type.kind == "yes_no":
            return _exists
        case "count" if node.type.kind == "number":
            return _count
        case "date" if node.type.kind == "date":
            return _date
        case "first_date" if node.type.kind == "date":
            return _first_date
        case "latest":
            return partial(_latest, node.type, _field_reader(node))
        case "first":
            return partial(_first, node.type, _field_reader(node))
        case _:
            return None


def _alone(node: Pick) -> Callable[[Found, bool], Value]:
    """What a pick gives of one record that surely matches, as most have: the same as the function of `_quick`."""
    anything = unknown(node.type)
    match node.how:
        case "exists":
            return lambda one, complete: YES
        case "count":
            return lambda one, complete: (MILLION, MILLION if complete else INF)
        case "date":
            return lambda one, complete: (one.first, one.last, False)
        case "first_date":
            return lambda one, complete: (one.first if complete else -INF, one.last, False)
        case "first":
            read = _field_reader(node)
            return lambda one, complete: read(one) if complete else anything
        case _:
            latest = _field_reader(node)
            return lambda one, complete: latest(one)


def _exists(found: Matches, complete: bool) -> tuple[Value, Truth, float]:
    sure = [one.first for one in found if one.truth == YES]
    if sure:
        return YES, NO, max(sure)
    return UNKNOWN, UNKNOWN, min(one.first for one in found)


def _count(found: Matches, complete: bool) -> tuple[Value, Truth, float]:
    low = sum(one.truth == YES for one in found) * MILLION
    return (low, len(found) * MILLION if complete else INF), NO, _surely_from(found)


def _surely_from(found: Iterable[Found]) -> float:
    """The first day that the latest of these may be of: what only possibly matches may not be there."""
    days = list(found)
    return max((one.first for one in days if one.truth == YES), default=min(one.first for one in days))


def _date(found: Matches, complete: bool) -> tuple[Value, Truth, float]:
    limit, sure = _latest_sure(found)
    candidates = [one for one in found if one.last >= limit]
    low = limit if sure else min(one.first for one in candidates)
    return (low, max(one.last for one in candidates), False), NO if sure else UNKNOWN, low


def _first_date(found: Matches, complete: bool) -> tuple[Value, Truth, float]:
    ends = [one.last for one in found if one.truth == YES]
    limit = min(ends, default=INF)
    candidates = [one for one in found if one.first <= limit]
    earliest = min(one.first for one in candidates)
    high = limit if ends else max(one.last for one in candidates)
    return (earliest if complete else -INF, high, False), NO if ends else UNKNOWN, earliest


def _latest(
    kind: ValueType, read: Callable[[Found], Value], found: Matches, complete: bool
) -> tuple[Value, Truth, float]:
    limit, sure = _latest_sure(found)
    candidates = [one for one in found if one.last >= limit]
    if len(candidates) == 1 and sure:
        return read(candidates[0]), NO, limit
    return _joined(kind, read, candidates), NO if sure else UNKNOWN, _surely_from(candidates)


def _first(
    kind: ValueType, read: Callable[[Found], Value], found: Matches, complete: bool
) -> tuple[Value, Truth, float]:
    ends = [one.last for one in found if one.truth == YES]
    limit = min(ends, default=INF)
    candidates = [one for one in found if one.first <= limit]
    value = _joined(kind, read, candidates) if complete else unknown(kind)
    return value, NO if ends else UNKNOWN, min(one.first for one in candidates)


def _latest_sure(found: Matches) -> tuple[float, bool]:
    limit = -INF
    sure = False
    for one in found:
        if one.truth == YES:
            sure = True
            if one.first > limit:
                limit = one.first
    return limit, sure


def _joined(kind: ValueType, read: Callable[[Found], Value], candidates: Sequence[Found]) -> Value:
    """Whatever the candidates say, together."""
    value = read(candidates[0])
    for one in candidates[1:]:
        value = either(kind, value, read(one))
    return value


def _field_reader(node: Pick) -> Callable[[Found], Value]:
    """The field of one record as a value; what cannot be used may be anything, and is reported by the explanation."""
    kind, name, anything = node.type, node.field, unknown(node.type)
    if name in ("group", "class", "codes", "days_supply"):
        return partial(_by_shared, node, anything)
    match kind.kind:
        case "number" | "duration":
            return _number_reader(node, anything)
        case "date":

            def day(one: Found) -> Value:
                raw = one.record.fields.get(name)
                if not isinstance(raw, Days):
                    return anything
                return (raw.first.toordinal(), raw.last.toordinal(), False)

            return day
        case _:
            words = _plain_words(kind)

            def word(one: Found) -> Value:
                raw = one.record.fields.get(name)
                value = words.get(raw) if isinstance(raw, str | bool) else None
                return _by_shared(node, anything, one) if value is None else value

            return word


def _by_shared(node: Pick, anything: Value, one: Found) -> Value:
    match = Match(one.record, one.truth, one.first, one.last, one.group, one.line)
    value = field_value(match, node)
    return anything if isinstance(value, Skipped) else value


def _number_reader(node: Pick, anything: Value) -> Callable[[Found], Value]:
    """A number in the unit of the fact, when it can be believed."""
    name, unit = node.field, node.unit
    unit_field = "unit" if name == "value" and unit else None
    substance = {unit: Decimal(factor) for unit, factor in node.substance.items()}
    least, most = node.plausible if node.plausible is not None else (-_FARTHEST, _FARTHEST)

    def number(one: Found) -> Value:
        record = one.record
        fields = record.fields
        raw = fields.get(name)
        if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
            decides = raw is None and fields.get("bound") is not None  # `> 90` has no value of its own
            return _by_shared(node, anything, one) if decides else anything
        own = None if unit_field is None else fields.get(unit_field)
        try:
            if own is None or own == unit:
                whole = _exactly(raw)
            else:
                whole = millionths(number_in(record, name, raw, unit, substance))
        except QuantityError:
            return anything
        return (whole, whole) if least <= whole <= most else anything

    return number


def _exactly(raw: int | Decimal) -> int:
    """An amount in whole millionths; in one step when nothing has to be rounded."""
    if isinstance(raw, int) or raw.is_finite():
        numerator, denominator = raw.as_integer_ratio()
        whole, rest = divmod(numerator * MILLION, denominator)
        if not rest and -_FARTHEST <= whole <= _FARTHEST:
            return whole
    return millionths(raw)
