"""Exits of nodes, and uuids that occur twice."""

from __future__ import annotations

from dataclasses import dataclass

from bascule.diagnostics import Label, Severity
from bascule.parsers.rapidpro.located import Arr, Obj
from bascule.parsers.rapidpro.members import Members
from bascule.parsers.rapidpro.reading import clip, json_text
from bascule.parsers.rapidpro.rules import DuplicateUuid, WrongShape
from bascule.parsers.rapidpro.scene import Scene
from bascule.source import Place

__all__ = ["Exit", "named", "read_exits"]


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a node. ``target`` is the uuid of a node, None where the flow ends."""

    target: str | None
    place: Place
    source: str = ""


def read_exits(
    scene: Scene, node: Obj, seen: dict[tuple[str, str], Place], facts: list[tuple[str, str]]
) -> dict[str, Exit]:
    """The exits of a node by uuid, in order; what is none is reported and kept as a fact."""
    reading = scene.reading
    result: dict[str, Exit] = {}
    exits = node.get("exits")
    for index, item in enumerate(exits if isinstance(exits, Arr) else ()):
        assert isinstance(exits, Arr)
        place = reading.at(exits, index)
        if not isinstance(item, Obj):
            code = reading.find(
                WrongShape, place, f"exit {index + 1} is not an object", help="write the exit, or remove the item"
            )
            reading.book.dropped(place, "not an object: nothing to read", "write the exit", code)
            facts.append((f"exits/{index}", json_text(item)))
            continue
        reading.book.exact(place)
        target = item.get("destination_uuid")
        if target is not None and not isinstance(target, str):
            reading.wrong_shape(reading.at(item, "destination_uuid"), "a destination", target, "a uuid")
            facts.append((f"exits/{index}/destination_uuid", json_text(target)))
            target = None
        members = Members(reading, item, "exit", ("uuid", "destination_uuid"))
        # Early editors named the exits; the names are those of the categories.
        if item.get("name") in (None, ""):
            members.take("name")
        else:
            members.fact("name")
        members.keep_rest(f"exits/{index}/")
        facts.extend((f"exits/{index}/name", value) if key == "name" else (key, value) for key, value in members.facts)
        uuid = named(scene, item, "exit", place, seen) or f"#{index}"
        if uuid in result:
            facts.append((f"exits/{index}", json_text(item)))
            reading.book.emulated(place, "a second exit of that uuid is never taken; kept as a fact")
        result.setdefault(uuid, Exit(target or None, place, json_text(item)))
    return result


def named(scene: Scene, item: Obj, kind: str, place: Place, seen: dict[tuple[str, str], Place]) -> str:
    """The uuid of something; a second one of the same kind is reported."""
    uuid = item.get("uuid")
    if not isinstance(uuid, str) or not uuid:
        return ""
    first = seen.setdefault((kind, uuid), place)
    if first is not place:
        scene.reading.find(
            DuplicateUuid,
            scene.reading.at(item, "uuid"),
            f"a second {kind} has the uuid `{clip(uuid, 40)}`",
            help="give the copy a uuid of its own",
            labels=[Label(first, "the first one is here")],
            severity=Severity.WARNING,
        )
    return uuid
