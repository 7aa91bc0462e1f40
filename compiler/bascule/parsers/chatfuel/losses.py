"""``LOS860``-``LOS889``: what of a Chatfuel bot has no counterpart on WhatsApp, or is not in the document at all."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "AgentKept",
    "Appearance",
    "ButtonsLater",
    "ReplyLimit",
    "ServerAnswer",
    "TapUnseen",
    "UnknownMember",
    "WidgetStart",
]


class UnknownMember(Rule):
    """A member that is not known

    What it does: says which members are not known to the reader. They are kept as JSON text with the node or flow.
    Why: their effect, if they have one, is not carried over.
    Example: `"typingSeconds": 3`
    Use instead: nothing, if it has no effect on WhatsApp.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "LOS860"
    name = "chatfuel-unknown-member"
    severity = Severity.INFO


class AgentKept(Rule):
    """An AI agent

    What it does: reports blocks of the AI agent. They stay in the graph as unsupported, with their rules.
    Why: an agent talks freely; what it knows stands in the product.
    Example: `{"__typename": "FuelyAIAgentBlockElement", "templateID": "aiAgentHelpCustomers"}`
    Use instead: an agent of the new platform.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "LOS861"
    name = "chatfuel-agent-kept"
    severity = Severity.WARNING


class ButtonsLater(Rule):
    """Buttons of a message that does not wait

    What it does: reports messages with buttons that lead on, and `waitForReplies: false`. The converted step waits for
    an answer; any other answer goes on with the next block.
    Why: the old flow goes on at once, and a tap later starts again from the button.
    Example: `{"__typename": "WhatsAppListBlockElement", "waitForReplies": false}`
    Use instead: wait for the answer, or make the buttons links.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "LOS862"
    name = "chatfuel-buttons-later"
    severity = Severity.WARNING


class WidgetStart(Rule):
    """The bot speaks first

    What it does: says that a flow starts when the chat of a web page opens.
    Why: on WhatsApp the person writes first.
    Example: `{"__typename": "WidgetEntryPointBlockElement"}`
    Use instead: a click-to-chat link with a prefilled text; or give the entry its keywords.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "LOS863"
    name = "chatfuel-widget-start"
    severity = Severity.INFO


class Appearance(Rule):
    """A setting of how Messenger shows a message

    What it does: counts picture formats, sizes of web views, links of whole cards, sharing buttons and the like. They
    are kept as hints.
    Why: WhatsApp draws messages itself, opens links by their buttons only, and has no button to share a message.
    Example: `"image_aspect_ratio": "square"`
    Use instead: nothing.
    Sources: https://docs.chatfuel.com/en/articles/735122-json-api
    """

    code = "LOS864"
    name = "chatfuel-appearance"
    severity = Severity.INFO


class ServerAnswer(Rule):
    """A button whose answer the server makes

    What it does: says which buttons and quick replies call an address (`json_plugin_url`). The call is kept; the flow
    ends after it.
    Why: what the server answers is not in the file.
    Example: `{"type": "json_plugin_url", "url": "https://exemple.fr/suite", "title": "Suite"}`
    Use instead: let the server call the new platform, or add its answer to the file.
    Sources: https://docs.chatfuel.com/en/articles/735122-json-api
    """

    code = "LOS865"
    name = "chatfuel-server-answer"
    severity = Severity.WARNING


class ReplyLimit(Rule):
    """A reply that is given once a day

    What it does: says which default replies come at most once in 24 hours. The converted entry answers every message;
    the limit is kept as a fact.
    Why: how often somebody was answered is not known when a message comes in.
    Example: `"replyFrequency": "onceIn24Hours"`
    Use instead: let the program that runs the flow note when it last answered.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "LOS866"
    name = "chatfuel-reply-limit"
    severity = Severity.INFO


class TapUnseen(Rule):
    """Attributes that a link sets

    What it does: reports buttons that open a link or call a number and set attributes. The attributes are kept as a
    hint.
    Why: WhatsApp does not tell who tapped such a button.
    Example: `{"type": "web_url", "url": "https://exemple.fr", "title": "Voir", "set_attributes": {"vu": "oui"}}`
    Use instead: a button that answers, and the link in the message that follows.
    Sources: https://docs.chatfuel.com/en/articles/735122-json-api
    """

    code = "LOS867"
    name = "chatfuel-tap-unseen"
    severity = Severity.WARNING
