"""Value sets, product sets and actions: what counts as the same thing, and what may be recommended."""

from __future__ import annotations

from cdss.errors import Note
from cdss.models.codes import ProductLine, parse_code
from cdss.models.guideline import Action, ProductSet, ValueSet
from cdss.models.quantity import parse_number, parse_quantity
from cdss.rules.closest import did_you_mean
from cdss.rules.declare import Declared, read_evidence
from cdss.rules.draft import Draft, advice
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Node, Scalar
from cdss.rules.scope import Scope
from cdss.rules.written import entries, key_span, mappings, scalars, text, texts, words


def build_sets(draft: Draft) -> None:
    """Every value set and product set, with its codes in the form in which they are compared."""
    for declared in draft.declared.values():
        if declared.kind == "value_set":
            draft.value_sets[declared.id] = _value_set(draft, declared)
        elif declared.kind == "product_set":
            draft.product_sets[declared.id] = _product_set(draft, declared)


def _value_set(draft: Draft, declared: Declared) -> ValueSet:
    node = declared.body
    groups: dict[str, str] = {}
    for entry in entries(node.get("groups")):
        for written in scalars(entry.value):
            # A group may also hold words: how a contact is labelled when it carries no code.
            member = parse_code(written.text) if ":" in written.text else written.text
            if groups.setdefault(member, entry.key.text) != entry.key.text:
                draft.report(
                    "code-in-two-groups",
                    written.span,
                    f"`{written.text}` staat ook in de groep `{groups[member]}`",
                    f"`{written.text}` also stands in the group `{groups[member]}`",
                )
    return ValueSet(
        id=declared.id,
        name=declared.name,
        codes=tuple(parse_code(written.text) for written in scalars(node.get("codes"))),
        words=words(node.get("words")),
        groups=groups,
        evidence=read_evidence(node),
        file=declared.head.path,
        span=declared.span,
    )


def _product_set(draft: Draft, declared: Declared) -> ProductSet:
    lines = tuple(_product_line(draft, node) for node in mappings(declared.node))
    return ProductSet(declared.id, declared.name, lines, declared.head.path, declared.span)


def _product_line(draft: Draft, node: MappingNode) -> ProductLine:
    days, equivalent, contains = (text(node.get(key)) for key in ("days_per_unit", "equivalent", "contains"))
    if equivalent and contains:
        draft.report(
            "keys-exclude",
            key_span(node, "contains"),
            "`contains` en `equivalent` zeggen twee keer hoeveel een product bevat",
            "`contains` and `equivalent` say twice how much a product holds",
            help=advice("Haal een van de twee weg.", "Remove one of the two."),
        )
    for key in ("equivalent", "contains"):
        if text(node.get(key)).startswith("-"):
            draft.report(
                "bad-number",
                key_span(node, key),
                "een product bevat niet minder dan nul",
                "a product does not hold less than zero",
                help=advice(
                    f"Schrijf bijvoorbeeld `{key}: 0{' IU' if key == 'contains' else ''}`.",
                    f"Write for instance `{key}: 0{' IU' if key == 'contains' else ''}`.",
                ),
            )
    return ProductLine(
        code=parse_code(text(node.get("code"))),
        strength=text(node.get("strength")) or None,
        days_per_unit=parse_number(days) if days else None,
        product_class=text(node.get("class")) or None,
        equivalent=parse_number(equivalent) if equivalent else None,
        contains=parse_quantity(contains) if contains else None,
    )


# Actions


def build_actions(draft: Draft) -> None:
    """Every action, with the others that it takes in or does not go with."""
    for declared in draft.actions_declared.values():
        node = declared.body
        scope = draft.scopes[declared.head.path]
        draft.actions[declared.id] = Action(
            id=declared.id,
            label=texts(node.get("label")),
            owner=text(node.get("owner")),
            check=texts(node.get("check")),
            includes=_actions(draft, scope, node.get("includes")),
            not_with=_actions(draft, scope, node.get("not_with")),
            fhir={entry.key.text: text(entry.value) for entry in entries(node.get("fhir"))},
            file=declared.head.path,
            span=declared.span,
        )


def _actions(draft: Draft, scope: Scope, node: Node | None) -> tuple[str, ...]:
    return tuple(written.text for written in scalars(node) if is_action(draft, scope, written))


def is_action(draft: Draft, scope: Scope, written: Scalar) -> bool:
    """Whether this is an action in scope; if not, it is reported."""
    if written.text in scope.actions:
        return True
    elsewhere = draft.actions_declared.get(written.text)
    spoken = {name: one.spoken for name, one in scope.actions.items()}
    draft.report(
        "unknown-action",
        written.span,
        "er is geen actie met deze naam"
        if elsewhere is None
        else "deze actie staat in een bestand dat hier niet gelezen wordt",
        "there is no action with this name"
        if elsewhere is None
        else "this action stands in a file that is not read here",
        help=did_you_mean(written.text, scope.actions, spoken)
        if elsewhere is None
        else {
            "nl": f"Zet {elsewhere.head.path} onder `use`.",
            "en": f"Put {elsewhere.head.path} under `use`.",
        },
        notes=()
        if elsewhere is None
        else (Note(elsewhere.span, {"nl": "hier staat de actie", "en": "the action is here"}),),
    )
    return False
