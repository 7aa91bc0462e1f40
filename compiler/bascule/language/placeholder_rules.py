"""``VAR100``-``VAR109``: placeholders of hand-made templates, whatever their syntax."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "AnonymousPlaceholder",
    "CodeInTemplate",
    "EmptyPlaceholder",
    "OtherPlaceholderSyntax",
    "UnbalancedBlock",
    "UnbalancedPlaceholder",
    "UnclearPlaceholderSyntax",
    "UnfilledMarker",
]


class UnbalancedPlaceholder(Rule):
    """Half a placeholder

    What it does: reports a placeholder that lacks its end (or its beginning), or ends with the wrong sign.
    It stays in the text as it is.
    Why: the old tool did not fill it in either, or filled it in by luck; the customer reads `{nom`.
    Example: `Bonjour {nom, votre colis est arrivé` in a file that writes `{nom}`.
    Use instead: `Bonjour {nom}, votre colis est arrivé`
    Fix safety: unsafe: the sign may be meant, and the name may be longer than the one word that is closed.
    Sources: bascule's own rule.
    """

    code = "VAR100"
    name = "unbalanced-placeholder"
    severity = Severity.WARNING


class OtherPlaceholderSyntax(Rule):
    """A placeholder of another syntax than the file's

    What it does: a file is read with one placeholder syntax, the one it uses most. Something that looks
    like a placeholder of another syntax stays text, and is reported here.
    Why: either it was never filled in by the old tool, or the file mixes texts of two tools; in both cases
    a customer would read the raw placeholder.
    Example: `Hello %name%` in a file whose other forty texts write `{name}`.
    Use instead: write it as the rest of the file does, or convert the texts of each tool as a file of its own.
    Sources: bascule's own rule.
    """

    code = "VAR101"
    name = "other-placeholder-syntax"
    severity = Severity.WARNING


class CodeInTemplate(Rule):
    """Program code in a placeholder

    What it does: reports a placeholder that holds code (Ruby, a template language, a plural rule) instead of
    a name. The code is kept verbatim as an opaque expression.
    Why: nothing here runs code. On WhatsApp the program that sends the message has to compute the value and
    pass it as a parameter.
    Example: `Votre lien : <%= short_link(order) %>`
    Use instead: `Votre lien : <%= link %>`, with `link` computed by the sending program.
    Sources: bascule's own rule; https://developers.facebook.com/docs/whatsapp/message-templates
    """

    code = "VAR102"
    name = "code-in-template"
    severity = Severity.INFO


class UnclearPlaceholderSyntax(Rule):
    """Two placeholder syntaxes compete in one file

    What it does: reports a file in which the second most used placeholder syntax is at least half as
    frequent as the first. The first one is used for the whole file.
    Why: the choice may be wrong, and then half of the variables stay text.
    Example: a CSV file with `{name}` in eleven rows and `%name%` in nine.
    Use instead: name the syntax with `--placeholder`, or split the file.
    Sources: bascule's own rule.
    """

    code = "VAR103"
    name = "unclear-placeholder-syntax"
    severity = Severity.WARNING


class AnonymousPlaceholder(Rule):
    """Placeholders without a name

    What it does: says that positional placeholders (`{}`, `{#var#}`, `%s`) were named `arg1`, `arg2` … in the
    order of the text.
    Why: order is their only meaning; a translation or a rewording that moves them changes what is said.
    Example: `Reçu {} du {}`
    Use instead: `Reçu {numero} du {date}`
    Sources: bascule's own rule.
    """

    code = "VAR104"
    name = "anonymous-placeholder"
    severity = Severity.INFO


class UnbalancedBlock(Rule):
    """A conditional block without its other end

    What it does: reports `if` without `end`, `else` or `end` without `if`, in the block language of the
    template. The tag is kept verbatim as an opaque expression.
    Why: it is not known which part of the text depends on the condition.
    Example: `*|IF:VIP|*Merci !` without `*|END:IF|*`
    Use instead: `*|IF:VIP|*Merci !*|END:IF|*`
    Sources: https://mailchimp.com/help/use-conditional-merge-tag-blocks/, https://shopify.github.io/liquid/
    """

    code = "VAR105"
    name = "unbalanced-template-block"
    severity = Severity.WARNING


class UnfilledMarker(Rule):
    """A note to the author was never replaced

    What it does: reports `<<YOUR ADDRESS HERE>>`: words in doubled angle brackets that ask a person to fill them in.
    Why: it is part of the text that is sent, or of the address that is called.
    Example: `{"url": "<<YOUR ADDRESS HERE>>"}`
    Use instead: the real value.
    Sources: bascule's own rule; sample flows of vendors ship with such notes.
    """

    code = "VAR106"
    name = "unfilled-marker"
    severity = Severity.WARNING


class EmptyPlaceholder(Rule):
    """A placeholder with nothing in it

    What it does: reports `{{ }}` in a Liquid text; it stays as it is.
    Why: Liquid prints nothing there, so the sentence has a gap.
    Example: `Bonjour {{ }}`
    Use instead: `Bonjour {{ contact.name }}`
    Sources: https://shopify.github.io/liquid/
    """

    code = "VAR107"
    name = "empty-placeholder"
    severity = Severity.WARNING
