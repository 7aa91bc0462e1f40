"""Components of a template: header, body, footer, buttons, carousel and the rarer ones.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bascule.source import Place
from bascule.whatsapp.shape import Rows, Shape, Texts, Variant, copy_json
from bascule.whatsapp.templates.buttons import Button

__all__ = [
    "Body",
    "BodyExample",
    "Buttons",
    "CallPermissionRequest",
    "Card",
    "Carousel",
    "Component",
    "Footer",
    "Header",
    "HeaderExample",
    "HeaderFormat",
    "LimitedTimeOffer",
    "NamedExample",
    "Offer",
    "UnknownComponent",
]


class HeaderFormat(enum.Enum):
    """What a header shows."""

    TEXT = "TEXT"
    IMAGE = "IMAGE"
    VIDEO = "VIDEO"
    DOCUMENT = "DOCUMENT"
    GIF = "GIF"
    LOCATION = "LOCATION"
    PRODUCT = "PRODUCT"

    @property
    def is_media(self) -> bool:
        """Whether the header shows an uploaded file, so that creation needs ``example.header_handle``."""
        return self in (HeaderFormat.IMAGE, HeaderFormat.VIDEO, HeaderFormat.DOCUMENT, HeaderFormat.GIF)


@dataclass(frozen=True, slots=True)
class Component(Variant):
    """Any component of a template. Its kind is its class; ``TYPE`` is the vendor's name."""

    WHAT: ClassVar[str] = "component"


@dataclass(frozen=True, slots=True)
class NamedExample(Shape):
    """Sample value of one named parameter."""

    param_name: str
    example: str


@dataclass(frozen=True, slots=True)
class HeaderExample(Shape):
    """Samples for a header: of its parameter, or the handle of an uploaded file.

    A template that is read back holds links in ``header_handle`` that expire; they cannot be submitted again.
    """

    header_text: Texts | None = None
    header_text_named_params: tuple[NamedExample, ...] = ()
    header_handle: Texts | None = None


@dataclass(frozen=True, slots=True)
class Header(Component):
    """The line or picture above the body."""

    TYPE: ClassVar[str] = "HEADER"
    format: HeaderFormat
    text: str | None = None
    example: HeaderExample | None = None

    def needs(self) -> tuple[tuple[str, ...], ...]:
        """A text header needs its text."""
        return (("text",),) if self.format is HeaderFormat.TEXT else ()


@dataclass(frozen=True, slots=True)
class BodyExample(Shape):
    """Sample values of the body's parameters: by position (one row), or by name."""

    body_text: Rows | None = None
    body_text_named_params: tuple[NamedExample, ...] = ()


@dataclass(frozen=True, slots=True)
class Body(Component):
    """The text. An authentication template has none of its own: Meta writes it."""

    TYPE: ClassVar[str] = "BODY"
    text: str | None = None
    add_security_recommendation: bool | None = None
    example: BodyExample | None = None


@dataclass(frozen=True, slots=True)
class Footer(Component):
    """The small line below; ``code_expiration_minutes`` is the authentication template's."""

    TYPE: ClassVar[str] = "FOOTER"
    text: str | None = None
    code_expiration_minutes: int | None = None

    def needs(self) -> tuple[tuple[str, ...], ...]:
        """A text, or the minutes from which Meta writes one."""
        return (("text", "code_expiration_minutes"),)


@dataclass(frozen=True, slots=True)
class Buttons(Component):
    """All buttons of the template."""

    TYPE: ClassVar[str] = "BUTTONS"
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Card(Shape):
    """One card of a carousel: components of its own."""

    LABEL: ClassVar[str] = "carousel card"
    components: tuple[Component, ...]

    @property
    def header(self) -> Header | None:
        """The card's header."""
        return next((item for item in self.components if isinstance(item, Header)), None)

    @property
    def body(self) -> Body | None:
        """The card's body."""
        return next((item for item in self.components if isinstance(item, Body)), None)

    @property
    def buttons(self) -> tuple[Button, ...]:
        """The card's buttons."""
        return next((item.buttons for item in self.components if isinstance(item, Buttons)), ())


@dataclass(frozen=True, slots=True)
class Carousel(Component):
    """Cards that scroll sideways: with pictures or videos, or with products."""

    TYPE: ClassVar[str] = "CAROUSEL"
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Offer(Shape):
    """Text of a limited-time offer, and whether a clock runs."""

    text: str
    has_expiration: bool | None = None


@dataclass(frozen=True, slots=True)
class LimitedTimeOffer(Component):
    """An offer that ends; the time comes when the template is sent."""

    TYPE: ClassVar[str] = "LIMITED_TIME_OFFER"
    limited_time_offer: Offer


@dataclass(frozen=True, slots=True)
class CallPermissionRequest(Component):
    """Asks whether the business may call."""

    TYPE: ClassVar[str] = "call_permission_request"


@dataclass(frozen=True, slots=True)
class UnknownComponent(Component):
    """A component that could not be read, whole. ``type`` is ``""`` where it has none."""

    type: str
    raw: Any = field(hash=False)

    def to_json(self) -> Any:
        """The component as it stood."""
        return copy_json(self.raw)


def _unknown(type: str, raw: Any, place: Place) -> UnknownComponent:
    return UnknownComponent(type, raw, place=place)


Component.UNKNOWN = _unknown
Component.VARIANTS = {
    kind.TYPE.upper(): kind
    for kind in (Header, Body, Footer, Buttons, Carousel, LimitedTimeOffer, CallPermissionRequest)
}
