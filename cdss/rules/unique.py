"""Names that must be different within one list: rules of a file, rows of a table, items of a score."""

from __future__ import annotations

from collections.abc import Iterable

from cdss.errors import Note
from cdss.rules.draft import Draft
from cdss.rules.load import Scalar


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
