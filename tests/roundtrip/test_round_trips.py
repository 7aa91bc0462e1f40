"""Emit, read back: the same graph up to the ledger (``player.same`` says what that means)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from bascule.backends import EmitJob, load_backend
from bascule.ir.encode import encode_project
from bascule.ir.expr import Opaque
from bascule.ir.ledger import Ledger
from bascule.ir.nodes import Ask, HttpRequest, Message, Node, When
from bascule.ir.project import EntryKind, Flow, Project
from bascule.ir.settings import ProjectSettings
from bascule.parsers import ParseOptions
from bascule.passes.fit import fit
from bascule.source import SourceFile
from bascule.targets import load_capabilities
from bascule.whatsapp.plan import Plan

from ..conformance.support import compilations
from .dialogues import dialogues
from .player import Event, Player, same

_BUTTON = re.compile(r"(?:button|card)\.|header\.(?:image|video|document|location)=|button=")


def emitted(name: str, project: Project) -> tuple[tuple[tuple[str, Project], ...], dict[str, str]]:
    """The fitted project of each language, and the files of a platform."""
    target = load_capabilities(name)
    fitted = fit(project, target)
    job = EmitJob(project, Plan("", (), (), (), Ledger()), target, ProjectSettings(), fitted.documents, fitted.renamed)
    made = load_backend(name).emit(job)
    assert not made.findings, made.findings
    return fitted.documents, {artefact.path: artefact.text for artefact in made.artefacts}


def read(name: str, text: str, path: str) -> Project:
    file = SourceFile.of_text(text, path)
    parser = import_module(f"bascule.parsers.{name}")
    match = parser.sniff(file)
    assert match is not None, name
    assert match.confidence >= 75, (name, match)
    parsed = parser.parse(file, ParseOptions())
    assert not parsed.unreadable, parsed.findings
    return parsed.project


def silent(flow: Flow) -> bool:
    """Nothing is ever said or done: there is no bot to read back."""
    return Player(flow).play([]) in ([], [("over",)])


@given(dialogues())
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_chatfuel_reads_back(project: Project) -> None:
    documents, files = emitted("chatfuel", project)
    compared = 0
    for language, fitted in documents:
        path = f"chatfuel/{language}/flows.json" if len(documents) > 1 else "chatfuel/flows.json"
        (flow,) = fitted.flows
        if path not in files:
            continue
        found = read("chatfuel", files[path], "flows.json").flows
        if not found:
            assert not any(isinstance(node, (Message, Ask)) for node in flow.nodes)
            continue
        compared += same(flow, found[0])
    assert compared or len(files) <= 4


@given(dialogues())
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_typebot_reads_back(project: Project) -> None:
    documents, files = emitted("typebot", project)
    for language, fitted in documents:
        path = f"typebot/accueil.{language}.json" if len(documents) > 1 else "typebot/accueil.json"
        (flow,) = fitted.flows
        if silent(flow):
            continue
        (found,) = read("typebot", files[path], "bot.json").flows
        same(flow, found, taps_only=True)


@given(dialogues())
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_landbot_reads_back(project: Project) -> None:
    documents, files = emitted("landbot", project)
    for language, fitted in documents:
        path = f"landbot/accueil.{language}.draft.json" if len(documents) > 1 else "landbot/accueil.draft.json"
        (flow,) = fitted.flows
        if path in files:
            (found,) = read("landbot", files[path], "draft.json").flows
            assert {entry.kind for entry in found.entries} == {EntryKind.ANY_MESSAGE}
            # The address of a request and conditions that nest are built by hand: the ledger says so.
            if not any(_by_hand(node) for node in (*flow.nodes, *found.nodes)):
                same(flow, found, taps_only=True)


def _by_hand(node: Node) -> bool:
    tests = [edge.guard.condition for edge in node.edges if isinstance(edge.guard, When)]
    return isinstance(node, HttpRequest) or any(isinstance(test, Opaque) for test in tests)


@given(dialogues())
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_scenario_reads_back_to_the_same_graph(project: Project) -> None:
    """Nothing is lowered there: not only what is said, every part of the graph is the same."""
    job = EmitJob(project, Plan("", (), (), (), Ledger()), load_capabilities("scenario"), ProjectSettings())
    (artefact,) = load_backend("scenario").emit(job).artefacts
    again = read("scenario", artefact.text, "scenario.yaml")
    assert encode_project(again) == encode_project(project)
    for flow, found in zip(project.flows, again.flows, strict=True):
        same(flow, found)


def words(heard: list[Event]) -> list[Event]:
    """A question needs words on Chatfuel: where it has none, it says `…`. A file whose address is made at run time is
    a link. Values of a template's buttons, cards and files are entered by hand. All of it is in the ledger."""
    left = [event for event in heard if event != ("says", "…")]
    left = [("says", event[2]) if event[0] == "file" else event for event in left]
    return [tuple(part for part in event if not _BUTTON.match(part)) if event[0] == "template" else event
            for event in left]  # fmt: skip


def links(heard: list[Event]) -> list[Event]:
    """Typebot embeds documents: on WhatsApp they are links. Files of the old platform's store are lost. Options that are
    numbered in the text are choices for the reader, wherever the writer had to write them as text."""
    left = [event for event in heard if event[0] != "file" or event[2]]
    left = [("says", event[2]) if event[:2] in (("file", "document"), ("file", "file")) else event for event in left]
    said = "\n".join(event[1] for event in left if event[0] == "says")
    numbered = {match.group(1).strip() for match in re.finditer(r"(?m)^\s*\d+[.)]\s*(.+)$", said)}
    return [event for event in left if event[0] != "button" or event[2] not in numbered]


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["chatfuel", "typebot", "landbot"])
def test_real_files_read_back(root: Path, corpus: Path, name: str) -> None:
    """The flows of real files, carried to a platform and read again."""
    compared = 0
    for title, compilation in compilations(root, corpus):
        documents = compilation._fit(load_capabilities(name)).documents
        made = {item.path: item.text for item in compilation.write(name).emitted.artefacts}
        for flow, found in _pairs(name, documents, made):
            if silent(flow) or (name == "landbot" and any(_by_hand(node) for node in (*flow.nodes, *found.nodes))):
                continue
            try:
                view = links if name == "typebot" else words
                compared += same(flow, found, view, most=8, taps_only=name != "chatfuel") > 0
            except AssertionError as error:
                raise AssertionError(f"{title}, flow {flow.id}: {error}") from error
    assert compared > 150


def _pairs(name: str, documents: tuple[tuple[str, Project], ...], made: dict[str, str]) -> Iterator[tuple[Flow, Flow]]:
    """Every fitted flow with what its file reads back to."""
    if name == "chatfuel":
        bots = [text for path, text in made.items() if path.endswith("flows.json")]
        for text, (_, fitted) in zip(bots, documents, strict=False):
            names = {flow["id"]: flow["name"] for flow in json.loads(text)["data"]["bot"]["flowsWithoutGroup"]}
            found = {flow.title or flow.id: flow for flow in read("chatfuel", text, "flows.json").flows}
            for flow in fitted.flows:
                if names.get(flow.id) in found:
                    yield flow, found[names[flow.id]]
        return
    suffix = ".draft.json" if name == "landbot" else ".json"
    files = [text for path, text in made.items() if path.endswith(suffix)]
    flows = [flow for _, fitted in documents for flow in fitted.flows if flow.nodes]
    if len(files) == len(flows):
        for text, flow in zip(files, flows, strict=True):
            try:
                (found_,) = read(name, text, "file.json").flows
            except AssertionError:
                assert links(Player(flow).play([])) in ([], [("over",)]), (name, flow.id)
                continue
            yield flow, found_
