"""Facts that only a bindings file can fill from the record: no code of another thing ever fills them."""

from __future__ import annotations

from datetime import date

import cdss

ON = date(2025, 3, 10)


def test_without_bindings_no_measurement_is_taken_for_falls_smoking_or_alcohol() -> None:
    observations = [
        {"on": "2025-02-01", "code": "loinc:39156-5", "value": 19, "unit": "kg/m2"},
        {"on": "2025-02-02", "code": "nhg-45:90004", "value": 3},
        {"on": "2025-02-03", "code": "sct:444000", "value": True},
    ]
    patient = cdss.read(
        {"id": "p", "sex": "female", "birth_date": "1955-01-01", "observations": observations}
    )

    advice = cdss.Engine(cdss.load()).advise(
        patient, on=ON, topics=["fracture-prevention"], setting="contact"
    )

    for fact in ("falls_past_year", "smoking", "alcohol_units_per_day"):
        assert fact not in advice.findings or "unknown" in str(advice.findings[fact])
        assert fact in [question.fact for question in advice.questions]
    assert advice.skipped == ()


def test_the_fallback_word_of_a_local_code_is_no_code() -> None:
    (word,) = cdss.load().value_sets["local_code"].words

    assert ":" not in word
