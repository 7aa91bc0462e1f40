"""``LOS200``-``LOS249``: what of a Studio flow has no counterpart on WhatsApp, or is not in the file at all."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "ChannelOnlyWidget",
    "ChatAttributes",
    "DeliveryFailureBranch",
    "EarlierVersion",
    "FixedSender",
    "FunctionCodeMissing",
    "LinkShortening",
    "PlatformAuthentication",
    "RetiredWidget",
    "TemplateTextMissing",
    "ThirdPartyMessage",
    "UnknownMember",
    "VoiceWidget",
]


class VoiceWidget(Rule):
    """A widget of the telephone

    What it does: reports a state that only makes sense in a call: speech, key presses, recordings, dialling, payments.
    The state stays in the graph as unsupported, with its source text and its transitions.
    Why: a WhatsApp conversation has no counterpart that the business platform offers to a flow.
    Example: `{"name": "accueil", "type": "say-play"}`
    Use instead: a message with the same words; for a spoken or keyed menu, a message with choices; for a dialled
    number, a handover or a button that calls.
    Sources: https://www.twilio.com/docs/studio/widget-library
    """

    code = "LOS200"
    name = "studio-voice-widget"
    severity = Severity.WARNING


class RetiredWidget(Rule):
    """A widget of a product that no longer exists

    What it does: reports `send-to-auto-pilot` and the Dialogflow ES agent, which the vendor has closed.
    Why: the state does nothing any more, on no channel.
    Example: `{"name": "assistant", "type": "send-to-auto-pilot"}`
    Use instead: intents with their training phrases, or an HTTP request to the assistant that took its place.
    Sources: https://www.twilio.com/docs/studio/widget-library
    """

    code = "LOS201"
    name = "studio-retired-widget"
    severity = Severity.WARNING


class ChannelOnlyWidget(Rule):
    """A widget that belongs to Twilio's own channels

    What it does: reports widgets that hand the conversation to another Twilio product: Conversations, TwiML.
    Why: what happens there is not in the file, and another platform cannot call it.
    Example: `{"name": "suite", "type": "add-twiml-redirect"}`
    Use instead: a handover, or an HTTP request to the same code.
    Sources: https://www.twilio.com/docs/studio/widget-library/twiml-redirect
    """

    code = "LOS202"
    name = "studio-channel-only-widget"
    severity = Severity.WARNING


class ThirdPartyMessage(Rule):
    """A message to somebody else

    What it does: reports a message whose `to` is not the person in the conversation.
    Why: nobody knows when that person last wrote, so on WhatsApp the message has to be a template, and they must
    have agreed to get it.
    Example: `"to": "+33612345678"`
    Use instead: a template to that person, or a notice by another channel (e-mail, a ticket).
    Sources: https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates
    """

    code = "LOS204"
    name = "studio-third-party-message"
    severity = Severity.WARNING


class DeliveryFailureBranch(Rule):
    """A branch for a message that was not delivered

    What it does: reports a `deliveryFailure` transition that leads somewhere. The edge stays in the graph.
    Why: on WhatsApp a failed delivery is not an answer to the send: it arrives later, as a status event, when the
    flow may be somewhere else.
    Example: `{"event": "deliveryFailure", "next": "appel"}`
    Use instead: handle the status event outside the flow.
    Sources: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components
    """

    code = "LOS205"
    name = "studio-delivery-failure-branch"
    severity = Severity.INFO


class FunctionCodeMissing(Rule):
    """A function whose code is not in the file

    What it does: reports a `run-function` that names its code by ids only, without a URL.
    Why: the code is in Twilio's own store; no other platform can call it by those ids.
    Example: `{"type": "run-function", "properties": {"function_sid": "ZH…", "url": ""}}`
    Use instead: publish the function under a URL and name that, or write the same step on the new platform.
    Sources: https://www.twilio.com/docs/studio/widget-library/run-function
    """

    code = "LOS206"
    name = "studio-function-code-missing"
    severity = Severity.WARNING


class TemplateTextMissing(Rule):
    """A template whose text is not in the file

    What it does: says which templates a flow sends by id only.
    Why: the template exists on WhatsApp already, but its text cannot be shown, checked or moved from this file.
    Example: `{"message_type": "content_template", "content_sid": "HX…"}`
    Use instead: add an export of the templates (`GET https://content.twilio.com/v1/Content`).
    Sources: https://www.twilio.com/docs/content/content-api-resources
    """

    code = "LOS207"
    name = "studio-template-text-missing"
    severity = Severity.INFO


class FixedSender(Rule):
    """A sender that the flow chooses itself

    What it does: reports a `from` that is not the number the flow runs on.
    Why: a WhatsApp conversation has one business number; an answer from another number opens another conversation.
    Example: `"from": "+33700000000"`
    Use instead: leave it out, or run the flow on the other number.
    Sources: https://developers.facebook.com/docs/whatsapp/cloud-api/phone-numbers
    """

    code = "LOS208"
    name = "studio-fixed-sender"
    severity = Severity.INFO


class ChatAttributes(Rule):
    """Data attached to a message

    What it does: reports `attributes` of a message, which chat clients read and people do not see.
    Why: a WhatsApp message carries no such data.
    Example: `"attributes": "{\\"priority\\": 1}"`
    Use instead: keep the data on the contact or in the ticket system.
    Sources: https://www.twilio.com/docs/studio/widget-library/send-message
    """

    code = "LOS209"
    name = "studio-chat-attributes"
    severity = Severity.INFO


class PlatformAuthentication(Rule):
    """A request signed with the vendor's own credentials

    What it does: reports an HTTP request with `add_twilio_auth`.
    Why: Twilio adds the account's credentials itself; another platform has none to add, and the server will refuse.
    Example: `"add_twilio_auth": true`
    Use instead: an API key of the server, from the secret store of the new platform.
    Sources: https://www.twilio.com/docs/studio/widget-library/http-request
    """

    code = "LOS210"
    name = "studio-platform-authentication"
    severity = Severity.WARNING


class UnknownMember(Rule):
    """A member that is not known

    What it does: says which members of states, transitions or of the flow are not known to the reader.
    They are kept, as JSON text, with the node or flow they belong to.
    Why: their effect, if they have one, is not carried over.
    Example: `"properties": {"body": "Bonjour", "typing_indicator": true}`
    Use instead: nothing, if the member is a note of your own tools.
    Sources: https://www.twilio.com/docs/studio/rest-api/v2/schemas
    """

    code = "LOS211"
    name = "studio-unknown-member"
    severity = Severity.INFO


class LinkShortening(Rule):
    """Shortened links

    What it does: reports messages whose links the vendor shortens and counts.
    Why: the links are sent whole; clicks are no longer counted by the vendor.
    Example: `"shorten_urls": true`
    Use instead: a button with a URL, or a link shortener of your own.
    Sources: https://www.twilio.com/docs/messaging/features/link-shortening
    """

    code = "LOS213"
    name = "studio-link-shortening"
    severity = Severity.INFO


class EarlierVersion(Rule):
    """Another version of a flow in the same file

    What it does: says that the file holds the same flow more than once with different texts, as a Terraform plan
    does, and which one was read.
    Why: two versions of one flow must not both become scenarios.
    Example: `before` and `after` of a resource change.
    Use instead: compile a file with the version you mean.
    Sources: https://developer.hashicorp.com/terraform/internals/json-format
    """

    code = "LOS214"
    name = "studio-earlier-version"
    severity = Severity.INFO
