"""Who listens for what a person writes: the entries of a project, and the intents that an answer may mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bascule.ir.expr import Call, Const, Expression, walk
from bascule.ir.nodes import Ask, Case, Node, Otherwise, SetVariable, When
from bascule.ir.project import Entry, EntryKind, Flow, Intent, Project
from bascule.simulator.evaluation import holds
from bascule.simulator.evaluation.scope import Scope
from bascule.simulator.matching import Recognised, fold, recognise, words

__all__ = ["Listener", "answering_intents", "entry_for", "intents_of"]

_INTENT_TESTS = frozenset({"intent", "has_intent", "has_top_intent"})
_MOST_NODES = 200


@dataclass(frozen=True, slots=True)
class Listener:
    """The flow and entry that a text starts. ``sure``: it named them; not sure: they take any message."""

    flow: Flow
    entry: Entry
    heard: Recognised
    sure: bool


def intents_of(condition: Expression) -> Iterator[str]:
    """The intents that a condition asks for by name."""
    for part in walk(condition):
        if isinstance(part, Call) and part.name in _INTENT_TESTS:
            names = [item.value for item in part.args if isinstance(item, Const) and isinstance(item.value, str)]
            yield from names[:1]


def answering_intents(project: Project, flow: Flow, ask: Ask) -> list[Intent]:
    """The intents that the ways on from a question ask for, before anything else is said; else those of all entries."""
    wanted: dict[str, None] = {}
    seen: set[str] = set()
    queue: list[Node] = [ask]
    while queue and len(seen) < _MOST_NODES:
        node = queue.pop(0)
        if node.id in seen:
            continue
        seen.add(node.id)
        for edge in node.edges:
            if isinstance(edge.guard, When):
                wanted.update(dict.fromkeys(intents_of(edge.guard.condition)))
            following = flow.by_id.get(edge.target or "")
            if isinstance(following, (Case, SetVariable)) and isinstance(edge.guard, (When, Otherwise)):
                queue.append(following)
    if not wanted:
        wanted = {entry.intent: None for other in project.flows for entry in other.entries if entry.intent}
    return [intent for intent in project.intents if intent.id in wanted]


def entry_for(project: Project, said: str, scope: Scope, told: Recognised | None = None) -> Listener | None:
    """The way in that a text opens: a keyword, else an intent, else what takes any message. Order of the project.

    Two intents with equal right start nothing. ``told`` is what the text means, where somebody knows.
    """
    ways = [
        (flow, entry)
        for flow in project.flows
        for entry in flow.entries
        if entry.condition is None or holds(entry.condition, scope) is True
    ]
    for flow, entry in ways:
        if entry.kind in (EntryKind.KEYWORD, EntryKind.BUTTON) and _keyword(entry, said):
            return Listener(flow, entry, Recognised((), (), "keyword"), True)
    by_intent = {entry.intent: (flow, entry) for flow, entry in reversed(ways) if entry.kind is EntryKind.INTENT}
    if by_intent:
        listening = [intent for intent in project.intents if intent.id in by_intent]
        heard = told if told is not None else recognise(said, listening, project.entities)
        best = [name for name, score in heard.intents if score == heard.intents[0][1] and name in by_intent]
        if len({by_intent[name] for name in best}) == 1:
            flow, entry = by_intent[best[0]]
            return Listener(flow, entry, heard, True)
    for flow, entry in ways:
        if entry.kind in (EntryKind.ANY_MESSAGE, EntryKind.CHAT_OPENED):
            return Listener(flow, entry, Recognised((), (), "any message"), False)
    return None


def _keyword(entry: Entry, said: str) -> bool:
    wanted = fold(said)
    spoken = words(said)
    for _, keywords in entry.keywords:
        for keyword in keywords:
            key = fold(keyword)
            if not key:
                continue
            if entry.match == "contains" and _inside(words(keyword), spoken, key, wanted):
                return True
            if entry.match == "word" and (wanted == key or spoken[: len(words(keyword))] == (words(keyword) or [""])):
                return True
            if entry.match == "exact" and said.strip() == keyword:
                return True
            if entry.match not in ("contains", "word", "exact") and wanted == key:
                return True
    return False


def _inside(key: list[str], spoken: list[str], folded: str, wanted: str) -> bool:
    if not key:
        return folded in wanted
    return any(spoken[at : at + len(key)] == key for at in range(len(spoken) - len(key) + 1))
