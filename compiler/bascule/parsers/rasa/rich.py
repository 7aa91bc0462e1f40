"""Pictures, cards and the payloads of single channels inside responses: Messenger, Telegram, WhatsApp, Viber.

Sources: https://legacy-docs-oss.rasa.com/docs/rasa/responses#rich-responses,
https://developers.facebook.com/docs/messenger-platform/send-messages/templates,
https://core.telegram.org/bots/api#sendmessage,
https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bascule.ir.content import Card, Choice, ChoiceKind, Content, GeoPoint, Media, MediaKind
from bascule.ir.expr import Const
from bascule.ir.text import Localized, LocalizedText, Text
from bascule.language.reading import unique
from bascule.language.viber_message import is_certain_body, read_body
from bascule.language.viber_pieces import file_piece
from bascule.parsers.rasa.located import At, plain, text_of
from bascule.parsers.rasa.model import Scene
from bascule.parsers.rasa.payloads import Payload, read_payload
from bascule.parsers.rasa.texts import read_text

__all__ = ["Button", "Extra", "choice_id", "media_of", "read_cards", "read_custom", "read_reply"]

_KINDS = {
    "image": MediaKind.IMAGE,
    "photo": MediaKind.IMAGE,
    "video": MediaKind.VIDEO,
    "audio": MediaKind.AUDIO,
    "voice": MediaKind.AUDIO,
    "file": MediaKind.FILE,
    "document": MediaKind.DOCUMENT,
    "sticker": MediaKind.STICKER,
    "animation": MediaKind.GIF,
}
_SUFFIXES = {
    ("jpg", "jpeg", "png", "webp"): MediaKind.IMAGE,
    ("gif",): MediaKind.GIF,
    ("mp4", "3gp", "mov", "webm"): MediaKind.VIDEO,
    ("mp3", "ogg", "m4a", "aac", "opus", "wav"): MediaKind.AUDIO,
    ("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "csv"): MediaKind.DOCUMENT,
}
_LINKS = ("web_url", "url", "link", "open_url")
_CALLS = ("phone_number", "call", "tel")
_TITLES = ("title", "text", "label", "name")
_SENT_BACK = ("payload", "callback_data", "postback", "value", "id")


@dataclass(slots=True)
class Button:
    """One thing to tap, with what it sends back."""

    choice: Choice
    payload: Payload


@dataclass(slots=True)
class Extra:
    """What a payload adds to a response."""

    text: LocalizedText = field(default_factory=Localized)
    media: list[Media] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    location: GeoPoint | None = None

    @property
    def empty(self) -> bool:
        """Nothing was recognised."""
        return not (self.text or self.media or self.cards or self.buttons or self.location)


def choice_id(title: str, taken: dict[str, int]) -> str:
    """A choice's id, from its title."""
    from bascule.language.names import template_slug

    return unique(template_slug(title) if title.strip() else "choice", taken)


def _text(scene: Scene, at: At | None) -> Text:
    value = text_of(at) if at is not None else None
    return read_text(scene, value, at.place) if value and at is not None else ()


def _first(at: At, keys: tuple[str, ...]) -> At | None:
    return next((item for key in keys if (item := at.get(key)) is not None and not item.null), None)


def media_of(scene: Scene, at: At | None, kind: str = "") -> Media | None:
    """A media file by its address; its kind by the source's word, else by the extension."""
    value = text_of(at) if at is not None else None
    if at is None or not value or not value.strip():
        return None
    suffix = value.split("?")[0].rsplit(".", 1)[-1].lower()
    found = _KINDS.get(kind.lower()) or next((known for names, known in _SUFFIXES.items() if suffix in names), None)
    return Media(found or MediaKind.FILE, url=Localized.of(_text(scene, at)), at=at.place)


def read_reply(scene: Scene, at: At, taken: dict[str, int]) -> Button | None:
    """A button, quick reply or row in any of the spellings; None where it has neither a title nor a payload."""
    word = text_of(at)
    if word is not None:
        title, payload = at, word
        kind_word, holder = "", at
    else:
        inner = at.get("reply")
        holder = inner if inner is not None and isinstance(inner.value, dict) else at
        found = _first(holder, _TITLES)
        sent = _first(holder, _SENT_BACK)
        if found is None and sent is None and _first(holder, ("url",)) is None:
            return None
        title = found if found is not None else sent if sent is not None else holder
        payload = (text_of(sent) if sent is not None else None) or (text_of(title) or "")
        kind_at = _first(holder, ("type", "content_type"))
        kind_word = (text_of(kind_at) or "").lower() if kind_at is not None else ""
    link = _first(holder, ("url",))
    shown = _text(scene, title) if text_of(title) is not None else ()
    choice = Choice(choice_id(text_of(title) or "choice", taken), _localized(shown), payload=payload, at=at.place)
    if link is not None and text_of(link) is not None and kind_word not in ("postback",):
        choice = _with(choice, kind=ChoiceKind.URL, url=_text(scene, link), payload="")
    elif kind_word in _LINKS and payload.startswith(("http://", "https://")):
        choice = _with(choice, kind=ChoiceKind.URL, url=_text(scene, _first(holder, _SENT_BACK)), payload="")
    elif kind_word in _CALLS:
        choice = _with(choice, kind=ChoiceKind.CALL, phone=_text(scene, _first(holder, _SENT_BACK)), payload="")
    elif kind_word == "location":
        choice = _with(choice, kind=ChoiceKind.SHARE_LOCATION)
    elif kind_word == "user_phone_number":
        choice = _with(choice, kind=ChoiceKind.SHARE_PHONE)
    return Button(choice, read_payload(payload) if choice.kind is ChoiceKind.REPLY else Payload())


def _with(choice: Choice, **changes: Any) -> Choice:
    from dataclasses import replace

    return replace(choice, **changes)


def _localized(text: Text) -> LocalizedText:
    return Localized.of(text) if text else Localized()


def read_cards(scene: Scene, items: list[At], taken: dict[str, int]) -> tuple[list[Card], list[Button], list[At]]:
    """Cards of a Messenger carousel (``elements``): the cards, their buttons, and the items that are none."""
    cards: list[Card] = []
    buttons: list[Button] = []
    strange: list[At] = []
    for item in items:
        title, text = item.get("title"), item.get("subtitle")
        picture = media_of(scene, item.get("image_url") or item.get("image"), "image")
        own = _buttons(scene, item.get("buttons"), taken)
        if not isinstance(item.value, dict) or not (title or text or picture or own):
            strange.append(item)
            continue
        buttons += own
        cards.append(
            Card(
                title=_localized(_text(scene, title)),
                text=_localized(_text(scene, text)),
                media=picture,
                choices=tuple(button.choice for button in own),
                at=item.place,
            )
        )
    return cards, buttons, strange


def _buttons(scene: Scene, at: At | None, taken: dict[str, int]) -> list[Button]:
    found = [read_reply(scene, item, taken) for item in at.items()] if at is not None else []
    return [button for button in found if button is not None]


def read_custom(scene: Scene, at: At, taken: dict[str, int]) -> Extra | None:
    """A ``custom`` or ``attachment`` payload; None when its form is not known."""
    if text_of(at) is not None:
        media = media_of(scene, at)
        return Extra(media=[media]) if media is not None and (text_of(at) or "").startswith("http") else None
    for key in ("whatsapp", "viber", "facebook", "messenger", "telegram", "message"):
        inner = at.get(key)
        if inner is not None and isinstance(inner.value, dict):
            return read_custom(scene, inner, taken)
    readers: tuple[Callable[[Scene, At, dict[str, int]], Extra | None], ...] = (
        _viber,
        _whatsapp,
        _messenger,
        _telegram,
        _place,
    )
    for reader in readers:
        extra = reader(scene, at, taken)
        if extra is not None and not extra.empty:
            return extra
    return None


def _viber(scene: Scene, at: At, taken: dict[str, int]) -> Extra | None:
    value = plain(at.value)
    if not is_certain_body(value):
        return None
    body = read_body(scene.reading, file_piece(value, at.place.file, at.place.pointer))
    scene.reading.book.exact(body.place)
    content: Content = body.content
    buttons = [
        Button(_with(choice, id=unique(choice.id, taken)), read_payload(choice.payload)) for choice in content.choices
    ]
    return Extra(content.text, list(content.media), list(content.cards), buttons, content.location)


def _whatsapp(scene: Scene, at: At, taken: dict[str, int]) -> Extra | None:
    kind = text_of(at.get("type") or At(None, at.place)) or ""
    body = at.get(kind) if kind else None
    if body is None or not isinstance(body.value, dict):
        return None
    if kind == "text":
        return Extra(text=_localized(_text(scene, body.get("body"))))
    if kind in _KINDS:
        media = media_of(scene, body.get("link"), kind)
        if media is None:
            return None
        return Extra(text=_localized(_text(scene, body.get("caption"))), media=[media])
    if kind == "location":
        return _place(scene, body, taken)
    if kind != "interactive":
        return None
    inner = body.get("body")
    extra = Extra(text=_localized(_text(scene, inner.get("text") if inner is not None else None)))
    action = body.get("action")
    if action is None:
        return extra
    extra.buttons += _buttons(scene, action.get("buttons"), taken)
    sections = action.get("sections")
    for section in sections.items() if sections is not None else ():
        extra.buttons += _buttons(scene, section.get("rows"), taken)
    parameters = action.get("parameters")
    if parameters is not None and isinstance(parameters.value, dict) and "url" in parameters.value:
        title = parameters.get("display_text")
        link = At({"title": title.value if title is not None else "", "url": parameters.value["url"]}, parameters.place)
        button = read_reply(scene, link, taken)
        extra.buttons += [button] if button is not None else []
    return extra


def _messenger(scene: Scene, at: At, taken: dict[str, int]) -> Extra | None:
    attachment = at.get("attachment")
    if attachment is None or not isinstance(attachment.value, dict):
        attachment = at if isinstance(at.value, dict) and "payload" in at.value else None
    extra = Extra()
    if attachment is not None:
        kind = text_of(attachment.get("type") or At(None, at.place)) or ""
        payload = attachment.get("payload")
        if payload is None or not isinstance(payload.value, dict):
            return None
        template = text_of(payload.get("template_type") or At(None, at.place)) or ""
        if kind == "template" or template:
            _template(scene, payload, template, extra, taken)
        else:
            media = media_of(scene, _first(payload, ("url", "src", "link")), kind)
            extra.media += [media] if media is not None else []
    else:
        extra.text = _localized(_text(scene, at.get("text"))) if at.get("quick_replies") is not None else Localized()
    extra.buttons += _buttons(scene, at.get("quick_replies"), taken)
    return extra


def _template(scene: Scene, payload: At, kind: str, extra: Extra, taken: dict[str, int]) -> None:
    """Messenger's templates: ``generic`` (cards), ``button`` (a text with buttons), ``media``."""
    elements = payload.get("elements")
    items = list(elements.items()) if elements is not None else []
    if kind == "media":
        for item in items:
            media = media_of(scene, item.get("url"), text_of(item.get("media_type") or At(None, item.place)) or "")
            extra.media += [media] if media is not None else []
            extra.buttons += _buttons(scene, item.get("buttons"), taken)
        return
    extra.text = _localized(_text(scene, payload.get("text")))
    extra.buttons += _buttons(scene, payload.get("buttons"), taken)
    cards, buttons, _ = read_cards(scene, items, taken)
    extra.cards += cards
    extra.buttons += buttons


def _telegram(scene: Scene, at: At, taken: dict[str, int]) -> Extra | None:
    markup = at.get("reply_markup")
    media = (
        [found for key in _KINDS if (found := media_of(scene, at.get(key), key)) is not None and key != "text"]
        if isinstance(at.value, dict)
        else []
    )
    if markup is None and not media and not (isinstance(at.value, dict) and {"text", "parse_mode"} <= at.value.keys()):
        return None
    extra = Extra(text=_localized(_text(scene, _first(at, ("text", "caption")))), media=media)
    for key in ("inline_keyboard", "keyboard"):
        rows = markup.get(key) if markup is not None else None
        for row in rows.items() if rows is not None else ():
            extra.buttons += _buttons(scene, row, taken) if isinstance(row.value, list) else []
    return extra


def _place(scene: Scene, at: At, taken: dict[str, int]) -> Extra | None:
    numbers = [at.get(key) for key in ("latitude", "longitude")]
    values = [number.scalar for number in numbers if number is not None]
    if len(values) != 2 or not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return None
    name, address = _text(scene, _first(at, ("name", "title"))), _text(scene, at.get("address"))
    return Extra(location=GeoPoint(Const(values[0]), Const(values[1]), name, address))
