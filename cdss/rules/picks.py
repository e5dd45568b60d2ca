"""Whether what a fact takes from its records can be taken: a count of records, a day, or a field of one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cdss.models.quantity import A_DAY, UNITS, QuantityError, canonical_unit
from cdss.models.value import ValueType
from cdss.rules.closest import one_of
from cdss.rules.draft import Draft, advice
from cdss.rules.kinds import OF_PICK, declared_type
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.operands import KIND_NAMES, units_meet
from cdss.rules.written import key_span, text

OF_ONE_RECORD: Final = frozenset({"latest", "first", "lowest", "highest"})
"""Picks that give a field of a record; the others say something of the records together."""
SUPPLIED: Final = frozenset({"dispensings", "prescriptions", "administrations"})


@dataclass(frozen=True, slots=True)
class Picking:
    """What a fact takes: its pick, the lists it reads (or an instrument), and the type of each field it may name."""

    node: MappingNode
    pick: str
    lists: tuple[str, ...]
    instrument: str
    fields: Mapping[str, ValueType]
    outputs: Mapping[str, ValueType]
    products: tuple[str, ...] = ()  # the product sets that may be named


def pick_fits(draft: Draft, picking: Picking, kind: ValueType | None) -> bool:
    """Whether the keys of a fact say together what is taken; what does not go together is reported."""
    return (
        _counts(draft, picking)
        and _type_of_pick(draft, picking)
        and _days_supplied(draft, picking)
        and _daily_dose(draft, picking)
        and _names_a_field(draft, picking)
        and _type_of_field(draft, picking)
        and _has_a_type(draft, picking, kind)
        and _has_an_order(draft, picking, kind)
    )


OF_RECORDS: Final = (
    "in", "where", "within", "after", "before", "after_age", "episode",
    "together_within", "distinct", "pick", "field",
)  # fmt: skip
"""Keys that say which records, and what is taken of them."""


def reads_no_records(draft: Draft, node: MappingNode) -> bool:
    """Whether a fact that is only answered says nothing about records; a key that does is reported.

    `after` may stand: then only answers from after that day count.
    """
    for key in OF_RECORDS:
        if key != "after" and node.get(key) is not None:
            draft.report(
                "keys-exclude",
                key_span(node, key),
                f"`{key}` gaat over records, en dit gegeven komt alleen uit een antwoord",
                f"`{key}` is about records, and this fact comes from an answer alone",
                help=advice(
                    "Noem ook een lijst, zoals `from: [condition, answer]`.",
                    "Name a list too, such as `from: [condition, answer]`.",
                ),
            )
            return False
    return True


def _counts(draft: Draft, picking: Picking) -> bool:
    """What says how records are counted stands with a count only; a field with a pick of one record only."""
    wrong = [key for key in ("together_within", "distinct") if picking.node.get(key) is not None]
    wanted = "count"
    if picking.pick == "count":
        wrong = wrong[1:]  # one of the two says what counts as one
        wanted = "together_within"
    if not wrong and picking.node.get("field") is not None and picking.pick not in OF_ONE_RECORD:
        wrong, wanted = ["field"], "latest"
    if not wrong:
        return True
    key = wrong[0]
    other = f"`{wanted}`" if picking.pick == "count" and key == "distinct" else f"`pick: {picking.pick}`"
    draft.report(
        "keys-exclude",
        key_span(picking.node, key),
        f"`{key}` gaat niet samen met {other}",
        f"`{key}` does not go with {other}",
        help=advice(
            f"Schrijf `pick: {wanted}`, of haal `{key}` weg.", f"Write `pick: {wanted}`, or remove `{key}`."
        )
        if picking.pick != "count"
        else advice(f"Haal `{key}` weg.", f"Remove `{key}`."),
    )
    return False


def _type_of_pick(draft: Draft, picking: Picking) -> bool:
    """A count is a number and a date a date, whatever the fact says it is."""
    said = declared_type(picking.node)
    own = OF_PICK[picking.pick].own if picking.pick in OF_PICK else None
    if said is None or own is None or said.kind == own.kind or picking.node.get("type") is None:
        return True
    _differs(draft, picking, "type", own, said)
    return False


def _days_supplied(draft: Draft, picking: Picking) -> bool:
    if picking.pick not in ("days_supplied", "daily_dose") or (
        picking.lists and set(picking.lists) <= SUPPLIED
    ):
        return True
    draft.report(
        "keys-exclude",
        key_span(picking.node, "pick"),
        "deze records zeggen niet voor hoeveel dagen iets is geleverd",
        "these records do not say for how many days something was supplied",
        help=one_of(("from: dispensing", "from: prescription", "from: administration")),
    )
    return False


def _daily_dose(draft: Draft, picking: Picking) -> bool:
    """A dose a day is of products that say what they hold, in an amount a day."""
    if picking.pick != "daily_dose":
        return True
    members = text(picking.node.get("in"))
    if members not in picking.products:
        draft.report(
            "missing-in",
            key_span(picking.node, "in" if members else "pick"),
            "er staat niet van welke middelen dit de dagdosis is",
            "it is not said of which products this is the daily dose",
            help=one_of([f"in: {name}" for name in picking.products] or ("in: ...",)),
        )
        return False
    unit = text(picking.node.get("unit"))
    if picking.node.get("unit") is None or _dimension(unit) in A_DAY:
        return picking.node.get("unit") is not None or _without_unit(draft, picking)
    draft.report(
        "wrong-unit",
        key_span(picking.node, "unit"),
        f"`{unit}` is geen hoeveelheid per dag",
        f"`{unit}` is not an amount a day",
        help=one_of(("unit: mg/d", "unit: IU/d")),
    )
    return False


def _dimension(unit: str) -> str:
    try:
        return UNITS[canonical_unit(unit)].dimension
    except QuantityError:
        return ""  # reported where units are read


def _without_unit(draft: Draft, picking: Picking) -> bool:
    draft.report(
        "missing-unit",
        key_span(picking.node, "pick"),
        "er staat niet in welke eenheid deze dagdosis is",
        "it is not said in which unit this daily dose is",
        help=one_of(("unit: mg/d", "unit: IU/d")),
    )
    return False


def _names_a_field(draft: Draft, picking: Picking) -> bool:
    """Measurements and questionnaires have a value; of other records it is said which field is taken."""
    if picking.pick not in OF_ONE_RECORD or picking.node.get("field") is not None:
        return not _is_day(draft, picking)
    if picking.instrument or set(picking.lists) == {"observations"}:
        return True
    named = [name for name in picking.fields if name not in ("on", "codes", "value")]
    draft.report(
        "missing-key",
        key_span(picking.node, "pick" if picking.node.get("pick") is not None else "from"),
        "er staat niet welk veld van het record dit is: deze records hebben zelf geen waarde",
        "it is not said which field of the record this is: these records have no value of their own",
        help=one_of([f"field: {name}" for name in named]) if named else None,
    )
    return False


def _is_day(draft: Draft, picking: Picking) -> bool:
    if text(picking.node.get("field")) != "on" or picking.instrument:
        return False
    better = "first_date" if picking.pick in ("first", "lowest") else "date"
    draft.report(
        "keys-exclude",
        key_span(picking.node, "field"),
        "de dag van een record is geen veld",
        "the day of a record is not a field",
        help=advice(
            f"Schrijf `pick: {better}`, zonder `field`.", f"Write `pick: {better}`, without `field`."
        ),
    )
    return True


def _type_of_field(draft: Draft, picking: Picking) -> bool:
    """A field has a type of its own. One with free words may be read as any word."""
    said = declared_type(picking.node)
    field = text(picking.node.get("field"))
    if said is None or picking.pick not in OF_ONE_RECORD:
        return True
    own = picking.outputs.get(field or "value", next(iter(picking.outputs.values()), None))
    if not picking.instrument:
        own = picking.fields.get(field)
    if own is None or _goes_with(own, said, closed=bool(picking.instrument)):
        return True
    _differs(draft, picking, "field" if field else "from", own, said)
    return False


def _has_a_type(draft: Draft, picking: Picking, kind: ValueType | None) -> bool:
    """The value of a measurement is what the fact says it is: nothing else tells."""
    if kind is not None or text(picking.node.get("field"), "value") != "value":
        return True
    draft.report(
        "missing-unit",
        key_span(picking.node, "pick" if picking.node.get("pick") is not None else "from"),
        "er staat niet in welke eenheid deze waarde is",
        "it is not said in which unit this value is",
        help=one_of(("unit: kg", 'unit: "1"', "type: choice")),
    )
    return False


def _goes_with(own: ValueType, said: ValueType, *, closed: bool) -> bool:
    if own.kind == "code":
        return said.kind in ("code", "choice")
    if own.kind != said.kind:
        return False
    if own.kind == "number":
        return units_meet(own.unit, said.unit)
    if own.kind != "choice":
        return True
    return set(said.words) <= set(own.words) and (not closed or set(own.words) <= set(said.words))


def _has_an_order(draft: Draft, picking: Picking, kind: ValueType | None) -> bool:
    if picking.pick not in ("lowest", "highest") or kind is None or kind.kind in ("number", "duration"):
        return True
    better = "first_date" if picking.pick == "lowest" else "date"
    draft.report(
        "not-in-order",
        key_span(picking.node, "pick"),
        f"`{picking.pick}` kan alleen van een getal of een tijdsduur, en dit is {KIND_NAMES[kind.kind]['nl']}",
        f"`{picking.pick}` needs a number or an amount of time, and this is {KIND_NAMES[kind.kind]['en']}",
        help=one_of((f"pick: {better}", "pick: latest")),
    )
    return False


def _differs(draft: Draft, picking: Picking, key: str, own: ValueType, said: ValueType) -> None:
    draft.report(
        "wrong-type",
        key_span(picking.node, key),
        f"dit is {KIND_NAMES[own.kind]['nl']}, en het gegeven zegt {KIND_NAMES[said.kind]['nl']}",
        f"this is {KIND_NAMES[own.kind]['en']}, and the fact says {KIND_NAMES[said.kind]['en']}",
        help=one_of(own.words) if own.words and own.kind == said.kind else None,
    )
