"""`cdss check`: the problems of guidelines and case files, with places as the author can open them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from cdss.author.cases import Case, case_files, read_cases
from cdss.author.short_run import nothing_collected
from cdss.errors import CdssError, GuidelineError, Problem, Span
from cdss.models.guideline import Ruleset, Table
from cdss.models.line import Line
from cdss.rules import check, check_and_load, load
from cdss.rules.files import SourceFile, find, find_all
from cdss.rules.render import Language
from cdss.shipped import folder

CASES = ".test.yaml"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, and what is wrong with it. Rules and tables count only when nothing is wrong."""

    problems: tuple[Problem, ...]
    sources: Mapping[str, str]
    files: int
    cases: int
    rules: int
    tables: int


def check_paths(
    paths: Sequence[Path],
    *,
    bindings: Path | None = None,
    site: Path | None = None,
    guidelines: Path | None = None,
) -> Checked:
    """What is wrong in these folders, guideline files, case files, site files and bindings. Of a folder the cases are
    run too, to see which rules no case shows.

    A site file or bindings by themselves are held against `guidelines` (by default those that are shipped). CdssError
    when a path is not there or holds nothing to check.
    """
    with nothing_collected():
        return _checked(paths, _Work(_file(bindings), _file(site)), guidelines)


def _checked(paths: Sequence[Path], work: _Work, guidelines: Path | None) -> Checked:
    for path in paths:
        if not path.exists():
            raise CdssError(f"there is no file or folder {path}")
        if path.name.endswith(CASES):
            work.cases([path])
        elif path.name.endswith("site.yaml"):
            work.chosen(path, guidelines, check(guidelines, bindings=work.bindings, site=path))
        elif path.name.endswith("bindings.yaml"):
            work.chosen(path, guidelines, check(guidelines, bindings=path, site=work.site))
        else:
            work.guidelines(path)
    return work.done()


@dataclass(slots=True)
class _Work:
    """What was looked at so far."""

    bindings: Path | None
    site: Path | None
    problems: list[Problem] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    files: set[Path] = field(default_factory=set)
    case_files: set[Path] = field(default_factory=set)
    read: list[Case] = field(default_factory=list)
    rules: int = 0
    tables: int = 0

    def cases(self, places: Iterable[Path]) -> None:
        for place in places:
            if place.resolve() in self.case_files:
                continue
            self.case_files.add(place.resolve())
            cases, problems = read_cases(place, near(place))
            self.read += cases
            self.problems += problems
            self.sources[near(place)] = _text(place)

    def guidelines(self, path: Path) -> None:
        """A folder with its case files, or one guideline with what it sees."""
        cases = case_files([path]) if path.is_dir() else []
        self.cases(cases)
        together = find_all(path, site=self.site, bindings=self.bindings)
        files = together.files
        if not any(file.role == "guideline" for file in files) and (files or not cases):
            raise CdssError(f"there is no guideline in {path}")
        if not files:
            return
        self.files |= {file.place for file in files}
        self.sources |= {near(file.place): file.content.decode("utf-8", "replace") for file in files}
        found, ruleset = check_and_load(together)
        self.problems += relocated(found, files)
        if ruleset is None:
            return
        if not found:
            self.rules += len(ruleset.rules)
            self.tables += sum(isinstance(one, Table) for one in ruleset.definitions.values())
        if path.is_dir():
            self.shown_by_cases(path, ruleset, files)

    def shown_by_cases(self, path: Path, ruleset: Ruleset, files: Sequence[SourceFile]) -> None:
        """Of a folder with its cases: the rules of which no case shows enough."""
        from cdss.author.remembered import what_is_missing
        from cdss.author.shown import rules_without_cases
        from cdss.author.testing import Rulesets

        asked = {file.path for file in files if file.asked}
        rules = {id: rule for id, rule in ruleset.rules.items() if rule.file in asked}
        rulesets = Rulesets("reference")
        if self.site is None and self.bindings is None:
            rulesets.keep(path, ruleset)
        try:
            missing = what_is_missing(rules, self.read, rulesets)
        except GuidelineError as error:  # of a folder around this one, which the cases need
            self.problems += error.problems
        else:
            self.problems += relocated(rules_without_cases(rules, missing), files)

    def chosen(self, path: Path, guidelines: Path | None, found: Iterable[Problem]) -> None:
        """A site file or bindings: what is wrong in itself, or keeps the guidelines from being read with it."""
        self.files.add(path.resolve())
        self.sources[path.as_posix()] = _text(path)
        self.problems += relocated(found, find(guidelines or folder("guidelines")))

    def done(self) -> Checked:
        for extra in (self.bindings, self.site):
            if extra is not None:
                self.sources[extra.as_posix()] = _text(extra)
        missing = {one.span.file for one in self.problems} - set(self.sources)
        unique = {(one.kind, one.span): one for one in self.problems}
        return Checked(
            tuple(sorted(unique.values(), key=Problem.sort_key)),
            {**self.sources, **{name: _text(Path(name)) for name in missing if Path(name).is_file()}},
            len(self.files),
            len(self.case_files),
            self.rules,
            self.tables,
        )


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def near(place: Path) -> str:
    """The path as it can be opened from the current folder: relative when it stands below it."""
    full, here = place.resolve(), Path.cwd()
    return (full.relative_to(here) if full.is_relative_to(here) else full).as_posix()


def relocated(problems: Iterable[Problem], files: Iterable[SourceFile]) -> list[Problem]:
    """The same problems, their files named as seen from the current folder."""
    shown = {file.path: near(file.place) for file in files}

    def moved(span: Span) -> Span:
        return replace(span, file=shown.get(span.file, span.file))

    return [
        replace(
            one, span=moved(one.span), notes=tuple(replace(note, span=moved(note.span)) for note in one.notes)
        )
        for one in problems
    ]


def _file(path: Path | None) -> Path | None:
    """The same path. CdssError when it is named and is no file."""
    if path is not None and not path.is_file():
        raise CdssError(f"{path} is a folder, not a file" if path.exists() else f"there is no file {path}")
    return path


def load_here(path: Path | None, *, bindings: Path | None = None, site: Path | None = None) -> Ruleset:
    """The ruleset of a folder. GuidelineError with places as seen from the current folder; CdssError when there
    is nothing to read."""
    if path is not None and not path.exists():
        raise CdssError(f"there is no file or folder {path}")
    try:
        return load(path, bindings=_file(bindings), site=_file(site))
    except FileNotFoundError as error:
        raise CdssError(str(error)) from error
    except GuidelineError as error:
        raise GuidelineError(relocated(error.problems, find(path or folder("guidelines")))) from error


def texts_of(problems: Iterable[Problem]) -> Mapping[str, str]:
    """The text of each file that these problems point to, where it can be read from here."""
    names = {span.file for one in problems for span in (one.span, *(note.span for note in one.notes))}
    return {
        name: Path(name).read_bytes().decode("utf-8", "replace")
        for name in names
        if name and Path(name).is_file()
    }


_COUNTED: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "problems": {"nl": ("1 probleem", "{} problemen"), "en": ("1 problem", "{} problems")},
    "files": {"nl": ("1 bestand", "{} bestanden"), "en": ("1 file", "{} files")},
    "rules": {"nl": ("1 regel", "{} regels"), "en": ("1 rule", "{} rules")},
    "tables": {"nl": ("1 tabel", "{} tabellen"), "en": ("1 table", "{} tables")},
    "cases": {"nl": ("1 casusbestand", "{} casusbestanden"), "en": ("1 case file", "{} case files")},
}


def checked_line(checked: Checked, lang: Language = "nl") -> Line:
    """How much was looked at, and how much is wrong."""

    def counted(what: str, number: int) -> str:
        one, more = _COUNTED[what][lang]
        return one if number == 1 else more.format(number)

    looked = [
        ("files", checked.files),
        ("rules", checked.rules),
        ("tables", checked.tables),
        ("cases", checked.cases),
    ]
    aside = ", ".join(counted(what, number) for what, number in looked if number)
    if checked.problems:
        return Line(counted("problems", len(checked.problems)), "danger", aside=aside)
    return Line("alles klopt" if lang == "nl" else "all is well", "good", aside=aside)


def checked_json(checked: Checked) -> dict[str, Any]:
    """The same for machines."""
    return {
        "files": checked.files,
        "case_files": checked.cases,
        "rules": checked.rules,
        "tables": checked.tables,
        "problems": [problem_json(problem) for problem in checked.problems],
    }


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem for machines."""
    return {
        "kind": problem.kind,
        **_place(problem.span),
        "text": dict(problem.text),
        "help": None if problem.help is None else dict(problem.help),
        "notes": [{**_place(note.span), "text": dict(note.text)} for note in problem.notes],
    }


def _place(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
