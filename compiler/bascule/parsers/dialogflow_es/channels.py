"""Custom payloads in the format of a channel: Messenger and Telegram.

https://developers.facebook.com/docs/messenger-platform/reference/send-api/ ; https://core.telegram.org/bots/api#sendmessage
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bascule.ir.content import Card, Choice, ChoiceKind, Content, Media, MediaKind
from bascule.ir.text import Localized
from bascule.language.reading import json_text
from bascule.parsers.dialogflow_es.reading import Reading
from bascule.parsers.dialogflow_es.saying import Saying, localized
from bascule.source import Place

__all__ = ["channel_body", "read_channel"]

_CHANNELS = ("facebook", "telegram")
_MEDIA = {
    "image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO, "file": MediaKind.FILE,
    "photo": MediaKind.IMAGE, "animation": MediaKind.GIF, "document": MediaKind.FILE, "voice": MediaKind.AUDIO,
}  # fmt: skip
_TEMPLATES = ("button", "generic")
_SHARES = {
    "location": ChoiceKind.SHARE_LOCATION,
    "user_phone_number": ChoiceKind.SHARE_PHONE,
}
_BODY = {
    "facebook": frozenset({"text", "quick_replies", "attachment", "metadata"}),
    "telegram": frozenset({
        "text", "caption", "reply_markup", "parse_mode", "disable_web_page_preview", "photo", "video", "audio",
        "document", "animation", "voice",
    }),
}  # fmt: skip
_BUTTON = frozenset({"type", "title", "url", "payload", "text", "callback_data", "content_type"})


def channel_body(payload: Any, platform: str) -> tuple[str, Mapping[str, Any], tuple[str, ...]] | None:
    """The channel, the body and the way to it where a custom payload is a message of Messenger or Telegram."""
    if not isinstance(payload, dict):
        return None
    for channel in _CHANNELS:
        inner = payload.get(channel)
        if isinstance(inner, dict) and len(payload) == 1 and _readable(channel, inner):
            return channel, inner, (channel,)
        if platform == channel and channel not in payload and _readable(channel, payload):
            return channel, payload, ()
    return None


def _readable(channel: str, body: Mapping[str, Any]) -> bool:
    """Whether everything in a body can be said."""
    if not body or not set(body) <= _BODY[channel]:
        return False
    if channel == "telegram":
        markup = body.get("reply_markup")
        rows = list(_rows(markup)) if isinstance(markup, dict) else []
        says = any(isinstance(body.get(name), str) and body[name].strip() for name in ("text", "caption", *_MEDIA))
        return says and all(label for _, label, _ in rows) and (markup is None or bool(rows))
    attachment = body.get("attachment")
    if attachment is not None and not _readable_attachment(attachment):
        return False
    replies = body.get("quick_replies", [])
    if not isinstance(replies, list) or not all(isinstance(reply, dict) for reply in replies):
        return False
    return isinstance(body.get("text", ""), str) and bool(body.get("text") or replies or attachment)


def _readable_attachment(attachment: Any) -> bool:
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    if not isinstance(payload, dict):
        return False
    if attachment.get("type") in _MEDIA:
        return isinstance(payload.get("url"), str) and bool(payload["url"].strip())
    if attachment.get("type") != "template" or payload.get("template_type") not in _TEMPLATES:
        return False
    elements = payload.get("elements", [])
    return isinstance(elements, list) and all(isinstance(element, dict) for element in elements)


def _rows(markup: Mapping[str, Any]) -> Iterator[tuple[Any, str, tuple[str | int, ...]]]:
    """The buttons of a Telegram keyboard: each with its label and the way to it."""
    for name in ("inline_keyboard", "keyboard"):
        rows = markup.get(name)
        for index, row in enumerate(rows if isinstance(rows, list) else ()):
            for number, button in enumerate(row if isinstance(row, list) else ()):
                label = button if isinstance(button, str) else button.get("text") if isinstance(button, dict) else ""
                yield button, label if isinstance(label, str) else "", (name, index, number)


def read_channel(saying: Saying, channel: str, body: Mapping[str, Any], place: Place) -> None:
    """Say what a body of :func:`channel_body` says."""
    if channel == "facebook":
        _facebook(saying, body, place)
    else:
        _telegram(saying, body, place)


def _facebook(saying: Saying, body: Mapping[str, Any], place: Place) -> None:
    text, at = body.get("text", ""), place.child("text")
    choices = [
        choice
        for index, reply in enumerate(body.get("quick_replies", ()))
        if (choice := _choice(saying, reply, place.child("quick_replies", index))) is not None
    ]
    attachment = body.get("attachment")
    media: tuple[Media, ...] = ()
    cards: list[Card] = []
    if isinstance(attachment, dict):
        inner, where = attachment["payload"], place.child("attachment", "payload")
        if attachment["type"] in _MEDIA:
            media = (_media(saying, attachment["type"], inner["url"], where.child("url")),)
        else:
            if isinstance(inner.get("text"), str) and not text:
                text, at = inner["text"], where.child("text")
            own = _buttons(saying, inner.get("buttons"), where.child("buttons"))
            choices = [*own, *choices]
            cards = [
                _card(saying, element, where.child("elements", index))
                for index, element in enumerate(inner.get("elements", ()))
            ]
    if cards:
        saying.add("cards", place, Content(cards=tuple(cards)))
        saying.offer(choices, place)
        return
    if not text and not media:
        saying.offer(choices, place)
        return
    words = localized(saying.text(text, at)) if text else Localized()
    shape = "choices" if choices else "image" if media else "text"
    saying.add(shape, place, Content(text=words, media=media, choices=tuple(choices), at=at))


def _telegram(saying: Saying, body: Mapping[str, Any], place: Place) -> None:
    name = next((name for name in ("text", "caption") if isinstance(body.get(name), str) and body[name].strip()), "")
    words = localized(saying.text(body[name], place.child(name))) if name else Localized()
    media = tuple(
        _media(saying, kind, body[kind], place.child(kind))
        for kind in _MEDIA
        if isinstance(body.get(kind), str) and body[kind].strip()
    )
    markup = body.get("reply_markup")
    choices = [
        choice
        for button, _, way in _rows(markup if isinstance(markup, dict) else {})
        if (choice := _choice(saying, button, place.child("reply_markup", *way))) is not None
    ]
    shape = "choices" if choices else "image" if media else "text"
    saying.add(shape, place, Content(text=words, media=media, choices=tuple(choices), at=place.child(name or "text")))


def _media(saying: Saying, kind: str, url: str, at: Place) -> Media:
    masked = str(saying.reading.safe(url, at))
    return Media(_MEDIA[kind], Localized.of(saying.reading.text(masked, at)), at=at)


def _buttons(saying: Saying, value: Any, place: Place) -> list[Choice]:
    items = value if isinstance(value, list) else []
    found = (_choice(saying, item, place.child(index)) for index, item in enumerate(items))
    return [choice for choice in found if choice is not None]


def _choice(saying: Saying, item: Any, at: Place) -> Choice | None:
    """A quick reply or button; None where it has no words."""
    reading = saying.reading
    reading.book.open("channel button", at)
    if isinstance(item, str):
        reading.book.exact(at)
        return saying.choice(item, at)
    if not isinstance(item, dict):
        code = reading.wrong_shape(at, "a button", item, "an object")
        reading.book.dropped(at, "no button", "write an object", code)
        return None
    named = "title" if "title" in item else "text"
    title = reading.string(item, named, at, "a button")
    share = _SHARES.get(str(item.get("content_type", "")))
    link, target = _target(reading, item, at)
    payload = "" if link else next((str(item[key]) for key in ("payload", "callback_data") if item.get(key)), "")
    if not title.strip() and not payload and not link and share is None:
        reading.book.exact(at, "empty")
        return None
    reading.book.exact(at)
    choice = saying.choice(title or payload or (share.value if share else ""), at.child(named), link, payload, target)
    hints = tuple((key, json_text(reading.safe(item[key], at.child(key), key))) for key in item if key not in _BUTTON)
    if share is not None:
        choice = replace(choice, kind=share, payload="")
    return replace(choice, hints=hints) if hints else choice


def _target(reading: Reading, item: Mapping[str, Any], at: Place) -> tuple[str, Place]:
    """Where a button leads: an address, or a number to call."""
    if item.get("type") == "phone_number" and isinstance(item.get("payload"), str):
        return f"tel:{item['payload']}", at.child("payload")
    return (reading.string(item, "url", at, "a button") if "url" in item else ""), at.child("url")


def _card(saying: Saying, element: Mapping[str, Any], at: Place) -> Card:
    reading = saying.reading
    title, text, picture = (reading.string(element, name, at, "a card") for name in ("title", "subtitle", "image_url"))
    return Card(
        title=localized(saying.text(title, at.child("title"))) if title else Localized(),
        text=localized(saying.text(text, at.child("subtitle"))) if text else Localized(),
        media=_media(saying, "image", picture, at.child("image_url")) if picture.strip() else None,
        choices=tuple(_buttons(saying, element.get("buttons"), at.child("buttons"))),
        at=at,
    )
