"""The flows as the API gives them back when the plan has been carried out: one document for people and programs.

https://github.com/chatfuel-lab/wizard (query ``FlowStructure`` of the flow builder)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bascule.backends.chatfuel.model import ACTIONS, MEDIA, Block, Canvas, block_type, element_type
from bascule.backends.chatfuel.words import parts_of

__all__ = ["document_of_flows"]

_PLATFORM = "whatsapp"
_CONTENT = ("Text", "TextAndButtons", "TextAndURL", "List", "Template", *MEDIA)
_LEFT = -400


def document_of_flows(canvases: Sequence[Canvas]) -> dict[str, Any]:
    """``{"data": {"bot": …}}`` with every flow and keyword rule (schemas/chatfuel-bot.schema.json)."""
    flows = [_flow(canvas, {item.id: item.name for item in canvases}) for canvas in canvases]
    rules = [
        {
            "__typename": "KeywordRule",
            "id": f"{canvas.id}.keywords.{number}",
            "keywords": list(words),
            "matchType": match,
            "actions": [{"actionType": "switchToFlow", "flow": {"id": canvas.id, "name": canvas.name}}],
        }
        for canvas in canvases
        for number, (match, words) in enumerate(canvas.keywords, start=1)
    ]
    return {"data": {"bot": {"flowsWithoutGroup": flows, **({"keywordRules": rules} if rules else {})}}}


def _flow(canvas: Canvas, names: dict[str, str]) -> dict[str, Any]:
    def own(id_: str) -> str:
        return f"{canvas.id}.{id_}"

    blocks = [_block(canvas, block, names) for block in canvas.blocks]
    connections = [connection for block in canvas.blocks for connection in _connections(canvas, block)]
    start: dict[str, Any] = {}
    if canvas.start is not None:
        start = {"startingPointBlock": {"id": own(canvas.start)}}
        if canvas.default_reply:
            blocks.insert(0, _default_reply(canvas))
            connections.insert(0, _way(own("default"), "default.element", "default.next", own(canvas.start)))
    return {
        "__typename": "Flow",
        "id": canvas.id,
        "name": canvas.name,
        "platform": _PLATFORM,
        **start,
        "blocks": blocks,
        "connections": connections,
    }


def _default_reply(canvas: Canvas) -> dict[str, Any]:
    element = {
        "__typename": "DefaultReplyBlockElement",
        "id": "default.element",
        "platform": _PLATFORM,
        "errors": [],
        "nextBlockHandleID": "default.next",
        "replyFrequency": "always",
    }
    return {
        "__typename": "DefaultReplyBlock",
        "id": f"{canvas.id}.default",
        "name": "Default reply",
        "positionX": _LEFT,
        "positionY": 0,
        "platform": _PLATFORM,
        "isEntryPointEnabled": True,
        "blockElements": [element],
    }


def _block(canvas: Canvas, block: Block, names: dict[str, str]) -> dict[str, Any]:
    return {
        "__typename": block_type(block.kind),
        "id": f"{canvas.id}.{block.id}",
        "name": block.name,
        "positionX": block.x,
        "positionY": block.y,
        "platform": _PLATFORM,
        "isStartingPoint": block.id == canvas.start,
        "blockElements": [_element(canvas, block, names)],
    }


def _element(canvas: Canvas, block: Block, names: dict[str, str]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "__typename": element_type(block.kind),
        "id": f"{canvas.id}.{block.element}",
        "platform": _PLATFORM,
        "errors": [],
    }
    if block.kind in _CONTENT:
        shown["waitForReplies"] = block.waits
        shown["saveContactReply"] = bool(block.saves)
        shown["savingToAttribute"] = {"name": block.saves} if block.saves else None
    return shown | (_MEMBERS.get(block.kind) or _none)(canvas, block, names)


def _none(canvas: Canvas, block: Block, names: dict[str, str]) -> dict[str, Any]:
    return {}


def _text(canvas: Canvas, block: Block, names: dict[str, str]) -> dict[str, Any]:
    return {"text": parts_of(block.values["text"])}


def _file(canvas: Canvas, block: Block, names: dict[str, str]) -> dict[str, Any]:
    file = {"id": block.values["asset"], "url": block.values["url"], "type": MEDIA[block.kind]}
    named = {} if block.kind == "Image" else {"fileName": block.values["name"]}
    caption = {} if block.kind == "Audio" else {"caption": parts_of("")}
    return {MEDIA[block.kind]: {name: value for name, value in file.items() if value}, **caption, **named}


def _frame(block: Block) -> dict[str, Any]:
    return {f"{part}Text": parts_of(block.values[part]) for part in ("header", "body", "footer")}


def _buttons(canvas: Canvas, block: Block, names: dict[str, str]) -> dict[str, Any]:
    buttons = [
        {
            "__typename": "WhatsAppContinueFlowButton",
            "id": f"{canvas.id}.{handle.id}",
            "title": parts_of(handle.title),
        }
        for handle in block.handles
    ]
    return {**_frame(block), "buttons": buttons}


def _link(canvas: Canvas, block: Block, names: dict[str, str]) -> dict[str, Any]:
    button = {
        "__typename": "WhatsAppOpenURLButton",
        "id": f"{canvas.id}.{block.id}.1",
        "title": parts_of(block.values["title"]),
        "url": parts_of(block.values["url"]),
    }
    return {**_frame(block), "buttons": [button]}


def _list(canvas: Canvas, block: Block, names: dict[str, str]) -> dict[str, Any]:
    rows = [
        {
            "__typename": "WhatsAppListRow",
            "id": f"{canvas.id}.{handle.id}",
            "title": parts_of(handle.title),
            "description": parts_of(handle.description),
        }
        for handle in block.handles
    ]
    return {"bodyText": parts_of(block.values["body"]), "buttonTitle": parts_of(block.values["button"]), "rows": rows}


def _template(canvas: Canvas, block: Block, names: dict[str, str]) -> dict[str, Any]:
    """The template with its values; the words around them are the account's."""
    values = block.values
    components: dict[str, list[dict[str, Any]]] = {}
    for part, own, value in values["values"]:
        param = {"__typename": "WhatsAppTemplateComponentTextPartParam", "name": own, "value": parts_of(value)}
        components.setdefault(part, []).append(param)
    shown: dict[str, Any] = {"templateID": values["id"], "name": values["template"]}
    for part in ("header", "body", "footer"):
        if part in components:
            shown[part] = {"__typename": "WhatsAppTemplateComponentText", "text": components[part]}
    buttons: list[dict[str, Any]] = [
        {"__typename": "WhatsAppTemplateQuickReplyButton", "id": f"{canvas.id}.{handle.id}", "text": handle.title}
        for handle in block.handles
    ]
    return {"whatsAppTemplate": {**shown, "buttons": buttons}}


def _condition(canvas: Canvas, block: Block, names: dict[str, str]) -> dict[str, Any]:
    handle = f"{canvas.id}.{block.handles[0].id}"
    return {"handleID": handle, "segment": _segment(block.values["segment"]), "segmentErrors": []}


def _segment(written: dict[str, Any]) -> dict[str, Any]:
    """A segment as it is read: the attribute is an object there."""
    filters = []
    for item in written["filters"]:
        if "byInFlightSegment" in item:
            filters.append({"id": item["id"], "byInFlightSegment": _segment(item["byInFlightSegment"])})
        else:
            test = item["byAttribute"]
            read = {"attribute": {"name": test["name"]}, "defaultStrategy": test["defaultStrategy"]}
            filters.append({"id": item["id"], "byAttribute": read})
    return {"id": written["id"], "resultOperator": written["resultOperator"], "filters": filters}


def _property(canvas: Canvas, block: Block, names: dict[str, str]) -> dict[str, Any]:
    value = {"value": block.values["value"]} if block.kind == "SetContactProperty" else {}
    return {"attribute": {"name": block.values["attribute"]}, **value}


def _request(canvas: Canvas, block: Block, names: dict[str, str]) -> dict[str, Any]:
    values = block.values

    def pairs(member: str, name: str) -> list[dict[str, Any]]:
        return [
            {
                "id": f"{canvas.id}.{block.id}.{name}.{number}",
                "title": parts_of(title),
                "value": parts_of(value),
            }
            for number, (title, value) in enumerate(values[member], start=1)
        ]

    rules = [
        {"id": f"{canvas.id}.{block.id}.rule.{number}", "jsonPath": path, "attribute": {"name": attribute}}
        for number, (path, attribute) in enumerate(values["rules"], start=1)
    ]
    return {
        "httpMethod": values["method"],
        "url": parts_of(values["url"]),
        "headers": pairs("headers", "header"),
        "payloadType": values["payload"],
        "customRequestPayload": parts_of(values["body"]),
        "encodedURLPayload": pairs("parameters", "parameter"),
        "responseParsingRulesEnabled": bool(rules),
        "responseParsingRules": rules,
    }


def _redirect(canvas: Canvas, block: Block, names: dict[str, str]) -> dict[str, Any]:
    flow = block.values["flow"]
    return {"flow": {"id": flow, "name": names[flow]}}


_MEMBERS = {
    "Text": _text,
    **dict.fromkeys(MEDIA, _file),
    "TextAndButtons": _buttons,
    "TextAndURL": _link,
    "List": _list,
    "Template": _template,
    "SetCondition": _condition,
    "SetContactProperty": _property,
    "ClearContactProperty": _property,
    "SendJson": _request,
    "RedirectToFlow": _redirect,
}
assert set(ACTIONS) <= set(_MEMBERS)


def _connections(canvas: Canvas, block: Block) -> list[dict[str, Any]]:
    made = []
    source = f"{canvas.id}.{block.id}"
    for handle in block.handles:
        if handle.target is not None:
            target = f"{canvas.id}.{handle.target}"
            made.append(_way(source, f"{canvas.id}.{block.element}", f"{canvas.id}.{handle.id}", target))
    if block.following is not None:
        target = f"{canvas.id}.{block.following}"
        made.append({"__typename": "BlockToBlockConnection", "sourceBlockID": source, "targetBlockID": target})
    return made


def _way(source: str, element: str, handle: str, target: str) -> dict[str, Any]:
    return {
        "__typename": "ComponentToBlockConnection",
        "sourceBlockID": source,
        "sourceBlockElementID": element,
        "sourceHandleID": handle,
        "targetBlockID": target,
    }
