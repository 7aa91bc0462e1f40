"""Cutting the text of a cell into parts, each with its range: separators, arrows, list marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

__all__ = ["MAX_PARTS", "Piece", "arrow", "colon", "marks", "parts", "piece", "rtl"]

MAX_PARTS = 500
"""Most parts of one cell; what follows stays in the last one. A cell of more is no list of buttons."""

_RTL = re.compile(r"[\u0590-\u08ff\ufb1d-\ufefc]")
_ARROW = re.compile(r"-{1,3}>|={1,2}>|→|➡\ufe0f?|⇒|⟶|➔|»|>>|(?<=\s)>(?=\s)")
_ARROW_RTL = re.compile(r"-{1,3}>|={1,2}>|<-{1,3}|<={2}|→|←|➡\ufe0f?|⬅\ufe0f?|⇒|⇐|(?<=\s)>(?=\s)")
_LINE = re.compile(r"\r\n|\r|\n")
_PIPE = re.compile(r"[|¦]")
_SEMICOLON = re.compile(r"[;؛；]")
_COMMA = re.compile(r"[,،、，](?!\d)")
_SLASH = re.compile(r"(?<![:/\w])/(?![/\d])|(?<=[^\W\d_])/(?=[^\W\d_])|(?<=\s)/(?=\s)")
_KEYCAP = r"(?:[0-9]\ufe0f?\u20e3|\U0001f51f|[\u2460-\u2468])"
_NUMBER = re.compile(rf"(\d{{1,2}})\s*(?:[.)\]](?!\d)|[-–—:](?=\s))\s*|({_KEYCAP})\s*")
_INLINE = re.compile(rf"(?:^|(?<=\s))(?:(\d{{1,2}})\s?[.)](?=\s)|({_KEYCAP}))\s*")
_LETTER = re.compile(r"([A-Za-z])\s*[.)](?=\s)\s*")
_BULLET = re.compile(r"(?:[-–—•*◦▪▸►‣·☐☑]|\[[ xX]?\])\s+")
_BARE_NUMBER = re.compile(r"(\d{1,2})\s+(?=\D)")
_SHORT = 40
_COLONS = 10


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a cell without outer blanks, and its half-open range there."""

    text: str
    start: int
    end: int

    def cut(self, start: int, end: int | None = None) -> Piece:
        """A part of this part, by offsets in its text; outer blanks are left out."""
        return piece(self.text, start, len(self.text) if end is None else end, self.start)


def piece(text: str, start: int, end: int, base: int = 0) -> Piece:
    """The part ``start:end`` of a text without its outer blanks. ``base`` is where the text itself stands."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Piece(text[start:end], base + start, base + end)


def rtl(text: str) -> bool:
    """Whether a text holds letters that run from right to left; its arrows may point either way."""
    return _RTL.search(text) is not None


def arrow(text: str) -> tuple[int, int] | None:
    """Range of the last arrow of a text: what stands after it is a target."""
    last = None
    for match in (_ARROW_RTL if rtl(text) else _ARROW).finditer(text):
        last = match.span()
    return last


def colon(text: str, sign: str = ":=", is_target: Callable[[str], bool] | None = None) -> tuple[int, int] | None:
    """Range of the colon or equals sign that may part an answer from its target (never that of ``https://``): the first
    one before a target, else the last one."""
    found: list[tuple[int, int]] = []
    for at in range(len(text) - 1, -1, -1):
        if text[at] in sign and not text.startswith("//", at + 1) and text[at - 1 : at] not in "<>!=≤≥":
            found.append((at, at + 1))
            if is_target is None or len(found) == _COLONS:
                break
    if is_target is not None:
        leading = next((item for item in reversed(found) if is_target(text[item[1] :].strip())), None)
        if leading is not None:
            return leading
    return found[0] if found else None


def _cut(text: str, pattern: re.Pattern[str], base: int = 0) -> list[Piece]:
    found: list[Piece] = []
    at = 0
    for match in pattern.finditer(text):
        part = piece(text, at, match.start(), base)
        if part.text:
            found.append(part)
        at = match.end()
        if len(found) >= MAX_PARTS - 1:
            break
    part = piece(text, at, len(text), base)
    return [*found, part] if part.text else found


def parts(cell: str, is_target: Callable[[str], bool] = lambda text: False) -> list[Piece]:
    """The parts of a cell that lists things. The first of these that cuts it does: line breaks and ``|``; ``;``;
    ``,`` and ``/`` where each part is short, and all or none of them lead somewhere. Never inside an address."""
    lines = [part for line in _cut(cell, _LINE) for part in _cut(line.text, _PIPE, line.start)]
    if len(lines) > 1:
        return lines[:MAX_PARTS]
    if not lines:
        return []
    only = lines[0]
    inline = _inline(only)
    if inline:
        return inline
    for pattern in (_SEMICOLON, _COMMA, _SLASH):
        if pattern is not _SEMICOLON and "://" in only.text and pattern is _SLASH:
            continue
        found = _cut(only.text, pattern, only.start)
        if len(found) < 2:
            continue
        if pattern is _SEMICOLON or _even(found, is_target):
            return found
    return [only]


def _inline(only: Piece) -> list[Piece]:
    """``1. Oui 2. Non`` on one line: cut before each number when they count up from 1."""
    starts: list[int] = []
    for match in _INLINE.finditer(only.text):
        value = match.group(1) or match.group(2)[0]
        if not match.group(1) and not value.isdigit():
            value = str(ord(value) - 0x245F) if "\u2460" <= value <= "\u2468" else "10"
        if int(value) == len(starts) + 1:
            starts.append(match.start())
    if len(starts) < 2 or starts[0] != 0:
        return []
    return [only.cut(start, end) for start, end in zip(starts, [*starts[1:], len(only.text)], strict=True)]


def _even(found: Iterable[Piece], is_target: Callable[[str], bool]) -> bool:
    """Whether parts look like items of one list: all short, and all or none with a target."""
    leading = []
    for part in found:
        at = arrow(part.text) or colon(part.text, is_target=is_target)
        leads = at is not None and (arrow(part.text) is not None or is_target(part.text[at[1] :]))
        leading.append(leads)
        head = part.text[: at[0]] if leads and at else part.text
        if len(head) > _SHORT or not any(char.isalnum() or ord(char) > 0x2000 for char in part.text):
            return False
        if head.strip().isdigit() and not leads and len(head.strip()) > 2:
            return False
    return all(leading) or not any(leading)


def marks(found: list[Piece]) -> list[tuple[str, Piece]]:
    """Each part with the key that stands before it (``1.``, ``b)``, ``2️⃣``; ``""`` for a bullet or nothing) taken off.

    A letter, or a number without a sign, is a key only when the parts count up with it.
    """
    numbers = [_BARE_NUMBER.match(part.text) for part in found]
    letters = [_LETTER.match(part.text) for part in found]
    bare = len(found) > 1 and all(match and int(match.group(1)) == index for index, match in enumerate(numbers, 1))
    lettered = len(found) > 1 and all(
        match and ord(match.group(1).lower()) == ord("a") + index for index, match in enumerate(letters)
    )
    result = []
    for part, number, letter in zip(found, numbers, letters, strict=True):
        match = _NUMBER.match(part.text)
        if match is not None and part.text[match.end() :]:
            result.append(((match.group(1) or match.group(2)).strip(), part.cut(match.end())))
        elif bare and number is not None:
            result.append((number.group(1), part.cut(number.end())))
        elif lettered and letter is not None:
            result.append((letter.group(1), part.cut(letter.end())))
        else:
            bullet = _BULLET.match(part.text)
            result.append(("", part.cut(bullet.end()) if bullet and part.text[bullet.end() :] else part))
    return result
