"""``VAR140``-``VAR144``: expressions of FLOIP flows."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = ["FloipSyntax", "FloipTooLarge", "UnclosedFloip", "UnknownFloipFunction"]


class FloipSyntax(Rule):
    """An expression of a FLOIP flow that cannot be read

    What it does: reports the word at which an expression stops making sense. It is kept verbatim as an opaque one.
    Why: the old platform failed on it, or knows something that is not documented; nobody can say what was meant.
    Example: `Bonjour @(upper(contact.name)+)`
    Use instead: `Bonjour @(upper(contact.name))`
    Sources: https://floip.gitbook.io/flow-specification/expressions
    """

    code = "VAR140"
    name = "floip-syntax"
    severity = Severity.WARNING


class UnclosedFloip(Rule):
    """An expression of a FLOIP flow that is never closed

    What it does: reports `@(` or `@name(` without the `)` that ends it; it stays text.
    Why: the customer reads the raw expression.
    Example: `Votre score : @(score * 2`
    Use instead: `Votre score : @(score * 2)`, or `@@(` when the words are meant.
    Sources: https://floip.gitbook.io/flow-specification/expressions
    """

    code = "VAR141"
    name = "unclosed-floip-expression"
    severity = Severity.WARNING


class UnknownFloipFunction(Rule):
    """A function that is not known

    What it does: reports the call of a function that neither the specification nor Turn documents. It is kept as a
    call of that name.
    Why: it is a misspelling, or a variable with a parenthesis right after it: `@prenom(e)`.
    Example: `@propre(contact.name)`
    Use instead: `@proper(contact.name)`
    Sources: https://floip.gitbook.io/flow-specification/expressions
    """

    code = "VAR142"
    name = "unknown-floip-function"
    severity = Severity.INFO


class FloipTooLarge(Rule):
    """An expression nested too deeply, or too long

    What it does: keeps verbatim an expression that is nested or long beyond a bound.
    Why: nobody wrote it by hand; it is damaged, or made to exhaust a reader.
    Example: two hundred `if(…)` inside each other.
    Use instead: save a part of it as a variable first.
    Sources: bascule's own rule.
    """

    code = "VAR143"
    name = "floip-too-large"
    severity = Severity.WARNING
