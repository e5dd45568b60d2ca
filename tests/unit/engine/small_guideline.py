"""A small guideline with one of everything that a reader is told about, and patients for it."""

from __future__ import annotations

from datetime import date
from functools import cache

from cdss.engine.engine import Engine
from cdss.models.advice import Advice, Recommendation
from cdss.models.guideline import Ruleset
from cdss.models.patient import Days, Delivered, Patient, Record
from tests.unit.rules.guideline_text import ruleset

ON = date(2026, 3, 1)

GUIDELINE = """\
cdss: 1
id: small
version: 0.1.0
status: draft
title: {nl: Klein, en: Small}
topic: small
source: {ref: S1}
evidence: secondary
value_sets:
  bmi_codes: {codes: [loinc:39156-5], evidence: verified}
  dxa: {codes: [sct:312681000], evidence: verified}
  fracture: {codes: [icpc-1:L72, icpc-1:L75], evidence: verified}
  counting_site: {words: [hip, rib], evidence: verified}
products:
  bone_drug:
    - {code: atc:M05BA04, strength: 70 mg, days_per_unit: 7, class: oral_bisphosphonate}
actions:
  order-dxa: {label: {nl: DXA aanvragen, en: Order DXA}, owner: gp}
  call-now: {label: {nl: Bel de patiënt, en: Phone the patient}, owner: gp}
  see-row: {label: {nl: Bekijk de uitkomst, en: Look at the outcome}, owner: practice_nurse}
  check-use: {label: {nl: Vraag naar het gebruik, en: Ask about use}, owner: pharmacist}
parameters:
  recent: {text: {nl: Zo lang geldt een breuk als recent, en: How long a fracture counts as recent}, values: [{value: 2 years, evidence: verified}], boundary: {nl: De breuk is precies twee jaar geleden., en: The fracture was exactly two years ago.}}
  threshold: {text: {nl: Drempel DXA, en: DXA threshold}, values: [{value: 4 points, evidence: secondary, source: {ref: S1, section: Tabel}}], boundary: {nl: Precies op de drempel., en: Exactly on the threshold.}}
  talk_from: {text: {nl: Dag waarop het gesprek begint, en: Day on which to talk}, values: [{value: 42 days, evidence: design}]}
  possible_stop: {text: {nl: Mogelijk gestopt na, en: Possibly stopped after}, values: [{value: 60 days, evidence: design}], site: {from: 30 days, to: 90 days}, boundary: {nl: Precies 60 dagen zonder voorraad., en: Exactly 60 days without supply.}}
  stopped: {text: {nl: Gestopt na, en: Stopped after}, values: [{value: 183 days, evidence: design}]}
facts:
  age: {from: patient.age, text: {nl: Leeftijd, en: Age}}
  bmi: {from: observation, in: bmi_codes, unit: kg/m2, plausible: 8..80, pick: latest, valid_for: 2 years, if_missing: ask, text: {nl: BMI, en: BMI}}
  t_score_neck: {from: answer, type: number, unit: "1", min: -8, max: 6, valid_for: always, if_missing: ask, text: {nl: T-score heuphals, en: T-score femoral neck}}
  t_score_spine: {from: answer, type: number, unit: "1", min: -8, max: 6, valid_for: always, if_missing: ask, text: {nl: T-score lage rug, en: T-score lumbar spine}}
  t_score: {lowest: [t_score_neck, t_score_spine], of_known: yes, text: {nl: Laagste T-score, en: Lowest T-score}}
  smoking: {from: answer, type: yes_no, valid_for: contact, if_missing: ask, text: {nl: Roken, en: Smoking}}
  falls: {from: answer, type: number, min: 0, max: 365, valid_for: 1 year, if_missing: ask, text: {nl: Aantal keer gevallen, en: Number of falls}}
  pain_duration: {from: answer, type: duration, valid_for: contact, if_missing: ask, text: {nl: Duur van de pijn, en: Duration of the pain}}
  leg_pain: {from: answer, type: choice, choices: [none, mild, severe], ordered: yes, valid_for: contact, if_missing: ask, words_text: {mild: {nl: licht, en: mild}, severe: {nl: hevig, en: severe}}, text: {nl: Uitstraling, en: Leg pain}}
  fracture_date: {from: condition, in: fracture, where: [site in counting_site], pick: date, if_missing: assume none, say: {nl: Geen breuk in de episodelijst., en: No fracture in the list of episodes.}, text: {nl: Datum van de laatste breuk, en: Date of the latest fracture}}
  known_aneurysm: {from: condition, in: dxa, valid_for: contact, if_missing: ask, text: {nl: Bekend aneurysma, en: Known aneurysm}}
  dxa_since_fracture: {from: [procedure, document], in: dxa, after: fracture_date, if_missing: assume no, say: {nl: Geen DXA sinds de breuk in dit dossier., en: No DXA since the fracture in this record.}, text: {nl: DXA sinds de breuk, en: DXA since the fracture}}
  evaluated_elsewhere: {from: answer, type: yes_no, valid_for: 1 year, if_missing: ask, text: {nl: Al elders onderzocht, en: Evaluated elsewhere}}
  low_weight: {when: {any: [bmi < 20 kg/m2, smoking]}, text: {nl: Laag gewicht of roken, en: Low weight or smoking}}
findings:
  groups: {type: choice, choices: [1, 2], combine: collect, text: {nl: Groepen, en: Groups}}
  urgency: {type: choice, choices: [routine, D7, D1, U4, U3, U2, U1], ordered: yes, combine: highest, otherwise: routine, text: {nl: Urgentie, en: Urgency}}
treatments:
  bone_drug_use: {text: {nl: Gebruik van een botsparend middel, en: Use of a fracture drug}, from: [dispensing], in: bone_drug, days_supply: [recorded, usage, product, ask], gap_limits: {possible_stop: possible_stop, stopped: stopped}}
scores:
  risk: {title: {nl: Risicoscore, en: Risk score}, unit: points, items: [{id: age, first_of: [{points: 2, when: age >= 70 years}, {points: 1, when: age >= 60 years}]}, {id: weight, points: 1, when: low_weight}, {id: falls, points: 1, when: falls >= 2}]}
tables:
  advice:
    title: {nl: Uitkomst, en: Outcome}
    hit: first
    inputs: [t_score]
    outcomes: {treat: {text: {nl: Behandelen, en: Treat}}, wait: {text: {nl: Afwachten, en: Wait}}}
    rows:
      - {id: low, if: [-2.5 or lower], then: treat}
      - {id: between, if: [above -2.5 below -1.0], then: treat or wait, text: {nl: Deze cel is niet gelezen, en: This cell was not read}}
      - {id: normal, if: [any], then: wait}
rules:
  - id: recent-fracture
    title: {nl: "Groep 1: recente breuk", en: "Group 1: recent fracture"}
    source: {ref: S2, section: Begrippen}
    when: {all: [age >= 50 years, fracture_date within last recent]}
    if_unknown: silent
    then: {set: {groups: 1}}
  - id: dxa-after-fracture
    title: {nl: DXA na een recente breuk, en: DXA after a recent fracture}
    when: groups has 1
    except:
      - {id: elsewhere, when: evaluated_elsewhere, text: {nl: Al elders onderzocht, en: Already evaluated elsewhere}}
      - {id: done, when: dxa_since_fracture, text: {nl: Al een DXA sinds de breuk, en: A DXA since the fracture}}
    then:
      recommend: order-dxa
      inform: [pharmacist]
      messages:
        gp: {nl: "Vraag een DXA aan: breuk op {fracture_date}, korter dan {recent} geleden. Kijk eerst in de brieven.", en: "Order a DXA: fracture on {fracture_date}, less than {recent} ago. First look in the letters."}
        patient: {nl: Vraag uw huisarts om een botmeting., en: Ask your GP for a bone scan.}
  - id: dxa-by-score
    title: {nl: DXA bij verhoogd risico, en: DXA for raised risk}
    evidence: design
    when: {all: [age >= 60 years, risk >= threshold]}
    then:
      recommend: order-dxa
      messages:
        gp: {nl: "Overweeg een DXA: risicoscore {risk} (drempel {threshold}), {falls} keer gevallen. Kijk eerst in de brieven.", en: "Consider a DXA: risk score {risk} (threshold {threshold}), {falls} falls. First look in the letters."}
  - id: severe-pain
    title: {nl: Hevige uitstraling, en: Severe leg pain}
    evidence: unverified
    when: {all: [leg_pain is severe, pain_duration < talk_from]}
    then:
      set: {urgency: U2}
      recommend: call-now
      urgency: U2
      inform: [physiotherapist]
      messages:
        patient: {nl: Bel nu uw huisarts., en: Phone your GP now.}
  - id: look-at-outcome
    title: {nl: Uitkomst bekijken, en: Look at the outcome}
    evidence: verified
    when: {any: [advice is treat, t_score < -1.0, known_aneurysm]}
    if_unknown: mention
    then: {recommend: see-row}
  - id: ask-about-use
    title: {nl: Mogelijk gestopt, en: Possibly stopped}
    when: bone_drug_use.status is possible_stop
    then:
      recommend: check-use
      messages:
        pharmacist: {nl: "Vraag of het gebruik is gestopt: de voorraad was op {bone_drug_use.run_out} op, {bone_drug_use.gap} geleden.", en: "Ask whether use has stopped: supply ran out on {bone_drug_use.run_out}, {bone_drug_use.gap} ago."}
"""
SOURCES = """\
topic: small
sources:
  - {id: S1, title: Een richtlijn, version: "2024", url: "https://example.org/s1", read: whole}
  - {id: S2, title: Een andere richtlijn, version: "2022", url: "https://example.org/s2", read: part}
"""

COMPLETE = Delivered()
WOMAN = {"birth_date": Days(date(1954, 3, 2), date(1954, 3, 2)), "sex": "female"}


@cache
def small(site: str | None = None, status: str = "draft") -> Ruleset:
    """The ruleset of the small guideline."""
    text = GUIDELINE.replace("status: draft", f"status: {status}", 1)
    return ruleset({"small/small.yaml": text, "small/sources.yaml": SOURCES}, site=site)


@cache
def engine(site: str | None = None) -> Engine:
    return Engine(small(site), executor="reference")


def advise(patient: Patient, on: date = ON, *, site: str | None = None, setting: str = "contact") -> Advice:
    return engine(site).advise(patient, on, setting=setting)


def advised(patient: Patient, action: str, on: date = ON, *, site: str | None = None) -> Recommendation:
    """The recommendation of this action, which must be there."""
    found = advise(patient, on, site=site).recommendation(action)
    assert found is not None, [one.action for one in advise(patient, on, site=site).recommendations]
    return found


def day(text: str) -> Days:
    one = date.fromisoformat(text)
    return Days(one, one)


def broken_hip(on: str = "2025-01-20", **fields: object) -> Record:
    """A hip fracture in the list of episodes."""
    return Record("conditions", 0, day(on), ("icpc-1:L75",), {"site": "hip", **fields})  # type: ignore[dict-item]


def woman(*records: Record, delivered: dict[str, Delivered] | None = None, **facts: object) -> Patient:
    """A woman of 71 (on 1 March 2026) with these records, whole lists, and these answers of today."""
    lists: dict[str, tuple[Record, ...]] = {}
    for record in records:
        lists[record.list] = (*lists.get(record.list, ()), record)
    names = ("conditions", "procedures", "observations", "dispensings", "documents")
    patient = Patient(
        **WOMAN,  # type: ignore[arg-type]
        lists=lists,
        delivered={name: COMPLETE for name in names} if delivered is None else delivered,
    )
    return patient.with_answers(facts, on=ON) if facts else patient
