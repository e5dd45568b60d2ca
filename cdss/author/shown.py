"""What cases show about each rule: where it holds, where it does not, and which exception stood in its way; and which
rows of a table they meet, and which scores they name.

A case shows something about the rules of its own guideline only. What it shows is found by running it, not by what
it expects. Only what is asked is worked out, by the reference evaluator: for one look at each of a thousand patients
that is half the work of compiling.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cdss.author.cases import Case
from cdss.author.testing import Rulesets, file_of, patient_of
from cdss.engine.conclusions import Conclusions
from cdss.engine.editions import choose
from cdss.engine.engine import Engine
from cdss.errors import PatientError, Problem, Text
from cdss.models.guideline import Exception_, GuidelineFile, Rule, Score, Table
from cdss.models.program import NodeId
from cdss.models.program import Rule as RuleNode
from cdss.models.truth import NO, YES
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.written import words

HOLDS = "holds"
SILENT = "does not hold"


@dataclass(slots=True)
class Shown:
    """The cases of one rule, row or score, by what they show: `HOLDS`, `SILENT`, or the name of an exception."""

    cases: dict[str, list[Case]] = field(default_factory=dict)

    def of(self, what: str) -> list[Case]:
        return self.cases.get(what, [])


@dataclass(frozen=True, slots=True)
class Concluded:
    """What a case came to, and the guideline that it is about."""

    case: Case
    file: GuidelineFile
    conclusions: Conclusions


def conclude(case: Case, engine: Engine) -> Concluded | None:
    """The case run; None when its guideline is not there or its patient cannot be read, as `cdss test` will say."""
    file = file_of(case, engine.ruleset)
    if file is None:
        return None
    edition = case.edition or file.edition
    editions = {file.topic: edition} if edition else None
    try:
        chosen = choose(engine.ruleset, case.on, [file.topic], editions, known=engine.topics)
        concluded = engine.conclude(
            patient_of(case), case.on, case.setting, chosen, frozenset({file.topic}), lazily=True
        )
    except (PatientError, ValueError):
        return None
    return Concluded(case, file, concluded)


def outcomes(ran: Concluded, wanted: Container[str] | None = None) -> Iterator[tuple[Rule, str]]:
    """For each rule of the guideline (or of those wanted, by id) what became of it, where that is sure."""
    for rule, node in ran.conclusions.rules():
        if rule.file == ran.file.path and (wanted is None or rule.id in wanted):
            what = _outcome(ran.conclusions, rule, node)
            if what:
                yield rule, what


def _outcome(concluded: Conclusions, rule: Rule, node: NodeId) -> str:
    if concluded.now(node) == YES:
        return HOLDS
    nodes = concluded.program.nodes[node]
    assert isinstance(nodes, RuleNode)
    when = concluded.now(nodes.when)
    if when == NO:
        return SILENT
    if when == YES:
        for name, condition, _ in nodes.exceptions:
            if concluded.now(condition) == YES:
                return name
    return ""


def what_cases_show(cases: Iterable[Case], rulesets: Rulesets) -> Mapping[str, Shown]:
    """For each rule, row and score what cases show of it. Known gaps (`pending`) show nothing.

    By the full id of the rule, the id of the score, or `table/row` with the id of the table.
    """
    found: dict[str, Shown] = {}
    for case in cases:
        ran = None if case.pending else conclude(case, rulesets.engine(case))
        if ran is None:
            continue
        shown = [*((rule.id, what) for rule, what in outcomes(ran)), *((id, HOLDS) for id in _named(ran))]
        for id, what in shown:
            found.setdefault(id, Shown()).cases.setdefault(what, []).append(case)
    return found


def _named(ran: Concluded) -> Iterator[str]:
    """The rows that the case surely meets, and the scores whose value it compares."""
    compared = {
        entry.key.text
        for one in ran.case.expect
        if one.what in ("scores", "findings") and isinstance(one.value, MappingNode)
        for entry in one.value.entries
    }
    for (id, output), named in ran.conclusions.layout.by_definition.items():
        definition = ran.conclusions.ruleset.definitions.get(id)
        if output or definition is None or definition.file != ran.file.path:
            continue
        if isinstance(definition, Score) and named.key in compared:
            yield id
        if isinstance(definition, Table):
            for row, met in ran.conclusions.rows(definition):
                if met == YES:
                    yield f"{id}/{row.id}"


# What is missing


def asked_of_cases(rule: Rule) -> set[str]:
    """What some case must show of a rule: that it holds, that it does not, and each of its exceptions."""
    return {HOLDS, SILENT, *(one.id for one in rule.exceptions)}


def missing_from_cases(
    rules: Mapping[str, Rule], cases: Iterable[Case], rulesets: Rulesets
) -> Mapping[str, set[str]]:
    """What no case shows of each rule.

    No more cases are run than are needed to know: first those that expect what no case has shown yet, then the others
    while something is missing. Those of a site of their own come last: each site is a ruleset to load.
    """
    missing = {id: asked_of_cases(rule) for id, rule in rules.items()}
    of_file: dict[str, list[str]] = {}
    for id in rules:
        of_file.setdefault(id.rpartition("/")[0], []).append(id)

    files: dict[tuple[Path, Path | None, Path | None], GuidelineFile | None] = {}

    def wanted(case: Case) -> set[str]:
        if case.pending:
            return set()
        key = (case.guideline, case.site, case.bindings)
        if key not in files:
            files[key] = file_of(case, rulesets.engine(case).ruleset)
        file = files[key]
        return {id for id in of_file.get(file.id, ()) if missing[id]} if file is not None else set()

    def look(case: Case, wanted: set[str]) -> None:
        ran = conclude(case, rulesets.engine(case))
        for rule, what in outcomes(ran, wanted) if ran is not None else ():
            missing[rule.id].discard(what)

    of_a_site, others = [], []
    for case in cases:
        said = _expected(case)
        if case.site is not None or case.bindings is not None:
            of_a_site.append(case)
        elif said and any(not said.isdisjoint(_words(rules[id], missing[id])) for id in wanted(case)):
            look(case, wanted(case))
        else:
            others.append(case)
    for case in (*others, *of_a_site):
        if any(missing.values()) and (rules_left := wanted(case)):
            look(case, rules_left)
    return missing


def _expected(case: Case) -> set[str]:
    """The actions, exceptions, outcome and findings that a case expects."""
    said: set[str] = set()
    for one in case.expect:
        if one.what in ("recommend", "excepted", "outcome"):
            said |= {word.rpartition("/")[2] for word in words(one.value)}
        elif one.what == "findings" and isinstance(one.value, MappingNode):
            said |= {entry.key.text for entry in one.value.entries}
    return said


def _words(rule: Rule, missing: set[str]) -> set[str]:
    """By which words a case would expect what is missing of a rule."""
    said = missing - {HOLDS, SILENT}
    if HOLDS in missing:
        said |= {rule.recommend.action} if rule.recommend is not None else set()
        said |= {one.finding for one in rule.sets} | {rule.outcome}
    return said


def rules_without_cases(rules: Mapping[str, Rule], missing: Mapping[str, set[str]]) -> list[Problem]:
    """What is missing, as problems at the rule or at its exception."""
    return [problem for id, rule in rules.items() for problem in _problems(rule, missing[id])]


_MISSING: Mapping[frozenset[str], Text] = {
    frozenset({HOLDS}): {
        "nl": "er is geen geval waarin deze regel geldt",
        "en": "there is no case in which this rule holds",
    },
    frozenset({SILENT}): {
        "nl": "er is geen geval waarin deze regel niet geldt",
        "en": "there is no case in which this rule does not hold",
    },
    frozenset({HOLDS, SILENT}): {
        "nl": "er is geen geval waarin deze regel geldt, en geen waarin hij niet geldt",
        "en": "there is no case in which this rule holds, and none in which it does not",
    },
}


def _problems(rule: Rule, missing: set[str]) -> Iterator[Problem]:
    text = _MISSING.get(frozenset(missing & {HOLDS, SILENT}))
    if text is not None:
        yield Problem("rule-without-case", rule.span, text, _help(rule))
    for one in rule.exceptions:
        if one.id in missing:
            yield _exception(rule, one)


def _exception(rule: Rule, one: Exception_) -> Problem:
    return Problem(
        "rule-without-case",
        one.span,
        {
            "nl": "er is geen geval waarin deze uitzondering de regel tegenhoudt",
            "en": "there is no case in which this exception holds the rule back",
        },
        _help(rule),
    )


def _help(rule: Rule) -> Text:
    name = rule.file.rpartition("/")[2].removesuffix(".yaml")
    return {
        "nl": f"Voeg een geval toe aan {name}.test.yaml.",
        "en": f"Add a case to {name}.test.yaml.",
    }
