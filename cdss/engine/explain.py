"""Why: what an advice says to each reader, what it rests on, and what could not be checked.

All of it is made when it is read, and what makes it is imported then: a system that only looks at actions never pays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from cdss.engine.conclusions import Conclusions
from cdss.engine.recommend import Standing
from cdss.models.advice import Assumed, RecommendationTexts
from cdss.models.value import JsonValue

if TYPE_CHECKING:
    from cdss.engine.engine import Engine
    from cdss.models.patient import Patient


def texts(
    concluded: Conclusions, standing: Sequence[Standing], owner: str
) -> Callable[[], RecommendationTexts]:
    """Makes the texts of one recommendation when somebody reads them."""
    return partial(_texts, concluded, tuple(standing), owner)


def _texts(concluded: Conclusions, standing: Sequence[Standing], owner: str) -> RecommendationTexts:
    from cdss.engine.caveats import caveats
    from cdss.engine.grounds import path_of
    from cdss.engine.messages import messages
    from cdss.engine.reasons import because

    paths = [path_of(concluded, one.rule) for one in standing]
    return RecommendationTexts(
        messages=messages(concluded, standing, owner),
        because=because(concluded, paths),
        caveats=caveats(concluded, standing, paths),
    )


def findings(concluded: Conclusions) -> Mapping[str, JsonValue]:
    """What the engine concluded, by name."""
    from cdss.engine import shown

    return shown.findings(concluded)


def assumed(concluded: Conclusions) -> tuple[Assumed, ...]:
    """What was taken to be absent because a list that was delivered did not hold it."""
    from cdss.engine import shown

    return shown.assumed(concluded)


def skipped(concluded: Conclusions) -> tuple[Mapping[str, Any], ...]:
    """Entries that could not be used, and why."""
    from cdss.engine import shown

    return shown.skipped(concluded)


def explanation(concluded: Conclusions, rule: str, language: str, rounds: bool) -> str:
    """Why a rule holds or not, and what would change it. KeyError when no such rule was looked at."""
    from cdss.engine.explanation import explanation as explain

    return explain(concluded, rule, language, rounds)


def holds_until(
    engine: Engine,
    patient: Patient,
    on: date,
    *,
    setting: str,
    topics: tuple[str, ...] | None,
    editions: Mapping[str, str] | None,
    audience: str | None,
) -> date | None:
    """The first later date, within two years, on which the same record gives another answer."""
    from cdss.engine.holds import holds_until as until

    return until(engine, patient, on, setting=setting, topics=topics, editions=editions, audience=audience)
