"""A record is about one patient: two, or one resource about another, refuse it whole."""

import json

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


def at(full_url, resource):
    return {"fullUrl": full_url, "resource": resource}


def together(*entries):
    return {"resourceType": "Bundle", "type": "collection", "entry": list(entries)}


def kind_of_refusal(record):
    with pytest.raises(PatientError) as error:
        read(record)
    return error.value.kind


@pytest.mark.parametrize("birth", ["1954-03-02", None])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.example/fhir/Patient/p1", "http://b.example/fhir/Patient/p1"),
        ("urn:uuid:0f6a", "urn:uuid:0f6b"),
    ],
)
def test_one_id_at_two_addresses_is_two_patients(one, other, birth):
    sent = patient(birthDate=birth)

    assert kind_of_refusal(together(at(one, sent), at(other, sent))) == "two-patients"


def test_one_id_with_two_citizen_numbers_is_two_patients_whatever_else_agrees():
    local = {"system": "urn:local", "value": "5"}

    assert refused(patient(identifier=[OURS, local]), patient(identifier=[OTHERS, local])) == "two-patients"


def test_a_short_reference_belongs_to_the_server_of_its_own_resource():
    ours = at("http://a.example/fhir/Patient/p1", patient())

    theirs = together(ours, at("http://b.example/fhir/Observation/o1", observation()))
    same = together(ours, at("http://a.example/fhir/Observation/o1", observation()))

    assert kind_of_refusal(theirs) == "another-patient"
    assert len(read(same).records("observations")) == 1


def test_two_servers_that_both_know_a_p1_are_two_patients_also_when_the_patient_has_no_address():
    of_a = {"reference": "http://a.example/fhir/Patient/p1"}
    of_b = {"reference": "http://b.example/fhir/Patient/p1"}

    assert (
        len(read(bundle(observation(subject=of_a), observation(subject=of_a))).records("observations")) == 2
    )
    assert refused(observation(subject=of_a), observation(subject=of_b)) == "another-patient"


def test_a_citizen_number_beside_the_reference_that_is_of_somebody_else_refuses_the_record():
    def beside(identifier):
        subject = {"reference": "Patient/p1", "identifier": identifier}
        return together({"resource": patient(identifier=[OURS])}, {"resource": observation(subject=subject)})

    assert len(read(beside(OURS)).records("observations")) == 1
    assert kind_of_refusal(beside(OTHERS)) == "another-patient"


def test_another_patient_does_not_pass_as_a_group_or_a_device():
    for kind in ("Group", "Device"):
        subject = {"reference": "Patient/p2", "type": kind}
        assert refused(observation(subject=subject)) == "another-patient"


def test_a_number_alone_is_not_taken_for_the_patient_that_others_name():
    named, alone, beside = (
        observation(),
        observation(subject={"identifier": OURS}),
        observation(subject={"reference": "Patient/p1", "identifier": OURS}),
    )

    assert len(read([named, alone]).records("observations")) == 1
    assert len(read([named, alone, beside]).records("observations")) == 3
    assert kind_of_refusal([named, alone, observation(subject={"identifier": OTHERS})]) == "two-patients"


def test_a_patient_known_by_a_number_to_look_up_has_no_citizen_number_for_a_name():
    subject = {"reference": f"Patient?identifier={BSN}|999990007"}

    found = read([observation(subject=subject)])

    assert found.id is None and len(found.records("observations")) == 1


def test_a_patient_inside_with_our_local_number_but_another_citizen_number_refuses():
    local = {"system": "urn:local", "value": "5"}
    inner = {"resourceType": "Patient", "id": "x", "identifier": [OTHERS, local]}
    sent = observation(subject={"reference": "#x"}, contained=[inner])

    assert (
        kind_of_refusal(together({"resource": patient(identifier=[OURS, local])}, {"resource": sent}))
        == "another-patient"
    )


def test_a_patient_inside_is_looked_at_anew_however_its_reference_is_spelled():
    def inside(number):
        inner = {"resourceType": "Patient", "id": "x", "identifier": [number]}
        return {"resource": observation(subject={"reference": "#x"}, contained=[inner])}

    sent = together({"resource": patient(identifier=[OURS])}, inside(OURS), inside(OTHERS))

    assert kind_of_refusal(json.dumps(sent).replace('"#x"', '"\\u0023x"')) == "another-patient"


@pytest.mark.parametrize(
    ("focus", "counts"), [("Patient/p1", 1), ("Patient/p2", 0), ("RelatedPerson/mother", 0), ("Device/d", 0)]
)
def test_a_measurement_on_somebody_else_in_the_record_is_left_out_and_told(focus, counts):
    found = read(bundle(observation(focus=[{"reference": focus}])))

    assert len(found.records("observations")) == counts
    assert len(found.skipped) == 1 - counts


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
