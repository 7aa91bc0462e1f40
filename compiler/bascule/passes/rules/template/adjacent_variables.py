"""``TPL022`` and ``TPL023``: two variables of a template with nothing, or nothing visible, between them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from bascule.diagnostics import Applicability, Edit, Finding, Fix, Label, Severity
from bascule.ir.text import Hole, Text
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.mending import between, neutral
from bascule.passes.rules.template.subjects import certain, known_parameters, subjects
from bascule.passes.rules.wording import said

__all__ = ["AdjacentVariables", "VariablesApartByBlanks"]


def _pairs(text: Text) -> Iterator[tuple[Hole, Hole, str]]:
    """Neighbouring holes with what stands between them, where that is nothing but blanks."""
    last: Hole | None = None
    between = ""
    for part in said(text):
        if isinstance(part, Hole):
            if last is not None and not between.strip():
                yield last, part, between
            last, between = part, ""
        else:
            between += part.text


def _found(
    rule: type[CheckRule], context: CheckContext, key: str, blanks: bool, between: str, help: str
) -> Iterator[Finding]:
    fact = context.policy.fact(key)
    for subject in subjects(context):
        message = f"two variables of the template {subject.title} stand side by side{between}"
        for origin in subject.origins if subject.template.body_text else ():
            for first, second, gap in _pairs(origin.text):
                if bool(gap) is blanks:
                    labels = (Label(first.at, "the first one"),) if first.at is not None else ()
                    yield rule.at(
                        second.at or origin.place,
                        message,
                        help=help,
                        labels=labels,
                        notes=(fact.cite(),),
                        severity=certain(context, subject.origins, fact.severity),
                        fix=_fix(first, second, gap, subject.language),
                    )
        if subject.planned is not None or subject.fixed:
            continue
        text = subject.template.body_text
        found = known_parameters(text)
        gaps = [text[a.end : b.start] for a, b in pairwise(found)]
        if any(not gap.strip() and bool(gap) is blanks for gap in gaps):
            yield rule.at(subject.place, message, help=help, notes=(fact.cite(),), severity=fact.severity)


def _fix(first: Hole, second: Hole, gap: str, language: str) -> Fix | None:
    """Put a comma behind the first of two variables; None when their places are not known."""
    place = between(first, second, gap)
    if place is None:
        return None
    comma = neutral("comma", language)
    blank = "" if gap or comma in "，、" else " "
    start = place.sub[0] if place.sub is not None else 0
    return Fix("put a comma between the two", (Edit(place.within(start, start), comma + blank),), Applicability.UNSAFE)


class AdjacentVariables(CheckRule):
    """Two variables of a template touch

    What it does: reports a template body in which nothing at all stands between two variables.
    Why: Meta refuses it (INVALID_FORMAT): the reviewer cannot see what each of them says.
    Example: `Bonjour [prenom][nom], votre commande est prête à la boutique.`
    Use instead: `Bonjour [nom_complet], votre commande est prête à la boutique.`
    Fix safety: unsafe; it puts a comma between the two, where a word or one variable may say it better.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-review
    """

    code = "TPL022"
    name = "adjacent-variables"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look between the variables of every body."""
        help = "make one variable of the two, or write a word between them"
        yield from _found(cls, context, "template.parameter.adjacent", False, "", help)


class VariablesApartByBlanks(CheckRule):
    """Only blanks stand between two variables of a template

    What it does: reports a template body in which two variables are kept apart by blanks or line breaks only.
    Why: providers call it a cause of rejection; some templates that are like this were approved in earlier years.
    Example: `Bonjour [prenom] [nom], votre commande est prête à la boutique.`
    Use instead: `Bonjour [nom_complet], votre commande est prête à la boutique.`
    Fix safety: unsafe; it puts a comma between the two, where a word or one variable may say it better.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-review
    """

    code = "TPL023"
    name = "variables-apart-by-blanks"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look between the variables of every body."""
        help = "let the sending program join the two values into one, or write a word between them"
        key = "template.parameter.adjacent_whitespace"
        yield from _found(cls, context, key, True, " with only blanks between them", help)
