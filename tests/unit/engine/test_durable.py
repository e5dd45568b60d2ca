"""durable_rules inside its envelope: what it may decide, what it may hold, and what it never sees."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Sequence
from datetime import date
from itertools import product
from types import ModuleType

import pytest

from cdss.engine import durable_limits
from cdss.engine.durable import DurableUnavailable, durable_executor
from cdss.engine.durable_host import RULESET, Runner, fnv1, library, messages
from cdss.engine.durable_limits import LIMITS, Limits, over
from cdss.engine.durable_plan import Gate, Network, plan
from cdss.engine.engine import Engine
from cdss.engine.graph import Graph
from cdss.engine.reference import Call
from cdss.errors import EngineError, GuidelineError, Problem, Span
from cdss.models.patient import Patient
from cdss.models.program import (
    All,
    Any,
    Known,
    Missing,
    Named,
    Node,
    NodeId,
    Not,
    Points,
    Program,
    Rule,
    Valuation,
)
from cdss.models.truth import NO, UNKNOWN, YES
from cdss.models.value import YES_NO, ValueType
from tests.unit.engine.small_guideline import small

needs_durable = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="durable_rules cannot be imported on Python 3.13 and newer"
)
ON = date(2026, 3, 1)
PLACE = Span("falls.yaml", 12, 5, 12, 20)
TRUTHS = (NO, UNKNOWN, YES)


class Small:
    """A small program of yes/no facts, and gates over them."""

    def __init__(self, facts: int) -> None:
        self.graph = Graph()
        self.named: list[Named] = []
        self.rules: dict[str, NodeId] = {}
        self.facts = [
            self.add(Missing(type=YES_NO, pick=None, fact=f"f{n}", how="ask")) for n in range(facts)
        ]

    def add(self, node: Node) -> NodeId:
        number = self.graph.add(node, fresh=True)
        self.named.append(Named(f"n{number}", number, "fact"))
        if isinstance(node, Rule):
            self.rules[node.rule] = number
        return number

    def all_of(self, *items: NodeId) -> NodeId:
        return self.add(All(type=YES_NO, items=items))

    def any_of(self, *items: NodeId) -> NodeId:
        return self.add(Any(type=YES_NO, items=items))

    def rule(
        self,
        name: str,
        when: NodeId,
        *,
        unless: Sequence[tuple[NodeId, bool]] = (),
        over: NodeId | None = None,
    ) -> NodeId:
        exceptions = tuple((f"e{place}", one, blocks) for place, (one, blocks) in enumerate(unless))
        return self.add(
            Rule(
                type=YES_NO,
                span=PLACE,
                rule=name,
                when=when,
                exceptions=exceptions,
                overridden_by=() if over is None else (over,),
            )
        )

    def program(self, topics: dict[str, str] | None = None) -> Program:
        return Program(
            self.graph.nodes,
            tuple(self.named),
            applies={},
            topics={},
            files=("falls.yaml",),
            rules=self.rules,
            rule_topics=topics or {},
        )

    def run(
        self, *truths: int, given: dict[NodeId, int] | None = None
    ) -> dict[NodeId, tuple[object, object]]:
        """Now and later of every node when the facts have these truths."""
        call = Call(Patient(), ON, "record", {**dict(zip(self.facts, truths, strict=True)), **(given or {})})
        found = durable_executor(self.program())(call)
        return {
            named.node: (now, later)
            for named, now, later in zip(self.named, found.now, found.later, strict=True)
        }


@needs_durable
@pytest.mark.parametrize(("one", "other"), list(product(TRUTHS, TRUTHS)))
def test_all_any_and_not_are_strong_kleene(one: int, other: int) -> None:
    small = Small(2)
    both, either = small.all_of(*small.facts), small.any_of(*small.facts)
    opposite = small.add(Not(type=YES_NO, item=small.facts[0]))

    found = small.run(one, other)

    assert found[both] == (min(one, other),) * 2
    assert found[either] == (max(one, other),) * 2
    assert found[opposite] == (2 - one,) * 2


@needs_durable
def test_an_empty_list_is_decided_though_there_is_nothing_to_join() -> None:
    small = Small(1)
    every, some = small.all_of(), small.any_of()
    reads_both = small.all_of(every, some, small.facts[0])

    found = small.run(YES)

    assert (found[every], found[some], found[reads_both]) == ((YES, YES), (NO, NO), (NO, NO))


@needs_durable
@pytest.mark.parametrize(
    ("blocks", "exception", "expected"),
    [
        (False, NO, (YES, YES)),
        (False, UNKNOWN, (YES, UNKNOWN)),
        (False, YES, (NO, NO)),
        (True, NO, (YES, YES)),
        (True, UNKNOWN, (UNKNOWN, UNKNOWN)),
        (True, YES, (NO, NO)),
    ],
)
def test_an_unknown_exception_is_passed_over_now_unless_it_blocks(
    blocks: bool, exception: int, expected: tuple[int, int]
) -> None:
    small = Small(2)
    rule = small.rule("r", small.facts[0], unless=[(small.facts[1], blocks)])

    assert small.run(YES, exception)[rule] == expected


@needs_durable
@pytest.mark.parametrize(
    ("stronger", "expected"), [(NO, (YES, YES)), (UNKNOWN, (YES, UNKNOWN)), (YES, (NO, NO))]
)
def test_a_rule_gives_way_to_one_that_overrides_it(stronger: int, expected: tuple[int, int]) -> None:
    small = Small(2)
    overriding = small.rule("strong", small.facts[1])
    weak = small.rule("weak", small.facts[0], over=overriding)

    assert small.run(YES, stronger)[weak] == expected


@needs_durable
def test_a_leap_between_two_gates_is_carried_by_the_host() -> None:
    small = Small(2)
    both = small.all_of(*small.facts)
    known = small.add(Known(type=YES_NO, item=both))
    unknown = small.add(Not(type=YES_NO, item=known))

    found = small.run(YES, UNKNOWN)

    assert found[known] == (NO, UNKNOWN)
    assert found[unknown] == (YES, UNKNOWN)


@needs_durable
@pytest.mark.parametrize("given", TRUTHS)
def test_a_given_value_stands_above_what_the_rules_conclude(given: int) -> None:
    small = Small(1)
    middle = small.all_of(small.facts[0])
    top = small.add(Not(type=YES_NO, item=middle))

    found = small.run(YES, given={middle: given})

    assert found[middle] == (given, given)
    assert found[top] == (2 - given, 2 - given)


@needs_durable
@pytest.mark.parametrize("length", [14, 15, 16, 40, 230])
def test_a_long_list_is_split_and_means_the_same(length: int) -> None:
    small = Small(length)
    every, some = small.all_of(*small.facts), small.any_of(*small.facts)

    all_yes, last_no = small.run(*[YES] * length), small.run(*[YES] * (length - 1), NO)
    all_no, last_unknown = small.run(*[NO] * length), small.run(*[NO] * (length - 1), UNKNOWN)

    assert (all_yes[every][0], last_no[every][0]) == (YES, NO)
    assert (all_no[some][0], last_unknown[some][0]) == (NO, UNKNOWN)


@pytest.mark.parametrize(("length", "helpers"), [(14, 0), (15, 0), (16, 2), (226, 18)])
def test_a_join_holds_at_most_fifteen_facts(length: int, helpers: int) -> None:
    small = Small(length)
    small.all_of(*small.facts)

    (network,) = plan(small.program()).networks

    assert len(network.gates) == 1 + helpers
    assert max(len(facts) for gate in network.gates for facts, _ in gate.rules()) <= LIMITS.joined


def test_what_two_topics_share_runs_before_what_each_has_of_its_own() -> None:
    small = Small(3)
    shared = small.all_of(small.facts[0], small.facts[1])
    small.rule("a", small.any_of(shared, small.facts[2]))
    small.rule("b", small.add(Not(type=YES_NO, item=shared)))

    networks = plan(small.program({"a": "fractures", "b": "back-pain"})).networks

    assert [network.topics for network in networks] == [
        ("back-pain", "fractures"),
        ("back-pain",),
        ("fractures",),
    ]


def test_a_large_program_is_cut_so_that_each_network_reads_only_earlier_ones() -> None:
    small = Small(40)
    layer = small.facts
    for _ in range(20):
        layer = [small.all_of(one, other) for one, other in zip(layer, [*layer[1:], layer[0]], strict=True)]

    made = plan(small.program())

    known = set(small.facts)
    for network in made.networks:
        assert set(network.inputs) <= known
        assert list(over(network, LIMITS)) == []
        known |= {gate.name for gate in network.gates}
    assert len(made.networks) > 2
    assert made.decided <= known


def test_a_network_asserts_no_fact_that_no_rule_hears() -> None:
    small = Small(2)
    small.all_of(*small.facts)

    (network,) = plan(small.program()).networks

    assert network.heard() == {(fact, truth) for fact in small.facts for truth in (True, False)}


# Limits


def _list_of(length: int) -> Program:
    small = Small(length)
    small.rule("falls/ask-why", small.any_of(*small.facts))
    return small.program()


@pytest.mark.parametrize(("length", "refused"), [(236, False), (237, False), (238, True)])
def test_a_list_that_needs_more_facts_than_fit_is_refused_by_the_name_of_its_rule(
    length: int, refused: bool
) -> None:
    # 237 criteria and the 16 + 2 helpers over them are 255 names that are read, each as yes and as no.
    problems = _problems(_list_of(length), Limits(names=1_000))

    assert [problem.kind for problem in problems] == ["durable-limit"] * refused
    if refused:
        assert problems[0].span == PLACE
        assert "falls/ask-why" in problems[0].text["nl"]
        assert "510" in problems[0].text["en"]


@pytest.mark.parametrize(("names", "refused"), [(44, False), (43, False), (42, True)])
def test_a_list_with_too_many_names_is_refused(names: int, refused: bool) -> None:
    # 39 criteria, 3 helpers and the list itself are 43 names.
    problems = _problems(_list_of(39), Limits(names=names))

    assert bool(problems) is refused


@pytest.mark.parametrize(("waiting", "refused"), [(254, []), (255, []), (256, ["shared"])])
def test_a_fact_that_too_many_rules_wait_for_is_refused(waiting: int, refused: list[str]) -> None:
    gates = tuple(Gate(number, "all", ((0, True),), 0) for number in range(1, waiting + 1))
    network = Network(gates, (0,))

    # A gate of one item waits for both facts with one rule each.
    assert [limit for limit, _, _ in over(network, LIMITS)] == refused


@pytest.mark.parametrize(("joined", "refused"), [(14, []), (15, []), (16, ["joined"])])
def test_a_join_of_sixteen_facts_is_refused(joined: int, refused: list[str]) -> None:
    network = Network((Gate(99, "all", tuple((n, True) for n in range(joined)), 0),), tuple(range(joined)))

    assert [limit for limit, _, _ in over(network, LIMITS)] == refused


@needs_durable
def test_what_does_not_fit_is_a_guideline_error_with_all_problems() -> None:
    with pytest.raises(GuidelineError) as refused:
        durable_executor(_list_of(300))

    assert {problem.kind for problem in refused.value.problems} == {"durable-limit"}


def _problems(program: Program, limits: Limits) -> list[Problem]:
    return durable_limits.problems(program, plan(program, limits), limits)


# The library


def test_on_python_3_13_the_error_says_that_it_cannot_work_there() -> None:
    with pytest.raises(DurableUnavailable) as error:
        library((3, 13))

    assert "3.13" in error.value.text["nl"]
    assert "3.12" in str(error.value)


def test_without_durable_rules_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "durable.engine", None)

    with pytest.raises(DurableUnavailable) as error:
        library((3, 12))

    assert "cdss[durable]" in error.value.text["nl"]
    with pytest.raises(DurableUnavailable):  # when the engine is made, and not at the first patient
        Engine(small(), executor="durable")
    assert "C compiler" in error.value.text["en"]


def test_facts_of_one_network_have_ids_with_different_hashes() -> None:
    facts = [(name, truth) for name in range(2_000) for truth in (True, False)]

    ids = [str(message["id"]) for message in messages(facts).values()]

    assert len({fnv1(written) for written in ids}) == len(ids)


def test_the_hash_is_the_one_of_the_library() -> None:
    # The pair of patients that shared a working memory (docs/decisions/0001).
    assert fnv1("P0737786") == fnv1("P1076240")
    assert fnv1("P0737786") != fnv1("P0737787")


class Spied:
    """durable_rules, with everything that is asserted and every session that is deleted written down."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.batches: list[list[dict[str, object]]] = []
        self.deleted: list[str] = []
        self.fail = False
        engine = library()
        spied = self

        class Host(engine.Host):  # type: ignore[name-defined,misc]
            def assert_facts(self, ruleset: str, facts: list[dict[str, object]]) -> object:
                spied.batches.append(facts)
                result = super().assert_facts(ruleset, facts)
                if spied.fail and "y" in facts[0]:
                    raise RuntimeError("a disk is full")
                return result

            def delete_state(self, ruleset: str, sid: str) -> None:
                spied.deleted.append(sid)
                super().delete_state(ruleset, sid)

        monkeypatch.setattr(engine, "Host", Host)

    def sessions(self) -> list[object]:
        return [batch[0]["sid"] for batch in self.batches]


def _one_list() -> tuple[Program, list[NodeId], NodeId]:
    small = Small(2)
    both = small.all_of(*small.facts)
    return small.program(), small.facts, both


@needs_durable
def test_every_session_is_deleted_and_none_is_named_after_the_patient(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spied = Spied(monkeypatch)
    program, facts, _ = _one_list()
    executor = durable_executor(program)

    for name in ("P0737786", "P1076240"):
        executor(Call(Patient(id=name), ON, "record", dict.fromkeys(facts, YES)))

    assert spied.sessions() == spied.deleted == ["0", "1", "2"]


@needs_durable
def test_patients_whose_names_have_one_hash_keep_their_own_facts() -> None:
    program, facts, both = _one_list()
    executor = durable_executor(program)
    place = [named.node for named in program.named].index(both)

    def asked(name: str, *truths: int) -> object:
        return executor(Call(Patient(id=name), ON, "record", dict(zip(facts, truths, strict=True)))).now[
            place
        ]

    assert (asked("P0737786", YES, UNKNOWN), asked("P1076240", UNKNOWN, YES)) == (UNKNOWN, UNKNOWN)


@needs_durable
def test_an_empty_batch_is_never_asserted(monkeypatch: pytest.MonkeyPatch) -> None:
    spied = Spied(monkeypatch)
    program, _, _ = _one_list()

    found = durable_executor(program)(Call(Patient(), ON))

    assert spied.sessions() == ["0"]  # only the one that warms up
    assert set(found.now) == {UNKNOWN}


@needs_durable
def test_the_later_reading_is_run_only_where_its_facts_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    spied = Spied(monkeypatch)
    small = Small(2)
    small.rule("r", small.facts[0], unless=[(small.facts[1], False)])
    executor = durable_executor(small.program())

    executor(Call(Patient(), ON, "record", dict(zip(small.facts, (YES, NO), strict=True))))
    same = len(spied.batches)
    executor(Call(Patient(), ON, "record", dict(zip(small.facts, (YES, UNKNOWN), strict=True))))

    assert same == 2  # warming up, and one run for both readings
    assert len(spied.batches) == same + 2


@needs_durable
def test_after_an_error_the_session_is_deleted_and_the_next_patient_gets_a_host_of_his_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spied = Spied(monkeypatch)
    program, facts, both = _one_list()
    executor = durable_executor(program)
    place = [named.node for named in program.named].index(both)
    spied.fail = True

    with pytest.raises(RuntimeError, match="disk"):
        executor(Call(Patient(), ON, "record", dict.fromkeys(facts, YES)))
    spied.fail = False
    found = executor(Call(Patient(), ON, "record", dict.fromkeys(facts, NO)))

    assert found.now[place] == NO
    assert spied.deleted == ["0", "1", "0", "1"]


@needs_durable
def test_an_exception_inside_a_rule_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Runner, fact: object) -> Callable[[object], None]:
        def conclude(context: object) -> None:
            raise ZeroDivisionError("inside a rule")

        return conclude

    monkeypatch.setattr(Runner, "_action", broken)
    program, facts, _ = _one_list()

    with pytest.raises(EngineError, match="inside a rule"):
        durable_executor(program)(Call(Patient(), ON, "record", dict.fromkeys(facts, YES)))


@needs_durable
def test_no_threads_run_beside_a_host() -> None:
    before = threading.active_count()
    program, facts, _ = _one_list()

    durable_executor(program)(Call(Patient(), ON, "record", dict.fromkeys(facts, YES)))

    assert threading.active_count() == before


@needs_durable
def test_sessions_in_which_nothing_fires_can_be_deleted() -> None:
    network = Network((Gate(9, "all", ((1, True), (2, True)), 9),), (1, 2))
    engine = library()

    for _ in range(200):  # without a rule that fired before, one of the first crashes the process
        assert Runner(engine, network).run([(1, True)], ()) == frozenset()


@needs_durable
def test_a_host_that_is_no_longer_used_is_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    engine: ModuleType = library()
    freed: list[int] = []
    monkeypatch.setattr(engine.durable_rules_engine, "delete_ruleset", freed.append)
    runner = Runner(engine, Network((Gate(9, "all", ((1, True),), 9),), (1,)))
    handle = runner._host.get_ruleset(RULESET)._handle

    del runner
    gc.collect()

    assert freed == [handle]


@needs_durable
def test_the_host_decides_scores_and_carries_them_on() -> None:
    small = Small(2)
    both = small.all_of(*small.facts)
    points = ValueType("number", unit="points")
    score = small.add(Points(type=points, items=(((1_000_000, both),),)))

    found = small.run(YES, UNKNOWN)

    assert found[score] == ((0, 1_000_000), (0, 1_000_000))


def test_the_executor_gives_both_readings_in_the_order_of_the_names() -> None:
    if sys.version_info >= (3, 13):
        pytest.skip("durable_rules cannot be imported here")
    program, facts, _ = _one_list()

    found = durable_executor(program)(Call(Patient(), ON, "record", {facts[0]: NO}))

    assert found == Valuation((NO, UNKNOWN, NO), (NO, UNKNOWN, NO))
