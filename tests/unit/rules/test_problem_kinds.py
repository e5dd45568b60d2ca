"""Every kind of problem has a name, a page and an example, and one mistake gives one message."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cdss.author.cases import read_cases
from cdss.author.checking import check_paths
from cdss.engine import durable_limits
from cdss.engine.durable_plan import plan
from cdss.engine.lower import lower
from cdss.errors import Problem
from cdss.rules.checks import WARNINGS
from cdss.rules.problem_kinds import PROBLEM_KINDS, ProblemKind
from cdss.rules.render import render
from cdss.rules.ruleset import check, load

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = ROOT / "tests" / "golden" / "problems"
PAGES = ROOT / "docs" / "problems"
KINDS = list(PROBLEM_KINDS.values())


def written(kind: ProblemKind, folder: Path) -> dict[str, Path]:
    """Writes the example of a kind to a folder. Several files stand in one, each under `# file: path`."""
    content = (GOLDEN / f"{kind.name}.yaml").read_bytes()
    parts: dict[str, bytes] = {}
    if content.startswith(b"# file: "):
        for part in re.split(rb"(?m)^# file: ", content)[1:]:
            name, _, text = part.partition(b"\n")
            parts[name.decode().strip()] = text
    else:
        parts["example.test.yaml" if kind.stage == "cases" else "example.yaml"] = content
    places = {}
    for name, text in parts.items():
        size = re.search(rb"(?m)^# larger: (\d+)$", text)  # not worth two megabytes of example
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text + b"#" * int(size[1]) if size else text)
        places[name] = place
    return places


def problems_of(kind: ProblemKind, folder: Path) -> tuple[list[Problem], dict[str, str]]:
    """What the example of a kind gives, and the texts it is about."""
    places = written(kind, folder)
    texts = {name: place.read_bytes().decode("utf-8", errors="replace") for name, place in places.items()}
    if kind.name == "rule-without-case":  # found by running cases
        found = check_paths([folder]).problems
        shown = {(folder / name).as_posix(): text for name, text in texts.items()}
        return list(found), shown
    if kind.stage == "cases":
        return read_cases(places["example.test.yaml"], "example.test.yaml")[1], texts
    if kind.stage == "engine":
        program = lower(load(folder, cache=False), {"example": ""})
        return durable_limits.problems(program, plan(program)), texts
    guidelines = [place for name, place in places.items() if name not in ("site.yaml", "bindings.yaml")]
    found = check(
        folder if len(guidelines) > 1 else guidelines[0].parent,
        site=places.get("site.yaml"),
        bindings=places.get("bindings.yaml"),
    )
    shown = {place.name: texts[name] for name, place in places.items()}
    as_given = {place.as_posix(): texts[name] for name, place in places.items()}
    return found, {**texts, **shown, **as_given}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_example_gives_this_problem_and_no_other(kind: ProblemKind, tmp_path: Path) -> None:
    found, _ = problems_of(kind, tmp_path)

    assert [problem.kind for problem in found] == [kind.name], [str(problem) for problem in found]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_message_is_the_one_we_want_to_get(kind: ProblemKind, tmp_path: Path, update: bool) -> None:
    found, texts = problems_of(kind, tmp_path)
    shown = "\n".join(render(problem, texts, lang) for lang in ("nl", "en") for problem in found)
    shown = shown.replace(f"{tmp_path.as_posix()}/", "")
    place = GOLDEN / f"{kind.name}.txt"
    if update:
        place.write_text(shown, encoding="utf-8")

    assert shown == place.read_text(encoding="utf-8")


def test_every_kind_has_a_page_and_an_example_and_nothing_is_left_over() -> None:
    names = set(PROBLEM_KINDS)

    assert {path.stem for path in PAGES.glob("*.md")} - {"index"} == names
    assert {path.stem for path in GOLDEN.glob("*.yaml")} == names
    assert {path.stem for path in GOLDEN.glob("*.txt")} == names


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_page_has_the_title_an_explanation_in_both_languages_and_a_way_out(kind: ProblemKind) -> None:
    lines = (PAGES / f"{kind.name}.md").read_text(encoding="utf-8").split("\n")

    assert lines[0] == f"# {kind.name}"
    assert lines[2] == f"{kind.title['nl']} · {kind.title['en']}"
    assert len(lines[4]) > 20 and len(lines[6]) > 20
    assert sum(line == "```yaml" for line in lines) == 2


STAGES: dict[str, str] = {
    "text": "De tekst van een bestand · The text of a file",
    "shape": "Sleutels en soorten waarden · Keys and kinds of value",
    "line": "Eén regel of waarde · One line or value",
    "meaning": "Wat namen betekenen · What names mean",
    "check": "Alles betekent iets, en toch · Everything means something, and yet",
    "site": "Praktijken en eigen codes · Sites and local codes",
    "cases": "Gevallen · Cases",
    "engine": "Wat een uitvoerder niet aankan · What an executor cannot hold",
}


def test_the_list_of_all_problems_is_current(update: bool) -> None:
    parts = ["# Problemen · Problems\n"]
    for stage, title in STAGES.items():
        parts.append(f"## {title}\n")
        parts += [
            f"- [{kind.name}]({kind.name}.md): {kind.title['nl']} · {kind.title['en']}"
            for kind in KINDS
            if kind.stage == stage
        ]
        parts.append("")
    text = "\n".join(parts)
    if update:
        (PAGES / "index.md").write_text(text, encoding="utf-8")

    assert (PAGES / "index.md").read_text(encoding="utf-8") == text
    assert {kind.stage for kind in KINDS} == set(STAGES)


def test_the_kinds_that_only_warn_are_those_that_the_check_lets_pass() -> None:
    assert {kind.name for kind in KINDS if kind.warning} == WARNINGS


def kinds_in_code() -> Iterator[str]:
    """Every kind that the code of the stages can report: the first word of a problem."""
    for path in [
        *(ROOT / "cdss" / "rules").glob("*.py"),
        ROOT / "cdss" / "author" / "cases.py",
        ROOT / "cdss" / "author" / "shown.py",
        ROOT / "cdss" / "engine" / "durable_limits.py",
    ]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if name in ("Problem", "report", "wrong", "_add") and node.args:
                    yield from _words(node.args[0])
                if name in ("Needs", "Closed", "AtLeast") and len(node.args) + len(node.keywords) > 1:
                    yield from (
                        word for part in node.args[1:] for word in _words(part) if word in PROBLEM_KINDS
                    )


def _words(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _words(node.body)
        yield from _words(node.orelse)


def test_every_kind_that_the_code_reports_is_in_the_table() -> None:
    assert set(kinds_in_code()) - set(PROBLEM_KINDS) == set()


def test_names_are_words_with_dashes() -> None:
    assert all(re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", name) for name in PROBLEM_KINDS)
