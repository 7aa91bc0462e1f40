"""A message as it is sent: ``POST /{PHONE_NUMBER_ID}/messages``."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any, Literal

from bascule.whatsapp.messages.content import Content, ReadReceipt, UnknownContent
from bascule.whatsapp.shape import ABSENT, Id, Shape

__all__ = ["Context", "Message", "RecipientType"]


class RecipientType(enum.Enum):
    """Whom ``to`` names."""

    INDIVIDUAL = "individual"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Context(Shape):
    """The message that is answered."""

    message_id: str


@dataclass(frozen=True, slots=True)
class Message(Shape):
    """One message, or one read receipt, to one recipient.

    ``to`` is a phone number (write E.164 with ``+``), ``recipient`` a business-scoped user id; with both, ``to``
    wins. Run-time values stand as ``{{name}}`` in its texts. A message that goes into a plan or a flow has neither.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
    """

    content: Content = field(metadata={"json": False})
    messaging_product: Literal["whatsapp"] = "whatsapp"
    recipient_type: RecipientType | None = None
    to: Id | None = None
    recipient: str | None = None
    context: Context | None = None
    biz_opaque_callback_data: str | None = None
    product_policy: str | None = None
    message_activity_sharing: bool | None = None

    @property
    def kind(self) -> str:
        """The ``type`` of the message; ``status`` for a read receipt."""
        return self.content.kind

    def to_json(self) -> dict[str, Any]:
        """The request body, in a fixed order of members; shares nothing with this value."""
        envelope: dict[str, Any] = super(Message, self).to_json()
        content = self.content
        if isinstance(content, ReadReceipt):
            return {**envelope, **content.to_json()}
        last = {"biz_opaque_callback_data", "product_policy", "message_activity_sharing", *self.extra}
        out = {name: value for name, value in envelope.items() if name not in last}
        written = self.written.get("type")
        if written is None or written.value != content.kind:
            out["type"] = content.kind
        elif written.raw is not ABSENT:
            out["type"] = written.raw
        if not isinstance(content, UnknownContent) or content.present:
            out[content.kind] = content.to_json()
        return {**out, **{name: value for name, value in envelope.items() if name in last}}
