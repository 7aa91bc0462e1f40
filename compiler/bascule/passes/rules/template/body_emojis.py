"""``TPL012``: more emojis in a template body than a provider says are accepted."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.passes.lower.texts import flat
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.subjects import subjects, text_of_source
from bascule.passes.rules.wording import emojis, place_in

__all__ = ["TooManyEmojis"]


class TooManyEmojis(CheckRule):
    """A template body has too many emojis

    What it does: counts the emojis of marketing and utility bodies. A flag, a family or a hand with a skin tone
    is one.
    Why: Meta says that their number may be limited; a provider reports the number that is enforced (2388040).
    Example: `🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉 Bonjour, les soldes ont commencé dans toutes nos boutiques.`
    Use instead: `🎉 Bonjour, les soldes ont commencé dans toutes nos boutiques.`
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-review
    """

    code = "TPL012"
    name = "too-many-emojis"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Count the emojis of every body."""
        fact = context.policy.fact("template.body.emoji.max")
        most = context.policy.limit("template.body.emoji.max")
        for subject in subjects(context):
            count = len(emojis(subject.template.body_text))
            if subject.authentication or count <= most:
                continue
            place = subject.place
            if subject.origins:
                text = text_of_source(context, subject.origins[0])
                spans = emojis(flat(text))
                if len(spans) > most:
                    place = place_in(text, *spans[most], subject.place)
            yield cls.at(
                place,
                f"the body of the template {subject.title} has {count} emojis; above {most} refusals are reported",
                help=f"leave {count - most} of them out",
                notes=(fact.cite(),),
                severity=fact.severity,
                data={"emojis": count, "limit": most},
            )
