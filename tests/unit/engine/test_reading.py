"""The reading of a criterion says what it means, in Dutch and in English."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from cdss.engine.reading import read_condition, read_rule
from cdss.models.guideline import Fact, FromCondition, FromRecords, Ruleset
from tests.unit.engine.small_guideline import small
from tests.unit.rules.guideline_text import ACTIONS, HEAD, ruleset

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "texts" / "readings.txt"

READ = """\
value_sets:
  bmi_codes: {codes: [loinc:39156-5], evidence: verified}
  fractures: {codes: [icpc-1:L72, icpc-1:L75], evidence: verified}
  counting_site: {words: [hip, rib, sternum], evidence: verified}
  any_site: {words: [hip, rib, sternum, humerus, femur, tibia, fibula, ankle, toe], evidence: verified}
products:
  bone_drug:
    - {code: atc:M05BA04, strength: 70 mg, days_per_unit: 7, class: oral_bisphosphonate}
parameters:
  recent: {text: {nl: Zo lang is een breuk recent, en: How long a fracture is recent}, values: [{until: 2020-01-01, value: 1 year}, {from: 2020-01-01, value: 2 years}]}
  threshold: {text: {nl: Drempel DXA, en: DXA threshold}, values: [{value: 4 points}]}
  weeks: {text: {nl: Evaluatie, en: Evaluation}, values: [{value: 6 weeks}]}
  possible_stop: {text: {nl: Mogelijk gestopt na, en: Possibly stopped after}, values: [{value: 60 days}]}
facts:
  age: {from: patient.age, text: {nl: Leeftijd, en: Age}}
  bmi: {from: observation, in: bmi_codes, unit: kg/m2, plausible: 8..80, pick: latest, valid_for: 2 years, if_missing: ask, text: {nl: BMI, en: BMI}}
  t_score: {from: answer, type: number, unit: "1", min: -8, max: 6, valid_for: always, if_missing: ask, text: {nl: T-score, en: T-score}}
  falls: {from: answer, type: number, min: 0, max: 365, valid_for: 1 year, if_missing: ask, text: {nl: Aantal keer gevallen, en: Number of falls}}
  pain: {from: answer, type: number, min: 0, max: 10, valid_for: contact, if_missing: ask, text: {nl: Pijncijfer, en: Pain score}}
  smoking: {from: answer, type: yes_no, valid_for: contact, if_missing: ask, text: {nl: Roken, en: Smoking}}
  leg_pain: {from: answer, type: choice, choices: [none, mild, severe], ordered: yes, valid_for: contact, if_missing: ask, words_text: {mild: {nl: licht, en: mild}, severe: {nl: "hevig, in beide benen", en: "severe, into both legs"}}, text: {nl: Uitstraling, en: Leg pain}}
  pain_duration: {from: answer, type: duration, valid_for: contact, if_missing: ask, text: {nl: Duur van de pijn, en: Duration of the pain}}
  fracture_date: {from: condition, in: fractures, pick: date, if_missing: assume none, say: none, text: {nl: Datum van de breuk, en: Date of the fracture}}
  other_date: {from: condition, in: fractures, pick: first_date, if_missing: assume none, say: none, text: {nl: Datum van de eerste breuk, en: Date of the first fracture}}
  due: {value: fracture_date + 3 months, text: {nl: Dag waarop de controle nodig is, en: Day on which the check is due}}
  fracture: {from: condition, in: fractures, if_missing: assume no, say: none, text: {nl: Breuk, en: Fracture}}
  of_records: {from: condition, in: fractures, where: [site in counting_site, cause is not high_energy or tumour, on <= recent ago, until is unknown], if_missing: assume no, say: none, text: {nl: Van het dossier, en: Of the record}}
  of_long_set: {from: condition, in: fractures, where: [site not in any_site], if_missing: assume no, say: none, text: {nl: Lange lijst, en: Long list}}
  READING: {when: {all: [CRITERION]}, text: {nl: Proef, en: Test}}
findings:
  groups: {type: choice, choices: [1, 2, 3], combine: collect, text: {nl: Groepen, en: Groups}}
  urgency: {type: choice, choices: [routine, D7, D1, U4, U3, U2, U1], ordered: yes, combine: highest, otherwise: routine, text: {nl: Urgentie, en: Urgency}}
treatments:
  bone_drug_use: {text: {nl: Gebruik van een botsparend middel, en: Use of a fracture drug}, from: [dispensing], in: bone_drug, days_supply: [recorded, usage, product, ask], gap_limits: {possible_stop: possible_stop, stopped: 183 days}}
scores:
  risk: {title: {nl: Risicoscore, en: Risk score}, unit: points, items: [{id: age, points: 2, when: age >= 70 years}]}
tables:
  medication:
    title: {nl: Behandelindicatie, en: Indication}
    hit: first
    inputs: [t_score]
    outcomes: {treat: {text: {nl: Behandelen, en: Treat}}, wait: {text: {nl: Afwachten, en: Wait}}}
    rows:
      - {id: low, if: [-2.5 or lower], then: treat, text: {nl: Lage T-score, en: Low T-score}}
      - {id: rest, if: [any], then: wait}
  step:
    title: {nl: Welke stap, en: Which step}
    hit: first
    inputs: [pain]
    outcomes: {1: {text: {nl: Zelfzorg, en: Self-care}}, 2: {text: {nl: Behandeling, en: Treatment}}}
    rows:
      - {id: high, if: [at least 7], then: 2}
      - {id: rest, if: [any], then: 1}
rules:
  - {id: first, title: {nl: Eerste, en: First}, when: {all: [age >= 70 years, groups has 2, urgency >= U4]}, then: {recommend: order-dxa}}
"""


@cache
def guideline(criterion: str) -> Ruleset:
    """A guideline of which the fact `under_test` holds this line."""
    body = READ.replace("READING", "under_test").replace("[CRITERION]", f"['{criterion}']")
    return ruleset(f"{HEAD}{ACTIONS}{body}")


def read(criterion: str, lang: str = "nl", on: date | None = None) -> str:
    found = guideline(criterion)
    fact = found.definitions["under_test"]
    assert isinstance(fact, Fact) and isinstance(fact.source, FromCondition)
    return read_condition(found, fact.source.when, lang, on)


@pytest.mark.parametrize(
    ("criterion", "dutch", "english"),
    [
        # numbers, by what they count or measure
        ("age >= 60 years", "leeftijd is 60 jaar of ouder", "age is 60 years or older"),
        ("age > 60 years", "leeftijd is boven 60 jaar", "age is over 60 years"),
        ("age <= 60 years", "leeftijd is 60 jaar of jonger", "age is 60 years or younger"),
        ("age < 60 years", "leeftijd is onder 60 jaar", "age is under 60 years"),
        ("bmi < 20 kg/m2", "BMI is lager dan 20 kg/m²", "BMI is below 20 kg/m²"),
        ("bmi >= 18.5 kg/m2", "BMI is 18,5 kg/m² of hoger", "BMI is 18.5 kg/m² or higher"),
        ("t_score <= -2.5", "T-score is -2,5 of lager", "T-score is -2.5 or lower"),
        ("falls >= 2", "aantal keer gevallen is 2 of meer", "number of falls is 2 or more"),
        ("falls != 0", "aantal keer gevallen is niet 0", "number of falls is not 0"),
        ("risk >= threshold", "risicoscore is 4 punten of meer (drempel DXA)", "risk score is 4 points or more (DXA threshold)"),
        ("threshold <= risk", "risicoscore is 4 punten of meer (drempel DXA)", "risk score is 4 points or more (DXA threshold)"),
        # ranges: both ends, or one of them
        ("pain in 6..8", "pijncijfer is 6 tot en met 8", "pain score is 6 to 8, both included"),
        ("pain in 6..<8", "pijncijfer is 6 of meer en minder dan 8", "pain score is 6 or more and less than 8"),
        ("t_score in -2.5<..-2.0", "T-score is hoger dan -2,5 en -2 of lager", "T-score is above -2.5 and -2 or lower"),
        ("pain in ..5", "pijncijfer is 5 of minder", "pain score is 5 or less"),
        ("pain in 8..", "pijncijfer is 8 of meer", "pain score is 8 or more"),
        ("pain not in 6..8", "pijncijfer is niet 6 tot en met 8", "pain score is not 6 to 8, both included"),
        # time
        ("pain_duration >= weeks", "duur van de pijn is 6 weken of langer (evaluatie)", "duration of the pain is 6 weeks or longer (evaluation)"),
        ("pain_duration < 14 days", "duur van de pijn is korter dan 14 dagen", "duration of the pain is shorter than 14 days"),
        ("fracture_date within last 2 years", "datum van de breuk valt in de laatste 2 jaar", "date of the fracture is within the last 2 years"),
        ("fracture_date >= 2 years ago", "datum van de breuk is hoogstens 2 jaar geleden", "date of the fracture is at most 2 years ago"),
        ("fracture_date > 2 years ago", "datum van de breuk is minder dan 2 jaar geleden", "date of the fracture is less than 2 years ago"),
        ("fracture_date <= recent ago", "datum van de breuk is minstens 2 jaar geleden (zo lang is een breuk recent)", "date of the fracture is at least 2 years ago (how long a fracture is recent)"),
        ("fracture_date < 2 years ago", "datum van de breuk is meer dan 2 jaar geleden", "date of the fracture is more than 2 years ago"),
        ("fracture_date <= 0 days ago", "datum van de breuk is vandaag of eerder", "date of the fracture is today or earlier"),
        ("fracture_date >= 2024-11-01", "datum van de breuk is 01-11-2024 of later", "date of the fracture is 2024-11-01 or later"),
        ("fracture_date == other_date", "datum van de breuk is dezelfde dag als datum van de eerste breuk", "date of the fracture is the same day as date of the first fracture"),
        ("other_date < fracture_date", "datum van de eerste breuk is eerder dan datum van de breuk", "date of the first fracture is before date of the fracture"),
        ("fracture within last 6 months", "breuk valt in de laatste 6 maanden", "fracture is within the last 6 months"),
        ("due < reference_date", "dag waarop de controle nodig is: eerder dan vandaag", "day on which the check is due is before today"),
        # yes and no, known and not
        ("smoking", "roken", "smoking"),
        ("not smoking", "roken: nee", "smoking: no"),
        ("bmi is known", "BMI is bekend", "BMI is known"),
        ("bmi is unknown", "BMI is niet bekend", "BMI is not known"),
        ("smoking is unknown", "niet bekend of dit zo is: roken", "not known whether this is so: smoking"),
        # words
        ("leg_pain is mild", "uitstraling is licht", "leg pain is mild"),
        ("leg_pain is mild or severe", "uitstraling is licht of 'hevig, in beide benen'", "leg pain is mild or 'severe, into both legs'"),
        ("leg_pain is not none", "uitstraling is niet geen", "leg pain is not none"),
        ("leg_pain >= mild", "uitstraling is licht of hoger", "leg pain is mild or higher"),
        ("groups has 2", "2 is een van de groepen", "2 is among groups"),
        ("urgency >= U4", "urgentie is 'binnen 24 uur' of hoger", "urgency is 'within 24 hours' or higher"),
        # tables, scores and treatments
        ("medication is treat", "behandelindicatie is 'behandelen'", "indication is 'treat'"),
        ("medication.row is low", "rij in de tabel 'behandelindicatie' is 'lage T-score'", "row in the table 'indication' is 'low T-score'"),
        ("medication.status is settled", "zekerheid van behandelindicatie is staat vast", "certainty of indication is settled"),
        ("step == 2", "welke stap is 2 (behandeling)", "which step is 2 (treatment)"),
        ("bone_drug_use.status is stopped or possible_stop", "gebruik van een botsparend middel is gestopt of mogelijk gestopt", "use of a fracture drug is stopped or possibly stopped"),
        ("bone_drug_use.gap > possible_stop", "tijd zonder voorraad bij gebruik van een botsparend middel is langer dan 60 dagen (mogelijk gestopt na)", "time without supply in use of a fracture drug is longer than 60 days (possibly stopped after)"),
        ("bone_drug_use.drug is oral_bisphosphonate", "middel bij gebruik van een botsparend middel is bisfosfonaat in tabletvorm", "drug in use of a fracture drug is oral bisphosphonate"),
        ("setting is contact", "de aanleiding is een contact met de patiënt", "the setting is a contact with the patient"),
    ],
)  # fmt: skip
def test_a_criterion_reads_as_it_is_meant(criterion: str, dutch: str, english: str) -> None:
    assert (read(criterion), read(criterion, "en")) == (dutch, english)


def test_a_where_is_read_by_the_names_of_its_fields() -> None:
    found = guideline("smoking")
    fact = found.definitions["of_records"]
    assert isinstance(fact, Fact) and isinstance(fact.source, FromRecords)

    assert [read_condition(found, one) for one in fact.source.where] == [
        "plaats is heup, rib of borstbeen",
        "oorzaak is niet met veel kracht of tumor",
        "datum is minstens 2 jaar geleden (zo lang is een breuk recent)",
        "einde is niet bekend",
    ]


def test_a_long_value_set_is_called_by_its_name() -> None:
    found = guideline("smoking")
    fact = found.definitions["of_long_set"]
    assert isinstance(fact, Fact) and isinstance(fact.source, FromRecords)

    assert read_condition(found, fact.source.where[0]) == "plaats staat niet in de lijst 'any site'"


def test_a_parameter_has_the_value_of_the_date_and_without_a_date_its_newest() -> None:
    assert "de laatste 1 jaar" in read("fracture_date within last recent", on=date(2019, 12, 31))
    assert "de laatste 2 jaar" in read("fracture_date within last recent", on=date(2020, 1, 1))
    assert "de laatste 2 jaar" in read("fracture_date within last recent")


# Trees


def read_when(when: str, lang: str = "nl") -> str:
    text = READ.replace("READING: {when: {all: [CRITERION]}", f"under_test: {{when: {when}")
    found = ruleset(f"{HEAD}{ACTIONS}{text}")
    fact = found.definitions["under_test"]
    assert isinstance(fact, Fact) and isinstance(fact.source, FromCondition)
    return read_condition(found, fact.source.when, lang)


@pytest.mark.parametrize(
    ("when", "dutch", "english"),
    [
        ("{all: [smoking, falls >= 2]}", "roken, en aantal keer gevallen is 2 of meer", "smoking, and number of falls is 2 or more"),
        ("{any: [smoking, falls >= 2]}", "roken, of aantal keer gevallen is 2 of meer", "smoking, or number of falls is 2 or more"),
        ("{all: [smoking, {any: [falls >= 2, fracture]}]}", "roken, en (aantal keer gevallen is 2 of meer, of breuk)", "smoking, and (number of falls is 2 or more, or fracture)"),
        ("{any: [smoking, {all: [falls >= 2, fracture]}]}", "roken, of (aantal keer gevallen is 2 of meer, en breuk)", "smoking, or (number of falls is 2 or more, and fracture)"),
        ("{none: [smoking, fracture]}", "geen van deze: (roken; breuk)", "none of these: (smoking; fracture)"),
        ("{none: [smoking]}", "roken: nee", "smoking: no"),
        ("{none: [not smoking]}", "roken", "smoking"),
        ("{none: [falls >= 2]}", "aantal keer gevallen is minder dan 2", "number of falls is less than 2"),
        ("{none: [groups has 2]}", "2 is niet een van de groepen", "2 is not among groups"),
        ("{none: [leg_pain is not none]}", "uitstraling is geen", "leg pain is none"),
        ("{none: [bmi is known]}", "BMI is niet bekend", "BMI is not known"),
        ("{none: [{all: [smoking, fracture]}]}", "geen van deze: (roken, en breuk)", "none of these: (smoking, and fracture)"),
    ],
)  # fmt: skip
def test_a_tree_reads_with_brackets_around_what_stands_deeper(when: str, dutch: str, english: str) -> None:
    assert (read_when(when), read_when(when, "en")) == (dutch, english)


def test_what_is_not_so_of_a_date_is_not_turned_round_for_there_may_be_no_date() -> None:
    # "Not earlier than" would say that there is a date; without one the criterion holds too.
    assert (
        read_when("{none: [fracture_date < 2 years ago]}")
        == "niet: datum van de breuk is meer dan 2 jaar geleden"
    )
    assert (
        read_when("{none: [fracture_date within last 2 years]}")
        == "datum van de breuk valt niet in de laatste 2 jaar"
    )


# Whole rules


def test_a_rule_reads_when_except_and_then() -> None:
    rule = small().rules["small/dxa-after-fracture"]

    assert read_rule(small(), rule) == (
        "Wanneer: 1 is een van de groepen. "
        "Behalve als: al elders onderzocht; of al een DXA sinds de breuk (DXA sinds de breuk). "
        "Dan: DXA aanvragen."
    )


def test_every_rule_of_the_small_guideline_reads_as_in_the_golden_text(update: bool) -> None:
    lines = []
    for id, rule in small().rules.items():
        lines += [id, *(f"  {lang}: {read_rule(small(), rule, lang)}" for lang in ("nl", "en"))]
    text = "\n".join(lines) + "\n"
    if update:
        GOLDEN.write_text(text, encoding="utf-8")

    assert text == GOLDEN.read_text(encoding="utf-8")
