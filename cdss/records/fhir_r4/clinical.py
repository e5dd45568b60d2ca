"""Conditions, measurements, procedures, allergies and questionnaires of FHIR R4 as records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from msgspec import Raw

from cdss.models.patient import Days, FieldValue
from cdss.records.fhir_r4 import structs as fhir
from cdss.records.fhir_r4.reading import Reading
from cdss.records.fhir_r4.values import (
    Place,
    at_age,
    code_words,
    codes,
    day,
    end_of,
    first_day,
    number,
    recorded,
    start_of,
    unit_of,
)
from cdss.records.fhir_r4.words import REFUTED, SCAN_SITE_OF, SITE_OF, site_of

ACTIVE: Final = frozenset({"active", "recurrence", "relapse"})
OVER: Final = frozenset({"inactive", "remission", "resolved"})

NOT_MEASURED: Final = frozenset(
    {"unknown", "asked-unknown", "temp-unknown", "not-asked", "asked-declined", "not-applicable"}
    | {"not-performed", "not-permitted"}
)
"""Reasons for an absent value that say there is no result. With any other there is one; we cannot see it."""

COMPARATORS: Final = frozenset({"<", "<=", ">=", ">"})
_ORDINALS: Final = ("/ordinalValue", "/iso21090-CO-value")
_WORD: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")


def _is_refuted(status: fhir.Concept | None, place: Place) -> bool:
    if status is None:
        return False
    found = next((word for word in code_words(status) if word in REFUTED), None)
    if found is not None:
        place.skip("status", found)
    return found is not None


def read_condition(reading: Reading, condition: fhir.Condition, place: Place) -> None:
    """A condition; one that is part of a care episode of the GP has the date on which it was reported."""
    if _is_refuted(condition.verification_status, place):
        return
    own_codes = codes([condition.code], place)
    if not own_codes:
        place.skip("no-code")
        return
    onset = first_day(
        place,
        (condition.onset_date_time, "onsetDateTime"),
        (start_of(condition.onset_period), "onsetPeriod"),
    ) or at_age(condition.onset_age, reading.birth, "onsetAge", place)
    if onset is None and (bytes(condition.onset_string) or bytes(condition.onset_range)):
        place.skip("date", "onset")
    key = reading.key
    care = reading.episodes.get(key)
    is_event = onset is not None and key not in reading.episode_of and not _of_the_gp(own_codes)
    active, until = _is_active(condition), _abatement(condition, reading.birth, place)
    if active is None and care is not None:  # the problem itself does not say; its care episode may
        active = {"active": True, "finished": False}.get(care.status or "")
        if active is False and until is None:
            until = day(end_of(care.period), "EpisodeOfCare.period", place)
    fields = recorded(
        until=until,
        active=active,
        site=site_of(own_codes, SITE_OF) or site_of(codes(condition.body_site, place), SITE_OF),
        date_kind="event" if is_event else "reported",
        episode=reading.episode_of.get(key) or reading.episode([condition.encounter]),
    )
    on = onset or first_day(
        place,
        (start_of(care.period) if care else None, "EpisodeOfCare.period"),
        (condition.recorded_date, "recordedDate"),
    )
    reading.add("conditions", place, on, own_codes, fields)


def _of_the_gp(codes: Iterable[str]) -> bool:
    return any(code.startswith("icpc-1:") for code in codes)


def _abatement(condition: fhir.Condition, birth: Days | None, place: Place) -> Days | None:
    return first_day(
        place,
        (condition.abatement_date_time, "abatementDateTime"),
        (end_of(condition.abatement_period), "abatementPeriod"),
    ) or at_age(condition.abatement_age, birth, "abatementAge", place)


def _is_active(condition: fhir.Condition) -> bool | None:
    words = code_words(condition.clinical_status)
    if not ACTIVE.isdisjoint(words):
        return True
    is_over = (
        not OVER.isdisjoint(words)
        or condition.abatement_date_time is not None
        or condition.abatement_period is not None
        or condition.abatement_age is not None
        or condition.abatement_string is not None
        or bool(bytes(condition.abatement_range))
    )
    return False if is_over else None


def read_flag(reading: Reading, flag: fhir.Flag, place: Place) -> None:
    """A contra-indication of the G-Standaard, which Dutch systems send as a Flag; others are not ours."""
    own_codes = tuple(code for code in codes([flag.code], place) if code.startswith("gs-40:"))
    if own_codes:
        fields = recorded(
            until=day(end_of(flag.period), "period", place),
            active={"active": True, "inactive": False}.get(flag.status or ""),
        )
        reading.add("conditions", place, day(start_of(flag.period), "period", place), own_codes, fields)


def read_observation(reading: Reading, observation: fhir.Observation, place: Place) -> None:
    """A measurement; each component of a panel is one of its own, on the same day."""
    for focus in observation.focus:  # a child before birth, a donor, a partner, a device
        item = reading.find(focus)
        if item is None or item.type != "Patient":
            place.skip("focus", focus.reference or "")
            return
    on = first_day(
        place,
        (observation.effective_date_time, "effectiveDateTime"),
        (observation.effective_instant, "effectiveInstant"),
        (start_of(observation.effective_period) or end_of(observation.effective_period), "effectivePeriod"),
    )
    if on is None and bytes(observation.effective_timing):
        place.skip("date", "effectiveTiming")
    shared: dict[str, FieldValue] = {}
    if observation.body_site is not None or observation.encounter is not None:
        shared = recorded(
            site=site_of(codes([observation.body_site], place), SCAN_SITE_OF),
            episode=reading.episode([observation.encounter]),
        )
    for component in observation.component:
        if component.modifier_extension:
            place.skip("modifier", component.modifier_extension[0].url or "")
        else:
            _add_measurement(reading, component, on, shared, place)
    is_panel = bool(observation.component or observation.has_member)
    _add_measurement(reading, observation, on, shared, place, needs_value=is_panel)


def _add_measurement(
    reading: Reading,
    measured: fhir.Observation | fhir.Component,
    on: Days | None,
    shared: dict[str, FieldValue],
    place: Place,
    *,
    needs_value: bool = False,
) -> None:
    """Add one result. `needs_value`: without one it is only the heading of a panel."""
    fields = _measured(measured, place)
    if fields is None and needs_value:
        return
    own_codes = codes([measured.code], place)
    if not own_codes:
        place.skip("no-code")
        return
    if fields is None:
        absent = code_words(measured.data_absent_reason)
        if any(word in NOT_MEASURED for word in absent):
            place.skip("not-measured", absent[0])
            return
        fields = {}
    # Without a value the record stays: an older one must not pass for the latest (language §4).
    reading.add("observations", place, on, own_codes, fields | shared if shared else fields)


def _measured(measured: fhir.Observation | fhir.Component, place: Place) -> dict[str, FieldValue] | None:
    """The result; empty, and told, when it is of a kind that we do not read. None when none was sent."""
    quantity = measured.value_quantity
    if quantity is not None:
        value, unit = number(quantity.value, "valueQuantity", place), unit_of(quantity)
        if quantity.comparator is None:
            return recorded(value=value, unit=unit)
        if quantity.comparator in COMPARATORS:
            return recorded(comparator=quantity.comparator, bound=value, unit=unit)
    if bytes(measured.value_integer):
        return recorded(value=number(measured.value_integer, "valueInteger", place))
    if measured.value_boolean is not None:
        return recorded(value=measured.value_boolean)
    if measured.value_codeable_concept is not None:
        found = codes([measured.value_codeable_concept], place)
        ours = (code for code in found if "|" not in code)
        return recorded(value=next(ours, found[0] if found else None))
    if measured.value_date_time is not None:
        return recorded(value=day(measured.value_date_time, "valueDateTime", place))
    if quantity is None and measured.value_string is None and not any(map(bytes, _other_values(measured))):
        return None
    place.once("value-kind", " ".join(code_words(measured.code)))
    return {}


def _other_values(measured: fhir.Observation | fhir.Component) -> tuple[Raw, ...]:
    return (
        measured.value_range,
        measured.value_ratio,
        measured.value_sampled_data,
        measured.value_time,
        measured.value_period,
    )


def read_procedure(reading: Reading, procedure: fhir.Procedure, place: Place) -> None:
    """A procedure that was done."""
    own_codes = codes([procedure.code], place)
    if not own_codes:
        place.skip("no-code")
        return
    on = first_day(
        place,
        (procedure.performed_date_time, "performedDateTime"),
        (start_of(procedure.performed_period) or end_of(procedure.performed_period), "performedPeriod"),
    ) or at_age(procedure.performed_age, reading.birth, "performedAge", place)
    if on is None and (bytes(procedure.performed_string) or bytes(procedure.performed_range)):
        place.skip("date", "performed")
    fields = recorded(
        site=site_of(codes(procedure.body_site, place), SCAN_SITE_OF),
        episode=reading.episode([procedure.encounter]),
    )
    reading.add("procedures", place, on, own_codes, fields)


def read_allergy(reading: Reading, allergy: fhir.Allergy, place: Place) -> None:
    """An allergy or intolerance that still holds; the code says for what."""
    if _is_refuted(allergy.verification_status, place):
        return
    over = next((word for word in code_words(allergy.clinical_status) if word in OVER), None)
    if over is not None:
        place.skip("status", over)
        return
    own_codes = codes([allergy.code, *(reaction.substance for reaction in allergy.reaction)], place)
    if not own_codes:
        place.skip("no-code")
        return
    on = first_day(
        place,
        (allergy.onset_date_time, "onsetDateTime"),
        (start_of(allergy.onset_period), "onsetPeriod"),
        (allergy.recorded_date, "recordedDate"),
    ) or at_age(allergy.onset_age, reading.birth, "onsetAge", place)
    reaction = allergy.type if allergy.type in ("allergy", "intolerance") else None
    reading.add("allergies", place, on, own_codes, recorded(reaction=reaction))


def read_questionnaire(reading: Reading, form: fhir.Questionnaire, place: Place) -> None:
    """A filled-in questionnaire, by the last part of its address: `.../start_back|1.0` is `start_back`."""
    address = (form.questionnaire or "").partition("|")[0].rstrip("/")
    name = re.sub(r"[^a-z0-9_]", "_", address.rpartition("/")[2].casefold()).strip("_")
    if not name or address.startswith("#"):
        place.skip("no-name")
        return
    items: dict[str, Any] = {}
    _gather(form.item, items, place)
    fields = recorded(name=name, episode=reading.episode([form.encounter]))
    reading.add("questionnaires", place, day(form.authored, "authored", place), (), fields, items)


def _gather(questions: Sequence[fhir.Item], items: dict[str, Any], place: Place) -> None:
    """The answer to every question, also of those under a group or under another answer."""
    for question in questions:
        if question.link_id is not None and question.answer:
            items[question.link_id] = _only_answer(question, question.link_id, items, place)
        _gather(question.item, items, place)
        for answer in question.answer:
            _gather(answer.item, items, place)


def _only_answer(
    question: fhir.Item, link_id: str, items: Mapping[str, Any], place: Place
) -> str | bool | Decimal | None:
    """The answer to a question; None, and told, when there are several or it cannot be read."""
    if question.modifier_extension:
        place.skip("modifier", question.modifier_extension[0].url or "")
    elif len(question.answer) > 1 or link_id in items:
        place.skip("many-answers", link_id)
    else:
        value = _answer(question.answer[0], place)
        if value is None:
            place.skip("answer", link_id)
        return value
    return None


def _answer(answer: fhir.Answer, place: Place) -> str | bool | Decimal | None:
    numbers: Iterable[Raw] = (answer.value_integer, answer.value_decimal)
    quantity = answer.value_quantity
    if quantity is not None and quantity.comparator is not None:
        return None  # below 3 is not 3
    for raw in (*numbers, *((quantity.value,) if quantity else ())):
        if bytes(raw):
            return number(raw, "answer", place)
    if answer.value_boolean is not None:
        return answer.value_boolean
    if answer.value_coding is not None:
        return _choice(answer.value_coding, place)
    text = (answer.value_string or "").strip()
    return text if _WORD.fullmatch(text) else None


def _choice(coding: fhir.Coding, place: Place) -> str | Decimal | None:
    """The word that was chosen; when it is no word (a LOINC answer), the number that it stands for."""
    if coding.code is not None and _WORD.fullmatch(coding.code):
        return Decimal(coding.code) if coding.code.isdecimal() else coding.code
    for extension in coding.extension:
        if (extension.url or "").endswith(_ORDINALS) and bytes(extension.value_decimal):
            return number(extension.value_decimal, "ordinalValue", place)
    return coding.code or None
