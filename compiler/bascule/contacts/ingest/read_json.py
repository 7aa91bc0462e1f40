"""JSON of any shape as chunks of records: an object a line, values one after the other, an array, or pages of an API.

A page is an object that holds its records in one member (``messages``, ``objects``, ``results`` ...). A record that
cannot be read is broken, not the file; only the rest of a file behind broken punctuation is one broken record.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from functools import partial
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

from bascule.contacts.ingest.names import plain
from bascule.contacts.ingest.records import CHUNK, Broken, Chunk
from bascule.contacts.tabular.detect import Container, Shape
from bascule.contacts.tabular.problems import ContactsError

__all__ = ["Objects", "flat"]

_READ = 1 << 20
_LARGEST = 512 << 20
"""Characters of the largest single value."""

_LONGEST_LINE = 64 << 20
_HEAVY = 32 << 20
"""Bytes of the file that a chunk may stand for."""

_DEPTH = 8
"""Levels of members that become columns; deeper ones stay JSON."""

_MEMBERS = 2_000
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_LISTS = [
    "messages",
    "objects",
    "records",
    "items",
    "results",
    "contacts",
    "persons",
    "blocklist",
    "blocklists",
    "logs",
    "data",
    "rows",
    "subscribers",
    "users",
    "entries",
    "events",
    "people",
    "suppressions",
]
"""Members that hold a page's records, in this order."""

_PAGING = frozenset(
    [
        "page",
        "pagesize",
        "start",
        "end",
        "uri",
        "firstpageuri",
        "nextpageuri",
        "previouspageuri",
        "numpages",
        "total",
        "count",
        "totalcount",
        "offset",
        "limit",
        "links",
        "meta",
        "apiid",
        "paging",
        "requestid",
        "requeststatus",
        "itemscount",
        "next",
        "previous",
        "cursor",
        "hasmore",
        "messagecount",
        "pendingmessagecount",
        "accountsid",
        "accountid",
        "product",
        "direction",
        "datestart",
        "dateend",
        "receivedat",
        "price",
        "currency",
        "status",
        "includemessage",
        "self",
        "first",
        "prev",
        "totalpages",
        "pagetoken",
        "nextpagetoken",
    ]
)
"""What stands beside them (plain names)."""


def flat(record: dict[str, Any]) -> dict[str, Any]:
    """Members by dotted name. Lists, empty objects and what lies deeper than eight levels stay as they are."""
    if not any(isinstance(value, dict) for value in record.values()):
        return record
    found: dict[str, Any] = {}
    stack: list[tuple[str, dict[str, Any], int]] = [("", record, 0)]
    while stack:
        prefix, value, depth = stack.pop()
        inner = []
        for name, item in value.items():
            key = prefix + name
            if isinstance(item, dict) and item and depth < _DEPTH and len(found) < _MEMBERS:
                inner.append((f"{key}.", item, depth + 1))
            elif key not in found:
                found[key] = item
            else:
                found[_free(key, found)] = item
        stack.extend(reversed(inner))
    return found


def _free(name: str, taken: dict[str, Any]) -> str:
    number = 2
    while f"{name}#{number}" in taken:
        number += 1
    return f"{name}#{number}"


def _text(value: Any) -> str | None:
    """A scalar as a cell; None for null."""
    if value is None or isinstance(value, str):
        return value
    if value is True or value is False:
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _page(value: dict[str, Any], alone: bool) -> list[Any] | None:
    """The records of a page; None where the object is a record itself. ``alone``: not one of many lines."""
    for name in _LISTS:
        items = value.get(name)
        if isinstance(items, list) and (not items or isinstance(items[0], dict)):
            others = [key for key in value if key != name]
            known = sum(plain(key) in _PAGING for key in others)
            if known == len(others) or known >= 2:
                return items
    lists = [item for item in value.values() if isinstance(item, list) and item and isinstance(item[0], dict)]
    if alone and len(lists) == 1 and (len(value) == 1 or len(lists[0]) > 20):
        return lists[0]
    return None


class Objects:
    """A JSON file. ``pages`` counts the pages that were opened; ``unread`` says that the rest of the file behind a
    broken record was given up."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self.path = path
        self.shape = shape
        self.unread = False
        self._read = 0
        self.lines = shape.container is Container.JSON_LINES or self._is_lines()
        self.pages = 0

    def chunks(
        self,
        wanted: frozenset[str],
        kept: frozenset[str] = frozenset(),
        prepare: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
        size: int = CHUNK,
    ) -> Iterator[Chunk]:
        """All records. ``prepare`` is applied to each one before its members become columns."""
        held: list[tuple[int, dict[str, Any]]] = []
        broken: list[Broken] = []
        read = self._read = 0
        for number, value in enumerate(self.values(), 1):
            if isinstance(value, Broken):
                broken.append(Broken(number, value.reason, value.text))
            elif not isinstance(value, dict):
                broken.append(Broken(number, "not_an_object", _text(value) or "null"))
            else:
                try:
                    held.append((number, flat(prepare(value) if prepare else value)))
                except RecursionError:
                    broken.append(Broken(number, "nested_too_deeply", ""))
            if number % size == 0 or self._read - read > _HEAVY:
                yield _chunk(held, broken, wanted, kept)
                held, broken, read = [], [], self._read
        if held or broken:
            yield _chunk(held, broken, wanted, kept)

    def sample(self, most: int = 500) -> list[dict[str, Any]]:
        """The first records as they are."""
        found: list[dict[str, Any]] = []
        for value in self.values():
            if isinstance(value, dict):
                found.append(value)
            if len(found) >= most:
                break
        return found

    def values(self) -> Iterator[Any]:
        """Records in order: dictionaries, other values, and :class:`Broken` ones."""
        self.pages = 0
        self.unread = False
        for value in self._lines() if self.lines else self._stream():
            page = _page(value, not self.lines) if isinstance(value, dict) else None
            if page is None:
                if isinstance(value, list):
                    yield from value
                else:
                    yield value
            else:
                self.pages += 1
                yield from page

    def _chunks_of_text(self) -> Iterator[str]:
        encoding = self.shape.encoding
        decoder = codecs.getincrementaldecoder(encoding.name)("replace")
        with self.path.open("rb") as file:
            file.seek(len(encoding.mark))
            for data in iter(partial(file.read, _READ), b""):
                self._read += len(data)
                yield decoder.decode(data)
            yield decoder.decode(b"", True)

    def _is_lines(self) -> bool:
        """Whether the first line is a whole object and another one follows it."""
        text = next(self._chunks_of_text(), "").lstrip()
        if not text.startswith("{"):
            return False
        first, _, rest = text.partition("\n")
        try:
            json.loads(first)
        except (ValueError, RecursionError):
            return False
        return rest.lstrip().startswith("{")

    def _lines(self) -> Iterator[Any]:
        carry = ""
        skipping = 0
        for text in self._chunks_of_text():
            *lines, carry = (carry + text).split("\n")
            if skipping and lines:
                yield Broken(0, "line_too_long", f"{skipping + len(lines[0])} characters")
                lines, skipping = lines[1:], 0
            for line in lines:
                yield from _line(line)
            if len(carry) > _LONGEST_LINE:
                skipping += len(carry)
                carry = ""
        if skipping:
            yield Broken(0, "line_too_long", f"{skipping + len(carry)} characters")
        else:
            yield from _line(carry)

    def _stream(self) -> Iterator[Any]:
        """Values one after the other, the elements of arrays at the top one by one."""
        texts = self._chunks_of_text()
        text, at = next(texts, ""), 0
        inside = separated = False
        needed = 0
        while True:
            at = _past_blanks(text, at)
            mark = text[at : at + 1]
            if not mark:
                more = next(texts, None)
                if more is None:
                    break
                text, at = more, 0
            elif mark == "[" and not inside:
                inside, separated, at = True, True, at + 1
            elif mark == "]" and inside:
                inside, at = False, at + 1
            elif mark == "," and not separated:
                separated, at = True, at + 1
            elif inside and not separated:
                yield self._rest(text[at:], "not_json")
                return
            else:
                more = None
                if len(text) - at < needed:
                    more = next(texts, None)
                try:
                    decoded = None if more is not None else _DECODER.raw_decode(text, at)
                except RecursionError:
                    yield self._rest(text[at:], "nested_too_deeply")
                    return
                except ValueError:
                    decoded = None
                    # An attempt that fails doubles what is asked for: the work stays in proportion to the text.
                    needed = 2 * (len(text) - at)
                    more = next(texts, None)
                    if more is None:
                        yield self._rest(text[at:], "not_json")
                        return
                if decoded is not None and decoded[1] == len(text) and text[at] not in '{["':
                    # A number or word at the end of a block may go on in the next one.
                    more = next(texts, None)
                    decoded = decoded if more is None else None
                if decoded is not None:
                    value, at = decoded
                    separated, needed = False, 0
                    yield value
                    continue
                text, at = text[at:] + (more or ""), 0
                if len(text) > _LARGEST:
                    raise ContactsError(
                        "contacts-bad-json",
                        "a single value of more than 512 MiB is not read",
                        "export an array, or one object a line",
                    )
        if inside:
            yield self._rest("", "cut_off")

    def _rest(self, text: str, reason: str) -> Broken:
        self.unread = True
        return Broken(0, reason, text)


def _past_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n\ufeff\x1e":
        at += 1
    return at


def _line(line: str) -> Iterator[Any]:
    text = line.strip(" \t\r\n\x1e\ufeff")
    if not text:
        return
    try:
        yield _DECODER.decode(text)
    except RecursionError:
        yield Broken(0, "nested_too_deeply", text)
    except ValueError:
        yield Broken(0, "not_json", text)


def _chunk(
    held: list[tuple[int, dict[str, Any]]], broken: list[Broken], wanted: frozenset[str], kept: frozenset[str]
) -> Chunk:
    found = Chunk([number for number, _ in held], broken=broken)
    labels = found.labels
    plains: dict[str, str] = {}
    columns: dict[str, list[Any]] = {}
    rest = found.rest
    for index, (_, record) in enumerate(held):
        members = []
        for name, value in record.items():
            if value is None or value == "" or value == [] or value == {}:
                continue
            key = plains.get(name)
            if key is None:
                key = plains[name] = plain(name)
            if key in wanted:
                column = columns.get(key)
                if column is None:
                    column = columns[key] = [None] * len(held)
                    labels[key] = name
                if column[index] is None:
                    column[index] = value if isinstance(value, str | list) else _text(value)
                    if key not in kept:
                        continue
            members.append(f"{encode_basestring(name)}:{_json(value)}")
        rest.append(",".join(members))
    found.cells = columns
    return found


def _json(value: Any) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
