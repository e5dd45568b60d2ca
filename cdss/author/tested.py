"""What `cdss test` says: how many cases came out, on which executor, and what was expected of the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cdss.author.checking import near, problem_json
from cdss.author.testing import Failure, Report, Result
from cdss.errors import Text
from cdss.models.line import BLANK, Line, Tone
from cdss.rules.render import Language

_WORDS: Final[Mapping[str, Text]] = {
    "expected": {"nl": "verwacht", "en": "expected"},
    "found": {"nl": "gevonden", "en": "found"},
    "line": {"nl": "regel", "en": "line"},
    "pending": {"nl": "bekend gat", "en": "known gap"},
    "nothing_ran": {"nl": "er is geen enkele casus uitgevoerd", "en": "not one case was run"},
}  # fmt: skip

_COUNT: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "passed": {"nl": ("1 casus klopt", "{} casussen kloppen"), "en": ("1 case passed", "{} cases passed")},
    "failed": {
        "nl": ("1 casus klopt niet", "{} casussen kloppen niet"),
        "en": ("1 case failed", "{} cases failed"),
    },
    "pending": {"nl": ("1 bekend gat", "{} bekende gaten"), "en": ("1 known gap", "{} known gaps")},
    "files": {"nl": ("1 bestand", "{} bestanden"), "en": ("1 file", "{} files")},
    "problems": {"nl": ("1 probleem", "{} problemen"), "en": ("1 problem", "{} problems")},
}  # fmt: skip

# What the runner says in a fixed word; values of the guideline stay as they are.
_SAID: Final[Mapping[str, str]] = {
    "nothing": "niets",
    "not this": "dit niet",
    "none": "geen",
    "not advised": "niet geadviseerd",
    "not advised, and no finding": "niet geadviseerd, en geen bevinding",
    "no such name": "deze naam is er niet",
    "no such file was loaded": "dit bestand is niet geladen",
    "a fact or finding of this guideline": "een gegeven of bevinding van deze richtlijn",
    "a patient that can be read": "een patiënt die te lezen is",
    "an expectation that exists": "een verwachting die bestaat",
    "nothing compares it": "niets vergelijkt dit",
    "names with values": "namen met waarden",
    "settled": "settled (staat vast)",
    "provisional": "provisional (voorlopig)",
    "the case passes: take `pending` away": "de casus klopt: haal `pending` weg",
}


def counted(what: str, number: int, lang: str) -> str:
    one, more = _COUNT[what][lang]
    return one if number == 1 else more.format(number)


def tally(report: Report) -> dict[str, int]:
    """How many cases passed, failed, and are known gaps."""
    return {
        outcome: sum(result.outcome == outcome for result in report.results)
        for outcome in ("passed", "failed", "pending")
    }


def report_lines(
    report: Report, executor: str, seconds: float, lang: Language = "nl", *, verbose: bool = False
) -> list[Line]:
    """Each case that did not come out (with `verbose` every case), and one line that adds up."""
    lines: list[Line] = []
    for result in report.results:
        if result.outcome == "failed":
            lines += [*_failed(result, lang), BLANK]
        elif verbose:
            lines += _listed(result, lang)
    return [*lines, *_sum(report, executor, seconds, lang)]


def _failed(result: Result, lang: str) -> Iterator[Line]:
    case = result.case
    yield Line(case.id, "danger", mark="✗", aside=f"{near(case.file)}:{case.span.line}")
    title = case.title.get(lang) or case.title.get("nl", "")
    if title:
        yield Line(title, "plain", 2)
    for failure in result.failures:
        yield Line(f"{failure.what}, {_WORDS['line'][lang]} {failure.span.line}", "strong", 2)
        found = failure.told[lang] if failure.told else said(failure.found, lang)
        for word, words in (("expected", said(failure.expected, lang)), ("found", found)):
            yield Line(words, "plain", 4, label=_WORDS[word][lang], label_width=10)


def _listed(result: Result, lang: str) -> Iterator[Line]:
    tone: Tone = "good" if result.outcome == "passed" else "soon"
    gap = f" ({_WORDS['pending'][lang]}: {result.case.pending})" if result.outcome == "pending" else ""
    place = f"{near(result.case.file)}:{result.case.span.line}"
    mark = "✓" if tone == "good" else "~"
    yield Line(f"{result.case.id}{gap}", label=mark, label_width=2, label_tone=tone, aside=place)


def _sum(report: Report, executor: str, seconds: float, lang: str) -> Iterator[Line]:
    counts = tally(report)
    parts = [counted(what, counts[what], lang) for what in ("failed", "passed", "pending") if counts[what]]
    if report.problems:
        parts.insert(0, counted("problems", len(report.problems), lang))
    if not report.results:
        parts.append(_WORDS["nothing_ran"][lang])
        yield Line("; ".join(parts), "danger", aside=executor)
        return
    files = len({result.case.file for result in report.results})
    took = f"{seconds:.1f} s".replace(".", "," if lang == "nl" else ".")
    yield Line(", ".join(parts), "good" if report.fine else "danger",
               aside=f"{executor}, {counted('files', files, lang)}, {took}")  # fmt: skip


def said(text: str, lang: str) -> str:
    """A fixed word of the runner in this language; anything else as it is."""
    return _SAID.get(text, text) if lang == "nl" else text


def report_json(report: Report, executor: str) -> dict[str, Any]:
    """The same for machines."""
    return {
        "executor": executor,
        **tally(report),
        "cases": [_result(result) for result in report.results],
        "problems": [problem_json(problem) for problem in report.problems],
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "id": result.case.id,
        "file": near(result.case.file),
        "line": result.case.span.line,
        "outcome": result.outcome,
        **({"pending": result.case.pending} if result.case.pending else {}),
        "failures": [_failure(failure) for failure in result.failures],
    }


def _failure(failure: Failure) -> dict[str, Any]:
    return {
        "what": failure.what,
        "expected": failure.expected,
        "found": failure.found,
        "line": failure.span.line,
        "column": failure.span.column,
    }
