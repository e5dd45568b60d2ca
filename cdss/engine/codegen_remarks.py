"""What a node says, for who reads generated code: in ASCII, on one line, never run.

Codes, words and products do not stand in the code itself. They stand here, so that the hash of the text is another
when one of them is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from cdss.models.value import INF, ValueType

_UNTOLD: Final = ("span", "open", "leaps")
_NOTHING: Final[tuple[object, ...]] = (None, (), "", {})
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.:/-]+")


def remark(number: int, key: str, value: object) -> str:
    """One line about a node."""
    name = f" {key if _PLAIN.fullmatch(key) else ascii(key)}:" if key else ""
    return f"# {number}{name} {written(value)}"


def written(value: object) -> str:
    """A value of the program in words, the same in every process. TypeError for what has no fixed order or form."""
    match value:
        case ValueType():
            return _type(value)
        case Mapping():
            pairs = sorted((written(key), written(part)) for key, part in value.items())
            return f"{{{', '.join(f'{key}: {part}' for key, part in pairs)}}}"
        case frozenset():
            return f"{{{', '.join(sorted(written(part) for part in value))}}}"
        case tuple():
            return f"({', '.join(written(part) for part in value)})"
        case None | str() | bool() | int() | float():
            return ascii(value)
        case Decimal() | Fraction() | date():
            return ascii(str(value))
        case _ if is_dataclass(value):
            told = [
                f"{one.name}={written(part)}"
                for one in fields(value)
                if one.name not in _UNTOLD and (part := getattr(value, one.name)) not in _NOTHING
            ]
            return f"{type(value).__name__}({', '.join(told)})"
        case _:
            raise TypeError(f"a {type(value).__name__} cannot be told")


def _type(kind: ValueType) -> str:
    told: list[str] = [kind.kind]
    if kind.ordered:
        told.append("ordered")
    if kind.unit:
        told.append(ascii(kind.unit))
    if (kind.low, kind.high) != (-INF, INF):
        told.append(f"{kind.low!r}..{kind.high!r}")
    if kind.words:
        told.append("|".join(ascii(word) for word in kind.words))
    return f"<{' '.join(told)}>"
