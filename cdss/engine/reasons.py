"""Why an advice is given: each criterion behind it, with its values, records, source, and a reading in
words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdss.engine.conclusions import Conclusions
from cdss.engine.evidence import names_in
from cdss.engine.grounds import Ground, Path
from cdss.engine.messages import tell_name
from cdss.engine.reading import read_criterion
from cdss.engine.shown import why_unknown
from cdss.errors import Span
from cdss.models.advice import Because
from cdss.models.condition import Comparison, Criterion, InRange, InSet, IsWord, WithinLast
from cdss.models.guideline import Parameter, Source
from cdss.models.truth import NO
from cdss.models.value import JsonValue, to_json, truth_word
from cdss.models.wording import LANGUAGES, raised


def because(concluded: Conclusions, paths: Sequence[Path]) -> tuple[Because, ...]:
    """The criteria on these yes-paths, in their order; a criterion that stands on two is told once."""
    found: dict[Span, Because] = {}
    for path in paths:
        for ground in path.grounds:
            if ground.criterion.span not in found:
                found[ground.criterion.span] = _because(concluded, ground)
    return tuple(found.values())


def _because(concluded: Conclusions, ground: Ground) -> Because:
    criterion = ground.criterion
    return Because(
        criterion=criterion.text,
        truth=truth_word(ground.truth),
        values=values_of(concluded, criterion),
        records=tuple(sorted(ground.records, key=place)),
        source=source_of(concluded, ground.place.source, ground.place.topic),
        text={lang: reason(concluded, criterion, lang, denied=ground.truth == NO) for lang in LANGUAGES},
    )


def values_of(concluded: Conclusions, criterion: Criterion) -> Mapping[str, JsonValue]:
    """What each name in a criterion is today, as written under `values`."""
    found: dict[str, JsonValue] = {}
    for name in names_in(criterion):
        node = concluded.node_of(name)
        if node is None:
            found[name.text] = (
                concluded.call.on.isoformat() if name.text == "reference_date" else concluded.call.setting
            )
        else:
            found[name.text] = to_json(
                concluded.type_of(node), concluded.now(node), why_unknown(concluded, node)
            )
    return found


def reason(concluded: Conclusions, criterion: Criterion, lang: str, *, denied: bool = False) -> str:
    """The reading of a criterion, with the value behind it where the reading does not say it already.
    `denied`: of a line that does not hold, as under `none:`, what is so instead."""
    read = raised(read_criterion(concluded.ruleset, criterion, lang, concluded.call.on, denied=denied))
    told = told_values(concluded, criterion, lang)
    same = isinstance(criterion.test, Comparison) and criterion.test.operator == "==" and told in read
    return f"{read}: {told}" if told and not same else read


def told_values(concluded: Conclusions, criterion: Criterion, lang: str) -> str:
    """The values of what is held against a limit or several words; nothing for one word or a yes."""
    match criterion.test:
        case Comparison() | InRange() | InSet() | WithinLast():
            pass
        case IsWord(words=words) if len(words) > 1:
            pass
        case _:
            return ""
    told = []
    for name in names_in(criterion):
        ref = name.ref
        if ref is None or isinstance(concluded.ruleset.definitions.get(ref.id), Parameter):
            continue
        if concluded.node_of(name) is not None:
            told.append(tell_name(concluded, name, lang))
    return " / ".join(dict.fromkeys(told))


def source_of(concluded: Conclusions, source: Source | None, topic: str) -> Mapping[str, str]:
    """Where it comes from: the reference as written, with the title and address that the list of sources
    gives."""
    if source is None:
        return {}
    listed = concluded.ruleset.sources.get(topic, {}).get(source.ref) if source.ref else None
    parts = {
        "ref": source.ref,
        "section": source.section,
        "title": source.title or (listed.title if listed is not None else ""),
        "url": source.url or (listed.url if listed is not None else ""),
    }
    return {key: text for key, text in parts.items() if text}


def place(path: str) -> tuple[str, int]:
    """Records in the order in which they stand: by list, then by number."""
    name, _, index = path.partition("/")
    return (name, int(index) if index.isdecimal() else -1)
