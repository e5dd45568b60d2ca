"""A FHIR dosage in words that read back as the same amount per day; and the strength of a product."""

from fractions import Fraction

import pytest

from cdss.models.usage import NOT_READ, usage_per_day, usage_range
from cdss.records import read
from tests.unit.records.sent import ATC, about, bundle, concept, dispense, weekly

ONE = [{"doseQuantity": {"value": 1, "unit": "stuk", "code": "1"}}]


def usage_of(*dosages, **elements):
    (record,) = read(bundle(dispense(dosageInstruction=list(dosages), **elements))).records("dispensings")
    return record.fields.get("usage")


def dosage(dose=1, unit="1", **repeat):
    return {
        "timing": {"repeat": repeat},
        "doseAndRate": [{"doseQuantity": {"value": dose, "code": unit}}],
    }


@pytest.mark.parametrize(
    ("given", "words", "per_day"),
    [
        (weekly(), "1 per week", Fraction(1, 7)),
        (dosage(frequency=1, period=1, periodUnit="d"), "1 per day", Fraction(1)),
        (dosage(2, frequency=3, period=1, periodUnit="d"), "6 per day", Fraction(6)),
        (dosage(0.5, frequency=1, period=1, periodUnit="d"), "1 per 2 days", Fraction(1, 2)),
        (dosage(frequency=1, period=2, periodUnit="wk"), "1 per 2 weeks", Fraction(1, 14)),
        (dosage(frequency=1, period=1, periodUnit="mo"), "1 per 30 days", Fraction(1, 30)),
        (dosage(frequency=1, period=6, periodUnit="mo"), "1 per 183 days", Fraction(1, 183)),
        (dosage(frequency=1, period=1, periodUnit="a"), "1 per 365 days", Fraction(1, 365)),
        (dosage(frequency=1, period=6, periodUnit="h"), "4 per day", Fraction(4)),
        (dosage(timeOfDay=["08:00:00", "20:00:00"]), "2 per day", Fraction(2)),
        (dosage(when=["MORN"], frequency=1, period=1, periodUnit="d"), "1 per day", Fraction(1)),
        (dosage(dayOfWeek=["mon"], frequency=1, period=1, periodUnit="wk"), "1 per week", Fraction(1, 7)),
        (dosage(dayOfWeek=["mon", "thu"], timeOfDay=["08:00:00"]), "2 per week", Fraction(2, 7)),
        (dosage(unit="{tablet}", frequency=1, period=1, periodUnit="d"), "1 per day", Fraction(1)),
        ({"timing": {"code": concept("http://x", "BID")}, "doseAndRate": ONE}, "2 per day", Fraction(2)),
    ],
)
def test_a_fixed_dosage_in_words(given, words, per_day):
    assert usage_of(given) == words
    assert usage_per_day(words) == per_day


def test_two_dosages_side_by_side_are_added():
    morning = dosage(2, frequency=1, period=1, periodUnit="d", when=["MORN"])
    evening = dosage(1, frequency=1, period=1, periodUnit="d", when=["EVE"])

    assert usage_of(morning, evening) == "3 per day"


def test_a_range_keeps_its_two_ends():
    between = {
        "timing": {"repeat": {"frequency": 1, "frequencyMax": 2, "period": 1, "periodUnit": "d"}},
        "doseAndRate": ONE,
    }

    words = usage_of(between)

    assert words == "1 to 2 per day" and usage_range(words) == (1, 2)


@pytest.mark.parametrize(
    "given",
    [
        {"timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "wk"}}},
        {"doseAndRate": ONE},
        dosage(70, "mg", frequency=1, period=1, periodUnit="wk"),
        dosage(frequency=0, period=1, periodUnit="d"),
        dosage(0, frequency=1, period=1, periodUnit="d"),
        dosage(frequency="vaak", period=1, periodUnit="d"),
        dosage(frequency=1, period=1, periodUnit="s"),
        dosage(frequency=1, period=1, periodMax=2, periodUnit="wk"),
        dosage(frequency=2, period=1, periodUnit="wk", dayOfWeek=["mon"]),
        dosage(count=3, frequency=1, period=1, periodUnit="d"),
        weekly(modifierExtension=[{"url": "http://x/unknown"}]),
        {"timing": {"event": ["2025-01-01"]}, "doseAndRate": ONE},
    ],
)
def test_what_is_no_fixed_number_of_pieces_stays_unknown_and_is_not_left_to_the_product(given):
    assert usage_of(given) == NOT_READ and usage_range(NOT_READ) is None


def test_text_alone_says_nothing():
    assert usage_of({"text": "1 tablet per week"}) is None


def test_steps_one_after_another_stay_unknown():
    assert usage_of(weekly(sequence=1), weekly(sequence=2)) == NOT_READ


def test_a_schedule_that_stops_and_starts_again_stays_unknown():
    cycle = {
        "url": "http://nictiz.nl/fhir/StructureDefinition/ext-InstructionsForUse.RepeatPeriodCyclicalSchedule"
    }

    assert usage_of(weekly(), extension=[cycle]) == NOT_READ


@pytest.mark.parametrize(
    "extra", [{"asNeededBoolean": True}, {"additionalInstruction": [{"text": "3 weken, dan 1 week niet"}]}]
)
def test_as_needed_and_instructions_are_kept_in_words_but_give_no_amount(extra):
    words = usage_of(weekly(**extra))

    assert words is not None and words.startswith("1 per week ")
    assert usage_per_day(words) is None


def ingredient(amount, unit, of=1, of_unit="stuk", **more):
    return {
        "strength": {
            "numerator": {"value": amount, "unit": unit},
            "denominator": {"value": of, "unit": of_unit},
        }
    } | more


@pytest.mark.parametrize(
    ("ingredients", "strength"),
    [
        ([ingredient(70, "mg")], "70 mg"),
        ([ingredient(140, "mg", of=2)], "70 mg"),
        ([ingredient(70, "mg"), ingredient(5600, "IE")], "70 mg/5600 IU"),
        ([ingredient(70, "mg"), ingredient(3, "mg", isActive=False)], "70 mg"),
        ([ingredient(60, "mg", of=1, of_unit="ml")], "60 mg/1 mL"),
        ([ingredient(70, "mg"), {}], None),
        ([ingredient("onbekend", "mg")], None),
        ([], None),
    ],
)
def test_the_strength_is_read_from_the_ingredients_and_never_from_a_name(ingredients, strength):
    drug = {
        "resourceType": "Medication",
        "id": "m",
        "code": concept(ATC, "M05BA04") | {"text": "Alendroninezuur tablet 10 mg"},
        "ingredient": ingredients,
    }
    handed_over = about(
        "MedicationDispense",
        status="completed",
        whenHandedOver="2025-01-06",
        medicationReference={"reference": "Medication/m"},
    )

    (record,) = read(bundle(handed_over, drug)).records("dispensings")

    assert record.fields.get("strength") == strength


@pytest.mark.parametrize("volume", [0, -1, "een", {"value": 1, "comparator": "<"}])
def test_an_amount_in_a_volume_that_is_not_told_is_no_strength(volume):
    per = volume if isinstance(volume, dict) else {"value": volume}
    ratio = {"numerator": {"value": 60, "code": "mg"}, "denominator": per | {"code": "mL"}}
    drug = {
        "resourceType": "Medication",
        "id": "m1",
        "code": concept(ATC, "M05BX04"),
        "ingredient": [{"strength": ratio}],
    }
    given = dispense(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m1"})

    (record,) = read(bundle(drug, given)).records("dispensings")

    assert "strength" not in record.fields
