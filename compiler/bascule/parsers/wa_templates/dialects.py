"""Templates in the shapes of Twilio's Content API, Infobip and Gupshup.

https://www.twilio.com/docs/content/content-types-overview
https://www.infobip.com/docs/api/channels/whatsapp/whatsapp-service-management/template-management
https://docs.gupshup.io/docs/template-button-list
"""

from __future__ import annotations

from typing import Any

from bascule.ir.content import Card, ChoiceKind, GeoPoint, Media, MediaKind
from bascule.ir.expr import Const
from bascule.ir.text import Hole, Literal, Localized
from bascule.language.reading import Reading, json_text
from bascule.parsers.wa_templates.content import card_of, text_with_holes
from bascule.parsers.wa_templates.meta import BUTTON_KINDS, MEDIA_KINDS, link_sample, media_of
from bascule.parsers.wa_templates.model import Button, Listed, Said, canonical, said, text_of
from bascule.parsers.wa_templates.rules import OtherTypes, WrongShape
from bascule.parsers.wa_templates.shapes import Item
from bascule.source import Place
from bascule.source.json import read_json
from bascule.whatsapp.policy import load_policy
from bascule.whatsapp.templates import PlaceholderKind, parameters
from bascule.whatsapp.templates.rules import TemplateRetiredCategory

__all__ = ["read_gupshup", "read_infobip", "read_twilio"]

# The type that says most on WhatsApp comes first; the others of one content are renderings for other channels.
_TWILIO_ORDER = (
    "whatsapp/authentication", "whatsapp/card", "whatsapp/flows", "twilio/carousel", "twilio/card", "twilio/catalog",
    "twilio/flows", "twilio/call-to-action", "twilio/quick-reply", "twilio/list-picker", "twilio/media",
    "twilio/location", "twilio/text",
)  # fmt: skip
_SESSION = ("twilio/list-picker", "twilio/location")
_WHOLE = ("whatsapp/authentication", "whatsapp/flows", "twilio/carousel", "twilio/catalog", "twilio/flows")
_ACTIONS = {"QUICK_REPLY": ChoiceKind.REPLY, "URL": ChoiceKind.URL, "PHONE_NUMBER": ChoiceKind.CALL,
            "PHONE": ChoiceKind.CALL, "COPY_CODE": ChoiceKind.COPY_CODE}  # fmt: skip
_SUFFIXES = {".mp4": MediaKind.VIDEO, ".3gp": MediaKind.VIDEO, ".pdf": MediaKind.DOCUMENT}


def read_twilio(reading: Reading, item: Item, place: Place, stem: str) -> Listed:
    """Read one Content record, with its approval where the file has it. One numbering holds for all its parts."""
    value = item.value
    approval = value.get("approval_requests")
    approval = approval if isinstance(approval, dict) else {}
    listed = Listed(
        place=place,
        name=text_of(approval.get("name")) or text_of(value.get("friendly_name")) or item.key or stem,
        language=text_of(value.get("language")),
        provider="twilio",
        provider_id=text_of(value.get("sid")),
        category=text_of(approval.get("category")).upper(),
        status=text_of(approval.get("status")).upper(),
        reason=text_of(approval.get("rejection_reason")),
        status_place=place.child("approval_requests", "status") if approval else None,
        shared=True,
    )
    inside = ("friendly_name", "language", "variables", "types")
    listed.definition = canonical({name: value[name] for name in inside if name in value})
    listed.facts = [(name, json_text(inner)) for name, inner in value.items() if name not in (*inside, "sid")]
    variables = value.get("variables")
    for name, sample in variables.items() if isinstance(variables, dict) else ():
        if text_of(sample):
            listed.samples[name] = Said(text_of(sample), place.child("variables", name))
    _twilio_types(reading, listed, value["types"], place.child("types"))
    return listed


def _twilio_types(reading: Reading, listed: Listed, types: dict[str, Any], place: Place) -> None:
    known = [name for name in _TWILIO_ORDER if isinstance(types.get(name), dict)]
    for name in types:
        reading.book.open(f"type {name}"[:60], place.child(name))
    if not known:
        name = next(iter(types))
        listed.keep_whole(f"type {name}"[:60], place.child(name))
        return
    name = known[0]
    others = [other for other in types if other != name]
    if others:
        listed_others = ", ".join(f"`{other[:30]}`" for other in others[:5])
        code = reading.find(
            OtherTypes,
            place.child(others[0]).at_key(),
            f"`{listed.name[:60]}` is read from `{name}`; {listed_others} stay in the definition",
            help="nothing to do: they are the same message for other channels",
        )
        for other in others:
            reading.book.degraded(place.child(other), f"`{name}` is read", "nothing: another channel's form", code)
    _twilio_content(reading, listed, name, types[name], place.child(name))


def _twilio_content(reading: Reading, listed: Listed, name: str, value: dict[str, Any], place: Place) -> None:
    listed.body = said(value, "body", place)
    listed.session = name in _SESSION
    if name in _WHOLE:
        listed.keep_whole(f"type {name}", place)
    if name == "twilio/card":
        listed.body = listed.body or said(value, "title", place)
        listed.footer = said(value, "subtitle", place)
        if listed.body is not None and listed.body.place.pointer.endswith("/body"):
            listed.header = said(value, "title", place)
    elif name == "whatsapp/card":
        listed.header, listed.footer = said(value, "header_text", place), said(value, "footer", place)
    elif name == "whatsapp/authentication":
        listed.keep_whole("body that WhatsApp writes", place)
    elif name == "twilio/list-picker":
        listed.list_label = said(value, "button", place)
        _rows(reading, listed, value.get("items"), place.child("items"))
    elif name == "twilio/location":
        texts = [(Literal(text_of(value.get(key))),) if text_of(value.get(key)) else () for key in ("label", "address")]
        listed.location = GeoPoint(
            Const(_scalar(value.get("latitude"))), Const(_scalar(value.get("longitude"))), *texts
        )
    media = value.get("media")
    if isinstance(media, list) and media and text_of(media[0]):
        listed.media_link = Said(text_of(media[0]), place.child("media", 0))
        listed.media = _file(listed, listed.media_link)
    actions = value.get("actions")
    for index, action in enumerate(actions if isinstance(actions, list) else []):
        _action(reading, listed, action, index, place.child("actions", index))
    cards = value.get("cards")
    for index, card in enumerate(cards if isinstance(cards, list) else []):
        _twilio_card(reading, listed, card, index, place.child("cards", index))


def _file(listed: Listed, link: Said) -> Media:
    """A file by its address, which may take parameters of the template: their samples tell its kind."""
    text = text_with_holes(listed, link, "header")
    shown = link.text
    for item in parameters(link.text):
        sample = listed.samples.get(item.name)
        shown = shown.replace(link.text[item.start : item.end], sample.text) if sample else shown
    kind = _kind_of(shown)
    if any(isinstance(part, Hole) for part in text):
        return Media(kind, Localized.of(text), at=link.place)
    return media_of(kind, link.text, link.place)


def _scalar(value: Any) -> str | int | float | None:
    return value if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None


def _kind_of(link: str) -> MediaKind:
    path = link.split("?")[0].casefold()
    return next((kind for suffix, kind in _SUFFIXES.items() if path.endswith(suffix)), MediaKind.IMAGE)


def _action(reading: Reading, listed: Listed, value: Any, index: int, place: Place) -> None:
    """A button. Quick replies of `twilio/quick-reply` may come without a type."""
    kind = (text_of(value.get("type")) or "QUICK_REPLY").upper() if isinstance(value, dict) else "?"
    reading.book.open(f"button {kind}"[:60], place)
    title = (text_of(value.get("title")) or text_of(value.get("copy_code_text"))) if isinstance(value, dict) else ""
    choice = _ACTIONS.get(kind)
    if choice is None or not isinstance(value, dict):
        listed.keep_whole(f"{kind} button"[:60], place)
        return
    if choice is ChoiceKind.COPY_CODE:
        listed.keep_whole(f"{kind} button", place)
    url, phone = said(value, "url", place), said(value, "phone", place)
    if (choice is ChoiceKind.URL and url is None) or (choice is ChoiceKind.CALL and phone is None):
        reading.find(WrongShape, place, f"this {kind} button leads nowhere", help="add its `url` or `phone`")
        listed.keep_whole(f"{kind} button", place)
        return
    at = place.child("title") if "title" in value else place
    payload = text_of(value.get("id")) if choice is ChoiceKind.REPLY else ""
    listed.buttons.append(Button(choice, title, place, at, url, phone, payload, slot=f"button.{index}" if url else ""))


def _rows(reading: Reading, listed: Listed, items: Any, place: Place) -> None:
    for index, row in enumerate(items if isinstance(items, list) else []):
        at = place.child(index)
        reading.book.open("list row", at)
        title = said(row, "item", at)
        if title is None:
            reading.find(WrongShape, at, "this row of a list has no `item`", help="add its words")
            continue
        listed.buttons.append(
            Button(
                ChoiceKind.REPLY, title.text, at, title.place, payload=text_of(row.get("id")),
                description=said(row, "description", at),
            )
        )  # fmt: skip


def _twilio_card(reading: Reading, listed: Listed, value: Any, index: int, place: Place) -> None:
    reading.book.open("card", place)
    inner = Listed(place, listed.name, listed.language, shared=True)
    inner.body = said(value, "body", place) or said(value, "title", place)
    link = said(value, "media", place)
    if link is not None:
        inner.samples = listed.samples
        inner.media = _file(inner, link)
    actions = value.get("actions") if isinstance(value, dict) else None
    for at, action in enumerate(actions if isinstance(actions, list) else []):
        _action(reading, inner, action, at, place.child("actions", at))
    card: Card = card_of(listed, inner, index)
    listed.cards.append(card)
    spoken = (inner.body, link, *(button.url for button in inner.buttons))
    texts = [part.text for part in spoken if part is not None]
    for text in texts:
        for item in parameters(text):
            if item.kind is not PlaceholderKind.MALFORMED:
                listed.extra_slots.append(item.name)


_INFOBIP = {"PHONE_NUMBER": "phoneNumber", "URL": "url"}


def read_infobip(reading: Reading, item: Item, place: Place, stem: str) -> Listed:
    """Read one template of Infobip: a ``structure`` of parts; in the older shape the parts are plain texts."""
    value = item.value
    listed = Listed(
        place=place,
        name=text_of(value.get("name")) or item.key or stem,
        language=text_of(value.get("language")),
        provider="infobip",
        provider_id=text_of(value.get("id")),
        category=text_of(value.get("category")).upper(),
        status=text_of(value.get("status")).upper(),
        reason=text_of(value.get("rejectionReason")),
        status_place=place.child("status"),
    )
    _retired(reading, listed)
    inside = ("name", "language", "category", "subCategory", "structure", "validityPeriod")
    listed.definition = canonical({name: value[name] for name in inside if name in value})
    listed.facts = [(name, json_text(inner)) for name, inner in value.items() if name not in (*inside, "id", "status")]
    structure = value["structure"]
    at = place.child("structure")
    for name, part in structure.items():
        if isinstance(part, (dict, list)) or name in ("header", "body", "footer"):
            reading.book.open(f"part {name}"[:60], at.child(name))
    body = structure.get("body")
    listed.body = said(structure, "body", at) if isinstance(body, str) else said(body, "text", at.child("body"))
    if listed.body is None:
        listed.keep_whole("body that WhatsApp writes", at)
    footer = structure.get("footer")
    listed.footer = (
        said(structure, "footer", at) if isinstance(footer, str) else said(footer, "text", at.child("footer"))
    )
    samples = body.get("examples") if isinstance(body, dict) else None
    for index, sample in enumerate(samples if isinstance(samples, list) else []):
        if text_of(sample):
            listed.samples[str(index + 1)] = Said(text_of(sample), at.child("body", "examples", index))
    if isinstance(structure.get("header"), dict):
        _infobip_header(listed, structure["header"], at.child("header"))
    buttons = structure.get("buttons")
    for index, button in enumerate(buttons if isinstance(buttons, list) else []):
        _infobip_button(reading, listed, button, index, at.child("buttons", index))
    for name, what in (("carousel", "carousel"), ("limitedTimeOffer", "limited-time offer"),
                       ("callPermissionRequest", "call permission request")):  # fmt: skip
        if structure.get(name):
            listed.keep_whole(what, at.child(name))
    return listed


def _infobip_header(listed: Listed, header: dict[str, Any], place: Place) -> None:
    kind = (text_of(header.get("format")) or "TEXT").upper()
    example = said(header, "example", place)
    if kind == "TEXT":
        listed.header = said(header, "text", place)
        if example is not None:
            listed.samples["header.1"] = example
    elif kind in MEDIA_KINDS:
        listed.media = media_of(MEDIA_KINDS[kind], example.text if example else "", example.place if example else place)
        listed.extra_slots.append(f"header.{kind.lower()}")
        if kind == "GIF":
            listed.keep_whole("GIF header", place)
    else:
        listed.keep_whole(f"{kind.lower()} header"[:60], place)
        listed.extra_slots.append(f"header.{kind.lower()}"[:60])


def _infobip_button(reading: Reading, listed: Listed, value: Any, index: int, place: Place) -> None:
    kind = text_of(value.get("type")).upper() if isinstance(value, dict) else "?"
    reading.book.open(f"button {kind or '?'}"[:60], place)
    choice = BUTTON_KINDS.get(kind)
    target = said(value, _INFOBIP.get(kind, "?"), place)
    if choice is None or (kind in _INFOBIP and target is None):
        listed.keep_whole(f"{kind or '?'} button"[:60], place)
        return
    if kind not in ("QUICK_REPLY", "URL", "PHONE_NUMBER"):
        listed.keep_whole(f"{kind} button", place)
    slot = f"button.{index}" if kind == "URL" and target is not None and parameters(target.text) else ""
    at = place.child("text") if "text" in value else place
    url, phone = (target, None) if kind == "URL" else (None, target)
    made = Button(choice, text_of(value.get("text")), place, at, url, phone, slot=slot)
    listed.buttons.append(made)
    example = said(value, "example", place)
    if slot and example is not None:
        listed.samples[slot] = Said(link_sample(made, example.text), example.place)


def read_gupshup(reading: Reading, item: Item, place: Place, stem: str) -> Listed:
    """Read one template of Gupshup: flat members; ``buttons`` and ``cards`` are JSON texts, ``example`` is the whole
    body with its parameters filled in."""
    value = item.value
    listed = Listed(
        place=place,
        name=text_of(value.get("elementName")) or item.key or stem,
        language=text_of(value.get("languageCode")),
        provider="gupshup",
        provider_id=text_of(value.get("id")),
        category=text_of(value.get("category")).upper(),
        status=text_of(value.get("status")).upper(),
        reason=text_of(value.get("reason")),
        header=said(value, "header", place),
        body=said(value, "content", place) or said(value, "data", place),
        footer=said(value, "footer", place),
        status_place=place.child("status"),
    )
    _retired(reading, listed)
    outside = ("id", "status", "reason")
    listed.definition = canonical({name: inner for name, inner in value.items() if name not in outside})
    listed.facts = [(name, json_text(inner)) for name, inner in value.items() if name in outside[2:]]
    kind = (text_of(value.get("templateType")) or "TEXT").upper()
    if kind in MEDIA_KINDS:
        sample = said(value, "exampleMedia", place)
        listed.media = media_of(MEDIA_KINDS[kind], sample.text if sample else "", sample.place if sample else place)
        listed.extra_slots.append(f"header.{kind.lower()}")
    elif kind != "TEXT":
        listed.keep_whole(f"template type {kind}"[:60], place.child("templateType"))
    for text, example, prefix in (
        ("content", "example", ""),
        ("data", "example", ""),
        ("header", "exampleHeader", "header"),
    ):
        _aligned(listed, said(value, text, place), said(value, example, place), prefix)
    buttons, at = _embedded(value.get("buttons"), place.child("buttons"))
    for index, button in enumerate(buttons if isinstance(buttons, list) else []):
        inner_at = at.child(index) if at.sub is None and isinstance(value.get("buttons"), list) else at
        _gupshup_button(reading, listed, button, index, inner_at)
    if text_of(value.get("cards")) not in ("", "[]") or value.get("cards"):
        listed.keep_whole("cards", place.child("cards"))
    return listed


def _embedded(value: Any, place: Place) -> tuple[Any, Place]:
    """A value, or what its JSON text holds (its parts then have the place of the text)."""
    if not isinstance(value, str):
        return value, place
    document = read_json(place.file, value)
    return (document.value if document.usable and not document.problems else None), place


def _gupshup_button(reading: Reading, listed: Listed, value: Any, index: int, place: Place) -> None:
    kind = text_of(value.get("type")).upper() if isinstance(value, dict) else "?"
    choice = BUTTON_KINDS.get(kind)
    if choice is None or not isinstance(value, dict):
        listed.keep_whole(f"{kind or '?'} button"[:60], place)
        return
    if kind not in ("QUICK_REPLY", "URL", "PHONE_NUMBER"):
        listed.keep_whole(f"{kind} button", place)
    url = Said(text_of(value.get("url")), place) if kind == "URL" and text_of(value.get("url")) else None
    number = text_of(value.get("phone_number"))
    phone = Said(number, place) if kind == "PHONE_NUMBER" and number else None
    if kind in ("URL", "PHONE_NUMBER") and url is None and phone is None:
        listed.keep_whole(f"{kind} button", place)
        return
    slot = f"button.{index}" if url is not None and parameters(url.text) else ""
    listed.buttons.append(Button(choice, text_of(value.get("text")), place, place, url, phone, slot=slot))


def _aligned(listed: Listed, text: Said | None, example: Said | None, prefix: str) -> None:
    """The samples in a text that is filled in: what stands between the fixed pieces; nothing where they do not fit."""
    if text is None or example is None:
        return
    holes = [item for item in parameters(text.text) if item.kind is not PlaceholderKind.MALFORMED]
    found: list[tuple[str, str]] = []
    at = end = 0
    for index, hole in enumerate(holes):
        fixed = text.text[end : hole.start]
        if not example.text.startswith(fixed, at):
            return
        at += len(fixed)
        end = hole.end
        after = text.text[end : holes[index + 1].start] if index + 1 < len(holes) else text.text[end:]
        stop = example.text.find(after, at) if after else len(example.text)
        if stop < at or (not after and index + 1 < len(holes)):
            return
        found.append((hole.name, example.text[at:stop].strip("[]") or example.text[at:stop]))
        at = stop
    for name, sample in found:
        if sample:
            listed.samples.setdefault(listed.slot(prefix, name), Said(sample, example.place))


def _retired(reading: Reading, listed: Listed) -> None:
    today = load_policy().table("category.legacy").get(listed.category)
    if isinstance(today, str):
        reading.find(
            TemplateRetiredCategory,
            listed.place.child("category"),
            f"`{listed.category}` is no longer a category",
            help=f"use `{today}`",
        )
