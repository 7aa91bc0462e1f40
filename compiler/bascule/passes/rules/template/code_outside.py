"""``TPL057``: a one-time code in a template of another category."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.ir.text import plain_text
from bascule.passes.lower.category import CategoryVerdict, judge_category
from bascule.passes.lower.template_parts import hole_name
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.subjects import Subject, subjects
from bascule.passes.rules.wording import shown

__all__ = ["CodeOutsideAuthentication", "gives_code"]

_PARAMETER = re.compile(r"\{\{([^{}]*)\}\}")


def gives_code(subject: Subject) -> CategoryVerdict | None:
    """The verdict when the words of a template surely give a one-time code although it asks for another category."""
    if subject.authentication or subject.template.category is None:
        return None
    if subject.origins:
        text = plain_text(subject.origins[0].text, lambda hole: "{" + hole_name(hole).rsplit(".", 1)[-1] + "}")
    else:
        text = _PARAMETER.sub(r"{\1}", subject.template.body_text)
    verdict = judge_category(text, subject.language)
    return verdict if verdict.category == "AUTHENTICATION" and verdict.confidence == "strong" else None


class CodeOutsideAuthentication(CheckRule):
    """A one-time code stands in a template that is not for codes

    What it does: reports utility and marketing templates whose words give a one-time code: definitions that ask for
    the wrong category, and messages in which bascule cannot tell which of several values is the code, or whose code
    is written out.
    Why: such templates are accepted at first and refused on the first day of the next month; only the fixed text of
    an AUTHENTICATION template may carry a code. What is a code is judged by words, so this is a warning.
    Example:
        bascule: 1
        locale: fr
        templates:
          - name: connexion
            language: fr
            category: UTILITY
            definition: >-
              {"components": [{"type": "BODY", "text": "Bonjour, {{1}} est votre code de vérification, gardez-le.",
              "example": {"body_text": [["482193"]]}}]}
    Use instead:
        bascule: 1
        locale: fr
        templates:
          - name: connexion
            language: fr
            category: AUTHENTICATION
            definition: >-
              {"components": [{"type": "BODY", "add_security_recommendation": true},
              {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}]}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-categorization
    """

    code = "TPL057"
    name = "code-outside-authentication"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Judge the words of every template of another category."""
        fact = context.policy.fact("category.authentication.misplaced")
        for subject in subjects(context):
            verdict = gives_code(subject)
            if verdict is None or subject.template.category is None:
                continue
            words = ", ".join(dict.fromkeys(f"“{shown(item.word)}”" for item in verdict.evidence[:3]))
            yield cls.at(
                subject.place,
                f"the template {subject.title} asks for {subject.template.category.value} and gives a one-time code "
                f"({words})",
                help="make it an AUTHENTICATION template: it has one value, the code, and WhatsApp's own words",
                notes=(f"{fact.value}: one-time codes in UTILITY or MARKETING", fact.cite()),
                data={"category": subject.template.category.value},
            )
