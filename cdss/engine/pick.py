"""One value out of the records that match, and what their absence means (the tables of language §4).

A pick tells what the matching records give, and whether there may be no such record at all. `resolve_missing` closes
it: with an answer, with what absence means, and with how long a value counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial, reduce
from typing import Final

from cdss.engine.dose import daily_dose
from cdss.engine.selection import Match, Selection, number_in, ordinals, supply_range
from cdss.errors import Text
from cdss.models.dates import shift
from cdss.models.patient import Answer, Days, Record, Skipped
from cdss.models.program import Missing, Pick
from cdss.models.quantity import LIMIT, MILLION, QuantityError, millionths
from cdss.models.truth import NO, UNKNOWN, YES, Truth, opposite
from cdss.models.typed import ValueProblem, read_value
from cdss.models.value import INF, DateRange, Range, Value, ValueType, either, is_known, unknown


@dataclass(frozen=True, slots=True)
class Picked:
    """What the matching records give.

    `value` is None when no record matches at all. `absent`: yes when surely no record matches, unknown when perhaps.
    `on` are the ordinals between which its evidence lies: a record that only possibly matches makes it no newer.
    `newest` is the last day of any record that may count. `delivered` is no when a list was not delivered,
    `assumable` when so little was that no absence may be assumed.
    """

    value: Value | None
    absent: Truth
    on: Range
    delivered: bool
    own: bool
    possible: bool  # a record matches possibly: absence cannot be assumed
    used: tuple[Match, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    newest: float = -INF
    assumable: bool = False
    current: bool = False  # reckoned for the reference date: it is never too old

    @property
    def sure(self) -> bool:
        """Whether a record surely stands behind it."""
        return any(match.truth == YES for match in self.used)


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of a fact, and how it came about: what explanations and questions need."""

    value: Value
    used: tuple[Match, ...] = ()
    answer: Answer | None = None
    assumed: bool = False
    asked: bool = False  # an answer `null`: asked, not known
    stale: tuple[float, ...] = ()  # ordinals of what no longer counts
    told_date: float | None = None  # an older answer that still counts, told with its date
    contradicted: Answer | Match | None = None
    other: Value | None = None  # what the contradicting source says
    undelivered: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def pick(node: Pick, selection: Selection, assume: bool, on: date) -> Picked:
    """One value out of a selection. `assume`: the fact assumes its absence, so reach own counts as complete."""
    complete = selection.complete_for(assume=assume)
    if node.how == "daily_dose":
        return _daily_dose(node, selection, complete, on)
    return _PICKS[node.how](node, selection, complete)


def _picked(
    selection: Selection,
    value: Value | None,
    absent: Truth,
    used: Sequence[Match],
    on: Range | None = None,
    skipped: tuple[Skipped, ...] = (),
    newest: float | None = None,
) -> Picked:
    if on is None:
        on = (_surely_from(used), max((match.last for match in used), default=-INF))
    newest = on[1] if newest is None else newest
    possible = any(match.truth == UNKNOWN for match in selection.matches)
    return Picked(
        value,
        absent,
        on,
        selection.delivered,
        selection.own,
        possible,
        tuple(used),
        skipped,
        newest,
        selection.assumable,
    )


def _surely_from(used: Sequence[Match]) -> float:
    """The first day that the latest of these may be of: a record that only possibly matches may not be there."""
    sure = [match.first for match in used if match.truth == YES]
    return max(sure) if sure else min((match.first for match in used), default=-INF)


def _absence(selection: Selection, complete: bool) -> Truth:
    """Whether there may be no such record: no when one surely matches."""
    if selection.sure:
        return NO
    return YES if complete and not selection.matches else UNKNOWN


def _exists(node: Pick, selection: Selection, complete: bool) -> Picked:
    absent = _absence(selection, complete)
    if absent == NO:
        newest = max(match.last for match in selection.matches)
        return _picked(selection, YES, NO, selection.sure, newest=newest)
    if selection.matches:
        return _picked(selection, UNKNOWN, UNKNOWN, selection.matches)
    return _picked(selection, None, absent, ())


def _count(node: Pick, selection: Selection, complete: bool) -> Picked:
    if not selection.matches:
        return _picked(selection, None, _absence(selection, complete), ())
    low = len(selection.sure) * MILLION
    high: float = len(selection.matches) * MILLION if complete else INF
    return _picked(selection, (low, high), NO, selection.matches)


def count_joined(selection: Selection, gap: int, complete: bool) -> Range:
    """How many groups there are when records less than `gap` days apart are one.

    Low: groups of all that hold a sure record. High: groups of the sure, and every possible one beside them.
    """
    low = sum(
        any(match.truth == YES for match in group) for group in _groups(selection.matches, gap, wide=True)
    )
    high = len(_groups(selection.sure, gap, wide=False)) + len(selection.matches) - len(selection.sure)
    return (low * MILLION, high * MILLION if complete else INF)


def _groups(matches: Sequence[Match], gap: int, *, wide: bool) -> list[list[Match]]:
    """Chains of records less than `gap` apart; with `wide` those that may be so near count as joined."""
    groups: list[list[Match]] = []
    for match in sorted(matches, key=lambda match: (match.first, match.last)):
        if groups:
            before = groups[-1][-1] if not wide else max(groups[-1], key=lambda other: other.last)
            nearest = match.first - before.last
            farthest = max(match.last - before.first, before.last - match.first)
            if (nearest if wide else farthest) < gap:
                groups[-1].append(match)
                continue
        groups.append([match])
    return groups


def count_distinct(selection: Selection, name: str, complete: bool) -> Range:
    """How many different values of a field there are; a record without it may be any of them, or another."""
    known = {_one_of(match, name) for match in selection.sure} - {None}
    all_known = {_one_of(match, name) for match in selection.matches} - {None}
    without = sum(_one_of(match, name) is None for match in selection.matches)
    sure_without = any(_one_of(match, name) is None for match in selection.sure)
    low = max(len(known), 1 if sure_without else 0)
    return (low * MILLION, (len(all_known) + without) * MILLION if complete else INF)


def _one_of(match: Match, name: str) -> object:
    """The value of a field, to be told from others; a date of which the day is not known may be any of them."""
    value = _word_of(match, name)
    return None if isinstance(value, Days) and value.first != value.last else value


def _word_of(match: Match, name: str) -> object:
    if name == "on":
        return match.record.on
    if name == "group":
        return match.group
    if name == "class":
        return match.line.product_class if match.line is not None else None
    if name == "codes":
        return match.record.codes[0] if match.record.codes else None
    return match.record.fields.get(name)


def _days_supplied(node: Pick, selection: Selection, complete: bool) -> Picked:
    if not selection.matches:
        return _picked(selection, None, _absence(selection, complete), ())
    low: float = 0
    high: float = 0 if complete else INF
    for match in selection.matches:
        supply = supply_range(match.record, match.line) or (0, INF)
        low += supply[0] if match.truth == YES else 0
        high += supply[1]
    return _picked(selection, (low, high), NO, selection.matches)


def _daily_dose(node: Pick, selection: Selection, complete: bool, on: date) -> Picked:
    """What is in use on the reference date. When nothing is, that is as when there is no record."""
    found = daily_dose(selection.matches, node.unit, on)
    if found.in_use == NO:
        return _picked(selection, None, YES if complete else UNKNOWN, ())
    least, most = found.amount
    low, high = _whole(least), INF if most is None or not complete else _whole(most)
    limit = min(node.type.high, LIMIT * MILLION)
    skipped: tuple[Skipped, ...] = ()
    if low > limit:
        skipped = tuple(Skipped(match.record.path, _IMPLAUSIBLE) for match in found.used)
        low = 0
    surely_from = _surely_from(selection.matches) if found.in_use == YES else -INF
    on_days = (surely_from, max(match.last for match in selection.matches))
    value = (low, high if not skipped and high <= limit else node.type.high)
    picked = _picked(selection, value, opposite(found.in_use), found.used, on_days, skipped)
    return replace(picked, current=True)


def _whole(amount: Fraction) -> int:
    """In whole millionths, half up."""
    return int((amount * MILLION * 2 + 1) // 2)


def _latest(node: Pick, selection: Selection, complete: bool) -> Picked:
    limit = max((match.first for match in selection.sure), default=-INF)
    candidates = [match for match in selection.matches if match.last >= limit]
    return _value_of(node, selection, candidates, _absence(selection, complete))


def _first(node: Pick, selection: Selection, complete: bool) -> Picked:
    limit = min((match.last for match in selection.sure), default=INF)
    candidates = [match for match in selection.matches if match.first <= limit]
    found = _value_of(node, selection, candidates, _absence(selection, complete), _between(candidates))
    if complete or found.value is None:
        return found
    return _picked(selection, unknown(node.type), found.absent, found.used, found.on, found.skipped)


def _between(candidates: Sequence[Match]) -> Range:
    """The days between which the first of these lies."""
    return (
        min((match.first for match in candidates), default=-INF),
        max((match.last for match in candidates), default=-INF),
    )


def _value_of(
    node: Pick, selection: Selection, candidates: Sequence[Match], absent: Truth, on: Range | None = None
) -> Picked:
    values: list[Value] = []
    skipped = []
    for match in candidates:
        own = field_value(match, node)
        if isinstance(own, Skipped):
            skipped.append(own)
            own = unknown(node.type)
        values.append(own)
    value = reduce(partial(either, node.type), values) if values else None
    return _picked(selection, value, absent, candidates, on, tuple(skipped))


def _date(node: Pick, selection: Selection, complete: bool) -> Picked:
    if not selection.matches:
        return _picked(selection, None, _absence(selection, complete), ())
    sure = selection.sure
    limit = max((match.first for match in sure), default=-INF)
    candidates = [match for match in selection.matches if match.last >= limit]
    low = limit if sure else min(match.first for match in candidates)
    value: DateRange = (low, max(match.last for match in candidates), False)
    return _picked(selection, value, _absence(selection, complete), candidates)


def _first_date(node: Pick, selection: Selection, complete: bool) -> Picked:
    if not selection.matches:
        return _picked(selection, None, _absence(selection, complete), ())
    sure = selection.sure
    limit = min((match.last for match in sure), default=INF)
    candidates = [match for match in selection.matches if match.first <= limit]
    low = min(match.first for match in candidates) if complete else -INF
    high = limit if sure else max(match.last for match in candidates)
    return _picked(
        selection, (low, high, False), _absence(selection, complete), candidates, _between(candidates)
    )


def _lowest(node: Pick, selection: Selection, complete: bool) -> Picked:
    return _extreme(node, selection, complete, min)


def _highest(node: Pick, selection: Selection, complete: bool) -> Picked:
    return _extreme(node, selection, complete, max)


def _extreme(
    node: Pick, selection: Selection, complete: bool, best: Callable[[Sequence[float]], float]
) -> Picked:
    """A range when a possible record lies beyond, or when the list may hold more than we have."""
    sure: list[Range] = []
    possible: list[Range] = []
    skipped = []
    for match in selection.matches:
        own = field_value(match, node)
        if isinstance(own, Skipped):
            skipped.append(own)
            own = unknown(node.type)
        assert isinstance(own, tuple) and len(own) == 2
        (sure if match.truth == YES else possible).append(own)
    absent = _absence(selection, complete)
    if not sure and not possible:
        return _picked(selection, None, absent, (), skipped=tuple(skipped))
    low = best([value[0] for value in sure + possible])
    high = best([value[1] for value in sure + possible])
    if best is min:
        high = min(value[1] for value in sure) if sure else max(value[1] for value in possible)
        low = low if complete else min(low, node.type.low)
    else:
        low = max(value[0] for value in sure) if sure else min(value[0] for value in possible)
        high = high if complete else max(high, node.type.high)
    return _picked(selection, (low, high), absent, selection.matches, skipped=tuple(skipped))


_PICKS: Final[Mapping[str, Callable[[Pick, Selection, bool], Picked]]] = {
    "exists": _exists,
    "count": _count,
    "latest": _latest,
    "first": _first,
    "date": _date,
    "first_date": _first_date,
    "days_supplied": _days_supplied,
    "lowest": _lowest,
    "highest": _highest,
}


def field_value(match: Match, node: Pick) -> Value | Skipped:
    """The field of one record as a value of the fact's type; or why it cannot be used."""
    record = match.record
    if match.values is not None:
        return _form_value(match.values.get(node.field), node.type)
    raw = _word_of(match, node.field)
    if node.field == "days_supply" and node.type.kind == "duration":
        return supply_range(record, match.line) or unknown(node.type)
    if raw is None:
        return _bounded(record, node) if node.field == "value" else unknown(node.type)
    match node.type.kind:
        case "number":
            return _number_value(record, node, raw)
        case "duration":
            return _number_value(record, node, raw)
        case "date":
            if not isinstance(raw, Days):
                return _unusable(record, "geen datum", "not a date")
            return (raw.first.toordinal(), raw.last.toordinal(), False)
        case _:
            try:
                return read_value(node.type, raw, "")
            except ValueProblem as problem:
                return Skipped(record.path, problem.text)


def _form_value(value: Range | frozenset[str] | None, kind: ValueType) -> Value:
    if value is None:
        return unknown(kind)
    return kind.bits(value) if isinstance(value, frozenset) else value


def _number_value(record: Record, node: Pick, raw: object) -> Value | Skipped:
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        return _unusable(record, "geen getal", "not a number")
    substance = {unit: Decimal(factor) for unit, factor in node.substance.items()}
    try:
        whole = millionths(number_in(record, node.field, raw, node.unit, substance))
    except QuantityError as error:
        return Skipped(record.path, error.text)
    if node.plausible is not None and not node.plausible[0] <= whole <= node.plausible[1]:
        return Skipped(record.path, _IMPLAUSIBLE)
    return (whole, whole)


def _bounded(record: Record, node: Pick) -> Value | Skipped:
    """A result of which only one end is known, such as `> 90`; anything when no end is."""
    comparator, bound = record.fields.get("comparator"), record.fields.get("bound")
    if node.type.kind != "number" or comparator is None or bound is None:
        return unknown(node.type)
    found = _number_value(record, replace(node, plausible=None), bound)
    if not isinstance(found, tuple):
        return found
    end = found[0]
    low = {">": end + 1, ">=": end}.get(str(comparator), node.type.low)
    high = {"<": end - 1, "<=": end}.get(str(comparator), node.type.high)
    low, high = max(low, node.type.low), min(high, node.type.high)
    return (low, high) if low <= high else Skipped(record.path, _IMPLAUSIBLE)


_IMPLAUSIBLE: Final[Text] = {"nl": "onwaarschijnlijke waarde", "en": "implausible value"}


def _unusable(record: Record, dutch: str, english: str) -> Skipped:
    return Skipped(record.path, {"nl": dutch, "en": english})


def resolve_missing(
    node: Missing, picked: Picked | None, answers: Sequence[Answer], on: date, setting: str
) -> Reading:
    """The value of a fact: the latest of record and answer, or what its absence means.

    `answers` are those to this fact that exist on the reference date.
    """
    kind = node.type
    answer, answered, bad = _latest_answer(node, answers, on)
    readable = answered is not None
    answered = unknown(kind) if answered is None else answered
    from_records = picked is not None and picked.value is not None
    undelivered = picked is not None and not picked.delivered
    record_value = _from_records(node, picked) if picked is not None else None

    candidate, source, from_answer = record_value, None, False
    evidence = picked.on if picked is not None else (-INF, -INF)
    other: Value | None = None
    if answer is not None:
        when = ordinals(answer.on, on)
        if picked is None or picked.value is None or when[0] >= picked.newest:
            candidate, source, from_answer, evidence = answered, answer, True, when
        elif not (picked.sure and picked.on[0] > when[1]):  # either may be the latest
            candidate = either(kind, answered, picked.value)
            source, from_answer = answer, True
            evidence = (min(when[0], picked.on[0]), max(when[1], picked.on[1]))
        if from_records and picked is not None and record_value is not None:
            other = _contradicting(
                node, (record_value, picked.on), (answered, when), on, answer_counts=from_answer
            )
        if not readable:
            source = None  # what was answered cannot be used: it is reported

    used = picked.used if picked is not None else ()
    told: float | None = None
    stale: tuple[float, ...] = ()
    contradicted = answer if other is not None and not from_answer else None
    if candidate is not None and (from_answer or from_records):
        current = picked is not None and picked.current
        counts, told = _still_counts(node, candidate, evidence, on)
        if current and not from_answer:
            counts, told = True, None
        if not counts:
            stale = (evidence[1],)
            candidate = None
            source = None
            if from_answer and picked is not None and record_value is not None:
                record_counts, told = _still_counts(node, record_value, picked.on, on)
                if (
                    record_counts or current
                ):  # the older answer says nothing of today, and the record still does
                    candidate = record_value
                    contradicted = answer if other is not None else None
                    other = answered if other is not None else None
            if candidate is None:
                other = contradicted = None
    value = candidate if candidate is not None else unknown(kind)
    assumed = (
        node.how == "assume" and not from_answer and picked is not None and picked.absent != NO
        and picked.assumable and not picked.possible and candidate is not None and not from_records
    )  # fmt: skip
    return Reading(
        value,
        used=used,
        answer=source,
        assumed=assumed,
        asked=_was_asked(node, answers, on),
        stale=stale,
        told_date=told,
        contradicted=contradicted,
        other=other,
        undelivered=() if not undelivered else ("records",),
        skipped=(picked.skipped if picked is not None else ()) + bad,
    )


def answers_after(answers: Sequence[Answer], day: Value) -> Sequence[Answer]:
    """The answers that surely were given after a day. No such day: then there is no limit, as in a window."""
    assert isinstance(day, tuple) and len(day) == 3
    _, last, may_be_none = day
    if may_be_none and last == -INF:
        return answers
    return [one for one in answers if one.on is not None and one.on.first.toordinal() > last]


def _contradicting(
    node: Missing, record: tuple[Value, Range], answer: tuple[Value, Range], on: date, *, answer_counts: bool
) -> Value | None:
    """What the other of record and answer says, when it says something else and still counts."""
    if record[0] == answer[0] or not (is_known(node.type, record[0]) and is_known(node.type, answer[0])):
        return None
    other, evidence = record if answer_counts else answer
    return other if _still_counts(node, other, evidence, on)[0] else None


def _was_asked(node: Missing, answers: Sequence[Answer], on: date) -> bool:
    """Whether the last answer is "asked, and not known", and that is not too long ago to ask again."""
    if not answers:
        return False
    last = max(answers, key=lambda one: (ordinals(one.on, on), one.value is None))
    if last.value is not None:
        return False
    when = ordinals(last.on, on)
    if node.valid_for is not None and node.valid_for.how == "contact":
        return when[1] == on.toordinal()
    return _still_counts(node, unknown(node.type), when, on)[0]


def _from_records(node: Missing, picked: Picked) -> Value | None:
    """What the records give, with what absence means; None when they give nothing."""
    if picked.absent == NO:
        return picked.value
    absent: Value | None = None
    if node.how == "assume" and picked.assumable:
        absent = node.default
    if picked.value is None:
        return absent
    return either(node.type, picked.value, absent if absent is not None else unknown(node.type))


def _latest_answer(
    node: Missing, answers: Sequence[Answer], on: date
) -> tuple[Answer | None, Value | None, tuple[Skipped, ...]]:
    """The latest answer that says something, its value, and those that cannot be used.

    A latest answer that cannot be used has no value: we never fall back on an older one in silence.
    """
    best: Answer | None = None
    value: Value | None = None
    bad = []
    for answer in answers:
        if answer.value is None:
            continue
        own: Value | None = None
        try:
            own = read_value(node.type, answer.value, "", on)
        except ValueProblem as problem:
            bad.append(Skipped(f"answers/{answer.fact}", problem.text))
        if best is None or ordinals(answer.on, on) >= ordinals(best.on, on):
            best, value = answer, own
    return best, value, tuple(bad)


def _still_counts(node: Missing, value: Value, evidence: Range, on: date) -> tuple[bool, float | None]:
    """Whether a value still counts; and the date to tell with an older one."""
    valid = node.valid_for
    if valid is None or valid.how == "always":
        return True, None
    if valid.how == "duration":
        assert valid.duration is not None
        start = shift(on, valid.duration, -1).toordinal()
        return evidence[0] > start, None
    if evidence[0] == on.toordinal():
        return True, None
    if _is_reassuring(node.type, value, valid.reassuring):
        return False, None
    return True, evidence[1]


def _is_reassuring(kind: ValueType, value: Value, words: Sequence[str]) -> bool:
    """No, `none` or one of these words, a number, or anything open: an older one says nothing about this contact."""
    match kind.kind:
        case "yes_no":
            return value != YES
        case "choice":
            assert isinstance(value, int)
            lapsing = kind.bits(word for word in kind.words if word == "none" or word in words)
            return not is_known(kind, value) or bool(value & lapsing)
        case _:
            return True
