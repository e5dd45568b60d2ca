"""Questionnaires: item scores, totals, bands, classes and change (language §7). No wording is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from cdss.errors import Problem, Span
from cdss.models.codes import parse_code
from cdss.models.condition import AllOf, Amount, AnyOf, Bound, Comparison, Condition, Criterion, Name, NoneOf
from cdss.models.guideline import InstrumentFile
from cdss.models.instrument import (
    RESPONSES,
    VALUE,
    Band,
    Change,
    ClassRow,
    Formula,
    Instrument,
    Lookup,
    MissingItems,
    Number,
    Scale,
    TotalCompare,
    TotalTree,
)
from cdss.models.quantity import MILLION, millionths, parse_number, parse_quantity
from cdss.models.value import DATE, ValueType
from cdss.rules.closest import did_you_mean, one_of
from cdss.rules.comparison import parse_condition, parse_range
from cdss.rules.declare import Declared
from cdss.rules.draft import Draft, Kinds, advice
from cdss.rules.formula import BadFormula, ends_of, parse_formula
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Node, Scalar
from cdss.rules.unique import report_doubles
from cdss.rules.written import entries, mapping, mappings, scalar, scalars, text, texts

MOST_ITEMS = 200


def build_instruments(draft: Draft) -> None:
    """Every instrument, with the types of what it gives."""
    for declared in draft.declared.values():
        if declared.kind != "instrument":
            continue
        definition = _Reader(draft, declared).read()
        draft.definitions[declared.id] = InstrumentFile(
            id=declared.id,
            name=declared.name,
            definition=definition,
            codes=tuple(parse_code(one.text) for one in scalars(declared.body.get("codes"))),
            outputs=output_types(definition),
            title=texts(declared.body.get("title")),
            file=declared.head.path,
            span=declared.span,
        )


def instrument_kinds(declared: Declared) -> Kinds:
    """What an instrument gives: its own name stands for its main total."""
    outputs = output_types(_Reader(None, declared).read())
    main = next(iter(outputs.values()), None)
    return Kinds(main, outputs)


def output_types(definition: Instrument) -> Mapping[str, ValueType]:
    """The type of everything behind the dot, the main total first."""
    found = {name: _total_type(definition, name) for name in definition.totals}
    if definition.bands:
        words = tuple(band.word for band in sorted(definition.bands, key=_lowest))
        found["band"] = ValueType("choice", words=tuple(dict.fromkeys(words)), ordered=True)
    if definition.classes:
        found["class"] = ValueType("choice", words=definition.class_words)
    found["on"] = DATE
    if definition.change is not None and definition.totals:
        main = found[definition.main]
        found |= {"first": main, "latest": main, "response": ValueType("choice", words=RESPONSES)}
    return found


def _total_type(definition: Instrument, name: str) -> ValueType:
    low, high = ends_of(definition.totals[name], definition.items)
    lookup = definition.lookups.get(name)
    if lookup is not None and lookup.values:
        low, high = min(lookup.values), max(lookup.values)
    return ValueType("number", unit="1", low=low, high=high)


def _lowest(band: Band) -> float:
    return float("-inf") if band.low is None else band.low


@dataclass(frozen=True, slots=True)
class _End:
    number: int
    included: bool


class _Reader:
    """Reads one instrument. Without a draft nothing is reported: then only its types are wanted."""

    def __init__(self, draft: Draft | None, declared: Declared) -> None:
        self.draft = draft
        self.declared = declared
        self.node = declared.body

    def wrong(self, kind: str, span: Span, dutch: str, english: str, help: object = None) -> None:
        if self.draft is not None:
            self.draft.report(kind, span, dutch, english, help=cast("Mapping[str, str] | None", help))

    def read(self) -> Instrument:
        items = dict(self._items())
        totals = dict(self._totals(items))
        return Instrument(
            name=self.declared.name,
            items=items,
            totals=totals,
            missing=self._missing(),
            bands=tuple(self._bands()),
            classes=tuple(self._classes(totals)),
            change=self._change(),
            lookups=dict(self._lookups(totals)),
        )

    # Items

    def _items(self) -> Iterator[tuple[str, Scale]]:
        for entry in entries(self.node.get("items")):
            scale = self._scale(entry.value) or Scale(
                0, 0
            )  # the names stand, so that totals are not reported too
            for name in self._names(entry.key):
                yield name, scale

    def _names(self, key: Scalar) -> list[str]:
        """`1..8` is eight items; another name is one."""
        low, dots, high = key.text.partition("..")
        if not dots:
            return [key.text]
        numbers = sorted((int(low), int(high))) if low.isdecimal() and high.isdecimal() else [0, MOST_ITEMS]
        items = [str(number) for number in range(numbers[0], min(numbers[1], numbers[0] + MOST_ITEMS) + 1)]
        if low.isdecimal() and high.isdecimal() and int(low) <= int(high) <= int(low) + MOST_ITEMS:
            return items
        self.wrong(
            "bad-range",
            key.span,
            "dit is geen reeks van items",
            "this is no range of items",
            advice("Schrijf bijvoorbeeld `1..10`.", "Write for instance `1..10`."),
        )
        return items  # these names stand too

    def _scale(self, node: Node) -> Scale | None:
        if isinstance(node, MappingNode):
            return Scale(words={entry.key.text: self._number(entry.value) for entry in node.entries})
        before = len(self.draft.problems) if self.draft is not None else 0
        ends = self._range(node)
        if ends is not None and ends[0] is not None and ends[1] is not None:
            return Scale(low=ends[0].number, high=ends[1].number)
        if self.draft is not None and len(self.draft.problems) == before:
            self.wrong(
                "bad-range",
                node.span,
                "de score van een item heeft een laagste en een hoogste waarde",
                "the score of an item has a lowest and a highest value",
                advice("Schrijf bijvoorbeeld `0..5`.", "Write for instance `0..5`."),
            )
        return None

    def _number(self, node: Node | None) -> int:
        return millionths(parse_number(text(node, "0")))

    def _range(self, node: Node | None) -> tuple[_End | None, _End | None] | None:
        written = scalar(node)
        if written is None:
            return None
        found = parse_range(written)
        if isinstance(found, Problem):
            if self.draft is not None:
                self.draft.problems.append(found)
            return None
        ends = [self._end(bound) for bound in (found.low, found.high)]
        return (ends[0], ends[1])

    def _end(self, bound: Bound | None) -> _End | None:
        if bound is None:
            return None
        if isinstance(bound.value, Amount):
            return _End(millionths(bound.value.quantity.value), bound.included)
        self.wrong("wrong-type", bound.value.span, "hier hoort een getal", "a number belongs here")
        return None

    # Totals

    def _totals(self, items: Mapping[str, Scale]) -> Iterator[tuple[str, Formula]]:
        total = scalar(self.node.get("total"))
        if total is not None:
            yield from self._total(VALUE, total, items)
        for entry in entries(self.node.get("totals")):
            if isinstance(entry.value, Scalar):
                yield from self._total(entry.key.text, entry.value, items)

    def _total(self, name: str, written: Scalar, items: Mapping[str, Scale]) -> Iterator[tuple[str, Formula]]:
        try:
            yield name, parse_formula(written.text, items)
        except BadFormula as wrong:
            yield name, Number(0)  # the name stands, so that what reads it is not reported too
            help = did_you_mean(wrong.word, [*items, "sum", "mean", "answered"]) if wrong.word else None
            self.wrong(
                "bad-formula",
                written.span,
                wrong.text["nl"],
                wrong.text["en"],
                help
                or advice(
                    "Schrijf bijvoorbeeld `sum of 1..9` of `sum / answered * 20`.",
                    "Write for instance `sum of 1..9` or `sum / answered * 20`.",
                ),
            )

    def _missing(self) -> MissingItems:
        node = mapping(self.node.get("missing_items"))
        if node is None:
            return MissingItems()
        then = text(node.get("then"), "unknown")
        at_most = text(node.get("at_most"))
        return MissingItems(
            cast(Literal["prorate", "range", "unknown"], then if then in ("prorate", "range") else "unknown"),
            int(at_most) if at_most.isdecimal() else None,
        )

    # Bands and classes

    def _bands(self) -> Iterator[Band]:
        for entry in entries(self.node.get("bands")):
            band = self._band(entry.key.text, entry.value)
            if band is not None:
                yield band

    def _band(self, word: str, node: Node | None) -> Band | None:
        ends = self._range(node)
        if ends is None:
            return None
        low, high = ends
        return Band(
            word,
            low=low.number if low else None,
            low_inclusive=low.included if low else True,
            high=high.number if high else None,
            high_inclusive=high.included if high else True,
        )

    def _classes(self, totals: Mapping[str, Formula]) -> Iterator[ClassRow]:
        node = mapping(self.node.get("class"))
        if node is None:
            return
        rows = list(mappings(node.get("rows")))
        if self.draft is not None:
            report_doubles(self.draft, [one for row in rows if (one := scalar(row.get("id")))])
        for row in rows:
            written = row.get("when")
            when = None
            if written is not None:
                parsed = parse_condition(written)
                if isinstance(parsed, list):
                    if self.draft is not None:
                        self.draft.problems.extend(parsed)
                    continue
                when = self._test(parsed, totals)
                if when is None:
                    continue
            yield ClassRow(text(row.get("id")), text(row.get("then")), when)

    def _test(self, condition: Condition, totals: Mapping[str, Formula]) -> TotalCompare | TotalTree | None:
        match condition:
            case AllOf() | AnyOf() | NoneOf():
                how: dict[type, Literal["all", "any", "none"]] = {AllOf: "all", AnyOf: "any", NoneOf: "none"}
                tests = [self._test(item, totals) for item in condition.items]
                found = tuple(test for test in tests if test is not None)
                return TotalTree(how[type(condition)], found) if len(found) == len(tests) else None
            case Criterion():
                return self._compare(condition, totals)

    def _compare(self, criterion: Criterion, totals: Mapping[str, Formula]) -> TotalCompare | None:
        match criterion.test:
            case Comparison(left=Name() as name, operator=operator, right=Amount() as amount):
                total = VALUE if name.text == "total" and VALUE in totals else name.text
                if total not in totals:
                    self.wrong(
                        "unknown-name",
                        name.span,
                        "dit meetinstrument heeft geen totaal met deze naam",
                        "this instrument has no total with this name",
                        did_you_mean(name.text, totals) or one_of(totals),
                    )
                    return None
                return TotalCompare(total, operator, millionths(amount.quantity.value))
            case _:
                self.wrong(
                    "wrong-type",
                    criterion.span,
                    "hier hoort een totaal met een getal vergeleken te worden",
                    "a total should be compared with a number here",
                    advice("Schrijf bijvoorbeeld `total <= 3`.", "Write for instance `total <= 3`."),
                )
                return None

    # Change and look-up

    def _change(self) -> Change | None:
        node = mapping(self.node.get("change"))
        if node is None:
            return None
        better = text(node.get("better"), "lower")
        recovered = node.get("recovered")
        return Change(
            better="higher" if better == "higher" else "lower",
            absolute=self._number(node.get("absolute")) if node.get("absolute") is not None else None,
            part=self._part(node.get("part")),
            recovered=self._band("recovered", recovered) if recovered is not None else None,
        )

    def _part(self, node: Node | None) -> int | None:
        """A share of the first measurement: 30 % is 300,000 millionths."""
        if node is None:
            return None
        quantity = parse_quantity(text(node))
        return millionths(quantity.value / 100 if quantity.unit == "%" else quantity.value)

    def _lookups(self, totals: Mapping[str, Formula]) -> Iterator[tuple[str, Lookup]]:
        node = mapping(self.node.get("lookup"))
        if node is None or not totals:
            return
        start = self._number(node.get("from"))
        values = tuple(self._number(one) for one in scalars(node.get("values")))
        yield next(iter(totals)), Lookup(start // MILLION, values)
