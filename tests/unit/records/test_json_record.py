"""Records in our own JSON: what is read, what is skipped and told, and what refuses the record."""

from datetime import date
from decimal import Decimal

import pytest

from cdss.errors import PatientError
from cdss.models.patient import Days, Delivered
from cdss.records import read


def day(text):
    return Days(date.fromisoformat(text), date.fromisoformat(text))


def refused(**record):
    with pytest.raises(PatientError) as error:
        read({"id": "p1"} | record)
    return error.value.kind, error.value.path


def one(name, **entry):
    (record,) = read({name: [entry]}).records(name)
    return record


def test_a_record_with_everything_in_it():
    patient = read(
        {
            "id": "p1",
            "birth_date": "1954-03-02",
            "sex": "female",
            "coordinator": "praktijkondersteuner",
            "delivered": {
                "conditions": {},
                "dispensings": {"from": "2021-01-01", "reach": "own"},
                "answers": None,
            },
            "conditions": [
                {"codes": ["icpc-1:L72"], "on": "2025-01-12", "site": "distal-radius", "cause": "low_energy"}
            ],
            "stays": [{"from": "2024-05-01", "until": "2024-06-10", "kind": "hospital"}],
            "questionnaires": [
                {
                    "on": "2025-02-20",
                    "name": "start_back",
                    "items": {"1": 1, "9": "very_much"},
                    "totals": {"psych": 4},
                }
            ],
            "answers": {"leg_pain": {"value": "radicular", "on": "2026-03-01"}, "smoking": {"value": None}},
        }
    )

    assert (patient.id, patient.birth_date, patient.sex) == ("p1", day("1954-03-02"), "female")
    assert patient.coordinator == "praktijkondersteuner"
    assert patient.delivered == {
        "conditions": Delivered(),
        "dispensings": Delivered(first=date(2021, 1, 1), reach="own"),
    }
    (broken,) = patient.records("conditions")
    assert broken.path == "conditions/0" and broken.on == day("2025-01-12")
    assert broken.fields == {"site": "distal-radius", "cause": "low_energy", "date_kind": "reported"}
    (stay,) = patient.records("stays")
    assert stay.on == day("2024-05-01") and stay.fields["until"] == day("2024-06-10")
    (form,) = patient.records("questionnaires")
    assert form.items == {"1": 1, "9": "very_much"} and form.totals == {"psych": 4}
    assert [(answer.fact, answer.value, answer.on) for answer in patient.answers] == [
        ("leg_pain", "radicular", day("2026-03-01")),
        ("smoking", None, None),
    ]
    assert patient.skipped == ()


def test_one_code_may_stand_as_code():
    assert one("conditions", code="icpc-1:L9501").codes == ("icpc-1:L95.01",)


def test_numbers_and_truths_may_come_as_text():
    record = one("prescriptions", code="atc:M05BA04", quantity="12", proposed="yes")

    assert record.fields == {"quantity": Decimal(12), "proposed": True}


def test_a_decimal_is_read_digit_for_digit():
    (record,) = read('{"observations": [{"code": "loinc:38265-5", "value": -2.60}]}').records("observations")

    assert str(record.fields["value"]) == "-2.60"


def test_a_unit_is_tidied_and_an_unknown_one_kept():
    assert (
        one("observations", code="loinc:33914-3", value=61, unit="mL/min/{1.73_m2}").fields["unit"]
        == "mL/min"
    )
    assert one("observations", code="loinc:1-8", value=1, unit="knots").fields["unit"] == "knots"


def test_an_age_may_stand_instead_of_a_birth_date():
    assert read({"age": 71}).age == 71 and read({"age": "71"}).age == 71
    assert refused(age=71, birth_date="1954")[0] == "wrong-form"


def test_names_with_dots_and_emoji_come_through():
    assert read({"id": "Zoë 🙂"}).id == "Zoë 🙂"


@pytest.mark.parametrize(
    ("text", "exists"), [("2024-02-29", True), ("2025-02-29", False), ("2100-02-29", False)]
)
def test_29_february_exists_in_leap_years_only(text, exists):
    found = read({"conditions": [{"code": "icpc-1:L72", "on": text}]})

    assert (found.records("conditions")[0].on is not None) is exists
    assert (found.skipped == ()) is exists


def test_a_date_time_counts_as_its_day():
    assert one("conditions", code="icpc-1:L72", on="2025-01-12T23:30:00+01:00").on == day("2025-01-12")


def test_x_is_ignored_wherever_it_stands():
    patient = read({"x": {"any": 1}, "conditions": [{"code": "icpc-1:L95", "x": [1]}]})

    assert "x" not in patient.records("conditions")[0].fields


@pytest.mark.parametrize(
    ("record", "path"),
    [
        ({"conditons": []}, "conditons"),
        ({"conditions": [{"code": "icpc-1:L95", "sight": "hip"}]}, "conditions/0/sight"),
        ({"answers": {"smoking": {"value": True, "when": "2025"}}}, "answers/smoking/when"),
        ({"delivered": {"conditions": {"reech": "own"}}}, "delivered/conditions/reech"),
    ],
)
def test_an_unknown_key_refuses_the_record_with_its_path(record, path):
    assert refused(**record) == ("unknown-key", path)


def test_an_unknown_key_is_told_with_the_one_that_was_probably_meant():
    with pytest.raises(PatientError) as error:
        read({"id": "p1", "conditions": [{"code": "icpc-1:L95", "sites": "hip"}]})

    assert "did you mean 'site'" in error.value.text["en"] and "bedoelt u 'site'" in error.value.text["nl"]


@pytest.mark.parametrize(
    ("record", "path"),
    [
        ({"birth_date": "1954-13-01"}, "birth_date"),
        ({"sex": "vrouw"}, "sex"),
        ({"age": 131}, "age"),
        ({"conditions": {}}, "conditions"),
        ({"answers": {"Smoking!": {"value": True}}}, "answers/Smoking!"),
        ({"answers": {"smoking": True}}, "answers/smoking"),
        ({"delivered": {"condition": {}}}, "delivered/condition"),
    ],
)
def test_a_wrong_form_at_the_top_refuses_the_record(record, path):
    assert refused(**record) == ("wrong-form", path)


def test_a_birth_after_death_refuses_the_record():
    assert refused(birth_date="1954-03-02", deceased_on="1954-03-01")[0] == "birth-after-death"
    assert read({"birth_date": "1954-03-02", "deceased_on": "1954"}).deceased_on is not None


def test_one_bad_field_counts_as_not_recorded_and_the_rest_is_used():
    found = read(
        {
            "observations": [
                {"code": "loinc:38265-5", "on": "20-02-2025", "value": -2.6},
                {"code": "loinc:39156-5", "on": "2025-02-20", "value": {"much": 1}},
            ]
        }
    )

    first, second = found.records("observations")
    assert first.on is None and first.fields["value"] == Decimal("-2.6")
    assert "value" not in second.fields
    assert [one.path for one in found.skipped] == ["observations/0/on", "observations/1/value"]


@pytest.mark.parametrize(
    ("name", "entry", "path"),
    [
        ("conditions", {"on": "2025-01-12"}, "conditions/0"),
        ("conditions", {"code": "L95"}, "conditions/0/code"),
        ("conditions", {"code": "icpc-1:onzin"}, "conditions/0/codes"),
        ("agreements", {"code": "atc:M05BA04", "kind": "einde"}, "agreements/0/kind"),
        ("stays", {"kind": "hospital"}, "stays/0/from"),
        ("stays", {"kind": "hospital", "from": "2024-06-10", "until": "2024-06-09"}, "stays/0/until"),
        ("decisions", {"action": "order-dxa", "choice": "declined"}, "decisions/0/on"),
        ("conditions", "L95", "conditions/0"),
    ],
)
def test_an_entry_that_means_nothing_any_more_is_skipped_and_told(name, entry, path):
    found = read({name: [entry]})

    assert not found.records(name)
    assert [one.path for one in found.skipped] == [path]


def test_a_stay_of_no_days_is_possible():
    assert one("stays", kind="hospital", **{"from": "2024-06-10", "until": "2024-06-10"}).on == day(
        "2024-06-10"
    )


def test_the_places_of_the_entries_that_are_left_stay_as_they_were_sent():
    found = read({"conditions": [{"code": "L95"}, {"code": "icpc-1:L95"}, {"code": "icpc-1:L72", "on": "?"}]})

    assert [record.path for record in found.records("conditions")] == ["conditions/1", "conditions/2"]
    assert [one.path for one in found.skipped] == ["conditions/0/code", "conditions/2/on"]


def test_an_end_before_the_start_is_told_and_taken_out():
    found = read({"conditions": [{"code": "icpc-1:L72", "on": "2025-01-12", "until": "2025-01-11"}]})

    assert "until" not in found.records("conditions")[0].fields and len(found.skipped) == 1


def test_a_code_of_a_system_that_is_not_ours_is_told_and_the_others_are_used():
    found = read({"conditions": [{"codes": ["icpc-1:L95", "icpc:L95"]}]})

    assert found.records("conditions")[0].codes == ("icpc-1:L95",)
    assert found.skipped[0].path == "conditions/0/codes"


def test_a_negative_quantity_is_a_return():
    assert one("dispensings", code="atc:M05BA04", quantity=-12).fields["kind"] == "return"


def test_directions_that_give_no_amount_are_told_once():
    entry = {"code": "atc:M05BA04", "usage": "nhg-25:1W1T ZN"}

    found = read({"dispensings": [entry, entry, {"code": "atc:M05BA04", "usage": "nhg-25:1W1T"}]})

    assert [one.path for one in found.skipped] == ["dispensings/0/usage"]


@pytest.mark.parametrize("value", [1_000_001, -1_000_001, "1000001", 1e300])
def test_a_number_beyond_what_we_reckon_with_is_told(value):
    found = read({"observations": [{"code": "loinc:1-8", "value": value}]})

    assert "value" not in found.records("observations")[0].fields and len(found.skipped) == 1


def test_a_date_of_a_measurement_may_be_its_value():
    assert one("observations", code="loinc:8665-2", value="2024-12-01").fields["value"] == day("2024-12-01")


def test_texts_are_in_both_languages():
    found = read({"conditions": [{"code": "icpc-1:L72", "site": "hipp"}]})

    assert "'hipp'" in found.skipped[0].why["nl"] and "hip" in found.skipped[0].why["en"]


@pytest.mark.parametrize("number", ["value", "bound"])
def test_a_result_below_a_limit_is_never_the_limit_itself(number):
    record = one("observations", code="loinc:33914-3", comparator="<", unit="mL/min", **{number: 30})

    assert record.fields == {"comparator": "<", "bound": Decimal(30), "unit": "mL/min"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"comparator": "<"},
        {"bound": 30},
        {"comparator": "<", "bound": 30, "value": 40},
        {"comparator": "<", "value": "low"},
    ],
)
def test_a_limit_that_does_not_say_on_which_side_the_result_lies_is_no_result(wrong):
    patient = read({"id": "p1", "observations": [{"code": "loinc:33914-3"} | wrong]})

    assert patient.records("observations")[0].fields == {}
    assert [skipped.path for skipped in patient.skipped] == ["observations/0/comparator"]


@pytest.mark.parametrize("unit", [5, ["mg"], "x" * 61])
@pytest.mark.parametrize("number", [{"value": 30}, {"comparator": "<", "bound": 30}])
def test_a_number_of_which_the_unit_cannot_be_read_is_not_taken_to_be_in_ours(unit, number):
    patient = read({"id": "p1", "observations": [{"code": "loinc:33914-3", "unit": unit} | number]})

    (record,) = patient.records("observations")
    assert record.fields == {} and patient.skipped[0].path == "observations/0/unit"


def test_an_end_in_9999_is_no_end():
    stay = one("stays", kind="hospital", **{"from": "2025-01-01", "until": "9999-12-31"})

    assert "until" not in stay.fields
