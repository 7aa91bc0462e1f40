"""``PAR425``-``PAR439``: what a Node-RED export gets wrong, or leaves to be guessed."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "BadValue",
    "CodeRead",
    "DanglingWire",
    "Disabled",
    "GuessedEntry",
    "NoNodes",
    "NodeTwice",
    "NotANode",
    "NotAwaited",
    "ParallelWires",
    "ProgramUnreadable",
    "UnknownCondition",
]


class NoNodes(Rule):
    """No Node-RED flow in the file

    What it does: reports a file that was to be read as a Node-RED export and has no nodes with wires.
    Why: an empty result would look like a clean one.
    Example: `flows_cred.json`, which holds the encrypted passwords of a project and no flows
    Use instead: export the flows (menu, *Export*, *all flows*), or name the `flows.json` of the project.
    Sources: https://nodered.org/docs/user-guide/editor/workspace/import-export
    """

    code = "PAR425"
    name = "node-red-no-nodes"
    unreadable = True


class NotANode(Rule):
    """An item of the export is no node

    What it does: reports an item of the list that is no object with an `id` and a `type`.
    Why: Node-RED refuses such an import; what it was is not known.
    Example: `[{"id": "a1", "type": "tab"}, null]`
    Use instead: export the flows again.
    Sources: https://nodered.org/docs/developing-flows/
    """

    code = "PAR426"
    name = "node-red-not-a-node"
    severity = Severity.WARNING


class DanglingWire(Rule):
    """A wire leads to a node that is not in the file

    What it does: reports a wire, link or subflow output whose other end does not exist. The branch ends there.
    Why: Node-RED ignores such a wire, usually after a part of a flow was exported.
    Example: `"wires": [["f3a9"]]` and no node `f3a9`
    Use instead: export all flows together.
    Sources: https://nodered.org/docs/user-guide/editor/workspace/import-export
    """

    code = "PAR427"
    name = "node-red-dangling-wire"
    severity = Severity.WARNING


class NodeTwice(Rule):
    """Two nodes have one id

    What it does: reports a node whose id another one has. The first is read, the second is not.
    Why: wires name ids, so nothing can lead to the second.
    Example: two exports pasted into one list
    Use instead: import both into Node-RED and export again; it gives new ids.
    Sources: https://nodered.org/docs/user-guide/editor/workspace/import-export
    """

    code = "PAR428"
    name = "node-red-id-twice"
    severity = Severity.WARNING


class GuessedEntry(Rule):
    """How a flow starts was guessed

    What it does: says which nodes are taken to be the bot's webhook (a message of the user) and which to be started
    by another system or by hand (the business writes first).
    Why: an HTTP node does not say who calls it. The guess decides whether WhatsApp needs a template.
    Example: `{"type": "http in", "url": "/viber", "method": "post"}`
    Use instead: correct the entry in the converted scenario if the guess is wrong.
    Sources: https://cookbook.nodered.org/http/
    """

    code = "PAR429"
    name = "node-red-guessed-entry"
    severity = Severity.INFO


class ParallelWires(Rule):
    """One output goes to several nodes at the same time

    What it does: reports an output with more than one wire to nodes that do something. All wires stay in the graph,
    in order; a conversation follows the first.
    Why: Node-RED sends a copy of the message along every wire; a conversation is at one place at a time.
    Example: `"wires": [["message_1", "message_2"]]`
    Use instead: wire the nodes one after the other.
    Sources: https://nodered.org/docs/user-guide/messages
    """

    code = "PAR430"
    name = "node-red-parallel-wires"
    severity = Severity.WARNING


class CodeRead(Rule):
    """Messages were read out of a program

    What it does: counts the function nodes in which bodies of Viber messages were found as literals, and says that
    the rest of the code is kept and not run. `if`, `else` and `switch` round a body became its conditions.
    Why: the program may change the message before it is sent, or not send it at all.
    Example: `msg.payload = {receiver: id, type: "text", text: "Bonjour"}; return msg;`
    Use instead: compare the converted messages with what the bot says.
    Sources: https://nodered.org/docs/user-guide/writing-functions
    """

    code = "PAR431"
    name = "node-red-code-read"
    severity = Severity.INFO


class ProgramUnreadable(Rule):
    """A program could not be looked into

    What it does: reports a function whose strings or brackets do not close, or that is too long. It is kept whole.
    Why: the messages it may hold are not in the graph.
    Example: `msg.payload = {text: "Bonjour`
    Use instead: correct the function in Node-RED and export again.
    Sources: https://nodered.org/docs/user-guide/writing-functions
    """

    code = "PAR432"
    name = "node-red-program-unreadable"
    severity = Severity.WARNING


class NotAwaited(Rule):
    """A question whose answer is not awaited

    What it does: reports a message with buttons after which the flow goes on at once and says something else.
    The buttons stay in the message; where a tap leads is not known.
    Why: in Node-RED the answer comes back through the node that receives messages, at any time.
    Example: a keyboard node wired to the next message
    Use instead: let the answer lead on: end the branch at the question, or use *track* on the sending node.
    Sources: https://github.com/guidone/node-red-contrib-chatbot
    """

    code = "PAR433"
    name = "node-red-not-awaited"
    severity = Severity.INFO


class UnknownCondition(Rule):
    """A condition that is not understood

    What it does: reports a rule of a switch or of a chat node that has no counterpart (an expression in JSONata, a test
    of types, a rule of an unknown kind). It is kept as an opaque condition.
    Why: the branch stays in the graph but nothing can say when it is taken.
    Example: `{"t": "jsonata_exp", "v": "payload.total > 3"}`
    Use instead: a plain comparison, or the same condition in the converted scenario.
    Sources: https://nodered.org/docs/user-guide/nodes#switch
    """

    code = "PAR434"
    name = "node-red-unknown-condition"
    severity = Severity.WARNING


class Disabled(Rule):
    """Something is switched off

    What it does: reports tabs and nodes that are disabled. They are read; nothing starts a disabled tab, and no wire
    leads into a disabled node.
    Why: Node-RED does not run them, and the converted flow must not either.
    Example: `{"type": "tab", "disabled": true}`
    Use instead: delete what is not needed before the export.
    Sources: https://nodered.org/docs/user-guide/editor/workspace/flows
    """

    code = "PAR435"
    name = "node-red-disabled"
    severity = Severity.INFO


class BadValue(Rule):
    """A setting has a value that cannot be read

    What it does: reports a number, list or object of a node that is something else, and what is used instead.
    Why: Node-RED uses its default or fails when the node runs.
    Example: `{"type": "delay", "timeout": "bientôt"}`
    Use instead: correct the node in Node-RED.
    Sources: https://nodered.org/docs/user-guide/nodes
    """

    code = "PAR436"
    name = "node-red-bad-value"
    severity = Severity.WARNING
