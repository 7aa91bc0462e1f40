"""A template: what is sent to create it, and what reading the account's templates adds."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from bascule.source import Place
from bascule.whatsapp.shape import Id, Shape, copy_json
from bascule.whatsapp.templates.buttons import Button
from bascule.whatsapp.templates.components import (
    Body,
    Buttons,
    Carousel,
    Component,
    Footer,
    Header,
    LimitedTimeOffer,
)
from bascule.whatsapp.templates.placeholders import PlaceholderKind, parameters

__all__ = [
    "Category",
    "Page",
    "ParameterFormat",
    "Quality",
    "QualityScore",
    "Template",
    "TemplateList",
    "TemplateStatus",
]

C = TypeVar("C", bound=Component)


class Category(enum.Enum):
    """The category a template is created in; Meta may approve it in another."""

    MARKETING = "MARKETING"
    UTILITY = "UTILITY"
    AUTHENTICATION = "AUTHENTICATION"


class ParameterFormat(enum.Enum):
    """Syntax of the parameters of a whole template."""

    POSITIONAL = "POSITIONAL"
    NAMED = "NAMED"


class TemplateStatus(enum.Enum):
    """Where a template stands in review and in use."""

    APPROVED = "APPROVED"
    PENDING = "PENDING"
    REJECTED = "REJECTED"
    PAUSED = "PAUSED"
    DISABLED = "DISABLED"
    IN_APPEAL = "IN_APPEAL"
    PENDING_DELETION = "PENDING_DELETION"
    DELETED = "DELETED"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    ARCHIVED = "ARCHIVED"


class QualityScore(enum.Enum):
    """What recipients' reactions make of a template."""

    GREEN = "GREEN"
    YELLOW = "YELLOW"
    RED = "RED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Quality(Shape):
    """Quality of a template and when it was rated (seconds since 1970)."""

    LABEL = "quality score"
    score: QualityScore
    date: int | None = None


@dataclass(frozen=True, slots=True)
class Template(Shape):
    """A message template in one language; its key is (``name``, ``language``).

    The members up to ``components`` are the body of ``POST /{WABA}/message_templates``, the others are what
    ``GET`` adds. A category of 2022 reads as its nearest of today.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
    """

    name: str
    language: str
    category: Category | None = None
    parameter_format: ParameterFormat | None = None
    message_send_ttl_seconds: int | None = None
    allow_category_change: bool | None = None
    library_template_name: str | None = None
    library_template_body_inputs: Mapping[str, Any] | None = field(default=None, hash=False)
    library_template_button_inputs: Any = field(default=None, hash=False)
    components: tuple[Component, ...] = ()
    id: Id | None = None
    status: TemplateStatus | None = None
    sub_category: str | None = None
    previous_category: str | None = None
    correct_category: str | None = None
    quality_score: Quality | None = None
    rejected_reason: str | None = None
    is_primary_device_delivery_only: bool | None = None
    cta_url_link_tracking_opted_out: bool | None = None

    @property
    def from_library(self) -> bool:
        """Whether Meta's own collection has the text, so that the template names none."""
        match self:
            case Template(library_template_name=None):
                return False
        return True

    def needs(self) -> tuple[tuple[str, ...], ...]:
        """What creation cannot do without; a template that was read back may show any of its fields."""
        if self.id is not None:
            return ()
        return (("category",), ("components", "library_template_name"))

    def find(self, kind: type[C]) -> C | None:
        """The first component of that class."""
        return next((item for item in self.components if isinstance(item, kind)), None)

    @property
    def key(self) -> tuple[str, str]:
        """Name and language."""
        return self.name, self.language

    @property
    def header(self) -> Header | None:
        """The header, if any."""
        return self.find(Header)

    @property
    def body(self) -> Body | None:
        """The body, if any."""
        return self.find(Body)

    @property
    def body_text(self) -> str:
        """The text of the body; ``""`` where Meta writes it."""
        body = self.find(Body)
        return (body.text or "") if body is not None else ""

    @property
    def footer(self) -> Footer | None:
        """The footer, if any."""
        return self.find(Footer)

    @property
    def buttons(self) -> tuple[Button, ...]:
        """The buttons in their order, without those of cards."""
        component = self.find(Buttons)
        return component.buttons if component is not None else ()

    @property
    def carousel(self) -> Carousel | None:
        """The carousel, if any."""
        return self.find(Carousel)

    @property
    def limited_time_offer(self) -> LimitedTimeOffer | None:
        """The limited-time offer, if any."""
        return self.find(LimitedTimeOffer)

    @property
    def format(self) -> ParameterFormat:
        """The declared parameter format; without one, named if the first parameter of header or body is."""
        if self.parameter_format is not None:
            return self.parameter_format
        header = self.find(Header)
        for text in ((header.text or "") if header else "", self.body_text):
            for item in parameters(text):
                if item.kind is PlaceholderKind.NAMED:
                    return ParameterFormat.NAMED
                if item.kind is PlaceholderKind.POSITIONAL:
                    return ParameterFormat.POSITIONAL
        return ParameterFormat.POSITIONAL

    def creation(self) -> Template:
        """The template without the known members that only reading back adds, so that it can be submitted again.

        Links in ``header_handle`` stay: they expire, and the file has to be uploaded again. Authentication
        templates also need :func:`bascule.whatsapp.templates.authentication.fold`.
        """
        return replace(
            self,
            id=None,
            status=None,
            sub_category=None,
            previous_category=None,
            correct_category=None,
            quality_score=None,
            rejected_reason=None,
            is_primary_device_delivery_only=None,
            allow_category_change=None,
            extra={name: value for name, value in self.extra.items() if value is not None},
        )


@dataclass(frozen=True, slots=True)
class Page(Shape):
    """What stands beside the templates in the answer of the API: cursors, and links to the next page."""

    LABEL = "list of templates"
    paging: Mapping[str, Any] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class TemplateList:
    """The answer of ``GET /{WABA}/message_templates``. ``unread`` holds items that are no templates, by position.

    ``bare`` says that the file was only the list.
    """

    templates: tuple[Template, ...]
    page: Page = Page()
    unread: tuple[tuple[int, Any], ...] = field(default=(), hash=False)
    bare: bool = False
    place: Place | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> Any:
        """The list as the API answers it, or bare as it was read."""
        items: list[Any] = [template.to_json() for template in self.templates]
        for position, raw in self.unread:
            items.insert(position, copy_json(raw))
        return items if self.bare else {"data": items, **self.page.to_json()}
