"""Real agents: found, read whole, compiled; and recorded conversations that the graph repeats turn by turn."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bascule.compiling import Compilation
from bascule.ir.encode import encode_project, to_yaml
from bascule.ir.nodes import Ask, Message
from bascule.ir.text import Literal, Text
from bascule.parsers import dialogflow_cx, scenario
from bascule.parsers.base import CERTAIN, ParseOptions
from bascule.source import SourceFile, Tree
from bascule.source.archive import read_archive
from bascule.workspace import LoadedFile, Workspace, analyse
from tests.parsers.dialogflow_cx_support import Run, check_sound, documents, tree_of, walk_agent

pytestmark = pytest.mark.corpus


def agents(corpus: Path) -> Iterator[tuple[str, Tree]]:
    """Every agent of the corpus, in folders and in archives."""
    for folder in sorted((corpus / "dialogflow-cx").iterdir()):
        tree = tree_of(folder)
        trees = [(folder.name, tree)]
        for name, file in tree.files.items():
            if file.is_zip:
                trees.append((f"{folder.name}/{name}", read_archive(file)[0]))
        for name, inner in trees:
            for claim in dialogflow_cx.find_projects(inner):
                assert claim.match.confidence == CERTAIN
                yield name, inner.only(claim.files).within(claim.root)


@pytest.fixture(scope="module")
def trees(corpus: Path) -> list[tuple[str, Tree]]:
    return list(agents(corpus))


def test_every_agent_is_found(trees: list[tuple[str, Tree]]) -> None:
    assert len(trees) == 8


def test_every_agent_is_read_and_every_construct_counted_once(trees: list[tuple[str, Tree]]) -> None:
    counts: Counter[str] = Counter()
    for name, tree in trees:
        parsed = dialogflow_cx.parse_project(tree, ParseOptions())
        check_sound(parsed, tree)
        assert not parsed.unreadable, name
        entries = Counter((entry.place.file, entry.place.pointer) for entry in parsed.ledger)
        assert entries == Counter(walk_agent(tree)), name
        counts.update(parsed.ledger.counts())
    kept = counts["exact"] + counts["emulated"]
    assert kept / sum(counts.values()) > 0.88


def test_every_agent_compiles(trees: list[tuple[str, Tree]]) -> None:
    for name, tree in trees:
        parsed = dialogflow_cx.parse_project(tree, ParseOptions())
        workspace = Workspace(files=[LoadedFile(tree.path, name, "dialogflow-cx", "", parsed)])
        workspace.documents.update(documents(parsed))
        written = Compilation(analyse(workspace)).write("meta")
        assert written.emitted.artefacts, name


def test_the_canonical_file_of_every_agent_reads_back(trees: list[tuple[str, Tree]]) -> None:
    for name, tree in trees:
        text = to_yaml(encode_project(dialogflow_cx.parse_project(tree, ParseOptions()).project))
        again = scenario.parse(SourceFile.of_text(text, "agent.yaml"), ParseOptions())
        assert not again.findings, name
        assert to_yaml(encode_project(again.project)) == text, name


def test_every_binary_export_is_refused_with_advice(corpus: Path) -> None:
    blobs = sorted((corpus / "dialogflow-cx").rglob("*.blob"))
    assert blobs
    for path in blobs:
        file = SourceFile(path.name, path.read_bytes())
        match = dialogflow_cx.sniff(file)
        assert match is not None
        assert match.confidence == CERTAIN
        parsed = dialogflow_cx.parse(file, ParseOptions())
        assert parsed.unreadable
        assert [finding.code for finding in parsed.findings] == ["PAR550"]


def texts_of(value: Any) -> Iterator[str]:
    """The texts of messages, phrases and entity values."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "text" and isinstance(item, str):
                yield item
            elif name == "text" and isinstance(item, list):
                yield from (one for one in item if isinstance(one, str))
            elif name == "synonyms" and isinstance(item, list):
                yield from item
            else:
                yield from texts_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def test_texts_of_every_language_survive_byte_for_byte(trees: list[tuple[str, Tree]]) -> None:
    for name, tree in trees:
        project = dialogflow_cx.parse_project(tree, ParseOptions()).project
        graph = set(strings(encode_project(project)))
        # What is no message of its own (facts, parts of phrases) stands somewhere in the whole.
        whole = "\n".join(graph)
        for path, file in tree.files.items():
            if path.startswith(("flows/", "intents/", "entityTypes/")) and file.json is not None:
                for text in texts_of(file.json.value):
                    if text.strip() and "$" not in text and not text.startswith("<speak"):
                        assert text in graph or text.strip() in whole or json.dumps(text)[1:-1] in whole, (
                            name,
                            path,
                            text,
                        )


# --- recorded conversations ---


def pattern(text: Text) -> str:
    """What a text may be once its holes are filled; blanks may differ."""
    parts = []
    for part in text:
        if isinstance(part, Literal):
            parts.append(r"\s+".join(re.escape(piece) for piece in re.split(r"\s+", part.text)))
        else:
            parts.append(".*")
    return "".join(parts)


class Heard(Run):
    """A run that also keeps every wording of what was said."""

    def heard(self) -> list[list[str]]:
        contents = []
        for name in self.path:
            node = next(flow.by_id[name] for flow in self.project.flows if name in flow.by_id)
            if isinstance(node, (Message, Ask)) and not node.content.empty:
                contents.append([pattern(one.first) for one in (node.content.text, *node.content.alternatives) if one])
        return contents


def test_recorded_conversations_go_the_same_way(corpus: Path) -> None:
    folder = corpus / "dialogflow-cx" / "Onurzkan__qatar-airways"
    project = dialogflow_cx.parse_project(tree_of(folder), ParseOptions()).project
    turns, other_words, other_ways = 0, 0, 0
    for path in sorted((folder / "testCases").glob("*.json")):
        run = Heard(project)
        for turn in json.loads(path.read_text(encoding="utf-8"))["testCaseConversationTurns"]:
            answer = turn["virtualAgentOutput"]
            intent = answer.get("triggeredIntent", {}).get("name", "")
            for name, value in answer.get("sessionParameters", {}).items():
                run.values[f"session.params.{name}"] = value
            if run.waiting is None:
                run.start(intent)
            else:
                run.write(intent)
            wanted = [one["text"][0] for one in answer.get("textResponses", ())]
            got = run.heard()
            turns += 1
            if len(wanted) != len(got):
                other_ways += 1
            elif not all(
                any(re.fullmatch(rf"\s*{one}\s*", text, re.DOTALL) for one in wordings)
                for text, wordings in zip(wanted, got, strict=True)
            ):
                other_words += 1
    assert turns == 226
    assert other_ways == 0
    # Recorded before the agent's words were edited.
    assert other_words <= 5
