"""Names that must be different within one list: rules of a file, rows of a table, items of a score, choices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cdss.errors import Note
from cdss.rules.draft import Draft
from cdss.rules.load import Scalar
from cdss.rules.written import entries, scalars

NO_CHOICES: Final = ("known", "unknown", "any")
"""Words that a criterion or cell reads as something else, so that nobody could test this choice."""


def report_doubles(draft: Draft, written: Iterable[Scalar]) -> None:
    """A problem for each id that stood before."""
    first: dict[str, Scalar] = {}
    for one in written:
        if one.text in first:
            draft.report(
                "id-clash",
                one.span,
                f"`{one.text}` is al gebruikt",
                f"`{one.text}` is already used",
                help={
                    "nl": "Geef een van de twee een andere naam.",
                    "en": "Give one of the two another name.",
                },
                notes=(
                    Note(first[one.text].span, {"nl": "de eerste staat hier", "en": "the first one is here"}),
                ),
            )
        else:
            first[one.text] = one


def check_choices(draft: Draft) -> None:
    """The words of each choice: every one once, and none that means something else in a criterion."""
    for declared in draft.declared.values():
        written = (
            [one.key for one in entries(declared.body.get("outcomes"))] if declared.kind == "table" else []
        )
        if declared.kind in ("fact", "finding"):
            written = list(scalars(declared.body.get("choices")))
            report_doubles(draft, written)
        for one in written:
            if one.text in NO_CHOICES:
                draft.report(
                    "reserved-name",
                    one.span,
                    f"`{one.text}` is een woord van de taal zelf, en kan geen keuze zijn",
                    f"`{one.text}` is a word of the language itself, and cannot be a choice",
                    help={
                        "nl": "Haal het weg: wat niet bekend is, is vanzelf onbekend. Of kies een ander woord.",
                        "en": "Remove it: what is not known is unknown by itself. Or choose another word.",
                    },
                )
