"""Judges: the vendor's GraphQL types (beside the corpus), a server that has only them, and walks over what it built."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, parse, validate
from graphql.execution.values import get_variable_values

from bascule.ir.content import ChoiceKind
from bascule.ir.nodes import Always, Ask, Chosen, Handover, Message, Otherwise, RunFlow
from bascule.ir.project import Flow
from bascule.ir.text import Hole, Text, plain_text
from bascule.targets import load_capabilities

from .chatfuel_server import Server, carry_out, handles, subset, vendor
from .support import compilations
from .walks import walks

pytestmark = pytest.mark.corpus
Walks = set[tuple[str, ...]] | None


def bots(root: Path, corpus: Path) -> Iterator[tuple[str, tuple[Flow, ...], dict[str, str]]]:
    """Every bot (one per language): the fitted flows that it prints, and its files."""
    for name, compilation in compilations(root, corpus):
        written = compilation.write("chatfuel").emitted
        assert not written.findings, (name, written.findings)
        files: dict[str, dict[str, str]] = {}
        for artefact in written.artefacts:
            folder, _, file = artefact.path.rpartition("/")
            files.setdefault(folder, {})[file] = artefact.text
        documents = compilation._fit(load_capabilities("chatfuel")).documents
        speaking = [project for _, project in documents if any(flow.nodes for flow in project.flows)]
        assert len(files) <= len(speaking), name
        for (folder, texts), project in zip(files.items(), speaking, strict=False):
            yield f"{name} {folder}", project.flows, texts


def wrong(schema: GraphQLSchema, query: str, variables: dict[str, Any]) -> list[str]:
    """What the types refuse of a call."""
    document = parse(query)
    errors = [str(error) for error in validate(schema, document)]
    if errors:
        return errors
    (operation,) = document.definitions
    given = get_variable_values(schema, operation.variable_definitions or (), variables)  # type: ignore[attr-defined]
    return [str(error) for error in given] if isinstance(given, list) else []


def filled(step: dict[str, Any]) -> dict[str, Any]:
    """The variables of a step, with some text for every id that is bound when it runs."""
    variables = copy.deepcopy(step["variables"])
    for pointer in step["uses"]:
        spot = variables
        *path, last = pointer.split("/")[1:]
        for key in path:
            spot = spot.setdefault(key, {})
        spot[last] = "some-id"
    return variables


def test_every_step_fits_the_vendors_types(root: Path, corpus: Path) -> None:
    types, known = vendor(corpus), set(subset(corpus).mutation_type.fields)  # type: ignore[union-attr]
    judged: dict[str, int] = {}
    checked = cache(lambda query: [str(error) for error in validate(types, parse(query))])
    for name, _, files in bots(root, corpus):
        plan = json.loads(files["plan.json"])
        for query in plan["documents"].values():
            assert not checked(query), (name, query)
        for step in plan["steps"]:
            if "operation" in step:
                definitions = _variables(plan["documents"][step["operation"]])
                given = get_variable_values(types, definitions, filled(step))
                assert not isinstance(given, list), (name, step, given)
                judged[step["operation"]] = judged.get(step["operation"], 0) + 1
    assert sum(judged.values()) > 5000
    # Most of what is called stands in the working subset as it is.
    assert len(judged.keys() & known) > 25
    assert sum(judged[name] for name in judged.keys() & known) > 0.95 * sum(judged.values())


@cache
def _variables(query: str) -> Any:
    (operation,) = parse(query).definitions
    return operation.variable_definitions  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda call: call["variables"].update(positionX="0"),
        lambda call: call["variables"].pop("positionY"),
        lambda call: call["variables"].update(flowID=None),
        lambda call: call.update(query=call["query"].replace("whatsAppTextCreate", "whatsAppTextCreated")),
        lambda call: call.update(query=call["query"].replace("$positionX: Int!", "$positionX: String!")),
        lambda call: call.update(query=call["query"].replace("blockElements { id }", "blockElements { text }")),
    ],
)
def test_the_judge_refuses_a_wrong_call(corpus: Path, spoil: Any) -> None:
    types = vendor(corpus)
    query = (
        "mutation whatsAppTextCreateWithBlock($flowID: FlowID!, $positionX: Int!, $positionY: Int!) "
        "{ whatsAppTextCreateWithBlock(flowID: $flowID, positionX: $positionX, positionY: $positionY) "
        "{ id blocks { id blockElements { id } } } }"
    )
    call = {"query": query, "variables": {"flowID": "f", "positionX": 0, "positionY": 0}}
    assert not wrong(types, call["query"], call["variables"])
    spoil(call)
    assert wrong(types, call["query"], call["variables"])


def test_the_judge_refuses_a_wrong_segment_and_a_wrong_way(corpus: Path) -> None:
    types = vendor(corpus)
    query = (
        "mutation m($blockElementID: BlockElementID!, $request: SegmentInput!) "
        "{ setConditionUpdateSegment(blockElementID: $blockElementID, request: $request) { id } }"
    )
    test = {"name": "ville", "defaultStrategy": {"operator": "IS", "comparableValues": ["Brest"]}}
    segment = {"id": "s", "resultOperator": "AND", "filters": [{"id": "f", "byAttribute": test}]}
    assert not wrong(types, query, {"blockElementID": "e", "request": segment})
    for operator in ("EQUALS", "is", ""):
        test["defaultStrategy"] = {"operator": operator, "comparableValues": ["Brest"]}
        assert wrong(types, query, {"blockElementID": "e", "request": segment})
    assert wrong(types, query, {"blockElementID": "e", "request": {**segment, "filters": None}})
    server = Server(types)
    assert "errors" in server.run(
        "mutation m($flowID: FlowID!, $blockID: BlockID!) "
        "{ blockSetStartingPoint(flowID: $flowID, blockID: $blockID) { id } }",
        {"flowID": "flow-00001", "blockID": "nobody-gave-this-id"},
    )


def attribute(text: str) -> str:
    """Attributes belong to the contact: its root is not written. Braces that are words are kept apart."""
    return re.sub(r"\{\{contact\.", "{{", text.replace("\u2060", ""))


def shown(text: Text) -> str:
    def hole(part: Hole) -> str:
        name = getattr(part.expression, "name", None)
        value = getattr(part.expression, "value", None)
        return "{{" + name + "}}" if name else ("" if value is None else str(value))

    return plain_text(text, hole)


def said(flow: Flow, id_: str) -> list[str]:
    node = flow.by_id[id_]
    if isinstance(node, Handover):
        return ["☎"]
    if isinstance(node, RunFlow):
        return ["→"]
    if not isinstance(node, (Message, Ask)) or (isinstance(node, Message) and node.audience is not None):
        return []
    content = node.content
    told = [shown(media.url.first) if media.url else "" for media in content.media]
    if content.template is not None:
        return [*told, f"[{content.template.name or content.template.provider_id}]"]
    lines = [shown(part.first) for part in (content.header, content.text, content.footer) if part and part.first]
    titles = [shown(choice.title.first) if choice.title else "" for choice in content.choices]
    links = [shown(choice.url) for choice in content.choices if choice.kind is ChoiceKind.URL]
    if isinstance(node, Message) and not lines and not titles:
        return told
    words = "\n\n".join(lines) if "".join(lines).strip() else (titles[0] if links else "…")
    return [*told, attribute(" | ".join([words, *titles, *links]))]


def graph_walks(flow: Flow, start: str) -> Walks:
    def onward(id_: str) -> list[str | None]:
        node = flow.by_id[id_]
        if isinstance(node, RunFlow):
            return []
        ways = [_there(flow, edge.target) for edge in node.edges]
        if isinstance(node, Ask) and node.content.replies:
            named = {choice for edge in node.edges if isinstance(edge.guard, Chosen) for choice in edge.guard.choices}
            rest = [edge.target for edge in node.edges if isinstance(edge.guard, (Always, Otherwise))]
            assert rest or all(choice.id in named for choice in node.content.replies)
        # Tests without an `else` edge end when none holds; so does an answer that nothing takes.
        return ways if any(isinstance(edge.guard, (Always, Otherwise)) for edge in node.edges) else [*ways, None]

    return walks(start, lambda id_: said(flow, id_), onward)


def _there(flow: Flow, target: str | None) -> str | None:
    return target if target in flow.by_id else None


def file_walks(server: Server, flow: dict[str, Any]) -> Walks:
    blocks = {block["id"]: block for block in flow["blocks"]}
    ways = {tuple(item["from"]): item["to"] for item in flow["connections"]}

    def says(id_: str) -> list[str]:
        (element,) = blocks[id_]["blockElements"]
        told = dict(element["set"])
        kind = element["__typename"].removeprefix("WhatsApp").removesuffix("BlockElement")
        if kind == "SwitchToChatWithHumanAgent":
            return ["☎"]
        if kind == "RedirectToFlow":
            return ["→"]
        if kind == "Text":
            return [attribute(told["whatsAppTextSetText"]["text"])]
        if kind in ("Image", "Video", "Audio", "Document"):
            url = server.files[told[f"whatsApp{kind}Set{kind}File"]["fileID"]]
            return ["" if url.startswith("the file `") else url]
        if kind == "Template":
            return ["[template]"]
        if kind not in ("TextAndButtons", "TextAndURL", "List"):
            return []
        lines = [told.get(f"whatsApp{kind}Set{part}Text", {}).get("text", "") for part in ("Header", "Body", "Footer")]
        parts = element.get("buttons", element.get("rows", []))
        member = "SetRowTitle" if kind == "List" else "SetButtonTitle"
        titles = [part["set"][f"whatsApp{kind}{member}"]["title"] for part in parts]
        links = [part["set"]["whatsAppTextAndURLSetButtonURL"]["url"] for part in parts if kind == "TextAndURL"]
        return [attribute(" | ".join(["\n\n".join(line for line in lines if line), *titles, *links]))]

    def onward(id_: str) -> list[str | None]:
        (element,) = blocks[id_]["blockElements"]
        following = ways.get((id_,))
        taps = [ways.get((id_, handle)) for handle in handles(element)]
        if "handleID" in element:
            return [*taps, following]
        # A button without a way on leads where any other answer leads.
        return [following, *(tap or following for tap in taps)]

    return walks(flow["startingPointBlock"]["id"] if flow["startingPointBlock"] else None, says, onward)


def test_a_server_builds_the_flow_and_a_walk_over_it_says_what_the_graph_says(root: Path, corpus: Path) -> None:
    types = vendor(corpus)
    compared = paths = 0
    for name, flows, files in bots(root, corpus):
        plan = json.loads(files["plan.json"])
        if len(plan["steps"]) > 500:
            continue  # the time of a call grows with the flow; the types have judged its steps above
        server = Server(types)
        for step, answer in carry_out(plan, server):
            assert "errors" not in answer, (name, step, answer)
        built = [flow for flow in server.flows.values() if flow["name"] != "Flow"]
        by_name = {flow["name"]: flow for flow in built}
        assert len(by_name) == len(built), name
        listed = json.loads(files["flows.json"])["data"]["bot"]["flowsWithoutGroup"]
        names = {flow["id"]: flow["name"] for flow in listed}
        for flow in flows:
            theirs = by_name.get(names.get(flow.id, ""))
            if theirs is None or theirs["startingPointBlock"] is None:
                continue
            start = _start(flow)
            mine, found = graph_walks(flow, start), file_walks(server, theirs)
            assert (mine is None) == (found is None), name
            assert _templates(mine) == found, name
            compared += 1
            paths += len(found or ())
    assert compared > 250
    assert paths > 500


def _templates(found: Walks) -> Walks:
    """A template stands for itself: its id is the account's."""
    if found is None:
        return None
    return {tuple(re.sub(r"^\[.*\]$", "[template]", text) for text in path) for path in found}


def _start(flow: Flow) -> str:
    from bascule.ir.project import EntryKind

    order = {EntryKind.ANY_MESSAGE: 0, EntryKind.KEYWORD: 1, EntryKind.SUBFLOW: 3}
    entries = sorted(flow.entries, key=lambda entry: order.get(entry.kind, 2))
    return next((node.id for entry in entries if (node := flow.start_of(entry)) is not None), flow.nodes[0].id)
