"""Which lists are complete: by the record itself, by the caller, or by what FHIR can tell."""

from datetime import date

import pytest

from cdss.errors import PatientError
from cdss.models.patient import LISTS, Delivered
from cdss.records import read
from tests.unit.records.sent import ICPC, about, bundle, concept, dispense, observation, patient

OWN = {"id": "p1", "delivered": {"conditions": {}}}


def test_nothing_said_is_nothing_known():
    assert read({"id": "p1"}).delivered == {}
    assert read(patient()).delivered == {}


def test_in_fhir_a_list_counts_since_its_oldest_entry_within_this_practice():
    sent = bundle(
        observation(),
        observation(effectiveDateTime="2019-06"),
        observation(effectiveDateTime=None),
        dispense(),
    )

    assert read(sent).delivered == {
        "observations": Delivered(first=date(2019, 6, 30), reach="own"),
        "dispensings": Delivered(first=date(2025, 1, 6), reach="own"),
    }


def test_in_fhir_a_list_of_which_nothing_can_be_used_is_not_known():
    assert read(bundle(observation(status="entered-in-error"))).delivered == {}


def test_a_warning_alone_does_not_make_the_list_of_problems_known():
    warning = about(
        "Flag",
        code=concept("urn:oid:2.16.840.1.113883.2.4.4.1.902.40", "123"),
        period={"start": "2020-01-01"},
    )

    found = read(bundle(warning))

    assert len(found.records("conditions")) == 1 and found.delivered == {}


@pytest.mark.parametrize("said", [None, "all", "own", {"observations": {}}])
def test_a_list_with_a_next_page_is_not_complete_whatever_the_caller_says(said):
    sent = bundle(observation(), link=[{"relation": "next", "url": "http://x"}])

    assert "observations" not in read(sent, said).delivered


@pytest.mark.parametrize(
    "lost",
    [
        {"code": "L72"},
        {"code": {"text": "Gebroken heup"}},
        {"subject": None},
        {"subject": {"display": "Jan"}},
        {"modifierExtension": [{"url": "http://example.org/unknown"}]},
    ],
)
def test_a_problem_that_could_not_be_read_makes_absence_an_assumption(lost):
    fine, bad = (about("Condition", **({"code": concept(ICPC, "L95")} | own)) for own in ({}, lost))

    assert read(bundle(fine), "all").delivered["conditions"] == Delivered(reach="all")
    found = read(bundle(fine, bad), "all").delivered
    assert found["conditions"] == Delivered(reach="own")
    assert found["observations"] == Delivered(reach="all")


def test_what_was_refuted_leaves_no_gap():
    refuted = about(
        "Condition", code=concept(ICPC, "L72"), verificationStatus=concept("http://x", "entered-in-error")
    )

    assert read(bundle(refuted), "all").delivered["conditions"] == Delivered(reach="all")


@pytest.mark.parametrize("lost", [5, {"resourceType": "Conditoin"}, {"resourceType": "OperationOutcome"}])
def test_a_resource_of_a_type_that_is_not_known_may_be_of_every_list(lost):
    assert set(read(bundle(lost), "all").delivered.values()) == {Delivered(reach="own")}


def test_in_our_own_form_too_an_entry_that_could_not_be_read_makes_absence_an_assumption():
    sent = OWN | {"conditions": [{"code": "icpc-1:L95"}, {"code": "L72"}]}

    assert read(sent).delivered == {"conditions": Delivered(reach="own")}
    assert read(OWN | {"conditions": [{"code": "icpc-1:L95"}]}).delivered == {"conditions": Delivered()}


@pytest.mark.parametrize("reach", ["all", "own"])
def test_the_caller_may_say_that_everything_was_delivered(reach):
    for source in (OWN, bundle(observation())):
        assert read(source, delivered=reach).delivered == dict.fromkeys(LISTS, Delivered(reach=reach))


def test_what_the_caller_says_goes_before_what_the_record_says():
    told = {"dispensings": {"from": "2021-01-01", "until": "2025-01-01", "reach": "own"}, "conditions": None}

    assert read(OWN, delivered=told).delivered == {
        "dispensings": Delivered(date(2021, 1, 1), date(2024, 12, 31), "own")
    }
    assert read(OWN, delivered={"stays": Delivered()}).delivered == {"stays": Delivered()}
    assert read(OWN).delivered == {"conditions": Delivered()}


def test_answers_are_never_complete():
    assert read(OWN, delivered={"answers": {}}).delivered == {}


@pytest.mark.parametrize(
    ("told", "path"),
    [
        ("alles", "delivered"),
        ({"condition": {}}, "delivered/condition"),
        ({"conditions": {"reach": "everybody"}}, "delivered/conditions/reach"),
        ({"conditions": {"since": "2021"}}, "delivered/conditions/since"),
        ({"conditions": {"from": "2021-01-01", "until": "2021-01-01"}}, "delivered/conditions"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(told, path):
    with pytest.raises(PatientError) as error:
        read(OWN, delivered=told)

    assert (error.value.kind, error.value.path) == ("wrong-delivered", path)
