"""Which flows nobody here starts: whether a window is open when they run cannot be told."""

from __future__ import annotations

from bascule.ir.nodes import RunFlow
from bascule.ir.project import Initiator, Project

__all__ = ["called_flows", "unknown_starts"]


def called_flows(project: Project) -> frozenset[str]:
    """The ids of flows that a flow of the project runs which somebody starts, directly or through others."""
    runs = {flow.id: [node.flow for node in flow.nodes if isinstance(node, RunFlow)] for flow in project.flows}
    waiting = [
        flow.id for flow in project.flows if any(entry.initiator is not Initiator.SUBFLOW for entry in flow.entries)
    ]
    started, called = set(waiting), set()
    while waiting:
        for id_ in runs.get(waiting.pop(), ()):
            called.add(id_)
            if id_ not in started:
                started.add(id_)
                waiting.append(id_)
    return frozenset(called)


def unknown_starts(project: Project) -> frozenset[str]:
    """The ids of flows that neither a person, nor a program, nor another flow of the project starts.

    Their callers are in files that were not read (an action's code, a parent flow, the program that sends a body), and
    may well run them inside a conversation.
    """
    called = called_flows(project)
    return frozenset(
        flow.id
        for flow in project.flows
        if flow.id not in called and all(entry.initiator is Initiator.SUBFLOW for entry in flow.entries)
    )
