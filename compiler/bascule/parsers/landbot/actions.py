"""Blocks that set, decide, call or hand over."""

from __future__ import annotations

from typing import Any

from bascule.ir.content import Content
from bascule.ir.expr import Expression, Opaque
from bascule.ir.nodes import (
    Always,
    Assignment,
    Case,
    Edge,
    Guard,
    Handover,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    SetVariable,
    Unsupported,
    When,
)
from bascule.ir.text import Text
from bascule.language.members import EMPTY, as_text
from bascule.language.reading import json_text, unique
from bascule.language.secrets import mask, secret_in_text
from bascule.parsers.landbot.conditions import LANGUAGE, read_conditions
from bascule.parsers.landbot.formulas import NotAFormula, read_formula
from bascule.parsers.landbot.graph import Block, Out
from bascule.parsers.landbot.losses import AgentKept, ScriptKept
from bascule.parsers.landbot.reading import DraftMembers
from bascule.parsers.landbot.rules import (
    FormulaNotRead,
)
from bascule.parsers.landbot.scene import (
    Scene,
    called,
    common,
    edges_of,
    into,
    kept_whole,
    plain,
    said,
)  # fmt: skip

__all__ = ["agent", "code", "conditions", "formulas", "handover", "set_field", "webhook"]


def set_field(scene: Scene, block: Block) -> list[Node]:
    """``set_a_field``: a value, or none."""
    params = block.params
    mode = as_text(params.take("action") or params.take("operation") or params.take("mode")).casefold()
    assignments: list[Assignment] = []
    name = next((name for name in ("field", "name", "destination", "variable") if name in params), "")
    if name:
        value = params.take("value")
        path = scene.reading.declare(params.string(name), params.at(name))
        if path:
            assignments.append(_assigned(scene, params, path, value, mode, "value"))
    place = params.at("variables")
    for index, item in enumerate(params.items("variables")):
        data = item if isinstance(item, dict) else {}
        inner = data.get("value")
        at = place.child(index)
        if isinstance(inner, dict) and isinstance(inner.get("name"), str):
            path = scene.reading.declare(inner["name"], at)
            assignments.extend([Assignment(path, op="clear", at=at)] if path else [])
            continue
        named = next((data[key] for key in ("name", "field", "variable") if isinstance(data.get(key), str)), "")
        path = scene.reading.declare(named, at)
        if path:
            value = scene.reading.value(inner, at.child("value"))
            assignments.append(
                Assignment(path, value, at=at) if inner not in EMPTY else Assignment(path, op="clear", at=at)
            )
        else:
            params.facts.append((f"variables/{index}", json_text(scene.reading.safe(item, at))))
    return [SetVariable(**common(block), assignments=tuple(assignments), edges=edges_of(scene, block, plain))]


def _assigned(
    scene: Scene, params: DraftMembers, path: tuple[str, ...], value: Any, mode: str, name: str
) -> Assignment:
    if mode in ("unset", "clear") or value in EMPTY:
        return Assignment(path, op="clear", at=params.place)
    if isinstance(value, (dict, list)):
        params.misshapen(name, "a text")
        return Assignment(path, op="clear", at=params.at(name))
    return Assignment(path, scene.reading.value(value, params.at(name)), at=params.at(name))


def conditions(scene: Scene, block: Block) -> list[Node]:
    """``conditions``: two ways."""
    condition = read_conditions(scene.reading, block.params)

    def guard(out: Out) -> Guard | None:
        name = out.name.casefold()
        return When(condition) if name == "true" else Otherwise() if name == "false" else None

    edges = edges_of(scene, block, guard)
    if not any(out.name.casefold() == "true" for out in block.outs):
        # Nothing follows where it holds; what is connected is for all others.
        edges = (Edge(When(condition), None, at=block.place), *edges)
    return [Case(**common(block), edges=edges)]


def formulas(scene: Scene, block: Block) -> list[Node]:
    """``formulas``: a computed value."""
    params = block.params
    name = next((name for name in ("formula", "expression", "text", "value", "content") if name in params), "formula")
    source = params.string(name)
    place = params.at(name)
    target = into(scene, block)
    value: Expression
    try:
        value = read_formula(
            source, lambda field, start, end: scene.reading.field(field, None, place.within(start, end))
        )
    except NotAFormula as error:
        message, at = error.args
        code = scene.reading.find(
            FormulaNotRead,
            place.within(at, min(at + 1, len(source))) if source else block.place,
            f"the formula of `{block.shown}` cannot be read: {message}",
            help="correct the formula, or compute the value in the program that runs the flow",
        )
        scene.reading.book.degraded(place, "kept as an opaque value", "compute it yourself", code)
        value = Opaque(LANGUAGE, source)
    assignments = (Assignment(target, value, at=place),) if target and source else ()
    if not target and source:
        params.keep(name)
        scene.reading.book.emulated(place, "no field takes it; kept as a fact")
    return [SetVariable(**common(block), assignments=assignments, edges=edges_of(scene, block, called))]


def _pairs(scene: Scene, params: DraftMembers, *names: str) -> tuple[tuple[str, Text], ...]:
    """Named texts: an object, or a list of ``{key, value}``."""
    found: list[tuple[str, Text]] = []
    for name in names:
        value = params.data.get(name)
        place = params.at(name)
        if isinstance(value, dict):
            params.take(name)
            items = [(place.child(key), key, item) for key, item in value.items()]
        elif isinstance(value, list):
            params.take(name)
            items = []
            for index, item in enumerate(value):
                data = item if isinstance(item, dict) else {}
                key = next((as_text(data[part]) for part in ("key", "name", "header") if data.get(part)), "")
                if key:
                    items.append((place.child(index, "value"), key, data.get("value")))
                else:
                    params.facts.append((f"{name}/{index}", json_text(scene.reading.safe(item, place.child(index)))))
        else:
            params.fact(name, reason="no pairs; kept as a fact")
            continue
        found.extend((key, scene.reading.sent(as_text(item), at, key)) for at, key, item in items)
    return tuple(found)


def webhook(scene: Scene, block: Block) -> list[Node]:
    """``webhook``: an HTTP request."""
    params = block.params
    name = next((name for name in ("body", "payload", "customBody", "json") if name in params), "body")
    body = params.take(name)
    place = params.at(name)
    if isinstance(body, (dict, list)):
        body = json_text(scene.reading.safe(body, place, name))
    written = scene.reading.sent(as_text(body), place, name)
    timeout = params.number("timeout")
    mapping: list[tuple[str, tuple[str, ...]]] = []
    for key in ("responses", "responseMapping", "saveResponses"):
        for index, item in enumerate(params.items(key)):
            data = item if isinstance(item, dict) else {}
            target = next((data[part] for part in ("field", "destination", "variable", "name") if data.get(part)), "")
            path = scene.reading.declare(target, params.at(key).child(index))
            source = next((as_text(data[part]) for part in ("key", "path", "jsonPath") if data.get(part)), "")
            if path:
                mapping.append((source, path))
            else:
                params.facts.append((f"{key}/{index}", json_text(scene.reading.safe(item, params.at(key)))))
    return [
        HttpRequest(
            **common(block),
            method=params.string("method").strip().upper(),
            url=scene.reading.sent(params.string("url").strip(), params.at("url")),
            headers=_pairs(scene, params, "headers"),
            parameters=_pairs(scene, params, "params", "query", "parameters"),
            body=written,
            mapping=tuple(mapping),
            into=into(scene, block, "object"),
            timeout=timeout if timeout is not None and timeout >= 0 else None,
            edges=edges_of(scene, block, called),
        )
    ]


def agent(scene: Scene, block: Block) -> list[Node]:
    """``ai_agent``: kept, with its exits."""
    outputs = block.params.data.get("outputs")
    names = {
        as_text(item.get("id")): as_text(item.get("name"))
        for item in (outputs if isinstance(outputs, list) else [])
        if isinstance(item, dict)
    }

    def guard(out: Out) -> Guard | None:
        return When(Opaque(LANGUAGE, f"exit {names[out.name]}")) if out.name in names else None

    reason = "an agent of the old platform; what it is told is not in the draft"
    scene.lost(block, AgentKept, "are AI agents; what they are told is not in the draft", reason, "use another agent")
    return [kept_whole(scene, block, reason, edges_of(scene, block, guard))]


def handover(scene: Scene, block: Block) -> list[Node]:
    """``human_takeover``: people go on."""
    params = block.params
    to = next((params.string(name) for name in ("team", "department", "agent", "assignTo") if name in params), "")
    text, _ = scene.reading.said(params, "text", "richText", "rawText")
    note = Handover(**common(block), to=to, edges=edges_of(scene, block, plain))
    if not text:
        return [note]
    id_ = unique(block.node, scene.taken)
    place = params.at("text")
    edges = (Edge(Always(), id_, at=block.place),)
    words = Message(**common(block), content=Content(text=said(text), at=place), edges=edges)
    return [words, Handover(id=id_, to=to, edges=note.edges, at=block.place)]


def code(scene: Scene, block: Block) -> list[Node]:
    """``code``: a program, kept and never run."""
    name = next((name for name in ("code", "script", "content", "text") if name in block.params), "code")
    source = block.params.string(name)
    place = block.params.at(name)
    hits = secret_in_text(source)
    scene.reading.hide_all(place, "the program", hits)
    reason = "a program; nothing runs it"
    scene.lost(block, ScriptKept, "are programs; nothing runs them", reason, "write what it does on the new platform")
    rest = {key: value for key, value in block.params.data.items() if key != name and value not in EMPTY}
    block.facts.extend(
        (key, json_text(scene.reading.safe(value, block.params.at(key), key))) for key, value in rest.items()
    )
    node = Unsupported(
        **common(block),
        construct=block.type,
        source=mask(source, hits),
        language="javascript",
        reason=reason,
        edges=edges_of(scene, block, plain),
    )
    return [node]
