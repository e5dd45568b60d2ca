"""`Engine`: a ruleset, ready to advise about patients. Make one, keep it; it may be used by many threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from cdss.engine.conclusions import Conclusions, Layout
from cdss.engine.editions import Chosen, choose, topics_of
from cdss.engine.explain import assumed, explanation, findings, holds_until, skipped, texts
from cdss.engine.lower import lower
from cdss.engine.questions import questions
from cdss.engine.recommend import DANGER, Outcome, recommend
from cdss.engine.reference import Call, evaluate
from cdss.engine.telling import tell_day
from cdss.errors import PatientError, Text
from cdss.models.advice import Advice, GuidelineUsed, NotChecked, Question, Recommendation, TopicAnswer
from cdss.models.guideline import ROLES, SETTINGS, Binding, InstrumentFile, Ruleset
from cdss.models.patient import Days, Patient, Record
from cdss.models.program import Program, Valuation
from cdss.models.quantity import QuantityError, parse_quantity
from cdss.models.typed import ValueProblem, read_value
from cdss.models.value import Value
from cdss.version import VERSION

if TYPE_CHECKING:
    from cdss.engine.timeline import Timeline

Executor = Callable[[Call], Valuation]
STRONG: Final = DANGER | {"D1", "D7"}
"""Urgencies that stand above a topic being out of scope or not assessable."""


@dataclass(frozen=True)
class Look:
    """What was found on a date, before it becomes an advice. What is asked is worked out when somebody looks."""

    concluded: Conclusions
    chosen: tuple[Chosen, ...]
    outcome: Outcome
    audience: str | None
    died: bool
    drafts: bool  # whether drafts were accepted

    @cached_property
    def _for_audience(self) -> tuple[tuple[Recommendation, ...], tuple[Recommendation, ...]]:
        return _for_audience(self.outcome.recommendations, self.audience)

    @property
    def recommendations(self) -> tuple[Recommendation, ...]:
        return self._for_audience[0]

    @property
    def hidden(self) -> tuple[Recommendation, ...]:
        """The recommendations that the audience is not shown."""
        return self._for_audience[1]

    @cached_property
    def _asked(self) -> tuple[tuple[Question, ...], frozenset[str]]:
        if self.died:
            return (), frozenset()
        heard = _heard(self.outcome, self.concluded, self.audience)
        return questions(self.concluded, heard, drafts=self.drafts)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        return tuple(one for one in self._asked[0] if _asked_of(one, self.audience))

    @property
    def others(self) -> tuple[Question, ...]:
        """The questions that are for somebody else."""
        return tuple(one for one in self._asked[0] if not _asked_of(one, self.audience))

    @property
    def asking(self) -> frozenset[str]:
        """The topics that ask something."""
        return self._asked[1]


class Engine:
    """Advises about patients by one ruleset, with one executor.

    `accept="active"` leaves drafts out. ValueError for an executor that does not exist, and a CdssError that says
    what to do for one that cannot run here.
    """

    def __init__(self, ruleset: Ruleset, executor: str = "compiled", accept: str = "draft") -> None:
        if executor not in EXECUTORS:
            raise ValueError(f"there is no executor '{executor}'; choose from {', '.join(EXECUTORS)}")
        if accept not in ("draft", "active"):
            raise ValueError(f"accept is 'draft' or 'active', not '{accept}'")
        if executor == "durable":  # said now, and not at the first patient
            from cdss.engine.durable_host import library

            library()
        self.ruleset = ruleset
        self.executor = executor
        self.accept = accept
        self._compiled: dict[tuple[tuple[str, str], ...], tuple[Layout, Executor]] = {}
        self.topics = topics_of(ruleset)
        self._lock = threading.Lock()

    def program(self, topics: Mapping[str, str]) -> tuple[Layout, Executor]:
        """The program of some topics with their editions, and what runs it; compiled when first asked for."""
        key = tuple(sorted(topics.items()))
        found = self._compiled.get(key)
        if found is None:
            with self._lock:
                found = self._compiled.get(key)
                if found is None:
                    program = lower(self.ruleset, topics)
                    layout = Layout(self.ruleset, program)
                    found = self._compiled[key] = (layout, EXECUTORS[self.executor](program))
        return found

    def advise(
        self,
        patient: Patient,
        on: date,
        setting: str = "record",
        topics: Iterable[str] | None = None,
        editions: Mapping[str, str] | None = None,
        audience: str | None = None,
    ) -> Advice:
        """What the guidelines say about a patient on a date.

        `setting` is contact, record or population. `topics` opens the topics it names; `editions` asks for another
        edition of a topic; `audience` is one role. PatientError when the record is impossible on this date,
        ValueError for a setting, topic, edition or role that does not exist.
        """
        advice, _ = self.answer(patient, on, setting, topics, editions, audience)
        return advice

    def answer(
        self,
        patient: Patient,
        on: date,
        setting: str = "record",
        topics: Iterable[str] | None = None,
        editions: Mapping[str, str] | None = None,
        audience: str | None = None,
    ) -> tuple[Advice, Conclusions]:
        """The advice, and the conclusions that it was made from: what tests and coverage look at."""
        wanted = None if topics is None else tuple(topics)
        look = self.look(patient, on, setting, wanted, editions, audience)
        concluded, outcome = look.concluded, look.outcome
        advice = Advice(
            engine=VERSION,
            on=on,
            patient=patient.id,
            setting=setting,
            guidelines=self._used(concluded.program),
            site=self._site(),
            bindings=self.ruleset.bindings_sha256 or None,
            recommendations=look.recommendations,
            excepted=tuple(outcome.excepted),
            undecided=tuple(outcome.undecided),
            conflicts=tuple(outcome.conflicts),
            decided=tuple(outcome.decided),
            make_topics=lambda: tuple(self._answer(look, one) for one in look.chosen),
            make_questions=lambda: look.questions,
            make_provisional=partial(_provisional, concluded),
            make_findings=partial(findings, concluded),
            make_assumed=partial(assumed, concluded),
            make_skipped=partial(skipped, concluded),
            make_holds_until=partial(
                holds_until,
                self,
                patient,
                on,
                setting=setting,
                topics=wanted,
                editions=editions,
                audience=audience,
            ),
            make_explanation=partial(explanation, concluded),
        )
        return advice, concluded

    def timeline(self, patient: Patient, on: date, editions: Mapping[str, str] | None = None) -> Timeline:
        """A patient's treatments as days: supply, gaps, stays, limits, fractures and bone density.

        It draws what `advise` reads on the same date: `.to_svg(lang)`, `.to_text(lang)` and `.to_dict()` show it.
        The errors are those of `advise`.
        """
        from cdss.engine.timeline.draw import timeline_of

        chosen = choose(self.ruleset, on, None, editions, known=self.topics)
        return timeline_of(self.conclude(patient, on, "record", chosen, frozenset(), lazily=True))

    def look(
        self,
        patient: Patient,
        on: date,
        setting: str,
        topics: tuple[str, ...] | None,
        editions: Mapping[str, str] | None,
        audience: str | None,
        *,
        lazily: bool = False,
    ) -> Look:
        """What was found on a date, before it becomes an advice. `lazily`: nothing is run beforehand, each value is
        worked out when it is asked for: faster for a date that is looked at once."""
        if setting not in SETTINGS:
            raise ValueError(f"there is no setting '{setting}'; choose from {', '.join(SETTINGS)}")
        if audience is not None and audience not in ROLES:
            raise ValueError(f"there is no role '{audience}'; choose from {', '.join(ROLES)}")
        chosen = choose(self.ruleset, on, topics, editions, known=self.topics)
        opened = frozenset(topics or ())
        concluded = self.conclude(patient, on, setting, chosen, opened, lazily=lazily)
        died = patient.deceased_on is not None and patient.deceased_on.first <= on
        outcome = Outcome()
        if not died:
            outcome = recommend(concluded, accept=self.accept, make_texts=partial(texts, concluded))
        return Look(concluded, chosen, outcome, audience, died, self.accept == "draft")

    def conclude(
        self,
        patient: Patient,
        on: date,
        setting: str,
        chosen: Sequence[Chosen],
        opened: frozenset[str],
        *,
        lazily: bool = False,
    ) -> Conclusions:
        """What the executor concludes for these topics and editions, before it is put into words.

        PatientError when the record is impossible on this date.
        """
        check_patient(patient, on)
        off = self.ruleset.site.topics_off if self.ruleset.site is not None else frozenset()
        running = {
            one.topic: one.edition for one in chosen if one.edition is not None and one.topic not in off
        }
        layout, executor = self.program(running)
        call = self.call(layout, patient, on, setting)
        if (
            lazily or self.executor == "reference"
        ):  # the reference is what works out a value when it is asked for
            return Conclusions(layout, call, None, opened)
        return Conclusions(layout, call, executor(call), opened)

    def call(self, layout: Layout, patient: Patient, on: date, setting: str) -> Call:
        """What an executor is called with on a date: codes bound, and what was given read as values."""
        bound = with_given_forms(bind_codes(patient, self.ruleset), self.ruleset, on)
        return Call(bound, on, setting, given_values(layout, bound, on))

    def _answer(self, look: Look, one: Chosen) -> TopicAnswer:
        files = [file for file in look.concluded.files.values() if file.topic == one.topic]
        status = "active" if files and all(file.status == "active" for file in files) else "draft"
        word, text = self.outcome(look, one)
        not_checked: list[NotChecked] = []
        if word == "not_started":  # a list that was not delivered may hold the reason to start
            not_checked = _not_delivered(look.concluded, look.concluded.layout.lists_of_reasons[one.topic])
        elif word not in ("deceased", "switched_off", "no_edition"):
            not_checked = _not_delivered(look.concluded, look.concluded.layout.lists[one.topic])
            not_checked += [
                NotChecked(other.action, "other_role", other.label)
                for other in look.hidden
                if one.topic in _topics_of(look.concluded, other)
            ]
            not_checked += [
                NotChecked(question.fact, "other_role", question.text)
                for question in look.others
                if one.topic in question.topics
            ]
        line_up = self.ruleset.line_ups.get(one.topic)
        title = line_up.title if line_up is not None else {}
        return TopicAnswer(
            one.topic, one.edition or "", one.in_force, status, word, tuple(not_checked), text, title
        )

    def outcome(self, look: Look, one: Chosen) -> tuple[str, Text | None]:
        """What came of a topic, and why in words where a rule says so: the first that holds (design §7)."""
        concluded, outcome = look.concluded, look.outcome
        if look.died:
            return "deceased", None
        if self.ruleset.site is not None and one.topic in self.ruleset.site.topics_off:
            return "switched_off", None
        if one.edition is None:
            return "no_edition", None
        if not concluded.topic_is_open(one.topic):
            return "not_started", None
        advised = [other for other in outcome.recommendations if one.topic in _topics_of(concluded, other)]
        if not any(other.urgency in STRONG for other in advised):
            for word in ("out_of_scope", "not_assessable"):
                for said, rule in outcome.said.get(one.topic, ()):
                    if said == word:
                        return word, rule.outcome_text
        if advised:
            return "advice", None
        if one.topic in look.asking:
            return "questions", None
        rules = {rule.id for rule, _ in concluded.rules(one.topic)}
        if any(other.rule in rules for other in outcome.undecided):
            return "not_assessable", None
        if one.topic in outcome.left_out:  # not all was looked at
            return "not_assessable", _LEFT_OUT
        return "nothing_to_do", None

    def _used(self, program: Program) -> tuple[GuidelineUsed, ...]:
        files = set(program.files)
        return tuple(
            GuidelineUsed(file.id, file.version, file.sha256)
            for file in self.ruleset.files
            if file.path in files
        )

    def _site(self) -> Mapping[str, str | None] | None:
        site = self.ruleset.site
        if site is None:
            return None
        return {"id": site.id, "sha256": site.sha256, "coordinator": site.coordinator or None}


def _reference(program: Program) -> Executor:
    return partial(evaluate, program)


def _compiled(program: Program) -> Executor:
    from cdss.engine.compiled import compile_program

    return compile_program(program)


def _durable(program: Program) -> Executor:
    from cdss.engine.durable import durable_executor

    return durable_executor(program)


EXECUTORS: Final[Mapping[str, Callable[[Program], Executor]]] = {
    "compiled": _compiled,
    "reference": _reference,
    "durable": _durable,
}


def check_patient(patient: Patient, on: date) -> None:
    """Refuses a record that is impossible on this date."""
    born = patient.birth_date
    if born is not None and born.first > on:
        raise PatientError(
            "born-after-date",
            {
                "nl": f"De geboortedatum ({born.first.isoformat()}) ligt na de peildatum ({on.isoformat()}).",
                "en": f"The birth date ({born.first.isoformat()}) lies after the reference date ({on.isoformat()}).",
            },
            "birth_date",
        )
    died = patient.deceased_on
    if born is not None and died is not None and died.last < born.first:
        raise PatientError(
            "died-before-birth",
            {
                "nl": "De overlijdensdatum ligt voor de geboortedatum.",
                "en": "The date of death lies before the birth date.",
            },
            "deceased_on",
        )


def given_values(layout: Layout, patient: Patient, on: date) -> Mapping[int, Value] | None:
    """The given values by node. PatientError for a name that is no fact or finding, or a value that does not fit."""
    if not patient.given:
        return None
    by_key, program = layout.by_key, layout.program
    found: dict[int, Value] = {}
    for key, raw in patient.given.items():
        named = by_key.get(key)
        if named is None:
            known = {definition.name for definition in layout.ruleset.definitions.values()}
            if key.partition(".")[0] in known:
                continue  # no guideline of this answer has it: told under `skipped`
            close = get_close_matches(key, [*by_key, *known], 1)
            hint_nl = f" Bedoelt u '{close[0]}'?" if close else ""
            hint_en = f" Did you mean '{close[0]}'?" if close else ""
            raise PatientError(
                "unknown-fact",
                {"nl": f"Er is geen gegeven '{key}'.{hint_nl}", "en": f"There is no fact '{key}'.{hint_en}"},
                f"given/{key}",
            )
        if named.kind == "parameter":  # a guideline's own number, of which a record says nothing
            raise PatientError(
                "parameter-given",
                {
                    "nl": f"'{key}' is een getal van de richtlijn en geen gegeven van de patiënt; een regio of "
                    "praktijk kiest het in een sitebestand.",
                    "en": f"'{key}' is a number of the guideline and not a fact about the patient; a region or "
                    "practice chooses it in a site file.",
                },
                f"given/{key}",
            )
        try:
            found[named.node] = read_value(program.nodes[named.node].type, raw, "", on)
        except ValueProblem as problem:
            raise PatientError("unreadable-value", problem.text, f"given/{key}") from problem
    return found


def with_given_forms(patient: Patient, ruleset: Ruleset, on: date) -> Patient:
    """The patient with a form of today for each instrument of which totals were given."""
    forms: dict[str, dict[str, Decimal]] = {}
    for key, raw in patient.given.items():
        name, _, output = key.partition(".")
        instrument = ruleset.definitions.get(name)
        if not isinstance(instrument, InstrumentFile):
            continue
        total = output or instrument.definition.main
        if total == "value":
            total = instrument.definition.main
        if total in instrument.definition.totals and raw is not None and raw != "unknown":
            try:
                forms.setdefault(name, {})[total] = parse_quantity(str(raw)).value
            except QuantityError as error:
                raise PatientError("unreadable-value", error.text, f"given/{key}") from error
    if not forms:
        return patient
    own = patient.records("questionnaires")
    today = Days(on, on)
    made = tuple(
        Record("questionnaires", len(own) + place, today, fields={"name": name}, totals=totals)
        for place, (name, totals) in enumerate(forms.items())
    )
    return replace(patient, lists={**patient.lists, "questionnaires": (*own, *made)})


def bind_codes(patient: Patient, ruleset: Ruleset) -> Patient:
    """The patient with the standard code beside each local code that a bindings file ties to it."""
    bound = {binding.code: binding for binding in ruleset.bindings if binding.as_code or binding.unit}
    if not bound:
        return patient
    lists = {
        name: tuple(_bound(record, bound) for record in records) for name, records in patient.lists.items()
    }
    return replace(patient, lists=lists)


def _bound(record: Record, bound: Mapping[str, Binding]) -> Record:
    for code in record.codes:
        binding = bound.get(code)
        if binding is None:
            continue
        fields = dict(record.fields)
        for name, value in (("strength", binding.strength), ("unit", binding.unit)):
            if value and fields.get(name) is None:
                fields[name] = value
        more = (binding.as_code,) if binding.as_code and binding.as_code not in record.codes else ()
        record = replace(record, codes=(*record.codes, *more), fields=fields)
    return record


_LEFT_OUT: Final[Text] = {
    "nl": "Regels die nog concept zijn, zijn niet gebruikt.",
    "en": "Rules that are still drafts were not used.",
}
_LIST_NAMES: Final[Mapping[str, Text]] = {
    "conditions": {"nl": "Diagnosen", "en": "Diagnoses"},
    "prescriptions": {"nl": "Voorschriften", "en": "Prescriptions"},
    "dispensings": {"nl": "Verstrekkingen", "en": "Dispensings"},
    "administrations": {"nl": "Toedieningen", "en": "Administrations"},
    "agreements": {"nl": "Medicatieafspraken", "en": "Medication agreements"},
    "observations": {"nl": "Meetwaarden", "en": "Measurements"},
    "procedures": {"nl": "Verrichtingen", "en": "Procedures"},
    "allergies": {"nl": "Allergieën en intoleranties", "en": "Allergies and intolerances"},
    "stays": {"nl": "Opnames", "en": "Stays"},
    "contacts": {"nl": "Contacten", "en": "Contacts"},
    "referrals": {"nl": "Verwijzingen", "en": "Referrals"},
    "documents": {"nl": "Brieven", "en": "Letters"},
    "questionnaires": {"nl": "Vragenlijsten", "en": "Questionnaires"},
    "decisions": {"nl": "Besluiten", "en": "Decisions"},
    "goals": {"nl": "Doelen", "en": "Goals"},
}


def _not_delivered(concluded: Conclusions, lists: Iterable[str]) -> list[NotChecked]:
    """Of these lists those that were not delivered, or not up to this day."""
    delivered, on = concluded.call.patient.delivered, concluded.call.on
    found = []
    for name in lists:
        told = _LIST_NAMES[name]
        period = delivered.get(name)
        if period is None:
            text = {"nl": f"{told['nl']} niet aangeleverd.", "en": f"{told['en']} not delivered."}
        elif period.last is not None and period.last < on:
            nl, en = tell_day(period.last, "nl"), tell_day(period.last, "en")
            text = {
                "nl": f"{told['nl']} aangeleverd tot en met {nl}; wat later is, is niet te zien.",
                "en": f"{told['en']} delivered up to {en}; what came later cannot be seen.",
            }
        else:
            continue
        found.append(NotChecked(name, "not_delivered", text))
    return found


def _topics_of(concluded: Conclusions, advised: Recommendation) -> frozenset[str]:
    """The topics that advise this: an action may be advised by rules of several."""
    return frozenset(concluded.program.rule_topics[rule] for rule in advised.rules)


def _for_audience(
    recommendations: Sequence[Recommendation], audience: str | None
) -> tuple[tuple[Recommendation, ...], tuple[Recommendation, ...]]:
    """What a role owns or is informed of, danger and priority high always; and what it is not shown."""
    if audience is None:
        return tuple(recommendations), ()
    shown: list[Recommendation] = []
    hidden: list[Recommendation] = []
    for one in recommendations:
        always = one.urgency in DANGER or one.priority == "high"
        (shown if always or audience == one.owner or audience in one.inform else hidden).append(one)
    return tuple(shown), tuple(hidden)


def _asked_of(question: Question, audience: str | None) -> bool:
    """Whether this reader is the one to answer. A gap in the record is for whoever holds the record."""
    return audience is None or question.record is not None or question.asked_of in (audience, "patient")


def _heard(outcome: Outcome, concluded: Conclusions, audience: str | None) -> list[tuple[Any, int]]:
    """The rules whose questions the audience sees: its own, and those of danger."""
    if audience is None:
        return outcome.asking
    heard = []
    for rule, node in outcome.asking:
        advised = rule.recommend
        if advised is None or advised.urgency in DANGER or advised.priority == "high":
            heard.append((rule, node))
            continue
        ruleset, action = concluded.ruleset, advised.action
        if audience in (ruleset.owner(action), ruleset.relieved(action), *advised.inform):
            heard.append((rule, node))
    return heard


def _provisional(concluded: Conclusions) -> tuple[str, ...]:
    """The findings that are known today and may still change."""
    return tuple(
        named.key
        for named, topic in concluded.layout.shown
        if concluded.now(named.node) != concluded.later(named.node)
        and concluded.topic_is_open(topic)
        and concluded.is_known(named.node)
    )
