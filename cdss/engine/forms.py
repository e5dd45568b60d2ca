"""The filled-in forms of one instrument as dated values: what facts read, and the outputs behind its name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from cdss.engine.instrument import Scored, domain, score_form, score_total
from cdss.engine.pick import Picked, pick
from cdss.engine.response import Measured, trend
from cdss.engine.selection import Match, Selection, ordinals
from cdss.models.instrument import Instrument
from cdss.models.patient import Answer, Record, Skipped
from cdss.models.program import Output, Pick
from cdss.models.quantity import QuantityError, millionths, parse_quantity
from cdss.models.truth import YES
from cdss.models.value import INF, NO_DATE, Range, Value, unknown


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms that match, oldest first, each with its values; and what could not be used."""

    instrument: Instrument
    selection: Selection
    scored: tuple[Scored, ...]

    def pick(self, node: Pick, assume: bool, on: date) -> Picked:
        """One value out of the forms, as out of any selection."""
        return pick(node, self.selection, assume, on)

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        return tuple(Skipped(one.path, one.problem) for one in self.scored if one.problem is not None)


def read_forms(
    instrument: Instrument,
    selection: Selection,
    totals: Selection | None,
    answers: Iterable[Answer],
    on: date,
    *,
    later: bool,
) -> Forms:
    """The forms of an instrument, with records and answers that hold only its total."""
    found: list[tuple[Match, Scored]] = [
        (match, score_form(instrument, match.record, later=later)) for match in selection.matches
    ]
    for match in totals.matches if totals is not None else ():
        found.append((match, _total_of(instrument, match.record)))
    for place, answer in enumerate(answers):
        record = Record("answers", place, answer.on, (), {"value": _number(answer.value)})
        first, last = ordinals(answer.on, on)
        found.append((Match(record, YES, first, last), _total_of(instrument, record)))
    found.sort(key=lambda pair: (pair[0].first, pair[0].last, pair[0].record.list, pair[0].record.index))
    matches = tuple(replace(match, values=_values(scored, instrument)) for match, scored in found)
    return Forms(instrument, replace(selection, matches=matches), tuple(scored for _, scored in found))


def _total_of(instrument: Instrument, record: Record) -> Scored:
    value = record.fields.get("value")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return score_form(instrument, record)
    try:
        return score_total(instrument, record, millionths(value))
    except QuantityError:
        return score_form(instrument, record)


def _number(raw: object) -> Decimal | None:
    if isinstance(raw, bool) or raw is None:
        return None
    if isinstance(raw, int | Decimal):
        return Decimal(raw)
    try:
        return parse_quantity(str(raw)).value
    except QuantityError:
        return None


def _values(scored: Scored, instrument: Instrument) -> dict[str, Range | frozenset[str]]:
    """What facts may read of one form: its totals, `value`, `band` and `class`."""
    values: dict[str, Range | frozenset[str]] = dict(scored.totals)
    values["value"] = scored.totals[instrument.main]
    values["band"] = scored.bands
    values["class"] = scored.classes
    return values


def form_output(node: Output, forms: Forms, on: date) -> Value:
    """What stands behind the name of an instrument: the latest values, or the course since the first."""
    instrument = forms.instrument
    if node.name == "on":
        return _date_of_latest(forms, on)
    if node.name in ("first", "latest", "response"):
        if instrument.change is None:
            return unknown(node.type)
        found = trend(
            instrument.change, _measured(forms), on.toordinal(), domain(instrument, instrument.main)
        )
        if node.name == "response":
            return node.type.bits(found.response)
        return found.first if node.name == "first" else found.latest
    return _latest(node, forms)


def _candidates(forms: Forms) -> list[Match]:
    matches = forms.selection.matches
    limit = max((match.first for match in matches if match.truth == YES), default=-INF)
    return [match for match in matches if match.last >= limit]


def _latest(node: Output, forms: Forms) -> Value:
    values = [match.values[node.name] for match in _candidates(forms) if match.values is not None]
    if not values or not forms.selection.sure:
        return unknown(node.type)
    if node.type.kind == "choice":
        bits = 0
        for value in values:
            assert isinstance(value, frozenset)
            bits |= node.type.bits(value)
        return bits
    ranges = [value for value in values if isinstance(value, tuple)]
    return (min(low for low, _ in ranges), max(high for _, high in ranges))


def _date_of_latest(forms: Forms, on: date) -> Value:
    candidates = _candidates(forms)
    if not candidates:
        return NO_DATE if forms.selection.complete else (-INF, on.toordinal(), True)
    sure = forms.selection.sure
    low = max(match.first for match in sure) if sure else min(match.first for match in candidates)
    return (low, max(match.last for match in candidates), not sure)


def _measured(forms: Forms) -> list[Measured]:
    found = []
    for match in forms.selection.matches:
        assert match.values is not None
        value = match.values["value"]
        assert isinstance(value, tuple)
        episode = match.record.fields.get("episode")
        found.append(
            Measured(
                match.first,
                match.last,
                value,
                episode if isinstance(episode, str) else None,
                match.truth == YES,
            )
        )
    return found
