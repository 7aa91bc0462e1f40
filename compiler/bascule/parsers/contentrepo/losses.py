"""``LOS750``-``LOS754``: what of ContentRepo's pages is not carried into the conversation."""

from __future__ import annotations

from bascule.diagnostics.finding import Severity
from bascule.diagnostics.rules import Rule

__all__ = ["FormNotRead", "SheetNotRead", "UnknownColumns", "WebOnly"]


class UnknownColumns(Rule):
    """Columns that the importer does not read

    What it does: counts the columns that ContentRepo has no meaning for. Their cells are kept as facts.
    Why: authors keep drafts there: a destination that was never copied into `buttons` is lost in ContentRepo too.
    Example: `Button A type`, `A destination cms`
    Use instead: nothing, if they are working columns.
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "LOS750"
    name = "contentrepo-unknown-columns"
    severity = Severity.INFO


class WebOnly(Rule):
    """Pages written for the web only

    What it does: counts the pages that have a `web_body` and no message for any channel. The web text becomes the
    message, as it stands.
    Why: it was written to be read on a screen: it may be long, and its markup is not WhatsApp's.
    Example: a page with only `web_title` and `web_body`
    Use instead: a `whatsapp_body`.
    Sources: bascule's own rule.
    """

    code = "LOS751"
    name = "contentrepo-web-only"
    severity = Severity.INFO


class SheetNotRead(Rule):
    """A sheet of the workbook that holds no pages

    What it does: names the sheets that were not read because their columns are not those of ContentRepo's pages.
    Why: content on such a sheet would be missing without anybody noticing.
    Example: a sheet with notes
    Use instead: nothing, if it holds none.
    Sources: bascule's own rule.
    """

    code = "LOS752"
    name = "contentrepo-sheet-not-read"
    severity = Severity.INFO


class FormNotRead(Rule):
    """A button that opens a form

    What it does: says how many buttons open an assessment (`go_to_form`), which is not in a sheet of pages. They lead
    to a flow of the form's name, which has to be added.
    Why: the questions are exported on their own.
    Example: `{"type": "go_to_form", "title": "Commencer", "slug": "evaluation"}`
    Use instead: the assessment's own export beside this file, or a flow of that name.
    Sources: https://github.com/praekeltfoundation/contentrepo
    """

    code = "LOS753"
    name = "contentrepo-form-not-read"
    severity = Severity.INFO
