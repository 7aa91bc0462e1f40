"""``LOS830``-``LOS859``: what of a Landbot has no counterpart on WhatsApp, or is not in the draft at all."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = ["AgentKept", "Appearance", "ButtonWords", "MarkupLost", "ScriptKept", "UnknownMember", "WebGreeting"]


class UnknownMember(Rule):
    """A member that is not known

    What it does: says which members and params are not known to the reader. They are kept as JSON text with the node.
    Why: their effect, if they have one, is not carried over.
    Example: `"params": {"text": "Bonjour", "confetti": true}`
    Use instead: nothing, if it has no effect on WhatsApp.
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "LOS830"
    name = "landbot-unknown-member"
    severity = Severity.INFO


class WebGreeting(Rule):
    """The bot speaks first

    What it does: says that the bot greets visitors of a web page (its first block is `welcome`).
    Why: on WhatsApp the person writes first, and the greeting is the answer.
    Example: `{"id": "welcome", "type": "ask_question", "params": {"version": 3}}`
    Use instead: a click-to-chat link with a prefilled text; or give the entry its keywords.
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "LOS831"
    name = "landbot-web-greeting"
    severity = Severity.INFO


class AgentKept(Rule):
    """An AI agent

    What it does: reports an `ai_agent` block. It stays in the graph as unsupported, with its exits.
    Why: what the agent is told and knows is not in the draft; only its number is.
    Example: `{"type": "ai_agent", "params": {"assistantId": "12", "outputs": [{"id": "…", "name": "Escalate"}]}}`
    Use instead: an agent of the new platform, and its exits led to the same steps.
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "LOS832"
    name = "landbot-agent-kept"
    severity = Severity.WARNING


class ScriptKept(Rule):
    """A program that is not run

    What it does: reports `code` blocks. The program is kept as it is; nothing runs it.
    Why: it ran in the visitor's browser. WhatsApp runs no program.
    Example: `{"type": "code", "params": {"code": "window.x = 1"}}`
    Use instead: write what it does on the new platform.
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "LOS833"
    name = "landbot-script-kept"
    severity = Severity.WARNING


class ButtonWords(Rule):
    """Buttons whose words are not in the draft

    What it does: says which yes-or-no questions have the builder's own words. `Yes` and `No` are taken.
    Why: the words of the platform, in the language of the bot, are not in the file.
    Example: `{"type": "ask_yes_no", "params": {"text": "On continue ?"}}`
    Use instead: write the words in the converted scenario.
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "LOS834"
    name = "landbot-button-words"
    severity = Severity.WARNING


class MarkupLost(Rule):
    """Markup that WhatsApp does not have

    What it does: reports underlined and coloured text, and bold or italic inside a word. The words stay.
    Why: WhatsApp has bold, italic and struck out text only.
    Example: `"richText": "<p><u>gratuit</u></p>"`
    Use instead: bold.
    Sources: https://faq.whatsapp.com/539178204879377
    """

    code = "LOS835"
    name = "landbot-markup-lost"
    severity = Severity.INFO


class Appearance(Rule):
    """A setting of how the web chat looks

    What it does: counts date pickers, placeholders, versions of blocks and the like. They are kept as hints.
    Why: WhatsApp draws the chat itself.
    Example: `"params": {"showDatePicker": true}`
    Use instead: nothing.
    Sources: https://github.com/landbot-org/landbot-ai-skills
    """

    code = "LOS836"
    name = "landbot-appearance"
    severity = Severity.INFO
