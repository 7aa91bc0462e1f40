"""How a change of a decoded text is written in the file: JSON and YAML strings, cells, property values.

An edit names a range of a *decoded* value. Here it becomes a splice: a range of the file's own text and the
characters that stand there afterwards, escaped as the place asks. :func:`content` and :func:`reread` let the caller
prove that a splice changed this value and no other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from bascule.diagnostics.finding import Edit
from bascule.diagnostics.yaml_literals import write_key, write_scalar
from bascule.source import Document, Place, TextDocument, split_pointer
from bascule.source.delimited import read_records
from bascule.source.json import JsonDocument, read_json
from bascule.source.properties import PropertiesDocument, read_properties
from bascule.source.table import PREAMBLE, TableDocument
from bascule.source.yaml import YamlDocument, read_yaml

__all__ = [
    "Refused",
    "Splice",
    "Writer",
    "content",
    "expected",
    "inner_document",
    "reread",
    "resolve",
    "splice",
    "value_at",
]


class Refused(Exception):
    """The edit cannot be written; the message says why, in words that follow "because"."""


@dataclass(frozen=True, slots=True)
class Splice:
    """Replace ``text[start:end]`` of the file by ``text``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Writer:
    """What another package knows about documents of its own: ``splice`` (raises :class:`Refused`) writes an edit,
    ``content`` gives the plain data of a text of the file (None: it cannot be read)."""

    splice: Callable[[Document, str, Edit], Splice]
    content: Callable[[str], Any]


def inner_document(document: Document, pointer: str) -> Document:
    """The document that knows the syntax, below those that cover secrets or mount texts inside texts.

    Raises Refused when the pointer goes into a text that is mounted on another one.
    """
    for _ in range(8):
        mounts = getattr(document, "mounts", None)
        if isinstance(mounts, dict) and any(pointer.startswith(f"{mount}/") for mount in mounts):
            raise Refused("the place lies in a text that is packed into another text")
        below = getattr(document, "inner", None) or getattr(document, "outer", None)
        if not isinstance(below, Document):
            break
        document = below
    return document


def splice(document: Document, text: str, edit: Edit) -> Splice:
    """The edit as a change of the file's own text. Raises Refused when it cannot be written there surely.

    A range of the pointer ``""`` is a range of the file itself: what is written there is not escaped.
    """
    document = inner_document(document, edit.place.pointer)
    if document.text != text:
        raise Refused("its places are not those of the file's own text")
    place, kind = edit.place, type(document)
    if place.pointer == "" and place.sub is not None and kind in (JsonDocument, YamlDocument, PropertiesDocument):
        return _raw(text, place.sub, edit.replacement)
    if kind is JsonDocument or kind is YamlDocument:
        found = value_at(content(document), place.pointer)
        if place.key:
            return _key(document, text, edit)
        if not isinstance(found, str):
            raise Refused("no text stands at its place")
        start, end = _sub(place, found)
        if kind is YamlDocument:
            span = document.locate(Place(place.file, place.pointer))
            written = write_scalar(text, span.start, span.end, found, start, end, edit.replacement)
            if written is None:
                raise Refused("the text is written in a way that is not edited (an anchor, a tag, or a folded block)")
            return Splice(*written)
        return _json(document, text, place.within(start, end), edit.replacement)
    if kind is TableDocument:
        assert isinstance(document, TableDocument)
        return _cell(document, text, edit)
    if kind is PropertiesDocument:
        return _property(document, edit)
    if kind is TextDocument:
        span = document.locate(place)
        return Splice(span.start, span.end, edit.replacement.replace("\n", newline_of(text)))
    raise Refused("files of this kind are not edited")


_MOST_LOOKED_AT = 300
_DEEPEST = 4


def resolve(document: Document, edit: Edit) -> Edit:
    """The edit with the exact place of what it replaces. Raises Refused when something else stands there."""
    wanted, place = edit.replaces, edit.place
    if wanted is None:
        return edit
    inner = inner_document(document, place.pointer)
    if place.sub is not None:
        value = value_at(content(inner), place.pointer) if place.pointer else inner.text
        if isinstance(inner, TableDocument) and place.pointer:
            row, column = _cell_of(inner, place)
            value = inner.records[row][column]
        if not isinstance(value, str) or value[place.sub[0] : place.sub[1]] != wanted:
            raise Refused("something else stands at its place")
        return edit
    if isinstance(inner, TableDocument):
        row, column = _cell_of(inner, place)
        if inner.records[row][column] != wanted:
            raise Refused("something else stands at its place")
        return edit
    found = list(_sayings(content(inner), place, wanted))
    if len(found) != 1:
        raise Refused("something else stands at its place" if not found else "its text stands there more than once")
    return replace(edit, place=found[0])


def _sayings(tree: Any, place: Place, wanted: str) -> Iterator[Place]:
    """The places in the value at ``place`` that say ``wanted``: itself, its own key, or keys and texts below it."""
    value = value_at(tree, place.pointer)
    name = split_pointer(place.pointer)[-1:] or [""]
    parent = value_at(tree, place.pointer.rpartition("/")[0])
    if isinstance(parent, dict) and name[0] == wanted:
        yield place.at_key()
        if not isinstance(value, str):
            return
    pending = [(value, place, 0)]
    looked_at = 0
    while pending and looked_at < _MOST_LOOKED_AT:
        value, where, depth = pending.pop(0)
        looked_at += 1
        if isinstance(value, str) and value == wanted:
            yield Place(where.file, where.pointer)
        elif depth < _DEEPEST and isinstance(value, (dict, list)):
            items = value.items() if isinstance(value, dict) else enumerate(value)
            pending.extend((item, where.child(key), depth + 1) for key, item in islice(items, _MOST_LOOKED_AT))


def newline_of(text: str) -> str:
    """The line break that a text uses: that of its first line."""
    match = re.search(r"\r\n|\r|\n", text)
    return match.group() if match else "\n"


def _raw(text: str, sub: tuple[int, int], replacement: str) -> Splice:
    if not 0 <= sub[0] <= sub[1] <= len(text):
        raise Refused("its place lies outside of the file")
    return Splice(sub[0], sub[1], replacement)


def _sub(place: Place, value: str) -> tuple[int, int]:
    start, end = place.sub or (0, len(value))
    if not 0 <= start <= end <= len(value):
        raise Refused("its place lies outside of the text")
    return start, end


def _key(document: Document, text: str, edit: Edit) -> Splice:
    parent, _, _ = edit.place.pointer.rpartition("/")
    members = value_at(content(document), parent)
    if not isinstance(members, dict):
        raise Refused("its key is not there")
    if edit.replacement in members:
        raise Refused(f"the key `{edit.replacement}` stands there already")
    span = document.locate(edit.place.at_key())
    raw = text[span.start : span.end]
    if isinstance(document, JsonDocument):
        if not raw.startswith('"'):
            raise Refused("its key is not written as JSON asks")
        return Splice(span.start, span.end, json.dumps(edit.replacement, ensure_ascii=_is_ascii(text)))
    written = write_key(raw, edit.replacement)
    if written is None:
        raise Refused("its key is written in a way that is not edited")
    return Splice(span.start, span.end, written)


def _is_ascii(text: str) -> bool:
    """Whether a JSON text writes letters beyond ASCII as escapes only."""
    return text.isascii() and "\\u" in text


def _json(document: Document, text: str, place: Place, replacement: str) -> Splice:
    whole = document.locate(Place(place.file, place.pointer))
    if text[whole.start : whole.start + 1] != '"':
        raise Refused("its text is not written as JSON asks")
    span = document.locate(place)
    return Splice(span.start, span.end, json.dumps(replacement, ensure_ascii=_is_ascii(text))[1:-1])


def _cell(document: TableDocument, text: str, edit: Edit) -> Splice:
    place = edit.place
    row, column = _cell_of(document, place)
    value = document.records[row][column]
    start, end = _sub(place, value)
    whole = document.locate(Place(place.file, place.pointer, None, place.key))
    first, last = whole.start, whole.end
    quoted = first > 0 and text[first - 1 : first] == '"' and text[last : last + 1] == '"'
    replacement = edit.replacement.replace("\n", newline_of(text))
    if quoted:
        if text[first:last].replace('""', '"') != value:
            raise Refused("the quotes of its cell are broken")
        span = document.locate(Place(place.file, place.pointer, (start, end), place.key))
        return Splice(span.start, span.end, replacement.replace('"', '""'))
    if text[first:last] != value:
        raise Refused("the quotes of its cell are broken")
    made = value[:start] + replacement + value[end:]
    marks = {'"', "\r", "\n", document.delimiter} - {""}
    if made != made.strip() or any(mark in made for mark in marks):
        return Splice(first, last, '"' + made.replace('"', '""') + '"')
    return Splice(first + start, first + end, replacement)


def _cell_of(document: TableDocument, place: Place) -> tuple[int, int]:
    tokens = split_pointer(place.pointer)
    if len(tokens) != 2 or tokens[0] == PREAMBLE or tokens[1] not in document.columns or not tokens[0].isdecimal():
        raise Refused("it names no cell of the table")
    row = int(tokens[0]) + document.first
    if place.key:
        if document.header_row is None:
            raise Refused("the table has no header")
        row = document.header_row
    column = document.columns.index(tokens[1])
    if row >= len(document.records) or column >= len(document.records[row]):
        raise Refused("the row has no such cell")
    return row, column


def _property(document: Document, edit: Edit) -> Splice:
    place = edit.place
    value = value_at(content(document), place.pointer)
    if place.key or not isinstance(value, str):
        raise Refused("no text stands at its place")
    start, end = _sub(place, value)
    span = document.locate(place.within(start, end))
    written = edit.replacement.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    if start == 0 and written.startswith(" "):
        written = "\\" + written
    return Splice(span.start, span.end, written)


# -- what the file says, as plain data ---------------------------------------------------------------------------


def content(document: Document) -> Any:
    """The plain data of a document; None where it is text without structure."""
    if isinstance(document, TableDocument):
        return document.records
    if isinstance(document, (JsonDocument, PropertiesDocument, YamlDocument)):
        return document.value
    return None


def reread(document: Document, text: str) -> Document | None:
    """Another text of the same file, read in the same way; None when it cannot be read as before."""
    kind = type(document)
    if kind is JsonDocument:
        made: Any = read_json(document.path, text)
    elif kind is YamlDocument:
        made = read_yaml(document.path, text)
        assert isinstance(document, YamlDocument)
        if made.values[1:] != document.values[1:]:
            return None
    elif kind is PropertiesDocument:
        made = read_properties(document.path, text)
    elif kind is TableDocument:
        assert isinstance(document, TableDocument)
        made = TableDocument(
            document.path, text, document.dialect, read_records(text, document.dialect), document.header_row
        )
    else:
        return TextDocument(document.path, text)
    worse = len(made.problems) > len(getattr(document, "problems", ()))
    return made if made.usable and not worse else None


def value_at(value: Any, pointer: str) -> Any:
    """The value at a pointer of plain data; None when it is not there."""
    for token in split_pointer(pointer):
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and token.isdecimal() and int(token) < len(value):
            value = value[int(token)]
        else:
            return None
    return value


def expected(document: Document, edits: Sequence[Edit]) -> Any:
    """The plain data as it must be after the edits: their values changed, and nothing else."""
    from copy import deepcopy

    tree = deepcopy(content(document))
    keys = [edit for edit in edits if edit.place.key]
    values = [edit for edit in edits if not edit.place.key and edit.place.pointer]
    for edit in sorted(values, key=lambda item: item.place.sub or (0, 0), reverse=True):
        if isinstance(document, TableDocument):
            row, column = _cell_of(document, edit.place)
            replacement = edit.replacement.replace("\n", newline_of(document.text))
            tree[row][column] = _changed(tree[row][column], edit.place, replacement)
            continue
        parent, token = _parent(tree, edit.place.pointer)
        if parent is not None:
            parent[token] = _changed(parent[token], edit.place, edit.replacement)
    for edit in sorted(keys, key=lambda item: -item.place.pointer.count("/")):
        if isinstance(document, TableDocument):
            row, column = _cell_of(document, edit.place)
            tree[row][column] = edit.replacement
            continue
        parent, token = _parent(tree, edit.place.pointer)
        if isinstance(parent, dict):
            parent[edit.replacement] = parent.pop(token)
    return tree


def _changed(value: Any, place: Place, replacement: str) -> Any:
    if not isinstance(value, str):
        return value
    start, end = place.sub or (0, len(value))
    return value[:start] + replacement + value[end:]


def _parent(tree: Any, pointer: str) -> tuple[Any, Any]:
    *above, last = split_pointer(pointer)
    for token in above:
        tree = tree[int(token)] if isinstance(tree, list) and token.isdecimal() else tree[token]
    return (tree, int(last)) if isinstance(tree, list) else (tree, last)
