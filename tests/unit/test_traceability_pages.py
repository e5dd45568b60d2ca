"""The pages from requirements to rules, and of what must be confirmed, are those that the guidelines give today."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from cdss.author.traceability import pages

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "traceability"


@cache
def made() -> dict[str, str]:
    return dict(pages(ROOT / "guidelines", PAGES))


@pytest.mark.parametrize("name", ["fracture-prevention.md", "unconfirmed.md"])
def test_the_page_is_current(name: str) -> None:
    current = (PAGES / name).read_text(encoding="utf-8") == made()[name]

    assert current, "write it anew: python -m cdss.author.traceability guidelines docs/traceability"


def test_each_page_is_made_from_the_guidelines() -> None:
    assert sorted(path.name for path in PAGES.iterdir()) == sorted(made())
