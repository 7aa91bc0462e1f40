"""``TPL013``: a template name that the platform does not take."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bascule.diagnostics import Finding
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.subjects import subjects
from bascule.passes.rules.wording import shown

__all__ = ["BadTemplateName"]


class BadTemplateName(CheckRule):
    """A template name is not allowed

    What it does: reports a template whose name has other characters than small letters, digits and underscores,
    or is too long. Names that bascule derives are always good; this is about definitions that a file brings along.
    Why: Meta refuses the creation.
    Example:
        bascule: 1
        locale: fr
        templates:
          - name: Rappel RDV
            language: fr
            category: UTILITY
            definition: '{"components": [{"type": "BODY", "text": "Merci de votre visite."}]}'
    Use instead:
        bascule: 1
        locale: fr
        templates:
          - name: rappel_rdv
            language: fr
            category: UTILITY
            definition: '{"components": [{"type": "BODY", "text": "Merci de votre visite."}]}'
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
    """

    code = "TPL013"
    name = "bad-template-name"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at every name once."""
        fact = context.policy.fact("template.name.pattern")
        pattern = re.compile(context.policy.text("template.name.pattern"))
        most = context.policy.limit("template.name.max_length")
        seen: set[str] = set()
        for subject in subjects(context):
            name = subject.name
            if name in seen or (pattern.fullmatch(name) and len(name) <= most):
                continue
            seen.add(name)
            why = "only small letters without accents, digits and `_` are taken"
            if len(name) > most:
                why = f"it has {len(name)} characters, the limit is {most}"
            yield cls.at(
                subject.place,
                f"`{shown(name)}` cannot be the name of a template: {why}",
                help="rename it, and use the new name where it is sent",
                notes=(fact.cite(),),
                severity=fact.severity,
            )
