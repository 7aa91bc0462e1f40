"""``LOS350``-``LOS399``: parts of RapidPro and Glific flows without a counterpart on WhatsApp, or not in the file."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "AirtimeTransfer",
    "ChannelChoice",
    "LeftOut",
    "LostInUpgrade",
    "MessageTopic",
    "OldMedia",
    "OldTelephone",
    "PlatformAction",
    "ServiceElsewhere",
    "TemplateTextMissing",
    "ThirdPartySend",
    "UnknownMember",
    "VoiceAction",
]


class VoiceAction(Rule):
    """Something that only makes sense in a call

    What it does: reports `say_msg`, `play_audio`, waits for a dialled number, and flows of type `voice`. Actions stay
    in the graph as unsupported, with their source text; translations go with them.
    Why: a WhatsApp conversation has no counterpart that the business platform offers to a flow.
    Example: `{"type": "say_msg", "text": "Bonjour"}`
    Use instead: a message with the same words; for a recording, a voice message.
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "LOS350"
    name = "rapidpro-voice"
    severity = Severity.WARNING


class AirtimeTransfer(Rule):
    """A transfer of airtime

    What it does: reports `transfer_airtime`. It stays in the graph as unsupported, with its source text.
    Why: credit for calls is a matter of telephone operators; WhatsApp has nothing like it.
    Example: `{"type": "transfer_airtime", "amounts": {"RWF": 500}}`
    Use instead: call the airtime provider by an HTTP request.
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "LOS351"
    name = "rapidpro-airtime"
    severity = Severity.WARNING


class UnknownMember(Rule):
    """A member that is not known

    What it does: says which members of flows, nodes, actions, routers, triggers or of the export are not known to the
    reader. They are kept, as JSON text, with what they belong to.
    Why: their effect, if they have one, is not carried over.
    Example: `{"type": "send_msg", "text": "Bonjour", "priority": 1}`
    Use instead: nothing, if the member is a note of your own tools.
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "LOS352"
    name = "rapidpro-unknown-member"
    severity = Severity.INFO


class TemplateTextMissing(Rule):
    """A template whose text is not in the file

    What it does: says which WhatsApp templates a flow sends by name only.
    Why: the template exists on WhatsApp already, but its text cannot be shown, checked or moved from this file; the
    text of the action is what other channels send.
    Example: `{"template": {"uuid": "…", "name": "rappel"}}`
    Use instead: add a listing of the account's templates (`GET /<WABA>/message_templates`).
    Sources: https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account/message_templates/
    """

    code = "LOS353"
    name = "rapidpro-template-text-missing"
    severity = Severity.INFO


class ChannelChoice(Rule):
    """A choice of channel or address

    What it does: reports `set_contact_channel`, `add_contact_urn`, and messages sent to all addresses of a contact.
    Why: a WhatsApp conversation has one business number and one user; another channel is another conversation.
    Example: `{"type": "set_contact_channel", "channel": {"name": "SMS"}}`
    Use instead: keep the data in the contact store; it has no effect on WhatsApp.
    Sources: https://developers.facebook.com/docs/whatsapp/cloud-api/phone-numbers
    """

    code = "LOS354"
    name = "rapidpro-channel-choice"
    severity = Severity.INFO


class ThirdPartySend(Rule):
    """A message or flow for other people

    What it does: reports `send_broadcast` and `start_session`, which reach people other than the one in the
    conversation.
    Why: nobody knows when they last wrote, so on WhatsApp the first message to them is a template, and they must have
    agreed to get it.
    Example: `{"type": "start_session", "groups": [{"name": "Agents"}]}`
    Use instead: a template with an audience, or a notice by another channel (e-mail, a ticket).
    Sources: https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates
    """

    code = "LOS355"
    name = "rapidpro-third-party-send"
    severity = Severity.INFO


class LeftOut(Rule):
    """A part of the file that was not read

    What it does: reports parts that could not be read because what holds them could not, or that nothing in the file
    uses.
    Why: nothing a file holds disappears silently.
    Example: the actions of a node that is a text
    Use instead: mend what the other findings at that place say.
    Sources: bascule's own rule.
    """

    code = "LOS356"
    name = "rapidpro-left-out"
    severity = Severity.WARNING


class MessageTopic(Rule):
    """A topic of another channel's messages

    What it does: reports `topic` on a message, which Facebook Messenger needs outside its own window.
    Why: WhatsApp has no such tag; outside its window there are templates.
    Example: `{"type": "send_msg", "topic": "agent"}`
    Use instead: a template.
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "LOS357"
    name = "rapidpro-message-topic"
    severity = Severity.INFO


class PlatformAction(Rule):
    """An action of one vendor's platform

    What it does: reports actions that only Glific has and that reach into its own store: contact profiles, waiting for
    its background jobs. They stay in the graph as unsupported, with their source text.
    Why: what happens there is not in the file.
    Example: `{"type": "set_contact_profile"}`
    Use instead: an HTTP request to a service of your own.
    Sources: https://glific.github.io/docs/
    """

    code = "LOS358"
    name = "glific-platform-action"
    severity = Severity.WARNING


class ServiceElsewhere(Rule):
    """A service that is set up outside the file

    What it does: says that a classifier, language model, resthook, sheet or e-mail service is called that the file
    names but does not describe.
    Why: its address, key and training are kept by the platform; the call has to be set up again.
    Example: `{"type": "call_classifier", "classifier": {"name": "Intentions"}}`
    Use instead: set the service up on the new platform under the same name.
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "LOS359"
    name = "rapidpro-service-elsewhere"
    severity = Severity.INFO


class LostInUpgrade(Rule):
    """RapidPro itself drops it when it upgrades the flow

    What it does: says what the platform's own upgrade to its newest version takes out of a flow, and with which step.
    Why: on a current server it has no effect any more; an old server may still have acted on it.
    Example: `"all_urns": true`
    Use instead: nothing, if the flow ran on a current server.
    Sources: https://docs.nyaruka.com/goflow/
    """

    code = "LOS360"
    name = "rapidpro-lost-in-upgrade"
    severity = Severity.INFO


class OldTelephone(Rule):
    """A USSD session

    What it does: reports older flows that are USSD menus, and rules for sessions that were cut off.
    Why: a WhatsApp conversation has no session of a telephone operator: it does not end by itself and is not cut off.
    Example: `"flow_type": "U"`
    Use instead: the same steps as a conversation; a time limit where an answer may stay out.
    Sources: https://rapidpro.github.io/flows/specification/
    """

    code = "LOS361"
    name = "rapidpro-ussd"
    severity = Severity.INFO


class OldMedia(Rule):
    """A file in the store of the old platform

    What it does: reports attachments of older flows that are only a path, such as `attachments/2/7/photo.jpg`.
    Why: the path is one of the old platform's store, whose address is not in the file; WhatsApp wants whole addresses.
    Example: `"media": {"fra": "image/jpeg:attachments/2/7/photo.jpg"}`
    Use instead: `"image/jpeg:https://exemple.fr/photo.jpg"`
    Sources: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media
    """

    code = "LOS362"
    name = "rapidpro-old-media"
    severity = Severity.WARNING
