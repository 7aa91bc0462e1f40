"""Codes of ``check --fix``: what was not mended, and why."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = ["FileNotWritten", "FixNotApplied", "FixesUnstable"]


class FixNotApplied(Rule):
    """A fix cannot be applied here

    What it does: says, with `--fix` or `--diff`, which fix was left out and why: the file is a workbook or part of an
    archive, its encoding has no such character, or the changed file would not say what it must.
    Why: a fix that is left out in silence looks like one that was applied.
    Example: `bascule check --fix --unsafe-fixes messages.xlsx` (not run)
    Use instead: mend the text where it was made, and export it again.
    Sources: bascule's own rule.
    """

    code = "CFG030"
    name = "fix-not-applied"
    severity = Severity.INFO


class FileNotWritten(Rule):
    """A fixed file was not written

    What it does: reports a file that changed while it was being checked, or that the disk refuses to replace. It stays
    as it is, and the command ends with exit code 2.
    Why: whoever changed the file meanwhile would lose that change.
    Example: an editor that saves the file while `bascule check --fix` runs. (not run)
    Use instead: run the command again.
    Sources: bascule's own rule.
    """

    code = "CFG031"
    name = "file-not-written"
    unreadable = True


class FixesUnstable(Rule):
    """Fixes do not come to an end

    What it does: says that files still changed after the last round of fixes. What was mended until then is kept.
    Why: two fixes that undo each other would go on for ever; this is a defect of a rule.
    Example: none is known. (not run)
    Use instead: leave one of the codes out with `--ignore`, and report it.
    Sources: bascule's own rule.
    """

    code = "CFG032"
    name = "fixes-unstable"
    severity = Severity.WARNING
