"""A Ruleset and a line-up become a Program: every definition that an active file needs, as nodes in reading order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from cdss.engine.criteria import Criteria
from cdss.engine.graph import Graph
from cdss.engine.units import PLAIN, in_unit, unit_of
from cdss.errors import EngineError
from cdss.models.condition import Ago, Amount, Calculation, Day, Expression, Name, Ref
from cdss.models.dates import Duration
from cdss.models.guideline import (
    Fact,
    Finding,
    FromAnswered,
    FromCondition,
    FromExpression,
    FromExtreme,
    FromFirstKnown,
    FromPatient,
    FromRecords,
    GuidelineFile,
    InstrumentFile,
    Parameter,
    Required,
    Rule,
    Ruleset,
    Score,
    Table,
    TreatmentDefinition,
)
from cdss.models.program import (
    All,
    Among,
    Any,
    Arithmetic,
    Between,
    Combined,
    Constant,
    Distinct,
    Extreme,
    Field,
    FieldIs,
    FirstKnown,
    Form,
    Joined,
    Known,
    Lookup,
    Missing,
    Named,
    NamedKind,
    NodeId,
    Not,
    Output,
    Pick,
    Points,
    Program,
    RecordAny,
    Select,
    Shift,
)
from cdss.models.program import Parameter as ParameterNode
from cdss.models.program import Rule as RuleNode
from cdss.models.program import Table as TableNode
from cdss.models.program import Treatment as TreatmentNode
from cdss.models.quantity import MILLION, convert, millionths
from cdss.models.typed import read_value
from cdss.models.value import DATE, DURATION, NO_DATE, YES_NO, Value, ValueType, on_day

STATUS: Final = ValueType("choice", ("unknown", "provisional", "settled"), ordered=True)
SETTING: Final = ValueType("choice", ("contact", "record", "population"))
DANGER: Final = frozenset({"U1", "U2", "U3", "U4"})


def lower(ruleset: Ruleset, topics: Mapping[str, str]) -> Program:
    """The program of some topics, each with the edition that answers for it ("" for a topic without editions)."""
    return Lowering(ruleset, topics).program()


def active_files(ruleset: Ruleset, topics: Mapping[str, str]) -> tuple[GuidelineFile, ...]:
    """The files that answer: those without edition, those of the edition, and what its line-up takes in."""
    found = []
    for file in ruleset.files:
        edition = topics.get(file.topic)
        if edition is None:
            continue
        line_up = ruleset.line_ups.get(file.topic)
        taken_in = line_up.takes_in.get(edition, ()) if line_up is not None else ()
        of_edition = bool(file.edition) and file.edition == edition
        retired = file.status == "retired" and not of_edition  # an edition may be asked for after its time
        if not retired and (not file.edition or of_edition or file.path in taken_in):
            found.append(file)
    return tuple(found)


class Lowering:
    """Builds the nodes of one program; each definition once, and once more where a danger rule reads it."""

    def __init__(self, ruleset: Ruleset, topics: Mapping[str, str]) -> None:
        self.ruleset = ruleset
        self.topics = dict(topics)
        self.files = active_files(ruleset, topics)
        paths = {file.path for file in self.files}
        self.rules = {
            rule.id: rule
            for rule in ruleset.rules.values()
            if rule.file in paths and rule.status != "retired"
        }
        self.graph = Graph()
        self.criteria = Criteria(self)
        self._nodes: dict[tuple[str, str, bool], NodeId] = {}
        self._rules: dict[str, NodeId] = {}
        # Rules once more, as findings behind a danger rule read them.
        self._contradicting: dict[str, NodeId] = {}
        self._open: list[str] = []
        self._named: list[Named] = []
        self.danger: dict[NodeId, NodeId] = {}
        self.dangerous = False  # inside a rule of U1-U4: the contradicting reading is wanted
        self._overriders: dict[str, list[str]] = {}
        for rule in self.rules.values():
            for override in rule.overrides:
                self._overriders.setdefault(override.rule, []).append(rule.id)

    def program(self) -> Program:
        """All that the active files say, in reading order."""
        paths = {file.path for file in self.files}
        applies: dict[str, NodeId] = {}
        for topic in self.topics:
            conditions = [
                self.criteria.condition(file.applies)
                for file in self.files
                if file.topic == topic and file.applies is not None
            ]
            if conditions:
                applies[topic] = self.graph.add(Any(type=YES_NO, items=tuple(conditions)))
                self._named.append(Named(f"applies:{topic}", applies[topic], "condition"))
        for rule_id in self.rules:
            self.rule(rule_id)
        for definition in self.ruleset.definitions.values():
            if definition.file in paths and not isinstance(definition, Parameter):
                self.all_outputs(definition.id)
        for rule in self.rules.values():
            if rule.recommend is not None:
                for name in rule.recommend.message_names.values():
                    self.name(name)
        due = {
            rule.id: self._due(rule.recommend.due)
            for rule in self.rules.values()
            if rule.recommend and rule.recommend.due
        }
        ask_when = self._ask_when()
        topic_of = {file.path: file.topic for file in self.files}
        return Program(
            nodes=self.graph.nodes,
            named=tuple(self._named),
            applies=applies,
            topics=self.topics,
            files=tuple(file.path for file in self.files),
            strata=self.graph.strata(),
            criteria=self.criteria.places,
            rules=dict(self._rules),
            rule_topics={rule.id: topic_of[rule.file] for rule in self.rules.values()},
            ask_when=ask_when,
            due=due,
            danger=dict(self.danger),
        )

    def _ask_when(self) -> dict[str, NodeId]:
        """The conditions under which facts may be asked. They may bring in facts of their own."""
        found: dict[str, NodeId] = {}
        while True:
            ids = {id for id, _, _ in self._nodes} - found.keys()
            facts = [self.ruleset.definitions[id] for id in sorted(ids)]
            wanted = [fact for fact in facts if isinstance(fact, Fact) and fact.ask_when is not None]
            if not wanted:
                return found
            for fact in wanted:
                assert fact.ask_when is not None
                found[fact.id] = self.criteria.condition(fact.ask_when)

    def _due(self, due: Duration | Name) -> NodeId:
        """An amount counts from the reference date; a name is a date, or a parameter that is an amount."""
        step = self.duration(due)
        if self.type_of(step).kind == "date":
            return step
        return self.graph.add(Shift(type=DATE, date=self.reference_date(), amount=step, sign=1))

    # Names

    def ref(self, ref: Ref) -> NodeId:
        """The node that a resolved name reads."""
        match ref.kind:
            case "reference_date":
                return self.reference_date()
            case "setting":
                return self.graph.add(Field(type=SETTING, field="setting", open=False))
            case "definition" | "parameter":
                return self.definition(ref.id, ref.output)
            case _:
                raise EngineError(f"a {ref.kind} is not a value: {ref.id}")

    def name(self, name: Name) -> NodeId:
        if name.ref is None:
            raise EngineError(f"{name.span}: '{name.text}' was not resolved")
        return self.ref(name.ref)

    def reference_date(self) -> NodeId:
        return self.graph.add(Field(type=DATE, field="on", open=False))

    def type_of(self, node: NodeId) -> ValueType:
        return self.graph.nodes_so_far[node].type

    def definition(self, id: str, output: str = "") -> NodeId:
        """The node of a definition or of one of its outputs, made when first asked for."""
        key = (id, output, self.dangerous)
        if key in self._nodes:
            return self._nodes[key]
        if self.dangerous:
            self.dangerous = False
            plain = self.definition(id, output)
            self.dangerous = True
            if not self.graph.may_contradict(plain):
                self._nodes[key] = plain
                return plain
        label = f"{id}.{output}" if output else id
        if label in self._open:
            raise EngineError(f"a cycle: {' -> '.join([*self._open, label])}")
        self._open.append(label)
        node = self._define(id, output)
        self._open.pop()
        self._nodes[key] = node
        self._name_it(id, output, node)
        return node

    def _name_it(self, id: str, output: str, node: NodeId) -> None:
        definition = self.ruleset.definitions[id]
        if self.dangerous:
            self.danger[node] = self._nodes[(id, output, False)]
            return
        kind = _KINDS[type(definition)]
        edition, _, _ = id.rpartition("/")
        own = not edition or edition in self.topics.values()
        name = definition.name if own else id
        key = f"{name}.{output}" if output else name
        self._named.append(Named(key, node, kind, id, output))

    def all_outputs(self, id: str) -> None:
        """Every output of a definition that an active file holds, so that it can be shown and given."""
        definition = self.ruleset.definitions[id]
        match definition:
            case TreatmentDefinition() | InstrumentFile():
                for output in definition.outputs:
                    self.definition(id, output)
            case Table():
                for output in ("", "row", "status"):
                    self.definition(id, output)
            case _:
                self.definition(id)

    def _define(self, id: str, output: str) -> NodeId:
        definition = self.ruleset.definitions[id]
        match definition:
            case Parameter():
                return self._parameter(definition)
            case Fact():
                if output == "missing" and isinstance(definition.source, FromAnswered):
                    return self._not_answered(definition, definition.source)
                return self._fact(definition)
            case Finding():
                return self._finding(definition)
            case Score():
                return self._status(id) if output == "status" else self._score(definition)
            case Table():
                return self._status(id) if output == "status" else self._table(definition, output)
            case TreatmentDefinition():
                return self._treatment(definition, output)
            case InstrumentFile():
                return self._instrument(definition, output or "value")

    # Parameters and facts

    def _parameter(self, parameter: Parameter) -> NodeId:
        values: list[tuple[date | None, date | None, Value | Duration]] = []
        for dated in parameter.values:
            value: Value | Duration
            match dated.value:
                case Duration():
                    value = dated.value if parameter.type.kind == "duration" else _years(dated.value)
                case int():
                    value = (dated.value, dated.value)
                case str():
                    value = read_value(parameter.type, dated.value, "")
                case day:
                    value = on_day(day)
            values.append((dated.effective.start, dated.effective.end, value))
        return self.graph.add(
            ParameterNode(
                type=parameter.type,
                span=parameter.span,
                parameter=parameter.id,
                values=tuple(values),
                open=False,
            ),
            fresh=True,
        )

    def _fact(self, fact: Fact) -> NodeId:
        source = fact.source
        match source:
            case FromPatient():
                field = Field(type=fact.type, span=fact.span, field=source.field)
                return self.graph.add(field, fresh=True)
            case FromRecords():
                return self._read(fact, source)
            case FromCondition():
                inner = self.criteria.condition(source.when)
                return self.graph.add(All(type=YES_NO, span=fact.span, items=(inner,)), fresh=True)
            case FromExpression():
                return self._calculated(fact, source.value)
            case FromFirstKnown():
                items = tuple(self.as_type(self.name(item), fact.type) for item in source.items)
                constant = None
                if source.constant is not None:
                    constant = read_value(fact.type, source.constant, "")
                first = FirstKnown(type=fact.type, span=fact.span, items=items, constant=constant)
                return self.graph.add(first, fresh=True)
            case FromExtreme():
                items = tuple(self.as_type(self.name(item), fact.type) for item in source.items)
                return self.graph.add(
                    Extreme(
                        type=fact.type, span=fact.span, how=source.how, items=items, of_known=source.of_known
                    ),
                    fresh=True,
                )
            case FromAnswered():
                return self._answered(fact, source)

    def as_type(self, node: NodeId, type_: ValueType) -> NodeId:
        """A number in the unit of another; a choice in the words of another, each word as the same word there."""
        own = self.type_of(node)
        if own.kind == "number":
            return in_unit(self.graph, node, type_.unit)
        if own.kind != "choice" or own.words == type_.words:
            return node
        rows = tuple(
            (self.graph.add(Among(type=YES_NO, item=node, bits=own.bit(word))), type_.bit(word))
            for word in own.words
        )
        return self.graph.add(TableNode(type=type_, rows=rows, first_sure=False, nothing=0))

    def _calculated(self, fact: Fact, value: Expression) -> NodeId:
        if fact.type.kind != "number" or unit_of(value) in (fact.type.unit, ""):
            return self.expression(value, fact.type, fresh=True)
        node = in_unit(self.graph, self.expression(value), fact.type.unit)
        return self.graph.add(FirstKnown(type=fact.type, span=fact.span, items=(node,)), fresh=True)

    def _answered(self, fact: Fact, source: FromAnswered) -> NodeId:
        """Each is known, or surely not required."""
        parts = tuple(self._is_answered(required) for required in source.required)
        return self.graph.add(All(type=YES_NO, span=fact.span, items=parts), fresh=True)

    def _not_answered(self, fact: Fact, source: FromAnswered) -> NodeId:
        """The names of the facts that are required and not known."""
        type_ = ValueType("collection", tuple(required.name.text for required in source.required))
        setters: tuple[tuple[NodeId, Value], ...] = tuple(
            (
                self.graph.add(Not(type=YES_NO, item=self._is_answered(required))),
                type_.bit(required.name.text),
            )
            for required in source.required
        )
        return self.graph.add(
            Combined(type=type_, span=fact.span, how="collect", setters=setters, otherwise=None), fresh=True
        )

    def _is_answered(self, required: Required) -> NodeId:
        known = self.graph.add(Known(type=YES_NO, item=self.name(required.name)))
        if required.when is None:
            return known
        when = self.criteria.condition(required.when)
        surely_not = (
            self.graph.add(Known(type=YES_NO, item=when)),
            self.graph.add(Not(type=YES_NO, item=when)),
        )
        not_required = self.graph.add(All(type=YES_NO, items=surely_not))
        return self.graph.add(Any(type=YES_NO, items=(known, not_required)))

    def _read(self, fact: Fact, source: FromRecords) -> NodeId:
        only_answered = not source.lists and not source.instrument
        if not source.lists and not source.instrument and self._bound_codes(fact):
            source = replace(
                source, lists=("observations",), pick="latest"
            )  # a site measures what others ask
        pick = self._pick(fact, source, source.pick, fact.type) if source.lists or source.instrument else None
        how = fact.if_missing.how if fact.if_missing is not None else "unknown"
        default: Value = 0
        if fact.if_missing is not None and how == "assume":
            default = read_value(fact.type, fact.if_missing.value, fact.type.unit)
        node = Missing(
            type=fact.type,
            span=fact.span,
            pick=pick,
            fact=fact.id,
            how=how,
            default=default,
            valid_for=fact.valid_for,
            after=self._day(source.after) if only_answered and source.after is not None else None,
            contradicting=self.dangerous and pick is not None,
        )
        return self.graph.add(node, fresh=True)

    def _pick(self, fact: Fact, source: FromRecords, how: str, type_: ValueType) -> NodeId:
        select = self._select(fact, source)
        if source.instrument:
            instrument = self.ruleset.definitions[source.instrument]
            assert isinstance(instrument, InstrumentFile)
            select = self._forms(instrument, select)
        elif source.together_within is not None:
            select = self.graph.add(
                Joined(type=YES_NO, select=select, gap=self.duration(source.together_within))
            )
        elif source.distinct:
            select = self.graph.add(Distinct(type=YES_NO, select=select, field=source.distinct))
        return self.graph.add(
            Pick(
                type=type_,
                select=select,
                how=how,
                field=source.field or "value",
                unit=fact.type.unit,
                plausible=fact.plausible,
                substance=fact.units,
                assume=fact.if_missing is not None and fact.if_missing.how == "assume",
            )
        )

    def date_behind(self, name: Name) -> NodeId:
        """The date of the latest record behind a fact that is read; its own value when it is a date."""
        assert name.ref is not None
        fact = self.ruleset.definitions[name.ref.id]
        if not isinstance(fact, Fact) or fact.type.kind == "date" or not isinstance(fact.source, FromRecords):
            return self.name(name)
        every = replace(
            fact.source, together_within=None, distinct=""
        )  # the date of a record, however they are counted
        pick = self._pick(fact, every, "date", DATE)
        assumes = fact.if_missing is not None and fact.if_missing.how == "assume"
        return self.graph.add(
            Missing(
                type=DATE,
                pick=pick,
                fact=fact.id,
                how="assume" if assumes else "unknown",
                default=NO_DATE,
                answers=False,
            )
        )

    def _select(self, fact: Fact, source: FromRecords) -> NodeId:
        patterns: list[str] = []
        products: tuple[object, ...] = ()
        groups: Mapping[str, str] = {}
        if source.members in self.ruleset.value_sets:
            members = self.ruleset.value_sets[source.members]
            # A set of words alone holds no code, and a word is none: only what is bound to the fact matches.
            patterns, groups = [*members.codes, *members.groups] or [*members.words], members.groups
        elif source.members:
            products = self.ruleset.product_sets[source.members].lines
        where = self.criteria.record_test(source.where) if source.where else None
        bound = self._bound_codes(fact)
        if bound and where is not None:  # a code that is tied to the fact says all that `where` asks
            where = RecordAny((FieldIs(field="codes", patterns=bound), where))
        patterns += bound
        if source.instrument:
            own = FieldIs(field="name", words=frozenset({self.ruleset.definitions[source.instrument].name}))
            where = own if where is None else self.criteria.both(own, where)
        born = None
        if source.after_age is not None:
            birth = self.graph.add(Field(type=DATE, field="birth_date"))
            born = self.graph.add(
                Shift(type=DATE, date=birth, amount=self.duration(source.after_age), sign=1)
            )
        return self.graph.add(
            Select(
                type=YES_NO,
                lists=source.lists or ("questionnaires",),
                patterns=tuple(patterns),
                products=products,  # type: ignore[arg-type]
                groups=groups,
                where=where,
                within=None if source.within is None else self.duration(source.within),
                after=None if source.after is None else self._day(source.after),
                before=None if source.before is None else self._day(source.before),
                after_age=born,
                episode=None if source.episode is None else self.name(source.episode),
            )
        )

    def _bound_codes(self, fact: Fact) -> tuple[str, ...]:
        """The local codes that a bindings file ties to a fact."""
        return tuple(binding.code for binding in self.ruleset.bindings if binding.fact == fact.name)

    def _day(self, day: object) -> NodeId:
        if isinstance(day, Name):
            return self.name(day)
        return self.graph.add(Constant(type=DATE, value=on_day(day), open=False))  # type: ignore[arg-type]

    def duration(self, amount: Duration | Name) -> NodeId:
        if isinstance(amount, Name):
            return self.name(amount)
        return self.graph.add(Constant(type=DURATION, duration=amount, open=False))

    # Arithmetic

    def expression(
        self, expression: Expression, type_: ValueType | None = None, *, fresh: bool = False
    ) -> NodeId:
        """The node of an expression; of the type of its fact at the top."""
        match expression:
            case Calculation():
                return self._calculation(expression, type_, fresh)
            case Name():
                node = self.name(expression)
                if fresh:
                    kind = type_ or self.type_of(node)
                    node = self.graph.add(FirstKnown(type=kind, items=(node,)), fresh=True)
                return node
            case Amount():
                return self.graph.add(self.amount(expression, type_ or _number(expression)), fresh=fresh)
            case Day():
                return self.graph.add(
                    Constant(type=DATE, value=on_day(expression.date), open=False), fresh=fresh
                )

    def _calculation(self, calculation: Calculation, type_: ValueType | None, fresh: bool) -> NodeId:
        left = self.expression(calculation.left)
        right = self.expression(calculation.right)
        kinds = (self.type_of(left).kind, self.type_of(right).kind)
        operator = calculation.operator
        span = calculation.span
        if kinds == ("date", "date"):
            return self.graph.add(
                Between(type=type_ or DURATION, span=span, left=left, right=right), fresh=fresh
            )
        if kinds[0] == "date":
            shifted = Shift(type=DATE, span=span, date=left, amount=right, sign=1 if operator == "+" else -1)
            return self.graph.add(shifted, fresh=fresh)
        if kinds[1] == "date":
            return self.graph.add(Shift(type=DATE, span=span, date=right, amount=left, sign=1), fresh=fresh)
        alike = operator in "+-" or (operator == "/" and unit_of(calculation) == PLAIN)
        if kinds == ("number", "number") and alike and unit_of(calculation.right) != PLAIN:
            right = in_unit(self.graph, right, unit_of(calculation.left))
        own = type_
        if own is None:
            duration = "duration" in kinds and operator != "/"
            number = replace(self.type_of(left), unit=unit_of(calculation), low=-_FAR, high=_FAR)
            own = DURATION if duration else number
        return self.graph.add(
            Arithmetic(type=own, span=span, operator=operator, left=left, right=right), fresh=fresh
        )

    def amount(self, amount: Amount, type_: ValueType) -> Constant:
        """An amount as a constant of this type, in its unit."""
        if type_.kind == "duration" and amount.duration is not None:
            return Constant(type=DURATION, span=amount.span, duration=amount.duration, open=False)
        value = amount.quantity.value
        if amount.quantity.unit and type_.unit:
            value = convert(value, amount.quantity.unit, type_.unit)
        whole = millionths(value)
        return Constant(type=type_, span=amount.span, value=(whole, whole), open=False)

    def ago(self, ago: Ago) -> NodeId:
        """The day that lies this long before the reference date."""
        if isinstance(ago.amount, Name):
            step = self.name(ago.amount)
        else:
            assert ago.amount.duration is not None
            step = self.duration(ago.amount.duration)
        return self.graph.add(
            Shift(type=DATE, span=ago.span, date=self.reference_date(), amount=step, sign=-1, open=False)
        )

    # Treatments and instruments

    def _treatment(self, treatment: TreatmentDefinition, output: str) -> NodeId:
        limits = {
            name: self.duration(limit)
            for name, limit in (
                ("carry_over", treatment.carry_over),
                ("possible_stop", treatment.possible_stop),
                ("stopped", treatment.stopped),
                ("planned_end_after", treatment.planned_end_after),
                ("planned_end_tolerance", treatment.planned_end_tolerance),
                ("prescribed_limit", treatment.prescribed_limit),
                ("pdc_window", treatment.pdc_window),
            )
            if limit is not None
        }
        sets = self.ruleset.product_sets
        of = self.graph.add(
            TreatmentNode(
                type=YES_NO,
                span=treatment.span,
                name=treatment.name,
                sources=treatment.sources,
                or_sources=treatment.or_sources,
                products=sets[treatment.members].lines,
                switch_products=sets[treatment.switch_within].lines if treatment.switch_within else (),
                days_supply=treatment.days_supply,
                pause_during=treatment.pause_during,
                ended_by=treatment.ended_by,
                planned_end_class=treatment.planned_end_for,
                limits=limits,
                follow_up=None if treatment.follow_up is None else self.name(treatment.follow_up),
            )
        )
        return self.graph.add(
            Output(type=treatment.outputs[output], span=treatment.span, of=of, name=output), fresh=True
        )

    def _instrument(self, instrument: InstrumentFile, output: str) -> NodeId:
        own = FieldIs(field="name", words=frozenset({instrument.name}))
        select = self.graph.add(Select(type=YES_NO, lists=("questionnaires",), where=own))
        of = self._forms(instrument, select)
        return self.graph.add(
            Output(type=instrument.outputs[output], span=instrument.span, of=of, name=output), fresh=True
        )

    def _forms(self, instrument: InstrumentFile, select: NodeId) -> NodeId:
        totals = None
        if instrument.codes:
            totals = self.graph.add(Select(type=YES_NO, lists=("observations",), patterns=instrument.codes))
        return self.graph.add(
            Form(
                type=YES_NO,
                span=instrument.span,
                select=select,
                instrument=instrument.definition,
                totals=totals,
            )
        )

    # Scores, tables, findings and rules

    def _score(self, score: Score) -> NodeId:
        items = tuple(
            tuple(
                (points.points, None if points.when is None else self.criteria.condition(points.when))
                for points in item.first_of
            )
            for item in score.items
        )
        return self.graph.add(Points(type=score.type, span=score.span, items=items), fresh=True)

    def _table(self, table: Table, output: str) -> NodeId:
        conditions = [None if row.when is None else self.criteria.condition(row.when) for row in table.rows]
        first_sure = table.if_open == "first_sure"
        if output == "row":
            ids = (*(row.id for row in table.rows), *(("otherwise",) if table.otherwise_unknown else ()))
            type_ = ValueType("choice", ids)
            bits = [type_.bit(row.id) for row in table.rows]
            nothing = type_.bit("otherwise") if table.otherwise_unknown else 0
        else:
            type_ = table.type
            bits = [type_.bits(row.outcomes) for row in table.rows]
            nothing = type_.all_bits if table.otherwise_unknown else 0
        return self.graph.add(
            TableNode(
                type=type_,
                span=table.span,
                rows=tuple(zip(conditions, bits, strict=True)),
                first_sure=first_sure,
                nothing=nothing,
            ),
            fresh=True,
        )

    def _status(self, id: str) -> NodeId:
        return self.graph.add(Lookup(type=STATUS, of=self.definition(id)), fresh=True)

    def _finding(self, finding: Finding) -> NodeId:
        setters: list[tuple[NodeId, Value]] = []
        for rule in self.rules.values():
            for setting in rule.sets:
                if setting.finding == finding.id:
                    value = read_value(finding.type, setting.value, finding.type.unit)
                    if finding.combine == "collect" and isinstance(value, tuple):
                        value = int(value[0])
                    setters.append((self._setter(rule), value))
        otherwise = None
        if finding.otherwise is not None:
            otherwise = read_value(finding.type, finding.otherwise, finding.type.unit)
        return self.graph.add(
            Combined(
                type=finding.type,
                span=finding.span,
                how=finding.combine,
                setters=tuple(setters),
                otherwise=otherwise,
            ),
            fresh=True,
        )

    def _setter(self, rule: Rule) -> NodeId:
        """The rule as a finding reads it: in the contradicting reading with the other of record and answer."""
        plain = self.rule(rule.id)
        if not self.dangerous or not self.graph.may_contradict(plain):
            return plain
        if rule.id not in self._contradicting:
            node = self.graph.nodes_so_far[plain]
            assert isinstance(node, RuleNode)
            other = replace(
                node,
                when=self.criteria.condition(rule.when),
                exceptions=tuple(
                    (exception.id, self.criteria.condition(exception.when), exception.if_unknown == "block")
                    for exception in rule.exceptions
                ),
            )
            self._contradicting[rule.id] = self.graph.add(other, fresh=True)
        return self._contradicting[rule.id]

    def rule(self, id: str) -> NodeId:
        """The node of a rule, with its condition and exceptions named."""
        if id in self._rules:
            return self._rules[id]
        label = f"rule {id}"
        if label in self._open:
            raise EngineError(f"a cycle: {' -> '.join([*self._open, label])}")
        self._open.append(label)
        rule = self.rules[id]
        outside = self.dangerous
        self.dangerous = False
        dangerous = is_danger(self.ruleset, rule)
        when = self.criteria.condition(rule.when, dangerous=dangerous)
        exceptions = tuple(
            (
                exception.id,
                self.criteria.condition(exception.when, dangerous=dangerous, denied=True),
                exception.if_unknown == "block",
            )
            for exception in rule.exceptions
        )
        overriders = tuple(self.rule(other) for other in self._overriders.get(id, ()))
        node = self.graph.add(
            RuleNode(
                type=YES_NO,
                span=rule.span,
                rule=id,
                when=when,
                exceptions=exceptions,
                overridden_by=overriders,
            ),
            fresh=True,
        )
        self.dangerous = outside
        self._open.pop()
        self._rules[id] = node
        self._named.append(Named(f"rule:{id}", node, "rule", id))
        self._named.append(Named(f"rule:{id}/when", when, "condition", id))
        for name, condition, _ in exceptions:
            self._named.append(Named(f"rule:{id}/except:{name}", condition, "condition", id))
        return node


_FAR: Final = float("inf")
_KINDS: Final[Mapping[type, NamedKind]] = {
    Parameter: "parameter",
    Fact: "fact",
    Finding: "finding",
    TreatmentDefinition: "treatment",
    InstrumentFile: "instrument",
    Score: "score",
    Table: "table",
}


def is_danger(ruleset: Ruleset, rule: Rule) -> bool:
    """Whether a rule recommends or sets an urgency of U1-U4."""
    if rule.recommend is not None and rule.recommend.urgency in DANGER:
        return True
    return any(
        setting.value in DANGER and isinstance(ruleset.definitions.get(setting.finding), Finding)
        for setting in rule.sets
    )


def _years(duration: Duration) -> Value:
    """A duration for a number in years, such as an age."""
    whole = duration.months * MILLION // 12
    return (whole, whole)


def _number(amount: Amount) -> ValueType:
    if amount.duration is not None:
        return DURATION
    return ValueType("number", unit=amount.quantity.unit)
