"""How a conversation meets a person: the channel of the source, or WhatsApp as the plan says it."""

from __future__ import annotations

from bascule.simulator.channels.base import Channel, Shown
from bascule.simulator.channels.source import SourceChannel
from bascule.simulator.channels.whatsapp import WhatsAppChannel

__all__ = ["Channel", "Shown", "SourceChannel", "WhatsAppChannel"]
