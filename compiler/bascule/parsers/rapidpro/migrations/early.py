"""The step to 13.0: from action sets and rule sets to nodes; and shapes that editors wrote before the version was
settled."""

from __future__ import annotations

from typing import Any

from bascule.parsers.rapidpro.legacy.flow import nodes_of_sets
from bascule.parsers.rapidpro.legacy.walk import definition_of, is_legacy
from bascule.parsers.rapidpro.located import Arr, Obj, listed
from bascule.parsers.rapidpro.migrations.base import map_nodes, migration
from bascule.parsers.rapidpro.migrations.v3_to_7 import unwrapped

__all__ = ["to_13_0_0"]

_STATUS = {"C": "completed", "E": "expired"}


@migration("13.0.0", "nodes, with categories between cases and exits")
def to_13_0_0(flow: Obj) -> Obj:
    """Action sets and rule sets become nodes, texts get their translations apart, expressions are those of a new
    engine; see :mod:`bascule.parsers.rapidpro.legacy`. Cases name categories, and categories name exits.

    The first files of the new editor had no categories: cases and the default named exits, whose names were
    what is now the category's. Somewhat later the categories stood beside the router. Such files are still
    handed on as examples. They carry no `spec_version` at all. The engine itself never read them; this step is
    bascule's own.
    """
    if is_legacy(definition_of(flow)):
        return nodes_of_sets(unwrapped(flow))
    return map_nodes(flow, _node)


def _node(node: Obj) -> Obj:
    router = node.get("router")
    if not isinstance(router, Obj):
        return node
    beside = node.get("categories")
    if isinstance(beside, Arr) and "categories" not in router:
        router = router.having({"categories": beside}, {"categories": node.at("categories")})
        node = node.lacking("categories")
    if "categories" not in router:
        router = router.having({"categories": _from_exits(node)})
    by_exit = {
        category.get("exit_uuid"): category.get("uuid")
        for category in reversed(listed(router.get("categories")))
        if isinstance(category, Obj) and _is_name(category.get("exit_uuid"))
    }
    router = router.having({"cases": listed(router.get("cases")).mapped(lambda case: _case(case, by_exit))})
    default = router.get("default_exit_uuid")
    if _is_name(default) and not router.get("default_category_uuid"):
        moved = {"default_category_uuid": router.at("default_exit_uuid")}
        router = router.having({"default_category_uuid": by_exit.get(default, default)}, moved)
        router = router.lacking("default_exit_uuid")
    if router.get("operand") == "@child":
        router = router.having({"operand": "@child.run.status"})
    return node.having({"router": router})


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _from_exits(node: Obj) -> Arr:
    """One category per exit, with the exit's name and id."""
    exits = listed(node.get("exits"))
    made = Arr(pointer=exits.pointer)
    for index, way in enumerate(exits):
        if isinstance(way, Obj):
            pointer = exits.at(index)
            parts = {"uuid": way.get("uuid"), "name": way.get("name") or "", "exit_uuid": way.get("uuid")}
            made.moved[len(made)] = pointer
            made.append(Obj(parts, pointer, {"exit_uuid": way.at("uuid")}))
    return made


def _case(case: Any, by_exit: dict[Any, Any]) -> Any:
    if not isinstance(case, Obj):
        return case
    way = case.get("exit_uuid")
    if _is_name(way) and "category_uuid" not in case:
        moved = {"category_uuid": case.at("exit_uuid")}
        case = case.having({"category_uuid": by_exit.get(way, way)}, moved).lacking("exit_uuid")
    if case.get("type") == "has_run_status":
        arguments = listed(case.get("arguments")).mapped(
            lambda word: _STATUS.get(word, word) if isinstance(word, str) else word
        )
        case = case.having({"type": "has_only_text", "arguments": arguments})
    return case
