"""Tables: every row as a condition on the inputs, and its outcomes (language §8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from cdss.errors import Note, Problem
from cdss.models.condition import (
    AllOf,
    Amount,
    AnyOf,
    Bound,
    Comparison,
    Condition,
    Criterion,
    Day,
    HasWord,
    InRange,
    IsTrue,
    IsWord,
    Name,
    Operator,
    Test,
    Word,
)
from cdss.models.guideline import Row, Table
from cdss.models.value import ValueType
from cdss.rules.cells import Cell, CellAny, CellRange, CellUnknown, CellValues
from cdss.rules.closest import did_you_mean, one_of
from cdss.rules.comparison import parse_cell, parse_name
from cdss.rules.conditions import condition_under, is_known_test
from cdss.rules.declare import Declared, read_evidence, read_status
from cdss.rules.draft import Draft, advice
from cdss.rules.kinds import kinds_of, then_words
from cdss.rules.load import Mapping as MappingNode
from cdss.rules.load import Scalar
from cdss.rules.names import Place, resolve_value_name
from cdss.rules.operands import KIND_NAMES, is_one_of, opposite
from cdss.rules.sources import check_source
from cdss.rules.unique import report_doubles
from cdss.rules.written import (
    entries,
    id_span,
    key_span,
    mapping,
    mappings,
    scalar,
    scalars,
    text,
    texts,
    words,
)

Line: TypeAlias = Callable[..., Criterion]


def build_tables(draft: Draft) -> None:
    """Every table whose inputs are known."""
    for declared in draft.declared.values():
        if declared.kind == "table":
            built = _table(Place(draft, draft.scopes[declared.head.path]), declared)
            if built is not None:
                draft.definitions[declared.id] = built


def _table(place: Place, declared: Declared) -> Table | None:
    draft, node = place.draft, declared.body
    kind = kinds_of(draft, declared).own
    assert kind is not None  # a table is always a choice
    inputs = _inputs(place, node)
    hit: Literal["first", "unique"] = "unique" if text(node.get("hit")) == "unique" else "first"
    rows = [_row(place, declared, row, inputs, kind) for row in mappings(node.get("rows"))]
    report_doubles(
        draft, [written for row in mappings(node.get("rows")) if (written := scalar(row.get("id")))]
    )
    otherwise = scalar(node.get("otherwise"))
    if inputs is None or None in rows:
        return None
    found = tuple(row for row in rows if row is not None)
    if hit == "first":
        _check_last(draft, declared, found, otherwise)
    else:
        _check_cells(draft, node)
    return Table(
        id=declared.id,
        name=declared.name,
        type=kind,
        hit=hit,
        rows=found,
        inputs=inputs,
        if_open="first_sure" if text(node.get("if_open")) == "first_sure" else "all",
        otherwise_unknown=otherwise is not None,
        outcomes_text={
            entry.key.text: texts(body.get("text"))
            for entry in entries(node.get("outcomes"))
            if (body := mapping(entry.value)) is not None
        },
        title=texts(node.get("title")),
        source=check_source(draft, declared.head, node.get("source")),
        evidence=read_evidence(node),
        status=read_status(node),
        file=declared.head.path,
        span=declared.span,
    )


def _inputs(place: Place, node: MappingNode) -> tuple[Name, ...] | None:
    """The resolved names above the columns; None after a problem."""
    found = []
    failed = False
    for written in scalars(node.get("inputs")):
        parsed = parse_name(written)
        if isinstance(parsed, Problem):
            place.draft.problems.append(parsed)
            failed = True
            continue
        name = resolve_value_name(place, parsed)
        if name is None or name.ref is None or name.ref.type is None:
            failed = True
            continue
        found.append(name)
    return None if failed else tuple(found)


def _row(
    place: Place, declared: Declared, node: MappingNode, inputs: tuple[Name, ...] | None, kind: ValueType
) -> Row | None:
    draft = place.draft
    cells = scalars(node.get("if"))
    when: Condition | None = None
    if node.get("when") is not None:
        when = condition_under(place, node.get("when"))
        if when is None:
            return None
    elif cells:
        if inputs is None:
            return None
        when = _conditions(place, node, cells, inputs)
        if when is None:
            return None
    return Row(
        id=text(node.get("id")),
        when=when if not (isinstance(when, AllOf) and not when.items) else None,
        outcomes=_outcomes(draft, node, kind),
        cells=tuple(cell.text for cell in cells),
        text=texts(node.get("text")) or None,
        source=check_source(draft, declared.head, node.get("source")),
        evidence=read_evidence(node),
        implements=words(node.get("implements")),
        span=id_span(node),
    )


def _outcomes(draft: Draft, node: MappingNode, kind: ValueType) -> tuple[str, ...]:
    """The words under `then`; all of them for `unknown`."""
    written = scalar(node.get("then"))
    if written is None:
        return ()
    found = then_words(written.text)
    for word in found:
        if word not in kind.words:
            draft.report(
                "unknown-word",
                written.span,
                f"`{word}` is geen uitkomst van deze tabel",
                f"`{word}` is no outcome of this table",
                help=did_you_mean(word, kind.words) or one_of(kind.words),
            )
    return tuple(word for word in found if word in kind.words) if found else kind.words


def _conditions(
    place: Place, node: MappingNode, cells: tuple[Scalar, ...], inputs: tuple[Name, ...]
) -> Condition | None:
    """All cells together; None after a problem."""
    if len(cells) != len(inputs):
        place.draft.report(
            "wrong-number-of-cells",
            key_span(node, "if"),
            f"deze rij heeft {len(cells)} cellen, en de tabel {len(inputs)} kolommen",
            f"this row has {len(cells)} cells, and the table {len(inputs)} columns",
            help=advice(
                "Schrijf `any` waar een kolom niet uitmaakt.", "Write `any` where a column does not matter."
            ),
            notes=(Note(inputs[0].span, {"nl": "de kolommen", "en": "the columns"}),) if inputs else (),
        )
        return None
    found: list[Condition] = []
    failed = False
    for cell, name in zip(cells, inputs, strict=True):
        parsed = parse_cell(cell)
        if isinstance(parsed, Problem):
            place.draft.problems.append(parsed)
            failed = True
            continue
        if isinstance(parsed, CellAny):
            continue
        criterion = cell_criterion(place, parsed, name, cell)
        failed = failed or criterion is None
        if criterion is not None:
            found.append(criterion)
    return None if failed else AllOf(tuple(found), node.span)


def cell_criterion(place: Place, cell: Cell, name: Name, written: Scalar) -> Condition | None:
    """What a cell says of its input, as a criterion at the place of the cell; None after a problem."""
    assert name.ref is not None and name.ref.type is not None
    kind = name.ref.type

    def line(test: Test, *, negated: bool = False) -> Criterion:
        return Criterion(f"{name.text}: {written.text}", written.span, test, negated)

    match cell:
        case CellUnknown():
            return line(is_known_test(name, kind, known=False))
        case CellRange():
            low, high = (_bound(place, bound, name, kind) for bound in (cell.low, cell.high))
            if (cell.low is not None and low is None) or (cell.high is not None and high is None):
                return None
            return line(InRange(name, low, high))
        case CellValues():
            return _values(place, cell, name, kind, line)
        case CellAny():
            return AllOf((), cell.span)


def _bound(place: Place, bound: Bound | None, name: Name, kind: ValueType) -> Bound | None:
    if bound is None:
        return None
    written = bound.value
    if isinstance(written, Word) and kind.kind != "choice":
        written = Name(written.word, written.span)  # `limit or lower`: a parameter
    value = opposite(place, written, name, kind)
    return Bound(value, bound.included) if isinstance(value, Amount | Name | Day | Word) else None


def _values(place: Place, cell: CellValues, name: Name, kind: ValueType, line: Line) -> Condition | None:
    match kind.kind:
        case "yes_no":
            said = [
                value.word for value in cell.values if isinstance(value, Word) and value.word in ("yes", "no")
            ]
            if len(said) == len(cell.values) == 1:
                return line(IsTrue(name), negated=said[0] == "no")
            _does_not_fit(place, cell, name, kind)
            return None
        case "choice" | "code":
            words_ = tuple(_word(value) for value in cell.values)
            if kind.kind == "choice" and not all([is_one_of(place, word, name, kind) for word in words_]):
                return None
            return line(IsWord(name, words_))
        case "collection":
            words_ = tuple(_word(value) for value in cell.values)
            if not all([is_one_of(place, word, name, kind) for word in words_]):
                return None
            has = tuple(line(HasWord(name, word)) for word in words_)
            return has[0] if len(has) == 1 else AnyOf(has, cell.span)
        case "number" | "duration" | "date":
            return _equals(place, cell, name, kind, line)


def _equals(place: Place, cell: CellValues, name: Name, kind: ValueType, line: Line) -> Condition | None:
    """One of some amounts or days."""
    found = []
    for value in cell.values:
        if isinstance(value, Word):
            _does_not_fit(place, cell, name, kind)
            return None
        other = opposite(place, value, name, kind)
        if other is None:
            return None
        operator: Operator = "=="
        found.append(line(Comparison(name, operator, other)))
    return found[0] if len(found) == 1 else AnyOf(tuple(found), cell.span)


def _word(value: Word | Amount | Day) -> Word:
    match value:
        case Word():
            return value
        case Amount():
            return Word(f"{value.quantity}", value.span)
        case Day():
            return Word(value.date.isoformat(), value.span)


def _does_not_fit(place: Place, cell: Cell, name: Name, kind: ValueType) -> None:
    seen = KIND_NAMES[kind.kind]
    examples = {"yes_no": ["yes", "no", "any"], "number": ["2", "above 2", "2 up to 5", "any"]}
    place.draft.report(
        "wrong-type",
        cell.span,
        f"`{name.text}` is {seen['nl']}, en deze cel past daar niet bij",
        f"`{name.text}` is {seen['en']}, and this cell does not fit it",
        help=one_of(examples.get(kind.kind, ["any", "unknown"])),
        notes=(Note(name.span, {"nl": "deze kolom", "en": "this column"}),),
    )


def _check_cells(draft: Draft, node: MappingNode) -> None:
    """A `unique` table is proved from its cells: a row with a tree would go in unproved."""
    for row in mappings(node.get("rows")):
        if row.get("when") is not None:
            draft.report(
                "table-not-proved",
                key_span(row, "when"),
                "een rij met `when:` kan niet in een tabel met `hit: unique`: daarvan is niets te bewijzen",
                "a row with `when:` cannot be in a table with `hit: unique`: nothing of it can be proved",
                help=advice(
                    "Schrijf de rij als cellen: `if: [...]`, of maak de tabel `hit: first`.",
                    "Write the row as cells: `if: [...]`, or make the table `hit: first`.",
                ),
            )


def _check_last(draft: Draft, declared: Declared, rows: tuple[Row, ...], otherwise: Scalar | None) -> None:
    """A `first` table ends with a row without condition, or says `otherwise: unknown`."""
    open_rows = [row for row in rows if row.when is None]
    if otherwise is None and not (rows and rows[-1].when is None):
        draft.report(
            "no-last-row",
            declared.span,
            "deze tabel zegt niet wat er gebeurt als geen enkele rij past",
            "this table does not say what happens when no row fits",
            help=advice(
                "Eindig met een rij zonder voorwaarde, of schrijf `otherwise: unknown`.",
                "End with a row without a condition, or write `otherwise: unknown`.",
            ),
        )
    for row in open_rows:
        if row is not rows[-1] or otherwise is not None:
            draft.report(
                "row-never-reached",
                row.span,
                "deze rij geldt altijd, en wat erna komt dus nooit",
                "this row always holds, so what follows it never does",
                help=advice(
                    "Zet deze rij als laatste, of geef hem een voorwaarde.",
                    "Put this row last, or give it a condition.",
                ),
            )
            break
