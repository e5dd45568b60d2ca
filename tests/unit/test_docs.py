"""The pages keep up with the code: every key, word, field and output of the language is told where a reader looks for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cdss.models.instrument import RESPONSES
from cdss.models.quantity import UNITS
from cdss.models.treatment import BASIS_WORDS, STATUS_WORDS, output_types
from cdss.rules.kinds import PATIENT_FIELDS
from cdss.rules.load import Mapping, load_text
from cdss.rules.problem_kinds import PROBLEM_KINDS
from cdss.rules.record_fields import FIELDS
from cdss.rules.shape import SHAPES
from cdss.rules.shape_parts import Closed, Either, Kind, ListOf, NamesTo
from cdss.rules.validate import validate

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
LANGUAGE = DOCS / "language" / "index.md"
FIRST_PAGE = DOCS / "index.md"

SECTIONS = {
    "A file": ("guideline", "effective"),
    "The line-up of a topic": ("editions", "default", "takes_in"),
    "Sources": ("sources", "listed_source", "source"),
    "Requirements": ("requirements", "requirement", "requirement_part", "not_implemented"),
    "Parameters": ("parameter", "dated", "site_limits"),
    "Facts": ("fact", "required_fact"),
    "Value sets": ("value_set",),
    "Products": ("product",),
    "Actions": ("action", "fhir"),
    "Findings": ("finding",),
    "Treatments": ("treatment", "gap_limits", "planned_end"),
    "Scores": ("score", "score_item", "points"),
    "Instruments": ("instrument", "missing_items", "class", "class_row", "change", "lookup"),
    "Tables": ("table", "outcome", "row"),
    "Rules": ("rule", "exception", "override", "then"),
    "Evidence and status": ("confirmed",),
    "Cases": ("cases", "case", "expect"),
    "Site files": ("site",),
    "Bindings": ("bindings", "binding"),
}
"""Where the keys of each mapping are explained."""


@cache
def sections() -> dict[str, str]:
    """The text under each heading of the language page."""
    parts = re.split(r"^## (.+)$", LANGUAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def code_words(text: str) -> set[str]:
    """The words that stand between backticks or in a block of code: `a.b` and its parts, `{x, y}` and its names."""
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    found: set[str] = set()
    for piece in (*blocks, *spans):
        found.update(re.findall(r"[\w/%-]+(?:\[\w+\])?", piece))
    return found


# Keys and words


def test_every_mapping_of_the_language_has_its_section() -> None:
    assert sorted(shape for shapes in SECTIONS.values() for shape in shapes) == sorted(SHAPES)
    assert [name for name in SECTIONS if name not in sections()] == []


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_is_explained_in_its_own_section(heading: str) -> None:
    explained = set(re.findall(r"[\w]+", " ".join(re.findall(r"`([^`\n]+)`", sections()[heading]))))

    missing = [
        f"{shape}.{key.name}"
        for shape in SECTIONS[heading]
        for key in SHAPES[shape].keys
        if key.name not in explained
    ]

    assert missing == []


def closed_words(kind: Kind) -> Iterator[str]:
    match kind:
        case Closed(words=words):
            yield from words
        case ListOf(item=item):
            yield from closed_words(item)
        case NamesTo(key=key, value=value):
            yield from closed_words(key)
            yield from closed_words(value)
        case Either(kinds=kinds):
            for one in kinds:
                yield from closed_words(one)


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_word_that_may_stand_behind_a_key_is_on_the_page(heading: str) -> None:
    known = code_words(LANGUAGE.read_text(encoding="utf-8"))

    missing = [
        f"{shape}.{key.name}: {word}"
        for shape in SECTIONS[heading]
        for key in SHAPES[shape].keys
        for word in closed_words(key.kind)
        if word not in known
    ]

    assert missing == []


# What an author may name


def test_every_field_of_the_patient_and_of_a_record_is_on_the_page() -> None:
    known = code_words(sections()["Fields of a record"])

    assert [field for field in PATIENT_FIELDS if field not in known] == []
    assert [name for name in FIELDS if name not in known] == []
    missing = [f"{name}.{field}" for name, fields in FIELDS.items() for field in fields if field not in known]
    assert missing == []


def test_every_word_of_a_field_is_on_the_page() -> None:
    known = code_words(sections()["Fields of a record"])

    words = {word for fields in FIELDS.values() for kind in fields.values() for word in kind.words}

    assert sorted(words - known) == []


def test_everything_behind_the_dot_is_on_the_page() -> None:
    treatments, instruments = code_words(sections()["Treatments"]), code_words(sections()["Instruments"])

    assert [name for name in output_types(("a",)) if name not in treatments] == []
    assert [word for word in STATUS_WORDS if word not in treatments] == []
    assert [word for word in RESPONSES if word not in instruments] == []
    assert {"row", "status", "settled", "provisional", "unknown"} <= code_words(sections()["Tables"])


def test_every_basis_of_a_status_is_on_the_page_of_treatments() -> None:
    known = code_words((DOCS / "language" / "treatments.md").read_text(encoding="utf-8"))

    assert [word for word in BASIS_WORDS if word not in known] == []


def test_every_unit_is_on_the_page() -> None:
    known = code_words(sections()["Units"])

    assert [unit for unit in UNITS if unit not in known] == []


# Examples


def examples() -> list[tuple[str, str]]:
    """The YAML on the pages of the language, with the heading above it."""
    return [
        (f"{heading} {place}", block)
        for heading, text in sections().items()
        for place, block in enumerate(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    ]


ROLE_OF = {"The line-up of a topic 0": "editions", "Requirements 0": "requirements", "Cases 0": "cases"}
HEAD = """\
cdss: 1
id: a
version: 0.1.0
status: draft
title: {nl: A}
topic: a
"""


@pytest.mark.parametrize(("place", "text"), [pytest.param(*one, id=one[0]) for one in examples()])
def test_every_example_has_the_right_shape(place: str, text: str) -> None:
    role = ROLE_OF.get(place, "guideline")
    node = load_text(text if role != "guideline" or "cdss: 1" in text else HEAD + text, "a.yaml")
    assert isinstance(node, Mapping), node

    assert [str(problem) for problem in validate(node, role)] == []


# Pages


def links(page: Path) -> Iterator[Path]:
    """The files that a page leads to."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s#]+)", text):
        if not re.match(r"[a-z]+:", target):
            yield (page.parent / target).resolve()


def test_every_page_can_be_reached_from_the_first_page() -> None:
    seen, waiting = {FIRST_PAGE}, [FIRST_PAGE]
    while waiting:
        for page in links(waiting.pop()):
            if page.suffix == ".md" and page.is_file() and page not in seen:
                seen.add(page)
                waiting.append(page)

    assert [
        page.relative_to(ROOT).as_posix() for page in sorted(DOCS.rglob("*.md")) if page not in seen
    ] == []


def test_the_pages_of_the_language_stand_on_the_first_page() -> None:
    pages = sorted((DOCS / "language").glob("*.md"))

    assert [page.name for page in pages if page not in links(FIRST_PAGE)] == []


def test_every_kind_of_problem_is_listed_with_its_page() -> None:
    listed = set(links(DOCS / "problems" / "index.md"))

    assert [kind for kind in PROBLEM_KINDS if DOCS / "problems" / f"{kind}.md" not in listed] == []
