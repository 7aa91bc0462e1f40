"""Functions of lists that take a function, or the name of a member, for every item."""

from __future__ import annotations

from typing import Any

from bascule.simulator.evaluation.faults import Fault
from bascule.simulator.evaluation.functions.base import ANY, Apply, Argument, Closure, Context, Registry, Steps
from bascule.simulator.evaluation.functions.lists import ordered, sort
from bascule.simulator.evaluation.scope import descend
from bascule.simulator.evaluation.values import DEFAULT, Value, primary

__all__ = ["MAPPINGS"]

MAPPINGS = Registry()


@MAPPINGS.add("foreach", 2, ANY)
def _foreach(context: Context, args: tuple[Argument, ...]) -> Steps:
    """A list of what the function gives for each item; further arguments are handed on."""
    function = context.function(args[1])
    found: list[Any] = []
    for item in context.listed(context.items(args[0])):
        result = yield Apply(function, (item, *args[2:]))
        if isinstance(result, Fault):
            return result
        found.append(result)
    return found


@MAPPINGS.add("foreach_value", 2, ANY)
def _foreach_value(context: Context, args: tuple[Argument, ...]) -> Steps:
    """An object of what the function gives for each member."""
    function = context.function(args[1])
    found: dict[str, Any] = {}
    for name, item in sorted(context.members(args[0]).items()):
        result = yield Apply(function, (item, *args[2:]))
        if isinstance(result, Fault):
            return result
        found[name] = result
    return found


@MAPPINGS.add("map", 2)
def _map(context: Context, args: tuple[Argument, ...]) -> Any:
    """What the function gives for each item, or the member of that name of each."""
    if isinstance(args[1], Closure):
        return _foreach(context, args)
    name = context.text(args[1])
    items = context.items(args[0])
    return [descend(item, (name,)) if isinstance(item, dict) else None for item in items]


def _chosen(wanted: bool) -> Any:
    def choose(context: Context, args: tuple[Argument, ...]) -> Steps:
        function = context.function(args[1])
        value = context.value(args[0])
        pairs: list[tuple[Any, Any]] = (
            sorted(context.members(value).items())
            if isinstance(value, dict) and DEFAULT not in value
            else [(None, item) for item in context.items(value)]
        )
        kept: list[tuple[Any, Any]] = []
        for name, item in pairs:
            result = yield Apply(function, (item,))
            if isinstance(result, Fault):
                return result
            if context.truth(result) is wanted:
                kept.append((name, item))
        return dict(kept) if isinstance(value, dict) and DEFAULT not in value else [item for _, item in kept]

    choose.__doc__ = f"The items for which the function is {'true' if wanted else 'not true'}."
    return choose


@MAPPINGS.add("reject", 2, 3)
def _reject(context: Context, args: tuple[Argument, ...]) -> Any:
    """The items for which the function is not true, or whose member has not the value."""
    if isinstance(args[1], Closure):
        return _chosen(False)(context, args)
    return [item for item in context.items(args[0]) if not _has_member(context, item, args)]


@MAPPINGS.add("where", 2, 3)
def _where(context: Context, args: tuple[Argument, ...]) -> Value:
    """The items whose member of that name has the value, or is true."""
    return [item for item in context.items(args[0]) if _has_member(context, item, args)]


def _has_member(context: Context, item: Any, args: tuple[Argument, ...]) -> bool:
    member = descend(item, (context.text(args[1]),)) if isinstance(item, dict) else None
    return context.same(member, args[2]) if len(args) > 2 else context.holds(member) is True


@MAPPINGS.add("filter", 2)
def _filter(context: Context, args: tuple[Argument, ...]) -> Any:
    """The items for which the function is true."""
    if not isinstance(args[1], Closure):
        # Dialogflow's takes a JSONPath.
        context.unknown("`filter` with a JSONPath is not computed here")
    return _chosen(True)(context, args)


@MAPPINGS.add("find", 2, 3)
def _find(context: Context, args: tuple[Argument, ...]) -> Any:
    """The first item for which the function is true, or whose member has the value."""
    if isinstance(args[1], Closure):
        return _first_found(context, args)
    return next((item for item in context.items(args[0]) if _has_member(context, item, args)), None)


def _first_found(context: Context, args: tuple[Argument, ...]) -> Steps:
    for item in context.items(args[0]):
        result = yield Apply(args[1], (item,))
        if isinstance(result, Fault):
            return result
        if context.truth(result):
            return item
    return None


@MAPPINGS.add("find_index", 2, 3)
def _find_index(context: Context, args: tuple[Argument, ...]) -> Value:
    """The position of the first item whose member has the value."""
    return next((at for at, item in enumerate(context.items(args[0])) if _has_member(context, item, args)), None)


@MAPPINGS.add("has", 2, 3)
def _has(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether some item's member has the value."""
    return any(_has_member(context, item, args) for item in context.items(args[0]))


@MAPPINGS.add("reduce", 3)
def _reduce(context: Context, args: tuple[Argument, ...]) -> Steps:
    """One value made of all items: the function gets each item and what was made so far."""
    function = context.function(args[2])
    total = args[1]
    for item in context.items(args[0]):
        total = yield Apply(function, (item, total))
        if isinstance(total, Fault):
            return total
    return total


@MAPPINGS.add("sort_by", 2)
def _sort_by(context: Context, args: tuple[Argument, ...]) -> Any:
    """The items in the order of what the function gives for each, or of a member of that name."""
    if not isinstance(args[1], Closure):
        return sort(context, args)
    return _sorted_by(context, args)


def _sorted_by(context: Context, args: tuple[Argument, ...]) -> Steps:
    items = context.items(args[0])
    keys: list[Any] = []
    for item in items:
        key = yield Apply(args[1], (item,))
        if isinstance(key, Fault):
            return key
        keys.append(primary(key))
    return ordered(context, items, keys)


@MAPPINGS.add("with_index", 1)
def _with_index(context: Context, args: tuple[Argument, ...]) -> Value:
    """Each item in a list of its own with its position."""
    return [[item, at] for at, item in enumerate(context.items(args[0]))]
