"""What is wrong with a table as a whole: a patient who fits no row, or two; a row that nobody reaches."""

from __future__ import annotations

from cdss.errors import Note, Text
from cdss.models.guideline import Row, Table
from cdss.rules.draft import Draft, advice
from cdss.rules.proof import Example, can_prove

MOST_SHOWN = 5


def prove_tables(draft: Draft) -> None:
    """`unique` tables fit every patient in exactly one row; the problem shows a patient for whom that is not
    so."""
    for definition in draft.definitions.values():
        if isinstance(definition, Table) and definition.rows:
            _check(draft, definition)


def _check(draft: Draft, table: Table) -> None:
    found = can_prove(table, draft.definitions)
    if found is None or found.too_large:
        if table.hit == "unique":
            draft.report(
                "table-not-proved",
                table.span,
                "deze tabel is te groot of te beweeglijk om te bewijzen dat elke patiënt in precies één rij "
                "past",
                "this table is too large or too changeable to prove that every patient fits exactly one row",
                help=advice(
                    "Maak er `hit: first` van, of splits de tabel.",
                    "Make it `hit: first`, or split the table.",
                ),
            )
        return
    for hole in found.holes[:1]:
        more = len(found.holes) - 1
        draft.report(
            "table-gap",
            table.span,
            "er is een patiënt die in geen enkele rij past"
            + (f" (en nog {more} soortgelijke gevallen)" if more else ""),
            "there is a patient who fits no row" + (f" (and {more} more cases like it)" if more else ""),
            help=_patient(hole),
        )
    for overlap in found.overlaps[:MOST_SHOWN]:
        first, second = (table.rows[number] for number in overlap.rows[:2])
        draft.report(
            "table-overlap",
            second.span,
            f"er is een patiënt die ook in rij `{first.id}` past",
            f"there is a patient who also fits row `{first.id}`",
            help=_patient(overlap),
            notes=(_here(first),),
        )
    for number in found.never_reached:
        row = table.rows[number]
        if row.when is None and table.hit == "first":
            continue  # a last row that only catches what is not known
        draft.report(
            "row-never-reached",
            row.span,
            "deze rij komt nooit aan de beurt: wie erin past, past al in een rij erboven",
            "this row is never reached: who fits it fits a row above it",
            help=advice("Verander de volgorde, of haal de rij weg.", "Change the order, or remove the row."),
        )


def _patient(example: Example) -> Text:
    given = ", ".join(f"{name}: {value}" for name, value in example.given.items())
    return advice(f"Zoals deze patiënt: {{{given}}}.", f"Such as this patient: {{{given}}}.")


def _here(row: Row) -> Note:
    return Note(row.span, {"nl": f"rij `{row.id}`", "en": f"row `{row.id}`"})
