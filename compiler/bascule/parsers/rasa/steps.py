"""The steps of one CALM flow as nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from bascule.ir.expr import Expression
from bascule.ir.nodes import Ask, Case, Chosen, Edge, Handover, HttpRequest, Otherwise, RunFlow, SetVariable, When
from bascule.parsers.rasa.actions import Actions, is_handover
from bascule.parsers.rasa.collect import Collect
from bascule.parsers.rasa.drafts import Draft, Speeches, Wait, assign, go, speak
from bascule.parsers.rasa.located import At, plain, refuse, sequence, text_of
from bascule.parsers.rasa.losses import DynamicStep, RephrasedByModel
from bascule.parsers.rasa.model import LISTEN, Scene
from bascule.parsers.rasa.responses import reply_buttons
from bascule.parsers.rasa.rich import Button
from bascule.parsers.rasa.rules import BranchWithoutNext, DeclaredTwice, UnknownTarget
from bascule.parsers.rasa.texts import read_text
from bascule.source import Place

__all__ = ["Around", "FlowBuilder", "FlowSource", "Step"]

_KINDS = ("collect", "action", "link", "call", "set_slots", "noop", "generation_prompt", "intent", "user")
_STEP = "a mapping with `collect`, `action`, `link`, `set_slots` …"
_LOOSE = "a condition stands in a step's `next`: write `noop: true` with `next: [- if: … then: …, - else: …]`"
_STEP_MEMBERS = (
    *_KINDS,
    "id",
    "next",
    "utter",
    "ask_before_filling",
    "reset_after_flow_ends",
    "rejections",
)
_NOTED = ("description", "metadata", "force_slot_filling", "silence_timeout", "exit_if", "mapping", "llm")
"""Members of steps that a model, a voice channel or a sub-agent reads."""
_BUILT_IN = ("pattern_human_handoff", "pattern_session_start", "pattern_cannot_handle", "pattern_completed")


@dataclass(slots=True)
class FlowSource:
    """A flow as the files have it."""

    name: str
    at: At
    called: bool = False


class Around(Protocol):
    """What the steps need to know of the project's other flows."""

    scene: Scene
    sources: dict[str, FlowSource]
    speeches: Speeches
    actions: Actions
    ids: dict[str, str]
    triggers: dict[str, str]

    def condition(self, at: At) -> Expression:
        """Read a condition."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step, wherever it is nested. ``node`` is the first node of it, ``after`` what follows in its list (None:
    nothing), ``nested`` whether that list is a branch."""

    at: At
    kind: str
    name: str
    node: str
    after: str | None
    nested: bool


@dataclass(slots=True)
class FlowBuilder:
    """The steps of one flow."""

    flows: Around
    source: FlowSource
    draft: Draft
    steps: list[Step] = field(default_factory=list)
    nodes: dict[str, str] = field(default_factory=dict)
    first: dict[Place, str | None] = field(default_factory=dict)
    ending: str | None = None
    resets: dict[str, None] = field(default_factory=dict)

    @property
    def scene(self) -> Scene:
        """The project's state."""
        return self.flows.scene

    def build(self, at: At | None) -> str | None:
        """Add all steps; returns the first node."""
        start = self._list(at, None, False) if at is not None else None
        self._note_resets()
        if self.resets and not self.source.called:
            self.ending = self.draft.name("reset")
        for step in self.steps:
            self._step(step)
        if self.ending is not None and self.draft.leads_to(self.ending):
            changes = tuple(assign(name, None, self.source.at.place) for name in self.resets)
            self.draft.put(SetVariable(id=self.ending, assignments=changes, edges=go(None), at=self.source.at.place))
        return start

    def _list(self, at: At, after: str | None, nested: bool) -> str | None:
        """Name the steps of a list and of its branches; returns the first one's node. Recursion is bounded by the
        depth of the file."""
        reading = self.scene.reading
        items: list[tuple[At, str, str]] = []
        for item in sequence(reading, at, "steps"):
            kind = next((kind for kind in _KINDS if kind in item.value), "") if isinstance(item.value, dict) else ""
            only_next = isinstance(item.value, dict) and not kind and ("next" in item.value or "id" in item.value)
            if not kind and not only_next:
                loose = isinstance(item.value, dict) and "if" in item.value
                refuse(reading, item, "step", _STEP, *([_LOOSE] if loose else []))
                continue
            reading.book.open(f"step {kind or 'noop'}", item.place)
            reading.book.exact(item.place)
            name = text_of(item.child(kind)) if kind not in ("", "noop") else None
            items.append((item, kind or "noop", (name or "").strip()))
        named = [self.draft.name(self._wanted(item, kind, name)) for item, kind, name in items]
        for number, (item, kind, name) in enumerate(items):
            following = named[number + 1] if number + 1 < len(named) else None
            self.steps.append(Step(item, kind, name, named[number], following, nested))
            id_at = item.get("id")
            id_ = text_of(id_at) if id_at is not None else None
            if id_ is not None:
                if id_ in self.nodes:
                    reading.find(
                        DeclaredTwice, item.child("id").place, f"the step `{id_[:60]}` stands twice", help="rename one"
                    )
                self.nodes.setdefault(id_, named[number])
            self._branches(item)
        return named[0] if named else after

    def _branches(self, item: At) -> None:
        """The steps inside ``next``."""
        following = item.get("next")
        for branch in following.items() if following is not None else ():
            for key in ("then", "else"):
                part = branch.get(key)
                if part is not None and isinstance(part.value, list):
                    self.first[part.place] = self._list(part, None, True)

    def _wanted(self, item: At, kind: str, name: str) -> str:
        id_at = item.get("id")
        id_ = text_of(id_at) if id_at is not None else None
        return id_ or name or kind

    def _note_resets(self) -> None:
        """Slots that are forgotten when the flow is over: what it collects or sets, unless it says otherwise."""
        kept_at = self.source.at.get("persisted_slots")
        kept = {text_of(item) for item in kept_at.items()} if kept_at is not None else set()
        for step in self.steps:
            reset = step.at.get("reset_after_flow_ends")
            if reset is not None and reset.scalar is False:
                kept.add(step.name)
        for step in self.steps:
            names = [step.name] if step.kind == "collect" else []
            if step.kind == "set_slots":
                names = [name for name, _ in _pairs(step.at.child("set_slots"))]
            if step.kind == "call" and step.name in self.flows.sources:
                names = _collected(self.flows.sources[step.name].at)
            for name in names:
                if name and name not in kept:
                    self.resets[name] = None

    # --- steps ---

    def _step(self, step: Step) -> None:
        for key, item in step.at.members():
            if key in _NOTED:
                self.scene.note(item, "step member")
            elif key not in _STEP_MEMBERS:
                self.scene.keep(item, key, "step", _STEP_MEMBERS, "step member")
        target = self._next(step)
        handlers = {
            "collect": self._collect,
            "action": self._action,
            "link": self._link,
            "call": self._call,
            "set_slots": self._set_slots,
            "generation_prompt": self._prompt,
        }
        handler = handlers.get(step.kind)
        if handler is None:
            self.draft.skip(step.node, target)
        else:
            handler(step, target)

    def _next(self, step: Step) -> str | None:
        """Where a step goes on: named, by conditions, or to the step below it."""
        following = step.at.get("next")
        if following is None or following.null:
            if step.kind == "link":
                return None
            if step.after is None and step.nested:
                self.scene.reading.find(
                    BranchWithoutNext,
                    step.at.place,
                    "the last step of a branch says not where the flow goes on; it ends here",
                    help="write `next: END`, or `next:` with the id of a step",
                )
            return step.after or self.ending
        if not isinstance(following.value, list):
            return self._target(following)
        book = self.scene.reading.book
        edges: list[Edge] = []
        for branch in following.items():
            book.open("branch", branch.place)
            if not isinstance(branch.value, dict):
                refuse(self.scene.reading, branch, "branch", "`if` with `then`, or `else`")
                continue
            for key, item in branch.members():
                if key not in ("if", "then", "else"):
                    self.scene.keep(item, key, "branch", ("if", "then", "else"), "branch member")
            book.exact(branch.place)
            goal_at = branch.get("then") if "if" in branch.value else branch.get("else")
            goal = self._target(goal_at) if goal_at is not None else self.ending
            if "if" in branch.value:
                edges.append(Edge(When(self.flows.condition(branch.child("if"))), goal, at=branch.place))
            else:
                edges.append(Edge(Otherwise(), goal, at=branch.place))
        if not any(isinstance(edge.guard, Otherwise) for edge in edges):
            edges.append(Edge(Otherwise(), step.after or self.ending))
        case = self.draft.name(f"{step.node}.next")
        self.draft.put(Case(id=case, edges=tuple(edges), at=following.place))
        return case

    def _target(self, at: At) -> str | None:
        if isinstance(at.value, list):
            return self.first.get(at.place) or self.ending
        name = text_of(at)
        if name is None or name.upper() == "END":
            return self.ending
        if name in self.nodes:
            return self.nodes[name]
        close = self.scene.reading.close_to(name, tuple(self.nodes))
        self.scene.reading.find(
            UnknownTarget,
            at.place,
            f"the flow has no step `{name[:60]}`; it ends here",
            help=f"did you mean `{close}`?" if close else "name the `id` of a step, or `END`",
        )
        return self.ending

    def _collect(self, step: Step, target: str | None) -> None:
        Collect(self.scene, self.draft, self.flows.speeches, self.flows.actions, self.flows.condition).add(
            step.at, step.name, step.node, target
        )

    def _action(self, step: Step, target: str | None) -> None:
        name, place = step.name, step.at.place
        if name == LISTEN:
            # At the end of a flow the bot listens anyway.
            if target is None or target == self.ending:
                self.draft.skip(step.node, target)
            else:
                self.draft.put(Ask(id=step.node, edges=go(target), at=place))
            return
        self.flows.actions.check(name, place, place.child("action"))
        speech = self.flows.speeches.get(name) if name in self.scene.domain.responses else None
        if speech is None:
            self.flows.actions.add(self.draft, name, step.node, place, target)
            return
        buttons = [button for group in speech.groups for button in reply_buttons(group.buttons)]
        ways = {button.choice.id: self._started(button) for button in buttons}
        if target == self.ending and buttons and any(ways.values()):
            speak(self.draft, speech, step.node, place, None, Wait(lambda id_, found: self._taps(id_, found, target)))
        else:
            speak(self.draft, speech, step.node, place, target, None)

    def _started(self, button: Button) -> str:
        """The flow that a button starts."""
        return self.flows.triggers.get(button.payload.intent, "") if button.payload.intent else ""

    def _taps(self, id_: str, buttons: list[Button], target: str | None) -> tuple[Edge, ...]:
        """The ways out of the last message of a flow whose buttons start other flows."""
        edges: list[Edge] = []
        for button in reply_buttons(buttons):
            started = self._started(button)
            goal = target
            if started:
                goal = self.draft.name(f"{id_}.{button.choice.id}")
                jump = RunFlow(
                    id=goal, flow=self.flows.ids[started], flow_title=started, mode="jump", at=button.choice.at
                )
                self.draft.put(jump)
            edges.append(Edge(Chosen((button.choice.id,)), goal, at=button.choice.at))
        return (*edges, Edge(Otherwise(), target))

    def _link(self, step: Step, target: str | None) -> None:
        self._run(step, "jump", None)

    def _call(self, step: Step, target: str | None) -> None:
        self._run(step, "call", target)

    def _run(self, step: Step, mode: str, target: str | None) -> None:
        name, place = step.name, step.at.place
        if "{{" in name:
            code = self.scene.reading.find(
                DynamicStep, place, f"the flow `{name[:60]}` is computed while the flow runs", help="name the flow"
            )
            self.scene.reading.book.degraded(place, "computed while the flow runs", "name the flow", code)
        elif name not in self.flows.sources:
            if name == "pattern_human_handoff" or is_handover(name):
                self.draft.put(Handover(id=step.node, edges=go(target), at=place))
                self.scene.reading.book.emulated(place, "a hand-over")
                return
            if name not in _BUILT_IN:
                close = self.scene.reading.close_to(name, self.scene.flow_names)
                self.scene.reading.find(
                    UnknownTarget,
                    step.at.child(step.kind).place,
                    f"there is no flow `{name[:60]}`",
                    help=f"did you mean `{close}`?" if close else "add the file of that flow",
                )
        flow = self.flows.ids.get(name, name or "flow")
        edges = go(target) if mode == "call" else ()
        self.draft.put(RunFlow(id=step.node, flow=flow, flow_title=name, mode=mode, edges=edges, at=place))

    def _set_slots(self, step: Step, target: str | None) -> None:
        changes = []
        for name, value in _pairs(step.at.child("set_slots")):
            self.scene.see_slot(name, value.place.at_key())
            changes.append(assign(name, plain(value.value), value.place))
        self.draft.put(SetVariable(id=step.node, assignments=tuple(changes), edges=go(target), at=step.at.place))

    def _prompt(self, step: Step, target: str | None) -> None:
        place = step.at.child("generation_prompt").place
        code = self.scene.reading.find_once(
            RephrasedByModel,
            "prompt",
            place,
            lambda count: f"{count} step(s) are worded by a language model",
            help="write a fixed text",
        )
        self.scene.reading.book.degraded(step.at.place, "a request of a language model", "a fixed text", code)
        body = read_text(self.scene, step.name, place)
        self.draft.put(HttpRequest(id=step.node, service="llm", body=body, edges=go(target), at=step.at.place))


def _pairs(at: At) -> list[tuple[str, At]]:
    """Slots and values of ``set_slots``: a list of mappings, or one mapping."""
    if isinstance(at.value, dict):
        return list(at.members())
    return [pair for item in at.items() for pair in item.members()]


def _collected(at: At) -> list[str]:
    """The slots that a flow collects, nested steps included."""
    found: dict[str, None] = {}
    stack = [at.value.get("steps")]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(reversed(value))
        elif isinstance(value, dict):
            name = value.get("collect")
            if isinstance(name, str) and value.get("reset_after_flow_ends") is None:
                found[str(name)] = None
            stack.extend(item for item in value.values() if isinstance(item, (list, dict)))
    return list(found)
