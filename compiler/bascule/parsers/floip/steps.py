"""Blocks that say, change or do something and go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bascule.ir.content import Content, TemplateUse
from bascule.ir.expr import Call, Const, Expression, Opaque
from bascule.ir.expr_text import print_text
from bascule.ir.nodes import (
    Always,
    Assignment,
    Case,
    Delay,
    Duration,
    Edge,
    HttpRequest,
    Message,
    Node,
    ReplyKind,
    RunFlow,
    SetVariable,
    Unsupported,
)
from bascule.ir.text import Text, text_expression
from bascule.parsers.floip.blocks import Block
from bascule.parsers.floip.catalogue import MEMBERSHIP
from bascule.parsers.floip.losses import (
    CancelledSchedule,
    ContentElsewhere,
    LogDropped,
    MessageProperty,
    OutputDropped,
    ScheduledRun,
    TemplateTextMissing,
)
from bascule.parsers.floip.questions import (
    ask,
    numeric,
    open_text,
    select_dynamic,
    select_many,
    select_one,
    voice_settings,
    with_shapes,
)
from bascule.parsers.floip.reading import as_text, json_text, number_of, stripped
from bascule.parsers.floip.rules import UnknownBlock
from bascule.parsers.floip.scene import Scene
from bascule.source import Place

__all__ = ["build"]


def build(scene: Scene, block: Block) -> list[Node]:
    """The nodes of a block, its own first. What no builder took is kept."""
    scene.reading.renamer = scene.renamer(block)
    scene.reading.book.exact(block.place)
    builder = _BUILDERS.get(block.type) or _LOOSE.get(block.type.strip().casefold(), _unknown)
    nodes = builder(scene, block)
    result = nodes if isinstance(nodes, list) else [nodes]
    block.config.close()
    own = replace(result[0], title=block.title, facts=(*result[0].facts, *block.facts), position=block.position)
    return [own, *result[1:]]


def _set(scene: Scene, block: Block, *assignments: Assignment) -> SetVariable:
    return SetVariable(id=block.id, edges=scene.edges(block), assignments=assignments, at=block.place)


def _unsupported(scene: Scene, block: Block, code: str, reason: str, alternative: str) -> Unsupported:
    """Keep a block whole, with the words of the resources it names."""
    book = scene.reading.book
    book.dropped(block.place, reason, alternative, code)
    for uuid in _texts(block.config.values):
        words = scene.store.use_raw(uuid)
        if words is not None:
            block.facts.append((f"resources/{uuid}", json_text(words)))
    for name in block.config.values:
        block.config.take(name)
        book.dropped(block.config.at(name), reason, alternative, code)
    source = scene.reading.safe(
        {key: value for key, value in block.data.items() if key != "vendor_metadata"}, block.place, report=True
    )
    return Unsupported(
        id=block.id,
        edges=scene.edges(block),
        construct=block.type or "block",
        source=json.dumps(source, ensure_ascii=False, indent=2),
        reason=reason,
        at=block.place,
    )


def _texts(value: Any) -> list[str]:
    """All texts inside a value, in order."""
    found: list[str] = []
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, (dict, list)):
            stack.extend(reversed(list(item.values() if isinstance(item, dict) else item)))
    return list(dict.fromkeys(found))


def _unknown(scene: Scene, block: Block) -> Node:
    shown = f"`{block.type[:60]}`" if block.type else "no type"
    code = scene.reading.find(
        UnknownBlock,
        block.place.child("type") if "type" in block.data else block.place,
        f"`{block.shown}` has {shown}, which is no block type that is known",
        help="write the step on the new platform; its exits are kept",
    )
    return _unsupported(scene, block, code, "an unknown block; kept as source text", "write the step anew")


def _message(scene: Scene, block: Block) -> Node:
    """``MobilePrimitives.Message``."""
    said = scene.say(block, "prompt")
    content = said.content
    if said.second:
        second = tuple(("second wording", json_text(print_text(text))) for _, text in said.second)
        content = replace(content, hints=(*content.hints, *second))
    voice_settings(scene, block)
    return Message(id=block.id, edges=scene.edges(block), content=with_shapes(scene, block, content), at=block.place)


def _case(scene: Scene, block: Block) -> Node:
    """``Core.Case``: a branch; Turn also writes assignments this way: variable = name, value = name of the exit."""
    only = block.exits[0] if len(block.exits) == 1 else None
    if scene.turn and only is not None and only.default and block.name and only.name and not only.test:
        value = scene.reading.expression(only.name, only.place.child("name"))
        scene.reading.declare(block.variable, "flow", block.place)
        if isinstance(value, Opaque):
            scene.reading.book.emulated(block.place, "the value cannot be read; it is kept as an opaque expression")
        assignment = Assignment(block.variable, value, at=only.place)
        node = _set(scene, block, assignment)
        return replace(node, edges=tuple(replace(edge, label="") for edge in node.edges))
    return Case(id=block.id, edges=scene.edges(block), at=block.place)


def _log(scene: Scene, block: Block) -> Node:
    """``Core.Log``: nobody sees it; a step that does nothing, its text a fact."""
    written = block.config.string("message")
    words = scene.store.use_raw(written)
    block.facts.append(("log", json_text(written if words is None else words)))
    code = scene.reading.find_once(
        LogDropped, "log", block.place, lambda count: f"{count} block(s) write to the log of the old platform"
    )
    scene.reading.book.dropped(block.place, "written to a log that nobody moves; kept as a fact", "", code)
    return _set(scene, block)


def _output(scene: Scene, block: Block) -> Node:
    """``Core.Output``: a result; the value stays a variable."""
    value = scene.reading.expression(block.config.take("value"), block.config.at("value"))
    code = scene.reading.find_once(
        OutputDropped,
        "output",
        block.place,
        lambda count: f"{count} block(s) write results to the records of the old platform; the values stay variables",
        help="send the values to your own records",
    )
    scene.reading.book.degraded(block.place, "set as a variable, not written to results", "send it yourself", code)
    if not block.variable:
        block.facts.append(("value", json_text(as_text(block.config.values.get("value")))))
        return _set(scene, block)
    scene.reading.declare(block.variable, "flow", block.place)
    return _set(scene, block, Assignment(block.variable, value, at=block.config.at("value")))


def _contact_property(scene: Scene, block: Block) -> Node:
    """``Core.SetContactProperty``: one change, or a list of them."""
    value = block.config.take("set_contact_property")
    place = block.config.at("set_contact_property")
    items = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
    if value is None and "property_key" in block.config:
        # rc.1 has the two members in the config itself.
        items = [(None, {name: block.config.take(name) for name in ("property_key", "property_value")})]
        place = block.config.place
    assignments: list[Assignment] = []
    for index, item in items:
        at = place if index is None else place.child(index)
        key = item.get("property_key") if isinstance(item, dict) else None
        if not isinstance(key, str) or not key.strip():
            if item is not None:
                block.facts.append(("set_contact_property", json_text(scene.reading.safe(item, at))))
                expected = "an object with a `property_key`"
                code = scene.reading.wrong_shape(at, f"a change of `{block.shown}`", item, expected)
                scene.reading.book.degraded(place, "no property is named; kept as a fact", "name it", code)
            continue
        written = item.get("property_value")
        secret = isinstance(written, str) and scene.reading.check_secret(written, at.child("property_value"), key)
        target = ("contact", key.strip())
        if isinstance(written, str):
            changed: Expression = text_expression(scene.reading.text(written, at.child("property_value")))
        else:
            changed = scene.reading.expression(written, at.child("property_value"))
        scene.reading.declare(target, "contact", at)
        if secret:
            changed = Const(scene.reading.safe(written, at.child("property_value"), key, report=False))
        assignments.append(Assignment(target, changed, at=at))
        rest = {name: part for name, part in item.items() if name not in ("property_key", "property_value")}
        if rest:
            block.facts.append(("set_contact_property", json_text(scene.reading.safe(rest, at))))
    return _set(scene, block, *assignments)


def _group(scene: Scene, block: Block) -> Node:
    """``Core.SetGroupMembership``."""
    config = block.config
    key, name = as_text(config.take("group_key")), as_text(config.take("group_name"))
    groups = config.values.get("groups")
    names = [name or key] if name or key else []
    if isinstance(groups, list):
        config.take("groups")
        listed = [item for item in groups if isinstance(item, dict)]
        names += [stripped(item.get("group_name")) or as_text(item.get("group_key")) for item in listed]
        block.facts.append(("groups", json_text(scene.reading.safe(groups, config.at("groups")))))
    if key and name and key != name:
        block.facts.append(("group_key", json_text(key)))
    member = config.take("is_member")
    if isinstance(member, str) and member.strip().lower() in ("true", "false"):
        member = member.strip().lower() == "true"
    known = isinstance(member, bool)
    if known and names:
        op = MEMBERSHIP[member]
        return _set(scene, block, *(Assignment(("groups", item), op=op, at=config.place) for item in names if item))
    if isinstance(member, str) and member.strip() and names:
        value = scene.reading.expression(member, config.at("is_member"))
        return _set(scene, block, *(Assignment(("groups", item), value, at=config.place) for item in names if item))
    place = config.at("is_member") if names and "is_member" in config.values else block.place
    what = f"`is_member` of `{block.shown}`" if names else f"the group of `{block.shown}`"
    expected = "true or false" if names else "a name"
    code = scene.reading.wrong_shape(place, what, member if names else None, expected, "no group is changed")
    block.facts.append(("is_member", json_text(scene.reading.safe(member, place))))
    if name:
        block.facts.append(("group_name", json_text(name)))
    scene.reading.book.degraded(block.place, "whether to add or to remove is not said", "write true or false", code)
    return _set(scene, block)


def _message_property(scene: Scene, block: Block) -> Node:
    """``Io.Turn.SetMessageProperty``: labels on a message."""
    written = block.config.string("message")
    block.facts.append(("message", json_text(scene.store.use_raw(written) or written)))
    labels = block.config.take("labels")
    assignments: list[Assignment] = []
    for index, item in enumerate(labels if isinstance(labels, list) else []):
        text = as_text(item)
        words = scene.store.use_raw(text)
        value = scene.reading.expression(text if words is None else words, block.config.at("labels").child(index))
        name = value.value if isinstance(value, Const) and isinstance(value.value, str) else ""
        target = ("labels", name) if name else ("labels",)
        assignments.append(Assignment(target, None if name else value, op="add", at=block.config.at("labels")))
    if labels is not None and not isinstance(labels, list):
        block.config.misshapen("labels", "a list")
    code = scene.reading.find_once(
        MessageProperty,
        "labels",
        block.place,
        lambda count: f"{count} block(s) label messages; the labels are kept as labels of the conversation",
    )
    scene.reading.book.degraded(block.place, "the conversation is labelled, not the message", "", code)
    return _set(scene, block, *assignments)


def _pairs(scene: Scene, block: Block, name: str) -> tuple[tuple[str, Text], ...]:
    """``query`` and ``headers``: a list of pairs, or an object."""
    value = block.config.take(name)
    place = block.config.at(name)
    if isinstance(value, dict):
        items = [(place.child(key), key, item) for key, item in value.items()]
    elif isinstance(value, list):
        items = []
        for index, item in enumerate(value):
            at = place.child(index)
            if isinstance(item, list) and len(item) == 2:
                items.append((at.child(1), as_text(item[0]), item[1]))
            elif isinstance(item, dict) and "name" in item:
                items.append((at.child("value"), as_text(item["name"]), item.get("value")))
            else:
                block.facts.append((f"{name}/{index}", json_text(scene.reading.safe(item, at, name))))
                what = f"an item of `{name}` of `{block.shown}`"
                code = scene.reading.wrong_shape(at, what, item, "a pair", "kept as a fact")
                scene.reading.book.degraded(place, "an item is no pair; kept as a fact", "write a pair", code)
    else:
        if value not in (None, ""):
            block.config.misshapen(name, "a list of pairs")
        return ()
    result: list[tuple[str, Text]] = []
    for at, key, item in items:
        result.append((key, _sent(scene, as_text(item), at, key)))
    return tuple(result)


def _sent(scene: Scene, value: str, place: Place, name: str = "") -> Text:
    """A text that goes to a server: secrets in it are covered."""
    if scene.reading.check_secret(value, place, name):
        value = as_text(scene.reading.safe(value, place, name, report=False))
    return scene.reading.text(value, place)


def _webhook(scene: Scene, block: Block) -> Node:
    """``Io.Turn.Webhook`` and ``Core.Webhook``."""
    config = block.config
    timeout = config.number("timeout")
    for name, reason in (("mode", "kept as a fact"), ("cache_ttl", "answers are not kept; the time is a fact")):
        config.fact(name, reason)
    if block.variable:
        scene.reading.declare(block.variable, "flow", block.place, "object")
    body = config.take("body")
    written = as_text(body)
    words = scene.store.use_raw(written) if isinstance(body, str) else None
    return HttpRequest(
        id=block.id,
        edges=scene.edges(block),
        method=config.string("method").strip().upper(),
        url=_sent(scene, config.string("url"), config.at("url")),
        headers=_pairs(scene, block, "headers"),
        parameters=_pairs(scene, block, "query"),
        body=_sent(scene, written if words is None else words, config.at("body")),
        into=block.variable,
        timeout=timeout / 1000 if timeout is not None and timeout >= 0 else None,
        at=block.place,
    )


def _run(scene: Scene, block: Block) -> Node:
    """``Core.RunFlow``. Turn goes to the other flow and ends this one; elsewhere this one goes on after it."""
    flow = block.config.string("flow_id").strip()
    edges = scene.edges(block)
    jumps = scene.turn and all(edge.target is None for edge in edges)
    if jumps:
        scene.reading.book.exact(block.place, "nothing follows it: this flow ends there")
    mode = "jump" if jumps else "call"
    scene.runs.append((flow, mode, None))
    # A jump has no way on.
    return RunFlow(id=block.id, edges=() if jumps else edges, flow=flow, mode=mode, at=block.place)


def _schedule(scene: Scene, block: Block) -> Node | list[Node]:
    """``Io.Turn.ScheduleFlow``: another flow later."""
    config = block.config
    if "schedule_in" not in config and "schedule_at" not in config:
        code = scene.reading.find(
            CancelledSchedule,
            block.place,
            f"`{block.shown}` names no time: it takes back runs that were scheduled before",
            help="use the cancel call of the new platform's scheduler",
        )
        return _unsupported(scene, block, code, "takes back a schedule", "cancel it by an API call")
    flow = config.string("flow_id").strip()
    duration = _duration(scene, block)
    edges = scene.edges(block)
    ends = all(edge.target is None for edge in edges)
    time = f"{duration.seconds:g} s" if duration.seconds is not None else "a time that is computed"
    how = "this flow waits and jumps to it" if ends else "it is started at once, with the time as a fact"
    code = scene.reading.find(
        ScheduledRun,
        config.at("schedule_in" if "schedule_in" in config else "schedule_at"),
        f"`{block.shown}` starts another flow after {time}; {how}",
        help="schedule it on the new platform, with a template as its first message",
    )
    if ends:
        scene.reading.book.emulated(block.place, "a wait and a jump: this flow ends with it")
        run_id = f"{block.id}/run"
        scene.runs.append((flow, "jump", duration))
        way = replace(edges[0], guard=Always(), target=run_id) if edges else Edge(Always(), run_id)
        wait = Delay(id=block.id, edges=(way,), duration=duration, at=block.place)
        return [wait, RunFlow(id=run_id, flow=flow, mode="jump", at=block.place)]
    for name in ("schedule_in", "schedule_at"):
        if name in config:
            block.facts.append((name, json_text(config.values[name])))
    scene.reading.book.degraded(block.place, "started at once, with the time as a fact", "schedule it yourself", code)
    scene.runs.append((flow, "start", duration))
    return RunFlow(id=block.id, edges=edges, flow=flow, mode="start", at=block.place)


def _duration(scene: Scene, block: Block) -> Duration:
    """``schedule_in`` in seconds (a number, or an expression), or ``schedule_at``, a moment."""
    config = block.config
    for name in ("schedule_in", "schedule_at"):
        if name not in config:
            continue
        value = config.take(name)
        seconds = number_of(value) if name == "schedule_in" else None
        expression = scene.reading.expression(value, config.at(name)) if seconds is None else None
        if seconds is None and expression is not None and name == "schedule_in":
            seconds = _computed(expression)
        if seconds is not None and seconds >= 0:
            return Duration(seconds)
        if name == "schedule_at" and expression is not None:
            # A moment: the time left until then.
            expression = Call("sub", (expression, Call("now")))
        return Duration(expression=expression)
    return Duration()


def _computed(expression: Expression) -> float | None:
    """The value of an expression of numbers only (``60 * 60 * 23``); depth is bounded by what is read."""
    if isinstance(expression, Const):
        return number_of(expression.value)
    if not isinstance(expression, Call) or expression.name not in ("add", "sub", "mul") or len(expression.args) != 2:
        return None
    left, right = (_computed(item) for item in expression.args)
    if left is None or right is None:
        return None
    value = {"add": left + right, "sub": left - right, "mul": left * right}[expression.name]
    return value if abs(value) < 1e12 else None


def _template(scene: Scene, block: Block) -> Node:
    """``Io.Turn.WhatsAppTemplateMessage``. With several exits it waits for a button."""
    value = block.config.take("template")
    place = block.config.at("template")
    if not isinstance(value, dict):
        if value is not None:
            block.config.misshapen("template", "an object")
        value = {}
    name = _word(scene, block, value.get("name"), place.child("name"), "template name")
    language = value.get("language")
    code = language.get("code") if isinstance(language, dict) else language
    locale = _word(scene, block, code, place.child("language"), "template language")
    parameters: list[tuple[str, Expression]] = []
    components = value.get("components")
    for index, item in enumerate(components if isinstance(components, list) else []):
        if isinstance(item, dict):
            parameters += _bindings(scene, item, place.child("components", index))
        else:
            block.facts.append((f"components/{index}", json_text(scene.reading.safe(item, place, "components"))))
    for key, rest in value.items():
        if key not in ("name", "language", "components") and rest not in (None, "", [], {}):
            block.facts.append((f"template/{key}", json_text(scene.reading.safe(rest, place.child(key), key))))
    scene.reading.find_once(
        TemplateTextMissing,
        name or "computed",
        place.child("name"),
        lambda count: (
            f"the text of the template `{name[:60]}` is not in this file ({count} use(s))"
            if name
            else f"{count} template(s) are chosen at run time; their texts are not in this file"
        ),
        help="add a listing of the templates",
    )
    use = TemplateUse(name=name, language=locale, parameters=tuple(parameters), at=place)
    content = Content(template=use, at=place)
    if len(block.exits) > 1:
        return ask(scene, block, content, ReplyKind.ANY)
    return Message(id=block.id, edges=scene.edges(block), content=content, at=block.place)


def _value(scene: Scene, value: Any, place: Place) -> Expression:
    """A value of a template: an expression when it is quoted, else a text."""
    if isinstance(value, str) and not value.lstrip().startswith('"'):
        return text_expression(scene.reading.text(value, place))
    return scene.reading.expression(value, place)


def _word(scene: Scene, block: Block, value: Any, place: Place, key: str) -> str:
    """A fixed word, or ``""`` with the expression as a fact."""
    if value in (None, ""):
        return ""
    expression = _value(scene, value, place)
    if isinstance(expression, Const) and isinstance(expression.value, str):
        return expression.value
    block.facts.append((key, json_text(scene.reading.safe(value, place, key))))
    return ""


def _bindings(scene: Scene, item: Mapping[str, Any], place: Place) -> list[tuple[str, Expression]]:
    kind = stripped(item.get("type")).lower() or "body"
    parameters = item.get("parameters")
    found: list[tuple[str, Expression]] = []
    for index, parameter in enumerate(parameters if isinstance(parameters, list) else []):
        at = place.child("parameters", index)
        if not isinstance(parameter, dict):
            found.append((f"{kind}.{index + 1}", _value(scene, parameter, at)))
            continue
        sort = stripped(parameter.get("type")) or "text"
        value, at = parameter.get(sort), at.child(sort)
        if isinstance(value, dict):
            for name in ("link", "id", "fallback_value"):
                if isinstance(value.get(name), str):
                    value, at = value[name], at.child(name)
                    break
        slot = f"button.{as_text(item.get('index')) or index}" if kind == "button" else f"{kind}.{index + 1}"
        found.append((slot.removeprefix("body."), _value(scene, value, at)))
    return found


def _content(scene: Scene, block: Block) -> Node:
    """``Io.Turn.SendContentMessage``: the words are in Turn's content library."""
    code = scene.reading.find(
        ContentElsewhere,
        block.place,
        f"`{block.shown}` sends an item of Turn's content library, which is not in the file",
        help="write the message, or a template",
    )
    return _unsupported(scene, block, code, "its words are in the old platform", "write the message")


_BUILDERS: dict[str, Callable[[Scene, Block], Node | list[Node]]] = {
    "MobilePrimitives.Message": _message,
    "MobilePrimitives.SelectOneResponse": select_one,
    "MobilePrimitives.SelectManyResponses": select_many,
    "MobilePrimitives.NumericResponse": numeric,
    "MobilePrimitives.OpenResponse": open_text,
    "Io.Turn.DynamicSelectOneResponse": select_dynamic,
    "Core.Case": _case,
    "Core.Log": _log,
    "Core.Output": _output,
    "Core.SetContactProperty": _contact_property,
    "Core.SetGroupMembership": _group,
    "Core.RunFlow": _run,
    "Core.Webhook": _webhook,
    "Io.Turn.Webhook": _webhook,
    "Io.Turn.ScheduleFlow": _schedule,
    "Io.Turn.WhatsAppTemplateMessage": _template,
    "Io.Turn.SendContentMessage": _content,
    "Io.Turn.SetMessageProperty": _message_property,
}
_LOOSE = {name.casefold(): builder for name, builder in _BUILDERS.items()} | {
    "mobileprimitives.selectmanyresponse": select_many,
}
