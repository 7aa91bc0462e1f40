"""``INT011`` and ``INT012``: choices that are shown otherwise than they were written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bascule.diagnostics import Finding, Fix, Label, Severity
from bascule.ir.content import Choice
from bascule.passes.lower.texts import marker_text
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.interactive.sites import Site, bodies, reply_choices, sites
from bascule.passes.rules.mending import relabel, title_as_written
from bascule.passes.rules.wording import shown
from bascule.whatsapp.templates import QuickReplyButton

__all__ = ["ChoicesAsText", "LabelShortened"]

Templates = dict[tuple[str, str], tuple[str, ...]]


def _titles(body: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Reply id to title, and the key of the limit that the title keeps."""
    interactive = body.get("interactive")
    if not isinstance(interactive, dict):
        return {}
    action = interactive.get("action", {})
    if interactive.get("type") == "button":
        key = "interactive.button.title.max_length"
        return {item["reply"]["id"]: (item["reply"]["title"], key) for item in action.get("buttons", ())}
    if interactive.get("type") == "list":
        key = "interactive.list.row.title.max_length"
        return {row["id"]: (row["title"], key) for part in action.get("sections", ()) for row in part["rows"]}
    return {}


def _quick_replies(context: CheckContext) -> Templates:
    """Template name and language to the labels of its quick replies."""
    return {
        (planned.name, planned.language): tuple(
            button.text for button in planned.template.buttons if isinstance(button, QuickReplyButton)
        )
        for planned in context.templates
    }


Shown = tuple[Choice, str, str, str]


def _shown(context: CheckContext, site: Site, templates: Templates) -> Iterator[Shown]:
    """Each choice with its full title, what is shown, and the key of the limit: messages first, then templates."""
    step = site.step
    choices = reply_choices(site.content)
    if step is None or not choices:
        return
    ids = {reply: choice for choice, route in zip(choices, step.routes, strict=False) for reply in route.reply_ids}
    for language, body, _ in bodies(site):
        for reply, (title, key) in _titles(body).items():
            if reply in ids:
                yield ids[reply], _full(ids[reply], language), title, key
    for code, sends in step.templates:
        language = _locale_of(context, site, code)
        for send in sends:
            labels = templates.get((send.template, send.language), ())
            if len(labels) >= len(choices):
                for choice, label in zip(choices, labels, strict=False):
                    yield choice, _full(choice, language), label, "button.quick_reply.text.max_length"


def _locale_of(context: CheckContext, site: Site, code: str) -> str:
    """The locale of the source that became a template's language: `ita` for `it`."""
    default = site.flow.locale or context.project.locale
    locales = (locale for choice in site.content.choices for locale, _ in choice.title)
    return next((locale for locale in locales if context.policy.match_language(locale or default) == code), code)


def _full(choice: Choice, language: str) -> str:
    title = choice.title.best(language)
    return " ".join((marker_text(title) if title else choice.payload or choice.id).split())


def _shorter(choice: Choice, full: str, title: str, limit: int) -> Fix | None:
    """Write the label that is shown anyway, where it is too long; None where the file has variables in it."""
    written = title_as_written(choice, full) if len(full) > limit >= len(title) else None
    return relabel(choice.at, written, title) if written is not None and choice.at is not None else None


class LabelShortened(CheckRule):
    """A choice is shown with a shorter label

    What it does: says which choices do not fit their button or row, and what people will see. The full wording
    stays in the row's description or in the text; two labels never become equal.
    Why: titles of buttons and rows are short; a label of your own is better than a cut one.
    Example:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              menu:
                say: "Que voulez-vous faire ?"
                choices: {Parler à une personne de notre équipe: agent, Rien: end}
              agent: {handover: equipe}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: aide}]
            nodes:
              menu:
                say: "Que voulez-vous faire ?"
                choices: {Parler à l'équipe: agent, Rien: end}
              agent: {handover: equipe}
    Fix safety: unsafe; it writes the label that would be shown, and a label of your own is better than a cut one.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "INT011"
    name = "label-shortened"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare what each choice says with what is shown."""
        templates = context.once(_quick_replies)
        for site in sites(context):
            told: set[str] = set()
            for choice, full, title, key in _shown(context, site, templates):
                if title == full or choice.id in told:
                    continue
                told.add(choice.id)
                limit = context.policy.limit(key)
                yield cls.at(
                    choice.at or site.place,
                    f"`{shown(full, 60)}` is shown as `{title}`",
                    help=f"write a label of at most {limit} characters, or leave it so"
                    if len(full) > limit
                    else "no two choices may look the same: word them differently, or leave it so",
                    notes=(context.policy.fact(key).cite(),),
                    data={"full": full, "shown": title},
                    fix=_shorter(choice, full, title, limit),
                )


class ChoicesAsText(CheckRule):
    """Choices become pages of a list, or numbers in the text

    What it does: says where an ask offers so many choices that they are sent as several lists, or as a numbered
    text that people answer by typing.
    Why: lists and templates hold few choices; buttons and rows are tapped, numbers are typed and mistyped.
    Example:
        bascule: 1
        locale: fr
        flows:
          ville:
            entries: [{keyword: ville}]
            nodes:
              menu:
                say: "Dans quelle ville ?"
                ask: ville
                choices: [Paris, Lyon, Nice, Lille, Nantes, Rennes, Brest, Metz, Nancy, Dijon, Tours, Pau]
                then: fin
              fin: {say: "Merci, c'est noté."}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          ville:
            entries: [{keyword: ville}]
            nodes:
              menu:
                say: "Dans quelle région ?"
                ask: region
                choices: [Nord, Ouest, Est, Sud]
                then: fin
              fin: {say: "Merci, c'est noté."}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "INT012"
    name = "choices-as-text"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at the form that each ask's choices took."""
        templates = context.once(_quick_replies)
        fact = context.policy.fact("interactive.list.rows.max")
        for site in sites(context):
            choices = reply_choices(site.content)
            how = _form(site, len(choices), templates) if choices else ""
            if how:
                yield cls.at(
                    site.place,
                    f"the {len(choices)} choices of `{site.name}` are sent as {how}",
                    help="ask in two steps, or offer fewer choices",
                    labels=[Label(choices[-1].at, "the last of them")] if choices[-1].at is not None else (),
                    notes=(fact.cite(),),
                    data={"choices": len(choices), "form": how},
                )


def _form(site: Site, count: int, templates: Templates) -> str:
    """How many choices are shown when not as buttons or one list; ``""`` when they are."""
    pages = taps = messages = 0
    for _, body, page in bodies(site):
        messages += 1
        taps += bool(_titles(body))
        pages = max(pages, page)
    if pages:
        return f"{pages} pages of a list"
    if messages and not taps:
        return "a numbered text"
    for _, sends in site.step.templates if site.step is not None else ():
        if any(len(templates.get((send.template, send.language), ("",) * count)) < count for send in sends):
            return "a numbered text in a template"
    return ""
