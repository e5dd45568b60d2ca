"""What a name means where it stands."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cdss.errors import Note, Problem, Text
from cdss.models.condition import Name, Ref
from cdss.models.guideline import SETTINGS
from cdss.models.value import DATE, ValueType
from cdss.rules.closest import did_you_mean, one_of
from cdss.rules.comparison import parse_name
from cdss.rules.declare import NOUNS, Declared
from cdss.rules.draft import Draft, Kinds, advice
from cdss.rules.kinds import kinds_of
from cdss.rules.load import Scalar
from cdss.rules.scope import Scope

SETTING = ValueType("choice", words=SETTINGS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a condition stands: what is in scope, and in a `where` the fields of the record it speaks of."""

    draft: Draft
    scope: Scope
    fields: Mapping[str, ValueType] = field(default_factory=dict)
    totals: Mapping[str, ValueType] = field(default_factory=dict)  # in the rows of an instrument

    def with_fields(self, fields: Mapping[str, ValueType]) -> Place:
        return replace(self, fields=fields)


def resolve_value_name(place: Place, name: Name) -> Name | None:
    """The name with what it means, where a value is read; None (after a problem) when it means no value."""
    if name.text in place.fields:
        return replace(name, ref=Ref("field", name.text, type=place.fields[name.text]))
    if name.text == "setting":
        return replace(name, ref=Ref("setting", type=SETTING))
    if name.text == "reference_date":
        return replace(name, ref=Ref("reference_date", type=DATE))
    head, _, output = name.text.partition(".")
    declared = place.scope.names.get(head)
    if declared is None:
        _unknown(place, name, head)
        return None
    if declared.kind in ("value_set", "product_set"):
        place.draft.report(
            "wrong-kind-of-name",
            name.span,
            f"`{head}` is een {NOUNS[declared.kind]['nl']}, en die heeft zelf geen waarde",
            f"`{head}` is a {NOUNS[declared.kind]['en']}, which has no value of its own",
            help=advice(
                f"Schrijf iets als `codes in {head}`, of noem het gegeven dat deze lijst leest.",
                f"Write something like `codes in {head}`, or name the fact that reads this list.",
            ),
            notes=(_here(declared),),
        )
        return None
    kinds = kinds_of(place.draft, declared)
    if declared.kind == "parameter":
        if output:
            _no_output(place, name, declared, {}, output)
            return None
        return replace(name, ref=Ref("parameter", declared.id, type=kinds.own))
    return _definition(place, name, declared, kinds, output)


def resolve_set_name(place: Place, name: Name) -> Name | None:
    """The name of a value set or product set with what it means; None (after a problem) when it is none."""
    declared = place.scope.names.get(name.text)
    if declared is None:
        sets = [key for key, one in place.scope.names.items() if one.kind in ("value_set", "product_set")]
        _unknown(place, name, name.text, known=sets)
        return None
    if declared.kind not in ("value_set", "product_set"):
        place.draft.report(
            "wrong-kind-of-name",
            name.span,
            f"`{name.text}` is een {NOUNS[declared.kind]['nl']}, geen waardelijst",
            f"`{name.text}` is a {NOUNS[declared.kind]['en']}, not a value set",
            notes=(_here(declared),),
        )
        return None
    return replace(name, ref=Ref("set", declared.id))


def _definition(place: Place, name: Name, declared: Declared, kinds: Kinds, output: str) -> Name | None:
    if output == "value" and declared.kind == "instrument":
        output = ""
    if output:
        if output not in kinds.outputs:
            _no_output(place, name, declared, kinds.outputs, output)
            return None
        return replace(name, ref=Ref("definition", declared.id, output, kinds.outputs[output]))
    if kinds.own is None and kinds.outputs:
        noun = NOUNS[declared.kind]
        listed = [f"{name.text}.{one}" for one in kinds.outputs]
        place.draft.report(
            "needs-an-output",
            name.span,
            f"een {noun['nl']} heeft zelf geen waarde",
            f"a {noun['en']} has no value of its own",
            help=one_of(listed),
            notes=(_here(declared),),
        )
        return None
    return replace(name, ref=Ref("definition", declared.id, "", kinds.own))


def _unknown(place: Place, name: Name, head: str, known: list[str] | None = None) -> None:
    draft, scope = place.draft, place.scope
    hidden = scope.elsewhere.get(head)
    if hidden is not None:
        draft.report(
            "name-out-of-scope",
            name.span,
            f"`{head}` staat in een bestand dat hier niet gelezen wordt",
            f"`{head}` stands in a file that is not read here",
            help=advice(f"Zet {_use(scope, hidden)} onder `use`.", f"Put {_use(scope, hidden)} under `use`."),
            notes=(_here(hidden),),
        )
        return
    names = (
        known
        if known is not None
        else [
            *place.fields,
            *(key for key, one in scope.names.items() if one.kind not in ("value_set", "product_set")),
            "setting",
            "reference_date",
        ]
    )
    spoken: dict[str, Text] = {key: one.spoken for key, one in scope.names.items()}
    help = did_you_mean(head, names, spoken)
    fields = one_of(place.fields) if help is None and place.fields and known is None else None
    notes: tuple[Note, ...] = ()
    if help is not None:
        near = help["en"].split("`")[1]
        if near in scope.names and near not in place.fields:
            notes = (_here(scope.names[near]),)
    draft.report(
        "unknown-name",
        name.span,
        "er is geen gegeven, score of parameter met deze naam"
        if known is None
        else "er is geen waardelijst met deze naam",
        "there is no fact, score or parameter with this name"
        if known is None
        else "there is no value set with this name",
        help=help or fields,
        notes=notes,
    )


def _no_output(
    place: Place, name: Name, declared: Declared, outputs: Mapping[str, ValueType], output: str
) -> None:
    noun = NOUNS[declared.kind]
    place.draft.report(
        "unknown-output",
        name.span,
        f"de {noun['nl']} `{declared.name}` geeft geen `.{output}`"
        if declared.kind in ("parameter", "score", "treatment", "table", "finding")
        else f"het {noun['nl']} `{declared.name}` geeft geen `.{output}`",
        f"the {noun['en']} `{declared.name}` gives no `.{output}`",
        help=did_you_mean(output, outputs)
        or (one_of([f"{declared.name}.{one}" for one in outputs]) if outputs else None),
        notes=(_here(declared),),
    )


def _use(scope: Scope, hidden: Declared) -> str:
    return f"`{os.path.relpath(hidden.head.place, scope.head.place.parent)}`".replace("\\", "/")


def _here(declared: Declared) -> Note:
    noun = NOUNS[declared.kind]
    this = "dit" if declared.kind in ("fact", "instrument") else "deze"
    return Note(declared.span, {"nl": f"{this} {noun['nl']}", "en": f"this {noun['en']}"})


def set_named(place: Place, written: Scalar, kinds: tuple[str, ...]) -> str | None:
    """The id of a set of one of these kinds; None after a problem."""
    declared = place.scope.names.get(written.text)
    if declared is not None and declared.kind in kinds:
        return declared.id
    if declared is not None:
        noun = NOUNS[declared.kind]
        place.draft.report(
            "wrong-kind-of-name",
            written.span,
            f"`{written.text}` is een {noun['nl']}; hier hoort een lijst van codes of producten",
            f"`{written.text}` is a {noun['en']}; a set of codes or products belongs here",
        )
        return None
    known = [name for name, one in place.scope.names.items() if one.kind in kinds]
    hidden = place.scope.elsewhere.get(written.text)
    place.draft.report(
        "unknown-name" if hidden is None else "name-out-of-scope",
        written.span,
        "er is geen waardelijst met deze naam"
        if hidden is None
        else f"`{written.text}` staat in een bestand dat hier niet gelezen wordt",
        "there is no value set with this name"
        if hidden is None
        else f"`{written.text}` stands in a file that is not read here",
        help=did_you_mean(written.text, known)
        if hidden is None
        else advice(f"Zet {hidden.head.path} onder `use`.", f"Put {hidden.head.path} under `use`."),
    )
    return None


def name_written(place: Place, written: Scalar) -> Name | None:
    parsed = parse_name(written)
    if isinstance(parsed, Problem):
        place.draft.problems.append(parsed)
        return None
    return resolve_value_name(place, parsed)
