"""Ways into flows: triggers, campaign events, Glific keywords; and flows of their own that start one elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bascule.ir.content import Content
from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.nodes import Always, Duration, Edge, Message, RunFlow
from bascule.ir.project import Entry, EntryKind, Flow
from bascule.ir.text import Localized, Text
from bascule.parsers.rapidpro.catalogue import TRIGGERS, UNITS
from bascule.parsers.rapidpro.inventory import CAMPAIGN, EVENT, TRIGGER
from bascule.parsers.rapidpro.located import Arr, Obj
from bascule.parsers.rapidpro.members import Members
from bascule.parsers.rapidpro.reading import Reading, clip, json_text, number_of, slug, unique
from bascule.parsers.rapidpro.rules import EmptyAction, StartElsewhere, UnknownTrigger
from bascule.parsers.rapidpro.scene import Assets, name_of
from bascule.source import Place

__all__ = ["Starts", "read_campaigns", "read_keywords", "read_triggers"]

_GROUPS = Ref(("contact", "groups"))


class Starts:
    """The entries of each flow, and flows that only exist to start others. ``taken`` are the ids in use; ``facts``
    collects what starts nothing."""

    def __init__(self, reading: Reading, assets: Assets, taken: dict[str, int]) -> None:
        self.reading = reading
        self.assets = assets
        self.taken = taken
        self.entries: dict[str, list[Entry]] = {}
        self.flows: list[Flow] = []
        self.facts: list[tuple[str, str]] = []

    def known(self, reference: Any) -> str | None:
        """The id of the flow of this file that a reference means, if there is one."""
        uuid = reference.get("uuid") if isinstance(reference, Obj) else None
        found = self.assets.flows.get(uuid) if isinstance(uuid, str) else None
        if found is None and isinstance(reference, Obj):
            found = self.assets.titles.get(name_of(reference))
        return found

    def add(self, reference: Any, entry: Entry, what: str, place: Place, members: Members) -> None:
        """Put an entry on the flow a trigger or event names, or on a new one that goes on to it."""
        known = self.known(reference)
        self.reading.book.exact(place)
        if known is not None:
            self.entries.setdefault(known, []).append(entry)
            return
        if not isinstance(reference, Obj) or not name_of(reference):
            code = self.reading.find(EmptyAction, place, f"{what} starts no flow", help="name the `flow`")
            self.reading.book.degraded(place, "it starts nothing; kept as a fact", "name the `flow`", code)
            self.facts.append((what, json_text(members.item)))
            return
        id_, title = self.assets.flow_id(reference)
        self.reading.find(
            StartElsewhere,
            place,
            f"{what} starts the flow `{clip(title or id_)}`, which is not in this file",
            help="compile its file together with this one",
        )
        node = RunFlow(id="start", flow=id_, flow_title=title, mode="jump", at=place)
        name = unique(slug(f"{what} {id_}") or "start", self.taken)
        self.flows.append(Flow(id=name, nodes=(node,), entries=(entry,), title=f"{what}: {title or id_}", at=place))


def _names(reading: Reading, assets: Assets, members: Members, key: str) -> list[str]:
    items = members.items(key) if members.item.get(key) is not None else Arr()
    if key in members.item:
        members.take(key)
    names: list[str] = []
    for index, item in enumerate(items):
        if isinstance(item, Obj) and name_of(item):
            names.append(name_of(item))
            assets.use("group" if key != "contacts" else "contact", name_of(item), reading.at(items, index))
    if items:
        members.facts.append((key, json_text(items)))
    return names


def _condition(included: list[str], excluded: list[str]) -> Expression | None:
    """Who may start: people in one of the groups, and in none of the others."""
    parts: list[Expression] = []
    if included:
        tests = tuple(Call("has_group", (_GROUPS, Const(name))) for name in included)
        parts.append(tests[0] if len(tests) == 1 else Call("or", tests))
    parts.extend(Call("not", (Call("has_group", (_GROUPS, Const(name))),)) for name in excluded)
    return None if not parts else parts[0] if len(parts) == 1 else Call("and", tuple(parts))


def _objects(reading: Reading, export: Obj, key: str) -> Iterator[tuple[Obj, Place]]:
    """The items of a list of the export. What is no object stays undecided, and is reported with the rest."""
    items = export.get(key)
    for index, item in enumerate(items if isinstance(items, Arr) else ()):
        assert isinstance(items, Arr)
        if isinstance(item, Obj):
            yield item, reading.at(items, index)


def read_triggers(starts: Starts, export: Obj) -> None:
    """``triggers`` of an export."""
    reading = starts.reading
    for item, place in _objects(reading, export, "triggers"):
        members = Members(reading, item, "trigger", TRIGGER)
        reading.book.exact(place)
        letter = item.get("trigger_type")
        kind, title = TRIGGERS.get(letter, (None, "")) if isinstance(letter, str) else (None, "")
        if kind is None:
            code = reading.find(
                UnknownTrigger,
                reading.at(item, "trigger_type") if "trigger_type" in item else place,
                f"a trigger has the type `{clip(str(letter), 20)}`; it is read as started by the business",
                help=f"the types are: {' '.join(TRIGGERS)}",
            )
            reading.book.degraded(place, "no known type: read as started by the business", "correct the type", code)
            kind, title = EntryKind.API, f"trigger {clip(str(letter), 20)}"
        condition = _condition(
            _names(reading, starts.assets, members, "groups"), _names(reading, starts.assets, members, "exclude_groups")
        )
        _names(reading, starts.assets, members, "contacts")
        keywords = _keywords(item) if kind is EntryKind.KEYWORD else ()
        for key in ("flow", "channel", "referrer_id"):
            if item.get(key) is not None:
                members.facts.append((key, json_text(item[key])))
        if item.get("channel") is not None:
            reading.book.emulated(place, "its channel is kept as a fact: on WhatsApp there is one")
        schedule = item.get("schedule")
        if schedule is not None:
            members.facts.append(("schedule", json_text(schedule)))
        if isinstance(letter, str) and letter in "MIOTFU":
            members.facts.append(("trigger_type", json_text(letter)))
        members.keep_rest()
        entry = Entry(
            kind,
            keywords=Localized.of(keywords) if keywords else Localized(),
            match="word" if item.get("match_type") in (None, "F") and kind is EntryKind.KEYWORD else "only",
            condition=condition,
            name=title,
            schedule=_schedule(schedule),
            facts=tuple(members.facts),
            at=place,
        )
        starts.add(item.get("flow"), entry, f"a {title} trigger", place, members)


def _keywords(item: Obj) -> tuple[str, ...]:
    """Old exports have ``keyword``, new ones ``keywords``, some both."""
    listed = item.get("keywords")
    words = [word for word in listed if isinstance(word, str)] if isinstance(listed, Arr) else []
    single = item.get("keyword")
    if isinstance(single, str) and single and single not in words:
        words.append(single)
    return tuple(words)


def _schedule(value: Any) -> str:
    """When a schedule runs, in words, from what the export says of it."""
    if not isinstance(value, Obj):
        return ""
    repeat = {"O": "once", "D": "daily", "W": "weekly", "M": "monthly", "Y": "yearly"}.get(
        str(value.get("repeat_period")), ""
    )
    days = value.get("repeat_days_of_week")
    start = value.get("start") or value.get("next_fire") or value.get("start_datetime")
    parts = [repeat, f"on {days}" if days else "", f"from {start}" if start else ""]
    return " ".join(part for part in parts if part)


def read_keywords(starts: Starts, wrapper: Obj, flow_id: str) -> None:
    """The keywords round a Glific definition: a message that is just the keyword starts the flow."""
    words = wrapper.get("keywords")
    found: list[str] = []
    place = starts.reading.at(wrapper, "keywords")
    if isinstance(words, Arr):
        for index, word in enumerate(words):
            if isinstance(word, str) and word.strip():
                found.append(word)
                starts.reading.book.exact(starts.reading.at(words, index))
    if found:
        entry = Entry(EntryKind.KEYWORD, keywords=Localized.of(tuple(found)), match="only", name="keywords", at=place)
        starts.entries.setdefault(flow_id, []).append(entry)


# Campaigns


def read_campaigns(starts: Starts, export: Obj) -> None:
    """``campaigns`` of an export: each event is an entry, or a flow of its own when it sends a message."""
    reading = starts.reading
    for campaign, place in _objects(reading, export, "campaigns"):
        members = Members(reading, campaign, "campaign", CAMPAIGN)
        reading.book.exact(place)
        group = campaign.get("group")
        name = name_of(group) if isinstance(group, Obj) else ""
        starts.assets.use("group", name, place)
        title = campaign.get("name")
        members.keep_rest("campaign/")
        if group is not None:
            members.facts.append(("group", json_text(group)))
        for event, at in _objects(reading, campaign, "events"):
            _event(starts, event, at, title if isinstance(title, str) else "", name, members.facts)


def _event(
    starts: Starts, event: Obj, place: Place, campaign: str, group: str, campaign_facts: list[tuple[str, str]]
) -> None:
    reading = starts.reading
    members = Members(reading, event, "campaign event", EVENT)
    reading.book.exact(place)
    members.keep_rest()
    members.facts.extend(campaign_facts)
    unit = event.get("unit")
    seconds, word = UNITS.get(unit, (0, "")) if isinstance(unit, str) else (0, "")
    amount = number_of(event.get("offset"))
    if not word or amount is None:
        code = reading.find(
            UnknownTrigger,
            place,
            "a campaign event does not say when it fires",
            help="write `offset` as a number and `unit` as one of M, H, D, W",
        )
        reading.book.degraded(place, "its time is not known", "write `offset` and `unit`", code)
        members.facts.extend((key, json_text(event[key])) for key in ("offset", "unit") if key in event)
    offset = Duration(amount * seconds) if word and amount is not None else None
    relative = event.get("relative_to")
    field = relative.get("key") if isinstance(relative, Obj) else None
    starts.assets.use("field", field if isinstance(field, str) else "", place)
    for key in ("flow", "relative_to", "start_mode", "delivery_hour", "uuid", "id"):
        if event.get(key) is not None:
            members.facts.append((key, json_text(event[key])))
    entry = Entry(
        EntryKind.CAMPAIGN,
        condition=_condition([group] if group else [], []),
        name=campaign,
        offset=offset,
        schedule=_when(amount, word, relative, event.get("delivery_hour")),
        facts=tuple(members.facts),
        at=place,
    )
    kind = event.get("event_type")
    if kind == "M" and starts.known(event.get("flow")) is not None:
        # Old exports hold the flow of the message, too.
        if event.get("message"):
            entry = replace(entry, facts=(*entry.facts, ("message", json_text(event["message"]))))
        starts.add(event["flow"], entry, f"an event of the campaign {campaign}".rstrip(), place, members)
        return
    if kind == "M" or (kind is None and event.get("message") and not event.get("flow")):
        _message(starts, event, place, entry, campaign)
        return
    if kind not in ("F", None):
        code = reading.find(
            UnknownTrigger,
            place,
            f"a campaign event has the type `{clip(str(kind), 20)}`; it is read as one that starts a flow",
            help="write `F` for a flow or `M` for a message",
        )
        reading.book.degraded(place, "no known type: read as one that starts a flow", "correct the type", code)
    starts.add(event.get("flow"), entry, f"an event of the campaign {campaign}".rstrip(), place, members)


def _when(amount: float | None, word: str, relative: Any, hour: Any) -> str:
    """When an event fires, in words."""
    if amount is None or not word:
        return ""
    label = name_of({"name": relative.get("label"), "key": relative.get("key")}) if isinstance(relative, Obj) else ""
    count = abs(amount)
    much = f"{count:g} {word}{'' if count == 1 else 's'} {'before' if amount < 0 else 'after'}"
    text = f"{much} {label}".strip() if amount else f"at {label}".strip()
    clock = number_of(hour)
    return f"{text}, at {clock:g}:00" if clock is not None and clock >= 0 else text


def _message(starts: Starts, event: Obj, place: Place, entry: Entry, campaign: str) -> None:
    """An event that sends a message: a flow of its own, which says it and ends."""
    reading = starts.reading
    written = event.get("message")
    base = event.get("base_language")
    base = base if isinstance(base, str) and base not in ("und", "base") else ""
    texts: list[tuple[str, Text]] = []
    if isinstance(written, str):
        texts.append((base, reading.text(written, reading.at(event, "message"))))
    elif isinstance(written, Obj):
        languages = sorted(written, key=lambda language: language != base)
        for language in languages:
            value = written[language]
            if isinstance(value, str) and value:
                locale = "" if language in ("und", "base") else language
                texts.append((locale, reading.text(value, reading.at(written, language))))
    if not texts:
        code = reading.find(EmptyAction, place, "a campaign event sends no message", help="write its text")
        reading.book.degraded(place, "there is nothing to say", "write its text", code)
    locale = base or (texts[0][0] if texts else "")
    content = Content(text=Localized(tuple(texts)), at=reading.at(event, "message"))
    node = Message(id="message", content=content, edges=(Edge(Always(), None, at=place),), at=place)
    label = " ".join(filter(None, (campaign, entry.schedule)))
    id_ = unique(slug(label) or "campaign", starts.taken)
    starts.flows.append(Flow(id=id_, nodes=(node,), entries=(entry,), title=label, locale=locale, at=place))
