"""Facts: where each is read or derived from, and what its absence means (language §4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from cdss.errors import Problem, Text
from cdss.models.condition import Expression, Name
from cdss.models.dates import DateError, parse_duration
from cdss.models.guideline import (
    Fact,
    FactSource,
    FromAnswered,
    FromCondition,
    FromExpression,
    FromExtreme,
    FromFirstKnown,
    FromRecords,
    IfMissing,
    Required,
    ValidFor,
)
from cdss.models.quantity import canonical_unit
from cdss.models.typed import ValueProblem, read_value
from cdss.models.value import ValueType
from cdss.rules.arithmetic import resolve_expression
from cdss.rules.closest import did_you_mean, one_of
from cdss.rules.comparison import parse_expression
from cdss.rules.conditions import condition_under
from cdss.rules.declare import Declared
from cdss.rules.draft import Draft, advice
from cdss.rules.from_records import read_from_records
from cdss.rules.kinds import (
    declared_type,
    expression_type,
    joined_type,
    kinds_of,
    plausible_range,
    required_name,
)
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Node, Scalar
from cdss.rules.names import Place, name_written
from cdss.rules.operands import KIND_NAMES, units_meet
from cdss.rules.parameters import value_fits, words_text
from cdss.rules.written import entries, is_yes, items, key_span, scalar, scalars, text, texts


def build_facts(draft: Draft) -> None:
    """Every fact with its names resolved. One whose source could not be resolved is left out: it was
    reported."""
    for declared in draft.declared.values():
        if declared.kind != "fact":
            continue
        kind = kinds_of(draft, declared).own
        place = Place(draft, draft.scopes[declared.head.path])
        source = _source(place, declared, kind)
        fact = _about(place, declared, kind, source)
        if source is not None and fact is not None:
            draft.definitions[declared.id] = fact


def _source(place: Place, declared: Declared, kind: ValueType | None) -> FactSource | None:
    node = declared.body
    if node.get("when") is not None:
        when = condition_under(place, node.get("when"))
        return None if when is None else FromCondition(when)
    if node.get("value") is not None:
        value = _expression(place, declared, node.get("value"), kind)
        return None if value is None else FromExpression(value)
    if node.get("first_known") is not None:
        return _first_known(place, declared, kind)
    for how in ("lowest", "highest"):
        if node.get(how) is not None:
            return _extreme(place, declared, how, kind)
    if node.get("answered") is not None:
        return _answered(place, node)
    return read_from_records(place, declared, kind)


# Derived facts


def _expression(
    place: Place, declared: Declared, node: Node | None, kind: ValueType | None
) -> Expression | None:
    if not isinstance(node, Scalar):
        return None
    parsed = parse_expression(node)
    if isinstance(parsed, Problem):
        place.draft.problems.append(parsed)
        return None
    found = resolve_expression(place, parsed)
    if found is None:
        return None
    result = expression_type(place.draft, place.scope, found)
    said = declared_type(declared.body)
    if result is not None and result.kind == "number" and result.unit == "" and said is None:
        place.draft.report(
            "missing-unit",
            node.span,
            "de eenheid van deze uitkomst heeft geen naam in onze lijst",
            "the unit of this outcome has no name in our list",
            help=advice("Zet `unit:` bij dit gegeven.", "Put `unit:` with this fact."),
        )
        return None
    if result is not None and said is not None and not _agree(result, said):
        place.draft.report(
            "wrong-type",
            node.span,
            f"deze berekening geeft {_in(result, 'nl')}, en het gegeven zegt {_in(said, 'nl')}",
            f"this calculation gives {_in(result, 'en')}, and the fact says {_in(said, 'en')}",
        )
        return None
    return found


def _in(kind: ValueType, language: str) -> str:
    unit = f" in {kind.unit}" if kind.kind == "number" and kind.unit not in ("", "1") else ""
    return KIND_NAMES[kind.kind][language] + unit


def _agree(one: ValueType, other: ValueType) -> bool:
    if one.kind != other.kind:
        return False
    return one.kind != "number" or not one.unit or units_meet(one.unit, other.unit)


def _first_known(place: Place, declared: Declared, kind: ValueType | None) -> FactSource | None:
    written = scalars(declared.body.get("first_known"))
    found: list[Name] = []
    constant: str | None = None
    failed = False
    for number, one in enumerate(written):
        last = number == len(written) - 1
        if last and number > 0 and _is_constant(place, one, kind):
            if kind is not None and not value_fits(place.draft, one, kind, declared):
                return None
            constant = one.text
            continue
        name = name_written(place, one)
        failed = failed or name is None
        if name is not None:
            found.append(name)
    if failed or not _go_together(place, declared, found, kind):
        return None
    return FromFirstKnown(tuple(found), constant)


def _is_constant(place: Place, written: Scalar, kind: ValueType | None) -> bool:
    """Whether the last item is a value and not a name."""
    if written.text.partition(".")[0] in place.scope.names:
        return False
    if kind is None:
        return not written.text[:1].isalpha() or written.text in ("yes", "no", "none")
    try:
        read_value(kind, written.text, kind.unit)
    except ValueProblem:
        return not written.text[:1].isalpha() or written.text in ("yes", "no", "none")
    return written.text != "unknown"


def _extreme(place: Place, declared: Declared, how: str, kind: ValueType | None) -> FactSource | None:
    names = [name_written(place, one) for one in scalars(declared.body.get(how))]
    found = [name for name in names if name is not None]
    if len(found) < len(names) or not _go_together(place, declared, found, kind):
        return None
    if kind is not None and kind.kind not in ("number", "duration", "date") and not kind.ordered:
        place.draft.report(
            "not-in-order",
            key_span(declared.body, how),
            "deze keuzes hebben geen volgorde van laag naar hoog"
            if kind.kind == "choice"
            else f"{KIND_NAMES[kind.kind]['nl']} heeft geen volgorde van laag naar hoog",
            "these choices have no order from low to high"
            if kind.kind == "choice"
            else f"{KIND_NAMES[kind.kind]['en']} has no order from low to high",
            help=advice("Zet `ordered: yes` bij de keuzes.", "Put `ordered: yes` with the choices.")
            if kind.kind == "choice"
            else None,
        )
        return None
    how_: Literal["lowest", "highest"] = "lowest" if how == "lowest" else "highest"
    return FromExtreme(how_, tuple(found), is_yes(declared.body.get("of_known")))


def _go_together(place: Place, declared: Declared, names: Sequence[Name], kind: ValueType | None) -> bool:
    """Whether these values can be one fact: of one type, in units that convert, with words it has."""
    types = [name.ref.type for name in names if name.ref is not None and name.ref.type is not None]
    if len(types) < len(names):
        return False  # reported where that name was described
    target = kind or joined_type(types)
    for name, one in zip(names, types, strict=True):
        if (
            target is None
            or not _agree(one, target)
            or (one.words and not set(one.words) <= set(target.words))
        ):
            first = names[0]
            place.draft.report(
                "wrong-type",
                name.span,
                f"`{name.text}` is {_in(one, 'nl')}, en past niet bij "
                f"{'`' + first.text + '`' if name is not first else 'dit gegeven'}",
                f"`{name.text}` is {_in(one, 'en')}, and does not go with "
                f"{'`' + first.text + '`' if name is not first else 'this fact'}",
            )
            return False
    return True


def _answered(place: Place, node: MappingNode) -> FactSource:
    found = []
    for one in items(node.get("answered")):
        name = name_written(place, required_name(one))
        when = condition_under(place, one.get("when")) if isinstance(one, MappingNode) else None
        if name is not None:
            found.append(Required(name, when))
    return FromAnswered(tuple(found))


# What every fact says


def _about(
    place: Place, declared: Declared, kind: ValueType | None, source: FactSource | None
) -> Fact | None:
    draft, node = place.draft, declared.body
    ask_when = condition_under(place, node.get("ask_when"))
    if_missing = _if_missing(draft, declared, kind)
    if source is None or kind is None:
        return None
    _check_valid_for(draft, declared, source)
    return Fact(
        id=declared.id,
        name=declared.name,
        type=kind,
        source=source,
        text=texts(node.get("text")),
        question=texts(node.get("question")) or None,
        if_missing=if_missing,
        valid_for=_valid_for(draft, declared, kind),
        plausible=_plausible(draft, node, kind),
        units={canonical_unit(entry.key.text): text(entry.value) for entry in entries(node.get("units"))},
        ask_when=ask_when,
        asked_of=text(node.get("asked_of")),
        words_text=words_text(node),
        file=declared.head.path,
        span=declared.span,
    )


def _if_missing(draft: Draft, declared: Declared, kind: ValueType | None) -> IfMissing | None:
    node = declared.body
    written = scalar(node.get("if_missing"))
    if written is None:
        return None
    how, _, value = written.text.partition(" ")
    if how != "assume":
        return IfMissing("ask" if how == "ask" else "unknown")
    if kind is not None and not value_fits(
        draft, Scalar(value, written.span, written.quoted, written.block), kind, declared
    ):
        return None
    say = node.get("say")
    told: Text | None = None if text(say) == "none" else texts(say)
    return IfMissing("assume", value, told)


def _valid_for(draft: Draft, declared: Declared, kind: ValueType) -> ValidFor | None:
    written = scalar(declared.body.get("valid_for"))
    reassuring = _reassuring(draft, declared, kind)
    if written is None:
        return None
    if written.text == "contact":
        return ValidFor("contact", reassuring=reassuring)
    if written.text == "always":
        return ValidFor("always")
    try:
        return ValidFor("duration", parse_duration(written.text))
    except DateError as error:
        help = did_you_mean(written.text, ["contact", "always"]) or error.text
        dutch, english = "dit zegt niet hoe lang het telt", "this does not say how long it counts"
        draft.report("bad-duration", written.span, dutch, english, help=help)
        return None


def _reassuring(draft: Draft, declared: Declared, kind: ValueType) -> tuple[str, ...]:
    """The words that say nothing about a later contact. Only a fact of one contact has them."""
    found = []
    for written in map(scalar, items(declared.body.get("reassuring"))):
        if written is None or not value_fits(draft, written, kind, declared):
            continue
        if text(declared.body.get("valid_for")) != "contact":
            draft.report(
                "missing-valid-for",
                written.span,
                "een geruststellend woord vervalt alleen bij `valid_for: contact`",
                "a reassuring word lapses only with `valid_for: contact`",
                help=one_of(["valid_for: contact"]),
            )
            break
        found.append(written.text)
    return tuple(found)


def _check_valid_for(draft: Draft, declared: Declared, source: FactSource) -> None:
    """What is asked or measured says how long it counts."""
    if not isinstance(source, FromRecords) or declared.body.get("valid_for") is not None:
        return
    measured = "observations" in source.lists and source.pick in ("latest", "first", "lowest", "highest")
    if measured or not (source.lists or source.instrument):
        draft.report(
            "missing-valid-for",
            declared.span,
            "dit gegeven zegt niet hoe lang een antwoord of meting geldt",
            "this fact does not say how long an answer or measurement counts",
            help=one_of(["valid_for: contact", "valid_for: 2 years", "valid_for: always"]),
        )


def _plausible(draft: Draft, node: MappingNode, kind: ValueType) -> tuple[int, int] | None:
    written = scalar(node.get("plausible"))
    if written is None:
        return None
    if kind.kind != "number":
        draft.report(
            "wrong-type",
            written.span,
            "alleen een getal heeft aannemelijke grenzen",
            "only a number has plausible limits",
        )
        return None
    found = plausible_range(written.text, kind.unit)
    if found is None or found[0] > found[1]:
        draft.report(
            "bad-range",
            written.span,
            "dit zijn geen twee grenzen, laag en hoog",
            "these are not two limits, low and high",
            help=advice("Schrijf bijvoorbeeld `8..80`.", "Write for instance `8..80`."),
        )
        return None
    return found
