"""Running the cases of a suite: each on a simulator of its own, step by step, up to the first thing that is wrong."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bascule.ir.nodes import Ask, Message
from bascule.simulator.channels import SourceChannel
from bascule.simulator.engine import Simulator
from bascule.simulator.evaluation import show
from bascule.simulator.events import (
    Blocked,
    Bubble,
    Called,
    Consented,
    Event,
    HandedOver,
    Left,
    Question,
    Said,
    Status,
    Waiting,
)
from bascule.simulator.inputs import Decide
from bascule.simulator.matching import Recognised, fold
from bascule.simulator.patterns import fits_pattern
from bascule.source import Place
from bascule.suites.model import Case, Expect, Turn, Weight, What

__all__ = ["CaseResult", "Mismatch", "run_case"]


_MODEL = "only a trained model can tell what the message means"
_NOTHING = "nothing"
_MOST_SHOWN = 300
"""Characters of a message that a report shows."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something that is not as expected: at which step (0: the start), what was wanted, what came."""

    weight: Weight
    step: int
    wanted: str
    came: str
    at: Place | None = field(default=None, compare=False)


@dataclass
class CaseResult:
    """What became of a case. ``events`` are those of each turn; ``checked`` counts expectations that were looked at."""

    case: Case
    mismatches: list[Mismatch] = field(default_factory=list)
    events: list[tuple[Turn, list[Event]]] = field(default_factory=list)
    checked: int = 0
    seconds: float = 0.0

    @property
    def status(self) -> str:
        """``passed``, ``failed``, ``skipped`` (cannot be run) or ``unchecked`` (nothing of it can be told offline)."""
        if self.case.skipped:
            return "skipped"
        weights = {item.weight for item in self.mismatches}
        if Weight.WRONG in weights:
            return "failed"
        return "passed" if self.checked else "unchecked"

    @property
    def passed(self) -> bool:
        """Nothing is wrong, and something was looked at."""
        return self.status == "passed"

    @property
    def walked(self) -> set[tuple[str, str, int]]:
        """The ways that were taken."""
        return {
            (event.flow, event.node, event.edge)
            for _, events in self.events
            for event in events
            if isinstance(event, Left)
        }


Explain = Callable[[str, str], str]
"""Why the message of a node (flow, node) is not said as its source says it; an empty text: it is."""


def run_case(case: Case, make: Callable[[Case], Simulator], explain: Explain = lambda flow, node: "") -> CaseResult:
    """Run a case. After a step that went wrong the rest is not run: it would only say the same again.

    Where the source says what is expected, other words that ``explain`` has a reason for are a remark: they
    were announced.
    """
    result = CaseResult(case)
    if case.skipped:
        return result
    simulator = make(case)
    before = simulator.session.now
    for number, turn in enumerate(case.turns):
        for name, value in turn.sets:
            path = tuple(name.split("."))
            simulator.session.memory.drop(path) if value is None else simulator.session.memory.put(path, value)
        asked = simulator.session.question
        if asked is not None and not isinstance(turn.input, Decide):
            # Where the conversation stands is not known any more: nothing of it may count, for or against.
            found = [Mismatch(Weight.UNCHECKED, number, _wanted(item), asked.reason, item.at) for item in turn.expect]
            result.mismatches.extend(found)
            continue
        events = _act(simulator, case, turn)
        result.events.append((turn, events))
        found = list(_judge(simulator, turn, events, number, result, explain))
        result.mismatches.extend(found)
        if any(item.weight is Weight.WRONG for item in found):
            break
    result.seconds = (simulator.session.now - before) / timedelta(seconds=1)
    return result


def _act(simulator: Simulator, case: Case, turn: Turn) -> list[Event]:
    told = Recognised(((turn.intent, 1.0),) if turn.intent else (), (), "recorded")
    simulator.told = told if turn.intent or turn.recorded else None
    simulator.fills = {tuple(name.split(".")): value for name, value in turn.fills}
    if turn.input is not None:
        return simulator.feed(turn.input)
    start = case.start
    if start.flow:
        return simulator.start(start.flow, start.entry, start.first)
    return simulator.hear(start.first) if start.first is not None else []


def _judge(
    simulator: Simulator, turn: Turn, events: Sequence[Event], number: int, result: CaseResult, explain: Explain
) -> Iterator[Mismatch]:
    told = [event for event in events if isinstance(event, Said) and not event.others]
    said = [event.bubble for event in told]
    expected = [item for item in turn.expect if item.what is What.SAID]
    asked = next((event for event in events if isinstance(event, Question)), None)
    if turn.by_model and not simulator.session.heard.intents and not simulator.session.chosen:
        for item in turn.expect:
            yield Mismatch(Weight.UNCHECKED, number, _wanted(item), _MODEL, item.at)
        return
    for mismatch in _messages(simulator, expected, told, turn, number, result, explain):
        cut_off = asked is not None and mismatch.came == _NOTHING
        yield replace(mismatch, weight=Weight.UNCHECKED, came=asked.reason) if cut_off and asked else mismatch
    for item in turn.expect:
        if item.what is What.SAID:
            continue
        if item.unchecked:
            yield Mismatch(Weight.UNCHECKED, number, _wanted(item), item.unchecked, item.at)
            continue
        result.checked += 1
        came = _check(simulator, item, events, said)
        if item.negated and came is None:
            yield Mismatch(Weight.WRONG, number, f"not {_wanted(item)}", "it is so", item.at)
        if came is None or item.negated:
            continue
        if asked is not None and item.what in (What.NODE, What.PAGE, What.END, What.VARIABLE, What.WAITING):
            yield Mismatch(Weight.UNCHECKED, number, _wanted(item), asked.reason, item.at)
            continue
        weight = Weight.WORDING if item.wording_only else Weight.WRONG
        yield Mismatch(weight, number, _wanted(item), came, item.at)


def _messages(
    simulator: Simulator,
    expected: Sequence[Expect],
    said: Sequence[Said],
    turn: Turn,
    number: int,
    result: CaseResult,
    explain: Explain,
) -> Iterator[Mismatch]:
    """Expected messages against what was said: in order, or in any order; what is left over counts where
    nothing else may be."""
    left = list(said)
    for item in expected:
        if item.unchecked:
            yield Mismatch(Weight.UNCHECKED, number, _wanted(item), item.unchecked, item.at)
            continue
        result.checked += 1
        hit = next((at for at, bubble in enumerate(left) if _fits(item, bubble.bubble)), None)
        if item.negated:
            if hit is not None:
                yield Mismatch(Weight.WRONG, number, f"not {_wanted(item)}", _shown(left[hit].bubble), item.at)
            continue
        strict = turn.exact and not turn.any_order
        if hit is not None and (not strict or hit == 0):
            del left[hit if turn.any_order else 0 : hit + 1]
            continue
        if item.optional:
            continue
        came = _shown(left[0].bubble) if left else _NOTHING
        reason = explain(left[0].flow, left[0].node) if left else ""
        if reason and any(_fits(item, bubble) for bubble in _original(simulator, left[0])):
            # One message may have become several: all of the node are what was announced.
            here = (left[0].flow, left[0].node)
            yield Mismatch(Weight.WORDING, number, _wanted(item), f"{came} (announced: {reason})", item.at)
            while left and (left[0].flow, left[0].node) == here:
                del left[0]
            continue
        weight = Weight.WORDING if item.wording_only else Weight.WRONG
        yield Mismatch(weight, number, _wanted(item), came, item.at)
        if left:
            del left[0]
        if weight is Weight.WRONG:
            return
    left = [event for event in left if not explain(event.flow, event.node)]
    if turn.exact and left:
        yield Mismatch(Weight.WRONG, number, "nothing more", _shown(left[0].bubble), turn.at)


def _original(simulator: Simulator, said: Said) -> tuple[Bubble, ...]:
    """What the source says at the node that said something."""
    flow = simulator.project.by_id[said.flow]
    node = flow.by_id[said.node]
    return SourceChannel().show(flow, node, simulator.moment()).bubbles if isinstance(node, (Message, Ask)) else ()


def _fits(item: Expect, bubble: Bubble) -> bool:
    if item.texts and not any(_text_fits(item.how, text, bubble) for text in item.texts):
        return False
    if item.options is not None:
        shown = [fold(option.title) for option in bubble.options]
        wanted = [fold(option) for option in item.options]
        if not set(wanted) <= set(shown) if item.some_options else shown != wanted:
            return False
    if item.bubble and item.bubble != bubble.kind:
        return False
    return not item.template or item.template == bubble.template


_LINK_LINE = re.compile(r"[^\n]{1,80}: ?(?:https?://|tel:)\S+")


def _without_links(text: str) -> str:
    """The text without its last lines that are a label and an address: so WhatsApp says the links it has no button for
    (where other buttons stand)."""
    lines = text.rstrip().split("\n")
    while len(lines) > 1 and (not lines[-1].strip() or _LINK_LINE.fullmatch(lines[-1].strip())):
        lines.pop()
    return "\n".join(lines)


def _text_fits(how: str, wanted: str, bubble: Bubble) -> bool:
    whole = "\n".join(part for part in (bubble.header, bubble.text, bubble.footer) if part)
    said = [bubble.text, whole]
    if how == "wildcard":
        said.append(_without_links(bubble.text))
    for text in said:
        if how == "equals" and text == wanted:
            return True
        if how == "regexp" and fits_pattern(wanted, text):
            return True
        one, other = " ".join(wanted.casefold().split()), " ".join(text.casefold().split())
        if how == "contains" and one in other:
            return True
        if how == "wildcard" and (one == other or fnmatch.fnmatchcase(other, _wildcard(one))):
            return True
    return False


def _wildcard(text: str) -> str:
    """``*`` and ``?`` as in file names; brackets are brackets."""
    return text.replace("[", "[[]")


def _check(simulator: Simulator, item: Expect, events: Sequence[Event], said: Sequence[Bubble]) -> str | None:
    """What came instead; None: it is as expected."""
    session = simulator.session
    if item.what in (What.NODE, What.PAGE):
        here = session.node or "the end"
        visited = {event.node for event in events if isinstance(event, (Left, Waiting))}
        if item.what is What.PAGE:
            return None if any(_part_of(node, item.value) for node in (here, *visited)) else here
        return None if here == item.value else here
    if item.what is What.VARIABLE:
        value = session.memory.get(tuple(item.name.split(".")))
        text = show(value, simulator.scope)
        return None if fold(text) == fold(item.value) else (text or "unset")
    if item.what is What.INTENT:
        heard = [name for name, score in session.heard.intents if score == session.heard.intents[0][1]]
        return None if heard == [item.value] else (", ".join(heard) or "no intent")
    if item.what is What.HANDOVER:
        to = [event.to for event in events if isinstance(event, HandedOver)]
        return None if to and (not item.value or item.value in to) else (f"handed over to {to[0]}" if to else "no")
    if item.what is What.CONSENT:
        states = [event.state for event in events if isinstance(event, Consented)]
        return None if item.value in states else (", ".join(states) or "none")
    if item.what is What.CALLED:
        made = [event.url or event.service for event in events if isinstance(event, Called)]
        fits = any(fnmatch.fnmatchcase(url, _wildcard(item.value)) for url in made)
        return None if fits else (", ".join(made) or "no request")
    if item.what is What.BLOCKED:
        return None if any(isinstance(event, Blocked) for event in events) else "it was sent"
    if item.what is What.SILENCE:
        return _shown(said[0]) if said else None
    if item.what is What.WAITING:
        return None if session.waiting is not None else session.status.value
    over = session.node is None and session.waiting is None and session.status is not Status.ASKING
    return None if over else f"it waits at {session.node}"


def _part_of(node: str, page: str) -> bool:
    """Whether a node was made from a page: its id is the page's, or goes on after a point or a number."""
    rest = node.removeprefix(page)
    return node.startswith(page) and (not rest or rest[0] == "." or rest.lstrip("_").split(".")[0].isdigit())


def _wanted(item: Expect) -> str:
    if item.what is What.SAID:
        cut = [text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…" for text in item.texts[:3]]
        parts = [f"“{text}”" for text in cut]
        text = " or ".join(parts) + (" …" if len(item.texts) > 3 else "")
        buttons = "".join(f" [{option}]" for option in item.options or ())
        kind = f" as {item.template or item.bubble}" if item.template or item.bubble else ""
        return (text or "a message") + buttons + kind
    if item.what is What.VARIABLE:
        return f"`{item.name}` to be “{item.value}”"
    names = {
        What.NODE: "to wait at",
        What.PAGE: "to be at",
        What.INTENT: "the intent",
        What.HANDOVER: "a handover",
        What.CONSENT: "the consent",
        What.CALLED: "a request to",
        What.BLOCKED: "a message to be kept back",
        What.SILENCE: "silence",
        What.WAITING: "to wait for an answer",
        What.END: "the end",
    }
    return f"{names[item.what]} {item.value}".rstrip()


def _shown(bubble: Bubble) -> str:
    text = " ".join(part for part in (bubble.header, bubble.text, bubble.footer) if part)
    options = "".join(f" [{option.title}]" for option in bubble.options)
    text = text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1] + "…"
    return f"“{text}”{options}" if text or options else f"<{bubble.kind}>"
