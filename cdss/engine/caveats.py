"""What is told with an advice because it could not be checked, or because it hangs by a thread.

Each kind of caveat is one function over what stands behind the rules; together they are `KINDS`, in the
order in which a reader sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

from cdss.engine.conclusions import Conclusions
from cdss.engine.grounds import Path, path_of_exceptions
from cdss.engine.limits import back_from, boundaries_below, edge_of, parameters_in
from cdss.engine.named_words import definition_text, name_text, parameter_value, value_on, words_behind
from cdss.engine.pick import Picked, Reading
from cdss.engine.recommend import DANGER, Standing
from cdss.engine.telling import tell, tell_date, tell_day, together
from cdss.engine.treatment import Treatment as TreatmentRead
from cdss.errors import Text
from cdss.models.condition import Name
from cdss.models.guideline import (
    DatedValue,
    Fact,
    FromExtreme,
    FromRecords,
    Parameter,
    Table,
    TreatmentDefinition,
)
from cdss.models.patient import Answer, Days, Record
from cdss.models.program import (
    Missing,
    NodeId,
    Output,
    Rule,
    reads,
)
from cdss.models.truth import UNKNOWN
from cdss.models.value import Value
from cdss.models.wording import LANGUAGES, ROLE, both, in_language, lowered, raised, sentence, word_text

_OWN_ONLY: Final = both(
    "Alleen gegevens van deze praktijk of apotheek zijn gezien.",
    "Only records of this practice or pharmacy were seen.",
)
NEAR: Final = 90
"""Days from the edge of a window within which it matters that a date is the day of reporting."""


@dataclass(frozen=True, slots=True)
class _Advice:
    """Everything that a caveat may be about: the rules that stand, and what stands behind them."""

    concluded: Conclusions
    standing: tuple[Standing, ...]
    paths: tuple[Path, ...]  # of the rules, then of their exceptions

    def passed(self) -> Iterator[tuple[NodeId, str]]:
        seen: set[NodeId] = set()
        for path in self.paths:
            for node, id in path.passed.items():
                if node not in seen:
                    seen.add(node)
                    yield node, id

    def facts(self) -> Iterator[tuple[NodeId, Fact]]:
        """The facts that were read from records or answers, with their nodes."""
        for node, _ in self.passed():
            fact = self.concluded.fact_of(node)
            if fact is not None:
                yield node, fact


def caveats(concluded: Conclusions, standing: Sequence[Standing], paths: Sequence[Path]) -> tuple[Text, ...]:
    """What to tell with an advice, each thing once. `paths` are the yes-paths of the rules that stand."""
    exceptions = [path_of_exceptions(concluded, one.rule) for one in standing if one.rule.exceptions]
    advice = _Advice(concluded, tuple(standing), (*paths, *exceptions))
    found: dict[str, Text] = {}
    for kind in KINDS:
        for text in kind(advice):
            found.setdefault(in_language(text, "nl"), text)
    return tuple(found.values())


def _each(make: Callable[[str], str]) -> Text:
    return {lang: raised(sentence(make(lang))) for lang in LANGUAGES}


# Exceptions and other rules


def unknown_exceptions(advice: _Advice) -> Iterator[Text]:
    """Exceptions of which we do not know whether they hold: with one of them the advice, or this reason for it,
    would go. One sentence for the advice, and one for each reason that has more of them."""
    unknown = [_open_exceptions(advice.concluded, one) for one in advice.standing]
    shared = {key: text for key, text in unknown[0].items() if all(key in found for found in unknown)}
    if shared:
        yield _fall(list(shared.values()), None)
    for one, found in zip(advice.standing, unknown, strict=True):
        rest = [text for key, text in found.items() if key not in shared]
        if rest:
            yield _fall(rest, one.rule.title)


def _open_exceptions(concluded: Conclusions, one: Standing) -> dict[str, Text]:
    """The texts of the open exceptions of one rule, and the titles of the open rules that override it."""
    node = concluded.program.nodes[one.node]
    assert isinstance(node, Rule)
    found: list[Text] = []
    for (_, condition, _), exception in zip(node.exceptions, one.rule.exceptions, strict=True):
        if concluded.now(condition) == UNKNOWN:
            found.append(exception.text)
    for other in node.overridden_by:
        if concluded.now(other) == UNKNOWN:
            over = concluded.program.nodes[other]
            assert isinstance(over, Rule)
            found.append(concluded.ruleset.rules[over.rule].title)
    return {in_language(text, "nl"): text for text in found}


def _fall(texts: Sequence[Text], reason: Text | None) -> Text:
    """What would make the advice go, or one reason for it."""

    def make(lang: str) -> str:
        what = "; ".join(lowered(in_language(text, lang)).rstrip(".") for text in texts)
        title = lowered(in_language(reason, lang)) if reason is not None else ""
        if lang == "nl":
            so = "Is dat zo" if len(texts) == 1 else "Is een van deze zo"
            falls = f"de reden '{title}'" if title else "dit advies"
            return f"Niet bekend is: {what}. {so}, dan vervalt {falls}"
        so = "If so" if len(texts) == 1 else "If one of these is so"
        falls = f"the reason '{title}'" if title else "this advice"
        return f"Not known: {what}. {so}, {falls} no longer holds"

    return _each(make)


# Exactly on a limit


def on_the_limit(advice: _Advice) -> Iterator[Text]:
    """A known value that stands exactly on a limit of which the author says that this matters."""
    yield from boundaries_below(advice.concluded, [one.node for one in advice.standing])


# What was left out, is older, or contradicts


def of_known_only(advice: _Advice) -> Iterator[Text]:
    """The lowest or highest was taken of what is known, and something that may be asked is not."""
    concluded = advice.concluded
    for _, id in advice.passed():
        fact = concluded.ruleset.definitions[id]
        if not isinstance(fact, Fact) or not isinstance(fact.source, FromExtreme) or not fact.source.of_known:
            continue
        nodes = {item: concluded.node_of(item) for item in fact.source.items}
        known = [item for item, node in nodes.items() if node is not None and concluded.is_known(node)]
        missing = [item for item, node in nodes.items() if node is not None and item not in known]
        asked = [item for item in missing if _may_be_asked(concluded, item)]
        if known and asked:
            yield _each(partial(_only_known, concluded, fact, asked))


def _may_be_asked(concluded: Conclusions, item: Name) -> bool:
    """What nobody is ever asked for is no gap in the record."""
    fact = concluded.ruleset.definitions.get(item.ref.id) if item.ref is not None else None
    return not isinstance(fact, Fact) or fact.if_missing is None or fact.if_missing.how != "unknown"


def _only_known(concluded: Conclusions, fact: Fact, missing: Sequence[Name], lang: str) -> str:
    texts = [name_text(concluded.ruleset, item, lang) for item in missing]
    own = definition_text(fact, "", lang)
    if lang == "nl":
        return f"Niet bekend: {together(texts, lang)}. Voor '{own}' is alleen gerekend met wat bekend is"
    return f"Not known: {together(texts, lang)}. For '{own}' only what is known was used"


def older_answers(advice: _Advice) -> Iterator[Text]:
    """A yes or another word of an earlier day that still counts, with its date."""
    concluded = advice.concluded
    for node, fact in advice.facts():
        reading = concluded.values.reading(node)
        if reading.told_date is not None:
            yield _each(partial(_older, concluded, fact, node, reading.told_date))


def _older(concluded: Conclusions, fact: Fact, node: NodeId, day: float, lang: str) -> str:
    text = definition_text(fact, "", lang)
    value = _value(concluded, fact, concluded.now(node), lang)
    when = tell_day(date.fromordinal(int(day)), lang)
    if lang == "nl":
        return f"'{text}' ({value}) is van {when}, niet van vandaag; vraag het opnieuw"
    return f"'{text}' ({value}) is of {when}, not of today; ask it again"


def contradictions(advice: _Advice) -> Iterator[Text]:
    """Record and answer say different things: both, with their dates. Behind an alarm all are told: also what made a
    score, table or finding come out so only because the worse of the two counts."""
    concluded = advice.concluded
    alarms = [one.node for one in advice.standing if one.recommend.urgency in DANGER]
    danger = bool(alarms)
    facts = dict(advice.facts())
    for alarm in alarms:
        rule = concluded.program.nodes[alarm]
        assert isinstance(rule, Rule)
        for node in concluded.below(rule.when):
            fact = concluded.fact_of(node)
            if fact is not None:
                facts.setdefault(node, fact)
    for node, fact in facts.items():
        reading = concluded.values.reading(node)
        if reading.other is not None:
            yield _each(partial(_contradiction, concluded, fact, reading, danger))


def _contradiction(concluded: Conclusions, fact: Fact, reading: Reading, danger: bool, lang: str) -> str:
    """The answer counts when the reading names it as its source, else the record does; in danger the worse
    of the two."""
    answered = reading.answer is not None
    answer = reading.answer if answered else reading.contradicted
    record_value = reading.other if answered else reading.value
    answer_value = reading.value if answered else reading.other
    assert record_value is not None and answer_value is not None
    from_answer = _value(concluded, fact, answer_value, lang)
    answer_day = _days(answer.on, lang) if isinstance(answer, Answer) else ""
    from_record = _value(concluded, fact, record_value, lang)
    record_day = _days(_latest(reading), lang)
    text = definition_text(fact, "", lang)
    if lang == "nl":
        counts = "het antwoord" if answered else "het dossier"
        counts = "het gevaarlijkste van de twee" if danger else counts
        return (
            f"'{text}': het dossier zegt {from_record}{record_day}, het antwoord {from_answer}{answer_day}; "
            f"gerekend is met {counts}"
        )
    counts = "the more dangerous of the two" if danger else "the answer" if answered else "the record"
    said = f"the record says {from_record}{record_day}, the answer {from_answer}{answer_day}"
    return f"'{text}': {said}; {counts} was used"


def _latest(reading: Reading) -> Days | None:
    dated = [match.record.on for match in reading.used if match.record.on is not None]
    return max(dated, key=lambda days: days.first, default=None)


def _days(days: Days | None, lang: str) -> str:
    if days is None:
        return " (zonder datum)" if lang == "nl" else " (undated)"
    return f" ({tell_date((days.first.toordinal(), days.last.toordinal(), False), lang)})"


def _value(concluded: Conclusions, fact: Fact, value: Value, lang: str) -> str:
    return tell(fact.type, value, lang, words_behind(concluded.ruleset, fact, ""))


# What it was read from


def treatment_caveats(advice: _Advice) -> Iterator[Text]:
    """What a treatment says of the records that it was read from."""
    concluded = advice.concluded
    for node, id in advice.passed():
        definition, output = concluded.ruleset.definitions[id], concluded.program.nodes[node]
        if not isinstance(definition, TreatmentDefinition) or not isinstance(output, Output):
            continue
        read = concluded.values.seen(output.of)
        assert isinstance(read, TreatmentRead)
        for text in read.caveats:
            yield {
                lang: raised(sentence(f"{definition_text(definition, '', lang)}: {in_language(text, lang)}"))
                for lang in LANGUAGES
            }


def rows_in_play(advice: _Advice) -> Iterator[Text]:
    """The texts of table rows that leave the outcome open, and that were not surely missed."""
    concluded = advice.concluded
    tables = dict.fromkeys(id for _, id in advice.passed())
    for id in tables:
        table = concluded.ruleset.definitions[id]
        if isinstance(table, Table):
            for row, _ in concluded.rows(table):
                if len(row.outcomes) > 1 and row.text:
                    yield {lang: raised(sentence(in_language(row.text, lang))) for lang in LANGUAGES}


def own_reach(advice: _Advice) -> Iterator[Text]:
    """What was taken to be absent on the records of this practice or pharmacy alone."""
    concluded = advice.concluded
    for node, fact in advice.facts():
        missing = concluded.program.nodes[node]
        say = fact.if_missing.say if fact.if_missing is not None else None
        if not isinstance(missing, Missing) or missing.pick is None or not say:
            continue
        picked = concluded.values.seen(missing.pick)
        if isinstance(picked, Picked) and picked.own and concluded.values.reading(node).assumed:
            yield {
                lang: f"{sentence(in_language(say, lang))} {in_language(_OWN_ONLY, lang)}"
                for lang in LANGUAGES
            }


def unread_documents(advice: _Advice) -> Iterator[Text]:
    """Letters that could hold what we took to be absent: named, never read."""
    concluded = advice.concluded
    for node, fact in advice.facts():
        if concluded.is_known(node):
            continue
        for match in concluded.values.reading(node).used:
            if match.record.list == "documents":
                yield _each(partial(_document, fact, match.record))


def _document(fact: Fact, record: Record, lang: str) -> str:
    sender, text = record.fields.get("from"), definition_text(fact, "", lang)
    if lang == "nl":
        by = f" van {word_text(str(sender), {}, lang)}" if sender else ""
        on = f" van {_plain_days(record.on, lang)}" if record.on is not None else " zonder datum"
        return f"Er is een brief{by}{on}; kijk of daar '{text}' in staat"
    by = f" from {word_text(str(sender), {}, lang)}" if sender else ""
    on = f" of {_plain_days(record.on, lang)}" if record.on is not None else " without a date"
    return f"There is a letter{by}{on}; see whether it tells of '{text}'"


def _plain_days(days: Days, lang: str) -> str:
    return tell_date((days.first.toordinal(), days.last.toordinal(), False), lang)


# Dates of reporting


def reporting_dates(advice: _Advice) -> Iterator[Text]:
    """An episode dated by when it was reported, near the edge of a window: what happened, happened
    earlier."""
    concluded = advice.concluded
    for path in advice.paths:
        for ground in path.grounds:
            edge = edge_of(concluded, ground.criterion)
            if edge is not None:
                yield from _reported(concluded, *edge)
    for node, fact in advice.facts():
        source = fact.source
        if isinstance(source, FromRecords) and source.within is not None:
            start = back_from(concluded, source.within)
            if start is not None:
                yield from _reported(concluded, node, fact, start)


def _reported(concluded: Conclusions, node: NodeId, fact: Fact, start: date) -> Iterator[Text]:
    for match in concluded.values.reading(node).used:
        record = match.record
        if record.fields.get("date_kind") != "reported" or record.on is None:
            continue
        if 0 <= (record.on.first - start).days <= NEAR:
            yield _each(partial(_day_of_reporting, record, "fracture" in _set_of(fact)))


def _set_of(fact: Fact) -> str:
    return fact.source.members if isinstance(fact.source, FromRecords) else ""


def _day_of_reporting(record: Record, fracture: bool, lang: str) -> str:
    assert record.on is not None
    day = _plain_days(record.on, lang)
    if lang == "nl":
        of = "de breuk" if fracture else "het begin"
        return f"{day} is de meldingsdatum, niet de datum van {of}"
    of = "the fracture" if fracture else "the beginning"
    return f"{day} is the date of reporting, not the date of {of}"


# Choices of a site


def moved_by_site(advice: _Advice) -> Iterator[Text]:
    """Limits that a region or practice chose itself."""
    concluded = advice.concluded
    ids = [id for _, id in advice.passed()]
    for node, _ in advice.passed():
        output = concluded.program.nodes[node]
        if isinstance(output, Output):
            for limit in reads(concluded.program.nodes[output.of]):
                ids += parameters_in(concluded, limit)
    for id in dict.fromkeys(ids):
        parameter = concluded.ruleset.definitions[id]
        if isinstance(parameter, Parameter) and parameter.moved_by_site:
            dated = value_on(parameter, concluded.call.on)
            if dated is not None:
                yield _each(partial(_moved, parameter, dated))


def acts_by_site(advice: _Advice) -> Iterator[Text]:
    """Who acts because a region or practice chose so, and not whom the guideline names."""
    ruleset, action = advice.concluded.ruleset, advice.standing[0].recommend.action
    relieved = ruleset.relieved(action)
    if relieved is not None:
        yield _each(partial(_acts, ruleset.owner(action), relieved))


def _acts(owner: str, relieved: str, lang: str) -> str:
    acts, instead = ROLE[owner][lang], ROLE[relieved][lang]
    if lang == "nl":
        return f"Deze praktijk of regio koos zelf wie dit doet: {acts} in plaats van {instead}"
    return f"This practice or region chose itself who does this: {acts} instead of {instead}"


def _moved(parameter: Parameter, dated: DatedValue, lang: str) -> str:
    text, value = definition_text(parameter, "", lang), parameter_value(parameter, dated, lang)
    if lang == "nl":
        return f"Deze praktijk of regio koos zelf de grens voor '{text}': {value}"
    return f"This practice or region chose its own limit for '{text}': {value}"


KINDS: Final[tuple[Callable[[_Advice], Iterator[Text]], ...]] = (
    unknown_exceptions,
    unread_documents,
    contradictions,
    older_answers,
    reporting_dates,
    on_the_limit,
    of_known_only,
    rows_in_play,
    treatment_caveats,
    own_reach,
    moved_by_site,
    acts_by_site,
)
"""Every kind of caveat, in the order in which they are told."""
