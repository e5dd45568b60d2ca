"""What makes a record as a whole impossible to use, in both languages.

One bad entry is never a reason to refuse: it is skipped and reported (see `Patient.skipped`). What stands
here is: it is not a record, it is about two people, it contradicts itself, or the caller asks for something
that is not there. A path says where. Only `wrong-form`, `wrong-delivered` and `wrong-value` show what was
written there: who answers over a network sends the kind and the path.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cdss.errors import PatientError, Text

IMPOSSIBLE: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "not-utf8": {
            "nl": "Het bestand is geen UTF-8. Sla het op als UTF-8, zonder andere tekenset.",
            "en": "The file is not UTF-8. Save it as UTF-8.",
        },
        "not-json": {
            "nl": "Dit is geen JSON: {why}.",
            "en": "This is not JSON: {why}.",
        },
        "duplicate-key": {
            "nl": "De sleutel '{seen}' staat er twee keer; een van beide zou verloren gaan.",
            "en": "The key '{seen}' stands there twice; one of the two would be lost.",
        },
        "not-a-record": {
            "nl": "Dit is geen patiëntdossier: verwacht een FHIR R4 Bundle of resource, een lijst daarvan, "
            "of een dossier in onze eigen JSON-vorm.",
            "en": "This is not a patient record: expected a FHIR R4 Bundle or resource, a list of those, "
            "or a record in our own JSON form.",
        },
        "wrong-resource": {
            "nl": "Een dossier kan geen '{seen}' zijn: verwacht een Bundle, of een resource over een "
            "patiënt.",
            "en": "A record cannot be a '{seen}': expected a Bundle, or a resource about a patient.",
        },
        "wrong-bundle": {
            "nl": "Een Bundle van het type '{seen}' lezen we niet: verwacht collection, searchset of "
            "transaction.",
            "en": "A Bundle of type '{seen}' is not read: expected collection, searchset or transaction.",
        },
        "nothing": {
            "nl": "Hier staat niets: verwacht een patiëntdossier in JSON.",
            "en": "There is nothing here: expected a patient record in JSON.",
        },
        "empty": {
            "nl": "De Bundle is leeg: er is geen patiënt in te vinden.",
            "en": "The Bundle is empty: there is no patient in it.",
        },
        "no-patient": {
            "nl": "Er is niet vast te stellen over welke patiënt dit dossier gaat.",
            "en": "It cannot be established which patient this record is about.",
        },
        "unreadable-patient": {
            "nl": "De gegevens van de patiënt zelf zijn niet te lezen.",
            "en": "The data of the patient cannot be read.",
        },
        "two-patients": {
            "nl": "Dit dossier gaat over meer dan één patiënt. Er is niets van gebruikt.",
            "en": "This record is about more than one patient. Nothing of it was used.",
        },
        "another-patient": {
            "nl": "Dit gegeven gaat over een andere patiënt dan het dossier. Er is niets van het dossier "
            "gebruikt.",
            "en": "This entry is about another patient than the record. Nothing of the record was used.",
        },
        "birth-after-death": {
            "nl": "De geboortedatum ligt na de overlijdensdatum.",
            "en": "The date of birth lies after the date of death.",
        },
        "unknown-key": {
            "nl": "De sleutel '{seen}' kennen we hier niet{near_nl} Wat niet bij ons hoort mag onder 'x'.",
            "en": "The key '{seen}' is not known here{near_en} What is not ours may stand under 'x'.",
        },
        "wrong-form": {
            "nl": "{why_nl}",
            "en": "{why_en}",
        },
        "wrong-delivered": {
            "nl": "'delivered' is niet te lezen: {why_nl}",
            "en": "'delivered' cannot be read: {why_en}",
        },
        "unknown-place": {
            "nl": "Dit dossier heeft geen '{seen}': schrijf de naam van een gegeven, of lijst/nummer/veld "
            "zoals conditions/0/site.",
            "en": "This record has no '{seen}': write the name of a fact, or list/number/field as in "
            "conditions/0/site.",
        },
        "wrong-value": {
            "nl": "Dit antwoord is niet te gebruiken: {why_nl}",
            "en": "This answer cannot be used: {why_en}",
        },
    }
)
"""Every kind of PatientError that reading a record can give, with its text."""


def impossible(kind: str, path: str = "", **words: str) -> PatientError:
    """The error for a record that cannot be used, of one of the kinds above."""
    text = IMPOSSIBLE[kind]
    return PatientError(
        kind, {language: template.format(**words) for language, template in text.items()}, path
    )
