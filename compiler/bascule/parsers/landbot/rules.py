"""``PAR830``-``PAR859``: what a Landbot draft gets wrong, or says in a way that has to be interpreted."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "BlockByLikeness",
    "BlocksWithoutWords",
    "ConditionNotRead",
    "ConnectionNowhere",
    "DateFormats",
    "DraftViolation",
    "FormulaNotRead",
    "IdTwice",
    "NoDraft",
    "StartGuessed",
    "TextsDisagree",
    "UnknownBlock",
    "UnknownOutput",
    "WrongShape",
]


class NoDraft(Rule):
    """Not a Landbot draft, or one without blocks

    What it does: reports a file that holds no block: the settings of a web chat (`index.json`), the body of a single
    change (`PATCH`), messages that people sent, or an empty draft.
    Why: there is nothing to convert. The builder has no export button; the draft comes from the Bots API.
    Example: `{"brandID": 1, "channelToken": "…", "welcome": [{"type": "text"}]}`
    Use instead: the answer of `GET /v0-alpha/bots/{id}/draft`, or the body of `POST …/draft/blocks`.
    Sources: https://github.com/landbot-org/landbot-ai-skills, https://dev.landbot.io
    """

    code = "PAR830"
    name = "landbot-no-draft"
    unreadable = True


class WrongShape(Rule):
    """A member has a type that a draft does not have

    What it does: reports a member of the wrong type, and how it was read: as the text of a number, or not at all.
    Why: what it was meant to say is a guess.
    Example: `"connections": "q1--b1"`
    Use instead: `"connections": [{"sourcePath": "q1", "targetPath": "b1", "type": "$success"}]`
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "PAR831"
    name = "landbot-wrong-shape"
    severity = Severity.WARNING


class UnknownBlock(Rule):
    """A block type that is not known

    What it does: reports a block whose type no public text names, and whose members do not say what it does. It stays
    in the graph as unsupported, with its source text and its ways out.
    Why: the vendor's catalogue of blocks is served to account holders only, and grows.
    Example: `{"id": "b", "type": "stripe", "params": {"amount": 10}}`
    Use instead: write the step on the new platform.
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "PAR832"
    name = "landbot-unknown-block"


class BlockByLikeness(Rule):
    """A block that was read by its members

    What it does: says which block types are not named in public text but have a text and buttons, or a text and a field
    for the answer: they are read as a question, or as a message.
    Why: the block may do more than that.
    Example: `{"type": "reply_buttons", "params": {"text": "Oui ?", "buttons": [{"id": "$0", "text": "Oui"}]}}`
    Use instead: nothing, if the converted step says what the block says.
    Sources: bascule's own rule.
    """

    code = "PAR833"
    name = "landbot-block-by-likeness"
    severity = Severity.WARNING


class IdTwice(Rule):
    """Two blocks have one id

    What it does: reports a second block with the id of another one. Connections to the id lead to the first.
    Why: which of them is meant is not said.
    Example: two blocks with the id `q1`
    Use instead: give each block an id of its own.
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "PAR834"
    name = "landbot-id-twice"
    severity = Severity.WARNING


class ConnectionNowhere(Rule):
    """A connection to or from a block that is not there

    What it does: reports a connection whose source or target is no block of the draft. From a missing source it has no
    effect; to a missing target the flow ends.
    Why: the vendor's own check refuses such a draft.
    Example: `{"sourcePath": "q1", "targetPath": "gone", "type": "$success"}`
    Use instead: connect it to a block, or remove it.
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "PAR835"
    name = "landbot-connection-nowhere"
    severity = Severity.WARNING


class UnknownOutput(Rule):
    """A connection leaves by an output that its block does not have

    What it does: reports a connection whose `type` is no output that the block is known to have. It is kept with an
    opaque condition.
    Why: when it is taken cannot be known. The `$` before an output counts for the vendor; here it does not.
    Example: a connection `$maybe` of an `ask_yes_no` block
    Use instead: one of the block's outputs, as the vendor's catalogue names them.
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "PAR836"
    name = "landbot-unknown-output"
    severity = Severity.WARNING


class TextsDisagree(Rule):
    """A block says two different things

    What it does: reports a block whose `text` and `richText` (or `errorText` and `richErrorText`) have different words.
    The plain text is taken.
    Why: the builder shows the one, visitors of the web chat read the other.
    Example: `{"text": "Votre nom ?", "richText": "<p>Ask anything</p>"}`
    Use instead: send the text again without the rich one; the API derives it.
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "PAR837"
    name = "landbot-texts-disagree"
    severity = Severity.WARNING


class DateFormats(Rule):
    """A date question that refuses every answer

    What it does: reports an `ask_date` whose `pickerFormat` is none of the patterns in `format`.
    Why: the calendar writes a date that the block then refuses, for ever.
    Example: `{"pickerFormat": "dd/MM/yyyy", "format": ["%Y/%m/%d"]}`
    Use instead: `{"pickerFormat": "dd/MM/yyyy", "format": ["%d/%m/%Y"]}`
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "PAR838"
    name = "landbot-date-formats"
    severity = Severity.WARNING


class DraftViolation(Rule):
    """The platform itself found something wrong

    What it does: repeats the `violations` of a draft, each with its code, block and param.
    Why: such a draft cannot be published.
    Example: `{"code": "param_required", "block_id": "q1", "param": "text"}`
    Use instead: correct it in the builder.
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "PAR839"
    name = "landbot-draft-violation"
    severity = Severity.WARNING


class StartGuessed(Rule):
    """Where the bot starts is not said

    What it does: reports a draft without `welcome`, `bot_start` or a connected start point. It is taken to start with
    the blocks that nothing leads to.
    Why: a body of `POST …/draft/blocks` may add to a draft that is not in the file.
    Example: `{"blocks": [{"id": "n0", "type": "send_text", "params": {"text": "Bonjour"}}], "connections": []}`
    Use instead: the whole draft.
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "PAR840"
    name = "landbot-start-guessed"
    severity = Severity.INFO


class BlocksWithoutWords(Rule):
    """Blocks without type and words

    What it does: says how many blocks have a position and connections only. They stay in the graph as unsupported.
    Why: graphs of this shape were given to applicants in 2019; they are no bots.
    Example: `{"nodes": {"Nk1": {"id": "Nk1", "top": 160, "left": 300}}}`
    Use instead: the answer of `GET /v0-alpha/bots/{id}/draft`.
    Sources: https://github.com/Bgeninatti/frontend-challenge-3
    """

    code = "PAR841"
    name = "landbot-blocks-without-words"


class ConditionNotRead(Rule):
    """A condition that could not be read

    What it does: reports a `conditions` block whose rules are spelled in no way that is known. They are kept as an
    opaque condition.
    Why: the vendor's spelling of the rules is not public.
    Example: `{"type": "conditions", "params": {"query": "age>18"}}`
    Use instead: write the condition on the new platform.
    Sources: https://help.landbot.io/article/5fyq0ve88d-conditions
    """

    code = "PAR842"
    name = "landbot-condition-not-read"
    severity = Severity.WARNING


class FormulaNotRead(Rule):
    """A formula that could not be read

    What it does: reports a formula that is no expression of functions, fields, numbers and texts. It is kept as it is.
    Why: the value has to be computed elsewhere.
    Example: `Concat(@nom, `
    Use instead: correct the formula, or compute the value in the program that runs the flow.
    Sources: https://help.landbot.io, https://github.com/landbot-org/landbot-ai-skills
    """

    code = "PAR843"
    name = "landbot-formula-not-read"
    severity = Severity.WARNING
