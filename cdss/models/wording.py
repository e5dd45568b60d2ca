"""The closed words as readers say them, in Dutch and English: units, roles, urgencies, fields.

What an author wrote (the texts of facts, the words of a choice) stands in the guidelines and goes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cdss.errors import Text

LANGUAGES: Final = ("nl", "en")


def both(dutch: str, english: str) -> Text:
    return {"nl": dutch, "en": english}


def in_language(text: Mapping[str, str], lang: str) -> str:
    """The text in this language; in Dutch when it has no other, and else in whatever it has."""
    return text.get(lang) or text.get("nl") or next(iter(text.values()), "")


def lowered(text: str) -> str:
    """The text as it stands inside a sentence: `Leeftijd` becomes `leeftijd`, but `BMI` and `T-score`
    stay."""
    for capital, small in (("Eén ", "één "), ("A ", "a ")):
        if text.startswith(capital):
            return small + text[len(capital) :]
    if len(text) > 1 and text[0].isupper() and text[1].islower():
        return text[0].lower() + text[1:]
    return text


def raised(text: str) -> str:
    """The text as it begins a sentence; words with a capital of their own inside (`eGFR`) stay."""
    if text.startswith("'"):
        return f"'{raised(text[1:])}"
    for capital, small in (("Eén ", "één "), ("A ", "a ")):
        if text.startswith(small):
            return capital + text[len(small) :]
    if len(text) > 1 and text[0].islower() and not text[1].isupper():
        return text[0].upper() + text[1:]
    return text


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends in one already."""
    stripped = text.strip()
    return stripped if not stripped or stripped[-1] in ".!?" else f"{stripped}."


ENTRY: Final[Mapping[str, tuple[Text, Text]]] = {
    "conditions": (both("diagnose", "diagnosis"), both("diagnosen", "diagnoses")),
    "prescriptions": (both("voorschrift", "prescription"), both("voorschriften", "prescriptions")),
    "dispensings": (both("verstrekking", "dispensing"), both("verstrekkingen", "dispensings")),
    "administrations": (both("toediening", "administration"), both("toedieningen", "administrations")),
    "agreements": (
        both("medicatieafspraak", "medication agreement"),
        both("medicatieafspraken", "medication agreements"),
    ),
    "observations": (both("meetwaarde", "measurement"), both("meetwaarden", "measurements")),
    "procedures": (both("verrichting", "procedure"), both("verrichtingen", "procedures")),
    "allergies": (both("allergie", "allergy"), both("allergieën", "allergies")),
    "stays": (both("opname", "stay"), both("opnames", "stays")),
    "contacts": (both("contact", "contact"), both("contacten", "contacts")),
    "referrals": (both("verwijzing", "referral"), both("verwijzingen", "referrals")),
    "documents": (both("brief", "letter"), both("brieven", "letters")),
    "questionnaires": (both("vragenlijst", "questionnaire"), both("vragenlijsten", "questionnaires")),
    "decisions": (both("besluit", "decision"), both("besluiten", "decisions")),
    "goals": (both("doel", "goal"), both("doelen", "goals")),
}
"""An entry of each list of a record, and more of them."""

URGENCY: Final[Mapping[str, Text]] = {
    "U1": both("Direct: bel 112", "At once: call an ambulance"),
    "U2": both("Spoed: binnen 1 uur", "Urgent: within 1 hour"),
    "U3": both("Vandaag: binnen enkele uren", "Today: within a few hours"),
    "U4": both("Binnen 24 uur", "Within 24 hours"),
    "D1": both("Vandaag of morgen", "Today or tomorrow"),
    "D7": both("Binnen 7 dagen", "Within 7 days"),
    "routine": both("Geen haast", "No hurry"),
}

ROLE: Final[Mapping[str, Text]] = {
    "gp": both("de huisarts", "the GP"),
    "practice_nurse": both("de praktijkondersteuner", "the practice nurse"),
    "practice_nurse_mental_health": both("de POH-GGZ", "the mental-health practice nurse"),
    "practice_assistant": both("de doktersassistent", "the practice assistant"),
    "pharmacist": both("de apotheker", "the pharmacist"),
    "physiotherapist": both("de fysiotherapeut", "the physiotherapist"),
    "specialist": both("de medisch specialist", "the specialist"),
    "fracture_team": both("de fractuurpoli", "the fracture clinic"),
    "occupational_physician": both("de bedrijfsarts", "the occupational physician"),
    "social_team": both("het sociaal wijkteam", "the social team"),
    "patient": both("de patiënt", "the patient"),
}

# One and many, in both languages. What is not here is written as its symbol.
UNIT: Final[Mapping[str, tuple[Text, Text]]] = {
    "points": (both("punt", "point"), both("punten", "points")),
    "portions": (both("portie", "portion"), both("porties", "portions")),
    "units": (both("glas", "unit"), both("glazen", "units")),
    "years": (both("jaar", "year"), both("jaar", "years")),
    "months": (both("maand", "month"), both("maanden", "months")),
    "weeks": (both("week", "week"), both("weken", "weeks")),
    "days": (both("dag", "day"), both("dagen", "days")),
    "hours": (both("uur", "hour"), both("uur", "hours")),
    "minutes": (both("minuut", "minute"), both("minuten", "minutes")),
    "kg/m2": (both("kg/m²", "kg/m²"), both("kg/m²", "kg/m²")),
    "mL/min": (both("ml/min", "mL/min"), both("ml/min", "mL/min")),
    "mmol/L": (both("mmol/l", "mmol/L"), both("mmol/l", "mmol/L")),
    "umol/L": (both("µmol/l", "µmol/L"), both("µmol/l", "µmol/L")),
    "nmol/L": (both("nmol/l", "nmol/L"), both("nmol/l", "nmol/L")),
    "pmol/L": (both("pmol/l", "pmol/L"), both("pmol/l", "pmol/L")),
    "ug": (both("µg", "µg"), both("µg", "µg")),
    "IU": (both("IE", "IU"), both("IE", "IU")),
    "IU/d": (both("IE per dag", "IU a day"), both("IE per dag", "IU a day")),
    "IU/wk": (both("IE per week", "IU a week"), both("IE per week", "IU a week")),
    "mg/d": (both("mg per dag", "mg a day"), both("mg per dag", "mg a day")),
    "ug/d": (both("µg per dag", "µg a day"), both("µg per dag", "µg a day")),
    "g/d": (both("g per dag", "g a day"), both("g per dag", "g a day")),
    "mg/wk": (both("mg per week", "mg a week"), both("mg per week", "mg a week")),
    "mm/h": (both("mm per uur", "mm an hour"), both("mm per uur", "mm an hour")),
    "/min": (both("per minuut", "a minute"), both("per minuut", "a minute")),
    "mm[Hg]": (both("mmHg", "mmHg"), both("mmHg", "mmHg")),
    "Cel": (both("°C", "°C"), both("°C", "°C")),
}

MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "nl": (
        "januari", "februari", "maart", "april", "mei", "juni",
        "juli", "augustus", "september", "oktober", "november", "december",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip

TREATMENT_STATUS: Final[Mapping[str, Text]] = {
    "censored": both("niet meer te volgen", "no longer followed"),
    "out_of_scope": both("alleen met middelen buiten deze lijst", "with other drugs only"),
    "primary_non_adherence": both("voorgeschreven maar niet opgehaald", "prescribed but not collected"),
    "never": both("nooit begonnen", "never begun"),
    "planned_end": both("volgens plan beëindigd", "ended as planned"),
    "interrupted": both("tijdelijk onderbroken", "interrupted for a time"),
    "on_treatment": both("nog gaande", "going on"),
    "switched": both("overgegaan op een ander middel", "switched to another drug"),
    "planned_end_possible": both("mogelijk volgens plan beëindigd", "possibly ended as planned"),
    "stopped": both("gestopt", "stopped"),
    "possible_stop": both("mogelijk gestopt", "possibly stopped"),
}

TREATMENT_BASIS: Final[Mapping[str, Text]] = {
    "none": both("niets", "nothing"),
    "registration": both("de inschrijving", "the registration"),
    "stop_agreement": both("een stopafspraak", "an agreement to stop"),
    "ended_agreement": both("een afspraak die is afgelopen", "an agreement that ended"),
    "not_used": both("de mededeling dat het niet wordt gebruikt", "a statement of not using it"),
    "dispensings": both("de verstrekkingen", "the dispensings"),
    "own_dispensings": both("de verstrekkingen van deze apotheek", "the dispensings of this pharmacy"),
    "administrations": both("de toedieningen", "the administrations"),
    "prescriptions": both(
        "de voorschriften; verstrekkingen niet gezien", "the prescriptions; dispensings not seen"
    ),
}

STATE: Final[Mapping[str, Text]] = {
    "settled": both("staat vast", "settled"),
    "provisional": both("voorlopig", "provisional"),
    "unknown": both("niet bekend", "not known"),
}

OUTPUT: Final[Mapping[str, Text]] = {
    # of a treatment
    "status": both("{of}", "{of}"),
    "basis": both("waarop de uitspraak over {of} rust", "what is said about {of} rests on"),
    "started": both("begin van {of}", "start of {of}"),
    "first_started": both("eerste begin van {of}", "first start of {of}"),
    "run_out": both("eerste dag zonder voorraad bij {of}", "first day without supply in {of}"),
    "last_dispensed": both("laatste verstrekking bij {of}", "latest dispensing in {of}"),
    "gap": both("tijd zonder voorraad bij {of}", "time without supply in {of}"),
    "longest_gap": both("langste tijd zonder voorraad bij {of}", "longest time without supply in {of}"),
    "duration": both("duur van {of}", "duration of {of}"),
    "exposure": both("tijd met voorraad bij {of}", "time with supply in {of}"),
    "pdc": both("deel van de dagen met voorraad bij {of}", "share of days with supply in {of}"),
    "drug": both("middel bij {of}", "drug in {of}"),
    "switched_from": both("eerder middel bij {of}", "earlier drug in {of}"),
    "concurrent": both("twee middelen naast elkaar bij {of}", "two drugs side by side in {of}"),
    # of an instrument
    "value": both("uitkomst van {of}", "outcome of {of}"),
    "band": both("ernst volgens {of}", "severity by {of}"),
    "class": both("indeling volgens {of}", "class by {of}"),
    "on": both("datum van {of}", "date of {of}"),
    "first": both("eerste uitkomst van {of}", "first outcome of {of}"),
    "latest": both("laatste uitkomst van {of}", "latest outcome of {of}"),
    "response": both("verloop volgens {of}", "course by {of}"),
    # of a table, and of `answered:`
    "row": both("rij in de tabel '{of}'", "row in the table '{of}'"),
    "missing": both("wat ontbreekt bij {of}", "what is missing in {of}"),
}
"""How readers call what stands behind a dot."""

FIELD: Final[Mapping[str, Text]] = {
    "on": both("datum", "date"),
    "codes": both("code", "code"),
    "group": both("groep", "group"),
    "class": both("soort middel", "class of drug"),
    "site": both("plaats", "site"),
    "cause": both("oorzaak", "cause"),
    "kind": both("soort", "kind"),
    "date_kind": both("soort datum", "kind of date"),
    "from": both("ingangsdatum", "first day"),
    "until": both("einde", "end"),
    "active": both("nog gaande", "still active"),
    "episode": both("episode", "episode"),
    "value": both("waarde", "value"),
    "unit": both("eenheid", "unit"),
    "strength": both("sterkte", "strength"),
    "quantity": both("aantal", "quantity"),
    "usage": both("gebruik", "directions"),
    "days_supply": both("voorraad", "supply"),
    "repeats": both("herhalingen", "repeats"),
    "indication": both("indicatie", "indication"),
    "prescriber": both("voorschrijver", "prescriber"),
    "proposed": both("nog een voorstel", "still a proposal"),
    "stop_on": both("stopdatum", "day of stopping"),
    "stop_reason": both("reden van stoppen", "reason for stopping"),
    "stop_type": both("soort stop", "kind of stop"),
    "reason": both("reden", "reason"),
    "treatment": both("behandeling", "treatment"),
    "reaction": both("reactie", "reaction"),
    "discipline": both("discipline", "discipline"),
    "organisation": both("organisatie", "organisation"),
    "label": both("verklaring", "explanation"),
    "confirmed": both("bevestigd", "confirmed"),
    "to": both("verwezen naar", "referred to"),
    "accepted_on": both("datum van aannemen", "date of acceptance"),
    "first_seen_on": both("datum van het eerste contact", "date of the first contact"),
    "name": both("vragenlijst", "questionnaire"),
    "choice": both("keuze", "choice"),
    "action": both("handeling", "action"),
    "together": both("samen besloten", "decided together"),
    "domain": both("domein", "domain"),
    "priority": both("voorrang", "priority"),
}
"""How readers call a field of a record (design §6)."""

SETTING: Final[Mapping[str, Text]] = {
    "contact": both("een contact met de patiënt", "a contact with the patient"),
    "record": both("het openen van het dossier", "opening the record"),
    "population": both("een lijst van patiënten", "a list of patients"),
}

WORD: Final[Mapping[str, Text]] = {
    "yes": both("ja", "yes"),
    "no": both("nee", "no"),
    "none": both("geen", "none"),
    "unknown": both("onbekend", "unknown"),
    "other": both("anders", "other"),
    "unclear": both("onduidelijk", "unclear"),
    "low": both("laag", "low"),
    "medium": both("gemiddeld", "medium"),
    "moderate": both("matig", "moderate"),
    "high": both("hoog", "high"),
    "female": both("vrouw", "female"),
    "male": both("man", "male"),
    # response
    "recovered": both("hersteld", "recovered"),
    "improved": both("verbeterd", "improved"),
    "not_improved": both("niet verbeterd", "not improved"),
    "worsened": both("verslechterd", "worsened"),
    # causes
    "low_energy": both("met weinig kracht", "low energy"),
    "high_energy": both("met veel kracht", "high energy"),
    "tumour": both("tumor", "tumour"),
    "spontaneous": both("vanzelf", "spontaneous"),
    # stays and agreements
    "hospital": both("ziekenhuis", "hospital"),
    "nursing_home": both("verpleeghuis", "nursing home"),
    "rehabilitation": both("revalidatie", "rehabilitation"),
    "start": both("start", "start"),
    "stop": both("stop", "stop"),
    "not_used": both("niet gebruikt", "not used"),
    "definitive": both("definitief", "definitive"),
    "temporary": both("tijdelijk", "temporary"),
    "cancelled": both("geannuleerd", "cancelled"),
    "normal": both("gewoon", "normal"),
    "return": both("retour", "return"),
    "own": both("deze praktijk of apotheek", "this practice or pharmacy"),
    "all": both("iedereen", "everybody"),
    # reasons
    "planned_end": both("volgens plan", "as planned"),
    "side_effect": both("bijwerking", "side effect"),
    "contraindication": both("contra-indicatie", "contra-indication"),
    "own_choice": both("eigen keuze", "own choice"),
    "switch": both("overstap", "switch"),
    "intolerance": both("intolerantie", "intolerance"),
    "event": both("van de gebeurtenis zelf", "of the event itself"),
    "reported": both("meldingsdatum", "date of reporting"),
    "letter": both("uit een brief", "from a letter"),
    # decisions
    "agreed": both("akkoord", "agreed"),
    "declined": both("de patiënt wil dit niet", "declined"),
    "postponed": both("uitgesteld", "postponed"),
    "disagreed": both("niet mee eens", "disagreed"),
    "done_elsewhere": both("al elders gedaan", "done elsewhere"),
    "contraindicated": both("gecontra-indiceerd", "contraindicated"),
    "not_applicable": both("niet van toepassing", "not applicable"),
    # explanations of back pain
    "non_specific": both("aspecifiek", "non-specific"),
    "disc_radicular": both("hernia of radiculair", "disc or radicular"),
    "degeneration": both("slijtage", "degeneration"),
    "si_pelvis": both("SI-gewricht of bekken", "SI joint or pelvis"),
    "malalignment": both("scheefstand", "malalignment"),
    "muscle_fascia": both("spier of fascie", "muscle or fascia"),
    "psychological": both("psychisch", "psychological"),
    "inflammatory": both("ontsteking", "inflammatory"),
    "fracture": both("breuk", "fracture"),
    # sites
    "skull": both("schedel", "skull"),
    "face": both("gezicht", "face"),
    "nose": both("neus", "nose"),
    "sternum": both("borstbeen", "sternum"),
    "rib": both("rib", "rib"),
    "spine-cervical": both("halswervel", "cervical spine"),
    "spine-thoracic": both("borstwervel", "thoracic spine"),
    "spine-lumbar": both("lendenwervel", "lumbar spine"),
    "clavicle": both("sleutelbeen", "clavicle"),
    "scapula": both("schouderblad", "scapula"),
    "humerus": both("bovenarm", "humerus"),
    "olecranon": both("elleboog", "olecranon"),
    "radius": both("spaakbeen", "radius"),
    "distal-radius": both("pols (distale radius)", "distal radius"),
    "forearm": both("onderarm", "forearm"),
    "wrist": both("pols", "wrist"),
    "carpus": both("handwortel", "carpus"),
    "metacarpal": both("middenhandsbeen", "metacarpal"),
    "finger": both("vinger", "finger"),
    "pelvis": both("bekken", "pelvis"),
    "acetabulum": both("heupkom", "acetabulum"),
    "hip": both("heup", "hip"),
    "femur": both("bovenbeen", "femur"),
    "patella": both("knieschijf", "patella"),
    "tibia-plateau": both("tibiaplateau", "tibial plateau"),
    "tibia": both("scheenbeen", "tibia"),
    "fibula": both("kuitbeen", "fibula"),
    "ankle": both("enkel", "ankle"),
    "calcaneus": both("hielbeen", "calcaneus"),
    "talus": both("sprongbeen", "talus"),
    "tarsus": both("voetwortel", "tarsus"),
    "metatarsal": both("middenvoetsbeen", "metatarsal"),
    "toe": both("teen", "toe"),
    "femoral-neck": both("heuphals", "femoral neck"),
    "lumbar-spine": both("lage rug", "lumbar spine"),
    # classes of drugs
    "oral_bisphosphonate": both("bisfosfonaat in tabletvorm", "oral bisphosphonate"),
    "zoledronate": both("zoledroninezuur", "zoledronate"),
    "ibandronate_injection": both("ibandroninezuur per injectie", "ibandronate injection"),
    "denosumab": both("denosumab", "denosumab"),
    "teriparatide": both("teriparatide", "teriparatide"),
    "romosozumab": both("romosozumab", "romosozumab"),
    "raloxifene": both("raloxifeen", "raloxifene"),
    "systemic": both("via tablet of infuus", "systemic"),
    # who sent a letter, and who was consulted
    "trauma-surgery": both("de traumachirurgie", "trauma surgery"),
    "surgery": both("de chirurgie", "surgery"),
    "orthopaedics": both("de orthopedie", "orthopaedics"),
    "internal-medicine": both("de interne geneeskunde", "internal medicine"),
    "endocrinology": both("de endocrinologie", "endocrinology"),
    "rheumatology": both("de reumatologie", "rheumatology"),
    "geriatrics": both("de geriatrie", "geriatrics"),
    "neurology": both("de neurologie", "neurology"),
    "radiology": both("de radiologie", "radiology"),
    "emergency-department": both("de spoedeisende hulp", "the emergency department"),
    "fracture-clinic": both("de fractuurpoli", "the fracture clinic"),
    "physiotherapist": both("fysiotherapeut", "physiotherapist"),
    "neurologist": both("neuroloog", "neurologist"),
    "body": both("lichaam", "body"),
    "mind": both("geest", "mind"),
    "social": both("sociaal", "social"),
    "societal": both("maatschappelijk", "societal"),
}
"""The closed words of a record and of the answer, when the author gave no text for them."""


def word_text(word: str, own: Mapping[str, Text], lang: str) -> str:
    """A word as a reader says it: by its author, else by us, else as it is written with spaces."""
    text = own.get(word) or WORD.get(word)
    if text:
        return in_language(text, lang)
    return word.replace("_", " ")


EVIDENCE_WORDS: Final[Mapping[str, Text]] = {
    "verified": {"nl": "gelezen in de bron zelf", "en": "read in the source itself"},
    "secondary": {
        "nl": "uit een bron die de richtlijn aanhaalt",
        "en": "from a source that reports the guideline",
    },
    "design": {"nl": "keuze van dit project", "en": "a choice of this project"},
    "unverified": {"nl": "niet nagelezen", "en": "not verified"},
}
