"""The keys of a guideline file, and of what it holds as data: parameters, sets, actions, findings, facts, treatments."""

# ruff: noqa: E501  (one key on one line: it is a table)

from __future__ import annotations

from typing import Final

from cdss.models.guideline import EVIDENCE, ROLES, URGENCIES
from cdss.models.patient import LIST_OF
from cdss.rules.shape_parts import (
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
    Where,
    Words,
    key,
    must,
)

EVIDENCE_KIND: Final = Closed(EVIDENCE)
STATUS: Final = Closed(("draft", "active", "retired"))
ROLE: Final = Closed(ROLES, "unknown-role")
URGENCY: Final = Closed(tuple(reversed(URGENCIES)))
TYPES: Final = Closed(("yes_no", "choice", "number", "duration", "date", "code"))
PICKS: Final = Closed(
    (
        "exists",
        "count",
        "latest",
        "first",
        "lowest",
        "highest",
        "date",
        "first_date",
        "days_supplied",
        "daily_dose",
    ),
    "unknown-pick",
)
YES_NO: Final = Leaf("yes_no")
REQUIREMENTS: Final = ListOf(Leaf("id"), single=True)

SOURCE = key(
    "source", Of("source"), "Waar het staat: bron en paragraaf.", "Where it stands: source and section."
)
EVIDENCE_KEY = key(
    "evidence",
    EVIDENCE_KIND,
    "Hoe we het weten: verified (in de richtlijn gelezen), secondary (gelezen in een bron die haar weergeeft), "
    "design (keuze van dit project), unverified.",
    "How we know it: verified (read in the guideline), secondary (read in a source that reports it), design (a "
    "choice of this project), unverified.",
)
CONFIRMED = key(
    "confirmed",
    Of("confirmed"),
    "Wie dit wanneer tegen de richtlijntekst heeft gehouden (een rol, geen naam).",
    "Who held this against the text of the guideline, and when (a role, not a name).",
)
IMPLEMENTS = key(
    "implements",
    REQUIREMENTS,
    "Nummers uit het klinisch dossier die hiermee zijn ingevuld, zoals FP-07.",
    "Numbers of the clinical dossier that this fulfils, such as FP-07.",
)
STATUS_OWN = key(
    "status",
    STATUS,
    "Gaat voor de status van het bestand: draft, active of retired.",
    "Goes before the status of the file: draft, active or retired.",
)

FILE = Shape(
    "guideline",
    {"nl": "Een richtlijnbestand", "en": "A guideline file"},
    (
        must("cdss", Closed(("1",)), "Versie van de taal: 1.", "Version of the language: 1."),
        must("id", Leaf("file_id"), "Naam van dit bestand in elk antwoord; uniek.", "Name of this file in every answer; unique."),
        must(
            "version",
            Leaf("version"),
            "Versie: patch voor woorden, minor voor nieuw advies, major als een patiënt het omgekeerde advies kan krijgen.",
            "Version: patch for wording, minor for new advice, major when a patient may get the opposite advice.",
        ),
        must(
            "status",
            STATUS,
            "draft (loopt mee en wordt als concept getoond), active of retired.",
            "draft (runs, and is shown as a concept), active or retired.",
        ),
        must("title", Words(), "Waar dit bestand over gaat.", "What this file is about."),
        must("topic", Leaf("file_id"), "Onderwerp waar het bij hoort; de naam van de map.", "Topic it belongs to; the name of the folder."),
        key(
            "edition",
            Leaf("file_id"),
            "Uitgave van de richtlijn; weglaten voor wat alle uitgaven delen.",
            "Edition of the guideline; left out for what all editions share.",
        ),
        key("effective", Of("effective"), "De dagen waarop dit bestand geldt.", "The days on which this file holds."),
        SOURCE,
        EVIDENCE_KEY,
        key(
            "applies",
            Tree(),
            "Wanneer het onderwerp deze patiënt aangaat. Opent het onderwerp alleen als dit zeker is; nooit op leeftijd alleen.",
            "When the topic concerns this patient. Opens it only when surely so; never on age alone.",
        ),
        key("use", ListOf(Leaf("path"), single=True), "Andere bestanden waarvan hier namen worden gebruikt.", "Other files whose names are used here."),
        key("actions", NamesTo(Leaf("action"), Of("action")), "Wat een regel kan aanbevelen: een gesloten lijst.", "What a rule may recommend: a closed list."),
        key("value_sets", NamesTo(Leaf("name"), Of("value_set")), "Codes die als hetzelfde tellen.", "Codes that count as the same thing."),
        key(
            "products",
            NamesTo(Leaf("name"), ListOf(Of("product"))),
            "Wat één eenheid van een product meegaat; de eerste regel die past telt.",
            "What one unit of a product lasts; the first line that fits counts.",
        ),
        key("instruments", NamesTo(Leaf("name"), Of("instrument")), "Vragenlijsten: items en scores, geen teksten.", "Questionnaires: items and scores, no wording."),
        key(
            "parameters",
            NamesTo(Leaf("name"), Of("parameter")),
            "Getallen uit de richtlijn die vaker voorkomen, van datum afhangen of te kiezen zijn.",
            "Numbers of the guideline that are used twice, differ by date, or may be chosen.",
        ),
        key(
            "facts",
            NamesTo(Leaf("name"), Of("fact")),
            "Gegevens: uit het dossier gelezen, gevraagd, of afgeleid.",
            "Facts: read from the record, asked, or derived.",
        ),
        key("findings", NamesTo(Leaf("name"), Of("finding")), "Wat regels vaststellen met `set`.", "What rules conclude with `set`."),
        key("treatments", NamesTo(Leaf("name"), Of("treatment")), "Gebruik van middelen door de tijd.", "The use of drugs over time."),
        key("scores", NamesTo(Leaf("name"), Of("score")), "Punten die bij elkaar worden opgeteld.", "Points that are added up."),
        key("tables", NamesTo(Leaf("name"), Of("table")), "Keuzes tussen meer dan twee uitkomsten.", "Choices between more than two outcomes."),
        key("rules", ListOf(Of("rule")), "Wanneer iets geldt, doe dan iets.", "When something holds, do something."),
    ),
)  # fmt: skip

_SMALL = (
    Shape(
        "effective",
        {"nl": "De dagen waarop iets geldt", "en": "The days on which something holds"},
        (
            key("from", Leaf("date"), "Eerste dag waarop het geldt.", "First day on which it holds."),
            key("until", Leaf("date"), "Eerste dag waarop het niet meer geldt.", "First day on which it no longer holds."),
        ),
    ),
    Shape(
        "source",
        {"nl": "Waar het staat", "en": "Where it stands"},
        (
            key("ref", Leaf("id"), "Nummer in sources.yaml van dit onderwerp.", "Number in sources.yaml of this topic."),
            key("section", Leaf("line"), "Paragraaf of tabel.", "Section or table."),
            key("title", Leaf("line"), "Titel, als de bron niet in de lijst staat.", "Title, when the source is not in the list."),
            key("url", Leaf("url"), "Adres, als de bron niet in de lijst staat.", "Address, when the source is not in the list."),
        ),
        (Exactly(("ref", "title")),),
    ),
    Shape(
        "confirmed",
        {"nl": "Bevestiging door een clinicus", "en": "Confirmation by a clinician"},
        (
            must("on", Leaf("date"), "Wanneer.", "When."),
            must("by", ROLE, "De rol van wie het bevestigde; geen naam.", "The role of who confirmed it; not a name."),
            must("against", Leaf("line"), "De tekst waartegen het is gehouden.", "The text it was held against."),
        ),
    ),
    Shape(
        "parameter",
        {"nl": "Een getal uit de richtlijn", "en": "A number of the guideline"},
        (
            must("text", Words(), "Wat het getal betekent; lezers zien het.", "What the number means; readers see it."),
            must("values", ListOf(Of("dated")), "De waarde, met de dagen waarop zij geldt.", "The value, with the days on which it holds."),
            key("site", Of("site_limits"), "Grenzen waarbinnen een regio of praktijk mag kiezen.", "Limits within which a region or practice may choose."),
            key("boundary", Words(), "Kanttekening als een waarde precies op dit getal ligt.", "Caveat when a value stands exactly on this number."),
        ),
    ),
    Shape(
        "dated",
        {"nl": "Een waarde met de dagen waarop zij geldt", "en": "A value with the days on which it holds"},
        (
            key("from", Leaf("date"), "Eerste dag waarop de waarde geldt.", "First day on which the value holds."),
            key("until", Leaf("date"), "Eerste dag waarop zij niet meer geldt.", "First day on which it no longer holds."),
            must("value", Leaf("value"), "Getal met eenheid, duur, datum of woord.", "Number with its unit, duration, date or word."),
            SOURCE,
            EVIDENCE_KEY,
            CONFIRMED,
        ),
    ),
    Shape(
        "site_limits",
        {"nl": "Wat een praktijk mag kiezen", "en": "What a practice may choose"},
        (
            must("from", Leaf("value"), "Laagste waarde die mag.", "Lowest value allowed."),
            must("to", Leaf("value"), "Hoogste waarde die mag.", "Highest value allowed."),
        ),
    ),
    Shape(
        "value_set",
        {"nl": "Codes die als hetzelfde tellen", "en": "Codes that count as the same thing"},
        (
            key("codes", ListOf(Leaf("code"), single=True), "De codes, altijd met hun stelsel.", "The codes, always with their system."),
            key("words", ListOf(Leaf("word")), "Woorden van één veld van een record.", "Words of one field of a record."),
            key(
                "groups",
                NamesTo(Leaf("word"), ListOf(Leaf("group_member"), single=True)),
                "Naam van een groep met haar codes; een record dat past krijgt het veld `group`.",
                "Name of a group with its codes; a record that fits gets the field `group`.",
            ),
            key("text", Words(), "Wat deze codes samen zijn.", "What these codes are together."),
            SOURCE,
            EVIDENCE_KEY,
        ),
        (Exactly(("codes", "words", "groups")),),
    ),
    Shape(
        "product",
        {"nl": "Een product", "en": "A product"},
        (
            must("code", Leaf("code"), "De code van het product.", "The code of the product."),
            key(
                "strength",
                Leaf("strength"),
                "Alleen deze sterkte. Noemen alle regels van een code er een, dan is een record zonder sterkte onbekend.",
                "Only this strength. When every line of a code names one, a record without a strength is unknown.",
            ),
            key(
                "days_per_unit",
                Leaf("number"),
                "Dagen die één eenheid meegaat; anders uit het record of het gebruiksvoorschrift.",
                "Days that one unit lasts; else from the record or the directions for use.",
            ),
            key("class", Leaf("word"), "Een record dat past krijgt het veld `class`.", "A record that fits gets the field `class`."),
            key(
                "equivalent",
                Leaf("number"),
                "Voor een dagdosis: voor hoeveel één eenheid van de sterkte telt, zoals 6.25 voor dexamethason. Zonder: niet bekend.",
                "For a daily dose: how much one unit of the strength counts for, such as 6.25 for dexamethasone. Left out: not known.",
            ),
            key(
                "contains",
                Leaf("amount"),
                "Voor een dagdosis: wat één stuk bevat, waar de sterkte dat niet zegt, zoals 800 IU bij 20 ug.",
                "For a daily dose: what one piece holds, where its strength does not say so, such as 800 IU for 20 ug.",
            ),
        ),
    ),
    Shape(
        "action",
        {"nl": "Iets wat aanbevolen kan worden", "en": "Something that can be recommended"},
        (
            must("label", Words(), "Wat er gedaan wordt, als werkwoord.", "What is done, as a verb phrase."),
            must("owner", ROLE, "De rol die handelt.", "The role that acts."),
            key("check", Words(), "Wat de eigenaar nakijkt als een praktijk of regio dit aan een ander gaf, zoals: Kijk of de DXA is gemaakt.", "What the owner checks where a site gave this to another role, such as: See whether the DXA was made."),
            key("includes", ListOf(Leaf("action"), single=True), "Acties die deze omvat.", "Actions that this one takes in."),
            key("not_with", ListOf(Leaf("action"), single=True), "Acties die niet samengaan met deze.", "Actions that do not go with this one."),
            key("fhir", Of("fhir"), "Hoe het advies als FHIR wordt geschreven.", "How the advice is written as FHIR."),
        ),
    ),
    Shape(
        "fhir",
        {"nl": "Het advies als FHIR", "en": "The advice as FHIR"},
        (
            must("resource", Leaf("word"), "Soort resource, zoals ServiceRequest.", "Kind of resource, such as ServiceRequest."),
            key("code", Leaf("code"), "Code van wat wordt aangevraagd.", "Code of what is requested."),
        ),
    ),
)  # fmt: skip

_CHOICE = (
    key("choices", ListOf(Leaf("word")), "De woorden van een keuze.", "The words of a choice."),
    key("ordered", YES_NO, "`yes` als de keuzes van laag naar hoog staan.", "`yes` when the choices go from low to high."),
    key("unit", Leaf("unit"), "De eenheid van een getal.", "The unit of a number."),
    key("min", Leaf("number"), "Het laagste getal dat kan.", "The lowest number possible."),
    key("max", Leaf("number"), "Het hoogste getal dat kan.", "The highest number possible."),
    key("words_text", NamesTo(Leaf("word"), Words()), "Hoe elk woord van een keuze wordt gelezen.", "How each word of a choice is read."),
)  # fmt: skip
_LISTS: Final = Closed((*LIST_OF, "answer"))

FINDING = Shape(
    "finding",
    {"nl": "Een bevinding", "en": "A finding"},
    (
        must("type", TYPES, "Wat voor waarde het is.", "What kind of value it is."),
        *_CHOICE,
        key(
            "combine",
            Closed(("one", "highest", "collect")),
            "one: twee regels die iets anders zeggen botsen; highest: de hoogste telt; collect: elk woord apart.",
            "one: two rules that say otherwise are a conflict; highest: the highest counts; collect: each word by itself.",
        ),
        key("otherwise", Leaf("value"), "De waarde als zeker geen regel haar zet.", "The value when surely no rule sets it."),
        key("text", Words(), "De naam voor lezers.", "The name for readers."),
    ),
    (Needs("type", ("choices",), r"^choice$"), Needs("ordered", ("choices",)), Needs("words_text", ("choices",))),
)  # fmt: skip

FACT = Shape(
    "fact",
    {"nl": "Een gegeven", "en": "A fact"},
    (
        key(
            "from",
            ListOf(Leaf("source_list"), single=True),
            "patient.<veld>, een of meer lijsten van het dossier, `answer`, of de naam van een vragenlijst.",
            "patient.<field>, one or more lists of the record, `answer`, or the name of a questionnaire.",
        ),
        key("when", Tree(), "Een ja/nee-gegeven uit criteria.", "A yes/no fact from criteria."),
        key("value", Leaf("calculation"), "Rekenen: + - * / met spaties eromheen.", "Arithmetic: + - * / with spaces around."),
        key(
            "first_known",
            ListOf(Leaf("value")),
            "De eerste die bekend is; een vaste waarde als laatste is een sprong.",
            "The first that is known; a constant at the end is a leap.",
        ),
        key("lowest", ListOf(Leaf("reference")), "De laagste van deze gegevens.", "The lowest of these facts."),
        key("highest", ListOf(Leaf("reference")), "De hoogste van deze gegevens.", "The highest of these facts."),
        key("of_known", YES_NO, "Alleen van wat bekend is: een sprong.", "Only of those that are known: a leap."),
        key(
            "answered",
            ListOf(Either((Leaf("reference"), Of("required_fact")))),
            "Ja als elk van deze gegevens bekend is.",
            "Yes when each of these facts is known.",
        ),
        key("type", TYPES, "Wat voor waarde het is, als dat niet vanzelf spreekt.", "What kind of value it is, where not plain."),
        *_CHOICE,
        key(
            "units",
            NamesTo(Leaf("unit"), Leaf("number")),
            "Omrekening die van de stof afhangt: {ng/mL: 2.496}.",
            "A conversion that depends on the substance: {ng/mL: 2.496}.",
        ),
        key("plausible", Leaf("range"), "Daarbuiten is de waarde onbekend, en wordt het gemeld.", "Outside it the value is unknown, and reported."),
        key("in", Leaf("name"), "De waardelijst of productlijst.", "The value set or product set."),
        key("where", Where(), "Criteria over het record zelf; ze gelden allemaal.", "Criteria about the record itself; all of them hold."),
        key("within", Leaf("limit"), "Niet ouder dan dit, op de peildatum.", "Not older than this, on the reference date."),
        key("after", Leaf("limit"), "Alleen na deze dag.", "Only after this day."),
        key("before", Leaf("limit"), "Alleen voor deze dag.", "Only before this day."),
        key("after_age", Leaf("limit"), "Alleen vanaf deze leeftijd.", "Only from this age."),
        key("episode", Leaf("reference"), "Alleen records van de episode die dit gegeven noemt.", "Only records of the episode that this fact names."),
        key("together_within", Leaf("limit"), "Records die dichter bij elkaar liggen tellen als één.", "Records closer together than this count as one."),
        key("distinct", Leaf("field"), "Tel verschillende waarden van dit veld, geen records.", "Count different values of this field, not records."),
        key("pick", PICKS, "Wat we van de records willen weten.", "What we want to know of the records."),
        key("field", Leaf("reference"), "Welk veld van het record, als het niet de waarde is.", "Which field of the record, when not its value."),
        key(
            "if_missing",
            Leaf("if_missing"),
            "Wat het betekent als het er niet staat: ask (vragen), unknown, of assume met een waarde.",
            "What it means when it is not there: ask, unknown, or assume with a value.",
        ),
        key(
            "say",
            Either((Words(), Closed(("none",)))),
            "Bij assume: wat de lezer hoort dat is aangenomen, of none als dat geen kwaad kan.",
            "With assume: what the reader is told was assumed, or none when that is harmless.",
        ),
        key(
            "valid_for",
            Leaf("valid_for"),
            "Hoe lang een antwoord of meting telt: contact, een duur, of always.",
            "How long an answer or measurement counts: contact, a duration, or always.",
        ),
        key(
            "reassuring",
            ListOf(Leaf("word")),
            "Bij valid_for: contact: woorden die net als none vervallen als ze niet van vandaag zijn.",
            "With valid_for: contact: words that, like none, lapse when they are not of today.",
        ),
        key("ask_when", Tree(), "Vraag alleen zolang dit niet nee is; verandert nooit de conclusie.", "Ask only while this is not no; never changes what is concluded."),
        key("asked_of", ROLE, "Aan wie het gevraagd wordt.", "Whom to ask."),
        must("text", Words(), "De naam van het gegeven voor lezers.", "The name of the fact for readers."),
        key("question", Words(), "De woorden van de vraag, als die anders is dan `text`.", "The words of the question, when other than `text`."),
    ),
    (
        Exactly(("from", "when", "value", "first_known", "lowest", "highest", "answered")),
        Needs("of_known", ("lowest", "highest")),
        Needs("type", ("choices",), r"^choice$"),
        Needs(
            "from",
            ("if_missing",),
            r"^(?!patient\.)",
            "missing-if-missing",
            {"nl": "wat het betekent als het er niet staat", "en": "what it means when it is not there"},
        ),
        Needs(
            "if_missing",
            ("say",),
            r"^assume ",
            "missing-say",
            {"nl": "wat wordt aangenomen wordt verteld", "en": "what is assumed is told"},
        ),
        Needs(
            "if_missing",
            ("valid_for",),
            r"^ask$",
            "missing-valid-for",
            {"nl": "een antwoord telt niet vanzelf voor altijd", "en": "an answer does not count for ever by itself"},
        ),
        Needs("say", ("if_missing",)),
        Needs("ordered", ("choices",)),
        Needs("words_text", ("choices",)),
        Needs("reassuring", ("choices",)),
        Needs("reassuring", ("valid_for",)),
        Needs("question", ("if_missing",)),
    ),
)  # fmt: skip

REQUIRED_FACT = Shape(
    "required_fact",
    {"nl": "Een gegeven dat bekend moet zijn", "en": "A fact that must be known"},
    (
        must("fact", Leaf("reference"), "Het gegeven.", "The fact."),
        key("when", Tree(), "Nodig zolang dit niet nee is.", "Required while this is not no."),
    ),
)

TREATMENT = Shape(
    "treatment",
    {"nl": "Het gebruik van een middel door de tijd", "en": "The use of a drug over time"},
    (
        must("text", Words(), "De naam voor lezers.", "The name for readers."),
        must("from", ListOf(_LISTS, single=True), "De lijsten die gelezen worden.", "The lists that are read."),
        key("or_from", ListOf(_LISTS, single=True), "Gebruikt als geen van `from` is aangeleverd.", "Used when none of `from` was delivered."),
        must("in", Leaf("name"), "De productlijst.", "The product set."),
        key("switch_within", Leaf("name"), "Ruimere productlijst: een middel daaruit is overstappen, niet stoppen.", "A wider product set: a drug of it is a switch, not a stop."),
        key(
            "days_supply",
            ListOf(Closed(("recorded", "usage", "product", "ask")), single=True),
            "Waar het aantal dagen vandaan komt, in deze volgorde.",
            "Where the days' supply comes from, in this order.",
        ),
        key("carry_over", Leaf("limit"), "Hoeveel restvoorraad een volgende start verschuift.", "How much left-over supply may move the next start."),
        key("gap_limits", Of("gap_limits"), "Hoe lang zonder voorraad mogelijk gestopt en gestopt is.", "How long without supply is possibly stopped, and stopped."),
        key("pause_during", ListOf(Closed(("hospital", "nursing_home", "rehabilitation")), single=True), "Opnames waarin geen voorraad wordt gebruikt.", "Stays during which no supply is used."),
        key("planned_end", Of("planned_end"), "Wanneer stoppen gepland kan zijn.", "When a stop may be planned."),
        key("prescribed_limit", Leaf("limit"), "Zo lang voorgeschreven en nooit opgehaald telt als niet gestart.", "Prescribed this long ago and never collected counts as not started."),
        key("pdc_window", Leaf("limit"), "Over welke tijd tot de peildatum `.pdc` wordt gerekend; zonder: sinds de eerste verstrekking.", "The time up to the reference date over which `.pdc` is reckoned; left out: since the first dispensing."),
        key("ended_by", ListOf(Closed(("agreement",)), single=True), "Een vastgelegde stopafspraak telt mee.", "A recorded agreement to stop counts."),
        key("follow_up", Leaf("reference"), "Ja/nee-gegeven: gepland einde telt alleen met een bevestigd vervolgmiddel.", "A yes/no fact: a planned end counts only with a confirmed follow-up drug."),
    ),
)  # fmt: skip

GAP_LIMITS = Shape(
    "gap_limits",
    {"nl": "Grenzen aan dagen zonder voorraad", "en": "Limits to days without supply"},
    (
        key(
            "possible_stop",
            Leaf("limit"),
            "Langer dan dit: mogelijk gestopt.",
            "Longer than this: possibly stopped.",
        ),
        key("stopped", Leaf("limit"), "Langer dan dit: gestopt.", "Longer than this: stopped."),
    ),
)
PLANNED_END = Shape(
    "planned_end",
    {"nl": "Een gepland einde", "en": "A planned end"},
    (
        key("for", Leaf("word"), "De klasse van middelen.", "The class of drugs."),
        must(
            "after",
            Leaf("limit"),
            "Na deze duur kan stoppen gepland zijn.",
            "After this long a stop may be planned.",
        ),
        key("tolerance", Leaf("limit"), "Zoveel eerder mag ook.", "This much earlier will do."),
    ),
)

DATA_SHAPES: Final = (FILE, *_SMALL, FINDING, FACT, REQUIRED_FACT, TREATMENT, GAP_LIMITS, PLANNED_END)
