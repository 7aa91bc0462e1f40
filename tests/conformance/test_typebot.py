"""Judges: the vendor's own import schema (stands beside the corpus), our graph rules, and a walk over the file's edges."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bascule.ir.nodes import Ask, Chosen, Message
from bascule.ir.project import Flow
from bascule.ir.text import Hole, Text, plain_text
from bascule.parsers import ParseOptions
from bascule.parsers.typebot import parse, sniff
from bascule.source import SourceFile

from .support import compilations
from .walks import walks

pytestmark = pytest.mark.corpus


def bots(root: Path, corpus: Path) -> Iterator[tuple[str, Flow, dict[str, Any]]]:
    """Every file with the fitted flow it prints."""
    for name, compilation in compilations(root, corpus):
        written = compilation.write("typebot").emitted
        assert not written.findings, (name, written.findings)
        from bascule.targets import load_capabilities

        documents = compilation._fit(load_capabilities("typebot")).documents
        flows = [flow for _, project in documents for flow in project.flows if flow.nodes]
        files = [json.loads(artefact.text) for artefact in written.artefacts]
        assert len(flows) == len(files), name
        for flow, file in zip(flows, files, strict=True):
            yield name, flow, file


def test_every_file_fits_the_vendors_import_schema(root: Path, corpus: Path) -> None:
    schema = json.loads((corpus.parent / "reference" / "typebot-import.schema.json").read_text(encoding="utf-8"))
    check = Draft202012Validator(schema)
    judged = 0
    for name, _, bot in bots(root, corpus):
        assert check.is_valid({"workspaceId": "w", "typebot": bot}), name
        judged += 1
    assert judged > 300


def test_edges_lead_somewhere_and_ids_are_unique(root: Path, corpus: Path) -> None:
    for name, _, bot in bots(root, corpus):
        groups = {group["id"] for group in bot["groups"]}
        blocks = [block for group in bot["groups"] for block in group["blocks"]]
        items = [item["id"] for block in blocks for item in block.get("items", [])]
        sources = {block["id"] for block in blocks} | {event["id"] for event in bot["events"]}
        for edge in bot["edges"]:
            assert edge["to"]["groupId"] in groups, name
            assert edge["from"].get("blockId", edge["from"].get("eventId")) in sources, name
            assert "itemId" not in edge["from"] or edge["from"]["itemId"] in items, name
        every = [*groups, *(block["id"] for block in blocks), *items, *(edge["id"] for edge in bot["edges"])]
        assert len(set(every)) == len(every), name
        declared = {variable["id"] for variable in bot["variables"]}
        used = {block.get("options", {}).get("variableId") for block in blocks} - {None}
        assert used <= declared, name
        spots = [(group["graphCoordinates"]["x"], group["graphCoordinates"]["y"]) for group in bot["groups"]]
        assert len(set(spots)) == len(spots), name


def shown(text: Text) -> str:
    return plain_text(text, lambda hole: hole_name(hole))


def hole_name(hole: Hole) -> str:
    name = getattr(hole.expression, "name", None)
    return "{{" + name + "}}" if name else str(getattr(hole.expression, "value", "") or "")


def graph_walks(flow: Flow, start: str | None) -> set[tuple[str, ...]] | None:
    def says(id_: str) -> list[str]:
        node = flow.by_id[id_]
        if not isinstance(node, (Message, Ask)):
            return []
        media = [shown(item.url.first) if item.url else "" for item in node.content.media]
        return media + ([shown(node.content.text.first)] if node.content.text else [])

    def onward(id_: str) -> list[str]:
        node = flow.by_id[id_]
        edges = node.edges
        if isinstance(node, Ask) and node.content.replies:
            # Other answers than the buttons are in the ledger: Typebot asks again.
            named = {choice for edge in edges if isinstance(edge.guard, Chosen) for choice in edge.guard.choices}
            if all(choice.id in named for choice in node.content.replies):
                edges = tuple(edge for edge in edges if isinstance(edge.guard, Chosen))
        return [edge.target for edge in edges if edge.target in flow.by_id and edge.target]

    return walks(start, says, onward)


def file_walks(bot: dict[str, Any]) -> set[tuple[str, ...]] | None:
    groups = {group["id"]: group for group in bot["groups"]}
    by_source: dict[str, list[str]] = {}
    for edge in bot["edges"]:
        source = edge["from"].get("blockId") or edge["from"]["eventId"]
        by_source.setdefault(source, []).append(edge["to"]["groupId"])

    def says(id_: str) -> list[str]:
        told = []
        for block in groups[id_]["blocks"]:
            if block["type"] == "text":
                told.append(
                    "\n".join(
                        "".join(part["text"] for part in line["children"]).replace("\u2060", "")
                        for line in block["content"]["richText"]
                    )
                )
            elif "url" in block.get("content", {}):
                told.append(block["content"]["url"])
        return told

    def onward(id_: str) -> list[str]:
        return [target for block in groups[id_]["blocks"] for target in by_source.get(block["id"], [])]

    (start,) = by_source.get(bot["events"][0]["id"], [None])  # type: ignore[list-item]
    return walks(start, says, onward)


def test_a_walk_over_the_file_says_what_the_graph_says(root: Path, corpus: Path) -> None:
    compared = paths = 0
    for name, flow, bot in bots(root, corpus):
        start = bot["edges"] and next((edge for edge in bot["edges"] if "eventId" in edge["from"]), None)
        if not start or any(not group["blocks"] for group in bot["groups"]):
            continue
        titles = {group["id"]: node.id for group, node in zip(bot["groups"], flow.nodes, strict=True)}
        mine, theirs = graph_walks(flow, titles[start["to"]["groupId"]]), file_walks(bot)
        assert (mine is None) == (theirs is None), name
        if mine is not None:
            assert mine == theirs, name
            compared += 1
            paths += len(mine)
    assert compared > 250
    assert paths > 500


def test_every_file_reads_back(root: Path, corpus: Path) -> None:
    """Emit, read, and the same is said in the same order."""
    read = 0
    for name, flow, bot in bots(root, corpus):
        if not any(group["blocks"] for group in bot["groups"]):
            # All it says is a file in the old platform's store, which is in the ledger.
            assert not any(text for node in flow.nodes for text in _said(node)), name
            continue
        file = SourceFile.of_text(json.dumps(bot, ensure_ascii=False), "bot.json")
        match = sniff(file)
        assert match is not None, name
        assert match.confidence >= 75, name
        parsed = parse(file, ParseOptions())
        assert not parsed.unreadable, name
        (again,) = parsed.project.flows
        told = {text for node in flow.nodes for text in _said(node)}
        heard = {text for node in again.nodes for text in _said(node)}
        assert {plain(text) for text in told} <= {plain(text) for text in heard} | {""}, name
        read += 1
    assert read > 300


def _said(node: Any) -> list[str]:
    if not isinstance(node, (Message, Ask)):
        return []
    media = [shown(item.url.first) if item.url else "" for item in node.content.media]
    return media + ([shown(node.content.text.first)] if node.content.text else [])


def plain(text: str) -> str:
    """A text as Typebot reads it: blanks inside double braces and signs without a shape do not count."""
    text = text.replace("\u2060", "")
    return re.sub(r"{{\s*(.*?)\s*}}", r"{{\1}}", " ".join(text.split()))
