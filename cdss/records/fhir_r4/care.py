"""Contacts, stays, care episodes, referrals and documents of FHIR R4 as records."""

from __future__ import annotations

from typing import Final

from cdss.records.fhir_r4 import structs as fhir
from cdss.records.fhir_r4.reading import Reading, short_id
from cdss.records.fhir_r4.values import Place, codes, day, end_of, first_day, recorded, start_of
from cdss.records.fhir_r4.words import LETTERS

STAYS: Final = frozenset({"IMP", "ACUTE", "NONAC", "SS"})
"""Kinds of encounter in which the patient stays in the hospital."""

GOING_ON: Final = frozenset({"in-progress", "arrived", "triaged", "onleave"})


def link_episode(reading: Reading, episode: fhir.Episode, place: Place) -> None:
    """Remember to which problems a care episode belongs; of two, one that goes on counts."""
    name = episode.id or place.path
    for diagnosis in episode.diagnosis:
        key = reading.key_of(diagnosis.condition)
        if key is None:
            continue
        before = reading.episodes.get(key)
        if before is None or (episode.status == "active" and before.status != "active"):
            reading.episodes[key], reading.episode_of[key] = episode, name


def read_encounter(reading: Reading, encounter: fhir.Encounter, place: Place) -> None:
    """A contact, or a stay in the hospital when the patient was admitted."""
    episode = next((own for own in map(short_id, encounter.episode_of_care) if own), None)
    if episode is None:
        episode = reading.episode(diagnosis.condition for diagnosis in encounter.diagnosis)
    if episode is not None:
        reading.episode_of[reading.key] = episode
    start = day(start_of(encounter.period), "period", place)
    if encounter.class_ is not None and encounter.class_.code in STAYS:
        end = day(end_of(encounter.period), "period", place)
        if start is None or (end is None and encounter.status not in GOING_ON):
            place.skip("stay-end")
        else:
            reading.add("stays", place, start, (), recorded(from_=start, until=end, kind="hospital"))
        return
    people = [participant.individual for participant in encounter.participant]
    fields = recorded(
        discipline=reading.discipline([encounter.service_type], people),
        organisation=short_id(encounter.service_provider),
        episode=episode,
    )
    reasons = [*encounter.reason_reference, *(diagnosis.condition for diagnosis in encounter.diagnosis)]
    found = dict.fromkeys(codes(encounter.reason_code, place))
    for reason in reasons:
        found |= dict.fromkeys(reading.codes_of_problem(reason, place))
    reading.add("contacts", place, start, tuple(found), fields)


def read_service_request(reading: Reading, request: fhir.ServiceRequest, place: Place) -> None:
    """A referral, or a requested test. A draft or a plan has not been asked of anybody yet."""
    if request.intent in ("proposal", "plan", "option"):
        place.skip("status", request.intent)
        return
    fields = recorded(
        to=reading.discipline([request.performer_type], request.performer),
        episode=reading.episode([request.encounter]),
    )
    on = day(request.authored_on, "authoredOn", place)
    reading.add("referrals", place, on, codes([request.code], place), fields)


def read_document(reading: Reading, document: fhir.Document, place: Place) -> None:
    """A letter, by its date and where it comes from; what is in it is never read."""
    if document.doc_status == "entered-in-error":
        place.skip("status", document.doc_status)
        return
    context = document.context
    on = first_day(
        place,
        (document.date, "date"),
        (start_of(context.period) if context else None, "context.period"),
    )
    kinds = codes([document.type], place)
    fields = recorded(
        from_=reading.discipline([context.practice_setting if context else None], document.author),
        kind="letter" if LETTERS & set(kinds) else None,
    )
    reading.add("documents", place, on, kinds, fields)


def read_diagnostics(reading: Reading, report: fhir.Diagnostics, place: Place) -> None:
    """A report of imaging or laboratory: named, not read. Its measurements are resources of their own."""
    on = first_day(
        place,
        (report.effective_date_time, "effectiveDateTime"),
        (start_of(report.effective_period), "effectivePeriod"),
    )
    fields = recorded(from_=reading.discipline([], report.performer), kind="report")
    reading.add("documents", place, on, codes([report.code], place), fields)
