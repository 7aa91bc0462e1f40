"""``VAR120``-``VAR129``: Liquid templates."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = ["DroppedComment", "LiquidSyntax", "LiquidTooLarge", "OpaqueLiquidTag", "UnknownLiquidFilter"]


class LiquidSyntax(Rule):
    """Liquid that cannot be read

    What it does: reports the word at which a Liquid output or tag stops making sense. It is kept verbatim
    as an opaque expression.
    Why: the old platform printed nothing there, or an error; nobody can say what the message was meant to be.
    Example: `Bonjour {{ contact.name | default "client" }}`
    Use instead: `Bonjour {{ contact.name | default: "client" }}`
    Sources: https://shopify.github.io/liquid/, https://www.twilio.com/docs/studio/user-guide/liquid-template-language
    """

    code = "VAR120"
    name = "liquid-syntax"
    severity = Severity.WARNING


class UnknownLiquidFilter(Rule):
    """A Liquid filter that the language does not have

    What it does: reports a filter name that is in neither Liquid's own set nor Twilio Studio's. It is kept as
    a call of that name.
    Why: a misspelt filter does nothing, silently; a shop's own filter has no counterpart on WhatsApp.
    Example: `{{ contact.name | uppercase }}`
    Use instead: `{{ contact.name | upcase }}`
    Sources: https://shopify.github.io/liquid/, https://www.twilio.com/docs/studio/user-guide/liquid-template-language
    """

    code = "VAR121"
    name = "unknown-liquid-filter"
    severity = Severity.WARNING


class OpaqueLiquidTag(Rule):
    """A Liquid tag that is not an expression

    What it does: reports loops and other tags that have no counterpart in a flow graph. The tag, and its block
    when it has one, is kept verbatim as an opaque expression.
    Why: a message on WhatsApp is a text with values; a text that repeats per item has to be composed by the
    program that sends it.
    Example: `{% for item in order.items %}{{ item.name }} {% endfor %}`
    Use instead: one variable that holds the finished list.
    Sources: https://shopify.github.io/liquid/tags/iteration/
    """

    code = "VAR122"
    name = "opaque-liquid-tag"
    severity = Severity.INFO


class DroppedComment(Rule):
    """A comment of a template is not carried over

    What it does: says that a Liquid comment was left out; it prints nothing.
    Why: nothing a file holds disappears silently.
    Example: `Bonjour{% comment %} texte validé le 3 mai {% endcomment %} !`
    Use instead: nothing to do, unless the comment is worth keeping elsewhere.
    Sources: https://shopify.github.io/liquid/tags/template/
    """

    code = "VAR123"
    name = "dropped-comment"
    severity = Severity.INFO


class LiquidTooLarge(Rule):
    """Liquid nested too deeply or grown too large

    What it does: keeps verbatim a block, or an expression, that is nested beyond a bound, or that assignments
    make too large when they are put in the place of their names.
    Why: nobody wrote it by hand; it is damaged, or made to exhaust a reader.
    Example: fifty `{% if %}` inside each other.
    Use instead: compute the value before the message.
    Sources: bascule's own rule.
    """

    code = "VAR124"
    name = "liquid-too-large"
    severity = Severity.WARNING
