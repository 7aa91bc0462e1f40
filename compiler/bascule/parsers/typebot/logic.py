"""Logic blocks: what the bot decides, sets and waits for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bascule.ir.content import Content
from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.ir.nodes import (
    Always,
    Assignment,
    Case,
    Delay,
    Duration,
    Edge,
    End,
    Message,
    Node,
    Otherwise,
    RunFlow,
    SetVariable,
    Unsupported,
    When,
)
from bascule.ir.text import text_expression
from bascule.language.members import EMPTY, as_text, clip, number_of
from bascule.language.reading import json_text, unique
from bascule.language.secrets import mask, secret_in_text
from bascule.parsers.typebot.catalogue import PROVIDED
from bascule.parsers.typebot.conditions import read_condition
from bascule.parsers.typebot.graph import Block
from bascule.parsers.typebot.losses import LinkToGroup, ReturnToEvent, ScriptKept, WaitForCall
from bascule.parsers.typebot.rules import WrongShape
from bascule.parsers.typebot.scene import Scene, said

__all__ = ["logic"]


def logic(scene: Scene, block: Block) -> list[Node]:
    """The nodes of a logic block."""
    scene.reading.book.exact(block.place)
    return _BUILDERS[block.type](scene, block)


def _condition(scene: Scene, block: Block) -> list[Node]:
    """``Condition``: a branch per item, else the way on."""
    edges: list[Edge] = []
    following = scene.graph.next(block)
    # An item that holds and has no edge does not take the way of the others: the group goes on behind the block.
    behind = scene.graph.start(block.after) if block.after is not None else None
    for item in block.items:
        members = item.members
        place = members.at("content")
        value = members.take("content")
        found = read_condition(scene.reading, value, place if value is not None else item.place)
        if "content" in members.data and found.remark:
            if found.code:
                scene.reading.book.degraded(place, found.remark, "", found.code)
            else:
                scene.reading.book.emulated(place, found.remark)
        members.close()
        own, target = scene.graph.item(block, item)
        edges.append(Edge(When(found.expression), target if own else behind, at=item.place))
    edges.append(Edge(Otherwise(), following, at=block.place))
    return [Case(**scene.common(block), edges=tuple(edges))]


def _chance(scene: Scene, block: Block) -> list[Node]:
    """``AB test``: a share of the people goes one way, all others the other."""
    share = block.options.number("aPercent")
    edges: list[Edge] = []
    following = scene.graph.next(block)
    for number, item in enumerate(block.items):
        members = item.members
        label = members.string("path").upper() or "AB"[number : number + 1]
        members.close()
        own, target = scene.graph.item(block, item)
        last = number + 1 >= min(len(block.items), 2)
        part = min(max((50.0 if share is None else share) / 100, 0.0), 1.0)
        chance = When(Call("chance", (Const(part),)))
        edges.append(Edge(Otherwise() if last else chance, target if own else following, label, item.place))
        if last:
            break
    for item in block.items[2:]:
        item.members.close()
        code = scene.reading.find(WrongShape, item.place, "an AB test has two ways; this one is never taken")
        scene.reading.book.dropped(item.place, "a third way: it is never taken", "", code)
    if not block.items:
        edges.append(Edge(Always(), following, at=block.place))
    return [Case(**scene.common(block), edges=tuple(edges))]


def _set(scene: Scene, block: Block) -> list[Node]:
    """``Set variable``, all kinds."""
    options = block.options
    into = scene.into(options)
    kind = options.string("type")
    assignments = _assigned(scene, block, kind, into) if into else []
    if not into:
        for name in ("expressionToEvaluate", "item"):
            if name in options:
                scene.reading.value(options.string(name), options.at(name))
                options.keep(name)
                scene.reading.book.emulated(options.at(name), "no variable takes it, as in the old bot")
    options.fact("isExecutedOnClient", "isUnsafe", "isCode", reason="where and how the old bot computes it")
    options.fact("expressionDescription", "saveErrorInVariableId", "timeZone", reason="kept as a fact")
    if kind == "Map item with same index":
        options.skip("mapListItemParams")
    return [SetVariable(**scene.common(block), assignments=tuple(assignments), edges=scene.on(block))]


def _assigned(scene: Scene, block: Block, kind: str, into: tuple[str, ...]) -> list[Assignment]:
    options = block.options
    reading = scene.reading
    here = options.at("type") if "type" in options else block.place
    if kind in ("", "Custom"):
        source = options.string("expressionToEvaluate")
        place = options.at("expressionToEvaluate")
        if not source:
            return [Assignment(into, op="clear", at=block.place)]
        return [Assignment(into, _value(scene, block, source), at=place)]
    if kind == "Empty":
        return [Assignment(into, op="clear", at=here)]
    if kind == "Append value(s)":
        item = text_expression(options.text("item"))
        return [Assignment(into, item, op="add", at=options.at("item"))]
    if kind in ("Pop", "Shift"):
        listed = Ref(into)
        saved = scene.into(options, "saveItemInVariableId")
        taken = Call("last" if kind == "Pop" else "first", (listed,))
        first = [Assignment(saved, taken, at=here)] if saved else []
        return [*first, Assignment(into, Call(kind.lower(), (listed,)), at=here)]
    if kind == "Map item with same index":
        return [Assignment(into, _mapped(scene, block), at=here)]
    if kind in PROVIDED:
        reading.book.emulated(here, "the new platform knows it under its own name")
        return [Assignment(into, Ref(PROVIDED[kind]), at=here)]
    if kind == "Environment name":
        reading.book.emulated(here, "what the old bot has on WhatsApp")
        return [Assignment(into, Const("whatsapp"), at=here)]
    found = _MOMENTS.get(kind)
    if found is not None:
        return [Assignment(into, found, at=here)]
    code = reading.find(
        WrongShape, here, f"`{clip(kind)}` is no kind of value that is known; the variable is cleared", help="a value"
    )
    reading.book.degraded(here, "a kind of value that is not known; kept as a fact", "set it by hand", code)
    options.keep("type")
    return [Assignment(into, op="clear", at=here)]


_MOMENTS: dict[str, Expression] = {
    "Now": Call("now"),
    "Today": Call("today"),
    "Tomorrow": Call("tomorrow"),
    "Yesterday": Call("yesterday"),
    "Moment of the day": Call("moment_of_the_day"),
    "Random ID": Call("random_id"),
}


def _value(scene: Scene, block: Block, source: str) -> Expression:
    place = block.options.at("expressionToEvaluate")
    value = scene.reading.value(source, place)
    if isinstance(value, Opaque):
        scene.reading.book.degraded(
            place, "a program; it is kept and not run", "compute the value yourself", ScriptKept.code
        )
    return value


def _mapped(scene: Scene, block: Block) -> Expression:
    """The item of one list that stands where an item stands in another."""
    value = block.options.object("mapListItemParams")
    place = block.options.at("mapListItemParams")
    names = ("baseItemVariableId", "baseListVariableId", "targetListVariableId")
    paths = [scene.reading.variable(value.get(name), place.child(name)) for name in names]
    return Call("item_with_same_index", tuple(Ref(path) if path else Const(None) for path in paths))


def _wait(scene: Scene, block: Block) -> list[Node]:
    """``Wait``: a delay in seconds."""
    options = block.options
    value = options.take("secondsToWaitFor")
    place = options.at("secondsToWaitFor")
    seconds = number_of(value)
    if seconds is not None:
        duration = Duration(max(seconds, 0.0))
    elif value in EMPTY:
        duration = Duration(0.0)
        scene.reading.book.exact(block.place, "no time is given: the old bot does not wait")
    elif isinstance(value, str) and "{{" in value:
        duration = Duration(expression=scene.reading.number_value(value, place))
    else:
        options.misshapen("secondsToWaitFor", "a number of seconds")
        duration = Duration(0.0)
    options.fact("shouldPause", reason="the old bot counts the time in the browser")
    return [Delay(**scene.common(block), duration=duration, edges=scene.on(block))]


def _redirect(scene: Scene, block: Block) -> list[Node]:
    """``Redirect``: the address as a link."""
    options = block.options
    place = options.at("url")
    url = scene.reading.sent(options.string("url").strip(), place)
    options.fact("isNewTab", reason="a link opens by itself")
    if url:
        scene.reading.book.emulated(block.place, "the address as a link: a chat cannot open a page")
    content = Content(text=said(url), at=place if url else block.place)
    return [Message(**scene.common(block), content=content, edges=scene.on(block))]


def _script(scene: Scene, block: Block) -> list[Node]:
    """``Code``: a program, kept and never run."""
    options = block.options
    source = options.string("content")
    place = options.at("content")
    hits = secret_in_text(source)
    scene.reading.hide_all(place, "the program", hits)
    code = scene.reading.script(place if source else block.place)
    reason = "a program; nothing runs it"
    scene.reading.book.dropped(block.place, reason, "write what it does on the new platform", code)
    if source:
        scene.reading.book.dropped(place, reason, "write what it does on the new platform", code)
    title = options.string("name")
    options.fact("isExecutedOnClient", "isUnsafe", "shouldExecuteInParentContext", reason="where it ran")
    if title:
        block.facts.append(("name", json_text(title)))
    return [
        Unsupported(
            **scene.common(block),
            construct=block.type,
            source=mask(source, hits),
            language="javascript",
            reason=reason,
            edges=scene.on(block),
        )
    ]


def _link(scene: Scene, block: Block) -> list[Node]:
    """``Typebot link``: another bot is run, and this one goes on after it."""
    options = block.options
    target = options.string("typebotId")
    group = options.string("groupId")
    options.fact("mergeResults", reason="kept as a fact: variables of one name are one")
    if target in ("current", "") or target == scene.reading.bot:
        return [_within(scene, block, group)]
    scene.runs.append(target)
    if group:
        code = scene.reading.find(
            LinkToGroup,
            options.at("groupId"),
            "the other bot is entered at a group; it is run from its start",
            help="make the group a bot of its own",
        )
        scene.reading.book.degraded(options.at("groupId"), "run from its start; kept as a fact", "", code)
        options.keep("groupId")
    return [RunFlow(**scene.common(block), flow=target, edges=scene.on(block))]


def _within(scene: Scene, block: Block, group: str) -> Node:
    """A link into the same bot: to a group, or to its start."""
    options = block.options
    following = scene.graph.next(block)
    if not group or not scene.graph.has_group(group):
        if group:
            options.misshapen("groupId", "a group of this bot")
        edges = (Edge(Always(), following, at=block.place),) if following is not None else ()
        return RunFlow(**scene.common(block), flow=scene.flow, edges=edges)
    if following is not None:
        code = scene.reading.find(
            LinkToGroup,
            options.at("groupId"),
            "the flow goes to another group of this bot and does not come back",
            help="make the group a bot of its own",
        )
        scene.reading.book.degraded(block.place, "it does not come back", "make the group a bot", code)
        block.facts.append(("after", json_text(following)))
    else:
        scene.reading.book.emulated(block.place, "nothing follows it: the flow goes there")
    target = scene.graph.to(group, "", options.at("groupId"))
    return Case(**scene.common(block), edges=(Edge(Always(), target, at=block.place),))


def _call(scene: Scene, block: Block) -> list[Node]:
    """``webhook``: the flow waits until a program calls."""
    options = block.options
    code = scene.reading.find(
        WaitForCall,
        block.place,
        f"`{clip(block.node)}` waits until a program calls; how long that takes is not known",
        help="let the program start a flow of its own, with a template",
    )
    scene.reading.book.degraded(block.place, "a delay without a bound", "start a flow from the program", code)
    place = options.at("responseVariableMapping")
    assignments: list[Assignment] = []
    for index, item in enumerate(options.items("responseVariableMapping")):
        data: dict[str, Any] = item if isinstance(item, dict) else {}
        path = scene.reading.variable(data.get("variableId"), place.child(index, "variableId"))
        body = as_text(data.get("bodyPath"))
        if path:
            value = Ref(("webhook", *(part for part in body.split(".") if part)))
            assignments.append(Assignment(path, value, at=place.child(index)))
        else:
            options.facts.append((f"responseVariableMapping/{index}", json_text(scene.reading.safe(item, place))))
    edges = scene.on(block)
    if not assignments:
        return [Delay(**scene.common(block), duration=Duration(), edges=edges)]
    set_id = unique(f"{block.node}_data", scene.graph.taken)
    wait = Delay(**scene.common(block), duration=Duration(), edges=(Edge(Always(), set_id, at=block.place),))
    return [wait, SetVariable(id=set_id, assignments=tuple(assignments), edges=edges, at=place)]


def _return(scene: Scene, block: Block) -> list[Node]:
    """``Return``: back to where an event interrupted the conversation."""
    code = scene.lost(
        block, ReturnToEvent, "go back to where the conversation was interrupted; the flow ends there",
        "the flow ends there", "lead to the question that has to be asked again",
    )  # fmt: skip
    scene.reading.book.degraded(block.place, "the flow ends there", "lead to a question", code)
    if block.edge or block.after is not None:
        scene.graph.next(block)
    return [End(**scene.common(block), reason="return")]


_BUILDERS: dict[str, Callable[[Scene, Block], list[Node]]] = {
    "Condition": _condition,
    "AB test": _chance,
    "Set variable": _set,
    "Wait": _wait,
    "Redirect": _redirect,
    "Code": _script,
    "Typebot link": _link,
    "webhook": _call,
    "Return": _return,
}
