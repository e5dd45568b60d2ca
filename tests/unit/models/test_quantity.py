"""Amounts, units and millionths. Values are worked out by hand."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdss.models.quantity import (
    LIMIT,
    MILLION,
    UNITS,
    Quantity,
    QuantityError,
    canonical_unit,
    convert,
    millionths,
    over,
    parse_number,
    parse_quantity,
    show,
    times,
)

amounts = st.integers(-LIMIT * MILLION, LIMIT * MILLION)


@pytest.mark.parametrize(
    ("written", "value"), [("61", "61"), ("-2.5", "-2.5"), ("0.0", "0"), ("007", "7"), ("1000000", "1000000")]
)
def test_a_number_is_digits_with_perhaps_a_minus_and_a_point(written: str, value: str) -> None:
    assert parse_number(written) == Decimal(value)


@pytest.mark.parametrize(
    ("written", "better"),
    [
        ("2,5", "2.5"),
        ("-2,5", "-2.5"),
        ("1.250,5", "1250.5"),
        ("1e3", "1000"),
        ("1E-2", "0.01"),
        (".5", "0.5"),
        ("+3", "3"),
        ("\u22122.5", "-2.5"),
        (" 5", "5"),
    ],
)
def test_a_number_in_another_form_is_refused_and_shown_in_ours(written: str, better: str) -> None:
    with pytest.raises(QuantityError) as refused:
        parse_number(written)

    assert refused.value.text["en"].endswith(f"write {better}.")
    assert refused.value.text["nl"].endswith(f"schrijf {better}.")


@pytest.mark.parametrize(
    "written", ["", "-", "NaN", "Infinity", "twee", "1.2.3", "1,2,3", "0x10", "1_000", "٣"]
)
def test_what_is_not_a_number_is_refused(written: str) -> None:
    with pytest.raises(QuantityError, match="is not a number"):
        parse_number(written)


def test_an_error_about_a_long_text_stays_one_line() -> None:
    with pytest.raises(QuantityError) as refused:
        parse_number("x" * 5000)

    assert len(str(refused.value)) < 80


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("19 kg/m2", "19", "kg/m2"),
        ("4 points", "4", "points"),
        ("-2.5", "-2.5", ""),
        ("30 mL/min", "30", "mL/min"),
        ("70mg", "70", "mg"),
        ("30 %", "30", "%"),
        ("72 /min", "72", "/min"),
        ("61 days", "61", "days"),
        ("1 year", "1", "years"),
    ],
)
def test_a_quantity_is_a_number_and_a_unit(written: str, value: str, unit: str) -> None:
    assert parse_quantity(written) == Quantity(Decimal(value), unit)


def test_a_comma_before_a_unit_gets_the_value_with_a_point() -> None:
    with pytest.raises(QuantityError, match=r"'2,5' .* write 2\.5\."):
        parse_quantity("2,5 mg")


def test_a_unit_without_a_number_is_not_a_quantity() -> None:
    with pytest.raises(QuantityError, match="does not begin with a number"):
        parse_quantity("kg")


def test_a_quantity_is_printed_without_an_exponent() -> None:
    assert str(Quantity(Decimal("7E+1"), "mg")) == "70 mg"
    assert str(Quantity(Decimal("4"), "")) == "4"


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("{T-score}", "1"),
        ("{score}", "1"),
        ("", "1"),
        ("mL/min/{1.73_m2}", "mL/min"),
        ("mL/min/1.73m2", "mL/min"),
        ("ml/min/1,73 m2", "mL/min"),
        ("{beats}/min", "/min"),
        ("mg/{tablet}", "mg"),
        ("1/min", "/min"),
        ("mcg", "ug"),
        ("\u00b5g", "ug"),
        ("\u03bcmol/l", "umol/L"),
        ("kg/m\u00b2", "kg/m2"),
        ("kg/m^2", "kg/m2"),
        ("MG", "mg"),
        ("G", "g"),
        ("l", "L"),
        ("ul", "uL"),
        ("mmol/l", "mmol/L"),
        ("mm Hg", "mm[Hg]"),
        ("IE", "IU"),
        ("[IU]", "IU"),
        ("[iU]/d", "IU/d"),
        ("IU/day", "IU/d"),
        ("mm/hr", "mm/h"),
        ("a", "years"),
        ("mo", "months"),
        ("wk", "weeks"),
        ("d", "days"),
        ("h", "hours"),
        ("min", "minutes"),
        ("\u00b0C", "Cel"),
        ("point", "points"),
    ],
)
def test_one_unit_has_one_symbol_however_it_is_spelled(written: str, unit: str) -> None:
    assert canonical_unit(written) == unit


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_every_symbol_stands_for_itself_in_capitals_too(unit: str) -> None:
    assert canonical_unit(unit) == unit
    assert len(unit) == 1 or canonical_unit(unit.upper()) == unit


@pytest.mark.parametrize(
    ("written", "meant"),
    [("jaar", "years"), ("punten", "points"), ("dagen", "days"), ("puntn", "points"), ("kg/m3", "kg/m2")],
)
def test_an_unknown_unit_gets_the_one_that_was_meant(written: str, meant: str) -> None:
    with pytest.raises(QuantityError) as refused:
        canonical_unit(written)

    assert refused.value.text["en"] == f"There is no unit '{written}'. Did you mean {meant}?"
    assert refused.value.text["nl"].endswith(f"Bedoelt u {meant}?")


@pytest.mark.parametrize("written", ["M", "furlong", "kg/m2/m2", "mmol", "mg mg"])
def test_a_unit_outside_the_table_is_refused(written: str) -> None:
    with pytest.raises(QuantityError):
        canonical_unit(written)


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        ("0.0000004", 0),
        ("0.0000005", 1),
        ("0.0000006", 1),
        ("-0.0000004", 0),
        ("-0.0000005", -1),
        ("-0.0000006", -1),
        ("2.0000015", 2_000_002),
        ("2.5", 2_500_000),
        ("1E-999999", 0),
        ("1E-99999999", 0),
    ],
)
def test_half_a_millionth_is_rounded_away_from_zero(value: str, whole: int) -> None:
    assert millionths(Decimal(value)) == whole


@pytest.mark.parametrize("sign", [1, -1])
def test_the_limit_is_an_amount_and_just_over_it_is_refused(sign: int) -> None:
    assert millionths(Decimal("999999.999999") * sign) == sign * 999_999_999_999
    assert millionths(sign * 1_000_000) == sign * 10**12
    with pytest.raises(QuantityError, match="lies outside"):
        millionths(Decimal("1000000.0000001") * sign)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_is_no_amount(value: str) -> None:
    with pytest.raises(QuantityError, match="not a finite number"):
        millionths(Decimal(value))


def test_a_value_beyond_all_bounds_is_refused_at_once() -> None:
    with pytest.raises(QuantityError, match="lies outside"):
        millionths(Decimal("1E+999999"))


@pytest.mark.parametrize("value", [0.1, True, "1", None])
def test_only_a_decimal_or_a_whole_number_is_an_amount(value: object) -> None:
    with pytest.raises(TypeError):
        millionths(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "source", "target", "result"),
    [
        ("0.07", "g", "mg", "70"),
        ("5600", "IU/wk", "IU/d", "800"),
        ("182", "cm", "m", "1.82"),
        ("2", "weeks", "days", "14"),
        ("36", "hours", "days", "1.5"),
        ("2", "years", "months", "24"),
        ("30", "%", "1", "0.3"),
        ("20", "ug/L", "ng/mL", "20"),
        ("9.6", "mg/dL", "mg/L", "96"),
        ("0.5", "mL/s", "mL/min", "30"),
        ("4", "", "points", "4"),
        ("4", "{score}", "points", "4"),
        ("-2.6", "", "1", "-2.6"),
    ],
)
def test_units_of_one_dimension_convert(value: str, source: str, target: str, result: str) -> None:
    assert convert(Decimal(value), source, target) == Decimal(result)


def test_a_conversion_that_does_not_come_out_is_right_to_the_millionth() -> None:
    assert millionths(convert(Decimal(1), "minutes", "hours")) == 16_667


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("kg", "cm"),
        ("months", "days"),
        ("points", "portions"),
        ("points", "1"),
        ("", "kg"),
        ("", "%"),
        ("ng/mL", "nmol/L"),
        ("IU", "ug"),
        ("U/L", "IU/L"),
    ],
)
def test_units_of_two_dimensions_do_not_convert(source: str, target: str) -> None:
    with pytest.raises(QuantityError, match="cannot be converted"):
        convert(Decimal(1), source, target)


def test_the_error_names_the_units_that_would_do() -> None:
    with pytest.raises(QuantityError) as refused:
        convert(Decimal(1), "kg", "cm")

    assert refused.value.text["nl"] == "kg is niet om te rekenen naar cm: schrijf m, cm of mm."


def test_a_substance_converts_by_its_own_factor_from_any_unit_of_that_dimension() -> None:
    vitamin_d = {"ng/mL": Decimal("2.496")}

    assert convert(Decimal(20), "ng/mL", "nmol/L", vitamin_d) == Decimal("49.92")
    assert convert(Decimal(20), "ug/L", "nmol/L", vitamin_d) == Decimal("49.92")
    assert convert(Decimal(2), "ug/dL", "nmol/L", vitamin_d) == Decimal("49.92")
    assert convert(Decimal(50), "nmol/L", "nmol/L", vitamin_d) == Decimal(50)


@pytest.mark.parametrize(
    ("a", "b", "product"), [(1, 500_000, 1), (1, 499_999, 0), (-1, 500_000, -1), (0, -5, 0)]
)
def test_a_product_rounds_half_away_from_zero(a: int, b: int, product: int) -> None:
    assert times(a, b) == product


@pytest.mark.parametrize(
    ("a", "b", "quotient"),
    [
        (1, 3 * MILLION, 0),
        (1, 2 * MILLION, 1),
        (-1, 2 * MILLION, -1),
        (1, -2 * MILLION, -1),
        (-1, -2 * MILLION, 1),
        (2 * MILLION, 3 * MILLION, 666_667),
        (0, -MILLION, 0),
    ],
)
def test_a_quotient_rounds_half_away_from_zero(a: int, b: int, quotient: int) -> None:
    assert over(a, b) == quotient


def test_nothing_divides_by_zero() -> None:
    with pytest.raises(ZeroDivisionError):
        over(MILLION, 0)


@pytest.mark.parametrize(
    ("whole", "shown"),
    [
        (0, "0"),
        (2_500_000, "2.5"),
        (61_000_000, "61"),
        (-1, "-0.000001"),
        (100_000_000, "100"),
        (10**12, "1000000"),
    ],
)
def test_an_amount_is_shown_as_a_reader_writes_it(whole: int, shown: str) -> None:
    assert show(whole) == shown


@given(amounts)
@settings(max_examples=100)
def test_what_is_shown_reads_back_as_the_same_amount(whole: int) -> None:
    assert millionths(parse_number(show(whole))) == whole


@given(amounts)
@settings(max_examples=50)
def test_once_an_amount_changes_nothing(whole: int) -> None:
    assert times(whole, MILLION) == whole
    assert over(whole, MILLION) == whole


@given(amounts, amounts)
@settings(max_examples=50)
def test_the_sign_of_a_product_never_changes_its_size(a: int, b: int) -> None:
    assert times(-a, b) == times(a, -b) == -times(a, b)


@given(st.decimals(-1000, 1000, places=6), st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
@settings(max_examples=100)
def test_there_and_back_is_the_same_amount(value: Decimal, here: str, there: str) -> None:
    if UNITS[here].dimension != UNITS[there].dimension:
        return

    assert millionths(convert(convert(value, here, there), there, here)) == millionths(value)
