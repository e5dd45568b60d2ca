"""What was delivered: which lists of a record are complete, for which days, with which reach (design §6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from pydantic import TypeAdapter, ValidationError

from cdss.models.impossible import impossible
from cdss.models.patient import LISTS, Delivered
from cdss.models.patient_record import DeliveredName, DeliveredPeriod
from cdss.models.record_form import form_problem

DeliveredArgument = Mapping[str, object] | str | None
"""`{"conditions": {}, "dispensings": {"from": "2021-01-01", "reach": "own"}}`, "all", "own", or None."""

_LISTS: Final[TypeAdapter[dict[DeliveredName, DeliveredPeriod | None]]] = TypeAdapter(
    dict[DeliveredName, DeliveredPeriod | None]
)


def read_delivered(
    argument: DeliveredArgument, otherwise: Mapping[str, Delivered]
) -> Mapping[str, Delivered]:
    """What the caller says was delivered; when the caller says nothing, `otherwise`.

    "all": every list is complete, also those of which there is nothing. "own": the same, of this practice or
    pharmacy only.
    """
    match argument:
        case None:
            return otherwise
        case "all" | "own":
            return {name: Delivered(reach=argument) for name in LISTS}
        case str():
            raise impossible(
                "wrong-delivered", "delivered", why_nl="schrijf all of own.", why_en="write all or own."
            )
    given = {name: period for name, period in argument.items() if isinstance(period, Delivered)}
    try:
        rest = _LISTS.validate_python({name: own for name, own in argument.items() if name not in given})
    except ValidationError as error:
        path, text = form_problem(error.errors()[0])
        where = f"delivered/{path}" if path else "delivered"
        raise impossible("wrong-delivered", where, why_nl=text["nl"], why_en=text["en"]) from error
    return {**given, **periods_of(rest)}


def as_far_as_read(
    delivered: Mapping[str, Delivered],
    cut_short: Collection[str],
    with_gaps: Collection[str],
) -> Mapping[str, Delivered]:
    """What was delivered, as far as it could be read, whatever the caller says of it.

    A list of which a next page was not sent is not complete. Of one with an entry that could not be read,
    absence is an assumption at most: that entry may be what was looked for.
    """
    return {
        name: replace(period, reach="own") if name in with_gaps else period
        for name, period in delivered.items()
        if name not in cut_short
    }


def periods_of(lists: Mapping[DeliveredName, DeliveredPeriod | None]) -> dict[str, Delivered]:
    """The lists that were delivered, as the engine knows them; `until` is the first day not covered."""
    delivered: dict[str, Delivered] = {}
    for name, period in lists.items():
        if period is None or name == "answers":
            continue  # an answer that is not there is never known to be absent
        first = period.from_.first if period.from_ else None
        last = _day_before(period.until.first) if period.until else None
        if first and last and last < first:
            raise impossible(
                "wrong-delivered",
                f"delivered/{name}",
                why_nl="'until' ligt niet na 'from'.",
                why_en="'until' does not lie after 'from'.",
            )
        delivered[name] = Delivered(first, last, period.reach)
    return delivered


def _day_before(day: date) -> date:
    return day - timedelta(days=1) if day > date.min else day
