"""What could not be used of a record, and why, in both languages: nothing is left out in silence."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cdss.errors import ReadingError, Text
from cdss.models.patient import Skipped

REASONS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        # an entry that was left out
        "unreadable": {
            "nl": "Niet te lezen en overgeslagen: {seen}.",
            "en": "Could not be read and was skipped: {seen}.",
        },
        "status": {
            "nl": "Niet gebruikt: de status is '{seen}'.",
            "en": "Not used: its status is '{seen}'.",
        },
        "modifier": {
            "nl": "Niet gebruikt: de betekenis is veranderd met '{seen}', en dat kennen we niet.",
            "en": "Not used: its meaning is changed by '{seen}', which is not known here.",
        },
        "negated": {
            "nl": "Niet gebruikt: er staat dat dit niet gedaan moet worden.",
            "en": "Not used: it says that this is not to be done.",
        },
        "unknown-type": {
            "nl": "Overgeslagen: '{seen}' is geen FHIR R4 resource.",
            "en": "Skipped: '{seen}' is not a FHIR R4 resource.",
        },
        "no-resource": {
            "nl": "Overgeslagen: hier staat geen resource.",
            "en": "Skipped: there is no resource here.",
        },
        "no-subject": {
            "nl": "Niet gebruikt: er staat niet bij over wie dit gaat.",
            "en": "Not used: it does not say whom it is about.",
        },
        "subject-unclear": {
            "nl": "Niet gebruikt: niet vast te stellen of dit over deze patiënt gaat.",
            "en": "Not used: it cannot be established that this is about this patient.",
        },
        "not-a-patient": {
            "nl": "Niet gebruikt: dit gaat niet over een patiënt.",
            "en": "Not used: this is not about a patient.",
        },
        "focus": {
            "nl": "Niet gebruikt: er is niet aan de patiënt zelf gemeten, maar aan '{seen}'.",
            "en": "Not used: it was not measured on the patient but on '{seen}'.",
        },
        "no-code": {
            "nl": "Niet gebruikt: er staat geen code bij, alleen tekst of niets.",
            "en": "Not used: it carries no code, only text or nothing.",
        },
        "no-reference": {
            "nl": "Niet gebruikt: het middel waarnaar het verwijst staat er niet bij.",
            "en": "Not used: the drug that it refers to was not sent along.",
        },
        "not-measured": {
            "nl": "Niet gebruikt: er is niet gemeten ({seen}).",
            "en": "Not used: nothing was measured ({seen}).",
        },
        "not-handed-over": {
            "nl": "Niet gebruikt als verstrekking: er staat niet dat het middel is meegegeven.",
            "en": "Not used as a dispensing: it does not say that the drug was handed over.",
        },
        "handed-over-date": {
            "nl": "Er staat niet bij wanneer het middel is meegegeven; de dag telt als niet vastgelegd.",
            "en": "It does not say when the drug was handed over; the day counts as not recorded.",
        },
        "schedule": {
            "nl": "Wisselend doseerschema: niet gelezen; de hoeveelheid per dag blijft onbekend.",
            "en": "Variable dosing schedule: not read; the amount per day stays unknown.",
        },
        "use": {
            "nl": "Opgave dat het middel gebruikt wordt: gezien, niet gebruikt voor de rekensom.",
            "en": "Statement that the drug is used: seen, not used in the reckoning.",
        },
        "double": {
            "nl": "Niet nog eens gebruikt: hetzelfde gegeven staat ook onder {seen}.",
            "en": "Not used again: the same entry also stands under {seen}.",
        },
        "older": {
            "nl": "Niet gebruikt: van ditzelfde gegeven is ook een nieuwere versie meegestuurd; die telt.",
            "en": "Not used: a newer version of the same entry was sent too, and that one counts.",
        },
        "stay-end": {
            "nl": "Opname zonder einddatum die volgens de status niet meer loopt: niet gebruikt.",
            "en": "A stay without an end that is over according to its status: not used.",
        },
        "end-before-start": {
            "nl": "Het einde ligt voor het begin.",
            "en": "Its end lies before its start.",
        },
        "no-name": {
            "nl": "Niet gebruikt: er staat niet bij welke vragenlijst dit is.",
            "en": "Not used: it does not say which questionnaire this is.",
        },
        "server-error": {
            "nl": "De bron gaf hier een foutmelding in plaats van gegevens; die ontbreken dus.",
            "en": "The source gave an error here instead of data; these are missing.",
        },
        "more-pages": {
            "nl": "De lijst heeft een vervolgpagina die niet is meegestuurd; zij telt niet als volledig.",
            "en": "The list has a next page that was not sent along; it does not count as complete.",
        },
        # a part of an entry that counts as not recorded; the entry itself is used
        "part": {
            "nl": "'{seen}' is niet te lezen en telt als niet vastgelegd.",
            "en": "'{seen}' cannot be read and counts as not recorded.",
        },
        "code": {
            "nl": "De code '{seen}' heeft niet de vorm van zijn stelsel en past dus nergens op.",
            "en": "The code '{seen}' does not have the form of its system, so it matches nothing.",
        },
        "dosage": {
            "nl": "Het doseerschema is niet te vertalen naar een aantal per dag; dat telt als onbekend.",
            "en": "The dosage cannot be turned into an amount per day; that counts as unknown.",
        },
        "date": {
            "nl": "De datum bij '{seen}' is niet te lezen en telt als niet vastgelegd.",
            "en": "The date under '{seen}' cannot be read and counts as not recorded.",
        },
        "number": {
            "nl": "Het getal bij '{seen}' is niet te lezen en telt als niet vastgelegd.",
            "en": "The number under '{seen}' cannot be read and counts as not recorded.",
        },
        "too-big": {
            "nl": "Het getal bij '{seen}' is groter dan waarmee we rekenen en telt als niet vastgelegd.",
            "en": "The number under '{seen}' is larger than we reckon with and counts as not recorded.",
        },
        "comparator": {
            "nl": "Bij '<' of '>' hoort één getal; de uitslag telt als niet vastgelegd.",
            "en": "With '<' or '>' goes one number; the result counts as not recorded.",
        },
        "value-kind": {
            "nl": "De uitslag is geen getal, ja of nee, datum of code, en telt als niet vastgelegd.",
            "en": "The result is not a number, yes or no, date or code, and counts as not recorded.",
        },
        "not-pieces": {
            "nl": "De hoeveelheid is in '{seen}', niet in stuks, en telt als niet vastgelegd.",
            "en": "The quantity is in '{seen}', not in pieces, and counts as not recorded.",
        },
        "days-unit": {
            "nl": "De duur is in '{seen}' en niet om te rekenen naar dagen; telt als niet vastgelegd.",
            "en": "The supply is in '{seen}' and cannot be turned into days; counts as not recorded.",
        },
        "usage": {
            "nl": "Het gebruik '{seen}' is niet te vertalen naar een aantal per dag; telt als onbekend.",
            "en": "The directions '{seen}' cannot be turned into an amount per day; they count as unknown.",
        },
        "stop-type": {
            "nl": "Het stoptype is niet te lezen: gebruikt als stop van onbekende soort.",
            "en": "The type of stop cannot be read: used as a stop of unknown type.",
        },
        "many-answers": {
            "nl": "Vraag '{seen}' heeft meer dan één antwoord en telt als niet beantwoord.",
            "en": "Question '{seen}' has more than one answer and counts as not answered.",
        },
        "answer": {
            "nl": "Het antwoord op vraag '{seen}' is geen getal, ja of nee, woord of keuze, en telt niet mee.",
            "en": "The answer to question '{seen}' is no number, yes or no, word or choice; it does not count.",
        },
        "death-date": {
            "nl": "Overleden, zonder datum.",
            "en": "Died; no date given.",
        },
        # no harm done, but it should be known
        "number-as-text": {
            "nl": "{seen} keer stond een getal als tekst; het is als getal gelezen.",
            "en": "{seen} times a number was sent as text; it was read as a number.",
        },
    }
)
"""Every reason under which something of a record is reported, with its text."""


LOST: Final = frozenset(
    {"unreadable", "modifier", "no-subject", "subject-unclear", "no-code", "no-reference"}
    | {"unknown-type", "server-error"}
)
"""Reasons by which something was left out that may be what a rule looks for."""


class Report:
    """What was skipped so far, in the order in which it was found."""

    def __init__(self) -> None:
        self.skipped: list[Skipped] = []
        self.lost: set[str] = set()  # where something was left out that may be what a rule looks for
        self._as_text = 0
        self._told: set[tuple[str, str]] = set()

    def skip(self, path: str, reason: str, seen: str = "") -> None:
        """Report an entry, or a part of one, for one of the reasons above."""
        if reason in LOST:
            self.lost.add(path)
        text = REASONS[reason]
        self.skipped.append(
            Skipped(path, {language: own.format(seen=_short(seen)) for language, own in text.items()})
        )

    def tell(self, path: str, error: ReadingError) -> None:
        """Report what somebody else could not read, in the words of the error."""
        self.skipped.append(Skipped(path, error.text))

    def once(self, path: str, reason: str, seen: str) -> None:
        """As `skip`, but the same reason and words only the first time."""
        if (reason, seen) not in self._told:
            self._told.add((reason, seen))
            self.skip(path, reason, seen)

    def number_as_text(self) -> None:
        """Count a number that came as text: told once for the whole record."""
        self._as_text += 1

    def all(self) -> tuple[Skipped, ...]:
        """Everything that is to be told, with the count of numbers as text at the end."""
        if self._as_text:
            self.skip("Bundle", "number-as-text", str(self._as_text))
            self._as_text = 0
        return tuple(self.skipped)


def _short(seen: str) -> str:
    return seen if len(seen) <= 60 else f"{seen[:57]}..."
