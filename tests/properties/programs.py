"""Whole programs for hypothesis: node graphs of every kind, built with `Graph` as the lowering builds them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any as Anything

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy, composite

from cdss.engine.graph import Graph
from cdss.engine.reference import Call
from cdss.models.codes import ProductLine
from cdss.models.dates import Duration
from cdss.models.guideline import ValidFor
from cdss.models.instrument import (
    Answered,
    Band,
    Change,
    ClassRow,
    Instrument,
    MissingItems,
    Number,
    Operation,
    Scale,
    Sum,
    TotalCompare,
)
from cdss.models.patient import LIST_OF
from cdss.models.program import (
    SELECTIONS,
    All,
    Among,
    Any,
    Arithmetic,
    Between,
    Combined,
    Compare,
    Constant,
    Distinct,
    Extreme,
    Field,
    FieldCompare,
    FieldIs,
    FieldKnown,
    FirstKnown,
    Form,
    Has,
    Joined,
    Known,
    Lookup,
    Missing,
    Named,
    Node,
    NodeHolds,
    NodeId,
    Not,
    Output,
    Parameter,
    Pick,
    Points,
    Program,
    RecordAll,
    RecordAny,
    RecordNot,
    RecordTest,
    Rule,
    Select,
    Shift,
    Table,
    Treatment,
)
from cdss.models.quantity import Quantity
from cdss.models.treatment import drug_words, output_types
from cdss.models.value import NO_DATE, YES_NO, Value, ValueType, is_known
from tests.properties.strategies import (
    CODE,
    CODES,
    COUNT,
    DATE,
    DURATION,
    FACTS,
    GROUPS,
    LABELS,
    MILLION,
    ON,
    PAIN,
    POINTS,
    RECORDED_LISTS,
    SITE,
    WEIGHT,
    Looked,
    patients,
    values,
)

STATUS = ValueType("choice", ("unknown", "provisional", "settled"), ordered=True)
SETTING = ValueType("choice", ("contact", "record", "population"))
SEX = ValueType("choice", ("female", "male"))
DOSE = ValueType("number", unit="mg/d", low=0)
AGE = ValueType("number", unit="years", low=0)
OPERATORS = ("<", "<=", "==", "!=", ">=", ">")
VALID = (
    None,
    ValidFor("always"),
    ValidFor("contact"),
    ValidFor("contact", reassuring=("mild", "low")),
    ValidFor("duration", Duration(months=2)),
    ValidFor("duration", Duration(days=60)),
)
PRODUCTS = (
    ProductLine(
        "atc:M05BA04", "70 mg", Decimal(7), "oral_bisphosphonate", contains=Quantity(Decimal(60), "mg")
    ),
    ProductLine("atc:M05BA04", None, None, "oral_bisphosphonate", Decimal("1.25")),
    ProductLine("atc:M05BX04", "60 mg", Decimal(183), "denosumab", Decimal(2)),
)
ELSEWHERE = (ProductLine("atc:M05BA", None, None, "other"),)
INSTRUMENTS = (
    Instrument(
        name="odi",
        items={name: Scale(0, 5 * MILLION) for name in ("1", "2", "3")},
        totals={
            "value": Operation(
                "*",
                Operation("/", Sum(), Operation("*", Number(5 * MILLION), Answered())),
                Number(100 * MILLION),
            )
        },
        missing=MissingItems("prorate", 1),
        bands=(Band("low", None, True, 20 * MILLION), Band("high", 20 * MILLION, False)),
        change=Change("lower", 10 * MILLION, 300_000, Band("recovered", None, True, 10 * MILLION)),
    ),
    Instrument(
        name="sb",
        items={
            "1": Scale(0, MILLION),
            "2": Scale(0, MILLION),
            "3": Scale(words={"not": 0, "very": MILLION, "2": 0}),
        },
        totals={"total": Sum(), "psych": Sum(("2", "3"))},
        missing=MissingItems("range"),
        classes=(
            ClassRow("low", "low", TotalCompare("total", "<=", MILLION)),
            ClassRow("high", "high", TotalCompare("psych", ">=", 2 * MILLION)),
            ClassRow("medium", "medium"),
        ),
    ),
)
OUTPUTS = {
    "odi": {
        "value": POINTS,
        "band": ValueType("choice", ("low", "high"), ordered=True),
        "on": DATE,
        "first": POINTS,
        "latest": POINTS,
        "response": ValueType("choice", ("recovered", "improved", "worsened", "not_improved")),
    },
    "sb": {
        "total": POINTS,
        "psych": POINTS,
        "class": ValueType("choice", ("low", "high", "medium")),
        "on": DATE,
    },
}


class Builder:
    """A program under construction: what there is of each type, and what has a name."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.graph = Graph()
        self.pools: dict[ValueType, list[NodeId]] = {}
        self.named: list[Named] = []
        self.danger: dict[NodeId, NodeId] = {}
        self.rules: list[NodeId] = []

    # Nodes

    def add(self, node: Node, *, fresh: bool = False) -> NodeId:
        number = self.graph.add(node, fresh=fresh)
        self.pools.setdefault(node.type, []).append(number)
        return number

    def hidden(self, node: Node) -> NodeId:
        """A node that has no value of its own."""
        return self.graph.add(node)

    def any_of(self, kind: ValueType) -> NodeId:
        """A node of this type; a constant when there is none yet."""
        found = self.pools.get(kind)
        if not found:
            return self.constant(kind)
        return self.draw(st.sampled_from(found))

    def some_of(self, kind: ValueType, least: int, most: int) -> tuple[NodeId, ...]:
        return tuple(self.any_of(kind) for _ in range(self.draw(st.integers(least, most))))

    def constant(self, kind: ValueType) -> NodeId:
        value = self.draw(values(kind))
        return self.add(Constant(type=kind, value=value, open=not is_known(kind, value)))

    def name(self, number: NodeId, kind: Anything = "finding") -> None:
        self.named.append(Named(f"{kind}_{number}", number, kind))

    def amount(self) -> NodeId:
        """A duration that is one amount on the reference date: a constant or a parameter."""
        months, days = self.draw(st.sampled_from(((0, 0), (0, 60), (2, 0), (12, 0), (24, 1))))
        duration = Duration(months, days)
        if self.draw(st.booleans()):
            return self.add(Constant(type=DURATION, duration=duration, open=False))
        dated = ((None, date(2026, 3, 1), Duration(days=30)), (date(2026, 3, 1), None, duration))
        return self.add(Parameter(type=DURATION, parameter="p", values=dated, open=False), fresh=True)

    # Records

    def select(self) -> NodeId:
        draw = self.draw
        drugs = draw(st.integers(0, 3)) == 0
        pool = ("dispensings", "administrations", "prescriptions")
        if not drugs:
            pool = ("conditions", "observations", "contacts", "documents", "dispensings", "stays")
        lists = tuple(draw(st.lists(st.sampled_from(pool), min_size=1, max_size=2, unique=True)))
        patterns = tuple(draw(st.lists(st.sampled_from(CODES), max_size=4, unique=True)))
        groups = {pattern: draw(st.sampled_from(("a", "b"))) for pattern in patterns if draw(st.booleans())}
        if groups and draw(st.booleans()):
            groups[draw(st.sampled_from(LABELS))] = "c"

        def sometimes(make: Callable[[], NodeId]) -> NodeId | None:
            return make() if draw(st.integers(0, 6)) == 0 else None

        return self.hidden(
            Select(
                type=YES_NO,
                lists=lists,
                patterns=() if drugs else patterns,
                products=PRODUCTS if drugs else (),
                groups={} if drugs else groups,
                where=self.test(2) if draw(st.integers(0, 2)) == 0 else None,
                within=sometimes(self.amount),
                after=sometimes(lambda: self.any_of(DATE)),
                before=sometimes(lambda: self.any_of(DATE)),
                after_age=sometimes(self.birthday),
                episode=sometimes(lambda: self.any_of(CODE)),
            )
        )

    def birthday(self) -> NodeId:
        born = self.hidden(Field(type=DATE, field="birth_date"))
        return self.add(Shift(type=DATE, date=born, amount=self.amount(), sign=1))

    def test(self, depth: int) -> RecordTest:
        draw = self.draw
        kind = draw(st.integers(0, 7 if depth else 4))
        match kind:
            case 0:
                return FieldIs(
                    draw(st.sampled_from(("site", "cause", "kind", "group", "class", "active", "name"))),
                    frozenset(
                        draw(
                            st.sets(
                                st.sampled_from(
                                    ("hip", "rib", "low_energy", "normal", "yes", "a", "denosumab", "odi")
                                ),
                                min_size=1,
                                max_size=3,
                            )
                        )
                    ),
                )
            case 1:
                return FieldIs(
                    "codes", patterns=tuple(draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=2)))
                )
            case 2:
                operator = draw(st.sampled_from(OPERATORS))
                how = draw(st.sampled_from(("number", "duration", "date")))
                if how == "date":
                    return FieldCompare(
                        draw(st.sampled_from(("on", "until"))), operator, self.any_of(DATE), "date"
                    )
                if how == "duration":
                    return FieldCompare("days_supply", operator, self.any_of(DURATION), "duration")
                return FieldCompare("value", operator, self.any_of(WEIGHT), "number", "kg")
            case 3:
                return FieldKnown(draw(st.sampled_from(("site", "value", "group"))))
            case 4:
                return NodeHolds(self.any_of(YES_NO))
            case 5:
                return RecordNot(self.test(depth - 1))
            case _:
                items = tuple(self.test(depth - 1) for _ in range(draw(st.integers(1, 3))))
                return RecordAll(items) if kind == 6 else RecordAny(items)

    def picked(self) -> tuple[ValueType, NodeId]:
        """A pick and the type that goes with it."""
        draw = self.draw
        if draw(st.integers(0, 5)) == 0:
            return self.picked_form()
        select = self.select()
        assume = draw(st.booleans())
        how = draw(
            st.sampled_from(
                (
                    "exists",
                    "count",
                    "latest",
                    "latest",
                    "first",
                    "date",
                    "first_date",
                    "days_supplied",
                    "daily_dose",
                    "lowest",
                    "highest",
                )
            )
        )
        field, kind = "value", WEIGHT
        match how:
            case "exists":
                kind = YES_NO
            case "count":
                kind = COUNT
                select = draw(st.sampled_from((self._joined, self._distinct, lambda one: one)))(select)
            case "date" | "first_date":
                kind = DATE
            case "days_supplied":
                kind = DURATION
            case "daily_dose":
                kind = DOSE
            case "latest" | "first":
                field, kind = draw(
                    st.sampled_from(
                        (
                            ("value", WEIGHT),
                            ("site", SITE),
                            ("active", YES_NO),
                            ("until", DATE),
                            ("episode", CODE),
                            ("days_supply", DURATION),
                            ("group", CODE),
                        )
                    )
                )
            case _:
                pass
        return kind, self.hidden(
            Pick(
                type=kind,
                select=select,
                how=how,
                field=field,
                unit=kind.unit if kind in (WEIGHT, DOSE) else "",
                plausible=draw(st.sampled_from((None, (20 * MILLION, 180 * MILLION))))
                if kind == WEIGHT
                else None,
                substance=draw(st.sampled_from(({}, {"mmol/L": "0.5"}))),
                assume=assume,
            )
        )

    def picked_form(self) -> tuple[ValueType, NodeId]:
        instrument, form = self.form()
        name = self.draw(st.sampled_from(tuple(OUTPUTS[instrument.name])))
        kind = OUTPUTS[instrument.name][name]
        if name in ("on", "first", "latest", "response"):
            name, kind = next(iter(OUTPUTS[instrument.name].items()))
        how = self.draw(st.sampled_from(("latest", "first", "date", "exists", "count", "lowest")))
        if how == "lowest" and kind != POINTS:
            how = "latest"
        kind = {"date": DATE, "exists": YES_NO, "count": COUNT}.get(how, kind)
        assume = self.draw(st.booleans())
        return kind, self.hidden(Pick(type=kind, select=form, how=how, field=name, assume=assume))

    def form(self) -> tuple[Instrument, NodeId]:
        instrument = self.draw(st.sampled_from(INSTRUMENTS))
        own: RecordTest = FieldIs("name", frozenset({instrument.name}))
        if self.draw(st.booleans()):
            own = RecordAll((own, self.test(0)))
        select = self.hidden(Select(type=YES_NO, lists=("questionnaires",), where=own))
        totals = None
        if self.draw(st.booleans()):
            totals = self.hidden(Select(type=YES_NO, lists=("observations",), patterns=("loinc:99999-9",)))
        return instrument, self.hidden(Form(type=YES_NO, select=select, instrument=instrument, totals=totals))

    def _joined(self, select: NodeId) -> NodeId:
        return self.hidden(Joined(type=YES_NO, select=select, gap=self.amount()))

    def _distinct(self, select: NodeId) -> NodeId:
        field = self.draw(st.sampled_from(("site", "group", "class", "codes")))
        return self.hidden(Distinct(type=YES_NO, select=select, field=field))

    # Facts

    def fact(self) -> None:
        """A fact that is read or answered; sometimes with the reading that contradicts it."""
        draw = self.draw
        if draw(st.integers(0, 3)) == 0:
            kind: ValueType = draw(st.sampled_from((YES_NO, PAIN, WEIGHT, DATE, DURATION, CODE, GROUPS)))
            pick = None
        else:
            kind, pick = self.picked()
        how = draw(st.sampled_from(("ask", "unknown", "assume")))
        node = Missing(
            type=kind,
            pick=pick,
            fact=draw(st.sampled_from(("", "topic/"))) + self.fact_name(),
            how=how,
            default=draw(values(kind)) if how == "assume" else 0,
            valid_for=draw(st.sampled_from(VALID)),
            answers=draw(st.integers(0, 3)) > 0,
        )
        number = self.add(node, fresh=True)
        self.name(number, "fact")
        if pick is not None and draw(st.integers(0, 3)) == 0:
            other = self.add(replace(node, contradicting=True), fresh=True)
            self.danger[other] = number

    def fact_name(self) -> str:
        """A name of its own, or one that another fact may have too."""
        own = f"fact_{len(self.graph.nodes_so_far)}"
        return own if self.draw(st.integers(0, 3)) else self.draw(st.sampled_from(sorted(FACTS)))

    def asked_fact(self) -> None:
        """A fact that is only asked, and counts for ever."""
        kind = self.draw(
            st.sampled_from((YES_NO, YES_NO, PAIN, SITE, WEIGHT, POINTS, DATE, DURATION, CODE, GROUPS))
        )
        name = f"fact_{len(self.graph.nodes_so_far)}"
        self.name(self.add(Missing(type=kind, pick=None, fact=name, how="ask"), fresh=True), "fact")

    def patient_field(self) -> None:
        fields = (
            ("age", AGE),
            ("sex", SEX),
            ("birth_date", DATE),
            ("deceased_on", DATE),
            ("coordinator", CODE),
            ("on", DATE),
            ("setting", SETTING),
        )
        field, kind = self.draw(st.sampled_from(fields))
        closed = field in ("on", "setting")
        number = self.add(Field(type=kind, field=field, open=not closed), fresh=not closed)
        if not closed:
            self.name(number, "fact")

    def treatment(self) -> None:
        draw = self.draw
        limits = {"possible_stop": self.amount(), "stopped": self.amount()}
        for name in (
            "carry_over",
            "planned_end_after",
            "planned_end_tolerance",
            "prescribed_limit",
            "pdc_window",
        ):
            if draw(st.booleans()):
                limits[name] = self.amount()
        if "planned_end_after" in limits:
            limits.setdefault("planned_end_tolerance", self.amount())
        of = self.hidden(
            Treatment(
                type=YES_NO,
                name="drug",
                sources=draw(st.sampled_from((("dispensings",), ("dispensings", "administrations")))),
                or_sources=draw(st.sampled_from(((), ("prescriptions",)))),
                products=PRODUCTS,
                switch_products=draw(st.sampled_from(((), ELSEWHERE))),
                days_supply=("recorded", "usage", "product", "ask"),
                pause_during=("hospital",),
                ended_by=draw(st.sampled_from(((), ("agreements",)))),
                planned_end_class="oral_bisphosphonate" if "planned_end_after" in limits else "",
                limits=limits,
                follow_up=self.any_of(YES_NO) if draw(st.booleans()) else None,
            )
        )
        for name, kind in output_types(drug_words(PRODUCTS)).items():
            if draw(st.booleans()):
                self.name(self.add(Output(type=kind, of=of, name=name), fresh=True), "treatment")

    def instrument(self) -> None:
        instrument, form = self.form()
        for name, kind in OUTPUTS[instrument.name].items():
            if self.draw(st.booleans()):
                self.name(self.add(Output(type=kind, of=form, name=name), fresh=True), "instrument")

    # Logic

    def truth(self) -> None:
        draw = self.draw
        match draw(st.integers(0, 8)):
            case 0:
                node: Node = All(type=YES_NO, items=self.some_of(YES_NO, 0, 4))
            case 1:
                node = Any(type=YES_NO, items=self.some_of(YES_NO, 0, 4))
            case 2:
                node = Not(type=YES_NO, item=self.any_of(YES_NO))
            case 3 | 4 | 5:
                kind = draw(st.sampled_from((WEIGHT, POINTS, COUNT, DOSE, DURATION, DATE)))
                operator: Anything = draw(st.sampled_from(OPERATORS))
                node = Compare(
                    type=YES_NO, left=self.any_of(kind), operator=operator, right=self.any_of(kind)
                )
            case 6:
                kind = draw(st.sampled_from((PAIN, SITE, STATUS, SETTING)))
                bits = draw(st.integers(0, kind.all_bits))
                node = Among(type=YES_NO, item=self.any_of(kind), bits=bits)
            case 7:
                if draw(st.booleans()):
                    node = Among(type=YES_NO, item=self.any_of(CODE), patterns=("e1", "icpc-1:L95", "a"))
                else:
                    node = Has(
                        type=YES_NO, collection=self.any_of(GROUPS), bit=draw(st.sampled_from((1, 2, 4)))
                    )
            case _:
                kind = draw(st.sampled_from(sorted(self.pools, key=repr)))
                node = Known(type=YES_NO, item=self.any_of(kind))
        number = self.add(node, fresh=draw(st.integers(0, 3)) == 0)
        if draw(st.integers(0, 5)) == 0:
            self.name(number, "condition")

    def value(self) -> None:
        draw = self.draw
        fresh = draw(st.booleans())
        match draw(st.integers(0, 6)):
            case 0:
                kind = draw(st.sampled_from((WEIGHT, POINTS, DURATION)))
                operator: Anything = draw(st.sampled_from("+-*/"))
                own = replace(POINTS) if kind is WEIGHT else kind
                node: Node = Arithmetic(
                    type=own, operator=operator, left=self.any_of(kind), right=self.any_of(kind)
                )
            case 1:
                amount = self.amount() if draw(st.booleans()) else self.any_of(DURATION)
                sign: Anything = draw(st.sampled_from((1, -1)))
                node = Shift(type=DATE, date=self.any_of(DATE), amount=amount, sign=sign)
            case 2:
                node = Between(type=DURATION, left=self.any_of(DATE), right=self.any_of(DATE))
            case 3:
                kind = draw(st.sampled_from((WEIGHT, DURATION, DATE)))
                how: Anything = draw(st.sampled_from(("lowest", "highest")))
                node = Extreme(
                    type=kind, how=how, items=self.some_of(kind, 1, 3), of_known=draw(st.booleans())
                )
            case 4:
                kind = draw(st.sampled_from((YES_NO, PAIN, WEIGHT, DATE, DURATION, CODE, GROUPS)))
                constant = draw(st.one_of(st.none(), values(kind)))
                node = FirstKnown(type=kind, items=self.some_of(kind, 1, 3), constant=constant)
            case 5:
                node = Points(type=POINTS, items=self.items())
            case _:
                node = self.table()
        number = self.add(node, fresh=fresh)
        if fresh:
            self.name(number)
            if node.type.kind in ("choice", "number") and draw(st.booleans()):
                self.name(self.add(Lookup(type=STATUS, of=number), fresh=True))

    def items(self) -> tuple[tuple[tuple[int, NodeId | None], ...], ...]:
        draw = self.draw

        def row() -> tuple[int, NodeId | None]:
            points = draw(st.sampled_from((0, MILLION, 2 * MILLION, -MILLION)))
            return points, None if draw(st.integers(0, 7)) == 0 else self.any_of(YES_NO)

        return tuple(
            tuple(row() for _ in range(draw(st.integers(1, 3)))) for _ in range(draw(st.integers(0, 3)))
        )

    def table(self) -> Table:
        draw = self.draw
        kind = draw(st.sampled_from((PAIN, SITE)))
        rows = tuple(
            (
                None if draw(st.integers(0, 5)) == 0 else self.any_of(YES_NO),
                draw(st.integers(1, kind.all_bits)),
            )
            for _ in range(draw(st.integers(0, 4)))
        )
        nothing = draw(st.sampled_from((0, kind.all_bits)))
        return Table(type=kind, rows=rows, first_sure=draw(st.booleans()), nothing=nothing)

    def rule(self) -> None:
        draw = self.draw
        exceptions = tuple(
            (f"e{place}", one, draw(st.booleans())) for place, one in enumerate(self.some_of(YES_NO, 0, 2))
        )
        overridden = (
            draw(st.lists(st.sampled_from(self.rules), max_size=2, unique=True)) if self.rules else []
        )
        node = Rule(
            type=YES_NO,
            rule=f"r{len(self.rules)}",
            when=self.any_of(YES_NO),
            exceptions=exceptions,
            overridden_by=tuple(overridden),
        )
        number = self.add(node, fresh=True)
        self.rules.append(number)
        self.name(number, "rule")

    def finding(self) -> None:
        draw = self.draw
        how: Anything = draw(st.sampled_from(("one", "highest", "collect")))
        kind = {"highest": PAIN, "collect": GROUPS}.get(how) or draw(
            st.sampled_from((PAIN, YES_NO, WEIGHT, DATE))
        )
        setters: list[tuple[NodeId, Value]] = []
        for rule in draw(st.lists(st.sampled_from(self.rules), max_size=4)) if self.rules else ():
            setters.append(
                (
                    rule,
                    draw(st.sampled_from((1, 2, 4)))
                    if kind.kind in ("choice", "collection")
                    else draw(values(kind)),
                )
            )
        otherwise: Value | None = None
        if how != "collect" and draw(st.booleans()):
            otherwise = 1 << draw(st.integers(0, 2)) if kind.kind == "choice" else draw(values(kind))
        self.name(
            self.add(Combined(type=kind, how=how, setters=tuple(setters), otherwise=otherwise), fresh=True)
        )

    def program(self, *, name_all: bool = False) -> Program:
        """The program; with a name for every value in it, or only for what was named."""
        found = {one.node: one for one in reversed(self.named)}
        for number, node in enumerate(self.graph.nodes_so_far if name_all else ()):
            if not isinstance(node, SELECTIONS):
                found.setdefault(number, Named(f"value_{number}", number, "condition"))
        named = tuple(found[number] for number in sorted(found))
        return Program(
            self.graph.nodes,
            named,
            applies={},
            topics={},
            files=(),
            strata=self.graph.strata(),
            danger=dict(self.danger),
        )


@composite
def programs(draw: st.DrawFn, size: int = 14) -> Program:
    """A program of some facts and some logic over them; every kind of node can be in it."""
    builder = Builder(draw)
    builder.add(Constant(type=DATE, value=NO_DATE, open=False))
    features = (
        builder.fact,
        builder.fact,
        builder.fact,
        builder.patient_field,
        builder.instrument,
        builder.treatment,
    )
    _build(draw, features, 1, max(1, size // 3))
    truths, reckoned = (builder.truth, builder.truth), (builder.value, builder.value)
    _build(draw, (*truths, *reckoned, builder.rule, builder.finding, builder.fact), 0, size)
    if not builder.named:
        builder.fact()
    return builder.program(name_all=draw(st.booleans()))


@composite
def feature_programs(draw: st.DrawFn, size: int = 8) -> Program:
    """A program of facts that are read from records, each with a name, and nothing over them."""
    builder = Builder(draw)
    builder.add(Constant(type=DATE, value=NO_DATE, open=False))
    builder.asked_fact()
    _build(
        draw,
        (builder.fact, builder.fact, builder.fact, builder.fact, builder.instrument, builder.treatment),
        2,
        size,
    )
    return builder.program(name_all=True)


@composite
def logic_programs(draw: st.DrawFn, size: int = 30) -> Program:
    """A program of logic over facts that are only asked."""
    builder = Builder(draw)
    builder.add(Constant(type=DATE, value=NO_DATE, open=False))
    _build(draw, (builder.asked_fact, builder.asked_fact, builder.patient_field), 3, 8)
    steps = (
        builder.truth,
        builder.truth,
        builder.truth,
        builder.value,
        builder.value,
        builder.rule,
        builder.finding,
    )
    _build(draw, steps, 5, size)
    return builder.program(name_all=draw(st.booleans()))


def _build(draw: st.DrawFn, steps: Sequence[Callable[[], None]], least: int, most: int) -> None:
    for _ in range(draw(st.integers(least, most))):
        draw(st.sampled_from(steps))()


def looked_at(program: Program) -> Looked:
    """What the records and answers of a patient must hold for this program to have something to do."""
    facts = {"odi": "number", "nobody_asks": "yes_no"}
    lists: dict[str, None] = {}
    codes: dict[str, None] = {}
    words: dict[str, dict[str, None]] = {}
    forms: dict[str, tuple[str, ...]] = {}
    for node in program.nodes:
        match node:
            case Missing(answers=True):
                facts[node.fact.rpartition("/")[2]] = node.type.kind
            case Select():
                lists |= dict.fromkeys(node.lists)
                codes |= dict.fromkeys((*node.patterns, *(line.code for line in node.products)))
                for test in _word_tests(node.where):
                    words.setdefault(test.field, {}).update(dict.fromkeys(sorted(test.words)))
            case Treatment():
                named = (*node.sources, *node.or_sources, *node.ended_by)
                lists |= dict.fromkeys((*(LIST_OF.get(name, name) for name in named), "stays"))
                codes |= dict.fromkeys(line.code for line in (*node.products, *ELSEWHERE))
            case Form():
                lists |= {"questionnaires": None}
                forms[node.instrument.name] = tuple(node.instrument.items)
            case _:
                pass
    return Looked(
        facts,
        tuple(lists) or RECORDED_LISTS,
        tuple(codes) or CODES,
        {field: tuple(found) for field, found in words.items() if field not in ("group", "class", "name")},
        forms or {"odi": ("1", "2", "3")},
    )


def _word_tests(test: RecordTest | None) -> Iterator[FieldIs]:
    match test:
        case FieldIs() if not test.patterns:
            yield test
        case RecordAll() | RecordAny():
            for item in test.items:
                yield from _word_tests(item)
        case RecordNot():
            yield from _word_tests(test.item)
        case _:
            return


def draw_call(draw: st.DrawFn, program: Program, on: date, *, busy: bool = False) -> Call:
    """A patient, perhaps with some values given for named nodes. A busy one has all that the program looks at."""
    given = None
    if draw(st.integers(0, 3 if busy else 1)) == 0:
        chosen = draw(st.lists(st.sampled_from(program.named), max_size=3, unique_by=lambda one: one.node))
        given = {one.node: draw(_given(program.nodes[one.node])) for one in chosen}
    setting = draw(st.sampled_from(("contact", "record", "population")))
    return Call(draw(patients(looked=looked_at(program), busy=busy)), on, setting, given)


def _given(node: Node) -> SearchStrategy[Value]:
    """A value for a node. An amount of the guideline itself stays one thing: windows are made of it."""
    found = values(node.type)
    fixed = isinstance(node, Parameter | Constant)
    return found.filter(lambda value: is_known(node.type, value)) if fixed else found


@composite
def calls(draw: st.DrawFn, program: Program, busy: bool = False) -> Call:
    """A call of a program, on or before the day around which everything lies."""
    return draw_call(draw, program, draw(st.sampled_from((ON, ON, date(2024, 2, 29)))), busy=busy)


def programs_and_calls(size: int = 14) -> SearchStrategy[tuple[Program, Call]]:
    """A program and a call of it."""
    return programs(size).flatmap(lambda program: st.tuples(st.just(program), calls(program)))


def features_and_calls() -> SearchStrategy[tuple[Program, Call]]:
    """A program of facts, and a patient who has records for them."""
    return feature_programs().flatmap(lambda program: st.tuples(st.just(program), calls(program, busy=True)))


def logic_and_calls() -> SearchStrategy[tuple[Program, Call]]:
    """A program of logic, and a patient with many answers."""
    return logic_programs().flatmap(lambda program: st.tuples(st.just(program), calls(program, busy=True)))
