"""Stories and rules as sequences of steps, before they are put together.

Source: https://legacy-docs-oss.rasa.com/docs/rasa/training-data-format#stories
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass, field
from typing import Any

from bascule.parsers.rasa.located import At, mapping, plain, refuse, sequence, text_of
from bascule.parsers.rasa.losses import StoriesForTests
from bascule.parsers.rasa.model import Scene
from bascule.parsers.rasa.nlu import split_phrase
from bascule.parsers.rasa.rules import DeclaredTwice
from bascule.source import Place

__all__ = ["Condition", "Step", "StepKind", "Story", "count_tests", "read_stories"]

_STORY_MEMBERS = ("story", "rule", "steps", "condition", "conversation_start", "wait_for_user_input", "metadata")
_STEP_MEMBERS = (
    "intent",
    "user",
    "entities",
    "action",
    "bot",
    "slot_was_set",
    "active_loop",
    "form",
    "checkpoint",
    "or",
    "metadata",
)
_KINDS = ("or", "checkpoint", "intent", "user", "action", "bot", "slot_was_set", "active_loop", "form")
_INLINE = re.compile(r"/([^{@(\s]+)")

Condition = tuple[str, Any]
"""A slot and what must be true of it: a value, None (empty), or ``...`` (any value)."""


class StepKind(enum.Enum):
    """What a step is."""

    INTENT = "intent"
    USER = "user text"
    ACTION = "action"
    BOT = "bot text"
    SLOTS = "slot_was_set"
    LOOP = "active_loop"
    CHECKPOINT = "checkpoint"
    OR = "or"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``name``: intent, text, action, loop (``""`` for none) or checkpoint; ``entities`` are (name, whether
    it is there); ``slots`` the conditions of ``slot_was_set``; ``either`` the alternatives of an ``or``."""

    kind: StepKind
    place: Place
    name: str = ""
    entities: tuple[tuple[str, bool], ...] = ()
    slots: tuple[Condition, ...] = ()
    either: tuple[Step, ...] = ()
    words: str = ""


@dataclass(slots=True)
class Story:
    """A story or rule. ``conditions`` are those of a rule; ``start``: only at the beginning of a conversation;
    ``waits``: the rule ends with waiting for the user."""

    name: str
    place: Place
    rule: bool
    steps: list[Step] = field(default_factory=list)
    loop: str | None = None
    conditions: list[Condition] = field(default_factory=list)
    start: bool = False
    waits: bool = True


def read_stories(scene: Scene, at: At, found: list[Story], names: dict[str, Place], rules: bool) -> None:
    """The items of ``stories`` or ``rules``."""
    construct = "rule" if rules else "story"
    for item in sequence(scene.reading, at, f"{construct} list"):
        if not isinstance(item.value, dict) or not ({"story", "rule", "steps"} & item.value.keys()):
            refuse(scene.reading, item, construct, f"a mapping with `{construct}` and `steps`")
            continue
        is_rule = "rule" in item.value
        name_at = item.get("rule") or item.get("story")
        name = (text_of(name_at) if name_at is not None else None) or ""
        scene.reading.book.open("rule" if is_rule else "story", item.place)
        scene.reading.book.exact(item.place)
        story = Story(name, item.place, is_rule)
        _members(scene, story, item)
        key = f"{'rule' if is_rule else 'story'} {name}"
        if name and key in names:
            from bascule.diagnostics.finding import Label, Severity

            finding = DeclaredTwice.at(
                item.place,
                f"two {'rules' if is_rule else 'stories'} are called `{name[:60]}`; both count",
                help="give each a name of its own",
                labels=[Label(names[key], "first here")],
                severity=Severity.INFO,
            )
            scene.reading.findings.append(finding)
        names.setdefault(key, item.place)
        found.append(story)


def _members(scene: Scene, story: Story, item: At) -> None:
    book = scene.reading.book
    for key, part in item.members():
        if key == "steps":
            for one in sequence(scene.reading, part, "steps"):
                step = _step(scene, one)
                if step is not None:
                    story.steps.append(step)
        elif key == "condition":
            for one in sequence(scene.reading, part, "rule conditions"):
                _condition(scene, story, one)
        elif key in ("conversation_start", "wait_for_user_input"):
            book.open("rule setting", part.place)
            value = part.scalar
            if key == "conversation_start":
                story.start = value is True
                book.emulated(part.place, "taken where a conversation is entered, not in the middle of one")
            else:
                story.waits = value is not False
                book.exact(part.place)
        elif key == "metadata":
            scene.note(part, "story member")
        elif key not in _STORY_MEMBERS:
            scene.keep(part, key, "story", _STORY_MEMBERS, "story member")


def _condition(scene: Scene, story: Story, at: At) -> None:
    book = scene.reading.book
    book.open("rule condition", at.place)
    if not isinstance(at.value, dict) or not at.value:
        refuse(scene.reading, at, "rule condition", "`active_loop` or `slot_was_set`")
        return
    for key, part in at.members():
        if key in ("active_loop", "form"):
            story.loop = "" if part.null else text_of(part) or ""
        elif key == "slot_was_set":
            story.conditions.extend(_slots(scene, part))
        else:
            scene.keep(part, key, "rule condition", ("active_loop", "slot_was_set"))
    if not book.fate(at.place):
        book.exact(at.place)


def _slots(scene: Scene, at: At) -> list[Condition]:
    """``slot_was_set``: a list of names and of mappings from slot to value, or one mapping."""
    found: list[Condition] = []
    items = [at] if isinstance(at.value, dict) else sequence(scene.reading, at, "slot_was_set")
    for item in items:
        name = text_of(item)
        if name is not None:
            scene.see_slot(name, item.place)
            found.append((name, ...))
        elif isinstance(item.value, dict):
            for key, value in item.members():
                scene.see_slot(key, value.place.at_key())
                found.append((key, plain(value.value)))
        else:
            refuse(scene.reading, item, "slot", "the name of a slot, or a slot with its value")
    return found


def _step(scene: Scene, at: At, inside: bool = False) -> Step | None:
    """One step; None when it cannot be read."""
    book = scene.reading.book
    if not isinstance(at.value, dict) or not any(kind in at.value for kind in _KINDS):
        refuse(scene.reading, at, "step", "a mapping with `intent`, `action`, `slot_was_set`, `active_loop` …")
        return None
    kind = next(kind for kind in _KINDS if kind in at.value)
    book.open(f"step {kind}", at.place)
    book.exact(at.place)
    for key, part in at.members():
        if key == "metadata":
            scene.note(part, "step member")
        elif key not in _STEP_MEMBERS:
            scene.keep(part, key, "step", _STEP_MEMBERS, "step member")
    value = at.child(kind)
    if kind == "or":
        if inside:
            refuse(scene.reading, value, "alternatives", "no `or` inside another")
            return None
        either = [_step(scene, item, inside=True) for item in sequence(scene.reading, value, "alternatives")]
        known = tuple(step for step in either if step is not None)
        return Step(StepKind.OR, at.place, either=known) if known else None
    if kind in ("active_loop", "form"):
        return Step(StepKind.LOOP, at.place, "" if value.null else text_of(value) or "")
    if kind == "slot_was_set":
        return Step(StepKind.SLOTS, at.place, slots=tuple(_slots(scene, value)))
    name = text_of(value)
    if name is None:
        refuse(scene.reading, at, f"step {kind}", f"a name after `{kind}:`")
        return None
    name = name.strip()
    if kind == "checkpoint":
        conditions = at.get("slot_was_set")
        slots = tuple(_slots(scene, conditions)) if conditions is not None else ()
        return Step(StepKind.CHECKPOINT, at.place, name, slots=slots)
    if kind in ("intent", "user"):
        return _user(scene, at, kind, name)
    return Step(StepKind.ACTION if kind == "action" else StepKind.BOT, at.place, name)


def _user(scene: Scene, at: At, kind: str, name: str) -> Step:
    """A message of the user: an intent, or words (which may be ``/intent``)."""
    words_at = at.get("user")
    words = (text_of(words_at) or "").strip() if words_at is not None else ""
    direct = _INLINE.match(name) if kind == "user" else None
    entities = _entities(scene, at)
    if entities and any(isinstance(item, dict) for item in at.value["entities"]):
        scene.reading.book.emulated(at.place, "whether an entity is there counts, as in Rasa; its value is an example")
    if kind == "intent" or direct is not None:
        intent = direct.group(1) if direct is not None else name.removeprefix("/")
        scene.see_intent(intent, at.child(kind).place)
        return Step(StepKind.INTENT, at.place, intent, entities, words=words)
    parts, _ = split_phrase(name)
    said = "".join(part if isinstance(part, str) else part.words for part in parts)
    return Step(StepKind.USER, at.place, said, entities, words=name)


def _entities(scene: Scene, at: At) -> tuple[tuple[str, bool], ...]:
    """Which entities the message holds: stories tell apart whether they are there, not what they are."""
    holder = at.get("entities")
    found: dict[str, bool] = {}
    items = list(holder.items()) if holder is not None and isinstance(holder.value, list) else []
    if holder is not None and isinstance(holder.value, dict):
        items = [holder]
    elif holder is not None and not items and not holder.null and holder.value != []:
        refuse(scene.reading, holder, "entities", "a list")
    for item in items:
        name = text_of(item)
        if name is not None:
            scene.see_entity(name, item.place)
            found[name] = True
            continue
        if not isinstance(item.value, dict):
            refuse(scene.reading, item, "entity", "the name of an entity, or an entity with its value")
            continue
        for key, value in mapping(scene.reading, item, "entity"):
            if key not in ("role", "group", "value", "entity") or len(item.value) == 1:
                scene.see_entity(key, value.place.at_key())
                found[key] = not value.null
    return tuple(sorted(found.items()))


def count_tests(scene: Scene, at: At, construct: str) -> None:
    """The items of a section of tests: put down, not read."""
    for item in at.items() if isinstance(at.value, list) else [at]:
        code = scene.reading.find_once(
            StoriesForTests,
            "tests",
            item.place,
            lambda count: f"{count} test(s) of the assistant are not part of the scenario",
            help="keep them to check the converted flow",
        )
        scene.reading.book.open(construct, item.place)
        scene.reading.book.dropped(item.place, "a test, not a scenario", "check the converted flow with it", code)
