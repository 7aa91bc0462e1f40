"""YAML with places, built from the event stream: scalars stay the text a person wrote.

``yes``, ``no``, ``012`` and ``1:30`` are reply keywords and times in our files, so no scalar is
converted: a plain (unquoted) scalar becomes :class:`Plain`, a quoted or block scalar ``str``.
Whoever knows the schema decides the type with :func:`as_scalar`. Building from events keeps the
reader iterative, and lets it bound nesting and alias expansion before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from bascule.source.place import Place, split_pointer
from bascule.source.problem import Problem
from bascule.source.text import Document

__all__ = ["MAX_NODES", "Plain", "YamlDocument", "as_scalar", "read_yaml"]

MAX_DEPTH = 100
MAX_NODES = 1_000_000
"""Values one file may expand to, aliases included; an alias bomb is refused far below this cost."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,400})$")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$")
# YAML 1.2 core schema only (https://yaml.org/spec/1.2.2/#103-core-schema): `no` is a word, not false.
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = ("", "~", "null", "Null", "NULL")


class Plain(str):
    """The text of an unquoted YAML scalar: its type is still open."""

    __slots__ = ()


def as_scalar(value: Any) -> Any:
    """Give a plain scalar its YAML 1.2 core type (bool, int, float, None); leave the rest alone.

    An integer of more than 400 digits stays text: it is no number anybody calculates with.
    """
    if not isinstance(value, Plain):
        return value
    if value in _WORDS:
        return _WORDS[value]
    if value in _NULLS:
        return None
    if _INT.match(value):
        return int(value)
    if _FLOAT.match(value):
        return float(value)
    return str(value)


class _Span:
    __slots__ = ("end", "parts", "quoted", "start")

    def __init__(self, start: int, end: int, quoted: str | None = None) -> None:
        self.start = start
        self.end = end
        self.parts: Any = None
        self.quoted = quoted


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class YamlDocument(Document):
    """A YAML file. :attr:`value` is the first document; :attr:`values` all of them."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, text)
        problems: list[Problem] = []
        self.values: list[Any] = []
        self._trees: list[_Span] = []
        self.usable = True
        builder = _Builder(text, problems)
        try:
            for value, tree in builder.documents():
                self.values.append(value)
                self._trees.append(tree)
        except _Refused as refused:
            problems.append(refused.problem)
            self.usable = False
        except yaml.YAMLError as error:
            problems.append(_syntax_problem(text, error))
            self.usable = False
        self.problems = tuple(problems)
        self.value: Any = self.values[0] if self.values else None

    def _find(self, pointer: str) -> tuple[_Span | None, tuple[int, int] | None, bool]:
        """Span node and key range of a pointer; False when only a parent was found."""
        if not self._trees:
            return None, None, False
        node = self._trees[0]
        key_range: tuple[int, int] | None = None
        for token in split_pointer(pointer):
            parts = node.parts
            if isinstance(parts, dict) and token in parts:
                key_start, key_end, node = parts[token]
                key_range = (key_start, key_end)
            elif isinstance(parts, list) and token.isdigit() and int(token) < len(parts):
                node = parts[int(token)]
                key_range = None
            else:
                return node, key_range, False
        return node, key_range, True

    def _range(self, place: Place) -> tuple[int, int]:
        node, key_range, found = self._find(place.pointer)
        if node is None:
            return 0, 0
        if (place.key or node.parts is not None) and key_range is not None:
            return key_range
        if found and place.sub is not None and node.parts is None:
            return self._sub_range(node, place.sub)
        if node.parts is not None:
            line_end = self.text.find("\n", node.start)
            return node.start, min(node.end, line_end if line_end >= 0 else node.end)
        return node.start, node.end

    def _sub_range(self, node: _Span, sub: tuple[int, int]) -> tuple[int, int]:
        """Map a decoded range when the literal holds the text unchanged; else the whole scalar."""
        offset = 0 if node.quoted is None else 1
        raw = self.text[node.start : node.end]
        if node.quoted in ("|", ">") or "\n" in raw or (node.quoted and ("\\" in raw or "''" in raw)):
            return node.start, node.end
        return min(node.start + offset + sub[0], node.end), min(node.start + offset + sub[1], node.end)

    def source_of(self, pointer: str) -> str:
        """The exact text of the value at ``pointer`` (``""`` when it is not there)."""
        node, _, found = self._find(pointer)
        return self.text[node.start : node.end] if node is not None and found else ""


class _Builder:
    def __init__(self, text: str, problems: list[Problem]) -> None:
        self.text = text
        self.problems = problems
        self.count = 0

    def documents(self) -> Iterator[tuple[Any, _Span]]:
        """Yield (value, span tree) for each document of the stream."""
        anchors: dict[str, tuple[Any, _Span, int]] = {}
        stack: list[tuple[Any, _Span, list[Any], str | None, int]] = []
        root: tuple[Any, _Span] | None = None
        events: Iterator[Any] = yaml.parse(self.text, Loader=_LOADER)
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                anchors, stack, root = {}, [], None
            elif kind == "DocumentEndEvent":
                if root is not None:
                    yield root
            elif kind in ("MappingStartEvent", "SequenceStartEvent"):
                span = _Span(event.start_mark.index, event.end_mark.index)
                value: Any = {} if kind[0] == "M" else []
                span.parts = {} if kind[0] == "M" else []
                if len(stack) >= MAX_DEPTH:
                    raise _Refused(
                        Problem("too-deep", f"nested more than {MAX_DEPTH} levels deep", span.start, span.end)
                    )
                stack.append((value, span, [], event.anchor, self.count))
                self._count(span, 1)
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                value, span, pending, anchor, before = stack.pop()
                span.end = event.end_mark.index
                if isinstance(value, dict):
                    self._fill(value, span, pending)
                if anchor:
                    anchors[anchor] = (value, span, self.count - before)
                root = self._place(stack, value, span, root)
            elif kind == "ScalarEvent":
                span = _Span(event.start_mark.index, event.end_mark.index, event.style)
                value = str(event.value) if event.style or event.tag == "!" else Plain(event.value)
                if event.tag in ("tag:yaml.org,2002:str", "!!str"):
                    value = str(value)
                self._count(span, 1)
                if event.anchor:
                    anchors[event.anchor] = (value, span, 1)
                root = self._place(stack, value, span, root)
            elif kind == "AliasEvent":
                known = anchors.get(event.anchor)
                span = _Span(event.start_mark.index, event.end_mark.index)
                if known is None:
                    raise _Refused(
                        Problem(
                            "yaml-syntax",
                            f"the alias `*{event.anchor}` names no anchor before it (or one it stands inside)",
                            span.start,
                            span.end,
                            "define the anchor first, or quote the text",
                        )
                    )
                self._count(span, known[2])
                root = self._place(stack, known[0], known[1], root)

    def _count(self, span: _Span, size: int) -> None:
        self.count += size
        if self.count > MAX_NODES:
            raise _Refused(
                Problem(
                    "yaml-alias-limit",
                    f"the file expands to more than {MAX_NODES} values",
                    span.start,
                    span.end,
                    "replace the aliases by what they stand for",
                )
            )

    def _place(
        self, stack: list[tuple[Any, _Span, list[Any], str | None, int]], value: Any, span: _Span, root: Any
    ) -> Any:
        if not stack:
            return value, span
        container, parent, pending, _, _ = stack[-1]
        if isinstance(container, list):
            container.append(value)
            parent.parts.append(span)
        else:
            pending.append((value, span))
        return root

    def _fill(self, mapping: dict[str, Any], span: _Span, pending: list[tuple[Any, _Span]]) -> None:
        merged: list[tuple[dict[str, Any], _Span]] = []
        for (key, key_span), (value, value_span) in zip(pending[0::2], pending[1::2], strict=False):
            if isinstance(key, (dict, list)):
                self.problems.append(
                    Problem("yaml-key", "a list or mapping cannot be a key", key_span.start, key_span.end)
                )
                continue
            if isinstance(key, Plain) and key == "<<":
                sources = value if isinstance(value, list) else [value]
                spans = value_span.parts if isinstance(value, list) else [value_span]
                merged.extend(
                    (item, item_span) for item, item_span in zip(sources, spans, strict=False) if isinstance(item, dict)
                )
                continue
            name = str(key)
            if name in mapping:
                self.problems.append(
                    Problem(
                        "yaml-duplicate-key",
                        f"the key `{name[:60]}` stands twice in one mapping",
                        key_span.start,
                        key_span.end,
                        "the last one is used: remove or rename the other",
                    )
                )
            mapping[name] = value
            span.parts[name] = (key_span.start, key_span.end, value_span)
        for item, item_span in merged:
            for name, value in item.items():
                if name not in mapping:
                    mapping[name] = value
                    span.parts[name] = item_span.parts[name]


def _syntax_problem(text: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "not YAML"
    context = getattr(error, "context", None)
    at = min(mark.index if mark is not None else int(getattr(error, "position", 0) or 0), len(text))
    message = f"{what} ({context})" if context else str(what)
    return Problem("yaml-syntax", message, at, min(at + 1, len(text)), "check indentation, quotes and `: `")


def read_yaml(path: str, text: str) -> YamlDocument:
    """Read a YAML text. Never raises; look at ``problems`` and ``usable``."""
    return YamlDocument(path, text)
