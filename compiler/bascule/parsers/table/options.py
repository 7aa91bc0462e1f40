"""The buttons cell: titles, where each leads, what it says below, and the sections of a list.

``Oui -> confirme | Non -> annule``, one per line, numbered, ``[Oui](confirme)``, ``Site -> https://…``,
``Appeler -> +221 33 800 00 00``, ``Plateau // 12 rue Pompidou -> plateau``, ``# Section`` above, or JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bascule.parsers.table.cells import Piece, arrow, colon, marks, parts, piece

__all__ = ["Option", "is_address", "is_phone", "read_option", "read_options"]

_BRACKETS = re.compile(r"\[([^\[\]\n]{1,200})\]\s*(?:\(([^()\n]{0,400})\))?")
_BETWEEN = re.compile(r"[\s|;,/]*")
_TRAILING = re.compile(r"^(.*\S)\s*[(\[]([^()\[\]]{1,200})[)\]]$", re.DOTALL)
_ABOUT = re.compile(r"\s//\s")
_ADDRESS = re.compile(r"(?:https?://|mailto:|www\.)\S+", re.IGNORECASE)
_PHONE = re.compile(r"(?:tel:)?\s*(?:\+|00)\d[\d\s().-]{6,20}|tel:\s*[\d\s().+-]{3,20}", re.IGNORECASE)
_LONGEST_JSON = 50_000
_LONGEST_HEADING = 120


@dataclass(frozen=True, slots=True)
class Option:
    """One button or list row. ``target`` is as written (a step, an address, a number …), or None. ``key`` is what
    stands before it to be typed; ``extra`` are members of a JSON object that have no meaning here, as JSON text."""

    title: Piece
    target: Piece | None = None
    about: Piece | None = None
    section: Piece | None = None
    key: str = ""
    payload: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def start(self) -> int:
        """Where its title begins."""
        return self.title.start


def is_address(text: str) -> bool:
    """Whether a target is an address on the web."""
    return _ADDRESS.fullmatch(text.strip()) is not None


def is_phone(text: str) -> bool:
    """Whether a target is a phone number with its country's code (or written ``tel:``)."""
    return _PHONE.fullmatch(text.strip()) is not None


def read_options(cell: str, is_target: Callable[[str], bool]) -> list[Option]:
    """The options of a cell, in order. ``is_target`` says whether a text is a step or a word that leads somewhere: it
    decides whether ``Oui: confirme`` and ``Oui (confirme)`` name one."""
    text = cell.strip()
    if not text:
        return []
    if text[0] in "[{" and text[-1] in "]}":
        found = _from_json(cell)
        if found is not None:
            return found
    bracketed = _bracketed(cell)
    if bracketed:
        return bracketed
    options: list[Option] = []
    section: Piece | None = None
    listed = parts(cell, is_target)
    for key, part in marks(listed):
        heading = _heading(part) if len(listed) > 1 and not key else None
        if heading is not None:
            section = heading
            continue
        options.append(_option(part, key, section, is_target))
    return options


def read_option(cell: str, is_target: Callable[[str], bool]) -> Option | None:
    """The one option of a cell that holds one (``button 1``); commas and slashes belong to its title."""
    found = marks([piece(cell, 0, len(cell))])
    key, part = found[0]
    return _option(part, key, None, is_target) if part.text else None


def _heading(part: Piece) -> Piece | None:
    """The title of a list section: ``# Dakar``, ``-- Dakar --``, ``== Dakar ==``, ``**Dakar**``, ``Dakar :``."""
    text = part.text
    if len(text) > _LONGEST_HEADING or arrow(text) is not None:
        return None
    marked = text.startswith(("#", "--", "==", "**"))
    if not marked and not text.endswith((":", "：")):
        return None
    start = len(text) - len(text.lstrip("#-=* \t")) if marked else 0
    end = len(text.rstrip("-=*:： \t" if marked else ":： \t"))
    found = part.cut(start, max(start, end))
    return found if found.text else None


def _bracketed(cell: str) -> list[Option]:
    """``[Oui] [Non]`` and ``[Oui](confirme) [Non](annule)``: brackets and nothing else."""
    found: list[Option] = []
    at = 0
    for match in _BRACKETS.finditer(cell):
        if not _BETWEEN.fullmatch(cell, at, match.start()):
            return []
        title = piece(cell, match.start(1), match.end(1))
        target = piece(cell, match.start(2), match.end(2)) if match.group(2) else None
        if not title.text or title.text in ("x", "X"):
            return []
        found.append(Option(title, target))
        at = match.end()
    return found if _BETWEEN.fullmatch(cell, at) else []


def _option(part: Piece, key: str, section: Piece | None, is_target: Callable[[str], bool]) -> Option:
    head, target = _led(part, is_target)
    link = _BRACKETS.fullmatch(head.text)
    if link is not None:
        # `[Oui] -> confirme`, or one `[Oui](confirme)` among others.
        target = target or (head.cut(link.start(2), link.end(2)) if link.group(2) else None)
        head = head.cut(link.start(1), link.end(1))
    about = None
    cut = _ABOUT.search(head.text)
    if cut is not None:
        about, head = head.cut(cut.end()), head.cut(0, cut.start())
    return Option(head, target, about if about and about.text else None, section, key)


def _led(part: Piece, is_target: Callable[[str], bool]) -> tuple[Piece, Piece | None]:
    """A part as title and target. An arrow always parts them; a colon, an equals sign and brackets only before a
    known target."""
    at = arrow(part.text)
    if at is not None:
        head, tail = part.cut(0, at[0]), part.cut(at[1])
        if head.text and tail.text:
            return head, tail
        return (head, None) if head.text else (tail, None)
    if is_address(part.text) or is_phone(part.text):
        return part, part
    at = colon(part.text, is_target=is_target)
    if at is not None:
        head, tail = part.cut(0, at[0]), part.cut(at[1])
        if head.text and tail.text and _leads(tail.text, is_target):
            return head, tail
    match = _TRAILING.match(part.text)
    if match is not None and _leads(match.group(2), is_target):
        return part.cut(match.start(1), match.end(1)), part.cut(match.start(2), match.end(2))
    return part, None


def _leads(text: str, is_target: Callable[[str], bool]) -> bool:
    return is_address(text) or is_phone(text) or is_target(text)


_TITLES = ("title", "text", "label", "titre", "texte", "name", "caption")
_TARGETS = ("next", "goto", "target", "url", "to", "suivant", "vers", "phone", "link")
_ABOUTS = ("description", "desc")
_PAYLOADS = ("payload", "id", "value")


def _from_json(cell: str) -> list[Option] | None:
    """A JSON list of titles or objects; None when the cell is no such JSON. Ranges are those of the whole cell."""
    if len(cell) > _LONGEST_JSON:
        return None
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    items = value if isinstance(value, list) else [value]
    found = []
    whole = piece(cell, 0, len(cell))
    for item in items:
        option = _json_option(item, whole)
        if option is None:
            return None
        found.append(option)
    return found


def _json_option(item: Any, whole: Piece) -> Option | None:
    def said(text: str) -> Piece:
        return Piece(text.strip(), whole.start, whole.end)

    if isinstance(item, str) and item.strip():
        return Option(said(item))
    if not isinstance(item, dict):
        return None

    rest = dict(item)

    def member(names: tuple[str, ...]) -> str:
        name = next((name for name in names if isinstance(item.get(name), str) and item[name].strip()), "")
        return str(rest.pop(name)) if name else ""

    title, target, about, payload = member(_TITLES), member(_TARGETS), member(_ABOUTS), member(_PAYLOADS)
    if not title:
        return None
    extra = tuple((str(name), json.dumps(value, ensure_ascii=False)) for name, value in rest.items())
    return Option(
        said(title), said(target) if target else None, said(about) if about else None, None, "", payload, extra
    )
