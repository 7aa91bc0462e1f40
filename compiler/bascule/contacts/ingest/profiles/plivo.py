"""Plivo: message records, as JSON of the API and as the console's CSV (the same names in title case).

Records hold no text, so words such as STOP cannot be found in them; sends that an opt-out blocked can (error 200).
"""

from __future__ import annotations

from bascule.contacts.ingest.profile import Field, Log, Profile, fields
from bascule.contacts.rows import Kind

PROFILES = (
    Profile(
        name="plivo-messages",
        platform="plivo",
        title="Plivo message records",
        kind=Kind.MESSAGE,
        required=(("messageuuid",), ("fromnumber", "from"), ("tonumber", "to"), ("messagedirection", "direction")),
        typical=("messagestate", "messagetime", "messagetype", "resourceuri", "totalrate", "units", "powerpackid"),
        fields=fields(
            direction=("message_direction", "direction"),
            occurred_at=("message_time", "message_sent_time", "time", "message_updated_time"),
            message_id="message_uuid",
            message_status=("message_state", "state", "status"),
            error_code=Field(("error_code",), {"000": "", "0": ""}),
            channel=Field(("message_type", "type"), {"sms": "sms", "mms": "sms", "whatsapp": "whatsapp"}),
        ),
        log=Log(sender=("fromnumber", "from"), recipient=("tonumber", "to"), blocked=("200",)),
        constants={"channel": "sms"},
        international=True,
        source="https://www.plivo.com/docs/messaging/api/message/retrieve-a-message",
    ),
)
