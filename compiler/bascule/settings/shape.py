"""Shapes of configuration values: one description that checks a value and prints its JSON Schema."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bascule.source import join_pointer

__all__ = ["Many", "Mapped", "OneOf", "Problem", "Shape", "Table", "Text", "schema_of"]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a pointer. ``unknown`` keys are told from bad values; ``key`` means the key, not its value."""

    pointer: str
    message: str
    help: str
    unknown: bool = False
    key: bool = False
    meant: str = ""
    """The key that an unknown one is most like."""


class Shape:
    """Base of all shapes."""

    def check(self, value: Any, pointer: str) -> Iterator[Problem]:
        """What is wrong with a value; nothing when it fits."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """The JSON Schema (draft 7) of the shape."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """What is expected, for people."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Text(Shape):
    """A text. ``pattern`` must match all of it; ``choices`` are the only values; ``wanted`` says so to people."""

    wanted: str = "a text"
    pattern: str = ""
    choices: tuple[str, ...] = ()
    empty: bool = False

    def check(self, value: Any, pointer: str) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem(pointer, f"{_kind(value)} stands where {self.name} is expected", f"write {self.name}")
        elif self.choices and value not in self.choices:
            close = difflib.get_close_matches(value.lower(), self.choices, n=1, cutoff=0.5)
            help = f"did you mean `{close[0]}`?" if close else f"the values are: {', '.join(self.choices)}"
            yield Problem(pointer, f"`{value[:60]}` is not {self.name}", help)
        elif not self.empty and not value.strip():
            yield Problem(pointer, f"an empty text stands where {self.name} is expected", f"write {self.name}")
        elif self.pattern and not re.fullmatch(self.pattern, value):
            yield Problem(pointer, f"`{value[:60]}` is not {self.name}", f"write {self.name}")

    def schema(self) -> dict[str, Any]:
        if self.choices:
            return {"enum": list(self.choices)}
        schema: dict[str, Any] = {"type": "string"}
        if self.pattern:
            schema["pattern"] = f"^(?:{self.pattern})$"
        elif not self.empty:
            schema["pattern"] = "\\S"
        return schema

    @property
    def name(self) -> str:
        return f"one of {', '.join(self.choices)}" if self.choices else self.wanted


@dataclass(frozen=True, slots=True)
class Many(Shape):
    """A list of values of one shape. ``least`` is its smallest length."""

    item: Shape
    least: int = 0

    def check(self, value: Any, pointer: str) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(pointer, f"{_kind(value)} stands where {self.name} is expected", "put it into brackets: [ ]")
            return
        if len(value) < self.least:
            yield Problem(pointer, "the list is empty", f"name at least {self.item.name}")
        for number, item in enumerate(value):
            yield from self.item.check(item, join_pointer(pointer, number))

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema(), **({"minItems": self.least} if self.least else {})}

    @property
    def name(self) -> str:
        return f"a list ({self.item.name} each)"


@dataclass(frozen=True, slots=True)
class OneOf(Shape):
    """One of two shapes, told apart by the kind of value: a text, or something else."""

    text: Shape
    other: Shape

    def check(self, value: Any, pointer: str) -> Iterator[Problem]:
        if isinstance(value, (list, dict)):
            yield from self.other.check(value, pointer)
        else:
            yield from self.text.check(value, pointer)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.text.schema(), self.other.schema()]}

    @property
    def name(self) -> str:
        return f"{self.text.name} or {self.other.name}"


@dataclass(frozen=True, slots=True)
class Mapped(Shape):
    """A table whose keys are free; every key fits ``key``, every value ``value``."""

    key: Text
    value: Shape

    def check(self, value: Any, pointer: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(pointer, f"{_kind(value)} stands where a table is expected", "write `key = value` lines")
            return
        for key, item in value.items():
            at = join_pointer(pointer, key)
            for problem in self.key.check(key, at):
                yield Problem(at, problem.message, problem.help, key=True)
            yield from self.value.check(item, at)

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "propertyNames": self.key.schema(), "additionalProperties": self.value.schema()}

    @property
    def name(self) -> str:
        return "a table"


@dataclass(frozen=True, slots=True)
class Table(Shape):
    """A table with known keys: each has a shape and one sentence that says what it is."""

    keys: Mapping[str, tuple[Shape, str]]
    required: tuple[str, ...] = ()
    advised: tuple[str, ...] = field(default=())
    """Required by the published schema, reported by a rule of its own here."""

    def check(self, value: Any, pointer: str) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(pointer, f"{_kind(value)} stands where a table is expected", "write `key = value` lines")
            return
        for key, item in value.items():
            at = join_pointer(pointer, key)
            if key in self.keys:
                yield from self.keys[key][0].check(item, at)
                continue
            close = difflib.get_close_matches(key.lower().replace("_", "-"), self.keys, n=1, cutoff=0.6)
            help = f"did you mean `{close[0]}`?" if close else f"the keys here are: {', '.join(self.keys)}"
            meant = close[0] if close and close[0] not in value else ""
            yield Problem(at, f"there is no key `{key[:60]}`", help, unknown=True, key=True, meant=meant)
        for key in self.required:
            if key not in value:
                yield Problem(pointer, f"the key `{key}` is missing", f"add `{key}`: {self.keys[key][1]}", key=True)

    def schema(self) -> dict[str, Any]:
        required = [*self.required, *self.advised]
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {key: {**shape.schema(), "description": text} for key, (shape, text) in self.keys.items()},
            **({"required": required} if required else {}),
        }

    @property
    def name(self) -> str:
        return "a table"


def _kind(value: Any) -> str:
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "a boolean"),
        (int, "a number"),
        (float, "a number"),
        (str, "a text"),
        (list, "a list"),
        (dict, "a table"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "a date or time")


def schema_of(shape: Shape, *, title: str, identifier: str, description: str) -> dict[str, Any]:
    """The published schema of a whole file, in draft-07 keywords (what TOML and YAML language servers read)."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": identifier,
        "title": title,
        "description": description,
        **shape.schema(),
    }
