"""Whole guidelines for hypothesis, as an author would write them: facts, scores, tables, findings and rules.

Everything that is written here is right: a ruleset that `cdss.load` refuses is a mistake of this module. A name only
reads names that were written before it, so nothing rests on itself. Patients for a ruleset are made by `patients_for`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from dataclasses import replace as changed
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.strategies import composite

from cdss.models.guideline import Fact, Finding, FromRecords, InstrumentFile, Ruleset, TreatmentDefinition
from cdss.models.patient import Patient
from cdss.models.value import ValueType
from tests.properties.authored_facts import Facts
from tests.properties.authoring import (
    DATE,
    DAYS,
    GROUPS,
    KILOS,
    PAIN,
    POINTS,
    SITE,
    YES_NO,
    Name,
    typed,
)
from tests.properties.guideline_files import Body, Written
from tests.properties.strategies import CODES, RECORDED_LISTS, patients

HEAD: dict[str, Body] = {
    "cdss": "1",
    "id": "test",
    "version": "0.1.0",
    "status": "draft",
    "title": {"nl": "Proef"},
    "topic": "test",
    "source": {"title": "Een richtlijn"},
    "evidence": "design",
}
VALUE_SETS: dict[str, Body] = {
    "weights": {"codes": ["loinc:29463-7", "loinc:38265-5"]},
    "fractures": {"codes": ["icpc-1:L72", "icpc-1:L95"]},
    "backs": {"groups": {"a": ["icpc-1:L03", "non_specific"], "b": ["icpc-1:L95", "disc_radicular"]}},
    "drugs_by_code": {"codes": ["atc:M05BA"]},
    "sites": {"words": ["hip", "rib"]},
}
PRODUCTS: dict[str, Body] = {
    "drugs": [
        {
            "code": "atc:M05BA04",
            "strength": "70 mg",
            "days_per_unit": "7",
            "class": "tablet",
            "equivalent": "1",
        },
        {"code": "atc:M05BA04", "class": "tablet", "equivalent": "1.25"},
        {
            "code": "atc:M05BX04",
            "strength": "60 mg",
            "days_per_unit": "183",
            "class": "injection",
            "contains": "1 g",
        },
    ],
    "other_drugs": [{"code": "atc:M05BA", "class": "other"}],
}
ACTIONS: dict[str, Body] = {
    "order": {"label": {"nl": "Aanvragen"}, "owner": "gp"},
    "stop": {"label": {"nl": "Stoppen"}, "owner": "pharmacist", "includes": ["order"]},
    "alarm": {"label": {"nl": "Insturen"}, "owner": "gp"},
}


@dataclass
class Author(Facts):
    """Writes one ruleset, piece by piece."""

    findings: dict[str, Body] = field(default_factory=dict)
    scores: dict[str, Body] = field(default_factory=dict)
    tables: dict[str, Body] = field(default_factory=dict)
    rules: list[Body] = field(default_factory=list)

    # Scores and tables

    def score(self) -> None:
        items: list[Body] = []
        for place in range(self.number(1, 4)):
            if self.chance(3):
                rows: list[Body] = [
                    {"points": self.one_of(("2", "1", "0", "-1")), "when": self.line()} for _ in range(2)
                ]
                items.append({"id": f"i{place}", "first_of": rows})
            else:
                items.append(
                    {"id": f"i{place}", "points": self.one_of(("1", "2", "-1")), "when": self.tree(1)}
                )
        name = f"score_{len(self.scores)}"
        self.scores[name] = {"title": {"nl": name}, "unit": "points", "items": items}
        self.names.append(Name(name, POINTS))

    def table(self) -> None:
        outcomes = self.draw(st.sampled_from((("treat", "wait", "refer"), ("none", "1", "2", "3"))))
        make = self.draw(st.sampled_from((self._trees, self._trees, self._grid, self._column)))
        body = make(outcomes)
        if body is None:
            body = self._trees(outcomes)
        name = f"table_{len(self.tables)}"
        self.tables[name] = {
            "title": {"nl": name},
            "outcomes": {word: {"text": {"nl": word}} for word in outcomes},
            **body,
        }
        numbers = outcomes[0] == "none"
        own = (
            ValueType("choice", ("1", "2", "3", "none"), ordered=True)
            if numbers
            else ValueType("choice", outcomes)
        )
        self.names.append(Name(name, own))
        if self.chance(3):
            self.names.append(
                Name(
                    f"{name}.status", ValueType("choice", ("unknown", "provisional", "settled"), ordered=True)
                )
            )

    def _then(self, outcomes: Sequence[str]) -> str:
        if self.chance(6):
            return "unknown"
        return " or ".join(
            self.draw(st.lists(st.sampled_from(outcomes), min_size=1, max_size=2, unique=True))
        )

    def _rows(self, conditions: Sequence[dict[str, Body]], outcomes: Sequence[str]) -> list[Body]:
        return [
            {"id": f"r{place}", **one, "then": self._then(outcomes)} for place, one in enumerate(conditions)
        ]

    def _open(self) -> dict[str, Body]:
        return {"if_open": "first_sure"} if self.chance(2) else {}

    def _trees(self, outcomes: Sequence[str]) -> dict[str, Body]:
        """Rows with criteria of their own, from top to bottom."""
        conditions: list[dict[str, Body]] = [{"when": self.tree(1)} for _ in range(self.number(1, 4))]
        if self.chance(2):
            return {
                "hit": "first",
                "rows": self._rows(conditions, outcomes),
                "otherwise": "unknown",
                **self._open(),
            }
        return {"hit": "first", "rows": self._rows([*conditions, {}], outcomes), **self._open()}

    def _parts(self, one: Name) -> list[str] | None:
        """Cells that together hold everything that a name may be, and nothing twice."""
        match one.type.kind:
            case "yes_no":
                return ["yes", "no"]
            case "choice" if len(one.type.words) == 3 and "unknown" not in one.type.words:
                return [one.type.words[0], " or ".join(one.type.words[1:])]
            case "number" if one.type == KILOS:
                return ["below 60 kg", "at least 60 kg below 100 kg", "at least 100 kg"]
            case "number" if one.type == POINTS:
                return ["0 points or lower", "above 0 points"]
            case _:
                return None

    def _columns(self, most: int, *, points: bool = True) -> list[tuple[str, list[str]]]:
        able = [one for one in self.names if points or one.type != POINTS]
        found = [(one.name, parts) for one in able if (parts := self._parts(one)) is not None]
        if not found:
            return []
        return self.draw(
            st.lists(st.sampled_from(found), min_size=1, max_size=most, unique_by=lambda one: one[0])
        )

    def _grid(self, outcomes: Sequence[str]) -> dict[str, Body] | None:
        """A `unique` table over one or two columns: the second is looked at in the first part only."""
        columns = self._columns(2)
        if not columns:
            return None
        first, *more = columns
        cells = [[part, "any"] if more else [part] for part in first[1]]
        if more:
            cells = [[first[1][0], part] for part in more[0][1]] + cells[1:]
        conditions: list[dict[str, Body]] = [{"if": row} for row in cells]
        inputs = [name for name, _ in columns]
        return {"hit": "unique", "inputs": inputs, "rows": self._rows(conditions, outcomes), **self._open()}

    def _column(self, outcomes: Sequence[str]) -> dict[str, Body] | None:
        """A `first` table over one column, perhaps with a row for who is unknown."""
        columns = self._columns(1, points=False)  # a score may have few points that are possible
        if not columns:
            return None
        name, parts = columns[0]
        conditions: list[dict[str, Body]] = [{"if": [part]} for part in parts[:-1]]
        if self.chance(2):
            conditions.append({"if": ["unknown"]})
        return {
            "hit": "first",
            "inputs": [name],
            "rows": self._rows([*conditions, {}], outcomes),
            **self._open(),
        }

    # Findings and rules

    def batch(self) -> None:
        """Some findings with the rules that set them, and rules that recommend. None reads what another concludes."""
        made = [self._finding() for _ in range(self.number(0, 2))]
        own: list[str] = []
        for _ in range(self.number(1, 3)):
            then: dict[str, Body] = {}
            if made and self.number(0, 3):
                name, words = self.draw(st.sampled_from(made))
                then["set"] = {name: self.one_of(words)}
            if not then or self.chance(3):
                then |= self._recommend()
            rule = self._rule(then)
            if own and self.chance(4):
                rule["overrides"] = [{"rule": self.one_of(own), "source": {"title": "Een richtlijn"}}]
            own.append(str(rule["id"]))
            self.rules.append(rule)
        for name, _ in made:
            self.names.append(Name(name, self._type_of(name)))

    def _type_of(self, finding: str) -> ValueType:
        kinds = {"yes": YES_NO, "pain": PAIN, "site": SITE, "kilos": KILOS, "date": DATE, "groups": GROUPS}
        return kinds[finding.split("_")[1]]

    def _finding(self) -> tuple[str, tuple[str, ...]]:
        kinds: dict[str, tuple[ValueType, str, tuple[str, ...]]] = {
            "one_yes": (YES_NO, "one", ("yes", "no")),
            "highest_pain": (PAIN, "highest", PAIN.words),
            "collect_groups": (GROUPS, "collect", GROUPS.words),
            "one_site": (SITE, "one", SITE.words),
            "one_kilos": (KILOS, "one", ("60 kg", "19.5 kg")),
            "highest_kilos": (KILOS, "highest", ("60 kg", "19.5 kg")),
            "highest_yes": (YES_NO, "highest", ("yes", "no")),
            "highest_date": (DATE, "highest", DAYS),
        }
        how = self.one_of(tuple(kinds))
        kind, combine, pool = kinds[how]
        name = f"{how}_{len(self.findings)}"
        own = changed(kind, kind="choice") if kind.kind == "collection" else kind
        body: dict[str, Body] = {**typed(own), "text": {"nl": name}}
        if combine != "one" or self.chance(2):
            body["combine"] = combine
        if combine != "collect" and self.chance(2):
            body["otherwise"] = self.one_of(pool)
        self.findings[name] = body
        return name, pool

    def _recommend(self) -> dict[str, Body]:
        found: dict[str, Body] = {"recommend": self.one_of(("order", "stop"))}
        if self.chance(2):
            found["urgency"] = self.one_of(("routine", "D7"))
        if self.chance(4):
            found["priority"] = self.one_of(("high", "low"))
        if self.chance(4):
            day = self.any_name("date")
            found["due"] = (
                day.name if day is not None and self.chance(2) else self.one_of(("14 days", "2 months"))
            )
        one = self.any_name()
        if one is not None and self.chance(2):
            found["messages"] = {"gp": {"nl": f"Kijk hiernaar: {{{one.name}}}."}}
        return found

    def _rule(self, then: dict[str, Body]) -> dict[str, Body]:
        number = len(self.rules)
        body: dict[str, Body] = {
            "id": f"rule-{number}",
            "title": {"nl": f"Regel {number}"},
            "when": self.tree(),
        }
        exceptions: list[Body] = []
        for place in range(self.draw(st.sampled_from((0, 0, 1, 2)))):
            one: dict[str, Body] = {"id": f"e{place}", "when": self.tree(1), "text": {"nl": "Een reden"}}
            if self.chance(2):
                one["if_unknown"] = self.one_of(("mention", "block"))
            exceptions.append(one)
        if exceptions:
            body["except"] = exceptions
        if self.chance(3):
            body["if_unknown"] = self.one_of(("ask", "mention", "silent"))
        return body | {"then": then}

    def alarm(self) -> None:
        """A rule of U2: record and answer that contradict each other both count, also behind a finding."""
        rule = self._rule({"recommend": "alarm", "urgency": "U2", "priority": "high"})
        rule.pop("if_unknown", None)
        self.rules.append(rule)

    # Files

    def written(self) -> Written:
        """One file; or two of one topic, with what is shared in a third."""
        data: dict[str, Body] = {"actions": ACTIONS, "value_sets": VALUE_SETS, "products": PRODUCTS}
        said: dict[str, Body] = {
            key: body
            for key in (
                "instruments",
                "parameters",
                "facts",
                "findings",
                "treatments",
                "scores",
                "tables",
                "rules",
            )
            if (body := getattr(self, key))
        }
        if not self.chance(3):
            return Written({"one.yaml": {**HEAD, **data, **said}})
        halves: list[dict[str, Body]] = [{}, {}]
        for key, body in said.items():
            items = list(body.items()) if isinstance(body, dict) else list(body)
            for half, part in zip(halves, (items[::2], items[1::2]), strict=True):
                if part:
                    half[key] = dict(part) if isinstance(body, dict) else part  # type: ignore[arg-type]
        shared = {**HEAD, "id": "shared", "topic": "shared", **data}
        files = {
            f"{name}.yaml": {**HEAD, "id": name, "use": ["shared.yaml"], **half}
            for name, half in zip("ab", halves, strict=True)
        }
        return Written({**files, "shared.yaml": shared})


@composite
def rulesets(draw: st.DrawFn, size: int = 5) -> Written:
    """Some facts, what is derived from them, and rules over all."""
    author = Author(draw)
    first = (author.asked, author.asked, author.recorded, author.recorded, author.recorded, author.of_patient)
    for _ in range(author.number(1, size)):
        draw(st.sampled_from(first))()
    if author.chance(5):
        author.treatment()
    if author.chance(5):
        author.instrument()
    steps = (author.derived, author.derived, author.derived, author.score, author.table, author.recorded)
    for _ in range(author.number(0, size)):
        draw(st.sampled_from(steps))()
    for _ in range(author.number(1, 2)):
        author.batch()
        for _ in range(author.number(0, 2)):
            draw(st.sampled_from(steps))()
    if author.chance(3):
        author.alarm()
    return author.written()


# Patients

GIVEN = {
    "yes_no": ("yes", "no", "unknown"),
    "number": ("60", "0", "1..2"),
    "duration": ("60 days", "2 months", "0..30 days"),
    "date": ("2025-12-31", "none", "2025"),
    "code": ("e1",),
}


@composite
def patients_for(draw: st.DrawFn, ruleset: Ruleset, *, given: bool = True) -> Patient:
    """A record with what this ruleset reads, answers to what it asks, and sometimes values that are given."""
    facts: dict[str, str] = {"nobody_asks": "yes_no"}
    lists: dict[str, None] = {}
    codes: dict[str, None] = {}
    for one in ruleset.definitions.values():
        match one:
            case Fact(source=FromRecords() as source):
                facts[one.name] = one.type.kind
                lists |= dict.fromkeys(source.lists or (("questionnaires",) if source.instrument else ()))
                if source.members in ruleset.value_sets:
                    members = ruleset.value_sets[source.members]
                    codes |= dict.fromkeys(code for code in (*members.codes, *members.groups) if ":" in code)
                elif source.members:
                    codes |= dict.fromkeys(line.code for line in ruleset.product_sets[source.members].lines)
            case TreatmentDefinition():
                lists |= dict.fromkeys((*one.sources, *one.or_sources, "stays", "agreements"))
                codes |= dict.fromkeys(("atc:M05BA04", "atc:M05BX04", "atc:M05BA"))
            case InstrumentFile():
                lists |= dict.fromkeys(("questionnaires",))
            case _:
                pass
    known = tuple(name for name in lists if name in RECORDED_LISTS)
    patient = draw(patients(facts, known or RECORDED_LISTS, tuple(codes) or CODES))
    if not given or draw(st.integers(0, 3)):
        return patient
    able = [
        one for one in ruleset.definitions.values() if isinstance(one, Fact | Finding) and _pool(one.type)
    ]
    said = draw(st.lists(st.sampled_from(able), max_size=2, unique_by=lambda one: one.name)) if able else []
    return changed(patient, given={one.name: draw(st.sampled_from(_pool(one.type))) for one in said})


def _pool(kind: ValueType) -> tuple[str, ...]:
    """What may be given for a value of this type."""
    if kind.kind in ("choice", "collection"):
        return kind.words
    if kind.kind != "number":
        return GIVEN.get(kind.kind, ())
    inside = [
        text for text in ("60", "20", "1", "0") if kind.low <= int(Decimal(text) * 1_000_000) <= kind.high
    ]
    return tuple(inside)
