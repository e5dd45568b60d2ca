"""How often it speaks: a made-up practice of 2,000 patients, each asked for once in the setting `record`.

    python -m benchmarks.practice
    python -m benchmarks.practice --ids              with the patients behind each line
    python -m benchmarks.practice --left-open 0.5    when half of the old back-pain episodes were never closed

It prints the part of the patients with any recommendation or question: over all, for those that the topics are about
and the others, for each topic, and for each rule and question. We aim at one in ten at most (docs/performance.md).
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import cdss
from benchmarks.people import ON, Person, people

_RECORD: Final = re.compile(r"/\d+/")
"""In the key of a question about one record: which record, which differs for each patient."""
MOST: Final = 0.10
"""The part of the patients that may get a recommendation or a question."""


@dataclass(slots=True)
class Practice:
    """What the engine said in a practice: for each thing it says, the patients it said it of."""

    size: int = 0
    spoken: dict[str, str] = field(default_factory=dict)  # id -> what the patient is about
    about: Counter[str] = field(default_factory=Counter)
    topics: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    rules: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    questions: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def part(self) -> float:
        """The part of the patients with any recommendation or question."""
        return len(self.spoken) / self.size


def look(engine: cdss.Engine, patients: Iterable[Person]) -> Practice:
    """What the engine says about each patient of a practice, in the setting `record`."""
    seen = Practice()
    for person in patients:
        advice = engine.advise(cdss.read(person.record()), on=ON, setting="record")
        seen.size += 1
        seen.about[person.about] += 1
        for topic in advice.topics:
            seen.outcomes[topic.topic][topic.outcome] += 1
        for one in advice.recommendations:
            for rule in one.rules:
                seen.rules[rule].append(person.id)
        for key in dict.fromkeys(_RECORD.sub("/*/", question.key) for question in advice.questions):
            seen.questions[key].append(person.id)
        topics = {one.topic for one in advice.recommendations} | {
            topic.topic for topic in advice.topics if topic.outcome == "questions"
        }
        for name in topics:
            seen.topics[name].append(person.id)
        if advice.recommendations or advice.questions:
            seen.spoken[person.id] = person.about
    return seen


def report(seen: Practice, *, ids: bool = False) -> str:
    """The figures as they are printed."""
    lines = [f"A made-up practice of {seen.size:,} patients on {ON.isoformat()}, setting record"]

    def line(name: str, found: Sequence[str], of: int) -> None:
        who = f"   {' '.join(found[:12])}{' ...' if len(found) > 12 else ''}" if ids and found else ""
        lines.append(f"  {name:<74}{len(found):>6}{len(found) / of if of else 0:>8.1%}{who}")

    line("any recommendation or question", list(seen.spoken), seen.size)
    lines.append("Of those that the topics are about, and of the others")
    for about, size in sorted(seen.about.items(), key=lambda item: (item[0] == "", item[0])):
        line(about or "ordinary patients", [id for id, one in seen.spoken.items() if one == about], size)
    for title, found in (
        ("With a recommendation, or with questions alone, by topic", seen.topics),
        ("By rule that advises", seen.rules),
        ("By question", seen.questions),
    ):
        lines.append(title)
        for name, patients in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
            line(name, patients, seen.size)
    lines.append("Outcomes")
    for topic, outcomes in sorted(seen.outcomes.items()):
        for outcome, number in outcomes.most_common():
            lines.append(f"  {f'{topic}: {outcome}':<74}{number:>6}{number / seen.size:>8.1%}")
    verdict = "within" if seen.part <= MOST else "OVER"
    lines.append(f"{seen.part:.1%} of the patients, {verdict} the {MOST:.0%} that we aim at")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.practice", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--size", type=int, default=2_000, help="number of patients")
    parser.add_argument("--executor", default="compiled", help="compiled, reference or durable")
    parser.add_argument(
        "--left-open", type=float, default=0.0, help="part of the old back-pain episodes left open"
    )
    parser.add_argument("--ids", action="store_true", help="name the patients behind each line")
    chosen = parser.parse_args(arguments)
    engine = cdss.Engine(cdss.load(), executor=chosen.executor)
    seen = look(engine, people(chosen.size, left_open=chosen.left_open))
    print(report(seen, ids=chosen.ids))
    return 0 if seen.part <= MOST else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
