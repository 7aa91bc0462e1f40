"""``PAR800``-``PAR829``: what a Typebot file gets wrong, or says in a way that has to be interpreted."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "EdgeByItsSource",
    "EdgeMissing",
    "EdgeUnused",
    "FirstAnswer",
    "IdTwice",
    "IncompleteComparison",
    "JumpNowhere",
    "MenuInText",
    "NoBot",
    "OldGeneration",
    "RequestMissing",
    "StartMissing",
    "UnknownBlock",
    "UnknownVariable",
    "UnknownVersion",
    "WrongShape",
]


class NoBot(Rule):
    """Not a Typebot export, or a bot without blocks

    What it does: reports a file (or one bot of it) that holds no group with a block.
    Why: there is nothing to convert.
    Example: `{"version": "6.1", "name": "Accueil", "groups": [], "edges": []}`
    Use instead: export the bot again from the menu of the editor.
    Sources: https://docs.typebot.io/editor/export-import
    """

    code = "PAR800"
    name = "typebot-no-bot"
    unreadable = True


class WrongShape(Rule):
    """A member has a type that the builder does not write

    What it does: reports a member of the wrong type, and how it was read: as the text of a number, or not at all.
    Why: what it was meant to say is a guess.
    Example: `"items": "Oui"`
    Use instead: `"items": [{"id": "oui", "content": "Oui"}]`
    Sources: https://docs.typebot.io/api-reference/typebot/import
    """

    code = "PAR801"
    name = "typebot-wrong-shape"
    severity = Severity.WARNING


class UnknownBlock(Rule):
    """A block type that is not known

    What it does: reports a block whose `type` is not documented. The block stays in the graph as unsupported, with its
    source text, and the flow goes on after it.
    Why: what it does cannot be known; forks and newer versions add blocks of their own.
    Example: `{"id": "b", "type": "carousel"}`
    Use instead: write the step on the new platform.
    Sources: https://docs.typebot.io/editor/blocks/overview
    """

    code = "PAR802"
    name = "typebot-unknown-block"


class UnknownVersion(Rule):
    """A version that is not known

    What it does: reports a `version` other than 3, 4, 5, 6 and 6.1. The file is read as 6.1.
    Why: a newer builder may mean something else by the same members.
    Example: `"version": "7"`
    Use instead: look whether the converted flow says what the bot says.
    Sources: https://docs.typebot.io/api-reference/typebot/import
    """

    code = "PAR803"
    name = "typebot-unknown-version"
    severity = Severity.WARNING


class OldGeneration(Rule):
    """An export of the first generations

    What it does: refuses a bot whose groups are called `blocks` and whose blocks are called `steps` (versions 1 and 2).
    Why: the vendor no longer takes it either, and its members are documented nowhere.
    Example: `{"blocks": [{"id": "a", "steps": []}], "edges": []}`
    Use instead: open the bot in a version of the builder that still reads it, and export it again.
    Sources: https://docs.typebot.io/api-reference/typebot/import
    """

    code = "PAR804"
    name = "typebot-old-generation"
    unreadable = True


class IdTwice(Rule):
    """Two things have one id

    What it does: reports a second group, block or edge with the id of another one. What leads to the id leads to
    the first.
    Why: which of them is meant is not said.
    Example: two blocks with the id `b1`
    Use instead: duplicate the block again in the editor, which gives new ids.
    Sources: bascule's own rule.
    """

    code = "PAR805"
    name = "typebot-id-twice"
    severity = Severity.WARNING


class EdgeUnused(Rule):
    """An edge that nothing follows

    What it does: says which edges no block, item or event names, and whose source is not in the file.
    Why: they are left over from blocks that were deleted; nothing leads there.
    Example: `{"id": "e9", "from": {"blockId": "gone"}, "to": {"groupId": "g2"}}`
    Use instead: nothing; the builder removes them when the group is edited.
    Sources: bascule's own rule.
    """

    code = "PAR806"
    name = "typebot-edge-unused"
    severity = Severity.INFO


class EdgeMissing(Rule):
    """An edge is named that is not in the file

    What it does: reports an `outgoingEdgeId` without its edge, and an edge without a group to lead to. The flow goes on
    with the next block of the group, as it does in the old bot.
    Why: the way that was drawn is lost.
    Example: `"outgoingEdgeId": "e7"` where `edges` has no `e7`
    Use instead: draw the edge again in the editor.
    Sources: bascule's own rule.
    """

    code = "PAR807"
    name = "typebot-edge-missing"
    severity = Severity.WARNING


class EdgeByItsSource(Rule):
    """An edge that is only known by where it starts

    What it does: reports an edge whose source does not name it in `outgoingEdgeId`. The editor draws it, the old bot
    does not follow it; it is followed here.
    Why: the two do not agree; whoever looks at the canvas expects the edge to count.
    Example: `{"id": "e1", "from": {"blockId": "b1"}, "to": {"groupId": "g2"}}` and `b1` without `outgoingEdgeId`
    Use instead: `"outgoingEdgeId": "e1"` in the block, or no edge.
    Sources: bascule's own rule.
    """

    code = "PAR808"
    name = "typebot-edge-by-its-source"
    severity = Severity.WARNING


class UnknownVariable(Rule):
    """A variable that the bot does not declare

    What it does: reports `{{name}}` in a text, or a `variableId` of a block, that is not among the bot's `variables`.
    Why: the old bot shows nothing in its place and saves nothing in it. Names count to the letter, blanks included.
    Example: `Bonjour {{ Prénom }}` where the variable is called `Prénom`
    Use instead: the name as it is declared.
    Sources: https://docs.typebot.io/editor/variables
    """

    code = "PAR809"
    name = "typebot-unknown-variable"
    severity = Severity.WARNING


class IncompleteComparison(Rule):
    """A comparison that is never true

    What it does: reports a comparison without variable or operator, a condition without any comparison, and an operator
    that is not known (kept as an opaque condition).
    Why: the old bot takes it as false: the branch is never taken.
    Example: `{"id": "c1", "variableId": "v1", "value": "oui"}`
    Use instead: choose a variable and an operator in the editor, or remove the branch.
    Sources: https://docs.typebot.io/editor/blocks/logic/condition
    """

    code = "PAR810"
    name = "typebot-incomplete-comparison"
    severity = Severity.WARNING


class StartMissing(Rule):
    """Where the bot starts is not said

    What it does: reports a file without a start event (or, before version 6, a start block), or whose start leads
    nowhere. It is taken to start with its first group.
    Why: groups that are copied from the editor's canvas have no start.
    Example: `{"groups": [{"id": "g1", "blocks": []}], "edges": []}`
    Use instead: export the whole bot.
    Sources: https://docs.typebot.io/editor/export-import
    """

    code = "PAR811"
    name = "typebot-start-missing"
    severity = Severity.WARNING


class JumpNowhere(Rule):
    """A jump that leads nowhere

    What it does: reports a `Jump` without a group, to a group that is not in the file, or in a ring of jumps. The flow
    ends there.
    Why: the old bot stops at it, or never stops.
    Example: `{"id": "b", "type": "Jump", "options": {}}`
    Use instead: choose a group in the editor.
    Sources: https://docs.typebot.io/editor/blocks/logic/jump
    """

    code = "PAR812"
    name = "typebot-jump-nowhere"
    severity = Severity.WARNING


class FirstAnswer(Rule):
    """The first message is already an answer

    What it does: says that the bot begins with an input, without a word before it. On WhatsApp the old bot takes the
    message that starts it as the answer; the converted flow waits for another one.
    Why: the person is not asked anything, and writes twice.
    Example: a first group whose first block is a `text input`
    Use instead: say something before the input, or read the first message as a keyword.
    Sources: https://docs.typebot.io/deploy/whatsapp/overview
    """

    code = "PAR813"
    name = "typebot-first-answer"
    severity = Severity.INFO


class RequestMissing(Rule):
    """A request that is not in the file

    What it does: reports a block of an HTTP request without an address. Version 3 kept the request beside the bot,
    under a `webhookId`.
    Why: what is called cannot be known.
    Example: `{"type": "Webhook", "webhookId": "cl4…", "options": {"isAdvancedConfig": false}}`
    Use instead: export the bot from a newer builder, which puts the request into the block.
    Sources: https://docs.typebot.io/editor/blocks/integrations/http-request
    """

    code = "PAR814"
    name = "typebot-request-missing"
    severity = Severity.WARNING


class MenuInText(Rule):
    """A numbered list in a text became choices

    What it does: says that a question lists its answers in its text (`1 - Oui`), and that the condition after it
    compares the answer with their numbers. The options became choices; the numbers may still be typed.
    Why: on WhatsApp people tap. Another answer goes where the condition sent it.
    Example: a text `1 - Oui` / `2 - Non`, a `number input`, a condition with `Equal to` `1`
    Use instead: a `choice input`.
    Sources: https://docs.typebot.io/deploy/whatsapp/overview
    """

    code = "PAR815"
    name = "typebot-menu-in-text"
    severity = Severity.INFO
