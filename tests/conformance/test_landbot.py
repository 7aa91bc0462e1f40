"""Judge: a walk over the draft's own connections, which has to say what the fitted graph says. The vendor's contract
needs an account, so nothing of Landbot's own judged these files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bascule.ir.expr import Const, Ref
from bascule.ir.nodes import Always, Ask, Chosen, Message, Otherwise
from bascule.ir.project import EntryKind, Flow
from bascule.ir.text import Hole, Text, plain_text
from bascule.targets import load_capabilities

from .support import compilations
from .walks import walks

pytestmark = pytest.mark.corpus


def shown(text: Text) -> str:
    def hole(part: Hole) -> str:
        if isinstance(part.expression, Ref):
            return "@" + "_".join(part.expression.path)
        return str(part.expression.value or "") if isinstance(part.expression, Const) else ""

    return plain_text(text, hole)


def plain(text: str) -> str:
    """Signs without a shape keep the source's own ``@`` from naming a field."""
    return text.replace("\u2060", "")


def said(flow: Flow, id_: str) -> list[str]:
    node = flow.by_id[id_]
    if isinstance(node, (Message, Ask)) and node.content.text:
        return [shown(node.content.text.first)]
    return []


def test_a_walk_over_the_draft_says_what_the_graph_says(root: Path, corpus: Path) -> None:
    compared = 0
    for name, compilation in compilations(root, corpus):
        written = compilation.write("landbot").emitted
        assert not written.findings, (name, written.findings)
        drafts = [json.loads(item.text) for item in written.artefacts if item.path.endswith(".draft.json")]
        documents = compilation._fit(load_capabilities("landbot")).documents
        flows = [
            flow
            for _, project in documents
            for flow in project.flows
            if any(said(flow, node.id) for node in flow.nodes)
        ]
        speaking = [draft for draft in drafts if any(block["params"].get("text") for block in draft["blocks"])]
        if len(flows) != len(speaking):
            continue  # a flow whose messages nothing leads to; the emitter's unit tests look at it
        for flow, draft in zip(flows, speaking, strict=True):
            mine, theirs = graph(flow), file(draft)
            assert (mine is None) == (theirs is None), name
            assert mine == theirs, name
            compared += 1
    assert compared > 250


def graph(flow: Flow) -> set[tuple[str, ...]] | None:
    order = {EntryKind.ANY_MESSAGE: 0, EntryKind.KEYWORD: 1, EntryKind.SUBFLOW: 3}
    entries = sorted(flow.entries, key=lambda entry: order.get(entry.kind, 2))
    start = next((node for entry in entries if (node := flow.start_of(entry)) is not None), flow.nodes[0])

    def onward(id_: str) -> list[str | None]:
        node = flow.by_id[id_]
        if isinstance(node, Ask) and node.content.replies:
            # Other answers than the buttons are in the ledger: Landbot asks again.
            named = {choice for edge in node.edges if isinstance(edge.guard, Chosen) for choice in edge.guard.choices}
            left = [edge for edge in node.edges if isinstance(edge.guard, Chosen)]
            whole = all(choice.id in named for choice in node.content.replies)
            return [_there(flow, edge.target) for edge in (left if whole else node.edges)]
        ways = [_there(flow, edge.target) for edge in node.edges]
        # Tests without an `else` edge end when none holds; so does an answer that nothing takes.
        return ways if any(isinstance(edge.guard, (Always, Otherwise)) for edge in node.edges) else [*ways, None]

    return walks(start.id, lambda id_: said(flow, id_), onward)


def file(draft: dict[str, Any]) -> set[tuple[str, ...]] | None:
    blocks = {block["id"]: block for block in draft["blocks"]}
    ways: dict[str, dict[str, str]] = {}
    for connection in draft["connections"]:
        ways.setdefault(connection["sourcePath"], {})[connection["type"]] = connection["targetPath"]

    def onward(id_: str) -> list[str | None]:
        """Every output of a block; one without a connection is an end."""
        params = blocks[id_]["params"]
        outputs = [button["id"] for button in params.get("buttons", [])]
        outputs = outputs or {"conditions": ["true", "false"], "set_a_field": ["success"]}.get(
            blocks[id_]["type"], ["$success"]
        )
        return [ways.get(id_, {}).get(output) for output in outputs]

    def says(id_: str) -> list[str]:
        text = blocks[id_]["params"].get("text")
        return [plain(text)] if text else []

    return walks("welcome", says, onward)


def test_connections_join_blocks_that_are_there_and_ids_are_unique(root: Path, corpus: Path) -> None:
    drafts = connections = 0
    for name, compilation in compilations(root, corpus):
        for item in compilation.write("landbot").emitted.artefacts:
            if item.path.endswith(".draft.json"):
                draft = json.loads(item.text)
                ids = [block["id"] for block in draft["blocks"]]
                assert len(set(ids)) == len(ids), name
                assert "welcome" in ids, name
                outputs = [(way["sourcePath"], way["type"]) for way in draft["connections"]]
                assert len(set(outputs)) == len(outputs), name
                for way in draft["connections"]:
                    assert {way["sourcePath"], way["targetPath"]} <= set(ids), (name, way)
                    connections += 1
                drafts += 1
    assert drafts > 250
    assert connections > 500


def test_blocks_do_not_stand_on_each_other(root: Path, corpus: Path) -> None:
    for name, compilation in compilations(root, corpus):
        for item in compilation.write("landbot").emitted.artefacts:
            if item.path.endswith(".draft.json"):
                spots = [(block["left"], block["top"]) for block in json.loads(item.text)["blocks"]]
                assert len(set(spots)) == len(spots), name


def _there(flow: Flow, target: str | None) -> str | None:
    """The target, or an end where the source names a node that does not exist."""
    return target if target in flow.by_id else None
