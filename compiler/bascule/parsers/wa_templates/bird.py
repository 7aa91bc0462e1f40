"""Templates and projects of Bird (MessageBird), 2023 platform: blocks per language, variables by name.

https://docs.bird.com/api/touchpoints-api/api-reference/message-templates
https://docs.bird.com/api/touchpoints-api/supported-projects/whatsapp-approved-message-templates/blocks-documentation
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from bascule.ir.content import ChoiceKind, MediaKind
from bascule.language.reading import Reading, json_text
from bascule.parsers.wa_templates.meta import media_of
from bascule.parsers.wa_templates.model import Button, Listed, Said, canonical, said, text_of
from bascule.parsers.wa_templates.rules import OtherTypes, WrongShape
from bascule.parsers.wa_templates.shapes import Dialect, Item
from bascule.source import Place
from bascule.whatsapp.templates import parameters

__all__ = ["project_names", "read_bird", "read_project"]

_CREATION = ("description", "defaultLocale", "genericContent", "platformContent", "variables", "supportedPlatforms",
             "deployments", "shortLinks", "styles")  # fmt: skip
"""Members of the body that creates a template."""

_STATUS = {
    "ACTIVE": "APPROVED",
    "PUBLISHED": "APPROVED",
    "PENDING_APPROVAL": "PENDING",
    "PENDING_REVIEW": "PENDING",
    "IN_REVIEW": "PENDING",
    "SUBMITTED": "PENDING",
    "INACTIVE": "ARCHIVED",
}
_ACTIONS = {
    "link-action": (ChoiceKind.URL, "url"),
    "call-phone-number-action": (ChoiceKind.CALL, "phoneNumber"),
    "reply-action": (ChoiceKind.REPLY, ""),
    "postback-action": (ChoiceKind.REPLY, ""),
}
_WHATSAPP = "whatsapp"


def project_names(items: Sequence[Item]) -> dict[str, str]:
    """The names of the projects of a file, by id."""
    projects = (item.value for item in items if item.dialect is Dialect.BIRD_PROJECT)
    return {text_of(value.get("id")): text_of(value.get("name")) for value in projects if text_of(value.get("id"))}


def read_project(item: Item, place: Place, read: set[str]) -> Listed | None:
    """A project without its template: the name is all there is. None where a template of the file belongs to it."""
    value = item.value
    if text_of(value.get("id")) in read:
        return None
    status, _ = _status(value.get("status"))
    return Listed(
        place=place,
        name=text_of(value.get("name")),
        provider="bird",
        provider_id=text_of(value.get("id")),
        status=status,
        status_place=place.child("status") if status else None,
        facts=[(name, json_text(inner)) for name, inner in value.items() if name not in ("id", "name", "status")],
    )


def read_bird(reading: Reading, item: Item, place: Place, stem: str, projects: dict[str, str]) -> list[Listed]:
    """Read a template: one :class:`Listed` for each language of WhatsApp's content, else of the content for all."""
    value = item.value
    deployed = {key: (text, at) for key, text, at in _deployments(value, place, "")}
    project = text_of(value.get("projectId"))
    name = (
        deployed.get("whatsappTemplateName", ("", place))[0] or text_of(value.get("name")) or projects.get(project, "")
    )
    contents = list(_contents(reading, value, place, name))
    if not contents:
        contents = [({"locale": value.get("defaultLocale")}, place)]
    found: list[Listed] = []
    for content, at in contents:
        locale = text_of(content.get("locale")) or text_of(value.get("defaultLocale"))
        status, reason, spot = _approval(value, content, locale, place, at)
        own = {key: (text, spot) for key, text, spot in _deployments(value, place, locale)}
        listed = Listed(
            place=at,
            name=name or item.key or stem,
            language=locale.replace("-", "_"),
            provider="bird",
            provider_id=project or text_of(value.get("id")),
            category=own.get("whatsappCategory", ("", place))[0].upper(),
            status=status,
            reason=reason,
            status_place=spot,
            shared=True,
        )
        listed.definition = canonical(_definition(value, content))
        listed.facts = _facts(value, content)
        _variables(
            listed, value.get("variables"), place.child("variables"), (locale, text_of(value.get("defaultLocale")))
        )
        blocks = content.get("blocks")
        for index, block in enumerate(blocks if isinstance(blocks, list) else []):
            _block(reading, listed, block, len(listed.buttons), at.child("blocks", index))
        found.append(listed)
    return found


def _deployments(value: dict[str, Any], place: Place, locale: str) -> Iterator[tuple[str, str, Place]]:
    """What WhatsApp is told about the template: first what holds for all languages, then what holds for this one."""
    items = value.get("deployments")
    found = [
        (
            text_of(item.get("locale")),
            (text_of(item.get("key")), text_of(item.get("value")), place.child("deployments", index)),
        )
        for index, item in enumerate(items if isinstance(items, list) else [])
        if isinstance(item, dict) and item.get("platform", _WHATSAPP) in (_WHATSAPP, None)
    ]
    yield from (entry for own, entry in found if not own or not locale)
    yield from (entry for own, entry in found if own and own == locale)


def _contents(
    reading: Reading, value: dict[str, Any], place: Place, name: str
) -> Iterator[tuple[dict[str, Any], Place]]:
    """The contents for WhatsApp, one for each language; those for all channels where it has none of its own."""
    own = value.get("platformContent")
    items = [(item, place.child("platformContent", at)) for at, item in enumerate(own if isinstance(own, list) else [])]
    fitting = [(item, at) for item, at in items if isinstance(item, dict) and _for_whatsapp(item)]
    others = [at for item, at in items if not (isinstance(item, dict) and _for_whatsapp(item))]
    shared = value.get("genericContent")
    if not fitting and isinstance(shared, list):
        fitting = [
            (item, place.child("genericContent", at)) for at, item in enumerate(shared) if isinstance(item, dict)
        ]
    elif isinstance(shared, list):
        others.extend(place.child("genericContent", at) for at in range(len(shared)))
    for _, at in fitting:
        reading.book.open("language", at)
    for at in others:
        reading.book.open("content of another channel", at)
        code = reading.find_once(
            OtherTypes,
            place.pointer,
            at,
            lambda count: (
                f"`{name[:60]}` is read from its content for WhatsApp; {count} other(s) stay in the definition"
            ),
            help="nothing to do: they are the same message for other channels",
        )
        reading.book.degraded(at, "another channel's form", "nothing", code)
    yield from fitting


def _for_whatsapp(item: dict[str, Any]) -> bool:
    return item.get("platform") in (_WHATSAPP, None, "")


def _status(value: Any) -> tuple[str, bool]:
    text = text_of(value).upper().replace("-", "_").removeprefix("WHATSAPP_")
    return _STATUS.get(text, text), bool(text)


def _approval(
    value: dict[str, Any], content: dict[str, Any], locale: str, place: Place, at: Place
) -> tuple[str, str, Place | None]:
    """Status, reason and where they stand: of the approval, of the language, else of the whole template."""
    found: list[tuple[str, str, Place]] = []
    approvals = content.get("approvals")
    for index, item in enumerate(approvals if isinstance(approvals, list) else []):
        for name in ("platformStatus", "status"):
            status, said_so = _status(item.get(name)) if isinstance(item, dict) else ("", False)
            if said_so:
                reason = text_of(item.get("reason")) or text_of(item.get("reasonCode"))
                found.append((status, reason, at.child("approvals", index, name)))
                break
    found.sort(key=lambda item: item[0] != "APPROVED")  # one account's approval is enough
    info = value.get("platformInfo")
    for key, item in info.items() if isinstance(info, dict) else ():
        if isinstance(item, dict) and key.startswith(_WHATSAPP) and key.endswith(f":{locale}"):
            status, said_so = _status(item.get("status"))
            found.extend([(status, "", place.child("platformInfo", key, "status"))] if said_so else [])
    statuses = value.get("localeStatuses")
    if isinstance(statuses, dict) and text_of(statuses.get(locale)):
        found.append((_status(statuses[locale])[0], "", place.child("localeStatuses", locale)))
    if text_of(value.get("status")):
        found.append((_status(value["status"])[0], "", place.child("status")))
    # What is no longer in use, or not submitted yet, is not what WhatsApp approved once.
    draft = [item for item in found if item[0] in ("DRAFT", "ARCHIVED") and item[2] == place.child("status")]
    return next(iter(draft or found), ("", "", None))


def _definition(value: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    """The body that creates the template in this language."""
    body = {name: value[name] for name in _CREATION if name in value}
    own = {name: inner for name, inner in content.items() if name != "approvals"}
    for name in ("platformContent", "genericContent"):
        items = value.get(name)
        if isinstance(items, list) and any(item is content for item in items):
            body[name] = [own]
    return body


def _facts(value: dict[str, Any], content: dict[str, Any]) -> list[tuple[str, str]]:
    facts = [(name, json_text(inner)) for name, inner in value.items() if name not in (*_CREATION, "status")]
    if "approvals" in content:
        facts.append(("approvals", json_text(content["approvals"])))
    return facts


def _variables(listed: Listed, value: Any, place: Place, locales: tuple[str, ...]) -> None:
    """Declared variables, and an example of each in the first of the ``locales`` that has one."""
    names: list[str] = []
    for index, item in enumerate(value if isinstance(value, list) else []):
        key = text_of(item.get("key")) if isinstance(item, dict) else ""
        if not key:
            continue
        names.append(key)
        examples = item.get("examplesLocale")
        for locale in locales:
            inner = examples.get(locale) if isinstance(examples, dict) else None
            texts = inner.get("exampleValueStrings") if isinstance(inner, dict) else None
            if isinstance(texts, list) and texts and text_of(texts[0]):
                at = place.child(index, "examplesLocale", locale, "exampleValueStrings", 0)
                listed.samples[key] = Said(text_of(texts[0]), at)
                break
    listed.declared = frozenset(names)


def _block(reading: Reading, listed: Listed, value: Any, number: int, place: Place) -> None:
    block = value if isinstance(value, dict) else {}
    kind, role = text_of(block.get("type")), text_of(block.get("role"))
    reading.book.open(f"block {kind or '?'}"[:60], place)
    if kind == "text" and role in ("header", "body", "footer"):
        text = said(block.get("text"), "text", place.child("text"))
        if getattr(listed, role) is None:
            setattr(listed, role, text)
        else:
            reading.find(WrongShape, place, f"a second {role}; the first one is read", help="take one out")
            listed.keep_whole(f"second {role}", place)
    elif kind in ("image", "file") and role in ("header", ""):
        _file(listed, block, kind, place)
    elif kind in _ACTIONS:
        _action(reading, listed, block, kind, number, place)
    else:
        listed.keep_whole(f"{kind or '?'} block"[:60], place)


def _file(listed: Listed, block: dict[str, Any], kind: str, place: Place) -> None:
    """A header file; its address may be a variable, whose example is then the sample."""
    holder = block.get(kind)
    link = said(holder, "mediaUrl", place.child(kind))
    mime = text_of(holder.get("contentType")) if isinstance(holder, dict) else ""
    shape = MediaKind.IMAGE if kind == "image" or mime.startswith("image/") else MediaKind.DOCUMENT
    shape = MediaKind.VIDEO if mime.startswith("video/") else shape
    holes = parameters(link.text) if link else ()
    slot = holes[0].name if link and len(holes) == 1 and holes[0].text == link.text else ""
    if slot:
        listed.extra_slots.append(slot)
        link = listed.samples.get(slot)
    media = media_of(shape, link.text if link else "", link.place if link else place)
    filename = text_of(holder.get("filename")) if isinstance(holder, dict) else ""
    listed.media = replace(media, mime=mime, filename=filename)


def _action(reading: Reading, listed: Listed, block: dict[str, Any], kind: str, index: int, place: Place) -> None:
    """A button: its words and target stand in a member named after its type (``linkAction``)."""
    choice, target = _ACTIONS[kind]
    first, *rest = kind.split("-")
    name = first + "".join(part.capitalize() for part in rest)
    holder, at = block.get(name), place.child(name)
    title = said(holder, "text", at)
    link = said(holder, target, at) if target else None
    if title is None or (target and link is None):
        reading.find(WrongShape, place, f"this {kind} has no words or leads nowhere", help="add them")
        listed.keep_whole(f"{kind} block", place)
        return
    slot = f"button.{index}" if choice is ChoiceKind.URL and link is not None and parameters(link.text) else ""
    url, phone = (link, None) if choice is ChoiceKind.URL else (None, link)
    payload = text_of(holder.get("payload")) if choice is ChoiceKind.REPLY and isinstance(holder, dict) else ""
    listed.buttons.append(Button(choice, title.text, place, title.place, url, phone, payload, slot=slot))
