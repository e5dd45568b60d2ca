"""Guideline files as data: written as YAML text, put in another order, and loaded as any guideline is loaded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeAlias, TypeVar

from cdss.models.guideline import Ruleset
from cdss.rules import load

T = TypeVar("T")
Body: TypeAlias = "str | Sequence[Body] | Mapping[str, Body]"
Order = Callable[[int], Sequence[int]]
"""For a number of things an order in which to put them."""

LISTS_WITHOUT_ORDER: Final = frozenset(
    {"all", "any", "none", "rules", "items", "where", "use", "inform", "codes"}
)
NAMES_WITHOUT_ORDER: Final = frozenset(
    {"facts", "parameters", "findings", "scores", "tables", "treatments", "instruments", "actions"}
    | {"value_sets", "products", "words_text", "messages", "set"}
)
"""Under these keys the order of what stands there means nothing."""


@dataclass(frozen=True)
class Written:
    """A few files: their names, and what stands in each."""

    files: Mapping[str, Mapping[str, Body]]

    def texts(self) -> dict[str, str]:
        return {name: "\n".join(_block(body)) + "\n" for name, body in self.files.items()}

    def __repr__(self) -> str:
        return "\n".join(f"# {name}\n{text}" for name, text in self.texts().items())

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How hypothesis shows it: as the text that an author would write."""
        printer.text(f"\n{self!r}")


def loaded(written: Written) -> Ruleset:
    """The ruleset of these files, as `cdss.load` reads it. GuidelineError when they are not right."""
    with TemporaryDirectory() as folder:
        for name, text in written.texts().items():
            Path(folder, name).write_text(text, encoding="utf-8")
        return load(folder, cache=False)


def in_another_order(written: Written, order: Order) -> Written:
    """The same files with other names, and in each all that has no order in another one."""
    names = list(written.files)
    renamed = {name: f"{place}-{name}" for place, name in zip(order(len(names)), names, strict=True)}
    files = {}
    for name, body in written.files.items():
        mixed = {key: _mixed(key, value, order) for key, value in body.items()}
        use = mixed.get("use")
        if isinstance(use, Sequence) and not isinstance(use, str):
            mixed["use"] = [renamed[str(other)] for other in use]
        files[renamed[name]] = dict(_in_order(list(mixed.items()), order))
    return replace(written, files=files)


def _mixed(key: str, body: Body, order: Order) -> Body:
    match body:
        case str():
            return body
        case Mapping():
            entries = [(name, _mixed(name, value, order)) for name, value in body.items()]
            return dict(_in_order(entries, order) if key in NAMES_WITHOUT_ORDER else entries)
        case _:
            items = [_mixed("", value, order) for value in body]
            return _in_order(items, order) if key in LISTS_WITHOUT_ORDER else items


def _in_order(items: list[T], order: Order) -> list[T]:
    return [items[place] for place in order(len(items))] if len(items) > 1 else items


# As text

_PLAIN: Final = re.compile(r"[A-Za-z0-9-][\w ./<>=!+*()-]*")
_BARE_DASH: Final = re.compile(r"-(?!\d)")


def _block(body: Body) -> Iterator[str]:
    """The lines of a mapping or list, not indented."""
    if isinstance(body, Mapping):
        for name, value in body.items():
            if isinstance(value, str):
                yield f"{_scalar(name)}: {_scalar(value)}"
            elif not value:
                yield f"{_scalar(name)}: {'{}' if isinstance(value, Mapping) else '[]'}"
            else:
                yield f"{_scalar(name)}:"
                yield from (f"  {line}" for line in _block(value))
        return
    for value in body:
        if isinstance(value, str):
            yield f"- {_scalar(value)}"
            continue
        for place, line in enumerate(_block(value)):
            yield f"{'- ' if place == 0 else '  '}{line}"


def _scalar(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and not _BARE_DASH.match(text) and text == text.strip()
    return text if plain else json.dumps(text, ensure_ascii=False)
