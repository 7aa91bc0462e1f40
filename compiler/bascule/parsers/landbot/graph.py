"""The blocks and connections of a draft in one shape, whichever form it has, with everything put down in the book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bascule.language.members import EMPTY, Facts, as_text, clip, number_of, slug, type_name
from bascule.language.reading import json_text, unique
from bascule.parsers.landbot.catalogue import HEADS, HIDDEN, TEMPLATES
from bascule.parsers.landbot.reading import DraftMembers, Reading
from bascule.parsers.landbot.rules import ConnectionNowhere, DraftViolation, IdTwice, WrongShape
from bascule.source import Place

__all__ = ["Block", "Draft", "Out", "is_change", "read_draft"]

_BLOCK = frozenset({"id", "type", "template", "name", "top", "left", "params"})
_CONNECTION = frozenset({"id", "sourcePath", "targetPath", "type"})
_BOT_FACTS = ("save_state", "edited_at", "channel_family", "name", "id", "uuid")
_LANGUAGES = ("language", "locale", "lang")


@dataclass(slots=True)
class Out:
    """One connection out of a block. ``name`` is the output without ``$``; ``target`` the id of a node, or None."""

    name: str
    target: str | None
    place: Place


@dataclass(slots=True)
class Block:
    """One block. ``type`` is the semantic type; ``node`` the id of its node in the graph."""

    id: str
    type: str
    title: str
    place: Place
    data: Mapping[str, Any]
    params: DraftMembers
    facts: Facts
    position: tuple[float, float] | None
    node: str = ""
    outs: list[Out] = field(default_factory=list)
    incoming: bool = False

    @property
    def shown(self) -> str:
        """The id, short enough for a message."""
        return clip(self.id or self.node)


@dataclass(slots=True)
class Draft:
    """The blocks in order, the start point's connections, and what is said of the whole."""

    blocks: list[Block] = field(default_factory=list)
    starts: list[Out] = field(default_factory=list)
    facts: Facts = field(default_factory=list)
    locale: str = ""
    title: str = ""
    family: str = ""
    taken: dict[str, int] = field(default_factory=dict)

    @property
    def head(self) -> Block | None:
        """The block that greets."""
        return next((block for name in HEADS for block in self.blocks if block.id == name), None)


def read_draft(reading: Reading, value: Mapping[str, Any], place: Place) -> Draft:
    """Bring a draft into shape: ``{blocks, connections}``, ``{nodes, connections}``, or these inside their wrappers."""
    draft = Draft()
    inner = _unwrap(reading, draft, value, place)
    if inner is None:
        return draft
    data, at, name = inner
    by_id: dict[str, Block] = {}
    hidden: set[str] = {HIDDEN}
    for there, item, key in _objects(reading, draft, data.get(name), at.child(name), name):
        _block(
            reading, draft, item, there, f"{name}/{key}", key if isinstance(data.get(name), dict) else "", by_id, hidden
        )
    for block in draft.blocks:
        block.node = unique(block.id or slug(block.title) or slug(block.type) or "bloc", draft.taken)
    for there, item, key in _objects(reading, draft, data.get("connections"), at.child("connections"), "connections"):
        _connection(reading, draft, item, there, f"connections/{key}", by_id, hidden)
    return draft


def _unwrap(
    reading: Reading, draft: Draft, value: Mapping[str, Any], place: Place
) -> tuple[Mapping[str, Any], Place, str] | None:
    """Find the object that holds the blocks; what stands round it is kept."""
    for _ in range(4):
        name = next((name for name in ("blocks", "nodes") if isinstance(value.get(name), (list, dict))), "")
        inner = next((key for key in ("data", "diagram", "draft") if isinstance(value.get(key), dict)), "")
        members = DraftMembers(reading, value, place, "draft", draft.facts)
        if name:
            members.skip(name)
            if isinstance(value.get("connections"), (list, dict)) or value.get("connections") is None:
                members.skip("connections")
            else:
                members.misshapen("connections", "a list or an object")
        elif inner:
            members.skip(inner)
        _around(reading, draft, members)
        members.close()
        if name and is_change(value):
            return None
        if name:
            return value, place, name
        if not inner:
            return None
        value, place = value[inner], place.child(inner)
    return None


def is_change(value: Mapping[str, Any]) -> bool:
    """Whether the object is the body of a change (``PATCH``): blocks to add, update and delete."""
    blocks = value.get("blocks")
    return isinstance(blocks, dict) and bool(blocks) and blocks.keys() <= {"add", "update", "delete"}


def _around(reading: Reading, draft: Draft, members: DraftMembers) -> None:
    """What a draft says of itself: language, family, state, and what the platform found wrong."""
    for name in _LANGUAGES:
        value = members.data.get(name)
        if isinstance(value, str) and value.strip() and not draft.locale:
            draft.locale = value.strip()
            members.skip(name)
    family = members.data.get("channel_family")
    draft.family = family if isinstance(family, str) and family else draft.family
    title = members.data.get("name")
    draft.title = title if isinstance(title, str) and title else draft.title
    members.fact(*_BOT_FACTS)
    place = members.at("violations")
    for index, item in enumerate(members.items("violations")):
        data = item if isinstance(item, dict) else {}
        shown = [f"`{clip(as_text(data[name]))}`" for name in ("code", "block_id", "param") if data.get(name)]
        reading.find(
            DraftViolation,
            place.child(index),
            f"the platform reports {', '.join(shown) or 'something'} in this draft",
            help="correct it in the builder; a draft with violations cannot be published",
        )
    if members.data.get("violations") not in EMPTY:
        members.keep("violations")


def _objects(
    reading: Reading, draft: Draft, value: Any, place: Place, name: str
) -> Iterator[tuple[Place, dict[str, Any], str]]:
    """The objects of a list or of an object by id; what is none is kept as a fact."""
    items = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    what = "connection" if name == "connections" else "block"
    for key, item in items:
        at = place.child(key)
        kind = item.get("type") or item.get("template") if isinstance(item, dict) else None
        reading.book.open(f"{what} {clip(kind)}" if isinstance(kind, str) else what, at)
        if isinstance(item, dict):
            yield at, item, str(key)
            continue
        code = reading.find(WrongShape, at, f"a {what} is {type_name(item)}, not an object; kept as a fact")
        reading.book.degraded(at, "not an object: kept as a fact", f"write a {what}", code)
        draft.facts.append((f"{name}/{key}", json_text(reading.safe(item, at))))


def _string(reading: Reading, data: Mapping[str, Any], name: str, place: Place, facts: Facts) -> str:
    value = data.get(name)
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return as_text(value)
    reading.find(WrongShape, place.child(name), f"`{name}` is {type_name(value)}, not a text; kept as a fact")
    facts.append((name, json_text(reading.safe(value, place.child(name), name))))
    return ""


def _block(
    reading: Reading,
    draft: Draft,
    data: dict[str, Any],
    place: Place,
    key: str,
    named: str,
    by_id: dict[str, Block],
    hidden: set[str],
) -> None:
    facts: Facts = []
    template = _string(reading, data, "template", place, facts)
    id_ = _string(reading, data, "id", place, facts) or named
    kind = _string(reading, data, "type", place, facts)
    kind = kind or TEMPLATES.get(template, template)
    DraftMembers(reading, data, place, "block", facts, _BLOCK).close()
    params = data.get("params")
    at = place.child("params")
    if params is not None and not isinstance(params, dict):
        reading.book.open("params", at)
        code = reading.find(WrongShape, at, f"`params` is {type_name(params)}, not an object; kept as a fact")
        reading.book.degraded(at, "not an object: kept as a fact", "write an object", code)
        facts.append(("params", json_text(reading.safe(params, at))))
        params = {}
    members = DraftMembers(reading, params or {}, at, "param", facts)
    top, left = number_of(data.get("top")), number_of(data.get("left"))
    position = (left or 0.0, top or 0.0) if top is not None or left is not None else None
    title = " ".join(_string(reading, data, "name", place, facts).split())
    block = Block(id_, kind.strip(), title, place, data, members, facts, position)
    reading.book.exact(place)
    if id_ == HIDDEN or template == HIDDEN:
        members.fact(*members.data)
        hidden.add(id_)
        draft.facts.extend((f"{key}/{name}", item) for name, item in facts)
        reading.book.exact(place, "where the bot starts")
        return
    if kind.startswith("note"):
        members.fact(*members.data)
        draft.facts.extend((f"{key}/{name}", item) for name, item in facts)
        reading.book.exact(place, "a note on the canvas; kept as a fact")
        return
    draft.blocks.append(block)
    if not id_:
        return
    if id_ in by_id:
        reading.find_once(
            IdTwice,
            "block",
            place,
            lambda count: f"{count} block(s) have the id of another one; connections lead to the first",
            help="give each block an id of its own",
        )
        return
    by_id[id_] = block


def _connection(
    reading: Reading,
    draft: Draft,
    data: dict[str, Any],
    place: Place,
    key: str,
    by_id: Mapping[str, Block],
    hidden: set[str],
) -> None:
    facts: Facts = []
    DraftMembers(reading, data, place, "connection", facts, _CONNECTION).close()
    source, target, kind = (_string(reading, data, name, place, facts) for name in ("sourcePath", "targetPath", "type"))
    draft.facts.extend((f"{key}/{name}", item) for name, item in facts)
    landing = by_id.get(target)
    start, dot, rest = source.partition(".")
    if source not in by_id and source not in hidden and dot and (start in by_id or start in hidden):
        source, kind = start, kind or rest
    reading.book.exact(place)
    missing = "source" if source not in by_id and source not in hidden else "target" if landing is None else ""
    if missing:
        name = source if missing == "source" else target
        code = reading.find(
            ConnectionNowhere,
            place,
            f"its {missing} `{clip(name)}` is no block of the draft",
            help="connect it to a block, or remove it",
        )
        if missing == "source":
            reading.book.dropped(place, "its source is no block: it has no effect", "connect it", code)
            return
        reading.book.degraded(place, "its target is no block: the flow ends there", "connect it", code)
    out = Out(kind.strip().removeprefix("$"), landing.node if landing is not None else None, place)
    if landing is not None:
        landing.incoming = True
    if source in hidden:
        draft.starts.append(out)
    else:
        by_id[source].outs.append(out)
