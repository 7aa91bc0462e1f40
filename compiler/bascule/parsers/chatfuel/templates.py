"""Templates inside flows: the text that was approved, the values it gets, and its buttons."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bascule.ir.content import Choice, ChoiceKind, TemplateUse
from bascule.ir.expr import Expression, Ref
from bascule.ir.project import TemplateAsset
from bascule.ir.text import Hole, Literal, Localized, Segment, Text, join_text, plain_text, text_expression
from bascule.language.members import Facts, as_text, slug
from bascule.language.reading import json_text, unique
from bascule.parsers.chatfuel.reading import Reading
from bascule.source import Place

__all__ = ["FoundTemplate", "read_template"]

_KINDS = {
    "WhatsAppTemplateURLButton": ChoiceKind.URL,
    "WhatsAppTemplateCallPhoneButton": ChoiceKind.CALL,
    "WhatsAppTemplateWhatsAppCallButton": ChoiceKind.CALL,
    "WhatsAppTemplateCopyCodeButton": ChoiceKind.COPY_CODE,
    "WhatsAppTemplateQuickReplyButton": ChoiceKind.REPLY,
}
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MEMBERS = ("__typename", "templateID", "name", "status", "header", "body", "footer", "buttons")


@dataclass(slots=True)
class FoundTemplate:
    """What a template element names: its use with bindings, its asset, and its buttons with their handles."""

    use: TemplateUse
    at: Place
    asset: TemplateAsset | None = None
    choices: list[tuple[Choice, Any]] = field(default_factory=list)


def read_template(reading: Reading, value: dict[str, Any], place: Place, facts: Facts) -> FoundTemplate:
    """Read ``whatsAppTemplate``."""
    name, id_ = as_text(value.get("name")), as_text(value.get("templateID"))
    parameters: list[tuple[str, Expression]] = []
    texts: dict[str, Text] = {}
    for part in ("header", "body", "footer"):
        component = value.get(part)
        if not isinstance(component, dict):
            continue
        items = component.get("text")
        if isinstance(items, list):
            prefix = "" if part == "body" else f"{part}."
            texts[part] = _text(reading, items, place.child(part, "text"), prefix, parameters)
        else:
            facts.append((f"whatsAppTemplate/{part}", json_text(reading.safe(component, place.child(part)))))
    choices = _buttons(reading, value.get("buttons"), place.child("buttons"), parameters)
    use = TemplateUse(name=name, provider_id=id_, parameters=tuple(parameters), at=place)
    rest = {key: item for key, item in value.items() if key not in _MEMBERS}
    if rest:
        facts.append(("whatsAppTemplate", json_text(reading.safe(rest, place))))
    if not name and not id_:
        return FoundTemplate(use, place, None, choices)
    body = texts.get("body", ())
    asset = TemplateAsset(
        name or id_,
        provider="chatfuel",
        provider_id=id_,
        status=_WORD.sub("_", as_text(value.get("status"))).upper(),
        text=Localized.of(body) if body else Localized(),
        definition=json_text(reading.safe(value, place, report=False)),
        at=place,
    )
    return FoundTemplate(use, place, asset, choices)


def _text(
    reading: Reading, items: list[Any], place: Place, prefix: str, parameters: list[tuple[str, Expression]]
) -> Text:
    """The text of a component; its parameters are holes named as the template names them."""
    found: list[Segment] = []
    for index, item in enumerate(items):
        data = item if isinstance(item, dict) else {}
        at = place.child(index)
        if isinstance(data.get("text"), str):
            found.append(Literal(data["text"]))
            continue
        name = as_text(data.get("name")) or str(len(parameters) + 1)
        found.append(Hole(Ref((name,)), at))
        parameters.append((f"{prefix}{name}", _value(reading, data.get("value"), at.child("value"))))
    return join_text(found)


def _value(reading: Reading, value: Any, place: Place) -> Expression:
    parts = value.get("parts") if isinstance(value, dict) else None
    if isinstance(parts, list):
        return text_expression(reading.parts(parts, place.child("parts")))
    return reading.value(value, place)


def _buttons(
    reading: Reading, value: Any, place: Place, parameters: list[tuple[str, Expression]]
) -> list[tuple[Choice, Any]]:
    found: list[tuple[Choice, Any]] = []
    taken: dict[str, int] = {}
    for index, item in enumerate(value if isinstance(value, list) else []):
        data = item if isinstance(item, dict) else {}
        at = place.child(index)
        kind = _KINDS.get(as_text(data.get("__typename")), ChoiceKind.NONE)
        title = as_text(data.get("text"))
        url: Text = ()
        link = data.get("url")
        if isinstance(link, list):
            inner: list[tuple[str, Expression]] = []
            url = _text(reading, link, at.child("url"), f"button.{index}.", inner)
            parameters.extend((f"button.{index}", value) for _, value in inner[:1])
        if kind is ChoiceKind.COPY_CODE:
            parameters.append((f"button.{index}", _value(reading, data.get("code"), at.child("code"))))
        text: Text = (Literal(title),) if title else ()
        id_ = unique(slug(plain_text(text)) or f"choix_{index + 1}", taken)
        phone = as_text(data.get("phoneNumber"))
        choice = Choice(
            id_,
            Localized.of(text) if text else Localized(),
            kind,
            url=url,
            phone=(Literal(phone),) if phone else (),
            at=at,
        )
        found.append((choice, data.get("id")))
    return found
