"""JSON API answers: what a server tells the bot to say, as flows.

Format: https://docs.chatfuel.com/en/articles/735122-json-api
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from bascule.ir.expr import Const
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Chosen,
    Edge,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    ReplyKind,
    RunFlow,
    SetVariable,
    Unsupported,
)
from bascule.ir.project import Entry, EntryKind, Flow
from bascule.language.members import EMPTY, Facts, as_text, clip, slug, type_name
from bascule.language.reading import json_text, unique
from bascule.parsers.chatfuel.losses import ButtonsLater, ServerAnswer
from bascule.parsers.chatfuel.messages import Said, Tap, read_message
from bascule.parsers.chatfuel.reading import Fields, Reading
from bascule.parsers.chatfuel.rules import BlockElsewhere, EntryChosen, SeveralBlocks, UnknownMessage, WrongShape
from bascule.source import Place

__all__ = ["find_answers", "is_answer", "read_answers"]

_MEMBERS = frozenset({"messages", "set_attributes", "redirect_to_blocks"})


@dataclass(slots=True)
class _Answer:
    """One answer of the file: its block's name, where it stands."""

    name: str
    data: dict[str, Any]
    place: Place
    flow: str = ""


@dataclass(slots=True)
class _Scene:
    """One answer while its nodes are made. ``flows`` are the answers of the file by name, ``called`` those entered by
    others; ``ends`` are nodes that several buttons share."""

    reading: Reading
    flows: dict[str, str]
    called: set[str]
    facts: Facts = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)
    tail: list[Node] = field(default_factory=list)
    ends: dict[str, str] = field(default_factory=dict)


def is_answer(value: Any) -> bool:
    """Whether a value is an answer of the JSON API, by its members."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("messages"), list):
        return True
    return bool(value) and value.keys() <= _MEMBERS


def find_answers(value: Any) -> bool:
    """Whether a document holds answers: one, a list of them, or answers by the names of their blocks."""
    if is_answer(value):
        return True
    items = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    return any(is_answer(item) for item in items)


def read_answers(reading: Reading, value: Any, place: Place, stem: str, locale: str, facts: Facts) -> list[Flow]:
    """Read the answers of a document, each as a flow."""
    answers = _answers(reading, value, place, facts)
    taken: dict[str, int] = {}
    flows: dict[str, str] = {}
    for answer in answers:
        answer.flow = unique(slug(answer.name) or slug(stem) or "reponse", taken)
        if answer.name:
            flows.setdefault(answer.name, answer.flow)
    called: set[str] = set()
    made = [(answer, _flow(reading, answer, flows, called)) for answer in answers]
    found: list[Flow] = []
    spoken = [answer for answer, flow in made if flow.nodes]
    if all(answer.name in called for answer in spoken):
        called.difference_update(answer.name for answer in spoken[:1])
    for answer, flow in made:
        if not flow.nodes:
            prefix = answer.place.pointer.lstrip("/")
            facts.extend((f"{prefix}/{name}".lstrip("/"), item) for name, item in flow.facts if name != "sid")
            continue
        kind = EntryKind.SUBFLOW if answer.name in called else EntryKind.ANY_MESSAGE
        if kind is EntryKind.ANY_MESSAGE:
            reading.find_once(
                EntryChosen,
                "answer",
                answer.place,
                lambda count: f"the block that asks for {count} answer(s) is not in the file; here any message does",
                help="write the entry in the converted scenario",
            )
        found.append(replace(flow, entries=(Entry(kind, flow.nodes[0].id, at=answer.place),), locale=locale))
    return found


def _answers(reading: Reading, value: Any, place: Place, facts: Facts) -> list[_Answer]:
    """The answers of a document; what is none is kept as a fact."""
    found: list[_Answer] = []
    if is_answer(value):
        reading.book.open("answer", place)
        return [_Answer("", value, place)]
    named = isinstance(value, dict)
    items = list(value.items()) if isinstance(value, dict) else [(str(key), item) for key, item in enumerate(value)]
    for index, (name, item) in enumerate(items):
        at = place.child(name) if named else place.child(index)
        reading.book.open("answer", at)
        if is_answer(item):
            found.append(_Answer(name if named else "", item, at))
            continue
        code = reading.find(WrongShape, at, f"{type_name(item)} is no answer with messages; kept as a fact")
        reading.book.degraded(at, "no answer: kept as a fact", "write `messages`", code)
        facts.append((at.pointer.lstrip("/"), json_text(reading.safe(item, at, name if named else ""))))
    return found


def _flow(reading: Reading, answer: _Answer, flows: dict[str, str], called: set[str]) -> Flow:
    """The flow of an answer; without nodes where it says and does nothing."""
    scene = _Scene(reading, flows, called)
    if answer.name:
        scene.facts.append(("sid", json_text(answer.name)))
    fields = Fields(reading, answer.data, answer.place, "answer", scene.facts)
    reading.book.exact(answer.place)
    items = fields.items("messages")
    attributes = fields.object("set_attributes")
    redirects = _names(fields)
    spots: list[tuple[str, dict[str, Any], Place]] = []
    for index, item in enumerate(items):
        at = fields.at("messages").child(index)
        reading.book.open("message", at)
        if isinstance(item, dict):
            spots.append((unique("message", scene.taken), item, at))
            continue
        code = reading.find(UnknownMessage, at, f"a message is {type_name(item)}, not an object; kept as a fact")
        reading.book.degraded(at, "not an object: kept as a fact", "write a message", code)
        scene.facts.append((f"messages/{index}", json_text(reading.safe(item, at))))
    end = _jump(scene, redirects, fields.at("redirect_to_blocks"), "redirection") if redirects else None
    nodes: list[Node] = []
    first = spots[0][0] if spots else end
    if attributes:
        nodes.append(_set(scene, attributes, fields.at("set_attributes"), first))
    for number, (id_, item, at) in enumerate(spots):
        following = spots[number + 1][0] if number + 1 < len(spots) else end
        nodes.append(_message(scene, id_, item, at, following, last=number + 1 == len(spots)))
    fields.close()
    nodes.extend(scene.tail)
    title = " ".join(answer.name.split())
    return Flow(
        id=answer.flow,
        nodes=tuple(nodes),
        title=title if title != answer.flow else "",
        facts=tuple(dict(scene.facts).items()),
        at=answer.place,
    )


def _names(fields: Fields) -> list[str]:
    value = fields.take("redirect_to_blocks")
    if isinstance(value, list):
        return [as_text(item) for item in value if item not in EMPTY]
    if isinstance(value, str):
        return [value] if value else []
    if value not in EMPTY:
        fields.misshapen("redirect_to_blocks", "a list of names")
    return []


def _message(scene: _Scene, id_: str, item: dict[str, Any], place: Place, following: str | None, *, last: bool) -> Node:
    reading = scene.reading
    said, code = read_message(reading, item, place)
    on = (Edge(Always(), following, at=place),) if following is not None else ()
    if said is None:
        reading.book.dropped(place, "not one of the documented messages", "write it anew", code)
        return Unsupported(
            id=id_,
            construct="message",
            source=json_text(reading.safe(item, place, report=False)),
            reason="not one of the documented messages",
            edges=on,
            at=place,
        )
    facts = tuple(said.facts)
    if not said.taps and not said.into:
        return Message(id=id_, content=said.content, edges=on, facts=facts, at=place)
    if not last and not said.quick:
        code = reading.find_once(
            ButtonsLater,
            "message",
            place,
            lambda count: (
                f"{count} message(s) with buttons stand before others; here the flow waits for the answer first"
            ),
            help="write the buttons in the last message",
        )
        reading.book.degraded(place, "it waits for an answer here", "write the buttons last", code)
    return Ask(
        id=id_,
        content=said.content,
        reply=ReplyKind.CHOICE if said.taps else ReplyKind.TEXT,
        into=said.into,
        edges=tuple(_edges(scene, said, place, following)),
        facts=facts,
        at=place,
    )


def _edges(scene: _Scene, said: Said, place: Place, following: str | None) -> list[Edge]:
    edges: list[Edge] = []
    if not said.taps:
        return [Edge(Always(), following, at=place)]
    for tap in said.taps:
        edges.append(Edge(Chosen((tap.choice.id,)), _leads(scene, tap, following), at=tap.choice.at))
    edges.append(Edge(Otherwise(), following, at=place))
    return edges


def _leads(scene: _Scene, tap: Tap, following: str | None) -> str | None:
    """The node a button leads to."""
    place = tap.fields.place
    target = following
    if tap.blocks:
        at = tap.fields.at("block_names") if "block_names" in tap.fields.data else tap.fields.at("block_name")
        target = _jump(scene, tap.blocks, at, "button")
    elif tap.url:
        target = _call(scene, tap)
    if tap.attributes:
        node = _set(scene, tap.attributes, tap.fields.at("set_attributes"), target)
        scene.tail.append(replace(node, at=place))
        target = node.id
    return target


def _jump(scene: _Scene, names: list[str], place: Place, what: str) -> str:
    """The node that goes to a block."""
    name = names[0]
    reading = scene.reading
    facts: Facts = []
    if len(names) > 1:
        code = reading.find(
            SeveralBlocks,
            place,
            f"a {what} names {len(names)} blocks; the first one, `{clip(name)}`, is taken",
            help="name one block",
        )
        reading.book.degraded(place, "the first block is taken", "name one block", code)
        facts.append(("block_names", json_text(names)))
    if name in scene.flows:
        scene.called.add(name)
    else:
        reading.find_once(
            BlockElsewhere,
            "block",
            place,
            lambda count: f"{count} place(s) lead to blocks that are not in the file",
            help="add them as answers under their names",
        )
    key = json_text(names)
    if key not in scene.ends:
        node = RunFlow(
            id=unique(slug(name) or "bloc", scene.taken),
            flow=scene.flows.get(name, name),
            flow_title=name,
            mode="jump",
            facts=tuple(facts),
            at=place,
        )
        scene.tail.append(node)
        scene.ends[key] = node.id
    return scene.ends[key]


def _call(scene: _Scene, tap: Tap) -> str:
    """The node that calls an address whose answer is not in the file."""
    at = tap.fields.at("url")
    code = scene.reading.find_once(
        ServerAnswer,
        "url",
        at,
        lambda count: f"{count} button(s) ask a server what to say; its answer is not in the file",
        help="add the answers to the file, or let the server call the new platform",
    )
    scene.reading.book.degraded(at, "the answer is not in the file", "add the answer", code)
    node = HttpRequest(id=unique("appel", scene.taken), method="GET", url=tap.url, name="json_plugin_url", at=at)
    scene.tail.append(node)
    return node.id


def _set(scene: _Scene, attributes: dict[str, Any], place: Place, following: str | None) -> SetVariable:
    """The node that sets attributes; null clears one."""
    reading = scene.reading
    assignments: list[Assignment] = []
    for name, value in attributes.items():
        at = place.child(name)
        path = reading.declare(name, at)
        if not path:
            reading.find(WrongShape, at, "an attribute has no name; it is left out")
            scene.facts.append(("set_attributes", json_text(reading.safe(value, at))))
            continue
        if value is None:
            assignments.append(Assignment(path, op="clear", at=at))
        elif isinstance(value, (bool, int, float)):
            assignments.append(Assignment(path, Const(value), at=at))
        else:
            shown = as_text(reading.safe(value, at, name))
            assignments.append(Assignment(path, reading.value(shown, at), at=at))
    edges = (Edge(Always(), following, at=place),) if following is not None else ()
    return SetVariable(id=unique("attributs", scene.taken), assignments=tuple(assignments), edges=edges, at=place)
