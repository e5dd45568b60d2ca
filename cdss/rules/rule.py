"""Rules: when something holds, recommend, set a finding, or say how the topic ends (language §9)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, Literal, cast

from cdss.errors import Note, Span, Text
from cdss.models.condition import AllOf, Amount, Day, Name
from cdss.models.dates import Duration
from cdss.models.guideline import Exception_, Override, Recommend, Rule, SetFinding, Source
from cdss.rules.closest import did_you_mean, one_of
from cdss.rules.conditions import condition_under
from cdss.rules.declare import NOUNS, Head, read_confirmed, read_evidence, read_status
from cdss.rules.draft import Draft, advice
from cdss.rules.kinds import kinds_of
from cdss.rules.load import Entry, Node, Scalar
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.names import Place, resolve_value_name
from cdss.rules.operands import duration_operand, limit_operand
from cdss.rules.parameters import value_fits
from cdss.rules.sets import is_action
from cdss.rules.sources import check_source
from cdss.rules.unique import report_doubles
from cdss.rules.written import (
    entries,
    id_span,
    mapping,
    mappings,
    scalar,
    scalars,
    text,
    texts,
    words,
)

BRACES: Final = re.compile(r"\{([^{}]*)\}")
NAME: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")


def build_rules(draft: Draft) -> None:
    """Every rule with its names resolved."""
    for head in draft.heads:
        nodes = list(mappings(head.node.get("rules")))
        report_doubles(draft, [written for node in nodes if (written := scalar(node.get("id")))])
        for node in nodes:
            rule = _rule(Place(draft, draft.scopes[head.path]), head, node)
            if rule is not None:
                draft.rules.setdefault(rule.id, rule)


def _rule(place: Place, head: Head, node: MappingNode) -> Rule | None:
    draft = place.draft
    id = scalar(node.get("id"))
    span = id.span if id is not None else node.span
    when = condition_under(place, node.get("when"))
    exceptions = tuple(_exceptions(place, node))
    then = mapping(node.get("then")) or MappingNode((), node.span)
    recommend = _recommend(place, then)
    sets = tuple(_sets(place, then))
    overrides = tuple(_overrides(draft, head, node))
    source = check_source(draft, head, node.get("source"))
    graded_in = check_source(draft, head, node.get("graded_in"))
    if id is None or (when is None and node.get("when") is not None):
        return None
    return Rule(
        id=f"{head.id}/{id.text}",
        title=texts(node.get("title")),
        when=when if when is not None else AllOf((), span),
        exceptions=exceptions,
        if_unknown=cast(Literal["ask", "silent", "mention"], text(node.get("if_unknown"), "ask")),
        recommend=recommend,
        sets=sets,
        outcome=cast(Literal["", "out_of_scope", "not_assessable"], text(then.get("outcome"))),
        outcome_text=texts(then.get("text")) or None,
        overrides=overrides,
        implements=words(node.get("implements")),
        source=source,
        evidence=read_evidence(node),
        grade=text(node.get("grade")),
        graded_in=graded_in,
        confirmed=read_confirmed(node.get("confirmed")),
        status=read_status(node),
        file=head.path,
        span=span,
    )


def _exceptions(place: Place, node: MappingNode) -> Iterable[Exception_]:
    nodes = list(mappings(node.get("except")))
    report_doubles(place.draft, [written for one in nodes if (written := scalar(one.get("id")))])
    for one in nodes:
        when = condition_under(place, one.get("when"))
        if when is not None:
            yield Exception_(
                id=text(one.get("id")),
                when=when,
                text=texts(one.get("text")),
                if_unknown=cast(Literal["mention", "block"], text(one.get("if_unknown"), "mention")),
                span=id_span(one),
            )


# then: recommend


def _recommend(place: Place, then: MappingNode) -> Recommend | None:
    action = scalar(then.get("recommend"))
    messages, names = _messages(place, then.get("messages"))
    due = _due(place, then.get("due"))
    if action is None or not is_action(place.draft, place.scope, action):
        return None
    return Recommend(
        action=action.text,
        urgency=text(then.get("urgency"), "routine"),
        priority=text(then.get("priority"), "middle"),
        inform=words(then.get("inform")),
        messages=messages,
        message_names=names,
        due=due,
    )


def _messages(place: Place, node: Node | None) -> tuple[Mapping[str, Text], Mapping[str, Name]]:
    """What each reader is told, and what the names inside braces mean."""
    messages: dict[str, Text] = {}
    names: dict[str, Name] = {}
    for entry in entries(node):
        messages[entry.key.text] = texts(entry.value)
        for said in _said(entry):
            _check_braces(place, said)
            for found in BRACES.finditer(said.text):
                if found[1] not in names:
                    name = _message_name(place, said, found)
                    if name is not None:
                        names[found[1]] = name
    return messages, names


def _said(entry: Entry) -> list[Scalar]:
    if isinstance(entry.value, Scalar):
        return [entry.value]
    return [one.value for one in entries(entry.value) if isinstance(one.value, Scalar)]


def _check_braces(place: Place, said: Scalar) -> None:
    """A brace without its other half, or a pair around another: a reader would see it as it is written."""
    loose = re.search(r"[{}]", BRACES.sub(lambda found: " " * len(found[0]), said.text))
    if loose is not None:
        place.draft.report(
            "bad-name",
            within(said, loose.start(), loose.end()),
            "deze accolade hoort bij geen andere",
            "this brace belongs to no other",
            help=advice(
                "Schrijf een waarde als `{fracture_risk}`; in gewone tekst staan geen accolades.",
                "Write a value as `{fracture_risk}`; plain text has no braces.",
            ),
        )


def _message_name(place: Place, said: Scalar, found: re.Match[str]) -> Name | None:
    span = within(said, found.start() + 1, found.end() - 1)
    if not NAME.fullmatch(found[1]):
        place.draft.report(
            "bad-name",
            span,
            "tussen accolades hoort een naam",
            "a name belongs between braces",
            help=advice("Schrijf bijvoorbeeld `{fracture_risk}`.", "Write for instance `{fracture_risk}`."),
        )
        return None
    return resolve_value_name(place, Name(found[1], span))


def within(said: Scalar, start: int, end: int) -> Span:
    """The place of a part of a text; the whole text when its quotes or lines hide where it is."""
    whole = said.span
    quote = 1 if said.quoted else 0
    if (
        said.block
        or whole.line != whole.end_line
        or whole.end_column - whole.column - 2 * quote != len(said.text)
    ):
        return whole
    first = whole.column + quote
    return Span(whole.file, whole.line, first + start, whole.line, first + end)


def _due(place: Place, node: Node | None) -> Duration | Name | None:
    """An amount of time from the reference date, or a name whose value is a date."""
    parsed = limit_operand(place, node)
    if parsed is None:
        return None
    if isinstance(parsed, Day):
        place.draft.report(
            "wrong-type",
            parsed.span,
            "een vaste dag past niet bij elke patiënt",
            "a fixed day does not fit every patient",
            help=advice(
                "Schrijf een tijdsduur, zoals `14 days`.", "Write an amount of time, such as `14 days`."
            ),
        )
        return None
    if isinstance(parsed, Name):
        name = resolve_value_name(place, parsed)
        if name is None or name.ref is None or name.ref.type is None:
            return None
        if name.ref.type.kind == "date":
            return name
    found = duration_operand(place, parsed)
    return found.duration if isinstance(found, Amount) else found


# then: set


def _sets(place: Place, then: MappingNode) -> Iterable[SetFinding]:
    for entry in entries(then.get("set")):
        declared = place.scope.names.get(entry.key.text)
        if declared is None or declared.kind != "finding":
            _no_finding(place, entry.key)
            continue
        kind = kinds_of(place.draft, declared).own
        for written in scalars(entry.value):
            if kind is not None and value_fits(place.draft, written, kind, declared):
                yield SetFinding(declared.id, written.text, written.span)


def _no_finding(place: Place, key: Scalar) -> None:
    declared = place.scope.names.get(key.text)
    known = [name for name, one in place.scope.names.items() if one.kind == "finding"]
    if declared is not None:
        place.draft.report(
            "wrong-kind-of-name",
            key.span,
            f"`{key.text}` is een {NOUNS[declared.kind]['nl']}; alleen een bevinding kan worden gezet",
            f"`{key.text}` is a {NOUNS[declared.kind]['en']}; only a finding can be set",
            notes=(Note(declared.span, {"nl": "hier staat het beschreven", "en": "it is described here"}),),
        )
        return
    hidden = place.scope.elsewhere.get(key.text)
    place.draft.report(
        "unknown-name" if hidden is None else "name-out-of-scope",
        key.span,
        "er is geen bevinding met deze naam"
        if hidden is None
        else f"`{key.text}` staat in een bestand dat hier niet gelezen wordt",
        "there is no finding with this name"
        if hidden is None
        else f"`{key.text}` stands in a file that is not read here",
        help=did_you_mean(key.text, known)
        if hidden is None
        else advice(f"Zet {hidden.head.path} onder `use`.", f"Put {hidden.head.path} under `use`."),
    )


# overrides


def _overrides(draft: Draft, head: Head, node: MappingNode) -> Iterable[Override]:
    for one in mappings(node.get("overrides")):
        written = scalar(one.get("rule"))
        if written is not None:
            source = check_source(draft, head, one.get("source"))
            yield Override(written.text, source or Source(), written.span)


def settle_overrides(draft: Draft) -> None:
    """The full id of every rule that is overridden; a short one is looked up in the same file first."""
    for id, rule in list(draft.rules.items()):
        if not rule.overrides:
            continue
        found = []
        for override in rule.overrides:
            full = _full_id(draft, rule, override)
            if full is not None:
                found.append(replace(override, rule=full))
        draft.rules[id] = replace(rule, overrides=tuple(found))


def _full_id(draft: Draft, rule: Rule, override: Override) -> str | None:
    own = f"{rule.id.rpartition('/')[0]}/{override.rule}"
    if own in draft.rules:
        return own
    if override.rule in draft.rules:
        return override.rule
    same = [id for id in draft.rules if id.rpartition("/")[2] == override.rule]
    if len(same) == 1:
        return same[0]
    draft.report(
        "unknown-rule",
        override.span,
        "er is geen regel met deze naam" if not same else "er is meer dan een regel met deze naam",
        "there is no rule with this name" if not same else "there is more than one rule with this name",
        help=one_of(same)
        if same
        else did_you_mean(override.rule, [*draft.rules, *(id.rpartition("/")[2] for id in draft.rules)]),
    )
    return None
