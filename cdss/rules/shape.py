"""Every mapping of the language: its keys, which must be there, what stands behind each, and what it means.

One table, used three times: `validate.py` checks files against it, `schema.py` makes the JSON Schemas for
editors from it (the descriptions become hover texts), and a test holds the pages of the language to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cdss.rules.shape_around import AROUND_SHAPES
from cdss.rules.shape_data import DATA_SHAPES
from cdss.rules.shape_logic import LOGIC_SHAPES
from cdss.rules.shape_parts import Key, Shape

SHAPES: Final[Mapping[str, Shape]] = MappingProxyType(
    {shape.name: shape for shape in (*DATA_SHAPES, *LOGIC_SHAPES, *AROUND_SHAPES)}
)

FILE_KINDS: Final = ("guideline", "editions", "sources", "requirements", "site", "bindings", "cases")
"""The shapes that a whole file may have."""


def keys_of(shape: str) -> tuple[Key, ...]:
    """The keys of a mapping, in the order in which they are written."""
    return SHAPES[shape].keys
