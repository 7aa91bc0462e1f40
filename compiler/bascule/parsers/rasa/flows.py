"""CALM flows: each is a flow of the graph, its steps nodes.

Source: https://rasa.com/docs/reference/primitives/flows/
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from bascule.diagnostics.finding import Label
from bascule.ir.expr import Const, Expression, Opaque
from bascule.ir.project import Entry, EntryKind, Intent
from bascule.language.names import template_slug
from bascule.language.reading import json_text, unique
from bascule.parsers.rasa.actions import Actions
from bascule.parsers.rasa.drafts import Draft, Speeches
from bascule.parsers.rasa.located import At, keep_unknown, mapping, plain, refuse, text_of
from bascule.parsers.rasa.losses import PatternFlow, StartedByModel
from bascule.parsers.rasa.model import Scene
from bascule.parsers.rasa.predicates import read_predicate
from bascule.parsers.rasa.rules import DeclaredTwice, UnreadCondition
from bascule.parsers.rasa.steps import FlowBuilder, FlowSource
from bascule.source import Place

__all__ = ["FlowSource", "Flows", "read_flows"]

_MEMBERS = (
    "name",
    "description",
    "steps",
    "if",
    "nlu_trigger",
    "persisted_slots",
    "always_include_in_prompt",
    "run_pattern_completed",
    "translation",
    "file_path",
)
_ANSWERING = ("pattern_chitchat", "pattern_search")
"""Patterns that answer a message of the user, which a language model recognises."""

_START, _FALLBACK = "pattern_session_start", "pattern_cannot_handle"


def read_flows(scene: Scene, at: At, found: dict[str, FlowSource]) -> None:
    """The members of ``flows``."""
    book = scene.reading.book
    for name, item in mapping(scene.reading, at, "flows"):
        book.open("flow", item.place)
        if not isinstance(item.value, dict):
            refuse(scene.reading, item, "flow", "a mapping with `description` and `steps`")
            continue
        if name in found and _in_domain(found[name].at.place) and not _in_domain(item.place):
            # Rasa reads flows from the training data alone.
            code = scene.reading.find(
                DeclaredTwice,
                found[name].at.place.at_key(),
                f"the flow `{name[:60]}` is declared twice; the one outside the domain is kept",
                help="remove the one in the domain",
                labels=[Label(item.place.at_key(), "this one is kept")],
            )
            book.dropped(found.pop(name).at.place, "declared again outside the domain", "remove one of them", code)
        if name in found:
            code = scene.reading.find(
                DeclaredTwice,
                item.place.at_key(),
                f"the flow `{name[:60]}` is declared twice; the first one is kept",
                help="remove one of them",
            )
            book.dropped(item.place, "declared before", "remove one of them", code)
            continue
        book.exact(item.place)
        found[name] = FlowSource(name, item)


def _in_domain(place: Place) -> bool:
    """Whether a file is part of the domain: `domain.yml`, `domain/…`."""
    *folders, name = place.file.split("/")
    return name.lower().startswith("domain") or "domain" in folders


@dataclass(slots=True)
class Flows:
    """All CALM flows of a project on their way into the graph. ``ids`` are the flow ids they get."""

    scene: Scene
    sources: dict[str, FlowSource]
    speeches: Speeches
    actions: Actions
    ids: dict[str, str] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)
    triggers: dict[str, str] = field(default_factory=dict)

    def build(self, taken: dict[str, int], intents: set[str]) -> None:
        """Make one draft per flow. ``taken`` are flow ids in use; ``intents`` the intents that exist already."""
        for name in self.sources:
            self.ids[name] = unique(template_slug(name) if name.strip() else "flow", taken)
        self.scene.flow_names = tuple(self.sources)
        for source in self.sources.values():
            self._calls(source)
            for trigger in self._triggers(source.at):
                self.triggers.setdefault(trigger, source.name)
        for source in self.sources.values():
            self.drafts.append(self._flow(source, intents))

    def _calls(self, source: FlowSource) -> None:
        """Note which flows are called: what they collect is forgotten by the caller's end, not by their own."""
        stack = [source.at.value.get("steps")]
        while stack:
            value = stack.pop()
            if isinstance(value, list):
                stack.extend(value)
            elif isinstance(value, dict):
                called = value.get("call")
                if isinstance(called, str) and called in self.sources:
                    self.sources[called].called = True
                stack.extend(item for item in value.values() if isinstance(item, (list, dict)))

    def _triggers(self, at: At) -> list[str]:
        holder = at.get("nlu_trigger")
        found: list[str] = []
        for item in holder.items() if holder is not None else ():
            inner = item.get("intent")
            named = inner.get("name") if inner is not None and isinstance(inner.value, dict) else inner
            name = text_of(named) if named is not None else text_of(item)
            if name is not None:
                found.append(name)
        return found

    # --- one flow ---

    def _flow(self, source: FlowSource, intents: set[str]) -> Draft:
        at, scene = source.at, self.scene
        title_at = at.get("name")
        title = (text_of(title_at) or "") if title_at is not None else ""
        draft = Draft(self.ids[source.name], at.place, title)
        if self.ids[source.name] != source.name:
            draft.facts.append(("flow", json_text(source.name)))
        guard = self._members(source, draft)
        builder = FlowBuilder(self, source, draft)
        first = builder.build(at.get("steps"))
        for entry in self._entries(source, guard, intents):
            draft.entries.append(replace(entry, target=first))
        self._pattern(source)
        scene.reading.book.exact(at.place) if not scene.reading.book.fate(at.place) else None
        return draft

    def _members(self, source: FlowSource, draft: Draft) -> Expression | None:
        """The members of a flow beside its steps; returns its guard (``Const(False)``: only other flows start it)."""
        book = self.scene.reading.book
        guard: Expression | None = None
        for key, item in source.at.members():
            if key == "steps":
                continue
            if key not in _MEMBERS:
                draft.facts.append(keep_unknown(self.scene.reading, item, key, "flow", _MEMBERS, "flow member"))
                continue
            book.open(f"flow {key}", item.place)
            if key == "if":
                guard = Const(item.scalar) if isinstance(item.scalar, bool) else self.condition(item)
                book.exact(item.place, "a condition of its entries")
            elif key in ("name", "nlu_trigger", "persisted_slots"):
                book.exact(item.place)
            else:
                value = plain(item.value)
                draft.facts.append((key, json_text(value.strip() if isinstance(value, str) else value)))
                book.exact(item.place, "kept as a fact")
        return guard

    def _entries(self, source: FlowSource, guard: Expression | None, intents: set[str]) -> Iterable[Entry]:
        """How a flow starts: by intents, by a language model (an intent of its name), by other flows only."""
        at, scene = source.at, self.scene
        if source.name == _START:
            yield Entry(EntryKind.CHAT_OPENED, name=source.name, at=at.place)
            return
        if source.name == _FALLBACK:
            yield Entry(EntryKind.ANY_MESSAGE, name=source.name, at=at.place)
            return
        pattern = source.name.startswith("pattern_") and source.name not in _ANSWERING
        if pattern or guard == Const(False):
            yield Entry(EntryKind.SUBFLOW, name=source.name, at=at.place)
            return
        condition = None if isinstance(guard, Const) else guard
        triggers = self._triggers(at)
        holder = at.get("nlu_trigger")
        for name in triggers:
            scene.see_intent(name, holder.place if holder is not None else at.place)
            yield Entry(EntryKind.INTENT, intent=name, condition=condition, at=at.place)
        if triggers:
            return
        if source.name not in intents:
            facts = [(key, json_text(plain(item.value))) for key, item in at.members() if key == "description"]
            title = at.get("name")
            words = (text_of(title) or "") if title is not None else ""
            self.intents.append(Intent(source.name, title=words, facts=tuple(facts), at=at.place))
        described = at.get("description")
        place = described.place if described is not None else at.place
        code = scene.reading.find_once(
            StartedByModel,
            "description",
            place,
            lambda count: f"{count} flow(s) are started by a language model that reads their description",
            help="write keywords or phrases for them",
        )
        if described is not None:
            scene.reading.book.degraded(
                described.place, "kept as a fact; no phrases", "write keywords or phrases", code
            )
        yield Entry(EntryKind.INTENT, intent=source.name, condition=condition, at=at.place)

    def _pattern(self, source: FlowSource) -> None:
        """Patterns are run by Rasa itself; three of them have a place in the graph."""
        if not source.name.startswith("pattern_"):
            return
        book = self.scene.reading.book
        if source.name in (_START, _FALLBACK):
            book.emulated(source.at.place, "an entry: Rasa runs it at the start, or when it understands nothing")
        elif source.name in _ANSWERING:
            book.emulated(source.at.place, "an intent: a language model recognises what it answers")
        elif source.name == "pattern_human_handoff":
            book.emulated(source.at.place, "run where other flows name it")
        else:
            code = self.scene.reading.find_once(
                PatternFlow,
                "pattern",
                source.at.place.at_key(),
                lambda count: f"{count} flow(s) are patterns that Rasa runs by itself; nothing runs them here",
                help="add their steps where they are needed",
            )
            book.degraded(source.at.place, "nothing runs it", "add its steps where they are needed", code)

    def condition(self, at: At) -> Expression:
        """A condition; what cannot be read stays as it is."""
        source = text_of(at)
        if source is None:
            return Const(at.scalar) if isinstance(at.scalar, bool) else Opaque("rasa", json_text(plain(at.value)))
        if isinstance(at.scalar, bool):
            return Const(at.scalar)
        found = read_predicate(self.scene, source)
        if found is None:
            self.scene.reading.find(
                UnreadCondition,
                at.place,
                f"the condition `{' '.join(source.split())[:80]}` cannot be read; it stays as it is",
                help="write it with `=`, `!=`, `<`, `>`, `is`, `contains`, `matches`, `and`, `or`, `not`",
            )
            return Opaque("rasa", source)
        for name in _slots(source):
            self.scene.see_slot(name, at.place)
        return found


def _slots(source: str) -> list[str]:
    """The slots that a condition names."""
    import re

    return [name for name in re.findall(r"\bslots\.([\w\-]+)", source) if name]
