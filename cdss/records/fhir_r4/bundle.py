"""What was sent, taken apart into resources: a Bundle of any kind, a list, or a single resource."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec import Raw

from cdss.models.impossible import impossible
from cdss.records.fhir_r4 import structs as fhir
from cdss.records.fhir_r4.resource_types import RESOURCE_TYPES
from cdss.records.report import Report

BUNDLE_TYPES: Final = frozenset({None, "collection", "searchset", "transaction", "batch", "document"})
DEEPEST: Final = 3
"""How deep a Bundle may lie in a Bundle: a batch answer holds searchsets."""


class Item(msgspec.Struct, eq=False, gc=False):
    """One resource: its bytes, what it is, and where it stood."""

    raw: Raw
    head: fhir.Head
    type: str
    full_url: str | None
    path: str
    partial: bool  # its list has a next page that was not sent
    key: int = -1  # its place among all resources
    is_ours: bool = False  # surely about the patient of the record

    @property
    def server(self) -> str | None:
        """Where its short references belong: `http://example.org/fhir/`, when its own address tells."""
        return server_of(self.full_url)


class Sent:
    """Everything that was sent: the resources, and where a reference finds each."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.set_aside: list[Item] = []  # versions that do not count, but may be about somebody else
        self._by_address: dict[str, Item] = {}
        self._by_name: dict[str, Item] = {}
        self._namesakes: dict[str, list[Item]] = {}  # the same type and id on two servers

    def find(self, reference: str | None, of: Item | None) -> Item | None:
        """The resource behind a reference in this item: relative, absolute, or `urn:uuid:`.

        A short reference belongs to the server of the resource that it stands in. Two servers may both have
        a `Medication/1`: when it cannot be told which is meant, none is.
        """
        if not reference:
            return None
        name = without_version(reference)
        server = server_of(name)
        if server is None and of is not None and not name.startswith("urn:"):
            server = of.server
            if server is not None and (found := self._by_address.get(server + name)) is not None:
                return found
        elif (found := self._by_address.get(name)) is not None:
            return found
        named = self._named(tail(name))
        if server is not None:
            named = [own for own in named if own.server is None]
        return named[0] if len(named) == 1 else None

    def keep(self, item: Item, report: Report) -> None:
        """Keep the resource, unless the same one was sent before: prefetched lists may overlap."""
        address = without_version(item.full_url) if item.full_url else None
        name = f"{item.type}/{item.head.id}" if item.head.id else None
        before = self._before(address, name)
        if before is not None and before.type == item.type != "Patient":
            if bytes(before.raw) != bytes(item.raw):
                self._keep_newest(before, item, report)
            return
        item.key = len(self.items)
        self.items.append(item)
        if address is not None:
            self._by_address.setdefault(address, item)
        if name is not None and (first := self._by_name.setdefault(name, item)) is not item:
            self._namesakes.setdefault(name, [first]).append(item)

    def _keep_newest(self, before: Item, item: Item, report: Report) -> None:
        """Of two versions of one resource the newest counts; the first when they do not say which that is."""
        if _updated(item) > _updated(before):
            before.raw, before.head, item.raw, item.head = item.raw, item.head, before.raw, before.head
            report.skip(before.path, "older")
        else:
            report.skip(item.path, "double", before.path)
        self.set_aside.append(item)

    def _before(self, address: str | None, name: str | None) -> Item | None:
        """The same resource, sent earlier: at the same address, or with the same id where one has no address."""
        if address is not None and (found := self._by_address.get(address)) is not None:
            return found
        if name is None or name not in self._by_name:
            return None
        return next((own for own in self._named(name) if not (address and own.full_url)), None)

    def _named(self, name: str) -> list[Item]:
        """Every resource of this type and id, such as `Medication/1`."""
        if name in self._namesakes:
            return self._namesakes[name]
        return [self._by_name[name]] if name in self._by_name else []


_ELEMENT: Final = re.compile(r"at `\$\.([A-Za-z]+)")
_HEAD: Final = msgspec.json.Decoder(fhir.Head)
_VERSIONED: Final = msgspec.json.Decoder(fhir.Versioned)
_BUNDLE: Final = msgspec.json.Decoder(fhir.Bundle)
_ENTRY: Final = msgspec.json.Decoder(fhir.BundleEntry)
_PARTS: Final = msgspec.json.Decoder(dict[str, Raw])
_LIST: Final = msgspec.json.Decoder(list[Raw])
_TEXT: Final = msgspec.json.Decoder(str)


def _updated(item: Item) -> datetime:
    """When this version was made; long ago when it does not say so, with its time zone."""
    try:
        meta = _VERSIONED.decode(item.raw).meta
        made = datetime.fromisoformat(meta.last_updated or "") if meta else None
    except (msgspec.ValidationError, ValueError):
        made = None
    return made if made is not None and made.tzinfo is not None else datetime.min.replace(tzinfo=UTC)


def open_sent(data: bytes, report: Report) -> Sent:
    """Every resource in a Bundle, a list, or a single one. PatientError when it is none of these."""
    sent = Sent()
    try:
        if data.lstrip()[:1] == b"[":
            for place, raw in enumerate(_LIST.decode(data)):
                _open(raw, None, str(place), sent, report, 1, partial=False)
        else:
            _open_whole(Raw(data), sent, report)
    except RecursionError as error:
        raise impossible("not-json", why="nested too deeply") from error
    except msgspec.DecodeError as error:
        raise impossible("not-json", why=str(error)) from error
    if not sent.items:  # nothing at all, or nothing that can be about a patient
        is_list = data.lstrip()[:1] == b"["
        raise impossible("empty" if not report.skipped else "not-a-record" if is_list else "no-patient")
    return sent


def _open_whole(raw: Raw, sent: Sent, report: Report) -> None:
    """Open what was sent as one object: mostly a Bundle that can be read, and then in one go."""
    try:
        bundle = _BUNDLE.decode(raw)
    except msgspec.ValidationError:
        bundle = None
    if bundle is not None and bundle.resource_type == "Bundle":
        _open_entries(bundle, "", sent, report, 0)
    else:
        _open(raw, None, "", sent, report, 0, partial=False)


def _open(
    raw: Raw, full_url: str | None, path: str, sent: Sent, report: Report, depth: int, *, partial: bool
) -> None:
    """Keep the resource, or those in it when it is a Bundle. At depth 0 it must be one of the two."""
    try:
        head = _HEAD.decode(raw)
    except msgspec.ValidationError as error:
        if depth == 0:
            raise impossible("not-a-record") from error
        report.skip(path, "unreadable", str(error))
        return
    kind = head.resource_type
    if kind == "Bundle" and depth <= DEEPEST:
        _open_bundle(raw, path, sent, report, depth)
    elif kind in RESOURCE_TYPES and kind not in ("Bundle", "OperationOutcome"):
        assert kind is not None
        own_path = f"{kind}/{head.id}" if head.id else path or kind
        sent.keep(Item(raw, head, kind, full_url, own_path, partial), report)
    elif depth == 0:
        raise impossible("wrong-resource", seen=str(kind)[:60])
    else:
        report.skip(path, "server-error" if kind == "OperationOutcome" else "unknown-type", str(kind))


def _open_bundle(raw: Raw, path: str, sent: Sent, report: Report, depth: int) -> None:
    try:
        bundle = _BUNDLE.decode(raw)
    except msgspec.ValidationError:
        bundle = _entry_by_entry(raw, path, report)
    _open_entries(bundle, path, sent, report, depth)


def _open_entries(bundle: fhir.Bundle, path: str, sent: Sent, report: Report, depth: int) -> None:
    if bundle.type not in BUNDLE_TYPES and not (depth and bundle.type == "batch-response"):
        raise impossible("wrong-bundle", path or "Bundle", seen=str(bundle.type)[:60])
    partial = any(link.relation == "next" for link in bundle.link)
    if partial:
        report.skip(path or "Bundle", "more-pages")
    before = f"{path}/entry/" if path else "entry/"
    for place, entry in enumerate(bundle.entry):
        if entry.resource is fhir.NOTHING:
            report.skip(f"{before}{place}", "no-resource")
        else:
            _open(
                entry.resource, entry.full_url, f"{before}{place}", sent, report, depth + 1, partial=partial
            )


def _entry_by_entry(raw: Raw, path: str, report: Report) -> fhir.Bundle:
    """The Bundle when something in it cannot be read: only the entry with the mistake is lost."""
    parts = _PARTS.decode(raw)
    try:
        kind = _TEXT.decode(parts["type"]) if "type" in parts else None
        links = msgspec.json.decode(parts["link"], type=tuple[fhir.Link, ...]) if "link" in parts else ()
        entries: Sequence[Raw] = _LIST.decode(parts["entry"]) if "entry" in parts else ()
    except msgspec.ValidationError as error:
        raise impossible("not-a-record", path or "Bundle") from error
    readable = []
    for place, entry in enumerate(entries):
        try:
            readable.append(_ENTRY.decode(entry))
        except msgspec.ValidationError as error:
            report.skip(f"{path}/entry/{place}" if path else f"entry/{place}", "unreadable", str(error))
            readable.append(fhir.BundleEntry())
    return fhir.Bundle(type=kind, link=links, entry=tuple(readable))


def element_of(error: msgspec.ValidationError) -> str | None:
    """The element of a resource that could not be read: `birthDate`."""
    match = _ELEMENT.search(str(error))
    return match[1] if match else None


def without_version(reference: str) -> str:
    """The reference without `/_history/...`, which names a version of the same resource."""
    return reference.partition("/_history/")[0]


def server_of(address: str | None) -> str | None:
    """The server in a full address: `http://example.org/fhir/` of `http://example.org/fhir/Patient/1`."""
    if not address or "://" not in address:
        return None
    return without_version(address).rsplit("/", 2)[0] + "/"


def tail(reference: str) -> str:
    """The last two parts of an address: `Patient/1` of `https://example.org/fhir/Patient/1`."""
    return "/".join(reference.rsplit("/", 2)[-2:])
