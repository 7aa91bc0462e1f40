"""The small pieces that every encoder uses: optional members, pairs, localised values, facts, durations."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from bascule.ir.durations import UNKNOWN, print_duration
from bascule.ir.expr_text import print_expression, print_text
from bascule.ir.nodes import Duration
from bascule.ir.text import Localized, LocalizedText
from bascule.source import Place

__all__ = [
    "RAW_JSON",
    "Encoder",
    "duration_tree",
    "fact_value",
    "facts_tree",
    "keyed",
    "localized_strings",
    "localized_text",
    "localized_tree",
    "number",
    "pairs_tree",
]

T = TypeVar("T")

RAW_JSON = "$json"
"""Key that carries a fact's JSON text where data would not give back the same text."""

_MAX_FACT_DEPTH = 20


class Encoder:
    """What an encoding run knows: whether places are wanted, and whether the flow has a node called ``end``."""

    def __init__(self, provenance: bool = False) -> None:
        self.provenance = provenance
        self.end_is_a_node = False

    def place(self, tree: dict[str, Any], at: Place | None) -> dict[str, Any]:
        """Add ``at`` last, when wanted and known."""
        if self.provenance and at is not None:
            tree["at"] = f"{at.file}#{at.pointer}"
        return tree

    def bind(self, function: Callable[[T, Encoder], Any]) -> Callable[[T], Any]:
        """The function of one item that passes this encoder along."""
        return lambda item: function(item, self)


def keyed(items: Sequence[T], key: str, name: Callable[[T], str], encode: Callable[[T], Any]) -> Any:
    """A mapping from each item's name; a list with the name as a member where two items share one."""
    names = [name(item) for item in items]
    if len(set(names)) == len(names):
        return {known: encode(item) for known, item in zip(names, items, strict=True)}
    return [{key: known, **encode(item)} for known, item in zip(names, items, strict=True)]


def pairs_tree(tree: dict[str, Any], key: str, pairs: Sequence[tuple[str, Any]]) -> None:
    """Pairs as a mapping, or as a list of two-item lists where a name repeats."""
    if not pairs:
        return
    names = {name for name, _ in pairs}
    tree[key] = dict(pairs) if len(names) == len(pairs) else [[name, value] for name, value in pairs]


def localized_tree(value: Localized[T], encode: Callable[[T], Any]) -> Any:
    """The bare value when it is only for the project's own locale, else a mapping by locale."""
    if value.locales == ("",):
        return encode(value.first)
    return {locale: encode(item) for locale, item in value}


def localized_text(tree: dict[str, Any], key: str, value: LocalizedText) -> None:
    """A text per locale."""
    if value:
        tree[key] = localized_tree(value, print_text)


def localized_strings(tree: dict[str, Any], key: str, value: Localized[str] | Localized[tuple[str, ...]]) -> None:
    """Plain words or lists of words per locale (no holes)."""
    if value:
        words: Localized[Any] = Localized(value.items)
        tree[key] = localized_tree(words, lambda item: item if isinstance(item, str) else list(item))


def facts_tree(tree: dict[str, Any], key: str, facts: tuple[tuple[str, str], ...]) -> None:
    """Facts and hints: their JSON text as data."""
    pairs_tree(tree, key, [(name, fact_value(value)) for name, value in facts])


def fact_value(text: str) -> Any:
    """JSON text as data where printing the data gives the same text; else ``{"$json": text}``."""
    try:
        data = json.loads(text, parse_constant=_refuse)
        same = json.dumps(data, ensure_ascii=False, allow_nan=False) == text
    except (ValueError, RecursionError):
        same = False
    if not same or _depth(data) > _MAX_FACT_DEPTH or (isinstance(data, dict) and RAW_JSON in data):
        return {RAW_JSON: text}
    return data


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _depth(value: Any) -> int:
    level = [value]
    depth = 0
    while level:
        depth += 1
        level = [
            part
            for item in level
            if isinstance(item, (dict, list))
            for part in (item.values() if isinstance(item, dict) else item)
        ]
    return depth


def number(value: float) -> Any:
    """A number as it is; the infinite ones, which JSON lacks, as text."""
    return value if math.isfinite(value) else str(value)


def duration_tree(duration: Duration) -> Any:
    """``2h`` when fixed; ``{seconds: expression, at_most: 2d}`` when computed; ``unknown`` when nothing is known."""
    if duration.expression is None and duration.bound is None:
        return UNKNOWN if duration.seconds is None else print_duration(duration.seconds)
    tree: dict[str, Any] = {}
    if duration.seconds is not None:
        tree["fixed"] = print_duration(duration.seconds)
    if duration.expression is not None:
        tree["seconds"] = print_expression(duration.expression)
    if duration.bound is not None:
        tree["at_most"] = print_duration(duration.bound)
    return tree
