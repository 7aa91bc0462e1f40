"""How flows are entered: entry points, keywords, other flows."""

from __future__ import annotations

from typing import Any

from bascule.ir.expr import Call, Expression
from bascule.ir.nodes import Duration
from bascule.ir.project import Entry, EntryKind
from bascule.ir.text import Localized
from bascule.language.members import EMPTY, Facts, as_text, clip
from bascule.language.reading import json_text
from bascule.parsers.chatfuel.catalogue import ENTRY_POINTS, INACTIVE, MATCHES, UNITS
from bascule.parsers.chatfuel.documents import Found
from bascule.parsers.chatfuel.graph import Block, Element, Graph
from bascule.parsers.chatfuel.losses import ReplyLimit, WidgetStart
from bascule.parsers.chatfuel.reading import Fields, Reading
from bascule.parsers.chatfuel.rules import ElementError, EntryNowhere, EntrySwitchedOff, KeywordWithoutFlow
from bascule.parsers.chatfuel.segments import attribute_filter, read_segment
from bascule.source import Place

__all__ = ["Keywords", "entry_points", "read_keywords"]

Keywords = dict[str, list[Entry]]
"""Keyword entries by the id or name of the flow they lead to."""


def entry_points(reading: Reading, graph: Graph) -> list[Entry]:
    """The entries of the entry points among a flow's blocks."""
    found: list[Entry] = []
    for block in graph.blocks:
        for element in block.elements:
            if element.kind in ENTRY_POINTS:
                entry = _entry(reading, graph, block, element)
                if entry is not None:
                    found.append(entry)
    return found


def _entry(reading: Reading, graph: Graph, block: Block, element: Element) -> Entry | None:
    fields = element.fields
    handles = [fields.take(name) for name in ("nextBlockHandleID", "handleID")]
    target: str | None = None
    for handle in handles:
        connected, node, _ = graph.handle(element, handle)
        target = node if connected else target
    target = target or block.start or graph.next(block)[0]
    conditions: list[Expression] = []
    kind = ENTRY_POINTS[element.kind]
    off = block.enabled is False
    facts: Facts = []
    offset: Duration | None = None
    schedule = ""
    if element.kind == "DefaultReply":
        frequency = fields.string("replyFrequency")
        if frequency and frequency != "always":
            _reply_limit(fields, facts, frequency)
    elif element.kind == "WidgetEntryPoint":
        code = reading.find_once(
            WidgetStart,
            "widget",
            element.place,
            lambda count: (
                f"{count} flow(s) start when the chat of a web page opens; on WhatsApp the person writes first"
            ),
            help="a click-to-chat link with a prefilled text; or give the entry its keywords",
        )
        reading.book.degraded(element.place, "on WhatsApp the person writes first", "a click-to-chat link", code)
    else:
        if (segment := fields.take("segment")) not in EMPTY:
            condition, code = read_segment(reading, segment, fields.at("segment"))
            conditions.append(condition)
            if code:
                reading.book.degraded(fields.at("segment"), "a part of it stays opaque", "write it anew", code)
        fields.fact("segmentErrors")
    if element.kind == "TriggeredMessage":
        offset, enabled = _trigger(reading, fields, conditions, facts)
        off = off or enabled is False
    if element.kind in ("OneTimeNotification", "ScheduledMessage"):
        status = fields.string("status")
        facts.extend([("status", json_text(status))] if status else [])
        off = off or status in INACTIVE
        fields.fact("sentToContactsCount")
    if element.kind == "ScheduledMessage":
        schedule = fields.string("firstSendTime")
        for name in ("repeatType", "repeatOnWeekdays", "repeatEveryNDays", "repeatOnCertainDates"):
            if (value := fields.take(name)) not in EMPTY:
                facts.append((name, json_text(value)))
    fields.close()
    facts.extend(element.facts)
    if target is None:
        code = reading.find(
            EntryNowhere, element.place, "the entry point leads to no block; it is left out", help="connect it"
        )
        reading.book.dropped(element.place, "it leads to no block", "connect it with a block", code)
        return None
    if off:
        reading.find(
            EntrySwitchedOff,
            element.place,
            "the old bot does not start here: the entry point is switched off; it is kept",
            help="remove the entry if it is not wanted",
        )
        facts.append(("enabled", "false"))
    return Entry(
        kind,
        target,
        name=block.title,
        condition=_joined(conditions),
        offset=offset,
        schedule=schedule,
        facts=tuple(facts),
        at=element.place,
    )


def _joined(conditions: list[Expression]) -> Expression | None:
    if not conditions:
        return None
    return conditions[0] if len(conditions) == 1 else Call("and", tuple(conditions))


def _reply_limit(fields: Fields, facts: Facts, frequency: str) -> None:
    at = fields.at("replyFrequency")
    code = fields.reading.find_once(
        ReplyLimit,
        "frequency",
        at,
        lambda count: f"{count} default reply(s) come at most once in 24 hours; here every message is answered",
        help="let the program that runs the flow note when it last answered",
    )
    fields.reading.book.degraded(at, "here every message is answered", "note when it last answered", code)
    facts.append(("replyFrequency", json_text(frequency)))


def _trigger(
    reading: Reading, fields: Fields, conditions: list[Expression], facts: Facts
) -> tuple[Duration | None, bool | None]:
    """The trigger of a triggered message: what it waits for, and for how long."""
    data = fields.object("trigger")
    if not data:
        return None, None
    parts = Fields(reading, data, fields.at("trigger"), "trigger", facts, {"__typename", "id"}, "trigger/")
    enabled = parts.boolean("enabled")
    parts.fact("conditionType")
    unit, value = parts.string("delayUnit"), parts.number("delayValue")
    offset: Duration | None = None
    if unit in UNITS:
        offset = Duration(max(value or 0.0, 0.0) * UNITS[unit])
    elif unit or value:
        parts.misshapen("delayUnit", "a unit of time")
        facts.append(("trigger/delayValue", json_text(value)))
    if (condition := parts.take("attributeCondition")) not in EMPTY:
        found, code = attribute_filter(reading, condition, parts.at("attributeCondition"))
        conditions.append(found)
        if code:
            reading.book.degraded(parts.at("attributeCondition"), "it stays opaque", "write it anew", code)
    for name in ("attributeConditionErrors", "validationErrors"):
        for index, item in enumerate(parts.items(name)):
            reading.find(
                ElementError,
                parts.at(name).child(index),
                f"the platform reports `{clip(as_text(item))}` in this trigger",
                help="correct it in the product",
            )
        if name in parts:
            parts.keep(name)
    parts.close()
    return offset, enabled


def read_keywords(reading: Reading, rules: list[Found], flows: dict[str, str], facts: Facts) -> Keywords:
    """The keyword rules of the bot. ``flows`` has the flows of the file, by id and by name."""
    found: Keywords = {}
    for index, rule in enumerate(rules):
        place, data = rule.place, rule.data
        kept: Facts = []
        fields = Fields(reading, data, place, "keyword rule", kept, {"__typename", "id", "botID"}, "")
        reading.book.exact(place)
        words = tuple(word for item in fields.items("keywords") if (word := as_text(item).strip()))
        match = fields.string("matchType")
        if match and match not in MATCHES:
            fields.misshapen("matchType", "`similarTo`, `contains` or `matches`")
        target, action = _target(fields, data)
        fields.close()
        known = flows.get(target, "")
        if not known or not words or action not in ("", "switchToFlow"):
            code = reading.find(
                KeywordWithoutFlow,
                place,
                f"{_words(words)} lead to no flow of the file; kept as a fact",
                help="add the flow to the file",
            )
            reading.book.degraded(place, "no flow of the file: kept as a fact", "add the flow to the file", code)
            facts.append((f"keywordRules/{index}", json_text(reading.safe(data, place))))
            continue
        entry = Entry(
            EntryKind.KEYWORD,
            keywords=Localized.of(words),
            match=MATCHES.get(match, "exact"),
            facts=tuple(kept),
            at=place,
        )
        found.setdefault(known, []).append(entry)
    return found


def _words(words: tuple[str, ...]) -> str:
    return f"the keywords {', '.join(f'`{clip(word)}`' for word in words[:5])}" if words else "keywords without words"


def _target(fields: Fields, data: dict[str, Any]) -> tuple[str, str]:
    """The flow a keyword rule leads to, in the spellings that are seen, and the kind of its action."""
    action = fields.string("actionType")
    flow = fields.take("flow")
    target = as_text(flow.get("id") or flow.get("name")) if isinstance(flow, dict) else as_text(flow)
    target = fields.string("flowID") or target
    for index, item in enumerate(fields.items("actions")):
        if not isinstance(item, dict):
            continue
        kind = as_text(item.get("actionType"))
        inner = item.get("flow")
        if kind in ("", "switchToFlow") and isinstance(inner, dict):
            target, action = target or as_text(inner.get("id") or inner.get("name")), kind
        elif kind:
            action = action or kind
            fields.facts.append((f"actions/{index}", json_text(fields.reading.safe(item, _action(fields, index)))))
    return target, action


def _action(fields: Fields, index: int) -> Place:
    return fields.at("actions").child(index)
