"""The actions of a short node other than what it says: each word gives one graph node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bascule.ir.expr import Expression
from bascule.ir.nodes import (
    Assignment,
    Case,
    Delay,
    Edge,
    End,
    Handover,
    HttpRequest,
    Node,
    Otherwise,
    RunFlow,
    SetConsent,
    SetVariable,
    When,
)
from bascule.ir.text import Text
from bascule.parsers.scenario.longform import (
    CONSENT_WORDS,
    HTTP_KEYS,
    read_assignments,
    read_audience,
    read_http,
)
from bascule.parsers.scenario.reader import Reader, is_nothing, scalar
from bascule.parsers.scenario.rules import ConflictingKeys
from bascule.source import Place

__all__ = ["FIRST_STEPS", "HTTP_VERBS", "LAST_STEPS", "Build", "read_step"]

Build = Callable[..., Node]
"""Takes ``id``, ``edges``, ``at`` and the shared arguments; gives the node."""

Step = tuple[Build | None, tuple[Edge, ...]]

FIRST_STEPS = ("wait", "consent", "set", "http")
LAST_STEPS = ("case", "call", "jump", "start", "handover", "end")
HTTP_VERBS = ("get", "post", "put", "patch", "delete")


def read_step(r: Reader, word: str, value: Any, place: Place) -> Step:
    """The builder of the step, and the edges it brings itself. None when its value cannot be used."""
    return _STEPS[word](r, value, place)


def _wait(r: Reader, value: Any, place: Place) -> Step:
    duration = r.duration(value, place)
    if duration is None:
        return None, ()
    return (lambda **shared: Delay(duration=duration, **shared)), ()


def _consent(r: Reader, value: Any, place: Place) -> Step:
    if not isinstance(value, dict):
        value, at_state = {"state": value}, place
    else:
        at_state = place.child("state")
    members = r.fields(value, place, ("state", "channel", "purpose"), "a consent")
    if members is None:
        return None, ()
    if "state" not in members:
        r.missing(place, "`consent` does not say which state", "write `opt_in` or `opt_out`", "consent")
        return None, ()
    state = r.word(members["state"], at_state, CONSENT_WORDS, "state of consent")
    channel = (r.string(members["channel"], place.child("channel")) or "") if "channel" in members else ""
    purpose = (r.string(members["purpose"], place.child("purpose")) or "") if "purpose" in members else ""
    if state is None:
        return None, ()
    return (lambda **shared: SetConsent(state=state, channel=channel, purpose=purpose, **shared)), ()


def _set(r: Reader, value: Any, place: Place) -> Step:
    assignments: tuple[Assignment, ...]
    if isinstance(value, list):
        assignments = read_assignments(r, value, place)
    elif isinstance(value, dict):
        found = []
        for name, item in value.items():
            at = place.child(name)
            if is_nothing(item) and item is not None:
                r.wrong(item, at, "an expression")
                continue
            expression = r.expression(item, at)
            if expression is not None:
                found.append(Assignment(r.path(name, at.at_key()), expression, at=at))
        assignments = tuple(found)
    else:
        r.wrong(value, place, "a mapping (variable: expression)")
        return None, ()
    return (lambda **shared: SetVariable(assignments=assignments, **shared)), ()


def _http(r: Reader, value: Any, place: Place) -> Step:
    if isinstance(value, str):
        url = r.text(r.covered(value, place, "url"), place) or ()
        return (lambda **shared: HttpRequest(method="GET", url=url, **shared)), ()
    members = r.fields(value, place, (*HTTP_VERBS, *HTTP_KEYS), "a request")
    if members is None:
        return None, ()
    verbs = [verb for verb in HTTP_VERBS if verb in members]
    for extra in [*verbs[1:], *(key for key in ("method", "url") if verbs and key in members)]:
        message = f"a request has one method and one address: `{verbs[0]}` and `{extra}` exclude each other"
        r.report(ConflictingKeys, place.child(extra).at_key(), message, "remove one", lost="key")
        members.pop(extra)
    request = read_http(r, members, place)
    if verbs:
        request["method"] = verbs[0].upper()
        at = place.child(verbs[0])
        request["url"] = r.text(r.covered(members[verbs[0]], at, "url"), at) or ()
    elif "url" not in members and "service" not in members:
        r.missing(place, "the request has no address", "write `get: https://…`", "http")
    return (lambda **shared: HttpRequest(**request, **shared)), ()


def _case(r: Reader, value: Any, place: Place) -> Step:
    edges: list[Edge] = []
    if isinstance(value, dict):
        for condition, item in value.items():
            at = place.child(condition)
            if is_nothing(item):
                r.wrong(item, at, "the id of a node or `end`")
                continue
            _branch(r, edges, None if condition == "else" else condition, at.at_key(), item, at, at)
    elif isinstance(value, list):
        for item, at in r.items(value, place, "branches"):
            members = r.fields(item, at, ("when", "then", "else"), "a branch")
            if members is None:
                continue
            if ("when" in members) == ("else" in members):
                r.missing(at, "a branch has either `when` or `else`", "write `{when: …, then: node}`", "edge")
            elif "else" in members:
                if "then" in members:
                    message = "`else` says itself where it leads: `then` is not read"
                    r.report(ConflictingKeys, at.child("then").at_key(), message, "remove it", lost="key")
                _branch(r, edges, None, at.child("else"), members["else"], at.child("else"), at)
            else:
                _branch(r, edges, members["when"], at.child("when"), members.get("then"), at.child("then"), at)
    else:
        r.wrong(value, place, "a list of branches, or a mapping (condition: node)")
        return None, ()
    return (lambda **shared: Case(**shared)), tuple(edges)


def _branch(r: Reader, edges: list[Edge], condition: Any, when: Place, target: Any, then: Place, place: Place) -> None:
    readable, node = (True, None) if target is None else r.target(target, then)
    if condition is None:
        guard: When | Otherwise | None = Otherwise()
    else:
        expression = r.expression(condition, when)
        guard = None if expression is None else When(expression)
    if guard is None or not readable:
        r.ledger.dropped("edge", place, "it cannot be read", "correct it")
        return
    r.ledger.exact("edge", place)
    edges.append(Edge(guard, node, at=place))


def _run(mode: str) -> Callable[[Reader, Any, Place], Step]:
    keys = ("flow", "flow_title", "parameters", *(("audience",) if mode == "start" else ()))

    def read(r: Reader, value: Any, place: Place) -> Step:
        at_flow = place
        if not isinstance(value, dict):
            value = {"flow": value}
        else:
            at_flow = place.child("flow")
        members = r.fields(value, place, keys, "a flow to run")
        if members is None:
            return None, ()
        flow = r.string(members["flow"], at_flow, "the id of a flow") if "flow" in members else None
        if flow is None:
            if "flow" not in members:
                r.missing(place, f"`{mode}` does not say which flow", "write `flow: id`", "flow")
            return None, ()
        title = (r.string(members["flow_title"], place.child("flow_title")) or "") if "flow_title" in members else ""
        parameters: tuple[tuple[str, Expression], ...] = ()
        if "parameters" in members:
            parameters = r.pairs(members["parameters"], place.child("parameters"), r.expression)
        audience = read_audience(r, members, place)

        def build(**shared: Any) -> Node:
            return RunFlow(flow=flow, flow_title=title, mode=mode, parameters=parameters, audience=audience, **shared)

        return build, ()

    return read


def _handover(r: Reader, value: Any, place: Place) -> Step:
    if is_nothing(value) or scalar(value) is True:
        return (lambda **shared: Handover(**shared)), ()
    if isinstance(value, str):
        to = str(value)
        return (lambda **shared: Handover(to=to, **shared)), ()
    members = r.fields(value, place, ("to", "note", "parameters"), "a handover")
    if members is None:
        return None, ()
    team = (r.string(members["to"], place.child("to")) or "") if "to" in members else ""
    note: Text = (r.text(members["note"], place.child("note")) or ()) if "note" in members else ()
    parameters: tuple[tuple[str, Text], ...] = ()
    if "parameters" in members:
        parameters = r.pairs(members["parameters"], place.child("parameters"), r.text)
    return (lambda **shared: Handover(to=team, note=note, parameters=parameters, **shared)), ()


def _end(r: Reader, value: Any, place: Place) -> Step:
    if is_nothing(value) or scalar(value) is True:
        return (lambda **shared: End(**shared)), ()
    reason = r.string(value, place, "`true`, or the reason as text")
    return (None if reason is None else lambda **shared: End(reason=reason, **shared)), ()


_STEPS: dict[str, Callable[[Reader, Any, Place], Step]] = {
    "wait": _wait,
    "consent": _consent,
    "set": _set,
    "http": _http,
    "case": _case,
    "call": _run("call"),
    "jump": _run("jump"),
    "start": _run("start"),
    "handover": _handover,
    "end": _end,
}
