"""Recorded runs of RapidPro's engine: ``NAME.CASE.json`` beside the assets (https://github.com/nyaruka/goflow).

A file holds a trigger, resumes and what the engine put out after each: compared are messages with their quick
replies, results and whether the session waits. Clocks and identifiers are made up by the recording and not compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bascule.diagnostics import Finding
from bascule.ir.content import MediaKind
from bascule.ir.project import Flow, Project
from bascule.simulator.evaluation.scope import Environment
from bascule.simulator.inputs import Expire, Fail, Input, Pass, Say, SendMedia
from bascule.simulator.script import Start
from bascule.simulator.stubs import Stub
from bascule.source import Place, SourceFile
from bascule.suites.model import Case, Expect, Suite, Turn, What
from bascule.suites.rules import SuiteUnreadable

__all__ = ["read_goflow", "sniff_goflow"]

_MADE_UP = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Identifiers that the recording's generator made."""

_LANGUAGES = ("eng",)
"""What the engine's runner speaks when a recording names no environment."""

_MEDIA = {"image": MediaKind.IMAGE, "video": MediaKind.VIDEO, "audio": MediaKind.AUDIO}

_FOREVER = 10.0 * 365 * 86_400


def sniff_goflow(file: SourceFile) -> bool:
    """Whether the file is a recording: a trigger and outputs."""
    if not file.path.endswith(".json") or '"outputs"' not in file.text:
        return False
    document = file.json
    value = document.value if document is not None else None
    return isinstance(value, dict) and isinstance(value.get("trigger"), dict) and isinstance(value.get("outputs"), list)


def read_goflow(file: SourceFile, project: Project) -> tuple[Suite | None, list[Finding]]:
    """One case per file."""
    document = file.json
    assert document is not None, "sniffed"
    data: dict[str, Any] = document.value
    place = Place(file.path)
    wanted = _map(data["trigger"].get("flow"))
    flow = _flow(project, wanted)
    name = file.path.rsplit("/", 1)[-1].removesuffix(".json")
    if flow is None:
        named = _text(wanted.get("name")) or "?"
        finding = SuiteUnreadable.at(
            place.child("trigger"),
            f"the flow `{named}` of this recording is not among the sources",
            help="add its file",
        )
        return Suite(file.path, "goflow", [], document), [finding]
    resumes = [_map(item) for item in _list(data.get("resumes"))]
    outputs = [_map(item) for item in _list(data.get("outputs"))]
    odd = len(outputs) != len(resumes) + 1
    skipped = f"{len(resumes)} resumes make {len(resumes) + 1} outputs, it has {len(outputs)}" if odd else ""
    start = Start(flow.id, _entry(flow, data["trigger"]), _said(data["trigger"].get("event")))
    inputs: list[Input | None] = [None, *(_resume(item) for item in resumes)]
    turns = [
        Turn(
            step,
            tuple(_expected(output, place.child("outputs", number))),
            exact=True,
            at=place.child("outputs", number),
        )
        for number, (step, output) in enumerate(zip(inputs, outputs, strict=False))
    ]
    contact, environment = _map(data.get("contact")), _map(data.get("environment"))
    case = Case(
        name,
        start,
        tuple(turns),
        dict(_variables(contact, _map(data["trigger"]))),
        tuple(_stubs(_map(data.get("http_mocks")))),
        str(contact.get("language") or ""),
        tuple(
            (str(group.get("uuid", "")), str(group.get("name", "")))
            for group in map(_map, _list(contact.get("groups")))
        ),
        tuple(str(code) for code in _list(environment.get("allowed_languages"))) or _LANGUAGES,
        Environment(
            date_format=str(environment.get("date_format") or "YYYY-MM-DD"),
            time_format=str(environment.get("time_format") or "tt:mm"),
            time_zone=str(contact.get("timezone") or environment.get("timezone") or "UTC"),
        ),
        skipped=skipped,
        at=place.child("outputs") if odd else place,
    )
    return Suite(file.path, "goflow", [case], document), []


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _flow(project: Project, wanted: Mapping[str, Any]) -> Flow | None:
    for flow in project.flows:
        if dict(flow.facts).get("uuid") == json.dumps(wanted.get("uuid")):
            return flow
    named = [flow for flow in project.flows if flow.title == wanted.get("name")]
    return named[0] if len(named) == 1 else None


def _entry(flow: Flow, trigger: Mapping[str, Any]) -> int | None:
    by_person = trigger.get("type") == "msg"
    for number, entry in enumerate(flow.entries):
        if (entry.initiator.value == "user") == by_person:
            return number
    return None


def _said(event: Any) -> Say | SendMedia | None:
    """The message of an event: its text, or its first file with the text as caption."""
    message = _map(_map(event).get("msg"))
    files = [name for name in map(_text, _list(message.get("attachments"))) if ":" in name]
    if files:
        kind, _, address = files[0].partition(":")
        return SendMedia(_MEDIA.get(kind.split("/")[0], MediaKind.DOCUMENT), address, _text(message.get("text")))
    text = message.get("text")
    return Say(text) if isinstance(text, str) else None


def _resume(resume: Mapping[str, Any]) -> Input:
    kind = resume.get("type")
    if kind == "wait_timeout":
        return Pass(_FOREVER)
    if kind == "wait_expiration":
        return Expire()
    if kind == "dial":
        return Fail()
    return _said(resume.get("event")) or _said(resume) or Say("")


def _expected(output: Mapping[str, Any], place: Place) -> Iterator[Expect]:
    for number, event in enumerate(map(_map, _list(output.get("events")))):
        at = place.child("events", number)
        if event.get("type") == "msg_created":
            message = _map(event.get("msg"))
            replies = tuple(
                _text(_map(item).get("text")) or _text(item) for item in _list(message.get("quick_replies"))
            )
            text = _text(message.get("text"))
            yield Expect(What.SAID, texts=(text,) if text else (), how="equals", options=replies or None, at=at)
    results: dict[str, str] = {}
    for run in map(_map, _list(_map(output.get("session")).get("runs"))[:1]):
        for key, result in _map(run.get("results")).items():
            value = str(_map(result).get("value", ""))
            if not _MADE_UP.fullmatch(value):
                results[key] = value
    depth = len(_list(_map(output.get("session")).get("runs")))
    waiting = _map(output.get("session")).get("status") == "waiting"
    if depth == 1 or not waiting:
        for key, value in results.items():
            yield Expect(What.VARIABLE, value, f"results.{key}", at=place)
    yield Expect(What.WAITING if waiting else What.END, at=place)


def _variables(contact: Mapping[str, Any], trigger: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    name = str(contact.get("name") or "")
    yield "contact.name", name
    yield "contact.first_name", name.split(" ")[0]
    yield "contact.uuid", str(contact.get("uuid") or "")
    yield "contact.id", str(contact.get("id") or "")
    yield "contact.language", str(contact.get("language") or "")
    yield "contact.timezone", str(contact.get("timezone") or "")
    urns = [str(urn) for urn in _list(contact.get("urns"))]
    yield "contact.urns", urns
    yield "contact.urn", urns[0] if urns else ""
    for urn in reversed(urns):
        scheme, _, _ = urn.partition(":")
        yield f"urns.{scheme}", urn
    for key, field in _map(contact.get("fields")).items():
        value = _map(field)
        shown = value.get("text", "")
        yield f"fields.{key}", shown
        yield f"contact.fields.{key}", shown
    groups = [
        {"uuid": group.get("uuid"), "name": group.get("name")} for group in map(_map, _list(contact.get("groups")))
    ]
    yield "contact.groups", groups
    yield "trigger", {"type": trigger.get("type"), "params": trigger.get("params") or {}, "user": None, "origin": ""}
    yield "legacy_extra", trigger.get("params") or {}


def _stubs(mocks: Mapping[str, Any]) -> Iterator[Stub]:
    for url, answers in mocks.items():
        found: Sequence[Any] = _list(answers)
        for answer in map(_map, found):
            status = answer.get("status")
            yield Stub(_exact(url), status if isinstance(status, int) else 0, answer.get("body"), once=True)


def _exact(url: str) -> str:
    """The address, with the signs of file name patterns taken literally."""
    return "".join(f"[{char}]" if char in "*?[" else char for char in url)
