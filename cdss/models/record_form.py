"""What is wrong with the form of a record, in words that a builder of a GP system can act on."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from cdss.errors import ReadingError, Text, shown
from cdss.models.patient_record import ENTRIES, DeliveredPeriod, GivenAnswer, PatientRecord

_EXPECTED: dict[str, Text] = {
    "string_type": {"nl": "hier hoort tekst", "en": "text belongs here"},
    "list_type": {"nl": "hier hoort een lijst", "en": "a list belongs here"},
    "dict_type": {"nl": "hier horen sleutels en waarden", "en": "keys and values belong here"},
    "model_type": {"nl": "hier horen sleutels en waarden", "en": "keys and values belong here"},
    "model_attributes_type": {"nl": "hier horen sleutels en waarden", "en": "keys and values belong here"},
    "missing": {"nl": "dit mag niet ontbreken", "en": "this must not be missing"},
    "too_short": {"nl": "hier hoort er minstens één", "en": "there must be at least one"},
    "string_too_short": {"nl": "deze tekst is leeg", "en": "this text is empty"},
    "string_too_long": {"nl": "deze tekst is te lang", "en": "this text is too long"},
    "string_pattern_mismatch": {
        "nl": "dit heeft niet de goede vorm (een code is stelsel:code, een woord heeft kleine letters, "
        "cijfers, - en _)",
        "en": "this does not have the right form (a code is system:code, a word has small letters, digits, "
        "- and _)",
    },
}


def path_of(error: ErrorDetails) -> str:
    """Where it is, as `conditions/0/site`. What is wrong with a key stands at that key."""
    return "/".join(str(part) for part in error["loc"] if part != "[key]")


def form_problem(error: ErrorDetails) -> tuple[str, Text]:
    """Where a record has the wrong form, and what is wrong there in both languages."""
    return path_of(error), _text_of(error)


def _text_of(error: ErrorDetails) -> Text:
    context = error.get("ctx", {})
    reading = context.get("error")
    if isinstance(reading, ReadingError):
        return reading.text
    seen = shown(str(error["input"])) if isinstance(error["input"], str) else None
    if error["type"] == "literal_error":
        words = [word.strip("' ") for word in context["expected"].replace(" or ", ", ").split(", ")]
        near = near_to(str(error["input"]), words)
        choice = [near] if near else words
        return {
            "nl": f"{seen or 'dit'} kennen we hier niet: schrijf {' of '.join(choice)}.",
            "en": f"{seen or 'this'} is not known here: write {' or '.join(choice)}.",
        }
    expected = _EXPECTED.get(error["type"])
    if expected is None:
        return {"nl": f"Verkeerde vorm: {error['msg']}.", "en": f"Wrong form: {error['msg']}."}
    about = f"{seen}: " if seen and error["type"] != "missing" else ""
    return {language: f"{about}{text}." for language, text in expected.items()}


def near_to(seen: str, known: Iterable[str]) -> str | None:
    """The one that was probably meant, if any is close."""
    return next(iter(get_close_matches(seen, list(known), n=1)), None)


def known_keys(place: tuple[str | int, ...]) -> list[str]:
    """The keys that may stand at a place in a record: what an unknown key is compared with."""
    match place:
        case ():
            model: type[BaseModel] = PatientRecord
        case ("answers", _):
            model = GivenAnswer
        case ("delivered", _):
            model = DeliveredPeriod
        case (str() as name, int()) if name in ENTRIES:
            model = ENTRIES[name]
        case _:
            return []
    return [info.alias or name for name, info in model.model_fields.items()]
