"""The command line: one function per command, no logic.

Exit codes: 0 fine, 1 problems found, 2 wrong use, 3 our fault. What takes long to import is imported by the
command that needs it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TextIO

from cdss.errors import CdssError, EngineError, GuidelineError, Problem
from cdss.models.dates import DateError, parse_day
from cdss.models.guideline import ROLES, SETTINGS
from cdss.models.line import BLANK, Line
from cdss.version import VERSION

if TYPE_CHECKING:
    from cdss.author.advising import Answered, Asked
    from cdss.author.terminal import Terminal
    from cdss.engine.engine import Engine
    from cdss.models.advice import Advice
    from cdss.models.patient import Patient
    from cdss.records.inputs import Input

FINE: Final = 0
PROBLEMS: Final = 1
WRONG_USE: Final = 2
OUR_FAULT: Final = 3
BETWEEN: Final = (BLANK, Line(fill="━", tone="faint"), BLANK)
"""Between two patients."""


# Commands


def advise(options: Namespace, out: Terminal) -> int:
    """What the guidelines say about each patient."""
    from cdss.author.advising import advise_each
    from cdss.author.terminal import Progress
    from cdss.records.advice_text import advice_lines, is_silent, silent_line

    engine, asked = _engine(options)

    def show(patient: Patient, advice: Advice, many: bool) -> str | list[Line]:
        if options.json:
            return _json(advice.to_dict(), out)
        if many and is_silent(advice):
            return [silent_line(advice, engine.ruleset, options.lang)]
        return advice_lines(
            advice,
            engine.ruleset,
            options.lang,
            audience=options.audience,
            patient=patient,
            with_end=not many,
        )

    outcome = FINE
    before = 0
    with Progress(None if out.watched else sys.stderr) as progress:  # what scrolls by is progress enough
        for number, answered in enumerate(advise_each(engine, _inputs(options, engine), asked, show), 1):
            if answered.shown is None:
                progress.wipe()
                outcome = max(outcome, _not_answered(answered, options, out))
            elif isinstance(answered.shown, str):
                out.print(answered.shown)
            else:
                if before and before + len(answered.shown) > 2:  # two short lines need nothing between them
                    out.write(BETWEEN)
                before = len(answered.shown)
                out.write(answered.shown)
            progress.step(number)
    return outcome


def explain(options: Namespace, out: Terminal) -> int:
    """Why a rule advises or not, and what would change it."""
    from cdss.author.advising import advise_each
    from cdss.author.explaining import explained, explanation_lines

    if options.timeline:
        return _timeline(options, out)
    if options.svg is not None:
        raise CdssError("--svg goes with --timeline")
    engine, asked = _engine(options)
    [answered] = advise_each(
        engine,
        _inputs(options, engine),
        asked,
        lambda _, advice, many: explained(
            advice, engine.ruleset, options.rule, options.lang, rounds=options.rounds
        ),
    )
    if answered.shown is None:
        return _not_answered(answered, options, out)
    if options.json:
        out.print(_json(dict(answered.shown.texts), out))
    else:
        out.write(explanation_lines(answered.shown, options.lang))
    return FINE


def _timeline(options: Namespace, out: Terminal) -> int:
    """One patient's treatments as days: as text, as a picture in a file, or for a machine."""
    from cdss.author.advising import advise_each
    from cdss.engine.timeline.text import lines

    if options.rule is not None:
        raise CdssError("ask for a rule or for --timeline, not for both")
    engine, asked = _engine(options)
    [answered] = advise_each(
        engine,
        _inputs(options, engine),
        asked,
        lambda patient, _, many: engine.timeline(patient, asked.on, asked.editions),
    )
    timeline = answered.shown
    if timeline is None:
        return _not_answered(answered, options, out)
    if options.svg is not None:
        options.svg.write_text(timeline.to_svg(options.lang), encoding="utf-8", newline="\n")
    if options.json:
        out.print(_json(timeline.to_dict(), out))
    elif options.svg is not None:
        out.print(options.svg.as_posix())
    else:
        out.write(lines(timeline, options.lang, out.width))
    return FINE


def check(options: Namespace, out: Terminal) -> int:
    """Whether every name, unit, code and date in these files is right."""
    from cdss.author.checking import check_paths, checked_json, checked_line

    if options.unconfirmed:
        return _unconfirmed(options, out)
    checked = check_paths(
        _paths(options), bindings=options.bindings, site=options.site, guidelines=_guidelines_here()
    )
    if options.json:
        out.print(_json(checked_json(checked), out))
    else:
        _show_problems(checked.problems, checked.sources, options.lang, out)
        out.write([checked_line(checked, options.lang)])
    return PROBLEMS if checked.problems else FINE


def _unconfirmed(options: Namespace, out: Terminal) -> int:
    """What a clinician must still confirm."""
    from cdss.author.unconfirmed import unconfirmed, unconfirmed_json, unconfirmed_lines

    paths = _paths(options)
    if len(paths) > 1:
        raise CdssError("--unconfirmed looks at one folder or file at a time")
    found = unconfirmed(paths[0])
    if options.json:
        out.print(_json(unconfirmed_json(found), out))
    else:
        out.write(unconfirmed_lines(found, options.lang))
    return FINE


def test(options: Namespace, out: Terminal) -> int:
    """Whether the cases beside these guidelines come out."""
    from cdss.author.advising import known_executor
    from cdss.author.cases import case_files
    from cdss.author.checking import texts_of
    from cdss.author.side_by_side import run_all
    from cdss.author.terminal import Progress
    from cdss.author.tested import report_json, report_lines

    files = case_files(_paths(options))
    started = time.monotonic()
    with Progress(sys.stderr) as progress:
        report = run_all(files, known_executor(options.executor), progress.step)
    if options.json:
        out.print(_json(report_json(report, options.executor), out))
    else:
        _show_problems(report.problems, texts_of(report.problems), options.lang, out)
        seconds = time.monotonic() - started
        out.write(report_lines(report, options.executor, seconds, options.lang, verbose=options.verbose))
    return FINE if report.fine else PROBLEMS


def confirm(options: Namespace, out: Terminal) -> int:
    """What a rule or number rests on; and the confirmation of a clinician, when one is given."""
    from cdss.author import confirming
    from cdss.models.guideline import Confirmation

    if (options.by is None) != (options.against is None) or (options.on and options.by is None):
        raise CdssError("a confirmation needs both --by ROLE and --against TEXT")
    path = options.guidelines or _guidelines_here()
    shown = confirming.to_confirm(path, options.name, options.number or "")
    added = None
    if options.by is not None:
        confirmed = Confirmation(options.on or date.today(), options.by, options.against)
        if confirmed.on > date.today():
            raise CdssError(f"{confirmed.on} is still to come: nobody can have confirmed it on that day")
        shown, line = confirming.confirm(path, shown, confirmed)
        added = (confirmed, line)
    if options.json:
        out.print(_json(confirming.shown_json(shown, added), out))
        return FINE
    out.write(confirming.shown_lines(shown, options.lang))
    if added is None:
        out.write(confirming.how_lines(shown, options.lang))
    else:
        out.write(confirming.added_lines(shown, *added, options.lang))
    return FINE


def schema(options: Namespace, out: Terminal) -> int:
    """The JSON Schema of a kind of file."""
    from cdss.shipped import folder

    out.print((folder("schema") / f"{options.kind}.schema.json").read_text(encoding="utf-8").rstrip("\n"))
    return FINE


def new(options: Namespace, out: Terminal) -> int:
    """A first guideline with its cases, to change."""
    from cdss.author.new import write_first

    guideline, cases = (place.as_posix() for place in write_first(options.folder, options.id))
    if options.json:
        out.print(_json({"guideline": guideline, "cases": cases}, out))
    else:
        out.print(f"{guideline}\n{cases}\n\nNext:\n  cdss check {guideline}\n  cdss test {cases}")
    return FINE


def help_(options: Namespace, out: Terminal) -> int:
    """The page about a problem; without a name all commands."""
    from cdss.author.problem_pages import page, page_lines

    if options.about is None:
        out.print(OVERVIEW)
    elif options.about in {command.name for command in COMMANDS}:
        parser().parse_args([options.about, "--help"])
    else:
        out.write(page_lines(page(options.about)))
    return FINE


# What they share


def _engine(options: Namespace) -> tuple[Engine, Asked]:
    from cdss.author.advising import Asked, make_engine
    from cdss.author.checking import load_here

    topics = None if options.topic is None else tuple(options.topic)
    editions = dict(options.edition)
    for topic, edition in options.edition:
        if editions[topic] != edition:
            raise CdssError(
                f"two editions for '{topic}': {edition} and {editions[topic]}; ask for one at a time"
            )
    asked = Asked(options.on or date.today(), options.setting, topics, editions, options.audience)
    ruleset = load_here(options.guidelines, bindings=options.bindings, site=options.site)
    return make_engine(ruleset, options.executor, asked), asked


def _inputs(options: Namespace, engine: Engine) -> Iterable[Input]:
    from cdss.author.advising import known_answers
    from cdss.author.files import read_delivered_file, read_object
    from cdss.records.inputs import only_one, read_inputs

    delivered = options.delivered
    if delivered not in (None, "all", "own"):
        delivered = read_delivered_file(Path(delivered), options.lang)
    answers = None if options.answers is None else known_answers(engine.ruleset, read_object(options.answers))
    inputs = read_inputs(options.inputs, delivered, sys.stdin.buffer)
    if answers is None and options.command != "explain":
        return inputs
    return [only_one(inputs, answers, options.on or date.today())]


def _not_answered(answered: Answered[Any], options: Namespace, out: Terminal) -> int:
    """Says what kept a patient from an advice: among the answers in JSON, beside them in text."""
    from cdss.author.advising import error_json, error_text

    assert answered.error is not None
    if options.json:
        out.print(_json(error_json(answered.place, answered.error), out))
    else:
        out.out.flush()
        _complain(f"{answered.place}: {error_text(answered.error, options.lang)}")
    return _our_fault(answered.error) if isinstance(answered.error, EngineError) else PROBLEMS


def _show_problems(problems: Sequence[Problem], sources: Mapping[str, str], lang: Any, out: Terminal) -> None:
    from cdss.author.terminal import painted_problem
    from cdss.rules.render import render

    for problem in problems:
        out.print(painted_problem(render(problem, sources, lang), out))


def _guidelines_here() -> Path:
    """The guidelines of this folder, else those that are shipped."""
    from cdss.shipped import folder

    here = Path("guidelines")
    return here if here.is_dir() else folder("guidelines")


def _paths(options: Namespace) -> list[Path]:
    """The paths that were named, else the guidelines of this folder."""
    return options.paths or [_guidelines_here()]


def _json(value: object, out: Terminal) -> str:
    """One line, for a machine; indented where a person looks."""
    return json.dumps(value, ensure_ascii=False, indent=2 if out.watched else None)


def _complain(text: str) -> None:
    from cdss.author.terminal import visible

    print("\n".join(map(visible, text.split("\n"))), file=sys.stderr)


# Options


def _day(text: str) -> date:
    try:
        return parse_day(text)
    except DateError as error:
        raise argparse.ArgumentTypeError(error.text["en"]) from error


def _edition(text: str) -> tuple[str, str]:
    topic, equals, edition = text.partition("=")
    if not (topic and equals and edition):
        raise argparse.ArgumentTypeError(
            f"write TOPIC=EDITION, as in fracture-prevention=cbo-2011, not '{text}'"
        )
    return topic, edition


def _add_json(own: ArgumentParser) -> None:
    own.add_argument("--json", action="store_true", help="for machines")


def _add_language(own: ArgumentParser) -> None:
    own.add_argument("--lang", choices=("nl", "en"), default="nl", help="Dutch (default) or English")


def _add_choices(own: ArgumentParser) -> None:
    own.add_argument("--bindings", type=Path, metavar="FILE", help="local codes")
    own.add_argument("--site", type=Path, metavar="FILE", help="choices of a region or practice")


def _add_executor(own: ArgumentParser) -> None:
    default = os.environ.get("CDSS_EXECUTOR") or "compiled"
    own.add_argument(
        "--executor", default=default, help="compiled (default), reference or durable; also CDSS_EXECUTOR"
    )


def _add_patient(own: ArgumentParser) -> None:
    own.add_argument(
        "--on", type=_day, metavar="DATE", help="the day of the advice, as 2026-03-01; default today"
    )
    own.add_argument("--setting", choices=SETTINGS, default="record", help="default record")
    own.add_argument(
        "--topic", action="append", metavar="TOPIC", help="only this topic, opened; may be repeated"
    )
    own.add_argument(
        "--edition",
        action="append",
        type=_edition,
        default=[],
        metavar="TOPIC=EDITION",
        help="another edition",
    )
    own.add_argument("--audience", choices=ROLES, metavar="ROLE", help=f"one of {', '.join(ROLES)}")
    own.add_argument(
        "--delivered",
        metavar="all|own|FILE",
        help="which lists are complete: all, own (this practice), or a file",
    )
    own.add_argument(
        "--answers", type=Path, metavar="FILE", help="answers to questions, as JSON: {fact: value}"
    )
    own.add_argument("--guidelines", type=Path, metavar="DIR", help="default: those that come with cdss")
    _add_choices(own)
    _add_executor(own)
    _add_language(own)
    _add_json(own)


class _Instead(argparse.Action):
    """A switch in place of an argument, which may then be left out."""

    def __init__(self, option_strings: Sequence[str], dest: str, of: argparse.Action, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, default=False, help=help)
        self.of = of

    def __call__(self, parser: ArgumentParser, namespace: Namespace, *_: object) -> None:
        setattr(namespace, self.dest, True)
        self.of.required = False


def _of_advise(own: ArgumentParser) -> None:
    own.add_argument(
        "inputs", nargs="+", metavar="INPUT", help="JSON, FHIR, or NDJSON with one patient a line; - is stdin"
    )
    _add_patient(own)


def _of_explain(own: ArgumentParser) -> None:
    own.add_argument("inputs", nargs=1, metavar="INPUT", help="one patient: JSON or FHIR; - is stdin")
    rule = own.add_argument(
        "rule",
        metavar="RULE",
        help="a rule by its name or number, or the action that it advises; not with --timeline",
    )
    own.add_argument(
        "--timeline",
        action=_Instead,
        of=rule,
        help="instead of a rule: the days with and without supply of the patient's drugs",
    )
    own.add_argument("--svg", type=Path, metavar="FILE", help="with --timeline: as a picture, in this file")
    own.add_argument("--rounds", action="store_true", help="also the rounds in which it was concluded")
    _add_patient(own)


def _of_check(own: ArgumentParser) -> None:
    own.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="default: ./guidelines, else those shipped"
    )
    own.add_argument(
        "--unconfirmed", action="store_true", help="instead list what a clinician must still confirm"
    )
    _add_choices(own)
    _add_language(own)
    _add_json(own)


def _of_test(own: ArgumentParser) -> None:
    own.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="default: ./guidelines, else those shipped"
    )
    own.add_argument("-v", "--verbose", action="store_true", help="name every case")
    _add_executor(own)
    _add_language(own)
    _add_json(own)


def _of_confirm(own: ArgumentParser) -> None:
    own.add_argument(
        "name", metavar="RULE", help="a rule, number, score, table or row, by its name or full id"
    )
    own.add_argument("--number", metavar="NAME", help="a number that the rule rests on, instead of the rule")
    roles = [role for role in ROLES if role != "patient"]
    own.add_argument("--by", choices=roles, metavar="ROLE", help=f"who confirms it: {', '.join(roles)}")
    own.add_argument("--against", metavar="TEXT", help='the text it was held against: "NHG M69, tabel h1"')
    own.add_argument("--on", type=_day, metavar="DATE", help="when, as 2026-03-01; default today")
    own.add_argument(
        "--guidelines", type=Path, metavar="DIR", help="default: ./guidelines, else those shipped"
    )
    _add_language(own)
    _add_json(own)


def _of_schema(own: ArgumentParser) -> None:
    own.add_argument(
        "kind", nargs="?", choices=("guideline", "cases", "patient", "advice"), default="guideline"
    )


def _of_new(own: ArgumentParser) -> None:
    own.add_argument("folder", type=Path, metavar="DIR", help="where it goes; made when it is not there")
    own.add_argument("id", metavar="ID", help="its id, such as falls.first")
    _add_json(own)


def _of_help(own: ArgumentParser) -> None:
    own.add_argument(
        "about", nargs="?", metavar="PROBLEM", help="a problem or a command; 'problems' lists them"
    )


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    group: str
    summary: str
    run: Callable[[Namespace, Terminal], int]
    add_options: Callable[[ArgumentParser], None]


COMMANDS: Final = (
    Command("advise", "First", "what the guidelines say about a patient", advise, _of_advise),
    Command("explain", "First", "why a rule advises or not, and what would change it", explain, _of_explain),
    Command(
        "check", "First", "whether every name, unit, code and date of a guideline is right", check, _of_check
    ),
    Command("test", "First", "whether the cases beside a guideline come out", test, _of_test),
    Command(
        "confirm",
        "More",
        "what a rule or number rests on, and that a clinician confirmed it",
        confirm,
        _of_confirm,
    ),
    Command("new", "More", "a first guideline with its cases, to change", new, _of_new),
    Command(
        "schema",
        "More",
        "the JSON Schema of a guideline, a case file or a patient record",
        schema,
        _of_schema,
    ),
    Command("help", "More", "a page about a problem, such as: cdss help unknown-name", help_, _of_help),
)


def _overview() -> str:
    lines = [
        f"cdss {VERSION}: guidelines as readable rules, and advice that explains itself",
        "",
        "  cdss advise PATIENT.json --on 2026-03-01",
    ]
    for group in ("First", "More"):
        lines += ["", f"{group}:"]
        lines += [f"  {one.name:<9} {one.summary}" for one in COMMANDS if one.group == group]
    lines += [
        "",
        "`cdss COMMAND --help` says more about a command.",
        "Exit codes: 0 fine, 1 problems found, 2 wrong use, 3 our fault.",
    ]
    return "\n".join(lines)


OVERVIEW: Final = _overview()


class _Parser(ArgumentParser):
    def format_help(self) -> str:
        return f"{OVERVIEW}\n" if self.prog == "cdss" else super().format_help()

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG_USE, f"{self.prog}: {message}\n`{self.prog} --help` says more.\n")


def parser() -> ArgumentParser:
    """The parser of all commands."""
    top = _Parser(prog="cdss")
    top.add_argument("--version", action="version", version=f"cdss {VERSION}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    for command in COMMANDS:
        own = commands.add_parser(
            command.name, description=f"{command.summary[:1].upper()}{command.summary[1:]}."
        )
        command.add_options(own)
        own.set_defaults(run=command.run)
    return top


# The way in and the ways out


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and gives its exit code."""
    _readable(sys.stdout, sys.stderr)
    options = parser().parse_args(arguments)
    if options.command is None:
        print(OVERVIEW)
        return FINE
    from cdss.author.terminal import terminal

    out = terminal(sys.stdout)
    try:
        code: int = options.run(options, out)
        sys.stdout.flush()
        return code
    except GuidelineError as error:
        from cdss.author.checking import texts_of

        _show_problems(
            error.problems, texts_of(error.problems), getattr(options, "lang", "en"), terminal(sys.stderr)
        )
        return PROBLEMS
    except EngineError as error:
        return _our_fault(error)
    except CdssError as error:
        _complain(f"cdss {options.command}: {error}")
        return WRONG_USE
    except BrokenPipeError:  # who read us has seen enough
        _say_no_more()
        return FINE
    except OSError as error:  # a file that may not be read or written, a disk that is full
        _say_no_more()
        place = f"{error.filename}: " if error.filename else ""
        _complain(f"cdss {options.command}: {place}{error.strerror or error}")
        return WRONG_USE
    except KeyboardInterrupt:
        _complain("stopped")
        return 130
    except Exception as error:  # noqa: BLE001  a mistake of ours: say so, with all that a bug report needs
        return _our_fault(error)


def _say_no_more() -> None:
    """What cannot be written any more goes nowhere, so that Python does not complain of it at the end."""
    try:
        sys.stdout.flush()
        return
    except OSError:
        pass
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # not a real stream
        return


def _our_fault(error: BaseException) -> int:
    import traceback

    traceback.print_exception(error)
    _complain("\nThis is a mistake in cdss, not in your files. Please report it with the lines above.")
    return OUR_FAULT


def _readable(*streams: TextIO) -> None:
    """A letter that a terminal does not have must not stop an advice."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
