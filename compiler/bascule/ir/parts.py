"""Flows whose surroundings were not read: checks must not complain about what stands elsewhere.

A flow says so in its fact ``part``: ``"file"`` (other files of its project lead to it, set its variables and go on
after it, and none of them was read) or ``"content"`` (pages that a program outside plays and reacts to).
"""

from __future__ import annotations

from dataclasses import replace

from bascule.ir.project import Flow

__all__ = ["CONTENT", "FILE", "as_part", "part_of"]

FILE = "file"
CONTENT = "content"
_KEY = "part"


def as_part(flow: Flow, kind: str) -> Flow:
    """The flow, marked as a part of the given kind (:data:`FILE` or :data:`CONTENT`)."""
    facts = tuple((name, value) for name, value in flow.facts if name != _KEY)
    return replace(flow, facts=(*facts, (_KEY, f'"{kind}"')))


def part_of(flow: Flow) -> str:
    """Of what kind a part the flow is; ``""`` for a flow that was read whole."""
    return dict(flow.facts).get(_KEY, "").strip('"')
