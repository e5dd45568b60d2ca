"""Alarms are heard: not silenced, not moved by a site, and never waiting for each other's absence (language
§9)."""

from __future__ import annotations

from collections.abc import Iterator

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
from cdss.models.guideline import Fact, Finding, FromCondition, FromPatient, Parameter, Rule
from cdss.rules.danger import ALARMS, is_safety_rule, protected_parameters
from cdss.rules.draft import Draft, advice
from cdss.rules.strata import names_in
from cdss.rules.written import key_span, mappings, text


def danger_is_heard(draft: Draft) -> None:
    """What would keep an alarm from being heard."""
    alarms = _alarm_findings(draft)
    for rule in draft.rules.values():
        if is_safety_rule(draft, rule):
            _check_silent(draft, rule)
            _check_absence(draft, rule, alarms)
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


# Absence of another alarm


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
                    "Zet dezelfde bevinding met `combine: highest`: dan telt de hoogste, en zwijgt er geen.",
                    "Set the same finding with `combine: highest`: then the highest counts, and none is "
                    "silenced.",
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
    """A topic never opens on age or sex alone: something in the record must be the reason (language §3)."""
    for file in draft.files:
        if file.applies is None:
            continue
        names = [
            name for name in names_in(file.applies) if name.ref is not None and name.ref.kind == "definition"
        ]
        facts = [draft.definitions.get(name.ref.id) for name in names if name.ref is not None]
        if facts and all(isinstance(fact, Fact) and isinstance(fact.source, FromPatient) for fact in facts):
            draft.report(
                "applies-on-age",
                names[0].span,
                "een onderwerp begint nooit op leeftijd of geslacht alleen",
                "a topic never starts on age or sex alone",
                help=advice(
                    "Noem iets in het dossier dat de reden is.",
                    "Name something in the record that is the reason.",
                ),
            )
