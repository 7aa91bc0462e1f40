"""The lists in cells: buttons and list items as JSON objects, older list items and everything else by commas."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bascule.language.reading import Reading, json_text
from bascule.language.sheets import list_items
from bascule.parsers.contentrepo import rules
from bascule.parsers.contentrepo.pages import Cell, shown
from bascule.source import Place
from bascule.source.json import JsonDocument, read_json

__all__ = ["TYPES", "Item", "read_items", "read_words"]

TYPES = ("next_message", "go_to_page", "go_to_form")
"""What a button or list item does; ``""`` is an item that only answers."""

_PLACED = 200
"""Most items of one cell whose own places are sought."""

_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_BROKEN = re.compile(r"\[(.*)\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Item:
    """A button or list item. ``kind`` is one of :data:`TYPES` or ``""``; ``slug`` where it leads; ``extra`` other
    members of its object, as JSON text."""

    title: str
    kind: str
    slug: str
    at: Place
    extra: tuple[tuple[str, str], ...] = ()


def read_items(reading: Reading, cell: Cell, what: str) -> list[Item]:
    """The items of a ``buttons`` or ``list_items`` cell; what is broken is reported. ``what`` names an item."""
    text = cell.text.strip()
    if text in ("[]", "-"):
        reading.book.exact(cell.place, "an empty list")
        return []
    if not text.startswith(("[", "{")):
        if what == "list item":
            reading.book.exact(cell.place)
            return [Item(word, "", "", cell.at(start, end)) for word, start, end in list_items(cell.text)]
        _broken(reading, cell, f"`{shown(text)}` is no JSON list of buttons", None)
        return []
    document = read_json("", cell.text)
    value = document.value if document.usable else None
    listed = value if isinstance(value, list) else [value]
    if document.problems or not document.usable or not all(isinstance(item, dict) for item in listed):
        return _forgiven(reading, cell, document, listed, what)
    reading.book.exact(cell.place)
    return _objects(reading, cell, document, listed, what)


def _objects(reading: Reading, cell: Cell, document: JsonDocument, listed: list[Any], what: str) -> list[Item]:
    found = []
    for number, item in enumerate(listed):
        rest = {name: value for name, value in item.items() if name not in ("type", "title", "slug")}
        title = item.get("title")
        kind = item.get("type", "")
        slug = item.get("slug", "")
        at = cell.place
        if number < _PLACED:
            span = document.locate(Place("", f"/{number}/title" if "title" in item else f"/{number}"))
            at = cell.at(span.start, span.end)
        if not isinstance(title, str) or not title.strip():
            code = reading.find(
                rules.BrokenList, at, f"the {what} has no title; it is left out", help='write `"title": "…"`'
            )
            reading.book.degraded(cell.place, f"a {what} without a title", "write its title", code)
            continue
        if not isinstance(kind, str) or (kind and kind not in TYPES):
            where = document.locate(Place("", f"/{number}/type")) if number < _PLACED else None
            reading.find(
                rules.UnknownButton,
                cell.at(where.start, where.end) if where is not None else at,
                f"`{shown(str(kind))}` is no type of {what}; it is kept and leads nowhere",
                help=f"the types are {', '.join(f'`{name}`' for name in TYPES)}",
            )
            rest["type"] = kind
            kind = ""
        extra = tuple((str(name), json_text(value)) for name, value in rest.items())
        found.append(Item(title, kind, slug.strip() if isinstance(slug, str) else "", at, extra))
    return found


def _forgiven(reading: Reading, cell: Cell, document: JsonDocument, listed: list[Any], what: str) -> list[Item]:
    """A list that is not quite JSON: objects that could be read, else titles between curly quotes."""
    objects = [item for item in listed if isinstance(item, dict)]
    if objects and len(objects) == len(listed):
        _broken(reading, cell, f"the {what}s are not valid JSON: {document.problems[0].message}", len(objects))
        return _objects(reading, cell, document, listed, what)
    inside = _BROKEN.fullmatch(cell.text.strip())
    titles: list[Item] = []
    if inside is not None and "{" not in inside.group(1):
        base = cell.text.index("[") + 1
        for word, start, end in list_items(inside.group(1).translate(_CURLY)):
            titles.append(Item(word.strip('"'), "", "", cell.at(base + start, base + end)))
    _broken(reading, cell, f"the {what}s are no JSON list of objects", len(titles) or None)
    return titles


def _broken(reading: Reading, cell: Cell, message: str, read: int | None) -> None:
    kept = f"; {read} title(s) were read" if read else "; the cell is kept as a fact"
    code = reading.find(
        rules.BrokenList,
        cell.place,
        message + kept,
        help='write `[{"type": "next_message", "title": "OK"}]`',
    )
    why = "titles only" if read else "kept as a fact"
    reading.book.degraded(cell.place, why, "write a JSON list of objects", code)


def read_words(reading: Reading, cell: Cell | None) -> list[tuple[str, Place]]:
    """The words of a comma-separated cell with their places; the cell is carried. ``[]`` is an empty list."""
    if cell is None:
        return []
    reading.book.exact(cell.place)
    if cell.value in ("[]", "-"):
        return []
    return [(word, cell.at(start, end)) for word, start, end in list_items(cell.text)]
