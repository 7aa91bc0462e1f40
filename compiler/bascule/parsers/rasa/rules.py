"""``PAR600``-``PAR626``: projects of Rasa, what is broken in them and what they leave open."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "BranchWithoutNext",
    "BrokenAnnotation",
    "BrokenPayload",
    "CheckpointNowhere",
    "DeclaredTwice",
    "EmptyResponse",
    "ExampleLine",
    "FormNeverStarted",
    "MissingResponse",
    "MoreDocuments",
    "NoConversation",
    "NoDomain",
    "NothingOfRasa",
    "OldTrainingData",
    "StoryConflict",
    "TooManyPaths",
    "UnknownAction",
    "UnknownEntity",
    "UnknownForm",
    "UnknownIntent",
    "UnknownKey",
    "UnknownSlot",
    "UnknownSyntax",
    "UnknownTarget",
    "UnreadCondition",
    "WordPayload",
    "WrongShape",
]


class NothingOfRasa(Rule):
    """Nothing of Rasa in the files

    What it does: reports files that were to be read as a Rasa project and have none of its sections: no `nlu`,
    `stories`, `rules`, `flows`, `responses`, `intents`, `slots` or `forms`.
    Why: an empty result would look like a clean one.
    Example: a `config.yml` alone
    Use instead: name the folder of the project, the one that holds `domain.yml` and `data/`.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/training-data-format
    """

    code = "PAR600"
    name = "rasa-nothing-read"
    unreadable = True


class OldTrainingData(Rule):
    """Training data of Rasa 1

    What it does: refuses Markdown stories and phrases (`## story`, `## intent:`) and JSON training data
    (`rasa_nlu_data`) of Rasa 1. The rest of the project is read.
    Why: Rasa itself reads them no more since version 3; its own converter knows all their variants.
    Example: `data/nlu.md` that begins with `## intent:greet`
    Use instead: `rasa data convert nlu --data data --out converted` and `rasa data convert core …` of Rasa 2.8.
    Sources: https://rasa.com/docs/rasa/2.x/migration-guide/
    """

    code = "PAR601"
    name = "rasa-old-training-data"
    unreadable = True


class WrongShape(Rule):
    """A value of another shape than Rasa reads

    What it does: reports a list where a mapping belongs, a text where a list belongs, and the like. The value is left
    out; what stands beside it is read.
    Why: Rasa refuses such a file or ignores the value.
    Example: `forms: [restaurant_form]`, which Rasa 2 and 3 want as a mapping
    Use instead: the shape that the message names.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/domain
    """

    code = "PAR602"
    name = "rasa-wrong-shape"
    severity = Severity.WARNING


class UnknownKey(Rule):
    """A member that Rasa does not read

    What it does: reports a member that is not known where it stands, once for each kind of holder and name. It is kept
    as a fact.
    Why: it is misspelt, stands at the wrong depth, or is read by a custom component only.
    Example: `slots: {nom: {type: text, influence_conversations: false}}`
    Use instead: the name that the message suggests.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/domain
    """

    code = "PAR603"
    name = "rasa-unknown-key"
    severity = Severity.WARNING


class DeclaredTwice(Rule):
    """One name is declared twice

    What it does: reports a response, slot, form, flow, synonym … that a second place of the project declares in another
    way. The first one is kept. Intents, entities and actions that are only listed twice are remarked on.
    Why: Rasa takes one of them without a word, which one depends on the order in which it finds the files.
    Example: `utter_greet` in `domain/responses.yml` and in `data/nlu.yml`
    Use instead: one of them.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/domain#multiple-domain-files
    """

    code = "PAR604"
    name = "rasa-declared-twice"
    severity = Severity.WARNING


class UnknownIntent(Rule):
    """An intent that nothing declares

    What it does: reports an intent in a story, rule, mapping, flow or button that neither the domain lists nor any
    phrase is given for.
    Why: no message is ever recognised as that intent, so the branch is never taken.
    Example: `- intent: gret`
    Use instead: the intent the message suggests, or declare it and write its phrases.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/domain#intents
    """

    code = "PAR605"
    name = "rasa-unknown-intent"
    severity = Severity.WARNING


class UnknownAction(Rule):
    """An action that nothing declares

    What it does: reports an action of a story, rule or flow that is no response, form or default action and that the
    domain does not list.
    Why: Rasa refuses to train; it is usually a misspelt response.
    Example: `- action: uter_greet`
    Use instead: the name the message suggests, or list the action under `actions`.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/domain#actions
    """

    code = "PAR606"
    name = "rasa-unknown-action"
    severity = Severity.WARNING


class MissingResponse(Rule):
    """A response without a text anywhere

    What it does: reports `utter_…` names that stories, rules, forms or flows use and no `responses` section defines.
    In the graph an `Unsupported` node stands in its place.
    Why: what the bot says there is not in the files: Rasa says nothing (or a custom NLG server says it).
    Example: `- action: utter_goodby` where `utter_goodbye` is defined
    Use instead: the name the message suggests, or add the response.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/responses
    """

    code = "PAR607"
    name = "rasa-missing-response"
    severity = Severity.WARNING


class UnknownSlot(Rule):
    """A slot that nothing declares

    What it does: reports slots that forms, stories, conditions, buttons or flows use and the domain does not have.
    Why: Rasa refuses the project or never fills the slot.
    Example: `required_slots: [cuisin]`
    Use instead: the slot the message suggests, or declare it.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/domain#slots
    """

    code = "PAR608"
    name = "rasa-unknown-slot"
    severity = Severity.WARNING


class UnknownForm(Rule):
    """A loop that is no form

    What it does: reports an `active_loop` that names no form of the domain. Its questions are then in code: in the
    graph it is a custom action and an open question.
    Why: either it is misspelt, or a custom loop whose questions are not in the files.
    Example: `- active_loop: restaurant_from`
    Use instead: the form the message suggests, or declare it under `forms`.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/forms
    """

    code = "PAR609"
    name = "rasa-unknown-form"
    severity = Severity.WARNING


class UnknownEntity(Rule):
    """An entity that nothing declares

    What it does: reports entities of stories and mappings that neither the domain lists nor any phrase annotates.
    Why: it is never extracted, so the slot stays empty and the branch is never taken.
    Example: `mappings: [{type: from_entity, entity: citty}]`
    Use instead: the entity the message suggests, or list it under `entities`.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/domain#entities
    """

    code = "PAR610"
    name = "rasa-unknown-entity"
    severity = Severity.WARNING


class StoryConflict(Rule):
    """Two stories disagree

    What it does: reports a step of a story or rule at which another one, with the same past, does something else. Rules
    go before stories, then the one that stands first wins; what only the loser says is not in the graph.
    Why: Rasa's memory cannot hold both; which one happens is then a guess of the model.
    Example: after `greet` one story says `utter_greet` and another `utter_welcome`
    Use instead: one of them, or tell them apart by a slot, an entity or a checkpoint.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/command-line-interface#rasa-data-validate
    """

    code = "PAR611"
    name = "rasa-story-conflict"
    severity = Severity.WARNING


class CheckpointNowhere(Rule):
    """A checkpoint with only one side

    What it does: reports a checkpoint that stories begin with and none ends with (they can never begin), and one that
    stories end with and none begins with.
    Why: Rasa leaves such stories out of the training without a word.
    Example: `- checkpoint: check_strat` at the beginning of the only story that names it
    Use instead: the checkpoint the message suggests, or remove it.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/stories#checkpoints-and-or-statements
    """

    code = "PAR612"
    name = "rasa-checkpoint-nowhere"
    severity = Severity.WARNING


class ExampleLine(Rule):
    """A line of examples that Rasa skips

    What it does: counts the lines under `examples` that do not begin with `- `.
    Why: Rasa leaves them out of the training data without stopping.
    Example: `examples: |` followed by the phrases without hyphens
    Use instead: a hyphen and a blank before each phrase.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/training-data-format#training-examples
    """

    code = "PAR613"
    name = "rasa-example-line"
    severity = Severity.WARNING


class BrokenAnnotation(Rule):
    """An annotation that cannot be read

    What it does: reports `[words]{…}` in a training phrase whose braces hold no JSON with an `entity`. The words stay
    in the phrase, without the annotation.
    Why: Rasa stops at such a phrase, or learns the braces as words.
    Example: `- to [Paris]{"entity": "city" "role": "to"}`
    Use instead: `[Paris]{"entity": "city", "role": "to"}`, with a comma between the members.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/training-data-format#entities
    """

    code = "PAR614"
    name = "rasa-broken-annotation"
    severity = Severity.WARNING


class BrokenPayload(Rule):
    """The payload of a button cannot be read

    What it does: reports payloads that begin with `/` and are neither `/intent`, `/intent{"entity": "value"}` nor
    `/SetSlots(slot=value)`. The choice leads where an answer leads that nobody recognises.
    Why: Rasa takes what it can of it, or nothing.
    Example: `payload: '/inform{"city": "Paris"'`
    Use instead: the payload with its braces closed.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/responses#buttons
    """

    code = "PAR615"
    name = "rasa-broken-payload"
    severity = Severity.WARNING


class UnknownTarget(Rule):
    """A step or flow that does not exist

    What it does: reports `next`, `then`, `else`, `link` and `call` that name no step of their flow and no flow of the
    project. The way ends there.
    Why: Rasa refuses the flow.
    Example: `next: confirm_adress`
    Use instead: the name the message suggests, or `END`.
    Sources: https://rasa.com/docs/reference/primitives/flows/
    """

    code = "PAR616"
    name = "rasa-unknown-target"
    severity = Severity.WARNING


class UnreadCondition(Rule):
    """A condition that cannot be read

    What it does: reports an `if` that is not in the language of predicates (`slots.x = "a" and not slots.y`). It is
    kept as it stands.
    Why: nothing can decide it before somebody writes it anew.
    Example: `if: slots.amount is more than 5`
    Use instead: `=`, `!=`, `<`, `<=`, `>`, `>=`, `is`, `is not`, `contains`, `matches`, joined by `and`, `or`, `not`.
    Sources: https://rasa.com/docs/reference/primitives/conditions/
    """

    code = "PAR617"
    name = "rasa-unread-condition"
    severity = Severity.WARNING


class EmptyResponse(Rule):
    """A response that says nothing

    What it does: reports responses and variants without text, picture, buttons or payload.
    Why: the person gets no answer there; WhatsApp sends no empty message.
    Example: `utter_greet:` with nothing below it, or `- text: ""`
    Use instead: write the text, or take it out.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/responses
    """

    code = "PAR618"
    name = "rasa-empty-response"
    severity = Severity.WARNING


class NoDomain(Rule):
    """Stories or flows without a domain

    What it does: says that no file declares intents, slots or responses, so that names cannot be checked and what the
    bot says is unknown.
    Why: a single stories file is half of a project.
    Example: `bascule check data/stories.yml`
    Use instead: name the folder of the project.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/domain
    """

    code = "PAR619"
    name = "rasa-no-domain"
    severity = Severity.WARNING


class NoConversation(Rule):
    """Only parts of a project

    What it does: says that the files hold phrases or declarations, but no story, rule, form or flow and no response.
    Why: there is no conversation to convert; the intents and entities are carried over.
    Example: `bascule check data/nlu.yml`
    Use instead: name the folder of the project.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/training-data-format
    """

    code = "PAR620"
    name = "rasa-no-conversation"
    severity = Severity.INFO


class MoreDocuments(Rule):
    """Several YAML documents in one file

    What it does: says that only the first document of a file (up to `---`) is read.
    Why: Rasa reads one document per file and refuses more.
    Example: `domain.yml` with a second part after `---`
    Use instead: one file for each.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/training-data-format
    """

    code = "PAR621"
    name = "rasa-more-documents"
    severity = Severity.WARNING


class TooManyPaths(Rule):
    """Stories that multiply

    What it does: says that the alternatives (`or`) of a story, or of the stories together, give more paths than are
    kept apart; from there on they share one continuation.
    Why: ten `or` with four alternatives each are a million paths; Rasa trains on a sample of them.
    Example: a story with twelve `or` steps
    Use instead: rules, or shorter stories.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/stories#checkpoints-and-or-statements
    """

    code = "PAR622"
    name = "rasa-too-many-paths"
    severity = Severity.WARNING


class BranchWithoutNext(Rule):
    """A branch of a flow that says not where it goes on

    What it does: reports the last step of a `then` or `else` that has no `next`. The flow ends there.
    Why: Rasa refuses the flow: it does not guess whether the flow ends or goes on below.
    Example: `then: [{action: utter_cancelled}]`
    Use instead: `next: END`, or `next:` with the id of a step.
    Sources: https://rasa.com/docs/reference/primitives/flows/
    """

    code = "PAR623"
    name = "rasa-branch-without-next"
    severity = Severity.WARNING


class WordPayload(Rule):
    """A button that sends words

    What it does: counts the buttons whose payload is no intent but words, as if the person had typed them. Where they
    are a training phrase of just one intent, the choice leads where that intent leads; else to whatever recognises it.
    Why: what the words lead to is a guess of the model.
    Example: `{title: "Oui", payload: "oui, volontiers"}`
    Use instead: `payload: /affirm`.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/responses#buttons
    """

    code = "PAR624"
    name = "rasa-word-payload"
    severity = Severity.INFO


class FormNeverStarted(Rule):
    """A form that nothing starts

    What it does: reports forms that no rule and no story activates. Each becomes a flow of its own.
    Why: nobody gets into it, or the code of an action starts it.
    Example: `forms: {feedback_form: …}` and no `- active_loop: feedback_form`
    Use instead: a rule that activates it, or an entry in the converted flow.
    Sources: https://legacy-docs-oss.rasa.com/docs/rasa/forms#activate-a-form
    """

    code = "PAR625"
    name = "rasa-form-never-started"
    severity = Severity.INFO


class UnknownSyntax(Rule):
    """A placeholder syntax that does not exist

    What it does: reports a `--placeholder` that is not in the table; Rasa's own `{slot}` is read instead.
    Why: nothing was read as the user asked.
    Example: `--placeholder moustache`
    Use instead: one of the names that the message lists.
    Sources: bascule's own rule.
    """

    code = "PAR626"
    name = "rasa-unknown-syntax"
