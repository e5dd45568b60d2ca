"""Where the guidelines, the schemas and the pages about problems stand that come with this package.

In a checkout they stand where authors look for them; in a wheel they travel as `cdss/_shipped` (see
`force-include` in pyproject.toml). Nobody else needs to know which of the two it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from cdss.errors import EngineError

_PACKAGE = Path(__file__).resolve().parent
_IN_CHECKOUT: Final = {"guidelines": "guidelines", "schema": "schema", "problems": "docs/problems"}


def folder(name: Literal["guidelines", "schema", "problems"]) -> Path:
    """The folder with the shipped guidelines, the committed JSON Schemas, or the pages about problems."""
    for place in (_PACKAGE / "_shipped" / name, _PACKAGE.parent / _IN_CHECKOUT[name]):
        if place.is_dir():
            return place
    raise EngineError(
        f"the installation is incomplete: the folder {name!r} that comes with cdss is not there"
    )
