"""Templates in Meta's own shape (also 360dialog's): components with their texts, examples and buttons.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bascule.ir.content import Card, ChoiceKind, Media, MediaKind
from bascule.ir.text import Literal, Localized
from bascule.language.reading import Reading, json_text
from bascule.parsers.wa_templates.content import card_of, slots_of
from bascule.parsers.wa_templates.model import Button, Listed, Said, canonical, said, text_of
from bascule.parsers.wa_templates.shapes import Dialect, Item
from bascule.source import Place
from bascule.whatsapp.templates import UrlButton, is_stored_otp, parameters, read_template
from bascule.whatsapp.templates.placeholders import PlaceholderKind
from bascule.whatsapp.templates.rules import TemplateUnknownMember, TemplateUnknownValue

__all__ = ["BUTTON_KINDS", "MEDIA_KINDS", "link_sample", "media_of", "read_meta"]

MEDIA_KINDS = {"IMAGE": MediaKind.IMAGE, "VIDEO": MediaKind.VIDEO, "DOCUMENT": MediaKind.DOCUMENT, "GIF": MediaKind.GIF}
BUTTON_KINDS = {
    "QUICK_REPLY": ChoiceKind.REPLY,
    "URL": ChoiceKind.URL,
    "PHONE_NUMBER": ChoiceKind.CALL,
    "COPY_CODE": ChoiceKind.COPY_CODE,
    "FLOW": ChoiceKind.FLOW,
    "CATALOG": ChoiceKind.CATALOG,
    "MPM": ChoiceKind.CATALOG,
    "SPM": ChoiceKind.CATALOG,
    "REQUEST_CONTACT_INFO": ChoiceKind.SHARE_PHONE,
    "OTP": ChoiceKind.COPY_CODE,
}
_UPLOAD = re.compile(r"<upload (.*)>", re.DOTALL)
_PLAIN_BUTTONS = frozenset({"QUICK_REPLY", "URL", "PHONE_NUMBER"})
_SENT = {"COPY_CODE": "coupon_code", "FLOW": "flow", "CATALOG": "catalog", "MPM": "mpm", "VOICE_CALL": "voice_call"}
"""Buttons that take a value when the template is sent, and the last part of its slot."""

_CREATION = frozenset(
    {"name", "language", "category", "parameter_format", "message_send_ttl_seconds", "components",
     "library_template_name", "library_template_body_inputs", "library_template_button_inputs",
     "degrees_of_freedom_spec"}
)  # fmt: skip
"""Members of the body that creates a template; the others are what reading it back adds."""


def read_meta(reading: Reading, item: Item, place: Place, stem: str) -> Listed:
    """Read one template; ``stem`` names it where the file does not. What cannot be read is kept whole."""
    value = item.value
    _, findings = read_template(value if "name" in value or not item.key else {"name": item.key, **value}, place)
    for finding in findings:
        # 360dialog adds members and statuses of its own to each template.
        theirs = item.dialect is Dialect.DIALOG360 and finding.code in (
            TemplateUnknownMember.code,
            TemplateUnknownValue.code,
        )
        if not (theirs and finding.place.pointer.rpartition("/")[0] == place.pointer):
            reading.findings.append(finding)
    listed = Listed(
        place=place,
        name=text_of(value.get("name")) or item.key or stem,
        language=text_of(value.get("language")),
        provider=item.dialect.value,
        provider_id=text_of(value.get("id")),
        category=text_of(value.get("category")).upper(),
        status=text_of(value.get("status")).upper(),
        reason=text_of(value.get("rejected_reason")),
        status_place=place.child("status"),
    )
    creation = {name: inner for name, inner in value.items() if name in _CREATION}
    listed.definition = canonical({"name": listed.name, **creation})
    known = {"id", "status"} if isinstance(value.get("status"), str) else {"id"}
    listed.facts = [(name, json_text(inner)) for name, inner in value.items() if name not in _CREATION | known]
    components = value.get("components")
    for index, component in enumerate(components if isinstance(components, list) else []):
        _component(reading, listed, component, place.child("components", index))
    if "library_template_name" in value:
        listed.keep_whole("library template", place.child("library_template_name"))
    return listed


def _component(reading: Reading, listed: Listed, component: Any, place: Place) -> None:
    kind = text_of(component.get("type")).upper() if isinstance(component, dict) else ""
    reading.book.open(f"component {kind or '?'}", place)
    if kind == "HEADER":
        _header(listed, component, place)
    elif kind == "BODY" and listed.body is None:
        listed.body = said(component, "text", place)
        _examples(listed, component, "body_text", "", place)
        if listed.body is None:
            listed.keep_whole("body that WhatsApp writes", place)
    elif kind == "FOOTER" and listed.footer is None:
        listed.footer = said(component, "text", place)
        if listed.footer is None:
            listed.keep_whole("footer that WhatsApp writes", place)
    elif kind == "BUTTONS":
        buttons = component.get("buttons")
        for index, button in enumerate(buttons if isinstance(buttons, list) else []):
            _button(reading, listed, button, index, place.child("buttons", index))
    elif kind == "CAROUSEL":
        listed.keep_whole("carousel", place)
        cards = component.get("cards")
        for index, card in enumerate(cards if isinstance(cards, list) else []):
            _card(reading, listed, card, index, place.child("cards", index))
    elif kind == "LIMITED_TIME_OFFER":
        listed.keep_whole("limited-time offer", place)
        listed.extra_slots.append("limited_time_offer")
    else:
        listed.keep_whole(f"component {kind or '?'}"[:60], place)


def _header(listed: Listed, component: dict[str, Any], place: Place) -> None:
    kind = text_of(component.get("format")).upper()
    text = said(component, "text", place)
    if kind in ("TEXT", "") and text is not None and listed.header is None:
        listed.header = text
        _examples(listed, component, "header_text", "header", place)
    elif kind in MEDIA_KINDS and listed.media is None:
        example = component.get("example")
        handles = example.get("header_handle") if isinstance(example, dict) else None
        at = place.child("example", "header_handle")
        if isinstance(handles, list) and handles:
            handles, at = handles[0], at.child(0)
        listed.media = media_of(MEDIA_KINDS[kind], text_of(handles), at if handles else place)
        listed.extra_slots.append(f"header.{kind.lower()}")
        if kind == "GIF":
            listed.keep_whole("GIF header", place)
    else:
        listed.keep_whole(f"{kind.lower() or 'unreadable'} header"[:60], place)
        if kind in ("LOCATION", "PRODUCT"):
            listed.extra_slots.append(f"header.{kind.lower()}")


def media_of(kind: MediaKind, sample: str, place: Place) -> Media:
    """A header file: a link is its URL, anything else a handle or id in the provider's store. A placeholder for an
    upload (``<upload https://…>``) is the file that it names."""
    waiting = _UPLOAD.fullmatch(sample)
    if waiting is not None:
        sample = waiting.group(1).strip()
    if sample.startswith(("http://", "https://")):
        return Media(kind, Localized.of((Literal(sample),)), at=place)
    return Media(kind, asset=sample, at=place)


def _examples(listed: Listed, component: dict[str, Any], name: str, prefix: str, place: Place) -> None:
    """Take the sample values of a text's parameters, by position or by name."""
    example = component.get("example")
    if not isinstance(example, dict):
        return
    row, at = example.get(name), place.child("example", name)
    if isinstance(row, list) and row and isinstance(row[0], list):
        row, at = row[0], at.child(0)
    if isinstance(row, str):
        listed.samples[listed.slot(prefix, "1")] = Said(row, at)
    for index, sample in enumerate(row if isinstance(row, list) else []):
        if text_of(sample):
            listed.samples.setdefault(listed.slot(prefix, str(index + 1)), Said(text_of(sample), at.child(index)))
    named = example.get(f"{name}_named_params")
    for index, pair in enumerate(named if isinstance(named, list) else []):
        if isinstance(pair, dict) and text_of(pair.get("param_name")) and text_of(pair.get("example")):
            at = place.child("example", f"{name}_named_params", index, "example")
            slot = listed.slot(prefix, text_of(pair["param_name"]))
            listed.samples.setdefault(slot, Said(text_of(pair["example"]), at))


def _button(reading: Reading, listed: Listed, value: Any, index: int, place: Place) -> None:
    made = _button_of(reading, value, index, place)
    kind = text_of(value.get("type")).upper() if isinstance(value, dict) else ""
    if made is None or kind not in _PLAIN_BUTTONS or made.kind is ChoiceKind.COPY_CODE:
        stored = made is not None and kind == "URL"
        listed.keep_whole("OTP button" if stored else f"{kind or 'unreadable'} button"[:60], place)
    if made is None:
        return
    listed.buttons.append(made)
    if made.slot and made.url is not None:
        example = value.get("example")
        at = place.child("example")
        if isinstance(example, list) and example:
            example, at = example[0], at.child(0)
        if text_of(example):
            listed.samples.setdefault(made.slot, Said(link_sample(made, text_of(example)), at))
    elif made.slot:
        listed.extra_slots.append(made.slot)


def link_sample(button: Button, example: str) -> str:
    """What fills the parameter of a link whose example is the whole link."""
    if button.url is None:
        return example
    start = button.url.text[: next(_holes(button.url.text), len(button.url.text))]
    return example[len(start) :] if start and example.startswith(start) and len(example) > len(start) else example


def _holes(text: str) -> Iterator[int]:
    return (item.start for item in parameters(text) if item.kind is not PlaceholderKind.MALFORMED)


def _button_of(reading: Reading, value: Any, index: int, place: Place) -> Button | None:
    kind = text_of(value.get("type")).upper() if isinstance(value, dict) else ""
    reading.book.open(f"button {kind or '?'}", place)
    if kind not in BUTTON_KINDS and kind != "VOICE_CALL":
        return None
    title = text_of(value.get("text"))
    at = place.child("text") if "text" in value else place
    slot = f"button.{index}.{_SENT[kind]}" if kind in _SENT else ""
    url, phone = said(value, "url", place), said(value, "phone_number", place)
    choice = BUTTON_KINDS.get(kind, ChoiceKind.CALL)
    if kind == "URL":
        if url is None:
            return None
        if is_stored_otp(UrlButton(text=title, url=url.text)):
            return Button(ChoiceKind.COPY_CODE, title, place, at, slot=f"button.{index}")
        slot = f"button.{index}" if any(True for _ in _holes(url.text)) else ""
    elif kind == "PHONE_NUMBER" and phone is None:
        return None
    elif kind == "OTP":
        slot = f"button.{index}"
    return Button(choice, title, place, at, url if kind == "URL" else None, phone, slot=slot)


def _card(reading: Reading, listed: Listed, value: Any, index: int, place: Place) -> None:
    reading.book.open("card", place)
    components = value.get("components") if isinstance(value, dict) else None
    inner = Listed(place, f"{listed.name}.card.{index}")
    for at, component in enumerate(components if isinstance(components, list) else []):
        _component(reading, inner, component, place.child("components", at))
    listed.cards.append(Card(at=place) if not isinstance(value, dict) else card_of(listed, inner, index))
    listed.extra_slots.extend(f"card.{index}.{slot}" for slot in slots_of(inner))
    for slot, sample in inner.samples.items():
        listed.samples.setdefault(f"card.{index}.{slot}", sample)
