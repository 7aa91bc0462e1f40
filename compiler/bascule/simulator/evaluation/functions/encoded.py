"""Functions of JSON and other encodings, and of kinds of values."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import uuid
from datetime import date, time
from decimal import Decimal
from typing import Any

from bascule.simulator.evaluation.faults import Fault
from bascule.simulator.evaluation.functions.base import ANY, Argument, Closure, Context, Registry
from bascule.simulator.evaluation.values import DEFAULT, MAX_TEXT, Value, iso, number, plain_number, primary, show

__all__ = ["ENCODED"]

ENCODED = Registry()

_MAX_DEPTH = 60


def _encoded(context: Context, value: Any, room: list[int], depth: int = 0) -> str:
    """A value as JSON without blanks; ``room`` counts the characters that may still be written."""
    text = ""
    if depth > _MAX_DEPTH:
        context.fail("the value is nested too deeply", "depth")
    if value is None or isinstance(value, Closure):
        text = "null"
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, (int, Decimal, float)):
        text = plain_number(value) or "null"
    elif isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False)
    elif isinstance(value, (date, time)):
        text = json.dumps(iso(value))
    elif isinstance(value, Fault):
        text = "null"
    else:
        return _nested(context, value, room, depth)
    room[0] -= len(text)
    if room[0] < 0:
        context.fail("the text is too long", "size")
    return text


def _nested(context: Context, value: Any, room: list[int], depth: int) -> str:
    if isinstance(value, list):
        room[0] -= len(value) + 2
        return "[" + ",".join(_encoded(context, item, room, depth + 1) for item in value) + "]"
    if set(value) == {DEFAULT}:
        return _encoded(context, value[DEFAULT], room, depth + 1)
    pairs = []
    for key in sorted(key for key in value if key != DEFAULT):
        name = json.dumps(str(key), ensure_ascii=False)
        room[0] -= len(name) + 2
        pairs.append(name + ":" + _encoded(context, value[key], room, depth + 1))
    return "{" + ",".join(pairs) + "}"


@ENCODED.add("json", 1)
def _json(context: Context, args: tuple[Argument, ...]) -> Value:
    """The value as JSON."""
    text = _encoded(context, args[0], [MAX_TEXT])
    context.effort.spend(len(text))
    return text


def _decoded(value: Any, depth: int) -> Any:
    """Parsed JSON with decimals for numbers, bounded in depth. Raises ValueError."""
    if depth > _MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, list):
        return [_decoded(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {key: _decoded(item, depth + 1) for key, item in value.items() if key != DEFAULT}
    return value


def _parse(context: Context, text: str) -> Value:
    try:
        found: Value = _decoded(json.loads(text, parse_float=Decimal, parse_int=_whole, parse_constant=_no), 0)
    except (ValueError, ArithmeticError, RecursionError):
        context.fail("the text is no JSON", "json")
    return found


def _whole(text: str) -> int:
    if len(text) > 400:
        raise ValueError("the number is too long")
    return int(text)


def _no(text: str) -> None:
    raise ValueError(text)


@ENCODED.add("parse_json", 1)
def _parse_json(context: Context, args: tuple[Argument, ...]) -> Value:
    """The value that a text is the JSON of."""
    value = primary(context.value(args[0]))
    return value if isinstance(value, (list, dict)) else _parse(context, context.text(value))


ENCODED["to_object"] = ENCODED["parse_json"]


def _bytes(context: Context, value: Argument) -> bytes:
    return context.text(value).encode("utf-8", "replace")


@ENCODED.add("base64_encode", 1)
def _base64_encode(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text in Base64."""
    return context.sized(base64.b64encode(_bytes(context, args[0])).decode())


@ENCODED.add("base64_url_safe_encode", 1)
def _base64_url_encode(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text in the Base64 of web addresses."""
    return context.sized(base64.urlsafe_b64encode(_bytes(context, args[0])).decode())


def _unpacked(context: Context, text: str, safe: bool) -> str:
    data = text.encode("ascii", "replace")
    data += b"=" * (-len(data) % 4)
    try:
        raw = base64.b64decode(data.translate(bytes.maketrans(b"-_", b"+/")) if safe else data, validate=True)
    except (binascii.Error, ValueError):
        context.fail("the text is no Base64", "value")
    return raw.decode("utf-8", "replace")


@ENCODED.add("base64_decode", 1)
def _base64_decode(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text of a Base64."""
    return _unpacked(context, context.text(args[0]), False)


@ENCODED.add("base64_url_safe_decode", 1)
def _base64_url_decode(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text of a Base64 of web addresses."""
    return _unpacked(context, context.text(args[0]), True)


@ENCODED.add("hmac_sha256", 2)
def _hmac(context: Context, args: tuple[Argument, ...]) -> Value:
    """The signature of a text with a key, in hexadecimal digits."""
    return hmac.new(_bytes(context, args[1]), _bytes(context, args[0]), hashlib.sha256).hexdigest()


def _random_bytes(context: Context, size: int) -> bytes:
    return bytes(int(context.scope.draw() * 256) % 256 for _ in range(size))


@ENCODED.add("uuid", 0)
def _uuid(context: Context, args: tuple[Argument, ...]) -> Value:
    """A new random identifier."""
    return str(uuid.UUID(bytes=_random_bytes(context, 16), version=4))


@ENCODED.add("random_id", 0)
def _random_id(context: Context, args: tuple[Argument, ...]) -> Value:
    """A new random word of letters and digits."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(letters[byte % len(letters)] for byte in _random_bytes(context, 24))


@ENCODED.add("boolean", 1)
def _boolean(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether the value counts as true."""
    return context.truth(args[0])


@ENCODED.add("is_error", 1, faults=True)
def _is_error(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether the value is an error."""
    value = primary(args[0]) if not isinstance(args[0], Closure) else None
    if isinstance(value, Fault) and value.code == "unknown":
        return value
    return isinstance(value, Fault)


@ENCODED.add("isnumber", 1)
def _isnumber(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether the value is a number or spells one."""
    return not isinstance(number(context.value(args[0])), Fault)


@ENCODED.add("isbool", 1)
def _isbool(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether the value is true or false."""
    return isinstance(primary(context.value(args[0])), bool)


@ENCODED.add("isstring", 1)
def _isstring(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether the value is a text."""
    return isinstance(primary(context.value(args[0])), str)


@ENCODED.add("type_of", 1)
def _type_of(context: Context, args: tuple[Argument, ...]) -> Value:
    """The kind of the value, as a word."""
    if isinstance(args[0], Closure):
        return "function"
    value = primary(context.value(args[0]))
    if value is None or isinstance(value, (bool, str, list, dict)):
        return {type(None): "null", bool: "boolean", str: "string", list: "array", dict: "map"}[type(value)]
    if isinstance(value, (int, Decimal)):
        whole = isinstance(value, int) or value == value.to_integral_value()
        return "integer" if whole else "float"
    return "time" if isinstance(value, time) else "datetime" if hasattr(value, "hour") else "date"


@ENCODED.add("format_location", 1)
def _format_location(context: Context, args: tuple[Argument, ...]) -> Value:
    """The name of an area without those it lies in."""
    return context.text(args[0]).rsplit(">", 1)[-1].strip()


@ENCODED.add("prompt", 1, ANY)
def _prompt(context: Context, args: tuple[Argument, ...]) -> Value:
    """What a language model answers: nobody can know it offline."""
    context.unknown("what a language model answers cannot be known offline")


@ENCODED.add("variable", 1)
def _variable(context: Context, args: tuple[Argument, ...]) -> Value:
    """The variable whose name is computed."""
    name = show(context.value(args[0]))
    return context.scope.lookup(tuple(name.split("."))) if name else None
