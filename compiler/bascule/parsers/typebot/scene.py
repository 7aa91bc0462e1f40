"""What the builders of blocks share: the bot's graph, its words for wrong answers, and small parts of nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bascule.diagnostics import Rule
from bascule.ir.content import Content
from bascule.ir.nodes import Always, Edge
from bascule.ir.text import Localized, LocalizedText, Text
from bascule.language.members import Facts, as_text
from bascule.language.reading import json_text
from bascule.parsers.typebot.graph import Block, Graph
from bascule.parsers.typebot.reading import BotMembers, Reading
from bascule.source import Place

__all__ = ["Scene", "said"]


def said(text: Text) -> LocalizedText:
    """A text in the bot's own language; nothing for the empty text."""
    return Localized.of(text) if text else Localized()


@dataclass(slots=True)
class Scene:
    """One bot while its nodes are made. ``invalid`` are its words for a wrong answer, ``again`` where a wrong answer
    leads (None: the question is asked again); ``runs`` are the bots it runs."""

    reading: Reading
    graph: Graph
    flow: str
    invalid: Text = ()
    invalid_at: Place | None = None
    again: str | None = None
    names: tuple[str, ...] = ()
    hints: Facts = field(default_factory=list)
    runs: list[str] = field(default_factory=list)

    def on(self, block: Block) -> tuple[Edge, ...]:
        """The way on after a block; none where the flow ends."""
        target = self.graph.next(block)
        return (Edge(Always(), target, at=block.place),) if target is not None else ()

    def wrong(self, block: Block) -> str:
        """Where a wrong answer leads: to the bot's event for it, else back to the question."""
        return self.again if self.again is not None else block.node

    def common(self, block: Block) -> dict[str, Any]:
        """What every node of a block has."""
        return {"id": block.node, "at": block.place}

    def into(self, members: BotMembers, name: str = "variableId") -> tuple[str, ...]:
        """The variable that an option names; it is declared as set by the bot."""
        value = members.take(name)
        if value in (None, ""):
            return ()
        path = self.reading.variable(value, members.at(name))
        if not path:
            members.keep(name)
            self.reading.book.emulated(members.at(name), "no variable of the bot: nothing is kept, as in the old bot")
        return path

    def lost(self, block: Block, rule: type[Rule], what: str, reason: str, alternative: str) -> str:
        """Report a block without a counterpart and mark it as dropped. ``what`` completes "N block(s) …"."""
        code = self.reading.find_once(
            rule, block.type, block.place, lambda count: f"{count} block(s) {what}", help=alternative
        )
        self.reading.book.dropped(block.place, reason, alternative, code)
        return code

    def pairs(
        self, members: BotMembers, name: str, key: str = "key", value: str = "value"
    ) -> tuple[tuple[str, Text], ...]:
        """A list of ``{key, value}`` as named texts; secrets in them are covered."""
        found: list[tuple[str, Text]] = []
        for index, item in enumerate(members.items(name)):
            at = members.at(name).child(index)
            if not isinstance(item, dict):
                members.wrong(name, item, "a list of pairs", "an item of it is kept as a fact")
                members.facts.append((f"{name}/{index}", json_text(self.reading.safe(item, at, name))))
                continue
            title = as_text(item.get(key))
            written = as_text(item.get(value))
            found.append((title, self.reading.sent(written, at.child(value), title)))
            rest = {part: inner for part, inner in item.items() if part not in (key, value, "id")}
            if rest:
                members.facts.append((f"{name}/{index}", json_text(self.reading.safe(rest, at))))
        return tuple(found)

    def error(self, members: BotMembers) -> Content | None:
        """What is said after a wrong answer: the block's own words, else the bot's."""
        own = members.text("retryMessageContent")
        if own:
            return Content(text=said(own), at=members.at("retryMessageContent"))
        return Content(text=said(self.invalid), at=self.invalid_at) if self.invalid else None
