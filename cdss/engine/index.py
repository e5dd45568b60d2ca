"""What one patient has for each selection of a program: found in one walk over the records.

A program holds hundreds of facts and a patient a few dozen records. So the codes of the selections are turned round
once per program (code -> selections), each record is held against that once per call, and a fact looks only at the
records that can match. A selection without a record is not in the answer, and costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias

from cdss.engine.selection import SUPPLIED, leaves_nothing, received
from cdss.engine.sight import is_delivered
from cdss.models.codes import levels
from cdss.models.patient import LIST_OF, LISTS, Answer, Patient, Record
from cdss.models.program import FieldIs, NodeId, Program, RecordAll, RecordTest, Select, Treatment
from cdss.models.value import INF

Row: TypeAlias = tuple[float, float, str, int, Record, str | None]
"""A record that may match: its first and last day as ordinals, list, index, the record, and the group of its set."""

Rows: TypeAlias = dict[NodeId, list[Row]]
Said: TypeAlias = dict[int, list[Answer]]
"""The answers that exist on the reference date, by the slot of their name."""
Supplied: TypeAlias = dict[NodeId, dict[str, list[Record]]]
"""For each treatment the records, by list, of which a code stands in its product sets."""

DELIVERED: Final = 1
OWN: Final = 2
COMPLETE: Final = 4
ASSUMABLE: Final = 8
NOTHING_GONE: Final[Mapping[int, Record | None]] = {}

DOCUMENTS: Final = "documents"
_MOST_CODES: Final = 20_000
"""How many combinations of codes are remembered. What lies beyond is worked out each time."""

_Hits: TypeAlias = tuple[tuple[NodeId, str | None], ...]
_Found: TypeAlias = tuple[_Hits, tuple[NodeId, ...]]


@dataclass(frozen=True, slots=True)
class _List:
    """One list of the record, turned round: which selections and treatments look at a record of it."""

    name: str
    every: _Hits  # whatever its codes
    levels: Mapping[str, _Hits]  # by each code that covers it
    labels: Mapping[str, _Hits]  # by what somebody called it, which counts before its codes
    fields: tuple[
        tuple[str, Mapping[str, _Hits], _Hits], ...
    ]  # by a word of a field; all of them when not recorded
    treatments: Mapping[str, tuple[NodeId, ...]]  # by each code that covers it
    known: dict[tuple[str, ...], _Found] = field(default_factory=dict)  # what was found before

    def find(self, codes: tuple[str, ...]) -> _Found:
        """Who looks at a record with these codes; selections with the group of the first code that fits."""
        hits: dict[NodeId, str | None] = {}
        treatments: dict[NodeId, None] = {}
        for code in codes:
            for level in levels(code):
                for select, group in self.levels.get(level, ()):
                    hits.setdefault(select, group)
                treatments.update(dict.fromkeys(self.treatments.get(level, ())))
        found = (*self.every, *hits.items()), tuple(treatments)
        if len(self.known) < _MOST_CODES:
            self.known[codes] = found
        return found

    def by_words(self, record: Record, hits: _Hits) -> _Hits:
        """With the selections that look at a word of the record instead of its codes."""
        label = record.fields.get("label") if self.labels else None
        if isinstance(label, str) and label in self.labels:
            called = self.labels[label]
            hits = (*called, *(hit for hit in hits if hit[0] not in {number for number, _ in called}))
        for name, words, unrecorded in self.fields:
            value = record.fields.get(name)
            hits += unrecorded if value is None else words.get(word_of(value), ())
        return hits


class PatientIndex:
    """Finds what a patient has for the selections, treatments and answered facts of one program."""

    def __init__(self, program: Program, wanted: Iterable[NodeId], names: Iterable[str]) -> None:
        chosen = {number: program.nodes[number] for number in wanted}
        selections = {number: node for number, node in chosen.items() if isinstance(node, Select)}
        treatments = {number: node for number, node in chosen.items() if isinstance(node, Treatment)}
        self.lists: Final = _in_order({name for node in selections.values() for name in node.lists})
        supplied = {name for node in treatments.values() for name in supply_lists(node)}
        self.treats: Final = bool(treatments)
        self._lists: Final = tuple(
            _turned_round(name, selections, treatments) for name in _in_order({*self.lists, *supplied})
        )
        self.slots: Final[Mapping[str, int]] = {name: slot for slot, name in enumerate(dict.fromkeys(names))}

    def rows(self, patient: Patient, on: int) -> tuple[Rows, Supplied]:
        """The records that may match, by selection and treatment. Records dated after the reference date do not
        exist for a selection, nor what was returned or not given at all."""
        rows: Rows = {}
        supplied: Supplied = {}
        lists = patient.lists
        for one in self._lists:
            records = lists.get(one.name)
            if not records:
                continue
            known = one.known
            by_words = bool(one.labels or one.fields)
            gone = _gone(records, on) if one.name in SUPPLIED else NOTHING_GONE
            for record in records:
                hits, treatments = known.get(record.codes) or one.find(record.codes)
                if treatments:
                    for treatment in treatments:
                        supplied.setdefault(treatment, {}).setdefault(one.name, []).append(record)
                if by_words:
                    hits = one.by_words(record, hits)
                if not hits:
                    continue
                if record.index in gone:
                    left = gone[record.index]
                    if left is None:
                        continue
                    record = left
                when = record.on
                if when is None:
                    first: float = -INF
                    last = on
                else:
                    first = when.first.toordinal()
                    if first > on:
                        continue
                    last = when.last.toordinal()
                for select, group in hits:
                    row = (first, last, record.list, record.index, record, group)
                    if select in rows:
                        rows[select].append(row)
                    else:
                        rows[select] = [row]
        return rows, supplied

    def said(self, patient: Patient, on: date) -> Said:
        """The answers by the slot of their name, in the order in which they were given."""
        found: Said = {}
        slots = self.slots
        for answer in patient.answers:
            slot = slots.get(answer.fact)
            if slot is None or not (answer.on is None or answer.on.first <= on):
                continue
            if slot in found:
                found[slot].append(answer)
            else:
                found[slot] = [answer]
        return found

    def delivery(self, patient: Patient, on: date) -> list[float]:
        """For each list in turn its flags, and the first day from which it holds all there is (inf: never)."""
        delivered = patient.delivered
        found: list[float] = []
        for name in self.lists:
            period = delivered.get(name)
            if period is None:
                found += (0, INF)
            elif period.reach == "own":
                ended = period.last is not None and period.last < on
                found += (DELIVERED | OWN if ended else DELIVERED | OWN | ASSUMABLE, INF)
            elif period.reach != "all" or (period.last is not None and period.last < on):
                found += (DELIVERED, INF)
            else:
                found += (DELIVERED, -INF if period.first is None else period.first.toordinal())
        return found


def outlook(patient: Patient, on: date) -> tuple[str | None, ...]:
    """The reach of each list on the day, None when it was not delivered for that day.

    A treatment of which there is no record at all rests on nothing else: since when a list is complete does not matter.
    """
    delivered = patient.delivered
    return tuple(delivered[name].reach if is_delivered(patient, name, on) else None for name in LISTS)


def supply_lists(node: Treatment) -> tuple[str, ...]:
    """The lists of which a treatment reads only what stands in its product sets."""
    named = (*node.sources, *node.or_sources, *node.ended_by, "prescriptions")
    return tuple(dict.fromkeys(LIST_OF.get(name, name) for name in named))


def word_of(value: object) -> str:
    """A field as a `where` compares it: true and false are yes and no."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _gone(records: Sequence[Record], on: int) -> Mapping[int, Record | None]:
    """When something was returned by the reference date, or nothing given at all: what is left of each record, by
    index (None: nothing)."""
    if not any(map(leaves_nothing, records)):
        return NOTHING_GONE
    there = [record for record in records if record.on is None or record.on.first.toordinal() <= on]
    kept = {record.index: record for record in received(there)}
    return {record.index: kept.get(record.index) for record in there}


def _in_order(names: set[str]) -> tuple[str, ...]:
    return (*(name for name in LISTS if name in names), *sorted(names - set(LISTS)))


class _Buckets:
    """Hits by word, while they are gathered."""

    def __init__(self) -> None:
        self._hits: dict[str, list[tuple[NodeId, str | None]]] = {}

    def add(self, word: str, select: NodeId, group: str | None = None) -> None:
        self._hits.setdefault(word, []).append((select, group))

    def done(self) -> dict[str, _Hits]:
        return {word: tuple(hits) for word, hits in self._hits.items()}


def _turned_round(
    name: str, selections: Mapping[NodeId, Select], treatments: Mapping[NodeId, Treatment]
) -> _List:
    every: list[tuple[NodeId, str | None]] = []
    by_level, by_label = _Buckets(), _Buckets()
    by_field: dict[str, _Buckets] = {}
    unrecorded: dict[str, list[tuple[NodeId, str | None]]] = {}
    for number, node in selections.items():
        if name not in node.lists:
            continue
        if name == DOCUMENTS:  # a letter may hold anything: nobody has read it
            every.append((number, None))
        elif node.products:
            for code in dict.fromkeys(line.code for line in node.products):
                by_level.add(code, number)
        elif node.patterns:
            for pattern in dict.fromkeys(node.patterns):
                by_level.add(pattern, number, node.groups.get(pattern))
            for label, group in sorted(node.groups.items()):
                by_label.add(label, number, group)
        elif (test := _first_word_test(node.where)) is not None:
            unrecorded.setdefault(test.field, []).append((number, None))
            for word in sorted(test.words):
                by_field.setdefault(test.field, _Buckets()).add(word, number)
        else:
            every.append((number, None))
    by_code: dict[str, list[NodeId]] = {}
    for number, treatment in treatments.items():
        if name in supply_lists(treatment):
            codes = [line.code for line in (*treatment.products, *treatment.switch_products)]
            for code in dict.fromkeys(codes):
                by_code.setdefault(code, []).append(number)
    return _List(
        name,
        tuple(every),
        by_level.done(),
        by_label.done(),
        tuple(
            (test_field, by_field[test_field].done() if test_field in by_field else {}, tuple(hits))
            for test_field, hits in unrecorded.items()
        ),
        {code: tuple(numbers) for code, numbers in by_code.items()},
    )


def _first_word_test(where: RecordTest | None) -> FieldIs | None:
    """A test of one field against words that every match must pass, if there is one: a bucket for each word."""
    match where:
        case FieldIs() if not where.patterns and where.field not in ("group", "class"):
            return where
        case RecordAll():
            return next(
                (found for item in where.items if (found := _first_word_test(item)) is not None), None
            )
        case _:
            return None
