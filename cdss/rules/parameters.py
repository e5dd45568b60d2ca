"""Parameters, with their values by date, and the findings that rules set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Literal, cast

from cdss.errors import Note, Span
from cdss.models.dates import DateError, Duration, parse_day, parse_duration
from cdss.models.guideline import DatedValue, Effective, Finding, Parameter, ParameterValue
from cdss.models.quantity import QuantityError, convert, millionths, parse_quantity
from cdss.models.typed import ValueProblem, read_value
from cdss.models.value import ValueType
from cdss.rules.declare import Declared, Head, read_confirmed, read_day, read_evidence
from cdss.rules.draft import Draft, advice
from cdss.rules.kinds import is_duration, kinds_of
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Scalar
from cdss.rules.sources import check_source
from cdss.rules.written import entries, key_span, mapping, mappings, scalar, text, texts


def build_parameters(draft: Draft) -> None:
    """Every parameter. Its values neither overlap nor leave a hole on the days on which its file holds."""
    for declared in draft.declared.values():
        if declared.kind != "parameter":
            continue
        kind = kinds_of(draft, declared).own
        if kind is None:
            continue  # it has no values: `validate` asks for them
        values = _values(draft, declared, kind)
        _check_days(draft, declared, values)
        draft.definitions[declared.id] = Parameter(
            id=declared.id,
            name=declared.name,
            type=kind,
            values=tuple(values),
            text=texts(declared.body.get("text")),
            site=_site(draft, declared.body, kind),
            boundary=texts(declared.body.get("boundary")) or None,
            file=declared.head.path,
            span=declared.span,
        )


def settle_ages(draft: Draft) -> None:
    """Parameters that are compared with an age are numbers of years; one cannot be both an age and a stretch
    of time."""
    for id, (span, unit) in draft.age_uses.items():
        parameter = draft.definitions.get(id)
        if not isinstance(parameter, Parameter):
            continue
        other = draft.time_uses.get(id)
        if other is not None:
            draft.report(
                "age-and-time",
                other,
                f"`{parameter.name}` is hier een tijdsduur, en elders een leeftijd",
                f"`{parameter.name}` is an amount of time here, and an age elsewhere",
                help=advice("Maak er twee parameters van.", "Make two parameters of it."),
                notes=(Note(span, {"nl": "hier is het een leeftijd", "en": "here it is an age"}),),
            )
            continue
        draft.definitions[id] = replace(parameter, type=ValueType("number", unit=unit, low=0))


def _values(draft: Draft, declared: Declared, kind: ValueType) -> list[DatedValue]:
    found = []
    for node in mappings(declared.body.get("values")):
        written = scalar(node.get("value"))
        if written is None:
            continue
        value = read_parameter_value(draft, written, kind)
        if value is None:
            continue
        source = check_source(draft, declared.head, node.get("source"))
        if not starts_before_it_ends(draft, node):
            continue
        found.append(
            DatedValue(
                effective=Effective(read_day(node.get("from")), read_day(node.get("until"))),
                value=value,
                text=written.text,
                source=source,
                evidence=read_evidence(node),
                confirmed=read_confirmed(node.get("confirmed")),
                span=written.span,
            )
        )
    found.sort(key=lambda one: one.effective.start or date.min)
    return [_until_next(one, following) for one, following in zip(found, [*found[1:], None], strict=True)]


def starts_before_it_ends(draft: Draft, period: MappingNode) -> bool:
    """Whether `from` lies before `until`; if not, it is reported."""
    start, end = read_day(period.get("from")), read_day(period.get("until"))
    if start is None or end is None or start < end:
        return True
    draft.report(
        "end-before-start",
        key_span(period, "until"),
        f"het einde ({end}) ligt niet na het begin ({start})",
        f"the end ({end}) does not lie after the start ({start})",
        help=advice(
            "`until` is de eerste dag waarop het niet meer geldt.",
            "`until` is the first day it no longer holds.",
        ),
    )
    return False


def _until_next(one: DatedValue, following: DatedValue | None) -> DatedValue:
    """A value without an end holds until the next one begins."""
    if one.effective.end is not None or following is None:
        return one
    return replace(one, effective=Effective(one.effective.start, following.effective.start))


def read_parameter_value(draft: Draft, written: Scalar, kind: ValueType) -> ParameterValue | None:
    """The value, in the unit of the parameter; None after a problem."""
    try:
        match kind.kind:
            case "duration":
                return parse_duration(written.text)
            case "number" if kind.unit in ("years", "months") and is_duration(written.text):
                return parse_duration(written.text)
            case "number":
                quantity = parse_quantity(written.text)
                own = quantity.unit or ("" if kind.unit in ("1", "points") else quantity.unit)
                return millionths(convert(quantity.value, own, kind.unit))
            case "date":
                return parse_day(written.text)
            case _:
                return written.text
    except (DateError, QuantityError) as error:
        draft.report(
            "bad-value",
            written.span,
            "deze waarde past niet bij de eerste",
            "this value does not go with the first one",
            help=error.text,
        )
        return None


def _site(draft: Draft, node: MappingNode, kind: ValueType) -> tuple[ParameterValue, ParameterValue] | None:
    limits = mapping(node.get("site"))
    if limits is None:
        return None
    ends = []
    for key in ("from", "to"):
        written = scalar(limits.get(key))
        value = read_parameter_value(draft, written, kind) if written is not None else None
        if value is None:
            return None
        ends.append(value)
    if is_below(ends[1], ends[0]):
        draft.report(
            "end-before-start",
            key_span(limits, "to"),
            "dit einde ligt onder het begin",
            "this end lies below the start",
        )
        return None
    return (ends[0], ends[1])


def is_below(one: ParameterValue, other: ParameterValue) -> bool:
    """Whether a value surely lies below another of the same parameter."""
    if isinstance(one, Duration) and isinstance(other, Duration):
        # A month has at least 28 and at most 31 days: below only when that is so for every calendar.
        return one.months * 31 + one.days < other.months * 28 + other.days or (
            (one.months, one.days) != (other.months, other.days)
            and one.months <= other.months
            and one.days <= other.days
        )
    if isinstance(one, int) and isinstance(other, int):
        return one < other
    if isinstance(one, date) and isinstance(other, date):
        return one < other
    return False


def _check_days(draft: Draft, declared: Declared, values: Sequence[DatedValue]) -> None:
    if not values:
        return
    head = declared.head
    first = values[0]
    if first.effective.start is not None and _starts_later(head, first.effective.start):
        draft.report(
            "day-without-value",
            first.span,
            f"het bestand geldt vanaf {head.effective.start}, en deze parameter heeft dan nog geen waarde",
            f"the file holds from {head.effective.start}, and this parameter has no value then",
            help=advice(
                f"Schrijf `from: {head.effective.start}`, of voeg een oudere waarde toe.",
                f"Write `from: {head.effective.start}`, or add an older value.",
            ),
        )
    for one, following in pairwise(values):
        _check_neighbours(draft, one, following)
    end = values[-1].effective.end
    if end is not None and (head.effective.end is None or end < head.effective.end):
        draft.report(
            "day-without-value",
            values[-1].span,
            f"vanaf {end} heeft deze parameter geen waarde meer, en het bestand geldt dan nog",
            f"from {end} this parameter has no value, and the file still holds then",
            help=advice(
                "Haal `until` weg, of voeg een nieuwe waarde toe.", "Remove `until`, or add a new value."
            ),
        )


def _starts_later(head: Head, start: date) -> bool:
    return head.effective.start is not None and start > head.effective.start


def _check_neighbours(draft: Draft, one: DatedValue, following: DatedValue) -> None:
    start = following.effective.start
    if (
        start is None
        or one.effective.start == start
        or (one.effective.end is not None and one.effective.end > start)
    ):
        _overlap(draft, following.span, one.span)
    elif one.effective.end is not None and one.effective.end < start:
        draft.report(
            "day-without-value",
            following.span,
            f"van {one.effective.end} tot {start} heeft deze parameter geen waarde",
            f"from {one.effective.end} until {start} this parameter has no value",
            help=advice(
                f"Laat de vorige doorlopen tot {start}: haal `until` daar weg.",
                f"Let the previous one run until {start}: remove its `until`.",
            ),
            notes=(Note(one.span, {"nl": "de vorige waarde", "en": "the previous value"}),),
        )


def _overlap(draft: Draft, span: Span, other: Span) -> None:
    draft.report(
        "overlapping-values",
        span,
        "deze waarde geldt op dagen waarop een andere ook geldt",
        "this value holds on days on which another one holds too",
        help=advice(
            "Laat de eerste eindigen op de dag waarop de tweede begint.",
            "Let the first end on the day the second begins.",
        ),
        notes=(Note(other, {"nl": "de andere waarde", "en": "the other value"}),),
    )


# Findings


def build_findings(draft: Draft) -> None:
    """Every finding; who sets it stands with the rules."""
    for declared in draft.declared.values():
        if declared.kind != "finding":
            continue
        node = declared.body
        kind = kinds_of(draft, declared).own
        if kind is None:
            continue
        combine = text(node.get("combine"), "one")
        otherwise = scalar(node.get("otherwise"))
        if otherwise is not None and not value_fits(draft, otherwise, kind, declared):
            otherwise = None
        if combine == "highest" and not (
            kind.kind in ("number", "duration", "date", "yes_no") or kind.ordered
        ):
            draft.report(
                "not-in-order",
                key_span(node, "combine"),
                "`highest` kan alleen als de keuzes een volgorde hebben",
                "`highest` needs choices that have an order",
                help=advice(
                    "Schrijf `ordered: yes`, van laag naar hoog.", "Write `ordered: yes`, from low to high."
                ),
            )
        draft.definitions[declared.id] = Finding(
            id=declared.id,
            name=declared.name,
            type=kind,
            combine=cast(Literal["one", "highest", "collect"], combine),
            otherwise=otherwise.text if otherwise is not None else None,
            text=texts(node.get("text")),
            words_text=words_text(node),
            file=declared.head.path,
            span=declared.span,
        )


def words_text(node: MappingNode) -> dict[str, dict[str, str]]:
    """How each word of a choice is read."""
    return {entry.key.text: dict(texts(entry.value)) for entry in entries(node.get("words_text"))}


def value_fits(draft: Draft, written: Scalar, kind: ValueType, declared: Declared) -> bool:
    """Whether a value as written fits a finding or fact of this type; if not, it is reported."""
    try:
        if kind.kind == "duration":
            parse_duration(written.text)
        else:
            read_value(kind, written.text, kind.unit)
    except (ValueProblem, DateError) as error:
        draft.report(
            "unknown-word" if kind.words else "bad-value",
            written.span,
            f"dit is geen waarde van `{declared.name}`",
            f"this is no value of `{declared.name}`",
            help=error.text,
            notes=(Note(declared.span, {"nl": "hier staat het beschreven", "en": "it is described here"}),),
        )
        return False
    return True
