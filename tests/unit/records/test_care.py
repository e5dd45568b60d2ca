"""Contacts, stays, referrals and documents of FHIR as records."""

from datetime import date

import pytest

from cdss.models.patient import Days
from cdss.records import read
from tests.unit.records.sent import ICPC, LOINC, SNOMED, about, bundle, concept, observation

AGB = "urn:oid:2.16.840.1.113883.2.4.6.7"


def day(text):
    return Days(date.fromisoformat(text), date.fromisoformat(text))


def encounter(kind="AMB", **elements):
    own = {
        "status": "finished",
        "class": {"code": kind},
        "period": {"start": "2025-03-01", "end": "2025-03-01"},
    }
    return about("Encounter", **(own | elements))


def test_a_contact_says_who_was_seen_where_and_for_what():
    physio = {"resourceType": "PractitionerRole", "id": "r1", "specialty": [concept(AGB, "0400")]}
    contact = encounter(
        participant=[{"individual": {"reference": "PractitionerRole/r1"}}],
        serviceProvider={"reference": "Organization/o17"},
        reasonCode=[concept(ICPC, "L03")],
        episodeOfCare=[{"reference": "EpisodeOfCare/e1"}],
    )

    (record,) = read(bundle(contact, physio)).records("contacts")

    assert record.codes == ("icpc-1:L03",) and record.on == day("2025-03-01")
    assert record.fields == {"discipline": "physiotherapist", "organisation": "o17", "episode": "e1"}


def test_what_was_measured_in_a_contact_belongs_to_its_care_episode():
    contact = encounter(id="x1", episodeOfCare=[{"reference": "EpisodeOfCare/e1"}])
    measured = observation(encounter={"reference": "Encounter/x1"})

    (record,) = read(bundle(measured, contact)).records("observations")

    assert record.fields["episode"] == "e1"


def test_a_contact_has_the_codes_of_the_problems_that_it_was_about():
    back, neck = (
        about("Condition", id=name, code=concept(ICPC, code)) for name, code in (("c1", "L03"), ("c2", "L83"))
    )
    refuted = about(
        "Condition", id="c3", code=concept(ICPC, "L72"), verificationStatus=concept("http://x", "refuted")
    )
    contact = encounter(
        reasonCode=None,
        reasonReference=[{"reference": "Condition/c1"}, {"reference": "Condition/c3"}],
        diagnosis=[{"condition": {"reference": "Condition/c2"}}],
    )

    (record,) = read(bundle(back, neck, refuted, contact)).records("contacts")

    assert record.codes == ("icpc-1:L03", "icpc-1:L83")


def test_an_admission_is_a_stay_and_no_contact():
    found = read(bundle(encounter("IMP", period={"start": "2024-05-01", "end": "2024-06-10"})))

    (record,) = found.records("stays")
    assert record.fields == {"from": day("2024-05-01"), "until": day("2024-06-10"), "kind": "hospital"}
    assert not found.records("contacts")


def test_an_admission_that_goes_on_has_no_end():
    going_on = encounter("IMP", status="in-progress", period={"start": "2024-05-01"})

    (record,) = read(bundle(going_on)).records("stays")

    assert "until" not in record.fields


def test_an_admission_that_is_over_without_a_date_is_left_out_for_it_would_hide_a_stop():
    found = read(bundle(encounter("IMP", period={"start": "2024-05-01"})))

    assert not found.records("stays") and len(found.skipped) == 1


@pytest.mark.parametrize("status", ["planned", "cancelled", "entered-in-error"])
def test_a_contact_that_did_not_take_place_is_none(status):
    found = read(bundle(encounter(status=status)))

    assert not found.records("contacts") and len(found.skipped) == 1


def referral(**elements):
    own = {
        "status": "active",
        "intent": "order",
        "authoredOn": "2025-03-02",
        "performerType": concept(AGB, "0330"),
    }
    return about("ServiceRequest", **(own | elements))


def test_a_referral_says_to_whom():
    (record,) = read(bundle(referral())).records("referrals")

    assert record.on == day("2025-03-02") and record.fields == {"to": "neurologist"}


def test_a_requested_test_is_a_referral_with_its_code():
    (record,) = read(bundle(referral(performerType=None, code=concept(SNOMED, "312681000")))).records(
        "referrals"
    )

    assert record.codes == ("sct:312681000",) and record.fields == {}


@pytest.mark.parametrize("elements", [{"status": "draft"}, {"status": "revoked"}, {"intent": "plan"}])
def test_what_nobody_was_asked_yet_is_no_referral(elements):
    found = read(bundle(referral(**elements)))

    assert not found.records("referrals") and len(found.skipped) == 1


def test_an_order_not_to_do_something_is_no_referral():
    found = read(bundle(referral(doNotPerform=True)))

    assert not found.records("referrals") and len(found.skipped) == 1


def test_a_letter_is_named_and_not_read():
    letter = about(
        "DocumentReference",
        status="current",
        date="2025-01-20",
        type=concept(LOINC, "18842-5"),
        context={"practiceSetting": concept(AGB, "0303")},
        content=[{"attachment": {"data": "RFhB"}}],
    )

    (record,) = read(bundle(letter)).records("documents")

    assert record.on == day("2025-01-20")
    assert record.fields == {"from": "surgeon", "kind": "letter"}


def test_a_report_is_named_with_its_code():
    report = about(
        "DiagnosticReport", status="final", code=concept(LOINC, "24701-5"), effectiveDateTime="2025-01-20"
    )

    (record,) = read(bundle(report)).records("documents")

    assert record.codes == ("loinc:24701-5",) and record.fields == {"kind": "report"}


def test_a_letter_that_was_replaced_is_left_out():
    found = read(bundle(about("DocumentReference", status="superseded", date="2025-01-20")))

    assert not found.records("documents") and len(found.skipped) == 1
