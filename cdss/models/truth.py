"""Three truths, strong Kleene: no, unknown, yes. Unknown is never silently no.

They are the whole numbers 0, 1 and 2, so that `all` is the lowest, `any` the highest, and `not` is 2 - x.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

Truth = int
"""NO, UNKNOWN or YES."""

NO: Final = 0
UNKNOWN: Final = 1
YES: Final = 2

TRUTH_WORDS: Final = ("no", "unknown", "yes")


def every(truths: Iterable[Truth]) -> Truth:
    """Yes when all are yes, no when one is no. Of nothing: yes."""
    return min(truths, default=YES)


def some(truths: Iterable[Truth]) -> Truth:
    """Yes when one is yes, no when all are no. Of nothing: no."""
    return max(truths, default=NO)


def opposite(truth: Truth) -> Truth:
    """No for yes, yes for no; unknown stays unknown."""
    return YES - truth


def truth_of(holds: bool) -> Truth:
    return YES if holds else NO
