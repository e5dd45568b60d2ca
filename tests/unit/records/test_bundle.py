"""One bad resource never costs the patient the rest, and what is left out is told with its place."""

import json

import pytest

from cdss.errors import PatientError
from cdss.records import read
from tests.unit.records import sent
from tests.unit.records.sent import about, bundle, concept, observation


def told(patient):
    return {skipped.path: skipped.why["en"] for skipped in patient.skipped}


@pytest.mark.parametrize(
    "bad",
    [
        5,
        "tekst",
        [],
        {},
        {"resourceType": "Observatoin", "subject": {"reference": "Patient/p1"}},
        {"resourceType": "Observation", "id": 5},
        observation(status=5),
        observation() | {"code": "38265-5"},
        observation() | {"code": {"coding": "38265-5"}},
    ],
)
def test_one_bad_resource_is_skipped_and_told(bad):
    patient = read(bundle(observation(), bad, observation("39156-5", 24)))

    assert [record.codes for record in patient.records("observations")] == [
        ("loinc:38265-5",),
        ("loinc:39156-5",),
    ]
    assert len(patient.skipped) == 1


def test_an_entry_without_a_resource_is_told():
    sent = bundle(observation())
    sent["entry"].append({"fullUrl": "urn:uuid:1"})
    sent["entry"].append({"fullUrl": 5, "resource": observation()})

    patient = read(sent)

    assert sorted(told(patient)) == ["entry/2", "entry/3"]
    assert len(patient.records("observations")) == 1


def test_an_element_that_cannot_be_read_costs_only_itself():
    patient = read(bundle(observation(id="o1", effectiveDateTime=5)))

    (record,) = patient.records("observations")
    assert record.on is None and str(record.fields["value"]) == "-2.6"
    assert told(patient)["Observation/o1"].startswith("'effectiveDateTime' cannot be read")


def test_a_result_that_cannot_be_read_stays_as_a_measurement_without_value():
    patient = read(bundle(observation(id="o1", valueQuantity="min twee")))

    (record,) = patient.records("observations")
    assert "value" not in record.fields and len(patient.skipped) == 1


def test_types_that_rules_do_not_use_are_not_told():
    claim = about("Claim", subject=None, patient={"reference": "Patient/p1"})

    assert read(bundle(claim, about("CarePlan"))).skipped == ()


def test_an_error_of_the_source_is_told_and_its_list_not_taken_for_empty():
    patient = read(bundle({"resourceType": "OperationOutcome"}))

    assert len(patient.skipped) == 1 and patient.delivered == {}


def test_the_same_resource_twice_counts_once():
    twice = [bundle(observation(id="o1")), bundle(observation(id="o1"))]

    patient = read(twice)

    assert len(patient.records("observations")) == 1 and patient.skipped == ()


def test_two_versions_of_one_resource_are_told_and_the_first_counts():
    patient = read(bundle(observation(id="o1"), observation(id="o1", value=-1.0)))

    (record,) = patient.records("observations")
    assert str(record.fields["value"]) == "-2.6" and len(patient.skipped) == 1


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_versions_the_newest_counts_in_whatever_order(order):
    def version(made, **elements):
        return observation(id="o1", meta={"lastUpdated": made}, **elements)

    old = version("2025-03-01T10:00:00+01:00")
    new = version("2025-03-01T09:30:00Z", status="entered-in-error")

    patient = read(bundle(*[old, new][::order]))

    assert not patient.records("observations")
    assert len(patient.skipped) == 2 and "entered-in-error" in patient.skipped[-1].why["en"]


def test_another_version_that_is_about_somebody_else_refuses_the_record():
    with pytest.raises(PatientError) as error:
        read(bundle(observation(id="o1"), observation(id="o1", subject={"reference": "Patient/p2"})))
    assert error.value.kind == "another-patient"


def test_two_servers_may_use_the_same_id_for_different_drugs():
    def sent(server, code):
        return [
            {
                "fullUrl": f"http://{server}/fhir/Medication/1",
                "resource": {
                    "resourceType": "Medication",
                    "id": "1",
                    "code": concept("http://www.whocc.no/atc", code),
                },
            },
            {
                "resource": about(
                    "MedicationDispense",
                    status="completed",
                    whenHandedOver="2025-01-06",
                    medicationReference={"reference": f"http://{server}/fhir/Medication/1"},
                )
            },
        ]

    whole = bundle()
    whole["entry"] += sent("a.example", "M05BA04") + sent("b.example", "M05BX04")

    dispensed = read(whole).records("dispensings")

    assert [record.codes for record in dispensed] == [("atc:M05BA04",), ("atc:M05BX04",)]


def drug_at(server, code):
    drug = {"resourceType": "Medication", "id": "1", "code": concept("http://www.whocc.no/atc", code)}
    return {"fullUrl": f"http://{server}/fhir/Medication/1", "resource": drug}


def handed_over(reference, full_url=None):
    own = about(
        "MedicationDispense",
        status="completed",
        whenHandedOver="2025-01-06",
        medicationReference={"reference": reference},
    )
    return {"resource": own} | ({"fullUrl": full_url} if full_url else {})


def test_a_short_reference_to_a_drug_means_the_drug_of_its_own_server():
    whole = bundle()
    whole["entry"] += [
        drug_at("a.example", "M05BA04"),
        drug_at("b.example", "M05BX04"),
        handed_over("Medication/1", "http://b.example/fhir/MedicationDispense/d1"),
    ]
    whole["entry"][0]["fullUrl"] = "http://b.example/fhir/Patient/p1"

    (record,) = read(whole).records("dispensings")

    assert record.codes == ("atc:M05BX04",)


@pytest.mark.parametrize("drugs", [["b.example"], ["a.example", "b.example"]])
def test_a_drug_of_another_server_does_not_stand_in_for_one_that_was_not_sent(drugs):
    reference = "http://c.example/fhir/Medication/1" if len(drugs) == 1 else "Medication/1"
    whole = bundle()
    whole["entry"] += [*(drug_at(server, "M05BA04") for server in drugs), handed_over(reference)]

    patient = read(whole)

    assert not patient.records("dispensings") and len(patient.skipped) == 1


def test_the_same_resource_with_and_without_its_address_counts_once():
    short, full = observation(id="o1"), {"fullUrl": "http://a.example/fhir/Observation/o1"}
    whole = bundle() | {"entry": [{"resource": sent.patient()}, full | {"resource": short}]}

    for both in ([short, whole], [whole, short]):
        assert len(read(both).records("observations")) == 1


def test_names_with_dots_and_emoji_come_through():
    text = json.dumps(bundle(observation(note=[{"text": "Zoë 🙂"}])), ensure_ascii=False)

    assert len(read(text).records("observations")) == 1


def test_an_unknown_change_of_meaning_keeps_a_resource_out():
    extension = {"url": "http://example.org/unknown-meaning", "valueBoolean": True}

    patient = read(bundle(observation(id="o1", modifierExtension=[extension])))

    assert not patient.records("observations")
    assert "http://example.org/unknown-meaning" in told(patient)["Observation/o1"]


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "registered"])
def test_what_did_not_happen_is_left_out_and_told(status):
    patient = read(bundle(observation(id="o1", status=status)))

    assert not patient.records("observations")
    assert status in told(patient)["Observation/o1"]


def test_a_status_that_is_unknown_does_not_keep_a_resource_out():
    assert len(read(bundle(observation(status="unknown"))).records("observations")) == 1


def test_a_list_with_a_next_page_does_not_count_as_delivered():
    patient = read(bundle(observation(), link=[{"relation": "next", "url": "http://x"}]))

    assert len(patient.records("observations")) == 1
    assert "observations" not in patient.delivered and len(patient.skipped) == 1
