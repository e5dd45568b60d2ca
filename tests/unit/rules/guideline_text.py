"""Guidelines as short texts, read as if they stood in files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from cdss.errors import Problem
from cdss.models.guideline import Ruleset
from cdss.rules.checks import WARNINGS, problems_of
from cdss.rules.files import Found, SourceFile, role_of
from cdss.rules.resolve import finish
from cdss.rules.stages import read

HEAD = """\
cdss: 1
id: test
version: 0.1.0
status: draft
title: {nl: Proef, en: Test}
topic: test
source: {title: Een richtlijn}
evidence: secondary
"""
FACTS = """\
facts:
  age: {from: patient.age, text: {nl: Leeftijd, en: Age}}
  sex: {from: patient.sex, text: {nl: Geslacht, en: Sex}}
  bmi: {from: observation, in: bmi_codes, unit: kg/m2, plausible: 8..80, pick: latest, valid_for: 2 years, if_missing: ask, text: {nl: BMI, en: BMI}}
  smoking: {from: answer, type: yes_no, valid_for: contact, if_missing: ask, text: {nl: Rookt, en: Smoking}}
  leg_pain: {from: answer, type: choice, choices: [none, mild, severe], ordered: yes, valid_for: contact, if_missing: ask, text: {nl: Uitstraling, en: Leg pain}}
  pain_duration: {from: answer, type: duration, valid_for: contact, if_missing: ask, text: {nl: Duur, en: Duration}}
  last_dxa: {from: procedure, in: dxa, pick: date, if_missing: assume none, say: none, text: {nl: Laatste DXA, en: Last DXA}}
  fractures: {from: condition, in: fracture, pick: count, if_missing: assume 0, say: none, text: {nl: Breuken, en: Fractures}}
value_sets:
  bmi_codes: {codes: [loinc:39156-5], evidence: verified}
  dxa: {codes: [sct:312681000], evidence: verified}
  fracture: {codes: [icpc-1:L72, icpc-1:L75], evidence: verified}
"""
"""One fact of each kind."""

ACTIONS = """\
actions:
  order-dxa: {label: {nl: DXA aanvragen, en: Order DXA}, owner: gp}
  stop-drug: {label: {nl: Stop het middel, en: Stop the drug}, owner: gp, not_with: [start-drug]}
  start-drug: {label: {nl: Start het middel, en: Start the drug}, owner: gp}
"""


def file(text: str, path: str = "test.yaml") -> SourceFile:
    role = role_of(Path(path).name)
    assert role is not None
    return SourceFile(path, Path("/guidelines", path), role, text.encode(), asked=True)


def extra(text: str | None, path: str) -> SourceFile | None:
    if text is None:
        return None
    return SourceFile(
        path, Path("/", path), "site" if "site" in path else "bindings", text.encode(), asked=True
    )


def found(
    files: str | Mapping[str, str],
    *,
    site: str | None = None,
    bindings: str | None = None,
    whole: bool = True,
) -> Found:
    """These texts as files; a text alone is one guideline file."""
    texts = {"test.yaml": files} if isinstance(files, str) else files
    return Found(
        [file(dedent(text), path) for path, text in texts.items()],
        site=extra(site, "site.yaml"),
        bindings=extra(bindings, "bindings.yaml"),
        whole=whole,
    )


def ruleset(
    files: str | Mapping[str, str], *, site: str | None = None, bindings: str | None = None
) -> Ruleset:
    """The ruleset of these texts, which must be without errors."""
    draft = read(found(files, site=site, bindings=bindings))
    assert not isinstance(draft, list), "\n".join(str(problem) for problem in draft)
    return finish(draft)


def problems(
    files: str | Mapping[str, str],
    *,
    site: str | None = None,
    bindings: str | None = None,
    whole: bool = True,
) -> list[Problem]:
    """Errors and warnings."""
    return problems_of(found(files, site=site, bindings=bindings, whole=whole))


def errors(
    files: str | Mapping[str, str], *, site: str | None = None, bindings: str | None = None
) -> list[tuple[str, str]]:
    """The kind of each error, and the words that it points to."""
    texts = {"test.yaml": files} if isinstance(files, str) else dict(files)
    texts |= {"site.yaml": site or "", "bindings.yaml": bindings or ""}
    return [
        (one.kind, seen(dedent(texts[one.span.file]), one))
        for one in problems(files, site=site, bindings=bindings)
        if one.kind not in WARNINGS
    ]


def warnings(files: str | Mapping[str, str], *, whole: bool = True) -> list[tuple[str, str]]:
    texts = {"test.yaml": files} if isinstance(files, str) else dict(files)
    return [
        (one.kind, seen(dedent(texts[one.span.file]), one))
        for one in problems(files, whole=whole)
        if one.kind in WARNINGS
    ]


def seen(text: str, problem: Problem) -> str:
    """The words at the place of a problem."""
    line = text.split("\n")[problem.span.line - 1]
    end = problem.span.end_column - 1 if problem.span.end_line == problem.span.line else None
    return line[problem.span.column - 1 : end]


def rule(when: str, then: str = "recommend: order-dxa", id: str = "r") -> str:
    """A rule with one criterion or a tree in one line."""
    return f"""\
rules:
  - id: {id}
    title: {{nl: Regel, en: Rule}}
    when: {when}
    then: {{{then}}}
"""


def whole(when: str, more: str = "") -> str:
    """A file with one fact of each kind, `more`, and a rule that tests this."""
    return HEAD + ACTIONS + FACTS + more + rule(when)
