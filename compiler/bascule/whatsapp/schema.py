"""Check JSON against the schemas in ``schemas/``; the answers are the errors of the branch that was meant."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from bascule.resources import read_text
from bascule.whatsapp.shape import too_deep

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator, ValidationError

__all__ = ["KINDS", "validate"]

KINDS = {
    "message": ("message", ""),
    "policy": ("policy", ""),
    "request": ("request", ""),
    "request_plan": ("request-plan", ""),
    "template": ("template", ""),
    "template_list": ("template", "list"),
    "bird_channel_template": ("bird", "channel_template"),
    "bird_message": ("bird", "message"),
    "bird_template": ("bird", "template"),
    "plivo_message": ("plivo-message", ""),
    "twilio_content": ("twilio-content", ""),
    "infobip": ("infobip", ""),
    "vonage": ("vonage", ""),
    "chatfuel_answers": ("chatfuel-answers", ""),
    "chatfuel_bot": ("chatfuel-bot", ""),
    "chatfuel_plan": ("chatfuel-plan", ""),
    "landbot": ("landbot", ""),
    "typebot": ("typebot", ""),
}
"""What can be checked: the schema's name, and the definition in it where it is not the whole."""


def validate(kind: str, value: object) -> list[str]:
    """What is wrong with a value, one line each, as ``$.components[1].text: …``; empty when nothing is.

    ``kind`` is one of :data:`KINDS` (KeyError otherwise). Schemas choose by ``type``, so an error is about the
    variant that the value says it is.
    """
    if too_deep(value):
        return ["$: this nests too deep to be checked"]
    errors = sorted(map(_leaf, _validator(kind).iter_errors(value)), key=_order)
    return list(dict.fromkeys(f"{error.json_path}: {_message(error)}" for error in errors))


@cache
def _validator(kind: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    name, definition = KINDS[kind]
    schema = json.loads(read_text("schemas", f"{name}.schema.json"))
    if definition:
        schema = {"$schema": schema["$schema"], "$defs": schema["$defs"], "$ref": f"#/$defs/{definition}"}
    return Draft202012Validator(schema)


def _leaf(error: ValidationError) -> ValidationError:
    """The deepest error of the branch that comes nearest, where a schema offers several."""
    while error.context:
        error = max(error.context, key=lambda item: (len(item.absolute_path), _PREFERENCE.get(str(item.validator), 3)))
    return error


_PREFERENCE = {"type": 0, "const": 1, "required": 2}
"""A branch that fails on the kind of value was hardly the one that was meant."""


def _order(error: ValidationError) -> tuple[Any, ...]:
    return tuple((isinstance(step, str), str(step).zfill(6)) for step in error.absolute_path), error.message


def _message(error: ValidationError) -> str:
    limit = error.validator_value
    size = len(error.instance) if isinstance(error.instance, (str, list)) else 0
    if error.validator == "maxLength":
        return f"{size} characters, at most {limit} are allowed"
    if error.validator == "minLength":
        return "must not be empty" if limit == 1 else f"{size} characters, at least {limit} are needed"
    if error.validator == "maxItems":
        return f"{size} items, at most {limit} are allowed"
    if error.validator == "minItems":
        return f"{size} items, at least {limit} are needed"
    if error.validator == "maxContains":
        return f"at most {limit} of type {_contained(error)} may stand here"
    if error.validator in ("contains", "minContains"):
        return f"nothing of type {_contained(error)} stands here"
    return error.message if len(error.message) <= 300 else error.message[:299] + "…"


def _contained(error: ValidationError) -> str:
    """The ``type`` that a ``contains`` looks for."""
    schema = error.schema if isinstance(error.schema, dict) else {}
    names = schema.get("contains", {}).get("properties", {}).get("type", {}).get("enum", ["this"])
    return str(names[0])
