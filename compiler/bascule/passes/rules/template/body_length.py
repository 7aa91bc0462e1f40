"""``TPL010`` and ``TPL011``: a template body that is too long, surely or perhaps."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.subjects import Subject, as_written, certain
from bascule.passes.rules.wording import plural
from bascule.whatsapp.policy import Fact

__all__ = ["BodyLongerThanReported", "BodyTooLong"]


def _limit_key(subject: Subject) -> str:
    if subject.template.limited_time_offer is not None:
        return "template.limited_time_offer.body.max_length"
    return "template.body.max_length"


def _bodies(subject: Subject) -> Iterator[tuple[str, str, str]]:
    """What each body of a template is called, its text, and the key of its limit."""
    yield "the body", subject.template.body_text, _limit_key(subject)
    carousel = subject.template.carousel
    for number, card in enumerate(carousel.cards if carousel is not None else (), start=1):
        text = card.body.text if card.body is not None else None
        yield f"the body of card {number}", text or "", "template.carousel.card.body.max_length"


class BodyTooLong(CheckRule):
    """A template body is over its maximum length

    What it does: reports a template whose body has more characters than templates may have, parameters counted
    as they are written (`{{1}}`). Limited-time offers and the cards of a carousel have lower limits.
    Why: Meta refuses it (2388040). A message that is sent inside the window may be four times as long, so a text
    that a flow could send as a message may not fit the template that must stand in for it.
    Example: an SMS of eight segments. (not run)
    Use instead: say the first part in the template, and the rest when the person has answered.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL010"
    name = "body-too-long"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Measure every body."""
        for subject in as_written(context):
            for what, text, key in _bodies(subject):
                fact = context.policy.fact(key)
                limit = context.policy.limit(key)
                if len(text) > limit:
                    yield cls.at(
                        subject.place,
                        f"{what} of the template {subject.title} has {len(text)} characters, the limit is {limit}",
                        help=f"shorten it by {plural(len(text) - limit, 'character')}, or say a part of it later",
                        notes=(fact.cite(),),
                        severity=certain(context, subject.origins, fact.severity),
                        data={"length": len(text), "limit": limit},
                    )


class BodyLongerThanReported(CheckRule):
    """A template body is longer than a provider says is accepted

    What it does: reports marketing and utility bodies that keep the documented limit but are longer than the
    one a provider reports as enforced.
    Why: Meta says that the limit depends on format and tags without giving numbers; a provider saw bodies above
    this length refused with 2388040. WhatsApp folds long marketing texts anyway.
    Example: an SMS of four segments. (not run)
    Use instead: a shorter text; detail can follow when the person has answered.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-review
    """

    code = "TPL011"
    name = "body-longer-than-reported"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Measure every body that keeps the documented limit."""
        fact: Fact = context.policy.fact("template.body.recommended_length")
        low = context.policy.limit("template.body.recommended_length")
        for subject in as_written(context):
            length = len(subject.template.body_text)
            if subject.authentication or not low < length <= context.policy.limit(_limit_key(subject)):
                continue
            yield cls.at(
                subject.place,
                f"the body of the template {subject.title} has {length} characters; "
                f"above {low} a provider reports refusals",
                help=f"shorten it by {plural(length - low, 'character')} if review refuses it",
                notes=(fact.cite(),),
                severity=fact.severity,
                data={"length": length, "limit": low},
            )
