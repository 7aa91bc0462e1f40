"""``LOS800``-``LOS829``: what of a Typebot has no counterpart on WhatsApp, or is not in the file at all."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "Appearance",
    "BrowserOnly",
    "ConditionalChoice",
    "CredentialsLeft",
    "DynamicChoices",
    "EventSubflow",
    "LinkToGroup",
    "MarkupLost",
    "PaymentLost",
    "ReturnToEvent",
    "ScriptKept",
    "SeveralAnswers",
    "UnknownMember",
    "WaitForCall",
    "WebStart",
]


class UnknownMember(Rule):
    """A member that is not known

    What it does: says which members are not known to the reader. They are kept as JSON text with the node or flow.
    Why: their effect, if they have one, is not carried over.
    Example: `"options": {"variableId": "v1", "isVoiceEnabled": true}`
    Use instead: nothing, if the member is a note of your own tools.
    Sources: https://docs.typebot.io/api-reference/typebot/import
    """

    code = "LOS800"
    name = "typebot-unknown-member"
    severity = Severity.INFO


class WebStart(Rule):
    """The bot speaks first

    What it does: says that the bot starts when its web page opens: WhatsApp is not switched on in its settings.
    Why: on WhatsApp the person writes first, and the bot's first group answers.
    Example: `"settings": {"whatsApp": {"isEnabled": false}}`
    Use instead: a click-to-chat link with a prefilled text; or give the entry its keywords.
    Sources: https://docs.typebot.io/deploy/whatsapp/overview
    """

    code = "LOS801"
    name = "typebot-web-start"
    severity = Severity.INFO


class Appearance(Rule):
    """A setting of how the web chat looks

    What it does: counts theme, placeholders and labels of input fields, sizes of players, autoplay and the like. They
    are kept as facts of the flow or as hints of the node.
    Why: WhatsApp draws the chat itself.
    Example: `"labels": {"placeholder": "Votre adresse…", "button": "Envoyer"}`
    Use instead: nothing; or say in the question what the placeholder said.
    Sources: https://docs.typebot.io/theme/overview
    """

    code = "LOS802"
    name = "typebot-appearance"
    severity = Severity.INFO


class MarkupLost(Rule):
    """Markup that WhatsApp does not have

    What it does: reports underlined and coloured text, headings and rules, and bold or italic inside a word. The words
    stay. Links become their text with the address behind it.
    Why: WhatsApp has bold, italic, struck out, code, quotes and lists only.
    Example: `{"text": "gratuit", "underline": true}`
    Use instead: bold.
    Sources: https://faq.whatsapp.com/539178204879377
    """

    code = "LOS803"
    name = "typebot-markup-lost"
    severity = Severity.INFO


class ScriptKept(Rule):
    """A program that is not run

    What it does: reports scripts, and values computed by JavaScript that could not be read as an expression. The
    program is kept as it is; nothing runs it.
    Why: WhatsApp runs no program; the platform that runs the flow has to compute the value.
    Example: `"expressionToEvaluate": "return items.filter(i => i.prix < 10).length"`
    Use instead: compute the value in the program that runs the flow, and set the variable.
    Sources: https://docs.typebot.io/editor/blocks/logic/script
    """

    code = "LOS804"
    name = "typebot-script-kept"
    severity = Severity.WARNING


class SeveralAnswers(Rule):
    """Several answers to one question

    What it does: says which questions take several choices, or several files. The converted question takes one.
    Why: a WhatsApp list or button sends one choice. The old bot sends a numbered text and reads `1, 3`.
    Example: `"options": {"isMultipleChoice": true}`
    Use instead: ask again until the person is done, or use a WhatsApp Flow with check boxes.
    Sources: https://docs.typebot.io/editor/blocks/inputs/buttons
    """

    code = "LOS805"
    name = "typebot-several-answers"
    severity = Severity.WARNING


class DynamicChoices(Rule):
    """Choices that are only known at run time

    What it does: reports a question whose choices come from a list in a variable. The question stays; the variable is
    kept as a fact.
    Why: which titles there will be, and how many, decides between buttons, a list and a numbered text.
    Example: `"options": {"dynamicVariableId": "v_creneaux"}`
    Use instead: let the program that runs the flow make the list, at most ten rows.
    Sources: https://docs.typebot.io/editor/blocks/inputs/buttons
    """

    code = "LOS806"
    name = "typebot-dynamic-choices"
    severity = Severity.WARNING


class ConditionalChoice(Rule):
    """A choice that is only sometimes shown

    What it does: reports choices and cards with a display condition. They are always shown; the condition is a hint.
    Why: the buttons of a message are fixed when it is written.
    Example: `"displayCondition": {"isEnabled": true, "condition": {"comparisons": []}}`
    Use instead: branch before the question, and ask it twice with different choices.
    Sources: https://docs.typebot.io/editor/blocks/inputs/buttons
    """

    code = "LOS807"
    name = "typebot-conditional-choice"
    severity = Severity.WARNING


class PaymentLost(Rule):
    """A payment form

    What it does: reports a payment input. It is kept as unsupported, with its amount and currency.
    Why: card forms do not exist in a WhatsApp chat; WhatsApp's own payments exist in few countries and work otherwise.
    Example: `{"type": "payment input", "options": {"amount": "{{Total}}", "currency": "EUR"}}`
    Use instead: send a link to a payment page, and go on when the payment provider calls.
    Sources: https://docs.typebot.io/editor/blocks/inputs/payment
    """

    code = "LOS808"
    name = "typebot-payment-lost"
    severity = Severity.WARNING


class BrowserOnly(Rule):
    """Something that only a web page can do

    What it does: reports trackers of the page (Google Analytics, Meta Pixel), embedded pages that send events, widgets
    that are closed, calendars shown inside the chat.
    Why: there is no page on WhatsApp.
    Example: `{"type": "Pixel", "options": {"pixelId": "123", "eventType": "Lead"}}`
    Use instead: send the event from the program that runs the flow.
    Sources: https://docs.typebot.io/editor/blocks/integrations/meta-pixel
    """

    code = "LOS809"
    name = "typebot-browser-only"
    severity = Severity.INFO


class CredentialsLeft(Rule):
    """Credentials that stay with the old platform

    What it does: counts the blocks that name an account of the old platform's own store (`credentialsId`). The name is
    left out.
    Why: it means nothing elsewhere; the key behind it is not in the file.
    Example: `"options": {"credentialsId": "cl4xyz…", "action": "Create chat completion"}`
    Use instead: give the new platform its own key, from its secret store.
    Sources: https://docs.typebot.io/editor/export-import
    """

    code = "LOS810"
    name = "typebot-credentials-left"
    severity = Severity.INFO


class EventSubflow(Rule):
    """A part that runs by itself

    What it does: reports events that start a part of the bot in the middle of a conversation: `command` (sent by a
    program), `reply` (at every answer), `invalidReply` (at every wrong answer). A wrong answer leads to its part; the
    others are entries of the flow.
    Why: on WhatsApp nothing interrupts a flow by itself, and nothing goes back to where it was interrupted.
    Example: `{"id": "v", "type": "reply", "outgoingEdgeId": "e4"}`
    Use instead: keywords that are understood everywhere; steps after each question.
    Sources: https://docs.typebot.io/editor/events/command
    """

    code = "LOS811"
    name = "typebot-event-subflow"
    severity = Severity.WARNING


class ReturnToEvent(Rule):
    """A return to where the conversation was interrupted

    What it does: says which `Return` blocks there are. The flow ends there.
    Why: see `typebot-event-subflow`: the step that was interrupted is not known.
    Example: `{"id": "b", "type": "Return"}`
    Use instead: lead to the question that has to be asked again.
    Sources: https://docs.typebot.io/editor/blocks/logic/return
    """

    code = "LOS812"
    name = "typebot-return"
    severity = Severity.WARNING


class LinkToGroup(Rule):
    """A link into the middle of a bot

    What it does: reports a `Typebot link` to a group. Into another bot, that bot is run from its start; into this one,
    the flow goes there and does not come back.
    Why: a subflow has one beginning.
    Example: `{"typebotId": "current", "groupId": "g3"}`
    Use instead: make the group a bot of its own.
    Sources: https://docs.typebot.io/editor/blocks/logic/typebot-link
    """

    code = "LOS813"
    name = "typebot-link-to-group"
    severity = Severity.WARNING


class WaitForCall(Rule):
    """The flow waits for a call from outside

    What it does: reports a `webhook` block, which waits until a program calls. It becomes a delay without a bound, and
    the values of the call are set after it.
    Why: how long it takes is not known, so a message after it may need a template.
    Example: `{"type": "webhook", "options": {"responseVariableMapping": []}}`
    Use instead: let the program start a flow of its own, with a template.
    Sources: https://docs.typebot.io/editor/blocks/logic/webhook
    """

    code = "LOS814"
    name = "typebot-wait-for-call"
    severity = Severity.WARNING
