"""The fields of one record that a `where` may speak of, by the list they stand in (design §6).

A field whose words are closed is a choice; one with free words (an organisation, an episode) is a code: it is
known or not, and compared word by word. `group`, `class`, `codes` and `value` are added by who knows the
value set.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cdss.models.value import CODE, DATE, DURATION, YES_NO, ValueType


def _choice(words: str) -> ValueType:
    return ValueType("choice", words=tuple(words.split()))


FRACTURE_SITES: Final = tuple(
    [
        "skull",
        "face",
        "nose",
        "sternum",
        "rib",
        "spine-cervical",
        "spine-thoracic",
        "spine-lumbar",
        "clavicle",
        "scapula",
        "humerus",
        "olecranon",
        "radius",
        "distal-radius",
        "forearm",
        "wrist",
        "carpus",
        "metacarpal",
        "finger",
        "pelvis",
        "acetabulum",
        "hip",
        "femur",
        "patella",
        "tibia-plateau",
        "tibia",
        "fibula",
        "ankle",
        "calcaneus",
        "talus",
        "tarsus",
        "metatarsal",
        "toe",
    ]
)
DXA_SITES: Final = ("femoral-neck", "lumbar-spine")
STOP_REASON: Final = _choice("planned_end side_effect contraindication own_choice switch other")
_NUMBER: Final = ValueType("number", unit="1")
_DISPENSED: Final[Mapping[str, ValueType]] = {
    "strength": CODE,
    "quantity": _NUMBER,
    "usage": CODE,
    "days_supply": DURATION,
}

FIELDS: Final[Mapping[str, Mapping[str, ValueType]]] = {
    "condition": {
        "date_kind": _choice("event reported letter"),
        "until": DATE,
        "active": YES_NO,
        "site": ValueType("choice", words=FRACTURE_SITES),
        "cause": _choice("low_energy high_energy tumour spontaneous unclear"),
        "episode": CODE,
    },
    "prescription": {
        **_DISPENSED,
        "repeats": _NUMBER,
        "indication": CODE,
        "until": DATE,
        "stop_on": DATE,
        "active": YES_NO,
        "stop_reason": STOP_REASON,
        "prescriber": _choice("own other all"),
        "proposed": YES_NO,
        "episode": CODE,
    },
    "dispensing": {**_DISPENSED, "kind": _choice("normal return")},
    "administration": {"strength": CODE, "quantity": _NUMBER},
    "agreement": {
        "kind": _choice("start stop not_used"),
        "from": DATE,
        "until": DATE,
        "stop_type": _choice("definitive temporary cancelled"),
        "reason": STOP_REASON,
        "treatment": CODE,
        "strength": CODE,
    },
    "observation": {
        "unit": CODE,
        "site": ValueType("choice", words=(*DXA_SITES, *FRACTURE_SITES)),
        "episode": CODE,
    },
    "procedure": {
        "site": ValueType("choice", words=(*DXA_SITES, *FRACTURE_SITES)),
        "episode": CODE,
    },
    "allergy": {"reaction": CODE},
    "stay": {"from": DATE, "until": DATE, "kind": _choice("hospital nursing_home rehabilitation")},
    "contact": {
        "discipline": CODE,
        "organisation": CODE,
        "label": _choice(
            "non_specific disc_radicular degeneration si_pelvis malalignment muscle_fascia psychological "
            "inflammatory fracture other"
        ),
        "episode": CODE,
        "confirmed": YES_NO,
    },
    "referral": {"to": CODE, "accepted_on": DATE, "first_seen_on": DATE, "until": DATE, "episode": CODE},
    "document": {"from": CODE, "kind": CODE},
    "decision": {"action": CODE, "choice": CODE, "together": YES_NO, "until": DATE},
    "goal": {"domain": _choice("body mind social societal"), "priority": ValueType("number", unit="1")},
    "questionnaire": {"name": CODE, "episode": CODE},
    "answer": {},
}
"""Each list, as it is called under `from:`, and its fields. Every record has `on` and `codes` besides."""

EVERYWHERE: Final[Mapping[str, ValueType]] = {"on": DATE, "codes": CODE}


def fields_of(lists: tuple[str, ...]) -> dict[str, ValueType]:
    """The fields of a history read from these lists: what one of them has may be tested (elsewhere it is
    unknown)."""
    found: dict[str, ValueType] = dict(EVERYWHERE)
    for name in lists:
        for field, kind in FIELDS.get(name, {}).items():
            known = found.get(field)
            if known is None:
                found[field] = kind
            elif known.kind == kind.kind == "choice":
                found[field] = ValueType("choice", words=tuple(dict.fromkeys((*known.words, *kind.words))))
            elif known.kind != kind.kind:
                found[field] = CODE
    return found
