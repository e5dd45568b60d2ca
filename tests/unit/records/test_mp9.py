"""Medicatieproces 9: agreements, stops, what was really handed over, copies and durations."""

from datetime import date

import pytest

from cdss.models.patient import Days
from cdss.records import read
from tests.unit.records.sent import (
    ALENDRONATE,
    NICTIZ,
    SNOMED,
    about,
    bundle,
    concept,
    dispense,
    period,
    request,
    stop_type,
    treatment,
    weekly,
)


def day(text):
    return Days(date.fromisoformat(text), date.fromisoformat(text))


def agreement(*extensions, **elements):
    """A medication agreement (MA), made on 2023-03-01."""
    own = {
        "status": "unknown",
        "authoredOn": "2023-03-01",
        "category": [concept(SNOMED, "33633005")],
        "extension": [treatment(), *extensions],
        "dosageInstruction": [weekly()],
    }
    return request(**(own | elements))


def test_an_agreement_is_a_start_and_a_prescription():
    found = read(bundle(agreement(period("2023-03-01", "2024-05-14"))))

    (agreed,) = found.records("agreements")
    (prescribed,) = found.records("prescriptions")
    assert agreed.on == day("2023-03-01")
    assert agreed.fields == {
        "kind": "start",
        "from": day("2023-03-01"),
        "until": day("2024-05-15"),
        "treatment": "mbh-1",
    }
    assert prescribed.fields == {"usage": "1 per week", "until": day("2024-05-15")}
    assert found.skipped == ()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("410546004", "definitive"),
        ("113371000146109", "definitive"),
        ("385655000", "temporary"),
        ("113381000146106", "temporary"),
    ],
)
def test_a_stop_is_an_agreement_and_no_prescription(code, kind):
    stop = agreement(
        period("2023-03-01", "2024-05-14"), authoredOn="2024-05-10", modifierExtension=[stop_type(code)]
    )

    found = read(bundle(stop))

    (agreed,) = found.records("agreements")
    assert agreed.on == day("2024-05-10")
    assert agreed.fields == {
        "kind": "stop",
        "stop_type": kind,
        "from": day("2024-05-15"),
        "treatment": "mbh-1",
    }
    assert not found.records("prescriptions")


def test_a_stop_that_was_cancelled_works_from_the_start():
    stop = agreement(period("2023-03-01", "2023-03-01"), modifierExtension=[stop_type("89925002")])

    (agreed,) = read(bundle(stop)).records("agreements")

    assert agreed.fields["stop_type"] == "cancelled" and agreed.fields["from"] == day("2023-03-01")


def test_a_stop_of_a_type_that_we_cannot_read_is_still_a_stop_and_told():
    found = read(bundle(agreement(modifierExtension=[stop_type("12345678")])))

    (agreed,) = found.records("agreements")
    assert agreed.fields["kind"] == "stop" and "stop_type" not in agreed.fields
    assert agreed.fields["from"] == day("2023-03-01") and len(found.skipped) == 1


@pytest.mark.parametrize(("code", "reason"), [("62014003", "side_effect"), ("79899007", "other")])
def test_the_reason_of_a_stop_is_one_of_ours(code, reason):
    stop = agreement(modifierExtension=[stop_type("410546004")], reasonCode=[concept(SNOMED, code)])

    (agreed,) = read(bundle(stop)).records("agreements")

    assert agreed.fields["reason"] == reason


def test_another_change_of_meaning_keeps_an_agreement_out():
    criterion = {"url": NICTIZ + "ext-MedicationAgreement.PeriodOfUseCondition", "valueString": "bij pijn"}

    found = read(bundle(agreement(modifierExtension=[criterion])))

    assert not found.lists and len(found.skipped) == 1


def test_an_agreement_of_the_pharmacy_is_a_dispense_in_fhir_but_nothing_was_handed_over():
    pharmacy = dispense(
        status="unknown",
        category=concept(SNOMED, "422037009"),
        whenHandedOver=None,
        extension=[period("2023-03-01"), treatment()],
    )

    found = read(bundle(pharmacy))

    assert not found.records("dispensings") and found.skipped == ()
    (agreed,) = found.records("agreements")
    assert agreed.fields["kind"] == "start" and "dispensings" not in found.delivered


@pytest.mark.parametrize(
    ("code", "counts"), [("373784005", True), ("422037009", False), ("999999999", False)]
)
def test_only_what_was_handed_over_is_a_dispensing(code, counts):
    found = read(bundle(dispense(category=concept(SNOMED, code))))

    assert bool(found.records("dispensings")) is counts


def test_a_dispense_of_plain_fhir_needs_no_dutch_category():
    plain = concept("http://terminology.hl7.org/CodeSystem/medicationdispense-category", "community")

    assert len(read(bundle(dispense(category=plain))).records("dispensings")) == 1


def test_the_profile_tells_when_the_category_is_missing():
    pharmacy = dispense(meta={"profile": [NICTIZ + "mp-AdministrationAgreement|1.0"]})

    assert not read(bundle(pharmacy)).records("dispensings")


@pytest.mark.parametrize(
    ("unit", "count", "until"),
    [("d", 14, "2025-01-15"), ("wk", 2, "2025-01-15"), ("mo", 1, "2025-02-01"), ("a", 1, "2026-01-01")],
)
def test_the_end_of_use_may_be_told_as_a_duration(unit, count, until):
    length = {
        "url": NICTIZ + "ext-TimeInterval.Duration",
        "valueDuration": {"value": count, "code": unit, "system": "http://unitsofmeasure.org"},
    }
    inside = period("2025-01-01")
    inside["valuePeriod"]["extension"] = [length]

    (one,) = read(bundle(agreement(inside))).records("agreements")
    (other,) = read(bundle(agreement(period("2025-01-01"), length))).records("agreements")

    assert one.fields["until"] == other.fields["until"] == day(until)


@pytest.mark.parametrize(
    ("end", "until"),
    [
        ("2024-05-14", "2024-05-15"),
        ("2024-05-14T23:59:59+02:00", "2024-05-15"),
        ("2024-05-14T00:00:00+02:00", "2024-05-14"),
        ("2024-02-28", "2024-02-29"),
        ("2024-12-31", "2025-01-01"),
    ],
)
def test_the_last_day_of_use_still_counts(end, until):
    (agreed,) = read(bundle(agreement(period("2023-03-01", end)))).records("agreements")

    assert agreed.fields["until"] == day(until)


def test_an_agreement_without_a_date_has_the_day_of_its_registration():
    registered = {"url": NICTIZ + "ext-RegistrationDateTime", "valueDateTime": "2024-10-19T09:00:00+02:00"}

    (agreed,) = read(bundle(agreement(registered, authoredOn=None))).records("agreements")

    assert agreed.on == day("2024-10-19")


def test_a_request_to_dispense_is_the_prescription_of_its_treatment():
    wanted = request(
        category=[concept(SNOMED, "52711000146108")],
        status="unknown",
        extension=[treatment()],
        dispenseRequest={"quantity": {"value": 12}},
    )

    found = read(bundle(agreement(), wanted))

    (prescribed,) = found.records("prescriptions")
    assert prescribed.fields["quantity"] == 12 and len(found.records("agreements")) == 1


def test_an_agreement_that_was_cancelled_without_a_stop_never_began():
    patient = read(bundle(agreement(status="cancelled")))

    assert patient.lists == {} and "cancelled" in patient.skipped[0].why["en"]


def test_a_request_to_dispense_that_was_cancelled_does_not_take_the_prescription_away():
    cancelled = request(
        status="cancelled", category=[concept(SNOMED, "52711000146108")], extension=[treatment()]
    )

    patient = read(bundle(agreement(treatment()), cancelled))

    assert len(patient.records("prescriptions")) == 1


def test_of_two_categories_the_agreement_counts_in_every_run():
    both = agreement(category=[concept(SNOMED, "52711000146108", "33633005")])

    assert len(read(bundle(both)).records("agreements")) == 1


def test_two_blocks_of_which_the_number_was_left_out_are_not_the_same_block():
    nameless = {"identifier": [{"system": "urn:oid:2.16.528"}]}
    copied = {"url": NICTIZ + "ext-CopyIndicator", "valueBoolean": True}
    original, copy = (
        dispense(**nameless),
        dispense(whenHandedOver="2025-04-01", extension=[copied], **nameless),
    )

    assert len(read(bundle(original, copy)).records("dispensings")) == 2


def test_a_proposal_for_an_agreement_is_a_proposed_prescription_only():
    found = read(bundle(agreement(intent="proposal")))

    assert not found.records("agreements")
    assert found.records("prescriptions")[0].fields["proposed"] is True


def test_a_variable_schedule_is_told_and_not_read():
    found = read(bundle(request(category=[concept(SNOMED, "395067002")])))

    assert not found.lists and len(found.skipped) == 1


def test_a_copy_counts_only_when_the_original_was_not_sent():
    copy = {"url": NICTIZ + "ext-CopyIndicator", "valueBoolean": True}
    number = [{"system": "urn:oid:2.16.840.1.113883.2.4.3.11.999.77.16076005.1", "value": "ma-1"}]
    original = agreement(id="a", identifier=number)
    copied = agreement(copy, id="b", identifier=number)

    both = read(bundle(copied, original))
    alone = read(bundle(copied))

    assert len(both.records("agreements")) == 1 and len(both.skipped) == 1
    assert len(alone.records("agreements")) == 1
    assert alone.records("prescriptions")[0].fields["prescriber"] == "other"


def test_the_copy_of_a_withdrawn_original_does_not_count():
    copy = {"url": NICTIZ + "ext-CopyIndicator", "valueBoolean": True}
    number = [{"system": "urn:oid:2.16.840.1.113883.2.4.3.11.999.77.16076005.1", "value": "ma-1"}]
    withdrawn = agreement(id="a", identifier=number, status="entered-in-error")

    found = read(bundle(agreement(copy, id="b", identifier=number), withdrawn))

    assert not found.records("agreements") and not found.records("prescriptions")
    assert len(found.skipped) == 2


def test_a_statement_of_use_with_a_stop_is_a_statement_of_not_using():
    use = about(
        "MedicationStatement",
        status="active",
        category=concept(SNOMED, "422979000"),
        dateAsserted="2025-02-01",
        modifierExtension=[stop_type("385655000")],
        extension=[treatment()],
        **ALENDRONATE,
    )

    (said,) = read(bundle(use)).records("agreements")

    assert said.fields == {
        "kind": "not_used",
        "stop_type": "temporary",
        "from": day("2025-02-01"),
        "treatment": "mbh-1",
    }


def test_an_end_in_9999_is_no_end():
    found = read(bundle(agreement(period("2023-03-01", "9999-12-31"))))

    assert "until" not in found.records("agreements")[0].fields and found.skipped == ()
