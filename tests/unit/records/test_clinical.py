"""Problems, measurements, procedures, allergies and questionnaires of FHIR as records."""

from datetime import date
from decimal import Decimal

import pytest

from cdss.models.patient import Days
from cdss.records import read
from tests.unit.records.sent import ICPC, LOINC, SNOMED, about, bundle, concept, observation, patient


def day(text: str) -> Days:
    return Days(date.fromisoformat(text), date.fromisoformat(text))


def one(name, *resources):
    (record,) = read(bundle(*resources)).records(name)
    return record


def condition(**elements):
    return about("Condition", **({"code": concept(ICPC, "L72"), "onsetDateTime": "2025-01-12"} | elements))


# conditions


def test_a_problem_of_the_gp_has_the_date_on_which_it_was_reported():
    record = one("conditions", condition())

    assert record.codes == ("icpc-1:L72",)
    assert record.on == day("2025-01-12")
    assert record.fields == {"date_kind": "reported"}


def test_a_diagnosis_of_the_hospital_has_the_date_of_the_event():
    record = one("conditions", condition(code=concept(SNOMED, "65966004")))

    assert record.fields["date_kind"] == "event" and record.fields["site"] == "forearm"


def test_an_icpc_code_without_its_dot_is_read_with_it():
    assert one("conditions", condition(code=concept(ICPC, "L9501"))).codes == ("icpc-1:L95.01",)


def test_several_codes_are_all_kept_and_unknown_systems_too():
    coding = [
        {"system": "urn:oid:2.16.840.1.113883.2.4.4.31.1", "code": "L72"},
        {"system": "http://hospital.example/codes", "code": "polsbreuk"},
    ]

    assert one("conditions", condition(code={"coding": coding})).codes == (
        "icpc-1:L72",
        "http://hospital.example/codes|polsbreuk",
    )


def test_a_problem_with_text_only_is_left_out_and_told():
    found = read(bundle(condition(code={"text": "polsfractuur links"})))

    assert not found.records("conditions") and len(found.skipped) == 1


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
def test_a_refuted_problem_is_left_out_and_told(status):
    found = read(bundle(condition(verificationStatus=concept("http://x", status))))

    assert not found.records("conditions") and status in found.skipped[0].why["nl"]


@pytest.mark.parametrize(
    ("clinical", "abated", "active"),
    [
        ("active", None, True),
        ("recurrence", None, True),
        ("resolved", "2025-03-01", False),
        ("inactive", None, False),
        (None, "2025-03-01", False),
        (None, None, None),
    ],
)
def test_whether_a_problem_is_active(clinical, abated, active):
    status = concept("http://x", clinical) if clinical else None

    record = one("conditions", condition(clinicalStatus=status, abatementDateTime=abated))

    assert record.fields.get("active") is active


def test_an_end_before_the_start_is_told_and_taken_out():
    found = read(bundle(condition(abatementDateTime="2024-12-31")))

    (record,) = found.records("conditions")
    assert "until" not in record.fields and len(found.skipped) == 1


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("2024-02-29T23:59:59+01:00", "2024-02-29", "2024-02-29"),
    ],
)
def test_a_partial_date_is_the_interval_of_its_days(written, first, last):
    days = one("conditions", condition(onsetDateTime=written)).on

    assert days == Days(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("written", ["2025-02-29", "2025-13", "12-01-2025", "gisteren"])
def test_a_date_that_does_not_exist_counts_as_not_recorded_and_is_told(written):
    found = read(bundle(condition(onsetDateTime=written)))

    (record,) = found.records("conditions")
    assert record.on is None and len(found.skipped) == 1


def test_an_age_at_onset_is_the_year_in_which_the_patient_had_it():
    onset = {"value": 52, "unit": "jaar", "system": "http://unitsofmeasure.org", "code": "a"}

    days = one("conditions", condition(onsetDateTime=None, onsetAge=onset)).on

    assert days == Days(date(2006, 3, 2), date(2007, 3, 1))


def test_a_site_is_known_when_a_code_names_it():
    neck = condition(code=concept(SNOMED, "125605004"), bodySite=[concept(SNOMED, "85050009")])

    assert one("conditions", neck).fields["site"] == "humerus"
    assert "site" not in one("conditions", condition(code=concept(SNOMED, "125605004"))).fields


def test_a_care_episode_lends_its_name_and_date_to_its_problem():
    problem = condition(id="c1", onsetDateTime=None, code=concept(SNOMED, "64859006"))
    episode = about(
        "EpisodeOfCare",
        id="e2",
        status="active",
        period={"start": "2024-05-01"},
        diagnosis=[{"condition": {"reference": "Condition/c1"}}],
    )

    record = one("conditions", problem, episode)

    assert record.on == day("2024-05-01")
    assert record.fields == {"date_kind": "reported", "episode": "e2", "active": True}


@pytest.mark.parametrize(
    ("own", "status", "active", "until"),
    [
        (None, "active", True, None),
        (None, "onhold", None, None),
        (None, "finished", False, "2025-02-01"),
        ("active", "finished", True, None),
        ("resolved", "active", False, None),
    ],
)
def test_a_care_episode_tells_whether_its_problem_goes_on_where_the_problem_does_not(
    own, status, active, until
):
    told = {"clinicalStatus": concept("http://x", own)} if own else {}
    problem = condition(id="c1", onsetDateTime="2025-01-01", **told)
    episode = about(
        "EpisodeOfCare",
        status=status,
        period={"start": "2025-01-01", "end": "2025-02-01"},
        diagnosis=[{"condition": {"reference": "Condition/c1"}}],
    )

    fields = one("conditions", problem, episode).fields

    assert fields.get("active") is active
    assert fields.get("until") == (day(until) if until else None)


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_care_episodes_the_one_that_goes_on_tells(order):
    problem = condition(id="c1", onsetDateTime="2025-01-01")
    episodes = [
        about(
            "EpisodeOfCare",
            id=status,
            status=status,
            diagnosis=[{"condition": {"reference": "Condition/c1"}}],
        )
        for status in ("finished", "active")
    ]

    fields = one("conditions", problem, *episodes[::order]).fields

    assert (fields["active"], fields["episode"]) == (True, "active")


def test_an_end_that_is_told_as_an_age_range_is_an_end():
    assert one("conditions", condition(abatementRange={"low": {"value": 60}})).fields["active"] is False


@pytest.mark.parametrize(
    "value",
    [
        {"valueRange": {"low": {"value": 60}, "high": {"value": 65}}},
        {"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 8}}},
        {"valueSampledData": {"origin": {"value": 1}, "period": 1, "dimensions": 1}},
        {"valueTime": "10:00:00"},
        {"valuePeriod": {"start": "2025-01-01"}},
        {"valueString": "<30"},
        {"valueQuantity": {"value": 30, "comparator": "ad"}},
    ],
)
@pytest.mark.parametrize("in_component", [False, True])
def test_a_result_of_a_kind_that_is_not_read_is_told_and_not_lost_in_silence(value, in_component):
    code = observation()["code"]
    if in_component:
        sent = observation(valueQuantity=None, component=[{"code": code} | value])
    else:
        sent = observation(**({"valueQuantity": None} | value))

    patient = read(bundle(sent))

    assert [dict(record.fields) for record in patient.records("observations")] == [{}]
    assert len(patient.skipped) == 1


def test_a_measurement_at_a_schedule_has_no_date_and_that_is_told():
    patient = read(bundle(observation(effectiveDateTime=None, effectiveTiming={"event": ["2025-02-20"]})))

    assert patient.records("observations")[0].on is None
    assert "effectiveTiming" in patient.skipped[0].why["nl"]


def test_a_contra_indication_of_the_g_standaard_is_a_problem():
    system = "urn:oid:2.16.840.1.113883.2.4.4.1.902.40"
    flag = about("Flag", status="active", code=concept(system, "00123"), period={"start": "2020-01-01"})
    other = about("Flag", status="active", code=concept(SNOMED, "371597004"))

    record = one("conditions", flag, other)

    assert record.codes == ("gs-40:123",) and record.fields["active"] is True


# measurements


def test_a_measurement_keeps_its_number_digit_for_digit():
    record = one("observations", observation(value=-2.6))

    assert record.codes == ("loinc:38265-5",)
    assert record.fields == {"value": Decimal("-2.6"), "unit": "1"}
    assert record.on == day("2025-02-20")


def test_a_number_sent_as_text_is_read_and_told_once():
    found = read(bundle(observation(value="-2.6"), observation("39156-5", "24.10")))

    values = [record.fields["value"] for record in found.records("observations")]
    assert values == [Decimal("-2.6"), Decimal("24.10")]
    assert [(skipped.path, skipped.why["en"][:7]) for skipped in found.skipped] == [("Bundle", "2 times")]


@pytest.mark.parametrize("value", [1e9, -1_000_001, "1e-5x", "veel", True, [1]])
def test_a_number_that_we_cannot_reckon_with_leaves_a_measurement_without_value(value):
    found = read(bundle(observation(value=value)))

    (record,) = found.records("observations")
    assert "value" not in record.fields and len(found.skipped) == 1


@pytest.mark.parametrize("value", [1_000_000, -1_000_000, 0, 1e-05])
def test_a_number_on_the_limit_is_read(value):
    assert one("observations", observation(value=value)).fields["value"] == Decimal(repr(value))


def test_a_result_beyond_a_limit_is_no_value_but_keeps_its_limit():
    egfr = {"value": 90, "comparator": ">", "code": "mL/min/{1.73_m2}", "system": "http://unitsofmeasure.org"}

    record = one("observations", observation("33914-3", valueQuantity=egfr))

    assert record.fields == {"comparator": ">", "bound": Decimal(90), "unit": "mL/min"}


def test_each_part_of_a_panel_is_a_measurement_on_the_same_day():
    def part(code, value):
        quantity = {"value": value, "code": "mm[Hg]", "system": "http://unitsofmeasure.org"}
        return {"code": concept(LOINC, code), "valueQuantity": quantity}

    panel = observation("85354-9", valueQuantity=None, component=[part("8480-6", 140), part("8462-4", 80)])

    records = read(bundle(panel)).records("observations")

    assert [(record.codes[0], record.fields["value"]) for record in records] == [
        ("loinc:8480-6", 140),
        ("loinc:8462-4", 80),
    ]
    assert {record.on for record in records} == {day("2025-02-20")}


def test_a_part_of_which_the_meaning_is_changed_is_left_out():
    part = {
        "code": concept(LOINC, "8480-6"),
        "valueInteger": 140,
        "modifierExtension": [{"url": "http://x/unknown"}],
    }

    found = read(bundle(observation("85354-9", valueQuantity=None, component=[part])))

    assert not found.records("observations") and len(found.skipped) == 1


def test_the_site_of_a_t_score_is_the_scan_site():
    neck = observation(bodySite=concept(SNOMED, "29627003"))
    spine = observation(bodySite=concept(SNOMED, "122496007"))

    records = read(bundle(neck, spine)).records("observations")

    assert [record.fields["site"] for record in records] == ["femoral-neck", "lumbar-spine"]


def test_what_was_not_measured_is_no_measurement():
    absent = concept("http://terminology.hl7.org/CodeSystem/data-absent-reason", "not-performed")

    found = read(bundle(observation(valueQuantity=None, dataAbsentReason=absent)))

    assert not found.records("observations") and len(found.skipped) == 1


def test_a_result_that_is_hidden_stays_so_that_an_older_one_is_not_the_latest():
    absent = concept("http://terminology.hl7.org/CodeSystem/data-absent-reason", "masked")

    record = one("observations", observation(valueQuantity=None, dataAbsentReason=absent))

    assert record.fields == {}


@pytest.mark.parametrize(
    ("element", "sent", "value"),
    [
        ("valueInteger", 7, Decimal(7)),
        ("valueBoolean", False, False),
        ("valueCodeableConcept", concept(SNOMED, "8517006"), "sct:8517006"),
        ("valueDateTime", "2024-12", Days(date(2024, 12, 1), date(2024, 12, 31))),
    ],
)
def test_other_kinds_of_results(element, sent, value):
    assert one("observations", observation(valueQuantity=None, **{element: sent})).fields["value"] == value


def test_text_is_never_read_as_a_result():
    found = read(bundle(observation(valueQuantity=None, valueString="-2.6")))

    (record,) = found.records("observations")
    assert record.fields == {} and len(found.skipped) == 1


def test_a_unit_without_ucum_is_read_from_what_the_sender_shows():
    quantity = {"value": 61, "unit": "kg", "system": "urn:oid:2.16.840.1.113883.2.4.4.1.900.2", "code": "205"}

    assert one("observations", observation("29463-7", valueQuantity=quantity)).fields["unit"] == "kg"


# procedures and allergies


def test_a_scan_that_was_done_is_a_procedure():
    scan = about(
        "Procedure", status="completed", code=concept(SNOMED, "312681000"), performedDateTime="2025-02-20"
    )

    assert one("procedures", scan).on == day("2025-02-20")


@pytest.mark.parametrize("status", ["not-done", "preparation", "entered-in-error", "stopped"])
def test_a_scan_that_was_not_done_is_none(status):
    scan = about("Procedure", status=status, code=concept(SNOMED, "312681000"))

    found = read(bundle(scan))

    assert not found.records("procedures") and len(found.skipped) == 1


def test_an_allergy_is_read_with_what_it_is_for():
    allergy = about(
        "AllergyIntolerance",
        code=concept("http://www.whocc.no/atc", "M05BA"),
        type="intolerance",
        recordedDate="2020-05-01",
    )

    record = one("allergies", allergy)

    assert (record.codes, record.fields) == (("atc:M05BA",), {"reaction": "intolerance"})


def test_an_allergy_that_is_over_is_left_out_and_told():
    allergy = about(
        "AllergyIntolerance",
        code=concept(SNOMED, "764146007"),
        clinicalStatus=concept("http://x", "resolved"),
    )

    found = read(bundle(allergy))

    assert not found.records("allergies") and len(found.skipped) == 1


# questionnaires


def form(*items, **elements):
    own = {
        "status": "completed",
        "questionnaire": "https://example.org/Questionnaire/start-back|1.0",
        "authored": "2025-02-20",
        "item": list(items),
    }
    return about("QuestionnaireResponse", **(own | elements))


def test_a_questionnaire_is_known_by_the_last_part_of_its_address():
    record = one("questionnaires", form({"linkId": "1", "answer": [{"valueInteger": 1}]}))

    assert record.fields == {"name": "start_back"}
    assert record.items == {"1": 1} and record.on == day("2025-02-20")


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ({"valueInteger": 3}, 3),
        ({"valueDecimal": 2.5}, Decimal("2.5")),
        ({"valueBoolean": True}, True),
        ({"valueCoding": {"code": "very_much"}}, "very_much"),
        ({"valueCoding": {"code": "4"}}, 4),
        ({"valueString": "very_much"}, "very_much"),
        ({"valueQuantity": {"value": 5}}, 5),
        (
            {
                "valueCoding": {
                    "code": "LA6568-5",
                    "extension": [
                        {"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 2}
                    ],
                }
            },
            2,
        ),
    ],
)
def test_the_answer_to_a_question(answer, value):
    assert one("questionnaires", form({"linkId": "9", "answer": [answer]})).items == {"9": value}


def test_questions_in_groups_are_found():
    inner = {"linkId": "5", "answer": [{"valueInteger": 1}]}

    assert one("questionnaires", form({"linkId": "g", "item": [inner]})).items == {"5": 1}


def test_a_question_with_two_answers_counts_as_not_answered():
    found = read(bundle(form({"linkId": "1", "answer": [{"valueInteger": 1}, {"valueInteger": 0}]})))

    (record,) = found.records("questionnaires")
    assert record.items == {"1": None} and len(found.skipped) == 1


@pytest.mark.parametrize("elements", [{"questionnaire": None}, {"status": "in-progress"}])
def test_a_questionnaire_without_a_name_or_not_finished_is_left_out(elements):
    found = read(bundle(form({"linkId": "1", "answer": [{"valueInteger": 1}]}, **elements)))

    assert not found.records("questionnaires") and len(found.skipped) == 1


# the person


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("1951", "1951-01-01", "1951-12-31"),
        ("1951-04", "1951-04-01", "1951-04-30"),
        ("1951-04-02", "1951-04-02", "1951-04-02"),
    ],
)
def test_a_birth_date_may_be_partial(written, first, last):
    birth = read(patient(birthDate=written)).birth_date

    assert birth == Days(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("gender", "sex"), [("female", "female"), ("other", "other"), ("unknown", None), (None, None)]
)
def test_the_sex_of_the_patient(gender, sex):
    assert read(patient(gender=gender)).sex == sex


def test_death_without_a_date_counts_from_birth_and_is_told():
    dead = read(patient(deceasedBoolean=True))

    assert dead.deceased_on is not None
    assert dead.deceased_on.first == date(1954, 3, 2) and len(dead.skipped) == 1
    assert read(patient(deceasedBoolean=False)).deceased_on is None


def filled_in(**answers):
    items = [{"linkId": name, "answer": [value]} for name, value in answers.items()]
    form = about(
        "QuestionnaireResponse",
        status="completed",
        questionnaire="http://x/Questionnaire/start_back",
        item=items,
    )
    patient = read(bundle(form))
    return patient.records("questionnaires")[0].items, patient.skipped


@pytest.mark.parametrize(
    "value",
    [
        {"valueString": "Ja hoor, best wel"},
        {"valueDate": "2025-01-01"},
        {"valueQuantity": {"value": 3, "comparator": "<"}},
    ],
)
def test_an_answer_that_cannot_be_used_is_told_and_counts_as_not_answered(value):
    items, skipped = filled_in(q1={"valueInteger": 1}, q2=value)

    assert items == {"q1": Decimal(1), "q2": None}
    assert ["'q2'" in one.why["nl"] for one in skipped] == [True]


def test_an_answer_of_which_the_meaning_was_changed_counts_as_not_answered():
    item = {
        "linkId": "q1",
        "modifierExtension": [{"url": "http://example.org/about-somebody-else"}],
        "answer": [{"valueBoolean": True}],
    }
    form = about(
        "QuestionnaireResponse", status="completed", questionnaire="http://x/start_back", item=[item]
    )

    patient = read(bundle(form))

    assert patient.records("questionnaires")[0].items == {"q1": None}
    assert "http://example.org/about-somebody-else" in patient.skipped[0].why["nl"]


@pytest.mark.parametrize(
    "onset",
    [
        {"onsetString": "jaren geleden"},
        {"onsetRange": {"low": {"value": 50}}},
        {"onsetAge": {"value": 50, "unit": "jaren oud"}},
    ],
)
def test_an_onset_in_words_is_told_and_the_day_of_recording_stands(onset):
    patient = read(bundle(condition(onsetDateTime=None, recordedDate="2025-03-01", **onset)))

    (record,) = patient.records("conditions")
    assert record.on == day("2025-03-01") and record.fields["date_kind"] == "reported"
    assert len(patient.skipped) == 1


def test_a_procedure_has_the_only_day_that_was_sent_or_none_and_that_is_told():
    def done(**when):
        return read(bundle(about("Procedure", status="completed", code=concept(SNOMED, "312681000"), **when)))

    assert done(performedPeriod={"end": "2025-01-01"}).records("procedures")[0].on == day("2025-01-01")
    in_words = done(performedString="vorig jaar")
    assert in_words.records("procedures")[0].on is None and len(in_words.skipped) == 1
