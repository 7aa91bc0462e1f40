"""``PAR860``-``PAR889``: what a Chatfuel document gets wrong, or says in a way that has to be interpreted."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "BlockElsewhere",
    "ConnectionNowhere",
    "ElementError",
    "EntryChosen",
    "EntryNowhere",
    "EntrySwitchedOff",
    "FlowWithoutBlocks",
    "IdTwice",
    "KeywordWithoutFlow",
    "NoFlow",
    "SegmentNotRead",
    "SeveralBlocks",
    "UnknownElement",
    "UnknownMessage",
    "WrongShape",
]


class NoFlow(Rule):
    """Not a Chatfuel document, or one without blocks and messages

    What it does: reports a file that holds neither a flow with blocks nor an answer with messages: a list of flows
    without their blocks, a template of automations, a plan of operations.
    Why: there is nothing to convert. The product has no export button; a flow comes from its API.
    Example: `{"data": {"bot": {"flowsWithoutGroup": [{"id": "f1", "name": "Accueil"}]}}}`
    Use instead: the answer of the query `bot { flow(flowID: …) { blocks { … } connections { … } } }`.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "PAR860"
    name = "chatfuel-no-flow"
    unreadable = True


class WrongShape(Rule):
    """A member has a type that the API does not have

    What it does: reports a member of the wrong type, and how it was read: as the text of a number, or not at all.
    Why: what it was meant to say is a guess.
    Example: `"buttons": "Oui"`
    Use instead: `"buttons": [{"id": "h1", "title": {"parts": [{"text": "Oui"}]}}]`
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "PAR861"
    name = "chatfuel-wrong-shape"
    severity = Severity.WARNING


class UnknownElement(Rule):
    """An element that is not known

    What it does: reports a block element whose `__typename` the published schema does not have. It stays in the graph
    as unsupported, with its source text.
    Why: what it does cannot be known; the product grows.
    Example: `{"__typename": "WhatsAppCarouselBlockElement", "id": "e1"}`
    Use instead: write the step on the new platform.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "PAR862"
    name = "chatfuel-unknown-element"


class IdTwice(Rule):
    """Two blocks have one id

    What it does: reports a second block with the id of another one. Connections to the id lead to the first.
    Why: which of them is meant is not said.
    Example: two blocks with the id `b1`
    Use instead: read the flow again from the API.
    Sources: bascule's own rule.
    """

    code = "PAR863"
    name = "chatfuel-id-twice"
    severity = Severity.WARNING


class ConnectionNowhere(Rule):
    """A connection that does not fit

    What it does: reports a connection to or from a block, element or handle that is not in the flow, and a second
    connection from the same place. To a missing target the flow ends; the others have no effect.
    Why: the way that was drawn is lost.
    Example: `{"sourceBlockID": "b1", "targetBlockID": "gone"}`
    Use instead: read the flow again from the API.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "PAR864"
    name = "chatfuel-connection-nowhere"
    severity = Severity.WARNING


class ElementError(Rule):
    """The platform itself found something wrong

    What it does: repeats the `errors` of elements and the `errCode` of texts.
    Why: an entry point whose elements have errors cannot be switched on.
    Example: `{"__typename": "ButtonValidationError", "code": "title_required", "buttonID": "h1"}`
    Use instead: correct it in the product.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "PAR865"
    name = "chatfuel-element-error"
    severity = Severity.WARNING


class EntryChosen(Rule):
    """What starts a flow is not in the file

    What it does: says which flows have no entry point in the file. They are taken to answer a message of the person, or
    to be entered by another flow where one leads there.
    Why: keywords and automations are settings of the bot, not of the flow.
    Example: a flow with `startingPointBlock` only
    Use instead: add the `keywordRules` of the bot, or write the entry in the converted scenario.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "PAR866"
    name = "chatfuel-entry-chosen"
    severity = Severity.INFO


class EntrySwitchedOff(Rule):
    """An entry point that is switched off

    What it does: reports entry points with `isEntryPointEnabled: false`, triggers that are not enabled, and broadcasts
    that are drafts, paused or finished. The entry is kept.
    Why: the old bot does not start there.
    Example: `{"__typename": "DefaultReplyBlock", "isEntryPointEnabled": false}`
    Use instead: remove the entry from the converted scenario if it is not wanted.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "PAR867"
    name = "chatfuel-entry-switched-off"
    severity = Severity.INFO


class SegmentNotRead(Rule):
    """A condition that could not be read

    What it does: reports a segment, or a part of one, that is stored elsewhere or spelled in no way that is known. It
    is kept as an opaque condition.
    Why: who is meant cannot be known.
    Example: `{"byStoredSegment": {"operator": "IS", "segmentIDs": ["s1"]}}`
    Use instead: write the condition on the new platform.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "PAR868"
    name = "chatfuel-segment-not-read"
    severity = Severity.WARNING


class KeywordWithoutFlow(Rule):
    """Keywords that lead to no flow of the file

    What it does: reports a keyword rule that names no flow of the file. It is kept as a fact.
    Why: what answers the word is not known.
    Example: `{"keywords": ["prix"], "matchType": "contains"}`
    Use instead: add the flow to the file.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "PAR869"
    name = "chatfuel-keyword-without-flow"
    severity = Severity.WARNING


class FlowWithoutBlocks(Rule):
    """A flow of the list without its blocks

    What it does: reports flows of a file that have no member `blocks`, or none that could be read. Nothing of them is
    converted.
    Why: the list of flows only has their names; the blocks come with another query.
    Example: `{"flowsWithoutGroup": [{"id": "f2", "name": "Suite"}]}`
    Use instead: the answer of the query `bot { flow(flowID: …) { blocks { … } connections { … } } }` for each.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "PAR873"
    name = "chatfuel-flow-without-blocks"
    severity = Severity.WARNING


class EntryNowhere(Rule):
    """An entry point that leads to no block

    What it does: reports a default reply, a trigger, a broadcast or the opening of a chat that nothing follows. It is
    left out.
    Why: nothing would be said.
    Example: `{"__typename": "DefaultReplyBlockElement", "nextBlockHandleID": "h1"}` without a connection from `h1`
    Use instead: connect it with a block.
    Sources: https://github.com/chatfuel-lab/wizard
    """

    code = "PAR874"
    name = "chatfuel-entry-nowhere"
    severity = Severity.WARNING


class UnknownMessage(Rule):
    """A message that is not known

    What it does: reports an item of `messages`, a button or a quick reply of a JSON API answer that is none of the
    documented ones. A message stays in the flow as unsupported, a button is kept as a hint.
    Why: what it shows cannot be known.
    Example: `{"attachment": {"type": "hologram"}}`
    Use instead: a text, or one of the documented attachments.
    Sources: https://docs.chatfuel.com/en/articles/735122-json-api
    """

    code = "PAR870"
    name = "chatfuel-unknown-message"
    severity = Severity.WARNING


class BlockElsewhere(Rule):
    """An answer leads to blocks that are not in the file

    What it does: says how many block names of JSON API answers are not in the file. The flow jumps to a flow of that
    name, which has to be added.
    Why: an answer of a server only names blocks of the bot.
    Example: `{"type": "show_block", "block_names": ["Commander"], "title": "Commander"}`
    Use instead: add the block as an answer of its own under its name: `{"Commander": {"messages": []}}`.
    Sources: https://docs.chatfuel.com/en/articles/735122-json-api
    """

    code = "PAR871"
    name = "chatfuel-block-elsewhere"
    severity = Severity.INFO


class SeveralBlocks(Rule):
    """One button leads to several blocks

    What it does: reports buttons, quick replies and redirections that name more than one block. The first one is taken,
    all names are kept as a fact.
    Why: whether one is drawn by lot or all are shown is not documented.
    Example: `"redirect_to_blocks": ["Menu", "Menu 2"]`
    Use instead: name one block.
    Sources: https://docs.chatfuel.com/en/articles/735122-json-api
    """

    code = "PAR872"
    name = "chatfuel-several-blocks"
    severity = Severity.WARNING
