"""Buttons of a template, one shape for each kind.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bascule.source import Place
from bascule.whatsapp.shape import Id, OneText, Shape, Texts, Variant, copy_json

__all__ = [
    "AppButton",
    "Button",
    "CatalogButton",
    "CopyCodeButton",
    "FlowAction",
    "FlowButton",
    "FlowIcon",
    "MpmButton",
    "OtpButton",
    "OtpType",
    "PhoneNumberButton",
    "QuickReplyButton",
    "RequestContactInfoButton",
    "SpmButton",
    "SupportedApp",
    "UnknownButton",
    "UrlButton",
    "VoiceCallButton",
]


class OtpType(enum.Enum):
    """How a one-time code gets from the message into the app."""

    COPY_CODE = "COPY_CODE"
    ONE_TAP = "ONE_TAP"
    ZERO_TAP = "ZERO_TAP"


class FlowAction(enum.Enum):
    """What the first screen of a WhatsApp Flow does."""

    NAVIGATE = "navigate"
    DATA_EXCHANGE = "data_exchange"


class FlowIcon(enum.Enum):
    """Icon of a Flow button."""

    DOCUMENT = "DOCUMENT"
    PROMOTION = "PROMOTION"
    REVIEW = "REVIEW"


@dataclass(frozen=True, slots=True)
class Button(Variant):
    """Any button of a template. Its kind is its class; ``TYPE`` is the vendor's name."""

    WHAT: ClassVar[str] = "button"

    @property
    def label_text(self) -> str:
        """The words on the button; ``""`` where WhatsApp writes them."""
        text = getattr(self, "text", None)
        return text if isinstance(text, str) else ""


@dataclass(frozen=True, slots=True)
class QuickReplyButton(Button):
    """Answers with its own text; the payload comes at send time."""

    TYPE: ClassVar[str] = "QUICK_REPLY"
    text: str


@dataclass(frozen=True, slots=True)
class UrlButton(Button):
    """Opens a web page. A parameter may stand at the end of ``url``; ``example`` then shows it filled."""

    TYPE: ClassVar[str] = "URL"
    LABEL: ClassVar[str] = "URL button"
    text: str
    url: str
    example: Texts | None = None
    app_deep_link: Mapping[str, Any] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class PhoneNumberButton(Button):
    """Calls a number by telephone."""

    TYPE: ClassVar[str] = "PHONE_NUMBER"
    text: str
    phone_number: Id


@dataclass(frozen=True, slots=True)
class CopyCodeButton(Button):
    """Copies a coupon code; WhatsApp writes the label. ``text`` is there only in templates that are read back."""

    TYPE: ClassVar[str] = "COPY_CODE"
    text: str | None = None
    example: OneText | None = None


@dataclass(frozen=True, slots=True)
class FlowButton(Button):
    """Opens a WhatsApp Flow, named by exactly one of ``flow_id``, ``flow_name`` and ``flow_json`` (a JSON text)."""

    TYPE: ClassVar[str] = "FLOW"
    text: str
    flow_id: Id | None = None
    flow_name: str | None = None
    flow_json: str | None = None
    flow_action: FlowAction | None = None
    navigate_screen: str | None = None
    icon: FlowIcon | None = None

    def needs(self) -> tuple[tuple[str, ...], ...]:
        """One of the three ways to name the Flow."""
        return (("flow_id", "flow_name", "flow_json"),)


@dataclass(frozen=True, slots=True)
class CatalogButton(Button):
    """Opens the business's catalog; the text is fixed."""

    TYPE: ClassVar[str] = "CATALOG"
    text: str


@dataclass(frozen=True, slots=True)
class MpmButton(Button):
    """Shows several products; the text is fixed."""

    TYPE: ClassVar[str] = "MPM"
    LABEL: ClassVar[str] = "multi-product button"
    text: str


@dataclass(frozen=True, slots=True)
class SpmButton(Button):
    """Shows one product; the text is fixed."""

    TYPE: ClassVar[str] = "SPM"
    LABEL: ClassVar[str] = "single-product button"
    text: str


@dataclass(frozen=True, slots=True)
class VoiceCallButton(Button):
    """Calls the business on WhatsApp."""

    TYPE: ClassVar[str] = "VOICE_CALL"
    text: str
    ttl_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class RequestContactInfoButton(Button):
    """Asks the user for the phone number; WhatsApp writes the label."""

    TYPE: ClassVar[str] = "REQUEST_CONTACT_INFO"
    text: str | None = None


@dataclass(frozen=True, slots=True)
class SupportedApp(Shape):
    """An Android app that may receive a one-time code. ``signature_hash`` is the app's key hash."""

    package_name: str
    signature_hash: str


@dataclass(frozen=True, slots=True)
class OtpButton(Button):
    """Copies or hands over a one-time code. ``package_name`` and ``signature_hash`` are the form before v21.0."""

    TYPE: ClassVar[str] = "OTP"
    LABEL: ClassVar[str] = "OTP button"
    otp_type: OtpType
    text: str | None = None
    autofill_text: str | None = None
    zero_tap_terms_accepted: bool | None = None
    supported_apps: tuple[SupportedApp, ...] = ()
    package_name: str | None = None
    signature_hash: str | None = None


@dataclass(frozen=True, slots=True)
class AppButton(Button):
    """Opens an app by deep link (Marketing Messages API only)."""

    TYPE: ClassVar[str] = "APP"
    text: str
    app_deep_link: Mapping[str, Any] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class UnknownButton(Button):
    """A button that could not be read, whole. ``type`` is ``""`` where it has none."""

    type: str
    raw: Any = field(hash=False)

    def to_json(self) -> Any:
        """The button as it stood."""
        return copy_json(self.raw)


def _unknown(type: str, raw: Any, place: Place) -> UnknownButton:
    return UnknownButton(type, raw, place=place)


Button.UNKNOWN = _unknown
Button.VARIANTS = {
    kind.TYPE: kind
    for kind in (
        QuickReplyButton,
        UrlButton,
        PhoneNumberButton,
        CopyCodeButton,
        FlowButton,
        CatalogButton,
        MpmButton,
        SpmButton,
        VoiceCallButton,
        RequestContactInfoButton,
        OtpButton,
        AppButton,
    )
}
