"""What one step of a flow does to the clock: the semantics that the proof and the witnesses share."""

from __future__ import annotations

import math
from collections.abc import Mapping

from bascule.ir.nodes import (
    Always,
    Ask,
    Case,
    Delay,
    Edge,
    End,
    Failure,
    Handover,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    RunFlow,
    Timeout,
)
from bascule.passes.interval import IDENTITY, UNREACHED, Effect, Interval

__all__ = ["ANYTHING", "FAILURE_BOUND", "HTTP_BOUND", "edge_effect", "end_effect", "falls_off", "sends", "step_effect"]

HTTP_BOUND = 60.0
"""Seconds a request may take when the source gives no limit of its own."""

FAILURE_BOUND = 3600.0
"""Seconds in which a refused message is reported as failed, at most.

A message that only cannot be delivered yet is not reported as failed: it is dropped in silence at the end of its
time to live, so the failure edge of a question is taken soon or not at all.
Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/time-to-live
"""

ANYTHING = Effect(Interval(0, math.inf), Interval(0, math.inf))
"""Nobody knows: any time may pass, and the user may write at any moment of it."""

_WRITTEN = Effect(Interval(0, 0), None)


def sends(node: Node) -> bool:
    """Whether the node sends something to the person in the conversation."""
    return isinstance(node, (Message, Ask)) and not node.content.empty and getattr(node, "audience", None) is None


def _passes(low: float, high: float) -> Effect:
    return Effect(None, Interval(low, high)) if high > 0 else IDENTITY


def end_effect(node: Node) -> Effect | str:
    """What the node does to the clock until it is done, as it should be.

    A text is the id of the flow that is called, whose effect it is.
    """
    if isinstance(node, Ask):
        return _WRITTEN
    if isinstance(node, Delay):
        return _passes(node.duration.low, node.duration.high)
    if isinstance(node, HttpRequest):
        return _passes(0, node.timeout if node.timeout is not None else HTTP_BOUND)
    if isinstance(node, Handover):
        # While a human has the conversation the person may write, or nobody may for days.
        return ANYTHING
    if isinstance(node, RunFlow) and node.mode != "start":
        return node.flow
    return IDENTITY


def step_effect(node: Node, edge: Edge) -> Effect | str:
    """What leaving ``node`` by ``edge`` does to the clock; a text is the id of the flow whose effect it is."""
    guard = edge.guard
    if isinstance(node, Ask):
        if isinstance(guard, Timeout):
            return _passes(guard.after.low, guard.after.high)
        if isinstance(guard, Failure):
            # The timeout would come first, if it is shorter.
            longest = max((e.guard.after.high for e in node.edges if isinstance(e.guard, Timeout)), default=math.inf)
            return _passes(0, min(longest, FAILURE_BOUND))
    elif isinstance(node, RunFlow):
        if node.mode == "jump":
            return UNREACHED
        if node.mode != "start" and isinstance(guard, Failure):
            return ANYTHING
    elif isinstance(guard, Timeout) and not isinstance(node, (Delay, HttpRequest, Handover)):
        return _passes(guard.after.low, guard.after.high)
    return end_effect(node)


def edge_effect(node: Node, edge: Edge, before: Effect, summaries: Mapping[str, Effect]) -> Effect:
    """The effect after leaving ``node`` by ``edge`` when it was ``before`` at the node."""
    step = step_effect(node, edge)
    return before.then(summaries.get(step, ANYTHING) if isinstance(step, str) else step)


def falls_off(node: Node) -> bool:
    """Whether the flow may end at the node though it has edges: none of them need apply."""
    if isinstance(node, End) or (isinstance(node, RunFlow) and node.mode == "jump"):
        return True
    if isinstance(node, Case):
        return not any(isinstance(edge.guard, (Always, Otherwise)) for edge in node.edges)
    return all(isinstance(edge.guard, (Timeout, Failure)) for edge in node.edges)
