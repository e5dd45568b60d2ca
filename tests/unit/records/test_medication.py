"""Prescriptions, dispensings, administrations and statements of use of FHIR as records."""

from datetime import date
from decimal import Decimal

import pytest

from cdss.models.patient import Days
from cdss.records import read
from tests.unit.records.sent import (
    ALENDRONATE,
    ATC,
    ICPC,
    SNOMED,
    about,
    bundle,
    concept,
    dispense,
    request,
    weekly,
)


def day(text):
    return Days(date.fromisoformat(text), date.fromisoformat(text))


def one(name, *resources):
    (record,) = read(bundle(*resources)).records(name)
    return record


def left_out(name, *resources):
    found = read(bundle(*resources))
    return not found.records(name) and len(found.skipped) == 1


# prescriptions


def test_a_prescription_with_everything_on_it():
    sent = request(
        dosageInstruction=[weekly()],
        dispenseRequest={
            "quantity": {"value": 12, "unit": "stuk"},
            "numberOfRepeatsAllowed": 3,
            "expectedSupplyDuration": {"value": 12, "code": "wk", "system": "http://unitsofmeasure.org"},
        },
        reasonCode=[concept(ICPC, "L95")],
    )

    record = one("prescriptions", sent)

    assert record.on == day("2025-01-05") and record.codes == ("atc:M05BA04",)
    assert record.fields == {
        "quantity": 12,
        "usage": "1 per week",
        "days_supply": 84,
        "repeats": 3,
        "indication": "icpc-1:L95",
        "active": True,
    }


def test_the_indication_may_be_a_problem_in_the_record():
    problem = about("Condition", id="c1", code=concept(ICPC, "L95"))

    record = one("prescriptions", request(reasonReference=[{"reference": "Condition/c1"}]), problem)

    assert record.fields["indication"] == "icpc-1:L95"


@pytest.mark.parametrize(
    ("status", "active"), [("active", True), ("stopped", False), ("completed", False), ("on-hold", None)]
)
def test_whether_a_prescription_still_runs(status, active):
    assert one("prescriptions", request(status=status)).fields.get("active") is active


@pytest.mark.parametrize("elements", [{"status": "draft"}, {"intent": "proposal"}, {"intent": "plan"}])
def test_a_draft_order_is_proposed(elements):
    assert one("prescriptions", request(**elements)).fields["proposed"] is True


@pytest.mark.parametrize(
    "elements", [{"status": "entered-in-error"}, {"status": "cancelled"}, {"doNotPerform": True}]
)
def test_what_was_never_prescribed_is_left_out_and_told(elements):
    assert left_out("prescriptions", request(**elements))


def test_a_reason_to_stop_is_one_of_ours():
    stopped = request(status="stopped", statusReason=concept(SNOMED, "62014003"))

    assert one("prescriptions", stopped).fields["stop_reason"] == "side_effect"


def test_the_end_of_every_dosage_is_the_end_of_the_prescription():
    until = weekly()
    until["timing"]["repeat"]["boundsPeriod"] = {"start": "2025-01-05", "end": "2025-03-31"}

    assert one("prescriptions", request(dosageInstruction=[until])).fields["until"] == day("2025-04-01")


# dispensings


def test_a_dispensing_counts_from_the_day_on_which_it_was_handed_over():
    sent = dispense(
        daysSupply={"value": 84, "unit": "dag", "system": "http://unitsofmeasure.org", "code": "d"},
        whenPrepared="2025-01-03",
    )

    record = one("dispensings", sent)

    assert record.on == day("2025-01-06")
    assert record.fields == {"quantity": 12, "days_supply": 84}


@pytest.mark.parametrize(
    ("supply", "days"),
    [
        ({"value": 84}, 84),
        ({"value": 12, "code": "wk", "system": "http://unitsofmeasure.org"}, 84),
        ({"value": 3, "unit": "maanden"}, 90),
        ({"value": "84", "unit": "dagen"}, 84),
        ({"value": 2, "unit": "dozen"}, None),
    ],
)
def test_days_supply_in_other_units(supply, days):
    assert one("dispensings", dispense(daysSupply=supply)).fields.get("days_supply") == days


@pytest.mark.parametrize(
    ("quantity", "read_as"),
    [
        (
            {"value": 12, "unit": "stuk", "system": "urn:oid:2.16.840.1.113883.2.4.4.1.900.2", "code": "245"},
            12,
        ),
        ({"value": 12, "unit": "tablet"}, 12),
        ({"value": 12}, 12),
        ({"value": 2.4, "unit": "ml"}, None),
        ({"value": 1, "unit": "doos"}, None),
    ],
)
def test_a_quantity_counts_pieces_only(quantity, read_as):
    assert one("dispensings", dispense(quantity=quantity)).fields.get("quantity") == read_as


def test_a_negative_quantity_is_a_return_and_no_error():
    found = read(bundle(dispense(quantity={"value": -12})))

    (record,) = found.records("dispensings")
    assert record.fields["kind"] == "return" and record.fields["quantity"] == Decimal(-12)
    assert found.skipped == ()


@pytest.mark.parametrize("status", ["preparation", "in-progress", "on-hold", "stopped"])
def test_what_was_prepared_is_not_dispensed_until_it_is_handed_over(status):
    assert left_out("dispensings", dispense(status=status, whenHandedOver=None))
    assert one("dispensings", dispense(status=status)).on == day("2025-01-06")


@pytest.mark.parametrize("status", ["cancelled", "declined", "entered-in-error"])
def test_what_was_cancelled_is_no_dispensing(status):
    assert left_out("dispensings", dispense(status=status))


def test_a_dispensing_without_a_day_stays_and_is_told():
    found = read(bundle(dispense(whenHandedOver=None)))

    (record,) = found.records("dispensings")
    assert record.on is None and len(found.skipped) == 1


def test_a_drug_may_be_packed_inside():
    drug = {"resourceType": "Medication", "id": "m", "code": concept(ATC, "M05BX04")}
    sent = dispense(medicationCodeableConcept=None, medicationReference={"reference": "#m"}, contained=[drug])

    assert one("dispensings", sent).codes == ("atc:M05BX04",)


def test_a_drug_that_was_not_sent_along_is_told():
    sent = dispense(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"})

    assert left_out("dispensings", sent)


def test_a_drug_with_a_name_only_is_told():
    assert left_out("dispensings", dispense(medicationCodeableConcept={"text": "alendroninezuur 70 mg"}))


# administrations and statements of use


def test_an_injection_is_an_administration_of_one():
    given = about(
        "MedicationAdministration",
        status="completed",
        medicationCodeableConcept=concept(ATC, "M05BX04"),
        effectiveDateTime="2024-09-01",
        dosage={"dose": {"value": 1, "unit": "spuit"}},
    )

    record = one("administrations", given)

    assert record.on == day("2024-09-01") and record.fields == {"quantity": 1}


def test_an_injection_that_was_not_given_is_none():
    given = about("MedicationAdministration", status="not-done", **ALENDRONATE)

    assert left_out("administrations", given)


def statement(status, **elements):
    own = {"status": status, "dateAsserted": "2025-02-01", **ALENDRONATE}
    return about("MedicationStatement", **(own | elements))


def test_the_statement_that_a_drug_is_not_taken():
    record = one("agreements", statement("not-taken", effectivePeriod={"start": "2025-01-10"}))

    assert record.on == day("2025-02-01")
    assert record.fields == {"kind": "not_used", "from": day("2025-01-10")}


def test_the_statement_that_a_drug_is_no_longer_taken_works_from_the_day_after():
    record = one("agreements", statement("stopped", effectivePeriod={"end": "2025-01-10"}))

    assert record.fields == {"kind": "not_used", "from": day("2025-01-11")}


def test_the_statement_that_a_drug_is_taken_is_told_and_not_used():
    assert left_out("agreements", statement("active"))
