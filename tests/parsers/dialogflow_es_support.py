"""What the tests of the Dialogflow ES reader share: trees, small agents, a walk of the source, a run of the graph."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bascule.diagnostics import Finding, locate, registry
from bascule.ir.encode import encode_project, to_yaml
from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Case,
    Edge,
    End,
    Failure,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    SetVariable,
    When,
)
from bascule.ir.project import Flow
from bascule.ir.text import plain_text
from bascule.parsers import dialogflow_es
from bascule.parsers.base import Parsed, ParseOptions
from bascule.source import SourceFile, Tree

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "dialogflow-es"
AGENT: dict[str, Any] = {"language": "fr", "webhook": {"url": "https://exemple.fr/webhook", "available": True}}


def tree_of(folder: Path) -> Tree:
    """A folder as the command line reads it."""
    files = {
        path.relative_to(folder).as_posix(): SourceFile(
            f"{folder.name}/{path.relative_to(folder).as_posix()}", path.read_bytes()
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return Tree(folder.name, files)


def tree_from(files: Mapping[str, Any], name: str = "agent") -> Tree:
    """An agent from values (or texts) by path."""
    texts = {
        path: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for path, value in files.items()
    }
    return Tree(name, {path: SourceFile.of_text(text, f"{name}/{path}") for path, text in texts.items()})


def read(name: str, **options: Any) -> Parsed:
    """Read a fixture folder."""
    return dialogflow_es.parse_project(tree_of(FIXTURES / name), ParseOptions(**options))


def read_files(files: Mapping[str, Any], **options: Any) -> Parsed:
    """Read an agent given as values."""
    return dialogflow_es.parse_project(tree_from(files), ParseOptions(**options))


def intent(name: str, *messages: Any, **members: Any) -> dict[str, Any]:
    """An intent as exports write it. ``outputs``, ``parameters``, ``reset`` and ``platforms`` go into its response."""
    response = {
        "resetContexts": members.pop("reset", False),
        "affectedContexts": [
            {"name": one, "lifespan": turns, "parameters": {}} for one, turns in members.pop("outputs", {}).items()
        ],
        "parameters": members.pop("parameters", []),
        "messages": [{"type": 0, "lang": "fr", "speech": one} if isinstance(one, str) else one for one in messages],
        "defaultResponsePlatforms": members.pop("platforms", {}),
        "speech": [],
    }
    own = {
        "id": f"id-{name}",
        "auto": True,
        "contexts": [],
        "priority": 500000,
        "webhookUsed": False,
        "fallbackIntent": False,
    }
    events = [{"name": event} for event in members.pop("events", ())]
    return {**own, "name": name, "events": events, "responses": [response], **members}


def agent(*intents: dict[str, Any], phrases: Mapping[str, Sequence[str]] | None = None, **more: Any) -> dict[str, Any]:
    """The files of an agent; an intent without phrases of its own is started by its name."""
    files: dict[str, Any] = {"agent.json": AGENT, "package.json": {"version": "1.0.0"}}
    for one in intents:
        files[f"intents/{one['name']}.json"] = one
        words = (phrases or {}).get(one["name"], () if one["fallbackIntent"] else (one["name"].lower(),))
        if words:
            files[f"intents/{one['name']}_usersays_fr.json"] = [
                {"id": word, "data": [{"text": word, "userDefined": False}], "isTemplate": False, "count": 0}
                for word in words
            ]
    return {**files, **more}


def only_flow(parsed: Parsed) -> Flow:
    assert len(parsed.project.flows) == 1
    return parsed.project.flows[0]


def found(parsed: Parsed, code: str) -> list[Finding]:
    return [finding for finding in parsed.findings if finding.code == code]


def documents(parsed: Parsed) -> dict[str, Any]:
    return {document.path: document for document in (*parsed.documents, parsed.document)}


def source_at(parsed: Parsed, place: Any) -> str:
    """The text of the file at a place."""
    document = documents(parsed)[place.file]
    span = document.locate(place)
    return str(document.text[span.start : span.end])


def said(node: Any, locale: str = "") -> str:
    """What a node says, holes as their names."""
    text = node.content.text.best(locale) or ()
    return plain_text(text, lambda hole: "{" + ".".join(getattr(hole.expression, "path", ("?",))) + "}")


def everything_shown(parsed: Parsed) -> str:
    """All that may be printed of an agent: the graph, findings with their snippets, the ledger, the documents."""
    from bascule.diagnostics.render_text import render_text

    known = documents(parsed)
    findings = [locate(finding, known) for finding in parsed.findings]
    ledger = [f"{entry.construct} {entry.reason} {entry.alternative}" for entry in parsed.ledger]
    graph = json.dumps(encode_project(parsed.project), ensure_ascii=False)
    return "\n".join(
        [graph, render_text(findings, known), *ledger, str(parsed.facts), *(one.text for one in known.values())]
    )


def check_sound(parsed: Parsed, tree: Tree) -> None:
    """What holds for every result, whatever was read."""
    codes = registry()
    to_yaml(encode_project(parsed.project, provenance=True))
    known = documents(parsed)
    paths = {file.path for file in tree.files.values()}
    for finding in parsed.findings:
        assert finding.message
        assert finding.code in codes
        assert finding.place.file in (paths or {tree.path})
        assert locate(finding, known).span is not None
    entries = [(entry.place.file, entry.place.pointer) for entry in parsed.ledger]
    assert len(entries) == len(set(entries))
    assert {entry.place.file for entry in parsed.ledger if entry.construct.startswith("file ")} == paths
    for entry in parsed.ledger:
        known[entry.place.file].locate(entry.place)
        assert entry.fate.value == "exact" or entry.reason
        assert entry.fate.value in ("exact", "emulated") or entry.code in codes
    assert parsed.unreadable == (not parsed.project.flows)
    assert parsed.project.flows or parsed.findings
    for flow in parsed.project.flows:
        names = [node.id for node in flow.nodes]
        assert len(names) == len(set(names))
        assert all(edge.target is None or edge.target in flow.by_id for node in flow.nodes for edge in node.edges)
        assert all(entry.target in flow.by_id for entry in flow.entries)
        for node in flow.nodes:
            if isinstance(node, (Message, Ask)):
                choices = [*node.content.choices, *(choice for card in node.content.cards for choice in card.choices)]
                assert len({choice.id for choice in choices}) == len(choices)


# --- a walk of the source that knows the format, and nothing of the reader ---


def walk_agent(tree: Tree) -> Iterator[tuple[str, str]]:
    """File and pointer of everything that has to end in the ledger."""
    for path, file in tree.files.items():
        yield file.path, ""
        name = path.rsplit("/", 1)[-1]
        if not name.endswith(".json"):
            continue
        value = json.loads(file.data.decode("utf-8-sig"))
        pointers: Iterator[str]
        if name == "agent.json":
            pointers = _settings(value)
        elif "_usersays_" in name or "_entries_" in name or name.startswith("customSmalltalk"):
            pointers = (f"/{index}" for index in range(len(value)))
        elif path.startswith("entities/"):
            pointers = (f"/{member}" for member in value)
        elif path.startswith("intents/"):
            pointers = _intent(value)
        else:
            pointers = iter(())
        for pointer in pointers:
            yield file.path, pointer


def _settings(value: dict[str, Any]) -> Iterator[str]:
    for name, item in value.items():
        yield f"/{name}"
        if name == "webhook":
            yield from (f"/webhook/{member}" for member in item)


def _intent(value: dict[str, Any]) -> Iterator[str]:
    for name, item in value.items():
        yield f"/{name}"
        if name in ("contexts", "events", "userSays", "templates"):
            yield from (f"/{name}/{index}" for index in range(len(item)))
    yield "/responses/0"
    response = value["responses"][0]
    yield from (f"/responses/0/{name}" for name in response)
    yield from (f"/responses/0/affectedContexts/{index}" for index in range(len(response["affectedContexts"])))
    for index, parameter in enumerate(response["parameters"]):
        at = f"/responses/0/parameters/{index}"
        yield at
        yield from (f"{at}/prompts/{number}" for number in range(len(parameter.get("prompts", ()))))
    messages = response.get("messages", [])
    carried = _carried(messages)
    for index, message in enumerate(messages):
        at = f"/responses/0/messages/{index}"
        yield at
        if index in carried:
            yield from _message(message, at)


def _platform(message: dict[str, Any]) -> str:
    name = message.get("platform", "").lower()
    return {"platform_unspecified": "", "actions_on_google": "google"}.get(name, name)


def _says(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, dict):
        return any(_says(item) for name, item in value.items() if name not in ("type", "platform", "lang"))
    return isinstance(value, list) and any(_says(item) for item in value)


def _carried(messages: list[dict[str, Any]]) -> set[int]:
    """The messages that are said: Viber's, else the default ones, else those of the channel that is read best."""
    carried: set[int] = set()
    for language in {message.get("lang") for message in messages}:
        numbers = [index for index, message in enumerate(messages) if message.get("lang") == language]
        loud = {_platform(messages[index]) for index in numbers if _says(messages[index])}
        if not loud & {"viber", ""}:
            foreign = {
                _platform(messages[index])
                for index in numbers
                if str(messages[index].get("type")) == "4" and not _told(messages[index].get("payload", {}))
            }
            order = ["facebook", "telegram", "line", "slack", "skype", "kik", "google"]
            loud = set(sorted(loud, key=lambda name: (name in foreign, order.index(name)))[:1])
        chosen = "viber" if "viber" in loud else "" if "" in loud else next(iter(loud), "")
        carried.update(index for index in numbers if _platform(messages[index]) == chosen)
    return carried


def _told(payload: dict[str, Any]) -> bool:
    """Whether a custom payload is a message that can be said: lists of Messenger are not."""
    body = payload.get("facebook", {})
    inner = body.get("attachment", {}).get("payload", {})
    return bool(body) and inner.get("template_type", "button") in ("button", "generic")


def _message(message: dict[str, Any], at: str) -> Iterator[str]:
    for name in ("replies", "buttons", "suggestions"):
        yield from (f"{at}/{name}/{index}" for index in range(len(message.get(name, ()))))
    for holder, name in (("card", "buttons"), ("quickReplies", "quickReplies")):
        items = message[holder].get(name, ()) if holder in message else ()
        yield from (f"{at}/{holder}/{name}/{index}" for index in range(len(items)))
    payload = message.get("payload", {})
    for row, parts in enumerate(payload.get("richContent", ())):
        for number, part in enumerate(parts):
            here = f"{at}/payload/richContent/{row}/{number}"
            yield here
            yield from (f"{here}/options/{index}" for index in range(len(part.get("options", ()))))
    facebook = payload.get("facebook", {})
    yield from (
        f"{at}/payload/facebook/quick_replies/{index}" for index in range(len(facebook.get("quick_replies", ())))
    )
    template = facebook.get("attachment", {}).get("payload", {})
    here = f"{at}/payload/facebook/attachment/payload"
    yield from (f"{here}/buttons/{index}" for index in range(len(template.get("buttons", ()))))
    for number, element in enumerate(template.get("elements", ())):
        yield from (f"{here}/elements/{number}/buttons/{index}" for index in range(len(element.get("buttons", ()))))
    for name, rows in payload.get("telegram", {}).get("reply_markup", {}).items():
        for number, row in enumerate(rows if name in ("inline_keyboard", "keyboard") else ()):
            yield from (f"{at}/payload/telegram/reply_markup/{name}/{number}/{index}" for index in range(len(row)))
    if "viber" in payload:
        yield f"{at}/payload/viber"
        yield from _viber(payload["viber"], f"{at}/payload/viber")


def _viber(body: dict[str, Any], at: str) -> Iterator[str]:
    for name, value in body.items():
        yield f"{at}/{name}"
        if name == "keyboard":
            for member, item in value.items():
                yield f"{at}/keyboard/{member}"
                if member == "Buttons":
                    for index, button in enumerate(item):
                        yield f"{at}/keyboard/Buttons/{index}"
                        yield from (f"{at}/keyboard/Buttons/{index}/{name}" for name in button)


# --- a run of the graph, for words that are training phrases as they stand ---


class Run:
    """Runs a flow: :meth:`write` takes a message and gives the intents that answered it, in order.

    ``phrases`` maps words to the intent they are recognised as.
    """

    def __init__(self, flow: Flow, intents: Sequence[str]) -> None:
        self.flow = flow
        self.intents = set(intents)
        self.variables: dict[tuple[str, ...], Any] = {}
        self.meant: set[str] = set()
        self.at = next(entry.target for entry in flow.entries if entry.name == "message")
        self.waiting: Ask | None = None

    def write(self, meant: set[str]) -> list[str]:
        """Write words that mean one of these intents."""
        self.meant = meant
        answered: list[str] = []
        here = self._next(self.waiting) if self.waiting is not None else self.at
        self.waiting = None
        for _ in range(1000):
            assert here is not None
            if here in self.intents:
                answered.append(here)
            node = self.flow.by_id[here]
            if isinstance(node, Ask):
                self.waiting = node
                return answered
            if isinstance(node, End):
                self.waiting = None
                return answered
            if isinstance(node, SetVariable):
                self._set(node)
            here = self._next(node)
        raise AssertionError("the flow never waits")

    def _set(self, node: SetVariable) -> None:
        for item in node.assignments:
            if item.op == "clear":
                for path in [path for path in self.variables if path[: len(item.target)] == item.target]:
                    del self.variables[path]
            else:
                assert item.value is not None
                self.variables[item.target] = self._value(item.value)

    def _next(self, node: Node) -> str | None:
        for edge in node.edges:
            if self._holds(edge, node):
                return edge.target
        return None

    def _holds(self, edge: Edge, node: Node) -> bool:
        guard = edge.guard
        if isinstance(guard, When):
            return bool(self._value(guard.condition))
        if isinstance(node, HttpRequest):
            return isinstance(guard, Failure)
        return isinstance(guard, (Always, Otherwise))

    def _value(self, expression: Expression) -> Any:
        if isinstance(expression, Const):
            return expression.value
        if isinstance(expression, Ref):
            return self.variables.get(expression.path)
        assert isinstance(expression, Call), expression
        if expression.name == "intent":
            (name,) = expression.args
            assert isinstance(name, Const)
            return name.value in self.meant
        values = [self._value(item) for item in expression.args]
        if expression.name == "and":
            return all(values)
        if expression.name == "gt":
            return (values[0] or 0) > (values[1] or 0)
        if expression.name == "add":
            return values[0] + values[1]
        if expression.name == "default":
            return values[0] if values[0] is not None else values[1]
        if expression.name == "has_value":
            return values[0] is not None
        raise AssertionError(expression.name)


def cases(flow: Flow) -> Case:
    """The common branch."""
    node = flow.by_id["intents"]
    assert isinstance(node, Case)
    return node
