"""One filled-in form of an instrument as values (language §7).

Open items make a total a range. Where it is affordable every completion is tried, so that totals which share
items stay together: nine open answers of STarT Back are 512 completions. Beyond that, ranges are combined end
by end, which is never wrong and only less sharp. What two forms say of each other is in `response.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Final

from cdss.errors import Text
from cdss.models.instrument import (
    VALUE,
    Answered,
    Band,
    ClassRow,
    Formula,
    Instrument,
    Item,
    Lookup,
    Mean,
    Number,
    Operation,
    Scale,
    Sum,
    TotalCompare,
    TotalTree,
)
from cdss.models.patient import Days, Record
from cdss.models.quantity import MILLION, QuantityError, millionths, over, show, times
from cdss.models.truth import NO, UNKNOWN, YES, Truth, every, opposite, some
from cdss.models.value import ANY_RANGE, INF, Range

MOST_COMPLETIONS: Final = 4096


@dataclass(frozen=True, slots=True)
class Scored:
    """One form as values: its totals, and the bands and classes it may fall in.

    `missing`: items that were not answered. `problem`: why the form cannot be used; then every total is open.
    """

    path: str
    on: Days | None
    totals: Mapping[str, Range]
    bands: frozenset[str]
    classes: frozenset[str]
    missing: tuple[str, ...] = ()
    problem: Text | None = None


def score_form(instrument: Instrument, record: Record, *, later: bool = False) -> Scored:
    """The values of one form. `later`: everything they may still become when open items are answered."""
    scores, missing, problem = _answers(instrument, record)
    given, wrong = _given_totals(instrument, record)
    problem = problem or wrong
    if problem is None:
        found = _totals(instrument, scores, missing, given, later=later)
        if found is not None:
            totals, classes = found
            bands = bands_of(instrument, totals[instrument.main])
            return Scored(record.path, record.on, totals, bands, classes, missing)
        problem = _does_not_fit(record)
    return _unusable(instrument, record, missing, problem)


def score_total(instrument: Instrument, record: Record, value: int) -> Scored:
    """The values of a record that holds only the total, in millionths."""
    low, high = domain(instrument, instrument.main)
    if not low <= value <= high:
        return _unusable(instrument, record, tuple(instrument.items), _out_of_range(instrument.main, value))
    found = _totals(instrument, {}, tuple(instrument.items), {instrument.main: value}, later=False)
    if found is None:
        return _unusable(instrument, record, tuple(instrument.items), _does_not_fit(record))
    totals, classes = found
    return Scored(record.path, record.on, totals, bands_of(instrument, totals[instrument.main]), classes)


def domain(instrument: Instrument, total: str) -> Range:
    """The lowest and the highest that a total can be."""
    lookup = instrument.lookups.get(total)
    if lookup is not None:
        return (min(lookup.values), max(lookup.values))
    everything = {name: scale.scores for name, scale in instrument.items.items()}
    return _evaluate(instrument.totals[total], everything, len(everything))


def bands_of(instrument: Instrument, total: Range) -> frozenset[str]:
    """The words of the bands that a total may lie in; all of them when it may lie in none."""
    found = frozenset(band.word for band in instrument.bands if in_band(band, total) != NO)
    return found or frozenset(instrument.band_words)


def classes_of(rows: Sequence[ClassRow], totals: Mapping[str, Range]) -> frozenset[str]:
    """The classes that totals may give: those of the rows not surely missed, up to the first surely met."""
    found = set()
    for row in rows:
        truth = YES if row.when is None else _test(row.when, totals)
        if truth != NO:
            found.add(row.then)
        if truth == YES:
            break
    return frozenset(found)


# Answers


def _answers(instrument: Instrument, record: Record) -> tuple[dict[str, int], tuple[str, ...], Text | None]:
    """The score of each answered item, the items without an answer, and the first answer that cannot be."""
    scores: dict[str, int] = {}
    missing = []
    for name, scale in instrument.items.items():
        answer = record.items.get(name)
        if answer is None:
            missing.append(name)
            continue
        score = _score(scale, answer)
        if score is None:
            return (
                scores,
                tuple(missing),
                {
                    "nl": f"Item {name}: {answer} kan niet; het formulier is niet gebruikt.",
                    "en": f"Item {name}: {answer} is not possible; the form was not used.",
                },
            )
        scores[name] = score
    return scores, tuple(missing), None


def _score(scale: Scale, answer: object) -> int | None:
    """The score of an answer; None when the item cannot be answered so."""
    number = _number(answer)
    if scale.words:
        word = show(number) if number is not None else answer
        return scale.words.get(word) if isinstance(word, str) else None
    assert scale.low is not None and scale.high is not None
    return number if number is not None and scale.low <= number <= scale.high else None


def _number(answer: object) -> int | None:
    """An answer as a number in millionths: 3, `3`, yes as 1; None for a word."""
    try:
        if isinstance(answer, bool):
            return millionths(int(answer))
        if isinstance(answer, str):
            return millionths(Decimal(answer.strip()))
        return millionths(answer) if isinstance(answer, int | Decimal) else None
    except (InvalidOperation, QuantityError):
        return None  # a word, or a number that no item can hold: the caller says so


def _given_totals(instrument: Instrument, record: Record) -> tuple[dict[str, int], Text | None]:
    """The totals that came with the form, by our names, and why one of them cannot be."""
    given: dict[str, int] = {}
    for name, value in record.totals.items():
        own = name
        if (
            name not in instrument.totals
            and len(instrument.totals) == 1
            and name in _PLAIN | {instrument.name}
        ):
            own = instrument.main
        number = _number(value)
        if own not in instrument.totals or number is None:
            return given, {
                "nl": f"Een totaal '{name}: {value}' kent {instrument.name} niet.",
                "en": f"{instrument.name} has no total '{name}: {value}'.",
            }
        low, high = domain(instrument, own)
        if not low <= number <= high:
            return given, _out_of_range(name, number)
        given[own] = number
    return given, None


_PLAIN: Final = frozenset({VALUE, "total"})


# Totals

Found = tuple[dict[str, Range], frozenset[str]]


def _totals(
    instrument: Instrument,
    scores: Mapping[str, int],
    missing: Sequence[str],
    given: Mapping[str, int],
    *,
    later: bool,
) -> Found | None:
    """The totals and classes; None when a given total does not fit the answers."""
    answered = {name: (score, score) for name, score in scores.items()}
    known: dict[str, Range] = {name: (value, value) for name, value in given.items()}
    if not missing:
        totals = _computed(instrument, answered, len(answered))
        if any(abs(totals[name][0] - value) >= MILLION for name, value in given.items()):
            return None
        return totals, classes_of(instrument.classes, totals)
    if len(known) == len(instrument.totals) and not scores:
        return known, classes_of(instrument.classes, known)
    completed = _completed(instrument, answered, missing, known)
    if completed is None:
        return None
    policy = instrument.missing
    if len(known) == len(instrument.totals):
        return known, classes_of(instrument.classes, known)
    if scores and (
        policy.then == "unknown" or (policy.at_most is not None and len(missing) > policy.at_most)
    ):
        totals = {name: known.get(name, domain(instrument, name)) for name in instrument.totals}
        return totals, classes_of(instrument.classes, totals)
    if policy.then != "prorate" or not scores:
        return completed
    prorated = {
        name: known.get(name) or _prorated(instrument, formula, name, answered)
        for name, formula in instrument.totals.items()
    }
    classes = classes_of(instrument.classes, prorated)
    if not later:
        return prorated, classes
    totals = {name: _hull(prorated[name], completed[0][name]) for name in instrument.totals}
    return totals, classes | completed[1]


def _completed(
    instrument: Instrument, answered: Mapping[str, Range], missing: Sequence[str], known: Mapping[str, Range]
) -> Found | None:
    """Totals and classes over all completions that give the known totals; None when there is none."""
    choices = [_choices(instrument.items[name]) for name in missing]
    tried: Iterator[dict[str, Range]] | None = None
    if all(choices) and math.prod(len(one) for one in choices) <= MOST_COMPLETIONS:
        tried = (
            _computed(
                instrument,
                {**answered, **{name: (one, one) for name, one in zip(missing, scores, strict=True)}},
                len(instrument.items),
            )
            for scores in product(*choices)
        )
    else:
        open_items = {name: instrument.items[name].scores for name in missing}
        tried = iter((_computed(instrument, {**answered, **open_items}, len(instrument.items)),))
    found: dict[str, Range] | None = None
    classes: frozenset[str] = frozenset()
    for totals in tried:
        if any(_far(totals[name], value) for name, value in known.items()):
            continue
        totals = {**totals, **known}
        found = totals if found is None else {name: _hull(found[name], totals[name]) for name in totals}
        classes |= classes_of(instrument.classes, totals)
    return None if found is None else (found, classes)


def _choices(scale: Scale) -> list[int]:
    """Every score that an answer can give; none when there are too many or they are not whole numbers."""
    if scale.words:
        return sorted(set(scale.words.values()))
    assert scale.low is not None and scale.high is not None
    if scale.low % MILLION or (scale.high - scale.low) // MILLION >= MOST_COMPLETIONS:
        return []
    return list(range(scale.low, scale.high + 1, MILLION))


def _computed(instrument: Instrument, scores: Mapping[str, Range], answered: int) -> dict[str, Range]:
    totals = {}
    for name, formula in instrument.totals.items():
        raw = _evaluate(formula, scores, answered)
        lookup = instrument.lookups.get(name)
        totals[name] = raw if lookup is None else _looked_up(lookup, raw)
    return totals


def _prorated(instrument: Instrument, formula: Formula, name: str, answered: Mapping[str, Range]) -> Range:
    """The total from the answered items alone.

    A formula that asks how many were answered divides by itself, as that of the ODI; in any other formula an
    open item counts as the mean of the answered ones.
    """
    count = len(answered) * MILLION
    total = sum(int(score) for score, _ in answered.values())
    if any(isinstance(part, Answered) for part in _parts(formula)):
        raw = _evaluate(formula, answered, len(answered))
    elif formula == Sum():
        whole = over(total * len(instrument.items), count)  # rounded once, not once for each open item
        raw = (whole, whole)
    else:
        mean = over(total, count)
        filled = {item: answered.get(item, (mean, mean)) for item in instrument.items}
        raw = _evaluate(formula, filled, len(answered))
    lookup = instrument.lookups.get(name)
    return raw if lookup is None else _looked_up(lookup, raw)


def _evaluate(formula: Formula, scores: Mapping[str, Range], answered: int) -> Range:
    """The value of a formula over the items that have a score, end by end."""
    match formula:
        case Number(value):
            return (value, value)
        case Answered():
            return (answered * MILLION, answered * MILLION)
        case Item(name):
            return scores[name]
        case Sum(items):
            return _sum(items, scores)
        case Mean(items):
            count = len([name for name in (items or tuple(scores)) if name in scores])
            if not count:
                return ANY_RANGE
            low, high = _sum(items, scores)
            return (over(int(low), count * MILLION), over(int(high), count * MILLION))
        case Operation(operator, left, right):
            return _operate(operator, _evaluate(left, scores, answered), _evaluate(right, scores, answered))


def _sum(items: tuple[str, ...], scores: Mapping[str, Range]) -> Range:
    counted = [scores[name] for name in (items or tuple(scores)) if name in scores]
    return (sum(low for low, _ in counted), sum(high for _, high in counted))


def _operate(operator: str, left: Range, right: Range) -> Range:
    if INF in (*left, *right) or -INF in (*left, *right):
        return ANY_RANGE
    match operator:
        case "+":
            return (left[0] + right[0], left[1] + right[1])
        case "-":
            return (left[0] - right[1], left[1] - right[0])
        case "*":
            ends = [times(int(one), int(other)) for one in left for other in right]
        case _:
            if right[0] <= 0 <= right[1]:
                return ANY_RANGE
            ends = [over(int(one), int(other)) for one in left for other in right]
    return (min(ends), max(ends))


def _parts(formula: Formula) -> Iterator[Formula]:
    yield formula
    if isinstance(formula, Operation):
        yield from _parts(formula.left)
        yield from _parts(formula.right)


def _looked_up(lookup: Lookup, raw: Range) -> Range:
    """The values at every whole number in the range; all of them when there is none."""
    found = [
        value
        for place, value in enumerate(lookup.values, lookup.start)
        if raw[0] <= place * MILLION <= raw[1]
    ] or lookup.values
    return (min(found), max(found))


# Bands and tests


def in_band(band: Band, total: Range) -> Truth:
    """Whether a total lies in a band."""
    above = YES
    if band.low is not None:
        above = compare_total(total, ">=" if band.low_inclusive else ">", band.low)
    below = YES
    if band.high is not None:
        below = compare_total(total, "<=" if band.high_inclusive else "<", band.high)
    return every([above, below])


def _test(test: TotalCompare | TotalTree, totals: Mapping[str, Range]) -> Truth:
    if isinstance(test, TotalCompare):
        return compare_total(totals[test.total], test.operator, test.value)
    truths = [_test(one, totals) for one in test.tests]
    match test.how:
        case "all":
            return every(truths)
        case "any":
            return some(truths)
        case "none":
            return opposite(some(truths))


def compare_total(total: Range, operator: str, value: float) -> Truth:
    """Whether a total that may be several things compares so with a number."""
    low, high = total
    match operator:
        case "<":
            return YES if high < value else UNKNOWN if low < value else NO
        case "<=":
            return YES if high <= value else UNKNOWN if low <= value else NO
        case ">":
            return opposite(compare_total(total, "<=", value))
        case ">=":
            return opposite(compare_total(total, "<", value))
        case "==":
            return YES if low == value == high else UNKNOWN if low <= value <= high else NO
        case _:
            return opposite(compare_total(total, "==", value))


def _far(computed: Range, known: Range) -> bool:
    """Whether a total that was given differs by a point or more from what the answers can give."""
    return known[0] <= computed[0] - MILLION or known[0] >= computed[1] + MILLION


def _hull(one: Range, other: Range) -> Range:
    return (min(one[0], other[0]), max(one[1], other[1]))


# What went wrong, in words


def _unusable(instrument: Instrument, record: Record, missing: tuple[str, ...], problem: Text) -> Scored:
    totals = {name: domain(instrument, name) for name in instrument.totals}
    return Scored(
        path=record.path,
        on=record.on,
        totals=totals,
        bands=frozenset(instrument.band_words),
        classes=frozenset(instrument.class_words),
        missing=missing,
        problem=problem,
    )


def _out_of_range(name: str, value: int) -> Text:
    return {
        "nl": f"Een totaal {name} van {show(value)} kan niet; het is niet gebruikt.",
        "en": f"A total {name} of {show(value)} is not possible; it was not used.",
    }


def _does_not_fit(record: Record) -> Text:
    return {
        "nl": f"Het totaal past niet bij de antwoorden ({record.path}); het formulier is niet gebruikt.",
        "en": f"The total does not fit the answers ({record.path}); the form was not used.",
    }
