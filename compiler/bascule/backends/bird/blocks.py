"""Bird's channel templates (2023 platform): one project, blocks for each language.

https://docs.bird.com/api/touchpoints-api/api-reference/message-templates
https://docs.bird.com/api/touchpoints-api/supported-projects/whatsapp-approved-message-templates/blocks-documentation
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bascule.backends.bird.keys import Keys
from bascule.backends.cloud import TemplateBody
from bascule.backends.cloud.parts import (
    Missing,
    Unfit,
    buttons_of,
    components_of,
    file_address,
    filled,
    link_sample,
    media_sample,
    sample_setting,
    sample_texts,
)

__all__ = ["ChannelTemplate", "channel_template", "locale_of"]

_GROUP = "{{BIRD_CHANNEL_GROUP_ID}}"
_ORDER = ("URL", "PHONE_NUMBER", "QUICK_REPLY")
"""Bird takes links first, then calls, then replies."""


@dataclass
class ChannelTemplate:
    """A body that creates a channel template. ``missing`` are samples that have no public address;
    ``reordered`` the languages whose buttons had to change places."""

    body: dict[str, Any]
    keys: Keys
    missing: list[Missing] = field(default_factory=list)
    reordered: list[TemplateBody] = field(default_factory=list)


def channel_template(
    bodies: Sequence[TemplateBody], stem: str, replies: Mapping[str, Mapping[str, str]]
) -> ChannelTemplate:
    """The body for one template in its languages. Raises :class:`Unfit` where the blocks have no form for a part.

    ``stem`` is in the name of the setting that stands for a sample without a public address; ``replies`` are by
    language what a tap sends back, by the button's words.
    """
    keys = Keys()
    made = ChannelTemplate({}, keys)
    contents = [_content(template, made, stem, replies.get(template.language, {})) for template in bodies]
    made.body = {
        "description": "",
        "defaultLocale": locale_of(bodies[0].language),
        "supportedPlatforms": ["whatsapp"],
        "deployments": _deployments(bodies),
        "variables": keys.declared(),
        "genericContent": [],
        "platformContent": contents,
    }
    return made


def locale_of(language: str) -> str:
    """A language as Bird writes it: ``pt-BR``."""
    return language.replace("_", "-")


def _deployments(bodies: Sequence[TemplateBody]) -> list[dict[str, Any]]:
    """Name and category; one category for all languages, or one for each."""
    entries: list[tuple[str, str, str | None]] = [("whatsappTemplateName", bodies[0].name, None)]
    categories = [str(template.data.get("category", "")).upper() for template in bodies]
    if len(set(categories)) == 1:
        entries.append(("whatsappCategory", categories[0], None))
    else:
        pairs = zip(bodies, categories, strict=True)
        entries += [("whatsappCategory", category, locale_of(template.language)) for template, category in pairs]
    return [
        {"key": key, "platform": "whatsapp", "value": value, **({"locale": locale} if locale else {})}
        for key, value, locale in entries
        if value
    ]


def _content(template: TemplateBody, made: ChannelTemplate, stem: str, replies: Mapping[str, str]) -> dict[str, Any]:
    """The content of one language."""
    data = template.data
    if str(data.get("category", "")).upper() == "AUTHENTICATION":
        raise Unfit("a one-time code")
    if "library_template_name" in data:
        raise Unfit("a template of Meta's library")
    parts = components_of(data)
    strange = sorted(set(parts) - {"HEADER", "BODY", "FOOTER", "BUTTONS"})
    if strange:
        raise Unfit(f"`{strange[0].lower()}`")
    if not str(parts.get("BODY", {}).get("text", "")):
        raise Unfit("a body that WhatsApp writes")
    blocks: list[dict[str, Any]] = []
    kind = "text"
    if "HEADER" in parts:
        kind, block = _header(template, parts["HEADER"], made, stem)
        blocks.append(block)
    blocks.append(_text(template, parts["BODY"], "body", made.keys))
    if "FOOTER" in parts:
        if not parts["FOOTER"].get("text"):
            raise Unfit("a footer that WhatsApp writes")
        blocks.append({"type": "text", "role": "footer", "text": {"text": str(parts["FOOTER"]["text"])}})
    buttons = list(enumerate(buttons_of(parts)))
    kinds = [str(button["type"]).upper() for _, button in buttons]
    unknown = sorted(set(kinds) - set(_ORDER))
    if unknown:
        raise Unfit(f"a button of type {unknown[0]}")
    ordered = sorted(buttons, key=lambda item: _ORDER.index(str(item[1]["type"]).upper()))
    if ordered != buttons:
        made.reordered.append(template)
    blocks += [_button(template, button, index, made.keys, replies) for index, button in ordered]
    numbered = [{**block, "id": f"b{number}"} for number, block in enumerate(blocks, start=1)]
    return {
        "platform": "whatsapp",
        "locale": locale_of(template.language),
        "type": kind,
        "channelGroupIds": [_GROUP],
        "blocks": numbered,
    }


def _text(template: TemplateBody, component: dict[str, Any], role: str, keys: Keys) -> dict[str, Any]:
    samples = sample_texts(component)
    locale = locale_of(template.language)
    text = filled(
        str(component.get("text", "")),
        lambda name: keys.of(template, f"{role}.{name}", locale, samples.get(name) or name),
    )
    return {"type": "text", "role": role, "text": {"text": text}}


def _header(
    template: TemplateBody, header: dict[str, Any], made: ChannelTemplate, stem: str
) -> tuple[str, dict[str, Any]]:
    """The kind of the content, and its header. A file's address is a variable whose example review sees."""
    kind = str(header.get("format", "")).upper()
    if kind == "TEXT":
        return "text", _text(template, header, "header", made.keys)
    if kind not in ("IMAGE", "VIDEO", "DOCUMENT"):
        raise Unfit(f"a header with a {kind.lower() or 'part of unknown kind'}")
    sample = media_sample(header, file_address(template.planned.slots) if template.planned else "")
    address = sample.address
    if not address:
        name = sample_setting(stem, template.language)
        made.missing.append(Missing(name, sample))
        address = "{{" + name + "}}"
    key = made.keys.of(template, "header.1", locale_of(template.language), address)
    link = "{{" + key + "}}"
    if kind == "IMAGE":
        return "image", {"type": "image", "role": "header", "image": {"mediaUrl": link}}
    file = {"mediaUrl": link, "contentType": sample.mime, "filename": sample.filename or _FILENAMES[kind]}
    return "file", {"type": "file", "role": "header", "file": file}


_FILENAMES = {"VIDEO": "video.mp4", "DOCUMENT": "document.pdf"}


def _button(
    template: TemplateBody, button: dict[str, Any], index: int, keys: Keys, replies: Mapping[str, str]
) -> dict[str, Any]:
    kind, title = str(button["type"]).upper(), str(button.get("text", ""))
    if kind == "URL":
        sample, locale = link_sample(button), locale_of(template.language)
        url = filled(
            str(button.get("url", "")),
            lambda name: keys.of(template, f"button.{index}.{name}", locale, sample or name),
        )
        return {"type": "link-action", "linkAction": {"text": title, "url": url}}
    if kind == "PHONE_NUMBER":
        number = str(button.get("phone_number", ""))
        return {"type": "call-phone-number-action", "callPhoneNumberAction": {"text": title, "phoneNumber": number}}
    return {"type": "reply-action", "replyAction": {"text": title, "payload": replies.get(title, title)}}
