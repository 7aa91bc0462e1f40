"""Rows that are JSON objects: a line each, an array of them, or an array inside an object. The text of each is kept."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bascule.contacts.tabular.detect import Container, Encoding, Shape
from bascule.contacts.tabular.problems import ContactsError

__all__ = ["Item", "cell_text", "items", "minified", "value_at"]

_CHUNK = 4 << 20
_LARGEST_OBJECT = 16 << 20
_LARGEST_FILE = 512 << 20
_BLANK = re.compile(r"[ \t\r\n]*")
_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")|[ \t\r\n]+', re.DOTALL)
# Numbers stay as they are spelled: a phone number with an exponent must be seen as such.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


@dataclass(frozen=True, slots=True)
class Item:
    """One row: its text, its value (numbers as text), and its number from 1."""

    text: str
    value: dict[str, Any]
    number: int


def items(path: Path, shape: Shape) -> Iterator[Item]:
    """All rows in order. Raises ContactsError for what is not an object, or not JSON."""
    if shape.container is Container.JSON_LINES:
        return _lines(path, shape.encoding)
    return _array(path, shape.encoding)


def _bad(number: int, what: str) -> ContactsError:
    return ContactsError("contacts-bad-json", f"row {number} {what}", "each row must be one JSON object")


def _decoded(text: str, at: int, number: int) -> tuple[Any, int]:
    """A value and where it ends. Raises ValueError for one that is not complete or not JSON."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except RecursionError as error:
        raise _bad(number, "is nested too deeply") from error
    return value, end


def _item(text: str, value: Any, number: int) -> Item:
    if not isinstance(value, dict):
        raise _bad(number, "is not an object")
    return Item(text, value, number)


def _text_chunks(path: Path, encoding: Encoding) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding.name)("strict")
    with path.open("rb") as file:
        file.seek(len(encoding.mark))
        try:
            for chunk in iter(partial(file.read, _CHUNK), b""):
                yield decoder.decode(chunk)
            yield decoder.decode(b"", True)
        except UnicodeError as error:
            raise ContactsError("contacts-undecodable", f"the file is not {encoding.name}", "--encoding") from error


def _lines(path: Path, encoding: Encoding) -> Iterator[Item]:
    number = 0
    carry = ""
    for chunk in _text_chunks(path, encoding):
        *lines, carry = (carry + chunk).split("\n")
        for line in lines:
            if line.strip():
                number += 1
                yield _line(line, number)
        if len(carry) > _LARGEST_OBJECT:
            raise _bad(number + 1, "is longer than 16 MiB")
    if carry.strip():
        yield _line(carry, number + 1)


def _line(line: str, number: int) -> Item:
    text = line.strip()
    try:
        value, end = _decoded(text, 0, number)
    except ValueError as error:
        raise _bad(number, "is not JSON") from error
    if end != len(text):
        raise _bad(number, "holds more than one value")
    return _item(text, value, number)


def _array(path: Path, encoding: Encoding) -> Iterator[Item]:
    chunks = _text_chunks(path, encoding)
    text = next(chunks, "")
    at = _past_blanks(text, 0)
    if text[at : at + 1] == "{":
        yield from _inside_object(path, encoding, text, chunks)
        return
    if text[at : at + 1] != "[":
        raise _bad(1, "is not an object")
    yield from _elements(text, at + 1, chunks)


def _elements(text: str, at: int, chunks: Iterator[str]) -> Iterator[Item]:
    """The elements of an array that starts before ``at``; more text is taken as it is needed."""
    number = 1
    separated = True
    while True:
        at = _past_blanks(text, at)
        if at < len(text) and text[at] == "]" and (number == 1 or not separated):
            return
        if at < len(text) and not separated:
            if text[at] != ",":
                raise _bad(number, "does not follow a comma")
            at += 1
            separated = True
            continue
        try:
            if at >= len(text):
                raise ValueError("no text")
            value, end = _decoded(text, at, number)
        except ValueError as error:
            more = next(chunks, None) if len(text) - at <= _LARGEST_OBJECT else None
            if more is None:
                raise _bad(number, "is not JSON, or the file is cut off") from error
            text, at = text[at:] + more, 0
            continue
        yield _item(text[at:end], value, number)
        number += 1
        at = end
        separated = False


def _inside_object(path: Path, encoding: Encoding, text: str, chunks: Iterator[str]) -> Iterator[Item]:
    """The rows of the one member that is an array of objects (``contacts``, ``items``, ``objects``)."""
    if path.stat().st_size > _LARGEST_FILE:
        raise ContactsError(
            "contacts-bad-json", "an object of more than 512 MiB is not read", "export an array, or one object a line"
        )
    text += "".join(chunks)
    starts: list[tuple[str, int]] = []
    for name, at, value in _members(text):
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            starts.append((name, at))
    if len(starts) != 1:
        what = "no member" if not starts else f"{len(starts)} members"
        raise ContactsError(
            "contacts-bad-json",
            f"{what} of the object in the file hold{'s' if not starts else ''} rows",
            "export an array of objects, or one object a line",
        )
    yield from _elements(text, starts[0][1] + 1, iter(()))


def _members(text: str) -> Iterator[tuple[str, int, Any]]:
    at = _past_blanks(text, _past_blanks(text, 0) + 1)
    try:
        while text[at : at + 1] == '"':
            name, at = _decoded(text, at, 1)
            at = _past_blanks(text, at)
            if text[at : at + 1] != ":":
                raise ValueError("no colon")
            start = _past_blanks(text, at + 1)
            value, at = _decoded(text, start, 1)
            yield name, start, value
            at = _past_blanks(text, at)
            if text[at : at + 1] != ",":
                break
            at = _past_blanks(text, at + 1)
        if text[at : at + 1] != "}":
            raise ValueError("no end")
    except ValueError as error:
        raise ContactsError("contacts-bad-json", "the file is not JSON, or is cut off", "export it again") from error


def _past_blanks(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def minified(text: str) -> str:
    """JSON without the blanks between its tokens, every token as it was."""
    return _TOKEN.sub(lambda match: match.group(1) or "", text)


def value_at(value: dict[str, Any], name: str) -> Any:
    """A member by its name, or by the names on the way to it with dots between; None where there is none."""
    if name in value:
        return value[name]
    found: Any = value
    for part in name.split("."):
        if not isinstance(found, dict) or part not in found:
            return None
        found = found[part]
    return found


def cell_text(value: Any) -> str:
    """A value as the text of a cell: nothing for null, JSON for what has members."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
