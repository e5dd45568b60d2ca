"""The Dutch and English reading of a rule, made from the texts of its facts and parameters (language §9).

    Wanneer: leeftijd is 60 jaar of ouder, en risicoscore is 4 punten of meer (drempel DXA). Behalve als: ...

It says what the criterion means and nothing else: `not`, `none:`, ends of a range and limits in time are
kept as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, assert_never

from cdss.engine.named_words import (
    definition_text,
    name_text,
    parameter_value,
    value_on,
    words_behind,
    words_of,
)
from cdss.engine.telling import (
    either,
    tell_day,
    tell_millionths,
    tell_number,
    tell_written_duration,
    with_unit,
)
from cdss.models.condition import (
    Ago,
    AllOf,
    Amount,
    AnyOf,
    Bound,
    Comparison,
    Condition,
    Criterion,
    Day,
    HasWord,
    InRange,
    InSet,
    IsKnown,
    IsTrue,
    IsWord,
    Name,
    NoneOf,
    Operand,
    Operator,
    WithinLast,
    Word,
)
from cdss.models.dates import Duration
from cdss.models.guideline import Fact, Finding, FromPatient, Parameter, Rule, Ruleset
from cdss.models.quantity import COUNTED, millionths
from cdss.models.value import ValueType
from cdss.models.wording import URGENCY, in_language, lowered, word_text

MOST_WORDS: Final = 8
"""A value set with more words than this is called by its name."""

_OPPOSITE: Final[Mapping[Operator, Operator]] = {
    "<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "==",
}  # fmt: skip
_MIRRORED: Final[Mapping[Operator, Operator]] = {
    "<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!=",
}  # fmt: skip

# How a comparison is said, by what is compared. {v} is the amount.
_SAID: Final[Mapping[str, Mapping[str, Mapping[Operator, str]]]] = {
    "nl": {
        "age": {
            "<": "onder {v}", "<=": "{v} of jonger", ">": "boven {v}", ">=": "{v} of ouder",
            "==": "{v}", "!=": "niet {v}",
        },
        "count": {
            "<": "minder dan {v}", "<=": "{v} of minder", ">": "meer dan {v}", ">=": "{v} of meer",
            "==": "{v}", "!=": "niet {v}",
        },
        "measure": {
            "<": "lager dan {v}", "<=": "{v} of lager", ">": "hoger dan {v}", ">=": "{v} of hoger",
            "==": "{v}", "!=": "niet {v}",
        },
        "duration": {
            "<": "korter dan {v}", "<=": "{v} of korter", ">": "langer dan {v}", ">=": "{v} of langer",
            "==": "{v}", "!=": "niet {v}",
        },
        "date": {
            "<": "eerder dan {v}", "<=": "{v} of eerder", ">": "later dan {v}", ">=": "{v} of later",
            "==": "{v}", "!=": "niet {v}",
        },
        "ago": {
            "<": "meer dan {v} geleden", "<=": "minstens {v} geleden", ">": "minder dan {v} geleden",
            ">=": "hoogstens {v} geleden", "==": "precies {v} geleden", "!=": "niet precies {v} geleden",
        },
        "today": {
            "<": "voor vandaag", "<=": "vandaag of eerder", ">": "na vandaag", ">=": "vandaag of later",
            "==": "vandaag", "!=": "niet vandaag",
        },
        "other": {
            "<": "lager dan {v}", "<=": "niet hoger dan {v}",
            ">": "hoger dan {v}", ">=": "niet lager dan {v}",
            "==": "gelijk aan {v}", "!=": "niet gelijk aan {v}",
        },
        "other date": {
            "<": "eerder dan {v}", "<=": "niet later dan {v}",
            ">": "later dan {v}", ">=": "niet eerder dan {v}",
            "==": "dezelfde dag als {v}", "!=": "niet dezelfde dag als {v}",
        },
    },
    "en": {
        "age": {
            "<": "under {v}", "<=": "{v} or younger", ">": "over {v}", ">=": "{v} or older",
            "==": "{v}", "!=": "not {v}",
        },
        "count": {
            "<": "less than {v}", "<=": "{v} or less", ">": "more than {v}", ">=": "{v} or more",
            "==": "{v}", "!=": "not {v}",
        },
        "measure": {
            "<": "below {v}", "<=": "{v} or lower", ">": "above {v}", ">=": "{v} or higher",
            "==": "{v}", "!=": "not {v}",
        },
        "duration": {
            "<": "shorter than {v}", "<=": "{v} or shorter", ">": "longer than {v}", ">=": "{v} or longer",
            "==": "{v}", "!=": "not {v}",
        },
        "date": {
            "<": "before {v}", "<=": "{v} or earlier", ">": "after {v}", ">=": "{v} or later",
            "==": "{v}", "!=": "not {v}",
        },
        "ago": {
            "<": "more than {v} ago", "<=": "at least {v} ago", ">": "less than {v} ago",
            ">=": "at most {v} ago", "==": "exactly {v} ago", "!=": "not exactly {v} ago",
        },
        "today": {
            "<": "before today", "<=": "today or earlier", ">": "after today", ">=": "today or later",
            "==": "today", "!=": "not today",
        },
        "other": {
            "<": "below {v}", "<=": "not above {v}", ">": "above {v}", ">=": "not below {v}",
            "==": "equal to {v}", "!=": "not equal to {v}",
        },
        "other date": {
            "<": "before {v}", "<=": "not after {v}", ">": "after {v}", ">=": "not before {v}",
            "==": "the same day as {v}", "!=": "not the same day as {v}",
        },
    },
}  # fmt: skip

# All other sentences. {x} is what is read, {v} what it is held against.
_SENTENCE: Final[Mapping[str, Mapping[str, str]]] = {
    "nl": {
        "is": "{x} is {v}",
        "ends": "{x}: {v}",
        "true": "{x}",
        "false": "{x}: nee",
        "known": "{x} is bekend",
        "not known": "{x} is niet bekend",
        "known whether": "bekend of dit zo is: {x}",
        "not known whether": "niet bekend of dit zo is: {x}",
        "word": "{x} is {v}",
        "not word": "{x} is niet {v}",
        "has": "{v} is een van de {x}",
        "not has": "{v} is niet een van de {x}",
        "in": "{x} is {v}",
        "not in": "{x} is niet {v}",
        "in set": "{x} staat in de lijst {v}",
        "not in set": "{x} staat niet in de lijst {v}",
        "within": "{x} valt in de laatste {v}",
        "not within": "{x} valt niet in de laatste {v}",
        "not": "niet: {x}",
        "between": "{low} tot en met {high}",
        "both": "{low} en {high}",
        "all": ", en ",
        "any": ", of ",
        "none": "geen van deze: ({x})",
        "no range": "wat het ook is",
        "when": "Wanneer: {x}.",
        "except": "Behalve als: {x}.",
        "then": "Dan: {x}.",
        "set": "{x} wordt {v}",
        "collect": "{v} komt bij de {x}",
        "out_of_scope": "dit valt buiten dit onderwerp",
        "not_assessable": "dit is niet te beoordelen",
        "exception": "{text} ({x})",
        "or else": "; of ",
        "and": "; en ",
    },
    "en": {
        "is": "{x} is {v}",
        "ends": "{x}: {v}",
        "true": "{x}",
        "false": "{x}: no",
        "known": "{x} is known",
        "not known": "{x} is not known",
        "known whether": "known whether this is so: {x}",
        "not known whether": "not known whether this is so: {x}",
        "word": "{x} is {v}",
        "not word": "{x} is not {v}",
        "has": "{v} is among {x}",
        "not has": "{v} is not among {x}",
        "in": "{x} is {v}",
        "not in": "{x} is not {v}",
        "in set": "{x} is in the list {v}",
        "not in set": "{x} is not in the list {v}",
        "within": "{x} is within the last {v}",
        "not within": "{x} is not within the last {v}",
        "not": "not: {x}",
        "between": "{low} to {high}, both included",
        "both": "{low} and {high}",
        "all": ", and ",
        "any": ", or ",
        "none": "none of these: ({x})",
        "no range": "whatever it is",
        "when": "When: {x}.",
        "except": "Except if: {x}.",
        "then": "Then: {x}.",
        "set": "{x} becomes {v}",
        "collect": "{v} is added to {x}",
        "out_of_scope": "this is outside this topic",
        "not_assessable": "this cannot be assessed",
        "exception": "{text} ({x})",
        "or else": "; or ",
        "and": "; and ",
    },
}


def read_rule(ruleset: Ruleset, rule: Rule, lang: str = "nl", on: date | None = None) -> str:
    """A rule as a reader says it: when it holds, except when, and what follows. With a date, parameters
    have the values of that date; without one, their newest."""
    say = _SENTENCE[lang]
    parts = [say["when"].format(x=read_condition(ruleset, rule.when, lang, on))]
    if rule.exceptions:
        exceptions = []
        for exception in rule.exceptions:
            read = read_condition(ruleset, exception.when, lang, on)
            text = lowered(in_language(exception.text, lang))
            same = not text or text == read
            exceptions.append(read if same else say["exception"].format(text=text, x=read))
        parts.append(say["except"].format(x=say["or else"].join(exceptions)))
    parts.append(say["then"].format(x=say["and"].join(_then(ruleset, rule, lang))))
    return " ".join(parts)


def _then(ruleset: Ruleset, rule: Rule, lang: str) -> list[str]:
    say = _SENTENCE[lang]
    found = []
    if rule.recommend is not None:
        label = lowered(in_language(ruleset.actions[rule.recommend.action].label, lang))
        urgency = rule.recommend.urgency
        soon = "" if urgency == "routine" else f" ({lowered(in_language(URGENCY[urgency], lang))})"
        found.append(f"{label}{soon}")
    found += [read_setting(ruleset, one.finding, one.value, lang) for one in rule.sets]
    if rule.outcome:
        text = in_language(rule.outcome_text, lang) if rule.outcome_text else ""
        found.append(f"{say[rule.outcome]}{f': {lowered(text)}' if text else ''}".rstrip("."))
    return found


def read_setting(ruleset: Ruleset, finding: str, value: str, lang: str) -> str:
    """What a rule sets, in words."""
    definition = ruleset.definitions[finding]
    own = definition_text(definition, "", lang)
    told = word_text(value, words_behind(ruleset, definition, ""), lang)
    pattern = "set"
    if isinstance(definition, Finding) and definition.combine == "collect":
        pattern = "collect"
    elif isinstance(definition, Finding) and definition.type.kind == "yes_no":
        pattern = "ends"
    return _SENTENCE[lang][pattern].format(x=own, v=told)


def read_condition(ruleset: Ruleset, condition: Condition, lang: str = "nl", on: date | None = None) -> str:
    """A condition as one line. What stands deeper is put in brackets."""
    return _tree(ruleset, condition, lang, on, nested=False)


def _tree(ruleset: Ruleset, condition: Condition, lang: str, on: date | None, *, nested: bool) -> str:
    say = _SENTENCE[lang]
    match condition:
        case Criterion():
            return read_criterion(ruleset, condition, lang, on)
        case AllOf(items=items) | AnyOf(items=items):
            if len(items) == 1:
                return _tree(ruleset, items[0], lang, on, nested=nested)
            joiner = say["all" if isinstance(condition, AllOf) else "any"]
            text = joiner.join(_tree(ruleset, item, lang, on, nested=True) for item in items)
            return f"({text})" if nested else text
        case NoneOf(items=items):
            if len(items) == 1 and isinstance(items[0], Criterion):
                return read_criterion(ruleset, items[0], lang, on, denied=True)
            return say["none"].format(
                x="; ".join(_tree(ruleset, item, lang, on, nested=False) for item in items)
            )
        case _:
            assert_never(condition)


def read_criterion(
    ruleset: Ruleset, criterion: Criterion, lang: str = "nl", on: date | None = None, *, denied: bool = False
) -> str:
    """One criterion as a sentence without a full stop; `denied`: what it says when it does not hold."""
    return _Criterion(ruleset, lang, on).read(criterion, not_=criterion.negated != denied)


class _Criterion:
    """Reads one criterion in one language."""

    def __init__(self, ruleset: Ruleset, lang: str, on: date | None) -> None:
        self.ruleset = ruleset
        self.lang = lang
        self.on = on
        self.say = _SENTENCE[lang]

    def read(self, criterion: Criterion, *, not_: bool) -> str:
        test = criterion.test
        match test:
            case IsTrue(name=name):
                return self.sentence("false" if not_ else "true", name)
            case IsKnown(name=name, known=known):
                whether = " whether" if self.kind(name).kind == "yes_no" else ""
                return self.sentence(("known" if known != not_ else "not known") + whether, name)
            case IsWord(name=name, words=words, negated=negated):
                told = either([self.word(name, word) for word in words], self.lang)
                return self.sentence("not word" if negated != not_ else "word", name, told)
            case HasWord(name=name, word=word):
                return self.sentence("not has" if not_ else "has", name, self.word(name, word))
            case InSet(name=name, negated=negated):
                return self._in_set(test, not_=negated != not_)
            case InRange(name=name, low=low, high=high, negated=negated):
                return self.sentence(
                    "not in" if negated != not_ else "in", name, self._range(name, low, high)
                )
            case WithinLast(name=name, amount=amount):
                value, note = self._amount(amount, DURATION)
                return self.sentence("not within" if not_ else "within", name, value) + note
            case Comparison():
                return self._comparison(test, not_=not_)
            case _:
                assert_never(test)

    def sentence(self, pattern: str, name: Name, value: str = "") -> str:
        return self.say[pattern].format(x=name_text(self.ruleset, name, self.lang), v=value)

    def kind(self, name: Name) -> ValueType:
        if name.ref is None or name.ref.type is None:
            return ValueType("code")
        return name.ref.type

    def word(self, name: Name, word: Word) -> str:
        """A word in the text of its author; in quotes when it would run on into the next."""
        text = word_text(word.word, words_of(self.ruleset, name.ref), self.lang)
        runs_on = any(mark in text for mark in (",", " of ", " or ")) and not text.startswith("'")
        return f"'{text}'" if runs_on else text

    def _in_set(self, test: InSet, *, not_: bool) -> str:
        assert test.set.ref is not None
        members = self.ruleset.value_sets.get(test.set.ref.id)
        if members is not None and 0 < len(members.words) <= MOST_WORDS:
            told = either([word_text(word, {}, self.lang) for word in members.words], self.lang)
            return self.sentence("not word" if not_ else "word", test.name, told)
        return self.sentence(
            "not in set" if not_ else "in set", test.name, name_text(self.ruleset, test.set, self.lang)
        )

    # Amounts

    def _comparison(self, test: Comparison, *, not_: bool) -> str:
        left, operator, right = test.left, test.operator, test.right
        if not isinstance(left, Name) or (self._parameter(left) and isinstance(right, Name)):
            left, operator, right = right, _MIRRORED[operator], left
        assert isinstance(left, Name)
        kind = self.kind(left)
        dated = kind.kind == "date"
        # "Not earlier than" and "later or none at all" are two things: a date may be none.
        if not_ and not dated:
            operator, not_ = _OPPOSITE[operator], False
        ends_in_verb = name_text(self.ruleset, left, self.lang).endswith((" is", " zijn", " are"))
        told = self.sentence(
            "ends" if ends_in_verb else "is", left, self._held_against(left, kind, operator, right)
        )
        return self.say["not"].format(x=told) if not_ else told

    def _held_against(self, left: Name, kind: ValueType, operator: Operator, right: Operand) -> str:
        """What the left side is held against: the amount, what a parameter is called, or another name."""
        said = _SAID[self.lang]
        if isinstance(right, Ago):
            if isinstance(right.amount, Amount) and right.amount.duration == Duration():
                return said["today"][operator]
            value, note = self._amount(right.amount, DURATION)
            return said["ago"][operator].format(v=value) + note
        if isinstance(right, Name) and not self._parameter(right):
            family = "other date" if kind.kind == "date" else "other"
            return said[family][operator].format(v=name_text(self.ruleset, right, self.lang))
        if kind.kind == "choice" and isinstance(right, Word | Amount):
            word = right.word if isinstance(right, Word) else str(right.quantity.value)
            told = word_text(word, words_of(self.ruleset, left.ref), self.lang)
            return said["measure"][operator].format(v=told)
        value, note = self._operand(right, kind)
        return said[self._family(left, kind)][operator].format(v=value) + note

    def _family(self, left: Name, kind: ValueType) -> str:
        if kind.kind in ("duration", "date"):
            return kind.kind
        if self._is_age(left):
            return "age"
        plain = kind.unit in ("", "1") and kind.low >= 0
        if kind.kind == "number" and (plain or kind.unit in (*COUNTED, "%")):
            return "count"
        return "measure"

    def _is_age(self, name: Name) -> bool:
        definition = self.ruleset.definitions.get(name.ref.id) if name.ref is not None else None
        return isinstance(definition, Fact) and definition.source == FromPatient("age")

    def _parameter(self, name: Operand) -> Parameter | None:
        if not isinstance(name, Name) or name.ref is None:
            return None
        definition = self.ruleset.definitions.get(name.ref.id)
        return definition if isinstance(definition, Parameter) else None

    def _operand(self, operand: Operand, kind: ValueType) -> tuple[str, str]:
        match operand:
            case Amount() | Name():
                return self._amount(operand, kind)
            case Day(date=day):
                return tell_day(day, self.lang), ""
            case Word():
                return word_text(operand.word, {}, self.lang), ""
            case Ago():
                value, note = self._amount(operand.amount, DURATION)
                return _SAID[self.lang]["ago"]["=="].format(v=value), note
            case _:
                assert_never(operand)

    def _amount(self, amount: Amount | Name, kind: ValueType) -> tuple[str, str]:
        """An amount in words, and what to put behind it: of a parameter, what it is."""
        if isinstance(amount, Name):
            parameter = self._parameter(amount)
            text = name_text(self.ruleset, amount, self.lang)
            dated = value_on(parameter, self.on) if parameter is not None else None
            if parameter is None or dated is None:
                return text, ""
            return parameter_value(parameter, dated, self.lang), f" ({text})"
        if amount.duration is not None and kind.unit != "years":
            return tell_written_duration(amount.duration, str(amount.quantity), self.lang), ""
        unit = amount.quantity.unit or kind.unit
        return tell_millionths(millionths(amount.quantity.value), unit, self.lang), ""

    def _range(self, name: Name, low: Bound | None, high: Bound | None) -> str:
        kind = self.kind(name)
        if low is None or high is None:
            if low is not None:
                return self._held_against(name, kind, ">=" if low.included else ">", low.value)
            if high is not None:
                return self._held_against(name, kind, "<=" if high.included else "<", high.value)
            return self.say["no range"]
        if (
            low.included
            and high.included
            and isinstance(low.value, Amount)
            and isinstance(high.value, Amount)
        ):
            unit = high.value.quantity.unit or low.value.quantity.unit or kind.unit
            ends = [tell_number(millionths(end.quantity.value), self.lang) for end in (low.value, high.value)]
            return self.say["between"].format(
                low=ends[0], high=with_unit(ends[1], unit, self.lang, one=False)
            )
        return self.say["both"].format(
            low=self._held_against(name, kind, ">=" if low.included else ">", low.value),
            high=self._held_against(name, kind, "<=" if high.included else "<", high.value),
        )


DURATION: Final = ValueType("duration", unit="days")
