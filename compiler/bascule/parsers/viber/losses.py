"""``LOS410``-``LOS419``: what of Viber's conversations has no counterpart on WhatsApp."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = ["AnswersSheet", "ConversationStarted", "KeyboardReplaced", "NotSendable", "SurveySetting", "TrackingData"]


class ConversationStarted(Rule):
    """A welcome before the user wrote

    What it does: reports the message that Viber shows when somebody opens the chat.
    Why: on WhatsApp the business cannot speak first: the person writes, and the welcome is the answer.
    Example: `{"conversation_started": {"type": "text", "text": "Bienvenue !"}}`
    Use instead: a click-to-chat link with a prefilled text, or ice breakers; the welcome answers the first message.
    Sources: https://developers.viber.com/docs/api/rest-bot-api/#conversation-started
    """

    code = "LOS410"
    name = "viber-conversation-started"
    severity = Severity.INFO


class TrackingData(Rule):
    """State that travels with the messages

    What it does: counts the messages with `tracking_data`. Where it names a state it becomes the place in the flow;
    other members of a JSON object become variables; all of it is kept as a fact.
    Why: WhatsApp messages carry no such data: the sending program has to keep the state of each conversation.
    Example: `"tracking_data": "{\\"step\\": \\"choix\\", \\"panier\\": 3}"`
    Use instead: the variables of the platform that runs the flow.
    Sources: https://developers.viber.com/docs/api/rest-bot-api/#general-send-message-parameters
    """

    code = "LOS411"
    name = "viber-tracking-data"
    severity = Severity.INFO


class NotSendable(Rule):
    """A message for people who left

    What it does: reports a message filed under `unsubscribed`.
    Why: neither Viber nor WhatsApp delivers to somebody who does not want messages. Nothing leads to it.
    Example: `{"unsubscribed": {"type": "text", "text": "Vous nous manquez"}}`
    Use instead: nothing; remove it.
    Sources: https://developers.viber.com/docs/api/rest-bot-api/#unsubscribed
    """

    code = "LOS412"
    name = "viber-not-sendable"
    severity = Severity.WARNING


class KeyboardReplaced(Rule):
    """A keyboard that the next message replaces at once

    What it does: reports a message of a run whose keyboard is replaced by that of a later message of the same run.
    Why: people never get to use it on Viber, and on WhatsApp the buttons would stay in the chat.
    Example: two messages under one name, each with its own keyboard
    Use instead: leave the keyboard of the last message only.
    Sources: https://developers.viber.com/docs/tools/keyboards/
    """

    code = "LOS413"
    name = "viber-keyboard-replaced"
    severity = Severity.INFO


class SurveySetting(Rule):
    """A setting of the survey bot without a counterpart

    What it does: reports the colours of the survey workbook's keyboards. They are kept as facts.
    Why: WhatsApp draws buttons itself.
    Example: `Should keyboard use random colors`
    Use instead: nothing.
    Sources: https://github.com/Viber/build-a-bot-with-zero-coding
    """

    code = "LOS414"
    name = "viber-survey-setting"
    severity = Severity.INFO


class AnswersSheet(Rule):
    """Answers that people gave

    What it does: says how many rows the sheet `answers` of a survey workbook holds. They are not read.
    Why: they are what people said, not a scenario.
    Example: a workbook that was in use
    Use instead: keep the answers with your other survey results; hand over an empty sheet.
    Sources: https://github.com/Viber/build-a-bot-with-zero-coding
    """

    code = "LOS415"
    name = "viber-answers-sheet"
    severity = Severity.INFO
