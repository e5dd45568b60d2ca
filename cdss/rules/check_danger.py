"""Alarms are heard: not silenced, not moved by a site, and never waiting for each other's absence (language
§9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cdss.errors import Note, Span
from cdss.models.condition import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Criterion,
    HasWord,
    InRange,
    IsKnown,
    IsTrue,
    IsWord,
    Name,
    NoneOf,
    Word,
)
from cdss.models.guideline import (
    URGENCIES,
    Fact,
    Finding,
    FromCondition,
    FromRecords,
    InstrumentFile,
    Parameter,
    Rule,
    TreatmentDefinition,
)
from cdss.rules.danger import ALARMS, everything_read, is_safety_rule, protected_parameters, reach
from cdss.rules.draft import Draft, advice
from cdss.rules.strata import names_in
from cdss.rules.written import key_span, mappings, text


def danger_is_heard(draft: Draft) -> None:
    """What would keep an alarm from being heard."""
    alarms = _alarm_findings(draft)
    raising = {rule.id: _raising(draft, rule) for rule in draft.rules.values() if is_safety_rule(draft, rule)}
    for rule in draft.rules.values():
        if rule.id in raising:
            _check_silent(draft, rule)
            others = {fact for id, facts in raising.items() if id != rule.id for fact in facts}
            _check_absence(draft, rule, alarms | others)
        _check_overridden(draft, rule)
    _check_highest(draft, alarms)
    protected = protected_parameters(draft)
    for definition in draft.definitions.values():
        if isinstance(definition, Parameter) and definition.site is not None and definition.id in protected:
            draft.report(
                "site-not-allowed",
                key_span(draft.declared[definition.id].body, "site"),
                "een alarmteken, een urgentie of een grens van denosumab kan een praktijk niet veranderen",
                "a site cannot change a red flag, an urgency or a denosumab limit",
                help=advice("Haal `site:` hier weg.", "Remove `site:` here."),
            )


def _check_silent(draft: Draft, rule: Rule) -> None:
    if rule.if_unknown == "silent":
        draft.report(
            "silent-alarm",
            _key_of(draft, rule, "if_unknown"),
            "een regel die U1-U4 of D1 geeft mag niet zwijgen als iets onbekend is",
            "a rule that gives U1-U4 or D1 may not be silent when something is unknown",
            help=advice("Schrijf `if_unknown: ask` of `mention`.", "Write `if_unknown: ask` or `mention`."),
        )


def _key_of(draft: Draft, rule: Rule, key: str) -> Span:
    for head in draft.heads:
        if head.path == rule.file:
            for node in mappings(head.node.get("rules")):
                if text(node.get("id")) == rule.id.rpartition("/")[2]:
                    return key_span(node, key)
    return rule.span


def _check_overridden(draft: Draft, rule: Rule) -> None:
    """An alarm gives way to a rule that is at least as urgent, never to a lower one."""
    for override in rule.overrides:
        other = draft.rules.get(override.rule)
        if other is None or not is_safety_rule(draft, other):
            continue
        if _height(rule) < _height(other):
            draft.report(
                "silent-alarm",
                override.span,
                "deze regel is minder dringend dan het alarm dat hij opzijzet, en zou het doen zwijgen",
                "this rule is less urgent than the alarm that it overrides, and would silence it",
                help=advice(
                    "Laat beide staan, of geef het alarm een uitzondering (`except:`) met een reden.",
                    "Let both stand, or give the alarm an exception (`except:`) with a reason.",
                ),
                notes=(Note(other.span, {"nl": "het alarm", "en": "the alarm"}),),
            )


def _height(rule: Rule) -> int:
    """How urgent a rule is: the place of the highest urgency that it gives, higher is more urgent."""
    given = [rule.recommend.urgency] if rule.recommend is not None else []
    given += [setting.value for setting in rule.sets if setting.value in ALARMS]
    return max((URGENCIES.index(word) for word in given), default=0)


def _check_highest(draft: Draft, alarms: frozenset[str]) -> None:
    """Alarms that set one finding: the highest counts, and the choices go from low to high."""
    for id in sorted(alarms):
        finding = draft.definitions.get(id)
        if not isinstance(finding, Finding):
            continue
        urgencies = [word for word in finding.type.words if word in URGENCIES]
        if not ALARMS & set(urgencies):
            continue
        body = draft.declared[id].body
        if finding.combine == "one":
            draft.report(
                "silent-alarm",
                key_span(body, "combine") if body.get("combine") is not None else finding.span,
                "twee alarmen die hier iets anders zetten zouden botsen, en dan geldt er geen",
                "two alarms that set this differently would clash, and then neither counts",
                help=advice("Schrijf `combine: highest`.", "Write `combine: highest`."),
            )
        elif finding.combine == "highest" and urgencies != sorted(urgencies, key=URGENCIES.index):
            listed = ", ".join(sorted(urgencies, key=URGENCIES.index))
            draft.report(
                "not-in-order",
                key_span(body, "choices"),
                "de urgenties staan niet van laag naar hoog, en `combine: highest` zou de verkeerde nemen",
                "the urgencies do not go from low to high, and `combine: highest` would take the wrong one",
                help=advice(
                    f"Schrijf ze in deze volgorde: {listed}.", f"Write them in this order: {listed}."
                ),
            )


# Absence of another alarm


def _raising(draft: Draft, rule: Rule) -> frozenset[str]:
    """The yes/no facts of which a yes by itself makes this rule hold."""
    found: set[str] = set()
    waiting: list[Condition] = [rule.when]
    while waiting:
        match waiting.pop():
            case AnyOf(items=items):
                waiting += items
            case AllOf(items=(only,)):
                waiting.append(only)
            case Criterion(test=IsTrue(name=name), negated=False) if name.ref is not None:
                fact = draft.definitions.get(name.ref.id)
                if isinstance(fact, Fact) and fact.id not in found:
                    found.add(fact.id)
                    if isinstance(fact.source, FromCondition):
                        waiting.append(fact.source.when)
            case _:
                pass
    return frozenset(found)


def _alarm_findings(draft: Draft) -> frozenset[str]:
    """The findings that safety rules set."""
    found = set()
    for rule in draft.rules.values():
        if is_safety_rule(draft, rule):
            found |= {setting.finding for setting in rule.sets}
    return frozenset(found)


def _check_absence(draft: Draft, rule: Rule, alarms: frozenset[str]) -> None:
    conditions = [(rule.when, True), *((exception.when, False) for exception in rule.exceptions)]
    for condition, wanted in conditions:
        for name, span in _absences(draft, condition, wanted, alarms, set()):
            finding = draft.definitions[name]
            draft.report(
                "alarm-waits-for-absence",
                span,
                f"dit alarm wacht op de afwezigheid van een ander alarm (`{finding.name}`)",
                f"this alarm waits for the absence of another alarm (`{finding.name}`)",
                help=advice(
                    "Haal dit weg, en laat beide regels dezelfde bevinding zetten met `combine: highest`: dan "
                    "telt de hoogste, en zwijgt er geen.",
                    "Remove this, and let both rules set the same finding with `combine: highest`: then the "
                    "highest counts, and none is silenced.",
                ),
                notes=(Note(finding.span, {"nl": "het andere alarm", "en": "the other alarm"}),),
            )


def _absences(
    draft: Draft, condition: Condition, wanted: bool, alarms: frozenset[str], seen: set[tuple[str, bool]]
) -> Iterator[tuple[str, Span]]:
    """Lines that hold only while an alarm is not there; `wanted` tells whether the condition itself must
    hold."""
    match condition:
        case AllOf() | AnyOf():
            for item in condition.items:
                yield from _absences(draft, item, wanted, alarms, seen)
        case NoneOf():
            for item in condition.items:
                yield from _absences(draft, item, not wanted, alarms, seen)
        case Criterion():
            wanted = wanted != condition.negated
            for name in names_in(condition):
                if name.ref is None or name.ref.kind != "definition":
                    continue
                if name.ref.id in alarms:
                    if not _asks_for_alarm(draft, condition, wanted):
                        yield name.ref.id, condition.span
                    continue
                fact = draft.definitions.get(name.ref.id)
                if not isinstance(fact, Fact) or not isinstance(fact.source, FromCondition):
                    continue
                # A line that asks whether a yes/no fact is known waits for neither its yes nor its no.
                if isinstance(condition.test, IsTrue) and (fact.id, wanted) not in seen:
                    seen.add((fact.id, wanted))
                    for found, _ in _absences(draft, fact.source.when, wanted, alarms, seen):
                        yield found, condition.span


def _asks_for_alarm(draft: Draft, criterion: Criterion, wanted: bool) -> bool:
    """Whether a line about an alarm holds when the alarm is there, and not when it is not."""
    match criterion.test:
        case IsTrue():
            return wanted
        case IsKnown(known=known):
            return known == wanted
        case HasWord():
            return wanted
        case IsWord(name=name, words=words, negated=negated):
            seen, alarms = {word.word for word in words}, _words_of_alarm(draft, name)
            return seen <= alarms if wanted != negated else not seen & alarms
        case Comparison(left=Name(), operator=operator):
            return wanted == (operator in (">=", ">"))
        case Comparison(left=Word(), operator=operator):
            return wanted == (operator in ("<=", "<"))
        case InRange(high=high, negated=negated):
            return high is None and wanted != negated
        case _:
            return False


def _words_of_alarm(draft: Draft, name: Name) -> frozenset[str]:
    """The words that are an alarm: urgencies U1-U4 and D1, or, of another finding, all but `none` and its
    default."""
    finding = draft.definitions.get(name.ref.id) if name.ref is not None else None
    if not isinstance(finding, Finding):
        return frozenset()
    if ALARMS & set(finding.type.words):
        return ALARMS
    return frozenset(finding.type.words) - {"none", finding.otherwise or ""}


# applies


def applies_has_a_reason(draft: Draft) -> None:
    """A topic never opens on age or sex alone: on each way to a yes something in the record is the reason
    (language §3)."""
    graph = everything_read(draft)
    for file in draft.files:
        for line in _without_reason(draft, graph, file.applies) if file.applies is not None else ():
            draft.report(
                "applies-on-age",
                line,
                "een onderwerp begint nooit op leeftijd of geslacht alleen, of omdat er iets niet is",
                "a topic never starts on age or sex alone, or because something is not there",
                help=advice(
                    "Zet er met `all:` iets uit het dossier bij dat de reden is.",
                    "Put something in the record that is the reason beside it, with `all:`.",
                ),
            )
            break


def _without_reason(draft: Draft, graph: Mapping[str, list[str]], condition: Condition) -> list[Span]:
    """The lines that open a topic without anything in the record; empty when there always is something."""
    match condition:
        case AllOf(items=items):
            each = [_without_reason(draft, graph, item) for item in items]
            return each[0] if each and all(each) else []
        case AnyOf(items=items):
            return [line for item in items for line in _without_reason(draft, graph, item)]
        case NoneOf(items=items):
            return [items[0].span] if items else []
        case Criterion(test=IsTrue(name=name), negated=False) if (below := _tree_of(draft, name)) is not None:
            return [condition.span] if _without_reason(draft, graph, below) else []
        case Criterion(test=IsTrue(), negated=True) | Criterion(test=IsKnown(known=False)):
            return [condition.span]
        case Criterion():
            names = [name.ref for name in names_in(condition) if name.ref is not None]
            read = {one for ref in names if ref.kind == "definition" for one in reach(graph, ref.id)}
            elsewhere = any(_is_from_elsewhere(draft, one) for one in read)
            return [] if elsewhere else [first.span for first in [*names_in(condition)][:1]]


def _tree_of(draft: Draft, name: Name) -> Condition | None:
    fact = draft.definitions.get(name.ref.id) if name.ref is not None else None
    return fact.source.when if isinstance(fact, Fact) and isinstance(fact.source, FromCondition) else None


def _is_from_elsewhere(draft: Draft, id: str) -> bool:
    """Whether this is read from a list of the record or from answers, not from who the patient is."""
    match draft.definitions.get(id):
        case Fact(source=FromRecords()) | TreatmentDefinition() | InstrumentFile():
            return True
        case _:
            return False
