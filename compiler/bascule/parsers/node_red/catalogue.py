"""Node types and what they become. Core nodes: https://nodered.org/docs/user-guide/nodes; RedBot's:
https://github.com/guidone/node-red-contrib-chatbot."""

from __future__ import annotations

import enum

__all__ = ["CONFIGURATION", "Role", "role_of"]


class Role(enum.Enum):
    """What a node is in a conversation."""

    CONTAINER = "container"
    NOTE = "note"
    START = "start"
    RECEIVE = "receive"
    SEND = "send"
    PASS = "pass"
    LINK = "link"
    REQUEST = "request"
    BUILD = "build"
    SUBFLOW = "subflow"
    CONFIGURATION = "configuration"
    UNKNOWN = "unknown"


_ROLES: dict[Role, tuple[str, ...]] = {
    Role.CONTAINER: ("tab", "subflow"),
    Role.NOTE: ("comment", "group"),
    Role.START: ("inject", "mqtt in", "websocket in", "tcp in", "udp in", "cronplus", "bigtimer", "eztimer", "schedex"),
    Role.RECEIVE: (
        *(
            "http in",
            "chatbot-receive",
            "chatbot-telegram-receive",
            "chatbot-viber-receive",
            "chatbot-whatsapp-receive",
        ),
        *("chatbot-facebook-receive", "chatbot-slack-receive", "chatbot-universal-receive", "chatbot-twilio-receive"),
        *("chatbot-discord-receive", "chatbot-msteams-receive", "chatbot-routee-receive", "chatbot-smooch-receive"),
        *("chatbot-sinch-receive", "chatbot-alexa-receive", "chatbot-zulip-receive", "chatbot-deepchat-receive"),
        *("telegram receiver", "telegram command", "telegram event", "viber-in", "viber in", "whatsapp-in"),
    ),
    Role.SEND: (
        *(
            "chatbot-send",
            "chatbot-telegram-send",
            "chatbot-viber-send",
            "chatbot-whatsapp-send",
            "chatbot-facebook-send",
        ),
        *("chatbot-slack-send", "chatbot-universal-send", "chatbot-twilio-send", "chatbot-discord-send"),
        *("chatbot-msteams-send", "chatbot-routee-send", "chatbot-smooch-send", "chatbot-sinch-send"),
        *("chatbot-alexa-send", "chatbot-zulip-send", "chatbot-deepchat-send", "telegram sender", "viber-out"),
        "telegram reply",
        *("viber out", "whatsapp-out"),
    ),
    Role.PASS: (
        *(
            "debug",
            "http response",
            "junction",
            "json",
            "xml",
            "csv",
            "html",
            "yaml",
            "rbe",
            "link in",
            "catch",
            "status",
        ),
        *("complete", "chatbot-debug", "chatbot-log", "chatbot-waiting", "chatbot-conversation", "chatbot-params"),
        *("chatbot-analytics", "chatbot-support-table", "chatbot-transport", "telegram control"),
    ),
    Role.LINK: ("link out", "link call"),
    Role.REQUEST: ("http request",),
    Role.BUILD: (
        *("switch", "change", "delay", "function", "template", "trigger", "sqlite", "mysql", "postgresql", "postgres"),
        *("mongodb", "mongodb in", "mongodb out", "redis", "file", "file in", "exec", "mqtt out", "e-mail", "email"),
        *("websocket out", "tcp out", "udp out", "twilio out", "split", "join", "batch", "sort", "range"),
        *("chatbot-message", "chatbot-ask", "chatbot-inline-buttons", "chatbot-quick-replies", "chatbot-rules"),
        *("chatbot-parse", "chatbot-request", "chatbot-context", "chatbot-dialog", "chatbot-image", "chatbot-document"),
        *(
            "chatbot-video",
            "chatbot-audio",
            "chatbot-voice",
            "chatbot-animation",
            "chatbot-sticker",
            "chatbot-location",
        ),
        *("chatbot-language", "chatbot-command", "chatbot-topic", "chatbot-listen", "chatbot-authorized"),
        *(
            "chatbot-whatsapp-template",
            "chatbot-generic-template",
            "chatbot-nlp",
            "chatbot-nlpjs",
            "chatbot-dialogflow",
        ),
        *("chatbot-recast", "chatbot-rivescript", "chatbot-nlp-intent", "chatbot-nlpjs-intent", "chatbot-nlp-entity"),
        *("chatbot-nlpjs-entity", "chatbot-nlp-train", "chatbot-nlp-save", "chatbot-nlp-load", "chatbot-nlpjs-train"),
        *("chatbot-nlpjs-load", "chatbot-nlpjs-save", "chatbot-openai-responses", "chatbot-qrcode", "chatbot-card"),
    ),
}
_ROLE_OF = {name: role for role, names in _ROLES.items() for name in names}

CONFIGURATION = ("chatbot-context-store", "chatbot-extend", "chatbot-redbot")
"""Types that configure others, besides every node without wires and without a tab."""


def role_of(kind: str) -> Role:
    """The role of a node type."""
    if kind.startswith("subflow:"):
        return Role.SUBFLOW
    if kind in CONFIGURATION or (kind.startswith("chatbot-") and kind.endswith("-node")):
        return Role.CONFIGURATION
    return _ROLE_OF.get(kind, Role.UNKNOWN)
