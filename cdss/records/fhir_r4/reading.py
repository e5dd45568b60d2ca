"""One reading of a bundle: what the readers of resources share, and the records they have found so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar

import msgspec

from cdss.models.patient import EMPTY, LISTS, Days, Delivered, FieldValue, Record
from cdss.records.fhir_r4 import structs as fhir
from cdss.records.fhir_r4.bundle import Item, Sent, element_of
from cdss.records.fhir_r4.values import Place, code_words, codes
from cdss.records.fhir_r4.words import REFUTED, discipline_of
from cdss.records.fields import fields_are_usable
from cdss.records.report import Report

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Drug:
    """Which drug it is: every code that was sent, the strength when that was coded, and what people call it."""

    codes: tuple[str, ...]
    strength: str | None
    display: str | None = None


MEANING: Final = frozenset(
    {"resourceType", "status", "modifierExtension", "extension", "clinicalStatus", "verificationStatus"}
    | {"category", "intent", "code", "doNotPerform", "docStatus", "class", "questionnaire", "item"}
    | {"medicationReference", "medicationCodeableConcept", "component", "contained", "focus"}
)
"""Elements that say what a resource is. One that cannot be read costs the resource; another, itself."""

_ELEMENTS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ROLE: Final = msgspec.json.Decoder(fhir.Role)
_CONDITION: Final = msgspec.json.Decoder(fhir.Condition)

DELIVERS: Final[Mapping[str, tuple[str, ...]]] = {
    "Encounter": ("contacts", "stays"),
    "Condition": ("conditions",),
    "Observation": ("observations",),
    "Procedure": ("procedures",),
    "AllergyIntolerance": ("allergies",),
    "QuestionnaireResponse": ("questionnaires",),
    "MedicationRequest": ("prescriptions", "agreements"),
    "MedicationDispense": ("dispensings", "agreements"),
    "MedicationStatement": ("agreements",),
    "MedicationAdministration": ("administrations",),
    "ServiceRequest": ("referrals",),
    "DocumentReference": ("documents",),
}
"""Of which lists a type of resource is the entries. A Flag adds a problem, and a DiagnosticReport a document, to a
list that it does not make complete."""


def decode(decoder: msgspec.json.Decoder[T], item: Item, report: Report) -> T | None:
    """The resource, without elements that could not be read. None when it means nothing without them."""
    raw: msgspec.Raw | bytes = item.raw
    while True:
        try:
            return decoder.decode(raw)
        except msgspec.ValidationError as error:
            element = element_of(error)
            elements = _ELEMENTS.decode(raw)
            if element is None or element in MEANING or element not in elements:
                report.skip(item.path, "unreadable", str(error))
                return None
            report.skip(item.path, "part", element)
            del elements[element]
            raw = msgspec.json.encode(elements)
        except msgspec.DecodeError as error:
            report.skip(item.path, "unreadable", str(error))
            return None


class Reading:
    """What is read of one bundle: the records so far, and what links the resources."""

    def __init__(self, sent: Sent, birth: Days | None, report: Report) -> None:
        self.sent = sent
        self.birth = birth
        self.report = report
        self.lists: dict[str, list[Record]] = {name: [] for name in LISTS}
        self.episode_of: dict[int, str] = {}  # key of a condition or encounter -> its care episode
        self.episodes: dict[int, fhir.Episode] = {}  # key of a condition -> its care episode
        self.dispense_requests: set[str] = set()  # treatments for which the pharmacy was asked to dispense
        self.drugs: dict[int, Drug | None] = {}  # by key of a Medication
        self._problems: dict[int, tuple[str, ...]] = {}  # codes by key of a Condition
        self.item: Item | None = None  # the resource that is being read
        self.key = -1  # its key
        self._disciplines: dict[int, str | None] = {}

    def add(
        self,
        name: str,
        place: Place,
        on: Days | None,
        codes: tuple[str, ...] = (),
        fields: dict[str, FieldValue] | None = None,
        items: Mapping[str, Any] = EMPTY,
    ) -> None:
        """Add a record to a list, unless its own fields make it impossible."""
        own = fields or {}
        if fields_are_usable(name, place.path, on, own, self.report):
            records = self.lists[name]
            records.append(Record(name, len(records), on, codes, own, items, EMPTY))

    def find(self, reference: fhir.Reference | None) -> Item | None:
        """The resource behind a reference in the resource that is being read, if it was sent."""
        return self.sent.find(reference.reference, self.item) if reference else None

    def key_of(self, reference: fhir.Reference | None) -> int | None:
        """The key of the resource behind a reference, if it was sent."""
        item = self.find(reference)
        return item.key if item else None

    def codes_of_problem(self, reference: fhir.Reference | None, place: Place) -> tuple[str, ...]:
        """The codes of the problem behind a reference; of one that was refuted, none."""
        item = self.find(reference)
        if item is None or item.type != "Condition" or not item.is_ours:
            return ()
        if item.key not in self._problems:
            problem = decode(_CONDITION, item, self.report)
            stands = problem is not None and not REFUTED & set(code_words(problem.verification_status))
            self._problems[item.key] = codes([problem.code], place) if problem and stands else ()
        return self._problems[item.key]

    def episode(self, references: Iterable[fhir.Reference | None]) -> str | None:
        """The care episode of the encounter behind a reference."""
        if not self.episode_of:
            return None
        for reference in references:
            key = self.key_of(reference)
            if key in self.episode_of:
                return self.episode_of[key]
        return None

    def discipline(
        self, concepts: Iterable[fhir.Concept | None], people: Iterable[fhir.Reference | None]
    ) -> str | None:
        """The discipline as it is told, or as the roles of the people say."""
        told = discipline_of(concepts)
        if told is not None:
            return told
        for person in people:
            item = self.find(person)
            if item is not None and item.type in ("PractitionerRole", "Practitioner"):
                word = self._discipline(item)
                if word is not None:
                    return word
        return None

    def _discipline(self, item: Item) -> str | None:
        if item.key not in self._disciplines:
            role = decode(_ROLE, item, self.report)
            self._disciplines[item.key] = discipline_of((*role.specialty, *role.code)) if role else None
        return self._disciplines[item.key]

    def delivered(self) -> dict[str, Delivered]:
        """What FHIR itself tells: a list counts since its oldest entry, within this practice."""
        types = {item.type for item in self.sent.items}
        found = {}
        for name in (name for kind, names in DELIVERS.items() if kind in types for name in names):
            days = [record.on.last for record in self.lists[name] if record.on is not None]
            if days:
                found[name] = Delivered(first=_not_later(min(days)), reach="own")
        return found

    def cut_short(self) -> frozenset[str]:
        """The lists of which a next page was not sent."""
        return frozenset(
            name for item in self.sent.items if item.partial for name in DELIVERS.get(item.type, ())
        )

    def with_gaps(self) -> frozenset[str]:
        """The lists of which an entry could not be read, or not be told to be about this patient."""
        lost = self.report.lost
        if not lost:
            return frozenset()
        named = {item.path: item.type for item in self.sent.items}
        if not lost <= named.keys():
            return frozenset(LISTS)  # of what type that was is not known
        return frozenset(name for path in lost for name in DELIVERS.get(named[path], ()))


def _not_later(day: date) -> date | None:
    return day if day < date.max else None


def short_id(reference: fhir.Reference | None) -> str | None:
    """The last part of a reference: what somebody else calls it."""
    text = reference.reference if reference else None
    return text.rstrip("/").rpartition("/")[2].removeprefix("urn:uuid:") or None if text else None
