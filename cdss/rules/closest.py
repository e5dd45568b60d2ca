"""What somebody probably meant: the nearest word that exists, by spelling or by its Dutch text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from cdss.errors import Text


def closest(written: str, known: Iterable[str], spoken: Mapping[str, Text] | None = None) -> str | None:
    """The word that was probably meant; None when nothing is near.

    `spoken` gives the words by which readers know each name, so that `leeftijd` finds `age`.
    """
    names = sorted(set(known))
    wanted = _plain(written)
    by_plain = {_plain(name): name for name in names}
    if wanted in by_plain:
        return by_plain[wanted]
    by_text: dict[str, str] = {}
    for name in names:
        for text in (spoken or {}).get(name, {}).values():
            by_text.setdefault(_plain(text), name)
    if wanted in by_text:
        return by_text[wanted]
    near = get_close_matches(wanted, by_plain, n=1, cutoff=0.72)
    if near:
        return by_plain[near[0]]
    near = get_close_matches(wanted, by_text, n=1, cutoff=0.8)
    if near:
        return by_text[near[0]]
    parts = [name for name in names if len(wanted) > 3 and wanted in _plain(name).split()]
    return parts[0] if len(parts) == 1 else None


def did_you_mean(written: str, known: Iterable[str], spoken: Mapping[str, Text] | None = None) -> Text | None:
    """Help that names the word that was probably meant."""
    near = closest(written, known, spoken)
    if near is None:
        return None
    return {"nl": f"Bedoelt u `{near}`?", "en": f"Did you mean `{near}`?"}


def one_of(words: Iterable[str], most: int = 12) -> Text:
    """Help that lists the words that may stand here."""
    listed = list(words)
    shown = ", ".join(f"`{word}`" for word in listed[:most]) + (", ..." if len(listed) > most else "")
    return {"nl": f"Hier mag staan: {shown}.", "en": f"Here may stand: {shown}."}


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").split())
