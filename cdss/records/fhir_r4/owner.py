"""Whom a record is about, and whether everything in it is about that one patient.

A mix-up of patients is the worst that can happen here, so it is settled before anything is read: two
patients, or one resource about somebody else (also one inside another), refuse the whole record. A resource
that does not say whom it is about is left out and reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeGuard

import msgspec
from msgspec import Raw

from cdss.models.impossible import impossible
from cdss.records.fhir_r4 import structs as fhir
from cdss.records.fhir_r4.bundle import Item, Sent, element_of, tail, without_version
from cdss.records.report import Report

Identifiers = frozenset[tuple[str, str]]

_REFERENCE: Final = msgspec.json.Decoder(fhir.Reference)
_REFERENCES: Final = msgspec.json.Decoder(tuple[fhir.Reference, ...])
_PATIENT: Final = msgspec.json.Decoder(fhir.Patient)
_HEAD: Final = msgspec.json.Decoder(fhir.Head)
_LIST: Final = msgspec.json.Decoder(tuple[Raw, ...])


@dataclass(frozen=True, slots=True)
class Owner:
    """The patient of the record: the resource when it was sent, and every name that it goes by."""

    id: str | None
    patient: fhir.Patient | None
    names: frozenset[str]
    identifiers: Identifiers
    address: str | None = None
    """Where the resource itself stood, as its `fullUrl` says."""


def find_owner(sent: Sent) -> Owner:
    """The one patient of this record. PatientError when there are two, or none that can be named."""
    owner: Owner | None = None
    for item in sent.items:
        if item.type != "Patient":
            continue
        own = _owner_of(item)
        if owner is not None and not _same(owner, own):
            raise impossible("two-patients", item.path)
        owner = own if owner is None else _both(owner, own)
    return owner or _referred_to(sent)


def _owner_of(item: Item) -> Owner:
    try:
        patient = _PATIENT.decode(item.raw)
    except msgspec.ValidationError as error:
        element = element_of(error)
        raise impossible("unreadable-patient", f"{item.path}/{element}" if element else item.path) from error
    names = {f"Patient/{patient.id}", f"urn:uuid:{patient.id}".casefold()} if patient.id else set()
    address = _name(item.full_url) if item.full_url else None
    if address is not None:
        names.add(address)
    return Owner(patient.id or None, patient, frozenset(names), _identifiers(patient.identifier), address)


def _same(one: Owner, other: Owner) -> bool:
    """Whether two Patient resources are the same person sent twice.

    Not at two addresses: two servers, or two new resources in one transaction, may use the same id.
    """
    if one.id is None or one.id != other.id or _contradict(one.identifiers, other.identifiers):
        return False
    if one.address and other.address and one.address != other.address:
        return False
    first, second = one.patient, other.patient
    assert first is not None and second is not None
    return first.birth_date == second.birth_date and first.gender == second.gender


def _both(one: Owner, other: Owner) -> Owner:
    """The same person under every name that either of the two gives."""
    return replace(
        one,
        names=one.names | other.names,
        identifiers=one.identifiers | other.identifiers,
        address=one.address or other.address,
    )


def _referred_to(sent: Sent) -> Owner:
    """The patient that all resources refer to, when the patient itself was not sent.

    An identifier belongs to a name only where one reference gives both.
    """
    names: set[str] = set()
    named: set[tuple[str, str]] = set()  # identifiers that stand beside a name
    alone: set[tuple[str, str]] = set()
    for item in sent.items:
        for reference in _subjects(item.head):
            if not _is_a_patient(reference, item, sent):
                continue
            if _is_a_name(reference.reference):
                names.add(_name(reference.reference, item))
                named |= _given(reference)
            else:
                alone |= _given(reference)
    tails = {tail(name) for name in names}
    two_names = len(tails) > 1 or sum("://" in name for name in names) > 1
    if two_names or _several(named | alone) or (not names and len(alone) > 1):
        raise impossible("two-patients")
    if not names and not alone:
        raise impossible("no-patient")
    own = tails.pop().rpartition("/")[2].removeprefix("urn:uuid:") if tails else None
    return Owner(own, None, frozenset(names), frozenset(named if names else alone))


class Guard:
    """Admits a resource when it is surely about the owner of the record."""

    def __init__(self, owner: Owner, sent: Sent, report: Report) -> None:
        self.owner = owner
        self.sent = sent
        self.report = report
        self._tails = {tail(name) for name in owner.names}
        self._address = next((name for name in owner.names if "://" in name), None)
        # Nearly every resource names its subject in the same bytes.
        self._known: dict[tuple[str | None, bytes], str] = {}

    def admits(self, item: Item, *, is_read: bool) -> bool:
        """Whether it may be used; PatientError when it is about somebody else.

        `is_read`: a type of resource that we use. Of the others nothing is told but a mix-up.
        """
        word = self._verdict(item.head, item)
        for head in self._contained(item) if bytes(item.head.contained) else ():
            if head.resource_type == "Patient":
                continue
            inner = self._verdict(head, item)
            if inner in ("not-a-patient", "subject-unclear"):
                word = inner
        if word == "ours":
            return True
        if is_read:
            self.report.skip(item.path, word)
        return False

    def _verdict(self, head: fhir.Head, item: Item) -> str:
        """`ours`, or why it is not; PatientError for somebody else."""
        sent = bytes(head.subject) + bytes(head.patient) + bytes(head.beneficiary) + bytes(head.for_)
        key = (item.server, sent)
        word = self._known.get(key)
        if word is None:
            references = tuple(_subjects(head))
            words = [self._one(reference, item) for reference in references] or ["no-subject"]
            word = next((own for own in words if own != "ours"), "ours")
            if not any((reference.reference or "").startswith("#") for reference in references):
                self._known[key] = word
        return word

    def _one(self, reference: fhir.Reference, item: Item) -> str:
        if not _is_a_patient(reference, item, self.sent):
            return "not-a-patient"
        given, text = _given(reference), reference.reference
        if text is not None and text.startswith("#"):
            return self._by_identifiers(given | self._inside(item, text[1:]), item)
        if not _is_a_name(text):
            return self._by_identifiers(given, item)
        name = _name(text, item)
        if not self.owner.names:
            return "subject-unclear"
        # A full address and a short one with the same id are the same patient; two full addresses are not.
        if "://" in name:
            self._address = self._address or name
            if name != self._address:
                raise impossible("another-patient", item.path)
        if name not in self.owner.names and tail(name) not in self._tails:
            raise impossible("another-patient", item.path)
        if _contradict(given, self.owner.identifiers):
            raise impossible("another-patient", item.path)
        return "ours"

    def _by_identifiers(self, given: Identifiers, item: Item) -> str:
        if _contradict(given, self.owner.identifiers):
            raise impossible("another-patient", item.path)
        return "ours" if given & self.owner.identifiers else "subject-unclear"

    def _inside(self, item: Item, own_id: str) -> Identifiers:
        """The identifiers of a patient inside the resource."""
        for head, raw in zip(self._contained(item), _parts(item.head.contained), strict=True):
            if head.id == own_id and head.resource_type == "Patient":
                try:
                    return _identifiers(_PATIENT.decode(raw).identifier)
                except msgspec.ValidationError:
                    break  # then it is unclear who that is
        return frozenset()

    def _contained(self, item: Item) -> list[fhir.Head]:
        heads = []
        for raw in _parts(item.head.contained):
            try:
                heads.append(_HEAD.decode(raw))
            except msgspec.ValidationError:
                # We cannot see whom that is about: told as such, see `admits`.
                heads.append(fhir.Head(subject=Raw(b"{}")))
        return heads


def _parts(contained: Raw) -> tuple[Raw, ...]:
    if bytes(contained)[:1] != b"[":
        return ()
    return _LIST.decode(contained)


def _subjects(head: fhir.Head) -> Iterator[fhir.Reference]:
    """Whom a resource says it is about, by any of the elements that say so."""
    for raw in (head.subject, head.patient, head.beneficiary, head.for_):
        sent = bytes(raw)
        if not sent or sent == b"null":
            continue
        try:
            if sent[:1] == b"[":
                yield from _REFERENCES.decode(sent)
            else:
                yield _REFERENCE.decode(sent)
        except msgspec.ValidationError:
            yield fhir.Reference()  # not a reference at all: unclear


def _is_a_patient(reference: fhir.Reference, item: Item, sent: Sent) -> bool:
    """Whether it may name a patient. A type that is not told, and is not in the bundle, may be one."""
    text = reference.reference
    if text is not None and (text.startswith("Patient?") or _names_type(text, "Patient")):
        return True  # whatever type it is said to be
    if reference.type is not None:
        return reference.type == "Patient" or reference.type.endswith("/Patient")
    if text is None or text.startswith("#"):
        return True
    found = sent.find(text, item)
    return found.type == "Patient" if found is not None else text.startswith("urn:")


def _names_type(text: str, kind: str) -> bool:
    return tail(without_version(text)).startswith(f"{kind}/")


def _is_a_name(text: str | None) -> TypeGuard[str]:
    """Whether a reference names a resource, not something inside one or something to be looked up."""
    return text is not None and not text.startswith(("#", "Patient?"))


def _name(reference: str, item: Item | None = None) -> str:
    """The resource that is meant; a short reference belongs to the server of the item that it stands in."""
    plain = without_version(reference.strip())
    if plain[:4].casefold() == "urn:":
        return plain.casefold()
    server = item.server if item is not None and "://" not in plain else None
    return f"{server or ''}{plain}"


def _given(reference: fhir.Reference) -> Identifiers:
    """The identifiers in a reference: beside it, or in `Patient?identifier=system|value`."""
    given = _identifiers((reference.identifier,)) if reference.identifier else frozenset()
    text = reference.reference or ""
    if not text.startswith("Patient?"):
        return given
    system, _, value = text.partition("identifier=")[2].partition("&")[0].partition("|")
    return given | ({(system, value)} if value else frozenset())


def _identifiers(identifiers: Iterable[fhir.Identifier]) -> Identifiers:
    return frozenset((own.system, own.value) for own in identifiers if own.system and own.value)


def _contradict(some: Identifiers, others: Identifiers) -> bool:
    """Whether a system gives one number here and another there: two people, whatever else agrees."""
    return any(
        not {value for own, value in some if own == system}
        & {value for own, value in others if own == system}
        for system in {system for system, _ in some} & {system for system, _ in others}
    )


def _several(identifiers: set[tuple[str, str]]) -> bool:
    """Whether one system gives more than one number."""
    return len({system for system, _ in identifiers}) < len(identifiers)
