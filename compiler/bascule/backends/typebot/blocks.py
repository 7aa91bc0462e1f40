"""Nodes as Typebot's groups and blocks.

Shapes: https://docs.typebot.io/api-reference/typebot/import-a-typebot (operation ``POST /v1/typebots/import``).
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from bascule.backends.typebot.conditions import Untestable, items_of
from bascule.ir.content import Content, MediaKind
from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.ledger import Ledger
from bascule.ir.nodes import (
    Ask,
    Case,
    Chosen,
    Delay,
    Edge,
    End,
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

__all__ = ["Bot"]

_INPUTS = {
    ReplyKind.NUMBER: "number input",
    ReplyKind.EMAIL: "email input",
    ReplyKind.PHONE: "phone number input",
    ReplyKind.DATE: "date input",
    ReplyKind.TIME: "time input",
    ReplyKind.IMAGE: "file input",
    ReplyKind.VIDEO: "file input",
    ReplyKind.AUDIO: "file input",
    ReplyKind.FILE: "file input",
}
_BRACES = re.compile(r"\{(?=\{[^{}]*\}\})")
_MEDIA = {MediaKind.IMAGE: "image", MediaKind.GIF: "image", MediaKind.VIDEO: "video", MediaKind.AUDIO: "audio"}


def _id(*parts: str) -> str:
    """An id from content only, in the alphabet of Typebot's own."""
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest()
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    return "b" + "".join(letters[byte % 36] for byte in digest[:23])


@dataclass
class Bot:
    """One flow being written. ``groups``, ``edges`` and ``variables`` are the lists of the import body."""

    flow: Flow
    places: dict[str, tuple[int, int]]
    ledger: Ledger
    groups: list[dict[str, Any]] = field(default_factory=list)
    edges: list[dict[str, Any]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    def group(self, id_: str) -> str:
        """The id of a node's group."""
        return _id("group", self.flow.id, id_)

    def variable(self, name: str) -> str:
        """The id of a variable; it is declared with its first use."""
        return self.variables.setdefault(name, _id("variable", name))

    def edge(self, source: dict[str, Any], target: str | None, owner: dict[str, Any]) -> None:
        """An edge to a node's group, noted at the block, item or event it starts from."""
        target = self._through(target)
        if target is None or target not in self.flow.by_id:
            return
        id_ = _id("edge", self.flow.id, json.dumps(source, sort_keys=True), target)
        self.edges.append({"id": id_, "from": source, "to": {"groupId": self.group(target)}})
        owner["outgoingEdgeId"] = id_

    def _through(self, target: str | None) -> str | None:
        """The node that an edge really leads to: a group without blocks has no way on, so it is left out."""
        seen: set[str] = set()
        while target is not None and target not in seen:
            seen.add(target)
            node = self.flow.by_id.get(target)
            said = isinstance(node, Message) and (node.content.text or any(media.url for media in node.content.media))
            if not isinstance(node, Message) or said or not node.edges:
                return target
            target = node.edges[0].target
        return None

    def text(self, text: Text) -> str:
        """A text with ``{{variable}}``."""
        parts = []
        for part in text:
            if isinstance(part, Hole):
                parts.append(self._shown(part.expression))
            else:
                # An invisible sign (word joiner) keeps the source's own braces from naming a variable.
                parts.append(_BRACES.sub("{\u2060", part.text))
        return "".join(parts)

    def _shown(self, value: Expression) -> str:
        if isinstance(value, Ref):
            self.variable(value.name)
            return "{{" + value.name + "}}"
        if isinstance(value, Const):
            return "" if value.value is None else str(value.value)
        return "…"

    def add(self, node: Node) -> None:
        """A node as one group."""
        blocks: list[dict[str, Any]] = []
        place = node.at or self.flow.at or Place("")
        if isinstance(node, (Message, Ask)):
            blocks.extend(self._says(node, node.content))
        if isinstance(node, Ask):
            blocks.append(self._ask(node))
        elif isinstance(node, Case):
            blocks.append(self._case(node, place))
        elif isinstance(node, SetVariable):
            blocks.extend(self._set(node))
        elif isinstance(node, HttpRequest):
            blocks.append(self._http(node))
        elif isinstance(node, Delay):
            seconds = node.duration.seconds or 0
            blocks.append({"id": _id("wait", self.flow.id, node.id), "type": "Wait",
                           "options": {"secondsToWaitFor": f"{seconds:g}"}})  # fmt: skip
        elif not isinstance(node, (Message, End)):
            self.ledger.dropped(node.kind, place, "Typebot has nothing like it", "rebuild it by hand")
        if not isinstance(node, (Ask, Case)) and blocks and node.edges:
            self.edge({"blockId": blocks[-1]["id"]}, node.edges[0].target, blocks[-1])
        x, y = self.places.get(node.id, (0, 0))
        title = " ".join((node.title or node.id).split())[:80] or "…"
        self.groups.append(
            {"id": self.group(node.id), "title": title, "graphCoordinates": {"x": x, "y": y}, "blocks": blocks}
        )
        self.ledger.exact(node.kind, place)

    def _says(self, node: Node, content: Content) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = []
        for number, media in enumerate(content.media):
            if not media.url:
                place = media.at or node.at or self.flow.at or Place("")
                self.ledger.dropped(
                    media.kind.value, place, "its file is in the old platform's store", "upload it again"
                )
                continue
            url = self.text(media.url.first).replace("\u2060", "")
            kind = _MEDIA.get(media.kind, "embed")
            blocks.append(
                {"id": _id("media", self.flow.id, node.id, str(number)), "type": kind, "content": {"url": url}}
            )
        if content.text:
            lines = self.text(content.text.first).split("\n")
            rich = [{"type": "p", "children": [{"text": line}]} for line in lines]
            blocks.append({"id": _id("text", self.flow.id, node.id), "type": "text", "content": {"richText": rich}})
        return blocks

    def _ask(self, node: Ask) -> dict[str, Any]:
        id_ = _id("ask", self.flow.id, node.id)
        options: dict[str, Any] = {"variableId": self.variable(".".join(node.into))} if node.into else {}
        chosen = [edge for edge in node.edges if isinstance(edge.guard, Chosen)]
        rest = next((edge for edge in node.edges if isinstance(edge.guard, Otherwise)), None)
        replies = node.content.replies
        block: dict[str, Any] = {"id": id_, "type": _INPUTS.get(node.reply, "text input"), "options": options}
        if replies:
            block["type"] = "choice input"
            block["items"] = []
            for choice in replies:
                item: dict[str, Any] = {
                    "id": _id("item", self.flow.id, node.id, choice.id),
                    "content": self.text(choice.title.first) if choice.title else choice.id,
                }
                edge = next((edge for edge in chosen if _names(edge, choice.id)), None)
                block["items"].append(item)
                if edge is not None:
                    self.edge({"blockId": id_, "itemId": item["id"]}, edge.target, item)
        elif node.validation is not None and node.reply is ReplyKind.NUMBER:
            bounds = (("min", node.validation.minimum), ("max", node.validation.maximum))
            options |= {name: value for name, value in bounds if value is not None}
        named = {choice for edge in chosen if isinstance(edge.guard, Chosen) for choice in edge.guard.choices}
        if replies and all(choice.id in named for choice in replies):
            # The edge of the block is for buttons without one of their own: other answers never take it.
            if rest is None or rest.target != node.id:
                reason = "Typebot asks again until one of the buttons is chosen"
                self.ledger.degraded("other answers", node.at or self.flow.at or Place(""), reason, "add a button")
        elif rest is not None:
            self.edge({"blockId": id_}, rest.target, block)
        return block

    def _case(self, node: Case, place: Place) -> dict[str, Any]:
        id_ = _id("case", self.flow.id, node.id)
        block: dict[str, Any] = {"id": id_, "type": "Condition", "items": []}
        for number, edge in enumerate(node.edges):
            if not isinstance(edge.guard, When):
                self.edge({"blockId": id_}, edge.target, block)
                continue
            try:
                alternatives = items_of(edge.guard.condition)
            except Untestable as error:
                reason = f"Typebot cannot test {error}"
                self.ledger.dropped("condition", edge.at or place, reason, "rebuild it by hand")
                continue
            for index, comparisons in enumerate(_joined(alternatives)):
                operator, parts = comparisons
                item: dict[str, Any] = {
                    "id": _id("item", self.flow.id, node.id, str(number), str(index)),
                    "content": {
                        "logicalOperator": operator,
                        "comparisons": [
                            {
                                "id": _id("test", self.flow.id, node.id, str(number), str(index), str(place_)),
                                "variableId": self.variable(part.variable),
                                "comparisonOperator": part.operator,
                                "value": part.value,
                            }
                            for place_, part in enumerate(parts)
                        ],
                    },
                }
                block["items"].append(item)
                self.edge({"blockId": id_, "itemId": item["id"]}, edge.target, item)
        return block

    def _set(self, node: SetVariable) -> list[dict[str, Any]]:
        blocks = []
        for number, assignment in enumerate(node.assignments):
            options = {"variableId": self.variable(".".join(assignment.target))}
            if assignment.value is not None:
                options["expressionToEvaluate"] = self._computed(assignment.value)
            blocks.append(
                {"id": _id("set", self.flow.id, node.id, str(number)), "type": "Set variable", "options": options}
            )
        return blocks

    def _computed(self, value: Expression) -> str:
        """A value as Typebot evaluates it: a text is JSON, a variable its marker, joined parts a sum of them."""
        if isinstance(value, Call) and value.name == "concat":
            return " + ".join(self._computed(part) for part in value.args)
        if isinstance(value, Ref):
            return self._shown(value)
        if isinstance(value, Const):
            return json.dumps(value.value, ensure_ascii=False)
        return '""'

    def _http(self, node: HttpRequest) -> dict[str, Any]:
        id_ = _id("http", self.flow.id, node.id)
        request: dict[str, Any] = {"id": _id("request", self.flow.id, node.id), "method": node.method.upper() or "GET",
                                   "url": self.text(node.url).replace("\u2060", "")}  # fmt: skip
        for name, pairs in (("headers", node.headers), ("queryParams", node.parameters)):
            if pairs:
                request[name] = [
                    {"id": _id(name, self.flow.id, node.id, str(number)), "key": key, "value": self.text(value)}
                    for number, (key, value) in enumerate(pairs)
                ]
        options: dict[str, Any] = {"webhook": request}
        if node.body:
            request["body"] = self.text(node.body).replace("\u2060", "")
            options |= {"isAdvancedConfig": True, "isCustomBody": True}
        mapping = [(path, ".".join(target)) for path, target in node.mapping]
        mapping += [("", ".".join(node.into))] if node.into else []
        if mapping:
            options["responseVariableMapping"] = [
                {
                    "id": _id("mapping", self.flow.id, node.id, str(number)),
                    "variableId": self.variable(name),
                    "bodyPath": _body_path(path),
                }
                for number, (path, name) in enumerate(mapping)
            ]
        if node.timeout is not None:
            options["timeout"] = min(max(int(node.timeout), 1), 120)
        return {"id": id_, "type": "Webhook", "options": options}


def _body_path(path: str) -> str:
    """A path into the answer as Typebot writes it: ``data`` is the body."""
    inner = path.removeprefix("$").removeprefix(".")
    return f"data.{inner}" if inner else "data"


def _names(edge: Edge, choice: str) -> bool:
    return isinstance(edge.guard, Chosen) and choice in edge.guard.choices


def _joined(alternatives: list[list[Any]]) -> list[tuple[str, list[Any]]]:
    """Alternatives of one comparison each are one item that any of them fulfils; others are an item each."""
    if len(alternatives) > 1 and all(len(item) == 1 for item in alternatives):
        return [("OR", [item[0] for item in alternatives])]
    return [("AND", item) for item in alternatives]
