"""Bodies of ``POST /{PHONE}/messages``: what they say, as content of a node.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bascule.ir.content import Card, Choice, ChoiceKind, ContactCard, Content, GeoPoint, Media, MediaKind, TemplateUse
from bascule.ir.expr import Const, Expression, Ref
from bascule.ir.text import Hole, Literal, Localized, LocalizedText, Segment, Text, join_text, text_expression
from bascule.language.names import template_slug
from bascule.language.reading import Reading, json_text, unique
from bascule.parsers.wa_templates.losses import NothingSaid, PartlyRead, RecipientLeftOut
from bascule.parsers.wa_templates.model import Said, canonical, said, text_of
from bascule.parsers.wa_templates.shapes import leaves
from bascule.source import Place
from bascule.whatsapp.messages import read_message
from bascule.whatsapp.messages.limits import limit_findings
from bascule.whatsapp.messages.read import CONTENT_KINDS
from bascule.whatsapp.policy import load_policy

__all__ = ["Sent", "read_send"]

_MARKER = re.compile(r"\{\{\s{0,4}([^\W\d]\w{0,80}(?:\.\w{1,80}){0,8})\s{0,4}\}\}")
_MEDIA = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "document": MediaKind.DOCUMENT,
          "audio": MediaKind.AUDIO, "sticker": MediaKind.STICKER}  # fmt: skip
_ADDRESS = ("to", "recipient", "context", "biz_opaque_callback_data")
_READ = frozenset(
    (
        *("address", "body", "button", "caption", "code", "description", "display_text", "fallback_value"),
        *("formatted_name", "id", "index", "latitude", "link", "longitude", "name", "parameter_name", "payload"),
        *("phone", "sub_type", "text", "title", "type", "url"),
    )
)
"""Members that are content of the graph, or say what the others are."""

_ENVELOPE = ("messaging_product", "recipient_type", "type", *_ADDRESS)


@dataclass(slots=True)
class Sent:
    """One body. Without ``content`` it is kept as ``construct`` (nothing like it exists), or says nothing."""

    content: Content | None = None
    construct: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)


def read_send(reading: Reading, value: dict[str, Any], place: Place) -> Sent:
    """Read one body; its findings are those of the message model, and of what is left out."""
    _, findings = read_message(value, place)
    reading.findings.extend(findings)
    _leave_out_recipient(reading, value, place)
    kind = text_of(value.get("type")).lower()
    if not kind:
        kind = next((name for name in CONTENT_KINDS if name in value), "")
    inner = value.get(kind)
    at = place.child(kind)
    reading.findings.extend(limit_findings(value, kind, place, load_policy()))
    reading.book.open(f"message {kind or 'receipt'}"[:60], place)
    facts = [
        (name, json_text(reading.safe(item, place.child(name), name)))
        for name, item in value.items()
        if name not in (*_ENVELOPE, kind)
    ]
    if kind in ("reaction", "") or ("status" in value and "type" not in value):
        code = reading.find_once(
            NothingSaid, "receipt", place, lambda count: f"{count} read receipt(s) or reaction(s) are left out"
        )
        _drop(reading, value, place, code)
        return Sent()
    reader = _Reader(reading)
    content = reader.content(kind, inner, at)
    if content is None or reader.partly:
        what = (
            f"{kind} {text_of(inner.get('type')).lower()}"
            if isinstance(inner, dict) and kind == "interactive"
            else kind
        )
        construct = reader.partly or what.strip()[:60]
        code = reading.find(
            PartlyRead,
            at if kind in value else place,
            f"`{construct}` has no form in the graph; " + ("its text is read" if content else "it is kept whole"),
            help="send the kept body from the sending program",
        )
        kept = canonical({kind: inner})
        if content is None:
            reading.book.dropped(place, "no form in the graph", "send the kept body", code)
            return Sent(None, construct, [("body", kept), *facts])
        reading.book.degraded(place, "only its text is read", "send the kept body", code)
        facts.append(("body", kept))
    else:
        facts += _beside(reading, inner, at, kind)
    return Sent(content, "", facts)


def _beside(reading: Reading, inner: Any, place: Place, kind: str) -> list[tuple[str, str]]:
    """What a body says beside its content (a link preview, the code of a currency), as facts by pointer."""
    found = []
    for pointer, value in leaves(inner):
        parts = pointer.split("/")
        name, holder = parts[-1], parts[-2] if len(parts) > 1 else ""
        of_template = kind == "template" and "parameters" in parts
        read = name in _READ and (holder != "currency" or name == "fallback_value")
        if read or name.isdecimal():
            continue
        if name == "filename" and not of_template:
            continue
        here = Place(place.file, place.pointer + pointer)
        found.append((f"{kind}{pointer}", json_text(reading.safe(value, here, name))))
        reading.book.exact(here, "kept as a fact")
    return found


def _leave_out_recipient(reading: Reading, value: dict[str, Any], place: Place) -> None:
    for name in _ADDRESS:
        if value.get(name) in (None, "") or (name == "to" and _MARKER.fullmatch(text_of(value[name]))):
            continue
        code = reading.find_once(
            RecipientLeftOut,
            "to",
            place.child(name),
            lambda count: f"recipients and message ids are left out ({count} in the file)",
            help="nothing to do: the sending program fills them in",
        )
        for pointer, _ in leaves(value[name], place.child(name).pointer):
            reading.book.dropped(Place(place.file, pointer), "data of a person", "filled in when it is sent", code)


def _drop(reading: Reading, value: Any, place: Place, code: str) -> None:
    reading.book.dropped(place, "it says nothing", "nothing: the sending program does it", code)
    for pointer, _ in leaves(value, place.pointer):
        if reading.book.is_open(Place(place.file, pointer)):
            reading.book.dropped(Place(place.file, pointer), "it says nothing", "nothing", code)


class _Reader:
    """Reads the content of one body. ``partly`` names what only the kept body holds."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.partly = ""
        self.taken: dict[str, int] = {}

    def text(self, source: Said | None) -> Text:
        """A text; ``{{name}}`` is a value that is filled in at run time."""
        if source is None:
            return ()
        parts: list[Segment] = []
        end = 0
        for match in _MARKER.finditer(source.text):
            hole = Hole(Ref(tuple(match.group(1).split("."))), source.place.within(match.start(), match.end()))
            parts += [Literal(source.text[end : match.start()]), hole]
            self.reading.note(hole.expression, hole.at or source.place)
            end = match.end()
        return join_text([*parts, Literal(source.text[end:])])

    def localized(self, source: Said | None) -> LocalizedText:
        text = self.text(source)
        return Localized.of(text) if text else Localized()

    def content(self, kind: str, value: Any, place: Place) -> Content | None:
        """The content; None where nothing of it can be read."""
        if kind == "contacts":
            return self.contacts(value, place)
        if not isinstance(value, dict):
            return None
        if kind == "text":
            body = said(value, "body", place)
            return Content(text=self.localized(body), at=body.place) if body else None
        if kind in _MEDIA:
            media = self.media(kind, value, place)
            return Content(media=(media,), at=place) if media else None
        if kind == "location":
            point = GeoPoint(
                self.number(value.get("latitude")),
                self.number(value.get("longitude")),
                self.text(said(value, "name", place)),
                self.text(said(value, "address", place)),
            )
            return Content(location=point, at=place)
        if kind == "template":
            return self.template(value, place)
        return self.interactive(value, place) if kind == "interactive" else None

    def number(self, value: Any) -> Expression:
        if isinstance(value, str):
            match = _MARKER.fullmatch(value.strip())
            return Ref(tuple(match.group(1).split("."))) if match else Const(value)
        return Const(value if isinstance(value, (int, float)) and not isinstance(value, bool) else None)

    def media(self, kind: str, value: Any, place: Place) -> Media | None:
        if not isinstance(value, dict):
            return None
        link, asset = said(value, "link", place), text_of(value.get("id"))
        if link is None and not asset:
            return None
        return Media(
            _MEDIA[kind],
            self.localized(link),
            asset,
            filename=text_of(value.get("filename")),
            caption=self.localized(said(value, "caption", place)),
            at=place,
        )

    def contacts(self, value: Any, place: Place) -> Content | None:
        cards = []
        for index, card in enumerate(value if isinstance(value, list) else []):
            at = place.child(index)
            self.reading.book.open("contact", at)
            if not isinstance(card, dict):
                continue
            phones = card.get("phones")
            first = phones[0] if isinstance(phones, list) and phones else None
            name = self.text(said(card.get("name"), "formatted_name", at.child("name")))
            cards.append(ContactCard(name, self.text(said(first, "phone", at.child("phones", 0)))))
            if card.keys() - {"name", "phones"} or len(phones if isinstance(phones, list) else []) > 1:
                self.partly = "contact with more than a name and a number"
        return Content(contacts=tuple(cards), at=place) if cards else None

    def template(self, value: dict[str, Any], place: Place) -> Content | None:
        name, language = text_of(value.get("name")), value.get("language")
        if not name:
            return None
        parameters: list[tuple[str, Expression]] = []
        components = value.get("components")
        for index, component in enumerate(components if isinstance(components, list) else []):
            at = place.child("components", index)
            kind = text_of(component.get("type")).lower() if isinstance(component, dict) else ""
            self.reading.book.open(f"values {kind or '?'}"[:60], at)
            if kind == "carousel":
                self.partly = "values of a carousel"
            items = component.get("parameters") if isinstance(component, dict) else None
            prefix = {"body": "", "header": "header."}.get(kind, f"{kind}.")
            if kind == "button":
                prefix = f"button.{text_of(component.get('index')) or index}."
            for number, item in enumerate(items if isinstance(items, list) else [], start=1):
                parameters.append(self.parameter(item, at.child("parameters", number - 1), prefix, number, kind))
        code = text_of(language.get("code")) if isinstance(language, dict) else text_of(language)
        return Content(template=TemplateUse(name, "", code, tuple(parameters), place), at=place)

    def parameter(self, item: Any, place: Place, prefix: str, number: int, component: str) -> tuple[str, Expression]:
        kind = text_of(item.get("type")).lower() if isinstance(item, dict) else ""
        self.reading.book.open(f"parameter {kind or '?'}"[:60], place)
        named = text_of(item.get("parameter_name")) if isinstance(item, dict) else ""
        slot = f"{prefix}{named or number}"
        inner = item.get(kind) if isinstance(item, dict) else None
        at = place.child(kind)
        if component == "button":
            slot = prefix.rstrip(".") if kind == "text" else f"{prefix}{kind}"
        if isinstance(inner, dict):
            value = said(inner, "link", at) or said(inner, "fallback_value", at) or said(inner, "id", at)
            if kind in _MEDIA or kind == "gif":
                slot = f"{prefix}{kind}"
            if value is None:
                self.partly = self.partly or f"{kind} parameter"
                return slot, Const(canonical(inner))
            return slot, text_expression(self.text(value))
        if isinstance(inner, str):
            return slot, text_expression(self.text(Said(inner, at)))
        self.partly = self.partly or f"{kind or 'unreadable'} parameter"
        return slot, Const(canonical(item))

    def interactive(self, value: dict[str, Any], place: Place) -> Content | None:
        kind = text_of(value.get("type")).lower()
        action = value.get("action")
        action, at = (action if isinstance(action, dict) else {}), place.child("action")
        parameters = action.get("parameters")
        parameters = parameters if isinstance(parameters, dict) else {}
        body = said(value.get("body"), "text", place.child("body"))
        choices: list[Choice] = []
        cards: list[Card] = []
        label: Said | None = None
        if kind == "button":
            choices = self.buttons(action.get("buttons"), at.child("buttons"))
        elif kind == "list":
            label = said(action, "button", at)
            choices = self.rows(action.get("sections"), at.child("sections"))
        elif kind == "cta_url":
            choices = self.link(parameters, at.child("parameters"))
        elif kind == "location_request_message":
            choices = [Choice("location", Localized(), ChoiceKind.SHARE_LOCATION, at=at)]
        elif kind == "carousel":
            cards = self.cards(action.get("cards"), at.child("cards"))
        elif kind in ("flow", "catalog_message", "product", "product_list"):
            self.partly = f"interactive {kind}"
            cta = said(parameters, "flow_cta", at.child("parameters"))
            reach = ChoiceKind.FLOW if kind == "flow" else ChoiceKind.CATALOG
            choices = [Choice(kind, self.localized(cta), reach, at=at)]
        else:
            return None
        header, media = self.header(value.get("header"), place.child("header"))
        if body is None and not choices and not cards:
            return None
        return Content(
            text=self.localized(body),
            header=self.localized(header),
            footer=self.localized(said(value.get("footer"), "text", place.child("footer"))),
            media=(media,) if media else (),
            choices=tuple(choices),
            cards=tuple(cards),
            list_label=self.localized(label),
            at=body.place if body else place,
        )

    def header(self, value: Any, place: Place) -> tuple[Said | None, Media | None]:
        kind = text_of(value.get("type")).lower() if isinstance(value, dict) else ""
        if kind in _MEDIA:
            return None, self.media(kind, value.get(kind), place.child(kind))
        return said(value, "text", place), None

    def reply(self, value: Any, place: Place, section: LocalizedText = Localized()) -> Choice | None:
        title = said(value, "title", place)
        if title is None:
            return None
        id_ = text_of(value.get("id"))
        return Choice(
            unique(template_slug(id_ or title.text), self.taken),
            self.localized(title),
            description=self.localized(said(value, "description", place)),
            payload=id_,
            section=section,
            at=place,
        )

    def buttons(self, items: Any, place: Place, member: str = "reply") -> list[Choice]:
        found = []
        for index, button in enumerate(items if isinstance(items, list) else []):
            at = place.child(index)
            self.reading.book.open("reply button", at)
            made = self.reply(button.get(member), at.child(member)) if isinstance(button, dict) else None
            if made is None:
                self.partly = self.partly or "unreadable button"
            else:
                found.append(made)
        return found

    def rows(self, sections: Any, place: Place) -> list[Choice]:
        found = []
        for index, section in enumerate(sections if isinstance(sections, list) else []):
            at = place.child(index)
            self.reading.book.open("section", at)
            title = self.localized(said(section, "title", at))
            rows = section.get("rows") if isinstance(section, dict) else None
            for number, row in enumerate(rows if isinstance(rows, list) else []):
                self.reading.book.open("list row", at.child("rows", number))
                made = self.reply(row, at.child("rows", number), title)
                if made is None:
                    self.partly = self.partly or "unreadable row"
                else:
                    found.append(made)
        return found

    def link(self, parameters: Any, place: Place) -> list[Choice]:
        url = said(parameters, "url", place)
        if url is None:
            self.partly = self.partly or "link button without a link"
            return []
        title = self.localized(said(parameters, "display_text", place))
        return [Choice(unique("link", self.taken), title, ChoiceKind.URL, url=self.text(url), at=place)]

    def cards(self, items: Any, place: Place) -> list[Card]:
        found = []
        for index, card in enumerate(items if isinstance(items, list) else []):
            at = place.child(index)
            self.reading.book.open("card", at)
            if not isinstance(card, dict):
                continue
            action = card.get("action")
            action = action if isinstance(action, dict) else {}
            choices = self.buttons(action.get("buttons"), at.child("action", "buttons"), "quick_reply")
            if "parameters" in action:
                choices += self.link(action["parameters"], at.child("action", "parameters"))
            if "product_retailer_id" in action:
                self.partly = "interactive product carousel"
            _, media = self.header(card.get("header"), at.child("header"))
            body = said(card.get("body"), "text", at.child("body"))
            found.append(Card(text=self.localized(body), media=media, choices=tuple(choices), at=at))
        return found
