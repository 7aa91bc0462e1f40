"""Core nodes: switch, change, delay, template, requests, databases, calls of subflows and links."""

from __future__ import annotations

from typing import Any

from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.ir.nodes import (
    Always,
    Assignment,
    Case,
    Delay,
    Duration,
    Edge,
    Guard,
    HttpRequest,
    Node,
    Otherwise,
    RunFlow,
    SetVariable,
    Unsupported,
    When,
)
from bascule.ir.text import Hole, Text, literal, text_expression
from bascule.language.reading import json_text
from bascule.language.secrets import mask, secret_in_text, secret_under_name
from bascule.language.viber_message import is_body, read_body
from bascule.language.viber_pieces import embedded
from bascule.parsers.node_red.context import Context, common, message_node
from bascule.parsers.node_red.losses import UnsupportedNode
from bascule.parsers.node_red.nodes import RawNode, path_of, typed_value
from bascule.parsers.node_red.rules import BadValue, UnknownCondition

__all__ = ["BUILDERS", "call_flow", "request", "safe_text", "service", "unsupported"]

_COMPARES = {"eq": "eq", "neq": "ne", "lt": "lt", "lte": "le", "gt": "gt", "gte": "ge"}
_UNITS = {
    "milliseconds": 0.001,
    "millisecond": 0.001,
    "seconds": 1.0,
    "second": 1.0,
    "minutes": 60.0,
    "minute": 60.0,
    "hours": 3600.0,
    "hour": 3600.0,
    "days": 86400.0,
    "day": 86400.0,
}


def safe_text(context: Context, node: RawNode, name: str, value: str) -> Text:
    """A text member with its placeholders, its secrets reported and left out."""
    found = secret_under_name(name, value)
    if found is not None:
        value = context.reading.safe(value, node.at(name), name)
    return context.reading.text(value, node.at(name))


def _rule(context: Context, node: RawNode, subject: Expression, rule: dict[str, Any], place: Any) -> Guard:
    """The guard of one rule of a switch."""
    kind = rule.get("t")
    value = typed_value(rule.get("v"), str(rule.get("vt", "str")))
    if kind == "else":
        return Otherwise()
    if isinstance(kind, str) and kind in _COMPARES:
        return When(Call(_COMPARES[kind], (subject, value)))
    if kind == "btwn":
        upper = typed_value(rule.get("v2"), str(rule.get("v2t", "num")))
        return When(Call("and", (Call("ge", (subject, value)), Call("le", (subject, upper)))))
    if kind == "cont":
        return When(Call("contains", (subject, value)))
    if kind == "regex":
        return When(
            Call("has_pattern", (subject, value if isinstance(value, Const) else Const(str(rule.get("v", "")))))
        )
    if kind in ("true", "false"):
        return When(Call("eq", (subject, Const(kind == "true"))))
    if kind in ("null", "empty"):
        return When(Call("is_blank", (subject,)))
    if kind in ("nnull", "nempty"):
        return When(Call("not", (Call("is_blank", (subject,)),)))
    language = "jsonata" if kind == "jsonata_exp" else "node-red"
    source = str(rule.get("v", "")) if kind == "jsonata_exp" else json_text(rule)
    code = context.reading.find(
        UnknownCondition,
        place,
        f"a rule of `{node.shown}` ({str(kind)[:30]}) has no counterpart; it is kept as an opaque condition",
        help="use a plain comparison",
    )
    context.reading.book.degraded(place, "kept as an opaque condition", "use a plain comparison", code)
    return When(Opaque(language, source))


def switch(context: Context, node: RawNode) -> list[Node]:
    """``switch``: one output per rule, tried in order."""
    name = node.text("property") or "payload"
    kind = str(node.take("propertyType") or "msg")
    subject = typed_value(name, kind)
    context.reading.note(subject, node.at("property"))
    edges: list[Edge] = []
    for port, (rule, place) in enumerate(node.objects("rules")):
        guard = _rule(context, node, subject, rule, place)
        if isinstance(guard, When):
            context.reading.note(guard.condition, place)
        edges.extend(context.edges(node, port, guard))
    return [Case(**common(context, node), subject=subject, edges=_last_otherwise(edges))]


def _last_otherwise(edges: list[Edge]) -> tuple[Edge, ...]:
    first = [edge for edge in edges if not isinstance(edge.guard, Otherwise)]
    return (*first, *(edge for edge in edges if isinstance(edge.guard, Otherwise)))


def _old_change(node: RawNode) -> list[dict[str, Any]]:
    """The single rule of the node's first versions."""
    action = node.take("action")
    if not isinstance(action, str):
        return []
    kind = {"replace": "set"}.get(action, action)
    return [{"t": kind, "p": node.text("property"), "to": node.text("to"), "from": node.text("from")}]


def change(context: Context, node: RawNode) -> list[Node]:
    """``change``: set, replace in, delete and move values."""
    rules = [(rule, place) for rule, place in node.objects("rules")]
    if not rules:
        rules = [(rule, node.place) for rule in _old_change(node)]
    assignments: list[Assignment] = []
    for rule, place in rules:
        target = (str(rule.get("pt", "msg")), *path_of(str(rule.get("p", "payload"))))
        kind = rule.get("t")
        if kind == "set":
            value = _value(context, node, rule, place)
            assignments.append(Assignment(target, value, at=place))
        elif kind == "change":
            old = typed_value(rule.get("from"), str(rule.get("fromt", "str")))
            new = typed_value(rule.get("to"), str(rule.get("tot", "str")))
            assignments.append(Assignment(target, Call("replace", (Ref(target), old, new)), at=place))
        elif kind == "delete":
            assignments.append(Assignment(target, op="clear", at=place))
        elif kind == "move":
            to = (str(rule.get("tot", "msg")), *path_of(str(rule.get("to", "payload"))))
            assignments.append(Assignment(to, Ref(target), at=place))
            assignments.append(Assignment(target, op="clear", at=place))
        else:
            code = context.reading.find(BadValue, place, f"a rule of `{node.shown}` does nothing that is known")
            context.reading.book.degraded(place, "not known: kept as a fact", "correct it", code)
            node.facts.append(("rule", json_text(context.reading.safe(rule, place))))
    for assignment in assignments:
        if assignment.value is not None:
            context.reading.note(assignment.value, assignment.at or node.place)
    edges = context.on(node)
    return [SetVariable(**common(context, node), assignments=tuple(assignments), edges=edges)]


def _value(context: Context, node: RawNode, rule: dict[str, Any], place: Any) -> Expression:
    """The value of a ``set`` rule; texts may have placeholders, secrets are left out."""
    value, kind = rule.get("to"), str(rule.get("tot", "str"))
    if kind == "str" and isinstance(value, str):
        name = str(rule.get("p", ""))
        if secret_under_name(name, value) is not None:
            value = context.reading.safe(value, place.child("to"), name)
        return text_expression(context.reading.text(value, place.child("to")))
    if isinstance(value, str):
        found = secret_in_text(value)
        context.reading.hide_all(place.child("to"), "to", found)
        value = mask(value, found)
    return typed_value(value, kind)


def delay(context: Context, node: RawNode) -> list[Node]:
    """``delay``: a fixed or random time; rate limits are bounded by nothing."""
    kind = node.text("pauseType") or "delay"
    seconds = node.number("timeout", 5.0) * _unit(context, node, "timeoutUnits")
    if kind == "delay":
        duration = Duration(max(seconds, 0.0))
    elif kind == "delayv":
        duration = Duration(expression=Call("div", (Ref(("msg", "delay")), Const(1000))))
    elif kind == "random":
        last = node.number("randomLast", 5.0) * _unit(context, node, "randomUnits")
        duration = Duration(expression=Opaque("node-red", "random delay"), bound=max(last, 0.0))
    else:
        duration = Duration(expression=Opaque("node-red", f"{kind[:40]} limit"))
    edges = context.on(node)
    return [Delay(**common(context, node), duration=duration, edges=edges)]


def _unit(context: Context, node: RawNode, name: str) -> float:
    unit = node.text(name)
    if unit and unit not in _UNITS:
        context.reading.find(
            BadValue, node.at(name), f"`{node.shown}` has the unknown unit `{unit[:30]}`; seconds are used"
        )
    return _UNITS.get(unit, 1.0)


def template(context: Context, node: RawNode) -> list[Node]:
    """``template``: a text with holes, or the JSON of a Viber body."""
    source = node.text("template")
    inner = embedded(source, node.at("template"))
    if inner is not None and is_body(inner.plain()):
        body = read_body(context.reading, inner)
        node.facts.extend(body.facts)
        context.reading.book.exact(node.place, "the body it makes is the message")
        return message_node(context, node, body.content)
    field, kind = node.text("field") or "payload", str(node.take("fieldType") or "msg")
    plain = node.take("syntax") == "plain"
    text = literal(source) if plain else safe_text(context, node, "template", source)
    target = (kind, *path_of(field))
    assignment = Assignment(target, text_expression(text), at=node.at("template"))
    edges = context.on(node)
    return [SetVariable(**common(context, node), assignments=(assignment,), edges=edges)]


def _headers(context: Context, node: RawNode) -> tuple[tuple[str, Text], ...]:
    headers: list[tuple[str, Text]] = []
    value = node.data.get("headers")
    if isinstance(value, dict):
        node.take("headers")
        for name, item in value.items():
            headers.append((str(name), _header(context, str(name), item, node.at("headers").child(name))))
        return tuple(headers)
    for item, place in node.objects("headers"):
        name = str(item.get("keyValue") or item.get("keyType") or item.get("key") or "")
        kind = str(item.get("valueType", "other"))
        given = item.get("valueValue", item.get("value", ""))
        if kind in ("msg", "flow", "global", "env"):
            headers.append((name, (Hole(typed_value(given, kind), place),)))
        else:
            at = place.child("valueValue" if "valueValue" in item else "value" if "value" in item else "valueType")
            headers.append((name, _header(context, name, given or kind, at)))
    return tuple(headers)


def _header(context: Context, name: str, value: Any, place: Any) -> Text:
    """A header; a secret in it is left to the secret store of the new platform."""
    found = secret_under_name(name, value)
    if found is not None:
        context.reading.hide(place, name, found.what)
        secret = Ref(("secrets", name.lower().replace("-", "_")))
        context.reading.note(secret, place)
        return (Hole(secret, place),)
    return literal(str(value))


def request(context: Context, node: RawNode) -> list[Node]:
    """``http request``."""
    method = node.text("method").upper()
    url = safe_text(context, node, "url", node.text("url"))
    headers = _headers(context, node)
    edges = context.on(node)
    return [
        HttpRequest(
            **common(context, node),
            method="" if method == "USE" else method,
            url=url,
            headers=headers,
            into=("msg", "payload"),
            name=node.title,
            edges=edges,
        )
    ]


_SERVICES = {"mqtt out": "mqtt", "e-mail": "email", "email": "email", "exec": "custom"}


def service(context: Context, node: RawNode) -> list[Node]:
    """Databases, files, mail, brokers: calls of something outside, with what they say of it as facts."""
    body = ""
    for name in ("sql", "query", "command"):
        if isinstance(node.data.get(name), str) and not body:
            body = node.text(name)
    edges = context.on(node)
    masked = mask(body, secret_in_text(body))  # reported where the member was read
    return [
        HttpRequest(
            **common(context, node),
            service=_SERVICES.get(node.type, "custom"),
            name=node.type,
            body=literal(masked),
            into=("msg", "payload"),
            edges=edges,
        )
    ]


def trigger(context: Context, node: RawNode) -> list[Node]:
    """``trigger``: sends one value at once and another after a time; the time is a delay of the conversation."""
    seconds = node.number("duration", 0.0) * {"ms": 0.001, "s": 1.0, "min": 60.0, "hr": 3600.0}.get(
        node.text("units"), 0.001
    )
    context.reading.book.emulated(node.place, "the second message after the time; the first is not repeated")
    edges = context.on(node)
    return [Delay(**common(context, node), duration=Duration(max(seconds, 0.0)), edges=edges)]


def call_flow(context: Context, node: RawNode) -> list[Node]:
    """An instance of a subflow."""
    wanted = node.type.removeprefix("subflow:")
    known = context.nodes.get(wanted)
    edges: list[Edge] = []
    for port in range(len(node.wires)):
        last = port == len(node.wires) - 1
        guard: Guard = Always() if len(node.wires) == 1 else When(Opaque("node-red", f"output {port + 1}"))
        edges.extend(context.edges(node, port, Otherwise() if last and port else guard))
    fields = common(context, node)
    if not fields["title"] and known is not None:
        fields["title"] = known.title
    title = known.title if known is not None else wanted
    return [RunFlow(**fields, flow=context.names.get(wanted, wanted), flow_title=title, edges=tuple(edges))]


def link(context: Context, node: RawNode) -> list[Node]:
    """A link into another tab: a jump; ``link call`` comes back."""
    wires = context.linked(node)
    calls = node.type == "link call"
    names: list[str] = []
    for wire in wires:
        target = context.nodes.get(wire.target)
        if target is not None and (target.z != node.z or calls):
            names.append(context.names.get(target.z, target.z))
    fields = common(context, node)
    flow = names[0] if names else ""
    if not flow:
        context.reading.book.emulated(node.place, "a link that leads nowhere")
        flow = node.id
    edges = context.on(node) if calls else ()
    return [RunFlow(**fields, flow=flow, flow_title=flow, mode="call" if calls else "jump", edges=edges)]


def unsupported(context: Context, node: RawNode) -> list[Node]:
    """A node that nothing here knows, kept whole (its secrets covered)."""
    code = context.reading.find_once(
        UnsupportedNode,
        node.type[:60],
        node.place,
        lambda count: f"{count} node(s) of the type `{node.type[:40]}` have no counterpart; they are kept whole",
        help="rebuild the step on the new platform",
    )
    context.reading.book.dropped(node.place, "no counterpart; kept whole", "rebuild the step", code)
    source = context.reading.safe(node.data, node.place, report=False)
    edges: list[Edge] = []
    for port in range(len(node.wires)):
        guard: Guard = Always() if port == 0 else When(Opaque("node-red", f"output {port + 1}"))
        edges.extend(context.edges(node, port, guard))
    edges.sort(key=lambda edge: isinstance(edge.guard, Always))
    fields = common(context, node)
    return [
        Unsupported(
            **fields, construct=node.type, source=json_text(source), reason="not known here", edges=tuple(edges)
        )
    ]


BUILDERS = {
    "switch": switch,
    "change": change,
    "delay": delay,
    "template": template,
    "trigger": trigger,
    "http request": request,
    "link out": link,
    "link call": link,
}
"""Builders by type; what is in none of these tables is a service or unsupported."""
