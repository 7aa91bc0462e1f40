"""What the tests of the Dialogflow CX reader share: trees, small agents, a walk of the source, a run of the graph."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bascule.diagnostics import Finding, locate, registry
from bascule.ir.encode import encode_project, to_yaml
from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.ledger import LedgerEntry
from bascule.ir.nodes import (
    Always,
    Ask,
    Case,
    Chosen,
    Edge,
    Failure,
    Handover,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    RunFlow,
    SetVariable,
    Success,
    Timeout,
    When,
)
from bascule.ir.project import Flow, Project
from bascule.ir.text import Hole, Text, plain_text
from bascule.parsers import dialogflow_cx
from bascule.parsers.base import Parsed, ParseOptions
from bascule.source import SourceFile, Tree

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "dialogflow-cx"
FINAL = '$page.params.status = "FINAL"'
START = "Default Start Flow"
AGENT: dict[str, Any] = {"displayName": "Essai", "defaultLanguageCode": "fr", "timeZone": "Europe/Paris"}


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
        for path, value in sorted(files.items())
    }
    return Tree(name, {path: SourceFile.of_text(text, f"{name}/{path}") for path, text in texts.items()})


def read(name: str, **options: Any) -> Parsed:
    """Read a fixture folder."""
    return dialogflow_cx.parse_project(tree_of(FIXTURES / name), ParseOptions(**options))


def read_files(files: Mapping[str, Any], **options: Any) -> Parsed:
    """Read an agent given as values."""
    return dialogflow_cx.parse_project(tree_from(files), ParseOptions(**options))


# --- small agents ---


def text(*words: str, lang: str = "fr") -> dict[str, Any]:
    """A text message; several texts are wordings."""
    return {"text": {"text": list(words)}, "languageCode": lang}


def payload(value: Any, lang: str = "fr") -> dict[str, Any]:
    """A message with a custom payload."""
    return {"payload": value, "languageCode": lang}


def rich(*cards: list[Any], lang: str = "fr") -> dict[str, Any]:
    """A rich answer."""
    return payload({"richContent": list(cards)}, lang)


def chips(*titles: str, lang: str = "fr") -> dict[str, Any]:
    """Chips to tap."""
    return rich([{"type": "chips", "options": [{"text": title} for title in titles]}], lang=lang)


def say(*messages: Any, **members: Any) -> dict[str, Any]:
    """A fulfillment."""
    return {"messages": [text(one) if isinstance(one, str) else one for one in messages], **members}


def route(intent: str = "", condition: str = "", *, to: str = "", flow: str = "", does: Any = None) -> dict[str, Any]:
    """A transition route."""
    members = {
        "intent": intent,
        "condition": condition,
        "targetPage": to,
        "targetFlow": flow,
        "triggerFulfillment": does,
    }
    return {name: value for name, value in members.items() if value}


def handler(event: str, does: Any = None, *, to: str = "", flow: str = "") -> dict[str, Any]:
    """An event handler."""
    members = {"event": event, "targetPage": to, "targetFlow": flow, "triggerFulfillment": does}
    return {name: value for name, value in members.items() if value}


def parameter(name: str, entity: str = "@sys.any", prompt: Any = "", handlers: Sequence[Any] = ()) -> dict[str, Any]:
    """A required form parameter."""
    behaviour: dict[str, Any] = {
        "initialPromptFulfillment": say(prompt) if isinstance(prompt, str) and prompt else prompt
    }
    if handlers:
        behaviour["repromptEventHandlers"] = list(handlers)
    return {
        "displayName": name,
        "required": True,
        "entityType": entity,
        "fillBehavior": {key: value for key, value in behaviour.items() if value},
    }


def page(
    *routes: Any, entry: Any = None, form: Sequence[Any] = (), handlers: Sequence[Any] = (), **more: Any
) -> dict[str, Any]:
    """A page; ``entry`` is a text or a fulfillment."""
    members: dict[str, Any] = {
        "entryFulfillment": say(entry) if isinstance(entry, str) else entry,
        "form": {"parameters": list(form)} if form else None,
        "transitionRoutes": list(routes),
        "eventHandlers": list(handlers),
    }
    return {**{name: value for name, value in members.items() if value}, **more}


def flow_files(name: str, own: Mapping[str, Any], pages: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The files of one flow."""
    files: dict[str, Any] = {f"flows/{name}/{name}.json": {"displayName": name, "nluSettings": {}, **own}}
    for title, value in (pages or {}).items():
        files[f"flows/{name}/pages/{quote(title, safe=' ')}.json"] = {"displayName": title, **value}
    return files


def intents(**phrases: Sequence[str]) -> dict[str, Any]:
    """The files of intents with French phrases."""
    files: dict[str, Any] = {}
    for name, listed in phrases.items():
        files[f"intents/{name}/{name}.json"] = {"displayName": name, "priority": 500000}
        files[f"intents/{name}/trainingPhrases/fr.json"] = {
            "trainingPhrases": [{"parts": [{"text": words}], "languageCode": "fr"} for words in listed]
        }
    return files


def agent(
    *routes: Any,
    pages: Mapping[str, Any] | None = None,
    handlers: Sequence[Any] = (),
    groups: Sequence[str] = (),
    more: Mapping[str, Any] | None = None,
    said: Sequence[str] = (),
) -> dict[str, Any]:
    """The files of an agent whose start flow has these routes, handlers and pages. Every intent that a route names
    exists, with its own name as its one phrase; ``said`` names further ones."""
    own = {"transitionRoutes": list(routes), "eventHandlers": list(handlers), "transitionRouteGroups": list(groups)}
    files = {"agent.json": {**AGENT, "startFlow": START}, **flow_files(START, own, pages), **(more or {})}
    named = {name: [name.lower()] for name in (*said, *_intents_of(list(files.values())))}
    return {**intents(**named), **files}


def _intents_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("intent"), str):
            yield value["intent"]
        for item in value.values():
            yield from _intents_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from _intents_of(item)


# --- what was read ---


def only_flow(parsed: Parsed) -> Flow:
    assert len(parsed.project.flows) == 1
    return parsed.project.flows[0]


def found(parsed: Parsed, code: str) -> list[Finding]:
    return [finding for finding in parsed.findings if finding.code == code]


def entry_at(parsed: Parsed, pointer: str, file: str = "") -> LedgerEntry:
    """The ledger entry of a pointer (in the file whose path ends with ``file``)."""
    entries = [one for one in parsed.ledger if one.place.pointer == pointer and one.place.file.endswith(file)]
    assert len(entries) == 1, entries
    return entries[0]


def documents(parsed: Parsed) -> dict[str, Any]:
    return {document.path: document for document in (*parsed.documents, parsed.document)}


def source_at(parsed: Parsed, place: Any) -> str:
    """The text of the file at a place."""
    document = documents(parsed)[place.file]
    span = document.locate(place)
    return str(document.text[span.start : span.end])


def words(value: Text) -> str:
    """A text with its holes as their names."""

    def name(hole: Hole) -> str:
        return "{" + ".".join(getattr(hole.expression, "path", ("?",))) + "}"

    return plain_text(value, name)


def said(node: Any, locale: str = "") -> str:
    """What a node says."""
    return words(node.content.text.best(locale) or ())


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
    assert set(known) >= paths
    for finding in parsed.findings:
        assert finding.message
        assert finding.code in codes
        assert finding.place.file in (paths or {tree.path})
        assert locate(finding, known).span is not None
    entries = [(entry.place.file, entry.place.pointer) for entry in parsed.ledger]
    assert len(entries) == len(set(entries))
    assert {file for file, pointer in entries if not pointer} == paths
    for entry in parsed.ledger:
        known[entry.place.file].locate(entry.place)
        assert entry.fate.value == "exact" or entry.reason
        assert entry.fate.value in ("exact", "emulated") or entry.code in codes
    assert not (parsed.unreadable and any(flow.nodes for flow in parsed.project.flows))
    assert not parsed.unreadable or parsed.findings
    for flow in parsed.project.flows:
        names = [node.id for node in flow.nodes]
        assert len(names) == len(set(names))
        assert all(edge.target is None or edge.target in flow.by_id for node in flow.nodes for edge in node.edges)
        assert all(entry.target in flow.by_id for entry in flow.entries)
        for node in flow.nodes:
            if isinstance(node, (Message, Ask)):
                choices = [*node.content.choices, *(choice for card in node.content.cards for choice in card.choices)]
                ids = {choice.id for choice in choices}
                assert len(ids) == len(choices)
                for edge in node.edges:
                    assert not isinstance(edge.guard, Chosen) or set(edge.guard.choices) <= ids


# --- a walk of the source that knows the format, and nothing of the reader ---

# What of an object is opened further. "x": the objects are of kind x and no construct themselves; "+x": they are
# constructs too; ".": they are constructs and not opened. A list in brackets holds such things, and with "+" before it
# it is a construct itself.
_SPEC: dict[str, dict[str, Any]] = {
    "flow": {"transitionRoutes": ["route"], "eventHandlers": ["handler"], "transitionRouteGroups": ["."]},
    "page": {
        "transitionRoutes": ["route"],
        "eventHandlers": ["handler"],
        "transitionRouteGroups": ["."],
        "entryFulfillment": "fulfillment",
        "form": "form",
    },
    "group": {"transitionRoutes": ["route"]},
    "route": {"triggerFulfillment": "fulfillment"},
    "handler": {"triggerFulfillment": "fulfillment"},
    "form": {"parameters": ["parameter"]},
    "parameter": {"fillBehavior": "behaviour"},
    "behaviour": {"initialPromptFulfillment": "fulfillment", "repromptEventHandlers": ["handler"]},
    "fulfillment": {
        "messages": ["message"],
        "setParameterActions": ["."],
        "conditionalCases": ["cases"],
        "generators": ["."],
    },
    "cases": {"cases": ["case"]},
    "case": {"caseContent": ["content"]},
    "content": {"message": "message", "additionalCases": "cases"},
    "rich": {"richContent": [["."]]},
    "channels": {"viber": "+viber", "facebook": "+facebook", "whatsapp": "+whatsapp"},
    "viber": {"keyboard": "+keyboard"},
    "keyboard": {"Buttons": ("+", ["+button"])},
    "facebook": {"attachment": "attachment", "quick_replies": ["reply"]},
    "attachment": {"payload": "template"},
    "template": {"buttons": ["button"], "elements": ["element"]},
    "element": {"buttons": ["button"]},
    "whatsapp": {"interactive": "interactive", "text": "part", "image": "part", "location": "part"},
    "interactive": {"header": "part", "body": "part", "footer": "part", "action": "action"},
    "action": {"buttons": ["wa_button"], "sections": ["section"], "parameters": "part"},
    "wa_button": {"reply": "part"},
    "section": {"rows": ["part"]},
    "intent": {"parameters": ["part"]},
    "phrases": {"trainingPhrases": ["."]},
    "entries": {"entities": ["."]},
    "excluded": {"excludedPhrases": ["."]},
    "webhook": {"genericWebService": "service", "serviceDirectory": "directory", "timeout": "part"},
    "directory": {"genericWebService": "service"},
    "service": {"requestHeaders": ["."], "parameterMapping": ["."]},
    "prompts": {"promptTexts": ["."]},
}
_FOLDERS = {
    ("flows", 3): "flow",
    ("flows", 4, "pages"): "page",
    ("flows", 4, "transitionRouteGroups"): "group",
    ("agentTransitionRouteGroups", 2): "group",
    ("intents", 3): "intent",
    ("intents", 4, "trainingPhrases"): "phrases",
    ("entityTypes", 3): "part",
    ("entityTypes", 4, "entities"): "entries",
    ("entityTypes", 4, "excludedPhrases"): "excluded",
    ("webhooks", 2): "webhook",
    ("generators", 3): "part",
    ("generators", 4, "phrases"): "prompts",
}


def walk_agent(tree: Tree) -> Iterator[tuple[str, str]]:
    """File and pointer of everything that has to end in the ledger."""
    for path, file in tree.files.items():
        yield file.path, ""
        parts = path.split("/")
        kind = "part" if path == "agent.json" else _FOLDERS.get((parts[0], len(parts), *parts[2:3][: len(parts) - 3]))
        if kind is not None:
            yield from ((file.path, pointer) for pointer in _members(json.loads(file.data), kind, ""))


def _members(value: dict[str, Any], kind: str, at: str) -> Iterator[str]:
    spec = _SPEC.get(kind, {})
    if kind == "message":
        spec = _message(value.get("payload"))
    for name, item in value.items():
        here = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
        if name in spec:
            yield from _opened(item, spec[name], here)
        else:
            yield here


def _message(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {}
    if "richContent" in value:
        return {"payload": "rich"}
    if {"viber", "facebook", "whatsapp"} & value.keys():
        return {"payload": "channels"}
    return {"payload": "+whatsapp"} if value.get("messaging_product") == "whatsapp" else {}


def _opened(item: Any, spec: Any, at: str) -> Iterator[str]:
    if isinstance(spec, tuple):
        yield at
        spec = spec[1]
    if isinstance(spec, list):
        if isinstance(item, dict):
            yield from (f"{at}/{name}" for name in item)
        else:
            for index, one in enumerate(item):
                yield from _opened(one, spec[0], f"{at}/{index}")
    elif spec == ".":
        yield at
    else:
        if spec.startswith("+"):
            yield at
        yield from _members(item, spec.removeprefix("+"), at)


# --- a run of the graph ---


class Run:
    """Runs a project: every call takes one turn of the person, and :attr:`said` is what was said in it.

    Values are kept in :attr:`values` by dotted name. ``fails`` is the reason with which requests fail (None: they
    succeed).
    """

    def __init__(self, project: Project, **values: Any) -> None:
        self.project = project
        self.flow = project.flows[0]
        self.values: dict[str, Any] = dict(values)
        self.waiting: Ask | None = None
        self.said: list[str] = []
        self.options: list[list[str]] = []
        self.path: list[str] = []
        self.handed = False
        self.fails: str | None = None
        self._stack: list[tuple[Flow, Node]] = []
        self._meant = ""
        self._chosen = ""

    @property
    def ended(self) -> bool:
        return self.waiting is None

    def start(self, intent: str = "", event: str = "") -> list[str]:
        """The first message (or event) of a talk."""
        entries = self.flow.entries
        if event:
            entry = next(one for one in entries if one.name == event)
        else:
            named = [one for one in entries if one.kind.value == "intent" and one.intent == intent]
            entry = next((one for one in named if one.condition is None or self._value(one.condition)), entries[-1])
            if not named:
                entry = next(one for one in entries if one.kind.value == "any_message")
        return self._turn(entry.target, intent)

    def write(self, intent: str = "", value: Any = None) -> list[str]:
        """An answer that was recognised as an intent, or is a value for what was asked, or neither."""
        assert self.waiting is not None
        node = self.waiting
        if value is not None and node.into:
            self.values[".".join(node.into)] = value
        self._meant, self._chosen = intent, ""
        return self._turn(self._next(node), intent)

    def tap(self, choice: str) -> list[str]:
        """A tap on a choice."""
        assert self.waiting is not None
        node = self.waiting
        assert choice in {one.id for one in node.content.choices}
        self._meant, self._chosen = "", choice
        return self._turn(self._next(node), "", choice)

    def _turn(self, target: str | None, intent: str, choice: str = "") -> list[str]:
        self._meant, self._chosen = intent, choice
        self.said, self.options, self.path, self.waiting = [], [], [], None
        here = target
        for _ in range(300):
            while here is None:
                if not self._stack:
                    return self.said
                self.flow, caller = self._stack.pop()
                here = next((edge.target for edge in caller.edges if isinstance(edge.guard, Success)), None)
            node = self.flow.by_id[here]
            self.path.append(node.id)
            if isinstance(node, (Message, Ask)) and not node.content.empty:
                self.said.append(said(node))
                self.options.append([words(one.title.best("") or ()) for one in node.content.choices])
            if isinstance(node, Ask):
                self.waiting = node
                return self.said
            if isinstance(node, Handover):
                self.handed = True
            if isinstance(node, SetVariable):
                self._set(node)
            if isinstance(node, RunFlow):
                if node.mode == "call":
                    self._stack.append((self.flow, node))
                self.flow = next(flow for flow in self.project.flows if flow.id == node.flow)
                here = self.flow.nodes[0].id
                continue
            here = self._next(node)
        raise AssertionError(f"never waits: {self.path[-10:]}")

    def _set(self, node: SetVariable) -> None:
        for item in node.assignments:
            name = ".".join(item.target)
            if item.op == "clear":
                self.values.pop(name, None)
            else:
                assert item.value is not None
                self.values[name] = self._value(item.value)

    def _next(self, node: Node) -> str | None:
        return next((edge.target for edge in node.edges if self._holds(edge)), None)

    def _holds(self, edge: Edge) -> bool:
        guard = edge.guard
        if isinstance(guard, When):
            return bool(self._value(guard.condition))
        if isinstance(guard, Chosen):
            return self._chosen in guard.choices
        if isinstance(guard, Failure):
            return self.fails is not None and guard.reason in ("", self.fails)
        if isinstance(guard, Success):
            return self.fails is None
        return isinstance(guard, (Always, Otherwise)) and not isinstance(guard, Timeout)

    def _value(self, expression: Expression) -> Any:
        if isinstance(expression, Const):
            return expression.value
        if isinstance(expression, Ref):
            return self.values.get(".".join(expression.path))
        assert isinstance(expression, Call), expression
        name = expression.name
        if name == "intent":
            (wanted,) = expression.args
            assert isinstance(wanted, Const)
            return wanted.value == self._meant
        values = [self._value(item) for item in expression.args]
        if name == "default":
            return values[0] if values[0] is not None else values[1]
        if name in ("gt", "ge", "lt", "le") and None in values:
            return False
        return _APPLIED[name](*values)


_APPLIED: dict[str, Any] = {
    "and": lambda *values: all(values),
    "or": lambda *values: any(values),
    "not": lambda value: not value,
    "has_value": lambda value: value is not None,
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
    "add": lambda left, right: left + right,
    "concat": lambda *values: "".join(str(value) for value in values),
    "parse_json": lambda value: json.loads(value) if isinstance(value, str) else value,
}


def cases(flow: Flow, name: str) -> Case:
    """A case node."""
    node = flow.by_id[name]
    assert isinstance(node, Case)
    return node


def request(flow: Flow, name: str) -> HttpRequest:
    """The request with a service's name."""
    (node,) = (one for one in flow.nodes if isinstance(one, HttpRequest) and one.name == name)
    return node
