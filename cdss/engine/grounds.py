"""What stands behind an advice: the criteria on its yes-path, each with what it rests on (language §3.1).

The yes-path goes down: from the criteria of a rule to the rules that set a finding, the row of a table, the
items of a score, and the criteria of a derived fact. Each criterion is told once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cdss.engine.conclusions import Conclusions
from cdss.engine.evidence import criteria_behind, names_in, names_of, wanted_words
from cdss.engine.forms import Forms
from cdss.engine.treatment import Treatment as TreatmentRead
from cdss.errors import Span
from cdss.models.condition import (
    AllOf,
    AnyOf,
    Condition,
    Criterion,
    IsTrue,
    Name,
    NoneOf,
    Ref,
)
from cdss.models.guideline import (
    Fact,
    Finding,
    FromAnswered,
    FromCondition,
    FromExpression,
    FromExtreme,
    FromFirstKnown,
    FromRecords,
    InstrumentFile,
    Parameter,
    Rule,
    Score,
    Source,
    Table,
    TreatmentDefinition,
)
from cdss.models.program import Combined, NodeId, Output
from cdss.models.program import Rule as RuleNode
from cdss.models.truth import UNKNOWN, YES, Truth, opposite
from cdss.models.value import Value, is_known


@dataclass(frozen=True, slots=True)
class Place:
    """The nearest source on the way down, and the topic in whose list it is looked up."""

    source: Source | None
    topic: str

    def at(self, source: Source | None) -> Place:
        """Here, with a nearer source when there is one."""
        return self if source is None else Place(source, self.topic)


@dataclass(slots=True)
class Ground:
    """One criterion behind an advice: how it came out, the nearest source, and the records behind its
    names."""

    criterion: Criterion
    truth: Truth
    place: Place
    records: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Path:
    """The criteria behind a rule, in the order in which they were written, each followed by what it rests
    on; and every definition that was passed on the way down, with the node that was read."""

    grounds: list[Ground] = field(default_factory=list)
    passed: dict[NodeId, str] = field(default_factory=dict)  # node -> id of the definition


def path_of(concluded: Conclusions, rule: Rule) -> Path:
    """The yes-path of a rule that stands."""
    path = Path()
    path.grounds += _Walk(concluded, path).rule(rule)
    return path


def path_of_exceptions(concluded: Conclusions, rule: Rule) -> Path:
    """What stands behind the exceptions of a rule, however they came out: a no rests on something too."""
    path = Path()
    walk = _Walk(concluded, path, everything=True)
    for exception in rule.exceptions:
        path.grounds += walk.condition(exception.when, YES, walk.place_of(rule))
    return path


@dataclass(slots=True)
class Below:
    """What one name rests on: its records, and the criteria further down."""

    records: dict[str, None] = field(default_factory=dict)
    grounds: list[Ground] = field(default_factory=list)


class _Walk:
    """One walk down; `seen` keeps each criterion to one place. `everything`: also what did not make it come
    out so."""

    def __init__(self, concluded: Conclusions, path: Path, *, everything: bool = False) -> None:
        self.concluded = concluded
        self.path = path
        self.everything = everything
        self.seen: set[Span] = set()
        self.open: set[str] = set()  # definitions above this one

    def place_of(self, rule: Rule) -> Place:
        file = self.concluded.files[rule.file]
        return Place(rule.source or file.source, file.topic)

    def rule(self, rule: Rule) -> Iterator[Ground]:
        yield from self.condition(rule.when, YES, self.place_of(rule))

    def condition(self, condition: Condition, wanted: Truth, place: Place) -> Iterator[Ground]:
        behind = criteria_behind(self.concluded, condition, wanted)
        for criterion in criteria_in(condition) if self.everything else behind:
            if criterion.span not in self.seen:
                self.seen.add(criterion.span)
                truth = self.concluded.now(self.concluded.program.criteria[criterion.span])
                assert isinstance(truth, int)
                yield from self._criterion(criterion, truth, place)

    def contradicted(self, condition: Condition, wanted: Truth, place: Place) -> Iterator[Ground]:
        """The lines that came out as wanted only because the worse of record and answer counts (danger)."""
        for criterion in criteria_in(condition):
            if criterion.span not in self.seen and self._is_contradicted(criterion):
                self.seen.add(criterion.span)
                yield from self._criterion(criterion, wanted, place)

    def _is_contradicted(self, criterion: Criterion) -> bool:
        nodes = (self.concluded.node_of(name) for name in names_in(criterion))
        below = (number for node in nodes if node is not None for number in self.concluded.below(node))
        return any(
            self.concluded.values.reading(number).other is not None
            for number in below
            if self.concluded.fact_of(number) is not None
        )

    def _criterion(self, criterion: Criterion, truth: Truth, place: Place) -> Iterator[Ground]:
        ground = Ground(criterion, truth, place)
        below: list[Ground] = []
        for name in names_in(criterion):
            found = self.name(name, place, wanted_words(criterion), _taken_as(ground))
            ground.records |= found.records
            below += found.grounds
        for other in below:
            ground.records |= other.records
        yield ground
        yield from below

    def name(
        self, name: Name, place: Place, words: frozenset[str] = frozenset(), taken_as: Truth = UNKNOWN
    ) -> Below:
        """What a name rests on. `words`: of a finding, those that were asked for. `taken_as`: what a
        criterion took a yes or no to be; in danger that is the worse of record and answer."""
        ref = name.ref
        if ref is None or ref.kind not in ("definition", "parameter"):
            return Below()
        node = self.concluded.node_of(name)
        if node is None or node in self.concluded.values.given or ref.id in self.open:
            return Below()
        self.path.passed.setdefault(node, ref.id)
        self.open.add(ref.id)
        try:
            return self._definition(ref, node, place, words, taken_as)
        finally:
            self.open.discard(ref.id)

    def _definition(
        self, ref: Ref, node: NodeId, place: Place, words: frozenset[str], taken_as: Truth
    ) -> Below:
        definition = self.concluded.ruleset.definitions[ref.id]
        file = self.concluded.files.get(definition.file)
        if file is not None and not isinstance(definition, Parameter):
            place = Place(file.source or place.source, file.topic)
        match definition:
            case Fact():
                return self._fact(definition, node, place, taken_as)
            case Score():
                return Below(grounds=list(self._score(definition, place.at(definition.source))))
            case Table():
                return Below(grounds=list(self._table(definition, place.at(definition.source))))
            case Finding():
                return Below(grounds=list(self._finding(node, words)))
            case TreatmentDefinition() | InstrumentFile():
                return Below(records=dict.fromkeys(_behind_output(self.concluded, node)))
            case _:
                return Below()

    def _fact(self, fact: Fact, node: NodeId, place: Place, taken_as: Truth) -> Below:
        match fact.source:
            case FromRecords():
                return Below(records=dict.fromkeys(records_of(self.concluded, node)))
            case FromCondition(when=when):
                now = self.concluded.now(node)
                assert isinstance(now, int)
                if taken_as not in (UNKNOWN, now):
                    return Below(grounds=list(self.contradicted(when, taken_as, place)))
                if now == UNKNOWN and not self.everything:
                    return Below()
                return Below(grounds=list(self.condition(when, now, place)))
            case FromFirstKnown(items=items):
                for item in items:
                    other = self.concluded.node_of(item)
                    if other is not None and self.concluded.is_known(other):
                        return self.name(item, place)
                return self._all(items, place) if self.everything else Below()
            case FromExtreme(items=items):
                return self._all(items, place)
            case FromExpression(value=value):
                return self._all(tuple(names_of(value)), place)
            case FromAnswered(required=required):
                return self._all(tuple(one.name for one in required), place)
            case _:
                return Below()

    def _all(self, names: tuple[Name, ...], place: Place) -> Below:
        found = Below()
        for name in names:
            one = self.name(name, place)
            found.records |= one.records
            found.grounds += one.grounds
        return found

    def _score(self, score: Score, place: Place) -> Iterator[Ground]:
        """The conditions that gave points."""
        for _, points, truth in self.concluded.points(score):
            if truth == YES and points.when is not None and points.points:
                yield from self.condition(points.when, YES, place)

    def _table(self, table: Table, place: Place) -> Iterator[Ground]:
        """The conditions of the first row that is surely met."""
        for row, truth in self.concluded.rows(table):
            if truth == YES and row.when is not None:
                yield from self.condition(row.when, YES, place.at(row.source))

    def _finding(self, node: NodeId, words: frozenset[str]) -> Iterator[Ground]:
        """The rules that stand and set it: to one of the words that were asked for, or to what it is."""
        combined = self.concluded.program.nodes[node]
        assert isinstance(combined, Combined)
        for number, value in combined.setters:
            stands = self.concluded.now(number)
            if stands == YES or (self.everything and stands == UNKNOWN):
                rule = self.concluded.program.nodes[number]
                assert isinstance(rule, RuleNode)
                if self._is_wanted(combined, node, value, words):
                    yield from self.rule(self.concluded.ruleset.rules[rule.rule])

    def _is_wanted(self, combined: Combined, node: NodeId, value: Value, words: frozenset[str]) -> bool:
        asked = [word for word in words if word in combined.type.words]
        if asked and isinstance(value, int) and not value & combined.type.bits(asked):
            return False
        now = self.concluded.now(node)
        return combined.how != "highest" or not is_known(combined.type, now) or value == now


def _taken_as(ground: Ground) -> Truth:
    """What a criterion that is a yes or no by itself took its name to be; unknown for any other."""
    if not isinstance(ground.criterion.test, IsTrue):
        return UNKNOWN
    return opposite(ground.truth) if ground.criterion.negated else ground.truth


def criteria_in(condition: Condition) -> Iterator[Criterion]:
    """Every line of a condition."""
    match condition:
        case Criterion():
            yield condition
        case AllOf(items=items) | AnyOf(items=items) | NoneOf(items=items):
            for item in items:
                yield from criteria_in(item)


def records_of(concluded: Conclusions, node: NodeId) -> Iterator[str]:
    """The places of the records and the answer that gave a fact its value; of those that only may belong,
    none."""
    if concluded.fact_of(node) is None:
        return
    reading = concluded.values.reading(node)
    if reading.answer is not None:
        yield f"answers/{reading.answer.fact}"
        return
    for match in reading.used:
        if match.truth == YES:
            yield match.record.path


def _behind_output(concluded: Conclusions, node: NodeId) -> Iterator[str]:
    output = concluded.program.nodes[node]
    if not isinstance(output, Output):
        return
    seen = concluded.values.seen(output.of)
    if isinstance(seen, TreatmentRead):
        yield from seen.used
    elif isinstance(seen, Forms):
        for match in seen.selection.sure[-1:]:
            yield match.record.path
