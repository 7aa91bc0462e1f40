"""Tests of Rasa projects: stories with messages (``tests/test_*.yml``) and end-to-end cases (``test_cases``).
https://rasa.com/docs/rasa/testing-your-assistant/ and https://rasa.com/docs/pro/testing/evaluating-assistant

An ``utter_…`` action is checked by the words of its response; custom actions are code of the project and not
checked. What only activates or closes a form is not checked either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bascule.diagnostics import Finding
from bascule.ir.expr import Call, Ref
from bascule.ir.nodes import Ask, Message, When
from bascule.ir.project import Project
from bascule.ir.text import plain_text
from bascule.simulator.inputs import Say
from bascule.simulator.script import Start
from bascule.simulator.stubs import Stub
from bascule.source import Place, SourceFile
from bascule.source.yaml import as_scalar
from bascule.suites.model import Case, Expect, Suite, Turn, What
from bascule.suites.rasa_text import as_list, as_map, as_text, read_message

__all__ = ["read_rasa", "sniff_rasa"]

_INTERNAL = frozenset({"requested_slot", "active_loop"})
"""Slots that the platform keeps for itself."""

_KNOWN = frozenset(
    {
        *("action", "active_loop", "assertions", "bot", "checkpoint", "intent", "or", "slot_was_not_set"),
        *("slot_was_set", "user", "utter"),
    }
)
"""Keys of which a step needs one."""

_MOST_CASES = 16
"""Ways through the alternatives of one story that are tried."""

_DEEPEST = 5
"""Stories before a story, joined by checkpoints."""

Step = tuple[Place, Any]


def sniff_rasa(file: SourceFile) -> bool:
    """Whether the file has end-to-end cases, stories that quote what people say, or is a test by its name or folder
    (other stories are training data)."""
    if not file.path.lower().endswith((".yml", ".yaml")) or not ("stories:" in file.text or "test_cases:" in file.text):
        return False
    value = file.yaml.value if file.yaml is not None else None
    if not isinstance(value, dict):
        return False
    named = any(part.lower().startswith("test") for part in file.path.split("/")[-2:])
    return bool(as_list(value.get("test_cases"))) or any(
        "user" in step or (named and "intent" in step)
        for story in as_list(value.get("stories"))
        for raw in as_list(as_map(story).get("steps"))
        for step in (as_map(raw), *map(as_map, as_list(as_map(raw).get("or"))))
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """What a case is read against: wordings by response, intents and slots of the project, what questions fill
    only by entities, and the file's fixtures and stubs."""

    said: dict[str, tuple[str, ...]]
    intents: frozenset[str]
    slots: frozenset[str]
    filled: tuple[str, ...] = ()
    fixtures: dict[str, dict[str, Any]] = field(default_factory=dict)
    stubs: tuple[Stub, ...] = ()


def read_rasa(file: SourceFile, project: Project) -> tuple[Suite | None, list[Finding]]:
    """One case per story or test case; one per way through a story's ``or`` and checkpoints."""
    document = file.yaml
    assert document is not None, "sniffed"
    data: dict[str, Any] = document.value
    place = Place(file.path)
    known = _Known(
        _responses(project),
        frozenset(intent.id for intent in project.intents),
        frozenset(variable.name for variable in project.variables),
        _by_entity(project),
        dict(_fixtures(as_list(data.get("fixtures")))),
        tuple(_stubs(as_map(data.get("stub_custom_actions")))),
    )
    cases: list[Case] = []
    for key, title in (("stories", "story"), ("test_cases", "test_case")):
        stories = [(place.child(key, number), as_map(raw)) for number, raw in enumerate(as_list(data.get(key)))]
        for number, (at, raw) in enumerate(stories):
            name = as_text(raw.get(title)) or f"{title} {number + 1}"
            ways, lost = _ways(raw, at, stories)
            for way, steps in enumerate(ways):
                shown = name if len(ways) == 1 else f"{name} ({way + 1})"
                cases.append(_Reader(known).case(shown, raw, steps, at, lost))
    return Suite(file.path, "rasa", cases, document), []


def _fixtures(items: list[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for item in map(as_map, items):
        for name, slots in item.items():
            yield name, {slot: as_scalar(value) for one in as_list(slots) for slot, value in as_map(one).items()}


def _stubs(actions: dict[str, Any]) -> Iterator[Stub]:
    """``stub_custom_actions``: the slots that an action's events set. What it says is said by code, and is left out."""
    for name, stub in actions.items():
        events = [as_map(event) for event in as_list(as_map(stub).get("events"))]
        sets = ((as_text(event.get("name")), as_scalar(event.get("value"))) for event in events)
        yield Stub(_exact(str(name)), body={}, sets=tuple((slot, value) for slot, value in sets if slot))


def _exact(name: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)


def _responses(project: Project) -> dict[str, tuple[str, ...]]:
    """Wordings of every node that says something, by the node's name without numbers; holes stand for anything."""
    found: dict[str, list[str]] = {}
    for flow in project.flows:
        for node in flow.nodes:
            if not isinstance(node, (Message, Ask)):
                continue
            for localized in (node.content.text, *node.content.alternatives):
                for _, text in localized:
                    words = plain_text(text, lambda _: "*")
                    found.setdefault(node.id, []).append(words)
                    found.setdefault(re.sub(r"[._]\d+$", "", node.id), []).append(words)
    return {name: tuple(dict.fromkeys(texts)) for name, texts in found.items()}


def _by_entity(project: Project) -> tuple[str, ...]:
    """Variables that a question fills from an entity of the answer: it looks whether there was one."""
    names: set[str] = set()
    for flow in project.flows:
        for node in flow.nodes:
            if isinstance(node, Ask) and node.into:
                looked = Call("not", (Call("is_blank", (Ref(node.into),)),))
                if any(isinstance(edge.guard, When) and edge.guard.condition == looked for edge in node.edges):
                    names.add(".".join(node.into))
    return tuple(sorted(names))


def _ways(
    raw: Mapping[str, Any], at: Place, stories: list[tuple[Place, dict[str, Any]]]
) -> tuple[list[list[Step]], str]:
    """The steps of each way through a story, and why it cannot be held."""
    ways = _alternatives(raw, at)
    for _ in range(_DEEPEST):
        name = next((_checkpoint(way[0]) for way in ways if way and _checkpoint(way[0])), "")
        if not name:
            return ways, ""
        before = [
            earlier[:-1]
            for other, story in stories
            for earlier in _alternatives(story, other)
            if len(earlier) > 1 and _checkpoint(earlier[-1]) == name
        ]
        if not before:
            return ways, f"no story of this file leads to the checkpoint `{name}`"
        joined = [[*earlier, *way[1:]] for way in ways for earlier in before if way and _checkpoint(way[0]) == name]
        others = [way for way in ways if not way or _checkpoint(way[0]) != name]
        ways = [*joined, *others][:_MOST_CASES]
    return ways, "its checkpoints lead through too many stories"


def _checkpoint(step: Step) -> str:
    return as_text(as_map(step[1]).get("checkpoint"))


def _alternatives(raw: Mapping[str, Any], at: Place) -> list[list[Step]]:
    """The steps, once for each choice of its ``or`` steps."""
    ways: list[list[Step]] = [[]]
    for number, step in enumerate(as_list(raw.get("steps"))):
        where = at.child("steps", number)
        options: list[Step] = [(where, step)]
        if isinstance(step, dict) and as_list(step.get("or")):
            options = [(where.child("or", index), option) for index, option in enumerate(step["or"])]
        ways = [[*way, option] for way in ways for option in options][:_MOST_CASES]
    return ways


class _Reader:
    """Reads the steps of one case. ``left`` are slots that the next message finds set."""

    def __init__(self, known: _Known) -> None:
        self.known = known
        self.turns: list[Turn] = []
        self.first: Say | None = None
        self.left: list[tuple[str, Any]] = []
        self.action = ""
        self.elided = ""
        self.lost = ""
        self.at: Place | None = None

    def case(self, name: str, raw: Mapping[str, Any], steps: list[Step], at: Place, lost: str) -> Case:
        """The case; skipped with a reason where it cannot be held."""
        asserting = any("assertions" in as_map(step) for _, step in steps)
        for where, step in steps:
            if not isinstance(step, dict) or not (_KNOWN & step.keys()):
                shown = ", ".join(f"`{key}`" for key in list(step)[:3]) if isinstance(step, dict) else "no mapping"
                self._lose(where, f"a step is of no known kind: {shown or 'it is empty'}")
                continue
            if asserting and not ("user" in step or "assertions" in step):
                continue  # Rasa ignores them in a case with assertions
            self._step(step, where)
        if not self.lost and (self.first is None or not self.first.text):
            self._lose(at, "it holds no message of a user")
        variables: dict[str, Any] = {}
        for fixture in map(as_text, as_list(raw.get("fixtures"))):
            if fixture not in self.known.fixtures:
                self._lose(at, f"the fixture `{fixture}` is not in the file")
            variables |= self.known.fixtures.get(fixture, {})
        return Case(
            name,
            Start(first=self.first or Say("")),
            tuple(self.turns),
            variables,
            self.known.stubs,
            skipped=lost or self.lost,
            at=at if lost or self.at is None else self.at,
        )

    def _lose(self, at: Place, reason: str) -> None:
        if not self.lost:
            self.lost, self.at = reason, at

    def _step(self, step: dict[str, Any], at: Place) -> None:
        if "user" in step or "intent" in step:
            self._message(step, at)
            if "assertions" in step:
                self._expect(list(_assertions(as_list(step["assertions"]), at, self.known)))
            return
        if not self.turns:
            self.left.extend(_slots(step))  # what was before
            return
        if "active_loop" in step and as_scalar(step["active_loop"]) is None:
            self.elided = "the story leaves out the questions of its form"
        self.action = as_text(step.get("action")) or self.action
        if "slot_was_set" in step and self.action and not self.action.startswith("utter_"):
            # Code of the project set it: the story says what, so that the conversation can go on.
            self.left.extend(pair for pair in _slots(step) if pair[0] in self.known.slots)
            return
        self._expect([replace(i, unchecked=i.unchecked or self.elided) for i in _expected(step, at, self.known)])

    def _expect(self, found: list[Expect]) -> None:
        self.turns[-1] = replace(self.turns[-1], expect=(*self.turns[-1].expect, *found))

    def _message(self, step: dict[str, Any], at: Place) -> None:
        words, named, entities = read_message(as_text(step.get("user")))
        intent = as_text(step.get("intent")).removeprefix("/") or named
        words = words or (f"/{intent}" if intent else "")  # an intent alone is said as Rasa's channels do
        given = (pair for item in as_list(step.get("entities")) for pair in as_map(item).items())
        entities = entities or tuple((name, as_text(value)) for name, value in given if as_text(value))
        if intent and intent not in self.known.intents and intent.split("/")[0] not in self.known.intents:
            self._lose(at, f"the intent `{intent}` is not in the project")
        sets = (*self.left, *((name, value) for name, value in entities if name in self.known.slots))
        fills = (
            tuple((name, None) for name in self.known.filled) if intent else ()
        )  # who names the intent names the entities, too
        starts = self.first is None
        self.turns.append(
            Turn(None if starts else Say(words), sets=sets, fills=fills, intent=intent, by_model=not intent, at=at)
        )
        self.first, self.action, self.left = self.first or Say(words), "", []


def _slots(step: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Slots with the plain values that a step gives them."""
    for item in as_list(step.get("slot_was_set")):
        for name, value in as_map(item).items():
            if not isinstance(value, (dict, list)) and name not in _INTERNAL:
                yield str(name), as_scalar(value)


def _expected(step: Mapping[str, Any], at: Place, known: _Known) -> Iterator[Expect]:
    action = as_text(step.get("action")) or as_text(step.get("utter"))
    if action.startswith("utter_") or (action and "utter" in step):
        yield _utterance(action, at, known)
    elif action:
        yield Expect(What.CALLED, action, unchecked=f"`{action}` is code, or works inside the platform", at=at)
    elif "bot" in step:
        yield Expect(What.SAID, texts=(as_text(step["bot"]),), at=at)
    for key in ("slot_was_set", "slot_was_not_set"):
        for item in as_list(step.get(key)):
            yield from _slot(item, key == "slot_was_not_set", at, known)
    if "assertions" in step:
        yield from _assertions(as_list(step["assertions"]), at, known)


def _utterance(name: str, at: Place, known: _Known) -> Expect:
    texts = known.said.get(name)
    if texts is None:
        return Expect(What.SAID, name, unchecked=f"no flow says `{name}`", at=at)
    return Expect(What.SAID, texts=texts, at=at)


def _slot(item: Any, negated: bool, at: Place, known: _Known) -> Iterator[Expect]:
    """A slot and its value (``{name: value}`` or ``{name: …, value: …}``), or a slot that has any value (its name)."""
    pairs: list[tuple[str, Any]]
    if isinstance(item, dict) and as_text(item.get("name")) and item.keys() <= {"name", "value"}:
        pairs = [(as_text(item["name"]), item.get("value"))]
    elif isinstance(item, dict):
        pairs = [(str(name), value) for name, value in item.items()]
    else:
        name = as_text(item)
        if name in known.slots and name not in _INTERNAL:
            yield Expect(What.VARIABLE, "", name, negated=not negated, at=at)
        return
    for name, value in pairs:
        if isinstance(value, (dict, list)) or name not in known.slots or name in _INTERNAL:
            continue
        plain = as_scalar(value)
        yield Expect(What.VARIABLE, "" if plain is None else str(value), name, negated=negated, at=at)


def _assertions(items: list[Any], at: Place, known: _Known) -> Iterator[Expect]:
    for number, item in enumerate(map(as_map, items)):
        where = at.child("assertions", number)
        for key, value in item.items():
            if key == "bot_uttered":
                yield _uttered(as_map(value), where, known)
            elif key in ("slot_was_set", "slot_was_not_set"):
                for one in as_list(value):
                    yield from _slot(one, key == "slot_was_not_set", where, known)
            else:
                yield Expect(What.CALLED, str(key), unchecked=f"`{key}` looks inside the platform", at=where)


def _uttered(uttered: dict[str, Any], at: Place, known: _Known) -> Expect:
    name, pattern = as_text(uttered.get("utter_name")), as_text(uttered.get("text_matches"))
    titles = [as_text(as_map(button).get("title")) for button in as_list(uttered.get("buttons"))]
    item = _utterance(name, at, known) if name and not pattern else Expect(What.SAID, at=at)
    if pattern:
        item = replace(item, texts=(pattern,), how="regexp")
    return replace(item, options=tuple(titles), some_options=True) if titles else item
