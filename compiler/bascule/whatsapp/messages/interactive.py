"""Interactive messages: reply buttons, lists, links, location, address, flows, calls.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from bascule.source import Place
from bascule.whatsapp.messages.content import Content, Document, Image, Video
from bascule.whatsapp.reader import Reader
from bascule.whatsapp.shape import Id, Shape, Variant, copy_json, read_variant

__all__ = [
    "AddressAction",
    "AddressMessage",
    "AddressParameters",
    "CallPermission",
    "CallPermissionAction",
    "CtaUrl",
    "CtaUrlAction",
    "CtaUrlParameters",
    "FlowMessage",
    "FlowMessageAction",
    "FlowMode",
    "FlowParameters",
    "FlowPayload",
    "HeaderType",
    "Interactive",
    "InteractiveHeader",
    "ListAction",
    "ListMessage",
    "LocationRequest",
    "LocationRequestAction",
    "PaymentInteractive",
    "Reply",
    "ReplyButton",
    "ReplyButtons",
    "ReplyButtonsAction",
    "Row",
    "Section",
    "TextPart",
    "UnknownInteractive",
    "VoiceCall",
    "VoiceCallAction",
    "VoiceCallParameters",
]


_PAYMENTS = frozenset({"ORDER_DETAILS", "ORDER_STATUS"})


class HeaderType(enum.Enum):
    """What the header of an interactive message shows."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class TextPart(Shape):
    """A body or a footer."""

    text: str


@dataclass(frozen=True, slots=True)
class InteractiveHeader(Shape):
    """The header: a text, or a file of its type."""

    LABEL: ClassVar[str] = "header"
    type: HeaderType
    text: str | None = None
    image: Image | None = None
    video: Video | None = None
    document: Document | None = None

    def needs(self) -> tuple[tuple[str, ...], ...]:
        """The member that the type names."""
        return ((self.type.value,),)


@dataclass(frozen=True, slots=True)
class Interactive(Variant, Content):
    """Any interactive message. Its kind is its class; ``TYPE`` is the vendor's name."""

    WHAT: ClassVar[str] = "interactive"
    KIND: ClassVar[str] = "interactive"

    @classmethod
    def read(cls, raw: Any, place: Place, reader: Reader) -> Any:
        """Read the variant that ``type`` names; never None."""
        kind = raw.get("type") if isinstance(raw, dict) else None
        if isinstance(kind, str) and kind.upper() in _PAYMENTS:
            return PaymentInteractive(kind, raw, place=place)
        return read_variant(Interactive, raw, place, reader)

    @property
    def body_text(self) -> str:
        """The text of the body; ``""`` where there is none."""
        body = getattr(self, "body", None)
        return body.text if isinstance(body, TextPart) else ""


@dataclass(frozen=True, slots=True)
class Reply(Shape):
    """What a reply button sends back (``id``) and shows (``title``)."""

    id: Id
    title: str


@dataclass(frozen=True, slots=True)
class ReplyButton(Shape):
    """A reply button."""

    reply: Reply
    type: Literal["reply"] = "reply"


@dataclass(frozen=True, slots=True)
class ReplyButtonsAction(Shape):
    """The buttons."""

    LABEL: ClassVar[str] = "action"
    buttons: tuple[ReplyButton, ...]


@dataclass(frozen=True, slots=True)
class ReplyButtons(Interactive):
    """Up to three reply buttons."""

    TYPE: ClassVar[str] = "button"
    body: TextPart
    action: ReplyButtonsAction
    header: InteractiveHeader | None = None
    footer: TextPart | None = None


@dataclass(frozen=True, slots=True)
class Row(Shape):
    """One row of a list."""

    id: Id
    title: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Section(Shape):
    """Rows under a title, which may be left out when there is one section."""

    rows: tuple[Row, ...]
    title: str | None = None


@dataclass(frozen=True, slots=True)
class ListAction(Shape):
    """The button that opens the list, and its sections."""

    LABEL: ClassVar[str] = "action"
    button: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class ListMessage(Interactive):
    """A list of rows behind a button."""

    TYPE: ClassVar[str] = "list"
    body: TextPart
    action: ListAction
    header: InteractiveHeader | None = None
    footer: TextPart | None = None


@dataclass(frozen=True, slots=True)
class CtaUrlParameters(Shape):
    """Label and target of a link button."""

    display_text: str
    url: str


@dataclass(frozen=True, slots=True)
class CtaUrlAction(Shape):
    """The link button."""

    LABEL: ClassVar[str] = "action"
    parameters: CtaUrlParameters
    name: Literal["cta_url"] = "cta_url"


@dataclass(frozen=True, slots=True)
class CtaUrl(Interactive):
    """A button that opens a web page."""

    TYPE: ClassVar[str] = "cta_url"
    body: TextPart
    action: CtaUrlAction
    header: InteractiveHeader | None = None
    footer: TextPart | None = None


@dataclass(frozen=True, slots=True)
class LocationRequestAction(Shape):
    """Asks for the location."""

    LABEL: ClassVar[str] = "action"
    name: Literal["send_location"] = "send_location"


@dataclass(frozen=True, slots=True)
class LocationRequest(Interactive):
    """Asks the user to share the location."""

    TYPE: ClassVar[str] = "location_request_message"
    body: TextPart
    action: LocationRequestAction = LocationRequestAction()


@dataclass(frozen=True, slots=True)
class AddressParameters(Shape):
    """Country of the form; values to fill in, saved addresses, errors of an earlier answer."""

    country: str
    values: Mapping[str, Any] | None = field(default=None, hash=False)
    saved_addresses: Any = field(default=None, hash=False)
    validation_errors: Mapping[str, Any] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class AddressAction(Shape):
    """The address form."""

    LABEL: ClassVar[str] = "action"
    parameters: AddressParameters
    name: Literal["address_message"] = "address_message"


@dataclass(frozen=True, slots=True)
class AddressMessage(Interactive):
    """Asks for a postal address (India)."""

    TYPE: ClassVar[str] = "address_message"
    body: TextPart
    action: AddressAction
    header: InteractiveHeader | None = None
    footer: TextPart | None = None


class FlowMode(enum.Enum):
    """Whether a draft of the Flow is sent."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class FlowPayload(Shape):
    """The first screen and its data."""

    screen: str | None = None
    data: Mapping[str, Any] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class FlowParameters(Shape):
    """Which Flow, with what label and token."""

    flow_cta: str
    flow_message_version: Id
    flow_token: str | None = None
    flow_id: Id | None = None
    flow_name: str | None = None
    flow_action: Literal["navigate", "data_exchange"] | None = None
    flow_action_payload: FlowPayload | None = None
    mode: FlowMode | None = None

    def needs(self) -> tuple[tuple[str, ...], ...]:
        """The Flow, by id or by name."""
        return (("flow_id", "flow_name"),)


@dataclass(frozen=True, slots=True)
class FlowMessageAction(Shape):
    """The Flow to open."""

    LABEL: ClassVar[str] = "action"
    parameters: FlowParameters
    name: Literal["flow"] = "flow"


@dataclass(frozen=True, slots=True)
class FlowMessage(Interactive):
    """A button that opens a WhatsApp Flow."""

    TYPE: ClassVar[str] = "flow"
    body: TextPart
    action: FlowMessageAction
    header: InteractiveHeader | None = None
    footer: TextPart | None = None


@dataclass(frozen=True, slots=True)
class VoiceCallParameters(Shape):
    """Label, lifetime in minutes, and a text that comes back with the call."""

    display_text: str | None = None
    ttl_minutes: int | None = None
    payload: str | None = None


@dataclass(frozen=True, slots=True)
class VoiceCallAction(Shape):
    """Calls the business."""

    LABEL: ClassVar[str] = "action"
    name: Literal["voice_call"] = "voice_call"
    parameters: VoiceCallParameters | None = None


@dataclass(frozen=True, slots=True)
class VoiceCall(Interactive):
    """A button that calls the business on WhatsApp."""

    TYPE: ClassVar[str] = "voice_call"
    body: TextPart
    action: VoiceCallAction = VoiceCallAction()


@dataclass(frozen=True, slots=True)
class CallPermissionAction(Shape):
    """Asks for the permission."""

    LABEL: ClassVar[str] = "action"
    name: Literal["call_permission_request"] = "call_permission_request"


@dataclass(frozen=True, slots=True)
class CallPermission(Interactive):
    """Asks whether the business may call."""

    TYPE: ClassVar[str] = "call_permission_request"
    body: TextPart | None = None
    action: CallPermissionAction = CallPermissionAction()


@dataclass(frozen=True, slots=True)
class UnknownInteractive(Interactive):
    """An interactive message that could not be read, whole. ``type`` is ``""`` where it has none."""

    type: str
    raw: Any = field(hash=False)

    def to_json(self) -> Any:
        """The message as it stood."""
        return copy_json(self.raw)


@dataclass(frozen=True, slots=True)
class PaymentInteractive(UnknownInteractive):
    """A payment message (``order_details``, ``order_status``), kept whole: payments are out of scope."""

    LABEL: ClassVar[str] = "payment message"


def _unknown(type: str, raw: Any, place: Place) -> UnknownInteractive:
    return UnknownInteractive(type, raw, place=place)


Interactive.UNKNOWN = _unknown
Interactive.VARIANTS = {
    kind.TYPE.upper(): kind
    for kind in (
        ReplyButtons,
        ListMessage,
        CtaUrl,
        LocationRequest,
        AddressMessage,
        FlowMessage,
        VoiceCall,
        CallPermission,
    )
}
