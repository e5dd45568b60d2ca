"""`cdss test`: runs cases and says of each that fails what was expected, what came out, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from cdss.author.cases import Case, Expectation, read_cases
from cdss.author.checking import load_here, near
from cdss.engine.conclusions import Conclusions
from cdss.engine.engine import Engine
from cdss.engine.questions import questions
from cdss.errors import GuidelineError, PatientError, Problem, Span, Text
from cdss.models.advice import Advice
from cdss.models.guideline import URGENCIES, GuidelineFile, Ruleset
from cdss.models.patient import Patient
from cdss.models.program import Named
from cdss.models.typed import ValueProblem, read_value
from cdss.models.value import JsonValue, Value, to_json
from cdss.records import read
from cdss.rules.files import topic_folder
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Node, Scalar
from cdss.rules.load import Sequence as SequenceNode
from cdss.rules.written import words


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that was not met."""

    what: str
    expected: str
    found: str
    span: Span
    told: Text | None = None
    """What was found, where it is a sentence of ours: in every language."""

    def __str__(self) -> str:
        return f"{self.span}: {self.what}: expected {self.expected}; found {self.found}"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case: `passed`, `failed`, or `pending` (a known gap that still fails)."""

    case: Case
    outcome: str
    failures: tuple[Failure, ...] = ()


@dataclass(slots=True)
class Report:
    results: list[Result] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """Takes in what became of other cases; a problem that was already told is told once."""
        self.results += other.results
        self.problems += [one for one in other.problems if one not in self.problems]

    @property
    def failed(self) -> list[Result]:
        return [result for result in self.results if result.outcome == "failed"]

    @property
    def fine(self) -> bool:
        """Whether all cases passed, and there was something to run."""
        return not self.failed and not self.problems and bool(self.results)


class Rulesets:
    """The rulesets that cases need, each loaded once: one for each root folder, site and bindings file."""

    def __init__(self, executor: str, loader: Callable[..., Ruleset] = load_here) -> None:
        self.executor = executor
        self.loader = loader
        self._engines: dict[tuple[Path, Path | None, Path | None], Engine] = {}
        self._roots: dict[Path, Path] = {}
        """By guideline: to find one asks the disk, and a thousand cases are about few."""

    def keep(self, root: Path, ruleset: Ruleset) -> None:
        """A ruleset of this folder, without a site or bindings, that was made already."""
        self._engines[(root.resolve(), None, None)] = Engine(ruleset, executor=self.executor)

    def engine(self, case: Case) -> Engine:
        if case.guideline not in self._roots:
            self._roots[case.guideline] = root_of(case.guideline)
        root = self._roots[case.guideline]
        key = (root, case.site, case.bindings)
        if key not in self._engines:
            ruleset = self.loader(root, bindings=case.bindings, site=case.site)
            self._engines[key] = Engine(ruleset, executor=self.executor)
        return self._engines[key]


def root_of(guideline: Path) -> Path:
    """The folder that is loaded for a guideline: the `guidelines` folder it stands in, else that of its topic."""
    for parent in guideline.parents:
        if parent.name == "guidelines":
            return parent
    return topic_folder(guideline)


def run_files(
    paths: Iterable[Path],
    executor: str = "compiled",
    after_each: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Runs all cases of these files. `after_each` hears how many cases are done, and how many there are."""
    report = Report()
    rulesets = Rulesets(executor)
    files = [read_cases(path, near(path)) for path in paths]
    total = sum(len(cases) for cases, _ in files)
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        after_each(done, total)

    for cases, problems in files:
        report.problems += problems
        report.add(run_cases(cases, rulesets, step))
    return report


def run_cases(cases: Iterable[Case], rulesets: Rulesets, after_each: Callable[[], None]) -> Report:
    """Runs the cases of one file; after a guideline that cannot be read the rest is left out."""
    report = Report()
    for case in cases:
        if not report.problems:
            try:
                report.results.append(run_case(case, rulesets))
            except GuidelineError as error:
                report.problems += error.problems
        after_each()
    return report


def run_case(case: Case, rulesets: Rulesets) -> Result:
    """What became of one case. A pending case that passes has failed: its gap is gone."""
    engine = rulesets.engine(case)
    failures = _failures(case, engine)
    if not case.pending:
        return Result(case, "failed" if failures else "passed", tuple(failures))
    if failures:
        return Result(case, "pending", tuple(failures))
    gone = Failure(
        "pending", f"a known gap ({case.pending})", "the case passes: take `pending` away", case.span
    )
    return Result(case, "failed", (gone,))


def patient_of(case: Case) -> Patient:
    """The patient of a case: its record is complete for every list it names; given values stand above it."""
    patient = Patient()
    if case.record is not None:
        named: dict[str, object] = {key: {} for key, value in case.record.items() if isinstance(value, list)}
        delivered = {**named, **_own_delivered(case.record)}
        patient = read({"id": case.id, **case.record, "delivered": delivered})
    return _with_given(patient, case.given)


def _own_delivered(record: Mapping[str, object]) -> Mapping[str, object]:
    own = record.get("delivered")
    return own if isinstance(own, dict) else {}


def _with_given(patient: Patient, given: Mapping[str, object]) -> Patient:
    return replace(patient, given=dict(given))


@dataclass(frozen=True, slots=True)
class Ran:
    """All that a case is compared with."""

    case: Case
    file: GuidelineFile
    advice: Advice
    concluded: Conclusions
    asked: tuple[str, ...]
    named: Mapping[str, Named]

    def rule_names(self, ids: Iterable[str]) -> list[str]:
        """The short names of those rules that stand in the case's guideline."""
        prefix = f"{self.file.id}/"
        return [id.removeprefix(prefix) for id in ids if id.startswith(prefix)]


def _failures(case: Case, engine: Engine) -> list[Failure]:
    file = file_of(case, engine.ruleset)
    if file is None:
        return [Failure("guideline", str(case.guideline.name), "no such file was loaded", case.span)]
    try:
        ran = _run(case, file, engine)
    except PatientError as error:
        return [_unreadable(case, error.path, error.text)]
    except ValueError as error:
        return [Failure("record", "a patient that can be read", str(error), case.span)]
    found: list[Failure] = []
    for expectation in case.expect:
        compare = COMPARISONS.get(expectation.what)
        if compare is None:
            found.append(
                Failure(
                    expectation.what, "an expectation that exists", "nothing compares it", expectation.span
                )
            )
        else:
            found += compare(ran, expectation)
    return found


def _unreadable(case: Case, path: str, text: Text) -> Failure:
    """What is wrong with the patient of a case, at the word that is wrong."""
    told = {language: f"{path}: {said}" if path else said for language, said in text.items()}
    return Failure("record", "a patient that can be read", told["en"], case.place(path), told)


def file_of(case: Case, ruleset: Ruleset) -> GuidelineFile | None:
    """The guideline that a case is about, by its place under the folder that was loaded."""
    root = root_of(case.guideline)
    wanted = case.guideline.relative_to(root).as_posix()
    for file in ruleset.files:
        if file.path == wanted or file.path.endswith(f"/{wanted}"):
            return file
    return None


def _run(case: Case, file: GuidelineFile, engine: Engine) -> Ran:
    patient = patient_of(case)
    edition = case.edition or file.edition
    advice, concluded = engine.answer(
        patient,
        case.on,
        setting=case.setting,
        topics=[file.topic],
        editions={file.topic: edition} if edition else None,
        audience=case.audience or None,
    )
    rules = [
        (rule, node)
        for rule, node in concluded.rules()
        if rule.file == file.path and rule.if_unknown == "ask"
    ]
    asked, _ = questions(concluded, rules, {file.path})
    return Ran(
        case,
        file,
        advice,
        concluded,
        tuple(one.key for one in asked),
        {named.key: named for named in concluded.program.named},
    )


# Comparisons: exact lists for what the rules of the guideline give, the rest compares what it names


def _same_set(ran: Ran, expectation: Expectation, found: Sequence[str]) -> list[Failure]:
    expected = list(words(expectation.value))
    if sorted(set(expected)) == sorted(set(found)):
        return []
    return [Failure(expectation.what, _shown(expected), _shown(found), expectation.span)]


def _shown(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names))) or "nothing"


def advised_by(ran: Ran) -> list[str]:
    """The actions that rules of the case's guideline advise."""
    own = set(ran.rule_names(rule for one in ran.advice.recommendations for rule in one.rules))
    found = []
    for name in own:
        recommend = ran.concluded.ruleset.rules[f"{ran.file.id}/{name}"].recommend
        if recommend is not None:
            found.append(recommend.action)
    return found


def _recommend(ran: Ran, expectation: Expectation) -> list[Failure]:
    return _same_set(ran, expectation, advised_by(ran))


def _not_recommend(ran: Ran, expectation: Expectation) -> list[Failure]:
    named = set(words(expectation.value))
    found = named & set(advised_by(ran))
    if found:
        return [Failure("not_recommend", "not this", _shown(found), expectation.span)]
    return _no_such("not_recommend", named - set(ran.concluded.ruleset.actions), expectation)


def _ask(ran: Ran, expectation: Expectation) -> list[Failure]:
    return _same_set(ran, expectation, ran.asked)


def _not_ask(ran: Ran, expectation: Expectation) -> list[Failure]:
    named = set(words(expectation.value))
    found = named & set(ran.asked)
    if found:
        return [Failure("not_ask", "not this", _shown(found), expectation.span)]
    known = {one.name for one in ran.concluded.ruleset.definitions.values()}
    return _no_such("not_ask", {name for name in named if "/" not in name} - known, expectation)


def _no_such(what: str, names: Iterable[str], expectation: Expectation) -> list[Failure]:
    """What does not exist never comes out: to expect its absence compares nothing."""
    return [Failure(what, name, "no such name", expectation.span) for name in sorted(names)]


def _excepted(ran: Ran, expectation: Expectation) -> list[Failure]:
    """By the name of the exception, or `rule/exception`."""
    prefix = f"{ran.file.id}/"
    found = [
        (one.rule.removeprefix(prefix), one.exception)
        for one in ran.advice.excepted
        if one.rule.startswith(prefix)
    ]
    expected = list(words(expectation.value))
    if any("/" in name for name in expected):
        return _same_set(ran, expectation, [f"{rule}/{name}" for rule, name in found])
    return _same_set(ran, expectation, [name for _, name in found])


def _undecided(ran: Ran, expectation: Expectation) -> list[Failure]:
    return _same_set(ran, expectation, ran.rule_names(one.rule for one in ran.advice.undecided))


def _conflicts(ran: Ran, expectation: Expectation) -> list[Failure]:
    """Each as two actions joined by ` and `, or the name of a finding."""
    found = [
        one.finding or " and ".join(sorted(one.actions))
        for one in ran.advice.conflicts
        if ran.rule_names(one.rules)
    ]
    expected = []
    for item in expectation.value.items if isinstance(expectation.value, SequenceNode) else ():
        expected.append(" and ".join(sorted(words(item))) if isinstance(item, SequenceNode) else _text(item))
    if sorted(expected) == sorted(found):
        return []
    return [Failure("conflicts", _shown(expected), _shown(found), expectation.span)]


def _caveats(ran: Ran, expectation: Expectation) -> list[Failure]:
    """Each must stand in some caveat of the advice, in Dutch or English."""
    told = [text for one in ran.advice.recommendations for caveat in one.caveats for text in caveat.values()]
    missing = [wanted for wanted in words(expectation.value) if not any(wanted in text for text in told)]
    return [Failure("caveats", wanted, _shown(told), expectation.span) for wanted in missing]


def _values(ran: Ran, expectation: Expectation) -> list[Failure]:
    found: list[Failure] = []
    if not isinstance(expectation.value, MappingNode):
        return [Failure(expectation.what, "names with values", _text(expectation.value), expectation.span)]
    for entry in expectation.value.entries:
        named = ran.named.get(entry.key.text)
        if named is None:
            found.append(
                Failure(entry.key.text, "a fact or finding of this guideline", "no such name", entry.key.span)
            )
            continue
        kind = ran.concluded.type_of(named.node)
        now = ran.concluded.now(named.node)
        raw: object = (
            list(words(entry.value)) if isinstance(entry.value, SequenceNode) else _text(entry.value)
        )
        try:
            expected = read_value(kind, raw, "", ran.case.on)
        except ValueProblem as problem:
            found.append(Failure(entry.key.text, _text(entry.value), problem.text["en"], entry.key.span))
            continue
        if kind.kind == "collection" and not isinstance(entry.value, MappingNode):
            expected, now = _sure(expected), _sure(now)  # a list names what it surely has
        if expected != now:
            wanted, came = as_written(to_json(kind, expected)), as_written(to_json(kind, now))
            found.append(Failure(entry.key.text, wanted, came, entry.key.span))
    return found


def _sure(collection: Value) -> Value:
    assert isinstance(collection, tuple)
    return (collection[0], collection[0])


def as_written(value: JsonValue) -> str:
    """A value as a case writes it: `yes`, `4 points`, `3..4 points`, `treat or refer`."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, Mapping):
        return str(value)
    unit = f" {value['unit']}" if "unit" in value else ""
    if "unknown" in value:
        return "unknown"
    if "value" in value:
        return f"{value['value']}{unit}"
    if "one_of" in value:
        return " or ".join(str(word) for word in _list(value["one_of"]))
    if "has" in value:
        has = ", ".join(str(word) for word in _list(value["has"])) or "nothing"
        may = ", ".join(str(word) for word in _list(value["may_have"]))
        return f"{has} (perhaps {may})" if may else has
    none = " or none" if value.get("or") == "none" else ""
    return f"{value.get('low', '')}..{value.get('high', '')}{unit}{none}"


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _urgency(ran: Ran, expectation: Expectation) -> list[Failure]:
    """One word: the highest urgency of what the guideline advises. A mapping: the urgency of each action."""
    own = [one for one in ran.advice.recommendations if ran.rule_names(one.rules)]
    if isinstance(expectation.value, MappingNode):
        by_action = {one.action: one.urgency for one in own}
        return [
            Failure(f"urgency of {entry.key.text}", _text(entry.value), found, entry.key.span)
            for entry in expectation.value.entries
            if (found := by_action.get(entry.key.text, "not advised")) != _text(entry.value)
        ]
    highest = max((one.urgency for one in own), key=URGENCIES.index, default="none")
    expected = _text(expectation.value)
    return [] if expected == highest else [Failure("urgency", expected, highest, expectation.span)]


def _state(ran: Ran, name: str) -> str:
    """settled, provisional or unknown, of an action or a named finding."""
    for one in ran.advice.recommendations:
        if one.action == name:
            return one.state
    named = ran.named.get(name)
    if named is None:
        return "not advised, and no finding"
    if not ran.concluded.is_known(named.node):
        return "unknown"
    return "settled" if ran.concluded.is_settled(named.node) else "provisional"


def _states(ran: Ran, expectation: Expectation) -> list[Failure]:
    return [
        Failure(name, expectation.what, found, expectation.span)
        for name in words(expectation.value)
        if (found := _state(ran, name)) != expectation.what
    ]


def _outcome(ran: Ran, expectation: Expectation) -> list[Failure]:
    found = ran.advice.topic(ran.file.topic).outcome
    expected = _text(expectation.value)
    return [] if found == expected else [Failure("outcome", expected, found, expectation.span)]


def _text(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else ", ".join(words(node))


COMPARISONS: Final[Mapping[str, Callable[[Ran, Expectation], list[Failure]]]] = {
    "recommend": _recommend,
    "not_recommend": _not_recommend,
    "ask": _ask,
    "not_ask": _not_ask,
    "excepted": _excepted,
    "undecided": _undecided,
    "conflicts": _conflicts,
    "caveats": _caveats,
    "findings": _values,
    "scores": _values,
    "urgency": _urgency,
    "settled": _states,
    "provisional": _states,
    "outcome": _outcome,
}
