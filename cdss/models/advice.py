"""The answer (design §7). What a reader sees is made when it is read: texts, reasons and `holds_until` cost nothing
until somebody looks."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from cdss.errors import Text
from cdss.models.value import JsonValue

SCHEMA = "cdss.advice/1"
OUTCOMES = (
    "deceased",
    "switched_off",
    "no_edition",
    "not_started",
    "out_of_scope",
    "not_assessable",
    "advice",
    "questions",
    "nothing_to_do",
)


@dataclass(frozen=True, slots=True)
class NotChecked:
    """What could not be looked at, and why."""

    what: str
    why: str
    text: Text


@dataclass(frozen=True, slots=True)
class TopicAnswer:
    """One topic: which edition answered, and what came of it.

    `text` says in words why it is out of scope or not assessable; `title` is its name for readers.
    """

    topic: str
    edition: str
    in_force: bool
    status: str
    outcome: str
    not_checked: tuple[NotChecked, ...] = ()
    text: Text | None = None
    title: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Because:
    """One criterion behind an advice: as written, how it came out, the values and records behind it, its source."""

    criterion: str
    truth: str
    values: Mapping[str, JsonValue]
    records: tuple[str, ...]
    source: Mapping[str, str]
    text: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecommendationTexts:
    """What is made when read: the messages of each role, the reasons and the caveats."""

    messages: Mapping[str, Text]
    because: tuple[Because, ...]
    caveats: tuple[Text, ...]


@dataclass(frozen=True)
class Recommendation:
    """One action, with all rules that advise it."""

    action: str
    label: Text
    rules: tuple[str, ...]
    implements: tuple[str, ...]
    urgency: str
    priority: str
    due: date | None
    owner: str
    inform: tuple[str, ...]
    state: str  # settled or provisional
    status: str  # draft or active
    grade: str | None
    editions: tuple[str, ...]
    topic: str
    conflicts_with: tuple[str, ...]
    make_evidence: Callable[[], str] = field(repr=False, compare=False)
    make_texts: Callable[[], RecommendationTexts] = field(repr=False, compare=False)

    @cached_property
    def evidence(self) -> str:
        """The weakest evidence on the yes-path of its rules."""
        return self.make_evidence()

    @cached_property
    def texts(self) -> RecommendationTexts:
        return self.make_texts()

    @property
    def because(self) -> tuple[Because, ...]:
        """The criteria on the yes-path, in the order of the rules."""
        return self.texts.because

    @property
    def caveats(self) -> tuple[Text, ...]:
        """What we could not check, told with the advice."""
        return self.texts.caveats

    def message(self, role: str, language: str = "nl") -> str:
        """What this reader should do, and why. KeyError when the role neither owns nor is informed."""
        text = self.texts.messages[role]
        return text.get(language) or text["nl"]


@dataclass(frozen=True, slots=True)
class Question:
    """A fact whose value could still change the advice.

    `record` and `field` name the entry it is about, if it is; `choices_text` is how the choices are read.
    """

    fact: str
    text: Text
    type: str
    choices: tuple[str, ...] | None
    unit: str | None
    asked_of: str
    record: str | None
    field: str | None
    could_change: tuple[str, ...]
    topics: tuple[str, ...] = ()
    choices_text: Mapping[str, Text] = dataclasses.field(default_factory=dict)

    @property
    def key(self) -> str:
        """How `Patient.with_answers` calls it."""
        return f"{self.record}/{self.field}" if self.record is not None else self.fact


@dataclass(frozen=True, slots=True)
class Assumed:
    fact: str
    value: JsonValue
    text: Text


@dataclass(frozen=True, slots=True)
class Excepted:
    rule: str
    exception: str
    text: Text


@dataclass(frozen=True)
class Undecided:
    """A rule that is neither yes nor no, and the unknown facts that it waits for."""

    rule: str
    make_missing: Callable[[], tuple[str, ...]] = field(repr=False, compare=False)

    @cached_property
    def missing(self) -> tuple[str, ...]:
        return self.make_missing()


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two things that do not go together: actions, or values of one finding."""

    rules: tuple[str, ...]
    actions: tuple[str, ...]
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    action: str
    choice: str
    on: str | None
    until: str | None


@dataclass(frozen=True, slots=True)
class GuidelineUsed:
    id: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Advice:
    """What the guidelines say about one patient on one date."""

    engine: str
    on: date
    patient: str | None
    setting: str
    guidelines: tuple[GuidelineUsed, ...]
    site: Mapping[str, str | None] | None
    bindings: str | None
    recommendations: tuple[Recommendation, ...]
    excepted: tuple[Excepted, ...]
    undecided: tuple[Undecided, ...]
    conflicts: tuple[Conflict, ...]
    decided: tuple[Decided, ...]
    make_topics: Callable[[], tuple[TopicAnswer, ...]] = field(repr=False, compare=False)
    make_questions: Callable[[], tuple[Question, ...]] = field(repr=False, compare=False)
    make_provisional: Callable[[], tuple[str, ...]] = field(repr=False, compare=False)
    make_findings: Callable[[], Mapping[str, JsonValue]] = field(repr=False, compare=False)
    make_assumed: Callable[[], tuple[Assumed, ...]] = field(repr=False, compare=False)
    make_skipped: Callable[[], tuple[Mapping[str, Any], ...]] = field(repr=False, compare=False)
    make_holds_until: Callable[[], date | None] = field(repr=False, compare=False)
    make_explanation: Callable[[str, str, bool], str] = field(repr=False, compare=False)

    @cached_property
    def topics(self) -> tuple[TopicAnswer, ...]:
        """Every topic that was asked, with what came of it."""
        return self.make_topics()

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The facts whose value could still change the advice, most important first."""
        return self.make_questions()

    @cached_property
    def provisional(self) -> tuple[str, ...]:
        """The findings that are known today and may still change."""
        return self.make_provisional()

    @cached_property
    def findings(self) -> Mapping[str, JsonValue]:
        """What the engine concluded, by name."""
        return self.make_findings()

    @cached_property
    def assumed(self) -> tuple[Assumed, ...]:
        """What was taken to be absent because a list that was delivered did not hold it."""
        return self.make_assumed()

    @cached_property
    def skipped(self) -> tuple[Mapping[str, Any], ...]:
        """Entries that could not be used, and why."""
        return self.make_skipped()

    @cached_property
    def holds_until(self) -> date | None:
        """The first later date on which the same record gives another answer; None: none within two years."""
        return self.make_holds_until()

    def explain(self, rule: str, lang: str = "nl", *, rounds: bool = False) -> str:
        """Why, why not, and what would change it. KeyError when no such rule was looked at."""
        return self.make_explanation(rule, lang, rounds)

    def topic(self, name: str) -> TopicAnswer:
        """The answer of one topic. KeyError when it was not asked."""
        for topic in self.topics:
            if topic.topic == name:
                return topic
        raise KeyError(name)

    def recommendation(self, action: str) -> Recommendation | None:
        """The recommendation of this action, if it is made."""
        return next((one for one in self.recommendations if one.action == action), None)

    def to_dict(self) -> dict[str, Any]:
        """The form of design §7."""
        return {
            "schema": SCHEMA,
            "engine": self.engine,
            "on": self.on.isoformat(),
            "patient": self.patient,
            "setting": self.setting,
            "holds_until": None if self.holds_until is None else self.holds_until.isoformat(),
            "topics": [_topic(topic) for topic in self.topics],
            "guidelines": [
                {"id": used.id, "version": used.version, "sha256": used.sha256} for used in self.guidelines
            ],
            "site": None if self.site is None else dict(self.site),
            "bindings": self.bindings,
            "recommendations": [_recommendation(one) for one in self.recommendations],
            "findings": dict(self.findings),
            "provisional": list(self.provisional),
            "questions": [_question(question) for question in self.questions],
            "assumed": [
                {"fact": one.fact, "value": one.value, "text": dict(one.text)} for one in self.assumed
            ],
            "excepted": [
                {"rule": one.rule, "exception": one.exception, "text": dict(one.text)}
                for one in self.excepted
            ],
            "undecided": [{"rule": one.rule, "missing": list(one.missing)} for one in self.undecided],
            "conflicts": [
                {
                    "rules": list(one.rules),
                    "actions": list(one.actions),
                    **({"finding": one.finding} if one.finding else {}),
                }
                for one in self.conflicts
            ],
            "decided": [
                {"action": one.action, "choice": one.choice, "on": one.on, "until": one.until}
                for one in self.decided
            ],
            "skipped": [dict(one) for one in self.skipped],
        }

    def to_json(self) -> str:
        """The same as text; the same input gives the same bytes."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))


def _topic(topic: TopicAnswer) -> dict[str, Any]:
    return {
        "topic": topic.topic,
        "title": dict(topic.title),
        "edition": topic.edition or None,
        "in_force": topic.in_force,
        "status": topic.status,
        "outcome": topic.outcome,
        **({"text": dict(topic.text)} if topic.text else {}),
        "not_checked": [
            {"what": one.what, "why": one.why, "text": dict(one.text)} for one in topic.not_checked
        ],
    }


def _recommendation(one: Recommendation) -> dict[str, Any]:
    return {
        "action": one.action,
        "label": dict(one.label),
        "topic": one.topic,
        "rules": list(one.rules),
        "implements": list(one.implements),
        "urgency": one.urgency,
        "priority": one.priority,
        "due": None if one.due is None else one.due.isoformat(),
        "owner": one.owner,
        "inform": list(one.inform),
        "state": one.state,
        "status": one.status,
        "evidence": one.evidence,
        "grade": one.grade,
        "editions": list(one.editions),
        "messages": {role: dict(text) for role, text in one.texts.messages.items()},
        "because": [
            {
                "criterion": because.criterion,
                "text": dict(because.text),
                "truth": because.truth,
                "values": dict(because.values),
                "records": list(because.records),
                "source": dict(because.source),
            }
            for because in one.because
        ],
        "caveats": [dict(text) for text in one.caveats],
        "conflicts_with": list(one.conflicts_with),
    }


def _question(question: Question) -> dict[str, Any]:
    return {
        "fact": question.fact,
        "text": dict(question.text),
        "type": question.type,
        "choices": None if question.choices is None else list(question.choices),
        "unit": question.unit,
        "asked_of": question.asked_of,
        "record": question.record,
        "field": question.field,
        "could_change": list(question.could_change),
        "topics": list(question.topics),
        "choices_text": {word: dict(text) for word, text in question.choices_text.items()},
    }
