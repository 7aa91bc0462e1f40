"""``LOS500``-``LOS549``: what of a Dialogflow ES agent has no counterpart on WhatsApp, or is not in the export."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "Classifier",
    "ConditionalAnswer",
    "ContextTime",
    "CredentialDropped",
    "CustomPayload",
    "DisabledIntent",
    "EntityMatching",
    "GoogleAction",
    "KnowledgeBase",
    "OtherPlatform",
    "RichLook",
    "SlotWebhook",
    "SmallTalk",
    "UnknownMember",
    "VoiceOnly",
    "WebhookAnswer",
]


class UnknownMember(Rule):
    """A member that is not known

    What it does: says which members of the export are not known to the reader. They are kept as facts.
    Why: their effect, if they have one, is not carried over.
    Example: a member that a later version of Dialogflow writes
    Use instead: nothing, if the member is a note of your own tools.
    Sources: https://cloud.google.com/dialogflow/es/docs/reference/rest/v2/projects.agent.intents
    """

    code = "LOS500"
    name = "dialogflow-es-unknown-member"
    severity = Severity.INFO


class OtherPlatform(Rule):
    """Messages for another channel

    What it does: counts the messages that an intent has for channels other than the one that is carried (Viber, else
    the default one), and that say something else. They are kept as facts.
    Why: on WhatsApp one wording is sent.
    Example: a card with `"platform": "facebook"` beside a default text
    Use instead: nothing; or move what only they say into the default messages.
    Sources: https://cloud.google.com/dialogflow/es/docs/intents-rich-messages
    """

    code = "LOS501"
    name = "dialogflow-es-other-platform"
    severity = Severity.INFO


class WebhookAnswer(Rule):
    """The answer comes from a webhook

    What it does: counts the intents that are answered by the agent's webhook. Each becomes a request in the webhook's
    own format; its `fulfillmentText` is said, else the messages of the intent.
    Why: what the program says is not in the export, and other parts of its answer (cards, contexts, events) are not
    read.
    Example: `"webhookUsed": true`
    Use instead: check each request against the program; give samples for what it answers.
    Sources: https://cloud.google.com/dialogflow/es/docs/fulfillment-webhook
    """

    code = "LOS502"
    name = "dialogflow-es-webhook-answer"
    severity = Severity.WARNING


class SlotWebhook(Rule):
    """The webhook takes part while values are asked for

    What it does: counts the intents whose webhook is called after each answer to a prompt. The converted flow calls it
    once, when all values are there.
    Why: checks and questions of the program between two prompts are not carried over.
    Example: `"webhookForSlotFilling": true`
    Use instead: add a request after the question that needs the check.
    Sources: https://cloud.google.com/dialogflow/es/docs/fulfillment-webhook
    """

    code = "LOS503"
    name = "dialogflow-es-slot-webhook"
    severity = Severity.WARNING


class SmallTalk(Rule):
    """Small talk that the old platform recognises

    What it does: reports the small-talk domain and answers of your own for it. The answers are kept as facts.
    Why: the phrases that they answer belong to Dialogflow and are not in the export.
    Example: `customSmalltalkResponses_fr.json`
    Use instead: intents of your own for the small talk that matters.
    Sources: https://cloud.google.com/dialogflow/es/docs/small-talk
    """

    code = "LOS504"
    name = "dialogflow-es-small-talk"
    severity = Severity.WARNING


class KnowledgeBase(Rule):
    """Knowledge bases

    What it does: reports the knowledge bases of the agent. Their names are kept as facts.
    Why: their documents are not in the export.
    Example: `"enabledKnowledgeBaseNames": ["…"]`
    Use instead: a search or a question answering service of the new platform.
    Sources: https://cloud.google.com/dialogflow/es/docs/knowledge-bases
    """

    code = "LOS505"
    name = "dialogflow-es-knowledge-base"
    severity = Severity.WARNING


class ConditionalAnswer(Rule):
    """An answer under a condition

    What it does: reports conditions, conditional answers and conditional follow-up events of an intent. They are kept
    as facts.
    Why: how Dialogflow writes and reads them is not documented; no public export has one.
    Example: `"conditionalResponses": [{…}]`
    Use instead: a case in the converted flow.
    Sources: https://cloud.google.com/dialogflow/es/docs/reference/rest/v2/projects.agent.intents
    """

    code = "LOS506"
    name = "dialogflow-es-conditional-answer"
    severity = Severity.WARNING


class Classifier(Rule):
    """Settings of the recognition

    What it does: names the settings of the classifier: mode, least confidence, spelling correction. They are kept as
    facts.
    Why: another platform recognises intents in another way.
    Example: `"mlMinConfidence": 0.3`
    Use instead: the settings of the new platform; try the training phrases there.
    Sources: https://cloud.google.com/dialogflow/es/docs/agents-settings#ml
    """

    code = "LOS507"
    name = "dialogflow-es-classifier"
    severity = Severity.INFO


class CustomPayload(Rule):
    """A custom payload of another channel

    What it does: reports custom payloads that are neither Viber's, Dialogflow Messenger's, nor messages of Messenger or
    Telegram that can be said. They stay in the graph as unsupported, with their JSON.
    Why: nothing is said in their place.
    Example: `{"type": 4, "payload": {"slack": {…}}}`
    Use instead: say it with texts, quick replies, cards and images.
    Sources: https://cloud.google.com/dialogflow/es/docs/intents-rich-messages#custom
    """

    code = "LOS508"
    name = "dialogflow-es-custom-payload"
    severity = Severity.WARNING


class ContextTime(Rule):
    """Contexts end after twenty minutes

    What it does: says that contexts are carried as variables that count turns; the time after which Dialogflow closes
    them is not carried. A dialogue that asks for values counts as one turn.
    Why: an answer that comes hours later still counts as an answer to the last question.
    Example: `"lifespan": 5`
    Use instead: nothing; on WhatsApp late answers are usual.
    Sources: https://cloud.google.com/dialogflow/es/docs/contexts-overview#lifespan
    """

    code = "LOS509"
    name = "dialogflow-es-context-time"
    severity = Severity.INFO


class EntityMatching(Rule):
    """How the old platform finds entities

    What it does: names the entities with automated expansion or fuzzy extraction. The setting is kept as a fact.
    Why: values that are not listed, or misspelt, may not be recognised elsewhere.
    Example: `"automatedExpansion": true`
    Use instead: list the values that occur.
    Sources: https://cloud.google.com/dialogflow/es/docs/entities-custom
    """

    code = "LOS510"
    name = "dialogflow-es-entity-matching"
    severity = Severity.INFO


class CredentialDropped(Rule):
    """Credentials of the agent

    What it does: reports keys, user names and headers of the agent. They are dropped and shown nowhere.
    Why: exports travel by mail and into repositories; whoever has them can act as the company.
    Example: `"secondaryKey": "…"`
    Use instead: replace them at their owner, and let the new platform add its own from its secret store.
    Sources: https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html
    """

    code = "LOS511"
    name = "dialogflow-es-credential-dropped"
    severity = Severity.WARNING


class VoiceOnly(Rule):
    """A part of the telephone or of a speaker

    What it does: reports messages and prompts that only a voice has: telephony, SSML, what is said when nobody speaks.
    Why: a WhatsApp conversation has no counterpart.
    Example: `{"type": "14", "platform": "telephony"}`
    Use instead: nothing; for silence, a timeout in the converted flow.
    Sources: https://cloud.google.com/dialogflow/es/docs/integrations/phone-gateway
    """

    code = "LOS512"
    name = "dialogflow-es-voice-only"
    severity = Severity.INFO


class GoogleAction(Rule):
    """A part of Google Assistant

    What it does: reports events that only Google Assistant sends (`actions_intent_…`) and the settings of its actions.
    Why: WhatsApp has nothing like them; an intent that only such an event starts is not reached.
    Example: `"events": [{"name": "actions_intent_OPTION"}]`
    Use instead: buttons or a list, whose answers are recognised by an intent.
    Sources: https://cloud.google.com/dialogflow/es/docs/integrations/aog
    """

    code = "LOS513"
    name = "dialogflow-es-google-action"
    severity = Severity.INFO


class DisabledIntent(Rule):
    """An intent is switched off

    What it does: reports intents with a negative priority. They stay in the graph; nothing leads to them.
    Why: Dialogflow ignores them too.
    Example: `"priority": -1`
    Use instead: nothing; or give it a priority.
    Sources: https://cloud.google.com/dialogflow/es/docs/reference/rest/v2/projects.agent.intents
    """

    code = "LOS514"
    name = "dialogflow-es-disabled-intent"
    severity = Severity.INFO


class RichLook(Rule):
    """Looks of rich answers

    What it does: counts icons, pictures on buttons and other parts of Dialogflow Messenger's answers that only change
    how they look. They are kept as hints.
    Why: WhatsApp draws buttons itself.
    Example: `{"type": "button", "icon": {"type": "chevron_right"}, "text": "Suivre"}`
    Use instead: an emoji in the title.
    Sources: https://cloud.google.com/dialogflow/es/docs/integrations/dialogflow-messenger
    """

    code = "LOS515"
    name = "dialogflow-es-rich-look"
    severity = Severity.INFO
