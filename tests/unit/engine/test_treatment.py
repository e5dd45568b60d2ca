"""Where a treatment stands: each rung just under, on and just over its limit, and what is not known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from cdss.engine.treatment import (
    BASIS_WORDS,
    STATUS_WORDS,
    Treatment,
    TreatmentPolicy,
    read_treatment,
)
from cdss.models.codes import ProductLine
from cdss.models.dates import Duration
from cdss.models.patient import LISTS, Days, Delivered, FieldValue, Patient, Record
from cdss.models.quantity import MILLION
from cdss.models.truth import NO, UNKNOWN, YES

ALENDRONATE = "atc:M05BA04"
RISEDRONATE = "atc:M05BA07"
DENOSUMAB = "atc:M05BX04"
PRODUCTS = (
    ProductLine(ALENDRONATE, "70 mg", Decimal(7), "oral_bisphosphonate"),
    ProductLine(ALENDRONATE, "10 mg", Decimal(1), "oral_bisphosphonate"),
    ProductLine(ALENDRONATE, None, None, "oral_bisphosphonate"),
    ProductLine(RISEDRONATE, "35 mg", Decimal(7), "oral_bisphosphonate"),
    ProductLine(DENOSUMAB, "60 mg", Decimal(183), "denosumab"),
)
BONE = TreatmentPolicy(
    name="bone_drug_use",
    sources=("dispensings", "administrations"),
    or_sources=("prescriptions",),
    products=PRODUCTS,
    switch_products=(),
    days_supply=("recorded", "usage", "product", "ask"),
    carry_over=Duration(days=90),
    possible_stop=Duration(days=60),
    stopped=Duration(days=183),
    pause_during=("hospital",),
    planned_end_class="oral_bisphosphonate",
    planned_end_after=Duration(months=60),
    planned_end_tolerance=Duration(days=90),
    prescribed_limit=Duration(days=30),
    pdc_window=None,
    ended_by=("agreements",),
    needs_follow_up=True,
)
ORAL = replace(BONE, products=PRODUCTS[:4], switch_products=PRODUCTS, needs_follow_up=False)
EVERYTHING = {name: Delivered() for name in LISTS}
OWN = {name: Delivered(reach="own") for name in LISTS}
Entry = tuple[str, Days | None, tuple[str, ...], Mapping[str, FieldValue]]


def day(text: str) -> Days:
    """2024, 2024-03 or 2024-03-01 as the days it may be."""
    parts = [int(part) for part in text.split("-")]
    first = date(parts[0], parts[1] if len(parts) > 1 else 1, parts[2] if len(parts) > 2 else 1)
    if len(parts) == 3:
        return Days(first, first)
    last = date(parts[0] + 1, 1, 1) if len(parts) == 1 else date(first.year, first.month % 12 + 1, 1)
    return Days(first, last - timedelta(days=1))


def dispensed(on: str | None, code: str = ALENDRONATE, **fields: Any) -> Entry:
    """Twelve weekly tablets, unless told otherwise."""
    fields = {"strength": "70 mg", "quantity": Decimal(12), **fields}
    return ("dispensings", None if on is None else day(on), (code,), fields)


def injected(on: str, **fields: Any) -> Entry:
    return ("administrations", day(on), (DENOSUMAB,), {"strength": "60 mg", **fields})


def prescribed(on: str, code: str = ALENDRONATE, **fields: Any) -> Entry:
    fields = {"strength": "70 mg", "quantity": Decimal(12), **fields}
    return ("prescriptions", day(on), (code,), fields)


def agreed(on: str, kind: str, code: str = ALENDRONATE, **fields: Any) -> Entry:
    """`from_` is the day it works, when that is another day than the one it was made on."""
    fields = {name.removesuffix("_"): value for name, value in fields.items()}
    return ("agreements", day(on), (code,), {"kind": kind, **fields})


def stopped_by_agreement(on: str, code: str = ALENDRONATE, **fields: Any) -> Entry:
    return agreed(on, "stop", code, **{"stop_type": "definitive", **fields})


def stay(since: str, until: str | None, kind: str = "hospital") -> Entry:
    return ("stays", None, (), {"from": day(since), "until": day(until) if until else None, "kind": kind})


def patient(*entries: Entry, delivered: Mapping[str, Delivered] = EVERYTHING) -> Patient:
    lists: dict[str, list[Record]] = {}
    for name, on, codes, values in entries:
        records = lists.setdefault(name, [])
        records.append(Record(name, len(records), on, codes, dict(values)))
    return Patient(delivered=delivered, lists={name: tuple(records) for name, records in lists.items()})


def read(who: Patient, on: str, policy: TreatmentPolicy = BONE, follow_up: int = NO) -> Treatment:
    return read_treatment(who, policy, date.fromisoformat(on), follow_up=follow_up)


def statuses(who: Patient, on: str, policy: TreatmentPolicy = BONE, follow_up: int = NO) -> set[str]:
    return words(read(who, on, policy, follow_up))


def status(who: Patient, on: str, policy: TreatmentPolicy = BONE, follow_up: int = NO) -> str:
    found = statuses(who, on, policy, follow_up)
    assert len(found) == 1, f"not known: {sorted(found)}"
    return found.pop()


def words(treatment: Treatment, name: str = "status") -> set[str]:
    """The words that a choice may be."""
    found = treatment.outputs[name]
    assert isinstance(found, frozenset)
    return set(found)


def one(treatment: Treatment, name: str) -> object:
    """A known output as a reader would say it: a word, a day, a number of days."""
    value = treatment.outputs[name]
    if isinstance(value, frozenset):
        assert len(value) == 1, f"not known: {sorted(value)}"
        return next(iter(value))
    if isinstance(value, int):
        return value
    if len(value) == 3 and value[0] > value[1]:
        return None
    assert value[0] == value[1] and value[2:] != (True,), f"not known: {value}"
    return date.fromordinal(int(value[0])).isoformat() if len(value) == 3 else value[0] / MILLION


LAPSED = patient(*(dispensed(on, days_supply=84) for on in ("2023-03-01", "2023-05-24", "2023-08-16")))
"""Supply until 8 November 2023."""


class TestGaps:
    @pytest.mark.parametrize(
        ("on", "expected"),
        [
            ("2023-11-07", "on_treatment"),
            ("2023-11-08", "on_treatment"),
            ("2023-11-09", "on_treatment"),
            ("2024-01-06", "on_treatment"),
            ("2024-01-07", "on_treatment"),  # 60 days
            ("2024-01-08", "possible_stop"),  # 61 days
            ("2024-05-08", "possible_stop"),
            ("2024-05-09", "possible_stop"),  # 183 days
            ("2024-05-10", "stopped"),  # 184 days
        ],
    )
    def test_sixty_and_183_days_are_not_yet_over_the_limit(self, on: str, expected: str) -> None:
        assert status(LAPSED, on) == expected

    @pytest.mark.parametrize(
        ("on", "gap"), [("2023-11-07", 0), ("2023-11-08", 0), ("2023-11-09", 1), ("2024-01-08", 61)]
    )
    def test_the_gap_counts_from_the_first_day_without_supply_and_is_never_negative(
        self, on: str, gap: int
    ) -> None:
        assert one(read(LAPSED, on), "gap") == gap
        assert one(read(LAPSED, on), "run_out") == "2023-11-08"

    def test_limits_may_be_calendar_months(self) -> None:
        months = replace(BONE, possible_stop=Duration(months=2), stopped=Duration(months=6))

        assert status(LAPSED, "2024-01-08", months) == "on_treatment"  # two months is not over two months
        assert status(LAPSED, "2024-01-09", months) == "possible_stop"
        assert status(LAPSED, "2024-05-08", months) == "possible_stop"
        assert status(LAPSED, "2024-05-09", months) == "stopped"

    def test_a_dispensing_after_the_reference_date_does_not_exist(self) -> None:
        who = patient(dispensed("2024-01-01"), dispensed("2024-06-01"))

        assert one(read(who, "2024-05-31"), "last_dispensed") == "2024-01-01"
        assert one(read(who, "2024-06-01"), "last_dispensed") == "2024-06-01"

    def test_measures_of_a_lapsed_treatment(self) -> None:
        found = read(LAPSED, "2024-01-08")

        assert one(found, "started") == one(found, "first_started") == "2023-03-01"
        assert one(found, "last_dispensed") == "2023-08-16"
        assert one(found, "duration") == one(found, "exposure") == 252
        assert one(found, "longest_gap") == 61
        assert one(found, "pdc") == pytest.approx(252 / 313, abs=1e-6)
        assert one(found, "drug") == "oral_bisphosphonate"
        assert one(found, "switched_from") == "none"
        assert one(found, "concurrent") == NO
        assert one(found, "basis") == "dispensings"

    def test_while_there_is_supply_duration_and_exposure_run_to_the_reference_date(self) -> None:
        found = read(LAPSED, "2023-06-01")

        assert one(found, "duration") == one(found, "exposure") == 92
        assert one(found, "pdc") == 1

    def test_the_proportion_of_no_days_at_all_is_not_known(self) -> None:
        assert read(LAPSED, "2023-03-01").outputs["pdc"] == (0, MILLION)
        assert one(read(LAPSED, "2023-03-02"), "pdc") == 1

    @pytest.mark.parametrize(
        ("on", "covered", "days"),
        [
            ("2024-02-01", 31, 31),  # the first dispensing lies inside
            ("2024-04-09", 84, 99),
            ("2024-04-10", 84, 100),  # the window begins on the day of it
            ("2024-04-11", 83, 100),
            ("2024-07-02", 1, 100),  # dispensed before the window, with a day left inside it
            ("2024-07-03", 0, 100),
            ("2024-07-04", 0, 100),
        ],
    )
    def test_a_proportion_over_a_window_counts_what_is_covered_inside_it(
        self, on: str, covered: int, days: int
    ) -> None:
        """Supply from 1 January up to and including 24 March 2024, in a window of 100 days."""
        found = read(patient(dispensed("2024-01-01")), on, replace(BONE, pdc_window=Duration(days=100)))

        assert one(found, "pdc") == pytest.approx(covered / days, abs=1e-6)

    @pytest.mark.parametrize(
        ("on", "covered", "days"), [("2024-12-31", 84, 365), ("2025-01-01", 84, 366), ("2025-01-02", 83, 366)]
    )
    def test_a_window_of_a_year_goes_by_the_calendar(self, on: str, covered: int, days: int) -> None:
        """Supply from 1 January up to and including 24 March 2024, a leap year."""
        found = read(patient(dispensed("2024-01-01")), on, replace(BONE, pdc_window=Duration(months=12)))

        assert one(found, "pdc") == pytest.approx(covered / days, abs=1e-6)

    def test_a_window_looks_at_the_part_and_not_at_the_whole(self) -> None:
        """A gap of a year, long ago: the last 100 days are covered whole."""
        who = patient(dispensed("2022-01-01"), dispensed("2023-06-01"), dispensed("2023-08-24"))

        assert one(read(who, "2023-10-01"), "pdc") < 1
        assert one(read(who, "2023-10-01", replace(BONE, pdc_window=Duration(days=100))), "pdc") == 1

    @pytest.mark.parametrize(
        ("window", "low", "high"),
        [
            (None, 0, 1),
            (Duration(months=12), 84 / 366, 1),  # from 2023-05-01
            (Duration(days=115), 84 / 115, 1),  # from the day before the first dispensing that is seen
            (Duration(days=114), 84 / 114, 84 / 114),
            (Duration(days=100), 70 / 100, 70 / 100),
        ],
    )
    def test_of_days_before_the_first_that_is_seen_nothing_is_known(
        self, window: Duration | None, low: float, high: float
    ) -> None:
        """84 days from 2024-01-08, in a list that is complete from 2024-01-01; it is 2024-05-01."""
        delivered = {**EVERYTHING, "dispensings": Delivered(first=date(2024, 1, 1))}
        who = patient(dispensed("2024-01-08"), delivered=delivered)

        found = read(who, "2024-05-01", replace(BONE, pdc_window=window)).outputs["pdc"]

        assert [end / MILLION for end in found[:2]] == pytest.approx([low, high], abs=1e-6)  # type: ignore[index]


class TestPeriods:
    def test_a_gap_of_183_days_joins_and_one_of_184_starts_a_new_period(self) -> None:
        # Supply from 1 January to 25 March 2024; 183 days later it is 24 September.
        joined = read(patient(dispensed("2024-01-01"), dispensed("2024-09-24")), "2024-10-01")
        split = read(patient(dispensed("2024-01-01"), dispensed("2024-09-25")), "2024-10-01")

        assert one(joined, "started") == "2024-01-01"
        assert one(joined, "longest_gap") == 183
        assert len(joined.periods) == 1
        assert one(split, "started") == "2024-09-25"
        assert one(split, "first_started") == "2024-01-01"
        assert one(split, "longest_gap") == 184
        assert [period.start.isoformat() for period in split.periods] == ["2024-01-01", "2024-09-25"]
        assert one(split, "exposure") == 84 + 6
        assert one(split, "duration") == 6

    def test_the_periods_and_covers_are_there_to_be_drawn(self) -> None:
        found = read(LAPSED, "2024-01-08")

        assert [(c.period.start.isoformat(), c.period.days, c.records) for c in found.covers] == [
            ("2023-03-01", 84, ("dispensings/0",)),
            ("2023-05-24", 84, ("dispensings/1",)),
            ("2023-08-16", 84, ("dispensings/2",)),
        ]
        assert found.covers[0].drug == "oral_bisphosphonate"


class TestSupply:
    @pytest.mark.parametrize(
        ("fields", "days"),
        [
            ({"days_supply": Decimal(90), "usage": "1W1T"}, 90),  # recorded
            ({"usage": "nhg-25:1D1T"}, 12),  # the directions, before the product
            ({"usage": "1 per week"}, 84),
            ({"usage": None}, 84),  # the product
            ({"strength": "10 mg"}, 12),
            ({"days_supply": Decimal(0)}, 84),  # nothing recorded
        ],
    )
    def test_days_supply_comes_from_the_first_rung_that_tells(
        self, fields: dict[str, Any], days: int
    ) -> None:
        found = read(patient(dispensed("2024-01-01", **fields)), "2024-06-01")

        assert one(found, "exposure") == days

    def test_a_rung_that_the_author_left_out_is_not_used(self) -> None:
        who = patient(dispensed("2024-01-01", usage="1D1T"))

        assert one(read(who, "2024-06-01", replace(BONE, days_supply=("product",))), "exposure") == 84

    @pytest.mark.parametrize("usage", ["3D2T ZN", "volgens schema", "1M1T"])
    def test_directions_that_are_not_understood_are_unknown_and_asked_not_the_product(
        self, usage: str
    ) -> None:
        found = read(patient(dispensed("2024-01-01", usage=usage)), "2024-06-01")

        assert words(found) == {"on_treatment", "possible_stop"}
        assert found.questions == (("dispensings/0", "days_supply"),)
        assert found.outputs["run_out"] == (date(2024, 1, 1).toordinal(), math.inf, False)

    def test_a_quantity_that_is_missing_is_asked_when_it_would_settle_the_days(self) -> None:
        found = read(patient(dispensed("2024-01-01", quantity=None)), "2024-06-01")

        assert found.questions == (("dispensings/0", "quantity"),)

    def test_an_unknown_supply_that_cannot_change_the_status_is_not_asked(self) -> None:
        who = patient(
            dispensed("2023-11-01", quantity=None), dispensed("2024-01-01"), dispensed("2024-03-20")
        )

        found = read(who, "2024-05-01")

        assert words(found) == {"on_treatment"}
        assert found.questions == ()

    def test_without_ask_on_the_ladder_nothing_is_asked(self) -> None:
        silent = replace(BONE, days_supply=("recorded", "usage", "product"))
        found = read(patient(dispensed("2024-01-01", quantity=None)), "2024-06-01", silent)

        assert len(words(found)) > 1
        assert found.questions == ()

    def test_a_range_of_use_is_a_range_of_supply(self) -> None:
        # 100 tablets, 1 to 2 a day: 50 to 100 days, so supply until 20 February or 10 April 2024.
        who = patient(dispensed("2024-01-01", strength="10 mg", quantity=Decimal(100), usage="1-2D1T"))

        assert status(who, "2024-02-19") == "on_treatment"
        assert statuses(who, "2024-04-21") == {"on_treatment", "possible_stop"}
        assert read(who, "2024-04-21").questions == (("dispensings/0", "days_supply"),)
        assert status(who, "2024-06-11") == "possible_stop"
        assert read(who, "2024-03-01").outputs["exposure"] == (50 * MILLION, 60 * MILLION)

    def test_a_day_that_is_only_partly_supplied_does_not_count(self) -> None:
        who = patient(dispensed("2024-01-01", strength="10 mg", quantity=Decimal(15), usage="2D1T"))

        assert one(read(who, "2024-03-01"), "exposure") == 7

    def test_parts_of_days_of_one_day_are_added_before_they_are_dropped(self) -> None:
        half = dispensed("2024-01-01", strength="10 mg", quantity=Decimal(15), usage="2D1T")

        assert one(read(patient(half, half), "2024-03-01"), "exposure") == 15

    def test_dispensings_of_one_product_on_one_day_are_one(self) -> None:
        six = dispensed("2024-01-01", quantity=Decimal(6))

        twice = read(patient(six, six), "2024-06-01")

        assert one(twice, "run_out") == one(read(patient(dispensed("2024-01-01")), "2024-06-01"), "run_out")
        assert twice.covers[0].records == ("dispensings/0", "dispensings/1")

    def test_weekly_packs_of_one_tablet_make_one_treatment(self) -> None:
        first = date(2024, 1, 1)
        packs = [
            dispensed((first + timedelta(days=7 * week)).isoformat(), quantity=Decimal(1))
            for week in range(26)
        ]

        found = read(patient(*packs), "2024-06-30")

        assert one(found, "started") == "2024-01-01"
        assert one(found, "run_out") == "2024-07-01"
        assert one(found, "longest_gap") == 0
        assert status(patient(*packs), "2024-06-30") == "on_treatment"

    def test_of_an_administration_only_what_it_can_hold_is_asked(self) -> None:
        """How many days an injection lasts is a matter of the product: its strength may still tell."""
        lines = (
            ProductLine(DENOSUMAB, "60 mg", Decimal(183), "denosumab"),
            ProductLine(DENOSUMAB, None, None, "denosumab"),
        )
        policy = replace(BONE, products=lines)
        unknown, known = injected("2023-06-01", strength=None), injected("2023-06-01", strength="30 mg")

        assert read(patient(unknown), "2024-06-01", policy).questions == (("administrations/0", "strength"),)
        assert read(patient(known), "2024-06-01", policy).questions == ()

    def test_it_may_rest_on_whichever_record_may_run_out_last(self) -> None:
        """A dispensing and an injection of unknown length: either may be the last."""
        lines = (ProductLine(DENOSUMAB, None, None, "denosumab"),)
        who = patient(
            injected("2024-01-01"), dispensed("2024-02-01", DENOSUMAB, strength="60 mg", quantity=None)
        )

        found = read(who, "2024-06-01", replace(BONE, products=lines))

        assert words(found, "basis") == {"administrations", "dispensings"}


class TestCarryOver:
    @pytest.mark.parametrize(
        ("second", "run_out"),
        [
            ("2024-03-24", "2024-06-17"),  # a day early: one day of supply is left
            ("2024-03-25", "2024-06-17"),  # on the day
            ("2024-03-26", "2024-06-18"),  # a day late
        ],
    )
    def test_an_early_refill_is_used_when_the_first_is_finished(self, second: str, run_out: str) -> None:
        found = read(patient(dispensed("2024-01-01"), dispensed(second)), "2024-09-01")

        assert one(found, "run_out") == run_out

    @pytest.mark.parametrize(
        ("weeks", "left"),
        [(14, 89), (15, 90), (16, 90)],  # left of the first on the day of the second: 89, 96 and 103 days
    )
    def test_at_most_ninety_days_are_carried_over(self, weeks: int, left: int) -> None:
        who = patient(dispensed("2024-01-01", quantity=Decimal(weeks)), dispensed("2024-01-10"))
        expected = date(2024, 1, 10) + timedelta(days=left + 84)

        assert one(read(who, "2024-12-01"), "run_out") == expected.isoformat()

    def test_without_a_carry_over_a_refill_starts_on_its_own_day(self) -> None:
        who = patient(dispensed("2024-01-01"), dispensed("2024-03-01"))

        assert one(read(who, "2024-09-01", replace(BONE, carry_over=None)), "run_out") == "2024-05-24"

    def test_another_strength_carries_nothing_over(self) -> None:
        who = patient(
            dispensed("2024-01-01"), dispensed("2024-03-01", strength="10 mg", quantity=Decimal(84))
        )

        assert one(read(who, "2024-09-01"), "run_out") == "2024-05-24"

    def test_another_code_starts_on_its_own_day(self) -> None:
        who = patient(dispensed("2024-01-01"), dispensed("2024-03-01", RISEDRONATE, strength="35 mg"))

        assert one(read(who, "2024-09-01"), "run_out") == "2024-05-24"

    def test_the_same_strength_in_other_words_is_the_same(self) -> None:
        who = patient(dispensed("2024-01-01"), dispensed("2024-03-01", strength="0.07 g"))

        assert one(read(who, "2024-09-01"), "run_out") == "2024-06-17"

    def test_two_supplies_without_a_strength_are_not_taken_for_one_product(self) -> None:
        supplied = {"strength": None, "days_supply": Decimal(84)}
        found = read(
            patient(dispensed("2024-01-01", **supplied), dispensed("2024-03-01", **supplied)), "2024-07-24"
        )

        # Another strength lasts from 1 March until 24 May, 61 days ago; the same from 25 March until 17 June.
        assert found.outputs["run_out"] == (
            date(2024, 5, 24).toordinal(),
            date(2024, 6, 17).toordinal(),
            False,
        )
        assert words(found) == {"possible_stop", "on_treatment"}
        assert found.questions == (("dispensings/0", "strength"), ("dispensings/1", "strength"))

    def test_a_missing_strength_of_the_same_code_leaves_the_run_out_open_and_is_asked_when_it_matters(
        self,
    ) -> None:
        who = patient(
            dispensed("2024-01-01"), dispensed("2024-03-01", strength=None, days_supply=Decimal(84))
        )

        found = read(who, "2024-07-25")

        assert found.outputs["run_out"] == (
            date(2024, 5, 24).toordinal(),
            date(2024, 6, 17).toordinal(),
            False,
        )
        assert words(found) == {"on_treatment", "possible_stop"}
        assert found.questions == (("dispensings/1", "strength"),)


class TestReturns:
    def test_a_returned_delivery_is_as_if_it_never_was(self) -> None:
        kept = patient(dispensed("2024-01-01"))
        for returned in (
            dispensed("2024-03-30", quantity=Decimal(-12)),
            dispensed("2024-03-30", kind="return"),
            dispensed("2024-03-30", kind="return", quantity=None),
        ):
            who = patient(dispensed("2024-01-01"), dispensed("2024-03-25"), returned)

            assert read(who, "2024-08-01").outputs == read(kept, "2024-08-01").outputs

    def test_it_cancels_the_newest_with_the_same_quantity(self) -> None:
        who = patient(
            dispensed("2024-01-01"),
            dispensed("2024-03-25", quantity=Decimal(2)),
            dispensed("2024-03-27", quantity=Decimal(-12)),
        )

        assert one(read(who, "2024-08-01"), "started") == "2024-03-25"

    def test_a_return_of_part_of_it_leaves_the_rest(self) -> None:
        who = patient(dispensed("2024-01-01"), dispensed("2024-01-20", quantity=Decimal(-4)))

        assert one(read(who, "2024-08-01"), "exposure") == 56

    def test_a_return_before_the_reference_date_only(self) -> None:
        who = patient(dispensed("2024-01-01"), dispensed("2024-02-01", kind="return"))

        assert status(who, "2024-01-31") == "on_treatment"
        assert status(who, "2024-02-01") == "never"

    @pytest.mark.parametrize(
        "returned",
        [
            dispensed("2024-01-05", RISEDRONATE, strength="35 mg", kind="return"),
            dispensed("2024-01-05", strength="10 mg", kind="return"),
            dispensed("2023-12-31", kind="return"),
            dispensed("2024-01-05", quantity=Decimal(-24)),
        ],
    )
    def test_a_return_that_matches_nothing_is_left_out_and_told(self, returned: Entry) -> None:
        found = read(patient(dispensed("2024-01-01"), returned), "2024-03-01")

        assert one(found, "run_out") == "2024-03-25"
        assert [skipped.path for skipped in found.skipped] == ["dispensings/1"]


class TestStays:
    @pytest.mark.parametrize(
        ("since", "until", "run_out"),
        [
            ("2024-03-01", "2024-03-11", "2024-04-04"),  # ten days in hospital
            ("2024-03-24", "2024-04-03", "2024-04-04"),  # one day of supply was left
            ("2024-03-25", "2024-04-04", "2024-03-25"),  # nothing was left
            ("2023-12-01", "2024-01-11", "2024-04-04"),  # dispensed during the stay
            ("2023-12-01", "2024-01-01", "2024-03-25"),  # discharged on the day of dispensing
        ],
    )
    def test_no_supply_is_used_in_hospital(self, since: str, until: str, run_out: str) -> None:
        who = patient(dispensed("2024-01-01"), stay(since, until))

        assert one(read(who, "2024-08-01"), "run_out") == run_out

    def test_stays_that_overlap_count_once(self) -> None:
        who = patient(
            dispensed("2024-01-01"), stay("2024-02-01", "2024-02-11"), stay("2024-02-06", "2024-02-21")
        )

        assert one(read(who, "2024-08-01"), "run_out") == "2024-04-14"

    def test_an_open_stay_lasts_until_the_reference_date(self) -> None:
        who = patient(dispensed("2024-01-01"), stay("2024-03-01", None))

        assert status(who, "2024-08-01") == "on_treatment"
        assert one(read(who, "2024-08-01"), "run_out") == "2024-08-25"  # 24 days of supply are left

    def test_a_kind_of_stay_that_the_author_did_not_name_pauses_nothing(self) -> None:
        who = patient(dispensed("2024-01-01"), stay("2024-03-01", "2024-03-11", "rehabilitation"))

        assert one(read(who, "2024-08-01"), "run_out") == "2024-03-25"

    def test_a_stay_of_which_the_first_day_is_not_known_makes_the_run_out_a_range(self) -> None:
        who = patient(dispensed("2024-01-01"), stay("2024-03", "2024-03-11"))

        assert read(who, "2024-08-01").outputs["run_out"] == (
            date(2024, 3, 25).toordinal(),
            date(2024, 4, 4).toordinal(),
            False,
        )


class TestCensored:
    def test_nobody_is_called_about_who_died_or_moved(self) -> None:
        for gone in (
            replace(LAPSED, deceased_on=day("2024-05-10")),
            replace(LAPSED, deregistered_on=day("2024-05-10")),
            patient(dispensed("2023-08-16"), stay("2024-01-01", None, "nursing_home")),
        ):
            assert status(gone, "2024-05-10") == "censored"
            assert one(read(gone, "2024-05-10"), "basis") == "registration"

    def test_a_death_after_the_reference_date_does_not_exist(self) -> None:
        assert status(replace(LAPSED, deceased_on=day("2024-05-11")), "2024-05-10") == "stopped"

    def test_who_came_home_from_the_nursing_home_counts_again(self) -> None:
        who = patient(dispensed("2023-08-16"), stay("2024-01-01", "2024-02-01", "nursing_home"))

        assert status(who, "2024-01-31") == "censored"
        assert status(who, "2024-02-01") == "possible_stop"

    @pytest.mark.parametrize(
        ("since", "until", "expected"),
        [
            ("2024-05-10", None, {"censored"}),  # today
            ("2024-05-11", None, {"stopped"}),  # not yet
            ("2024-05", None, {"censored", "stopped"}),  # this month
            ("2024-04", None, {"censored"}),
            ("2024-01-01", "2024-05-10", {"stopped"}),  # came home today
            ("2024-01-01", "2024-05-11", {"censored"}),
            ("2024-01-01", "2024-05", {"censored", "stopped"}),
        ],
    )
    def test_living_in_a_nursing_home_on_the_day_itself(
        self, since: str, until: str | None, expected: set[str]
    ) -> None:
        who = replace(LAPSED, lists={**LAPSED.lists, **patient(stay(since, until, "nursing_home")).lists})

        assert statuses(who, "2024-05-10") == expected

    def test_a_death_that_may_have_been_today(self) -> None:
        assert statuses(replace(LAPSED, deceased_on=day("2024-06")), "2024-05-31") == {"stopped"}
        assert statuses(replace(LAPSED, deceased_on=day("2024-06")), "2024-06-01") == {"censored", "stopped"}
        assert statuses(replace(LAPSED, deceased_on=day("2024-06")), "2024-06-30") == {"censored"}

    def test_a_death_in_a_year_of_which_the_day_is_not_known_leaves_it_open(self) -> None:
        assert statuses(replace(LAPSED, deceased_on=day("2024")), "2024-05-10") == {"censored", "stopped"}


class TestOutsideTheSet:
    def test_only_the_oncology_strength_is_out_of_scope(self) -> None:
        who = patient(dispensed("2024-01-01", DENOSUMAB, strength="120 mg", quantity=Decimal(1)))

        assert status(who, "2024-06-01") == "out_of_scope"

    def test_a_missing_strength_of_denosumab_is_unknown_and_asked(self) -> None:
        who = patient(dispensed("2024-01-01", DENOSUMAB, strength=None, quantity=Decimal(1)))

        found = read(who, "2024-06-01")

        assert words(found) == {"on_treatment", "out_of_scope"}
        assert found.questions == (("dispensings/0", "strength"),)
        assert found.outputs["started"] == (date(2024, 1, 1).toordinal(), date(2024, 1, 1).toordinal(), True)

    def test_a_missing_strength_that_cannot_change_the_status_is_not_asked(self) -> None:
        who = patient(
            dispensed("2024-01-01", DENOSUMAB, strength=None, quantity=Decimal(1)), dispensed("2024-05-01")
        )

        found = read(who, "2024-06-01")

        assert words(found) == {"on_treatment"}
        assert found.questions == ()

    def test_many_possible_records_are_still_bounded_by_the_sure_ones(self) -> None:
        possible = [
            dispensed(f"2023-{month:02}-01", DENOSUMAB, strength=None, quantity=Decimal(1))
            for month in range(1, 13)
        ]

        assert status(patient(*possible, dispensed("2024-05-01")), "2024-06-01") == "on_treatment"
        assert "out_of_scope" in statuses(patient(*possible), "2024-06-01")
        assert "on_treatment" in statuses(patient(*possible), "2024-06-01")
        assert ("dispensings/11", "strength") in read(patient(*possible), "2024-06-01").questions

    def test_a_missing_strength_lasts_as_long_as_the_products_it_may_be(self) -> None:
        strengths = replace(BONE, products=(PRODUCTS[0], PRODUCTS[1]))
        who = patient(dispensed("2024-01-01", strength=None))

        assert read(who, "2024-06-01", strengths).outputs["run_out"] == (
            date(2024, 1, 13).toordinal(),
            date(2024, 3, 25).toordinal(),
            True,
        )


class TestNothingDispensed:
    def test_a_complete_and_empty_list_is_never(self) -> None:
        found = read(patient(), "2024-06-01")

        assert one(found, "status") == "never"
        assert found.assumed is False
        assert one(found, "started") is None
        assert one(found, "gap") == one(found, "exposure") == 0
        assert one(found, "drug") == "none"

    @pytest.mark.parametrize(
        "delivered",
        [
            OWN,
            {**EVERYTHING, "dispensings": Delivered(first=date(2022, 1, 1))},
            {"dispensings": Delivered()},
        ],
    )
    def test_on_a_list_that_is_not_complete_for_ever_never_is_assumed(
        self, delivered: dict[str, Delivered]
    ) -> None:
        found = read(patient(delivered=delivered), "2024-06-01")

        assert one(found, "status") == "never"
        assert found.assumed is True

    def test_a_list_that_was_not_delivered_says_nothing(self) -> None:
        found = read(patient(delivered={}), "2024-06-01")

        assert {"never", "on_treatment", "stopped"} <= words(found)
        assert found.outputs["gap"] == (0, math.inf)
        assert found.outputs["started"] == (-math.inf, date(2024, 6, 1).toordinal(), True)
        assert found.not_checked == (
            "prescriptions",
            "dispensings",
            "administrations",
            "agreements",
            "stays",
        )
        assert found.questions == ()

    @pytest.mark.parametrize(
        ("on", "expected"),
        [
            ("2024-01-30", "never"),
            ("2024-01-31", "never"),  # 30 days
            ("2024-02-01", "primary_non_adherence"),  # 31 days
        ],
    )
    def test_a_prescription_that_was_not_collected_within_thirty_days(self, on: str, expected: str) -> None:
        assert status(patient(prescribed("2024-01-01")), on) == expected

    def test_a_draft_order_or_a_prescription_that_was_stopped_need_not_be_collected(self) -> None:
        for who in (
            patient(prescribed("2024-01-01", proposed=True)),
            patient(prescribed("2024-01-01", stop_on=day("2024-01-10"))),
            patient(prescribed("2024-01-01"), agreed("2024-01-10", "stop", stop_type="cancelled")),
        ):
            assert status(who, "2024-06-01") == "never"

    def test_a_prescription_from_before_the_dispensing_list_begins_may_have_been_collected(self) -> None:
        delivered = {**EVERYTHING, "dispensings": Delivered(first=date(2022, 1, 1))}

        found = statuses(patient(prescribed("2021-12-31"), delivered=delivered), "2024-06-01")

        assert {"primary_non_adherence", "stopped", "on_treatment"} <= found
        assert status(patient(prescribed("2022-01-01"), delivered=delivered), "2024-06-01") == (
            "primary_non_adherence"
        )

    def test_a_prescription_that_only_possibly_belongs_is_asked_about(self) -> None:
        found = read(patient(prescribed("2024-01-01", DENOSUMAB, strength=None)), "2024-06-01")

        assert words(found) == {"primary_non_adherence", "never"}
        assert found.questions == (("prescriptions/0", "strength"),)


class TestAgreements:
    USER = (dispensed("2023-11-08"), dispensed("2024-01-31"))
    """Supply until 24 April 2024."""

    @pytest.mark.parametrize(
        ("on", "expected"),
        [("2024-05-13", "on_treatment"), ("2024-05-14", "planned_end"), ("2024-05-15", "planned_end")],
    )
    def test_a_definitive_stop_is_a_planned_end_from_the_day_it_works(self, on: str, expected: str) -> None:
        who = patient(*self.USER, stopped_by_agreement("2024-05-14"))

        assert status(who, on) == expected

    def test_a_stop_in_the_future_counts_from_the_day_it_works_not_from_the_day_it_was_made(self) -> None:
        who = patient(*self.USER, stopped_by_agreement("2024-03-01", from_=day("2024-04-01")))

        assert status(who, "2024-03-31") == "on_treatment"
        assert status(who, "2024-04-01") == "planned_end"
        assert one(read(who, "2024-04-01"), "basis") == "stop_agreement"

    def test_a_dispensing_after_the_stop_undoes_it_and_one_on_that_day_does_not(self) -> None:
        after = patient(*self.USER, stopped_by_agreement("2024-03-01"), dispensed("2024-03-02"))
        same = patient(*self.USER, stopped_by_agreement("2024-03-01"), dispensed("2024-03-01"))

        assert status(after, "2024-06-01") == "on_treatment"
        assert status(same, "2024-06-01") == "planned_end"

    def test_a_stop_of_the_old_drug_after_a_switch_ends_nothing(self) -> None:
        who = patient(
            dispensed("2024-01-01"),
            dispensed("2024-03-01", RISEDRONATE, strength="35 mg"),
            stopped_by_agreement("2024-03-10"),
        )

        assert status(who, "2024-04-01") == "on_treatment"

    def test_a_stop_of_the_drug_in_use_ends_the_treatment_though_an_older_drug_was_never_stopped(
        self,
    ) -> None:
        who = patient(
            dispensed("2023-01-01"),
            dispensed("2023-04-01", RISEDRONATE, strength="35 mg"),
            stopped_by_agreement("2024-03-10", RISEDRONATE),
        )

        assert status(who, "2024-04-01") == "planned_end"

    def test_a_new_start_after_the_stop_undoes_it_and_the_gap_counts_from_there(self) -> None:
        who = patient(*self.USER, stopped_by_agreement("2024-05-14"), agreed("2024-08-01", "start"))

        assert status(who, "2024-07-31") == "planned_end"
        assert status(who, "2024-08-01") == "on_treatment"
        assert one(read(who, "2024-09-30"), "gap") == 60
        assert status(who, "2024-09-30") == "on_treatment"
        assert status(who, "2024-10-01") == "possible_stop"
        assert one(read(who, "2024-10-01"), "run_out") == "2024-04-24"

    @pytest.mark.parametrize("start", ["2024-03-14", "2024-03-15", "2024-03-16"])
    def test_a_change_of_dose_is_a_stop_and_a_start_of_one_day_and_ends_nothing(self, start: str) -> None:
        who = patient(
            *self.USER,
            stopped_by_agreement("2024-03-10", from_=day("2024-03-15")),
            agreed("2024-03-10", "start", from_=day(start)),
        )

        assert status(who, "2024-04-01") == "on_treatment"

    def test_a_stop_that_was_agreed_with_the_start_still_ends_it(self) -> None:
        who = patient(
            *self.USER,
            agreed("2023-11-08", "start"),
            stopped_by_agreement("2023-11-08", from_=day("2024-04-01")),
        )

        assert status(who, "2024-03-31") == "on_treatment"
        assert status(who, "2024-04-01") == "planned_end"

    def test_a_temporary_stop_interrupts_until_it_ends(self) -> None:
        who = patient(
            *self.USER,
            agreed("2024-05-14", "stop", stop_type="temporary", until=day("2024-09-01")),
        )

        assert status(who, "2024-05-13") == "on_treatment"
        assert status(who, "2024-05-14") == "interrupted"
        assert status(who, "2024-08-31") == "interrupted"
        assert status(who, "2024-09-01") == "on_treatment"
        assert status(who, "2024-10-31") == "on_treatment"  # 60 days after the pause
        assert status(who, "2024-11-01") == "possible_stop"

    def test_a_stop_of_which_the_type_was_not_recorded_is_either_and_asked(self) -> None:
        found = read(patient(*self.USER, agreed("2024-05-14", "stop")), "2024-06-01")

        assert words(found) == {"planned_end", "interrupted"}
        assert found.questions == (("agreements/0", "stop_type"),)

    def test_an_agreement_that_ended_without_a_successor_makes_a_possible_stop_from_the_run_out(self) -> None:
        ended = agreed("2023-11-08", "start", until=day("2024-04-20"))
        who = patient(*self.USER, ended)

        assert status(who, "2024-04-23") == "on_treatment"
        assert status(who, "2024-04-24") == "possible_stop"
        assert one(read(who, "2024-04-24"), "basis") == "ended_agreement"
        followed = patient(*self.USER, ended, agreed("2024-04-15", "start", from_=day("2024-04-20")))
        assert status(followed, "2024-04-24") == "on_treatment"

    @pytest.mark.parametrize(
        ("until", "expected"),
        [("2024-05-01", "possible_stop"), ("2024-05-02", "possible_stop"), ("2024-05-03", "on_treatment")],
    )
    def test_an_agreement_has_ended_on_the_first_day_it_no_longer_holds(
        self, until: str, expected: str
    ) -> None:
        who = patient(*self.USER, agreed("2023-11-08", "start", until=day(until)))

        assert status(who, "2024-05-02") == expected

    def test_a_start_that_may_be_of_another_drug_is_only_possibly_a_successor(self) -> None:
        ended = agreed("2023-11-08", "start", until=day("2024-04-20"))
        perhaps = agreed("2024-04-20", "start", DENOSUMAB)

        found = read(patient(*self.USER, ended, perhaps), "2024-04-30")

        assert words(found) == {"possible_stop", "on_treatment"}
        assert found.questions == (("agreements/1", "strength"),)

    def test_a_later_start_that_ended_before_the_stop_undoes_nothing(self) -> None:
        stop = stopped_by_agreement("2024-03-01", from_=day("2024-05-14"))
        for until, expected in (("2024-05-13", "planned_end"), ("2024-05-15", "on_treatment")):
            brief = agreed("2024-04-01", "start", until=day(until))
            found = status(patient(*self.USER, stop, brief), "2024-05-14")
            assert found == expected, until

    def test_a_cancelled_agreement_is_no_stop_to_restart_from(self) -> None:
        who = patient(
            *self.USER,
            agreed("2024-06-01", "stop", stop_type="cancelled"),
            agreed("2024-06-01", "start"),
        )

        assert status(who, "2024-06-30") == "possible_stop"

    def test_a_dispensing_after_the_agreement_ended_shows_that_it_goes_on(self) -> None:
        ended = agreed("2023-11-08", "start", until=day("2024-01-31"))

        assert status(patient(*self.USER, ended), "2024-05-01") == "on_treatment"

    def test_a_statement_of_not_using_makes_a_possible_stop_from_the_run_out(self) -> None:
        who = patient(*self.USER, agreed("2024-03-01", "not_used"))

        assert status(who, "2024-04-23") == "on_treatment"
        assert status(who, "2024-04-24") == "possible_stop"
        assert one(read(who, "2024-04-24"), "basis") == "not_used"

    def test_a_cancelled_agreement_stops_nothing(self) -> None:
        who = patient(*self.USER, agreed("2024-02-14", "stop", stop_type="cancelled"))

        assert status(who, "2024-03-01") == "on_treatment"

    def test_agreements_are_read_only_where_the_author_says_so(self) -> None:
        who = patient(*self.USER, stopped_by_agreement("2024-05-14"))

        assert status(who, "2024-06-01", replace(BONE, ended_by=())) == "on_treatment"

    def test_a_prescription_that_was_stopped_ends_the_treatment_where_the_author_says_so(self) -> None:
        who = patient(*self.USER, prescribed("2023-11-08", stop_on=day("2024-05-14")))

        assert status(who, "2024-06-01") == "on_treatment"
        assert status(who, "2024-06-01", replace(BONE, ended_by=("prescription",))) == "planned_end"

    def test_an_agreement_counts_from_the_day_it_was_made(self) -> None:
        late = stopped_by_agreement("2024-07-01", from_=day("2024-05-14"))

        assert status(patient(*self.USER, late), "2024-06-30") == "possible_stop"
        assert status(patient(*self.USER, late), "2024-07-01") == "planned_end"


class TestPlannedEnd:
    @staticmethod
    def five_years(days: int) -> Patient:
        """Alendronate from 1 March 2019, without a gap, for so many days in all."""
        return patient(dispensed("2019-03-01", days_supply=Decimal(days)))

    @pytest.mark.parametrize(
        ("days", "expected"),
        # Five years on is 1 March 2024; 90 days before that is 2 December 2023, 1737 days after the start.
        [(1736, "possible_stop"), (1737, "planned_end_possible"), (1738, "planned_end_possible")],
    )
    def test_a_run_out_in_the_last_ninety_days_of_five_years_may_be_planned(
        self, days: int, expected: str
    ) -> None:
        assert status(self.five_years(days), "2024-03-10") == expected

    def test_only_when_the_gap_is_over_the_limit(self) -> None:
        who = self.five_years(1800)  # supply until 3 February 2024

        assert status(who, "2024-04-03") == "on_treatment"
        assert status(who, "2024-04-04") == "planned_end_possible"
        assert status(who, "2025-01-01") == "planned_end_possible"

    def test_an_agreement_that_ended_after_five_years_asks_for_the_evaluation_at_once(self) -> None:
        who = patient(
            dispensed("2019-03-01", days_supply=Decimal(1800)),
            agreed("2019-03-01", "start", until=day("2024-02-03")),
        )

        assert status(who, "2024-02-04") == "planned_end_possible"

    def test_only_for_the_class_that_the_author_names(self) -> None:
        who = patient(dispensed("2019-03-01", DENOSUMAB, strength="60 mg", days_supply=Decimal(1800)))

        assert status(who, "2024-04-04") == "possible_stop"

    def test_the_five_years_count_from_the_start_of_the_last_period(self) -> None:
        who = patient(
            dispensed("2014-01-01", days_supply=Decimal(900)),
            dispensed("2022-01-01", days_supply=Decimal(700)),
        )

        assert status(who, "2024-03-01") == "possible_stop"


class TestDenosumab:
    ENDED = (injected("2023-09-01"), stopped_by_agreement("2024-02-01", DENOSUMAB))

    def test_a_stop_is_a_planned_end_only_with_a_confirmed_follow_up_drug(self) -> None:
        who = patient(*self.ENDED)

        assert status(who, "2024-04-01", follow_up=NO) == "possible_stop"
        assert status(who, "2024-04-01", follow_up=YES) == "planned_end"
        assert statuses(who, "2024-04-01", follow_up=UNKNOWN) == {"planned_end", "possible_stop"}

    def test_it_does_not_ask_a_follow_up_drug_of_a_tablet(self) -> None:
        who = patient(dispensed("2024-01-31"), stopped_by_agreement("2024-03-01"))

        assert status(who, "2024-04-01", follow_up=NO) == "planned_end"

    def test_a_pen_that_is_dispensed_early_and_injected_later_counts_once(self) -> None:
        early = dispensed("2024-01-01", DENOSUMAB, strength="60 mg", quantity=Decimal(1))
        who = patient(early, injected("2024-02-01"))

        found = read(who, "2024-06-01")

        assert one(found, "run_out") == "2024-08-02"  # 183 days after the injection
        assert one(found, "started") == "2024-02-01"
        assert one(found, "basis") == "administrations"

    def test_an_older_pen_that_must_have_been_used_is_not_taken_for_the_one_injected(self) -> None:
        old = dispensed("2023-01-01", DENOSUMAB, strength="60 mg", quantity=Decimal(1))

        found = read(patient(old, injected("2023-07-03")), "2023-08-01")

        assert one(found, "started") == "2023-01-01"

    def test_one_injection_of_two_pens_leaves_one(self) -> None:
        two = dispensed("2024-01-01", DENOSUMAB, strength="60 mg", quantity=Decimal(2))

        assert one(read(patient(two, injected("2024-01-01")), "2024-06-01"), "run_out") == "2025-01-01"


class TestSwitches:
    def test_a_switch_within_the_set_goes_on_and_says_from_what(self) -> None:
        who = patient(
            dispensed("2023-09-01"),
            dispensed("2023-12-01", DENOSUMAB, strength="60 mg", quantity=Decimal(1)),
        )

        found = read(who, "2024-03-01")

        assert one(found, "status") == "on_treatment"
        assert one(found, "drug") == "denosumab"
        assert one(found, "switched_from") == "oral_bisphosphonate"
        assert one(found, "concurrent") == NO
        assert one(found, "started") == "2023-09-01"

    def test_after_two_switches_it_says_the_drug_of_just_before(self) -> None:
        who = patient(
            dispensed("2023-09-01", RISEDRONATE, strength="35 mg", quantity=Decimal(4)),
            dispensed("2023-10-01", DENOSUMAB, strength="60 mg", quantity=Decimal(1)),
            dispensed("2024-04-01"),
        )

        assert one(read(who, "2024-05-01"), "switched_from") == "denosumab"

    @pytest.mark.parametrize(
        ("injection", "expected"),
        # The tablets last until 24 November 2023; 183 days later it is 25 May 2024.
        [
            ("2023-08-31", "stopped"),
            ("2023-09-01", "switched"),
            ("2024-05-24", "switched"),
            ("2024-05-25", "switched"),
            ("2024-05-26", "stopped"),
        ],
    )
    def test_a_drug_outside_the_set_takes_over_until_the_treatment_had_stopped(
        self, injection: str, expected: str
    ) -> None:
        who = patient(dispensed("2023-09-01"), injected(injection))

        assert status(who, "2024-06-10", ORAL) == expected

    def test_before_the_tablets_run_out_it_is_still_on_treatment(self) -> None:
        who = patient(dispensed("2023-09-01"), injected("2023-10-01"))

        assert status(who, "2023-11-23", ORAL) == "on_treatment"
        assert status(who, "2023-11-24", ORAL) == "switched"

    def test_a_switch_is_no_planned_end(self) -> None:
        who = patient(dispensed("2023-09-01"), stopped_by_agreement("2023-11-30"), injected("2023-12-05"))

        assert status(who, "2024-03-01", ORAL) == "switched"

    def test_who_only_ever_had_the_other_drug_is_out_of_scope(self) -> None:
        assert status(patient(injected("2023-10-01")), "2024-03-01", ORAL) == "out_of_scope"

    def test_two_drugs_side_by_side_are_seen_and_old_supply_is_not(self) -> None:
        risedronate = dispensed("2024-01-15", RISEDRONATE, strength="35 mg")
        switch = patient(dispensed("2024-01-01"), risedronate)
        both = patient(dispensed("2024-01-01"), risedronate, dispensed("2024-02-01"))

        assert one(read(switch, "2024-02-10"), "concurrent") == NO
        assert one(read(both, "2024-02-10"), "concurrent") == YES
        assert one(read(both, "2024-02-10"), "switched_from") == "none"
        assert one(read(both, "2024-07-10"), "concurrent") == NO


class TestReach:
    @pytest.mark.parametrize(
        ("on", "expected"),
        [("2024-01-07", "on_treatment"), ("2024-01-08", "possible_stop"), ("2024-05-10", "possible_stop")],
    )
    def test_one_pharmacy_alone_never_says_stopped(self, on: str, expected: str) -> None:
        assert status(replace(LAPSED, delivered=OWN), on) == expected

    def test_the_reader_is_told_on_whose_records_it_rests(self) -> None:
        own = replace(LAPSED, delivered=OWN)

        assert [caveat["nl"] for caveat in read(own, "2024-05-10").caveats] == [
            "gebaseerd op de verstrekkingen van deze apotheek"
        ]
        assert one(read(own, "2024-05-10"), "basis") == "own_dispensings"
        assert read(own, "2023-10-01").caveats == ()

    def test_irregular_use_rests_on_whose_records_it_is_too(self) -> None:
        """12 tablets of a week, and 12 more 30 days after they ran out on 2024-03-25."""
        who = patient(dispensed("2024-01-01"), dispensed("2024-04-24"), delivered=OWN)

        found = read(who, "2024-05-01")

        assert one(found, "status") == "on_treatment"
        assert [caveat["nl"] for caveat in found.caveats] == [
            "gebaseerd op de verstrekkingen van deze apotheek"
        ]
        assert read(who, "2024-03-24").caveats == ()

    def test_prescriptions_alone_never_say_stopped(self) -> None:
        who = patient(
            prescribed("2023-01-01"),
            delivered={name: Delivered() for name in LISTS if name not in BONE.sources},
        )

        found = read(who, "2024-05-10")

        assert one(found, "status") == "possible_stop"
        assert one(found, "basis") == "prescriptions"
        assert [caveat["nl"] for caveat in found.caveats] == [
            "gebaseerd op voorschriften; verstrekkingen niet gezien"
        ]
        assert found.not_checked == ("dispensings", "administrations")

    def test_prescriptions_are_not_counted_beside_dispensings(self) -> None:
        who = patient(dispensed("2023-01-01"), prescribed("2024-05-01"))

        assert status(who, "2024-05-10") == "stopped"

    def test_repeats_and_an_end_lengthen_and_shorten_a_prescription(self) -> None:
        alone = {"prescriptions": Delivered(), "agreements": Delivered(), "stays": Delivered()}

        thrice = patient(prescribed("2024-01-01", repeats=Decimal(2)), delivered=alone)
        stopped = patient(prescribed("2024-01-01", stop_on=day("2024-02-01")), delivered=alone)
        until = patient(prescribed("2024-01-01", quantity=None, until=day("2024-05-01")), delivered=alone)

        assert one(read(thrice, "2025-01-01"), "run_out") == "2024-09-09"
        assert one(read(stopped, "2025-01-01"), "run_out") == "2024-02-01"
        assert one(read(until, "2025-01-01"), "run_out") == "2024-05-01"

    def test_records_of_a_list_that_was_not_delivered_still_count_while_they_last(self) -> None:
        who = replace(LAPSED, delivered={})

        assert status(who, "2023-11-07") == "on_treatment"
        assert statuses(who, "2024-05-10") == {
            "on_treatment",
            "planned_end_possible",
            "stopped",
            "possible_stop",
        }
        assert read(who, "2024-05-10").outputs["gap"] == (0, 184 * MILLION)

    def test_what_only_possibly_belongs_is_not_the_least_that_there_was(self) -> None:
        """Without its strength this may be Xgeva; then nothing was seen, and the gap is not known at all."""
        who = patient(dispensed("2024-05-01", DENOSUMAB, strength=None, quantity=Decimal(1)), delivered={})

        assert read(who, "2024-06-01").outputs["gap"] == (0, math.inf)
        assert read(who, "2024-06-01").outputs["run_out"] == (-math.inf, math.inf, True)
        assert read(patient(injected("2024-05-01"), delivered={}), "2024-06-01").outputs["gap"] == (0, 0)

    def test_a_list_that_ended_before_the_reference_date_was_not_delivered(self) -> None:
        who = replace(LAPSED, delivered={**EVERYTHING, "dispensings": Delivered(last=date(2024, 5, 9))})
        alone = replace(BONE, sources=("dispensings",), or_sources=())

        assert "on_treatment" in statuses(who, "2024-05-10", alone)
        assert status(who, "2024-05-09", alone) == "possible_stop"

    def test_dispensings_that_ended_before_the_reference_date_are_no_stop_beside_other_lists(self) -> None:
        """The administrations that were delivered say nothing about tablets."""
        who = replace(LAPSED, delivered={**EVERYTHING, "dispensings": Delivered(last=date(2024, 5, 9))})

        assert "on_treatment" in statuses(who, "2024-05-10")
        assert status(who, "2024-05-09") == "possible_stop"

    def test_the_lists_that_were_not_looked_at_are_named(self) -> None:
        who = replace(LAPSED, delivered={"dispensings": Delivered()})

        assert read(who, "2024-05-10").not_checked == ("administrations", "agreements", "stays")
        assert status(who, "2024-05-10") == "stopped"


class TestHistoriesThatBeginSomewhere:
    @staticmethod
    def since(first: str) -> Patient:
        begin = Delivered(first=date.fromisoformat(first))
        return replace(LAPSED, delivered={**EVERYTHING, "dispensings": begin})

    @pytest.mark.parametrize(
        ("first", "touches"),
        # The first dispensing is on 1 March 2023; 183 days before that is 30 August 2022.
        [("2023-03-01", True), ("2022-08-30", True), ("2022-08-29", False)],
    )
    def test_a_period_that_touches_the_first_day_began_then_or_earlier(
        self, first: str, touches: bool
    ) -> None:
        started = date(2023, 3, 1).toordinal()
        found = read(self.since(first), "2024-01-08").outputs

        assert found["started"] == (-math.inf if touches else started, started, False)
        assert found["first_started"] == found["started"]
        assert found["duration"] == (252 * MILLION, math.inf if touches else 252 * MILLION)
        assert found["exposure"] == found["duration"]

    def test_that_leaves_the_status_as_it_is(self) -> None:
        assert status(self.since("2023-03-01"), "2024-01-08") == "possible_stop"
        assert status(self.since("2023-03-01"), "2024-05-10") == "stopped"

    def test_a_history_from_before_birth_is_complete(self) -> None:
        who = replace(self.since("1950-01-01"), birth_date=day("1951"))

        assert one(read(who, "2024-01-08"), "started") == "2023-03-01"
        assert read(replace(who, lists={}), "2024-01-08").assumed is False


class TestPartialDates:
    def test_a_dispensing_in_a_month_is_its_first_or_its_last_day(self) -> None:
        who = patient(dispensed("2024-03"))

        found = read(who, "2024-07-25")

        assert found.outputs["run_out"] == (
            date(2024, 5, 24).toordinal(),
            date(2024, 6, 23).toordinal(),
            False,
        )
        assert words(found) == {"on_treatment", "possible_stop"}
        assert found.questions == (("dispensings/0", "on"),)

    def test_a_dispensing_in_this_month_may_still_have_to_come(self) -> None:
        found = read(patient(dispensed("2024-03")), "2024-03-15")

        assert words(found) == {"never", "on_treatment"}

    def test_a_dispensing_without_a_date_is_asked(self) -> None:
        found = read(patient(dispensed(None)), "2024-03-15")

        assert {"never", "on_treatment"} <= words(found)
        assert found.questions == (("dispensings/0", "on"),)

    def test_too_many_ways_leave_the_measures_open_and_bound_the_run_out(self) -> None:
        who = patient(dispensed("2023"), dispensed("2024-01-01"))

        found = read(who, "2024-06-01")

        assert words(found) == {"on_treatment", "possible_stop"}
        # No supply starts later than 90 days after its day: the second on 31 March, for 84 days.
        assert found.outputs["run_out"] == (
            date(2024, 3, 25).toordinal(),
            date(2024, 6, 23).toordinal(),
            False,
        )
        assert found.outputs["longest_gap"] == (0, 517 * MILLION)
        assert found.outputs["started"] == (
            date(2023, 1, 1).toordinal(),
            date(2024, 1, 1).toordinal(),
            False,
        )
        assert found.questions == (("dispensings/0", "on"),)

    @pytest.mark.parametrize(
        ("on", "statuses", "asked"),
        [
            # All three on 31 January: three days, out on 3 February; on 1 January: out on 4 January.
            ("2024-04-02", {"on_treatment", "possible_stop"}, 3),
            ("2024-04-03", {"on_treatment", "possible_stop"}, 3),
            ("2024-04-04", {"possible_stop"}, 0),
        ],
    )
    def test_days_that_only_together_settle_the_status_were_not_asked(
        self, on: str, statuses: set[str], asked: int
    ) -> None:
        one_day = {"days_supply": Decimal(1), "quantity": Decimal(1)}
        who = patient(*(dispensed("2024-01", **one_day) for _ in range(3)))

        found = read(who, on, replace(BONE, carry_over=None))

        assert words(found) == statuses
        assert found.questions == tuple((f"dispensings/{place}", "on") for place in range(asked))


class TestMedicatieproces9:
    """The five bundles of the sample data as the records they amount to."""

    @staticmethod
    def user(*starts: str) -> list[Entry]:
        return [dispensed(on, days_supply=Decimal(84)) for on in starts]

    FIRST_FIVE = ("2023-03-01", "2023-05-24", "2023-08-16", "2023-11-08", "2024-01-31")
    DEFAULT: ClassVar[dict[str, Delivered]] = {
        name: Delivered(first=date(2023, 3, 1), reach="own")
        for name in ("dispensings", "prescriptions", "agreements", "conditions", "observations")
    }
    """What `cdss.read` makes of a bundle when not told more: what is there, since the oldest record."""

    def test_running(self) -> None:
        every_twelve_weeks = [(date(2023, 3, 1) + timedelta(weeks=12 * nth)).isoformat() for nth in range(12)]
        entries = [*self.user(*every_twelve_weeks), agreed("2023-03-01", "start")]
        for delivered in (EVERYTHING, self.DEFAULT):
            assert status(patient(*entries, delivered=delivered), "2025-10-01") == "on_treatment"

    @pytest.mark.parametrize("delivered", [EVERYTHING, DEFAULT])
    def test_stopped_by_agreement(self, delivered: dict[str, Delivered]) -> None:
        who = patient(
            *self.user(*self.FIRST_FIVE),
            agreed("2023-03-01", "start", until=day("2024-05-14")),
            stopped_by_agreement("2024-05-14"),
            prescribed("2023-03-01", quantity=None, until=day("2024-05-14")),
            delivered=delivered,
        )

        assert status(who, "2024-06-01") == "planned_end"

    @pytest.mark.parametrize("delivered", [EVERYTHING, DEFAULT])
    @pytest.mark.parametrize(
        ("on", "expected"),
        [
            ("2024-06-15", "interrupted"),
            ("2024-07-31", "interrupted"),
            ("2024-08-01", "on_treatment"),
            ("2024-09-30", "on_treatment"),
            ("2024-10-01", "possible_stop"),
            ("2024-10-15", "possible_stop"),
        ],
    )
    def test_interrupted_and_restarted(self, delivered: dict[str, Delivered], on: str, expected: str) -> None:
        who = patient(
            *self.user(*self.FIRST_FIVE),
            agreed("2023-03-01", "start", until=day("2024-05-14")),
            agreed("2024-05-14", "stop", stop_type="temporary"),
            agreed("2024-08-01", "start"),
            delivered=delivered,
        )

        assert status(who, on) == expected

    @pytest.mark.parametrize(("delivered", "late"), [(EVERYTHING, "stopped"), (DEFAULT, "possible_stop")])
    def test_lapsed_without_a_stop_agreement(self, delivered: dict[str, Delivered], late: str) -> None:
        who = patient(*self.user(*self.FIRST_FIVE[:3]), agreed("2023-03-01", "start"), delivered=delivered)

        assert status(who, "2024-01-07") == "on_treatment"
        assert status(who, "2024-01-08") == "possible_stop"
        assert status(who, "2024-05-10") == late


def test_every_word_that_comes_out_is_in_the_closed_lists() -> None:
    for on in ("2022-01-01", "2023-04-01", "2024-01-08", "2024-05-10"):
        for delivered in (EVERYTHING, OWN, {}):
            found = read(replace(LAPSED, delivered=delivered), on)
            assert words(found) <= set(STATUS_WORDS)
            assert words(found, "basis") <= set(BASIS_WORDS)
