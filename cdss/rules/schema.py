"""JSON Schemas of the language, for editors that complete, explain and check while one types.

They are made from the table in `shape.py` and committed under `schema/`. A schema knows structure and closed
words; names, units, codes and the grammar of a line are for `cdss check`. An editor reads `5` as a number and
`yes` as a truth (and an older one the key `on` as true), so scalars accept what YAML readers make of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias, assert_never

from cdss.errors import Text
from cdss.rules.shape import SHAPES
from cdss.rules.shape_parts import (
    LEAVES,
    Anything,
    AtLeast,
    AtMost,
    Closed,
    Constraint,
    Either,
    Exactly,
    Kind,
    Leaf,
    ListOf,
    NamesTo,
    Needs,
    Of,
    Shape,
    Tree,
    Where,
    Words,
)

Json: TypeAlias = "dict[str, object]"

SCHEMA_FILES: Final[Mapping[str, str]] = MappingProxyType(
    {"guideline": "guideline.schema.json", "cases": "cases.schema.json"}
)
"""Each kind of file that has a committed schema, and the name of that schema."""


def schema_of(kind: str) -> Json:
    """The JSON Schema (draft 2020-12) of one kind of file."""
    shape = SHAPES[kind]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:cdss:schema:{kind}:1",
        "title": _both(shape.about),
        "$ref": f"#/$defs/{kind}",
        "$defs": {name: _definition(name) for name in sorted(_reached(kind))},
    }


def schema_text(kind: str) -> str:
    """The schema as it is committed."""
    return json.dumps(schema_of(kind), ensure_ascii=False, indent=1) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Writes every schema to this folder; gives the files."""
    written = []
    for kind, name in SCHEMA_FILES.items():
        place = folder / name
        place.write_text(schema_text(kind), encoding="utf-8")
        written.append(place)
    return written


# Which definitions a schema needs


def _reached(kind: str) -> set[str]:
    found: set[str] = set()
    waiting = [kind]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        if name in SHAPES:
            waiting += [other for key in SHAPES[name].keys for other in _names_in(key.kind)]
    return found


def _names_in(kind: Kind) -> Iterator[str]:
    match kind:
        case Leaf() | Closed() | Anything():
            return
        case Words():
            yield "words"
        case Tree() | Where():
            yield "condition"
        case ListOf(item=item):
            yield from _names_in(item)
        case NamesTo(value=value):
            yield from _names_in(value)
        case Of(shape=shape):
            yield shape
        case Either(kinds=kinds):
            for one in kinds:
                yield from _names_in(one)
        case _:
            assert_never(kind)


def _definition(name: str) -> Json:
    if name == "words":
        return _words()
    return _condition() if name == "condition" else _mapping(SHAPES[name])


# Definitions


def _both(text: Text) -> str:
    return f"{text['nl']}\n\n{text['en']}"


def _words() -> Json:
    line = {"type": ["string", "number", "boolean"], "pattern": r"\S"}
    return {
        "title": "Tekst in elke taal\n\nText in each language",
        "type": "object",
        "properties": {
            "nl": {**line, "description": "De Nederlandse tekst.\n\nThe Dutch text."},
            "en": {**line, "description": "De Engelse tekst.\n\nThe English text."},
        },
        "required": ["nl"],
        "additionalProperties": False,
    }


_TREE: Final[Mapping[str, Text]] = {
    "all": {"nl": "Elke regel geldt.", "en": "Every line holds."},
    "any": {"nl": "Een van de regels geldt.", "en": "One of the lines holds."},
    "none": {"nl": "Geen van de regels geldt.", "en": "None of the lines holds."},
}


def _condition() -> Json:
    lines = {"type": "array", "items": {"$ref": "#/$defs/condition"}, "minItems": 1}
    return {
        "title": "Een criterium of een lijst\n\nA criterion or a list",
        "anyOf": [
            {"type": "string", "pattern": r"\S"},
            {
                "type": "object",
                "properties": {name: {"description": _both(about), **lines} for name, about in _TREE.items()},
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
            },
        ],
    }


def _mapping(shape: Shape) -> Json:
    properties: Json = {}
    for key in shape.keys:
        properties[key.name] = {"description": _both(key.about), **_kind(key.kind)}
        if key.name == "on":
            # YAML 1.1 takes `on` for a truth, also as a key.
            properties["true"] = {**_kind(key.kind), "doNotSuggest": True}
    required = [key.name for key in shape.keys if key.required and key.name != "on"]
    conditions = [part for constraint in shape.constraints for part in _constraint(constraint)]
    if any(key.name == "on" and key.required for key in shape.keys):
        conditions.append({"anyOf": [{"required": ["on"]}, {"required": ["true"]}]})
    return {
        "title": _both(shape.about),
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
        **({"allOf": conditions} if conditions else {}),
    }


def _kind(kind: Kind) -> Json:
    match kind:
        case Leaf(name=name):
            return _leaf(name)
        case Closed(words=words):
            return {"enum": [*words, *(int(word) for word in words if word.isdecimal())]}
        case Words():
            return {"$ref": "#/$defs/words"}
        case Tree():
            return {"$ref": "#/$defs/condition"}
        case Where():
            one: Json = {"$ref": "#/$defs/condition"}
            return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}
        case ListOf(item=item, single=single, empty=empty):
            several: Json = {"type": "array", "items": _kind(item)}
            if not empty:
                several["minItems"] = 1
            return {"anyOf": [_kind(item), several]} if single else several
        case NamesTo(key=key, value=value):
            return {"type": "object", "propertyNames": _key(key), "additionalProperties": _kind(value)}
        case Of(shape=shape):
            return {"$ref": f"#/$defs/{shape}"}
        case Either(kinds=kinds):
            return {"anyOf": [_kind(one) for one in kinds]}
        case Anything():
            return {"not": {"type": "null"}}
        case _:
            assert_never(kind)


def _leaf(name: str) -> Json:
    leaf = LEAVES[name]
    if name == "yes_no":
        return {"enum": ["yes", "no", "true", "false", True, False]}
    return {
        "type": list(leaf.types) if len(leaf.types) > 1 else leaf.types[0],
        "pattern": leaf.pattern,
        **({"minimum": 0} if "integer" in leaf.types else {}),
    }


def _key(key: Leaf | Closed) -> Json:
    return {"enum": list(key.words)} if isinstance(key, Closed) else {"pattern": LEAVES[key.name].pattern}


def _constraint(constraint: Constraint) -> list[Json]:
    match constraint:
        case Exactly(keys=keys):
            return [{"oneOf": [{"required": [key]} for key in keys]}]
        case AtLeast(keys=keys):
            return [{"anyOf": [{"required": [key]} for key in keys]}]
        case AtMost(keys=keys):
            return [{"not": {"required": list(pair)}} for pair in combinations(keys, 2)]
        case Needs(key=key, others=others, pattern=pattern):
            asked: Json = {"required": [key]}
            if pattern:
                word = {"type": "string", "pattern": pattern}
                asked["properties"] = {key: {"anyOf": [word, {"type": "array", "contains": word}]}}
            return [{"if": asked, "then": {"anyOf": [{"required": [other]} for other in others]}}]
        case _:
            assert_never(constraint)
