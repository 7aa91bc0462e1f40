"""What the builders of one flow share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bascule.ir.content import Choice, Content
from bascule.ir.expr import Const, Expression
from bascule.ir.nodes import Node
from bascule.ir.project import TemplateAsset
from bascule.parsers.rapidpro.located import Obj
from bascule.parsers.rapidpro.members import Members
from bascule.parsers.rapidpro.reading import Reading, clip, json_text, slug
from bascule.parsers.rapidpro.translations import Translations
from bascule.parsers.rapidpro.uses import ResultUses
from bascule.source import Place

__all__ = ["Assets", "Piece", "Reply", "Said", "Scene", "name_of"]


@dataclass(slots=True)
class Assets:
    """Things that flows name. ``groups`` maps uuids to names; ``used`` collects (kind, name, place) of what is named.

    ``flows`` maps uuids of the file's flows to their ids; ``entered`` collects the ids of flows that others enter.
    """

    groups: dict[str, str] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)
    flows: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    entered: dict[str, None] = field(default_factory=dict)
    used: dict[tuple[str, str], Place] = field(default_factory=dict)
    templates: dict[str, TemplateAsset] = field(default_factory=dict)

    def use(self, kind: str, name: str, place: Place) -> None:
        """Note that something is named."""
        if name:
            self.used.setdefault((kind, name), place)

    def flow_id(self, reference: Mapping[str, Any]) -> tuple[str, str]:
        """Id and title of the flow a reference means. A flow that is not in the file is known by its name, which is
        what its own file makes its id from."""
        uuid, name = reference.get("uuid"), reference.get("name")
        title = name if isinstance(name, str) else ""
        known = self.flows.get(uuid) if isinstance(uuid, str) else None
        if known is None and title:
            known = self.titles.get(title)
        if known is not None:
            return known, title
        return slug(title) or (uuid if isinstance(uuid, str) else ""), title


@dataclass(slots=True)
class Reply:
    """One quick reply. ``words`` are the raw texts per language, for matching with cases; ``places`` where they
    stand."""

    choice: Choice
    words: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)


@dataclass(slots=True)
class Said:
    """What a message says, with what choices are made from: its raw texts per language and its replies."""

    content: Content
    texts: dict[str, tuple[str, Place]] = field(default_factory=dict)
    replies: list[Reply] = field(default_factory=list)


@dataclass(slots=True)
class Piece:
    """A graph node in the making, without id and edges. ``said`` is there for messages that a wait may join;
    ``last`` pieces run after all others of their RapidPro node; ``action`` is the type they come from."""

    node: Node
    action: str = ""
    said: Said | None = None
    last: bool = False


@dataclass(slots=True)
class Scene:
    """One flow being read. ``locale`` is its own language, ``""`` when undetermined."""

    reading: Reading
    translations: Translations
    assets: Assets
    uses: ResultUses
    locale: str
    kind: str
    position: tuple[float, float] | None = None

    @property
    def glific(self) -> bool:
        """Whether the file speaks Glific's dialect."""
        return self.reading.glific

    def groups(self, members: Members, key: str) -> list[tuple[Expression, Place]]:
        """The groups or labels that a member lists, by name; a name that is an expression stays one."""
        kind = "label" if key == "labels" else "group"
        result: list[tuple[Expression, Place]] = []
        items = members.items(key)
        for index, item in enumerate(items):
            place = self.reading.at(items, index)
            if not isinstance(item, Obj):
                code = self.reading.wrong_shape(place, f"an item of `{key}`", item, "an object")
                self.reading.book.degraded(place, "not an object; kept as a fact", "write an object", code)
                continue
            if isinstance(item.get("name_match"), str):
                result.append((self.reading.expression(item["name_match"], self.reading.at(item, "name_match")), place))
                continue
            name = name_of(item)
            if not name:
                code = self.reading.wrong_shape(place, f"an item of `{key}` has no name: it", item, "a named object")
                self.reading.book.degraded(place, "names nothing; kept as a fact", "name it", code)
                continue
            self.assets.use(kind, name, place)
            result.append((Const(name), place))
        if items:
            members.facts.append((key, json_text(items)))
        return result


def name_of(item: Mapping[str, Any]) -> str:
    """The name of a referenced thing, or what else it is known by."""
    for key in ("name", "key", "uuid", "id"):
        value = item.get(key)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""


def shown(node: Any) -> str:
    """A node's id, short enough for a message."""
    return clip(str(node), 40)
