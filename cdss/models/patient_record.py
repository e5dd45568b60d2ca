"""The patient record as JSON (design §6): what may stand where, checked when it comes in.

These models know form only: keys, closed words, numbers, days that exist. What a code or a unit means is for
who reads them (`cdss.records`). Unknown keys are refused, except under `x`, which is ignored. The committed
`schema/patient.schema.json` is made from these models by `patient_schema`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator
from typing_extensions import TypeAliasType

from cdss.errors import ReadingError
from cdss.models.patient import FieldValue
from cdss.models.record_types import Age, Code, FactName, Item, Number, Text, Value, When, Word, YesNo

# fmt: off
_Bone = Literal[
    "skull", "face", "nose", "sternum", "rib", "spine-cervical", "spine-thoracic", "spine-lumbar", "clavicle",
    "scapula", "humerus", "olecranon", "radius", "distal-radius", "forearm", "wrist", "carpus", "metacarpal",
    "finger", "pelvis", "acetabulum", "hip", "femur", "patella", "tibia-plateau", "tibia", "fibula", "ankle",
    "calcaneus", "talus", "tarsus", "metatarsal", "toe",
]
Label = Literal[
    "non_specific", "disc_radicular", "degeneration", "si_pelvis", "malalignment", "muscle_fascia",
    "psychological", "inflammatory", "fracture", "other",
]
StopReason = Literal["planned_end", "side_effect", "contraindication", "own_choice", "switch", "other"]
ListName = Literal[
    "conditions", "prescriptions", "dispensings", "administrations", "agreements", "observations",
    "procedures", "allergies", "stays", "contacts", "referrals", "documents", "questionnaires", "decisions",
    "goals",
]
# fmt: on
DeliveredName = Literal[ListName, "answers"]
Site = TypeAliasType("Site", _Bone)
ScanSite = Literal["femoral-neck", "lumbar-spine"]
Cause = Literal["low_energy", "high_energy", "tumour", "spontaneous", "unclear"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    x: Any = Field(default=None, description="Anything of your own; it is ignored.")


class Entry(_Part):
    """One dated entry of a list."""

    meaning: ClassVar[frozenset[str]] = frozenset()
    """Fields that say what the entry is. Without them, or with a wrong one, the entry is skipped; any other
    field that cannot be read counts as not recorded."""

    on: When | None = Field(default=None, description="The day it happened; may be a month or a year.")
    patient: Text | None = Field(default=None, description="Whom it is about: the id of this record.")


class MayBeCoded(Entry):
    """An entry that may have codes."""

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["codes", "code"]}})

    codes: list[Code] = Field(default=[], description="Each as system:code.")
    code: Code = Field(default="", description="Instead of codes with one entry.")

    @model_validator(mode="after")
    def _codes_or_code(self) -> Self:
        if {"codes", "code"} <= self.model_fields_set:
            raise ReadingError(
                {"nl": "Geef codes of code, niet beide.", "en": "Give codes or code, not both."}
            )
        return self


class Coded(Entry):
    """An entry that has at least one code."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["codes"]}, {"required": ["code"]}]})
    meaning: ClassVar[frozenset[str]] = frozenset({"codes", "code"})

    codes: list[Code] = Field(default=[], min_length=1, description="Each as system:code.")
    code: Code = Field(default="", description="Instead of codes with one entry.")

    @model_validator(mode="after")
    def _codes_or_code(self) -> Self:
        if len({"codes", "code"} & self.model_fields_set) != 1:
            raise ReadingError(
                {
                    "nl": "Geef codes of code (niet beide), elk als stelsel:code.",
                    "en": "Give codes or code (not both), each as system:code.",
                }
            )
        return self


class Condition(Coded):
    """A problem, diagnosis or care episode. A contra-indication of the G-Standaard is `gs-40:<number>`."""

    until: When | None = None
    active: YesNo | None = None
    site: Site | None = Field(default=None, description="Of a fracture: which bone.")
    cause: Cause | None = Field(default=None, description="Of a fracture: how it happened.")
    date_kind: Literal["event", "reported", "letter"] | None = Field(
        default=None,
        description="What `on` is. A Dutch GP episode starts when the patient first reports it: reported.",
    )
    episode: Text | None = None


class Drug(Coded):
    """An entry about a drug."""

    display: Text | None = Field(
        default=None, description="How the sender calls the drug. Only shown to people, never read."
    )


class Prescription(Drug):
    """A prescription (voorschrift). `proposed` marks a draft order."""

    meaning: ClassVar[frozenset[str]] = Coded.meaning | {"proposed"}

    strength: Text | None = None
    quantity: Number | None = Field(default=None, description="How many units; not grams or millilitres.")
    usage: Text | None = Field(default=None, description="`nhg-25:1W1T`, or words such as `1 per week`.")
    days_supply: Number | None = None
    repeats: Number | None = None
    indication: Code | None = None
    until: When | None = None
    active: YesNo | None = None
    stop_on: When | None = None
    stop_reason: StopReason | None = None
    prescriber: Literal["own", "other", "all"] | None = None
    proposed: YesNo | None = None
    episode: Text | None = None


class Dispensing(Drug):
    """A dispensing (verstrekking). A return, or a negative quantity, cancels the newest that matches."""

    meaning: ClassVar[frozenset[str]] = Coded.meaning | {"kind"}

    strength: Text | None = None
    quantity: Number | None = Field(default=None, description="How many units; not grams or millilitres.")
    usage: Text | None = Field(default=None, description="`nhg-25:1W1T`, or words such as `1 per week`.")
    days_supply: Number | None = None
    kind: Literal["normal", "return"] | None = None


class Administration(Drug):
    """A drug that was given, such as an injection or infusion."""

    strength: Text | None = None
    quantity: Number | None = Field(default=None, description="How many units; not grams or millilitres.")


class Agreement(Coded):
    """A medication agreement: a start, a stop, or the statement that a drug is not used.

    `on` is the day it was made, `from` the day it works, `until` the first day it no longer does.
    """

    meaning: ClassVar[frozenset[str]] = Coded.meaning | {"kind", "stop_type", "from", "until"}

    kind: Literal["start", "stop", "not_used"]
    from_: When | None = Field(default=None, alias="from")
    until: When | None = None
    stop_type: Literal["definitive", "temporary", "cancelled"] | None = None
    reason: StopReason | None = None
    treatment: Text | None = Field(default=None, description="What the agreements of one treatment share.")
    strength: Text | None = None


class Observation(Coded):
    """A measurement. Braces in a unit count as nothing: `{T-score}` is `1`."""

    value: Value | None = None
    unit: Annotated[str, StringConstraints(max_length=60)] | None = None
    comparator: Literal["<", "<=", ">=", ">"] | None = Field(
        default=None, description="For a result such as `> 90`, with the number as `bound` or as `value`."
    )
    bound: Number | None = None
    site: Site | ScanSite | None = None
    episode: Text | None = None


class Procedure(Coded):
    """A procedure that was done: an operation, a scan."""

    site: Site | ScanSite | None = None
    episode: Text | None = None


class Allergy(Coded):
    """An allergy or intolerance; the code says for what."""

    reaction: Word | None = None


class Stay(Entry):
    """Days in a hospital, nursing home or rehabilitation centre; `until` is the day of leaving."""

    meaning: ClassVar[frozenset[str]] = frozenset({"kind", "from", "until"})

    from_: When = Field(alias="from")
    until: When | None = None
    kind: Literal["hospital", "nursing_home", "rehabilitation"]


class Contact(MayBeCoded):
    """A contact with a care provider; `label` is the explanation that the patient was given."""

    meaning: ClassVar[frozenset[str]] = frozenset({"codes", "code", "confirmed"})

    discipline: Word | None = None
    organisation: Text | None = None
    label: Label | None = None
    episode: Text | None = None
    confirmed: YesNo | None = None


class Referral(MayBeCoded):
    """A referral, or (with codes) a requested test."""

    meaning: ClassVar[frozenset[str]] = frozenset({"codes", "code"})

    to: Word | None = None
    accepted_on: When | None = None
    first_seen_on: When | None = None
    until: When | None = None
    episode: Text | None = None


class Document(MayBeCoded):
    """A letter or report. Documents are never read, only named."""

    from_: Word | None = Field(default=None, alias="from")
    kind: Word | None = None


class Questionnaire(Entry):
    """One filled-in questionnaire: the answers by item, or totals."""

    meaning: ClassVar[frozenset[str]] = frozenset({"name", "items", "totals"})

    name: Word
    items: dict[str, Item | None] = {}
    totals: dict[Word, Number] = Field(default={}, json_schema_extra={"additionalProperties": False})
    episode: Text | None = None


class Decision(Entry):
    """What was decided about an action; `choice` as language §9, or the id of an option."""

    meaning: ClassVar[frozenset[str]] = frozenset({"on", "action", "choice", "until"})

    on: When
    action: Word
    choice: Word
    together: YesNo | None = None
    until: When | None = None


class Goal(Entry):
    """What the patient wants to work on."""

    meaning: ClassVar[frozenset[str]] = frozenset({"domain"})

    domain: Literal["body", "mind", "social", "societal"]
    priority: Number | None = None


class GivenAnswer(_Part):
    """What somebody answered to a fact. `value: null` means: asked, and not known."""

    value: Any
    on: When | None = None


class DeliveredPeriod(_Part):
    """For which days a list is complete: `{}` is for ever. Reach `own`: this practice or pharmacy only."""

    from_: When | None = Field(default=None, alias="from")
    until: When | None = Field(default=None, description="The first day that is not covered any more.")
    reach: Literal["own", "all"] = "all"


class PatientRecord(_Part):
    """Everything we are told about one patient. A list that is not under `delivered` may be incomplete."""

    model_config = ConfigDict(
        title="Patient record",
        json_schema_extra={
            "not": {
                "required": ["birth_date", "age"],
                "properties": {"birth_date": {"type": "string"}, "age": {"type": ["integer", "string"]}},
            }
        },
    )

    id: Text | None = None
    birth_date: When | None = Field(default=None, description="May be a year or a month: 1954, 1954-03.")
    age: Age | None = Field(default=None, description="In completed years, instead of a birth date.")
    sex: Literal["female", "male", "other", "unknown"] | None = None
    deceased_on: When | None = None
    deregistered_on: When | None = None
    coordinator: Text | None = None
    delivered: dict[DeliveredName, DeliveredPeriod | None] = {}
    conditions: list[Condition] = []
    prescriptions: list[Prescription] = []
    dispensings: list[Dispensing] = []
    administrations: list[Administration] = []
    agreements: list[Agreement] = []
    observations: list[Observation] = []
    procedures: list[Procedure] = []
    allergies: list[Allergy] = []
    stays: list[Stay] = []
    contacts: list[Contact] = []
    referrals: list[Referral] = []
    documents: list[Document] = []
    questionnaires: list[Questionnaire] = []
    answers: dict[FactName, GivenAnswer] = Field(
        default={}, json_schema_extra={"additionalProperties": False}
    )
    decisions: list[Decision] = []
    goals: list[Goal] = []

    @model_validator(mode="after")
    def _birth_date_or_age(self) -> Self:
        if self.birth_date is not None and self.age is not None:
            raise ReadingError(
                {"nl": "Geef birth_date of age, niet beide.", "en": "Give birth_date or age, not both."}
            )
        return self


ENTRIES: Final[Mapping[str, type[Entry]]] = MappingProxyType(
    {
        "conditions": Condition,
        "prescriptions": Prescription,
        "dispensings": Dispensing,
        "administrations": Administration,
        "agreements": Agreement,
        "observations": Observation,
        "procedures": Procedure,
        "allergies": Allergy,
        "stays": Stay,
        "contacts": Contact,
        "referrals": Referral,
        "documents": Document,
        "questionnaires": Questionnaire,
        "decisions": Decision,
        "goals": Goal,
    }
)
"""The model of the entries of each list."""

COMMON: Final = frozenset({"x", "on", "patient", "codes", "code", "items", "totals"})
"""Keys of an entry that are not fields of a record."""


@cache
def fields_of(list_name: str) -> Mapping[str, str]:
    """The fields that a record of this list may have: their name in JSON, and in the model."""
    model = ENTRIES[list_name]
    return MappingProxyType(
        {info.alias or name: name for name, info in model.model_fields.items() if name not in COMMON}
    )


@cache
def _reader(list_name: str, field: str) -> TypeAdapter[FieldValue]:
    info = ENTRIES[list_name].model_fields["on" if field == "on" else fields_of(list_name)[field]]
    whole: Any = info.annotation
    for part in info.metadata:
        whole = Annotated[whole, part]
    return TypeAdapter(whole)


def read_field(list_name: str, field: str, value: object) -> FieldValue:
    """The value of one field of a record, checked as in JSON.

    KeyError for a field that the list does not have; ValidationError for a value that the field cannot have.
    """
    return _reader(list_name, field).validate_python(value)


def patient_schema() -> dict[str, object]:
    """The JSON Schema of a patient record: what is committed as `schema/patient.schema.json`."""
    schema = PatientRecord.model_json_schema()
    _without_titles(schema)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:cdss:schema:patient:1",
        "title": "Patient record",
        **schema,
    }


def _without_titles(part: object) -> None:
    """Without the titles that pydantic makes of names: they say nothing that the name does not."""
    match part:
        case dict():
            if isinstance(part.get("title"), str):
                del part["title"]
            for own in part.values():
                _without_titles(own)
        case list():
            for own in part:
                _without_titles(own)
