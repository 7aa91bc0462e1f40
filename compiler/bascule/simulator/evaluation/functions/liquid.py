"""Filters that only Liquid has (https://shopify.github.io/liquid/filters/)."""

from __future__ import annotations

import html
import re
from decimal import ROUND_FLOOR, Decimal

from bascule.simulator.evaluation.functions.base import Argument, Context, Registry
from bascule.simulator.evaluation.functions.lists import ordered
from bascule.simulator.evaluation.functions.moments import MOMENTS
from bascule.simulator.evaluation.functions.numbers import rounded
from bascule.simulator.evaluation.functions.operators import divide
from bascule.simulator.evaluation.functions.texts import capitalized, replaced
from bascule.simulator.evaluation.scope import descend
from bascule.simulator.evaluation.values import Value, primary

__all__ = ["LIQUID"]

LIQUID = Registry()


@LIQUID.add("capitalize", 1)
def _capitalize(context: Context, args: tuple[Argument, ...]) -> Value:
    """The first letter as a capital, the others small."""
    return capitalized(context.text(args[0]))


@LIQUID.add("lstrip", 1)
def _lstrip(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text without blanks at its start."""
    return context.text(args[0]).lstrip()


@LIQUID.add("rstrip", 1)
def _rstrip(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text without blanks at its end."""
    return context.text(args[0]).rstrip()


@LIQUID.add("compact", 1, 2)
def _compact(context: Context, args: tuple[Argument, ...]) -> Value:
    """The items that are set, or whose member of that name is."""
    items = context.items(args[0])
    if len(args) < 2:
        return [item for item in items if primary(item) is not None]
    name = context.text(args[1])
    return [item for item in items if isinstance(item, dict) and descend(item, (name,)) is not None]


@LIQUID.add("escape", 1)
def _escape(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text with the signs of HTML as entities."""
    return context.sized(html.escape(context.text(args[0])).replace("&#x27;", "&#39;"))


@LIQUID.add("escape_once", 1)
def _escape_once(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text with the signs of HTML as entities, those that are entities left alone."""
    text = html.escape(html.unescape(context.text(args[0]))).replace("&#x27;", "&#39;")
    return context.sized(text)


@LIQUID.add("newline_to_br", 1)
def _newline_to_br(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text with a tag before each line's end."""
    text = context.text(args[0]).replace("\r\n", "\n")
    return replaced(context, text, "\n", "<br />\n")


@LIQUID.add("remove_first", 2)
def _remove_first(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text without the first occurrence of another."""
    return context.text(args[0]).replace(context.text(args[1]), "", 1)


def _last_replaced(context: Context, text: str, old: str, new: str) -> str:
    before, found, after = text.rpartition(old) if old else (text, "", "")
    return context.sized(before + new + after) if found else text


@LIQUID.add("remove_last", 2)
def _remove_last(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text without the last occurrence of another."""
    return _last_replaced(context, context.text(args[0]), context.text(args[1]), "")


@LIQUID.add("replace_first", 2, 3)
def _replace_first(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text with the first occurrence of another replaced."""
    new = context.text(args[2]) if len(args) > 2 else ""
    return replaced(context, context.text(args[0]), context.text(args[1]), new, 1)


@LIQUID.add("replace_last", 2, 3)
def _replace_last(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text with the last occurrence of another replaced."""
    new = context.text(args[2]) if len(args) > 2 else ""
    return _last_replaced(context, context.text(args[0]), context.text(args[1]), new)


@LIQUID.add("sort_natural", 1, 2)
def _sort_natural(context: Context, args: tuple[Argument, ...]) -> Value:
    """The items in the order of the alphabet, capitals ignored."""
    items = context.items(args[0])
    names = [descend(item, (context.text(args[1]),)) if isinstance(item, dict) else None for item in items] if (
        len(args) > 1
    ) else items  # fmt: skip
    return ordered(context, items, [None if name is None else context.text(name).lower() for name in names])


_TAG = re.compile(r"<[^<>]{0,5000}>")


@LIQUID.add("strip_html", 1)
def _strip_html(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text without the tags of HTML."""
    return _TAG.sub("", context.text(args[0]))


@LIQUID.add("strip_newlines", 1)
def _strip_newlines(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text in one line."""
    return context.text(args[0]).replace("\r\n", "").replace("\n", "")


@LIQUID.add("truncate", 1, 3)
def _truncate(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text cut to so many characters (50), three dots or another end included."""
    text = context.text(args[0])
    size = context.integer(args[1]) if len(args) > 1 else 50
    end = context.text(args[2]) if len(args) > 2 else "..."
    return text if len(text) <= size else text[: max(0, size - len(end))] + end


@LIQUID.add("truncatewords", 1, 3)
def _truncatewords(context: Context, args: tuple[Argument, ...]) -> Value:
    """The text cut to so many words (15), three dots or another end after them."""
    parts = context.text(args[0]).split()
    size = max(1, context.integer(args[1])) if len(args) > 1 else 15
    end = context.text(args[2]) if len(args) > 2 else "..."
    return " ".join(parts) if len(parts) <= size else " ".join(parts[:size]) + end


@LIQUID.add("divided_by", 2)
def _divided_by(context: Context, args: tuple[Argument, ...]) -> Value:
    """The quotient, rounded down when the divisor is a whole number."""
    divisor = primary(context.value(args[1]))
    quotient = divide(context, context.number(args[0]), context.number(divisor))
    whole = isinstance(divisor, int) or (isinstance(divisor, Decimal) and divisor == divisor.to_integral_value())
    return rounded(context, quotient, 0, ROUND_FLOOR) if whole else quotient


@LIQUID.add("prepend", 2)
def _prepend(context: Context, args: tuple[Argument, ...]) -> Value:
    """The second text before the first."""
    return context.sized(context.text(args[1]) + context.text(args[0]))


@LIQUID.add("named", 2)
def _named(context: Context, args: tuple[Argument, ...]) -> Value:
    """A value that a filter is given by name."""
    return context.value(args[1])


LIQUID["liquid_date"] = MOMENTS["format_date"]
