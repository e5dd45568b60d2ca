"""The function for one patient: in one piece, or for a long program in several that hand their names on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from cdss.engine.codegen_values import Lines, indented

LARGEST_FUNCTION: Final = 2_000
"""How many nodes one generated function holds; a longer program is split."""

_HANDED_ON: Final = re.compile(r"\b(?:[nsdwafo](?:later)?|later|reach|whole)[0-9]+(?:_[a-z]+)?\b")
"""The names that belong to one patient. All others are bound outside, and every part can see them."""


def one_function(segments: Sequence[Lines], result: Lines, arguments: Sequence[str]) -> Lines:
    """The lines that define `run`: each segment works out one node, the result hands the values back."""
    parts = [
        segments[start : start + LARGEST_FUNCTION] for start in range(0, len(segments), LARGEST_FUNCTION)
    ]
    head = f"def run({', '.join(arguments)}):"
    if len(parts) <= 1:
        return [head, *indented([line for segment in segments for line in segment] + result), "return run"]
    lines: Lines = []
    calls: Lines = []
    known: set[str] = set()
    bodies = [[line for segment in part for line in segment] for part in parts]
    for place, body in enumerate(bodies):
        wanted = _names([line for later in bodies[place + 1 :] for line in later] + result)
        mentioned = _names(body)
        taken = [name for name in mentioned if name in known]
        made = [name for name in mentioned if name not in known and name in wanted]
        known.update(mentioned)
        call = f"part{place}({', '.join([*arguments, *taken])})"
        lines += [f"def {call}:", *indented([*body, f"return {_tuple(made)}"])]
        calls.append(f"{', '.join(made)}, = {call}" if made else call)
    return [*lines, head, *indented([*calls, *result]), "return run"]


def _names(lines: Lines) -> dict[str, None]:
    """The names that are handed on, in the order in which they are met."""
    return dict.fromkeys(
        name for line in lines if not line.startswith("#") for name in _HANDED_ON.findall(line)
    )


def _tuple(names: Sequence[str]) -> str:
    return f"({', '.join(names)}{',' if names else ''})"
