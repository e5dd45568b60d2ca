"""The Dutch words, and the English ones from elsewhere, that authors write for words of the language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from cdss.rules.closest import closest

_MEANT: Final = """
when        als wanneer if condition conditions criteria criterium criteria voorwaarde voorwaarden indien
then        dan actie gevolg
all         alle alles and en
any         een_van or of
none        geen niet
except      behalve uitzondering uitzonderingen tenzij unless exceptions exception
rules       regels regel rule
facts       gegevens gegeven feiten fact
findings    bevindingen bevinding finding
parameters  parameter getallen drempels constants
scores      score
tables      tabellen tabel table
treatments  behandelingen behandeling treatment
instruments vragenlijsten vragenlijst instrument instrumenten meetinstrumenten
value_sets  waardelijsten waardelijst valuesets value_set codelijsten
products    producten product middelen
actions     acties handelingen
title       titel naam name
label       etiket
text        tekst omschrijving description beschrijving texts
question    vraag
source      bron sources
sources     bronnen bron
section     paragraaf hoofdstuk
topic       onderwerp thema
edition     uitgave editie versie_richtlijn
version     versie
effective   geldig geldigheid geldt
applies     geldt_voor van_toepassing
use         gebruik uses gebruikt import imports
recommend   aanbevelen adviseer advies aanbeveling recommendation action actie
set         zet stel_vast
outcome     uitkomst
outcomes    uitkomsten
messages    berichten bericht message teksten boodschappen
inform      informeer informeren
urgency     urgentie spoed
priority    prioriteit
due         termijn
evidence    bewijs onderbouwing
confirmed   bevestigd
implements  vervult eisen requirements
grade       sterkte_aanbeveling
status      toestand
from        van vanaf uit since
until       tot tot_en_met einde to end
to          tot
value       waarde
values      waarden
unit        eenheid units
type        soort kind
choices     keuzes keuze opties options choice
ordered     geordend volgorde
min         minimum
max         maximum
plausible   aannemelijk
where       waarbij waar filter
within      binnen
after       na
before      voor
after_age   vanaf_leeftijd
pick        kies
field       veld
if_missing  indien_afwezig als_afwezig missing default
if_unknown  als_onbekend indien_onbekend
if_open     als_open
valid_for   geldig_voor geldigheidsduur houdbaar
reassuring  geruststellend
ask_when    vraag_als
asked_of    vragen_aan
say         zeg
first_known eerste_bekende
lowest      laagste minimum
highest     hoogste maximum
answered    beantwoord
points      punten punt
items       item onderdelen
first_of    eerste_van
rows        rijen rij row
inputs      invoer kolommen input columns
hit         treffer
otherwise   anders else
codes       code
words       woorden word
groups      groepen group
class       klasse
strength    sterkte
days_per_unit dagen_per_eenheid
owner       eigenaar verantwoordelijke
includes    omvat
not_with    niet_met
combine     combineer
total       totaal
totals      totalen
bands       banden klassen
cases       gevallen casussen patienten tests
given       gegeven gegevens
record      dossier
expect      verwacht verwachting expected
pending     nog_niet
guideline   richtlijn
setting     situatie
audience    lezer
nl          nederlands dutch nld
en          engels english eng
draft       concept ontwerp
active      actief definitief
retired     vervallen ingetrokken
yes         ja
no          nee
yes_no      ja_nee boolean bool
choice      keuze enum
number      getal integer int float decimal nummer
duration    duur tijd
date        datum
exists      bestaat aanwezig
count       aantal tel
latest      laatste recentste nieuwste last newest
always      altijd
first       eerste
unique      uniek
ask         vragen vraag
unknown     onbekend
silent      stil
mention     noemen noem melden
block       blokkeer
verified    geverifieerd bevestigd gelezen
secondary   secundair
design      ontwerp keuze
unverified  onbevestigd
routine     geen_haast normaal
high        hoog
middle      midden middel medium normaal
low         laag
contact     consult contactmoment
condition   aandoening diagnose diagnosis episode conditions
observation meting metingen meetwaarde uitslag lab labresult measurement observations
procedure   verrichting onderzoek ingreep
prescription voorschrift recept medication
dispensing  verstrekking aflevering uitgifte
administration toediening injectie
agreement   afspraak medicatieafspraak
allergy     allergie overgevoeligheid intolerantie
referral    verwijzing aanvraag
stay        opname verblijf
document    brief letter
answer      antwoord
decision    besluit beslissing
goal        doel
age         leeftijd
sex         geslacht gender
birth_date  geboortedatum
deceased_on overlijdensdatum overleden
population  populatie
gp          huisarts
practice_nurse praktijkverpleegkundige praktijkondersteuner poh verpleegkundige
practice_nurse_mental_health poh_ggz
practice_assistant doktersassistent assistent assistente
pharmacist  apotheker
physiotherapist fysiotherapeut
specialist  medisch_specialist
fracture_team fractuurpoli fractuurpolikliniek
occupational_physician bedrijfsarts
social_team wijkteam sociaal_team
patient     patiënt
"""


def _table() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for line in _MEANT.strip().splitlines():
        word, *others = line.split()
        for other in others:
            found.setdefault(other, []).append(word)
    return {other: tuple(words) for other, words in found.items()}


MEANT: Final = _table()
"""Another word -> the words of the language that it may stand for, the likeliest first."""


def probably_meant(written: str, known: Iterable[str]) -> str | None:
    """The word of `known` that an author who wrote this had in mind; None when nothing is near."""
    possible = list(known)
    plain = written.strip().casefold().replace("-", "_").replace(" ", "_")
    for word in MEANT.get(plain, ()):
        if word in possible:
            return word
    return closest(written, possible)
