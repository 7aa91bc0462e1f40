"""The files of an export: which is what, where an agent lies in a folder, and how sure that is.

Layout: https://cloud.google.com/dialogflow/es/docs/agents-settings#export
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bascule.parsers.base import CERTAIN, LIKELY, POSSIBLE, Claim, Match
from bascule.source import SourceFile, Tree

__all__ = ["Kind", "Part", "find_agents", "kind_of", "parts_of", "sniff_file"]

_USERSAYS, _ENTRIES, _SMALL_TALK = "_usersays_", "_entries_", "customSmalltalkResponses_"
_AGENT_ONLY = (
    "webhook",
    "googleAssistant",
    "customClassifierMode",
    "mlMinConfidence",
    "onePlatformApiVersion",
    "enableOnePlatformApi",
    "supportedLanguages",
)
_INTENT_ONLY = ("webhookUsed", "fallbackIntent", "contexts", "events", "auto", "userSays", "webhookForSlotFilling")
_RESPONSE_ONLY = ("affectedContexts", "messages", "resetContexts", "parameters", "speech")
_ENTITY_ONLY = ("isOverridable", "isEnum", "isRegexp", "automatedExpansion", "allowFuzzyExtraction")
_LOOKED_AT = 20
"""Most files of a folder that are opened to see whether it holds intents."""
_FOREIGN_AGENT = 20
"""Confidence of a near miss that names another format."""


class Kind(enum.Enum):
    """What a file of the export holds."""

    AGENT = "agent"
    PACKAGE = "package"
    INTENT = "intent"
    PHRASES = "phrases"
    ENTITY = "entity"
    ENTRIES = "entries"
    SMALL_TALK = "small talk"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Part:
    """One file. ``stem`` pairs phrases with their intent and entries with their entity; ``tag`` is their language."""

    path: str
    file: SourceFile
    kind: Kind
    stem: str = ""
    tag: str = ""


def _split(name: str, mark: str) -> tuple[str, str] | None:
    """``Menu_usersays_fr`` to ``Menu`` and ``fr``."""
    stem, found, tag = name.rpartition(mark)
    return (stem, tag) if found and stem and tag else None


def _is_intent(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("responses"), list):
        return False
    if sum(name in value for name in _INTENT_ONLY) >= 2:
        return True
    first = value["responses"][0] if value["responses"] else None
    return "name" in value and isinstance(first, dict) and sum(name in first for name in _RESPONSE_ONLY) >= 2


def _is_agent(value: Any) -> bool:
    return isinstance(value, dict) and "language" in value and any(name in value for name in _AGENT_ONLY)


def _is_package(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"version"}


def _is_entity(value: Any) -> bool:
    return isinstance(value, dict) and "name" in value and any(name in value for name in _ENTITY_ONLY)


def _is_phrases(value: Any) -> bool:
    if not isinstance(value, list) or not value:
        return False
    first = value[0]
    listed = isinstance(first, dict) and isinstance(first.get("data"), list)
    return listed and ("isTemplate" in first or "count" in first)


def _is_entries(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict) and "synonyms" in value[0]


def kind_of(path: str, file: SourceFile) -> Part:
    """What a file is, by its name where exports name it so, and by what it holds. ``path`` is relative to the agent."""
    name = path.rsplit("/", 1)[-1]
    if not name.lower().endswith(".json"):
        return Part(path, file, Kind.OTHER)
    folder, base = path[: -len(name)], name[:-5]
    for mark, kind in ((_USERSAYS, Kind.PHRASES), (_ENTRIES, Kind.ENTRIES)):
        split = _split(base, mark)
        value = file.json.value if split and file.json is not None else []
        if split and isinstance(value, list):
            return Part(path, file, kind, folder + split[0], split[1])
    if base.startswith(_SMALL_TALK):
        return Part(path, file, Kind.SMALL_TALK, tag=base[len(_SMALL_TALK) :])
    value = file.json.value if file.json is not None else None
    tests = (
        (_is_intent, Kind.INTENT),
        (_is_package, Kind.PACKAGE),
        (_is_agent, Kind.AGENT),
        (_is_entity, Kind.ENTITY),
    )
    for test, kind in tests:
        if test(value):
            return Part(path, file, kind, folder + base)
    return Part(path, file, _by_folder(path, base, value), folder + base)


def _by_folder(path: str, base: str, value: Any) -> Kind:
    """What a file should be that does not look like it: damaged parts are still parts."""
    parent = path.split("/")[-2:-1]
    readable = value is None or isinstance(value, (dict, list))
    if parent == ["intents"] and readable:
        return Kind.INTENT
    if parent == ["entities"] and readable:
        return Kind.ENTITY
    if base == "agent" and "/" not in path:
        return Kind.AGENT
    if base == "package" and "/" not in path and value is None:
        return Kind.PACKAGE
    return Kind.OTHER


def parts_of(tree: Tree) -> list[Part]:
    """Every file of a tree with its kind, in the tree's order."""
    return [kind_of(path, file) for path, file in tree.files.items()]


def sniff_file(file: SourceFile) -> Match | None:
    """How sure it is that one file alone belongs to an export, with the reason."""
    if file.json is None:
        return None
    value = file.json.value
    if _is_intent(value):
        # A shape that no other format has; a Viber body in a payload makes it no Viber file.
        return Match(CERTAIN + 1, "it is an intent of a Dialogflow ES agent (`responses` with contexts and messages)")
    if _is_agent(value):
        return Match(POSSIBLE, "it holds the settings of a Dialogflow ES agent; what the agent says is in `intents/`")
    if isinstance(value, dict) and "defaultLanguageCode" in value and "startFlow" in value:
        return Match(_FOREIGN_AGENT, "it is an agent of Dialogflow CX")
    if _is_entity(value):
        return Match(POSSIBLE, "it is an entity of a Dialogflow ES agent; what the agent says is in `intents/`")
    if _is_phrases(value):
        return Match(POSSIBLE, "it holds training phrases of a Dialogflow ES intent")
    if _is_entries(value) and _split(file.stem, _ENTRIES):
        return Match(POSSIBLE, "it holds the entries of a Dialogflow ES entity")
    return None


@dataclass(slots=True)
class _Folder:
    """The files of one folder by name, and the names of the folders in it that matter."""

    files: dict[str, SourceFile] = field(default_factory=dict)


def _folders(tree: Tree) -> dict[str, _Folder]:
    found: dict[str, _Folder] = {}
    for path, file in tree.files.items():
        folder, _, name = path.rpartition("/")
        found.setdefault(folder, _Folder()).files[name] = file
    return found


def _holds_intents(folder: _Folder | None) -> bool:
    """Whether one of the first files is an intent (its training phrases do not count)."""
    if folder is None:
        return False
    names = [name for name in folder.files if name.lower().endswith(".json") and _USERSAYS not in name]
    for name in names[:_LOOKED_AT]:
        document = folder.files[name].json
        if document is not None and _is_intent(document.value):
            return True
    return False


def _value(folder: _Folder | None, name: str) -> Any:
    file = folder.files.get(name) if folder is not None else None
    return file.json.value if file is not None and file.json is not None else None


def _joined(root: str, name: str) -> str:
    return f"{root}/{name}" if root else name


def find_agents(tree: Tree) -> list[Claim]:
    """The agents of a tree: a folder with ``intents/`` that holds intents, or a folder of intents itself."""
    folders = _folders(tree)
    roots = sorted({name.rpartition("/")[0] for name in folders if name.rpartition("/")[2] == "intents"} | set(folders))
    claims: list[Claim] = []
    inner: set[str] = set()
    for root in roots:
        if root in inner:
            continue
        claim = _agent_at(folders, root) or _flat_agent(folders, root)
        if claim is not None:
            claims.append(claim)
            inner.update((_joined(root, "intents"), _joined(root, "entities")))
    return claims


def _agent_at(folders: dict[str, _Folder], root: str) -> Claim | None:
    intents, here = folders.get(_joined(root, "intents")), folders.get(root)
    settings, package = _is_agent(_value(here, "agent.json")), _is_package(_value(here, "package.json"))
    if not _holds_intents(intents):
        if not (settings and package):
            return None
        match = Match(POSSIBLE, "it has `agent.json` and `package.json` of a Dialogflow ES export, but no intents")
    elif settings:
        match = Match(CERTAIN, "it has `agent.json` and `intents/` of a Dialogflow ES export")
    elif package:
        match = Match(CERTAIN - 1, "it has `package.json` and `intents/` of a Dialogflow ES export (no `agent.json`)")
    else:
        match = Match(LIKELY, "its `intents/` holds intents of Dialogflow ES (no `agent.json`)")
    return Claim(root, tuple(sorted(_members(folders, root))), match)


def _members(folders: dict[str, _Folder], root: str) -> Iterator[str]:
    for name in ("intents", "entities"):
        folder = folders.get(_joined(root, name))
        yield from (f"{_joined(root, name)}/{file}" for file in (folder.files if folder is not None else ()))
    here = folders.get(root)
    for name, file in (here.files if here is not None else {}).items():
        part = kind_of(name, file)
        # The package file of a program is no part of the agent.
        if part.kind in (Kind.AGENT, Kind.PACKAGE, Kind.SMALL_TALK):
            yield _joined(root, name)


def _flat_agent(folders: dict[str, _Folder], root: str) -> Claim | None:
    """A folder of intents that was named itself, or unpacked without its own folder."""
    here = folders.get(root)
    if here is None or not _holds_intents(here):
        return None
    parts = [kind_of(name, file) for name, file in here.files.items()]
    files = tuple(sorted(_joined(root, part.path) for part in parts if part.kind is not Kind.OTHER))
    return Claim(root, files, Match(LIKELY, "it holds intents of Dialogflow ES"))
