"""Older texts with expressions in terms of version 13; every character knows where it stood."""

from __future__ import annotations

import re

from bascule.language.rapidpro_expression import ROOTS, Change
from bascule.parsers.rapidpro.legacy.expressions import Failure, read
from bascule.parsers.rapidpro.legacy.references import NO_KEYS, Keys, translate
from bascule.parsers.rapidpro.legacy.scan import Piece, apply, cut
from bascule.parsers.rapidpro.located import Broken, Rewritten, rewritten

__all__ = ["escaped", "migrate_template"]

_IDENTIFIER = re.compile(r"[^\W\d_][\w.]*")


def migrate_template(
    text: str,
    keys: Keys = NO_KEYS,
    *,
    raw_dates: bool = False,
    url_encode: bool = False,
    keep_literals: bool = False,
) -> str:
    """The text in the language of version 13; itself when it needs no change.

    What stands there as text and would be a variable in version 13 (``@results.x``) gets its at sign doubled, unless
    ``keep_literals``. An expression that cannot be read stays as it is, and the text remembers why. ``url_encode``
    is for addresses, whose variables the older platforms encoded.
    """
    if "@" not in text:
        return text
    changes: list[Change] = []
    broken: list[Broken] = []
    for piece in cut(text):
        source = text[piece.start : piece.end]
        if piece.kind == "reference":
            new = _wrapped(translate(source[1:], raw_dates, keys), url_encode)
        elif piece.kind == "expression":
            if source[2:-1].strip() == '""':
                # Editors wanted a text; this was the way to write none.
                new = ""
            else:
                found = read(source[2:-1], raw_dates, keys)
                if isinstance(found, Failure):
                    broken.append(_broken(text, piece, found))
                    continue
                new = _wrapped(found, url_encode)
        elif piece.kind == "literal" and not keep_literals:
            new = "@" + source
        else:
            continue
        if new != source:
            changes.append(Change(piece.start, piece.end, new))
    return rewritten(text, apply(text, changes), changes, tuple(broken))


def _broken(text: str, piece: Piece, failure: Failure) -> Broken:
    """The failure in the file's own characters."""
    whole = piece.start, piece.end
    part = piece.start + 2 + failure.start, piece.start + 2 + failure.end
    if isinstance(text, Rewritten):
        whole, part = text.original(*whole), text.original(*part)
    return Broken(text[piece.start : piece.end], *whole, failure.message, *part)


def _wrapped(code: str, url_encode: bool) -> str:
    if url_encode:
        code = f"url_encode({code})"
    plain = _IDENTIFIER.fullmatch(code) is not None and code.split(".")[0] in ROOTS
    return f"@{code}" if plain else f"@({code})"


def escaped(text: str) -> str:
    """A text without expressions (a regular expression) for a place that has them in version 13: every at sign that
    would begin one is doubled."""
    changes = [Change(match.start(), match.end(), "@@") for match in re.finditer(r"@(?=[@(]|\w)", text)]
    return rewritten(text, apply(text, changes), changes)
