"""The default executor: a program as generated Python functions (design §2).

`codegen.py` writes the text, `compiled_bound.py` holds what it calls, `index.py` finds what a patient has. Here the
parts are put together. The outer function is called once per reference date and setting, the inner one per patient.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property, lru_cache, partial
from types import MappingProxyType
from typing import Final, TypeAlias

from cdss.engine.codegen import OUTER, Variant, generate, givable, wanted
from cdss.engine.compiled_bound import NAMES, Bound
from cdss.engine.compiled_select import Selecting
from cdss.engine.index import PatientIndex, Said, outlook
from cdss.engine.reference import Call
from cdss.errors import EngineError
from cdss.models.program import NodeId, Program, Valuation
from cdss.models.value import INF, Value

_MOST_DATES: Final = 16
"""For how many dates and settings the functions are kept."""

_NOTHING_SAID: Final[Said] = {}

_Values: TypeAlias = tuple[Value, ...]
_Run: TypeAlias = Callable[..., tuple[_Values, _Values]]


class Compiled:
    """One program, ready to run. Any number of threads may call it at once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._index = PatientIndex(program, *wanted(program))
        self._selections: dict[NodeId, Selecting] = {}
        self._givable = {variant: givable(program, variant) for variant in OUTER}
        self._text = lru_cache(maxsize=len(OUTER))(partial(generate, program, self._index))
        self._outer = lru_cache(maxsize=len(OUTER))(self._executed)
        self._bound = lru_cache(maxsize=_MOST_DATES)(self._bind)

    def __call__(self, call: Call) -> Valuation:
        """The two readings of every named node."""
        patient, on, index = call.patient, call.on, self._index
        rows, supplied = index.rows(patient, on.toordinal())
        said = index.said(patient, on) if patient.answers else _NOTHING_SAID
        born = -INF if patient.birth_date is None else patient.birth_date.first.toordinal()
        delivery = index.delivery(patient, on)
        sight = outlook(patient, on) if index.treats else ()
        if call.given:
            given, variant = self._given_nodes(call.given)
            run = self._bound(variant, on, call.setting)
            now, later = run(rows, supplied, said, patient, sight, born, delivery, {}, given)
        else:
            run = self._bound("plain", on, call.setting)
            now, later = run(rows, supplied, said, patient, sight, born, delivery, {})
        return Valuation(now, later)

    @property
    def source(self) -> str:
        """The generated text: what runs, to the letter."""
        return f"{self._text('plain')}\n\n{self._text('given')}"

    @cached_property
    def sha256(self) -> str:
        """The hash of the text, by which an answer can be traced to what computed it."""
        return hashlib.sha256(self.source.encode()).hexdigest()

    def _bind(self, variant: Variant, on: date, setting: str) -> _Run:
        return self._outer(variant)(Bound(self.program, on, setting, self._selections))

    def _executed(self, variant: Variant) -> Callable[[Bound], _Run]:
        return _executed(self._text(variant), OUTER[variant])

    def _given_nodes(self, given: Mapping[NodeId, Value]) -> tuple[Mapping[NodeId, Value], Variant]:
        """The given values, for the contradicting readings of the same names too, and the variant that takes them."""
        variant: Variant = "given" if given.keys() <= self._givable["given"] else "any_given"
        if not given.keys() <= self._givable[variant]:
            unnamed = sorted(given.keys() - self._givable[variant])
            raise EngineError(f"a value can be given for a named node only, not for {unnamed}")
        danger = self.program.danger
        if danger:
            given = {**given, **{other: given[node] for other, node in danger.items() if node in given}}
        return given, variant


def compile_program(program: Program) -> Compiled:
    """The executor of a program as generated Python functions."""
    return Compiled(program)


def source(program: Program) -> str:
    """The Python text that a program is run as; the same in every process."""
    return Compiled(program).source


def _executed(text: str, name: str) -> Callable[[Bound], _Run]:
    """The outer function of a text, which can reach what stands in `NAMES` and nothing else."""
    space: dict[str, object] = {"__builtins__": MappingProxyType({}), **NAMES}
    exec(compile(text, f"<{name}>", "exec"), space)
    outer = space[name]
    assert callable(outer)
    return outer
