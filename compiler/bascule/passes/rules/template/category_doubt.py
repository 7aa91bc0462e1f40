"""``TPL050`` and ``TPL053``: the category that a template asks for."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Label, Severity
from bascule.ir.nodes import Ask, Message
from bascule.ir.text import Text
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.subjects import Subject, subjects, text_of_source
from bascule.passes.rules.wording import find_in, place_in, shown
from bascule.source import Place
from bascule.whatsapp.plan import CategoryWord, Origin
from bascule.whatsapp.policy import Fact

__all__ = ["CategoriesDiffer", "CategoryInDoubt"]

_MOST_LABELS = 6
_MOST_OTHERS = 3
_READ = ("text", "button")


class CategoryInDoubt(CheckRule):
    """Review may choose another category for a template

    What it does: reports templates whose words speak for more than one category (a warning that shows the words), or
    hardly for the one that is asked for (a remark); and, once for each file, those whose words decide nothing (a
    remark). Which category is asked for, and why, stands in the finding.
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
        unclear: dict[str, list[Subject]] = {}
        for subject in subjects(context):
            planned = subject.planned
            if planned is None or not (planned.category_risk or planned.category_confidence == "weak"):
                continue
            if not planned.category_risk:
                unclear.setdefault(subject.place.file, []).append(subject)
                continue
            risky, words = _labels(context, subject, planned.category_risk)
            yield cls.at(
                subject.place,
                f"review may make the template {subject.title} {planned.category_risk}, not {_asked(subject)}: "
                f"{planned.category_reason}",
                help=_help(planned.category_risk, risky),
                labels=words,
                notes=(fact.cite(),),
                severity=cls.severity if risky else Severity.INFO,
                data={"category": _asked(subject), "risk": planned.category_risk},
            )
        for group in unclear.values():
            yield _unclear(cls, context, group, fact)


def _asked(subject: Subject) -> str:
    category = subject.template.category
    return category.value if category is not None else "no category"


def _help(risk: str, risky: bool) -> str:
    if risk == "MARKETING" and risky:
        return "take the promotional words out, or accept that it is marketing"
    if risk == "AUTHENTICATION":
        return "say what the code is for if it is not for logging in"
    return "name the order, appointment or account it is about, or accept that it is marketing"


def _labels(context: CheckContext, subject: Subject, risk: str) -> tuple[bool, list[Label]]:
    """Whether words that people read speak for the category at risk; those words, else the few that speak for the
    other one, where the first message or its buttons have them."""
    planned = subject.planned
    if planned is None or not planned.origins:
        return False, []
    origin = planned.origins[0]
    risky = any(item.category == risk and item.where in _READ for item in planned.category_evidence)
    text = text_of_source(context, origin)
    labels: list[Label] = []
    for item in planned.category_evidence:
        if (item.category == risk) is risky and len(labels) < _MOST_LABELS:
            place = _place_of(context, origin, text, item, subject.place)
            if place is not None:
                labels.append(Label(place, f"`{shown(item.word)}` speaks for {item.category}"))
    return risky, labels


def _place_of(context: CheckContext, origin: Origin, text: Text, item: CategoryWord, place: Place) -> Place | None:
    """Where a word stands in the file: in the message's text, or in the title of a button that has a place."""
    if item.button is None:
        where = find_in(text, item.word) if item.where == "text" else None
        return place_in(text, *where, place) if where is not None else None
    flow = context.project.by_id.get(origin.flow)
    node = flow.by_id.get(origin.node) if flow is not None else None
    choices = node.content.choices if isinstance(node, (Ask, Message)) else ()
    return choices[item.button].at if item.button < len(choices) else None


def _unclear(rule: type[CheckRule], context: CheckContext, group: list[Subject], fact: Fact) -> Finding:
    """One remark for the templates of a file that ask for a category without good reason."""
    first, *others = group
    reasons = [subject.planned.category_reason for subject in group if subject.planned is not None]
    message = f"the template {first.title} asks for {_asked(first)}, but not surely: {reasons[0]}"
    if others:
        message = f"{len(group)} templates ask for a category that nothing in their words decides"
    return rule.at(
        first.place,
        message,
        help="name the order, appointment or account it is about if it is no promotion",
        labels=[Label(subject.place, f"{subject.title} as well") for subject in others[:_MOST_OTHERS]],
        notes=(*dict.fromkeys(reasons[:_MOST_OTHERS] if others else ()), fact.cite()),
        severity=Severity.INFO,
        data={
            "templates": [
                {"template": subject.name, "language": subject.language, "category": _asked(subject)}
                for subject in group
            ]
        },
    )


class CategoriesDiffer(CheckRule):
    """One template asks for different categories in its languages

    What it does: reports a template name under which one language asks for another category than the others: in
    definitions what they ask for, in messages what the words of both plainly speak of. Where the words of a language
    hardly decide, it asks for what the other one asks for, and `TPL050` says so.
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
        # Guesses by few words agree already: `agreed` in the lowering.
        first: dict[str, tuple[str, str, Place]] = {}
        for subject in subjects(context):
            category = subject.template.category
            if category is None:
                continue
            own = (category.value, subject.language, subject.place)
            known, language, place = first.setdefault(subject.name, own)
            if known == category.value:
                continue
            yield cls.at(
                subject.place,
                f"the template `{subject.name}` asks for {category.value} in `{subject.language}` "
                f"and for {known} in `{language}`",
                help="say the same in both languages, or make two templates of them",
                labels=[Label(place, f"`{language}` asks for {known}")] if place != subject.place else [],
                notes=(fact.cite(),),
            )
