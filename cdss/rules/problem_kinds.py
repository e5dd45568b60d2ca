"""Every kind of problem: its name, what it is called in both languages, and the stage that finds it.

Each has a page in `docs/problems/` (also `cdss help <kind>`) and an example in `tests/golden/problems/` with the text
that it gives; a test holds the three together.
"""

# ruff: noqa: E501  (one kind on one line: it is a table)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from cdss.errors import Text

Stage = Literal["text", "shape", "line", "meaning", "check", "site", "cases", "engine"]
"""text: not YAML that we read. shape: keys and kinds of value. line: one line or value. meaning: names, types, dates.
check: every name means something, and yet it is wrong or doubtful. site, cases: the files around a guideline. engine: an executor that was asked for cannot hold it."""


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind. `warning`: it does not refuse a guideline. `in_schema`: an editor with our JSON Schema sees it too."""

    name: str
    title: Text
    stage: Stage
    warning: bool = False
    in_schema: bool = False


def _kind(
    stage: Stage, name: str, nl: str, en: str, *, warning: bool = False, in_schema: bool = False
) -> ProblemKind:
    return ProblemKind(name, {"nl": nl, "en": en}, stage, warning, in_schema)


_KINDS: Final = (
    _kind("text", "not-utf8", "Het bestand is geen UTF-8", "The file is not UTF-8"),
    _kind("text", "file-too-large", "Het bestand is te groot", "The file is too large"),
    _kind("text", "empty-file", "Het bestand is leeg", "The file is empty"),
    _kind("text", "unreadable-character", "Een onzichtbaar teken", "An invisible character"),
    _kind("text", "tab", "Een tab", "A tab"),
    _kind("text", "yaml-syntax", "Geen leesbare YAML", "YAML that cannot be read"),
    _kind("text", "indentation", "Een regel springt verkeerd in", "A line is indented wrongly"),
    _kind("text", "missing-colon", "Een sleutel zonder dubbelepunt", "A key without a colon"),
    _kind("text", "missing-comma", "Een komma ontbreekt", "A comma is missing"),
    _kind("text", "not-closed", "Een aanhalingsteken of haakje niet gesloten", "A quote or bracket that is not closed"),
    _kind("text", "text-needs-quotes", "Een tekst zonder aanhalingstekens", "A text without quotes"),
    _kind("text", "anchor", "Een verwijzing binnen YAML", "A reference inside YAML"),
    _kind("text", "merge-key", "Samenvoegen met <<", "Merging with <<"),
    _kind("text", "tag", "Een waarde met een uitroepteken", "A value with an exclamation mark"),
    _kind("text", "directive", "Een regel met % vooraan", "A line that starts with %"),
    _kind("text", "several-documents", "Twee documenten in één bestand", "Two documents in one file"),
    _kind("text", "duplicate-key", "Een sleutel die er twee keer staat", "A key that stands twice"),
    _kind("text", "key-not-a-word", "Een lijst waar een sleutel hoort", "A list where a key belongs"),
    _kind("text", "too-deep", "Te veel lijsten in elkaar", "Too many lists inside one another"),
    _kind("text", "lone-dash", "Een los streepje", "A dash by itself"),
    _kind("text", "symbol-cell", "Een cel met > of <", "A cell with > or <"),
    _kind("shape", "unknown-key", "Een sleutel die hier niet kan staan", "A key that cannot stand here", in_schema=True),
    _kind("shape", "missing-key", "Er ontbreekt een sleutel", "A key is missing", in_schema=True),
    _kind("shape", "keys-exclude", "Twee sleutels die niet samengaan", "Two keys that do not go together", in_schema=True),
    _kind("shape", "wrong-kind", "Een ander soort waarde dan hier hoort", "Another kind of value than belongs here", in_schema=True),
    _kind("shape", "unknown-word", "Een woord dat hier niet kan", "A word that cannot stand here", in_schema=True),
    _kind("shape", "unknown-role", "Een rol die we niet kennen", "A role that we do not know", in_schema=True),
    _kind("shape", "unknown-pick", "Een manier van kiezen die we niet kennen", "A way of picking that we do not know", in_schema=True),
    _kind("shape", "bad-if-missing", "Onduidelijk wat ontbreken betekent", "Unclear what absence means", in_schema=True),
    _kind("shape", "missing-if-missing", "Niet gezegd wat ontbreken betekent", "Not said what absence means", in_schema=True),
    _kind("shape", "missing-say", "Niet gezegd wat is aangenomen", "Not said what was assumed", in_schema=True),
    _kind("shape", "missing-valid-for", "Niet gezegd hoe lang het telt", "Not said how long it counts", in_schema=True),
    _kind("shape", "empty-value", "Een sleutel zonder waarde", "A key without a value", in_schema=True),
    _kind("shape", "empty-list", "Een lege lijst", "An empty list", in_schema=True),
    _kind("shape", "list-without-name", "Een lijst zonder all, any of none", "A list without all, any or none", in_schema=True),
    _kind("shape", "several-lists", "Twee lijsten naast elkaar", "Two lists side by side", in_schema=True),
    _kind("shape", "text-without-language", "Een tekst zonder taal", "A text without its language", in_schema=True),
    _kind("shape", "missing-dutch", "De Nederlandse tekst ontbreekt", "The Dutch text is missing", in_schema=True),
    _kind("shape", "looks-like-truth", "Een woord dat op ja of nee lijkt", "A word that looks like yes or no"),
    _kind("shape", "bad-name", "Een naam die zo niet kan", "A name that cannot be written so", in_schema=True),
    _kind("shape", "reserved-name", "Een naam die al iets betekent", "A name that already means something"),
    _kind("line", "and-in-criterion", "En of of binnen een criterium", "And or or inside a criterion"),
    _kind("line", "brackets-in-criterion", "Haakjes in een criterium", "Brackets in a criterion"),
    _kind("line", "arithmetic-in-criterion", "Rekenen in een criterium", "Arithmetic in a criterion"),
    _kind("line", "two-comparisons", "Twee vergelijkingen op één regel", "Two comparisons on one line"),
    _kind("line", "wrong-operator", "Een vergelijking in een ander teken", "A comparison in another sign"),
    _kind("line", "not-a-criterion", "Geen leesbaar criterium", "Not a criterion that can be read"),
    _kind("line", "nothing-to-compare", "Er wordt niets van de patiënt vergeleken", "Nothing of the patient is compared"),
    _kind("line", "criterion-over-lines", "Een criterium over twee regels", "A criterion over two lines"),
    _kind("line", "dutch-word", "Een Nederlands woord in een criterium", "A Dutch word in a criterion"),
    _kind("line", "comma-in-number", "Een komma in een getal", "A comma in a number"),
    _kind("line", "bad-number", "Een getal dat zo niet geschreven wordt", "A number that is not written so"),
    _kind("line", "number-too-large", "Een te groot getal", "A number that is too large"),
    _kind("line", "missing-space", "Een spatie ontbreekt", "A space is missing"),
    _kind("line", "bad-date", "Een datum die zo niet kan", "A date that cannot be", in_schema=True),
    _kind("line", "bad-duration", "Een duur die zo niet kan", "A duration that cannot be"),
    _kind("line", "unknown-unit", "Een eenheid die we niet kennen", "A unit that we do not know"),
    _kind("line", "not-an-amount", "Geen getal met eenheid", "Not a number with a unit"),
    _kind("line", "not-a-calculation", "Geen leesbare berekening", "Not a calculation that can be read"),
    _kind("line", "not-a-cell", "Geen leesbare cel of bereik", "Not a cell or range that can be read"),
    _kind("line", "empty-range", "Een bereik waar niets in ligt", "A range that holds nothing"),
    _kind("line", "bad-code", "Een code die we niet kunnen lezen", "A code that cannot be read", in_schema=True),
    _kind("line", "bad-strength", "Een sterkte die we niet kunnen lezen", "A strength that cannot be read"),
    _kind("meaning", "unknown-name", "Er is niets met deze naam", "There is nothing with this name"),
    _kind("meaning", "unknown-output", "Achter de punt staat iets onbekends", "What stands behind the dot is unknown"),
    _kind("meaning", "needs-an-output", "Hier hoort iets achter de punt", "Something belongs behind the dot"),
    _kind("meaning", "wrong-kind-of-name", "Een naam van iets anders", "A name of something else"),
    _kind("meaning", "name-out-of-scope", "Een naam uit een bestand dat hier niet gelezen wordt", "A name from a file that is not read here"),
    _kind("meaning", "name-clash", "Eén naam voor twee dingen", "One name for two things"),
    _kind("meaning", "missing-file", "Een bestand dat er niet is", "A file that is not there"),
    _kind("meaning", "wrong-type", "Een waarde van een ander soort", "A value of another type"),
    _kind("meaning", "wrong-unit", "Een eenheid die niet is om te rekenen", "A unit that cannot be converted"),
    _kind("meaning", "missing-unit", "Een getal zonder eenheid", "A number without a unit"),
    _kind("meaning", "not-in-order", "Keuzes zonder volgorde", "Choices without an order"),
    _kind("meaning", "unknown-list", "Een lijst die het dossier niet heeft", "A list that the record does not have"),
    _kind("meaning", "missing-in", "Niet gezegd welke metingen", "Not said which measurements"),
    _kind("meaning", "unknown-field", "Een veld dat er niet is", "A field that is not there"),
    _kind("meaning", "unknown-action", "Een actie die er niet is", "An action that is not there"),
    _kind("meaning", "unknown-rule", "Een regel die er niet is", "A rule that is not there"),
    _kind("meaning", "unknown-source", "Een bron die niet in de lijst staat", "A source that is not in the list"),
    _kind("meaning", "bad-value", "Een waarde die niet bij de andere past", "A value that does not go with the others"),
    _kind("meaning", "overlapping-values", "Twee waarden op dezelfde dag", "Two values on the same day"),
    _kind("meaning", "day-without-value", "Een dag zonder waarde", "A day without a value"),
    _kind("meaning", "age-and-time", "Eén parameter als leeftijd en als duur", "One parameter as an age and as a time"),
    _kind("meaning", "end-before-start", "Een einde voor het begin", "An end before its start"),
    _kind("meaning", "bad-range", "Geen twee grenzen", "Not two limits"),
    _kind("meaning", "bad-formula", "Een totaal dat we niet kunnen lezen", "A total that cannot be read"),
    _kind("meaning", "code-in-two-groups", "Een code in twee groepen", "A code in two groups"),
    _kind("meaning", "id-clash", "Een naam die al gebruikt is", "A name that is already used"),
    _kind("meaning", "wrong-number-of-cells", "Te veel of te weinig cellen", "Too many or too few cells"),
    _kind("meaning", "no-last-row", "Een tabel zonder laatste rij", "A table without a last row"),
    _kind("meaning", "row-never-reached", "Een rij die nooit aan de beurt komt", "A row that is never reached"),
    _kind("meaning", "table-gap", "Een patiënt die in geen rij past", "A patient who fits no row"),
    _kind("meaning", "table-overlap", "Een patiënt die in twee rijen past", "A patient who fits two rows"),
    _kind("meaning", "table-not-proved", "Een tabel die niet te bewijzen is", "A table that cannot be proved"),
    _kind("meaning", "no-line-up", "Geen editie die antwoordt", "No edition that answers"),
    _kind("meaning", "unknown-edition", "Een editie die er niet is", "An edition that is not there"),
    _kind("meaning", "overlapping-editions", "Twee edities op dezelfde dag", "Two editions on the same day"),
    _kind("meaning", "cycle", "Iets wat van zichzelf afhangt", "Something that rests on itself"),
    _kind("check", "missing-source", "Niet gezegd waar het vandaan komt", "Not said where it comes from"),
    _kind("check", "missing-evidence", "Niet gezegd hoe we het weten", "Not said how we know it"),
    _kind("check", "grade-without-source", "Een sterkte zonder bron", "A grade without its source"),
    _kind("check", "active-not-confirmed", "Actief en niet bevestigd", "Active and not confirmed"),
    _kind("check", "unknown-requirement", "Een eis die niet in de lijst staat", "A requirement that is not in the list"),
    _kind("check", "requirement-not-implemented", "Een eis die niets uitwerkt", "A requirement that nothing implements", warning=True),
    _kind("check", "reason-out-of-date", "Een reden die niet meer geldt", "A reason that no longer holds", warning=True),
    _kind("check", "silent-alarm", "Een alarm dat zwijgt", "An alarm that is silent"),
    _kind("check", "alarm-waits-for-absence", "Een alarm dat op de afwezigheid van een ander wacht", "An alarm that waits for the absence of another"),
    _kind("check", "applies-on-age", "Een onderwerp dat op leeftijd alleen opent", "A topic that opens on age alone"),
    _kind("check", "conflicting-actions", "Acties die niet samengaan", "Actions that do not go together"),
    _kind("check", "claim-about-others", "Een tekst die over een ander beweert", "A text that claims something of others"),
    _kind("check", "not-for-patients", "Een tekst die niet voor patiënten is", "A text that is not for patients"),
    _kind("check", "missing-english", "Geen Engelse tekst", "No English text", warning=True),
    _kind("check", "unused", "Een naam die niemand leest", "A name that nothing reads", warning=True),
    _kind("check", "never-set", "Een bevinding die geen regel zet", "A finding that no rule sets", warning=True),
    _kind("check", "never-filled", "Een gegeven dat niets kan vullen", "A fact that nothing can fill", warning=True),
    _kind("site", "site-outside-limits", "Een keuze buiten de grenzen", "A choice outside the limits"),
    _kind("site", "site-not-allowed", "Iets wat een praktijk niet kan veranderen", "Something that a site cannot change"),
    _kind("site", "unknown-topic", "Een onderwerp dat er niet is", "A topic that is not there"),
    _kind("site", "not-read-from-records", "Een gegeven dat niet uit records komt", "A fact that is not read from records"),
    _kind("cases", "empty-case", "Een geval dat niets vergelijkt", "A case that compares nothing", in_schema=True),
    _kind("cases", "duplicate-case", "Twee gevallen met dezelfde naam", "Two cases with the same name"),
    _kind("cases", "wrong-date", "Een geval zonder peildatum", "A case without a reference date"),
    _kind("cases", "rule-without-case", "Een regel zonder geval", "A rule without a case", warning=True),
    _kind("engine", "durable-limit", "Een regel die durable_rules niet aankan", "A rule that durable_rules cannot hold"),
)  # fmt: skip

PROBLEM_KINDS: Final[Mapping[str, ProblemKind]] = MappingProxyType({kind.name: kind for kind in _KINDS})
"""Every kind of problem by its name."""
