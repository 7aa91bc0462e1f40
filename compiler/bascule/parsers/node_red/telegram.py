"""Bodies for Telegram nodes that function nodes build: ``msg.payload`` with ``content``, ``options.reply_markup``.

Format: https://github.com/windkh/node-red-contrib-telegrambot
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bascule.ir.content import Choice, ChoiceKind, Content, Media, MediaKind
from bascule.ir.text import Localized, Text, plain_text
from bascule.language.names import template_slug
from bascule.language.reading import Reading, json_text, unique
from bascule.language.viber_message import Body
from bascule.language.viber_pieces import Piece, embedded, read_text

__all__ = ["SENDERS", "is_telegram_body", "read_telegram_body"]

SENDERS = frozenset({"telegram sender", "telegram reply"})
"""Node types that send such bodies."""

_MEDIA = {
    "photo": MediaKind.IMAGE,
    "video": MediaKind.VIDEO,
    "video_note": MediaKind.VIDEO,
    "audio": MediaKind.AUDIO,
    "voice": MediaKind.AUDIO,
    "document": MediaKind.DOCUMENT,
    "sticker": MediaKind.STICKER,
    "animation": MediaKind.GIF,
}
_CHANGES = frozenset({"editmessagetext", "editmessagecaption"})
"""Types that change a message that was sent; WhatsApp sends the new one."""

_MOST_BUTTONS = 200


def _type_of(value: dict[str, Any]) -> str:
    kind = value.get("type")
    return kind.strip().casefold() if isinstance(kind, str) else ""


def is_telegram_body(value: Any) -> bool:
    """Whether plain data is a message that a Telegram sender would take: a text or a file in ``content``."""
    if not isinstance(value, dict) or not isinstance(value.get("content"), str) or not value["content"].strip():
        return False
    return _type_of(value) in {"", "message", *_CHANGES, *_MEDIA}


def read_telegram_body(reading: Reading, piece: Piece) -> Body:
    """Read one body that :func:`is_telegram_body` accepts. The body itself is put down by the caller."""
    members = dict(piece.members())
    kind = _type_of(piece.plain())
    body = Body(Content(at=piece.place), piece, kind=kind or "message")
    written = members["content"]
    words, lost = read_text(reading, members["caption"] if "caption" in members and kind in _MEDIA else written)
    if lost:
        body.facts.append(("markup", json_text(written.plain())))
    text: Localized[Text] = Localized.of(words)
    media: tuple[Media, ...] = ()
    if kind in _MEDIA:
        url = written.run(reading, written.value, 0)
        media = (Media(_MEDIA[kind], url=Localized.of(url), at=written.place),)
        text = text if "caption" in members else Localized()
    options = members.get("options")
    kept: dict[str, Any] = {}
    choices: list[Choice] = []
    for name, item in options.members() if options is not None and options.is_object else ():
        if name == "reply_markup":
            choices = _choices(reading, item)
        else:
            kept[name] = item.plain()
    if kept:
        body.facts.append(("options", json_text(kept)))
    if kind in _CHANGES:
        body.facts.append(("type", json_text(kind)))
    body.content = Content(text=text, media=media, choices=tuple(choices), at=written.place)
    return body


def _choices(reading: Reading, markup: Piece) -> list[Choice]:
    """The buttons of a keyboard, row after row."""
    if isinstance(markup.value, str) and not markup.is_object:
        inner = embedded(markup.value, markup.place)
        if inner is None:
            return []
        markup = inner
    found: list[Choice] = []
    taken: dict[str, int] = {}
    for button in _buttons(markup):
        if len(found) >= _MOST_BUTTONS:
            break
        choice = _choice(reading, button, taken)
        if choice is not None:
            found.append(choice)
    return found


def _buttons(markup: Piece) -> Iterator[Piece]:
    for name, rows in markup.members():
        if name in ("keyboard", "inline_keyboard"):
            for row in rows.items():
                yield from row.items() if row.is_list else [row]


def _choice(reading: Reading, button: Piece, taken: dict[str, int]) -> Choice | None:
    members = dict(button.members())
    label = members.get("text", button)
    if not isinstance(label.value, str):
        return None
    title, _ = read_text(reading, label)
    name = plain_text(title, lambda _: " ")
    id_ = unique(template_slug(name) or f"choice_{len(taken) + 1}", taken)
    data = members.get("callback_data")
    payload = data.value if data is not None and isinstance(data.value, str) else name
    choice = Choice(id_, Localized.of(title), payload=payload, at=label.place)
    url = members.get("url") or members.get("web_app")
    if url is not None and isinstance(url.value, str):
        return replace(choice, kind=ChoiceKind.URL, url=url.run(reading, url.value, 0))
    for member, kind in (("request_contact", ChoiceKind.SHARE_PHONE), ("request_location", ChoiceKind.SHARE_LOCATION)):
        if member in members and members[member].value is True:
            return replace(choice, kind=kind)
    return choice
