"""The body that sends a template: parameters in the order of its placeholders, payloads for quick replies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bascule.ir.expr import Const, Expression, Ref
from bascule.ir.expr_text import print_expression
from bascule.whatsapp.plan import PlannedStep, PlannedTemplate, Slot, TemplateSend
from bascule.whatsapp.templates import Category, HeaderFormat, QuickReplyButton

__all__ = ["template_send"]

RECIPIENT = "{{contact.phone}}"


def template_send(
    step: PlannedStep,
    send: TemplateSend,
    templates: Mapping[tuple[str, str], PlannedTemplate],
    by_id: Callable[[str], bool] = lambda name: False,
) -> dict[str, Any] | None:
    """The exact body of ``POST /{PHONE}/messages`` for one use of a template of ``templates`` (by name and language).

    A template that the source only names (it exists on the account, its text is not in the file) gets
    its parameters by the prefix of their slots. None when it is named only by a provider's id, which the Cloud
    API does not know; ``by_id`` says which ids the provider itself takes.
    """
    planned = templates.get((send.template, send.language))
    if planned is None and not _nameable(send.template) and not by_id(send.template):
        return None
    components = _components(step, send, planned) if planned else _by_reference(send)
    language = send.language or "en"
    template: dict[str, Any] = {"name": send.template, "language": {"code": language}}
    if components:
        template["components"] = components
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": RECIPIENT,
        "type": "template",
        "template": template,
    }


def _nameable(name: str) -> bool:
    return bool(name) and all(char.isascii() and (char.islower() or char.isdigit() or char == "_") for char in name)


def _value(expression: Expression) -> str:
    """The run-time marker, or the text of a constant."""
    if isinstance(expression, Const):
        return "" if expression.value is None else str(expression.value)
    if isinstance(expression, Ref):
        return "{{" + expression.name + "}}"
    return "{{" + print_expression(expression) + "}}"


_MEDIA_SLOTS = ("image", "video", "document", "gif")
_BUTTON_VALUES = {"coupon_code": "copy_code", "payload": "quick_reply"}


def _by_reference(send: TemplateSend) -> list[dict[str, Any]]:
    """The parameters of a template whose text is not planned here, by the prefix of their slots.

    ``1``, ``body.1`` and names belong to the body, ``header.1`` and ``header.image`` to the header, ``button.0`` to the
    link at that index. What only the sending program can build (cards, Flow data, the end of an offer) is left to it,
    and so are coupon codes that are not fixed: the marker of one is longer than a code may be.
    """
    header: list[dict[str, Any]] = []
    body: list[dict[str, Any]] = []
    buttons: list[dict[str, Any]] = []
    for slot, expression in send.bindings:
        component, _, rest = slot.partition(".")
        value = _value(expression)
        if component == "header" and rest in _MEDIA_SLOTS:
            header.append({"type": rest, rest: {"link": value}})
        elif component == "header" and rest != "location" and rest != "product":
            header.append(_parameter(rest, value))
        elif component == "button":
            index, _, kind = rest.partition(".")
            if not kind:
                text = {"type": "text", "text": value}
                buttons.append({"type": "button", "sub_type": "url", "index": index, "parameters": [text]})
            elif kind == "payload" or (kind in _BUTTON_VALUES and isinstance(expression, Const)):
                given = {"type": kind, kind: value}
                sub_type = _BUTTON_VALUES[kind]
                buttons.append({"type": "button", "sub_type": sub_type, "index": index, "parameters": [given]})
        elif component != "limited_time_offer" and component != "card":
            body.append(_parameter(rest if component == "body" and rest else slot, value))
    parts = [{"type": "header", "parameters": header}] if header else []
    if body:
        parts.append({"type": "body", "parameters": body})
    return [*parts, *buttons]


def _parameter(name: str, value: str) -> dict[str, Any]:
    """A text value; templates with named parameters take the name too."""
    named = {} if name.isdecimal() else {"parameter_name": name}
    return {"type": "text", **named, "text": value}


def _components(step: PlannedStep, send: TemplateSend, planned: PlannedTemplate) -> list[dict[str, Any]]:
    markers = {slot.key: slot for slot in planned.slots}
    bindings = dict(send.bindings)
    result: list[dict[str, Any]] = []
    header = planned.template.header
    header_slots = [slot for slot in planned.slots if slot.component == "header"]
    if header is not None and header_slots:
        if header.format is HeaderFormat.TEXT:
            parameters: list[dict[str, Any]] = [dict(_text(slot, bindings)) for slot in header_slots]
        else:
            kind = header.format.value.lower()
            link = _text(header_slots[0], bindings)["text"]
            parameters = [{"type": kind, kind: {"link": link}}]
        result.append({"type": "header", "parameters": parameters})
    body = [_text(slot, bindings) for slot in planned.slots if slot.component == "body"]
    if body:
        result.append({"type": "body", "parameters": body})
    if planned.template.category is Category.AUTHENTICATION:
        code = next(slot for slot in planned.slots if slot.component == "button")
        result.append({"type": "button", "sub_type": "url", "index": "0", "parameters": [_text(code, bindings)]})
        return result
    result.extend(_buttons(step, planned, bindings, markers))
    return result


def _buttons(
    step: PlannedStep, planned: PlannedTemplate, bindings: Mapping[str, Expression], markers: Mapping[str, Slot]
) -> list[dict[str, Any]]:
    result: list[dict[str, Any]] = []
    routes = list(step.routes)
    for index, button in enumerate(planned.template.buttons):
        if isinstance(button, QuickReplyButton) and routes and button.text in routes[0].titles:
            payload = {"type": "payload", "payload": routes.pop(0).reply_ids[0]}
            result.append({"type": "button", "sub_type": "quick_reply", "index": str(index), "parameters": [payload]})
        slot = markers.get(f"button.{index}.1")
        if slot is not None:
            result.append(
                {"type": "button", "sub_type": "url", "index": str(index), "parameters": [_text(slot, bindings)]}
            )
    return result


def _text(slot: Slot, bindings: Mapping[str, Expression]) -> dict[str, str]:
    expression = bindings.get(slot.key, slot.expression)
    named = {"parameter_name": slot.name} if slot.name else {}
    same = expression == slot.expression and not isinstance(expression, Const)
    return {"type": "text", **named, "text": "{{" + slot.marker + "}}" if same else _value(expression)}
