"""What an executor concluded, opened up: any node, any name, and how each fact came by its value.

Everything that explains, asks or ranks works on this, whichever executor ran: the named nodes come from the executor,
what lies between them is worked out when it is asked for.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cdss.engine.reference import Call, Evaluation
from cdss.errors import EngineError
from cdss.models.condition import Name, Ref
from cdss.models.guideline import (
    Fact,
    FromAnswered,
    FromPatient,
    FromRecords,
    GuidelineFile,
    Points,
    Row,
    Rule,
    Ruleset,
    Score,
    ScoreItem,
    Table,
)
from cdss.models.program import (
    Combined,
    Form,
    Missing,
    Named,
    NodeId,
    Program,
    Select,
    Treatment,
    Valuation,
    reads,
)
from cdss.models.program import Points as PointsNode
from cdss.models.program import Table as TableNode
from cdss.models.truth import NO, YES, Truth
from cdss.models.value import Value, ValueType, is_known

if TYPE_CHECKING:
    from cdss.engine.ahead import Plan


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What some topics read: all nodes, the facts among them, and what reads records itself; by number."""

    nodes: frozenset[NodeId]
    facts: tuple[NodeId, ...]
    readers: tuple[NodeId, ...]


class Layout:
    """What is the same for every call of one program: looked up once, kept with the engine."""

    def __init__(self, ruleset: Ruleset, program: Program) -> None:
        self.ruleset = ruleset
        self.program = program
        paths = set(program.files)
        self.files: Mapping[str, GuidelineFile] = {
            file.path: file for file in ruleset.files if file.path in paths
        }
        self.by_definition: Mapping[tuple[str, str], Named] = {
            (named.definition, named.output): named
            for named in program.named
            if named.kind not in ("rule", "condition")
        }
        self.place: Mapping[NodeId, int] = {named.node: place for place, named in enumerate(program.named)}
        self.reads: tuple[tuple[NodeId, ...], ...] = tuple(tuple(reads(node)) for node in program.nodes)
        self.rules: Mapping[str, tuple[tuple[Rule, NodeId], ...]] = {
            topic: tuple(
                (ruleset.rules[id], node)
                for id, node in program.rules.items()
                if self.files[ruleset.rules[id].file].topic == topic
            )
            for topic in program.topics
        }
        self.tables: tuple[tuple[NodeId, Table, GuidelineFile], ...] = tuple(
            (named.node, table, self.files[table.file])
            for named in program.named
            if named.kind == "table"
            and not named.output
            and isinstance(table := ruleset.definitions[named.definition], Table)
            and table.file in self.files
        )
        self.required: tuple[tuple[NodeId, Fact, GuidelineFile], ...] = tuple(
            (named.node, fact, self.files[fact.file])
            for named in program.named
            if named.kind == "fact"
            and not named.output
            and isinstance(fact := ruleset.definitions[named.definition], Fact)
            and isinstance(fact.source, FromAnswered)
            and fact.file in self.files
        )
        self.shown: tuple[tuple[Named, str], ...] = tuple(
            (named, self.files[file].topic)
            for named in sorted(program.named, key=lambda named: named.key)
            if named.kind in ("finding", "score", "table", "treatment", "instrument")
            and not (named.kind == "table" and named.output)
            and (file := ruleset.definitions[named.definition].file) in self.files
        )
        self.single: tuple[tuple[str, tuple[tuple[NodeId, Value], ...]], ...] = tuple(
            (named.key, node.setters)
            for named in program.named
            if named.kind == "finding"
            and isinstance(node := program.nodes[named.node], Combined)
            and node.how == "one"
            and len({value for _, value in node.setters}) > 1
        )
        self.by_key: Mapping[str, Named] = {named.key: named for named in program.named}

        self._below: dict[NodeId, tuple[NodeId, ...]] = {}
        self._looked_at: dict[frozenset[str], LookedAt] = {}

    def below(self, node: NodeId) -> tuple[NodeId, ...]:
        """A node and all it reads, each once."""
        found = self._below.get(node)
        if found is None:
            found = self._below[node] = tuple(walk(self.reads, [node], ()))
        return found

    def looked_at(self, topics: frozenset[str], given: Container[NodeId] = ()) -> LookedAt:
        """What these topics read: below their rules, their other definitions, and what opened them."""
        found = self._looked_at.get(topics) if not given else None
        if found is None:
            found = self._look_at(topics, given)
            if not given:
                self._looked_at[topics] = found
        return found

    def _look_at(self, topics: frozenset[str], given: Container[NodeId]) -> LookedAt:
        roots = [node for topic in self.program.topics if topic in topics for _, node in self.rules[topic]]
        roots += [node for topic, node in self.program.applies.items() if topic in topics]
        roots += [named.node for named, topic in self.own if topic in topics]
        nodes = frozenset(walk(self.reads, roots, given))
        kinds = self.program.nodes
        return LookedAt(
            nodes=nodes,
            facts=tuple(number for number in sorted(nodes) if isinstance(kinds[number], Missing)),
            readers=tuple(n for n in sorted(nodes) if isinstance(kinds[n], Missing | Form | Treatment)),
        )

    @cached_property
    def own(self) -> tuple[tuple[Named, str], ...]:
        """What the files of the topics define themselves, with their topic; shared definitions have none."""
        found = []
        for named in self.program.named:
            definition = self.ruleset.definitions.get(named.definition)
            file = self.files.get(definition.file) if definition is not None else None
            if file is not None and named.kind != "parameter":
                found.append((named, file.topic))
        return tuple(found)

    @cached_property
    def findings(self) -> tuple[tuple[Named, str | None], ...]:
        """What is listed as a finding, by name: with its topic, or None when several topics share it."""
        topics = {named.node: topic for named, topic in self.own}
        found = [named for named in self.program.named if self._is_finding(named)]
        return tuple((named, topics.get(named.node)) for named in sorted(found, key=lambda named: named.key))

    def _is_finding(self, named: Named) -> bool:
        """Findings, scores, tables with their row, outputs, and facts that were derived or counted."""
        match named.kind:
            case "finding" | "score" | "treatment" | "instrument":
                return True
            case "table":
                return named.output in ("", "row")
            case "fact" if not named.output:
                fact = self.ruleset.definitions[named.definition]
                assert isinstance(fact, Fact)
                if isinstance(fact.source, FromRecords):
                    return fact.source.pick in ("count", "days_supplied", "daily_dose")
                return not isinstance(fact.source, FromPatient)
            case _:
                return False

    @cached_property
    def plan(self) -> Plan:
        """What of the program hangs on the day itself. Imported when somebody asks how long an answer holds."""
        from cdss.engine.ahead import Plan

        return Plan.of(self.program)

    @cached_property
    def lists(self) -> Mapping[str, tuple[str, ...]]:
        """For each topic the lists that its rules read, by name."""
        rules = {topic: [node for _, node in self.rules[topic]] for topic in self.program.topics}
        return {topic: self._lists_of(nodes) for topic, nodes in rules.items()}

    @cached_property
    def lists_of_reasons(self) -> Mapping[str, tuple[str, ...]]:
        """For each topic the lists in which its reason to start would stand, by name."""
        return {topic: self._lists_of([node]) for topic, node in self.program.applies.items()}

    def _lists_of(self, roots: Iterable[NodeId]) -> tuple[str, ...]:
        found: set[str] = set()
        for number in walk(self.reads, roots, ()):
            node = self.program.nodes[number]
            if isinstance(node, Select):
                found.update(node.lists)
            elif isinstance(node, Treatment):
                found.update((*node.sources, *node.or_sources))
        return tuple(sorted(found))


def walk(
    reads: Sequence[Sequence[NodeId]], roots: Iterable[NodeId], given: Container[NodeId]
) -> Iterator[NodeId]:
    """Some nodes and all they read, each once; what lies behind a given value is not looked at."""
    stack = list(dict.fromkeys(roots))
    seen = set(stack)
    while stack:
        current = stack.pop()
        yield current
        if current in given:
            continue
        for other in reads[current]:
            if other not in seen:
                seen.add(other)
                stack.append(other)


class Conclusions:
    """The readings of one call, and the ruleset they came from. Without a valuation each is worked out when asked."""

    def __init__(
        self, layout: Layout, call: Call, valuation: Valuation | None, opened: frozenset[str]
    ) -> None:
        self.layout = layout
        self.ruleset = layout.ruleset
        self.program = layout.program
        self.files = layout.files
        self.call = call
        self.opened = opened  # topics that a caller opened by naming them
        self.valuation = valuation
        self.values = Evaluation(layout.program, call, None if valuation is None else self._named)

    def _named(self, node: NodeId, later: bool) -> Value:
        """What the executor concluded for a named node. KeyError for one without a name."""
        place = self.layout.place[node]
        assert self.valuation is not None
        return self.valuation.later[place] if later else self.valuation.now[place]

    def now(self, node: NodeId) -> Value:
        if self.valuation is not None and (place := self.layout.place.get(node)) is not None:
            return self.valuation.now[place]
        return self.values.now(node)

    def later(self, node: NodeId) -> Value:
        if self.valuation is not None and (place := self.layout.place.get(node)) is not None:
            return self.valuation.later[place]
        return self.values.later(node)

    def type_of(self, node: NodeId) -> ValueType:
        return self.program.nodes[node].type

    def is_settled(self, node: NodeId) -> bool:
        """Whether no answer can change it any more."""
        now = self.now(node)
        return is_known(self.type_of(node), now) and now == self.later(node)

    def is_known(self, node: NodeId) -> bool:
        """Whether it is one thing today."""
        return is_known(self.type_of(node), self.now(node))

    def named(self, ref: Ref) -> Named | None:
        """The named node behind a resolved name; None for what has no name of its own (the reference date)."""
        return self.layout.by_definition.get((ref.id, ref.output))

    def node_of(self, name: Name) -> NodeId | None:
        if name.ref is None:
            raise EngineError(f"{name.span}: '{name.text}' was not resolved")
        named = self.named(name.ref)
        return None if named is None else named.node

    def fact_of(self, node: NodeId) -> Fact | None:
        """The fact that a node reads from records or answers."""
        missing = self.program.nodes[node]
        if not isinstance(missing, Missing):
            return None
        fact = self.ruleset.definitions[missing.fact]
        return fact if isinstance(fact, Fact) else None

    def topic_is_open(self, topic: str) -> bool:
        """Whether a topic concerns this patient: surely so, or because the caller named it."""
        if topic in self.opened:
            return True
        applies = self.program.applies.get(topic)
        return applies is None or self.now(applies) == YES

    def rules(self, topic: str | None = None) -> Iterator[tuple[Rule, NodeId]]:
        """The rules of the open topics (or of one), with their nodes."""
        for own, rules in self.layout.rules.items():
            if (topic is None or own == topic) and self.topic_is_open(own):
                yield from rules

    @cached_property
    def open_topics(self) -> frozenset[str]:
        """The topics that concern this patient."""
        return frozenset(topic for topic in self.program.topics if self.topic_is_open(topic))

    @cached_property
    def looked_at(self) -> LookedAt:
        """What the open topics read. What lies behind a given value was not looked at."""
        return self.layout.looked_at(self.open_topics, self.values.given)

    def below(self, node: NodeId) -> Iterable[NodeId]:
        """A node and all it reads, each once; nothing behind a given value."""
        given = self.values.given
        return walk(self.layout.reads, [node], given) if given else self.layout.below(node)

    def rows(self, table: Table) -> Iterator[tuple[Row, Truth]]:
        """The rows of a table that are not surely missed, up to the first that is surely met."""
        node = self.program.nodes[self.layout.by_definition[(table.id, "")].node]
        assert isinstance(node, TableNode)
        for row, (when, _) in zip(table.rows, node.rows, strict=True):
            met = YES if when is None else self.now(when)
            assert isinstance(met, int)
            if met != NO:
                yield row, met
            if met == YES:
                return

    def points(self, score: Score) -> Iterator[tuple[ScoreItem, Points, Truth]]:
        """For each item of a score the points that it gives or may give, up to those that it surely gives; when it
        gives none, the last."""
        node = self.program.nodes[self.layout.by_definition[(score.id, "")].node]
        assert isinstance(node, PointsNode)
        for item, rows in zip(score.items, node.items, strict=True):
            for points, (_, when) in zip(item.first_of, rows, strict=True):
                met = YES if when is None else self.now(when)
                assert isinstance(met, int)
                if met != NO or points is item.first_of[-1]:
                    yield item, points, met
                if met == YES:
                    break
