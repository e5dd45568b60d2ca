"""Whether the rules of a topic implement the requirements of its dossier, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdss.errors import Note
from cdss.models.guideline import Requirement
from cdss.rules.closest import did_you_mean, one_of
from cdss.rules.declare import Head
from cdss.rules.draft import Draft, advice
from cdss.rules.load import Scalar
from cdss.rules.requirements import editions_without
from cdss.rules.written import entries, mapping, mappings, scalars


def implements_is_known(draft: Draft) -> None:
    """Every number that a rule, row or score implements stands in the list of its topic, where it has one."""
    for head in draft.heads:
        known = draft.requirements.get(head.topic)
        for written in _implemented(head) if known is not None else ():
            assert known is not None
            if written.text not in known:
                draft.report(
                    "unknown-requirement",
                    written.span,
                    "deze eis staat niet in requirements.yaml van dit onderwerp",
                    "this requirement is not in requirements.yaml of this topic",
                    help=did_you_mean(written.text, known) or one_of(known),
                )


def requirements_are_implemented(draft: Draft) -> None:
    """Every requirement has a rule, row or score that implements it in each of its editions, or a reason why not; not
    both."""
    for topic, requirements in draft.requirements.items():
        done: dict[str, Scalar] = {}
        heads: dict[str, list[Head]] = {}
        for head in draft.heads:
            if head.topic == topic:
                for written in _implemented(head):
                    done.setdefault(written.text, written)
                    heads.setdefault(written.text, []).append(head)
        takes_in = draft.line_ups[topic].takes_in if topic in draft.line_ups else {}
        for one in requirements.values():
            missing = [*editions_without(one, heads.get(one.id, ()), takes_in)]
            if one.not_implemented is None and (missing or one.id not in done):
                _not_implemented(draft, one, missing if one.id in done else [])
            elif one.not_implemented is not None and one.id in done and not missing:
                draft.report(
                    "reason-out-of-date",
                    one.span,
                    "hier staat waarom deze eis niet is uitgewerkt, en zij is uitgewerkt",
                    "it says here why this requirement is not implemented, and it is",
                    help=advice("Haal `not_implemented` weg.", "Remove `not_implemented`."),
                    notes=(Note(done[one.id].span, {"nl": "hier uitgewerkt", "en": "implemented here"}),),
                )


def _not_implemented(draft: Draft, one: Requirement, missing: Sequence[str]) -> None:
    """`missing`: the editions without it, where others have it."""
    named = ", ".join(missing)
    draft.report(
        "requirement-not-implemented",
        one.span,
        "geen enkele regel, rij of score werkt deze eis uit" + (f" in {named}" if named else ""),
        "no rule, row or score implements this requirement" + (f" in {named}" if named else ""),
        help=advice(
            f"Zet `implements: [{one.id}]` bij de regel die haar uitwerkt, of zeg onder "
            "`not_implemented: {reason: ...}` waarom er geen is.",
            f"Put `implements: [{one.id}]` with the rule that implements it, or say under "
            "`not_implemented: {reason: ...}` why there is none.",
        ),
    )


def _implemented(head: Head) -> Iterator[Scalar]:
    """Every number under `implements` in a file: of its rules, its scores, and the rows of its tables."""
    for rule in mappings(head.node.get("rules")):
        yield from scalars(rule.get("implements"))
    for section in ("scores", "tables"):
        for entry in entries(head.node.get(section)):
            body = mapping(entry.value)
            if body is None:
                continue
            yield from scalars(body.get("implements"))
            for row in mappings(body.get("rows")):
                yield from scalars(row.get("implements"))
