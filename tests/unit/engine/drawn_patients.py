"""A small guideline that follows a drug, and patients whose timeline is worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from cdss.engine.engine import Engine
from cdss.engine.timeline import Timeline
from cdss.models.patient import LISTS, Patient
from cdss.records import read
from tests.unit.rules.guideline_text import ruleset

ON = date(2024, 12, 1)
ALENDRONATE, RISEDRONATE, DENOSUMAB, RALOXIFENE = "atc:M05BA04", "atc:M05BA07", "atc:M05BX04", "atc:G03XC01"

GUIDELINE = """\
cdss: 1
id: bone
version: 0.1.0
status: draft
title: {nl: Bot, en: Bone}
topic: bone
source: {title: Een richtlijn}
evidence: design
value_sets:
  dxa: {codes: [sct:312681000, loinc:38265-5], evidence: verified}
  fracture: {groups: {forearm: [icpc-1:L72], femur: [icpc-1:L75], site_not_told: [sct:125605004]}, evidence: verified}
products:
  bone_drug:
    - {code: atc:M05BA04, strength: 70 mg, days_per_unit: 7, class: oral_bisphosphonate}
    - {code: atc:M05BA04, class: oral_bisphosphonate}
    - {code: atc:M05BA07, strength: 35 mg, days_per_unit: 7, class: oral_bisphosphonate}
    - {code: atc:M05BX04, strength: 60 mg, days_per_unit: 183, class: denosumab}
  denosumab:
    - {code: atc:M05BX04, strength: 60 mg, days_per_unit: 183, class: denosumab}
  other_drug:
    - {code: atc:G03XC01, strength: 60 mg, days_per_unit: 1, class: raloxifene}
parameters:
  interval: {text: {nl: Tussen twee injecties, en: Between two injections}, values: [{value: 6 months, evidence: verified}]}
  denosumab_grace: {text: {nl: Zo lang te laat is nog geen spoed, en: So long is not urgent yet}, values: [{value: 28 days, evidence: design}]}
facts:
  latest_injection: {from: [administration, dispensing], in: denosumab, pick: date, if_missing: assume none, say: none, text: {nl: Laatste injectie, en: Latest injection}}
  denosumab_due: {value: latest_injection + interval, text: {nl: Volgende injectie, en: Next injection}}
  denosumab_late: {when: denosumab_due < denosumab_grace ago, text: {nl: Te laat, en: Late}}
  follow_up_drug: {from: answer, type: yes_no, valid_for: always, if_missing: ask, text: {nl: Vervolgmiddel bevestigd, en: Follow-up drug confirmed}}
  injections_in_hospital: {from: answer, type: yes_no, valid_for: always, if_missing: ask, text: {nl: Injecties in het ziekenhuis, en: Injections in hospital}}
findings:
  denosumab_overdue: {type: yes_no, otherwise: no, text: {nl: Denosumab te laat, en: Denosumab overdue}}
actions:
  call: {label: {nl: Bel, en: Phone}, owner: pharmacist}
treatments:
  bone_drug_use:
    text: {nl: Gebruik van een botmiddel, en: Use of a bone drug}
    from: [dispensing, administration]
    or_from: prescription
    in: bone_drug
    switch_within: other_drug
    days_supply: [recorded, usage, product, ask]
    carry_over: 90 days
    gap_limits: {possible_stop: 60 days, stopped: 183 days}
    pause_during: [hospital]
    planned_end: {for: oral_bisphosphonate, after: 5 years, tolerance: 90 days}
    prescribed_limit: 30 days
    ended_by: [agreement]
    follow_up: follow_up_drug
  denosumab_use:
    text: {nl: Gebruik van denosumab, en: Use of denosumab}
    from: [dispensing, administration]
    in: denosumab
    gap_limits: {possible_stop: 60 days, stopped: 183 days}
rules:
  - id: late
    title: {nl: Te laat, en: Late}
    source: {title: Een richtlijn}
    when: denosumab_late
    then: {set: {denosumab_overdue: yes}}
  - id: call-late
    title: {nl: Bel, en: Phone}
    source: {title: Een richtlijn}
    when: denosumab_overdue
    except:
      - {id: hospital, when: injections_in_hospital, text: {nl: In het ziekenhuis, en: In hospital}}
      - {id: other-clock, when: denosumab_use.status is stopped, text: {nl: Andere klok, en: Other clock}}
    then: {recommend: call}
"""


@cache
def engine() -> Engine:
    return Engine(ruleset(GUIDELINE))


def patient(delivered: object = "all", **record: Any) -> Patient:
    """A patient with these lists and nothing else."""
    return read({"birth_date": "1950-03-02", "sex": "female", **record}, delivered)


def drawn(who: Patient, on: date = ON) -> Timeline:
    return engine().timeline(who, on)


def dispensed(
    on: str, code: str = ALENDRONATE, strength: str | None = "70 mg", **fields: Any
) -> dict[str, Any]:
    """Twelve weekly tablets, which last 84 days, unless told otherwise."""
    names = {ALENDRONATE: "Alendroninezuur tablet 70 mg", RISEDRONATE: "Risedroninezuur tablet 35 mg"}
    told: dict[str, Any] = {"on": on, "codes": [code], "quantity": 12, "display": names.get(code)}
    if strength is not None:
        told["strength"] = strength
    return {key: value for key, value in {**told, **fields}.items() if value is not None}


def risedronate(on: str) -> dict[str, Any]:
    return dispensed(on, RISEDRONATE, "35 mg")


def injected(on: str) -> dict[str, Any]:
    return {"on": on, "codes": [DENOSUMAB], "strength": "60 mg"}


def every(start: str, count: int, days: int) -> list[str]:
    first = date.fromisoformat(start)
    return [(first + timedelta(days=days * number)).isoformat() for number in range(count)]


SCAN = {"on": "2023-12-12", "codes": ["loinc:38265-5"], "value": -2.8, "unit": "1", "site": "femoral-neck"}
WRIST = {"on": "2023-11-20", "codes": ["icpc-1:L72"], "site": "distal-radius"}
LAPSED = [dispensed(day) for day in every("2024-01-08", 3, 84)]  # runs out on 16 September 2024

FIGURES: Mapping[str, tuple[Patient, date]] = {
    "lapsed": (patient(dispensings=LAPSED, observations=[SCAN], conditions=[WRIST]), date(2025, 3, 19)),
    "switched": (
        patient(
            dispensings=[
                *(dispensed(day) for day in every("2023-08-07", 3, 84)),
                *(risedronate(day) for day in every("2024-05-06", 3, 84)),
            ]
        ),
        ON,
    ),
    "hospital-stay": (
        patient(
            dispensings=[dispensed("2024-01-08"), dispensed("2024-03-25"), dispensed("2024-09-02")],
            stays=[{"from": "2024-04-08", "until": "2024-05-06", "kind": "hospital"}],
        ),
        ON,
    ),
    "denosumab-overdue": (
        patient(
            dispensings=[dispensed("2023-01-09"), dispensed("2023-11-06", DENOSUMAB, "60 mg", quantity=1)],
            administrations=[injected("2023-11-09"), injected("2024-05-13")],
        ),
        date(2024, 12, 12),
    ),
    "unknown-supply": (
        patient(
            {name: {} for name in LISTS} | {"dispensings": {"from": "2024-01-01", "reach": "own"}},
            dispensings=[
                dispensed("2024-01-08"),
                dispensed("2024-04-01", usage="volgens schema"),
                dispensed("2024-08-12", DENOSUMAB, None, quantity=1),
            ],
        ),
        ON,
    ),
    "prescriptions-only": (
        patient(
            {"prescriptions": {}, "conditions": {}},
            prescriptions=[dispensed("2024-01-08", repeats=1), dispensed("2024-08-05")],
            conditions=[WRIST],
        ),
        ON,
    ),
}
"""The patients whose picture and text are kept, with the date for which they are drawn."""
