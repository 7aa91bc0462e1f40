"""Viber bot messages (``send_message``, ``broadcast_message``, a keyboard alone) to content of the flow graph.

Facts: https://developers.viber.com/docs/api/rest-bot-api/#message-types
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bascule.ir.content import Card, Choice, ChoiceKind, ContactCard, Content, GeoPoint, Media, MediaKind
from bascule.ir.expr import Const
from bascule.ir.text import Localized, Text, literal, text_expression
from bascule.language.reading import Reading, json_text
from bascule.language.secrets import SecretInSource, is_secret_name, secret_under_name
from bascule.language.viber_cards import read_cards
from bascule.language.viber_fields import Fields, Hints, shown, type_name
from bascule.language.viber_keyboard import note_markup, read_keyboard
from bascule.language.viber_pieces import Piece, read_text
from bascule.language.viber_rules import (
    EmptyMessage,
    PersonalData,
    StickerFromCatalogue,
    UnknownValue,
)
from bascule.source import Place

__all__ = [
    "MESSAGE_MEMBERS",
    "MESSAGE_TYPES",
    "Body",
    "is_body",
    "is_certain_body",
    "is_keyboard",
    "read_body",
    "read_secret",
]

MESSAGE_TYPES = (
    "text",
    "picture",
    "video",
    "file",
    "contact",
    "location",
    "url",
    "sticker",
    "rich_media",
)
MESSAGE_MEMBERS = (
    "type",
    "text",
    "media",
    "thumbnail",
    "size",
    "duration",
    "file_name",
    "contact",
    "location",
    "sticker_id",
    "rich_media",
    "alt_text",
    "keyboard",
    "sender",
    "tracking_data",
    "min_api_version",
    "receiver",
    "from",
    "broadcast_list",
    "auth_token",
)
_TELLING = {
    "text": ("text",),
    "picture": ("media",),
    "video": ("media",),
    "file": ("media",),
    "contact": ("contact",),
    "location": ("location",),
    "url": ("media",),
    "sticker": ("sticker_id",),
    "rich_media": ("rich_media",),
}
_TOLD = (
    ("rich_media", "rich_media"),
    ("sticker_id", "sticker"),
    ("location", "location"),
    ("contact", "contact"),
    ("file_name", "file"),
    ("duration", "video"),
    ("media", "picture"),
    ("text", "text"),
)
"""The type that a member tells where a message does not say."""

_ANSWERS = (ChoiceKind.REPLY, ChoiceKind.SHARE_LOCATION, ChoiceKind.SHARE_PHONE)
_MEDIA_KINDS = {"picture": MediaKind.IMAGE, "video": MediaKind.VIDEO, "file": MediaKind.FILE}
_DOCUMENTS = ("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "csv", "odt", "ods", "rtf", "ics", "zip")


@dataclass(slots=True)
class Body:
    """One message as read. ``problem`` says why it cannot be shown (the content is empty then)."""

    content: Content
    piece: Piece
    facts: list[tuple[str, str]] = field(default_factory=list)
    hints: Hints = field(default_factory=list)
    tracking: Piece | None = None
    broadcast: bool = False
    kind: str = ""
    problem: str = ""

    @property
    def place(self) -> Place:
        """Where the body stands."""
        return self.piece.place

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Every choice of the message, those of its cards first."""
        return (*(choice for card in self.content.cards for choice in card.choices), *self.content.choices)

    @property
    def answers(self) -> tuple[Choice, ...]:
        """The choices that come back as an answer."""
        return tuple(choice for choice in self.choices if choice.kind in _ANSWERS)


def _names(value: Any) -> dict[str, Any]:
    return {str(name).casefold().replace("_", ""): item for name, item in value.items()}


def is_keyboard(value: Any) -> bool:
    """Whether plain data is a keyboard (or rich media) object."""
    if not isinstance(value, dict):
        return False
    names = _names(value)
    buttons = names.get("buttons")
    if not isinstance(buttons, list):
        return False
    if str(names.get("type", "")).casefold() in ("keyboard", "rich_media"):
        return True
    first = next((item for item in buttons if isinstance(item, dict)), None)
    return first is not None and bool({"actionbody", "actiontype", "columns", "bgcolor"} & _names(first).keys())


def is_body(value: Any) -> bool:
    """Whether plain data can be a message body or a keyboard. Other platforms' bodies may look the same:
    :func:`is_certain_body` tells those that only Viber has."""
    if not isinstance(value, dict):
        return False
    if is_certain_body(value):
        return True
    names = _names(value)
    kind = names.get("type")
    plain = kind.strip().casefold() if isinstance(kind, str) else ""
    if plain not in _TELLING or not all(member.replace("_", "") in names for member in _TELLING[plain]):
        return False
    telling = names[_TELLING[plain][0].replace("_", "")]
    return isinstance(telling, dict if plain in ("contact", "location", "rich_media") else (str, int, float))


def is_certain_body(value: Any) -> bool:
    """Whether plain data has members together that only Viber bodies have: a keyboard or rich media with `Buttons`,
    `tracking_data`, `min_api_version`, a receiver or a sender with a type, a sticker number, a broadcast list."""
    if not isinstance(value, dict):
        return False
    if is_keyboard(value):
        return True
    names = _names(value)
    if is_keyboard(names.get("keyboard")) or is_keyboard(names.get("richmedia")):
        return True
    kind = names.get("type")
    typed = isinstance(kind, str) and kind.strip().casefold() in _TELLING
    if not typed and not isinstance(names.get("text"), str) and not isinstance(names.get("media"), str):
        return False
    if "minapiversion" in names or "broadcastlist" in names or ("trackingdata" in names and "event" not in names):
        return True
    if "messagingproduct" in names:
        return False
    if not typed:
        sent = isinstance(kind, str) and isinstance(names.get("receiver"), str)
        return sent and ("media" in names or isinstance(names.get("text"), str))
    sender = names.get("sender")
    named = isinstance(sender, dict) and "name" in sender and "id" not in sender
    return isinstance(names.get("receiver"), str) or named or "stickerid" in names or "authtoken" in names


def read_secret(reading: Reading, name: str, piece: Piece) -> bool:
    """Report a member that holds a literal secret; True when it does, and its value must not be kept."""
    if piece.is_object or piece.is_list or not piece.fixed:
        return False
    found = secret_under_name(name, piece.value)
    if found is None:
        return False
    reading.hide(piece.place, name, found.what)
    return True


class _BodyReader:
    def __init__(self, reading: Reading, piece: Piece) -> None:
        self.reading = reading
        self.piece = piece
        self.body = Body(Content(), piece)
        self.fields = Fields(reading, piece, MESSAGE_MEMBERS, "message", self.body.hints)
        self.taken: dict[str, int] = {}
        self.hints: Hints = []

    def read(self) -> Body:
        fields, body = self.fields, self.body
        kind = self.kind()
        body.kind = kind
        self.delivery()
        content = self.content(kind)
        cards: tuple[Card, ...] = ()
        rich = fields.take("rich_media")
        if rich is not None:
            if rich.is_object:
                read, hints = read_cards(self.reading, rich, self.taken)
                cards = tuple(read)
                self.hints.extend(hints)
            else:
                fields.misshapen("rich_media", "an object")
        choices = self.keyboard()
        fields.keep_rest()
        said = bool(content.text or content.media or content.location or content.contacts)
        if not (said or cards or choices) and not body.problem:
            self.empty(kind)
        place = fields.place("text") if content.text else self.piece.place
        body.content = Content(
            text=content.text,
            media=content.media,
            location=content.location,
            contacts=content.contacts,
            choices=choices,
            cards=cards,
            hints=tuple(self.hints),
            at=place,
        )
        return body

    def kind(self) -> str:
        """The message type: as written, misspelt, or told by the other members."""
        fields = self.fields
        written = fields.string("type").strip()
        plain = written.lower().replace("-", "_")
        if plain in MESSAGE_TYPES:
            return plain
        if plain == "keyboard" or not plain:
            return next((kind for member, kind in _TOLD if member in fields), "keyboard")
        meant = self.reading.close_to(plain, MESSAGE_TYPES)
        self.reading.find(
            UnknownValue,
            fields.place("type"),
            f"there is no message type `{shown(written)}`"
            + (f"; it is read as `{meant}`" if meant else "; the message is kept as text only"),
            help=f"the types are {', '.join(MESSAGE_TYPES)}",
        )
        if meant:
            self.reading.book.emulated(fields.place("type"), f"read as `{meant}`")
        else:
            self.body.problem = f"there is no message type `{shown(written)}`"
        return meant

    def delivery(self) -> None:
        """The members that say from whom, to whom and with what data the message travels."""
        fields, body, book = self.fields, self.body, self.reading.book
        for name in ("sender", "min_api_version"):
            piece = fields.take(name)
            if piece is not None:
                body.facts.append((name, json_text(piece.plain())))
        body.tracking = fields.take("tracking_data")
        for name in ("receiver", "from"):
            if fields.take(name) is not None:
                book.emulated(fields.place(name), "the person in the conversation; the id is not kept")
                self.hide(fields.take(name))
        people = fields.take("broadcast_list")
        if people is not None:
            body.broadcast = True
            count = sum(1 for _ in people.items())
            body.facts.append(("broadcast_list", json_text({"receivers": count})))
            self.hide(people)
            code = self.reading.find(
                PersonalData,
                people.place,
                f"the message names {count} receiver(s); they are left out",
                help="move the people with `bascule contacts`",
            )
            book.dropped(people.place, "people belong to the contacts", "move them with `bascule contacts`", code)
        token = fields.take("auth_token")
        if token is not None:
            hidden = read_secret(self.reading, "auth_token", token)
            if hidden:
                book.dropped(token.place, "the new platform has its own", "use its secret store", SecretInSource.code)
            else:
                book.emulated(token.place, "a placeholder, not a token: the new platform has its own")
        for name, piece in self.piece.members():
            if is_secret_name(name) and name not in fields and read_secret(self.reading, name, piece):
                book.dropped(piece.place, "the new platform has its own", "use its secret store", SecretInSource.code)
                fields.forget(name)

    def hide(self, piece: Piece | None) -> None:
        """Ids of people show in no snippet. Code that computes them may."""
        if piece is not None:
            items = piece.items() if piece.is_list else [piece]
            self.reading.secrets.extend(item.place for item in items if item.fixed)

    def content(self, kind: str) -> Content:
        text = self.words(kind)
        if kind in _MEDIA_KINDS:
            media = self.media(kind)
            return Content(text=text, media=(media,) if media else ())
        if kind == "url":
            link = self.fields.text("media")
            if link is not None:
                return Content(text=Localized.of(link.run(self.reading, link.value, 0)))
        if kind == "sticker":
            return Content(text=text, media=self.sticker())
        if kind == "location":
            return Content(text=text, location=self.location())
        if kind == "contact":
            return Content(text=text, contacts=self.contact())
        return Content(text=text)

    def words(self, kind: str) -> Localized[Text]:
        piece = self.fields.text("text")
        alternative = self.fields.text("alt_text")
        if alternative is not None:
            self.body.facts.append(("alt_text", json_text(alternative.plain())))
            self.reading.book.emulated(alternative.place, "the text for old clients; kept as a fact")
        if piece is None or not piece.value.strip():
            return Localized()
        text, losses = read_text(self.reading, piece)
        note_markup(self.reading, losses, piece.place)
        return Localized.of(text)

    def media(self, kind: str) -> Media | None:
        fields = self.fields
        link = fields.text("media")
        size, duration = fields.number("size"), fields.number("duration")
        filename = fields.string("file_name")
        thumbnail = fields.string("thumbnail")
        if link is None or not link.value.strip():
            return None
        plain = link.value.split("?")[0].lower()
        media_kind = _MEDIA_KINDS[kind]
        if media_kind is MediaKind.IMAGE and plain.endswith(".gif"):
            media_kind = MediaKind.GIF
        if media_kind is MediaKind.FILE and (filename or plain).lower().rsplit(".", 1)[-1] in _DOCUMENTS:
            media_kind = MediaKind.DOCUMENT
        return Media(
            media_kind,
            Localized.of(link.run(self.reading, link.value, 0)),
            size=int(size) if size is not None else None,
            duration=duration,
            filename=filename,
            thumbnail=thumbnail,
            at=link.place,
        )

    def sticker(self) -> tuple[Media, ...]:
        number = self.fields.number("sticker_id")
        if number is None:
            return ()
        place = self.fields.place("sticker_id")
        code = self.reading.find_once(
            StickerFromCatalogue,
            "sticker",
            place,
            lambda count: f"{count} sticker(s) of Viber's catalogue; the pictures are not in the file",
            help="send a sticker or picture of your own, or an emoji",
        )
        self.reading.book.degraded(place, "the picture belongs to Viber; its number is kept", "an own sticker", code)
        return (Media(MediaKind.STICKER, asset=f"viber:{int(number)}", at=place),)

    def location(self) -> GeoPoint | None:
        piece = self.fields.take("location")
        if piece is None:
            return None
        members = dict(piece.members())
        latitude, longitude = members.get("lat"), members.get("lon", members.get("lng"))
        if latitude is None or longitude is None:
            self.fields.misshapen("location", "a pair of `lat` and `lon`")
            return None
        return GeoPoint(self.expression(latitude), self.expression(longitude))

    def expression(self, piece: Piece) -> Any:
        value = piece.value
        if piece.is_object or piece.is_list:
            return Const(json_text(piece.plain()))
        if isinstance(value, str):
            try:
                return Const(float(value)) if piece.fixed else text_expression(piece.run(self.reading, value, 0))
            except ValueError:
                return text_expression(piece.run(self.reading, value, 0))
        return Const(value)

    def contact(self) -> tuple[ContactCard, ...]:
        piece = self.fields.take("contact")
        if piece is None:
            return ()
        members = dict(piece.members())

        def text(name: str) -> Text:
            item = members.get(name)
            if item is None or item.is_object or item.is_list or item.value is None:
                return ()
            if isinstance(item.value, str):
                return item.run(self.reading, item.value, 0)
            return literal(json_text(item.value))

        if not members:
            self.fields.misshapen("contact", "a pair of `name` and `phone_number`")
            return ()
        avatar = members.get("avatar")
        picture = avatar.value if avatar is not None and isinstance(avatar.value, str) and avatar.fixed else ""
        return (ContactCard(text("name"), text("phone_number"), picture),)

    def keyboard(self) -> tuple[Choice, ...]:
        piece = self.fields.take("keyboard")
        if piece is None:
            return ()
        if not piece.is_object:
            self.fields.misshapen("keyboard", "an object")
            return ()
        keyboard = read_keyboard(self.reading, piece, self.taken)
        self.hints.extend(keyboard.hints)
        return tuple(keyboard.choices)

    def empty(self, kind: str) -> None:
        wanted = " or ".join(f"`{name}`" for name in _TELLING.get(kind, ("text",)))
        self.reading.find(
            EmptyMessage,
            self.piece.place,
            f"the message ({kind or 'of no known type'}) says nothing",
            help=f"add {wanted}, or remove the message",
        )


def read_body(reading: Reading, piece: Piece) -> Body:
    """Read one message body, or a keyboard alone. The body itself is put down by the caller."""
    if is_keyboard(piece.plain()) or (piece.is_object and any(name == "Buttons" for name, _ in piece.members())):
        body = Body(Content(at=piece.place), piece, kind="keyboard")
        rich = any(name == "Type" and str(item.value).lower() == "rich_media" for name, item in piece.members())
        if rich:
            cards, hints = read_cards(reading, piece, {})
            body.content = Content(cards=tuple(cards), hints=tuple(hints), at=piece.place)
        else:
            keyboard = read_keyboard(reading, piece, {})
            body.content = Content(choices=tuple(keyboard.choices), hints=tuple(keyboard.hints), at=piece.place)
        return body
    if not piece.is_object:
        code = reading.find(EmptyMessage, piece.place, f"a message is {type_name(piece)}, not an object")
        reading.book.dropped(piece.place, "no message", "write an object", code)
        return Body(Content(at=piece.place), piece, problem="not an object")
    return _BodyReader(reading, piece).read()
