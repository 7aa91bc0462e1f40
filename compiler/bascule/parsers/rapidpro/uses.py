"""Which results the expressions of a file look at: categories nobody reads need no variable of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bascule.parsers.rapidpro.reading import result_key

__all__ = ["ResultUses", "uses_of"]

_RESULT = re.compile(r"(?i)\bresults\b(?:\s*\.\s*(\w+)|\s*\[\s*\"([^\"]{1,64})\"\s*\])?(?:\s*\.\s*(\w+))?")


@dataclass(slots=True)
class ResultUses:
    """Keys of results by what is read of them. ``everything`` says that some expression takes them all; ``extra`` that
    one reads what webhooks answered under the name that older flows have for it."""

    categories: set[str] = field(default_factory=set)
    localized: set[str] = field(default_factory=set)
    everything: bool = False
    extra: bool = False

    def category(self, key: str) -> bool:
        """Whether the category of a result is looked at."""
        return self.everything or key in self.categories

    def category_localized(self, key: str) -> bool:
        """Whether the translated category of a result is looked at."""
        return self.everything or key in self.localized


def _strings(value: Any) -> Iterator[str]:
    stack: list[Any] = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, str):
            yield item


def _category_tests(value: Any) -> Iterator[str]:
    """Operands of routers that test the category of the result they name."""
    stack: list[Any] = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            cases = item.get("cases")
            if isinstance(cases, list) and isinstance(item.get("operand"), str):
                tests = {
                    case.get("type") for case in cases if isinstance(case, dict) and isinstance(case.get("type"), str)
                }
                if tests & {"has_category", "has_intent", "has_top_intent"}:
                    yield item["operand"]
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def uses_of(value: Any) -> ResultUses:
    """What the expressions in a JSON value read of results."""
    uses = ResultUses()
    for text in _strings(value):
        if "@" not in text:
            continue
        plain = text.lower()
        uses.extra = uses.extra or "legacy_extra" in plain
        if "results" not in plain:
            continue
        for match in _RESULT.finditer(text):
            name = match.group(1) or match.group(2)
            part = (match.group(3) or "").lower()
            if not name:
                uses.everything = True
            elif part == "category":
                uses.categories.add(result_key(name))
            elif part == "category_localized":
                uses.localized.add(result_key(name))
    for operand in _category_tests(value):
        uses.categories.update(result_key(match.group(1)) for match in _RESULT.finditer(operand) if match.group(1))
    return uses
