"""Small guidelines and small patients: what the tests of the engine are written with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from textwrap import indent

from cdss.engine.conclusions import Conclusions
from cdss.engine.editions import choose
from cdss.engine.engine import Engine
from cdss.models.advice import Advice
from cdss.models.patient import Answer, Days, Delivered, FieldValue, Patient, Record
from cdss.models.value import Value, to_json
from tests.unit.rules.guideline_text import HEAD, ruleset

ON = date(2026, 3, 1)
TOPIC = ("test",)

COMMON = """\
actions:
  order-dxa: {label: {nl: DXA aanvragen, en: Order DXA}, owner: gp}
  order-dxa-vfa: {label: {nl: DXA met VFA aanvragen, en: Order DXA with VFA}, owner: gp, includes: [order-dxa]}
  phone-now: {label: {nl: Bel nu, en: Phone now}, owner: gp}
  start-drug: {label: {nl: Start het middel, en: Start the drug}, owner: gp, not_with: [order-dxa]}
value_sets:
  bmi_codes: {codes: [loinc:39156-5], evidence: verified}
  fracture: {codes: [icpc-1:L72, icpc-1:L75], evidence: verified}
  fever_codes: {codes: [icpc-1:A03], evidence: verified}
products:
  steroid: [{code: atc:H02AB07}]
"""


def guideline(facts: str = "", rest: str = "") -> str:
    """A file with these facts (one on a line), and what else it holds."""
    rest = rest or "rules:\n" + rule("never", "setting is population", "recommend: order-dxa")
    return HEAD + COMMON + ("facts:\n" + indent(facts.strip(), "  ") + "\n" if facts else "") + rest


def rule(name: str, when: str, then: str, more: str = "") -> str:
    return f"""\
  - id: {name}
    title: {{nl: Regel {name}, en: Rule {name}}}
    when: {when}
    then: {{{then}}}
{indent(more, "    ")}"""


@cache
def engines(text: str) -> tuple[Engine, Engine]:
    found = ruleset(text)
    return Engine(found, executor="reference"), Engine(found, executor="compiled")


def advise(
    text: str, patient: Patient, on: date = ON, setting: str = "contact", audience: str | None = None
) -> Advice:
    """The advice, in which both executors must agree."""
    one, other = (
        engine.advise(patient, on, setting, topics=TOPIC, audience=audience) for engine in engines(text)
    )
    assert one.to_dict() == other.to_dict()
    return one


def conclude(engine: Engine, patient: Patient, on: date, setting: str) -> Conclusions:
    chosen = choose(engine.ruleset, on, TOPIC, None)
    return engine.conclude(patient, on, setting, chosen, frozenset(TOPIC))


def readings(
    text: str, patient: Patient, key: str, on: date = ON, setting: str = "contact"
) -> tuple[Value, Value]:
    """Now and later of a named node, in which both executors must agree."""
    found = []
    for engine in engines(text):
        concluded = conclude(engine, patient, on, setting)
        node = concluded.program.named_as(key).node
        found.append((concluded.now(node), concluded.later(node)))
    assert found[0] == found[1]
    return found[0]


def now(text: str, patient: Patient, key: str, on: date = ON) -> object:
    """What is concluded today, as an answer writes it."""
    engine = engines(text)[0]
    concluded = conclude(engine, patient, on, "contact")
    kind = concluded.type_of(concluded.program.named_as(key).node)
    return to_json(kind, readings(text, patient, key, on)[0])


def day(text: str | None) -> Days | None:
    """`2026-03-01`, or the days of `2026-02` or `2025`."""
    from cdss.models.dates import parse_days

    return None if text is None else parse_days(text)


def record(list_name: str, on: str | None, *codes: str, **fields: FieldValue) -> Record:
    return Record(list_name, 0, day(on), codes, fields)


def answer(fact: str, value: object, on: str | None = "2026-03-01") -> Answer:
    return Answer(fact, value, day(on))


def patient(
    *entries: Record | Answer,
    delivered: Mapping[str, Delivered] | None = None,
    given: Mapping[str, object] | None = None,
    born: str = "1950-01-01",
) -> Patient:
    """A patient with these records and answers; every list that holds a record is delivered, unless told otherwise."""
    lists: dict[str, tuple[Record, ...]] = {}
    for entry in entries:
        if isinstance(entry, Record):
            own = lists.get(entry.list, ())
            lists[entry.list] = (*own, replace(entry, index=len(own)))
    return Patient(
        id="p",
        birth_date=day(born),
        delivered={name: Delivered() for name in lists} if delivered is None else delivered,
        lists=lists,
        answers=tuple(entry for entry in entries if isinstance(entry, Answer)),
        given=given or {},
    )


def fracture(on: str | None, **fields: str) -> Record:
    return record("conditions", on, "icpc-1:L72", **fields)
