"""Each number of fracture prevention, changed by one step up or down, makes some case fail.

Numbers of scores, tables, treatments and parameters. Only the cases in which what reads the number comes out otherwise
are compared whole; the first that fails is enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from cdss.author.cases import Case, read_cases
from cdss.author.testing import Rulesets, file_of, patient_of, run_case
from cdss.engine.conclusions import Conclusions, Layout
from cdss.engine.editions import choose
from cdss.engine.engine import Engine
from cdss.engine.reference import Evaluation
from cdss.errors import Span
from cdss.models.condition import Amount
from cdss.models.dates import Duration, parse_duration
from cdss.models.guideline import (
    DatedValue,
    Definition,
    Parameter,
    Points,
    Ruleset,
    Score,
    Table,
    TreatmentDefinition,
)
from cdss.models.patient import Patient
from cdss.models.quantity import MILLION, Quantity, millionths
from cdss.models.value import Value

ROOT = Path(__file__).resolve().parents[2]
TOPIC = ROOT / "guidelines" / "fracture-prevention"
LOOKED_AT = (Score, Table, Parameter, TreatmentDefinition)


# A number changed


@dataclass(frozen=True)
class Changed:
    """A definition of which one number is another."""

    definition: Definition
    span: Span
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.span}: {self.was} -> {self.now} ({self.definition.name})"


def changes(definition: Definition, step: int) -> Iterator[Changed]:
    """The definition with each of its numbers a step higher or lower, one at a time."""
    for changed, span, was, now in _changed(definition, definition.span, step):
        yield Changed(changed, span, was, now)


def _changed(one: Any, span: Span, step: int) -> Iterator[tuple[Any, Span, str, str]]:
    match one:
        case Duration():
            unit = "months" if one.months else "days"
            length = f"{(one.months or one.days) + step} {unit}"
            yield parse_duration(length), span, str(one), length
        case Amount():
            value, unit = _next(one.quantity.value, step), one.quantity.unit
            duration = parse_duration(f"{value:f} {unit}") if one.duration is not None else None
            changed = replace(one, quantity=Quantity(value, unit), duration=duration)
            yield changed, one.span, str(one.quantity), f"{value:f}"
        case Points():
            points = one.points + step * MILLION
            yield replace(one, points=points), one.span, "points", f"{points / MILLION:g}"
            yield from _of_fields(one, one.span, step, ("when",))
        case DatedValue() if isinstance(one.value, int | Duration):
            written, _, unit = one.text.partition(" ")
            value = _next(Decimal(written), step)
            is_time = isinstance(one.value, Duration)
            new = parse_duration(f"{value:f} {unit}") if is_time else millionths(value)
            yield replace(one, value=new), one.span, one.text, f"{value:f}"
        case Parameter():
            yield from _of_fields(one, span, step, ("values",))
        case tuple():
            for place, item in enumerate(one):
                for other, where, was, now in _changed(item, span, step):
                    yield (*one[:place], other, *one[place + 1 :]), where, was, now
        case _ if is_dataclass(one) and not isinstance(one, Span | DatedValue):
            yield from _of_fields(
                one, getattr(one, "span", span), step, [field.name for field in fields(one)]
            )


def _next(value: Decimal, step: int) -> Decimal:
    """The number one step on in its last decimal, as it was written: -2.5 gives -2.4."""
    return value + step * Decimal(1).scaleb(int(value.as_tuple().exponent))


def _of_fields(one: Any, span: Span, step: int, names: Any) -> Iterator[tuple[Any, Span, str, str]]:
    for name in names:
        for other, where, was, now in _changed(getattr(one, name), span, step):
            yield replace(one, **{name: other}), where, was, now


# Cases that can see it


@dataclass(frozen=True)
class Near:
    """The names that read a definition themselves, and all names that rest on it."""

    readers: tuple[str, ...]
    behind: Collection[str]


@dataclass(frozen=True)
class Seen:
    """A case as the unchanged guideline sees it."""

    case: Case
    patient: Patient
    topics: tuple[tuple[str, str], ...]
    opened: frozenset[str]
    before: Conclusions
    values: dict[str, tuple[Value, Value]]

    def differs(self, engine: Engine, layout: Layout, near: Near) -> bool:
        """Whether what reads the number comes out otherwise. What does not rest on it is as it was."""
        call = engine.call(layout, self.patient, self.case.on, self.case.setting)

        def known(node: int, later: bool) -> Value:
            name = layout.program.named[layout.place[node]].key
            if name in near.behind:
                raise KeyError(name)
            return self.value(name)[later]

        after = Evaluation(layout.program, call, known)
        return any(
            self.value(name) != (after.now(node), after.later(node))
            for name in near.readers
            for node in (layout.by_key[name].node,)
        )

    def value(self, name: str) -> tuple[Value, Value]:
        if name not in self.values:
            node = self.before.layout.by_key[name].node
            self.values[name] = (self.before.now(node), self.before.later(node))
        return self.values[name]


class One(Rulesets):
    """One engine for every case."""

    def __init__(self, engine: Engine) -> None:
        super().__init__("reference")
        self._one = engine

    def engine(self, case: Case) -> Engine:
        return self._one


@cache
def unchanged() -> Engine:
    rulesets = Rulesets("reference")
    return rulesets.engine(all_cases()[0])


@cache
def all_cases() -> list[Case]:
    found = [case for path in sorted(TOPIC.rglob("*.test.yaml")) for case in read_cases(path)[0]]
    return [case for case in found if not (case.site or case.bindings or case.pending)]


@cache
def all_seen() -> list[Seen]:
    engine, found = unchanged(), []
    for case in all_cases():
        file = file_of(case, engine.ruleset)
        assert file is not None
        edition = case.edition or file.edition
        editions = {file.topic: edition} if edition else None
        chosen = choose(engine.ruleset, case.on, [file.topic], editions)
        patient, opened = patient_of(case), frozenset({file.topic})
        concluded = engine.conclude(patient, case.on, case.setting, chosen, opened, lazily=True)
        running = {one.topic: one.edition for one in chosen if one.edition is not None}
        found.append(Seen(case, patient, tuple(sorted(running.items())), opened, concluded, {}))
    return found


def near_to(layout: Layout, definition: Definition) -> Near:
    """The names that read a definition, none of them by way of another (its own, of what is no parameter); and all
    that rest on it."""
    own = {named.node for named in layout.program.named if named.definition == definition.id}
    behind = {named.key for named in layout.program.named if not own.isdisjoint(layout.below(named.node))}
    if not isinstance(definition, Parameter):
        return Near(tuple(named.key for named in layout.program.named if named.node in own), behind)
    found = []
    for named in layout.program.named:
        stack, seen = list(layout.reads[named.node]), set[int]()
        while stack and named.key in behind:
            node = stack.pop()
            if node in own:
                found.append(named.key)
                break
            if node not in seen and node not in layout.place:
                seen.add(node)
                stack += layout.reads[node]
    return Near(tuple(found), behind)


def is_noticed(changed: Changed, base: Ruleset) -> bool:
    """Whether some case fails with this number."""
    definition = changed.definition
    definitions: Mapping[str, Definition] = {**base.definitions, definition.id: definition}
    engine = Engine(replace(base, definitions=definitions), executor="reference")
    near: dict[tuple[tuple[str, str], ...], Near] = {}
    ordered = sorted(
        all_seen(), key=lambda seen: not seen.case.guideline.as_posix().endswith(definition.file)
    )
    for seen in ordered:
        if seen.topics not in near:
            near[seen.topics] = near_to(seen.before.layout, definition)
        own = near[seen.topics]
        if not own.readers or not seen.differs(engine, engine.program(dict(seen.topics))[0], own):
            continue
        if run_case(seen.case, One(engine)).outcome == "failed":
            return True
    return False


def numbers() -> list[Definition]:
    return [
        definition
        for definition in unchanged().ruleset.definitions.values()
        if isinstance(definition, LOOKED_AT) and definition.file.startswith("fracture-prevention/")
    ]


def unnoticed(definition: Definition) -> Iterator[Changed]:
    """The numbers of a definition that no case notices, up and down.

    A step by which a row also holds where a row before it does changes nothing (where exactly one row may hold the check
    refuses it): of a number in a table one of the two steps is enough.
    """
    base = unchanged().ruleset
    for steps in zip(changes(definition, 1), changes(definition, -1), strict=True):
        if not isinstance(definition, Table):
            yield from (one for one in steps if not is_noticed(one, base))
        elif not any(is_noticed(one, base) for one in steps):
            yield steps[0]


def test_some_case_fails_when_a_number_is_another() -> None:
    looked_at = numbers()

    assert looked_at
    assert [str(one) for definition in looked_at for one in unnoticed(definition)] == []
