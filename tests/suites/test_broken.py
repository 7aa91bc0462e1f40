"""Broken and odd files of all formats: a finding with a code and a place, or a skipped case, and never a traceback."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.diagnostics import Severity
from bascule.suites.read import read_suites
from bascule.trying import Trial
from tests.suites.support import read, trial_of
from tests.suites.test_botium import GOOD as BOTIUM
from tests.suites.test_dialogflow_cx import RECORDED, bakery
from tests.suites.test_goflow import RUN, survey
from tests.suites.test_rasa import shop

RASA: dict[str, Any] = {
    "fixtures": [{"achat": [{"produit": "pagne"}]}],
    "stub_custom_actions": {"action_stock": {"events": [{"event": "slot", "name": "produit", "value": 1}]}},
    "stories": [
        {
            "story": "a",
            "steps": [
                {"checkpoint": "x"},
                {"or": [{"user": "salut", "intent": "saluer"}, {"user": "/saluer{}"}]},
                {"action": "utter_saluer"},
                {"slot_was_set": [{"produit": "a"}]},
                {"active_loop": None},
            ],
        },
        {"story": "b", "steps": [{"user": "bonjour"}, {"slot_was_not_set": ["produit"]}, {"checkpoint": "x"}]},
    ],
    "test_cases": [
        {
            "test_case": "c",
            "fixtures": ["achat"],
            "steps": [
                {"user": "salut", "assertions": [{"bot_uttered": {"text_matches": "^B", "buttons": [{"title": "B"}]}}]}
            ],
        }
    ],
}
NATIVE: dict[str, Any] = {
    "bascule-test": 1,
    "variables": {"nom": "Awa"},
    "http": [{"url": "*", "status": 200, "body": {"a": 1}}],
    "tests": {
        "t": {
            "start": {"flow": "boutique", "entry": 1, "user": "bonjour"},
            "groups": ["vip"],
            "steps": [
                {"bot": {"text": ["Bonjour*"], "buttons": ["Boubou"]}},
                {"tap": "Boubou", "variables": {"choix": "x"}},
            ],
        }
    },
}
SUITES: dict[str, tuple[str, Any]] = {
    "bascule": ("t.json", NATIVE),
    "dialogflow-cx": ("cas.json", RECORDED),
    "goflow": ("flux.test.json", RUN),
    "rasa": ("test_e2e.yml", RASA),
}
ODD = st.sampled_from(
    [None, True, 0, -1, 1e308, 10**30, "", "x", "\ud7ff\u0000", "/{", "[a](b", [], [None], {}, {"": []}]
)


def trial_for(name: str) -> Trial:
    return {"dialogflow-cx": bakery, "goflow": survey, "rasa": shop}.get(name, trial_of)()


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, inner in items for path in paths(inner, (*at, key)))]


def mutate(value: Any, path: tuple[Any, ...], kind: str, odd: Any) -> Any:
    made = copy.deepcopy(value)
    here = made
    for key in path[:-1]:
        here = here[key]
    if not path:
        return odd
    last = path[-1]
    if kind == "delete":
        del here[last]
    elif kind == "swap":
        here[last] = odd
    elif kind == "nest":
        here[last] = [here[last]]
    elif isinstance(here, dict):
        here[f"{last}~/"] = here.pop(last)
    else:
        here.append(copy.deepcopy(here[last]))
    return made


@pytest.mark.parametrize("name", sorted(SUITES))
@settings(max_examples=150)
@given(data=st.data())
def test_mutated_suites_never_raise(name: str, data: st.DataObject) -> None:
    file, value = SUITES[name]
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(paths(value)))
        value = mutate(value, path, data.draw(st.sampled_from(["delete", "swap", "nest", "rename"])), data.draw(ODD))
    held(trial_for(name), file, json.dumps(value))


@settings(max_examples=150)
@given(data=st.data())
def test_mutated_conversations_never_raise(data: st.DataObject) -> None:
    lines = BOTIUM.split("\n")
    odd = [
        "#me",
        "#bot",
        "#include",
        "!",
        "?",
        "BUTTONS |",
        "BUTTON",
        "PAUSE -1",
        "PAUSE ²",
        "TEXT_REGEXP_ANY (",
        "*" * 50,
        "\t",
    ]
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at : at + data.draw(st.integers(0, 2))] = data.draw(
            st.lists(st.sampled_from(odd) | st.text(max_size=9), max_size=2)
        )
        lines = lines or [""]
    held(trial_of(), "t.convo.txt", "\n".join(lines).encode("utf-8", "replace"))


@settings(max_examples=100)
@given(name=st.sampled_from(["t.yaml", "t.json", "t.convo.txt", "test_e2e.yml"]), data=st.binary(max_size=60))
def test_bytes_never_raise(name: str, data: bytes) -> None:
    held(trial_of(), name, data)
    held(trial_of(), name, b"test_cases:\n- " + data)


def held(trial: Trial, name: str, text: str | bytes) -> None:
    """Read and run; whatever is read has a place, and whatever is skipped a reason."""
    suite, findings = read(trial, name, text)
    assert all(finding.place.file == name for finding in findings)
    if suite is None:
        return
    assert suite.document is not None
    for result in trial.run_suite(suite, "source").results:
        assert result.status in ("passed", "failed", "unchecked", "skipped")
        assert (result.status == "skipped") == bool(result.case.skipped)
        assert result.case.at.file == name
        for item in result.mismatches:
            assert suite.document.locate(item.at or result.case.at).line >= 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.yaml", "bascule-test: 1\ntests: {a: [}\n"),
        ("t.json", '{"bascule-test": 1, "tests": {"a": '),
        ("e2e.yml", "test_cases:\n  - test_case: a\n   steps: [\n"),
        ("cas.json", '{"testCaseConversationTurns": [{"userInput": '),
        ("flux.test.json", '{"trigger": {}, "outputs": ['),
    ],
)
def test_a_broken_test_is_no_foreign_file(name: str, text: str, tmp_path: Path) -> None:
    _, findings = read(trial_of(), name, text)
    assert Severity.ERROR in [finding.severity for finding in findings]
    (tmp_path / name).write_text(text, encoding="utf-8")
    _, found = read_suites([str(tmp_path)], trial_of().analysis.project)
    assert Severity.ERROR in [finding.severity for finding in found], "in a folder, too"


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\x00\xff", b"PK\x03\x04", b"   \r\n"])
@pytest.mark.parametrize("name", ["t.yaml", "t.json", "t.convo.txt", "test_e2e.yml", "flux.test.json"])
def test_a_named_file_that_holds_nothing_is_a_finding(name: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    _, findings = read_suites([str(path)], trial_of().analysis.project)
    assert "TST001" in [finding.code for finding in findings]
    assert all(finding.help for finding in findings if finding.code == "TST001")
