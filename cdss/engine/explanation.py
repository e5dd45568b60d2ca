"""Why a rule advises or does not, and what would change it: plain text for a reader (design §7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final, assert_never

from cdss.engine.caveats import caveats
from cdss.engine.conclusions import Conclusions
from cdss.engine.evidence import criteria_behind, weakest_evidence
from cdss.engine.grounds import path_of
from cdss.engine.limits import boundaries_below
from cdss.engine.messages import DRAFT, RESTS_ON
from cdss.engine.questions import outputs_of, questions
from cdss.engine.reading import read_criterion, read_rule
from cdss.engine.reasons import source_of
from cdss.engine.recommend import Standing, deciding, decision_text, status_of
from cdss.engine.telling import tell_day
from cdss.engine.tree import MARKS, STEP, Tree, settings_of, without_echo
from cdss.models.condition import AllOf, AnyOf, Condition, Criterion, NoneOf
from cdss.models.guideline import Rule
from cdss.models.program import NodeId
from cdss.models.program import Rule as RuleNode
from cdss.models.truth import NO, UNKNOWN, YES, Truth, every, opposite, some
from cdss.models.wording import EVIDENCE_WORDS, URGENCY, in_language, lowered

_SAY: Final[Mapping[str, Mapping[str, str]]] = {
    "nl": {
        "on": "op {day}",
        "closed": "Dit onderwerp is niet gestart: in wat is aangeleverd staat er geen reden voor.",
        "stands": "Geldt",
        "advises": "Adviseert: {label}",
        "provisional": "Voorlopig: wat nog niet bekend is, kan dit veranderen.",
        "settled": "Staat vast: geen antwoord verandert dit nog.",
        "decided": "Geldt, maar er is een besluit: {text}.",
        "excepted": "Geldt niet door een uitzondering: {text}.",
        "overridden": "Wijkt voor een andere regel: {text}.",
        "no": "Geldt niet",
        "unknown": "Nog niet te beslissen",
        "sets": "Legt vast: {text}",
        "why": "Wanneer",
        "except": "Behalve als",
        "caveats": "Kanttekeningen",
        "change": "Wat dit zou veranderen",
        "lapses": "Dit vervalt als dit blijkt: {text}",
        "comes": "Dit gaat gelden als dit niet meer zo is: {text}",
        "holds": "Dit gaat gelden als ook dit zo is: {text}",
        "instead": "Dit gaat gelden als dit niet meer zo is: {text}",
        "counts": "Dit telt mee, maar is alleen niet genoeg: {text}",
        "counts instead": "Dit telt mee als het niet meer zo is, maar is alleen niet genoeg: {text}",
        "answers": "Een antwoord op de vragen hieronder.",
        "unknown yet": "Wat nog niet bekend is.",
        "nothing": "Alleen nieuwe gegevens.",
        "questions": "Vragen die ertoe doen",
        "none": "Geen.",
        "source": "Bron: {text}",
        "evidence": "Bewijs: {text}",
        "reading": "De regel in woorden",
        "rounds": "Rondes",
        "round": "Ronde {number}",
        "section": ", {text}",
    },
    "en": {
        "on": "on {day}",
        "closed": "This topic has not started: nothing in what was delivered is a reason for it.",
        "stands": "Holds",
        "advises": "Advises: {label}",
        "provisional": "Provisional: what is not known yet may change this.",
        "settled": "Settled: no answer changes this any more.",
        "decided": "Holds, but there is a decision: {text}.",
        "excepted": "Does not hold because of an exception: {text}.",
        "overridden": "Gives way to another rule: {text}.",
        "no": "Does not hold",
        "unknown": "Cannot be decided yet",
        "sets": "Records: {text}",
        "why": "When",
        "except": "Except if",
        "caveats": "Caveats",
        "change": "What would change this",
        "lapses": "It lapses if this turns out to be so: {text}",
        "comes": "It holds once this is no longer so: {text}",
        "holds": "It holds once this is so as well: {text}",
        "instead": "It holds once this is no longer so: {text}",
        "counts": "This counts, but is not enough by itself: {text}",
        "counts instead": "This counts once it is no longer so, but is not enough by itself: {text}",
        "answers": "An answer to the questions below.",
        "unknown yet": "What is not known yet.",
        "nothing": "Only new data.",
        "questions": "Questions that matter",
        "none": "None.",
        "source": "Source: {text}",
        "evidence": "Evidence: {text}",
        "reading": "The rule in words",
        "rounds": "Rounds",
        "round": "Round {number}",
        "section": ", {text}",
    },
}


def explanation(concluded: Conclusions, rule_id: str, lang: str = "nl", rounds: bool = False) -> str:
    """Why a rule advises or not, and what would change it, in the words of the reader.

    `rule_id` is the whole id, or the part after the slash when only one rule has it. KeyError when no such
    rule was looked at, ValueError for a language that we do not write.
    """
    if lang not in _SAY:
        raise ValueError(f"there is no language '{lang}'; choose from {', '.join(_SAY)}")
    rule, node = find_rule(concluded, rule_id)
    return "\n".join(_Explanation(concluded, rule, node, lang).lines(rounds=rounds))


def find_rule(concluded: Conclusions, rule_id: str) -> tuple[Rule, NodeId]:
    """The rule with this id, or with this last part of its id. KeyError, with the nearest, when there is
    none or more."""
    rules = concluded.program.rules
    if rule_id in rules:
        return concluded.ruleset.rules[rule_id], rules[rule_id]
    found = [id for id in rules if id.rpartition("/")[2] == rule_id]
    if len(found) == 1:
        return concluded.ruleset.rules[found[0]], rules[found[0]]
    if found:
        raise KeyError(f"more than one rule is called '{rule_id}': {', '.join(sorted(found))}")
    near = get_close_matches(rule_id, [id.rpartition("/")[2] for id in rules], 1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise KeyError(f"no rule '{rule_id}' was looked at{hint}")


class _Explanation:
    """The parts of one explanation in one language."""

    def __init__(self, concluded: Conclusions, rule: Rule, node: NodeId, lang: str) -> None:
        self.concluded = concluded
        self.rule = rule
        self.node = node
        self.lang = lang
        self.say = _SAY[lang]
        self.tree = Tree(concluded, lang)
        rule_node = concluded.program.nodes[node]
        assert isinstance(rule_node, RuleNode)
        self.parts = rule_node

    def lines(self, *, rounds: bool) -> Iterator[str]:
        day = self.say["on"].format(day=tell_day(self.concluded.call.on, self.lang))
        yield in_language(self.rule.title, self.lang) or self.rule.id
        yield f"{self.rule.id}, {day}"
        if not self.concluded.topic_is_open(self.concluded.files[self.rule.file].topic):
            yield ""
            yield self.say["closed"]
        yield ""
        yield from self._verdict()
        yield from self._part("why", without_echo(self.tree.lines(self.rule.when)))
        yield from self._part("except", self._exceptions())
        yield from self._part("caveats", self._caveats())
        yield from self._part("change", self._changes())
        yield from self._part("questions", self._questions())
        yield from self._part(
            "reading", iter([read_rule(self.concluded.ruleset, self.rule, self.lang, self.concluded.call.on)])
        )
        if rounds:
            yield from self._part("rounds", self._rounds())
        yield ""
        yield from self._foot()

    def _part(self, name: str, lines: Iterator[str]) -> Iterator[str]:
        """A part with its heading; nothing when it holds nothing."""
        first = next(lines, None)
        if first is None:
            return
        yield ""
        yield self.say[name]
        yield f"{STEP}{first}"
        for line in lines:
            yield f"{STEP}{line}"

    # The verdict

    def _verdict(self) -> Iterator[str]:
        now = self.concluded.now(self.node)
        assert isinstance(now, int)
        if now == YES:
            yield from self._stands()
            return
        if now == UNKNOWN:
            yield f"{MARKS[UNKNOWN]} {self.say['unknown']}."
            return
        stopped = self._stopped_by()
        yield f"{MARKS[NO]} {stopped or self.say['no'] + '.'}"

    def _stands(self) -> Iterator[str]:
        advised = self.rule.recommend
        if advised is not None:
            decision = deciding(self.concluded, self.rule, advised)
            if decision is not None:
                text = lowered(in_language(decision_text(decision), self.lang))
                yield f"{MARKS[NO]} {self.say['decided'].format(text=text)}"
                return
            label = lowered(in_language(self.concluded.ruleset.actions[advised.action].label, self.lang))
            soon = lowered(in_language(URGENCY[advised.urgency], self.lang))
            yield f"{MARKS[YES]} {self.say['advises'].format(label=label)} ({soon})."
        else:
            yield f"{MARKS[YES]} {self.say['stands']}."
        settings = settings_of(self.concluded, self.rule.id, self.lang)
        if settings:
            yield f"{STEP[:2]}{self.say['sets'].format(text=settings)}."
        yield f"{STEP[:2]}{self.say['settled' if self.concluded.later(self.node) == YES else 'provisional']}"

    def _stopped_by(self) -> str:
        """By which exception or other rule a rule whose condition holds does not stand; empty when its
        condition fails."""
        if self.concluded.now(self.parts.when) != YES:
            return ""
        for (_, condition, _), exception in zip(self.parts.exceptions, self.rule.exceptions, strict=True):
            if self.concluded.now(condition) == YES:
                return self.say["excepted"].format(text=lowered(in_language(exception.text, self.lang)))
        for other in self.parts.overridden_by:
            if self.concluded.now(other) == YES:
                return self.say["overridden"].format(text=lowered(self._title_of(other)))
        return ""

    def _title_of(self, node: NodeId) -> str:
        rule = self.concluded.program.nodes[node]
        assert isinstance(rule, RuleNode)
        return in_language(self.concluded.ruleset.rules[rule.rule].title, self.lang) or rule.rule

    # Exceptions, caveats, what would change it

    def _exceptions(self) -> Iterator[str]:
        for (_, condition, _), exception in zip(self.parts.exceptions, self.rule.exceptions, strict=True):
            truth = self.concluded.now(condition)
            assert isinstance(truth, int)
            yield f"{MARKS[truth]} {in_language(exception.text, self.lang)}"
            yield from without_echo(self.tree.lines(exception.when, 1))
        for other in self.parts.overridden_by:
            truth = self.concluded.now(other)
            assert isinstance(truth, int)
            yield f"{MARKS[truth]} {self.say['overridden'].format(text=lowered(self._title_of(other)))}"

    def _caveats(self) -> Iterator[str]:
        if self.concluded.now(self.node) == YES and self.rule.recommend is not None:
            standing = Standing(
                self.rule, self.rule.recommend, self.node, self.concluded.later(self.node) == YES
            )
            paths = [path_of(self.concluded, self.rule)]
            found = caveats(self.concluded, [standing], paths)
        else:  # what just misses its limit
            found = tuple(boundaries_below(self.concluded, [self.node]))
        yield from (f"- {in_language(text, self.lang)}" for text in found)

    def _changes(self) -> Iterator[str]:
        now = self.concluded.now(self.node)
        if now == YES:
            yield from self._could_lapse()
        elif now == NO:
            yield from self._could_hold()

    def _could_lapse(self) -> Iterator[str]:
        found = False
        for (_, condition, _), exception in zip(self.parts.exceptions, self.rule.exceptions, strict=True):
            if self.concluded.now(condition) == UNKNOWN:
                found = True
                yield f"- {self.say['lapses'].format(text=lowered(in_language(exception.text, self.lang)))}"
        if found:
            return
        if self.concluded.later(self.node) == YES:
            yield f"- {self.say['nothing']}"
        else:
            yield f"- {self.say['answers' if any(self._questions()) else 'unknown yet']}"

    def _could_hold(self) -> Iterator[str]:
        """What keeps it from holding; of each, whether it would do so by itself."""
        if self.concluded.now(self.parts.when) == YES:
            enough = self._in_the_way() == 1
            for (_, condition, _), exception in zip(self.parts.exceptions, self.rule.exceptions, strict=True):
                if self.concluded.now(condition) == YES:
                    text = lowered(in_language(exception.text, self.lang))
                    yield f"- {self.say['comes' if enough else 'counts instead'].format(text=text)}"
            for other in self.parts.overridden_by:
                if self.concluded.now(other) == YES:
                    text = lowered(self._title_of(other))
                    yield f"- {self.say['instead' if enough else 'counts instead'].format(text=text)}"
            return
        for criterion in criteria_behind(self.concluded, self.rule.when, NO):
            node = self.concluded.program.criteria[criterion.span]
            truth = self.concluded.now(node)
            enough = not self._in_the_way() and self._with_the_other(self.rule.when, node) == YES
            name = (
                ("holds" if enough else "counts")
                if truth == NO
                else ("instead" if enough else "counts instead")
            )
            read = read_criterion(self.concluded.ruleset, criterion, self.lang, self.concluded.call.on)
            yield f"- {self.say[name].format(text=read)}"

    def _in_the_way(self) -> int:
        """How many exceptions and other rules would keep it from holding if its condition did."""
        exceptions = sum(
            self.concluded.now(condition) == YES or (blocks and self.concluded.now(condition) == UNKNOWN)
            for _, condition, blocks in self.parts.exceptions
        )
        return exceptions + sum(self.concluded.now(other) == YES for other in self.parts.overridden_by)

    def _with_the_other(self, condition: Condition, flipped: NodeId) -> Truth:
        """What a condition would be if one of its criteria were the other way round, and all else as it is."""
        match condition:
            case Criterion():
                node = self.concluded.program.criteria[condition.span]
                truth = self.concluded.now(node)
                assert isinstance(truth, int)
                return opposite(truth) if node == flipped else truth
            case AllOf(items=items):
                return every(self._with_the_other(item, flipped) for item in items)
            case AnyOf(items=items):
                return some(self._with_the_other(item, flipped) for item in items)
            case NoneOf(items=items):
                return opposite(some(self._with_the_other(item, flipped) for item in items))
            case _:
                assert_never(condition)

    def _questions(self) -> Iterator[str]:
        outputs = outputs_of(self.rule)
        asked, _ = questions(self.concluded, [(self.rule, self.node)])
        for question in asked:
            if outputs & set(question.could_change):
                yield f"- {in_language(question.text, self.lang)}"

    # Rounds, and where it comes from

    def _rounds(self) -> Iterator[str]:
        """The rules below this one and itself, by the round in which each was known."""
        strata = self.concluded.program.strata
        by_round: dict[int, list[tuple[str, NodeId]]] = {}
        for number in self.concluded.below(self.node):
            node = self.concluded.program.nodes[number]
            if isinstance(node, RuleNode):
                by_round.setdefault(strata[number], []).append((node.rule, number))
        for place, stratum in enumerate(sorted(by_round), 1):
            yield self.say["round"].format(number=place)
            for rule_id, number in sorted(by_round[stratum]):
                truth = self.concluded.now(number)
                assert isinstance(truth, int)
                settings = settings_of(self.concluded, rule_id, self.lang) if truth != NO else ""
                follows = f" → {settings}" if settings else ""
                yield f"{STEP}{MARKS[truth]} {self._title_of(number)}{follows}"

    def _foot(self) -> Iterator[str]:
        file = self.concluded.files[self.rule.file]
        source = source_of(self.concluded, self.rule.source or file.source, file.topic)
        if source:
            named = source.get("title") or source.get("ref", "")
            section = self.say["section"].format(text=source["section"]) if "section" in source else ""
            ref = f" [{source['ref']}]" if "ref" in source and "title" in source else ""
            url = f" <{source['url']}>" if "url" in source else ""
            yield self.say["source"].format(text=f"{named}{section}{ref}{url}")
        evidence = weakest_evidence(self.concluded, self.rule)
        words = in_language(EVIDENCE_WORDS[evidence], self.lang)
        yield self.say["evidence"].format(text=f"{words}.")
        if status_of(self.concluded, self.rule) != "active":
            yield f"{in_language(DRAFT, self.lang)} {in_language(RESTS_ON[evidence], self.lang)}"
