r"""Apple string files (``.strings``): ``"key" = "text";`` with ``/* */`` and ``//`` comments.

https://developer.apple.com/library/archive/documentation/Cocoa/Conceptual/LoadingResources/Strings/Strings.html
"""

from __future__ import annotations

import re

from bascule.parsers.sms.catalogues.document import CatalogueDocument, Decoded, Oddity

__all__ = ["is_apple", "read_apple"]

_STRING = r'"(?:[^"\\]|\\.)*+"'
_IS = re.compile(rf"^[ \t]*(?:{_STRING}|[\w.-]++)[ \t]*=[ \t]*{_STRING}[ \t]*;", re.MULTILINE | re.DOTALL)
_PART = re.compile(
    rf"(?P<skip>\s++|/\*.*?(?:\*/|\Z)|//[^\r\n]*+)|(?P<key>{_STRING}|[\w.-]++)\s*+=\s*+(?P<text>{_STRING})\s*+;"
    rf"|(?P<odd>[^\r\n]++)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:U([0-9a-fA-F]{4})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}


def is_apple(text: str) -> bool:
    return _IS.search(text[:200_000]) is not None


def read_apple(path: str, text: str) -> CatalogueDocument:
    """Read a string file. Never raises; lines that are no pair are oddities."""
    document = CatalogueDocument(path, text, "an iOS string file")
    for match in _PART.finditer(text):
        if match["key"] is not None:
            key = _undone(match["key"], match.start("key")) if match["key"][0] == '"' else None
            name = key.text if key is not None else match["key"]
            document.put((name or "text",), _undone(match["text"], match.start("text")), match.span("key"))
        elif match["odd"] is not None and match["odd"].strip():
            document.oddities.append(Oddity("statement", "", *match.span("odd"), what=match["odd"].strip()[:40]))
    return document


def _undone(quoted: str, start: int) -> Decoded:
    result = Decoded()
    at = 1
    for match in _ESCAPE.finditer(quoted, 1, len(quoted) - 1):
        result.add(quoted[at : match.start()], start + at, start + match.start())
        shown = chr(int(match[1], 16)) if match[1] else _LETTERS.get(match[2], match[2])
        result.add("\ufffd" if "\ud800" <= shown <= "\udfff" else shown, start + match.start(), start + match.end())
        at = match.end()
    result.add(quoted[at:-1], start + at, start + len(quoted) - 1)
    return result
