"""Nodes of the long form: one ``type``, its own keys, and all ways out under ``edges``."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bascule.ir.content import Content
from bascule.ir.expr import Expression
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Audience,
    Case,
    Chosen,
    Delay,
    Duration,
    Edge,
    End,
    Failure,
    Guard,
    Handover,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    ReplyKind,
    RunFlow,
    SetConsent,
    SetVariable,
    Success,
    Timeout,
    Unsupported,
    Validation,
    When,
)
from bascule.ir.text import Text
from bascule.language.native import NATIVE
from bascule.parsers.scenario.content import read_content
from bascule.parsers.scenario.reader import Reader, plain, scalar
from bascule.parsers.scenario.rules import ConflictingKeys
from bascule.source import Place

__all__ = [
    "ASSIGN_WORDS",
    "CONSENT_WORDS",
    "HTTP_KEYS",
    "MODE_WORDS",
    "NODE_TYPES",
    "REPLY_WORDS",
    "Shared",
    "kept_whole",
    "read_assignments",
    "read_audience",
    "read_http",
    "read_long_node",
    "read_reply",
    "read_shared",
    "read_validation",
]

Members = dict[str, Any]
Shared = dict[str, Any]
"""The keyword arguments that all nodes take: title, facts, hints, position."""

SHARED_KEYS = ("title", "facts", "hints", "position", "at")
HTTP_KEYS = (
    "service",
    "name",
    "method",
    "url",
    "headers",
    "parameters",
    "body",
    "content_type",
    "timeout",
    "into",
    "mapping",
)
REPLY_WORDS = tuple(kind.value for kind in ReplyKind)
MODE_WORDS = ("call", "jump", "start")
CONSENT_WORDS = ("opt_in", "opt_out")
ASSIGN_WORDS = ("set", "add", "remove", "clear")
_EDGE_KEYS = ("when", "chosen", "timeout", "otherwise", "success", "failure", "then", "label", "at")
_GUARD_KEYS = _EDGE_KEYS[:6]
_EDGE_HINT = "in the long form, ways are written under `edges`: `{when: …, then: node}`"
_SHORT_WAYS = ("then", "else", "failure")


def kept_whole(id: str, value: Any, place: Place, construct: str, reason: str) -> Unsupported:
    """A node that cannot be read, with its source as JSON text, so that edges to it still lead somewhere."""
    source = json.dumps(plain(value), ensure_ascii=False)
    return Unsupported(id=id, construct=construct, source=source, language=NATIVE, reason=reason, at=place)


def read_shared(r: Reader, members: Members, place: Place) -> Shared:
    """Title, facts, hints and position."""
    shared: Shared = {}
    if "title" in members:
        shared["title"] = r.string(members["title"], place.child("title")) or ""
    for key in ("facts", "hints"):
        if key in members:
            shared[key] = r.facts(members[key], place.child(key))
    if "position" in members:
        where = place.child("position")
        found = r.items(members["position"], where, "two numbers")
        numbers = [number for item, at in found if (number := r.number(item, at)) is not None]
        if len(numbers) == 2:
            shared["position"] = (numbers[0], numbers[1])
        elif len(numbers) == len(found):
            r.wrong(members["position"], where, "a list of two numbers")
    return shared


def read_long_node(r: Reader, id: str, value: Members, place: Place) -> Node:
    """The node of a mapping that has ``type``."""
    kind = r.word(value["type"], place.child("type"), tuple(NODE_TYPES), "type of node")
    if kind not in NODE_TYPES:
        return kept_whole(id, value, place, str(kind), "no type of node has this name")
    keys, build = NODE_TYPES[kind]
    hint = _EDGE_HINT if any(key in value and key not in keys for key in _SHORT_WAYS) else ""
    members = r.fields(value, place, ("type", "edges", *SHARED_KEYS, *keys), f"a node of type {kind}", hint=hint) or {}
    shared = read_shared(r, members, place)
    shared["id"] = id
    shared["at"] = place
    if "edges" in members:
        where = place.child("edges")
        shared["edges"] = tuple(
            edge for item, at in r.items(members["edges"], where, "edges") if (edge := _edge(r, item, at)) is not None
        )
    r.ledger.exact("node", place)
    return build(r, members, place, shared)


def _edge(r: Reader, value: Any, place: Place) -> Edge | None:
    members = r.fields(value, place, _EDGE_KEYS, "an edge")
    if members is None:
        return None
    guards = [key for key in _GUARD_KEYS if key in members]
    for extra in guards[1:]:
        message = f"an edge has one condition: `{guards[0]}` and `{extra}` exclude each other"
        r.report(ConflictingKeys, place.child(extra).at_key(), message, "write two edges", lost="key")
    guard = _guard(r, guards[0], members[guards[0]], place.child(guards[0])) if guards else Always()
    readable, target = r.target(members["then"], place.child("then")) if "then" in members else (True, None)
    if guard is None or not readable:
        r.ledger.dropped("edge", place, "it cannot be read", "correct it")
        return None
    label = r.string(members["label"], place.child("label")) if "label" in members else None
    r.ledger.exact("edge", place)
    return Edge(guard, target, label or "", place)


def _guard(r: Reader, key: str, value: Any, place: Place) -> Guard | None:
    if key == "when":
        condition = r.expression(value, place)
        return None if condition is None else When(condition)
    if key == "chosen":
        choices = r.strings(value, place)
        return None if choices is None else Chosen(choices)
    if key == "timeout":
        after = r.duration(value, place)
        return None if after is None else Timeout(after)
    if key == "failure":
        if isinstance(value, str) and scalar(value) is not True:
            return Failure(str(value))
        return Failure() if r.yes(value, place) else None
    if not r.yes(value, place):
        return None
    return Otherwise() if key == "otherwise" else Success()


def _text(r: Reader, members: Members, place: Place, key: str) -> Text:
    return (r.text(members[key], place.child(key)) or ()) if key in members else ()


def _word(r: Reader, members: Members, place: Place, key: str) -> str:
    return (r.string(members[key], place.child(key)) or "") if key in members else ""


def _body(r: Reader, members: Members, place: Place) -> Content:
    return read_content(r, members["content"], place.child("content")) if "content" in members else Content(at=place)


def read_audience(r: Reader, members: Members, place: Place) -> Audience | None:
    """The value of ``audience``, None without one."""
    if "audience" not in members:
        return None
    where = place.child("audience")
    found = r.fields(members["audience"], where, ("contacts", "groups", "query"), "an audience")
    if found is None:
        return None
    contacts = []
    if "contacts" in found:
        items = r.items(found["contacts"], where.child("contacts"), "expressions")
        contacts = [person for item, at in items if (person := r.expression(item, at)) is not None]
    groups = r.strings(found["groups"], where.child("groups")) if "groups" in found else ()
    return Audience(tuple(contacts), groups or (), _word(r, found, where, "query"))


def _message(r: Reader, members: Members, place: Place, shared: Shared) -> Node:
    return Message(content=_body(r, members, place), audience=read_audience(r, members, place), **shared)


def read_reply(r: Reader, members: Members, place: Place) -> ReplyKind | None:
    """The value of ``reply``, None without one."""
    if "reply" not in members:
        return None
    named = r.word(members["reply"], place.child("reply"), REPLY_WORDS, "kind of reply")
    return ReplyKind(named) if named in REPLY_WORDS else None


def read_validation(r: Reader, members: Members, place: Place) -> Validation | None:
    """The value of ``validation``, None without one."""
    if "validation" not in members:
        return None
    where = place.child("validation")
    keys = ("minimum", "maximum", "max_length", "pattern", "entity", "error", "retries")
    found = r.fields(members["validation"], where, keys, "a validation")
    if found is None:
        return None
    return Validation(
        minimum=r.number(found["minimum"], where.child("minimum")) if "minimum" in found else None,
        maximum=r.number(found["maximum"], where.child("maximum")) if "maximum" in found else None,
        max_length=r.integer(found["max_length"], where.child("max_length")) if "max_length" in found else None,
        pattern=_word(r, found, where, "pattern"),
        entity=_word(r, found, where, "entity"),
        error=read_content(r, found["error"], where.child("error")) if "error" in found else None,
        retries=r.integer(found["retries"], where.child("retries")) if "retries" in found else None,
    )


def _ask(r: Reader, members: Members, place: Place, shared: Shared) -> Node:
    return Ask(
        content=_body(r, members, place),
        reply=read_reply(r, members, place) or ReplyKind.ANY,
        into=r.path(members["into"], place.child("into")) if "into" in members else (),
        validation=read_validation(r, members, place),
        **shared,
    )


def _case(r: Reader, members: Members, place: Place, shared: Shared) -> Node:
    subject = r.expression(members["subject"], place.child("subject")) if "subject" in members else None
    return Case(subject=subject, **shared)


def read_assignments(r: Reader, value: Any, place: Place) -> tuple[Assignment, ...]:
    """A list of assignments."""
    result: list[Assignment] = []
    for item, at in r.items(value, place, "assignments"):
        members = r.fields(item, at, ("target", "op", "value", "category", "at"), "an assignment")
        if members is None:
            continue
        if "target" not in members:
            r.missing(at, "the assignment has no `target`", "write `target: variable`", "assignment")
            continue
        op = r.word(members["op"], at.child("op"), ASSIGN_WORDS, "kind of assignment") if "op" in members else "set"
        result.append(
            Assignment(
                r.path(members["target"], at.child("target")),
                r.expression(members["value"], at.child("value")) if "value" in members else None,
                op or "set",
                _word(r, members, at, "category"),
                at,
            )
        )
    return tuple(result)


def _set(r: Reader, members: Members, place: Place, shared: Shared) -> Node:
    found: tuple[Assignment, ...] = ()
    if "assignments" in members:
        found = read_assignments(r, members["assignments"], place.child("assignments"))
    return SetVariable(assignments=found, **shared)


def read_http(r: Reader, members: Members, place: Place) -> dict[str, Any]:
    """The keyword arguments of an ``HttpRequest`` that the keys of :data:`HTTP_KEYS` give."""
    request: dict[str, Any] = {}
    for key in ("service", "name", "method", "content_type"):
        if key in members:
            request[key] = _word(r, members, place, key)
    for key in ("url", "body"):
        if key in members:
            shown = {key: r.covered(members[key], place.child(key), key)}
            request[key] = _text(r, shown, place, key)
    for key in ("headers", "parameters"):
        if key in members:
            request[key] = r.pairs(_covered_pairs(r, members[key], place.child(key)), place.child(key), r.text)
    if "timeout" in members:
        request["timeout"] = r.seconds(members["timeout"], place.child("timeout"))
    if "into" in members:
        request["into"] = r.path(members["into"], place.child("into"))
    if "mapping" in members:
        request["mapping"] = r.pairs(members["mapping"], place.child("mapping"), r.path)
    return request


def _covered_pairs(r: Reader, value: Any, place: Place) -> Any:
    """Headers or parameters, a mapping or a list of pairs, without their secrets."""
    if isinstance(value, dict):
        return {key: r.covered(item, place.child(key), str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [
            [item[0], r.covered(item[1], place.child(index, 1), item[0])]
            if isinstance(item, list) and len(item) == 2 and isinstance(item[0], str)
            else item
            for index, item in enumerate(value)
        ]
    return value


def _http(r: Reader, members: Members, place: Place, shared: Shared) -> Node:
    return HttpRequest(**read_http(r, members, place), **shared)


def _delay(r: Reader, members: Members, place: Place, shared: Shared) -> Node:
    if "duration" not in members:
        r.missing(place, "the delay has no `duration`", "write `duration: 2h`", "duration")
        return Delay(duration=Duration(), **shared)
    return Delay(duration=r.duration(members["duration"], place.child("duration")) or Duration(), **shared)


def _run_flow(r: Reader, members: Members, place: Place, shared: Shared) -> Node:
    if "flow" not in members:
        r.missing(place, "the node does not say which `flow` to run", "write `flow: id`", "flow")
    mode = r.word(members["mode"], place.child("mode"), MODE_WORDS, "way to run a flow") if "mode" in members else None
    parameters: tuple[tuple[str, Expression], ...] = ()
    if "parameters" in members:
        parameters = r.pairs(members["parameters"], place.child("parameters"), r.expression)
    return RunFlow(
        flow=_word(r, members, place, "flow"),
        flow_title=_word(r, members, place, "flow_title"),
        mode=mode or "call",
        parameters=parameters,
        audience=read_audience(r, members, place),
        **shared,
    )


def _handover(r: Reader, members: Members, place: Place, shared: Shared) -> Node:
    parameters: tuple[tuple[str, Text], ...] = ()
    if "parameters" in members:
        parameters = r.pairs(members["parameters"], place.child("parameters"), r.text)
    return Handover(
        to=_word(r, members, place, "to"), note=_text(r, members, place, "note"), parameters=parameters, **shared
    )


def _consent(r: Reader, members: Members, place: Place, shared: Shared) -> Node:
    state = "opt_out"
    if "state" in members:
        state = r.word(members["state"], place.child("state"), CONSENT_WORDS, "state of consent") or state
    else:
        # Without a word, the state that sends nothing is the safe one.
        r.missing(place, "the node does not say which `state` to record", "write `state: opt_in` or `opt_out`", "state")
    channel, purpose = (_word(r, members, place, key) for key in ("channel", "purpose"))
    return SetConsent(state=state, channel=channel, purpose=purpose, **shared)


def _end(r: Reader, members: Members, place: Place, shared: Shared) -> Node:
    return End(reason=_word(r, members, place, "reason"), **shared)


def _unsupported(r: Reader, members: Members, place: Place, shared: Shared) -> Node:
    if "construct" not in members:
        r.missing(place, "the node has no `construct`", "write what the construct was called", "construct")
    return Unsupported(
        construct=_word(r, members, place, "construct"),
        source=_word(r, members, place, "source"),
        language=_word(r, members, place, "language") if "language" in members else "json",
        reason=_word(r, members, place, "reason"),
        **shared,
    )


_Build = Callable[[Reader, Members, Place, Shared], Node]
NODE_TYPES: dict[str, tuple[tuple[str, ...], _Build]] = {
    "message": (("content", "audience"), _message),
    "ask": (("content", "reply", "into", "validation"), _ask),
    "case": (("subject",), _case),
    "set": (("assignments",), _set),
    "http": (HTTP_KEYS, _http),
    "delay": (("duration",), _delay),
    "run_flow": (("flow", "flow_title", "mode", "parameters", "audience"), _run_flow),
    "handover": (("to", "note", "parameters"), _handover),
    "consent": (("state", "channel", "purpose"), _consent),
    "end": (("reason",), _end),
    "unsupported": (("construct", "language", "reason", "source"), _unsupported),
}
"""Type of a node to its own keys and its reader."""
