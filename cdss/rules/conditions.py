"""Conditions with every name resolved, every word checked against its choices and every amount against its
unit."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from cdss.errors import Span
from cdss.models.condition import (
    Ago,
    AllOf,
    AnyOf,
    Bound,
    Comparison,
    Condition,
    Criterion,
    HasWord,
    InRange,
    InSet,
    IsKnown,
    IsTrue,
    IsWord,
    Name,
    NoneOf,
    Operand,
    Test,
    WithinLast,
    Word,
)
from cdss.models.value import ValueType
from cdss.rules.comparison import parse_condition
from cdss.rules.draft import advice
from cdss.rules.load import Node
from cdss.rules.names import Place, resolve_set_name, resolve_value_name
from cdss.rules.operands import (
    KIND_NAMES,
    as_age,
    duration_operand,
    how_to_test,
    is_one_of,
    opposite,
    wrong_type,
)
from cdss.rules.written import words


def condition_under(place: Place, node: Node | None) -> Condition | None:
    """The resolved condition that stands under a key; None when there is none, or after a problem."""
    if node is None:
        return None
    parsed = parse_condition(node)
    if isinstance(parsed, list):
        place.draft.problems.extend(parsed)
        return None
    return resolve_condition(place, parsed)


def resolve_condition(place: Place, condition: Condition) -> Condition:
    """The condition with its names resolved. What could not be resolved is reported and left as it was."""
    match condition:
        case AllOf():
            return AllOf(tuple(resolve_condition(place, item) for item in condition.items), condition.span)
        case AnyOf():
            return AnyOf(tuple(resolve_condition(place, item) for item in condition.items), condition.span)
        case NoneOf():
            return NoneOf(tuple(resolve_condition(place, item) for item in condition.items), condition.span)
        case Criterion():
            test = resolve_test(place, condition.test, condition.span)
            return condition if test is None else replace(condition, test=test)
        case _:
            assert_never(condition)


def resolve_test(place: Place, test: Test, span: Span) -> Test | None:
    """The test with its names resolved; None (after a problem) when that is not possible."""
    match test:
        case Comparison():
            return _comparison(place, test, span)
        case IsTrue() | WithinLast() | IsKnown() | IsWord() | HasWord() | InRange() | InSet():
            name = resolve_value_name(place, test.name)
            if name is None:
                return None
            kind = name.ref.type if name.ref else None
            if kind is None:  # it rests on something that was reported already
                return None
            return _about(place, test, name, kind, span)
        case _:
            assert_never(test)


def _about(
    place: Place,
    test: IsTrue | WithinLast | IsKnown | IsWord | HasWord | InRange | InSet,
    name: Name,
    kind: ValueType,
    span: Span,
) -> Test | None:
    match test:
        case IsTrue():
            return IsTrue(name) if _is_yes_no(place, name, kind) else None
        case IsKnown():
            return is_known_test(name, kind, known=test.known)
        case WithinLast():
            return _within_last(place, test, name, kind)
        case IsWord():
            return _is_word(place, test, name, kind)
        case HasWord():
            if kind.kind != "collection":
                wrong_type(place, name, kind, how_to_test(name.text, kind))
                return None
            return HasWord(name, test.word) if is_one_of(place, test.word, name, kind) else None
        case InRange():
            low, high = (_bound(place, bound, name, kind) for bound in (test.low, test.high))
            if (test.low is not None and low is None) or (test.high is not None and high is None):
                return None
            return InRange(name, low, high, test.negated)
        case InSet():
            return _in_set(place, test, name, kind)
        case _:
            assert_never(test)


def is_known_test(name: Name, kind: ValueType, *, known: bool) -> IsKnown | IsWord:
    """Whether a value is known; of a value that has `unknown` among its own words (`.status` of a table) whether it is
    that word."""
    if "unknown" in kind.words:
        return IsWord(name, (Word("unknown", name.span),), negated=known)
    return IsKnown(name, known)


def _is_yes_no(place: Place, name: Name, kind: ValueType) -> bool:
    if kind.kind == "yes_no":
        return True
    wrong_type(place, name, kind, how_to_test(name.text, kind))
    return False


# Words


def _is_word(place: Place, test: IsWord, name: Name, kind: ValueType) -> Test | None:
    if kind.kind == "code":
        return replace(test, name=name)
    if kind.kind in ("choice", "yes_no") and not (kind.kind == "yes_no" and not place.fields):
        allowed = kind if kind.kind == "choice" else ValueType("choice", words=("yes", "no"))
        fits = [is_one_of(place, word, name, allowed) for word in test.words]
        return replace(test, name=name) if all(fits) else None
    written = " or ".join(word.word for word in test.words)
    help = how_to_test(name.text, kind)
    if kind.kind == "yes_no" and written in ("yes", "no"):
        plain = name.text if (written == "yes") != test.negated else f"not {name.text}"
        help = advice(f"Schrijf `{plain}`.", f"Write `{plain}`.")
    elif kind.kind == "number" and written.replace(".", "", 1).isdecimal():
        equal = f"{name.text} {'!=' if test.negated else '=='} {written}"
        help = advice(f"Schrijf `{equal}`.", f"Write `{equal}`.")
    wrong_type(place, name, kind, help)
    return None


def _in_set(place: Place, test: InSet, name: Name, kind: ValueType) -> Test | None:
    members = resolve_set_name(place, test.set)
    if members is None or members.ref is None:
        return None
    found = place.draft.value_sets.get(members.ref.id)
    if found is None:
        if members.ref.id in place.draft.product_sets:
            place.draft.report(
                "wrong-kind-of-name",
                members.span,
                f"`{members.text}` is een productlijst; in een criterium kan alleen een waardelijst staan",
                f"`{members.text}` is a product set; only a value set can stand in a criterion",
                help=advice(
                    "Zet de productlijst onder `in:` van een gegeven.",
                    "Put the product set under `in:` of a fact.",
                ),
            )
        return None
    if kind.kind == "choice" and found.words:
        return replace(test, name=name, set=members)
    if kind.kind == "code" and (found.codes or found.groups or found.words):
        return replace(test, name=name, set=members)
    held = {"nl": "woorden", "en": "words"} if found.words else {"nl": "codes", "en": "codes"}
    seen = KIND_NAMES[kind.kind]
    place.draft.report(
        "wrong-type",
        name.span,
        f"dit is {seen['nl']}, en `{members.text}` bevat {held['nl']}",
        f"this is {seen['en']}, and `{members.text}` holds {held['en']}",
        help=advice(
            "Schrijf `codes in ...` voor de codes van een record.",
            "Write `codes in ...` for the codes of a record.",
        )
        if not found.words and place.fields
        else how_to_test(name.text, kind),
    )
    return None


# Time


def _within_last(place: Place, test: WithinLast, name: Name, kind: ValueType) -> Test | None:
    amount = duration_operand(place, test.amount)
    if amount is None:
        return None
    if kind.kind == "date" or _has_date_behind(place, name):
        return WithinLast(name, amount)
    wrong_type(
        place,
        name,
        kind,
        advice(
            "Voor `within last` is een datum nodig, of een gegeven dat uit gedateerde records komt.",
            "`within last` needs a date, or a fact that is read from dated records.",
        ),
    )
    return None


def _has_date_behind(place: Place, name: Name) -> bool:
    """Whether a fact is read from dated records. An answer tells what is so, not since when."""
    declared = place.scope.names.get(name.text)
    if declared is None or declared.kind != "fact":
        return False
    origins = words(declared.body.get("from"))
    return any(one != "answer" and not one.startswith("patient.") for one in origins)


# Comparisons


def _bound(place: Place, bound: Bound | None, name: Name, kind: ValueType) -> Bound | None:
    if bound is None:
        return None
    value = opposite(place, bound.value, name, kind)
    return None if value is None or isinstance(value, Ago) else Bound(value, bound.included)


def _comparison(place: Place, test: Comparison, span: Span) -> Test | None:
    left, right = test.left, test.right
    sides = [side for side in (left, right) if isinstance(side, Name)]
    if not sides:
        place.draft.report(
            "nothing-to-compare",
            span,
            "hier wordt niets van de patiënt vergeleken",
            "nothing of the patient is compared here",
            help=advice("Zet aan een kant de naam van een gegeven.", "Put the name of a fact on one side."),
        )
        return None
    first = _anchor(place, left, right)
    anchor = resolve_value_name(place, first)
    if anchor is None or anchor.ref is None or anchor.ref.type is None:
        return None
    kind = anchor.ref.type
    other = opposite(place, right if first is left else left, anchor, kind)
    if other is None:
        return None
    if isinstance(other, Name) and other.ref is not None and anchor.ref.kind == "parameter":
        anchor = as_age(place, anchor, other)
    return (
        Comparison(anchor, test.operator, other)
        if first is left
        else Comparison(other, test.operator, anchor)
    )


def _anchor(place: Place, left: Operand, right: Operand) -> Name:
    """The side that gives the comparison its type: not a parameter, and not a word of an ordered choice."""
    if not isinstance(left, Name):
        assert isinstance(right, Name)
        return right
    if isinstance(right, Name):
        declared = place.scope.names.get(left.text.partition(".")[0])
        if left.text not in place.fields and (declared is None or declared.kind == "parameter"):
            other = place.scope.names.get(right.text.partition(".")[0])
            is_date = left.text == "reference_date"
            if not is_date and (
                right.text in place.fields or (other is not None and other.kind != "parameter")
            ):
                return right
    return left
