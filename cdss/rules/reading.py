"""Reading a line from left to right: the amounts, names, days and ranges that lines are made of."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from cdss.errors import Problem, Span, Text
from cdss.models.condition import Amount, Bound, Day, Name, Word
from cdss.models.dates import DURATION_UNITS, DateError, Duration, parse_day, parse_duration
from cdss.models.quantity import LIMIT, Quantity, QuantityError, canonical_unit, parse_number
from cdss.rules.tokens import Line, Token, Wrong, and_problem, bad_name

KEYWORDS: Final = frozenset({"not", "is", "in", "or", "and", "has", "within", "ago"})
"""Words that join the parts of a line; no name may be one of them."""
PLAIN_WORDS: Final = frozenset({"yes", "no", "none", "known", "unknown", "any", "true", "false"})
"""Words that are values wherever they stand; no name may be one of them."""
RESERVED: Final = KEYWORDS | PLAIN_WORDS | {"reference_date", "setting", "patient", "last", "null"}

DUTCH: Final = {
    **{"niet": "not", "bekend": "known", "onbekend": "unknown", "heeft": "has"},
    **{"ja": "yes", "nee": "no", "geen": "none", "elk": "any", "geleden": "ago", "binnen": "within"},
    **{"laatste": "last", "afgelopen": "last", "of": "or", "en": "and", "minstens": "at least"},
    **{"hoogstens": "at most", "boven": "above", "onder": "below", "tot": "up to", "tussen": "in a..b"},
}
"""Dutch words that an author writes where the language has an English one."""

_NAME: Final = re.compile(r"[a-z]\w*(?:\.[a-z]\w*)*", re.ASCII)
_WORD: Final = re.compile(r"[A-Za-z0-9][\w-]*", re.ASCII)
RANGE_SIGNS: Final = {"..": (True, True), "<..": (False, True), "..<": (True, False), "<..<": (False, False)}

RangeEnd: TypeAlias = tuple[Token, Token | None] | Name | Day | Word
"""One end of a range. A number and its unit are no amount yet: the unit may stand at the other end."""


class Reader:
    """A place in the tokens of one line."""

    def __init__(self, line: Line, tokens: list[Token]) -> None:
        self.line = line
        self.tokens = tokens
        self.place = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def ahead(self, steps: int = 1) -> Token:
        return self.tokens[min(self.place + steps, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.now
        if token.kind != "end":
            self.place += 1
        return token

    def sees(self, *words: str) -> bool:
        """Whether these words stand here, one after another."""
        return all(
            self.ahead(step).kind == "word" and self.ahead(step).text == word
            for step, word in enumerate(words)
        )

    def takes(self, *words: str) -> bool:
        """Whether these words stand here; if so they are read."""
        if not self.sees(*words):
            return False
        self.place += len(words)
        return True

    def span(self, start: int, end: int) -> Span:
        return self.line.span(start, end)

    def span_from(self, first: Token) -> Span:
        """From this token up to what was read last."""
        last = self.tokens[max(self.place - 1, 0)]
        return self.line.span(first.start, max(last.end, first.end))

    def wrong(self, kind: str, token: Token, text: Text, help: Text | None = None) -> Wrong:
        if token.kind == "end" and len(self.tokens) > 1:  # nothing stands there: point at the last word
            token = self.tokens[-2]
        return self.line.wrong(kind, token, text, help)

    # What lines are made of

    def amount(self) -> Amount:
        """A number with its unit."""
        number = self.take()
        return self.made_amount(number, self.taken_unit())

    def taken_unit(self) -> Token | None:
        return self.take() if self.now.kind == "unit" else None

    def made_amount(self, number: Token, unit: Token | None) -> Amount:
        """An amount of this number and this unit, which may stand further on (`6..11 points`)."""
        value = parse_number(number.text)
        if abs(value) > LIMIT:
            raise self.wrong(
                "number-too-large",
                number,
                {"nl": f"getallen gaan tot {LIMIT}", "en": f"numbers go up to {LIMIT}"},
                {"nl": "Kies een grotere eenheid.", "en": "Choose a larger unit."},
            )
        if unit is None:
            return Amount(Quantity(value, ""), self.span(number.start, number.end))
        try:
            symbol = canonical_unit(unit.text)
        except QuantityError as error:
            raise self.wrong("unknown-unit", unit, error.text) from error
        end = unit.end if unit.start >= number.end else number.end
        span = self.span(number.start, end)
        return Amount(Quantity(value, unit.text), span, self._duration(number, unit, symbol))

    def _duration(self, number: Token, unit: Token, symbol: str) -> Duration | None:
        if symbol not in DURATION_UNITS:
            return None
        if number.text.startswith("-"):
            return None
        try:
            return parse_duration(f"{number.text} {symbol}")
        except DateError as error:
            raise self.wrong("bad-duration", number, error.text) from error

    def day(self) -> Day:
        token = self.take()
        try:
            return Day(parse_day(token.text), self.span(token.start, token.end))
        except DateError as error:
            raise self.wrong("bad-date", token, error.text) from error

    def name(self) -> Name:
        """A name: of a fact, score, parameter ..., perhaps with an output behind a dot."""
        token = self.now
        if token.kind != "word" or token.text in KEYWORDS:
            raise self.unexpected({"nl": "een naam", "en": "a name"})
        if not _NAME.fullmatch(token.text):
            raise bad_name(self.line, token)
        self.place += 1
        return Name(token.text, self.span(token.start, token.end))

    def word(self) -> Word:
        """One word of a choice; a whole number may be one."""
        token = self.now
        if token.kind == "word" and token.text in KEYWORDS:
            raise self.unexpected({"nl": "een woord", "en": "a word"})
        if token.kind == "word" and "." in token.text and not _NAME.fullmatch(token.text):
            raise bad_name(self.line, token)
        plain = token.kind == "number" and token.text.isdecimal()
        if not plain and (token.kind != "word" or not _WORD.fullmatch(token.text)):
            raise self.unexpected({"nl": "een woord", "en": "a word"})
        if token.text in DUTCH and token.text not in ("of", "en"):
            raise self.dutch_word(token)
        self.place += 1
        return Word(token.text, self.span(token.start, token.end))

    def is_name(self, token: Token) -> bool:
        return (
            token.kind == "word"
            and token.text not in KEYWORDS | PLAIN_WORDS
            and _NAME.fullmatch(token.text) is not None
        )

    def starts_range(self) -> bool:
        """Whether a range stands here: `6..11`, `..5`, `low<..`."""
        if self.now.text in RANGE_SIGNS:
            return True
        step = 2 if self.ahead().kind == "unit" else 1
        return self.now.kind in ("number", "date", "word") and self.ahead(step).text in RANGE_SIGNS

    def bounds(self) -> tuple[Bound | None, Bound | None]:
        """The two ends of a range in signs; one unit at the end counts for both."""
        first = self.now
        low = self.range_end() if self.now.text not in RANGE_SIGNS else None
        sign = self.take()
        low_included, high_included = RANGE_SIGNS[sign.text]
        high = self.range_end() if self.now.kind in ("number", "date", "word") else None
        loose = self.taken_unit()  # `6.. points`
        unit = (high[1] if isinstance(high, tuple) else None) or loose
        unit = unit or (low[1] if isinstance(low, tuple) else None)
        if low is None and high is None:
            raise self.wrong(
                "not-a-cell",
                sign,
                {"nl": "een bereik heeft minstens één einde", "en": "a range has at least one end"},
                {"nl": "Schrijf bijvoorbeeld 6..11 of ..5.", "en": "Write for instance 6..11 or ..5."},
            )
        ends = (self.bound(low, unit, low_included), self.bound(high, unit, high_included))
        self.check_ends(first, *ends)
        return ends

    def range_end(self) -> RangeEnd:
        """What stands at one end of a range."""
        if self.now.kind == "number":
            number = self.take()
            return number, self.taken_unit()
        if self.now.kind == "date":
            return self.day()
        if self.now.kind == "word":
            return self.name_or_word()
        raise self.unexpected({"nl": "een getal", "en": "a number"})

    def name_or_word(self) -> Name | Word:
        """A name where it can be one (a word opposite an ordered choice looks the same), else a word."""
        if self.now.text in KEYWORDS:
            raise self.unexpected({"nl": "een naam of een getal", "en": "a name or a number"})
        return self.name() if self.is_name(self.now) else self.word()

    def bound(self, end: RangeEnd | None, unit: Token | None, included: bool) -> Bound | None:
        """One end as a bound, with this unit when it has none of its own."""
        if end is None:
            return None
        if isinstance(end, tuple):
            number, own = end
            return Bound(self.made_amount(number, own or unit), included)
        return Bound(end, included)

    def check_ends(self, first: Token, low: Bound | None, high: Bound | None) -> None:
        """Refuses a range that nothing can lie in."""
        if low is None or high is None:
            return
        match low.value, high.value:
            case Amount(quantity=a), Amount(quantity=b) if a.unit == b.unit:
                crossed, equal = a.value > b.value, a.value == b.value
            case Day(date=a), Day(date=b):
                crossed, equal = a > b, a == b
            case _:
                return
        if crossed or (equal and not (low.included and high.included)):
            problem = Problem(
                "empty-range",
                self.span_from(first),
                {"nl": "in dit bereik ligt niets", "en": "nothing lies in this range"},
                {"nl": "Zet het laagste einde eerst.", "en": "Put the lowest end first."},
            )
            raise Wrong(problem)

    # What cannot stand here

    def dutch_word(self, token: Token) -> Wrong:
        word = DUTCH[token.text]
        better = self._in_english()
        return self.wrong(
            "dutch-word",
            token,
            {
                "nl": f"de woorden van de taal zijn Engels: {token.text} is {word}",
                "en": f"the words of the language are English: {token.text} is {word}",
            },
            {"nl": f"Schrijf: {better}", "en": f"Write: {better}"},
        )

    def _in_english(self) -> str:
        text = self.line.text
        for token in reversed(self.tokens):
            if token.kind == "word" and token.text in DUTCH:
                text = text[: token.start] + DUTCH[token.text] + text[token.end :]
        return text.strip()

    def unexpected(self, expected: Text, help: Text | None = None) -> Wrong:
        """What stands here cannot stand here; `expected` can."""
        token = self.now
        if token.kind == "word":
            if token.text.casefold() in ("and", "en", "or", "of"):
                return Wrong(and_problem(self.line, token))
            if token.text in DUTCH:
                return self.dutch_word(token)
        if token.kind == "end":
            return self.wrong(
                "not-a-criterion",
                token,
                {
                    "nl": f"de regel houdt hier op; verwacht werd {expected['nl']}",
                    "en": f"the line ends here; expected was {expected['en']}",
                },
                help,
            )
        return self.wrong(
            "not-a-criterion",
            token,
            {
                "nl": f"{token.text} kan hier niet staan; verwacht werd {expected['nl']}",
                "en": f"{token.text} cannot stand here; expected was {expected['en']}",
            },
            help,
        )

    def expect_end(self) -> None:
        if self.now.kind != "end":
            raise self.unexpected({"nl": "het einde van de regel", "en": "the end of the line"})
