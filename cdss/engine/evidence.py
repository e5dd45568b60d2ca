"""How we know it: the weakest evidence on the yes-path of a rule (language §3.1)."""

from __future__ import annotations

from collections.abc import Iterator

from cdss.engine.conclusions import Conclusions
from cdss.models.condition import (
    Ago,
    AllOf,
    AnyOf,
    Bound,
    Calculation,
    Comparison,
    Condition,
    Criterion,
    Expression,
    HasWord,
    InRange,
    IsWord,
    Name,
    NoneOf,
    Ref,
    WithinLast,
)
from cdss.models.dates import Duration
from cdss.models.guideline import (
    EVIDENCE,
    Definition,
    Evidence,
    Fact,
    Finding,
    FromCondition,
    FromExpression,
    FromExtreme,
    FromFirstKnown,
    FromRecords,
    Parameter,
    Rule,
    Score,
    Table,
    TreatmentDefinition,
)
from cdss.models.truth import NO, YES


def criteria_behind(concluded: Conclusions, condition: Condition, wanted: int = YES) -> Iterator[Criterion]:
    """The lines that made a condition come out as wanted: all of an `all`, those that hold of an `any`.

    A line that is still unknown stands behind nothing.
    """
    match condition:
        case Criterion():
            if concluded.now(concluded.program.criteria[condition.span]) == wanted:
                yield condition
        case AllOf() | AnyOf():
            for item in condition.items:
                yield from criteria_behind(concluded, item, wanted)
        case NoneOf():
            for item in condition.items:
                yield from criteria_behind(concluded, item, NO if wanted == YES else YES)


def names_in(criterion: Criterion) -> Iterator[Name]:
    """The names that a criterion reads, in order."""
    test = criterion.test
    match test:
        case Comparison():
            operands = (test.left, test.right)
        case InRange():
            bounds: tuple[Bound | None, ...] = (test.low, test.high)
            operands = (test.name, *(bound.value for bound in bounds if bound is not None))  # type: ignore[assignment]
        case WithinLast():
            operands = (test.name, test.amount)
        case _:
            operands = (test.name,)  # type: ignore[assignment]
    for operand in operands:
        if isinstance(operand, Ago):
            operand = operand.amount
        if isinstance(operand, Name):
            yield operand


def names_of(expression: Expression) -> Iterator[Name]:
    """The names in a calculation, from left to right."""
    match expression:
        case Calculation(left=left, right=right):
            yield from names_of(left)
            yield from names_of(right)
        case Name():
            yield expression
        case _:
            return


def wanted_words(criterion: Criterion) -> frozenset[str]:
    """The words that a criterion asks of a finding: only the rules that set those stand behind it."""
    match criterion.test:
        case HasWord(word=word):
            return frozenset({word.word})
        case IsWord(words=words, negated=False):
            return frozenset(word.word for word in words)
        case _:
            return frozenset()


def weakest_evidence(concluded: Conclusions, rule: Rule) -> Evidence:
    """The weakest evidence of a rule and of all that stands on its yes-path.

    What does not say its own has that of its file.
    """
    found = list(_Found(concluded).of_rule(rule))
    return max(found, key=EVIDENCE.index, default="unverified")


class _Found:
    """One walk down the yes-path of a rule; each definition and rule is passed once."""

    def __init__(self, concluded: Conclusions) -> None:
        self.concluded = concluded
        self.seen: set[tuple[str, frozenset[str]]] = set()

    def of_rule(self, rule: Rule) -> Iterator[Evidence]:
        if self._passed(f"rule {rule.id}"):
            return
        yield from self._own(rule.evidence, rule.file)
        yield from self._of_condition(rule.when)

    def _passed(self, id: str, words: frozenset[str] = frozenset()) -> bool:
        if (id, words) in self.seen:
            return True
        self.seen.add((id, words))
        return False

    def _own(self, own: Evidence | None, path: str) -> Iterator[Evidence]:
        if own is None:
            file = self.concluded.files.get(path)
            own = file.evidence if file is not None else None
        if own is not None:
            yield own

    def _of_condition(self, condition: Condition) -> Iterator[Evidence]:
        for criterion in criteria_behind(self.concluded, condition):
            words = wanted_words(criterion)
            for name in names_in(criterion):
                yield from self._of_name(name, words)

    def _of_name(self, name: Name, words: frozenset[str] = frozenset()) -> Iterator[Evidence]:
        if name.ref is None or name.ref.kind not in ("definition", "parameter"):
            return
        if not self._passed(name.ref.id, words):
            yield from self._of_definition(self.concluded.ruleset.definitions[name.ref.id], name.ref, words)

    def _of_definition(self, definition: Definition, ref: Ref, words: frozenset[str]) -> Iterator[Evidence]:
        match definition:
            case Parameter():
                # outside its period the nearest value counts, as the engine takes it
                on = self.concluded.call.on
                begun = [one for one in definition.values if (one.effective.start or on) <= on]
                dated = begun[-1] if begun else definition.values[0]
                yield from self._own(dated.evidence, definition.file)
            case Score():
                yield from self._own(definition.evidence, definition.file)
                for _, points, _ in self.concluded.points(definition):
                    if points.when is not None:
                        yield from self._of_condition(points.when)
            case Table():
                yield from self._of_table(definition)
            case Finding():
                for rule, node in self.concluded.rules():
                    sets = [one.value for one in rule.sets if one.finding == definition.id]
                    wanted = not words or bool(words.intersection(sets))
                    if sets and wanted and self.concluded.now(node) == YES:
                        yield from self.of_rule(rule)
            case Fact():
                yield from self._of_fact(definition)
            case TreatmentDefinition():
                for limit in _limits_behind(definition, ref.output, words):
                    if isinstance(limit, Name):
                        yield from self._of_name(limit)
            case _:
                return

    def _of_table(self, table: Table) -> Iterator[Evidence]:
        """Of the rows that are not surely missed, up to the first surely met."""
        for row, _ in self.concluded.rows(table):
            yield from self._own(row.evidence or table.evidence, table.file)
            if row.when is not None:
                yield from self._of_condition(row.when)

    def _of_fact(self, fact: Fact) -> Iterator[Evidence]:
        source = fact.source
        match source:
            case FromCondition():
                yield from self._of_condition(source.when)
            case FromFirstKnown() | FromExtreme():
                for name in source.items:
                    yield from self._of_name(name)
            case FromExpression():
                for name in names_of(source.value):
                    yield from self._of_name(name)
            case FromRecords():
                members = self.concluded.ruleset.value_sets.get(source.members)
                if members is not None and members.evidence is not None:
                    yield members.evidence
                for end in (
                    source.within,
                    source.after,
                    source.before,
                    source.after_age,
                    source.together_within,
                ):
                    if isinstance(end, Name):
                        yield from self._of_name(end)
            case _:
                return


def _limits_behind(
    treatment: TreatmentDefinition, output: str, words: frozenset[str]
) -> Iterator[Duration | Name | None]:
    """The limits that an output rests on: gaps always, the others when their own word or output is asked for."""
    yield from (treatment.carry_over, treatment.possible_stop, treatment.stopped)
    if "planned_end_possible" in words:
        yield from (treatment.planned_end_after, treatment.planned_end_tolerance)
    if "primary_non_adherence" in words:
        yield treatment.prescribed_limit
    if output == "pdc":
        yield treatment.pdc_window


def truth_of_condition(concluded: Conclusions, condition: Condition) -> int:
    """How a condition came out, from its criteria."""
    match condition:
        case Criterion():
            truth = concluded.now(concluded.program.criteria[condition.span])
            assert isinstance(truth, int)
            return truth
        case AllOf():
            return min((truth_of_condition(concluded, item) for item in condition.items), default=YES)
        case AnyOf():
            return max((truth_of_condition(concluded, item) for item in condition.items), default=NO)
        case NoneOf():
            return YES - max((truth_of_condition(concluded, item) for item in condition.items), default=NO)
