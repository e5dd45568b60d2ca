"""`cdss new`: a first guideline with its cases, to change into one's own. It is clean and its cases pass."""

# ruff: noqa: E501  (the two files as they are written)

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from cdss.errors import CdssError

_ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*")

GUIDELINE: Final = """\
# A first guideline, to change into your own: replace the words, the codes and the rule one by one, and after each change
# run `cdss check` and `cdss test`. The content is an example and no guideline.
cdss: 1
id: {id}
version: 0.1.0
status: draft
title: {{nl: Valrisico na een polsbreuk, en: Fall risk after a wrist fracture}}
topic: {topic}
source: {{title: NHG-Standaard Fractuurpreventie (M69), section: Anamnese, url: "https://richtlijnen.nhg.org/standaarden/fractuurpreventie"}}

# When does this concern a patient at all? Something in the record must be the reason, never age alone.
applies: wrist_fracture

# What can be recommended, and who does it.
actions:
  assess-fall-risk:
    label: {{nl: Valrisico beoordelen, en: Assess fall risk}}
    owner: practice_nurse

# Codes that count as the same thing.
value_sets:
  wrist:
    codes: [icpc-1:L72]
    evidence: secondary

# Numbers of the guideline, with the day from which they hold.
parameters:
  falls_threshold:
    text: {{nl: Aantal keren vallen waarbij het valrisico wordt beoordeeld, en: Number of falls from which the risk is assessed}}
    values:
      - {{from: 2024-11-01, value: 2, evidence: verified}}

# What is read from the record, and what is asked.
facts:
  wrist_fracture:
    from: condition
    in: wrist
    within: 2 years
    if_missing: assume no
    say: {{nl: Geen polsbreuk in de episodelijst; brieven zijn niet gelezen., en: No wrist fracture in the list of episodes; letters were not read.}}
    text: {{nl: Polsbreuk in de laatste twee jaar, en: Wrist fracture in the last two years}}
  falls_past_year:
    from: answer
    type: number
    unit: "1"
    min: 0
    max: 100
    valid_for: 1 year
    if_missing: ask
    asked_of: patient
    text: {{nl: Aantal keren gevallen in het afgelopen jaar, en: Number of falls in the past year}}
  fall_risk_assessed:
    from: answer
    type: yes_no
    valid_for: 1 year
    if_missing: ask
    asked_of: practice_nurse
    text: {{nl: Valrisico dit jaar al beoordeeld, en: Fall risk already assessed this year}}

rules:
  - id: assess-after-falls
    title: {{nl: Valrisico beoordelen na vallen, en: Assess fall risk after falls}}
    evidence: design
    when:
      all:
        - falls_past_year >= falls_threshold
    except:
      - {{id: assessed-this-year, when: fall_risk_assessed, text: {{nl: Valrisico dit jaar al beoordeeld, en: Fall risk already assessed this year}}}}
    then:
      recommend: assess-fall-risk
      urgency: routine
      priority: middle
      messages:
        practice_nurse:
          nl: "Beoordeel het valrisico: {{falls_past_year}} keer gevallen in het afgelopen jaar."
          en: "Assess the fall risk: {{falls_past_year}} falls in the past year."
        patient:
          nl: "U bent vaker gevallen. Bespreek met de praktijk hoe u een volgende val kunt voorkomen."
          en: "You fell more than once. Talk with your practice about how to prevent a next fall."
"""

CASES: Final = """\
# Patients for whom the outcome is known. Every limit has a case just under, on, and just over it.
guideline: {name}.yaml
on: 2026-03-01
cases:
  - id: one-fall
    text: {{nl: Een keer gevallen is geen reden, en: One fall is no reason}}
    given: {{wrist_fracture: yes, falls_past_year: 1, fall_risk_assessed: no}}
    expect: {{recommend: [], ask: [], outcome: nothing_to_do}}
  - id: two-falls
    text: {{nl: Twee keer gevallen wel, en: Two falls are}}
    given: {{wrist_fracture: yes, falls_past_year: 2, fall_risk_assessed: no}}
    expect: {{recommend: [assess-fall-risk], settled: [assess-fall-risk]}}
  - id: three-falls
    text: {{nl: Drie keer gevallen ook, en: Three falls too}}
    given: {{wrist_fracture: yes, falls_past_year: 3, fall_risk_assessed: no}}
    expect: {{recommend: [assess-fall-risk]}}
  - id: already-assessed
    text: {{nl: Dit jaar al beoordeeld, en: Assessed already this year}}
    given: {{wrist_fracture: yes, falls_past_year: 2, fall_risk_assessed: yes}}
    expect: {{recommend: [], excepted: [assessed-this-year]}}
  - id: not-known-whether-assessed
    text: {{nl: "Niet bekend of het al is beoordeeld, dan is het advies voorlopig", en: "Not known whether it was assessed, so the advice is provisional"}}
    given: {{wrist_fracture: yes, falls_past_year: 2}}
    expect: {{recommend: [assess-fall-risk], provisional: [assess-fall-risk], ask: [fall_risk_assessed]}}
  - id: not-known-how-often
    text: {{nl: "Niet bekend hoe vaak gevallen, dan wordt het gevraagd", en: "Not known how often, then it is asked"}}
    record:
      birth_date: 1954-06-15
      sex: female
      conditions:
        - {{on: 2025-11-03, code: icpc-1:L72}}
    expect: {{recommend: [], ask: [falls_past_year], findings: {{wrist_fracture: yes}}, outcome: questions}}
"""


def write_first(folder: Path, id: str) -> tuple[Path, Path]:
    """The two files of a new guideline, as they were written.

    CdssError when the id cannot be one, or a file is there already.
    """
    if not _ID.fullmatch(id):
        raise CdssError(
            f"'{id}' cannot be the id of a guideline: write small letters, digits and '-', "
            "with dots between parts, as in back-pain.safety"
        )
    if folder.exists() and not folder.is_dir():
        raise CdssError(f"{folder} is a file, not a folder; nothing was written")
    name = id.rpartition(".")[2]
    places = (folder / f"{name}.yaml", folder / f"{name}.test.yaml")
    for place in places:
        if place.exists():
            raise CdssError(f"{place} is there already; nothing was written")
    folder.mkdir(parents=True, exist_ok=True)
    words = {"id": id, "topic": id.partition(".")[0], "name": name}
    for place, text in zip(places, (GUIDELINE, CASES), strict=True):
        place.write_text(text.format(**words), encoding="utf-8", newline="\n")
    return places
