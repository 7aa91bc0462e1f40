"""``TPL020`` and ``TPL021``: a template's text that begins or ends with a variable."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from bascule.diagnostics import Applicability, Edit, Finding, Fix
from bascule.ir.text import Hole, Literal, Text, plain_text
from bascule.passes.lower.context import phrase
from bascule.passes.lower.template_parts import hole_name
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.mending import neutral, tail_of
from bascule.passes.rules.template.subjects import Subject, certain, known_parameters, subjects, text_of_source
from bascule.whatsapp.plan import Origin, PlannedTemplate
from bascule.whatsapp.policy import Fact

__all__ = ["VariableAtEdge", "VariableBeforePunctuation"]


_CLOSING = (".", "!", "?", "।", "؟", "…")


def _says_something(char: str) -> bool:
    return unicodedata.category(char)[0] in "LN"


def _edge_hole(text: Text, at_start: bool) -> tuple[Hole, str] | None:
    """The hole at an end of the text with the literal between it and that end, when no word stands there."""
    parts = list(text) if at_start else list(reversed(text))
    between = ""
    for part in parts:
        if isinstance(part, Hole):
            return part, between
        between = between + part.text if at_start else part.text + between
        if any(_says_something(char) for char in part.text):
            return None
    return None


def _written_edges(context: CheckContext) -> Iterator[tuple[Subject, bool, str]]:
    """The edges of definitions without a plan at which a variable stands: whether it is the start, what is beyond."""
    for subject in subjects(context):
        text = subject.template.body_text
        found = known_parameters(text) if subject.planned is None and not subject.fixed else []
        if not found:
            continue
        for at_start, beyond in ((True, text[: found[0].start]), (False, text[found[-1].end :])):
            if not any(_says_something(char) for char in beyond):
                yield subject, at_start, beyond.strip()


class VariableAtEdge(CheckRule):
    """A template begins or ends with a variable

    What it does: reports a template body whose first or last thing is a variable, with nothing around it. Definitions
    that are in review or passed it, and those of Meta's library, are left out.
    Why: Meta refuses it (2388299): the reviewer cannot see what is being said. Texts of Meta's own library may begin
    with a variable; written anew they are refused like any other.
    Example: `Bonjour [nom], votre rendez-vous est à [heure]`
    Use instead: `Bonjour [nom], votre rendez-vous est à [heure], merci de votre confiance.`
    Fix safety: unsafe; it adds a greeting or a word of thanks in the text's language. The meaning stays, the wording
    does not.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-review
    """

    code = "TPL020"
    name = "variable-at-edge"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at both ends of every body."""
        fact = context.policy.fact("template.parameter.edge")
        for template in context.templates:
            for origin in template.origins:
                if _only(origin.text) is not None and template.template.body_text:
                    yield _all_variable(cls, context, template, origin, fact)
                    continue
                for at_start in (True, False):
                    found = _edge_hole(origin.text, at_start)
                    if found is None or found[1].strip() or not template.template.body_text:
                        continue
                    where = "begins" if at_start else "ends"
                    yield cls.at(
                        found[0].at or origin.place,
                        f"the template `{template.name}` {where} with a variable",
                        help=f"write a few words {'before' if at_start else 'after'} it",
                        notes=(fact.cite(),),
                        severity=certain(context, template.origins, fact.severity),
                        fix=_fix(context, template, origin, found[0], at_start),
                    )
        for subject, at_start, beyond in _written_edges(context):
            if not beyond:
                yield cls.at(
                    subject.place,
                    f"the template {subject.title} {'begins' if at_start else 'ends'} with a variable",
                    help=f"write a few words {'before' if at_start else 'after'} it",
                    notes=(fact.cite(),),
                    severity=fact.severity,
                )


def _only(text: Text) -> Hole | None:
    """The hole that is all of a text."""
    parts = [part for part in text if isinstance(part, Hole) or part.text.strip()]
    return parts[0] if len(parts) == 1 and isinstance(parts[0], Hole) else None


def _all_variable(
    rule: type[CheckRule], context: CheckContext, template: PlannedTemplate, origin: Origin, fact: Fact
) -> Finding:
    """One finding for both ends. No fix: a greeting around a variable still says nothing (``TPL025``)."""
    hole = _only(origin.text)
    return rule.at(
        (hole.at if hole is not None else None) or origin.place,
        f"the template `{template.name}` is a variable from its beginning to its end",
        help="write out what it says, with words before and after the variable",
        notes=(fact.cite(),),
        severity=certain(context, template.origins, fact.severity),
    )


class VariableBeforePunctuation(CheckRule):
    """Only punctuation stands between a variable and the end of a template

    What it does: reports a template body in which nothing but punctuation or an emoji follows the last
    variable, or comes before the first.
    Why: reports differ. Developers saw such bodies refused as ending with a variable (2388299), yet some
    approved templates are like this. A few words more are always accepted.
    Example: `Bonjour [nom], votre rendez-vous est à [heure].`
    Use instead: `Bonjour [nom], votre rendez-vous est à [heure]. Merci.`
    Fix safety: unsafe; it adds a greeting or a word of thanks in the text's language. The meaning stays, the wording
    does not.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-review
    """

    code = "TPL021"
    name = "variable-before-punctuation"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at both ends of every body."""
        fact = context.policy.fact("template.parameter.edge_before_punctuation")
        for template in context.templates:
            for origin in template.origins:
                for at_start in (True, False):
                    found = _edge_hole(origin.text, at_start)
                    if found is None or not found[1].strip() or not template.template.body_text:
                        continue
                    where = "comes before the first" if at_start else "follows the last"
                    yield cls.at(
                        found[0].at or origin.place,
                        f"only `{found[1].strip()}` {where} variable of the template `{template.name}`",
                        help=f"write a few words {'before' if at_start else 'after'} it, to be safe",
                        notes=("reports differ on whether review refuses this", fact.cite()),
                        severity=certain(context, template.origins, fact.severity),
                        fix=_fix(context, template, origin, found[0], at_start),
                    )
        for subject, at_start, beyond in _written_edges(context):
            if beyond:
                where = "comes before the first" if at_start else "follows the last"
                yield cls.at(
                    subject.place,
                    f"only `{beyond}` {where} variable of the template {subject.title}",
                    help=f"write a few words {'before' if at_start else 'after'} it, to be safe",
                    notes=("reports differ on whether review refuses this", fact.cite()),
                    severity=fact.severity,
                )


def _fix(context: CheckContext, template: PlannedTemplate, origin: Origin, hole: Hole, at_start: bool) -> Fix | None:
    """Greet before the first variable, or give thanks behind the last one and what follows it; None when its place is
    not known."""
    if hole.at is None or hole.at.sub is None:
        return None
    if at_start:
        hello = neutral("hello", template.language)
        start = hole.at.sub[0]
        edit = Edit(hole.at.within(start, start), f"{hello} ")
        return Fix(f"begin with “{hello}”", (edit,), Applicability.UNSAFE)
    tail = tail_of(text_of_source(context, origin), hole)
    last = origin.text[-1]
    if tail is None or not tail.startswith(last.text if isinstance(last, Literal) else ""):
        return None
    tail = tail.rstrip()
    thanks = phrase("thanks", template.language)
    stop = "" if tail[-1:] in _CLOSING else "."
    end = hole.at.sub[1] + len(tail)
    shown = " ".join(plain_text(origin.text, lambda other: "{" + hole_name(other) + "}").split()[-4:])
    message = f"end the text with “{thanks}”: … {shown}{stop} {thanks}"
    return Fix(message, (Edit(hole.at.within(end, end), f"{stop} {thanks}"),), Applicability.UNSAFE)
