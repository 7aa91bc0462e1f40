"""``LOS430``-``LOS439``: what of a Node-RED flow has no counterpart in a conversation on WhatsApp."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = ["BesideConversation", "CodeKept", "OnlyElsewhere", "PersonalData", "UnsupportedNode"]


class CodeKept(Rule):
    """A program that is kept and not converted

    What it does: counts the function nodes in which no message was found. Each becomes a call of a service `function`
    with its whole source.
    Why: nothing here runs code, and WhatsApp has no place for it.
    Example: `var total = msg.payload.items.length; msg.total = total; return msg;`
    Use instead: publish the function as a web service and call that, or write the step on the new platform.
    Sources: https://nodered.org/docs/user-guide/writing-functions
    """

    code = "LOS430"
    name = "node-red-code-kept"
    severity = Severity.WARNING


class UnsupportedNode(Rule):
    """A node without a counterpart

    What it does: reports node types that are not known here. They stay in the graph as unsupported, whole, with their
    wires.
    Why: what they do cannot be carried over.
    Example: `{"type": "ui_button"}`
    Use instead: the same step on the new platform, or a web service.
    Sources: https://flows.nodered.org/
    """

    code = "LOS431"
    name = "node-red-unsupported-node"
    severity = Severity.WARNING


class OnlyElsewhere(Rule):
    """Something that only other chat platforms have

    What it does: reports nodes and buttons of one platform (a menu of Messenger, a card of Alexa, an invoice of
    Telegram).
    Why: WhatsApp has nothing like it.
    Example: `{"type": "chatbot-telegram-menu"}`
    Use instead: a message with choices, or nothing.
    Sources: https://github.com/guidone/node-red-contrib-chatbot
    """

    code = "LOS432"
    name = "node-red-only-elsewhere"
    severity = Severity.WARNING


class BesideConversation(Rule):
    """What runs beside a question

    What it does: reports wires that leave a question at once and lead only to programs, requests or logs.
    They are not in the graph; the nodes stay in it.
    Why: a question waits for its answer; what a server does meanwhile is no part of the conversation.
    Example: a keyboard node wired to a database node
    Use instead: do it before the question, or after the answer.
    Sources: https://nodered.org/docs/user-guide/messages
    """

    code = "LOS433"
    name = "node-red-beside-conversation"
    severity = Severity.INFO


class PersonalData(Rule):
    """The chat of one person in a flow

    What it does: reports a node that names the chat it writes to. The number is left out.
    Why: it is a person's id on the old platform and means nothing on WhatsApp.
    Example: `{"type": "chatbot-conversation", "chatId": "…"}`
    Use instead: choose the people when the flow is sent; move them with `bascule contacts`.
    Sources: https://github.com/guidone/node-red-contrib-chatbot
    """

    code = "LOS434"
    name = "node-red-personal-data"
    severity = Severity.INFO
