"""The wheel in an empty folder: everything it needs is inside, and the checkout is not looked at."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, cwd: Path, **environment: str) -> str:
    """What the command prints. The test fails with all that it said when it fails."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT), cwd=folder)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed wheel and nothing else; its dependencies come from the environment."""
    folder = tmp_path_factory.mktemp("site")
    run("-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), str(wheel), cwd=folder)
    return folder


def files_under(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("name", "folder"), [("guidelines", "guidelines"), ("schema", "schema"), ("problems", "docs/problems")]
)
def test_the_wheel_ships_the_whole_folder(name: str, folder: str, site: Path) -> None:
    assert files_under(site / "cdss" / "_shipped" / name) == files_under(ROOT / folder)


def test_the_wheel_holds_the_package_and_nothing_beside_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        top = {name.split("/")[0] for name in archive.namelist()}

    assert {name for name in top if not name.endswith(".dist-info")} == {"cdss"}


def test_the_wheel_carries_its_licence_and_its_type_marker(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    assert "cdss/py.typed" in names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


def test_load_without_a_path_gives_the_shipped_guidelines_in_an_empty_folder(
    site: Path, tmp_path: Path
) -> None:
    code = (
        "import cdss, cdss.shipped\n"
        "ruleset = cdss.load()\n"
        "print(cdss.__file__, cdss.shipped.folder('guidelines'), len(ruleset.rules), sep='\\n')\n"
    )

    package, folder, rules = run("-c", code, cwd=tmp_path, PYTHONPATH=str(site)).splitlines()

    assert Path(package).is_relative_to(site)
    assert Path(folder).is_relative_to(site)
    assert int(rules) > 0


def test_the_installed_command_advises_on_a_sample_patient(site: Path, tmp_path: Path) -> None:
    patient = ROOT / "examples" / "patients" / "fracture.json"

    said = run(
        *("-m", "cdss.cli", "advise", str(patient), "--on", "2026-03-01"), cwd=tmp_path, PYTHONPATH=str(site)
    )

    assert "DXA" in said


def test_the_installed_command_shows_the_page_about_a_problem(site: Path, tmp_path: Path) -> None:
    said = run(
        "-m", "cdss.cli", "help", "unknown-name", cwd=tmp_path, PYTHONPATH=str(site), PYTHONIOENCODING="utf-8"
    )

    assert said.startswith("unknown-name")


def test_the_installed_command_makes_checks_and_tests_a_guideline(site: Path, tmp_path: Path) -> None:
    for words in (("new", "mine", "falls.first"), ("check", "mine"), ("test", "mine")):
        run("-m", "cdss.cli", *words, cwd=tmp_path, PYTHONPATH=str(site), PYTHONIOENCODING="utf-8")
