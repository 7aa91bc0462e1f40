"""``LOS450``-``LOS499``: what of a FLOIP flow has no counterpart on WhatsApp, or is not in the file at all."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "CancelledSchedule",
    "ContentElsewhere",
    "DynamicChoices",
    "LanguageVariant",
    "LogDropped",
    "MessageProperty",
    "OutputDropped",
    "RecordedSession",
    "ScheduledRun",
    "SeveralAnswers",
    "TemplateTextMissing",
    "UnknownMember",
    "UnusedResource",
    "VoiceOnly",
]


class UnknownMember(Rule):
    """A member that is not known

    What it does: says which members are not known to the reader. They are kept as JSON text with the node or flow.
    Why: their effect, if they have one, is not carried over.
    Example: `"config": {"prompt": "…", "typing_indicator": true}`
    Use instead: nothing, if the member is a note of your own tools.
    Sources: https://floip.gitbook.io/flow-specification/flows
    """

    code = "LOS450"
    name = "floip-unknown-member"
    severity = Severity.INFO


class VoiceOnly(Rule):
    """A part of the telephone

    What it does: reports recordings for calls, key presses and other settings of `IVR`. Recordings stay in the graph
    as the voice variant of their message.
    Why: a WhatsApp conversation has no counterpart: nothing is played and no key is pressed.
    Example: `{"content_type": "AUDIO", "modes": ["IVR"], "value": "accueil.mp3"}`
    Use instead: the written wording; or send the recording as an audio message.
    Sources: https://developers.facebook.com/docs/whatsapp/cloud-api/messages/audio-messages
    """

    code = "LOS451"
    name = "floip-voice-only"
    severity = Severity.INFO


class LogDropped(Rule):
    """An entry in the log of the old platform

    What it does: says how many `Core.Log` blocks there are. Each stays in the graph as a step that does nothing, with
    its text as a fact.
    Why: nobody sees it in the conversation; the new platform has a log of its own.
    Example: `{"type": "Core.Log", "config": {"message": "…"}}`
    Use instead: nothing.
    Sources: https://floip.gitbook.io/flow-specification/layers/1-core
    """

    code = "LOS452"
    name = "floip-log-dropped"
    severity = Severity.INFO


class OutputDropped(Rule):
    """A result for the records of the old platform

    What it does: says how many `Core.Output` blocks there are. The value is still set as a variable of that name; it is
    not written to the results that reports are made of.
    Why: results are a service of the old platform.
    Example: `{"type": "Core.Output", "name": "score", "config": {"value": "block.value"}}`
    Use instead: send the value to your own records by an HTTP request.
    Sources: https://floip.gitbook.io/flow-specification/layers/1-core
    """

    code = "LOS453"
    name = "floip-output-dropped"
    severity = Severity.INFO


class DynamicChoices(Rule):
    """Choices that are made at run time

    What it does: reports a question whose choices are computed. It asks its text and waits; the expression is kept as
    a fact, and the way of whoever takes a choice as an edge with an opaque condition.
    Why: how many choices there will be, and how long, decides between buttons and a list; nobody can check it.
    Example: `"choice_expression": "map(items, &[&1, &1])"`
    Use instead: fixed choices, or build the list in the code that sends the message.
    Sources: https://whatsapp.turn.io/docs/build/stacks_and_journeys
    """

    code = "LOS454"
    name = "floip-dynamic-choices"
    severity = Severity.WARNING


class UnusedResource(Rule):
    """Resources that no block uses

    What it does: says how many resources of the file are named by no block. They are left out.
    Why: editors keep the words of deleted blocks.
    Example: a resource whose `uuid` stands nowhere else
    Use instead: nothing.
    Sources: https://floip.gitbook.io/flow-specification/flows#resources
    """

    code = "LOS455"
    name = "floip-unused-resource"
    severity = Severity.INFO


class ScheduledRun(Rule):
    """A flow that is started later

    What it does: reports a block that lets another flow start after a time, and how that is carried: as a wait and a
    jump where this flow ends with it; else as a start of the other flow, with the time as a fact.
    Why: while it waits the person may write, or not; past 24 hours without a message of theirs only a template is sent.
    Example: `{"flow_id": "…", "schedule_in": "60 * 60 * 23"}`
    Use instead: a schedule of the new platform, with a template as first message.
    Sources: https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates
    """

    code = "LOS456"
    name = "floip-scheduled-run"
    severity = Severity.WARNING


class CancelledSchedule(Rule):
    """A schedule that is taken back

    What it does: reports a `ScheduleFlow` block without a time. Turn writes it to take back runs that were scheduled
    before (unconfirmed: it was seen in exports, it is not documented). It stays in the graph as unsupported.
    Why: the graph has no step for it.
    Example: `{"type": "Io.Turn.ScheduleFlow", "config": {"flow_id": "…"}}`
    Use instead: the cancel call of the new platform's scheduler.
    Sources: https://whatsapp.turn.io/docs/build/stacks_and_journeys
    """

    code = "LOS457"
    name = "floip-cancelled-schedule"
    severity = Severity.WARNING


class ContentElsewhere(Rule):
    """Content that is not in the file

    What it does: reports a block that sends an item of Turn's content library. It stays in the graph as unsupported.
    Why: the file names the item by its id only; its words are in the old platform.
    Example: `{"type": "Io.Turn.SendContentMessage", "config": {"content": {"uuid": "…"}}}`
    Use instead: write the message, or a template.
    Sources: https://whatsapp.turn.io/docs/build/stacks_and_journeys
    """

    code = "LOS458"
    name = "floip-content-elsewhere"
    severity = Severity.WARNING


class MessageProperty(Rule):
    """Labels on a message

    What it does: reports a block that labels a message for the inbox of the old platform. The labels are kept.
    Why: inboxes of other platforms label conversations, not messages.
    Example: `{"type": "Io.Turn.SetMessageProperty", "config": {"labels": ["…"]}}`
    Use instead: a label of the conversation, or a handover with a note.
    Sources: https://whatsapp.turn.io/docs/build/stacks_and_journeys
    """

    code = "LOS459"
    name = "floip-message-property"
    severity = Severity.INFO


class SeveralAnswers(Rule):
    """A question with several answers

    What it does: reports `SelectManyResponses`. The choices are offered, but one answer is taken.
    Why: WhatsApp buttons and lists give one answer each.
    Example: `{"type": "MobilePrimitives.SelectManyResponses"}`
    Use instead: a WhatsApp Flow with check boxes, or one question per option.
    Sources: https://developers.facebook.com/docs/whatsapp/flows
    """

    code = "LOS460"
    name = "floip-several-answers"
    severity = Severity.WARNING


class TemplateTextMissing(Rule):
    """A template whose text is not in the file

    What it does: says which templates a flow sends by name only.
    Why: the template exists on WhatsApp already, but its text cannot be shown, checked or moved from this file.
    Example: `{"type": "Io.Turn.WhatsAppTemplateMessage", "config": {"template": {"name": "\\"rappel\\""}}}`
    Use instead: add a listing of the templates (`GET /{waba}/message_templates`).
    Sources: https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates
    """

    code = "LOS461"
    name = "floip-template-text-missing"
    severity = Severity.INFO


class LanguageVariant(Rule):
    """Two wordings in one language

    What it does: reports a flow that declares two languages with one code (a male and a female voice, two regions). The
    first one is used; the other is kept as a variant.
    Why: WhatsApp tells languages apart by their code only.
    Example: `{"id": "fra-f", "iso_639_3": "fra", "variant": "femme"}` beside `fra`
    Use instead: a code with a region (`bcp_47`), where the difference is one.
    Sources: https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates/supported-languages
    """

    code = "LOS462"
    name = "floip-language-variant"
    severity = Severity.WARNING


class RecordedSession(Rule):
    """A recorded session, not an export

    What it does: says that a container also holds what an engine recorded: the person, the answers, where the run
    stands. Those members are left out; the flows are read.
    Why: what one person did is personal data and no part of a scenario.
    Example: `"contact": {…}, "interactions": [ … ], "cursor": {…}` beside `flows`
    Use instead: export the flow itself; move the people with `bascule contacts`.
    Sources: https://github.com/FLOIP/flow-runner
    """

    code = "LOS463"
    name = "floip-recorded-session"
    severity = Severity.INFO
