"""Values, records and patients for hypothesis. `ON` is the reference date around which everything lies.

The pools are small on purpose: codes, words and days must meet often, or nothing is ever tested. Programs stand in
`programs.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy, composite

from cdss.models.patient import LISTS, Answer, Days, Delivered, FieldValue, Patient, Record
from cdss.models.value import INF, NO_DATE, Value, ValueType

ON = date(2026, 3, 1)
MILLION = 1_000_000

WEIGHT = ValueType("number", unit="kg", low=0, high=200 * MILLION)
COUNT = ValueType("number", low=0)
POINTS = ValueType("number", unit="points")
PAIN = ValueType("choice", ("none", "mild", "severe"), ordered=True)
SITE = ValueType("choice", ("hip", "rib", "skull"))
GROUPS = ValueType("collection", ("1", "2", "3"))
DATE = ValueType("date")
DURATION = ValueType("duration", unit="days", low=0)
CODE = ValueType("code")

# Values


def numbers(kind: ValueType = WEIGHT) -> SearchStrategy[Value]:
    """A known number, or a range of the type."""
    ends = st.integers(0, 8).map(lambda step: step * 25 * MILLION)
    low = ends if kind.low > -INF else st.one_of(ends, st.just(-INF))
    high = ends if kind.high < INF else st.one_of(ends, st.just(INF))
    ranges = st.tuples(low, high).map(lambda pair: (min(pair), max(pair)))
    return st.one_of(ends.map(lambda end: (end, end)), ranges)


def durations() -> SearchStrategy[Value]:
    ends = st.sampled_from((0, 30, 60, 365)).map(lambda days: days * MILLION)
    return st.one_of(
        ends.map(lambda end: (end, end)),
        st.tuples(ends, ends).map(lambda pair: (min(pair), max(pair))),
        ends.map(lambda end: (end, INF)),
    )


def dates() -> SearchStrategy[Value]:
    """A day, some days, perhaps no day, surely no day."""
    ordinals = days_near().map(lambda days: days.first.toordinal())
    pairs = st.tuples(ordinals, ordinals).map(lambda pair: (min(pair), max(pair)))
    return st.one_of(
        ordinals.map(lambda day: (day, day, False)),
        st.just(NO_DATE),
        st.tuples(pairs, st.booleans()).map(lambda parts: (*parts[0], parts[1])),
        st.just((-INF, ON.toordinal(), False)),
        st.just((-INF, INF, True)),
    )


def choices(kind: ValueType) -> SearchStrategy[Value]:
    return st.integers(1, kind.all_bits)


def collections(kind: ValueType) -> SearchStrategy[Value]:
    bits = st.integers(0, kind.all_bits)
    return st.tuples(bits, bits).map(lambda pair: (pair[0] & pair[1], pair[0] | pair[1]))


def words() -> SearchStrategy[Value]:
    some = st.frozensets(st.sampled_from(("e1", "e2", "e3")), min_size=1, max_size=2)
    return st.one_of(st.none(), some)


def values(kind: ValueType) -> SearchStrategy[Value]:
    """A value of this type, known or open."""
    match kind.kind:
        case "yes_no":
            return st.integers(0, 2)
        case "choice":
            return choices(kind)
        case "number":
            return numbers(kind)
        case "duration":
            return durations()
        case "date":
            return dates()
        case "collection":
            return collections(kind)
        case "code":
            return words()


# Days


def days_near(on: date = ON) -> SearchStrategy[Days]:
    """A day around a date: often on it, or just beside the limits that programs use; sometimes after it."""
    known = (0, -1, 1, -30, -59, -60, -61, -365, -366, -730, -1500, -9000, 40)
    days = st.sampled_from(known).map(lambda step: on + timedelta(days=step))
    return days.map(lambda day: Days(day, day))


def partial_days(on: date = ON) -> SearchStrategy[Days]:
    """A day, a month or a year."""
    return st.one_of(days_near(on), days_near(on).map(_month), days_near(on).map(_year))


def _month(days: Days) -> Days:
    first = days.first.replace(day=1)
    return Days(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def _year(days: Days) -> Days:
    return Days(days.first.replace(month=1, day=1), days.first.replace(month=12, day=31))


# Patients

CODES = (
    "icpc-1:L95",
    "icpc-1:L95.01",
    "icpc-1:L72",
    "icpc-1:L03",
    "atc:M05BA",
    "atc:M05BA04",
    "atc:M05BX04",
    "loinc:29463-7",
    "loinc:38265-5",
    "loinc:99999-9",
)
LABELS = ("non_specific", "disc_radicular", "fracture")

_FIELDS: Mapping[str, SearchStrategy[FieldValue]] = {
    "value": st.sampled_from(
        (Decimal("19.5"), Decimal("60"), 60, Decimal("500"), Decimal("-3"), "sixty", True)
    ),
    "comparator": st.sampled_from(("<", "<=", ">", ">=")),
    "bound": st.sampled_from((Decimal(90), Decimal("0.5"), 60)),
    "unit": st.sampled_from(("kg", "g", "mmol/L", "furlong")),
    "site": st.sampled_from(("hip", "rib", "skull", "elbow")),
    "cause": st.sampled_from(("low_energy", "high_energy")),
    "active": st.booleans(),
    "episode": st.sampled_from(("e1", "e2")),
    "kind": st.sampled_from(("normal", "return", "stop", "start", "not_used", "hospital", "nursing_home")),
    "stop_type": st.sampled_from(("definitive", "temporary", "cancelled")),
    "strength": st.sampled_from(("70 mg", "0.07 g", "60 mg", "120 mg", "no idea")),
    "quantity": st.sampled_from((12, 4, 1, -12, Decimal("0"))),
    "days_supply": st.sampled_from((84, 28, 0)),
    "usage": st.sampled_from(("nhg-25:1W1T", "1 per week", "1-2W1T", "as told")),
    "label": st.sampled_from(LABELS),
    "until": partial_days(),
    "stop_on": partial_days(),
    "from": partial_days(),
    "proposed": st.booleans(),
}
_OF_LIST: Mapping[str, tuple[str, ...]] = {
    "conditions": ("site", "cause", "active", "episode", "until"),
    "observations": ("value", "unit", "site", "comparator", "bound"),
    "dispensings": ("strength", "quantity", "days_supply", "usage", "kind"),
    "prescriptions": ("strength", "quantity", "usage", "until", "stop_on", "proposed"),
    "administrations": ("strength",),
    "agreements": ("kind", "stop_type", "from", "until", "strength"),
    "stays": ("kind", "from", "until"),
    "contacts": ("label", "episode"),
    "documents": ("label",),
}
RECORDED_LISTS = (*_OF_LIST, "questionnaires")


@dataclass(frozen=True)
class Looked:
    """What a program looks at, so that patients have it: facts, lists, codes, words of fields, items of forms."""

    facts: Mapping[str, str]
    lists: tuple[str, ...] = RECORDED_LISTS
    codes: tuple[str, ...] = CODES
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    forms: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: dict.fromkeys(("odi", "sb"), ("1", "2", "3"))
    )


@composite
def records(draw: st.DrawFn, name: str, index: int, looked: Looked) -> Record:
    """One entry of a list, complete or with gaps; its first code is a likely one."""
    on = draw(st.one_of(partial_days(), days_near(), days_near(), st.none()))
    if name == "questionnaires":
        return draw(forms(index, on, looked))
    codes = tuple(draw(st.lists(st.sampled_from(CODES), max_size=1)))
    if draw(st.integers(0, 4)):
        codes = (draw(st.sampled_from(looked.codes)), *codes)
    fields: dict[str, FieldValue] = {}
    for one in dict.fromkeys((*_OF_LIST.get(name, ()), *looked.words)):
        if draw(st.integers(0, 3)):  # one in four is not recorded
            words = looked.words.get(one, ())
            if one not in _FIELDS or (words and draw(st.booleans())):
                word = draw(st.sampled_from(words))
                fields[one] = {"yes": True, "no": False}.get(word, word)
            else:
                fields[one] = draw(_FIELDS[one])
    return Record(name, index, on, codes, fields)


@composite
def forms(draw: st.DrawFn, index: int, on: Days | None, looked: Looked) -> Record:
    """One filled-in form, complete, with open items, or with an answer that cannot be."""
    name = draw(st.sampled_from(sorted(looked.forms)))
    scores = st.sampled_from((0, 1, 2, 3, 9))
    if draw(st.booleans()):
        items = {item: draw(scores) for item in looked.forms[name]}
    else:
        items = draw(st.dictionaries(st.sampled_from(looked.forms[name]), scores))
    totals = draw(
        st.dictionaries(st.sampled_from(("value", "total")), st.sampled_from((0, 3, 7)), max_size=1)
    )
    fields = {"name": name, "episode": draw(st.sampled_from(("e1", None)))}
    return Record("questionnaires", index, on, (), fields, items, {} if draw(st.booleans()) else totals)


@composite
def deliveries(draw: st.DrawFn) -> Mapping[str, Delivered]:
    """How far lists were delivered: not, for ever, for a period, or by this practice only."""
    periods = (
        Delivered(),
        Delivered(),
        Delivered(reach="own"),
        Delivered(date(2024, 1, 1), None),
        Delivered(date(2025, 12, 31), None, "own"),
        Delivered(None, date(2026, 1, 1)),
    )
    if draw(st.integers(0, 2)):
        return dict.fromkeys(LISTS, draw(st.sampled_from(periods)))
    return draw(st.dictionaries(st.sampled_from(RECORDED_LISTS), st.sampled_from(periods)))


FACTS: Mapping[str, str] = dict.fromkeys((f"fact_{number}" for number in range(8)), "yes_no")
ANSWERS = (
    True,
    False,
    "yes",
    "no",
    "none",
    "mild",
    "hip",
    "rib or hip",
    60,
    "60 kg",
    "900 kg",
    "30 days",
    "2025-12-31",
    "e1",
    None,
    "x",
)


_SAID: Mapping[str, tuple[object, ...]] = {
    "yes_no": (True, False, "yes", "no"),
    "choice": ("none", "mild", "severe", "hip", "rib or hip", "mild or severe"),
    "number": (60, 19, "60 kg", "900 kg", Decimal("61.5"), "20..50"),
    "duration": ("30 days", 60, "2 months"),
    "date": ("2025-12-31", "2025", "none"),
    "collection": ("1", ["1", "3"], ["9"]),
    "code": ("e1", "e2"),
}


@composite
def answers(draw: st.DrawFn, facts: Mapping[str, str] = FACTS) -> Answer:
    """An answer to one of these facts (name -> kind), mostly one that it can have, on some day or nobody knows when."""
    name = draw(st.sampled_from(sorted(facts)))
    pool = _SAID[facts[name]] if draw(st.integers(0, 5)) else ANSWERS
    return Answer(name, draw(st.sampled_from(pool)), draw(st.one_of(days_near(), partial_days(), st.none())))


@composite
def patients(
    draw: st.DrawFn,
    facts: Mapping[str, str] = FACTS,
    lists: tuple[str, ...] = RECORDED_LISTS,
    codes: tuple[str, ...] = CODES,
    looked: Looked | None = None,
    busy: bool = False,
) -> Patient:
    """A record: few entries in few lists, some of them open in every way in which a record can be open.

    A busy patient has records in every list, and an answer to most facts.
    """
    looked = looked or Looked(facts, lists, codes)
    chosen = list(looked.lists)
    if not busy:
        chosen = draw(st.lists(st.sampled_from(looked.lists), max_size=len(looked.lists), unique=True))
    said = draw(st.lists(answers(looked.facts), max_size=2 * len(looked.facts)))
    if busy:
        said += [
            draw(answers({name: kind})) for name, kind in looked.facts.items() if draw(st.integers(0, 3))
        ]
    recorded = {
        name: tuple(
            draw(records(name, index, looked)) for index in range(draw(st.integers(1, 7 if busy else 4)))
        )
        for name in chosen
    }
    born = draw(
        st.sampled_from(
            (None, Days(date(1950, 3, 1), date(1950, 3, 1)), Days(date(1954, 1, 1), date(1954, 12, 31)))
        )
    )
    left = st.one_of(st.none(), st.none(), st.none(), partial_days())
    return Patient(
        birth_date=born,
        age=draw(st.sampled_from((None, 71))) if born is None else None,
        sex=draw(st.sampled_from((None, "female", "other"))),
        deceased_on=draw(left),
        deregistered_on=draw(left),
        coordinator=draw(st.sampled_from((None, "gp"))),
        delivered=draw(deliveries()),
        lists=recorded,
        answers=tuple(said),
    )


def shuffled(patient: Patient, order: list[int]) -> Patient:
    """The same patient with the records of each list in another order."""
    lists = {
        name: tuple(sorted(found, key=lambda record: order[record.index % len(order)]))
        for name, found in patient.lists.items()
    }
    return replace(patient, lists=lists)
