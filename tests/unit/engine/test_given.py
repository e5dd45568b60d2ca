"""Values that are given: they stand above everything a record says, and are about the patient."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cdss.engine.engine import Engine
from cdss.errors import PatientError
from tests.unit.engine.small_guideline import ON, broken_hip, small, woman


@pytest.mark.parametrize("executor", ["reference", "compiled"])
@pytest.mark.parametrize(
    ("name", "value"), [("recent", "unknown"), ("possible_stop", "10 days"), ("threshold", "2 points")]
)
def test_a_number_of_the_guideline_given_for_a_patient_was_ignored_or_moved_a_limit(
    name: str, value: str, executor: str
) -> None:
    patient = replace(woman(broken_hip()), given={name: value})

    with pytest.raises(PatientError) as refused:
        Engine(small(), executor=executor).advise(patient, ON)

    assert (refused.value.kind, refused.value.path) == ("parameter-given", f"given/{name}")
    assert f"'{name}' is een getal van de richtlijn" in refused.value.text["nl"]
