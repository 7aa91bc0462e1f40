"""Nodes as blocks and connections of Landbot's Bots API: only block types whose names are published.

https://github.com/landbot-org/landbot-ai-skills (request form of ``POST /v0-alpha/bots/{id}/draft/blocks``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.ledger import Ledger
from bascule.ir.nodes import (
    Ask,
    Case,
    Chosen,
    End,
    Handover,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    ReplyKind,
    SetVariable,
    When,
)
from bascule.ir.project import Flow
from bascule.ir.text import Hole, Text
from bascule.source import Place

__all__ = ["Draft"]

_ASKS = {
    ReplyKind.NUMBER: "ask_number",
    ReplyKind.EMAIL: "ask_email",
    ReplyKind.PHONE: "ask_phone",
    ReplyKind.DATE: "ask_date",
}
_TESTS = {
    "eq": "equal",
    "ne": "not equal",
    "contains": "contains",
    "gt": "greater",
    "lt": "less",
    "has_value": "is set",
    "has_text": "is set",
    "is_blank": "is not set",
}
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")
_AT = re.compile(r"(?<![A-Za-z0-9._-])@(?=[A-Za-z_])")
_LETTER = re.compile(r"[A-Za-z0-9_]")
_ONWARD = "$success"
_LONGEST_NAME = 50


@dataclass
class Draft:
    """One flow being written: ``blocks`` and ``connections`` of the request body; ``by_hand`` is left to a person."""

    flow: Flow
    places: dict[str, tuple[int, int]]
    ledger: Ledger
    blocks: list[dict[str, Any]] = field(default_factory=list)
    connections: list[dict[str, Any]] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)
    _ids: dict[str, str] = field(default_factory=dict)

    def id(self, node: str) -> str:
        """The block's id: letters, digits and underscores; the first node is ``welcome``, the bot's head."""
        if node not in self._ids:
            plain = _UNSAFE.sub("_", node).strip("_")[:40] or "block"
            name, number = plain, 2
            while name in self._ids.values() or name in ("welcome", "hidden", "bot_start"):
                name = f"{plain}_{number}"
                number += 1
            self._ids[node] = name
        return self._ids[node]

    def onward(self, target: str | None) -> str | None:
        """The node that stands for a target: an end is none, a case with one way on is what it leads to."""
        seen: set[str] = set()
        while target is not None and target not in seen:
            seen.add(target)
            node = self.flow.by_id.get(target)
            if node is None or isinstance(node, End):
                return None
            if not isinstance(node, Case) or _when(node) is not None:
                return target
            target = next((edge.target for edge in node.edges if isinstance(edge.guard, Otherwise)), None)
        return None

    def head(self, node: str) -> None:
        """Make a node the bot's first block."""
        self._ids[node] = "welcome"

    def text(self, text: Text) -> str:
        """A text with ``@variable``. An invisible sign (word joiner) keeps the source's own ``@`` from being one, and a
        variable from growing into the letters around it."""
        shown = ""
        field = False
        for part in text:
            if isinstance(part, Hole):
                glued = isinstance(part.expression, Ref) and shown[-1:].isalnum()
                shown += ("\u2060" if glued else "") + _shown(part.expression)
                field = isinstance(part.expression, Ref)
                continue
            apart = _AT.sub("@\u2060", part.text)
            shown += ("\u2060" if field and _LETTER.match(apart) else "") + apart
            field = False
        return shown

    def add(self, node: Node) -> None:
        """A node as one block with its connections."""
        place = node.at or self.flow.at or Place("")
        made = self._block(node, place) if self.onward(node.id) == node.id else None
        if made is None:
            self.ledger.exact(node.kind, place, "no block of its own")
            return
        kind, params, outputs = made
        x, y = self.places.get(node.id, (0, 0))
        name = " ".join((node.title or node.id).split())[:_LONGEST_NAME]
        self.blocks.append(
            {"id": self.id(node.id), "type": kind, "name": name, "top": 200 + y, "left": 500 + x, "params": params}
        )
        for output, target in outputs:
            end = self.onward(target)
            if end is not None:
                self.connections.append({"sourcePath": self.id(node.id), "targetPath": self.id(end), "type": output})
        self.ledger.exact(node.kind, place)

    def _block(self, node: Node, place: Place) -> tuple[str, dict[str, Any], list[tuple[str, str | None]]] | None:
        onward = node.edges[0].target if node.edges else None
        if isinstance(node, Message):
            return "send_text", {"text": self._said(node)}, [(_ONWARD, onward)]
        if isinstance(node, Ask):
            return self._ask(node)
        if isinstance(node, SetVariable):
            (assignment,) = node.assignments
            value = assignment.value
            params = {"field": "_".join(assignment.target), "value": "" if value is None else _value(value)}
            if not params["value"]:
                self.by_hand.append(
                    f"`{self.id(node.id)}`: the field is set to nothing, which the API refuses: unset it"
                )
            return "set_a_field", params, [("success", onward)]
        if isinstance(node, Case):
            return self._case(node, place)
        if isinstance(node, HttpRequest):
            call = f"{node.method or 'GET'} {self.text(node.url)}"
            reason = "a block without its address and mapping: their names in the API are not published"
            self.ledger.degraded("request", node.at or self.flow.at or Place(""), reason, "enter them in the builder")
            self.by_hand.append(f"`{self.id(node.id)}`: enter {call}, its headers, body and mapping")
            return "webhook", {}, [(_ONWARD, onward)]
        if isinstance(node, Handover):
            if node.to or node.note:
                reason = "the block's names for them are not published"
                self.ledger.dropped("team and note of a hand-over", place, reason, "enter them in the builder")
                self.by_hand.append(f"`{self.id(node.id)}`: enter the team {node.to}".rstrip())
            return "human_takeover", {}, [(_ONWARD, onward)]
        self.ledger.dropped(node.kind, place, "Landbot has nothing like it", "rebuild it by hand")
        return None

    def _said(self, node: Message | Ask) -> str:
        return self.text(node.content.text.first) if node.content.text else ""

    def _ask(self, node: Ask) -> tuple[str, dict[str, Any], list[tuple[str, str | None]]]:
        rest = next((edge.target for edge in node.edges if isinstance(edge.guard, Otherwise)), None)
        destination = "_".join(node.into)
        replies = node.content.replies
        if not replies:
            params = {"text": self._said(node), "destination": destination}
            return _ASKS.get(node.reply, "ask_question"), params, [(_ONWARD, rest)]
        buttons: list[dict[str, str]] = []
        outputs: list[tuple[str, str | None]] = []
        for number, choice in enumerate(replies):
            output = f"$button{number}"
            title = self.text(choice.title.first) if choice.title else choice.id
            buttons.append({"id": output, "text": title})
            edge = next(
                (edge for edge in node.edges if isinstance(edge.guard, Chosen) and choice.id in edge.guard.choices),
                None,
            )
            outputs.append((output, edge.target if edge is not None else rest))
        named = {choice for edge in node.edges if isinstance(edge.guard, Chosen) for choice in edge.guard.choices}
        if (rest is None or rest != node.id) and all(choice.id in named for choice in replies):
            reason = "Landbot asks again until one of the buttons is chosen"
            self.ledger.degraded("other answers", node.at or self.flow.at or Place(""), reason, "add a keyword block")
            end = self.onward(rest)
            shown = f"lead to `{self.id(end)}`" if end is not None else "end the conversation"
            self.by_hand.append(f"`{self.id(node.id)}`: other answers {shown}")
        params_: dict[str, Any] = {"text": self._said(node), "buttons": buttons}
        if destination:
            params_["destination"] = destination
        return "buttons", params_, outputs

    def _case(self, node: Case, place: Place) -> tuple[str, dict[str, Any], list[tuple[str, str | None]]] | None:
        when = _when(node)
        rest = next((edge.target for edge in node.edges if isinstance(edge.guard, Otherwise)), None)
        if when is None:
            return None  # one way on: what leads here leads there
        condition, yes, no = when[0], when[1], rest
        while isinstance(condition, Call) and condition.name == "not" and len(condition.args) == 1:
            condition, yes, no = condition.args[0], no, yes
        rules = _rules(condition)
        self.by_hand.append(f"`{self.id(node.id)}`: check the rule “{rules['shown']}”: its spelling is not published")
        if not _plain(condition):
            reason = f"“{rules['shown']}” is more than one list of Landbot's comparisons"
            self.ledger.degraded("condition", node.at or self.flow.at or Place(""), reason, "rebuild it by hand")
        return (
            "conditions",
            {"operator": rules["operator"], "rules": rules["rules"]},
            [("true", yes), ("false", no)],
        )


def _plain(condition: Expression) -> bool:
    """Whether a condition is one list of comparisons, which Landbot's builder has."""
    parts = condition.args if isinstance(condition, Call) and condition.name in ("and", "or") else (condition,)
    return all(
        isinstance(part, Call) and part.name in _TESTS and part.args and isinstance(part.args[0], Ref) for part in parts
    )


def _when(node: Case) -> tuple[Expression, str | None] | None:
    """The condition of a case and where it leads when it holds; None for a case with one way on."""
    return next(((edge.guard.condition, edge.target) for edge in node.edges if isinstance(edge.guard, When)), None)


def _shown(value: Expression) -> str:
    if isinstance(value, Ref):
        return "@" + "_".join(value.path)
    return "" if not isinstance(value, Const) or value.value is None else str(value.value)


def _value(value: Expression) -> str:
    if isinstance(value, Call) and value.name == "concat":
        return "".join(_value(part) for part in value.args)
    if isinstance(value, Const) and isinstance(value.value, bool):
        return "true" if value.value else "false"
    return _shown(value)


def _rules(condition: Expression) -> dict[str, Any]:
    """A condition as rules joined by one word; what nests deeper is flattened in words for the brief."""
    operator = "and"
    parts: tuple[Expression, ...] = (condition,)
    if isinstance(condition, Call) and condition.name in ("and", "or"):
        operator, parts = condition.name, condition.args
    rules = [_rule(part) for part in parts]
    shown = f" {operator} ".join(" ".join(part for part in rule.values() if part) for rule in rules)
    return {"operator": operator, "rules": rules, "shown": shown}


def _rule(condition: Expression) -> dict[str, str]:
    if isinstance(condition, Call) and condition.name == "not" and len(condition.args) == 1:
        inner = _rule(condition.args[0])
        return {**inner, "operator": f"not {inner['operator']}"}
    if isinstance(condition, Call) and condition.name in _TESTS and condition.args:
        value = _value(condition.args[1]) if len(condition.args) > 1 else ""
        return {"field": _shown(condition.args[0]), "operator": _TESTS[condition.name], "value": value}
    if isinstance(condition, Call) and condition.name in ("and", "or"):
        told = [" ".join(word for word in _rule(part).values() if word) for part in condition.args]
        return {"field": "", "operator": f"({f' {condition.name} '.join(told)})", "value": ""}
    return {
        "field": "",
        "operator": "always" if isinstance(condition, Const) and condition.value else "never",
        "value": "",
    }
