"""``LOS700``-``LOS704``: what of a scenario table is not carried over."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = ["ChannelDropped", "MiddleOfFlow", "SheetNotRead", "UnreachedRow"]


class SheetNotRead(Rule):
    """A sheet or table that holds no steps

    What it does: names the sheets of a workbook, or the tables of a document, that were not read because they do not
    look like steps.
    Why: a scenario on such a sheet would be missing without anybody noticing.
    Example: a sheet `listes` with the values of drop-down menus
    Use instead: nothing, if it holds none; else name its columns, or read it alone with `--sheet`.
    Sources: bascule's own rule.
    """

    code = "LOS700"
    name = "table-sheet-not-read"
    severity = Severity.INFO


class MiddleOfFlow(Rule):
    """A way into the middle of another flow

    What it does: reports a target that names a step inside another flow. The other flow is started at its beginning.
    Why: flows call each other as a whole, on every platform that is written for.
    Example: `livraison > adresse`
    Use instead: make the part from that step on a flow of its own, or put both into one flow.
    Sources: bascule's own rule.
    """

    code = "LOS701"
    name = "table-middle-of-flow"
    severity = Severity.WARNING


class ChannelDropped(Rule):
    """Buttons or media of another channel only

    What it does: says that buttons, media or settings of a row written for another channel are kept as facts: of such a
    row only the text is kept beside the message.
    Why: the graph keeps one set of choices for a message; the WhatsApp one (or the first) is it.
    Example: a row `canal` = `viber` with its own buttons under the WhatsApp row of the same step
    Use instead: nothing; the row of the main channel decides.
    Sources: bascule's own rule.
    """

    code = "LOS702"
    name = "table-channel-settings"
    severity = Severity.INFO


class UnreachedRow(Rule):
    """A cell without effect

    What it does: reports a cell that its row makes no use of: a list button where there is no list, a description
    without its button, an answer type on a row of another language.
    Why: what was written there is not said and not done. It is kept as a fact.
    Example: `description 3` in a row with two buttons
    Use instead: remove it, or add what it belongs to.
    Sources: bascule's own rule.
    """

    code = "LOS703"
    name = "table-cell-without-effect"
    severity = Severity.INFO
