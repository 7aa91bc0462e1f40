"""The graph nodes of one RapidPro node in the making: their ids, what leads where, where results are filed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bascule.ir.expr import Const, Expression, Ref
from bascule.ir.nodes import Always, Assignment, Edge, HttpRequest, Node, SetVariable, Success
from bascule.parsers.rapidpro.actions import category_assignments
from bascule.parsers.rapidpro.choices import Route
from bascule.parsers.rapidpro.exits import Exit
from bascule.parsers.rapidpro.located import Obj
from bascule.parsers.rapidpro.routers import Category, Router
from bascule.parsers.rapidpro.scene import Scene
from bascule.source import Place

__all__ = ["STATUS", "Chain", "Source"]

STATUS = Ref(("webhook", "status"))
"""The status of the last webhook."""


@dataclass(slots=True)
class Source:
    """A RapidPro node with what was read of it. ``joined`` is the waiting node that became part of this one."""

    id: str
    node: Obj
    place: Place
    exits: dict[str, Exit]
    router: Router | None
    facts: list[tuple[str, str]] = field(default_factory=list)
    position: tuple[float, float] | None = None
    joined: Source | None = None

    @property
    def last_router(self) -> Router | None:
        """The router that decides where it goes on."""
        return self.joined.router if self.joined is not None else self.router


class Chain:
    """The graph nodes of one source, in the making. ``ids`` maps uuids to the ids of graph nodes."""

    def __init__(self, scene: Scene, source: Source, ids: Mapping[str, str]) -> None:
        self.scene = scene
        self.source = source
        self.ids = ids
        self.nodes: list[Node] = []
        self.extra: list[Node] = []
        self._filed: dict[tuple[str, str | None], str] = {}

    def _next_id(self) -> str:
        count = len(self.nodes) + len(self.extra)
        return self.source.id if count == 0 else f"{self.source.id}.{count + 1}"

    def add(self, node: Node) -> None:
        """Append a node; the one before leads to it."""
        new = replace(node, id=self._next_id())
        if self.nodes:
            before = self.nodes[-1]
            self.nodes[-1] = replace(before, edges=(Edge(Always(), new.id, at=new.at),))
        self.nodes.append(new)

    def target(self, category: Category | None) -> str | None:
        """The graph node that a category leads to."""
        return self.lead(category.target if category else None)

    def lead(self, uuid: str | None) -> str | None:
        """The graph node for a uuid; a uuid that is no node's is kept for the linker to report."""
        return self.ids.get(uuid, uuid) if uuid is not None else None

    def edges(self, routes: list[Route], router: Router, value: Expression | None) -> tuple[Edge, ...]:
        """Routes as edges. Where the category of the router's result is looked at, the way leads through a node that
        files the result under it; ``value`` is the result's, by default the category's name."""
        result: list[Edge] = []
        for route in routes:
            target = self.target(route.category)
            if route.category is not None and router.result and self._wanted(router.result):
                target = self._file(route.category, router, value, target)
            result.append(Edge(route.guard, target, route.label, route.place))
        return tuple(result)

    def filed(self, edges: tuple[Edge, ...], node: HttpRequest) -> tuple[Edge, ...]:
        """The outcomes of a webhook that saves a result: they lead through nodes that file it under `Success` or
        `Failure` where its category is looked at."""
        key = node.mapping[0][1][-1]
        if not self._wanted(key):
            return edges
        result: list[Edge] = []
        for edge in edges:
            name = "Success" if isinstance(edge.guard, Success) else "Failure"
            new = SetVariable(
                id=f"{self.source.id}.{len(self.nodes) + len(self.extra) + 1}",
                assignments=(Assignment(("results", key), STATUS, category=name, at=edge.at),),
                edges=(Edge(Always(), edge.target, at=edge.at),),
                at=edge.at,
            )
            self.extra.append(new)
            result.append(replace(edge, target=new.id))
        return tuple(result)

    def _wanted(self, key: str) -> bool:
        uses = self.scene.uses
        return uses.category(key) or uses.category_localized(key)

    def _file(self, category: Category, router: Router, value: Expression | None, target: str | None) -> str:
        key = (category.name, target)
        known = self._filed.get(key)
        if known is not None:
            return known
        assignments = category_assignments(
            self.scene,
            router.result,
            Const(category.name) if value is None else value,
            category.name,
            list(category.names),
            category.place,
        )
        count = len(self.nodes) + len(self.extra)
        node = SetVariable(
            id=f"{self.source.id}.{count + 1}",
            assignments=assignments,
            edges=(Edge(Always(), target, at=category.place),),
            at=category.place,
        )
        self.extra.append(node)
        self._filed[key] = node.id
        return node.id
