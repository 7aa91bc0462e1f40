"""How a bot starts: its events, the start condition of WhatsApp, and the settings that say so."""

from __future__ import annotations

from typing import Any

from bascule.ir.expr import Expression, Opaque, Ref
from bascule.ir.nodes import Always, Assignment, Duration, Edge, Node, SetVariable
from bascule.ir.project import Entry, EntryKind
from bascule.ir.text import Localized
from bascule.language.members import EMPTY, as_text, clip, objects_of, slug
from bascule.language.reading import unique
from bascule.parsers.typebot.catalogue import DEFAULT_EXPIRY_HOURS, EVENTS
from bascule.parsers.typebot.conditions import LANGUAGE, read_condition
from bascule.parsers.typebot.graph import Event
from bascule.parsers.typebot.losses import EventSubflow, WebStart
from bascule.parsers.typebot.reading import BotMembers, Reading
from bascule.parsers.typebot.rules import StartMissing
from bascule.parsers.typebot.scene import Scene
from bascule.source import Place

__all__ = ["Settings", "read_entries", "read_settings"]

_SPOKEN = ("Equal to", "Contains", "Starts with")


class Settings:
    """What of a bot's settings the flow needs: whether WhatsApp is on, its start condition, how long it lives."""

    def __init__(self) -> None:
        self.whatsapp = False
        self.condition: Any = None
        self.condition_at: Place | None = None
        self.expires: Duration | None = None


def read_settings(scene: Scene, members: BotMembers) -> Settings:
    """``settings``: the words for wrong answers, WhatsApp's start condition and session; the rest are facts."""
    found = Settings()
    reading = scene.reading
    value = members.object("settings")
    settings = BotMembers(reading, value, members.at("settings"), "settings", members.facts, prefix="settings/")
    general = BotMembers(
        reading,
        settings.object("general"),
        settings.at("general"),
        "general setting",
        members.facts,
        prefix="settings/general/",
    )
    messages = general.object("systemMessages")
    text = messages.get("invalidMessage")
    if isinstance(text, str) and text:
        place = general.at("systemMessages").child("invalidMessage")
        scene.invalid, scene.invalid_at = reading.text(text, place), place
    if set(messages) - {"invalidMessage"}:
        general.keep("systemMessages")
        reading.book.emulated(general.at("systemMessages"), "the words for wrong answers are used; the rest are facts")
    for name in general.data:
        if not general.taken(name):
            general.fact(name, reason="a setting of the web chat; kept as a fact")
    _whatsapp(scene, settings, found)
    settings.fact("typingEmulation", reason="how long the old bot seems to type; kept as a fact")
    settings.fact("metadata", "publicShare", "security", reason="a setting of the web page; kept as a fact")
    settings.close()
    return found


def _whatsapp(scene: Scene, settings: BotMembers, found: Settings) -> None:
    reading = scene.reading
    value = settings.object("whatsApp")
    prefix = "settings/whatsApp/"
    inner = BotMembers(reading, value, settings.at("whatsApp"), "whatsApp setting", settings.facts, prefix=prefix)
    found.whatsapp = inner.boolean("isEnabled") is True
    condition = inner.take("startCondition")
    if condition not in EMPTY:
        found.condition, found.condition_at = condition, inner.at("startCondition")
    hours = inner.number("sessionExpiryTimeout")
    if hours is not None and hours >= 0:
        found.expires = Duration(hours * 3600)
    elif found.whatsapp:
        found.expires = Duration(float(DEFAULT_EXPIRY_HOURS * 3600))
    inner.fact(
        "errorAndMarketingStatusWebhookForwardUrl", "isWebhookForwardingEnabled", "webhookForwardingEventTypes",
        reason="where the old platform forwards events; kept as a fact",
    )  # fmt: skip
    inner.close()


def read_entries(scene: Scene, settings: Settings, place: Place) -> tuple[list[Node], list[Entry]]:
    """How the bot is entered: by its start, and by its other events. Returns nodes that events need, too."""
    graph, reading = scene.graph, scene.reading
    entries: list[Entry] = []
    nodes: list[Node] = []
    for event in graph.events:
        known, target = graph.event(event)
        if event.type == "start":
            if not known or target is None:
                _start_missing(reading, event.place, "the start leads nowhere")
                target = next((found for block in graph.blocks if (found := graph.start(block))), None)
            if target is not None and not entries:
                entries.extend(_started(scene, settings, target, event.place))
            event.options.close()
            continue
        if known and target is not None:
            entry, before = _event(scene, event, target)
            nodes.extend(before)
            entries.extend([entry] if entry is not None else [])
        event.options.close()
    if not any(event.type == "start" for event in graph.events):
        target = next((found for block in graph.blocks if (found := graph.start(block))), None)
        if target is not None:
            _start_missing(reading, place, "there is no start event")
            entries[:0] = _started(scene, settings, target, place)
    return nodes, entries


def _start_missing(reading: Reading, place: Place, what: str) -> None:
    reading.find(StartMissing, place, f"{what}; the bot is taken to start with its first group", help="export it again")


def _started(scene: Scene, settings: Settings, target: str, place: Place) -> list[Entry]:
    """The entries of the start: words and conditions of WhatsApp's start condition, any message, or the web page."""
    if settings.condition is not None and settings.condition_at is not None:
        return _spoken(scene, settings, target, place)
    if settings.whatsapp:
        return [Entry(EntryKind.ANY_MESSAGE, target, name="start", at=place)]
    scene.reading.find(
        WebStart,
        place,
        "the bot starts when its web page opens; on WhatsApp the person writes first",
        help="a click-to-chat link with a prefilled text; or give the entry its keywords",
    )
    return [Entry(EntryKind.CHAT_OPENED, target, name="start", at=place)]


def _spoken(scene: Scene, settings: Settings, target: str, place: Place) -> list[Entry]:
    """A start condition: keywords where it only names words, else a condition on the first message."""
    condition, at = settings.condition, settings.condition_at or place
    comparisons = condition.get("comparisons") if isinstance(condition, dict) else None
    items = objects_of(comparisons)
    words = [item for item in items if item.get("comparisonOperator") in _SPOKEN and as_text(item.get("value")).strip()]
    alone = len(items) == 1 or (isinstance(condition, dict) and condition.get("logicalOperator") == "OR")
    if items and len(words) == len(items) and len(items) == len(comparisons or ()) and alone:
        by_match: dict[str, list[str]] = {}
        for item in items:
            operator = item["comparisonOperator"]
            match = {"Equal to": "exact", "Contains": "contains", "Starts with": "word"}[operator]
            by_match.setdefault(match, []).append(as_text(item["value"]).strip())
        if "word" in by_match:
            scene.reading.book.emulated(at, "a beginning is compared as the first word")
        return [
            Entry(EntryKind.KEYWORD, target, Localized.of(tuple(dict.fromkeys(found))), match, name="start", at=at)
            for match, found in by_match.items()
        ]
    read = read_condition(scene.reading, condition, at, lambda data, there: Ref(("message", "text")))
    if read.remark:
        scene.reading.book.emulated(at, read.remark)
    return [Entry(EntryKind.ANY_MESSAGE, target, name="start", condition=read.expression, at=at)]


def _event(scene: Scene, event: Event, target: str) -> tuple[Entry | None, list[Node]]:
    """An event in the middle of a conversation."""
    reading = scene.reading
    options = event.options
    shown = event.type if event.type in EVENTS else clip(event.type)
    code = reading.find_once(
        EventSubflow,
        shown,
        event.place,
        lambda count: f"{count} event(s) `{shown}` start a part of the bot in the middle of a conversation",
        help="use keywords that are understood everywhere, or steps after each question",
    )
    if event.type == "command":
        name = options.string("command")
        options.fact("resumeAfter", reason="nothing goes back to where it was interrupted")
        reading.book.degraded(event.place, "an entry of its own: it does not interrupt", "use a keyword", code)
        facts = tuple(event.facts)
        return Entry(EntryKind.API, target, name=name or "command", facts=facts, at=event.place), []
    before, target = _reply_values(scene, event, target)
    if event.type == "invalidReply":
        scene.again = target
        reading.book.degraded(event.place, "wrong answers lead there; nothing leads back", "ask again", code)
        return None, before
    options.fact("exitCondition", reason="nothing ends the conversation by itself")
    reading.book.degraded(event.place, "an entry of its own: it does not interrupt", "add steps", code)
    condition = Opaque(LANGUAGE, f"{shown} event")
    return Entry(EntryKind.ANY_MESSAGE, target, name=shown, condition=condition, at=event.place), before


def _reply_values(scene: Scene, event: Event, target: str) -> tuple[list[Node], str]:
    """Set the variables that take the answer, and the input's name and type."""
    values: tuple[tuple[str, Expression], ...] = (
        ("contentVariableId", Ref(("message", "text"))),
        ("inputNameVariableId", Ref(("input", "name"))),
        ("inputTypeVariableId", Ref(("input", "type"))),
    )
    found: list[Assignment] = []
    for name, value in values:
        path = scene.into(event.options, name)
        if path:
            found.append(Assignment(path, value, at=event.options.at(name)))
    if not found:
        return [], target
    id_ = unique(slug(event.type) or "reply", scene.graph.taken)
    edges = (Edge(Always(), target, at=event.place),)
    return [SetVariable(id=id_, assignments=tuple(found), edges=edges, at=event.place)], id_
