"""Liquid filters as calls of the native vocabulary.

Filters of the standard set without a native counterpart keep their own name
(https://shopify.github.io/liquid/filters/).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bascule.ir.expr import OPERATORS, TESTS, Call, Const, Expression

__all__ = ["COMMON_FILTERS", "apply_filter", "is_known_filter"]

_RENAMED = {
    "upcase": "upper",
    "downcase": "lower",
    "strip": "trim",
    "size": "length",
    "split": "split",
    "first": "first",
    "last": "last",
    "replace": "replace",
    "round": "round",
    "abs": "abs",
    "at_least": "max",
    "at_most": "min",
    "default": "default",
    "url_encode": "url_encode",
    "cgi_escape": "url_encode",
    "json": "json",
    "to_json": "json",
    "slice": "slice",
    "plus": "add",
    "minus": "sub",
    "times": "mul",
}
_OWN = frozenset(
    {"base64_decode", "base64_encode", "base64_url_safe_decode", "base64_url_safe_encode", "capitalize", "ceil"}
    | {"compact", "concat", "escape", "escape_once", "find", "find_index", "floor", "has", "lstrip", "map", "modulo"}
    | {"newline_to_br", "reject", "remove_first", "remove_last", "replace_first", "replace_last", "reverse", "rstrip"}
    | {"sort", "sort_natural", "strip_html", "strip_newlines", "sum", "truncate", "truncatewords", "uniq"}
    | {"url_decode", "where"}
)
COMMON_FILTERS = frozenset({"upper", "lower", "title", "trim", "length"})
"""Filters that Liquid lacks, but other engines have under the native name: the meaning is plain."""

# Names of the native vocabulary: a filter of that name that means something else must not pass for it.
_NATIVE = frozenset(
    {*OPERATORS, *TESTS, "date", "format", "format_date", "if", "index", "join", "max", "min", "now", "number"}
    | {"text", "time", "today", *COMMON_FILTERS}
)


def is_known_filter(name: str) -> bool:
    """Whether Liquid, or Studio, has the filter."""
    return name in _RENAMED or name in _OWN or name in _SPECIAL


def apply_filter(name: str, value: Expression, args: Sequence[Expression]) -> Expression:
    """The call that a filter stands for. ``args`` are the filter's own arguments, ``value`` what is left of the bar."""
    special = _SPECIAL.get(name)
    if special is not None:
        result = special(value, tuple(args))
        if result is not None:
            return result
    renamed = _RENAMED.get(name)
    if renamed is not None and not (renamed in OPERATORS and len(args) != 1):
        return Call(renamed, (value, *args))
    clash = name in _NATIVE and name not in COMMON_FILTERS
    own = f"liquid_{name}" if clash else name
    return Call(own, (value, *args))


def _concat(left: Expression, right: Expression) -> Call:
    parts: list[Expression] = []
    for side in (left, right):
        parts += side.args if isinstance(side, Call) and side.name == "concat" else (side,)
    return Call("concat", tuple(parts))


def _append(value: Expression, args: tuple[Expression, ...]) -> Expression | None:
    return _concat(value, args[0]) if len(args) == 1 else None


def _prepend(value: Expression, args: tuple[Expression, ...]) -> Expression | None:
    return _concat(args[0], value) if len(args) == 1 else None


def _remove(value: Expression, args: tuple[Expression, ...]) -> Expression | None:
    return Call("replace", (value, args[0], Const(""))) if len(args) == 1 else None


def _join(value: Expression, args: tuple[Expression, ...]) -> Expression | None:
    return Call("join", (value, args[0] if args else Const(" ")))


def _date(value: Expression, args: tuple[Expression, ...]) -> Expression | None:
    # Liquid takes the words "now" and "today" for the present moment.
    if isinstance(value, Const) and value.value in ("now", "today"):
        value = Call("now")
    return Call("format_date", (value, args[0])) if len(args) == 1 else None


def _divided_by(value: Expression, args: tuple[Expression, ...]) -> Expression | None:
    # Division by a whole number rounds down; by a variable, only the run can tell.
    if len(args) != 1 or not isinstance(args[0], Const):
        return None
    quotient = Call("div", (value, args[0]))
    return Call("floor", (quotient,)) if isinstance(args[0].value, int) else quotient


_Special = Callable[[Expression, tuple[Expression, ...]], Expression | None]
_SPECIAL: dict[str, _Special] = {
    "append": _append,
    "prepend": _prepend,
    "remove": _remove,
    "join": _join,
    "date": _date,
    "divided_by": _divided_by,
}
