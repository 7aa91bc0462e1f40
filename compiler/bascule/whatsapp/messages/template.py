"""Sending a template: which one, and the values of its parameters.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bascule.source import Place
from bascule.whatsapp.messages.commerce import ProductSection
from bascule.whatsapp.messages.content import Content, Document, Image, Location, Video
from bascule.whatsapp.shape import Id, Index, Shape, Variant, copy_json

__all__ = [
    "ActionParameter",
    "ActionValues",
    "BodyValues",
    "ButtonSubType",
    "ButtonValues",
    "CardValues",
    "CarouselValues",
    "CouponCodeParameter",
    "Currency",
    "CurrencyParameter",
    "DateTime",
    "DateTimeParameter",
    "DocumentParameter",
    "GifParameter",
    "HeaderValues",
    "ImageParameter",
    "LanguageChoice",
    "LimitedTimeOfferParameter",
    "LimitedTimeOfferValues",
    "LocationParameter",
    "OfferEnd",
    "Parameter",
    "PayloadParameter",
    "ProductParameter",
    "ProductReference",
    "TapTarget",
    "TapTargetParameter",
    "TapTargetValues",
    "TemplateMessage",
    "TextParameter",
    "TtlMinutesParameter",
    "UnknownParameter",
    "UnknownValues",
    "Values",
    "VideoParameter",
]


@dataclass(frozen=True, slots=True)
class Parameter(Variant):
    """Any value given to a template. Its kind is its class; ``TYPE`` is the vendor's name."""

    WHAT: ClassVar[str] = "parameter"


@dataclass(frozen=True, slots=True)
class TextParameter(Parameter):
    """A text; ``parameter_name`` in templates with named parameters."""

    TYPE: ClassVar[str] = "text"
    text: str
    parameter_name: str | None = None


@dataclass(frozen=True, slots=True)
class Currency(Shape):
    """An amount in thousandths, and what is shown where it cannot be formatted."""

    fallback_value: str
    code: str
    amount_1000: int


@dataclass(frozen=True, slots=True)
class CurrencyParameter(Parameter):
    """An amount of money."""

    TYPE: ClassVar[str] = "currency"
    currency: Currency
    parameter_name: str | None = None


@dataclass(frozen=True, slots=True)
class DateTime(Shape):
    """A date. Only ``fallback_value`` is shown; the parts are of the former on-premises API."""

    fallback_value: str
    calendar: str | None = None
    year: int | None = None
    month: int | None = None
    day_of_month: int | None = None
    day_of_week: Any = None
    hour: int | None = None
    minute: int | None = None
    timestamp: int | None = None


@dataclass(frozen=True, slots=True)
class DateTimeParameter(Parameter):
    """A date or time."""

    TYPE: ClassVar[str] = "date_time"
    date_time: DateTime
    parameter_name: str | None = None


@dataclass(frozen=True, slots=True)
class ImageParameter(Parameter):
    """The picture of a header."""

    TYPE: ClassVar[str] = "image"
    image: Image


@dataclass(frozen=True, slots=True)
class VideoParameter(Parameter):
    """The film of a header."""

    TYPE: ClassVar[str] = "video"
    video: Video


@dataclass(frozen=True, slots=True)
class GifParameter(Parameter):
    """The GIF (an mp4 file) of a header."""

    TYPE: ClassVar[str] = "gif"
    gif: Video


@dataclass(frozen=True, slots=True)
class DocumentParameter(Parameter):
    """The document of a header."""

    TYPE: ClassVar[str] = "document"
    document: Document


@dataclass(frozen=True, slots=True)
class LocationParameter(Parameter):
    """The place of a location header."""

    TYPE: ClassVar[str] = "location"
    location: Location


@dataclass(frozen=True, slots=True)
class ProductReference(Shape):
    """A product of a catalog."""

    product_retailer_id: Id
    catalog_id: Id | None = None


@dataclass(frozen=True, slots=True)
class ProductParameter(Parameter):
    """The product of a product header."""

    TYPE: ClassVar[str] = "product"
    product: ProductReference


@dataclass(frozen=True, slots=True)
class PayloadParameter(Parameter):
    """What a quick reply or a call sends back."""

    TYPE: ClassVar[str] = "payload"
    payload: str


@dataclass(frozen=True, slots=True)
class TtlMinutesParameter(Parameter):
    """How long a call button works."""

    TYPE: ClassVar[str] = "ttl_minutes"
    ttl_minutes: int


@dataclass(frozen=True, slots=True)
class CouponCodeParameter(Parameter):
    """The code of a copy-code button."""

    TYPE: ClassVar[str] = "coupon_code"
    coupon_code: str


@dataclass(frozen=True, slots=True)
class ActionValues(Shape):
    """Values of a flow, catalog or multi-product button."""

    LABEL: ClassVar[str] = "action"
    flow_token: str | None = None
    flow_action_data: Mapping[str, Any] | None = field(default=None, hash=False)
    thumbnail_product_retailer_id: Id | None = None
    sections: tuple[ProductSection, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionParameter(Parameter):
    """What a flow, catalog or multi-product button opens with."""

    TYPE: ClassVar[str] = "action"
    action: ActionValues


@dataclass(frozen=True, slots=True)
class OfferEnd(Shape):
    """When an offer ends, in milliseconds since 1970."""

    expiration_time_ms: int


@dataclass(frozen=True, slots=True)
class LimitedTimeOfferParameter(Parameter):
    """When a limited-time offer ends."""

    TYPE: ClassVar[str] = "limited_time_offer"
    limited_time_offer: OfferEnd


@dataclass(frozen=True, slots=True)
class TapTarget(Shape):
    """Where a tap on the picture leads."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class TapTargetParameter(Parameter):
    """Where a tap on the picture leads (verified high-quality accounts only)."""

    TYPE: ClassVar[str] = "tap_target_configuration"
    tap_target_configuration: tuple[TapTarget, ...]


@dataclass(frozen=True, slots=True)
class UnknownParameter(Parameter):
    """A parameter that could not be read, whole. ``type`` is ``""`` where it has none."""

    type: str
    raw: Any = field(hash=False)

    def to_json(self) -> Any:
        """The parameter as it stood."""
        return copy_json(self.raw)


@dataclass(frozen=True, slots=True)
class Values(Variant):
    """Values of one component of a template."""

    WHAT: ClassVar[str] = "component"


@dataclass(frozen=True, slots=True)
class HeaderValues(Values):
    """Values of the header."""

    TYPE: ClassVar[str] = "header"
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class BodyValues(Values):
    """Values of the body, in the order of its parameters or by name."""

    TYPE: ClassVar[str] = "body"
    parameters: tuple[Parameter, ...] = ()


class ButtonSubType(enum.Enum):
    """Kind of the button that gets a value."""

    QUICK_REPLY = "quick_reply"
    URL = "url"
    COPY_CODE = "copy_code"
    FLOW = "flow"
    CATALOG = "catalog"
    MPM = "mpm"
    SPM = "spm"
    VOICE_CALL = "voice_call"
    ORDER_DETAILS = "order_details"


@dataclass(frozen=True, slots=True)
class ButtonValues(Values):
    """Values of the button at ``index``, counted from 0 in the approved template."""

    TYPE: ClassVar[str] = "button"
    sub_type: ButtonSubType
    index: Index
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class LimitedTimeOfferValues(Values):
    """Values of a limited-time offer."""

    TYPE: ClassVar[str] = "limited_time_offer"
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class TapTargetValues(Values):
    """Where a tap on the picture leads."""

    TYPE: ClassVar[str] = "tap_target_configuration"
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class CardValues(Shape):
    """Values of one card; ``card_index`` counts from 0."""

    LABEL: ClassVar[str] = "carousel card"
    card_index: int
    components: tuple[Values, ...] = ()


@dataclass(frozen=True, slots=True)
class CarouselValues(Values):
    """Values of the cards of a carousel."""

    TYPE: ClassVar[str] = "carousel"
    cards: tuple[CardValues, ...]


@dataclass(frozen=True, slots=True)
class UnknownValues(Values):
    """A component that could not be read, whole. ``type`` is ``""`` where it has none."""

    type: str
    raw: Any = field(hash=False)

    def to_json(self) -> Any:
        """The component as it stood."""
        return copy_json(self.raw)


@dataclass(frozen=True, slots=True)
class LanguageChoice(Shape):
    """Language of the template; ``policy`` is always ``deterministic``."""

    LABEL: ClassVar[str] = "language"
    code: str
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class TemplateMessage(Content):
    """An approved template with its values."""

    KIND: ClassVar[str] = "template"
    name: str
    language: LanguageChoice
    components: tuple[Values, ...] = ()


def _unknown_parameter(type: str, raw: Any, place: Place) -> UnknownParameter:
    return UnknownParameter(type, raw, place=place)


def _unknown_values(type: str, raw: Any, place: Place) -> UnknownValues:
    return UnknownValues(type, raw, place=place)


Parameter.UNKNOWN = _unknown_parameter
Parameter.VARIANTS = {
    kind.TYPE.upper(): kind
    for kind in (
        TextParameter,
        CurrencyParameter,
        DateTimeParameter,
        ImageParameter,
        VideoParameter,
        GifParameter,
        DocumentParameter,
        LocationParameter,
        ProductParameter,
        PayloadParameter,
        TtlMinutesParameter,
        CouponCodeParameter,
        ActionParameter,
        LimitedTimeOfferParameter,
        TapTargetParameter,
    )
}
Values.UNKNOWN = _unknown_values
Values.VARIANTS = {
    kind.TYPE.upper(): kind
    for kind in (
        HeaderValues,
        BodyValues,
        ButtonValues,
        LimitedTimeOfferValues,
        TapTargetValues,
        CarouselValues,
    )
}
