"""Targets that are documents: the native file and the list of intents read back, diagrams hold every node."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings

from bascule.backends import EmitJob, load_backend
from bascule.compiling import Compilation, choose_targets
from bascule.ir.drawing import draw_flow
from bascule.ir.encode import encode_project
from bascule.ir.ledger import Ledger
from bascule.ir.notation import to_dot, to_mermaid
from bascule.ir.project import Project
from bascule.ir.settings import ProjectSettings
from bascule.ir.text import plain_text
from bascule.parsers import ParseOptions
from bascule.parsers.scenario import parse
from bascule.source import SourceFile
from bascule.targets import load_capabilities
from bascule.whatsapp.plan import Plan
from bascule.workspace import InputFile, analyse, load

from ..strategies import projects


def compiled(root: Path, *paths: str) -> Compilation:
    files = [root / "fixtures" / path for path in paths]
    return Compilation(
        analyse(load([InputFile(SourceFile(path.name, path.read_bytes()), path.name) for path in files]))
    )


def emit(name: str, project: Project) -> dict[str, str]:
    plan = Plan("", (), (), (), Ledger())
    job = EmitJob(project, plan, load_capabilities(name), ProjectSettings())
    return {artefact.path: artefact.text for artefact in load_backend(name).emit(job).artefacts}


@given(projects())
@settings(max_examples=40)
def test_the_native_file_reads_back_to_the_same_graph(project: Project) -> None:
    text = emit("scenario", project)["scenario/scenario.yaml"]
    read = parse(SourceFile.of_text(text, "scenario.yaml"), ParseOptions())
    assert encode_project(read.project) == encode_project(project)


def test_the_list_of_intents_reads_back(root: Path) -> None:
    made = compiled(root, "scenarios/rendez_vous.yaml").write("intents").emitted
    text = {artefact.path: artefact.text for artefact in made.artefacts}["intents/intents.json"]
    read = parse(SourceFile.of_text(text, "intents.json"), ParseOptions())
    assert not read.unreadable
    intents = {intent.id: intent for intent in read.project.intents}
    phrases = [plain_text(phrase.text) for phrase in intents["prendre_rdv"].phrases.get("fr") or ()]
    assert "je voudrais un rendez-vous" in phrases
    assert {language for language, _ in read.project.by_id["rendez_vous"].nodes[0].content.text.items} == {
        "fr",
        "ar",
        "en",
    }  # type: ignore[union-attr]


def test_rules_keep_the_phrases_that_tell_an_intent_apart() -> None:
    source = [
        {
            "intent": "prix",
            "response": "10 €",
            "phrases": ["Combien ça coûte ?", "Bonjour !", "ça coûte combien"],
            "language": "fr",
        },
        {"intent": "salut", "response": "Bonjour", "phrases": ["bonjour", "salut"], "language": "fr"},
    ]
    project = parse(SourceFile.of_text(json.dumps(source), "x.json"), ParseOptions()).project
    rules = json.loads(emit("intents", project)["intents/rules.json"])
    french = rules["languages"]["fr"]
    assert french["shared"] == ["bonjour"]
    assert french["intents"][0] == {
        "intent": "prix",
        "exact": ["combien ça coûte", "ça coûte combien"],
        "phrase": ["combien ça coûte", "ça coûte combien"],
        "keywords": ["combien", "coûte"],
    }
    assert rules["edit"] == {"ratio": 85, "gap": 5}
    assert [rung["rung"] for rung in rules["ladder"]] == ["choice", "exact", "slot", "phrase", "edit", "else"]


@given(projects())
@settings(max_examples=40)
def test_a_diagram_holds_every_node_and_no_text_breaks_out_of_its_label(project: Project) -> None:
    for flow in project.flows:
        drawing = draw_flow(flow)
        assert len(drawing.boxes) >= len(flow.nodes)
        names = {box.id for box in drawing.boxes}
        assert all({arrow.source, arrow.target} <= names for arrow in drawing.arrows)
        line = re.compile(
            r"flowchart TD|  [enm]\d+\W{1,2}\"[^\"<>`]*(?:<br>[^\"<>`]*)*\"\W{1,2}|  [enm]\d+ (?:-->|-\.->)(?:\|\"[^\"<>`]*\"\|)? [enm]\d+"
        )
        for text in to_mermaid(drawing).rstrip("\n").split("\n"):
            assert line.fullmatch(text), text
        quoted = r'"(?:[^"\\]|\\.)*"'
        line = re.compile(
            rf"digraph {quoted} {{|  rankdir=TB;|  (?:node|edge) \[fontname=\"Helvetica\"\];|}}|"
            rf"  [enm]\d+ \[label={quoted}, [a-z=, ]+\];|  [enm]\d+ -> [enm]\d+(?: \[(?:label={quoted})?(?:, )?(?:style=dashed)?\])?;"
        )
        for text in to_dot(drawing).rstrip("\n").split("\n"):
            assert line.fullmatch(text), text


def test_targets_are_chosen_by_name_list_and_all() -> None:
    assert choose_targets(["dot,meta", "scenario"]) == ["meta", "scenario", "dot"]
    assert set(choose_targets(["all"])) >= {"meta", "scenario", "intents", "mermaid", "dot"}
    with pytest.raises(KeyError):
        choose_targets(["metta"])


def test_a_ledger_says_what_a_list_of_intents_cannot_hold(root: Path) -> None:
    made = compiled(root, "scenarios/rendez_vous.yaml").write("intents").emitted
    losses = list(made.ledger.losses())
    assert losses
    assert all("no dialogue" in entry.reason for entry in losses)
