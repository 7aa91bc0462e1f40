"""``CON201``: promotions that do not say how to end them."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Applicability, Edit, Finding, Fix, Severity
from bascule.ir.text import Hole, Literal, Text
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.consent.promotions import surely_promotes
from bascule.passes.rules.consent.words import offers_opt_out, opt_out_line
from bascule.passes.rules.mending import tail_of
from bascule.passes.rules.template.subjects import Subject, subjects, text_of_source
from bascule.source import Place
from bascule.whatsapp.plan import Origin
from bascule.whatsapp.templates import Category

__all__ = ["NoOptOut"]

_CLOSING = (".", "!", "?", "…", "।", "؟", ":", ";", ",")


class NoOptOut(CheckRule):
    """A marketing template does not say how to end the promotions

    What it does: reports marketing templates (those whose words surely are, and definitions that ask for it) in which
    neither the body, nor the footer, nor a button offers a way to get no more of them. In `bascule.toml` the wording
    of the button (`opt-out`) and of the sentence (`opt-out-line`) can be given; both are recognised.
    Why: requests to be left alone must be honoured, on WhatsApp and elsewhere; who finds no way to ask for it blocks
    or reports the sender, and that lowers the quality of the number. Meta does not refuse such a template.
    Example: `Soldes : -20 % sur tout le magasin ce week-end avec le code promo PRINTEMPS !`
    Use instead:
        bascule: 1
        locale: fr
        flows:
          soldes:
            entries: [{broadcast: clients}]
            nodes:
              envoi: {say: "Soldes : -20 % sur tout le magasin !", choices: {Stop promos: non, J'y vais: non}}
              non: {say: "C'est noté, à bientôt !", consent: opt_out, then: end}
    Fix safety: unsafe; it adds the sentence of `bascule.toml` or one in the language of the text. In the template it
    becomes a quick reply.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/getting-opt-in
    """

    code = "CON201"
    name = "no-opt-out"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at every marketing template."""
        fact = context.policy.fact("category.opt_out.offered")
        for subject in subjects(context):
            if subject.template.category is not Category.MARKETING or not subject.template.body_text:
                continue
            if subject.planned is not None and not surely_promotes(subject.planned):
                continue
            if offers_opt_out(subject.template, context.settings, subject.language):
                continue
            yield cls.at(
                subject.place,
                f"the marketing template {subject.title} does not say how to get no more of them",
                help="add a sentence such as “Reply STOP …”, or a quick reply for it",
                notes=(fact.cite(),),
                severity=fact.severity,
                fix=_fix(context, subject),
                data={"template": subject.name, "language": subject.language},
            )


def _fix(context: CheckContext, subject: Subject) -> Fix | None:
    """Add the sentence at the end of the message's text; None where its place is not known or it stands for many."""
    if len(subject.origins) != 1:
        return None
    origin = subject.origins[0]
    line = opt_out_line(context.settings, subject.language)
    text = text_of_source(context, origin)
    edit = _after(text, origin, subject.place, line)
    return Fix(f"end the text with “{line}”", (edit,), Applicability.UNSAFE) if edit is not None else None


def _after(text: Text, origin: Origin, place: Place, line: str) -> Edit | None:
    found = [part for part in text if isinstance(part, Hole)]
    if not found:
        words = "".join(part.text for part in text if isinstance(part, Literal))
        return Edit(place, _joined(words, line), words) if words.strip() and place.sub is None else None
    hole = found[-1]
    tail = tail_of(text, hole)
    if tail is None or hole.at is None or hole.at.sub is None:
        return None
    end = hole.at.sub[1] + len(tail.rstrip())
    return Edit(hole.at.within(end, end), _joined(tail, line)[len(tail.rstrip()) :])


def _joined(words: str, line: str) -> str:
    kept = words.rstrip()
    return f"{kept}{'' if kept[-1:] in _CLOSING else '.'} {line}"
