"""Clinical decision support for Dutch primary care: guideline logic as YAML rule sets, embedded as a library."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdss.engine.engine import Engine
    from cdss.errors import CdssError, GuidelineError, PatientError
    from cdss.models.advice import Advice, Question, Recommendation
    from cdss.models.patient import Patient
    from cdss.records import read
    from cdss.rules import load

__all__ = [
    "Advice",
    "CdssError",
    "Engine",
    "GuidelineError",
    "Patient",
    "PatientError",
    "Question",
    "Recommendation",
    "load",
    "read",
]

_HOMES = {
    "Advice": "cdss.models.advice",
    "CdssError": "cdss.errors",
    "Engine": "cdss.engine.engine",
    "GuidelineError": "cdss.errors",
    "Patient": "cdss.models.patient",
    "PatientError": "cdss.errors",
    "Question": "cdss.models.advice",
    "Recommendation": "cdss.models.advice",
    "load": "cdss.rules",
    "read": "cdss.records",
}


def __getattr__(name: str) -> object:
    """A public name, imported when it is first used: a system that starts pays for what it uses."""
    if name not in _HOMES:
        raise AttributeError(f"cdss has no public name {name!r}; it has: {', '.join(__all__)}")
    found: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return __all__
