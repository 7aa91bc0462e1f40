"""Where boxes stand on a canvas: a column per step from the start, a row per branch, nothing on top of another."""

from __future__ import annotations

from collections import deque

from bascule.ir.project import Flow

__all__ = ["lay_out"]


def lay_out(flow: Flow, right: int, down: int) -> dict[str, tuple[int, int]]:
    """Node id to (x, y): breadth first from the entries, then from what nothing leads to. Linear in the graph."""
    columns: dict[str, int] = {}
    starts = [node.id for entry in flow.entries if (node := flow.start_of(entry)) is not None]
    starts += [flow.nodes[0].id] if flow.nodes else []
    queue = deque(dict.fromkeys(starts))
    columns.update(dict.fromkeys(queue, 0))
    left = iter(flow.nodes)
    while True:
        while queue:
            node = flow.by_id[queue.popleft()]
            for edge in node.edges:
                if edge.target in flow.by_id and edge.target not in columns:
                    columns[edge.target] = columns[node.id] + 1
                    queue.append(edge.target)
        follower = next((node for node in left if node.id not in columns), None)
        if follower is None:
            break
        columns[follower.id] = 0
        queue.append(follower.id)
    rows: dict[int, int] = {}
    places: dict[str, tuple[int, int]] = {}
    for id_, column in columns.items():
        row = rows.get(column, 0)
        rows[column] = row + 1
        places[id_] = (column * right, row * down)
    return places
