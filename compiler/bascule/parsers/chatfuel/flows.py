"""Flows of the read model: blocks one after another, connections between them, and how each flow is entered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bascule.ir.nodes import Node
from bascule.ir.project import Entry, EntryKind, Flow, TemplateAsset
from bascule.language.members import Facts, as_text, clip, slug
from bascule.language.reading import json_text, unique
from bascule.parsers.chatfuel.catalogue import ENTRY_POINTS
from bascule.parsers.chatfuel.documents import Found, find_flows, is_flow
from bascule.parsers.chatfuel.elements import build
from bascule.parsers.chatfuel.entries import Keywords, entry_points, read_keywords
from bascule.parsers.chatfuel.graph import Block, Graph, read_graph
from bascule.parsers.chatfuel.reading import Fields, Reading
from bascule.parsers.chatfuel.rules import EntryChosen, FlowWithoutBlocks, WrongShape
from bascule.parsers.chatfuel.scene import Scene
from bascule.source import Place

__all__ = ["Result", "read_flows"]

_FLOW = frozenset({"__typename", "id", "name", "blocks"})


@dataclass(slots=True)
class Result:
    """The flows of a file and what they share."""

    flows: list[Flow] = field(default_factory=list)
    templates: list[TemplateAsset] = field(default_factory=list)
    facts: Facts = field(default_factory=list)


@dataclass(slots=True)
class _Made:
    """One flow before its entries from elsewhere are known. ``links`` says what the platform knows to lead here."""

    flow: Flow
    names: tuple[str, ...]
    entries: list[Entry]
    start: str | None
    links: set[str]
    place: Place


def read_flows(reading: Reading, value: object, place: Place, stem: str, locale: str) -> Result:
    """Read the flows of a document."""
    document = find_flows(reading, value, place)
    result = Result(facts=document.facts)
    whole = [found for found in document.flows if is_flow(found.data)]
    known = {as_text(found.data.get("id")) for found in whole} - {""}
    taken: dict[str, int] = {}
    runs: set[str] = set()
    made: list[_Made] = []
    for found in document.flows:
        if is_flow(found.data):
            flow = _flow(reading, found, stem, taken, runs, result)
            made.extend([flow] if flow is not None else [])
        else:
            _without_blocks(reading, found, known, result.facts)
    flows: dict[str, str] = {}
    for item in made:
        for name in item.names:
            flows.setdefault(name, item.flow.id)
    keywords = read_keywords(reading, document.keywords, flows, result.facts)
    for item in made:
        entries = (*item.entries, *_entered(reading, item, keywords, runs))
        result.flows.append(replace(item.flow, entries=entries, locale=locale))
    return result


def _without_blocks(reading: Reading, found: Found, known: set[str], facts: Facts) -> None:
    """A flow of a list: said once where it is read elsewhere in the file, reported where it is not."""
    data, place = found.data, found.place
    prefix = f"{place.pointer.lstrip('/')}/"
    fields = Fields(reading, data, place, "flow", facts, {"__typename", "id", "name"}, prefix)
    if as_text(data.get("id")) in known:
        fields.skip("platform")
        fields.fact("entryPoints", "inboundLinks", "createdAt")
        fields.close()
        reading.book.exact(place, "its blocks are read elsewhere in the file")
        return
    code = _nothing(reading, found, facts)
    for name in data:
        if not fields.taken(name):
            fields.take(name)
            reading.book.dropped(fields.at(name), "its blocks are not in the file", "read it from the API", code)


def _nothing(reading: Reading, found: Found, facts: Facts) -> str:
    """Report a flow without steps, and keep it as a fact; returns the code."""
    data, place = found.data, found.place
    shown = clip(as_text(data.get("name")) or as_text(data.get("id")))
    name = f"the flow `{shown}`" if shown else "a flow"
    code = reading.find(
        FlowWithoutBlocks,
        place,
        f"{name} has no blocks with steps in the file; it is left out",
        help="read the flow from the API with its blocks",
    )
    reading.book.dropped(place, "its blocks are not in the file", "read it from the API", code)
    facts.append((place.pointer.lstrip("/"), json_text(reading.safe(data, place))))
    return code


def _flow(
    reading: Reading, found: Found, stem: str, taken: dict[str, int], runs: set[str], result: Result
) -> _Made | None:
    data, place = found.data, found.place
    facts: Facts = []
    title = " ".join(as_text(data.get("name")).split())
    sid = as_text(data.get("id"))
    if sid:
        facts.append(("sid", json_text(sid)))
    if found.group:
        facts.append(("group", json_text(found.group)))
    structural = _FLOW | ({"connections"} if isinstance(data.get("connections"), list) else set())
    fields = Fields(reading, data, place, "flow", facts, structural)
    platform = as_text(data.get("platform"))
    fields.fact("platform", "createdAt")
    fields.skip("entryPoints")
    starting = fields.object("startingPointBlock").get("id")
    links = _links(fields)
    if "connections" not in structural and data.get("connections") is not None:
        fields.misshapen("connections", "a list")
    graph = read_graph(reading, data, place, platform)
    scene = Scene(reading, graph)
    nodes: list[Node] = []
    for block in graph.blocks:
        nodes.extend(_nodes(scene, block, facts))
    entries = entry_points(reading, graph)
    start = _start(graph, as_text(starting))
    graph.unused()
    fields.close()
    reading.book.exact(place)
    facts.extend(graph.facts)
    if not nodes:
        _nothing(reading, found, result.facts)
        return None
    id_ = unique(slug(title) or slug(stem) or "chatfuel", taken)
    runs |= scene.runs
    for template in scene.templates:
        if template not in result.templates:
            result.templates.append(template)
    flow = Flow(
        id=id_,
        nodes=tuple(nodes),
        title=title if title != id_ else "",
        facts=tuple(dict(facts).items()),
        at=place,
    )
    names = tuple(dict.fromkeys(name for name in (sid, title) if name))
    return _Made(flow, names, entries, start, links, place)


def _nodes(scene: Scene, block: Block, facts: Facts) -> list[Node]:
    """The nodes of a block: each element leads to the next one, the last to the next block."""
    steps = [element for element in block.elements if element.kind not in ENTRY_POINTS]
    if not steps:
        facts.extend((f"{block.id or block.title}/{name}", item) for name, item in block.facts)
        return []
    nodes: list[Node] = []
    for index, element in enumerate(steps):
        last = index + 1 == len(steps)
        following = scene.graph.next(block) if last else (steps[index + 1].node, None)
        made = build(scene, element, following)
        if index == 0:
            own = block.title if block.title != made[0].id else ""
            made[0] = replace(made[0], title=own, position=block.position, facts=(*made[0].facts, *block.facts))
        nodes.extend(made)
    return nodes


def _links(fields: Fields) -> set[str]:
    """What the platform says leads to the flow: ``flow``, ``keyword``."""
    found: set[str] = set()
    for index, item in enumerate(fields.items("inboundLinks")):
        kind = as_text(item.get("__typename")) if isinstance(item, dict) else ""
        if kind == "FlowToFlowInboundLink" or (isinstance(item, dict) and isinstance(item.get("flow"), dict)):
            found.add("flow")
        elif kind == "KeywordGroupToFlowInboundLink":
            found.add("keyword")
        else:
            fields.reading.find(WrongShape, fields.at("inboundLinks").child(index), "this link is not known here")
    if "inboundLinks" in fields:
        fields.keep("inboundLinks")
    return found


def _start(graph: Graph, starting: str) -> str | None:
    """The node a flow starts with where it is entered as a whole."""
    block = graph.block(starting) if starting else None
    chosen = [block] if block is not None else [item for item in graph.blocks if item.starting]
    steps = [item for item in graph.blocks if item.start]
    free = [item for item in steps if not graph.led_to(item)]
    return next((node for item in (*chosen, *free, *steps) if (node := graph.start(item))), None)


def _entered(reading: Reading, made: _Made, keywords: Keywords, runs: set[str]) -> list[Entry]:
    """Entries that stand outside of the flow: keywords, other flows; or a guess where there is none at all."""
    found = [replace(entry, target=made.start) for entry in keywords.get(made.flow.id, ())]
    if made.start is None:
        return found
    if runs.intersection(made.names) or "flow" in made.links:
        found.append(Entry(EntryKind.SUBFLOW, made.start, at=made.place))
    if found or made.entries:
        return found
    reading.find_once(
        EntryChosen,
        "keyword" if "keyword" in made.links else "flow",
        made.place,
        (lambda count: f"{count} flow(s) start with keywords that are not in the file; here any message starts them")
        if "keyword" in made.links
        else (lambda count: f"what starts {count} flow(s) is not in the file; here any message starts them"),
        help="add `keywordRules`, or write the entry in the converted scenario",
    )
    return [Entry(EntryKind.ANY_MESSAGE, made.start, at=made.place)]
