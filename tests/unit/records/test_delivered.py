"""Which lists are complete: by the record itself, by the caller, or by what FHIR can tell."""

from datetime import date

import pytest

from cdss.errors import PatientError
from cdss.models.patient import LISTS, Delivered
from cdss.records import read
from tests.unit.records.sent import bundle, dispense, observation, patient

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
        ({"condition": {}}, "delivered/condition/[key]"),
        ({"conditions": {"reach": "everybody"}}, "delivered/conditions/reach"),
        ({"conditions": {"since": "2021"}}, "delivered/conditions/since"),
        ({"conditions": {"from": "2021-01-01", "until": "2021-01-01"}}, "delivered/conditions"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(told, path):
    with pytest.raises(PatientError) as error:
        read(OWN, delivered=told)

    assert (error.value.kind, error.value.path) == ("wrong-delivered", path)
