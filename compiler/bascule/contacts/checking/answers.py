"""The body of a contacts endpoint, read as it comes: matched by ``input``, whatever the order, cut off or not."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from bascule.contacts.checking.checker import Answer, Reply, Unavailable, Value

__all__ = ["WORDS", "digits_of", "read_reply"]

WORDS = {
    "valid": Value.ACTIVE,
    "invalid": Value.INACTIVE,
    "processing": Value.PROCESSING,
    "failed": Value.ERROR,
}
"""https://developers.facebook.com/docs/whatsapp/on-premises/reference/contacts"""

_LIST = re.compile(r'"contacts"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_WA_ID = re.compile(r"[0-9]{1,32}")


def digits_of(text: str) -> str:
    """The decimal digits of a text as ASCII, whatever stands between them and whichever script they are in."""
    return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())


def read_reply(body: bytes, asked: Sequence[str], *, whole: bool = True) -> Reply:
    """The answers in a body. Raises Unavailable (``no answers in the body``) where none can be made out.

    A body that was cut off gives the answers that are complete. One input with two different answers has none; with
    ``processing`` and a final one it has the final one.
    """
    text = body.decode("utf-8", errors="replace")
    notes: Counter[str] = Counter()
    entries = _entries(text) if whole else None
    if entries is None:
        entries = _complete(text)
        if entries is None:
            raise Unavailable("no answers in the body")
        notes["bodies cut off"] += 1
    return Reply(_matched(entries, asked, notes), notes)


def _entries(text: str) -> Iterable[Any] | None:
    """The list of a well-formed body."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found = value.get("contacts") if isinstance(value, dict) else None
    if not isinstance(found, list):
        raise Unavailable("no answers in the body")
    return found


def _complete(text: str) -> Iterable[Any] | None:
    """The complete entries of a body that is not well-formed."""
    match = _LIST.search(text)
    if match is None:
        return None
    decoder, at = json.JSONDecoder(), match.end()
    found: list[Any] = []
    while True:
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        if at >= len(text) or text[at] != "{":
            return found
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found
        found.append(value)


def _matched(entries: Iterable[Any], asked: Sequence[str], notes: Counter[str]) -> dict[str, Answer]:
    numbers = {digits_of(number): number for number in asked}
    answers: dict[str, Answer] = {}
    disputed: set[str] = set()
    for entry in entries:
        named = entry.get("input") if isinstance(entry, dict) else None
        number = numbers.get(digits_of(named)) if isinstance(named, str) else None
        if number is None:
            notes["answers to numbers that were not asked"] += 1
            continue
        answer = _answer(entry, notes)
        known = answers.get(number)
        if known is None or known.value is Value.PROCESSING:
            answers[number] = answer
        elif answer.value not in (known.value, Value.PROCESSING):
            disputed.add(number)
    for number in disputed:
        del answers[number]
        notes["contradictory answers"] += 1
    return answers


def _answer(entry: dict[str, Any], notes: Counter[str]) -> Answer:
    status, wa_id = entry.get("status"), entry.get("wa_id")
    value = WORDS.get(status.strip().lower()) if isinstance(status, str) else None
    if value is None:
        notes["unknown statuses"] += 1
        return Answer(Value.ERROR)
    known = isinstance(wa_id, str) and _WA_ID.fullmatch(wa_id)
    return Answer(value, wa_id if known and isinstance(wa_id, str) else "")
