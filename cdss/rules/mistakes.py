"""Lines and lists that are no criteria: what was probably meant, and how to write it.

What an author meant is mostly plain: a comparison in words, two criteria on one line, brackets, arithmetic.
The help shows the line as it may be written.
"""

from __future__ import annotations

import re
from typing import Final, get_args

from cdss.errors import Problem, Text
from cdss.models.condition import Comparison, Name, Operator, Test
from cdss.rules.load import Mapping, Node, Scalar, Sequence
from cdss.rules.reading import Reader
from cdss.rules.tokens import Token, Wrong, and_problem

OPERATORS: Final[dict[str, Operator]] = {sign: sign for sign in get_args(Operator)}
LISTS: Final = ("all", "any", "none")
_OPPOSITE: Final = {"<": ">=", "<=": ">", "==": "!=", "!=": "==", ">=": "<", ">": "<="}

# Comparisons in words, as people write them after a name (perhaps with `is`), longest first.
PHRASES: Final[tuple[tuple[str, Operator], ...]] = (
    ("groter dan of gelijk aan", ">="),
    ("kleiner dan of gelijk aan", "<="),
    ("greater than or equal to", ">="),
    ("less than or equal to", "<="),
    ("gelijk aan", "=="),
    ("equal to", "=="),
    ("equals", "=="),
    ("at least", ">="),
    ("ten minste", ">="),
    ("minstens", ">="),
    ("at most", "<="),
    ("hoogstens", "<="),
    ("more than", ">"),
    ("greater than", ">"),
    ("higher than", ">"),
    ("above", ">"),
    ("over", ">"),
    ("groter dan", ">"),
    ("hoger dan", ">"),
    ("meer dan", ">"),
    ("boven", ">"),
    ("less than", "<"),
    ("lower than", "<"),
    ("below", "<"),
    ("under", "<"),
    ("kleiner dan", "<"),
    ("lager dan", "<"),
    ("minder dan", "<"),
    ("onder", "<"),
)


def _by_first_word() -> dict[str, list[tuple[tuple[str, ...], Operator]]]:
    found: dict[str, list[tuple[tuple[str, ...], Operator]]] = {}
    for phrase, operator in PHRASES:
        words = tuple(phrase.split())
        found.setdefault(words[0], []).append((words, operator))
    return found


_PHRASES_BY_WORD: Final = _by_first_word()
_TWO_NUMBERS: Final = re.compile(r"(-?[\d.]+)\s*(?:-|–|to|tot|t/m|and|en|up to)\s*(-?[\d.]+)(.*)")
_BETWEEN: Final = re.compile(r"(?:is )?(?:between|tussen) (\S+) (?:and|en) (.+)")


# What is wrong with a line


def check_phrase(reader: Reader) -> None:
    """Refuses a comparison in words: `is at least 70`, `between 60 and 70`."""
    with_is = reader.now.text == "is"
    start = reader.ahead().text if with_is else reader.now.text
    between = _BETWEEN.match(reader.line.text, reader.now.start) if start in ("between", "tussen") else None
    if between:
        better = f"{reader.line.text[: reader.now.start].strip()} in {between[1]}..{between[2].strip()}"
        raise reader.wrong(
            "wrong-operator",
            reader.now,
            {"nl": "een bereik schrijven we met twee punten", "en": "a range is written with two dots"},
            {"nl": f"Schrijf: {better}", "en": f"Write: {better}"},
        )
    for words, operator in _PHRASES_BY_WORD.get(start, ()):
        seen = ("is", *words) if with_is else words
        if not reader.sees(*seen) or (words == ("over",) and not with_is):
            continue
        whole = Token("word", "", reader.now.start, reader.ahead(len(seen) - 1).end)
        better = reader.line.replaced(whole, operator)
        raise reader.wrong(
            "wrong-operator",
            whole,
            {
                "nl": "een vergelijking staat hier in een teken",
                "en": "a comparison is written as a sign here",
            },
            {"nl": f"Schrijf: {better}", "en": f"Write: {better}"},
        )


def is_with_amount(reader: Reader, name: Name, negated: bool) -> Wrong:
    sign = "!=" if negated else "=="
    token = reader.now
    start = token.start if token.text not in OPERATORS else token.end
    operator = sign if token.text not in OPERATORS else token.text
    better = f"{name.text} {operator} {reader.line.text[start:].strip()}"
    return reader.wrong(
        "wrong-operator",
        token,
        {
            "nl": "`is` vergelijkt met een woord, niet met een getal",
            "en": "`is` compares with a word, not a number",
        },
        {"nl": f"Schrijf: {better}", "en": f"Write: {better}"},
    )


def negated_comparison(reader: Reader, test: Comparison) -> Wrong:
    token = next(token for token in reader.tokens if token.text in OPERATORS)
    better = reader.line.replaced(token, _OPPOSITE[test.operator]).removeprefix("not").strip()
    return reader.wrong(
        "not-a-criterion",
        reader.tokens[0],
        {"nl": "`not` staat niet voor een vergelijking", "en": "`not` does not stand before a comparison"},
        {"nl": f"Schrijf: {better}", "en": f"Write: {better}"},
    )


def left_over(reader: Reader, test: Test) -> Wrong:
    """The line was complete, and goes on."""
    token = reader.now
    if token.text in OPERATORS and isinstance(test, Comparison):
        text = reader.line.text
        first = next(one for one in reader.tokens if one.text in OPERATORS)
        one, two = text[: token.start].strip(), text[first.end :].strip()
        return reader.wrong(
            "two-comparisons",
            token,
            {
                "nl": "hier staan twee vergelijkingen op één regel",
                "en": "two comparisons stand on one line here",
            },
            {
                "nl": f"Schrijf er twee regels van onder `all:`:\n    - {one}\n    - {two}",
                "en": f"Make two lines of it under `all:`:\n    - {one}\n    - {two}",
            },
        )
    if token.text in ("or", "of") and isinstance(test, Comparison) and test.operator in ("==", "!="):
        return equal_to_several(reader, test)
    if token.text == "(":
        return brackets(reader)
    if token.text in ("+", "-", "*", "/"):
        return arithmetic(reader)
    return reader.unexpected({"nl": "het einde van de regel", "en": "the end of the line"})


def equal_to_several(reader: Reader, test: Comparison) -> Wrong:
    joiner = reader.now
    if reader.ahead(2).kind != "end" or reader.ahead(1).kind not in ("word", "number"):
        return Wrong(and_problem(reader.line, joiner))
    sign = next(token for token in reader.tokens if token.text in OPERATORS)
    text = reader.line.text[: joiner.start] + "or" + reader.line.text[joiner.end :]
    better = (
        f"{text[: sign.start].strip()} is {'not ' if test.operator == '!=' else ''}{text[sign.end :].strip()}"
    )
    return reader.wrong(
        "and-in-criterion",
        joiner,
        {"nl": f"met {sign.text} staat er één waarde", "en": f"{sign.text} takes one value"},
        {"nl": f"Schrijf: {better}", "en": f"Write: {better}"},
    )


def no_operator(reader: Reader, first: Token) -> Wrong:
    """A number, day or word without a comparison, or something between a name and its operator."""
    token = reader.now
    if token.text == "(":
        return brackets(reader)
    if token.text in ("+", "-", "*", "/"):
        return arithmetic(reader)
    if token.kind == "end" and first.kind in ("number", "date"):
        return reader.wrong(
            "not-a-criterion",
            first,
            {"nl": "een getal alleen is geen criterium", "en": "a number alone is no criterion"},
            {
                "nl": "Vergelijk het met een gegeven. Een getal krijgt een punt, geen komma: 2.5.",
                "en": "Compare it with a fact. A number takes a point, no comma: 2.5.",
            },
        )
    if first.text.casefold() in ("if", "als", "when", "wanneer", "indien"):
        better = reader.line.text[first.end :].strip()
        return reader.wrong(
            "not-a-criterion",
            first,
            {
                "nl": f"`{first.text}` staat niet in een criterium",
                "en": f"`{first.text}` is no part of a criterion",
            },
            {"nl": f"Schrijf: {better}", "en": f"Write: {better}"},
        )
    return reader.unexpected({"nl": "een vergelijking zoals >=", "en": "a comparison such as >="})


def word_alone(reader: Reader, word: Token) -> Wrong:
    return reader.wrong(
        "not-a-criterion",
        word,
        {"nl": f"`{word.text}` alleen is geen criterium", "en": f"`{word.text}` alone is no criterion"},
        {
            "nl": "Noem het gegeven dat ja of nee is; zet er `not` voor als het nee moet zijn.",
            "en": "Name the fact that is yes or no; put `not` before it when it must be no.",
        },
    )


def is_yes_in_dutch(reader: Reader, name: Name, negated: bool) -> Wrong:
    better = name.text if (reader.now.text == "ja") != negated else f"not {name.text}"
    return reader.wrong(
        "dutch-word",
        reader.now,
        {
            "nl": "een ja/nee-gegeven staat er zonder ja of nee",
            "en": "a yes/no fact stands without a yes or no",
        },
        {"nl": f"Schrijf: {better}", "en": f"Write: {better}"},
    )


def in_without_dots(reader: Reader) -> Wrong:
    """`in 60-70 years`, `in 60 to 70`, or one number behind `in`."""
    text = reader.line.text
    start = reader.line.text[: reader.now.start]
    numbers = _TWO_NUMBERS.fullmatch(text[reader.now.start :].strip())
    if numbers:
        better = f"{start.strip()} {numbers[1]}..{numbers[2]}{numbers[3]}"
    else:
        better = re.sub(r"\bin\s*$", "== ", start) + text[reader.now.start :].strip()
    return reader.wrong(
        "wrong-operator",
        reader.now,
        {"nl": "achter `in` hoort een bereik of een lijst", "en": "a range or a set belongs behind `in`"},
        {"nl": f"Schrijf: {better}", "en": f"Write: {better}"},
    )


def brackets(reader: Reader) -> Wrong:
    help: Text = {
        "nl": "Schrijf wat bij elkaar hoort als lijst onder `all:`, `any:` of `none:`.",
        "en": "Write what belongs together as a list under `all:`, `any:` or `none:`.",
    }
    return reader.wrong(
        "brackets-in-criterion",
        reader.now,
        {"nl": "een criterium heeft geen haakjes", "en": "a criterion has no brackets"},
        help,
    )


def arithmetic(reader: Reader) -> Wrong:
    return reader.wrong(
        "arithmetic-in-criterion",
        reader.now,
        {"nl": "in een criterium wordt niet gerekend", "en": "there is no arithmetic in a criterion"},
        {
            "nl": "Maak er een gegeven van: `naam: {value: ...}`, en vergelijk dat.",
            "en": "Make it a fact: `name: {value: ...}`, and compare that.",
        },
    )


# What is wrong with a list


def nothing_here(scalar: Scalar) -> Problem:
    return Problem(
        "empty-value",
        scalar.span,
        {"nl": "hier staat niets", "en": "nothing stands here"},
        {
            "nl": "Schrijf een criterium, of haal het streepje weg.",
            "en": "Write a criterion, or remove the dash.",
        },
    )


def list_without_name(node: Sequence) -> Problem:
    return Problem(
        "list-without-name",
        node.span,
        {
            "nl": "van deze lijst staat niet of alles geldt, of één ervan",
            "en": "it is not said whether all of this list holds, or any",
        },
        {"nl": "Zet er `all:`, `any:` of `none:` boven.", "en": "Put `all:`, `any:` or `none:` above it."},
    )


_OTHERLISTS: Final = {
    **{
        "and": "all",
        "en": "all",
        "alle": "all",
        "allen": "all",
        "alles": "all",
        "every": "all",
        "All": "all",
    },
    **{"or": "any", "of": "any", "een": "any", "some": "any", "either": "any", "one_of": "any", "Any": "any"},
    **{"not": "none", "niet": "none", "geen": "none", "nor": "none", "None": "none", "no": "none"},
}


def not_a_list(node: Mapping) -> Problem:
    entries = node.entries
    if len(entries) > 1 and all(entry.key.text in LISTS for entry in entries):
        return Problem(
            "several-lists",
            entries[1].key.span,
            {
                "nl": f"hier staan {' en '.join(node.keys)} naast elkaar",
                "en": f"{' and '.join(node.keys)} stand side by side here",
            },
            {
                "nl": "Zet er `all:` boven, met elk van beide als regel eronder (met een streepje).",
                "en": "Put `all:` above, with each of them as a line under it (with a dash).",
            },
        )
    wrong = next((entry for entry in entries if entry.key.text not in LISTS), None)
    if wrong is None:
        return Problem(
            "empty-list",
            node.span,
            {"nl": "hier staat niets", "en": "nothing stands here"},
            {"nl": "Schrijf een criterium.", "en": "Write a criterion."},
        )
    better = _OTHERLISTS.get(wrong.key.text)
    return Problem(
        "unknown-key",
        wrong.key.span,
        {
            "nl": f"`{wrong.key.text}` kan hier niet; wel `all`, `any` en `none`",
            "en": f"`{wrong.key.text}` cannot stand here; `all`, `any` and `none` can",
        },
        {"nl": f"Schrijf `{better}:`.", "en": f"Write `{better}:`."} if better else None,
    )


def no_lines(key: Scalar, value: Node) -> Problem:
    empty = (isinstance(value, Scalar) and value.is_empty) or (
        isinstance(value, Sequence) and not value.items
    )
    if empty:
        return Problem(
            "empty-list",
            key.span,
            {"nl": f"onder `{key.text}` staat niets", "en": f"nothing stands under `{key.text}`"},
            {
                "nl": "Schrijf er een criterium onder, of haal het weg.",
                "en": "Write a criterion under it, or remove it.",
            },
        )
    return Problem(
        "wrong-kind",
        value.span,
        {"nl": f"onder `{key.text}` hoort een lijst", "en": f"a list belongs under `{key.text}`"},
        {"nl": "Zet een streepje voor elke regel.", "en": "Put a dash before each line."},
    )
