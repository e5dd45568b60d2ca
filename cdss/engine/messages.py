"""The text that each reader gets with a recommendation: what to do first, then why, and for a draft where
it rests.

A reader without a text of their own gets a hand-over made from the label of the action: whom to tell, and
what. Who would act by the guideline, where the site gave the action to another role, checks whether it was
done. No text ever says that somebody else was told or will act.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cdss.engine.conclusions import Conclusions
from cdss.engine.evidence import weakest_evidence
from cdss.engine.named_words import parameter_value, value_on, words_of
from cdss.engine.recommend import Standing, status_of
from cdss.engine.telling import tell, tell_day
from cdss.errors import Text
from cdss.models.condition import Name
from cdss.models.guideline import EVIDENCE, URGENCIES, Parameter
from cdss.models.wording import LANGUAGES, ROLE, URGENCY, both, raised, sentence

DRAFT: Final = both("Concept:", "Draft:")
RESTS_ON: Final[Mapping[str, Text]] = {
    "verified": both(
        "Dit is in de bron zelf gelezen, maar nog niet door een arts bevestigd.",
        "This was read in the source itself, but no physician has confirmed it yet.",
    ),
    "secondary": both(
        "Deze grens komt niet rechtstreeks uit de NHG-tekst.",
        "This limit does not come directly from the NHG text.",
    ),
    "design": both(
        "Deze grens is een keuze van dit project, geen richtlijn.",
        "This limit is a choice of this project, not a guideline.",
    ),
    "unverified": both(
        "Waar deze grens op rust, is nog niet nagegaan.",
        "What this limit rests on has not been checked yet.",
    ),
}
"""The last sentence of every text of a draft, by its weakest evidence."""

LINK: Final = "https://www.thuisarts.nl"
MORE: Final = both("Lees meer op {link}.", "Read more (in Dutch) at {link}.")
HAND_OVER: Final = both("Geef door aan {role}: {label}", "Pass on to {role}: {label}")
ASK: Final = both("Bespreek met {role}: {label}", "Discuss with {role}: {label}")
CHECK: Final = both("Kijk of dit is gedaan: {label}", "See whether this was done: {label}")
AGREED: Final = both(
    "In deze regio of praktijk is afgesproken dat {role} dit regelt",
    "In this region or practice it was agreed that {role} arranges this",
)
REASON: Final = both("Reden: {title}", "Reason: {title}")

_NAME: Final = re.compile(r"\{([^{}]*)\}")
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-zà-ÿ]|[0-9])")


@dataclass(frozen=True, slots=True)
class _Told:
    """What all texts of one recommendation share."""

    concluded: Conclusions
    standing: Sequence[Standing]
    owner: str
    relieved: str | None  # who would act by the guideline, where the site chose another role
    urgency: str
    rests_on: Text | None  # of a draft


def messages(concluded: Conclusions, standing: Sequence[Standing], owner: str) -> Mapping[str, Text]:
    """The text of each reader: who acts, who is informed, and the patient when a rule speaks to them."""
    relieved = concluded.ruleset.relieved(standing[0].recommend.action)
    informed = (role for one in standing for role in one.recommend.inform)
    roles = dict.fromkeys((owner, *((relieved,) if relieved else ()), *informed))
    if any("patient" in one.recommend.messages for one in standing):
        roles["patient"] = None
    told = _Told(
        concluded=concluded,
        standing=standing,
        owner=owner,
        relieved=relieved,
        urgency=max((one.recommend.urgency for one in standing), key=URGENCIES.index),
        rests_on=_rests_on(concluded, standing),
    )
    return {role: _message(told, role) for role in roles}


def _rests_on(concluded: Conclusions, standing: Sequence[Standing]) -> Text | None:
    """What a draft rests on: the weakest evidence of its rules."""
    if all(status_of(concluded, one.rule) == "active" for one in standing):
        return None
    weakest = max((weakest_evidence(concluded, one.rule) for one in standing), key=EVIDENCE.index)
    return RESTS_ON[weakest]


def _message(told: _Told, role: str) -> Text:
    """One reader's text in each language; not in a language in which a part of it was not written."""
    made = {lang: _body(told, role, lang) for lang in LANGUAGES}
    return {lang: _framed(told, role, body, lang) for lang, body in made.items() if body}


def _body(told: _Told, role: str, lang: str) -> str:
    """What this reader should do, and why."""
    said = _speaking(told.standing, role)
    if not said or role == told.relieved:
        return _without_text(told, role, lang)
    if any(lang not in one.recommend.messages[role] for one in said):
        return ""
    return joined([fill(told.concluded, one, one.recommend.messages[role][lang], lang) for one in said])


def _speaking(standing: Sequence[Standing], role: str) -> list[Standing]:
    """The rules whose text this reader gets: of those that wrote one, the most urgent.

    A calmer text beside it would contradict it ("binnen 24 uur" in an advice for this hour). Its reasons
    still stand with the advice.
    """
    writing = [one for one in standing if one.recommend.messages.get(role)]
    highest = max((URGENCIES.index(one.recommend.urgency) for one in writing), default=0)
    return [one for one in writing if URGENCIES.index(one.recommend.urgency) == highest]


def _framed(told: _Told, role: str, body: str, lang: str) -> str:
    """The body with how soon before it, and behind it the link for patients and what a draft rests on."""
    parts = []
    if told.rests_on is not None:
        parts.append(DRAFT[lang])
    if role != "patient" and told.urgency != "routine":
        parts.append(sentence(URGENCY[told.urgency][lang]))
    parts.append(sentence(body))
    if role == "patient":
        link = link_for(told.concluded, told.standing[0].recommend.action)
        parts.append(MORE[lang].format(link=link))
    if told.rests_on is not None:
        parts.append(told.rests_on[lang])
    return " ".join(parts)


def link_for(concluded: Conclusions, action: str) -> str:
    """The page for patients that the site file gives for this action, else the public one."""
    site = concluded.ruleset.site
    return site.links.get(action, LINK) if site is not None else LINK


def _without_text(told: _Told, role: str, lang: str) -> str:
    """For whom no rule wrote a text: the owner reads what to do and why, others whom to tell and what.

    Who would act by the guideline, were it not for the site, reads what to check and why.
    """
    action = told.concluded.ruleset.actions[told.standing[0].recommend.action]
    label = action.label
    if lang not in label:
        return ""
    if role in (told.owner, told.relieved):
        titles = dict.fromkeys(one.rule.title.get(lang, "") for one in told.standing)
        reasons = [REASON[lang].format(title=title) for title in titles if title and title != label[lang]]
        check = action.check.get(lang) or CHECK[lang].format(label=label[lang])
        agreed = AGREED[lang].format(role=ROLE[told.owner][lang])
        first = (label[lang],) if role == told.owner else (check, agreed)
        return " ".join(sentence(part) for part in (*first, *reasons))
    if role == "patient":
        return sentence(ASK[lang].format(role=_your(told.owner, lang), label=label[lang]))
    return sentence(HAND_OVER[lang].format(role=ROLE[told.owner][lang], label=label[lang]))


def _your(role: str, lang: str) -> str:
    """`uw huisarts`: how patients call their own professional."""
    noun = ROLE[role][lang].partition(" ")[2]
    return f"{'uw' if lang == 'nl' else 'your'} {noun}"


def joined(texts: Sequence[str]) -> str:
    """Several texts as one; a sentence that stands in an earlier one is not said again."""
    said: dict[str, str] = {}
    for text in texts:
        for part in _SENTENCE_END.split(text.strip()):
            said.setdefault(_plain(part), sentence(part))
    return " ".join(part for key, part in said.items() if key)


def _plain(part: str) -> str:
    return re.sub(r"[^\w]+", " ", part).strip().casefold()


# Values inside texts


def fill(concluded: Conclusions, standing: Standing, text: str, lang: str) -> str:
    """The text with each `{name}` replaced by its value in words."""
    names = standing.recommend.message_names

    def value(match: re.Match[str]) -> str:
        name = names.get(match[1].strip())
        if name is None:
            return match[0]
        told = tell_name(concluded, name, lang, before=text[: match.start()], after=text[match.end() :])
        begins = not text[: match.start()].strip() or text[: match.start()].rstrip()[-1:] in ".!?"
        return raised(told) if begins else told

    return _NAME.sub(value, text)


def tell_name(concluded: Conclusions, name: Name, lang: str, *, before: str = "", after: str = "") -> str:
    """The value of a name today, in words."""
    ref = name.ref
    if ref is not None and ref.kind == "reference_date":
        return tell_day(concluded.call.on, lang)
    definition = concluded.ruleset.definitions.get(ref.id) if ref is not None else None
    if isinstance(definition, Parameter):
        named = concluded.node_of(name)
        dated = value_on(definition, concluded.call.on)
        if dated is not None and (named is None or named not in concluded.values.given):
            return parameter_value(definition, dated, lang)
    node = concluded.node_of(name)
    if node is None:
        return concluded.call.setting
    words = words_of(concluded.ruleset, ref)
    return tell(concluded.type_of(node), concluded.now(node), lang, words, before=before, after=after)
