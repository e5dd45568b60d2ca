"""The keys of what a guideline concludes with: scores, instruments, tables and rules."""

# ruff: noqa: E501  (one key on one line: it is a table)

from __future__ import annotations

from typing import Final

from cdss.rules.shape_data import (
    CONFIRMED,
    EVIDENCE_KEY,
    IMPLEMENTS,
    ROLE,
    SOURCE,
    STATUS_OWN,
    URGENCY,
)
from cdss.rules.shape_parts import (
    AtLeast,
    AtMost,
    Closed,
    Either,
    Exactly,
    Leaf,
    ListOf,
    NamesTo,
    Needs,
    Of,
    Shape,
    Tree,
    Words,
    key,
    must,
)

_SCORES = (
    Shape(
        "score",
        {"nl": "Een score", "en": "A score"},
        (
            must("title", Words(), "De naam.", "The name."),
            key("unit", Leaf("unit"), "De eenheid, meestal points.", "The unit, usually points."),
            must("items", ListOf(Of("score_item")), "Elk item geeft punten als het geldt.", "Each item gives points when it holds."),
            SOURCE,
            EVIDENCE_KEY,
            CONFIRMED,
            STATUS_OWN,
            IMPLEMENTS,
        ),
    ),
    Shape(
        "score_item",
        {"nl": "Een item van een score", "en": "An item of a score"},
        (
            must("id", Leaf("id"), "Naam van het item.", "Name of the item."),
            key("text", Words(), "Hoe lezers het item zien.", "How readers see the item."),
            key("points", Leaf("number"), "De punten.", "The points."),
            key("when", Tree(), "Wanneer het item telt.", "When the item counts."),
            key("first_of", ListOf(Of("points")), "De eerste regel die geldt geeft haar punten.", "The first line that holds gives its points."),
            SOURCE,
            EVIDENCE_KEY,
            CONFIRMED,
        ),
        (Exactly(("points", "first_of")), Needs("points", ("when",)), Needs("when", ("points",))),
    ),
    Shape(
        "points",
        {"nl": "Punten als iets geldt", "en": "Points when something holds"},
        (
            must("points", Leaf("number"), "De punten.", "The points."),
            must("when", Tree(), "Wanneer zij tellen.", "When they count."),
            SOURCE,
            EVIDENCE_KEY,
            CONFIRMED,
        ),
    ),
)  # fmt: skip

_INSTRUMENTS = (
    Shape(
        "instrument",
        {"nl": "Een vragenlijst", "en": "A questionnaire"},
        (
            must("title", Words(), "De naam.", "The name."),
            key("codes", ListOf(Leaf("code"), single=True), "Codes waaronder alleen de totaalscore staat.", "Codes under which only the total is recorded."),
            must(
                "items",
                NamesTo(Leaf("item"), Either((Leaf("range"), NamesTo(Leaf("word"), Leaf("number"))))),
                "Item of reeks, met het bereik van de score of de score van elk antwoord.",
                "Item or range of items, with the range of the score or the score of each answer.",
            ),
            key("total", Leaf("formula"), "De totaalscore: sum, answered, mean, items, getallen.", "The total: sum, answered, mean, items, numbers."),
            key("totals", NamesTo(Leaf("name"), Leaf("formula")), "Meer scores, elk met een naam.", "Several totals, each with a name."),
            key("missing_items", Of("missing_items"), "Wat er gebeurt als items ontbreken.", "What happens when items are missing."),
            key("bands", NamesTo(Leaf("word"), Leaf("range")), "Klassen van de score: naam met bereik.", "Classes of the total: name with range."),
            key("class", Of("class"), "Een kleine tabel over de scores.", "A small table over the totals."),
            key("change", Of("change"), "Wanneer een tweede meting beter is.", "When a second measurement is better."),
            key("lookup", Of("lookup"), "Van ruwe score naar T-score.", "From raw total to T-score."),
            SOURCE,
            EVIDENCE_KEY,
        ),
        (AtMost(("total", "totals")),),
    ),
    Shape(
        "missing_items",
        {"nl": "Items die ontbreken", "en": "Items that are missing"},
        (
            key("at_most", Leaf("whole"), "Hoeveel items hoogstens mogen ontbreken.", "How many items may be missing at most."),
            must(
                "then",
                Closed(("prorate", "range", "unknown")),
                "prorate (naar rato, een sprong), range (elke aanvulling) of unknown.",
                "prorate (a leap), range (every completion) or unknown.",
            ),
        ),
    ),
    Shape(
        "class",
        {"nl": "Klassen van een vragenlijst", "en": "Classes of a questionnaire"},
        (
            must("hit", Closed(("first",)), "De eerste rij die geldt.", "The first row that holds."),
            must("rows", ListOf(Of("class_row")), "De rijen, van boven naar beneden.", "The rows, from top to bottom."),
        ),
    ),
    Shape(
        "class_row",
        {"nl": "Een rij", "en": "A row"},
        (
            must("id", Leaf("id"), "Naam van de rij.", "Name of the row."),
            key("when", Tree(), "Wanneer de rij geldt; de laatste geldt altijd.", "When the row holds; the last always does."),
            must("then", Leaf("word"), "De klasse.", "The class."),
        ),
    ),
    Shape(
        "change",
        {"nl": "Beloop tussen twee metingen", "en": "Change between two measurements"},
        (
            key("absolute", Leaf("number"), "Verschil in punten dat telt.", "Difference in points that counts."),
            key("part", Leaf("percentage"), "Deel van de eerste meting dat telt.", "Part of the first measurement that counts."),
            must("better", Closed(("lower", "higher")), "Welke kant beter is.", "Which way is better."),
            key("recovered", Leaf("range"), "Waarbij iemand hersteld heet.", "Where someone counts as recovered."),
        ),
        (AtLeast(("absolute", "part")),),
    ),
    Shape(
        "lookup",
        {"nl": "Van ruwe score naar T-score", "en": "From raw total to T-score"},
        (
            must("from", Leaf("number"), "De ruwe score van de eerste waarde.", "The raw total of the first value."),
            must("values", ListOf(Leaf("number")), "De waarden, op volgorde.", "The values, in order."),
        ),
    ),
)  # fmt: skip

_TABLES = (
    Shape(
        "table",
        {"nl": "Een tabel", "en": "A table"},
        (
            must("title", Words(), "De naam.", "The name."),
            must(
                "hit",
                Closed(("unique", "first")),
                "unique: bij bekende waarden past precies één rij, en dat wordt bewezen; first: van boven naar beneden.",
                "unique: over known values exactly one row matches, and that is proved; first: from top to bottom.",
            ),
            key("inputs", ListOf(Leaf("reference")), "De namen boven de kolommen van `if`.", "The names above the columns of `if`."),
            key(
                "if_open",
                Closed(("all", "first_sure")),
                "first_sure: neem de eerste rij die zeker geldt, voorlopig (een sprong). Anders tellen alle mogelijke rijen.",
                "first_sure: take the first row that is surely met, provisionally (a leap). Else all possible rows count.",
            ),
            must("outcomes", NamesTo(Leaf("word"), Of("outcome")), "De uitkomsten: woorden of hele getallen.", "The outcomes: words or whole numbers."),
            must("rows", ListOf(Of("row")), "De rijen.", "The rows."),
            key("otherwise", Closed(("unknown",)), "In een first-tabel zonder laatste rij: unknown.", "In a first table without a last row: unknown."),
            SOURCE,
            EVIDENCE_KEY,
            CONFIRMED,
            STATUS_OWN,
            IMPLEMENTS,
        ),
    ),
    Shape(
        "outcome",
        {"nl": "Een uitkomst", "en": "An outcome"},
        (must("text", Words(), "Hoe lezers de uitkomst zien.", "How readers see the outcome."),),
    ),
    Shape(
        "row",
        {"nl": "Een rij", "en": "A row"},
        (
            must("id", Leaf("id"), "Naam van de rij.", "Name of the row."),
            key("if", ListOf(Leaf("cell")), "Eén cel per kolom: waarde, `a or b`, bereik, any of unknown.", "One cell for each column: value, `a or b`, range, any or unknown."),
            key("when", Tree(), "In een first-tabel: criteria in plaats van cellen.", "In a first table: criteria in place of cells."),
            must("then", Leaf("outcome"), "De uitkomst, `a or b`, of unknown voor wat niet gelezen is.", "The outcome, `a or b`, or unknown for what was not read."),
            key("text", Words(), "Kanttekening bij deze rij.", "Caveat of this row."),
            IMPLEMENTS,
            SOURCE,
            EVIDENCE_KEY,
            CONFIRMED,
        ),
        (AtMost(("if", "when")),),
    ),
)  # fmt: skip

_RULES = (
    Shape(
        "rule",
        {"nl": "Een regel", "en": "A rule"},
        (
            must("id", Leaf("id"), "Naam van de regel; uniek in het bestand.", "Name of the rule; unique in the file."),
            IMPLEMENTS,
            must("title", Words(), "Wat de regel doet.", "What the rule does."),
            SOURCE,
            EVIDENCE_KEY,
            key("grade", Leaf("line"), "Sterkte van aanbeveling, alleen als de bron die afdrukt.", "Strength of recommendation, only when the source prints one."),
            key("graded_in", Of("source"), "De bron die de sterkte afdrukt.", "The source that prints the grade."),
            CONFIRMED,
            STATUS_OWN,
            must("when", Tree(), "Wanneer de regel geldt.", "When the rule holds."),
            key("except", ListOf(Of("exception")), "Redenen waarom de regel dan toch niet adviseert.", "Reasons why the rule does not advise after all."),
            key(
                "if_unknown",
                Closed(("ask", "mention", "silent")),
                "ask: vraag wat open is; mention: alleen noemen; silent: geen van beide.",
                "ask: ask what is open; mention: list it only; silent: neither.",
            ),
            key("overrides", ListOf(Of("override")), "Regels waar deze voorgaat, met de bron die dat zegt.", "Rules that this one goes before, with the source that says so."),
            must("then", Of("then"), "Wat er dan volgt.", "What follows then."),
        ),
        (Needs("graded_in", ("grade",)),),
    ),
    Shape(
        "exception",
        {"nl": "Een uitzondering", "en": "An exception"},
        (
            must("id", Leaf("id"), "Naam van de uitzondering.", "Name of the exception."),
            must("when", Tree(), "Wanneer zij geldt.", "When it holds."),
            must("text", Words(), "De reden, voor lezers.", "The reason, for readers."),
            key(
                "if_unknown",
                Closed(("mention", "block")),
                "mention: wel adviseren, met kanttekening; block: niet adviseren.",
                "mention: advise, with a caveat; block: do not advise.",
            ),
        ),
    ),
    Shape(
        "override",
        {"nl": "Een regel waar deze voorgaat", "en": "A rule that this one goes before"},
        (
            must("rule", Leaf("rule"), "De regel.", "The rule."),
            must("source", Of("source"), "De bron die zegt dat deze voorgaat.", "The source that says that this one goes first."),
        ),
    ),
    Shape(
        "then",
        {"nl": "Wat er volgt", "en": "What follows"},
        (
            key("set", NamesTo(Leaf("reference"), Leaf("value")), "Bevinding met haar waarde.", "Finding with its value."),
            key("recommend", Leaf("action"), "De actie die wordt aanbevolen.", "The action that is recommended."),
            key(
                "urgency",
                URGENCY,
                "U1 bel 112, U2 binnen 1 uur, U3 vandaag, U4 binnen 24 uur, D1 vandaag of morgen, D7 binnen 7 dagen, routine.",
                "U1 call an ambulance, U2 within an hour, U3 today, U4 within 24 hours, D1 today or tomorrow, D7 within 7 days, routine.",
            ),
            key(
                "priority",
                Closed(("high", "middle", "low")),
                "high: niet op tijd doen kan schaden; middle: gezondheidswinst; low: registratie.",
                "high: not doing it in time can harm; middle: health gain; low: record keeping.",
            ),
            key("due", Leaf("limit"), "Een duur vanaf de peildatum, of de naam van een datum.", "An amount from the reference date, or a name whose value is a date."),
            key("inform", ListOf(ROLE, single=True), "Rollen die een overdracht krijgen.", "Roles that get a hand-over."),
            key(
                "messages",
                NamesTo(ROLE, Words()),
                "Tekst per rol: eerst wat te doen, dan waarom. {naam} geeft de waarde van een gegeven.",
                "Text for each role: what to do first, then why. {name} gives the value of a fact.",
            ),
            key("outcome", Closed(("out_of_scope", "not_assessable")), "Uitkomst van het onderwerp.", "Outcome of the topic."),
            key("text", Words(), "Bij outcome: waarom.", "With outcome: why."),
        ),
        (
            AtLeast(("recommend", "set", "outcome")),
            *(Needs(name, ("recommend",)) for name in ("urgency", "priority", "due", "inform", "messages")),
            Needs("outcome", ("text",)),
            Needs("text", ("outcome",)),
        ),
    ),
)  # fmt: skip

LOGIC_SHAPES: Final = (*_SCORES, *_INSTRUMENTS, *_TABLES, *_RULES)
