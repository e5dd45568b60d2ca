"""One treatment read from the records: where it stands, since when, and how long there has been no supply.

Language §6, clinical §4.6 and §4.7. The steps stand by themselves: which lists can be seen (`sight.py`),
records to uses (`supply.py`), agreements (`agreements.py`), uses to covered days (`cover.py`), the ladder
(`status.py`), every way in which an open record may be read (`situation.py`). Here they are put together.

Choices beyond the page, each in a test:

- `.gap` and the ladder count from a restart that lies after the run-out; `.run_out` stays what it is.
- A list counts as delivered when its period holds the reference date; one that ended before does not.
- A period "touches" the first day of the history when it starts within the gap `stopped` of it: a dispensing
  before that day could still belong to it. Then `.duration` and `.exposure` are open upward.
- `never` is `assumed` whenever the lists are not complete for ever, own reach or not.
- A switch out of the set ends a planned end: then the status is `switched`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from cdss.engine.agreements import read_agreements
from cdss.engine.cover import Cover, Stretch, plus
from cdss.engine.sight import Sight, is_censored, is_delivered, list_names, look, pausing_stays
from cdss.engine.situation import Case, Question, Way, begins_open, gap_is_older, questions, recorded, ways
from cdss.engine.status import OPEN, History, Limits, Standing, gap_starts
from cdss.engine.supply import FAR, MadeUses, Supplies, read_supplies
from cdss.engine.telling import tell_day
from cdss.errors import Text
from cdss.models.codes import ProductLine
from cdss.models.dates import Duration, Period
from cdss.models.patient import LISTS, Patient, Skipped
from cdss.models.quantity import MILLION, over
from cdss.models.treatment import BASIS_WORDS, NO_DRUG, STATUS_WORDS, drug_words
from cdss.models.truth import NO, UNKNOWN, YES, Truth
from cdss.models.value import INF, NO_DATE, DateRange, Range

__all__ = ["BASIS_WORDS", "STATUS_WORDS", "Covered", "Treatment", "TreatmentPolicy", "read_treatment"]


@dataclass(frozen=True, slots=True)
class TreatmentPolicy:
    """What a guideline says of one treatment. Lists are named as in `patient.LISTS`."""

    name: str
    sources: tuple[str, ...]
    or_sources: tuple[str, ...]
    products: tuple[ProductLine, ...]
    switch_products: tuple[ProductLine, ...]
    days_supply: tuple[str, ...]
    carry_over: Duration | None
    possible_stop: Duration
    stopped: Duration
    pause_during: tuple[str, ...]
    planned_end_class: str | None
    planned_end_after: Duration | None
    planned_end_tolerance: Duration | None
    prescribed_limit: Duration | None
    pdc_window: Duration | None
    ended_by: tuple[str, ...]
    needs_follow_up: bool


@dataclass(frozen=True, slots=True)
class Covered:
    """The days that one supply covers, for a timeline; `records` are the dispensings it comes from."""

    period: Period
    drug: str
    records: tuple[str, ...]


Output = frozenset[str] | DateRange | Range | Truth


@dataclass(frozen=True, slots=True)
class Treatment:
    """One treatment on one day: its outputs by name, and everything that must be told with them.

    `periods` and `covers` are drawn from what surely belongs, with the least supply. `assumed`: `never` rests
    on lists that are not complete for ever.
    """

    outputs: Mapping[str, Output]
    periods: tuple[Period, ...] = ()
    covers: tuple[Covered, ...] = ()
    questions: tuple[Question, ...] = ()
    caveats: tuple[Text, ...] = ()
    not_checked: tuple[str, ...] = ()
    assumed: bool = False
    used: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = field(default=())


OWN_DISPENSINGS: Final[Text] = {
    "nl": "gebaseerd op de verstrekkingen van deze apotheek",
    "en": "based on the dispensings of this pharmacy",
}
OWN_RECORDS: Final[Text] = {
    "nl": "gebaseerd op de gegevens van deze praktijk of apotheek",
    "en": "based on the records of this practice or pharmacy",
}
PRESCRIPTIONS_ONLY: Final[Text] = {
    "nl": "gebaseerd op voorschriften; verstrekkingen niet gezien",
    "en": "based on prescriptions; dispensings not seen",
}

_ALWAYS: Final = (MILLION, MILLION)
"""The proportion of somebody who never was without supply."""
RESTS_ON_ABSENCE: Final = frozenset(
    {"primary_non_adherence", "switched", "planned_end_possible", "stopped", "possible_stop"}
)
"""What is concluded from the absence of a record."""


def read_treatment(
    patient: Patient,
    policy: TreatmentPolicy,
    on: date,
    *,
    follow_up: Truth = NO,
    made: MadeUses | None = None,
) -> Treatment:
    """Where this treatment stands on the day. `follow_up`: whether a follow-up drug was confirmed.

    `made`: what other treatments already read from the records of this patient on this day.
    """
    sight = look(patient, policy.sources, policy.or_sources, on)
    case, skipped = case_of(patient, policy, sight, follow_up, on, made)
    found = ways(case)
    standings = frozenset(standing for way in found for standing in way.standings)
    censored = is_censored(patient, on)
    asked: tuple[Question, ...] = ()
    if censored != YES:
        asked = tuple(dict.fromkeys(questions(case, frozenset(status for status, _ in standings))))
    standings = _with_censored(standings, censored)
    statuses = frozenset(status for status, _ in standings)
    only = found[0].history if len(found) == 1 else None
    course = only.low if only is not None else recorded(case)
    outputs = _outputs(case, policy, found)
    return Treatment(
        outputs={"status": statuses, "basis": frozenset(basis for _, basis in standings), **outputs},
        periods=tuple(_period(period) for period in course.periods) if course else (),
        covers=tuple(_covered(cover) for cover in course.covers) if course else (),
        questions=asked,
        caveats=tuple(_caveats(sight, case, found, statuses, outputs)),
        not_checked=_not_checked(patient, policy, sight, case, on),
        assumed="never" in statuses and not sight.complete,
        used=_used(case, statuses),
        skipped=skipped,
    )


# What the record says


def case_of(
    patient: Patient,
    policy: TreatmentPolicy,
    sight: Sight,
    follow_up: Truth,
    on: date,
    made: MadeUses | None = None,
) -> tuple[Case, tuple[Skipped, ...]]:
    supplies = read_supplies(patient, sight.lists, policy.products, policy.days_supply, on, made)
    ours = {use.path for use in supplies.uses}
    elsewhere = read_supplies(patient, sight.lists, policy.switch_products, policy.days_supply, on, made)
    prescribed = Supplies((), (), ())
    if not supplies.uses and policy.prescribed_limit is not None and not sight.prescriptions:
        prescribed = read_supplies(patient, ["prescriptions"], policy.products, policy.days_supply, on)
    in_use = frozenset(use.product.code for use in supplies.uses if use.sure)
    spoken, unread = read_agreements(patient, policy.ended_by, policy.products, in_use, on)
    stays, unclear = pausing_stays(patient, policy.pause_during, on)
    case = Case(
        uses=supplies.uses,
        others=tuple(use for use in elsewhere.uses if use.path not in ours),
        spoken=spoken,
        prescribed=prescribed.uses,
        outside=tuple(
            (record.list, YES if record.on is not None and record.on.last <= on else UNKNOWN)
            for record in supplies.outside
        ),
        stays=stays,
        limits=Limits(
            policy.possible_stop,
            policy.stopped,
            policy.planned_end_class,
            policy.planned_end_after,
            policy.planned_end_tolerance,
        ),
        carry_over=policy.carry_over,
        prescribed_limit=policy.prescribed_limit,
        needs_follow_up=policy.needs_follow_up,
        follow_up=follow_up,
        seen=sight.seen,
        begin=sight.begin,
        on=on.toordinal(),
    )
    return case, (*supplies.skipped, *unread, *unclear)


def _with_censored(standings: frozenset[Standing], censored: Truth) -> frozenset[Standing]:
    word = frozenset({("censored", "registration")})
    return word if censored == YES else standings | word if censored == UNKNOWN else standings


# What comes out


def _outputs(case: Case, policy: TreatmentPolicy, found: Sequence[Way]) -> dict[str, Output]:
    outputs = [
        _nothing() if way.history is None else _measures(case, way.history, way, policy.pdc_window)
        for way in found
    ]
    merged = {name: _merge([one[name] for one in outputs]) for name in outputs[0]}
    unseen = any(way.history is None and way.standings == OPEN for way in found)
    return _opened(merged, case, policy) if unseen or not case.seen.delivered else merged


def _nothing() -> dict[str, Output]:
    """The measures of somebody who used nothing. The proportion of no days at all is not known."""
    return {
        **dict.fromkeys(("started", "first_started", "run_out", "last_dispensed"), NO_DATE),
        **dict.fromkeys(("gap", "longest_gap", "duration", "exposure"), (0, 0)),
        "pdc": (0, MILLION),
        "drug": frozenset({NO_DRUG}),
        "switched_from": frozenset({NO_DRUG}),
        "concurrent": NO,
    }


def _measures(case: Case, history: History, way: Way, window: Duration | None) -> dict[str, Output]:
    if history.loose:
        return _loose_measures(case, history, way)
    low, high, on = history.low, history.high, case.on
    latest, earliest = gap_starts(history, way.said, on)
    gap = (max(0, on - latest), max(0, on - earliest))
    started, first = history.started, min(low.first_started, high.first_started)
    left = -INF if begins_open(case, started[0]) else started[0]
    left_first = -INF if begins_open(case, first) else first
    fewest = max(0, min(low.run_out, on) - started[1])
    most = max(0, min(high.run_out, on) - started[0])
    last = (low.last_dispensed, high.last_dispensed)
    return {
        "started": (left, started[1], False),
        "first_started": (left_first, max(low.first_started, high.first_started), False),
        "run_out": (low.run_out, INF if high.run_out >= FAR else high.run_out, False),
        "last_dispensed": (min(last), max(last), False),
        "gap": _days(gap),
        "longest_gap": _days((max(high.longest_gap, gap[0]), max(low.longest_gap, gap[1]))),
        "duration": (fewest * MILLION, INF if left == -INF else most * MILLION),
        "exposure": (low.covered * MILLION, INF if left_first == -INF else high.covered * MILLION),
        "pdc": _proportion(history, window, on, begun_earlier=left_first == -INF),
        "drug": frozenset({low.drug, high.drug}),
        "switched_from": frozenset({low.switched_from or NO_DRUG, high.switched_from or NO_DRUG}),
        "concurrent": low.concurrent if low.concurrent == high.concurrent else UNKNOWN,
    }


def _loose_measures(case: Case, history: History, way: Way) -> dict[str, Output]:
    """The measures when not even the days are settled: bounds that hold in every way of reading."""
    on, (earliest, last) = case.on, history.started
    shortest, longest = gap_starts(history, way.said, on)
    whole = (0, max(0, on - earliest) * MILLION)
    drugs = history.drugs
    run_out = history.high.run_out
    return {
        "started": (-INF if begins_open(case, earliest) else earliest, last, False),
        "first_started": (-INF if begins_open(case, earliest) else earliest, last, False),
        "run_out": (history.low.run_out, INF if run_out >= FAR else run_out, False),
        "last_dispensed": (earliest, last, False),
        "gap": _days((max(0, on - shortest), max(0, on - longest))),
        "longest_gap": whole,
        "duration": (0, INF) if case.begin is not None else whole,
        "exposure": (0, INF) if case.begin is not None else whole,
        "pdc": (0, MILLION),
        "drug": drugs,
        "switched_from": drugs | {NO_DRUG},
        "concurrent": UNKNOWN if len(drugs) > 1 or len(case.uses) > 1 else NO,
    }


def _proportion(history: History, window: Duration | None, on: int, *, begun_earlier: bool) -> Range:
    """Covered days over the days of the window since the first dispensing; of no days at all it is not known.

    `begun_earlier`: the first dispensing may not be the first. Of the days before it nothing is known then.
    """
    ends = []
    for course in (history.low, history.high):
        begin = -INF if window is None else plus(on, window, -1)
        start = int(max(course.first_started, begin))
        if start >= on:
            return (0, MILLION)
        covered = course.covered_from(start, on) * MILLION
        ends.append(over(covered, (on - start) * MILLION))
        if begun_earlier and begin < course.first_started:
            ends += [MILLION, 0 if begin == -INF else over(covered, (on - int(begin)) * MILLION)]
    return (min(ends), max(ends))


def _days(days: tuple[int, int]) -> Range:
    return (days[0] * MILLION, days[1] * MILLION)


def _merge(values: Sequence[Output]) -> Output:
    """What an output may be when it is one of these."""
    first = values[0]
    if len(values) == 1:
        return first
    if isinstance(first, frozenset):
        return frozenset(word for one in values if isinstance(one, frozenset) for word in one)
    if isinstance(first, int):
        return first if all(one == first for one in values) else UNKNOWN
    ranges = [one for one in values if isinstance(one, tuple)]
    low, high = min(one[0] for one in ranges), max(one[1] for one in ranges)
    if len(first) == 3:
        return (low, high, any(one[2] for one in ranges if len(one) == 3))
    return (low, high)


def _opened(outputs: dict[str, Output], case: Case, policy: TreatmentPolicy) -> dict[str, Output]:
    """The outputs when records exist that we did not get: what we saw is the least there was."""
    run_out = outputs["run_out"]
    used = (
        isinstance(run_out, tuple) and len(run_out) == 3 and not run_out[2]
    )  # surely: a record may not belong
    drugs = frozenset((*drug_words(policy.products), NO_DRUG))
    opened: dict[str, Output] = dict(outputs)
    for name in ("started", "first_started"):
        opened[name] = (-INF, _end(outputs[name], 1) if used and name != "started" else case.on, not used)
    opened["run_out"] = (_end(outputs["run_out"], 0) if used else -INF, INF, not used)
    opened["last_dispensed"] = (_end(outputs["last_dispensed"], 0) if used else -INF, case.on, not used)
    opened["gap"] = (0, _end(outputs["gap"], 1) if used else INF)
    opened.update(dict.fromkeys(("longest_gap", "duration"), (0, INF)))
    opened["exposure"] = (_end(outputs["exposure"], 0), INF)
    opened["pdc"] = (0, MILLION)
    opened.update(dict.fromkeys(("drug", "switched_from"), drugs))
    opened["concurrent"] = UNKNOWN
    return opened


def _end(value: Output, end: int) -> float:
    assert isinstance(value, tuple)
    return value[end]


def _covered(cover: Cover) -> Covered:
    return Covered(_period((cover.start, cover.end)), cover.dose.drug, cover.dose.paths)


def _period(days: Stretch) -> Period:
    last = date.max.toordinal()
    return Period(date.fromordinal(min(days[0], last)), date.fromordinal(min(days[1], last)))


def _caveats(
    sight: Sight,
    case: Case,
    found: Sequence[Way],
    statuses: frozenset[str],
    outputs: Mapping[str, Output],
) -> Iterable[Text]:
    """On what the treatment rests. Also a share of days, or a gap between two supplies, rests on what is not there."""
    if sight.prescriptions:
        if case.uses:
            yield PRESCRIPTIONS_ONLY
    elif sight.seen.capped and (statuses & RESTS_ON_ABSENCE or (case.uses and outputs["pdc"] != _ALWAYS)):
        yield OWN_DISPENSINGS if sight.seen.own else OWN_RECORDS
    older = any(way.history is not None and gap_is_older(case, way.history, way.said) for way in found)
    if case.begin is not None and older and statuses & RESTS_ON_ABSENCE:
        yield complete_from(date.fromordinal(case.begin))


def complete_from(day: date) -> Text:
    """That the lists are complete only from this day."""
    return {
        "nl": f"volledig vanaf {tell_day(day, 'nl')}; wat eerder is verstrekt, is niet te zien",
        "en": f"complete from {tell_day(day, 'en')}; what was supplied before cannot be seen",
    }


def _not_checked(
    patient: Patient, policy: TreatmentPolicy, sight: Sight, case: Case, on: date
) -> tuple[str, ...]:
    """The lists that the status would have been read from, and that were not delivered."""
    consulted = {*list_names(policy.sources), *sight.lists, *list_names(policy.ended_by), "stays"}
    if not case.uses and policy.prescribed_limit is not None:
        consulted.add("prescriptions")
    return tuple(name for name in LISTS if name in consulted and not is_delivered(patient, name, on))


def _used(case: Case, statuses: frozenset[str]) -> tuple[str, ...]:
    paths = [use.path for use in (*case.uses, *case.others)]
    paths += [spoken.path for spoken in case.spoken]
    if "primary_non_adherence" in statuses:
        paths += [use.path for use in case.prescribed]
    return tuple(dict.fromkeys(paths))
