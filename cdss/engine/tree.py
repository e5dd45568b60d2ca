"""A condition as lines with ✓, ✗ and ?, down to the records: what holds, what does not, and what is not
known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from cdss.engine.conclusions import Conclusions
from cdss.engine.evidence import names_in, names_of, truth_of_condition, wanted_words
from cdss.engine.forms import Forms
from cdss.engine.messages import tell_name
from cdss.engine.named_words import definition_text, name_text, words_behind
from cdss.engine.pick import Reading
from cdss.engine.reading import read_setting
from cdss.engine.reasons import reason
from cdss.engine.selection import Match
from cdss.engine.telling import tell, tell_date, tell_millionths
from cdss.engine.treatment import Treatment as TreatmentRead
from cdss.errors import Span
from cdss.models.condition import AllOf, Condition, Criterion, Name, NoneOf
from cdss.models.guideline import (
    Fact,
    Finding,
    FromAnswered,
    FromCondition,
    FromExpression,
    FromExtreme,
    FromFirstKnown,
    FromPatient,
    InstrumentFile,
    Score,
    Table,
    TreatmentDefinition,
)
from cdss.models.patient import Days
from cdss.models.program import Combined, NodeId, Output
from cdss.models.program import Rule as RuleNode
from cdss.models.truth import NO, UNKNOWN, YES
from cdss.models.value import is_known
from cdss.models.wording import ENTRY, in_language, lowered, raised, word_text

MARKS: Final = ("✗", "?", "✓")
"""By truth: no, unknown, yes."""
STEP: Final = "   "

_SAY: Final[Mapping[str, Mapping[str, str]]] = {
    "nl": {
        "all": "Al deze:",
        "any": "Minstens één van deze:",
        "none": "Geen van deze:",
        "above": "{x} (zie hierboven)",
        "row": "Rij: {x}",
        "a row": "Rij",
        "records": "Uit het dossier: {x}",
        "answer": "Antwoord{x}",
        "assumed": "Aangenomen: niets gevonden in wat is aangeleverd",
        "given": "Opgegeven",
        "undelivered": "Niet aangeleverd",
        "stale": "Te oud om nog te tellen: {x}",
        "asked": "Gevraagd, en niet bekend",
        "nothing": "Niet vastgelegd",
        "possible": "Misschien dit: {x}",
        "basis": "Dit rust op {x}",
        "unused": "Geen gebruik gevonden in wat is aangeleverd",
        "of": " van ",
        "undated": " zonder datum",
    },
    "en": {
        "all": "All of these:",
        "any": "At least one of these:",
        "none": "None of these:",
        "above": "{x} (see above)",
        "row": "Row: {x}",
        "a row": "Row",
        "records": "From the record: {x}",
        "answer": "Answer{x}",
        "assumed": "Assumed: nothing found in what was delivered",
        "given": "Given",
        "undelivered": "Not delivered",
        "stale": "Too old to count: {x}",
        "asked": "Asked, and not known",
        "nothing": "Not recorded",
        "possible": "Perhaps this: {x}",
        "basis": "This rests on {x}",
        "unused": "No use found in what was delivered",
        "of": " of ",
        "undated": " without a date",
    },
}


class Tree:
    """Writes conditions as lines in one language; what was told before is only named again."""

    def __init__(self, concluded: Conclusions, lang: str) -> None:
        self.concluded = concluded
        self.lang = lang
        self.say = _SAY[lang]
        self.told: set[Span | str] = set()

    def lines(
        self, condition: Condition, depth: int = 0, *, inside: bool = False, before: str = ""
    ) -> Iterator[str]:
        """The lines of a condition, each with its mark. An outer `all:` needs no line of its own, unless
        something is said `before` it."""
        if isinstance(condition, Criterion):
            yield from self._criterion(condition, depth, before)
            return
        single = len(condition.items) == 1 and not isinstance(condition, NoneOf)
        if not single and (inside or before or not isinstance(condition, AllOf)):
            kind = (
                "all" if isinstance(condition, AllOf) else "none" if isinstance(condition, NoneOf) else "any"
            )
            truth = truth_of_condition(self.concluded, condition)
            yield self._line(depth, truth, before + (lowered(self.say[kind]) if before else self.say[kind]))
            depth, before = depth + 1, ""
        for item in condition.items:
            yield from self.lines(item, depth, inside=True, before=before)

    def _line(self, depth: int, truth: int, text: str) -> str:
        return f"{STEP * depth}{MARKS[truth]} {raised(text)}"

    def _note(self, depth: int, text: str) -> str:
        return f"{STEP * depth}· {raised(text)}"

    def _criterion(self, criterion: Criterion, depth: int, before: str) -> Iterator[str]:
        truth = self.concluded.now(self.concluded.program.criteria[criterion.span])
        assert isinstance(truth, int)
        text = reason(self.concluded, criterion, self.lang)
        text = before + lowered(text) if before else text
        if criterion.span in self.told:
            yield self._line(depth, truth, self.say["above"].format(x=text))
            return
        self.told.add(criterion.span)
        yield self._line(depth, truth, text)
        for name in names_in(criterion):
            yield from self._name(name, wanted_words(criterion), depth + 1)

    def _name(self, name: Name, words: frozenset[str], depth: int) -> Iterator[str]:
        """What a name rests on, once."""
        ref, node = name.ref, None if name.ref is None else self.concluded.node_of(name)
        if ref is None or ref.kind != "definition" or node is None:
            return
        key = f"{ref.id}.{ref.output}.{'/'.join(sorted(words))}"
        if key in self.told:
            return
        self.told.add(key)
        if node in self.concluded.values.given:
            yield self._note(depth, self.say["given"])
            return
        definition = self.concluded.ruleset.definitions[ref.id]
        match definition:
            case Fact():
                yield from self._fact(definition, node, depth)
            case Score():
                yield from self._score(definition, depth)
            case Table():
                yield from self._table(definition, depth)
            case Finding():
                yield from self._finding(node, words, depth)
            case TreatmentDefinition():
                yield from self._treatment(definition, node, depth)
            case InstrumentFile():
                yield from self._form(node, depth)
            case _:
                return

    def _fact(self, fact: Fact, node: NodeId, depth: int) -> Iterator[str]:
        match fact.source:
            case FromCondition(when=when):
                yield from self.lines(when, depth)
            case FromFirstKnown(items=items) | FromExtreme(items=items):
                for item in items:
                    other = self.concluded.node_of(item)
                    known = other is not None and self.concluded.is_known(other)
                    yield from self._part(item, depth)
                    if known and isinstance(fact.source, FromFirstKnown):
                        return
            case FromExpression(value=value):
                for name in names_of(value):
                    yield from self._part(name, depth)
            case FromAnswered(required=required):
                for one in required:
                    if one.when is None or truth_of_condition(self.concluded, one.when) != NO:
                        yield from self._part(one.name, depth)
            case FromPatient():
                return
            case _:
                yield self._note(depth, self._read(self.concluded.values.reading(node)))

    def _part(self, name: Name, depth: int) -> Iterator[str]:
        """One of the values that a derived fact was made of."""
        node = self.concluded.node_of(name)
        if node is None:
            return
        text = name_text(self.concluded.ruleset, name, self.lang)
        told = f"{text}: {tell_name(self.concluded, name, self.lang)}"
        now = self.concluded.now(node)
        if self.concluded.type_of(node).kind == "yes_no" and isinstance(now, int):
            yield self._line(depth, now, text)
        elif self.concluded.is_known(node):
            yield self._note(depth, told)
        else:
            yield self._line(depth, UNKNOWN, told)
        yield from self._name(name, frozenset(), depth + 1)

    def _read(self, reading: Reading) -> str:
        """Where the value of a fact came from, or why there is none."""
        if reading.answer is not None:
            return self.say["answer"].format(x=self._on(reading.answer.on))
        sure = [match for match in reading.used if match.truth == YES]
        if sure and not reading.stale:
            return self.say["records"].format(x=self._records(sure))
        if reading.assumed:
            return self.say["assumed"]
        if reading.stale:
            days = [
                tell_date((end, end, False), self.lang) for end in reading.stale if abs(end) != float("inf")
            ]
            return self.say["stale"].format(x=", ".join(days) or self.say["undated"].strip())
        if reading.used:
            return self.say["possible"].format(x=self._records(reading.used))
        if reading.asked:
            return self.say["asked"]
        return self.say["undelivered" if reading.undelivered else "nothing"]

    def _records(self, matches: Sequence[Match]) -> str:
        """Each record by what it is, its day, and its place in the record as it was sent."""
        return ", ".join(
            f"{in_language(ENTRY[match.record.list][0], self.lang)}{self._on(match.record.on)} ({match.record.path})"
            for match in matches
        )

    def _supplies(self, paths: Sequence[str]) -> str:
        """The records behind a treatment: of each list how many, and the first and last by their place."""
        by_list: dict[str, list[str]] = {}
        for name, records in self.concluded.call.patient.lists.items():
            for record in records:
                if record.path in paths:
                    by_list.setdefault(name, []).append(record.path)
        told = []
        for name, places in by_list.items():
            one, more = (in_language(text, self.lang) for text in ENTRY[name])
            if len(places) == 1:
                told.append(f"{one} ({places[0]})")
            else:
                told.append(f"{len(places)} {more} ({places[0]} … {places[-1]})")
        return ", ".join(told)

    def _on(self, days: Days | None) -> str:
        if days is None:
            return self.say["undated"]
        return self.say["of"] + tell_date((days.first.toordinal(), days.last.toordinal(), False), self.lang)

    def _score(self, score: Score, depth: int) -> Iterator[str]:
        """Each item with the points that it gives or may still give."""
        for _, points, truth in self.concluded.points(score):
            worth = tell_millionths(points.points, score.type.unit, self.lang)
            if points.when is None:
                yield self._line(depth, truth, worth)
            else:
                yield from self.lines(points.when, depth, before=f"{worth}: ")

    def _table(self, table: Table, depth: int) -> Iterator[str]:
        """The rows that are not surely missed, up to the first that is surely met."""
        words = words_behind(self.concluded.ruleset, table, "")
        for row, truth in self.concluded.rows(table):
            said = (
                self.say["row"].format(x=in_language(row.text, self.lang)) if row.text else self.say["a row"]
            )
            outcome = " / ".join(word_text(word, words, self.lang) for word in row.outcomes)
            yield self._line(depth, truth, f"{said} → {outcome}")
            if row.when is not None:
                yield from self.lines(row.when, depth + 1)

    def _finding(self, node: NodeId, words: frozenset[str], depth: int) -> Iterator[str]:
        """The rules that set it, or may: those that set what is asked for."""
        combined = self.concluded.program.nodes[node]
        assert isinstance(combined, Combined)
        for number, value in combined.setters:
            rule_node = self.concluded.program.nodes[number]
            assert isinstance(rule_node, RuleNode)
            asked = [word for word in words if word in combined.type.words]
            if asked and isinstance(value, int) and not value & combined.type.bits(asked):
                continue
            truth = self.concluded.now(number)
            assert isinstance(truth, int)
            if truth == NO and not asked and combined.how != "one":
                continue
            rule = self.concluded.ruleset.rules[rule_node.rule]
            title = in_language(rule.title, self.lang) or rule.id.rpartition("/")[2]
            yield self._line(depth, truth, title)
            if rule.id not in self.told:
                self.told.add(rule.id)
                yield from self.lines(rule.when, depth + 1)

    def _treatment(self, treatment: TreatmentDefinition, node: NodeId, depth: int) -> Iterator[str]:
        output = self.concluded.program.nodes[node]
        assert isinstance(output, Output)
        read = self.concluded.values.seen(output.of)
        assert isinstance(read, TreatmentRead)
        kind = treatment.outputs["basis"]
        basis = read.outputs["basis"]
        assert isinstance(basis, frozenset)
        words = words_behind(self.concluded.ruleset, treatment, "basis")
        if basis == {"none"}:
            yield self._note(depth, self.say["unused"])
        else:
            yield self._note(
                depth, self.say["basis"].format(x=tell(kind, kind.bits(basis), self.lang, words))
            )
            yield from self._supply(treatment, read, depth)
        if read.used:
            yield self._note(depth, self.say["records"].format(x=self._supplies(read.used)))

    def _supply(self, treatment: TreatmentDefinition, read: TreatmentRead, depth: int) -> Iterator[str]:
        """Until when there was supply, and how long there has been none."""
        for name in ("run_out", "gap"):
            kind, value = treatment.outputs[name], read.outputs[name]
            if isinstance(value, tuple) and is_known(kind, value):
                text = definition_text(treatment, name, self.lang)
                yield self._note(depth, f"{text}: {tell(kind, value, self.lang)}")

    def _form(self, node: NodeId, depth: int) -> Iterator[str]:
        output = self.concluded.program.nodes[node]
        assert isinstance(output, Output)
        seen = self.concluded.values.seen(output.of)
        assert isinstance(seen, Forms)
        matches = seen.selection.matches
        yield self._note(
            depth, self.say["records"].format(x=self._records(matches)) if matches else self.say["nothing"]
        )


def without_echo(lines: Iterable[str]) -> Iterator[str]:
    """The lines without those that only repeat the line right above them; what stands below moves up a step."""
    left_out: list[int] = []
    above, above_depth = "", -1
    for line in lines:
        text = line.lstrip(" ")
        depth = (len(line) - len(text)) // len(STEP)
        while left_out and left_out[-1] >= depth:
            left_out.pop()
        if text == above and depth == above_depth + 1:
            left_out.append(depth)
        else:
            yield f"{STEP * (depth - len(left_out))}{text}"
        above, above_depth = text, depth


def settings_of(concluded: Conclusions, rule_id: str, lang: str) -> str:
    """What a rule sets, in words; nothing when it sets nothing."""
    rule = concluded.ruleset.rules[rule_id]
    return "; ".join(read_setting(concluded.ruleset, one.finding, one.value, lang) for one in rule.sets)
