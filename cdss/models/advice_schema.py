"""The JSON Schema of an answer (design §7), for builders in other languages. Its words come from the nouns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from cdss.models.advice import OUTCOMES, SCHEMA
from cdss.models.guideline import EVIDENCE, PRIORITIES, ROLES, SETTINGS, URGENCIES

FILE: Final = "advice.schema.json"


def advice_schema() -> dict[str, Any]:
    """The schema. Keys may be added by later work, so unknown keys are allowed; none may go or change."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Advice",
        "description": "What the guidelines say about one patient on one date.",
        **_object(
            {
                "schema": {"const": SCHEMA},
                "engine": _TEXT,
                "on": _DAY,
                "patient": _or_null(_TEXT),
                "setting": {"enum": list(SETTINGS)},
                "holds_until": _or_null(_DAY),
                "topics": _list(_TOPIC),
                "guidelines": _list(_object({"id": _TEXT, "version": _TEXT, "sha256": _HASH})),
                "site": _or_null(
                    _object({"id": _TEXT, "sha256": _HASH, "coordinator": _or_null({"enum": list(ROLES)})})
                ),
                "bindings": _or_null(_HASH),
                "recommendations": _list(_RECOMMENDATION),
                "findings": {"type": "object", "additionalProperties": {"$ref": "#/$defs/value"}},
                "provisional": _list(_TEXT),
                "questions": _list(_QUESTION),
                "assumed": _list(
                    _object({"fact": _TEXT, "value": {"$ref": "#/$defs/value"}, "text": _LANGUAGES})
                ),
                "excepted": _list(_object({"rule": _TEXT, "exception": _TEXT, "text": _LANGUAGES})),
                "undecided": _list(_object({"rule": _TEXT, "missing": _list(_TEXT)})),
                "conflicts": _list(_object({"rules": _list(_TEXT), "actions": _list(_TEXT)})),
                "decided": _list(
                    _object({"action": _TEXT, "choice": _TEXT, "on": _or_null(_DAY), "until": _or_null(_DAY)})
                ),
                "skipped": _list(_object({"path": _TEXT, "why": _TEXT})),
            }
        ),
        "$defs": {"value": _VALUE},
    }


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(advice_schema(), ensure_ascii=False, indent=1) + "\n"


def write_schema(folder: Path) -> Path:
    """Writes the schema to this folder; gives the file."""
    place = folder / FILE
    place.write_text(schema_text(), encoding="utf-8")
    return place


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


_TEXT: Final = {"type": "string"}
_DAY: Final = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_HASH: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_LANGUAGES: Final = {
    "type": "object",
    "description": "A text in each language.",
    "propertyNames": {"enum": ["nl", "en"]},
    "additionalProperties": {"type": "string"},
}
_NUMBER_OR_WORD: Final = {"type": ["string", "number", "boolean"]}
_VALUE: Final = {
    "description": "A word, number, date or yes/no; with a unit; a range; a set; a collection; or unknown.",
    "anyOf": [
        _NUMBER_OR_WORD,
        {
            "type": "object",
            "required": ["value", "unit"],
            "properties": {"value": {"type": "number"}, "unit": _TEXT},
            "additionalProperties": False,
        },
        {
            "type": "object",
            "anyOf": [{"required": ["low"]}, {"required": ["high"]}],
            "properties": {
                "low": _NUMBER_OR_WORD,
                "high": _NUMBER_OR_WORD,
                "unit": _TEXT,
                "or": {"const": "none"},
            },
            "additionalProperties": False,
        },
        {
            "type": "object",
            "required": ["one_of"],
            "properties": {"one_of": _list(_NUMBER_OR_WORD)},
            "additionalProperties": False,
        },
        {
            "type": "object",
            "required": ["has", "may_have"],
            "properties": {"has": _list(_NUMBER_OR_WORD), "may_have": _list(_NUMBER_OR_WORD)},
            "additionalProperties": False,
        },
        {
            "type": "object",
            "required": ["unknown"],
            "properties": {"unknown": _TEXT},
            "additionalProperties": False,
        },
    ],
}
_TOPIC: Final = _object(
    {
        "topic": _TEXT,
        "edition": _or_null(_TEXT),
        "in_force": {"type": "boolean"},
        "status": {"enum": ["draft", "active"]},
        "outcome": {"enum": list(OUTCOMES)},
        "not_checked": _list(_object({"what": _TEXT, "why": _TEXT, "text": _LANGUAGES})),
    }
)
_BECAUSE: Final = _object(
    {
        "criterion": _TEXT,
        "truth": {"enum": ["yes", "no", "unknown"]},
        "values": {"type": "object", "additionalProperties": {"$ref": "#/$defs/value"}},
        "records": _list(_TEXT),
        "source": {"type": "object", "additionalProperties": _TEXT},
    }
)
_RECOMMENDATION: Final = _object(
    {
        "action": _TEXT,
        "label": _LANGUAGES,
        "rules": {**_list(_TEXT), "minItems": 1},
        "implements": _list(_TEXT),
        "urgency": {"enum": list(URGENCIES)},
        "priority": {"enum": list(PRIORITIES)},
        "due": _or_null(_DAY),
        "owner": {"enum": list(ROLES)},
        "inform": _list({"enum": list(ROLES)}),
        "state": {"enum": ["settled", "provisional"]},
        "status": {"enum": ["draft", "active"]},
        "evidence": {"enum": list(EVIDENCE)},
        "grade": _or_null(_TEXT),
        "editions": _list(_TEXT),
        "messages": {
            "type": "object",
            "propertyNames": {"enum": list(ROLES)},
            "additionalProperties": _LANGUAGES,
        },
        "because": _list(_BECAUSE),
        "caveats": _list(_LANGUAGES),
        "conflicts_with": _list(_TEXT),
    }
)
_QUESTION: Final = _object(
    {
        "fact": _TEXT,
        "text": _LANGUAGES,
        "type": _TEXT,
        "choices": _or_null(_list(_TEXT)),
        "unit": _or_null(_TEXT),
        "asked_of": {"enum": list(ROLES)},
        "record": _or_null(_TEXT),
        "field": _or_null(_TEXT),
        "could_change": _list(_TEXT),
    }
)
