"""Why no patient passes through durable_rules by default: each reason, seen in a process of its own.

    python -m benchmarks.durable_limits              all of them, in about half a minute
    python -m benchmarks.durable_limits --quick      those that take less than a second
    python -m benchmarks.durable_limits NAME         one of them, in this very process

What is printed is what was seen. A crash of the process, or a call that does not return within its time, is what some
reasons are about. `docs/decisions/0001-durable-rules.md` tells what follows from each.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

ROOT = Path(__file__).resolve().parents[1]
Condition = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that durable_rules does, and how it shows: in words, in a crash, or by never returning."""

    name: str
    title: str
    show: Callable[[], str]
    how: Literal["words", "crash", "never"] = "words"
    seconds: float = 20.0
    quick: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of one reason."""

    reason: Reason
    shown: bool
    what: str


class Rules:
    """Rules in one host, and which of them fired. Without the timer threads of the library, unless asked."""

    def __init__(self, rules: Mapping[str, Sequence[Condition]], *, timers: bool = False) -> None:
        from durable import engine

        self.fired: list[str] = []
        host: Any = engine.Host if timers else type("QuietHost", (engine.Host,), {"_run": lambda self: None})
        self.host = host(
            {"rules": {name: {"all": list(one), "run": self._fires(name)} for name, one in rules.items()}}
        )

    def _fires(self, name: str) -> Callable[[Any], None]:
        return lambda context: self.fired.append(name)

    def tell(self, *facts: dict[str, object], session: str = "1") -> list[str]:
        """What fires when these facts arrive together."""
        self.fired.clear()
        self.host.assert_facts("rules", [{"sid": session, **fact} for fact in facts])
        return self.fired

    def forget(self, session: str = "1") -> None:
        self.host.delete_state("rules", session)


def _when(what: str, *, seen: bool) -> str:
    return f"seen: {what}" if seen else f"not seen: {what}"


# Wrong answers


def two_patients() -> str:
    rules = Rules({"both": [{"a": {"fracture": 1}}, {"b": {"treated": 1}}]})
    rules.tell({"fracture": 1}, session="P0737786")
    fired = rules.tell({"treated": 1}, session="P1076240")
    return _when(
        "patient P0737786 broke a hip, P1076240 is treated, and a rule fired on one fact of each",
        seen=bool(fired),
    )


def two_facts() -> str:
    from durable.engine import MessageObservedException

    rules = Rules({"a": [{"m": {"x": 1}}], "b": [{"m": {"y": 1}}]})
    rules.tell({"x": 1, "id": "P0737786"})
    try:
        rules.tell({"y": 1, "id": "P1076240"})
    except MessageObservedException:
        return "seen: of two different facts with ids of one hash the second was refused as already there"
    return "not seen: both facts were taken"


def missing_limit() -> str:
    above = {"$and": [{"kind": "score"}, {"$gte": {"value": {"$m": "limit"}}}]}
    fired = Rules({"met": [{"m": above}]}).tell({"kind": "score", "value": 1})
    return _when("value >= limit held for a score of 1 for which no limit was ever set", seen=bool(fired))


def ignored_exclusion() -> str:
    ignored, names = 0, "abcdefgh"
    for alias in names:
        rules = Rules({"treat": [{alias: {"fracture": 1}}, {"allergy$not": {"allergic": 1}}]})
        ignored += bool(rules.tell({"fracture": 1}, {"allergic": 1}))
    return _when(
        f"under {ignored} of {len(names)} names for the fact, `none(allergic)` was ignored", seen=ignored > 0
    )


def no_unknown() -> str:
    rules = Rules({"kidneys_fine": [{"person": {"age": 71}}, {"low$not": {"$lt": {"egfr": 30}}}]})
    fired = rules.tell({"age": 71})
    return _when("'no eGFR below 30' held for a patient whose eGFR nobody knows", seen=bool(fired))


def loose_types() -> str:
    true, text = Rules({"r": [{"m": {"y": True}}]}), Rules({"r": [{"m": {"y": "1"}}]})
    found = [true.tell({"y": "true"})[:], true.tell({"y": 1})[:], text.tell({"y": 1})[:]]
    return _when("the text 'true' and the number 1 matched True, and 1 matched the text '1'", seen=all(found))


def cut_texts() -> str:
    rules = Rules({"r": [{"m": {"y": "a"}}]})
    return _when(
        "a text of 65,537 letters a matched the text 'a'", seen=bool(rules.tell({"y": "a" * 65_537}))
    )


def small_floats() -> str:
    rules = Rules({"r": [{"m": {"$lt": {"y": 1}}}]})
    try:
        rules.host.assert_fact("rules", {"y": 0.00001, "sid": "1"})
    except Exception as error:  # noqa: BLE001 (what it raises is what we show)
        return f"seen: the number 0.00001 was refused: {error}"
    return "not seen: the number 0.00001 was taken"


def swallowed_exception() -> str:
    rules = Rules({"r": [{"m": {"y": 1}}]})
    rules.host.get_ruleset("rules")._actions["r"]._func = lambda context: 1 / 0
    state = rules.host.assert_facts("rules", [{"y": 1, "sid": "1"}])
    return _when(
        f"a rule divided by zero, nothing was raised; the state says '{state['exception'][:36]}'", seen=True
    )


def unheard_fact() -> str:
    done: list[str] = []

    def act(context: Any) -> None:
        done.append("first")
        context.assert_fact({"nobody": "listens"})
        done.append("second")

    rules = Rules({"r": [{"m": {"y": 1}}]})
    rules.host.get_ruleset("rules")._actions["r"]._func = act
    rules.host.assert_facts("rules", [{"y": 1, "sid": "1"}])
    return _when(
        "a rule asserted a fact that nobody listens to, and did not do its second thing",
        seen=done == ["first"],
    )


# Crashes


def timer_threads() -> str:
    rules = Rules({"r": [{"m": {"y": 1}}]}, timers=True)
    for patient in range(8):
        rules.tell({"y": 1}, session=str(patient))
    for patient in range(7):
        rules.forget(str(patient))
    print("a default Host, 8 sessions, 7 of them deleted", flush=True)
    time.sleep(8)
    return "not seen: still running after 8 seconds"


def silent_session() -> str:
    for _ in range(500):
        rules = Rules({"r": [{"a": {"x": 1}}, {"b": {"y": 1}}]})
        rules.tell({"x": 1})
        print("deleting a session in which no rule has fired", flush=True)
        rules.forget()
    return "not seen: 500 such sessions were deleted"


def many_sessions() -> str:
    rules = Rules({"r": [{"m": {"y": 1}}]})
    for patient in range(1, 1_100):
        try:
            rules.tell({"y": 1}, session=str(patient))
        except MemoryError:
            print(f"session {patient} gave a MemoryError; once more", flush=True)
            rules.tell({"y": 1}, session=str(patient))
    return "not seen: 1,099 open sessions"


def empty_batch() -> str:
    print("asserting an empty list of facts", flush=True)
    Rules({"r": [{"m": {"y": 1}}]}).tell()
    return "not seen: an empty batch was taken"


def null_in_join() -> str:
    rules = Rules({"r": [{"a": {"x": 1}}, {"b": {"$gt": {"y": {"a": "limit"}}}}]})
    try:
        rules.tell({"x": 1, "limit": 3}, {"y": None})
    except Exception as error:  # noqa: BLE001 (what it raises is what we show)
        print(f"a join with a null: {error}; deleting the session", flush=True)
        rules.forget()
    return "not seen: a null in a join was taken"


def long_name() -> str:
    print("asserting a fact for a patient with an id of 4 MB", flush=True)
    Rules({"r": [{"m": {"y": 1}}]}).tell({"y": 1}, session="p" * 4_000_000)
    return "not seen: the id was taken"


def unheard_batch() -> str:
    rules = Rules({"r": [{"m": {"y": 1}}]})
    try:
        rules.tell({"nobody": "listens"}, {"y": 1})
    except Exception as error:  # noqa: BLE001 (what it raises is what we show)
        print(f"{type(error).__name__}; deleting the session", flush=True)
        for _ in range(50):
            rules.forget()
    return "not seen: the session could be deleted"


def issue_381() -> str:
    """Two rules over one stream of amounts: one waits for a rise, the other for a fall."""

    def pair(operator: str, least: int) -> list[Condition]:
        first = {"$and": [{"metric": "met-A"}, {"$gt": {"amount": least}}]}
        second = {"$and": [{"metric": "met-B"}, {operator: {"amount": {"first": "amount"}}}]}
        return [{"first": first}, {"second": second}]

    print("two rules that compare two amounts, and 100 followed by 200", flush=True)
    for _ in range(50):
        rules = Rules({"rise": pair("$gt", 10), "fall": pair("$lt", 50)})
        rules.host.post("rules", {"metric": "met-A", "amount": 100})
        rules.host.post("rules", {"metric": "met-B", "amount": 200})
    return "not seen: the two rules worked"


# Limits


def full_table() -> str:
    properties = ("site", "age", "drug")
    rules = Rules({f"r{n}": [{"m": {properties[n % 3]: n}}] for n in range(512)})
    print("512 tests, spread over three properties, were built; asserting the first fact", flush=True)
    rules.tell({"site": "hip"})
    return "not seen: the fact was taken"


def endless_build() -> str:
    print("building a rule set with 600 tests", flush=True)
    Rules({f"r{n}": [{"m": {"age": n}}] for n in range(600)})
    return "not seen: it was built"


def open_sessions() -> str:
    rules = Rules(
        {f"r{n}": [{"a": {"x": n}}, {"b": {"x": n + 100}}, {"c": {"x": n + 200}}] for n in range(80)}
    )
    before = _megabytes()
    for patient in range(50):
        rules.tell({"x": 1}, session=str(patient))
    each = (_megabytes() - before) / 50
    return _when(f"80 rules of three criteria, and {each:.1f} MB for every open session", seen=each > 1)


def _megabytes() -> float:
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as numbers:
        return int(numbers.read().split()[1]) * 4096 / 1e6


REASONS: Final = (
    Reason("two-patients", "sessions are found by a 32-bit hash of their name", two_patients),
    Reason("two-facts", "facts are told apart by a 32-bit hash of their id", two_facts),
    Reason("missing-limit", "a comparison with a value that is missing counts as met", missing_limit),
    Reason(
        "ignored-exclusion", "an exclusion in the same batch, after the fact, is ignored", ignored_exclusion
    ),
    Reason("no-unknown", "there is no unknown: under a negation it becomes true", no_unknown),
    Reason("loose-types", "texts, numbers and truths match one another", loose_types),
    Reason("cut-texts", "texts are cut modulo 65,536", cut_texts),
    Reason("small-floats", "a number that Python prints as 1e-05 is refused", small_floats),
    Reason("swallowed-exception", "an exception in a rule is swallowed", swallowed_exception),
    Reason("unheard-fact", "a fact that nobody listens to ends a rule halfway", unheard_fact),
    Reason("timer-threads", "deleting sessions beside the default timer threads", timer_threads, "crash"),
    Reason("silent-session", "deleting a session in which nothing fired", silent_session, "crash"),
    Reason("many-sessions", "the 1,025th open session", many_sessions, "crash", quick=False),
    Reason("empty-batch", "an empty batch", empty_batch, "crash"),
    Reason("null-in-join", "a null in a join", null_in_join, "crash"),
    Reason("long-name", "a session with a long name", long_name, "crash"),
    Reason("unheard-batch", "a batch in which nobody listens to one fact", unheard_batch, "crash"),
    Reason("issue-381", "two rules of the kind in upstream issue 381", issue_381, "crash"),
    Reason("full-table", "512 different tests in one rule set", full_table, "never", 5.0, quick=False),
    Reason("endless-build", "600 different tests in one rule set", endless_build, "never", 5.0, quick=False),
    Reason("open-sessions", "memory for every open session", open_sessions, quick=False),
)


def look(reason: Reason) -> Seen:
    """Shows one reason in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.durable_limits", reason.name]
    # Some reasons are about reading memory that was never written, or past its end, and a fresh process may be lucky.
    # So new memory is not zero, and a larger block has nothing behind it. Only glibc knows these words.
    own = {**os.environ, "MALLOC_PERTURB_": "165", "MALLOC_MMAP_THRESHOLD_": "65536"}
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=reason.seconds, check=False, env=own
        )
    except subprocess.TimeoutExpired as late:
        said = _last(late.stdout.decode() if isinstance(late.stdout, bytes) else late.stdout or "")
        return Seen(reason, reason.how == "never", f"{said}: not back after {reason.seconds:g} s")
    said = _last(done.stdout)
    if done.returncode < 0 or done.returncode > 2:
        return Seen(
            reason, reason.how == "crash", f"{said}: the process crashed ({_signal(done.returncode)})"
        )
    shown = reason.how == "words" and said.startswith("seen: ")
    return Seen(reason, shown, said.removeprefix("seen: ") or _last(done.stderr))


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _signal(code: int) -> str:
    import signal

    return signal.Signals(-code).name if code < 0 else f"code {code}"


def main(arguments: Sequence[str]) -> int:
    by_name = {reason.name: reason for reason in REASONS}
    names = [one for one in arguments if one != "--quick"]
    unknown = [one for one in names if one not in by_name]
    if unknown:
        print(f"there is no reason '{unknown[0]}'; choose from {', '.join(by_name)}")
        return 2
    if len(names) == 1:
        print(by_name[names[0]].show())
        return 0
    from cdss.engine.durable_host import DurableUnavailable, library  # late: it is not needed above

    try:
        library()
    except DurableUnavailable as error:
        print(error)
        return 2
    chosen = [by_name[one] for one in names] or [
        one for one in REASONS if one.quick or "--quick" not in arguments
    ]
    missed = 0
    for reason in chosen:
        seen = look(reason)
        missed += not seen.shown
        print(
            f"{'seen    ' if seen.shown else 'NOT SEEN'}  {reason.title}\n          {seen.what}", flush=True
        )
    print(
        f"{len(chosen) - missed} of {len(chosen)} reasons seen, durable_rules on Python {sys.version.split()[0]}"
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
