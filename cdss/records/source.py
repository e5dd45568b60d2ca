"""From whatever the caller has to a Patient: bytes, text, a dict or a list; FHIR R4 or our own form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from cdss.models.impossible import impossible
from cdss.models.patient import Patient
from cdss.records.delivered import DeliveredArgument
from cdss.records.fhir_r4 import read_fhir
from cdss.records.json_record import OWN_KEYS, load_text, read_record

Source = bytes | bytearray | memoryview | str | Mapping[str, object] | Sequence[object]

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
_BYTE_ORDER_MARK: Final = "\ufeff"


_FHIR: Final = re.compile(rb'\s*\{\s*"resourceType"')
"""How nearly all FHIR begins: then the rest need not be looked through to know it."""


class _Shape(msgspec.Struct):
    """Enough of a JSON object to see what it is."""

    resourceType: msgspec.Raw = msgspec.Raw(b"")


def read(source: Source, delivered: DeliveredArgument = None) -> Patient:
    """The patient behind a record: a FHIR R4 Bundle or resource, a list of those, or our own JSON.

    `delivered` says which lists are complete: the form of design §6, "all" or "own". Without it our own form
    says so itself, and in FHIR a type of resource that is there counts as complete since its oldest entry,
    within this practice or pharmacy only.

    Whoever says so, a list of which a next page was not sent is not complete, and of one with an entry that could
    not be read absence is an assumption at most.

    Raises PatientError when the record as a whole is impossible. What could not be used of it stands in
    `.skipped` of the patient.
    """
    match source:
        case str():
            return _read_text(source, delivered)
        case bytes() | bytearray() | memoryview():
            return _read_bytes(bytes(source), delivered)
        case Mapping():
            if "resourceType" not in source:
                return _read_own(source, delivered)
            return read_fhir(_encoded(source), delivered)
        case Sequence():
            return read_fhir(_encoded(source), delivered)
        case _:
            raise impossible("not-a-record")


def _read_text(text: str, delivered: DeliveredArgument) -> Patient:
    try:
        return _read_bytes(text.removeprefix(_BYTE_ORDER_MARK).encode(), delivered)
    except UnicodeEncodeError as error:  # half of a surrogate pair
        raise impossible("not-utf8") from error


def _read_bytes(data: bytes, delivered: DeliveredArgument) -> Patient:
    data = data.removeprefix(_BYTE_ORDER_MARK.encode())
    if not data.strip():
        raise impossible("nothing")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise impossible("not-utf8") from error
    if data.lstrip()[:1] == b"[" or _is_fhir(data):
        return read_fhir(data, delivered)
    own = load_text(text)
    if not isinstance(own, dict):
        raise impossible("not-a-record")
    return _read_own(own, delivered)


def _is_fhir(data: bytes) -> bool:
    if _FHIR.match(data):
        return True
    try:
        return bool(bytes(msgspec.json.decode(data, type=_Shape).resourceType))
    except (msgspec.MsgspecError, RecursionError):
        return False  # our own reader says what is wrong with it, and where


def _read_own(data: Mapping[str, object], delivered: DeliveredArgument) -> Patient:
    if not OWN_KEYS & data.keys():
        raise impossible("not-a-record")
    return read_record(data, delivered)


def _encoded(source: object) -> bytes:
    try:
        return _ENCODER.encode(source)
    except (TypeError, ValueError, RecursionError, OverflowError) as error:
        raise impossible("not-json", why=str(error)) from error
