"""Entries for flows whose files do not say how they start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bascule.ir.nodes import RunFlow
from bascule.ir.project import Entry, EntryKind, Flow

__all__ = ["settle_entries"]


def settle_entries(flows: Sequence[Flow], guess: Callable[[Flow], Entry]) -> list[Flow]:
    """Give every flow without entries one: a subflow where a flow that can be entered runs it, else ``guess(flow)``.

    Of flows that only run each other the first one is guessed, the others are its subflows. Linear.
    """
    runs = {
        flow.id: [node.flow for node in flow.nodes if isinstance(node, RunFlow) and node.flow != flow.id]
        for flow in flows
    }
    called = {target for targets in runs.values() for target in targets}
    entries = {flow.id: flow.entries for flow in flows}
    reached: set[str] = set()

    def reach(start: str) -> None:
        queue = [start]
        while queue:
            here = queue.pop()
            if here not in reached:
                reached.add(here)
                queue.extend(runs.get(here, ()))

    for flow in flows:
        if not flow.entries and flow.id not in called:
            entries[flow.id] = (guess(flow),)
        if entries[flow.id]:
            reach(flow.id)
    for flow in flows:
        if flow.id not in reached:
            entries[flow.id] = (guess(flow),)
            reach(flow.id)
        elif not entries[flow.id]:
            first = flow.nodes[0].id if flow.nodes else None
            entries[flow.id] = (Entry(EntryKind.SUBFLOW, first, name=EntryKind.SUBFLOW.value, at=flow.at),)
    return [replace(flow, entries=entries[flow.id]) for flow in flows]
