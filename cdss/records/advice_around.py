"""What stands around the topics of an advice: questions, what was not checked or was assumed, and how long it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from cdss.models.advice import Advice, Question, TopicAnswer
from cdss.models.line import BLANK, Line
from cdss.models.wording import ROLE, UNIT, lowered, raised, word_text
from cdss.records.advice_reader import INDENT, Reader
from cdss.records.advice_words import OUTCOME, counted, listed, long_day

_LONG_ID: Final = re.compile(r"(?<=[0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Questions


def questions(advice: Advice, reader: Reader) -> Iterator[Line]:
    """All questions once, most important first, by whom they are put to."""
    if not advice.questions:
        return
    yield BLANK
    count = counted("questions", len(advice.questions), reader.lang)
    yield Line(reader.head("questions"), "title", aside=count)
    yield Line(fill="─", tone="faint")
    groups: dict[str, list[Question]] = {}
    for question in advice.questions:
        groups.setdefault("record" if question.record is not None else question.asked_of, []).append(question)
    for number, (who, questions) in enumerate(groups.items()):
        if number:
            yield BLANK
        yield Line(_asked_of(who, reader), "open", INDENT)
        for question in questions:
            yield from _question(question, reader)


def _asked_of(who: str, reader: Reader) -> str:
    if who == "record":
        return reader.head("ask_record")
    if who == "patient":
        return reader.head("ask_patient")
    return f"{reader.head('ask_role')} {reader.of(ROLE[who]) if who in ROLE else who}"


def _question(question: Question, reader: Reader) -> Iterator[Line]:
    answers = _answers(question, reader)
    text = raised(reader.of(question.text)).rstrip()
    if len(answers) <= 24 and " / " not in answers.replace(_yes_no(reader), ""):
        yield Line(text, "plain", INDENT, mark="•", aside=answers)
        return
    yield Line(text, "plain", INDENT, mark="•")
    yield Line(answers, "faint", INDENT + 2)


def _yes_no(reader: Reader) -> str:
    return f"{reader.head('yes')} / {reader.head('no')}"


def _answers(question: Question, reader: Reader) -> str:
    """What can be answered, in words."""
    if question.choices:
        return " / ".join(word_text(word, question.choices_text, reader.lang) for word in question.choices)
    if question.type == "yes_no":
        return _yes_no(reader)
    if question.unit and question.unit != "1":
        return reader.of(UNIT[question.unit][1]) if question.unit in UNIT else question.unit
    return reader.head(question.type) if question.type in ("number", "date", "duration") else ""


# Why there is silence, and what it rests on


def silences(advice: Advice, started: Sequence[TopicAnswer], reader: Reader) -> Iterator[Line]:
    sections = (
        ("conflicts", _conflicts(advice, reader)),
        ("decided", _decided(advice, reader)),
        ("not_checked", _not_checked(started, reader)),
        ("assumed", list(dict.fromkeys(reader.of(one.text) for one in advice.assumed if one.text))),
        ("skipped", [_skipped(one, reader) for one in advice.skipped]),
    )
    for name, texts in sections:
        if texts:
            yield BLANK
            yield Line(reader.head(name), "strong")
            for text in texts:
                yield Line(text, "faint" if name == "assumed" else "plain", INDENT, mark="–")


def _conflicts(advice: Advice, reader: Reader) -> list[str]:
    found = []
    for one in advice.conflicts:
        if one.actions:
            names = listed([reader.action(action) for action in one.actions], reader.lang)
            found.append(f"{names}. {reader.head('choose')}")
        else:
            rules = listed([reader.rule(rule) for rule in one.rules], reader.lang)
            found.append(f"{reader.head('conflict_finding')} '{reader.name(one.finding)}': {rules}")
    return found


def _decided(advice: Advice, reader: Reader) -> list[str]:
    found = []
    for one in advice.decided:
        on = f" ({_day(one.on, reader)})" if one.on else ""
        until = f", {reader.head('until')} {_day(one.until, reader)}" if one.until else ""
        found.append(f"{reader.action(one.action)}: {word_text(one.choice, {}, reader.lang)}{on}{until}")
    return found


def _day(text: str, reader: Reader) -> str:
    year, month, day = text.split("-")
    return f"{day}-{month}-{year}" if reader.lang == "nl" else text


def _not_checked(started: Sequence[TopicAnswer], reader: Reader) -> list[str]:
    """Each once, with the topic when only some of them say it; lists not delivered in one sentence."""
    topics: dict[str, list[str]] = {}
    for topic in started:
        for one in topic.not_checked:
            if one.why == "not_delivered":
                continue
            text = reader.of(one.text)
            if one.why == "other_role":
                text = f"{text} ({reader.head('other_role')})"
            topics.setdefault(text, []).append(reader.topic(topic))
    told = _not_delivered(started, reader)
    several = len(started) > 1
    return told + [
        f"{listed(names, reader.lang)}: {text}" if several and len(names) < len(started) else text
        for text, names in topics.items()
    ]


def _not_delivered(topics: Sequence[TopicAnswer], reader: Reader) -> list[str]:
    """The lists that were not delivered, in one sentence; nothing when all were."""
    end = reader.head("not_delivered")
    lists = {
        lowered(reader.of(one.text).removesuffix(end)): None
        for topic in topics
        for one in topic.not_checked
        if one.why == "not_delivered"
    }
    return [raised(listed(list(lists), reader.lang)) + end] if lists else []


def _skipped(entry: Mapping[str, object], reader: Reader) -> str:
    """Where it stands, without the middle of long ids, and why it could not be used."""
    text = entry.get("text")
    why = reader.of(text) if isinstance(text, Mapping) and text else str(entry.get("why"))
    return f"{_LONG_ID.sub('…', str(entry.get('path')))}: {why}"


def _site(site: Mapping[str, str | None], reader: Reader) -> str:
    """Whose choices these are, and who coordinates there."""
    chosen = reader.ruleset.site
    name = reader.of(chosen.title) if chosen is not None and chosen.title else site["id"]
    who = site.get("coordinator")
    coordinates = f" {reader.head('coordinates')} {reader.of(ROLE[who])}." if who else ""
    return f"{reader.head('site')} {name}.{coordinates}"


def footer(
    advice: Advice, started: Sequence[TopicAnswer], waiting: Sequence[TopicAnswer], reader: Reader
) -> Iterator[Line]:
    names = [lowered(reader.topic(topic)) for topic in waiting]
    if waiting and not started:
        yield Line(f"{reader.head('nothing_started')} {listed(names, reader.lang, 'or')}.")
    elif waiting:
        yield Line(f"{reader.of(OUTCOME['not_started'])}: {listed(names, reader.lang)}.", "faint")
    for missing in _not_delivered(waiting, reader):  # silence about a topic is not the same as its absence
        yield Line(
            f"{missing.removesuffix('.')};{reader.head('reason_may_stand')}", "faint" if started else "plain"
        )
    if advice.site is not None:
        yield Line(_site(advice.site, reader), "faint")
    if not started:
        return
    if reader.with_end and advice.holds_until is not None:
        day = long_day(advice.holds_until, reader.lang)
        yield Line(f"{reader.head('holds')} {day}, {reader.head('holds_if')}.", "faint")
    if any(topic.status == "draft" for topic in started):
        yield Line(reader.head("draft_foot"), "faint")
