"""What durable_rules can hold: measured limits, and a problem for each rule that goes over one.

The library does not refuse what is too large. It crashes, never returns, or gives another answer: see
`docs/decisions/0001-durable-rules.md`. So everything is counted before a network is built.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cdss.errors import Problem, Span, Text
from cdss.models.program import NodeId, Program, reads

if TYPE_CHECKING:
    from cdss.engine.durable_plan import Gate, Network, Plan


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one network, rule or fact may have.

    The other limits are met by the form alone: one session is open at a time, a condition has one term, a
    fact matches one test and has three attributes, and no text of an author is ever asserted.
    """

    names: int = 300
    """Names in one network: with 420 it was not built within 40 seconds."""
    tests: int = 510
    """Different facts that rules listen to: they share one table of 512 places, whatever their property.
    When it is full, the first assert never returns; one place is for a rule of ours."""
    joined: int = 15
    """Facts in one join: a frame holds 16, and one place stays free."""
    shared: int = 255
    """Rules that listen to one fact: their list holds 256, the last of which must stay empty."""


LIMITS: Final = Limits()

_TEXTS: Final[Mapping[str, Text]] = {
    "names": {
        "nl": "{found} namen in één regelset, en durable_rules kan er hoogstens {most} aan",
        "en": "{found} names in one rule set, and durable_rules can hold at most {most}",
    },
    "tests": {
        "nl": "{found} feiten waarop in één regelset wordt gewacht, en durable_rules kan er hoogstens {most} aan",
        "en": "{found} facts that one rule set waits for, and durable_rules can hold at most {most}",
    },
    "joined": {
        "nl": "{found} feiten in één voorwaarde, en durable_rules kan er hoogstens {most} aan",
        "en": "{found} facts in one condition, and durable_rules can hold at most {most}",
    },
    "shared": {
        "nl": "{found} regels die op hetzelfde feit wachten, en durable_rules kan er hoogstens {most} aan",
        "en": "{found} rules that wait for the same fact, and durable_rules can hold at most {most}",
    },
}
_HELP: Final[Text] = {
    "nl": "Deel een lange lijst op in gegevens met een eigen naam (met when), of kies een andere uitvoerder.",
    "en": "Divide a long list over facts with a name of their own (with when), or choose another executor.",
}


def problems(program: Program, plan: Plan, limits: Limits = LIMITS) -> list[Problem]:
    """What of these networks durable_rules cannot hold, each with the rule that needs it."""
    owners = _owners(program)
    found = []
    for network in plan.networks:
        for limit, seen, gate in over(network, limits):
            rule, span = owners.get(gate.node, ("", program.nodes[gate.node].span))
            found.append(_problem(limit, seen, getattr(limits, limit), rule, span))
    return found


def over(network: Network, limits: Limits) -> Iterator[tuple[str, int, Gate]]:
    """Each limit that a network goes over: which, how far, and the gate that needs most of it."""
    largest = max(network.gates, key=lambda gate: len(gate.items))
    names = {gate.name for gate in network.gates} | set(network.inputs)
    listeners: Counter[tuple[int, bool]] = Counter()
    for gate in network.gates:
        if len(gate.items) > limits.joined:
            yield "joined", len(gate.items), gate
        for facts, _ in gate.rules():
            listeners.update(facts)
    if len(names) > limits.names:
        yield "names", len(names), largest
    if len(listeners) > limits.tests:
        yield "tests", len(listeners), largest
    fact, waiting = listeners.most_common(1)[0]
    if waiting > limits.shared:
        yield "shared", waiting, next(gate for gate in network.gates if fact[0] in dict(gate.items))


def _problem(limit: str, found: int, most: int, rule: str, span: Span) -> Problem:
    """`rule` is empty for what no rule reads: then the place alone says what it is about."""
    named = {"nl": f"regel '{rule}': ", "en": f"rule '{rule}': "} if rule else {"nl": "", "en": ""}
    texts = {
        language: named[language] + text.format(found=found, most=most)
        for language, text in _TEXTS[limit].items()
    }
    return Problem("durable-limit", span, texts, _HELP)


def _owners(program: Program) -> Mapping[NodeId, tuple[str, Span]]:
    """For each node the first rule that reads it, and where that stands."""
    found: dict[NodeId, tuple[str, Span]] = {}
    for rule, number in program.rules.items():
        stack = [number]
        while stack:
            current = stack.pop()
            if current not in found:
                found[current] = (rule, program.nodes[number].span)
                stack += reads(program.nodes[current])
    return found
