"""How the names of a ruleset are called and their values told: by the texts that authors gave them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from cdss.engine.telling import tell_date, tell_millionths, tell_written_duration
from cdss.errors import Text
from cdss.models.condition import Name, Ref
from cdss.models.dates import Duration
from cdss.models.guideline import (
    URGENCIES,
    DatedValue,
    Definition,
    Fact,
    Finding,
    FromExtreme,
    FromFirstKnown,
    FromRecords,
    InstrumentFile,
    Parameter,
    Ruleset,
    Score,
    Table,
    TreatmentDefinition,
)
from cdss.models.value import on_day
from cdss.models.wording import (
    FIELD,
    OUTPUT,
    SETTING,
    STATE,
    TREATMENT_BASIS,
    TREATMENT_STATUS,
    URGENCY,
    both,
    in_language,
    lowered,
    word_text,
)

_NO_WORDS: Final[Mapping[str, Text]] = {}
_REFERENCE_DATE: Final = both("vandaag", "today")
_THE_SETTING: Final = both("de aanleiding", "the setting")


def name_text(ruleset: Ruleset, name: Name, lang: str) -> str:
    """How a reader calls what this name stands for, inside a sentence."""
    ref = name.ref
    if ref is None:
        return name.text.replace("_", " ")
    match ref.kind:
        case "reference_date":
            return in_language(_REFERENCE_DATE, lang)
        case "setting":
            return in_language(_THE_SETTING, lang)
        case "field":
            text = FIELD.get(name.text)
            return in_language(text, lang) if text else name.text.replace("_", " ")
        case "set":
            members = ruleset.value_sets.get(ref.id) or ruleset.product_sets.get(ref.id)
            return f"'{(members.name if members else name.text).replace('_', ' ')}'"
        case _:
            return definition_text(ruleset.definitions[ref.id], ref.output, lang)


def definition_text(definition: Definition, output: str, lang: str) -> str:
    """The text of a definition, or of what stands behind its dot, inside a sentence."""
    own = _own_text(definition, lang)
    main = isinstance(definition, InstrumentFile) and output == "value"
    if not output or main or (isinstance(definition, TreatmentDefinition) and output == "status"):
        return own
    if isinstance(definition, Table | Score) and output == "status":
        return f"zekerheid van {own}" if lang == "nl" else f"certainty of {own}"
    pattern = OUTPUT.get(output)
    if pattern is None:
        return f"{own} ({output.replace('_', ' ')})"
    return in_language(pattern, lang).format(of=own)


def _own_text(definition: Definition, lang: str) -> str:
    if isinstance(definition, InstrumentFile):
        return in_language(definition.title, lang) or definition.name.replace("_", " ")
    text = definition.title if isinstance(definition, Score | Table) else definition.text
    return lowered(in_language(text, lang)) or definition.name.replace("_", " ")


def words_of(ruleset: Ruleset, ref: Ref | None) -> Mapping[str, Text]:
    """How the words of a choice are read: what the author wrote, and our own words for what treatments and
    tables give."""
    if ref is not None and ref.kind == "setting":
        return SETTING
    if ref is None or ref.kind != "definition":
        return _NO_WORDS
    return words_behind(ruleset, ruleset.definitions[ref.id], ref.output)


def words_behind(ruleset: Ruleset, definition: Definition, output: str) -> Mapping[str, Text]:
    match definition:
        case Fact():
            return definition.words_text or _words_of_source(ruleset, definition)
        case Finding():
            return definition.words_text or (
                _URGENCY if set(definition.type.words) <= set(URGENCIES) else _NO_WORDS
            )
        case Table():
            if output == "status":
                return STATE
            if output == "row":
                return {row.id: _quoted(row.text) for row in definition.rows if row.text}
            return {word: _outcome(word, text) for word, text in definition.outcomes_text.items()}
        case TreatmentDefinition():
            return {"status": TREATMENT_STATUS, "basis": TREATMENT_BASIS}.get(output, _NO_WORDS)
        case Score():
            return STATE if output == "status" else _NO_WORDS
        case _:
            return _NO_WORDS


_URGENCY: Final[Mapping[str, Text]] = {
    word: {lang: f"'{lowered(text)}'" for lang, text in texts.items()} for word, texts in URGENCY.items()
}


def _quoted(text: Text) -> Text:
    return {lang: f"'{lowered(words)}'" for lang, words in text.items()}


def _outcome(word: str, text: Text) -> Text:
    """A number keeps its number, with its text beside it; a word is replaced by its text."""
    if word.isdecimal():
        return {lang: f"{word} ({lowered(words)})" for lang, words in text.items()}
    return _quoted(text)


def _words_of_source(ruleset: Ruleset, fact: Fact) -> Mapping[str, Text]:
    """The words of a derived fact are those of what it is derived from, and of a record those of its value
    set."""
    match fact.source:
        case FromFirstKnown(items=items) | FromExtreme(items=items):
            found: dict[str, Text] = {}
            for item in items:
                for word, text in words_of(ruleset, item.ref).items():
                    found.setdefault(word, text)
            return found
        case FromRecords():
            return _NO_WORDS
        case _:
            return _NO_WORDS


def choice_text(word: str, words: Mapping[str, Text], lang: str) -> str:
    return word_text(word, words, lang)


# Parameters


def value_on(parameter: Parameter, on: date | None) -> DatedValue | None:
    """The value of a parameter on a date; without one, the newest."""
    if on is None:
        return parameter.values[-1] if parameter.values else None
    return next((dated for dated in parameter.values if dated.effective.holds_on(on)), None)


def parameter_value(parameter: Parameter, dated: DatedValue, lang: str) -> str:
    """The value as it was written, in the words of the reader: `2 jaar`, `4 punten`."""
    match dated.value:
        case Duration():
            return tell_written_duration(dated.value, dated.text, lang)
        case int():
            return tell_millionths(dated.value, parameter.type.unit, lang)
        case str():
            return word_text(dated.value, _NO_WORDS, lang)
        case day:
            return tell_date(on_day(day), lang)
