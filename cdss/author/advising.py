"""Many patients through one engine: each gives what is shown of its advice, or says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

from cdss.engine.editions import choose
from cdss.engine.engine import EXECUTORS, Engine
from cdss.errors import CdssError, EngineError, PatientError
from cdss.models.advice import Advice
from cdss.models.guideline import Ruleset
from cdss.models.patient import Patient
from cdss.records.inputs import Input
from cdss.rules.closest import closest

Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked about each patient: the arguments of `Engine.advise`."""

    on: date
    setting: str = "record"
    topics: tuple[str, ...] | None = None
    editions: Mapping[str, str] = field(default_factory=dict)
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class Answered(Generic[Shown]):
    """One record: what is shown of its advice, or the error that kept it from one."""

    place: str
    shown: Shown | None
    error: PatientError | EngineError | None = None


def known_executor(name: str) -> str:
    """The same name. CdssError when there is no such executor."""
    if name not in EXECUTORS:
        raise CdssError(f"there is no executor '{name}'; choose from {', '.join(EXECUTORS)}")
    return name


def known_answers(ruleset: Ruleset, answers: Mapping[str, object]) -> Mapping[str, object]:
    """The same answers. CdssError when one is to a question that these guidelines do not have.

    An answer that nobody reads would be lost in silence: the reader would think that it counted.
    """
    known = {one.name for one in ruleset.definitions.values()}
    for name in answers:
        if "/" not in name and name.partition(".")[0] not in known:
            near = closest(name, known)
            hint = f"; did you mean '{near}'?" if near else ""
            raise CdssError(f"no guideline asks for '{name}'{hint}")
    return answers


def make_engine(ruleset: Ruleset, executor: str, asked: Asked) -> Engine:
    """An engine that can answer what is asked. CdssError when there is no such executor, topic or edition."""
    known_executor(executor)
    try:
        choose(ruleset, asked.on, asked.topics, asked.editions)
    except ValueError as error:
        raise CdssError(str(error)) from error
    return Engine(ruleset, executor=executor)


def advise_each(
    engine: Engine, inputs: Iterable[Input], asked: Asked, show: Callable[[Patient, Advice, bool], Shown]
) -> Iterator[Answered[Shown]]:
    """Each patient in turn, shown by `show`, which also hears whether there are more.

    What goes wrong with one stops nobody else.
    """
    for given in inputs:
        if isinstance(given.patient, PatientError):
            yield Answered(given.place, None, given.patient)
            continue
        try:
            shown = show(given.patient, advise_one(engine, given.patient, asked), given.one_of_many)
        except (PatientError, EngineError) as error:
            yield Answered(given.place, None, error)
        except CdssError:  # what was asked is wrong, for everybody
            raise
        except Exception as error:  # noqa: BLE001  a mistake of ours: it must not cost the next patient the advice
            fault = EngineError(f"{type(error).__name__}: {error}")
            fault.__cause__ = error
            yield Answered(given.place, None, fault)
        else:
            yield Answered(given.place, shown)


def advise_one(engine: Engine, patient: Patient, asked: Asked) -> Advice:
    return engine.advise(
        patient,
        asked.on,
        setting=asked.setting,
        topics=asked.topics,
        editions=asked.editions,
        audience=asked.audience,
    )


def error_text(error: CdssError, lang: str) -> str:
    """What is wrong with a record, in this language, with its place in the record."""
    if not isinstance(error, PatientError):
        return str(error)
    text = error.text.get(lang) or error.text["nl"]
    return f"{error.path}: {text}" if error.path else text


def error_json(place: str, error: CdssError) -> dict[str, Any]:
    """The same for machines: an object where the advice would have been."""
    if isinstance(error, PatientError):
        return {"input": place, "error": {"kind": error.kind, "path": error.path, "text": dict(error.text)}}
    return {"input": place, "error": {"kind": "engine", "path": "", "text": {"en": str(error)}}}
