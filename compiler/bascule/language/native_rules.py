"""``VAR110``-``VAR119``: defects of native expressions and of the braces in native texts."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = [
    "BadPath",
    "DoubleBraces",
    "EmptyHole",
    "ExpressionSyntax",
    "ExpressionTooDeep",
    "StrayBrace",
    "UnclosedHole",
]


class ExpressionSyntax(Rule):
    """An expression cannot be read

    What it does: reports the word or sign at which an expression of the scenario file stops making sense.
    The expression is kept as it is written, as an opaque piece that nothing can compute or check.
    Why: a condition that cannot be read can never be true, and a text with it shows the expression itself.
    Example:
        bascule: 1
        flows:
          age:
            nodes:
              tri: {case: [{when: "age >= 18 &&", then: end}]}
    Use instead:
        bascule: 1
        flows:
          age:
            nodes:
              tri: {case: [{when: "age >= 18 and has_number(age)", then: end}]}
    Sources: bascule's own notation, see docs/scenario.md.
    """

    code = "VAR110"
    name = "expression-syntax"


class ExpressionTooDeep(Rule):
    """An expression is nested too deeply

    What it does: refuses expressions of more than 200 levels; they are kept as opaque text.
    Why: nobody wrote such an expression by hand; it is damaged or made to exhaust a reader.
    Example: two hundred and one opening parentheses.
    Use instead: compute a part in a `set` first and use its variable.
    Sources: bascule's own rule.
    """

    code = "VAR111"
    name = "expression-too-deep"


class UnclosedHole(Rule):
    """A brace is opened and never closed

    What it does: reports a `{` in a text of the scenario file without its `}`; the brace is then said as it is.
    Why: the variable would not be filled in, and the user would read the brace.
    Example:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour {nom"}}}}
    Use instead:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour {nom}"}}}}
    Sources: bascule's own notation, see docs/scenario.md.
    """

    code = "VAR112"
    name = "unclosed-hole"


class StrayBrace(Rule):
    """A closing brace without an opening one

    What it does: reports a single `}` in a text of the scenario file; it is said as it is.
    Why: it usually is what is left of a variable. A brace that is meant to be said is written `}}`.
    Example:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour nom}"}}}}
    Use instead:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour {nom}"}}}}
    Fix safety: doubling the brace is unsafe; it keeps what is said now, which may not be what was meant.
    Sources: bascule's own notation, see docs/scenario.md.
    """

    code = "VAR113"
    name = "stray-brace"


class DoubleBraces(Rule):
    """Double braces round a name

    What it does: warns about `{{name}}` in a text of the scenario file, where it means the *words* `{name}`.
    Why: most tools write variables with two braces; in the scenario file one brace is the variable and two
    are a brace that is said. The user would read `{name}`.
    Example:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour {{nom}}"}}}}
    Use instead:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour {nom}"}}}}
    Fix safety: unsafe, because the text may really be about braces.
    Sources: bascule's own notation, see docs/scenario.md.
    """

    code = "VAR114"
    name = "double-braces"
    severity = Severity.WARNING


class EmptyHole(Rule):
    """Braces with nothing between them

    What it does: reports `{}` in a text of the scenario file; the braces are said as they are.
    Why: there is no variable to fill in.
    Example:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour {}"}}}}
    Use instead:
        bascule: 1
        flows: {salut: {nodes: {bonjour: {say: "Bonjour {nom}"}}}}
    Sources: bascule's own notation, see docs/scenario.md.
    """

    code = "VAR115"
    name = "empty-hole"


class BadPath(Rule):
    """A variable's name cannot be read

    What it does: reports a name after `into`, in `set` or in another place that takes a variable, when it
    is not words joined by dots (other names stand in backquotes).
    Why: the answer would be stored under a name that no expression can use.
    Example:
        bascule: 1
        flows: {salut: {nodes: {question: {say: "Votre nom ?", ask: {into: prénom usuel}}}}}
    Use instead:
        bascule: 1
        flows: {salut: {nodes: {question: {say: "Votre nom ?", ask: {into: prénom_usuel}}}}}
    Sources: bascule's own notation, see docs/scenario.md.
    """

    code = "VAR116"
    name = "bad-variable-name"
