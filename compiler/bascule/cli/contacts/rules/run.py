"""``CON180``-``CON189``: migration plans."""

from __future__ import annotations

from bascule.diagnostics.rules import Rule


class PlanWrong(Rule):
    """The plan cannot be run

    What it does: reports a plan that is no TOML, names no store, has an unknown table or key, or a value of the wrong
    kind.
    Why: an option that is ignored changes what a migration does. Nothing was run.
    Example: `[[import]]` with `paht = "clients.csv"` (not run)
    Use instead: the tables and keys in docs/contacts/run.md; keys are the options of the commands.
    Sources: https://toml.io/en/v1.0.0
    """

    code = "CON180"
    name = "contacts-plan-wrong"
    unreadable = True
