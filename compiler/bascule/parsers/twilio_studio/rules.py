"""``PAR200``-``PAR249``: what a Studio file gets wrong, or says in a way that has to be interpreted."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "DefinitionChosen",
    "DefinitionElsewhere",
    "DefinitionInProgram",
    "DefinitionUnreadable",
    "EmptyWidget",
    "HandWrittenDialect",
    "HclSyntax",
    "InitialState",
    "MenuWithoutBranch",
    "NamelessState",
    "NoStates",
    "NotANumber",
    "PartOfFile",
    "RefusedByVendor",
    "SecretInFlow",
    "StateNameTwice",
    "TemplateWithoutId",
    "TerraformValue",
    "TransitionTwice",
    "UnknownCondition",
    "UnknownEvent",
    "UnknownWidget",
    "UnnamedTarget",
    "UntestedBranch",
    "WayIntoTrigger",
    "WrongShape",
]


class NoStates(Rule):
    """Not a Studio flow, or one without states

    What it does: reports a file (or one flow of it) that holds no list of states to read.
    Why: there is nothing to convert; going on would look like an empty but valid scenario.
    Example: `{"sid": "FW…", "friendly_name": "Accueil"}`, as the list of flows in the REST API gives it.
    Use instead: export the flow itself: *Show JSON* in the editor, or `GET /v2/Flows/FW…`, whose answer has
    a `definition`.
    Sources: https://www.twilio.com/docs/studio/rest-api/v2/flow
    """

    code = "PAR200"
    name = "studio-no-states"
    unreadable = True


class WrongShape(Rule):
    """A member has a type that Studio does not write

    What it does: reports a member whose type is not the one Studio uses, and how it was read: as the text
    of a number, as one item instead of a list, or not at all.
    Why: Studio refuses such a file; what it was meant to say is a guess.
    Example: `"transitions": "menu"`
    Use instead: `"transitions": [{"event": "sent", "next": "menu"}]`
    Sources: https://www.twilio.com/docs/studio/rest-api/v2/schemas
    """

    code = "PAR201"
    name = "studio-wrong-shape"
    severity = Severity.WARNING


class UnknownWidget(Rule):
    """A widget type that Studio does not have

    What it does: reports a state whose `type` is not a widget. The state stays in the graph as
    unsupported, with its source text and its transitions.
    Why: what it would do cannot be known; the vendor refuses the flow.
    Example: `"type": "hangup"`
    Use instead: the widget that is meant; a flow that is over needs no widget, only a transition without `next`.
    Sources: https://www.twilio.com/docs/studio/widget-library
    """

    code = "PAR202"
    name = "studio-unknown-widget"
    severity = Severity.WARNING


class HandWrittenDialect(Rule):
    """Written by hand in a way that can still be read

    What it does: reports what Studio itself never writes but whose meaning is plain: `http-request` for
    `make-http-request`, `cases` inside a split, transitions or states as an object, an event under another name.
    Why: it is read as it seems to be meant, and a person should confirm it; the vendor refuses it.
    Example: `"type": "http-request"`
    Use instead: `"type": "make-http-request"`
    Sources: https://www.twilio.com/docs/studio/flow-definition
    """

    code = "PAR203"
    name = "studio-hand-written"
    severity = Severity.WARNING


class StateNameTwice(Rule):
    """Two states of one name

    What it does: reports a state whose name another state already has. Both are kept; the later one gets a new id.
    Why: transitions name states, so all of them lead to the first one and the second is never reached.
    Example: two states called `menu`
    Use instead: rename one of them and the transitions that mean it.
    Sources: https://www.twilio.com/docs/studio/flow-definition
    """

    code = "PAR204"
    name = "studio-state-name-twice"


class NamelessState(Rule):
    """A state without a name

    What it does: reports a state that has no `name`, or an empty one; it is kept under an id made from its position.
    Why: no transition can lead to it.
    Example: `{"type": "send-message", "transitions": []}`
    Use instead: give the state a name.
    Sources: https://www.twilio.com/docs/studio/flow-definition
    """

    code = "PAR205"
    name = "studio-nameless-state"


class InitialState(Rule):
    """The flow does not say where it starts

    What it does: reports an `initial_state` that is missing, that names no state, or whose state is no trigger,
    and says what the flow is taken to start with.
    Why: how a flow starts decides whether the customer service window is open, and with it every message after.
    Example: `"initial_state": "Start"` in a flow whose trigger is called `Trigger`
    Use instead: name the trigger state.
    Sources: https://www.twilio.com/docs/studio/widget-library/trigger-start
    """

    code = "PAR206"
    name = "studio-initial-state"
    severity = Severity.WARNING


class UnknownEvent(Rule):
    """An event that the widget does not send

    What it does: reports a transition whose `event` does not belong to the widget. The edge is kept.
    Why: the transition is never taken, or it is a spelling mistake for one that should be.
    Example: `"event": "replied"` in a `send-and-wait-for-reply`
    Use instead: `"event": "incomingMessage"`
    Sources: https://www.twilio.com/docs/studio/widget-library
    """

    code = "PAR207"
    name = "studio-unknown-event"
    severity = Severity.WARNING


class UnknownCondition(Rule):
    """A condition of a type that a split does not have

    What it does: reports a condition whose `type` is unknown. It is kept as an opaque condition.
    Why: whether the branch is taken cannot be known.
    Example: `"type": "equals"`
    Use instead: `"type": "equal_to"`
    Sources: https://www.twilio.com/docs/studio/widget-library/split-based-on
    """

    code = "PAR208"
    name = "studio-unknown-condition"


class UntestedBranch(Rule):
    """A branch of a split that tests nothing

    What it does: reports a `match` transition without conditions, and a condition without the value or the
    argument it needs.
    Why: Studio cannot decide when to take the branch, and neither can anybody else.
    Example: `{"event": "match", "next": "menu"}`
    Use instead: add `conditions`, or remove the transition.
    Sources: https://www.twilio.com/docs/studio/widget-library/split-based-on
    """

    code = "PAR209"
    name = "studio-untested-branch"
    severity = Severity.WARNING


class NotANumber(Rule):
    """Not a number

    What it does: reports a value that has to be a number (a timeout, a bound to compare with) and is none.
    Why: a wait of unknown length makes the 24-hour window unprovable; the default is used instead.
    Example: `"timeout": "une heure"`
    Use instead: `"timeout": "3600"`, in seconds.
    Sources: https://www.twilio.com/docs/studio/widget-library/send-wait-reply
    """

    code = "PAR210"
    name = "studio-not-a-number"
    severity = Severity.WARNING


class DefinitionUnreadable(Rule):
    """The definition inside the file is not JSON

    What it does: reports an envelope or Terraform resource whose `definition` is a text that is not a JSON object.
    Why: the whole flow is in that text; nothing of it was read.
    Example: `"definition": "see flow.json"`
    Use instead: the definition as an object, or as the exact JSON text.
    Sources: https://www.twilio.com/docs/studio/rest-api/v2/flow
    """

    code = "PAR211"
    name = "studio-definition-unreadable"
    unreadable = True


class DefinitionElsewhere(Rule):
    """The definition stands in another file

    What it does: reports a Terraform resource whose `definition` is an expression that only Terraform can evaluate:
    `file(…)`, `templatefile(…)`, a variable, a data source.
    Why: no file is opened and nothing is evaluated while a file is read, so the flow is not there.
    Example: `definition = file("flow.json")`
    Use instead: give bascule that JSON file, or the evaluated plan: `terraform show -json plan.out > plan.json`.
    Sources: https://developer.hashicorp.com/terraform/cli/commands/show
    """

    code = "PAR212"
    name = "studio-definition-elsewhere"


class HclSyntax(Rule):
    """The Terraform text could not be read

    What it does: reports where the reader of Terraform objects stopped inside a Studio resource.
    Why: what follows in that resource was not read. Only literal objects, lists, texts and numbers are understood;
    other expressions are kept as text.
    Example: a block whose closing brace is missing.
    Use instead: correct the text, or give bascule the evaluated plan: `terraform show -json plan.out > plan.json`.
    Sources: https://developer.hashicorp.com/terraform/language/syntax/configuration
    """

    code = "PAR213"
    name = "studio-hcl-syntax"
    unreadable = True


class UnnamedTarget(Rule):
    """A variable or parameter without a name

    What it does: reports an item of `variables`, `parameters` or `content_variables` that has no `key`.
    Why: the value goes nowhere.
    Example: `{"value": "{{widgets.nom.inbound.Body}}"}`
    Use instead: `{"key": "nom", "value": "{{widgets.nom.inbound.Body}}"}`
    Sources: https://www.twilio.com/docs/studio/widget-library/set-variables
    """

    code = "PAR214"
    name = "studio-unnamed-target"
    severity = Severity.WARNING


class RefusedByVendor(Rule):
    """The vendor says that this flow is invalid

    What it does: repeats what the export itself says: `valid` is false, or `errors` is not empty.
    Why: this revision cannot be published, so it is probably not what customers see.
    Example: `{"sid": "FW…", "valid": false, "definition": {}}`
    Use instead: export the published revision: `GET /v2/Flows/FW…/Revisions/LatestPublished`.
    Sources: https://www.twilio.com/docs/studio/rest-api/v2/flow-revision
    """

    code = "PAR215"
    name = "studio-refused-by-vendor"
    severity = Severity.WARNING


class WayIntoTrigger(Rule):
    """A transition leads back to the trigger

    What it does: reports a transition whose target is the trigger. It is led to the state after the trigger when
    there is only one; otherwise it is left as it is, and linking reports it.
    Why: the trigger waits for nothing a second time; Studio's editor does not allow it.
    Example: `{"event": "noMatch", "next": "Trigger"}`
    Use instead: name the state that should be shown again.
    Sources: https://www.twilio.com/docs/studio/widget-library/trigger-start
    """

    code = "PAR216"
    name = "studio-way-into-trigger"
    severity = Severity.WARNING


class TransitionTwice(Rule):
    """One event with two transitions

    What it does: reports a second transition for the same event of one state (`match` may repeat; nothing else may).
    Why: only the first is ever taken.
    Example: two transitions for `sent`
    Use instead: remove one of them.
    Sources: https://www.twilio.com/docs/studio/flow-definition
    """

    code = "PAR217"
    name = "studio-transition-twice"
    severity = Severity.WARNING


class TemplateWithoutId(Rule):
    """A template message that names no template

    What it does: reports a message of type `content_template` without a `content_sid`.
    Why: nothing is sent; the vendor refuses the flow.
    Example: `{"message_type": "content_template", "content_sid": ""}`
    Use instead: the `HX…` id of the template.
    Sources: https://www.twilio.com/docs/content
    """

    code = "PAR218"
    name = "studio-template-without-id"


class MenuWithoutBranch(Rule):
    """A menu offers what no branch takes

    What it does: reports an option of a numbered menu that the split after it does not test.
    Why: whoever picks it gets the answer for "not understood".
    Example: a text that offers 1, 2 and 3, followed by a split that tests 1 and 2 only.
    Use instead: add the branch, or take the option out of the text.
    Sources: bascule's own rule.
    """

    code = "PAR219"
    name = "studio-menu-without-branch"
    severity = Severity.WARNING


class SecretInFlow(Rule):
    """A password or key in the flow

    What it does: says where a literal value looks like a password, token or API key: in a parameter, a header,
    a body, a URL, a variable. The value itself is never printed; it stays in the graph as it is.
    Why: whoever has the export has the key, and the converted files would carry it on to another platform.
    Example: `{"key": "api_key", "value": "…"}`
    Use instead: replace the key at its owner, and let the new platform add it from its own secret store.
    Sources: https://www.twilio.com/docs/studio/user-guide/security-best-practices
    """

    code = "PAR220"
    name = "studio-secret-in-flow"
    severity = Severity.WARNING


class PartOfFile(Rule):
    """Only a part of the file is Studio

    What it does: says which parts of a larger document were not read, because they are not Studio flows:
    other Terraform resources, other members of a wrapper.
    Why: the reader must know what was looked at.
    Example: a Terraform state with a database next to the flow.
    Use instead: nothing, if those parts hold no messages.
    Sources: bascule's own rule.
    """

    code = "PAR221"
    name = "studio-part-of-file"
    severity = Severity.INFO


class EmptyWidget(Rule):
    """A widget that lacks what it works on

    What it does: reports a message without text, media or template, a request without URL, a split without input,
    a subflow without SID, a `set-variables` without variables.
    Why: the state does nothing, or the vendor refuses the flow.
    Example: `{"name": "menu", "type": "send-message", "properties": {}}`
    Use instead: fill in the missing member, or remove the state.
    Sources: https://www.twilio.com/docs/studio/widget-library
    """

    code = "PAR222"
    name = "studio-empty-widget"
    severity = Severity.WARNING


class TerraformValue(Rule):
    """A value that only Terraform or a program knows

    What it does: reports texts with an expression of Terraform, of a template file or of the program they stand in
    (`${…}`). It is kept as an opaque hole of the text.
    Why: the value is filled in when the flow is deployed; it is not in the file. Sent as it is, people would read
    `${…}`.
    Example: `body = "Bienvenue chez ${var.boutique}"`
    Use instead: compile the evaluated plan: `terraform show -json plan.out > plan.json`; or export the deployed flow.
    Sources: https://developer.hashicorp.com/terraform/language/expressions/strings
    """

    code = "PAR223"
    name = "studio-terraform-value"
    severity = Severity.WARNING


class DefinitionChosen(Rule):
    """Terraform chooses the definition

    What it does: says that a definition is one alternative of a Terraform expression. The alternative that is written
    out in the file is read.
    Why: another one may be deployed.
    Example: `definition = var.definition != "" ? var.definition : jsonencode({…})`
    Use instead: compile the evaluated plan: `terraform show -json plan.out > plan.json`.
    Sources: https://developer.hashicorp.com/terraform/language/expressions/conditionals
    """

    code = "PAR224"
    name = "studio-definition-chosen"
    severity = Severity.WARNING


class DefinitionInProgram(Rule):
    """The definition stands in a program

    What it does: says that a flow was read out of a program module, from a literal that is written out in it.
    Why: the program is not run. What it adds, takes away or fills in before it deploys the flow is not in the graph.
    Example: `const flowDefinition = { states: [ … ], initial_state: "Trigger" };`
    Use instead: nothing, if the literal is deployed as it stands; else export the deployed flow.
    Sources: bascule's own rule.
    """

    code = "PAR225"
    name = "studio-definition-in-program"
    severity = Severity.INFO
