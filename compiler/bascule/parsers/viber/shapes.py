"""Where the messages of a collection stand: bare, listed, by name, wrapped, in groups, as JSON inside JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bascule.language.reading import Reading, json_text
from bascule.language.viber_fields import shown
from bascule.language.viber_message import is_body, is_certain_body
from bascule.language.viber_pieces import Piece, embedded
from bascule.parsers.viber.rules import NotAMessage
from bascule.source import Place

__all__ = ["EVENTS", "Found", "State", "find_states", "is_callback", "strong_bodies"]

EVENTS = frozenset(
    {
        *("conversation_started", "subscribed", "unsubscribed", "message", "delivered", "seen", "failed", "webhook"),
    }
)
"""Callbacks of the bot API (https://developers.viber.com/docs/api/rest-bot-api/#callbacks)."""

_BODY_KEYS = (
    *("message", "messages", "body", "payload", "request", "response", "reply", "replies", "answer", "welcome"),
    *("data", "json", "viber", "content", "send_message", "broadcast_message", "keyboard", "rich_media"),
)
_NAME_KEYS = ("name", "id", "key", "state", "step", "title", "label", "slug", "screen", "code")
_GROUPS = frozenset(
    {
        *("messages", "states", "keyboards", "bodies", "payloads", "flows", "screens", "steps", "nodes", "bot"),
        *(
            "viber",
            "data",
            "items",
            "requests",
            "log",
            "entries",
            "results",
            "menus",
            "dialog",
            "dialogue",
            "rich_media",
        ),
    }
)
_ANSWERS = ("response", "reply", "replies", "answer", "welcome", "messages", "send_message", "body", "payload")
_LOCALE = re.compile(r"[a-z]{2}(?:[-_][A-Za-z]{2})?")
_MAX_DEPTH = 6
_PARTS = 2000


@dataclass(slots=True)
class State:
    """One name of the collection with the messages it sends. ``event`` is the callback that it answers, if any."""

    name: str
    piece: Piece
    bodies: list[Piece]
    event: str = ""
    locale: str = ""


@dataclass(slots=True)
class Found:
    """What stands in a collection: states in order, data that is no message (as facts), and callbacks."""

    states: list[State] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    callbacks: int = 0


def is_callback(value: Any) -> bool:
    """Whether plain data is an event that Viber sent to the bot."""
    if not isinstance(value, dict) or not isinstance(value.get("event"), str) or value["event"] not in EVENTS:
        return False
    if any(key in value for key in _ANSWERS):
        return False
    if value["event"] in ("conversation_started", "subscribed") and is_body(value.get("message")):
        return False
    return bool({"timestamp", "message_token", "user_id", "user", "sender", "chat_hostname"} & value.keys())


def _body_of(piece: Piece) -> list[Piece] | None:
    """The messages a value stands for: one body, a list of them, or a JSON text of either."""
    if isinstance(piece.value, str) and not piece.is_object:
        inner = embedded(piece.value, piece.place)
        return _body_of(inner) if inner is not None else None
    if piece.is_object:
        return [piece] if is_body(piece.plain()) else None
    if piece.is_list:
        items = list(piece.items())
        if items and all(is_body(item.plain()) for item in items):
            return items
    return None


class _Finder:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.found = Found()

    def visit(self, piece: Piece, name: str, locale: str, depth: int) -> None:
        """Put down what stands at a piece that is named ``name``."""
        value = piece.plain()
        if value is None and self.reading.book.has(piece.place):
            return  # a line that is no JSON
        if is_callback(value):
            self.found.callbacks += 1
            self.reading.book.open("callback", piece.place)
            code = self.reading.find_once(
                NotAMessage,
                "callback",
                piece.place,
                lambda count: f"{count} callback(s) that Viber sent to the bot stand among its messages",
                help="they say what people did: `bascule contacts` takes the people",
            )
            self.reading.book.dropped(
                piece.place, "an event of a person, not a message", "move people with `bascule contacts`", code
            )
            return
        bodies = _body_of(piece)
        if bodies is not None and (name or piece.is_object or len(bodies) == 1):
            self.state(piece, name, bodies, locale)
        elif depth >= _MAX_DEPTH:
            self.stray(piece, name)
        elif piece.is_list:
            self.reading.book.open("list", piece.place)
            self.reading.book.exact(piece.place)
            for item in piece.items():
                self.visit(item, "", locale, depth + 1)
        elif not piece.is_object or (depth and not name and not holds_body(piece)):
            self.stray(piece, name)
        elif not self.wrapper(piece, name, locale):
            self.map(piece, name, locale, depth)

    def state(self, piece: Piece, name: str, bodies: list[Piece], locale: str, event: str = "") -> None:
        if len(bodies) != 1 or bodies[0].place != piece.place:
            self.reading.book.open("state", piece.place)
            self.reading.book.exact(piece.place)
        for body in bodies:
            self.reading.book.open("message", body.place)
        self.found.states.append(State(name, piece, bodies, event, locale))

    def wrapper(self, piece: Piece, name: str, locale: str) -> bool:
        """An object round one message: a log entry, a named record, the answer to an event. False when it is none."""
        members = dict(piece.members())
        holders = [(key, found) for key, item in members.items() if (found := _body_of(item)) is not None]
        if len(holders) != 1:
            return False
        key, bodies = holders[0]
        event = members["event"].value if "event" in members else ""
        event = event if isinstance(event, str) else ""
        named = next((members[known] for known in _NAME_KEYS if known in members), None)
        others = [other for other, item in members.items() if other != key and (item.is_object or item.is_list)]
        alone = len(members) == 1
        telling = key.lower() in _BODY_KEYS and (
            not alone or bool(name) or key.lower() in ("message", "body", "payload")
        )
        if not telling and (others or not (event or named is not None)):
            return False
        own = named.value if named is not None and isinstance(named.value, (str, int)) else name
        self.state(piece, str(own) or event, bodies, locale, event)
        for other, item in members.items():
            if other != key:
                self.reading.book.open(f"record {shown(other)}", item.place)
                self.keep(f"{own or event or 'message'}/{other}", other, item)
        return True

    def keep(self, key: str, name: str, piece: Piece) -> None:
        """Keep data that is no message as a fact of the flow; secrets are covered, people left out."""
        value = piece.plain()
        if name.lower() in ("user", "sender", "receiver", "user_id", "from", "context"):
            self.hide(piece)
            self.reading.book.emulated(piece.place, "the person in the conversation; not kept")
            return
        self.found.facts.append((key, json_text(self.reading.safe(value, piece.place, name))))
        self.reading.book.exact(piece.place, "kept as a fact")

    def hide(self, piece: Piece) -> None:
        if piece.is_object:
            for _, item in piece.members():
                self.hide(item)
        elif piece.is_list:
            for item in piece.items():
                self.hide(item)
        elif piece.value not in (None, "", True, False):
            self.reading.secrets.append(piece.place)

    def map(self, piece: Piece, name: str, locale: str, depth: int) -> None:
        """Messages by name; members without any message are data."""
        if depth:
            self.reading.book.open("group", piece.place)
            self.reading.book.exact(piece.place)
        for key, item in piece.members():
            if not (item.is_object or item.is_list) and _body_of(item) is None:
                self.reading.book.open(f"file member {shown(key)}", item.place)
                self.keep(f"{name}/{key}" if name else key, key, item)
            elif not holds_body(item):
                if is_callback(item.plain()) or _callbacks(item):
                    self.visit(item, key, locale, depth + 1)
                    continue
                self.reading.book.open(f"file member {shown(key)}", item.place)
                self.keep(f"{name}/{key}" if name else key, key, item)
            else:
                own = key if _LOCALE.fullmatch(key) and not _body_of(item) and item.is_object else ""
                group = key.lower() in _GROUPS or bool(own)
                self.visit(item, "" if group and _body_of(item) is None else key, own or locale, depth + 1)

    def stray(self, piece: Piece, name: str) -> None:
        self.reading.book.open("item", piece.place)
        code = self.reading.find(
            NotAMessage,
            piece.place,
            f"`{shown(name)}` is no message" if name else "an item is no message",
            help="write it as a body with a `type`, or take it out",
        )
        value = self.reading.safe(piece.plain(), piece.place, name)
        self.found.facts.append((f"item {piece.place.pointer}", json_text(value)))
        self.reading.book.dropped(piece.place, "not a message; kept as a fact", "write it as a body", code)


def _callbacks(piece: Piece) -> bool:
    return piece.is_list and any(is_callback(item.plain()) for item in piece.items())


def holds_body(piece: Piece) -> bool:
    """Whether a body stands somewhere in a value, within the depth that is looked at."""
    stack: list[tuple[Piece, int]] = [(piece, 0)]
    while stack:
        item, depth = stack.pop()
        if _body_of(item) is not None:
            return True
        if depth < _MAX_DEPTH:
            stack.extend((child, depth + 1) for child in item.items())
            stack.extend((child, depth + 1) for _, child in item.members())
    return False


def find_states(reading: Reading, piece: Piece, program: bool = False) -> Found:
    """Find the messages of a collection; every item ends in the ledger. In a ``program`` the names are its own, and
    ``keyboard`` is one like any other."""
    finder = _Finder(reading)
    if program:
        for name, item in piece.members():
            finder.visit(item, name, "", 1)
    else:
        finder.visit(piece, "", "", 0)
    return finder.found


def strong_bodies(value: Any) -> tuple[int, int, int]:
    """Count, within a bounded walk of plain data: bodies that only Viber has, bodies that may be Viber's, callbacks."""
    certain = possible = callbacks = 0
    for item in _objects(value):
        if is_callback(item):
            callbacks += 1
        elif is_certain_body(item):
            certain += 1
        elif is_body(item):
            possible += 1
    return certain, possible, callbacks


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Objects that may be bodies, outermost first: a body's own members are not looked at."""
    stack: list[tuple[Any, int]] = [(value, 0)]
    seen = 0
    while stack and seen < _PARTS:
        item, depth = stack.pop()
        seen += 1
        if isinstance(item, dict):
            yield item
            if is_body(item) or is_callback(item):
                continue
            children = list(item.values())
        elif isinstance(item, list):
            children = item
        elif isinstance(item, str) and item.lstrip()[:1] == "{" and '"' in item and len(item) < 100_000:
            inner = embedded(item, Place(""))
            children = [inner.value] if inner is not None else []
        else:
            continue
        if depth < _MAX_DEPTH:
            stack.extend((child, depth + 1) for child in reversed(children[:_PARTS]))
