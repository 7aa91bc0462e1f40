"""Calls of flows written out: the called flow's nodes stand where the call stood."""

from __future__ import annotations

from dataclasses import replace

from bascule.ir.nodes import Always, Edge, End, Node, Otherwise, RunFlow, Success
from bascule.ir.project import Flow, Project

__all__ = ["MAX_NODES", "inline_calls"]

MAX_NODES = 20_000
"""Most nodes that a flow may have after its calls are written out; beyond it, calls stay and are reported."""

_DEPTH = 20


def inline_calls(project: Project, flow: Flow) -> tuple[Flow, int]:
    """The flow with every call of a known, not recursive flow written out, and how many calls were.

    A node of a called flow gets the id ``<call>.<node>``. What ends the called flow goes on after the call.
    """
    nodes, count = _expand(project, flow, (flow.id,), "", MAX_NODES)
    return (replace(flow, nodes=tuple(nodes)), count) if count else (flow, 0)


def _expand(project: Project, flow: Flow, stack: tuple[str, ...], prefix: str, room: int) -> tuple[list[Node], int]:
    made: list[Node] = []
    count = 0
    for node in flow.nodes:
        callee = project.by_id.get(node.flow) if isinstance(node, RunFlow) and node.mode in ("call", "jump") else None
        own = prefix + node.id
        if callee is None or callee.id in stack or len(stack) > _DEPTH or not callee.nodes or len(made) > room:
            made.append(_renamed(node, own, prefix))
            continue
        inner, more = _expand(project, callee, (*stack, callee.id), f"{own}.", room - len(made))
        if len(made) + len(inner) > room:
            made.append(_renamed(node, own, prefix))
            continue
        back = _after(node) if isinstance(node, RunFlow) and node.mode == "call" else None
        target = prefix + back if back is not None else None
        entry = f"{own}.{callee.nodes[0].id}"
        at = Edge(Always(), entry)
        # The call itself becomes a case with one way: its id stays, so that edges to it stay right.
        made.append(_door(node, own, at))
        made.extend(_returning(item, target) for item in inner)
        count += 1 + more
    return made, count


def _door(node: Node, id_: str, edge: Edge) -> Node:
    from bascule.ir.nodes import Case

    return Case(id=id_, edges=(Edge(Otherwise(), edge.target),), title=node.title, at=node.at)


def _after(node: RunFlow) -> str | None:
    for kind in (Success, Always, Otherwise):
        for edge in node.edges:
            if isinstance(edge.guard, kind):
                return edge.target
    return None


def _renamed(node: Node, id_: str, prefix: str) -> Node:
    edges = tuple(replace(edge, target=prefix + edge.target) if edge.target else edge for edge in node.edges)
    return replace(node, id=id_, edges=edges)


def _returning(node: Node, target: str | None) -> Node:
    """What ended the called flow goes on at ``target``."""
    if target is None:
        return node
    if isinstance(node, End):
        from bascule.ir.nodes import Case

        return Case(id=node.id, edges=(Edge(Otherwise(), target),), at=node.at)
    edges = tuple(replace(edge, target=target) if edge.target is None else edge for edge in node.edges)
    if not any(isinstance(edge.guard, (Always, Otherwise, Success)) for edge in edges):
        edges = (*edges, Edge(Otherwise() if edges else Always(), target))
    return replace(node, edges=edges)
