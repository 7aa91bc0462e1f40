"""Real agents: found, read whole, in all their languages, and compiled."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bascule.compiling import Compilation
from bascule.ir.encode import encode_project
from bascule.parsers import dialogflow_es
from bascule.parsers.base import LIKELY, ParseOptions
from bascule.source import SourceFile, Tree
from bascule.source.archive import read_archive
from bascule.workspace import LoadedFile, Workspace, analyse
from tests.parsers.dialogflow_es_support import check_sound, documents, tree_of, walk_agent

pytestmark = pytest.mark.corpus


def agents(corpus: Path) -> Iterator[tuple[str, Tree]]:
    """Every agent of the corpus, in folders and in archives."""
    for folder in sorted((corpus / "dialogflow-es").iterdir()):
        tree = tree_of(folder)
        trees = [(folder.name, tree)]
        for name, file in tree.files.items():
            if file.is_zip:
                trees.append((f"{folder.name}/{name}", read_archive(file)[0]))
        for name, inner in trees:
            for claim in dialogflow_es.find_projects(inner):
                assert claim.match.confidence > LIKELY
                yield name, inner.only(claim.files).within(claim.root)


@pytest.fixture(scope="module")
def trees(corpus: Path) -> list[tuple[str, Tree]]:
    return list(agents(corpus))


def test_every_agent_is_found(trees: list[tuple[str, Tree]]) -> None:
    assert len(trees) == 12


def test_every_agent_is_read_and_every_construct_counted_once(trees: list[tuple[str, Tree]]) -> None:
    counts: Counter[str] = Counter()
    for name, tree in trees:
        parsed = dialogflow_es.parse_project(tree, ParseOptions())
        check_sound(parsed, tree)
        entries = Counter((entry.place.file, entry.place.pointer) for entry in parsed.ledger)
        assert entries == Counter(walk_agent(tree)), name
        counts.update(parsed.ledger.counts())
        assert "PAR502" not in {finding.code for finding in parsed.findings}, name
    kept = counts["exact"] + counts["emulated"]
    assert kept / sum(counts.values()) > 0.96


def test_every_agent_compiles(trees: list[tuple[str, Tree]]) -> None:
    for name, tree in trees:
        parsed = dialogflow_es.parse_project(tree, ParseOptions())
        workspace = Workspace(files=[LoadedFile(tree.path, name, "dialogflow-es", "", parsed)])
        workspace.documents.update(documents(parsed))
        written = Compilation(analyse(workspace)).write("meta")
        assert written.emitted.artefacts, name
        assert not written.emitted.findings, name


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def test_texts_survive_byte_for_byte(trees: list[tuple[str, Tree]]) -> None:
    """Every default or Viber text, question and reply without references stands in the graph as it was written, in
    Russian, Ukrainian, Portuguese, Italian and English."""
    languages: Counter[str] = Counter()
    for name, tree in trees:
        graph = set(strings(encode_project(dialogflow_es.parse_project(tree, ParseOptions()).project)))
        for path, file in tree.files.items():
            if not path.startswith("intents/") or "_usersays_" in path:
                continue
            messages = json.loads(file.data)["responses"][0]["messages"]
            spoken = {message["lang"] for message in messages if message.get("platform") == "viber"}
            for message in messages:
                wanted = "viber" if message.get("lang") in spoken else None
                if message.get("platform") != wanted or str(message["type"]) not in ("0", "2"):
                    continue
                for text in strings(
                    [
                        message.get("speech", []),
                        message.get("replies", []),
                        message["title"] if str(message["type"]) == "2" else "",
                    ]
                ):
                    if text.strip() and not set("$#{}") & set(text):
                        assert text in graph, (name, path, text)
                        languages[message["lang"]] += 1
    assert {"ru", "uk", "pt-br", "it", "en"} <= set(languages)
    assert min(languages[tag] for tag in ("ru", "uk", "pt-br", "it")) >= 10


def test_phrases_survive_byte_for_byte(trees: list[tuple[str, Tree]]) -> None:
    for name, tree in trees:
        project = dialogflow_es.parse_project(tree, ParseOptions()).project
        own = Counter(
            "".join(part.text if hasattr(part, "text") else sample for part, sample in _parts(phrase))
            for intent in project.intents
            for _, phrases in intent.phrases
            for phrase in phrases
        )
        written = Counter(
            "".join(part["text"] for part in phrase["data"])
            for path, file in tree.files.items()
            if "_usersays_" in path
            for phrase in json.loads(file.data)
        )
        assert own == written, name


def _parts(phrase: Any) -> Iterator[tuple[Any, str]]:
    samples = iter(phrase.samples)
    for part in phrase.text:
        yield part, "" if hasattr(part, "text") else next(samples)


def test_a_folder_and_its_zip_are_one_agent(corpus: Path, trees: list[tuple[str, Tree]]) -> None:
    def graph(tree: Tree) -> Any:
        project = encode_project(dialogflow_es.parse_project(tree, ParseOptions()).project)
        (flow,) = project["flows"].values()
        flow.pop("title")
        return {**project, "flows": flow}

    for name in ("dialogflow__fulfillment-bike-shop-nodejs", "GianMariaPandolfi__ChatbotRistoranteDialogflow"):
        folder, archive = [tree for known, tree in trees if known.startswith(name)]
        assert graph(folder) == graph(archive)


def test_every_intent_alone_is_read(trees: list[tuple[str, Tree]]) -> None:
    read = 0
    for _, tree in trees:
        for path, file in tree.files.items():
            if path.startswith("intents/") and "_usersays_" not in path:
                alone = SourceFile(path, file.data)
                match = dialogflow_es.sniff(alone)
                assert match is not None
                parsed = dialogflow_es.parse(alone, ParseOptions())
                assert not parsed.unreadable
                read += 1
    assert read > 150


def test_the_river_crossing_is_told_apart_by_its_contexts(trees: list[tuple[str, Tree]]) -> None:
    """One word is a training phrase of several intents; where the conversation stands decides."""
    tree = next(tree for name, tree in trees if name.startswith("DanilKorotenko"))
    flow = dialogflow_es.parse_project(tree, ParseOptions()).project.flows[0]
    answers = {
        node: [edge.target for edge in flow.by_id[node].edges][:3]
        for node in ("welcome.say", "welcome_goat_first.say", "welcome_goat_first_cabage_second.say")
    }
    assert answers == {
        "welcome.say": ["welcome_wolf_first", "welcome_goat_first", "welcome_cabbage_first"],
        "welcome_goat_first.say": [
            "welcome_goat_first_wolf_second",
            "welcome_goat_first_cabage_second",
            "welcome_goat_first_cabage_second",
        ],
        "welcome_goat_first_cabage_second.say": [
            "welcome_goat_first_cabage_second_back_with_goat",
            "welcome_goat_first_cabage_second_back_for_wolf",
            "welcome_goat_first_cabage_second_back_for_wolf",
        ],
    }
