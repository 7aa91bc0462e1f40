"""The plan: every call that builds the bot, in order, with the ids of earlier answers where they are needed.

Chatfuel imports no flow. Its API makes a flow call by call, and gives every id itself: a step ``binds`` ids of its
answer to names, later steps ``use`` them. ``{new}`` in a pointer is the one item of the list whose ``id`` stood in no
answer before. https://github.com/chatfuel-lab/wizard (flow builder)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bascule.backends.chatfuel.model import MEDIA, Block, Canvas
from bascule.backends.chatfuel.operations import OPERATIONS, document_of

__all__ = ["plan_of"]

_PLATFORM = "whatsapp"
_UPLOAD = "/api/filestorage/upload/plugin"
_CONTENT = ("Text", "TextAndButtons", "TextAndURL", "List", "Template", *MEDIA)


def plan_of(canvases: Sequence[Canvas], language: str, by_hand: Sequence[str]) -> dict[str, Any]:
    """The plan of all flows (schemas/chatfuel-plan.schema.json)."""
    plan = _Plan()
    flows = {canvas.id: f"flow_{number}" for number, canvas in enumerate(canvases, start=1)}
    plan.call("the flows there are", "bot", {}, {"/id": "bot"})
    for canvas in canvases:
        name = flows[canvas.id]
        pointer = "/data/createFlow/flowsWithoutGroup/{new}/id"
        plan.call(f"flow “{canvas.name}”", "createFlow", {"platform": _PLATFORM}, {"/botID": "bot"}, {name: pointer})
        plan.call(f"flow “{canvas.name}”: name", "updateFlowName", {"name": canvas.name}, {"/flowID": name})
    for canvas in canvases:
        writer = _Flow(plan, canvas, flows)
        for block in canvas.blocks:
            writer.block(block)
        for block in canvas.blocks:
            writer.connections(block)
        if canvas.start is not None:
            uses = {"/flowID": flows[canvas.id], "/blockID": writer.names[canvas.start]}
            plan.call(f"flow “{canvas.name}”: start", "blockSetStartingPoint", {}, uses)
    _keywords(plan, canvases)
    return {
        "target": "chatfuel",
        "platform": _PLATFORM,
        **({"language": language} if language else {}),
        "settings": plan.settings,
        "documents": {name: document_of(name) for name in sorted(plan.used)},
        "steps": plan.steps,
        "by_hand": list(by_hand),
    }


class _Plan:
    """The steps so far. ``used`` are their operations, ``settings`` ids that only the account knows."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []
        self.used: set[str] = set()
        self.settings: list[dict[str, Any]] = [
            {"name": "token", "means": "token of the API: header `Authorization: Bearer …`", "secret": True},
            {"name": "bot", "means": "id of the bot that gets the flows", "secret": False},
        ]

    def setting(self, name: str, means: str) -> str:
        """Something of the account to fill in; told once."""
        if not any(item["name"] == name for item in self.settings):
            self.settings.append({"name": name, "means": means, "secret": False})
        return name

    def call(
        self,
        title: str,
        operation: str,
        variables: dict[str, Any],
        uses: dict[str, str],
        binds: dict[str, str] | None = None,
    ) -> None:
        """A step that calls an operation; ``variables`` and ``uses`` (pointer into them) give all its arguments."""
        given = {*variables, *(pointer.split("/")[1] for pointer in uses)}
        known = {argument for argument, _ in OPERATIONS[operation].arguments}
        if given != known:
            raise ValueError(f"{operation}: {sorted(given ^ known)}")
        self.used.add(operation)
        step: dict[str, Any] = {
            "id": len(self.steps) + 1,
            "title": title,
            "operation": operation,
            "variables": variables,
            "uses": uses,
        }
        self.steps.append(step | ({"binds": binds} if binds else {}))

    def upload(self, title: str, kind: str, file: str, element: str, bind: str) -> None:
        """A step that uploads a file: the only one that is not GraphQL."""
        upload = {"method": "POST", "path": _UPLOAD, "query": {"fileType": kind}, "form": {"file": file}}
        uses = {"/query/botID": "bot", "/query/pluginID": element}
        step = {"id": len(self.steps) + 1, "title": title, "upload": upload, "uses": uses, "binds": {bind: "/id"}}
        self.steps.append(step)


class _Flow:
    """Writes one flow into a plan. ``names`` are what its blocks' ids are bound to."""

    def __init__(self, plan: _Plan, canvas: Canvas, flows: dict[str, str]) -> None:
        self.plan = plan
        self.canvas = canvas
        self.flows = flows
        self.flow = flows[canvas.id]
        stem = self.flow.removeprefix("flow_")
        self.names = {block.id: f"block_{stem}_{number}" for number, block in enumerate(canvas.blocks, start=1)}

    def element(self, block: Block) -> str:
        """What the id of a block's element is bound to."""
        return self.names[block.id].replace("block", "element", 1)

    def handle(self, block: Block, number: int) -> str:
        """What the id of a handle is bound to."""
        return f"{self.names[block.id].replace('block', 'handle', 1)}_{number}"

    def set(self, block: Block, operation: str, variables: dict[str, Any], uses: dict[str, str] | None = None,
            binds: dict[str, str] | None = None) -> None:  # fmt: skip
        """A setter of a block's element."""
        title = f"block “{block.name}”"
        self.plan.call(title, operation, variables, {"/blockElementID": self.element(block), **(uses or {})}, binds)

    def block(self, block: Block) -> None:
        """The block, its name, and everything it holds."""
        plugin = _plugin(block.kind)
        name = self.names[block.id]
        operation = f"{plugin}CreateWithBlock"
        new = f"/data/{operation}/blocks/{{new}}"
        binds = {name: f"{new}/id", self.element(block): f"{new}/blockElements/0/id"}
        if block.kind == "SetCondition":
            binds[self.handle(block, 1)] = f"{new}/blockElements/0/handleID"
        elif block.kind in ("TextAndButtons", "TextAndURL"):
            binds[self.handle(block, 1)] = f"{new}/blockElements/0/buttons/0/id"
        elif block.kind == "List":
            binds[self.handle(block, 1)] = f"{new}/blockElements/0/rows/0/id"
        variables = {"positionX": block.x, "positionY": block.y}
        self.plan.call(f"block “{block.name}”", operation, variables, {"/flowID": self.flow}, binds)
        uses = {"/flowID": self.flow, "/blockID": name}
        self.plan.call(f"block “{block.name}”: name", "updateBlockName", {"name": block.name}, uses)
        self._content(block, plugin)
        if block.kind in _CONTENT:
            self._waits(block, plugin)

    def _waits(self, block: Block, plugin: str) -> None:
        """A new element waits for an answer; most are not meant to."""
        if not block.waits:
            name = "WaitForReplies" if block.kind in ("TextAndButtons", "TextAndURL", "List") else "SetWaitForReplies"
            self.set(block, f"{plugin}{name}", {"waitForReplies": False})
        elif block.saves:
            variables = {"saveContactReply": True, "attribute": block.saves}
            self.set(block, f"{plugin}SetSaveContactReplyToAttribute", variables)

    def _content(self, block: Block, plugin: str) -> None:
        values = block.values
        if block.kind == "Text":
            self.set(block, "whatsAppTextSetText", {"text": values["text"]})
        elif block.kind in MEDIA:
            self._file(block, plugin)
        elif block.kind in ("TextAndButtons", "TextAndURL"):
            for part in ("header", "body", "footer"):
                if values[part]:
                    self.set(block, f"{plugin}Set{part.title()}Text", {"text": values[part]})
            self._buttons(block)
        elif block.kind == "List":
            self._rows(block)
        elif block.kind == "Template":
            self._template(block)
        elif block.kind == "SetCondition":
            self.set(block, "setConditionUpdateSegment", {"request": values["segment"]})
        elif block.kind in ("SetContactProperty", "ClearContactProperty"):
            self.set(block, f"{plugin}SetAttribute", {"name": values["attribute"]})
            if block.kind == "SetContactProperty":
                self.set(block, "setContactPropertySetValue", {"value": values["value"]})
        elif block.kind == "SendJson":
            self._request(block)
        elif block.kind == "RedirectToFlow":
            self.set(block, "redirectToFlowSetTargetFlow", {}, {"/targetFlowID": self.flows[values["flow"]]})

    def _file(self, block: Block, plugin: str) -> None:
        name = self.names[block.id].replace("block", "file", 1)
        file = block.values["url"] or f"the file `{block.values['asset']}` of the old platform"
        self.plan.upload(f"block “{block.name}”: upload", block.kind, file, self.element(block), name)
        variables = {} if block.kind == "Image" else {"fileName": block.values["name"]}
        self.set(block, f"{plugin}Set{block.kind}File", variables, {"/fileID": name})

    def _buttons(self, block: Block) -> None:
        if block.kind == "TextAndURL":
            for operation, member in (("SetButtonTitle", "title"), ("SetButtonURL", "url")):
                uses = {"/buttonID": self.handle(block, 1)}
                self.set(block, f"whatsAppTextAndURL{operation}", {member: block.values[member]}, uses)
            return
        for number, handle in enumerate(block.handles, start=1):
            if number > 1:
                operation = "whatsAppTextAndButtonsAddNewContinueFlowButton"
                self.set(block, operation, {}, None, self._new(block, operation, "buttons", self.handle(block, number)))
            uses = {"/buttonID": self.handle(block, number)}
            self.set(block, "whatsAppTextAndButtonsSetButtonTitle", {"title": handle.title}, uses)

    def _new(self, block: Block, operation: str, member: str, name: str) -> dict[str, str]:
        return {name: f"/data/{operation}/blockElements/0/{member}/{{new}}/id"}

    def _rows(self, block: Block) -> None:
        self.set(block, "whatsAppListSetBodyText", {"text": block.values["body"]})
        self.set(block, "whatsAppListSetButtonTitle", {"text": block.values["button"]})
        for number, handle in enumerate(block.handles, start=1):
            name = self.handle(block, number)
            if number > 1:
                operation = "whatsAppListAddRow"
                self.set(block, operation, {}, None, self._new(block, operation, "rows", name))
            self.set(block, "whatsAppListSetRowTitle", {"title": handle.title}, {"/rowID": name})
            if handle.description:
                variables = {"description": handle.description}
                self.set(block, "whatsAppListSetRowDescription", variables, {"/rowID": name})

    def _template(self, block: Block) -> None:
        name, language = block.values["template"], block.values["language"]
        means = f"id that the workspace gives the template `{name}`{f' ({language})' if language else ''}"
        number = len(self.plan.settings) - 1
        known = next((item["name"] for item in self.plan.settings if item["means"] == means), f"template_{number}")
        setting = self.plan.setting(known, means)
        self.set(block, "whatsAppTemplateSetTemplate", {}, {"/templateID": setting})
        for part, own, value in block.values["values"]:
            self.set(block, f"whatsAppTemplateSet{part.title()}TextParamValue", {"name": own, "value": value})

    def _request(self, block: Block) -> None:
        values = block.values
        self.set(block, "sendJsonUpdateHTTPMethod", {"method": values["method"]})
        self.set(block, "sendJsonUpdateURL", {"url": values["url"]})
        self._pairs(block, "Header", "headers", "headerID", values["headers"])
        self.set(block, "sendJsonUpdatePayloadType", {"payloadType": values["payload"]})
        if values["body"]:
            self.set(block, "sendJsonUpdateCustomRequestPayload", {"payload": values["body"]})
        self._pairs(block, "URLParam", "encodedURLPayload", "paramID", values["parameters"])
        if not values["rules"]:
            return
        self.set(block, "sendJsonEnableResponseParsingRules", {})
        for number, (path, attribute) in enumerate(values["rules"], start=1):
            name = f"{self.names[block.id].replace('block', 'rule', 1)}_{number}"
            operation = "sendJsonResponseAddParsingRule"
            self.set(block, operation, {}, None, self._new(block, operation, "responseParsingRules", name))
            for setter, variables in (("JSONPath", {"path": path}), ("AttributeName", {"name": attribute})):
                self.set(block, f"sendJsonUpdateResponseParsingRule{setter}", variables, {"/ruleID": name})

    def _pairs(self, block: Block, item: str, member: str, argument: str, pairs: Iterable[tuple[str, str]]) -> None:
        for number, (title, value) in enumerate(pairs, start=1):
            name = f"{self.names[block.id].replace('block', item.lower(), 1)}_{number}"
            operation = f"sendJsonAdd{item}"
            self.set(block, operation, {}, None, self._new(block, operation, member, name))
            for part, text in (("title", title), ("value", value)):
                self.set(block, f"sendJsonUpdate{item}{part.title()}", {part: text}, {f"/{argument}": name})

    def connections(self, block: Block) -> None:
        """The ways out of a block."""
        title = f"block “{block.name}”: way on"
        source = self.names[block.id]
        for number, handle in enumerate(block.handles, start=1):
            if handle.target is None or block.kind == "Template":
                continue
            uses = {
                "/flowID": self.flow,
                "/request/sourceBlockID": source,
                "/request/sourceBlockElementID": self.element(block),
                "/request/sourceHandleID": self.handle(block, number),
                "/request/targetBlockID": self.names[handle.target],
            }
            self.plan.call(title, "componentToBlockConnectionCreateOrUpdate", {}, uses)
        if block.following is not None:
            uses = {
                "/flowID": self.flow,
                "/request/sourceBlockID": source,
                "/request/targetBlockID": self.names[block.following],
            }
            self.plan.call(title, "blockToBlockConnectionCreateOrUpdate", {}, uses)


def _plugin(kind: str) -> str:
    """The prefix of the operations of an element."""
    from bascule.backends.chatfuel.model import element_type

    name = element_type(kind).removesuffix("BlockElement")
    return name[0].lower() + name[1:]


def _keywords(plan: _Plan, canvases: Sequence[Canvas]) -> None:
    number = 0
    for canvas in canvases:
        for match, words in canvas.keywords:
            number += 1
            name = f"keywords_{number}"
            title = f"keywords of “{canvas.name}”"
            plan.call(title, "keywordRuleCreate", {}, {"/botID": "bot"}, {name: "/data/keywordRuleCreate/id"})
            uses = {"/botID": "bot", "/keywordRuleID": name}
            plan.call(title, "keywordRuleUpdateKeywords", {"keywords": list(words)}, uses)
            plan.call(title, "keywordRuleUpdateMatchType", {"matchType": match}, uses)
            variables = {"platform": _PLATFORM, "actionType": "switchToFlow"}
            plan.call(title, "keywordRuleUpdateActionType", variables, uses)
