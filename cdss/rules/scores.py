"""Scores: points for each item, and none when nothing of it holds (language §7)."""

from __future__ import annotations

from cdss.models.guideline import Points, Score, ScoreItem
from cdss.models.quantity import millionths, parse_number
from cdss.rules.conditions import condition_under
from cdss.rules.declare import Declared, read_evidence, read_status
from cdss.rules.draft import Draft
from cdss.rules.kinds import kinds_of
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.names import Place
from cdss.rules.sources import check_source
from cdss.rules.unique import report_doubles
from cdss.rules.written import id_span, key_span, mappings, scalar, text, texts, words


def build_scores(draft: Draft) -> None:
    """Every score."""
    for declared in draft.declared.values():
        if declared.kind == "score":
            draft.definitions[declared.id] = _score(draft, declared)


def _score(draft: Draft, declared: Declared) -> Score:
    node = declared.body
    place = Place(draft, draft.scopes[declared.head.path])
    kind = kinds_of(draft, declared).own
    assert kind is not None  # a score is always a number
    items = tuple(_item(place, item) for item in mappings(node.get("items")))
    report_doubles(
        draft, [written for item in mappings(node.get("items")) if (written := scalar(item.get("id")))]
    )
    return Score(
        id=declared.id,
        name=declared.name,
        type=kind,
        items=items,
        title=texts(node.get("title")),
        source=check_source(draft, declared.head, node.get("source")),
        evidence=read_evidence(node),
        status=read_status(node),
        implements=words(node.get("implements")),
        file=declared.head.path,
        span=declared.span,
    )


def _item(place: Place, node: MappingNode) -> ScoreItem:
    check_source(place.draft, place.scope.head, node.get("source"))
    rows = list(mappings(node.get("first_of"))) if node.get("first_of") is not None else [node]
    return ScoreItem(
        id=text(node.get("id")),
        first_of=tuple(_points(place, row) for row in rows),
        text=texts(node.get("text")),
        span=id_span(node),
    )


def _points(place: Place, node: MappingNode) -> Points:
    points = millionths(parse_number(text(node.get("points"), "0")))
    return Points(points, condition_under(place, node.get("when")), key_span(node, "points"))
