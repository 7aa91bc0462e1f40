"""What the engine of RapidPro printed in recorded runs, and what is computed here; and no real expression unknown."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bascule.ir.expr import Call, Const, Expression, Opaque, Ref, walk
from bascule.language.rapidpro_expression import parse_rapidpro_text
from bascule.loading import InputFile, load
from bascule.simulator.evaluation import Environment, Plain, Unknown, evaluate, render, show, test
from bascule.source import Place, SourceFile

RECORDED = Environment("YYYY-MM-DD", "tt:mm", "America/Guayaquil", dialect="rapidpro")
"""The workspace of the recorded runs."""


def key_of(name: str) -> str:
    return re.sub(r"[^\w]+", "_", name.lower())


def told(value: Any) -> dict[str, Any]:
    return {"__default__": value["text"], **value}


def moments(run: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The texts of a recorded run, each with what an expression could see when it was sent."""
    contact = dict(run["contact"])
    schemes = {urn.split(":")[0]: urn for urn in reversed(contact.get("urns", []))}
    first = contact.get("name", "").split()
    contact["first_name"] = first[0] if first else ""
    contact["urn"] = next(iter(contact.get("urns", [])), "")
    fields = {key: told(value) for key, value in (contact.get("fields") or {}).items() if value}
    contact["groups"] = [{"__default__": group["name"], **group} for group in contact.get("groups") or []]
    results: dict[str, Any] = {}
    said = [resume.get("event", {}).get("msg", {}).get("text", "") for resume in run["resumes"]]
    opening = run["trigger"].get("event", {}).get("msg", {}).get("text", "")
    for number, output in enumerate(run["outputs"]):
        text = said[number - 1] if number else opening
        for event in output["events"]:
            if event["type"] == "contact_field_changed" and event.get("value"):
                fields[event["field"]["key"]] = told(event["value"])
            elif event["type"] == "contact_name_changed":
                contact["name"] = event["name"]
            elif event["type"] == "contact_groups_changed":
                gone = {group["uuid"] for group in event.get("groups_removed", [])}
                contact["groups"] = [group for group in contact["groups"] if group["uuid"] not in gone]
                contact["groups"] += [{"__default__": one["name"], **one} for one in event.get("groups_added", [])]
            elif event["type"] == "run_result_changed":
                told_by = {"category_localized": event["category"], "__default__": event["value"]}
                results[key_of(event["name"])] = {**told_by, **event}
            elif event["type"] == "msg_created":
                seen = {"contact": contact, "fields": fields, "urns": schemes, "results": results}
                yield event["msg"]["text"], {**seen, "input": {"__default__": text, "text": text}}


def sources(flow: Any) -> Iterator[str]:
    """All texts of messages in a flow, translations included."""
    stack = [flow]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            text = item.get("text")
            yield from [text] if isinstance(text, str) else text if isinstance(text, list) else []
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


# Sent by flows whose texts need more than a message's record: answers of web services, and a parent's own run.
ELSEWHERE = ("Extra:", "1. ", "Would you like to continue", "Finally", "Flow succeeded")


@pytest.mark.corpus
def test_recorded_messages_are_what_is_computed(corpus: Path) -> None:
    seen = 0
    missed: list[tuple[str, str]] = []
    for path in sorted((corpus / "goflow-runner").glob("[!l]*.test*.json")):  # not the one in the old language
        run = json.loads(path.read_text(encoding="utf-8"))
        flow = json.loads((path.parent / (path.name.split(".")[0] + ".json")).read_text(encoding="utf-8"))
        texts = sorted({text for text in sources(flow) if isinstance(text, str)})
        for expected, variables in moments(run):
            if expected.startswith(ELSEWHERE):
                continue
            scope = Plain(variables, datetime.fromisoformat("2025-05-04T12:30:50+00:00"), "eng", "US", RECORDED)
            said = {render(parse_rapidpro_text(text, Place(""))[0], scope)[0] for text in texts}
            seen += 1
            if expected not in said:
                missed.append((path.name, expected))
    assert not missed
    assert seen > 20


def routers(flow: Any) -> Iterator[dict[str, Any]]:
    """All routers of a flow that try cases."""
    stack = [flow]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            if item.get("cases") and item.get("result_name"):
                yield item
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


@pytest.mark.corpus
def test_recorded_results_are_what_the_tests_match(corpus: Path) -> None:
    seen = 0
    for path in sorted((corpus / "goflow-runner").glob("[!l]*.test*.json")):
        run = json.loads(path.read_text(encoding="utf-8"))
        flow = json.loads((path.parent / (path.name.split(".")[0] + ".json")).read_text(encoding="utf-8"))
        known = {router["result_name"]: router for router in routers(flow) if router["operand"] == "@input.text"}
        said = [resume.get("event", {}).get("msg", {}).get("text", "") for resume in run["resumes"]]
        opening = run["trigger"].get("event", {}).get("msg", {}).get("text", "")
        for text, output in zip([opening, *said], run["outputs"], strict=False):
            for event in output["events"]:
                router = known.get(event.get("name", ""))
                if event["type"] != "run_result_changed" or router is None:
                    continue
                named = {category["uuid"]: category["name"] for category in router["categories"]}
                scope = Plain({"input": text}, datetime.fromisoformat(event["created_on"]), "eng", "US", RECORDED)
                found = ""
                for case in router["cases"]:
                    arguments = tuple(Const(argument) for argument in case.get("arguments") or ())
                    result = test(Call(case["type"], (Ref(("input",)), *arguments)), scope)
                    if result.held is True:
                        found = show(result.match, scope)
                        assert named[case["category_uuid"]] == event["category"], (path.name, text)
                        assert found == event["value"], (path.name, text)
                        seen += 1
                        break
                else:
                    assert named[router["default_category_uuid"]] == event["category"], (path.name, text)
    assert seen > 3


def expressions(value: Any) -> Iterator[Expression]:
    """All expressions of a project, whole."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, (Call, Opaque)):
            yield item
        elif isinstance(item, (tuple, list)):
            stack.extend(item)
        elif isinstance(item, dict):
            stack.extend(item.values())
        elif dataclasses.is_dataclass(item) and not isinstance(item, type):
            stack.extend(getattr(item, member.name) for member in dataclasses.fields(item))


DIALECTS = {
    "goflow-runner": "rapidpro",
    "rapidpro-single-flow": "rapidpro",
    "glific": "rapidpro",
    "floip": "floip",
    "twilio-studio": "liquid",
}


@pytest.mark.corpus
@pytest.mark.parametrize("folder", sorted(DIALECTS))
def test_no_expression_of_real_flows_is_unknown_but_opaque_ones(corpus: Path, folder: str) -> None:
    computed = 0
    for path in sorted((corpus / folder).rglob("*.json"))[:60]:
        loaded = load([InputFile(SourceFile(path.name, path.read_bytes()), path.name)])
        for expression in expressions(loaded):
            scope = Plain({}, environment=Environment(dialect=DIALECTS[folder]))
            opaque = any(isinstance(part, Opaque) for part in walk(expression))
            for found in (evaluate(expression, scope), test(expression, scope).held):
                assert opaque or not isinstance(found, Unknown), (path.name, expression, found)
            computed += 1
    assert computed > 10
