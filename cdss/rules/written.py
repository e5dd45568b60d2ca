"""What an author wrote behind a key, in plain values.

The shape of a file has been checked before (`validate.py`), so these readers only translate: a key that is
not there gives what its absence means.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdss.errors import Span, Text
from cdss.rules.load import Entry, Mapping, Node, Scalar, Sequence

YES_WORDS = frozenset({"yes", "true"})


def text(node: Node | None, default: str = "") -> str:
    """The words of a scalar."""
    return node.text if isinstance(node, Scalar) else default


def scalar(node: Node | None) -> Scalar | None:
    return node if isinstance(node, Scalar) else None


def mapping(node: Node | None) -> Mapping | None:
    return node if isinstance(node, Mapping) else None


def is_yes(node: Node | None) -> bool:
    return text(node).casefold() in YES_WORDS


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; one value alone counts as a list of one."""
    if node is None:
        return ()
    return node.items if isinstance(node, Sequence) else (node,)


def scalars(node: Node | None) -> tuple[Scalar, ...]:
    return tuple(item for item in items(node) if isinstance(item, Scalar))


def words(node: Node | None) -> tuple[str, ...]:
    return tuple(item.text for item in scalars(node))


def entries(node: Node | None) -> tuple[Entry, ...]:
    return node.entries if isinstance(node, Mapping) else ()


def mappings(node: Node | None) -> Iterator[Mapping]:
    """The items of a list that are mappings."""
    for item in items(node):
        if isinstance(item, Mapping):
            yield item


def texts(node: Node | None) -> Text:
    """A text in each language; words without a language are Dutch."""
    if isinstance(node, Scalar):
        return {"nl": node.text} if node.text else {}
    return {entry.key.text: text(entry.value) for entry in entries(node)}


def key_span(node: Mapping, key: str) -> Span:
    """The place of a key, or of the whole when the key is not there."""
    entry = node.entry(key)
    return entry.key.span if entry else node.span


def id_span(node: Mapping) -> Span:
    """The place of the id of something, or of the whole when it has none."""
    written = node.get("id")
    return written.span if isinstance(written, Scalar) else node.span
