"""Findings that several targets share."""

from __future__ import annotations

from bascule.diagnostics import Rule, Severity

__all__ = ["NotOnTarget", "SampleByHand"]


class NotOnTarget(Rule):
    """A target has nothing like it

    What it does: reports a template or message that a provider's API has no type for. It is left out of that target.
    Why: a half of it would say something else than the source does.
    Example: a limited-time offer in Twilio Content.
    Use instead: submit it at Meta directly, or say it with the types there are.
    Sources: the capability matrix of the target (`bascule formats TARGET`).
    """

    code = "TPL091"
    name = "not-on-target"
    severity = Severity.WARNING


class SampleByHand(Rule):
    """A sample has to be added by hand

    What it does: reports templates with a picture, video or document whose sample is no public address.
    Why: review needs an example of the file, and an upload handle of one account means nothing to another provider.
    Example: a template with a picture that was exported with its upload handle.
    Use instead: put the address of a file that everybody can open into the request.
    Sources: https://www.twilio.com/docs/content/twiliomedia
    """

    code = "TPL092"
    name = "sample-by-hand"
    severity = Severity.INFO
