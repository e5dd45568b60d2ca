"""Every conflict between sources (dossier §9) has a case that shows which side was taken; its text begins with the number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIRST, LAST = 1, 26
NO_CASE = {11}
"""How many users stop within a year or two: only about which figure to quote, and nothing quotes one."""


@cache
def cases() -> Mapping[int, list[str]]:
    """Conflict → the cases that are about it, as `file:case-id`. Read by line: the files are many and long."""
    found: dict[int, list[str]] = defaultdict(list)
    files = [*ROOT.glob("guidelines/fracture-prevention/**/*.test.yaml"), *ROOT.glob("examples/*.test.yaml")]
    for file in sorted(files):
        case = ""
        for line in file.read_text(encoding="utf-8").splitlines():
            named = re.match(r" *- \{?id: ([\w.-]+)", line)
            case = named[1] if named else case
            texts = re.findall(r"\btext: \{.*", line)
            for number in re.findall(r"(?<![\d.])9\.(\d{1,2})(?!\d)", texts[0]) if texts else ():
                found[int(number)].append(f"{file.relative_to(ROOT)}:{case}")
    return found


def test_every_conflict_between_sources_has_a_case() -> None:
    without = [number for number in range(FIRST, LAST + 1) if not cases().get(number)]

    assert without == sorted(NO_CASE)


def test_no_case_names_a_conflict_that_is_not_in_the_dossier() -> None:
    assert [number for number in cases() if not FIRST <= number <= LAST] == []
