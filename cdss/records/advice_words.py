"""The fixed words around an advice, Dutch and English, for whoever shows it to people."""

# ruff: noqa: E501  (one text on one line: these are tables)

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from cdss.errors import Text
from cdss.models.wording import MONTHS, ROLE, in_language

Words = Mapping[str, Text]

OUTCOME: Final[Words] = {
    "deceased": {"nl": "Overleden. Er is niets beoordeeld.", "en": "Deceased. Nothing was assessed."},
    "switched_off": {"nl": "Uitgezet door deze praktijk of regio. Er is niets beoordeeld.", "en": "Switched off by this practice or region. Nothing was assessed."},
    "no_edition": {"nl": "Op deze datum is er geen uitgave van deze richtlijn. Er is niets beoordeeld.", "en": "No edition of this guideline answers on this date. Nothing was assessed."},
    "not_started": {"nl": "Niet begonnen, want geen aanleiding gevonden", "en": "Not started, for no reason was found"},
    "out_of_scope": {"nl": "Valt buiten deze richtlijn.", "en": "Outside this guideline."},
    "not_assessable": {"nl": "Niet te beoordelen.", "en": "Cannot be assessed."},
    "advice": {"nl": "", "en": ""},
    "advice_for_others": {"nl": "Er is advies, maar niet voor deze lezer: zie 'Niet nagekeken'.", "en": "There is advice, but not for this reader: see 'Not looked at'."},
    "questions": {"nl": "Nog geen advies: dat hangt af van de vragen hieronder.", "en": "No advice yet: it depends on the questions below."},
    "questions_elsewhere": {"nl": "Nog geen advies: dat hangt af van wat een ander kan beantwoorden.", "en": "No advice yet: it depends on what somebody else can answer."},
    "nothing_to_do": {"nl": "Nagekeken: er is nu niets nodig.", "en": "Looked at: nothing is needed now."},
    "nothing_to_do_so_far": {"nl": "Nagekeken voor zover aangeleverd: er is nu niets nodig.", "en": "Looked at as far as delivered: nothing is needed now."},
}  # fmt: skip
"""Nothing to do, not able to look, and not started must never look alike (design §3)."""

HEADING: Final[Words] = {
    "patient": {"nl": "Patiënt", "en": "Patient"},
    "unnamed": {"nl": "Patiënt zonder naam", "en": "Patient without a name"},
    "female": {"nl": "vrouw", "en": "woman"},
    "male": {"nl": "man", "en": "man"},
    "years": {"nl": "jaar", "en": "years"},
    "born": {"nl": "geboren", "en": "born"},
    "on": {"nl": "Advies op", "en": "Advice on"},
    "contact": {"nl": "tijdens een contact", "en": "in a contact"},
    "record": {"nl": "uit het dossier", "en": "from the record"},
    "population": {"nl": "voor een lijst", "en": "for a list"},
    "draft": {"nl": "concept", "en": "draft"},
    "not_in_force": {"nl": "op deze datum niet van kracht", "en": "not in force on this date"},
    "for": {"nl": "Voor", "en": "For"},
    "due": {"nl": "uiterlijk", "en": "before or on"},
    "why": {"nl": "Waarom", "en": "Why"},
    "caveat": {"nl": "Let op", "en": "Note"},
    "tell": {"nl": "Deel met", "en": "Tell"},
    "source": {"nl": "Bron", "en": "Source"},
    "grade": {"nl": "sterkte van de aanbeveling", "en": "strength of the recommendation"},
    "rule": {"nl": "Regel", "en": "Rule"},
    "conflict": {"nl": "Botst met", "en": "Conflict"},
    "conflict_finding": {"nl": "Twee regels zeggen iets anders over", "en": "Two rules disagree on"},
    "conflicts": {"nl": "Gaat niet samen", "en": "Does not go together"},
    "choose": {"nl": "Kies zelf; de richtlijnen doen dat hier niet.", "en": "Choose; the guidelines do not do so here."},
    "questions": {"nl": "Vragen", "en": "Questions"},
    "ask_patient": {"nl": "Aan de patiënt", "en": "To the patient"},
    "ask_role": {"nl": "Voor", "en": "For"},
    "ask_record": {"nl": "Aan te vullen in het dossier", "en": "To complete in the record"},
    "yes": {"nl": "ja", "en": "yes"},
    "no": {"nl": "nee", "en": "no"},
    "number": {"nl": "getal", "en": "number"},
    "date": {"nl": "datum", "en": "date"},
    "duration": {"nl": "hoe lang", "en": "how long"},
    "decided": {"nl": "Eerder besloten", "en": "Decided earlier"},
    "excepted": {"nl": "Niet geadviseerd", "en": "Not advised"},
    "undecided": {"nl": "Nog niet te zeggen", "en": "Cannot be said yet"},
    "missing": {"nl": "onbekend", "en": "not known"},
    "more": {"nl": "meer", "en": "more"},
    "not_checked": {"nl": "Niet nagekeken", "en": "Not looked at"},
    "not_delivered": {"nl": " niet aangeleverd.", "en": " not delivered."},
    "other_role": {"nl": "voor een ander", "en": "for somebody else"},
    "assumed": {"nl": "Aangenomen", "en": "Assumed"},
    "skipped": {"nl": "Niet te gebruiken in het dossier", "en": "Not usable in the record"},
    "holds": {"nl": "Dit geldt tot", "en": "This holds until"},
    "holds_if": {"nl": "zolang het dossier gelijk blijft", "en": "as long as the record stays as it is"},
    "nothing_started": {
        "nl": "Geen onderwerp begonnen. In wat is aangeleverd staat geen aanleiding voor",
        "en": "No topic was started. What was delivered gives no reason for",
    },
    "nothing_started_short": {"nl": "geen onderwerp begonnen", "en": "no topic started"},
    "not_all_delivered": {"nl": "niet alles aangeleverd", "en": "not all delivered"},
    "reason_may_stand": {"nl": " daarin kan die aanleiding nog staan.", "en": " that reason may still stand there."},
    "draft_foot": {
        "nl": "Concept: de inhoud is nog niet door een clinicus bevestigd. Een zorgverlener leest dit en beslist.",
        "en": "Draft: the content has not been confirmed by a clinician. A professional reads this and decides.",
    },
    "or": {"nl": "of", "en": "or"},
    "and": {"nl": "en", "en": "and"},
    "until": {"nl": "tot", "en": "until"},
    "site": {"nl": "Met de keuzes van", "en": "With the choices of"},
    "coordinates": {"nl": "De regie ligt daar bij", "en": "Coordination lies there with"},
}  # fmt: skip

COUNT: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "advice": {"nl": ("1 advies", "{} adviezen"), "en": ("1 piece of advice", "{} pieces of advice")},
    "questions": {
        "nl": ("1 vraag kan het advies nog veranderen", "{} vragen kunnen het advies nog veranderen"),
        "en": ("1 question may change the advice", "{} questions may change the advice"),
    },
}


def counted(what: str, number: int, lang: str) -> str:
    """ "1 advies", "3 adviezen"."""
    one, more = COUNT[what].get(lang) or COUNT[what]["nl"]
    return one if number == 1 else more.format(number)


def head(name: str, lang: str) -> str:
    return in_language(HEADING[name], lang)


def long_day(day: date, lang: str) -> str:
    """1 maart 2026."""
    return f"{day.day} {(MONTHS.get(lang) or MONTHS['nl'])[day.month - 1]} {day.year}"


def short_day(day: date, lang: str) -> str:
    """01-03-2026 in Dutch, 2026-03-01 elsewhere: a day and a month that cannot be mixed up."""
    return f"{day:%d-%m-%Y}" if lang == "nl" else day.isoformat()


def role_name(role: str, lang: str) -> str:
    """The role without its article, as it stands beside an advice: `huisarts`."""
    text = in_language(ROLE[role], lang) if role in ROLE else role
    article, _, name = text.partition(" ")
    return name if article in ("de", "het", "the") else text


def listed(words: list[str], lang: str, join: str = "and") -> str:
    """a, b en c."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {head(join, lang)} {words[-1]}"
