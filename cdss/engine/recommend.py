"""From rules that stand to recommendations: decisions respected, the same action merged, conflicts shown, ranked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from cdss.engine.conclusions import Conclusions
from cdss.engine.evidence import weakest_evidence
from cdss.engine.forms import Forms
from cdss.engine.questions import missing_facts
from cdss.engine.treatment import Treatment as TreatmentRead
from cdss.errors import Text
from cdss.models.advice import (
    Conflict,
    Decided,
    Excepted,
    Recommendation,
    RecommendationTexts,
    Undecided,
)
from cdss.models.guideline import EVIDENCE, PRIORITIES, URGENCIES, Action, Evidence, Recommend, Rule
from cdss.models.patient import Days, Record
from cdss.models.program import NodeId, Output
from cdss.models.program import Rule as RuleNode
from cdss.models.truth import NO, UNKNOWN, YES
from cdss.models.value import DateRange

DANGER = frozenset({"U1", "U2", "U3", "U4"})
SUPPRESSING = frozenset(
    {"declined", "postponed", "disagreed", "done_elsewhere", "contraindicated", "not_applicable"}
)
TIMED = frozenset({"declined", "postponed", "disagreed"})
DEFAULT_DAYS = 365
ALARM_DAYS = 14

MakeTexts = Callable[[Sequence["Standing"], str], Callable[[], RecommendationTexts]]


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule that stands and recommends, with whether no answer can change that."""

    rule: Rule
    recommend: Recommend
    node: NodeId
    settled: bool


@dataclass(slots=True)
class Outcome:
    """What the rules of the open topics come to."""

    recommendations: tuple[Recommendation, ...] = ()
    excepted: list[Excepted] = field(default_factory=list)
    undecided: list[Undecided] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    asking: list[tuple[Rule, NodeId]] = field(default_factory=list)  # rules whose open facts may be asked
    said: dict[str, list[tuple[str, Rule]]] = field(default_factory=dict)  # topic -> outcome that a rule says
    left_out: set[str] = field(default_factory=set)  # topics with a draft that was not accepted


def recommend(concluded: Conclusions, *, accept: str, make_texts: MakeTexts) -> Outcome:
    """The recommendations of all open topics, and what became of every other rule."""
    outcome = Outcome()
    standing: list[Standing] = []
    for rule, node in concluded.rules():
        if accept == "active" and status_of(concluded, rule) != "active":
            outcome.left_out.add(concluded.files[rule.file].topic)
            continue
        now = concluded.now(node)
        if rule.if_unknown == "ask":
            outcome.asking.append((rule, node))
        if now == UNKNOWN:
            if rule.if_unknown != "silent":
                outcome.undecided.append(Undecided(rule.id, partial(missing_facts, concluded, node)))
            continue
        if now == NO:
            _excepted(concluded, rule, node, outcome)
            continue
        if rule.outcome:
            topic = concluded.files[rule.file].topic
            outcome.said.setdefault(topic, []).append((rule.outcome, rule))
        if rule.recommend is None:
            continue
        decision = deciding(concluded, rule, rule.recommend)
        if decision is not None:
            choice = str(decision.fields.get("choice"))
            outcome.excepted.append(Excepted(rule.id, f"decision:{choice}", decision_text(decision)))
            continue
        standing.append(Standing(rule, rule.recommend, node, concluded.later(node) == YES))
    outcome.decided = _decided(concluded)
    outcome.recommendations = merged(concluded, standing, make_texts)
    outcome.conflicts = _conflicts(concluded, outcome.recommendations)
    return outcome


def status_of(concluded: Conclusions, rule: Rule) -> str:
    return rule.status or concluded.files[rule.file].status


def _excepted(concluded: Conclusions, rule: Rule, node: NodeId, outcome: Outcome) -> None:
    """A rule whose condition holds but that does not advise: by which exception, or by which other rule."""
    nodes = concluded.program.nodes[node]
    assert isinstance(nodes, RuleNode)
    if concluded.now(nodes.when) != YES:
        return
    for (name, condition, _), exception in zip(nodes.exceptions, rule.exceptions, strict=True):
        if concluded.now(condition) == YES:
            outcome.excepted.append(Excepted(rule.id, name, exception.text))
            return
    for other in nodes.overridden_by:
        if concluded.now(other) == YES:
            over = concluded.program.nodes[other]
            assert isinstance(over, RuleNode)
            title = concluded.ruleset.rules[over.rule].title
            text: Text = {
                "nl": f"Wijkt voor een andere regel: {title.get('nl', over.rule)}",
                "en": f"Gives way to another rule: {title.get('en', over.rule)}",
            }
            outcome.excepted.append(Excepted(rule.id, f"overridden:{over.rule}", text))
            return


# Decisions


def deciding(concluded: Conclusions, rule: Rule, advised: Recommend) -> Record | None:
    """The recorded decision that covers this advice today, if there is one (language §9).

    The latest about the action counts: who agrees after declining has agreed. On one day the one that advises.
    """
    if advised.urgency in DANGER:
        return None
    taken = [one for one in _decisions(concluded) if one.fields.get("action") == advised.action]
    if not taken:
        return None
    latest = max(taken, key=lambda one: (_day(one.on), one.fields.get("choice") not in SUPPRESSING))
    if latest.fields.get("choice") not in SUPPRESSING:
        return None
    on = concluded.call.on
    end = _end_of(latest)
    if advised.urgency == "D1":
        fortnight = _day(latest.on) + timedelta(days=ALARM_DAYS)
        end = fortnight if end is None else min(end, fortnight)
    if end is not None and on >= end:
        return None
    if newest_behind(concluded, rule) > _day(latest.on).toordinal():
        return None
    return latest


def _end_of(decision: Record) -> date | None:
    """The first day it no longer holds; None: until the facts behind it change."""
    until = decision.fields.get("until")
    if isinstance(until, Days):
        return until.first
    if decision.fields.get("choice") in TIMED:
        return _day(decision.on) + timedelta(days=DEFAULT_DAYS)
    return None


def newest_behind(concluded: Conclusions, rule: Rule) -> float:
    """The ordinal of the newest record or answer behind a criterion of the rule."""
    newest = float("-inf")
    for number in concluded.below(concluded.program.rules[rule.id]):
        for record in _records_behind(concluded, number):
            if record.on is not None:
                newest = max(newest, record.on.first.toordinal())
        if concluded.fact_of(number) is None:
            continue
        reading = concluded.values.reading(number)
        for match in reading.used:
            newest = max(newest, match.first)
        if reading.answer is not None and reading.answer.on is not None:
            newest = max(newest, reading.answer.on.first.toordinal())
    return newest


def _records_behind(concluded: Conclusions, number: NodeId) -> Iterable[Record]:
    """The records that a treatment or an instrument was read from."""
    node = concluded.program.nodes[number]
    if not isinstance(node, Output):
        return
    seen = concluded.values.seen(node.of)
    if isinstance(seen, Forms):
        for match in seen.selection.matches:
            yield match.record
    elif isinstance(seen, TreatmentRead):
        paths = frozenset(seen.used)
        for records in concluded.call.patient.lists.values():
            for record in records:
                if record.path in paths:
                    yield record


def _decisions(concluded: Conclusions) -> Iterable[Record]:
    for record in concluded.call.patient.records("decisions"):
        if record.on is not None and record.on.first <= concluded.call.on:
            yield record


def _decided(concluded: Conclusions) -> list[Decided]:
    """All recorded decisions about our actions that have not ended by their date, newest last."""
    found = []
    for record in _decisions(concluded):
        action = str(record.fields.get("action"))
        end = _end_of(record)
        if action in concluded.ruleset.actions and (end is None or concluded.call.on < end):
            found.append(
                Decided(
                    action,
                    str(record.fields.get("choice")),
                    _day(record.on).isoformat(),
                    None if end is None else end.isoformat(),
                )
            )
    return found


_CHOICE_TEXT: Mapping[str, Text] = {
    "declined": {"nl": "De patiënt wil dit niet", "en": "The patient declined"},
    "postponed": {"nl": "Uitgesteld", "en": "Postponed"},
    "disagreed": {
        "nl": "De zorgverlener is het niet eens met dit advies",
        "en": "The professional disagreed",
    },
    "done_elsewhere": {"nl": "Al elders gedaan", "en": "Already done elsewhere"},
    "contraindicated": {"nl": "Gecontra-indiceerd", "en": "Contraindicated"},
    "not_applicable": {
        "nl": "Niet van toepassing; controleer of het dossier klopt",
        "en": "Not applicable; check whether the record is right",
    },
}


def decision_text(decision: Record) -> Text:
    text = _CHOICE_TEXT[str(decision.fields.get("choice"))]
    day = _day(decision.on)
    return {"nl": f"{text['nl']} ({day:%d-%m-%Y})", "en": f"{text['en']} ({day.isoformat()})"}


def _day(days: Days | None) -> date:
    assert days is not None
    return days.first


# One recommendation for each action


def merged(
    concluded: Conclusions, standing: Sequence[Standing], make_texts: MakeTexts
) -> tuple[Recommendation, ...]:
    """The same action once, with all its rules; an action takes in those it includes. Ranked: danger first."""
    actions = concluded.ruleset.actions
    advised = {one.recommend.action for one in standing}
    shown_as = {action: _taken_in_by(actions, action, advised) for action in advised}
    groups: dict[str, list[Standing]] = {}
    for one in standing:
        groups.setdefault(shown_as[one.recommend.action], []).append(one)
    made = [_merge(concluded, action, group, shown_as, make_texts) for action, group in groups.items()]
    return tuple(sorted(made, key=rank))


def rank(one: Recommendation) -> tuple[int, int, str, str]:
    """Urgency, priority, topic, action."""
    return (-URGENCIES.index(one.urgency), -PRIORITIES.index(one.priority), one.topic, one.action)


def _taken_in_by(actions: Mapping[str, Action], action: str, advised: set[str]) -> str:
    """The advised action that this one is part of, and itself part of no other; itself when there is none."""
    around = [other for other in sorted(advised) if action in _included(actions, other)]
    return next((other for other in around if not _is_part(actions, other, advised)), action)


def _is_part(actions: Mapping[str, Action], action: str, advised: set[str]) -> bool:
    return any(action in _included(actions, other) for other in advised)


def _included(actions: Mapping[str, Action], action: str) -> set[str]:
    """All that is part of an action, and what is part of that."""
    found: set[str] = set()
    waiting = list(actions[action].includes)
    while waiting:
        one = waiting.pop()
        if one not in found and one != action:
            found.add(one)
            waiting += actions[one].includes
    return found


def _merge(
    concluded: Conclusions,
    action: str,
    group: Sequence[Standing],
    shown_as: Mapping[str, str],
    make_texts: MakeTexts,
) -> Recommendation:
    actions = concluded.ruleset.actions
    own = sorted(group, key=lambda one: (one.recommend.action != action, not one.settled, one.rule.id))
    owner, relieved = concluded.ruleset.owner(action), concluded.ruleset.relieved(action)
    roles = (*((relieved,) if relieved else ()), *(role for one in own for role in one.recommend.inform))
    files = [concluded.files[one.rule.file] for one in own]
    grades = {one.rule.grade for one in own if one.rule.grade}
    return Recommendation(
        action=action,
        label=actions[action].label,
        rules=tuple(one.rule.id for one in own),
        implements=tuple(dict.fromkeys(number for one in own for number in one.rule.implements)),
        urgency=max((one.recommend.urgency for one in own), key=URGENCIES.index),
        priority=max((one.recommend.priority for one in own), key=PRIORITIES.index),
        due=min((due for one in own if (due := _due(concluded, one)) is not None), default=None),
        owner=owner,
        inform=tuple(dict.fromkeys(role for role in roles if role != owner)),
        # What only a part of the action rests on does not settle the whole: an answer may still take that back.
        state="settled"
        if any(one.settled and one.recommend.action == action for one in own)
        else "provisional",
        status="draft" if any(status_of(concluded, one.rule) != "active" for one in own) else "active",
        grade=grades.pop() if len(grades) == 1 else None,
        editions=tuple(dict.fromkeys(file.edition for file in files if file.edition)),
        topic=files[0].topic,
        conflicts_with=tuple(sorted(_opposed(actions, action, shown_as))),
        make_evidence=lambda: weakest(weakest_evidence(concluded, one.rule) for one in own),
        make_texts=make_texts(own, owner),
    )


def weakest(evidences: Iterable[Evidence]) -> Evidence:
    return max(evidences, key=lambda evidence: EVIDENCE.index(evidence))


def _due(concluded: Conclusions, one: Standing) -> date | None:
    """The day before which it should be done, when the rule names one."""
    node = concluded.program.due.get(one.rule.id)
    if node is None:
        return None
    value = concluded.now(node)
    assert isinstance(value, tuple) and len(value) == 3
    low: float = _date_low(value)
    return date.fromordinal(int(low)) if 0 < low < date.max.toordinal() else None


def _date_low(value: DateRange) -> float:
    return value[0] if value[0] <= value[1] else 0


# Conflicts


def _opposed(actions: Mapping[str, Action], action: str, shown_as: Mapping[str, str]) -> set[str]:
    """The shown actions that do not go together with this one, or with what either takes in."""
    own = {one for one, shown in shown_as.items() if shown == action}
    return {
        shown
        for other, shown in shown_as.items()
        if shown != action
        and any(other in actions[one].not_with or one in actions[other].not_with for one in own)
    }


def _conflicts(concluded: Conclusions, recommendations: Sequence[Recommendation]) -> list[Conflict]:
    """Actions that do not go together, and findings that two rules set to different values."""
    found: list[Conflict] = []
    by_action = {one.action: one for one in recommendations}
    for one in recommendations:
        for other in one.conflicts_with:
            if other in by_action and one.action < other:
                found.append(Conflict((*one.rules, *by_action[other].rules), (one.action, other)))
    for key, setters in concluded.layout.single:
        sure = [(rule, value) for rule, value in setters if concluded.now(rule) == YES]
        if len({value for _, value in sure}) > 1:
            rules = [concluded.program.nodes[rule] for rule, _ in sure]
            names = tuple(rule.rule for rule in rules if isinstance(rule, RuleNode))
            found.append(Conflict(names, (), key))
    return found
