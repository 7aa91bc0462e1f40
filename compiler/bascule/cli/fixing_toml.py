"""How fixes are written into configuration files: keys and texts on one line, and ranges of the file."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from bascule.diagnostics.finding import Edit
from bascule.diagnostics.literals import Refused, Splice, Writer
from bascule.source import Document

__all__ = ["TOML"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def _splice(document: Document, text: str, edit: Edit) -> Splice:
    place = edit.place
    if place.pointer == "" and place.sub is not None:
        return Splice(place.sub[0], place.sub[1], edit.replacement)
    if place.sub is not None:
        raise Refused("a part of a value is not edited in TOML")
    span = document.locate(place)
    raw = text[span.start : span.end]
    if place.key:
        if not (_BARE.fullmatch(raw) and _BARE.fullmatch(edit.replacement)):
            raise Refused("its key is written in a way that is not edited")
        return Splice(span.start, span.end, edit.replacement)
    if raw[:1] not in ('"', "'") or raw[:3] in ('"""', "'''"):
        raise Refused("no text on one line stands at its place")
    return Splice(span.start, span.end, json.dumps(edit.replacement, ensure_ascii=False))


def _content(text: str) -> Any:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


TOML = Writer(_splice, _content)
