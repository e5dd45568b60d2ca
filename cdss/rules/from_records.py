"""Facts that are read from the record: which lists, which of their records, what is taken (language §4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from cdss.errors import Text
from cdss.models.condition import Amount, Condition, Criterion, Day, Name
from cdss.models.dates import Duration
from cdss.models.guideline import FactSource, FromPatient, FromRecords
from cdss.models.patient import LIST_OF
from cdss.models.value import ValueType
from cdss.rules.closest import closest, did_you_mean, one_of
from cdss.rules.comparison import parse_where
from cdss.rules.conditions import resolve_condition
from cdss.rules.declare import Declared
from cdss.rules.draft import advice
from cdss.rules.kinds import PATIENT_FIELDS, declared_type, kinds_of, product_classes
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Node, Scalar
from cdss.rules.names import Place, name_written, resolve_value_name, set_named
from cdss.rules.operands import duration_operand, limit_operand
from cdss.rules.picks import Picking, pick_fits, reads_no_records
from cdss.rules.record_fields import FIELDS, fields_of
from cdss.rules.strata import criteria_in, names_in_test
from cdss.rules.synonyms import probably_meant
from cdss.rules.written import key_span, scalar, scalars, text


def read_from_records(place: Place, declared: Declared, kind: ValueType | None) -> FactSource | None:
    node = declared.body
    origins = scalars(node.get("from"))
    if len(origins) == 1 and origins[0].text.startswith("patient."):
        field = origins[0].text.removeprefix("patient.")
        if field in PATIENT_FIELDS:
            return FromPatient(field)
        place.draft.report(
            "unknown-field",
            origins[0].span,
            "de patiënt heeft dit veld niet",
            "the patient has no such field",
            help=_meant(field, PATIENT_FIELDS, "patient.")
            or one_of(f"patient.{one}" for one in PATIENT_FIELDS),
        )
        return None
    lists, instrument = _origins(place, origins)
    if lists is None:
        return None
    if not lists and not instrument and not reads_no_records(place.draft, node):
        return None
    members = _members(place, node)
    if members is None:
        return None
    if not members and "observations" in lists:
        _reads_everything(place, declared)
        return None
    fields = _fields(place, declared, origins, members, kind)
    here = place.with_fields(fields)
    where = _where(here, node.get("where"))
    pick = _pick(declared, lists, instrument, kind)
    products = tuple(name for name, one in place.scope.names.items() if one.kind == "product_set")
    outputs = _outputs_of_instrument(place, node)
    picking = Picking(node, pick, lists, instrument, fields, outputs, products)
    field, distinct = _field(place, picking), _distinct(place, node.get("distinct"), fields)
    if (node.get("field") is not None and not field) or (node.get("distinct") is not None and not distinct):
        return None
    if (lists or instrument) and not pick_fits(place.draft, picking, kind):
        return None
    amounts = {key: _amount(place, node.get(key)) for key in ("within", "after_age", "together_within")}
    after, before = _day(place, node.get("after")), _day(place, node.get("before"))
    _check_days(place, node, after, before)
    return FromRecords(
        lists=lists,
        instrument=instrument,
        members=members,
        where=where,
        within=amounts["within"],
        after=after,
        before=before,
        after_age=amounts["after_age"],
        episode=_episode(place, node.get("episode")),
        together_within=amounts["together_within"],
        distinct=distinct,
        pick=pick,
        field=field,
    )


def _meant(written: str, known: Iterable[str], before: str = "") -> Text | None:
    """Help with the word that was probably meant, also for a Dutch one."""
    near = probably_meant(written, known)
    return {"nl": f"Bedoelt u `{before}{near}`?", "en": f"Did you mean `{before}{near}`?"} if near else None


def _reads_everything(place: Place, declared: Declared) -> None:
    """Without codes any measurement would do: the weight of a patient for a T-score."""
    known = [name for name, one in place.scope.names.items() if one.kind == "value_set"]
    near = closest(f"{declared.name}_codes", known) or "..."
    place.draft.report(
        "missing-in",
        declared.span,
        "er staat niet welke metingen dit zijn; zonder codes telt elke meting",
        "it is not said which measurements these are; without codes any measurement counts",
        help=advice(f"Voeg `in: {near}` toe, een lijst van codes.", f"Add `in: {near}`, a set of codes."),
    )


def _origins(place: Place, origins: Sequence[Scalar]) -> tuple[tuple[str, ...] | None, str]:
    """The lists of the record, and the id of an instrument; None after a problem."""
    lists: list[str] = []
    instrument = ""
    for one in origins:
        declared = place.scope.names.get(one.text)
        if one.text in LIST_OF:
            lists.append(LIST_OF[one.text])
        elif declared is not None and declared.kind == "instrument":
            instrument = declared.id
        elif one.text != "answer":
            instruments = [name for name, other in place.scope.names.items() if other.kind == "instrument"]
            place.draft.report(
                "unknown-list",
                one.span,
                "dit is geen lijst van het dossier, en geen meetinstrument",
                "this is no list of the record, and no instrument",
                help=_meant(one.text, [*LIST_OF, "answer", *instruments]) or one_of([*LIST_OF, "answer"]),
            )
            return None, ""
    return tuple(lists), instrument


def _members(place: Place, node: MappingNode) -> str | None:
    """The id of the value set or product set under `in`; "" when there is none, None after a problem."""
    written = scalar(node.get("in"))
    if written is None:
        return ""
    return set_named(place, written, ("value_set", "product_set"))


def _fields(
    place: Place, declared: Declared, origins: Sequence[Scalar], members: str, kind: ValueType | None
) -> dict[str, ValueType]:
    """The fields of one record that this fact may speak of, and what its value set or product set adds."""
    lists = tuple(one.text if one.text in FIELDS else "questionnaire" for one in origins)
    fields = fields_of(lists)
    if members in place.draft.value_sets:
        groups = tuple(dict.fromkeys(place.draft.value_sets[members].groups.values()))
        if groups:
            fields["group"] = ValueType("choice", words=groups)
    if members in place.draft.product_sets:
        set_node = place.draft.declared[members].node
        classes = product_classes(set_node)
        if classes:
            fields["class"] = ValueType("choice", words=classes)
    if "observation" in lists:
        said = declared_type(declared.body)
        fields["value"] = said if said is not None else ValueType("code")
    elif kind is not None and "answer" in lists:
        fields["value"] = kind
    return fields


def _where(place: Place, node: Node | None) -> tuple[Condition, ...]:
    if node is None:
        return ()
    parsed = parse_where(node)
    if isinstance(parsed, list):
        place.draft.problems.extend(parsed)
        return ()
    found = tuple(resolve_condition(place, one) for one in parsed)
    for condition in found:
        for criterion in criteria_in(condition):
            _check_about_record(place, criterion)
    return found


def _check_about_record(place: Place, criterion: Criterion) -> None:
    """A line of `where` speaks of the record; one about the patient would let all records in, or none."""
    names = list(names_in_test(criterion.test))
    if not names or any(name.ref is None or name.ref.kind == "field" for name in names):
        return
    place.draft.report(
        "unknown-field",
        criterion.span,
        "deze regel zegt niets over het record: hij noemt geen veld ervan",
        "this line says nothing about the record: it names no field of it",
        help=one_of(place.fields),
    )


def _pick(declared: Declared, lists: tuple[str, ...], instrument: str, kind: ValueType | None) -> str:
    """What is taken of the records: `exists` unless the fact has a unit, choices or an instrument."""
    said = text(declared.body.get("pick"))
    if said:
        return said
    if instrument or not lists or declared.body.get("field") is not None:
        return "latest"
    if kind is None or kind.kind == "yes_no":
        return "exists"
    return "date" if kind.kind == "date" and not _has_value(lists) else "latest"


def _has_value(lists: tuple[str, ...]) -> bool:
    return "observations" in lists


def _field(place: Place, picking: Picking) -> str:
    written = scalar(picking.node.get("field"))
    if written is None:
        return ""
    known = picking.outputs if picking.instrument else picking.fields
    if written.text in known:
        return written.text
    place.draft.report(
        "unknown-field",
        written.span,
        "de records die dit gegeven leest hebben dit veld niet",
        "the records that this fact reads have no such field",
        help=did_you_mean(written.text, known) or one_of(known),
    )
    return ""


def _outputs_of_instrument(place: Place, node: MappingNode) -> Mapping[str, ValueType]:
    for one in scalars(node.get("from")):
        declared = place.scope.names.get(one.text)
        if declared is not None and declared.kind == "instrument":
            return kinds_of(place.draft, declared).outputs
    return {}


def _distinct(place: Place, node: Node | None, fields: Mapping[str, ValueType]) -> str:
    written = scalar(node)
    if written is None:
        return ""
    if written.text in fields:
        return written.text
    place.draft.report(
        "unknown-field",
        written.span,
        "de records die dit gegeven leest hebben dit veld niet",
        "the records that this fact reads have no such field",
        help=did_you_mean(written.text, fields) or one_of(fields),
    )
    return ""


def _episode(place: Place, node: Node | None) -> Name | None:
    written = scalar(node)
    if written is None:
        return None
    name = name_written(place, written)
    if name is None or name.ref is None or name.ref.type is None:
        return None
    if name.ref.type.kind != "code":
        place.draft.report(
            "wrong-type",
            name.span,
            f"`{name.text}` noemt geen episode",
            f"`{name.text}` does not name an episode",
            help=advice(
                "Lees de episode met `pick: latest` en `field: episode`.",
                "Read the episode with `pick: latest` and `field: episode`.",
            ),
        )
        return None
    return name


# The window


def _amount(place: Place, node: Node | None) -> Duration | Name | None:
    """An amount of time, or a name of one: what `within` and `after_age` take."""
    parsed = limit_operand(place, node)
    if parsed is None:
        return None
    if isinstance(parsed, Day):
        place.draft.report(
            "wrong-type",
            parsed.span,
            "hier hoort een tijdsduur, geen datum",
            "an amount of time belongs here, not a date",
            help=advice(
                f"Schrijf bijvoorbeeld `2 years`; een dag staat onder `after: {parsed.date.isoformat()}`.",
                f"Write for instance `2 years`; a day stands under `after: {parsed.date.isoformat()}`.",
            ),
        )
        return None
    if isinstance(parsed, Amount) and parsed.quantity.value <= 0:
        place.draft.report(
            "empty-range",
            parsed.span,
            "in dit tijdvak ligt geen dag",
            "no day lies in this period",
            help=advice(
                "Schrijf een tijdsduur van minstens 1 day.", "Write an amount of time of at least 1 day."
            ),
        )
        return None
    end = duration_operand(place, parsed)
    return end.duration if isinstance(end, Amount) else end


def _day(place: Place, node: Node | None) -> date | Name | None:
    """A date, or a name whose value is one: what `after` and `before` take."""
    parsed = limit_operand(place, node)
    if parsed is None:
        return None
    if isinstance(parsed, Day):
        return parsed.date
    if isinstance(parsed, Name):
        name = resolve_value_name(place, parsed)
        if name is None or name.ref is None or name.ref.type is None:
            return None
        if name.ref.type.kind == "date":
            return name
    place.draft.report(
        "wrong-type",
        parsed.span,
        "hier hoort een datum, of een naam waarvan de waarde een datum is",
        "a date belongs here, or a name whose value is a date",
        help=advice(
            "Een tijdsduur tot vandaag staat onder `within`, een leeftijd onder `after_age`.",
            "An amount of time up to today stands under `within`, an age under `after_age`.",
        ),
    )
    return None


def _check_days(
    place: Place, node: MappingNode, after: date | Name | None, before: date | Name | None
) -> None:
    """Between two days that are both written out lies at least one."""
    if isinstance(after, date) and isinstance(before, date) and (before - after).days < 2:
        place.draft.report(
            "empty-range",
            key_span(node, "before"),
            "tussen deze twee dagen ligt geen dag; `after` en `before` tellen zelf niet mee",
            "no day lies between these two; `after` and `before` do not count themselves",
            help=advice("Zet de eerste dag onder `after`.", "Put the first day under `after`."),
        )
