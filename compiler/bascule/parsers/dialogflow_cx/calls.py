"""How flows of one agent call each other, and how each of them may end."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bascule.ir.project import Entity, Intent
from bascule.ir.text import Hole, Text
from bascule.parsers.dialogflow_cx.model import FlowModel, Handler, Kind, Target
from bascule.parsers.dialogflow_cx.pieces import Said
from bascule.parsers.dialogflow_cx.steps import Cases, Step

__all__ = [
    "CANCELLED",
    "DONE",
    "ENDED",
    "ESCALATED",
    "FAILED",
    "RESULT",
    "Agent",
    "handler_of",
    "returns",
    "said_key",
    "settle_results",
]

RESULT = ("session", "flow_result")
"""The variable in which a flow that may end in several ways leaves how it ended."""

DONE, ENDED, FAILED, CANCELLED, ESCALATED = "done", "ended", "failed", "cancelled", "human_escalation"
"""Results of a flow: it returns; the whole session is over; it returns with an event for its caller."""

_EVENTS = {
    FAILED: ("flow.failed",),
    CANCELLED: ("flow.cancelled",),
    ESCALATED: ("flow.failed.human-escalation", "flow.failed"),
}
_PUNCTUATION = " \t\r\n.,;:!?¡¿…\"'“”„«»()।؟،"


def said_key(text: str) -> str:
    """A text as it is compared with training phrases: case, outer punctuation and runs of blanks do not matter."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().strip(_PUNCTUATION).split())


@dataclass
class Agent:
    """Everything the flows of an agent share while they become graphs. Flows are known by display name; those that may
    call each other have the same number in ``circles``."""

    flows: dict[str, FlowModel]
    start: str
    no_speech: float | None = None
    phrases: dict[str, set[str]] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    patterns: dict[str, str] = field(default_factory=dict)
    circles: dict[str, int] = field(default_factory=dict)

    def learn(self, intents: Iterable[Intent], entities: Iterable[Entity]) -> None:
        """Index training phrases and entity values by what people would type."""
        for intent in intents:
            for _, phrases in intent.phrases:
                for phrase in phrases:
                    self.phrases.setdefault(said_key(_words(phrase.text, phrase.samples)), set()).add(intent.id)
        for entity in entities:
            known = self.values.setdefault(entity.id, {})
            for value in entity.values:
                for word in (value.value, *(word for _, words in value.synonyms for word in words)):
                    known.setdefault(said_key(word), value.value)
            patterns = [pattern for _, listed in entity.patterns for pattern in listed]
            if len(set(patterns)) == 1:
                self.patterns[entity.id] = patterns[0]


def _words(text: Text, samples: tuple[str, ...]) -> str:
    """A phrase with the words that its annotations covered."""
    left = list(samples)
    return "".join((left.pop(0) if left else "") if isinstance(part, Hole) else part.text for part in text)


def handler_of(handlers: Mapping[str, Handler], result: str) -> Handler | None:
    """The handler of the event that a result raises in the caller."""
    for event in _EVENTS.get(result, ()):
        if event in handlers:
            return handlers[event]
    return None


def _targets(flow: FlowModel) -> Iterable[Target]:
    for route in flow.all_routes():
        yield route.target
    for handler in flow.all_handlers():
        yield handler.target


def _ends(steps: Iterable[Step]) -> bool:
    """Whether some step ends the session."""
    for step in steps:
        if isinstance(step, Said) and step.kind == "end":
            return True
        if isinstance(step, Cases) and any(_ends(branch.steps) for branch in step.branches):
            return True
    return False


def _all_steps(flow: FlowModel) -> Iterable[Step]:
    for route in flow.all_routes():
        yield from route.steps
    for handler in flow.all_handlers():
        yield from handler.steps
    for page in flow.contexts:
        yield from page.entry
        for parameter in page.parameters:
            yield from parameter.prompt


def settle_results(agent: Agent) -> None:
    """Fill ``results``, ``callers`` and ``calls`` of every flow, and the ``circles`` they call each other in.

    A result that no caller has a handler for is a plain return; a call for a human that nobody handles is handled on
    the spot, and ends the session.
    """
    flows = agent.flows
    for flow in flows.values():
        for target in _targets(flow):
            if target.kind is Kind.FLOW and target.name in flows:
                flow.calls.add(target.name)
                flows[target.name].callers.add(flow.name)
    handles = {
        name: {result for result in _EVENTS if any(handler_of(page.handlers, result) for page in flow.contexts)}
        for name, flow in flows.items()
    }
    for flow in flows.values():
        handled = {result for name in flow.callers for result in handles[name]}
        for target in _targets(flow):
            if target.kind is Kind.END_SESSION:
                flow.results.add(ENDED)
            elif target.kind is Kind.END_FLOW and target.name in handled:
                flow.results.add(target.name)
            elif target.kind is Kind.END_FLOW:
                flow.results.add(ENDED if target.name == ESCALATED else DONE)
        if _ends(_all_steps(flow)):
            flow.results.add(ENDED)
    agent.circles = _circles(flows)
    queue = [flow for flow in flows.values() if ENDED in flow.results]
    while queue:
        flow = queue.pop()
        for name in flow.callers:
            if ENDED not in flows[name].results:
                flows[name].results.add(ENDED)
                queue.append(flows[name])


def returns(flow: FlowModel) -> bool:
    """Whether a caller may go on after the flow."""
    return bool(flow.results - {ENDED})


def _circles(flows: Mapping[str, FlowModel]) -> dict[str, int]:
    """A number per flow: flows that may call each other, directly or not, have the same one."""
    order: list[str] = []
    seen: set[str] = set()
    for start in flows:
        if start in seen:
            continue
        seen.add(start)
        stack = [(start, iter(sorted(flows[start].calls)))]
        while stack:
            name, following = stack[-1]
            other = next((one for one in following if one not in seen), None)
            if other is None:
                order.append(name)
                stack.pop()
            else:
                seen.add(other)
                stack.append((other, iter(sorted(flows[other].calls))))
    found: dict[str, int] = {}
    for start in reversed(order):
        waiting = [start] if start not in found else []
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = len(found) if name == start else found[start]
                waiting.extend(sorted(flows[name].callers))
    return found
