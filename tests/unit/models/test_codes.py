"""Codes, what they fall under, strengths, and the product line that a record picks."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdss.models.codes import (
    SYSTEMS,
    CodeError,
    ProductLine,
    levels,
    line_of,
    matches,
    parse_code,
    parse_strength,
    same_strength,
    short_system,
)
from cdss.models.quantity import QuantityError
from cdss.models.truth import NO, UNKNOWN, YES


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("http://hl7.org/fhir/sid/icpc-1-nl", "icpc-1"),
        ("urn:oid:2.16.840.1.113883.2.4.4.31.1", "icpc-1"),
        ("2.16.840.1.113883.2.4.4.31.1", "icpc-1"),
        ("http://snomed.info/sct", "sct"),
        ("http://loinc.org", "loinc"),
        ("http://www.whocc.no/atc", "atc"),
        ("urn:oid:2.16.840.1.113883.6.73", "atc"),
        ("http://hl7.org/fhir/sid/icd-10-nl", "icd-10"),
        ("urn:oid:2.16.840.1.113883.2.4.4.7", "hpk"),
        ("urn:oid:2.16.840.1.113883.2.4.4.10", "prk"),
        ("urn:oid:2.16.840.1.113883.2.4.4.1", "gpk"),
        ("urn:oid:2.16.840.1.113883.2.4.4.8", "zi"),
        ("urn:oid:2.16.840.1.113883.2.4.4.1.902.40", "gs-40"),
        ("https://referentiemodel.nhg.org/tabellen/nhg-tabel-45-diagnostische-bepalingen", "nhg-45"),
        ("urn:oid:2.16.840.1.113883.2.4.4.30.49", "nhg-49"),
        (
            "https://referentiemodel.nhg.org/tabellen/nhg-tabel-25-gebruiksvoorschrift#aanvullend-numeriek",
            "nhg-25",
        ),
        ("atc", "atc"),
    ],
)
def test_every_address_of_a_system_gives_its_short_name(uri: str, name: str) -> None:
    assert short_system(uri) == name


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "http://example.org/codes",
        "urn:oid:2.16.840.1.113883.2.4.4",
        "urn:oid:2.16.840.1.113883.2.4.4.1.750",
    ],
)
def test_an_address_that_is_not_in_the_table_is_no_system(uri: str) -> None:
    assert short_system(uri) is None


def test_no_address_belongs_to_two_systems() -> None:
    uris = [uri for system in SYSTEMS.values() for uri in system.uris]

    assert len(uris) == len(set(uris))


@pytest.mark.parametrize("name", sorted(SYSTEMS))
def test_the_example_of_a_system_is_one_of_its_codes(name: str) -> None:
    example = f"{name}:{SYSTEMS[name].example}"

    assert parse_code(example) == example


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("icpc-1:L95", "icpc-1:L95"),
        ("icpc-1:L95.01", "icpc-1:L95.01"),
        ("icpc-1:L9501", "icpc-1:L95.01"),
        ("icpc-1:l95", "icpc-1:L95"),
        ("icpc-1: L95 ", "icpc-1:L95"),
        ("icd-10:S720", "icd-10:S72.0"),
        ("icd-10:M8008", "icd-10:M80.08"),
        ("atc:m05ba04", "atc:M05BA04"),
        ("hpk:00012345", "hpk:12345"),
        ("prk:0012345", "prk:12345"),
        ("gpk:100", "gpk:100"),
        ("zi:01234567", "zi:1234567"),
        ("gs-40:007", "gs-40:7"),
        ("nhg-45:02773", "nhg-45:2773"),
        ("nhg-45:AVAL AQ", "nhg-45:AVALAQ"),
        ("nhg-45:kreco fb", "nhg-45:KRECOFB"),
        ("nhg-25:3d2t  zn", "nhg-25:3D2T ZN"),
        ("loinc:38265-5", "loinc:38265-5"),
        ("sct:312681000", "sct:312681000"),
    ],
)
def test_a_code_has_one_form_however_it_was_sent(written: str, code: str) -> None:
    assert parse_code(written) == code
    assert parse_code(code) == code


@pytest.mark.parametrize(
    "written",
    [
        "icpc-1:L9",
        "icpc-1:L951",
        "icpc-1:L95.1",
        "icpc-1:L95.011",
        "icpc-1:95",
        "atc:M05BA0",
        "atc:M05BA040",
        "atc:M0",
        "hpk:",
        "hpk:000",
        "hpk:12a",
        "hpk:-5",
        "hpk:\u00b2",
        "sct:12",
        "loinc:38265",
    ],
)
def test_a_code_of_another_shape_is_refused(written: str) -> None:
    with pytest.raises(CodeError, match="is not a code of"):
        parse_code(written)


@pytest.mark.parametrize(
    ("written", "better"),
    [
        ("L95", "icpc-1:L95"),
        ("M05BA04", "atc:M05BA04"),
        ("icpc:L95", "icpc-1:L95"),
        ("icpc-1-nl:L95", "icpc-1:L95"),
        ("ATC:M05BA04", "atc:M05BA04"),
        ("snomed:312681000", "sct:312681000"),
    ],
)
def test_a_code_without_a_known_system_gets_the_one_that_was_meant(written: str, better: str) -> None:
    with pytest.raises(CodeError) as refused:
        parse_code(written)

    assert refused.value.text["en"].endswith(f"write {better}.")
    assert refused.value.text["nl"].endswith(f"schrijf {better}.")


def test_a_bare_number_is_never_a_code() -> None:
    with pytest.raises(CodeError, match="write system:code"):
        parse_code("12345")


@pytest.mark.parametrize(
    ("code", "covering"),
    [
        ("icpc-1:L95.01", ("icpc-1:L95.01", "icpc-1:L95")),
        ("icpc-1:L95", ("icpc-1:L95",)),
        ("atc:M05BA04", ("atc:M05BA04", "atc:M05BA", "atc:M05B", "atc:M05", "atc:M")),
        ("atc:M05B", ("atc:M05B", "atc:M05", "atc:M")),
        ("icd-10:M80.08", ("icd-10:M80.08", "icd-10:M80.0", "icd-10:M80")),
        ("hpk:12345", ("hpk:12345",)),
        ("sct:312681000", ("sct:312681000",)),
        ("local:L95.01", ("local:L95.01",)),
        ("", ("",)),
    ],
)
def test_the_levels_of_a_code_are_all_that_cover_it(code: str, covering: tuple[str, ...]) -> None:
    assert levels(code) == covering


@pytest.mark.parametrize(
    ("pattern", "code", "covers"),
    [
        ("icpc-1:L95", "icpc-1:L95", True),
        ("icpc-1:L95", "icpc-1:L95.01", True),
        ("icpc-1:L95.01", "icpc-1:L95", False),
        ("icpc-1:L95.01", "icpc-1:L95.02", False),
        ("icpc-1:L9", "icpc-1:L95", False),
        ("icpc-1:L95.0", "icpc-1:L95.01", False),
        ("atc:M", "atc:M05BA04", True),
        ("atc:M05B", "atc:M05BA04", True),
        ("atc:M05BA0", "atc:M05BA04", False),
        ("atc:M0", "atc:M05BA04", False),
        ("atc:M05BA04", "atc:M05B", False),
        ("icd-10:S72", "icd-10:S72.0", True),
        ("icd-10:M80.0", "icd-10:M80.08", True),
        ("icd-10:S7", "icd-10:S72.0", False),
        ("icpc-1:L95", "icd-10:L95", False),
        ("hpk:123", "hpk:12345", False),
        ("sct:3126", "sct:312681000", False),
    ],
)
def test_a_pattern_covers_its_own_levels_only(pattern: str, code: str, covers: bool) -> None:
    assert matches(pattern, code) is covers


atc_codes = st.from_regex(SYSTEMS["atc"].shape, fullmatch=True).map("atc:{}".format)
icpc_codes = st.from_regex(SYSTEMS["icpc-1"].shape, fullmatch=True).map("icpc-1:{}".format)
icd_codes = st.from_regex(SYSTEMS["icd-10"].shape, fullmatch=True).map("icd-10:{}".format)
any_code = atc_codes | icpc_codes | icd_codes


@given(any_code, any_code)
@settings(max_examples=100)
def test_levels_and_matches_agree_and_say_what_a_reader_would(code: str, other: str) -> None:
    covering = levels(code)

    assert covering[0] == code
    assert all(parse_code(level) == level and matches(level, code) for level in covering)
    assert matches(other, code) == (other in covering)
    assert matches(other, code) <= code.startswith(other)


@given(any_code)
@settings(max_examples=50)
def test_what_covers_a_covering_code_covers_the_code(code: str) -> None:
    for level in levels(code):
        assert set(levels(level)) <= set(levels(code))


@given(st.sampled_from(["hpk", "prk", "gpk", "zi", "gs-40"]), st.integers(1, 99_999_999), st.integers(0, 6))
@settings(max_examples=50)
def test_leading_zeros_never_make_another_number(name: str, number: int, zeros: int) -> None:
    assert parse_code(f"{name}:{'0' * zeros}{number}") == f"{name}:{number}"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("70 mg", "70mg"),
        ("70 mg", "70 MG"),
        ("70 mg", "0.07 g"),
        ("70 mg", "70.0 mg"),
        ("70 mg", "70 mg/tablet"),
        ("70 mg", "70 mg/1 {tablet}"),
        ("20 ug", "20 mcg"),
        ("20 ug", "20 \u00b5g"),
        ("5 mg/100 ml", "5 mg / 100 mL"),
        ("5 mg/100 ml", "0.05 mg/ml"),
        ("20 ug/80 ul", "0.02 mg/0.08 ml"),
        ("20 ug/80 ul", "250 ug/ml"),
        ("70 mg/5600 IU", "70MG/5600IE"),
        ("70 mg/5600 IU", "5600 IU/70 mg"),
        ("70 mg/5600 IU", "70 mg + 5600 IU"),
        ("volgens schema", "Volgens  schema"),
        (None, None),
        (None, ""),
    ],
)
def test_one_strength_can_be_written_in_many_ways(a: str | None, b: str | None) -> None:
    assert same_strength(a, b)
    assert same_strength(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("70 mg", "70 ug"),
        ("70 mg", "69 mg"),
        ("70 mg", "71 mg"),
        ("70 mg", "70 mg/ml"),
        ("70 mg", "70 mg/5600 IU"),
        ("70 mg/2800 IU", "70 mg/5600 IU"),
        ("5 mg/100 ml", "4 mg/100 ml"),
        ("70 mg", None),
        ("70 mg", "onbekend"),
    ],
)
def test_another_amount_or_kind_is_another_strength(a: str | None, b: str | None) -> None:
    assert not same_strength(a, b)
    assert not same_strength(b, a)


@pytest.mark.parametrize(
    "written", ["", "70", "2,5 mg", "0 mg", "-70 mg", "5 mg/0 ml", "70 mg/", "zeventig mg", "70 mg/5.600 IE"]
)
def test_a_strength_that_may_mean_something_else_is_refused(written: str) -> None:
    with pytest.raises(QuantityError):
        parse_strength(written)


WEEKLY = ProductLine("atc:M05BA04", "70 mg", Decimal(7), "oral_bisphosphonate")
ANY_ALENDRONATE = ProductLine("atc:M05BA04", product_class="oral_bisphosphonate")
DENOSUMAB = ProductLine("atc:M05BX04", "60 mg", Decimal(183), "denosumab")
DENOSUMAB_PER_ML = ProductLine("atc:M05BX04", "60 mg/ml", Decimal(183), "denosumab")
FRACTURE_DRUG = (WEEKLY, ANY_ALENDRONATE, DENOSUMAB)


@pytest.mark.parametrize(
    ("code", "strength", "truth", "line"),
    [
        ("atc:M05BA04", "70 mg", YES, WEEKLY),
        ("atc:M05BA04", "0.07 g", YES, WEEKLY),
        ("atc:M05BA04", "10 mg", YES, ANY_ALENDRONATE),
        ("atc:M05BA04", None, YES, ANY_ALENDRONATE),
        ("atc:M05BX04", "60 mg", YES, DENOSUMAB),
        ("atc:M05BX04", "120 mg", NO, None),
        ("atc:M05BX04", None, UNKNOWN, None),
        ("atc:M05BX04", "", UNKNOWN, None),
        ("atc:M05BX04", "zie etiket", UNKNOWN, None),
        ("atc:M05BX04", "60 mg/ml", UNKNOWN, None),
        ("atc:C09AA02", "60 mg", NO, None),
        ("atc:C09AA02", None, NO, None),
        ("atc:M05BX", "60 mg", NO, None),
    ],
)
def test_a_product_belongs_by_the_first_line_that_fits(
    code: str, strength: str | None, truth: int, line: ProductLine | None
) -> None:
    assert line_of([code], strength, FRACTURE_DRUG) == (truth, line)


@pytest.mark.parametrize(
    ("strength", "truth", "line"),
    [
        ("60 mg", YES, DENOSUMAB),
        ("60 mg/ml", YES, DENOSUMAB_PER_ML),
        ("70 mg/ml", NO, None),
        ("60 IU", UNKNOWN, None),
    ],
)
def test_a_concentration_is_judged_by_a_line_that_names_one(
    strength: str, truth: int, line: ProductLine | None
) -> None:
    assert line_of(["atc:M05BX04"], strength, [DENOSUMAB, DENOSUMAB_PER_ML]) == (truth, line)


def test_any_of_the_codes_of_a_record_may_fit() -> None:
    assert line_of(["hpk:1234567", "atc:M05BX04"], "60 mg", FRACTURE_DRUG) == (YES, DENOSUMAB)


def test_a_line_for_a_group_takes_in_every_drug_of_it() -> None:
    group = ProductLine("atc:M05BA", product_class="bisphosphonate")

    assert line_of(["atc:M05BA07"], None, [WEEKLY, group]) == (YES, group)


def test_the_order_of_the_codes_does_not_choose_the_line() -> None:
    codes = ["atc:M05BX04", "atc:M05BA04"]

    assert line_of(codes, "60 mg", FRACTURE_DRUG) == line_of(codes[::-1], "60 mg", FRACTURE_DRUG)


def test_without_codes_nothing_belongs() -> None:
    assert line_of([], "70 mg", FRACTURE_DRUG) == (NO, None)


@given(st.integers(1, 9999), st.sampled_from(["mg", "ug", "IU", "g"]))
@settings(max_examples=50)
def test_a_product_of_the_strength_on_its_line_belongs(amount: int, unit: str) -> None:
    line = ProductLine("atc:M05BX04", f"{amount} {unit}")

    assert line_of(["atc:M05BX04"], f"{amount}{unit.upper()}", [line]) == (YES, line)
    assert line_of(["atc:M05BX04"], f"{amount + 1} {unit}", [line]) == (NO, None)
