"""The files of an agent, sorted into what they are: by their path, and by their shape where the path says nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from bascule.language.members import clip
from bascule.parsers.dialogflow_cx.nlu import NamedPart
from bascule.parsers.dialogflow_cx.reading import AgentReading, Part, locale_tag, open_part
from bascule.parsers.dialogflow_cx.rules import NameTaken, StrayFile
from bascule.source import Document, Place, TextDocument, Tree

__all__ = ["FOLDERS", "FlowPart", "Package", "is_blob", "open_package", "shape_of"]

FOLDERS = (
    "agentTransitionRouteGroups",
    "entityTypes",
    "flows",
    "generativeSettings",
    "generators",
    "intents",
    "playbooks",
    "testCases",
    "tools",
    "webhooks",
)
"""Folders of an export (https://cloud.google.com/dialogflow/cx/docs/reference/json-export)."""

_BLOB = re.compile(rb"\x0a[\x80-\xff]{0,4}[\x00-\x7f]\x0a[\x80-\xff]{0,2}[\x00-\x7f]projects/[^/\x00-\x1f]{1,100}/")
"""A protocol buffer whose first field holds a message whose first field is the agent's resource name."""

_GENERATIVE = ("generativeSettings", "playbooks", "tools")


def is_blob(data: bytes) -> bool:
    """Whether bytes begin as the raw export of an agent or flow."""
    return _BLOB.match(data[:200]) is not None


@dataclass
class FlowPart:
    """A flow with the files below it. ``part`` is None where its own file is missing."""

    name: str
    place: Place
    part: Part | None = None
    pages: dict[str, Part] = field(default_factory=dict)
    groups: dict[str, Part] = field(default_factory=dict)


@dataclass
class Package:
    """An agent's files. Everything that others refer to is found by its display name."""

    agent: Part | None = None
    flows: dict[str, FlowPart] = field(default_factory=dict)
    groups: dict[str, Part] = field(default_factory=dict)
    intents: dict[str, NamedPart] = field(default_factory=dict)
    entities: dict[str, NamedPart] = field(default_factory=dict)
    webhooks: dict[str, Part] = field(default_factory=dict)
    generators: dict[str, NamedPart] = field(default_factory=dict)
    generative: list[Part] = field(default_factory=list)
    tests: list[Part] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)


def shape_of(value: Any) -> str:
    """What one JSON file of an agent is by its members: ``agent``, ``flow``, ``page``, ``group``, ``intent``,
    ``phrases``, ``entity``, ``entries``, ``excluded``, ``webhook``, ``test``, ``generator``, ``prompts`` or ``""``."""
    if not isinstance(value, dict):
        return ""
    for name, shape in _TELLING:
        if name in value:
            return shape
    kind = value.get("kind")
    if isinstance(kind, str) and kind.startswith("KIND_"):
        return "entity"
    if "displayName" not in value:
        return ""
    if "form" in value or "entryFulfillment" in value:
        return "page"
    if "numTrainingPhrases" in value or ("priority" in value and "name" in value):
        return "intent"
    if "eventHandlers" in value or "transitionRouteGroups" in value:
        return "flow"
    return "group" if "transitionRoutes" in value else ""


_TELLING = (
    ("defaultLanguageCode", "agent"),
    ("nluSettings", "flow"),
    ("trainingPhrases", "phrases"),
    ("excludedPhrases", "excluded"),
    ("entities", "entries"),
    ("genericWebService", "webhook"),
    ("serviceDirectory", "webhook"),
    ("testCaseConversationTurns", "test"),
    ("promptTexts", "prompts"),
    ("placeholders", "generator"),
)


class _Sorter:
    def __init__(self, reading: AgentReading, tree: Tree) -> None:
        self.reading = reading
        self.tree = tree
        self.package = Package()
        self.flows: dict[str, FlowPart] = {}
        self.named: dict[tuple[str, str], NamedPart] = {}
        self.taken: dict[int, dict[str, int]] = {}
        self.later: list[tuple[str, str, str, Part]] = []

    def sort(self) -> Package:
        for name, file in self.tree.files.items():
            if file.suffix != ".json":
                document = TextDocument(file.path, "" if file.is_zip or file.encoding == "binary" else file.text)
                self.package.documents.append(document)
                self._stray(name, Place(file.path))
                continue
            part = open_part(self.reading, name, file)
            self.package.documents.append(part.document)
            self._put(part)
        for kind, owner, language, part in self.later:
            self._attach(kind, owner, language, part)
        package = self.package
        for flow in self.flows.values():
            self._keep(package.flows, flow.name, flow, flow.place, "flow")
        for (kind, _), named in self.named.items():
            table = {"intents": package.intents, "entityTypes": package.entities, "generators": package.generators}[
                kind
            ]
            self._keep(table, named.name, named, named.part.place, _WORDS[kind])
        return package

    def _stray(self, name: str, place: Place) -> None:
        known = name.startswith(("tools/", "playbooks/"))
        self.reading.book.open("file", place)
        if known:
            self._generative(place)
            return
        code = self.reading.find_once(
            StrayFile, "file", place, lambda count: f"{count} file(s) in the agent's folders are no part of it"
        )
        self.reading.book.dropped(place, "no part of an agent", "", code)

    def _generative(self, place: Place) -> None:
        from bascule.parsers.dialogflow_cx.losses import GenerativePart

        code = self.reading.find_once(
            GenerativePart,
            "schema",
            place,
            lambda count: f"{count} schema(s) are for tools of a language model",
            help="rebuild it with a service of the new platform",
        )
        self.reading.book.dropped(place, "a language model decides", "a service of the new platform", code)

    def _keep(self, table: dict[str, Any], name: str, item: Any, place: Place, what: str) -> None:
        if name not in table:
            table[name] = item
            return
        self.reading.find(
            NameTaken,
            place,
            f"there is already a {what} `{clip(name)}`; references mean the first one",
            help="rename or remove one",
        )
        taken = self.taken.setdefault(id(table), {})
        taken.setdefault(name, 1)
        while True:
            taken[name] += 1
            other = f"{name} ({taken[name]})"
            if other not in table:
                table[other] = item
                return

    def _put(self, part: Part) -> None:
        """Put a file where its path says, else where its shape says."""
        path = part.name.split("/")
        top, stem = path[0], _decoded(path[-1].removesuffix(".json"))
        if part.name == "agent.json":
            self.package.agent = part
        elif top == "flows" and len(path) >= 3:
            self._put_flow(part, path, stem)
        elif top in ("intents", "entityTypes", "generators") and len(path) >= 3:
            self._put_named(part, top, path, stem)
        elif top == "webhooks":
            self._keep(self.package.webhooks, _name(part, stem), part, part.place, "webhook")
        elif top == "agentTransitionRouteGroups":
            self._keep(self.package.groups, _name(part, stem), part, part.place, "route group")
        elif top == "testCases":
            self.package.tests.append(part)
        elif top in _GENERATIVE:
            self.package.generative.append(part)
        else:
            self._put_by_shape(part, path, stem)

    def _flow(self, folder: str, place: Place) -> FlowPart:
        flow = self.flows.get(folder)
        if flow is None:
            flow = self.flows[folder] = FlowPart(_decoded(folder.rsplit("/", 1)[-1]) or "flow", place)
        return flow

    def _put_flow(self, part: Part, path: list[str], stem: str) -> None:
        folder = "/".join(path[:2])
        flow = self._flow(folder, part.place)
        if len(path) == 3 and (path[2] == f"{path[1]}.json" or flow.part is None):
            if flow.part is None:
                flow.part, flow.place, flow.name = part, part.place, _name(part, stem)
                return
        elif len(path) == 4 and path[2] == "pages":
            self._keep(flow.pages, _name(part, stem), part, part.place, "page")
            return
        elif len(path) == 4 and path[2] == "transitionRouteGroups":
            self._keep(flow.groups, _name(part, stem), part, part.place, "route group")
            return
        self._stray(part.name, part.place)

    def _put_named(self, part: Part, top: str, path: list[str], stem: str) -> None:
        if len(path) == 3:
            self.named.setdefault((top, path[1]), NamedPart(_name(part, stem), part))
            return
        kinds = {
            "trainingPhrases": "phrases",
            "entities": "phrases",
            "phrases": "phrases",
            "excludedPhrases": "excluded",
        }
        kind = kinds.get(path[2]) if len(path) == 4 else None
        if kind is None:
            self._stray(part.name, part.place)
            return
        self.later.append((kind, f"{top}/{path[1]}", locale_tag(stem), part))

    def _attach(self, kind: str, owner: str, language: str, part: Part) -> None:
        """Give a file per language to its intent, entity type or generator; one without it makes one of its folder's
        name."""
        top, folder = owner.split("/", 1)
        named = self.named.get((top, folder))
        if named is None:
            empty = Part(part.name, part.file, {}, part.document)
            named = self.named[(top, folder)] = NamedPart(_decoded(folder), empty)
        (named.phrases if kind == "phrases" else named.excluded).append((language, part))

    def _put_by_shape(self, part: Part, path: list[str], stem: str) -> None:
        """A file that was named alone, or lies elsewhere than in an export."""
        shape = shape_of(part.value)
        folder = "/".join(path[:-1])
        if shape == "flow":
            flow = self._flow(folder, part.place)
            if flow.part is None:
                flow.part, flow.place, flow.name = part, part.place, _name(part, stem)
                return
        elif shape in ("page", "group"):
            owner = folder.removesuffix("pages" if shape == "page" else "transitionRouteGroups").rstrip("/")
            flow = self._flow(owner, part.place)
            table = flow.pages if shape == "page" else flow.groups
            self._keep(table, _name(part, stem), part, part.place, "page" if shape == "page" else "route group")
            return
        elif shape == "agent" and self.package.agent is None:
            self.package.agent = part
            return
        elif shape == "webhook":
            self._keep(self.package.webhooks, _name(part, stem), part, part.place, "webhook")
            return
        elif shape in ("intent", "entity", "generator"):
            top = {"intent": "intents", "entity": "entityTypes", "generator": "generators"}[shape]
            self.named.setdefault((top, folder or part.name), NamedPart(_name(part, stem), part))
            return
        elif shape in ("phrases", "entries", "excluded", "prompts"):
            top = {"phrases": "intents", "prompts": "generators"}.get(shape, "entityTypes")
            owner = folder.rsplit("/", 1)[0] if "/" in folder else folder or part.name
            kind = "excluded" if shape == "excluded" else "phrases"
            self.later.append((kind, f"{top}/{owner}", locale_tag(stem), part))
            return
        elif shape == "test":
            self.package.tests.append(part)
            return
        self._stray(part.name, part.place)


_WORDS = {"intents": "intent", "entityTypes": "entity type", "generators": "generator"}


def _decoded(name: str) -> str:
    """A file or folder name without its percent escapes; blanks at the end belong to the name."""
    return unquote(name, errors="replace")


def _name(part: Part, stem: str) -> str:
    """The display name: what the file says, else its own name."""
    name = part.value.get("displayName")
    return name if isinstance(name, str) and name else stem or "unnamed"


def open_package(reading: AgentReading, tree: Tree) -> Package:
    """Sort the files of a tree. Each file has one document; files that are no JSON leave findings."""
    return _Sorter(reading, tree).sort()
