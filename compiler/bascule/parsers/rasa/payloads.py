"""What a button sends back: an intent with entities, slots to set (CALM), or words.

Source: https://legacy-docs-oss.rasa.com/docs/rasa/responses#buttons,
https://rasa.com/docs/reference/primitives/responses/#payload-syntax
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from bascule.parsers.rasa.texts import unescape

__all__ = ["Payload", "read_payload"]

_INTENT = re.compile(r"/(?P<name>[^{@(\s][^{@(]*)(?:@[0-9.]+)?(?P<entities>\{.*\})?", re.DOTALL)
_SLOTS = re.compile(r"/SetSlots\s*\((?P<body>.*)\)\s*$", re.DOTALL)
_SETS = re.compile(r"\s*([^=,()]+?)\s*=\s*(\"[^\"]*\"|'[^']*'|[^,]*)\s*(?:,|$)")


@dataclass(frozen=True, slots=True)
class Payload:
    """``intent`` with ``entities``, or ``slots`` to set, or just ``words``. ``broken``: it looks like the first two
    and cannot be read."""

    intent: str = ""
    entities: tuple[tuple[str, Any], ...] = ()
    slots: tuple[tuple[str, Any], ...] = ()
    words: str = ""
    broken: bool = False


def read_payload(text: str) -> Payload:
    """Read a payload. Never raises."""
    text = text.strip()
    if not text.startswith("/"):
        return Payload(words=text)
    sets = _SLOTS.match(text)
    if sets is not None:
        found = tuple((name, _value(value)) for name, value in _SETS.findall(sets.group("body")) if name)
        return Payload(slots=found) if found else Payload(words=text, broken=True)
    match = _INTENT.match(unescape(text) if "{{" in text else text)
    if match is None:
        return Payload(words=text, broken=True)
    name = match.group("name").strip()
    body = match.group("entities")
    if body is None:
        rest = text[match.end() :] if "{{" not in text else ""
        return Payload(intent=name, broken=rest.lstrip().startswith(("{", "(")))
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return Payload(intent=name, broken=True)
    if not isinstance(data, dict):
        return Payload(intent=name, broken=True)
    return Payload(intent=name, entities=tuple((str(key), _first(value)) for key, value in data.items()))


def _first(value: Any) -> Any:
    """The value of an entity; of several the first."""
    if isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, (str, int, float, bool)) or value is None else json.dumps(value)


def _value(text: str) -> Any:
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    words = {"true": True, "false": False, "null": None, "none": None}
    if text.casefold() in words:
        return words[text.casefold()]
    if re.fullmatch(r"-?[0-9]{1,15}", text):
        return int(text)
    return float(text) if re.fullmatch(r"-?[0-9]{1,15}\.[0-9]{1,15}", text) else text
