"""Names for variables and templates out of words in any script."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

__all__ = ["template_slug", "transliterate", "unique_name", "variable_slug"]

_MAX_SLUG = 120
"""Longest name made here, in characters: our own bound for people's eyes, below any platform's."""
_HASH = 6

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_GAP = re.compile(r"[^a-z0-9]+")


def _table(letters: str, spelled: str) -> dict[str, str]:
    """Letters and, between blanks, what each is spelled as; ``_`` stands for nothing."""
    return dict(zip(letters, spelled.split(), strict=True))


_LETTERS: dict[str, str] = {}
# Latin letters that decomposition leaves whole.
_LETTERS |= _table("ßæœøđðłþıŋħ", "ss ae oe o d d l th i ng h")
# Cyrillic (Russian, Ukrainian, Belarusian, Serbian, Kazakh letters), after BGN/PCGN without its signs.
_LETTERS |= _table(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya"
)
_LETTERS |= _table("іїєґўћђјљњџәғқңөұүһ", "i yi ye g w c dj j lj nj dz a g q n o u u h")
# Greek, after ISO 843 type 2.
_LETTERS |= _table("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o")
# Arabic and Persian, after the common newspaper spelling; short vowels are not written and so not made up.
_LETTERS |= _table("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", "a b t th j h kh d dh r z s sh s d t z a gh f q k l m n h w y")
_LETTERS |= _table("أإآىةءئؤپچژگکیھہٹڈڑںے", "a i a a a _ y w p ch zh g k y h h t d r n e")
# Hebrew, after the Academy's simple rules.
_LETTERS |= _table("אבגדהוזחטיכךלמםנןסעפףצץקרשת", "a b g d h v z h t y k k l m m n n s a p f ts ts k r sh t")
# Devanagari: consonants carry an inherent a, see _devanagari.
_CONSONANTS = _table(
    "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळ",
    "k kh g gh n ch chh j jh n t th d dh n t th d dh n p ph b bh m y r l v sh sh s h l",
)
_VOWELS = _table("अआइईउऊऋएऐओऔऑऍ", "a a i i u u ri e ai o au o e")
_SIGNS = _table("ािीुूृेैोौॉॅ", "a i i u u ri e ai o au o e")
_NASAL = {"ं": "n", "ँ": "n", "ः": "h"}
_VIRAMA, _NUKTA = "्", "़"


@lru_cache(maxsize=8192)
def transliterate(text: str) -> tuple[str, bool]:
    """ASCII in lower case for a text, other characters as they are or as ``_``; and whether all letters were known.

    Latin letters lose their marks; Cyrillic, Greek, Arabic, Hebrew and Devanagari are spelled out; letters
    of other scripts are dropped and reported by the flag.
    """
    parts: list[str] = []
    complete = True
    text = _devanagari(unicodedata.normalize("NFC", text).casefold())
    for char in text:
        if char.isascii():
            parts.append(char)
            continue
        known = _LETTERS.get(char)
        if known is not None:
            parts.append("" if known == "_" else known)
            continue
        for piece in unicodedata.normalize("NFKD", char):
            if piece.isascii():
                parts.append(piece)
            elif (letter := _LETTERS.get(piece)) is not None:
                parts.append("" if letter == "_" else letter)
            elif piece.isdigit():
                parts.append(str(unicodedata.digit(piece)))
            elif unicodedata.category(piece)[0] == "L":
                complete = False
            elif unicodedata.category(piece)[0] not in "MC":
                parts.append("_")
    return "".join(parts), complete


def _devanagari(text: str) -> str:
    """Devanagari letters spelled out; the rest is left alone. The inherent vowel is written but at a word's end."""
    if not any("\u0900" <= char <= "\u097f" for char in text):
        return text
    parts: list[str] = []
    chars = unicodedata.normalize("NFD", text).replace(_NUKTA, "")
    for position, char in enumerate(chars):
        following = chars[position + 1 : position + 2]
        if char in _CONSONANTS:
            parts.append(_CONSONANTS[char])
            within = following in _CONSONANTS or following in _VOWELS or following in _NASAL
            if following and within:
                parts.append("a")
        elif char in _VOWELS:
            parts.append(_VOWELS[char])
        elif char in _SIGNS:
            parts.append(_SIGNS[char])
        elif char in _NASAL:
            parts.append(_NASAL[char])
        elif char != _VIRAMA:
            parts.append(char)
    return "".join(parts)


def _slug(text: str) -> tuple[str, bool]:
    spaced = _CAMEL.sub("_", text)
    letters, complete = transliterate(spaced)
    return _GAP.sub("_", letters).strip("_"), complete


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]


def _cut(slug: str, full: str, longest: int = _MAX_SLUG) -> str:
    """At most ``longest`` characters; what is cut is stood for by a hash of the whole."""
    if len(slug) <= longest:
        return slug
    head = slug[: longest - _HASH - 1]
    return f"{head.rpartition('_')[0] or head}_{_short_hash(full)}"


def variable_slug(name: str) -> str:
    """A variable name ``[a-z][a-z0-9_]*`` for any words: ``Prénom du client`` gives ``prenom_du_client``.

    Letters of scripts that are not spelled out here are stood for by a short hash of the name. Equal
    names give equal slugs; different ones may collide (see :func:`unique_name`).
    """
    slug, complete = _slug(name)
    if not complete or not slug:
        slug = f"{slug}_{_short_hash(name)}" if slug else f"v_{_short_hash(name)}"
    if not slug[0].isalpha():
        slug = f"v_{slug}"
    return _cut(slug, name)


def template_slug(*parts: str, longest: int = _MAX_SLUG) -> str:
    """A template name ``[a-z0-9_]+`` out of words in any script: readable, and the same on every run.

    It has at most ``longest`` characters, and never more than are readable.
    """
    slugs = []
    for part in parts:
        slug, complete = _slug(part)
        if not complete:
            slug = f"{slug}_{_short_hash(part)}".lstrip("_")
        if slug:
            slugs.append(slug)
    whole = "\n".join(parts)
    return _cut("_".join(slugs), whole, min(longest, _MAX_SLUG)) or f"t_{_short_hash(whole)}"


def unique_name(base: str, taken: Collection[str]) -> str:
    """``base`` itself, or with the first free number: ``base_2``, ``base_3`` …"""
    if base not in taken:
        return base
    number = 2
    while f"{base}_{number}" in taken:
        number += 1
    return f"{base}_{number}"
