"""Filled-in forms as values, and what a second measurement says of the first."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from cdss.engine.instrument import Scored, bands_of, domain, score_form, score_total
from cdss.engine.response import Measured, Trend, response_of, trend
from cdss.models.instrument import (
    RESPONSES,
    Answered,
    Band,
    Change,
    ClassRow,
    Instrument,
    Item,
    Lookup,
    Mean,
    MissingItems,
    Number,
    Operation,
    Scale,
    Sum,
    TotalCompare,
    TotalTree,
)
from cdss.models.patient import Record
from cdss.models.quantity import MILLION, millionths

YES_OR_NO = Scale(0, MILLION)
START_BACK = Instrument(
    name="start_back",
    items={
        **{str(number): YES_OR_NO for number in range(1, 9)},
        "9": Scale(
            words={
                "not_at_all": 0,
                "slightly": 0,
                "moderately": 0,
                "very_much": MILLION,
                "extremely": MILLION,
            }
        ),
    },
    totals={
        "total": Sum(tuple(str(number) for number in range(1, 10))),
        "psych": Sum(tuple(str(number) for number in range(5, 10))),
    },
    missing=MissingItems("range"),
    classes=(
        ClassRow("low", "low", TotalCompare("total", "<=", 3 * MILLION)),
        ClassRow("high", "high", TotalCompare("psych", ">=", 4 * MILLION)),
        ClassRow("medium", "medium"),
    ),
)
PART_OF_WHAT_WAS_POSSIBLE = Operation(
    "*", Operation("/", Sum(), Operation("*", Number(5 * MILLION), Answered())), Number(100 * MILLION)
)
ODI = Instrument(
    name="odi",
    items={str(number): Scale(0, 5 * MILLION) for number in range(1, 11)},
    totals={"value": PART_OF_WHAT_WAS_POSSIBLE},
    missing=MissingItems("prorate", at_most=1),
    bands=(
        Band("low", None, True, 20 * MILLION, True),
        Band("moderate", 20 * MILLION, False, 40 * MILLION, True),
        Band("high", 40 * MILLION, False),
    ),
    change=Change("lower", 10 * MILLION, 300_000, Band("recovered", None, True, 10 * MILLION, True)),
)
NRS = Instrument(
    name="nrs",
    items={"1": Scale(0, 10 * MILLION)},
    totals={"value": Sum()},
    change=Change("lower", 2 * MILLION, 300_000, Band("recovered", None, True, 0, True)),
)
PROMIS = Instrument(
    name="promis_10_physical",
    items={
        "3": Scale(MILLION, 5 * MILLION),
        "6": Scale(MILLION, 5 * MILLION),
        "7": Scale(
            words={str(raw): score * MILLION for raw, score in enumerate((5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 1))}
        ),
        "8": Scale(MILLION, 5 * MILLION),
    },
    totals={
        "value": Operation("+", Operation("+", Item("3"), Item("6")), Operation("+", Item("7"), Item("8")))
    },
    missing=MissingItems("range"),
    lookups={
        "value": Lookup(
            4,
            tuple(
                millionths(Decimal(value))
                for value in (
                    *("16.2", "19.9", "23.5", "26.7", "29.6", "32.4", "34.9", "37.4", "39.8"),
                    *("42.3", "44.9", "47.7", "50.8", "54.1", "57.7", "61.9", "67.7"),
                )
            ),
        )
    },
)


def form(items: dict[str, Any] | None = None, totals: dict[str, Any] | None = None) -> Record:
    return Record("questionnaires", 0, None, (), {}, items or {}, totals or {})


def answers(text: str, last: str | None = None) -> dict[str, Any]:
    """`11..0` as items 1, 2 and 5; a point is an item that was not answered."""
    found: dict[str, Any] = {str(place): int(score) for place, score in enumerate(text, 1) if score != "."}
    return {**found, "9": last} if last else found


def known(scored: Scored, total: str = "value") -> float:
    low, high = scored.totals[total]
    assert low == high, f"not known: {low} to {high}"
    return low / MILLION


class TestStartBack:
    @pytest.mark.parametrize(
        ("items", "last", "total", "psych", "risk"),
        [
            ("11100000", "slightly", 3, 0, "low"),
            ("11110000", "moderately", 4, 0, "medium"),
            ("11110000", "very_much", 5, 1, "medium"),
            ("00001110", "not_at_all", 3, 3, "low"),
            ("10001110", "slightly", 4, 3, "medium"),
            ("00001111", "slightly", 4, 4, "high"),
            ("11111111", "extremely", 9, 5, "high"),
            ("00000000", "not_at_all", 0, 0, "low"),
        ],
    )
    def test_totals_and_class_of_a_whole_form(
        self, items: str, last: str, total: int, psych: int, risk: str
    ) -> None:
        scored = score_form(START_BACK, form(answers(items, last)))

        assert (known(scored, "total"), known(scored, "psych")) == (total, psych)
        assert scored.classes == {risk}
        assert scored.missing == ()

    def test_every_form_with_open_items_allows_exactly_what_its_completions_give(self) -> None:
        for items in ("1111....", "0000111.", "111.....", "....1111", "11.0..1.", "........"):
            for last in ("slightly", "very_much", None):
                written = answers(items, last)
                missing = [name for name in START_BACK.items if name not in written]
                choices = [(0, 1) if name != "9" else ("slightly", "extremely") for name in missing]
                completions = [
                    score_form(START_BACK, form({**written, **dict(zip(missing, one, strict=True))}))
                    for one in product(*choices)
                ]

                scored = score_form(START_BACK, form(written))

                assert scored.classes == frozenset().union(*(one.classes for one in completions))
                for total in ("total", "psych"):
                    assert scored.totals[total] == (
                        min(one.totals[total][0] for one in completions),
                        max(one.totals[total][1] for one in completions),
                    )
                assert scored.missing == tuple(missing)

    def test_a_class_is_known_when_every_completion_agrees(self) -> None:
        assert score_form(START_BACK, form(answers("....1111", "slightly"))).classes == {"high"}
        assert score_form(START_BACK, form(answers("000000..", "slightly"))).classes == {"low"}
        assert score_form(START_BACK, form(answers("0001.000", "slightly"))).classes == {"low"}

    def test_totals_that_share_an_open_item_stay_together(self) -> None:
        # Three psychosocial items are yes: with the fourth it is high, without it low, and never medium.
        assert score_form(START_BACK, form(answers("0000111.", "slightly"))).classes == {"low", "high"}

    @pytest.mark.parametrize(
        ("totals", "classes"),
        [
            ({"total": 3}, {"low"}),
            ({"total": 4}, {"medium", "high"}),
            ({"total": 8}, {"high"}),  # at least four of the eight are psychosocial
            ({"total": 7}, {"medium", "high"}),
            ({"psych": 4}, {"high"}),
            ({"total": 6, "psych": 3}, {"medium"}),
            ({"total": Decimal(6), "psych": Decimal(4)}, {"high"}),
        ],
    )
    def test_totals_may_be_given_without_the_answers(self, totals: dict[str, Any], classes: set[str]) -> None:
        assert score_form(START_BACK, form(totals=totals)).classes == classes

    @pytest.mark.parametrize(
        ("items", "totals"),
        [
            ({"1": 2}, {}),
            ({"1": -1}, {}),
            ({"9": "a_lot"}, {}),
            ({"1": "yes"}, {}),
            ({"9": 1}, {}),
            ({}, {"total": 10}),
            ({}, {"sum": 4}),
            (answers("11111111", "extremely"), {"total": 4}),
            (answers("111111.."), {"total": 5}),
        ],
    )
    def test_a_form_that_cannot_be_is_not_used_and_says_why(
        self, items: dict[str, Any], totals: dict[str, Any]
    ) -> None:
        scored = score_form(START_BACK, form(items, totals))

        assert scored.problem is not None and set(scored.problem) == {"nl", "en"}
        assert scored.totals == {"total": (0, 9 * MILLION), "psych": (0, 5 * MILLION)}
        assert scored.classes == {"low", "medium", "high"}

    def test_answers_may_be_yes_numbers_and_numbers_in_a_text(self) -> None:
        scored = score_form(
            START_BACK, form({**answers("00000000", "slightly"), "1": True, "2": "1", "3": Decimal("1")})
        )

        assert known(scored, "total") == 3

    def test_answers_to_items_that_are_not_counted_are_left_alone(self) -> None:
        assert known(score_form(NRS, form({"1": 4, "remark": "often"}))) == 4


class TestOdi:
    @pytest.mark.parametrize(
        ("items", "value", "band"),
        [
            ("1111111111", 20, "low"),
            ("2111111111", 22, "moderate"),
            ("2222222222", 40, "moderate"),
            ("3222222222", 42, "high"),
            ("5555555555", 100, "high"),
        ],
    )
    def test_a_whole_form_is_a_part_of_what_was_possible(self, items: str, value: int, band: str) -> None:
        scored = score_form(ODI, form({str(n): int(one) for n, one in enumerate(items, 1)}))

        assert known(scored) == value
        assert scored.bands == {band}

    def test_one_open_item_is_prorated_now_and_a_range_later(self) -> None:
        written = form({str(number): 3 for number in range(1, 10)})

        assert known(score_form(ODI, written)) == 60  # 27 of 45
        assert score_form(ODI, written, later=True).totals["value"] == (54 * MILLION, 64 * MILLION)

    def test_a_quotient_is_rounded_to_a_millionth_half_away_from_zero(self) -> None:
        written = form({**{str(number): 2 for number in range(1, 9)}, "9": 1})

        # 17 / 45 = 0.3777777..., so 0.377778; times 100.
        assert score_form(ODI, written).totals["value"] == (37_777_800, 37_777_800)

    def test_two_open_items_are_too_many(self) -> None:
        written = form({str(number): 3 for number in range(1, 9)})

        for later in (False, True):
            scored = score_form(ODI, written, later=later)
            assert scored.totals["value"] == (0, 100 * MILLION)
            assert scored.bands == {"low", "moderate", "high"}

    def test_later_bands_hold_all_completions(self) -> None:
        written = form({str(number): 2 for number in range(1, 10)})

        assert score_form(ODI, written).bands == {"moderate"}
        assert score_form(ODI, written, later=True).bands == {"moderate", "high"}

    @pytest.mark.parametrize("name", ["value", "total", "odi"])
    def test_its_one_total_may_be_given_by_any_of_its_names(self, name: str) -> None:
        assert known(score_form(ODI, form(totals={name: Decimal("34.5")}))) == 34.5

    def test_a_total_that_goes_with_the_answers_settles_an_open_item(self) -> None:
        written = form({str(number): 3 for number in range(1, 10)}, {"value": 60})

        assert score_form(ODI, written, later=True).totals["value"] == (60 * MILLION, 60 * MILLION)


class TestTotalsAlone:
    @pytest.mark.parametrize(("value", "usable"), [(-1, False), (0, True), (100, True), (101, False)])
    def test_a_record_with_only_a_total_counts_when_it_is_possible(self, value: int, usable: bool) -> None:
        scored = score_total(ODI, form(), value * MILLION)

        assert (scored.problem is None) is usable
        assert scored.totals["value"] == ((value * MILLION,) * 2 if usable else (0, 100 * MILLION))

    def test_one_of_two_totals_leaves_the_other_open(self) -> None:
        scored = score_total(START_BACK, form(), 8 * MILLION)

        assert scored.totals["psych"] == (4 * MILLION, 5 * MILLION)
        assert scored.classes == {"high"}


class TestFormulas:
    FOUR = {str(number): Scale(0, 4 * MILLION) for number in range(1, 5)}  # noqa: RUF012 - never changed

    def instrument(self, formula: Any, missing: MissingItems | None = None) -> Instrument:
        return Instrument("made_up", self.FOUR, {"value": formula}, missing or MissingItems("range"))

    @pytest.mark.parametrize(
        ("formula", "value"),
        [
            (Sum(), 7),
            (Sum(("2", "3")), 5),
            (Mean(), 1.75),
            (Mean(("2", "3")), 2.5),
            (Item("3"), 3),
            (Operation("-", Item("3"), Item("1")), 2),
            (Operation("+", Number(500_000), Answered()), 4.5),
            (Operation("/", Sum(), Number(3 * MILLION)), 2.333333),
        ],
    )
    def test_what_a_total_may_be_made_of(self, formula: Any, value: float) -> None:
        written = form({"1": 1, "2": 2, "3": 3, "4": 1})

        assert known(score_form(self.instrument(formula), written)) == pytest.approx(value, abs=1e-9)

    def test_dividing_by_what_may_be_zero_is_anything(self) -> None:
        scored = score_form(self.instrument(Operation("/", Sum(), Item("4"))), form({"1": 1, "2": 1, "3": 1}))

        assert scored.totals["value"][0] == -float("inf")

    @pytest.mark.parametrize(
        ("formula", "value"), [(Sum(), 8), (Mean(), 2), (Item("4"), 2), (Sum(("3", "4")), 5)]
    )
    def test_prorating_takes_the_mean_of_what_was_answered(self, formula: Any, value: int) -> None:
        prorated = self.instrument(formula, MissingItems("prorate"))

        assert known(score_form(prorated, form({"1": 1, "2": 2, "3": 3}))) == value

    def test_a_prorated_sum_is_rounded_once(self) -> None:
        prorated = self.instrument(Sum(), MissingItems("prorate"))

        assert score_form(prorated, form({"1": 1, "2": 2, "3": 2})).totals["value"] == (6_666_667, 6_666_667)

    def test_a_form_without_any_answer_is_open(self) -> None:
        prorated = self.instrument(Sum(), MissingItems("prorate"))

        assert score_form(prorated, form()).totals["value"] == (0, 16 * MILLION)

    def test_unknown_is_said_of_any_open_item_when_the_author_says_so(self) -> None:
        strict = self.instrument(Sum(), MissingItems("unknown"))

        assert score_form(strict, form({"1": 4, "2": 4, "3": 4})).totals["value"] == (0, 16 * MILLION)

    def test_a_range_holds_every_completion(self) -> None:
        scored = score_form(self.instrument(Sum()), form({"1": 4, "2": 4, "3": 4}))

        assert scored.totals["value"] == (12 * MILLION, 16 * MILLION)

    def test_too_many_completions_to_try_are_bounded_end_by_end(self) -> None:
        wide = Instrument(
            "wide", {str(number): Scale(0, 100 * MILLION) for number in range(3)}, {"value": Sum()},
            MissingItems("range"),
        )  # fmt: skip

        assert score_form(wide, form({"0": 10})).totals["value"] == (10 * MILLION, 210 * MILLION)

    @pytest.mark.parametrize(
        ("how", "given", "classes"),
        [
            ("all", 6, {"both"}),
            ("all", 4, {"other"}),
            ("any", 4, {"both"}),
            ("any", 1, {"other"}),
            ("none", 1, {"both"}),
            ("none", 4, {"other"}),
        ],
    )
    def test_a_class_may_rest_on_several_tests(self, how: Any, given: int, classes: set[str]) -> None:
        tests = TotalTree(
            how, (TotalCompare("value", ">", 3 * MILLION), TotalCompare("value", ">=", 6 * MILLION))
        )
        graded = Instrument(
            "graded",
            self.FOUR,
            {"value": Sum()},
            classes=(ClassRow("one", "both", tests), ClassRow("two", "other")),
        )

        assert score_form(graded, form(totals={"value": given})).classes == classes


class TestLookups:
    def test_a_raw_total_becomes_the_value_of_the_table(self) -> None:
        raw_13 = form({"3": 3, "6": 3, "7": 4, "8": 4})  # a pain of 4 counts 3

        assert known(score_form(PROMIS, raw_13)) == 42.3

    def test_an_open_item_gives_the_values_of_every_completion(self) -> None:
        scored = score_form(PROMIS, form({"3": 3, "6": 3, "7": 4}))  # raw 10 to 14

        assert scored.totals["value"] == (34_900_000, 44_900_000)

    def test_a_given_total_is_already_a_value_of_the_table(self) -> None:
        assert known(score_form(PROMIS, form(totals={"value": Decimal("47.7")}))) == 47.7
        assert score_form(PROMIS, form(totals={"value": 4})).problem is not None

    def test_the_domain_is_that_of_the_table(self) -> None:
        assert domain(PROMIS, "value") == (16_200_000, 67_700_000)
        assert domain(ODI, "value") == (0, 100 * MILLION)


def test_a_band_of_a_range_is_every_band_it_may_lie_in() -> None:
    assert bands_of(ODI, (20 * MILLION, 20 * MILLION)) == {"low"}
    assert bands_of(ODI, (20 * MILLION, 20 * MILLION + 1)) == {"low", "moderate"}
    assert bands_of(ODI, (0, 100 * MILLION)) == {"low", "moderate", "high"}


class TestResponse:
    @staticmethod
    def between(first: float, latest: float, change: Change | None = None) -> set[str]:
        ends = [(int(value * MILLION),) * 2 for value in (first, latest)]
        assert ODI.change is not None
        return set(response_of(change or ODI.change, (ends[0][0], ends[0][1]), (ends[1][0], ends[1][1])))

    @pytest.mark.parametrize(
        ("first", "latest", "word"),
        [
            (60, 50.1, "not_improved"),
            (60, 50, "improved"),  # ten points
            (60, 49.9, "improved"),
            (20, 14.1, "not_improved"),
            (20, 14, "improved"),  # thirty per cent
            (20, 13.9, "improved"),
            (60, 10.1, "improved"),
            (60, 10, "recovered"),
            (60, 9.9, "recovered"),
            (60, 69.9, "not_improved"),
            (60, 70, "worsened"),
            (20, 25.9, "not_improved"),
            (20, 26, "worsened"),
            (60, 60, "not_improved"),
            (9, 19, "worsened"),  # more than thirty per cent
        ],
    )
    def test_improved_by_a_part_or_by_points(self, first: float, latest: float, word: str) -> None:
        assert self.between(first, latest) == {word}

    @pytest.mark.parametrize(
        ("first", "word"),
        [(9.9, "not_improved"), (10, "improved"), (10.1, "improved")],
    )
    def test_points_do_not_count_when_the_first_is_below_them(self, first: float, word: str) -> None:
        points_only = Change("lower", absolute=10 * MILLION)

        assert self.between(first, first - 10, points_only) == {word}

    def test_nothing_changes_when_zero_stays_zero(self) -> None:
        assert self.between(0, 0, Change("lower", 2 * MILLION, 300_000)) == {"not_improved"}
        assert self.between(0, 1, Change("lower", 2 * MILLION, 300_000)) == {"worsened"}

    @pytest.mark.parametrize(
        ("latest", "word"),
        [(54.9, "not_improved"), (55, "improved"), (45, "worsened"), (45.1, "not_improved")],
    )
    def test_where_higher_is_better_it_is_the_other_way(self, latest: float, word: str) -> None:
        assert self.between(50, latest, Change("higher", absolute=5 * MILLION)) == {word}

    def test_a_negative_first_is_a_part_of_its_size(self) -> None:
        tariff = Change("higher", part=300_000)

        assert self.between(-0.4, -0.28, tariff) == {"improved"}
        assert self.between(-0.4, -0.29, tariff) == {"not_improved"}
        assert self.between(-0.4, -0.52, tariff) == {"worsened"}

    def test_an_open_value_that_matters_leaves_the_words_it_may_earn(self) -> None:
        assert ODI.change is not None
        first = (60 * MILLION, 60 * MILLION)

        assert response_of(ODI.change, first, (48 * MILLION, 52 * MILLION)) == {"improved", "not_improved"}
        assert response_of(ODI.change, first, (40 * MILLION, 45 * MILLION)) == {"improved"}
        assert response_of(ODI.change, first, (0, 100 * MILLION)) == set(RESPONSES)

    def test_open_values_allow_exactly_what_they_may_turn_out_to_be(self) -> None:
        change = Change("lower", 2 * MILLION, 300_000, Band("recovered", None, True, 0, True))
        for low, high in ((0, 3), (1, 2), (2, 6), (5, 9)):
            for after_low, after_high in ((0, 0), (0, 4), (3, 5), (7, 10)):
                found = response_of(
                    change, (low * MILLION, high * MILLION), (after_low * MILLION, after_high * MILLION)
                )
                for tenth in range(low * 10, high * 10 + 1):
                    for after in range(after_low * 10, after_high * 10 + 1):
                        assert self.between(tenth / 10, after / 10, change) <= found


class TestTrend:
    ON = 1000

    @staticmethod
    def measured(day: float, value: float, episode: str | None = None, **more: Any) -> Measured:
        last = more.pop("last", day)
        return Measured(day, last, (int(value * MILLION), int(value * MILLION)), episode, **more)

    def seen(self, *measured: Measured) -> Trend:
        assert ODI.change is not None
        return trend(ODI.change, measured, self.ON, (0, 100 * MILLION))

    def test_the_latest_is_compared_with_the_first_of_the_episode(self) -> None:
        found = self.seen(
            self.measured(100, 80, "e0"),
            self.measured(500, 60, "e1"),
            self.measured(600, 70, "e1"),
            self.measured(900, 40, "e1"),
        )

        assert found.first == (60 * MILLION, 60 * MILLION)
        assert found.latest == (40 * MILLION, 40 * MILLION)
        assert found.response == {"improved"}

    @pytest.mark.parametrize(("day", "counts"), [(634, False), (635, False), (636, True)])
    def test_without_an_episode_the_last_365_days_count(self, day: int, counts: bool) -> None:
        found = self.seen(self.measured(day, 60), self.measured(700, 30), self.measured(900, 28))

        assert found.first[0] == (60 if counts else 30) * MILLION
        assert found.response == ({"improved"} if counts else {"not_improved"})

    @pytest.mark.parametrize(("day", "counts"), [(634, False), (635, False), (636, True)])
    def test_an_episode_without_a_measurement_in_the_last_365_days_says_nothing_of_today(
        self, day: int, counts: bool
    ) -> None:
        found = self.seen(self.measured(100, 60, "e0"), self.measured(day, 28, "e0"))

        assert found.response == ({"improved"} if counts else set(RESPONSES))

    @pytest.mark.parametrize("days", [[900], [900, 900], []])
    def test_fewer_than_two_days_say_nothing(self, days: list[int]) -> None:
        found = self.seen(*(self.measured(day, 60 - 20 * place) for place, day in enumerate(days)))

        assert found.response == set(RESPONSES)

    def test_no_measurement_may_be_anything(self) -> None:
        assert self.seen() == Trend((0, 100 * MILLION), (0, 100 * MILLION))

    def test_two_measurements_on_one_day_are_one_of_both(self) -> None:
        found = self.seen(self.measured(800, 60), self.measured(900, 55), self.measured(900, 40))

        assert found.latest == (40 * MILLION, 55 * MILLION)
        assert found.response == {"improved", "not_improved"}

    def test_a_measurement_that_only_possibly_counts_may_be_the_first_or_the_latest(self) -> None:
        found = self.seen(self.measured(700, 60), self.measured(900, 40), self.measured(950, 60, sure=False))

        assert found.latest == (40 * MILLION, 60 * MILLION)
        assert found.response == {"improved", "not_improved"}

    def test_days_that_may_be_the_same_are_not_surely_different(self) -> None:
        found = self.seen(self.measured(800, 60, last=830), self.measured(815, 40))

        assert found.response == set(RESPONSES)
