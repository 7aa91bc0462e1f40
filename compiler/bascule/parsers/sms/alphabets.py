"""Files whose bytes were read as Windows-1252 and are something else."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from bascule.diagnostics.finding import Finding
from bascule.parsers.sms.rules import MisreadAlphabet
from bascule.source import Place, SourceFile, TextDocument

__all__ = ["misread_alphabet"]

_PAGES = (("cp1251", "Cyrillic", "CYRILLIC"), ("cp1253", "Greek", "GREEK"), ("cp1255", "Hebrew", "HEBREW"),
          ("cp1256", "Arabic", "ARABIC"))  # fmt: skip
_WORD = re.compile(r"[^\x00-\x40\x5b-\x60\x7b-\x7f\xa0\xa3\xab\xbb\u2013-\u2026]{3,}")
# What Windows-1252 makes of letters of the other pages: its accented letters, and some signs.
_HIGH = re.compile(r"[\u00c0-\u00ff\u00a8\u00aa\u00af\u00b2-\u00b4\u00b8\u00ba\u00bf]{3,}")
_HEBREW_ENDS = frozenset("ךםןףץ")
_VOWELS = frozenset("аеёиоуыэюяіїєў")
_ACCENTED = frozenset("άέήίόύώΐΰΆΈΉΊΌΎΏ")
_LOOKED_AT = 100_000


def misread_alphabet(file: SourceFile) -> list[Finding]:
    """Report a file guessed as Windows-1252 in which whole words are accented letters.

    French, Spanish or Portuguese words hold one or two accented letters among plain ones; a word of three and more
    accented letters and nothing else is a word of another alphabet. Which one is judged by how many of its
    bytes are letters of one script there, lower case after the first.
    """
    if file.encoding != "cp1252":
        return []
    words = _WORD.findall(file.text[:_LOOKED_AT])
    odd = [word for word in words if _HIGH.fullmatch(word)]
    accented = [word for word in words if not word.isascii()]
    if not odd or len(odd) * 2 < len(accented):
        return []
    longest = max(odd, key=len)
    best: tuple[float, str, str, str] = (0.0, "", "", "")
    for page, name, script in _PAGES:
        spelled = [word.encode("cp1252", "replace").decode(page, "replace") for word in odd]
        score = _credibility(spelled, script)
        if score > best[0] + 0.01:
            best = (score, page, name, longest.encode("cp1252", "replace").decode(page, "replace"))
    score, page, name, shown = best
    if score < 0.8:
        return []
    at = file.text.index(longest)
    finding = MisreadAlphabet.at(
        Place(file.path),
        f"`{longest}` is no word: read as Windows-{page[2:]} ({name}) it would be `{shown}`",
        help=f"open the file as Windows-{page[2:]} and save it as UTF-8",
        data={"encoding": page},
    )
    return [replace(finding, span=TextDocument(file.path, file.text).span(at, at + len(longest)))]


def _credibility(words: list[str], script: str) -> float:
    """How much the words look like words of a script: 1 at best."""
    joined = "".join(words)
    score = sum(unicodedata.name(char, "").startswith(script) for char in joined) / len(joined)
    # In a wrong page the case of letters jumps about, and Hebrew letters of word ends stand inside.
    odd = sum(word[1:] != word[1:].lower() and word != word.upper() for word in words)
    odd += sum(any(char in _HEBREW_ENDS for char in word[:-1]) for word in words)
    score -= 0.5 * odd / len(words)
    if script == "CYRILLIC":
        vowels = sum(char in _VOWELS for char in joined.lower()) / len(joined)
        score -= 0.0 if 0.33 <= vowels <= 0.6 else 0.3
    if script == "GREEK":
        # Nearly every Greek word carries one accent.
        score -= 0.0 if sum(any(char in _ACCENTED for char in word) for word in words) * 2 > len(words) else 0.3
    return score
