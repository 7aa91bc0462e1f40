"""The catalogue of Typebot: versions, block types, operators and defaults, as data.

Facts from the builder's API document (https://docs.typebot.io/api-reference/typebot/import) and from the vendor's
public source (https://github.com/baptisteArno/typebot.io, 3.18).
"""

from __future__ import annotations

from bascule.ir.content import MediaKind

__all__ = [
    "BUBBLES",
    "CONDITION",
    "CREDENTIALS",
    "DEFAULT_EXPIRY_HOURS",
    "DEFAULT_RATING",
    "EMBED_VIDEOS",
    "EVENTS",
    "HANDOVERS",
    "INPUTS",
    "JUMPING",
    "LLMS",
    "MEDIA",
    "NOT_OPERATORS",
    "OLD_VERSIONS",
    "OPERATORS",
    "PROVIDED",
    "SERVICES",
    "TRACKERS",
    "TYPES",
    "VERSIONS",
    "WEB_REQUESTS",
]

VERSIONS = ("3", "4", "5", "6", "6.1")
"""Versions the vendor's importer takes (https://docs.typebot.io/api-reference/typebot/import)."""

OLD_VERSIONS = ("1", "2")
"""Generations with ``steps``, which the vendor no longer takes."""

CONDITION = "Condition"
"""The block that branches on comparisons."""

BUBBLES = frozenset({"text", "image", "video", "audio", "embed"})

INPUTS = frozenset(
    {
        *("text input", "number input", "email input", "url input", "date input", "time input", "phone number input"),
        *("choice input", "picture choice input", "payment input", "rating input", "file input", "cards"),
    }
)

WEB_REQUESTS = {"Webhook": "", "Zapier": "Zapier", "Make.com": "Make.com", "Pabbly": "Pabbly"}
"""Blocks that are one HTTP request, with the name of the service where it has one."""

LLMS = frozenset(
    {
        *("OpenAI", "openai", "anthropic", "mistral", "groq", "together-ai", "open-router", "perplexity", "deepseek"),
        *("dify-ai", "chat-node"),
    }
)

SERVICES = {
    "Google Sheets": "google_sheets",
    "Email": "email",
    "gmail": "email",
    "qr-code": "qr_code",
    "elevenlabs": "speech",
    "nocodb": "nocodb",
    "segment": "analytics",
    "posthog": "analytics",
    "blink": "blink",
}
"""Blocks that call a service from the server, with the service's name in the graph."""

TRACKERS = {"Google Analytics": "analytics", "Pixel": "analytics"}
"""Blocks that only run in a web page."""

HANDOVERS = ("Chatwoot", "zendesk")
"""Blocks that open a chat with people."""

JUMPING = ("Jump",)

TYPES = BUBBLES | INPUTS | LLMS | frozenset(WEB_REQUESTS) | frozenset(SERVICES) | frozenset(TRACKERS)
TYPES |= frozenset(HANDOVERS) | frozenset({"cal-com", "start"})
TYPES |= frozenset(
    {
        *("Condition", "Set variable", "Redirect", "Code", "Typebot link", "Wait", "Jump", "AB test", "webhook"),
        "Return",
    }
)

EVENTS = ("start", "command", "reply", "invalidReply")

MEDIA = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}

EMBED_VIDEOS = {
    "youtube": "https://www.youtube.com/watch?v=",
    "vimeo": "https://vimeo.com/",
    "tiktok": "https://www.tiktok.com/embed/v2/",
    "gumlet": "https://play.gumlet.io/embed/",
}
"""Players, and where their film is seen when only its id is in the file."""

OPERATORS = {
    "Equal to": "eq",
    "Not equal": "ne",
    "Contains": "contains",
    "Does not contain": "contains",
    "Greater than": "gt",
    "Greater or equal to": "ge",
    "Less than": "lt",
    "Less or equal to": "le",
    "Is set": "is_blank",
    "Is empty": "is_blank",
    "Starts with": "starts_with",
    "Ends with": "ends_with",
    "Matches regex": "has_pattern",
    "Does not match regex": "has_pattern",
}
"""Comparison operators to tests."""

NOT_OPERATORS = frozenset({"Does not contain", "Is set", "Does not match regex"})
"""Operators that are the opposite of their test."""

PROVIDED = {
    "Contact name": ("contact", "name"),
    "Phone number": ("contact", "phone"),
    "User ID": ("session", "id"),
    "Result ID": ("session", "id"),
    "Transcript": ("session", "transcript"),
    "Referral Click ID": ("session", "referral_click_id"),
    "Referral Source ID": ("session", "referral_source_id"),
    "Device type": ("session", "device_type"),
}
"""Values of ``Set variable`` that the platform knows, and their paths in the graph."""

CREDENTIALS = frozenset({"credentialsId", "proxyCredentialsId", "whatsAppCredentialsId"})
"""Members that name a record of the old platform's own store of credentials."""

DEFAULT_EXPIRY_HOURS = 4
"""How long a session lives on WhatsApp without an answer when the bot does not say (packages/settings)."""

DEFAULT_RATING = 10
"""Highest rating when the block does not say (packages/blocks/inputs)."""
