"""Case files (language §10): patients with the advice they should get, each with its place in the file."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from cdss.errors import CdssError, Problem, Span, Text
from cdss.models.dates import DateError, parse_day
from cdss.rules.load import Mapping, Node, Scalar, Sequence, load_file
from cdss.rules.validate import validate
from cdss.rules.written import text, texts

_CASES: Final = ".test.yaml"

EXPECTATIONS: Final = (
    "recommend",
    "not_recommend",
    "ask",
    "not_ask",
    "excepted",
    "undecided",
    "conflicts",
    "caveats",
    "findings",
    "scores",
    "urgency",
    "settled",
    "provisional",
    "outcome",
)


EXACT: Final = ("recommend", "ask", "excepted", "undecided", "conflicts")
"""These list exactly what came out, so that an empty list says something: nothing came out."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One thing that a case expects: which, and what, as written, with its place."""

    what: str
    value: Node
    span: Span


@dataclass(frozen=True, slots=True)
class Case:
    """One patient on one date, and the advice that should come out."""

    id: str
    file: Path
    span: Span
    guideline: Path
    on: date
    setting: str = "contact"
    edition: str = ""
    audience: str = ""
    site: Path | None = None
    bindings: Path | None = None
    given: Dict[str, object] = field(default_factory=dict)
    record: Dict[str, object] | None = None
    expect: tuple[Expectation, ...] = ()
    pending: str = ""
    title: Text = field(default_factory=dict)
    written: Mapping | None = None

    def place(self, path: str) -> Span:
        """Where a path of the patient (`given/bmi`, `conditions/0/site`) stands: as deep as it can be found."""
        keys = path.split("/") if path.startswith("given/") else ["record", *path.split("/")]
        node: Node | None = self.written
        span = self.span
        for key in keys:
            match node:
                case Mapping() if entry := node.entry(key):
                    span, node = entry.key.span, entry.value
                case Sequence() if key.isdecimal() and int(key) < len(node.items):
                    node = node.items[int(key)]
                    span = node.span
                case _:
                    break
        return span


def read_cases(path: Path, shown: str | None = None) -> tuple[list[Case], list[Problem]]:
    """The cases of a file, and what is wrong with it. A file with problems gives no cases."""
    node = load_file(path, shown)
    if isinstance(node, list):
        return [], node
    problems = validate(node, "cases")
    if problems or not isinstance(node, Mapping):
        return [], problems
    place_of = cache(
        lambda name: (path.parent / name).resolve()
    )  # asks the disk, and few names are named often
    cases: list[Case] = []
    listed = node.get("cases")
    for item in listed.items if isinstance(listed, Sequence) else ():
        if not isinstance(item, Mapping):
            continue
        made = _case(item, node, path, place_of)
        if isinstance(made, Problem):
            problems.append(made)
        else:
            cases.append(made)
    problems += _twice(cases)
    return ([] if problems else cases), problems


def _twice(cases: list[Case]) -> list[Problem]:
    seen: dict[str, Case] = {}
    found = []
    for case in cases:
        if case.id in seen:
            found.append(
                Problem(
                    "duplicate-case",
                    case.span,
                    {"nl": f"er is al een casus '{case.id}'", "en": f"there is already a case '{case.id}'"},
                    {"nl": "geef deze een eigen naam", "en": "give this one a name of its own"},
                )
            )
        seen[case.id] = case
    return found


def _case(item: Mapping, file: Mapping, path: Path, place_of: Callable[[str], Path]) -> Case | Problem:
    def said(key: str, default: str = "") -> str:
        return text(item.get(key)) or text(file.get(key)) or default

    on_node = item.get("on") or file.get("on")
    if on_node is None:
        return Problem(
            "wrong-date",
            item.span,
            {"nl": "deze casus heeft geen datum", "en": "this case has no date"},
            {"nl": "schrijf `on: 2026-03-01` bij de casus of bovenaan het bestand",
             "en": "write `on: 2026-03-01` with the case or at the top of the file"},
        )  # fmt: skip
    try:
        on = parse_day(text(on_node))
    except DateError as error:
        return Problem("wrong-date", on_node.span, error.text)
    expected = item.get("expect")
    expect = tuple(
        Expectation(entry.key.text, entry.value, entry.key.span)
        for entry in (expected.entries if isinstance(expected, Mapping) else ())
    )
    if not expect:
        return _compares_nothing(item.span)
    idle = next((one for one in expect if one.what not in EXACT and not _size(one.value)), None)
    if idle is not None:
        return _compares_nothing(idle.span, idle.what)
    guideline = said("guideline") or path.name.replace(".test.yaml", ".yaml")
    record = item.get("record")
    given = item.get("given")
    return Case(
        id=text(item.get("id")),
        file=path,
        span=item.span,
        guideline=place_of(guideline),
        on=on,
        setting=said("setting", "contact"),
        edition=said("edition"),
        audience=said("audience"),
        site=place_of(said("site")) if said("site") else None,
        bindings=place_of(said("bindings")) if said("bindings") else None,
        given={
            entry.key.text: plain(entry.value)
            for entry in (given.entries if isinstance(given, Mapping) else ())
        },
        record=plain_mapping(record) if isinstance(record, Mapping) else None,
        expect=expect,
        pending=text(item.get("pending")),
        title=texts(item.get("text")),
        written=item,
    )


def _size(value: Node) -> int:
    """How many things an expectation names."""
    match value:
        case Scalar():
            return 1 if value.text else 0
        case Sequence():
            return len(value.items)
        case Mapping():
            return len(value.entries)


def _compares_nothing(span: Span, what: str = "") -> Problem:
    """A case, or one of its expectations, that would pass whatever came out."""
    return Problem(
        "empty-case",
        span,
        {
            "nl": f"`{what}` noemt niets, en vergelijkt dus niets" if what else "dit geval vergelijkt niets",
            "en": f"`{what}` names nothing, and so compares nothing"
            if what
            else "this case compares nothing",
        },
        {
            "nl": "Zeg onder `expect` wat eruit moet komen, zoals `recommend: []`.",
            "en": "Say under `expect` what should come out, such as `recommend: []`.",
        },
    )


def plain(node: Node) -> object:
    """A node as JSON would hold it: null for nothing, the rest as text, lists and mappings."""
    match node:
        case Scalar():
            return None if not node.quoted and node.text in ("", "null", "~") else node.text
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return plain_mapping(node)


def plain_mapping(node: Mapping) -> dict[str, object]:
    return {entry.key.text: plain(entry.value) for entry in node.entries}


def case_files(paths: list[Path]) -> list[Path]:
    """All case files under these folders, or the files themselves; of a guideline the cases beside it.

    CdssError when a path is not there, or has no cases beside it.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise CdssError(f"there is no file or folder {path}")
        if path.is_dir():
            found |= dict.fromkeys(sorted(path.rglob(f"*{_CASES}")))
            continue
        cases = path if path.name.endswith(_CASES) else path.with_name(f"{path.stem}{_CASES}")
        if not cases.exists():
            raise CdssError(f"there are no cases beside {path}: they would stand in {cases.name}")
        found[cases] = None
    return list(found)
