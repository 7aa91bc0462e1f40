"""``LOS550``-``LOS599``: what of a Dialogflow CX agent has no counterpart on WhatsApp, or is not in the export."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "AgentSetting",
    "CompositeEntity",
    "CredentialDropped",
    "CustomPayload",
    "EventFromOutside",
    "FormStatus",
    "GenerativePart",
    "HandlerUnused",
    "OneValue",
    "OptionalParameter",
    "OtherChannel",
    "PageUnknown",
    "PhraseWeight",
    "RecognitionSetting",
    "RichLook",
    "SilenceTimer",
    "StandardWebhook",
    "SuccessMark",
    "SystemEntity",
    "TestCases",
    "UnknownMember",
    "VoiceOnly",
    "WebhookCheck",
]


class UnknownMember(Rule):
    """A member that is not known

    What it does: says which members of the export are not known to the reader. They are kept as facts.
    Why: their effect, if they have one, is not carried over.
    Example: a member that a later version of Dialogflow CX writes
    Use instead: nothing, if the member is a note of your own tools.
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/rest/v3/projects.locations.agents
    """

    code = "LOS550"
    name = "dialogflow-cx-unknown-member"
    severity = Severity.INFO


class StandardWebhook(Rule):
    """The webhook speaks Dialogflow's own format

    What it does: counts the calls of standard webhooks. Each becomes a request with its address and tag; its body and
    what comes back are not carried.
    Why: a standard webhook gets Dialogflow's request and may set parameters, add messages and choose the next page;
    none of that is in the export.
    Example: `"webhookType": "STANDARD"`
    Use instead: give the service an interface of its own, and set the body and the mapping of each request.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/webhook
    """

    code = "LOS551"
    name = "dialogflow-cx-standard-webhook"
    severity = Severity.WARNING


class CredentialDropped(Rule):
    """Credentials of webhooks and tools

    What it does: reports user names, passwords, keys, tokens, certificates and headers of webhooks and tools. They are
    dropped and shown nowhere.
    Why: exports made before August 2025 hold them in plain text; whoever has the file can act as the company.
    Example: `"requestHeaders": [{"key": "Authorization", "value": "…"}]`
    Use instead: replace them at their owner, and let the new platform add its own from its secret store.
    Sources: https://cloud.google.com/dialogflow/cx/docs/release-notes
    """

    code = "LOS552"
    name = "dialogflow-cx-credential-dropped"
    severity = Severity.WARNING


class VoiceOnly(Rule):
    """A part of the telephone

    What it does: counts settings, messages and handlers that only calls have: speech, DTMF, barge-in, SSML, audio
    without an address, and what is said when nobody speaks. They are kept as facts.
    Why: nobody is heard to be silent in a chat; WhatsApp has no counterpart.
    Example: `sys.no-input-default` that asks the same again
    Use instead: nothing; for a reminder after hours, a timeout in the converted flow.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/voice
    """

    code = "LOS553"
    name = "dialogflow-cx-voice-only"
    severity = Severity.INFO


class SilenceTimer(Rule):
    """Silence leads somewhere

    What it does: counts the no-input handlers that lead somewhere. Those that end the talk or call a person become
    timeouts whose length has to be chosen; the others are kept as facts.
    Why: a few seconds of silence on the telephone are nothing in a chat, where people answer after minutes or hours.
    Example: `{"event": "sys.no-input-default", "targetPage": "End Session"}`
    Use instead: say after how many hours without an answer it should happen, or remove it.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/handler#event
    """

    code = "LOS554"
    name = "dialogflow-cx-silence-timer"
    severity = Severity.WARNING


class CustomPayload(Rule):
    """A payload that only its own client understands

    What it does: reports custom payloads that are neither Dialogflow Messenger's, Viber's, Messenger's nor WhatsApp's,
    and parts of them that have no counterpart. They stay in the graph as unsupported, with their JSON.
    Why: nothing is said in their place.
    Example: `{"payload": {"widget": "calendar"}}`
    Use instead: say it with texts, images and choices.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/fulfillment#payload
    """

    code = "LOS555"
    name = "dialogflow-cx-custom-payload"
    severity = Severity.WARNING


class GenerativePart(Rule):
    """A part that a language model speaks for

    What it does: reports playbooks, generators, tools, knowledge connectors, data stores and generative settings. What
    calls them stays in the graph.
    Why: what they say is made at run time, by a model of the old platform.
    Example: `"targetPlaybook": "Conseil"`
    Use instead: a language model service of the new platform, or a written answer.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/generative-agents
    """

    code = "LOS556"
    name = "dialogflow-cx-generative-part"
    severity = Severity.WARNING


class TestCases(Rule):
    """Recorded test cases

    What it does: counts the test cases of the agent. They are no part of the conversation and are not converted.
    Why: they are worth keeping: replayed against the converted flow they show what changed.
    Example: `testCases/Happy path.json`
    Use instead: keep the files.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/test-case
    """

    code = "LOS557"
    name = "dialogflow-cx-test-cases"
    severity = Severity.INFO


class SystemEntity(Rule):
    """Values that the old platform finds itself

    What it does: counts form parameters of system entities for which there is no kind of answer here (places, names,
    amounts, colours …). Their answer is taken as a text.
    Why: Dialogflow cuts the value out of the sentence and brings it into one form; here the whole answer is kept.
    Example: `"entityType": "@sys.geo-city"`
    Use instead: check or clean the answer where its form matters.
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/system-entities
    """

    code = "LOS558"
    name = "dialogflow-cx-system-entity"
    severity = Severity.INFO


class OptionalParameter(Rule):
    """A parameter that is never asked for

    What it does: counts optional form parameters. They are kept as facts of their page.
    Why: Dialogflow fills them when somebody mentions the value by the way; nothing does that here.
    Example: a form parameter without `"required": true`
    Use instead: ask for the value, or leave it out.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/parameter#form
    """

    code = "LOS559"
    name = "dialogflow-cx-optional-parameter"
    severity = Severity.INFO


class OneValue(Rule):
    """One answer gives one value

    What it does: says once that a form of several parameters asks for each in turn, and counts parameters that take
    lists.
    Why: Dialogflow takes several values out of one sentence (*two tickets to Dakar on Friday*); here each question gets
    its own answer, and a list is what the answer says.
    Example: a page that asks for a date and a city
    Use instead: nothing; or a WhatsApp flow with several fields.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/parameter#form
    """

    code = "LOS560"
    name = "dialogflow-cx-one-value"
    severity = Severity.INFO


class CompositeEntity(Rule):
    """An entity made of entities

    What it does: reports entity values that refer to other entity types. The values are kept as they are written.
    Why: what they stand for has to be recognised part by part.
    Example: `{"value": "@sys.number @unit"}`
    Use instead: ask for the parts one by one.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/entity#custom
    """

    code = "LOS561"
    name = "dialogflow-cx-composite-entity"
    severity = Severity.INFO


class RecognitionSetting(Rule):
    """Settings of the recognition

    What it does: names settings of the language understanding: thresholds, models, automatic expansion, fuzzy matching,
    spelling. They are kept as facts.
    Why: another platform recognises intents and values in another way.
    Example: `"classificationThreshold": 0.3`
    Use instead: the settings of the new platform; try the training phrases there.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/agent-settings
    """

    code = "LOS562"
    name = "dialogflow-cx-recognition-setting"
    severity = Severity.INFO


class EventFromOutside(Rule):
    """An event that a program sends

    What it does: reports handlers of custom events. Each becomes an entry of its flow that a program uses.
    Why: on WhatsApp the business may only write first with a template, and a program has to start the flow there.
    Example: `{"event": "payment-done", "triggerFulfillment": {…}}`
    Use instead: let the program start the flow at that entry.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/handler#event-custom
    """

    code = "LOS563"
    name = "dialogflow-cx-event-from-outside"
    severity = Severity.INFO


class WebhookCheck(Rule):
    """Only the webhook can reject a value

    What it does: counts handlers of `sys.invalid-parameter`. They are kept as facts.
    Why: the event is raised when a standard webhook marks a value as invalid; that part of its answer is not carried.
    Example: `{"event": "sys.invalid-parameter", …}`
    Use instead: a case after the request that checks the value.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/handler#event
    """

    code = "LOS564"
    name = "dialogflow-cx-webhook-check"
    severity = Severity.WARNING


class PhraseWeight(Rule):
    """Phrases that count more than once

    What it does: counts training phrases with a repeat count above one. They are kept once.
    Why: the weight is a setting of the old platform's training.
    Example: `"repeatCount": 3`
    Use instead: nothing.
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/rest/v3/projects.locations.agents.intents
    """

    code = "LOS565"
    name = "dialogflow-cx-phrase-weight"
    severity = Severity.INFO


class RichLook(Rule):
    """Looks of rich answers

    What it does: counts icons, pictures on buttons, folded texts and other parts of Dialogflow Messenger's answers that
    only change how they look. They are kept as hints.
    Why: WhatsApp draws buttons itself.
    Example: `{"type": "button", "icon": {"type": "chevron_right"}, "text": "Suivre"}`
    Use instead: an emoji in the title.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/integration/dialogflow-messenger/fulfillment
    """

    code = "LOS566"
    name = "dialogflow-cx-rich-look"
    severity = Severity.INFO


class SuccessMark(Rule):
    """A mark for the old platform's figures

    What it does: counts `conversationSuccess` messages and cards of the knowledge base, which people do not see. They
    are kept as facts.
    Why: they feed the statistics of the old platform.
    Example: `{"conversationSuccess": {}}`
    Use instead: an event of your own statistics.
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/rest/v3/ResponseMessage
    """

    code = "LOS567"
    name = "dialogflow-cx-success-mark"
    severity = Severity.INFO


class FormStatus(Rule):
    """The state of a form or value at run time

    What it does: reports conditions on the status of a form or parameter that is not about being filled (`UPDATED`,
    `INVALID`), or on a form where there is none.
    Why: only Dialogflow knows what was filled in this very turn. *Filled* is tested instead of *updated*; others stay
    as they are and never hold.
    Example: `$page.params.date.status = "UPDATED"`
    Use instead: a variable that is set after the question.
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/condition
    """

    code = "LOS568"
    name = "dialogflow-cx-form-status"
    severity = Severity.WARNING


class OtherChannel(Rule):
    """Wordings for another channel

    What it does: counts messages for a channel, and payloads in the format of Viber or Messenger. They are kept as the
    wording of that channel.
    Why: on WhatsApp the common wording is sent.
    Example: `{"payload": {"facebook": {…}}}` after a text
    Use instead: nothing; or move what only they say into the common messages.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/fulfillment#channel-specific
    """

    code = "LOS569"
    name = "dialogflow-cx-other-channel"
    severity = Severity.INFO


class PageUnknown(Rule):
    """The page to come back to is known at run time only

    What it does: reports shared routes that call a flow which calls this one again: the page that was active before the
    call is not known after it.
    Why: Dialogflow keeps a stack of pages; here one variable per flow says where the conversation is.
    Example: a flow-level route to a flow that comes back to this flow
    Use instead: end the inner flow with `End Flow` instead of calling back.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/handler
    """

    code = "LOS570"
    name = "dialogflow-cx-page-unknown"
    severity = Severity.WARNING


class AgentSetting(Rule):
    """Settings of other integrations

    What it does: names settings of the agent for its web client, call companion, repository and logging. They are kept
    as facts.
    Why: they say how the old platform's own clients look and what it logs.
    Example: `"webClientSettings": {"displayName": "Boutique"}`
    Use instead: nothing.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/agent-settings
    """

    code = "LOS571"
    name = "dialogflow-cx-agent-setting"
    severity = Severity.INFO


class HandlerUnused(Rule):
    """A handler or webhook that nothing calls

    What it does: counts handlers of events that cannot happen in the export (webhook errors where no webhook is called,
    failed flows where no flow is called that fails, answers where nobody is waited for), parameters that are never
    asked for, and webhooks that nothing calls. They are kept as facts.
    Why: nothing leads to them.
    Example: `{"event": "webhook.error.timeout", …}` in an agent without webhooks
    Use instead: nothing.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/handler#event
    """

    code = "LOS572"
    name = "dialogflow-cx-handler-unused"
    severity = Severity.INFO
