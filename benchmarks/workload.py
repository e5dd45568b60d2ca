"""One generated workload for every engine: 80 rules in three layers over 40 facts, and patients who have most of them.

The rules are written as a guideline in our language and loaded like any other. Everything is drawn from one seed, so
each run measures the same thing. The rules know all, any and not, comparisons, words, a score, findings that feed other
rules, and exceptions.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cdss.engine.lower import lower
from cdss.engine.reference import Call
from cdss.models.patient import Answer, Days, Delivered, FieldValue, Patient, Record
from cdss.models.program import Program
from cdss.rules import load

ON: Final = date(2026, 3, 1)
SEED: Final = 20260301
YES_NO_FACTS: Final = 14
CHOICE_FACTS: Final = 8
NUMBER_FACTS: Final = 14
RECORD_FACTS: Final = 4
FINDINGS: Final = 8
RULES: Final = 80
WORDS: Final = ("none", "mild", "moderate", "severe")
_NO_EXCEPTIONS: Final = 5
"""One rule in this many has an exception."""


@dataclass(frozen=True, slots=True)
class Workload:
    """The program, and a call for each patient."""

    program: Program
    calls: tuple[Call, ...]
    rules: int
    facts: int


def workload(patients: int = 300, seed: int = SEED) -> Workload:
    """The workload that every contender gets."""
    with TemporaryDirectory() as folder:
        Path(folder, "workload.yaml").write_text(guideline(random.Random(seed)), encoding="utf-8")
        program = lower(load(folder, cache=False), {"workload": ""})
    dice = random.Random(seed + 1)
    calls = tuple(Call(patient(dice, number), ON) for number in range(patients))
    facts = YES_NO_FACTS + CHOICE_FACTS + NUMBER_FACTS + RECORD_FACTS
    return Workload(program, calls, len(program.rules), facts)


def guideline(dice: random.Random) -> str:
    """The rules as an author would write them."""
    lines = [
        "cdss: 1",
        "id: workload.rules",
        "version: 0.1.0",
        "status: draft",
        "title: {nl: Werklast, en: Workload}",
        "topic: workload",
        'source: {title: Gegenereerd, url: "https://example.org/workload"}',
        "evidence: design",
        "applies: y0",
        "actions:",
        *(f"  do-{n}: {{label: {{nl: Doe {n}, en: Do {n}}}, owner: gp}}" for n in range(RULES)),
        "value_sets:",
        *(f"  codes_{n}: {{codes: [loinc:{10_000 + n}-1]}}" for n in range(NUMBER_FACTS)),
        *(f"  disease_{n}: {{codes: [icpc-1:L{70 + n}]}}" for n in range(RECORD_FACTS)),
        "facts:",
        *_facts(),
        "findings:",
        *(
            f"  found_{n}: {{type: yes_no, otherwise: no, text: {{nl: Bevinding {n}, en: Finding {n}}}}}"
            for n in range(FINDINGS)
        ),
        "scores:",
        "  risk:",
        "    title: {nl: Risico, en: Risk}",
        "    unit: points",
        "    items:",
        *(
            f"      - {{id: i{n}, points: {dice.choice((1, 2))}, when: {_criterion(dice, ())}}}"
            for n in range(10)
        ),
        "rules:",
        *_rules(dice),
    ]
    return "\n".join(lines) + "\n"


def _facts() -> Iterator[str]:
    for n in range(YES_NO_FACTS):
        yield (
            f"  y{n}: {{from: answer, type: yes_no, valid_for: always, if_missing: ask, "
            f"text: {{nl: Vraag {n}, en: Question {n}}}}}"
        )
    for n in range(CHOICE_FACTS):
        yield (
            f"  c{n}: {{from: answer, type: choice, choices: [{', '.join(WORDS)}], ordered: yes, valid_for: always, "
            f"if_missing: ask, text: {{nl: Keuze {n}, en: Choice {n}}}}}"
        )
    for n in range(NUMBER_FACTS):
        yield (
            f"  n{n}: {{from: observation, in: codes_{n}, unit: kg, plausible: 1..300, pick: latest, "
            f"valid_for: 2 years, if_missing: ask, text: {{nl: Meting {n}, en: Measurement {n}}}}}"
        )
    for n in range(RECORD_FACTS):
        yield (
            f"  r{n}: {{from: condition, in: disease_{n}, within: 5 years, if_missing: assume no, say: none, "
            f"text: {{nl: Ziekte {n}, en: Disease {n}}}}}"
        )


def _criterion(dice: random.Random, findings: tuple[str, ...]) -> str:
    kind = dice.choice(("y", "y", "c", "n", "n", "r", *("found",) * (2 if findings else 0)))
    match kind:
        case "y":
            return f"{dice.choice(('', 'not '))}y{dice.randrange(YES_NO_FACTS)}"
        case "c":
            return f"c{dice.randrange(CHOICE_FACTS)} is {dice.choice(('', 'not '))}{' or '.join(dice.sample(WORDS, 2))}"
        case "n":
            operator, limit = dice.choice(("<", "<=", ">=", ">")), dice.randrange(40, 130, 5)
            return f"n{dice.randrange(NUMBER_FACTS)} {operator} {limit} kg"
        case "r":
            return f"r{dice.randrange(RECORD_FACTS)}"
        case _:
            return dice.choice((*findings, *findings, f"risk >= {dice.randrange(4, 10)} points"))


def _rules(dice: random.Random) -> Iterator[str]:
    """First rules that set findings, then rules that read them, and half of the findings come from those."""
    for n in range(RULES):
        layer = 0 if n < FINDINGS * 2 else 1 if n < FINDINGS * 3 else 2
        known = (
            tuple(f"found_{one}" for one in range(FINDINGS // 2 if layer == 1 else FINDINGS)) if layer else ()
        )
        yield f"  - id: rule-{n}"
        yield f"    title: {{nl: Regel {n}, en: Rule {n}}}"
        yield "    when:"
        yield "      all:"
        for place in range(dice.randrange(2, 5)):
            if place and dice.random() < 0.5:
                yield "        - any:"
                yield from (f"            - {_criterion(dice, known)}" for _ in range(dice.randrange(2, 4)))
            else:
                yield f"        - {_criterion(dice, known)}"
        if n % _NO_EXCEPTIONS == 0:
            yield f"    except: [{{id: not-now, when: {_criterion(dice, known)}, text: {{nl: Nu niet, en: Not now}}}}]"
        yield "    then:"
        if layer == 0:
            yield f"      set: {{found_{n % (FINDINGS // 2)}: yes}}"
        elif layer == 1:
            yield f"      set: {{found_{FINDINGS // 2 + n % (FINDINGS // 2)}: yes}}"
        yield f"      recommend: do-{n}"
        yield "      urgency: routine"


def patient(dice: random.Random, number: int) -> Patient:
    """A patient who has about three quarters of the facts."""
    answers = []
    for n in range(YES_NO_FACTS):
        if n == 0 or dice.random() < 0.75:
            answers.append(Answer(f"y{n}", n == 0 or dice.random() < 0.5, _days(dice)))
    for n in range(CHOICE_FACTS):
        if dice.random() < 0.75:
            answers.append(Answer(f"c{n}", dice.choice(WORDS), _days(dice)))
    observations: list[Record] = []
    for n in range(NUMBER_FACTS):
        if dice.random() < 0.75:
            value: dict[str, FieldValue] = {"value": Decimal(dice.randrange(400, 1300)) / 10, "unit": "kg"}
            observations.append(
                Record("observations", len(observations), _days(dice), (f"loinc:{10_000 + n}-1",), value)
            )
    conditions = tuple(
        Record("conditions", n, _days(dice), (f"icpc-1:L{70 + n}",), {"active": True})
        for n in range(RECORD_FACTS)
        if dice.random() < 0.5
    )
    delivered = {"observations": Delivered()}
    if dice.random() < 0.75:
        delivered["conditions"] = Delivered()
    lists = {"observations": tuple(observations), "conditions": conditions}
    return Patient(
        id=f"w{number}",
        birth_date=Days(date(1950, 1, 1), date(1950, 1, 1)),
        delivered=delivered,
        lists=lists,
        answers=tuple(answers),
    )


def _days(dice: random.Random) -> Days:
    day = ON - timedelta(days=dice.randrange(0, 700))
    return Days(day, day)
