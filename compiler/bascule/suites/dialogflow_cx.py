"""Recorded test cases of Dialogflow CX: ``testCases/*.json`` of an agent.
https://cloud.google.com/dialogflow/cx/docs/concept/test-case

As in the console, the intent has to be the same, other words are only a warning. What a webhook left is put in
beforehand from the recording (``sessionParameters`` of the turn), because its code is elsewhere. Where a message
has several wordings, any of them is the recorded one: the platform chooses by chance.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bascule.diagnostics import Finding
from bascule.ir.nodes import Ask, Message
from bascule.ir.project import Flow, Project
from bascule.ir.text import plain_text
from bascule.language.names import variable_slug
from bascule.simulator.evaluation.values import DEFAULT
from bascule.simulator.inputs import Input, Pass, Say
from bascule.simulator.matching import fold
from bascule.simulator.script import Start
from bascule.source import Place, SourceFile
from bascule.suites.model import Case, Expect, Suite, Turn, What

__all__ = ["read_test_case", "sniff_test_case"]

_NO_INPUT = 30.0
"""Seconds of silence that a recorded silence stands for."""

_START = "Default Start Flow"


def sniff_test_case(file: SourceFile) -> bool:
    """Whether the file holds recorded turns."""
    if not file.path.endswith(".json") or '"testCaseConversationTurns"' not in file.text:
        return False
    value = file.json.value if file.json is not None else None
    return isinstance(value, dict) and isinstance(value.get("testCaseConversationTurns"), list)


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def read_test_case(file: SourceFile, project: Project) -> tuple[Suite | None, list[Finding]]:
    """One case per file."""
    document = file.json
    assert document is not None, "sniffed"
    data: dict[str, Any] = document.value
    place = Place(file.path)
    wanted = _text(_map(data.get("testConfig")).get("flow"))
    flow = _flow(project, wanted)
    wordings, asked = _wordings(project), _asked(project)
    turns: list[Turn] = []
    first: Input | None = None
    before: dict[str, Any] = {}
    known: set[str] = set()
    for number, turn in enumerate(map(_map, _list(data.get("testCaseConversationTurns")))):
        at = place.child("testCaseConversationTurns", number)
        step = _input(_map(turn.get("userInput")))
        output = _map(turn.get("virtualAgentOutput"))
        after = {**before, **_map(_map(turn.get("userInput")).get("injectedParameters"))}
        known |= after.keys()
        sets = tuple((f"session.params.{name}", _value(after.get(name))) for name in sorted(known))
        before = _map(output.get("sessionParameters"))
        if number == 0:
            first = step
        intent = _text(_map(output.get("triggeredIntent")).get("name"))
        expect = tuple(_expected(output, at, wordings))
        fills = tuple((f"session.params.{name}", _value(before.get(name))) for name in asked)
        turns.append(
            Turn(
                None if number == 0 else step,
                expect,
                sets=sets,
                fills=fills,
                intent=intent,
                recorded=True,
                at=at,
            )
        )
    name = _text(data.get("displayName")) or _text(data.get("name")) or file.path.rsplit("/", 1)[-1]
    said = first if isinstance(first, Say) else None
    skipped = "" if turns else "it holds no turns"
    if flow is None:
        skipped = skipped or f"the flow `{wanted or _START}` of the test is not among the sources"
    # A default start flow is begun by what the person says; any other stands where the test puts the person.
    beginning = flow is None or (flow.title == _START and said is not None)
    start = Start(first=said) if beginning else Start(flow.id if flow else "", None, said)
    case = Case(name, start, tuple(turns), skipped=skipped, at=place)
    return Suite(file.path, "dialogflow-cx", [case], document), []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _flow(project: Project, name: str) -> Flow | None:
    """The flow of a test: that of its name, the start flow where it names none."""
    wanted = name or _START
    found = next((flow for flow in project.flows if wanted in (flow.title, flow.id)), None)
    return found or (None if name else next(iter(project.flows), None))


def _wordings(project: Project) -> dict[str, tuple[str, ...]]:
    """All wordings of the messages that have several, by each of them, folded; holes stand for anything."""
    found: dict[str, tuple[str, ...]] = {}
    for flow in project.flows:
        for node in flow.nodes:
            if not isinstance(node, (Message, Ask)) or not node.content.alternatives:
                continue
            localized = (node.content.text, *node.content.alternatives)
            texts = tuple(dict.fromkeys(plain_text(text, lambda _: "*") for one in localized for _, text in one))
            for text in texts:
                known = found.get(fold(text), ())
                found[fold(text)] = tuple(dict.fromkeys((*known, *texts)))
    return found


def _asked(project: Project) -> tuple[str, ...]:
    """The parameters that questions fill."""
    asks = [node.into for flow in project.flows for node in flow.nodes if isinstance(node, Ask)]
    return tuple(sorted({".".join(into[2:]) for into in asks if into[:2] == ("session", "params")}))


def _value(value: Any) -> Any:
    """A recorded parameter. Dates and times print as ISO 8601 has them; their parts can be asked for."""
    if not isinstance(value, dict):
        return value
    parts = {name: part for name, part in value.items() if isinstance(part, (int, float))}
    if {"year", "month", "day"} <= parts.keys() and len(value) <= 7:
        return {**value, DEFAULT: f"{parts['year']:04.0f}-{parts['month']:02.0f}-{parts['day']:02.0f}"}
    if {"hours", "minutes"} <= parts.keys() and len(value) <= 4:
        seconds = parts.get("seconds", 0)
        return {**value, DEFAULT: f"{parts['hours']:02.0f}:{parts['minutes']:02.0f}:{seconds:02.0f}"}
    return value


def _input(said: dict[str, Any]) -> Input:
    given = _map(said.get("input"))
    if "dtmf" in given:
        return Say(_text(_map(given["dtmf"]).get("digits")))
    event = _text(_map(given.get("event")).get("event"))
    if event.startswith("sys.no-input"):
        return Pass(_NO_INPUT)
    return Say(_text(_map(given.get("text")).get("text")) or event)


def _expected(output: dict[str, Any], at: Place, wordings: dict[str, tuple[str, ...]]) -> Iterator[Expect]:
    for number, response in enumerate(map(_map, _list(output.get("textResponses")))):
        texts = tuple(text for text in map(_text, _list(response.get("text"))) if text.strip())
        if texts:
            where = at.child("virtualAgentOutput", "textResponses", number)
            others = (other for text in texts for other in wordings.get(fold(text), ()))
            yield Expect(What.SAID, texts=tuple(dict.fromkeys((*texts, *others))), wording_only=True, at=where)
    page = _text(_map(output.get("currentPage")).get("name"))
    if page and page not in ("End Session", "END_SESSION"):
        where = at.child("virtualAgentOutput", "currentPage")
        yield Expect(What.PAGE, "start" if page == "Start Page" else variable_slug(page), at=where)
