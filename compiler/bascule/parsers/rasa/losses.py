"""``LOS600``-``LOS619``: what of a Rasa assistant is not in its files, or has no counterpart in a flow."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "ChannelSettings",
    "CodedQuestion",
    "CustomAction",
    "CustomPayload",
    "DynamicStep",
    "HtmlInText",
    "MappingWithoutEffect",
    "ModelSettings",
    "PatternFlow",
    "RephrasedByModel",
    "StartedByModel",
    "StaticBack",
    "StoriesForTests",
    "TrainingFeature",
    "TwoStageFallback",
    "UnreachedStory",
]


class CustomAction(Rule):
    """An action whose code is elsewhere

    What it does: counts the places where a custom action runs. In the graph each is a request of the service `custom`
    with the action's name, and the URL of the action server where `endpoints.yml` has it.
    Why: what the action says, asks or looks up is Python code that is not read.
    Example: `- action: action_show_balance`
    Use instead: write in the converted flow what it does, or let it call the same action server.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/custom-actions
    """

    code = "LOS600"
    name = "rasa-custom-action"
    severity = Severity.WARNING


class CodedQuestion(Rule):
    """A question that code asks

    What it does: reports slots that a form or flow asks for by an action (`action_ask_…`), and slots without any
    question. Where a response of the slot's name exists, it is asked instead.
    Why: the words of the question are in Python code that is not read.
    Example: `actions: [action_ask_pizza_type]`
    Use instead: a response `utter_ask_pizza_type`, or write the question in the converted flow.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/forms#using-a-custom-action-to-ask-for-the-next-slot
    """

    code = "LOS601"
    name = "rasa-coded-question"
    severity = Severity.WARNING


class ModelSettings(Rule):
    """Settings of the models

    What it does: says how many components and policies `config.yml` sets up. They are kept as facts; of the fallback
    classifier the graph has the way that an unrecognised message takes.
    Why: phrases and entities go along; the platform that runs the flow trains (or matches) with its own means, so the
    same message may be understood in another way.
    Example: `- name: DIETClassifier`
    Use instead: test the converted flow with real messages; give its intents keywords.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/model-configuration
    """

    code = "LOS602"
    name = "rasa-model-settings"
    severity = Severity.INFO


class StoriesForTests(Rule):
    """Tests of the assistant

    What it does: counts the test stories and test cases. They are not part of the scenario.
    Why: they say what should happen, not what happens.
    Example: `tests/test_stories.yml`
    Use instead: keep them to check the converted flow.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/testing-your-assistant
    """

    code = "LOS603"
    name = "rasa-test-stories"
    severity = Severity.INFO


class TwoStageFallback(Rule):
    """A fallback that asks what was meant

    What it does: reports the two-stage fallback. In the graph it asks to rephrase, and says the default answer when
    that is not understood either.
    Why: its first question ("did you mean …?") names the intent that the model finds most likely; a flow has no such
    list.
    Example: `- action: action_two_stage_fallback`
    Use instead: a menu of the usual requests.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/fallback-handoff#two-stage-fallback
    """

    code = "LOS604"
    name = "rasa-two-stage-fallback"
    severity = Severity.WARNING


class CustomPayload(Rule):
    """A message in a form of one channel

    What it does: reports `custom`, `attachment` and `elements` of responses that are in no form known here. They are
    kept as facts; what stands beside them is said.
    Why: they are meant for the program that shows the chat (a widget, a map), which is not in the files.
    Example: `custom: {widget: datetime}`
    Use instead: say it in words, buttons or a picture.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/responses#custom-output-payloads
    """

    code = "LOS605"
    name = "rasa-custom-payload"
    severity = Severity.WARNING


class StartedByModel(Rule):
    """A flow that a language model starts

    What it does: counts the flows without `nlu_trigger`: a language model starts them by their description. In the
    graph each has an intent of its name, without phrases, that keeps the description.
    Why: a flow platform starts conversations by keywords or phrases.
    Example: `transfer_money: {description: Help users send money to friends}`
    Use instead: write keywords or phrases for it.
    Sources: https://rasa.com/docs/reference/primitives/starting-flows/
    """

    code = "LOS606"
    name = "rasa-started-by-model"
    severity = Severity.INFO


class PatternFlow(Rule):
    """A flow that Rasa runs by itself

    What it does: reports `pattern_…` flows other than those for the start of the session, for what cannot be
    handled and for the hand-over: nothing runs them here.
    Why: Rasa runs them between the steps of other flows (corrections, cancelled flows, the end of a flow).
    Example: `pattern_completed`
    Use instead: add the step where it is needed, if it is.
    Sources: https://rasa.com/docs/reference/primitives/patterns/
    """

    code = "LOS607"
    name = "rasa-pattern-flow"
    severity = Severity.INFO


class MappingWithoutEffect(Rule):
    """A slot mapping that nothing here carries out

    What it does: counts the mappings that fill a slot by code (`custom`, `controlled`), by a language model outside
    of a question (`from_llm`), or by every message (`from_text` of a slot that no form asks for).
    Why: a flow sets variables where it asks, sets or requests them.
    Example: `mappings: [{type: custom, action: action_fill_table}]`
    Use instead: set the variable where it is known.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/domain#slot-mappings
    """

    code = "LOS608"
    name = "rasa-mapping-without-effect"
    severity = Severity.INFO


class UnreachedStory(Rule):
    """Steps of a story that no path of the graph takes

    What it does: counts the steps that are not in the graph: behind a conflict, behind a checkpoint that nothing ends
    with, or after an action that is always followed by something else.
    Why: stories are examples for a model; the graph holds what they say together.
    Example: a story that begins with an action which no other story or rule ends with
    Use instead: begin the story with the message that leads there.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/stories
    """

    code = "LOS609"
    name = "rasa-unreached-story"
    severity = Severity.WARNING


class StaticBack(Rule):
    """A default action without a counterpart

    What it does: reports `action_back`, `action_revert_fallback_events` and other default actions that undo turns
    or ask about the model's guesses. In the graph an `Unsupported` node stands in their place.
    Why: they take back what happened; a flow only goes on.
    Example: `- action: action_back`
    Use instead: lead the choice to the message it should go back to.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/default-actions
    """

    code = "LOS610"
    name = "rasa-default-action"
    severity = Severity.WARNING


class TrainingFeature(Rule):
    """A regular expression that only helps the model

    What it does: counts the regular expressions named after no entity. They are kept as facts.
    Why: Rasa gives them to the classifier as a hint; they extract nothing.
    Example: `- regex: help`
    Use instead: nothing, or name it after the entity it describes.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/training-data-format#regular-expressions
    """

    code = "LOS611"
    name = "rasa-training-feature"
    severity = Severity.INFO


class ChannelSettings(Rule):
    """Settings of channels and servers

    What it does: counts the sections of `credentials.yml` and `endpoints.yml`. Of the first only the names of the
    channels are kept, of the second the address of the action server.
    Why: they hold the secrets of the old installation, and say nothing about the conversation.
    Example: `telegram: {access_token: …}`
    Use instead: set up the WhatsApp number at the provider; replace secrets that went along with the files.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/messaging-and-voice-channels
    """

    code = "LOS612"
    name = "rasa-channel-settings"
    severity = Severity.INFO


class RephrasedByModel(Rule):
    """A response that a language model words anew

    What it does: counts the responses with `rephrase: true`, and the steps with a prompt for a language model. The
    words of the file are said as they stand; a prompt is a request of the service `llm`.
    Why: what the model says is not in the files.
    Example: `metadata: {rephrase: True}`
    Use instead: a fixed text: WhatsApp templates need one anyway.
    Sources: https://rasa.com/docs/reference/primitives/contextual-response-rephraser/
    """

    code = "LOS613"
    name = "rasa-rephrased-by-model"
    severity = Severity.INFO


class DynamicStep(Rule):
    """A step that is computed

    What it does: reports actions and links with `{{…}}` in their names, which Rasa fills while the flow runs.
    Why: which action runs is known only then.
    Example: `action: validate_{{context.collect}}`
    Use instead: name the action.
    Sources: https://rasa.com/docs/reference/primitives/patterns/
    """

    code = "LOS614"
    name = "rasa-dynamic-step"
    severity = Severity.WARNING


class HtmlInText(Rule):
    """HTML in the text of a response

    What it does: counts texts with HTML. Line breaks, lists, bold and italic words are written as WhatsApp writes
    them, links as their words with the address behind; pictures and players in the HTML are left out.
    Why: WhatsApp shows tags as they stand.
    Example: `text: "Appelez le <a href='tel:+33123456789'>01 23 45 67 89</a><br>Merci"`
    Use instead: plain text; `image` and `buttons` for the rest.
    Sources: https://faq.whatsapp.com/539178204879377
    """

    code = "LOS615"
    name = "rasa-html-in-text"
    severity = Severity.INFO
