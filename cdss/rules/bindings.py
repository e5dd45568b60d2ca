"""Local codes tied to facts and to standard codes: the tables that may not be shipped come in this way
(language §9)."""

from __future__ import annotations

from collections.abc import Iterator

from cdss.errors import Note
from cdss.models.codes import parse_code
from cdss.models.guideline import Binding, Fact, FromRecords
from cdss.models.quantity import canonical_unit
from cdss.rules.closest import did_you_mean
from cdss.rules.draft import Draft, advice
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Scalar
from cdss.rules.operands import units_meet
from cdss.rules.written import mappings, scalar, text


def apply_bindings(draft: Draft) -> None:
    """The bindings of the file, each about a fact that is read from records or about a standard code."""
    if draft.bindings_file is None:
        return
    file, node = draft.bindings_file
    draft.bindings = tuple(_bindings(draft, node))
    draft.bindings_sha256 = file.sha256


def _bindings(draft: Draft, node: MappingNode) -> Iterator[Binding]:
    first: dict[tuple[str, str], Scalar] = {}
    for one in mappings(node.get("bindings")):
        written = scalar(one.get("code"))
        if written is None:
            continue
        code = parse_code(written.text)
        fact = scalar(one.get("fact"))
        standard = scalar(one.get("as"))
        key = (code, fact.text if fact is not None else "")
        if key in first:
            draft.report(
                "id-clash",
                written.span,
                "deze code is al gekoppeld",
                "this code is bound already",
                notes=(Note(first[key].span, {"nl": "hier", "en": "here"}),),
            )
            continue
        first[key] = written
        if fact is not None and not _is_fillable(draft, fact, scalar(one.get("unit"))):
            continue
        yield Binding(
            code=code,
            fact=fact.text if fact is not None else "",
            as_code=parse_code(standard.text) if standard is not None else "",
            strength=text(one.get("strength")),
            unit=text(one.get("unit")),
        )


def _is_fillable(draft: Draft, written: Scalar, unit: Scalar | None) -> bool:
    """Whether this is a fact that records can fill, in a unit that converts to its own."""
    facts = [one for one in draft.definitions.values() if isinstance(one, Fact) and one.name == written.text]
    read = [one for one in facts if isinstance(one.source, FromRecords) and one.source.lists]
    if not facts:
        known = {one.name: one for one in draft.definitions.values() if isinstance(one, Fact)}
        draft.report(
            "unknown-name",
            written.span,
            "er is geen gegeven met deze naam",
            "there is no fact with this name",
            help=did_you_mean(written.text, known, {name: one.text for name, one in known.items()}),
        )
        return False
    if not read:
        draft.report(
            "not-read-from-records",
            written.span,
            "dit gegeven komt niet uit records, dus een code kan het niet vullen",
            "this fact is not read from records, so a code cannot fill it",
            help=advice(
                "Koppel de code aan een gegeven met `from: observation` of een andere lijst.",
                "Bind the code to a fact with `from: observation` or another list.",
            ),
            notes=(Note(facts[0].span, {"nl": "dit gegeven", "en": "this fact"}),),
        )
        return False
    return unit is None or all(_has_unit(draft, unit, one) for one in read)


def _has_unit(draft: Draft, written: Scalar, fact: Fact) -> bool:
    unit = canonical_unit(written.text)
    if fact.type.kind != "number" or units_meet(unit, fact.type.unit) or unit in fact.units:
        return True
    draft.report(
        "wrong-unit",
        written.span,
        f"`{fact.name}` is in {fact.type.unit}, en {unit} is daar niet naar om te rekenen",
        f"`{fact.name}` is in {fact.type.unit}, and {unit} cannot be converted to that",
        notes=(Note(fact.span, {"nl": "dit gegeven", "en": "this fact"}),),
    )
    return False


def list_unfilled(draft: Draft) -> None:
    """Facts that nothing can ever fill: read from records without a standard code, not bound, and never
    asked."""
    bound = {binding.fact for binding in draft.bindings}
    for fact in draft.definitions.values():
        if not isinstance(fact, Fact) or not isinstance(fact.source, FromRecords) or not fact.source.lists:
            continue
        members = draft.value_sets.get(fact.source.members)
        asked = fact.if_missing is not None and fact.if_missing.how == "ask"
        if members is None or members.codes or members.groups or asked or fact.name in bound:
            continue
        draft.report(
            "never-filled",
            fact.span,
            "niets kan dit gegeven ooit vullen: het heeft geen codes en wordt niet gevraagd",
            "nothing can ever fill this fact: it has no codes and is not asked",
            help=advice("Koppel een code in het bindingsbestand.", "Bind a code in the bindings file."),
        )
