"""Templates with a category or a review status, wherever public files hold them: listings, samples, API documents.

Every object with `name`, `language` and `components` in a JSON or YAML file counts, also inside texts that are JSON
(saved answers). The same template is taken once. Writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

__all__ = ["Labelled", "labelled"]

_LARGEST = 8_000_000
_OWN = ("id", "status", "rejected_reason", "quality_score")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One template as a file has it. ``status`` is ``""`` for a body that creates one."""

    file: str
    value: dict[str, Any]

    @property
    def status(self) -> str:
        """What review said."""
        return str(self.value.get("status") or "").upper()

    @property
    def category(self) -> str:
        """The category it is filed under."""
        return str(self.value.get("category") or "").upper()

    @property
    def body(self) -> str:
        """Its text; ``""`` where Meta writes it."""
        parts = [part for part in self.value["components"] if isinstance(part, dict)]
        return next((str(part.get("text") or "") for part in parts if str(part.get("type")).upper() == "BODY"), "")

    def again(self) -> dict[str, Any]:
        """The body that would create it again."""
        return {name: item for name, item in self.value.items() if name not in _OWN}


def _values(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 60:
        return
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _values(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _values(item, depth + 1)
    elif isinstance(value, str) and '"components"' in value and value.lstrip()[:1] in "{[":
        try:
            inner = json.loads(value)
        except ValueError:
            return
        yield from _values(inner, depth + 1)


def _read(path: Path) -> Any:
    text = path.read_text(encoding="utf-8", errors="replace")
    if "components" not in text:
        return None
    try:
        if path.suffix == ".json":
            return json.loads(text)
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (ValueError, yaml.YAMLError, RecursionError):
        return None


def labelled(tops: list[Path]) -> list[Labelled]:
    """All templates below some folders, each once, in the order of their files."""
    found: dict[str, Labelled] = {}
    for top in tops:
        for path in sorted(top.rglob("*")):
            if path.suffix not in (".json", ".yaml", ".yml") or path.stat().st_size > _LARGEST:
                continue
            for value in _values(_read(path)):
                parts = value.get("components")
                named = isinstance(value.get("name"), str) and isinstance(value.get("language"), str)
                if not named or not isinstance(parts, list) or not any(isinstance(part, dict) for part in parts):
                    continue
                if "<" in value["name"] or "{{" in value["name"]:
                    continue  # a form to be filled in
                item = Labelled(str(path.relative_to(top)), value)
                key = json.dumps({**item.again(), "status": item.status}, sort_keys=True, default=str)
                found.setdefault(key, item)
    return list(found.values())
