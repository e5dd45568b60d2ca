"""For whom an advice is put into words, and how they call what stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cdss.models.advice import TopicAnswer
from cdss.models.guideline import Ruleset
from cdss.models.wording import in_language, lowered
from cdss.records.advice_words import head

INDENT = 2
BODY = 4


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the lines are: the language, the role (None: the GP, else the owner), and the guidelines.

    `with_end`: also until when the advice holds, which takes longer to find than the advice itself.
    """

    ruleset: Ruleset
    lang: str = "nl"
    audience: str | None = None
    with_end: bool = True

    def head(self, name: str) -> str:
        return head(name, self.lang)

    def of(self, text: Mapping[str, str]) -> str:
        return in_language(text, self.lang)

    def topic(self, topic: TopicAnswer) -> str:
        """The name of a topic for readers: its own, else that of its only file."""
        files = [file for file in self.ruleset.files if file.topic == topic.topic]
        title = topic.title or (files[0].title if len(files) == 1 else {})
        return self.of(title) if title else topic.topic.replace("-", " ").capitalize()

    def action(self, action: str) -> str:
        known = self.ruleset.actions.get(action)
        return self.of(known.label) if known is not None else action

    def rule(self, rule: str) -> str:
        """What a rule is about."""
        known = self.ruleset.rules.get(rule)
        return self.of(known.title) if known is not None and known.title else rule.rpartition("/")[2]

    def name(self, name: str) -> str:
        """How readers call a fact, finding, score or table."""
        for definition in self.ruleset.definitions.values():
            text = getattr(definition, "text", None) or getattr(definition, "title", None)
            if definition.name == name and text:
                return lowered(self.of(text))
        return name
