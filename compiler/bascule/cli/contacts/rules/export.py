"""``CON140``-``CON159``: exports."""

from __future__ import annotations

from bascule.diagnostics.rules import Rule


class ExportLeftover(Rule):
    """Files of an earlier export are left in the folder

    What it does: reports files of the same profile that this export did not write.
    Why: who imports the whole folder would import people twice, or people who have left since.
    Example: an export of 3 files into a folder that holds 5 of last month (not run)
    Use instead: an empty folder for each export.
    Sources: bascule's own rule.
    """

    code = "CON140"
    name = "contacts-export-leftover"
    unreadable = True
