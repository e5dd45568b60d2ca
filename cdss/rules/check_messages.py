"""What messages may say (language §9): what this reader should do, never what others did or will do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cdss.errors import Note, Span
from cdss.models.guideline import URGENCIES, InstrumentFile, Score
from cdss.rules.declare import Declared
from cdss.rules.draft import Draft, advice
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Node, Scalar, Sequence
from cdss.rules.rule import BRACES, within
from cdss.rules.written import entries, mapping, mappings

_TOLD_NL: Final = (
    "geadviseerd|geïnformeerd|geinformeerd|gei\u0308nformeerd|ingelicht|gewaarschuwd|verwittigd|gebeld|benaderd|"
    "op de hoogte (?:gebracht|gesteld)"
)
_OTHERS_NL: Final = (
    "huisarts|praktijk(?:ondersteuner|verpleegkundige)|(?:dokters)?assistente?|apothe(?:ker|ek)|"
    "fysiotherapeut|oefentherapeut|specialist|neuroloog|reumatoloog|orthopeed|internist|(?:bedrijfs)?arts|"
    "fractuurpoli|fractuurteam|polikliniek|ziekenhuis|sociaal team|wijkteam|thuiszorg|(?:hoofd)?behandelaar|"
    "zorgverlener|praktijk"
)
_OTHERS_EN: Final = (
    "gp|general practitioner|practice (?:nurse|assistant)|pharmacist|pharmacy|physiotherapist|specialist|"
    "neurologist|rheumatologist|hospital|clinic|(?:fracture|social) team|doctor|physician"
)
_TOLD_EN: Final = "advised(?! against)|informed|told|notified|warned|alerted|instructed"
CLAIMS: Final[dict[str, tuple[re.Pattern[str], ...]]] = {
    "nl": (
        re.compile(rf"\b(?:is|zijn|werd|werden|bent|heeft|hebben)\b[^.!?;:]{{0,60}}\b(?:{_TOLD_NL})\b"),
        re.compile(r"\b(?:zal|zullen)\b[^.!?;:]{0,60}\bworden\b"),
        re.compile(r"\b(?:neemt|nemen|zal|zullen)\b[^.!?;:]{0,40}\bcontact (?:met u )?op(?:nemen)?\b"),
        re.compile(
            r"\b(?:wordt|worden) (?:u |de patiënt )?(?:gebeld|opgeroepen|uitgenodigd|benaderd)\b",
        ),
        re.compile(rf"\b(?:{_OTHERS_NL}|patiënt)\b (?:{_TOLD_NL})\b"),
        re.compile(
            rf"\b(?:{_OTHERS_NL})\b (?:zal|zullen|belt|roept|informeert|waarschuwt|licht\b[^.!?;:]{{0,40}}\bin|"
            r"neemt|regelt|verwijst|stuurt|(?:krijgt|ontvangt) (?:hiervan |hierover )?bericht|"
            r"weet (?:hiervan|hierover|dit))\b",
        ),
    ),
    "en": (
        re.compile(
            rf"\b(?:is|are|was|were|has been|have been|has|have)\b(?: \w+){{0,2}} (?:{_TOLD_EN})\b",
        ),
        re.compile(r"\bwill (?:be|contact|call|phone|invite|act|inform|tell)\b"),
        re.compile(rf"\b(?:{_OTHERS_EN})\b will\b"),
    ),
}
"""Words that claim that somebody was told or will act, in small letters."""
_ASKED: Final = re.compile(
    r"\b(?:of|whether)\b[^.!?;:]*$|\b(?:als|indien|tenzij|wanneer|zodra|totdat|if|unless|when|once|until)\b[^.!?;:,]*$",
    re.IGNORECASE,
)
"""Before a claim: then it is a question or a condition, and claims nothing. After the comma of a condition it does."""
_CODES: Final = re.compile(rf"\b(?:{'|'.join(code for code in URGENCIES if code != 'routine')})\b")
_OTHER_CODES: Final = re.compile(
    r"\b(?:[A-Z]\d{2}(?:\.\d{2})?|[A-Z]\d{2}[A-Z]{1,2}(?:\d{2})?|(?:FP|BP)-\d+)\b"
)
"""Of a diagnosis, of a drug, or of a requirement."""


def nobody_is_claimed_to_act(draft: Draft) -> None:
    """No message says that somebody else was told or will act."""
    for said, language in (
        *((said, language) for _, said, language in _messages(draft)),
        *_other_texts(draft),
    ):
        found = _claim(said.text, language)
        if found is not None:
            draft.report(
                "claim-about-others",
                within(said, found.start(), found.end()),
                "deze tekst zegt dat een ander iets is verteld of iets zal doen; dat weten we niet",
                "this text says that somebody else was told or will act; we do not know that",
                help=advice(
                    "Zeg wat deze lezer zelf moet doen, of wie hij wat moet vertellen.",
                    "Say what this reader should do, or whom to tell what.",
                ),
            )


def _claim(text: str, language: str) -> re.Match[str] | None:
    small = _in_small_letters(text)
    for pattern in CLAIMS.get(language, ()):
        for found in pattern.finditer(small):
            if not _ASKED.search(text[: found.start()]):
                return found
    return None


def _in_small_letters(text: str) -> str:
    """The same text, each letter at its place: a search in it takes half the time of one that ignores case."""
    return text.replace("İ", "i").lower().replace("ſ", "s").replace("ı", "i")


def patients_read_plain_words(draft: Draft) -> None:
    """Texts for patients name no score, no questionnaire and no code."""
    known = _names_of_scores(draft)
    for role, said, _ in _messages(draft):
        if role != "patient":
            continue
        code = _CODES.search(said.text)
        if code is not None:
            _not_plain(draft, within(said, code.start(), code.end()), "een urgentiecode", "an urgency code")
        other = _OTHER_CODES.search(said.text) if code is None else None
        if other is not None:
            _not_plain(draft, within(said, other.start(), other.end()), "een code", "a code")
        scope = draft.scopes[said.span.file]
        scores = [
            name
            for name in BRACES.finditer(said.text)
            if _is_score(draft, scope.names.get(name[1].partition(".")[0]))
        ]
        named = known.search(said.text)
        for one in scores or ([named] if named is not None else []):
            _not_plain(draft, within(said, one.start(), one.end()), "een score", "a score")


def _is_score(draft: Draft, declared: Declared | None) -> bool:
    return declared is not None and isinstance(draft.definitions.get(declared.id), Score | InstrumentFile)


def _names_of_scores(draft: Draft) -> re.Pattern[str]:
    """The word `score` in any compound, and the titles and abbreviations of scores and questionnaires."""
    names = {r"(?i:\w*scores?)\b"}
    for definition in draft.definitions.values():
        if isinstance(definition, Score | InstrumentFile):
            names |= {rf"(?i:{re.escape(title)})" for title in definition.title.values() if title}
            names.add(re.escape(definition.name.upper()))
    return re.compile(rf"(?<![\w{{])(?:{'|'.join(sorted(names))})(?![\w}}])")


def _not_plain(draft: Draft, span: Span, dutch: str, english: str) -> None:
    draft.report(
        "not-for-patients",
        span,
        f"een tekst voor patiënten noemt geen {dutch.removeprefix('een ')}",
        f"a text for patients does not name {english}",
        help=advice("Zeg het in gewone woorden.", "Say it in plain words."),
    )


def _messages(draft: Draft) -> Iterator[tuple[str, Scalar, str]]:
    """Every message: its role, the text, and its language."""
    for head in draft.heads:
        for rule in mappings(head.node.get("rules")):
            then = mapping(rule.get("then"))
            for entry in entries(then.get("messages")) if then is not None else ():
                for one in entries(entry.value):
                    if isinstance(one.value, Scalar):
                        yield entry.key.text, one.value, one.key.text


def _other_texts(draft: Draft) -> Iterator[tuple[Scalar, str]]:
    """What readers see beside the messages: labels and checks of actions, of which a hand-over is made, and
    outcomes."""
    for head in draft.heads:
        said = [
            body.get(key)
            for one in entries(head.node.get("actions"))
            if (body := mapping(one.value))
            for key in ("label", "check")
        ]
        said += [
            then.get("text")
            for rule in mappings(head.node.get("rules"))
            if (then := mapping(rule.get("then")))
        ]
        for one in (entry for text in said for entry in entries(text)):
            if isinstance(one.value, Scalar):
                yield one.value, one.key.text


def english_stands_beside(draft: Draft) -> None:
    """A warning for each file in which texts have no English: the first, and how many more."""
    for head in draft.heads:
        missing = [node for node in _texts(head.node) if node.get("en") is None]
        if not missing:
            continue
        more = len(missing) - 1
        draft.report(
            "missing-english",
            missing[0].span,
            "deze tekst heeft geen Engels" + (f", en nog {more} in dit bestand" if more else ""),
            "this text has no English" + (f", nor have {more} more in this file" if more else ""),
            help=advice("Schrijf `en: ...` ernaast.", "Write `en: ...` beside it."),
            notes=tuple(Note(node.span, {"nl": "ook deze", "en": "this one too"}) for node in missing[1:4]),
        )


def _texts(node: Node) -> Iterator[MappingNode]:
    """Every text with its languages, from top to bottom."""
    match node:
        case MappingNode(entries=found):
            if found and all(entry.key.text in ("nl", "en") for entry in found):
                yield node
            else:
                for entry in found:
                    yield from _texts(entry.value)
        case Sequence(items=items):
            for item in items:
                yield from _texts(item)
