"""The parts of FHIR R4 resources that we read, as msgspec structs: everything else is passed over unread.

Strict models refuse real Dutch data and are ten times slower. Numbers stay raw bytes until somebody wants
one, so that no decimal passes through a float, and a number that was sent as text can be told.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw

NOTHING: Final = Raw(b"")
"""An element that was not sent."""


class Part(msgspec.Struct, rename="camel", gc=False):
    """Any element; in JSON its names are written in camel case."""


class Coding(Part):
    system: str | None = None
    code: str | None = None
    extension: tuple[Extension, ...] = ()


class Concept(Part):
    coding: tuple[Coding, ...] = ()
    text: str | None = None


class Identifier(Part):
    system: str | None = None
    value: str | None = None


class Reference(Part):
    reference: str | None = None
    type: str | None = None
    identifier: Identifier | None = None


class Period(Part):
    start: str | None = None
    end: str | None = None
    extension: tuple[Extension, ...] = ()


class Quantity(Part):
    value: Raw = NOTHING
    comparator: str | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None


class Extension(Part):
    url: str | None = None
    value_boolean: bool | None = None
    value_decimal: Raw = NOTHING
    value_date_time: str | None = None
    value_identifier: Identifier | None = None
    value_codeable_concept: Concept | None = None
    value_period: Period | None = None
    value_duration: Quantity | None = None


class Range(Part):
    low: Quantity | None = None
    high: Quantity | None = None


class Ratio(Part):
    numerator: Quantity | None = None
    denominator: Quantity | None = None


class Meta(Part):
    profile: tuple[str, ...] = ()
    last_updated: str | None = None


class Versioned(Part):
    """When a version of a resource was made."""

    meta: Meta | None = None


class Head(Part):
    """What we look at in every resource, of whatever type: what it is, and whom it is about."""

    resource_type: str | None = None
    id: str | None = None
    subject: Raw = NOTHING
    patient: Raw = NOTHING
    beneficiary: Raw = NOTHING
    for_: Raw = msgspec.field(default=NOTHING, name="for")
    contained: Raw = NOTHING


class Link(Part):
    relation: str | None = None


class BundleEntry(Part):
    full_url: str | None = None
    resource: Raw = NOTHING


class Bundle(Part):
    resource_type: str | None = None
    type: str | None = None
    link: tuple[Link, ...] = ()
    entry: tuple[BundleEntry, ...] = ()


class Resource(Part):
    """What every resource that we use has."""

    id: str | None = None
    modifier_extension: tuple[Extension, ...] = ()
    status: str | None = None


class Patient(Part):
    id: str | None = None
    identifier: tuple[Identifier, ...] = ()
    modifier_extension: tuple[Extension, ...] = ()
    birth_date: str | None = None
    gender: str | None = None
    deceased_boolean: bool | None = None
    deceased_date_time: str | None = None


class Condition(Resource):
    encounter: Reference | None = None
    clinical_status: Concept | None = None
    verification_status: Concept | None = None
    code: Concept | None = None
    body_site: tuple[Concept, ...] = ()
    onset_date_time: str | None = None
    onset_period: Period | None = None
    onset_age: Quantity | None = None
    onset_string: Raw = NOTHING
    onset_range: Raw = NOTHING
    abatement_date_time: str | None = None
    abatement_period: Period | None = None
    abatement_age: Quantity | None = None
    abatement_string: str | None = None
    abatement_range: Raw = NOTHING
    recorded_date: str | None = None


class Flag(Resource):
    code: Concept | None = None
    period: Period | None = None


class Component(Part):
    modifier_extension: tuple[Extension, ...] = ()
    code: Concept | None = None
    value_quantity: Quantity | None = None
    value_integer: Raw = NOTHING
    value_boolean: bool | None = None
    value_codeable_concept: Concept | None = None
    value_date_time: str | None = None
    value_string: str | None = None
    value_range: Raw = NOTHING
    value_ratio: Raw = NOTHING
    value_sampled_data: Raw = NOTHING
    value_time: Raw = NOTHING
    value_period: Raw = NOTHING
    data_absent_reason: Concept | None = None


class Observation(Resource):
    focus: tuple[Reference, ...] = ()
    encounter: Reference | None = None
    code: Concept | None = None
    body_site: Concept | None = None
    effective_date_time: str | None = None
    effective_instant: str | None = None
    effective_period: Period | None = None
    effective_timing: Raw = NOTHING
    value_quantity: Quantity | None = None
    value_integer: Raw = NOTHING
    value_boolean: bool | None = None
    value_codeable_concept: Concept | None = None
    value_date_time: str | None = None
    value_string: str | None = None
    value_range: Raw = NOTHING
    value_ratio: Raw = NOTHING
    value_sampled_data: Raw = NOTHING
    value_time: Raw = NOTHING
    value_period: Raw = NOTHING
    data_absent_reason: Concept | None = None
    component: tuple[Component, ...] = ()
    has_member: tuple[Reference, ...] = ()


class Procedure(Resource):
    encounter: Reference | None = None
    code: Concept | None = None
    body_site: tuple[Concept, ...] = ()
    performed_date_time: str | None = None
    performed_period: Period | None = None
    performed_age: Quantity | None = None
    performed_string: Raw = NOTHING
    performed_range: Raw = NOTHING


class Allergy(Resource):
    clinical_status: Concept | None = None
    verification_status: Concept | None = None
    type: str | None = None
    code: Concept | None = None
    onset_date_time: str | None = None
    onset_period: Period | None = None
    onset_age: Quantity | None = None
    recorded_date: str | None = None
    reaction: tuple[Reaction, ...] = ()


class Reaction(Part):
    substance: Concept | None = None


class Answer(Part):
    value_integer: Raw = NOTHING
    value_decimal: Raw = NOTHING
    value_boolean: bool | None = None
    value_string: str | None = None
    value_coding: Coding | None = None
    value_quantity: Quantity | None = None
    item: tuple[Item, ...] = ()


class Item(Part):
    modifier_extension: tuple[Extension, ...] = ()
    link_id: str | None = None
    answer: tuple[Answer, ...] = ()
    item: tuple[Item, ...] = ()


class Questionnaire(Resource):
    questionnaire: str | None = None
    encounter: Reference | None = None
    authored: str | None = None
    item: tuple[Item, ...] = ()


class Participant(Part):
    individual: Reference | None = None


class EncounterDiagnosis(Part):
    condition: Reference | None = None


class Encounter(Resource):
    class_: Coding | None = msgspec.field(default=None, name="class")
    period: Period | None = None
    participant: tuple[Participant, ...] = ()
    service_type: Concept | None = None
    service_provider: Reference | None = None
    reason_code: tuple[Concept, ...] = ()
    reason_reference: tuple[Reference, ...] = ()
    diagnosis: tuple[EncounterDiagnosis, ...] = ()
    episode_of_care: tuple[Reference, ...] = ()


class Episode(Resource):
    diagnosis: tuple[EncounterDiagnosis, ...] = ()
    period: Period | None = None


class ServiceRequest(Resource):
    intent: str | None = None
    do_not_perform: bool | None = None
    code: Concept | None = None
    authored_on: str | None = None
    performer_type: Concept | None = None
    performer: tuple[Reference, ...] = ()
    encounter: Reference | None = None


class DocumentContext(Part):
    period: Period | None = None
    practice_setting: Concept | None = None


class Document(Resource):
    doc_status: str | None = None
    type: Concept | None = None
    date: str | None = None
    author: tuple[Reference, ...] = ()
    context: DocumentContext | None = None


class Diagnostics(Resource):
    code: Concept | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None
    performer: tuple[Reference, ...] = ()


class Role(Part):
    """A PractitionerRole or Practitioner: of which discipline somebody is."""

    specialty: tuple[Concept, ...] = ()
    code: tuple[Concept, ...] = ()


class Ingredient(Part):
    is_active: bool | None = None
    strength: Ratio | None = None


class Medication(Part):
    modifier_extension: tuple[Extension, ...] = ()
    code: Concept | None = None
    ingredient: tuple[Ingredient, ...] = ()


class Repeat(Part):
    bounds_period: Period | None = None
    count: Raw = NOTHING
    frequency: Raw = NOTHING
    frequency_max: Raw = NOTHING
    period: Raw = NOTHING
    period_max: Raw = NOTHING
    period_unit: str | None = None
    day_of_week: tuple[str, ...] = ()
    time_of_day: tuple[str, ...] = ()
    when: tuple[str, ...] = ()


class Timing(Part):
    modifier_extension: tuple[Extension, ...] = ()
    event: tuple[str, ...] = ()
    repeat: Repeat | None = None
    code: Concept | None = None


class DoseAndRate(Part):
    dose_quantity: Quantity | None = None
    dose_range: Range | None = None


class Dosage(Part):
    modifier_extension: tuple[Extension, ...] = ()
    sequence: int | None = None
    additional_instruction: tuple[Concept, ...] = ()
    timing: Timing | None = None
    as_needed_boolean: bool | None = None
    as_needed_codeable_concept: Concept | None = None
    dose_and_rate: tuple[DoseAndRate, ...] = ()


class DispenseRequest(Part):
    quantity: Quantity | None = None
    number_of_repeats_allowed: Raw = NOTHING
    expected_supply_duration: Quantity | None = None


class Drug(Resource):
    """What the four medication resources share."""

    meta: Meta | None = None
    identifier: tuple[Identifier, ...] = ()
    extension: tuple[Extension, ...] = ()
    medication_codeable_concept: Concept | None = None
    medication_reference: Reference | None = None
    contained: Raw = NOTHING


class MedicationRequest(Drug):
    encounter: Reference | None = None
    intent: str | None = None
    do_not_perform: bool | None = None
    reported_boolean: bool | None = None
    category: tuple[Concept, ...] = ()
    authored_on: str | None = None
    status_reason: Concept | None = None
    reason_code: tuple[Concept, ...] = ()
    reason_reference: tuple[Reference, ...] = ()
    dosage_instruction: tuple[Dosage, ...] = ()
    dispense_request: DispenseRequest | None = None


class MedicationDispense(Drug):
    category: Concept | None = None
    quantity: Quantity | None = None
    days_supply: Quantity | None = None
    when_handed_over: str | None = None
    dosage_instruction: tuple[Dosage, ...] = ()


class MedicationStatement(Drug):
    category: Concept | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None
    date_asserted: str | None = None
    status_reason: tuple[Concept, ...] = ()
    reason_code: tuple[Concept, ...] = ()


class AdministeredDose(Part):
    dose: Quantity | None = None


class MedicationAdministration(Drug):
    dosage: AdministeredDose | None = None
    effective_date_time: str | None = None
    effective_period: Period | None = None
