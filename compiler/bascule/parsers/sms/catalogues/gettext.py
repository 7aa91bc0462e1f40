"""gettext catalogues (``.po``, ``.pot``): ``msgid`` and ``msgstr`` with contexts, plurals, comments and flags.

The grammar is that of https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bascule.parsers.sms.catalogues.document import CatalogueDocument, Decoded

__all__ = ["CatalogueEntry", "is_gettext", "read_gettext"]

_IS = re.compile(r'^msgid[ \t]+"[^\r\n]*\r?\n(?:[ \t]*"[^\r\n]*\r?\n){0,200}(?:msgid_plural|msgstr)\b', re.MULTILINE)
_LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n|$)")
_KEYWORD = re.compile(r"[ \t]*+(msgctxt|msgid_plural|msgid|msgstr(?:\[(\d{1,2})\])?)[ \t]*+")
_STRING = re.compile(r'[ \t]*+"((?:[^"\\\r\n]|\\.)*+)"')
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "v": "\v", "f": "\f"}
_LANGUAGE = re.compile(r"^Language:[ \t]*([A-Za-z@_.-]{2,20})", re.MULTILINE)


@dataclass(slots=True)
class CatalogueEntry:
    """One message of a catalogue; ``pointer`` is where it stands in the document's tree."""

    pointer: str
    source: Decoded
    key: tuple[int, int]
    context: str = ""
    plural: Decoded | None = None
    texts: dict[int, Decoded] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)


class GettextDocument(CatalogueDocument):
    """A catalogue; ``entries`` in the file's order. The tree has ``/N/msgstr``, ``/N/msgid``, ``/N/msgstr[1]`` …"""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(path, text, "a gettext catalogue")
        self.entries: list[CatalogueEntry] = []


def is_gettext(text: str) -> bool:
    return _IS.search(text[:200_000]) is not None


def read_gettext(path: str, text: str) -> GettextDocument:
    """Read a catalogue. Never raises; obsolete entries (``#~``) are left out."""
    document = GettextDocument(path, text)
    fields: dict[str, Decoded] = {}
    places: dict[str, tuple[int, int]] = {}
    comments: list[str] = []
    flags: list[str] = []
    current = ""

    def close() -> None:
        nonlocal fields, places, comments, flags, current
        if "msgid" in fields:
            _enter(document, fields, places, comments, flags)
        fields, places, comments, flags, current = {}, {}, [], [], ""

    for match in _LINE.finditer(text):
        line, at = match.group(), match.start()
        if not line:
            break
        body = line.strip()
        if body.startswith("#"):
            if current:
                close()
            if body.startswith("#,"):
                flags.extend(flag.strip() for flag in body[2:].split(",") if flag.strip())
            elif not body.startswith(("#~", "#:", "#|")) and body.strip("#. \t"):
                comments.append(body.lstrip("#. \t"))
            continue
        keyword = _KEYWORD.match(line)
        start = 0
        if keyword is not None:
            name = keyword[1]
            if (name in ("msgctxt", "msgid") and name in fields) or (name == "msgctxt" and current):
                close()
            if name == "msgid" and current.startswith("msgstr"):
                close()
            current, start = name, keyword.end()
            fields[name] = Decoded()
            places[name] = (at + keyword.start(1), at + keyword.end(1))
        string = _STRING.match(line, start)
        if string is not None and current:
            _undo(fields[current], string[1], at + string.start(1))
    close()
    return document


def _undo(result: Decoded, body: str, start: int) -> None:
    at = 0
    for match in _ESCAPE.finditer(body):
        result.add(body[at : match.start()], start + at, start + match.start())
        letter = match[1]
        if letter[0] == "x" and len(letter) == 3:
            letter = chr(int(letter[1:], 16))
        elif letter[0] in "01234567":
            letter = chr(int(letter, 8))
        result.add(_LETTERS.get(letter, letter), start + match.start(), start + match.end())
        at = match.end()
    result.add(body[at:], start + at, start + len(body))


def _enter(
    document: GettextDocument,
    fields: dict[str, Decoded],
    places: dict[str, tuple[int, int]],
    comments: list[str],
    flags: list[str],
) -> None:
    source = fields["msgid"]
    texts = {int(name[7:-1]) if "[" in name else 0: text for name, text in fields.items() if name.startswith("msgstr")}
    if not source.text and "msgctxt" not in fields:
        header = texts.get(0)
        found = _LANGUAGE.search(header.text) if header is not None else None
        document.locale = found[1] if found and not document.locale else document.locale
        if header is not None and header.text:
            document.note("/header", header, places["msgid"])
            document.value["header"] = header.text
        return
    number = str(len(document.entries))
    pointer = f"/{number}"
    context = fields["msgctxt"].text if "msgctxt" in fields else ""
    tree: dict[str, str] = {}
    for name, text in fields.items():
        tree[name] = text.text
        document.note(f"{pointer}/{name}", text, places[name])
    document.value[number] = tree
    document.note(pointer, None, places["msgid"])
    entry = CatalogueEntry(
        pointer, source, places["msgid"], context, fields.get("msgid_plural"), texts, comments, flags
    )
    document.entries.append(entry)
