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
ANSWERS = {"evaluated_elsewhere": True}
"""What this GP would fill in: the fracture clinic already looked at it."""


def show(advice: cdss.Advice) -> str:
    """What the GP sees beside the record."""
    lines: list[str] = []
    for r in advice.recommendations:
        certain = "staat vast" if r.state == "settled" else "voorlopig"
        lines += [f"[{URGENCY[r.urgency]}, {certain}] {r.label['nl']}", f"    {r.message('gp', 'nl')}"]
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

    # The GP answers what was asked; the record stays as it was, the answers make a new patient.
    answers = {q.fact: ANSWERS[q.fact] for q in advice.questions if q.fact in ANSWERS}
    if answers:
        print(f"\nNa het antwoord ({', '.join(answers)}):\n")
        print(show(engine.advise(patient.with_answers(answers, on=on), on=on, setting="contact")))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "examples/patients/fracture.json")
