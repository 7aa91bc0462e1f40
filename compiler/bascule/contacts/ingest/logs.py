"""What a message log tells beside its messages: channels in addresses, opt-outs in replies and in blocked sends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bascule.contacts.consent.keywords import Keyword
from bascule.contacts.consent.own_words import NO_WORDS, OwnWords

__all__ = ["Address", "addresses", "recovered"]

_PREFIX = re.compile(r"(whatsapp|viber|messenger|rcs|sms|mms)\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
_CHANNELS = {"whatsapp": "whatsapp", "viber": "viber", "sms": "sms", "mms": "sms", "rcs": None, "messenger": None}
_LONGEST = 60
"""Characters of the longest message that is looked at for a keyword."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address without the channel in front of it. ``channel`` is None where canonical rows have none for it;
    ``text`` is empty where the address is no phone number."""

    text: str
    channel: str | None


def addresses(cells: Sequence[Any]) -> dict[Any, Address]:
    """The cells that name a channel, each once."""
    found = {}
    for cell in {cell for cell in cells if isinstance(cell, str) and ":" in cell}:
        match = _PREFIX.fullmatch(cell.strip())
        if match:
            name = match.group(1).lower()
            found[cell] = Address("" if name == "messenger" else match.group(2), _CHANNELS[name])
    return found


def recovered(
    columns: dict[str, list[str | None]],
    bodies: Sequence[Any] | None,
    blocked: Iterable[str],
    notes: Counter[str],
    own: OwnWords = NO_WORDS,
) -> None:
    """Fill the consent columns from inbound keywords and from sends that an opt-out blocked.

    A weak word (YES) is kept as keyword without an action: it means something only as the answer to a question.
    What the record says of itself is never overwritten.
    """
    size = len(columns["kind"])
    directions = columns.get("direction") or [None] * size
    actions = columns.get("consent_action") or [None] * size
    found: dict[int, tuple[str | None, str, str | None]] = {}
    if bodies is not None:
        known = _keywords(bodies, own)
        if known:
            for row, body in enumerate(bodies):
                keyword = known.get(body) if isinstance(body, str) else None
                if keyword is not None and directions[row] == "inbound":
                    action = keyword.action if keyword.strong else None
                    found[row] = (action, "keyword", str(body).strip())
                    notes[f"keyword {keyword.action}{'' if keyword.strong else ' (weak: no action)'}"] += 1
    codes = columns.get("error_code")
    stopped = frozenset(blocked)
    if codes is not None and stopped:
        for row, code in enumerate(codes):
            if code in stopped and directions[row] != "inbound":
                found[row] = ("opt_out", "blocked_send", None)
                notes["send blocked by an opt-out"] += 1
    if not found:
        return
    sources = columns.setdefault("consent_source", [None] * size)
    words = columns.setdefault("consent_keyword", [None] * size)
    actions = list(actions)
    for row, (action, source, word) in found.items():
        if actions[row] is None:
            actions[row] = action
            sources[row] = sources[row] or source
            words[row] = word
    columns["consent_action"] = actions


def _keywords(bodies: Sequence[Any], own: OwnWords) -> dict[str, Keyword]:
    found = {}
    for body in {body for body in bodies if isinstance(body, str) and 0 < len(body) <= _LONGEST}:
        keyword = own.recognise(body)
        if keyword is not None and keyword.action in ("opt_out", "opt_in"):
            found[body] = keyword
    return found
