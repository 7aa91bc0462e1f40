"""Free-form content of a message: text, media, location, contacts, reaction, read receipt.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Self

from bascule.source import Place
from bascule.whatsapp.reader import Reader
from bascule.whatsapp.shape import Id, Number, Shape, copy_json, read_shape

__all__ = [
    "Audio",
    "Contact",
    "ContactAddress",
    "ContactEmail",
    "ContactName",
    "ContactOrganization",
    "ContactPhone",
    "ContactUrl",
    "Contacts",
    "Content",
    "Document",
    "Image",
    "Location",
    "MediaContent",
    "Reaction",
    "ReadReceipt",
    "Sticker",
    "Text",
    "TypingIndicator",
    "UnknownContent",
    "Video",
]


@dataclass(frozen=True, slots=True)
class Content(Shape):
    """What a message says. ``KIND`` is the vendor's ``type``, and the name of the member that holds it."""

    KIND: ClassVar[str] = ""

    @property
    def kind(self) -> str:
        """The ``type`` of the message."""
        return self.KIND

    @classmethod
    def read(cls, raw: Any, place: Place, reader: Reader) -> Self | None:
        """Read the member that holds the content; None where it cannot be read."""
        return read_shape(cls, raw, place, reader)


@dataclass(frozen=True, slots=True)
class Text(Content):
    """A text; ``preview_url`` shows its first link as a card."""

    KIND: ClassVar[str] = "text"
    body: str
    preview_url: bool | None = None


@dataclass(frozen=True, slots=True)
class MediaContent(Content):
    """A file, by the ``id`` of an upload or by a public ``link``."""

    id: Id | None = None
    link: str | None = None

    def needs(self) -> tuple[tuple[str, ...], ...]:
        """An upload or a link."""
        return (("id", "link"),)


@dataclass(frozen=True, slots=True)
class Image(MediaContent):
    """A picture."""

    KIND: ClassVar[str] = "image"
    caption: str | None = None
    provider: Mapping[str, Any] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Video(MediaContent):
    """A film."""

    KIND: ClassVar[str] = "video"
    caption: str | None = None
    provider: Mapping[str, Any] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Document(MediaContent):
    """A file to keep; ``filename`` is what the user sees."""

    KIND: ClassVar[str] = "document"
    caption: str | None = None
    filename: str | None = None
    provider: Mapping[str, Any] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Audio(MediaContent):
    """A sound; with ``voice`` it is shown as a voice message."""

    KIND: ClassVar[str] = "audio"
    voice: bool | None = None
    provider: Mapping[str, Any] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Sticker(MediaContent):
    """A WebP sticker."""

    KIND: ClassVar[str] = "sticker"
    provider: Mapping[str, Any] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Location(Content):
    """A place on the map."""

    KIND: ClassVar[str] = "location"
    latitude: Number
    longitude: Number
    name: str | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class ContactName(Shape):
    """Name of a contact. One part beside ``formatted_name`` has to be there."""

    formatted_name: str
    first_name: str | None = None
    last_name: str | None = None
    middle_name: str | None = None
    suffix: str | None = None
    prefix: str | None = None


@dataclass(frozen=True, slots=True)
class ContactAddress(Shape):
    """Postal address of a contact."""

    street: str | None = None
    city: str | None = None
    state: str | None = None
    zip: Id | None = None
    country: str | None = None
    country_code: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class ContactEmail(Shape):
    """Mail address of a contact."""

    email: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class ContactPhone(Shape):
    """Number of a contact; with ``wa_id`` the card offers a chat."""

    phone: Id | None = None
    type: str | None = None
    wa_id: Id | None = None


@dataclass(frozen=True, slots=True)
class ContactUrl(Shape):
    """Web address of a contact."""

    url: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class ContactOrganization(Shape):
    """Where a contact works."""

    company: str | None = None
    department: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Contact(Shape):
    """One contact card."""

    name: ContactName
    birthday: str | None = None
    addresses: tuple[ContactAddress, ...] = ()
    emails: tuple[ContactEmail, ...] = ()
    org: ContactOrganization | None = None
    phones: tuple[ContactPhone, ...] = ()
    urls: tuple[ContactUrl, ...] = ()


@dataclass(frozen=True, slots=True)
class Contacts(Content):
    """Contact cards."""

    KIND: ClassVar[str] = "contacts"
    cards: tuple[Contact, ...]

    def to_json(self) -> Any:
        """The list of cards."""
        return [card.to_json() for card in self.cards]

    @classmethod
    def read(cls, raw: Any, place: Place, reader: Reader) -> Self | None:
        """Read the list of cards."""
        if not isinstance(raw, list):
            reader.wrong_type(place, "a list", raw)
            return None
        cards = [read_shape(Contact, item, place.child(at), reader) for at, item in enumerate(raw)]
        read = tuple(card for card in cards if card is not None)
        return cls(read, place=place) if len(read) == len(cards) else None


@dataclass(frozen=True, slots=True)
class Reaction(Content):
    """An emoji on a message; an empty one takes it away."""

    KIND: ClassVar[str] = "reaction"
    message_id: str
    emoji: str


@dataclass(frozen=True, slots=True)
class TypingIndicator(Shape):
    """Shows that an answer is being written."""

    type: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class ReadReceipt(Content):
    """Marks a message as read. Its members stand in the message itself, which then has no ``type``."""

    KIND: ClassVar[str] = "status"
    message_id: str
    status: Literal["read"] = "read"
    typing_indicator: TypingIndicator | None = None


@dataclass(frozen=True, slots=True)
class UnknownContent(Content):
    """Content that could not be read, whole. ``raw`` is the member named by ``type``; ``present`` if there was one."""

    type: str
    raw: Any = field(default=None, hash=False)
    present: bool = True

    @property
    def kind(self) -> str:
        """The ``type`` as it stood."""
        return self.type

    def to_json(self) -> Any:
        """The content as it stood."""
        return copy_json(self.raw)
