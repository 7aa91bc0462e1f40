"""``TPL054``: a link in the words of a template."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.passes.lower.texts import HOLE, flat
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.button_targets import is_listed_host
from bascule.passes.rules.template.subjects import subjects, text_of_source
from bascule.passes.rules.wording import Link, find_links, place_in, shown
from bascule.whatsapp.templates import UrlButton

__all__ = ["LinkInBody"]


class LinkInBody(CheckRule):
    """A template says a link instead of offering a button

    What it does: reports web addresses in the body of a template; a shortened one is a warning.
    Why: a button is easier to tap, its taps are counted, and the text gets shorter. Shortened links hide where
    they lead; providers report that review refuses them.
    Example: `Bonjour, votre commande est prête. Suivez-la sur https://boutique.example/suivi quand vous voulez.`
    Use instead: a choice with the address, which becomes a button: `{title: Suivre, url: "https://boutique.example/suivi"}`
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL054"
    name = "link-in-body"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look for links in what each template says."""
        shorteners = context.policy.list("button.url.shorteners")
        fact = context.policy.fact("button.url.shorteners")
        buttons = context.policy.fact("button.url.max")
        for subject in subjects(context):
            if not subject.origins or not subject.template.body_text:
                continue
            text = text_of_source(context, subject.origins[0])
            linked = [button.url for button in subject.template.buttons if isinstance(button, UrlButton)]
            for link in find_links(flat(text)):
                short = is_listed_host(link.host, shorteners)
                if not short and any(url.startswith(link.text.split(HOLE)[0]) for url in linked):
                    continue
                yield cls.at(
                    place_in(text, link.start, link.end, subject.place),
                    f"the template {subject.title} says the {'shortened ' * short}link `{shown(link.text, 60)}`",
                    help=_help(link, short),
                    notes=((fact if short else buttons).cite(),),
                    severity=fact.severity if short else Severity.INFO,
                    data={"link": link.text.replace(HOLE, "{}")},
                )


def _help(link: Link, short: bool) -> str:
    if short:
        return f"write the address that `{link.host}` leads to, best as a button"
    if HOLE in link.text[:-1]:
        return "make it a link button; its variable must then be the very end of the address"
    return "make it a link button"
