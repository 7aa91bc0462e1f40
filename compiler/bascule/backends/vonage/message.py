"""Meta's messages as Vonage's Messages API takes them; what it has no shape for goes through as a ``custom`` object.

https://developer.vonage.com/api/messages ; https://developer.vonage.com/messages/concepts/custom-objects
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bascule.backends.cloud.parts import Unfit

__all__ = ["NAMESPACE", "message_of", "template_of"]

NAMESPACE = "{{VONAGE_TEMPLATE_NAMESPACE}}"
_CUSTOM = ("interactive", "location", "contacts")


def template_of(data: dict[str, Any]) -> dict[str, Any]:
    """A template send. Texts of the body have a shape of their own; headers, buttons and names go as ``custom``."""
    template = data["template"]
    components = template.get("components", [])
    parameters = [item for component in components for item in component.get("parameters", [])]
    plain = all(component["type"] == "body" for component in components)
    if not plain or any(item["type"] != "text" or "parameter_name" in item for item in parameters):
        language = {"policy": "deterministic", **template["language"]}
        return {
            "message_type": "custom",
            "custom": {"type": "template", "template": {**template, "language": language}},
        }
    named: dict[str, Any] = {"name": f"{NAMESPACE}:{template['name']}"}
    if parameters:
        named["parameters"] = [item["text"] for item in parameters]
    locale = {"policy": "deterministic", "locale": template["language"]["code"]}
    return {"message_type": "template", "template": named, "whatsapp": locale}


def message_of(data: dict[str, Any], lost: Callable[[str, str, str], None]) -> dict[str, Any]:
    """A free-form message. ``lost`` takes what the person sees less of: construct, reason, alternative.

    Raises :class:`Unfit` for a file that is named only by the id of an upload at Meta, and for unknown types.
    """
    kind = data["type"]
    if kind in _CUSTOM:
        return {"message_type": "custom", "custom": {"type": kind, kind: data[kind]}}
    content = data[kind]
    if kind == "text":
        if content.get("preview_url"):
            lost("link preview", "Messages API has no member that asks for it", "show the link as a button")
        return {"message_type": "text", "text": content["body"]}
    if kind not in _MEDIA:
        raise Unfit(f"a message of type {kind}")
    if not content.get("link"):
        raise Unfit(f"{kind} by the id of an upload")
    if content.get("voice"):
        lost("voice message", "Messages API shows it as a sound file", "nothing: the sound is the same")
    name, members = _MEDIA[kind]
    return {"message_type": name, name: {ours: content[theirs] for theirs, ours in members if content.get(theirs)}}


_MEDIA: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "image": ("image", (("link", "url"), ("caption", "caption"))),
    "video": ("video", (("link", "url"), ("caption", "caption"))),
    "document": ("file", (("link", "url"), ("caption", "caption"), ("filename", "name"))),
    "audio": ("audio", (("link", "url"),)),
    "sticker": ("sticker", (("link", "url"),)),
}
