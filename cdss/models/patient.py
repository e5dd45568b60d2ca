"""One patient as the engine reads it: lists of dated records, what was delivered, answers, and given values.

The border models (design §6) that check JSON from outside stand in `patient_record.py`; they turn into these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from cdss.errors import Text
from cdss.models.impossible import impossible

LISTS: Final = (
    "conditions",
    "prescriptions",
    "dispensings",
    "administrations",
    "agreements",
    "observations",
    "procedures",
    "allergies",
    "stays",
    "contacts",
    "referrals",
    "documents",
    "questionnaires",
    "decisions",
    "goals",
)
"""The lists of a record, as design §6 names them."""

LIST_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "condition": "conditions",
        "prescription": "prescriptions",
        "dispensing": "dispensings",
        "administration": "administrations",
        "agreement": "agreements",
        "observation": "observations",
        "procedure": "procedures",
        "allergy": "allergies",
        "stay": "stays",
        "contact": "contacts",
        "referral": "referrals",
        "document": "documents",
        "decision": "decisions",
        "goal": "goals",
    }
)
"""The list behind each word that may stand under `from:`."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days a date may be: one day, or the interval of a partial date. Both ends are included."""

    first: date
    last: date


FieldValue = str | bool | int | Decimal | Days | None
"""A field of a record: a word, a yes or no, a number, a date, or None when it was not recorded."""

EMPTY: Final[Mapping[str, FieldValue]] = MappingProxyType({})
_FACT_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")


@dataclass(frozen=True, slots=True)
class Record:
    """One dated entry of one list.

    `on` is the day it happened (None: not recorded); `codes` are `system:code`; `fields` holds the rest by
    the names of design §6. An absent field and None mean the same: not recorded.
    """

    list: str
    index: int
    on: Days | None
    codes: tuple[str, ...] = ()
    fields: Mapping[str, FieldValue] = field(default_factory=lambda: EMPTY)
    items: Mapping[str, Any] = field(default_factory=lambda: EMPTY)  # questionnaire: item -> answer as given
    totals: Mapping[str, Any] = field(default_factory=lambda: EMPTY)  # questionnaire: name -> number

    @property
    def path(self) -> str:
        """Where it stands in the record, as questions and reasons name it: `conditions/0`."""
        return f"{self.list}/{self.index}"


@dataclass(frozen=True, slots=True)
class Delivered:
    """A list was delivered for [first, last]; None is open. Reach `own`: this practice or pharmacy only."""

    first: date | None = None
    last: date | None = None
    reach: str = "all"  # or "own"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered to a fact on a day; as written, or a Python value. None: asked, not known."""

    fact: str
    value: object
    on: Days | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that could not be used, and why."""

    path: str
    why: Text


@dataclass(frozen=True, slots=True)
class Patient:
    """A whole record. Lists that are not in `delivered` are not known to be complete."""

    id: str | None = None
    birth_date: Days | None = None
    age: int | None = None  # completed years, when it was given instead of a birth date
    sex: str | None = None
    deceased_on: Days | None = None
    deregistered_on: Days | None = None
    coordinator: str | None = None
    delivered: Mapping[str, Delivered] = field(default_factory=dict)
    lists: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    given: Mapping[str, object] = field(default_factory=dict)  # facts and findings, above everything
    skipped: tuple[Skipped, ...] = ()

    def records(self, name: str) -> tuple[Record, ...]:
        """The records of one list, in the order they were delivered."""
        return self.lists.get(name, ())

    @classmethod
    def from_facts(cls, facts: Mapping[str, object]) -> Patient:
        """A patient of whom only these facts (or findings) are given; they stand above everything.

        Values as a case file writes them (`"71 years"`, `"19 kg/m2"`, `"radicular"`), or Python values.
        """
        for name in facts:
            check_fact_name(name)
        return cls(given=dict(facts))

    def with_answers(self, answers: Mapping[str, object], *, on: date) -> Patient:
        """The same patient with these answers, given on this day; the patient itself does not change.

        A key is the name of a fact, or `list/number/field` of a record, as a question names it: that sets the
        field. None means "asked, and not known".
        """
        from cdss.models.record_answers import answered  # checks with the models that are made from this one

        return answered(self, answers, on)


def check_fact_name(name: object) -> None:
    """Refuse what cannot be the name of a fact or finding."""
    if not isinstance(name, str) or not _FACT_NAME.fullmatch(name):
        raise impossible("unknown-place", seen=str(name)[:60])
