"""From checked text to a Ruleset: what every name, unit, code and date means.

The passes below run in this order, each filling what the next ones read. A name that fails is reported once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cdss.errors import EngineError, Note, Problem
from cdss.models.guideline import GuidelineFile, Ruleset
from cdss.rules.bindings import apply_bindings
from cdss.rules.check_tables import prove_tables
from cdss.rules.conditions import condition_under
from cdss.rules.declare import Head, declared_in, read_head
from cdss.rules.draft import Draft
from cdss.rules.facts import build_facts
from cdss.rules.files import SourceFile
from cdss.rules.instruments import build_instruments
from cdss.rules.line_ups import build_line_ups
from cdss.rules.load import Mapping
from cdss.rules.names import Place
from cdss.rules.parameters import build_findings, build_parameters, settle_ages, starts_before_it_ends
from cdss.rules.requirements import build_requirements
from cdss.rules.rule import build_rules, settle_overrides
from cdss.rules.scope import scopes, used_files
from cdss.rules.scores import build_scores
from cdss.rules.sets import build_actions, build_sets
from cdss.rules.site import apply_site
from cdss.rules.sources import check_source, read_sources
from cdss.rules.strata import names_in, names_of, names_of_rule, order_strata
from cdss.rules.tables import build_tables
from cdss.rules.treatments import build_treatments
from cdss.rules.unique import check_choices
from cdss.rules.written import text


@dataclass(frozen=True, slots=True)
class Written:
    """One file and the tree of what stands in it, after `validate`."""

    file: SourceFile
    node: Mapping


def build_files(draft: Draft) -> None:
    """What each file says about itself, and when its topic concerns a patient."""
    for head in draft.heads:
        check_source(draft, head, head.node.get("source"))
        effective = head.node.get("effective")
        if isinstance(effective, Mapping):
            starts_before_it_ends(draft, effective)
        draft.files.append(
            GuidelineFile(
                path=head.path,
                id=head.id,
                version=head.version,
                status=head.status,
                title=head.title,
                topic=head.topic,
                edition=head.edition,
                effective=head.effective,
                source=head.source,
                evidence=head.evidence,
                applies=condition_under(Place(draft, draft.scopes[head.path]), head.node.get("applies")),
                sha256=head.sha256,
                span=head.span,
            )
        )


PASSES: Final[tuple[Callable[[Draft], None], ...]] = (
    build_line_ups,
    build_requirements,
    check_choices,
    build_sets,
    build_actions,
    build_parameters,
    build_findings,
    build_instruments,
    build_treatments,
    build_facts,
    build_scores,
    build_tables,
    build_rules,
    build_files,
    settle_ages,
    settle_overrides,
    order_strata,
    prove_tables,
    apply_site,
    apply_bindings,
)
"""In this order: what is read comes before what reads it. Those after `order_strata` need everything before
to be right."""


def resolve(
    written: Sequence[Written], *, site: Written | None = None, bindings: Written | None = None
) -> Draft:
    """Everything that the files say, resolved, with the problems that were found on the way."""
    draft, misplaced = _begin(written)
    draft.site_file = (site.file, site.node) if site is not None else None
    draft.bindings_file = (bindings.file, bindings.node) if bindings is not None else None
    unclear = bool(draft.problems)
    draft.problems += misplaced
    if unclear:
        return draft  # names that clash or files that are not there: what follows would only repeat it
    for one in PASSES:
        one(draft)
        if one is order_strata and draft.problems:
            break
    return draft


def finish(draft: Draft) -> Ruleset:
    """The ruleset of a draft without problems. EngineError when a name was lost without a word."""
    _nothing_was_lost(draft)
    return Ruleset(
        files=tuple(draft.files),
        definitions=dict(sorted(draft.definitions.items())),
        rules=dict(draft.rules),
        actions=dict(sorted(draft.actions.items())),
        value_sets=dict(sorted(draft.value_sets.items())),
        product_sets=dict(sorted(draft.product_sets.items())),
        line_ups=draft.line_ups,
        sources=draft.sources,
        requirements=draft.requirements,
        bindings=draft.bindings,
        bindings_sha256=draft.bindings_sha256,
        site=draft.site,
        sha256=_digest(draft),
    )


def _nothing_was_lost(draft: Draft) -> None:
    """Everything that was declared is there, and every name that it reads means something."""
    known = {*draft.definitions, *draft.value_sets, *draft.product_sets}
    for id, declared in draft.declared.items():
        if id not in known:
            raise EngineError(f"{declared.span}: `{declared.name}` was lost")
    names = [name for one in draft.definitions.values() for name in names_of(one)]
    names += [name for rule in draft.rules.values() for name in names_of_rule(rule)]
    names += [name for file in draft.files if file.applies is not None for name in names_in(file.applies)]
    for name in names:
        if name.ref is None:
            raise EngineError(f"{name.span}: `{name.text}` was not resolved")


def _begin(written: Sequence[Written]) -> tuple[Draft, list[Problem]]:
    """Which files there are, which names they declare, and what each of them sees; and the files of which the topic
    is not that of their folder."""
    guidelines = [one for one in written if one.file.role == "guideline"]
    heads, misplaced = _settle_topics([read_head(one.file, one.node) for one in guidelines], written)
    problems: list[Problem] = list(_same_ids(heads))
    used, missing = used_files(heads)
    problems += missing
    declared = [one for head in heads for one in declared_in(head)]
    seen, clashes = scopes(heads, declared, used)
    problems += clashes
    draft = Draft(
        heads=heads,
        declared={one.id: one for one in declared if one.kind != "action"},
        actions_declared={one.id: one for one in declared if one.kind == "action"},
        scopes=seen,
        used=used,
        editions_files=[(one.file, one.node) for one in written if one.file.role == "editions"],
        requirements_files=[(one.file, one.node) for one in written if one.file.role == "requirements"],
    )
    draft.problems += problems
    _read_sources(draft, [one for one in written if one.file.role == "sources"])
    return draft, misplaced


def _read_sources(draft: Draft, written: Iterable[Written]) -> None:
    for one in written:
        topic, listed = read_sources(one.node)
        topic = topic or one.file.place.parent.name
        draft.sources = {**draft.sources, topic: listed}
        draft.source_spans = {**draft.source_spans, topic: one.node.span}


def _settle_topics(heads: Sequence[Head], written: Sequence[Written]) -> tuple[list[Head], list[Problem]]:
    """The files with the topic of the folder they stand in. One that says another is told once, and read as if it
    had said the right one: else each of its sources and editions would be a problem too."""
    topics = {
        one.file.place.parent: (text(one.node.get("topic")), one.node.get("topic"))
        for role in ("sources", "editions")  # what editions.yaml says comes last, and counts
        for one in written
        if one.file.role == role and text(one.node.get("topic"))
    }
    settled, problems = [], []
    for head in heads:
        folder = next((one for one in head.place.parents if one in topics), None)
        said = head.node.get("topic")
        if folder is None or topics[folder][0] == head.topic or said is None:
            settled.append(head)
            continue
        topic, node = topics[folder]
        assert node is not None  # it has a text
        problems.append(
            Problem(
                "unknown-topic",
                said.span,
                {
                    "nl": f"dit bestand staat in de map van het onderwerp `{topic}`, en noemt een ander",
                    "en": f"this file stands in the folder of the topic `{topic}`, and names another",
                },
                help={
                    "nl": f"Schrijf `topic: {topic}`, of zet het bestand in een andere map.",
                    "en": f"Write `topic: {topic}`, or put the file in another folder.",
                },
                notes=(Note(node.span, {"nl": "het onderwerp van de map", "en": "the topic of the folder"}),),
            )
        )
        settled.append(replace(head, topic=topic))
    return settled, problems


def _same_ids(heads: Sequence[Head]) -> Iterable[Problem]:
    first: dict[str, Head] = {}
    for head in heads:
        other = first.setdefault(head.id, head)
        if other is not head:
            yield Problem(
                "id-clash",
                head.span,
                {
                    "nl": f"`{head.id}` is al de id van een ander bestand",
                    "en": f"`{head.id}` is already the id of another file",
                },
                help={"nl": "Geef elk bestand een eigen id.", "en": "Give each file an id of its own."},
                notes=(Note(other.span, {"nl": "het andere bestand", "en": "the other file"}),),
            )


def _digest(draft: Draft) -> str:
    """One digest of all that decides what the ruleset says."""
    digest = hashlib.sha256()
    for file in draft.files:
        digest.update(f"{file.path}\0{file.sha256}\0".encode())
    for around, _ in draft.editions_files:
        digest.update(f"{around.path}\0{around.sha256}\0".encode())
    digest.update(draft.bindings_sha256.encode())
    digest.update(draft.site.sha256.encode() if draft.site else b"")
    return digest.hexdigest()
