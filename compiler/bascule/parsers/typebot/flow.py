"""A bot as one flow: groups become runs of nodes, events become entries, settings become facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bascule.ir.content import Content
from bascule.ir.nodes import Ask, Node, Unsupported
from bascule.ir.project import Entry, Flow, Variable
from bascule.ir.text import Localized
from bascule.language.members import EMPTY, Facts, as_text, clip, objects_of, slug, type_name
from bascule.language.reading import json_text, unique
from bascule.parsers.typebot.bubbles import bubble, text_content
from bascule.parsers.typebot.catalogue import (
    BUBBLES,
    HANDOVERS,
    INPUTS,
    JUMPING,
    LLMS,
    SERVICES,
    TRACKERS,
    VERSIONS,
    WEB_REQUESTS,
)
from bascule.parsers.typebot.graph import Block
from bascule.parsers.typebot.inputs import ask
from bascule.parsers.typebot.logic import logic
from bascule.parsers.typebot.reading import BotMembers, Reading
from bascule.parsers.typebot.rules import (
    FirstAnswer,
    NoBot,
    OldGeneration,
    UnknownBlock,
    UnknownVersion,
    WrongShape,
)
from bascule.parsers.typebot.scene import Scene
from bascule.parsers.typebot.services import service
from bascule.parsers.typebot.shape import read_graph
from bascule.parsers.typebot.starts import Settings, read_entries, read_settings
from bascule.source import Place

__all__ = ["read_bot"]

_SERVICES = frozenset({*WEB_REQUESTS, *LLMS, *SERVICES, *TRACKERS, *HANDOVERS, "cal-com"})
_FACTS = (
    "name", "icon", "folderId", "publicId", "customDomain", "workspaceId", "isArchived", "isClosed", "createdAt",
    "updatedAt", "resultsTablePreferences", "selectedThemeTemplateId", "riskLevel",
)  # fmt: skip
_VARIABLE = frozenset({"id", "name", "isSessionVariable", "value"})


def read_bot(
    reading: Reading, bot: Mapping[str, Any], place: Place, stem: str, taken: dict[str, int], locale: str
) -> Flow | None:
    """The flow of a bot; None where it holds no block."""
    facts: Facts = []
    members = BotMembers(reading, bot, place, "bot", facts)
    if not isinstance(bot.get("groups"), list) and any("steps" in item for item in objects_of(bot.get("blocks"))):
        reading.find(
            OldGeneration,
            place.child("blocks"),
            "the bot is of the first generations, which the vendor no longer reads either",
            help="open it in a version of the builder that reads it, and export it again",
        )
        return None
    reading.bot = members.string("id")
    _version(reading, members)
    for name in ("groups", "edges", "events"):
        members.items(name) if bot.get(name) is not None else members.skip(name)
    _variables(reading, members)
    graph = read_graph(reading, bot, place)
    name = " ".join(members.string("name").split())
    flow_id = unique(slug(name) or slug(stem) or "typebot", taken)
    scene = Scene(reading, graph, flow_id)
    settings = read_settings(scene, members)
    first, entries = read_entries(scene, settings, place)
    nodes: list[Node] = list(first)
    for group in graph.groups:
        nodes.extend(_nodes(scene, group.blocks))
    entries = [entry for entry in entries if entry is not None]
    graph.unused()
    members.look("theme")
    members.fact(*_FACTS)
    members.credentials()
    members.close()
    if not nodes:
        reading.find(NoBot, place, "the bot has no block", help="export it again from the menu of the editor")
        return None
    _first_answer(scene, settings, entries, nodes)
    if reading.bot:
        facts.insert(0, ("sid", json_text(reading.bot)))
    return Flow(
        id=flow_id,
        nodes=tuple(nodes),
        entries=tuple(entries),
        title=name if name != flow_id else "",
        locale=locale,
        expires=settings.expires,
        facts=tuple(dict([*facts, *graph.facts]).items()),
        at=place,
    )


def _version(reading: Reading, members: BotMembers) -> None:
    value = members.take("version")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = f"{value:g}"
    if value not in VERSIONS:
        shown = f"`{clip(value)}`" if isinstance(value, str) else "not given"
        at = members.at("version") if "version" in members.data else members.place
        reading.find(UnknownVersion, at, f"the version is {shown}; the bot is read as 6.1")
    members.facts.append(("version", json_text(members.data.get("version"))))


def _variables(reading: Reading, members: BotMembers) -> None:
    """Declare the bot's variables; a value that is written with one is its sample."""
    names: dict[str, str] = {}
    place = members.at("variables")
    for index, item in enumerate(members.items("variables")):
        at = place.child(index)
        reading.book.open("variable", at)
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(name, str) or not name:
            code = reading.find(
                WrongShape, at, f"variable {index + 1} is {type_name(item)} without a name; kept as a fact"
            )
            reading.book.degraded(at, "it has no name: kept as a fact", "give it a name", code)
            members.facts.append((f"variables/{index}", json_text(reading.safe(item, at))))
            continue
        reading.book.exact(at)
        BotMembers(reading, item, at, "variable", members.facts, _VARIABLE, f"variables/{index}/").close()
        id_ = item.get("id")
        if isinstance(id_, str):
            names.setdefault(id_, name)
        value = item.get("value")
        sample = ""
        if value not in EMPTY:
            kept = reading.safe(value, at.child("value"), name)
            sample = as_text(kept)
            reading.book.emulated(at, "its value is the variable's sample")
        scope = "session" if item.get("isSessionVariable") is True else "flow"
        reading.variables.setdefault(
            name,
            Variable(
                name,
                type="list" if isinstance(value, list) else "",
                sample=Localized.of(sample) if sample else Localized(),
                scope=scope,
                at=at,
            ),
        )
    reading.names = names


def _nodes(scene: Scene, blocks: list[Block]) -> list[Node]:
    """The nodes of a group. A text just before an input is what the question says."""
    nodes: list[Node] = []
    skip: Block | None = None
    for block in blocks:
        made: list[Node] = []
        content: Content | None = None
        if block is skip:
            continue
        following = block.asks
        if following is not None:
            content = text_content(scene, block)
            scene.reading.book.exact(block.place)
            block.content.close()
            block.options.close()
            skip = following
            made = _block(scene, following, content)
            _close(scene, following)
            made[0] = replace(made[0], facts=(*made[0].facts, *following.facts))
        elif block.type in JUMPING:
            _jump(scene, block)
        else:
            made = _block(scene, block, None)
        block.content.close()
        _close(scene, block)
        if not made:
            scene.graph.facts.extend((f"{block.place.pointer}/{name}", value) for name, value in block.facts)
            continue
        own = made[0]
        group = block.group
        if group is not None and block.first:
            title = group.title if group.title != own.id else ""
            own = replace(own, title=title, position=group.position)
        nodes.extend([replace(own, facts=(*own.facts, *block.facts)), *made[1:]])
    return nodes


def _close(scene: Scene, block: Block) -> None:
    block.options.close()
    block.content.close()
    for item in block.items:
        item.members.close()
        for path in item.paths:
            path.members.close()


def _jump(scene: Scene, block: Block) -> None:
    """``Jump``: what leads here leads to its group."""
    if scene.reading.book.fate(block.place) is None:
        scene.reading.book.exact(block.place, "what leads here leads to its group")
    scene.graph.start(block)
    block.options.skip("groupId")
    block.options.skip("blockId")


def _block(scene: Scene, block: Block, content: Content | None) -> list[Node]:
    if block.type in BUBBLES:
        return bubble(scene, block)
    if block.type in INPUTS:
        return ask(scene, block, content)
    if block.type in _SERVICES:
        return service(scene, block)
    if block.type in _LOGIC:
        return logic(scene, block)
    return [_unknown(scene, block)]


_LOGIC = frozenset(
    {"Condition", "Set variable", "Redirect", "Code", "Typebot link", "Wait", "AB test", "webhook", "Return"}
)


def _unknown(scene: Scene, block: Block) -> Node:
    shown = f"the type `{clip(block.type)}`, which is not known" if block.type else "no type"
    code = scene.reading.find(
        UnknownBlock,
        block.place.child("type") if "type" in block.data else block.place,
        f"`{clip(block.node)}` has {shown}; it is kept as it is",
        help="write the step on the new platform",
    )
    reason = "a block type that is not known; kept as source text"
    scene.reading.book.dropped(block.place, reason, "write the step anew", code)
    for members in (block.options, block.content, *(item.members for item in block.items)):
        for name in members.data:
            members.take(name)
            scene.reading.book.dropped(members.at(name), reason, "write the step anew", code)
    for item in block.items:
        scene.reading.book.dropped(item.place, reason, "write the step anew", code)
        scene.graph.item(block, item)
        for path in item.paths:
            scene.reading.book.dropped(path.place, reason, "write the step anew", code)
            for name in path.members.data:
                path.members.take(name)
                scene.reading.book.dropped(path.members.at(name), reason, "write the step anew", code)
    return Unsupported(
        **scene.common(block),
        construct=block.type or "block",
        source=json_text(scene.reading.safe(dict(block.data), block.place)),
        reason=reason,
        edges=scene.on(block),
    )


def _first_answer(scene: Scene, settings: Settings, entries: list[Entry], nodes: list[Node]) -> None:
    """Say that WhatsApp's first message is an answer where the bot begins with an input."""
    by_id = {node.id: node for node in nodes}
    for entry in entries:
        node = by_id.get(entry.target or "")
        if settings.whatsapp and isinstance(node, Ask) and node.content.text == Localized():
            scene.reading.find(
                FirstAnswer,
                node.at or Place(scene.reading.path),
                "the bot begins with an input: on WhatsApp the old bot takes the first message as its answer",
                help="say something before it, or read the first message as a keyword",
            )
            return
