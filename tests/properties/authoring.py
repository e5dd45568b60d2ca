"""What an author writes with: names that were written before, amounts of every kind, and criteria over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from cdss.models.value import ValueType
from tests.properties.guideline_files import Body

YES_NO = ValueType("yes_no")
KILOS = ValueType("number", unit="kg")
GRAMS = ValueType("number", unit="g")
PLAIN = ValueType("number", unit="1")
POINTS = ValueType("number", unit="points")
YEARS = ValueType("number", unit="years")
DURATION = ValueType("duration")
DOSE = ValueType("number", unit="mg/d")
DATE = ValueType("date")
CODE = ValueType("code")
PAIN = ValueType("choice", ("none", "mild", "severe"), ordered=True)
SITE = ValueType("choice", ("hip", "rib", "skull"))
GROUPS = ValueType("collection", ("1", "2", "3"))
SETTING = ValueType("choice", ("contact", "record", "population"))

AMOUNTS = ("60 days", "2 months", "0 days", "1 year", "6 weeks")
DAYS = ("2025-12-31", "2026-03-01", "2024-02-29")
OPERATORS = (">=", "<", "<=", ">", "==", "!=")
VALID = ("always", "contact", "2 months", "60 days")


@dataclass
class Name:
    """A name that may be read: what it stands for, and whether `within last` may follow it."""

    name: str
    type: ValueType
    dated: bool = False


@dataclass
class Criteria:
    """What was written so far, and the criteria that may be written about it."""

    draw: st.DrawFn
    names: list[Name] = field(default_factory=list)
    parameters: dict[str, Body] = field(default_factory=dict)

    # What is drawn

    def one_of(self, items: Sequence[str]) -> str:
        return self.draw(st.sampled_from(items))

    def chance(self, of: int) -> bool:
        """Yes once in so many times."""
        return self.draw(st.integers(0, of - 1)) == of - 1

    def number(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def any_name(self, *kinds: str) -> Name | None:
        """A name of one of these kinds (of any, without); None when there is none yet."""
        found = [one for one in self.names if not kinds or one.type.kind in kinds]
        return self.draw(st.sampled_from(found)) if found else None

    def same(self, kind: ValueType, least: int, most: int) -> list[str]:
        """Some different names of one type, or of types that convert."""
        alike = (KILOS, GRAMS) if kind in (KILOS, GRAMS) else (kind,)
        found = [one.name for one in self.names if one.type in alike]
        return self.draw(
            st.lists(st.sampled_from(found), min_size=min(least, len(found)), max_size=most, unique=True)
        )

    def type_of(self, name: str) -> ValueType:
        return next(one.type for one in self.names if one.name == name)

    # Amounts

    def amount(self, *, parameter: bool = True) -> str:
        """An amount of time, or a parameter that is one."""
        if parameter and self.chance(4):
            return self._parameter("gap", [self.one_of(AMOUNTS), self.one_of(AMOUNTS)])
        return self.one_of(AMOUNTS)

    def _parameter(self, kind: str, values: Sequence[str]) -> str:
        """A parameter with a value that may change on 2026-03-01."""
        name = f"{kind}_{len(self.parameters)}"
        dated: list[Body] = [{"value": values[0]}]
        if self.chance(3):
            dated = [{"value": values[0], "until": "2026-03-01"}, {"from": "2026-03-01", "value": values[1]}]
        self.parameters[name] = {"text": {"nl": name}, "values": dated}
        return name

    def limit(self, kind: ValueType) -> str:
        """A number in the unit of this type, or a parameter that is one."""
        unit = "" if kind.unit in ("1", "") else f" {kind.unit}"
        steps = {
            "kg": ("60", "19.5", "100"),
            "g": ("60000", "19500", "20000.5"),
            "years": ("70", "71", "50"),
            "1": ("1", "2", "0", "0.5"),
        }
        pool = [f"{step}{unit}" for step in steps.get(kind.unit, ("1", "2", "0", "-1"))]
        if self.chance(5):
            return self._parameter("limit", [self.one_of(pool), self.one_of(pool)])
        return self.one_of(pool)

    # Criteria

    def tree(self, depth: int = 2) -> Body:
        """A criterion, or a list of them."""
        if depth == 0 or self.chance(2):
            return self.line()
        items = [self.tree(depth - 1) for _ in range(self.number(1, 3))]
        return {self.one_of(("all", "any", "none")): items}

    def line(self) -> str:
        """One criterion about a name that was written before."""
        one = self.any_name()
        if one is None or self.chance(12):
            return f"setting is {self.one_of(SETTING.words)}"
        if self.chance(8):
            return f"{one.name} is {self.one_of(('known', 'unknown'))}"
        if one.dated and self.chance(4):
            return f"{one.name} within last {self.amount()}"
        match one.type.kind:
            case "yes_no":
                return self.one_of((one.name, f"not {one.name}"))
            case "choice":
                return self._choice(one)
            case "number":
                return self._number(one)
            case "duration":
                return f"{one.name} {self.one_of(OPERATORS)} {self.amount()}"
            case "date":
                return self._date(one)
            case "collection":
                return f"{self.one_of(('', 'not '))}{one.name} has {self.one_of(one.type.words)}"
            case "code":
                return f"{one.name} {self.one_of(('is', 'is not'))} {self.one_of(('e1', 'e1 or e2'))}"

    def _choice(self, one: Name) -> str:
        ranked = [word for word in one.type.words if word != "none"]
        if one.type.ordered and self.chance(2):
            return f"{one.name} {self.one_of(OPERATORS)} {self.one_of(ranked)}"
        if one.type == SITE and self.chance(4):
            return f"{one.name} {self.one_of(('in', 'not in'))} sites"
        said = self.draw(st.lists(st.sampled_from(one.type.words), min_size=1, max_size=2, unique=True))
        if "unknown" in said:
            said = ["unknown"]
        return f"{one.name} {self.one_of(('is', 'is not'))} {' or '.join(said)}"

    def _number(self, one: Name) -> str:
        others = [other for other in self.same(one.type, 1, 1) if other != one.name]
        if others and self.chance(4):
            return f"{one.name} {self.one_of(OPERATORS)} {others[0]}"
        if one.type == KILOS and self.chance(4):
            return f"{one.name} {self.one_of(('in', 'not in'))} {self.one_of(('20..60 kg', '..<60 kg', '60<.. kg'))}"
        return f"{one.name} {self.one_of(OPERATORS)} {self.limit(one.type)}"

    def _date(self, one: Name) -> str:
        others = [other for other in self.same(DATE, 1, 1) if other != one.name]
        limit = others[0] if others and self.chance(4) else self.one_of((f"{self.amount()} ago", *DAYS))
        if self.chance(3):
            return f"{one.name} within last {self.amount()}"
        return f"{one.name} {self.one_of(OPERATORS)} {limit}"


def typed(kind: ValueType) -> dict[str, Body]:
    """How a type is written with a fact or finding."""
    match kind.kind:
        case "choice":
            return {
                "type": "choice",
                "choices": list(kind.words),
                **({"ordered": "yes"} if kind.ordered else {}),
            }
        case "number":
            return {"type": "number", "unit": kind.unit}
        case _:
            return {"type": kind.kind}
