"""The keys of the files around a guideline: line-ups, sources, site files, bindings, and cases."""

# ruff: noqa: E501  (one key on one line: it is a table)

from __future__ import annotations

from typing import Final

from cdss.models.guideline import SETTINGS
from cdss.rules.shape_data import EVIDENCE_KIND, ROLE, URGENCY
from cdss.rules.shape_parts import (
    Anything,
    AtLeast,
    Closed,
    Either,
    Exactly,
    Leaf,
    ListOf,
    NamesTo,
    Needs,
    Of,
    Shape,
    Words,
    key,
    must,
)

_LINE_UP = (
    Shape(
        "editions",
        {"nl": "De opstelling van een onderwerp", "en": "The line-up of a topic"},
        (
            must("topic", Leaf("file_id"), "Het onderwerp.", "The topic."),
            key("title", Words(), "De naam voor lezers.", "The name for readers."),
            key("default", ListOf(Of("default")), "Welke uitgave vanaf welke dag antwoordt; niet nodig zonder uitgaven.", "Which edition answers from which day; not needed without editions."),
            key("editions", NamesTo(Leaf("file_id"), Of("takes_in")), "Wat een uitgave uit andere overneemt.", "What an edition takes in of others."),
        ),
    ),
    Shape(
        "default",
        {"nl": "Een uitgave vanaf een dag", "en": "An edition from a day"},
        (
            must("from", Leaf("date"), "Eerste dag.", "First day."),
            must("edition", Leaf("file_id"), "De uitgave.", "The edition."),
        ),
    ),
    Shape(
        "takes_in",
        {"nl": "Wat een uitgave overneemt", "en": "What an edition takes in"},
        (must("with", ListOf(Leaf("path"), single=True), "Bestanden van andere uitgaven.", "Files of other editions."),),
    ),
    Shape(
        "sources",
        {"nl": "De bronnen van een onderwerp", "en": "The sources of a topic"},
        (
            must("topic", Leaf("file_id"), "Het onderwerp.", "The topic."),
            must("sources", ListOf(Of("listed_source")), "De bronnen.", "The sources."),
        ),
    ),
    Shape(
        "listed_source",
        {"nl": "Een bron", "en": "A source"},
        (
            must("id", Leaf("id"), "Nummer, zoals in `ref: S24`.", "Number, as in `ref: S24`."),
            must("title", Leaf("line"), "Titel.", "Title."),
            key("version", Leaf("line"), "Versie of jaar.", "Version or year."),
            key("url", Leaf("url"), "Adres.", "Address."),
            key("read", Leaf("line"), "Hoeveel ervan gelezen is.", "How much of it was read."),
        ),
    ),
)  # fmt: skip

_REQUIREMENTS = (
    Shape(
        "requirements",
        {"nl": "De eisen van een onderwerp", "en": "The requirements of a topic"},
        (
            must("topic", Leaf("file_id"), "Het onderwerp.", "The topic."),
            must("title", Words(), "Het stuk waar de nummers uit komen.", "The document that the numbers come from."),
            must("requirements", ListOf(Of("requirement")), "De eisen.", "The requirements."),
        ),
    ),
    Shape(
        "requirement",
        {"nl": "Een genummerde eis", "en": "A numbered requirement"},
        (
            must("id", Leaf("id"), "Nummer, zoals in `implements: [FP-07]`.", "Number, as in `implements: [FP-07]`."),
            must("title", Words(), "De eis in een regel.", "The requirement in one line."),
            must("sections", ListOf(Leaf("line")), "Waar zij in het stuk staat.", "Where it stands in the document."),
            key("printed", Leaf("line"), "De uitgaven zoals het stuk ze noemt.", "The editions as the document names them."),
            must("editions", ListOf(Leaf("file_id"), single=True), "De uitgaven waar zij bij hoort, of `all`.", "The editions that it belongs to, or `all`."),
            must("status", ListOf(Of("requirement_part")), "Hoe we elk deel weten.", "How we know each part."),
            key("not_implemented", Of("not_implemented"), "Waarom geen regel haar uitwerkt.", "Why no rule implements it."),
        ),
    ),
    Shape(
        "requirement_part",
        {"nl": "Hoe we een deel van een eis weten", "en": "How we know a part of a requirement"},
        (
            must("evidence", EVIDENCE_KIND, "verified, secondary, design of unverified, zoals het stuk zegt.", "verified, secondary, design or unverified, as the document says."),
            key("sources", ListOf(Leaf("id"), single=True), "Nummers in sources.yaml.", "Numbers in sources.yaml."),
            key("text", Words(), "Welk deel.", "Which part."),
        ),
    ),
    Shape(
        "not_implemented",
        {"nl": "Waarom een eis niet is uitgewerkt", "en": "Why a requirement is not implemented"},
        (must("reason", Words(), "De reden; staat in de tabel van eisen.", "The reason; it stands in the table of requirements."),),
    ),
)  # fmt: skip

_CHOSEN = (
    Shape(
        "site",
        {"nl": "Keuzes van een regio of praktijk", "en": "Choices of a region or practice"},
        (
            must("id", Leaf("file_id"), "Naam; staat in elk antwoord.", "Name; stands in every answer."),
            key("title", Words(), "De naam voor lezers.", "The name for readers."),
            key("parameters", NamesTo(Leaf("reference"), Leaf("value")), "Parameter met de gekozen waarde.", "Parameter with the value chosen."),
            key("owners", NamesTo(Leaf("action"), ROLE), "Actie met de rol die handelt.", "Action with the role that acts."),
            key("coordinator", ROLE, "De rol die de regie heeft.", "The role that coordinates."),
            key("topics_off", ListOf(Leaf("file_id"), single=True), "Onderwerpen die niet gebruikt worden.", "Topics that are not used."),
            key("links", NamesTo(Leaf("action"), Leaf("url")), "Actie met een pagina voor patiënten.", "Action with a page for patients."),
        ),
    ),
    Shape(
        "bindings",
        {"nl": "Eigen codes", "en": "Local codes"},
        (
            key("id", Leaf("file_id"), "Naam van deze lijst.", "Name of this list."),
            must("bindings", ListOf(Of("binding")), "De koppelingen.", "The bindings."),
        ),
    ),
    Shape(
        "binding",
        {"nl": "Een eigen code", "en": "A local code"},
        (
            must("code", Leaf("code"), "De eigen code.", "The local code."),
            key("fact", Leaf("reference"), "Het gegeven dat een record met deze code vult.", "The fact that a record with this code fills."),
            key("as", Leaf("code"), "De standaardcode waar deze voor staat.", "The standard code that this one stands for."),
            key("unit", Leaf("unit"), "De eenheid waarin het is vastgelegd.", "The unit in which it is recorded."),
            key("strength", Leaf("strength"), "Sterkte van het product, bij `as`.", "Strength of the product, with `as`."),
        ),
        (Exactly(("fact", "as")), Needs("strength", ("as",)), Needs("unit", ("fact",))),
    ),
)  # fmt: skip

_HOW = (
    key("guideline", Leaf("path"), "Het bestand dat getest wordt.", "The file that is tested."),
    key("on", Leaf("date"), "De peildatum.", "The reference date."),
    key("setting", Closed(SETTINGS), "contact (tenzij anders gezegd), record of population.", "contact (unless said otherwise), record or population."),
    key("edition", Leaf("file_id"), "Een andere uitgave dan die op deze dag geldt.", "Another edition than the one of this day."),
    key("audience", ROLE, "De lezer.", "The reader."),
    key("site", Leaf("path"), "Een bestand met keuzes van een praktijk.", "A file with choices of a practice."),
    key("bindings", Leaf("path"), "Een bestand met eigen codes.", "A file with local codes."),
)  # fmt: skip
_VALUE: Final = Either((Leaf("value"), ListOf(Leaf("word"), empty=True), Anything()))
_VALUES: Final = NamesTo(Leaf("reference"), _VALUE)
_ACTIONS: Final = ListOf(Leaf("action"), empty=True)
_QUESTIONS: Final = ListOf(Leaf("question"), empty=True)
_IDS: Final = ListOf(Leaf("rule"), empty=True)

_CASES = (
    Shape(
        "cases",
        {"nl": "Voorbeeldpatiënten met wat eruit moet komen", "en": "Cases with what must come out"},
        (*_HOW, must("cases", ListOf(Of("case")), "De gevallen.", "The cases.")),
    ),
    Shape(
        "case",
        {"nl": "Een geval", "en": "A case"},
        (
            must("id", Leaf("id"), "Naam van het geval.", "Name of the case."),
            key("text", Words(), "Wat het geval laat zien.", "What the case shows."),
            *_HOW,
            key("given", _VALUES, "Gegevens bij naam; ze gaan boven alles.", "Facts by name; they stand above everything."),
            key("record", Anything(), "Een dossier; volledig voor elke lijst die het noemt.", "A record; complete for every list that it names."),
            must("expect", Of("expect"), "Wat eruit moet komen.", "What must come out."),
            key("pending", Leaf("line"), "Waarom het nog niet kan; faalt op de dag dat het wel kan.", "Why it cannot pass yet; fails on the day that it does."),
        ),
        (AtLeast(("given", "record")),),
    ),
    Shape(
        "expect",
        {"nl": "Wat eruit moet komen", "en": "What must come out"},
        (
            key("recommend", _ACTIONS, "Precies deze acties.", "Exactly these actions."),
            key("not_recommend", _ACTIONS, "Deze acties niet.", "None of these actions."),
            key("ask", _QUESTIONS, "Precies deze vragen; over een record als conditions/0/site.", "Exactly these questions; about a record as conditions/0/site."),
            key("not_ask", _QUESTIONS, "Deze vragen niet.", "None of these questions."),
            key("excepted", _IDS, "Regels die golden en toch niet adviseerden.", "Rules that held and did not advise."),
            key("undecided", _IDS, "Regels die niet te beslissen waren.", "Rules that could not be decided."),
            key("conflicts", ListOf(Either((Leaf("action"), ListOf(Leaf("action")))), empty=True), "Acties die botsen.", "Actions that are in conflict."),
            key("caveats", ListOf(Leaf("line"), single=True, empty=True), "Teksten of delen ervan.", "Texts, or parts of them."),
            key("findings", _VALUES, "Bevinding met haar waarde.", "Finding with its value."),
            key("scores", _VALUES, "Score met haar waarde of bereik.", "Score with its value or range."),
            key("urgency", Either((URGENCY, NamesTo(Leaf("action"), URGENCY))), "De hoogste, of per actie.", "The highest, or for each action."),
            key("settled", _IDS, "Wat geen antwoord meer verandert.", "What no answer can change."),
            key("provisional", _IDS, "Wat nu geldt en nog kan veranderen.", "What holds now and may still change."),
            key(
                "outcome",
                Leaf("word"),
                "Uitkomst van het onderwerp, zoals advice of nothing_to_do.",
                "Outcome of the topic, such as advice or nothing_to_do.",
            ),
        ),
        (
            AtLeast(
                (
                    *("recommend", "not_recommend", "ask", "not_ask", "excepted", "undecided", "conflicts", "caveats"),
                    *("findings", "scores", "urgency", "settled", "provisional", "outcome"),
                ),
                "empty-case",
                {"nl": "dit geval vergelijkt niets", "en": "this case compares nothing"},
            ),
        ),
    ),
)  # fmt: skip

AROUND_SHAPES: Final = (*_LINE_UP, *_REQUIREMENTS, *_CHOSEN, *_CASES)
