"""What may come in, in which form; and what is refused as a whole, with which kind of error."""

import json

import pytest

from cdss.errors import PatientError
from cdss.models.impossible import IMPOSSIBLE
from cdss.records import read
from tests.unit.records.sent import bundle, observation, patient

OWN = {"id": "p1", "birth_date": "1954-03-02", "sex": "female"}


def kind_of(source: object) -> str:
    with pytest.raises(PatientError) as refused:
        read(source)  # type: ignore[arg-type]
    assert refused.value.text["nl"]
    return refused.value.kind


@pytest.mark.parametrize("form", [dict, json.dumps, lambda own: json.dumps(own).encode()])
def test_our_own_form_and_fhir_are_told_apart_by_their_shape(form):
    assert read(form(OWN)).sex == "female"
    assert read(form(bundle(observation()))).sex == "female"


def test_a_list_of_resources_and_bundles_is_one_record():
    sent = [
        patient(),
        {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": observation()}]},
    ]

    assert len(read(sent).records("observations")) == 1
    assert len(read(json.dumps(sent)).records("observations")) == 1


def test_a_single_patient_resource_is_a_record():
    assert read(patient()).id == "p1"


def test_a_byte_order_mark_does_no_harm():
    assert read(b"\xef\xbb\xbf" + json.dumps(OWN).encode()).id == "p1"
    assert read("\ufeff" + json.dumps(bundle())).id == "p1"


@pytest.mark.parametrize("kind", ["collection", "searchset", "transaction", "batch"])
def test_bundles_of_the_usual_types_are_read(kind):
    assert len(read(bundle(observation(), type=kind)).records("observations")) == 1


def test_a_bundle_with_the_history_of_resources_is_refused():
    assert kind_of(bundle(type="history")) == "wrong-bundle"


@pytest.mark.parametrize("text", ["{", '{"id": "p1",}', "nul", "{'id': 'p1'}", '{"id": NaN}'])
def test_what_is_not_json_is_refused_as_such(text):
    assert kind_of(text) == "not-json"
    assert kind_of(text.encode()) == "not-json"


def test_a_text_that_is_not_utf8_is_refused_as_such():
    assert kind_of('{"id": "Zoë"}'.encode("latin-1")) == "not-utf8"
    assert kind_of(json.dumps(bundle(patient(id="Zoë")), ensure_ascii=False).encode("latin-1")) == "not-utf8"
    assert kind_of('{"id": "\udcff"}') == "not-utf8"


@pytest.mark.parametrize("source", [{}, {"naam": "Jansen"}, "5", '"tekst"', "null", 5, None])
def test_what_is_not_a_record_is_refused_as_such(source):
    assert kind_of(source) == "not-a-record"


def test_a_resource_that_cannot_be_a_record_is_refused_by_name():
    assert kind_of({"resourceType": "Bundel", "type": "collection"}) == "wrong-resource"
    assert kind_of({"resourceType": "OperationOutcome"}) == "wrong-resource"
    assert kind_of({"resourceType": 5}) == "not-a-record"


@pytest.mark.parametrize(
    "source", [[], {"resourceType": "Bundle", "type": "collection"}, bundle() | {"entry": []}]
)
def test_an_empty_bundle_is_refused_as_empty(source):
    assert kind_of(source) == "empty"


@pytest.mark.parametrize("source", [b"", "", " \n", "\ufeff"])
def test_a_file_without_a_word_is_refused_as_such(source):
    assert kind_of(source) == "nothing"


def test_json_that_is_nested_too_deeply_is_refused():
    assert kind_of('{"x": ' + "[" * 100_000) == "not-json"
    assert kind_of("[" * 100_000) == "not-json"
    deep: list[object] = []
    deep.append(deep)
    assert kind_of({"resourceType": "Bundle", "entry": deep}) == "not-json"


def test_a_key_that_stands_twice_is_refused_because_one_would_be_lost():
    assert kind_of('{"conditions": [{"code": "icpc-1:L95"}], "conditions": []}') == "duplicate-key"


def test_every_kind_of_refusal_has_a_text_in_both_languages():
    assert all(text["nl"] and text["en"] for text in IMPOSSIBLE.values())


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        ([], "empty"),
        ({"resourceType": "Bundle", "entry": []}, "empty"),
        ([{"birth_date": "1954"}, {"birth_date": "1960"}], "not-a-record"),
        ([1, 2], "not-a-record"),
        (
            {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "OperationOutcome"}}]},
            "no-patient",
        ),
    ],
)
def test_what_is_not_empty_is_not_called_empty(sent, kind):
    with pytest.raises(PatientError) as error:
        read(sent)
    assert error.value.kind == kind


def test_a_patient_that_cannot_be_read_is_told_with_the_element():
    with pytest.raises(PatientError) as error:
        read({"resourceType": "Patient", "id": "p1", "deceasedBoolean": "true"})
    assert (error.value.kind, error.value.path) == ("unreadable-patient", "Patient/p1/deceasedBoolean")


def test_a_sex_that_is_none_of_the_words_of_fhir_is_told():
    (skipped,) = read({"resourceType": "Patient", "id": "p1", "gender": "F"}).skipped
    assert "gender" in skipped.why["nl"]
