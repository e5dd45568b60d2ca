"""A GP system that opens a record, shows the advice, and asks what could still change it.

    python examples/his.py examples/patients/fracture.json

One engine serves all patients and threads; making it is the slow part. The record is never kept.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import cdss

URGENCY = {
    "U1": "Direct: bel 112",
    "U2": "Spoed: binnen 1 uur",
    "U3": "Vandaag: binnen enkele uren",
    "U4": "Binnen 24 uur",
    "D1": "Vandaag of morgen",
    "D7": "Binnen 7 dagen",
    "routine": "Geen haast",
}


def show(advice: cdss.Advice) -> str:
    """What the GP sees beside the record."""
    lines: list[str] = []
    for r in advice.recommendations:
        lines += [f"[{URGENCY[r.urgency]}] {r.label['nl']}", f"    {r.message('gp', 'nl')}"]
    if advice.questions:
        lines.append("Vragen die het advies nog kunnen veranderen:")
        lines += [f"  - {q.text['nl']}" for q in advice.questions]
    for topic in advice.to_dict()["topics"]:  # silence has a reason: say it
        lines += [f"{topic['topic']}: {topic['outcome']}"]
        lines += [f"  niet nagekeken: {missed['text']['nl']}" for missed in topic["not_checked"]]
    return "\n".join(lines)


def main(path: str) -> None:
    engine = cdss.Engine(cdss.load())
    on = date(2026, 3, 1)  # the day of the contact: your system says which, the engine never looks at a clock
    try:
        patient = cdss.read(Path(path).read_bytes())
    except cdss.PatientError as error:  # a record that cannot be of one person: do not guess, show it
        print(error.text["nl"])
        sys.exit(1)
    advice = engine.advise(patient, on=on, setting="contact")
    print(show(advice))

    # The GP answers a question; the record stays as it was, the answer makes a new patient.
    if any(q.fact == "mobility_limited" for q in advice.questions):
        answered = patient.with_answers({"mobility_limited": False}, on=on)
        print("\nNa het antwoord:\n")
        print(show(engine.advise(answered, on=on, setting="contact")))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "examples/patients/fracture.json")
