"""Facts as an author writes them: read from the record, asked, or made of other facts; treatments and instruments too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from cdss.models.value import ValueType
from tests.properties.authoring import (
    CODE,
    DATE,
    DAYS,
    DOSE,
    DURATION,
    GRAMS,
    KILOS,
    PAIN,
    PLAIN,
    SITE,
    VALID,
    YEARS,
    YES_NO,
    Criteria,
    Name,
    typed,
)
from tests.properties.guideline_files import Body

INSTRUMENTS: dict[str, dict[str, Body]] = {
    "odi": {
        "title": {"nl": "Vragenlijst"},
        "items": {"1..3": "0..5"},
        "total": "sum / (5 * answered) * 100",
        "missing_items": {"at_most": "1", "then": "prorate"},
        "bands": {"low": "..20", "high": "20<.."},
        "change": {"absolute": "10", "part": "30 %", "better": "lower", "recovered": "..10"},
        "codes": ["loinc:99999-9"],
    },
    "sb": {
        "title": {"nl": "Vragenlijst"},
        "items": {"1..2": "0..1", "3": {"not": "0", "very": "1"}},
        "totals": {"total": "sum", "psych": "sum of 2..3"},
        "missing_items": {"then": "range"},
        "class": {
            "hit": "first",
            "rows": [
                {"id": "low", "when": "total <= 1", "then": "low"},
                {"id": "high", "when": "psych >= 2", "then": "high"},
                {"id": "medium", "then": "medium"},
            ],
        },
    },
}


@dataclass
class Facts(Criteria):
    """Criteria, and the facts that they speak of."""

    facts: dict[str, Body] = field(default_factory=dict)
    treatments: dict[str, Body] = field(default_factory=dict)
    instruments: dict[str, Body] = field(default_factory=dict)

    # Facts from records and answers

    def fact(
        self, body: dict[str, Body], kind: ValueType, *, dated: bool = False, name: str = "fact"
    ) -> None:
        own = f"{name}_{len(self.facts)}"
        self.facts[own] = {**body, "text": {"nl": own}}
        self.names.append(Name(own, kind, dated))

    def of_patient(self) -> None:
        fields = {"age": YEARS, "sex": ValueType("choice", ("female", "male", "other")), "birth_date": DATE}
        fields |= {"deceased_on": DATE, "coordinator": CODE}
        one = self.one_of(tuple(fields))
        self.fact({"from": f"patient.{one}"}, fields[one])

    def asked(self) -> None:
        """A fact that is only answered."""
        kind: ValueType = self.draw(
            st.sampled_from((YES_NO, YES_NO, PAIN, SITE, KILOS, GRAMS, PLAIN, DURATION, DATE, CODE))
        )
        self.fact({"from": "answer", **typed(kind), **self._absence(kind, ("ask", "ask", "unknown"))}, kind)

    def _absence(self, kind: ValueType, ways: Sequence[str]) -> dict[str, Body]:
        """What absence means, how long a value counts, and when it may be asked."""
        how = self.one_of(ways)
        if how == "assume":
            pool: dict[str, Sequence[str]] = {
                "yes_no": ("no", "yes"),
                "choice": kind.words,
                "duration": ("0 days",),
            }
            pool |= {"date": ("none", "2025-12-31")}
            pool |= {"code": ("e1",), "number": ("60 kg",) if kind in (KILOS, GRAMS) else ("0", "2")}
            value = self.one_of(pool[kind.kind])
            return {
                "if_missing": f"assume {value}",
                "say": self.draw(st.sampled_from(("none", {"nl": "Aangenomen"}))),
            }
        found: dict[str, Body] = {"if_missing": how, "valid_for": self.one_of(VALID)}
        if how == "ask" and self.names and self.chance(5):
            found["ask_when"] = self.line()
        if how == "ask" and self.chance(3):
            found["asked_of"] = self.one_of(("patient", "pharmacist"))
        return found

    def recorded(self) -> None:
        """A fact that is read from one or two lists of the record."""
        kinds = (
            self.measured,
            self.measured,
            self.diagnosed,
            self.diagnosed,
            self.supplied,
            self.met,
            self.stayed,
        )
        self.draw(st.sampled_from(kinds))()

    def measured(self) -> None:
        where = (
            "site is hip",
            "site in sites",
            "value > 20 kg",
            "value <= 100 kg",
            "site is known",
            "site is unknown",
        )
        body: dict[str, Body] = {"from": "observation", "in": "weights", **self._which(where)}
        how = self.one_of(("latest", "latest", "first", "lowest", "highest", "date", "exists", "count"))
        if how in ("date", "exists", "count"):
            body["where"] = [line for line in body.get("where", ()) if "value" not in str(line)]  # type: ignore[union-attr]
            if not body["where"]:
                del body["where"]
            self._picked(body, how)
            return
        body |= {"unit": "kg", "pick": how, "valid_for": self.one_of(VALID)}
        if self.chance(3):
            body["plausible"] = "20..180"
        self.fact(body | self._absence(KILOS, ("ask", "ask", "unknown", "assume")), KILOS, dated=True)

    def diagnosed(self) -> None:
        lists: Body = self.draw(
            st.sampled_from(("condition", "condition", "procedure", ["condition", "contact"]))
        )
        where = [
            "site is hip or rib",
            "site in sites",
            "codes in fractures",
            "on >= 2 months ago",
            "episode is e1",
        ]
        if "condition" in lists:
            where += [
                "cause is not high_energy",
                "active",
                "not active",
                "until is known",
                "until > 1 year ago",
                "cause is unknown",
            ]
        sets = ("fractures", "backs") if self.chance(3) else ("fractures",)
        body: dict[str, Body] = {"from": lists, **self._which(where)}
        if not self.chance(6):
            body["in"] = self.one_of(sets)
        how = self.one_of(("exists", "count", "date", "first_date", "latest", "first"))
        if how not in ("latest", "first"):
            self._picked(body, how, distinct=("site", "codes"))
            return
        fields = {"site": SITE, "episode": CODE} | (
            {"active": YES_NO, "until": DATE} if "condition" in lists else {}
        )
        one = self.one_of(tuple(fields))
        kind = fields[one]
        body |= {"pick": how, "field": one, **typed(kind)}
        self.fact(body | self._absence(kind, ("ask", "unknown", "assume")), kind, dated=True)

    def supplied(self) -> None:
        pool: tuple[Body, ...] = ("dispensing", ["dispensing", "administration"], "prescription")
        where = ["strength is known", "quantity >= 4"]
        body: dict[str, Body] = {"from": self.draw(st.sampled_from(pool))}
        body["in"] = self.one_of(("drugs", "drugs", "drugs_by_code"))
        if body["in"] == "drugs":
            where += ["class is tablet", "class is not injection"]
        if "administration" not in body["from"]:
            where += ["days_supply > 20 days"]
        body |= self._which(where)
        how = self.one_of(("exists", "count", "date", "first_date", "days_supplied", "daily_dose"))
        if how == "daily_dose" and body["in"] == "drugs":
            body |= {"pick": how, "unit": DOSE.unit}
            self.fact(body | self._absence(DOSE, ("ask", "unknown", "assume")), DOSE, dated=True)
            return
        self._picked(body, how if how != "daily_dose" else "count", distinct=("codes",))

    def met(self) -> None:
        pool: tuple[Body, ...] = ("contact", "contact", "document", "questionnaire")
        one = self.draw(st.sampled_from(pool))
        if one == "questionnaire":
            self.filled_in()
            return
        if one == "document":
            self._picked({"from": "document", **self._which(())}, self.one_of(("exists", "count", "date")))
            return
        where = (
            "group is a",
            "group is not b",
            "label is known",
            "episode is known",
            "label is not fracture",
        )
        body: dict[str, Body] = {"from": "contact", "in": "backs", **self._which(where)}
        self._picked(body, self.one_of(("exists", "count", "date")), distinct=("group", "label", "episode"))

    def stayed(self) -> None:
        where = ("kind is hospital", "until > 2 months ago", "until is known", "from <= 0 days ago")
        self._picked({"from": "stay", **self._which(where)}, self.one_of(("exists", "date", "count")))

    def filled_in(self) -> None:
        """A fact that reads the forms of an instrument."""
        self.instrument()
        name = self.one_of(tuple(self.instruments))
        body: dict[str, Body] = {"from": name, **self._which(("episode is e1", "episode is known"))}
        how = self.one_of(("latest", "first", "lowest", "date", "exists", "count"))
        if how in ("date", "exists", "count"):
            self._picked(body, how)
            return
        fields = {"odi": {"value": PLAIN, "band": ("low", "high")}, "sb": {"total": PLAIN, "psych": PLAIN}}[
            name
        ]
        one = self.one_of(tuple(fields)) if how != "lowest" else next(iter(fields))
        kind = (
            fields[one]
            if isinstance(fields[one], ValueType)
            else ValueType("choice", ("low", "high"), ordered=True)
        )
        body |= {"pick": how, "field": one}
        self.fact(body | self._absence(kind, ("ask", "unknown", "assume")), kind, dated=True)  # type: ignore[arg-type]

    def stretch(self) -> str:
        """A window that holds a day: one of no days is refused."""
        found = self.amount()
        return "1 days" if found.startswith("0 ") else found

    def _which(self, where: Sequence[str]) -> dict[str, Body]:
        """Which records: their own fields, and the window."""
        body: dict[str, Body] = {}
        lines: list[Body] = []
        for _ in range(self.number(0, 2) if where else 0):
            line: Body = self.one_of(where)
            if self.chance(4):
                line = {self.one_of(("any", "none")): [line, self.one_of(where)]}
            lines.append(line)
        if lines:
            body["where"] = lines
        if self.chance(4):
            body["within"] = self.stretch()
        for end in ("after", "before"):
            if self.chance(7):
                day = self.any_name("date")
                body[end] = day.name if day is not None and self.chance(2) else self.one_of(DAYS)
        if (
            body.get("after") in DAYS
            and body.get("before") in DAYS
            and str(body["after"]) >= str(body["before"])
        ):
            del body["before"]  # no day lies between them: the check refuses that
        if self.chance(10):
            body["after_age"] = self.one_of(("50 years", "75 years"))
        episode = self.any_name("code")
        if episode is not None and self.chance(3):
            body["episode"] = episode.name
        return body

    def _picked(self, body: dict[str, Body], how: str, distinct: Sequence[str] = ()) -> None:
        kinds = {"exists": YES_NO, "count": PLAIN, "days_supplied": DURATION}
        kind = kinds.get(how, DATE)
        if how == "count" and self.chance(3):
            body["together_within"] = self.stretch()
        elif how == "count" and distinct and self.chance(2):
            body["distinct"] = self.one_of(distinct)
        if how != "exists" or str(body["from"]) in INSTRUMENTS or self.chance(2):
            body["pick"] = how
        self.fact(body | self._absence(kind, ("ask", "unknown", "assume", "assume")), kind, dated=True)

    def treatment(self) -> None:
        name = f"use_{len(self.treatments)}"
        body: dict[str, Body] = {
            "text": {"nl": name},
            "from": ["dispensing", "administration"] if self.chance(2) else "dispensing",
            "in": "drugs",
            "gap_limits": {"possible_stop": self.amount(), "stopped": self.amount()},
        }
        more: dict[str, Callable[[], Body]] = {
            "or_from": lambda: "prescription",
            "switch_within": lambda: "other_drugs",
            "carry_over": self.amount,
            "pause_during": lambda: ["hospital"],
            "planned_end": lambda: {"for": "tablet", "after": self.amount(), "tolerance": self.amount()},
            "prescribed_limit": self.amount,
            "pdc_window": self.amount,
            "ended_by": lambda: ["agreement"],
        }
        for key, make in more.items():
            if self.chance(3):
                body[key] = make()
        follow_up = self.any_name("yes_no")
        if follow_up is not None and self.chance(4):
            body["follow_up"] = follow_up.name
        self.treatments[name] = body
        status = (
            "never",
            "on_treatment",
            "possible_stop",
            "stopped",
            "planned_end",
            "interrupted",
            "switched",
        )
        outputs = {"status": ValueType("choice", status), "run_out": DATE, "started": DATE, "gap": DURATION}
        outputs |= {
            "duration": DURATION,
            "pdc": PLAIN,
            "concurrent": YES_NO,
            "drug": ValueType("choice", ("tablet", "none")),
        }
        chosen = self.draw(st.lists(st.sampled_from(tuple(outputs)), min_size=1, max_size=3, unique=True))
        self.names += [Name(f"{name}.{one}", outputs[one]) for one in chosen]

    def instrument(self) -> None:
        name = self.one_of(tuple(INSTRUMENTS))
        if name in self.instruments:
            return
        self.instruments[name] = INSTRUMENTS[name]
        response = ValueType("choice", ("recovered", "improved", "worsened", "not_improved"))
        outputs = {
            "odi": {
                "odi": PLAIN,
                "odi.band": ValueType("choice", ("low", "high"), ordered=True),
                "odi.response": response,
            },
            "sb": {
                "sb.psych": PLAIN,
                "sb.class": ValueType("choice", ("low", "high", "medium")),
                "sb.on": DATE,
            },
        }[name]
        chosen = self.draw(st.lists(st.sampled_from(tuple(outputs)), min_size=1, max_size=2, unique=True))
        self.names += [Name(one, outputs[one]) for one in chosen]

    # Facts from facts

    def derived(self) -> None:
        ways = (
            self.condition,
            self.condition,
            self.calculation,
            self.first_known,
            self.extreme,
            self.answered,
        )
        self.draw(st.sampled_from(ways))()

    def condition(self) -> None:
        self.fact({"when": self.tree()}, YES_NO)

    def calculation(self) -> None:
        one = self.any_name("number", "date", "duration")
        if one is None:
            self.asked()
            return
        same = self.same(one.type, 1, 1)
        other = same[0] if same else one.name
        match one.type.kind:
            case "date":
                ways = {
                    f"{one.name} + {self.amount()}": DATE,
                    f"{one.name} - {self.amount()}": DATE,
                    f"reference_date - {one.name}": DURATION,
                    f"{one.name} - {other}": DURATION,
                }
            case "duration":
                ways = {
                    f"{one.name} + 30 days": DURATION,
                    f"{one.name} * 2": DURATION,
                    f"{one.name} / {other}": PLAIN,
                }
                ways |= {f"reference_date - {one.name}": DATE}
            case _:
                ways = {f"{one.name} {sign} {other}": one.type for sign in "+-"}
                ways |= {
                    f"{one.name} * 2": one.type,
                    f"({one.name} + {other}) / 2": one.type,
                    f"{one.name} / {other}": PLAIN,
                }
        value = self.one_of(tuple(ways))
        self.fact({"value": value}, ways[value])

    def first_known(self) -> None:
        one = self.any_name()
        if one is None:
            self.asked()
            return
        items = self.same(one.type, 1, 3)
        kind = self.type_of(items[0])
        constants = {
            "yes_no": ("no", "yes"),
            "choice": one.type.words,
            "date": ("none", "2025-12-31"),
            "duration": ("30 days",),
        }
        if self.chance(2) and one.type.kind in constants and "unknown" not in one.type.words:
            items.append(self.one_of(constants[one.type.kind]))
        self.fact({"first_known": items}, kind)

    def extreme(self) -> None:
        found = [
            one for one in self.names if one.type.kind in ("number", "date", "duration") or one.type.ordered
        ]
        if not found:
            self.asked()
            return
        one = self.draw(st.sampled_from(found))
        items = self.same(one.type, 1, 3)
        body: dict[str, Body] = {self.one_of(("lowest", "highest")): items}
        if self.chance(2):
            body["of_known"] = "yes"
        self.fact(body, self.type_of(items[0]))

    def answered(self) -> None:
        required: list[Body] = []
        for name in (
            self.draw(st.lists(st.sampled_from(self.names), max_size=3, unique_by=lambda one: one.name))
            if self.names
            else ()
        ):
            required.append({"fact": name.name, "when": self.line()} if self.chance(3) else name.name)
        if not required:
            self.asked()
            return
        self.fact({"answered": required}, YES_NO)
        words = tuple(str(one["fact"]) if isinstance(one, dict) else str(one) for one in required)
        if self.chance(2) and not any("." in word for word in words):  # behind `has` stands a plain word
            self.names.append(Name(f"fact_{len(self.facts) - 1}.missing", ValueType("collection", words)))
