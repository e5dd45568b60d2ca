"""Names that nothing reads, and findings that nothing sets: warnings."""

from __future__ import annotations

from collections.abc import Iterator

from cdss.models.condition import Name
from cdss.models.guideline import (
    Fact,
    Finding,
    FromRecords,
    Parameter,
    Recommend,
    Table,
    TreatmentDefinition,
)
from cdss.rules.declare import NOUNS
from cdss.rules.draft import Draft, advice
from cdss.rules.strata import names_in, names_of, names_of_rule


def everything_is_used(draft: Draft) -> None:
    """A warning for each fact, parameter, value set and product set that nothing reads, and each finding
    nothing sets.

    A file without rules is there for others: its names are held to this only when a whole folder is checked.
    """
    read = set(_read(draft))
    libraries = (
        set() if draft.whole else {head.path for head in draft.heads if head.node.get("rules") is None}
    )
    read |= {id for id, declared in draft.declared.items() if declared.head.path in libraries}
    for id, definition in draft.definitions.items():
        if isinstance(definition, Fact | Parameter) and id not in read:
            _unused(draft, id)
    for id in (*draft.value_sets, *draft.product_sets):
        if id not in read:
            _unused(draft, id)
    set_by_rules = {setting.finding for rule in draft.rules.values() for setting in rule.sets}
    for id, definition in draft.definitions.items():
        if isinstance(definition, Finding) and id not in set_by_rules:
            draft.report(
                "never-set",
                definition.span,
                "geen enkele regel zet deze bevinding",
                "no rule sets this finding",
                help=advice("Zet haar in een regel, of haal haar weg.", "Set it in a rule, or remove it."),
            )


def _unused(draft: Draft, id: str) -> None:
    declared = draft.declared[id]
    noun = NOUNS[declared.kind]
    draft.report(
        "unused",
        declared.span,
        f"niets leest `{declared.name}` ({noun['nl']})",
        f"nothing reads `{declared.name}` ({noun['en']})",
        help=advice("Gebruik de naam, of haal haar weg.", "Use the name, or remove it."),
    )


def _read(draft: Draft) -> Iterator[str]:
    """The id of everything that something reads."""
    for name in _names(draft):
        if name.ref is not None and name.ref.id:
            yield name.ref.id
    for definition in draft.definitions.values():
        match definition:
            case Fact(source=FromRecords(members=members, instrument=instrument)):
                yield members
                yield instrument
            case TreatmentDefinition(members=members, switch_within=other):
                yield members
                yield other


def _names(draft: Draft) -> Iterator[Name]:
    for definition in draft.definitions.values():
        yield from names_of(definition)
        if isinstance(definition, Table):
            yield from definition.inputs
        if isinstance(definition, Fact) and definition.ask_when is not None:
            yield from names_in(definition.ask_when)
    for rule in draft.rules.values():
        yield from names_of_rule(rule)
        if isinstance(rule.recommend, Recommend):
            yield from rule.recommend.message_names.values()
            if isinstance(rule.recommend.due, Name):
                yield rule.recommend.due
    for file in draft.files:
        if file.applies is not None:
            yield from names_in(file.applies)
