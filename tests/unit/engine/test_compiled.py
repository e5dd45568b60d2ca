"""The generated executor: given values, hostile names, the same text everywhere, long programs, many threads."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cdss.engine import codegen, codegen_parts
from cdss.engine.codegen_names import literal
from cdss.engine.compiled import compile_program, source
from cdss.engine.compiled_bound import NAMES
from cdss.engine.graph import Graph
from cdss.engine.reference import Call, evaluate
from cdss.errors import EngineError
from cdss.models.dates import Duration
from cdss.models.guideline import ValidFor
from cdss.models.patient import LISTS, Answer, Days, Delivered, Patient, Record
from cdss.models.program import (
    All,
    Among,
    Combined,
    Compare,
    Constant,
    FieldIs,
    FirstKnown,
    Known,
    Missing,
    Named,
    NodeId,
    Not,
    Pick,
    Points,
    Program,
    Rule,
    Select,
    Table,
)
from cdss.models.value import DATE, DURATION, NO_DATE, YES_NO, ValueType

ON = date(2026, 3, 1)
TODAY = Days(ON, ON)
MILLION = 1_000_000
BMI = ValueType("number", unit="kg/m2", low=0, high=100 * MILLION)
POINTS = ValueType("number", unit="points")
COMPLETE = dict.fromkeys(LISTS, Delivered())

HOSTILE = (
    "__import__('os').system('true')",
    "lambda",
    "None",
    'a"; raise SystemExit; "',
    "a'\n    raise SystemExit\n#",
    "a\r\nraise SystemExit",
    "x\u2028raise SystemExit",
    "\\",
    "'''",
    "ｅｘｅｃ",
    "n0",
    "rows",
    "{0.__class__}",
)


def bmi_program(
    fact: str = "bmi",
    code: str = "loinc:39156-5",
    words: tuple[str, ...] = ("none", "mild", "severe"),
    site: str = "clinic",
    keys: tuple[str, str] = ("bmi", "low"),
    unit: str = "kg/m2",
) -> Program:
    """A measured fact, an asked one, a rule with an exception, a score, a table and a finding."""
    graph = Graph()
    kind = ValueType("choice", words, ordered=True)
    number = replace(BMI, unit=unit)
    within = graph.add(Constant(type=DURATION, duration=Duration(months=24), open=False))
    where = FieldIs("site", frozenset({site, "home", "ward"}))
    select = graph.add(
        Select(
            type=YES_NO,
            lists=("observations",),
            patterns=(code,),
            groups={code: site},
            where=where,
            within=within,
        )
    )
    pick = graph.add(Pick(type=number, select=select, how="latest", unit="kg/m2", substance={unit: "1"}))
    bmi = graph.add(
        Missing(
            type=number, pick=pick, fact=fact, how="ask", valid_for=ValidFor("duration", Duration(months=24))
        ),
        fresh=True,
    )
    pain = graph.add(Missing(type=kind, pick=None, fact=f"{fact}/pain", how="ask"), fresh=True)
    twenty = graph.add(Constant(type=number, value=(20 * MILLION, 20 * MILLION), open=False))
    low = graph.add(Compare(type=YES_NO, left=bmi, operator="<", right=twenty))
    hurts = graph.add(Among(type=YES_NO, item=pain, bits=6))
    known = graph.add(Known(type=YES_NO, item=pain))
    when = graph.add(All(type=YES_NO, items=(low, graph.add(Not(type=YES_NO, item=hurts)))))
    rule = graph.add(
        Rule(type=YES_NO, rule=keys[1], when=when, exceptions=((site, known, False),), overridden_by=()),
        fresh=True,
    )
    surely = graph.add(FirstKnown(type=YES_NO, items=(low,), constant=0), fresh=True)
    score = graph.add(
        Points(type=POINTS, items=(((MILLION, low),), ((2 * MILLION, hurts), (MILLION, None)))), fresh=True
    )
    table = graph.add(
        Table(type=kind, rows=((low, 4), (hurts, 2), (None, 1)), first_sure=True, nothing=0), fresh=True
    )
    finding = graph.add(
        Combined(type=kind, how="highest", setters=((rule, 4), (surely, 2)), otherwise=1), fresh=True
    )
    named = [
        Named(keys[0], bmi, "fact"),
        Named("pain", pain, "fact"),
        Named(f"rule:{keys[1]}", rule, "rule"),
        Named(f"rule:{keys[1]}/when", when, "condition"),
        Named("surely_low", surely, "fact"),
        Named("score", score, "score"),
        Named("table", table, "table"),
        Named("finding", finding, "finding"),
    ]
    return Program(graph.nodes, tuple(named), applies={}, topics={}, files=())


def measured(value: str, code: str = "loinc:39156-5", **fields: str) -> Patient:
    record = Record(
        "observations",
        0,
        Days(date(2025, 6, 1), date(2025, 6, 1)),
        (code,),
        {"value": Decimal(value), "site": "clinic", **fields},
    )
    return Patient(lists={"observations": (record,)}, delivered=COMPLETE)


def node(program: Program, key: str) -> NodeId:
    return program.named_as(key).node


def now(program: Program, call: Call, key: str) -> object:
    keys = [one.key for one in program.named]
    return compile_program(program)(call).now[keys.index(key)]


# Values


@pytest.mark.parametrize(("bmi", "stands"), [("19.999999", 2), ("20", 0), ("20.000001", 0)])
def test_a_rule_stands_below_its_limit_and_not_on_it(bmi: str, stands: int) -> None:
    program = bmi_program()
    patient = replace(measured(bmi), answers=(Answer("pain", "none", TODAY),))

    assert now(program, Call(patient, ON), "rule:low/when") == stands


def test_a_given_value_stands_above_what_was_measured() -> None:
    program = bmi_program()
    given = {node(program, "bmi"): (25 * MILLION, 25 * MILLION)}

    assert now(program, Call(measured("19"), ON, given=given), "bmi") == (25 * MILLION, 25 * MILLION)
    assert now(program, Call(measured("19"), ON), "bmi") == (19 * MILLION, 19 * MILLION)


def test_a_given_value_is_the_same_now_and_later() -> None:
    program = bmi_program()
    call = Call(Patient(), ON, given={node(program, "surely_low"): 2})

    found = compile_program(program)(call)

    assert found.now[4] == found.later[4] == 2
    assert found == evaluate(program, call)


def test_a_rule_may_be_given_too() -> None:
    program = bmi_program()
    call = Call(Patient(), ON, given={node(program, "rule:low"): 2})

    assert now(program, call, "finding") == 4
    assert compile_program(program)(call) == evaluate(program, call)


def test_a_value_given_for_a_fact_counts_for_its_contradicting_reading() -> None:
    program = bmi_program()
    contradicting = replace(program.nodes[node(program, "bmi")], contradicting=True)
    number = len(program.nodes)
    program = replace(
        program,
        nodes=(*program.nodes, contradicting),
        named=(*program.named, Named("rule:danger", number, "condition")),
        danger={number: node(program, "bmi")},
    )
    call = Call(measured("19"), ON, given={node(program, "bmi"): (25 * MILLION, 25 * MILLION)})

    assert now(program, call, "rule:danger") == (25 * MILLION, 25 * MILLION)


def test_where_record_and_answer_contradict_each_other_the_other_reading_differs() -> None:
    program = bmi_program()
    number = len(program.nodes)
    contradicting = replace(program.nodes[node(program, "bmi")], contradicting=True)
    program = replace(
        program,
        nodes=(*program.nodes, contradicting),
        named=(*program.named, Named("danger", number, "fact")),
        danger={number: node(program, "bmi")},
    )
    call = Call(replace(measured("19"), answers=(Answer("bmi", 25, TODAY),)), ON)

    assert now(program, call, "bmi") == (25 * MILLION, 25 * MILLION)
    assert now(program, call, "danger") == (19 * MILLION, 19 * MILLION)


def test_a_value_for_a_node_without_a_name_is_refused() -> None:
    program = bmi_program()

    with pytest.raises(EngineError, match="named node"):
        compile_program(program)(Call(Patient(), ON, given={0: (0, 0)}))


def test_what_was_not_recorded_is_told_apart_by_what_was_delivered() -> None:
    program = bmi_program()
    run = compile_program(program)

    assert run(Call(Patient(), ON)) == evaluate(program, Call(Patient(), ON))
    assert run(Call(Patient(delivered=COMPLETE), ON)) == evaluate(
        program, Call(Patient(delivered=COMPLETE), ON)
    )


# Picks

JUNE = Days(date(2025, 6, 1), date(2025, 6, 30))
PICKS = {
    "exists": YES_NO,
    "count": ValueType("number", low=0),
    "latest": BMI,
    "first": BMI,
    "lowest": BMI,
    "highest": BMI,
    "date": DATE,
    "first_date": DATE,
    "days_supplied": DURATION,
}


def picking(how: str, *, assume: bool) -> Program:
    """One fact that reads observations with a code, where the site is the clinic."""
    graph = Graph()
    kind = PICKS[how]
    where = FieldIs("site", frozenset({"clinic"}))
    select = graph.add(Select(type=YES_NO, lists=("observations",), patterns=("loinc:1-8",), where=where))
    pick = graph.add(Pick(type=kind, select=select, how=how, assume=assume))
    default = {"yes_no": 0, "date": NO_DATE}.get(kind.kind, (0, 0))
    missing = Missing(type=kind, pick=pick, fact="read", how="assume" if assume else "ask", default=default)
    number = graph.add(missing, fresh=True)
    return Program(graph.nodes, (Named("read", number, "fact"),), applies={}, topics={}, files=())


def observed(*entries: tuple[Days | None, str, str | None]) -> tuple[Record, ...]:
    return tuple(
        Record(
            "observations",
            place,
            on,
            ("loinc:1-8",),
            {"value": Decimal(value), "site": site, "days_supply": 28},
        )
        for place, (on, value, site) in enumerate(entries)
    )


FEBRUARY, MAY, JULY = (Days(day, day) for day in (date(2025, 2, 1), date(2025, 5, 1), date(2025, 7, 1)))
HISTORIES = (
    observed(),
    observed((MAY, "20", "clinic")),
    observed((MAY, "20", None)),
    observed((MAY, "20", "home")),
    observed((FEBRUARY, "22", "clinic"), (MAY, "20", "clinic"), (JULY, "21", "clinic")),
    observed((JULY, "21", "clinic"), (JULY, "23", "clinic"), (MAY, "20", "clinic")),
    observed((FEBRUARY, "18", "clinic"), (MAY, "20", "clinic"), (JULY, "25", None)),
    observed((FEBRUARY, "18", None), (MAY, "20", "clinic"), (JUNE, "25", "clinic")),
    observed((FEBRUARY, "18", None), (MAY, "20", None)),
    observed((None, "18", "clinic"), (MAY, "20", "clinic")),
)


@pytest.mark.parametrize("how", PICKS)
@pytest.mark.parametrize("assume", [True, False])
def test_each_pick_gives_what_the_reference_gives(how: str, assume: bool) -> None:
    program = picking(how, assume=assume)
    run = compile_program(program)
    lists = (
        None,
        Delivered(),
        Delivered(reach="own"),
        Delivered(date(2025, 4, 1)),
        Delivered(None, date(2025, 12, 31)),
    )

    for records in HISTORIES:
        for delivered in lists:
            patient = Patient(
                lists={"observations": records},
                delivered={} if delivered is None else {"observations": delivered},
            )
            call = Call(patient, ON)
            assert run(call) == evaluate(program, call), (records, delivered)


# Safety


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_of_an_author_gets_into_the_code(hostile: str) -> None:
    program = bmi_program(
        fact=hostile,
        code=hostile,
        words=("none", hostile, "severe"),
        site=hostile,
        keys=(hostile, hostile),
        unit=hostile,
    )
    call = Call(measured("19", hostile), ON)

    tree = ast.parse(source(program))

    assert _words(tree) <= _allowed(tree)
    assert compile_program(program)(call) == evaluate(program, call)


def _words(tree: ast.AST) -> set[str]:
    """Every name, attribute and text that stands in code."""
    found: set[str] = set()
    for one in ast.walk(tree):
        match one:
            case (
                ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.Attribute(attr=name)
            ):
                found.add(name)
            case ast.Constant(value=str() as text):
                found.add(repr(text))
            case ast.Import() | ast.ImportFrom() | ast.Lambda() | ast.ClassDef():
                found.add(type(one).__name__)
            case _:
                pass
    return found


def _allowed(tree: ast.AST) -> set[str]:
    ours = {*codegen.MADE_PER_DATE, *codegen.ARGUMENTS, *codegen.OUTER.values(), *NAMES}
    ours |= {"x", "run", "given", "now", "then", "get", "start", "least", "most", "sure"}
    made = re.compile(
        r"(?:k|n|s|d|w|a|f|o|select|arguments|start|fact|none|field|form|noform|output|treatment|shift|extreme|fits"
        r"|combined|first_constant|part|reach|whole)?(?:later)?[0-9]+(?:_(?:low|high|none|value|sure|may))?"
    )
    return ours | {word for word in _words(tree) if made.fullmatch(word)}


def test_generated_code_reaches_no_builtins() -> None:
    program = bmi_program()
    outer = compile_program(program)._outer("plain")

    assert dict(outer.__globals__["__builtins__"]) == {}


@pytest.mark.parametrize(
    "value", ["text", b"bytes", 1.5, float("nan"), None, Decimal(1), Decimal("Infinity"), (1, 2)]
)
def test_only_whole_numbers_and_infinities_can_be_written_into_code(value: object) -> None:
    with pytest.raises(TypeError):
        literal(value)


# The text


def test_two_processes_write_the_same_text() -> None:
    """Sets come in another order in each process; the text does not."""
    root = Path(__file__).parents[3]
    script = (
        "from tests.unit.engine.test_compiled import bmi_program\n"
        "from cdss.engine.compiled import compile_program\n"
        "print(compile_program(bmi_program()).sha256)"
    )

    hashes = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert hashes == [f"{compile_program(bmi_program()).sha256}\n"] * 2


def test_another_code_in_the_program_is_another_hash() -> None:
    one = compile_program(bmi_program()).sha256
    other = compile_program(bmi_program(code="loinc:1-8")).sha256

    assert one != other


def test_the_text_is_what_runs() -> None:
    program = bmi_program()
    run = compile_program(program)

    text = source(program)

    assert text == run.source
    assert "def bind(x):" in text and "def bind_given(x):" in text


# Long programs


def rules_in_a_row(length: int) -> Program:
    """Each rule reads the one before it."""
    graph = Graph()
    first = graph.add(Missing(type=YES_NO, pick=None, fact="asked", how="ask"), fresh=True)
    named = [Named("asked", first, "fact")]
    previous = first
    for place in range(length):
        previous = graph.add(
            Rule(
                type=YES_NO,
                rule=f"r{place}",
                when=previous,
                exceptions=(("e", first, place % 2 == 0),),
                overridden_by=(),
            ),
            fresh=True,
        )
        if place % 7 == 0:
            named.append(Named(f"rule:r{place}", previous, "rule"))
    named.append(Named("last", previous, "rule"))
    return Program(graph.nodes, tuple(named), applies={}, topics={}, files=())


@pytest.mark.parametrize("largest", [1, 3, 50])
def test_a_long_program_is_split_and_says_the_same(monkeypatch: pytest.MonkeyPatch, largest: int) -> None:
    monkeypatch.setattr(codegen_parts, "LARGEST_FUNCTION", largest)
    calls = [Call(measured("19"), ON), Call(Patient(answers=(Answer("asked", True, TODAY),)), ON)]

    for program in (bmi_program(), rules_in_a_row(40)):
        run = compile_program(program)
        for call in calls:
            assert run(call) == evaluate(program, call)
            given = replace(call, given={program.named[-1].node: 2})
            assert run(given) == evaluate(program, given)


def test_more_nodes_than_one_function_holds_still_compile() -> None:
    program = rules_in_a_row(2_500)
    text = source(program)

    assert "def part1(" in text
    assert compile_program(program)(Call(Patient(answers=(Answer("asked", False, TODAY),)), ON)).now[-1] == 0


# Threads


def test_many_threads_may_use_one_executor() -> None:
    program = bmi_program()
    run = compile_program(program)
    calls = list(_many_calls())

    expected = [evaluate(program, call) for call in calls]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(run, calls * 5))

    assert found == expected * 5


def _many_calls() -> Iterator[Call]:
    for number in range(40):
        patient = measured(f"{15 + number % 10}") if number % 3 else Patient(delivered=COMPLETE)
        yield Call(patient, date(2026, 1 + number % 9, 1), ("contact", "record")[number % 2])
