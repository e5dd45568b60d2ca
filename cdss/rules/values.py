"""One value against what may stand there: closed words, dates, amounts, codes, ranges, names.

Each kind has a reader that says what is wrong in its own words; what no reader knows is held against the
pattern of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from cdss.errors import Problem, Span, Text
from cdss.models.codes import CodeError, parse_code, parse_strength
from cdss.models.dates import DateError, parse_day, parse_duration
from cdss.models.quantity import QuantityError, canonical_unit
from cdss.rules.comparison import (
    parse_amount,
    parse_cell,
    parse_expression,
    parse_limit,
    parse_name,
    parse_range,
)
from cdss.rules.load import Scalar
from cdss.rules.reading import RESERVED
from cdss.rules.shape_parts import LEAVES, Closed, Leaf
from cdss.rules.synonyms import probably_meant
from cdss.rules.tokens import BAD_NAME, plain_name

# Words that one YAML reader takes for a truth and another for a word.
_LIKE_TRUTHS: Final = frozenset({"true", "false", "on", "off", "y", "n", "yes", "no"})
_PATTERNS: Final = {name: re.compile(kind.pattern) for name, kind in LEAVES.items()}
_WORDS: Final = frozenset({"word", "outcome", "group_member"})


def check_value(scalar: Scalar, kind: Leaf | Closed, *, declares: bool = False) -> Problem | None:
    """What is wrong with a value; None when it may stand here. `declares`: it names something new."""
    if isinstance(kind, Closed):
        return None if scalar.text in kind.words else _not_one_of(scalar, kind)
    if kind.name in _WORDS and not scalar.quoted and _looks_like_truth(scalar.text):
        return _like_truth(scalar)
    if kind.name == "name" and declares and scalar.text in RESERVED:
        return _reserved(scalar)
    read = _READERS.get(kind.name)
    problem = read(scalar) if read is not None else None
    if problem is not None:
        return problem
    if _PATTERNS[kind.name].search(scalar.text):
        return None
    if not scalar.text.strip():
        return nothing_here(scalar.span)
    return _wrong_kind(scalar, kind)


def nothing_here(span: Span) -> Problem:
    """An empty value, or a text of spaces."""
    return Problem(
        "empty-value",
        span,
        {"nl": "hierachter staat niets", "en": "nothing stands behind this"},
        {"nl": "Vul het in, of haal het weg.", "en": "Fill it in, or remove it."},
    )


def _looks_like_truth(text: str) -> bool:
    return text.casefold() in _LIKE_TRUTHS and text not in ("yes", "no")


def _like_truth(scalar: Scalar) -> Problem:
    better = "yes" if scalar.text.casefold() in ("true", "on", "y", "yes") else "no"
    return Problem(
        "looks-like-truth",
        scalar.span,
        {
            "nl": f"`{scalar.text}` is voor de ene lezer van YAML een woord, voor de andere ja of nee",
            "en": f"`{scalar.text}` is a word to one reader of YAML, and yes or no to another",
        },
        {
            "nl": f'Schrijf {better}, of zet het tussen aanhalingstekens: "{scalar.text}".',
            "en": f'Write {better}, or put it between quotes: "{scalar.text}".',
        },
    )


def _reserved(scalar: Scalar) -> Problem:
    return Problem(
        "reserved-name",
        scalar.span,
        {
            "nl": f"`{scalar.text}` is een woord van de taal zelf",
            "en": f"`{scalar.text}` is a word of the language itself",
        },
        {"nl": "Kies een andere naam.", "en": "Choose another name."},
    )


def _not_one_of(scalar: Scalar, kind: Closed) -> Problem:
    meant = probably_meant(scalar.text, kind.words)
    listed = ", ".join(f"`{word}`" for word in kind.words)
    help: Text = {"nl": f"Hier mag staan: {listed}.", "en": f"Here may stand: {listed}."}
    if meant is not None:
        help = {"nl": f"Bedoelt u `{meant}`?", "en": f"Did you mean `{meant}`?"}
    return Problem(
        kind.kind,
        scalar.span,
        {"nl": f"`{scalar.text}` is hier geen woord", "en": f"`{scalar.text}` is not a word here"},
        help,
    )


def _wrong_kind(scalar: Scalar, kind: Leaf) -> Problem:
    leaf = LEAVES[kind.name]
    example = leaf.example
    if kind.name == "yes_no":
        meant = probably_meant(scalar.text, ("yes", "no"))
        example = meant or ("yes" if scalar.text.casefold() in ("on", "y", "1") else "no")
    if kind.name == "name":
        example = plain_name(scalar.text) or example
        return Problem(
            "bad-name",
            scalar.span,
            BAD_NAME,
            {"nl": f"Schrijf {example}.", "en": f"Write {example}."},
        )
    return Problem(
        leaf.problem,
        scalar.span,
        {"nl": f"hier hoort {leaf.noun['nl']}", "en": f"{leaf.noun['en']} belongs here"},
        {"nl": f"Schrijf bijvoorbeeld: {example}", "en": f"Write for instance: {example}"},
    )


# Readers: what is wrong, in the words of that kind


def _date(scalar: Scalar) -> Problem | None:
    try:
        parse_day(scalar.text)
    except DateError as error:
        return Problem("bad-date", scalar.span, error.text)
    return None


def _code(scalar: Scalar) -> Problem | None:
    try:
        parse_code(scalar.text)
    except CodeError as error:
        return Problem("bad-code", scalar.span, error.text)
    return None


def _group_member(scalar: Scalar) -> Problem | None:
    return _code(scalar) if ":" in scalar.text else None


def _strength(scalar: Scalar) -> Problem | None:
    try:
        parse_strength(scalar.text)
    except QuantityError as error:
        return Problem("bad-strength", scalar.span, error.text)
    return None


def _unit(scalar: Scalar) -> Problem | None:
    try:
        canonical_unit(scalar.text)
    except QuantityError as error:
        return Problem("unknown-unit", scalar.span, error.text)
    return None


def _number(scalar: Scalar) -> Problem | None:
    found = parse_amount(scalar)
    if isinstance(found, Problem):
        return found if found.kind != "not-an-amount" else None
    return None


def _valid_for(scalar: Scalar) -> Problem | None:
    if not scalar.text[:1].isdigit():
        return None
    try:
        parse_duration(scalar.text)
    except DateError as error:
        return Problem("bad-duration", scalar.span, error.text)
    return None


def _problem_of(read: Callable[[Scalar], object]) -> Callable[[Scalar], Problem | None]:
    def check(scalar: Scalar) -> Problem | None:
        found = read(scalar)
        return found if isinstance(found, Problem) else None

    return check


_READERS: Final[Mapping[str, Callable[[Scalar], Problem | None]]] = MappingProxyType(
    {
        "date": _date,
        "code": _code,
        "group_member": _group_member,
        "strength": _strength,
        "unit": _unit,
        "number": _number,
        "amount": _problem_of(parse_amount),
        "limit": _problem_of(parse_limit),
        "reference": _problem_of(parse_name),
        "range": _problem_of(parse_range),
        "cell": _problem_of(parse_cell),
        "calculation": _problem_of(parse_expression),
        "valid_for": _valid_for,
    }
)
