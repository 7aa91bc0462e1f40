"""Functions of lists and objects, and functions that take functions."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from bascule.simulator.evaluation.faults import Fault
from bascule.simulator.evaluation.functions.base import ANY, Argument, Context, Registry
from bascule.simulator.evaluation.scope import descend
from bascule.simulator.evaluation.values import DEFAULT, MAX_ITEMS, Value, compare, primary, show

__all__ = ["LISTS", "ordered", "sort", "unique"]

LISTS = Registry()


@LISTS.add("array", 0, ANY)
def _array(context: Context, args: tuple[Argument, ...]) -> Value:
    """A list of the values."""
    return context.listed(list(args))


@LISTS.add("object", 0, ANY)
def _object(context: Context, args: tuple[Argument, ...]) -> Value:
    """An object of names and values, one after the other."""
    if len(args) % 2:
        context.fail("an object takes names and values in pairs", "arguments")
    return {context.text(key): context.value(value) for key, value in zip(args[::2], args[1::2], strict=True)}


@LISTS.add("index", 2)
def _index(context: Context, args: tuple[Argument, ...]) -> Value:
    """The item at a position (from the end when negative), or the member of that name; nothing when there is none."""
    value, key = context.value(args[0]), primary(context.value(args[1]))
    inner = primary(value)
    if isinstance(inner, str) and isinstance(key, (int, Decimal)):
        return None
    if isinstance(inner, list) and isinstance(key, (int, Decimal, str)) and not isinstance(key, bool):
        at = context.integer(key)
        if not -len(inner) <= at < len(inner):
            if context.dialect == "rapidpro":
                context.fail(f"there is no item {at} among {len(inner)}", "index")
            return None
        item: Value = inner[at]
        return item
    if isinstance(value, dict):
        name = context.text(key)
        found = descend(value, (name,)) if name != DEFAULT else None
        if found is None and context.dialect == "rapidpro" and name.lower() not in {str(one).lower() for one in value}:
            context.fail(f"there is no `{name[:40]}`", "member")
        return found
    if value is None:
        return None
    return context.fail(f"`{show(value)[:40]}` has no items", "type")


@LISTS.add("first", 1)
def _first(context: Context, args: tuple[Argument, ...]) -> Value:
    """The first item of a list, or character of a text."""
    value = primary(context.value(args[0]))
    return (value[0] if value else None) if isinstance(value, (list, str)) else None


@LISTS.add("last", 1)
def _last(context: Context, args: tuple[Argument, ...]) -> Value:
    """The last item of a list, or character of a text."""
    value = primary(context.value(args[0]))
    return (value[-1] if value else None) if isinstance(value, (list, str)) else None


@LISTS.add("slice", 2, 3)
def _slice(context: Context, args: tuple[Argument, ...]) -> Value:
    """So many characters or items (one when not said) from a position on; a negative one counts from the end."""
    value = primary(context.value(args[0]))
    start = context.integer(args[1])
    size = context.integer(args[2]) if len(args) > 2 else 1
    whole: Any = value if isinstance(value, list) else context.text(value)
    start = start + len(whole) if start < 0 else start
    if start < 0 or size < 0:
        return [] if isinstance(value, list) else ""
    found: Value = whole[start : start + size]
    return found


@LISTS.add("rapidpro_slice", 2, 3)
def _slice_up_to(context: Context, args: tuple[Argument, ...]) -> Value:
    """The items from a position up to another."""
    value = primary(context.value(args[0]))
    whole: Any = value if isinstance(value, list) else context.text(value)
    found: Value = whole[context.integer(args[1]) : context.integer(args[2]) if len(args) > 2 else None]
    return found


LISTS["floip_slice"] = LISTS["rapidpro_slice"]


@LISTS.add("count", 1)
def _count(context: Context, args: tuple[Argument, ...]) -> Value:
    """The number of items of a list or members of an object."""
    value = context.value(args[0])
    inner = primary(value)
    if isinstance(inner, list):
        return len(inner)
    return len(context.members(value))


@LISTS.add("rapidpro_concat", 0, ANY)
def _concat(context: Context, args: tuple[Argument, ...]) -> Value:
    """The items of all lists in one."""
    found: list[Any] = []
    for argument in args:
        found += context.items(argument)
        context.listed(found)
    return found


LISTS["liquid_concat"] = LISTS["rapidpro_concat"]


@LISTS.add("keys", 1)
def _keys(context: Context, args: tuple[Argument, ...]) -> Value:
    """The names of an object's members, in order of the alphabet."""
    return sorted(context.members(args[0]))


@LISTS.add("values", 1)
def _values(context: Context, args: tuple[Argument, ...]) -> Value:
    """The values of an object's members, in the order of their names."""
    found = context.members(args[0])
    return [found[key] for key in sorted(found)]


@LISTS.add("reverse", 1)
def _reverse(context: Context, args: tuple[Argument, ...]) -> Value:
    """The items in the opposite order."""
    return context.items(args[0])[::-1]


def ordered(context: Context, items: list[Any], keys: list[Any]) -> list[Any]:
    """The items in the order of their keys; equal ones keep theirs. Keys must be of one kind."""
    kinds = {_kind(key) for key in keys}
    if context.dialect != "rapidpro":
        kinds.discard("")
    if len(kinds) > 1 or "other" in kinds or (kinds == {""} and len(keys) > 1):
        context.fail("the items are not of one kind that has an order", "type")

    def order(left: tuple[Any, Any], right: tuple[Any, Any]) -> int:
        if left[0] is None or right[0] is None:
            # What is unset goes last.
            return (left[0] is None) - (right[0] is None)
        found = (
            (left[0] > right[0]) - (left[0] < right[0])
            if isinstance(left[0], str)
            else compare(int(left[0]), int(right[0]))
            if isinstance(left[0], bool)
            else compare(left[0], right[0])
        )
        return 0 if isinstance(found, Fault) else found

    return [item for _, item in sorted(zip(keys, items, strict=True), key=cmp_to_key(order))]


def _kind(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, Decimal)):
        return "number"
    for kind in (str, datetime, date, time):
        if isinstance(value, kind):
            return kind.__name__
    return "other"


@LISTS.add("sort", 1, 2)
def sort(context: Context, args: tuple[Argument, ...]) -> Value:
    """The items in order; by a member of that name when one is given."""
    items = context.items(args[0])
    return ordered(context, items, [primary(key) for key in _member_of(context, items, args)])


def _member_of(context: Context, items: list[Any], args: tuple[Argument, ...]) -> list[Any]:
    if len(args) < 2:
        return items
    name = context.text(args[1])
    return [descend(item, (name,)) if isinstance(item, dict) else None for item in items]


def unique(context: Context, items: list[Any], keys: list[Any]) -> list[Any]:
    """The items without those whose key was seen before."""
    seen: set[tuple[str, str]] = set()
    found: list[Any] = []
    for key, item in zip(keys, items, strict=True):
        mark = context.key(key)
        if mark not in seen:
            seen.add(mark)
            found.append(item)
    return found


@LISTS.add("unique", 1, 2)
def _unique(context: Context, args: tuple[Argument, ...]) -> Value:
    """The items, each only once."""
    items = context.items(args[0])
    return unique(context, items, _member_of(context, items, args))


LISTS["uniq"] = LISTS["unique"]


@LISTS.add("extract", 2)
def _extract(context: Context, args: tuple[Argument, ...]) -> Value:
    """The member of that name; nothing when there is none."""
    return descend(context.members(args[0]), (context.text(args[1]),))


@LISTS.add("extract_object", 2, ANY)
def _extract_object(context: Context, args: tuple[Argument, ...]) -> Value:
    """An object of just the members of these names."""
    members = context.members(args[0])
    return {name: descend(members, (name,)) for name in (context.text(argument) for argument in args[1:])}


@LISTS.add("append", 2, ANY)
def _append(context: Context, args: tuple[Argument, ...]) -> Value:
    """The list with the values after its items; a list's items are added one by one."""
    found = list(context.items(args[0]))
    for argument in args[1:]:
        value = primary(context.value(argument))
        found += value if isinstance(value, list) else [value]
        context.listed(found)
    return found


@LISTS.add("remove", 2, ANY)
def _remove(context: Context, args: tuple[Argument, ...]) -> Value:
    """The list without the values, or without the items of a list."""
    found = context.items(args[0])
    for argument in args[1:]:
        value = primary(context.value(argument))
        unwanted = {context.key(one) for one in (value if isinstance(value, list) else [value])}
        found = [item for item in found if context.key(item) not in unwanted]
    return found


@LISTS.add("delete", 2)
def _delete(context: Context, args: tuple[Argument, ...]) -> Value:
    """The object without a member, or the list without the values equal to one."""
    value = context.value(args[0])
    if isinstance(value, dict):
        name = context.text(args[1])
        return {key: item for key, item in context.members(value).items() if key != name}
    return [item for item in context.items(value) if not context.same(item, args[1])]


@LISTS.add("has_member", 2)
def _has_member_of(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether a value is among the items."""
    return any(context.same(item, args[1]) for item in context.items(args[0]))


@LISTS.add("has_key", 2)
def _has_key(context: Context, args: tuple[Argument, ...]) -> Value:
    """Whether an object has a member of that name."""
    return context.text(args[1]) in context.members(args[0])


@LISTS.add("pop", 1)
def _pop(context: Context, args: tuple[Argument, ...]) -> Value:
    """The list without its last item."""
    return context.items(args[0])[:-1]


@LISTS.add("shift", 1)
def _shift(context: Context, args: tuple[Argument, ...]) -> Value:
    """The list without its first item."""
    return context.items(args[0])[1:]


@LISTS.add("item_with_same_index", 3)
def _item_with_same_index(context: Context, args: tuple[Argument, ...]) -> Value:
    """The item of the second list that stands where the value stands in the first."""
    base, target = context.items(args[1]), context.items(args[2])
    at = next((number for number, item in enumerate(base) if context.same(item, args[0])), -1)
    found: Value = target[at] if 0 <= at < len(target) else None
    return found


@LISTS.add("range", 2)
def _range(context: Context, args: tuple[Argument, ...]) -> Value:
    """The whole numbers from one to another."""
    low, high = context.integer(args[0]), context.integer(args[1])
    if high - low >= MAX_ITEMS:
        context.fail("the range is too long", "size")
    return list(range(low, high + 1))
