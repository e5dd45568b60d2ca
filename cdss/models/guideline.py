"""The Ruleset: guidelines as checked and resolved nouns, ready to be compiled.

Every definition has an `id` that is unique in the ruleset: its name, with `edition/` before it when its file belongs
to an edition. `where` a text is a mapping from language to words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, TypeAlias

from cdss.errors import NOWHERE, Span, Text
from cdss.models.codes import ProductLine
from cdss.models.condition import Condition, Expression, Name
from cdss.models.dates import Duration
from cdss.models.instrument import Instrument as InstrumentDefinition
from cdss.models.value import ValueType

Evidence = Literal["verified", "secondary", "design", "unverified"]
EVIDENCE: Final[tuple[Evidence, ...]] = ("verified", "secondary", "design", "unverified")
"""Strongest first; the weakest on the yes-path is the evidence of a recommendation."""
Status = Literal["draft", "active", "retired"]
URGENCIES: Final = ("routine", "D7", "D1", "U4", "U3", "U2", "U1")
"""Low to high."""
PRIORITIES: Final = ("low", "middle", "high")
ROLES: Final = (
    "gp",
    "practice_nurse",
    "practice_nurse_mental_health",
    "practice_assistant",
    "pharmacist",
    "physiotherapist",
    "specialist",
    "fracture_team",
    "occupational_physician",
    "social_team",
    "patient",
)
SETTINGS: Final = ("contact", "record", "population")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from: an id in `sources.yaml` of the topic, or a title with an address."""

    ref: str = ""
    section: str = ""
    title: str = ""
    url: str = ""
    read: str = ""  # how much of it was read, of a source that is listed


@dataclass(frozen=True, slots=True)
class Confirmation:
    on: date
    by: str
    against: str


@dataclass(frozen=True, slots=True)
class Effective:
    """Half-open: from its first day until the first day that it no longer holds."""

    start: date | None = None
    end: date | None = None

    def holds_on(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)


ParameterValue: TypeAlias = int | Duration | str | date
"""Millionths of the parameter's unit, a duration, a word, or a date."""


@dataclass(frozen=True, slots=True)
class DatedValue:
    effective: Effective
    value: ParameterValue
    text: str  # as written: "4 points"
    source: Source | None = None
    evidence: Evidence | None = None
    confirmed: Confirmation | None = None
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Parameter:
    id: str
    name: str
    type: ValueType
    values: tuple[DatedValue, ...]  # oldest first
    text: Text = field(default_factory=dict)
    site: tuple[ParameterValue, ParameterValue] | None = (
        None  # what a site file may choose, both ends included
    )
    boundary: Text | None = None  # a caveat when a known value stands exactly on it
    moved_by_site: bool = False
    file: str = ""
    span: Span = NOWHERE


# Facts


@dataclass(frozen=True, slots=True)
class IfMissing:
    """What the absence of a fact means: `ask`, `unknown`, or `assume` with a value as written and a text to tell."""

    how: Literal["ask", "unknown", "assume"]
    value: str = ""
    say: Text | None = None


@dataclass(frozen=True, slots=True)
class FromPatient:
    field: str  # age, sex, birth_date, deceased_on, deregistered_on, coordinator


@dataclass(frozen=True, slots=True)
class FromRecords:
    """How a fact is read from lists of dated records (language §4).

    `lists` are names of patient.LISTS (empty with `from: answer` alone); `from_answer` says that answers count
    (they always do when the fact may be asked). `members` is the id of a value set or product set. A window end is a
    duration, a parameter (Name), a date or a name whose value is a date.
    """

    lists: tuple[str, ...]
    instrument: str = ""  # the id of an instrument, when forms are read
    members: str = ""
    where: tuple[Condition, ...] = ()
    within: Duration | Name | None = None
    after: date | Name | None = None
    before: date | Name | None = None
    after_age: Duration | Name | None = None
    episode: Name | None = None
    together_within: Duration | Name | None = None
    distinct: str = ""
    pick: str = "exists"
    field: str = ""  # which field `latest`, `first`, `lowest`, `highest` give; "" is `value`


@dataclass(frozen=True, slots=True)
class FromCondition:
    when: Condition


@dataclass(frozen=True, slots=True)
class FromExpression:
    value: Expression


@dataclass(frozen=True, slots=True)
class FromFirstKnown:
    items: tuple[Name, ...]
    constant: str | None = None  # as written; a leap


@dataclass(frozen=True, slots=True)
class FromExtreme:
    how: Literal["lowest", "highest"]
    items: tuple[Name, ...]
    of_known: bool = False


@dataclass(frozen=True, slots=True)
class Required:
    name: Name
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class FromAnswered:
    required: tuple[Required, ...]


FactSource: TypeAlias = (
    FromPatient | FromRecords | FromCondition | FromExpression | FromFirstKnown | FromExtreme | FromAnswered
)


@dataclass(frozen=True, slots=True)
class ValidFor:
    """How long an answer or measurement counts: this contact only, a duration, or always.

    With `contact` an older yes or other word still counts, because danger does not pass unseen; an older
    no, number, `none` or reassuring word does not.
    """

    how: Literal["contact", "duration", "always"]
    duration: Duration | None = None
    reassuring: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    id: str
    name: str
    type: ValueType
    source: FactSource
    text: Text = field(default_factory=dict)
    question: Text | None = None  # the words of the question, when other than `text`
    if_missing: IfMissing | None = None
    valid_for: ValidFor | None = None
    plausible: tuple[int, int] | None = None  # millionths, both ends included
    units: Mapping[str, str] = field(default_factory=dict)  # conversion that depends on the substance
    ask_when: Condition | None = None
    asked_of: str = ""
    words_text: Mapping[str, Text] = field(default_factory=dict)  # how a choice is read
    file: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Finding:
    """What rules `set`. `otherwise` is the word or number as written when surely no rule sets it."""

    id: str
    name: str
    type: ValueType
    combine: Literal["one", "highest", "collect"] = "one"
    otherwise: str | None = None
    text: Text = field(default_factory=dict)
    words_text: Mapping[str, Text] = field(default_factory=dict)
    file: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class TreatmentDefinition:
    """A treatment of language §6: which records, in which product set, with which limits."""

    id: str
    name: str
    sources: tuple[str, ...]
    or_sources: tuple[str, ...] = ()
    members: str = ""
    switch_within: str = ""
    days_supply: tuple[str, ...] = ("recorded", "usage", "product", "ask")
    carry_over: Duration | Name | None = None
    possible_stop: Duration | Name | None = None
    stopped: Duration | Name | None = None
    pause_during: tuple[str, ...] = ()
    planned_end_for: str = ""
    planned_end_after: Duration | Name | None = None
    planned_end_tolerance: Duration | Name | None = None
    prescribed_limit: Duration | Name | None = None
    pdc_window: Duration | Name | None = None
    ended_by: tuple[str, ...] = ()
    follow_up: Name | None = None  # a yes/no fact: a planned end counts only with a confirmed follow-up drug
    outputs: Mapping[str, ValueType] = field(default_factory=dict)
    text: Text = field(default_factory=dict)
    file: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class InstrumentFile:
    """An instrument with the codes under which only its total is recorded, and the types of its outputs."""

    id: str
    name: str
    definition: InstrumentDefinition
    codes: tuple[str, ...] = ()
    outputs: Mapping[str, ValueType] = field(
        default_factory=dict
    )  # value, totals, band, class, on, first, latest, response
    title: Text = field(default_factory=dict)
    file: str = ""
    span: Span = NOWHERE


# Scores and tables


@dataclass(frozen=True, slots=True)
class Points:
    points: int  # millionths
    when: Condition | None  # None: always
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """The first of these that holds gives its points; none of them gives nothing."""

    id: str
    first_of: tuple[Points, ...]
    text: Text = field(default_factory=dict)
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Score:
    id: str
    name: str
    type: ValueType
    items: tuple[ScoreItem, ...]
    title: Text = field(default_factory=dict)
    source: Source | None = None
    evidence: Evidence | None = None
    status: Status | None = None
    implements: tuple[str, ...] = ()
    file: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `when` is None for the last row of a `first` table. `outcomes` are words; all of them for unknown."""

    id: str
    when: Condition | None
    outcomes: tuple[str, ...]
    cells: tuple[str, ...] = ()  # as written, one for each input; empty with `when`
    text: Text | None = None
    source: Source | None = None
    evidence: Evidence | None = None
    implements: tuple[str, ...] = ()
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Table:
    id: str
    name: str
    type: ValueType  # a choice of its outcomes
    hit: Literal["first", "unique"]
    rows: tuple[Row, ...]
    inputs: tuple[Name, ...] = ()
    if_open: Literal["all", "first_sure"] = "all"
    otherwise_unknown: bool = False  # a `first` table that says `otherwise: unknown`
    outcomes_text: Mapping[str, Text] = field(default_factory=dict)
    title: Text = field(default_factory=dict)
    source: Source | None = None
    evidence: Evidence | None = None
    status: Status | None = None
    file: str = ""
    span: Span = NOWHERE


# Rules


@dataclass(frozen=True, slots=True)
class Exception_:
    """A named reason why a rule that holds does not advise."""

    id: str
    when: Condition
    text: Text
    if_unknown: Literal["mention", "block"] = "mention"
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Recommend:
    action: str
    urgency: str = "routine"
    priority: str = "middle"
    inform: tuple[str, ...] = ()
    messages: Mapping[str, Text] = field(default_factory=dict)  # role -> language -> text with {names}
    message_names: Mapping[str, Name] = field(default_factory=dict)  # the names inside braces, resolved
    due: Duration | Name | None = None


@dataclass(frozen=True, slots=True)
class SetFinding:
    finding: str  # id
    value: str  # word or number as written
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Override:
    rule: str  # full id
    source: Source
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Rule:
    """`id` is the file's id, a slash, and the rule's own."""

    id: str
    title: Text
    when: Condition
    exceptions: tuple[Exception_, ...] = ()
    if_unknown: Literal["ask", "silent", "mention"] = "ask"
    recommend: Recommend | None = None
    sets: tuple[SetFinding, ...] = ()
    outcome: Literal["", "out_of_scope", "not_assessable"] = ""
    outcome_text: Text | None = None
    overrides: tuple[Override, ...] = ()
    implements: tuple[str, ...] = ()
    source: Source | None = None
    evidence: Evidence | None = None
    grade: str = ""
    graded_in: Source | None = None
    confirmed: Confirmation | None = None
    status: Status | None = None
    file: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Action:
    id: str
    label: Text
    owner: str
    check: Text = field(default_factory=dict)  # what the owner checks where a site gave this to another role
    includes: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    fhir: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class ValueSet:
    """Codes that count as the same thing, or words of one record field. `groups`: code pattern -> group."""

    id: str
    name: str
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    evidence: Evidence | None = None
    file: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class ProductSet:
    id: str
    name: str
    lines: tuple[ProductLine, ...] = ()
    file: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class GuidelineFile:
    """One file. `path` is how readers see it, relative to the folder that was loaded."""

    path: str
    id: str
    version: str
    status: Status
    title: Text
    topic: str
    edition: str
    effective: Effective
    source: Source | None
    evidence: Evidence | None
    applies: Condition | None
    sha256: str
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class LineUp:
    """Which editions answer for a topic on a date, and which files of another edition each takes in."""

    topic: str
    default: tuple[tuple[date, str], ...] = ()  # from this day, this edition; oldest first
    takes_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # edition -> file paths
    title: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RequirementPart:
    """How we know one part of a requirement: read in the guideline, in a source that reports it, or chosen by us."""

    evidence: Evidence
    sources: tuple[str, ...] = ()  # ids in `sources.yaml` of the topic
    text: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One numbered rule of the clinical dossier of a topic, which rules, table rows and scores `implement`."""

    id: str
    title: Text
    sections: tuple[str, ...] = ()  # of the dossier
    printed: str = ""  # the editions as the dossier prints them
    editions: tuple[str, ...] = ()  # empty: every edition
    status: tuple[RequirementPart, ...] = ()
    not_implemented: Text | None = None  # why no rule implements it
    file: str = ""
    span: Span = NOWHERE


@dataclass(frozen=True, slots=True)
class Binding:
    """A local code that stands for a fact, or for a standard code."""

    code: str
    fact: str = ""
    as_code: str = ""
    strength: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """What a region or practice chose (language §9)."""

    id: str
    sha256: str
    parameters: Mapping[str, ParameterValue] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    coordinator: str = ""
    title: Text = field(default_factory=dict)
    topics_off: frozenset[str] = frozenset()
    links: Mapping[str, str] = field(default_factory=dict)


Definition: TypeAlias = Parameter | Fact | Finding | TreatmentDefinition | InstrumentFile | Score | Table


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All guidelines that were loaded together, with every name resolved."""

    files: tuple[GuidelineFile, ...]
    definitions: Mapping[str, Definition]
    rules: Mapping[str, Rule]
    actions: Mapping[str, Action]
    value_sets: Mapping[str, ValueSet]
    product_sets: Mapping[str, ProductSet]
    line_ups: Mapping[str, LineUp]
    sources: Mapping[str, Mapping[str, Source]]  # topic -> id -> source
    requirements: Mapping[str, Mapping[str, Requirement]] = field(default_factory=dict)  # topic -> id
    bindings: tuple[Binding, ...] = ()
    bindings_sha256: str = ""
    site: Site | None = None
    sha256: str = ""

    def owner(self, action: str) -> str:
        """The role that acts: whom the site gave it to, else whom the guideline names."""
        given = self.site.owners.get(action) if self.site is not None else None
        return given or self.actions[action].owner

    def relieved(self, action: str) -> str | None:
        """The role that the guideline names, when the site gave this action to another one."""
        named = self.actions[action].owner
        return named if named != self.owner(action) else None

    def file(self, path: str) -> GuidelineFile:
        """The file with this path. KeyError when it was not loaded."""
        for file in self.files:
            if file.path == path:
                return file
        raise KeyError(path)
