"""A judge of request bodies by a vendor's OpenAPI document, as the vendor means it.

Plain JSON Schema passes too much: it ignores discriminators, so that a base class without its variants accepts anything,
and it lets unknown members through, so that a misspelt one looks right. Here a discriminator chooses its variant, at any
depth; a ``oneOf`` without one has to match in exactly one branch; a member that no schema of the object names is an
error, and so is one that only answers have (``readOnly``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from jsonschema import Draft202012Validator

__all__ = ["Judge", "broken_copies"]

_KEYWORDS = ("type", "enum", "const", "minLength", "maxLength", "pattern", "minimum", "maximum", "minItems", "maxItems",
             "uniqueItems", "required", "minProperties", "maxProperties")  # fmt: skip
_MORE = ("allOf", "oneOf", "anyOf", "discriminator", "$ref")

Leaf = dict[str, Any]


@dataclass
class Judge:
    """The requests of one document. ``judged`` counts the bodies by path."""

    document: dict[str, Any]
    judged: dict[str, int] = field(default_factory=dict)

    def errors(self, method: str, path: str, body: Any) -> list[str]:
        """What the document says against a body; a path that it does not have is an error too."""
        for template, operations in self.document["paths"].items():
            pattern = re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path) and method.lower() in operations:
                content = operations[method.lower()].get("requestBody", {}).get("content", {})
                self.judged[template] = self.judged.get(template, 0) + 1
                if not content:
                    return [] if body is None else ["the request takes no body"]
                return list(self._check([content["application/json"]["schema"]], body, "$"))
        return [f"the document has no {method} {path}"]

    def _check(self, schemas: list[Any], value: Any, at: str) -> Iterator[str]:
        leaves: list[Leaf] = []
        choices: list[tuple[str, list[Any]]] = []
        for schema in schemas:
            yield from self._expand(schema, value, at, leaves, choices, frozenset())
        for kind, branches in choices:
            rest = [other for name, others in choices if others is not branches for other in others[:1]]
            first = [next(self._check([*leaves, *rest, branch], value, at), "") for branch in branches]
            if all(first):
                nearest = max(first, key=lambda error: error.partition(":")[0].count("."))
                yield f"{at}: none of {len(branches)} variants matches: {nearest}"
            elif kind == "oneOf" and first.count("") > 1:
                yield f"{at}: {first.count('')} variants match"
        if not choices:
            yield from self._shallow(leaves, value, at)
            yield from self._inside(leaves, value, at)

    def _expand(
        self,
        schema: dict[str, Any],
        value: Any,
        at: str,
        leaves: list[Leaf],
        choices: list[tuple[str, list[Any]]],
        chain: frozenset[str],
    ) -> Iterator[str]:
        """Take a schema apart: what it says itself into ``leaves``, alternatives into ``choices``."""
        while "$ref" in schema:
            chain |= {schema["$ref"]}
            schema = self._at(schema["$ref"])
        mapping = schema.get("discriminator", {}).get("mapping")
        # A variant refers to its base: that must not lead to the variant again.
        if mapping and not chain & set(mapping.values()):
            name = schema["discriminator"]["propertyName"]
            told = value.get(name) if isinstance(value, dict) else None
            if told not in mapping:
                yield f"{at}.{name}: {told!r} is none of {', '.join(mapping)}"
                return
            yield from self._expand({"$ref": mapping[told]}, value, at, leaves, choices, chain)
            return
        leaves.append({key: inner for key, inner in schema.items() if key not in _MORE})
        for part in schema.get("allOf", ()):
            yield from self._expand(part, value, at, leaves, choices, chain)
        choices += [(kind, schema[kind]) for kind in ("oneOf", "anyOf") if kind in schema]

    def _at(self, reference: str) -> dict[str, Any]:
        found: Any = self.document
        for token in reference.removeprefix("#/").split("/"):
            found = found[token.replace("~1", "/").replace("~0", "~")]
        return dict(found)

    def _shallow(self, leaves: Iterable[Leaf], value: Any, at: str) -> Iterator[str]:
        for leaf in leaves:
            said = {key: leaf[key] for key in _KEYWORDS if key in leaf}
            yield from (f"{at}: {error.message}" for error in Draft202012Validator(said).iter_errors(value))

    def _inside(self, leaves: list[Leaf], value: Any, at: str) -> Iterator[str]:
        if isinstance(value, list):
            items = [leaf["items"] for leaf in leaves if "items" in leaf]
            for index, item in enumerate(value):
                yield from self._check(items, item, f"{at}[{index}]")
        if not isinstance(value, dict):
            return
        free = [leaf["additionalProperties"] for leaf in leaves if leaf.get("additionalProperties")]
        for name, inner in value.items():
            named = [leaf["properties"][name] for leaf in leaves if name in leaf.get("properties", {})]
            if any(schema.get("readOnly") for schema in named):
                yield f"{at}.{name}: only answers have it"
            if named:
                yield from self._check(named, inner, f"{at}.{name}")
            elif not free:
                yield f"{at}.{name}: no member of this name"
            elif True not in free:
                yield from self._check(free, inner, f"{at}.{name}")


def broken_copies(body: Any, most: int = 60) -> Iterator[tuple[str, Any]]:
    """Copies of a body with one defect each: a member misspelt, taken away, or of another type."""
    import copy

    def objects(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        if isinstance(value, dict):
            yield path
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, item in inner:
            yield from objects(item, (*path, key))

    made = 0
    for path in objects(body, ()):
        target = body
        for key in path:
            target = target[key]
        for name in target:
            for how in ("misspelt", "of another type"):
                if made == most:
                    return
                changed = copy.deepcopy(body)
                inner = changed
                for key in path:
                    inner = inner[key]
                value = inner.pop(name)
                if how == "misspelt":
                    inner[f"{name}x"] = value
                else:
                    inner[name] = 7 if isinstance(value, (str, dict, list)) else "seven"
                made += 1
                yield f"{'.'.join(map(str, (*path, name)))} {how}", changed
