"""``TPL050`` and ``TPL053``: the category that a template asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bascule.diagnostics import Finding, Label, Severity
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.subjects import subjects, text_of_source
from bascule.passes.rules.wording import find_in, place_in, shown
from bascule.whatsapp.plan import PlannedTemplate

__all__ = ["CategoriesDiffer", "CategoryInDoubt"]

_EVIDENCE = re.compile(r"([A-Z]+): “(.*)” \((\w+)\)", re.DOTALL)
_MOST_LABELS = 6


class CategoryInDoubt(CheckRule):
    """Review may choose another category for a template

    What it does: reports templates whose words speak for more than one category (a warning that shows the
    words), or for none clearly (a remark). Which category is asked for, and why, stands in the finding.
    Why: a utility template that review finds promotional becomes a marketing template, which costs more and may
    not be delivered; repeated misuse of the utility category lowers the account's limits.
    Example: `Bonjour, votre commande [numero] est prête. Bravo, vous avez la carte de notre club gratuitement !`
    Use instead: `Bonjour, votre commande [numero] est prête. Elle vous attend à la boutique.`
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-categorization
    """

    code = "TPL050"
    name = "category-in-doubt"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at every judgement that is weak or risky."""
        fact = context.policy.fact("category.decision")
        for template in context.templates:
            risk, category = template.category_risk, template.template.category
            asked = category.value if category is not None else "no category"
            if not risk and template.category_confidence != "weak":
                continue
            message = f"the template `{template.name}` asks for {asked}, but not surely"
            if risk:
                message = f"review may make the template `{template.name}` {risk}, not {asked}"
            yield cls.at(
                template.place,
                f"{message}: {template.category_reason}",
                help=_help(risk),
                labels=_labels(context, template, risk),
                notes=(fact.cite(),),
                severity=Severity.WARNING if risk else Severity.INFO,
                data={"category": asked, "risk": risk, "confidence": template.category_confidence},
            )


def _help(risk: str) -> str:
    if risk == "MARKETING":
        return "take the promotional words out, or accept that it is marketing"
    if risk == "AUTHENTICATION":
        return "say what the code is for if it is not for logging in"
    if risk:
        return "say in plain words what it is about"
    return "name the order, appointment or account it is about if it is no promotion"


def _labels(context: CheckContext, template: PlannedTemplate, risk: str) -> list[Label]:
    """The words that speak for the category at risk, where the first message has them."""
    if not template.origins:
        return []
    text = text_of_source(context, template.origins[0])
    labels: list[Label] = []
    for item in template.category_evidence:
        match = _EVIDENCE.fullmatch(item)
        if match is None or match[1] != risk or len(labels) == _MOST_LABELS:
            continue
        found = find_in(text, match[2])
        if found is not None:
            labels.append(Label(place_in(text, *found, template.place), f"`{shown(match[2])}` speaks for {risk}"))
    return labels


class CategoriesDiffer(CheckRule):
    """One template asks for different categories in its languages

    What it does: reports a template name under which one language asks for another category than the others.
    Why: the category belongs to the template's name; the language that differs is refused or changed.
    Example:
        bascule: 1
        flows:
          point:
            entries: [{api: point}]
            nodes:
              envoi:
                say:
                  fr: "Bonjour, votre commande est prête, elle vous attend à la boutique."
                  en: "Hello, enjoy 20 % off everything in our shop until Sunday evening."
    Use instead:
        bascule: 1
        flows:
          point:
            entries: [{api: point}]
            nodes:
              envoi:
                say:
                  fr: "Bonjour, votre commande est prête, elle vous attend à la boutique."
                  en: "Hello, your order is ready and waits for you in our shop."
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-categorization
    """

    code = "TPL053"
    name = "categories-differ"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare the languages of each name."""
        fact = context.policy.fact("category.values")
        first: dict[str, tuple[str, str]] = {}
        for subject in subjects(context):
            category = subject.template.category
            if category is None:
                continue
            known, language = first.setdefault(subject.name, (category.value, subject.language))
            if known == category.value:
                continue
            yield cls.at(
                subject.place,
                f"the template `{subject.name}` asks for {category.value} in `{subject.language}` "
                f"and for {known} in `{language}`",
                help="say the same in both languages, or make two templates of them",
                notes=(fact.cite(),),
            )
