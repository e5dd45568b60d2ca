"""Codes as `system:code`, what a code falls under, and the product lines that a code and a strength pick.

A code is normalised once, where it comes in; after that two codes are the same when their texts are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from cdss.errors import ReadingError, shown
from cdss.models.quantity import UNITS, Quantity, QuantityError, parse_quantity
from cdss.models.truth import NO, UNKNOWN, YES, Truth


class CodeError(ReadingError):
    """This is not a code that we can use."""


@dataclass(frozen=True, slots=True)
class System:
    """A code system: the addresses it goes by, and how its codes look once they are tidied."""

    uris: tuple[str, ...]
    shape: re.Pattern[str]
    example: str
    tidy: Callable[[str], str] = str.upper
    levels: tuple[int, ...] = ()  # the lengths that a covering code can have


def _dotted(code: str) -> str:
    """Old messages write L9501 and S7200: the dot stands after the third place."""
    return f"{code[:3]}.{code[3:]}".upper() if len(code) > 3 and "." not in code else code.upper()


def _unpadded(code: str) -> str:
    """Leading zeros are often lost in messages: numbers are compared as numbers (interop §4)."""
    return code.lstrip("0") if code.isdigit() else code.upper()


_NUMBER: Final = re.compile(r"[1-9][0-9]{0,13}")
_NHG: Final = "https://referentiemodel.nhg.org/tabellen/nhg-tabel-"


def _g_standaard(oid: str, example: str) -> System:
    return System((f"2.16.840.1.113883.2.4.4.{oid}",), _NUMBER, example, _unpadded)


def _nhg(table: str, *oids: str, example: str) -> System:
    """A table of the NHG reference model: its codes are numbers, or keys such as `AVAL AQ`."""
    return System(
        (_NHG + table, *oids), re.compile(r"[1-9][0-9]{0,4}|[A-Z][A-Z0-9]{2,7}"), example, _unpadded
    )


SYSTEMS: Final[Mapping[str, System]] = MappingProxyType(
    {
        "icpc-1": System(
            uris=("http://hl7.org/fhir/sid/icpc-1-nl", "2.16.840.1.113883.2.4.4.31.1"),
            shape=re.compile(r"[A-Z][0-9]{2}(\.[0-9]{2})?"),
            example="L95.01",
            tidy=_dotted,
            levels=(3, 6),
        ),
        "sct": System(
            uris=("http://snomed.info/sct", "2.16.840.1.113883.6.96"),
            shape=re.compile(r"[1-9][0-9]{5,17}"),
            example="312681000",
        ),
        "loinc": System(
            uris=("http://loinc.org", "2.16.840.1.113883.6.1"),
            shape=re.compile(r"(L[A-Z])?[0-9]{1,7}-[0-9]"),
            example="38265-5",
        ),
        "atc": System(
            uris=("http://www.whocc.no/atc", "2.16.840.1.113883.6.73"),
            shape=re.compile(r"[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?"),
            example="M05BA04",
            levels=(1, 3, 4, 5, 7),
        ),
        "rxnorm": System(
            uris=("http://www.nlm.nih.gov/research/umls/rxnorm", "2.16.840.1.113883.6.88"),
            shape=_NUMBER,
            example="904419",
        ),
        "icd-10": System(
            uris=(
                "http://hl7.org/fhir/sid/icd-10-nl",
                "2.16.840.1.113883.6.3.2",
                "http://hl7.org/fhir/sid/icd-10",
                "2.16.840.1.113883.6.3",
            ),
            shape=re.compile(r"[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?"),
            example="S72.0",
            tidy=_dotted,
            levels=(3, 5, 6, 7, 8),
        ),
        "hpk": _g_standaard("7", "1234567"),
        "prk": _g_standaard("10", "12345"),
        "gpk": _g_standaard("1", "12345"),
        "zi": _g_standaard("8", "12345678"),
        "gs-40": _g_standaard("1.902.40", "123"),
        "nhg-14": _nhg("14-contactwijze", example="1"),
        "nhg-25": System(
            uris=(f"{_NHG}25-gebruiksvoorschrift", f"{_NHG}25-gebruiksvoorschrift#aanvullend-numeriek"),
            shape=re.compile(r"[0-9A-Z][0-9A-Z .,:/+*-]{0,60}"),
            example="1W1T",
        ),
        "nhg-45": _nhg("45-diagnostische-bepalingen", "2.16.840.1.113883.2.4.4.30.45", example="2773"),
        "nhg-49": _nhg("49-ingrepen-en-behandelingen", "2.16.840.1.113883.2.4.4.30.49", example="12"),
    }
)
"""The systems we know, by their short names, with every address that means the same (interop §4)."""

_SHORT: Final[Mapping[str, str]] = {
    **{uri: name for name, system in SYSTEMS.items() for uri in system.uris},
    **{name: name for name in SYSTEMS},
}


def short_system(uri: str) -> str | None:
    """The short name behind an address or OID, with or without `urn:oid:`; None when we do not know it."""
    return _SHORT.get(uri) or _SHORT.get(uri.strip().removeprefix("urn:oid:").rstrip("/"))


def parse_code(text: str) -> str:
    """The code as we compare it: `icpc-1:L9501` gives `icpc-1:L95.01`, `hpk:00012345` gives `hpk:12345`."""
    name, colon, written = text.partition(":")
    system = SYSTEMS.get(name)
    if not colon or system is None:
        raise _no_system(text, name if colon else "")
    # In directions for use a space separates words; elsewhere it is only how somebody set the columns.
    code = system.tidy((" " if name == "nhg-25" else "").join(written.split()))
    if not system.shape.fullmatch(code):
        raise CodeError(
            {
                "nl": f"{shown(written)} is geen code van {name}; die ziet eruit als {system.example}.",
                "en": f"{shown(written)} is not a code of {name}; those look like {system.example}.",
            }
        )
    return f"{name}:{code}"


@lru_cache(maxsize=4096)
def levels(code: str) -> tuple[str, ...]:
    """Every code that covers this one, itself first: `icpc-1:L95.01` gives itself and `icpc-1:L95`.

    ICPC has rubrics, ATC has levels of 1, 3, 4, 5 and 7 places, ICD-10 a level for each place after the dot.
    Elsewhere a code covers only itself: no hierarchy of SNOMED is shipped.
    """
    name, _, own = code.partition(":")
    system = SYSTEMS.get(name)
    lengths = system.levels if system else ()
    return (code, *(f"{name}:{own[:length]}" for length in reversed(lengths) if length < len(own)))


def matches(pattern: str, code: str) -> bool:
    """Whether the code is the pattern or falls under it: L95 holds L95.01 but L9 does not hold L95."""
    return pattern in levels(code)


@dataclass(frozen=True, slots=True)
class Strength:
    """What one unit of a product holds, in base units, so that 70 mg and 0.07 g are equal.

    More than one amount is a combination (70 mg/5600 IU); `per` volume is a concentration (5 mg/100 mL).
    """

    amounts: tuple[tuple[str, Fraction], ...]  # dimension and amount, in a fixed order
    per: str = ""

    @property
    def kind(self) -> tuple[str, ...]:
        """What it counts in: strengths of two kinds cannot be compared."""
        return (*(dimension for dimension, _ in self.amounts), self.per)


@lru_cache(maxsize=1024)
def parse_strength(text: str) -> Strength:
    """The strength in a form that compares: `70 mg` and `0.07 g`, `5 mg/100 ml`, `70 mg/5600 IU`.

    Behind the slash a volume makes a concentration, a second amount a combination, and one tablet nothing.
    Raises QuantityError when it cannot be read.
    """
    *parts, last = (_amount(part) for part in re.split(r"[/+]", _PER_PIECE.sub("", text)))
    if parts and last[0] == "volume":
        return Strength(tuple(sorted((dimension, amount / last[1]) for dimension, amount in parts)), "volume")
    return Strength(tuple(sorted((*parts, last))))


def same_strength(a: str | None, b: str | None) -> bool:
    """Whether two strengths are surely the same; when one cannot be read, whether they are written alike."""
    if not a or not b:
        return not a and not b
    first, second = _readable(a), _readable(b)
    if first is None or second is None:
        return a.casefold().split() == b.casefold().split()
    return first == second


@dataclass(frozen=True, slots=True)
class ProductLine:
    """One line of a product set: a code, perhaps a strength, and what one unit of it means.

    `equivalent`: how much of what the set counts one unit of the strength is. `contains`: what one piece holds of
    it, where the strength does not say so. Neither: not known.
    """

    code: str
    strength: str | None = None
    days_per_unit: Decimal | None = None
    product_class: str | None = None
    equivalent: Decimal | None = None
    contains: Quantity | None = None


def line_of(
    codes: Sequence[str], strength: str | None, lines: Sequence[ProductLine]
) -> tuple[Truth, ProductLine | None]:
    """Whether a product belongs to the set, and by which line: the first that fits.

    Unknown when a code fits, every line for it names a strength, and the recorded one is missing (language
    §3.2), cannot be read, or is of another kind than all of those (a concentration beside an amount).
    """
    covering = {pattern for code in codes for pattern in levels(code)}
    recorded = _readable(strength) if strength else None
    kinds: set[tuple[str, ...]] = set()
    for line in lines:
        if line.code not in covering:
            continue
        if line.strength is None:
            return YES, line
        named = parse_strength(line.strength)
        if named == recorded:
            return YES, line
        kinds.add(named.kind)
    if not kinds or (recorded and recorded.kind in kinds):
        return NO, None
    return UNKNOWN, None


_PER_PIECE: Final = re.compile(
    r"\s*/\s*(1\s*)?(tablet(ten)?|tablets?|capsules?|stuks?|st|dose|dosis|\{[^{}]*\}|1)\s*$", re.IGNORECASE
)


def _readable(text: str) -> Strength | None:
    try:
        return parse_strength(text)
    except QuantityError:
        return None  # a strength from somebody's record: what it leaves open is told by who asks


def _amount(text: str) -> tuple[str, Fraction]:
    """Dimension and amount in base units of `70 mg`; a bare unit (`/ml`) is one of it."""
    quantity = parse_quantity(text if re.match(r"\s*[-+0-9.,]", text) else f"1 {text.strip()}")
    if not quantity.unit or (quantity.unit == "IU" and re.search(r"\.[0-9]{3}\b", text)):
        raise QuantityError(
            {
                "nl": f"{shown(text)} is geen sterkte: schrijf een getal met een eenheid, zoals 70 mg.",
                "en": f"{shown(text)} is not a strength: write a number with a unit, such as 70 mg.",
            }
        )
    if quantity.value <= 0:
        raise QuantityError(
            {
                "nl": f"{shown(text)} is geen sterkte: die is meer dan nul.",
                "en": f"{shown(text)} is not a strength: it must be more than zero.",
            }
        )
    unit = UNITS[quantity.unit]
    return unit.dimension, Fraction(quantity.value) * unit.factor


def _no_system(text: str, name: str) -> CodeError:
    """The error for a code of which we cannot tell the system, with our best guess at what was meant."""
    own = text.removeprefix(f"{name}:").strip()
    guesses = (
        get_close_matches(name.casefold(), _SPOKEN) if name else [n for n in ("icpc-1", "atc") if _is(n, own)]
    )
    names = ", ".join(SYSTEMS)
    better = f"{_SPOKEN[guesses[0]]}:{own or '...'}" if guesses else None
    return CodeError(
        {
            "nl": f"{shown(text)} noemt geen stelsel dat we kennen: schrijf "
            + (f"{better}." if better else f"stelsel:code, met als stelsel {names}."),
            "en": f"{shown(text)} names no system that we know: write "
            + (f"{better}." if better else f"system:code, with as system {names}."),
        }
    )


_SPOKEN: Final[Mapping[str, str]] = {**{name: name for name in SYSTEMS}, "snomed": "sct", "icpc": "icpc-1"}


def _is(name: str, code: str) -> bool:
    system = SYSTEMS[name]
    return len(code) > 1 and system.shape.fullmatch(system.tidy(code)) is not None
