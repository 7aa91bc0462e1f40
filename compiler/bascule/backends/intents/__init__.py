"""Target ``intents``: the neutral list ``{intent, response, …}`` that small bots keep, and rules to recognise them.

``intents.json`` has one record per intent, language and wording, and reads back as a scenario (the seed form of
docs/scenario.md). ``rules.json`` says how a program without language understanding finds the intent of a text: a
ladder, whose last rungs compare by edit distance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bascule.backends.base import EmitJob, Emitted, json_artefact
from bascule.backends.intents.rules import rules_data
from bascule.ir.content import Choice, ChoiceKind, Content
from bascule.ir.expr import Call, Const, walk
from bascule.ir.expr_text import print_text
from bascule.ir.ledger import Ledger
from bascule.ir.nodes import Always, Ask, Message, Node, Otherwise, Success, When
from bascule.ir.project import Entry, EntryKind, Flow, Intent, Project
from bascule.ir.text import plain_text
from bascule.source import Place

__all__ = ["emit"]

_LONGEST_RUN = 50


@dataclass
class _Answer:
    """What a bot says to one intent: runs of messages in one flow, from one node."""

    intent: str
    flow: Flow
    start: Node
    keywords: tuple[tuple[str, tuple[str, ...]], ...] = ()
    told: list[Node] = field(default_factory=list)


def emit(job: EmitJob) -> Emitted:
    """Write the list and the rules. What follows the first answer of an intent is not in it, and the ledger says so."""
    project, ledger = job.project, Ledger()
    answers = list(_answers(project))
    records = [record for answer in answers for record in _records(project, answer)]
    told = {(answer.flow.id, node.id) for answer in answers for node in answer.told}
    for flow in project.flows:
        for node in flow.nodes:
            place = node.at or flow.at or Place("")
            if (flow.id, node.id) in told:
                ledger.exact(node.kind, place)
            else:
                reason = "a list of intents holds one answer to each, and no dialogue"
                ledger.dropped(node.kind, place, reason, "see the targets that hold flows")
    name = job.target.name
    files = (
        json_artefact(f"{name}/intents.json", records),
        json_artefact(f"{name}/rules.json", rules_data(project, [answer.intent for answer in answers])),
    )
    return Emitted(files, (), ledger)


def _answers(project: Project) -> Iterator[_Answer]:
    """The intents in the order of the graph: entries first, then tests inside flows; each once."""
    seen: set[str] = set()
    for flow in project.flows:
        for entry in flow.entries:
            start = flow.start_of(entry)
            name = _entry_name(flow, entry)
            if start is not None and name and name not in seen:
                seen.add(name)
                words = entry.keywords.items if entry.kind is EntryKind.KEYWORD else ()
                yield _run(_Answer(name, flow, start, words))
    for flow in project.flows:
        for _, edge in flow.edges():
            target = flow.by_id.get(edge.target or "")
            if not isinstance(edge.guard, When) or target is None:
                continue
            for name in _tested(edge.guard):
                if name not in seen:
                    seen.add(name)
                    yield _run(_Answer(name, flow, target))


def _entry_name(flow: Flow, entry: Entry) -> str:
    if entry.kind is EntryKind.INTENT:
        return entry.intent
    return flow.id if entry.kind is EntryKind.KEYWORD else ""


def _tested(guard: When) -> Iterator[str]:
    for item in walk(guard.condition):
        if isinstance(item, Call) and item.name in ("intent", "has_intent", "has_top_intent"):
            yield from (
                str(arg.value) for arg in item.args[-2:] if isinstance(arg, Const) and isinstance(arg.value, str)
            )


def _run(answer: _Answer) -> _Answer:
    """The messages from the start on, up to the first question or branch."""
    node: Node | None = answer.start
    seen: set[str] = set()
    while node is not None and node.id not in seen and len(answer.told) < _LONGEST_RUN:
        seen.add(node.id)
        if isinstance(node, (Message, Ask)) and not node.content.empty:
            answer.told.append(node)
        if not isinstance(node, Message):
            break
        onward = [edge.target for edge in node.edges if isinstance(edge.guard, (Always, Success, Otherwise))]
        node = answer.flow.by_id.get(onward[0] or "") if onward else None
    return answer


def _contents(answer: _Answer) -> list[Content]:
    return [node.content for node in answer.told if isinstance(node, (Message, Ask))]


def _records(project: Project, answer: _Answer) -> Iterator[dict[str, Any]]:
    contents = _contents(answer)
    intent = next((item for item in project.intents if answer.intent in (item.id, item.title)), None)
    spoken = dict.fromkeys(locale for content in contents for locale, _ in content.text.items)
    asked = dict.fromkeys(locale for locale, _ in intent.phrases.items) if intent else {}
    asked |= dict.fromkeys(locale for locale, _ in answer.keywords)
    for language in [*spoken, *(locale for locale in asked if locale not in spoken)] or [""]:
        said = [print_text(content.text.best(language) or ()) for content in contents]
        response = "\n\n".join(text for text in said if text) if language in spoken or not spoken else ""
        record: dict[str, Any] = {"intent": answer.intent, "response": response}
        tag = language or answer.flow.locale or project.locale
        if tag:
            record["language"] = tag
        phrases = _phrases(intent, language) + [
            word for known, words in answer.keywords if known == language for word in words
        ]
        if phrases:
            record["phrases"] = list(dict.fromkeys(phrases))
        buttons = [_button(choice, language) for content in contents for choice in content.choices]
        if buttons and response:
            record["buttons"] = buttons
        yield record
        for content in contents[:1]:
            for wording in content.alternatives:
                other = wording.get(language)
                if other:
                    yield {"intent": answer.intent, "response": print_text(other), **({"language": tag} if tag else {})}


def _button(choice: Choice, language: str) -> Any:
    title = print_text(choice.title.best(language) or ()) or choice.id
    if choice.kind is ChoiceKind.URL:
        return {"title": title, "url": print_text(choice.url)}
    if choice.kind is ChoiceKind.CALL:
        return {"title": title, "phone": print_text(choice.phone)}
    return {"title": title, "payload": choice.payload} if choice.payload else title


def _phrases(intent: Intent | None, language: str) -> list[str]:
    if intent is None:
        return []
    found = []
    for phrase in intent.phrases.get(language) or ():
        samples = iter(phrase.samples)
        found.append(plain_text(phrase.text, lambda _, left=samples: next(left, "…")))  # type: ignore[misc]
    return found
