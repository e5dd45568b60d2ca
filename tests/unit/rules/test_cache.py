"""Rulesets on disk: the same ruleset or none, whatever happened to the file."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cdss.errors import GuidelineError
from cdss.models.guideline import Ruleset
from cdss.rules import cache as cache_module
from cdss.rules import load
from cdss.rules.cache import MOST_STORED, code_digest, key_of, read_stored, store, user_folder
from cdss.rules.files import find_all
from cdss.rules.stored import CLASSES, Unreadable, pack, unpack
from tests.unit.rules.guideline_text import ACTIONS, FACTS, HEAD, rule
from tests.unit.rules.guideline_text import ruleset as ruleset_of
from tests.unit.rules.test_resolve import INSTRUMENT, PARAMETERS, TREATMENT

GUIDELINE = HEAD + ACTIONS + FACTS + TREATMENT + PARAMETERS + INSTRUMENT + rule("bmi < 20 kg/m2")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "guidelines"
    place.mkdir()
    (place / "test.yaml").write_text(GUIDELINE)
    return place


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def only_file(stored: Path) -> Path:
    (found,) = stored.glob("*.ruleset")
    return found


# Bytes and back


def test_what_was_packed_is_the_same_ruleset() -> None:
    ruleset = ruleset_of(GUIDELINE)

    assert unpack(pack(ruleset)) == ruleset


def test_the_same_ruleset_gives_the_same_bytes() -> None:
    assert pack(ruleset_of(GUIDELINE)) == pack(ruleset_of(GUIDELINE))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"files": [], "shared": [], "ruleset": null}',
        b'{"files": [], "shared": [], "ruleset": [999]}',
    ],
)
def test_bytes_that_are_no_ruleset_are_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        unpack(data)


def test_every_noun_that_a_ruleset_may_hold_can_be_stored() -> None:
    from dataclasses import is_dataclass

    from cdss.models import condition, guideline, instrument

    nouns = {
        one
        for module in (guideline, condition, instrument)
        for one in vars(module).values()
        if isinstance(one, type) and is_dataclass(one) and one.__module__ == module.__name__
    }

    assert nouns - set(CLASSES) == set()


# On disk


def test_a_second_load_gives_the_same_ruleset_without_reading_text(
    folder: Path, stored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load(folder, cache=stored)

    def refuse(found: object) -> Ruleset:
        raise AssertionError("the text was read again")

    monkeypatch.setattr("cdss.rules.ruleset._made", refuse)
    assert load(folder, cache=stored) == first


def test_a_changed_file_is_another_ruleset(folder: Path, stored: Path) -> None:
    load(folder, cache=stored)
    (folder / "test.yaml").write_text(GUIDELINE.replace("20 kg/m2", "21 kg/m2"))

    found = load(folder, cache=stored)

    assert found.rules["test/r"].when.test.right.quantity.value == 21  # type: ignore[union-attr]
    assert len(list(stored.glob("*.ruleset"))) == 2


def test_a_site_file_is_another_ruleset(folder: Path, stored: Path, tmp_path: Path) -> None:
    site = tmp_path / "region.site.yaml"
    site.write_text("id: region\ncoordinator: gp\n")

    assert load(folder, cache=stored).site is None
    assert load(folder, site=site, cache=stored).site is not None


def test_the_key_holds_the_code_that_reads(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_all(folder)
    before = key_of(found)

    monkeypatch.setattr(cache_module, "code_digest", lambda: "another version")

    assert key_of(found) != before


def test_a_wrong_guideline_is_not_stored(folder: Path, stored: Path) -> None:
    (folder / "test.yaml").write_text(GUIDELINE.replace("bmi <", "bmj <"))

    for _ in range(2):
        with pytest.raises(GuidelineError):
            load(folder, cache=stored)
    assert not stored.exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"kg/m2", b"kg/m3"),
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: b"something else\n" + content,
        lambda content: content + b" ",
    ],
)
def test_a_file_that_was_spoilt_is_not_used_and_made_again(folder: Path, stored: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    first = load(folder, cache=stored)
    place = only_file(stored)
    whole = place.read_bytes()
    place.write_bytes(spoil(whole))

    assert load(folder, cache=stored) == first
    assert only_file(stored).read_bytes() == whole


def test_a_stored_ruleset_under_the_name_of_another_is_not_used(folder: Path, stored: Path) -> None:
    load(folder, cache=stored)
    found = find_all(folder)
    content = only_file(stored).read_bytes()

    (stored / f"{'0' * 64}.ruleset").write_bytes(content)

    assert read_stored(stored, "0" * 64) is None
    assert read_stored(stored, key_of(found)) is not None


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("not a folder")

    assert load(folder, cache=blocked).rules
    assert blocked.read_text() == "not a folder"


def test_no_half_written_file_is_left_behind(folder: Path, stored: Path) -> None:
    load(folder, cache=stored)

    assert [place.suffix for place in stored.iterdir()] == [".ruleset"]


def test_the_oldest_go_when_there_are_too_many(folder: Path, stored: Path) -> None:
    ruleset = load(folder, cache=False)

    for number in range(MOST_STORED + 3):
        store(stored, f"{number:064d}", ruleset)

    assert len(list(stored.glob("*.ruleset"))) == MOST_STORED


def test_many_may_write_and_read_at_once(folder: Path, stored: Path) -> None:
    first = load(folder, cache=False)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: load(folder, cache=stored), range(24)))

    assert all(one == first for one in found)
    assert len(list(stored.iterdir())) == 1


def test_two_processes_may_use_one_folder(folder: Path, stored: Path) -> None:
    program = f"from cdss.rules import load; print(load({str(folder)!r}, cache={str(stored)!r}).sha256)"

    running = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) for _ in range(2)]
    said = {one.communicate()[0] for one in running}

    assert said == {f"{load(folder, cache=stored).sha256}\n".encode()}


def test_without_a_cache_nothing_is_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))

    load(folder, cache=False)

    assert not (tmp_path / "home").exists()


def test_the_user_has_a_folder_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert user_folder() == tmp_path / "cdss"


def test_the_code_has_one_digest() -> None:
    assert len(code_digest()) == 64
