"""Until when an answer holds (design §7): only the days on which something may turn are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from cdss.engine.ahead import Ahead
from cdss.engine.conclusions import Conclusions
from cdss.engine.recommend import ALARM_DAYS, DEFAULT_DAYS
from cdss.engine.reference import Call
from cdss.engine.turning import Turning
from cdss.models.dates import Duration, shift
from cdss.models.guideline import Ruleset
from cdss.models.patient import Days, Patient

if TYPE_CHECKING:
    from cdss.engine.engine import Engine, Look

AHEAD: Final = Duration(months=24)


def holds_until(
    engine: Engine,
    patient: Patient,
    on: date,
    *,
    setting: str,
    topics: Iterable[str] | None,
    editions: Mapping[str, str] | None,
    audience: str | None,
) -> date | None:
    """The first later date, within two years, on which the same record gives another answer; None: none
    does."""
    wanted = None if topics is None else tuple(topics)
    last = shift(on, AHEAD)
    days = _Days(engine, patient, on, last)
    look = engine.look(patient, on, setting, wanted, editions, audience, lazily=True)
    today = what_counts(engine, look)
    while True:
        day = days.after(look.concluded)
        if day is None:
            return None
        look = engine.look(patient, day, setting, wanted, editions, audience, lazily=True)
        if what_counts(engine, look) != today:
            return day


def what_counts(engine: Engine, look: Look) -> object:
    """What must differ for an answer to be another one: recommendations, outcomes, questions; not texts or
    amounts."""
    return (
        frozenset((one.action, one.urgency, one.state) for one in look.recommendations),
        tuple((one.topic, engine.outcome(look, one)[0]) for one in look.chosen),
        frozenset(question.key for question in look.questions),
    )


class _Days:
    """The days ahead of one patient on which the answer may turn."""

    def __init__(self, engine: Engine, patient: Patient, on: date, last: date) -> None:
        self.engine = engine
        self.patient = patient
        self.on = on
        self.last = last
        self._own = sorted({day for day in self._own_days() if on < day <= last})
        self._turnings: dict[int, Turning] = {}  # by program; the engine keeps those alive

    def _own_days(self) -> Iterator[date]:
        """The days on which another edition answers, or on which a recorded decision ends."""
        yield from edition_days(self.engine.ruleset)
        yield from decision_days(self.patient)

    def after(self, concluded: Conclusions) -> date | None:
        """The first day after the one of these conclusions on which something may turn."""
        day = concluded.call.on
        found = [one for one in self._own if one > day][:1]
        turn = self._turning(concluded).after(concluded.values)
        return min([*found, *(() if turn is None else (turn,))], default=None)

    def _calls(self, concluded: Conclusions) -> Callable[[date], Call]:
        """The call of any day. What was given is read anew each day: it may be an amount of months, or a
        form of today."""
        call = concluded.call
        if not self.patient.given:
            return partial(_same, call)
        layout = concluded.layout
        return lambda day: self.engine.call(layout, self.patient, day, call.setting)

    def _turning(self, concluded: Conclusions) -> Turning:
        """The turning days under the program of these conclusions: another edition is another program."""
        program = concluded.program
        if id(program) not in self._turnings:
            self._turnings[id(program)] = Turning(
                Ahead(concluded.layout.plan, self._calls(concluded), concluded.call.on, self.last)
            )
        return self._turnings[id(program)]


def _same(call: Call, day: date) -> Call:
    return replace(call, on=day)


def edition_days(ruleset: Ruleset) -> Iterator[date]:
    for line_up in ruleset.line_ups.values():
        yield from (day for day, _ in line_up.default)


def decision_days(patient: Patient) -> Iterator[date]:
    """The days on which recorded decisions begin and end."""
    for record in patient.records("decisions"):
        until = record.fields.get("until")
        if isinstance(until, Days):
            yield until.first
        if record.on is not None:
            yield record.on.first
            for days in (DEFAULT_DAYS, ALARM_DAYS):
                yield _plus(record.on.first, days)


def _plus(day: date, days: int) -> date:
    return day + timedelta(days=days) if (date.max - day).days > days else date.max
