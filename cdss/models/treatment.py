"""What a treatment gives, and the words it uses (language §6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from cdss.models.codes import ProductLine
from cdss.models.value import DATE, DURATION, YES_NO, ValueType

STATUS_WORDS: Final = (
    "censored",
    "out_of_scope",
    "primary_non_adherence",
    "never",
    "planned_end",
    "interrupted",
    "on_treatment",
    "switched",
    "planned_end_possible",
    "stopped",
    "possible_stop",
)
"""The rungs of `.status`; the first that holds counts. Unknown is no word: then several of
these are still possible."""

BASIS_WORDS: Final = (
    "none",
    "registration",
    "stop_agreement",
    "ended_agreement",
    "not_used",
    "dispensings",
    "own_dispensings",
    "administrations",
    "prescriptions",
)
"""What `.status` rests on, after the evidence ladder of interop §2.3: nothing at all, the registration
of a death or a move, an agreement, a statement of not using, or the records of the list that was counted."""

NO_DRUG: Final = "none"
"""The word of `.drug` for somebody who never used one, and of `.switched_from` when there was no switch."""


def drug_word(line: ProductLine) -> str:
    """What `.drug` calls this product: its class, or its code when the set gives none."""
    return line.product_class or line.code


def drug_words(lines: Iterable[ProductLine]) -> tuple[str, ...]:
    """Every word that `.drug` may be, in the order of the product sets, without `none`."""
    return tuple(dict.fromkeys(drug_word(line) for line in lines))


def output_types(drugs: tuple[str, ...]) -> Mapping[str, ValueType]:
    """The type of everything behind the dot of a treatment; `drugs` are the words of its product set."""
    drug = ValueType("choice", words=tuple(dict.fromkeys((*drugs, NO_DRUG)))) if drugs else ValueType("code")
    return MappingProxyType(
        {
            "status": ValueType("choice", words=STATUS_WORDS),
            "basis": ValueType("choice", words=BASIS_WORDS),
            "started": DATE,
            "first_started": DATE,
            "run_out": DATE,
            "last_dispensed": DATE,
            "gap": DURATION,
            "longest_gap": DURATION,
            "duration": DURATION,
            "exposure": DURATION,
            "pdc": ValueType("number", unit="1", low=0, high=1_000_000),
            "drug": drug,
            "switched_from": drug,
            "concurrent": YES_NO,
        }
    )
