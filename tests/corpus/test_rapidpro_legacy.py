"""Flows before version 13 against the engine's own upgrades, and against newer exports of the same flows."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests.parsers.rapidpro_walk import check, is_old, said_in

from bascule.diagnostics import Severity
from bascule.ir.encode import encode_project
from bascule.parsers.base import CERTAIN, POSSIBLE, Parsed, ParseOptions
from bascule.parsers.rapidpro import parse, sniff
from bascule.parsers.rapidpro.legacy.versions import guess_version, read_version
from bascule.parsers.rapidpro.located import Obj, locate
from bascule.parsers.rapidpro.migrations import migrate, steps
from bascule.source import SourceFile

pytestmark = pytest.mark.corpus

TO_13 = next(step for step in steps() if step.name == "13.0.0").change


def load(path: Path) -> Parsed:
    return parse(SourceFile(path.name, path.read_bytes()), ParseOptions())


def named(corpus: Path, name: str) -> Path:
    (path,) = corpus.glob(f"rapidpro-*/*__{name}.json")
    return path


# The engine's own pairs


def plain(value: Any) -> Any:
    """A value without what bascule keeps beside."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key != "_legacy"}
    return [plain(item) for item in value] if isinstance(value, list) else value


def pairs(corpus: Path, name: str) -> list[dict[str, Any]]:
    text = (corpus / "goflow-legacy-migration" / f"{name}.json").read_text(encoding="utf-8")
    # The engine was told where media lie; a file does not say it.
    found: list[dict[str, Any]] = json.loads(text.replace("https://myfiles.com/", ""))
    return found


def upgraded(**members: Any) -> dict[str, Any]:
    flow: dict[str, Any] = {"base_language": "eng", "flow_type": "F", "action_sets": [], "rule_sets": [], **members}
    found: dict[str, Any] = plain(TO_13(locate(flow)))
    return found


def test_actions_become_what_the_engine_makes_of_them(corpus: Path) -> None:
    seen = 0
    for pair in pairs(corpus, "actions"):
        sets = [{"uuid": "s", "actions": [pair["legacy_action"]], "destination": None}]
        flow = upgraded(action_sets=sets, flow_type=pair.get("legacy_flow_type", "F"))
        (action,) = flow["nodes"][0]["actions"]
        if "contacts" in action:
            # The engine keeps two members of a contact; bascule keeps all.
            action["contacts"] = [{"uuid": one["uuid"], "name": one.get("name", "")} for one in action["contacts"]]
        assert action == pair["expected_action"], pair["legacy_action"]
        assert flow["localization"] == pair["expected_localization"], pair["legacy_action"]
        seen += 1
    assert seen == 24


def test_tests_become_what_the_engine_makes_of_them(corpus: Path) -> None:
    seen = 0
    for pair in pairs(corpus, "tests"):
        rule = {"uuid": "r", "category": {"eng": "Yes"}, "destination": None, "test": pair["legacy_test"]}
        flow = upgraded(rule_sets=[{"uuid": "s", "label": "x", "ruleset_type": "wait_message", "rules": [rule]}])
        (case,) = flow["nodes"][0]["router"]["cases"]
        wanted = pair["expected_case"]
        made = {"uuid": wanted["uuid"], "category_uuid": wanted["category_uuid"]}
        assert {**case, **made} == wanted, pair["legacy_test"]
        names = {case["uuid"]: wanted["uuid"]}
        said = {
            language: {names.get(uuid, uuid): entry for uuid, entry in things.items()}
            for language, things in flow["localization"].items()
        }
        assert said == pair["expected_localization"], pair["legacy_test"]
        seen += 1
    assert seen == 33


# The same flow, older and newer


def shape(parsed: Parsed) -> list[str]:
    """The first flow without ids, languages and places: kinds of nodes, what they say and set, and what leads where."""
    flow = next(iter(encode_project(parsed.project)["flows"].values()))
    number = {uuid: f"#{index}" for index, uuid in enumerate(flow["nodes"])}
    lines = []
    for uuid, node in flow["nodes"].items():
        content = node.get("content", {}).get("text", "")
        said = next(iter(content.values())) if isinstance(content, dict) else content
        known = {key: node[key] for key in ("reply", "into", "assignments") if key in node}
        lines.append(f"{number[uuid]} {node['type']} {said!r} {known}")
        for edge in node.get("edges", []):
            guard = {key: value for key, value in edge.items() if key not in ("then", "label")}
            target = number.get(edge["then"], edge["then"])
            lines.append(f"{number[uuid]} {guard} {edge.get('label', '')!r} -> {target}")
    return lines


def test_an_old_flow_is_the_same_as_its_newer_export(corpus: Path) -> None:
    old, new = (shape(load(named(corpus, name))) for name in ("favorites", "favorites_v13"))
    assert old == new
    assert len(old) > 40


@pytest.mark.parametrize("name", ["color", "color_v11"])
def test_another_differs_only_in_what_its_author_changed(corpus: Path, name: str) -> None:
    """In the newer export other answers are called otherwise, and lead to the end."""
    old, new = (shape(load(named(corpus, one))) for one in (name, "color_v13"))
    assert len(old) == len(new)
    assert [(one, two) for one, two in zip(old, new, strict=True) if one != two] == [
        ("#4 {'otherwise': True} 'Other' -> #7", "#4 {'otherwise': True} 'Nothing' -> #7"),
        *((one, one.replace("Other", "Nothing")) for one in old if one.startswith("#7 set")),
        ("#7 {} '' -> #3", "#7 {} '' -> end"),
    ]


# Whole files


def old_flows(corpus: Path) -> list[tuple[str, Obj, Any]]:
    found = []
    paths = [*sorted((corpus / "rapidpro-legacy").glob("*.json")), named(corpus, "mixed_versions")]
    for path in paths:
        data = json.loads(path.read_text(encoding="utf-8"))
        for flow in data.get("flows", [data]):
            if is_old(flow):
                found.append((path.name, locate(flow), flow.get("version", data.get("version"))))
    return found


def test_every_text_comes_out_byte_for_byte_in_every_language(corpus: Path) -> None:
    seen = 0
    for name, flow, written in old_flows(corpus):
        newest = migrate(flow, read_version(written) or guess_version(flow)).flow
        whole = json.dumps(newest, ensure_ascii=False)
        for text in said_in(flow):
            if "@" not in text and "=" not in text and "|" not in text:
                assert json.dumps(text, ensure_ascii=False)[1:-1] in whole, (name, text)
                seen += 1
    assert seen > 200


def test_old_files_are_recognised_and_read_whole(corpus: Path) -> None:
    versions: Counter[str] = Counter()
    for path in sorted((corpus / "rapidpro-legacy").glob("*.json")):
        file = SourceFile(path.name, path.read_bytes())
        match = sniff(file)
        assert match is not None, path.name
        assert match.confidence == CERTAIN, path.name
        parsed = load(path)
        assert file.json is not None
        check(file.json.value, parsed)
        data = file.json.value
        assert len(parsed.project.flows) >= len(data.get("flows", [data])), path.name
        assert [item for item in parsed.findings if item.severity is Severity.ERROR] == [], path.name
        versions.update(dict(flow.facts).get("version", "") for flow in parsed.project.flows)
    assert len([version for version in versions if version]) >= 6


def test_a_file_of_several_versions_is_read_whole(corpus: Path) -> None:
    path = named(corpus, "mixed_versions")
    parsed = load(path)
    assert [flow.title for flow in parsed.project.flows] == [
        one.get("name") or one["metadata"]["name"] for one in json.loads(path.read_text(encoding="utf-8"))["flows"]
    ]
    assert {"degraded", "dropped"} & {key for key, count in parsed.ledger.counts().items() if count} == set()


def test_every_asset_of_the_engine_is_read_and_every_transcript_refused(corpus: Path) -> None:
    read, refused = [], []
    for path in sorted((corpus / "goflow-runner").glob("*.json")):
        file = SourceFile(path.name, path.read_bytes())
        match = sniff(file)
        parsed = parse(file, ParseOptions())
        if path.stem.count("."):
            refused.append(path.name)
            assert match is None or match.confidence < POSSIBLE, path.name
            assert parsed.unreadable, path.name
            assert any("recorded run" in item.message and item.help for item in parsed.findings), path.name
        else:
            read.append(path.name)
            assert match is not None, path.name
            assert match.confidence == CERTAIN, path.name
            assert len(parsed.project.flows) == len(json.loads(path.read_text(encoding="utf-8"))["flows"]), path.name
    assert (len(read), len(refused)) == (14, 16)
