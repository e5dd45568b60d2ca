"""What a file sees: what it uses, its topic without edition, and its own edition (language §3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdss.rules import check, load
from cdss.rules.files import find, role_of
from tests.unit.rules.guideline_text import ACTIONS, FACTS, HEAD, errors, problems, rule, ruleset

LINE_UP = (
    "topic: {topic}\ndefault: [{{from: 2012-10-01, edition: old}}, {{from: 2024-11-01, edition: new}}]\n"
)


def file(id: str, topic: str = "bones", edition: str = "", use: str = "", body: str = "") -> str:
    return (
        f"cdss: 1\nid: {id}\nversion: 0.1.0\nstatus: draft\ntitle: {{nl: Proef, en: Test}}\ntopic: {topic}\n"
        + (f"edition: {edition}\n" if edition else "")
        + "source: {title: Bron}\nevidence: design\n"
        + (f"use: [{use}]\n" if use else "")
        + body
    )


def fact(name: str, body: str = "from: patient.age") -> str:
    return f"facts:\n  {name}: {{{body}, text: {{nl: Iets, en: Something}}}}\n"


READS = fact("reader", "when: thing >= 60 years")


# Who sees whom


def test_a_file_sees_what_it_uses() -> None:
    files = {
        "shared/a.yaml": file("a", "shared", body=fact("thing")),
        "bones/b.yaml": file("b", use="../shared/a.yaml", body=READS),
    }

    assert errors(files) == []


def test_a_file_does_not_see_another_topic_and_is_told_what_to_use() -> None:
    files = {"shared/a.yaml": file("a", "shared", body=fact("thing")), "bones/b.yaml": file("b", body=READS)}

    found = problems(files)

    assert [one.kind for one in found if one.kind != "unused"] == ["name-out-of-scope"]
    assert found[0].help is not None and "`../shared/a.yaml`" in found[0].help["nl"]


def test_what_is_used_by_what_is_used_is_not_seen() -> None:
    files = {
        "shared/a.yaml": file("a", "shared", body=fact("thing")),
        "other/b.yaml": file("b", "other", use="../shared/a.yaml", body=fact("own")),
        "bones/c.yaml": file("c", use="../other/b.yaml", body=READS),
    }

    assert errors(files) == [("name-out-of-scope", "thing")]


def test_a_file_sees_its_topic_without_edition_and_its_own_edition() -> None:
    files = {
        "bones/a.yaml": file("a", body=fact("thing")),
        "bones/new/b.yaml": file("b", edition="new", body=fact("fresh")),
        "bones/new/c.yaml": file("c", edition="new", body=fact("reader", "when: thing >= 60 years") + "  again: {when: fresh >= 60 years, text: {nl: X, en: X}}\n"),
        "bones/editions.yaml": "topic: bones\ndefault: [{from: 2024-11-01, edition: new}]\n",
    }  # fmt: skip

    assert errors(files) == []


def test_a_file_does_not_see_another_edition() -> None:
    files = {
        "bones/old/a.yaml": file("a", edition="old", body=fact("thing")),
        "bones/new/b.yaml": file("b", edition="new", body=READS),
        "bones/editions.yaml": LINE_UP.format(topic="bones"),
    }

    assert errors(files) == [("name-out-of-scope", "thing")]


# Names that clash


def test_two_editions_may_use_one_name_and_get_two_ids() -> None:
    files = {
        "bones/old/a.yaml": file("a", edition="old", body=fact("thing")),
        "bones/new/b.yaml": file("b", edition="new", body=fact("thing") + "  reader: {when: thing >= 60 years, text: {nl: X, en: X}}\n"),
        "bones/editions.yaml": LINE_UP.format(topic="bones"),
    }  # fmt: skip

    found = ruleset(files)

    assert {"old/thing", "new/thing", "new/reader"} == set(found.definitions)
    reader = found.definitions["new/reader"]
    assert reader.source.when.test.left.ref.id == "new/thing"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (file("a", "bones"), file("b", "back")),  # two topics
        (file("a", "bones"), file("b", "bones")),  # one topic without edition
        (file("a", "bones"), file("b", "bones", "new")),  # without edition, and an edition that sees it
    ],
)
def test_a_clash_shows_both_places(one: str, other: str) -> None:
    files = {
        "x/a.yaml": one + fact("thing"),
        "x/b.yaml": other + fact("thing"),
        "x/editions.yaml": "topic: bones\ndefault: [{from: 2024-11-01, edition: new}]\n",
    }

    found = [problem for problem in problems(files) if problem.kind == "name-clash"]

    assert len(found) == 1
    assert found[0].span.file == "x/b.yaml"
    assert found[0].notes[0].span.file == "x/a.yaml"


def test_a_fact_and_a_value_set_may_not_share_a_name() -> None:
    text = file("a", body=fact("thing") + "value_sets:\n  thing: {codes: [icpc-1:L72], evidence: verified}\n")

    assert [kind for kind, _ in errors(text)] == ["name-clash"]


def test_an_edition_that_uses_another_may_not_repeat_its_names() -> None:
    files = {
        "bones/old/a.yaml": file("a", edition="old", body=fact("thing")),
        "bones/new/b.yaml": file("b", edition="new", use="../old/a.yaml", body=fact("thing")),
        "bones/editions.yaml": LINE_UP.format(topic="bones"),
    }

    assert [kind for kind, _ in errors(files)] == ["name-clash"]


def test_two_files_have_two_ids() -> None:
    assert errors({"a.yaml": file("a"), "b.yaml": file("a")}) == [("id-clash", "a")]


def test_a_file_that_is_not_there_is_told_with_the_one_that_was_meant() -> None:
    files = {
        "shared/record.yaml": file("a", "shared", body=fact("thing")),
        "bones/b.yaml": file("b", use="../shared/recrd.yaml"),
    }

    found = [problem for problem in problems(files) if problem.kind != "unused"]

    assert [one.kind for one in found] == ["missing-file"]
    assert found[0].help is not None and "`../shared/record.yaml`" in found[0].help["nl"]


# Line-ups


def test_a_line_up_has_one_edition_on_each_day_from_the_first() -> None:
    files = {
        "bones/old/a.yaml": file("a", edition="old", body=fact("thing")),
        "bones/new/b.yaml": file("b", edition="new", body=fact("thing")),
        "bones/editions.yaml": LINE_UP.format(topic="bones"),
    }

    line_up = ruleset(files).line_ups["bones"]

    assert [(start.isoformat(), edition) for start, edition in line_up.default] == [
        ("2012-10-01", "old"),
        ("2024-11-01", "new"),
    ]


@pytest.mark.parametrize(
    ("line_up", "kind", "seen"),
    [
        ("default: [{from: 2024-11-01, edition: new}, {from: 2024-11-01, edition: old}]", "overlapping-editions", "{from: 2024-11-01, edition: old}"),
        ("default: [{from: 2024-11-01, edition: new}, {from: 2012-10-01, edition: old}]", "overlapping-editions", "{from: 2012-10-01, edition: old}"),
        ("default: [{from: 2024-11-01, edition: newer}]", "unknown-edition", "newer"),
        ("default: [{from: 2024-11-01, edition: new}]\neditions: {newest: {with: [old/a.yaml]}}", "unknown-edition", "newest"),
        ("default: [{from: 2024-11-01, edition: new}]\neditions: {new: {with: [old/aa.yaml]}}", "missing-file", "old/aa.yaml"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_line_up_is_told_once(line_up: str, kind: str, seen: str) -> None:
    files = {
        "bones/old/a.yaml": file("a", edition="old", body=fact("thing")),
        "bones/new/b.yaml": file("b", edition="new", body=fact("thing")),
        "bones/editions.yaml": f"topic: bones\n{line_up}\n",
    }

    assert errors(files) == [(kind, seen)]


def test_a_line_up_names_the_files_that_an_edition_takes_in() -> None:
    files = {
        "bones/old/a.yaml": file("a", edition="old", body=fact("other")),
        "bones/new/b.yaml": file("b", edition="new", body=fact("thing")),
        "bones/editions.yaml": "topic: bones\ndefault: [{from: 2024-11-01, edition: new}]\neditions: {new: {with: [old/a.yaml]}}\n",
    }

    assert ruleset(files).line_ups["bones"].takes_in == {"new": ("bones/old/a.yaml",)}


def test_a_file_with_the_topic_misspelt_is_told_so_once_and_all_else_that_is_wrong_with_it() -> None:
    head = HEAD.replace("topic: test", "topic: tset\nedition: new").replace(
        "source: {title: Een richtlijn}", "source: {ref: S1}"
    )
    files = {
        "test/editions.yaml": "topic: test\ndefault: [{from: 2024-01-01, edition: new}]\n",
        "test/sources.yaml": "topic: test\nsources: [{id: S1, title: Bron}]\n",
        "test/new/a.yaml": head + ACTIONS + FACTS + rule("smokin"),
    }

    assert errors(files) == [("unknown-topic", "tset"), ("unknown-name", "smokin")]


def test_one_file_with_the_topic_misspelt_is_read_with_the_folder_it_stands_in(tmp_path: Path) -> None:
    (tmp_path / "editions.yaml").write_text("topic: test\ndefault: [{from: 2024-01-01, edition: new}]\n")
    (tmp_path / "facts.yaml").write_text(HEAD.replace("id: test", "id: facts") + ACTIONS + FACTS)
    place = tmp_path / "a.yaml"
    place.write_text(HEAD.replace("topic: test", "topic: tset\nedition: new") + rule("smoking"))

    assert [one.kind for one in check(place)] == ["unknown-topic"]


def test_editions_without_a_line_up_cannot_answer() -> None:
    assert errors({"bones/new/a.yaml": file("a", edition="new", body=fact("thing"))}) == [
        ("no-line-up", "new")
    ]


# Which files are read


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("case-finding.yaml", "guideline"),
        ("editions.yaml", "editions"),
        ("sources.yaml", "sources"),
        ("case-finding.test.yaml", None),
        ("site.yaml", None),
        ("region.site.yaml", None),
        ("bindings.yaml", None),
        ("README.md", None),
        (".hidden.yaml", None),
    ],
)
def test_a_file_is_what_its_name_says(name: str, role: str | None) -> None:
    assert role_of(name) == role


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = {
        "shared/record.yaml": file("record", "shared", use="sets.yaml"),
        "shared/sets.yaml": file("sets", "shared"),
        "shared/unrelated.yaml": file("unrelated", "elsewhere"),
        "bones/editions.yaml": "topic: bones\ndefault: []\n",
        "bones/a.yaml": file("a", use="../shared/record.yaml"),
        "bones/new/b.yaml": file("b", edition="new"),
        "bones/a.test.yaml": "guideline: a.yaml\n",
        "back/c.yaml": file("c", "back"),
    }
    for name, text in texts.items():
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return tmp_path


def test_a_folder_is_read_whole(folder: Path) -> None:
    assert [one.path for one in find(folder)] == [
        "back/c.yaml",
        "bones/a.yaml",
        "bones/editions.yaml",
        "bones/new/b.yaml",
        "shared/record.yaml",
        "shared/sets.yaml",
        "shared/unrelated.yaml",
    ]


def test_one_file_is_read_with_its_topic_and_what_it_uses(folder: Path) -> None:
    found = find(folder / "bones" / "a.yaml")

    assert [one.path for one in found] == [
        "bones/a.yaml",
        "bones/editions.yaml",
        "bones/new/b.yaml",
        "shared/record.yaml",
        "shared/sets.yaml",
    ]
    assert [one.path for one in found if one.asked] == ["bones/a.yaml"]


def test_a_list_of_files_is_read_with_what_they_use(folder: Path) -> None:
    found = find([folder / "bones" / "a.yaml", folder / "back" / "c.yaml"])

    assert [one.path for one in found] == [
        "back/c.yaml",
        "bones/a.yaml",
        "shared/record.yaml",
        "shared/sets.yaml",
    ]


def test_a_path_that_is_not_there_is_not_found(folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        find(folder / "nowhere.yaml")


def test_a_folder_without_guidelines_is_no_ruleset_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("id: region\n")

    with pytest.raises(FileNotFoundError, match="no guideline"):
        load(tmp_path, cache=False)


def test_the_order_of_files_changes_nothing() -> None:
    files = {
        "bones/a.yaml": file("a", body=fact("thing")),
        "bones/b.yaml": file("b", body=READS),
        "shared/c.yaml": file("c", "shared", body=fact("other")),
    }

    one, other = ruleset(files), ruleset(dict(reversed(files.items())))

    assert (one.definitions, one.rules, one.line_ups) == (other.definitions, other.rules, other.line_ups)
