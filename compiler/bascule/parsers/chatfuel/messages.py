"""Messages of JSON API answers as contents: texts, attachments, galleries, buttons, quick replies.

Format: https://docs.chatfuel.com/en/articles/735122-json-api
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bascule.ir.content import Card, Choice, ChoiceKind, Content, Media, MediaKind
from bascule.ir.text import Literal, Localized, Text, join_text, plain_text
from bascule.language.members import EMPTY, Facts, as_text, clip, slug, type_name
from bascule.language.reading import json_text, unique
from bascule.parsers.chatfuel.catalogue import ATTACHMENTS
from bascule.parsers.chatfuel.losses import Appearance, TapUnseen
from bascule.parsers.chatfuel.reading import Fields, Reading
from bascule.parsers.chatfuel.rules import UnknownMessage, WrongShape
from bascule.parsers.chatfuel.scene import said
from bascule.source import Place

__all__ = ["Said", "Tap", "read_message"]

_KINDS = ("show_block", "web_url", "json_plugin_url", "phone_number", "element_share")
_LOOKS = ("messenger_extensions", "webview_height_ratio", "fallback_url", "webview_share_button", "is_reusable")


@dataclass(slots=True)
class Tap:
    """A button that answers: the choice, and where it leads: blocks by name, an address, attributes to set."""

    choice: Choice
    blocks: list[str]
    url: Text
    attributes: dict[str, Any]
    fields: Fields


@dataclass(slots=True)
class Said:
    """A message: what it says, what its buttons do, and the attribute that takes a typed answer."""

    content: Content
    taps: list[Tap]
    facts: Facts
    into: tuple[str, ...] = ()
    quick: bool = False


@dataclass(slots=True)
class _Draft:
    """A message while it is read."""

    reading: Reading
    facts: Facts = field(default_factory=list)
    hints: Facts = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    taps: list[Tap] = field(default_factory=list)
    text: Text = ()
    taken: dict[str, int] = field(default_factory=dict)
    unknown: str = ""

    def fields(self, data: dict[str, Any], place: Place, what: str, prefix: str, known: tuple[str, ...] = ()) -> Fields:
        """The members of a part of the message."""
        return Fields(self.reading, data, place, what, self.facts, known, prefix)

    def strange(self, place: Place, what: str) -> str:
        """Report a part that is none of the documented ones; returns the code."""
        return self.reading.find(UnknownMessage, place, what, help="write one of the documented messages")


def read_message(reading: Reading, value: dict[str, Any], place: Place) -> tuple[Said | None, str]:
    """Read an item of ``messages``; None, and the code of the finding, where it is none of the documented ones."""
    draft = _Draft(reading)
    fields = draft.fields(value, place, "message", "")
    draft.text = fields.text("text")
    attachment = fields.object("attachment")
    if attachment:
        _attachment(draft, attachment, fields.at("attachment"))
    quick = _buttons(draft, fields, "quick_replies", "", draft.choices)
    into, options = _options(draft, fields)
    if not (draft.text or draft.media or draft.cards or draft.choices) or draft.unknown:
        what = draft.unknown or "a message has neither a text nor an attachment"
        fields.close()
        return None, draft.strange(place, f"{what}; it is kept as it is")
    fields.close()
    content = Content(
        text=said(draft.text),
        media=tuple(draft.media),
        cards=tuple(draft.cards),
        choices=tuple(draft.choices),
        hints=tuple(draft.hints),
        at=fields.at("text") if draft.text and "text" in value else place,
    )
    reading.book.exact(place)
    return Said(content, draft.taps, draft.facts, into, bool(quick or options)), ""


def _options(draft: _Draft, fields: Fields) -> tuple[tuple[str, ...], bool]:
    """``quick_reply_options``: the attribute that takes a typed answer."""
    data = fields.object("quick_reply_options")
    if not data:
        return (), False
    parts = draft.fields(data, fields.at("quick_reply_options"), "option", "quick_reply_options/")
    path = draft.reading.declare(parts.string("text_attribute_name"), parts.at("text_attribute_name"))
    if path:
        draft.reading.book.emulated(parts.at("text_attribute_name"), "a tapped title is saved as well")
    parts.fact("process_text_by_ai")
    parts.close()
    return path, bool(path)


def _attachment(draft: _Draft, data: dict[str, Any], place: Place) -> None:
    parts = draft.fields(data, place, "attachment", "attachment/")
    kind = parts.string("type")
    payload = parts.object("payload")
    inner = draft.fields(payload, parts.at("payload"), "payload", "attachment/payload/")
    if kind in ATTACHMENTS:
        draft.media.append(_media(draft, inner, ATTACHMENTS[kind], place))
    elif kind == "template":
        name = inner.string("template_type")
        reader = _TEMPLATES.get(name)
        if reader is not None:
            reader(draft, inner)
        else:
            draft.unknown = f"the template `{clip(name)}` is not known" if name else "a template names no type"
    else:
        draft.unknown = f"the attachment `{clip(kind)}` is not known" if kind else "an attachment names no type"
    inner.look("sharable", *_LOOKS, hints=draft.hints)
    inner.close()
    parts.close()


def _media(draft: _Draft, fields: Fields, kind: MediaKind, place: Place, name: str = "url") -> Media:
    url = draft.reading.sent(fields.string(name), fields.at(name), name)
    return Media(kind, url=said(url), asset=fields.string("attachment_id"), at=fields.at(name) if url else place)


def _button_template(draft: _Draft, payload: Fields) -> None:
    text = payload.text("text")
    draft.text = join_text([*draft.text, Literal("\n"), *text]) if draft.text and text else draft.text or text
    _buttons(draft, payload, "buttons", "attachment/payload/", draft.choices)


def _generic(draft: _Draft, payload: Fields) -> None:
    """A gallery."""
    payload.look("image_aspect_ratio", "top_element_style", hints=draft.hints)
    for index, item in enumerate(payload.items("elements")):
        at = payload.at("elements").child(index)
        draft.reading.book.open("card", at)
        if not isinstance(item, dict):
            _no_object(draft, item, at, "a card", f"attachment/payload/elements/{index}")
            continue
        prefix = f"attachment/payload/elements/{index}/"
        fields = draft.fields(item, at, "card", prefix)
        title, text = fields.text("title"), fields.text("subtitle")
        image = _media(draft, fields, MediaKind.IMAGE, at, "image_url") if "image_url" in fields else None
        hints: Facts = []
        choices: list[Choice] = []
        _buttons(draft, fields, "buttons", prefix, choices)
        fields.look("item_url", "default_action", hints=hints)
        fields.close()
        draft.reading.book.exact(at)
        draft.cards.append(Card(said(title), said(text), image, tuple(choices), tuple(hints), at))


def _list(draft: _Draft, payload: Fields) -> None:
    """A list: cards, and buttons of its own below."""
    _generic(draft, payload)
    _buttons(draft, payload, "buttons", "attachment/payload/", draft.choices)


def _media_template(draft: _Draft, payload: Fields) -> None:
    """Pictures and films with buttons."""
    for index, item in enumerate(payload.items("elements")):
        at = payload.at("elements").child(index)
        draft.reading.book.open("card", at)
        if not isinstance(item, dict):
            _no_object(draft, item, at, "an element", f"attachment/payload/elements/{index}")
            continue
        prefix = f"attachment/payload/elements/{index}/"
        fields = draft.fields(item, at, "card", prefix)
        kind = ATTACHMENTS.get(fields.string("media_type"), MediaKind.FILE)
        draft.media.append(_media(draft, fields, kind, at))
        _buttons(draft, fields, "buttons", prefix, draft.choices)
        fields.close()
        draft.reading.book.exact(at)


_TEMPLATES: dict[str, Callable[[_Draft, Fields], None]] = {
    "button": _button_template,
    "generic": _generic,
    "list": _list,
    "media": _media_template,
}


def _no_object(draft: _Draft, value: Any, place: Place, what: str, key: str) -> None:
    code = draft.reading.find(WrongShape, place, f"{what} is {type_name(value)}, not an object; kept as a fact")
    draft.reading.book.degraded(place, "not an object: kept as a fact", f"write {what}", code)
    draft.facts.append((key, json_text(draft.reading.safe(value, place))))


def _buttons(draft: _Draft, owner: Fields, name: str, prefix: str, choices: list[Choice]) -> int:
    """``buttons`` and ``quick_replies``; returns how many there are."""
    items = owner.items(name)
    what = "quick reply" if name == "quick_replies" else "button"
    for index, item in enumerate(items):
        at = owner.at(name).child(index)
        draft.reading.book.open(what, at)
        if isinstance(item, dict):
            _button(draft, item, at, what, f"{prefix}{name}/{index}/", choices)
        else:
            _no_object(draft, item, at, f"a {what}", f"{prefix}{name}/{index}")
    return len(items)


def _button(draft: _Draft, item: dict[str, Any], place: Place, what: str, prefix: str, choices: list[Choice]) -> None:
    reading = draft.reading
    fields = draft.fields(item, place, what, prefix)
    kind = fields.string("type") or _kind_of(fields, what)
    title = fields.text("title")
    hints: Facts = []
    if kind == "element_share" or kind not in _KINDS:
        code = (
            reading.find_once(
                Appearance,
                "share",
                place,
                lambda count: f"{count} button(s) share a message; WhatsApp has none, a message is forwarded by hand",
            )
            if kind == "element_share"
            else draft.strange(place, f"the {what} `{clip(kind)}` is not known; it is kept as a hint")
        )
        for name in item:
            fields.take(name)
        draft.hints.append((prefix.rstrip("/"), json_text(reading.safe(item, place, report=False))))
        reading.book.dropped(place, "WhatsApp has no such button", "name it in the text", code)
        return
    blocks = _block_names(fields)
    attributes = fields.object("set_attributes")
    url = reading.sent(fields.string("url"), fields.at("url"), "url")
    phone = fields.text("phone_number")
    fields.look("image_url", *_LOOKS, hints=hints)
    id_ = unique(slug(plain_text(title)) or f"choix_{len(draft.taken) + 1}", draft.taken)
    link = ChoiceKind.URL if kind == "web_url" else ChoiceKind.CALL if kind == "phone_number" else ChoiceKind.REPLY
    if link is not ChoiceKind.REPLY and attributes:
        at = fields.at("set_attributes")
        code = reading.find_once(
            TapUnseen,
            "set",
            at,
            lambda count: (
                f"{count} link(s) set attributes when they are tapped; WhatsApp does not tell who tapped them"
            ),
            help="a button that answers, and the link in the next message",
        )
        reading.book.degraded(at, "WhatsApp does not tell who taps a link", "a button that answers", code)
        hints.append(("set_attributes", json_text(reading.safe(attributes, at))))
    fields.close()
    reading.book.exact(place)
    choice = Choice(
        id_,
        Localized.of(title) if title else Localized(),
        link,
        url=url if link is ChoiceKind.URL else (),
        phone=phone if link is ChoiceKind.CALL else (),
        hints=tuple(hints),
        at=place,
    )
    choices.append(choice)
    if link is ChoiceKind.REPLY:
        draft.taps.append(Tap(choice, blocks, url, attributes, fields))


def _kind_of(fields: Fields, what: str) -> str:
    """The kind of a button that does not say it."""
    if "block_names" in fields or "block_name" in fields or what == "quick reply":
        return "show_block"
    if "phone_number" in fields:
        return "phone_number"
    return "web_url" if "url" in fields else "show_block"


def _block_names(fields: Fields) -> list[str]:
    names: list[str] = []
    value = fields.take("block_names")
    if isinstance(value, list):
        names = [as_text(item) for item in value if item not in EMPTY]
    elif isinstance(value, str) and value:
        names = [value]
    elif value not in EMPTY:
        fields.misshapen("block_names", "a list of names")
    single = fields.string("block_name")
    return names or ([single] if single else [])
