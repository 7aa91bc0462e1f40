"""Where a written target leads: a step of the flow, another flow, or a word that means something."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bascule.language.locale_names import plain_name
from bascule.language.sheets import nearest
from bascule.parsers.table.model import FlowDraft, Step, step_key
from bascule.parsers.table.options import is_address, is_phone
from bascule.parsers.table.phrases import kind_of, strip_phrase

__all__ = ["Target", "Targets"]

_LONGEST = 120
_GUESSES = 100
"""Most targets of a flow for which a near name is sought."""

_PATH = re.compile(r"\s*(?:>|/|::|»|›)\s*")
_QUOTED = re.compile(r"[\"'“”«»`‘’\s]*(.*?)[\"'“”«»`‘’\s]*", re.DOTALL)
_HEAD = re.compile(r"([^:()]{2,40})\s*(?::\s*(.+)|\((.+)\))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Target:
    """``kind``: ``step`` (``node`` is its id), ``end``, ``handover`` (``to`` names the team), ``jump`` or ``call``
    (``flow`` is the id of another flow; ``inside`` the step that was meant there), ``location``."""

    kind: str
    node: str = ""
    flow: str = ""
    to: str = ""
    inside: str = ""


class Targets:
    """Looks targets up for the steps of one flow."""

    def __init__(self, flow: FlowDraft, siblings: dict[str, Targets], flows: dict[str, FlowDraft]) -> None:
        self.flow = flow
        self._siblings = siblings
        self._flows = flows
        self._steps = _index(flow)
        self._loose = _loose(flow)
        self._positions = {step.id: number for number, step in enumerate(flow.steps)}
        self._known: dict[tuple[str, str], Target | None] = {}
        self._guesses = 0

    @classmethod
    def of_all(cls, flows: Sequence[FlowDraft]) -> dict[str, Targets]:
        """The targets of every flow of a file, by the flow's id."""
        names: dict[str, FlowDraft] = {}
        for flow in flows:
            for name in (flow.name, flow.id):
                names.setdefault(plain_name(name) or step_key(name), flow)
        found: dict[str, Targets] = {}
        for flow in flows:
            found[flow.id] = cls(flow, found, names)
        return found

    def __call__(self, text: str, step: Step | None = None) -> Target | None:
        """What a target means at a step, or None when it names nothing."""
        key = (text, step.id if step else "")
        if key not in self._known:
            self._known[key] = self._find(text, step)
        return self._known[key]

    def leads(self, text: str) -> bool:
        """Whether a text is a target at all (an address or a phone number is one too)."""
        first = self.flow.steps[0] if self.flow.steps else None
        return is_address(text) or is_phone(text) or self(text, first) is not None

    def suggestion(self, text: str) -> str:
        """The step or flow whose name is nearest to a target that leads nowhere, or ``""``."""
        self._guesses += 1
        if self._guesses > _GUESSES:
            return ""
        names = [step.name for step in self.flow.steps] + [other.name for other in self._flows.values()]
        return nearest(text[:_LONGEST], names)

    def _find(self, text: str, step: Step | None) -> Target | None:
        match = _QUOTED.fullmatch(text[: _LONGEST + 1])
        body = match.group(1) if match else text
        if not body or len(text) > _LONGEST:
            return None
        for _ in range(3):
            found = self._step(body) or self._other_flow(body)
            if found is not None:
                return found
            cut = strip_phrase(body, "go to")
            if not cut:
                break
            body = body[cut:].strip(" \"'“”«»`")
        return self._word(body, step) or self._word(text.strip(), step) or self._headed(text.strip())

    def _step(self, body: str) -> Target | None:
        step = self._steps.get(step_key(body)) or self._loose.get(plain_name(body))
        return Target("step", step.id) if step is not None else None

    def _other_flow(self, body: str) -> Target | None:
        cut = strip_phrase(body, "calls")
        if cut:
            rest = body[cut:]
            rest = rest[strip_phrase(rest, "flows") :].strip(" :\"'«»")
            other = self._flow(rest)
            if other is not None:
                return Target("call", flow=other.id)
        cut = strip_phrase(body, "flows")
        name = body[cut:].strip(" :\"'«»") if cut else body
        other = self._flow(name)
        if other is not None and (other is not self.flow or cut):
            return Target("jump", flow=other.id)
        pieces = _PATH.split(name)
        if len(pieces) == 2 and all(pieces):
            other = self._flow(pieces[0])
            if other is self.flow:
                return self._step(pieces[1])
            if other is not None:
                inside = self._siblings[other.id]._step(pieces[1])
                if inside is not None:
                    first = other.steps[0].id == inside.node
                    return Target("jump", flow=other.id, inside="" if first else pieces[1])
        return None

    def _flow(self, name: str) -> FlowDraft | None:
        return self._flows.get(plain_name(name) or step_key(name)) if name else None

    def _word(self, body: str, step: Step | None) -> Target | None:
        kind = kind_of(body, "target")
        if kind in ("", "location"):
            return Target("location") if kind else None
        if kind == "end":
            return Target("end")
        if kind == "handover":
            return Target("handover")
        steps = self.flow.steps
        at = self._positions.get(step.id) if step is not None else None
        if step is None or at is None:
            return None
        if kind == "self":
            return Target("step", step.id)
        if kind == "next":
            return Target("step", steps[at + 1].id) if at + 1 < len(steps) else Target("end")
        if kind == "back":
            return Target("step", steps[at - 1].id) if at else None
        return Target("step", steps[0].id)

    def _headed(self, body: str) -> Target | None:
        """``agent: facturation``, ``conseiller (facturation)``."""
        match = _HEAD.fullmatch(body)
        if match is None or kind_of(match.group(1).strip(), "target") != "handover":
            return None
        return Target("handover", to=(match.group(2) or match.group(3)).strip())


def _index(flow: FlowDraft) -> dict[str, Step]:
    """Steps by the key of their name, then of their other names; the first one keeps a key."""
    found: dict[str, Step] = {}
    for step in flow.steps:
        found.setdefault(step_key(step.name), step)
    for step in flow.steps:
        for alias in (*step.aliases, step.id):
            if 0 < len(alias) <= _LONGEST:
                found.setdefault(step_key(alias), step)
    return found


def _loose(flow: FlowDraft) -> dict[str, Step]:
    """Steps by their letters alone, where that is one step; and by what follows `étape`, `step` …"""
    found: dict[str, Step | None] = {}
    for step in flow.steps:
        for name in (step.name, *step.aliases):
            rest = name[strip_phrase(name, "go to") :] if len(name) <= _LONGEST else ""
            for key in {plain_name(name), plain_name(rest)} - {""}:
                found[key] = step if found.get(key, step) is step else None
    return {key: step for key, step in found.items() if step is not None}
