"""``INT010``: a text that is longer than one message holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bascule.diagnostics import Finding, Severity
from bascule.passes.lower.texts import marker_text
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.interactive.sites import Site, bodies, sites
from bascule.passes.rules.wording import plural
from bascule.whatsapp.policy import Policy

__all__ = ["TextTooLong"]

Part = tuple[str, str, str]
"""What the part is called, its text, the key of its limit."""


def _text(value: Any, *path: str) -> str:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""


def _parts(body: dict[str, Any]) -> Iterator[Part]:
    """The texts of a message that have a limit."""
    kind = _text(body, "type")
    if kind == "text":
        yield "text", _text(body, "text", "body"), "message.text.body.max_length"
    elif kind in ("image", "video", "document"):
        yield "caption", _text(body, kind, "caption"), f"message.{kind}.caption.max_length"
    elif kind == "interactive":
        yield from _interactive(body["interactive"])


def _interactive(body: dict[str, Any]) -> Iterator[Part]:
    kind = _text(body, "type")
    yield "text", _text(body, "body", "text"), f"interactive.{kind}.body.max_length"
    yield "header", _text(body, "header", "text"), "interactive.header.text.max_length"
    yield "footer", _text(body, "footer", "text"), "interactive.footer.max_length"
    action = body.get("action")
    if kind == "cta_url":
        yield "link label", _text(action, "parameters", "display_text"), "interactive.cta_url.text.max_length"
        yield "link address", _text(action, "parameters", "url"), "interactive.cta_url.url.max_length"


def _excess(policy: Policy, known: frozenset[str], site: Site) -> Iterator[tuple[str, int, int, str]]:
    for _, body, _ in bodies(site):
        for what, text, key in _parts(body):
            if key in known and len(text) > policy.limit(key):
                yield what, len(text), policy.limit(key), key


class TextTooLong(CheckRule):
    """A text does not fit one message

    What it does: reports what is still over its limit after bascule cut it (an error), and says which texts are
    sent as several messages because they were too long for one (a remark).
    Why: WhatsApp refuses a message over its limits. A text with buttons may be a quarter as long as one without.
    Example: a message with buttons and a text of 1,500 characters. (not run)
    Use instead: shorten the text, or say the details before the question.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "INT010"
    name = "text-too-long"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Measure every message of the plan."""
        policy = context.policy
        known = frozenset((*policy.keys("message."), *policy.keys("interactive.")))
        for site in sites(context):
            over = sorted(set(_excess(policy, known, site)))
            for what, length, limit, key in over:
                fact = policy.fact(key)
                yield cls.at(
                    site.place,
                    f"the {what} of `{site.name}` has {length} characters, the limit is {limit}",
                    help=f"shorten it by {plural(length - limit, 'character')}",
                    notes=(fact.cite(),),
                    severity=fact.severity,
                )
            if not over:
                yield from _split(cls, context, site, known)


def _split(rule: type[CheckRule], context: CheckContext, site: Site, known: frozenset[str]) -> Iterator[Finding]:
    """One remark for a text that was cut into several messages."""
    for language, messages in site.step.messages if site.step is not None else ():
        before = [item for item in messages if item.role == "before" and item.message.kind == "text"]
        main = next((item.message.to_json() for item in messages if item.role == "main"), None)
        part = next(_parts(main), None) if main is not None else None
        if part is None or part[2] not in known or not before:
            continue
        text = site.content.text.best(language)
        length = len(marker_text(text)) if text is not None else 0
        limit = context.policy.limit(part[2])
        if length > limit:
            fact = context.policy.fact(part[2])
            yield rule.at(
                site.place,
                f"the text of `{site.name}` has {length} characters and is sent as {len(before) + 1} messages",
                help=f"{limit} characters fit one message of this kind",
                notes=(fact.cite(),),
                severity=Severity.INFO,
                data={"length": length, "limit": limit, "messages": len(before) + 1},
            )
            return
