"""``PAR410``-``PAR424``: collections of Viber messages, templates and the survey workbook, and what they leave open."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "BodiesInProgram",
    "CallbackLog",
    "EmptyTemplate",
    "GuessedEntry",
    "NoMessages",
    "NotAMessage",
    "SurveyParameter",
    "SurveyQuestion",
    "TargetByLikeness",
    "UnknownKind",
    "UnknownSyntax",
    "UnresolvedAction",
]


class NoMessages(Rule):
    """No Viber message in the file

    What it does: reports a file that was to be read as Viber messages and holds none: no body with a type and its
    member, no keyboard, no template, no survey.
    Why: an empty result would look like a clean one.
    Example: `{"url": "https://exemple.fr/viber", "event_types": ["delivered"]}`, the settings of a webhook
    Use instead: collect the bodies that the bot sends (`send_message`), as a list, one per line, or by name.
    Sources: https://developers.viber.com/docs/api/rest-bot-api/#send-message
    """

    code = "PAR410"
    name = "viber-no-messages"
    unreadable = True


class CallbackLog(Rule):
    """A log of callbacks, not of messages

    What it does: refuses a file of events that Viber sent to the bot (`message`, `delivered`, `seen`, `subscribed` …).
    Why: it holds what people wrote and who they are: contacts data, not a scenario. None of it is shown.
    Example: `{"event": "delivered", "timestamp": 1457764197627, "message_token": 4912, "user_id": "…"}`
    Use instead: `bascule contacts` for the people; for the scenario the bodies that the bot sends.
    Sources: https://developers.viber.com/docs/api/rest-bot-api/#callbacks
    """

    code = "PAR411"
    name = "viber-callback-log"
    unreadable = True


class UnresolvedAction(Rule):
    """A button whose answer leads nowhere in the file

    What it does: counts the reply buttons whose `ActionBody` names no message, state or `tracking_data` of the file.
    The choice keeps its payload; its branch ends.
    Why: what the bot does with the answer stands in its code, which is not here.
    Example: `"ActionBody": "commander_42"` where no message is called so
    Use instead: name the message that answers as the `ActionBody` says, or add the branch in the converted scenario.
    Sources: https://developers.viber.com/docs/tools/keyboards/#buttons-parameters
    """

    code = "PAR412"
    name = "viber-unresolved-action"
    severity = Severity.INFO


class GuessedEntry(Rule):
    """How a message is reached was guessed

    What it does: says which messages are taken to answer the user's first message (they are called welcome, start,
    menu …) and which to be sent by the business (nothing in the file leads to them).
    Why: a body does not say when it is sent. The guess decides whether WhatsApp needs a template: what the business
    starts does.
    Example: `{"relance_panier": {"type": "text", "text": "Votre panier vous attend"}}`
    Use instead: give it an entry in the converted scenario: keyword, intent, schedule or campaign.
    Sources: bascule's own rule.
    """

    code = "PAR413"
    name = "viber-guessed-entry"
    severity = Severity.INFO


class NotAMessage(Rule):
    """Something between the messages is none

    What it does: reports an item or line that is no message body. It is kept as a fact where it is data of its own.
    Why: it may be a message in a form that was not recognised.
    Example: `["Bonjour", {"type": "text", "text": "Bonjour"}]`
    Use instead: write it as a body with a `type`, or take it out.
    Sources: https://developers.viber.com/docs/api/rest-bot-api/#message-types
    """

    code = "PAR414"
    name = "viber-not-a-message"
    severity = Severity.WARNING


class TargetByLikeness(Rule):
    """A button leads to a message whose name is only like its payload

    What it does: counts the buttons whose `ActionBody` is not the very name of the message they were led to, but the
    same words in another spelling, its `tracking_data`, or a state named inside a JSON payload.
    Why: the code of the bot may do something else with it.
    Example: `"ActionBody": "Mes commandes"` and a message `mes_commandes`
    Use instead: nothing, if the branches of the converted scenario are right.
    Sources: bascule's own rule.
    """

    code = "PAR415"
    name = "viber-target-by-likeness"
    severity = Severity.INFO


class UnknownSyntax(Rule):
    """A placeholder syntax that does not exist

    What it does: reports a `--placeholder` that is not in the table; the file's own texts decide instead.
    Why: nothing was read as the user asked.
    Example: `--placeholder moustache`
    Use instead: one of the names that the message lists.
    Sources: bascule's own rule.
    """

    code = "PAR416"
    name = "viber-unknown-syntax"


class SurveyParameter(Rule):
    """A parameter of the survey workbook is missing or not known

    What it does: reports a row of the sheet `parameters` that the survey bot does not read, and a text it needs and
    does not find.
    Why: the bot shows an empty message, or the row has no effect.
    Example: a row `Bot colour`
    Use instead: the labels of the vendor's own workbook.
    Sources: https://github.com/Viber/build-a-bot-with-zero-coding
    """

    code = "PAR417"
    name = "viber-survey-parameter"
    severity = Severity.WARNING


class SurveyQuestion(Rule):
    """A question of the survey workbook cannot be read as it stands

    What it does: reports a question without text, a type that the survey bot does not have, and a `keyboard` or
    `range` without options. What can be asked is asked, as an open question.
    Why: the vendor's bot stops at such a row.
    Example: type `keyboard` and no `extras`
    Use instead: `keyboard` or `range` with options joined by `;`, or `text`.
    Sources: https://github.com/Viber/build-a-bot-with-zero-coding
    """

    code = "PAR418"
    name = "viber-survey-question"
    severity = Severity.WARNING


class EmptyTemplate(Rule):
    """A template without a text

    What it does: reports a Viber Business Messages template that has neither text nor image.
    Why: nothing can be sent.
    Example: `{"name": "relance", "kind": "PROMOTIONAL", "text": ""}`
    Use instead: write the text, or remove the template.
    Sources: https://www.infobip.com/docs/viber/business-messages
    """

    code = "PAR419"
    name = "viber-empty-template"
    severity = Severity.WARNING


class UnknownKind(Rule):
    """A kind of business message that is not known

    What it does: reports a template whose kind is none of OTP, transactional, promotional and session; it is read as a
    message the business sends, without a category.
    Why: the kind decides the category of the WhatsApp template.
    Example: `"kind": "MIXED"`
    Use instead: `OTP`, `TRANSACTIONAL`, `PROMOTIONAL` or `SESSION`.
    Sources: https://www.infobip.com/docs/viber/business-messages
    """

    code = "PAR420"
    name = "viber-unknown-kind"
    severity = Severity.WARNING


class BodiesInProgram(Rule):
    """The messages stand in a program

    What it does: says that messages and keyboards were read out of a program module, from literals that are written
    out in it.
    Why: the program is not run. What it says in calls, and when it sends what, is not in the graph.
    Example: `MENU = {"Type": "keyboard", "Buttons": [ … ]}`
    Use instead: read the graph beside the program; or collect the bodies that the bot sends, by name.
    Sources: bascule's own rule.
    """

    code = "PAR421"
    name = "viber-bodies-in-program"
    severity = Severity.INFO
