"""Arithmetic with every name resolved and the types checked: dates, amounts of time, numbers with units."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from cdss.errors import Text
from cdss.models.condition import Amount, Calculation, Day, Expression, Name
from cdss.models.value import ValueType
from cdss.rules.kinds import expression_type
from cdss.rules.names import Place, resolve_value_name
from cdss.rules.operands import KIND_NAMES, note_duration_use


def resolve_expression(place: Place, expression: Expression) -> Expression | None:
    """Arithmetic with its names resolved and its types checked; None after a problem."""
    match expression:
        case Name():
            found = resolve_value_name(place, expression)
            if found is not None and found.ref is not None and found.ref.type is not None:
                if found.ref.type.kind == "duration":
                    note_duration_use(place, found)
                return found
            return None
        case Amount() | Day():
            return expression
        case Calculation():
            left = resolve_expression(place, expression.left)
            right = resolve_expression(place, expression.right)
            if left is None or right is None:
                return None
            found_type = expression_type(
                place.draft, place.scope, replace(expression, left=left, right=right)
            )
            if found_type is None:
                _cannot_reckon(place, expression, left, right)
                return None
            return replace(expression, left=left, right=right)
        case _:
            assert_never(expression)


def _cannot_reckon(place: Place, expression: Calculation, left: Expression, right: Expression) -> None:
    kinds = [expression_type(place.draft, place.scope, side) for side in (left, right)]
    if any(kind is None for kind in kinds):
        return  # reported where that side was resolved
    names = [_described(kind) for kind in kinds if kind is not None]
    sign = {
        "+": ("optellen", "added"),
        "-": ("aftrekken", "subtracted"),
        "*": ("vermenigvuldigen", "multiplied"),
        "/": ("delen", "divided"),
    }[expression.operator]
    place.draft.report(
        "wrong-type",
        expression.span,
        f"{names[0]['nl']} en {names[1]['nl']} zijn niet te {sign[0]}",
        f"{names[0]['en']} and {names[1]['en']} cannot be {sign[1]}",
    )


def _described(kind: ValueType) -> Text:
    name = KIND_NAMES[kind.kind]
    unit = f" in {kind.unit}" if kind.kind == "number" and kind.unit not in ("", "1") else ""
    return {"nl": name["nl"] + unit, "en": name["en"] + unit}
