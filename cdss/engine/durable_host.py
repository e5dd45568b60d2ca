"""One network inside durable_rules, held to the envelope of `docs/decisions/0001-durable-rules.md`.

A runner belongs to one thread. It keeps one session open at a time, under a key of ours, and deletes it after
every run, also after an error. After an error it must not be used again: what the library then still
remembers is not known.
"""

from __future__ import annotations

import importlib
import sys
import weakref
from collections.abc import Callable, Container, Iterable, Mapping
from types import ModuleType
from typing import Any, Final

from cdss.engine.durable_plan import Fact, Name, Network
from cdss.errors import CdssError, EngineError, Text

RULESET: Final = "network"
WARM_UP: Final = "warm_up"
_FIRST_WITHOUT: Final = (3, 13)
"""The first Python on which durable_rules 2.0.28 installs and then cannot be imported."""


class DurableUnavailable(CdssError):
    """durable_rules cannot be used here; `.text` says why, and what to do."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text["en"])


def library(version: tuple[int, ...] = sys.version_info[:2]) -> ModuleType:
    """durable_rules itself. DurableUnavailable where it does not work or is not installed."""
    if version >= _FIRST_WITHOUT:
        python = ".".join(str(part) for part in version[:2])
        raise DurableUnavailable(
            {
                "nl": f"durable_rules werkt niet op Python {python}: het laat zich installeren, maar niet "
                "importeren. Gebruik Python 3.11 of 3.12, of een andere uitvoerder (compiled of reference).",
                "en": f"durable_rules does not work on Python {python}: it installs, but cannot be "
                "imported. Use Python 3.11 or 3.12, or another executor (compiled or reference).",
            }
        )
    try:
        return importlib.import_module("durable.engine")
    except ImportError as error:
        raise DurableUnavailable(
            {
                "nl": "durable_rules is niet geïnstalleerd. Schrijf: pip install 'cdss[durable]' (dat vraagt "
                "een C-compiler), of kies een andere uitvoerder (compiled of reference).",
                "en": "durable_rules is not installed. Write: pip install 'cdss[durable]' (which needs a C "
                "compiler), or choose another executor (compiled or reference).",
            }
        ) from error


class Runner:
    """A network that is ready to run, for one thread."""

    def __init__(self, durable: ModuleType, network: Network) -> None:
        self._heard = network.heard()
        self._messages = messages(self._heard)
        self._given: Container[Name] = ()
        self._found: set[Fact] = set()
        self._key = 0
        # Without the two timer threads of the library: beside them, deleting a session crashes the process.
        quiet: Any = type("QuietHost", (durable.Host,), {"_run": lambda host: None})
        self._host = quiet({RULESET: self._definition(network)})
        self._warm_up()
        handle = self._host.get_ruleset(RULESET)._handle
        weakref.finalize(self, durable.durable_rules_engine.delete_ruleset, handle).atexit = False

    def _warm_up(self) -> None:
        """A first session in which a rule fires.

        The library frees what a session last said without ever having set it, so deleting a session in which no
        rule has fired crashes the process. Sessions of one host that follow each other lie in the same place, and
        it is set once a rule has fired there.
        """
        self._host.assert_facts(RULESET, [{WARM_UP: 1, "sid": "0"}])
        self._host.delete_state(RULESET, "0")

    def _definition(self, network: Network) -> dict[str, object]:
        """The rules as durable_rules reads them: a join of facts, and the function that draws the conclusion.

        The library takes the functions out of what it is given, so this is made anew for each host.
        """
        rules: dict[str, object] = {WARM_UP: {"all": [{"m": {WARM_UP: 1}}], "run": lambda context: None}}
        for gate in network.gates:
            for facts, concluded in gate.rules():
                joined = [{f"m_{place}": _test(fact)} for place, fact in enumerate(facts)]
                rules[str(len(rules))] = {"all": joined, "run": self._action(concluded)}
        return rules

    def _action(self, fact: Fact) -> Callable[[Any], None]:
        def conclude(context: Any) -> None:
            if fact[0] in self._given or fact in self._found:
                return  # what was given stands above it; and a fact that is there is refused a second time
            self._found.add(fact)
            if fact in self._heard:
                context.assert_fact(dict(self._messages[fact]))

        return conclude

    def run(self, facts: Iterable[Fact], given: Container[Name]) -> frozenset[Fact]:
        """What follows from these facts. Of what was given nothing is concluded."""
        self._key += 1
        key = str(self._key)
        batch = [{**self._messages[fact], "sid": key} for fact in facts if fact in self._heard]
        if not batch:
            return frozenset()
        self._given = given
        self._found = set()
        try:
            state = self._host.assert_facts(RULESET, batch)
        finally:
            self._host.delete_state(RULESET, key)
        if state is not None and "exception" in state:  # the library keeps it there, and goes on
            raise EngineError(f"a rule failed inside durable_rules: {state['exception']}")
        return frozenset(self._found)


def _test(fact: Fact) -> dict[str, int]:
    """A whole number is compared as it is; texts would be compared by a part of theirs."""
    name, sign = fact
    return {"y" if sign else "n": name}


def messages(facts: Iterable[Fact]) -> Mapping[Fact, Mapping[str, object]]:
    """Each fact as it is asserted, with an id of ours.

    The library tells facts apart by a hash of 32 bits of the id: of two with the same hash the second is not
    seen. So the ids of one network are chosen to differ in it.
    """
    taken: set[int] = set()
    found: dict[Fact, Mapping[str, object]] = {}
    for fact in sorted(facts):
        written = f"{fact[0]}{'y' if fact[1] else 'n'}"
        while (code := fnv1(written)) in taken:
            written += "."
        taken.add(code)
        found[fact] = {**_test(fact), "id": written}
    return found


def fnv1(text: str) -> int:
    """The hash by which durable_rules finds facts and sessions."""
    code = 0x811C9DC5
    for byte in text.encode():
        code = (code ^ byte) * 16777619 & 0xFFFFFFFF
    return code
