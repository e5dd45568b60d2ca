"""The pages about problems, as `cdss help <problem>` shows them: Markdown, made easy on a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cdss.errors import CdssError
from cdss.models.line import Line
from cdss.rules.closest import closest
from cdss.shipped import folder

_LINK: Final = re.compile(r"\[([^\]]+)\]\([^)\s]*\)")


def kinds() -> list[str]:
    """The problems that have a page."""
    return sorted(
        path.stem for path in folder("problems").glob("*.md") if path.stem not in ("index", "README")
    )


def page(kind: str) -> str:
    """The page about a kind of problem, or about `problems`, in Markdown. CdssError when there is none."""
    known = kinds()
    if kind == "problems":
        return (folder("problems") / "index.md").read_text(encoding="utf-8")
    if kind not in known:
        near = closest(kind, known)
        hint = f"did you mean '{near}'?" if near else "`cdss help problems` lists them"
        raise CdssError(f"there is no problem or command '{kind}'; {hint}")
    return (folder("problems") / f"{kind}.md").read_text(encoding="utf-8")


def page_lines(text: str) -> Iterator[Line]:
    """The page as lines: headings stand out, examples stay as they are, paragraphs are wrapped."""
    paragraph: list[str] = []
    fenced = False
    for written in [*text.splitlines(), ""]:
        if written.startswith("```"):
            yield from _wrapped(paragraph)
            fenced = not fenced
        elif fenced:
            yield Line(written, "plain", 2, as_is=True)
        elif written.startswith("#"):
            yield from _wrapped(paragraph)
            yield Line(written.lstrip("# "), "title")
        elif not written.strip() or written.lstrip().startswith(("- ", "|")):
            yield from _wrapped(paragraph)
            if written.strip():
                paragraph.append(written)
            else:
                yield Line()
        elif not written.lstrip().startswith("<!--"):
            paragraph.append(written)


def _wrapped(paragraph: list[str]) -> Iterator[Line]:
    """One paragraph or list item; `paragraph` is empty afterwards."""
    if not paragraph:
        return
    text = " ".join(part.strip() for part in paragraph).replace("**", "").replace("`", "")
    text = _LINK.sub(r"\1", text)
    paragraph.clear()
    if text.startswith("- "):
        yield Line(text[2:], "plain", 2, mark="•")
    else:
        yield Line(text)
