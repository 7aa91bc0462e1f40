"""``VAR130``-``VAR139``: expressions of RapidPro and TextIt."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "AddressLikeReference",
    "RapidProSyntax",
    "RapidProTooLarge",
    "UnclosedRapidPro",
    "UnknownRapidProFunction",
    "UnknownRapidProName",
]


class RapidProSyntax(Rule):
    """An expression that cannot be read

    What it does: reports the word at which an expression in `@(…)` stops making sense. It is kept verbatim as
    an opaque expression.
    Why: the old platform wrote an error to its log and printed nothing; nobody can say what was meant.
    Example: `Bonjour @(contact.first_name + )`
    Use instead: `Bonjour @(contact.first_name)`
    Sources: https://docs.nyaruka.com/goflow/
    """

    code = "VAR130"
    name = "rapidpro-syntax"
    severity = Severity.WARNING


class UnknownRapidProFunction(Rule):
    """A function that the expression language does not have

    What it does: reports the call of a function that is in neither the functions nor the tests of RapidPro. It is
    kept as a call of that name.
    Why: the old platform prints nothing there; it is a misspelling, or a function of an older version.
    Example: `@(proper(contact.name))`
    Use instead: `@(title(contact.name))`
    Sources: https://docs.nyaruka.com/goflow/
    """

    code = "VAR131"
    name = "unknown-rapidpro-function"
    severity = Severity.WARNING


class UnclosedRapidPro(Rule):
    """An expression that is never closed

    What it does: reports `@(` without the `)` that ends it; it stays text.
    Why: the customer reads the raw expression.
    Example: `Votre score : @(results.score * 2`
    Use instead: `Votre score : @(results.score * 2)`, or `@@(` when the words are meant.
    Sources: https://docs.nyaruka.com/goflow/
    """

    code = "VAR132"
    name = "unclosed-rapidpro-expression"
    severity = Severity.WARNING


class UnknownRapidProName(Rule):
    """A name that expressions cannot see

    What it does: reports a name in `@(…)` that is none of the roots (`contact`, `fields`, `results` …) and no
    parameter of a function round it. It is kept as a variable of that name.
    Why: the old platform finds nothing there and prints nothing.
    Example: `@(upper(name))`
    Use instead: `@(upper(contact.name))`
    Sources: https://docs.nyaruka.com/goflow/
    """

    code = "VAR133"
    name = "unknown-rapidpro-name"
    severity = Severity.WARNING


class RapidProTooLarge(Rule):
    """An expression nested too deeply, or too long

    What it does: keeps verbatim an expression that is nested or long beyond a bound.
    Why: nobody wrote it by hand; it is damaged, or made to exhaust a reader.
    Example: two hundred `if(…)` inside each other.
    Use instead: save a part of it as a result first.
    Sources: bascule's own rule.
    """

    code = "VAR134"
    name = "rapidpro-too-large"
    severity = Severity.WARNING


class AddressLikeReference(Rule):
    """An e-mail address that RapidPro would take for a variable

    What it does: says that an address whose domain begins like a root (`info@contact.org`) was left as text.
    Why: RapidPro itself reads `@contact.org` there and prints nothing for it; the address is what was meant.
    Example: `Écrivez à info@contact.org`
    Use instead: `Écrivez à info@@contact.org`
    Fix safety: safe; doubling the sign says what was read here, to RapidPro as well.
    Sources: https://docs.nyaruka.com/goflow/
    """

    code = "VAR135"
    name = "address-like-reference"
    severity = Severity.INFO
