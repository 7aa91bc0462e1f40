"""The register of steps, and the small changes they are made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bascule.parsers.rapidpro.located import Obj, listed, pointers

__all__ = [
    "BEFORE_13",
    "NEWEST",
    "Change",
    "Migrated",
    "Step",
    "Version",
    "actions_of",
    "map_actions",
    "map_nodes",
    "map_routers",
    "map_translations",
    "migrate",
    "migration",
    "parse_version",
    "steps",
    "unchanged",
    "unchanged_versions",
    "version_of",
]

Version = tuple[int, int, int]
Change = Callable[[Obj], Obj]

NEWEST: Version = (14, 4, 2)
"""The shape that everything is brought into. Flows of a later version are read as they are."""

_VERSION = re.compile(r"\s*(\d{1,4})(?:\.(\d{1,4}))?(?:\.(\d{1,4}))?\s*")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the version it leads to, what it does in a few words, and the change itself."""

    version: Version
    title: str
    change: Change

    @property
    def name(self) -> str:
        """The version as it is written."""
        return ".".join(map(str, self.version))


BEFORE_13: Version = (12, 99, 0)
"""Where a flow in the newer shape starts that carries no version."""

_STEPS: dict[Version, Step] = {}
_UNCHANGED: dict[Version, str] = {}


def migration(version: str, title: str) -> Callable[[Change], Change]:
    """Register a step. Two steps to one version clash at import."""
    key = _parse(version)
    assert key is not None

    def register(change: Change) -> Change:
        if key in _STEPS:
            raise TypeError(f"two steps lead to {version}")
        _STEPS[key] = Step(key, title, change)
        return change

    return register


def steps() -> tuple[Step, ...]:
    """All steps, oldest first."""
    return tuple(_STEPS[key] for key in sorted(_STEPS))


def unchanged(version: str, reason: str) -> None:
    """Put down a version of the platform that needs no step, and why."""
    key = _parse(version)
    assert key is not None
    _UNCHANGED[key] = reason


def unchanged_versions() -> dict[str, str]:
    """The versions without a step, oldest first, each with the reason."""
    return {".".join(map(str, key)): _UNCHANGED[key] for key in sorted(_UNCHANGED)}


def parse_version(text: str) -> Version | None:
    """The version that a text spells; None when it spells none."""
    return _parse(text)


def _parse(text: str) -> Version | None:
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    major, minor, patch = (int(part or 0) for part in match.groups())
    return major, minor, patch


def version_of(flow: Mapping[str, Any]) -> Version | None:
    """The version a flow says it has; None when it says none that can be read."""
    written = flow.get("spec_version")
    if isinstance(written, (int, float)) and not isinstance(written, bool):
        written = str(written)
    return _parse(written) if isinstance(written, str) else None


@dataclass(frozen=True, slots=True)
class Migrated:
    """A flow in the newest shape. ``lost`` maps pointers of what the steps took out to the step that did."""

    flow: Obj
    version: Version | None
    lost: Mapping[str, Step] = field(default_factory=dict)


def migrate(flow: Obj, start: Version | None = None) -> Migrated:
    """Bring a flow into the newest shape. The flow given is not changed; the newest shape comes out as it is.

    ``start`` is the version of a flow in the shape before 13, whose versions are written elsewhere. A flow in the
    newer shape without a version has the one that editors wrote before 13.0 was settled.
    """
    version = start or version_of(flow)
    lost: dict[str, Step] = {}
    result = flow
    for step in steps():
        if (version or BEFORE_13) >= step.version:
            continue
        changed = step.change(result)
        if changed is not result:
            kept = set(pointers(changed))
            for pointer in pointers(result):
                if pointer not in kept:
                    lost.setdefault(pointer, step)
            result = changed
    return Migrated(result, version, lost)


def actions_of(node: Obj) -> list[Obj]:
    """The actions of a node that are objects."""
    return [action for action in listed(node.get("actions")) if isinstance(action, Obj)]


def map_nodes(flow: Obj, change: Change) -> Obj:
    """The flow with each node changed; itself when no node is."""
    nodes = listed(flow.get("nodes"))
    changed = nodes.mapped(lambda node: change(node) if isinstance(node, Obj) else node)
    return flow if changed is nodes else flow.having({"nodes": changed})


def map_actions(flow: Obj, change: Change) -> Obj:
    """The flow with each action changed."""

    def in_node(node: Obj) -> Obj:
        actions = listed(node.get("actions"))
        changed = actions.mapped(lambda action: change(action) if isinstance(action, Obj) else action)
        return node if changed is actions else node.having({"actions": changed})

    return map_nodes(flow, in_node)


def map_routers(flow: Obj, change: Change) -> Obj:
    """The flow with each router changed."""

    def in_node(node: Obj) -> Obj:
        router = node.get("router")
        changed = change(router) if isinstance(router, Obj) else router
        return node if changed is router else node.having({"router": changed})

    return map_nodes(flow, in_node)


def map_translations(flow: Obj, change: Callable[[str, Obj], Obj]) -> Obj:
    """The flow with the translations of each thing changed: ``change`` gets its uuid and their object."""
    localization = flow.get("localization")
    if not isinstance(localization, Obj):
        return flow
    languages: dict[str, Any] = {}
    for language, things in localization.items():
        if not isinstance(things, Obj):
            continue
        changed = {
            uuid: new
            for uuid, entry in things.items()
            if isinstance(entry, Obj) and (new := change(uuid, entry)) is not entry
        }
        if changed:
            # A thing whose last translation went has none left: the engine removes it too.
            gone = [uuid for uuid, new in changed.items() if not new]
            languages[language] = things.having(changed).lacking(*gone)
    return flow.having({"localization": localization.having(languages)}) if languages else flow
