"""What is said: texts, media, choices and cards, neutral to the channel."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from bascule.ir.expr import Expression
from bascule.ir.text import Localized, LocalizedText, Text
from bascule.source import Place

__all__ = [
    "Card",
    "Choice",
    "ChoiceKind",
    "ContactCard",
    "Content",
    "GeoPoint",
    "Media",
    "MediaKind",
    "TemplateUse",
    "Variant",
]


class MediaKind(enum.Enum):
    """Kind of a media file. ``FILE`` is a file whose kind the source does not say."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"
    GIF = "gif"
    FILE = "file"


class ChoiceKind(enum.Enum):
    """What a tap does. Only ``REPLY`` (and the share kinds) comes back to the flow as an answer."""

    REPLY = "reply"
    URL = "url"
    CALL = "call"
    SHARE_LOCATION = "share_location"
    SHARE_PHONE = "share_phone"
    FLOW = "flow"
    COPY_CODE = "copy_code"
    CATALOG = "catalog"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Media:
    """A media file. ``url`` may have holes; ``asset`` is an id in the source's own store.

    ``size`` is in bytes, ``duration`` in seconds. ``MediaKind`` values are decided by the source's
    own word first, then by MIME type, then by the URL's extension.
    """

    kind: MediaKind
    url: LocalizedText = Localized()
    asset: str = ""
    mime: str = ""
    size: int | None = None
    duration: float | None = None
    filename: str = ""
    caption: LocalizedText = Localized()
    thumbnail: str = ""
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """A place on the map that is sent. Coordinates are expressions: they are often bound at run time."""

    latitude: Expression
    longitude: Expression
    name: Text = ()
    address: Text = ()


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A contact that is sent."""

    name: Text
    phone: Text = ()
    avatar: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option. ``id`` is unique in its content; edges name it.

    ``payload`` is what the old channel sent back on a tap; ``accepts`` are typed spellings that
    mean this choice (number, synonyms), per locale. ``value`` is stored in the ask's variable when
    it differs from the title.
    """

    id: str
    title: LocalizedText
    kind: ChoiceKind = ChoiceKind.REPLY
    description: LocalizedText = Localized()
    payload: str = ""
    value: Expression | None = None
    accepts: Localized[tuple[str, ...]] = Localized()
    url: Text = ()
    phone: Text = ()
    section: LocalizedText = Localized()
    media: Media | None = None
    hints: tuple[tuple[str, str], ...] = ()
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Card:
    """One card of a carousel."""

    title: LocalizedText = Localized()
    text: LocalizedText = Localized()
    media: Media | None = None
    choices: tuple[Choice, ...] = ()
    hints: tuple[tuple[str, str], ...] = ()
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """A template that the source already sends: by name or by the provider's id, with its bindings.

    ``parameters`` are (slot, expression): the slot is ``1`` or a name, with a component prefix where
    the source has one (``header.1``, ``button.0``).
    """

    name: str = ""
    provider_id: str = ""
    language: str = ""
    parameters: tuple[tuple[str, Expression], ...] = ()
    at: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Variant:
    """The same message worded for one channel or mode (``sms``, ``viber``, ``ussd``, ``whatsapp`` …)."""

    channel: str
    content: Content


@dataclass(frozen=True, slots=True)
class Content:
    """Everything one bubble (or one run of bubbles) says.

    ``alternatives`` are wordings of which the source picks one at random. ``hints`` are layout facts
    that WhatsApp cannot show (colours, sizes), as key and JSON text.
    """

    text: LocalizedText = Localized()
    header: LocalizedText = Localized()
    footer: LocalizedText = Localized()
    media: tuple[Media, ...] = ()
    location: GeoPoint | None = None
    contacts: tuple[ContactCard, ...] = ()
    choices: tuple[Choice, ...] = ()
    cards: tuple[Card, ...] = ()
    list_label: LocalizedText = Localized()
    alternatives: tuple[LocalizedText, ...] = ()
    variants: tuple[Variant, ...] = ()
    template: TemplateUse | None = None
    hints: tuple[tuple[str, str], ...] = ()
    at: Place | None = field(default=None, compare=False)

    @property
    def replies(self) -> tuple[Choice, ...]:
        """The choices that come back to the flow as an answer."""
        back = (ChoiceKind.REPLY, ChoiceKind.SHARE_LOCATION, ChoiceKind.SHARE_PHONE)
        return tuple(choice for choice in self.choices if choice.kind in back)

    @property
    def empty(self) -> bool:
        """Nothing at all is said."""
        return not (
            self.text
            or self.media
            or self.choices
            or self.cards
            or self.location
            or self.contacts
            or self.template
            or self.header
            or self.variants
        )
