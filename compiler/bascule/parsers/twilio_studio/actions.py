"""Widgets that do something: variables, requests, functions, subflows, handovers, and what has no counterpart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bascule.diagnostics import Rule
from bascule.ir.expr import Opaque
from bascule.ir.nodes import (
    Always,
    Assignment,
    Duration,
    Edge,
    Failure,
    Guard,
    Handover,
    HttpRequest,
    Node,
    RunFlow,
    SetVariable,
    Success,
    Timeout,
    Unsupported,
    When,
)
from bascule.ir.text import Text
from bascule.parsers.twilio_studio.edges import edges_of, keep_conditions, position_of
from bascule.parsers.twilio_studio.losses import (
    ChannelOnlyWidget,
    FunctionCodeMissing,
    PlatformAuthentication,
    RetiredWidget,
    VoiceWidget,
)
from bascule.parsers.twilio_studio.pairs import Pair, check_secret, check_text_secret, read_pairs
from bascule.parsers.twilio_studio.reading import Reading, as_text, json_text, number_of
from bascule.parsers.twilio_studio.rules import EmptyWidget, UnknownWidget
from bascule.parsers.twilio_studio.states import State
from bascule.parsers.twilio_studio.widgets import CALL_LIMIT, KIND_OF, UNSUPPORTED_ADVICE, WidgetKind, close_to
from bascule.source import Place

__all__ = ["function", "handover", "request", "set_variables", "subflow", "unsupported"]

_TYPES = tuple(KIND_OF)
_FAILURES = frozenset(
    (
        *("failed", "fail", "failure", "error", "failedToEnqueue", "callFailure"),
        *("noAudio", "hangup", "busy", "noAnswer", "maxFailedAttempts"),
    )
)


def set_variables(reading: Reading, state: State) -> Node:
    """``set-variables``: one assignment per pair."""
    pairs = read_pairs(reading, state, "variables")
    if not pairs and not state.properties.left():
        _empty(reading, state, "sets nothing", "add `variables`")
    assignments: list[Assignment] = []
    for pair in pairs:
        check_secret(reading, state, "variable", pair)
        target = ("flow", "variables", pair.key)
        value = reading.expression(pair.value, pair.at)
        reading.declare(target, pair.place)
        assignments.append(Assignment(target, value, at=pair.place))
    reading.book.exact(state.place)
    return SetVariable(
        id=state.id,
        edges=tuple(edges_of(reading, state, {"next": Always()}, "next")),
        position=position_of(reading, state),
        at=state.place,
        assignments=tuple(assignments),
    )


def _empty(reading: Reading, state: State, what: str, help: str) -> None:
    reading.find(EmptyWidget, state.place, f"`{state.shown}` is a `{state.widget}` that {what}", help=help)


def _value_text(reading: Reading, pair: Pair) -> Text:
    return reading.text(as_text(pair.value), pair.at)


def _parameters(reading: Reading, state: State, name: str, what: str) -> tuple[tuple[str, Text], ...]:
    pairs = read_pairs(reading, state, name)
    for pair in pairs:
        check_secret(reading, state, what, pair)
    return tuple((pair.key, _value_text(reading, pair)) for pair in pairs)


def _limit(reading: Reading, state: State) -> float:
    """Seconds the call may take. The catalogue does not say in which unit ``timeout`` is written: above what
    Studio waits at most it can only be milliseconds."""
    properties = state.properties
    value = properties.take("timeout")
    if value in (None, ""):
        return CALL_LIMIT
    seconds = number_of(value)
    if seconds is None or seconds <= 0:
        reading.number(None, properties.at("timeout"), f"the timeout of `{state.shown}`", f"{CALL_LIMIT:g} s")
        state.unread.append(("timeout", json_text(value)))
        reading.book.emulated(properties.at("timeout"), "not a number of seconds; kept as a hint")
        return CALL_LIMIT
    if seconds > CALL_LIMIT:
        state.unread.append(("timeout", json_text(value)))
        reading.book.emulated(properties.at("timeout"), f"Studio gives up after {CALL_LIMIT:g} s; kept as a hint")
    return min(seconds, CALL_LIMIT)


def request(reading: Reading, state: State) -> Node:
    """``make-http-request``. The answer is in ``widgets.NAME``."""
    properties, book = state.properties, reading.book
    method = properties.string("method").strip().upper() or "GET"
    content_type = properties.string("content_type")
    for name in ("url", "body"):
        check_text_secret(reading, state, name, properties.values.get(name), properties.at(name))
    url, body = properties.text("url"), properties.text("body")
    if not url:
        _empty(reading, state, "has no URL", "add a `url`")
    facts = list(properties.fact("add_twilio_auth"))
    if properties.values.get("add_twilio_auth") in (True, "true"):
        code = reading.find(
            PlatformAuthentication,
            properties.at("add_twilio_auth"),
            f"`{state.shown}` is signed with the credentials of the Twilio account",
            help="use an API key of the server instead",
        )
        book.dropped(properties.at("add_twilio_auth"), "no other platform has them", "use an API key", code)
    book.exact(state.place)
    return HttpRequest(
        id=state.id,
        edges=tuple(edges_of(reading, state, {"success": Success(), "failed": Failure("failed")}, "success")),
        facts=tuple(facts),
        position=position_of(reading, state),
        at=state.place,
        service="http",
        method=method,
        url=url,
        headers=_parameters(reading, state, "headers", "header"),
        parameters=_parameters(reading, state, "parameters", "parameter"),
        body=body,
        content_type=content_type,
        into=("widgets", state.name),
        timeout=_limit(reading, state),
    )


def function(reading: Reading, state: State) -> Node:
    """``run-function``: an HTTP call of code that the vendor keeps."""
    properties, book = state.properties, reading.book
    check_text_secret(reading, state, "url", properties.values.get("url"), properties.at("url"))
    url = properties.text("url")
    facts: list[tuple[str, str]] = []
    for name in ("service_sid", "environment_sid", "function_sid"):
        facts.extend(properties.fact(name, "an id in Twilio's own store; kept as a fact"))
    sid = properties.values.get("function_sid")
    book.exact(state.place)
    if not url:
        code = reading.find_once(
            FunctionCodeMissing,
            as_text(sid) or state.id,
            properties.at("function_sid") if sid else state.place,
            lambda count: (
                f"`{state.shown}` runs a function that has no URL in this file"
                + (f", as {count - 1} more state(s) do" if count > 1 else "")
            ),
            help="publish the function under a URL, or write the step on the new platform",
        )
        book.degraded(state.place, "known by its ids only: nobody else can call it", "name its URL", code)
    return HttpRequest(
        id=state.id,
        edges=tuple(edges_of(reading, state, {"success": Success(), "fail": Failure("fail")}, "success")),
        facts=tuple(facts),
        position=position_of(reading, state),
        at=state.place,
        service="function",
        url=url,
        parameters=_parameters(reading, state, "parameters", "parameter"),
        into=("widgets", state.name),
        timeout=_limit(reading, state),
        name=sid if isinstance(sid, str) else "",
    )


def subflow(reading: Reading, state: State) -> Node:
    """``run-subflow``: a call of another flow by its SID."""
    properties = state.properties
    sid = properties.string("flow_sid").strip()
    if not sid:
        _empty(reading, state, "names no flow", "add a `flow_sid`")
    revision = properties.values.get("flow_revision")
    published = revision in (None, "", "LatestPublished")
    reason = "" if published else "the file of the child is read as it is; kept as a fact"
    facts = (*properties.fact("flow_sid"), *properties.fact("flow_revision", reason))
    pairs = read_pairs(reading, state, "parameters")
    for pair in pairs:
        check_secret(reading, state, "parameter", pair)
    if "{{" in sid:
        reading.text(sid, properties.at("flow_sid"))
    reading.book.exact(state.place)
    guards: Mapping[str, Guard] = {"completed": Success(), "failed": Failure("failed")}
    return RunFlow(
        id=state.id,
        edges=tuple(edges_of(reading, state, guards, "completed")),
        facts=facts,
        position=position_of(reading, state),
        at=state.place,
        flow=sid,
        mode="call",
        parameters=tuple((pair.key, reading.expression(pair.value, pair.at)) for pair in pairs),
    )


def handover(reading: Reading, state: State) -> Node:
    """``send-to-flex`` and its voice relative ``enqueue-call``."""
    properties, book = state.properties, reading.book
    voice = state.widget == "enqueue-call"
    named = ("queue_name", "workflow_sid") if voice else ("workflow",)
    to = next((as_text(properties.values[name]) for name in named if properties.values.get(name)), "")
    facts: list[tuple[str, str]] = [("widget", json_text(state.widget))]
    for name in named:
        facts.extend(properties.fact(name))
    for name in ("channel", "priority", "timeout"):
        facts.extend(properties.fact(name, "how Twilio's own desk queues it; kept as a fact"))
    for name in ("waitUrl", "waitUrlMethod", "wait_url", "wait_url_method"):
        if name in properties:
            facts.extend(properties.fact(name))
            if properties.values[name] not in (None, "") and "ethod" not in name:
                code = _voice_part(reading, state, name)
                book.dropped(properties.at(name), "music for callers", "send a message before the handover", code)
    name = "task_attributes" if voice else "attributes"
    check_text_secret(reading, state, name, properties.values.get(name), properties.at(name))
    value = properties.values.get(name)
    attributes: Text = ()
    if isinstance(value, dict):
        properties.take(name)
        attributes = reading.text(json_text(value), properties.at(name))
    else:
        attributes = properties.text(name)
    if voice:
        book.emulated(state.place, "a queue of callers becomes a handover of the conversation")
    else:
        book.exact(state.place)
    guards: Mapping[str, Guard] = {
        "callComplete": Success(),
        "failedToEnqueue": Failure("failedToEnqueue"),
        "callFailure": Failure("callFailure"),
    }
    return Handover(
        id=state.id,
        edges=tuple(edges_of(reading, state, guards, "callComplete")),
        facts=tuple(facts),
        position=position_of(reading, state),
        at=state.place,
        to=to,
        parameters=((name, attributes),) if attributes else (),
    )


def _voice_part(reading: Reading, state: State, name: str) -> str:
    return reading.find_once(
        VoiceWidget,
        f"member {name}",
        state.properties.at(name),
        lambda count: f"`{name}` plays something to callers; there is nobody on the line ({count} place(s))",
        help="send a message before the handover",
    )


_LOSSES: dict[WidgetKind, tuple[type[Rule], str]] = {
    WidgetKind.VOICE: (VoiceWidget, "only makes sense in a call"),
    WidgetKind.RETIRED: (RetiredWidget, "belongs to a product that no longer exists"),
    WidgetKind.CHANNEL: (ChannelOnlyWidget, "belongs to Twilio's own channels"),
}


def unsupported(reading: Reading, state: State) -> Node:
    """A widget without a counterpart, or of no known type: kept whole, its edges kept too."""
    properties, book = state.properties, reading.book
    kind = state.kind
    if kind in _LOSSES:
        rule, what = _LOSSES[kind]
        advice = UNSUPPORTED_ADVICE[state.widget]
        reason = f"a `{state.widget}` {what}"
        message = f"`{state.shown}` is a `{state.widget}`, which {what}; it is kept as unsupported"
        code = reading.find(rule, state.place, message, help=advice)
    else:
        close = close_to(state.type, _TYPES) if state.type.strip() else ""
        advice = f"did you mean `{close}`?" if close else "the flow ends where a transition has no `next`"
        shown = f"the type `{state.type[:40]}`, which Studio does not have" if state.type.strip() else "no type"
        reason = "a type that does not exist" if state.type.strip() else "no type"
        code = reading.find(
            UnknownWidget,
            state.place.child("type") if state.type else state.place,
            f"`{state.shown}` has {shown}; it is kept as unsupported",
            help=advice,
        )
    book.dropped(state.place, reason, advice, code)
    position = position_of(reading, state)
    for name in list(properties.values):
        _check_inside(reading, state, name, properties.values[name])
        if name != "offset":
            properties.take(name)
            book.dropped(properties.at(name), "part of a state that is kept as unsupported", advice, code)
    wait = number_of(properties.values.get("timeout"))
    edges: list[Edge] = []
    for transition in state.transitions:
        book.emulated(transition.place, "kept as an edge, so that what follows stays connected")
        guard = _guard(transition.event, wait if kind in _LOSSES else None)
        edges.append(Edge(guard, transition.target, transition.event, transition.place))
        keep_conditions(reading, state, transition)
    return Unsupported(
        id=state.id,
        edges=tuple(edges),
        position=position,
        at=state.place,
        construct=f"widget {state.type or 'without type'}",
        source=reading.source_of(state.place.pointer),
        language=reading.language_of(state.place.pointer),
        reason=reason,
    )


def _check_inside(reading: Reading, state: State, name: str, value: Any) -> None:
    """Look for secrets at any depth of a value that is not understood."""
    stack: list[tuple[str, Any, Place]] = [(name, value, state.properties.at(name))]
    while stack:
        key, item, place = stack.pop()
        if isinstance(item, dict):
            pair = isinstance(item.get("key"), str) and "value" in item
            for member, child in item.items():
                named = item["key"] if pair and member == "value" else member
                stack.append((named, child, place.child(member)))
        elif isinstance(item, list):
            stack.extend((key, child, place.child(index)) for index, child in enumerate(item))
        else:
            check_secret(reading, state, "member", Pair(key, item, place, place))


def _guard(event: str, wait: float | None) -> Guard:
    if event == "timeout" and wait is not None and wait >= 0:
        return Timeout(Duration(wait))
    if event in _FAILURES:
        return Failure(event)
    if event == "noMatch":
        return When(Opaque("twilio-studio", f"event {event}"))
    return Success()
