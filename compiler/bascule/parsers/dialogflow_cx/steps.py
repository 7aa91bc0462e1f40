"""Fulfillments as steps: set, call, say, decide, hand over.

Dialogflow CX decides conditional answers on the state before the fulfillment, and words all its answers on the
state after the parameters were set and the webhook has answered.
Facts: https://cloud.google.com/dialogflow/cx/docs/concept/fulfillment
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bascule.ir.expr import Const, Expression, references
from bascule.ir.nodes import Assignment, HttpRequest
from bascule.ir.project import Variable
from bascule.language.members import Facts
from bascule.language.reading import json_text
from bascule.parsers.dialogflow_cx.losses import GenerativePart, VoiceOnly
from bascule.parsers.dialogflow_cx.messages import read_messages
from bascule.parsers.dialogflow_cx.pieces import Said
from bascule.parsers.dialogflow_cx.reading import AgentMembers, AgentReading, hollow, target_path
from bascule.parsers.dialogflow_cx.rules import RouteNeverTaken, WrongShape
from bascule.parsers.dialogflow_cx.services import Services
from bascule.source import Place

__all__ = ["Branch", "Cases", "Change", "Request", "Step", "read_fulfillment"]


@dataclass(slots=True)
class Change:
    """Set parameters."""

    assignments: list[Assignment]
    place: Place
    facts: Facts = field(default_factory=list)


@dataclass(slots=True)
class Request:
    """Call a webhook or generator."""

    node: HttpRequest
    place: Place


@dataclass(slots=True)
class Branch:
    """One case; ``condition`` is None for the last one, which needs none."""

    condition: Expression | None
    steps: list[Step]
    place: Place


@dataclass(slots=True)
class Cases:
    """The first case whose condition holds."""

    branches: list[Branch]
    place: Place


Step = Change | Request | Said | Cases

_Read = tuple[Branch, dict[str, Any]]


def read_fulfillment(reading: AgentReading, services: Services, value: Any, place: Place, facts: Facts) -> list[Step]:
    """The steps of a fulfillment in the order in which they take effect. ``facts`` are those of its owner."""
    if value is None:
        return []
    if not isinstance(value, dict):
        reading.book.open("fulfillment", place)
        code = reading.find(WrongShape, place, "a fulfillment is no object; it is left out", help="write an object")
        reading.book.dropped(place, "no object", "write an object", code)
        return []
    lists = tuple(
        name
        for name in ("messages", "setParameterActions", "conditionalCases", "generators")
        if isinstance(value.get(name), list)
    )
    members = AgentMembers(reading, value, place, "fulfillment", facts, lists)
    for name in ("messages", "setParameterActions", "conditionalCases", "generators"):
        if name not in lists:
            members.items(name)
    change = _changes(reading, value, place, facts) if "setParameterActions" in lists else None
    calls: list[Step] = []
    if "generators" in lists:
        calls += [
            Request(node, node.at or place)
            for node in services.generators(value["generators"], place.child("generators"))
        ]
    name, tag = members.string("webhook"), members.string("tag")
    if name:
        node = services.webhook(name, tag, members.at("webhook"))
        if node is not None:
            calls.append(Request(node, members.at("webhook")))
    elif tag:
        facts.append(("tag", json_text(tag)))
    said: list[Step] = []
    if "messages" in lists:
        said += read_messages(reading, _items(value["messages"], place.child("messages")), facts)
    cases: list[Step] = []
    if "conditionalCases" in lists:
        cases = _all_cases(reading, _items(value["conditionalCases"], place.child("conditionalCases")), facts)
    _settings(reading, members, facts)
    members.close()
    return _ordered(change, calls, said, cases)


def _settings(reading: AgentReading, members: AgentMembers, facts: Facts) -> None:
    members.fact("returnPartialResponses", reason="messages are sent at once; kept as a fact")
    for name in ("advancedSettings", "sendCallCompanionSms"):
        if hollow(members.data.get(name)):
            members.skip(name)
        else:
            members.lose(
                name, VoiceOnly, f"fulfillment {name}", "have settings for calls", "for calls only; kept as a fact"
            )
    members.lose(
        "enableGenerativeFallback",
        GenerativePart,
        "generative fallback",
        "let a language model answer what was not understood",
        "a language model answers; the written answer is said",
    )


def _ordered(change: Change | None, calls: list[Step], said: list[Step], cases: list[Step]) -> list[Step]:
    """Set, call, say, decide, hand over. Parameters that a condition tests are set after it was decided."""
    last = [step for step in said if isinstance(step, Said) and step.kind in ("handover", "end")]
    said = [step for step in said if not (isinstance(step, Said) and step.kind in ("handover", "end"))]
    # All messages of a fulfillment go out together: what ends the talk comes after them.
    last.sort(key=lambda step: step.kind == "end")
    if change is None or not cases:
        return [*([change] if change is not None else []), *calls, *said, *cases, *last]
    tested = {path for case in cases for path in _tested(case)}
    late = [item for item in change.assignments if item.target in tested]
    early = [item for item in change.assignments if item.target not in tested]
    steps: list[Step] = [Change(early, change.place, change.facts)] if early else []
    steps += [*calls, *said, *cases]
    return [*steps, *([Change(late, change.place)] if late else []), *last]


def _tested(step: Step) -> Iterator[tuple[str, ...]]:
    """The paths that the conditions of a step test, nested ones too."""
    if isinstance(step, Cases):
        for branch in step.branches:
            if branch.condition is not None:
                for reference in references(branch.condition):
                    yield reference.path[:3]
            for inner in branch.steps:
                yield from _tested(inner)


def _items(values: list[Any], place: Place) -> list[tuple[Any, Place]]:
    return [(value, place.child(index)) for index, value in enumerate(values)]


def _changes(reading: AgentReading, value: dict[str, Any], place: Place, facts: Facts) -> Change | None:
    assignments: list[Assignment] = []
    kept: Facts = []
    for item, at in _items(value["setParameterActions"], place.child("setParameterActions")):
        reading.book.open("set parameter", at)
        reading.book.exact(at)
        name = item.get("parameter") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(name, str) or not name.strip():
            code = reading.find(WrongShape, at, "a parameter is set that has no name", help="write its `parameter`")
            reading.book.dropped(at, "it names no parameter", "write its `parameter`", code)
            continue
        rest = {key: inner for key, inner in item.items() if key not in ("parameter", "value")}
        if not hollow(rest):
            kept.append((f"set {name}", json_text(reading.safe(rest, at))))
        target = target_path(name)
        written = item.get("value")
        if written is None:
            assignments.append(Assignment(target, op="clear", at=at))
            continue
        expression = reading.value(written, at.child("value"))
        assignments.append(Assignment(target, expression, at=at))
        _declare(reading, target, expression, at)
    return Change(assignments, place.child("setParameterActions"), kept) if assignments else None


def _declare(reading: AgentReading, target: tuple[str, ...], expression: Expression, place: Place) -> None:
    dotted = ".".join(target)
    kind = ""
    if isinstance(expression, Const) and not isinstance(expression.value, str):
        kind = "boolean" if isinstance(expression.value, bool) else "number"
    reading.variables.setdefault(
        dotted, Variable(dotted, type=kind, scope=target[0] if target[0] in ("flow",) else "session", at=place)
    )


def _all_cases(reading: AgentReading, items: list[tuple[Any, Place]], facts: Facts) -> list[Step]:
    steps: list[Step] = []
    for item, at in items:
        cases = item.get("cases") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(cases, list):
            reading.book.open("conditional answer", at)
            if hollow(item):
                reading.book.exact(at, "it says nothing")
                continue
            code = reading.find(WrongShape, at, "a conditional answer has no list of cases; it is left out")
            reading.book.dropped(at, "it has no cases", "write its `cases`", code)
            continue
        AgentMembers(reading, item, at, "conditional answer", facts, ("cases",)).close()
        branches = [_case(reading, case, where, facts) for case, where in _items(cases, at.child("cases"))]
        found = _reached(reading, [branch for branch in branches if branch is not None], facts)
        if found:
            steps.append(Cases(found, at))
    return steps


def _reached(reading: AgentReading, branches: list[_Read], facts: Facts) -> list[Branch]:
    """The cases up to the first that always holds; those after it are facts."""
    found: list[Branch] = []
    closed = False
    for branch, value in branches:
        if closed:
            code = reading.find(
                RouteNeverTaken,
                branch.place,
                "an earlier case always holds, so this one is never taken",
                help="put it before that one, or remove it",
            )
            reading.bury(branch.place, "nothing takes the case; kept as a fact", "remove it", code)
            facts.append((f"case {branch.place.pointer}", json_text(reading.safe(value, branch.place, report=False))))
            continue
        if branch.condition == Const(True):
            branch.condition = None
        closed = branch.condition is None
        found.append(branch)
    return found


def _case(reading: AgentReading, value: Any, place: Place, facts: Facts) -> _Read | None:
    if not isinstance(value, dict):
        reading.book.open("case", place)
        code = reading.find(WrongShape, place, "a case is no object; it is left out", help="write an object")
        reading.book.dropped(place, "no object", "write an object", code)
        return None
    structural = ("caseContent",) if isinstance(value.get("caseContent"), list) else ()
    members = AgentMembers(reading, value, place, "case", facts, structural)
    written = members.string("condition")
    condition = reading.condition(written, members.at("condition")) if written.strip() else None
    steps: list[Step] = []
    if structural:
        steps = _case_content(reading, value["caseContent"], place.child("caseContent"), facts)
    else:
        members.items("caseContent")
    members.close()
    return Branch(condition, steps, place), value


def _case_content(reading: AgentReading, values: list[Any], place: Place, facts: Facts) -> list[Step]:
    """The content of a case: runs of messages, and further cases between them."""
    steps: list[Step] = []
    run: list[tuple[Any, Place]] = []
    for item, at in _items(values, place):
        if not isinstance(item, dict):
            run.append((item, at))
            continue
        message, more = item.get("message"), item.get("additionalCases")
        structural = [
            name for name, inner in (("message", message), ("additionalCases", more)) if isinstance(inner, dict)
        ]
        AgentMembers(reading, item, at, "case content", facts, structural).close()
        if isinstance(message, dict):
            run.append((message, at.child("message")))
        if isinstance(more, dict):
            steps += read_messages(reading, run, facts)
            run = []
            steps += _all_cases(reading, [(more, at.child("additionalCases"))], facts)
    return [*steps, *read_messages(reading, run, facts)]
