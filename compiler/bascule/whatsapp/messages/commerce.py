"""Interactive messages of a catalog (one product, several, all of it) and carousels.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import ClassVar, Literal

from bascule.whatsapp.messages.interactive import (
    CtaUrlParameters,
    Interactive,
    InteractiveHeader,
    Reply,
    TextPart,
)
from bascule.whatsapp.shape import Id, Shape

__all__ = [
    "CardAction",
    "CardQuickReply",
    "CardType",
    "CarouselAction",
    "CarouselCard",
    "CarouselMessage",
    "CatalogAction",
    "CatalogMessage",
    "CatalogParameters",
    "ProductAction",
    "ProductItem",
    "ProductListAction",
    "ProductListMessage",
    "ProductMessage",
    "ProductSection",
]


@dataclass(frozen=True, slots=True)
class ProductAction(Shape):
    """One product of a catalog."""

    LABEL: ClassVar[str] = "action"
    catalog_id: Id
    product_retailer_id: Id


@dataclass(frozen=True, slots=True)
class ProductMessage(Interactive):
    """Shows one product."""

    TYPE: ClassVar[str] = "product"
    action: ProductAction
    body: TextPart | None = None
    footer: TextPart | None = None


@dataclass(frozen=True, slots=True)
class ProductItem(Shape):
    """A product by its id in the catalog."""

    product_retailer_id: Id


@dataclass(frozen=True, slots=True)
class ProductSection(Shape):
    """Products under a title."""

    product_items: tuple[ProductItem, ...]
    title: str | None = None


@dataclass(frozen=True, slots=True)
class ProductListAction(Shape):
    """Products of a catalog in sections."""

    LABEL: ClassVar[str] = "action"
    catalog_id: Id
    sections: tuple[ProductSection, ...]


@dataclass(frozen=True, slots=True)
class ProductListMessage(Interactive):
    """Shows several products; the header is a text."""

    TYPE: ClassVar[str] = "product_list"
    body: TextPart
    action: ProductListAction
    header: InteractiveHeader | None = None
    footer: TextPart | None = None

    def needs(self) -> tuple[tuple[str, ...], ...]:
        """A header."""
        return (("header",),)


@dataclass(frozen=True, slots=True)
class CatalogParameters(Shape):
    """The product whose picture is shown."""

    thumbnail_product_retailer_id: Id | None = None


@dataclass(frozen=True, slots=True)
class CatalogAction(Shape):
    """Opens the catalog."""

    LABEL: ClassVar[str] = "action"
    name: Literal["catalog_message"] = "catalog_message"
    parameters: CatalogParameters | None = None


@dataclass(frozen=True, slots=True)
class CatalogMessage(Interactive):
    """A button that opens the catalog."""

    TYPE: ClassVar[str] = "catalog_message"
    body: TextPart
    action: CatalogAction = CatalogAction()
    footer: TextPart | None = None


class CardType(enum.Enum):
    """Kind of a carousel card. Cards with quick replies are also sent as ``cta_url``."""

    CTA_URL = "cta_url"
    QUICK_REPLY = "quick_reply"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class CardQuickReply(Shape):
    """A quick reply of a card."""

    quick_reply: Reply
    type: Literal["quick_reply"] = "quick_reply"


@dataclass(frozen=True, slots=True)
class CardAction(Shape):
    """A link, quick replies, or a product of a catalog."""

    LABEL: ClassVar[str] = "action"
    name: Literal["cta_url"] | None = None
    parameters: CtaUrlParameters | None = None
    buttons: tuple[CardQuickReply, ...] = ()
    catalog_id: Id | None = None
    product_retailer_id: Id | None = None

    def needs(self) -> tuple[tuple[str, ...], ...]:
        """One of the three."""
        return (("parameters", "buttons", "product_retailer_id"),)


@dataclass(frozen=True, slots=True)
class CarouselCard(Shape):
    """One card; ``card_index`` counts from 0."""

    card_index: int
    action: CardAction
    type: CardType | None = None
    header: InteractiveHeader | None = None
    body: TextPart | None = None


@dataclass(frozen=True, slots=True)
class CarouselAction(Shape):
    """The cards."""

    LABEL: ClassVar[str] = "action"
    cards: tuple[CarouselCard, ...]


@dataclass(frozen=True, slots=True)
class CarouselMessage(Interactive):
    """Cards that scroll sideways, with pictures or products."""

    TYPE: ClassVar[str] = "carousel"
    body: TextPart
    action: CarouselAction


Interactive.VARIANTS = {
    **Interactive.VARIANTS,
    **{kind.TYPE.upper(): kind for kind in (ProductMessage, ProductListMessage, CatalogMessage, CarouselMessage)},
}
