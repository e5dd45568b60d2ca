"""What the project promises around its code: public names, licence, README, links, no machine paths."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")

PUBLIC = {
    "load",
    "read",
    "Engine",
    "Patient",
    "Advice",
    "Recommendation",
    "Question",
    "CdssError",
    "GuidelineError",
    "PatientError",
}
APACHE_2_0 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"  # of the official text


@cache
def tracked() -> tuple[Path, ...]:
    """The files of the repository."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    return tuple(path for path in paths if path.is_file())


def block(marker: str) -> str:
    """The commands in the README's block under this marker, as `.ci/run` takes them."""
    found = re.search(rf"<!-- ci: {marker} -->\n```sh\n(.*?)```", README, re.DOTALL)
    assert found, f"README.md has no block under <!-- ci: {marker} -->"
    return found[1]


# Public names


def test_import_cdss_shows_the_public_names_and_nothing_else() -> None:
    code = "import cdss, json; print(json.dumps([[n, type(getattr(cdss, n)).__name__] for n in dir(cdss)]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    shown = dict(json.loads(done.stdout))

    assert set(shown) == PUBLIC
    assert all(kind in ("type", "function") for kind in shown.values())


def test_a_name_that_is_not_public_is_told_with_those_that_are() -> None:
    import cdss

    with pytest.raises(AttributeError, match="no public name 'advise'; it has: Advice, CdssError"):
        cdss.advise  # noqa: B018  # asking for it is the test


def test_a_star_import_gives_the_public_names() -> None:
    import cdss

    assert set(cdss.__all__) == PUBLIC


def test_every_public_name_stands_in_the_readme() -> None:
    assert [name for name in sorted(PUBLIC) if f"`{name}`" not in README] == []


# Licence and package


def test_the_licence_is_the_official_text_with_its_appendix() -> None:
    text = (ROOT / "LICENSE").read_bytes()

    assert b"APPENDIX: How to apply the Apache License to your work." in text
    assert hashlib.sha256(text).hexdigest() == APACHE_2_0


def test_the_extras_are_those_of_the_design() -> None:
    extras = {"durable", "population", "spark", "service", "author", "dev", "all"}

    assert set(PYPROJECT["project"]["optional-dependencies"]) == extras


def test_the_changelog_tells_of_the_version_of_the_package() -> None:
    assert f"\n## {PYPROJECT['project']['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_a_change_is_told_under_a_name_of_a_known_kind() -> None:
    paths = [path for path in (ROOT / "changes").iterdir() if path.name != "README.md"]
    name = re.compile(r"[a-z0-9-]+\.(added|changed|fixed|removed|advice)\.md")

    assert [path.name for path in paths if not name.fullmatch(path.name)] == []
    assert [path.name for path in paths if not path.read_text(encoding="utf-8").strip()] == []


# README: what it says can be done


def test_the_readme_begins_in_dutch_and_goes_on_in_english() -> None:
    assert 0 < README.index("## Nederlands") < README.index("## English") < README.index("## Try it")


@pytest.mark.parametrize("marker", ["advise", "test"])
def test_ci_runs_the_commands_of_the_readme(marker: str) -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    assert block(marker).strip()
    assert re.search(rf"for name in [a-z ]*\b{marker}\b", script)


@pytest.mark.parametrize("marker", ["advise", "test"])
def test_every_file_in_a_readme_command_exists(marker: str) -> None:
    words = shlex.split(block(marker).replace("&&", " "))
    paths = [word for word in words if re.fullmatch(r"(examples|tests|guidelines|docs)/[\w./-]+", word)]

    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_cdss_command_in_the_readme_exists() -> None:
    commands = set(re.findall(r"(?:\.venv/bin/|`)cdss ([a-z]+)", README))

    assert {"advise", "check", "test", "new"} <= commands
    for command in sorted(commands):
        done = subprocess.run(
            [sys.executable, "-m", "cdss.cli", command, "--help"], cwd=ROOT, capture_output=True, check=False
        )
        assert done.returncode == 0, f"cdss {command} --help: {done.stderr.decode()}"


def test_every_module_run_in_the_readme_exists() -> None:
    modules = set(re.findall(r"python -m ((?:benchmarks|cdss)[\w.]*)", README))

    assert modules
    for module in sorted(modules):
        path = ROOT.joinpath(*module.split("."))
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module


# Links


def slug(heading: str) -> str:
    """The anchor of a heading, as the usual viewers make it."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", plain.lower().strip()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


def pages() -> list[Path]:
    return sorted(
        [
            *ROOT.glob("*.md"),
            *(
                path
                for folder in ("docs", "changes", "examples", "guidelines")
                for path in (ROOT / folder).rglob("*.md")
            ),
        ]
    )


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_on_the_page_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        to = (page.parent / file).resolve() if file else page
        if not to.exists() or (anchor and anchor not in anchors(to)):
            broken.append(target)

    assert broken == []


def test_every_decision_is_listed_on_the_first_page() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")

    assert [
        p.name for p in (ROOT / "docs" / "decisions").glob("*.md") if f"decisions/{p.name}" not in index
    ] == []


# Nothing of one machine


def test_no_file_mentions_a_path_of_one_machine() -> None:
    machine = re.compile(rb"(?<![\w.])/(?:work|root|tmp|home/\w+|Users/\w+)/[\w.]")
    mentions = [
        f"{path.relative_to(ROOT)}: {found[0].decode()}"
        for path in tracked()
        if path != Path(__file__) and (found := machine.search(path.read_bytes()))
    ]

    assert mentions == []
