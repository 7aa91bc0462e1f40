"""What bodies of ``POST /messages`` may hold: lengths, counts, unique ids, and values that a parameter cannot have.

The tables name members by their path in the body (``*``: each item of a list) and facts of the policy by their key,
so that no limit stands in code. A text with run-time values (``{{name}}``) is measured without them: it can only be
longer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bascule.diagnostics import Finding, Rule, Severity
from bascule.source import Place
from bascule.whatsapp.policy import Fact, Policy

__all__ = ["MessageBadPart", "MessageOverLimit", "limit_findings"]


class MessageOverLimit(Rule):
    """A message body has more than it may

    What it does: reports texts, titles, captions, ids and labels that are too long, and lists of buttons, rows,
    sections, cards, products or contacts that are too short or too long, in bodies of `POST /messages`.
    Why: WhatsApp refuses the message (131009, 132005).
    Example: `{"type": "interactive", "interactive": {"type": "button", "action": {"buttons": [four buttons]}}}`
    Use instead: three buttons, or a list.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    code = "INT925"
    name = "message-over-limit"


class MessageBadPart(Rule):
    """A part of a message body cannot be there, or cannot be so

    What it does: reports, in bodies of `POST /messages`, ids and titles that stand twice, headers of a kind the message
    cannot have, several sections without titles, captions of voice messages, parameters of templates that are empty or
    have line breaks, tabs or long runs of blanks, positions of buttons that no template has, coupon codes with other
    signs than letters and digits, and recipients without `+`.
    Why: WhatsApp refuses the message (131008, 131009, 132018); without `+` it puts the country code of the business in
    front of the number, so that somebody else is written to.
    Example: `{"type": "text", "text": "Bonjour\\nAwa"}` as a parameter of a template
    Use instead: a value in one line.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages;
    https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
    """

    code = "INT926"
    name = "message-bad-part"


_MARKER = re.compile(r"\{\{[^{}]*\}\}")
_BODY, _HEADER, _FOOTER = ("body/text", "header/text", "footer/text")
_FRAME = ((_HEADER, "interactive.header.text.max_length"), (_FOOTER, "interactive.footer.max_length"))

_LENGTHS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "text": (("body", "message.text.body.max_length"),),
    "image": (("caption", "message.image.caption.max_length"),),
    "video": (("caption", "message.video.caption.max_length"),),
    "document": (("caption", "message.document.caption.max_length"),),
    "interactive button": (
        (_BODY, "interactive.button.body.max_length"),
        *_FRAME,
        ("action/buttons/*/reply/title", "interactive.button.title.max_length"),
        ("action/buttons/*/reply/id", "interactive.button.id.max_length"),
    ),
    "interactive list": (
        (_BODY, "interactive.list.body.max_length"),
        *_FRAME,
        ("action/button", "interactive.list.button.max_length"),
        ("action/sections/*/title", "interactive.list.section.title.max_length"),
        ("action/sections/*/rows/*/title", "interactive.list.row.title.max_length"),
        ("action/sections/*/rows/*/description", "interactive.list.row.description.max_length"),
        ("action/sections/*/rows/*/id", "interactive.list.row.id.max_length"),
    ),
    "interactive cta_url": (
        (_BODY, "interactive.cta_url.body.max_length"),
        *_FRAME,
        ("action/parameters/display_text", "interactive.cta_url.text.max_length"),
        ("action/parameters/url", "interactive.cta_url.url.max_length"),
    ),
    "interactive location_request_message": ((_BODY, "interactive.location_request_message.body.max_length"),),
    "interactive flow": (
        (_BODY, "interactive.body.max_length"),
        *_FRAME,
        ("action/parameters/flow_cta", "interactive.flow.cta.max_length"),
    ),
    "interactive product": ((_BODY, "interactive.product.body.max_length"), (_FOOTER, "interactive.footer.max_length")),
    "interactive product_list": (
        (_BODY, "interactive.body.max_length"),
        *_FRAME,
        ("action/sections/*/title", "interactive.product_list.section.title.max_length"),
    ),
    "interactive catalog_message": (
        (_BODY, "interactive.catalog_message.body.max_length"),
        (_FOOTER, "interactive.footer.max_length"),
    ),
    "interactive carousel": (
        (_BODY, "interactive.carousel.body.max_length"),
        ("action/cards/*/body/text", "interactive.carousel.card.body.max_length"),
        ("action/cards/*/action/parameters/display_text", "interactive.carousel.card.url.text.max_length"),
        ("action/cards/*/action/buttons/*/quick_reply/title", "interactive.carousel.card.quick_reply.title.max_length"),
        ("action/cards/*/action/buttons/*/quick_reply/id", "interactive.carousel.card.quick_reply.id.max_length"),
    ),
    "interactive voice_call": (
        (_BODY, "interactive.body.max_length"),
        ("action/parameters/display_text", "interactive.voice_call.text.max_length"),
        ("action/parameters/payload", "interactive.voice_call.payload.max_length"),
    ),
    "template": (
        ("components/*/parameters/*/coupon_code", "send.button.coupon_code.max_length"),
        ("components/*/parameters/*/payload", "send.button.payload.max_length"),
        ("components/*/parameters/*/action/sections/*/title", "send.mpm.section.title.max_length"),
    ),
}
_COUNTS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "contacts": (("", "", "message.contacts.max"),),
    "interactive button": (("action/buttons", "interactive.button.min", "interactive.button.max"),),
    "interactive list": (("action/sections", "interactive.list.sections.min", "interactive.list.sections.max"),),
    "interactive product_list": (
        ("action/sections", "interactive.product_list.sections.min", "interactive.product_list.sections.max"),
    ),
    "interactive carousel": (("action/cards", "interactive.carousel.cards.min", "interactive.carousel.cards.max"),),
    "template": (
        ("components/*/cards", "send.carousel.cards.min", "send.carousel.cards.max"),
        ("components/*/parameters/*/action/sections", "", "send.mpm.sections.max"),
    ),
}
_SUMS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "interactive list": (("action/sections/*/rows/*", "rows", "interactive.list.rows.max"),),
    "interactive product_list": (
        ("action/sections/*/product_items/*", "products", "interactive.product_list.products.max"),
    ),
    "template": (("components/*/parameters/*/action/sections/*/product_items/*", "products", "send.mpm.products.max"),),
}
"""What is counted over all lists of a message together."""
_UNIQUE: Mapping[str, tuple[tuple[str, str], ...]] = {
    "interactive button": (
        ("action/buttons/*/reply/id", "interactive.button.id.max_length"),
        ("action/buttons/*/reply/title", "interactive.button.title.max_length"),
    ),
    "interactive list": (("action/sections/*/rows/*/id", "interactive.list.row.id.max_length"),),
}
_HEADERS: Mapping[str, str] = {
    "interactive button": "interactive.button.header_types",
    "interactive list": "interactive.list.header_types",
    "interactive cta_url": "interactive.cta_url.header_types",
    "interactive flow": "interactive.header_types",
    "interactive product_list": "interactive.product_list.header_types",
}


def limit_findings(value: Mapping[str, Any], kind: str, place: Place, policy: Policy) -> Iterator[Finding]:
    """What is wrong with a body of ``POST /messages`` of a kind (its ``type``); must not raise on any content."""
    inner = value.get(kind)
    name = kind
    if kind == "interactive" and isinstance(inner, dict):
        name = f"interactive {inner.get('type')}"
    at = place.child(kind)
    for path, key in _LENGTHS.get(name, ()):
        for where, found in _members(inner, path, at):
            if isinstance(found, str):
                yield from _too_long(policy, key, path, found, where)
    for path, low, high in _COUNTS.get(name, ()):
        for where, found in _members(inner, path, at):
            if isinstance(found, list):
                yield from _count(policy, low, high, path or kind, len(found), where)
    for path, what, key in _SUMS.get(name, ()):
        count = sum(1 for _ in _members(inner, path, at))
        if count > policy.limit(key):
            yield _over(policy.fact(key), f"there are {count} {what}, the limit is {policy.limit(key)}", at)
    for path, key in _UNIQUE.get(name, ()):
        yield from _twice(policy.fact(key), path, list(_members(inner, path, at)))
    if name in _HEADERS:
        yield from _header(policy, _HEADERS[name], inner, at)
    yield from _of_kind(policy, name, inner, at)
    yield from _recipient(policy, value.get("to"), place.child("to"))


def _members(value: Any, path: str, place: Place) -> Iterator[tuple[Place, Any]]:
    """The members at a path with their places; ``*`` stands for each item of a list."""
    found = [(place, value)]
    for token in path.split("/") if path else ():
        inside: list[tuple[Place, Any]] = []
        for where, item in found:
            if token == "*":
                items = enumerate(item) if isinstance(item, list) else ()
                inside += [(where.child(number), each) for number, each in items]
            elif isinstance(item, dict) and token in item:
                inside.append((where.child(token), item[token]))
        found = inside
    yield from found


def _over(fact: Fact, message: str, place: Place) -> Finding:
    return MessageOverLimit.at(
        place, message, help="shorten it, or send two messages", notes=(fact.cite(),), severity=fact.severity
    )


def _bad(fact: Fact, message: str, place: Place, help: str, severity: Severity | None = None) -> Finding:
    return MessageBadPart.at(place, message, help=help, notes=(fact.cite(),), severity=severity or fact.severity)


def _member(path: str) -> str:
    """How messages call a member: the last two names of its path."""
    return ".".join([token for token in path.split("/") if token != "*"][-2:])


def _too_long(policy: Policy, key: str, path: str, text: str, place: Place) -> Iterator[Finding]:
    length, limit = len(_MARKER.sub("", text)), policy.limit(key)
    if length > limit:
        yield _over(policy.fact(key), f"`{_member(path)}` has {length} characters, the limit is {limit}", place)


def _count(policy: Policy, low: str, high: str, path: str, count: int, place: Place) -> Iterator[Finding]:
    least = policy.limit(low) if low else 0
    if count < least:
        yield _over(policy.fact(low), f"`{_member(path)}` has {count} items, the least is {least}", place)
    elif count > policy.limit(high):
        message = f"`{_member(path)}` has {count} items, the limit is {policy.limit(high)}"
        yield _over(policy.fact(high), message, place)


def _twice(fact: Fact, path: str, found: list[tuple[Place, Any]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, value in found:
        if isinstance(value, str) and value in seen:
            message = f"`{_member(path)}` is `{value[:40]}` twice: each must be another one"
            yield _bad(fact, message, place, "give each its own")
        elif isinstance(value, str):
            seen.add(value)


def _header(policy: Policy, key: str, inner: Any, place: Place) -> Iterator[Finding]:
    header = inner.get("header") if isinstance(inner, dict) else None
    kind = header.get("type") if isinstance(header, dict) else None
    allowed = policy.list(key)
    if isinstance(kind, str) and kind not in allowed:
        message = f"a header of type `{kind[:20]}` cannot stand here; it is {' or '.join(allowed)}"
        yield _bad(policy.fact(key), message, place.child("header"), "use one of these, or none")


def _of_kind(policy: Policy, name: str, inner: Any, place: Place) -> Iterator[Finding]:
    if not isinstance(inner, dict):
        if name == "contacts" and isinstance(inner, list):
            yield from _contacts(policy, inner, place)
        return
    if name == "interactive list":
        sections = [item for _, item in _members(inner, "action/sections/*", place)]
        untitled = [item for item in sections if not (isinstance(item, dict) and item.get("title"))]
        if len(sections) > 1 and untitled:
            fact = policy.fact("interactive.list.section.title.max_length")
            yield _bad(fact, f"{len(untitled)} of {len(sections)} sections have no title", place, "give each a title")
    elif name in ("interactive product", "interactive carousel") and "header" in inner:
        key = "interactive.product.header" if name.endswith("product") else "interactive.carousel.body.max_length"
        yield _bad(policy.fact(key), "this message cannot have a header", place.child("header"), "leave it out")
    elif name == "interactive product_list" and "header" not in inner:
        fact = policy.fact("interactive.product_list.header_types")
        yield _bad(fact, "a list of products needs a header with a text", place, "add a header")
    elif name == "interactive address_message":
        allowed = policy.list("interactive.address_message.countries")
        for where, country in _members(inner, "action/parameters/country", place):
            if isinstance(country, str) and country not in allowed:
                fact = policy.fact("interactive.address_message.countries")
                message = f"an address can be asked for in {', '.join(allowed)} only, not in `{country[:10]}`"
                yield _bad(fact, message, where, "ask for it in words")
    elif name == "audio" and "caption" in inner:
        fact = policy.fact("message.audio.caption")
        yield _bad(fact, "a voice message or audio file has no caption", place.child("caption"), "send a text after it")
    elif name == "template":
        yield from _parameters(policy, inner, place)
    if name == "interactive voice_call":
        low, high = (policy.limit(f"interactive.voice_call.ttl_minutes.{end}") for end in ("min", "max"))
        for where, minutes in _members(inner, "action/parameters/ttl_minutes", place):
            if isinstance(minutes, int) and not low <= minutes <= high:
                fact = policy.fact("interactive.voice_call.ttl_minutes.max")
                yield _bad(
                    fact, f"`ttl_minutes` is {minutes}; {low} to {high} are taken", where, "use a number of that range"
                )


def _contacts(policy: Policy, cards: list[Any], place: Place) -> Iterator[Finding]:
    safe = policy.fact("message.contacts.recommended_max")
    if policy.limit("message.contacts.recommended_max") < len(cards) <= policy.limit("message.contacts.max"):
        message = f"there are {len(cards)} contacts; the API file allows {safe.value}"
        yield _bad(safe, message, place, "send them in several messages if it is refused", Severity.WARNING)
    least = policy.limit("message.contacts.name.min_parts")
    for where, name in _members(cards, "*/name", place):
        if isinstance(name, dict) and "formatted_name" in name and len(name) < least:
            fact = policy.fact("message.contacts.name.min_parts")
            message = "the name of a contact has only `formatted_name`"
            yield _bad(fact, message, where, "add `first_name` or another part")


def _parameters(policy: Policy, template: Mapping[str, Any], place: Place) -> Iterator[Finding]:
    spaces = policy.limit("send.parameter.text.consecutive_spaces.max")
    for where, parameter in _members(template, "components/*/parameters/*", place):
        text = parameter.get("text") if isinstance(parameter, dict) and parameter.get("type") == "text" else None
        if not isinstance(text, str):
            continue
        at = where.child("text")
        if len(text) < policy.limit("send.parameter.text.min_length"):
            fact = policy.fact("send.parameter.text.min_length")
            yield _bad(fact, "a parameter of the template is empty", at, "send a value, or another template")
        elif re.search(r"[\n\r\t]", text):
            fact = policy.fact("send.parameter.text.forbidden")
            yield _bad(fact, "a parameter of the template has a line break or a tab", at, "write it in one line")
        elif " " * (spaces + 1) in text:
            fact = policy.fact("send.parameter.text.consecutive_spaces.max")
            yield _bad(
                fact, f"a parameter of the template has more than {spaces} blanks in a row", at, "take blanks out"
            )
    low, high = (policy.limit(f"send.button.index.{end}") for end in ("min", "max"))
    for where, index in _members(template, "components/*/index", place):
        number = (
            int(index) if isinstance(index, str) and index.isascii() and index.isdigit() and len(index) < 9 else index
        )
        if not isinstance(number, int) or not low <= number <= high:
            fact = policy.fact("send.button.index.max")
            message = f"`index` is `{str(index)[:20]}`; buttons count from {low} to {high}"
            yield _bad(fact, message, where, "use the position of the button in the template")
    pattern = policy.text("send.button.coupon_code.pattern")
    for where, code in _members(template, "components/*/parameters/*/coupon_code", place):
        if isinstance(code, str) and not _MARKER.search(code) and not re.fullmatch(pattern, code):
            fact = policy.fact("send.button.coupon_code.pattern")
            yield _bad(fact, "a coupon code has letters and digits only", where, "use another code")


def _recipient(policy: Policy, to: Any, place: Place) -> Iterator[Finding]:
    if isinstance(to, str) and re.fullmatch(r"[\d ().-]{6,}", to):
        fact = policy.fact("message.to.prefix")
        message = "the recipient has no `+`: the country code of the business may be put in front of it"
        yield _bad(fact, message, place, "write `+`, country code, number", Severity.INFO)
