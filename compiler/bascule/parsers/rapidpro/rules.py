"""``PAR350``-``PAR399``: what a RapidPro or Glific file gets wrong, or says in a way that has to be interpreted."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "ActionsAfterFlow",
    "BadAttachment",
    "BadLanguage",
    "CaseArguments",
    "DanglingCategory",
    "DanglingExit",
    "DuplicateUuid",
    "EmptyAction",
    "FlowsInProgram",
    "InvalidRequest",
    "LegacyFlow",
    "MissingAsset",
    "NoFlows",
    "NoTrigger",
    "NodeWithoutExit",
    "RepliesNotTranslated",
    "ReplyWithoutCase",
    "SecretInFlow",
    "StartElsewhere",
    "TooManyParts",
    "UnknownAction",
    "UnknownFlowType",
    "UnknownRuleSet",
    "UnknownSpecVersion",
    "UnknownTest",
    "UnknownTranslation",
    "UnknownTrigger",
    "UntranslatableProperty",
    "WrongShape",
]


class LegacyFlow(Rule):
    """A flow in a format older than version 13

    What it does: says that a flow has version 2 to 12 (`action_sets` and `rule_sets`) and is upgraded, version by
    version, as it is read. Places still point into the file.
    Why: those flows were written for an older engine, with another expression language; what it did and the present
    one does not is told apart, but a conversation or two should be compared.
    Example: `{"version": "11.12", "flows": [{"action_sets": [], "rule_sets": []}]}`
    Use instead: nothing, if the result looks right. A current RapidPro or TextIt workspace upgrades what it imports;
    its export has version 13 or later.
    Sources: https://docs.nyaruka.com/goflow/
    """

    code = "PAR350"
    name = "rapidpro-legacy-flow"
    severity = Severity.INFO


class NoFlows(Rule):
    """No flow to read

    What it does: reports a file that looks like a RapidPro export but holds no flow that can be read.
    Why: there is nothing to convert; going on would look like an empty but valid scenario.
    Example: `{"version": "13", "flows": []}`
    Use instead: export the flows themselves, with the things they depend on.
    Sources: https://docs.nyaruka.com/goflow/
    """

    code = "PAR351"
    name = "rapidpro-no-flows"
    unreadable = True


class WrongShape(Rule):
    """A member has a type that RapidPro does not write

    What it does: reports a member whose type is not the one RapidPro uses. What it holds is kept as text.
    Why: the engine refuses such a flow; what it was meant to say is a guess.
    Example: `"exits": [{"uuid": "…"}, null]`
    Use instead: `"exits": [{"uuid": "…"}]`
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "PAR352"
    name = "rapidpro-wrong-shape"


class UnknownAction(Rule):
    """An action of an unknown type

    What it does: reports an action whose `type` neither RapidPro nor Glific has. It stays in the graph as unsupported,
    with its source text.
    Why: what it would do cannot be known.
    Example: `"type": "send_message"`
    Use instead: `"type": "send_msg"`
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "PAR353"
    name = "rapidpro-unknown-action"
    severity = Severity.WARNING


class UnknownTest(Rule):
    """A case with an unknown test

    What it does: reports a case whose `type` is no test of RapidPro or Glific. It is kept as an opaque condition.
    Why: whether the branch is taken cannot be known.
    Example: `"type": "has_only_te"`
    Use instead: `"type": "has_only_text"`
    Sources: https://docs.nyaruka.com/goflow/expressions.html
    """

    code = "PAR354"
    name = "rapidpro-unknown-test"
    severity = Severity.WARNING


class DuplicateUuid(Rule):
    """Two things of a flow have one uuid

    What it does: reports a node, action, exit, case or category whose uuid something of the same kind already has. A
    second node is kept under a new id.
    Why: exits and translations name things by uuid; all of them mean the first one.
    Example: a node copied by hand, with its uuid
    Use instead: a new uuid for the copy and for everything in it.
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "PAR355"
    name = "rapidpro-duplicate-uuid"


class NodeWithoutExit(Rule):
    """A node without an exit

    What it does: reports a node whose list of exits is missing or empty; the flow is taken to end there.
    Why: the engine refuses the flow: every node needs at least one exit, which may lead nowhere.
    Example: `"exits": []`
    Use instead: `"exits": [{"uuid": "…", "destination_uuid": null}]`
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "PAR356"
    name = "rapidpro-node-without-exit"


class DanglingCategory(Rule):
    """A case, default or timeout names a category that is not there

    What it does: reports a `category_uuid` (of a case, of a timeout, or the default) that none of the router's
    categories has; the branch is taken to end the flow.
    Why: the engine refuses the flow, and people who get there are left without an answer.
    Example: `"default_category_uuid"` of a category that was deleted
    Use instead: the uuid of one of the router's categories.
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "PAR357"
    name = "rapidpro-dangling-category"


class DanglingExit(Rule):
    """A category names an exit that is not there

    What it does: reports an `exit_uuid` of a category that none of the node's exits has; the branch is taken to end the
    flow.
    Why: the engine refuses the flow, and people who get there are left without an answer.
    Example: a category copied from another node
    Use instead: the uuid of one of the node's exits.
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "PAR358"
    name = "rapidpro-dangling-exit"


class UnknownFlowType(Rule):
    """A flow of an unknown type

    What it does: reports a flow whose `type` RapidPro does not have; it is read as a messaging flow.
    Why: the type decides what a flow may do: wait, speak on the telephone, run in the background.
    Example: `"type": "sms"`
    Use instead: `"type": "messaging"`
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "PAR359"
    name = "rapidpro-unknown-flow-type"
    severity = Severity.WARNING


class UnknownTranslation(Rule):
    """Translations of something that is not in the flow

    What it does: reports translations filed under a uuid that no action, case or category of the flow has. They are
    kept as facts of the flow.
    Why: nobody ever sees them: the thing they belong to was deleted, or the uuid is mistyped.
    Example: `"localization": {"fra": {"heh?": {}}}`
    Use instead: the uuid of the action, case or category; or remove them.
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "PAR360"
    name = "rapidpro-unknown-translation"
    severity = Severity.WARNING


class UntranslatableProperty(Rule):
    """Translations of a property that has none

    What it does: reports a translation of a property that the thing it belongs to does not have, or that is never
    translated. It is kept as a fact of the flow.
    Why: nobody ever sees it; often it is a misspelling of `text`, `quick_replies`, `attachments`, `arguments` or
    `name`.
    Example: `"localization": {"fra": {"<uuid>": {"txet": ["Bonjour"]}}}`
    Use instead: `"text": ["Bonjour"]`
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "PAR361"
    name = "rapidpro-untranslatable-property"
    severity = Severity.WARNING


class EmptyAction(Rule):
    """An action that does nothing

    What it does: reports an action without what it needs: a message without text, attachment or template, a webhook
    without an address, a change without a target.
    Why: the engine refuses such a flow when it is loaded; here the step would silently vanish.
    Example: `{"type": "send_msg", "text": ""}`
    Use instead: fill it in, or remove it.
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "PAR362"
    name = "rapidpro-empty-action"
    severity = Severity.WARNING


class InvalidRequest(Rule):
    """A webhook that no server will accept

    What it does: reports a `GET` or `HEAD` request with a body, a method that HTTP does not have, and names of header
    fields with characters that HTTP forbids.
    Why: the engine refuses the flow; another platform sends a broken request.
    Example: `{"type": "call_webhook", "method": "GET", "body": "Hi"}`
    Use instead: `POST`, or no body.
    Sources: https://www.rfc-editor.org/rfc/rfc9110
    """

    code = "PAR363"
    name = "rapidpro-invalid-request"
    severity = Severity.WARNING


class TooManyParts(Rule):
    """More parts than the engine allows

    What it does: reports a flow of more than 1000 nodes, and a node with more than 100 actions, exits, cases or
    categories. They are all read.
    Why: the engine refuses the flow; it is usually made by a program that went astray.
    Example: a node with 101 actions
    Use instead: several nodes, or a subflow.
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "PAR364"
    name = "rapidpro-too-many-parts"
    severity = Severity.WARNING


class CaseArguments(Rule):
    """A case with the wrong number of arguments

    What it does: reports a case whose test needs another number of arguments than it has, or more than any test takes.
    Why: the engine refuses the flow, or the test never holds. Alternatives stand in one argument, with blanks
    between them.
    Example: `{"type": "has_any_word", "arguments": ["oui", "o"]}`
    Use instead: `{"type": "has_any_word", "arguments": ["oui o"]}`
    Sources: https://docs.nyaruka.com/goflow/expressions.html
    """

    code = "PAR365"
    name = "rapidpro-case-arguments"
    severity = Severity.WARNING


class MissingAsset(Rule):
    """Something a flow uses is not in the file

    What it does: says which groups, contact fields and templates the flows name that the export itself does not list.
    Why: they are known by name only; in the workspace they may have been renamed or deleted.
    Example: a flow that adds to the group `Inscrits` in a file without `groups`
    Use instead: export again with everything the flows depend on.
    Sources: https://docs.nyaruka.com/goflow/
    """

    code = "PAR366"
    name = "rapidpro-missing-asset"
    severity = Severity.INFO


class ReplyWithoutCase(Rule):
    """A quick reply that no case takes

    What it does: reports a quick reply whose own text matches none of the cases that wait for the answer: tapping it
    leads to the default category, usually "Sorry, I did not understand". Also a reply whose translation leads elsewhere
    than the original; it is read as leading where the original does.
    Why: the link between replies and cases is by words only; one of them was changed without the other.
    Example: the reply `Oui, merci` and the case `has_only_phrase` `oui`
    Use instead: a case that takes the reply's words, or a reply with the words of a case.
    Sources: https://docs.nyaruka.com/goflow/expressions.html
    """

    code = "PAR367"
    name = "rapidpro-reply-without-case"
    severity = Severity.WARNING


class UnknownSpecVersion(Rule):
    """A version that is not known here

    What it does: says that a flow carries no version, or a later one than the newest that is known, and that it was
    read as the newest (or, without a version, as the first form of 13).
    Why: a later version may say the same thing in another way.
    Example: `"spec_version": "15.0.0"`
    Use instead: nothing, if the result looks right.
    Sources: https://docs.nyaruka.com/goflow/
    """

    code = "PAR368"
    name = "rapidpro-unknown-spec-version"
    severity = Severity.INFO


class StartElsewhere(Rule):
    """A trigger or campaign starts a flow that is not in the file

    What it does: reports a trigger or campaign event whose flow the file does not hold. It becomes a flow of its own
    that only goes on to the named one.
    Why: the way in belongs to the scenario; without the file of its flow it leads nowhere.
    Example: an export of campaigns only
    Use instead: compile the files together, or export the flows with their triggers and campaigns.
    Sources: https://docs.nyaruka.com/goflow/
    """

    code = "PAR369"
    name = "rapidpro-start-elsewhere"
    severity = Severity.INFO


class NoTrigger(Rule):
    """Nothing in the file starts this flow

    What it does: says that no trigger, campaign or other flow of the file starts a flow, so that it is taken to be
    started by hand or by an API call: the business writes first.
    Why: then nobody has written in the last 24 hours, and its first message has to be a template.
    Example: a flow exported alone
    Use instead: export the trigger with it, or add a keyword entry in the scenario file if users start it.
    Sources: https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates
    """

    code = "PAR370"
    name = "rapidpro-no-trigger"
    severity = Severity.INFO


class UnknownTrigger(Rule):
    """A trigger or campaign event of an unknown kind

    What it does: reports a `trigger_type`, `event_type` or `unit` that RapidPro does not have. The way in is read as
    the strict case: the business writes first.
    Why: who writes first decides what may be sent.
    Example: `"trigger_type": "Z"`
    Use instead: one of `K C N M V S R T I O`.
    Sources: https://docs.nyaruka.com/goflow/sessions.html
    """

    code = "PAR371"
    name = "rapidpro-unknown-trigger"
    severity = Severity.WARNING


class RepliesNotTranslated(Rule):
    """Replies or menus differ between languages

    What it does: reports quick replies, menus or attachments of which a language has another number than the flow's own
    language, and quick replies that a language has in another order.
    Why: choices are paired by their order, or by the cases they lead to where each leads to one; what has no partner
    shows the wording of another language.
    Example: three quick replies in English, two in French
    Use instead: as many in each language, in the same order.
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "PAR372"
    name = "rapidpro-replies-not-translated"
    severity = Severity.WARNING


class BadAttachment(Rule):
    """An attachment that says neither what it is nor where

    What it does: reports an attachment that is not of the form `kind:address`.
    Why: the engine does not send it.
    Example: `"attachments": ["photo.jpg"]`
    Use instead: `"attachments": ["image/jpeg:https://exemple.fr/photo.jpg"]`
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "PAR373"
    name = "rapidpro-bad-attachment"
    severity = Severity.WARNING


class ActionsAfterFlow(Rule):
    """Two flows are entered in one node

    What it does: reports a node with more than one `enter_flow`; the engine runs only the last one.
    Why: the others are never entered, which nobody who looks at the editor would think.
    Example: two `enter_flow` actions in one node
    Use instead: one node per subflow.
    Sources: https://docs.nyaruka.com/goflow/flows.html
    """

    code = "PAR374"
    name = "rapidpro-two-flows-entered"
    severity = Severity.WARNING


class BadLanguage(Rule):
    """A language code that is none

    What it does: reports translations under a code that is neither of two nor of three letters. They are kept under
    that code.
    Why: the engine throws them away; a template needs a real language.
    Example: `"localization": {"french": {}}`
    Use instead: `"fra"`
    Sources: https://iso639-3.sil.org/
    """

    code = "PAR375"
    name = "rapidpro-bad-language"
    severity = Severity.WARNING


class UnknownRuleSet(Rule):
    """A rule set of an unknown type

    What it does: reports a rule set of an older flow (`ruleset_type`) whose type RapidPro does not have. It is read as
    a wait when its operand is the answer, else as a split on its operand.
    Why: the type decides whether the conversation stops there for an answer.
    Example: `"ruleset_type": "wait_msg"`
    Use instead: `"ruleset_type": "wait_message"`
    Sources: https://rapidpro.github.io/flows/specification/
    """

    code = "PAR377"
    name = "rapidpro-unknown-rule-set"
    severity = Severity.WARNING


class SecretInFlow(Rule):
    """A password or key stands in the flow

    What it does: reports literal values that look like credentials, in headers, addresses and bodies of webhooks. The
    value itself is never printed.
    Why: exports are shared and checked in; whoever reads them can use the key.
    Example: `"headers": {"Authorization": "Token 8f2c…"}`
    Use instead: `@globals.api_token`, whose value is not exported; replace the key that was exported.
    Sources: https://owasp.org/www-community/vulnerabilities/Use_of_hard-coded_password
    """

    code = "PAR376"
    name = "rapidpro-secret-in-flow"
    severity = Severity.WARNING


class FlowsInProgram(Rule):
    """The flows stand in a program

    What it does: says that flows were read out of a program module, from literals that are written out in it.
    Why: the program is not run. What it adds, takes away or fills in before it uses the flows is not in the graph.
    Example: `export default [{ flows: [ … ] }];`
    Use instead: nothing, if the literals are used as they stand; else export the flows from the workspace.
    Sources: bascule's own rule.
    """

    code = "PAR378"
    name = "rapidpro-flows-in-program"
    severity = Severity.INFO
