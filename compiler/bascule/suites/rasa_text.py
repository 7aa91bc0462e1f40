"""What a user's words of a Rasa test say beside themselves: annotated entities, and payloads such as ``/greet``.
https://rasa.com/docs/rasa/training-data-format/#entities"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

__all__ = ["as_list", "as_map", "as_text", "read_message"]

_ENTITY = re.compile(
    r"\[(?P<word>[^\]\[]{1,200})\]"
    r"(?:\((?P<short>[^()]{1,200})\)|(?P<one>\{[^{}]{0,500}\})|\[(?P<many>\{[^\]\[]{0,1000}\})\])"
)
"""``[word](entity:value)``, ``[word]{"entity": …, "value": …}`` and ``[word][{…}, {…}]``: what is said is the word."""

_PAYLOAD = re.compile(r"/([\w-]{1,200}(?:/[\w-]{1,200})?)[ \t]*(\{.*\})?", re.DOTALL)


def as_map(value: Any) -> dict[str, Any]:
    """The value, or nothing where it is no mapping."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value, or nothing where it is no list."""
    return value if isinstance(value, list) else []


def as_text(value: Any) -> str:
    """A scalar as it is written; nothing for lists, mappings and null."""
    from bascule.source.yaml import as_scalar

    return "" if isinstance(value, (dict, list)) or as_scalar(value) is None else str(value).strip()


def read_message(written: str) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """The words, the intent that a payload names (or nothing), and the entities with their values."""
    payload = _PAYLOAD.fullmatch(written)
    if payload is not None:
        given = _objects(payload.group(2) or "{}")
        values = [(name, str(value)) for item in given for name, value in item.items() if _plain(value)]
        return written, payload.group(1), tuple(values)
    found = tuple(pair for match in _ENTITY.finditer(written) for pair in _entities(match))
    return _ENTITY.sub(lambda match: match.group("word"), written), "", found


def _entities(match: re.Match[str]) -> Iterator[tuple[str, str]]:
    word = match.group("word")
    if match.group("short"):
        name, _, value = match.group("short").partition(":")
        yield name.strip(), value.strip() or word
        return
    for item in _objects(match.group("one") or f"[{match.group('many')}]"):
        name, value = item.get("entity"), item.get("value", word)
        if isinstance(name, str) and _plain(value):
            yield name, str(value)


def _plain(value: Any) -> bool:
    return isinstance(value, (str, int, float))


def _objects(text: str) -> list[dict[str, Any]]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
