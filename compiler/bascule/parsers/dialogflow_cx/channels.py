"""Custom payloads in the format of a channel: Viber, Messenger, WhatsApp.

A payload names its channel by a member (``{"viber": {…}}``), or is told by its own members.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bascule.ir.content import Card, Choice, ChoiceKind, Content, GeoPoint, Media, MediaKind, Variant
from bascule.ir.expr import Const
from bascule.ir.text import Localized, LocalizedText, Text, plain_text
from bascule.language.members import Facts, clip
from bascule.language.names import template_slug
from bascule.language.reading import json_text, unique
from bascule.language.viber_message import is_body, is_certain_body, is_keyboard, read_body
from bascule.language.viber_pieces import file_piece
from bascule.parsers.dialogflow_cx.losses import OtherChannel, RichLook
from bascule.parsers.dialogflow_cx.pieces import Option, Piece, content_of
from bascule.parsers.dialogflow_cx.reading import AgentMembers, AgentReading
from bascule.source import Place

__all__ = ["channel_name", "channel_piece", "channels_of", "read_channel", "settle_channels"]

_CHANNELS = ("whatsapp", "viber", "facebook")
"""The channels whose payloads are read; the first of them that there is, is said."""

_BEFORE_ALL = ("whatsapp", "viber")
"""Channels whose messages are said whatever else there is: the new platform, and the one that people come from."""

_MEDIA = {
    "image": MediaKind.IMAGE,
    "video": MediaKind.VIDEO,
    "audio": MediaKind.AUDIO,
    "file": MediaKind.DOCUMENT,
    "document": MediaKind.DOCUMENT,
    "sticker": MediaKind.STICKER,
}
_WHATSAPP = ("text", "image", "video", "audio", "document", "sticker", "location", "interactive")
_INTERACTIVE = ("button", "list", "cta_url", "location_request_message")
_SHARES = {"location": ChoiceKind.SHARE_LOCATION, "user_phone_number": ChoiceKind.SHARE_PHONE}


def channels_of(payload: dict[str, Any], place: Place) -> list[tuple[str, Any, Place]]:
    """The channels that a payload is for, each with its message and the message's place; none for other payloads."""
    found: list[tuple[str, Any, Place]] = []
    for name in _CHANNELS:
        value = payload.get(name)
        items = value if isinstance(value, list) else [value]
        if items and all(isinstance(item, dict) and item for item in items):
            found.append((name, value, place.child(name)))
    if found:
        return found
    if payload.get("messaging_product") == "whatsapp":
        return [("whatsapp", payload, place)]
    return [("viber", payload, place)] if is_certain_body(payload) else []


def read_channel(reading: AgentReading, channel: str, data: Any, place: Place) -> list[tuple[Content, Facts]] | None:
    """The messages of a channel, each with facts; None where one of them is of a kind that is not known.

    ``data`` is one message or a list of them; every member is put down in the book.
    """
    items = (
        [(item, place.child(index)) for index, item in enumerate(data)] if isinstance(data, list) else [(data, place)]
    )
    found = []
    for item, at in items:
        facts: Facts = []
        if channel == "viber":
            content = _viber(reading, item, at, facts)
        else:
            reader = _Reader(reading, facts)
            content = reader.facebook(item, at) if channel == "facebook" else reader.whatsapp(item, at)
        if content is None or content.empty:
            return None
        found.append((content, facts))
    return found


def _viber(reading: AgentReading, data: dict[str, Any], place: Place, facts: Facts) -> Content | None:
    """Viber's own bodies have a reader that formats share."""
    if not is_body(data) and not is_keyboard(data):
        return None
    body = read_body(reading, file_piece(data, place.file, place.pointer))
    if body.problem:
        return None
    facts += [(f"viber.{name}", value) for name, value in body.facts]
    if body.tracking is not None:
        facts.append(("viber.tracking_data", json_text(reading.safe(body.tracking.plain(), body.place))))
    return replace(body.content, hints=(*body.content.hints, *body.hints))


def channel_piece(channel: str, content: Content, facts: Facts, place: Place) -> Piece:
    """A channel's message as a piece: taken apart where all of it is words, media and choices."""
    piece = Piece("say", content.at or place, facts=facts, channel=channel, content=content, origin=place)
    simple = replace(
        content, text=Localized(), header=Localized(), media=(), choices=(), hints=(), variants=(), at=None
    )
    if simple != Content() or content.variants:
        piece.kind = "whole"
        return piece
    piece.header = content.header.first if content.header else ()
    piece.texts = [content.text.first] if content.text else []
    piece.media = list(content.media)
    piece.hints = list(content.hints)
    piece.options = [
        Option(
            title=choice.title.first if choice.title else (),
            kind=choice.kind,
            description=choice.description.first if choice.description else (),
            url=choice.url,
            payload=choice.payload,
            place=choice.at,
            choice=choice,
        )
        for choice in content.choices
    ]
    return piece


def channel_name(name: str) -> str:
    """A channel as it is named here (``DF_CX_WHATSAPP`` is WhatsApp)."""
    plain = name.strip().lower()
    return next((known for known in _CHANNELS if known in plain), plain)


def settle_channels(reading: AgentReading, pieces: list[Piece]) -> list[Piece]:
    """Decide which channel's messages are said: those for WhatsApp, else for Viber, else another channel's where
    nothing else is worded. The others are variants of what is said. A text that a channel repeats is said once."""
    present = dict.fromkeys(piece.channel for piece in pieces if piece.channel)
    if not present:
        return pieces
    worded = any(_plain(piece) for piece in pieces)
    said = next((name for name in _BEFORE_ALL if name in present), "")
    if not said and not worded:
        said = next(name for name in (*_CHANNELS, *present) if name in present)
    instead = any(piece.instead and piece.channel == said for piece in pieces)
    kept: list[Piece] = []
    for piece in pieces:
        if (piece.channel and piece.channel != said) or (instead and _plain(piece)):
            kept.append(_variant(reading, piece))
            continue
        last = kept[-1] if kept else None
        repeated = piece.channel and last is not None and last.kind == "say" and last.texts == piece.texts
        if repeated and not piece.media:
            piece.texts = []
        kept.append(piece)
    return kept


def _plain(piece: Piece) -> bool:
    """Worded for every channel."""
    return piece.kind == "say" and not piece.channel and bool(piece.texts or piece.media or piece.options)


def _variant(reading: AgentReading, piece: Piece) -> Piece:
    channel = piece.channel or "default"
    named = f"for {clip(channel)} only" if piece.channel else "for channels without a wording of their own"
    place = piece.origin or piece.place
    code = reading.find_once(OtherChannel, channel, place, lambda count: f"{count} message(s) are worded {named}")
    reading.bury(place, f"kept as the wording for {clip(channel)}", "say it in the common messages", code)
    return Piece("say", piece.place, variants=[Variant(channel, content_of(piece))], facts=piece.facts)


def _localized(text: Text) -> LocalizedText:
    return Localized.of(text) if text else Localized()


class _Reader:
    """Reads one message. What is known and not shown is a fact; so is what is not known, with a finding."""

    def __init__(self, reading: AgentReading, facts: Facts) -> None:
        self.reading = reading
        self.facts = facts
        self.taken: dict[str, int] = {}

    def open(self, data: dict[str, Any], place: Place, what: str, **inner: type) -> AgentMembers:
        """The members of an object; ``inner`` names those that are opened in their turn, with their types."""
        structural = [name for name, kind in inner.items() if isinstance(data.get(name), kind)]
        members = AgentMembers(self.reading, data, place, what, self.facts, structural)
        for name, kind in inner.items():
            if name not in structural:
                members.object(name) if kind is dict else members.items(name)
        return members

    def objects(self, members: AgentMembers, name: str) -> Iterator[tuple[dict[str, Any], Place]]:
        """The objects of a list; other items are facts."""
        items = members.data.get(name)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            at = members.at(name).child(index)
            if isinstance(item, dict):
                yield item, at
            else:
                AgentMembers(self.reading, {str(index): item}, members.at(name), members.what, self.facts).close()

    def choice(self, title: Text, place: Place, **members: Any) -> Choice:
        """A choice with an id of its own."""
        id_ = unique(template_slug(plain_text(title)) or "option", self.taken)
        return Choice(id=id_, title=_localized(title), at=place, **members)

    def look(self, members: AgentMembers, *names: str) -> None:
        """Members that only change how something looks."""
        for name in names:
            reason = "a look that is kept as a fact"
            members.lose(name, RichLook, "look", "have icons, pictures or folds that WhatsApp does not show", reason)

    # Messenger: https://developers.facebook.com/docs/messenger-platform/reference/send-api/

    def facebook(self, data: dict[str, Any], place: Place) -> Content:
        """A message of Messenger's Send API."""
        members = self.open(data, place, "Messenger message", attachment=dict, quick_replies=list)
        text = members.text("text")
        members.fact("metadata")
        choices = [self._quick_reply(reply, at) for reply, at in self.objects(members, "quick_replies")]
        media: list[Media] = []
        cards: list[Card] = []
        attachment = data.get("attachment")
        if isinstance(attachment, dict):
            outer = self.open(attachment, place.child("attachment"), "Messenger attachment", payload=dict)
            kind = _MEDIA.get(outer.string("type"))
            if isinstance(attachment.get("payload"), dict):
                inner = self.open(
                    attachment["payload"], outer.at("payload"), "Messenger payload", buttons=list, elements=list
                )
                inner.skip("template_type")
                inner.skip("is_reusable")
                self.look(inner, "sharable", "image_aspect_ratio", "top_element_style")
                url = inner.text("url") if kind is not None else ()
                if kind is not None and url:
                    media.append(Media(kind, url=Localized.of(url), at=inner.at("url")))
                words = inner.text("text")
                text = text or words
                choices += [self._button(item, at) for item, at in self.objects(inner, "buttons")]
                cards += [self._element(item, at) for item, at in self.objects(inner, "elements")]
                inner.close()
            outer.close()
        members.close()
        choices = [choice for choice in choices if choice.title or choice.kind is not ChoiceKind.REPLY]
        return Content(
            text=_localized(text),
            media=tuple(media),
            choices=tuple(choices),
            cards=tuple(cards),
            at=place.child("text"),
        )

    def _quick_reply(self, data: dict[str, Any], place: Place) -> Choice:
        members = self.open(data, place, "Messenger quick reply")
        kind = _SHARES.get(members.string("content_type"), ChoiceKind.REPLY)
        self.look(members, "image_url")
        choice = self.choice(members.text("title"), place, kind=kind, payload=members.string("payload"))
        members.close()
        return choice

    def _button(self, data: dict[str, Any], place: Place) -> Choice:
        members = self.open(data, place, "Messenger button")
        kind, title = members.string("type"), members.text("title")
        self.look(members, "webview_height_ratio", "messenger_extensions", "webview_share_button", "fallback_url")
        if kind == "web_url":
            url = members.text("url")
            choice = self.choice(title or url, place, kind=ChoiceKind.URL, url=url)
        elif kind == "phone_number":
            choice = self.choice(title, place, kind=ChoiceKind.CALL, phone=members.text("payload"))
        else:
            choice = self.choice(title, place, payload=members.string("payload"))
        members.close()
        return choice

    def _element(self, data: dict[str, Any], place: Place) -> Card:
        members = self.open(data, place, "Messenger element", buttons=list)
        title, text, picture = (members.text(name) for name in ("title", "subtitle", "image_url"))
        members.fact("default_action", reason="a tap on the card; its buttons are carried")
        choices = tuple(self._button(item, at) for item, at in self.objects(members, "buttons"))
        members.close()
        media = Media(MediaKind.IMAGE, url=Localized.of(picture), at=place.child("image_url")) if picture else None
        return Card(_localized(title), _localized(text), media, choices, at=place)

    # WhatsApp: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages

    def whatsapp(self, data: dict[str, Any], place: Place) -> Content | None:
        """A message of WhatsApp's Cloud API."""
        kind = data.get("type")
        if not isinstance(kind, str) or kind not in _WHATSAPP:
            kind = next((name for name in _WHATSAPP if isinstance(data.get(name), dict)), "")
        inner = data.get(kind) if kind else None
        if not isinstance(inner, dict):
            return None
        if kind == "interactive" and inner.get("type") not in _INTERACTIVE:
            return None
        members = self.open(data, place, "WhatsApp message", **{kind: dict})
        members.skip("type")
        members.skip("messaging_product")
        members.fact("recipient_type", "to", "context")
        content = (
            self._interactive(inner, members.at(kind)) if kind == "interactive" else self._plain(kind, inner, members)
        )
        members.close()
        return content

    def _plain(self, kind: str, data: dict[str, Any], outer: AgentMembers) -> Content:
        place = outer.at(kind)
        members = self.open(data, place, f"WhatsApp {kind}")
        content = Content(at=place)
        if kind == "text":
            members.skip("preview_url")
            content = Content(text=_localized(members.text("body")), at=members.at("body"))
        elif kind == "location":
            latitude, longitude = members.number("latitude"), members.number("longitude")
            if latitude is not None and longitude is not None:
                point = GeoPoint(Const(latitude), Const(longitude), members.text("name"), members.text("address"))
                content = Content(location=point, at=place)
        else:
            media = self._file(kind, members)
            content = Content(media=(media,) if media is not None else (), at=place)
        members.close()
        return content

    def _file(self, kind: str, members: AgentMembers) -> Media | None:
        url, asset = members.text("link"), members.string("id")
        if not url and not asset:
            return None
        return Media(
            _MEDIA[kind],
            url=_localized(url),
            asset="" if url else asset,
            filename=members.string("filename"),
            caption=_localized(members.text("caption")),
            at=members.place,
        )

    def _part(self, outer: AgentMembers, name: str) -> Text:
        """The text of ``body``, ``footer`` or a textual ``header``."""
        value = outer.data.get(name)
        if not isinstance(value, dict):
            return ()
        members = self.open(value, outer.at(name), f"WhatsApp {name}")
        members.skip("type")
        text = members.text("text")
        members.close()
        return text

    def _interactive(self, data: dict[str, Any], place: Place) -> Content:
        members = self.open(
            data, place, "WhatsApp interactive message", header=dict, body=dict, footer=dict, action=dict
        )
        kind = members.string("type")
        media: Media | None = None
        head = data.get("header")
        pictured = next((name for name in _MEDIA if isinstance(head, dict) and isinstance(head.get(name), dict)), "")
        if pictured and isinstance(head, dict):
            header = self.open(head, members.at("header"), "WhatsApp header", **{pictured: dict})
            header.skip("type")
            inner = self.open(head[pictured], header.at(pictured), f"WhatsApp {pictured}")
            media = self._file(pictured, inner)
            inner.close()
            header.close()
        title = () if pictured else self._part(members, "header")
        text, footer = self._part(members, "body"), self._part(members, "footer")
        choices: list[Choice] = []
        label: Text = ()
        if isinstance(data.get("action"), dict):
            choices, label = self._action(kind, data["action"], members.at("action"))
        members.close()
        return Content(
            text=_localized(text),
            header=_localized(title),
            footer=_localized(footer),
            media=(media,) if media is not None else (),
            choices=tuple(choices),
            list_label=_localized(label),
            at=place.child("body", "text"),
        )

    def _action(self, kind: str, data: dict[str, Any], place: Place) -> tuple[list[Choice], Text]:
        kinds: dict[str, type] = {"buttons": list, "sections": list}
        if kind == "cta_url":
            kinds["parameters"] = dict
        members = self.open(data, place, "WhatsApp action", **kinds)
        members.skip("name")
        label = members.text("button")
        choices: list[Choice] = []
        for button, at in self.objects(members, "buttons"):
            outer = self.open(button, at, "WhatsApp button", reply=dict)
            outer.skip("type")
            if isinstance(button.get("reply"), dict):
                choices.append(self._row(button["reply"], outer.at("reply"), ()))
            outer.close()
        for section, at in self.objects(members, "sections"):
            outer = self.open(section, at, "WhatsApp section", rows=list)
            title = outer.text("title")
            choices += [self._row(row, spot, title) for row, spot in self.objects(outer, "rows")]
            outer.close()
        if kind == "cta_url" and isinstance(data.get("parameters"), dict):
            inner = self.open(data["parameters"], members.at("parameters"), "WhatsApp link")
            title, url = inner.text("display_text"), inner.text("url")
            if url:
                choices.append(self.choice(title or url, inner.place, kind=ChoiceKind.URL, url=url))
            inner.close()
        if kind == "location_request_message":
            choices.append(Choice("location", Localized(), ChoiceKind.SHARE_LOCATION, at=place))
        members.close()
        return choices, label

    def _row(self, data: dict[str, Any], place: Place, section: Text) -> Choice:
        members = self.open(data, place, "WhatsApp reply")
        choice = self.choice(
            members.text("title"),
            place,
            payload=members.string("id"),
            description=_localized(members.text("description")),
            section=_localized(section),
        )
        members.close()
        return choice
