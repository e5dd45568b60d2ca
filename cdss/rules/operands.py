"""What stands opposite a value: a word of its choices, an amount in its unit, a day, another name."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Final

from cdss.errors import Note, Problem, Span, Text
from cdss.models.condition import Ago, Amount, Day, Name, Operand, Word
from cdss.models.quantity import COUNTED, QuantityError, canonical_unit, convert
from cdss.models.value import ValueType
from cdss.rules.calculation import parse_limit
from cdss.rules.closest import did_you_mean, one_of
from cdss.rules.draft import advice
from cdss.rules.load import Node
from cdss.rules.names import Place, resolve_value_name
from cdss.rules.written import scalar

KIND_NAMES: Final[dict[str, Text]] = {
    "yes_no": {"nl": "een ja/nee-gegeven", "en": "a yes/no fact"},
    "choice": {"nl": "een keuze", "en": "a choice"},
    "number": {"nl": "een getal", "en": "a number"},
    "duration": {"nl": "een tijdsduur", "en": "an amount of time"},
    "date": {"nl": "een datum", "en": "a date"},
    "collection": {"nl": "een verzameling", "en": "a collection"},
    "code": {"nl": "een code", "en": "a code"},
}
_ONE: Final = Decimal(1)
TIME_UNITS: Final = frozenset({"years", "months"})


def opposite(place: Place, operand: Operand, name: Name, kind: ValueType) -> Operand | None:
    """What stands on the other side of a value of this type, resolved; None after a problem."""
    match kind.kind:
        case "number":
            return _against_number(place, operand, name, kind)
        case "duration":
            if isinstance(operand, Amount | Name):
                return duration_operand(place, operand)
        case "date":
            return _against_date(place, operand, name, kind)
        case "choice" if kind.ordered:
            return _against_choice(place, operand, name, kind)
    is_word = isinstance(operand, Name) and operand.text in kind.words
    if isinstance(operand, Name) and not is_word and resolve_value_name(place, operand) is None:
        return None
    wrong_type(place, name, kind, _not_in_order(name, kind))
    return None


def _not_in_order(name: Name, kind: ValueType) -> Text:
    if kind.kind == "choice":
        return advice(
            f"De keuzes van `{name.text}` hebben geen volgorde: schrijf `{name.text} is ...`, of zet "
            "`ordered: yes` bij de keuzes.",
            f"The choices of `{name.text}` have no order: write `{name.text} is ...`, or put `ordered: yes` "
            "with the choices.",
        )
    return how_to_test(name.text, kind)


def _against_choice(place: Place, operand: Operand, name: Name, kind: ValueType) -> Operand | None:
    """A word, also when it looks like a name or a number: it is a word before it is a name."""
    match operand:
        case Word():
            word = operand
        case Name():
            word = Word(operand.text, operand.span)
        case Amount() if not operand.quantity.unit:
            word = Word(f"{operand.quantity.value:f}", operand.span)
        case _:
            wrong_type(place, name, kind, one_of(kind.words))
            return None
    if word.word == "none":
        place.draft.report(
            "unknown-word",
            word.span,
            "`none` heeft geen plaats in de volgorde",
            "`none` has no place in the order",
            help=advice(
                f"Schrijf `{name.text} is none` of `is not none`.",
                f"Write `{name.text} is none` or `is not none`.",
            ),
        )
        return None
    return word if is_one_of(place, word, name, kind) else None


def _against_date(place: Place, operand: Operand, name: Name, kind: ValueType) -> Operand | None:
    match operand:
        case Day():
            return operand
        case Ago():
            amount = duration_operand(place, operand.amount)
            return None if amount is None else Ago(amount, operand.span)
        case Name():
            other = resolve_value_name(place, operand)
            if other is None or other.ref is None or other.ref.type is None:
                return None
            if other.ref.type.kind == "date":
                return other
            help = None
            if other.ref.type.kind == "duration":
                help = advice(f"Schrijf `{other.text} ago`.", f"Write `{other.text} ago`.")
            wrong_type(place, other, other.ref.type, help)
            return None
        case Amount() if operand.duration is not None:
            written = f"{operand.quantity}"
            place.draft.report(
                "wrong-type",
                operand.span,
                f"`{name.text}` is een datum, en dit een tijdsduur",
                f"`{name.text}` is a date, and this an amount of time",
                help=advice(
                    f"Schrijf `{written} ago`, of `{name.text} within last {written}`.",
                    f"Write `{written} ago`, or `{name.text} within last {written}`.",
                ),
            )
            return None
        case _:
            wrong_type(place, name, kind, how_to_test(name.text, kind))
            return None


def _against_number(place: Place, operand: Operand, name: Name, kind: ValueType) -> Operand | None:
    match operand:
        case Amount():
            return operand if has_unit_of(place, operand, kind.unit, name) else None
        case Name():
            other = resolve_value_name(place, operand)
            if other is None or other.ref is None or other.ref.type is None:
                return None
            return _number_name(place, other, name, kind)
        case _:
            wrong_type(place, name, kind, how_to_test(name.text, kind))
            return None


def _number_name(place: Place, other: Name, name: Name, kind: ValueType) -> Name | None:
    assert other.ref is not None and other.ref.type is not None
    found = other.ref.type
    if found.kind == "number":
        if units_meet(found.unit, kind.unit):
            return other
        _wrong_unit(place, other.span, found.unit, kind.unit, name)
        return None
    if found.kind == "duration" and kind.unit in TIME_UNITS and other.ref.kind == "parameter":
        return as_age(place, other, name)
    wrong_type(place, other, found, how_to_test(name.text, kind))
    return None


def as_age(place: Place, parameter: Name, name: Name) -> Name:
    """A parameter of years opposite an age is a number of years, not a stretch of the calendar."""
    assert parameter.ref is not None and name.ref is not None
    kind = name.ref.type
    if parameter.ref.kind != "parameter" or parameter.ref.type is None or kind is None:
        return parameter
    if parameter.ref.type.kind != "duration" or kind.kind != "number":
        return parameter
    place.draft.age_uses.setdefault(parameter.ref.id, (parameter.span, kind.unit))
    return replace(parameter, ref=replace(parameter.ref, type=ValueType("number", unit=kind.unit, low=0)))


def units_meet(one: str, other: str) -> bool:
    """Whether amounts in these units can be compared: they convert, or one of them is a plain number."""
    one, other = one or "1", other or "1"
    if one == other or (one == "1" and other in COUNTED) or (other == "1" and one in COUNTED):
        return True
    try:
        convert(_ONE, one, other)
    except QuantityError:
        return False
    return True


def has_unit_of(place: Place, amount: Amount, unit: str, name: Name | None) -> bool:
    """Whether the amount is in a unit that converts to this one; if not, it is reported."""
    own = canonical_unit(amount.quantity.unit) if amount.quantity.unit else ""
    if own == unit or (unit == "" and own in ("", "1")):
        return True
    if not own:
        if unit in ("1", "") or unit in COUNTED:
            return True
        value = f"{amount.quantity.value:f}"
        place.draft.report(
            "missing-unit",
            amount.span,
            f"een getal zonder eenheid, en `{name.text}` is in {unit}"
            if name
            else f"een getal zonder eenheid; verwacht is {unit}",
            f"a number without a unit, and `{name.text}` is in {unit}"
            if name
            else f"a number without a unit; {unit} is expected",
            help=advice(f"Schrijf `{value} {unit}`.", f"Write `{value} {unit}`."),
            notes=described(place, name) if name else (),
        )
        return False
    if units_meet(own, unit):
        return True
    _wrong_unit(place, amount.span, own, unit, name)
    return False


def _wrong_unit(place: Place, span: Span, seen: str, wanted: str, name: Name | None) -> None:
    shown = wanted if wanted not in ("", "1") else None
    dutch = f"in {shown}" if shown else "een getal zonder eenheid"
    english = f"in {shown}" if shown else "a plain number"
    subject = f"`{name.text}` is {dutch}" if name else f"verwacht is {dutch}"
    subject_en = f"`{name.text}` is {english}" if name else f"expected is {english}"
    place.draft.report(
        "wrong-unit",
        span,
        f"{subject}, en {seen} is daar niet naar om te rekenen",
        f"{subject_en}, and {seen} cannot be converted to that",
        notes=described(place, name) if name else (),
    )


# Time


def limit_operand(place: Place, node: Node | None) -> Amount | Name | Day | None:
    """What is written as a limit in time: an amount, a name or a day. None: nothing, or a problem is reported."""
    written = scalar(node)
    if written is None:
        return None
    parsed = parse_limit(written)
    if isinstance(parsed, Problem):
        place.draft.problems.append(parsed)
        return None
    return parsed


def duration_operand(place: Place, amount: Amount | Name) -> Amount | Name | None:
    """An amount of time, or a name of one; None after a problem."""
    if isinstance(amount, Amount):
        if amount.duration is not None:
            return amount
        number = f"{abs(amount.quantity.value):f}"
        place.draft.report(
            "wrong-unit" if amount.quantity.unit else "missing-unit",
            amount.span,
            "hier hoort een tijdsduur te staan",
            "an amount of time should stand here",
            help=advice(
                f"Schrijf bijvoorbeeld `{number} days` of `{number} months`.",
                f"Write for instance `{number} days` or `{number} months`.",
            ),
        )
        return None
    name = resolve_value_name(place, amount)
    if name is None or name.ref is None or name.ref.type is None:
        return None
    if name.ref.type.kind != "duration":
        wrong_type(
            place, name, name.ref.type, advice("Hier hoort een tijdsduur.", "An amount of time belongs here.")
        )
        return None
    note_duration_use(place, name)
    return name


def note_duration_use(place: Place, name: Name) -> None:
    """Remember that a parameter is read as an amount of time."""
    if name.ref is not None and name.ref.kind == "parameter":
        place.draft.time_uses.setdefault(name.ref.id, name.span)


# What does not fit


def is_one_of(place: Place, word: Word, name: Name, kind: ValueType) -> bool:
    """Whether the word is one of the choices; if not, it is reported."""
    if word.word in kind.words:
        return True
    place.draft.report(
        "unknown-word",
        word.span,
        f"dit is geen van de keuzes van `{name.text}`",
        f"this is none of the choices of `{name.text}`",
        help=did_you_mean(word.word, kind.words) or one_of(kind.words),
        notes=described(place, name),
    )
    return False


def wrong_type(place: Place, name: Name, kind: ValueType, help: Text | None) -> None:
    seen = KIND_NAMES[kind.kind]
    place.draft.report(
        "wrong-type",
        name.span,
        f"dit is {seen['nl']}, en dat past hier niet",
        f"this is {seen['en']}, which does not fit here",
        help=help,
        notes=described(place, name),
    )


def how_to_test(name: str, kind: ValueType) -> Text:
    """A criterion that does fit a value of this type."""
    match kind.kind:
        case "yes_no":
            example = name
        case "choice":
            example = f"{name} is {kind.words[0]}" if kind.words else f"{name} is known"
        case "collection":
            example = f"{name} has {kind.words[0]}" if kind.words else f"{name} is known"
        case "number":
            unit = "" if kind.unit in ("", "1") else f" {kind.unit}"
            example = f"{name} >= 1{unit}"
        case "duration":
            example = f"{name} >= 6 weeks"
        case "date":
            example = f"{name} within last 2 years"
        case "code":
            example = f"{name} is known"
    return advice(f"Schrijf zoiets als `{example}`.", f"Write something like `{example}`.")


def described(place: Place, name: Name) -> tuple[Note, ...]:
    declared = place.scope.names.get(name.text.partition(".")[0])
    if declared is None or name.text in place.fields:
        return ()
    return (Note(declared.span, {"nl": "hier staat het beschreven", "en": "it is described here"}),)
