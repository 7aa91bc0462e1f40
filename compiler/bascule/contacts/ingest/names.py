"""Names of columns and JSON members as they are compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["plain"]


_ABBREVIATION = re.compile(r"\.(?=\s|$)|(?<=\s)\.")


@lru_cache(maxsize=20_000)
def plain(name: str) -> str:
    """Without case, accents of Latin letters, blanks and punctuation: ``E-mail`` = ``email``, ``dateSent`` =
    ``date_sent``. Dots inside stay, because they are the way into JSON: ``User.Id`` = ``user.id``, but
    ``Tél. fixe`` = ``telfixe``.
    """
    text = unicodedata.normalize("NFKD", _ABBREVIATION.sub("", name.casefold()))
    kept = "".join(
        character
        for character in text
        if character.isalnum() or character == "." or unicodedata.category(character) == "Mc"
    )
    return kept.strip(".")
