"""Who is late with a bone drug? The list that a pharmacist would make by hand.

The pharmacy sees only what it dispensed itself (`reach: own`). So the engine never says that somebody
stopped, only that it looks that way, and says what that rests on. Run it with

    python examples/pharmacy.py

The file behind it holds one patient a line. This is the list that was worked out by hand for 1 March 2026.
A box of 12 weekly tablets lasts 84 days; late is more than 60 days without, and for denosumab more than 28
days after it was due:

    a01  supply until 2026-02-09, 20 days ago                  not late
    a02  supply until 2025-12-08, 83 days ago                  LATE
    a03  supply until 2025-12-31, 60 days ago                  not late: on the limit
    a04  supply until 2025-12-30, 61 days ago                  LATE: just over it
    a05  came early: supply until 2026-01-16, 44 days ago      not late: there was supply left
    d06  denosumab due 2026-01-20, 40 days ago                 LATE, and urgent: over 28 days
    d07  denosumab 120 mg, which is for cancer                 not ours
    a08  the last box came back: until 2025-11-24, 97 days     LATE
    a09  went over from alendronate to risedronate in time     not late
    a10  left this pharmacy                                    not ours any more
    a11  five years of use, then nothing                       may be meant so: ask, no alarm
    a12  no quantity recorded for the last box                 cannot be judged
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import cdss

DISPENSINGS = Path(__file__).parent / "pharmacy" / "dispensings.ndjson"
LATE = ("arrange-denosumab", "check-possible-stop")


@dataclass(frozen=True, slots=True)
class Lists:
    """Patients by what the pharmacist does with them: (id, text)."""

    late: list[tuple[str, str]]  # most urgent first
    to_ask: list[tuple[str, str]]
    not_judged: list[str]


def sort_out(records: Iterable[str], on: date) -> Lists:
    """Who is late, who may have ended on purpose, and who cannot be judged. One JSON record a line."""
    engine = cdss.Engine(cdss.load())
    urgent: list[tuple[str, str]] = []
    late: list[tuple[str, str]] = []
    to_ask: list[tuple[str, str]] = []
    not_judged: list[str] = []
    for record in records:
        data = json.loads(record)
        name = data["id"]
        advice = engine.advise(cdss.read(data), on=on, audience="pharmacist")
        advised = {r.action: r for r in advice.recommendations}
        for action in LATE:
            if action in advised:
                r = advised[action]
                (late if r.urgency == "routine" else urgent).append((name, r.message("pharmacist", "nl")))
                break
        else:
            if "confirm-planned-end" in advised:
                to_ask.append((name, advised["confirm-planned-end"].message("pharmacist", "nl")))
            elif not isinstance(advice.to_dict()["findings"].get("bone_drug_use.status"), str):
                not_judged.append(name)
    return Lists(urgent + late, to_ask, not_judged)


def main() -> None:
    on = date(2026, 3, 1)
    lists = sort_out(DISPENSINGS.read_text(encoding="utf-8").splitlines(), on)
    print(f"Te laat met een botsparend middel op {on:%d-%m-%Y} (alleen verstrekkingen van deze apotheek)\n")
    for name, text in lists.late:
        print(f"  {name}  {text}\n")
    print("Navragen of het einde zo bedoeld was\n")
    for name, text in lists.to_ask:
        print(f"  {name}  {text}\n")
    print(f"Niet te beoordelen; vul de verstrekking aan: {', '.join(lists.not_judged) or 'niemand'}")


if __name__ == "__main__":
    main()
