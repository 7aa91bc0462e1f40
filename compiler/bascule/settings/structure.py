"""Where a finding stands, said so that the answer outlives moved lines: structural path, evidence, fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bascule.diagnostics import Finding
from bascule.language.secrets import MaskedDocument, secret_under_name
from bascule.source import Document, Place, escape_token, split_pointer

__all__ = ["Key", "finding_key", "structural_path"]

_NAMES = ("id", "uuid", "name", "key", "code")
"""Members that name an item of a list, the surest first."""
_HASH = 16
_LONGEST = 100


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What makes two findings the same across edits: the file, the structural path, the code, and a hash of the text
    that the finding is about. Several findings may share one key."""

    file: str
    path: str
    code: str
    hash: str

    def digest(self, occurrence: int = 0) -> str:
        """A fingerprint of 64 hex digits; ``occurrence`` numbers findings of one key from 0."""
        parts = (self.file, self.path, self.code, self.hash, str(occurrence))
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def finding_key(finding: Finding, documents: Mapping[str, Document], file: str) -> Key:
    """The key of a located finding. ``file`` is how its file is called in the baseline."""
    document = documents.get(finding.place.file)
    if document is None:
        return Key(file, finding.place.pointer, finding.code, _hash(finding.message))
    path, scalar = structural_path(finding.place.pointer, document)
    return Key(file, path, finding.code, _hash(_evidence(finding, document, scalar)))


def structural_path(pointer: str, document: Document) -> tuple[str, bool]:
    """A pointer whose list positions are replaced by the item's own name (``/states/name=menu/…``), or by ``*`` where
    it has none; and whether the value there is a scalar (True also where the document does not say)."""
    inner = document.inner if isinstance(document, MaskedDocument) else document
    value: Any = getattr(inner, "value", None)
    known = isinstance(value, (dict, list))
    tokens: list[str] = []
    for token in split_pointer(pointer):
        if isinstance(value, dict):
            tokens.append(escape_token(token))
            value = value.get(token)
        elif isinstance(value, list):
            tokens.append(_item(value, token))
            value = value[int(token)] if token.isdigit() and int(token) < len(value) else None
        else:
            tokens.append("*" if token.isdigit() else escape_token(token))
            value = None
    path = "".join(f"/{token}" for token in tokens)
    return path, not (known and isinstance(value, (dict, list)))


def _item(items: list[Any], token: str) -> str:
    item = items[int(token)] if token.isdigit() and int(token) < len(items) else None
    if isinstance(item, dict):
        for name in _NAMES:
            mark = item.get(name)
            if not isinstance(mark, (str, int)) or isinstance(mark, bool) or not 0 < len(str(mark)) <= _LONGEST:
                continue
            if secret_under_name(name, mark) is None:
                return f"{name}={escape_token(str(mark))}"
    return "*"


def _evidence(finding: Finding, document: Document, scalar: bool) -> str:
    """The text a finding is about: the whole value it points into. For a list or an object its path says enough."""
    place = finding.place
    if not place.pointer and finding.span is not None:
        return document.text[finding.span.start : finding.span.end]
    if not scalar or place.key:
        return ""
    span = finding.span
    if span is None or place.sub is not None:
        span = document.locate(Place(place.file, place.pointer))
    return document.text[span.start : span.end]


def _hash(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]
