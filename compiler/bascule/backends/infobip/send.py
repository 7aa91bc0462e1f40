"""Sends of templates: Infobip's WhatsApp API with ``smsFailover``, and its Messages API with ``failover``.

https://www.infobip.com/docs/api/channels/whatsapp/whatsapp-outbound-messages/send-whatsapp-template-message
https://www.infobip.com/docs/api/platform/messages-api/send-messages-api-message
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bascule.backends.cloud.recipient import MSISDN
from bascule.backends.infobip.parts import Registered

__all__ = ["SENDER", "SMS_SENDER", "Values", "failover_message", "template_message", "values_of"]

SENDER = "{{INFOBIP_SENDER}}"
SMS_SENDER = "{{INFOBIP_SMS_SENDER}}"
_MEDIA = ("image", "video", "document", "gif")
_SUB_TYPES = {"quick_reply": "QUICK_REPLY", "url": "URL", "copy_code": "COPY_CODE", "flow": "FLOW"}
_NO_NAME = "document.pdf"


@dataclass(frozen=True, slots=True)
class Values:
    """What a send fills in, in the order of the template. ``header`` is (format, text or address, file name);
    ``buttons`` are (type, value); ``todo`` is what has to be added by hand."""

    name: str
    language: str
    header: tuple[str, str, str] | None
    body: tuple[str, ...]
    buttons: tuple[tuple[str, str], ...]
    todo: tuple[str, ...] = ()


def values_of(template: Mapping[str, Any], registered: Registered | None) -> Values:
    """The values of Meta's ``template`` object for a template as it was registered; None: its text is not known here,
    and the values stand as the source gives them."""
    name, language = str(template["name"]), str(template["language"]["code"])
    components = template.get("components", [])
    header = _given_header(components)
    body = _given_texts(components, "body")
    buttons = _given_buttons(components)
    todo: list[str] = []
    if registered is None:
        told = tuple((kind, value) for _, (kind, value) in sorted(buttons.items()))
        return Values(name, language, header, tuple(value for _, value in body), told)
    known = dict(body)
    texts = tuple(_bound(known, f"{name}.{key}", key, todo) for key in registered.body)
    if registered.header == "TEXT":
        titles = dict(_given_texts(components, "header"))
        key = registered.header_names[0]
        header = ("TEXT", _bound(titles, f"{name}.header.{key}", key, todo), "")
    elif registered.header in ("", "LOCATION"):
        header = None
    elif header is None:
        header = (registered.header, "{{" + f"{name}.header.{registered.header.lower()}" + "}}", _NO_NAME)
        todo.append(f"bind the address of the header's {registered.header.lower()}")
    else:
        # A path in the source's own archive is no address: the file that was submitted is sent.
        public = header[1].startswith(("https://", "http://", "{{"))
        header = (registered.header, header[1] if public else registered.sample or header[1], header[2])
    told = tuple(
        (kind, buttons[index][1] if index in buttons else _unbound(kind, label, name, index, todo))
        for kind, index, label in registered.buttons
    )
    todo += [f"add {what}" for what in registered.by_hand]
    return Values(name, language, header, texts, told, tuple(todo))


def _bound(known: Mapping[str, str], marker: str, key: str, todo: list[str]) -> str:
    if key in known:
        return known[key]
    todo.append(f"bind {{{{{marker}}}}}: the source gives no value for it")
    return "{{" + marker + "}}"


def _unbound(kind: str, label: str, name: str, index: int, todo: list[str]) -> str:
    """What a button sends when the step has nothing for it: a quick reply its own words."""
    if kind == "QUICK_REPLY":
        return label
    if kind == "FLOW":
        return ""
    marker = "{{coupon_code}}" if kind == "COPY_CODE" else "{{" + f"{name}.button.{index}" + "}}"
    todo.append(f"bind {marker}: the source gives no value for it")
    return marker


def _given_texts(components: Any, part: str) -> list[tuple[str, str]]:
    found = []
    for component in components:
        if component["type"] == part:
            for number, parameter in enumerate(component.get("parameters", []), start=1):
                if parameter["type"] == "text":
                    found.append((str(parameter.get("parameter_name") or number), str(parameter["text"])))
    return found


def _given_header(components: Any) -> tuple[str, str, str] | None:
    for component in components:
        for parameter in component.get("parameters", []) if component["type"] == "header" else []:
            kind = parameter["type"]
            if kind == "text":
                return "TEXT", str(parameter["text"]), ""
            if kind in _MEDIA:
                link = str(parameter[kind].get("link", ""))
                return kind.upper(), link, str(parameter[kind].get("filename") or "") or _file_name(link)
    return None


def _file_name(link: str) -> str:
    name = link.split("?")[0].rsplit("/", 1)[-1]
    return name if name and "{{" not in link and "." in name else _NO_NAME


def _given_buttons(components: Any) -> dict[int, tuple[str, str]]:
    found: dict[int, tuple[str, str]] = {}
    for component in components:
        kind = _SUB_TYPES.get(str(component.get("sub_type", "")).lower())
        if component["type"] == "button" and kind is not None:
            parameters: list[dict[str, Any]] = component.get("parameters") or [{}]
            parameter = parameters[0]
            value = parameter.get("payload") or parameter.get("coupon_code") or parameter.get("text") or ""
            found[int(component["index"])] = kind, str(value)
    return found


def template_message(values: Values, data: str, sms: str) -> dict[str, Any]:
    """The body of ``POST /whatsapp/1/message/template``; ``sms`` is what an SMS says when WhatsApp fails
    (``""``: none), ``data`` comes back with every report."""
    told: dict[str, Any] = {"body": {"placeholders": list(values.body)}}
    if values.header is not None:
        kind, value, filename = values.header
        named = {"filename": filename} if kind == "DOCUMENT" else {}
        told["header"] = {"type": kind, **({"placeholder": value} if kind == "TEXT" else {"mediaUrl": value}), **named}
    if values.buttons:
        told["buttons"] = [_button(kind, value) for kind, value in values.buttons]
    content = {"templateName": values.name, "templateData": told, "language": values.language}
    message: dict[str, Any] = {"from": SENDER, "to": MSISDN, "content": content, "callbackData": data}
    if sms:
        message["smsFailover"] = {"from": SMS_SENDER, "text": sms}
    return {"messages": [message]}


def _button(kind: str, value: str) -> dict[str, Any]:
    if kind == "FLOW":
        return {"type": "FLOW", **({"flowToken": value} if value else {})}
    return {"type": kind, "parameter": value}


def failover_message(values: Values, data: str, sms: str) -> dict[str, Any]:
    """The body of ``POST /messages-api/1/messages`` that says the same, with the SMS as its failover.

    ``adaptationMode`` is off: what a channel cannot show is refused, not left out without a word.
    """
    content: dict[str, Any] = {}
    if values.header is not None:
        kind, value, filename = values.header
        named = {"filename": filename} if kind == "DOCUMENT" else {}
        content["header"] = {"type": kind, **({"1": value} if kind == "TEXT" else {"url": value}), **named}
    numbers = {str(number): value for number, value in enumerate(values.body, start=1)}
    content["body"] = {"type": "TEXT", **numbers}
    if values.buttons:
        content["buttons"] = [_reply(kind, value) for kind, value in values.buttons]
    message = {
        "channel": "WHATSAPP",
        "sender": SENDER,
        "destinations": [{"byChannel": [{"channel": "WHATSAPP", "to": MSISDN}, {"channel": "SMS", "to": MSISDN}]}],
        "template": {"templateName": values.name, "language": values.language},
        "content": content,
        "options": {"adaptationMode": False},
        "webhooks": {"callbackData": data},
        "failover": [{"channel": "SMS", "sender": SMS_SENDER, "content": {"body": {"type": "TEXT", "text": sms}}}],
    }
    return {"messages": [message]}


def _reply(kind: str, value: str) -> dict[str, Any]:
    if kind == "QUICK_REPLY":
        return {"type": "QUICK_REPLY", "postbackData": value}
    if kind == "URL":
        return {"type": "OPEN_URL", "suffix": value}
    if kind == "COPY_CODE":
        return {"type": "COPY_CODE", "code": value}
    return {"type": "FLOW", **({"token": value} if value else {})}
