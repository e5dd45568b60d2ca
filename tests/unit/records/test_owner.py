"""A record is about one patient: two, or one resource about another, refuse it whole."""

import pytest

from cdss.errors import PatientError
from cdss.records import read
from tests.unit.records.sent import about, bundle, concept, observation, patient

BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
OURS = {"system": BSN, "value": "999990007"}
OTHERS = {"system": BSN, "value": "999990019"}


def refused(*resources, **elements):
    with pytest.raises(PatientError) as error:
        read(bundle(*resources, **elements))
    return error.value.kind


def sent_with(full_url, own_id, reference):
    """A bundle with one patient and one T-score that refers to a patient in this way."""
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": full_url, "resource": patient(id=own_id)},
            {"resource": observation(subject={"reference": reference})},
        ],
    }


def test_two_patients_refuse_the_record():
    assert refused(patient(id="p2")) == "two-patients"


def test_the_same_patient_twice_is_one_patient():
    assert read(bundle(patient())).id == "p1"


def test_one_id_with_two_birth_dates_is_two_patients():
    assert refused(patient(birthDate="1955-03-02")) == "two-patients"


def test_one_id_with_two_citizen_numbers_is_two_patients():
    assert refused(patient(identifier=[OURS]), patient(identifier=[OTHERS])) == "two-patients"


@pytest.mark.parametrize(
    ("full_url", "own_id", "reference"),
    [
        (None, "p1", "Patient/p1"),
        (None, "p1", "Patient/p1/_history/3"),
        ("http://example.org/fhir/Patient/p1", "p1", "Patient/p1"),
        ("http://example.org/fhir/Patient/p1", "p1", "http://example.org/fhir/Patient/p1"),
        (None, "p1", "http://example.org/fhir/Patient/p1"),
        ("urn:uuid:0f6a", "0f6a", "urn:uuid:0f6a"),
        ("urn:uuid:0f6a", "p1", "urn:uuid:0F6A"),
        (None, "0f6a", "urn:uuid:0f6a"),
    ],
)
def test_a_reference_to_the_patient_is_recognised_in_every_form(full_url, own_id, reference):
    assert len(read(sent_with(full_url, own_id, reference)).records("observations")) == 1


@pytest.mark.parametrize(
    ("full_url", "own_id", "reference"),
    [
        (None, "p1", "Patient/p2"),
        (None, "p1", "Patient/p11"),
        ("http://example.org/fhir/Patient/p1", "p1", "http://elsewhere.org/fhir/Patient/p1"),
        (None, "p1", "http://example.org/fhir/Patient/p2"),
        ("urn:uuid:0f6a", "0f6a", "urn:uuid:0f6b"),
        ("urn:uuid:0f6a", "0f6a", "Patient/0f6b"),
    ],
)
def test_a_reference_to_another_patient_refuses_the_record(full_url, own_id, reference):
    with pytest.raises(PatientError) as error:
        read(sent_with(full_url, own_id, reference))

    assert error.value.kind == "another-patient"
    assert error.value.path == "entry/1"


def test_a_resource_of_a_type_that_is_not_read_refuses_too():
    assert refused(about("Claim", subject=None, patient={"reference": "Patient/p2"})) == "another-patient"
    assert refused(about("Task", subject=None, **{"for": {"reference": "Patient/p2"}})) == "another-patient"


def test_a_resource_inside_another_refuses_too():
    inner = {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p2"}}

    assert refused(observation(contained=[inner])) == "another-patient"


def test_a_patient_inside_is_ours_only_by_an_identifier():
    def inside(identifier):
        own = {"resourceType": "Patient", "id": "x", "identifier": [identifier]}
        return observation(subject={"reference": "#x"}, contained=[own])

    def sent(identifier):
        return [patient(identifier=[OURS]), inside(identifier)]

    assert len(read(sent(OURS)).records("observations")) == 1
    with pytest.raises(PatientError):
        read(sent(OTHERS))
    unclear = read(sent({"system": "urn:local", "value": "5"}))
    assert not unclear.records("observations") and len(unclear.skipped) == 1


def test_a_reference_by_identifier_alone_is_compared_by_it():
    def sent(identifier):
        return [patient(identifier=[OURS]), observation(subject={"identifier": identifier})]

    assert len(read(sent(OURS)).records("observations")) == 1
    with pytest.raises(PatientError):
        read(sent(OTHERS))


def test_a_conditional_reference_is_compared_by_its_identifier():
    def sent(number):
        return [
            patient(identifier=[OURS]),
            observation(subject={"reference": f"Patient?identifier={BSN}|{number}"}),
        ]

    assert len(read(sent("999990007")).records("observations")) == 1
    with pytest.raises(PatientError):
        read(sent("999990019"))


def test_a_resource_that_does_not_say_whom_it_is_about_is_left_out_and_told():
    read_back = read(bundle(observation(id="o1", subject=None)))

    assert not read_back.records("observations")
    assert [skipped.path for skipped in read_back.skipped] == ["Observation/o1"]


@pytest.mark.parametrize("reference", ["Group/g1", "Device/d1", "http://example.org/fhir/Location/l1"])
def test_a_measurement_of_something_else_than_a_patient_is_left_out_and_told(reference):
    read_back = read(bundle(observation(subject={"reference": reference})))

    assert not read_back.records("observations") and len(read_back.skipped) == 1


def test_without_a_patient_resource_all_subjects_must_be_the_same():
    assert read([observation(), observation()]).id == "p1"
    for other in ({"reference": "Patient/p2"}, {"reference": "urn:uuid:p2"}):
        with pytest.raises(PatientError) as error:
            read([observation(), observation(subject=other)])
        assert error.value.kind == "two-patients"


def test_without_a_patient_and_without_a_subject_nothing_is_read():
    with pytest.raises(PatientError) as error:
        read([observation(subject=None)])
    assert error.value.kind == "no-patient"


def test_drugs_and_practitioners_need_no_subject():
    drug = {"resourceType": "Medication", "id": "m", "code": concept("http://www.whocc.no/atc", "M05BA04")}

    assert read(bundle(drug, {"resourceType": "Practitioner", "id": "x"})).skipped == ()


def test_a_birth_date_after_the_date_of_death_refuses_the_record():
    with pytest.raises(PatientError) as error:
        read([patient(birthDate="1954-03-02", deceasedDateTime="1954-03-01T12:00:00+01:00")])
    assert error.value.kind == "birth-after-death"
    assert read([patient(birthDate="1954", deceasedDateTime="1954-03-01")]).deceased_on is not None


def test_our_own_record_refuses_an_entry_about_somebody_else():
    def sent(whom):
        return {"id": "p1", "conditions": [{"code": "icpc-1:L95", "patient": whom}]}

    assert len(read(sent("p1")).records("conditions")) == 1
    with pytest.raises(PatientError) as error:
        read(sent("p2"))
    assert (error.value.kind, error.value.path) == ("another-patient", "conditions/0")
