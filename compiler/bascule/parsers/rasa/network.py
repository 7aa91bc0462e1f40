"""Stories and rules put together: one tree of steps per place where a conversation can be.

The trees grow from roots: the start of a conversation, the moment after an action with which a story begins, the end of
a form, a checkpoint. What happens inside a form is the form's business: steps that answer its questions are left
out, interruptions grow from the start under the condition that the form is active.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from bascule.parsers.rasa.model import Scene
from bascule.parsers.rasa.stories import Condition, Step, StepKind, Story
from bascule.source import Place

__all__ = ["Act", "Arc", "Bot", "Enter", "Network", "Node", "Slots", "Symbol", "Test", "User", "build_network"]

_MOST_PATHS = 64
"""Paths of one story that are kept apart where it has alternatives."""

Test = tuple[str, str, str, Any]
"""A condition on a slot: name, ``set``, ``empty`` or ``is``, and for the last the value (as text, as it is)."""

ACTIVE_LOOP = "active_loop"
REQUESTED = "requested_slot"
_IGNORED_ACTIONS = ("action_unlikely_intent", "action_extract_slots")
_NO_LOOPS = ("action_two_stage_fallback",)
"""Default actions that are loops of their own kind; in the graph they are a few nodes."""


@dataclass(frozen=True, slots=True)
class User:
    """A message of the user: an intent or literal words, under conditions."""

    intent: str = ""
    words: str = ""
    entities: tuple[tuple[str, bool], ...] = ()
    tests: tuple[Test, ...] = ()
    loop: str | None = None
    requested: str = ""
    start: bool = False

    @property
    def weight(self) -> int:
        """How much it asks for: what asks for more is tried first."""
        more = len(self.entities) + len(self.tests) + (self.loop is not None) + bool(self.requested)
        return more + self.start + ("/" in self.intent)


@dataclass(frozen=True, slots=True)
class Act:
    """The bot does or says something by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Bot:
    """The bot says literal words."""

    words: str


@dataclass(frozen=True, slots=True)
class Enter:
    """A form takes over."""

    form: str


@dataclass(frozen=True, slots=True)
class Slots:
    """Slots have values."""

    tests: tuple[Test, ...]


Symbol = User | Act | Bot | Enter | Slots
Rank = tuple[int, int]
"""0 for rules and 1 for stories, then the order in which they stand: the least wins."""


@dataclass(slots=True)
class Arc:
    """A step from one node of a tree to another. ``story`` is the one that put it there."""

    target: int
    rank: Rank
    place: Place
    story: str
    used: bool = False
    refused: bool = False


@dataclass(slots=True)
class Node:
    """A moment. ``arcs`` are the ways out, but those that only note slots, which are ``slots``. ``stop``: a rule says
    that the bot waits now. ``leads`` are further nodes that it is as well."""

    arcs: dict[User | Act | Bot | Enter, Arc] = field(default_factory=dict)
    slots: dict[Slots, Arc] = field(default_factory=dict)
    stop: tuple[Rank, Place, str] | None = None
    leads: dict[int, None] = field(default_factory=dict)
    floating: bool = False


class Network:
    """All trees. ``steps`` has the arcs that each step of a story became; ``turns`` what rules without conditions do
    after an intent, ``starts`` those that only hold at the beginning of a conversation."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.roots: dict[tuple[str, str], int] = {}
        self.steps: dict[Place, list[Arc]] = {}
        self.ended: dict[str, Place] = {}
        self.begun: dict[str, Place] = {}
        self.loops: dict[str, Place] = {}
        self.crowded: Place | None = None
        self.turns: dict[str, list[list[str]]] = {}
        self.starts: dict[str, list[list[str]]] = {}

    def new(self) -> int:
        """A fresh node."""
        self.nodes.append(Node())
        return len(self.nodes) - 1

    def root(self, kind: str, name: str = "") -> int:
        """The root of a tree: ``start``, ``after`` an action, ``done`` with a form, at a ``checkpoint``."""
        key = (kind, name)
        if key not in self.roots:
            self.roots[key] = self.new()
            self.nodes[self.roots[key]].floating = kind == "after"
        return self.roots[key]

    def advance(self, nodes: Iterable[int], symbol: Symbol, story: Story, rank: Rank, place: Place) -> list[int]:
        """Go one step from each node, making what is not there yet."""
        sources = list(nodes)
        shared: int | None = None
        found: dict[int, None] = {}
        for source in sources:
            node = self.nodes[source]
            arc = node.slots.get(symbol) if isinstance(symbol, Slots) else node.arcs.get(symbol)
            if arc is None:
                if len(sources) > _MOST_PATHS:
                    self.crowded = self.crowded or place
                    shared = self.new() if shared is None else shared
                    target = shared
                else:
                    target = self.new()
                arc = Arc(target, rank, place, story.name)
                if isinstance(symbol, Slots):
                    node.slots[symbol] = arc
                else:
                    node.arcs[symbol] = arc
            elif rank < arc.rank:
                arc.rank, arc.place, arc.story = rank, place, story.name
            self.steps.setdefault(place, []).append(arc)
            found[arc.target] = None
        return list(found)


def build_network(scene: Scene, stories: list[Story]) -> Network:
    """Put all stories and rules into one network, rules first."""
    network = Network()
    network.root("start")
    loops = {name: form.place for name, form in scene.domain.forms.items()}
    for story in stories:
        if story.loop:
            loops.setdefault(story.loop, story.place)
        for step in story.steps:
            if step.kind is StepKind.LOOP and step.name and step.name not in _NO_LOOPS:
                loops.setdefault(step.name, step.place)
    network.loops = loops
    for story in stories:
        if story.rule and story.waits and story.loop is None and not story.conditions:
            head = story.steps[0] if story.steps else None
            turns = network.starts if story.start else network.turns
            for one in (head.either or (head,)) if head is not None else ():
                if one.kind is StepKind.INTENT and not one.entities:
                    turns.setdefault(one.name, []).append(_turn(story.steps, 1))
    ordered = [story for story in stories if story.rule] + [story for story in stories if not story.rule]
    for order, story in enumerate(ordered):
        _Walk(scene, network, story, (0 if story.rule else 1, order)).run()
    return network


def _turn(steps: list[Step], index: int) -> list[str]:
    """What the bot does from a step on until the user speaks again."""
    found: list[str] = []
    for at in range(index, len(steps)):
        step = steps[at]
        if step.kind in (StepKind.INTENT, StepKind.USER, StepKind.OR, StepKind.CHECKPOINT):
            break
        if step.kind is StepKind.LOOP and not step.name:
            break
        if step.kind is StepKind.ACTION and step.name not in ("action_listen", *_IGNORED_ACTIONS):
            found.append(step.name)
        elif step.kind is StepKind.BOT:
            found.append(f"bot {step.name}")
    return found


def normal_tests(scene: Scene, slots: Iterable[Condition]) -> tuple[tuple[Test, ...], str]:
    """What of ``slot_was_set`` can be told apart, and the slot that a form asks for (``requested_slot``)."""
    found: dict[str, Test] = {}
    requested = ""
    for name, value in slots:
        if name == REQUESTED:
            requested = value if isinstance(value, str) else ""
            continue
        known = scene.domain.slots.get(name)
        decides = known.decides if known is not None else "value"
        if not decides:
            continue
        if value is None:
            found[name] = (name, "empty", "", None)
        elif value is ... or decides == "set" or isinstance(value, (list, dict)):
            blank = value == [] or value == ""
            found[name] = (name, "empty" if blank and decides == "set" else "set", "", None)
        else:
            found[name] = (name, "is", repr(value), value)
    return tuple(found[name] for name in sorted(found)), requested


@dataclass(slots=True)
class _Walk:
    """One story on its way into the network. ``at`` is None while it has not begun, and inside a form."""

    scene: Scene
    network: Network
    story: Story
    rank: Rank
    at: list[int] | None = None
    form: str = ""
    inside: bool = False
    position: str = ""
    tests: tuple[Test, ...] = ()
    begun: bool = False
    only_checkpoints: bool = True

    def run(self) -> None:
        self.form = self.story.loop or ""
        self.tests, self.position = normal_tests(self.scene, self.story.conditions)
        steps = self.story.steps
        index = 0
        while index < len(steps):
            index = self._step(steps[index], steps, index)
        if self.at is not None and self.story.rule and self.story.waits and self.begun:
            self._stop()

    def _stop(self) -> None:
        for node in self.at or ():
            known = self.network.nodes[node].stop
            if known is None or self.rank < known[0]:
                self.network.nodes[node].stop = (self.rank, self.story.place, self.story.name)

    def _step(self, step: Step, steps: list[Step], index: int) -> int:
        """Take one step (one of the alternatives at ``index``, or the step there); returns where to go on."""
        handlers: dict[StepKind, Callable[[Step, list[Step], int], int]] = {
            StepKind.INTENT: self._user,
            StepKind.USER: self._user,
            StepKind.OR: self._either,
            StepKind.SLOTS: self._slots,
            StepKind.LOOP: self._loop,
            StepKind.ACTION: self._action,
            StepKind.BOT: self._action,
            StepKind.CHECKPOINT: self._checkpoint,
        }
        after = handlers[step.kind](step, steps, index)
        if step.kind is not StepKind.CHECKPOINT and self.begun:
            self.only_checkpoints = False
        return after

    def _advance(self, symbol: Symbol, place: Place) -> None:
        self.at = self.network.advance(self.at or (), symbol, self.story, self.rank, place)

    def _begin(self, kind: str, name: str) -> None:
        """Begin at a root; what the rule asks for is tested there."""
        self.begun = True
        self.at = [self.network.root(kind, name)]
        tests = self.tests
        if kind == "after" and self.story.loop is not None:
            loop = self.story.loop
            tests = (*tests, (ACTIVE_LOOP, "is", repr(loop), loop) if loop else (ACTIVE_LOOP, "empty", "", None))
        if tests:
            self._advance(Slots(tests), self.story.place)
        self.tests = ()

    def _answers(self, steps: list[Step], index: int) -> bool:
        """Whether a message inside a form is an answer to it: the form goes on, or nothing is said about it."""
        for at in range(index + 1, len(steps)):
            step = steps[at]
            if step.kind is StepKind.ACTION and step.name not in ("action_listen", *_IGNORED_ACTIONS):
                return step.name == self.form
            if step.kind is StepKind.BOT:
                return False
            if step.kind not in (StepKind.SLOTS, StepKind.ACTION, StepKind.LOOP):
                return True
            if step.kind is StepKind.LOOP and step.name != self.form:
                return True
        return True

    def _user(self, step: Step, steps: list[Step], index: int) -> int:
        base = User(intent="" if step.kind is StepKind.USER else step.name, entities=step.entities)
        if step.kind is StepKind.USER:
            base = User(words=step.name, entities=step.entities)
        if self.inside:
            if not self._answers(steps, index):
                self.at, self.inside = [self.network.root("start")], False
                self._advance(replace(base, loop=self.form, requested=self.position), step.place)
        elif not self.begun:
            self.begun = True
            self.at = [self.network.root("start")]
            requested = self.position if self.form else ""
            loop, start = self.story.loop, self.story.start
            if loop is None and not self.tests and self._ruled(step, steps, index, self.network.starts):
                base, start = User(intent=step.name), True
            elif loop is None and not self.tests and self._ruled(step, steps, index, self.network.turns):
                base = User(intent=step.name)
            self._advance(replace(base, tests=self.tests, loop=loop, requested=requested, start=start), step.place)
            self.tests = ()
        elif self.at is not None:
            if not self.form and self._ruled(step, steps, index, self.network.turns):
                # A rule does the same at any time: what follows is what follows the rule, wherever it was said.
                self.at = [self.network.root("start")]
                base = User(intent=step.name)
            self._advance(base, step.place)
        return index + 1

    def _ruled(self, step: Step, steps: list[Step], index: int, turns: dict[str, list[list[str]]]) -> bool:
        """Whether a rule without conditions does just what the story does after this message."""
        known = turns.get(step.name) if step.kind is StepKind.INTENT else None
        return known is not None and not self.story.rule and _turn(steps, index + 1) in known

    def _either(self, step: Step, steps: list[Step], index: int) -> int:
        """Alternatives: each from the same moment, then together."""
        before = (self.at, self.form, self.inside, self.position, self.tests, self.begun)
        found: dict[int, None] = {}
        for one in step.either:
            self.at, self.form, self.inside, self.position, self.tests, self.begun = before
            self._step(one, steps, index)
            found.update(dict.fromkeys(self.at or ()))
        if self.at is not None:
            self.at = list(found)
        return index + 1

    def _slots(self, step: Step, steps: list[Step], index: int) -> int:
        """``slot_was_set``, one or several in a row."""
        row = [step]
        end = index + 1
        if steps[index] is step:
            while end < len(steps) and steps[end].kind is StepKind.SLOTS:
                row.append(steps[end])
                end += 1
        conditions = [condition for one in row for condition in one.slots]
        tests, requested = normal_tests(self.scene, conditions)
        if self.inside or not self.begun:
            if any(name == REQUESTED for name, _ in conditions):
                self.position = requested
            if not self.inside:
                self.tests = tuple({test[0]: test for test in (*self.tests, *tests)}.values())
        elif tests and self.at is not None:
            before = len(self.network.steps.get(row[0].place, ()))
            self._advance(Slots(tests), row[0].place)
            made = self.network.steps[row[0].place][before:]
            for one in row[1:]:
                self.network.steps.setdefault(one.place, []).extend(made)
        return end

    def _loop(self, step: Step, steps: list[Step], index: int) -> int:
        if step.name in _NO_LOOPS:
            return index + 1
        if step.name:
            if not self.begun:
                self.begun, self.inside, self.form = True, True, step.name
            elif self.at is not None and not self.inside:
                self._enter(step.name, step.place)
            return index + 1
        if self.inside:
            self.at, self.inside = [self.network.root("done", self.form)], False
        elif not self.begun and self.form:
            self._begin("done", self.form)
        self.form, self.position = "", ""
        return index + 1

    def _enter(self, form: str, place: Place) -> None:
        self._advance(Enter(form), place)
        self.at, self.form, self.inside, self.position = None, form, True, ""

    def _action(self, step: Step, steps: list[Step], index: int) -> int:
        name, named = step.name, step.kind is StepKind.ACTION
        if named and name in _IGNORED_ACTIONS:
            return index + 1
        if named and name == "action_listen":
            self._stop()
            return index + 1
        looping = named and name in self.network.loops
        if not self.begun:
            return self._first_action(step, steps, index, looping)
        if self.inside:
            if looping and name == self.form:
                return index + 1
            # The form is over, though no `active_loop: null` says so.
            self.at, self.inside, self.form = [self.network.root("done", self.form)], False, ""
        if looping:
            self._enter(name, step.place)
        elif self.at is not None:
            self._advance(Act(name) if named else Bot(name), step.place)
        return index + 1

    def _first_action(self, step: Step, steps: list[Step], index: int, looping: bool) -> int:
        """A story that begins with an action: any past that ends with it."""
        if not looping:
            self._begin("after", step.name if step.kind is StepKind.ACTION else f"bot {step.name}")
            return index + 1
        end = index + 1
        while end < len(steps) and steps[end].kind is StepKind.SLOTS:
            end += 1
        if end < len(steps) and steps[end].kind is StepKind.LOOP and not steps[end].name:
            self._begin("done", step.name)
            self.form = ""
            return end + 1
        self.begun, self.inside, self.form = True, True, step.name
        return index + 1

    def _checkpoint(self, step: Step, steps: list[Step], index: int) -> int:
        root = self.network.root("checkpoint", step.name)
        if not self.begun or (self.only_checkpoints and self.at is not None):
            self.network.begun.setdefault(step.name, step.place)
            here = [root]
            tests, _ = normal_tests(self.scene, step.slots)
            tests = tuple({test[0]: test for test in (*self.tests, *tests)}.values())
            if tests:
                here = self.network.advance(here, Slots(tests), self.story, self.rank, step.place)
            self.at = [*(self.at or ()), *here]
            self.begun = True
            return index + 1
        self.network.ended.setdefault(step.name, step.place)
        for node in self.at or ():
            self.network.nodes[node].leads[root] = None
        if index + 1 < len(steps):
            self.network.begun.setdefault(step.name, step.place)
        self.at, self.inside = [root], False
        return index + 1
