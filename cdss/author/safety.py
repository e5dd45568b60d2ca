"""The hazards of this software as a page: `docs/safety/hazards.yaml` to `docs/safety/hazards.md`.

    python -m cdss.author.safety docs/safety/hazards.yaml

writes the page beside the file. A test proves that the page is current and that the tests it names exist.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from cdss.errors import CdssError

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Line = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
TestId = Annotated[str, StringConstraints(pattern=r"^(tests/.+\.py|guidelines/.+\.test\.yaml)::.+$")]


class Title(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    nl: Line
    en: Line


class Hazard(BaseModel):
    """What can go wrong for a patient, and what keeps it from happening."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Id
    title: Title
    cause: Line
    effect: Line
    barrier: Line
    tests: tuple[TestId, ...]


class HazardFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    hazards: Annotated[tuple[Hazard, ...], Field(min_length=1)]


HEAD = """\
<!-- Made from hazards.yaml by `python -m cdss.author.safety docs/safety/hazards.yaml`: change that file. -->

# Hazards

What can go wrong for a patient, and what keeps it from happening. A hazard without a test that shows its
barrier fails the test suite.

| hazard | in Dutch | tests |
|---|---|---|"""


def read_hazards(path: Path) -> tuple[Hazard, ...]:
    """The hazards of this file, in the order of the file. CdssError when it is not a hazard file."""
    try:
        hazards = HazardFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).hazards
    except (yaml.YAMLError, UnicodeDecodeError, ValidationError) as error:
        raise CdssError(f"{path}: {error}") from error
    ids = [hazard.id for hazard in hazards]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise CdssError(f"{path}: these hazards are there twice: {', '.join(twice)}")
    return hazards


def render(hazards: Sequence[Hazard]) -> str:
    """The page: first all hazards in one table, then each with its cause, effect, barrier and tests."""
    lines = [HEAD]
    lines += [f"| [{h.title.en}](#{h.id}) | {h.title.nl} | {len(h.tests)} |" for h in hazards]
    for hazard in hazards:
        lines += ["", f"## {hazard.id}", "", f"**{hazard.title.en}** ({hazard.title.nl})", ""]
        lines += [
            f"- **Cause.** {hazard.cause}",
            f"- **Effect.** {hazard.effect}",
            f"- **Barrier.** {hazard.barrier}",
        ]
        lines += ["- **Tests.**" if hazard.tests else "- **Tests.** None yet: this fails the test suite."]
        lines += [f"  - `{test}`" for test in hazard.tests]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """0 when the page was written beside the given file."""
    if len(arguments) != 1:
        print("python -m cdss.author.safety docs/safety/hazards.yaml", file=sys.stderr)
        return 2
    path = Path(arguments[0])
    try:
        page = render(read_hazards(path))
    except (CdssError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    path.with_suffix(".md").write_text(page, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
