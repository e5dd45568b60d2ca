"""The words, numbers and signs of one line, each with its place in the file (language §5).

What can only be a slip of the pen is refused here, with what to write instead: 2,5 and 1e-05 and 70years,
=> and ≥, a name with ë. The line itself is read in `comparison.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from cdss.errors import Problem, Span, Text
from cdss.models.quantity import QuantityError, canonical_unit, parse_number
from cdss.rules.load import Scalar

TokenKind = Literal["number", "unit", "date", "word", "sign", "end"]


class Wrong(Exception):
    """This line cannot be read; `.problem` says why. It never leaves the parser."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.kind)


@dataclass(frozen=True, slots=True)
class Token:
    """`before` and `after`: whether white space (or an end of the line) stands next to it."""

    kind: TokenKind
    text: str
    start: int
    end: int
    before: bool = True
    after: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """The text of one scalar, and where each of its characters stands in the file."""

    text: str
    scalar: Scalar

    def span(self, start: int, end: int) -> Span:
        """The place of these characters; the whole scalar when its quotes hide where they are."""
        whole = self.scalar.span
        quote = 1 if self.scalar.quoted else 0
        if self.scalar.block or whole.end_column - whole.column - 2 * quote != len(self.text):
            return whole
        first = whole.column + quote + start
        return Span(whole.file, whole.line, first, whole.line, max(first + 1, whole.column + quote + end))

    def wrong(self, kind: str, token: Token, text: Text, help: Text | None = None) -> Wrong:
        return Wrong(Problem(kind, self.span(token.start, token.end), text, help))

    def replaced(self, token: Token, by: str) -> str:
        """The line with something else in place of this token."""
        return f"{self.text[: token.start]}{by}{self.text[token.end :]}".strip()


_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)
    |(?P<date>\d{4}-\d{2}-\d{2}(?![\w-]))
    |(?P<odd_date>\d{1,2}[-/]\d{1,2}[-/]\d{4}(?![\w-])|\d{4}[-/]\d{1,2}[-/]\d{1,2}(?![\w-]))
    |(?P<exponent>[-+]?\d+(?:[.,]\d+)?[eE][-+]?\d+(?!\w))
    |(?P<comma>-?\d+(?:\.\d{3})*,\d+)
    |(?P<odd_number>[-+]?\d*(?:\.\d+){2,}|\+\d[\d.]*|-?(?<![\w.])\.\d+|-?\d+\.(?![.\d])|-?\d+(?:_\d+)+(?![\w-]))
    |(?P<glued>-?\d+(?:\.\d+)?(?:%|°C|[A-Za-zµμ]{2,}(?:/[A-Za-z0-9\[\]{}._]+)*)(?![\w-]))
    |(?P<digit_word>\d+(?:[A-Za-z_]|-[A-Za-z_])[\w-]*)
    |(?P<number>-?\d+(?:\.\d+)?)
    |(?P<range><?\.\.<?)
    |(?P<odd_sign>=>|=<|<>|===|[≥≤≠≧≦]|&&?|\|\|?|=(?!=)|!(?!=))
    |(?P<power>\*\*|\^)
    |(?P<sign><=|>=|==|!=|<|>|[-+*/()])
    |(?P<word>[^\W\d][\w]*(?:\.[^\W\d]\w*)*(?:-\w+)*)
    |(?P<other>.)
    """,
    re.VERBOSE,
)
_UNIT: Final = re.compile(
    r"(?:[A-Za-z%°µμ\[]|/(?=\S)|\{[^{}\s]*\})(?:\{[^{}\s]*\}|(?!\.\.)[^\s<>=!()+*,;{}])*"
)
NOT_UNITS: Final = frozenset(
    {"or", "and", "ago", "up", "below", "above", "at", "to", "in", "is", "not", "has", "within"}
    | {"en", "of", "tot", "geleden", "onder", "boven", "op", "any", "unknown"}
)
"""Words of the language that may follow a number; anything else there is its unit."""

_SIGNS: Final = {
    **{"=>": ">=", "≥": ">=", "≧": ">=", "=<": "<=", "≤": "<=", "≦": "<=", "<>": "!=", "≠": "!="},
    **{"=": "==", "===": "==", "!": "not "},
}


def tokenize(scalar: Scalar) -> tuple[Line, list[Token]]:
    """The tokens of a line, closed by one of kind `end`. Raises Wrong at the first that cannot be meant."""
    line = Line(scalar.text, scalar)
    text = scalar.text
    tokens: list[Token] = []
    place, size = 0, len(text)
    while place < size:
        match = _TOKEN.match(text, place)
        assert match is not None and match.lastgroup is not None  # `other` takes whatever is left
        group, start, end = match.lastgroup, place, match.end()
        place = end
        if group == "space":
            continue
        before = start == 0 or text[start - 1].isspace()
        after = end == size or text[end].isspace()
        token = Token("sign", match[0], start, end, before, after)
        match group:
            case "date" | "sign":
                tokens.append(Token(group, match[0], start, end, before, after))
            case "number":
                tokens.append(Token(group, match[0], start, end, before, after))
                place = _unit_after(line, tokens, end)
            case "glued" if not _ends_in_unit(match[0]):
                tokens.append(Token("word", match[0], start, end, before, after))
            case "digit_word":
                tokens.append(Token("word", match[0], start, end, before, after))
            case "word":
                _check_letters(line, token)
                tokens.append(Token("word", match[0], start, end, before, after))
            case "range":
                tokens.append(token)
                place = _unit_after(line, tokens, end, known=True)
            case _:
                raise _refuse(line, group, token)
    tokens.append(Token("end", "", size, size))
    return line, tokens


def _unit_after(line: Line, tokens: list[Token], place: int, known: bool = False) -> int:
    """Adds the unit that follows, if there is one; gives the place behind it.

    Behind a number anything is its unit; behind the dots of `6.. points` only a unit that we know.
    """
    start = place
    while start < len(line.text) and line.text[start].isspace():
        start += 1
    match = _UNIT.match(line.text, start) if start > place else None
    if match is None or match[0].casefold() in NOT_UNITS or (known and not _is_unit(match[0])):
        return place
    after = match.end() == len(line.text) or line.text[match.end()].isspace()
    tokens.append(Token("unit", match[0], start, match.end(), True, after))
    return match.end()


def _check_letters(line: Line, token: Token) -> None:
    if not token.text.isascii() or token.text.startswith("_"):
        raise bad_name(line, token)


BAD_NAME: Final[Text] = {
    "nl": "een naam bestaat uit kleine letters zonder accent, cijfers en _, en begint met een letter",
    "en": "a name has small letters without accents, digits and _, and starts with a letter",
}


def bad_name(line: Line, token: Token) -> Wrong:
    """A name that is not written as names are."""
    better = plain_name(token.text)
    return line.wrong(
        "bad-name",
        token,
        BAD_NAME,
        {"nl": f"Schrijf {better}.", "en": f"Write {better}."} if better else None,
    )


def plain_name(text: str) -> str:
    """The nearest name that may be written: without accents, in small letters. Empty when nothing is left."""
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9_.]+", "_", letters.casefold()).strip("_0123456789.")


def _refuse(line: Line, group: str, token: Token) -> Wrong:
    seen = token.text
    match group:
        case "exponent" | "odd_number":
            return _bad_number(line, token)
        case "comma":
            better = seen.replace(".", "").replace(",", ".")
            return line.wrong(
                "comma-in-number",
                token,
                {
                    "nl": "een getal krijgt hier een punt, geen komma",
                    "en": "a number takes a point here, no comma",
                },
                {"nl": f"Schrijf {better}.", "en": f"Write {better}."},
            )
        case "glued":
            return _glued(line, token)
        case "odd_date":
            parts = re.split("[-/]", seen)
            year, month, day = parts if len(parts[0]) == 4 else reversed(parts)
            better = f"{year}-{int(month):02d}-{int(day):02d}"
            return line.wrong(
                "bad-date",
                token,
                {"nl": "een datum begint met het jaar", "en": "a date starts with the year"},
                {"nl": f"Schrijf {better}.", "en": f"Write {better}."},
            )
        case "odd_sign" if seen in _SIGNS:
            better = re.sub(" +", " ", line.replaced(token, f" {_SIGNS[seen]} "))
            return line.wrong(
                "wrong-operator",
                token,
                {
                    "nl": f"{seen} kennen we niet; wel <, <=, ==, !=, >= en >",
                    "en": f"there is no {seen}; there are <, <=, ==, !=, >= and >",
                },
                {"nl": f"Schrijf: {better}", "en": f"Write: {better}"},
            )
        case "odd_sign":
            return Wrong(and_problem(line, token))
        case "power":
            return line.wrong(
                "not-a-calculation",
                token,
                {"nl": "machten kennen we niet", "en": "there are no powers"},
                {"nl": "Schrijf a * a.", "en": "Write a * a."},
            )
        case _ if seen in "[({":
            return _list_in_line(line, token)
        case _ if seen in _OUT_OF_PLACE:
            return line.wrong(
                "not-a-criterion",
                token,
                {
                    "nl": f"het teken {seen} kan hier niet staan",
                    "en": f"the character {seen} cannot stand here",
                },
                _OUT_OF_PLACE[seen](line.text),
            )
        case _:
            name = f"U+{ord(seen):04X}" if not seen.isprintable() else seen
            return line.wrong(
                "not-a-criterion",
                token,
                {
                    "nl": f"het teken {name} kan hier niet staan",
                    "en": f"the character {name} cannot stand here",
                },
            )


def _words_with_commas(text: str) -> Text | None:
    if not re.search(r"\bis\b", text):
        return None
    better = re.sub(r"\s*,\s*(?:or\s+|of\s+)?|\s+of\s+", " or ", text).strip()
    return {"nl": f"Schrijf: {better}", "en": f"Write: {better}"}


def _without_quotes(text: str) -> Text:
    better = re.sub(r"[“”„‟‘’‚\"']", "", text).strip()
    return {"nl": f"Laat de aanhalingstekens weg: {better}", "en": f"Leave out the quotes: {better}"}


def _as_comment(text: str) -> Text:
    better = re.sub(r"\s*#\s*", "   # ", text, count=1).strip()
    return {
        "nl": f"Voor een opmerking hoort een spatie: {better}",
        "en": f"A space belongs before a comment: {better}",
    }


_OUT_OF_PLACE: Final[Mapping[str, Callable[[str], Text | None]]] = {
    ",": _words_with_commas,
    "#": _as_comment,
    **dict.fromkeys("“”„‟‘’‚\"'", _without_quotes),
}
"""Signs that have no place in a line, and what was probably meant."""


def _list_in_line(line: Line, token: Token) -> Wrong:
    """`x in [a, b]`: a choice of words."""
    found = re.fullmatch(r"\s*([\w.]+)\s+(not\s+)?in\s*[\[({](.*)[\])}]\s*", line.text)
    words = re.split(r"\s*[,;]\s*", found[3].strip()) if found else []
    better = f"{found[1]} is {'not ' if found[2] else ''}{' or '.join(words)}" if found else ""
    return line.wrong(
        "not-a-criterion",
        token,
        {"nl": f"een {token.text} kan hier niet staan", "en": f"a {token.text} cannot stand here"},
        {"nl": f"Schrijf: {better}", "en": f"Write: {better}"} if found else None,
    )


def _bad_number(line: Line, token: Token) -> Wrong:
    text: Text = {"nl": "dit is geen getal", "en": "this is not a number"}
    try:
        parse_number(token.text)
    except QuantityError as error:
        text = error.text
    return line.wrong("bad-number", token, text)


_DUTCH_UNITS: Final = {
    **{"jaar": "years", "jaren": "years", "maand": "months", "maanden": "months", "weken": "weeks"},
    **{"dag": "days", "dagen": "days", "uur": "hours", "uren": "hours", "punten": "points"},
}


def _is_unit(text: str) -> bool:
    try:
        canonical_unit(text)
    except QuantityError:
        return False
    return True


def _ends_in_unit(text: str) -> bool:
    """Whether 70years or 30mL/min was written, and not a word that starts with a digit."""
    unit = text.lstrip("-.0123456789")
    return unit in _DUTCH_UNITS or not unit.isalpha() or _is_unit(unit)


def _glued(line: Line, token: Token) -> Wrong:
    match = re.match(r"(-?\d+(?:\.\d+)?)(.*)", token.text)
    assert match is not None  # the token starts with a number
    unit = canonical_unit(match[2]) if _is_unit(match[2]) else _DUTCH_UNITS.get(match[2], match[2])
    better = f"{match[1]} {unit}"
    return line.wrong(
        "missing-space",
        token,
        {
            "nl": "tussen getal en eenheid hoort een spatie",
            "en": "a space belongs between a number and its unit",
        },
        {"nl": f"Schrijf {better}.", "en": f"Write {better}."},
    )


# and, or


_JOINERS: Final = {
    "and": "all",
    "en": "all",
    "&": "all",
    "&&": "all",
    "or": "any",
    "of": "any",
    "|": "any",
    "||": "any",
}
_SPLIT: Final = re.compile(r"\s+(?:and|en|or|of|&&?|\|\|?)\s+|\s*(?:&&|\|\|)\s*", re.IGNORECASE)
_SUBJECT: Final = re.compile(r"\s*(not\s+)?([a-z][\w.]*)")


def and_problem(line: Line, token: Token) -> Problem:
    """`and` or `or` in a criterion: the help shows the lines to write instead."""
    return Problem(
        "and-in-criterion",
        line.span(token.start, token.end),
        {
            "nl": f"een criterium is één vergelijking; `{token.text}` kan er niet in",
            "en": f"a criterion is one comparison; `{token.text}` cannot be in it",
        },
        _rewritten(line.text, token.text),
    )


def _rewritten(text: str, joiner: str) -> Text:
    joiners = [found.strip() for found in _SPLIT.findall(text)] or [joiner]
    pieces = _whole_pieces(_SPLIT.split(text))
    kinds = [_JOINERS.get(found.casefold(), "all") for found in joiners]
    if len(set(kinds)) == 1 or len(kinds) != len(pieces) - 1:
        lines = [f"{kinds[0]}:", *(f"  - {piece}" for piece in pieces)]
    else:  # `and` binds before `or`, as authors expect
        groups: list[list[str]] = [[pieces[0]]]
        for kind, piece in zip(kinds, pieces[1:], strict=True):
            if kind == "all":
                groups[-1].append(piece)
            else:
                groups.append([piece])
        lines = ["any:"]
        for group in groups:
            if len(group) == 1:
                lines.append(f"  - {group[0]}")
            else:
                lines += ["  - all:", *(f"      - {piece}" for piece in group)]
    block = "\n".join(f"  {line}" for line in lines)
    return {"nl": f"Schrijf er een lijst van:\n{block}", "en": f"Make a list of it:\n{block}"}


def _whole_pieces(pieces: list[str]) -> list[str]:
    """`age >= 60` and `< 70`: the second speaks of the same subject."""
    subject = ""
    whole: list[str] = []
    for piece in (part.strip(" ()") for part in pieces):
        found = _SUBJECT.match(piece)
        if re.match(r"[<>=!]|(?:is|in|has|not in)\b", piece) and subject:
            piece = f"{subject} {piece}"
        elif found:
            subject = found[2]
        whole.append(piece)
    return [piece for piece in whole if piece] or ["..."]
