"""An Advice as lines for people, in Dutch or English: what to do, why, what to ask, and why there is silence.

Topics stand with the most urgent first. Every topic says what became of it, and nothing to do, nothing to say
yet, not able to look and not started never look alike (design §3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from cdss.models.advice import Advice, Because, Recommendation, TopicAnswer
from cdss.models.dates import age_range
from cdss.models.guideline import URGENCIES, Ruleset
from cdss.models.line import BLANK, Line, Tone
from cdss.models.patient import Patient
from cdss.models.wording import EVIDENCE_WORDS, ROLE, STATE, URGENCY, lowered, raised
from cdss.records.advice_around import footer, questions, silences
from cdss.records.advice_reader import BODY, INDENT, Reader
from cdss.records.advice_words import OUTCOME, listed, long_day, role_name, short_day

DANGER: Final = ("U1", "U2", "U3", "U4")
SOON: Final = ("D1", "D7")
_LABEL: Final = 10
_NAMED: Final = 3
"""How many unknown facts are named before the rest is counted."""


def advice_lines(
    advice: Advice,
    ruleset: Ruleset,
    lang: str = "nl",
    *,
    audience: str | None = None,
    patient: Patient | None = None,
    with_end: bool = True,
) -> list[Line]:
    """What a professional reads: who and when, each topic, the questions, what was not checked or assumed.

    `with_end`: also until when it holds, which takes longer to find than the advice itself.
    """
    reader = Reader(ruleset, lang, audience, with_end)
    topics = sorted(advice.topics, key=lambda topic: _rank(advice, topic))
    started = [topic for topic in topics if topic.outcome != "not_started"]
    waiting = [topic for topic in topics if topic.outcome == "not_started"]
    lines = [*_header(advice, patient, reader), *_alarm(advice, reader)]
    for topic in started:
        lines += [BLANK, *_topic(advice, topic, reader)]
    lines += questions(advice, reader)
    lines += silences(advice, started, reader)
    lines += [BLANK, *footer(advice, started, waiting, reader)]
    return lines


def is_silent(advice: Advice) -> bool:
    """Whether no topic started at all, and nothing of the record was left out that might have been the reason."""
    return not advice.skipped and all(topic.outcome == "not_started" for topic in advice.topics)


def silent_line(advice: Advice, ruleset: Ruleset, lang: str = "nl") -> Line:
    """One line for a patient about whom no topic has a reason to speak."""
    reader = Reader(ruleset, lang)
    name = f"{reader.head('patient')} {advice.patient}" if advice.patient else reader.head("unnamed")
    told = [reader.head("nothing_started_short")]
    if any(topic.not_checked for topic in advice.topics):
        told.append(reader.head("not_all_delivered"))
    return Line(name, "faint", aside="; ".join(told))


def _rank(advice: Advice, topic: TopicAnswer) -> tuple[int, int, str]:
    urgency = max((URGENCIES.index(one.urgency) for one in _advised(advice, topic)), default=-1)
    order = ("advice", "not_assessable", "questions", "out_of_scope", "nothing_to_do")
    return (-urgency, order.index(topic.outcome) if topic.outcome in order else len(order), topic.topic)


def _advised(advice: Advice, topic: TopicAnswer) -> list[Recommendation]:
    return [one for one in advice.recommendations if one.topic == topic.topic]


# Who and when


def _header(advice: Advice, patient: Patient | None, reader: Reader) -> list[Line]:
    name = f"{reader.head('patient')} {advice.patient}" if advice.patient else reader.head("unnamed")
    when = f"{reader.head('on')} {long_day(advice.on, reader.lang)}"
    return [
        Line(name, "strong", aside=_person(advice, patient, reader), aside_tone="plain"),
        Line(f"{when}, {reader.head(advice.setting)}"),
    ]


def _person(advice: Advice, patient: Patient | None, reader: Reader) -> str:
    """Sex and age, so that two patients are not mixed up."""
    if patient is None:
        return ""
    parts = [reader.head(patient.sex)] if patient.sex in ("female", "male") else []
    born = patient.birth_date
    if born is not None and born.first <= advice.on:
        low, high = age_range(born, advice.on)
        age = str(low) if low == high else f"{low} {reader.head('or')} {high}"
        parts.append(f"{age} {reader.head('years')}")
        if born.first == born.last:
            parts.append(f"{reader.head('born')} {short_day(born.first, reader.lang)}")
    elif patient.age is not None:
        parts.append(f"{patient.age} {reader.head('years')}")
    return ", ".join(parts)


def _alarm(advice: Advice, reader: Reader) -> Iterator[Line]:
    """What cannot wait stands above everything."""
    urgent = [one for one in advice.recommendations if one.urgency in DANGER]
    if urgent:
        yield BLANK
    for one in urgent:
        yield Line(f"{reader.of(URGENCY[one.urgency])} · {reader.of(one.label)}", "danger", mark="▲")


# One topic


def _topic(advice: Advice, topic: TopicAnswer, reader: Reader) -> Iterator[Line]:
    advised = _advised(advice, topic)
    yield Line(
        reader.topic(topic),
        "title",
        aside=_edition(topic, reader),
        aside_tone="faint" if topic.in_force else "soon",
    )
    yield Line(fill="─", tone="faint")
    yield from _verdict(advice, topic, advised, reader)
    for number, one in enumerate(advised):
        if number or topic.outcome in _VERDICT:
            yield BLANK
        yield from _recommendation(one, reader)
    yield from _not_advised(advice, topic, reader)


def _edition(topic: TopicAnswer, reader: Reader) -> str:
    parts = [topic.edition] if topic.edition else []
    if topic.status == "draft":
        parts.append(reader.head("draft"))
    if not topic.in_force:
        parts.append(reader.head("not_in_force"))
    return " · ".join(parts)


_VERDICT: Final[Mapping[str, tuple[str, Tone]]] = {
    "questions": ("?", "open"),
    "not_assessable": ("!", "soon"),
    "out_of_scope": ("–", "plain"),
    "nothing_to_do": ("✓", "good"),
    "switched_off": ("–", "plain"),
    "no_edition": ("–", "plain"),
    "deceased": ("–", "plain"),
}


def _verdict(
    advice: Advice, topic: TopicAnswer, advised: Sequence[Recommendation], reader: Reader
) -> Iterator[Line]:
    """One line that says what became of the topic. Advice speaks for itself, unless it is all for another reader."""
    if topic.outcome == "advice" and not advised:
        yield Line(reader.of(OUTCOME["advice_for_others"]), "plain", INDENT, mark="–")
    if topic.outcome not in _VERDICT:
        return
    mark, tone = _VERDICT[topic.outcome]
    text = reader.of(OUTCOME[_said(advice, topic)])
    if topic.text:
        text = f"{text} {reader.of(topic.text)}"
    yield Line(text, tone, INDENT, mark=mark)


def _said(advice: Advice, topic: TopicAnswer) -> str:
    """The outcome, sharper where the bare word could be read as more than was looked at."""
    if topic.outcome == "questions" and not any(topic.topic in one.topics for one in advice.questions):
        return "questions_elsewhere"
    if topic.outcome == "nothing_to_do" and any(one.why == "not_delivered" for one in topic.not_checked):
        return "nothing_to_do_so_far"
    return topic.outcome


def _recommendation(one: Recommendation, reader: Reader) -> Iterator[Line]:
    tone: Tone = "danger" if one.urgency in DANGER else "soon" if one.urgency in SOON else "strong"
    yield Line(reader.of(one.label), tone, INDENT, mark="▲" if one.urgency in DANGER else "●")
    yield Line(_what(one, reader), tone if tone != "strong" else "plain", BODY)
    yield BLANK
    for role, text in _messages(one, reader):
        told = f"{reader.head('for')} {reader.of(ROLE[role])}: {text}" if role else text
        yield Line(told, "plain", BODY)
    yield BLANK
    for label, texts in _details(one, reader):
        mark = (
            "·" if len(texts) > 1 and label != "source" else ""
        )  # so that a wrapped line is not read as the next
        for number, text in enumerate(texts):
            yield Line(text, "faint" if label == "source" else "plain", BODY, mark=mark,
                       label=reader.head(label) if number == 0 else "", label_width=_LABEL)  # fmt: skip


def _what(one: Recommendation, reader: Reader) -> str:
    """How soon, by whom, and whether it is certain."""
    parts = [reader.of(URGENCY[one.urgency])]
    if one.due is not None:
        parts.append(f"{reader.head('due')} {short_day(one.due, reader.lang)}")
    parts.append(role_name(one.owner, reader.lang))
    parts.append(reader.of(STATE[one.state]))
    return " · ".join(parts)


def _messages(one: Recommendation, reader: Reader) -> Iterator[tuple[str, str]]:
    """The message for this reader; when there is none, that of the owner, with the owner named."""
    messages = one.texts.messages
    wanted = reader.audience or "gp"
    if wanted in messages:
        yield "", reader.of(messages[wanted])
    elif one.owner in messages:
        yield one.owner, reader.of(messages[one.owner])
    elif messages:
        role = next(iter(messages))
        yield role, reader.of(messages[role])


def _details(one: Recommendation, reader: Reader) -> Iterator[tuple[str, list[str]]]:
    why = list(dict.fromkeys(_because(because, reader) for because in one.because))
    if why:
        yield "why", why
    caveats = [reader.of(text) for text in one.caveats]
    if caveats:
        yield "caveat", caveats
    if one.conflicts_with:
        yield "conflict", [reader.action(action) for action in one.conflicts_with]
    if one.inform:
        yield "tell", [listed([role_name(role, reader.lang) for role in one.inform], reader.lang)]
    yield "source", [_source(one, reader), f"{reader.head('rule')} {', '.join(_short(one.rules))}"]


def _because(because: Because, reader: Reader) -> str:
    return reader.of(because.text) if because.text else because.criterion


def _source(one: Recommendation, reader: Reader) -> str:
    """The sources of its rules, each once, and how we know."""
    known = reader.ruleset.sources.get(one.topic, {})
    named: dict[str, None] = {}
    for rule in (reader.ruleset.rules[id] for id in one.rules if id in reader.ruleset.rules):
        source = rule.source or reader.ruleset.file(rule.file).source
        if source is None:
            continue
        title = known[source.ref].title if source.ref in known else source.title or source.ref
        named[f"{title}, {source.section}" if source.section and source.section not in title else title] = (
            None
        )
    titles = "; ".join(named)
    evidence = reader.of(EVIDENCE_WORDS[one.evidence])
    how = [] if raised(evidence) in titles else [evidence]
    if one.grade:
        how.append(f"{reader.head('grade')}: {one.grade}")
    return f"{titles} ({', '.join(how)})" if titles and how else titles or raised(", ".join(how))


def _short(rules: Iterable[str]) -> list[str]:
    return [rule.rpartition("/")[2] for rule in rules]


def _not_advised(advice: Advice, topic: TopicAnswer, reader: Reader) -> Iterator[Line]:
    """Rules that held and did not advise, and why; rules that cannot be decided when nothing can be asked."""
    own = {
        rule.id
        for rule in reader.ruleset.rules.values()
        if _topic_of(reader.ruleset, rule.file) == topic.topic
    }
    excepted = [one for one in advice.excepted if one.rule in own]
    if excepted:
        yield BLANK
        yield Line(reader.head("excepted"), "strong", INDENT)
    for one in excepted:
        yield Line(f"{reader.rule(one.rule)} ({lowered(reader.of(one.text))})", "plain", INDENT, mark="–")
    if topic.outcome != "not_assessable" or any(topic.topic in one.topics for one in advice.questions):
        return  # the questions say it
    undecided = [one for one in advice.undecided if one.rule in own]
    if undecided:
        yield BLANK
        yield Line(reader.head("undecided"), "strong", INDENT)
    for other in sorted(undecided, key=lambda one: len(one.missing)):
        yield Line(f"{reader.rule(other.rule)}{_missing(other.missing, reader)}", "plain", INDENT, mark="–")


def _missing(names: Sequence[str], reader: Reader) -> str:
    """What is not known: the first few by name, of the rest how many."""
    told = [reader.name(name) for name in names[:_NAMED]]
    rest = len(names) - len(told)
    more = f"; {reader.head('and')} {rest} {reader.head('more')}" if rest else ""
    return f" ({reader.head('missing')}: {'; '.join(told)}{more})" if told else ""


def _topic_of(ruleset: Ruleset, path: str) -> str:
    return ruleset.file(path).topic
