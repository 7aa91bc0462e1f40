"""JSON with places: a fast parse for values, and a position-keeping scanner that recovers.

``read_json`` parses with the C parser when the text is clean, and scans only when somebody asks
where a thing stands, or when the text is not valid JSON. Both give the same values (tested).
The scanner is iterative: no nesting depth can exhaust the interpreter's stack.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from json.decoder import scanstring as _scanstring  # type: ignore[attr-defined]
from typing import Any

from bascule.source.place import Place, split_pointer
from bascule.source.problem import Problem
from bascule.source.text import Document

__all__ = ["MAX_DEPTH", "JsonDocument", "decoded_range", "read_json", "scan_json"]

MAX_DEPTH = 200
"""Deepest nesting that is read; real exports stay below 25."""

MAX_PROBLEMS = 50

_SPACE = re.compile(r"[ \t\n\r\ufeff]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_WORD = re.compile(r"[^\s,:\[\]{}\"']+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPED_PAIR = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]")
_COMMA = re.compile(r"[ \t\n\r]*(,)[ \t\n\r]*")
_MEMBER = re.compile(r'[ \t\n\r]*("([^"\\\x00-\x1f]*)")[ \t\n\r]*:[ \t\n\r]*')
_PLAIN_STRING = re.compile(r'"([^"\\\x00-\x1f]*)"')
_COMMENT_STARTS = frozenset("/#")
_LITERALS = {"true": True, "false": False, "null": None}
_LOOSE_LITERALS = {"True": True, "False": False, "None": None, "undefined": None, "NaN": None, "Infinity": None}


class _Span:
    """Offsets of one value and of what it holds; ``parts`` maps keys to (key start, key end, value)."""

    __slots__ = ("end", "parts", "start")

    def __init__(self, start: int, parts: Any = None) -> None:
        self.start = start
        self.end = start
        self.parts = parts


@dataclass(frozen=True, slots=True)
class Scan:
    """Result of :func:`scan_json`: the value, its span tree, and what was wrong with the text."""

    value: Any
    tree: _Span
    problems: tuple[Problem, ...]
    usable: bool


class _Stop(Exception):
    pass


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.problems: list[Problem] = []

    def problem(self, kind: str, message: str, start: int, end: int, help: str = "") -> None:
        if len(self.problems) >= MAX_PROBLEMS:
            raise _Stop
        self.problems.append(Problem(kind, message, start, end, help))

    def skip(self) -> None:
        """Skip white space and comments (each comment is reported once)."""
        text = self.text
        while True:
            self.at = _SPACE.match(text, self.at).end()  # type: ignore[union-attr]
            if text[self.at : self.at + 1] not in _COMMENT_STARTS:
                return
            if text.startswith("//", self.at) or text.startswith("#", self.at):
                end = text.find("\n", self.at)
            elif text.startswith("/*", self.at):
                end = text.find("*/", self.at + 2)
                end = end + 2 if end >= 0 else -1
            else:
                return
            end = len(text) if end < 0 else end
            self.problem("json-comment", "JSON has no comments", self.at, end, "remove the comment")
            self.at = end

    def string(self) -> str:
        """Read a string literal at ``self.at``; recover from raw controls and missing quotes."""
        text, start = self.text, self.at
        quote = text[start]
        if quote == "'":
            return self._single_quoted()
        try:
            value, self.at = _scanstring(text, start + 1, True)
        except ValueError:
            value = self._broken_string(start)
        if not value.isascii() and _SURROGATE.search(value):
            self.problem(
                "lone-surrogate",
                "half of a surrogate pair: this is not a character",
                start,
                self.at,
                "write the whole emoji; it is read as U+FFFD",
            )
            value = _SURROGATE.sub("\ufffd", value)
        return str(value)

    def _broken_string(self, start: int) -> str:
        text = self.text
        end = start + 1
        while end < len(text) and text[end] != '"':
            end += 2 if text[end] == "\\" else 1
        if end >= len(text):
            line_end = text.find("\n", start)
            end = len(text) if line_end < 0 else line_end
            self.problem("json-truncated", "the string is never closed", start, end, 'add the closing `"`')
            self.at = end
            raw = text[start + 1 : end]
        else:
            self.at = end + 1
            raw = text[start + 1 : end]
            try:
                value, _ = _scanstring(text, start + 1, False)
                self.problem(
                    "json-control-character",
                    "a line break or control character stands raw inside a string",
                    start,
                    self.at,
                    r"write `\n` for a line break",
                )
                return str(value)
            except ValueError:
                self.problem("json-syntax", "a backslash is followed by no known escape", start, self.at, r"write `\\`")
        return re.sub(r'\\(["\\/])', r"\1", raw).replace("\\n", "\n").replace("\\t", "\t")

    def _single_quoted(self) -> str:
        text, start = self.text, self.at
        end = start + 1
        while end < len(text) and text[end] != "'" and text[end] != "\n":
            end += 2 if text[end] == "\\" else 1
        end = min(end, len(text))
        self.problem("json-syntax", "JSON strings use double quotes", start, end, 'write `"…"`')
        self.at = min(end + 1, len(text))
        return text[start + 1 : end].replace("\\'", "'")

    def scalar(self) -> Any:
        """Read a number, literal or stray word at ``self.at``."""
        text, start = self.text, self.at
        word = _WORD.match(text, start)
        token = word.group() if word else text[start]
        self.at = start + len(token)
        if token in _LITERALS:
            return _LITERALS[token]
        number = _NUMBER.fullmatch(token)
        if number:
            if not (number.group(1) or number.group(2)):
                return int(token) if len(token) < 4000 else float(token)
            return float(token)
        if token in _LOOSE_LITERALS:
            self.problem("json-syntax", f"`{token}` is not JSON", start, self.at, "write `true`, `false` or `null`")
            return _LOOSE_LITERALS[token]
        self.problem("json-syntax", f"found `{token[:40]}` where a value was expected", start, self.at)
        return token

    def run(self) -> Scan:
        """Read one document."""
        text = self.text
        size = len(text)
        self.skip()
        if self.at >= size:
            self.problem("json-syntax", "the file is empty", 0, 0)
            return Scan(None, _Span(0), tuple(self.problems), False)
        first = text[self.at]
        root_holder: list[Any] = []
        root_span: list[_Span] = []
        try:
            self._values(root_holder, root_span)
            self.skip()
            if self.at < size:
                self.problem(
                    "json-extra-data",
                    f"found `{text[self.at : self.at + 20].strip()}` after the end of the document",
                    self.at,
                    size,
                    "one file holds one JSON document",
                )
        except _Stop:
            pass
        value = root_holder[0] if root_holder else None
        tree = root_span[0] if root_span else _Span(0)
        return Scan(value, tree, tuple(self.problems), first in "{[" and bool(root_holder))

    def _values(self, holder: list[Any], spans: list[_Span]) -> None:
        """The loop. ``stack`` holds (container, span, pending key and its offsets)."""
        text = self.text
        size = len(text)
        stack: list[tuple[Any, _Span]] = []
        key: str | None = None
        key_start = key_end = 0
        container: Any = None
        span: _Span | None = None
        expect_comma = False
        after_comma = -1
        while True:
            member = None
            if span is not None:
                if expect_comma:
                    comma = _COMMA.match(text, self.at)
                    if comma is not None:
                        expect_comma, after_comma = False, comma.start(1)
                        self.at = comma.end()
                if not expect_comma and type(container) is dict:
                    member = _MEMBER.match(text, self.at)
                    if member is not None and member.end() < size:
                        self.at = member.start(1)
            if member is None:
                self.skip()
            at = self.at
            if at >= size:
                if span is not None:
                    opener = text[span.start]
                    line = text.count("\n", 0, span.start) + 1
                    self.problem(
                        "json-truncated",
                        f"the file ends inside the `{opener}` that opens on line {line}",
                        max(size - 1, 0),
                        size,
                        "the export was cut off: export it again",
                    )
                    for _, open_span in stack:
                        open_span.end = size
                    span.end = size
                return
            char = text[at]
            if member is not None and member.end() < size and text[member.end()] not in ",}]/#":
                # The usual member: its key needs no escape and its value follows.
                key, key_start, key_end = member.group(2), at, member.end(1)
                self.at = at = member.end()
                char = text[at]
            elif span is not None:
                closer = "}" if type(container) is dict else "]"
                if char in "}]":
                    if char != closer:
                        self.problem("json-syntax", f"found `{char}` where `{closer}` closes", at, at + 1)
                    if after_comma >= 0:
                        self.problem(
                            "json-trailing-comma",
                            f"a comma before `{char}`",
                            after_comma,
                            after_comma + 1,
                            "remove the comma",
                        )
                    self.at = at + 1
                    span.end = self.at
                    container, span = stack.pop() if stack else (None, None)
                    expect_comma, after_comma = True, -1
                    if span is None or container is None:
                        return
                    continue
                if char == ",":
                    if not expect_comma:
                        self.problem("json-syntax", "a comma with nothing before it", at, at + 1, "remove the comma")
                    self.at = at + 1
                    expect_comma, after_comma = False, at
                    continue
                if expect_comma:
                    if char == ":":
                        self.problem("json-syntax", "found `:` where `,` was expected", at, at + 1)
                        self.at = at + 1
                        continue
                    self.problem(
                        "json-missing-comma", f"found `{char}` where `,` was expected", at, at + 1, "add a comma before"
                    )
                    expect_comma = False
                if type(container) is dict:
                    key_start = at
                    key = self._key(char)
                    key_end = self.at
                    if key is None:
                        continue
                    self.skip()
                    if self.at < size and text[self.at] == ":":
                        self.at += 1
                        self.skip()
                    else:
                        self.problem("json-syntax", f"no `:` after the key `{key[:40]}`", key_start, key_end)
                    if self.at >= size:
                        continue
                    at = self.at
                    char = text[at]
                    if char in ",}]":
                        self.problem("json-syntax", f"the key `{key[:40]}` has no value", key_start, key_end)
                        self._store(container, span, key, None, _Span(at), key_start, key_end)
                        expect_comma, after_comma = True, -1
                        continue
            child = _Span(at)
            if char == "{" or char == "[":
                value: Any = {} if char == "{" else []
                child.parts = {} if char == "{" else []
                self.at = at + 1
            elif char == '"':
                plain = _PLAIN_STRING.match(text, at)
                if plain is not None:
                    value, self.at = plain.group(1), plain.end()
                else:
                    value = self.string()
            elif char == "'":
                value = self.string()
            else:
                value = self.scalar()
            child.end = self.at
            if span is None:
                holder.append(value)
                spans.append(child)
                if child.parts is None:
                    return
            elif type(container) is dict and key is not None and key not in container:
                container[key] = value
                span.parts[key] = (key_start, key_end, child)
            else:
                self._store(container, span, key, value, child, key_start, key_end)
            if child.parts is not None:
                if span is not None:
                    stack.append((container, span))
                if len(stack) >= MAX_DEPTH:
                    self.problem(
                        "too-deep",
                        f"nested more than {MAX_DEPTH} levels deep",
                        at,
                        at + 1,
                        "no export is this deep: the file is damaged or hostile",
                    )
                    raise _Stop
                container, span = value, child
                expect_comma = False
            else:
                expect_comma = True
            after_comma = -1

    def _key(self, char: str) -> str | None:
        if char == '"' or char == "'":
            return self.string()
        word = _WORD.match(self.text, self.at)
        if word is None:
            self.problem("json-syntax", f"found `{char}` where a key was expected", self.at, self.at + 1)
            self.at += 1
            return None
        self.problem("json-syntax", "a key without quotes", word.start(), word.end(), f'write `"{word.group()[:40]}"`')
        self.at = word.end()
        return word.group()

    def _store(
        self, container: Any, span: _Span, key: str | None, value: Any, child: _Span, key_start: int, key_end: int
    ) -> None:
        if type(container) is not dict:
            container.append(value)
            span.parts.append(child)
            return
        if key in container:
            self.problem(
                "json-duplicate-key",
                f"the key `{str(key)[:60]}` stands twice in one object",
                key_start,
                key_end,
                "the last one is used: remove or rename the other",
            )
        container[key] = value
        span.parts[key] = (key_start, key_end, child)


def scan_json(text: str) -> Scan:
    """Scan a JSON text with positions and recovery. Linear in its length; never raises."""
    scanner = _Scanner(text)
    try:
        return scanner.run()
    except _Stop:
        return Scan(None, _Span(0), tuple(scanner.problems), False)


class _Suspicious(Exception):
    pass


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _Suspicious
    return result


def _no_constant(name: str) -> Any:
    raise _Suspicious


class JsonDocument(Document):
    """A JSON file: plain values in :attr:`value`, places on demand."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, text)
        scan = None
        value: Any = None
        try:
            if _has_lone_surrogate(text) or _too_deep(text):
                raise _Suspicious
            value = json.loads(text, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
        except (ValueError, RecursionError, _Suspicious):
            scan = scan_json(text)
            value = scan.value
        self.value = value
        self.problems: tuple[Problem, ...] = scan.problems if scan else ()
        self.usable = scan.usable if scan else isinstance(value, (dict, list))
        if scan:
            self.__dict__["_tree"] = scan.tree

    @cached_property
    def _tree(self) -> _Span:
        return scan_json(self.text).tree

    def _range(self, place: Place) -> tuple[int, int]:
        node = self._tree
        key_range = (node.start, node.end)
        for token in split_pointer(place.pointer):
            parts = node.parts
            if isinstance(parts, dict) and token in parts:
                key_start, key_end, node = parts[token]
                key_range = (key_start, key_end)
            elif isinstance(parts, list) and token.isdigit() and int(token) < len(parts):
                node = parts[int(token)]
                key_range = (node.start, node.end)
            else:
                return node.start, (node.end if node.parts is None else node.start + 1)
        if place.key:
            return key_range
        if place.sub is not None and self.text[node.start : node.start + 1] == '"':
            return decoded_range(self.text, node.start, node.end, place.sub)
        if node.parts is not None:
            return node.start, node.start + 1
        return node.start, node.end

    def source_of(self, pointer: str) -> str:
        """The exact text of the value at ``pointer`` (``""`` when it is not there)."""
        node = self._tree
        for token in split_pointer(pointer):
            parts = node.parts
            if isinstance(parts, dict) and token in parts:
                node = parts[token][2]
            elif isinstance(parts, list) and token.isdigit() and int(token) < len(parts):
                node = parts[int(token)]
            else:
                return ""
        return self.text[node.start : node.end]


def _has_lone_surrogate(text: str) -> bool:
    """Whether escaped surrogates may stand alone; an escaped backslash before one errs on the safe side."""
    return len(_ESCAPED_SURROGATE.findall(text)) != 2 * len(_ESCAPED_PAIR.findall(text))


def _too_deep(text: str) -> bool:
    """Whether brackets may nest past the limit; counts raw brackets, strings included (safe side)."""
    depth = deepest = 0
    for char in re.findall(r"[\[\]{}]", text):
        if char in "[{":
            depth += 1
            if depth > deepest:
                deepest = depth
                if deepest >= MAX_DEPTH:
                    return True
        else:
            depth -= 1
    return False


def decoded_range(text: str, start: int, end: int, sub: tuple[int, int]) -> tuple[int, int]:
    """Map a range of a decoded JSON string to offsets of its literal ``text[start:end]``."""
    offsets = _offsets(text, start, end)
    last = len(offsets) - 1
    return offsets[min(sub[0], last)], offsets[min(sub[1], last)]


@lru_cache(maxsize=4)
def _offsets(text: str, start: int, end: int) -> list[int]:
    """Where each character of a string literal stands, and its end. Kept, for a text with many findings."""
    offsets: list[int] = []
    at = start + 1
    while at < end - 1:
        offsets.append(at)
        if text[at] == "\\":
            if text[at + 1 : at + 2] == "u":
                pair = text[at : at + 12].lower()
                joined = pair[2:4] in ("d8", "d9", "da", "db") and pair[6:9] in ("\\ud",) and pair[9:10] in "cdef"
                at += 12 if joined else 6
            else:
                at += 2
        else:
            at += 1
    offsets.append(max(end - 1, start))
    return offsets


def read_json(path: str, text: str) -> JsonDocument:
    """Read a JSON text. Never raises; look at ``problems`` and ``usable``."""
    return JsonDocument(path, text)
