"""Patients from files: one a file or one a line, and one that is wrong stops nobody else."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pytest

from cdss.errors import PatientError
from cdss.models.patient import Patient
from cdss.records.inputs import Input, InputError, only_one, read_inputs

A = '{"id": "a", "birth_date": "1950-01-01"}'
B = '{"id": "b", "birth_date": "1960-01-01"}'
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"resource": {"resourceType": "Patient", "id": "c", "birthDate": "1970-01-01"}}],
}


def from_stdin(text: str | bytes) -> list[Input]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_inputs(["-"], None, io.BytesIO(data)))


def ids(inputs: list[Input]) -> list[str | None]:
    return [one.patient.id if isinstance(one.patient, Patient) else one.patient.kind for one in inputs]


@pytest.mark.parametrize(
    "text",
    [
        A,
        f"{A}\n",
        f"\n{A}\n",
        json.dumps(json.loads(A), indent=2),
        json.dumps(json.loads(A), indent=0),
        "\ufeff" + A,
    ],
)
def test_one_record_is_one_patient_however_it_is_laid_out(text: str) -> None:
    [found] = from_stdin(text)

    assert ids([found]) == ["a"]
    assert found.place == "stdin"
    assert not found.one_of_many


@pytest.mark.parametrize("indent", [None, 0, 2])
def test_a_bundle_is_one_patient(indent: int | None) -> None:
    assert ids(from_stdin(json.dumps(BUNDLE, indent=indent))) == ["c"]


def test_a_list_of_resources_is_one_patient() -> None:
    resources = [entry["resource"] for entry in BUNDLE["entry"]]  # type: ignore[index]

    assert ids(from_stdin(json.dumps(resources, indent=1))) == ["c"]


@pytest.mark.parametrize("text", [f"{A}\n{B}", f"{A}\n{B}\n", f"{A}\r\n{B}\r\n", f"{A}\n\n{B}\n\n"])
def test_one_patient_a_line_is_told_by_the_second_line(text: str) -> None:
    found = from_stdin(text)

    assert ids(found) == ["a", "b"]
    assert [one.place.rpartition(":")[0] for one in found] == ["stdin", "stdin"]
    assert all(one.one_of_many for one in found)


def test_the_number_of_the_line_is_told_and_empty_lines_count() -> None:
    assert [one.place for one in from_stdin(f"{A}\n\n{B}")] == ["stdin:1", "stdin:3"]


@pytest.mark.parametrize(
    "wrong", ["{", "{}", '{"id": "x", "conditons": []}', "not json", "[1]", '{"id": "x"} trailing']
)
def test_a_line_that_is_wrong_is_reported_and_the_rest_goes_on(tmp_path: Path, wrong: str) -> None:
    path = tmp_path / "practice.ndjson"
    path.write_text(f"{A}\n{wrong}\n{B}\n", encoding="utf-8")

    found = list(read_inputs([str(path)], None, io.BytesIO()))

    assert [isinstance(one.patient, PatientError) for one in found] == [False, True, False]
    assert found[1].place == f"{path}:2"


def test_a_first_line_that_is_wrong_is_one_line_too() -> None:
    found = from_stdin(f'{{"id": "x", }}\n{A}\n{B}\n')

    assert [isinstance(one.patient, PatientError) for one in found] == [True, False, False]


def test_a_line_that_is_not_utf8_is_reported() -> None:
    found = from_stdin(A.encode() + b'\n{"id": "\xff"}\n' + B.encode())

    assert ids(found)[1] in ("not-utf8", "not-json")
    assert ids(found)[::2] == ["a", "b"]


def test_a_file_with_one_line_and_the_name_of_many_counts_lines(tmp_path: Path) -> None:
    path = tmp_path / "one.ndjson"
    path.write_text(A, encoding="utf-8")

    assert [one.place for one in read_inputs([str(path)], None, io.BytesIO())] == [f"{path}:1"]


def test_lines_are_read_as_they_are_asked_for() -> None:
    class Endless(io.RawIOBase):
        lines = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            self.lines += 1
            return A.encode() + b"\n"

        def __next__(self) -> bytes:
            return self.readline()

    source = Endless()
    inputs = read_inputs(["-"], None, source)  # type: ignore[arg-type]

    assert [next(inputs).place for _ in range(5)] == [f"stdin:{n}" for n in range(1, 6)]
    assert source.lines <= 6


def test_files_are_read_in_the_order_in_which_they_are_named(tmp_path: Path) -> None:
    for name, text in (("b.json", B), ("a.json", A)):
        (tmp_path / name).write_text(text, encoding="utf-8")

    found = list(read_inputs([str(tmp_path / "b.json"), str(tmp_path / "a.json")], None, io.BytesIO()))

    assert ids(found) == ["b", "a"]
    assert all(one.one_of_many for one in found)


@pytest.mark.parametrize("text", ["", "\n", "   "])
def test_nothing_at_all_is_no_patient(text: str) -> None:
    [found] = from_stdin(text)

    assert isinstance(found.patient, PatientError)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.json"):
        list(read_inputs([str(tmp_path / "nowhere.json")], None, io.BytesIO()))


def test_a_folder_is_no_patient(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        list(read_inputs([str(tmp_path)], None, io.BytesIO()))


# Answers


def test_answers_are_put_into_the_one_patient() -> None:
    given = only_one(from_stdin(A), {"smoking": False}, date(2026, 3, 1))

    assert isinstance(given.patient, Patient)
    assert [(answer.fact, answer.value) for answer in given.patient.answers] == [("smoking", False)]


@pytest.mark.parametrize("text", [f"{A}\n{B}\n", f"{A}\n{B}\n{A}\n"])
def test_answers_do_not_go_with_more_than_one_patient(text: str) -> None:
    with pytest.raises(InputError, match="one patient"):
        only_one(from_stdin(text), {"smoking": False}, date(2026, 3, 1))


def test_an_answer_about_a_record_that_is_not_there_is_an_error_of_the_patient() -> None:
    given = only_one(from_stdin(A), {"conditions/0/site": "toe"}, date(2026, 3, 1))

    assert isinstance(given.patient, PatientError)
