"""Whether a file has the right shape: its keys, and the kind of value behind each.

All problems of a file at once, one for each mistake: a key that was misspelt is not missing as well. What
names mean is not looked at here (`resolve.py`); whether a line can be read is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import assert_never

from cdss.errors import Note, Problem, Span, Text
from cdss.rules.comparison import parse_condition, parse_where
from cdss.rules.load import Entry, Mapping, Node, Scalar, Sequence
from cdss.rules.shape import SHAPES
from cdss.rules.shape_parts import (
    LEAVES,
    Anything,
    AtLeast,
    AtMost,
    Closed,
    Either,
    Exactly,
    Kind,
    Leaf,
    ListOf,
    NamesTo,
    Needs,
    Of,
    Shape,
    Tree,
    Where,
    Words,
)
from cdss.rules.synonyms import probably_meant
from cdss.rules.values import check_value, nothing_here

LANGUAGES = ("nl", "en")
MOST_GUESSES = 1_000


def validate(node: Node, kind: str) -> list[Problem]:
    """Everything that is wrong with the shape of a file of this kind, sorted by place."""
    checker = _Checker()
    checker.check(node, Of(kind), node.span)
    return sorted(checker.problems, key=Problem.sort_key)


class _Checker:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.guesses = 0
        self._right: set[tuple[str, str, bool, bool, bool]] = set()
        """The values that were looked at and are right: the same few names stand in a file over and over."""

    def add(self, kind: str, span: Span, text: Text, help: Text | None = None, *notes: Note) -> None:
        self.problems.append(Problem(kind, span, text, help, notes))

    def check(self, node: Node, kind: Kind, named: Span) -> None:
        """Looks at what stands here; `named` is the place of its name, for what is missing in it."""
        if isinstance(node, Scalar) and node.is_empty:
            self._nothing(node, named)
            return
        match kind:
            case Leaf() | Closed():
                self._value(node, kind)
            case Words():
                self._words(node)
            case Tree():
                found = parse_condition(node)
                if isinstance(found, list):
                    self.problems += found
            case Where():
                lines = parse_where(node)
                if isinstance(lines, list):
                    self.problems += lines
            case ListOf():
                self._list(node, kind, named)
            case NamesTo():
                self._names(node, kind)
            case Of(shape=shape):
                self._mapping(node, SHAPES[shape], named)
            case Either(kinds=kinds):
                self._either(node, kinds, named)
            case Anything():
                pass
            case _:
                assert_never(kind)

    # Values

    def _nothing(self, node: Scalar, named: Span) -> None:
        self.problems.append(nothing_here(named if named.line == node.span.line else node.span))

    def _value(self, node: Node, kind: Leaf | Closed) -> None:
        if not isinstance(node, Scalar):
            self._wrong_kind(node, kind)
            return
        self._written(node, kind)

    def _written(self, scalar: Scalar, kind: Leaf | Closed, *, declares: bool = False) -> None:
        known = isinstance(kind, Leaf) and (kind.name, scalar.text, scalar.quoted, scalar.block, declares)
        if known in self._right:
            return
        problem = check_value(scalar, kind, declares=declares)
        if problem is not None:
            self.problems.append(problem)
        elif known:
            self._right.add(known)

    def _words(self, node: Node) -> None:
        if isinstance(node, Scalar):
            text = node.text if len(node.text) < 40 else f"{node.text[:37].rstrip()}..."
            quoted = f'"{text}"' if re.search(r"[:#{}\[\],&*!|>'%@`]", text) and '"' not in text else text
            self.add(
                "text-without-language",
                node.span,
                {
                    "nl": "van deze tekst staat de taal er niet bij",
                    "en": "the language of this text is not given",
                },
                {"nl": f"Schrijf {{nl: {quoted}}}.", "en": f"Write {{nl: {quoted}}}."},
            )
            return
        if not isinstance(node, Mapping):
            self._wrong_kind(node, Words())
            return
        for entry in node.entries:
            if entry.key.text not in LANGUAGES:
                self._unknown_key(entry, LANGUAGES, {})
            elif isinstance(entry.value, Scalar):
                if not entry.value.text.strip():
                    self._nothing(entry.value, entry.key.span)
            else:
                self._wrong_kind(entry.value, Leaf("line"))
        if "nl" not in node.keys and all(probably_meant(key, LANGUAGES) != "nl" for key in node.keys):
            self.add(
                "missing-dutch",
                node.span,
                {"nl": "de Nederlandse tekst ontbreekt", "en": "the Dutch text is missing"},
                {"nl": "Schrijf {nl: ..., en: ...}.", "en": "Write {nl: ..., en: ...}."},
            )

    # Lists and mappings

    def _list(self, node: Node, kind: ListOf, named: Span) -> None:
        if isinstance(node, Sequence):
            if not node.items and not kind.empty:
                self.add(
                    "empty-list",
                    node.span,
                    {"nl": "deze lijst is leeg", "en": "this list is empty"},
                    {"nl": "Vul haar, of haal de sleutel weg.", "en": "Fill it, or remove the key."},
                )
            for item in node.items:
                self.check(item, kind.item, _start_of(item))
        elif kind.single:
            self.check(node, kind.item, named)
        else:
            self._wrong_kind(node, kind)

    def _names(self, node: Node, kind: NamesTo) -> None:
        if not isinstance(node, Mapping):
            self._wrong_kind(node, kind)
            return
        for before, entry in zip((None, *node.entries), node.entries, strict=False):
            if _is_cut_off(entry, before):
                self.problems.append(_cut_off(entry.key, before))
                continue
            self._written(entry.key, kind.key, declares=True)
            self.check(entry.value, kind.value, entry.key.span)

    def _either(self, node: Node, kinds: tuple[Kind, ...], named: Span) -> None:
        for kind in kinds:
            if _may_be(node, kind):
                self.check(node, kind, named)
                return
        self._wrong_kind(node, kinds[0])

    def _mapping(self, node: Node, shape: Shape, named: Span) -> None:
        if not isinstance(node, Mapping):
            self._wrong_kind(node, Of(shape.name))
            return
        meant: set[str] = set()
        for before, entry in zip((None, *node.entries), node.entries, strict=False):
            known = shape.key(entry.key.text)
            if known is None:
                names = (key.name for key in shape.keys)
                meant |= self._unknown_key(entry, names, _elsewhere(shape), before)
            else:
                self.check(entry.value, known.kind, entry.key.span)
        place = named if named != node.span else _start_of(node)
        self._missing(node, shape, meant, place)
        for constraint in shape.constraints:
            if isinstance(constraint, Needs):
                self._needs(node, shape, constraint, meant)
            else:
                self._constraint(node, constraint, meant, place)

    def _missing(self, node: Mapping, shape: Shape, meant: set[str], place: Span) -> None:
        missing = [
            key for key in shape.keys if key.required and key.name not in node.keys and key.name not in meant
        ]
        if not missing:
            return
        names = ", ".join(f"`{key.name}`" for key in missing)
        one = missing[0]
        about = {language: f"`{one.name}`: {one.about[language]}" for language in LANGUAGES}
        self.add(
            "missing-key",
            place,
            {"nl": f"hier ontbreekt {names}", "en": f"{names} is missing here"},
            about if len(missing) == 1 else None,
        )

    def _constraint(
        self, node: Mapping, constraint: Exactly | AtLeast | AtMost, meant: set[str], place: Span
    ) -> None:
        found = [entry.key for entry in node.entries if entry.key.text in constraint.keys]
        if len(found) > 1 and not isinstance(constraint, AtLeast):
            self.add(
                "keys-exclude",
                found[1].span,
                {
                    "nl": f"`{found[1].text}` gaat niet samen met `{found[0].text}`",
                    "en": f"`{found[1].text}` does not go with `{found[0].text}`",
                },
                {"nl": "Laat een van beide staan.", "en": "Keep one of the two."},
                Note(
                    found[0].span, {"nl": f"`{found[0].text}` staat hier", "en": f"`{found[0].text}` is here"}
                ),
            )
        elif not found and not isinstance(constraint, AtMost) and not meant.intersection(constraint.keys):
            listed = ", ".join(f"`{name}`" for name in constraint.keys)
            missing = {"nl": f"hier ontbreekt een van {listed}", "en": f"one of {listed} is missing here"}
            own = constraint.text if isinstance(constraint, AtLeast) else None
            self.add(constraint.kind, place, own or missing, _one_of(constraint.keys) if own else None)

    def _needs(self, node: Mapping, shape: Shape, needs: Needs, meant: set[str]) -> None:
        entry = node.entry(needs.key)
        if (
            entry is None
            or meant.intersection(needs.others)
            or any(node.get(other) for other in needs.others)
        ):
            return
        if needs.pattern and not any(re.search(needs.pattern, text) for text in _texts(entry.value)):
            return
        others = {
            "nl": " of ".join(f"`{other}`" for other in needs.others),
            "en": " or ".join(f"`{other}`" for other in needs.others),
        }
        seen = f"{needs.key}: {_texts(entry.value)[0]}" if needs.pattern else needs.key
        other = shape.key(needs.others[0])
        about = (
            {language: f"`{other.name}`: {other.about[language]}" for language in LANGUAGES}
            if other
            else None
        )
        why = {language: f": {needs.why[language]}" if needs.why else "" for language in LANGUAGES}
        self.add(
            needs.kind,
            entry.key.span,
            {
                "nl": f"bij `{seen}` hoort {others['nl']}{why['nl']}",
                "en": f"`{seen}` needs {others['en']}{why['en']}",
            },
            about if len(needs.others) == 1 else None,
        )

    def _unknown_key(
        self, entry: Entry, known: Iterable[str], elsewhere: dict[str, str], before: Entry | None = None
    ) -> set[str]:
        """Reports a key that may not stand here; gives the key that was probably meant."""
        names = tuple(known)
        if _is_cut_off(entry, before):
            self.problems.append(_cut_off(entry.key, before))
            return set()
        self.guesses += 1
        # Who wrote this many wrong keys handed over another kind of file: a guess at each would take minutes.
        meant = probably_meant(entry.key.text, names) if self.guesses <= MOST_GUESSES else None
        help: Text | None = None
        if meant is not None:
            help = {"nl": f"Bedoelt u `{meant}`?", "en": f"Did you mean `{meant}`?"}
        elif entry.key.text in elsewhere:
            under = elsewhere[entry.key.text]
            help = {"nl": f"Dit hoort onder `{under}`.", "en": f"This belongs under `{under}`."}
        self.add(
            "unknown-key",
            entry.key.span,
            {
                "nl": f"`{entry.key.text}` kan hier niet staan",
                "en": f"`{entry.key.text}` cannot stand here",
            },
            help or _one_of(names),
        )
        return {meant} if meant is not None else set()

    def _wrong_kind(self, node: Node, kind: Kind) -> None:
        expected, example = _described(kind)
        seen = _seen(node)
        self.add(
            "wrong-kind",
            node.span if isinstance(node, Scalar) else _start_of(node),
            {
                "nl": f"hier hoort {expected['nl']}, geen {seen['nl']}",
                "en": f"{expected['en']} belongs here, not {seen['en']}",
            },
            {"nl": f"Schrijf bijvoorbeeld: {example}", "en": f"Write for instance: {example}"}
            if example
            else None,
        )


def _is_cut_off(entry: Entry, before: Entry | None) -> bool:
    """A key with nothing behind it that is the rest of a text, or of a number with a comma."""
    if not isinstance(entry.value, Scalar) or not entry.value.is_empty:
        return False
    return " " in entry.key.text or _before_comma(entry.key, before) is not None


def _before_comma(rest: Scalar, before: Entry | None) -> Span | None:
    """The digits before a decimal comma: `{when: bmi < 20,5 kg/m2}`; None when it is no such comma."""
    value = before.value if before is not None else None
    if not isinstance(value, Scalar) or value.quoted or not rest.text[:1].isdigit():
        return None
    digits = len(value.text) - len(value.text.rstrip("0123456789"))
    end = value.span.end_column
    together = value.span.end_line == rest.span.line and rest.span.column == end + 1
    return (
        Span(rest.span.file, rest.span.line, end - digits, rest.span.line, end)
        if digits and together
        else None
    )


def _cut_off(rest: Scalar, before: Entry | None) -> Problem:
    """`{nl: Wel een heup, geen pols}`: the comma ended the text, and what follows it looks like a key."""
    start = _before_comma(rest, before)
    if start is not None and before is not None and isinstance(before.value, Scalar):
        whole = before.value.text[-(start.end_column - start.column) :]
        digits = rest.text[: len(rest.text) - len(rest.text.lstrip("0123456789"))]
        return Problem(
            "comma-in-number",
            Span(start.file, start.line, start.column, start.line, rest.span.column + len(digits)),
            {
                "nl": "een getal krijgt hier een punt, geen komma",
                "en": "a number takes a point here, no comma",
            },
            {"nl": f"Schrijf {whole}.{digits}.", "en": f"Write {whole}.{digits}."},
        )
    return Problem(
        "text-needs-quotes",
        rest.span,
        {
            "nl": "de komma hiervoor breekt de tekst af",
            "en": "the comma before this cuts the text off",
        },
        {
            "nl": f'Zet de hele tekst tussen aanhalingstekens: "..., {rest.text}".',
            "en": f'Put the whole text between quotes: "..., {rest.text}".',
        },
    )


def _start_of(node: Node) -> Span:
    """A place short enough to underline: of a mapping its first key, of a list its first item."""
    match node:
        case Mapping(entries=entries) if entries:
            return entries[0].key.span
        case Sequence(items=items) if items:
            return _start_of(items[0])
        case _:
            return node.span


def _may_be(node: Node, kind: Kind) -> bool:
    match kind:
        case Leaf() | Closed():
            return isinstance(node, Scalar)
        case Words() | NamesTo() | Of():
            return isinstance(node, Mapping)
        case ListOf(single=single):
            return isinstance(node, Sequence) or single
        case Tree():
            return not isinstance(node, Sequence)
        case Where() | Anything():
            return True
        case Either(kinds=kinds):
            return any(_may_be(node, one) for one in kinds)
        case _:
            assert_never(kind)


def _texts(node: Node) -> list[str]:
    """The text of a value, or the texts of a list of values."""
    if isinstance(node, Sequence):
        return [item.text for item in node.items if isinstance(item, Scalar)]
    return [node.text] if isinstance(node, Scalar) else []


def _elsewhere(shape: Shape) -> dict[str, str]:
    """Keys that stand one level down: key -> the key that it stands under."""
    return {
        inner.name: key.name
        for key in reversed(shape.keys)
        if isinstance(key.kind, Of)
        for inner in SHAPES[key.kind.shape].keys
    }


def _one_of(names: tuple[str, ...]) -> Text:
    shown = ", ".join(f"`{name}`" for name in names[:14]) + (", ..." if len(names) > 14 else "")
    return {"nl": f"Hier mag staan: {shown}.", "en": f"Here may stand: {shown}."}


def _seen(node: Node) -> Text:
    match node:
        case Scalar():
            return {"nl": "losse waarde", "en": "a single value"}
        case Sequence():
            return {"nl": "lijst", "en": "a list"}
        case Mapping():
            return {"nl": "sleutels met een dubbelepunt", "en": "keys with a colon"}


def _described(kind: Kind) -> tuple[Text, str]:
    """What may stand here, in words, and an example."""
    match kind:
        case Leaf(name=name):
            return LEAVES[name].noun, LEAVES[name].example
        case Closed(words=words):
            return {"nl": "een van deze woorden", "en": "one of these words"}, ", ".join(words)
        case Words():
            return {"nl": "een tekst met zijn taal", "en": "a text with its language"}, "{nl: ..., en: ...}"
        case Tree() | Where():
            return {"nl": "een criterium of lijst", "en": "a criterion or list"}, "all: [...]"
        case ListOf(item=item):
            return {"nl": "een lijst", "en": "a list"}, f"[{_described(item)[1] or '...'}]"
        case NamesTo(key=key, value=value):
            example = f"{{{_described(key)[1].split(', ')[0]}: {_described(value)[1] or '...'}}}"
            return {"nl": "een blok met namen en waarden", "en": "a block of names with values"}, example
        case Of(shape=shape):
            keys = [key.name for key in SHAPES[shape].keys if key.required] or [SHAPES[shape].keys[0].name]
            about = {"nl": "een blok met sleutels en waarden", "en": "a block of keys with values"}
            return about, f"{{{', '.join(f'{key}: ...' for key in keys)}}}"
        case Either(kinds=kinds):
            return _described(kinds[0])
        case Anything():
            return {"nl": "iets", "en": "something"}, ""
        case _:
            assert_never(kind)
