"""Which of an intent's messages are carried: per language those for Viber, else the default ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bascule.language.reading import json_text
from bascule.language.viber_message import is_body
from bascule.parsers.dialogflow_es.channels import channel_body
from bascule.parsers.dialogflow_es.losses import OtherPlatform, VoiceOnly
from bascule.parsers.dialogflow_es.reading import Facts, Reading, counted, plain_words, shown
from bascule.parsers.dialogflow_es.tags import DEFAULT, VIBER, message_type, platform_name
from bascule.source import Place

__all__ = ["Item", "Selection", "leaves", "pass_over", "select"]

_META = frozenset({"type", "platform", "lang", "languageCode", "condition"})
_ORDER = ("facebook", "telegram", "line", "slack", "skype", "kik", "google")
"""Channels whose messages are taken where neither Viber nor the default one says anything."""

_READABLE = frozenset({
    "text", "card", "quick_replies", "image", "simple_response", "basic_card", "suggestion_chips", "link_out_chip",
    "list_card", "carousel_card",
})  # fmt: skip
_VOICE = frozenset({"telephony"})
_MOST_LEAVES = 2000


@dataclass(frozen=True, slots=True)
class Item:
    """One message with what tells where it goes."""

    message: dict[str, Any]
    place: Place
    kind: str
    platform: str
    locale: str


@dataclass(slots=True)
class Selection:
    """The messages that are carried, by locale (the agent's own first), and those that are not."""

    chosen: dict[str, list[Item]] = field(default_factory=dict)
    others: list[Item] = field(default_factory=list)


def leaves(value: Any) -> list[str]:
    """The texts in a value that are not blank; the first ones of very large values."""
    found: list[str] = []
    stack = [value]
    while stack and len(found) < _MOST_LEAVES:
        item = stack.pop()
        if isinstance(item, str):
            if item.strip():
                found.append(item)
        elif isinstance(item, dict):
            stack.extend(reversed([part for name, part in item.items() if name not in _META]))
        elif isinstance(item, list):
            stack.extend(reversed(item))
    return found


def _readable(item: Item) -> bool:
    if item.kind in _READABLE:
        return True
    payload = item.message.get("payload")
    if channel_body(payload, item.platform) is not None:
        return True
    return isinstance(payload, dict) and (VIBER in payload or "richContent" in payload or is_body(payload))


def _items(reading: Reading, messages: Iterable[tuple[Any, Place]], language: str, facts: Facts) -> list[Item]:
    found: list[Item] = []
    for index, (message, place) in enumerate(messages):
        reading.book.open("message", place)
        if not isinstance(message, dict):
            reading.misshapen(place, "a message", message, "an object", facts, f"messages/{index}")
            continue
        written = message.get("lang", message.get("languageCode"))
        locale = reading.locale(written, place.child("lang" if "lang" in message else "languageCode")) or language
        platform = platform_name(message.get("platform"))
        found.append(Item(message, place, message_type(message), platform, locale))
    return found


def select(
    reading: Reading,
    messages: Iterable[tuple[Any, Place]],
    together: frozenset[str],
    language: str,
    facts: Facts,
) -> Selection:
    """Choose the messages of each language. ``together`` are the platforms that get the default messages too."""
    by_locale: dict[str, list[Item]] = {}
    for item in _items(reading, messages, language, facts):
        by_locale.setdefault(item.locale, []).append(item)
    selection = Selection()
    for locale in sorted(by_locale, key=lambda tag: tag != language):
        items = by_locale[locale]
        platforms = _platforms(items, together)
        chosen = [item for platform in platforms for item in items if item.platform == platform]
        selection.others.extend(item for item in items if item.platform not in platforms)
        if chosen:
            selection.chosen[locale] = chosen
    return selection


def _platforms(items: Sequence[Item], together: frozenset[str]) -> list[str]:
    """The platforms whose messages are said, in the order in which they are said."""
    by_platform: dict[str, list[Item]] = {}
    for item in items:
        by_platform.setdefault(item.platform, []).append(item)
    says = {name: any(leaves(item.message) for item in group) for name, group in by_platform.items()}
    if says.get(VIBER):
        return [VIBER, DEFAULT] if VIBER in together else [VIBER]
    if says.get(DEFAULT):
        return [DEFAULT]

    def rank(name: str) -> tuple[bool, int, str]:
        unreadable = not all(_readable(item) for item in by_platform[name] if leaves(item.message))
        return unreadable, _ORDER.index(name) if name in _ORDER else len(_ORDER), name

    # A default message that is empty says nothing anywhere: it is read, so that it is put down.
    found = sorted((name for name, heard in says.items() if heard), key=rank)
    return [*found[:1], *(name for name in (DEFAULT,) if name in by_platform)]


def pass_over(reading: Reading, items: Sequence[Item], said: Iterable[str], facts: Facts) -> None:
    """Decide the messages that are not carried: those that only repeat what is said, and those that say more."""
    known = {plain_words(text) for text in said}
    kept: dict[str, list[Any]] = {}
    for item in items:
        words = leaves(item.message)
        name = item.platform or "the default channel"
        if not words:
            reading.book.exact(item.place, "empty")
        elif all(plain_words(text) in known for text in words):
            reading.book.emulated(item.place, f"the wording for {shown(name)}; the same words are said")
        elif item.kind in _VOICE:
            code = reading.find_once(
                VoiceOnly, item.kind, item.place, lambda count: f"{count} message(s) are for the telephone; left out"
            )
            reading.book.dropped(item.place, "a message for the telephone", "nothing", code)
        else:
            kept.setdefault(item.platform, []).append(reading.safe(item.message, item.place))
            code = reading.find_once(
                OtherPlatform,
                name,
                item.place,
                counted("", f" message(s) for {shown(name)} say something else; kept as facts"),
                help="move what only they say into the default messages",
            )
            reading.book.dropped(item.place, f"the wording for {shown(name)}; kept as a fact", "the default one", code)
    for platform, messages in kept.items():
        facts.append((f"messages.{platform or 'default'}", json_text(messages)))
