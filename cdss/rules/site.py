"""What a region or practice chose (language §9): parameters within their limits, owners, topics off, links.

It never moves a red flag, an urgency or a denosumab limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cdss.errors import Note
from cdss.models.guideline import Parameter, ParameterValue, Site
from cdss.rules.closest import did_you_mean, one_of
from cdss.rules.danger import protected_parameters
from cdss.rules.draft import Draft, advice
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Scalar
from cdss.rules.parameters import is_below, read_parameter_value
from cdss.rules.written import entries, scalar, scalars, text, texts


def apply_site(draft: Draft) -> None:
    """The choices of the site file, with the parameters that it moved."""
    if draft.site_file is None:
        return
    file, node = draft.site_file
    moved = dict(_moved(draft, node))
    for id, (value, written) in moved.items():
        parameter = draft.definitions[id]
        assert isinstance(parameter, Parameter)
        values = tuple(replace(dated, value=value, text=written) for dated in parameter.values)
        draft.definitions[id] = replace(parameter, values=values, moved_by_site=True)
    draft.site = Site(
        id=text(node.get("id")),
        sha256=file.sha256,
        parameters={id: value for id, (value, _) in moved.items()},
        owners=_of_actions(draft, node, "owners"),
        coordinator=text(node.get("coordinator")),
        title=texts(node.get("title")),
        topics_off=frozenset(_topics(draft, node)),
        links=_of_actions(draft, node, "links"),
    )


def _moved(draft: Draft, node: MappingNode) -> Iterator[tuple[str, tuple[ParameterValue, str]]]:
    protected = protected_parameters(draft)
    by_name: dict[str, list[Parameter]] = {}
    for definition in draft.definitions.values():
        if isinstance(definition, Parameter):
            by_name.setdefault(definition.name, []).append(definition)
    for entry in entries(node.get("parameters")):
        written = scalar(entry.value)
        found = by_name.get(entry.key.text, [])
        if not found:
            spoken = {name: same[0].text for name, same in by_name.items()}
            draft.report(
                "unknown-name",
                entry.key.span,
                "er is geen parameter met deze naam",
                "there is no parameter with this name",
                help=did_you_mean(entry.key.text, by_name, spoken),
            )
        for parameter in found if written is not None else ():
            assert written is not None
            value = _chosen(draft, entry.key, written, parameter, protected)
            if value is None:
                break
            yield parameter.id, (value, written.text)


def _chosen(
    draft: Draft, key: Scalar, written: Scalar, parameter: Parameter, protected: frozenset[str]
) -> ParameterValue | None:
    """The value that was chosen for a parameter; None after a problem."""
    here = (Note(parameter.span, {"nl": "de parameter", "en": "the parameter"}),)
    if parameter.site is None or parameter.id in protected:
        danger = parameter.site is not None
        draft.report(
            "site-not-allowed",
            key.span,
            f"`{parameter.name}` kan een praktijk niet veranderen",
            f"a site cannot change `{parameter.name}`",
            help=advice(
                "Een alarmteken, een urgentie of een grens van denosumab blijft zoals de richtlijn zegt.",
                "A red flag, an urgency or a denosumab limit stays as the guideline says.",
            )
            if danger
            else advice(
                "De richtlijn geeft hier geen ruimte (`site:`).",
                "The guideline leaves no room here (`site:`).",
            ),
            notes=here,
        )
        return None
    value = read_parameter_value(draft, written, parameter.type)
    if value is None:
        return None
    low, high = parameter.site
    if is_below(value, low) or is_below(high, value):
        limits = _limits(draft, parameter)
        draft.report(
            "site-outside-limits",
            written.span,
            f"dit ligt buiten de ruimte die de richtlijn geeft{limits['nl']}",
            f"this lies outside the room that the guideline gives{limits['en']}",
            notes=here,
        )
        return None
    return value


def _limits(draft: Draft, parameter: Parameter) -> Mapping[str, str]:
    limits = draft.declared[parameter.id].body.get("site")
    if not isinstance(limits, MappingNode):
        return {"nl": "", "en": ""}
    low, high = text(limits.get("from")), text(limits.get("to"))
    return {"nl": f": {low} tot en met {high}", "en": f": {low} up to and including {high}"}


def _of_actions(draft: Draft, node: MappingNode, key: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in entries(node.get(key)):
        if entry.key.text in draft.actions:
            found[entry.key.text] = text(entry.value)
            continue
        spoken = {id: action.label for id, action in draft.actions.items()}
        draft.report(
            "unknown-action",
            entry.key.span,
            "er is geen actie met deze naam",
            "there is no action with this name",
            help=did_you_mean(entry.key.text, draft.actions, spoken),
        )
    return found


def _topics(draft: Draft, node: MappingNode) -> Iterator[str]:
    topics = {head.topic for head in draft.heads}
    for written in scalars(node.get("topics_off")):
        if written.text in topics:
            yield written.text
            continue
        draft.report(
            "unknown-topic",
            written.span,
            "er is geen onderwerp met deze naam",
            "there is no topic with this name",
            help=did_you_mean(written.text, topics) or one_of(sorted(topics)),
        )
