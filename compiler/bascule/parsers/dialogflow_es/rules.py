"""``PAR500``-``PAR549``: exports of Dialogflow ES agents, and what they leave open."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "AgentFileMissing",
    "ContextNeverOpened",
    "EventByProgram",
    "FollowUpWithoutParent",
    "ForeignFile",
    "IntentTwice",
    "LanguageUndeclared",
    "LooseParts",
    "NoIntents",
    "PartAlone",
    "PromptMissing",
    "ReplyUnmatched",
    "SaysNothing",
    "SharedPhrase",
    "UnknownContextParameter",
    "UnknownEntity",
    "UnknownMessage",
    "UnknownParameter",
    "UnreadableFile",
    "WrongShape",
]


class NoIntents(Rule):
    """No intent in the agent

    What it does: reports an export of Dialogflow ES without a single intent that answers.
    Why: an empty result would look like a clean one.
    Example: a folder with `agent.json` whose `intents/` is missing
    Use instead: export the agent again (Settings, Export and Import, Export as ZIP) and name the whole folder or zip.
    Sources: https://cloud.google.com/dialogflow/es/docs/agents-settings#export
    """

    code = "PAR500"
    name = "dialogflow-es-no-intents"
    unreadable = True


class AgentFileMissing(Rule):
    """The agent has no `agent.json`

    What it does: says that the settings of the agent are not among the files: its language was taken from the messages,
    and the address of its webhook is unknown.
    Why: repositories often leave the file out because it holds a key.
    Example: a folder with `intents/` and `entities/` only
    Use instead: put `agent.json` back; its key and its headers are dropped by the compiler.
    Sources: https://cloud.google.com/dialogflow/es/docs/agents-settings#export
    """

    code = "PAR501"
    name = "dialogflow-es-agent-file-missing"
    severity = Severity.WARNING


class WrongShape(Rule):
    """A member has a type that Dialogflow does not write

    What it does: reports a member of an agent, intent, message, parameter or entity whose type is not the one that
    exports have. It is kept as a fact, or left out where nothing can be kept.
    Why: what it means is not known; reading it as something else would change the conversation.
    Example: `"contexts": "menu"`, where a list belongs
    Use instead: the type that the finding names.
    Sources: https://cloud.google.com/dialogflow/es/docs/reference/rest/v2/projects.agent.intents
    """

    code = "PAR502"
    name = "dialogflow-es-wrong-shape"
    severity = Severity.WARNING


class UnreadableFile(Rule):
    """A file of the export cannot be read

    What it does: reports a file of the agent that is no JSON at all; the others are read.
    Why: an intent, its phrases or an entity is missing from the result.
    Example: an empty `intents/Menu.json`
    Use instead: export the agent again.
    Sources: bascule's own rule.
    """

    code = "PAR503"
    name = "dialogflow-es-unreadable-file"


class UnknownMessage(Rule):
    """A message of a kind that is not known

    What it does: reports a message whose `type` is none that Dialogflow ES documents. It stays in the graph as
    unsupported, with its JSON.
    Why: nothing is said in its place.
    Example: `{"type": 9, "lang": "fr"}`
    Use instead: one of text (0), card (1), quick replies (2), image (3), custom payload (4).
    Sources: https://cloud.google.com/dialogflow/es/docs/intents-rich-messages
    """

    code = "PAR504"
    name = "dialogflow-es-unknown-message"
    severity = Severity.WARNING


class UnknownParameter(Rule):
    """A text uses a parameter that its intent does not have

    What it does: reports `$name` in a text, prompt or value of an intent that has no parameter of that name.
    Why: people see an empty place, or the answer is not said at all.
    Example: `"Le laboratoire $tipo est réservé."` in an intent whose parameter is called `tipo-lab`
    Use instead: the name of the parameter, or `#context.name` for a parameter of an earlier intent.
    Sources: https://cloud.google.com/dialogflow/es/docs/intents-actions-parameters#reference
    """

    code = "PAR505"
    name = "dialogflow-es-unknown-parameter"
    severity = Severity.WARNING


class UnknownContextParameter(Rule):
    """A text uses a context's parameter that no intent leaves there

    What it does: reports `#context.name` where no intent with such a parameter opens the context. The variable stays
    in the graph; whoever answers the webhook or sends the event must give it.
    Why: people see an empty place if nobody does.
    Example: `"À #livraison.heure"`, where only the webhook opens `livraison`
    Use instead: declare the variable with a sample, or set it where it becomes known.
    Sources: https://cloud.google.com/dialogflow/es/docs/contexts-overview
    """

    code = "PAR506"
    name = "dialogflow-es-unknown-context-parameter"
    severity = Severity.WARNING


class PromptMissing(Rule):
    """A required parameter without a question

    What it does: reports parameters that an intent requires and for which it has no prompt: nothing is asked, and the
    flow goes on without the value.
    Why: Dialogflow waits for the value in silence unless a webhook asks; people do not know what is wanted.
    Example: `{"name": "ville", "dataType": "@sys.geo-city", "required": true}`
    Use instead: write the question, or make the parameter optional.
    Sources: https://cloud.google.com/dialogflow/es/docs/intents-actions-parameters#required
    """

    code = "PAR507"
    name = "dialogflow-es-prompt-missing"
    severity = Severity.WARNING


class SharedPhrase(Rule):
    """One phrase trains two intents that compete

    What it does: reports a training phrase that stands in two intents with the same input contexts.
    Why: which one answers is chance, on Dialogflow and after it.
    Example: `"oui"` in two intents that both need the context `commande`
    Use instead: leave it in one of them, or give them different contexts.
    Sources: https://cloud.google.com/dialogflow/es/docs/agents-design
    """

    code = "PAR508"
    name = "dialogflow-es-shared-phrase"
    severity = Severity.WARNING


class FollowUpWithoutParent(Rule):
    """A follow-up intent that does not follow its parent

    What it does: reports an intent whose `parentId` names no intent of the export, or whose parent opens none of the
    contexts it needs.
    Why: at run time only contexts count: the intent is never an answer to its parent.
    Example: a follow-up whose parent's output context was renamed
    Use instead: the parent's output context as input context of the follow-up.
    Sources: https://cloud.google.com/dialogflow/es/docs/contexts-follow-up-intents
    """

    code = "PAR509"
    name = "dialogflow-es-follow-up-without-parent"
    severity = Severity.WARNING


class IntentTwice(Rule):
    """Two intents under one name or id

    What it does: reports intents that share an id, a name, or a name but for its case. Each stays an intent of its own.
    Why: an import on a file system that ignores case loses one of them; people who edit them take one for the other.
    Example: `Menu.json` and `menu.json`
    Use instead: a name for each, or delete the copy.
    Sources: https://cloud.google.com/dialogflow/es/docs/intents-overview
    """

    code = "PAR510"
    name = "dialogflow-es-intent-twice"
    severity = Severity.INFO


class ContextNeverOpened(Rule):
    """Intents need a context that no intent opens

    What it does: reports input contexts that are no output context of any intent. The condition stays in the graph;
    only the program that answers the webhook can make it true.
    Why: without that program the intents are never reached.
    Example: `"contexts": ["paiement_ouvert"]`, where the webhook opens the context
    Use instead: set the variable `until` of the context in the converted flow where it should open.
    Sources: https://cloud.google.com/dialogflow/es/docs/contexts-input-output
    """

    code = "PAR511"
    name = "dialogflow-es-context-never-opened"
    severity = Severity.WARNING


class LooseParts(Rule):
    """Phrases or entries without their intent or entity

    What it does: reports files of training phrases whose intent is not there, and of entity entries whose entity is
    not there. Their content is carried all the same.
    Why: nothing answers those phrases; the file was left over, or its partner was renamed.
    Example: `intents/Menu_usersays_fr.json` without `intents/Menu.json`
    Use instead: delete the file, or give its partner the same name.
    Sources: https://cloud.google.com/dialogflow/es/docs/agents-settings#export
    """

    code = "PAR512"
    name = "dialogflow-es-loose-parts"
    severity = Severity.WARNING


class ReplyUnmatched(Rule):
    """Buttons whose words train no intent that can answer

    What it does: counts the quick replies, chips and buttons whose text is no training phrase of an intent that can
    follow. The tap is recognised like typed text.
    Why: whether somebody answers depends on how the words are recognised; without recognition the fallback does.
    Example: the quick reply `Oui, volontiers` where the follow-up knows only `oui`
    Use instead: add the words to the training phrases of the intent that should answer.
    Sources: https://cloud.google.com/dialogflow/es/docs/intents-rich-messages#quick_replies
    """

    code = "PAR513"
    name = "dialogflow-es-reply-unmatched"
    severity = Severity.INFO


class LanguageUndeclared(Rule):
    """Languages of the texts and of the agent differ

    What it does: names the languages that texts have and `agent.json` does not declare, and those that it declares and
    in which nothing is said.
    Why: people who write in a language without texts get answers in another one.
    Example: `"supportedLanguages": ["ar"]` where every message has `"lang": "fr"`
    Use instead: translate the messages, or remove the language from the agent.
    Sources: https://cloud.google.com/dialogflow/es/docs/agents-multilingual
    """

    code = "PAR514"
    name = "dialogflow-es-language-undeclared"
    severity = Severity.INFO


class PartAlone(Rule):
    """A part of an export without its agent

    What it does: refuses a file of settings, training phrases or entity entries that was named alone.
    Why: nothing is said in it; the intents that answer stand in other files of the same export.
    Example: `bascule check agent.json`
    Use instead: name the folder or the zip of the export.
    Sources: https://cloud.google.com/dialogflow/es/docs/agents-settings#export
    """

    code = "PAR515"
    name = "dialogflow-es-part-alone"
    unreadable = True


class ForeignFile(Rule):
    """A file that is no part of an export

    What it does: names the files in the folder of an agent that Dialogflow does not write. They are not read.
    Why: what they say is not in the result.
    Example: `intents/NOTES.md`
    Use instead: nothing; or name the file on its own if it is a scenario.
    Sources: bascule's own rule.
    """

    code = "PAR516"
    name = "dialogflow-es-foreign-file"
    severity = Severity.INFO


class EventByProgram(Rule):
    """An event of your own starts an intent

    What it does: says which intents are started by events that a program or the webhook sends. They are read as
    started by the business.
    Why: an event says nothing about the last message of the person: outside the 24-hour window only a template is
    sent. An event that only follows a message of the person may be sent freely.
    Example: `"events": [{"name": "colis_arrive"}]`
    Use instead: keep the entry as it is where a program sends the event; remove it where only the webhook does.
    Sources: https://cloud.google.com/dialogflow/es/docs/events-custom
    """

    code = "PAR517"
    name = "dialogflow-es-event-by-program"
    severity = Severity.INFO


class UnknownEntity(Rule):
    """A parameter's entity is not in the export

    What it does: reports a `dataType` that is no system entity and no entity of the export.
    Why: what people may answer is unknown; any text is taken.
    Example: `"dataType": "@pizza"` without `entities/pizza.json`
    Use instead: export the agent with its entities.
    Sources: https://cloud.google.com/dialogflow/es/docs/entities-overview
    """

    code = "PAR518"
    name = "dialogflow-es-unknown-entity"
    severity = Severity.WARNING


class SaysNothing(Rule):
    """An intent answers with silence

    What it does: counts the intents that say nothing and call no webhook.
    Why: the person writes and hears nothing.
    Example: `"messages": [{"type": 0, "lang": "fr", "speech": []}]`
    Use instead: write an answer, or remove the intent.
    Sources: https://cloud.google.com/dialogflow/es/docs/intents-responses
    """

    code = "PAR519"
    name = "dialogflow-es-says-nothing"
    severity = Severity.WARNING
