"""What a timeline says in words, in Dutch and English: for the picture and for the text alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from cdss.engine.telling import tell_duration, tell_number
from cdss.engine.timeline.model import Course, Gap, Lane, Limit, Mark, Standing, Stay, Supply, Timeline
from cdss.errors import Text
from cdss.models.patient import Days
from cdss.models.quantity import MILLION
from cdss.models.treatment import NO_DRUG
from cdss.models.wording import (
    ENTRY,
    FIELD,
    LANGUAGES,
    MONTHS,
    TREATMENT_STATUS,
    both,
    in_language,
    lowered,
    raised,
    sentence,
    word_text,
)

SHORT_MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "nl": ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
MOST_LISTED: Final = 4
"""Of what is missing, so many entries are named; the rest is counted."""

_SAY: Final[Mapping[str, Text]] = {
    "title": both("Tijdlijn op {}", "Timeline on {}"),
    "reference": both("peildatum {}", "reference date {}"),
    "days": both("{} dagen", "{} days"),
    "day": both("1 dag", "1 day"),
    "without": both("{} zonder voorraad", "{} without supply"),
    "since": both("{} zonder voorraad sinds {}", "{} without supply since {}"),
    "unseen": both("{} geen voorraad gezien sinds {}", "{} no supply seen since {}"),
    "restart": both(
        "{} zonder voorraad, geteld vanaf de herstart op {}", "{} without supply, counted from the restart on {}"
    ),
    "within": both("{} (grens {})", "{} (limit {})"),
    "supplied": both("voorraad tot {}", "supply until {}"),
    "due": both("volgende dosis op {}", "next dose on {}"),
    "was due": both("volgende dosis nodig sinds {}", "next dose due since {}"),
    "late": both("{} te laat: nodig op {}, {} geleden", "{} overdue: due on {}, {} ago"),
    "no follow-up": both(
        "stoppen met {} afgesproken op {}: geen vervolgmiddel gezien",
        "stopping {} was agreed on {}: no follow-up drug seen",
    ),
    "late somehow": both("{} te laat, op welke dag de laatste ook was", "{} overdue, whatever the day of the latest"),
    "open": both("Niet vast te stellen", "Cannot be established"),
    "or": both("of", "or"),
    "and": both("en", "and"),
    "between": both("{} keer, tot en met {}", "{} times, up to and including {}"),
    "together": both("samen {}", "{} in all"),
    "unit": both("{} st", "{} pcs"),
    "uncounted": both("telt niet apart", "not counted by itself"),
    "switched": both("overstap {}", "switch {}"),
    "undated": both("zonder datum", "undated"),
    "outside": both("ander middel", "other drug"),
    "unsure": both("hoort er misschien bij", "may belong"),
    "score": both("T-score {}", "T-score {}"),
}  # fmt: skip

LIMIT: Final[Mapping[str, Text]] = {
    "possible_stop": both("grens 'mogelijk gestopt' {}", "limit 'possibly stopped' {}"),
    "stopped": both("grens 'gestopt' {}", "limit 'stopped' {}"),
    "planned_end": both("gepland einde {}", "planned end {}"),
    "due": both("volgende dosis {}", "next dose {}"),
    "overdue": both("te laat vanaf {}", "overdue from {}"),
}
BEHIND: Final[Mapping[str, Text]] = {
    "possible_stop": both("meer dan {} zonder voorraad", "more than {} without supply"),
    "planned_end": both("{} na het begin", "{} after the start"),
    "overdue": both("meer dan {} na de dag waarop de dosis nodig was", "more than {} after the dose was due"),
}
"""The number behind a limit."""
MARK: Final[Mapping[str, Text]] = {
    "fracture": both("breuk", "fracture"),
    "dxa": both("DXA", "DXA"),
    "start": both("start afgesproken", "start agreed"),
    "stop": both("stop afgesproken", "stop agreed"),
    "not_used": both("gebruikt het niet", "does not use it"),
    "died": both("overleden", "died"),
    "left": both("uitgeschreven", "deregistered"),
}
ROW: Final[Mapping[str, Text]] = {
    "agreements": both("Afspraken", "Agreements"),
    "events": both("Breuken en DXA", "Fractures and DXA"),
    "stays": both("Opname", "Stay"),
}
LEGEND: Final[Mapping[str, Text]] = {
    "dispensings": both("verstrekking", "dispensing"),
    "administrations": both("toediening", "administration"),
    "prescriptions": both("voorschrift", "prescription"),
    "uncounted": both(
        "telt niet apart (retour of later toegediend)", "not counted by itself (returned or given later)"
    ),
    "covered": both("dagen met voorraad", "days with supply"),
    "carried": both("restvoorraad: begint later", "left over: begins later"),
    "switch": both("overstap", "switch"),
    "unknown": both("voorraad niet bekend", "supply not known"),
    "gap": both("dagen zonder voorraad", "days without supply"),
    "stay": both("opname", "stay"),
    "limit": both("grens of einde", "limit or end"),
    "event": both("gebeurtenis of afspraak", "event or agreement"),
}  # fmt: skip

NOTHING: Final[Text] = both(
    "Geen verstrekkingen, toedieningen of voorschriften van deze middelen in dit dossier.",
    "No dispensings, administrations or prescriptions of these drugs in this record.",
)
NO_GUIDELINE: Final[Text] = both(
    "Voor deze datum is geen richtlijn geladen die het gebruik van een middel volgt; er is niets getekend.",
    "No guideline that follows the use of a drug is loaded for this date; nothing was drawn.",
)
PRESCRIBED: Final[Text] = both(
    "Verstrekkingen niet aangeleverd; getekend naar voorschriften.",
    "Dispensings not delivered; drawn from prescriptions.",
)
UNSEEN: Final[Text] = both(
    "De injecties worden in het ziekenhuis gegeven en zijn hier niet te zien.",
    "The injections are given in hospital and cannot be seen here.",
)
CONCURRENT: Final[Text] = both("Twee middelen naast elkaar.", "Two drugs side by side.")


def say(name: str, lang: str, *parts: object) -> str:
    return in_language(_SAY[name], lang).format(*parts)


_UNSEEN: Final = dict.fromkeys(
    (*range(0x20), *range(0x7F, 0xA0), 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)),
    "\ufffd",
)
"""Codes that steer a terminal, or turn the direction of reading."""


def clean(text: str) -> str:
    """A text of somebody's record as it may be shown."""
    return " ".join(text.split()).translate(_UNSEEN)


# Days


def long_day(day: date, lang: str) -> str:
    """8 november 2023."""
    return f"{day.day} {(MONTHS.get(lang) or MONTHS['nl'])[day.month - 1]} {day.year}"


def short_day(day: date, lang: str, *, year: bool = True) -> str:
    """8 nov 2023, or 8 nov where the axis says which year."""
    months = SHORT_MONTHS.get(lang) or SHORT_MONTHS["nl"]
    return f"{day.day} {months[day.month - 1]}" + (f" {day.year}" if year else "")


def month(day: date, lang: str) -> str:
    return (SHORT_MONTHS.get(lang) or SHORT_MONTHS["nl"])[day.month - 1]


def when(days: Days, lang: str, *, year: bool = True) -> str:
    """The day, or what is known of it: 2023, or nov 2023."""
    if days.first == date.min:
        return say("undated", lang)
    if days.first == days.last:
        return short_day(days.first, lang, year=year)
    months = SHORT_MONTHS.get(lang) or SHORT_MONTHS["nl"]
    if (days.first.year, days.first.month) == (days.last.year, days.last.month):
        return f"{months[days.first.month - 1]} {days.first.year}"
    if days.first.year == days.last.year:
        return str(days.first.year)
    return f"{short_day(days.first, lang)} – {short_day(days.last, lang)}"


def count_days(days: int, lang: str) -> str:
    return say("day", lang) if days == 1 else say("days", lang, days)


def amount(value: Decimal, lang: str) -> str:
    """A number as it is written in the country of the reader, with a real minus sign."""
    return tell_number(int(value * MILLION), lang).replace("-", "−")


def listed(words: Sequence[str], lang: str, join: str = "and") -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {say(join, lang)} {words[-1]}"


# Lanes


def lane_name(lane: Lane, lang: str) -> str:
    """The drug as the sender calls it, else its class and code; always with its strength."""
    code = lane.code.partition(":")[2]
    if lane.display:
        shown = clean(lane.display)
        name = raised(shown.lower() if shown.isupper() else shown)
        has_strength = lane.strength is None or _bare(lane.strength) in _bare(shown)
        return name if has_strength else f"{name} {clean(lane.strength or '')}"
    strength = f" {clean(lane.strength)}" if lane.strength else ""
    if lane.drug in (NO_DRUG, lane.code):
        return f"{code}{strength}"
    return f"{raised(word_text(lane.drug, {}, lang))}{strength} ({code})"


def _bare(text: str) -> str:
    return "".join(text.lower().replace(",", ".").split())


def quantity(supply: Supply, lang: str) -> str:
    """12 st; nothing when it was not recorded."""
    return "" if supply.quantity is None else say("unit", lang, amount(supply.quantity, lang))


def lane_sum(lane: Lane, lang: str) -> str:
    """2 verstrekkingen, samen 24 st."""
    parts = []
    counted = [supply for supply in lane.supplies if supply.counted]
    for name in dict.fromkeys(supply.list for supply in counted):
        number = sum(supply.list == name for supply in counted)
        parts.append(f"{number} {in_language(ENTRY[name][number != 1], lang)}")
    given = [supply.quantity for supply in counted]
    if len(given) > 1 and None not in given:
        total = sum((one for one in given if one is not None), Decimal(0))
        parts.append(say("together", lang, say("unit", lang, amount(total, lang))))
    if lane.outside:
        parts.append(say("outside", lang))
    if lane.switched_on is not None:
        parts.append(say("switched", lang, short_day(lane.switched_on, lang)))
    if not parts:
        parts.append(say("uncounted", lang))
    return ", ".join(parts)


def supply_text(supply: Supply, lang: str) -> str:
    """12 st, genoeg voor 84 dagen."""
    parts = [in_language(ENTRY[supply.list][0], lang)]
    if told := quantity(supply, lang):
        parts.append(told)
    if not supply.counted:
        parts.append(say("uncounted", lang))
        return ", ".join(parts)
    low, high = supply.days
    if high is None:
        parts.append(in_language(LEGEND["unknown"], lang))
    elif low == high:
        parts.append(count_days(low, lang))
    else:
        parts.append(f"{low} – {count_days(high, lang)}")
    if supply.begins is not None and supply.begins > supply.on.last:
        text = {"nl": "begint {} door restvoorraad", "en": "begins {} because of supply left over"}
        parts.append(in_language(text, lang).format(short_day(supply.begins, lang)))
    if not supply.belongs:
        parts.append(say("unsure", lang))
    return ", ".join(parts)


# Marks, limits, stays


def limit_text(limit: Limit, lang: str) -> str:
    return in_language(LIMIT[limit.kind], lang).format(short_day(limit.day, lang))


def limit_why(limit: Limit, lang: str) -> str:
    """A limit with its day, and the number behind it for who wants to know."""
    why = _behind(limit, lang)
    return f"{limit_text(limit, lang)} ({why})" if why else limit_text(limit, lang)


def limit_reason(limit: Limit, lang: str) -> str:
    """The same without its day."""
    why = _behind(limit, lang)
    name = in_language(LIMIT[limit.kind], lang).format("").strip()
    name = name.removesuffix(" vanaf").removesuffix(" from")
    return f"{name} ({why})" if why else name


def _behind(limit: Limit, lang: str) -> str:
    if limit.after is None:
        return ""
    text = BEHIND.get(limit.kind, BEHIND["possible_stop"])
    return in_language(text, lang).format(tell_duration(limit.after, lang))


def mark_text(mark: Mark, lang: str, *, year: bool = True) -> str:
    """breuk 12 mei 2023: pols; DXA 8 feb 2023: T-score −2,9; stop afgesproken 1 mei 2024: definitief."""
    head = f"{in_language(MARK[mark.kind], lang)} {when(mark.on, lang, year=year)}"
    details = _details(mark, lang)
    return f"{head}: {details}" if details else head


def what(mark: Mark, lang: str) -> str:
    """The same without its day: breuk: pols."""
    head, details = in_language(MARK[mark.kind], lang), _details(mark, lang)
    return f"{head}: {details}" if details else head


def _details(mark: Mark, lang: str) -> str:
    told = [_word(word, lang) for word in mark.words]
    if mark.value is not None:
        told.append(say("score", lang, amount(mark.value, lang)))
    return ", ".join(told)


_WORDS: Final[Mapping[str, Text]] = {
    "lower_leg": both("onderbeen", "lower leg"),
    "due_to_osteoporosis": both("door osteoporose", "due to osteoporosis"),
    "hand_or_foot": both("hand of voet", "hand or foot"),
}


def _word(word: str, lang: str) -> str:
    return word_text(word, _WORDS, lang)


def stay_text(stay: Stay, lang: str) -> str:
    """ziekenhuis 1 mei – 10 jun 2024."""
    end = short_day(stay.end, lang) if stay.end else "…"
    return f"{_word(stay.kind, lang)} {short_day(stay.start, lang, year=False)} – {end}"


def gap_text(gap: Gap, lang: str) -> str:
    """61 dagen zonder voorraad, 8 nov 2023 – 8 jan 2024."""
    told = say("without", lang, count_days(gap.days, lang))
    return f"{told}, {short_day(gap.period.start, lang)} – {short_day(gap.period.end, lang)}"


# The conclusion


def conclusion(course: Course, timeline: Timeline, lang: str) -> str:
    """Where the treatment stands, as somebody would say it at the counter."""
    stands = course.standing
    if stands.late:
        drug = word_text(stands.drug or "", {}, lang)
        if stands.due is None:
            return raised(say("late somehow", lang, drug))
        ago = count_days((timeline.on - stands.due).days, lang)
        return raised(say("late", lang, drug, long_day(stands.due, lang), ago))
    if stands.no_follow_up is not None:
        drug = word_text(stands.drug or "", {}, lang)
        return raised(say("no follow-up", lang, drug, long_day(stands.no_follow_up, lang)))
    if len(stands.statuses) != 1:
        return _not_known(stands, lang)
    status = stands.statuses[0]
    told = raised(in_language(TREATMENT_STATUS[status], lang))
    why = _why(status, stands, timeline, lang)
    return f"{told}: {why}" if why else told


def _why(status: str, stands: Standing, timeline: Timeline, lang: str) -> str:
    if status == "censored":
        gone = [mark_text(mark, lang) for mark in timeline.events if mark.kind in ("died", "left")]
        stays = [stay_text(one, lang) for one in timeline.stays if one.kind == "nursing_home"]
        return ", ".join(gone or stays[-1:])
    if status == "planned_end" and stands.stopped_on is not None:
        text = {"nl": "stop afgesproken per {}", "en": "stop agreed from {}"}
        return in_language(text, lang).format(long_day(stands.stopped_on, lang))
    if status in ("primary_non_adherence", "never", "out_of_scope", "planned_end"):
        return ""
    if stands.due is not None:
        name = "due" if stands.due > timeline.on else "was due"
        return say(name, lang, long_day(stands.due, lang))
    if status == "on_treatment" and stands.run_out is not None and stands.run_out > timeline.on:
        return say("supplied", lang, long_day(stands.run_out, lang))
    if not stands.gap or stands.gap_from is None:
        return ""
    since = "since" if stands.run_out in (None, stands.gap_from) else "restart"
    since = "unseen" if stands.unseen else since
    told = say(since, lang, count_days(stands.gap, lang), long_day(stands.gap_from, lang))
    if status == "on_treatment" and stands.limit is not None:
        told = say("within", lang, told, tell_duration(stands.limit, lang))
    return told


def _not_known(stands: Standing, lang: str) -> str:
    told = say("open", lang)
    if not 1 < len(stands.statuses) <= 3:
        return told
    words = [in_language(TREATMENT_STATUS[status], lang) for status in stands.statuses]
    return f"{told}: {listed(words, lang, 'or')}"


# Notes


def not_delivered(lists: Iterable[str]) -> Text:
    """Niet aangeleverd: toedieningen en opnames."""
    names = list(lists)
    text = {"nl": "Niet aangeleverd: {}.", "en": "Not delivered: {}."}
    return {
        lang: text[lang].format(listed([in_language(ENTRY[name][1], lang) for name in names], lang))
        for lang in LANGUAGES
    }


def maybe_more(lists: Iterable[str]) -> Text:
    """Of lists that hold something and of which nobody said that they are complete."""
    names = list(lists)
    text = {"nl": "Misschien niet volledig: {}.", "en": "Perhaps not complete: {}."}
    return {
        lang: text[lang].format(listed([in_language(ENTRY[name][1], lang) for name in names], lang))
        for lang in LANGUAGES
    }


def as_sentence(text: Text) -> Text:
    return {lang: sentence(raised(told)) for lang, told in text.items()}


def complete_from(day: date) -> Text:
    text = {
        "nl": "Volledig vanaf {}; wat eerder is verstrekt, is niet te zien.",
        "en": "Complete from {}; what was supplied before cannot be seen.",
    }
    return {lang: text[lang].format(long_day(day, lang)) for lang in LANGUAGES}


def earlier(marks: Sequence[Mark]) -> Text:
    text = {"nl": "Eerder: {}.", "en": "Earlier: {}."}
    return {
        lang: text[lang].format("; ".join(_some([mark_text(mark, lang) for mark in reversed(marks)], lang)))
        for lang in LANGUAGES
    }


def later(limits: Sequence[Limit]) -> Text:
    return {lang: raised("; ".join(limit_text(limit, lang) for limit in limits)) + "." for lang in LANGUAGES}


def missing(asked: Sequence[tuple[str, str, Days | None]]) -> Text:
    """Which fields of which entries were not recorded, and matter."""
    text = {"nl": "Niet bekend: {}.", "en": "Not known: {}."}
    found = {}
    for lang in LANGUAGES:
        told = [_missing(name, field, on, lang) for name, field, on in asked]
        found[lang] = text[lang].format("; ".join(_some(told, lang)))
    return found


def _missing(name: str, field: str, on: Days | None, lang: str) -> str:
    what = in_language(FIELD[field], lang) if field in FIELD else field
    entry = in_language(ENTRY[name][0], lang)
    if on is None or field == "on":
        text = {"nl": "{} van een {}", "en": "{} of a {}"}
        return in_language(text, lang).format(what, entry)
    text = {"nl": "{} van {} van {}", "en": "{} of the {} of {}"}
    article = "het " if name == "prescriptions" else "de "
    return in_language(text, lang).format(what, article + entry if lang == "nl" else entry, when(on, lang))


def left_out(name: str, on: Days | None, why: Text) -> Text:
    """An entry that is not drawn, and why."""
    return {
        lang: f"{raised(in_language(ENTRY[name][0], lang))}{f' {when(on, lang)}' if on else ''}: "
        f"{lowered(in_language(why, lang))}"
        for lang in LANGUAGES
    }


def _some(told: Sequence[str], lang: str) -> list[str]:
    if len(told) <= MOST_LISTED:
        return list(told)
    text = {"nl": "en nog {}", "en": "and {} more"}
    return [*told[: MOST_LISTED - 1], in_language(text, lang).format(len(told) - MOST_LISTED + 1)]


# For who does not see the picture


def spoken(timeline: Timeline, lang: str) -> Iterable[str]:
    """The timeline in sentences."""
    for course in timeline.courses:
        yield f"{in_language(course.title, lang)}. {conclusion(course, timeline, lang)}."
        for lane in course.lanes:
            yield f"{lane_name(lane, lang)}: {lane_sum(lane, lang)}."
            yield from (f"{gap_text(gap, lang)}." for gap in lane.gaps)
        yield from (f"{raised(limit_text(limit, lang))}." for limit in course.limits)
        yield from (f"{raised(mark_text(mark, lang))}." for mark in course.agreements)
        yield from (in_language(note, lang) for note in course.notes)
    yield from (f"{raised(mark_text(mark, lang))}." for mark in timeline.events)
    yield from (f"{raised(stay_text(stay, lang))}." for stay in timeline.stays)
    yield from (in_language(note, lang) for note in timeline.notes)
