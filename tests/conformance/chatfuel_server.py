"""A stand-in for Chatfuel: the vendor's types, a bot in memory, and a client that carries out plans.

The server knows nothing of bascule: it answers GraphQL by the published types, gives every id itself, and refuses ids
that it did not give.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    execute_sync,
    extend_schema,
    parse,
)

MORE = Path(__file__).with_name("chatfuel_more.graphql")
_OWN_BLOCKS = {
    "WhatsAppTextAndButtons": "WhatsAppTextAndButtonsBlock",
    "WhatsAppTextAndURL": "WhatsAppTextAndURLBlock",
    "WhatsAppList": "WhatsAppListBlock",
    "WhatsAppTemplate": "WhatsAppTemplateBlock",
    "SetCondition": "SetConditionBlock",
    "SetContactProperty": "SetContactPropertyBlock",
    "ClearContactProperty": "ClearContactPropertyBlock",
    "RedirectToFlow": "RedirectToFlowBlock",
    "SendJson": "RegularActionBlock",
    "WhatsAppSwitchToChatWithHumanAgent": "RegularActionBlock",
}
_ADDS = {
    "whatsAppTextAndButtonsAddNewContinueFlowButton": "buttons",
    "whatsAppListAddRow": "rows",
    "sendJsonAddHeader": "headers",
    "sendJsonAddURLParam": "encodedURLPayload",
    "sendJsonResponseAddParsingRule": "responseParsingRules",
}
_PARTS = {"buttonID": "buttons", "rowID": "rows", "headerID": "headers", "paramID": "encodedURLPayload",
          "ruleID": "responseParsingRules"}  # fmt: skip


def subset(corpus: Path) -> GraphQLSchema:
    """The working subset of the vendor's types, which stands beside the corpus."""
    return build_schema((corpus.parent / "reference" / "chatfuel-whatsapp-flow.graphql").read_text(encoding="utf-8"))


def vendor(corpus: Path) -> GraphQLSchema:
    """The subset, and what plans use beyond it."""
    return extend_schema(subset(corpus), parse(MORE.read_text(encoding="utf-8")))


@cache
def _parsed(query: str) -> DocumentNode:
    """A document, parsed once: plans call the same ones again and again. The types have judged it by then."""
    return parse(query)


@dataclass
class Server:
    """One bot. ``flows``, ``blocks`` and ``elements`` are what the calls have built."""

    schema: GraphQLSchema
    bot: str = "bot-77"
    flows: dict[str, dict[str, Any]] = field(default_factory=dict)
    blocks: dict[str, dict[str, Any]] = field(default_factory=dict)
    elements: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        self._flow()  # a bot has flows already

    def id(self, kind: str) -> str:
        """A fresh id."""
        self.count += 1
        return f"{kind}-{self.count:05}"

    def run(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The answer to a call; errors stand in it as GraphQL has them."""
        result = execute_sync(self.schema, _parsed(query), root_value=_Root(self), variable_values=variables)
        if result.errors:
            return {"errors": [str(error) for error in result.errors]}
        return {"data": result.data}

    def upload(self, upload: dict[str, Any]) -> dict[str, Any]:
        """The answer to the upload of a file."""
        query = upload["query"]
        if query["botID"] != self.bot or query["pluginID"] not in self.elements:
            raise KeyError("no such plugin")
        id_ = self.id("file")
        self.files[id_] = upload["form"]["file"]
        return {"id": id_}

    def _flow(self) -> dict[str, Any]:
        id_ = self.id("flow")
        flow = {"__typename": "Flow", "id": id_, "name": "Flow", "platform": "whatsapp", "blocks": [],
                "connections": [], "startingPointBlock": None, "createdAt": ""}  # fmt: skip
        self.flows[id_] = flow
        return flow

    def _create(self, plugin: str, flow: dict[str, Any], x: int, y: int) -> dict[str, Any]:
        name = plugin[0].upper() + plugin[1:]
        element: dict[str, Any] = {"__typename": f"{name}BlockElement", "id": self.id("element"), "errors": [],
                                   "waitForReplies": True, "set": {}}  # fmt: skip
        if name == "SetCondition":
            element["handleID"] = self.id("handle")
        if name in ("WhatsAppTextAndButtons", "WhatsAppTextAndURL"):
            element["buttons"] = [self._part("buttons", name)]
        if name == "WhatsAppList":
            element["rows"] = [self._part("rows", name)]
        if name == "SendJson":
            element |= {"headers": [], "encodedURLPayload": [], "responseParsingRules": []}
        block = {"__typename": _OWN_BLOCKS.get(name, "RegularContentBlock"), "id": self.id("block"), "name": "Block",
                 "positionX": x, "positionY": y, "blockElements": [element], "flow": flow["id"]}  # fmt: skip
        if any((item["positionX"], item["positionY"]) == (x, y) for item in flow["blocks"]):
            raise ValueError("a block stands there")
        flow["blocks"].append(block)
        self.blocks[block["id"]] = block
        self.elements[element["id"]] = element | {"block": block["id"]}
        self.elements[element["id"]] = element
        element["block"] = block["id"]
        return flow

    def _part(self, member: str, name: str) -> dict[str, Any]:
        kind = "WhatsAppOpenURLButton" if name == "WhatsAppTextAndURL" else "WhatsAppContinueFlowButton"
        return {"id": self.id("handle"), "set": {}} | ({"__typename": kind} if member == "buttons" else {})

    def resolve(self, name: str, args: dict[str, Any]) -> Any:
        """The answer to one field of ``Mutation`` or ``Query``. Raises KeyError for ids that were not given."""
        if args.get("botID", self.bot) != self.bot or (name == "bot" and args["id"] != self.bot):
            raise KeyError("no such bot")
        if name in ("bot", "createFlow"):
            if name == "createFlow":
                self._flow()
            return {"id": self.bot, "flowsWithoutGroup": list(self.flows.values())}
        if name.startswith("keywordRule"):
            return self._rule(name, args)
        if "flowID" in args:
            return self._of_flow(name, args, self.flows[args["flowID"]])
        element = self.elements[args["blockElementID"]]
        if name in _ADDS:
            element[_ADDS[name]].append(self._part(_ADDS[name], ""))
        owner = element
        for argument, member in _PARTS.items():
            if argument in args:
                owner = next(part for part in element[member] if part["id"] == args[argument])
        if "fileID" in args and args["fileID"] not in self.files:
            raise KeyError("no such file")
        if "targetFlowID" in args and args["targetFlowID"] not in self.flows:
            raise KeyError("no such flow")
        ids = {"blockElementID", *_PARTS}
        owner["set"][name] = {key: value for key, value in args.items() if key not in ids}
        return self.blocks[element["block"]]

    def _rule(self, name: str, args: dict[str, Any]) -> dict[str, Any]:
        if name == "keywordRuleCreate":
            id_ = self.id("rule")
            self.rules[id_] = {"id": id_, "keywords": [], "matchType": "similarTo"}
            return self.rules[id_]
        rule = self.rules[args["keywordRuleID"]]
        rule |= {key: args[key] for key in ("keywords", "matchType", "actionType") if key in args}
        return rule

    def _of_flow(self, name: str, args: dict[str, Any], flow: dict[str, Any]) -> dict[str, Any]:
        made = re.fullmatch(r"(\w+)CreateWithBlock", name)
        if made:
            return self._create(made.group(1), flow, args["positionX"], args["positionY"])
        own = {block["id"]: block for block in flow["blocks"]}
        if name == "updateFlowName":
            flow["name"] = args["name"]
        elif name == "updateBlockName":
            own[args["blockID"]]["name"] = args["name"]
            return own[args["blockID"]]
        elif name == "blockSetStartingPoint":
            flow["startingPointBlock"] = own[args["blockID"]]
        else:
            self._connect(name, args["request"], flow, own)
        return flow

    def _connect(self, name: str, way: dict[str, Any], flow: dict[str, Any], own: dict[str, Any]) -> None:
        source, target = own[way["sourceBlockID"]], own[way["targetBlockID"]]
        key = [source["id"]]
        if name.startswith("component"):
            element = next(item for item in source["blockElements"] if item["id"] == way["sourceBlockElementID"])
            if way["sourceHandleID"] not in handles(element):
                raise KeyError("no such handle")
            key.append(way["sourceHandleID"])
        flow["connections"] = [item for item in flow["connections"] if item["from"] != key]
        flow["connections"].append({"from": key, "to": target["id"]})


def handles(element: dict[str, Any]) -> list[str]:
    """The handles of an element that a way can start at."""
    parts = [part["id"] for member in ("buttons", "rows") for part in element.get(member, [])]
    return [*parts, *([element["handleID"]] if "handleID" in element else [])]


class _Root:
    """Every field of the root types, answered by the server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        def resolver(info: GraphQLResolveInfo, **args: Any) -> Any:
            return self._server.resolve(name, args)

        return resolver


def carry_out(plan: dict[str, Any], server: Server) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Carry out a plan as its schema describes it; gives each step with its answer."""
    bound: dict[str, Any] = {item["name"]: f"given-{item['name']}" for item in plan["settings"]}
    bound["bot"] = server.bot
    seen: set[str] = set()
    for step in plan["steps"]:
        filled = copy.deepcopy(step["variables"] if "operation" in step else step["upload"])
        for pointer, name in step["uses"].items():
            _put(filled, pointer.split("/")[1:], bound[name])
        if "operation" in step:
            answer = server.run(plan["documents"][step["operation"]], filled)
        else:
            answer = server.upload(filled)
        yield step, answer
        for name, pointer in step.get("binds", {}).items():
            assert name not in bound, name
            bound[name] = _found(answer, pointer.split("/")[1:], seen)
        seen.update(_ids(answer))


def _put(target: Any, path: list[str], value: Any) -> None:
    for key in path[:-1]:
        target = target.setdefault(key, {})
    assert path[-1] not in target, path
    target[path[-1]] = value


def _found(value: Any, path: list[str], seen: set[str]) -> Any:
    for key in path:
        if key == "{new}":
            (value,) = [item for item in value if item["id"] not in seen]
        else:
            value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def _ids(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if isinstance(item.get("id"), str):
                yield item["id"]
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
