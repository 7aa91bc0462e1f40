"""Message widgets: ``send-message`` and ``send-and-wait-for-reply``."""

from __future__ import annotations

import re
from typing import Any

from bascule.ir.content import Content, Media, TemplateUse
from bascule.ir.nodes import Always, Ask, Audience, Duration, Edge, Failure, Guard, Message, Node, Success, Timeout
from bascule.ir.text import Localized, Text, plain_text
from bascule.parsers.twilio_studio.edges import edges_of, position_of
from bascule.parsers.twilio_studio.losses import (
    ChatAttributes,
    DeliveryFailureBranch,
    FixedSender,
    LinkShortening,
    TemplateTextMissing,
    ThirdPartyMessage,
)
from bascule.parsers.twilio_studio.pairs import read_pairs
from bascule.parsers.twilio_studio.reading import Reading, json_text, number_of
from bascule.parsers.twilio_studio.rules import EmptyWidget, TemplateWithoutId, WrongShape
from bascule.parsers.twilio_studio.states import State
from bascule.parsers.twilio_studio.widgets import REPLY_TIMEOUT, media_kind

__all__ = ["ask", "message", "wait_of"]

_CONTACT = frozenset(
    {"contact.channel.address", "trigger.message.From", "trigger.conversation.From", "trigger.call.From"}
)
_VARIABLE = re.compile(r"\{\{-?\s*([\w.]+)\s*-?\}\}")
_OWN_NUMBER = frozenset({"flow.channel.address", "trigger.message.To", "trigger.call.To"})
_CHANNEL_FACTS = {
    "service": "the chat service of the old channel: the WhatsApp number takes its place; kept as a fact",
    "channel": "the chat channel of the old channel: the conversation takes its place; kept as a fact",
    "messaging_service_sid": "the pool of senders: the WhatsApp number takes its place; kept as a fact",
    "save_response_as": "an older name for the reply; kept as a fact",
}


def _names(value: Any, known: frozenset[str]) -> bool:
    """Whether a value is just one of these variables, in braces."""
    found = _VARIABLE.fullmatch(value.strip()) if isinstance(value, str) else None
    return found is not None and found.group(1) in known


def _facts(reading: Reading, state: State, asking: bool) -> tuple[list[tuple[str, str]], Audience | None]:
    """The members that say how the message travels, and who gets it if that is not the contact."""
    properties, book = state.properties, reading.book
    facts: list[tuple[str, str]] = []
    for name, reason in _CHANNEL_FACTS.items():
        facts.extend(properties.fact(name, reason))
    if "from" in properties:
        sender = properties.take("from")
        facts.append(("from", json_text(sender)))
        if sender not in (None, "") and not _names(sender, _OWN_NUMBER):
            reading.expression(sender, properties.at("from"))
            code = reading.find_once(
                FixedSender,
                json_text(sender),
                properties.at("from"),
                lambda count: f"{count} message(s) choose their sender; a WhatsApp conversation has one number",
                help="run the flow on that number, or leave `from` out",
            )
            book.degraded(properties.at("from"), "WhatsApp answers from the number that was written to", "", code)
    audience = _receiver(reading, state, facts, asking) if "to" in properties else None
    if "attributes" in properties:
        value = properties.take("attributes")
        facts.append(("attributes", json_text(value)))
        if value not in (None, "", {}) and not (isinstance(value, str) and value.replace(" ", "") == "{}"):
            code = reading.find_once(
                ChatAttributes,
                "attributes",
                properties.at("attributes"),
                lambda count: f"{count} message(s) carry `attributes`, which WhatsApp does not",
            )
            at = properties.at("attributes")
            book.dropped(at, "data for chat clients; kept as a fact", "store it elsewhere", code)
    if "shorten_urls" in properties:
        value = properties.take("shorten_urls")
        facts.append(("shorten_urls", json_text(value)))
        if value not in (None, "", False, "false"):
            code = reading.find_once(
                LinkShortening,
                "shorten_urls",
                properties.at("shorten_urls"),
                lambda count: f"Twilio shortens and counts the links of {count} message(s); they are sent whole",
            )
            book.degraded(properties.at("shorten_urls"), "links are sent whole", "use a button with a URL", code)
    return facts, audience


def _receiver(reading: Reading, state: State, facts: list[tuple[str, str]], asking: bool) -> Audience | None:
    properties = state.properties
    value = properties.take("to")
    facts.append(("to", json_text(value)))
    if value in (None, "") or _names(value, _CONTACT):
        return None
    place = properties.at("to")
    receiver = reading.expression(value, place)
    code = reading.find(
        ThirdPartyMessage,
        place,
        f"`{state.shown}` goes to somebody else than the person in the conversation",
        help="on WhatsApp it has to be a template, and that person must have agreed to get it",
    )
    reading.book.degraded(place, "a message to a third party; kept as its audience", "send a template", code)
    return None if asking else Audience(contacts=(receiver,))


def _media(reading: Reading, state: State) -> tuple[Media, ...]:
    properties = state.properties
    value = properties.values.get("media_url")
    place = properties.at("media_url")
    urls: list[tuple[str, Any]] = []
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        properties.take("media_url")
        urls = [(item, place.child(index)) for index, item in enumerate(value) if item.strip()]
    else:
        text = properties.string("media_url")
        urls = [(text, place)] if text.strip() else []
    result: list[Media] = []
    for url, at in urls:
        text_value = reading.text(url, at)
        kind = media_kind(plain_text(text_value))
        result.append(Media(kind, url=Localized.of(text_value), at=at))
    return tuple(result)


def _template(reading: Reading, state: State) -> TemplateUse | None:
    """The template a message sends; None for a message with a body."""
    properties, book = state.properties, reading.book
    kind = properties.string("message_type").strip()
    sid = properties.string("content_sid").strip()
    known = kind in ("", "custom", "content_template")
    if not known:
        reading.find(
            WrongShape,
            properties.at("message_type"),
            f"`message_type` of `{state.shown}` is neither `custom` nor `content_template`",
        )
        state.unread.append(("message_type", json_text(kind)))
    if kind == "custom" or not (sid or kind == "content_template"):
        if sid:
            state.unread.append(("content_sid", json_text(sid)))
            book.emulated(properties.at("content_sid"), "the body is sent, not this template; kept as a hint")
        if properties.take("content_variables") not in (None, "", []):
            state.unread.append(("content_variables", json_text(properties.values["content_variables"])))
            book.emulated(properties.at("content_variables"), "they belong to no template that is sent; kept as a hint")
        return None
    if not sid:
        reading.find(
            TemplateWithoutId,
            properties.at("message_type"),
            f"`{state.shown}` sends a template but does not say which",
            help="add its `content_sid`",
        )
    else:
        reading.find_once(
            TemplateTextMissing,
            sid,
            properties.at("content_sid"),
            lambda count: f"the text of the template `{sid[:40]}` is not in this file ({count} use(s))",
            help="export the templates as well, or add the text by hand",
        )
    parameters = tuple(
        (pair.key.strip("{} "), reading.expression(pair.value, pair.at))
        for pair in read_pairs(reading, state, "content_variables")
    )
    return TemplateUse(provider_id=sid, parameters=parameters, at=properties.at("content_sid"))


def _content(reading: Reading, state: State) -> Content:
    properties = state.properties
    template = _template(reading, state)
    media = _media(reading, state)
    body: Text = ()
    if template is None:
        body = properties.text("body")
        if not body and not media:
            reading.find(
                EmptyWidget,
                state.place,
                f"`{state.shown}` is a `{state.widget}` that says nothing",
                help="add a `body`, a `media_url` or a template",
            )
    elif properties.string("body").strip():
        state.unread.append(("body", json_text(properties.values["body"])))
        reading.book.emulated(properties.at("body"), "the template is sent instead; kept as a hint")
    return Content(
        text=Localized.of(body) if body else Localized(), media=media, template=template, at=properties.at("body")
    )


def message(reading: Reading, state: State) -> Node:
    """``send-message``."""
    facts, audience = _facts(reading, state, asking=False)
    content = _content(reading, state)
    reading.book.exact(state.place)
    return Message(
        id=state.id,
        edges=tuple(edges_of(reading, state, {"sent": Success(), "failed": Failure("failed")}, "sent")),
        facts=tuple(facts),
        position=position_of(reading, state),
        at=state.place,
        content=content,
        audience=audience,
    )


def wait_of(reading: Reading, state: State) -> Duration:
    """How long an ask waits: seconds, or an expression."""
    properties = state.properties
    value = properties.take("timeout")
    if value in (None, ""):
        return Duration(REPLY_TIMEOUT)
    place = properties.at("timeout")
    if isinstance(value, str) and ("{{" in value or ("${" in value and number_of(value) is None)):
        return Duration(expression=reading.expression(value, place))
    seconds = number_of(value)
    if seconds is None or seconds < 0:
        reading.number(None, place, f"the timeout of `{state.shown}`", f"the default of {REPLY_TIMEOUT:g} s")
        state.unread.append(("timeout", json_text(value)))
        reading.book.emulated(place, "not a number of seconds: the default is used; kept as a hint")
        return Duration(REPLY_TIMEOUT)
    return Duration(seconds)


def ask(reading: Reading, state: State) -> Node:
    """``send-and-wait-for-reply``. There is always a timeout edge: without one in the file the wait just ends."""
    facts, _ = _facts(reading, state, asking=True)
    content = _content(reading, state)
    timeout = Timeout(wait_of(reading, state))
    guards: dict[str, Guard] = {
        "incomingMessage": Always(),
        "timeout": timeout,
        "deliveryFailure": Failure("deliveryFailure"),
    }
    reading.book.exact(state.place)
    edges = edges_of(reading, state, guards, "incomingMessage")
    if not any(isinstance(edge.guard, Timeout) for edge in edges):
        edges.append(Edge(timeout, None, at=state.place))
    for edge in edges:
        if isinstance(edge.guard, Failure) and edge.target and edge.at:
            code = reading.find(
                DeliveryFailureBranch,
                edge.at,
                f"`{state.shown}` branches on a failed delivery; WhatsApp reports it later, as a status event",
                help="handle the status event outside the flow",
            )
            reading.book.degraded(edge.at, "arrives later as a status event", "handle the status event", code)
    into = ("widgets", state.name, "inbound", "Body")
    reading.declare(into, state.place)
    return Ask(
        id=state.id,
        edges=tuple(edges),
        facts=tuple(facts),
        position=position_of(reading, state),
        at=state.place,
        content=content,
        into=into,
    )
