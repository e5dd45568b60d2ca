"""What may be known of each name: the type of its value, and of what stands behind its dot.

Types are found on demand, since a fact may rest on other facts. Nothing is reported here: who builds a
definition reports what is wrong with it, and a type that cannot be told is None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from cdss.errors import Problem
from cdss.models.codes import CodeError, parse_code
from cdss.models.condition import Amount, Calculation, Day, Expression, Name
from cdss.models.dates import DURATION_UNITS, DateError, parse_day, parse_duration
from cdss.models.guideline import SETTINGS
from cdss.models.quantity import MILLION, QuantityError, canonical_unit, convert, millionths, parse_quantity
from cdss.models.treatment import output_types
from cdss.models.value import CODE, DATE, DURATION, INF, YES_NO, ValueType
from cdss.rules.declare import Declared
from cdss.rules.draft import Draft, Kinds
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Node, Scalar
from cdss.rules.record_fields import fields_of
from cdss.rules.scope import Scope
from cdss.rules.written import is_yes, items, mapping, mappings, scalars, text, words

_ONE: Final = Decimal(1)
NUMBER: Final = ValueType("number", unit="1")
ROW_STATUS: Final = ValueType("choice", words=("unknown", "provisional", "settled"), ordered=True)
UNKNOWN_KINDS: Final = Kinds(None)

PATIENT_FIELDS: Final[Mapping[str, ValueType]] = {
    "age": ValueType("number", unit="years", low=0, high=150 * MILLION),
    "sex": ValueType("choice", words=("female", "male", "other")),
    "birth_date": DATE,
    "deceased_on": DATE,
    "deregistered_on": DATE,
    "coordinator": CODE,
}
"""The fields of the patient that a fact may be read from (design §6)."""

OF_PICK: Final[Mapping[str, Kinds]] = {
    "exists": Kinds(YES_NO),
    "count": Kinds(replace(NUMBER, low=0), whole=True),
    "date": Kinds(DATE),
    "first_date": Kinds(DATE),
    "days_supplied": Kinds(DURATION),
}
"""What a pick gives of which the type is plain."""


def kinds_of(draft: Draft, declared: Declared) -> Kinds:
    """The types of a definition; not known of one that rests on itself: `strata` reports that."""
    found = draft.kinds.get(declared.id)
    if found is not None:
        return found
    if declared.id in draft.in_progress:
        return UNKNOWN_KINDS
    draft.in_progress.append(declared.id)
    try:
        found = _find(draft, declared)
    finally:
        draft.in_progress.pop()
    draft.kinds[declared.id] = found
    return found


def _find(draft: Draft, declared: Declared) -> Kinds:
    match declared.kind:
        case "parameter":
            return Kinds(parameter_type(declared.body))
        case "fact":
            return _fact(draft, declared)
        case "finding":
            return Kinds(finding_type(declared.body))
        case "treatment":
            return Kinds(None, output_types(_drugs(draft, declared)))
        case "instrument":
            from cdss.rules.instruments import instrument_kinds

            return instrument_kinds(declared)
        case "score":
            return _score(declared.body)
        case "table":
            return _table(declared.body)
        case _:
            return UNKNOWN_KINDS


# Parameters, findings, scores, tables


def parameter_type(node: MappingNode) -> ValueType | None:
    """What kind of value a parameter has, read from its first value; amounts of time are durations."""
    written = [text(value.get("value")) for value in mappings(node.get("values"))]
    if not written:
        return None
    first = written[0]
    if is_duration(first):
        return DURATION
    try:
        return replace(NUMBER, unit=parse_quantity(first).unit or "1")
    except QuantityError:
        pass  # not a number, so a date or a word
    try:
        parse_day(first)
        return DATE
    except DateError:
        return ValueType("choice", words=tuple(dict.fromkeys(written)))


def finding_type(node: MappingNode) -> ValueType | None:
    choices = words(node.get("choices"))
    if text(node.get("combine")) == "collect":
        return ValueType("collection", words=choices)
    return declared_type(node) or (ValueType("choice", words=choices) if choices else YES_NO)


def _score(node: MappingNode) -> Kinds:
    low = high = 0
    whole = True
    for item in mappings(node.get("items")):
        points = [0]
        for row in mappings(item.get("first_of")) if item.get("first_of") is not None else [item]:
            try:
                one = millionths(parse_quantity(text(row.get("points"))).value)
            except QuantityError:
                continue
            whole = whole and one % MILLION == 0
            points.append(one)
        low += min(points)
        high += max(points)
    return Kinds(ValueType("number", unit=_unit(node) or "points", low=low, high=high), whole=whole)


def _table(node: MappingNode) -> Kinds:
    rows = [text(row.get("id")) for row in mappings(node.get("rows"))]
    if node.get("otherwise") is not None:
        rows.append("otherwise")
    return Kinds(
        table_type(node),
        {"row": ValueType("choice", words=tuple(dict.fromkeys(rows))), "status": ROW_STATUS},
    )


def table_type(node: MappingNode) -> ValueType:
    """A choice of its outcomes; whole numbers are ordered, and `none` may stand beside them."""
    outcomes = outcome_words(node)
    numbers = sorted((word for word in outcomes if word.isdecimal()), key=int)
    others = [word for word in outcomes if not word.isdecimal()]
    if numbers and set(others) <= {"none"}:
        return ValueType("choice", words=(*numbers, *others), ordered=True)
    return ValueType("choice", words=tuple(outcomes), ordered=is_yes(node.get("ordered")))


def outcome_words(node: MappingNode) -> list[str]:
    """The outcomes a table declares; of one that declares none, those of its rows."""
    declared = node.get("outcomes")
    if isinstance(declared, MappingNode):
        return [entry.key.text for entry in declared.entries]
    if declared is not None:
        return list(words(declared))
    found: dict[str, None] = {}
    for row in mappings(node.get("rows")):
        for word in then_words(text(row.get("then"))):
            found.setdefault(word)
    return list(found)


def then_words(written: str) -> list[str]:
    """The words of `then: a or b`; none for `then: unknown`."""
    return [] if written == "unknown" else [word.strip() for word in written.split(" or ")]


def _drugs(draft: Draft, declared: Declared) -> tuple[str, ...]:
    """The classes of the product sets that a treatment reads."""
    scope = draft.scopes[declared.head.path]
    found: dict[str, None] = {}
    for key in ("in", "switch_within"):
        named = scope.names.get(text(declared.body.get(key)))
        if named is not None and named.kind == "product_set":
            for line in mappings(named.node):
                found.setdefault(text(line.get("class")) or _tidy_code(text(line.get("code"))))
    return tuple(found)


def _tidy_code(written: str) -> str:
    try:
        return parse_code(written)
    except CodeError:
        return written  # reported where the product set is built


def product_classes(node: Node) -> tuple[str, ...]:
    """The classes that the lines of a product set name, in order."""
    found = (text(line.get("class")) for line in mappings(node))
    return tuple(dict.fromkeys(word for word in found if word))


# Facts


def declared_type(node: MappingNode) -> ValueType | None:
    """The type that a fact or finding says it has, by `type`, `choices` or `unit`; None when it says none."""
    kind = text(node.get("type"))
    choices = words(node.get("choices"))
    match kind or ("choice" if choices else "number" if node.get("unit") is not None else ""):
        case "yes_no":
            return YES_NO
        case "choice":
            return ValueType("choice", words=choices, ordered=is_yes(node.get("ordered")))
        case "number":
            unit = _unit(node) or "1"
            low, high = _bounds(node, unit)
            return ValueType("number", unit=unit, low=low, high=high)
        case "duration":
            return DURATION
        case "date":
            return DATE
        case "code":
            return CODE
        case _:
            return None


def _fact(draft: Draft, declared: Declared) -> Kinds:
    node = declared.body
    scope = draft.scopes[declared.head.path]
    said = declared_type(node)
    if node.get("answered") is not None:
        names = dict.fromkeys(required_name(one).text for one in items(node.get("answered")))
        return Kinds(YES_NO, {"missing": ValueType("collection", words=tuple(names))})
    if node.get("when") is not None:
        return Kinds(YES_NO)
    if node.get("value") is not None:
        return _calculated(draft, scope, node, said)
    for key in ("first_known", "lowest", "highest"):
        if node.get(key) is not None:
            return _joined(draft, scope, node, key, said)
    return _read(draft, scope, node, said)


def required_name(node: Node) -> Scalar:
    """The name of a required fact: alone, or under `fact`."""
    if isinstance(node, Scalar):
        return node
    fact = mapping(node)
    named = fact.get("fact") if fact is not None else None
    return named if isinstance(named, Scalar) else Scalar("", node.span)


def _read(draft: Draft, scope: Scope, node: MappingNode, said: ValueType | None) -> Kinds:
    origins = words(node.get("from"))
    if len(origins) == 1 and origins[0].startswith("patient."):
        return Kinds(said if said and said.words else PATIENT_FIELDS.get(origins[0].removeprefix("patient.")))
    pick = text(node.get("pick"))
    if pick in OF_PICK:
        return OF_PICK[pick]
    if pick == "daily_dose":
        return Kinds(None if said is None else replace(said, low=max(0, said.low)))
    instrument = next((scope.names[name] for name in origins if _is_instrument(scope, name)), None)
    if instrument is not None and said is None:
        kinds = kinds_of(draft, instrument)
        field = text(node.get("field"))
        return Kinds(kinds.outputs.get(field) if field and field != "value" else kinds.own)
    if said is not None:
        return Kinds(said)
    if pick or node.get("field") is not None:  # latest, first, lowest, highest of some field
        return Kinds(_field(scope, node, tuple(origins)))
    return Kinds(YES_NO)


def _field(scope: Scope, node: MappingNode, origins: tuple[str, ...]) -> ValueType | None:
    """The type of the field of a record that a fact names; of `group` and `class` by the set that it reads."""
    name = text(node.get("field"))
    members = scope.names.get(text(node.get("in")))
    if name == "group" and members is not None and members.kind == "value_set":
        groups = mapping(members.body.get("groups"))
        return ValueType("choice", words=groups.keys) if groups is not None else None
    if name == "class" and members is not None and members.kind == "product_set":
        return ValueType("choice", words=product_classes(members.node))
    return fields_of(origins).get(name)


def _is_instrument(scope: Scope, name: str) -> bool:
    declared = scope.names.get(name)
    return declared is not None and declared.kind == "instrument"


def _calculated(draft: Draft, scope: Scope, node: MappingNode, said: ValueType | None) -> Kinds:
    from cdss.rules.comparison import parse_expression

    if said is not None:
        return Kinds(said)
    value = node.get("value")
    expression = parse_expression(value) if isinstance(value, Scalar) else None
    if expression is None or isinstance(expression, Problem):
        return UNKNOWN_KINDS
    return Kinds(expression_type(draft, scope, expression))


def _joined(draft: Draft, scope: Scope, node: MappingNode, key: str, said: ValueType | None) -> Kinds:
    types = [found for item in scalars(node.get(key)) if (found := type_of_name(draft, scope, item.text))]
    if said is not None:
        return Kinds(said)
    return Kinds(joined_type(types))


def joined_type(types: Iterable[ValueType]) -> ValueType | None:
    """One type that holds all of these: all words, the widest bounds. None when they are of two kinds."""
    result: ValueType | None = None
    for one in types:
        if result is None:
            result = one
        elif one.kind != result.kind:
            return None
        elif one.kind in ("choice", "collection"):
            more = tuple(dict.fromkeys((*result.words, *one.words)))
            result = replace(
                result, words=more, ordered=result.ordered and set(one.words) <= set(result.words)
            )
        elif one.kind == "number":
            result = _wider(result, one)
            if result is None:
                return None
        elif one.kind == "duration":
            result = replace(result, low=min(result.low, one.low), high=max(result.high, one.high))
    return result


def _wider(one: ValueType, other: ValueType) -> ValueType | None:
    ends = in_unit(other, one.unit)
    if ends is None:
        return None
    return replace(one, low=min(one.low, ends[0]), high=max(one.high, ends[1]))


def in_unit(kind: ValueType, unit: str) -> tuple[float, float] | None:
    """The bounds of a number in another unit; None when the units do not convert."""
    if kind.unit == unit:
        return (kind.low, kind.high)
    try:
        factor = convert(_ONE, kind.unit, unit)
    except QuantityError:
        return None
    low, high = (end if abs(end) == INF else float(int(end) * factor) for end in (kind.low, kind.high))
    return (low, high)


def type_of_name(draft: Draft, scope: Scope, name: str) -> ValueType | None:
    """The type of the value that a name stands for; None when it is no name of a value."""
    if name == "setting":
        return ValueType("choice", words=SETTINGS)
    if name == "reference_date":
        return DATE
    head, _, output = name.partition(".")
    declared = scope.names.get(head)
    if declared is None:
        return None
    kinds = kinds_of(draft, declared)
    return kinds.outputs.get(output) if output and output != "value" else kinds.own


def expression_type(draft: Draft, scope: Scope, expression: Expression) -> ValueType | None:
    """The type of arithmetic: date and duration give a date, two dates a duration, numbers a number."""
    match expression:
        case Name():
            return expression.ref.type if expression.ref else type_of_name(draft, scope, expression.text)
        case Amount():
            return (
                DURATION
                if expression.duration is not None
                else replace(NUMBER, unit=expression.quantity.unit or "1")
            )
        case Day():
            return DATE
        case Calculation():
            left = expression_type(draft, scope, expression.left)
            right = expression_type(draft, scope, expression.right)
            if left is None or right is None:
                return None
            return result_type(expression.operator, left, right)


def result_type(operator: str, left: ValueType, right: ValueType) -> ValueType | None:
    """What `left operator right` gives; None when the two do not go together."""
    kinds = (left.kind, right.kind)
    if operator in "+-":
        match kinds:
            case ("date", "duration"):
                return DATE
            case ("duration", "date") if operator == "+":
                return DATE
            case ("date", "date") if operator == "-":
                return SPAN_OF_DAYS
            case ("duration", "duration"):
                return SPAN_OF_DAYS if operator == "-" else DURATION
            case ("number", "number"):
                return replace(NUMBER, unit=left.unit) if in_unit(right, left.unit) is not None else None
            case _:
                return None
    match kinds:
        case ("number", "number"):
            return _product(operator, left.unit, right.unit)
        case ("duration", "number") if right.unit == "1":
            return DURATION
        case ("number", "duration") if operator == "*" and left.unit == "1":
            return DURATION
        case ("duration", "duration") if operator == "/":
            return NUMBER
        case _:
            return None


SPAN_OF_DAYS: Final = ValueType("duration", unit="days")
"""The days between two dates: below zero when the second is the later one."""


def _product(operator: str, left: str, right: str) -> ValueType | None:
    """The unit of a product or quotient; `kg` over `m2` is looked up, and what has no name must be given with
    `unit:`."""
    if right == "1":
        return replace(NUMBER, unit=left)
    if operator == "*" and left == "1":
        return replace(NUMBER, unit=right)
    if operator == "/" and in_unit(replace(NUMBER, unit=right), left) is not None:
        return NUMBER
    composed = f"{left}/{right}" if operator == "/" else f"{left}2" if left == right else f"{left}.{right}"
    try:
        return replace(NUMBER, unit=canonical_unit(composed))
    except QuantityError:
        return replace(NUMBER, unit="")  # has no name among the units: the fact says what it is


# Small readers


def is_duration(written: str) -> bool:
    if written.split(" ")[-1] not in DURATION_UNITS:
        return False
    try:
        parse_duration(written)
    except DateError:
        return False
    return True


def _unit(node: MappingNode) -> str:
    written = text(node.get("unit"))
    try:
        return canonical_unit(written) if written else ""
    except QuantityError:
        return ""


def _bounds(node: MappingNode, unit: str) -> tuple[float, float]:
    """What a number may be: `min` and `max`, and what is plausible (outside it the value is unknown)."""
    low, high = -INF, INF
    between = plausible_range(text(node.get("plausible")), unit)
    if between is not None:
        low, high = between
    for key in ("min", "max"):
        try:
            quantity = parse_quantity(text(node.get(key)))
            end = millionths(
                convert(quantity.value, quantity.unit, unit) if quantity.unit else quantity.value
            )
        except QuantityError:
            continue  # not written, or reported where the fact is built
        low, high = (max(low, end), high) if key == "min" else (low, min(high, end))
    return low, high


def plausible_range(written: str, unit: str) -> tuple[int, int] | None:
    """Both ends of `8..80` in millionths of the unit; None when it is no range of numbers."""
    low, dots, rest = written.partition("..")
    high, _, own = rest.strip().partition(" ")
    if not dots:
        return None
    try:
        ends = [parse_quantity(end.strip()).value for end in (low, high)]
        if own:
            ends = [convert(end, own, unit) for end in ends]
        return (millionths(ends[0]), millionths(ends[1]))
    except QuantityError:
        return None
