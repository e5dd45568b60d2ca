"""What to ask: the unknown facts that lie on an open path to something undecided (language §2)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

from cdss.engine.conclusions import Conclusions
from cdss.engine.treatment import Treatment as TreatmentRead
from cdss.errors import Text
from cdss.models.advice import Question
from cdss.models.guideline import URGENCIES, Fact, Rule
from cdss.models.patient_record import fields_of
from cdss.models.program import (
    SELECTIONS,
    Combined,
    Field,
    FirstKnown,
    Has,
    Missing,
    NodeId,
    Output,
    Points,
    Table,
)
from cdss.models.program import Rule as RuleNode
from cdss.models.truth import NO, UNKNOWN, YES
from cdss.models.value import is_known
from cdss.models.wording import FIELD, WORD

Asked = tuple[str, str, str]
"""What a question is about: fact id ("" for a record's own field), record path, field."""


@dataclass(slots=True)
class _Wanted:
    """A question while it is gathered: how urgent, and what it could change."""

    urgency: int = 0
    changes: set[str] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)


def questions(
    concluded: Conclusions,
    rules: Iterable[tuple[Rule, NodeId]],
    files: Container[str] | None = None,
    *,
    drafts: bool = True,
) -> tuple[tuple[Question, ...], frozenset[str]]:
    """The questions behind these rules and the tables of open topics (of these files), most important first; and the
    topics that ask. Without `drafts` nothing is asked for a table or list that is one."""
    wanted: dict[Asked, _Wanted] = {}
    paths = OpenPaths(concluded)
    for root, urgency, outputs, topic in _roots(concluded, rules, files, drafts):
        for asked in paths.asked(root):
            found = wanted.setdefault(asked, _Wanted())
            found.urgency = max(found.urgency, urgency)
            found.changes |= outputs
            found.topics.add(topic)
    made = [(_question(concluded, asked, found), found) for asked, found in wanted.items()]
    made.sort(key=lambda pair: (-pair[1].urgency, -len(pair[1].changes), pair[0].fact, pair[0].record or ""))
    asking = frozenset(topic for found in wanted.values() for topic in found.topics)
    return tuple(question for question, _ in made), asking


def missing_facts(concluded: Conclusions, node: NodeId) -> tuple[str, ...]:
    """The names of the unknown facts on the open paths below a node, asked or not."""
    paths = OpenPaths(concluded)
    found: set[str] = set()
    for number in paths.below(node):
        fact = concluded.fact_of(number)
        if fact is not None:
            found.add(fact.name)
        elif isinstance(field_ := concluded.program.nodes[number], Field):
            found.add(field_.field)
    return tuple(sorted(found))


def _roots(
    concluded: Conclusions,
    rules: Iterable[tuple[Rule, NodeId]],
    files: Container[str] | None,
    drafts: bool,
) -> Iterator[tuple[NodeId, int, set[str], str]]:
    """What is undecided: rules that ask, tables and required lists. With its urgency, what it decides, its topic."""
    for rule, node in rules:
        if concluded.later(node) == UNKNOWN:
            yield node, urgency_of(rule), outputs_of(rule), concluded.files[rule.file].topic
    layout = concluded.layout
    waiting = [(node, table.name, file, table.status or file.status) for node, table, file in layout.tables]
    waiting += [(node, fact.name, file, file.status) for node, fact, file in layout.required]
    for node, name, file, status in waiting:
        if (files is not None and file.path not in files) or (status != "active" and not drafts):
            continue
        if concluded.topic_is_open(file.topic) and not concluded.is_settled(node):
            yield node, 0, {name}, file.topic


def urgency_of(rule: Rule) -> int:
    """The rank of the highest urgency that a rule recommends or sets."""
    found = [0]
    if rule.recommend is not None:
        found.append(URGENCIES.index(rule.recommend.urgency))
    found += [URGENCIES.index(one.value) for one in rule.sets if one.value in URGENCIES]
    return max(found)


def outputs_of(rule: Rule) -> set[str]:
    """The action and findings that a rule decides."""
    found = {one.finding.rpartition("/")[2] for one in rule.sets}
    if rule.recommend is not None:
        found.add(rule.recommend.action)
    return found


class OpenPaths:
    """The open paths of one call: below each node those of which the later reading is open, each walked once."""

    def __init__(self, concluded: Conclusions) -> None:
        self.concluded = concluded
        self.given = concluded.values.given
        self._asked: dict[NodeId, frozenset[Asked]] = {}

    def asked(self, number: NodeId) -> frozenset[Asked]:
        """What may be asked at the end of the open paths below a node, itself included."""
        found = self._asked.get(number)
        if found is None:
            own = frozenset(self._own(number))
            below = [self.asked(other) for other in self.next(number)]
            found = self._asked[number] = own.union(*below) if below else own
        return found

    def below(self, root: NodeId) -> Iterator[NodeId]:
        """The nodes on the open paths below a node, itself included."""
        seen = {root}
        stack = [root]
        while stack:
            number = stack.pop()
            yield number
            for other in self.next(number):
                if other not in seen:
                    seen.add(other)
                    stack.append(other)

    def is_open(self, number: NodeId) -> bool:
        node = self.concluded.program.nodes[number]
        return isinstance(node, SELECTIONS) or not is_known(node.type, self.concluded.later(number))

    def next(self, number: NodeId) -> Iterable[NodeId]:
        """The nodes that an open node waits for. Nothing stands behind a given value."""
        if number in self.given:
            return ()
        node = self.concluded.program.nodes[number]
        match node:
            case FirstKnown():
                return self._first(node)
            case Table():
                return self._rows(when for when, _ in node.rows)
            case Points():
                return [when for item in node.items for when in self._rows(when for _, when in item)]
            case Has():
                return self._setters(node)
            case RuleNode() if self.concluded.later(node.when) == UNKNOWN:
                return (node.when,)  # an exception matters once the condition holds
            case _:
                return [other for other in self.concluded.layout.reads[number] if self.is_open(other)]

    def _rows(self, rows: Iterable[NodeId | None]) -> list[NodeId]:
        """The open conditions of rows from top to bottom; behind the first that is surely met nothing matters."""
        found: list[NodeId] = []
        for when in rows:
            truth = YES if when is None else self.concluded.later(when)
            if truth == YES:
                break
            if truth == UNKNOWN and when is not None:
                found.append(when)
        return found

    def _setters(self, node: Has) -> list[NodeId]:
        """The open rules that set this one word of a collection."""
        collection = self.concluded.program.nodes[node.collection]
        if not isinstance(collection, Combined) or node.collection in self.given:
            return [node.collection]
        return [
            rule
            for rule, bits in collection.setters
            if isinstance(bits, int) and bits & node.bit and self.concluded.later(rule) == UNKNOWN
        ]

    def _first(self, node: FirstKnown) -> list[NodeId]:
        """Of facts under one `first_known` only the first that may be asked is asked."""
        open_items = [item for item in node.items if not is_known(node.type, self.concluded.later(item))]
        for item in open_items:
            if self.asked(item):
                return [item]
        return open_items

    def _own(self, number: NodeId) -> Iterator[Asked]:
        """What the node itself may ask."""
        if number in self.given:
            return
        node = self.concluded.program.nodes[number]
        match node:
            case Missing():
                yield from _of_fact(self.concluded, number, node)
            case Output():
                seen = self.concluded.values.seen(node.of)
                if isinstance(seen, TreatmentRead):
                    for path, name in seen.questions:
                        yield ("", path, name)
            case _:
                return


def _of_fact(concluded: Conclusions, number: NodeId, node: Missing) -> Iterator[Asked]:
    """The fact itself when it may be asked, and the fields of records that may belong to it."""
    fact = concluded.ruleset.definitions[node.fact]
    assert isinstance(fact, Fact)
    if is_known(node.type, concluded.later(number)):
        return
    reading = concluded.values.reading(number)
    if fact.ask_when is not None and _ask_when(concluded, fact) == NO:
        return
    used = reading.used
    if node.leaps:  # a field that is leapt over now may still be filled in
        used += concluded.values.reading(number, later=True).used
    for match in used:
        for name in match.missing:
            # A contact has no site: nobody can fill it in.
            if name == "on" or name in fields_of(match.record.list):
                yield ("", match.record.path, name)
    if reading.asked:
        return
    if reading.undelivered and concluded.call.setting != "contact":
        return  # told once for the whole list, not asked fact by fact
    if node.how == "ask":
        yield (fact.id, "", "")


def _ask_when(concluded: Conclusions, fact: Fact) -> int:
    node = concluded.program.ask_when.get(fact.id)
    if node is None:
        return YES
    truth = concluded.now(node)
    assert isinstance(truth, int)
    return truth


def _question(concluded: Conclusions, asked: Asked, wanted: _Wanted) -> Question:
    fact_id, record, name = asked
    if fact_id:
        fact = concluded.ruleset.definitions[fact_id]
        assert isinstance(fact, Fact)
        kind = fact.type
        return Question(
            fact=fact.name,
            text=fact.question or fact.text,
            type=kind.kind,
            choices=kind.words or None,
            unit=kind.unit or None,
            asked_of=fact.asked_of or "gp",
            record=None,
            field=None,
            could_change=tuple(sorted(wanted.changes)),
            topics=tuple(sorted(wanted.topics)),
            choices_text={
                word: fact.words_text.get(word) or WORD[word]
                for word in kind.words
                if word in fact.words_text or word in WORD
            },
        )
    return Question(
        fact=name,
        text=_record_question(concluded, record, name),
        type="choice" if name in ("site", "cause") else "text",
        choices=None,
        unit=None,
        asked_of="gp",
        record=record,
        field=name,
        could_change=tuple(sorted(wanted.changes)),
        topics=tuple(sorted(wanted.topics)),
    )


_FIELD_TEXT: dict[str, Text] = {
    "site": {"nl": "Welk bot of welke plaats betreft dit", "en": "Which bone or site is this about"},
    "cause": {"nl": "Waardoor is dit ontstaan", "en": "What caused this"},
    "strength": {"nl": "Welke sterkte betreft dit middel", "en": "Which strength of this product"},
    "days_supply": {
        "nl": "Voor hoeveel dagen is dit verstrekt",
        "en": "For how many days was this dispensed",
    },
    "usage": {"nl": "Wat is het gebruiksvoorschrift", "en": "What are the directions for use"},
    "quantity": {"nl": "Hoeveel stuks zijn er verstrekt", "en": "How many units were dispensed"},
    "on": {"nl": "Op welke datum was dit", "en": "On which date was this"},
    "reason": {"nl": "Waarom is dit gestopt", "en": "Why was this stopped"},
    "stop_type": {
        "nl": "Is dit voorgoed of tijdelijk gestopt",
        "en": "Was this stopped for good or for a time",
    },
}
_LIST_TEXT: dict[str, Text] = {
    "conditions": {"nl": "diagnose", "en": "diagnosis"},
    "dispensings": {"nl": "verstrekking", "en": "dispensing"},
    "prescriptions": {"nl": "voorschrift", "en": "prescription"},
    "administrations": {"nl": "toediening", "en": "administration"},
    "agreements": {"nl": "medicatieafspraak", "en": "medication agreement"},
    "observations": {"nl": "meting", "en": "measurement"},
}


def _record_question(concluded: Conclusions, path: str, name: str) -> Text:
    """A question about one entry, named by its kind, code and date."""
    list_name, _, index = path.partition("/")
    record = next((one for one in concluded.call.patient.records(list_name) if one.path == path), None)
    field_text = FIELD.get(name, {"nl": name, "en": name})
    asked = _FIELD_TEXT.get(
        name,
        {
            "nl": f"Wat is van dit gegeven de {field_text['nl']}",
            "en": f"What is the {field_text['en']} of this entry",
        },
    )
    what = _LIST_TEXT.get(list_name, {"nl": "gegeven", "en": "entry"})
    code = record.codes[0].partition(":")[2] if record is not None and record.codes else index
    day = f" van {record.on.first:%d-%m-%Y}" if record is not None and record.on is not None else ""
    day_en = f" of {record.on.first.isoformat()}" if record is not None and record.on is not None else ""
    return {
        "nl": f"{asked['nl']}? ({what['nl']} {code}{day})",
        "en": f"{asked['en']}? ({what['en']} {code}{day_en})",
    }
