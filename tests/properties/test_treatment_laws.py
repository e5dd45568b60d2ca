"""Laws of treatments: living each day gives the same, and what is open holds what it turns out to be."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cdss.engine.treatment import Treatment, TreatmentPolicy, read_treatment
from cdss.models.codes import ProductLine
from cdss.models.dates import Duration
from cdss.models.patient import LISTS, Days, Delivered, FieldValue, Patient, Record
from cdss.models.quantity import MILLION, over

ORIGIN = date(2020, 1, 1)
KINDS = (
    ("atc:M05BA04", "70 mg", 7),
    ("atc:M05BA04", "10 mg", 1),
    ("atc:M05BX04", "60 mg", 30),
    ("atc:M05BX04", "120 mg", 30),  # not in the set
)
PRODUCTS = (
    ProductLine("atc:M05BA04", "70 mg", Decimal(7), "oral_bisphosphonate"),
    ProductLine("atc:M05BA04", "10 mg", Decimal(1), "oral_bisphosphonate"),
    ProductLine("atc:M05BA04", None, None, "oral_bisphosphonate"),
    ProductLine("atc:M05BX04", "60 mg", Decimal(30), "denosumab"),
)
EVERYTHING = {name: Delivered() for name in LISTS}


def policy(carry_over: int, window: int | None = None) -> TreatmentPolicy:
    return TreatmentPolicy(
        name="bone_drug_use",
        sources=("dispensings",),
        or_sources=(),
        products=PRODUCTS,
        switch_products=(),
        days_supply=("recorded", "usage", "product", "ask"),
        carry_over=Duration(days=carry_over),
        possible_stop=Duration(days=60),
        stopped=Duration(days=183),
        pause_during=("hospital",),
        planned_end_class="oral_bisphosphonate",
        planned_end_after=Duration(months=12),
        planned_end_tolerance=Duration(days=90),
        prescribed_limit=Duration(days=30),
        pdc_window=None if window is None else Duration(days=window),
        ended_by=("agreements",),
        needs_follow_up=False,
    )


@dataclass(frozen=True)
class Given:
    """One dispensing: a day and a number of days, as an author would tell it."""

    day: int
    days: int
    kind: int

    def record(self, index: int, origin: date = ORIGIN) -> Record:
        code, strength, _ = KINDS[self.kind]
        fields: dict[str, FieldValue] = {"strength": strength, "days_supply": Decimal(self.days)}
        return Record("dispensings", index, only(self.day, origin), (code,), fields)


@dataclass(frozen=True)
class Stay:
    start: int
    end: int | None

    def record(self, index: int, origin: date = ORIGIN) -> Record:
        until = None if self.end is None else only(self.end, origin)
        return Record(
            "stays", index, None, (), {"kind": "hospital", "from": only(self.start, origin), "until": until}
        )


def only(day: int, origin: date = ORIGIN) -> Days:
    there = origin + timedelta(days=day)
    return Days(there, there)


def patient(given_: Sequence[Given], stays: Sequence[Stay] = (), *, origin: date = ORIGIN) -> Patient:
    lists = {
        "dispensings": tuple(one.record(index, origin) for index, one in enumerate(given_)),
        "stays": tuple(one.record(index, origin) for index, one in enumerate(stays)),
    }
    return Patient(delivered=EVERYTHING, lists=lists)


def read(who: Patient, on: int, carry_over: int = 90, window: int | None = None) -> Treatment:
    return read_treatment(who, policy(carry_over, window), ORIGIN + timedelta(days=on))


def dispensings(kinds: int = 3) -> st.SearchStrategy[list[Given]]:
    one = st.builds(Given, st.integers(0, 700), st.integers(1, 130), st.integers(0, kinds - 1))
    return st.lists(one, min_size=1, max_size=7)


stays = st.lists(
    st.builds(
        lambda start, days: Stay(start, None if days is None else start + days),
        st.integers(0, 800),
        st.none() | st.integers(0, 60),
    ),
    max_size=3,
)
reference_days = st.integers(0, 1100)
carry_overs = st.sampled_from([0, 1, 30, 90])
windows = st.sampled_from([None, 1, 90, 365])
few = settings(max_examples=150, deadline=None)


# The oracle


def simulate(
    given_: Sequence[Given], stays_: Sequence[Stay], carry_over: int, on: int, window: int | None = None
) -> dict[str, Any]:
    """The same treatment lived day by day, without any arithmetic on periods."""
    given_ = [one for one in given_ if one.day <= on]
    if not given_:
        return {"status": "never"}
    away = {day for one in stays_ for day in range(one.start, min(on, on if one.end is None else one.end))}
    covered: set[int] = set()
    begins: set[int] = set()
    for kind in {one.kind for one in given_}:
        mine: set[int] = set()
        packs: dict[int, int] = {}
        for one in given_:
            if one.kind == kind:
                packs[one.day] = packs.get(one.day, 0) + one.days
        for collected in sorted(packs):
            day = collected
            while day < collected + carry_over and any(later >= day for later in mine):
                day += 1
            begins.add(day)
            tablets = packs[collected]
            while tablets:
                mine.add(day)
                if day not in away:
                    tablets -= 1
                day += 1
        covered |= mine
    run_out = max(covered) + 1
    first = min(begins)
    periods = [first]
    longest = bare = 0
    for day in range(first, run_out):
        if day in covered:
            if bare > 183:
                periods.append(day)
            longest, bare = max(longest, bare), 0
        else:
            bare += 1
    gap = sum(1 for day in range(first, on) if day >= run_out)
    exposure = sum(1 for day in covered if day < on)
    started = periods[-1]
    counted = range(first if window is None else max(first, on - window), on)
    planned = run_out >= (ORIGIN.replace(year=ORIGIN.year + 1) - ORIGIN).days - 90 if started == 0 else None
    return {
        "status": "stopped" if gap > 183 else "possible_stop" if gap > 60 else "on_treatment",
        "planned": planned,
        "run_out": run_out,
        "gap": gap,
        "longest_gap": max(longest, gap),
        "first_started": first,
        "started": started,
        "periods": len(periods),
        "exposure": exposure,
        "duration": max(0, min(run_out, on) - started),
        "last_dispensed": max(one.day for one in given_),
        "pdc": over(sum(day in covered for day in counted) * MILLION, len(counted) * MILLION)
        if counted
        else None,
    }


@few
@given(dispensings(), stays, carry_overs, windows, reference_days)
def test_a_day_by_day_simulation_covers_the_same_days(
    given_: list[Given], stays_: list[Stay], carry_over: int, window: int | None, on: int
) -> None:
    found = read(patient(given_, stays_), on, carry_over, window)
    expected = simulate(given_, stays_, carry_over, on, window)

    if expected["status"] == "never":
        assert found.outputs["status"] == frozenset({"never"})
        return
    status = found.outputs["status"]
    if status != frozenset({"planned_end_possible"}):
        assert status == frozenset({expected["status"]})
    for name in ("run_out", "first_started", "started", "last_dispensed"):
        day = ORIGIN.toordinal() + expected[name]
        assert found.outputs[name] == (day, day, False), name
    for name in ("gap", "longest_gap", "exposure", "duration"):
        days = expected[name] * MILLION
        assert found.outputs[name] == (days, days), name
    if expected["pdc"] is not None:
        assert found.outputs["pdc"] == (expected["pdc"], expected["pdc"])
    assert len(found.periods) == expected["periods"]


@few
@given(st.integers(1, 500), st.integers(0, 800))
def test_a_planned_end_is_possible_from_ninety_days_before_the_year_is_full(days: int, on: int) -> None:
    found = read(patient([Given(0, days, 0)]), on).outputs["status"]
    gap = on - days

    near_the_end = days >= 366 - 90  # 2020 was a leap year
    expected = "on_treatment" if gap <= 60 else "planned_end_possible" if near_the_end else None
    if expected is None:
        expected = "stopped" if gap > 183 else "possible_stop"
    assert found == frozenset({expected})


# What is not recorded


def erased(record: Record, what: str) -> Record:
    """The same record with one thing not recorded; of a date only its month or year is left."""
    if what in ("month", "year"):
        assert record.on is not None
        if record.on.first != record.on.last:
            return record  # what was left out before says less: of a year no month is left
        day = record.on.first
        first = day.replace(day=1) if what == "month" else day.replace(month=1, day=1)
        last = day.replace(day=monthrange(day.year, day.month)[1])
        return replace(record, on=Days(first, last if what == "month" else day.replace(month=12, day=31)))
    fields = dict(record.fields)
    fields[what] = None
    return replace(record, fields=fields)


erasures = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(["strength", "days_supply", "month", "year"])), max_size=3
)


def with_holes(whole: Patient, holes: Sequence[tuple[int, str]]) -> Patient:
    """The same patient with some things of the dispensings not recorded."""
    records = list(whole.lists["dispensings"])
    for place, what in holes:
        if place < len(records):
            records[place] = erased(records[place], what)
    return replace(whole, lists={**whole.lists, "dispensings": tuple(records)})


# Laws


@few
@given(dispensings(4), stays, reference_days, st.randoms(use_true_random=False))
def test_the_order_of_the_records_changes_nothing(
    given_: list[Given], stays_: list[Stay], on: int, random: Any
) -> None:
    shuffled = list(given_)
    random.shuffle(shuffled)

    assert read(patient(shuffled, stays_), on).outputs == read(patient(given_, stays_), on).outputs


@few
@given(dispensings(), dispensings(), stays, carry_overs, reference_days)
def test_one_more_dispensing_never_lengthens_the_last_gap(
    given_: list[Given], more: list[Given], stays_: list[Stay], carry_over: int, on: int
) -> None:
    before = read(patient(given_, stays_), on, carry_over)
    after = read(patient([*given_, more[0]], stays_), on, carry_over)

    if before.outputs["status"] != frozenset({"never"}):
        assert after.outputs["gap"] <= before.outputs["gap"]  # type: ignore[operator]
        assert after.outputs["exposure"] >= before.outputs["exposure"]  # type: ignore[operator]


@few
@given(dispensings(), stays, st.data(), reference_days)
def test_splitting_one_dispensing_over_one_day_changes_nothing(
    given_: list[Given], stays_: list[Stay], data: st.DataObject, on: int
) -> None:
    whole = given_[0]
    part = data.draw(st.integers(0, whole.days))
    split = [
        *(replace(whole, days=days) for days in (part, whole.days - part) if days),
        *given_[1:],
    ]

    assert read(patient(split, stays_), on).outputs == read(patient(given_, stays_), on).outputs


@few
@given(dispensings(), dispensings(), stays, reference_days, erasures)
def test_one_more_dispensing_lengthens_no_gap_that_is_open(
    given_: list[Given], more: list[Given], stays_: list[Stay], on: int, holes: list[tuple[int, str]]
) -> None:
    """Neither the shortest nor the longest that the last gap may be."""
    before = with_holes(patient(given_, stays_), holes)
    added = replace(more[0].record(len(given_)), index=len(given_))
    after = replace(before, lists={**before.lists, "dispensings": (*before.lists["dispensings"], added)})
    one, other = read(before, on), read(after, on)

    if "never" not in one.outputs["status"]:  # type: ignore[operator]
        assert other.outputs["gap"][0] <= one.outputs["gap"][0]  # type: ignore[index]
        assert other.outputs["gap"][1] <= one.outputs["gap"][1]  # type: ignore[index]


@few
@given(dispensings(4), stays, carry_overs, windows, reference_days, st.integers(0, 3000))
def test_the_calendar_changes_no_number_of_days(
    given_: list[Given], stays_: list[Stay], carry_over: int, window: int | None, on: int, years: int
) -> None:
    """The same days begun on another day, with other leap days among them."""
    later = ORIGIN + timedelta(days=years)
    own = replace(policy(carry_over, window), planned_end_after=None, planned_end_class=None)
    one = read_treatment(patient(given_, stays_), own, ORIGIN + timedelta(days=on))
    other = read_treatment(patient(given_, stays_, origin=later), own, later + timedelta(days=on))

    for name in ("status", "gap", "longest_gap", "duration", "exposure", "pdc", "concurrent"):
        assert one.outputs[name] == other.outputs[name], name


@few
@given(st.integers(1, 120), st.integers(1, 120), st.integers(0, 130), carry_overs)
def test_an_early_refill_loses_what_lies_over_the_cap_and_no_more(
    days: int, refill: int, early: int, carry_over: int
) -> None:
    """A refill before the first is used up: what is left moves it on, up to the cap."""
    day = max(0, days - early)
    left = days - day
    found = read(patient([Given(0, days, 0), Given(day, refill, 0)]), 200, carry_over)
    lost = max(0, left - carry_over) if day else 0  # of one day it is one dispensing

    run_out = max(days, days + refill - lost)
    assert found.outputs["run_out"] == (*[ORIGIN.toordinal() + run_out] * 2, False)


@few
@given(dispensings(), st.integers(1, 26), st.integers(1, 26), reference_days)
def test_a_dispensing_from_two_pharmacies_on_one_day_is_one(
    given_: list[Given], one: int, other: int, on: int
) -> None:
    """Counted in tablets: the days follow from the product."""

    def tablets(number: int, index: int) -> Record:
        code, strength, _ = KINDS[0]
        return Record(
            "dispensings", index, only(350), (code,), {"strength": strength, "quantity": Decimal(number)}
        )

    before = patient(given_)
    records = before.lists["dispensings"]
    parts = (*records, tablets(one, len(records)), tablets(other, len(records) + 1))
    whole = (*records, tablets(one + other, len(records)))

    assert (
        read(replace(before, lists={"dispensings": parts}), on).outputs
        == read(replace(before, lists={"dispensings": whole}), on).outputs
    )


@few
@given(dispensings(), st.data(), reference_days)
def test_the_order_of_all_that_is_recorded_changes_nothing(
    given_: list[Given], data: st.DataObject, on: int
) -> None:
    """Returns and agreements among the dispensings."""
    code, strength, _ = KINDS[0]
    days = data.draw(st.lists(st.integers(0, 700), max_size=3))
    returned = [
        Record("dispensings", 0, only(day), (code,), {"strength": strength, "quantity": Decimal(-12)})
        for day in days[:1]
    ]
    spoken = [
        Record(
            "agreements",
            0,
            only(day),
            (code,),
            {"kind": data.draw(st.sampled_from(("stop", "start"))), "stop_type": "definitive"},
        )
        for day in days[1:]
    ]
    records = [*(one.record(0) for one in given_), *returned]

    def told(dispensed: Sequence[Record], agreed: Sequence[Record]) -> Treatment:
        lists = {
            name: tuple(replace(one, index=index) for index, one in enumerate(found))
            for name, found in (("dispensings", dispensed), ("agreements", agreed))
        }
        return read(Patient(delivered=EVERYTHING, lists=lists), on)

    shuffled, other = data.draw(st.permutations(records)), data.draw(st.permutations(spoken))
    assert told(shuffled, other).outputs == told(records, spoken).outputs


@few
@given(dispensings(), stays, carry_overs, windows, reference_days)
def test_days_covered_are_a_part_and_periods_stand_apart(
    given_: list[Given], stays_: list[Stay], carry_over: int, window: int | None, on: int
) -> None:
    found = read(patient(given_, stays_), on, carry_over, window)
    low, high = found.outputs["pdc"][:2]  # type: ignore[index]

    assert 0 <= low <= high <= MILLION
    for one, other in zip(found.periods, found.periods[1:], strict=False):
        assert one.start < one.end
        assert (other.start - one.end).days > 183


# What is open holds what it turns out to be


def holds(open_: object, known: object) -> bool:
    if isinstance(open_, frozenset) and isinstance(known, frozenset):
        return known <= open_
    if isinstance(open_, int):
        return open_ in (1, known)
    assert isinstance(open_, tuple) and isinstance(known, tuple)
    if len(known) == 3 and known[0] > known[1]:  # no such date
        return bool(open_[2])
    return bool(open_[0] <= known[0] and known[1] <= open_[1])


@settings(max_examples=300, deadline=None)
@given(dispensings(4), stays, carry_overs, windows, reference_days, erasures)
def test_what_is_not_recorded_leaves_room_for_what_it_turns_out_to_be(
    given_: list[Given],
    stays_: list[Stay],
    carry_over: int,
    window: int | None,
    on: int,
    holes: list[tuple[int, str]],
) -> None:
    whole = patient(given_, stays_)
    known = read(whole, on, carry_over, window)
    open_ = read(with_holes(whole, holes), on, carry_over, window)

    for name, value in known.outputs.items():
        assert holds(open_.outputs[name], value), (name, open_.outputs[name], value)


@settings(max_examples=200, deadline=None)
@given(dispensings(), stays, reference_days, erasures)
def test_answering_every_question_gives_one_status(
    given_: list[Given], stays_: list[Stay], on: int, holes: list[tuple[int, str]]
) -> None:
    whole = patient(given_, stays_)
    records = list(with_holes(whole, holes).lists["dispensings"])

    for _ in range(10):
        asked = read(replace(whole, lists={**whole.lists, "dispensings": tuple(records)}), on)
        if not asked.questions:
            break
        for path, _field in asked.questions:
            place = int(path.split("/")[1])
            records[place] = whole.lists["dispensings"][place]

    assert len(asked.outputs["status"]) == 1  # type: ignore[arg-type]
