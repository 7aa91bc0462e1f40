"""``PAR550``-``PAR599``: what is wrong with an exported Dialogflow CX agent, or missing from it."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "BinaryExport",
    "BrokenPart",
    "ConditionSyntax",
    "DoubtfulCondition",
    "DoubtfulReference",
    "NameTaken",
    "NoAgent",
    "NoFlows",
    "PartAlone",
    "PromptMissing",
    "RouteNeverTaken",
    "RouteWithoutCause",
    "StartUnknown",
    "StrayFile",
    "TooManyWays",
    "UnknownName",
    "UnknownTarget",
    "WrongShape",
]


class BinaryExport(Rule):
    """A binary export

    What it does: recognises the raw-bytes export of Dialogflow CX (usually `.blob`) and refuses it.
    Why: its layout is Google's own and not documented; guessing at it would lose parts without a word.
    Example: `agent.blob`, which begins with bytes and `projects/…/locations/…`
    Use instead: export the agent again as a *JSON package* (console: the agent's menu, *Export*, *JSON package*; API:
    `"dataFormat": "JSON_PACKAGE"`). A single flow can only be exported as bytes: export its agent.
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/json-export
    """

    code = "PAR550"
    name = "dialogflow-cx-binary-export"
    unreadable = True


class NoAgent(Rule):
    """The agent's own file is missing

    What it does: reports an export without `agent.json`. The start flow and the language are guessed.
    Why: `agent.json` says which flow starts and in which language texts without one are.
    Example: a folder that holds only `flows/` and `intents/`
    Use instead: name the folder of the whole export.
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/json-export
    """

    code = "PAR551"
    name = "dialogflow-cx-no-agent"
    severity = Severity.WARNING


class BrokenPart(Rule):
    """A file of the agent cannot be read

    What it does: reports a JSON file of the agent that is no JSON object. The rest of the agent is read.
    Why: pages, routes or phrases are missing from the result.
    Example: a page file that was cut in the middle of its first line
    Use instead: export the agent again.
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/json-export
    """

    code = "PAR552"
    name = "dialogflow-cx-broken-part"
    unreadable = True


class WrongShape(Rule):
    """A member of another type than Dialogflow CX has

    What it does: reports a member whose value is of another type than the format says. It is kept as a fact.
    Why: what it should say is not in the flow.
    Example: `"transitionRoutes": "none"`
    Use instead: the type that the message names.
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/rest/v3/projects.locations.agents.flows.pages
    """

    code = "PAR553"
    name = "dialogflow-cx-wrong-shape"
    severity = Severity.WARNING


class UnknownTarget(Rule):
    """A page or flow that does not exist

    What it does: reports `targetPage` and `targetFlow` that name no page of the flow and no flow of the agent, with the
    nearest name.
    Why: nobody gets there. The conversation stays where it is, or stops at the flow that is missing.
    Example: `"targetPage": "Confirmaton"`
    Use instead: the page's display name, or one of `End Session`, `End Flow`, `Start Page`, `Current Page`,
    `Previous Page`.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/handler
    """

    code = "PAR554"
    name = "dialogflow-cx-unknown-target"


class UnknownName(Rule):
    """An intent, entity type, webhook, group or generator that does not exist

    What it does: reports references to parts that the export does not hold, with the nearest name.
    Why: the route is never taken, the value is not checked, or the call goes nowhere.
    Example: `"intent": "order.trak"`
    Use instead: the part's display name; export the whole agent.
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/json-export
    """

    code = "PAR555"
    name = "dialogflow-cx-unknown-name"
    severity = Severity.WARNING


class ConditionSyntax(Rule):
    """A condition that cannot be read

    What it does: reports the word at which a condition or system function stops making sense. It is kept verbatim as an
    opaque one.
    Why: nobody can say when it holds; Dialogflow CX refuses it too, or knows something that is not documented.
    Example: `$session.params.age == 3`
    Use instead: `$session.params.age = 3`
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/condition
    """

    code = "PAR556"
    name = "dialogflow-cx-condition-syntax"
    severity = Severity.WARNING


class DoubtfulCondition(Rule):
    """A condition that says something else than it seems to

    What it does: reports words in a condition that compare nothing (usually the rest of a text of several words without
    quotes), AND beside OR without brackets (OR binds tighter), typographic quotes, and functions that do not exist.
    Why: Dialogflow CX reads `x = My Account` as `x = My` and a lone word `Account`; the branch is never taken.
    Example: `$session.params.choice = My Account`
    Use instead: `$session.params.choice = "My Account"`
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/condition; https://google.aip.dev/160
    """

    code = "PAR557"
    name = "dialogflow-cx-doubtful-condition"
    severity = Severity.WARNING


class DoubtfulReference(Rule):
    """A reference that runs into the next word, or that Dialogflow CX does not have

    What it does: reports references whose path goes on into the text after it (`$session.params.city.It takes …`), and
    references that begin with none of `session`, `page`, `intent`, `flow`, `request` and `event`.
    Why: such a name has no value, and people read the raw reference or an empty place.
    Example: `Nice to live in $session.params.city.It takes five minutes.`
    Use instead: `Nice to live in $session.params.city. It takes five minutes.`
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/parameter
    """

    code = "PAR558"
    name = "dialogflow-cx-doubtful-reference"
    severity = Severity.WARNING


class RouteWithoutCause(Rule):
    """A route that nothing takes

    What it does: reports routes with neither an intent nor a condition, and handlers without an event.
    Why: they are never called.
    Example: `{"targetPage": "Menu", "triggerFulfillment": {}}`
    Use instead: give it an intent or a condition, or remove it.
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/rest/v3/TransitionRoute
    """

    code = "PAR559"
    name = "dialogflow-cx-route-without-cause"
    severity = Severity.WARNING


class RouteNeverTaken(Rule):
    """A route that an earlier one always takes the place of

    What it does: reports a route for an intent that an earlier route of the same page, flow or group has already, and
    condition routes after one whose condition is `true`.
    Why: routes are tried in order; the author expects something that never happens.
    Example: two routes for the intent `order.cancel` on one page
    Use instead: give the first one a condition, or remove one.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/handler
    """

    code = "PAR560"
    name = "dialogflow-cx-route-never-taken"
    severity = Severity.INFO


class NameTaken(Rule):
    """Two parts have one display name

    What it does: reports a second page, flow, group, intent, entity type or webhook of one display name. References
    mean the first one.
    Why: everything in the export refers to parts by display name.
    Example: two copies of a page in one folder
    Use instead: rename or remove one.
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/json-export
    """

    code = "PAR561"
    name = "dialogflow-cx-name-taken"
    severity = Severity.WARNING


class NoFlows(Rule):
    """There is no flow to convert

    What it does: reports an export in which no flow has a page or a route. Agents made of playbooks look like that.
    Why: what a playbook says is decided by a language model at run time; there is nothing to convert.
    Example: a wizard's agent: an empty Default Start Flow and a playbook
    Use instead: export an agent with flows, or write the conversation anew as a scenario.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/playbook
    """

    code = "PAR562"
    name = "dialogflow-cx-no-flows"
    unreadable = True


class PartAlone(Rule):
    """One file of an agent, read alone

    What it does: says that a flow or page was read without the agent it belongs to.
    Why: its pages, intents and webhooks are in other files, so most names lead nowhere.
    Example: `bascule check "flows/Default Start Flow/Default Start Flow.json"`
    Use instead: name the agent's folder or zip.
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/json-export
    """

    code = "PAR563"
    name = "dialogflow-cx-part-alone"
    severity = Severity.INFO


class StrayFile(Rule):
    """A file in the agent's folders that is no part of it

    What it does: reports files in `flows/`, `intents/` and the other folders that are none of the export's kinds.
    Why: nothing of them is carried over.
    Example: `flows/Default Start Flow/notes.txt`
    Use instead: nothing, or move the file elsewhere.
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/json-export
    """

    code = "PAR564"
    name = "dialogflow-cx-stray-file"
    severity = Severity.INFO


class StartUnknown(Rule):
    """The start flow is missing

    What it does: reports an agent whose `startFlow` names no flow of the export. The default start flow is taken, else
    the first.
    Why: who writes first gets to another flow than before.
    Example: `"startFlow": "Accueil"` without a flow of that name
    Use instead: export the whole agent.
    Sources: https://cloud.google.com/dialogflow/cx/docs/reference/rest/v3/projects.locations.agents
    """

    code = "PAR565"
    name = "dialogflow-cx-start-unknown"
    severity = Severity.WARNING


class PromptMissing(Rule):
    """A required parameter without a question

    What it does: reports required form parameters whose prompt says nothing. Where the page says something when it is
    entered, its last message is taken as the question of the first such parameter.
    Why: people do not know what to write; and after an answer that does not fit, nothing is said at all.
    Example: `{"displayName": "email", "required": true, "fillBehavior": {"initialPromptFulfillment": {}}}`
    Use instead: write the question as the parameter's prompt.
    Sources: https://cloud.google.com/dialogflow/cx/docs/concept/parameter#form
    """

    code = "PAR566"
    name = "dialogflow-cx-prompt-missing"
    severity = Severity.INFO


class TooManyWays(Rule):
    """More routes are in scope than a graph can hold

    What it does: reports a flow in which pages and inherited routes multiply to more ways than are written out. The
    inherited routes are then tried after the page's own answers, in one place.
    Why: each page tries every route of its flow; a graph with all of them would be of no use to anybody.
    Example: five thousand pages under five thousand flow-level routes
    Use instead: split the flow.
    Sources: bascule's own rule.
    """

    code = "PAR567"
    name = "dialogflow-cx-too-many-ways"
    severity = Severity.WARNING
