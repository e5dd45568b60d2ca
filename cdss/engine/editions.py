"""Which edition answers for each topic on a date, and whether it is in force (language §3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from cdss.errors import EngineError
from cdss.models.guideline import Ruleset, Score, Table, TreatmentDefinition


@dataclass(frozen=True, slots=True)
class Chosen:
    """The edition of one topic ("" for a topic without editions; None: none answers on this date)."""

    topic: str
    edition: str | None
    in_force: bool


def topics_of(ruleset: Ruleset) -> tuple[str, ...]:
    """The topics that conclude something of their own, by name: those with rules, tables, scores or treatments."""
    files = {file.path: file.topic for file in ruleset.files}
    concluding = [
        one.file
        for one in ruleset.definitions.values()
        if isinstance(one, Table | Score | TreatmentDefinition)
    ]
    return tuple(
        sorted({files[path] for path in (*concluding, *(rule.file for rule in ruleset.rules.values()))})
    )


def choose(
    ruleset: Ruleset,
    on: date,
    topics: Iterable[str] | None,
    editions: Mapping[str, str] | None,
    *,
    known: tuple[str, ...] | None = None,
) -> tuple[Chosen, ...]:
    """The edition for each wanted topic. ValueError for a topic or edition that was not loaded.

    `known` are the topics of the ruleset, when the caller has them at hand.
    """
    known = topics_of(ruleset) if known is None else known
    wanted = known if topics is None else tuple(dict.fromkeys(topics))
    asked = dict(editions or {})
    for topic in (*wanted, *asked):
        if topic not in known:
            raise ValueError(f"there is no topic '{topic}'; loaded are: {', '.join(known)}")
    return tuple(_choose(ruleset, topic, on, asked.get(topic)) for topic in wanted)


def _choose(ruleset: Ruleset, topic: str, on: date, asked: str | None) -> Chosen:
    line_up = ruleset.line_ups.get(topic)
    editions = {file.edition for file in ruleset.files if file.topic == topic and file.edition}
    if asked is not None and asked not in editions:
        raise ValueError(
            f"topic '{topic}' has no edition '{asked}'; loaded are: {', '.join(sorted(editions)) or 'none'}"
        )
    if line_up is None or not line_up.default:
        if editions and asked is None:
            raise EngineError(f"topic '{topic}' has editions but no line-up")
        own = [file for file in ruleset.files if file.topic == topic and file.edition == (asked or "")]
        return Chosen(topic, asked or "", all(file.effective.holds_on(on) for file in own))
    default = None
    for start, edition in line_up.default:
        if start <= on:
            default = edition
    if asked is None:
        return Chosen(topic, default, default is not None)
    return Chosen(topic, asked, asked == default)
