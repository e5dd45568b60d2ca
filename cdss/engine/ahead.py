"""What of a program and a patient hangs on the day itself: what is looked at to find the days on which it may turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from cdss.engine.index import PatientIndex, Rows, Supplied
from cdss.engine.reference import Call
from cdss.models.patient import Days, Patient
from cdss.models.program import (
    Compare,
    Distinct,
    Form,
    Joined,
    Known,
    Missing,
    NodeId,
    Parameter,
    Pick,
    Program,
    Select,
    Treatment,
    reads,
)


@dataclass(frozen=True, slots=True)
class Below:
    """What a fact or a questionnaire reads: selections of records, and answers under the name of an
    instrument."""

    selects: tuple[NodeId, ...]
    instruments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What of a program hangs on the day itself; made once per program."""

    program: Program
    index: PatientIndex
    amounts: tuple[NodeId, ...]  # nodes that are numbers, durations or dates, in reading order
    compared: tuple[NodeId, ...]  # comparisons, and `is known` of an amount
    below: Mapping[NodeId, Below]  # of facts that are read from records, and of questionnaires
    days: tuple[date, ...]  # on which a parameter changes
    doses: tuple[Pick, ...]  # what is reckoned from supplies that run out

    @classmethod
    def of(cls, program: Program) -> Plan:
        """What hangs on the day in this program."""
        nodes = program.nodes
        kinds = ("number", "duration", "date")
        wanted = [number for number, node in enumerate(nodes) if isinstance(node, Select | Treatment)]
        return cls(
            program=program,
            index=PatientIndex(program, wanted, ()),
            amounts=tuple(
                number
                for number, node in enumerate(nodes)
                if node.type.kind in kinds and not isinstance(node, Select | Form | Joined | Pick | Treatment)
            ),
            compared=tuple(
                number
                for number, node in enumerate(nodes)
                if isinstance(node, Compare)
                or (isinstance(node, Known) and nodes[node.item].type.kind in kinds)
            ),
            below={
                number: _below(program, number)
                for number, node in enumerate(nodes)
                if isinstance(node, Missing | Form)
            },
            days=tuple(sorted(set(_parameter_days(program)))),
            doses=tuple(node for node in nodes if isinstance(node, Pick) and node.how == "daily_dose"),
        )


def _below(program: Program, number: NodeId) -> Below:
    selects: list[NodeId] = []
    instruments: list[str] = []
    stack = [number]
    while stack:
        current = stack.pop()
        node = program.nodes[current]
        if isinstance(node, Select):
            selects.append(current)
        elif isinstance(node, Form):
            instruments.append(node.instrument.name)
            stack += reads(node)
        elif isinstance(node, Missing | Pick):
            stack += reads(node)
        elif isinstance(node, Joined | Distinct):
            stack.append(node.select)
    return Below(tuple(selects), tuple(instruments))


def _parameter_days(program: Program) -> Iterator[date]:
    for node in program.nodes:
        if isinstance(node, Parameter):
            for start, end, _ in node.values:
                yield from (day for day in (start, end) if day is not None)


class Ahead:
    """What a patient has for one program, up to and including a last day: records, answers and their dates.

    `call_on` gives the call of another day: what was given may be an amount of months.
    """

    def __init__(self, plan: Plan, call_on: Callable[[date], Call], on: date, last: date) -> None:
        self.plan = plan
        self.program = plan.program
        self.call_on = call_on
        self.on = on
        self.last = last
        self.patient: Patient = call_on(on).patient
        found: tuple[Rows, Supplied] = plan.index.rows(self.patient, last.toordinal())
        self.rows, self.supplied = found

    def dates_below(self, number: NodeId) -> Iterator[Days | None]:
        """The dates of all that a fact or a questionnaire may read; None: not recorded."""
        below = self.plan.below[number]
        for select in below.selects:
            yield from (row[4].on for row in self.rows.get(select, ()))
        if below.instruments:
            yield from (one.on for one in self.patient.answers if one.fact in below.instruments)

    def dates_supplied(self, treatment: NodeId) -> Iterator[Days | None]:
        """The dates of the records of the products of one treatment."""
        for records in self.supplied.get(treatment, {}).values():
            yield from (record.on for record in records)

    def only_of(self, patient: Patient, treatment: NodeId) -> Patient:
        """The patient with only the records that one treatment looks at: of a long record those are few."""
        own = {name: tuple(found) for name, found in self.supplied.get(treatment, {}).items()}
        return replace(patient, lists={**own, "stays": patient.records("stays")}, answers=())
