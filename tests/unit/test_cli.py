"""The command line: what it prints, its exit codes, and no traceback for anybody's mistake but ours."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cdss import cli
from cdss.errors import EngineError

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "cli"
AUTHOR = ROOT / "examples" / "author"
PATIENTS = ROOT / "examples" / "patients"
TRACED = ROOT / "tests" / "unit" / "author" / "traced" / "guidelines"
SMALL = ROOT / "tests" / "unit" / "author" / "tester.yaml"
ON = ("--on", "2026-03-01")
MINE = ("--guidelines", str(AUTHOR))

FALLEN = {
    "id": "p1",
    "birth_date": "1954-06-15",
    "sex": "female",
    "delivered": {"conditions": {}},
    "conditions": [{"on": "2025-11-03", "codes": ["icpc-1:L72"]}],
    "answers": {"falls_past_year": {"value": 2, "on": "2026-02-01"}},
}
WELL = {
    "id": "p2",
    "birth_date": "1990-01-01",
    "sex": "male",
    "delivered": {"conditions": {}},
    "conditions": [],
}


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str

    def json(self) -> object:
        return json.loads(self.out)


Run = Callable[..., Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in this process, as in a pipe."""
    monkeypatch.delenv("CDSS_EXECUTOR", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def command(*words: object, stdin: str = "") -> Said:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        try:
            code = cli.main([str(word) for word in words])
        except SystemExit as stop:
            code = int(stop.code or 0)
        said = capsys.readouterr()
        assert "Traceback" not in said.out
        return Said(code, said.out, said.err)

    return command


@pytest.fixture
def fallen(tmp_path: Path) -> Path:
    path = tmp_path / "fallen.json"
    path.write_text(json.dumps(FALLEN), encoding="utf-8")
    return path


def compare(text: str, name: str, update: bool) -> None:
    path = GOLDEN / name
    if update:
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


# What is shown at all


def test_cdss_alone_and_its_help_show_the_commands_in_two_groups(run: Run, update: bool) -> None:
    alone = run()

    assert (alone.code, alone.err) == (0, "")
    assert run("--help").out == run("help").out == alone.out
    compare(alone.out, "overview.txt", update)


@pytest.mark.parametrize("command", [command.name for command in cli.COMMANDS])
def test_every_command_says_what_it_does(run: Run, command: str) -> None:
    said = run(command, "--help")

    assert said.code == 0
    assert said.out == run("help", command).out
    assert run().out.count(f"\n  {command} ") == 1


def test_a_command_that_is_not_there_is_not_shown(run: Run) -> None:
    shown = re.findall(r"^  ([a-z]+)  ", run().out, re.MULTILINE)

    assert shown == [command.name for command in cli.COMMANDS]


def test_the_version_is_said(run: Run) -> None:
    assert run("--version").out == "cdss 0.1.0\n"


def options_of(command: str) -> set[str]:
    [own] = [one for one in cli.parser()._subparsers._group_actions[0].choices.items() if one[0] == command]  # type: ignore[union-attr, index]
    return {word for action in own[1]._actions for word in action.option_strings if word.startswith("--")} - {
        "--help"
    }


@pytest.mark.parametrize("command", [command.name for command in cli.COMMANDS])
def test_every_command_and_every_option_stands_on_the_page_of_commands(command: str) -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {command}\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)

    assert section is not None
    text = section[1] + (page if command == "explain" else "")  # "the other options are those of advise"
    assert {option for option in options_of(command) if f"`{option}`" not in text} == set()


def test_the_page_of_commands_names_no_option_that_is_not_there() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    known = {option for command in cli.COMMANDS for option in options_of(command.name)}

    assert set(re.findall(r"(?<![\w-])--[a-z]+", page)) <= known | {"--help"}


# advise


def test_advise_tells_a_gp_what_to_do(run: Run, fallen: Path, update: bool) -> None:
    said = run("advise", fallen, *ON, *MINE)

    assert (said.code, said.err) == (0, "")
    compare(said.out, "advise-fall-risk.txt", update)


def test_advise_speaks_english(run: Run, fallen: Path, update: bool) -> None:
    compare(run("advise", fallen, *ON, *MINE, "--lang", "en").out, "advise-fall-risk.en.txt", update)


def test_advise_gives_machines_the_whole_answer(run: Run, fallen: Path) -> None:
    answer = run("advise", fallen, *ON, *MINE, "--json").json()

    assert isinstance(answer, dict)
    assert (answer["schema"], answer["on"], answer["patient"]) == ("cdss.advice/1", "2026-03-01", "p1")
    assert [one["action"] for one in answer["recommendations"]] == ["assess-fall-risk"]


def test_the_same_input_gives_the_same_bytes(run: Run, fallen: Path) -> None:
    words = ("advise", fallen, *ON, *MINE, "--json")

    assert run(*words).out == run(*words).out == run(*words, "--executor", "reference").out


def test_a_patient_may_come_in_through_the_pipe(run: Run) -> None:
    said = run("advise", "-", *ON, *MINE, stdin=json.dumps(FALLEN))

    assert said.code == 0
    assert "Valrisico beoordelen" in said.out


def test_one_bad_line_is_reported_and_does_not_stop_the_rest(run: Run) -> None:
    lines = [json.dumps(FALLEN), '{"id": "x", "conditons": []}', json.dumps(WELL)]

    said = run("advise", "-", *ON, *MINE, stdin="\n".join(lines))

    assert said.code == 1
    assert said.err.startswith("stdin:2: ")
    assert "conditons" in said.err
    assert "Patiënt p1" in said.out
    assert re.search(r"^Patiënt p2 +geen onderwerp begonnen$", said.out, re.MULTILINE)


def test_machines_get_one_line_for_each_line(run: Run) -> None:
    lines = [json.dumps(FALLEN), "not a record", json.dumps(WELL)]

    said = run("advise", "-", *ON, *MINE, "--json", stdin="\n".join(lines))

    answers = [json.loads(line) for line in said.out.splitlines()]
    assert (said.code, said.err) == (1, "")
    assert [answer.get("patient") for answer in answers] == ["p1", None, "p2"]
    assert answers[1]["input"] == "stdin:2"
    assert set(answers[1]["error"]) == {"kind", "path", "text"}


def test_a_patient_without_a_reason_is_told_in_full_when_alone(run: Run) -> None:
    said = run("advise", "-", *ON, *MINE, stdin=json.dumps(WELL))

    assert said.code == 0
    assert "Geen onderwerp begonnen" in said.out


def test_answers_change_the_advice(run: Run, fallen: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers.json"
    answers.write_text('{"fall_risk_assessed": true}', encoding="utf-8")

    said = run("advise", fallen, *ON, *MINE, "--answers", answers)

    assert said.code == 0
    assert "●" not in said.out
    assert "Valrisico beoordelen na twee keer vallen (valrisico dit jaar al beoordeeld)" in said.out


def test_a_topic_that_is_named_is_opened(run: Run) -> None:
    said = run("advise", "-", *ON, *MINE, "--topic", "example", stdin=json.dumps(WELL))

    assert "Aantal keren gevallen" not in said.out  # too young: it cannot matter
    assert "Nagekeken" in said.out


def test_the_day_is_today_when_nobody_says_which(run: Run, fallen: Path) -> None:
    from datetime import date

    answer = run("advise", fallen, *MINE, "--json").json()

    assert isinstance(answer, dict)
    assert answer["on"] == date.today().isoformat()


@pytest.mark.parametrize("delivered", ["all", "own"])
def test_delivered_says_which_lists_are_complete(run: Run, delivered: str) -> None:
    bare = json.dumps({key: value for key, value in WELL.items() if key != "delivered"})
    words = ("advise", "-", *ON, "--topic", "fracture-prevention")

    def told(*more: str) -> str:
        return " ".join(run(*words, *more, stdin=bare).out.split())

    assert "verstrekkingen, brieven" in told()
    assert "niet aangeleverd." not in told("--delivered", delivered)


def test_a_drug_is_not_assumed_never_to_have_begun_when_no_list_of_drugs_was_delivered(run: Run) -> None:
    bare = json.dumps({key: value for key, value in WELL.items() if key != "delivered"})
    words = ("advise", "-", *ON, "--topic", "fracture-prevention")

    def told(*more: str) -> str:
        return " ".join(run(*words, *more, stdin=bare).out.split())

    assert "nooit is begonnen" not in told()
    assert "nooit is begonnen" in told("--delivered", "own")


def test_delivered_may_stand_in_a_file(run: Run, tmp_path: Path, fallen: Path) -> None:
    path = tmp_path / "delivered.json"
    path.write_text('{"conditions": {"from": "2020-01-01"}}', encoding="utf-8")

    assert run("advise", fallen, *ON, *MINE, "--delivered", path).code == 0


def test_the_environment_chooses_the_executor(
    run: Run, fallen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDSS_EXECUTOR", "clips")

    said = run("advise", fallen, *ON, *MINE)

    assert said.code == 2
    assert "there is no executor 'clips'" in said.err
    assert run("advise", fallen, *ON, *MINE, "--executor", "reference").code == 0


# explain


def test_explain_says_why(run: Run, fallen: Path, update: bool) -> None:
    said = run("explain", fallen, "assess-fall-risk", *ON, *MINE)

    assert (said.code, said.err) == (0, "")
    compare(said.out, "explain-fall-risk.txt", update)


@pytest.mark.parametrize(
    "name", ["assess-after-two-falls", "example.fall-risk/assess-after-two-falls", "assess-fall-risk"]
)
def test_a_rule_goes_by_its_name_its_id_and_its_action(run: Run, fallen: Path, name: str) -> None:
    answer = run("explain", fallen, name, *ON, *MINE, "--json").json()

    assert isinstance(answer, dict)
    assert list(answer) == ["example.fall-risk/assess-after-two-falls"]


def test_a_rule_that_does_not_exist_is_wrong_use_with_a_way_out(run: Run, fallen: Path) -> None:
    said = run("explain", fallen, "assess-fall-risc", *ON, *MINE)

    assert (said.code, said.out) == (2, "")
    assert "did you mean 'assess-fall-risk'?" in said.err


def test_the_rounds_are_shown_when_asked_for(run: Run, fallen: Path) -> None:
    words = ("explain", fallen, "assess-fall-risk", *ON, *MINE)

    assert "Rondes" in run(*words, "--rounds").out
    assert "Rondes" not in run(*words).out


def test_a_provisional_advice_is_not_said_to_change_by_new_data_only(run: Run) -> None:
    # Five questions may still change the step; "only new data" would contradict them.
    said = run("explain", PATIENTS / "back-pain.json", "step-2-primary-care", *ON)

    assert "Voorlopig" in said.out
    assert "- Een antwoord op de vragen hieronder." in said.out
    assert "Alleen nieuwe gegevens" not in said.out


def test_explain_is_about_one_patient(run: Run) -> None:
    said = run(
        "explain", "-", "assess-fall-risk", *ON, *MINE, stdin=f"{json.dumps(FALLEN)}\n{json.dumps(WELL)}\n"
    )

    assert said.code == 2
    assert "one patient" in said.err


LAPSED = (PATIENTS / "mp9-alendronate-lapsed-no-stop.json", "--delivered", "all", "--on", "2024-11-01")


def test_explain_draws_a_timeline_instead_of_a_rule(run: Run) -> None:
    said = run("explain", *LAPSED, "--timeline")

    assert (said.code, said.err) == (0, "")
    assert "Gestopt: 359 dagen zonder voorraad sinds 8 november 2023" in said.out
    assert max(map(len, said.out.splitlines())) <= 80
    assert "Stopped: 359 days" in run("explain", "--timeline", *LAPSED, "--lang", "en").out


def test_the_timeline_is_written_as_a_picture_where_it_is_asked_for(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "t.svg"

    said = run("explain", *LAPSED, "--timeline", "--svg", place)

    assert (said.code, said.out) == (0, f"{place.as_posix()}\n")
    assert place.read_text(encoding="utf-8").startswith("<svg ")


def test_the_timeline_is_data_for_a_machine(run: Run) -> None:
    data = run("explain", *LAPSED, "--timeline", "--json").json()

    assert isinstance(data, dict)
    assert [course["status"] for course in data["courses"]] == [["stopped"]]


def test_a_timeline_says_what_is_wrong_with_a_record(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "born-later.json"
    place.write_text('{"birth_date": "2030-01-01"}', encoding="utf-8")

    said = run("explain", place, "--timeline", *ON)

    assert (said.code, said.out) == (1, "")
    assert "geboortedatum" in said.err


# check


def test_check_says_how_much_is_clean(run: Run) -> None:
    said = run("check", AUTHOR)

    assert (said.code, said.err) == (0, "")
    assert said.out.split() == ["alles", "klopt", "1", "bestand,", "1", "regel,", "1", "casusbestand"]


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the example with a slip of the pen in it, as the current folder."""
    shutil.copytree(AUTHOR, tmp_path / "mine")
    path = tmp_path / "mine" / "fall-risk.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("- falls_past_year >=", "- fals_past_year >="), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return path


def test_check_shows_the_line_and_the_way_out(run: Run, broken: Path, update: bool) -> None:
    said = run("check", "mine")

    assert said.code == 1
    compare(said.out, "check-slip.txt", update)


def test_check_names_the_place_from_where_the_author_stands(run: Run, broken: Path) -> None:
    answer = run("check", "mine", "--json").json()

    assert isinstance(answer, dict)
    assert [problem["file"] for problem in answer["problems"]] == ["mine/fall-risk.yaml"]
    assert {"kind", "line", "column", "text", "help", "notes"} <= set(answer["problems"][0])


def test_check_looks_at_case_files_too(run: Run, broken: Path) -> None:
    broken.with_name("fall-risk.test.yaml").write_text("on: 2026-03-01\ncases: []\n", encoding="utf-8")

    kinds = [problem["file"] for problem in run("check", "mine", "--json").json()["problems"]]  # type: ignore[index]

    assert "mine/fall-risk.test.yaml" in kinds


@pytest.mark.parametrize("name", ["site.yaml", "bindings.yaml"])
def test_check_looks_at_a_site_file_and_bindings_by_themselves(run: Run, name: str) -> None:
    said = run("check", ROOT / "examples" / name)

    assert (said.code, said.err) == (0, "")
    assert "alles klopt" in said.out


def test_a_site_file_that_moves_what_may_not_move_is_shown_at_its_place(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("id: here\nowners:\n  order-dxa-vfaa: gp\n", encoding="utf-8")

    said = run("check", path)

    assert said.code == 1
    assert "site.yaml:3:3" in said.out
    assert "order-dxa-vfaa" in said.out


@pytest.mark.parametrize("command", ["check", "test"])
def test_a_path_that_is_not_there_is_wrong_use(run: Run, command: str) -> None:
    said = run(command, "nowhere")

    assert (said.code, said.out) == (2, "")
    assert "nowhere" in said.err


def test_a_folder_without_guidelines_is_wrong_use(run: Run, tmp_path: Path) -> None:
    assert run("check", tmp_path).code == 2


def test_a_broken_guideline_shows_its_problem_to_who_asks_for_advice(
    run: Run, broken: Path, fallen: Path
) -> None:
    said = run("advise", fallen, *ON, "--guidelines", "mine")

    assert (said.code, said.out) == (1, "")
    assert "mine/fall-risk.yaml:" in said.err
    assert "fals_past_year" in said.err


# check --unconfirmed, confirm


def test_check_lists_what_a_clinician_must_still_confirm_and_that_is_no_problem(run: Run) -> None:
    said = run("check", TRACED, "--unconfirmed")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Eerst te bevestigen: gelezen in de bron zelf")
    listed = run("check", TRACED, "--unconfirmed", "--json").json()
    assert isinstance(listed, dict) and [one["name"] for one in listed["first"]] == ["threshold", "order-dxa"]


def test_what_must_be_confirmed_is_looked_up_in_one_place(run: Run) -> None:
    said = run("check", TRACED, AUTHOR, "--unconfirmed")

    assert said.code == 2
    assert "one folder or file at a time" in said.err


@pytest.fixture
def traced(tmp_path: Path) -> Path:
    return shutil.copytree(TRACED, tmp_path / "guidelines")


def test_confirm_shows_a_rule_and_how_it_is_confirmed_and_writes_nothing(run: Run, traced: Path) -> None:
    path = traced / "bones" / "new" / "dxa.yaml"
    before = path.read_bytes()

    said = run("confirm", "order-dxa", "--guidelines", traced)

    assert (said.code, said.err) == (0, "")
    assert "Wanneer: leeftijd is 50 jaar of ouder" in said.out
    assert "--by gp --against" in said.out
    assert path.read_bytes() == before


def test_confirm_adds_the_line_when_it_is_told_by_whom_and_against_what(run: Run, traced: Path) -> None:
    how = ("--by", "gp", "--against", "Richtlijn, tabel 1", "--on", "2026-02-01")

    said = run("confirm", "order-dxa", "--number", "threshold", *how, "--guidelines", traced)

    assert (said.code, said.err) == (0, "")
    line = 'confirmed: {on: 2026-02-01, by: gp, against: "Richtlijn, tabel 1"}'
    assert line in said.out and line in (traced / "bones" / "new" / "dxa.yaml").read_text(encoding="utf-8")
    assert run("confirm", "threshold", *how, "--guidelines", traced).code == 2


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("order-dxaa",), "did you mean 'order-dxa'?"),
        (("order-dxa", "--by", "gp"), "needs both --by ROLE and --against TEXT"),
        (("order-dxa", "--against", "tabel 1"), "needs both --by ROLE and --against TEXT"),
        (("order-dxa", "--on", "2026-02-01"), "needs both --by ROLE and --against TEXT"),
        (("order-dxa", "--by", "Jansen", "--against", "tabel 1"), "invalid choice: 'Jansen'"),
        (("order-dxa", "--by", "patient", "--against", "tabel 1"), "invalid choice: 'patient'"),
        (("order-dxa", "--by", "gp", "--against", "x", "--on", "2999-01-01"), "still to come"),
    ],
)
def test_confirm_refuses_what_says_nothing(run: Run, traced: Path, words: tuple[str, ...], why: str) -> None:
    said = run("confirm", *words, "--guidelines", traced)

    assert (said.code, said.out) == (2, "")
    assert why in said.err


# test


def without_time(text: str) -> str:
    return re.sub(r" *\b\d+[.,]\d s", " 0,0 s", text)


def test_test_says_how_many_cases_passed_on_which_executor(run: Run) -> None:
    said = run("test", AUTHOR, "--executor", "reference")

    assert (said.code, said.err) == (0, "")
    assert without_time(said.out).split() == [
        "10",
        "casussen",
        "kloppen",
        "reference,",
        "1",
        "bestand,",
        "0,0",
        "s",
    ]


@pytest.fixture
def failing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Cases of which one fails and one is a known gap, in the current folder."""
    shutil.copy(SMALL, tmp_path / "tester.yaml")
    path = tmp_path / "tester.test.yaml"
    path.write_text(
        """\
on: 2026-03-01
cases:
  - id: refer
    text: {nl: Hoog risico, en: High risk}
    given: {age: 82 years, falls: 2, dizzy: yes, seen: no, unwell: no}
    expect:
      recommend: [wait]
      scores: {risk: 3}
      ask: [seen]
  - id: fine
    given: {age: 82 years, falls: 2, dizzy: yes, seen: no, unwell: no}
    expect: {recommend: [refer]}
  - id: gap
    pending: de grens staat niet vast
    given: {age: 82 years, falls: 2, dizzy: yes, seen: no, unwell: no}
    expect: {recommend: []}
""",
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    return path


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_test_shows_what_was_expected_and_what_came_out(
    run: Run, failing: Path, update: bool, lang: str
) -> None:
    said = run("test", ".", "--executor", "reference", "--lang", lang)

    assert said.code == 1
    compare(without_time(said.out), f"test-failing.{lang}.txt", update)


def test_test_names_every_case_when_asked(run: Run, failing: Path) -> None:
    said = run("test", "tester.test.yaml", "--executor", "reference", "-v")

    assert re.search(r"^✓ fine +tester\.test\.yaml:10$", said.out, re.MULTILINE)
    assert re.search(
        r"^~ gap \(bekend gat: de grens staat niet vast\) +tester\.test\.yaml:13$", said.out, re.MULTILINE
    )


def test_test_gives_machines_each_case(run: Run, failing: Path) -> None:
    answer = run("test", ".", "--executor", "reference", "--json").json()

    assert isinstance(answer, dict)
    assert (answer["passed"], answer["failed"], answer["pending"], answer["executor"]) == (
        1,
        1,
        1,
        "reference",
    )
    assert answer["cases"][0]["file"] == "tester.test.yaml"
    assert [failure["what"] for failure in answer["cases"][0]["failures"]] == ["recommend", "risk", "ask"]


def test_the_name_of_a_guideline_runs_the_cases_beside_it(run: Run) -> None:
    by_guideline = run("test", AUTHOR / "fall-risk.yaml", "--json").json()
    by_cases = run("test", AUTHOR / "fall-risk.test.yaml", "--json").json()

    assert by_guideline == by_cases
    assert by_guideline["passed"] == 10  # type: ignore[index, call-overload]


def test_a_case_file_that_is_named_twice_runs_once(run: Run) -> None:
    said = run("test", AUTHOR, AUTHOR / "fall-risk.yaml", "--json")

    assert said.json()["passed"] == 10  # type: ignore[index, call-overload]


def test_a_guideline_without_cases_says_where_they_would_stand(run: Run, tmp_path: Path) -> None:
    shutil.copy(AUTHOR / "fall-risk.yaml", tmp_path)

    said = run("test", tmp_path / "fall-risk.yaml")

    assert (said.code, said.out) == (2, "")
    assert "fall-risk.test.yaml" in said.err


def test_a_folder_without_cases_is_not_fine(run: Run, tmp_path: Path) -> None:
    said = run("test", tmp_path)

    assert said.code == 1
    assert "geen enkele casus" in said.out


# new, schema, help


def test_new_makes_a_guideline_that_checks_and_passes(run: Run, tmp_path: Path) -> None:
    made = run("new", tmp_path / "mine", "falls.first")

    assert made.code == 0
    assert run("check", tmp_path / "mine").code == 0
    assert run("test", tmp_path / "mine", "--executor", "reference").code == 0
    assert run("new", tmp_path / "mine", "falls.first").code == 2


@pytest.mark.parametrize(
    "kind", sorted(path.name.partition(".")[0] for path in (ROOT / "schema").glob("*.json"))
)
def test_schema_prints_the_committed_schema(run: Run, kind: str) -> None:
    said = run("schema", kind)

    assert said.code == 0
    assert said.json() == json.loads((ROOT / "schema" / f"{kind}.schema.json").read_text(encoding="utf-8"))


def test_help_shows_the_page_about_a_problem(run: Run) -> None:
    said = run("help", "unknown-name")

    assert said.code == 0
    assert said.out.startswith("unknown-name\n")
    assert "```" not in said.out


def test_help_lists_the_problems(run: Run) -> None:
    listed = run("help", "problems").out

    pages = {path.stem for path in (ROOT / "docs" / "problems").glob("*.md")} - {"index"}
    assert {kind for kind in pages if f"• {kind}:" not in listed} == set()


def test_help_about_what_does_not_exist_says_what_was_probably_meant(run: Run) -> None:
    said = run("help", "unknown-nam")

    assert (said.code, said.out) == (2, "")
    assert "did you mean 'unknown-name'?" in said.err


# Wrong use, problems, and our fault


@pytest.mark.parametrize(
    "words",
    [
        ["advise"],
        ["advise", "{patient}", "--on", "01-03-2026"],
        ["advise", "{patient}", "--on", "2026-02-30"],
        ["advise", "{patient}", "--edition", "cbo-2011"],
        ["advise", "{patient}", "--edition", "example=cbo-2011"],
        ["advise", "{patient}", "--edition", "nothing=cbo-2011"],
        ["advise", "{patient}", "--edition", "example=one", "--edition", "example=two"],
        ["advise", "{patient}", "--topic", "nothing"],
        ["advise", "{patient}", "--setting", "hospital"],
        ["advise", "{patient}", "--audience", "huisarts"],
        ["advise", "{patient}", "--executor", "clips"],
        ["advise", "{patient}", "--answers", "nowhere.json"],
        ["advise", "{patient}", "--answers", "{list}"],
        ["advise", "{patient}", "--answers", "{answers}"],
        ["advise", "{patient}", "--delivered", "{answers}"],
        ["advise", "{patient}", "--delivered", "some"],
        ["advise", "{patient}", "--site", "nowhere.yaml"],
        ["advise", "{patient}", "--bindings", "nowhere.yaml"],
        ["advise", "{patient}", "--site", "{folder}"],
        ["advise", "{patient}", "--bindings", "{folder}"],
        ["advise", "{patient}", "--guidelines", "nowhere"],
        ["advise", "{patient}", "--guidelines", "{folder}"],
        ["check", "{author}", "--site", "{folder}"],
        ["test", "{author}", "--executor", "clips"],
        ["test", "{patient}"],
        ["advise", "nowhere.json"],
        ["advise", "{folder}"],
        ["explain", "{patient}"],
        ["explain", "{patient}", "assess-fall-risk", "--timeline"],
        ["explain", "{patient}", "assess-fall-risk", "--svg", "t.svg"],
        ["explain", "{patient}", "--svg", "t.svg"],
        ["schema", "rule"],
        ["new", "{folder}", "Not An Id"],
        ["new", "{patient}", "falls.first"],
        ["frobnicate"],
    ],
    ids=lambda words: " ".join(words),
)
def test_wrong_use_has_code_two_and_a_short_message(
    run: Run, fallen: Path, tmp_path: Path, words: list[str]
) -> None:
    (tmp_path / "list.json").write_text("[1]", encoding="utf-8")
    (tmp_path / "answers.json").write_text('{"fals_past_year": 2}', encoding="utf-8")
    places = {
        "{patient}": str(fallen),
        "{list}": str(tmp_path / "list.json"),
        "{answers}": str(tmp_path / "answers.json"),
        "{folder}": str(tmp_path),
        "{author}": str(AUTHOR),
    }
    mine = MINE if words[0] in ("advise", "explain") and "--guidelines" not in words else ()

    said = run(*(places.get(word, word) for word in words), *mine)

    assert said.code == 2
    assert said.out == ""
    assert 0 < len(said.err.splitlines()) <= 3
    assert "Traceback" not in said.err
    assert "there is no file or folder there is" not in said.err


def test_an_answer_to_what_nobody_asks_is_not_lost_in_silence(run: Run, fallen: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers.json"
    answers.write_text('{"fall_risk_asessed": true}', encoding="utf-8")

    said = run("advise", fallen, *ON, *MINE, "--answers", answers)

    assert "'fall_risk_asessed'" in said.err
    assert "did you mean 'fall_risk_assessed'?" in said.err


def test_a_folder_where_a_file_should_be_is_told_as_a_folder(run: Run, fallen: Path, tmp_path: Path) -> None:
    said = run("advise", fallen, *ON, *MINE, "--bindings", tmp_path)

    assert said.err == f"cdss advise: {tmp_path} is a folder, not a file\n"


def test_a_folder_without_guidelines_is_told_as_such(run: Run, fallen: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    said = run("advise", fallen, *ON, "--guidelines", tmp_path / "empty")

    assert said.err == f"cdss advise: there is no guideline in {tmp_path / 'empty'}\n"


def test_a_name_of_a_patient_cannot_paint_the_screen(run: Run) -> None:
    said = run("advise", "-", *ON, *MINE, stdin=json.dumps({**WELL, "id": "\x1b[2Jp2"}))

    assert "\x1b" not in said.out
    assert "Patiënt �[2Jp2" in said.out


def test_a_patient_of_whom_an_entry_was_left_out_is_not_told_in_one_line(run: Run) -> None:
    # The fracture cannot be read, so nothing gives the topic a reason: that must not look like a healthy patient.
    unread = {**FALLEN, "conditions": [{"on": "2025-13-41", "codes": ["icpc-1:L72"]}], "answers": {}}

    said = run("advise", "-", *ON, *MINE, stdin=f"{json.dumps(unread)}\n{json.dumps(WELL)}\n")

    assert "conditions/0" in said.out
    assert "Patiënt p2" in said.out.splitlines()[-1]


def test_silence_about_a_list_that_was_not_delivered_is_told(run: Run) -> None:
    # Without the list of diagnoses nobody knows whether she broke her wrist.
    unknown = {"id": "p3", "birth_date": "1954-06-15", "sex": "female"}

    alone = run("advise", "-", *ON, *MINE, stdin=json.dumps(unknown))
    several = run("advise", "-", *ON, *MINE, stdin=f"{json.dumps(WELL)}\n{json.dumps(unknown)}\n")
    machine = run("advise", "-", *ON, *MINE, "--json", stdin=json.dumps(unknown)).json()

    assert "Diagnosen niet aangeleverd; daarin kan die aanleiding nog staan." in alone.out
    well, other = several.out.splitlines()
    assert well.endswith("  geen onderwerp begonnen")
    assert other.endswith("  geen onderwerp begonnen; niet alles aangeleverd")
    [topic] = machine["topics"]  # type: ignore[index, call-overload]
    assert (topic["outcome"], [one["what"] for one in topic["not_checked"]]) == (
        "not_started",
        ["conditions"],
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_told_in_one_line_and_is_not_called_our_mistake(fallen: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "cdss.cli", "advise", str(fallen), *ON, *MINE],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == ["cdss advise: No space left on device"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"id": "x"} {"id": "y"}',
        '{"resourceType": "Observation"}',
        '{"birth_date": "2030-01-01"}',
    ],
)
def test_a_record_that_is_impossible_has_code_one_and_is_named(run: Run, text: str) -> None:
    said = run("advise", "-", *ON, *MINE, stdin=text)

    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("stdin: ")
    assert len(said.err.splitlines()) == 1


def test_a_message_about_a_record_follows_the_language(run: Run) -> None:
    later = '{"birth_date": "2030-01-01"}'

    assert "geboortedatum" in run("advise", "-", *ON, *MINE, stdin=later).err
    assert "birth date" in run("advise", "-", *ON, *MINE, "--lang", "en", stdin=later).err


@pytest.mark.parametrize("error", [EngineError("no fixed point"), RuntimeError("surprise")])
def test_our_own_mistake_has_code_three_and_asks_for_a_report(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("cdss.author.checking.check_paths", fail)

    said = run("check", AUTHOR)

    assert (said.code, said.out) == (3, "")
    assert str(error) in said.err
    assert "mistake in cdss" in said.err


@pytest.mark.parametrize("error", [EngineError("no fixed point"), RuntimeError("no fixed point")])
def test_a_mistake_of_ours_with_one_patient_does_not_stop_the_next(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    from cdss.engine.engine import Engine

    advise = Engine.advise

    def fail_for_one(self: Engine, patient: object, *words: object, **more: object) -> object:
        if getattr(patient, "id", None) == "p1":
            raise error
        return advise(self, patient, *words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "advise", fail_for_one)

    said = run("advise", "-", *ON, *MINE, stdin=f"{json.dumps(FALLEN)}\n{json.dumps(WELL)}\n")

    assert said.code == 3
    assert said.err.startswith("stdin:1: ")
    assert "no fixed point" in said.err
    assert "mistake in cdss" in said.err
    assert "Patiënt p2" in said.out


# As a program


def program(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "cdss.cli", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )


def test_it_runs_as_a_program_and_speaks_utf8(fallen: Path) -> None:
    done = program("advise", str(fallen), *ON, *MINE)

    assert (done.returncode, done.stderr) == (0, b"")
    assert "Patiënt p1" in done.stdout.decode("utf-8")
    assert b"\x1b[" not in done.stdout


def test_a_stream_that_knows_only_ascii_gets_ascii(fallen: Path) -> None:
    done = program("advise", str(fallen), *ON, *MINE, PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert done.returncode == 0
    assert done.stdout.isascii()
    assert b"* Valrisico beoordelen" in done.stdout


def test_who_reads_only_the_first_line_gets_no_error(fallen: Path) -> None:
    done = subprocess.run(
        f'"{sys.executable}" -m cdss.cli help problems | head -1',
        cwd=ROOT,
        shell=True,
        capture_output=True,
        check=False,
    )

    assert done.stderr == b""


def test_showing_the_commands_needs_no_file_format() -> None:
    code = "import sys, cdss.cli; cdss.cli.main([]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert {"pydantic", "jsonschema", "durable", "polars"} & set(done.stderr.split()) == set()


@pytest.mark.parametrize("name", ["fracture.json", "mp9-alendronate-lapsed-no-stop.json", "back-pain.json"])
def test_the_patients_of_the_readme_get_an_advice(run: Run, name: str) -> None:
    said = run("advise", PATIENTS / name, *ON)

    assert (said.code, said.err) == (0, "")
    assert "●" in said.out
    assert "Waarom" in said.out
    assert [line for line in said.out.splitlines() if len(line) > 80 and " " in line.strip()] == []
