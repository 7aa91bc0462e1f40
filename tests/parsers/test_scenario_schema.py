"""The published schema and the decoder agree: what one accepts the other accepts, what one refuses so does the other."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator

from bascule.diagnostics.finding import Severity
from bascule.ir.content import ChoiceKind, MediaKind
from bascule.ir.encode import encode_project, to_json
from bascule.ir.nodes import ReplyKind
from bascule.ir.project import EntryKind
from bascule.parsers.base import ParseOptions
from bascule.parsers.scenario import TOP_KEYS, assets, content, flows, longform, parse, shortform
from bascule.parsers.scenario.reader import plain
from bascule.source import SourceFile
from tests.strategies import projects

_PATH = Path(__file__).resolve().parent.parent.parent / "schemas" / "scenario.schema.json"


@cache
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(_PATH.read_text(encoding="utf-8"))
    return loaded


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(schema())


def errors(tree: Any) -> set[str]:
    parsed = parse(SourceFile.of_text(to_json(tree), "a.json"), ParseOptions())
    return {finding.code for finding in parsed.findings if finding.severity is Severity.ERROR}


def test_it_is_a_schema_of_both_drafts() -> None:
    Draft202012Validator.check_schema(schema())
    Draft7Validator.check_schema(schema())


def test_every_definition_is_used_and_every_reference_defined() -> None:
    text = json.dumps(schema())
    for name in schema()["$defs"]:
        assert f'"#/$defs/{name}"' in text, name
    assert set(_references(schema())) <= {f"#/$defs/{name}" for name in schema()["$defs"]}


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [ref for item in value.values() for ref in _references(item)]
    return [ref for item in value for ref in _references(item)] if isinstance(value, list) else []


@given(projects())
@settings(max_examples=60)
def test_every_printed_project_is_valid(project: Any) -> None:
    tree = json.loads(to_json(encode_project(project)))
    assert validator().is_valid(tree), next(validator().iter_errors(tree)).message[:500]


def test_it_names_the_same_keys_and_words_as_the_decoder() -> None:
    defs = schema()["$defs"]

    def keys(name: str) -> set[str]:
        return set(defs[name]["properties"])

    assert keys("scenario") == set(TOP_KEYS)
    assert keys("flow") == set(flows.FLOW_KEYS)
    assert keys("content") == keys("shortContent") == set(content.CONTENT_KEYS)
    assert keys("choiceWithWay") == {*content.CHOICE_KEYS, "then"}
    assert keys("shortNode") == set(shortform.SHORT_KEYS)
    for kind, (own, _) in longform.NODE_TYPES.items():
        assert keys(f"{kind}Node") == {"type", "edges", *longform.SHARED_KEYS, *own}
    assert defs["longNode"]["properties"]["type"]["enum"] == list(longform.NODE_TYPES)
    assert defs["longEntry"]["properties"]["type"]["enum"] == [kind.value for kind in EntryKind]
    assert set(flows.ENTRY_WORDS) <= keys("shortEntry")
    assert defs["askNode"]["properties"]["reply"]["enum"] == [kind.value for kind in ReplyKind]
    assert defs["media"]["properties"]["kind"]["enum"] == [kind.value for kind in MediaKind]
    assert defs["choiceWithWay"]["properties"]["kind"]["enum"] == [kind.value for kind in ChoiceKind]
    variable = defs["variable"]["anyOf"][-1]["properties"]
    assert variable["type"]["enum"] == list(assets.TYPE_WORDS)
    assert variable["scope"]["enum"] == list(assets.SCOPE_WORDS)


def test_keys_are_explained_for_editors() -> None:
    for name in ("scenario", "flow", "shortNode"):
        for key, part in schema()["$defs"][name]["properties"].items():
            shown = part.get("description") or schema()["$defs"].get(part.get("$ref", "").split("/")[-1], {}).get(
                "description"
            )
            assert shown, f"{name}.{key}"


def _places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where every value stands, but for facts and hints, which take anything."""
    found = [path]
    if isinstance(tree, dict):
        for key, item in tree.items():
            if key not in ("facts", "hints"):
                found.extend(_places(item, (*path, key)))
    elif isinstance(tree, list):
        for index, item in enumerate(tree):
            found.extend(_places(item, (*path, index)))
    return found


def _replaced(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    if isinstance(tree, dict):
        return {key: _replaced(item, path[1:], value) if key == path[0] else item for key, item in tree.items()}
    return [_replaced(item, path[1:], value) if index == path[0] else item for index, item in enumerate(tree)]


def _get(tree: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        tree = tree[step]
    return tree


_SEMANTIC = {"PAR309", "PAR310", "PAR312", "VAR110", "VAR111", "VAR112", "VAR113", "VAR115", "VAR116"}
"""What a schema says in part or not at all: what texts and expressions mean, and which ways are ever taken."""


def _check_damage(tree: Any, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(_places(tree)))
    value = _get(tree, path)
    damages = [None, 12, True, [], {}, "mot", ["mot"], {"mot": "mot"}, [[1]]]
    if isinstance(value, dict):
        damages = [*damages, {**value, "clef_inconnue": 1}, dict(list(value.items())[1:])]
    damaged = _replaced(tree, path, data.draw(st.sampled_from(damages)))
    if not isinstance(damaged, dict) or not {"bascule", "flows"} <= set(damaged):
        return
    found = errors(damaged)
    valid = validator().is_valid(damaged)
    if found - _SEMANTIC or not found:
        assert valid == (not found), (path, _get(damaged, path), found)


@pytest.mark.parametrize("name", ["suivi_commande", "rendez_vous", "livraison", "docs"])
@given(st.data())
@settings(max_examples=120)
def test_a_damaged_scenario_is_refused_by_both_or_by_neither(name: str, data: st.DataObject) -> None:
    _check_damage(_documented() if name == "docs" else _fixture(name), data)


@given(projects(), st.data())
@settings(max_examples=60)
def test_a_damaged_printed_project_is_refused_by_both_or_by_neither(project: Any, data: st.DataObject) -> None:
    _check_damage(json.loads(to_json(encode_project(project))), data)


@cache
def _fixture(name: str) -> Any:
    path = _PATH.parent.parent / "fixtures" / "scenarios" / f"{name}.yaml"
    return _data(path.read_text(encoding="utf-8"))


@cache
def _documented() -> Any:
    """All short examples of docs/scenario.md as the nodes of one flow per example."""
    text = (_PATH.parent.parent / "docs" / "scenario.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml short\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return {"bascule": 1, "flows": {f"f{index}": {"nodes": _data(block)} for index, block in enumerate(blocks)}}


def _data(text: str) -> Any:
    document = SourceFile.of_text(text, "a.yaml").yaml
    assert document is not None
    return plain(document.value)
