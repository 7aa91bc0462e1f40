"""``LOS650``-``LOS699``: what of templates and send bodies the graph has no form for."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = ["KeptWhole", "NothingSaid", "PartlyRead", "RecipientLeftOut", "SessionOnly"]


class KeptWhole(Rule):
    """A template is kept whole

    What it does: says which constructs of a template the graph has no form for (carousels, one-time codes, offers,
    Flow and catalog buttons, location headers). Its definition is kept word for word, and sends refer to it by name.
    Why: nothing is lost, but such a template is not written anew: it is submitted as its definition stands.
    Example: `{"type": "CAROUSEL", "cards": []}`
    Use instead: nothing where the template is approved; else submit the definition that `meta/scenario.json` holds.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "LOS650"
    name = "wa-templates-kept-whole"
    severity = Severity.INFO


class SessionOnly(Rule):
    """A content that can only be sent in a conversation

    What it does: says that a list or a place on the map cannot become a template as it is.
    Why: Meta takes no lists in templates; inside the 24 hours after a reply it is sent as it stands.
    Example: `"types": {"twilio/list-picker": {"body": "Quel service ?", "button": "Choisir", "items": []}}`
    Use instead: send it as an answer; to start a conversation, a template with a question first.
    Sources: https://www.twilio.com/docs/content/twilio-list-picker
    """

    code = "LOS651"
    name = "wa-templates-session-only"
    severity = Severity.INFO


class RecipientLeftOut(Rule):
    """Recipients are left out

    What it does: says that the numbers to which bodies were sent, and message ids, are not kept.
    Why: they are data of people, and no part of what a flow says; the sending program fills them in.
    Example: `"to": "+33600000000"`
    Use instead: nothing; `bascule contacts` moves people.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "LOS652"
    name = "wa-messages-recipient"
    severity = Severity.INFO


class NothingSaid(Rule):
    """A body that says nothing

    What it does: reports read receipts and reactions: they go to one message of one person, and are not kept.
    Why: a flow cannot name that message.
    Example: `{"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.…"}`
    Use instead: nothing; the sending program marks messages as read.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "LOS653"
    name = "wa-messages-nothing-said"
    severity = Severity.INFO


class PartlyRead(Rule):
    """A message that the graph has no form for

    What it does: reports messages of which only text and label are read (Flows, products, catalogs), or nothing
    (addresses, payments, calls): the whole body is kept as a fact or as an unsupported node.
    Why: other platforms have nothing like them; on WhatsApp the kept body can be sent again.
    Example: `"interactive": {"type": "flow", "action": {"name": "flow"}}`
    Use instead: send the kept body from the sending program.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "LOS654"
    name = "wa-messages-partly-read"
    severity = Severity.WARNING
