"""The mutations that a plan uses, with the types of their arguments, and the GraphQL text that calls them.

https://github.com/chatfuel-lab/wizard (``content/schema/schema.graphql`` of 2026-09-02).
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["OPERATIONS", "Operation", "document_of"]

_HANDLES = {
    "whatsAppTextAndButtons": "... on WhatsAppTextAndButtonsBlockElement "
    "{ buttons { ... on WhatsAppContinueFlowButton { id } } }",
    "whatsAppTextAndURL": "... on WhatsAppTextAndURLBlockElement { buttons { ... on WhatsAppOpenURLButton { id } } }",
    "whatsAppList": "... on WhatsAppListBlockElement { rows { id } }",
    "setCondition": "... on SetConditionBlockElement { handleID }",
    "sendJson": "... on SendJsonBlockElement { headers { id } encodedURLPayload { id } responseParsingRules { id } }",
}
"""What an element says of its handles, by the plug-in that makes it."""

_PLUGINS = (
    *("whatsAppText", "whatsAppImage", "whatsAppVideo", "whatsAppAudio", "whatsAppDocument"),
    *("whatsAppTextAndButtons", "whatsAppTextAndURL", "whatsAppList", "whatsAppTemplate"),
    *("setCondition", "setContactProperty", "clearContactProperty", "sendJson", "redirectToFlow"),
    "whatsAppSwitchToChatWithHumanAgent",
)
_IN_FLOW = (("flowID", "FlowID!"),)
_ON_BOT = (("botID", "BotID!"),)
_ON_RULE = (*_ON_BOT, ("keywordRuleID", "KeywordRuleID!"))
_ELEMENT = ("blockElementID", "BlockElementID!")
_BUTTON = ("buttonID", "ComponentHandleID!")
_ROW = ("rowID", "ComponentHandleID!")
_ERRORS = "errors { code message }"

Arguments = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """A field of ``Mutation`` or ``Query``: its arguments with their types, and what is asked of the answer."""

    arguments: Arguments
    selection: str
    kind: str = "mutation"


def _element(*more: tuple[str, str], plugin: str = "") -> Operation:
    """A setter of an element; the answer says what is still wrong with it."""
    handles = f" {_HANDLES[plugin]}" if plugin in _HANDLES else ""
    return Operation((_ELEMENT, *more), f"{{ id blockElements {{ id {_ERRORS}{handles} }} }}")


def _creations() -> dict[str, Operation]:
    made: dict[str, Operation] = {}
    for plugin in _PLUGINS:
        handles = f" {_HANDLES[plugin]}" if plugin in _HANDLES else ""
        arguments: Arguments = (*_IN_FLOW, ("positionX", "Int!"), ("positionY", "Int!"))
        made[f"{plugin}CreateWithBlock"] = Operation(
            arguments, f"{{ id blocks {{ id blockElements {{ id{handles} }} }} }}"
        )
    return made


def _setters() -> dict[str, Operation]:
    text, wait = ("text", "String!"), ("waitForReplies", "Boolean!")
    save = (("saveContactReply", "Boolean!"), ("attribute", "AttributeName"))
    named = {
        "whatsAppText": "SetWaitForReplies",
        "whatsAppImage": "SetWaitForReplies",
        "whatsAppVideo": "SetWaitForReplies",
        "whatsAppAudio": "SetWaitForReplies",
        "whatsAppDocument": "SetWaitForReplies",
        "whatsAppTemplate": "SetWaitForReplies",
        "whatsAppTextAndButtons": "WaitForReplies",
        "whatsAppTextAndURL": "WaitForReplies",
        "whatsAppList": "WaitForReplies",
    }
    made = {f"{plugin}{name}": _element(wait) for plugin, name in named.items()}
    made |= {f"{plugin}SetSaveContactReplyToAttribute": _element(*save) for plugin in named}
    file = (("fileID", "FileID!"), ("fileName", "String!"))
    made |= {
        "whatsAppTextSetText": _element(text),
        "whatsAppImageSetImageFile": _element(file[0]),
        "whatsAppVideoSetVideoFile": _element(*file),
        "whatsAppAudioSetAudioFile": _element(*file),
        "whatsAppDocumentSetDocumentFile": _element(*file),
        "whatsAppTextAndButtonsAddNewContinueFlowButton": _element(plugin="whatsAppTextAndButtons"),
        "whatsAppTextAndButtonsSetButtonTitle": _element(_BUTTON, ("title", "String!")),
        "whatsAppTextAndURLSetButtonTitle": _element(_BUTTON, ("title", "String!")),
        "whatsAppTextAndURLSetButtonURL": _element(_BUTTON, ("url", "String!")),
        "whatsAppListSetBodyText": _element(text),
        "whatsAppListSetButtonTitle": _element(text),
        "whatsAppListAddRow": _element(plugin="whatsAppList"),
        "whatsAppListSetRowTitle": _element(_ROW, ("title", "String!")),
        "whatsAppListSetRowDescription": _element(_ROW, ("description", "String!")),
        "whatsAppTemplateSetTemplate": _element(("templateID", "WhatsAppTemplateID!")),
        "clearContactPropertySetAttribute": _element(("name", "AttributeName!")),
        "setContactPropertySetAttribute": _element(("name", "AttributeName!")),
        "setContactPropertySetValue": _element(("value", "String!")),
        "setConditionUpdateSegment": _element(("request", "SegmentInput!")),
        "redirectToFlowSetTargetFlow": _element(("targetFlowID", "FlowID!")),
        "sendJsonUpdateHTTPMethod": _element(("method", "SendJsonHTTPMethod!")),
        "sendJsonUpdateURL": _element(("url", "String!")),
        "sendJsonUpdatePayloadType": _element(("payloadType", "SendJsonPayloadType!")),
        "sendJsonUpdateCustomRequestPayload": _element(("payload", "String!")),
        "sendJsonAddHeader": _element(plugin="sendJson"),
        "sendJsonAddURLParam": _element(plugin="sendJson"),
        "sendJsonEnableResponseParsingRules": _element(plugin="sendJson"),
        "sendJsonResponseAddParsingRule": _element(plugin="sendJson"),
    }
    for part in ("Header", "Body", "Footer"):
        made[f"whatsAppTextAndButtonsSet{part}Text"] = _element(text)
        made[f"whatsAppTextAndURLSet{part}Text"] = _element(text)
    value = (("name", "WhatsAppTemplateTextParamName!"), ("value", "String!"))
    made |= {f"whatsAppTemplateSet{part}TextParamValue": _element(*value) for part in ("Header", "Body", "Footer")}
    items = (("Header", "headerID", "SendJsonHeaderID!"), ("URLParam", "paramID", "SendJsonURLParamID!"))
    for name, argument, kind in items:
        for member in ("title", "value"):
            made[f"sendJsonUpdate{name}{member.title()}"] = _element((argument, kind), (member, "String!"))
    rule = ("ruleID", "SendJsonResponseParsingRuleID!")
    made["sendJsonUpdateResponseParsingRuleJSONPath"] = _element(rule, ("path", "String!"))
    made["sendJsonUpdateResponseParsingRuleAttributeName"] = _element(rule, ("name", "AttributeName!"))
    return made


OPERATIONS: dict[str, Operation] = {
    "bot": Operation((("id", "BotID!"),), "{ id flowsWithoutGroup { id } }", "query"),
    "createFlow": Operation((*_ON_BOT, ("platform", "Platform!")), "{ id flowsWithoutGroup { id } }"),
    "updateFlowName": Operation((*_IN_FLOW, ("name", "String!")), "{ id name blocks { id } }"),
    "updateBlockName": Operation((*_IN_FLOW, ("blockID", "BlockID!"), ("name", "String!")), "{ id name }"),
    "blockSetStartingPoint": Operation((*_IN_FLOW, ("blockID", "BlockID!")), "{ id startingPointBlock { id } }"),
    "blockToBlockConnectionCreateOrUpdate": Operation(
        (*_IN_FLOW, ("request", "BlockToBlockConnectionCreateRequest!")), "{ id }"
    ),
    "componentToBlockConnectionCreateOrUpdate": Operation(
        (*_IN_FLOW, ("request", "ComponentToBlockConnectionCreateRequest!")), "{ id }"
    ),
    "keywordRuleCreate": Operation(_ON_BOT, "{ id }"),
    "keywordRuleUpdateKeywords": Operation((*_ON_RULE, ("keywords", "[String!]!")), "{ id keywords }"),
    "keywordRuleUpdateMatchType": Operation((*_ON_RULE, ("matchType", "KeywordRuleMatchType!")), "{ id matchType }"),
    "keywordRuleUpdateActionType": Operation(
        (*_ON_RULE, ("platform", "Platform!"), ("actionType", "KeywordRuleActionType!")), "{ id }"
    ),
    **_creations(),
    **_setters(),
}
"""Name to operation. A name that is not here cannot be called."""


def document_of(name: str) -> str:
    """The GraphQL document that calls an operation with all its arguments as variables."""
    operation = OPERATIONS[name]
    declared = ", ".join(f"${argument}: {kind}" for argument, kind in operation.arguments)
    passed = ", ".join(f"{argument}: ${argument}" for argument, _ in operation.arguments)
    title = "listFlows" if operation.kind == "query" else name
    return f"{operation.kind} {title}({declared}) {{ {name}({passed}) {operation.selection} }}"
