"""``TPL024`` and ``TPL025``: too few words of its own in a template."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.subjects import Subject, body_words, known_parameters, subjects
from bascule.passes.rules.wording import count_words, plural

__all__ = ["MostlyVariables", "TooFewWords"]


def _count(subject: Subject) -> tuple[int, int]:
    """Fixed words and distinct parameters of a body."""
    text = subject.template.body_text
    return count_words(body_words(text)), len({item.name for item in known_parameters(text)})


def _mostly_variable(words: int, variables: int) -> bool:
    return variables > 0 and words <= variables


class TooFewWords(CheckRule):
    """A template has too many variables for its length

    What it does: counts the words of a body that are no variables, and the variables. A text in which the
    variables outnumber the words is reported by `TPL025` instead.
    Why: Meta refuses a template with too many variables for its length (2388293) without giving the number. Two
    providers measured it: for n variables there must be at least 2n+1 fixed words. No approved template that was
    looked at breaks this.
    Example: `Suivi du colis [numero] : [statut] le [date] à [heure] chez vous`
    Use instead: `Votre colis [numero] est maintenant [statut]. Il sera chez vous le [date] à [heure], merci.`
    Sources: https://docs.mercuri.cx/features/templates/whatsapp-templates/whatsapp-template-minimum-words-parameters-ratio
    """

    code = "TPL024"
    name = "too-few-words"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Count the words and variables of every body."""
        fact = context.policy.fact("template.parameter.words_per_parameter")
        ratio = context.policy.limit("template.parameter.words_per_parameter")
        for subject in subjects(context):
            words, variables = _count(subject)
            needed = ratio * variables + 1
            if not variables or words >= needed or _mostly_variable(words, variables):
                continue
            yield cls.at(
                subject.place,
                f"the template {subject.title} has {plural(variables, 'variable')} and only "
                f"{plural(words, 'fixed word')}; {needed} are needed",
                help=f"write {plural(needed - words, 'more word')}, or drop a variable",
                notes=(fact.cite(),),
                severity=fact.severity,
                data={"words": words, "variables": variables, "needed": needed},
            )


class MostlyVariables(CheckRule):
    """A template is little more than its variables

    What it does: reports a body that is only a variable, or has no more words of its own than variables.
    Why: the reviewer cannot see what will be said. Meta names `{{1}}` as its example of unclear content, which
    counts as marketing; most such bodies are refused for their edges and their length as well.
    Example: `Info [numero] : [message] !`
    Use instead: `Votre commande [numero] est prête, elle vous attend à la boutique.`
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-categorization
    """

    code = "TPL025"
    name = "mostly-variables"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Count the words and variables of every body."""
        fact = context.policy.fact("category.marketing.unclear")
        for subject in subjects(context):
            words, variables = _count(subject)
            if not _mostly_variable(words, variables):
                continue
            what = f"{plural(words, 'fixed word')} beside {plural(variables, 'variable')}"
            if not words:
                what = "no word of its own, only a variable" if variables == 1 else "no word of its own, only variables"
            yield cls.at(
                subject.place,
                f"the template {subject.title} has {what}",
                help="write out what it says, and make one template for each thing that it can say",
                notes=("unclear content counts as marketing", fact.cite()),
                data={"words": words, "variables": variables},
            )
